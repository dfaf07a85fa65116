"""Surveys as text: the hierarchy text of AHP-OS, survey files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from ..datafile import check_size, read_bytes
from ..errors import AHPError, MatrixError, SurveyError
from ..messages import Phrase
from ..scale import parse_number, plain_text
from ..study import Survey
from ..study.names import MAX_NODES, UNKNOWN_LANGUAGE, Branch, check_name, name_key
from ..study.survey import SourcedWeights, survey_from_branches, tree_of, wrong_sum

MAX_BYTES = 8 * 2**20
"""A larger file is refused before it is read: 1,000 experts need about 2 MB."""

MAX_TEXT = 50_000
"""Characters of a hierarchy text; AHP-OS takes 6,000."""

_PUNCTUATION = str.maketrans("：，；＝", ":,;=")
_RESERVED = re.compile(r"[,:;=~<：，；＝～＜]")
_ZERO = re.compile(r"0+(?:\.0*)?|\.0+")
_NUMERIC = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")

Pair = tuple[str, str, str]
"""A comparison: the ids of the parent, of the left and of the right item."""

GivenWeights = Mapping[str, Mapping[str, float]]
"""Weights that a file gives without comparisons: parent id -> child id -> weight."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def load_content(
    content: bytes | Path, source: str | None, error: type[AHPError], most: int = MAX_BYTES
) -> tuple[bytes, str]:
    """The bytes of an upload or a file, and its name for messages.

    Raises:
        AHPError: of the given type; cannot be read, or larger than `most`.
    """
    if isinstance(content, Path):
        source = source or str(content)
        content = read_bytes(content, error, most)
    source = source or "upload"
    check_size(content, source, error, most)
    return content, source


def is_writable(text: str) -> bool:
    """Whether UTF-8 can write a text: it has no lone half of a surrogate pair."""
    return not any("\ud800" <= mark <= "\udfff" for mark in text)


def with_given_weights(survey: Survey, weights: GivenWeights, source: str) -> Survey:
    """A survey in which the children of some parents are not compared, their weights being given.

    Args:
        survey: the survey.
        weights: parent id -> child id -> weight, one for each child, as the readers here check.
        source: where the weights come from.

    Raises:
        SurveyError: no parent is left to compare under.
    """
    nodes = {
        key: replace(node, given=SourcedWeights(MappingProxyType(dict(weights[key])), source))
        if key in weights
        else node
        for key, node in survey.nodes.items()
    }
    tree = tree_of(survey.hierarchy.goal, survey.hierarchy.children, nodes)
    return replace(survey, nodes=MappingProxyType(nodes), hierarchy=tree)


@dataclass(frozen=True)
class HierarchyText:
    """What a hierarchy text holds.

    Attributes:
        survey: its nodes, named in one language.
        given_weights: weights that stand in the text, `A=0.3`.
        branches: ids of the nodes with a branch, in the order of the text.
    """

    survey: Survey
    given_weights: GivenWeights = field(repr=False)
    branches: tuple[str, ...] = field(repr=False)


def parse_hierarchy_text(
    text: str,
    *,
    id: str | None = None,  # noqa: A002
    language: str = UNKNOWN_LANGUAGE,
) -> Survey:
    """The survey in a hierarchy text; weights in it are read and left out, see
    `read_hierarchy_text`.

    Raises:
        SurveyError: names the line, the column and what was expected.
    """
    return read_hierarchy_text(text, id=id, language=language).survey


def read_hierarchy_text(
    text: str,
    source: str = "hierarchy text",
    *,
    id: str | None = None,  # noqa: A002
    language: str = UNKNOWN_LANGUAGE,
    title: str = "",
    description: str = "",
) -> HierarchyText:
    """Read a hierarchy text: `Goal: A=0.3, B=0.7; A: a1, a2;`.

    The first branch is the goal, `;` ends each branch, every name stands below one branch only.
    `：，；＝` and full-width digits are read like the plain ones. Either all items of a branch have
    a weight or none; they sum to 1 as far as their rounding lets them and are returned as they
    stand.

    Args:
        text: the text.
        source: its name, for messages.
        id: of the survey; made from its title by default.
        language: code of the language the names are in.
        title: of the survey; the name of the goal by default.
        description: of the survey.

    Raises:
        SurveyError: names the line, the column and what was expected.
    """
    if len(text) > MAX_TEXT:
        raise SurveyError("too_many_characters", source=source, count=len(text), most=MAX_TEXT)
    plain = text.translate(_PUNCTUATION)
    if (count := sum(map(plain.count, ",;"))) > 2 * MAX_NODES:
        raise SurveyError("too_many_separators", source=source, count=count, most=2 * MAX_NODES)

    def place(start: int) -> str:
        start += len(plain[start:]) - len(plain[start:].lstrip())
        line = plain.count("\n", 0, start) + 1
        return f"{source}: line {line}, column {start - plain.rfind(chr(10), 0, start)}"

    *parts, rest = _split(plain, 0, len(plain), ";")
    if plain[rest[0] : rest[1]].strip():
        raise SurveyError("branch_unended", place=place(rest[0]))
    if not parts:
        raise SurveyError("no_branches", source=source)
    heads: dict[str, Branch] = {}
    items: dict[str, Branch] = {}
    weights: dict[str, dict[str, float]] = {}
    for start, end in parts:
        pieces = _split(plain, start, end, ":")
        if len(pieces) != 2:
            shown = " ".join(text[start:end].split())
            raise SurveyError(
                "branch_colons", place=place(start), text=shown, count=len(pieces) - 1
            )
        head, body = pieces
        name = check_name(" ".join(text[slice(*head)].split()), place(head[0]))
        key = name_key(name)
        if key in heads:
            raise SurveyError("branch_twice", place=place(head[0]), name=name)
        heads[key] = branch = items.get(key) or Branch(name, place(head[0]))
        weights[key] = {}
        for piece in _split(plain, *body, ","):
            item_text, equals, weight = plain[slice(*piece)].partition("=")
            shown = " ".join(text[piece[0] : piece[0] + len(item_text)].split())
            item = check_name(shown, place(piece[0]))
            item_key = name_key(item)
            if item_key in items or item_key == next(iter(heads)):
                raise SurveyError("item_twice", place=place(piece[0]), name=item)
            items[item_key] = heads.get(item_key) or Branch(item, place(piece[0]))
            branch.children.append(items[item_key])
            if equals:
                weights[key][item_key] = _weight(weight, place(piece[0]), item)
        _check_weights(weights[key], branch)
    goal = next(iter(heads.values()))
    below = {name_key(branch.name) for branch in goal.walk()}
    for key, branch in heads.items():
        if key not in below:
            raise SurveyError("branch_apart", place=branch.place, name=branch.name, goal=goal.name)
    survey = survey_from_branches(
        goal, source, id=id, language=language, title=title, description=description
    )
    return HierarchyText(
        survey,
        freeze(
            {
                heads[key].id: {items[kid].id: weight for kid, weight in given.items()}
                for key, given in weights.items()
                if given
            }
        ),
        tuple(branch.id for branch in heads.values()),
    )


def _split(text: str, start: int, end: int, mark: str) -> list[tuple[int, int]]:
    """Where the parts of `text[start:end]` between marks begin and end."""
    cuts = [start - 1, *(k for k in range(start, end) if text[k] == mark), end]
    return [(left + 1, right) for left, right in pairwise(cuts)]


def _weight(text: str, place: str, item: str) -> float:
    value = read_number(text)
    if value is None or value > 1:
        raise SurveyError("item_weight", place=place, item=item, weight=text.strip())
    return value


def read_number(text: str) -> float | None:
    """A number of 0 or more, such as `0.3`, `1/3`, `0`; None when it is none."""
    try:
        return 0.0 if _ZERO.fullmatch(plain_text(text)) else parse_number(text)
    except MatrixError:
        return None


def _check_weights(given: Mapping[str, float], branch: Branch) -> None:
    if not given:
        return
    for kid in branch.children:
        if name_key(kid.name) not in given:
            raise SurveyError(
                "item_without_weight", place=kid.place, item=kid.name, parent=branch.name
            )
    if problem := wrong_sum(given, branch.name):
        raise SurveyError("at_place", place=branch.place, problem=problem)


def freeze(table: Mapping[_Key, Mapping[str, _Value]]) -> Mapping[_Key, Mapping[str, _Value]]:
    """A table of tables that nobody can change."""
    return MappingProxyType({key: MappingProxyType(dict(inner)) for key, inner in table.items()})


def hierarchy_text(
    survey: Survey, language: str | None = None, given_weights: GivenWeights | None = None
) -> str:
    """The hierarchy text of a survey, one branch a line, level by level.

    Explanations, descriptions, ids and all other languages are lost.

    Args:
        survey: the survey.
        language: of the names; the survey's original one by default.
        given_weights: weights to write behind the names, `A=0.3`; the survey's by default.

    Raises:
        SurveyError: a name that the text can't hold, or two nodes of the same name.
    """
    names = plain_names(survey, language)
    if given_weights is None:
        given_weights = {parent: given.weights for parent, given in survey.given.items()}
    lines = []
    for parent, kids in survey.hierarchy.children.items():
        given = given_weights.get(parent, {})
        items = (f"{names[kid]}={given[kid]!r}" if kid in given else names[kid] for kid in kids)
        lines.append(f"{names[parent]}: {', '.join(items)};\n")
    return "".join(lines)


def plain_names(survey: Survey, language: str | None = None) -> dict[str, str]:
    """Node id -> its name, for formats that know nodes by names which can't hold `,:;=~<`.

    Raises:
        SurveyError: such a name, a number for a name, or two nodes of the same name.
    """
    names: dict[str, str] = {}
    seen: dict[str, str] = {}
    for node in survey.nodes:
        name = survey.node_name(node, language or survey.languages[0])
        place = Phrase("name_in_survey", survey=survey.id, node=node)
        if _RESERVED.search(name) or name != " ".join(name.split()):
            raise SurveyError("name_reserved", place=place, name=name)
        if _NUMERIC.fullmatch(name_key(name)):
            raise SurveyError("name_numeric", place=place, name=name)
        key = name_key(name)
        if key in seen:
            raise SurveyError("name_shared", place=place, name=name, other=seen[key])
        seen[key] = node
        names[node] = check_name(name, place)
    return names


def survey_toml(survey: Survey) -> str:
    """A survey file that `load_survey` reads back to the same content hash."""
    import tomli_w  # noqa: PLC0415 - comes with the app

    return tomli_w.dumps(survey.data)
