"""Printed judgments: how the cells of a printed matrix are read.

A printed decimal stands for every number that rounds to it. Beside its reciprocal it is that one:
0.33 beside 3 is 1/3, 0.4673 beside 2.14 is 1/2.14, the cell of 1 or more as typed. Alone it is the
step of Saaty's scale that rounds to it; where several do, as 1/7, 1/8 and 1/9 do to 0.1, each of
them is a reading, and where none does, as in a panel's joined matrix, it is taken as typed. A cell
that is blank, 0 or a dash is the reciprocal of its pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

import numpy as np

from ..errors import MatrixError
from ..group import aggregate_judgments
from ..matrix import Float, PairwiseMatrix
from ..messages import Cell, Phrase
from ..result import Result, read_only
from ..scale import SAATY_POSITIONS, not_judged, parse_judgment, plain_text
from ..tolerance import WRITTEN_RTOL
from .printing import decimals_of, printed_interval

MOST_READINGS = 20_000
"""Readings of one matrix that are tried."""

_ZERO = re.compile(r"0+(\.0*)?")
_DECIMAL = re.compile(r"\d+\.\d*|\.\d+")
_STEPS = {text: parse_judgment(text) for text in reversed(SAATY_POSITIONS)}


@dataclass(frozen=True, eq=False, repr=False)
class Judgments(Result):
    """Printed judgments of one matrix, or of a panel's joined one.

    Attributes:
        readings: the matrices that the print stands for, the likeliest first, shape (k, n, n).
        remarks: for each of them, which cells were read as what; None where they can only be read
            as typed.
        typed: the cells as typed, a blank one the reciprocal of its pair, shape (n, n).
        low, high: what each cell can be that is on no scale: the numbers that round to it; the
            number itself for all other cells, shape (n, n).
    """

    readings: Float
    remarks: tuple[Phrase | None, ...]
    typed: Float
    low: Float
    high: Float

    def __post_init__(self) -> None:
        for cells in (self.readings, self.typed, self.low, self.high):
            read_only(cells)

    def only(self, reading: int) -> Judgments:
        """One of the readings."""
        return Judgments(
            self.readings[reading : reading + 1],
            self.remarks[reading : reading + 1],
            *(self.typed, self.low, self.high),
        )


def read_upper(cells: Sequence[str]) -> Judgments:
    """Read an upper triangle, row by row.

    Raises:
        MatrixError: names the cell, its value and what was expected.
    """
    n = PairwiseMatrix.from_upper([1] * len(cells)).n
    rest = iter(cells)
    return _read([[next(rest) if i < j else "" for j in range(n)] for i in range(n)], half=True)


def read_matrix(rows: Sequence[Sequence[str]]) -> Judgments:
    """Read all rows of a matrix, or of one of its triangles with the diagonal.

    Raises:
        MatrixError: names the cell, its value and what was expected.
    """
    n, lengths = len(rows), [len(row) for row in rows]
    up = list(range(1, n + 1))
    if lengths == [n] * n:
        return _read([list(row) for row in rows])
    if lengths == up:
        return _read([[*row, *[""] * (n - len(row))] for row in rows], half=True)
    if lengths == up[::-1]:
        return _read([[*[""] * (n - len(row)), *row] for row in rows], half=True)
    raise MatrixError("rows_no_triangle", lengths=lengths, n=n)


def likeliest(rows: Sequence[Sequence[str]]) -> tuple[Float, Phrase | None]:
    """The first reading of a square of cells, shape (n, n), and what is said of it.

    Raises:
        MatrixError: as `read_matrix`, but for many readings.
    """
    found = _read([list(row) for row in rows], first_alone=True)
    return found.readings[0], found.remarks[0]


def cell_faults(rows: Sequence[Sequence[str]]) -> Iterator[MatrixError]:
    """All that `read_matrix` refuses in the cells of a square, blank pairs excepted."""
    cells: dict[tuple[int, int], _Cell | None] = {}
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            try:
                if i == j:
                    _check_diagonal(text, i)
                cells[i, j] = _cell(text, i, j)
            except MatrixError as error:
                yield error
    for (i, j), upper in cells.items():
        lower = cells.get((j, i))
        if i < j and upper is not None and lower is not None:
            try:
                _both(upper, lower)
            except MatrixError as error:
                yield error


def join(panel: Sequence[Judgments], weights: Sequence[float] | None) -> Judgments:
    """The weighted geometric mean of the experts' judgments, for each of their readings.

    Raises:
        MatrixError: too many readings.
        AHPError: what `aggregate_judgments` refuses.
    """
    _check_count([len(expert.readings) for expert in panel])
    choices = list(product(*(range(len(expert.readings)) for expert in panel)))
    readings = [
        aggregate_judgments(
            [expert.readings[k] for expert, k in zip(panel, choice, strict=True)], weights
        )
        for choice in choices
    ]
    remarks = [
        _joined(
            Phrase("read_by_expert", number=number, remark=expert.remarks[k])
            for number, (expert, k) in enumerate(zip(panel, choice, strict=True), start=1)
            if expert.remarks[k]
        )
        for choice in choices
    ]
    shares = np.ones(len(panel)) if weights is None else np.asarray(weights)
    shares = shares / shares.sum()
    typed, low, high = (
        np.exp(np.tensordot(shares, np.log([getattr(expert, part) for expert in panel]), axes=1))
        for part in ("typed", "low", "high")
    )
    return Judgments(np.array(readings), tuple(remarks), typed, low, high)


@dataclass(frozen=True)
class _Cell:
    """A printed cell: its place and text, its value as typed, and the numbers it stands for."""

    place: Cell
    text: str
    value: float
    rounded: bool

    def stands_for(self, value: float) -> bool:
        """Whether a value is printed so, rounded or cut off."""
        if not self.rounded:
            return abs(value / self.value - 1) <= WRITTEN_RTOL
        low, high = self.interval
        cut = printed_interval(plain_text(self.text), "truncate")
        return low <= value <= high or cut[0] <= value <= cut[1]

    @property
    def interval(self) -> tuple[float, float]:
        return printed_interval(plain_text(self.text)) if self.rounded else (self.value, self.value)

    def steps(self, coarse: bool) -> list[str]:
        """The steps of Saaty's scale that are printed so, the nearest first.

        Args:
            coarse: the print has one digit, so that 0.2 can be 1/6 as well as 1/5.
        """
        for text, value in _STEPS.items():
            if value == self.value and not (coarse and decimals_of(plain_text(self.text)) == 1):
                return [text]
        (low, high), cut = self.interval, printed_interval(plain_text(self.text), "truncate")
        near = sorted(_STEPS, key=lambda text: abs(_STEPS[text] - self.value))
        return [text for text in near if low <= _STEPS[text] <= high] or [
            text for text in near if cut[0] <= _STEPS[text] <= cut[1]
        ]


_Option = tuple[Phrase | None, float]
"""What is said of a way to read a pair of cells, and the value of the upper one."""


@dataclass(frozen=True)
class _Pair:
    """What one pair of cells stands for.

    Attributes:
        text: the rounded cell.
        options: what it may be, as (remark, value of the pair's upper cell); several for a cell of
            several steps.
        typed: the upper cell as typed.
        interval: of the upper cell.
        scaled: whether it is on the scale.
        alone: whether only one of the cells is printed, a decimal that is no step itself.
    """

    text: str
    options: tuple[_Option, ...]
    typed: float
    interval: tuple[float, float]
    scaled: bool = True
    alone: bool = False


def _read(grid: list[list[str]], half: bool = False, *, first_alone: bool = False) -> Judgments:
    """Read a square of cells.

    Args:
        grid: texts, "" for what is not printed.
        half: only a triangle is printed, so that nothing needs to be said about the other one.
        first_alone: make the first reading alone.
    """
    n = len(grid)
    for k in range(n):
        _check_diagonal(grid[k][k], k)
    cells = [[_cell(grid[i][j], i, j) for j in range(n)] for i in range(n)]
    places = [(i, j) for i in range(n) for j in range(i + 1, n)]
    blank = any((cells[i][j] is None) != (cells[j][i] is None) for i, j in places)
    coarse = _coarse([cells[i][j] or cells[j][i] for i, j in places])
    pairs = []
    for i, j in places:
        upper, lower = cells[i][j], cells[j][i]
        if upper is not None and lower is not None:
            pairs.append(_both(upper, lower))
        elif upper is not None:
            pairs.append(_alone(upper, coarse))
        elif lower is not None:
            pairs.append(_turned(_alone(lower, coarse)))
        else:
            if half:
                parse_cell(grid[i][j] or grid[j][i], i, j)
            raise MatrixError("both_blank", cell=Cell("a", (i, j)), mirror=Cell("a", (j, i)))
    return _judgments(pairs, n, said=blank and not half, first_alone=first_alone)


def _judgments(pairs: list[_Pair], n: int, said: bool, first_alone: bool) -> Judgments:
    """What the pairs stand for; `said`: that one half is blank is remarked; see `_read`."""
    scaled = all(pair.scaled for pair in pairs)
    options = [
        pair.options if scaled or not pair.alone else (_as_typed(pair), *pair.options)
        for pair in pairs
    ]
    if first_alone:
        choices = [(0,) * len(options)]
    elif not scaled:  # all cells as typed, or all that can be steps as steps
        options = [ways[:2] for ways in options]
        several = any(len(ways) > 1 for ways in options)
        choices = [tuple(min(k, len(ways) - 1) for ways in options) for k in range(1 + several)]
    else:
        _check_count([len(ways) for ways in options])
        choices = list(product(*(range(len(ways)) for ways in options)))
    count = len(choices)
    readings = [
        _square(n, [ways[k][1] for ways, k in zip(options, choice, strict=True)])
        for choice in choices
    ]
    remarks = []
    for choice in choices:
        read = tuple(
            dict.fromkeys(
                words
                for ways, k in zip(options, choice, strict=True)
                if (words := ways[k][0]) is not None
            )
        )
        parts = [Phrase("several_words", each=read)] if read else []
        if read and count > 1:
            parts = [Phrase("read_in_ways", read=read, count=count)]
        remarks.append(_joined([*parts, Phrase("blank_half")] if said else parts))
    loose = [pair.interval if not scaled else (pair.options[0][1],) * 2 for pair in pairs]
    return Judgments(
        np.array(readings),
        tuple(remarks),
        _square(n, [pair.typed for pair in pairs]),
        _square(n, [low for low, _ in loose]),
        _square(n, [high for _, high in loose]),
    )


def _as_typed(pair: _Pair) -> _Option:
    return Phrase("as_typed", text=pair.text), pair.typed


def _joined(remarks: Iterable[Phrase]) -> Phrase | None:
    """Remarks as one; None of none."""
    each = tuple(remarks)
    if len(each) > 1:
        return Phrase("several_remarks", each=each)
    return each[0] if each else None


def _square(n: int, upper: Sequence[float]) -> Float:
    """The reciprocal matrix of an upper triangle."""
    matrix = np.ones((n, n))
    rows, columns = np.triu_indices(n, 1)
    matrix[rows, columns] = upper
    matrix[columns, rows] = 1 / matrix[rows, columns]
    return matrix


def _check_count(sizes: list[int]) -> None:
    count = int(np.prod([float(size) for size in sizes]))
    if count > MOST_READINGS:
        cells = sum(size > 1 for size in sizes)
        raise MatrixError("many_readings", cells=cells, count=count, most=MOST_READINGS)


def _check_diagonal(text: str, k: int) -> None:
    if not is_blank(text) and parse_cell(text, k, k) != 1:
        raise MatrixError("diagonal_not_one", cell=Cell("a", (k, k)), text=text)


def is_blank(text: str) -> bool:
    """Whether a cell is left to its pair: nothing was judged there, or it is 0."""
    return not_judged(text) or bool(_ZERO.fullmatch(unicodedata.normalize("NFKC", text).strip()))


def parse_cell(text: str, i: int, j: int) -> float:
    """The value of a cell as typed; its error names the cell."""
    try:
        value = parse_judgment(text)
    except MatrixError as error:
        raise MatrixError("cell_refused", cell=Cell("a", (i, j)), problem=error) from None
    plain = plain_text(text)
    return float(Decimal(plain)) if _DECIMAL.fullmatch(plain) else value


def _cell(text: str, i: int, j: int) -> _Cell | None:
    if i == j or is_blank(text):
        return None
    value = parse_cell(text, i, j)
    return _Cell(Cell("a", (i, j)), text, value, bool(_DECIMAL.fullmatch(plain_text(text))))


def _coarse(cells: Sequence[_Cell | None]) -> bool:
    """Whether the cells that stand alone are printed to one digit: 0.2, but 0.3 and 0.1 as well."""
    small = [cell for cell in cells if cell is not None and cell.rounded and cell.value < 1]
    return all(decimals_of(plain_text(cell.text)) == 1 for cell in small) and any(
        cell.value not in _STEPS.values() for cell in small
    )


def _alone(cell: _Cell, coarse: bool) -> _Pair:
    """The readings of a cell whose pair is blank, itself the upper one."""
    typed = (cell.value, cell.value)
    if not cell.rounded:
        return _Pair(cell.text, ((None, cell.value),), cell.value, typed)
    steps = cell.steps(coarse)
    if not steps:
        return _Pair(cell.text, ((None, cell.value),), cell.value, cell.interval, scaled=False)
    options = [
        (None if _STEPS[step] == cell.value else _read_as(cell, step), _STEPS[step])
        for step in steps
    ]
    inexact = options[0][1] != cell.value
    return _Pair(cell.text, tuple(options), cell.value, cell.interval, alone=inexact)


def _read_as(cell: _Cell, value: str) -> Phrase:
    return Phrase("read_as", text=cell.text, value=value)


def _turned(pair: _Pair) -> _Pair:
    """A pair seen from the other side."""
    low, high = pair.interval
    options = tuple((words, 1 / value) for words, value in pair.options)
    return _Pair(pair.text, options, 1 / pair.typed, (1 / high, 1 / low), pair.scaled, pair.alone)


def _both(upper: _Cell, lower: _Cell) -> _Pair:
    """The reading of two printed cells: the exact one, else that of 1 or more, as typed.

    Raises:
        MatrixError: names both.
    """
    order = sorted((upper, lower), key=lambda cell: (cell.rounded, -cell.value))
    for main, mirror in (order, order[::-1]):
        if mirror.stands_for(1 / main.value) and (mirror.rounded or not main.rounded):
            exact = main.value == 1 / mirror.value or 1 / main.value == mirror.value
            words = None if exact else _read_as(mirror, _reciprocal(main))
            value = main.value if main is upper else 1 / main.value
            scaled = not main.rounded or main.value in _STEPS.values()
            low, high = _shared(upper, lower)
            interval = (value, value) if not main.rounded else (min(low, value), max(high, value))
            return _Pair(mirror.text, ((words, value),), upper.value, interval, scaled)
    low, high = _shared(upper, lower)
    if upper.rounded and lower.rounded and low <= high:
        value = float(np.sqrt(low * high))
        shown = f"{value:.4g}"
        words = Phrase("read_beside", text=upper.text, other=lower.text, value=shown)
        return _Pair(upper.text, ((words, value),), upper.value, (low, high), scaled=False)
    large, small = sorted((upper, lower), key=lambda cell: -cell.value)
    raise MatrixError(
        "not_reciprocal_printed",
        cell=upper.place,
        text=upper.text,
        mirror=lower.place,
        mirrored=lower.text,
        reciprocal=_reciprocal(large),
        small=small.text,
    )


def _shared(upper: _Cell, lower: _Cell) -> tuple[float, float]:
    """Smallest and largest value of the upper cell that both prints allow."""
    (low, high), (least, most) = upper.interval, lower.interval
    return max(low, 1 / most), min(high, 1 / least)


def _reciprocal(cell: _Cell) -> str:
    top, _, bottom = plain_text(cell.text).partition("/")
    if not bottom:
        return f"1/{top}"
    return bottom if top == "1" else f"{bottom}/{top}"
