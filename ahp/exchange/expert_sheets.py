"""Workbooks with one sheet an expert, on each the judgment matrices one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.utils import get_column_letter

from ..errors import AnswersError, MatrixError
from ..messages import Phrase
from ..published.cells import is_blank
from ..scale import parse_judgment, plain_text
from ..study import Answers, Judgment, Survey
from ..study.answers import parent_called
from ..study.entered import spreadsheet_reason
from ..study.judged_matrices import judged_pairs
from ..study.names import UNKNOWN_LANGUAGE, name_key
from ..study.survey import labels_of
from ..tables.grids import Grid, read_sheets
from ..tolerance import WRITTEN_RTOL
from .matrix_csv import is_name, read_as_others
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


@dataclass(frozen=True)
class _Block:
    """A matrix on a sheet.

    Attributes:
        grid: the sheet.
        line, column: of its corner, above the names of the rows and before those of the columns.
        names: of the items.
        headings: what its parent may be called: the corner, and what stands above.
    """

    grid: Grid
    line: int
    column: int
    names: tuple[str, ...]
    headings: tuple[str, ...]

    @property
    def place(self) -> str:
        """Of the corner."""
        return self.grid.place(self.line, self.column)

    @property
    def keys(self) -> frozenset[str]:
        """What the names of the items are compared by."""
        return frozenset(map(name_key, self.names))

    def cell_name(self, row: int, column: int) -> str:
        """Of a cell of the matrix, such as `C4`."""
        return f"{get_column_letter(self.column + column + 2)}{self.line + row + 1}"

    def text(self, row: int, column: int) -> str | None:
        """Of a cell of the matrix; None where nothing was judged."""
        cell = self.grid.spread(self.line + row + 1, self.column + column + 1)
        return None if is_blank(cell) else cell

    @property
    def cells(self) -> Iterator[str]:
        """The texts of all cells of the matrix."""
        n = range(len(self.names))
        return (self.text(i, j) or "" for i in n for j in n)

    def holds(self, line: int, column: int) -> bool:
        """Whether a cell of the sheet is one of the matrix or its names."""
        n = len(self.names)
        return 0 <= line - self.line <= n and 0 <= column - self.column <= n


def read_expert_sheets(
    content: bytes | Path,
    source: str | None = None,
    *,
    survey: Survey | None = None,
    language: str = UNKNOWN_LANGUAGE,
) -> ExpertSheets:
    """Read a workbook with one sheet an expert, on each the judgment matrices.

    A matrix has the names of its items in its first row and its first column. Numbers beside and
    below it, such as weights, are passed over.

    Args:
        content: an .xlsx workbook, or its path.
        source: its name, for messages.
        survey: which the experts answered: a matrix belongs to the parent that has its items.
            Without one, the survey is made from the names, and the parent of a matrix stands in its
            corner or above it.
        language: code of the language the names are in, without a survey.

    Raises:
        AnswersError: names the sheet, the cell and what was expected.
        SurveyError: the names are no tree.
    """
    content, source = load_content(content, source, AnswersError)
    grids = read_sheets(content, source, AnswersError)
    blocks = {grid.sheet: tuple(_blocks(grid)) for grid in grids}
    if not any(blocks.values()):
        raise AnswersError("no_matrices", source=source)
    if survey is None:
        survey = _survey_of([one for found in blocks.values() for one in found], language)
    judgments: list[Judgment] = []
    remarks = [remark for grid in grids for remark in grid.remarks]
    remarks += read_as_others(
        cell for found in blocks.values() for block in found for cell in block.cells
    )
    for sheet, found in blocks.items():
        if not found:
            remarks.append(Phrase("sheet_without_matrix", source=source, sheet=sheet))
            continue
        count = len(judgments)
        there: dict[str, _Block] = {}
        for block in found:
            parent = _parent_of(block, survey)
            if parent in there:
                name = survey.node_name(parent, language)
                raise AnswersError(
                    "matrix_twice", place=block.place, name=name, first=_at(there[parent])
                )
            there[parent] = block
            judgments += _judgments(block, survey, parent, sheet.strip())
            remarks += _readings(block)
        if len(judgments) == count:
            raise AnswersError("expert_silent", place=source, expert=sheet)
        missing = [one for one in survey.hierarchy.compared if one not in there]
        if missing:
            names = tuple(survey.node_name(one, language) for one in missing)
            remarks.append(Phrase("matrices_missing", source=source, sheet=sheet, names=names))
    return ExpertSheets(survey, Answers(tuple(judgments), tuple(remarks)))


def _at(block: _Block) -> Phrase:
    return Phrase("place_alone", place=block.place)


def _blocks(grid: Grid) -> Iterator[_Block]:
    """The matrices of a sheet, from above."""
    found: list[_Block] = []
    for line in grid.rows:
        for column in range(grid.width):
            if any(block.holds(line, column) for block in found):
                continue
            names = _names(grid, line, column)
            if len(names) > 1:
                found.append(
                    _Block(grid, line, column, names, _headings(grid, line, column, found))
                )
    yield from found


def _names(grid: Grid, line: int, column: int) -> tuple[str, ...]:
    """The names that stand both to the right of a cell and below it, in the same order.

    Raises:
        AnswersError: a name below it is another one in a row that is one of a matrix.
    """
    names: list[str] = []
    while True:
        k = len(names) + 1
        across, down = grid.cell(line, column + k), grid.cell(line + k, column)
        if not across or not down or not is_name(across):
            return tuple(names)
        if name_key(across) != name_key(down):
            if names and _number(grid.cell(line + k, column + k)) == 1:
                place = grid.place(line + k, column)
                raise AnswersError("matrix_names", place=place, name=down, expected=across)
            return tuple(names)
        names.append(across)


def _headings(grid: Grid, line: int, column: int, above: Sequence[_Block]) -> tuple[str, ...]:
    """What stands in the corner of a matrix, and in the nearest line above that has words."""
    ends = [one.line + len(one.names) for one in above if one.line + len(one.names) < line]
    texts = [grid.spread(line, column)]
    for number in range(line - 1, max(ends, default=0), -1):
        words = [cell for cell in grid.rows.get(number, ()) if is_name(cell)]
        if words:
            texts.append(words[0])
            break
    stripped = (text.rstrip(":：").strip() for text in texts)
    return tuple(text for text in stripped if text)


def _number(cell: str) -> float | None:
    try:
        return parse_judgment(cell)
    except MatrixError:
        return None


def _survey_of(blocks: Sequence[_Block], language: str) -> Survey:
    """A survey made from the names of the items, and the headings of the matrices.

    Raises:
        AnswersError: a matrix has no heading, another one than the goal that is no item, or other
            items than one of the same heading.
        SurveyError: the names are no tree.
    """
    items = {key for block in blocks for key in block.keys}
    goal: tuple[str, _Block] | None = None
    first: dict[str, _Block] = {}
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


def _parent_of(block: _Block, survey: Survey) -> str:
    """The parent that has the items of a matrix; by its headings where several have such."""
    compared = survey.hierarchy.compared
    having = []
    for parent in compared:
        kids = survey.hierarchy.children[parent]
        called = labels_of(survey, kids)
        meant = {kid for key in block.keys for kid in called.get(key, ())}
        if meant == set(kids) and len(kids) == len(block.names) and block.keys <= called.keys():
            having.append(parent)
    if len(having) == 1:
        return having[0]
    labels: Mapping[str, set[str]] = labels_of(survey, having)
    for heading in block.headings:
        if name_key(heading) in labels:
            return parent_called(heading, labels, survey, block.place)
    code = "matrix_of_several" if having else "matrix_of_none"
    names = tuple(survey.node_name(one, survey.languages[0]) for one in having or compared)
    raise AnswersError(code, place=block.place, items=block.names, names=names)


def _judgments(block: _Block, survey: Survey, parent: str, expert: str) -> Iterator[Judgment]:
    """The judgments of a matrix, with the cells they stand in."""
    n = range(len(block.names))
    texts = [[block.text(i, j) for j in n] for i in n]
    for i in n:
        for j in n:
            if i != j and (text := texts[i][j]) and (reason := spreadsheet_reason(text)):
                place = block.grid.place(block.line + i + 1, block.column + j + 1)
                raise AnswersError("at_place", place=place, problem=reason)
    found = judged_pairs(
        survey,
        parent,
        texts,
        place=block.place,
        labels=block.names,
        cell_name=block.cell_name,
    )
    sheet = block.place.rpartition(" ")[0]
    return (
        Judgment(expert, parent, left, right, value, f"{sheet} {cell}")
        for left, right, value, cell in found
    )


def _readings(block: _Block) -> Iterator[Phrase]:
    """What of a matrix was read otherwise than it stands there."""
    n = range(len(block.names))
    halves = rounded = 0
    for i in n:
        for j in n:
            one, other = block.text(i, j), block.text(j, i)
            if i == j or one is None:
                continue
            halves += other is None
            printed, mirror = _decimal(one), _number(other or "")
            if printed is not None and printed < 1:
                meant = 1 / mirror if mirror and mirror >= 1 else _number(one)
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
