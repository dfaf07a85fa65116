"""Data in: files of offices, typed values, what was recorded."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ahp.exchange.deliveries import Scope
from ahp.web import delivering, state
from ahp.web.delivering import Intake
from ahp.web.evaluating import attempt, begin, pick_period, show_next

desk = begin("data")
_ = state.translate()
held = pick_period(desk)
period = str(held.period)
show_next(desk, "data", period)
is_open = held.stage == "open"
intake = Intake(
    desk.id,
    Scope(desk.now, period),
    desk.names(held.scheme),
    partial(attempt, desk),
    desk.who,
    locked=not (is_open and state.may("run_evaluations")),
)
if not is_open:
    st.info(state.plain(delivering.closed_words(intake)))
delivering.show_recorded(intake)
upload, typing, files, history = st.tabs(
    [_("Import a file"), _("Type values"), _("Recorded so far"), _("History of a value")]
)
with upload:
    with st.expander(_("Templates for those who deliver data"), icon=":material/table_view:"):
        st.caption(
            _("A workbook for each data owner: units down, their indicators across.")
            if intake.owners()
            else _(
                "No data owner is named yet: name them on the page “Period”, and each gets a "
                "workbook of their own indicators."
            )
        )
        delivering.show_templates(intake)
    delivering.show_upload(intake)
with typing:
    delivering.show_grid(intake)
with files:
    delivering.show_recordings(intake)
with history:
    delivering.show_history(intake)
