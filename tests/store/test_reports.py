"""What persons write in reports, and what reports rest on, in the database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ahp.datafile import jcs
from ahp.errors import AccessError, LogError, StoreError, TextLimitError
from ahp.process.events import Actor, report_texts_hash
from ahp.process.rounds import data_hash
from ahp.report.study_report import study_report
from ahp.store import Store, StudyInfo, chain
from ahp.study import Judgment
from tests.study.panels import SURVEY

PAIRS = SURVEY.hierarchy.comparisons


def answer(store: Store, study: StudyInfo, *values: str) -> None:
    """A new expert answers everything and submits."""
    number = len(store.experts(study.id)) + 1
    expert = store.add_expert(study.id, f"E{number}", organization="Audit" if number > 2 else "")
    store.upload_answers(
        expert.id,
        [Judgment(expert.name, *pair, value) for pair, value in zip(PAIRS, values, strict=True)],
    )
    store.submit(expert.id, event_id=f"submit-{number}")


@pytest.fixture
def study(store: Store) -> StudyInfo:
    """Three experts have submitted; the round is open."""
    made = store.create_study(SURVEY, "Pilot")
    for size in ("3", "5", "2"):
        answer(store, made, *(size for _pair in PAIRS))
    return made


def test_what_is_written_is_kept_and_goes_with_the_study(
    store: Store, study: StudyInfo, open_empty, tmp_path
) -> None:
    assert store.written_report(study.id, 1, "zh") is None
    store.write_report(study.id, 1, "zh", {"first": "甲居首。", "tail": ""})
    store.write_report(study.id, 1, "zh", {"first": "甲居首。", "tail": ""})  # nothing new
    store.write_report(study.id, 1, "en", {"first": "A leads."})
    events = [one for one in store.events(study.id) if one.kind == "report_written"]
    assert len(events) == 2
    written = store.written_report(study.id, 1, "zh")
    assert written is not None
    assert written.sentences == {"first": "甲居首。", "tail": ""}
    assert (written.seq, written.time) == (events[0].seq, events[0].time)
    assert store.verify_log()[0].events == len(store.events(study.id))
    other = open_empty(f"sqlite:///{tmp_path / 'other.db'}")
    other.import_export(store.export_study(study.id))
    assert other.written_report(study.id, 1, "en") == store.written_report(study.id, 1, "en")
    other.close()


def test_a_closed_round_is_signed_until_something_else_is_written(
    store: Store, study: StudyInfo
) -> None:
    signed = report_texts_hash({"first": "A leads."}, {})
    with pytest.raises(StoreError, match=r"round 1 was running: its report can't be signed"):
        store.write_report(study.id, 1, "en", {}, signer="Ada", signed=signed)
    store.close_round(study.id)
    store.write_report(study.id, 1, "en", {}, signer=" Ada ", signed=signed)
    written = store.written_report(study.id, 1, "en")
    assert written is not None
    assert (written.signer, written.signed) == ("Ada", signed)
    store.write_report(study.id, 1, "en", {"first": "B leads."})
    written = store.written_report(study.id, 1, "en")
    assert written is not None
    assert (written.signer, written.signed) == ("", "")
    assert written.sentences == {"first": "B leads."}


def test_what_two_people_write_is_kept(store: Store, study: StudyInfo) -> None:
    store.write_report(study.id, 1, "en", {"first": "A leads.", "tail": "C is last."})
    store.write_report(study.id, 1, "en", {"ratio": "By far."})
    store.write_report(study.id, 1, "en", {"first": None})
    store.close_round(study.id)
    store.write_report(study.id, 1, "en", {}, signer="Ada", signed="ab" * 32)
    written = store.written_report(study.id, 1, "en")
    assert written is not None
    assert written.sentences == {"tail": "C is last.", "ratio": "By far."}
    assert written.signer == "Ada"


def test_what_is_signed_is_the_drafts_too() -> None:
    written = {"first": "A leads by far."}
    before = report_texts_hash({"first": "A leads, 0.6.", "tail": "C."}, written)
    assert before == report_texts_hash({"tail": "C.", "first": "A leads, 0.6."}, written)
    assert before != report_texts_hash({"first": "A leads, 0.5.", "tail": "C."}, written)


def test_who_may_write_and_sign(store: Store, study: StudyInfo) -> None:
    store.close_round(study.id)
    root = store.add_account("Root", "four random words", ("administrator",))
    made = {
        role: store.add_account(role.title(), "four random words", (role,))
        for role in ("organizer", "head", "reader")
    }
    assert root.id
    by = {role: store.by(Actor("organizer", one.id)) for role, one in made.items()}
    by["organizer"].write_report(study.id, 1, "en", {"first": "A leads."})
    by["head"].write_report(study.id, 1, "en", {}, signer="Head", signed="ab" * 32)
    with pytest.raises(AccessError, match="“Organizer” may not do this: it takes the head."):
        by["organizer"].write_report(study.id, 1, "en", {}, signer="O", signed="ab" * 32)
    with pytest.raises(
        AccessError, match="“Reader” may not change studies: this takes an organizer."
    ):
        by["reader"].write_report(study.id, 1, "en", {})


def test_a_sentence_has_its_length(store: Store, study: StudyInfo) -> None:
    store.write_report(study.id, 1, "en", {"first": "x" * 3000})
    with pytest.raises(TextLimitError, match="3001 characters"):
        store.write_report(study.id, 1, "en", {"first": "x" * 3001})


def test_what_a_report_rests_on(store: Store, study: StudyInfo) -> None:
    empty = store.create_study(SURVEY, "Empty")
    assert store.report_evidence(empty.id, 1) is None
    for who in store.experts(study.id)[:2]:
        store.choose_naming(who.id, True)
    running = store.report_evidence(study.id, 1, consenting=["E1", "E3", "nobody"])
    assert running is not None
    assert (running.title, running.analysis.running, running.closed) == ("Pilot", True, "")
    assert running.consenting == {"E1"}
    store.close_round(study.id)
    store.open_round(study.id)
    closed = store.report_evidence(study.id, 1)
    assert closed is not None
    assert closed.analysis == replace(running.analysis, running=False)
    assert (closed.analysis.invited, closed.analysis.round) == (3, 1)
    assert closed.consenting == {"E1", "E2"}
    [kept] = store.closed_rounds(study.id)
    assert closed.closed == kept.closed
    assert closed.hashes["judgments"] == data_hash(closed.analysis)
    assert closed.hashes.keys() == {"judgments", "evidence"}
    times = [one.time for one in store.events(study.id) if one.kind == "answer"]
    assert closed.opened == min(times)
    assert closed.organizations == {"E3": "Audit"}
    events = store.events(study.id)
    assert closed.log is not None
    assert (closed.log.events, closed.log.head_hash) == (len(events), events[-1].hash)
    assert closed.log.problem is None


def test_what_is_said_before_submitting_is_not_reported(store: Store, study: StudyInfo) -> None:
    late = store.add_expert(study.id, "Late")
    store.comment(late.id, *PAIRS[0], "Not for others yet.", event_id="remark")
    found = store.report_evidence(study.id, 1)
    assert found is not None
    assert found.remarks.keys() == {"E1", "E2", "E3"}


def test_a_log_that_was_changed_is_said(store: Store, study: StudyInfo, database) -> None:
    database.execute("UPDATE events SET value = '9' WHERE kind = 'answer' AND seq = 3")
    found = store.report_evidence(study.id, 1)
    assert found is not None
    assert found.log is not None
    assert isinstance(found.log.problem, LogError)
    assert found.log.problem.code == "log_event"
    (warning, _running) = study_report(found, "en").warnings
    assert warning.startswith(
        "The log of this study does not verify, so that its numbers can't be relied on: "
    )
    assert "event 3" in warning


def test_a_page_that_is_drawn_again_verifies_what_is_new(
    store: Store, study: StudyInfo, database, monkeypatch: pytest.MonkeyPatch
) -> None:
    digested: list[int] = []
    digest = chain.digest
    monkeypatch.setattr(
        chain, "digest", lambda event: (digested.append(event.seq), digest(event))[1]
    )

    def verified(**how: bool) -> tuple[list[int], LogError | None]:
        digested.clear()
        found = store.report_evidence(study.id, 1, **how)
        assert found is not None
        assert found.log is not None
        return digested[:], found.log.problem

    every = [one.seq for one in store.events(study.id)]
    assert verified(only_new=True) == (every, None)  # nothing was verified before
    assert verified(only_new=True) == ([], None)
    assert verified() == (every, None)
    store.write_report(study.id, 1, "en", {"first": "A leads."})
    last = every[-1] + 1
    assert verified(only_new=True) == ([last], None)
    database.execute("UPDATE events SET value = '9' WHERE kind = 'answer' AND seq = 3")
    assert verified(only_new=True) == ([], None)
    problem = store.study_log_state(study.id).problem
    assert isinstance(problem, LogError)
    assert "event 3" in str(problem)
    assert str(verified(only_new=True)[1]) == str(problem)  # once found, the page says it too


def test_the_last_event_that_was_verified_was_changed(
    store: Store, study: StudyInfo, database
) -> None:
    assert store.study_log_state(study.id).problem is None
    last = store.events(study.id)[-1].seq
    database.execute(f"UPDATE events SET source = 'file' WHERE seq = {last}")
    found = store.report_evidence(study.id, 1, only_new=True)
    assert found is not None
    assert found.log is not None
    assert f"event {last}" in str(found.log.problem)


def test_earlier_rounds_come_with_it(store: Store, study: StudyInfo) -> None:
    store.close_round(study.id)
    store.open_round(study.id)
    for number, expert in enumerate(store.experts(study.id)):
        judgments = [Judgment(expert.name, *pair, "4") for pair in PAIRS]
        store.upload_answers(expert.id, judgments)
        store.submit(expert.id, event_id=f"again-{number}")
    found = store.report_evidence(study.id, 2)
    assert found is not None
    assert [one.round for one in found.earlier] == [1]
    assert jcs(dict(found.earlier[0].global_weights)) == jcs(
        dict(store.report_evidence(study.id, 1).analysis.global_weights)  # type: ignore[union-attr]
    )
