from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields, replace

import pytest
from sqlalchemy import delete, insert, text

from ahp.datafile import jcs
from ahp.errors import LogError
from ahp.process.events import Cleared
from ahp.store import Event, Store, StudyLog, chain, clock, log
from ahp.store.log import Entry
from ahp.store.models import EvaluationEventRow, EventRow, StudyRow
from ahp.study import Answers, Judgment
from ahp.study.standing import Standing

from .conftest import rechained

COLUMNS = [field.name for field in fields(Event)]
FORGED = {
    "study_id": "elsewhere",
    "seq": 99,
    "event_id": "forged",
    "round": 2,
    "expert_id": "somebody-else",
    "kind": "clear",
    "parent": "a",
    "left": "c",
    "right": "a",
    "value": "9",
    "detail": "forged",
    "source": "paper",
    "time": "2020-01-01T00:00:00.000000+00:00",
    "survey_hash": "0" * 64,
    "previous_hash": "0" * 64,
    "hash": "0" * 64,
    "format": 1,
    "actor_kind": "server",
    "actor_id": "somebody-else",
}


@pytest.fixture
def answered(store, survey):
    """A finished study with eight events; the fifth answers (b, c)."""
    answers = [
        Judgment("Ada", parent, left, right, "3", "panel.csv")
        for parent, left, right in survey.hierarchy.comparisons
    ]
    return store.import_study(survey, Answers(tuple(answers)), "Pilot")


def quote(column):
    return f'"{column}"'


def refused(store):
    with pytest.raises(LogError) as caught:
        store.verify_log()
    return str(caught.value)


def test_untouched_log_verifies(store, answered, survey):
    other = store.create_study(survey, "Other")
    logs = store.verify_log()
    assert logs == [
        StudyLog(study.id, study.title, count, store.events(study.id)[-1].hash)
        for study, count in ((answered, 8), (other, 1))
    ]


def test_event_has_every_column():
    for rows in (EventRow, EvaluationEventRow):
        assert sorted(column.name for column in rows.__table__.columns) == sorted(COLUMNS)


def test_hash_is_sha256_of_the_other_columns(store, answered):
    previous = ""
    for seq, event in enumerate(store.events(answered.id), start=1):
        columns = dict(vars(event))
        stated = columns.pop("hash")
        assert columns["format"] == 2
        text = json.dumps(columns, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert stated == hashlib.sha256(text.encode()).hexdigest()
        assert (event.seq, event.previous_hash) == (seq, previous)
        previous = stated


def test_digest_of_a_known_event():
    event = Event(
        *("s", 1, "e", 1, None, "answer", "目标", "a", "b", "1/3", None, "web"),
        *("2026-03-01T12:00:00.000000+00:00", "h", "", "ignored"),
    )
    text = (
        '{"detail":null,"event_id":"e","expert_id":null,"kind":"answer","left":"a",'
        '"parent":"目标","previous_hash":"","right":"b","round":1,"seq":1,"source":"web",'
        '"study_id":"s","survey_hash":"h","time":"2026-03-01T12:00:00.000000+00:00",'
        '"value":"1/3"}'
    )
    assert chain.digest(event) == hashlib.sha256(text.encode()).hexdigest()
    later = replace(event, format=2, actor_kind="expert", actor_id="王芳")
    text = text.replace('"detail"', '"actor_id":"王芳","actor_kind":"expert","detail"')
    text = text.replace('"kind"', '"format":2,"kind"')
    assert chain.digest(later) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_is_protected(store, database, answered, column):
    event = store.events(answered.id)[4]
    assert getattr(event, column) != FORGED[column]
    changed = database.execute(
        f"UPDATE events SET {quote(column)} = :value WHERE study_id = :study AND seq = 5",
        value=FORGED[column],
        study=answered.id,
    )
    assert changed == 1
    place = f"study {answered.id} ('Pilot'), event"
    event_id = "forged" if column == "event_id" else event.event_id
    expected = f"{place} 5 ({event_id}): its content does not match its hash"
    if column == "study_id":
        expected = (
            f"event 5 ({event_id}) belongs to no study: there is none with the id 'elsewhere'"
        )
    if column == "seq":
        after = store.events(answered.id)[4]
        expected = f"{place} 6 ({after.event_id}): event 5 is missing before it"
    assert refused(store) == expected


def test_forged_hash_breaks_the_chain_after_it(store, database, answered):
    before, event, after = store.events(answered.id)[3:6]
    assert before.seq == 4
    columns = dict(vars(event)) | {"value": "9"}
    database.execute(
        "UPDATE events SET value = '9', hash = :hash WHERE study_id = :study AND seq = 5",
        hash=chain.digest(Event(**columns)),
        study=answered.id,
    )
    assert refused(store) == (
        f"study {answered.id} ('Pilot'), event 6 ({after.event_id}): "
        "it does not continue the event before it"
    )


def test_deleted_event(store, database, answered):
    after = store.events(answered.id)[5]
    database.execute("DELETE FROM events WHERE seq = 5")
    assert refused(store) == (
        f"study {answered.id} ('Pilot'), event 6 ({after.event_id}): event 5 is missing before it"
    )


def test_deleted_tail(store, database, answered):
    database.execute("DELETE FROM events WHERE seq > 6")
    assert refused(store) == (
        f"study {answered.id} ('Pilot'): event 8 is missing, the log ends with event 6"
    )


def test_deleted_log(store, database, answered):
    database.execute("DELETE FROM events")
    database.execute("UPDATE studies SET head_seq = 0, head_hash = '', state = 'open'")
    assert refused(store) == (
        f"study {answered.id} ('Pilot'): event 1 is missing, the log ends with event 0"
    )


def test_deleted_study(store, database, answered):
    first = store.events(answered.id)[0]
    database.execute("DELETE FROM studies")
    assert refused(store) == (
        f"event 1 ({first.event_id}) belongs to no study: there is none with the id {answered.id!r}"
    )


@pytest.mark.parametrize(("column", "value"), [("head_seq", 7), ("head_hash", "0" * 64)])
def test_edited_head(store, database, answered, column, value):
    last = store.events(answered.id)[-1]
    head = {"head_seq": 8, "head_hash": last.hash} | {column: value}
    database.execute(f"UPDATE studies SET {column} = :value", value=value)
    assert refused(store) == (
        f"study {answered.id} ('Pilot'), event 8 ({last.event_id}): it ends the log, "
        f"but the study's head is event {head['head_seq']} with hash {head['head_hash']!r}"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE surveys SET content = replace(content, 'What b is.', 'What b was.')",
        "DELETE FROM surveys",
        "UPDATE studies SET survey_hash = 'another'",
    ],
)
def test_edited_survey(store, database, answered, sql):
    first = store.events(answered.id)[0]
    assert database.execute(sql) == 1
    assert refused(store) == (
        f"study {answered.id} ('Pilot'), event 1 ({first.event_id}): "
        "its survey hash is not that of the study's survey"
    )


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE studies SET title = 'Final'", "the study has title 'Final', by the log 'Pilot'"),
        ("UPDATE studies SET note = 'forged'", "the study has note 'forged', by the log None"),
        ("UPDATE studies SET state = 'open'", "the study has state 'open', by the log 'closed'"),
        (
            "UPDATE studies SET archived_seq = 3",
            "the study has archived_seq 3, by the log None",
        ),
        (
            "UPDATE experts SET name = 'Eve'",
            "the expert {ada!r} has name 'Eve', by the log 'Ada'",
        ),
        (
            "UPDATE experts SET organization = 'Audit'",
            "the expert {ada!r} has organization 'Audit', by the log None",
        ),
        ("UPDATE experts SET added_seq = 3", "the expert {ada!r} has added_seq 3, by the log 2"),
        ("UPDATE experts SET id = 'swapped'", "no event added the expert 'swapped'"),
        ("DELETE FROM experts", "the expert {ada!r} is not in the list of experts"),
        (
            "INSERT INTO experts (id, study_id, name, added_seq) "
            "SELECT 'x', id, 'Eve', 9 FROM studies",
            "no event added the expert 'x'",
        ),
    ],
)
def test_other_tables_may_not_contradict_the_log(store, database, answered, sql, problem):
    last = store.events(answered.id)[-1]
    (ada,) = store.experts(answered.id)
    assert database.execute(sql) == 1
    (title,) = database.rows("SELECT title FROM studies")[0]
    assert refused(store) == (
        f"study {answered.id} ({title!r}), event {last.seq} ({last.event_id}): the log ends here, "
        f"and {problem.format(ada=ada.id)}"
    )


def test_first_bad_study_is_named(store, database, survey, frozen):
    studies = []
    for title in ("One", "Two", "Three"):
        studies.append(store.create_study(survey, title))
        frozen.move(seconds=1)
    database.execute("UPDATE events SET time = 'never' WHERE study_id = :id", id=studies[1].id)
    assert re.match(rf"study {studies[1].id} \('Two'\), event 1 ", refused(store))


def test_cleared_answer_is_no_answer(store, study):
    expert = store.add_expert(study.id, "Ada")
    store.answer(expert.id, "goal", "a", "b", "3", event_id="e1")
    with store._database.write() as session:
        row = session.get_one(StudyRow, study.id)
        log.append(session, row, [Entry(Cleared("goal", "b", "a"), "e2", "web", expert.id)])
    assert store.current(expert.id) == {}
    assert store.expert(expert.id).answered == 0
    assert store.answers(study.id, only_submitted=False).judgments == ()
    store.answer(expert.id, "goal", "b", "a", "3", event_id="e3")
    assert store.current(expert.id) == {("goal", "a", "b"): "1/3"}
    assert len(store.verify_log()) == 1


# A forger who knows the code: every hash after the change is made anew, and the head


def forge(store, study, events):
    """Put other events in the place of a study's log, with its head; returns them as they are."""
    chain = rechained(events)
    with store._database.write() as session:
        session.execute(delete(EventRow).where(EventRow.study_id == study.id))
        session.execute(insert(EventRow), [vars(one) for one in chain])
        row = session.get_one(StudyRow, study.id)
        row.head_seq, row.head_hash = chain[-1].seq, chain[-1].hash
    return chain


@pytest.fixture
def rounds(store, study, survey):
    """Two closed rounds with three experts each, and a third one that is open."""
    for value in ("3", "1/5"):
        answers = [
            Judgment(name, *pair, value if name == "Ada" else "2")
            for name in ("Ada", "Bo", "Cy")
            for pair in survey.hierarchy.comparisons
        ]
        store.import_answers(study.id, Answers(tuple(answers)), submit=True)
        store.close_round(study.id)
        store.open_round(study.id)
    return store.study(study.id)


def test_a_log_that_is_only_rechained_verifies(store, rounds):
    before = store.events(rounds.id)
    assert forge(store, rounds, before) == before
    assert [one.events for one in store.verify_log()] == [len(before)]


def edited(events, number, edit):
    """Events with other evidence of a round."""
    found = []
    for event in events:
        if (event.kind, event.round) == ("round_closed", number):
            data = json.loads(event.detail)
            edit(data)
            found.append(replace(event, detail=jcs(data)))
        else:
            found.append(event)
    return found


def problem_of(store, study, events, place):
    """What is wrong with the log, at the event at a place."""
    event = events[place]
    start = f"study {study.id} ('Pilot'), event {event.seq} ({event.event_id}): "
    message = refused(store)
    assert message.startswith(start)
    return message.removeprefix(start)


def test_forged_evidence_is_found(store, rounds):
    original = store.events(rounds.id)
    ends = {e.round: e.seq - 1 for e in original if e.kind == "round_closed"}
    evidence = {e.round: json.loads(e.detail) for e in original if e.kind == "round_closed"}
    for number, path, value in (
        (1, ("global_weights", "b"), 0.9),
        (2, ("global_weights", "b"), 0.9),
        (1, ("parents", "goal", "cr"), 0.01),
        (1, ("parents", "goal", "matrix", 0, 1), 9.0),
        (2, ("summary", "w"), 1.5),
        (2, ("summary", "changed"), 0.0),
        (1, ("settings", "method"), "geometric_mean"),
        (1, ("data_hash",), "0" * 64),
        (1, ("ranking", 0), "c"),
        (1, ("expert_weights", "Ada"), 0.5),
        (2, ("distributions", 0, 3, "median"), 8.0),
        (1, ("distributions", 0, 3, "count"), 9),
        (1, ("recused",), [["Ada", "a"]]),
    ):

        def edit(data, path=path, value=value):
            for step in path[:-1]:
                data = data[step]
            data[path[-1]] = value

        events = forge(store, rounds, edited(original, number, edit))
        anew = evidence[number]
        for step in path:
            anew = anew[step]
        anew, stated = float(anew) if isinstance(value, float) else anew, json.loads(jcs(value))
        place = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in path).lstrip(".")
        assert problem_of(store, rounds, events, ends[number]) == (
            f"its evidence does not follow from the log: {place} = {stated!r}, made anew it is "
            f"{anew!r}"
        )
    forge(store, rounds, original)
    assert len(store.verify_log()) == 1


def test_another_version_and_the_last_digits_are_no_forgery(store, rounds):
    def edit(data):
        data["version"] = "0.0.1"
        data["global_weights"]["b"] *= 1 + 1e-12

    forge(store, rounds, edited(store.events(rounds.id), 1, edit))
    assert len(store.verify_log()) == 1


def test_forged_rounds_are_found(store, rounds):
    original = store.events(rounds.id)
    kinds = [event.kind for event in original]
    end, begin = kinds.index("round_closed"), kinds.index("round_opened")
    first, done = kinds.index("answer"), kinds.index("submit")

    def put(place, *new):
        return lambda events: [*events[:place], *new, *events[place:]]

    def instead(place, **new):
        return lambda events: [
            *events[:place],
            replace(events[place], **new),
            *events[place + 1 :],
        ]

    late = replace(original[first], event_id="late", value="9")
    for change, place, problem in (
        (put(end + 1, late), end + 1, "round 1 was closed before it"),
        (put(end + 1, replace(late, kind="clear")), end + 1, "round 1 was closed before it"),
        (put(end + 1, replace(late, kind="submit")), end + 1, "round 1 was closed before it"),
        (
            put(end + 1, replace(late, kind="reason", detail="so")),
            end + 1,
            "round 1 was closed before it",
        ),
        (
            put(end + 1, replace(original[end], event_id="again")),
            end + 1,
            "round 1 was closed before it",
        ),
        (put(end, late), end, "the expert had submitted before it"),
        (
            put(done + 1, replace(original[done], event_id="again")),
            done + 1,
            "the expert had submitted before it",
        ),
        (instead(first, round=2), first, "it is of round 2, out of turn"),
        (instead(begin, round=3), begin, "it is of round 3, out of turn"),
        (instead(end, round=2), end, "it is of round 2, out of turn"),
        (
            put(end, replace(original[begin], event_id="early")),
            end,
            "it is of round 2, out of turn",
        ),
        (
            instead(begin, kind="study_archived", round=1),
            begin + 1,
            "it is of round 2, out of turn",
        ),
        (put(begin + 1, replace(late, round=1)), begin + 1, "it is of round 1, out of turn"),
        (
            put(begin + 1, replace(original[end], event_id="x", round=2)),
            begin + 1,
            "its evidence does not follow from the log: it has some, though nobody submitted an "
            "answer",
        ),
        (
            instead(done, kind="comment", parent="a", left="a1", right="a2", detail="x"),
            end,
            "its evidence does not follow from the log: data_hash = ",
        ),
        (
            instead(first, value="9"),
            end,
            "its evidence does not follow from the log: data_hash = ",
        ),
        (
            lambda events: [*events[:first], *events[first + 1 :]],
            end - 1,
            "its evidence does not follow from the log: data_hash = ",
        ),
    ):
        events = forge(store, rounds, change(original))
        found = problem_of(store, rounds, events, place)
        assert found.startswith(problem) if problem.endswith("= ") else found == problem
    forge(store, rounds, instead(end, detail=None)(original))
    [verified] = store.verify_log()
    assert verified.without_evidence == (1,)
    forge(store, rounds, original)
    [verified] = store.verify_log()
    assert verified.without_evidence == ()


def test_forged_settings_and_standings_are_found(store, study, survey):
    store.add_experts(study.id, {"Ada": None, "Bo": None})
    store.set_settings(study.id, replace(store.settings(study.id), weighting="given"))
    ada, _ = store.experts(study.id)
    store.set_standing(ada.id, Standing(3, "chair"))
    answers = [
        Judgment(name, *pair, value)
        for name, value in (("Ada", "3"), ("Bo", "1"))
        for pair in survey.hierarchy.comparisons
    ]
    store.import_answers(study.id, Answers(tuple(answers)), submit=True)
    store.close_round(study.id)
    original = store.events(study.id)
    for kind, detail, problem in (
        (
            "standing",
            Standing(4, "chair").content,
            "expert_weights.Ada = 0.75, made anew it is 0.8",
        ),
        (
            "settings",
            replace(store.settings(study.id), trim=0.2).content,
            "settings.trim = 0.1, made anew it is 0.2",
        ),
    ):
        events = forge(
            store,
            study,
            [replace(one, detail=detail) if one.kind == kind else one for one in original],
        )
        assert problem_of(store, study, events, len(events) - 1) == (
            f"its evidence does not follow from the log: {problem}"
        )
    weightless = replace(store.settings(study.id), weighting="authority").content
    events = forge(
        store,
        study,
        [replace(one, detail=weightless) if one.kind == "settings" else one for one in original],
    )
    assert problem_of(store, study, events, len(events) - 1) == (
        "no result follows from its round: expert 'Ada' has no authority coefficient, expected one "
        "for each expert; give the basis of judgment and the familiarity, or choose another "
        "weighting"
    )


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE studies SET round = 2", "round 2, by the log 3"),
        ("UPDATE studies SET round = 4", "round 4, by the log 3"),
        ("UPDATE studies SET state = 'closed'", "state 'closed', by the log 'open'"),
    ],
)
def test_the_round_of_a_study_is_that_of_its_log(store, database, rounds, sql, says):
    last = store.events(rounds.id)[-1]
    assert database.execute(sql) == 1
    assert refused(store) == (
        f"study {rounds.id} ('Pilot'), event {last.seq} ({last.event_id}): the log ends here, and "
        f"the study has {says}"
    )


def test_forged_times_and_recusals_are_found(store, study):
    ada = store.add_expert(study.id, "Ada")
    store.set_standing(ada.id, Standing(recused={"a": "wrote it"}))
    original = store.events(study.id)
    everything = Standing(recused={"goal": "x", "a": "x"}).content
    for place, new, problem in (
        (1, {"time": "yesterday"}, "its time is 'yesterday'"),
        (1, {"time": "2026-03-01"}, "its time is '2026-03-01'"),
        (
            len(original) - 1,
            {"detail": everything},
            "it does not fit the study: the expert is recused from every comparison",
        ),
    ):
        changed = [
            replace(one, **new) if number == place else one for number, one in enumerate(original)
        ]
        events = forge(store, study, changed)
        assert problem_of(store, study, events, place) == problem


def test_a_number_that_json_does_not_hold_is_found(store, answered, tmp_path):
    data = json.loads(store.export_study(answered.id))
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    other.import_export(json.dumps(data))
    with other._database.write() as session:
        session.execute(text("UPDATE events SET round = 9007199254740993 WHERE seq = 5"))
    event = store.events(answered.id)[4]
    assert refused(other) == (
        f"study {answered.id} ('Pilot'), event 5 ({event.event_id}): "
        "its content does not match its hash"
    )
    other.close()


@pytest.mark.parametrize(
    ("time", "is_one"),
    [
        ("2024-02-29T23:59:59.999999+00:00", True),
        ("2026-03-01T12:00:00.000000+08:00", True),
        ("2026-03-01T12:00:00.000000", True),
        ("2026-02-29T12:00:00.000000+00:00", False),
        ("2026-03-01T24:00:00.000000+00:00", False),
        ("2026-03-01T12:00:60.000000+00:00", False),
        ("0000-03-01T12:00:00.000000+00:00", False),
        ("2026-03-01T12:00:00+00:00", False),
        ("2026-03-01T12:00:00.000000Z", False),
        ("2026-03-01T12:00:00.000000+00:00\n", False),
        ("2026-03-0１T12:00:00.000000+00:00", False),
    ],
)
def test_what_is_a_time_of_an_event(time, is_one):
    assert clock.is_timestamp(time) is is_one


@pytest.mark.parametrize("number", [2**53, -(2**53)])
def test_a_number_that_no_float_holds_has_no_hash(number):
    event = replace(Event("s", 1, "e", 1, *[None] * 7, *[""] * 5), format=2)
    assert len(chain.digest(replace(event, seq=2**53 - 1))) == 64
    with pytest.raises(ValueError, match="safe range|exceed"):
        chain.digest(replace(event, seq=number))
