"""Evaluations that tests of pages begin with."""

from __future__ import annotations

from ahp.evaluation import Scheme, load_scheme
from ahp.process.evaluations.events import (
    PeriodOpened,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.units import Unit
from ahp.store import EvaluationInfo, Store

PACK = "supervision_effectiveness"
UNITS = {"north": "北城支行", "south": "南城支行", "east": "东城支行"}


def begun(store: Store, scheme: Scheme | None = None) -> EvaluationInfo:
    """An evaluation with a scheme in force."""
    made = store.create_evaluation("2026 <b>年度</b>")
    content = (scheme or load_scheme(PACK)).content
    store.act(made.id, SchemeProposed(1, content, reason="first"))
    store.act(made.id, SchemeApproved(1))
    return made


def with_units(store: Store, units: dict[str, str] = UNITS) -> EvaluationInfo:
    """An evaluation with a scheme and units."""
    made = begun(store)
    for key, name in units.items():
        store.act(made.id, UnitAdded(Unit(id=key, name=name)))
    return made


def opened(
    store: Store, period: str = "2026Q1", due: str = "2026-04-10", zone: str = ""
) -> EvaluationInfo:
    """An evaluation with an open period."""
    made = with_units(store)
    store.act(made.id, PeriodOpened(period, 1, due, {}, "2026-04-15", zone))
    return made
