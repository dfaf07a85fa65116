"""What a picture shows, apart from how it is drawn: by plotly on screens, by matplotlib in print.

A chart has rows or columns of names, or numbers, on its axes, and marks in the order in which they
are drawn. Values are raw; `show` of an axis says how many decimals its numbers get.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Color = str
"""`"#rrggbb"`."""

Symbol = Literal["circle", "square", "diamond", "triangle", "cross"]


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
        reversed: position 0 is at the top, as in a list.
    """

    title: str = ""
    names: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    percent: bool = False
    decimals: int = 4
    logarithmic: bool = False
    reversed: bool = False


@dataclass(frozen=True)
class Bars:
    """Bars from `start` to `end`; horizontal where the names are on the y axis."""

    position: tuple[float, ...]
    end: tuple[float, ...]
    color: tuple[Color, ...]
    start: tuple[float, ...] = ()
    name: str = ""
    texts: tuple[str, ...] = ()
    hover: tuple[str, ...] = ()
    width: float = 0.7


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
    name: str = ""
    texts: tuple[str, ...] = ()
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
    """A grid of values by color, `values[row][column]`; None where there is none."""

    values: tuple[tuple[float | None, ...], ...]
    low: float
    high: float
    colors: tuple[Color, ...]
    name: str = ""
    texts: tuple[tuple[str, ...], ...] = ()
    hover: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Limit:
    """A straight line across the whole chart at one number, with a word."""

    at: float
    axis: Literal["x", "y"]
    text: str = ""
    color: Color = "#5f6b76"


Mark = Bars | Intervals | Points | Line | Cells | Limit


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
    """

    title: str
    note: str
    alt: str
    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    language: str = "en"
    legend: bool = True
