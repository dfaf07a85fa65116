"""Results of a study, laid out as studies print them, and what stands behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import streamlit as st

from ahp import plots, report
from ahp.consistency import CR_LIMIT
from ahp.errors import AHPError, IncoherentError
from ahp.i18n.numbers import show_beside
from ahp.i18n.words import random_index_source
from ahp.plots.colors import PALETTE
from ahp.priority import METHODS
from ahp.process.rounds import both_rounds
from ahp.report import panel
from ahp.store import ClosedRound, StudyInfo
from ahp.study import Analysis, analyze
from ahp.study.agreement import (
    compare_choices,
    incoherent_choices,
    leave_one_out,
    panel_agreement,
)
from ahp.study.groups import by_group
from ahp.study.incoherence import INCOHERENT
from ahp.study.panel import Panel
from ahp.study.standing import AGGREGATES, COMPUTED_WEIGHTINGS, Standing
from ahp.web import pictures, state
from ahp.web.certainty import show_certainty, show_what_if
from ahp.web.desk import nobody_left, pick_round, round_analysis, show_table, show_weights_question
from ahp.web.results import node_names, show_chart, show_result


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
    experts = report.incoherent_line(analysis, parent, state.language())
    return f"{line} · {verdict} · {experts}"


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
            format_func=lambda name: (
                name
                or _("all who submitted ({count} of {invited})").format(
                    count=len(result.panel.experts), invited=result.invited
                )
            ),
            key=f"who-{about}",
        )
        how = st.selectbox(
            _("Aggregated by"),
            list(AGGREGATES),
            index=AGGREGATES.index(result.how),
            format_func=aggregates.__getitem__,
            disabled=who is not None,
            key=f"how-{about}",
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
        incoherent = st.selectbox(
            _("Judgments that contradict each other"),
            list(INCOHERENT),
            index=INCOHERENT.index(result.incoherent),
            format_func=report.incoherent_words(_).__getitem__,
            disabled=who is not None,
            key=f"incoherent-{about}",
        )
    st.caption(state.plain(random_index_source(random_index, state.language())))
    return {
        "who": who,
        "incoherent": incoherent,
        "method": method,
        "random_index": random_index,
        "how": how,
    }


def chosen_result(study: StudyInfo, number: int, result: Analysis) -> Analysis:
    """The result by the options on the page."""
    _ = state.translate()
    options_in_use = (result.how, result.method, result.random_index)
    made = (study.id, number, *options_in_use, result.incoherent, result.cr_limit)
    chosen = options(result, "-".join(map(str, made)))
    who = chosen.pop("who")
    if not who and all(getattr(result, name) == value for name, value in chosen.items()):
        return result
    st.info(
        _("You are trying other options. They change nothing in the study; see “Settings”."),
        icon=":material/science:",
    )
    answers = state.desk().answers(study.id, round_number=number)
    if who:
        judged = replace(result.panel, method=chosen["method"], random_index=chosen["random_index"])
        if np.isnan(judged.global_weights[judged.experts.index(who)]).any():
            show_part(result, judged, who)
            st.stop()
        tried = analyze(
            study.survey,
            answers.only([who]),
            method=chosen["method"],
            random_index=chosen["random_index"],
            recused=[one for one in result.recused if one[0] == who],
            cr_limit=result.cr_limit,
        )
    else:
        tried = analyze(
            study.survey,
            answers,
            **chosen,
            trim=result.trim,
            **weighted(result.expert_weights, result.weighting),
            recused=result.recused,
            cr_limit=result.cr_limit,
            invited=result.invited,
        )
    told = {name: getattr(result, name) for name in ("round", "running", "anonymous")}
    return replace(tried, **told)


def show_who(analysis: Analysis) -> None:
    """Whose judgments everything below rests on; a running round is provisional."""
    _, count = state.translate(), len(analysis.panel.experts)
    who = state.plain(report.who_counts(analysis, state.language()))
    if not analysis.running:
        st.markdown(f"**{who}**")
        return
    lines = [_("**{who}.** The round is running: everything here will change with every answer.")]
    if analysis.invited is not None and count == 1 < analysis.invited:
        lines.append(_("So far this is what one person thinks, not the panel."))
    st.warning(" ".join(lines).format(who=who), icon=":material/hourglass_top:")


def show_part(result: Analysis, judged: Panel, expert: str) -> None:
    """The weights of an expert who has none somewhere, and why."""
    survey, language = result.survey, state.language()
    recused = [parent for name, parent in result.recused if name == expert]
    sentences = panel.missing_weights_sentences(survey, judged, expert, recused, language)
    st.info(state.plain("\n\n".join(sentences)))
    show_table(panel.own_weights_table(survey, judged, expert, language), "own_weights")
    show_table(panel.own_consistency_table(survey, judged, expert, language), "own_consistency")


def show_ranking(analysis: Analysis) -> None:
    """The ranked indicators, and how they would rank without those who contradict themselves."""
    _, language = state.translate(), state.language()
    sentence = state.plain(report.incoherent_sentence(analysis, language))
    if analysis.incoherences:
        hidden = _("The CR of the joined matrices doesn't show this; see below the ranking.")
        more = (hidden,) if len(analysis.panel.experts) > 1 else ()
        st.warning(" ".join((sentence, *more)), icon=":material/rule:")
    if branches := report.branches_sentence(analysis, language):
        st.markdown(state.plain(branches))
    show_chart(analysis, plots.weights_chart(analysis, language), "chart")
    show_result(analysis, report.composite_table(analysis, language), "weights")
    show_shares(analysis)
    total = report.total_table(analysis, language)
    show_result(analysis, total, "total_consistency", below=sentence)
    if not analysis.incoherences:
        return
    st.header(_("Experts who contradict themselves"))
    st.write(
        _(
            "An expert's judgments below a parent contradict each other where their own CR reaches "
            "the limit; contradictions of several experts cancel out in the joined matrix. Whether "
            "such judgments count there, and from which limit on, is chosen on the page "
            "“Settings”; the choice is recorded in the log."
        )
    )
    show_result(analysis, report.incoherent_table(analysis, language), "incoherent")
    choices = incoherent_choices(analysis)
    if len(analysis.panel.experts) > 1:
        table = report.incoherent_choices_table(analysis, choices, language)
        show_result(analysis, table, "incoherent_ranking")


def show_shares(analysis: Analysis) -> None:
    """The branches as shares of the whole, and how few indicators have most of the weight."""
    language = state.language()
    hierarchy, names = analysis.survey.hierarchy, node_names(analysis, language)
    if len(hierarchy.levels) > 2:
        show_chart(analysis, plots.branch_chart(analysis, language), "shares")
    weights = [analysis.global_weights[leaf] for leaf in analysis.ranking]
    picture = plots.pareto_chart(
        [names[leaf] for leaf in analysis.ranking], weights, language=language
    )
    show_chart(analysis, picture, "pareto")


def show_hierarchy(analysis: Analysis) -> None:
    """The tree with its weights."""
    _, language = state.translate(), state.language()
    show_chart(analysis, plots.hierarchy_diagram(analysis, language), "tree")
    for parent in analysis.survey.given:
        name = analysis.survey.node_name(parent, language)
        given = report.given_words(analysis.survey, parent, language)
        st.caption(state.plain(_("{name}: {given}").format(name=name, given=given)))
    show_result(analysis, report.hierarchy_table(analysis, language), "hierarchy")


def show_matrices(analysis: Analysis) -> None:
    """Judgment matrices and their consistency."""
    language = state.language()
    sentence = state.plain(report.incoherent_sentence(analysis, language))
    table = report.consistency_table(analysis, language)
    show_result(analysis, table, "consistency", below=sentence)
    for parent, table in report.parent_tables(analysis, language).items():
        judged = parent in analysis.matrices
        below = consistency_line(analysis, parent) if judged else ""
        show_result(analysis, table, f"matrix_{parent}", below)


def show_experts(
    study: StudyInfo, number: int, analysis: Analysis, standings: Mapping[str, Standing]
) -> None:
    """Who counts for how much, how consistent, how far the experts' weights lie apart; remarks."""
    _, language = state.translate(), state.language()
    show_result(analysis, panel.experts_table(analysis, standings, language), "experts")
    found = panel_agreement(analysis)
    if found is not None:
        st.markdown("**" + _("Weights of the indicators over the experts") + "**")
        show_chart(analysis, plots.spread_chart(analysis, found, language), "spread")
        show_result(analysis, panel.individual_table(analysis, language), "individual")
    st.markdown("**" + _("Consistency of every expert") + "**")
    show_chart(analysis, plots.consistency_heatmap(analysis, language), "crs")
    show_result(analysis, panel.expert_consistency_table(analysis, language), "expert_consistency")
    said = state.desk().panel_replies(study.id, round_number=number)
    remarks = panel.remarks_table(study.survey, said, language)
    if remarks.rows:
        show_result(analysis, remarks, "remarks")


def show_agreement(study: StudyInfo, number: int, analysis: Analysis) -> None:
    """Consensus, what matters and is disputed, what splits the panel."""
    _, language = state.translate(), state.language()
    found = panel_agreement(analysis)
    if found is None:
        st.info(_("Agreement needs two experts or more."))
        return
    show_result(
        analysis,
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
    st.markdown("**" + _("Agreement of every two experts") + "**")
    show_chart(analysis, plots.consensus_heatmap(analysis, found, language), "heat")
    order = [analysis.survey.hierarchy.leaves.index(leaf) for leaf in analysis.ranking]
    st.markdown("**" + _("What matters and what is disputed") + "**")
    names = node_names(analysis, language)
    picture = plots.quadrant_chart(
        [names[leaf] for leaf in analysis.ranking],
        [analysis.global_weights[leaf] for leaf in analysis.ranking],
        1 - found.variation[order],
        measure=_("Consensus: 1 − coefficient of variation"),
        language=language,
    )
    show_chart(analysis, picture, "quadrant")
    st.markdown("**" + _("The comparisons that split the panel most") + "**")
    show_chart(analysis, plots.disagreement_chart(analysis, found, language), "disagreement")
    show_result(analysis, panel.disagreement_table(analysis, found, language), "disagreement")
    if reasons := state.desk().reasons(study.id, round_number=number):
        show_result(analysis, panel.reasons_table(analysis, reasons, language), "reasons")


def show_experts_compared(study: StudyInfo, analysis: Analysis) -> None:
    """Who judges alike, what each gives each indicator, what organizations see differently."""
    _, language = state.translate(), state.language()
    found = panel_agreement(analysis)
    if found is None:
        st.info(_("This needs two experts or more."))
        return
    names, leaves = node_names(analysis, language), analysis.survey.hierarchy.leaves
    order = [leaves.index(leaf) for leaf in analysis.ranking]
    indicators = [names[leaf] for leaf in analysis.ranking]
    if found.clusters is not None:
        st.markdown("**" + _("Experts who judge alike") + "**")
        show_chart(analysis, plots.dendrogram(analysis, found, language), "dendro")
        show_result(analysis, panel.clusters_table(analysis, found, language), "clusters")
    st.markdown("**" + _("Indicators by expert") + "**")
    picture = plots.expert_heatmap(
        indicators,
        list(analysis.panel.experts),
        analysis.panel.global_weights[:, order],
        [analysis.global_weights[leaf] for leaf in analysis.ranking],
        language=language,
    )
    show_chart(analysis, picture, "expert_weights")
    places = {expert.name: expert.organization for expert in state.desk().experts(study.id)}
    groups, without = by_group(analysis, places)
    if len(groups) < 2:
        return
    st.markdown("**" + _("Organizations side by side") + "**")
    shown = list(groups.items())[: len(PALETTE)]
    picture = plots.group_chart(
        indicators,
        [
            _("{name} ({count})").format(name=name, count=len(group.panel.experts))
            for name, group in shown
        ],
        [[group.global_weights[leaf] for leaf in analysis.ranking] for _name, group in shown],
        language=language,
    )
    show_chart(analysis, picture, "groups")
    if len(shown) < len(groups):
        st.caption(
            _("The {count} largest of {all} organizations.").format(
                count=len(shown), all=len(groups)
            )
        )
    if without:
        named = _(", ").join(map(state.plain, without))
        st.caption(_("Without a result of their own: {names}.").format(names=named))


def show_choices(analysis: Analysis, standings: Mapping[str, Standing]) -> None:
    """What each choice changes in the ranking."""
    _, language = state.translate(), state.language()
    st.write(
        _(
            "A ranking that stands whichever way the panel is joined and weighted is worth more "
            "than one that hangs on a choice."
        )
    )
    without = leave_one_out(analysis)
    if not without:
        st.info(_("This needs two experts or more."))
        return
    found = (*compare_choices(analysis, standings), *incoherent_choices(analysis))
    show_result(analysis, panel.choices_summary_table(found, language), "choices_summary")
    show_result(analysis, panel.choices_table(analysis, found, language), "choices")
    st.header(_("Without each of the experts"))
    show_result(analysis, panel.choices_summary_table(without, language), "leave_one_out_summary")
    show_result(analysis, panel.choices_table(analysis, without, language), "leave_one_out")


def show_movement(study: StudyInfo, closed: list[ClosedRound], number: int) -> None:
    """How the weights moved up to this round, by those who answered the rounds compared."""
    _, language = state.translate(), state.language()
    found = [(k, round_analysis(study, closed, k)) for k in range(1, number + 1)]
    rounds = [(number, result) for number, result in found if result is not None]
    if len(rounds) < 2:
        later = _("Choose a later round above to see what moved up to it.")
        none = _("Movement shows once two rounds have answers.")
        st.info(later if number < study.round else none)
        return
    st.write(
        _(
            "Rounds are compared by the experts who answered all of them, so that what moves is "
            "what these experts changed, not who took part."
        )
    )
    try:
        show_rounds(rounds, language)
    except AHPError as problem:
        st.info(
            _("No result follows from the experts who answered these rounds: {problem}").format(
                problem=state.plain(state.in_words(problem, rounds[0][1].survey))
            )
        )


def show_rounds(rounds: list[tuple[int, Analysis]], language: str) -> None:
    """What moved between these rounds, as a picture and as tables."""
    _ = state.translate()
    picture = plots.movement_chart(rounds, language)
    pictures.show_chart(picture, "movement", rounds_file("ranks", rounds))
    show_slope(rounds, language)
    for (earlier, before), (later, after) in pairwise(rounds):
        table = panel.movement_table(before, after, language)
        where = _("Rounds {before} and {after}").format(before=earlier, after=later)
        if after.running:
            where += _(" (running, provisional)")
        table = replace(table, note=f"{where} · {table.note}")
        show_table(table, f"movement_{later}", file=f"movement_round{earlier}to{later}")


def rounds_file(name: str, rounds: list[tuple[int, Analysis]]) -> str:
    """The name of a file about several rounds."""
    return f"{name}_round{rounds[0][0]}to{rounds[-1][0]}"


def show_slope(rounds: list[tuple[int, Analysis]], language: str) -> None:
    """The weights round by round, of the experts who answered all these rounds."""
    _ = state.translate()
    alike = both_rounds(*(result for _number, result in rounds))
    if not alike:
        return
    last, numbers = alike[-1], [number for number, _result in rounds]
    note = _("Rounds {first} to {last}; experts who answered all of them: {count}").format(
        first=numbers[0], last=numbers[-1], count=len(last.panel.experts)
    )
    if rounds[-1][1].running:
        note += _(" (running, provisional)")
    picture = plots.slope_chart(
        [_("Round {round}").format(round=number) for number in numbers],
        [last.survey.node_name(leaf, language) for leaf in last.ranking],
        [[result.global_weights[leaf] for leaf in last.ranking] for result in alike],
        note=note,
        language=language,
    )
    pictures.show_chart(picture, "slope", rounds_file("weights", rounds))


def show(
    study: StudyInfo,
    closed: list[ClosedRound],
    number: int,
    analysis: Analysis,
    standings: Mapping[str, Standing],
) -> None:
    """Everything about one result; only the tab looked at is made."""
    _, language = state.translate(), state.language()
    screens: list[tuple[str, Callable[[], None]]] = [
        (_("Ranking"), lambda: show_ranking(analysis)),
        (_("Hierarchy"), lambda: show_hierarchy(analysis)),
        (_("Judgment matrices"), lambda: show_matrices(analysis)),
        (_("Experts"), lambda: show_experts(study, number, analysis, standings)),
        (_("Agreement"), lambda: show_agreement(study, number, analysis)),
        (_("Experts compared"), lambda: show_experts_compared(study, analysis)),
        (_("How certain"), lambda: show_certainty(analysis)),
        (_("What if"), lambda: show_what_if(analysis)),
        (_("Sensitivity to choices"), lambda: show_choices(analysis, standings)),
    ]
    if study.round > 1:
        screens.append((_("From round to round"), lambda: show_movement(study, closed, number)))
    tabs = st.tabs([name for name, _screen in screens], on_change="rerun", key="screen")
    for tab, (_name, screen) in zip(tabs, screens, strict=True):
        if tab.open:
            with tab:
                screen()
    with st.expander(_("How these numbers were made")):
        for label, value in report.provenance(analysis, language):
            line = _("{name}: {value}").format(name=label, value=state.plain(value))
            st.markdown(f"- {line}")


state.require_organizer()
_ = state.translate()
st.title(_("Results"))
picked = state.pick_study()
if picked.note == "simulated":
    st.warning(_("Simulated data, no real experts"), icon=":material/science:")
show_weights_question(picked.id)
closed_rounds = state.desk().closed_rounds(picked.id)
round_number = pick_round(picked, closed_rounds)
closing = {one.round: one.seq for one in closed_rounds}
people = state.desk().standings(picked.id, before=closing.get(round_number))
try:
    own = round_analysis(picked, closed_rounds, round_number)
    if own is None:
        st.info(_("No expert has submitted yet. Results appear with the first submitted survey."))
        st.stop()
    shown = chosen_result(picked, round_number, own)
except IncoherentError as problem:
    st.error(state.plain(nobody_left(picked.survey, problem)))
    st.stop()
except AHPError as problem:
    state.show_error(problem, picked.survey)
    st.stop()
show_who(shown)
show(picked, closed_rounds, round_number, shown, people)
