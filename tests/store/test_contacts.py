"""E-mail addresses of experts, and that nobody is written to twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ahp.errors import AHPError, StoreError
from ahp.process.invitation import Invitation
from ahp.scale import SAATY_POSITIONS
from ahp.store import Store, StudyInfo, clock
from ahp.store.contacts import GIVEN_UP
from ahp.study import Survey

from .conftest import databases

url = databases("sqlite", "postgresql")

ASKED = Invitation("Audit", "2026-12-18T18:00", "Asia/Shanghai", "Li Si", {"zh": "您好"})


@pytest.fixture
def study(store: Store, survey: Survey) -> StudyInfo:
    return store.create_study(survey, "Pilot", invitation=ASKED)


def refused(change) -> str:
    with pytest.raises(AHPError) as raised:
        change()
    return str(raised.value)


def test_who_asks_stands_in_the_log_and_a_deadline_is_that_of_a_round(store, study, survey) -> None:
    assert store.invitation(study.id) == ASKED
    store.set_invitation(study.id, ASKED)
    assert [one.kind for one in store.events(study.id)] == ["study_created", "invitation"]
    copied = store.duplicate_study(study.id, "Copy")
    assert store.invitation(copied.id) == ASKED.undated
    expert = store.add_expert(study.id, "Ada")
    for k, pair in enumerate(survey.hierarchy.comparisons):
        store.answer(expert.id, *pair, SAATY_POSITIONS[k], event_id=str(k))
    store.submit(expert.id, event_id="submit")
    store.close_round(study.id)
    assert store.invitation(study.id) == ASKED
    store.open_round(study.id)
    assert store.invitation(study.id) == ASKED.undated
    later = Invitation("Audit", "2027-01-18T18:00", "UTC")
    store.set_invitation(study.id, later)
    assert store.invitation(study.id) == store.experts(study.id)[0].sitting.invitation == later


def test_addresses_are_no_part_of_log_and_exports_and_go_with_the_expert(store, study) -> None:
    ada, bo = store.add_experts(
        study.id, dict.fromkeys(["Ada", "Bo"]), emails={"Ada": " ada@bank.example "}
    )
    assert store.emails(study.id) == {ada.id: "ada@bank.example"}
    store.set_emails(study.id, {ada.id: "a.li@bank.example", bo.id: "bo@bank.example"})
    assert "bank.example" not in store.export_study(study.id)
    store.remove_expert(ada.id)
    assert store.emails(study.id) == {bo.id: "bo@bank.example"}
    store.set_emails(study.id, {bo.id: ""})
    assert store.emails(study.id) == {}
    assert refused(lambda: store.set_emails(study.id, {ada.id: "x@y"})) == f"no expert '{ada.id}'"


@pytest.mark.parametrize(
    "email",
    [
        "ada",
        "ada@",
        "@bank",
        "a b@c",
        "a@b, c@d",
        "a@b\nBcc: c@d",
        "<a@b>",
        "李@b",
        "a@@b",
        "a..b@c",
        ".a@b",
        "=?utf-8?q?x?=@b.cn",
    ],
)
def test_what_is_no_address(store, study, email) -> None:
    assert refused(lambda: store.add_experts(study.id, {"Ada": None}, emails={"Ada": email})) == (
        f"“{email}” is no e-mail address, expected one such as name@example.org."
    )
    assert store.experts(study.id) == []


def test_nobody_is_written_to_twice(store, study, monkeypatch) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    ada = store.add_expert(study.id, "Ada")
    begin = lambda after=None: store.begin_mail(ada.id, "reminder", after)  # noqa: E731
    assert refused(begin) == "“Ada” has no e-mail address."
    store.set_emails(study.id, {ada.id: "ada@bank.example"})
    assert begin() == "ada@bank.example"
    assert refused(begin) == "An e-mail to “Ada” is being sent already."
    store.end_mail(ada.id, "reminder", sent=False)
    assert begin() == "ada@bank.example"
    now += GIVEN_UP - timedelta(seconds=1)
    assert refused(begin) == "An e-mail to “Ada” is being sent already."
    now += timedelta(seconds=1)  # the process that began has ended
    assert begin() == "ada@bank.example"
    store.end_mail(ada.id, "reminder", sent=True)
    assert refused(begin) == "“Ada” has been written to meanwhile."
    (last,) = store.expert(ada.id).mailed.items()
    assert last == ("reminder", (1, clock.timestamp(now)))
    assert begin(last[1]) == "ada@bank.example"
    assert store.events(study.id)[-1].detail == '{"what":"reminder"}'


def test_who_has_submitted_is_not_reminded(store, study, survey) -> None:
    ada = store.add_expert(study.id, "Ada")
    store.set_emails(study.id, {ada.id: "ada@bank.example"})
    for k, pair in enumerate(survey.hierarchy.comparisons):
        store.answer(ada.id, *pair, SAATY_POSITIONS[k], event_id=str(k))
    store.submit(ada.id, event_id="submit")
    assert refused(lambda: store.begin_mail(ada.id, "reminder", None)) == (
        "“Ada” has submitted meanwhile."
    )
    store.close_round(study.id)
    with pytest.raises(StoreError, match="closed"):
        store.begin_mail(ada.id, "reminder", None)


def test_a_study_moves_with_what_was_said_and_without_addresses(store, study, tmp_path: Path):
    ada = store.add_expert(study.id, "Ada")
    store.set_emails(study.id, {ada.id: "ada@bank.example"})
    store.begin_mail(ada.id, "invitation", None)
    store.end_mail(ada.id, "invitation", sent=True)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    moved = other.import_export(store.export_study(study.id))
    assert other.invitation(moved.id) == ASKED
    assert other.emails(moved.id) == {}
    (expert,) = other.experts(moved.id)
    assert expert.mailed == store.expert(ada.id).mailed
    other.close()
