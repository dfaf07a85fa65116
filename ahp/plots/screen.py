"""Charts on screens, as plotly figures.

They read on a phone 390 px wide, on a light page and on a dark one: names stand above or left of
their rows, the note on top, the legend below; nothing moves under a finger. Colors of texts are the
page's own, but for texts on colors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

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
from .texts import columns, harmless, is_wide, text_on, wrapped

NOTE_WIDTH = 52
"""Columns of a picture's note after which it is wrapped: a phone shows so many."""

NOTE_SIZE, NOTE_LINE = 12, 20
"""Size of its letters, height of a line of it."""

LABEL = 22
"""Columns of a label beside a row: a third of a phone."""

NARROW = 6
"""Height of such a row, in pixels."""

NUMBERED = 12
"""Of more numbered columns, every other one has its number."""

CELL_SIZES = ((8, 11), (12, 10), (30, 8))
"""Columns of cells, at most, and the size of texts in them; in more there are none."""

LEGEND_LINE = 22
"""Height of a line of the legend."""

LEGEND_BELOW = {
    "orientation": "h",
    **{"xref": "container", "x": 0, "xanchor": "left"},
    **{"yref": "container", "y": 0, "yanchor": "bottom"},
}

BAR_BELOW = {
    "orientation": "h",
    **{"yref": "container", "y": 0, "yanchor": "bottom"},
    **{"thickness": 10, "len": 0.8},
}

SYMBOLS = {
    "circle": "circle",
    "square": "square",
    "diamond": "diamond",
    "triangle": "triangle-up",
    "cross": "x",
}

CLEAR = "rgba(0,0,0,0)"


def figure(chart: Chart, titled: bool = False) -> go.Figure:
    """A chart as a plotly figure.

    Args:
        chart: what is drawn.
        titled: put the title above the note, for a picture that stands alone; pages and documents
            have it as a heading or a caption.

    >>> from ahp.plots.chart import Axis, Bars, Chart
    >>> from ahp.plots.screen import figure
    >>> chart = Chart(
    ...     title="Weights", note="n = 5", alt="Price 0.6, quality 0.4.", x=Axis(low=0, high=1),
    ...     y=Axis(names=("Price", "Quality"), reversed=True),
    ...     marks=(Bars((0, 1), (0.6, 0.4), ("#1f5f99",) * 2, texts=("0.6", "0.4")),),
    ... )
    >>> drawn = figure(chart)
    >>> drawn.data[0].x, drawn.layout.yaxis.ticktext, drawn.layout.title.text
    ((0.6, 0.4), ('Price', 'Quality'), 'n = 5')
    """
    picture = go.Figure()
    for mark in chart.marks:
        _draw(picture, mark, chart)
    shown = [mark for mark in chart.marks if getattr(mark, "name", "")]
    legend = chart.legend and any(not isinstance(mark, Cells) for mark in shown)
    rows = chart.rows
    picture.update_layout(xaxis=_axis(chart, "x", chart.x), yaxis=_axis(chart, "y", chart.y))
    top = _top(chart)
    area = _row(chart) * len(chart.y.names) if rows else chart.height
    bottom = _bottom(chart, legend)
    picture.update_layout(
        height=area + top + bottom,
        margin={
            "l": 0 if rows or not chart.y.shown else 8,
            # for half of the number at the end of an axis
            "r": 20 if chart.x.percent else 8,
            "t": top,
            "b": bottom,
        },
        barmode="overlay",
        showlegend=legend,
        plot_bgcolor=CLEAR,
        paper_bgcolor=CLEAR,
    )
    if legend:
        picture.update_layout(legend=LEGEND_BELOW)
    lines = [f"<b>{wrapped(chart.title, NOTE_WIDTH)}</b>"] if titled and chart.title else []
    lines += [wrapped(chart.note, NOTE_WIDTH)] if chart.note else []
    return _headed(picture, "<br>".join(lines)) if lines else picture


def _headed(figure: go.Figure, text: str) -> go.Figure:
    """The picture with lines on top, parted by `<br>`."""
    further = text.count("<br>")
    above = NOTE_LINE * (further + 1)
    return figure.update_layout(
        title={
            "text": text,
            "font": {"size": NOTE_SIZE},
            **{"x": 0, "xref": "container", "xanchor": "left"},
            # plotly puts the last of several lines where one alone would be
            **{"y": 1, "yref": "container", "yanchor": "top"},
            "pad": {"t": 4 + round(1.3 * NOTE_SIZE * further)},
        },
        margin_t=(figure.layout.margin.t or 0) + above,
        height=figure.layout.height + above,
    )


def _plain(values: Iterable[float]) -> list[float | None]:
    """Numbers for plotly, None where there is none."""
    return [None if math.isnan(value) else float(value) for value in values]


def _row(chart: Chart) -> int:
    return chart.row if len(chart.y.names) <= NAMED else NARROW


def _upright(chart: Chart) -> bool:
    """Whether the names of columns are too wide to lie."""
    return not all(map(is_wide, chart.x.names)) and any(columns(name) > 4 for name in chart.x.names)


def _column_width(chart: Chart) -> int:
    return 18 if _upright(chart) else 6


def _top(chart: Chart) -> int:
    """Height above the area: numbers of rows, or names of columns, stand there."""
    if chart.x.top and chart.x.shown:
        return 30
    if not chart.horizontal or not chart.x.shown:
        return 8
    if chart.x.names:
        width = _column_width(chart)
        most = max(wrapped(name, width).count("<br>") for name in chart.x.names)
        title = 20 if chart.x.title else 0
        return 12 + title + (20 if _upright(chart) else 18 * (most + 1))
    return 30 + (20 if chart.x.title else 0)


def _bottom(chart: Chart, legend: bool) -> int:
    below = 8
    if not (chart.horizontal or chart.x.top) and chart.x.shown:
        below += 24 + (20 if chart.x.title else 0)
    for mark in chart.marks:
        if isinstance(mark, Cells):
            below += 68 if mark.name else 42
    if chart.rows and any(getattr(mark, "text", "") for mark in chart.marks):
        below += 18
    if legend:
        names = [name for mark in chart.marks if (name := getattr(mark, "name", ""))]
        lines, taken = 1, 0
        for name in names:
            taken += 6 + columns(name)
            if taken > NOTE_WIDTH and taken > 6 + columns(name):
                lines, taken = lines + 1, 6 + columns(name)
        below += 10 + LEGEND_LINE * lines
    return below


def _axis(chart: Chart, which: Literal["x", "y"], axis: Axis) -> dict[str, Any]:
    low, high = chart.ends(which)
    scale = math.log10 if axis.logarithmic else float
    ends = [scale(low), scale(high)]
    options: dict[str, Any] = {
        "range": ends[::-1] if axis.reversed else ends,
        "fixedrange": True,
        "zeroline": False,
        "visible": axis.shown,
        "automargin": True,
        "title": {"text": harmless(axis.title)} if axis.title and axis.shown else None,
    }
    if axis.logarithmic:
        options["type"] = "log"
    if axis.names:
        options |= {"showgrid": False, "ticks": ""}
        options["tickvals"] = list(range(len(axis.names)))
        options["showticklabels"] = len(axis.names) <= NAMED
        if which == "y":
            options["ticktext"] = [wrapped(name, LABEL) for name in axis.names]
            options["ticklabelstandoff"] = 8
        else:
            every = 1 if len(axis.names) <= NUMBERED else 2
            numbered = every == 1 or not all(map(str.isdecimal, axis.names))
            width = _column_width(chart)
            options["ticktext"] = [
                wrapped(name, width) if numbered or k % every == 0 else ""
                for k, name in enumerate(axis.names)
            ]
            options["tickangle"] = -90 if _upright(chart) else 0
    elif axis.ticks:
        options["tickvals"] = list(axis.ticks)
        if axis.tick_texts:
            options["ticktext"] = list(map(harmless, axis.tick_texts))
        options["showgrid"] = False
    else:
        options["nticks"] = 6
    if axis.percent and not axis.tick_texts and not axis.names:
        options["tickformat"] = ".0%"
    if which == "x" and (chart.horizontal or axis.top):
        options["side"] = "top"
    return options


def _hover(texts: Sequence[str]) -> dict[str, Any]:
    """What appears under a finger, lines parted by line breaks; nothing without texts."""
    if not any(texts):
        return {"hoverinfo": "skip"}
    return {
        "customdata": [harmless(text).replace("\n", "<br>") for text in texts],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _along(chart: Chart, position: Sequence[float], values: Sequence[float]) -> dict[str, Any]:
    """Values on the axis of numbers at positions on the other one."""
    numbers, places = _plain(values), list(position)
    return {"x": numbers, "y": places} if chart.horizontal else {"x": places, "y": numbers}


def _named(mark: Any) -> dict[str, Any]:
    return {"name": harmless(mark.name), "showlegend": bool(mark.name)}


def _draw(picture: go.Figure, mark: Mark, chart: Chart) -> None:
    """Add a mark to a figure."""
    match mark:
        case Bars():
            _draw_bars(picture, mark, chart)
        case Boxes():
            along = "x" if chart.horizontal else "y"
            picture.add_box(
                **{"y" if chart.horizontal else "x": list(mark.position)},
                q1=mark.q1,
                median=mark.median,
                q3=mark.q3,
                lowerfence=mark.low,
                upperfence=mark.high,
                orientation="h" if along == "x" else "v",
                width=mark.width,
                line={"color": mark.color, "width": 1.5},
                fillcolor=_faint(mark.color),
                hoverinfo="skip",
                **_named(mark),
            )
        case Intervals():
            sizes = [high - low for low, high in zip(mark.low, mark.high, strict=True)]
            picture.add_scatter(
                **_along(chart, mark.position, mark.low),
                **{
                    f"error_{'x' if chart.horizontal else 'y'}": {
                        "type": "data",
                        "symmetric": False,
                        "array": _plain(sizes),
                        "arrayminus": [0.0] * len(sizes),
                        "color": mark.color,
                        "thickness": 2,
                        "width": 4,
                    }
                },
                mode="markers",
                # the legend shows it, too
                marker={
                    "symbol": "line-ns-open" if chart.horizontal else "line-ew-open",
                    "size": 8,
                    "color": mark.color,
                    "line": {"width": 2},
                },
                cliponaxis=False,
                **_hover(mark.hover),
                **_named(mark),
            )
        case Points():
            symbol = SYMBOLS[mark.symbol] + ("" if mark.filled else "-open")
            right = mark.beside == "right"
            # kept off the symbol, as above it
            texts = [("\u00a0" if right and text else "") + harmless(text) for text in mark.texts]
            picture.add_scatter(
                x=_plain(mark.x),
                y=_plain(mark.y),
                mode="markers+text" if any(mark.texts) else "markers",
                marker={
                    "color": mark.color,
                    "symbol": symbol,
                    "size": mark.size,
                    "opacity": mark.opacity,
                    "line": {"width": 0 if mark.filled else 2},
                },
                text=texts or None,
                textposition=("middle right" if right else "top center") if texts else None,
                cliponaxis=False,
                **_hover(mark.hover),
                **_named(mark),
            )
        case Line():
            picture.add_scatter(
                x=_plain(mark.x),
                y=_plain(mark.y),
                mode="lines",
                line={
                    "color": mark.color,
                    "width": mark.width,
                    "dash": "dot" if mark.dashed else "solid",
                },
                connectgaps=False,
                **_hover(mark.hover),
                **_named(mark),
            )
        case Cells():
            _draw_cells(picture, mark, chart)
        case Texts():
            written = []
            for k, text in enumerate(mark.texts):
                behind = mark.backgrounds[k] if mark.backgrounds else None
                written.append(
                    {
                        # plotly has annotations, unlike points, on such an axis by their logarithm
                        "x": math.log10(mark.x[k]) if chart.x.logarithmic else mark.x[k],
                        "y": math.log10(mark.y[k]) if chart.y.logarithmic else mark.y[k],
                        "text": wrapped(text, mark.width or 1000),
                        "showarrow": False,
                        "xanchor": mark.anchor[k],
                        "align": mark.anchor[k],
                        "font": {"size": mark.size, "color": text_on(behind) if behind else None},
                        "bgcolor": behind,
                        "borderpad": 3 if behind else None,
                    }
                )
            # at once, and set: adding or updating looks through all that is there again and again
            picture.layout.annotations = [*picture.layout.annotations, *written]
        case Band():
            add = picture.add_vrect if mark.axis == "x" else picture.add_hrect
            ends = (f"{mark.axis}0", f"{mark.axis}1")
            add(
                **dict(zip(ends, (mark.low, mark.high), strict=True)),
                fillcolor=mark.color,
                opacity=0.15,
                line_width=0,
                layer="below",
            )
            _beside_axis(picture, chart, mark.axis, mark.low, mark.text)
        case Limit():
            add = picture.add_vline if mark.axis == "x" else picture.add_hline
            add(**{mark.axis: mark.at}, line={"color": mark.color, "width": 1, "dash": "dash"})
            _beside_axis(picture, chart, mark.axis, mark.at, mark.text)


def _beside_axis(
    picture: go.Figure, chart: Chart, axis: Literal["x", "y"], at: float, text: str
) -> None:
    """A word where a line or a band begins: below rows, whose numbers it would cover; elsewhere at
    the low end of the other axis.
    """
    if not text:
        return
    other = "y" if axis == "x" else "x"
    below = axis == "x" and chart.rows
    picture.add_annotation(
        **{axis: at, other: 0, f"{other}ref": "paper"},
        text=harmless(text),
        showarrow=False,
        xanchor="center" if below else "left",
        yanchor="top" if below else "bottom",
        font={"size": 11},
    )


def _draw_bars(picture: go.Figure, mark: Bars, chart: Chart) -> None:
    start = mark.start or (0.0,) * len(mark.end)
    sizes = [end - begin for begin, end in zip(start, mark.end, strict=True)]
    inside = {
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "textfont": {"color": [text_on(color) for color in mark.color]},
    }
    picture.add_bar(
        **_along(chart, mark.position, sizes),
        base=list(mark.start) or None,
        width=mark.width,
        orientation="h" if chart.horizontal else "v",
        marker={
            "color": list(mark.color),
            "pattern": {"shape": mark.hatch, "fillmode": "overlay", "fgcolor": "#ffffff"}
            if mark.hatch
            else None,
        },
        text=list(map(harmless, mark.texts)) or None,
        textposition="inside" if mark.inside else "outside",
        cliponaxis=False,
        **(inside if mark.inside else {}),
        **_hover(mark.hover),
        **_named(mark),
    )


def _draw_cells(picture: go.Figure, mark: Cells, chart: Chart) -> None:
    height, width = len(mark.values), len(mark.values[0])
    few = height <= NAMED
    colors = mark.colors
    if mark.stepped:
        count = len(colors)
        scale = [
            (end, color) for k, color in enumerate(colors) for end in (k / count, (k + 1) / count)
        ]
    else:
        scale = [(k / (len(colors) - 1), color) for k, color in enumerate(colors)]
    ticks = {"tickvals": list(mark.ticks), "ticktext": list(map(harmless, mark.tick_texts))}
    columns: list[Any] = list(range(width))
    rows: list[Any] = list(range(height))
    shown: dict[str, Any] = {"hoverinfo": "skip"}
    if mark.names:
        rows, columns = (list(map(harmless, names)) for names in mark.names)
        picture.update_layout(xaxis_type="category", yaxis_type="category")
        number = f"{harmless(mark.name)} = %{{z:.4f}}"
        shown = {"hovertemplate": f"%{{y}}<br>%{{x}}<br>{number}<extra></extra>"}
    elif mark.hover:
        texts = [[harmless(text).replace("\n", "<br>") for text in row] for row in mark.hover]
        shown = {
            "customdata": np.array(texts, dtype=object),
            "hovertemplate": "%{customdata}<extra></extra>",
        }
    picture.add_heatmap(
        z=np.array(mark.values, dtype=float),  # many numbers: lists are looked at one by one
        x=columns,
        y=rows,
        zmin=mark.low,
        zmax=mark.high,
        colorscale=scale,
        xgap=2 if few else 0,
        ygap=2 if few else 0,
        **shown,
        hoverongaps=False,
        colorbar={
            **BAR_BELOW,
            # plotly puts the last line upon the bar
            "title": {"text": f"{harmless(mark.name)}<br>\u00a0", "side": "top"}
            if mark.name
            else None,
            **(ticks if mark.ticks else {"nticks": 4}),
        },
    )
    size = next((size for most, size in CELL_SIZES if width <= most), 0)
    if not mark.texts or not few or not size:
        return
    written = [
        (columns[column], rows[row], text, text_on(mark.color_of(value)))
        for row, texts in enumerate(mark.texts)
        for column, text in enumerate(texts)
        if text and (value := mark.values[row][column]) is not None
    ]
    picture.add_scatter(
        x=[cell[0] for cell in written],
        y=[cell[1] for cell in written],
        text=[harmless(cell[2]) for cell in written],
        mode="text",
        textfont={
            "color": [cell[3] for cell in written],
            "size": size,
        },
        hoverinfo="skip",
        showlegend=False,
    )


def _faint(color: str) -> str:
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.3)"
