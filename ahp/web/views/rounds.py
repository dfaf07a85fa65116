"""Delphi rounds of a study: how it is analyzed, when to stop, close a round, open the next."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import Any

import streamlit as st

from ahp.consistency import CR_LIMIT
from ahp.errors import AHPError, IncoherentError
from ahp.priority import METHODS
from ahp.process.asking import Asking
from ahp.process.rounds import RoundSummary
from ahp.process.settings import (
    FEEDBACK_FROM,
    ROUNDS_LIMITS,
    STOP_RULES,
    TARGET_LIMITS,
    TRIM_LIMITS,
    Settings,
)
from ahp.report import incoherent_words, limit_words, method_words
from ahp.report.panel import (
    aggregate_words,
    recommendation_sentence,
    rounds_table,
    stop_words,
    weighting_words,
)
from ahp.store import ClosedRound, ExpertInfo, StudyInfo
from ahp.study.incoherence import CR_LIMITS, INCOHERENT
from ahp.study.standing import AGGREGATES, WEIGHTINGS
from ahp.web import state
from ahp.web.desk import (
    nobody_left,
    open_page,
    show_submitted,
    show_table,
    show_weights_question,
)
from ahp.web.questionnaires import file_name


def choose(label: str, names: dict[str, str], now: str, key: str) -> str:
    """One of several options, by their words."""
    chosen: str = st.selectbox(
        label, list(names), index=list(names).index(now), format_func=names.__getitem__, key=key
    )
    return chosen


def choose_limit(now: Settings, about: str) -> float | str:
    """From which CR on an expert's judgments contradict each other."""
    _ = state.translate()
    own = now.cr_limit if isinstance(now.cr_limit, float) else CR_LIMIT
    kinds = {
        "usual": _("0.1, whatever the number of items"),
        "saaty": limit_words("saaty", _),
        "own": _("another limit"),
    }
    kind = "usual" if now.cr_limit == CR_LIMIT else "own"
    kind = choose(
        _("They contradict each other from this CR on"),
        kinds,
        "saaty" if now.cr_limit == "saaty" else kind,
        f"set_limit-{about}",
    )
    if kind == "own":
        return st.number_input(_("CR limit"), *CR_LIMITS, own, 0.01, key=f"set_cr_limit-{about}")
    return CR_LIMIT if kind == "usual" else kind


def show_settings(study: StudyInfo, now: Settings) -> None:
    """How the study is analyzed and when its rounds end."""
    _ = state.translate()
    # one study's unsaved choices are not another's, nor those before the settings changed
    about = f"{study.id}-{hashlib.sha256(now.content.encode()).hexdigest()[:8]}"
    with (
        st.expander(_("Aggregation and stopping rule"), icon=":material/tune:"),
        st.container(key="settings"),
    ):
        st.caption(_("Every change is recorded in the log. Closed rounds keep what they had."))
        left, right = st.columns(2)
        chosen: dict[str, Any] = {}
        with left:
            st.markdown("**" + _("Result") + "**")
            chosen["aggregate"] = choose(
                _("Judgments or weights are aggregated by"),
                {name: aggregate_words(_)[name] for name in AGGREGATES},
                now.aggregate,
                f"set_aggregate-{about}",
            )
            if chosen["aggregate"] == "aij_trimmed":
                chosen["trim"] = st.number_input(
                    _("Share cut off at each end"),
                    *TRIM_LIMITS,
                    now.trim,
                    0.05,
                    key=f"set_trim-{about}",
                )
            chosen["weighting"] = choose(
                _("Weighting of the experts"),
                {name: weighting_words(_)[name] for name in WEIGHTINGS},
                now.weighting,
                f"set_weighting-{about}",
            )
            chosen["incoherent"] = choose(
                _("An expert's judgments that contradict each other"),
                {name: incoherent_words(_)[name] for name in INCOHERENT},
                now.incoherent,
                f"set_incoherent-{about}",
            )
            chosen["cr_limit"] = choose_limit(now, about)
            chosen["method"] = choose(
                _("Method"),
                {name: method_words(_)[name] for name in METHODS},
                now.method,
                f"set_method-{about}",
            )
            chosen["random_index"] = choose(
                _("Random index"),
                {name: name for name in study.survey.random_indices},
                now.random_index,
                f"set_random_index-{about}",
            )
        with right:
            st.markdown("**" + _("Rounds") + "**")
            chosen["stop"] = choose(
                _("Stop when"),
                {name: stop_words(_)[name] for name in STOP_RULES},
                now.stop,
                f"stop-{about}",
            )
            if chosen["stop"] != "rounds":
                chosen["target"] = st.number_input(
                    _("Target (between 0 and 1)"),
                    *TARGET_LIMITS,
                    now.target,
                    0.05,
                    key=f"set_target-{about}",
                )
            chosen["rounds"] = st.number_input(
                _("At most this many rounds"), *ROUNDS_LIMITS, now.rounds, key=f"set_rounds-{about}"
            )
            chosen["feedback_from"] = st.radio(
                _("Experts see the panel's answers where at least so many others answered"),
                FEEDBACK_FROM,
                index=FEEDBACK_FROM.index(now.feedback_from),
                horizontal=True,
                key=f"set_feedback-{about}",
            )
            agreed = True
            if chosen["feedback_from"] < max(FEEDBACK_FROM):
                st.warning(
                    _(
                        "With so few others, experts who know each other can often tell who "
                        "answered what, above all at the ends of the scale. Anonymity is what "
                        "lets people answer freely. Your choice is recorded in the log."
                    )
                )
                agreed = st.checkbox(
                    _("I know what this gives away and choose it"),
                    value=now.feedback_from == chosen["feedback_from"],
                    key=f"set_agreed-{about}",
                )
        locked = not (agreed and state.may("run_studies"))
        if st.button(_("Save"), type="primary", disabled=locked, key="save_settings"):
            given = {name: getattr(now, name) for name in Settings.__dataclass_fields__}
            try:
                state.desk().set_settings(study.id, Settings(**{**given, **chosen}))
            except AHPError as error:
                state.show_error(error, study.survey)
            else:
                st.toast(_("Saved"))
                st.rerun()


def show_asking(study: StudyInfo, now: Asking) -> None:
    """How the experts are asked."""
    _ = state.translate()
    about = f"{study.id}-{hashlib.sha256(now.content.encode()).hexdigest()[:8]}"
    with (
        st.expander(_("How experts are asked"), icon=":material/contact_support:"),
        st.container(key="asking"),
    ):
        st.caption(
            _(
                "Every change is recorded in the log. Experts who have started keep the "
                "way they began."
            )
        )
        way = choose(
            _("Experts begin"),
            {
                "expert": _("as they choose themselves"),
                "pairs": _("comparison by comparison"),
                "rank": _("by ranking the items, then comparing"),
            },
            now.way,
            f"set_way-{about}",
        )
        short_form = st.checkbox(
            _("Experts may choose a short form"),
            value=now.short_form,
            help=_(
                "Fewer comparisons where a parent has four items or more: they connect all items "
                "evenly, and each next one is the one that tells most. The expert reads what it "
                "costs in certainty."
            ),
            key=f"set_short-{about}",
        )
        cannot_judge = st.checkbox(
            _("Experts may leave out what they can't judge"),
            value=now.cannot_judge,
            help=_("The comparison then is missing in their matrix; the panel fills it."),
            key=f"set_cannot-{about}",
        )
        guidance = choose(
            _("Answers that contradict each other (CR of 0.1 and more)"),
            {
                "offer": _("are shown, and may stay"),
                "reason": _("may stay with a reason in writing"),
                "require": _("must be changed before submitting"),
            },
            now.guidance,
            f"set_guidance-{about}",
        )
        self_rating = choose(
            _("Experts rate their own authority: what they judge from, how familiar they are"),
            {
                "off": _("not asked"),
                "offer": _("may answer before submitting"),
                "require": _("must answer before submitting"),
            },
            now.self_rating,
            f"set_self_rating-{about}",
        )
        if guidance == "require":
            st.warning(
                _(
                    "Forcing consistency makes people adjust answers they mean. With a reason in "
                    "writing you learn why they differ."
                )
            )
        locked = not state.may("run_studies")
        if st.button(_("Save"), type="primary", disabled=locked, key="save_asking"):
            asking = Asking(way, short_form, cannot_judge, guidance, self_rating)
            if state.attempt(lambda: state.desk().set_asking(study.id, asking)):
                st.toast(_("Saved"))
            st.rerun()


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
    st.subheader(_("Round {round} is open").format(round=study.round))
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
    st.subheader(_("Round {round} is closed").format(round=study.round))
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
show_asking(picked, state.desk().asking(picked.id))
show_settings(picked, chosen_settings)
