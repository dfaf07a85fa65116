"""The days by which something is due end at midnight where the department is."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from ahp.errors import LogError
from ahp.i18n.errors import error_sentence
from ahp.process.evaluations.days import day_of, is_zone
from ahp.process.evaluations.events import (
    Appealed,
    CellKey,
    DueChanged,
    Logged,
    NoticesIssued,
    PeriodChecked,
    PeriodOpened,
    PeriodSigned,
    PersonAdded,
)
from ahp.process.evaluations.rules import objection
from ahp.process.evaluations.state import Stamp
from ahp.process.events import Actor
from ahp.report.evaluation_evidence import EvaluationEvidence
from ahp.report.evaluation_tables import periods_table

from .booked import Book

SHANGHAI = "Asia/Shanghai"
LATE, LATER = "2027-01-20T15:59:59Z", "2027-01-20T16:00:00Z"
"""The last second of 20 January in Shanghai, and the first of 21 January."""


def sentence(book: Book, action, time: str, language: str, person: str | None = None) -> str:
    actor = Actor("person", person) if person else Actor("organizer", "head")
    problem = objection(book.state, Logged(99, person, "web", time, actor, action))
    return error_sentence(problem, language) if problem else ""


def test_days_of_a_zone() -> None:
    assert [day_of(time, SHANGHAI)[-2:] for time in (LATE, LATER)] == ["20", "21"]
    assert [day_of(time, "UTC")[-2:] for time in (LATE, LATER)] == ["20", "20"]
    assert is_zone("UTC")
    names = ("", "Asia", "../passwd", "Asia/Nowhere", "a\0b")
    # what a machine says of itself, and files beside the zones
    files = ("localtime", "Factory", "posixrules", "posix/Asia/Shanghai", "right/UTC", "a" * 300)
    assert [name for name in (*names, *files) if is_zone(name)] == []
    for time, zone in (("9999-12-31T23:00:00", SHANGHAI), ("0001-01-01T01:00:00", "Etc/GMT+3")):
        with pytest.raises(LogError) as caught:
            day_of(f"{time}+00:00", zone)
        assert str(caught.value) == f"its time is '{time}+00:00'"


@pytest.mark.parametrize(
    ("zone", "late", "later", "named"),
    [
        (SHANGHAI, "", "申诉截止日期为2027-01-20（北京时间），现已逾期。", "Beijing time"),
        ("UTC", "", "", "UTC"),
    ],
)
def test_appeals_end_with_the_day_there(zone, late, later, named) -> None:
    book = Book("2026Q3")
    book.do(PeriodOpened("2026Q4", 1, "2027-01-10", {}, zone=zone))
    book.do(PersonAdded("contact", "Sun", unit="u1"), person="sun")
    book.do(PeriodChecked("2026Q4"))
    issued = NoticesIssued("2026Q4", "2027-01-20", "{}")
    past = f"Appeals until 2027-01-20 ({named}), expected today or a later date."
    assert [sentence(book, issued, time, "en") for time in (LATE, LATER)] == [
        "",
        past if later else "",
    ]
    book.do(issued)
    appealed = Appealed("2026Q4", "a", tuple(CellKey("u1", "briefings")), "why")
    said = [sentence(book, appealed, time, "zh", "sun") for time in (LATE, LATER)]
    assert said == [late, later]
    signed = PeriodSigned("2026Q4", 1, "{}")
    early = f"Units may appeal until 2027-01-20 ({named}). To sign earlier, say why."
    assert sentence(book, signed, LATE, "en") == early
    assert (sentence(book, signed, LATER, "en") == early) == (not later)


def test_the_zone_of_a_period_is_changed_with_its_dates() -> None:
    book = Book()
    changed = DueChanged("2026Q4", "2027-01-12", {}, "", "later", SHANGHAI)
    assert book.state.periods["2026Q4"].zone == "UTC"
    book.do(changed)
    book.do(DueChanged("2026Q4", "2027-01-14", {}, "", "later still"))
    held = book.state.periods["2026Q4"]
    assert (held.due, held.zone) == ("2027-01-14", SHANGHAI)
    unknown = DueChanged("2026Q4", "2027-01-12", {}, "", "later", "Mars/Base")
    assert sentence(book, unknown, LATE, "zh") == (
        "“Mars/Base” 不是时区名称，应为 'Asia/Shanghai' 之类的名称。"
    )
    opened = PeriodOpened("2027Q1", 1, "2027-04-10", {}, zone="Mars/Base")
    assert sentence(book, opened, LATE, "en") == (
        "“Mars/Base” is no time zone, expected a name such as 'Asia/Shanghai'"
    )


def test_the_dates_of_a_report_are_days_there() -> None:
    book = Book("2026Q3")
    book.do(PeriodOpened("2026Q4", 1, "2027-01-10", {}, zone=SHANGHAI))
    held = book.state.periods["2026Q4"]
    late = replace(held, checked=Stamp(3, LATER, Actor("organizer", "clerk")))
    shown = cast(EvaluationEvidence, SimpleNamespace(held=(late,)))
    table = periods_table(shown, "zh")
    assert table.title == "时间安排（北京时间）"
    assert table.rows == (("2026Q4", "2027-01-10", "2027-01-21", "", "", "", ""),)
    shown = cast(EvaluationEvidence, SimpleNamespace(held=(replace(late, zone="UTC"), held)))
    table = periods_table(shown, "en")
    assert (table.title, table.columns[-1]) == ("Dates", "Days in")
    assert [row[2] for row in table.rows] == ["2027-01-20", ""]
    assert [row[-1] for row in table.rows] == ["UTC", "Beijing time"]
