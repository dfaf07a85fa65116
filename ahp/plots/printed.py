"""Charts in print, by matplotlib: pictures of documents, and files to keep.

Nothing here touches pyplot, so that several threads may draw at once, and the same chart gives the
same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from ..errors import FontError
from .chart import (
    Axis,
    Band,
    Bars,
    Boxes,
    Cells,
    Chart,
    Intervals,
    Limit,
    Line,
    Mark,
    Points,
    Texts,
)
from .texts import columns, is_wide, lines_of, text_on

WIDTH = 6.3
"""Inches: between the margins of an A4 page."""

LABEL = 34
"""Columns of a label beside a row."""

ROW, NARROW = 0.26, 0.06
"""Inches of a row with a name on one line, and of one without a name."""

TALLEST = 8.0
"""Inches of an area at most, with heading and legend a page."""

NAMED = 52
"""More rows than this are narrow and have no names."""

WIDER = 1.6
"""Columns of a text at a place in print, as a multiple of those on screens."""

LINE = 0.17
"""Inches of a line of text."""

SIZE = 9
"""Points of letters."""

NOTE_WIDTH = 96
"""Columns of the note after which it is wrapped."""

INK, GRID = "#1a1d21", "#d5dae0"

SYMBOLS = {"circle": "o", "square": "s", "diamond": "D", "triangle": "^", "cross": "X"}

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "SimSun",
    "Noto Sans CJK JP",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Songti SC",
    "STHeiti",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)
"""Families that have Chinese characters, the first that is there is taken."""

LATIN_FONT = "DejaVu Sans"
"""Comes with matplotlib."""

if mpl.rcParams["svg.hashsalt"] is None:
    mpl.rcParams["svg.hashsalt"] = "ahp"  # or ids in SVG files would be random


def figure(chart: Chart, titled: bool = False) -> Figure:
    """A chart as a matplotlib figure, as wide as the text of an A4 page.

    Args:
        chart: what is drawn.
        titled: put the title above the note, for a picture that stands alone; documents have it as
            the caption.

    Raises:
        FontError: there are Chinese texts and no font for them.
    """
    fonts = fonts_for("".join(chart.texts()))
    drawn = Figure(figsize=(WIDTH, 1.0), layout="constrained")
    FigureCanvasAgg(drawn)
    axes = drawn.add_subplot()
    for mark in chart.marks:
        _draw(axes, mark, chart, fonts)
    for which in ("x", "y"):
        _set_axis(axes, chart, which, fonts)
    axes.set_axisbelow(True)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    lines = lines_of(chart.title, NOTE_WIDTH) if titled and chart.title else []
    lines += lines_of(chart.note, NOTE_WIDTH) if chart.note else []
    if lines:
        drawn.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=SIZE, family=fonts, color=INK)
    entries = _legend(chart)
    legend_lines = 0
    if entries:
        widest = max(columns(entry.get_label()) for entry in entries) + 8
        across = max(1, min(len(entries), NOTE_WIDTH // widest))
        legend_lines = -(-len(entries) // across)
        drawn.legend(
            handles=entries,
            loc="outside lower left",
            ncols=across,
            frameon=False,
            prop=FontProperties(family=fonts, size=SIZE),
            labelcolor=INK,
        )
    drawn.set_size_inches(WIDTH, _height(chart) + LINE * (len(lines) + 1.2 * legend_lines) + 0.15)
    for text in drawn.findobj(Text):
        text.set_parse_math(False)  # "$" is a currency
    return drawn


def png(chart: Chart, dpi: int = 200, titled: bool = False) -> bytes:
    """A chart as a PNG file.

    Args:
        chart: what is drawn.
        dpi: dots per inch of a picture `WIDTH` inches wide.
        titled: as for `figure`.
    """
    return _saved(figure(chart, titled), "png", dpi=dpi, metadata={"Software": None})


def svg(chart: Chart, titled: bool = False) -> bytes:
    """A chart as an SVG file; texts are outlines and need no font."""
    return _saved(figure(chart, titled), "svg", metadata={"Date": None, "Creator": None})


def pdf(chart: Chart, titled: bool = False) -> bytes:
    """A chart as a PDF file, with its fonts inside."""
    metadata = {"CreationDate": None, "Creator": None, "Producer": None}
    return _saved(figure(chart, titled), "pdf", metadata=metadata)


def _saved(drawn: Figure, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    drawn.savefig(buffer, format=kind, **options)
    return buffer.getvalue()


def fonts_for(text: str) -> list[str]:
    """The families that are needed for a text, in the order in which they are tried.

    Raises:
        FontError: a character is in none of them.
    """
    families = [LATIN_FONT]
    if is_wide(text):
        families += [chinese_font()] if chinese_font() else []
    known = set().union(*(_characters(family) for family in families))
    missing = sorted({letter for letter in text if letter.isprintable()} - known)
    missing = [letter for letter in missing if not letter.isspace()]
    if missing:
        raise FontError("font_missing", letters="".join(missing[:10]), fonts=CHINESE_FONTS[:7])
    return families


@cache
def chinese_font() -> str:
    """The family taken for Chinese texts; empty where none is installed."""
    installed = {font.name for font in fontManager.ttflist}
    return next((family for family in CHINESE_FONTS if family in installed), "")


@cache
def _characters(family: str) -> frozenset[str]:
    font = get_font(findfont(FontProperties(family=family)))
    return frozenset(map(chr, font.get_charmap()))


def _height(chart: Chart) -> float:
    """Inches of the area with its ticks."""
    if not chart.horizontal:
        return min(3.2 * chart.height / 360, TALLEST)
    count = len(chart.y.names)
    if count > NAMED:
        return max(1.2, NARROW * count) + 0.6
    lines = max(len(lines_of(name, LABEL)) for name in chart.y.names)
    inches = min(max(ROW * chart.row / 36, LINE * lines + 0.06) * count, TALLEST)
    above = 0.0
    if chart.x.names and chart.x.shown:
        above = max(_column_inches(chart, name) for name in chart.x.names)
    elif chart.x.shown:
        above = 0.3
    below = 0.6 if any(isinstance(mark, Cells) for mark in chart.marks) else 0.0
    return inches + above + below + (LINE if chart.x.title else 0)


def _upright(chart: Chart) -> bool:
    """Whether the names of columns are too wide to lie."""
    room = 60 / max(len(chart.x.names), 1)
    return not all(map(is_wide, chart.x.names)) and any(
        columns(name) > room for name in chart.x.names
    )


def _column_lines(chart: Chart, name: str) -> list[str]:
    if _upright(chart):
        return lines_of(name, 24)
    return lines_of(name, max(4, 60 // max(len(chart.x.names), 1)))


def _column_inches(chart: Chart, name: str) -> float:
    lines = _column_lines(chart, name)
    if _upright(chart):
        return 0.08 * max(map(columns, lines)) + 0.1
    return LINE * len(lines) + 0.1


def _set_axis(axes: Any, chart: Chart, which: str, fonts: list[str]) -> None:
    axis: Axis = getattr(chart, which)
    drawn = axes.xaxis if which == "x" else axes.yaxis
    if axis.logarithmic:
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    low, high = chart.ends("x" if which == "x" else "y")
    (axes.set_xlim if which == "x" else axes.set_ylim)(
        (high, low) if axis.reversed else (low, high)
    )
    drawn.set_minor_locator(NullLocator())
    if not axis.shown:
        drawn.set_visible(False)
        return
    if axis.names:
        shown = which == "x" or len(axis.names) <= NAMED
        width = LABEL
        texts = [
            "\n".join(_column_lines(chart, name) if which == "x" else lines_of(name, width))
            for name in axis.names
        ]
        drawn.set_major_locator(FixedLocator(list(range(len(axis.names)))))
        drawn.set_ticklabels(texts if shown else [""] * len(texts))
    elif axis.ticks:
        drawn.set_major_locator(FixedLocator(list(axis.ticks)))
        if axis.tick_texts:
            drawn.set_ticklabels(list(axis.tick_texts))
    else:
        drawn.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        drawn.grid(True, color=GRID, linewidth=0.6)
    if not axis.names and not axis.tick_texts:
        decimals = 0 if axis.percent else 6
        factor, sign = (100, "%") if axis.percent else (1, "")
        drawn.set_major_formatter(FuncFormatter(_numbers(factor, sign, decimals)))
    if axis.title:
        drawn.set_label_text(axis.title, fontsize=SIZE, family=fonts, color=INK)
    drawn.set_tick_params(length=0, labelsize=SIZE, labelcolor=INK)
    if which == "x" and (chart.horizontal or axis.top):
        drawn.tick_top()
        drawn.set_label_position("top")
    for label in drawn.get_ticklabels():
        label.set_fontfamily(fonts)
        if which == "x" and axis.names and _upright(chart):
            label.set_rotation(90)


def _numbers(factor: float, sign: str, decimals: int) -> Any:
    def shown(value: float, _position: int | None = None) -> str:
        text = f"{factor * value:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return ("0" if text == "-0" else text.replace("-", "−")) + sign

    return shown


def _legend(chart: Chart) -> list[Any]:
    """A handle for each mark with a name."""
    entries: list[Any] = []
    for mark in chart.marks if chart.legend else ():
        name = getattr(mark, "name", "")
        if not name or isinstance(mark, Cells):
            continue
        match mark:
            case Bars():
                entries.append(Patch(color=mark.color[0] if mark.color else INK, label=name))
            case Boxes():
                entries.append(Patch(facecolor=(mark.color, 0.3), edgecolor=mark.color, label=name))
            case Points():
                entries.append(Line2D([], [], linestyle="", label=name, **_symbol(mark)))
            case Line():
                entries.append(Line2D([], [], label=name, **_stroke(mark)))
            case Intervals():
                entries.append(
                    Line2D([], [], color=mark.color, marker="|", linewidth=1.5, label=name)
                )
    return entries


def _symbol(mark: Points) -> dict[str, Any]:
    return {
        "marker": SYMBOLS[mark.symbol],
        "markersize": 0.7 * mark.size,
        "markerfacecolor": mark.color if mark.filled else "none",
        "markeredgecolor": mark.color,
        "markeredgewidth": 0 if mark.filled else 1.2,
        "alpha": mark.opacity,
    }


def _stroke(mark: Line) -> dict[str, Any]:
    return {
        "color": mark.color,
        "linewidth": 0.7 * mark.width,
        "linestyle": ":" if mark.dashed else "-",
    }


def _draw(axes: Any, mark: Mark, chart: Chart, fonts: list[str]) -> None:
    words = {"fontsize": SIZE, "family": fonts, "color": INK}
    match mark:
        case Bars():
            _draw_bars(axes, mark, chart, words)
        case Boxes():
            _draw_boxes(axes, mark, chart)
        case Intervals():
            middle = mark.low
            sizes = [high - low for low, high in zip(mark.low, mark.high, strict=True)]
            error = [[0.0] * len(sizes), sizes]
            x, y = _along(chart, mark.position, middle)
            axes.errorbar(
                x,
                y,
                **{"xerr" if chart.horizontal else "yerr": error},
                fmt="none",
                ecolor=mark.color,
                elinewidth=1.4,
                capsize=2.5,
                zorder=3,
            )
        case Points():
            axes.plot(mark.x, mark.y, linestyle="", clip_on=False, zorder=4, **_symbol(mark))
            right = mark.beside == "right"
            for place, text in zip(zip(mark.x, mark.y, strict=True), mark.texts, strict=False):
                if text and not any(map(math.isnan, place)):
                    axes.annotate(
                        text,
                        place,
                        (5, 0) if right else (0, 4),
                        textcoords="offset points",
                        ha="left" if right else "center",
                        va="center" if right else "bottom",
                        **words,
                    )
        case Line():
            axes.plot(mark.x, mark.y, zorder=3, **_stroke(mark))
        case Cells():
            _draw_cells(axes, mark, fonts)
        case Texts():
            for k, text in enumerate(mark.texts):
                behind = mark.backgrounds[k] if mark.backgrounds else None
                box = {"facecolor": behind, "edgecolor": "none", "pad": 2} if behind else None
                axes.text(
                    mark.x[k],
                    mark.y[k],
                    "\n".join(lines_of(text, round(WIDER * mark.width) or 1000)),
                    ha=mark.anchor[k],
                    va="center",
                    multialignment=mark.anchor[k],
                    bbox=box,
                    zorder=5,
                    fontsize=0.75 * mark.size,
                    family=fonts,
                    color=text_on(behind) if behind else INK,
                )
        case Band():
            span = axes.axvspan if mark.axis == "x" else axes.axhspan
            span(mark.low, mark.high, color=mark.color, alpha=0.15, linewidth=0, zorder=0)
            _beside_axis(axes, mark.axis, mark.low, mark.text, words)
        case Limit():
            line = axes.axvline if mark.axis == "x" else axes.axhline
            line(mark.at, color=mark.color, linewidth=0.9, linestyle="--", zorder=2)
            _beside_axis(axes, mark.axis, mark.at, mark.text, words)


def _along(
    chart: Chart, position: Sequence[float], values: Sequence[float]
) -> tuple[Sequence[float], Sequence[float]]:
    return (values, position) if chart.horizontal else (position, values)


def _beside_axis(axes: Any, axis: str, at: float, text: str, words: dict[str, Any]) -> None:
    """A word where a line or a band begins, at the low end of the other axis."""
    if text:
        vertical = axis == "x"
        axes.annotate(
            text,
            (at, 0) if vertical else (0, at),
            (3, 2),
            xycoords=("data", "axes fraction") if vertical else ("axes fraction", "data"),
            textcoords="offset points",
            va="bottom",
            zorder=6,
            **words,
        )


def _draw_bars(axes: Any, mark: Bars, chart: Chart, words: dict[str, Any]) -> None:
    start = mark.start or (0.0,) * len(mark.end)
    sizes = [end - begin for begin, end in zip(start, mark.end, strict=True)]
    if chart.horizontal:
        axes.barh(mark.position, sizes, mark.width, left=start, color=mark.color, zorder=2)
    else:
        axes.bar(mark.position, sizes, mark.width, bottom=start, color=mark.color, zorder=2)
    for k, text in enumerate(mark.texts):
        if not text or math.isnan(sizes[k]):
            continue
        style = {**words, "color": text_on(mark.color[k])} if mark.inside else words
        up = sizes[k] >= 0
        at = start[k] + sizes[k] / 2 if mark.inside else mark.end[k]
        away = 0 if mark.inside else 3 if up else -3
        if chart.horizontal:
            anchor, offset = (at, mark.position[k]), (away, 0)
            side = {"ha": "center" if mark.inside else "left" if up else "right", "va": "center"}
        else:
            anchor, offset = (mark.position[k], at), (0, away)
            side = {"ha": "center", "va": "center" if mark.inside else "bottom" if up else "top"}
        axes.annotate(text, anchor, offset, textcoords="offset points", zorder=6, **side, **style)


def _draw_boxes(axes: Any, mark: Boxes, chart: Chart) -> None:
    names = ("whislo", "q1", "med", "q3", "whishi")
    rows = zip(mark.low, mark.q1, mark.median, mark.q3, mark.high, strict=True)
    line = {"color": mark.color, "linewidth": 1.1}
    axes.bxp(
        [dict(zip(names, row, strict=True)) for row in rows],
        positions=mark.position,
        widths=mark.width,
        orientation="horizontal" if chart.horizontal else "vertical",
        showfliers=False,
        manage_ticks=False,
        patch_artist=True,
        boxprops={"facecolor": (mark.color, 0.3), "edgecolor": mark.color, "linewidth": 1.1},
        medianprops=line,
        whiskerprops=line,
        capprops=line,
    )


def _draw_cells(axes: Any, mark: Cells, fonts: list[str]) -> None:
    colors = (
        ListedColormap(mark.colors)
        if mark.stepped
        else LinearSegmentedColormap.from_list("cells", list(mark.colors))
    )
    values = [[math.nan if value is None else value for value in row] for row in mark.values]
    height, width = len(values), len(values[0])
    edges = [k - 0.5 for k in range(max(height, width) + 1)]
    scale = Normalize(mark.low, mark.high)
    axes.pcolormesh(
        edges[: width + 1],
        edges[: height + 1],
        values,
        cmap=colors,
        norm=scale,
        edgecolors="white" if height <= NAMED else "none",
        linewidth=1 if height <= NAMED else 0,
    )
    bar = axes.figure.colorbar(
        ScalarMappable(scale, colors),
        ax=axes,
        location="bottom",
        shrink=0.6,
        aspect=40,
        pad=0.02,
        ticks=list(mark.ticks) or MaxNLocator(4),
    )
    bar.outline.set_visible(False)
    if mark.tick_texts:
        bar.ax.set_xticklabels(mark.tick_texts)
    bar.ax.tick_params(length=0, labelsize=SIZE, labelcolor=INK)
    for label in bar.ax.get_xticklabels():
        label.set_fontfamily(fonts)
    if mark.name:
        bar.set_label(mark.name, fontsize=SIZE, family=fonts, color=INK)
    if height > NAMED:
        return
    size = SIZE if width <= 12 else SIZE - 2
    for row, texts in enumerate(mark.texts):
        for column, text in enumerate(texts):
            value = mark.values[row][column]
            if text and value is not None:
                axes.text(
                    column,
                    row,
                    text,
                    ha="center",
                    va="center",
                    fontsize=size,
                    family=fonts,
                    color=text_on(mark.color_of(value)),
                )
