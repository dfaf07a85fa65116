"""What goes into the log is short enough to be kept for ever, and is read back first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from ahp.errors import (
    AHPError,
    AnswersError,
    DatabaseError,
    OptionError,
    StoreError,
    TextLimitError,
)
from ahp.messages import MESSAGES
from ahp.process.asking import Asking, Way
from ahp.process.draft import Draft
from ahp.process.evaluations import limits
from ahp.process.evaluations.attachments import attached
from ahp.process.evaluations.events import (
    AliasLearned,
    Appealed,
    CorrectionProposed,
    Done,
    File,
    LayoutRemembered,
    PeriodSigned,
    Rated,
    Row,
    SchemeProposed,
    UnitAdded,
    ValuesRecorded,
)
from ahp.process.evaluations.limits import MOST_VALUES, check_action
from ahp.process.evaluations.units import Unit
from ahp.process.events import Action, WordingMended, read_action
from ahp.process.invitation import Invitation
from ahp.process.settings import Settings
from ahp.store import Store, StudyInfo, log
from ahp.study import Answers, Judgment
from ahp.study.limits import LONGEST
from ahp.study.standing import Standing
from tests.evaluation_case import PERIOD, make_case

PAIR = ("goal", "a", "b")


@pytest.fixture
def url(tmp_path) -> str:
    """What is checked here does not depend on the database."""
    return f"sqlite:///{tmp_path / 'ahp.db'}"


def too_long(what: str, length: int) -> str:
    return (
        f"{MESSAGES[f'the_{what}']} has {length} characters, at most {LONGEST[what]} can be "
        "stored. Nothing was saved; please shorten it."
    )


def test_every_text_has_a_limit(store: Store, study: StudyInfo, survey) -> None:
    store.set_asking(study.id, Asking(cannot_judge=True))
    expert = store.add_expert(study.id, "E" * 200, "O" * 200).id
    evaluation = store.create_evaluation("V").id
    long = "x" * 2_000_000
    one = Judgment("E", *PAIR, "3", place=long)
    writes: dict[str, list[Callable[[], object]]] = {
        "title": [lambda: store.create_study(survey, long)],
        "note": [lambda: store.create_study(survey, "T", note=long)],
        "name": [
            lambda: store.add_expert(study.id, long),
            lambda: store.import_answers(study.id, Answers((replace(one, expert=long),))),
        ],
        "organization": [lambda: store.add_expert(study.id, "F", long)],
        "comment": [lambda: store.comment(expert, *PAIR, long, event_id="1")],
        "reason": [
            lambda: store.give_reason(expert, *PAIR, long, event_id="2"),
            lambda: store.keep(expert, "goal", long, event_id="3"),
            lambda: store.set_standing(expert, Standing(weight=2, reason=long)),
            lambda: store.set_standing(expert, Standing(recused={"a": long})),
        ],
        "consent": [
            lambda: store.start(expert, way="pairs", short=False, consent=long, event_id="4")
        ],
        "source": [lambda: store.answer(expert, *PAIR, "3", event_id="5", source=long)],
        "place": [lambda: store.upload_answers(expert, [one])],
        "contradictions": [lambda: store.note_shown(expert, "goal", long, round_number=1)],
        "survey": [lambda: store.create_study(replace(survey, description={"en": long}), "T")],
        "text": [lambda: store.act(evaluation, AliasLearned(long, "u"))],
        "document": [
            lambda: store.record_values(evaluation, "2026", [Row("u", "i", "1", evidence=long)])
        ],
        "stated": [lambda: store.note_naming([expert], True, long)],
        "sentence": [lambda: store.write_report(study.id, 1, "en", {"first": long})],
        "rules": [lambda: store.act(evaluation, SchemeProposed(1, long))],
        "layout": [lambda: store.act(evaluation, LayoutRemembered("L", long))],
        "asks": [lambda: Invitation(asks=long)],
        "contact": [lambda: Invitation(contact=long)],
        "greeting": [lambda: Invitation(greeting={"zh": long})],
        "email": [lambda: store.set_emails(study.id, {expert: long})],
        "draft": [lambda: store.add_draft(Draft.of(replace(survey, description={"en": long})))],
        "wording": [lambda: WordingMended("explanation", "en", "old", long, "a")],
    }
    assert writes.keys() == LONGEST.keys() - {"value"}  # the scale is the limit of values
    before = store.events(study.id)
    for what, all_writes in writes.items():
        for write in all_writes:
            with pytest.raises(TextLimitError) as caught:
                write()
            length = caught.value.parameters["length"]
            assert str(caught.value) == too_long(what, length)
            assert length >= 2_000_000
    assert store.events(study.id) == before
    with pytest.raises(TextLimitError) as caught:
        store.comment(expert, *PAIR, "x" * 1001, event_id="6")
    assert str(caught.value) == too_long("comment", 1001)
    store.comment(expert, *PAIR, "x" * 1000, event_id="6")
    store.verify_log()


LONG = "x" * 1001
CELL = ("u", "i", "", "", "")


@pytest.mark.parametrize(
    ("what", "action"),
    [
        ("note", Rated("2026", 1, "u", "i", "good", note=LONG)),
        ("value", Rated("2026", 1, "u", "i", LONG)),
        ("reason", Appealed("2026", "a", CELL, LONG)),
        ("text", Appealed("2026", "a", ("u", "i", LONG, "", ""), "why")),
        ("name", Appealed("2026", "a", CELL, "why", File("0", LONG, 1))),
        ("reason", PeriodSigned("2026", 1, "{}", LONG)),
        ("place", ValuesRecorded("2026", (Row("u", "i", "1", place=LONG),))),
        ("document", CorrectionProposed("2026", (Row("u", "i", "1", evidence=LONG),), "why")),
        ("text", UnitAdded(Unit("U", id="u", aliases=("V", LONG)))),
    ],
)
def test_texts_of_evaluations_have_limits_wherever_they_stand(what: str, action: Done) -> None:
    with pytest.raises(TextLimitError) as caught:
        check_action(action)
    assert str(caught.value) == too_long(what, 1001)


def test_what_the_store_computes_has_none() -> None:
    check_action(PeriodSigned("2026", 1, "x" * 2**20))


def test_files_beyond_the_limit_are_not_kept(store: Store, monkeypatch) -> None:
    case = make_case(store)
    case.issue()
    monkeypatch.setattr(limits, "MOST_KEPT", 0)
    content = b"%PDF-1.7"
    appealed = Appealed(
        PERIOD, "a", ("u1", "errors", "", "", ""), "why", attached("a.pdf", content)
    )
    with pytest.raises(StoreError, match=r"^'a\.pdf' can't be attached: the files of this"):
        store.act_as(case.contacts["u1"], appealed, content=content)
    assert not case.now.periods[PERIOD].appeals


def test_values_at_once_have_a_limit() -> None:
    rows = tuple(Row("u", "i", "1", item=f"{k}") for k in range(MOST_VALUES + 1))
    check_action(ValuesRecorded("2026", rows[1:]))
    with pytest.raises(StoreError) as caught:
        check_action(ValuesRecorded("2026", rows))
    assert str(caught.value) == (
        "20001 values at once are too many: at most 20000 can be recorded. Please split the file."
    )


def test_a_value_of_a_file_has_a_limit(store: Store, survey) -> None:
    pairs = [(parent, *pair) for parent, *pair in survey.hierarchy.comparisons]
    answers = Answers(tuple(Judgment("E", *pair, "3." + "0" * 60) for pair in pairs))
    with pytest.raises(TextLimitError) as caught:
        store.import_study(survey, answers, "T")
    assert str(caught.value) == too_long("value", 62)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Settings("eigenvector", "saaty", rounds=2.5),
            "rounds = 2.5, expected a whole number",
        ),
        (
            lambda: Settings("eigenvector", "saaty", rounds=True),
            "rounds = True, expected a whole number",
        ),
        (lambda: Settings("eigenvector", "saaty", trim="0.1"), "trim = '0.1', expected a number"),
        (
            lambda: Settings("eigenvector", "saaty", feedback_from=5.0),
            "feedback_from = 5.0, expected a whole number",
        ),
        (lambda: Standing(weight="2"), "weight = '2', expected a number"),
        (lambda: Standing(reason=None), "reason = None, expected text"),
        (lambda: Standing(recused={"a": 1}), "recused = {'a': 1}, expected a table of texts"),
        (lambda: Standing(recused={1: "a"}), "recused = {1: 'a'}, expected a table of texts"),
        (lambda: Asking(short_form=1), "short_form = 1, expected true or false"),
        (lambda: Way("pairs", 1, ()), "short = 1, expected true or false"),
        (
            lambda: Way("pairs", True, (("a", "b", 1),)),
            "order has ('a', 'b', 1), expected parent, left and right as text",
        ),
    ],
)
def test_types_are_checked_on_construction(make: Callable[[], object], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        make()
    assert str(caught.value) == message


def test_an_entry_holds_texts_alone(store: Store, study: StudyInfo) -> None:
    expert = store.add_expert(study.id, "E").id
    with pytest.raises(AnswersError) as caught:
        store.answer(expert, *PAIR, 3, event_id="1")
    assert str(caught.value) == "value = 3, expected text"


class Forged:
    """A choice that was not checked when it was made."""

    def __init__(self, content: str) -> None:
        self.content = content
        self.recused: dict[str, str] = {}
        self.random_index = "saaty"


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (
            lambda store, study, _expert: store.set_settings(
                study, Forged('{"method":"eigenvector","random_index":"saaty","rounds":2.5}')
            ),
            "settings: rounds: is a number, expected a whole number",
        ),
        (
            lambda store, study, _expert: store.set_asking(study, Forged('{"way":"some"}')),
            "asking: way = 'some', expected one of 'expert', 'pairs', 'rank'",
        ),
        (
            lambda store, _study, expert: store.set_standing(expert, Forged("[]")),
            "standing: top level: is an empty array, expected a table",
        ),
    ],
)
def test_what_cannot_be_read_back_is_not_written(
    store: Store, study: StudyInfo, write: Callable[..., object], message: str
) -> None:
    expert = store.add_expert(study.id, "E").id
    before = store.events(study.id)
    with pytest.raises(AHPError) as caught:
        write(store, study.id, expert)
    assert str(caught.value) == message
    assert store.events(study.id) == before
    store.verify_log()


def test_every_kind_of_event_is_read_back(
    store: Store, study: StudyInfo, monkeypatch: pytest.MonkeyPatch, answer_all
) -> None:
    read: list[str] = []

    def noted(columns) -> Action:
        read.append(columns["kind"])
        return read_action(columns)

    monkeypatch.setattr(log, "read_action", noted)
    expert = store.add_expert(study.id, "E").id
    store.issue_link(expert)
    store.set_settings(study.id, replace(store.settings(study.id), rounds=4))
    answer_all(store, expert)
    store.submit(expert, event_id="submit")
    store.close_round(study.id)
    assert read == [event.kind for event in store.events(study.id)][1:]


def test_a_database_that_fails_is_told_apart(store: Store, study: StudyInfo, url: str) -> None:
    with store._database.write() as session:
        session.execute(text("DROP TABLE events"))
    with pytest.raises(DatabaseError):
        store.events(study.id)
