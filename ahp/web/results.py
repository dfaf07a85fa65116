"""How tables and pictures of a result stand on pages: they say whose judgments they rest on."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from ahp import plots, report
from ahp.study import Analysis
from ahp.web import state
from ahp.web.desk import show_table
from ahp.web.pictures import STILL


def show_result(analysis: Analysis, table: report.Table, name: str, below: str = "") -> None:
    """A table of a result, which says, as its files do, whose judgments it rests on."""
    count = str(len(analysis.panel.experts))
    if analysis.invited is not None:
        count += f"of{analysis.invited}"
    provisional = ("provisional",) if analysis.running else ()
    file = "_".join((name, f"round{analysis.round}", count, *provisional))
    show_table(report.based_on(table, analysis), name, below, file)


def show_chart(analysis: Analysis, figure: go.Figure | plots.Chart, key: str) -> None:
    """A picture of a result, which says whose judgments it rests on."""
    note = report.who_counts(analysis, state.language())
    st.plotly_chart(plots.noted(figure, note), config=STILL, key=key)
