"""Evaluations whose periods are open: without a database, its events one after the other; and in a
store.
"""

from __future__ import annotations

from ahp.evaluation import Scheme, load_scheme
from ahp.process.evaluations.events import (
    Done,
    Logged,
    PeriodOpened,
    PersonAdded,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
    ValuesRecorded,
)
from ahp.process.evaluations.rules import objection
from ahp.process.evaluations.state import EvaluationState, fold
from ahp.process.evaluations.units import Unit
from ahp.process.events import ORGANIZER, Actor
from ahp.store import EvaluationInfo, Store

UNITS = {f"u{k}": f"{name}市监督中心" for k, name in enumerate("甲乙丙丁戊己庚辛壬癸子丑", start=1)}
PERIOD = "2026Q4"


class Book:
    """An evaluation with the scheme of the pack, its 12 units, and some periods."""

    def __init__(self, *periods: str, scheme: Scheme | None = None) -> None:
        self.state = EvaluationState(seq=1, title="2026")
        chosen = scheme or load_scheme("supervision_effectiveness")
        self.do(SchemeProposed(1, chosen.content))
        self.do(SchemeApproved(1))
        for key, name in UNITS.items():
            self.do(UnitAdded(Unit(id=key, name=name)))
        for period in periods or (PERIOD,):
            self.do(PeriodOpened(period, 1, "2027-01-10", {"briefings": "2027-01-05"}))

    def do(self, action: Done, *, person: str | None = None, by: str | None = None) -> None:
        """Something happens; it must be possible."""
        actor = ORGANIZER if by is None else Actor("person", by)
        time = f"2026-10-01T08:00:{self.state.seq % 60:02d}Z"
        event = Logged(self.state.seq + 1, by or person, "web", time, actor, action)
        problem = objection(self.state, event)
        assert problem is None, problem
        self.state = fold([event], self.state)

    def record(self, *rows: Row, period: str = PERIOD, by: str | None = None, **said) -> None:
        """Values come in."""
        self.do(ValuesRecorded(period, rows, **said), by=by)

    def owner(self, key: str, name: str, *indicators: str) -> None:
        """Somebody delivers these."""
        self.do(PersonAdded("data_owner", name, indicators=indicators), person=key)


def started(store: Store, *periods: str) -> EvaluationInfo:
    """An evaluation of the pack's 12 units, with these periods open."""
    made = store.create_evaluation("2026")
    scheme = load_scheme("supervision_effectiveness")
    store.act_together(made.id, [SchemeProposed(1, scheme.content), SchemeApproved(1)])
    store.act_together(made.id, [UnitAdded(Unit(id=one, name=name)) for one, name in UNITS.items()])
    for period in periods or (PERIOD,):
        store.act(made.id, PeriodOpened(period, 1, "2027-01-10", {"briefings": "2027-01-05"}))
    return made
