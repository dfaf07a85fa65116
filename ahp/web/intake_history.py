"""What was recorded: each recording, which can be taken back, and the history of a value."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from ..exchange.deliveries import (
    CellChange,
    Changes,
)
from ..process.evaluations.recordings import history_of, taken_back
from ..process.evaluations.state import Recording
from . import state
from .intake import (
    SHOWN,
    Intake,
    record,
    utc,
    value_words,
)


def show_recordings(intake: Intake) -> None:
    """What came in, the latest first; each can be taken back."""
    _ = state.translate()
    recordings = [
        one
        for one in reversed(intake.scope.held.recordings)
        if intake.owner is None or one.stamp.actor.id == intake.owner.id
    ]
    if not recordings:
        st.info(_("Nothing is recorded yet."))
    for one in recordings[:SHOWN]:
        _show_recording(intake, one)
    if (more := len(recordings) - SHOWN) > 0:
        st.caption(_("and {count} more").format(count=more))


def _show_recording(intake: Intake, one: Recording) -> None:
    _, action = state.translate(), one.action
    file = action.file
    with st.container(border=True):
        what = file.name if file else _("typed")
        who = intake.who(one.stamp.actor)
        st.markdown(f"**{state.plain(what)}** · {state.plain(who)} · {utc(one.stamp.time)}")
        count = _("values: {count}").format(count=len(action.rows))
        if action.removed:
            count += " · " + _("taken away: {count}").format(count=len(action.removed))
        if intake.owner is None and one.owner and one.owner != one.stamp.actor.id:
            owner = intake.scope.state.people[one.owner].name
            count += " · " + _("delivered by {name}").format(name=owner)
        said = f"{count} · {action.reason}" if action.reason else count
        st.markdown(state.plain(said))
        if file:
            st.caption(f"SHA-256 {file.sha256}")
        with st.container(horizontal=True):
            if file:
                st.download_button(
                    _("Download the file"),
                    state.guarded(partial(state.database().file, file.sha256), intake.holder),
                    file.name,
                    icon=":material/download:",
                    key=f"file-{intake.key}-{one.stamp.seq}",
                    on_click="ignore",
                )
            _offer_to_take_back(intake, one)


def _offer_to_take_back(intake: Intake, one: Recording) -> None:
    _ = state.translate()
    rows, removed = taken_back(intake.scope.held, one)
    with st.popover(_("Take back …"), disabled=intake.locked or not (rows or removed)):
        st.write(
            _(
                "Values that get back what stood there before: {count}; cells that are empty "
                "again: {gone}. What was changed since stays. Both stand in the history."
            ).format(count=len(rows), gone=len(removed))
        )
        st.button(
            _("Take back now"),
            type="primary",
            on_click=take_back,
            args=(intake, one),
            key=f"take_back-{intake.key}-{one.stamp.seq}",
        )


def take_back(intake: Intake, one: Recording) -> None:
    """Record what stood there before a recording."""
    _ = state.translate()
    what = one.action.file.name if one.action.file else _("typed")
    reason = _("taken back: {what}, {time}").format(what=what, time=utc(one.stamp.time))
    rows, removed = taken_back(intake.scope.held, one)
    now = intake.scope.held.values
    changed = [
        CellChange(row, "changed", now[row.key].row if row.key in now else None) for row in rows
    ]
    gone = [CellChange(replace(now[key].row, value=""), "removed", now[key].row) for key in removed]
    changes = Changes((*changed, *gone))
    intake.attempt(lambda: record(intake, changes, reason))


def show_history(intake: Intake) -> None:
    """What became of a unit's values of one indicator."""
    _, scope = state.translate(), intake.scope
    if not (scope.indicators and scope.units):
        st.info(_("Nothing is recorded yet."))
        return
    chosen: list[str] = []
    for title, ids in ((_("Unit"), tuple(scope.units)), (_("Indicator"), scope.indicators)):
        labels = state.distinct({one: intake.names[one] for one in ids})
        key = f"history-{intake.key}-{len(chosen)}"
        chosen.append(st.selectbox(title, ids, format_func=labels.__getitem__, key=key))
    rows = []
    for one in history_of(scope.held, *chosen):
        file = one.value.file if one.value else None
        own = intake.owner is None or one.stamp.actor.id == intake.owner.id
        rows.append(
            {
                _("Recorded (UTC)"): utc(one.stamp.time).removesuffix(" UTC"),
                _("Indicator"): state.plain(intake.name(one.key)),
                _("Value"): state.plain(value_words(one.value.row if one.value else None)),
                _("Who"): state.plain(intake.who(one.stamp.actor)),
                _("File"): state.plain(file.name) if file and own else "–",
                _("Reason"): state.plain(one.reason) or "–",
            }
        )
    if rows:
        st.table(rows, hide_index=True)
    else:
        st.info(_("Nothing is recorded for this unit and indicator yet."))
