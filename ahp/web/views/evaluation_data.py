"""Data in: files of offices, typed values, what was recorded."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ahp.exchange.deliveries import Scope
from ahp.web import state
from ahp.web.delivering import show_intake
from ahp.web.evaluating import attempt, begin, pick_period, show_next
from ahp.web.intake import Intake, closed_words

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
    st.info(state.plain(closed_words(intake)))
show_intake(intake)
