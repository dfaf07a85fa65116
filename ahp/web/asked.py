"""Who asks the experts, until when, and whom they can call: said by organizers, read by experts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

import streamlit as st

from ahp.i18n import LANGUAGES
from ahp.process.evaluations.days import zone_words
from ahp.process.invitation import Invitation
from ahp.report.letters import asked_lines
from ahp.store import clock
from ahp.study.limits import LONGEST

from . import state

END_OF_WORK = time(18)


def ask_invitation(key: str, languages: Sequence[str], now: Invitation) -> None:
    """The fields of an invitation, read by `said_invitation`.

    Args:
        key: part of their keys.
        languages: of the survey.
        now: what they have at first.
    """
    _, until = state.translate(), datetime.fromisoformat(now.until) if now.until else None
    st.text_input(
        _("Who asks (organization or person)"),
        now.asks,
        max_chars=LONGEST["asks"],
        key=f"asks-{key}",
    )
    st.text_input(
        _("Whom experts can call: name, phone, e-mail"),
        now.contact,
        max_chars=LONGEST["contact"],
        key=f"contact-{key}",
    )
    offered = state.zones(now.zone)
    with st.container(horizontal=True):
        st.date_input(
            _("Please answer by (may stay empty)"), until, format="YYYY-MM-DD", key=f"day-{key}"
        )
        st.time_input(_("Time"), until.time() if until else END_OF_WORK, key=f"time-{key}")
        st.selectbox(
            _("Time zone"),
            offered,
            format_func={one: state.in_words(zone_words(one)) for one in offered}.__getitem__,
            key=f"zone-{key}",
        )
    for language in languages:
        st.text_area(
            _("Greeting, {language} (may stay empty)").format(language=LANGUAGES[language]),
            now.greeting.get(language, ""),
            max_chars=LONGEST["greeting"],
            key=f"greeting-{language}-{key}",
        )


def said_invitation(key: str, languages: Sequence[str]) -> Invitation:
    """What the fields of `ask_invitation` say."""
    form = st.session_state
    day = form[f"day-{key}"]
    greeting = {one: form[f"greeting-{one}-{key}"].strip() for one in languages}
    return Invitation(
        asks=_spaced(form[f"asks-{key}"]),
        until=f"{day.isoformat()}T{form[f'time-{key}']:%H:%M}" if day else "",
        zone=form[f"zone-{key}"] if day else "",
        contact=_spaced(form[f"contact-{key}"]),
        greeting={language: text for language, text in greeting.items() if text},
    )


def _spaced(line: str) -> str:
    """A line whose blanks are spaces: what is typed in Chinese or pasted from Word has others,
    which `Invitation` takes for signs that can't be printed.
    """
    return " ".join(line.split())


def show_asked(invitation: Invitation) -> None:
    """At the top of an expert's welcome: who asks, until when, whom to call."""
    said = asked_lines(invitation, state.language(), clock.now(), state.own_zone())
    if greeting := said.get("greeting"):
        st.markdown(state.plain(greeting).replace("\n", "  \n"))
    if asked := [said[one] for one in ("asks", "until", "contact") if one in said]:
        st.markdown("**" + state.plain(_joined(asked)) + "**")
    if over := said.get("over"):
        st.warning(state.plain(over), icon=":material/schedule:")


def show_until(invitation: Invitation) -> None:
    """Below an expert's other screens: until when, whom to call."""
    said = asked_lines(invitation, state.language(), clock.now(), state.own_zone())
    if words := [said[one] for one in ("until", "over", "contact") if one in said]:
        st.caption(state.plain(_joined(words)))


def _joined(sentences: Sequence[str]) -> str:
    """Sentences one after the other."""
    return ("" if state.language() == "zh" else " ").join(sentences)
