"""A finished evaluation to look at: a year of the shipped, simulated data, step by step as a
department would have done it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from ...datafile import jcs
from ...evaluation.periods import parse_period
from ...evaluation.scheme import Scheme, load_scheme
from ...resources import data_folder
from ..events import Actor
from .events import (
    AppealDecided,
    Appealed,
    CellKey,
    CorrectionProposed,
    Done,
    EntryConfirmed,
    NoticeOpened,
    NoticesIssued,
    PeriodChecked,
    PeriodOpened,
    PeriodSigned,
    PersonAdded,
    Rated,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
    ValuesRecorded,
)
from .judged import evidence_of
from .rules import rated_leaves
from .state import EvaluationState
from .units import Unit

SCHEME = "supervision_effectiveness"
CLERK, HEAD = Actor("organizer", "example-clerk"), Actor("organizer", "example-head")
"""Two people who are not there: no account has these ids."""

PERIODS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
SITES = ("甲乙丙丁戊己", "庚辛壬癸子丑")
"""Names of units begin with one of these; each text is a peer group."""


class Step(NamedTuple):
    """Something that was done.

    Attributes:
        actor: by whom.
        actions: what, in one go.
        person: whom it is about, or who did it.
    """

    actor: Actor
    actions: tuple[Done, ...]
    person: str | None = None


@dataclass(frozen=True)
class Words:
    """What the people of the example wrote, in one language."""

    groups: tuple[str, str]
    appeal: str
    granted: str
    rejected_appeal: str
    rejected: str
    correction: str
    early: str


WORDS = {
    "zh": Words(
        ("一组", "二组"),
        "本季另有一篇简报于季末最后一日被采用，未计入。",
        "经核对办公室采用登记，情况属实，予以更正。",
        "迟报系系统故障所致，请免予扣分。",
        "方案未规定系统故障可以免扣，且未按规定事先报告，维持原扣分。",
        "培训登记漏记一期，学时合计更正。",
        "示例：各单位均已确认，提前签批。",
    ),
    "en": Words(
        ("Group 1", "Group 2"),
        "One more briefing was adopted on the last day of the quarter and is not counted.",
        "The office's register confirms it; corrected.",
        "The report was late because the system was down. Please waive the deduction.",
        "The scheme has no such exception, and it was not reported beforehand.",
        "One course was missing in the register; hours corrected.",
        "Example: all units agree.",
    ),
}


def example_steps(language: str, today: date, now: Callable[[], EvaluationState]) -> Iterator[Step]:
    """What was done, in order.

    Args:
        language: of what people wrote.
        today: when it is played.
        now: the state after the steps so far.
    """
    words, scheme = WORDS[language], load_scheme(SCHEME)
    records = _records()
    names = list(dict.fromkeys(record["unit"] for record in records))
    names.sort(key=lambda name: "".join(SITES).index(name[0]))
    ids = {name: f"unit-{number:02d}" for number, name in enumerate(names, 1)}
    raters = list(dict.fromkeys(record["rater"] for record in records if record["rater"]))
    people = {name: f"rater-{number}" for number, name in enumerate(raters, 1)}
    yield Step(CLERK, (SchemeProposed(1, scheme.content), SchemeApproved(1)))
    groups = (words.groups[name[0] in SITES[1]] for name in names)
    units = (
        Unit(name, id=ids[name], group=group) for name, group in zip(names, groups, strict=True)
    )
    yield Step(CLERK, tuple(map(UnitAdded, units)))
    for name, person in people.items():
        yield Step(CLERK, (PersonAdded("rater", name),), person)
    for name, unit in ids.items():
        contact = PersonAdded("contact", f"{name[:2]}联系人", unit=unit)
        yield Step(CLERK, (contact,), f"contact-{unit}")
    for period in PERIODS:
        own = [record for record in records if record["period"] == period]
        yield from _period(period, own, ids, people, scheme)
        yield from _notices(period, ids, words, today, now)
        evidence = jcs(evidence_of(now(), period, 1))
        yield Step(HEAD, (PeriodSigned(period, 1, evidence, words.early),))
    yield from _correction("2026Q1", ids["乙市监督中心"], words, now)


def _period(
    period: str,
    records: list[dict[str, str]],
    ids: dict[str, str],
    people: dict[str, str],
    scheme: Scheme,
) -> Iterator[Step]:
    end = parse_period(period)
    due = date(end.year + end.last_month // 12, end.last_month % 12 + 1, 10)
    rating_due = (due + timedelta(days=10)).isoformat()
    yield Step(CLERK, (PeriodOpened(period, 1, due.isoformat(), {}, rating_due),))
    rated = rated_leaves(scheme)
    rows = tuple(
        Row(
            ids[record["unit"]],
            record["indicator"],
            "" if record["value"] == "not reported" else record["value"],
            record["item"],
            record["input"],
            evidence=record["evidence"],
            note=record["note"],
        )
        for record in records
        if record["indicator"] not in rated
    )
    yield Step(CLERK, (ValuesRecorded(period, rows),))
    yield Step(CLERK, (RatingOpened(period, 1, (), rating_due),))
    for name, person in people.items():
        ratings = tuple(
            Rated(period, 1, ids[one["unit"]], one["indicator"], one["value"], one["item"])
            for one in records
            if one["rater"] == name
        )
        submitted = RatingsSubmitted(period, 1)
        yield Step(Actor("person", person), (*ratings, submitted), person)
    yield Step(CLERK, (RatingClosed(period, 1),))


def _notices(
    period: str,
    ids: dict[str, str],
    words: Words,
    today: date,
    now: Callable[[], EvaluationState],
) -> Iterator[Step]:
    held = now().periods[period]
    confirmed = (EntryConfirmed(period, key, held.values[key].stamp.seq) for key in held.undecided)
    if actions := tuple(confirmed):
        yield Step(HEAD, actions)
    yield Step(CLERK, (PeriodChecked(period),))
    evidence = jcs(evidence_of(now(), period, 0))
    until = (today + timedelta(days=7)).isoformat()
    yield Step(CLERK, (NoticesIssued(period, until, evidence),))
    for unit in ids.values():
        contact = f"contact-{unit}"
        yield Step(Actor("person", contact), (NoticeOpened(period),), contact)
    if period == "2026Q2":
        key = CellKey(ids["辛市监督中心"], "late_report")
        yield _appeal(period, key, words.rejected_appeal)
        yield Step(HEAD, (AppealDecided(period, f"{period}-1", False, words.rejected),))
    if period == "2026Q3":
        key = CellKey(ids["辛市监督中心"], "briefings")
        yield _appeal(period, key, words.appeal)
        before = now().periods[period].values[key].row
        right = Row(key.unit, key.indicator, str(int(before.value) + 1), note=before.note)
        yield Step(HEAD, (AppealDecided(period, f"{period}-1", True, words.granted, right),))


def _appeal(period: str, key: CellKey, reason: str) -> Step:
    contact = f"contact-{key.unit}"
    appealed = Appealed(period, f"{period}-1", key, reason)
    return Step(Actor("person", contact), (appealed,), contact)


def _correction(
    period: str, unit: str, words: Words, now: Callable[[], EvaluationState]
) -> Iterator[Step]:
    before = now().periods[period].values[CellKey(unit, "training", input="hours")].row
    right = Row(
        unit,
        "training",
        str(int(before.value) + 24),
        input="hours",
        evidence=before.evidence,
        note=before.note,
    )
    yield Step(CLERK, (CorrectionProposed(period, (right,), words.correction),))
    yield Step(HEAD, (PeriodSigned(period, 2, jcs(evidence_of(now(), period, 2))),))


@cache
def _records() -> list[dict[str, str]]:
    path = data_folder("examples") / "evaluation" / f"{SCHEME}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
