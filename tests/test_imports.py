"""The rooms of the project, and the one way imports point between them."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType

import pytest

import ahp

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ahp"

NUMERIC = {
    *(
        "errors",
        "scale",
        "scales",
        "matrix",
        "eigen",
        "solvers",
        "priority",
        "random_index",
        "consistency",
    ),
    *("repair", "repair_search", "incomplete", "hierarchy", "alternatives", "group", "consensus"),
    *("sensitivity", "elicitation", "tolerance", "labels", "result", "messages", "threads"),
}
BASE = {"resources", "version", "datafile", "codec"}
TABLES = NUMERIC | BASE | {"tables"}
STUDY = TABLES | {"study"}
EVALUATION = STUDY | {"evaluation"}
PROCESS = EVALUATION | {"process"}
RESULTS = PROCESS | {"i18n"}
PAGES = RESULTS | {"templates", "report", "store", "exchange", "plots", "published", "__init__"}

ROOMS: dict[str, set[str]] = {
    **dict.fromkeys(NUMERIC, NUMERIC | {"version"}),
    **dict.fromkeys(BASE, BASE | {"errors", "messages"}),
    "published": TABLES | {"published"},
    "pytest_plugin": NUMERIC | BASE | {"published"},
    "tables": TABLES,
    "study": STUDY,
    "evaluation": EVALUATION,
    "process": PROCESS | {"evaluation"},
    "i18n": RESULTS,
    **{room: RESULTS | {room} for room in ("store", "plots")},
    "templates": set(),
    "report": RESULTS | {"published", "report", "plots", "templates"},
    "exchange": RESULTS | {"published", "report", "exchange", "templates"},
    "web": PAGES | {"web"},
    "cli": PAGES | {"cli", "web"},
    "__main__": {"cli"},
    "__init__": STUDY | {"evaluation", "plots", "published"},
    "app": {"web"},
}
"""Room -> the rooms it may import from, inside functions as well."""

LIBRARIES: dict[str, set[str]] = {
    "streamlit": {"web", "app"},
    "pandas": {"web", "result"},
    "pyarrow": {"tables", "web"},
    "starlette": {"web"},
    "uvicorn": {"web"},
    "prometheus_client": {"web"},
    "authlib": {"web"},
    "httpx2": {"web"},
    "ifaddr": {"web"},
    "itsdangerous": {"web"},
    "joserfc": {"web"},
    "ua_parser": {"web"},
    "pyotp": {"store"},
    "plotly": {"plots", "web"},
    "matplotlib": {"plots"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "psycopg": {"store"},
    "platformdirs": {"store"},
    "cryptography": {"store"},
    "argon2": {"store"},
    "filelock": {"store"},
    "rfc3161_client": {"store"},
    "cattrs": {"codec"},
    "lazy_loader": {"__init__", "evaluation", "plots"},
    "rfc8785": {"datafile", "store"},  # a migration stays as it is
    "scipy": NUMERIC | {"study", "process", "published"},
    "numpy": set(ROOMS) - {"app", "__main__"},
    "pytest": {"pytest_plugin"},
    "openpyxl": {"tables", "exchange", "report"},
    "docx": {"exchange", "report"},
    "yaml": {"exchange"},
    "tomli_w": {"exchange"},
    "segno": {"exchange"},
    "jinja2": {"templates", "web"},
    "markupsafe": {"exchange", "report", "web"},
    "lxml": {"report"},
    "pypdf": {"exchange", "report"},
    "babel": {"report"},
}
"""Library -> the rooms that may import it; no other library may be imported at all."""

FILES = [*sorted(PACKAGE.rglob("*.py")), ROOT / "app.py"]


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py") if path != FILES[-1] else "app"


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> list[tuple[str, ast.stmt]]:
    """Full names of what a file imports, with the statements."""
    package = ["ahp", *path.relative_to(PACKAGE).parts[:-1]] if path != FILES[-1] else []
    found: list[tuple[str, ast.stmt]] = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base += (node.module or "").split(".") if node.module else []
            found += ((".".join([*base, alias.name]), node) for alias in node.names)
    return found


def target_room(name: str) -> str | None:
    """The room a full name lies in; None outside the package."""
    first, *inside = name.split(".")
    if first != "ahp":
        return None
    exists = inside and any((PACKAGE / f"{inside[0]}{end}").exists() for end in (".py", ""))
    return inside[0] if exists else "__init__"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(path)
    for name, statement in imports(path):
        target = target_room(name)
        place = f"{path.relative_to(ROOT)}:{statement.lineno} imports {name}"
        if target is not None:
            assert target in ROOMS[room], f"{place}: {room} may not import from {target}"
            continue
        library = name.split(".")[0]
        if library in sys.stdlib_module_names:
            continue
        assert library in LIBRARIES, f"{place}: no room may import {library}"
        assert room in LIBRARIES[library], f"{place}: {room} may not import {library}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_scipy_is_imported_inside_functions(path: Path) -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    inside = {
        (inner.lineno, inner.col_offset)
        for function in ast.walk(tree_of(path))
        if isinstance(function, functions)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    for name, statement in imports(path):
        if name.split(".")[0] == "scipy":
            assert (statement.lineno, statement.col_offset) in inside


def module_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(inside[:-1] if inside[-1] == "__init__" else inside)


def test_no_circle() -> None:
    """No two modules need each other, inside functions neither, nor in a round of several."""
    modules = {module_of(path) for path in FILES}
    needed: dict[str, set[str]] = {}
    for path in FILES:
        own = module_of(path)
        names = {name for name, _ in imports(path)}
        found = {
            name if name in modules else name.rpartition(".")[0]
            for name in names
            if name.startswith("ahp.")
        }
        needed[own] = found & modules - {own}
    TopologicalSorter(needed).prepare()


def test_every_room_is_known() -> None:
    assert {room_of(path) for path in FILES} <= set(ROOMS)
    assert len(FILES) > 20


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(result.stdout.split())


def test_the_package_loads_what_is_asked_for() -> None:
    def rooms(statement: str) -> set[str]:
        return {name.split(".")[1] for name in loaded_after(statement) if name.startswith("ahp.")}

    assert rooms("import ahp") == set()
    assert rooms("import ahp; ahp.check_consistency([[1]])") == {
        *("errors", "messages", "labels", "result", "scale", "matrix", "eigen"),
        *("random_index", "tolerance", "consistency", "incomplete", "threads"),
    }
    assert "published" in rooms("import ahp; ahp.published")
    assert rooms("import ahp; ahp.evaluation") == {"evaluation"}
    assert rooms("import ahp; ahp.plots") == {"plots"}


@pytest.mark.parametrize("package", [ahp, ahp.evaluation, ahp.plots])
def test_the_names_of_a_package(package: ModuleType) -> None:
    stub = Path(str(package.__file__)).with_suffix(".pyi").read_text(encoding="utf-8")
    module_of = {
        alias.name: statement.module
        for statement in ast.walk(ast.parse(stub))
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert package.__all__ == sorted(module_of)
    assert set(package.__all__) <= set(dir(package))
    for name, module in module_of.items():
        home = importlib.import_module(f"{package.__name__}.{module or name}")
        assert getattr(package, name) is (getattr(home, name) if module else home)
    with pytest.raises(AttributeError):
        package.no_such_name  # noqa: B018 - that it is asked for is what counts


@pytest.mark.parametrize(
    "statement",
    [
        "from ahp import *",
        "import ahp.cli, ahp.report",
        "import ahp.report.document, ahp.plots.chart",
    ],
)
def test_the_library_loads_no_heavy_packages(statement: str) -> None:
    loaded = loaded_after(statement)
    assert "numpy" in loaded
    heavy = {
        *(
            "streamlit",
            "plotly",
            "matplotlib",
            "sqlalchemy",
            "alembic",
            "pandas",
            "openpyxl",
            "docx",
            "yaml",
        ),
        *("cryptography", "argon2", "pypdf", "babel", "jinja2", "attr", "cattrs"),
        *("scipy.linalg", "scipy.optimize", "scipy.stats", "scipy.sparse"),
    }
    assert not loaded & heavy
