"""Results of a study, laid out as studies print them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ahp import report
from ahp.errors import AHPError
from ahp.plots import hierarchy_diagram, weights_chart, weights_icicle
from ahp.priority import METHODS
from ahp.random_index import RANDOM_INDEX_TABLES
from ahp.store import StudyInfo
from ahp.study import Analysis, analyze
from ahp.web import state

STILL = {"displayModeBar": False, "scrollZoom": False}  # a finger on a picture scrolls the page


def show_table(table: report.Table, name: str, below: str = "") -> None:
    """A table as printed, what is printed below it, and its unrounded CSV."""
    _ = state.translate()
    st.markdown(f"**{table.title}**")
    st.table(
        [
            {
                heading: report.show_cell(table, column, cell)
                for column, (heading, cell) in enumerate(zip(table.columns, row, strict=True))
            }
            for row in table.rows
        ],
        hide_index=True,
    )
    if below:
        st.caption(below)
    st.download_button(
        _("CSV, unrounded"),
        report.csv_bytes(table),
        f"{name}.csv",
        "text/csv",
        icon=":material/download:",
        key=f"csv-{name}",
        on_click="ignore",
    )


def consistency_line(analysis: Analysis, parent: str) -> str:
    """What studies print below a judgment matrix."""
    found, _ = analysis.consistency[parent], state.translate()
    numbers = (
        ("λmax", found.lambda_max),
        (_("λ, mean of (Aw)/w"), found.lambda_mean),
        ("CI", found.ci),
        ("RI", found.ri),
        ("CR", found.cr),
    )
    line = ", ".join(f"{name} = {report.show_number(value)}" for name, value in numbers)
    verdict = _("acceptable") if found.acceptable else _("not acceptable: CR should be below 0.1")
    return f"{line} · {verdict}"


def options(study: StudyInfo, experts: tuple[str, ...]) -> dict[str, Any]:
    """Method, RI table, and whose judgments."""
    _ = state.translate()
    with st.container(horizontal=True):
        who = st.selectbox(
            _("Judgments of"),
            [None, *experts],
            format_func=lambda name: name or _("the panel (geometric mean, AIJ)"),
            key="who",
        )
        method = st.selectbox(
            _("Method"),
            list(METHODS),
            index=list(METHODS).index(study.survey.method),
            format_func=report.method_words(_).__getitem__,
            key="method",
        )
        random_index = st.selectbox(
            _("Random index"),
            list(RANDOM_INDEX_TABLES),
            index=list(RANDOM_INDEX_TABLES).index(study.survey.random_index),
            key="random_index",
        )
    st.caption(RANDOM_INDEX_TABLES[random_index].source)
    return {"who": who, "method": method, "random_index": random_index}


def show(analysis: Analysis) -> None:
    """Everything about one result."""
    _, language = state.translate(), state.language()
    ranking, tree, matrices, shares = st.tabs(
        [_("Ranking"), _("Hierarchy"), _("Judgment matrices"), _("Shares")]
    )
    with ranking:
        st.plotly_chart(weights_chart(analysis, language), config=STILL, key="chart")
        show_table(report.composite_table(analysis, language), "weights")
        show_table(report.total_table(analysis, language), "total_consistency")
    with tree:
        st.plotly_chart(hierarchy_diagram(analysis, language), config=STILL, key="tree")
        show_table(report.hierarchy_table(analysis, language), "hierarchy")
    with matrices:
        show_table(report.consistency_table(analysis, language), "consistency")
        for parent in analysis.survey.hierarchy.parents:
            show_table(
                report.matrix_table(analysis, parent, language),
                f"matrix_{parent}",
                below=consistency_line(analysis, parent),
            )
    with shares:
        st.plotly_chart(weights_icicle(analysis, language), config=STILL, key="icicle")
    with st.expander(_("How these numbers were made")):
        for label, value in report.provenance(analysis, language):
            st.markdown(f"- {label}: {value}")


state.require_organizer()
_ = state.translate()
st.title(_("Results"))
picked = state.pick_study()
if picked.note == "simulated":
    st.warning(_("Simulated data, no real experts"), icon=":material/science:")
answers = state.database().answers(picked.id)
if not answers.experts:
    st.info(_("No expert has submitted yet. Results appear with the first submitted survey."))
    st.stop()
chosen = options(picked, answers.experts)
try:
    result = analyze(
        picked.survey,
        answers.only([chosen["who"]]) if chosen["who"] else answers,
        method=chosen["method"],
        random_index=chosen["random_index"],
    )
except AHPError as error:
    st.error(str(error))
    st.stop()
show(result)
