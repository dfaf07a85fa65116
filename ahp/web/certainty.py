"""The tabs of a result that say how certain it is and what other weights would change: words
first, then numbers.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ahp import plots
from ahp.plots.chart import Limit
from ahp.plots.weights import branch_colors
from ahp.process.certainty import LONG, QUICK, certainty_run
from ahp.report import certainty as report
from ahp.sensitivity import one_at_a_time
from ahp.study import Analysis, StudyCertainty, swings
from ahp.study.certainty import movable_nodes
from ahp.web import state
from ahp.web.results import node_names, show_chart, show_result

STEPS = 100
"""Positions of the slider of a weight."""


def show_certainty(analysis: Analysis) -> None:
    """What would change with other experts and other judgments."""
    _show_words(analysis, _simulated(analysis))


def show_what_if(analysis: Analysis) -> None:
    """What would change with other weights."""
    _, certainty = state.translate(), quick_certainty(analysis)
    st.header(_("What if a weight were another?"))
    _show_moving(analysis, certainty)
    _show_swings(analysis)
    st.header(_("How far each weight can move"))
    language = state.language()
    names = node_names(analysis, language)
    picture = plots.stability_chart(certainty.first, names=names, language=language)
    show_chart(analysis, picture, "stability_picture")
    table = report.stability_table(analysis, certainty, language)
    show_result(analysis, table, "stability_first")
    table = report.stability_table(analysis, certainty, language, whole=True)
    show_result(analysis, table, "stability_ranking")


def _simulated(analysis: Analysis) -> StudyCertainty:
    """The long simulation where somebody has asked for it, else the quick one."""
    _, long = state.translate(), certainty_run(analysis, LONG)
    about = state.mark((analysis.survey.content_hash, analysis.round, *analysis.ranking))
    if long.certainty is None and st.session_state.pop(f"run_long-{about}", False):
        _with_bar(analysis, LONG)
    if long.certainty is not None:
        return long.certainty
    certainty = quick_certainty(analysis)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("{draws} draws each.").format(draws=f"{QUICK:,}"))
        st.button(
            _("Compute with {draws} draws").format(draws=f"{LONG:,}"),
            on_click=st.session_state.__setitem__,
            args=(f"run_long-{about}", True),
            key=f"long-{about}",
        )
    return certainty


def quick_certainty(analysis: Analysis) -> StudyCertainty:
    """The quick simulation, with a progress bar where it is not there yet."""
    return certainty_run(analysis, QUICK).certainty or _with_bar(analysis, QUICK)


def _with_bar(analysis: Analysis, draws: int) -> StudyCertainty:
    _ = state.translate()
    text = _("Drawing panels and judgments …")
    bar = st.progress(0.0, text=text)
    certainty = certainty_run(analysis, draws).run(
        lambda done, every: bar.progress(done / every, text=text)
    )
    bar.empty()
    return certainty


def _show_words(analysis: Analysis, certainty: StudyCertainty) -> None:
    """What scatters how far, in words, then in tables."""
    _, language = state.translate(), state.language()
    sentences = report.certainty_sentences(analysis, certainty, language)
    for key, sentence in sentences.items():
        refused = {"experts": certainty.without_experts, "judgments": certainty.without_judgments}
        if refused.get(key) or key == "few_experts":
            st.info(state.plain(sentence), icon=":material/info:")
        else:
            st.markdown(state.plain(sentence))
    scatters = report.scatters(certainty)
    over = _varied(list(scatters)) if scatters else None
    names, colors = node_names(analysis, language), branch_colors(analysis)
    if over:
        picture = plots.interval_chart(
            scatters[over], names=names, colors=colors, language=language
        )
        show_chart(analysis, picture, "interval_picture")
    table = report.intervals_table(analysis, certainty, language)
    show_result(analysis, table, "intervals")
    if (branches := report.branch_intervals_table(analysis, certainty, language)) is not None:
        show_result(analysis, branches, "branch_intervals")
    if over is None:
        return
    st.header(_("Neighbors that could change places"))
    words = report.neighbors_sentences(analysis, certainty, language)
    st.markdown("\n".join(f"- {state.plain(sentence)}" for sentence in words) or _("None."))
    show_result(analysis, report.neighbors_table(analysis, certainty, language), "neighbors")
    st.header(_("Ranks"))
    picture = plots.rank_chart(scatters[over], names=names, language=language)
    show_chart(analysis, picture, "rank_picture")
    table = report.likely_ranks_table(analysis, certainty, over, language)
    show_result(analysis, table, f"ranks_{over}")
    with st.expander(_("Probability of every rank")):
        table = report.rank_probability_table(analysis, certainty, over, language)
        show_result(analysis, table, f"rank_probability_{over}")


def _varied(choices: list[report.Over]) -> report.Over:
    """What pictures and ranks are about: other experts or other judgments."""
    _ = state.translate()
    chosen: report.Over | None = st.segmented_control(
        _("What is varied"),
        choices,
        default=choices[0],
        format_func=report.over_words(_).__getitem__,
        key=f"over-{state.mark(choices)}",
    )
    return chosen or choices[0]


@st.fragment
def _show_moving(analysis: Analysis, certainty: StudyCertainty) -> None:
    """A slider of one local weight; those beside it share the rest, and ranks change at once."""
    _, language = state.translate(), state.language()
    hierarchy, nodes = analysis.survey.hierarchy, movable_nodes(analysis)
    about = state.mark(nodes)
    node = st.selectbox(
        _("Weight of"),
        nodes,
        format_func=lambda node: analysis.survey.node_name(node, language),
        key=f"moved_node-{about}",
    )
    parent = hierarchy.parent_of(node) or hierarchy.goal
    now = float(analysis.local_weights[parent][hierarchy.children[parent].index(node)])
    position = st.slider(
        _("Its weight below “{parent}”, in per cent (now {now})").format(
            parent=state.plain(analysis.survey.node_name(parent, language)),
            now=f"{100 * now:.1f}",
        ),
        0,
        STEPS,
        round(STEPS * now),
        key=f"moved_to-{state.mark((node, now))}",
    )
    # where the slider was not moved, the weight is what it is, not its nearest step
    weight = now if position == round(STEPS * now) else position / STEPS
    for sentence in report.node_sentences(analysis, certainty, node, language):
        st.markdown(state.plain(sentence))
    st.markdown(f"**{state.plain(report.moved_sentence(analysis, node, weight, language))}**")
    line = one_at_a_time(hierarchy, analysis.local_weights, node)
    picture = plots.curve_chart(line, names=node_names(analysis, language), language=language)
    if weight != now:
        chosen = Limit(weight, "x", _("chosen {weight}").format(weight=f"{weight:.2f}"))
        picture = replace(picture, marks=(*picture.marks, chosen))
    show_chart(analysis, picture, "moved_picture")
    show_result(analysis, report.moved_table(analysis, node, weight, language), "moved")


@st.fragment
def _show_swings(analysis: Analysis) -> None:
    """What moves one indicator most."""
    _, language = state.translate(), state.language()
    st.header(_("What moves an indicator"))
    st.write(
        _(
            "Each weight by itself is lowered and raised by 0.1, not beyond 0 and 1; those beside "
            "it share the rest in proportion. What stands on top moves the indicator most."
        )
    )
    leaf = st.selectbox(
        _("Indicator"),
        analysis.ranking,
        format_func=lambda leaf: analysis.survey.node_name(leaf, language),
        key=f"swings_of-{state.mark(analysis.ranking)}",
    )
    hierarchy, names = analysis.survey.hierarchy, node_names(analysis, language)
    picture = plots.tornado_chart(
        hierarchy, analysis.local_weights, leaf, names=names, language=language
    )
    show_chart(analysis, picture, "tornado")
    table = report.swings_table(analysis, leaf, swings(analysis, leaf), language)
    show_result(analysis, table, "swings")
