"""How a chart fits a printed page: the size of its letters, the lines of its names, its height, and
the parts of one that is too tall for a page.

Widths are estimated from columns (`ahp.plots.texts.columns`), so that nothing needs to be drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

from ..i18n import translator
from .chart import NAMED, Cells, Chart, Line, Mark, Texts
from .texts import columns, is_wide, lines_of, shortened

T = TypeVar("T")

WIDTH = 6.3
"""Inches: between the margins of an A4 page."""

TALLEST = 8.2
"""Inches of a picture that leaves room for its caption on an A4 page."""

SIZES = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5)
"""Points of letters, of which the largest that fit a page are taken; smaller ones can't be read."""

SIZE, SMALLEST = SIZES[0], SIZES[-1]

LABEL, LABEL_LINES = 34, 3
"""Columns of a name beside a row in letters of `SIZE`, and its lines, at most."""

COLUMN = 24
"""Columns of an upright name above a column."""

ROW, NARROW = 0.26, 0.06
"""Inches of a row with a name on one line, and of one without a name."""

LINE = 0.17
"""Inches of a line of text."""

WIDER = 1.6
"""Columns of a text at a place in print, as a multiple of those on screens."""

EM = 0.62
"""Width of a column as a share of the size of letters, at most."""

NOTE_WIDTH = 88
"""Columns of the note after which it is wrapped."""


@dataclass(frozen=True)
class Fit:
    """How a chart is printed.

    Attributes:
        size: of letters, in points.
        area: height of the area in inches.
        height: of the whole picture, in inches.
    """

    size: float
    area: float
    height: float

    def label_lines(self, name: str) -> list[str]:
        """The lines of a name beside a row."""
        return shortened(name, round(LABEL * SIZE / self.size), LABEL_LINES)

    def text_size(self, mark: Texts) -> float:
        """Points of texts at places."""
        return max(0.75 * mark.size * self.size / SIZE, SMALLEST)

    def text_lines(self, mark: Texts, text: str) -> list[str]:
        """The lines of a text at a place."""
        width = round(WIDER * mark.width * 0.75 * mark.size / self.text_size(mark))
        return shortened(text, width or 1000, LABEL_LINES)

    def column(self, chart: Chart) -> float:
        """Points of a column of cells."""
        named = chart.y.shown and len(chart.y.names) <= NAMED
        names = [line for name in chart.y.names for line in self.label_lines(name)] if named else []
        beside = EM * self.size * max(map(columns, names), default=0)
        return (72 * WIDTH - beside - 16) / max(len(chart.x.names), 1)

    def upright(self, chart: Chart) -> bool:
        """Whether the names of columns are too wide to lie; numbers are left out instead."""
        names = chart.x.names
        room = self.column(chart) / (EM * self.size)
        if all(map(str.isdecimal, names)) or all(columns(name) <= room for name in names):
            return False
        return room < 4 or not all(map(is_wide, names))

    def column_lines(self, chart: Chart, name: str) -> list[str]:
        """The lines of a name above or below a column."""
        column = self.column(chart)
        if self.upright(chart):
            return shortened(name, COLUMN, max(1, int(column / (1.2 * self.size))))
        return lines_of(name, max(4, int(column / (EM * self.size))))

    def every(self, chart: Chart) -> int:
        """Of numbered columns, how many there are to each that has its number."""
        if self.upright(chart):
            return 1
        widest = EM * self.size * max(map(columns, chart.x.names), default=0) + 2
        numbered = all(map(str.isdecimal, chart.x.names))
        return -int(-widest // self.column(chart)) if numbered else 1

    def cell_size(self, chart: Chart, cells: Cells) -> float:
        """Points of texts in cells; 0 where they have no room, and the color alone says it."""
        widest = max((columns(text) for row in cells.texts for text in row), default=0)
        size = min(self.size, (self.column(chart) - 2) / (EM * max(widest, 1)))
        return size if size >= SMALLEST else 0.0


def fit_page(chart: Chart, titled: bool = False) -> Fit:
    """The largest letters with which a chart fits a page; one that doesn't fit with the smallest is
    taller.

    Args:
        chart: what is printed.
        titled: the title stands in the picture.
    """
    fits = list(_fits(chart, titled))
    return next((fit for fit in fits if fit.height <= TALLEST), fits[-1])


def heading_lines(chart: Chart, titled: bool) -> list[str]:
    """What stands above a picture."""
    texts = (chart.title if titled else "", chart.note)
    return [line for text in texts if text for line in lines_of(text, NOTE_WIDTH)]


def legend_columns(labels: Sequence[str]) -> tuple[int, int]:
    """How many entries of a legend stand beside each other, and how many lines it has."""
    widest = max(columns(line) for label in labels for line in label.split("\n")) + 8
    across = max(1, min(len(labels), NOTE_WIDTH // widest))
    down = [labels[k : k + across] for k in range(0, len(labels), across)]
    return across, sum(max(label.count("\n") for label in row) + 1 for row in down)


def legend_labels(chart: Chart) -> dict[int, str]:
    """Position of each mark that the legend explains -> what it says."""
    named = enumerate(getattr(mark, "name", "") for mark in chart.marks if chart.legend)
    return {
        k: "\n".join(lines_of(name, NOTE_WIDTH - 8))
        for k, name in named
        if name and not isinstance(chart.marks[k], Cells)
    }


def page_parts(chart: Chart) -> list[Chart]:
    """A chart with rows in parts that each fit a page; others stay whole."""
    if not chart.rows:
        return [chart]
    return in_parts(lambda rows: _rows(chart, rows[0], rows[-1] + 1), range(len(chart.y.names)))


def in_parts(draw: Callable[[Sequence[T]], Chart], items: Sequence[T]) -> list[Chart]:
    """Charts of as few parts of `items` as fit a page each, `(1 of 2)` behind their titles.

    Args:
        draw: a chart of some of the items.
        items: what may be parted, in order.
    """
    for count in range(1, len(items) + 1):
        ends = [len(items) * k // count for k in range(count + 1)]
        charts = [draw(items[start:end]) for start, end in pairwise(ends)]
        if count == len(items) or all(map(_fits_page, charts)):
            break
    if len(charts) == 1:
        return charts
    _ = translator(charts[0].language)
    titled = _("{title} ({number} of {count})")
    return [
        replace(one, title=titled.format(title=one.title, number=number, count=len(charts)))
        for number, one in enumerate(charts, start=1)
    ]


def _fits_page(chart: Chart) -> bool:
    """Whether a chart fits a page with the names of all rows."""
    return len(chart.y.names) <= NAMED and fit_page(chart).height <= TALLEST


def _fits(chart: Chart, titled: bool) -> Iterator[Fit]:
    for size in SIZES:
        letters = Fit(size, 0, 0)
        beside = LINE * len(heading_lines(chart, titled)) + 0.15
        if labels := legend_labels(chart):
            beside += 1.2 * LINE * legend_columns(list(labels.values()))[1]
        beside += _around(chart, letters)
        area = _area(chart, letters)
        if not chart.rows:
            # as tall as on screens, or less where all texts still have room
            area = max(area, min(3.2 * chart.height / 360, TALLEST - beside))
        yield Fit(size, area, area + beside)


def _around(chart: Chart, letters: Fit) -> float:
    """Inches of the names, numbers and scales of colors around the area."""
    line = LINE * letters.size / SIZE
    inches = 0.0
    if chart.x.names and chart.x.shown:
        lines = [letters.column_lines(chart, name) for name in chart.x.names]
        if letters.upright(chart):
            widest = max(columns(text) for texts in lines for text in texts)
            inches += EM * letters.size * widest / 72 + 0.1
        else:
            inches += line * max(map(len, lines)) + 0.1
    elif chart.x.shown:
        inches += 0.3
    if any(isinstance(mark, Cells) for mark in chart.marks):
        inches += 0.6
    return inches + (LINE if chart.x.title else 0)


def _area(chart: Chart, letters: Fit) -> float:
    """Inches that the rows, or the texts at places, need."""
    share, count = letters.size / SIZE, len(chart.y.names)
    if chart.rows:
        if count > NAMED:
            return max(1.2, NARROW * count)
        lines = max(len(letters.label_lines(name)) for name in chart.y.names)
        row = max(ROW * chart.row / 36, 0.155 * lines + 0.04) * share
        return count * row
    low, high = chart.ends("y")
    needed = 0.0
    for mark in chart.marks:
        if isinstance(mark, Texts):
            needed = max(needed, _inches_a_unit(mark, letters, low, high) * (high - low))
    return needed


def _inches_a_unit(mark: Texts, letters: Fit, low: float, high: float) -> float:
    """Inches of a unit of the vertical axis with which no text at the same x covers another."""
    line, pad = 1.3 * letters.text_size(mark) / 72, 0.09
    placed: dict[float, list[tuple[float, float]]] = {}
    for x, y, text in zip(mark.x, mark.y, mark.texts, strict=True):
        inches = line * len(letters.text_lines(mark, text)) + pad
        placed.setdefault(x, []).append((y, inches))
    most = 0.0
    for texts in placed.values():
        texts.sort()
        for (below, lower), (above, upper) in pairwise(texts):
            if above > below:
                most = max(most, (lower + upper) / 2 / (above - below))
        (first, lower), (last, upper) = texts[0], texts[-1]
        if low < first and last < high:
            most = max(most, lower / 2 / (first - low), upper / 2 / (high - last))
    return most


def _rows(chart: Chart, start: int, stop: int) -> Chart:
    """Some rows of a chart, on the same axis of numbers."""
    if (start, stop) == (0, len(chart.y.names)):
        return chart
    low, high = chart.ends("x")
    x = chart.x if chart.x.names else replace(chart.x, low=low, high=high)
    marks = tuple(_mark_rows(mark, start, stop) for mark in chart.marks)
    return replace(chart, x=x, y=replace(chart.y, names=chart.y.names[start:stop]), marks=marks)


def _mark_rows(mark: Any, start: int, stop: int) -> Mark:
    if isinstance(mark, Line):  # goes on where other rows are, and is cut off by who draws it
        return replace(mark, y=tuple(y - start for y in mark.y))
    if isinstance(mark, Cells):
        own = {name: getattr(mark, name)[start:stop] for name in ("values", "texts", "hover")}
        if mark.names:
            own["names"] = (mark.names[0][start:stop], mark.names[1])
        return replace(mark, **own)
    name = "position" if hasattr(mark, "position") else "y"
    at = getattr(mark, name, None)
    if at is None:  # across all rows
        return mark  # type: ignore[no-any-return]
    kept = [k for k, y in enumerate(at) if start - 0.5 <= y < stop - 0.5]
    own = {
        field: tuple(values[k] for k in kept)
        for field, values in vars(mark).items()
        if isinstance(values, tuple) and len(values) == len(at)
    }
    found: Mark = replace(mark, **{**own, name: tuple(at[k] - start for k in kept)})
    return found
