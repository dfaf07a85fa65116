"""What a data owner with a personal link delivers: their own indicators, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from ahp.errors import AHPError
from ahp.exchange.deliveries import Scope
from ahp.i18n.evaluation import names_of
from ahp.messages import with_names
from ahp.process.evaluations.state import Person
from ahp.process.events import Actor
from ahp.web import state
from ahp.web.delivering import show_intake
from ahp.web.intake import Intake, closed_words, show_delivered, show_missing


def attempt(names: dict[str, str], change: Callable[[], object]) -> bool:
    """Run what a data owner does; says what was refused, such as after their link ended."""
    try:
        change()
    except AHPError as error:
        st.session_state["problem"] = state.in_words(with_names(error, names))
        return False
    return True


def who(person: Person, actor: Actor) -> str:
    """Who did something, without names of others."""
    _ = state.translate()
    if actor.id == person.id:
        return person.name
    return _("another data owner") if actor.kind == "person" else _("the department")


_ = state.translate()
mine = state.own_person(state.grants())
if mine is None or mine.person.role != "data_owner":
    st.error(_("Please open your personal link again."))
    st.stop()
person = mine.person
now = state.database().evaluation_state(mine.evaluation_id)
st.title(_("My data"))
st.caption(state.plain(mine.title))
state.show_problem()
periods = sorted(now.periods, key=lambda one: now.periods[one].period, reverse=True)
if not periods:
    st.info(_("No period is open yet. You will be told when data is wanted."))
    st.stop()
waiting = [one for one in periods if now.periods[one].stage == "open"]
period = st.selectbox(
    _("Period"),
    periods,
    index=periods.index(waiting[0]) if waiting else 0,
    key=f"own_period-{person.id}",
)
scope = Scope(now, period, person)
every = names_of(scope.scheme, state.language())
names = dict(scope.units) | {one: every[one] for one in scope.indicators}
is_open = scope.held.stage == "open"
intake = Intake(
    mine.evaluation_id,
    scope,
    names,
    partial(attempt, names),
    partial(who, person),
    locked=not is_open,
)
if not is_open:
    st.info(state.plain(closed_words(intake)))
elif not scope.indicators:
    st.info(_("None of your indicators counts in {period}.").format(period=period))
show_delivered(intake)
if is_open:
    missing = scope.missing(scope.typed)
    if missing:
        st.write(_("Next: fill in the template and upload it, or type the values."))
        show_missing(intake, missing)
    elif any(one in scope.scheme.indicator for one in scope.typed):
        st.success(_("Everything is delivered. Thank you!"), icon=":material/check:")
show_intake(intake)
