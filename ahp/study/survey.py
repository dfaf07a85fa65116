"""Survey definitions: a hierarchy with texts people can judge by, read from a data file.

The format is documented in `docs/survey-format.md`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

from ..codec import Filled, Id, at, checked, filled, inside, placed, structure
from ..datafile import ID, MAX_TOML, canonical, parse_toml, read_bytes
from ..errors import AHPError, SurveyError, SurveyWarning
from ..hierarchy import Hierarchy
from ..matrix import LARGEST
from ..messages import Phrase
from ..priority import check_method
from ..random_index import check_random_index, random_indices_for, reaching_random_index
from ..resources import data_folder
from ..result import Result
from .names import (
    MAX_NODES,
    UNKNOWN_LANGUAGE,
    Branch,
    branches_of_names,
    make_ids,
    name_key,
    slug_of,
)

FORMAT = 1
MAX_CHILDREN = 9
"""More children than this and people lose the thread (Saaty & Ozdemir 2003, Math. Comput.
Modelling 38:233-244, from Miller's seven plus or minus two)."""

SUM_TOLERANCE = 0.01
"""How far given weights may be from summing to 1: printed ones are rounded."""

Text = Mapping[str, str]
"""A text in several languages: language code -> text."""

OPTIONAL_TEXTS = ("description", "explanation")
"""What a survey may do without: people judge better by them, but names are enough to compute."""

MAX_COMPARISONS = 10_000
"""Comparisons of a survey; experts answer some 60 well."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")


class Mending(NamedTuple):
    """One text, in one language, that was put right.

    Attributes:
        node: id of the item; empty = the survey itself.
        text: `"name"`, `"explanation"` of an item, or `"description"` of the survey.
        language: code.
        old, new: the text before and after.
    """

    node: str
    text: str
    language: str
    old: str
    new: str


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
        explanation: one or two sentences an expert can judge by, in each language; empty for none.
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
        name, description: of the survey, in each language; a description may be empty.
        nodes: node id -> node; the goal first, then the order of the file.
        hierarchy: the tree of node ids, with the weights that are given.
        method, random_index: defaults for the analysis, as the definition names them; see
            `reaching_random_index`.
        mended: slips in the texts that were put right since experts judge by them, the first one
            first; `content_hash` stays what it was.
    """

    id: str
    languages: tuple[str, ...]
    name: Text
    description: Text = field(repr=False)
    nodes: Mapping[str, Node] = field(repr=False)
    hierarchy: Hierarchy
    method: str
    random_index: str
    mended: tuple[Mending, ...] = field(default=(), repr=False)

    @classmethod
    def from_names(
        cls,
        names: Mapping[str, Any],
        *,
        id: str | None = None,  # noqa: A002 - the name of the attribute
        language: str = UNKNOWN_LANGUAGE,
        method: str = "eigenvector",
        random_index: str = "saaty",
    ) -> Survey:
        """A survey made from names alone: without explanations, in one language.

        Ids are made from the names, always the same of the same names: `big_b` of `Big B`, and
        `n1`, `n2`, … of names that are not in ASCII.

        Args:
            names: name of an item -> names of the items below it, the goal first; each name stands
                once. What stands below an item may be written inside it as well:
                `{"Goal": {"A": ["a1", "a2"], "B": None}}`, `{"Goal": [{"A": ["a1", "a2"]}, "B"]}`.
            id: of the survey; made from the name of the goal by default.
            language: code of the language that the names are in; `"und"`: not told.
            method: default for the analysis, as for `ahp.weights`.
            random_index: likewise, as for `ahp.check_consistency`.

        Raises:
            SurveyError: names the item where the names are no tree, or that stands twice.
            OptionError: an unknown method or table of random indices, with the valid ones.

        >>> survey = ahp.Survey.from_names({"Job": ["Pay", "Work"], "Work": ["Tasks", "Team"]})
        >>> dict(survey.hierarchy.children)
        {'job': ('pay', 'work'), 'work': ('tasks', 'team')}
        >>> ahp.Survey.from_names({"目标": ["价格", "质量"]}).hierarchy.leaves
        ('n2', 'n3')
        """
        goal = branches_of_names(names)
        survey = survey_from_branches(goal, Phrase("the_names"), id=id, language=language)
        return replace(
            survey, method=check_method(method), random_index=check_random_index(random_index)
        )

    @property
    def data(self) -> dict[str, Any]:
        """The definition as a survey file has it."""
        above = {kid: parent for parent, kids in self.hierarchy.children.items() for kid in kids}
        return definition(
            self,
            [
                {
                    "id": node.id,
                    "parent": above.get(node.id),
                    "name": dict(node.name),
                    "explanation": dict(node.explanation),
                    **(node.given.data if node.given else {}),
                }
                for node in self.nodes.values()
            ],
        )

    @cached_property
    def content(self) -> str:
        """Canonical JSON of the definition; `survey_from_content` reads it back."""
        return canonical(self.data)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of `content`, before any of it was mended: what judgments are bound to."""
        content = as_judged(self).content if self.mended else self.content
        return hashlib.sha256(content.encode()).hexdigest()

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
    def given(self) -> Mapping[str, SourcedWeights]:
        """Parent id -> the weights given there instead of compared, in the order of the tree."""
        weights = {parent: self.nodes[parent].given for parent in self.hierarchy.parents}
        return {parent: given for parent, given in weights.items() if given is not None}

    @property
    def remarks(self) -> tuple[Phrase, ...]:
        """What works but asks too much of people, and what is used instead of what was named."""
        counts = dict(zip(self.hierarchy.compared, self.orders, strict=True))
        remarks = [
            Phrase("survey_crowded", parent=parent, count=count, most=MAX_CHILDREN)
            for parent, count in counts.items()
            if count > MAX_CHILDREN
        ]
        if self.reaching_random_index != self.random_index:
            named, used = self.random_index, self.reaching_random_index
            count = max(self.orders)
            remarks.append(Phrase("survey_index_short", named=named, used=used, count=count))
        return tuple(remarks)

    def text(self, text: Text, language: str) -> str:
        """A text in the language asked for, or in the survey's original one; "" without one."""
        return text.get(language) or text.get(self.languages[0], "")

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
        Phrase("given_divided", parent=parent, total=given.total)
        for parent, given in survey.given.items()
        if given.total != 1
    )
    for remark in (*survey.remarks, *divided):
        warnings.warn(SurveyWarning("at_place", place=str(path), problem=remark), stacklevel=2)
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


def survey_from_branches(
    goal: Branch,
    source: str | Phrase,
    *,
    id: str | None,  # noqa: A002 - the name of the attribute
    language: str,
    title: str = "",
    description: str = "",
) -> Survey:
    """A survey in one language, made from a tree of names; the branches get their ids.

    Raises:
        SurveyError: a single child, too many names, an id or a language of the wrong form.
    """
    branches = list(goal.walk())
    if len(branches) > MAX_NODES:
        raise SurveyError("too_many_names", source=source, count=len(branches), most=MAX_NODES)
    for branch, node_id in zip(branches, make_ids(branch.name for branch in branches), strict=True):
        branch.id = node_id
        if len(branch.children) == 1:
            raise SurveyError(
                "single_item", place=branch.place, name=branch.name, item=branch.children[0].name
            )
    title = title.strip() or goal.name
    survey_id = id or slug_of(title) or "imported"
    for code, value, pattern in (
        ("survey_id_form", survey_id, ID),
        ("survey_language_form", language, _LANGUAGE),
    ):
        if not pattern.fullmatch(value):
            raise SurveyError(code, source=source, value=value)

    def text(value: str) -> Mapping[str, str]:
        return MappingProxyType({language: value.strip()} if value.strip() else {})

    children = {
        branch.id: tuple(kid.id for kid in branch.children)
        for branch in branches
        if branch.children
    }
    try:
        hierarchy = Hierarchy(goal.id, children)
        check_comparisons(hierarchy)
    except AHPError as error:
        raise SurveyError("at_place", place=goal.place, problem=error) from error
    return Survey(
        id=survey_id,
        languages=(language,),
        name=text(title),
        description=text(description),
        nodes=MappingProxyType(
            {item.id: Node(item.id, text(item.name), text(item.explanation)) for item in branches}
        ),
        hierarchy=hierarchy,
        method="eigenvector",
        random_index="saaty",
    )


def labels_of(
    survey: Survey, nodes: Sequence[str], key: Callable[[str], str] = name_key
) -> dict[str, set[str]]:
    """Keys of what people may call nodes, ids and names in any language, also from before they were
    mended -> the nodes so called.
    """
    labels: dict[str, set[str]] = {}
    before = [(one.node, one.old) for one in survey.mended if one.text == "name"]
    for node in nodes:
        old = (name for own, name in before if own == node)
        for label in (node, *survey.nodes[node].name.values(), *old):
            labels.setdefault(key(label), set()).add(node)
    return labels


def definition(of: Any, nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The plain data of a survey, or of one being written.

    Args:
        of: has the attributes of a `Survey`, but for its nodes and hierarchy.
        nodes: the goal first; each with `id`, `parent`, `name` and `explanation`, and `weights` and
            `source` where weights are given. Explanations and descriptions that nobody wrote are
            left out.
    """
    goal, *others = map(_written, nodes)
    return _written(
        {
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
    )


def _written(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table without the texts that it may do without, where nobody wrote them."""
    return {
        key: value for key, value in table.items() if key not in OPTIONAL_TEXTS or is_written(value)
    }


def is_written(text: Text) -> bool:
    """Whether a text is there in any language."""
    return any(map(str.strip, text.values()))


def survey_from_content(content: str) -> Survey:
    """Read back what `Survey.content` wrote."""
    return _build(json.loads(content), "stored survey")


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


def _build(data: Any, source: str) -> Survey:
    table = structure(data, _SurveyTable, source, SurveyError)
    with placed(source, SurveyError):
        return table.survey()


def _check_languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    for k, code in enumerate(codes):
        if not _LANGUAGE.fullmatch(code) or code in codes[:k]:
            raise at(k, Phrase("language_code", value=code))
    return codes


_Weight = Annotated[float, checked(lambda weight: 0 <= weight <= LARGEST, "weight_out_of_range")]


@dataclass(frozen=True, kw_only=True)
class _GoalTable:
    """What a survey file says of the goal, or of any node."""

    id: Id
    name: Mapping[str, Filled]
    explanation: Mapping[str, Filled] = field(default_factory=dict)
    weights: Mapping[str, _Weight] | None = None
    source: Filled | None = None

    def __post_init__(self) -> None:
        for key, needed in (("weights", "source"), ("source", "weights")):
            if getattr(self, key) is not None and getattr(self, needed) is None:
                raise at(needed, Phrase("missing_beside", key=key))

    @property
    def given(self) -> SourcedWeights | None:
        """The weights given here; whether they are of the children, the tree tells."""
        if self.weights is None or self.source is None:
            return None
        return SourcedWeights(self.weights, self.source.strip())

    def check_given(self, kids: Sequence[str]) -> None:
        """Refuse given weights that are not one for each child, or don't sum to 1."""
        if self.weights is None:
            return
        if not kids:
            raise at("weights", Phrase("given_without_children", node=self.id))
        for child in (*self.weights, *kids):
            if child not in kids:
                problem = Phrase("not_a_child", parent=self.id, valid=tuple(kids))
                raise at(f"weights.{child}", problem)
            if child not in self.weights:
                raise at(f"weights.{child}", Phrase("child_without_weight", parent=self.id))
        if wrong := wrong_sum(self.weights):
            raise at("weights", wrong)


@dataclass(frozen=True, kw_only=True)
class _NodeTable(_GoalTable):
    """What it says of a node below the goal."""

    parent: Filled


@dataclass(frozen=True, kw_only=True)
class _SurveyTable:
    """A survey file."""

    format: Literal[1]
    id: Id
    languages: Annotated[tuple[str, ...], filled, _check_languages]
    name: Mapping[str, Filled]
    description: Mapping[str, Filled] = field(default_factory=dict)
    goal: _GoalTable
    nodes: Annotated[tuple[_NodeTable, ...], filled]
    method: Annotated[str, check_method] = "eigenvector"
    random_index: Annotated[str, check_random_index] = "saaty"

    def survey(self) -> Survey:
        """The survey, if its nodes are a tree."""
        below = {f"nodes[{k}]": table for k, table in enumerate(self.nodes)}
        nodes: dict[str, Node] = {}
        for place, table in (("goal", self.goal), *below.items()):
            if table.id in nodes:
                raise at(f"{place}.id", Phrase("id_twice", value=table.id))
            name = self.text(table.name, f"{place}.name")
            explanation = self.optional_text(table.explanation, f"{place}.explanation")
            nodes[table.id] = Node(table.id, name, explanation, table.given)
        hierarchy = self.hierarchy(below, nodes)
        survey = Survey(
            id=self.id,
            languages=self.languages,
            name=self.text(self.name, "name"),
            description=self.optional_text(self.description, "description"),
            nodes=MappingProxyType(nodes),
            hierarchy=hierarchy,
            method=self.method,
            random_index=self.random_index,
        )
        with inside("nodes"):
            reaching_random_index(survey.orders)
        return survey

    def text(self, text: Text, place: str) -> Text:
        """A text in each of the languages, in their order."""
        for language in (*text, *self.languages):
            if language not in self.languages:
                raise at(f"{place}.{language}", Phrase("key_unknown", valid=self.languages))
            if language not in text:
                raise at(f"{place}.{language}", Phrase("is_missing"))
        return MappingProxyType({language: text[language] for language in self.languages})

    def optional_text(self, text: Text, place: str) -> Text:
        """The same, or nothing in any language."""
        return self.text(text, place) if text else MappingProxyType({})

    def hierarchy(self, below: Mapping[str, _NodeTable], nodes: Mapping[str, Node]) -> Hierarchy:
        """The tree of the nodes, given those below the goal by their places."""
        parents = {table.id: table.parent for table in self.nodes}
        children: dict[str, tuple[str, ...]] = {}
        for place, table in below.items():
            if table.parent not in nodes:
                raise at(f"{place}.parent", Phrase("parent_unknown", value=table.parent))
            children[table.parent] = (*children.get(table.parent, ()), table.id)
        for place, table in below.items():
            path = [table.id]
            while path[-1] != self.goal.id:
                above = parents[path[-1]]
                if above in path:
                    cycle = " -> ".join([*path[path.index(above) :], above])
                    raise at(f"{place}.parent", Phrase("parent_cycle", cycle=cycle))
                path.append(above)
        for place, one in (("goal", self.goal), *below.items()):
            with inside(place):
                one.check_given(children.get(one.id, ()))
        with inside("nodes"):
            hierarchy = tree_of(self.goal.id, children, nodes)
            check_comparisons(hierarchy)
        return hierarchy


def as_judged(survey: Survey) -> Survey:
    """The survey as it was before anything was mended: what judgments are bound to."""
    for mending in reversed(survey.mended):
        survey = worded(survey, mending, mending.old)
    return replace(survey, mended=())


def worded(survey: Survey, mending: Mending, words: str) -> Survey:
    """The survey with these words in the place of a mending."""
    node = survey.nodes.get(mending.node)
    texts = getattr(survey if node is None else node, mending.text)
    changed: dict[str, Any] = {mending.text: MappingProxyType({**texts, mending.language: words})}
    if node is None:
        return replace(survey, **changed)
    nodes = {**survey.nodes, mending.node: replace(node, **changed)}
    return replace(survey, nodes=MappingProxyType(nodes))
