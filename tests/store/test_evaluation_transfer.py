"""A whole evaluation as a file: there and back, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ahp import datafile
from ahp.datafile import MAX_FILE
from ahp.errors import AccessError, LogError, StoreError
from ahp.process.evaluations.events import EvaluationArchived, RatingOpened
from ahp.process.evaluations.state import Stamp
from ahp.process.events import ORGANIZER, Actor
from ahp.store import Event, Store, transfer
from ahp.store.transfer import EVALUATION_FILE
from tests.evaluation_case import CONTENT, FILE, PERIOD, Case, make_case

from .conftest import fresh_schema, rechained

ROOT = Path(__file__).parents[2]
OTHER_FILE = {"sha256": hashlib.sha256(b"other").hexdigest(), "content": "b3RoZXI="}


@pytest.fixture
def other(
    url: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    open_empty: Callable[[str], Store],
) -> Iterator[Store]:
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
def case(store: Store) -> Case:
    """Signed, with somebody removed, and archived."""
    made = make_case(store)
    made.issue("2999-12-31")
    made.link("u1")
    made.by(made.head).sign(made.id, PERIOD, early="全部单位已书面同意")
    made.by(made.clerk).remove_person(made.contacts["u3"])
    made.by(made.clerk).act(made.id, EvaluationArchived())
    return made


def test_there_and_back(store: Store, other: Store, case: Case) -> None:
    exported = store.export_evaluation(case.id)
    info = other.import_evaluation(exported, "evaluation.json")
    assert info == store.evaluation(case.id)
    assert info.archived
    *before, read = other.evaluation_events(case.id)
    assert before == store.evaluation_events(case.id)
    assert (read.kind, read.detail) == ("evaluation_imported", '{"source":"evaluation.json"}')
    assert (read.source, Actor(read.actor_kind, read.actor_id)) == ("file", ORGANIZER)
    now = other.evaluation_state(case.id)
    assert now.imported == Stamp(read.seq, read.time, ORGANIZER)
    assert now.imported_from == "evaluation.json"
    [signature] = now.periods[PERIOD].signatures
    assert now.of_file(signature.stamp)
    assert not now.of_file(now.imported)
    assert not store.evaluation_state(case.id).of_file(signature.stamp)
    [verified], [there] = store.verify_evaluations(), other.verify_evaluations()
    assert replace(verified, events=read.seq, head_hash=read.hash) == there
    assert there.signed == (PERIOD,)
    assert other.file(FILE.sha256) == CONTENT
    # links stay behind
    assert other.people(case.id) == [replace(one, link="none") for one in store.people(case.id)]
    with pytest.raises(StoreError) as caught:
        other.import_evaluation(exported.encode(), "evaluation.json")
    assert str(caught.value) == (
        "evaluation.json: this database has the evaluation '效能评价' already"
    )


def test_a_large_file_with_a_long_name(store: Store, other: Store, case: Case) -> None:
    """Larger than other files may be; the name of the file is kept as far as a text may go."""
    name = f"{'效能评价' * 60}.json"
    other.import_evaluation(store.export_evaluation(case.id) + " " * MAX_FILE, name)
    assert other.evaluation_state(case.id).imported_from == f"{name[:199]}…"
    other.verify_evaluations()


def test_what_is_in_the_file(store: Store, case: Case) -> None:
    data = json.loads(store.export_evaluation(case.id))
    assert list(data) == [
        *("format", "kind", "evaluation", "events_in", "people", "files", "events"),
    ]
    assert (data["format"], data["kind"]) == (2, "ahp evaluation")
    last = store.evaluation_events(case.id)[-1]
    assert data["evaluation"] == {
        "id": case.id,
        "title": "效能评价",
        "note": "",
        "head_seq": last.seq,
        "head_hash": last.hash,
    }
    assert [one["role"] for one in data["people"]] == ["rater"] * 2 + ["contact"] * 3
    encoded = base64.b64encode(CONTENT).decode()
    assert data["files"] == [{"sha256": FILE.sha256, "content": encoded}]
    assert len(data["events"]) == last.seq


# -- what is refused, in one kind of database


@pytest.fixture
def refused(tmp_path: Path, open_empty: Callable[[str], Store]) -> Iterator[Callable[..., str]]:
    """The message with which another database refuses a file, of which nothing stays."""
    empty = open_empty(f"sqlite:///{tmp_path / 'empty.db'}")

    def refuse(data: dict[str, Any], error: type[StoreError] = StoreError) -> str:
        with pytest.raises(StoreError) as caught:
            empty.import_evaluation(json.dumps(data), "evaluation.json")
        assert empty.evaluations() == empty.evaluations(archived=True) == []
        assert empty.verify_evaluations() == []
        with pytest.raises(StoreError):
            empty.file(FILE.sha256)
        assert type(caught.value) is error
        return str(caught.value)

    yield refuse
    empty.close()


@pytest.fixture
def data(case: Case) -> dict[str, Any]:
    return json.loads(case.store.export_evaluation(case.id))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
class TestRefused:
    """Files that are not what was written."""

    def test_something_else(self, refused, data) -> None:
        assert refused({**data, "kind": "ahp study"}) == (
            "evaluation.json: kind 'ahp study' with format 2, expected 'ahp evaluation' with a "
            "format up to 2"
        )
        assert refused({**data, "events_in": "ahp evaluation 2"}) == (
            "evaluation.json: events in 'ahp evaluation 2', expected 'ahp evaluation 1'"
        )

    def test_files(self, refused, data) -> None:
        [file] = data["files"]
        of_another = (
            f"evaluation.json: file {FILE.sha256} has another content than its SHA-256 says"
        )
        assert refused({**data, "files": [{**file, "content": "b3RoZXI="}]}) == of_another
        assert refused({**data, "files": [{**file, "content": "???"}]}) == of_another
        assert refused({**data, "files": [file, OTHER_FILE]}, LogError) == (
            f"evaluation.json: no event names the file {OTHER_FILE['sha256']}"
        )
        missing = refused({**data, "files": []}, LogError)
        assert missing.endswith("file '一季度.csv' is not there any more")

    def test_people(self, refused, data) -> None:
        people = data["people"]
        assert refused({**data, "people": [*people, people[0]]}, LogError) == (
            "evaluation.json: an event or an expert stands in it twice, or an event is of an "
            "expert it hasn't"
        )
        renamed = [{**people[0], "name": "别人"}, *people[1:]]
        assert "name '别人', by the log '赵评'" in refused({**data, "people": renamed}, LogError)

    def test_a_changed_event(self, refused, data) -> None:
        data["events"][4]["time"] = data["events"][4]["time"].replace("T", "t")
        event = data["events"][4]
        assert refused(data, LogError) == (
            f"evaluation '效能评价' ({data['evaluation']['id']}), event 5 ({event['event_id']}): "
            "its content does not match its hash"
        )

    def test_a_forged_result(self, refused, data, case) -> None:
        """With all hashes made anew: the result doesn't follow from the data."""
        events = case.store.evaluation_events(case.id)
        held, other = ('\\"total\\":\\"86.0\\"', '\\"total\\":\\"96.0\\"')
        forged = [
            replace(one, detail=str(one.detail).replace(held, other))
            if one.kind == "period_signed"
            else one
            for one in events
        ]
        assert forged != events
        chained: list[Event] = rechained(forged)
        for one, event in zip(data["events"], chained, strict=True):
            one |= {name: getattr(event, name) for name in one}
        data["evaluation"]["head_hash"] = chained[-1].hash
        assert refused(data, LogError).endswith(
            f"the result of {PERIOD} is not the one that follows from the events before it"
        )

    @pytest.mark.parametrize("kind", ["person_removed", "person_link_issued"])
    def test_an_event_about_nobody(self, refused, data, case, kind) -> None:
        events = case.store.evaluation_events(case.id)
        forged = [replace(one, expert_id=None) if one.kind == kind else one for one in events]
        chained = rechained(forged)
        for one, event in zip(data["events"], chained, strict=True):
            one |= {name: getattr(event, name) for name in one}
        data["evaluation"]["head_hash"] = chained[-1].hash
        assert refused(data, LogError).endswith("there is nobody '' in this evaluation")

    def test_while_raters_rate(self, store) -> None:
        made = make_case(store, checked=False)
        made.by(made.clerk).act(made.id, RatingOpened(PERIOD, 2, (), "2026-05-01"))
        with pytest.raises(StoreError) as caught:
            store.export_evaluation(made.id)
        assert str(caught.value) == (
            "2026Q1: round 2 of rating is open. Its ratings are seen by nobody before it is "
            "closed; close it, then download the evaluation."
        )

    def test_what_could_not_be_read_back(self, case, store, monkeypatch) -> None:
        size = len(store.export_evaluation(case.id).encode())
        monkeypatch.setattr(transfer, "EVALUATION_FILE", replace(EVALUATION_FILE, most=size))
        store.export_evaluation(case.id)
        monkeypatch.setattr(transfer, "EVALUATION_FILE", replace(EVALUATION_FILE, most=size - 1))
        assert not_written(store, case) == (
            f"Written into a file, this could not be read back: 效能评价: {size} bytes, expected "
            f"at most {size - 1}. Keep a copy of the database instead, and begin a new evaluation "
            "or study for what comes next."
        )
        monkeypatch.setattr(transfer, "EVALUATION_FILE", EVALUATION_FILE)
        monkeypatch.setattr(datafile, "MAX_VALUES", 100)
        assert "效能评价: more than 100 values" in not_written(store, case)

    def test_by_a_reader(self, case, store, data) -> None:
        with pytest.raises(AccessError) as caught:
            case.by(case.reader).import_evaluation(json.dumps(data))
        assert str(caught.value) == (
            "“周审计” may not change evaluations: this takes an organizer."
        )


def not_written(store: Store, case: Case) -> str:
    with pytest.raises(StoreError) as caught:
        store.export_evaluation(case.id)
    return str(caught.value)


# -- the verifier in another language


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_other_verifier(data: dict[str, Any], tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.fail("node is missing: install nodejs (tools/system-packages)")

    def verified() -> tuple[int, str]:
        path = tmp_path / "evaluation.json"
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        command = ["node", ROOT / "tools" / "verify_log.mjs", path]
        found = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        return found.returncode, (found.stdout or found.stderr).strip()

    head = data["evaluation"]
    count = head["head_seq"]
    assert verified() == (
        0,
        f"evaluation {head['id']}: {count} events (0 in format 1), head {head['head_hash']}",
    )
    data["files"][0]["content"] = "b3RoZXI="
    assert verified() == (1, f"file {FILE.sha256}: its content does not match its hash")
    last = data["events"].pop()
    assert verified() == (
        1,
        f"the log ends with event {last['seq'] - 1}, the evaluation's head is event {count}",
    )
