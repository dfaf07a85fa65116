"""What the report of a study rests on, from a database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from ahp.errors import StoreError
from ahp.process.rounds import data_hash
from ahp.report.study_report import study_report
from ahp.store import Store, StudyInfo
from ahp.store.study_evidence import study_evidence
from tests.store.conftest import Database


@pytest.fixture
def two_experts(store: Store, study: StudyInfo, answer_all: Callable[..., None]) -> StudyInfo:
    """A closed round of a study that three were asked in and two answered."""
    for name, value in (("Li", "3"), ("Wang", "5")):
        expert = store.add_expert(study.id, name, "Branch A")
        answer_all(store, expert.id, value)
        store.submit(expert.id, event_id=f"done-{name}")
    store.add_expert(study.id, "Zhao")
    store.close_round(study.id)
    return study


def test_evidence_of_a_closed_round(store: Store, two_experts: StudyInfo) -> None:
    evidence = study_evidence(store, two_experts.id, consenting=("Li",), draws=20)
    (closed,) = store.closed_rounds(two_experts.id)
    assert evidence.title == "Pilot"
    assert (evidence.analysis.invited, evidence.analysis.round, evidence.earlier) == (3, 1, ())
    assert evidence.analysis.running is False
    assert evidence.organizations == {"Li": "Branch A", "Wang": "Branch A"}
    assert evidence.closed == closed.closed
    assert evidence.certainty is not None
    assert evidence.hashes == {
        "judgments": data_hash(evidence.analysis),
        "evidence": hashlib.sha256(str(closed.evidence).encode()).hexdigest(),
    }
    (log,) = store.verify_log()
    assert evidence.log is not None
    assert (evidence.log.events, evidence.log.head_hash) == (log.events, log.head_hash)
    assert evidence.log.problem is None
    report = study_report(evidence, "en")
    assert ("Experts who answered", "2 of 3 invited (66.67%)") in report.facts
    assert [row[0] for row in report.tables()["experts"].rows] == ["Li", "E01"]


def test_the_round_before_is_there(
    store: Store, two_experts: StudyInfo, answer_all: Callable[..., None]
) -> None:
    store.open_round(two_experts.id)
    zhao = next(one for one in store.experts(two_experts.id) if one.name == "Zhao")
    answer_all(store, zhao.id, "1/3")
    store.submit(zhao.id, event_id="done-Zhao-2")
    evidence = study_evidence(store, two_experts.id, draws=0)
    assert [one.panel.experts for one in evidence.earlier] == [("Li", "Wang")]
    assert evidence.analysis.panel.experts == ("Zhao",)
    assert study_report(evidence, "en").warnings == (
        "The round is still open: all numbers are provisional.",
    )
    first = study_evidence(store, two_experts.id, round_number=1, draws=0)
    assert first.analysis.panel.experts == ("Li", "Wang")


def test_a_forged_log_stands_on_the_first_page(
    store: Store, database: Database, two_experts: StudyInfo
) -> None:
    database.execute("UPDATE events SET value = '9' WHERE seq = 6")
    (warning,) = study_report(study_evidence(store, two_experts.id, draws=0), "en").warnings
    assert warning.startswith(
        "The log of this study does not verify, so that its numbers can't be relied on: "
    )
    assert "event 6" in warning


def test_nothing_to_report_on(store: Store, study: StudyInfo) -> None:
    with pytest.raises(StoreError) as refused:
        study_evidence(store, study.id)
    assert str(refused.value) == (
        "nobody has submitted an answer in round 1 of 'Pilot', expected one expert or more to "
        "report on"
    )
