"""Schemes as text: scheme files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from fractions import Fraction
from typing import Any

from ..evaluation.scheme import Scheme
from ..process.scheme_draft import exact_number
from ..study.survey import load_survey, shipped_surveys

_NAMED_SECTIONS = ("weights", "full_marks", "indicators")
"""Sections whose lines have ids without names."""

_SECTION = re.compile(r"\[{1,2}([^\]]+)\]{1,2}|([a-z_]+) = \[")
_ID = re.compile(r'(?:    \{ )?id = "([^"]+)".*|([A-Za-z0-9_-]+) = [0-9.e-]+')


def scheme_toml(scheme: Scheme) -> str:
    """A scheme file that `load_scheme` reads back to an equal scheme, with the names of nodes as
    comments where ids stand alone. What a file may leave out is left out.
    """
    import tomli_w  # noqa: PLC0415 - comes with the app

    data = _written(scheme)
    data.pop("survey" if not _has_shipped_nodes(scheme) else "nodes", None)
    section, lines = "", []
    for line in tomli_w.dumps(data).split("\n"):
        if found := _SECTION.fullmatch(line):
            section = found[1] or found[2]
        named = _ID.fullmatch(line) if section in _NAMED_SECTIONS else None
        node = scheme.node.get(named[1] or named[2]) if named else None
        lines.append(line if node is None else f"{line}  # {_comment(scheme, node.name)}")
    return "\n".join(lines)


def _comment(scheme: Scheme, name: Mapping[str, str]) -> str:
    """A name on one line, without what TOML refuses in comments."""
    text = scheme.text(name, scheme.languages[0])
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _has_shipped_nodes(scheme: Scheme) -> bool:
    """Whether the nodes are still those of the shipped survey that the scheme names."""
    if scheme.survey not in shipped_surveys():
        return False
    survey = load_survey(scheme.survey)
    shipped = [
        (node.id, survey.hierarchy.parent_of(node.id), dict(node.name), dict(node.explanation))
        for node in survey.nodes.values()
    ]
    return shipped == [
        (node.id, node.parent, dict(node.name), dict(node.explanation)) for node in scheme.nodes
    ]


def _written(value: Any) -> Any:
    """A part of a scheme as a file has it, without defaults."""
    if is_dataclass(value):
        kept = (one for one in fields(value) if _says(one, getattr(value, one.name)))
        return {one.name: _written(getattr(value, one.name)) for one in kept}
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return exact_number(value) if isinstance(value, Fraction) else value


def _says(one: Field[Any], value: Any) -> bool:
    """Whether a value is another one than what is left out stands for; what tells tables apart is
    always written.
    """
    if one.name in ("kind", "format"):
        return True
    if one.default is not MISSING:
        return bool(value != one.default)
    return one.default_factory is MISSING or bool(value != one.default_factory())
