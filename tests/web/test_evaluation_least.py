"""The least that a period can have: one unit and one indicator, or nothing that came in."""

from __future__ import annotations

import pytest

from ahp.evaluation.scheme import scheme_from_toml
from ahp.process.evaluations.events import (
    PeriodChecked,
    PeriodOpened,
    RatingClosed,
    RatingOpened,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.next_step import PAGES
from ahp.process.evaluations.units import Unit
from ahp.process.events import Actor
from ahp.store import Store
from tests.evaluation_case import FAR, PERIOD, SCHEME, WORDS

pytestmark = pytest.mark.slow

ONE = """
format = 1
id = "one"
version = "1"
languages = ["zh", "en"]
name = { zh = "一项", en = "One" }
[period]
kind = "quarter"
[missing]
not_reported = "zero"
share = 0.5
[digits]
weights = 2
points = 2
total = 1
[[nodes]]
id = "goal"
name = { zh = "效能", en = "Effectiveness" }
[[nodes]]
id = "errors"
parent = "goal"
name = { zh = "差错发现率", en = "Errors found" }
[[indicators]]
id = "errors"
rule = { kind = "measured", low = 0, high = 100 }
[[bands]]
id = "good"
at_least = 80
name = { zh = "良好", en = "Good" }
[[bands]]
id = "poor"
at_least = 0
name = { zh = "较差", en = "Poor" }
[weights]
errors = 1
"""


def people(store: Store) -> tuple[Store, Store]:
    """The store as the clerk has it, and as the head has it."""
    store.add_account("管理员", WORDS, ["administrator"])
    clerk, head = (
        store.add_account(name, WORDS, [role]).id
        for name, role in (("王芳", "organizer"), ("李主任", "head"))
    )
    return store.by(Actor("organizer", clerk)), store.by(Actor("organizer", head))


def opened(clerk: Store, scheme: str, units: tuple[str, ...]) -> str:
    """An evaluation with an open period."""
    made = clerk.create_evaluation("效能评价").id
    actions = [
        SchemeProposed(1, scheme_from_toml(scheme, "scheme.toml").content),
        SchemeApproved(1),
        *(UnitAdded(Unit(id=name, name=name)) for name in units),
        PeriodOpened(PERIOD, 1, "2026-04-10", {}, "2026-04-20", "Asia/Shanghai"),
    ]
    clerk.act_together(made, actions)
    return made


def signed(visit, clerk: Store, head: Store, made: str, unit: str) -> list[tuple[str, str]]:
    """The totals that a unit reads, in the notice and once it is signed; all pages are opened."""
    session = clerk.open_organizer(None)

    def walk(language: str) -> None:
        for page in PAGES:
            app = visit(session, f"evaluation_{page}", language)
            assert [one.value for one in app.error] == [], page

    walk("zh")
    clerk.act(made, PeriodChecked(PERIOD))
    contact = clerk.add_person(made, "contact", "孙", unit=unit).person.id
    clerk.issue_notices(made, PERIOD, FAR)
    link = clerk.open_link(clerk.issue_person_link(contact), None)
    notice = visit(link, None, "zh")
    head.sign(made, PERIOD, early="已书面确认")
    walk("en")
    metrics = (*notice.metric, *visit(link, None, "en").metric)
    clerk.verify_evaluations()
    return [(one.label, one.value) for one in metrics]


def test_one_unit_with_one_indicator(visit, store) -> None:
    clerk, head = people(store)
    made = opened(clerk, ONE, ("甲",))
    clerk.record_values(made, PERIOD, [Row("甲", "errors", "90")])
    assert signed(visit, clerk, head, made, "甲") == [
        *(("总分", "90.0"), ("档次", "良好"), ("组内名次", "1 / 1")),
        *(("Total", "90.0"), ("Band", "Good"), ("Rank in group", "1 of 1")),
    ]


def test_nobody_delivered_or_rated_anything(visit, store) -> None:
    clerk, head = people(store)
    made = opened(clerk, SCHEME, ("甲", "乙"))
    clerk.add_person(made, "rater", "赵评")
    clerk.act_together(made, [RatingOpened(PERIOD, 1, (), "2026-04-20"), RatingClosed(PERIOD, 1)])
    # less is known than the share that a total takes
    labels = ("总分", "档次", "组内名次", "Total", "Band", "Rank in group")
    assert signed(visit, clerk, head, made, "甲") == [(label, "–") for label in labels]
