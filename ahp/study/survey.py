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
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..datafile import MAX_TOML, DataTable, canonical, kind, parse_toml, read_bytes
from ..errors import AHPError, RandomIndexError, SurveyError, SurveyWarning
from ..hierarchy import Hierarchy
from ..matrix import LARGEST
from ..messages import Phrase
from ..priority import check_method
from ..random_index import check_random_index, random_indices_for, reaching_random_index
from ..resources import data_folder
from ..result import Result

FORMAT = 1
MAX_CHILDREN = 9
"""More children than this and people lose the thread (Saaty & Ozdemir 2003, Math. Comput.
Modelling 38:233-244, from Miller's seven plus or minus two)."""

SUM_TOLERANCE = 0.01
"""How far given weights may be from summing to 1: printed ones are rounded."""

Text = Mapping[str, str]
"""A text in several languages: language code -> text."""

MAX_COMPARISONS = 10_000
"""Comparisons of a survey; experts answer some 60 well."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")


@dataclass(frozen=True, eq=False, repr=False)
class SourcedWeights(Result):
    """Weights that are given instead of compared.

    Attributes:
        weights: child id -> weight as it is printed, 0 or more.
        source: where they come from, such as a regulation or a study.
    """

    weights: Mapping[str, float]
    source: str

    @property
    def total(self) -> float:
        """The sum of the weights as they are printed."""
        return float(sum(Decimal(repr(weight)) for weight in self.weights.values()))

    @property
    def data(self) -> dict[str, Any]:
        """The keys of a node in a survey file."""
        return {"weights": dict(self.weights), "source": self.source}


@dataclass(frozen=True, eq=False, repr=False)
class Node(Result):
    """One node of the hierarchy: the goal, a criterion or an indicator.

    Attributes:
        id: stable id, unique in the survey.
        name: short name in each language.
        explanation: one or two sentences an expert can judge by, in each language.
        given: weights of its children where they are given instead of compared.
    """

    id: str
    name: Text
    explanation: Text
    given: SourcedWeights | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Survey(Result):
    """A survey definition, checked.

    Attributes:
        id: stable id of the survey.
        languages: codes of the languages every text is in, the first is the original.
        name, description: of the survey, in each language.
        nodes: node id -> node; the goal first, then the order of the file.
        hierarchy: the tree of node ids, with the weights that are given.
        method, random_index: defaults for the analysis, as the definition names them; see
            `reaching_random_index`.
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
                        **(node.given.data if node.given else {}),
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
    def orders(self) -> tuple[int, ...]:
        """Orders of the judgment matrices: how many children each parent has that is compared."""
        return tuple(len(self.hierarchy.children[parent]) for parent in self.hierarchy.compared)

    @cached_property
    def reaching_random_index(self) -> str:
        """The table of random indices in use: the one named, or one that goes on where that one
        ends before the largest number of children.
        """
        return reaching_random_index(self.orders, self.random_index)

    @property
    def random_indices(self) -> tuple[str, ...]:
        """Names of the tables of random indices that reach the largest number of children."""
        return random_indices_for(self.orders)

    @property
    def crowded(self) -> dict[str, int]:
        """Parents with more children than people compare well, and how many they have."""
        counts = dict(zip(self.hierarchy.compared, self.orders, strict=True))
        return {parent: count for parent, count in counts.items() if count > MAX_CHILDREN}

    @property
    def given(self) -> Mapping[str, SourcedWeights]:
        """Parent id -> the weights given there instead of compared, in the order of the tree."""
        weights = {parent: self.nodes[parent].given for parent in self.hierarchy.parents}
        return {parent: given for parent, given in weights.items() if given is not None}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What works but asks too much of people, and what is used instead of what was named."""
        remarks = [
            f"{parent!r} has {count} children; people compare at most {MAX_CHILDREN} well"
            for parent, count in self.crowded.items()
        ]
        if self.reaching_random_index != self.random_index:
            remarks.append(
                f"random_index {self.random_index!r} ends before {max(self.orders)} "
                f"children; {self.reaching_random_index!r} is used instead"
            )
        return tuple(remarks)

    def text(self, text: Text, language: str) -> str:
        """A text in the language asked for, or in the survey's original one."""
        return text.get(language) or text[self.languages[0]]

    def node_name(self, node: str, language: str) -> str:
        """A node's name in the language asked for, or in the survey's original one."""
        return self.text(self.nodes[node].name, language)


def shipped_surveys() -> dict[str, Path]:
    """The surveys that come with `ahp`: name -> file.

    >>> "supervision_effectiveness" in ahp.shipped_surveys()
    True
    """
    return {path.stem: path for path in sorted(data_folder("surveys").glob("*.toml"))}


def load_survey(name_or_path: str | Path) -> Survey:
    """Load a shipped survey by its name, or a survey file by its path.

    Warns:
        SurveyWarning: a parent has more children than people compare well, or given weights were
            divided by their sum.

    Raises:
        SurveyError: the file, the path inside it and what was expected.

    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> survey.languages, len(survey.hierarchy.leaves), len(survey.hierarchy.comparisons)
    (('zh', 'en'), 18, 35)
    """
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and path.suffix != ".toml" and len(path.parts) == 1:
        shipped = shipped_surveys()
        if name_or_path not in shipped:
            raise SurveyError("survey_not_shipped", name=name_or_path, valid=tuple(shipped))
        path = shipped[name_or_path]
    survey = survey_from_toml(read_bytes(path, SurveyError, MAX_TOML), str(path))
    divided = (
        f"the weights given below {parent!r} sum to {given.total:.6g}, they are divided by it"
        for parent, given in survey.given.items()
        if given.total != 1
    )
    for remark in (*survey.remarks, *divided):
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
    return _build(parse_toml(content, source, SurveyError, "a_survey"), source)


def definition(of: Any, nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The plain data of a survey, or of one being written.

    Args:
        of: has the attributes of a `Survey`, but for its nodes and hierarchy.
        nodes: the goal first; each with `id`, `parent`, `name` and `explanation`, and `weights` and
            `source` where weights are given.
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
        table.only(
            ("id", "name", "explanation", *(("parent",) if table.path != "goal" else ())),
            ("weights", "source"),
        )
        node_id = table.id("id")
        if node_id in nodes:
            raise table.error("id", "id_twice", value=node_id)
        name, explanation = (_text(table, key, languages) for key in ("name", "explanation"))
        nodes[node_id] = Node(node_id, name, explanation, _given(table))
    goal, *_ = nodes
    survey = Survey(
        id=top.id("id"),
        languages=languages,
        name=_text(top, "name", languages),
        description=_text(top, "description", languages),
        nodes=MappingProxyType(nodes),
        hierarchy=_hierarchy(goal, [goal_table, *tables], nodes, top),
        method=_option(top, "method", "eigenvector", check_method),
        random_index=_option(top, "random_index", "saaty", check_random_index),
    )
    try:
        reaching_random_index(survey.orders)
    except RandomIndexError as error:
        raise top.wrapped("nodes", error) from error
    return survey


def _given(table: DataTable) -> SourcedWeights | None:
    """The weights given at a node; whether they are of its children, the hierarchy tells."""
    for key, needed in (("weights", "source"), ("source", "weights")):
        if key in table.data and needed not in table.data:
            raise table.error(needed, "missing_beside", key=key)
    if "weights" not in table.data:
        return None
    numbers = table.table("weights")
    for child, weight in numbers.data.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float | Decimal):
            raise numbers.error(child, "weight_is_no_number", kind=kind(weight))
        if not 0 <= weight <= LARGEST:
            raise numbers.error(child, "weight_out_of_range", value=weight)
    weights = {child: float(weight) for child, weight in numbers.data.items()}
    return SourcedWeights(MappingProxyType(weights), table.string("source").strip())


def wrong_sum(weights: Mapping[str, float], parent: str | None = None) -> Phrase | None:
    """Why printed weights, those below a parent, can't be shares of one whole; None if they can.

    Their sum is 1 within `SUM_TOLERANCE`, or within what rounding to their decimals, two or more,
    makes of many.
    """
    printed = [Decimal(repr(float(weight))).normalize() for weight in weights.values()]
    digits = (max(2, -int(number.as_tuple().exponent)) for number in printed)
    rounding = sum((Decimal(5).scaleb(-1 - count) for count in digits), Decimal(0))
    total = sum(printed, Decimal(0))
    if abs(total - 1) <= max(rounding, Decimal(str(SUM_TOLERANCE))):
        return None
    code = "weights_sum" if parent is None else "weights_sum_below"
    return Phrase(code, parent=parent, total=float(total))


def _check_given(table: DataTable, node: Node, kids: Sequence[str]) -> None:
    """Refuse given weights that are not one for each child, or don't sum to 1."""
    if node.given is None:
        return
    if not kids:
        raise table.error("weights", "given_without_children", node=node.id)
    numbers = table.table("weights")
    for child in numbers.data:
        if child not in kids:
            raise numbers.error(child, "not_a_child", parent=node.id, valid=tuple(kids))
    for kid in kids:
        if kid not in numbers.data:
            raise numbers.error(kid, "child_without_weight", parent=node.id)
    if problem := wrong_sum(node.given.weights):
        raise table.wrapped("weights", problem)


def _languages(top: DataTable) -> tuple[str, ...]:
    languages = top.data["languages"]
    if not isinstance(languages, list) or not languages:
        raise top.error("languages", "not_languages", kind=kind(languages))
    for k, code in enumerate(languages):
        if not isinstance(code, str) or not _LANGUAGE.fullmatch(code) or code in languages[:k]:
            raise top.error(f"languages[{k}]", "language_code", value=code)
    return tuple(languages)


def _hierarchy(
    goal: str, tables: list[DataTable], nodes: Mapping[str, Node], top: DataTable
) -> Hierarchy:
    parents: dict[str, str] = {}
    table_of: dict[str, DataTable] = {}
    for table in tables[1:]:
        parent = table.string("parent")
        if parent not in nodes:
            raise table.error("parent", "parent_unknown", value=parent)
        parents[table.data["id"]] = parent
        table_of[table.data["id"]] = table
    for node_id in parents:
        path = [node_id]
        while path[-1] != goal:
            above = parents[path[-1]]
            if above in path:
                cycle = " -> ".join([*path[path.index(above) :], above])
                raise table_of[node_id].error("parent", "parent_cycle", cycle=cycle)
            path.append(above)
    children: dict[str, tuple[str, ...]] = {}
    for node_id, parent in parents.items():
        children[parent] = (*children.get(parent, ()), node_id)
    for table, node in zip(tables, nodes.values(), strict=True):
        _check_given(table, node, children.get(node.id, ()))
    try:
        hierarchy = tree_of(goal, children, nodes)
        check_comparisons(hierarchy)
    except AHPError as error:
        raise top.wrapped("nodes", error) from error
    return hierarchy


def check_comparisons(hierarchy: Hierarchy) -> None:
    """Refuse a tree that nobody could ever compare.

    Raises:
        SurveyError: it has more than `MAX_COMPARISONS`.
    """
    count = sum(math.comb(len(hierarchy.children[parent]), 2) for parent in hierarchy.compared)
    if count > MAX_COMPARISONS:
        raise SurveyError("too_many_comparisons", count=count, most=MAX_COMPARISONS)


def tree_of(
    goal: str, children: Mapping[str, Sequence[str]], nodes: Mapping[str, Node]
) -> Hierarchy:
    """The tree of nodes, with the weights that are given at them.

    Raises:
        SurveyError: no parent is left to compare under.
        HierarchyError: names the node where the tree is broken.
    """
    given = {
        parent: tuple(sourced.weights[kid] for kid in kids)
        for parent, kids in children.items()
        if (sourced := nodes[parent].given) is not None
    }
    hierarchy = Hierarchy(goal, {p: tuple(kids) for p, kids in children.items()}, given)
    if not hierarchy.compared:
        raise SurveyError("nothing_to_compare")
    return hierarchy


def _option(top: DataTable, key: str, default: str, check: Any) -> str:
    if key not in top.data:
        return default
    try:
        return str(check(top.string(key)))
    except AHPError as error:
        if isinstance(error, SurveyError):
            raise
        raise top.wrapped(key, error) from error
