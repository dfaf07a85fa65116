"""How pictures stand on pages."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from .. import plots
from ..plots.chart import Chart
from . import state

STILL = {"displayModeBar": False, "scrollZoom": False}
"""A finger on a picture scrolls the page."""


INKS = {"light": "#1a1d21", "dark": "#eceef1"}
"""Of texts that have no color of their own, by the scheme of the page."""


def inked(drawn: go.Figure, ink: str | None) -> go.Figure:
    """A figure whose texts on the page contrast with it: Streamlit has those of marks and places,
    and the names of scales of colors, in a gray that is too light (3.7:1).
    """
    if ink is not None:
        for text in drawn.layout.annotations:
            if text.font.color is None:
                text.font.color = ink
        drawn.update_traces(colorbar_title_font_color=ink, selector={"type": "heatmap"})
        drawn.update_traces(outsidetextfont_color=ink, selector={"textposition": "outside"})
        for points in drawn.select_traces(selector={"type": "scatter"}):
            if points.text and points.textfont.color is None:
                points.textfont.color = ink
    return drawn


def show_titled(chart: Chart, key: str, file: str) -> None:
    """A chart with its title in the picture, where no heading above it says what it shows."""
    show_chart(chart, key, file, titled=True)


def show_chart(chart: Chart, key: str, file: str, *, titled: bool = False) -> None:
    """A chart, what it shows in words, and its files to save.

    Args:
        chart: with a note that says whose judgments, or whose scores, it rests on.
        key: for its widgets.
        file: name of the files, without an ending.
        titled: whether the title stands in the picture.
    """
    _ = state.translate()
    drawn = inked(plots.screen.figure(chart, titled), INKS.get(st.context.theme.type or ""))
    st.plotly_chart(drawn, config=STILL, key=key)
    # a file stands alone: it says what it shows, and when it was made
    dated = replace(chart, note="\n".join(filter(None, (chart.note, state.today().isoformat()))))
    with st.container(horizontal=True):
        with st.popover(_("The picture in words"), icon=":material/notes:", type="tertiary"):
            st.write(state.plain(chart.alt))
        with st.popover(_("Save the picture"), icon=":material/download:", type="tertiary"):
            for kind, mime, make in (("png", "image/png", _png), ("svg", "image/svg+xml", _svg)):
                st.download_button(
                    kind.upper(),
                    state.guarded(partial(make, dated)),
                    f"{file}.{kind}",
                    mime,
                    icon=":material/download:",
                    key=f"{kind}-{key}",
                    on_click="ignore",
                )


def _png(chart: Chart) -> bytes:
    return plots.printed.png(chart, titled=True)


def _svg(chart: Chart) -> bytes:
    return plots.printed.svg(chart, titled=True)
