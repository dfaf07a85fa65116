"""How tables and pictures of a result stand on pages: they say whose judgments they rest on."""

from __future__ import annotations

from dataclasses import replace

from ahp import report
from ahp.plots.chart import Chart
from ahp.study import Analysis
from ahp.web import pictures, state
from ahp.web.desk import show_table


def file_name(name: str, analysis: Analysis) -> str:
    """The name of a file about a result: round, number of experts, whether it is provisional."""
    count = str(len(analysis.panel.experts))
    if analysis.invited is not None:
        count += f"of{analysis.invited}"
    provisional = ("provisional",) if analysis.running else ()
    return "_".join((name, f"round{analysis.round}", count, *provisional))


def show_result(analysis: Analysis, table: report.Table, name: str, below: str = "") -> None:
    """A table of a result, which says, as its files do, whose judgments it rests on."""
    show_table(report.based_on(table, analysis), name, below, file_name(name, analysis))


def show_chart(analysis: Analysis, chart: Chart, key: str) -> None:
    """A picture of a result, which says first whose judgments it rests on."""
    note = "\n".join(filter(None, (report.who_counts(analysis, state.language()), chart.note)))
    pictures.show_chart(replace(chart, note=note), key, file_name(key, analysis))


def node_names(analysis: Analysis, language: str) -> dict[str, str]:
    """Node id -> what it is called."""
    return {node: analysis.survey.node_name(node, language) for node in analysis.survey.nodes}
