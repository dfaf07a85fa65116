"""The pytest plugin in a folder of somebody else, who only installed `ahp`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from .test_verify_command import BAD, GOOD, KEYS, REFUSED, WRONG

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def installed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder in which the entry points of pyproject.toml are installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (name, module), *others = project["entry-points"]["pytest11"].items()
    assert not others
    site = pytester.mkdir("site")
    info = site / "ahp_plugin_of_pyproject-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ahp-plugin\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[pytest11]\n{name} = {module}\n")
    monkeypatch.setenv("PYTHONPATH", f"{site}:{ROOT}")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return pytester


def write(pytester: pytest.Pytester, **texts: str) -> None:
    folder = pytester.mkdir("tables")
    for name, text in texts.items():
        (folder / f"{name}.ahp.toml").write_text(text, encoding="utf-8")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Plain pytest, warnings as errors."""
    strict = ("-p", "no:cacheprovider", "-W", "error")
    return pytester.run(sys.executable, "-m", "pytest", *strict, *arguments)


def test_good_and_bad_tables(installed: pytest.Pytester) -> None:
    write(installed, good=GOOD, bad=BAD)
    (installed.path / "test_own.py").write_text("def test_own(): pass\n")
    result = run(installed, "-v")
    result.assert_outcomes(passed=4, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    lines = [" ".join(line.split()[:2]) for line in result.outlines if "::" in line]
    assert lines[:5] == [
        "tables/bad.ahp.toml::parents.goal.weights.a PASSED",
        "tables/bad.ahp.toml::parents.goal.cr FAILED",
        "tables/good.ahp.toml::parents.goal.weights.a PASSED",
        "tables/good.ahp.toml::parents.goal.cr PASSED",
        "test_own.py::test_own PASSED",
    ]
    assert any(line.strip(" _") == "parents.goal.cr = 0.0323" for line in result.outlines)
    assert f"{installed.path / 'tables' / 'bad.ahp.toml'}:11: {WRONG}" in result.outlines
    assert "Traceback" not in result.stdout.str()


def test_what_was_read_how_is_said_at_the_end(installed: pytest.Pytester) -> None:
    write(installed, good=GOOD.replace('"3", "5", "3"', '"3", "5", "3.0"'))
    run(installed).assert_outcomes(passed=2)
    path = installed.path / "tables" / "good.ahp.toml"
    rounded = GOOD.replace(
        'upper = ["3", "5", "3"]', 'matrix = [["1"], ["0.33", "1"], ["0.2", "0.33", "1"]]'
    )
    path.write_text(rounded, encoding="utf-8")
    result = run(installed)
    result.assert_outcomes(passed=2)
    assert f"{path}:9: parents.goal.matrix: 0.33 read as 1/3" in result.outlines


def test_one_number_can_be_chosen(installed: pytest.Pytester) -> None:
    write(installed, bad=BAD)
    result = run(installed, "tables/bad.ahp.toml::parents.goal.weights.a")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK


def test_a_file_that_is_refused_is_a_collection_error(installed: pytest.Pytester) -> None:
    write(installed, good=GOOD, refused=REFUSED)
    result = run(installed)
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    path = installed.path / "tables" / "refused.ahp.toml"
    assert f"{path}: parent: unknown key, expected one of {KEYS}" in result.outlines
    assert "Traceback" not in result.stdout.str()


def test_no_effect_on_folders_without_tables(installed: pytest.Pytester) -> None:
    folder = installed.mkdir("tables")
    (folder / "other.toml").write_text("x = 1\n")
    (folder / "test_own.py").write_text("def test_own(): pass\n")
    result = run(installed)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK


def test_the_own_tests_of_the_project_collect_no_tables() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]
    assert options["ini_options"]["testpaths"] == ["tests"]
    assert list((ROOT / "tests").rglob("*.ahp.toml")) == []
