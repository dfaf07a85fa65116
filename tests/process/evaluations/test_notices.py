"""What a unit is told, what a decision would change, what a head looks at before signing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ahp.errors import EvaluationError, StoreError
from ahp.process.evaluations.events import (
    AppealDecided,
    Appealed,
    CellKey,
    CheckUndone,
    CorrectionProposed,
    NoticeOpened,
    PeriodChecked,
    Row,
)
from ahp.process.evaluations.judged import evidence_of, records_of, result_of
from ahp.process.evaluations.notices import (
    Figure,
    cells_of,
    changes_of,
    entries_of,
    figures_of,
    matches_signed,
    moved,
    notices_for,
    raters_of,
    with_correction,
    with_granted,
)
from ahp.process.evaluations.signing import checklist, hashes_of
from ahp.process.events import Actor
from ahp.report.notice import moved_table
from ahp.store import Store
from tests.evaluation_case import FAR, PERIOD, Case, make_case

HEAD = Actor("organizer", "head")
"""Who tries a decision."""


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    yield make_case(store)
    store.close()


def appeal(case: Case, indicator: str) -> None:
    action = Appealed(PERIOD, "a1", tuple(CellKey("u2", indicator)), "有误")
    case.store.act_as(case.contacts["u2"], action)


def grant(case: Case, row: Row) -> None:
    case.by(case.head).act(case.id, AppealDecided(PERIOD, "a1", True, "属实", row))


def said(figures: tuple[Figure, ...]) -> list[tuple[str, str, int, int]]:
    return [(one.kind, one.told["total"], one.told["group_rank"], one.among) for one in figures]


def test_figures_stand_side_by_side(case: Case) -> None:
    assert said(figures_of(case.now, PERIOD, "u2")) == [("now", "61.0", 2, 2)]
    assert notices_for(case.now, "u2") == ()
    case.issue()
    assert notices_for(case.now, "u2") == (PERIOD,)
    assert said(figures_of(case.now, PERIOD, "u2")) == [("notice", "61.0", 2, 2)]
    appeal(case, "training")
    grant(case, Row("u2", "training", "75"))
    told = [("notice", "61.0", 2, 2), ("now", "67.0", 2, 2)]
    assert said(figures_of(case.now, PERIOD, "u2")) == told
    case.by(case.head).sign(case.id, PERIOD, early="已确认")
    told[1] = ("signed", "67.0", 2, 2)
    assert said(figures_of(case.now, PERIOD, "u2")) == told
    row = Row("u1", "errors", "10")
    case.by(case.clerk).act(case.id, CorrectionProposed(PERIOD, (row,), "录入差错"))
    assert said(figures_of(case.now, PERIOD, "u2")) == told  # not before it is signed
    case.by(case.head).sign(case.id, PERIOD, 2)
    # 甲中心 falls to 62, behind it
    assert said(figures_of(case.now, PERIOD, "u2")) == [*told, ("signed", "67.0", 1, 2)]
    figure = figures_of(case.now, PERIOD, "u1")[-1]
    assert (figure.revision, figure.reason, figure.told["total"]) == (2, "录入差错", "62.0")
    assert matches_signed(result_of(case.now, PERIOD), figure, PERIOD)
    earlier = figures_of(case.now, PERIOD, "u1")[0]
    assert not matches_signed(result_of(case.now, PERIOD), earlier, PERIOD)


def test_changes_name_what_stood_there(case: Case) -> None:
    case.issue()
    appeal(case, "training")
    grant(case, Row("u2", "training", "75"))
    case.by(case.head).sign(case.id, PERIOD, early="已确认")
    row = Row("u2", "training", "70")
    case.by(case.clerk).act(case.id, CorrectionProposed(PERIOD, (row,), "再核"))
    held = case.now.periods[PERIOD]
    assert len(changes_of(held)) == 1
    case.by(case.head).sign(case.id, PERIOD, 2)
    held = case.now.periods[PERIOD]
    found = [
        (one.before and one.before.row.value, one.now.row.value, one.now.reason, one.appeal)
        for one in changes_of(held, "u2")
    ]
    assert found == [("60", "75", "属实", "a1"), ("75", "70", "再核", "")]
    assert changes_of(held, "u1") == ()


def test_what_is_decided_stands_for_all_raters(case: Case) -> None:
    """The scheme asks for two raters: a decision is one value, and counts all the same."""
    case.issue()
    appeal(case, "review")
    held = case.now.periods[PERIOD]
    assert raters_of(held, "u2", "review") == 2
    assert cells_of(held, "u2", "review") == (CellKey("u2", "review"),)
    before = evidence_of(case.now, PERIOD, 0)
    tried = with_granted(case.now, PERIOD, "a1", Row("u2", "review", "strong"), "–", by=HEAD)
    [change] = moved(before, evidence_of(tried, PERIOD, 0))
    assert (change.unit, change.before["total"], change.after["total"]) == ("u2", "61.0", "70.0")
    grant(case, Row("u2", "review", "strong"))
    assert case.now.periods[PERIOD].values.keys() == tried.periods[PERIOD].values.keys()
    records = [
        (one["rater"], one["value"])
        for one in records_of(case.now, PERIOD)
        if (one["unit"], one["indicator"]) == ("乙中心", "review")
    ]
    assert records == [("1", "strong"), ("2", "strong")]
    assert raters_of(case.now.periods[PERIOD], "u2", "review") == 0
    assert result_of(case.now, PERIOD).totals[1, 0] == 70
    assert case.store.verify_evaluations()[0].events == case.now.seq


def test_trials_are_refused_as_the_decision_would_be(case: Case) -> None:
    case.issue()
    appeal(case, "late")
    with pytest.raises(StoreError) as caught:
        with_granted(case.now, PERIOD, "a1", Row("u2", "late", "2"), "–", by=HEAD)
    assert str(caught.value) == (
        "'乙中心', 'late': a deduction, bonus or veto needs the number of its document."
    )
    with pytest.raises(StoreError) as caught:
        with_granted(case.now, PERIOD, "a2", Row("u2", "late", "0", evidence="1"), "–", by=HEAD)
    assert str(caught.value) == "This appeal is decided already."
    with pytest.raises(StoreError) as caught:
        with_correction(case.now, PERIOD, (Row("u2", "errors", "1"),), "–", None)
    assert str(caught.value) == (
        "The notices of 2026Q1 are out. To change data, undo the check first; appeals are decided "
        "on the page of notices."
    )
    tried = with_granted(
        case.now, PERIOD, "a1", Row("u2", "late", "viele", evidence="1"), "–", by=HEAD
    )
    with pytest.raises(EvaluationError):
        evidence_of(tried, PERIOD, 0)


def test_units_that_are_gone_or_new_have_moved(case: Case) -> None:
    whole = evidence_of(case.now, PERIOD, 0)
    fewer = {"units": {key: one for key, one in whole["units"].items() if key != "u2"}}
    [gone], [new] = moved(whole, fewer), moved(fewer, whole)
    assert (gone.unit, gone.before["total"], gone.after) == ("u2", "61.0", {})
    assert (new.unit, new.before, new.after["total"]) == ("u2", {}, "61.0")
    table = moved_table((gone, new), case.now.periods[PERIOD].scheme, "en")
    assert table.rows == (
        ("乙中心", "61.0 → –", "Fair → –", "2 → –"),
        ("乙中心", "– → 61.0", "– → Fair", "– → 2"),
    )


def test_entries_that_count(case: Case) -> None:
    held = case.now.periods[PERIOD]
    assert entries_of(held, "u2") == ("late",)
    assert entries_of(held, "u1") == ()
    assert cells_of(held, "u1", "late") == (CellKey("u1", "late"),)


def test_the_checklist(case: Case) -> None:
    def points() -> list[tuple[str, bool, int, int]]:
        now = case.now
        found = checklist(now, now.periods[PERIOD], "2026-05-01")
        return [(one.code, one.done, one.count, one.of) for one in found]

    done = [("check", True, 0, 0), ("rating", True, 1, 0), ("entries", True, 1, 1)]
    assert points() == [*done, ("notices", False, 0, 0)]
    case.issue()
    case.store.act_as(case.contacts["u2"], NoticeOpened(PERIOD))
    appeal(case, "training")
    assert points() == [
        *done,
        ("notices", True, 1, 3),
        ("appeals", False, 0, 1),
        ("time", False, 0, 0),
    ]
    case.by(case.head).act(case.id, AppealDecided(PERIOD, "a1", False, "不属实"))
    assert points()[4] == ("appeals", True, 1, 1)
    held = case.now.periods[PERIOD]
    assert checklist(case.now, held, "3000-01-01")[5].done
    entries = checklist(case.now, held, "2026-05-01")[2]
    assert [one.id for one in entries.actors] == [case.head]


def test_the_checklist_keeps_appeals_when_notices_are_withdrawn(case: Case) -> None:
    case.issue()
    appeal(case, "training")
    case.by(case.clerk).act(case.id, CheckUndone(PERIOD, "再核一遍"))
    case.by(case.clerk).act(case.id, PeriodChecked(PERIOD))
    found = checklist(case.now, case.now.periods[PERIOD], "2026-05-01")
    assert [(one.code, one.done, one.count, one.of, one.until) for one in found[3:]] == [
        ("withdrawn", False, 0, 0, FAR),
        ("appeals", False, 0, 1, ""),
    ]


def test_hashes_say_what_is_signed(case: Case) -> None:
    first = hashes_of(evidence_of(case.now, PERIOD, 1))
    assert first["scheme"] == case.now.periods[PERIOD].scheme.content_hash
    assert hashes_of(evidence_of(case.now, PERIOD, 1)) == first
    case.issue()
    appeal(case, "training")
    grant(case, Row("u2", "training", "75"))
    second = hashes_of(evidence_of(case.now, PERIOD, 1))
    changed = {name for name in first if first[name] != second[name]}
    assert changed == {"data", "evidence"}
