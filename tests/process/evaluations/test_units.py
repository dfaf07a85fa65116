"""Units over time: names, merging, what precedes a total, groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ahp.codec import structure, unstructure
from ahp.errors import AHPError, EntryError, EvaluationError
from ahp.evaluation.periods import PERIODS
from ahp.evaluation.scheme import Group
from ahp.i18n.errors import error_sentence
from ahp.process.evaluations.units import (
    Unit,
    active_in,
    called_alike,
    day_of,
    groups_of,
    history,
    merge_problem,
    merged,
    renamed,
    resolve,
    successor,
    unit_problem,
)
from tests.evaluation.schemes import scheme

EAST = Unit("城东支行", "一组", "张三", aliases=("东支",), id="east")
WEST = Unit("城西支行", "一组", active_from="2026-02-01", id="west")
SOUTH = Unit("城南支行", "二组", active_to="2026Q3", id="south")
NEW = Unit("新区支行", "二组", active_from="2026Q3", id="new")
UNITS = (EAST, WEST, SOUTH, NEW)


def refused(action: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(AHPError) as raised:
        action()
    return str(raised.value), error_sentence(raised.value, "zh")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-07-15", "2026-07-15", "2026-07-15"),
        ("2026/7/5", "2026-07-05", "2026-07-05"),
        ("2026年7月15日", "2026-07-15", "2026-07-15"),
        ("2026-07-15T00:00:00", "2026-07-15", "2026-07-15"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026Q1", "2026-01-01", "2026-03-31"),
        ("2026年上半年", "2026-01-01", "2026-06-30"),
        ("2028", "2028-01-01", "2028-12-31"),
    ],
)
def test_days_and_periods(text: str, first: str, last: str) -> None:
    assert (str(day_of(text)), str(day_of(text, last=True))) == (first, last)


@pytest.mark.parametrize("text", ["2026-02-30", "soon", "0000", "2026Q5"])
def test_what_is_no_day(text: str) -> None:
    assert refused(lambda: day_of(text)) == (
        f"{text!r}, expected a day such as 2026-01-31 or a period such as 2026Q1",
        f"“{text}”应为日期（如 2026-01-31）或评价期（如 2026Q1）。",
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"active_from": "soon"},
            "active_from: 'soon', expected a day such as 2026-01-31 or a period such as 2026Q1",
        ),
        (
            {"active_from": "2026Q2", "active_to": "2026Q1"},
            "active_to: is before 2026Q2, expected the day it begins with or a later one",
        ),
        (
            {"merged_from": "2026Q2"},
            "merged_from: expected merged_into and merged_from, both or none",
        ),
        (
            {"merged_into": "east"},
            "merged_from: expected merged_into and merged_from, both or none",
        ),
    ],
)
def test_units_that_cannot_be(changes: dict[str, str], message: str) -> None:
    with pytest.raises(EntryError) as raised:
        Unit("A", id="a", **changes)  # type: ignore[arg-type]
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("unit", "periods", "active"),
    [
        (EAST, "2001 2026Q1", [True, True]),
        (WEST, "2025Q4 2026-01 2026Q1 2026", [False, False, True, True]),
        (SOUTH, "2026Q3 2026-10 2026Q4", [True, False, False]),
        (NEW, "2026Q2 2026H1 2026Q3", [False, False, True]),
    ],
)
def test_active_on_one_day_or_more(unit: Unit, periods: str, active: list[bool]) -> None:
    assert [active_in(unit, period) for period in periods.split()] == active


def test_a_merged_unit_is_active_until_the_period_before() -> None:
    gone = Unit("A", id="a", merged_into="b", merged_from="2026Q3")
    assert [active_in(gone, one) for one in ("2026Q2", "2026-06", "2026-07", "2026Q3")] == [
        *(True, True, False, False)
    ]


def test_names_go_before_former_names_and_these_before_aliases() -> None:
    units = (
        Unit("总行营业部", id="a", former_names=("营业一部",), aliases=("营业部",)),
        Unit("营业一部", id="b", active_from="2026Q2"),
        Unit("Ｎｏｒｔｈ  Branch", id="c", aliases=("营业部二",)),
    )

    def found(name: str, period: str | None = None) -> str | None:
        unit = resolve(units, name, period)
        return None if unit is None else unit.id

    assert found("营业一部") == found("营业一部", "2026Q2") == "b"
    assert found("营业一部", "2026Q1") == "a"
    assert found("营业部") == "a"
    assert found("north branch") == "c"
    assert found("South") is None


def test_a_name_that_fits_two_is_refused() -> None:
    units = (Unit("A", id="a", aliases=("X",)), Unit("B", id="b", aliases=("ｘ",)))
    assert refused(lambda: resolve(units, "x")) == (
        "'x' may be 'A', 'B'; give one of them another alias",
        "“x”可能是 “A”、“B”；请为其中一家改用别的别名。",
    )


def test_units_called_alike_at_the_same_time() -> None:
    until, since = Unit("A", active_to="2026Q2", id="1"), Unit("ａ", active_from="2026Q3", id="2")
    assert list(called_alike((until, since), "quarter")) == []
    other = Unit("B", aliases=("A",), id="3")
    assert list(called_alike((until, since, other), "quarter")) == [(0, 2, "A")]
    assert list(called_alike((EAST, WEST, SOUTH), "quarter")) == []


@pytest.mark.parametrize(
    ("last", "first", "alike_in"),
    [
        ("2026-01-31", "2026-02-01", ["quarter", "half", "year"]),
        ("2026-02-15", "2026-02-16", ["month", "quarter", "half", "year"]),
        ("2026Q1", "2026Q2", ["half", "year"]),
        ("2026H1", "2026H2", ["year"]),
        ("2025", "2026", []),
    ],
)
def test_units_of_one_name_share_no_period(last: str, first: str, alike_in: list[str]) -> None:
    """Days that don't overlap are not enough: a period has one unit of a name."""
    units = (Unit("A", active_from=first, id="2"), Unit("A", active_to=last, id="1"))
    assert [kind for kind in PERIODS if list(called_alike(units, kind))] == alike_in


@pytest.mark.parametrize(
    ("unit", "english", "chinese"),
    [
        (Unit(" ", id="x"), "a unit has no name", "单位名称不能为空。"),
        (
            Unit("城东 支行", aliases=("东支",), id="x"),
            "'东支' is what '城东支行' is called in the same period, expected another",
            "“东支”与同一时期的“城东支行”重名，请换一个名称。",
        ),
    ],
)
def test_units_that_a_list_cannot_take(unit: Unit, english: str, chinese: str) -> None:
    problem = unit_problem(UNITS, unit, "quarter")
    assert problem is not None
    assert (str(problem), error_sentence(problem, "zh")) == (english, chinese)


def test_a_unit_may_be_changed_and_take_a_name_that_is_free() -> None:
    assert unit_problem(UNITS, Unit("城东支行", "二组", id="east"), "quarter") is None
    assert unit_problem(UNITS, Unit("城南支行", active_from="2026Q4", id="x"), "quarter") is None


def test_renaming_keeps_the_names_before() -> None:
    units = renamed(UNITS, "east", " 东城  支行 ")
    assert units[0] == Unit(
        "东城 支行", "一组", "张三", aliases=("东支",), id="east", former_names=("城东支行",)
    )
    assert units[1:] == UNITS[1:]
    again = renamed(renamed(units, "east", "东支"), "east", "城东支行")[0]
    assert (again.name, again.former_names, again.aliases) == (
        "城东支行",
        ("东城 支行", "东支"),
        (),
    )
    assert resolve((again,), "东城 支行") == again


@pytest.mark.parametrize(
    ("unit", "name", "english", "chinese"),
    [
        ("north", "A", "'north' is no unit of the list", "单位名录中没有“north”。"),
        ("east", "城东支行", "the unit is called '城东支行' already", "该单位现名即为“城东支行”。"),
        (
            *("gone", "A"),
            "'旧支行' went into '城东支行' from 2026Q1 on",
            "“旧支行”自 2026Q1 起已并入“城东支行”。",
        ),
    ],
)
def test_names_that_a_unit_cannot_have(unit: str, name: str, english: str, chinese: str) -> None:
    gone = Unit("旧支行", id="gone", merged_into="east", merged_from="2026Q1")
    assert refused(lambda: renamed((*UNITS, gone), unit, name)) == (english, chinese)


def test_merging() -> None:
    units = merged(UNITS, "west", "east", "2026年第3季度")
    assert units[1] == Unit(
        "城西支行",
        *("一组",),
        active_from="2026-02-01",
        id="west",
        merged_into="east",
        merged_from="2026Q3",
    )
    assert (units[0], units[2:]) == (EAST, UNITS[2:])
    assert [successor(units, one) for one in ("west", "east", "south")] == ["east", "east", "south"]


@pytest.mark.parametrize(
    ("unit", "into", "period", "english", "chinese"),
    [
        (*("x", "east", "2026Q3"), "'x' is no unit of the list", "单位名录中没有“x”。"),
        (*("east", "x", "2026Q3"), "'x' is no unit of the list", "单位名录中没有“x”。"),
        (
            *("east", "east", "2026Q3"),
            "'城东支行' can't go into itself",
            "“城东支行”不能并入自身。",
        ),
        (
            *("west", "south", "2026Q3"),
            "'城西支行' went into '城东支行' from 2026Q2 on",
            "“城西支行”自 2026Q2 起已并入“城东支行”。",
        ),
        (
            *("south", "west", "2026Q3"),
            "'城西支行' went into '城东支行' from 2026Q2 on",
            "“城西支行”自 2026Q2 起已并入“城东支行”。",
        ),
        (
            *("east", "west", "2026Q3"),
            "'城西支行' went into '城东支行' from 2026Q2 on",
            "“城西支行”自 2026Q2 起已并入“城东支行”。",
        ),
        (
            *("new", "east", "2026Q3"),
            "'新区支行' is not active in 2026Q2",
            "“新区支行”在 2026Q2 不参评。",
        ),
        (
            *("east", "south", "2026Q4"),
            "'城南支行' is not active in 2026Q4",
            "“城南支行”在 2026Q4 不参评。",
        ),
    ],
)
def test_units_that_cannot_merge(
    unit: str, into: str, period: str, english: str, chinese: str
) -> None:
    units = merged(UNITS, "west", "east", "2026Q2")
    problem = merge_problem(units, unit, into, period)
    assert problem is not None
    assert (str(problem), error_sentence(problem, "zh")) == (english, chinese)
    assert refused(lambda: merged(units, unit, into, period)) == (english, chinese)


def test_what_precedes_a_total() -> None:
    """West goes into east, and that, called otherwise, into new."""
    units = merged(UNITS, "west", "east", "2026Q3")
    units = merged(renamed(units, "east", "东城支行"), "east", "new", "2026Q4")
    quarters = ["2025Q4", "2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1"]
    assert history(units, "new", quarters) == (
        ("2025Q4", ("east",)),
        ("2026Q1", ("east", "west")),
        ("2026Q2", ("east", "west")),
        ("2026Q3", ("new", "east")),
        ("2026Q4", ("new",)),
        ("2027Q1", ("new",)),
    )
    assert history(units, "west", quarters) == (("2026Q1", ("west",)), ("2026Q2", ("west",)))
    assert history(units, "south", quarters[3:]) == (("2026Q3", ("south",)),)
    assert {successor(units, one) for one in ("west", "east", "new")} == {"new"}


ONE = scheme({"x": 1})


def test_groups_of_a_scheme_without_any() -> None:
    assert groups_of(UNITS, "2026Q3", ONE) == (
        Group("group1", {"en": "一组"}, ("城东支行", "城西支行")),
        Group("group2", {"en": "二组"}, ("城南支行", "新区支行")),
    )
    assert groups_of(UNITS, "2026-01", ONE) == (
        Group("group1", {"en": "一组"}, ("城东支行",)),
        Group("group2", {"en": "二组"}, ("城南支行",)),
    )


def test_units_without_a_group_are_one_together() -> None:
    alone = (Unit("A", id="a"), Unit("B", id="b"))
    assert groups_of(alone, "2026Q1", ONE) == (Group("group1", {"en": "All units"}, ("A", "B")),)
    found = groups_of(
        (Unit("C", "ｌarge", id="c"), *alone, Unit("D", "Large", id="d")), "2026Q1", ONE
    )
    assert found == (
        Group("group1", {"en": "ｌarge"}, ("C", "D")),
        Group("group2", {"en": "Other units"}, ("A", "B")),
    )


def test_groups_that_a_scheme_has() -> None:
    rules = scheme(
        {"x": 1},
        groups=(
            Group("group1", {"en": "Large"}, ("North", "A")),
            Group("small", {"en": "Small"}, ("South",)),
            Group("far", {"en": "Far"}, ("East",)),
        ),
    )
    units = (
        Unit("W", "Rural", id="w"),
        Unit("A", id="a"),
        Unit("B", "SMALL", id="b"),
        Unit("C", "large", id="c"),
        Unit("D", id="d"),
    )
    assert groups_of(units, "2026Q1", rules) == (
        Group("group1", {"en": "Large"}, ("A", "C")),
        Group("small", {"en": "Small"}, ("B",)),
        Group("group2", {"en": "Rural"}, ("W",)),
        Group("group3", {"en": "Other units"}, ("D",)),
    )


def test_two_of_one_name_in_one_period() -> None:
    """They follow each other inside the second quarter."""
    units = (
        Unit("A", active_to="2026-05-10", id="1"),
        Unit("A", active_from="2026-05-11", id="2"),
    )
    assert refused(lambda: groups_of(units, "2026Q2", ONE)) == (
        "two units are called 'A' in 2026Q2, expected one",
        "2026Q2 有两家单位都叫“A”，只应有一家。",
    )
    assert groups_of(units, "2026Q3", ONE)[0].units == ("A",)


def test_units_are_written_and_read_back() -> None:
    (unit,) = merged((*renamed((EAST,), "east", "东城支行"), NEW), "east", "new", "2026Q4")[:1]
    assert structure(unstructure(unit), Unit, "units.json", EvaluationError) == unit
    with pytest.raises(EvaluationError) as raised:
        structure({"id": "a", "name": "A", "active_to": "?"}, Unit, "units.json", EvaluationError)
    assert str(raised.value) == (
        "units.json: active_to: '?', expected a day such as 2026-01-31 or a period such as 2026Q1"
    )
