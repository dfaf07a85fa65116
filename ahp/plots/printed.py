"""Charts in print, by matplotlib: pictures of documents, and files to keep.

Nothing here touches pyplot, so that several threads may draw at once, and the same chart gives the
same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from ..errors import FontError
from ..i18n import translator
from .chart import (
    NAMED,
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
from .page import (
    SIZE,
    WIDTH,
    Fit,
    fit_page,
    heading_lines,
    legend_columns,
    legend_labels,
)
from .texts import is_wide, text_on, unseen

INK, GRID = "#1a1d21", "#d5dae0"

MISSING, MISSING_IN_LATIN = "〓", "□"
"""In place of a character that no font has: printers' sign for a missing type (geta), and what
stands for it where there is no Chinese font."""

USUAL = ("400", "normal", "regular")
"""Weights of letters that are neither thin nor bold."""

MOST_CODES = 5
"""Missing characters that a note names."""

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
    """A chart as a matplotlib figure, as wide as the text of an A4 page, in letters of 9 points, or
    of 6.5 and more where it would be higher than the page (`ahp.plots.page`).

    A character that no installed font has is drawn as `MISSING`, and the note says so.

    Args:
        chart: what is drawn.
        titled: put the title above the note, for a picture that stands alone; documents have it as
            the caption.

    Raises:
        FontError: there are Chinese texts and no font for them.
    """
    chart, fonts = _in_fonts(chart)
    fit = fit_page(chart, titled)
    drawn = Figure(figsize=(WIDTH, fit.height), layout="constrained")
    FigureCanvasAgg(drawn)
    axes = drawn.add_subplot()
    for mark in chart.marks:
        _draw(axes, mark, chart, fonts, fit)
    for which in ("x", "y"):
        _set_axis(axes, chart, which, fonts, fit)
    axes.set_axisbelow(True)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    if lines := heading_lines(chart, titled):
        drawn.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=SIZE, family=fonts, color=INK)
    if entries := _legend(chart):
        drawn.legend(
            handles=entries,
            loc="outside lower left",
            ncols=legend_columns([entry.get_label() for entry in entries])[0],
            frameon=False,
            prop=FontProperties(family=fonts, size=SIZE),
            labelcolor=INK,
        )
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
    if engine := drawn.get_layout_engine():
        engine.execute(drawn)  # matplotlib would draw everything once more for it
        drawn.set_layout_engine(None)
    drawn.savefig(buffer, format=kind, **options)
    return buffer.getvalue()


def _in_fonts(chart: Chart) -> tuple[Chart, list[str]]:
    """A chart whose characters all can be drawn, and the families that have them, in the order in
    which they are tried.
    """
    text = "".join(chart.texts())
    families, missing = fonts_for(text)
    table = {ord(mark): "" for mark in set(text) if unseen(mark)}
    if missing:
        known = set().union(*(_characters(family) for family in families))
        sign = MISSING if MISSING in known else MISSING_IN_LATIN
        codes = ", ".join(f"U+{ord(mark):04X}" for mark in missing[:MOST_CODES])
        more = ", …" if len(missing) > MOST_CODES else ""
        _ = translator(chart.language)
        said = _("{sign} stands for characters that no installed font has: {codes}")
        note = said.format(sign=sign, codes=codes + more)
        chart = replace(chart, note="\n".join(filter(None, (chart.note, note))))
        table |= {ord(mark): sign for mark in missing}
    return (chart.translated(table) if table else chart), families


def fonts_for(text: str) -> tuple[list[str], list[str]]:
    """The families that a text needs, in the order in which they are tried, and the characters that
    no installed font has.

    Raises:
        FontError: there are Chinese characters, and none of `CHINESE_FONTS` is installed.
    """
    families = [LATIN_FONT]
    needed = {mark for mark in text if not mark.isspace() and not unseen(mark)}
    missing = needed - _characters(LATIN_FONT)
    if chinese_font() and any(map(is_wide, missing)):
        families.append(chinese_font())
        missing -= _characters(chinese_font())
    elif chinese := sorted(
        mark for mark in missing if is_wide(mark) and "\u2e80" <= mark <= "\uffef"
    ):
        letters = "".join(chinese[:10])
        raise FontError("font_missing", letters=letters, fonts=CHINESE_FONTS[:7])
    for family in _families() if missing else ():
        if found := missing & _characters(family):
            families.append(family)
            missing -= found
    return families, sorted(missing)


@cache
def chinese_font() -> str:
    """The family taken for Chinese texts; empty where none is installed."""
    return next((family for family in CHINESE_FONTS if family in _families()), "")


@cache
def _families() -> Mapping[str, str]:
    """Families installed, by name -> the file of upright letters of usual weight and width."""
    usual = {
        font.name: font.fname
        for font in fontManager.ttflist
        if (font.style, font.stretch) == ("normal", "normal") and str(font.weight) in USUAL
    }
    # which shows the code of any character instead of itself
    return {name: usual[name] for name in sorted(usual) if not name.startswith("Last Resort")}


@cache
def _characters(family: str) -> frozenset[str]:
    """What a family can draw in any size: nothing, if it is made of pictures (emojis in color)."""
    font = get_font(_families()[family])
    return frozenset(map(chr, font.get_charmap())) if font.scalable else frozenset()


def _set_axis(axes: Any, chart: Chart, which: str, fonts: list[str], fit: Fit) -> None:
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
        every = fit.every(chart) if which == "x" else 1
        named = range(0, len(axis.names), every) if len(axis.names) <= NAMED else ()
        drawn.set_major_locator(FixedLocator(list(named)))
        lines = partial(fit.column_lines, chart) if which == "x" else fit.label_lines
        drawn.set_ticklabels(["\n".join(lines(axis.names[k])) for k in named])
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
        drawn.set_label_text(axis.title, fontsize=fit.size, family=fonts, color=INK)
    drawn.set_tick_params(length=0, labelsize=fit.size, labelcolor=INK)
    if which == "x" and (chart.horizontal or axis.top):
        drawn.tick_top()
        drawn.set_label_position("top")
    for label in drawn.get_ticklabels():
        label.set_fontfamily(fonts)
        if which == "x" and axis.names and fit.upright(chart):
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
    look: dict[str, Any]
    for k, label in legend_labels(chart).items():
        match mark := chart.marks[k]:
            case Bars():
                color = mark.color[0] if mark.color else INK
                entries.append(Patch(color=color, label=label, **_hatched(mark)))
            case Boxes():
                look = {"facecolor": (mark.color, 0.3), "edgecolor": mark.color}
                entries.append(Patch(**look, label=label))
            case Points():
                entries.append(Line2D([], [], linestyle="", label=label, **_symbol(mark)))
            case Line():
                entries.append(Line2D([], [], label=label, **_stroke(mark)))
            case Intervals():
                look = {"color": mark.color, "marker": "|", "linewidth": 1.5}
                entries.append(Line2D([], [], label=label, **look))
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


def _draw(axes: Any, mark: Mark, chart: Chart, fonts: list[str], fit: Fit) -> None:
    words = {"fontsize": fit.size, "family": fonts, "color": INK}
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
            _draw_cells(axes, mark, fonts, fit.size, fit.cell_size(chart, mark))
        case Texts():
            for k, text in enumerate(mark.texts):
                behind = mark.backgrounds[k] if mark.backgrounds else None
                box = {"facecolor": behind, "edgecolor": "none", "pad": 2} if behind else None
                axes.text(
                    mark.x[k],
                    mark.y[k],
                    "\n".join(fit.text_lines(mark, text)),
                    ha=mark.anchor[k],
                    va="center",
                    multialignment=mark.anchor[k],
                    bbox=box,
                    zorder=5,
                    fontsize=fit.text_size(mark),
                    family=fonts,
                    color=text_on(behind) if behind else INK,
                )
        case Band():
            span = axes.axvspan if mark.axis == "x" else axes.axhspan
            span(mark.low, mark.high, color=mark.color, alpha=0.15, linewidth=0, zorder=0)
            _beside_axis(axes, chart, (mark.axis, mark.low), mark.text, words)
        case Limit():
            line = axes.axvline if mark.axis == "x" else axes.axhline
            line(mark.at, color=mark.color, linewidth=0.9, linestyle="--", zorder=2)
            _beside_axis(axes, chart, (mark.axis, mark.at), mark.text, words)


def _along(
    chart: Chart, position: Sequence[float], values: Sequence[float]
) -> tuple[Sequence[float], Sequence[float]]:
    return (values, position) if chart.horizontal else (position, values)


def _beside_axis(
    axes: Any, chart: Chart, place: tuple[str, float], text: str, words: dict[str, Any]
) -> None:
    """A word where a line or a band begins: below rows, whose numbers it would cover; elsewhere at
    the low end of the other axis.
    """
    if text:
        axis, at = place
        vertical = axis == "x"
        below = vertical and chart.rows
        axes.annotate(
            text,
            (at, 0) if vertical else (0, at),
            (0, -2) if below else (3, 2),
            xycoords=("data", "axes fraction") if vertical else ("axes fraction", "data"),
            textcoords="offset points",
            ha="center" if below else "left",
            va="top" if below else "bottom",
            zorder=6,
            **words,
        )


def _draw_bars(axes: Any, mark: Bars, chart: Chart, words: dict[str, Any]) -> None:
    start = mark.start or (0.0,) * len(mark.end)
    sizes = [end - begin for begin, end in zip(start, mark.end, strict=True)]
    look = {"color": mark.color, "zorder": 2, **_hatched(mark)}
    if chart.horizontal:
        axes.barh(mark.position, sizes, mark.width, left=start, **look)
    else:
        axes.bar(mark.position, sizes, mark.width, bottom=start, **look)
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


def _hatched(mark: Bars) -> dict[str, Any]:
    return {"hatch": 2 * mark.hatch, "hatchcolor": "#ffffff"} if mark.hatch else {}


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


def _draw_cells(axes: Any, mark: Cells, fonts: list[str], size: float, inside: float) -> None:
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
    bar.ax.tick_params(length=0, labelsize=size, labelcolor=INK)
    for label in bar.ax.get_xticklabels():
        label.set_fontfamily(fonts)
    if mark.name:
        bar.set_label(mark.name, fontsize=size, family=fonts, color=INK)
    if height > NAMED or not inside:
        return
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
                    fontsize=inside,
                    family=fonts,
                    color=text_on(mark.color_of(value)),
                    in_layout=False,  # which is slow, and they are inside anyhow
                )
