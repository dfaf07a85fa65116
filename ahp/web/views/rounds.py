"""Delphi rounds of a study: close a round, open the next."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import streamlit as st

from ahp.errors import IncoherentError
from ahp.process.rounds import RoundSummary
from ahp.process.settings import Settings
from ahp.report.panel import recommendation_sentence, rounds_table
from ahp.store import ClosedRound, ExpertInfo, StudyInfo
from ahp.web import state
from ahp.web.desk import (
    nobody_left,
    open_page,
    show_submitted,
    show_table,
    show_weights_question,
)
from ahp.web.questionnaires import file_name


def close_round(study: StudyInfo) -> None:
    """Close the round that the page showed, no other one."""

    def close() -> None:
        try:
            state.desk().close_round(study.id, round_number=study.round)
        except IncoherentError as problem:
            st.session_state["problem"] = nobody_left(study.survey, problem)

    state.attempt(close, study.survey)


def open_round(study: StudyInfo) -> None:
    """Open the round after the one that the page showed, no other one."""
    following = study.round + 1
    st.session_state["opened"] = state.attempt(
        lambda: state.desk().open_round(study.id, round_number=following)
    )


def show_closing(study: StudyInfo) -> None:
    """Close the open round for ever."""
    _ = state.translate()
    experts = state.desk().experts(study.id)
    st.header(_("Round {round} is open").format(round=study.round))
    submitted = show_submitted(experts)
    st.write(
        _(
            "When you close the round, nobody can answer in it any more, for ever. Its result is "
            "frozen and kept in the log as evidence. Only submitted answers count."
        )
    )
    missing = [expert for expert in experts if not expert.submitted]
    if not submitted:
        st.warning(_("Nobody has submitted: the round would be closed without a result."))
    show_missing(missing)
    show_incomplete(study, [expert for expert in experts if expert.submitted])
    with st.container(key="sure"):
        ask = _("Yes, close round {round} for ever, with {submitted} of {count} experts")
        sure = st.checkbox(
            ask.format(round=study.round, submitted=submitted, count=len(experts)),
            # who agreed to close without these experts has not agreed to close without others
            disabled=not state.may("close_rounds"),
            key=f"sure-{study.id}-{study.round}-{len(missing)}",
        )
    st.button(
        _("Close the round"),
        disabled=not (sure and state.may("close_rounds")),
        on_click=close_round,
        args=(study,),
        key="close",
    )


def show_missing(missing: list[ExpertInfo]) -> None:
    """Who would be left out for ever."""
    _ = state.translate()
    if not missing:
        return
    names = _(", ").join(
        _("{expert} ({answered} of {total} answered)").format(
            expert=state.plain(one.name), answered=one.answered, total=one.total
        )
        for one in missing
    )
    st.warning(
        _("Not submitted yet ({count}), what they answered will not count: {names}").format(
            count=len(missing), names=names
        ),
        icon=":material/person_off:",
    )


def show_incomplete(study: StudyInfo, submitted: list[ExpertInfo]) -> None:
    """Who submitted without an answer to every comparison."""
    _, hierarchy = state.translate(), study.survey.hierarchy
    asked = {one.id: len(one.standing.comparisons(hierarchy)) for one in submitted}
    names = _(", ").join(
        _("{expert} ({answered} of {total} answered)").format(
            expert=state.plain(one.name), answered=len(one.replies.answers), total=asked[one.id]
        )
        for one in submitted
        if len(one.replies.answers) < asked[one.id]
    )
    if names:
        st.info(_("Submitted without answering every comparison: {names}").format(names=names))


def show_next(study: StudyInfo, settings: Settings) -> None:
    """Open the next round."""
    _ = state.translate()
    st.header(_("Round {round} is closed").format(round=study.round))
    st.write(
        _(
            "In the next round every expert sees, at each comparison, their own last answer and "
            "how the panel answered, without names, and keeps or changes it. The personal links "
            "work again."
        )
    )
    st.button(
        _("Open round {round}").format(round=study.round + 1),
        type="primary" if study.round < settings.rounds else "secondary",
        on_click=open_round,
        args=(study,),
        disabled=not state.may("close_rounds"),
        key="open_round",
    )


def count_of(evidence: dict[str, Any]) -> tuple[str, ...]:
    """How many of the invited experts a round's evidence rests on, for the name of its file."""
    summary = RoundSummary(**evidence["summary"])
    return () if summary.invited is None else (f"{summary.experts}of{summary.invited}",)


def show_closed(study: StudyInfo, rounds: list[ClosedRound], settings: Settings) -> None:
    """What the closed rounds left: the recommendation, the numbers, the evidence."""
    _, language = state.translate(), state.language()
    kept = {one.round: json.loads(one.evidence) for one in rounds if one.evidence}
    if not kept:
        return
    summaries = [RoundSummary(**evidence["summary"]) for evidence in kept.values()]
    st.info(
        recommendation_sentence(settings, summaries, language, closed=rounds[-1].round),
        icon=":material/recommend:",
    )
    for one in rounds:
        if not one.evidence:
            st.caption(_("Round {round} was closed without a result.").format(round=one.round))
    show_table(rounds_table(settings, summaries, language), "rounds")
    with st.expander(_("Evidence of the closed rounds"), icon=":material/verified:"):
        st.write(
            _(
                "The frozen result of each round with the hash of the judgments, the settings and "
                "the version, byte for byte as the log holds it. “ahp log verify” makes it anew "
                "from the answers and compares."
            )
        )
        for one in rounds:
            if one.evidence:
                st.download_button(
                    _("Round {round}, closed {time} (JSON)").format(
                        round=one.round, time=state.minute(one.closed)
                    ),
                    state.guarded(partial(str, one.evidence)),
                    file_name(study.title, str(one.round), *count_of(kept[one.round])) + ".json",
                    "application/json",
                    icon=":material/download:",
                    key=f"evidence-{one.round}",
                    on_click="ignore",
                )


state.require_organizer()
_ = state.translate()
st.title(_("Rounds"))
picked = state.pick_study()
state.show_problem()
if st.session_state.pop("opened", False):
    open_page("experts", picked.id)
show_weights_question(picked.id)
chosen_settings = state.desk().settings(picked.id)
if picked.open:
    show_closing(picked)
else:
    show_next(picked, chosen_settings)
show_closed(picked, state.desk().closed_rounds(picked.id), chosen_settings)
