"""Evaluations in the store: from a scheme to a signed result, and what is refused on the way."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ahp.errors import AccessError, AHPError, LinkError, LogError, StoreError
from ahp.evaluation import evaluate, load_scheme, read_observations
from ahp.i18n.errors import error_sentence
from ahp.process.evaluations.events import (
    AppealDecided,
    Appealed,
    CellAccepted,
    CellKey,
    CheckUndone,
    CorrectionProposed,
    Done,
    EntryConfirmed,
    EntryRejected,
    EvaluationArchived,
    File,
    NoticeOpened,
    PeriodChecked,
    PeriodOpened,
    PersonAdded,
    PersonChanged,
    PersonLinkIssued,
    PersonRemoved,
    Rated,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
    UnitChanged,
    UnitMerged,
    ValuesRecorded,
)
from ahp.process.evaluations.judged import evidence_of, records_of, result_of
from ahp.process.evaluations.next_step import Step, next_step
from ahp.process.evaluations.signing import hashes_of
from ahp.process.evaluations.units import Unit
from ahp.process.events import Actor
from ahp.resources import data_folder
from ahp.store import EvaluationInfo, Store, evaluations
from tests.store.conftest import RULES, databases, on_each_database
from tests.store.department import Department, small_scheme

url = databases(*RULES)


@pytest.fixture
def department(store: Store) -> Department:
    return Department.of(store)


def totals(department: Department, period: str = "2026Q1") -> list[str | None]:
    result = result_of(department.now, period)
    return [str(result.total(unit, period)) for unit in ("A", "B", "C")]


@on_each_database
def test_from_scheme_to_signature(department, database) -> None:
    department.deliver()
    assert totals(department) == ["84.0", "76.0", "72.0"]
    department.clerk.issue_notices(department.id, "2026Q1", "2099-12-31")
    evidence = department.head.sign(department.id, "2026Q1", early="all units agree")
    held = department.period()
    assert held.stage == "signed"
    assert held.signatures[0].evidence == evidence
    assert {one["name"]: one["total"] for one in evidence["units"].values()} == {
        "A": "84.0",
        "B": "76.0",
        "C": "72.0",
    }
    assert evidence["weights"] == {"measured": "0.600000", "rated": "0.400000"}
    assert evidence["units"]["b"] == {
        "name": "B",
        "group": "",
        "total": "76.0",
        "rank": 2,
        "group_rank": 2,
        "band": "fair",
        "points": {"measured": "80.0000", "rated": "75.0000"},
    }
    assert evidence["observations"]["count"] == len(records_of(department.now, "2026Q1")) == 10
    [log] = department.store.verify_evaluations()
    assert (log.title, log.signed) == ("Quarters", ("2026Q1",))


@on_each_database
def test_a_new_process_reads_the_same(department, url) -> None:
    department.deliver()
    other = Store(url)
    assert vars(other.evaluation_state(department.id)).keys() == vars(department.now).keys()
    anew = result_of(other.evaluation_state(department.id), "2026Q1")
    assert anew == result_of(department.now, "2026Q1")
    other.close()


def test_a_correction_stands_beside_the_signed_figure(department) -> None:
    department.deliver()
    department.head.sign(department.id, "2026Q1")
    right = Row("b", "measured", "95", evidence="No. 9")
    department.do(CorrectionProposed("2026Q1", (right,), "two vouchers counted twice"))
    assert totals(department) == ["84.0", "76.0", "72.0"]
    corrected = result_of(department.now, "2026Q1", corrected=True)
    assert str(corrected.total("B", "2026Q1")) == "85.0"
    department.head.sign(department.id, "2026Q1", revision=2)
    held = department.period()
    assert [one.evidence["units"]["b"]["total"] for one in held.signatures] == ["76.0", "85.0"]
    assert held.signatures[1].reason == "two vouchers counted twice"
    key = CellKey("b", "measured")
    assert [one.row.value for one in (*held.earlier[key], held.values[key])] == ["80", "95"]
    department.store.verify_evaluations()


def test_what_is_not_delivered_is_not_due_until_the_check(department) -> None:
    department.open()
    department.record(Row("a", "measured", "90"))
    assert totals(department) == ["None", "None", "None"]
    department.do(PeriodChecked("2026Q1"))
    assert totals(department) == ["54.0", "0.0", "0.0"]


def test_an_entry_counts_when_a_second_person_confirmed_it(department) -> None:
    department.open()
    department.record(Row("a", "measured", "90"), Row("a", "late", "1", evidence="No. 7"))
    key = CellKey("a", "late")
    assert department.period().undecided == (key,)
    assert "late" not in {one["indicator"] for one in records_of(department.now, "2026Q1")}
    department.confirm(key)
    assert department.period().undecided == ()
    assert "late" in {one["indicator"] for one in records_of(department.now, "2026Q1")}
    seq = department.period().values[key].stamp.seq
    department.head.act(department.id, EntryRejected("2026Q1", tuple(key), seq, "no such document"))
    assert department.period().undecided == ()
    assert "late" not in {one["indicator"] for one in records_of(department.now, "2026Q1")}
    department.record(Row("a", "late", "2", evidence="No. 7"))  # another entry: confirmed anew
    assert department.period().undecided == (key,)


def test_what_a_second_person_confirmed_nobody_takes_away_alone(department) -> None:
    department.open()
    department.record(Row("a", "measured", "90"), Row("a", "case", "1", evidence="No. 7"))
    key = CellKey("a", "case")
    department.confirm(key)

    def take_away() -> None:
        department.clerk.record_values(department.id, "2026Q1", [], removed=[key])

    def change() -> None:
        department.record(Row("a", "case", "2", evidence="No. 8"))

    for act in (take_away, change):
        refused(
            act,
            "entry_stays",
            "“A”的“case”已经第二人确认，不能由一人修改或删除；须先由第二人退回。",
        )
    seq = department.period().values[key].stamp.seq
    department.head.act(department.id, EntryRejected("2026Q1", tuple(key), seq, "no such case"))
    change()
    take_away()
    assert key not in department.period().values


def test_a_notice_sent_out_again_is_unread_again(department) -> None:
    department.deliver()
    contact = department.clerk.add_person(department.id, "contact", "Sun", unit="b").person.id
    for date in ("2999-12-30", "2999-12-31"):
        department.clerk.issue_notices(department.id, "2026Q1", date)
        assert dict(department.period().seen) == {}
        department.store.act_as(contact, NoticeOpened("2026Q1"), event_id=f"opened-{date}")
        assert [*department.period().seen] == [contact]
        if date == "2999-12-30":
            department.do(CheckUndone("2026Q1", "late data"), PeriodChecked("2026Q1"))
    department.store.verify_evaluations()


@on_each_database
def test_the_same_import_twice_records_once(department) -> None:
    department.open()
    content = b"unit,measured\nA,90\n"
    file = File(hashlib.sha256(content).hexdigest(), "q1.csv", len(content))
    rows = [Row("a", "measured", "90", place="row 2")]

    def record(_turn: int) -> int:
        new = department.clerk.record_values(
            department.id, "2026Q1", rows, file=file, content=content
        )
        return len(new)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(record, range(2))) == [0, 1]
    assert department.store.file(file.sha256) == content
    assert department.period().values[CellKey("a", "measured")].file == file
    department.store.verify_evaluations()


@on_each_database
def test_two_who_sign_at_once_sign_once(department) -> None:
    department.deliver()

    def sign(_turn: int) -> str:
        try:
            department.head.sign(department.id, "2026Q1")
        except StoreError as error:
            return str(error)
        return "signed"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(sign, range(2)))
    assert said == ["2026Q1 is signed already. Load the page again to see it.", "signed"]
    assert len(department.period().signatures) == 1


def test_only_what_was_looked_at_is_signed(department) -> None:
    department.deliver()
    shown = hashes_of(evidence_of(department.now, "2026Q1", 1))["evidence"]
    department.do(CheckUndone("2026Q1", "late data"))
    department.record(Row("a", "measured", "91"))
    department.do(PeriodChecked("2026Q1"))
    with pytest.raises(StoreError) as caught:
        department.head.sign(department.id, "2026Q1", shown=shown)
    assert str(caught.value) == (
        "The figures have changed since you opened this page. Look at them again, then sign."
    )
    assert department.period().signatures == ()
    shown = hashes_of(evidence_of(department.now, "2026Q1", 1))["evidence"]
    department.head.sign(department.id, "2026Q1", shown=shown)
    assert len(department.period().signatures) == 1


def test_only_the_value_that_was_looked_at_is_accepted(department) -> None:
    department.open()
    key = CellKey("a", "measured")
    department.record(Row(*key[:2], "90"))
    first = department.period().values[key].stamp.seq
    department.record(Row(*key[:2], "95"))
    with pytest.raises(StoreError) as caught:
        department.do(CellAccepted("2026Q1", tuple(key), first, "year's end"))
    assert str(caught.value) == (
        "'A', 'measured': the value has changed meanwhile; look at it again."
    )
    department.do(CellAccepted("2026Q1", tuple(key), first + 1, "year's end"))
    assert dict(department.period().accepted) == {key: (first + 1, "year's end")}


@on_each_database
def test_what_is_sent_again_is_done_once(department) -> None:
    department.open()
    rater = department.clerk.add_person(department.id, "rater", "Zhao").person.id
    department.do(RatingOpened("2026Q1", 1, (), ""))
    rated = Rated("2026Q1", 1, "a", "rated", "g75")
    for _turn in range(2):
        state = department.store.act_as(rater, rated, event_id="tap")
    assert state.seq == department.now.seq
    with pytest.raises(StoreError, match="event 'tap' was sent twice"):
        department.store.act_as(rater, replace(rated, value="g50"), event_id="tap")


def test_links_of_several_people(store) -> None:
    made = [store.create_evaluation(title).id for title in ("One", "Other")]
    people = [store.add_person(one, "rater", "Zhao").person.id for one in made]
    assert store.issue_person_links([]) == store.issue_links([]) == {}
    with pytest.raises(StoreError, match="^there is nobody 'nobody' in an evaluation$"):
        store.issue_person_links([*people, "nobody"])
    tokens = store.issue_person_links(people)
    for one, person in zip(made, people, strict=True):
        assert store.holder_of_link(tokens[person]) == (None, person)
        assert [event.kind for event in store.evaluation_events(one)][2:] == ["person_link_issued"]
    store.verify_evaluations()


@on_each_database
def test_people_and_their_links(department) -> None:
    person = department.clerk.add_person(department.id, "contact", "Sun", unit="a")
    assert (person.link, person.title) == ("none", "Quarters")
    store, someone = department.store, person.person.id
    token = department.clerk.issue_person_link(someone)
    session = store.open_link(token, None)
    assert store.holder_of_link(token) == (None, someone)
    assert [one.person.id for one in store.grants(session).persons] == [someone]
    assert not store.grants(session).organizer
    assert store.may_download(session, session, someone)
    assert not store.may_download(session, session, None)
    newer = department.clerk.issue_person_link(someone)
    assert store.grants(session).persons == ()
    with pytest.raises(LinkError, match="no longer valid"):
        store.open_link(token, None)
    session = store.open_link(newer, None)
    store.leave(session, someone)
    assert store.grants(session).persons == ()
    session = store.open_link(newer, None)
    department.clerk.remove_person(someone)
    assert store.grants(session).persons == ()
    assert store.people(department.id) == []
    store.verify_evaluations()


@on_each_database
def test_lists(department) -> None:
    store = department.store
    assert store.evaluations() == [department.clerk.evaluation(department.id)]
    assert store.evaluation(department.id) == EvaluationInfo(
        department.id, "Quarters", "simulated", department.now.created
    )
    department.do(EvaluationArchived())
    assert store.evaluations() == []
    assert [one.archived for one in store.evaluations(archived=True)] == [True]


def refused(act, code: str, chinese: str) -> None:
    with pytest.raises(AHPError) as caught:
        act()
    assert caught.value.code == code
    assert error_sentence(caught.value, "zh") == chinese


def test_roles(department) -> None:
    store = department.store
    store.add_account("Chen", "correct horse battery staple", ("reader",))
    [chen] = [one for one in store.accounts() if one.name == "Chen"]
    reader = store.by(Actor("organizer", chen.id))
    refused(
        lambda: reader.create_evaluation("Mine"),
        "may_not_run_evaluations",
        "“Chen”无权修改评价，需由组织者（经办人）操作。",
    )
    department.deliver()
    refused(
        lambda: department.clerk.sign(department.id, "2026Q1"),
        "may_not_sign",
        "“Wang”无权进行此操作，需由负责人办理。",
    )
    key = ("b", "late", "", "", "")
    for act in (
        EntryConfirmed("2026Q1", key, 1),
        SchemeApproved(2),
        ValuesRecorded("2026Q1", ()),
    ):
        with pytest.raises(AccessError, match="Chen"):
            reader.act(department.id, act)


def test_two_people(department) -> None:
    """A change of a running scheme, an entry and a signature take two."""
    department.open()
    department.record(Row("a", "late", "1", evidence="No. 7"))
    key = CellKey("a", "late")
    seq = department.period().values[key].stamp.seq
    confirm = EntryConfirmed("2026Q1", tuple(key), seq)
    refused(lambda: department.do(confirm), "second_person_is_first", ALONE)
    nobody = department.store
    refused(
        lambda: nobody.act(department.id, confirm),
        "second_person_without_account",
        "此操作须由两人完成，且两人都须有自己的账户：请以本人账户登录，尚无账户的，请在“账户”页添加。",
    )
    changed = small_scheme(version="2")
    department.do(SchemeProposed(2, changed.content, reason="new year"))
    refused(lambda: department.do(SchemeApproved(2)), "second_person_is_first", ALONE)
    department.head.act(department.id, SchemeApproved(2))
    assert department.now.version.number == 2
    assert department.period().version.number == 1


def appeal(department: Department) -> str:
    contact = department.clerk.add_person(department.id, "contact", "Sun", unit="b").person.id
    department.clerk.issue_notices(department.id, "2026Q1", "2099-12-31")
    cell = ("b", "measured", "", "", "")
    department.store.act_as(contact, NoticeOpened("2026Q1"))
    department.store.act_as(contact, Appealed("2026Q1", "one", cell, "two vouchers were ours"))
    return contact


def test_an_appeal_that_is_granted(department) -> None:
    department.deliver()
    appeal(department)
    assert next_step(department.now) == Step("notices", "decide_appeals", "2026Q1", 1)
    refused(
        lambda: department.head.sign(department.id, "2026Q1", early="no more"),
        "sign_before_decision",
        "还有 1 项申诉待处理：请先在“通报与申诉”页处理；通报已撤回的，须先重新发出。",
    )
    right = Row("b", "measured", "85")
    department.head.act(
        department.id, AppealDecided("2026Q1", "one", True, "the vouchers were theirs", right)
    )
    assert totals(department) == ["84.0", "79.0", "72.0"]
    held = department.period()
    assert held.notices.result["units"]["b"]["total"] == "76.0"
    assert held.appeals["one"].granted
    assert next_step(department.now) == Step("signing", "sign", "2026Q1")
    department.head.sign(department.id, "2026Q1", early="all agree")
    department.store.verify_evaluations()


ALONE = "此操作须由两人完成：第二步须由另一人办理。"


def test_who_issued_a_link_is_not_the_second_person(department) -> None:
    """Whoever made a personal link could have opened it, and done what was done by it."""
    department.open()
    owner = department.clerk.add_person(
        department.id, "data_owner", "Zhou", indicators=["case"]
    ).person.id
    department.clerk.issue_person_link(owner)
    key = CellKey("a", "case")
    department.store.record_values(
        department.id, "2026Q1", [Row("a", "case", "1", evidence="No. 7")], person=owner
    )
    seq = department.period().values[key].stamp.seq
    confirm = EntryConfirmed("2026Q1", tuple(key), seq)
    refused(lambda: department.do(confirm), "second_person_is_first", ALONE)
    other = department.store.add_account("Zheng", "correct horse battery staple", ["organizer"]).id
    # a new link, by somebody else, makes no second person of who issued the one it was done by
    department.store.by(Actor("organizer", other)).issue_person_link(owner)
    refused(lambda: department.do(confirm), "second_person_is_first", ALONE)
    department.head.act(department.id, confirm)
    assert department.period().counts(key)
    # what is done by the link of nobody's account can't be told from anybody's
    department.store.issue_person_link(owner)
    department.store.record_values(
        department.id, "2026Q1", [Row("b", "case", "1", evidence="No. 8")], person=owner
    )
    entry = department.period().values[CellKey("b", "case")]
    refused(
        lambda: department.head.act(
            department.id, EntryConfirmed("2026Q1", tuple(entry.row.key), entry.stamp.seq)
        ),
        "link_without_account",
        "此操作须由两名各有账户的人员完成，而办理第一步所用的专属链接系未以账户发放，无法确认由谁打开。"
        "请由有账户的人员重新发放链接，撤回第一步后重新办理。",
    )
    department.store.verify_evaluations()


def test_who_issued_the_link_of_a_contact_does_not_grant_the_appeal(department) -> None:
    department.deliver()
    both = department.store.add_account(
        "Zheng", "correct horse battery staple", ["organizer", "head"]
    ).id
    alone = department.store.by(Actor("organizer", both))
    contact = department.clerk.add_person(department.id, "contact", "Sun", unit="b").person.id
    alone.issue_person_link(contact)
    department.clerk.issue_notices(department.id, "2026Q1", "2099-12-31")
    cell = tuple(CellKey("b", "late"))
    department.store.act_as(contact, Appealed("2026Q1", "one", cell, "not ours"))
    row = Row("b", "late", "0", evidence="No. 9")
    granted = AppealDecided("2026Q1", "one", True, "so it is", row)
    refused(lambda: alone.act(department.id, granted), "second_person_is_first", ALONE)
    department.head.act(department.id, granted)
    assert totals(department) == ["84.0", "78.0", "72.0"]
    # a rejection changes no figure: the only head can make it
    again = tuple(CellKey("b", "measured"))
    department.store.act_as(contact, Appealed("2026Q1", "two", again, "85 is right"))
    alone.act(department.id, AppealDecided("2026Q1", "two", False, "the list says 80"))
    assert not department.period().open_appeals
    department.store.verify_evaluations()


def test_an_appeal_by_a_link_that_was_issued_without_an_account(department) -> None:
    department.deliver()
    contact = department.clerk.add_person(department.id, "contact", "Sun", unit="b").person.id
    department.store.issue_person_link(contact)
    department.clerk.issue_notices(department.id, "2026Q1", "2099-12-31")
    cell, right = tuple(CellKey("b", "measured")), Row("b", "measured", "85")
    department.store.act_as(contact, Appealed("2026Q1", "one", cell, "85 is right"))
    granted = AppealDecided("2026Q1", "one", True, "so it is", right)
    refused(
        lambda: department.head.act(department.id, granted),
        "appeal_link_without_account",
        "此操作须由两名各有账户的人员完成，而提出申诉所用的专属链接系未以账户发放，无法确认由谁打开。"
        "请由有账户的人员为联系人重新发放链接，以此为由驳回本申诉，再由联系人重新申诉；"
        "申诉期已过的，请先撤销并重新完成核对，再次发出通报。",
    )
    # what it says to do is possible
    department.clerk.issue_person_link(contact)
    rejected = AppealDecided("2026Q1", "one", False, "by another link, please")
    department.head.act(department.id, rejected)
    department.store.act_as(contact, Appealed("2026Q1", "two", cell, "85 is right"))
    department.head.act(department.id, replace(granted, appeal="two"))
    assert totals(department) == ["84.0", "79.0", "72.0"]
    department.store.verify_evaluations()


def test_a_granted_appeal_is_not_undone(department) -> None:
    """The clerk undoes the check, and can't record, remove or reject what was decided."""
    department.deliver()
    contact = appeal(department)
    late = tuple(CellKey("b", "late"))
    department.store.act_as(contact, Appealed("2026Q1", "two", late, "once is too much"))
    head = department.head
    right = Row("b", "measured", "85")
    head.act(department.id, AppealDecided("2026Q1", "one", True, "theirs", right))
    waived = Row("b", "late", "0", evidence="No. 9")
    head.act(department.id, AppealDecided("2026Q1", "two", True, "the system was down", waived))
    assert totals(department) == ["84.0", "81.0", "72.0"]
    department.do(CheckUndone("2026Q1", "late data"))
    measured = CellKey("b", "measured")
    for act in (
        lambda: department.record(Row("b", "measured", "80")),
        lambda: department.record(Row("b", "measured", "80", rater="Wu")),
        lambda: department.clerk.record_values(department.id, "2026Q1", [], removed=[measured]),
    ):
        refused(
            act,
            "decision_stays",
            "“B”的“measured”已由申诉处理确定，处理结果不能撤回。如有错误，请在签批之后提出更正。",
        )
    seq = department.period().values[CellKey("b", "late")].stamp.seq
    with pytest.raises(StoreError) as caught:
        department.do(EntryRejected("2026Q1", late, seq, "it was late"))
    assert str(caught.value) == (
        "'B', 'late': this value was decided on an appeal, and a decision can't be taken back. If "
        "it is wrong, propose a correction once the period is signed."
    )
    department.record(Row("c", "measured", "75"))
    department.do(PeriodChecked("2026Q1"))
    assert totals(department) == ["84.0", "81.0", "75.0"]
    # units were told that they may appeal: to sign before takes a reason, with or without notices
    refused(
        lambda: head.sign(department.id, "2026Q1"),
        "sign_before_appeals_end",
        "各单位可在2099-12-31（UTC）或之前提出申诉。如需提前签批，请说明原因。",
    )
    head.sign(department.id, "2026Q1", early="all agree")
    department.do(CorrectionProposed("2026Q1", (Row("b", "measured", "80"),), "it was 80"))
    head.sign(department.id, "2026Q1", revision=2)
    assert totals(department) == ["84.0", "78.0", "75.0"]
    department.store.verify_evaluations()


def test_an_appeal_waits_over_a_check_that_is_undone(department) -> None:
    department.deliver()
    appeal(department)
    department.do(CheckUndone("2026Q1", "late data"))
    assert next_step(department.now) == Step("check", "finish_check", "2026Q1")
    department.do(PeriodChecked("2026Q1"))
    assert next_step(department.now) == Step("notices", "issue_notices_again", "2026Q1", 1)
    with pytest.raises(StoreError) as caught:
        department.head.sign(department.id, "2026Q1", early="no more")
    assert str(caught.value) == (
        "1 appeals wait for a decision: decide them first, on the page of notices. Notices that "
        "were withdrawn are sent out again before that."
    )
    department.clerk.issue_notices(department.id, "2026Q1", "2099-12-31")
    assert next_step(department.now) == Step("notices", "decide_appeals", "2026Q1", 1)


def test_no_grade_is_recorded_beside_those_of_raters(department) -> None:
    """Whoever has seen a round can't outvote its raters."""
    department.open()
    department.record(Row("c", "rated", "g75", rater="Zheng"))  # before anybody has rated
    department.rate("g50")
    for row in (Row("c", "rated", "g100"), Row("c", "rated", "g100", rater="Zheng")):
        refused(
            lambda row=row: department.record(row),
            "rated_by_raters",
            "“C”的“rated”已由评分人评分，不能再另行录入数值。请去掉该项；如需改变评分，请再开一轮。",
        )
    with pytest.raises(StoreError) as caught:
        department.record(Row("c", "rated", "g100", rater="Wu"))
    assert str(caught.value) == (
        "'C', 'rated': raters have rated this, and no value is recorded beside theirs. Leave it "
        "out; to change the rating, open another round."
    )
    zheng = CellKey("c", "rated", rater="Zheng")
    department.clerk.record_values(department.id, "2026Q1", [], removed=[zheng])
    found = [
        (one["rater"], one["value"])
        for one in records_of(department.now, "2026Q1")
        if (one["unit"], one["indicator"]) == ("C", "rated")
    ]
    assert found == [("Zhao", "g50"), ("Qian", "g50")]


REFUSALS: dict[str, tuple[Done, str]] = {
    "unknown unit": (
        ValuesRecorded("2026Q1", (Row("x", "measured", "1"),)),
        "单位名录中没有“x”。",
    ),
    "unknown indicator": (
        ValuesRecorded("2026Q1", (Row("a", "nothing", "1"),)),
        "“nothing”不是本方案的指标，也不是扣分、加分或否决项。",
    ),
    "no document": (
        ValuesRecorded("2026Q1", (Row("a", "case", "1"),)),
        "“A”的“case”：扣分、加分和一票否决必须填写依据文号。",
    ),
    "twice": (
        ValuesRecorded("2026Q1", (Row("a", "measured", "1"), Row("a", "measured", "2"))),
        "“A”的“measured”出现两个数值，只能有一个。",
    ),
    "nothing to remove": (
        ValuesRecorded("2026Q1", (), (("a", "measured", "", "", ""),)),
        "“A”没有“measured”的数值。",
    ),
    "no such period": (PeriodChecked("2026Q2"), "尚未开启评价期2026Q2，请先开启。"),
    "opened twice": (
        PeriodOpened("2026Q1", 1, "2026-04-10", {}),
        "评价期2026Q1已开启。",
    ),
    "another kind of period": (
        PeriodOpened("2026-05", 1, "2026-04-10", {}),
        "2026-05 是月份，应为季度。",
    ),
    "no raters": (RatingOpened("2026Q1", 1, (), ""), "尚无评分人，请先添加。"),
    "no rating": (RatingClosed("2026Q1", 1), "第 1 轮评分已结束。"),
    "no check": (
        CheckUndone("2026Q1", "late data"),
        "2026Q1尚未完成核对，请先完成核对。",
    ),
    "no notices": (
        AppealDecided("2026Q1", "one", False, "no"),
        "该申诉已作出处理。",
    ),
    "not signed": (
        CorrectionProposed("2026Q1", (Row("a", "measured", "1"),), "wrong"),
        "2026Q1尚未完成核对，请先完成核对。",
    ),
    "unit again": (UnitAdded(Unit("A", id="d")), "“A”与同一时期的“A”重名，请换一个名称。"),
    "merged as it is added": (
        UnitAdded(Unit("D", id="d", merged_into="e", merged_from="2026Q1")),
        "“D”并入哪家单位，只能通过“合并”登记。",
    ),
    "merged as it is changed": (
        UnitChanged(Unit("A", id="a", merged_into="b", merged_from="2026Q1")),
        "“A”并入哪家单位，只能通过“合并”登记。",
    ),
    "a namesake within a quarter": (
        UnitChanged(Unit("B", id="a", active_to="2025Q4")),
        "“B”与同一时期的“B”重名，请换一个名称。",
    ),
    "nobody changed": (PersonChanged("Wu"), "本评价中没有人员“”。"),
    "nobody removed": (PersonRemoved(), "本评价中没有人员“”。"),
    "nobody's link": (PersonLinkIssued(1), "本评价中没有人员“”。"),
    "merged into itself": (UnitMerged("a", "a", "2026Q2"), "“A”不能并入自身。"),
    "version out of turn": (
        SchemeProposed(7, small_scheme(version="2").content),
        "方案的下一版本号应为 2。",
    ),
    "nothing to approve": (SchemeApproved(2), "方案第 2 版并非待批准状态。"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be(department, case) -> None:
    action, said = REFUSALS[case]
    department.open()
    before = department.now.seq
    store = department.head if "sign" in action.acts else department.clerk
    with pytest.raises(AHPError) as caught:
        store.act(department.id, action)
    assert error_sentence(caught.value, "zh") == said
    assert department.now.seq == before


def test_a_value_that_does_not_fit_the_scheme(department) -> None:
    department.open()
    with pytest.raises(AHPError, match="'many', expected a number"):
        department.record(Row("a", "measured", "many"))
    assert department.period().values == {}


@pytest.mark.parametrize(
    ("entry", "value", "said"),
    [
        ("late", "no", "2026Q1：第 2 行，value 列：为 “no”，“late” 应填写数字。"),
        ("case", "-1", "2026Q1：第 2 行，value 列：“case” 的 “-1” 小于 0，应为 0 或正数。"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused_when_it_is_recorded(
    department, entry, value, said
) -> None:
    """Not when it is confirmed, which would leave the period without any result."""
    department.open()
    department.record(Row("a", "measured", "90"))
    with pytest.raises(AHPError) as caught:
        department.record(Row("a", entry, value, evidence="No. 7"))
    assert error_sentence(caught.value, "zh") == said
    assert department.period().undecided == ()


def test_raters(department) -> None:
    department.open()
    own = department.clerk.add_person(department.id, "rater", "Zhao", unit="a").person.id
    contact = department.clerk.add_person(department.id, "contact", "Sun", unit="a").person.id
    rate = department.store.act_as
    refused(
        lambda: rate(own, Rated("2026Q1", 1, "b", "rated", "g75")),
        "rating_is_closed",
        "第 1 轮评分已结束。",
    )
    department.do(RatingOpened("2026Q1", 1, (), ""))
    refused(
        lambda: rate(own, Rated("2026Q1", 1, "a", "rated", "g75")),
        "rating_of_own_unit",
        "“A”是您所在的单位，不得为本单位评分。",
    )
    refused(
        lambda: rate(own, Rated("2026Q1", 1, "b", "measured", "90")),
        "rating_not_asked",
        "“B”的“measured”不在您的评分范围内。",
    )
    refused(
        lambda: rate(contact, Rated("2026Q1", 1, "b", "rated", "g75")),
        "act_of_another_kind",
        "此操作不属于该人员的职责。",
    )
    refused(
        lambda: department.clerk.act(department.id, Rated("2026Q1", 1, "b", "rated", "g75")),
        "act_of_another_kind",
        "此操作不属于该人员的职责。",
    )
    rate(own, Rated("2026Q1", 1, "b", "rated", "g75"))
    assert department.period().ratings == {}  # blind until the round is closed
    rate(own, RatingsSubmitted("2026Q1", 1))
    refused(
        lambda: rate(own, Rated("2026Q1", 1, "b", "rated", "g50")),
        "rating_submitted",
        "您已提交评分，不能再修改。",
    )
    department.do(RatingClosed("2026Q1", 1))
    [[rating]] = [one.values() for one in department.period().ratings.values()]
    assert rating.value == "g75"


def test_what_a_rater_gave_for_the_own_unit_does_not_count(department) -> None:
    """Whenever the unit is said: after a round, or by merging; signed results stay."""
    department.open()
    store = department.store
    zhao, qian = department.rate()
    cells = [("a", "rated", ""), ("b", "rated", ""), ("c", "rated", "")]

    def rated(person: str) -> list[tuple[str, str, str]]:
        ratings = department.period().ratings
        return sorted(cell for cell, given in ratings.items() if person in given)

    assert rated(zhao) == rated(qian) == cells
    department.clerk.change_person(zhao, "Zhao", unit="b")
    assert (rated(zhao), rated(qian)) == ([cells[0], cells[2]], cells)
    department.clerk.change_person(zhao, "Zhao")  # said to be of no unit, to rate it in a round
    department.do(RatingOpened("2026Q1", 2, (cells[1],), ""))
    store.act_as(zhao, Rated("2026Q1", 2, "b", "rated", "g100"))
    department.clerk.change_person(zhao, "Zhao", unit="b")
    store.act_as(zhao, RatingsSubmitted("2026Q1", 2))
    department.do(RatingClosed("2026Q1", 2))
    assert rated(zhao) == [cells[0], cells[2]]
    department.do(UnitMerged("b", "c", "2026Q2"))
    assert rated(zhao) == [cells[0]]
    department.do(PeriodChecked("2026Q1"))
    refused(
        lambda: department.clerk.change_person(qian, "Qian", unit="a"),
        "rater_of_rated_unit",
        "“Qian”已在2026Q1评过“A”，而该期已完成核对。请先撤销核对；此后其对本单位的评分不再计入。",
    )
    department.clerk.change_person(qian, "Qian", organization="Headquarters")
    department.head.sign(department.id, "2026Q1")
    department.clerk.change_person(qian, "Qian", unit="a")
    assert rated(qian) == cells
    department.open("2026Q2")
    department.do(RatingOpened("2026Q2", 1, (), ""))
    refused(
        lambda: store.act_as(zhao, Rated("2026Q2", 1, "c", "rated", "g75")),
        "rating_of_own_unit",
        "“C”是您所在的单位，不得为本单位评分。",
    )
    store.verify_evaluations()


def test_data_owners_deliver_their_own_indicators(department) -> None:
    department.open()
    owner = department.clerk.add_person(
        department.id, "data_owner", "Zhou", indicators=["measured"]
    ).person.id
    new = department.store.record_values(
        department.id, "2026Q1", [Row("a", "measured", "90")], person=owner
    )
    assert len(new) == 1
    refused(
        lambda: department.store.record_values(
            department.id, "2026Q1", [Row("a", "late", "1", evidence="No. 7")], person=owner
        ),
        "values_of_others",
        "“Zhou”只能报送本人负责的指标。",
    )
    refused(
        lambda: department.clerk.act(
            department.id, PersonAdded("data_owner", "Wu"), person="someone"
        ),
        "owner_without_indicators",
        "请为数据提供人“Wu”选择其报送的指标。",
    )


def test_a_merged_unit_is_no_more(department) -> None:
    department.do(UnitMerged("c", "b", "2026Q2", "reorganization"))
    department.open("2026Q1")
    department.open("2026Q2")
    department.record(Row("c", "measured", "70"), period="2026Q1")
    refused(
        lambda: department.record(Row("c", "measured", "70"), period="2026Q2"),
        "unit_not_active",
        "“C”在 2026Q2 不参评。",
    )
    assert result_of(department.now, "2026Q1").units == ("A", "B", "C")
    assert result_of(department.now, "2026Q2").units == ("A", "B")


def test_a_checked_period_keeps_its_units(department) -> None:
    """Nobody joins it, leaves it or goes into another unit in it; afterwards they may."""
    department.deliver()
    joins = UnitAdded(Unit("D", id="d"))
    ends = UnitChanged(Unit("C", id="c", active_to="2025Q4"))
    merges = UnitMerged("c", "b", "2026Q1", "reorganization")
    refused(
        lambda: department.do(joins),
        "unit_joins_late",
        "“D”将列入2026Q1，而该期已完成核对。请填写参评起始日期：2026-04-01或之后。",
    )
    for change in (ends, merges):
        refused(
            lambda change=change: department.do(change),
            "units_while_checked",
            "“C”：2026Q1已完成核对，该期参评单位不再变动。请先撤销核对，或自2026-04-01起变更。",
        )
    department.clerk.issue_notices(department.id, "2026Q1", "2099-12-31")
    with pytest.raises(StoreError) as caught:
        department.do(joins)
    assert str(caught.value) == (
        "'D' would be evaluated in 2026Q1, whose check is finished. Give the first day on which it "
        "is evaluated: 2026-04-01 or a later one."
    )
    department.head.sign(department.id, "2026Q1", early="all agree")
    for change in (ends, merges):
        refused(
            lambda change=change: department.do(change),
            "units_while_signed",
            "“C”：2026Q1已签批，该期参评单位不再变动。请自2026-04-01起变更。",
        )
    renamed = UnitChanged(Unit("C2", id="c", former_names=("C",)))
    later = UnitAdded(Unit("D", id="d", active_from="2026-04-01"))
    department.do(renamed, later, replace(merges, period="2026Q2"))
    right = Row("b", "measured", "95", evidence="No. 9")
    department.do(CorrectionProposed("2026Q1", (right,), "two vouchers counted twice"))
    department.head.sign(department.id, "2026Q1", revision=2)
    signed = department.period().signatures
    assert [[*one.evidence["units"]] for one in signed] == [["a", "b", "c"]] * 2
    department.store.verify_evaluations()


FORGERIES = {
    "a value": (
        "UPDATE evaluation_events SET detail = replace(detail, '\"90\"', '\"99\"') "
        "WHERE kind = 'values_recorded'",
        "its content does not match its hash",
    ),
    "a file": ("UPDATE files SET content = :other", "file 'q1.csv' is not the one that was kept"),
    "a name": ("UPDATE people SET name = 'Zheng' WHERE name = 'Zhao'", "Zheng"),
    "the end": (
        "DELETE FROM evaluation_events WHERE kind = 'period_signed'",
        "the log ends",
    ),
}


@pytest.mark.parametrize("case", FORGERIES)
@on_each_database
def test_forgeries_are_found(department, database, case) -> None:
    sql, said = FORGERIES[case]
    department.open()
    content = b"unit,measured\nA,90\n"
    file = File(hashlib.sha256(content).hexdigest(), "q1.csv", len(content))
    department.clerk.record_values(
        department.id, "2026Q1", [Row("a", "measured", "90")], file=file, content=content
    )
    department.rate()
    department.do(PeriodChecked("2026Q1"))
    department.head.sign(department.id, "2026Q1")
    department.store.verify_evaluations()
    values = {"other": b"unit,measured\nA,99\n"} if ":other" in sql else {}
    assert database.execute(sql, **values)
    with pytest.raises(LogError, match=said):
        department.store.verify_evaluations()


def test_a_result_that_does_not_follow_is_found(department, monkeypatch) -> None:
    """Signed by a server whose sums were wrong."""
    department.deliver()
    honest = evaluations.evidence_of

    def wrong(*arguments):
        evidence = json.loads(json.dumps(honest(*arguments)))
        evidence["units"]["c"]["total"] = "99.0"
        return evidence

    monkeypatch.setattr(evaluations, "evidence_of", wrong)
    department.head.sign(department.id, "2026Q1")
    with pytest.raises(LogError, match="the result of 2026Q1 is not the one that follows"):
        department.store.verify_evaluations()


def test_the_example_is_a_year_that_verifies(store) -> None:
    made = store.add_example("Example", "simulated", "zh")
    assert store.add_example("Example", "simulated", "zh") == made
    [log] = store.verify_evaluations()
    assert log.signed == ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
    now = store.evaluation_state(made.id)
    table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    scheme = load_scheme("supervision_effectiveness")
    expected = evaluate(scheme, read_observations(table))
    different = {
        (one["name"], period, one["total"], str(expected.total(one["name"], period)))
        for period, held in now.periods.items()
        for one in held.signatures[-1].evidence["units"].values()
        if one["total"] != str(expected.total(one["name"], period))
    }
    assert different == {
        ("乙市监督中心", "2026Q1", "82.2", "82.0"),  # corrected after it was signed
        ("辛市监督中心", "2026Q3", "84.6", "84.2"),  # an appeal was granted
    }
    assert [one.granted for held in now.periods.values() for one in held.appeals.values()] == [
        False,
        True,
    ]
    with pytest.raises(StoreError, match="2026Q1 is signed and closed"):
        store.record_values(made.id, "2026Q1", [Row("unit-01", "briefings", "9")])
