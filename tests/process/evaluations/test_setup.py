"""What the pages of scheme, units and periods show and do, without pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation import load_scheme, parse_period
from ahp.evaluation.scheme import Group, Scheme
from ahp.process.evaluations.deliveries import (
    Delivery,
    deliveries,
    next_period,
    periods_to_open,
    reminders,
)
from ahp.process.evaluations.events import (
    CellKey,
    Logged,
    PeriodOpened,
    Row,
    UnitAdded,
    UnitChanged,
    UnitMerged,
    WeightsSource,
)
from ahp.process.evaluations.people import contacts_to_add, indicators_for
from ahp.process.evaluations.scheme_work import (
    SchemeWork,
    approval_problem,
    try_on,
    version_problem,
)
from ahp.process.evaluations.state import (
    EvaluationState,
    PeriodState,
    Person,
    SchemeVersion,
    Stamp,
    Value,
)
from ahp.process.evaluations.unit_changes import (
    changed,
    happened_to,
    joining,
    not_listed,
    units_named_by,
)
from ahp.process.evaluations.units import Unit, UnitEntry
from ahp.process.events import Actor
from ahp.process.scheme_draft import SchemeDraft
from tests.evaluation.schemes import scheme

LI, WANG, NOBODY = Actor("organizer", "li"), Actor("organizer", "wang"), Actor("organizer")
NORTH, SOUTH = Unit(id="north", name="北城支行"), Unit(id="south", name="南城支行")
PACK = "supervision_effectiveness"


def at(seq: int = 1, actor: Actor = LI) -> Stamp:
    return Stamp(seq, "2026-04-01T08:00:00.000000+00:00", actor)


def version(of: Scheme, number: int = 1, *, approved: bool = True) -> SchemeVersion:
    return SchemeVersion(number, of, WeightsSource(), "", at(), at() if approved else None)


def running(of: Scheme, period: str = "2026Q1", **values: str) -> EvaluationState:
    """With two units and an open period; values by unit and indicator, `north_a`."""
    held = {}
    for name, value in values.items():
        unit, leaf = name.split("_")
        held[CellKey(unit, leaf)] = Value(Row(unit, leaf, value), at())
    opened = PeriodState(
        parse_period(period), version(of), at(), "2026-04-10", {"b": "2026-04-05"}, "", "UTC", held
    )
    return EvaluationState(versions=(version(of),), units=(NORTH, SOUTH), periods={period: opened})


def person(key: str, role: str = "data_owner", **about: object) -> Person:
    of = {"name": key.title(), "organization": "", "unit": "", "indicators": (), "added_seq": 1}
    return Person(key, role, **{**of, **about})


TWO = scheme({"a": "0.5", "b": "0.5"})


def test_deliveries_of_a_period() -> None:
    now = running(TWO, north_a="90", south_a="80", north_b="70")
    now = replace(now, people={"wang": person("wang", indicators=("b",))})
    held = now.periods["2026Q1"]
    assert deliveries(now, held) == (
        Delivery("a", (), "2026-04-10", (), 2),
        Delivery("b", ("wang",), "2026-04-05", ("south",), 2),
    )
    b = deliveries(now, held)[1]
    assert (b.received, b.late("2026-04-05"), b.late("2026-04-06")) == (1, False, True)
    assert not deliveries(now, held)[0].late("2026-12-31")
    assert list(reminders(now, held)) == [(now.people["wang"], (b,))]


def test_a_merged_unit_delivers_no_more() -> None:
    gone = replace(SOUTH, merged_into="north", merged_from="2026Q1")
    now = replace(running(TWO), units=(NORTH, gone))
    assert [one.missing for one in deliveries(now, now.periods["2026Q1"])] == [("north",)] * 2


def test_what_is_rated_is_not_delivered() -> None:
    pack = load_scheme(PACK)
    rated = set(indicators_for("rater", pack))
    delivered = [
        one.indicator for one in deliveries(running(pack), running(pack).periods["2026Q1"])
    ]
    assert len(delivered) == 9
    assert not rated & set(delivered)
    in_order = tuple(leaf for leaf in pack.indicator if leaf in rated)
    assert indicators_for("data_owner", pack) == (*delivered, *pack.events, *in_order)
    assert indicators_for("contact", pack) == ()


@pytest.mark.parametrize(
    ("today", "expected"),
    [(date(2026, 1, 2), "2025Q4"), (date(2026, 5, 31), "2026Q1"), (date(2026, 12, 31), "2026Q3")],
)
def test_the_first_period_is_the_last_that_is_over(today: date, expected: str) -> None:
    assert str(next_period(EvaluationState(), TWO, today)) == expected


def test_a_scheme_that_holds_for_none_of_the_periods() -> None:
    later = replace(TWO, effective_from=date(2031, 1, 1))
    assert periods_to_open(EvaluationState(), later, date(2026, 5, 1)) == ()
    assert next_period(EvaluationState(), later, date(2026, 5, 1)) is None
    soon = replace(TWO, effective_to=date(2026, 3, 31))
    assert str(next_period(running(TWO, "2026Q1"), soon, date(2026, 5, 1))) == "2025Q4"


def test_units_that_a_scheme_names() -> None:
    groups = (Group("urban", {"en": "Urban"}, ("北城支行", "西城支行")),)
    named = units_named_by(replace(TWO, groups=groups), "zh")
    assert named == (UnitEntry("北城支行", "Urban"), UnitEntry("西城支行", "Urban"))
    assert not_listed((NORTH, SOUTH), named) == named[1:]


def test_new_units_begin_with_the_first_free_day() -> None:
    over = UnitEntry("东城支行", active_to="2025Q4")
    later = UnitEntry("西城支行", active_from="2026Q3")
    new = UnitEntry("中城支行", active_to="2026Q4")
    joined = (over, later, replace(new, active_from="2026-04-01"))
    assert joining((over, later, new), date(2026, 4, 1)) == joined
    assert joining((over, later, new), None) == (over, later, new)


def test_a_changed_unit_keeps_its_names() -> None:
    new = changed((NORTH, SOUTH), "north", UnitEntry("城北支行", "城区", aliases=("北城",)))
    assert new == replace(
        NORTH, name="城北支行", group="城区", aliases=("北城",), former_names=("北城支行",)
    )
    assert changed((NORTH, SOUTH), "north", UnitEntry("北城支行", contact="李明")) == replace(
        NORTH, contact="李明"
    )


def test_what_happened_to_a_unit() -> None:
    actions = [
        UnitAdded(NORTH),
        UnitAdded(SOUTH),
        UnitChanged(replace(SOUTH, contact="李明")),
        PeriodOpened("2026Q1", 1, "2026-04-10", {}),
        UnitMerged("south", "north", "2026Q2"),
    ]
    log = [Logged(k, None, "organizer", "", LI, one) for k, one in enumerate(actions, start=1)]
    assert [one.seq for one in happened_to(log, "north")] == [1, 5]
    assert [one.seq for one in happened_to(log, "south")] == [2, 3, 5]


def test_contacts_that_the_list_names() -> None:
    units = (
        replace(NORTH, contact="李明"),
        replace(SOUTH, contact="李明"),
        Unit(id="east", name="东城支行", contact="赵六"),
        Unit(id="west", name="西城支行", contact="王五", merged_into="north", merged_from="2026Q1"),
        Unit(id="hall", name="营业部"),
    )
    served = person("one", "contact", name="赵六", unit="east")
    now = EvaluationState(units=units, people={"one": served})
    assert contacts_to_add(now) == {"north": "李明", "south": "李明 · 南城支行"}


def test_a_version_is_undone_step_by_step() -> None:
    first = SchemeWork(SchemeDraft.of(TWO))
    draft, _said = first.draft.weigh("goal", {"a": 3, "b": 1})
    second = first.to(draft, WeightsSource("given"))
    third = second.to(second.draft.put(version="2"))
    assert (second.step, third.step, third.weights) == (1, 2, WeightsSource("given"))
    assert third.draft.scheme().weights == {"a": Fraction("0.75"), "b": Fraction("0.25")}
    back = third.undone()
    assert (back.draft, back.weights, back.step) == (second.draft, WeightsSource("given"), 3)
    begin = back.undone()
    assert (begin.draft, begin.weights, begin.step) == (first.draft, WeightsSource(), 4)
    assert begin.undone() == begin


def test_versions_that_can_t_be_proposed() -> None:
    now = running(TWO)
    other = replace(TWO, weights={"a": Fraction("0.4"), "b": Fraction("0.6")})
    assert version_problem(EvaluationState(), TWO) is None
    assert str(version_problem(now, TWO)) == ("Nothing differs from version 1, which is in force.")
    assert str(version_problem(now, other)) == (
        "The scheme in force is version '1', too: give the changed one another version."
    )
    assert version_problem(now, replace(other, version="2")) is None


def test_who_may_approve() -> None:
    now = running(TWO)
    assert approval_problem(now, LI) is None
    waiting = replace(now, versions=(*now.versions, version(TWO, 2, approved=False)))
    assert approval_problem(replace(waiting, periods={}), LI) is None
    assert approval_problem(waiting, WANG) is None
    assert str(approval_problem(waiting, LI)) == (
        "This takes two people: somebody else has to do the second step."
    )
    assert approval_problem(waiting, NOBODY).code == "second_person_without_account"


def test_a_trial_on_a_period() -> None:
    now = running(TWO, north_a="90", north_b="70", south_a="60", south_b="80")
    run = try_on(now, "2026Q1", replace(TWO, weights={"a": Fraction(1), "b": Fraction(0)}))
    assert [(one.unit, str(one.total_old), str(one.total_new)) for one in run.units] == [
        ("北城支行", "80.0", "90.0"),
        ("南城支行", "70.0", "60.0"),
    ]
    assert [one.weights for one in run.units] == [10, -10]
    gone = (replace(NORTH, active_from="2027Q1"), replace(SOUTH, active_from="2027Q1"))
    with pytest.raises(EvaluationError) as raised:
        try_on(replace(now, units=gone), "2026Q1", TWO)
    assert str(raised.value) == "There are no values of 2026Q1 to try the scheme on."
