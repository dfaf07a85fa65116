"""Results of a study, laid out as studies print them, and what stands behind them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import streamlit as st

from ahp import plots, report
from ahp.consistency import CR_LIMIT
from ahp.errors import AHPError
from ahp.i18n.numbers import show_beside
from ahp.priority import METHODS
from ahp.random_index import RANDOM_INDEX_TABLES
from ahp.report import panel
from ahp.store import StudyInfo
from ahp.study import Analysis, analyze
from ahp.study.agreement import compare_choices, leave_one_out, panel_agreement
from ahp.study.delphi import analyze_round
from ahp.study.panel import Panel
from ahp.study.settings import AGGREGATES, COMPUTED_WEIGHTINGS, Standing
from ahp.web import state
from ahp.web.desk import literal, show_table

STILL = {"displayModeBar": False, "scrollZoom": False}  # a finger on a picture scrolls the page


def consistency_line(analysis: Analysis, parent: str) -> str:
    """What studies print below a judgment matrix."""
    found, _ = analysis.consistency[parent], state.translate()
    numbers = (
        ("λmax", found.lambda_max),
        (_("λ, mean of (Aw)/w"), found.lambda_mean),
        ("CI", found.ci),
        ("RI", found.ri),
    )
    line = ", ".join(f"{name} = {report.show_number(value)}" for name, value in numbers)
    line += f", CR = {show_beside(found.cr, CR_LIMIT)}"
    verdict = _("acceptable") if found.acceptable else _("not acceptable: CR should be below 0.1")
    return f"{line} · {verdict}"


def pick_round(study: StudyInfo) -> int:
    """Which round is looked at."""
    _ = state.translate()
    if study.round == 1:
        return 1
    words = {
        number: _("Round {round}").format(round=number)
        + ("" if number < study.round or not study.open else _(" (open)"))
        for number in range(study.round, 0, -1)
    }
    chosen: int = st.selectbox(
        _("Round"),
        list(words),
        format_func=words.__getitem__,
        key=f"round-{study.id}-{study.round}",
    )
    return chosen


def result_of(study: StudyInfo, number: int, standings: Mapping[str, Standing]) -> Analysis | None:
    """The result of a round as its settings say, frozen ones for a closed round."""
    database = state.database()
    answers = database.answers(study.id, round_number=number)
    if not answers.experts:
        return None
    kept = {one.round: one.evidence for one in database.closed_rounds(study.id)}
    if not (evidence := kept.get(number)):
        return analyze_round(study.survey, answers, database.settings(study.id), standings)
    frozen = json.loads(evidence)
    settings = frozen["settings"]
    return analyze(
        study.survey,
        answers,
        method=settings["method"],
        random_index=settings["random_index"],
        aggregate=settings["aggregate"],
        trim=settings["trim"],
        **weighted(frozen["expert_weights"], settings["weighting"]),
        recused=[(expert, parent) for expert, parent in frozen["recused"]],
    )


def weighted(weights: Mapping[str, float], weighting: str) -> dict[str, Any]:
    """What `analyze` takes for the experts' weights: computed ones are computed anew."""
    if weighting in COMPUTED_WEIGHTINGS:
        return {"expert_weights": weighting}
    return {"expert_weights": dict(weights), "weighting": weighting}


def options(result: Analysis, about: str) -> dict[str, Any]:
    """Whose judgments, how joined, which method: the settings' own to begin with.

    Args:
        result: by the settings.
        about: study, round and settings; what was tried for other ones does not stay.
    """
    _ = state.translate()
    aggregates = panel.aggregate_words(_)
    with st.container(horizontal=True):
        who = st.selectbox(
            _("Judgments of"),
            [None, *result.panel.experts],
            format_func=lambda name: name or _("the panel"),
            key=f"who-{about}",
        )
        aggregate = st.selectbox(
            _("Joined by"),
            list(AGGREGATES),
            index=AGGREGATES.index(result.aggregate),
            format_func=aggregates.__getitem__,
            disabled=who is not None,
            key=f"aggregate-{about}",
        )
        method = st.selectbox(
            _("Method"),
            list(METHODS),
            index=list(METHODS).index(result.method),
            format_func=report.method_words(_).__getitem__,
            key=f"method-{about}",
        )
        random_index = st.selectbox(
            _("Random index"),
            result.survey.random_indices,
            index=result.survey.random_indices.index(result.random_index),
            key=f"random_index-{about}",
        )
    st.caption(RANDOM_INDEX_TABLES[random_index].source)
    return {
        "who": who,
        "method": method,
        "random_index": random_index,
        "aggregate": aggregate,
    }


def chosen_result(study: StudyInfo, number: int, result: Analysis) -> Analysis:
    """The result by the options on the page."""
    _ = state.translate()
    made = (study.id, number, result.aggregate, result.method, result.random_index)
    chosen = options(result, "-".join(map(str, made)))
    who = chosen.pop("who")
    if not who and all(getattr(result, name) == value for name, value in chosen.items()):
        return result
    st.info(
        _("You are trying other options. They change nothing in the study; see “Rounds”."),
        icon=":material/science:",
    )
    answers = state.database().answers(study.id, round_number=number)
    if who:
        judged = replace(result.panel, method=chosen["method"], random_index=chosen["random_index"])
        if np.isnan(judged.global_weights[judged.experts.index(who)]).any():
            show_part(result, judged, who)
            st.stop()
        return analyze(
            study.survey,
            answers.only([who]),
            method=chosen["method"],
            random_index=chosen["random_index"],
            recused=[one for one in result.recused if one[0] == who],
        )
    return analyze(
        study.survey,
        answers,
        **chosen,
        trim=result.trim,
        **weighted(result.expert_weights, result.weighting),
        recused=result.recused,
    )


def show_part(result: Analysis, judged: Panel, expert: str) -> None:
    """The weights of an expert who has none somewhere, and why."""
    survey, language = result.survey, state.language()
    recused = [parent for name, parent in result.recused if name == expert]
    sentences = panel.missing_weights_sentences(survey, judged, expert, recused, language)
    st.info(state.plain("\n\n".join(sentences)))
    show_table(panel.own_weights_table(survey, judged, expert, language), "own_weights")
    show_table(panel.own_consistency_table(survey, judged, expert, language), "own_consistency")


def show_ranking(analysis: Analysis) -> None:
    """The ranked indicators."""
    language = state.language()
    st.plotly_chart(plots.weights_chart(analysis, language), config=STILL, key="chart")
    show_table(report.composite_table(analysis, language), "weights")
    show_table(report.total_table(analysis, language), "total_consistency")


def show_hierarchy(analysis: Analysis) -> None:
    """The tree with its weights."""
    _, language = state.translate(), state.language()
    st.plotly_chart(plots.hierarchy_diagram(analysis, language), config=STILL, key="tree")
    for parent in analysis.survey.given:
        name = analysis.survey.node_name(parent, language)
        given = report.given_words(analysis.survey, parent, language)
        st.caption(literal(_("{name}: {given}").format(name=name, given=given)))
    show_table(report.hierarchy_table(analysis, language), "hierarchy")
    st.plotly_chart(plots.weights_icicle(analysis, language), config=STILL, key="icicle")


def show_matrices(analysis: Analysis) -> None:
    """Judgment matrices and their consistency."""
    language = state.language()
    show_table(report.consistency_table(analysis, language), "consistency")
    for parent, table in report.parent_tables(analysis, language).items():
        judged = parent in analysis.matrices
        below = consistency_line(analysis, parent) if judged else ""
        show_table(table, f"matrix_{parent}", below=below)


def show_experts(
    study: StudyInfo, number: int, analysis: Analysis, standings: Mapping[str, Standing]
) -> None:
    """Who counts for how much, how consistent, how far the experts' weights lie apart; remarks."""
    _, language = state.translate(), state.language()
    show_table(panel.experts_table(analysis, standings, language), "experts")
    found = panel_agreement(analysis)
    if found is not None:
        st.markdown("**" + _("Weights of the indicators over the experts") + "**")
        st.plotly_chart(plots.spread_chart(analysis, found, language), config=STILL, key="spread")
        show_table(panel.individual_table(analysis, language), "individual")
    st.markdown("**" + _("Consistency of every expert") + "**")
    st.plotly_chart(plots.consistency_heatmap(analysis, language), config=STILL, key="crs")
    show_table(panel.expert_consistency_table(analysis, language), "expert_consistency")
    said = state.database().panel_replies(study.id, round_number=number)
    remarks = panel.remarks_table(study.survey, said, language)
    if remarks.rows:
        show_table(remarks, "remarks")


def show_agreement(study: StudyInfo, number: int, analysis: Analysis) -> None:
    """Consensus, what splits the panel, who thinks alike."""
    _, language = state.translate(), state.language()
    found = panel_agreement(analysis)
    if found is None:
        st.info(_("Agreement needs two experts or more."))
        return
    show_table(
        panel.consensus_table(analysis, found, language),
        "consensus",
        below=_(
            "S* (Goepel) says how near the experts' weights lie to each other: 1 when all weigh "
            "alike, 0 when each finds another item all-important. W (Kendall) says whether they "
            "put the items in the same order, whatever the distances: 1 when all rank alike, 0 "
            "when no order is shared; p is the chance of such a W without any agreement."
        ),
    )
    for sentence in panel.agreement_sentences(analysis, found, language):
        st.info(state.plain(sentence), icon=":material/balance:")
    st.markdown("**" + _("Consensus between every two experts") + "**")
    st.plotly_chart(plots.consensus_heatmap(analysis, found, language), config=STILL, key="heat")
    if found.clusters is not None:
        st.markdown("**" + _("Experts who judge alike") + "**")
        st.plotly_chart(plots.dendrogram(analysis, found, language), config=STILL, key="dendro")
        show_table(panel.clusters_table(analysis, found, language), "clusters")
    st.markdown("**" + _("The comparisons that split the panel most") + "**")
    st.plotly_chart(
        plots.disagreement_chart(analysis, found, language), config=STILL, key="disagreement"
    )
    show_table(panel.disagreement_table(analysis, found, language), "disagreement")
    if reasons := state.database().reasons(study.id, round_number=number):
        show_table(panel.reasons_table(analysis, reasons, language), "reasons")


def show_choices(analysis: Analysis, standings: Mapping[str, Standing]) -> None:
    """What each choice changes in the ranking."""
    _, language = state.translate(), state.language()
    st.write(
        _(
            "A ranking that stands whichever way the panel is joined and weighted is worth more "
            "than one that hangs on a choice."
        )
    )
    found = compare_choices(analysis, standings)
    show_table(panel.choices_summary_table(found, language), "choices_summary")
    show_table(panel.choices_table(analysis, found, language), "choices")
    st.subheader(_("Without each of the experts"))
    without = leave_one_out(analysis)
    if not without:
        st.info(_("This needs two experts or more."))
        return
    show_table(panel.choices_summary_table(without, language), "leave_one_out_summary")
    show_table(panel.choices_table(analysis, without, language), "leave_one_out")


def show_movement(study: StudyInfo, standings: Mapping[str, Standing]) -> None:
    """How the weights moved from round to round."""
    _, language = state.translate(), state.language()
    found = [(k, result_of(study, k, standings)) for k in range(1, study.round + 1)]
    rounds = [(number, result) for number, result in found if result is not None]
    if len(rounds) < 2:
        st.info(_("Movement shows once two rounds have answers."))
        return
    st.plotly_chart(plots.movement_chart(rounds, language), config=STILL, key="movement")
    for (_before, before), (number, after) in pairwise(rounds):
        show_table(panel.movement_table(before, after, language), f"movement_{number}")


def show(
    study: StudyInfo, number: int, analysis: Analysis, standings: Mapping[str, Standing]
) -> None:
    """Everything about one result; only the tab looked at is made."""
    _, language = state.translate(), state.language()
    screens: list[tuple[str, Callable[[], None]]] = [
        (_("Ranking"), lambda: show_ranking(analysis)),
        (_("Hierarchy"), lambda: show_hierarchy(analysis)),
        (_("Judgment matrices"), lambda: show_matrices(analysis)),
        (_("Experts"), lambda: show_experts(study, number, analysis, standings)),
        (_("Agreement"), lambda: show_agreement(study, number, analysis)),
        (_("What choices change"), lambda: show_choices(analysis, standings)),
    ]
    if study.round > 1:
        screens.append((_("From round to round"), lambda: show_movement(study, standings)))
    tabs = st.tabs([name for name, _screen in screens], on_change="rerun", key="screen")
    for tab, (_name, screen) in zip(tabs, screens, strict=True):
        if tab.open:
            with tab:
                screen()
    with st.expander(_("How these numbers were made")):
        for label, value in report.provenance(analysis, language):
            st.markdown(f"- {label}: {value}")


state.require_organizer()
_ = state.translate()
st.title(_("Results"))
picked = state.pick_study()
if picked.note == "simulated":
    st.warning(_("Simulated data, no real experts"), icon=":material/science:")
round_number = pick_round(picked)
closing = {one.round: one.seq for one in state.database().closed_rounds(picked.id)}
people = state.database().standings(picked.id, before=closing.get(round_number))
try:
    own = result_of(picked, round_number, people)
    if own is None:
        st.info(_("No expert has submitted yet. Results appear with the first submitted survey."))
        st.stop()
    shown = chosen_result(picked, round_number, own)
except AHPError as problem:
    st.error(str(problem))
    st.stop()
show(picked, round_number, shown, people)
