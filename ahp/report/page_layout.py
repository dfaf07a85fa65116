"""How a document lies on pages of A4: widths of columns, size of type, pages upright or across."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .document import (
    Block,
    Document,
    Figure,
    Section,
    TableBlock,
    one_line,
)
from .table import Table, show_cell

PAGE = (595.3, 841.9)
"""Width and height of A4 in points."""

MARGIN = 62.4
"""Left and right of the text, in points: 2.2 cm."""

UPRIGHT = PAGE[0] - 2 * MARGIN
ACROSS = PAGE[1] - 2 * MARGIN
"""Widths of the text, in points."""

SIZES = (9.0, 8.0, 7.5)
"""Sizes of type in tables, in points; the first that fits is taken."""

CELL_PADDING = 8.0
"""Left and right of a cell's text together, in points."""

SHORT = 14
"""Rows of a table that is kept on one page."""

_WIDTHS = {
    **dict.fromkeys("ijl.,:;'|!()[]{}/\\`· ", 0.38),
    **dict.fromkeys('ftr-“”"°', 0.46),
    **dict.fromkeys("mwMW@%—", 1.0),
    **dict.fromkeys("ABCDEFGHKNOPQRSUVXYZ&", 0.78),
    **dict.fromkeys("+−±<>=≤≥", 0.84),
}
"""Widths of characters in em, in the widest of the fonts that may stand in for those of reports."""

_OTHER_WIDTH = 0.64
_BOLD = 1.1
"""How much wider bold type is."""

_NUMBER = re.compile(r"[<>≤≥±+\-−–—]?\s*\d[\d.,/]*(\s*%)?|[–—-]?")
"""A text that stands in a column of numbers."""

_PIECE = re.compile(r"\s+|(?<=[⺀-鿿豈-﫿︰-﹏！-￯])|(?=[⺀-鿿豈-﫿︰-﹏！-￯])")
"""Where a line may end."""


@dataclass(frozen=True)
class Fit:
    """How a table fits a page.

    Attributes:
        size: of its type, in points.
        across: whether its page lies across.
        parts: indices of columns and their widths in points, one below the other; more than one
            where the table is too wide for a page, each with the first column again.
        numeric: columns of numbers, which stand at the right.
        shown: the cells as people read them, each on one line.
        lines: an estimate of its height.
    """

    size: float
    across: bool
    parts: tuple[tuple[tuple[int, float], ...], ...]
    numeric: frozenset[int]
    shown: tuple[tuple[str, ...], ...]
    lines: int


@dataclass(frozen=True)
class Placed:
    """A block on its page.

    Attributes:
        block: a section stands for its heading alone.
        across: whether the page lies across.
        fit: of a table.
    """

    block: Block
    across: bool
    fit: Fit | None = None


@lru_cache(maxsize=4096)
def text_width(text: str) -> float:
    """Width of a text in em, an estimate from above."""
    return sum(
        0.0
        if unicodedata.combining(mark)
        else 1.0
        if unicodedata.east_asian_width(mark) in "WFA" and mark not in _WIDTHS
        else _WIDTHS.get(mark, _OTHER_WIDTH)
        for mark in text
    )


def shown_rows(table: Table) -> tuple[tuple[str, ...], ...]:
    """The cells as people read them, each on one line."""
    return tuple(
        tuple(one_line(show_cell(table, column, value)) for column, value in enumerate(row))
        for row in table.rows
    )


def numeric_columns(table: Table, shown: Sequence[Sequence[str]]) -> frozenset[int]:
    """Columns in which numbers stand, and nothing else but signs for none."""
    return frozenset(
        column
        for column in range(len(table.columns))
        if any(row[column][-1:].isdigit() or row[column][-1:] == "%" for row in shown)
        and all(_NUMBER.fullmatch(row[column]) for row in shown)
        and not any(isinstance(row[column], bool) for row in table.rows)
    )


def fit_table(table: Table, *, wide: bool = False) -> Fit:
    """The largest type with which a table fits a page; if none does upright, across; if none does
    across, in parts.

    Args:
        table: what is to be fitted.
        wide: upright isn't tried.
    """
    shown = shown_rows(table)
    numeric = numeric_columns(table, shown)
    columns = range(len(table.columns))
    headings = [one_line(heading) for heading in table.columns]
    cells = [[row[column] for row in shown] for column in columns]
    least = [_least(headings[k], cells[k], k in numeric) for k in columns]
    natural = [max(map(text_width, (headings[k] + " ", *cells[k]))) for k in columns]

    def fitted(size: float, across: bool, groups: Sequence[Sequence[int]]) -> Fit:
        width = ACROSS if across else UPRIGHT
        parts = tuple(
            tuple(zip(group, _widths(group, least, natural, size, width), strict=True))
            for group in groups
        )
        lines = sum(_lines(part, [headings, *shown], size) for part in parts)
        return Fit(size, across, parts, numeric, shown, lines)

    for across in (True,) if wide else (False, True):
        for size in SIZES:
            taken = sum(least[k] * size + CELL_PADDING for k in columns)
            if taken <= (ACROSS if across else UPRIGHT):
                return fitted(size, across, [columns])
    return fitted(SIZES[1], True, _groups(least, SIZES[1]))


def place(document: Document) -> list[Placed]:
    """All blocks in reading order, each with how its page lies.

    Words go with what they lead to: a heading and what is said before a table that needs a page
    across stand on that page, as does what is said behind it up to the next heading. A table
    between two that lie across lies across as well: pages don't turn for one table.
    """
    blocks = list(document.walk())
    fits = _fits(blocks)
    across: list[bool | None] = [None] * len(blocks)
    for index, block in enumerate(blocks):
        if isinstance(block, TableBlock):
            across[index] = fits[index].across
        elif isinstance(block, Figure):
            across[index] = False
    for index in reversed(range(len(blocks))):  # words go with what comes next
        follower = index + 1
        if across[index] is None and follower < len(blocks):
            ends = isinstance(blocks[follower], Section) and not isinstance(blocks[index], Section)
            across[index] = None if ends else across[follower]
    for index, block in enumerate(blocks):  # and otherwise with what came before
        if across[index] is None:
            alone = index == 0 or isinstance(block, Section)
            across[index] = False if alone else across[index - 1]
    return [
        Placed(block, bool(across[index]), fits.get(index)) for index, block in enumerate(blocks)
    ]


def _fits(blocks: Sequence[Block]) -> dict[int, Fit]:
    """Index of each table -> how it fits its page."""
    fits: dict[int, Fit] = {}
    upright: list[int] | None = None  # tables since the last one across
    for index, block in enumerate(blocks):
        if isinstance(block, Section | Figure):
            upright = None
        elif isinstance(block, TableBlock):
            fits[index] = fit_table(block.table, wide=block.wide)
            if not fits[index].across:
                if upright is not None:
                    upright.append(index)
                continue
            for between in upright or ():
                table = blocks[between]
                assert isinstance(table, TableBlock)
                fits[between] = fit_table(table.table, wide=True)
            upright = []
    return fits


def _least(heading: str, cells: Sequence[str], numeric: bool) -> float:
    """The narrowest a column may be, in em: words are whole, cells have few lines."""
    words = [piece for piece in _PIECE.split(heading) if piece]
    headed = max([*map(text_width, words), text_width(heading) / 3, 1.0]) * _BOLD
    if numeric:
        return max(headed, *map(text_width, cells))
    pieces = {piece for cell in set(cells) for piece in _PIECE.split(cell) if piece}
    longest = max(map(text_width, pieces), default=0.0)
    whole = max(map(text_width, cells), default=0.0)
    return max(headed, min(longest, 14.0), min(whole, 6.0), min(whole / 5, 16.0))


def _widths(
    group: Sequence[int],
    least: Sequence[float],
    natural: Sequence[float],
    size: float,
    width: float,
) -> list[float]:
    """Widths in points that sum to the width: what columns need, then what they would like, and
    the rest for all.
    """
    narrow = [least[k] * size + CELL_PADDING for k in group]
    rest = width - sum(narrow)
    if rest < 0:  # one column that is wider than a page breaks inside words
        return [width * part / sum(narrow) for part in narrow]
    wanted = [max(natural[k] - least[k], 0.0) * size for k in group]
    share = min(1.0, rest / sum(wanted)) if sum(wanted) else 0.0
    widths = [part + share * more for part, more in zip(narrow, wanted, strict=True)]
    left = (width - sum(widths)) / len(widths)
    return [part + left for part in widths]


def _groups(least: Sequence[float], size: float) -> list[list[int]]:
    """Columns in groups that fit a page across, each with the first column, about equally many."""
    needed = [part * size + CELL_PADDING for part in least]
    room = max(ACROSS - needed[0], max(needed[1:], default=0.0))
    count = len(needed) - 1
    for pieces in range(1, count + 1):
        most = -(-count // pieces)
        groups = [
            list(range(first, min(first + most, count + 1))) for first in range(1, count + 1, most)
        ]
        if all(sum(needed[k] for k in group) <= room for group in groups):
            return [[0, *group] for group in groups]
    return [[0]]


def _lines(part: Sequence[tuple[int, float]], rows: Sequence[Sequence[str]], size: float) -> int:
    """Lines of text that the rows take."""
    return sum(
        max(int(text_width(row[k]) * size / (width - CELL_PADDING)) + 1 for k, width in part)
        for row in rows
    )
