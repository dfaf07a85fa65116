"""Answers of a panel: who judged which pair how, as entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..datafile import read_bytes
from ..errors import AnswersError, IncompleteError, MatrixError
from ..hierarchy import Hierarchy
from ..matrix import Float, PairwiseMatrix, as_matrices
from ..messages import Phrase
from ..result import Result
from ..scale import parse_judgment
from ..tables.delimited import MAX_CSV, split_rows, starts_formula
from .entered import entered_judgment
from .judged_matrices import by_expert, judged_pairs
from .names import check_name, name_key
from .survey import Survey, labels_of

COLUMNS = ("expert", "parent", "left", "right", "value")
"""Columns of an answers file."""


@dataclass(frozen=True, eq=False, repr=False)
class Judgment(Result):
    """One expert's answer to one pair.

    Attributes:
        expert: who answered.
        parent: id of the node under which the pair is compared.
        left, right: ids of the two children, as displayed.
        value: how much left matters more than right, as exact text such as `"1/3"`.
        place: where it was read, for messages.
    """

    expert: str
    parent: str
    left: str
    right: str
    value: str
    place: str = ""

    @property
    def number(self) -> float:
        """`value` as a float."""
        return parse_judgment(self.value)


@dataclass(frozen=True, eq=False, repr=False)
class Answers(Result):
    """The judgments of a panel, in the order they were read.

    Raises:
        AnswersError: a pair is answered twice by the same expert.
    """

    judgments: tuple[Judgment, ...]

    def __post_init__(self) -> None:
        seen: dict[tuple[str, str, frozenset[str]], Judgment] = {}
        for judgment in self.judgments:
            key = (judgment.expert, judgment.parent, frozenset((judgment.left, judgment.right)))
            if key in seen:
                raise AnswersError(
                    "pair_answered_twice",
                    place=judgment.place,
                    expert=judgment.expert,
                    left=judgment.left,
                    right=judgment.right,
                    parent=judgment.parent,
                    first=Phrase("place_alone", place=seen[key].place),
                )
            seen[key] = judgment

    @classmethod
    def from_matrices(
        cls, survey: Survey, matrices: Mapping[str, Any], experts: Sequence[str] | None = None
    ) -> Answers:
        """The judgments in the matrices of a panel, as they stand there.

        Every judgment lies on the scale, from 1/9 to 9, between its steps as well: 2.5 stays 2.5.
        An expert may leave out pairs and whole matrices.

        Args:
            survey: what was compared.
            matrices: expert -> parent -> matrix of the parent's children; or parent -> matrices of
                all experts, shape (k, n, n), or (n, n) of one. Parents go by id or name. A matrix
                is what `ahp.PairwiseMatrix` takes: with names (a pandas `DataFrame`, say) it is
                joined to the survey by them, ids or names; without, its rows are in the survey's
                order. NaN, None and 0 in both cells of a pair = not judged; where one triangle is
                empty, the other one says all.
            experts: their names, for arrays of all experts; `"1"`, `"2"`, … by default.

        Raises:
            AnswersError: names the expert, the parent, the items of both cells and what was
                expected: no reciprocals, other items, a value beyond the scale.

        >>> survey = ahp.Survey.from_names({"Job": ["Pay", "Work", "City"]})
        >>> answers = ahp.Answers.from_matrices(
        ...     survey, {"Li": {"Job": [[1, 2.5, 5], [0.4, 1, 3], [0.2, "1/3", 1]]}}
        ... )
        >>> [(one.left, one.right, one.value) for one in answers.judgments]
        [('pay', 'work', '2.5'), ('pay', 'city', '5'), ('work', 'city', '3')]
        """
        place = Phrase("the_matrices")
        if not isinstance(matrices, Mapping) or not matrices:
            raise AnswersError("matrices_no_table", place=place, type=type(matrices).__name__)
        inner = [isinstance(value, Mapping) for value in matrices.values()]
        if not any(inner):
            matrices = by_expert(matrices, experts)
        elif experts is not None or not all(inner):
            code = "experts_named_twice" if all(inner) else "matrices_mixed"
            raise AnswersError(code, place=place)
        parents = labels_of(survey, survey.hierarchy.parents)
        judgments: list[Judgment] = []
        for name, below in matrices.items():
            if not isinstance(name, str):
                raise AnswersError("expert_no_name", place=place, value=repr(name))
            expert, count = check_name(name, place, AnswersError), len(judgments)
            seen: set[str] = set()
            for label, matrix in below.items():
                whose = Phrase("expert_at", expert=expert)
                parent = parent_called(str(label), parents, survey, whose)
                called = survey.node_name(parent, survey.languages[0])
                here = Phrase("matrix_of_expert", expert=expert, parent=called)
                if parent in seen:
                    raise AnswersError("two_matrices", place=here)
                seen.add(parent)
                judgments += (
                    Judgment(expert, parent, *pair)
                    for pair in judged_pairs(survey, parent, matrix, place=here)
                )
            if len(judgments) == count:
                raise AnswersError("expert_silent", place=place, expert=expert)
        return cls(tuple(judgments))

    @property
    def experts(self) -> tuple[str, ...]:
        """The experts, in order of appearance."""
        return tuple(dict.fromkeys(judgment.expert for judgment in self.judgments))

    def only(self, experts: Sequence[str]) -> Answers:
        """The answers of some experts."""
        return Answers(tuple(j for j in self.judgments if j.expert in experts))

    def arrays(self, hierarchy: Hierarchy) -> dict[str, Float]:
        """Parent -> the judgments of all k experts below it, shape (k, n, n), NaN = not judged; for
        the parents that are compared under.

        Args:
            hierarchy: the tree the answers must fit.

        Raises:
            AnswersError: an id that is not in the tree, or a value that is no judgment.
        """
        experts = {name: k for k, name in enumerate(self.experts)}
        arrays = {}
        for parent in hierarchy.compared:
            kids = hierarchy.children[parent]
            arrays[parent] = np.full((len(experts), len(kids), len(kids)), np.nan)
            arrays[parent][:, range(len(kids)), range(len(kids))] = 1.0
        position = {
            (parent, kid): k
            for parent in hierarchy.compared
            for k, kid in enumerate(hierarchy.children[parent])
        }
        texts = dict.fromkeys(judgment.value for judgment in self.judgments)
        numbers = {text: parse_judgment(text) for text in texts}
        for judgment in self.judgments:
            check_place(judgment, hierarchy)
            k, i, j = (
                experts[judgment.expert],
                position[judgment.parent, judgment.left],
                position[judgment.parent, judgment.right],
            )
            number, batch = numbers[judgment.value], arrays[judgment.parent]
            batch[k, i, j], batch[k, j, i] = number, 1 / number
        return {parent: as_matrices(batch, complete=False) for parent, batch in arrays.items()}

    def matrices(
        self, hierarchy: Hierarchy, labels: Mapping[str, str] | None = None
    ) -> dict[str, dict[str, PairwiseMatrix]]:
        """Expert -> parent -> complete matrix of the children.

        Args:
            hierarchy: the tree the answers must fit.
            labels: node id -> label of the row; the id by default.

        Raises:
            AnswersError: an id that is not in the tree.
            IncompleteError: an expert left pairs out; the message names the first.
        """
        cells: dict[str, dict[str, dict[tuple[str, str], str]]] = {
            expert: {parent: {} for parent in hierarchy.compared} for expert in self.experts
        }
        for judgment in self.judgments:
            check_place(judgment, hierarchy)
            cells[judgment.expert][judgment.parent][judgment.left, judgment.right] = judgment.value
        matrices: dict[str, dict[str, PairwiseMatrix]] = {}
        for expert, by_parent in cells.items():
            matrices[expert] = {}
            for parent, judged in by_parent.items():
                kids = hierarchy.children[parent]
                values = PairwiseMatrix.from_judgments(judged, labels=kids).values
                if np.isnan(values).any():
                    pair = next(p for p in hierarchy.pairs(parent) if not _has(judged, p))
                    missing = sum(not _has(judged, p) for p in hierarchy.pairs(parent))
                    raise IncompleteError(
                        "pair_not_judged",
                        expert=expert,
                        left=pair[0],
                        right=pair[1],
                        parent=parent,
                        missing=missing,
                        count=len(hierarchy.pairs(parent)),
                    )
                names = kids if labels is None else [labels[kid] for kid in kids]
                matrices[expert][parent] = PairwiseMatrix(values, names)
        return matrices


def _has(judged: Mapping[tuple[str, str], str], pair: tuple[str, str]) -> bool:
    return pair in judged or pair[::-1] in judged


def check_place(judgment: Judgment, hierarchy: Hierarchy) -> None:
    """Refuse a judgment of two items that the tree does not compare.

    Raises:
        AnswersError: names the place, the id and the valid ones.
    """
    check_parent(judgment.parent, hierarchy, judgment.place)
    kids = hierarchy.children[judgment.parent]
    for side in ("left", "right"):
        if (value := getattr(judgment, side)) not in kids:
            raise AnswersError(
                "not_a_compared_child",
                place=judgment.place,
                side=side,
                value=value,
                parent=judgment.parent,
                valid=kids,
            )
    if judgment.left == judgment.right:
        raise AnswersError("answer_compares_itself", place=judgment.place, item=judgment.left)


def check_parent(parent: str, hierarchy: Hierarchy, place: str | Phrase) -> None:
    """Refuse a node below which nothing is compared.

    Raises:
        AnswersError: names the place, the id and the valid ones.
    """
    if parent not in hierarchy.compared:
        given = parent in hierarchy.given_weights
        raise AnswersError(
            "parent_has_given" if given else "parent_not_compared",
            place=place,
            parent=parent,
            valid=hierarchy.compared,
        )


def parent_called(
    label: str,
    parents: Mapping[str, set[str]],
    survey: Survey,
    place: str | Phrase,
) -> str:
    """The id of the parent that is called so.

    Args:
        label: id or name, in any language of the survey.
        parents: what parents are called, of `labels_of`.
        survey: whose parents they are.
        place: for messages.

    Raises:
        AnswersError: none is compared under that is called so, or two are.
    """
    found = sorted(parents.get(name_key(label), ()))
    if len(found) > 1:
        raise AnswersError("name_of_two", place=place, name=label, ids=tuple(found))
    parent = found[0] if found else label
    check_parent(parent, survey.hierarchy, place)
    return parent


def read_answers(path: str | Path) -> Answers:
    """Read a long CSV file with the columns expert, parent, left, right, value, in any order.

    `value` says how much left matters more than right: `3`, `1/3`; values between the steps of the
    scale, such as 2.14 of judgments that were joined, stay as they are. One line a judgment, UTF-8,
    separated by commas, semicolons or tabs.

    Raises:
        AnswersError: names the file, the line, the value and what was expected. A value beyond the
            scale from 1/9 to 9 is refused, with the reason where a spreadsheet made a date of it.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> answers = ahp.read_answers(demo)
    >>> answers.experts, len(answers.judgments)
    (('E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7'), 245)
    """
    source = Path(path)
    return answers_from_csv(read_bytes(source, AnswersError, MAX_CSV), str(source))


def answers_from_csv(content: bytes, source: str) -> Answers:
    """The answers in the content of a long CSV file, see `read_answers`.

    Args:
        content: the bytes of the file.
        source: its name, for messages.

    Raises:
        AnswersError: as `read_answers`.
    """
    rows = split_rows(content, source, AnswersError, decimal_comma=True)
    if not rows:
        raise AnswersError("answers_empty", source=source, expected=COLUMNS)
    line, header = rows[0]
    if sorted(header) != sorted(COLUMNS):
        raise AnswersError(
            "answers_columns",
            place=f"{source}: line {line}",
            columns=tuple(header),
            expected=COLUMNS,
        )
    judgments = []
    for line, row in rows[1:]:
        place = f"{source}: line {line}"
        if len(row) != len(header):
            raise AnswersError("row_length", place=place, count=len(row), expected=len(header))
        cells = dict(zip(header, map(unguarded, row), strict=True))
        for column in COLUMNS:
            if not cells[column]:
                raise AnswersError("column_empty", place=place, column=column)
        try:
            entered_judgment(cells["value"])
        except MatrixError as error:
            problem = Phrase("value_refused", problem=error)
            raise AnswersError("at_place", place=place, problem=problem) from error
        judgments.append(Judgment(**cells, place=place))
    if not judgments:
        raise AnswersError("no_judgments", source=source)
    return Answers(tuple(judgments))


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it as a formula."""
    return cell[1:] if cell.startswith("'") and starts_formula(cell.lstrip("'")) else cell
