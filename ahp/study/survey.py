"""Survey definitions: a hierarchy with texts people can judge by, read from a data file.

The format is documented in `docs/survey-format.md`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..datafile import MAX_TOML, DataTable, canonical, kind, parse_toml, read_bytes
from ..errors import AHPError, SurveyError, SurveyWarning
from ..hierarchy import Hierarchy
from ..priority import check_method
from ..random_index import check_random_index
from ..resources import data_folder

FORMAT = 1
MAX_CHILDREN = 9
"""More children than this and people lose the thread (Saaty & Ozdemir 2003, Math. Comput.
Modelling 38:233-244, from Miller's seven plus or minus two)."""

Text = Mapping[str, str]
"""A text in several languages: language code -> text."""

MAX_COMPARISONS = 10_000
"""Comparisons of a survey; experts answer some 60 well."""

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")


@dataclass(frozen=True)
class Node:
    """One node of the hierarchy: the goal, a criterion or an indicator.

    Attributes:
        id: stable id, unique in the survey.
        name: short name in each language.
        explanation: one or two sentences an expert can judge by, in each language.
    """

    id: str
    name: Text
    explanation: Text


@dataclass(frozen=True)
class Survey:
    """A survey definition, checked.

    Attributes:
        id: stable id of the survey.
        languages: codes of the languages every text is in, the first is the original.
        name, description: of the survey, in each language.
        nodes: node id -> node; the goal first, then the order of the file.
        hierarchy: the tree of node ids.
        method, random_index: defaults for the analysis.
    """

    id: str
    languages: tuple[str, ...]
    name: Text
    description: Text = field(repr=False)
    nodes: Mapping[str, Node] = field(repr=False)
    hierarchy: Hierarchy
    method: str
    random_index: str

    @cached_property
    def content(self) -> str:
        """Canonical JSON of the definition; `survey_from_content` reads it back."""
        return canonical(
            definition(
                self,
                [
                    {
                        "id": node.id,
                        "parent": self.hierarchy.parent_of(node.id),
                        "name": dict(node.name),
                        "explanation": dict(node.explanation),
                    }
                    for node in self.nodes.values()
                ],
            )
        )

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of `content`: what judgments are bound to."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What works but asks too much of people."""
        return tuple(
            f"{parent!r} has {len(kids)} children; people compare at most {MAX_CHILDREN} well"
            for parent, kids in self.hierarchy.children.items()
            if len(kids) > MAX_CHILDREN
        )

    def text(self, text: Text, language: str) -> str:
        """A text in the language asked for, or in the survey's original one."""
        return text.get(language) or text[self.languages[0]]

    def node_name(self, node: str, language: str) -> str:
        """A node's name in the language asked for, or in the survey's original one."""
        return self.text(self.nodes[node].name, language)


def shipped_surveys() -> dict[str, Path]:
    """The surveys that come with `ahp`: name -> file."""
    return {path.stem: path for path in sorted(data_folder("surveys").glob("*.toml"))}


def load_survey(name_or_path: str | Path) -> Survey:
    """Load a shipped survey by its name, or a survey file by its path.

    Warns:
        SurveyWarning: a parent has more children than people compare well.

    Raises:
        SurveyError: the file, the path inside it and what was expected.
    """
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and path.suffix != ".toml" and len(path.parts) == 1:
        shipped = shipped_surveys()
        if name_or_path not in shipped:
            listed = ", ".join(shipped)
            raise SurveyError(
                f"{name_or_path!r} is no shipped survey, expected one of {listed} "
                "or the path of a .toml file"
            )
        path = shipped[name_or_path]
    survey = survey_from_toml(read_bytes(path, SurveyError, MAX_TOML), str(path))
    for remark in survey.remarks:
        warnings.warn(f"{path}: {remark}", SurveyWarning, stacklevel=2)
    return survey


def survey_from_toml(content: bytes | str, source: str) -> Survey:
    """The survey in the content of a survey file, an uploaded one for instance.

    Args:
        content: TOML, UTF-8.
        source: name of the file, for messages.

    Raises:
        SurveyError: the file, the path inside it and what was expected.
    """
    return _build(parse_toml(content, source, SurveyError, "a survey"), source)


def definition(of: Any, nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The plain data of a survey, or of one being written.

    Args:
        of: has the attributes of a `Survey`, but for its nodes and hierarchy.
        nodes: the goal first; each with `id`, `parent`, `name` and `explanation`.
    """
    goal, *others = nodes
    return {
        "format": FORMAT,
        "id": of.id,
        "languages": list(of.languages),
        "name": dict(of.name),
        "description": dict(of.description),
        "method": of.method,
        "random_index": of.random_index,
        "goal": {key: value for key, value in goal.items() if key != "parent"},
        "nodes": others,
    }


def survey_from_content(content: str) -> Survey:
    """Read back what `Survey.content` wrote."""
    return _build(json.loads(content), "stored survey")


def _text(table: DataTable, key: str, languages: tuple[str, ...]) -> Text:
    """The text at a key in each of the languages."""
    texts = table.table(key)
    texts.only(languages)
    return MappingProxyType({language: texts.string(language) for language in languages})


def _build(data: Any, source: str) -> Survey:
    top = DataTable(data, source, "", SurveyError)
    top.format(FORMAT)
    top.only(
        ("format", "id", "languages", "name", "description", "goal", "nodes"),
        ("method", "random_index"),
    )
    languages = _languages(top)
    goal_table, tables = top.table("goal"), top.tables("nodes")
    nodes: dict[str, Node] = {}
    for table in (goal_table, *tables):
        table.only(("id", "name", "explanation", *(("parent",) if table.path != "goal" else ())))
        node_id = table.string("id", _ID)
        if node_id in nodes:
            raise table.error("id", f"{node_id!r} is used twice, expected ids that differ")
        texts = (_text(table, key, languages) for key in ("name", "explanation"))
        nodes[node_id] = Node(node_id, *texts)
    goal, *_ = nodes
    return Survey(
        id=top.string("id", _ID),
        languages=languages,
        name=_text(top, "name", languages),
        description=_text(top, "description", languages),
        nodes=MappingProxyType(nodes),
        hierarchy=_hierarchy(goal, tables, nodes, top),
        method=_option(top, "method", "eigenvector", check_method),
        random_index=_option(top, "random_index", "saaty", check_random_index),
    )


def _languages(top: DataTable) -> tuple[str, ...]:
    languages = top.data["languages"]
    if not isinstance(languages, list) or not languages:
        raise top.error("languages", f"is {kind(languages)}, expected an array of language codes")
    for k, code in enumerate(languages):
        if not isinstance(code, str) or not _LANGUAGE.fullmatch(code) or code in languages[:k]:
            raise top.error(f"languages[{k}]", f"{code!r}, expected different codes such as 'zh'")
    return tuple(languages)


def _hierarchy(
    goal: str, tables: list[DataTable], nodes: Mapping[str, Node], top: DataTable
) -> Hierarchy:
    parents: dict[str, str] = {}
    place: dict[str, DataTable] = {}
    for table in tables:
        parent = table.string("parent")
        if parent not in nodes:
            raise table.error("parent", f"{parent!r}, expected the id of another node")
        parents[table.data["id"]] = parent
        place[table.data["id"]] = table
    for node in parents:
        path = [node]
        while path[-1] != goal:
            above = parents[path[-1]]
            if above in path:
                cycle = " -> ".join([*path[path.index(above) :], above])
                raise place[node].error("parent", f"cycle {cycle}, expected a way to the goal")
            path.append(above)
    children: dict[str, tuple[str, ...]] = {}
    for node, parent in parents.items():
        children[parent] = (*children.get(parent, ()), node)
    try:
        hierarchy = Hierarchy(goal, children)
        check_comparisons(hierarchy)
    except AHPError as error:
        raise top.error("nodes", str(error)) from error
    return hierarchy


def check_comparisons(hierarchy: Hierarchy) -> None:
    """Refuse a tree that nobody could ever compare.

    Raises:
        SurveyError: it has more than `MAX_COMPARISONS`.
    """
    count = sum(math.comb(len(kids), 2) for kids in hierarchy.children.values())
    if count > MAX_COMPARISONS:
        raise SurveyError(f"{count} comparisons, expected at most {MAX_COMPARISONS}")


def _option(top: DataTable, key: str, default: str, check: Any) -> str:
    if key not in top.data:
        return default
    try:
        return str(check(top.string(key)))
    except AHPError as error:
        if isinstance(error, SurveyError):
            raise
        raise top.error(key, str(error)) from error
