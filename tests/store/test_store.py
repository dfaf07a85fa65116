from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import event

from ahp import load_survey
from ahp.errors import (
    AnswersError,
    IncompleteError,
    LockedError,
    MatrixError,
    StoreError,
)
from ahp.process.itinerary import Replies
from ahp.store import ExpertInfo, Store
from ahp.study import Answers, Judgment
from ahp.study.standing import Standing


def judgments(expert, value="3", **other):
    pairs = [("goal", "a", "b"), ("goal", "c", "a"), ("goal", "b", "c"), ("a", "a2", "a1")]
    return [
        Judgment(expert, *pair, other.get("".join(pair[1:]), value), f"panel.csv: line {k}")
        for k, pair in enumerate(pairs, start=2)
    ]


def kinds(store, study):
    return [one.kind for one in store.events(study.id)]


def test_study_round_trip(store, survey, frozen):
    created = store.create_study(survey, " Pilot ", note="simulated")
    assert store.study(created.id) == created
    assert (created.title, created.note, created.round, created.open) == (
        "Pilot",
        "simulated",
        1,
        True,
    )
    assert re.fullmatch("[0-9a-f]{32}", created.id)
    assert created.created == "2026-03-01T12:00:00.000000+00:00"
    assert created.survey.content == survey.content


def test_shipped_survey_is_read_back_as_it_was(store):
    survey = load_survey("supervision_effectiveness")
    stored = store.study(store.create_study(survey, "事后监督效能评价").id)
    assert stored.survey.content_hash == survey.content_hash
    assert stored.title == "事后监督效能评价"


def test_studies_come_newest_first(store, survey, frozen):
    first = store.create_study(survey, "First")
    frozen.move(seconds=1)
    second = store.create_study(survey, "Second")
    assert store.studies() == [second, first]


def test_no_studies(store):
    assert store.studies() == []
    assert store.verify_log() == []


@pytest.mark.parametrize("title", ["", " \t", "two\nlines", "nul\x00"])
def test_title_is_one_line(store, survey, title):
    with pytest.raises(StoreError, match=r"^Please write a title, in one line\.$"):
        store.create_study(survey, title)
    assert store.studies() == []


def test_unknown_study(store):
    for action in (
        store.study,
        store.close_round,
        store.experts,
        store.answers,
        store.events,
        lambda study: store.add_expert(study, "Ada"),
    ):
        with pytest.raises(StoreError, match="^no study 'nowhere'$"):
            action("nowhere")


def test_unknown_expert(store):
    for action in (
        store.expert,
        store.current,
        store.issue_link,
        store.revoke_link,
        lambda expert: store.set_place(expert, "1"),
        lambda expert: store.answer(expert, "goal", "a", "b", "3", event_id="e"),
        lambda expert: store.submit(expert, event_id="e"),
    ):
        with pytest.raises(StoreError, match="^no expert 'nobody'$"):
            action("nobody")


def test_expert_round_trip(store, study):
    added = store.add_expert(study.id, " 王芳 ", " 审计处 ")
    assert added == ExpertInfo(
        id=added.id,
        study_id=study.id,
        name="王芳",
        organization="审计处",
        answered=0,
        total=4,
        submitted=False,
        link="none",
        place=None,
        standing=Standing(),
        progress={"goal": (0, 3), "a": (0, 1)},
        last_answer=None,
        replies=Replies(),
        sitting=added.sitting,
    )
    assert store.expert(added.id) == added
    assert store.add_expert(study.id, "Bo", " ").organization is None


def test_experts_keep_the_order_they_were_added_in(store, study):
    names = ["Zoe", "Ada", "Max"]
    for name in names:
        store.add_expert(study.id, name)
    assert [expert.name for expert in store.experts(study.id)] == names


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (" ", "Please write a name, in one line."),
        ("a\nb", "Please write a name, in one line."),
        ("Ada", "This study has an expert “Ada” already."),
        (" Ada ", "This study has an expert “Ada” already."),
    ],
)
def test_expert_name_is_refused(store, study, name, message):
    store.add_expert(study.id, "Ada")
    with pytest.raises(StoreError, match=f"^{re.escape(message)}$"):
        store.add_expert(study.id, name)
    assert kinds(store, study) == ["study_created", "expert_added"]


def test_two_studies_may_ask_the_same_expert(store, study, survey):
    other = store.create_study(survey, "Other")
    assert store.add_expert(study.id, "Ada").id != store.add_expert(other.id, "Ada").id


def test_answer_is_an_event(store, study, frozen):
    expert = store.add_expert(study.id, "Ada")
    event = store.answer(expert.id, "goal", "b", "a", "1/3", event_id="first", place="goal/1")
    created, added, stored = store.events(study.id)
    assert stored == event
    assert vars(event) == {
        "study_id": study.id,
        "seq": 3,
        "event_id": "first",
        "round": 1,
        "expert_id": expert.id,
        "kind": "answer",
        "parent": "goal",
        "left": "b",
        "right": "a",
        "value": "1/3",
        "detail": None,
        "source": "web",
        "time": "2026-03-01T12:00:00.000000+00:00",
        "survey_hash": study.survey.content_hash,
        "previous_hash": added.hash,
        "hash": event.hash,
        "format": 2,
        "actor_kind": "expert",
        "actor_id": expert.id,
    }
    assert (created.kind, created.detail) == ("study_created", '{"note":null,"title":"Pilot"}')
    assert (added.kind, added.detail) == ("expert_added", '{"name":"Ada","organization":null}')
    assert store.expert(expert.id) == replace(
        expert,
        answered=1,
        place="goal/1",
        progress={"goal": (1, 3), "a": (0, 1)},
        last_answer="2026-03-01T12:00:00.000000+00:00",
        spoken=True,
        replies=Replies(
            answers={("goal", "a", "b"): "3"}, asked={("goal", "a", "b"): ("goal", "b", "a")}
        ),
    )


def test_answer_without_place_keeps_it(store, study):
    expert = store.add_expert(study.id, "Ada")
    store.set_place(expert.id, "a/1")
    store.answer(expert.id, "goal", "a", "b", "3", event_id="e")
    assert store.expert(expert.id).place == "a/1"


def test_an_answer_is_sent_again_within_its_study_alone(store, study, survey):
    for one in (study, store.create_study(survey, "Another")):
        expert = store.add_expert(one.id, "Ada")
        sent = store.answer(expert.id, "goal", "a", "b", "3", event_id="same")
        assert store.answer(expert.id, "goal", "a", "b", "3", event_id="same") == sent
        assert [event.event_id for event in store.events(one.id)][2:] == ["same"]


def test_current_answers_are_turned_to_the_survey_and_in_its_order(store, study):
    expert = store.add_expert(study.id, "Ada")
    store.answer(expert.id, "a", "a2", "a1", "1/5", event_id="e1")
    store.answer(expert.id, "goal", "c", "b", "7", event_id="e2")
    store.answer(expert.id, "goal", "a", "b", "3", event_id="e3")
    assert list(store.current(expert.id).items()) == [
        (("goal", "a", "b"), "3"),
        (("goal", "b", "c"), "1/7"),
        (("a", "a1", "a2"), "5"),
    ]


def test_last_answer_counts_by_sequence_not_by_clock(store, study, frozen):
    expert = store.add_expert(study.id, "Ada")
    store.answer(expert.id, "goal", "a", "b", "3", event_id="e1")
    frozen.move(hours=-1)
    store.answer(expert.id, "goal", "b", "a", "5", event_id="e2")
    first, last = store.events(study.id)[2:]
    assert last.time < first.time
    assert store.current(expert.id) == {("goal", "a", "b"): "1/5"}
    assert store.expert(expert.id).answered == 1
    (judgment,) = store.answers(study.id, only_submitted=False).judgments
    assert judgment == Judgment("Ada", "goal", "b", "a", "5", "event 4")


def test_repeated_answer_writes_nothing(store, study, answer_all):
    expert = store.add_expert(study.id, "Ada")
    send = ("goal", "a", "b", "3")
    first = store.answer(expert.id, *send, event_id="same", place="one")
    assert store.answer(expert.id, *send, event_id="same", place="two") == first
    assert store.expert(expert.id).place == "one"
    assert kinds(store, study) == ["study_created", "expert_added", "answer"]
    answer_all(store, expert.id)
    submitted = store.submit(expert.id, event_id="done")
    store.close_round(study.id)
    before = store.events(study.id)
    assert store.answer(expert.id, *send, event_id="same") == first
    assert store.submit(expert.id, event_id="done") == submitted
    assert store.events(study.id) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": "5"}, "first with value = '3', now with value = '5'"),
        ({"left": "b", "right": "a"}, "first with left = 'a', now with left = 'b'"),
        ({"right": "c"}, "first with right = 'b', now with right = 'c'"),
        ({"source": "paper"}, "first with source = 'web', now with source = 'paper'"),
    ],
)
def test_event_id_is_not_used_for_something_else(store, study, change, message):
    expert = store.add_expert(study.id, "Ada")
    sent = {"parent": "goal", "left": "a", "right": "b", "value": "3"}
    store.answer(expert.id, **sent, event_id="same")
    with pytest.raises(StoreError, match=f"^event 'same' was sent twice, {message}$"):
        store.answer(expert.id, **(sent | change), event_id="same")
    assert store.current(expert.id) == {("goal", "a", "b"): "3"}


def test_event_id_is_not_used_by_another_expert(store, study):
    ada, bo = store.add_expert(study.id, "Ada"), store.add_expert(study.id, "Bo")
    store.answer(ada.id, "goal", "a", "b", "3", event_id="same")
    with pytest.raises(StoreError, match="^event 'same' was sent twice, first with expert_id = "):
        store.answer(bo.id, "goal", "a", "b", "3", event_id="same")
    assert store.current(bo.id) == {}


@pytest.mark.parametrize("event_id", ["", "a b", "x" * 65, "nul\x00"])
def test_event_id_has_a_form(store, study, event_id):
    expected = "expected 1 to 64 letters, digits, hyphens or underscores"
    message = f"^{re.escape(f'event_id = {event_id!r}, {expected}')}$"
    expert = store.add_expert(study.id, "Ada")
    with pytest.raises(StoreError, match=message):
        store.answer(expert.id, "goal", "a", "b", "3", event_id=event_id)
    with pytest.raises(StoreError, match=message):
        store.submit(expert.id, event_id=event_id)


@pytest.mark.parametrize(
    ("pair", "value", "message"),
    [
        (("goal", "a", "a1"), "3", "survey 'small' does not compare 'a' and 'a1' under 'goal'"),
        (("goal", "a", "a"), "3", "survey 'small' does not compare 'a' and 'a' under 'goal'"),
        (("a", "a", "b"), "3", "survey 'small' does not compare 'a' and 'b' under 'a'"),
        (
            ("goal", "a", "b"),
            "2.5",
            "value = '2.5', expected one of 9, 8, 7, 6, 5, 4, 3, 2, 1, "
            "1/2, 1/3, 1/4, 1/5, 1/6, 1/7, 1/8, 1/9",
        ),
    ],
)
def test_answer_must_fit_survey_and_scale(store, study, pair, value, message):
    expert = store.add_expert(study.id, "Ada")
    with pytest.raises(AnswersError, match=f"^{re.escape(message)}$"):
        store.answer(expert.id, *pair, value, event_id="e", place="lost")
    assert store.expert(expert.id) == expert
    assert kinds(store, study) == ["study_created", "expert_added"]


def test_submit_needs_every_answer(store, study):
    expert = store.add_expert(study.id, "Ada")
    with pytest.raises(StoreError, match="answered 0 of 4 comparisons, still missing: 4$"):
        store.submit(expert.id, event_id="early")
    store.answer(expert.id, "goal", "a", "b", "3", event_id="e1")
    store.answer(expert.id, "goal", "a", "c", "3", event_id="e2")
    store.answer(expert.id, "goal", "b", "c", "3", event_id="e3")
    store.answer(expert.id, "goal", "c", "b", "3", event_id="e4")
    message = "expert 'Ada' has answered 3 of 4 comparisons, still missing: 1"
    with pytest.raises(StoreError, match=f"^{message}$"):
        store.submit(expert.id, event_id="early")
    store.answer(expert.id, "a", "a2", "a1", "3", event_id="e5")
    assert store.submit(expert.id, event_id="now").kind == "submit"
    assert store.expert(expert.id).submitted


def test_submit_locks_one_expert(store, study, answer_all):
    ada, bo = store.add_expert(study.id, "Ada"), store.add_expert(study.id, "Bo")
    answer_all(store, ada.id)
    store.submit(ada.id, event_id="done")
    message = "^“Ada” has submitted, the answers are locked.$"
    with pytest.raises(LockedError, match=message):
        store.answer(ada.id, "goal", "a", "b", "9", event_id="late")
    with pytest.raises(LockedError, match=message):
        store.submit(ada.id, event_id="again")
    assert store.current(ada.id)["goal", "a", "b"] == "3"
    assert store.answer(bo.id, "goal", "a", "b", "9", event_id="late").value == "9"


def test_close_locks_the_study_for_ever(store, study, answer_all):
    expert = store.add_expert(study.id, "Ada")
    answer_all(store, expert.id)
    store.close_round(study.id)
    before = store.events(study.id)
    assert before[-1].kind == "round_closed"
    assert not store.study(study.id).open
    for action in (
        lambda: store.close_round(study.id),
        lambda: store.add_expert(study.id, "Bo"),
        lambda: store.issue_link(expert.id),
        lambda: store.revoke_link(expert.id),
        lambda: store.answer(expert.id, "goal", "a", "b", "9", event_id="late"),
        lambda: store.submit(expert.id, event_id="late"),
    ):
        with pytest.raises(LockedError, match="^Round 1 of “Pilot” is closed.$"):
            action()
    assert store.events(study.id) == before


def test_answers_are_those_of_submitted_experts(store, study, answer_all):
    zoe, ada = store.add_expert(study.id, "Zoe"), store.add_expert(study.id, "Ada")
    answer_all(store, ada.id, "5")
    answer_all(store, zoe.id, "1/2")
    store.submit(ada.id, event_id="done")
    answers = store.answers(study.id)
    assert answers.experts == ("Ada",)
    assert [one.value for one in answers.judgments] == ["5"] * 4
    assert answers.judgments[0] == Judgment("Ada", "goal", "a", "b", "5", "event 4")
    everyone = store.answers(study.id, only_submitted=False)
    assert everyone.experts == ("Zoe", "Ada")


def test_import_round_trip(store, survey):
    answers = Answers(tuple(judgments("Zoe", "2.5") + judgments("Ada", ab="1/3")))
    imported = store.import_study(survey, answers, "From a file", note="published")
    assert store.answers(imported.id) == answers
    assert (imported.open, imported.note) == (False, "published")
    assert store.study(imported.id) == imported
    assert kinds(store, imported) == [
        "study_created",
        *["expert_added"] * 2,
        *["answer"] * 8,
        *["submit"] * 2,
        "round_closed",
    ]
    zoe, ada = store.experts(imported.id)
    assert (zoe.name, zoe.answered, zoe.submitted) == ("Zoe", 4, True)
    assert store.current(ada.id) == {
        ("goal", "a", "b"): "1/3",
        ("goal", "a", "c"): "1/3",
        ("goal", "b", "c"): "3",
        ("a", "a1", "a2"): "1/3",
    }
    assert store.current(zoe.id)["goal", "a", "c"] == "1/2.5"
    first = store.events(imported.id)[3]
    assert (first.source, first.detail, first.value) == ("file", "panel.csv: line 2", "2.5")
    assert [one.events for one in store.verify_log()] == [14]


@pytest.mark.parametrize(
    ("entered", "step"), [("３", "3"), ("3.0", "3"), ("0.333333333", "1/3"), ("１／３", "1/3")]
)
def test_answers_count_by_their_value(store, survey, entered, step):
    study = store.create_study(survey, "By value")
    ada = store.add_expert(study.id, "Ada")
    for _ in range(2):  # sent again: the same event
        event = store.answer(ada.id, "goal", "a", "b", entered, event_id="one")
        assert (event.value, event.seq) == (step, 3)
    assert store.upload_answers(ada.id, judgments("Ada", ab=entered)[:1]) == []
    (uploaded,) = store.upload_answers(ada.id, [Judgment("Ada", "a", "a1", "a2", entered)])
    assert uploaded.value == step
    assert store.import_answers(study.id, Answers(tuple(judgments("Bo", ab=entered)))) == 4
    assert store.answers(study.id, only_submitted=False).judgments[2].value == step


@pytest.mark.parametrize(
    ("entered", "problem"),
    [
        (
            "45660",
            " is the number of the date 2025-01-03: a spreadsheet made a date of a fraction such "
            "as 1/3; format the cells as text, then enter the fraction again",
        ),
        (
            "33",
            ", expected one of 9, 8, 7, 6, 5, 4, 3, 2, 1, 1/2, 1/3, 1/4, 1/5, 1/6, 1/7, 1/8, 1/9",
        ),
    ],
)
def test_answers_off_the_scale_are_refused(store, survey, entered, problem):
    study = store.create_study(survey, "Off the scale")
    ada = store.add_expert(study.id, "Ada")
    for say in (
        lambda: store.answer(ada.id, "goal", "a", "b", entered, event_id="one"),
        lambda: store.upload_answers(ada.id, [Judgment("Ada", "goal", "a", "b", entered)]),
    ):
        with pytest.raises(AnswersError) as raised:
            say()
        assert str(raised.value) == f"value = {entered!r}{problem}"
    with pytest.raises(AnswersError) as raised:
        store.import_study(survey, Answers(tuple(judgments("Ada", ab=entered))), "Finished")
    assert repr(entered) in str(raised.value)
    assert [one.kind for one in store.events(study.id)] == ["study_created", "expert_added"]


def test_imported_fractions_however_they_are_written(store, survey):
    """Whichever way an answer is turned afterwards, it stays one that can be read."""
    own = judgments("Ada", ab="1／3", ca="½", bc="3.0", a2a1="1 / 2")
    imported = store.import_study(survey, Answers(tuple(own)), "From a file")
    (ada,) = store.experts(imported.id)
    expected = dict(zip(survey.hierarchy.comparisons, ("1／3", "2", "3.0", "2"), strict=True))
    assert store.current(ada.id) == expected
    said = store.receipt(ada.id).statement.answers
    assert {(parent, left, right): value for parent, left, right, value in said} == expected
    matrix = ada.replies.matrix(survey.hierarchy, "goal").values
    assert matrix[0].tolist() == [1, 1 / 3, 2]
    store.open_round(imported.id)
    feedback = store.expert(ada.id).sitting.feedback
    assert {pair: one.own for pair, one in feedback.items()} == expected
    turned = [one.turned().own for one in feedback.values()]
    assert turned == ["3", "1/2", "1/3.0", "1/2"]


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ([], AnswersError, "no answers, expected those of one expert or more"),
        (
            judgments("Ada")[:3],
            IncompleteError,
            "nobody whose judgments count has judged ('a1', 'a2') under 'a', and the others there "
            "do not connect all items (1 of 1 pairs are missing)",
        ),
        (
            judgments("Ada", ab="0"),
            MatrixError,
            "'0', expected a positive number or a fraction such as \"1/3\"",
        ),
        (judgments(" "), StoreError, "Please write a name, in one line."),
        (
            judgments("Ada") + judgments("Ada "),
            StoreError,
            "This study has an expert “Ada” already.",
        ),
    ],
)
def test_import_refuses_the_whole_file(store, survey, wrong, error, message):
    with pytest.raises(error, match=re.escape(message)):
        store.import_study(survey, Answers(tuple(wrong)), "From a file")
    assert store.studies() == []


def test_a_large_panel_takes_a_handful_of_queries(store, survey):
    answers = Answers(tuple(one for k in range(200) for one in judgments(f"Expert {k}")))
    study = store.import_study(survey, answers, "Large")
    queries = []

    def count(_connection, _cursor, statement, *_):
        queries.append(statement)

    engine = store._database._engine
    event.listen(engine, "before_cursor_execute", count)
    assert len(store.experts(study.id)) == 200
    assert len(queries) <= 7
    queries.clear()
    assert len(store.answers(study.id).judgments) == 800
    assert len(queries) <= 5
    store.open_round(study.id)
    own = store.experts(study.id)[0].id
    queries.clear()
    assert {one.panel.count for one in store.expert(own).sitting.feedback.values()} == {200}
    assert len(queries) <= 11
    store.import_answers(study.id, answers, submit=True)
    store.close_round(study.id)
    store.open_round(study.id)
    queries.clear()
    assert {one.panel.count for one in store.expert(own).sitting.feedback.values()} == {200}
    assert len(queries) <= 12  # one for each round before
    queries.clear()
    assert len(store.experts(study.id)) == 200
    assert len(queries) <= 7


def test_reopened_store_has_everything(url, store, study, answer_all):
    expert = store.add_expert(study.id, "Ada")
    answer_all(store, expert.id)
    store.submit(expert.id, event_id="done")
    again = Store(url)
    assert again.studies() == store.studies()
    assert again.events(study.id) == store.events(study.id)
    assert again.expert(expert.id) == store.expert(expert.id)
    again.close()


def test_experts_are_added_together_or_not_at_all(store, study):
    store.add_expert(study.id, "Ada")
    before = store.events(study.id)
    with pytest.raises(StoreError, match="^This study has an expert “Ada” already.$"):
        store.add_experts(study.id, {"Bo": None, "Ada": "Audit"})
    assert store.events(study.id) == before
    added = store.add_experts(study.id, {"Bo": None, "Cy": "Audit"})
    assert [(one.name, one.organization) for one in added] == [("Bo", None), ("Cy", "Audit")]
    assert [one.name for one in store.experts(study.id)] == ["Ada", "Bo", "Cy"]
