"""What a picture shows, apart from how it is drawn: by plotly on screens, by matplotlib in print.

A chart has rows or columns of names, or numbers, on its axes, and marks in the order in which they
are drawn. Values are raw, NaN where there is none. `ahp.plots.screen` and `ahp.plots.printed` draw
it; this module loads neither plotly nor matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, Literal, cast

Color = str
"""`"#rrggbb"`."""

Side = Literal["left", "center", "right"]

Symbol = Literal["circle", "square", "diamond", "triangle", "cross"]

NAMED = 100
"""More rows than this are narrow and have no names."""


@dataclass(frozen=True)
class Axis:
    """An axis.

    Attributes:
        title: what is measured and its unit; empty for none.
        names: of the positions 0, 1, 2…, for an axis of things; empty for an axis of numbers.
        low, high: the ends, None where the data say; of positions, -0.5 to n - 0.5.
        percent: numbers are shares, shown as per cent.
        decimals: of the numbers that are shown.
        logarithmic: equal ratios are equally far.
        reversed: the smallest number is at the top, or on the right; position 0 is at the top, as
            in a list.
        shown: whether the axis has numbers or names.
        ticks: where an axis of numbers is marked; empty for what the drawer chooses.
        tick_texts: what stands there; empty for the numbers themselves.
        top: whether a horizontal axis stands above; above rows it always does.
    """

    title: str = ""
    names: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    percent: bool = False
    decimals: int = 4
    logarithmic: bool = False
    reversed: bool = False
    shown: bool = True
    ticks: tuple[float, ...] = ()
    tick_texts: tuple[str, ...] = ()
    top: bool = False


@dataclass(frozen=True)
class Bars:
    """Bars from `start` to `end`; horizontal where the names are on the y axis.

    `start` is empty for bars from 0. Texts stand beyond the ends, `inside` the bars where they fit.
    `hatch` tells bars apart without colors: `"/"`, `"x"`, `"."`.
    """

    position: tuple[float, ...]
    end: tuple[float, ...]
    color: tuple[Color, ...]
    start: tuple[float, ...] = ()
    name: str = ""
    texts: tuple[str, ...] = ()
    hover: tuple[str, ...] = ()
    width: float = 0.7
    inside: bool = False
    hatch: str = ""


@dataclass(frozen=True)
class Boxes:
    """Boxes from `q1` to `q3` with a line at the median and whiskers from `low` to `high`."""

    position: tuple[float, ...]
    low: tuple[float, ...]
    q1: tuple[float, ...]
    median: tuple[float, ...]
    q3: tuple[float, ...]
    high: tuple[float, ...]
    color: Color
    name: str = ""
    width: float = 0.6


@dataclass(frozen=True)
class Intervals:
    """A line from `low` to `high` with ends, along the axis of numbers."""

    position: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    color: Color
    name: str = ""
    hover: tuple[str, ...] = ()


@dataclass(frozen=True)
class Points:
    """Symbols, each with a text beside it where there are texts."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    color: Color
    symbol: Symbol = "circle"
    size: float = 8
    opacity: float = 1
    filled: bool = True
    name: str = ""
    texts: tuple[str, ...] = ()
    beside: Literal["right", "above"] = "above"
    hover: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """Points joined in their order; NaN parts it."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    color: Color
    name: str = ""
    width: float = 1.5
    dashed: bool = False
    hover: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """A grid of values by color, `values[row][column]`; None where there is none.

    Attributes:
        values: rows of numbers.
        low, high: the values of the first and the last color.
        colors: of equal distances from `low` to `high`, blended between; `stepped` for equal steps
            without blending.
        name: what the values are, beside the scale of colors.
        texts: in the cells; empty for none.
        hover: of the cells.
        names: in place of `hover`, of the rows and of the columns: what many cells say together
            with their values. All different, and none a number alone.
        ticks, tick_texts: of the scale of colors.
    """

    values: tuple[tuple[float | None, ...], ...]
    low: float
    high: float
    colors: tuple[Color, ...]
    name: str = ""
    texts: tuple[tuple[str, ...], ...] = ()
    hover: tuple[tuple[str, ...], ...] = ()
    names: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    stepped: bool = False
    ticks: tuple[float, ...] = ()
    tick_texts: tuple[str, ...] = ()

    def color_of(self, value: float) -> Color:
        """The color of a cell."""
        share = min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)
        if self.stepped:
            return self.colors[min(int(share * len(self.colors)), len(self.colors) - 1)]
        place = share * (len(self.colors) - 1)
        before = min(int(place), len(self.colors) - 2)
        return blended(self.colors[before], self.colors[before + 1], place - before)


@dataclass(frozen=True)
class Texts:
    """Texts at places.

    Attributes:
        x, y: the places.
        texts: what stands there; line breaks stay.
        anchor: which side of each text is at its place.
        backgrounds: the colors behind them, where there are any.
        size: of letters on screens.
        width: columns after which a line breaks on screens, more in print; 0 for never.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    texts: tuple[str, ...]
    anchor: tuple[Side, ...]
    backgrounds: tuple[Color, ...] = ()
    size: float = 11
    width: int = 0


@dataclass(frozen=True)
class Band:
    """A shaded stretch of one axis across the whole chart, with a word at its lower end."""

    low: float
    high: float
    axis: Literal["x", "y"]
    text: str = ""
    color: Color = "#5f6b76"


@dataclass(frozen=True)
class Limit:
    """A straight line across the whole chart at one number, with a word."""

    at: float
    axis: Literal["x", "y"]
    text: str = ""
    color: Color = "#5f6b76"


Mark = Bars | Boxes | Intervals | Points | Line | Cells | Texts | Band | Limit


@dataclass(frozen=True)
class Chart:
    """A picture.

    Attributes:
        title: what it shows.
        note: whose judgments, how many, when; below the title.
        alt: in words, for whoever doesn't see it.
        x, y: the axes.
        marks: in the order in which they are drawn.
        language: of the texts.
        legend: whether the names of the marks are explained.
        row: height of a row of names on screens, in pixels.
        height: of an area without rows, in pixels.
        lying: bars lie though there are no names beside them.
    """

    title: str
    note: str
    alt: str
    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    language: str = "en"
    legend: bool = True
    row: int = 36
    height: int = 360
    lying: bool = False

    @property
    def rows(self) -> bool:
        """Whether there is a row for each name on the y axis."""
        return bool(self.y.names)

    @property
    def horizontal(self) -> bool:
        """Whether bars lie."""
        return self.rows or self.lying

    def ends(self, which: Literal["x", "y"]) -> tuple[float, float]:
        """Where an axis ends, the smaller number first, whichever way it runs.

        Both drawers use these, so that a picture on a screen and in print shows the same.
        """
        axis = self.x if which == "x" else self.y
        if axis.names:
            return -0.5, len(axis.names) - 0.5
        numbers = [n for mark in self.marks for n in _numbers(mark, which, self.horizontal)]
        numbers = [n for n in numbers if not math.isnan(n)] or [0.0, 1.0]
        low, high = min(numbers), max(numbers)
        if axis.logarithmic:
            low, high = 0.8 * low, 1.25 * high
        else:
            span = (high - low) or abs(high) or 1.0
            bars = [mark for mark in self.marks if isinstance(mark, Bars | Boxes)]
            beyond = 0.2 if any(_texts_beyond(mark) for mark in self.marks) else 0.05
            if which == "y" and any(_texts_above(mark) for mark in self.marks):
                beyond = max(beyond, 0.15)
            low -= 0.0 if bars and low == 0 else (beyond if low < 0 else 0.05) * span
            high += beyond * span
        return (low if axis.low is None else axis.low, high if axis.high is None else axis.high)

    def texts(self) -> Iterable[str]:
        """All texts of the picture, such as to find a font for them."""
        yield from (self.title, self.note, self.x.title, self.y.title)
        for axis in (self.x, self.y):
            yield from (*axis.names, *axis.tick_texts)
        for mark in self.marks:
            yield getattr(mark, "name", "")
            yield getattr(mark, "text", "")
            for text in getattr(mark, "texts", ()):
                yield from (text,) if isinstance(text, str) else text
            yield from getattr(mark, "tick_texts", ())

    def translated(self, table: Mapping[int, str]) -> Chart:
        """The same picture with other characters in its texts (`str.translate`)."""
        return cast(Chart, _translated(self, table))


def _translated(part: Any, table: Mapping[int, str]) -> Any:
    if isinstance(part, str):
        return part.translate(table)
    if isinstance(part, tuple):
        return tuple(_translated(one, table) for one in part)
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{name: _translated(one, table) for name, one in vars(part).items()})
    return part


def blended(first: Color, second: Color, share: float) -> Color:
    """The color between two, at a share of the way to the second.

    >>> blended("#000000", "#ff8000", 0.5)
    '#804000'
    """
    ends = ((int(first[k : k + 2], 16), int(second[k : k + 2], 16)) for k in (1, 3, 5))
    return "#" + "".join(f"{int((1 - share) * a + share * b + 0.5):02x}" for a, b in ends)


def _texts_beyond(mark: Mark) -> bool:
    return isinstance(mark, Bars) and not mark.inside and any(mark.texts)


def _texts_above(mark: Mark) -> bool:
    return isinstance(mark, Points) and mark.beside == "above" and any(mark.texts)


def _numbers(mark: Mark, which: Literal["x", "y"], horizontal: bool) -> tuple[float, ...]:
    """The numbers of a mark on an axis."""
    along = which == ("x" if horizontal else "y")
    match mark:
        case Bars():
            return (*mark.end, *(mark.start or (0.0,))) if along else mark.position
        case Boxes() | Intervals():
            return (*mark.low, *mark.high) if along else mark.position
        case Points() | Line() | Texts():
            return mark.x if which == "x" else mark.y
        case Band():
            return (mark.low, mark.high) if mark.axis == which else ()
        case Limit():
            return (mark.at,) if mark.axis == which else ()
        case Cells():
            return ()
