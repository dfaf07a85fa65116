"""A small department that scores three units, for tests of evaluations."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ahp.evaluation.rules import Grade, Rated
from ahp.evaluation.scheme import Deduction, Scheme, Veto
from ahp.process.evaluations.events import (
    CellKey,
    Done,
    EntryConfirmed,
    PeriodChecked,
    PeriodOpened,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.events import Rated as RatedEvent
from ahp.process.evaluations.state import EvaluationState, PeriodState
from ahp.process.evaluations.units import Unit
from ahp.process.events import Actor
from ahp.store import Store
from tests.evaluation.schemes import scheme

GRADES = tuple(
    Grade(f"g{points}", Fraction(points), {"en": f"Grade {points}"}, {"en": f"Worth {points}."})
    for points in (100, 75, 50, 25, 0)
)


def small_scheme(**changes: object) -> Scheme:
    """A measured indicator of .6, a rated one of .4, a deduction and a veto."""
    settings = {
        "rules": {"rated": Rated(grades="five")},
        "grades": {"five": GRADES},
        "deductions": (Deduction("late", {"en": "Late report"}, Fraction(2)),),
        "vetoes": (Veto("case", {"en": "A case"}, "zero"),),
    }
    return scheme({"measured": ".6", "rated": ".4"}, **{**settings, **changes})


@dataclass
class Department:
    """An evaluation with three units and two accounts.

    Attributes:
        store: of nobody.
        clerk, head: the same store, by them.
        id: of the evaluation.
    """

    store: Store
    clerk: Store
    head: Store
    id: str

    @classmethod
    def of(cls, store: Store) -> Department:
        """With the small scheme in force and units A, B and C, whose ids are a, b and c."""
        password = "correct horse battery staple"
        store.add_account("Wang", password, ("administrator", "organizer"))
        store.add_account("Li", password, ("head",))
        by = {one.name: store.by(Actor("organizer", one.id)) for one in store.accounts()}
        made = by["Wang"].create_evaluation("Quarters", "simulated")
        department = cls(store, by["Wang"], by["Li"], made.id)
        department.do(SchemeProposed(1, small_scheme().content), SchemeApproved(1))
        department.do(*(UnitAdded(Unit(one, id=one.lower())) for one in "ABC"))
        return department

    def do(self, *actions: Done) -> EvaluationState:
        """Things that the clerk does."""
        return self.clerk.act_together(self.id, actions)

    @property
    def now(self) -> EvaluationState:
        """The state."""
        return self.store.evaluation_state(self.id)

    def period(self, name: str = "2026Q1") -> PeriodState:
        """A period."""
        return self.now.periods[name]

    def open(self, name: str = "2026Q1") -> None:
        """Open a period."""
        self.do(PeriodOpened(name, 1, "2026-04-10", {}))

    def record(self, *rows: Row, period: str = "2026Q1") -> None:
        """Values that the clerk types."""
        self.clerk.record_values(self.id, period, rows)

    def rate(self, value: str = "g75", period: str = "2026Q1") -> list[str]:
        """Two raters rate everything alike; returns their ids."""
        raters = [one for one in self.store.people(self.id) if one.person.role == "rater"]
        ids = [one.person.id for one in raters]
        for name in ("Zhao", "Qian")[len(ids) :]:
            ids.append(self.clerk.add_person(self.id, "rater", name).person.id)
        self.do(RatingOpened(period, 1, (), "2026-04-20"))
        for rater in ids:
            for unit in "abc":
                self.store.act_as(rater, RatedEvent(period, 1, unit, "rated", value))
            self.store.act_as(rater, RatingsSubmitted(period, 1))
        self.do(RatingClosed(period, 1))
        return ids

    def deliver(self, period: str = "2026Q1") -> None:
        """All values, with a deduction of B that the head confirms; then the check is finished."""
        self.open(period)
        self.record(
            Row("a", "measured", "90"),
            Row("b", "measured", "80"),
            Row("c", "measured", "70"),
            Row("b", "late", "1", evidence="No. 7"),
            period=period,
        )
        self.rate(period=period)
        self.confirm(CellKey("b", "late"), period)
        self.do(PeriodChecked(period))

    def confirm(self, key: CellKey, period: str = "2026Q1") -> None:
        """The head confirms an entry."""
        seq = self.period(period).values[key].stamp.seq
        self.head.act(self.id, EntryConfirmed(period, tuple(key), seq))
