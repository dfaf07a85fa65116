"""Judgment matrices on a sheet: found by their names, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from ..errors import AnswersError
from ..messages import Phrase
from ..published.cells import is_blank
from ..scale import not_judged
from ..study.entered import spreadsheet_reason
from ..study.names import name_key
from ..tables.delimited import UNCALCULATED, is_sheet_error
from ..tables.grids import Grid, Place, column_letter
from .matrix_csv import MOST_ITEMS, is_name, number_of, stands_beside

MOST_MATRICES = 2_000
"""Matrices of a sheet."""


@dataclass(frozen=True)
class Block:
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
        return f"{column_letter(self.column + column + 1)}{self.line + row + 1}"

    def text(self, row: int, column: int) -> str | None:
        """Of a cell of the matrix; None where nothing was judged."""
        cell = self.grid.cell(self.line + row + 1, self.column + column + 1)
        return None if is_blank(cell) else cell

    @property
    def rows(self) -> list[list[str | None]]:
        """The texts of all cells of the matrix."""
        n = range(len(self.names))
        return [[self.text(i, j) for j in n] for i in n]

    def check_cells(self) -> None:
        """Refuse cells that hold what a spreadsheet made of a judgment, or that another one covers.

        Raises:
            AnswersError: names the cell.
        """
        n = range(1, len(self.names) + 1)
        for line, column in ((self.line + i, self.column + j) for i in n for j in n):
            cell = self.grid.spread(line, column)
            if is_blank(cell):
                continue
            place = self.grid.place(line, column)
            if above := self.grid.merged.get((line, column)):
                name = f"{column_letter(above[1])}{above[0]}"
                raise AnswersError("cell_covered", place=place, cell=name)
            if reason := spreadsheet_reason(cell):
                raise AnswersError("at_place", place=place, problem=reason)


@dataclass(frozen=True)
class SheetMatrices:
    """The matrices of a sheet.

    Attributes:
        grid: the sheet.
        blocks: the matrices, from above.
        unnamed: corners of what would be a matrix if its names were such, with what is wrong.
    """

    grid: Grid
    blocks: tuple[Block, ...]
    unnamed: tuple[tuple[str, AnswersError], ...] = field(default=(), repr=False)

    def check_corners(self, known: Collection[str]) -> None:
        """Refuse a matrix whose names are none, below a corner that is known.

        Args:
            known: keys of names of items and headings; empty where no matrix has names.

        Raises:
            AnswersError: names the cell.
        """
        for corner, fault in self.unnamed:
            if not known or name_key(corner) in known:
                raise fault

    def passed_over(self) -> Iterator[Phrase]:
        """Names that go on beside or below the items of a matrix, with numbers that are no part of
        it.
        """
        corners = {(block.line, block.column) for block in self.blocks}
        for block in self.blocks:
            line, column, k = block.line, block.column, len(block.names) + 1
            rest: list[str] = []
            for j in range(column + k, self.grid.width):
                name = self.grid.cell(line, j)
                if (line, j) in corners or not is_name(name):
                    break
                rest += [name] * _judged(self.grid.cell(line + i, j) for i in range(1, k))
            name = self.grid.cell(line + k, column)
            if (line + k, column) not in corners and is_name(name):
                row = (self.grid.cell(line + k, column + j) for j in range(1, k))
                rest += [name] * _judged(row)
            if others := tuple(one for one in rest if not stands_beside(one)):
                yield Phrase("names_beside", place=block.place, items=block.names, names=others)


def matrices_of(grid: Grid) -> SheetMatrices:
    """The matrices of a sheet.

    Raises:
        AnswersError: names the cell of a name that contradicts the one of its row or column, or is
            none; there are too many matrices.
    """
    found: list[Block] = []
    unnamed: list[tuple[str, AnswersError]] = []
    lines = [*grid.rows]
    taken: set[Place] = set()
    ends: set[int] = set()
    for index, line in enumerate(lines):
        for column in range(len(grid.rows[line])):
            if (line, column) in taken or not (
                grid.cell(line, column + 1) or grid.cell(line + 1, column)
            ):
                continue
            at = _Corner(grid, line, column)
            names = at.names()
            at.check_end(names)
            if len(names) < 2:
                if fault := at.unnamed():
                    unnamed.append((grid.cell(line, column), fault))
                at.check_names()
                continue
            if len(found) == MOST_MATRICES:
                raise AnswersError(
                    "too_many_matrices", place=grid.line_place(line), most=MOST_MATRICES
                )
            n = range(len(names) + 1)
            taken.update((line + i, column + j) for i in n for j in n)
            above = takewhile(lambda one: one not in ends, reversed(lines[:index]))
            found.append(Block(grid, line, column, names, at.headings(len(names), above)))
            ends.add(line + len(names))
    return SheetMatrices(grid, tuple(found), tuple(unnamed))


class _Corner(NamedTuple):
    """A cell that may be the corner of a matrix; rows and columns are counted from it."""

    grid: Grid
    line: int
    column: int

    def cell(self, row: int, column: int) -> str:
        """The text of a cell."""
        return self.grid.cell(self.line + row, self.column + column)

    def place(self, row: int, column: int) -> str:
        """Where a cell stands in the file."""
        return self.grid.place(self.line + row, self.column + column)

    def names(self) -> tuple[str, ...]:
        """The names that stand both to the right of the corner and below it, in the same order."""
        names: list[str] = []
        while True:
            k = len(names) + 1
            across, down = self.cell(0, k), self.cell(k, 0)
            if not across or not down or name_key(across) != name_key(down) or not is_name(across):
                return tuple(names)
            names.append(across)

    def check_end(self, names: Sequence[str]) -> None:
        """Refuse the end of the names where the matrix goes on.

        Raises:
            AnswersError: names the cell whose name is another one than that of its row or column,
                or none.
        """
        k = len(names) + 1
        across, down = self.cell(0, k), self.cell(k, 0)
        if not names or stands_beside(across) or stands_beside(down):
            return
        if fault := self._no_name(k):
            raise fault
        row = _judged(self.cell(k, j) for j in range(1, k))
        column = _judged(self.cell(i, k) for i in range(1, k))
        on_diagonal = number_of(self.cell(k, k)) == 1
        if is_name(across) and (
            (is_name(down) and (on_diagonal or (row and column)))
            or (not down and on_diagonal and (row or column))
        ):
            place = self.place(k, 0)
            raise AnswersError("matrix_names", place=place, name=down, expected=across)
        if is_name(down) and not across and on_diagonal and column:
            place = self.place(0, k)
            raise AnswersError("matrix_names_across", place=place, name=across, expected=down)

    def unnamed(self) -> AnswersError | None:
        """What is wrong with the first names of what would be a matrix if they were such."""
        across, down = self.cell(0, 2), self.cell(2, 0)
        if not across or not down or not is_name(self.cell(0, 0)):
            return None
        goes_on = self._no_name(2) or (is_name(across) and name_key(across) == name_key(down))
        return self._no_name(1) if goes_on else None

    def _no_name(self, k: int) -> AnswersError | None:
        """What is wrong with a row and a column that are called the same, and by no name, or of
        which one is called by a formula without a value or by an error.
        """
        across, down = self.cell(0, k), self.cell(k, 0)
        if not across or not down:
            return None
        same = name_key(across) == name_key(down)
        made = any(text == UNCALCULATED or is_sheet_error(text) for text in (across, down))
        if not (same or made) or not_judged(across) or not_judged(down):
            return None
        for text, place in ((across, (0, k)), (down, (k, 0))):
            if text == UNCALCULATED or is_sheet_error(text):
                return AnswersError(
                    "at_place", place=self.place(*place), problem=spreadsheet_reason(text)
                )
        if is_name(across):
            return None
        return AnswersError("name_no_words", place=self.place(0, k), name=across)

    def check_names(self) -> None:
        """Refuse names of rows that aren't those of the columns, around cells of a matrix.

        Raises:
            AnswersError: names the first cell whose name is another one.
        """
        if not self.cell(0, 2) or not self.cell(2, 0):
            return
        right = self.grid.rows[self.line][self.column + 1 : self.column + 1 + MOST_ITEMS]
        below = {self.cell(k, 0) for k in range(1, len(right) + 1)}
        if below.isdisjoint(filter(None, right)) or is_name(self.cell(1, 1)):
            return  # nearly always so; what follows takes longer
        across = self._run(lambda k: self.cell(0, k))
        down = self._run(lambda k: self.cell(k, 0))
        n = min(across, down)
        if not self.cell(1, 0):
            n = across
        elif not self.cell(0, 1):
            n = down
        if n < 2:
            return
        columns = [self.cell(0, k) for k in range(1, n + 1)]
        rows = [self.cell(k, 0) for k in range(1, n + 1)]
        column_keys, row_keys = [*map(name_key, columns)], [*map(name_key, rows)]
        both = {*column_keys} & {*row_keys} - {""}
        inside = (self.cell(i, j) for i in range(1, n + 1) for j in range(1, n + 1))
        if not both or column_keys == row_keys or not _judged(inside):
            return
        k = next(k for k in range(n) if column_keys[k] != row_keys[k])
        if columns[k]:
            place = self.place(k + 1, 0)
            raise AnswersError("matrix_names", place=place, name=rows[k], expected=columns[k])
        place = self.place(0, k + 1)
        raise AnswersError("matrix_names_across", place=place, name="", expected=rows[k])

    def _run(self, cell: Callable[[int], str]) -> int:
        """How many names follow each other, to the first one that stands beside matrices."""
        count = 0
        while count < MOST_ITEMS and is_name(name := cell(count + 1)) and not stands_beside(name):
            count += 1
        return count

    def headings(self, n: int, above: Iterable[int]) -> tuple[str, ...]:
        """What stands in the corner of a matrix of n items, and in the nearest line above that has
        words: over the matrix, or the first ones.
        """
        texts = [self.grid.spread(self.line, self.column)]
        for line in above:
            words = {k: cell for k, cell in enumerate(self.grid.rows[line]) if is_name(cell)}
            if words:
                over = (words[k] for k in range(self.column, self.column + n + 1) if k in words)
                texts.append(next(over, next(iter(words.values()))))
                break
        stripped = (text.rstrip(":：").strip() for text in texts)
        return tuple(text for text in stripped if text)


def _judged(cells: Iterable[str]) -> bool:
    """Whether cells hold judgments, one or more, and no words."""
    texts = [cell for cell in cells if not is_blank(cell)]
    return bool(texts) and not any(map(is_name, texts))
