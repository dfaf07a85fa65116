"""Writes docs/api.md: every public name, by subject, with its signature and what its docstring says
first. Fails where a name has no subject or no docstring.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import ahp

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
SUBJECTS = {
    "Matrices": ("matrix", "scales"),
    "Weights": ("priority",),
    "Consistency": ("consistency", "random_index", "repair"),
    "Incomplete judgments": ("incomplete", "elicitation"),
    "Groups": ("group", "consensus"),
    "Hierarchies": ("hierarchy",),
    "Sensitivity": ("sensitivity",),
    "Alternatives": ("alternatives",),
    "Evaluation": ("evaluation",),
    "Published tables": ("published",),
    "Studies": ("study",),
    "Charts": ("plots",),
    "Errors": ("errors",),
    "Version": ("version",),
}
"""Heading -> modules and packages of `ahp` whose names stand below it."""

PREFIXES = {
    "Evaluation": "evaluation.",
    "Published tables": "published.",
    "Charts": "plots.",
}
"""Heading -> what the names below it have in front, where they are not in `ahp` itself."""

HEAD = """\
# API

Every public name of `ahp`, by subject. `help(ahp.weights)` and the like say more: arguments,
results, errors, sources, an example. [methods.md](methods.md) has the formulas. `make api` writes
this page.
"""
LONGEST = 88
"""Characters of a signature on one line."""


class _Verbatim:
    """An annotation that is shown as it stands in the source."""

    def __init__(self, text: object) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text if isinstance(self.text, str) else inspect.formatannotation(self.text)


def public_names() -> dict[str, Any]:
    """Name as it is written behind `ahp.` -> what it is."""
    names = {name: getattr(ahp, name) for name in ahp.__all__}
    return names | {
        f"{package}.{name}": getattr(names[package], name)
        for package in ("evaluation", "plots", "published")
        for name in names[package].__all__
    }


def modules_of(name: str) -> Iterator[ModuleType]:
    """A module of `ahp`, with those inside it if it is a package."""
    module = importlib.import_module(f"ahp.{name}")
    yield module
    for _finder, inner, _package in pkgutil.iter_modules(getattr(module, "__path__", ())):
        yield importlib.import_module(f"ahp.{name}.{inner}")


def definitions(module: ModuleType) -> dict[str, str]:
    """Name -> docstring, of all that a module defines; that of a constant stands below it."""
    body = ast.parse(inspect.getsource(module)).body
    public = any(thing is module for thing in public_names().values())
    docstrings = {module.__name__.rpartition(".")[2]: module.__doc__ or ""} if public else {}
    for node, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            docstrings[node.name] = ast.get_docstring(node) or ""
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            if isinstance(target, ast.Name):
                value = getattr(getattr(below, "value", None), "value", None)
                docstrings[target.id] = value if isinstance(value, str) else module.__doc__ or ""
    return docstrings


def first_paragraph(docstring: str) -> str:
    """On one line."""
    return " ".join(inspect.cleandoc(docstring).partition("\n\n")[0].split())


def signature(name: str, thing: Callable[..., Any]) -> str:
    """How something is called, with its annotations as they stand in the source."""
    annotated = inspect.signature(thing)
    parameters = [
        parameter.replace(annotation=_Verbatim(parameter.annotation))
        if parameter.annotation is not parameter.empty
        else parameter
        for parameter in annotated.parameters.values()
    ]
    made = isinstance(thing, type) or annotated.return_annotation is annotated.empty
    returned = annotated.empty if made else _Verbatim(annotated.return_annotation)
    text = name + str(annotated.replace(parameters=parameters, return_annotation=returned))
    if len(text) <= LONGEST:
        return text
    inside = str(annotated.replace(parameters=parameters, return_annotation=annotated.empty))
    lines, depth, start = [], 0, 1
    for k, sign in enumerate(inside):
        depth += (sign in "([{") - (sign in ")]}")
        if (sign == "," and depth == 1) or k == len(inside) - 1:
            lines.append(f"    {inside[start:k].strip()},")
            start = k + 1
    return "\n".join((f"{name}(", *lines, text[len(name) + len(inside) :].join((")", ""))))


def members(kind: type) -> Iterator[str]:
    """A line for each public method and property that a class itself has."""
    for name, member in vars(kind).items():
        thing = getattr(member, "__func__", member)
        docstring = getattr(thing, "__doc__", None)
        if name.startswith("_") or not docstring:
            continue
        if isinstance(member, property) or hasattr(member, "func"):
            yield f"- `.{name}`: {first_paragraph(docstring)}"
        elif inspect.isfunction(thing):
            yield f"- `.{name}()`: {first_paragraph(docstring)}"


def entry(name: str, thing: Any, docstring: str) -> str:
    """What the page has of one name."""
    parts = [f"### `{name}`"]
    if callable(thing) and not (isinstance(thing, type) and issubclass(thing, Exception)):
        parts.append(f"```python\n{signature(name, thing)}\n```")
    parts.append(first_paragraph(docstring))
    if isinstance(thing, type) and (lines := list(members(thing))):
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def page() -> str:
    """The whole page."""
    left = public_names()
    parts = [HEAD.rstrip()]
    for subject, rooms in SUBJECTS.items():
        parts.append(f"## {subject}")
        for module in (module for room in rooms for module in modules_of(room)):
            for name, docstring in definitions(module).items():
                prefix = PREFIXES.get(subject, "")
                for full in {f"{prefix}{name}", name} & set(left):
                    if not docstring:
                        raise SystemExit(f"{full} has no docstring")
                    parts.append(entry(full, left.pop(full), docstring))
    if left:
        raise SystemExit(f"below which subject do these stand: {', '.join(left)}")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
