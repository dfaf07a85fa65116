"""Projects of AHP-OS (Goepel 2018, Int. J. Analytic Hierarchy Process 10:469-487): the hierarchy
text and the project JSON.

One row of `pwc` holds what one participant judged below one node: one digit a pair, in the order
(1, 2), (1, 3), …, (2, 3), …; `pwc_ab` 0 when the first of the pair matters more, else 1, and
`pwc_intense` how much more, 1 to 9. AHP-OS keeps the items of a node in an order of its own: first
those without a branch, as in the text, then the others in the order of their branches
(`AhpHier::mergeBranch`). The digits follow that order, and so do these functions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

from ..codec import Filled, at, filled, inside, placed, structure
from ..datafile import decode_text, parse_json
from ..errors import AnswersError, SurveyError
from ..messages import Phrase
from ..scale import opposite
from ..study import Answers, Judgment, Survey
from ..study.names import UNKNOWN_LANGUAGE, name_key, plain_name
from .long_csv import saaty_step
from .survey_text import (
    GivenWeights,
    HierarchyText,
    hierarchy_text,
    is_writable,
    load_content,
    parse_hierarchy_text,
    plain_names,
    read_hierarchy_text,
)

__all__ = [
    "AhpOsProject",
    "HierarchyText",
    "hierarchy_text",
    "parse_hierarchy_text",
    "read_hierarchy_text",
    "read_project",
    "write_project",
]


def _text(value: str | None) -> str | None:
    if not is_writable(value or ""):
        raise at("", Phrase("not_unicode", value=value))
    return (value or "").strip()


_Name = Annotated[str, plain_name]
_Text = Annotated[str | None, _text]
"""A text that may be missing, null or empty."""


@dataclass(frozen=True)
class _ProjectTable:
    project_name: _Name
    project_hText: Filled  # noqa: N815 - the key of the file
    project_id: Any = None
    project_sc: _Text = ""
    project_description: _Text = ""
    project_datetime: Any = None
    project_author: _Text = ""
    project_status: Any = None


@dataclass(frozen=True)
class _AlternativeTable:
    alt: _Name
    project_sc: _Text = ""


@dataclass(frozen=True)
class _JudgmentsTable:
    pwc_part: _Name
    pwc_node: Filled
    pwc_ab: Filled
    pwc_intense: Filled
    project_sc: _Text = ""
    pwc_timestamp: Any = None
    pwc_id: Any = None


@dataclass(frozen=True)
class _ProjectFile:
    pj: Annotated[tuple[_ProjectTable, ...], filled]
    pwc: tuple[_JudgmentsTable, ...] = ()
    alt: tuple[_AlternativeTable, ...] = ()

    def __post_init__(self) -> None:
        if len(self.pj) > 1:
            raise at("pj", Phrase("project_count", count=len(self.pj)))
        if len(self.alt) == 1:
            raise at("alt", Phrase("one_alternative"))
        expected = self.pj[0].project_sc
        for key in ("pwc", "alt"):
            for k, table in enumerate(getattr(self, key)):
                if (session := table.project_sc) and expected and session != expected:
                    problem = Phrase("other_session", value=session, expected=expected)
                    raise at(f"{key}[{k}].project_sc", problem)
        seen: set[str] = set()
        for k, table in enumerate(self.alt):
            if name_key(table.alt) in seen:
                raise at(f"alt[{k}].alt", Phrase("stands_twice", name=table.alt))
            seen.add(name_key(table.alt))


@dataclass(frozen=True)
class AhpOsProject:
    """A project of AHP-OS.

    Attributes:
        survey: the hierarchy.
        answers: the comparisons of its nodes; a node that a participant left out has none.
        given_weights: weights that stand in the hierarchy text.
        title, description, author, session: as in the file, "" where it has none.
        alternatives: names of the alternatives.
        alternative_answers: their comparisons; `parent` is the id of a leaf of the hierarchy,
            `left` and `right` are names of alternatives.
    """

    survey: Survey
    answers: Answers = field(repr=False)
    given_weights: GivenWeights = field(repr=False)
    title: str
    description: str = field(repr=False)
    author: str
    session: str
    alternatives: tuple[str, ...]
    alternative_answers: Answers = field(repr=False)


def read_project(
    content: bytes | Path,
    source: str | None = None,
    *,
    id: str | None = None,  # noqa: A002 - the name of the attribute
    language: str = UNKNOWN_LANGUAGE,
) -> AhpOsProject:
    """Read the project JSON that AHP-OS exports.

    Args:
        content: the bytes of the file, or its path.
        source: its name, for messages.
        id: of the survey; made from the project's name by default.
        language: code of the language the names are in.

    Raises:
        SurveyError: the JSON, the project or its hierarchy; names the place in the file.
        AnswersError: a row of comparisons that does not fit the hierarchy; names the row.
    """
    content, source = load_content(content, source, SurveyError)
    text = decode_text(content, source, SurveyError)
    data = parse_json(text, source, SurveyError, "an_ahp_os_project")
    if isinstance(data, dict) and "pj" not in data:
        raise SurveyError("no_project", source=source)
    file = structure(data, _ProjectFile, source, SurveyError)
    (project,) = file.pj
    hierarchy_text = read_hierarchy_text(
        project.project_hText,
        f"{source}: pj[0].project_hText",
        id=id,
        language=language,
        title=project.project_name,
        description=project.project_description or "",
    )
    alternatives = tuple(one.alt for one in file.alt)
    with placed(source, AnswersError):
        judgments, of_alternatives = _judgments(
            file.pwc, source, hierarchy_text, language, alternatives
        )
    return AhpOsProject(
        survey=hierarchy_text.survey,
        answers=Answers(tuple(judgments)),
        given_weights=hierarchy_text.given_weights,
        title=project.project_name,
        description=project.project_description or "",
        author=project.project_author or "",
        session=project.project_sc or "",
        alternatives=alternatives,
        alternative_answers=Answers(tuple(of_alternatives)),
    )


def _judgments(
    tables: Sequence[_JudgmentsTable],
    source: str,
    hierarchy_text: HierarchyText,
    language: str,
    alternatives: tuple[str, ...],
) -> tuple[list[Judgment], list[Judgment]]:
    """The comparisons of nodes, and those of alternatives below leaves."""
    survey = hierarchy_text.survey
    ids = {name_key(survey.node_name(node, language)): node for node in survey.nodes}
    branches = hierarchy_text.branches
    pairs = {parent: _pairs(survey, parent, branches) for parent in survey.hierarchy.parents}
    below_leaves = tuple(combinations(alternatives, 2))
    judgments: list[Judgment] = []
    of_alternatives: list[Judgment] = []
    for k, table in enumerate(tables):
        with inside(f"pwc[{k}]"):
            node = ids.get(name_key(table.pwc_node))
            place = f"{source}: pwc[{k}]"
            if node in pairs:
                judgments += _decoded(table, node, pairs[node], place)
            elif node is not None and below_leaves:
                of_alternatives += _decoded(table, node, below_leaves, place)
            else:
                listed = [survey.node_name(parent, language) for parent in pairs]
                if below_leaves:
                    listed += [survey.node_name(leaf, language) for leaf in survey.hierarchy.leaves]
                problem = Phrase("value_not_listed", value=table.pwc_node, valid=tuple(listed))
                raise at("pwc_node", problem)
    return judgments, of_alternatives


def _pairs(survey: Survey, parent: str, branches: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The pairs of a node in the order of AHP-OS: items without a branch stand first."""
    order = {node: k for k, node in enumerate(branches)}
    return tuple(
        combinations(
            sorted(survey.hierarchy.children[parent], key=lambda kid: order.get(kid, -1)), 2
        )
    )


def _decoded(
    table: _JudgmentsTable, parent: str, pairs: Sequence[tuple[str, str]], place: str
) -> list[Judgment]:
    for key, allowed in (("pwc_ab", "01"), ("pwc_intense", "123456789")):
        digits = getattr(table, key)
        if len(digits) != len(pairs):
            about = {"digits": digits, "count": len(digits), "expected": len(pairs)}
            raise at(key, Phrase("digit_count", **about, parent=table.pwc_node))
        for k, digit in enumerate(digits):
            if digit not in allowed:
                about = {"digits": digits, "number": k + 1, "digit": digit, "valid": tuple(allowed)}
                raise at(key, Phrase("digit_wrong", **about))
    return [
        Judgment(table.pwc_part, parent, *pair, opposite(x) if side == "1" else x, place)
        for pair, side, x in zip(pairs, table.pwc_ab, table.pwc_intense, strict=True)
    ]


def write_project(
    survey: Survey,
    answers: Answers,
    *,
    language: str | None = None,
    created: datetime | None = None,
    title: str = "",
    description: str = "",
    author: str = "",
    session: str = "import",
    given_weights: GivenWeights | None = None,
    alternatives: Sequence[str] = (),
    alternative_answers: Answers = Answers(()),  # noqa: B008 - frozen
) -> bytes:
    """Write a project JSON that AHP-OS imports and `read_project` reads.

    Names, the tree, given weights and judgments are kept; explanations, ids, other languages and
    the survey's methods are lost. AHP-OS takes files of up to 400,000 bytes, texts of 6,000
    characters, 10 items below a node and 6 levels.

    Args:
        survey: the survey.
        answers: its answers. A participant judges all pairs of a node or none.
        language: of the names; the survey's original one by default.
        created: time of the project and of the judgments; now by default.
        title: of the project; the survey's name by default.
        description: of the project; the survey's by default.
        author: of the project.
        session: its session code, which AHP-OS replaces by a new one.
        given_weights: parent id -> child id -> weight; the survey's by default.
        alternatives: their names.
        alternative_answers: their comparisons, as in `AhpOsProject`.

    Raises:
        SurveyError: a name that the format can't hold.
        AnswersError: a judgment that it can't hold, or that doesn't fit the survey.
    """
    language = language or survey.languages[0]
    names = plain_names(survey, language)
    created = created or datetime.now(UTC)
    if len({name_key(name) for name in alternatives}) < len(alternatives):
        raise SurveyError("alternatives_alike", alternatives=tuple(alternatives))
    parents = survey.hierarchy.parents
    pairs = {parent: _pairs(survey, parent, parents) for parent in parents}
    leaves = dict.fromkeys(survey.hierarchy.leaves, tuple(combinations(alternatives, 2)))
    rows = [
        *_encoded(answers, pairs, names),
        *_encoded(alternative_answers, leaves if alternatives else {}, names),
    ]
    data: dict[str, Any] = {
        "pj": [
            {
                "project_id": 1,
                "project_sc": session,
                "project_name": title or survey.text(survey.name, language),
                "project_description": description or survey.text(survey.description, language),
                "project_hText": hierarchy_text(survey, language, given_weights),
                "project_datetime": f"{created:%Y-%m-%d %H:%M:%S}",
                "project_author": author,
                "project_status": 1,
            }
        ]
    }
    if rows:
        stamp = {"project_sc": session, "pwc_timestamp": int(created.timestamp())}
        data["pwc"] = [{**stamp, **row, "pwc_id": k} for k, row in enumerate(rows, start=1)]
    if alternatives:
        data["alt"] = [{"project_sc": session, "alt": name} for name in alternatives]
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _encoded(
    answers: Answers,
    pairs: Mapping[str, Sequence[tuple[str, str]]],
    names: Mapping[str, str],
) -> list[dict[str, str]]:
    """One row for each expert and node."""
    judged: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
    known = {(parent, *pair) for parent, below in pairs.items() for pair in below}
    for judgment in answers.judgments:
        (parent, left, right), text = saaty_step(judgment, known, "an_ahp_os_project")
        judged.setdefault((judgment.expert, parent), {})[left, right] = text
    rows = []
    for (expert, parent), values in judged.items():
        for pair in pairs[parent]:
            if pair not in values:
                raise AnswersError(
                    "project_pair_missing",
                    expert=expert,
                    left=pair[0],
                    right=pair[1],
                    parent=parent,
                    count=len(pairs[parent]),
                )
        texts = [values[pair] for pair in pairs[parent]]
        rows.append(
            {
                "pwc_part": expert,
                "pwc_node": names[parent],
                "pwc_ab": "".join("1" if "/" in text else "0" for text in texts),
                "pwc_intense": "".join(text[-1] for text in texts),
            }
        )
    return rows
