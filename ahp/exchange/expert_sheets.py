"""Workbooks with one sheet an expert, on each the judgment matrices one below the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import AnswersError, MatrixError
from ..messages import Phrase
from ..scale import plain_text
from ..study import Answers, Judgment, Survey
from ..study.answers import parent_called
from ..study.judged_matrices import judged_pairs
from ..study.names import UNKNOWN_LANGUAGE, name_key
from ..study.survey import labels_of
from ..tables.grids import read_sheets
from ..tolerance import WRITTEN_RTOL
from .matrix_blocks import Block, matrices_of
from .matrix_csv import number_of, read_as_others
from .survey_text import load_content


@dataclass(frozen=True)
class ExpertSheets:
    """What such a workbook holds.

    Attributes:
        survey: the one that was given, or made from the names in the workbook.
        answers: of the experts, each called like the sheet; their remarks say what was read how,
            and what is not there.
    """

    survey: Survey
    answers: Answers = field(repr=False)


def read_expert_sheets(
    content: bytes | Path,
    source: str | None = None,
    *,
    survey: Survey | None = None,
    language: str = UNKNOWN_LANGUAGE,
    sheets: Collection[str] | None = None,
) -> ExpertSheets:
    """Read a workbook with one sheet an expert, on each the judgment matrices.

    A matrix has the names of its items in its first row and its first column. Numbers beside and
    below it, such as weights, are passed over. Every sheet with matrices is an expert, also one
    that sums up the others: name the sheets of experts then, or hide the other ones.

    Args:
        content: an .xlsx workbook, or its path.
        source: its name, for messages.
        survey: which the experts answered: a matrix belongs to the parent that has its items.
            Without one, the survey is made from the names, and the parent of a matrix stands in its
            corner or above it.
        language: code of the language the names are in, without a survey.
        sheets: names of the sheets of experts; all that are not hidden by default.

    Raises:
        AnswersError: names the sheet, the cell and what was expected.
        SurveyError: the names are no tree.
    """
    content, source = load_content(content, source, AnswersError)
    grids, hidden = read_sheets(content, source, AnswersError, sheets)
    found = [matrices_of(grid) for grid in grids]
    blocks = [block for one in found for block in one.blocks]
    known = _known(blocks, survey)
    for one in found:
        one.check_corners(known)
    if not blocks:
        raise AnswersError("no_matrices", source=source)
    for block in blocks:
        block.check_cells()
    if survey is None:
        survey = _survey_of(blocks, language)
    parents = _Parents(survey)
    judgments: list[Judgment] = []
    said: list[Phrase] = []
    for one in found:
        about = {"source": source, "sheet": one.grid.sheet}
        if not one.blocks:
            said.append(Phrase("sheet_without_matrix", **about))
            continue
        there: dict[str, Block] = {}
        judged: list[Judgment] = []
        for block in one.blocks:
            parent = parents.of(block)
            if parent in there:
                name = survey.node_name(parent, language)
                raise AnswersError(
                    "matrix_twice", place=block.place, name=name, first=_at(there[parent])
                )
            there[parent] = block
            judged += _judgments(block, survey, parent, one.grid.sheet.strip())
            said += parents.contradicted(block, parent)
            said += _readings(block)
        said += one.passed_over()
        judgments += judged
        missing = [one for one in survey.hierarchy.compared if one not in there]
        if not judged:
            said.append(Phrase("expert_silent_left_out", **about))
        elif missing:
            names = tuple(survey.node_name(one, language) for one in missing)
            said.append(Phrase("matrices_missing", **about, names=names))
    if not judgments:
        raise AnswersError("nothing_judged", source=source)
    read = read_as_others(cell or "" for block in blocks for row in block.rows for cell in row)
    of_sheets = (remark for grid in grids for remark in grid.remarks)
    remarks = (*hidden, *of_sheets, *read, *said)
    return ExpertSheets(survey, Answers(tuple(judgments), remarks))


def _at(block: Block) -> Phrase:
    return Phrase("place_alone", place=block.place)


def _known(blocks: Sequence[Block], survey: Survey | None) -> set[str]:
    """Keys of what may stand in the corner of a matrix: names of items and headings; none where
    there is no matrix.
    """
    if not blocks:
        return set()
    labels = labels_of(survey, tuple(survey.nodes)) if survey else ()
    headings = {name_key(heading) for block in blocks for heading in block.headings}
    return {*labels, *headings, *(key for block in blocks for key in block.keys)}


def _survey_of(blocks: Sequence[Block], language: str) -> Survey:
    """A survey made from the names of the items, and the headings of the matrices.

    Raises:
        AnswersError: a matrix has no heading, another one than the goal that is no item, or other
            items than one of the same heading.
        SurveyError: the names are no tree.
    """
    items = {key for block in blocks for key in block.keys}
    goal: tuple[str, Block] | None = None
    first: dict[str, Block] = {}
    heads: dict[str, str] = {}
    for block in blocks:
        heading = next((one for one in block.headings if name_key(one) in items), None)
        if heading is None:
            if not block.headings:
                raise AnswersError("matrix_without_heading", place=block.place)
            heading = block.headings[0]
            if goal and name_key(goal[0]) != name_key(heading):
                raise AnswersError(
                    "heading_unknown",
                    place=block.place,
                    heading=heading,
                    goal=goal[0],
                    first=_at(goal[1]),
                )
            goal = goal or (heading, block)
        key = name_key(heading)
        heads.setdefault(key, heading)
        before = first.setdefault(key, block)
        if before.keys != block.keys:
            raise AnswersError(
                "matrix_other_items",
                place=block.place,
                items=block.names,
                expected=before.names,
                first=_at(before),
            )
    if goal is None:
        raise AnswersError("no_goal_matrix", place=blocks[0].place)
    order = dict.fromkeys((name_key(goal[0]), *first))
    return Survey.from_names({heads[key]: first[key].names for key in order}, language=language)


class _Parents:
    """The parents of a survey, found by their items."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        compared = survey.hierarchy.compared
        self._labels = labels_of(survey, compared)
        self._called = {
            parent: labels_of(survey, survey.hierarchy.children[parent]) for parent in compared
        }
        self._having: dict[str, list[str]] = {}
        for parent, called in self._called.items():
            for key in called:
                self._having.setdefault(key, []).append(parent)

    def of(self, block: Block) -> str:
        """The parent that has the items of a matrix; by its headings where several have such.

        Raises:
            AnswersError: none has, or several have and no heading says which.
        """
        survey, having = self._survey, []
        for parent in self._having.get(name_key(block.names[0]), ()):
            kids, called = survey.hierarchy.children[parent], self._called[parent]
            meant = {kid for key in block.keys for kid in called.get(key, ())}
            if meant == set(kids) and len(kids) == len(block.names) and block.keys <= called.keys():
                having.append(parent)
        if len(having) == 1:
            return having[0]
        labels = labels_of(survey, having)
        for heading in block.headings:
            if name_key(heading) in labels:
                return parent_called(heading, labels, survey, block.place)
        code = "matrix_of_several" if having else "matrix_of_none"
        valid = having or survey.hierarchy.compared
        names = tuple(survey.node_name(one, survey.languages[0]) for one in valid)
        raise AnswersError(code, place=block.place, items=block.names, names=names)

    def contradicted(self, block: Block, parent: str) -> Iterator[Phrase]:
        """That a matrix was read as that of a parent, though its headings name another one."""
        named = [one for one in block.headings if name_key(one) in self._labels]
        if named and not any(parent in self._labels[name_key(one)] for one in named):
            name = self._survey.node_name(parent, self._survey.languages[0])
            yield Phrase("heading_of_another", place=block.place, heading=named[0], name=name)


def _judgments(block: Block, survey: Survey, parent: str, expert: str) -> Iterator[Judgment]:
    """The judgments of a matrix, with the cells they stand in."""
    found = judged_pairs(
        survey,
        parent,
        block.rows,
        place=block.place,
        labels=block.names,
        cell_name=block.cell_name,
    )
    sheet = block.place.rpartition(" ")[0]
    return (
        Judgment(expert, parent, left, right, value, f"{sheet} {cell}")
        for left, right, value, cell in found
    )


def _readings(block: Block) -> Iterator[Phrase]:
    """What of a matrix was read otherwise than it stands there."""
    n = range(len(block.names))
    halves = rounded = 0
    for i in n:
        for j in n:
            one, other = block.text(i, j), block.text(j, i)
            if i == j or one is None:
                continue
            halves += other is None
            printed, mirror = _decimal(one), number_of(other or "")
            if printed is not None and printed < 1:
                meant = 1 / mirror if mirror and mirror >= 1 else number_of(one)
                rounded += meant is not None and abs(printed / meant - 1) > WRITTEN_RTOL
    if halves:
        yield Phrase("one_cell_read", place=block.place, count=halves)
    if rounded:
        yield Phrase("decimals_read", place=block.place, count=rounded)


def _decimal(text: str) -> float | None:
    """A decimal as it stands; None for a fraction and for what is no number."""
    try:
        return float(plain_text(text))
    except (MatrixError, ValueError):
        return None
