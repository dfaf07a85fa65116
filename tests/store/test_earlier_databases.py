"""Databases of earlier versions, as those versions made them: opened, verified, and gone on with.

`tests/golden/logs` has the rows of a database at each of two revisions, and the study as it was
exported then: two experts who answered, took back, left out and submitted; a closed round, and one
that is open.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import IntegrityError

from ahp.errors import LogError
from ahp.process.rounds import evidence_distributions
from ahp.store import Event, Store, database
from ahp.store.models import EventRow

from .conftest import rechained

GOLDEN = Path(__file__).parents[1] / "golden" / "logs"
REVISIONS = ("0002", "0004")
EVENTS = 30
AB, AC, BC, A12 = ("goal", "a", "b"), ("goal", "a", "c"), ("goal", "b", "c"), ("a", "a1", "a2")


@pytest.fixture(params=REVISIONS)
def revision(request: pytest.FixtureRequest) -> str:
    return request.param


def make(url: str, revision: str, *statements: str, last: str | None = None) -> None:
    """A database that an earlier version made, and the `last` one that wrote these to it."""
    engine = create_engine(database._parse(url))
    config = Config()
    config.set_main_option("script_location", str(database._MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        lines = (GOLDEN / f"{revision}.sql").read_text(encoding="utf-8").splitlines()
        assert lines[0] == f"-- A database at revision {revision}."
        for line in lines[1:]:
            connection.exec_driver_sql(line)
        if engine.dialect.name == "postgresql":
            sequence = "pg_get_serial_sequence('links', 'id')"
            connection.execute(text(f"SELECT setval({sequence}, (SELECT max(id) FROM links))"))
        if last is not None:
            command.upgrade(config, last)
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def earlier(url: str, revision: str) -> Iterator[Store]:
    """A store on a database that an earlier version made."""
    make(url, revision)
    store = Store(url)
    yield store
    store.close()


def exported(revision: str) -> dict[str, object]:
    return json.loads((GOLDEN / f"{revision}.json").read_text(encoding="utf-8"))


def test_an_earlier_log_is_kept_and_sealed(earlier: Store, revision: str) -> None:
    before = exported(revision)
    (study,) = earlier.studies()
    events = earlier.events(study.id)
    for event, old in zip(events, before["events"], strict=False):
        assert {name: getattr(event, name) for name in old} == old
        assert (event.format, event.actor_kind, event.actor_id) == (1, None, None)
    [seal] = events[EVENTS:]
    last = events[EVENTS - 1]
    assert last.hash == before["study"]["head_hash"]
    assert (seal.kind, seal.format, seal.source) == ("chain_sealed", 2, "server")
    assert (seal.actor_kind, seal.actor_id) == ("server", "")
    assert seal.previous_hash == last.hash
    assert json.loads(seal.detail) == {"events": EVENTS, "format": 1, "last_hash": last.hash}
    [verified] = earlier.verify_log()
    assert (verified.events, verified.head_hash) == (EVENTS + 1, seal.hash)
    assert verified.without_evidence == ()


def test_what_was_said_is_what_it_was(earlier: Store) -> None:
    (study,) = earlier.studies()
    assert (study.title, study.note, study.round, study.open) == ("事后监督", "simulated", 2, True)
    ada, bo = earlier.experts(study.id)
    assert (ada.name, ada.organization, ada.link) == ("王芳", "审计处", "active")
    assert (bo.standing.weight, earlier.settings(study.id).weighting) == (2.0, "given")
    first = earlier.replies(ada.id, round_number=1)
    assert first.answers == {AB: "4", AC: "5", A12: "7"}
    assert first.abstained == {BC}
    assert list(first.asked) == [AB, AC, BC, A12]
    assert (first.comments, first.kept) == ({AC: "哪一个？"}, {"goal": "so"})
    assert first.rankings == {"goal": ("b", "a", "c")}
    assert (first.way.way, first.way.short, first.submitted) == ("rank", True, True)
    assert earlier.current(ada.id) == {AB: "2"}
    assert earlier.reasons(study.id) == {("王芳", *AB): "现场"}
    assert earlier.answers(study.id, round_number=1).experts == ("王芳", "Bo")
    [closed] = earlier.closed_rounds(study.id)
    panel = evidence_distributions(json.loads(closed.evidence))
    assert {pair: one.count for pair, one in panel.items()} == {AB: 2, AC: 2, BC: 1, A12: 2}
    assert {pair: one.own for pair, one in earlier.expert(ada.id).sitting.feedback.items()} == {
        AB: "4",
        AC: "5",
        BC: None,
        A12: "7",
    }


def test_who_had_opened_a_link_still_may_after_the_upgrade(url: str) -> None:
    """On SQLite the table of links is made anew, while grants of browsers refer to its rows."""
    link, browser = (hashlib.sha256(one).hexdigest() for one in (b"link", b"browser"))
    day, later = "2026-11-29T08:00:00.000000+00:00", "9999-01-01T00:00:00.000000+00:00"
    make(
        url,
        "0004",
        f"UPDATE links SET token_hash = '{link}'",
        f"INSERT INTO sessions (token_hash, browser, created) VALUES ('{browser}', 'b', '{day}')",
        "INSERT INTO grants (id, session, kind, link_id, expires) "
        f"SELECT 7, '{browser}', 'expert', id, '{later}' FROM links",
        "INSERT INTO grants (id, session, kind, expires) "
        f"VALUES (8, '{browser}', 'organizer', '{later}')",
        last="0006",
    )
    store = Store(url)
    try:
        [study] = store.studies()
        ada, _bo = store.experts(study.id)
        grants = store.grants("browser")
        assert (grants.organizer, [one.id for one in grants.experts]) == (True, [ada.id])
        opened = store.open_link("link", None)
        assert [one.id for one in store.grants(opened).experts] == [ada.id]
        with store._database.read() as session:
            found = "SELECT id, link_id FROM grants WHERE id IN (7, 8) ORDER BY id"
            assert session.execute(text(found)).all() == [(7, 1), (8, None)]
            if url.startswith("sqlite"):
                assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        store.verify_log()
    finally:
        store.close()


def go_on(store: Store) -> None:
    """Answer what is open in the second round, and close it."""
    (study,) = store.studies()
    ada, bo = store.experts(study.id)
    for expert in (ada, bo):
        for pair in (AB, AC, BC, A12):
            store.answer(expert.id, *pair, "3", event_id=f"{expert.id[:8]}-{'-'.join(pair)}")
        store.submit(expert.id, event_id=f"{expert.id[:8]}-second")
    store.close_round(study.id)


def test_an_earlier_study_goes_on(earlier: Store, revision: str) -> None:
    (study,) = earlier.studies()
    ada, bo = earlier.experts(study.id)
    # what a browser sends again that was stored before the change
    again = earlier.answer(ada.id, *AB, "2", event_id="ada-second")
    assert (again.seq, again.format) == (29, 1)
    go_on(earlier)
    events = earlier.events(study.id)
    assert {one.format for one in events[EVENTS:]} == {2}
    assert [(one.actor_kind, one.actor_id) for one in events[EVENTS + 1 :]] == [
        *[("expert", ada.id)] * 5,
        *[("expert", bo.id)] * 5,
        ("organizer", ""),
    ]
    first, second = (json.loads(one.evidence) for one in earlier.closed_rounds(study.id))
    assert (first["format"], second["format"]) == ({"0002": 1, "0004": 2}[revision], 3)
    assert second["summary"]["changed"] == 6 / 7
    assert [one.events for one in earlier.verify_log()] == [len(events)]
    assert earlier.open_round(study.id).round == 3


@pytest.mark.parametrize("seq", [12, EVENTS, EVENTS + 1, EVENTS + 4])
def test_one_changed_byte_is_found_in_both_parts(earlier: Store, url: str, seq: int) -> None:
    go_on(earlier)
    (study,) = earlier.studies()
    event = earlier.events(study.id)[seq - 1]
    forged = event.event_id[:-1] + ("x" if event.event_id[-1] != "x" else "y")
    with earlier._database.write() as session:
        session.execute(
            text("UPDATE events SET event_id = :forged WHERE seq = :seq"),
            {"forged": forged, "seq": seq},
        )
    with pytest.raises(LogError) as caught:
        earlier.verify_log()
    assert str(caught.value) == (
        f"study {study.id} ('事后监督'), event {seq} ({forged}): "
        "its content does not match its hash"
    )


def test_an_earlier_export_is_imported_and_sealed(store: Store, revision: str) -> None:
    content = (GOLDEN / f"{revision}.json").read_text(encoding="utf-8")
    study = store.import_export(content, "study.json")
    *events, seal, read = store.events(study.id)
    assert [one.hash for one in events] == [one["hash"] for one in exported(revision)["events"]]
    assert (seal.kind, read.kind) == ("chain_sealed", "study_imported")
    go_on(store)
    assert [one.events for one in store.verify_log()] == [EVENTS + 13]
    anew = store.export_study(study.id)
    assert json.loads(anew)["format"] == 2


def forge(store: Store, change: Callable[[list[Event]], list[Event]]) -> str:
    """Put other events in the place of a log, all hashes made anew; returns what is wrong then."""
    (study,) = store.studies()
    events = rechained(change(store.events(study.id)))
    with store._database.write() as session:
        session.execute(text("DELETE FROM events"))
        session.execute(insert(EventRow), [vars(one) for one in events])
        session.execute(
            text("UPDATE studies SET head_seq = :seq, head_hash = :hash"),
            {"seq": events[-1].seq, "hash": events[-1].hash},
        )
    with pytest.raises(LogError) as caught:
        store.verify_log()
    return str(caught.value.parameters["problem"])


def test_both_parts_are_held_together_by_the_seal(earlier: Store) -> None:
    go_on(earlier)
    original = earlier.events(earlier.studies()[0].id)

    def with_(place: int, **new: object) -> Callable[[list[Event]], list[Event]]:
        return lambda _: [
            replace(one, **new) if k == place else one for k, one in enumerate(original)
        ]

    seal, after = EVENTS, EVENTS + 1
    unnamed = {"format": 1, "actor_kind": None, "actor_id": None}
    for change, problem in (
        (
            lambda _: [*original[:seal], *original[after:]],
            "the part before it is in an older format and was not sealed",
        ),
        (
            lambda _: [*original[: seal - 1], *original[seal:]],
            "it does not name the last hash of the part it seals",
        ),
        (with_(5, time=original[6].time), "it does not name the last hash of the part it seals"),
        (
            lambda _: [*original[:after], replace(original[seal], event_id="x"), *original[after:]],
            "it seals nothing: the part before it is in the same format",
        ),
        (with_(after, **unnamed), "its format is 1, older than that of the event before it"),
        (with_(after, format=3), "its format is 3, expected one up to 2"),
        (with_(after, actor_kind=None), "it does not say who did it"),
        (with_(after, actor_id=None), "it does not say who did it"),
    ):
        assert forge(earlier, change) == problem


def test_a_server_of_an_earlier_version_that_still_runs_writes_nothing(earlier: Store) -> None:
    """Its events would be in the old format behind the seal, and the log never verify again."""
    [study] = earlier.studies()
    names = [column.name for column in EventRow.__table__.columns]
    old = [name for name in names if name not in ("format", "actor_kind", "actor_id")]
    event = earlier.events(study.id)[-1]
    row = {name: getattr(event, name) for name in old} | {"seq": event.seq + 1, "event_id": "old"}
    columns, values = ", ".join(f'"{name}"' for name in old), ", ".join(f":{name}" for name in old)
    statement = text(f"INSERT INTO events ({columns}) VALUES ({values})")
    with earlier._database._engine.connect() as writer, pytest.raises(IntegrityError, match="form"):
        writer.execute(statement, row)
    assert earlier.events(study.id)[-1] == event
    earlier.verify_log()
