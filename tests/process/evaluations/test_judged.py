"""Which units' values a period comes to."""

from __future__ import annotations

from decimal import Decimal

from ahp.process.evaluations.events import PeriodOpened, Row, UnitAdded, UnitChanged
from ahp.process.evaluations.judged import evidence_of, records_of, result_of
from ahp.process.evaluations.units import Unit
from tests.evaluation.schemes import scheme

from .booked import Book

NEXT, NAME = "2027Q1", "甲市监督中心"


def test_a_unit_that_takes_the_name_of_one_that_has_ended() -> None:
    book = Book(scheme=scheme({"a": "0.5", "b": "0.5"}))
    book.do(UnitChanged(Unit(NAME, id="u1", active_to="2026-12-31")))
    book.do(UnitAdded(Unit(NAME, id="new", active_from="2027-01-01")))
    book.record(Row("u1", "a", "50"))
    book.do(PeriodOpened(NEXT, 1, "2027-04-10", {}))
    book.record(Row("new", "a", "90"), Row("new", "b", "70"), period=NEXT)
    assert result_of(book.state, NEXT).total(NAME, NEXT) == Decimal("80.0")
    found = {
        period: [
            (one["indicator"], one["value"])
            for one in records_of(book.state, period)
            if one["unit"] == NAME
        ]
        for period in ("2026Q4", NEXT)
    }
    assert found == {"2026Q4": [("a", "50"), ("b", "not due")], NEXT: [("a", "90"), ("b", "70")]}
    units = [set(evidence_of(book.state, period, 0)["units"]) for period in ("2026Q4", NEXT)]
    others = {f"u{k}" for k in range(2, 13)}
    assert units == [{"u1", *others}, {"new", *others}]
