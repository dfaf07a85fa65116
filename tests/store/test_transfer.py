from __future__ import annotations

import json
from dataclasses import replace

import pytest

import ahp
from ahp.errors import LogError, StoreError
from ahp.store import Event
from ahp.study import Judgment
from ahp.study.standing import Standing

from .conftest import fresh_schema, rechained

EVENT = (
    *("actor_id", "actor_kind", "detail", "event_id", "expert_id", "format", "hash", "kind"),
    *("left", "parent", "previous_hash", "right", "round", "seq", "source", "time", "value"),
)


@pytest.fixture
def other(url, request, tmp_path, open_empty):
    """A store on a fresh database of the other kind."""
    if url.startswith("sqlite"):
        with fresh_schema(request.getfixturevalue("postgres_server")) as own:
            opened = open_empty(own)
            yield opened
            opened.close()
        return
    opened = open_empty(f"sqlite:///{tmp_path / 'other.db'}")
    yield opened
    opened.close()


@pytest.fixture
def full(store, survey):
    """A study with everything: two rounds closed and one open, settings, standings, links."""
    study = store.create_study(survey, "事后监督", note="simulated")
    answers = ahp.Answers(
        tuple(
            Judgment(name, *pair, value, f"panel.csv: {name}")
            for name, value in (("王芳", "3"), ("Bo", "1/5"))
            for pair in survey.hierarchy.comparisons
        )
    )
    store.import_answers(study.id, answers, submit=True)
    wang, bo = store.experts(study.id)
    store.issue_link(wang.id)
    store.close_round(study.id)
    store.set_settings(study.id, replace(store.settings(study.id), weighting="given"))
    store.open_round(study.id)
    store.set_standing(bo.id, Standing(2, "chair", recused={"a": "interest"}))
    store.import_answers(study.id, answers.only(["王芳"]), submit=True)
    store.choose_naming(wang.id, True)
    store.note_naming([bo.id], True, "来函")
    store.close_round(study.id)
    store.open_round(study.id)
    cy = store.add_expert(study.id, "Cy", "Audit")
    store.answer(cy.id, "goal", "c", "a", "1/9", event_id="cy", place="here")
    store.give_reason(cy.id, "goal", "c", "a", "现场", event_id="why")
    return store.study(study.id)


def refused(store, data, error=StoreError):
    """The message with which a file is refused, of which nothing stays."""
    content = data if isinstance(data, str | bytes) else json.dumps(data)
    with pytest.raises(StoreError) as caught:
        store.import_export(content, "study.json")
    assert store.studies() == []
    assert store.verify_log() == []
    assert type(caught.value) is error
    return str(caught.value)


def test_there_and_back(store, other, full, database):
    exported = store.export_study(full.id)
    assert other.import_export(exported, "study.json") == full
    *events, read = other.events(full.id)
    assert events == store.events(full.id)
    assert (read.kind, read.detail) == ("study_imported", '{"source":"study.json"}')
    assert (read.source, read.actor_kind, read.actor_id) == ("file", "organizer", "")
    assert (other.imports(), store.imports()) == ({full.id: read}, {})
    [verified], [there] = store.verify_log(), other.verify_log()
    assert there == replace(verified, events=read.seq, head_hash=read.hash)
    assert other.closed_rounds(full.id) == store.closed_rounds(full.id)
    assert other.settings(full.id) == store.settings(full.id)
    for mine, theirs in zip(other.experts(full.id), store.experts(full.id), strict=True):
        # links and the place in the interface stay behind
        assert mine == replace(theirs, link="none", place=None)
        assert other.expert(mine.id).sitting.feedback == store.expert(mine.id).sitting.feedback
        assert other.reasons(mine.study_id) == store.reasons(mine.study_id)
    for table in ("grants", "links", "events", "experts", "studies"):
        database.execute(f"DELETE FROM {table}")
    assert store.import_export(other.export_study(full.id).encode(), "“再”.json") == full
    *events, read = store.events(full.id)
    assert events == other.events(full.id)
    assert read.detail == '{"source":"“再”.json"}'


def test_the_restored_study_goes_on(store, other, full):
    other.import_export(store.export_study(full.id))
    cy = other.experts(full.id)[2]
    assert other.open_link(other.issue_link(cy.id), None)
    other.answer(cy.id, "goal", "a", "b", "2", event_id="more")
    assert len(other.close_round(full.id).closed) == 32
    assert [log.events for log in other.verify_log()] == [len(store.events(full.id)) + 4]


def test_what_is_in_the_file(store, full, database):
    exported = store.export_study(full.id)
    assert exported.endswith("}\n")
    data = json.loads(exported)
    assert list(data) == ["format", "kind", "study", "survey", "experts", "events"]
    assert (data["format"], data["kind"]) == (2, "ahp study")
    last = store.events(full.id)[-1]
    assert data["study"] == {
        "id": full.id,
        "title": "事后监督",
        "note": "simulated",
        "round": 3,
        "state": "open",
        "head_seq": last.seq,
        "head_hash": last.hash,
    }
    assert "事后监督" in exported
    assert data["survey"] == full.survey.content
    assert [one["name"] for one in data["experts"]] == ["王芳", "Bo", "Cy"]
    assert set(data["experts"][2]) == {"id", "name", "organization", "added_seq"}
    assert sorted(data["events"][0]) == sorted(EVENT)
    assert len(data["events"]) == last.seq
    (token,) = database.rows("SELECT token_hash FROM links")[0]
    assert str(token) not in exported


def test_a_study_is_restored_once(store, full):
    exported = store.export_study(full.id)
    before = store.verify_log()
    with pytest.raises(StoreError) as caught:
        store.import_export(exported, "study.json")
    assert str(caught.value) == "study.json: this database has the study '事后监督' already"
    assert store.verify_log() == before


def test_unknown_study(store):
    with pytest.raises(StoreError, match="^no study 'nowhere'$"):
        store.export_study("nowhere")


@pytest.fixture
def data(store, other, full):
    """The file of the study, and another database to restore it in."""
    return json.loads(store.export_study(full.id))


def test_files_that_are_something_else(other):
    keys = "expected an object with events, experts, format, kind, study, survey"
    assert refused(other, "{") == (
        "study.json: line 1, column 2: not JSON; please check the quotation marks, brackets and "
        "commas there"
    )
    assert refused(other, b"\xff{}") == "study.json: byte 0 is not UTF-8, expected UTF-8 text"
    assert refused(other, "[" * 100_000) == "study.json: nested too deep, expected a table"
    assert refused(other, "[]") == f"study.json: list, {keys}"
    assert refused(other, "null") == f"study.json: NoneType, {keys}"
    assert refused(other, {"format": 1}) == f"study.json: ['format'], {keys}"


def changed(data, *path, value):
    """A copy of the file with another value at a place."""
    found = json.loads(json.dumps(data))
    inside = found
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return found


def test_damaged_files(other, data):
    for path, value, message in (
        (
            ("kind",),
            "study",
            "study.json: kind 'study' with format 2, expected 'ahp study' with a format up to 2",
        ),
        (
            ("format",),
            3,
            "study.json: kind 'ahp study' with format 3, expected 'ahp study' with a format up to "
            "2",
        ),
        (
            ("kind",),
            {},
            "study.json: kind {} with format 2, expected 'ahp study' with a format up to 2",
        ),
        (("study",), "x", "study.json: study: str, expected an object with head_hash, head_seq, "),
        (("study", "id"), {"a": 1}, "study.json: study: id is a table, expected text"),
        (("study", "title"), None, "study.json: study: title is nothing, expected text"),
        (("study", "note"), 3, "study.json: study: note is 3, expected text or null"),
        (
            ("study", "round"),
            True,
            "study.json: study: round is a boolean, expected a whole number from 0 to 2147483647",
        ),
        (
            ("study", "head_seq"),
            2**31,
            "study.json: study: head_seq is 2147483648, expected a whole number from 0 to "
            "2147483647",
        ),
        (("experts",), {}, "study.json: experts: expected a list"),
        (("experts", 0), [], "study.json: experts[0]: list, expected an object with added_seq, "),
        (("experts", 1, "name"), ["Bo"], "study.json: experts[1]: name is an array, expected text"),
        (
            ("experts", 2, "added_seq"),
            1.5,
            "study.json: experts[2]: added_seq is a number, expected a whole number from 0 to "
            "2147483647",
        ),
        (("events",), None, "study.json: events: expected a list"),
        (
            ("events", 3, "value"),
            {},
            "study.json: events[3]: value is a table, expected text or null",
        ),
        (("events", 3, "seq"), "4", "study.json: events[3]: seq is text, expected a whole number "),
        (
            ("events", 3, "round"),
            -1,
            "study.json: events[3]: round is -1, expected a whole number from 0 to 2147483647",
        ),
        (("events", 3, "time"), 5, "study.json: events[3]: time is 5, expected text"),
        (
            ("survey",),
            '"x"',
            "study.json: survey: stored survey: top level: is text, expected a table",
        ),
        (("survey",), {}, "study.json: survey is a table, expected text"),
        (
            ("survey",),
            "x",
            "study.json: survey: line 1, column 1: not JSON; please check the quotation marks, "
            "brackets and commas there",
        ),
        (
            ("survey",),
            data["survey"].replace('"languages"', '"color":1,"languages"'),
            "study.json: survey: stored survey: color: unknown key, expected ",
        ),
        (("study", "title"), "\ud800", "study.json: has half a character, expected Unicode: "),
        (
            ("survey",),
            data["survey"].replace('{"', '{"\\uDC00', 1),
            "study.json: survey: has half a character, expected Unicode: ",
        ),
    ):
        found = refused(other, changed(data, *path, value=value))
        if message.endswith(", ") or message.endswith(" "):
            assert found.startswith(message)
        else:
            assert found == message


def test_missing_and_extra_keys(other, data):
    for path in ((), ("study",), ("experts", 0), ("events", 5)):
        place = "study.json" + "".join(
            f"[{step}]" if isinstance(step, int) else f": {step}" for step in path
        )
        for extra in (True, False):
            found = json.loads(json.dumps(data))
            inside = found
            for step in path:
                inside = inside[step]
            keys = sorted(inside)
            if extra:
                inside["color"] = 1
            else:
                del inside[keys[0]]
            assert refused(other, found) == (
                f"{place}: {sorted(inside)}, expected an object with {', '.join(keys)}"
            )


def test_every_changed_value_is_found(other, data):
    """Whatever is changed of the study, an expert or an event, the log does not verify."""
    study = data["study"]
    seen = 0
    for key, items in (("experts", data["experts"][:1]), ("events", data["events"][6:7])):
        for k, one in enumerate(items, start=0 if key == "experts" else 6):
            for name, value in one.items():
                if name in ("id", "expert_id"):
                    continue  # refused by the database: no such expert
                new = value + 1000 if isinstance(value, int) else f"{value or ''}x"
                message = refused(other, changed(data, key, k, name, value=new), LogError)
                assert message.startswith(f"study {study['id']} ('事后监督'), event ")
                seen += 1
    for name, value in study.items():
        if name != "id":
            new = value + 1 if isinstance(value, int) else f"{value}x"
            assert refused(other, changed(data, "study", name, value=new), LogError)
            seen += 1
    assert seen == 3 + 16 + 6
    event = data["events"][6]
    place = f"study {study['id']} ('事后监督'), event 7 ({event['event_id']})"
    assert refused(other, changed(data, "events", 6, "value", value="9"), LogError) == (
        f"{place}: its content does not match its hash"
    )
    first = data["events"][0]["event_id"]
    place = f"study {study['id']} ('事后监督'), event 1 ({first})"
    edited = changed(data, "survey", value=data["survey"].replace("Small", "Other"))
    assert refused(other, edited, LogError) == f"{place}: its content does not match its hash"
    assert refused(other, {**data, "events": []}, LogError) == (
        f"study {study['id']} ('事后监督'): event {study['head_seq']} is missing, the log ends "
        "with event 0"
    )
    for path, value in (
        (("experts", 0, "id"), "x"),
        (("experts", 1, "name"), data["experts"][0]["name"]),
        (("events", 6, "expert_id"), "x"),
        (("events", 6, "event_id"), first),
        (("events", 6, "seq"), 1),
    ):
        assert refused(other, changed(data, *path, value=value), LogError) == (
            "study.json: an event or an expert stands in it twice, or an event is of an expert it "
            "hasn't"
        )


def forged(data, survey, change):
    """The file after a change of its events, with all hashes made anew."""
    same = {"study_id": data["study"]["id"], "survey_hash": survey.content_hash}
    events = rechained(change([Event(**one, **same) for one in data["events"]]))
    plain = [{name: getattr(one, name) for name in EVENT} for one in events]
    head = {"head_seq": len(events), "head_hash": events[-1].hash}
    return {**data, "study": data["study"] | head, "events": plain}


def test_forged_events_that_say_nothing(other, data, survey):
    kinds = [one["kind"] for one in data["events"]]

    def at(named, **new):
        place = len(kinds) - 1 - kinds[::-1].index(named)
        return place, lambda events: [
            *events[:place],
            replace(events[place], **new),
            *events[place + 1 :],
        ]

    bo, cy = data["experts"][1]["id"], data["experts"][2]["id"]
    for (place, change), problem in (
        (
            at("settings", detail="{"),
            "it does not fit the study: settings: line 1, column 2: not JSON; please check the "
            "quotation marks, brackets and commas there",
        ),
        (
            at("settings", detail=None),
            "it does not fit the study: settings: line 1, column 1: not JSON; please check the "
            "quotation marks, brackets and commas there",
        ),
        (
            at("standing", detail='{"weight":[1]}'),
            "it does not fit the study: standing: weight: is an array, expected a number",
        ),
        (
            at("standing", expert_id=cy),
            f"no event before it added the expert {cy!r}",
        ),
        (at("standing", expert_id=None), "no event before it added the expert None"),
        (
            at("answer", expert_id=None),
            "no event before it added the expert None",
        ),
        (
            at("answer", parent=None),
            "it does not fit the study: its parent is None",
        ),
        (
            at("answer", left="a1"),
            "it does not fit the study: event: left = 'a1', expected a child of 'goal': a, b, c",
        ),
        (
            at("answer", value="much"),
            "it does not fit the study: 'much', expected a positive number or a fraction such as "
            '"1/3"',
        ),
        (
            at("answer", value=None),
            "it does not fit the study: its value is None",
        ),
        (
            at("round_closed", detail="{"),
            "its evidence cannot be read: evidence: line 1, column 2: not JSON; please check the "
            "quotation marks, brackets and commas there",
        ),
        (at("round_closed", detail="null"), "its evidence is null, expected an object"),
        (at("round_closed", detail='["a"]'), 'its evidence is ["a"], expected an object'),
        (
            at("link_issued", kind="answered"),
            "it does not fit the study: its kind is 'answered', expected one of study_created, "
            "expert_added, link_issued, link_revoked, answer, clear, abstain, comment, reason, "
            "consent, way, ranked, shown, kept, submit, settings, asking, standing, round_closed, "
            "round_opened, expert_renamed, expert_removed, study_renamed, study_archived, "
            "study_unarchived, chain_sealed, report_written, naming, study_imported, "
            "invitation, mailed, self_rated, keyed, wording_mended, anonymous",
        ),
        (at("study_created", kind="study_archived"), "it creates no study"),
        (
            at("link_issued", kind="study_created", detail='{"note":null,"title":"x"}'),
            "it is not the first event of a study",
        ),
        (at("reason", expert_id=bo, round=2), "it is of round 2, out of turn"),
    ):
        event = data["events"][place]
        assert refused(other, forged(data, survey, change), LogError) == (
            f"study {data['study']['id']} ('事后监督'), event {place + 1} ({event['event_id']}): "
            + problem.replace("{seq}", str(place + 1))
        )
    assert other.import_export(json.dumps(forged(data, survey, list))).round == 3
