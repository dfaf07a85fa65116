"""Paper questionnaires that two persons key in, on the page of files."""

from __future__ import annotations

import secrets
from functools import partial

import streamlit as st

from ..exchange.questionnaire_writer import ENTRIES
from ..process.asking import Pair
from ..process.events import Keyed
from ..process.keying import answers_from_paper, keyed_differences
from ..store import ExpertInfo, StudyInfo
from ..study.limits import LONGEST
from . import state
from .self_rating import rating_of, show_rating


def show_keying(study: StudyInfo) -> None:
    """Paper questionnaires keyed in by two persons, who don't see what the other one read."""
    _, database = state.translate(), state.desk()
    st.write(
        _(
            "A paper questionnaire is keyed in by two persons, one after the other; what they read "
            "differently is looked up on paper. Only then it becomes the expert's answers."
        )
    )
    state.show_problem()
    experts = database.experts(study.id)
    waiting = {one.id: one for one in experts if not one.submitted}
    hindrances = {
        _("Only an organizer can key in questionnaires."): not state.may("run_studies"),
        _("Nothing can be keyed in: the round is closed."): not study.open,
        _("Nothing can be keyed in: the study has no experts yet."): not experts,
        _("Nothing can be keyed in: everybody has submitted."): not waiting,
    }
    if found := [said for said, hinders in hindrances.items() if hinders]:
        st.info(found[0])
        return
    read = database.keyed(study.id)
    states = (_("{name}"), _("{name} (keyed in once)"), _("{name} (keyed in twice)"))
    chosen = st.selectbox(
        _("Expert"),
        list(waiting),
        format_func=lambda one: states[len(read.get(one, ()))].format(name=waiting[one].name),
        key="keyed_expert",
    )
    expert, keyed = waiting[chosen], read.get(chosen, ())
    given = expert.sitting.state.told_by(chosen).given
    if others := len(expert.replies.answers.keys() - answers_from_paper(given)):
        st.info(
            _(
                "{count} answers of this expert were given otherwise, online or in a file. What "
                "stands on paper replaces them; those without a tick there stay."
            ).format(count=others)
        )
    if len(keyed) == 2:
        show_differences(study, expert, keyed[0], keyed[1])
    if len(keyed) == 1:
        st.info(
            _("Keyed in by {name}; now another person keys it in.").format(
                name=state.plain(keyed[0].by)
            )
        )
    with st.expander(_("Key in") if len(keyed) < 2 else _("Key in anew"), expanded=len(keyed) < 2):
        show_keying_form(study, expert, complete=len(keyed) == 2)


def show_keying_form(study: StudyInfo, expert: ExpertInfo, *, complete: bool) -> None:
    """A field for each row of the paper form; nothing of the database is in the keys, so that what
    is filled in outlives that somebody else saves.
    """
    _, language, survey = state.translate(), state.language(), study.survey
    attempt = st.session_state.setdefault("keying_attempt", 0)  # nobody sees what was keyed in
    account, about = state.actor().id, f"{expert.id}-{study.round}-{attempt}"
    with st.form(f"keying-{about}"):
        by = (
            state.account_names()[account]
            if account
            else st.text_input(_("Who keys it in"), max_chars=LONGEST["name"])
        )
        answers: dict[Pair, str] = {}
        for parent in survey.hierarchy.compared:
            if parent in expert.standing.recused:
                continue
            st.markdown(f"**{state.plain(survey.node_name(parent, language))}**")
            for number, pair in enumerate(survey.hierarchy.pairs(parent), start=1):
                left, right = (survey.node_name(node, language) for node in pair)
                value = show_entry(f"{number}. {left} – {right}", f"key-{about}-{parent}-{number}")
                if value:
                    answers[(parent, *pair)] = value
        anew = complete and st.checkbox(
            _("Keyed in anew: what two persons read is put aside"), key=f"anew-{about}"
        )
        if st.form_submit_button(_("Save"), key=f"save_keying-{about}"):
            if state.attempt(
                lambda: state.desk().key_in(
                    expert.id, answers, by, anew=anew, round_number=study.round
                )
            ):
                st.session_state["keying_attempt"] += 1
            st.rerun()


def show_entry(label: str, key: str, *, settling: bool = False) -> str | None:
    """A field for a row of the paper form: the step on its side; None = nothing chosen, "" = no
    tick, where that is to be said.
    """
    _ = state.translate()
    words = {"": _("no tick"), **ENTRIES} if settling else ENTRIES
    return st.selectbox(
        state.plain(label),
        list(words),
        index=None,
        format_func=words.__getitem__,
        placeholder=_("please choose") if settling else _("no tick"),
        key=key,
    )


def show_differences(study: StudyInfo, expert: ExpertInfo, first: Keyed, second: Keyed) -> None:
    """What two persons read differently, to be settled; then the answers are taken over."""
    _, language, survey = state.translate(), state.language(), study.survey
    differences = keyed_differences(first, second)
    with st.form(f"settle-{expert.id}"):
        st.markdown(
            _("Keyed in by {first} and {second}: {count} differences.").format(
                first=state.plain(first.by), second=state.plain(second.by), count=len(differences)
            )
        )
        settled: dict[Pair, str | None] = {}
        for number, (pair, read) in enumerate(differences.items()):
            parent, left, right = (survey.node_name(node, language) for node in pair)
            one, other = (
                ENTRIES[one].replace(" ", "\N{NO-BREAK SPACE}") if one else _("no tick")
                for one in read
            )
            words = _(
                "{parent}: {left} – {right}. {first} read {one}, {second} read {other}. What "
                "stands on paper?"
            )
            words = words.format(
                parent=parent,
                left=left,
                right=right,
                first=first.by,
                one=one,
                second=second.by,
                other=other,
            )
            value = show_entry(words, f"settle-{expert.id}-{number}", settling=True)
            if value is not None:
                settled[pair] = value or None
        rated: dict[str, str] = {}
        if expert.sitting.asking.self_rating != "off":
            st.markdown("**" + _("Self-rating, as it stands on paper") + "**")
            field = partial(st.selectbox, placeholder=_("no tick"))
            rated = show_rating(field, lambda one: f"keyed_rating-{expert.id}-{study.round}-{one}")
        submit = st.checkbox(
            _("Submit the answers of those who have answered everything"), key="submit_keyed"
        )
        if st.form_submit_button(_("Record these answers"), type="primary", key="take_keyed"):
            if any(rated.values()) and not all(rated.values()):
                st.session_state["problem"] = _(
                    "Please choose what stands on paper for all five questions of the self-rating, "
                    "or for none; nothing was recorded."
                )
            elif state.attempt(lambda: take(study, expert, settled, rated, submit)):
                st.toast(_("Saved"))
            st.rerun()


def take(
    study: StudyInfo,
    expert: ExpertInfo,
    settled: dict[Pair, str | None],
    rated: dict[str, str],
    submit: bool,
) -> None:
    """Record what stands on paper.

    Raises:
        AHPError: it was refused; what came before it stands.
    """
    desk, number, actor = state.desk(), study.round, state.actor()
    desk.take_keyed(expert.id, settled, round_number=number)
    if rated and (rating := rating_of(rated)):
        desk.rate_self(expert.id, rating, round_number=number, source="file", actor=actor)
    if submit:
        event_id = secrets.token_hex(16)
        desk.submit(expert.id, event_id=event_id, source="file", round_number=number, actor=actor)
