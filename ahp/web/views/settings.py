"""The settings of one study on one page: how experts are asked, how answers count, its wording, its
title; and a trial.
"""

from __future__ import annotations

import hashlib
from typing import Any

import streamlit as st

from ahp.consistency import CR_LIMIT
from ahp.errors import AHPError
from ahp.i18n import LANGUAGES
from ahp.i18n.words import random_index_source
from ahp.priority import METHODS
from ahp.process.asking import Asking
from ahp.process.settings import (
    FEEDBACK_FROM,
    ROUNDS_LIMITS,
    STOP_RULES,
    TARGET_LIMITS,
    TRIM_LIMITS,
    Settings,
)
from ahp.report import incoherent_words, limit_words, method_words
from ahp.report.letters import deadline_words
from ahp.report.panel import aggregate_words, stop_words, weighting_words
from ahp.report.study_tables import mended_table, wording_words
from ahp.store import StudyInfo
from ahp.study.incoherence import CR_LIMITS, INCOHERENT
from ahp.study.limits import LONGEST
from ahp.study.standing import AGGREGATES, WEIGHTINGS
from ahp.study.survey import Mending
from ahp.study.wording import wordings
from ahp.web import state, trial
from ahp.web.asked import ask_invitation, said_invitation
from ahp.web.desk import show_table, show_weights_question


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
                _("Weights are calculated by"),
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
            source = random_index_source(chosen["random_index"], state.language())
            st.caption(state.plain(source))
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


def save_invitation(study: StudyInfo, key: str) -> None:
    """Say who asks as the form has it."""

    def change() -> None:
        said = said_invitation(key, study.survey.languages)
        state.desk().set_invitation(study.id, said)

    state.attempt(change)


def show_invitation(study: StudyInfo) -> None:
    """Who asks, until when, whom to call, to be said or changed."""
    _, now = state.translate(), state.desk().invitation(study.id)
    until = deadline_words(now, state.language())
    said = [one for one in (now.asks, until, now.contact) if one]
    with st.expander(_("Who asks, until when, whom to call"), icon=":material/event:"):
        key = f"{study.id}-{state.mark(now.content)}"
        with st.form(f"invitation-{key}"):
            ask_invitation(key, study.survey.languages, now)
            st.form_submit_button(
                _("Save"), on_click=save_invitation, args=(study, key), key="save_invitation"
            )
        st.caption(
            _(
                "Experts read it on their pages and in what is written to them. Nothing is closed "
                "by itself when the time is over: that is done on the page “Rounds”. The next "
                "round begins without a date."
            )
        )
    if said:
        st.caption(state.plain(" · ".join(said)))


def rename(study: StudyInfo) -> None:
    """Give a study the title of the form."""
    title = st.session_state[f"title-{study.id}"]
    state.attempt(lambda: state.desk().rename_study(study.id, title))


def duplicate(study: StudyInfo) -> None:
    """Start a study like this one, as the form says."""
    form = st.session_state
    title, experts = form[f"copy_title-{study.id}"], form[f"copy_experts-{study.id}"]
    if state.attempt(lambda: state.desk().duplicate_study(study.id, title, experts=experts)):
        _ = state.translate()
        copied = _("The copy is on the page “Studies”: {title}").format(title=title)
        st.toast(state.plain(copied))


def archive(study: StudyInfo) -> None:
    """Hide a study from the lists."""
    state.attempt(lambda: state.desk().archive_study(study.id))


def show_changes(study: StudyInfo) -> None:
    """Rename, duplicate or archive a study."""
    _ = state.translate()
    with st.expander(_("Rename, duplicate, archive"), icon=":material/edit:"):
        with st.form(f"rename-{study.id}"):
            st.text_input(_("Title"), value=study.title, key=f"title-{study.id}")
            st.form_submit_button(
                _("Rename"), on_click=rename, args=(study,), key=f"save_title-{study.id}"
            )
        with st.form(f"duplicate-{study.id}"):
            st.text_input(
                _("Title of the copy"),
                value=_("{title} (copy)").format(title=study.title),
                key=f"copy_title-{study.id}",
            )
            st.checkbox(
                _("Also the experts with their weights and recusals, without their answers"),
                key=f"copy_experts-{study.id}",
            )
            st.form_submit_button(
                _("Duplicate"), on_click=duplicate, args=(study,), key=f"duplicate_study-{study.id}"
            )
            st.caption(
                _(
                    "The copy has the survey and the settings, and starts with round 1. Its "
                    "experts need new personal links."
                )
            )
        st.button(
            _("Archive"),
            on_click=archive,
            args=(study,),
            icon=":material/archive:",
            disabled=study.archived,
            key=f"archive-{study.id}",
        )
        st.caption(_("An archived study is hidden from the lists. Personal links go on working."))


def mend(study: StudyInfo, place: tuple[str, str, str], old: str) -> None:
    """Put the text of the form in place of the one that the page showed."""
    node, text, language = place
    new = st.session_state[mending_key(study, place, old)]
    mending = Mending(node, text, language, old, new)
    if state.attempt(lambda: state.desk().mend_wording(study.id, mending)):
        st.session_state["mended"] = True


def mending_key(study: StudyInfo, place: tuple[str, str, str], old: str) -> str:
    """Key of the field in which a text is mended: another one once the text is another."""
    return f"wording-{state.mark((study.id, place, old))}"


def show_wording(study: StudyInfo) -> None:
    """Slips in the texts that experts read are put right; what was is listed."""
    _, language, survey = state.translate(), state.language(), study.survey
    with st.expander(_("Mend the wording"), icon=":material/spellcheck:"):
        show_mending(study)
    if mended := state.desk().mended_wording(study.id):
        show_table(mended_table(mended, survey, language), "mended")


def show_mending(study: StudyInfo) -> None:
    """Choose a text and put it right."""
    _, language, survey = state.translate(), state.language(), study.survey
    st.warning(
        _(
            "For slips of the pen alone: meaning stays. Answers that were given go on counting, as "
            "if the new words had been read. Whoever wants to ask for something else starts a new "
            "study. The log keeps the old and the new text, with your name and the time, and the "
            "report shows them."
        ),
        icon=":material/spellcheck:",
    )
    if st.session_state.pop("mended", False):
        st.success(_("Mended. Everybody reads the new text from now on."))
    texts = wordings(survey)
    nodes = {"": _("The survey itself")} | {
        node: survey.node_name(node, language) for node in survey.nodes
    }
    with st.container(key="wording"):
        node = st.selectbox(
            _("Which item"),
            list(nodes),
            format_func=state.distinct(nodes).__getitem__,
            key=f"wording_of-{study.id}",
        )
        words = wording_words(_)
        places = {
            (node, text, code): f"{words[text]} · {LANGUAGES.get(code, code)}"
            for own, text in texts
            if own == node
            for code in texts[own, text]
        }
        place = st.selectbox(
            _("Which text"),
            list(places),
            format_func=places.__getitem__,
            key=f"wording_text-{study.id}-{node}",
        )
        old = texts[place[:2]][place[2]]
        key = mending_key(study, place, old)
        field, most = (st.text_input, "name") if place[1] == "name" else (st.text_area, "wording")
        # one from a file may be longer than what is written here
        field(_("Text"), old, max_chars=max(LONGEST[most], len(old)), key=key)
        sure = st.checkbox(
            _("Only a slip is put right: the text means what it meant before"), key=f"sure-{key}"
        )
        st.button(
            _("Mend this text"),
            type="primary",
            on_click=mend,
            args=(study, place, old),
            disabled=not (sure and state.may("run_studies")),
            key="mend",
        )


def begin_trial(study: StudyInfo) -> None:
    """Let this tab try the study."""
    state.attempt(lambda: trial.begin(study))


def show_trial(study: StudyInfo) -> None:
    """Try the survey as experts will see it."""
    _ = state.translate()
    st.header(_("Try it as an expert"))
    st.write(
        _(
            "Answer the survey as an expert does, with these settings, before any link is issued. "
            "Nothing of it is stored in the study; it is gone when you leave it."
        )
    )
    st.button(
        _("Begin the trial"),
        icon=":material/science:",
        on_click=begin_trial,
        args=(study,),
        disabled=not state.may("run_studies"),
        key="begin_trial",
    )


state.require_organizer()
_ = state.translate()
st.title(_("Settings"))
picked = state.pick_study()
state.show_problem()
if picked.archived:
    st.info(_("This study is archived."), icon=":material/archive:")
show_weights_question(picked.id)
show_trial(picked)
if state.may("run_studies"):
    show_invitation(picked)
show_asking(picked, state.desk().asking(picked.id))
show_settings(picked, state.desk().settings(picked.id))
show_wording(picked)
if state.may("run_studies"):
    show_changes(picked)
