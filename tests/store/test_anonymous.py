"""One link for everybody, who answer without a name."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ahp.errors import LinkError, LockedError, OptionError, StoreError
from ahp.i18n.errors import error_sentence
from ahp.report import receipt
from ahp.report.findings import draft_findings
from ahp.report.manifest import settings_of
from ahp.report.study_report import study_report
from ahp.report.who import who_counts
from ahp.store import Store, access, anonymous
from tests.store.conftest import RULES, databases, on_each_database

url = databases(*RULES)

HERE, ONCE = "192.0.2.1", "x" * 22
NAMES = {f"Anonymous expert {number}" for number in (1, 2, 3)}


@pytest.fixture
def token(store: Store, study) -> str:
    return store.issue_anonymous_link(study.id, 3, "Anonymous expert")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Codes are hashed in a hundredth of the time."""
    slow = anonymous.hashlib.scrypt
    monkeypatch.setattr(anonymous.hashlib, "scrypt", lambda *a, **k: slow(*a, **{**k, "n": 2**7}))


def refusal(action, *arguments, **named) -> str:
    with pytest.raises(LinkError) as caught:
        action(*arguments, **named)
    return caught.value.reason


@on_each_database
def test_who_begins_is_an_expert_without_a_name(store, study, token):
    first = store.begin_anonymous(token, ONCE, HERE)
    second = store.begin_anonymous(token, "y" * 22, HERE)
    (mine,) = store.grants(first.session).experts
    assert (mine.id, mine.anonymous) == (first.expert_id, True)
    assert {one.name for one in store.experts(study.id)} < NAMES
    assert first.code != second.code
    events = store.events(study.id)[1:4]
    assert [(one.kind, one.source, one.actor_kind, one.actor_id) for one in events] == [
        ("anonymous", "organizer", "organizer", ""),
        ("expert_added", "web", "expert", mine.id),
        ("link_issued", "web", "expert", mine.id),
    ]
    link = 1
    assert events[0].detail == (
        f'{{"called":"Anonymous expert","link":{link},"most":3,"open":true}}'
    )
    assert events[1].detail == f'{{"anonymous":true,"name":"{mine.name}","organization":null}}'
    assert store.verify_log()[0].events == 6


def test_the_code_opens_the_survey_elsewhere(store, token):
    begun = store.begin_anonymous(token, ONCE, HERE)
    groups = begun.code.split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in begun.code.replace("-", ""))
    for typed in (begun.code, f" {begun.code.lower()} ", " ".join(groups), wide):
        there = store.open_code(typed, HERE)
        assert (there.expert_id, there.code) == (begun.expert_id, "")
        assert [one.id for one in store.grants(there.session).experts] == [begun.expert_id]


def test_nothing_tells_who_came_when(frozen, store, database, study, answer_all, monkeypatch):
    """Neither the numbers, nor the order of lists, nor any time is that of the beginnings."""
    monkeypatch.setattr(anonymous.secrets, "choice", lambda free: free[-1])
    token = store.issue_anonymous_link(study.id, 12, "Anonymous expert")
    store.add_expert(study.id, "Ada")
    for once in "abc":
        begun = store.begin_anonymous(token, once * 22, HERE)
        answer_all(store, begun.expert_id)
        frozen.move(minutes=7)
    store.submit(begun.expert_id, event_id="s")
    store.open_code(begun.code, HERE)
    refusal(store.open_code, "wrong", HERE)
    names = [one.name for one in store.experts(study.id)]
    assert names == ["Ada", *(f"Anonymous expert {number}" for number in (10, 11, 12))]
    own = [one for one in store.events(study.id) if one.actor_kind == "expert"]
    assert {one.time for one in own} == {"2026-03-01T00:00:00.000000+00:00"}
    queries = (
        "SELECT issued FROM links WHERE expert_id IS NOT NULL",
        "SELECT created FROM sessions",
        "SELECT expires FROM grants",
    )
    times = {time for query in queries for (time,) in database.rows(query)}
    assert {time[10:] for time in times} == {"T00:00:00.000000+00:00"}
    assert HERE not in repr(database.rows("SELECT visitor FROM sign_ins"))
    facts = receipt.facts(store.receipt(begun.expert_id).statement, study.survey, "en")
    assert ("Submitted at", "Mar 1, 2026 (UTC)") in facts
    [log] = store.verify_log()
    assert log.remarks == ()


def test_neither_link_nor_code_is_stored(store, database, study, token):
    begun = store.begin_anonymous(token, ONCE, HERE)
    tables = ("links", "experts", "events", "sessions", "grants", "sign_ins")
    stored = repr([database.rows(f"SELECT * FROM {table}") for table in tables])
    for secret in (token, begun.code, begun.code.replace("-", ""), begun.session, ONCE, HERE):
        assert secret not in stored
    # nor is the one a token of the other kind
    assert refusal(store.open_link, token, None) == "unknown"
    assert refusal(store.open_link, begun.code.replace("-", ""), None) == "unknown"
    assert refusal(store.at_anonymous_link, begun.code.replace("-", ""), None) == "unknown"
    expert = store.add_expert(study.id, "Ada")
    assert refusal(store.begin_anonymous, store.issue_link(expert.id), ONCE, HERE) == "unknown"


def test_to_look_makes_nobody_and_to_begin_twice_makes_one(store, study, token):
    assert store.at_anonymous_link(token, None)[2] is None
    assert store.experts(study.id) == []
    begun = store.begin_anonymous(token, ONCE, HERE)
    # the same page sent again, as when the answer was lost
    again = store.begin_anonymous(token, ONCE, HERE)
    assert (again.expert_id, again.code) == (begun.expert_id, begun.code)
    # another page in the same browser
    other = store.begin_anonymous(token, "y" * 22, HERE, begun.session)
    assert (other.session, other.expert_id, other.code) == (begun.session, begun.expert_id, "")
    assert store.at_anonymous_link(token, begun.session)[2] == begun.expert_id
    assert len(store.experts(study.id)) == 1
    store.leave(begun.session, begun.expert_id)  # the next one at a shared computer
    assert store.begin_anonymous(token, "z" * 22, HERE, begun.session).code
    assert len(store.experts(study.id)) == 2


@on_each_database
def test_of_many_at_once_no_more_begin_than_may(store, study, token):
    def begin(number: int) -> str:
        try:
            return store.begin_anonymous(token, f"{number:022}", f"192.0.2.{number}").expert_id
        except LinkError as error:
            return error.reason

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(begin, range(6)))
    assert sorted(one for one in results if one == "full") == ["full"] * 3
    assert {one.id for one in store.experts(study.id)} == {one for one in results if one != "full"}


def test_limit_closed_and_opened_again(store, study, token):
    begun = [store.begin_anonymous(token, f"{k:022}", HERE) for k in range(3)]
    assert refusal(store.begin_anonymous, token, ONCE, HERE) == "full"
    assert refusal(store.at_anonymous_link, token, None) == "full"
    store.limit_anonymous(study.id, most=4)
    store.limit_anonymous(study.id, open_=False)
    assert refusal(store.begin_anonymous, token, ONCE, HERE) == "paused"
    assert store.open_code(begun[0].code, HERE).expert_id == begun[0].expert_id
    assert store.at_anonymous_link(token, begun[1].session)[2] == begun[1].expert_id
    store.limit_anonymous(study.id, open_=True)
    store.limit_anonymous(study.id, open_=True)  # nothing new
    assert store.begin_anonymous(token, ONCE, HERE).code
    kinds = [one.kind for one in store.events(study.id) if one.kind == "anonymous"]
    assert len(kinds) == 4
    # who is removed, having said nothing, makes room; numbers are not given twice
    store.remove_expert(begun[0].expert_id)
    assert refusal(store.open_code, begun[0].code, HERE) == "revoked"
    gone = next(one.detail for one in store.events(study.id) if one.kind == "expert_added")
    store.begin_anonymous(token, "y" * 22, HERE)
    names = [one.name for one in store.experts(study.id)]
    assert (len(names), names) == (4, sorted(names))
    assert not any(f'"{name}"' in gone for name in names)
    assert store.verify_log()


def test_nobody_begins_in_an_archived_study(store, study, token):
    begun = store.begin_anonymous(token, ONCE, HERE)
    store.archive_study(study.id)
    assert refusal(store.at_anonymous_link, token, None) == "paused"
    assert refusal(store.begin_anonymous, token, "y" * 22, HERE) == "paused"
    assert store.open_code(begun.code, HERE).expert_id == begun.expert_id
    store.unarchive_study(study.id)
    assert store.begin_anonymous(token, "y" * 22, HERE).code


def test_a_new_link_ends_the_one_before_and_nobody_who_came_by_it(store, study, token):
    begun = store.begin_anonymous(token, ONCE, HERE)
    new = store.issue_anonymous_link(study.id, 3, "匿名专家")  # in the other language by now
    assert refusal(store.begin_anonymous, token, "y" * 22, HERE) == "revoked"
    assert store.open_code(begun.code, HERE).expert_id == begun.expert_id
    store.begin_anonymous(new, "y" * 22, HERE)
    assert {one.name for one in store.experts(study.id)} < NAMES


def test_a_name_that_is_taken_is_passed_over(store, study, token):
    store.add_expert(study.id, "Anonymous expert 1")
    store.limit_anonymous(study.id, most=1)
    begun = store.begin_anonymous(token, ONCE, HERE)
    assert store.expert(begun.expert_id).name == "Anonymous expert 2"


def test_a_closed_round(store, study, token, answer_all):
    begun = store.begin_anonymous(token, ONCE, HERE)
    answer_all(store, begun.expert_id)
    store.submit(begun.expert_id, event_id="s")
    store.close_round(study.id)
    assert refusal(store.begin_anonymous, token, "y" * 22, HERE) == "closed"
    assert refusal(store.open_code, begun.code, HERE) == "closed"
    with pytest.raises(LockedError):
        store.issue_anonymous_link(study.id, 3, "Anonymous expert")
    store.open_round(study.id)
    assert store.open_code(begun.code, HERE).expert_id == begun.expert_id


def test_wrong_codes_and_beginnings_are_limited_by_address(store, token, frozen, monkeypatch):
    monkeypatch.setattr(access, "SIGN_INS", 3)
    monkeypatch.setattr(anonymous, "BEGINNINGS", 3)
    code = store.begin_anonymous(token, ONCE, HERE).code
    for _ in range(4):  # right ones don't count
        store.open_code(code, HERE)
    for slip in ("", code[:-1], f"{code}2", code[:-1] + "0", code[:-1] + "Ω"):
        assert refusal(store.open_code, slip, HERE) == "code_unknown"  # and counts as no guess
    assert {refusal(store.open_code, f"{k}" * 12, HERE) for k in (2, 3, 4)} == {"code_unknown"}
    assert refusal(store.open_code, code, HERE) == "later"
    assert store.open_code(code, "192.0.2.2").expert_id
    for _ in range(2):  # sent again, it is counted, too
        store.begin_anonymous(token, ONCE, HERE)
    assert refusal(store.begin_anonymous, token, "y" * 22, HERE) == "later"
    assert store.begin_anonymous(token, "y" * 22, "192.0.2.2").code
    frozen.move(seconds=61)
    assert store.open_code(code, HERE).expert_id
    assert store.begin_anonymous(token, "z" * 22, HERE).code


def test_results_say_who_came_by_the_link(store, study, token, answer_all):
    store.add_expert(study.id, "Ada")
    store.limit_anonymous(study.id, most=5)
    for once in "abcd":
        begun = store.begin_anonymous(token, once * 22, HERE)
        if once in "ab":
            answer_all(store, begun.expert_id)
            store.submit(begun.expert_id, event_id=once)
    closed = store.close_round(study.id)
    evidence = json.loads(closed.evidence)
    assert (evidence["invited"], evidence["anonymous"]) == (5, 4)
    report = store.report_evidence(study.id, 1)
    assert who_counts(report.analysis, "en") == (
        "Round 1, 2 of 5 submitted · 4 of 5 came by the anonymous link; how many got it is not "
        "known"
    )
    found = {one.kind: one.text for one in draft_findings(report, "en")}
    assert (
        " Of those counted as invited, 4 came by an anonymous link: how many others got it is not "
        "known, nor whether each person answered once."
    ) in found["answered"]
    assert found["ask_more"] == (
        "Ask the 3 who have not answered once more, as far as they have a name: nobody can write "
        "to those who came by an anonymous link."
    )
    nameless = replace(report, analysis=replace(report.analysis, anonymous=5))
    assert {one.kind: one.text for one in draft_findings(nameless, "en")}["ask_more"] == (
        "Ask for more answers: nobody can write to those who came by an anonymous link."
    )
    (who,) = [value for name, value in study_report(report, "en").facts if "answered" in name]
    assert who.endswith("4 of 5 came by the anonymous link; how many got it is not known")
    assert settings_of(report.analysis)["anonymous"] == 4
    # who comes later is none of the closed round's
    store.open_round(study.id)
    store.begin_anonymous(token, "z" * 22, HERE)
    assert store.anonymous_count(study.id) == 5
    assert store.anonymous_count(study.id, before=closed.seq) == 4
    assert store.verify_log()


def test_what_is_refused(store, study):
    assert store.anonymous(study.id) is None
    with pytest.raises(StoreError, match="^“Pilot” has no anonymous link.$"):
        store.limit_anonymous(study.id, most=5)
    with pytest.raises(OptionError) as caught:
        store.issue_anonymous_link(study.id, 1001, "Anonymous expert")
    assert str(caught.value) == "1001 experts without a name, expected 1 to 1000"
    assert error_sentence(caught.value, "zh") == "匿名专家 1001 人，应为 1 至 1000 人。"


def test_duplicates_and_files(store, study, token):
    store.add_expert(study.id, "Ada")
    store.begin_anonymous(token, ONCE, HERE)
    copy = store.duplicate_study(study.id, "Copy", experts=True)
    assert [one.name for one in store.experts(copy.id)] == ["Ada"]
    assert store.anonymous(copy.id) is None


def test_a_study_from_a_file_has_no_link_until_one_is_made(store, study, token, tmp_path):
    begun = store.begin_anonymous(token, ONCE, HERE)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    other.import_export(store.export_study(study.id))
    assert (store.has_anonymous_link(study.id), other.has_anonymous_link(study.id)) == (True, False)
    assert refusal(other.begin_anonymous, token, "y" * 22, HERE) == "unknown"
    assert refusal(other.open_code, begun.code, HERE) == "code_unknown"
    new = other.issue_anonymous_link(study.id, 2, "Anonymous expert")
    assert other.begin_anonymous(new, "y" * 22, HERE).code
    assert refusal(other.begin_anonymous, new, "z" * 22, HERE) == "full"
    assert other.verify_log()
    other.close()
