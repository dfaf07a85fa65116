"""Backups, taken while others write, and what becomes of them."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from ahp.cli import main
from ahp.errors import LogError, StoreError
from ahp.store import Store, backup, dump, signing, verifying
from ahp.store.backup import back_up, unpack
from ahp.store.database import Database as Database_
from ahp.store.database import place_of
from ahp.store.models import FileRow
from ahp.store.private import give_name
from ahp.store.reading import DatabaseToRead
from ahp.store.restore import restore

from .conftest import RULES, Database, databases, empty_database, on_each_database
from .test_checkpoints import forge

BACK_UP = """
import sys
from itertools import count
from pathlib import Path
from ahp.store.backup import back_up
from ahp.store.database import place_of
place, folder = place_of(sys.argv[1]), Path(sys.argv[2])
first = len(list(folder.glob("*.zip")))
for k in count(first):
    print(k, flush=True)
    back_up(place, folder / f"{k}.zip")
"""


url = databases(*RULES)
SLOW = pytest.mark.slow


@pytest.fixture(params=RULES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of another database, which is empty."""
    yield from empty_database(request, tmp_path / "new" / "ahp.db")


def run_on(location: str, *statements: str) -> None:
    """Change a SQLite file without the store."""
    with closing(sqlite3.connect(location)) as connection:
        for one in statements:
            connection.execute(one)
        connection.commit()


@pytest.fixture(autouse=True)
def key_of_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of a user's data, for what belongs to PostgreSQL."""
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / "user" / name)


@pytest.fixture
def on_file(tmp_path: Path, migrated: Path) -> Iterator[Store]:
    """A store on SQLite."""
    shutil.copy(migrated, tmp_path / "ahp.db")
    opened = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    yield opened
    opened.close()


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = Store(url, create=False)
    yield store
    store.close()


def made(store: Store, path: Path) -> Path:
    back_up(store._database.place, path)
    return path


def refused(action, error=StoreError) -> str:
    with pytest.raises(error) as caught:
        action()
    assert type(caught.value) is error
    return str(caught.value)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("sqlite", "postgresql"),
        ("postgresql", "sqlite"),
        pytest.param("sqlite", "sqlite", marks=SLOW),
        pytest.param("postgresql", "postgresql", marks=SLOW),
    ],
    indirect=True,
)
def test_there_and_back(store, survey, target, answer_all, tmp_path):
    study = store.create_study(survey, "事后监督")
    ada, bo = store.add_expert(study.id, "Ada\\王"), store.add_expert(study.id, "Bo")
    token, organizer = store.issue_link(ada.id), store.open_organizer(None)
    session = store.open_link(token, None)
    answer_all(store, ada.id)
    store.comment(ada.id, "goal", "a", "b", "C:\\new\\table\t\\N “现场”\r\n\x0b", event_id="c")
    store.submit(ada.id, event_id="submit")
    receipt = store.receipt(ada.id)
    evaluation = store.create_evaluation("效能评价")
    content = bytes(range(256))
    with store._database.write() as session_:
        session_.add(FileRow(sha256="0" * 64, content=content))
    root = store.add_account("Root", "four random words", ["administrator"])
    taken, manifest = back_up(store._database.place, tmp_path / "ahp.zip")
    assert store.last_backup() == taken
    assert (taken.name, taken.restored) == (str(tmp_path / "ahp.zip"), None)
    assert taken.size == (tmp_path / "ahp.zip").stat().st_size
    said = subprocess.run(["sha256sum", taken.name], capture_output=True, text=True, check=True)
    assert said.stdout.split()[0] == taken.sha256
    [kept] = [one for one in manifest.logs if one.kind == "study"]
    events = store.events(study.id)
    assert (kept.id, kept.title, kept.events) == (study.id, "事后监督", len(events))
    assert kept.head_hash == events[-1].hash

    restored = restore(tmp_path / "ahp.zip", target)
    assert restored.manifest == manifest
    with opened(target) as other:
        assert other.verify_log() == store.verify_log()
        assert other.verify_evaluations() == store.verify_evaluations()
        assert other.events(study.id) == events
        assert other.evaluation_events(evaluation.id) == store.evaluation_events(evaluation.id)
        assert other.file("0" * 64) == content
        assert other.accounts() == [root]
        # sessions and links go on; new ones have numbers of their own
        assert [one.id for one in other.grants(session).experts] == [ada.id]
        assert other.grants(organizer).organizer
        assert other.open_link(token, None)
        assert other.open_organizer(None)
        again = other.open_link(other.issue_link(bo.id), None)
        answer_all(other, bo.id)
        assert [one.answered for one in other.grants(again).experts] == [4]
        assert other.receipt(ada.id) == receipt
        [mark] = other.restorations()
        assert (mark.taken, mark.name, mark.sha256) == (taken.taken, taken.name, taken.sha256)
        assert mark.restored > mark.taken
        assert other.last_backup() == mark
    assert store.restorations() == []


@dataclass
class Confirmed:
    """Answers that were confirmed."""

    ids: list[str] = field(default_factory=list)
    end: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, more: int) -> None:
        """Until there are so many more."""
        enough = len(self.ids) + more
        while len(self.ids) < enough:
            self.end.wait(0.01)


@contextmanager
def answering(store: Store, study_id: str) -> Iterator[Confirmed]:
    """Four experts who answer all the time."""
    experts = [store.add_expert(study_id, f"Expert {k}").id for k in range(4)]
    confirmed = Confirmed()

    def answer(expert: str) -> None:
        for k in count():
            if confirmed.end.is_set():
                return
            event_id = f"{expert[:8]}-{k}"
            store.answer(expert, "goal", "a", "b", str(k % 9 + 1), event_id=event_id)
            confirmed.ids.append(event_id)

    threads = [threading.Thread(target=answer, args=[one]) for one in experts]
    for one in threads:
        one.start()
    try:
        yield confirmed
    finally:
        confirmed.end.set()
        for one in threads:
            one.join()


@pytest.mark.parametrize("removed", [False, True])
@pytest.mark.parametrize(
    ("url", "target"),
    [("sqlite", "sqlite"), pytest.param("postgresql", "postgresql", marks=SLOW)],
    indirect=True,
)
def test_a_backup_with_an_event_less_is_found(store, survey, target, tmp_path, capsys, removed):
    """Taken under load; the event removed by hand, and all hashes made anew."""
    study = store.create_study(survey, "Load")
    marks, key, path = tmp_path / "marks.checkpoints", tmp_path / "key.pem", tmp_path / "ahp.zip"
    key.write_text(store.public_key()[1])
    with answering(store, study.id) as confirmed:
        confirmed.wait_for(10)
        store.checkpointer([marks]).write()
        confirmed.wait_for(8)  # not one less, without the one that is removed
        made(store, path)
    if removed:
        by_hand = f"sqlite:///{tmp_path / 'by_hand.db'}"
        restore(path, by_hand)
        path = tmp_path / "removed.zip"
        with opened(by_hand) as other:
            events = other.events(study.id)
            forge(other, study.id, [*events[:7], *events[8:]])
            made(other, path)
    restore(path, target)
    verify = ["log", "verify", "--jobs", "1", "--database", target]
    assert main(verify) == 0
    capsys.readouterr()
    status = main([*verify, "--checkpoints", str(marks), "--key", str(key)])
    size = marks.read_text(encoding="utf-8").splitlines()[1]
    assert (status, capsys.readouterr().err) == (
        (
            1,
            f"ahp: error: study {study.id} ('Load'): events 1 to {size} are not those of a "
            f"checkpoint ({marks}, line 1)\n",
        )
        if removed
        else (0, "")
    )


@on_each_database
def test_under_load_nothing_confirmed_is_missing(store, survey, target, tmp_path, url):
    study = store.create_study(survey, "Load")
    with answering(store, study.id) as confirmed:
        confirmed.wait_for(20)
        before = {*confirmed.ids}
        made(store, tmp_path / "ahp.zip")
        during = len(confirmed.ids)
    assert during > len(before)  # nobody waited for the backup
    restore(tmp_path / "ahp.zip", target)
    with opened(target) as other:
        events = other.events(study.id)
        assert {one.event_id for one in events} >= before
        assert events == store.events(study.id)[: len(events)]


def test_copying_the_file_is_no_backup(on_file, study_of_file, tmp_path):
    """What `ahp backup` is for: the copy lacks answers, and verifies."""
    shutil.copy(on_file.location, tmp_path / "copy.db")
    made(on_file, tmp_path / "ahp.zip")
    with opened(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
        assert copy.verify_log() == []
    restore(tmp_path / "ahp.zip", f"sqlite:///{tmp_path / 'new.db'}")
    with opened(f"sqlite:///{tmp_path / 'new.db'}") as other:
        assert [one.events for one in other.verify_log()] == [2]


@pytest.fixture
def study_of_file(on_file, survey):
    study = on_file.create_study(survey, "Pilot")
    on_file.add_expert(study.id, "Ada")
    return study


# what is refused


def test_nothing_is_overwritten(store, study, tmp_path, target):
    path = made(store, tmp_path / "ahp.zip")
    content = path.read_bytes()
    assert refused(lambda: made(store, path)) == (
        f"{path}: there is such a file; a backup overwrites nothing"
    )
    assert path.read_bytes() == content
    restore(path, target)
    location = place_of(target).location
    assert refused(lambda: restore(path, target)) == (
        f"{location}: there is something in it; a backup is restored into a database that is new "
        "or empty"
    )
    with opened(target) as other:
        assert [one.events for one in other.verify_log()] == [1]
        assert len(other.restorations()) == 1


def test_an_empty_database_is_filled(store, study, tmp_path, target):
    """As the app leaves one that was started before."""
    Store(target).close()
    restore(made(store, tmp_path / "ahp.zip"), target)
    with opened(target) as other:
        assert other.verify_log() == store.verify_log()


def test_every_damaged_byte_is_found(on_file, study_of_file, tmp_path):
    on_file.public_key()
    path = made(on_file, tmp_path / "ahp.zip")
    content = path.read_bytes()
    new = tmp_path / "new.db"
    message = f"{path}: is no backup, or is damaged: its bytes are not those that were written"
    places = random.Random(18).sample(range(len(content)), 60)
    for place in (0, len(content) - 1, *places):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert refused(lambda: restore(path, f"sqlite:///{new}")) == message
    for cut in (b"", content[:-1], content[: len(content) // 2], content + b"\0"):
        path.write_bytes(cut)
        assert refused(lambda: restore(path, f"sqlite:///{new}")) == message
    assert not new.exists()
    path.write_bytes(content)
    assert restore(path, f"sqlite:///{new}").key == "same"


def repacked(path: Path, change, name: str = backup.MANIFEST) -> Path:
    """A backup with another part, and a seal that fits."""
    with zipfile.ZipFile(path) as packed:
        held = {one: packed.read(one) for one in packed.namelist()}
    held[name] = change(held[name])
    with zipfile.ZipFile(path, "w") as packed:
        for one, content in held.items():
            packed.writestr(one, content)
        packed.comment = b"sha256:" + bytes(64)
    with path.open("r+b") as file:
        _, inner, _ = backup._hashes(file)
        file.seek(-64, os.SEEK_END)
        file.write(inner.encode())
    return path


def with_manifest(**changes):
    return lambda content: json.dumps({**json.loads(content), **changes}).encode()


def test_what_is_no_backup(on_file, study_of_file, tmp_path):
    path = made(on_file, tmp_path / "ahp.zip")
    content = path.read_bytes()
    schema = json.loads(zipfile.ZipFile(path).read(backup.MANIFEST))["schema"]
    url = f"sqlite:///{tmp_path / 'new.db'}"
    for change, message in (
        (with_manifest(kind="x"), "is no backup made by ahp backup"),
        (with_manifest(parts={}), "is no backup made by ahp backup"),
        (lambda _content: b"{}", "is no backup made by ahp backup"),
        (lambda _content: b"no JSON", "is no backup made by ahp backup"),
        (lambda _content: b"[" * 100_000, "is no backup made by ahp backup"),
        (with_manifest(version="\udfff"), "is no backup made by ahp backup"),
        (with_manifest(taken="yesterday"), "is no backup made by ahp backup"),
        (with_manifest(parts=["ahp.db"]), "parts: is an array, expected a table"),
        (with_manifest(schema=["9"]), "schema: is an array, expected text"),
        (
            with_manifest(format=2),
            "a backup in format 2, this version of ahp reads those up to 1; use a newer version of "
            "ahp",
        ),
        (
            with_manifest(schema="9999", version="9.0"),
            "the backup was made by ahp 9.0 of a database at revision '9999', this version of ahp "
            f"knows those up to {schema!r}; use a newer version of ahp",
        ),
    ):
        path.write_bytes(content)
        repacked(path, change)
        assert refused(lambda: restore(path, url)) == f"{path}: {message}"
    path.write_bytes(content)
    repacked(path, lambda held: held[:-1], "ahp.db")
    assert refused(lambda: restore(path, url)) == (
        f"{path}: ahp.db in it is not what its manifest says"
    )
    assert not (tmp_path / "new.db").exists()
    assert refused(lambda: restore(tmp_path / "none.zip", url)) == (
        f"{tmp_path}/none.zip: cannot be read: No such file or directory"
    )


def test_a_backup_whose_tables_have_names_that_are_no_text(on_file, study_of_file, tmp_path):
    path = made(on_file, tmp_path / "ahp.zip")
    index, held = b"ix_events_expert_id_seq", []

    def damaged(content: bytes) -> bytes:
        content = content.replace(b"CREATE INDEX " + index, b"CREATE xNDEX " + index)
        held.append(content.replace(index, index[:-1] + b"\xc1"))
        return held[0]

    repacked(path, damaged, "ahp.db")
    part = {"size": len(held[0]), "sha256": hashlib.sha256(held[0]).hexdigest()}
    repacked(path, with_manifest(parts={"ahp.db": part}))
    assert refused(lambda: restore(path, f"sqlite:///{tmp_path / 'new.db'}")) == (
        f"{path}: is no backup made by ahp backup"
    )


def test_a_backup_that_misses_an_event(store, study, target, tmp_path):
    """Its last event taken out of the database in it, hashes of the file made anew."""
    with fresh(store, tmp_path) as (path, folder):
        held = unpack(path, folder)
        [name] = [one for one in held.manifest.parts if one != backup.KEY]
        log = held.manifest.logs[0]
        less = {**vars(log), "events": log.events + 1}
        repacked(path, with_manifest(logs=[less]))
        assert refused(lambda: restore(path, target)) == (
            f"{path}: the log of {study.id} ('Pilot') is another one in the copy, with "
            f"{log.events} events, expected {log.events + 1}"
        )
        assert name in ("ahp.db", "ahp.dump")


@contextmanager
def fresh(store: Store, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    folder = tmp_path / "parts"
    folder.mkdir()
    yield made(store, tmp_path / "ahp.zip"), folder


def test_a_forged_log_is_backed_up_and_not_restored(store, study, database, target, tmp_path):
    """It is evidence; who restores it is told."""
    database.execute("UPDATE events SET time = '2020-01-01T00:00:00.000000+00:00'")
    path = made(store, tmp_path / "ahp.zip")
    said = refused(lambda: restore(path, target), LogError)
    assert said.endswith("its content does not match its hash")
    if target.startswith("sqlite"):
        assert not (tmp_path / "new" / "ahp.db").exists()
    else:
        assert Database(target).rows(
            "SELECT count(*) FROM pg_tables WHERE tablename = 'events'"
            " AND schemaname = current_schema()"
        ) == [(0,)]


@on_each_database
def test_a_copy_that_misses_an_event_gets_no_name(store, study, tmp_path, monkeypatch):
    copy, rows = backup._copy_file, backup.dumped_rows

    def copy_less(connection, path, tell):
        copy(connection, path, tell)
        with closing(sqlite3.connect(path)) as copied:
            copied.execute("DELETE FROM events")
            copied.commit()

    monkeypatch.setattr(backup, "_copy_file", copy_less)
    monkeypatch.setattr(
        backup, "dumped_rows", lambda path, table: list(rows(path, table))[table == "events" :]
    )
    assert refused(lambda: made(store, tmp_path / "ahp.zip")) == (
        f"{store.location}: the log of {study.id} ('Pilot') is another one in the copy, with 0 "
        "events, expected 1"
    )
    assert [one.name for one in tmp_path.iterdir() if "zip" in one.name] == []
    assert store.last_backup() is None


def test_a_disk_that_is_full(on_file, study_of_file, tmp_path, monkeypatch):
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "ahp.zip"
    with monkeypatch.context() as patched:
        patched.setattr(backup.os, "fsync", full)
        assert refused(lambda: made(on_file, path)) == (
            f"{path}: the backup can't be written: No space left on device"
        )
    absent = tmp_path / "none" / "ahp.zip"
    assert refused(lambda: made(on_file, absent)) == (
        f"{absent}: the backup can't be written: No such file or directory"
    )
    made(on_file, path)
    path.with_name("file").write_text("")
    assert refused(lambda: restore(path, f"sqlite:///{tmp_path}/file/ahp.db")) == (
        f"{tmp_path}/file/ahp.db: the backup can't be restored here: File exists"
    )


def test_a_database_that_is_damaged(on_file, study_of_file, tmp_path):
    location = on_file.location
    on_file.close()
    run_on(
        location,
        "PRAGMA writable_schema = ON",
        "DELETE FROM sqlite_master WHERE name = 'ix_events_expert_id_seq'",
    )
    said = refused(lambda: made(on_file, tmp_path / "ahp.zip"))
    assert said.startswith(f"{location}: SQLite finds it damaged: ")
    empty = tmp_path / "empty.db"
    assert refused(lambda: back_up(place_of(f"sqlite:///{empty}"), tmp_path / "2.zip")) == (
        f"{empty}: there is no database"
    )
    empty.touch()
    assert refused(lambda: back_up(place_of(f"sqlite:///{empty}"), tmp_path / "2.zip")) == (
        f"{empty}: there is nothing of ahp in it"
    )


def test_what_cannot_be_noted_is_whole(
    on_file, study_of_file, tmp_path, monkeypatch, capsys, caplog
):
    """The command ends as one that has made a backup, and the page hands it out."""

    def fails(*_: object) -> None:
        raise StoreError("database_locked", location="x")

    monkeypatch.setattr(backup, "_remember", fails)
    path = tmp_path / "ahp.zip"
    unnoted = (
        "{}: the backup is whole, but the database could not note that there is one: x: database "
        "is locked"
    )
    assert main(["backup", str(path), "--database", f"sqlite:///{on_file.location}"]) == 0
    captured = capsys.readouterr()
    assert captured.err == f"ahp: warning: {unnoted.format(path)}\n"
    assert captured.out.startswith(f"{path}: a whole backup of {on_file.location}, compared with")
    with on_file.open_backup("page.zip") as file:
        content = file.read()
    assert [one.getMessage() for one in caplog.records] == [unnoted.format("page.zip")]
    assert on_file.last_backup() is None
    (tmp_path / "page").mkdir()
    (tmp_path / "page.zip").write_bytes(content)
    assert unpack(tmp_path / "page.zip", tmp_path / "page").manifest.events == 2
    (tmp_path / "parts").mkdir()
    assert unpack(path, tmp_path / "parts").manifest.events == 2


def test_what_the_system_refuses_is_said_in_words(on_file, study_of_file, tmp_path, monkeypatch):
    def full(*_: object, **_named: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "mkdtemp", full)
        assert refused(lambda: on_file.open_backup("ahp.zip")) == (
            "ahp.zip: the backup can't be written: No space left on device"
        )
    new = f"sqlite:///{tmp_path / 'new.db'}"
    for path in (tmp_path, Path("/dev/zero")):  # which never ends
        assert refused(lambda path=path: restore(path, new)) == (
            f"{path}: is no backup made by ahp backup"
        )
    assert not (tmp_path / "new.db").exists()


# the client programs of PostgreSQL


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_pg_dump_that_is_missing_or_fails(store, study, tmp_path, monkeypatch):
    path, tools = tmp_path / "ahp.zip", tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    assert refused(lambda: made(store, path)) == (
        "pg_dump is needed, and not found: install PostgreSQL's client programs of the server's "
        "version or newer (Debian: apt-get install postgresql-client)"
    )
    own = tools / "pg_dump"
    for script, message in (
        (
            "echo 'pg_dump (PostgreSQL) 9.6.24'",
            "pg_dump is of PostgreSQL 9, the server of {needed}: install client programs of "
            "version {needed} or newer",
        ),
        (
            'if test "$1" = --version; then echo "pg_dump (PostgreSQL) 99.1"; else '
            "echo 'pg_dump: error:'; echo 'no room' >&2; exit 1; fi",
            "pg_dump fails: no room",
        ),
    ):
        own.write_text(f"#!/bin/sh\n{script}\n")
        own.chmod(0o700)
        with store._database.read() as session:
            needed = session.connection().dialect.server_version_info[0]
        assert refused(lambda: made(store, path)) == message.format(needed=needed)
    assert not path.exists()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_no_password_among_the_arguments(store, study, tmp_path, monkeypatch):
    """Whoever lists processes sees them."""
    seen = []
    run = subprocess.run

    def watched(command, **options):
        seen.append((" ".join(command), (options.get("env") or {}).get("PGPASSWORD")))
        return run(command, **options)

    monkeypatch.setattr(dump.subprocess, "run", watched)
    url = store._database.place.url.set(password="secret")
    back_up(place_of(url.render_as_string(hide_password=False)), tmp_path / "ahp.zip")
    assert [one for one in seen if "secret" in one[0]] == []
    assert seen[-1][1] == "secret"


# older databases


def test_a_database_is_backed_up_as_it_is(on_file, study_of_file, tmp_path):
    """Before an upgrade: nothing is migrated. Restored, it is brought up to date."""
    location = on_file.location
    on_file.close()
    run_on(location, "DROP TABLE backups", "UPDATE alembic_version SET version_num = '0007'")
    _, manifest = back_up(place_of(f"sqlite:///{location}"), tmp_path / "ahp.zip")
    assert manifest.schema == "0007"
    with closing(sqlite3.connect(location)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            ("0007",)
        ]
    restore(tmp_path / "ahp.zip", f"sqlite:///{tmp_path / 'new.db'}")
    with opened(f"sqlite:///{tmp_path / 'new.db'}") as other:
        assert [one.events for one in other.verify_log()] == [2]
        assert len(other.restorations()) == 1


# the key


def test_another_key_stays(on_file, study_of_file, tmp_path):
    path = made(on_file, tmp_path / "none.zip")
    assert restore(path, f"sqlite:///{tmp_path}/1/ahp.db").key == "none"
    key_id, _ = on_file.public_key()
    path = made(on_file, tmp_path / "ahp.zip")
    placed = restore(path, f"sqlite:///{tmp_path}/2/ahp.db")
    assert (placed.key, placed.key_path) == ("placed", tmp_path / "2" / "signing_key.pem")
    assert stat.S_IMODE(placed.key_path.stat().st_mode) == 0o600
    with opened(f"sqlite:///{tmp_path}/2/ahp.db") as other:
        assert other.public_key()[0] == key_id
    signing.signing_key(tmp_path / "3")
    mine = (tmp_path / "3" / "signing_key.pem").read_bytes()
    assert restore(path, f"sqlite:///{tmp_path}/3/ahp.db").key == "other"
    assert (tmp_path / "3" / "signing_key.pem").read_bytes() == mine


def test_the_key_that_the_database_knows(on_file, study_of_file, tmp_path, monkeypatch, capsys):
    """Without it a backup is made all the same, and says so; another one is not taken for it."""
    elsewhere, beside = tmp_path / "own" / "key.pem", tmp_path / "signing_key.pem"
    with monkeypatch.context() as patched:
        patched.setenv(signing.ENVIRONMENT_VARIABLE, str(elsewhere))
        on_file.claim_key()
        known = on_file.public_key()[0]
    database = ("--database", f"sqlite:///{on_file.location}", "--language", "en")
    facts = {"path": str(beside), "known": known, "variable": "AHP_SIGNING_KEY"}

    def backed_up(name: str, problem: StoreError) -> None:
        path = tmp_path / name
        assert refused(lambda: made(on_file, path)) == str(problem)
        assert not path.exists()
        assert main(["backup", str(path), *database]) == 1
        said = capsys.readouterr()
        assert said.err == (
            f"ahp: warning: {path}: the signing key is NOT in this backup, and a server of the "
            f"restored database does not start without it: {problem}\n"
        )
        assert said.out.splitlines()[2] == (
            "  WITHOUT the signing key that the database knows: keep that one, too"
        )
        (tmp_path / f"{name}-parts").mkdir()
        assert list(unpack(path, tmp_path / f"{name}-parts").manifest.parts) == ["ahp.db"]

    backed_up("none.zip", StoreError("key_gone", **facts))
    other = signing.key_id(signing.signing_key(tmp_path).public_key())
    backed_up("other.zip", StoreError("key_other", found=other, **facts))
    beside.unlink()
    monkeypatch.setenv(signing.ENVIRONMENT_VARIABLE, str(elsewhere))
    assert main(["backup", str(tmp_path / "ahp.zip"), *database]) == 0
    assert capsys.readouterr().err == ""


def test_the_key_of_a_restored_database(on_file, study_of_file, tmp_path, capsys):
    """What keeps its server from starting is said, with what sets it right."""
    on_file.claim_key()
    known = on_file.public_key()[0]
    path, new = made(on_file, tmp_path / "ahp.zip"), tmp_path / "new"
    other = signing.key_id(signing.signing_key(new).public_key())
    key, url = new / "signing_key.pem", f"sqlite:///{new / 'ahp.db'}"
    facts = {"path": str(key), "known": known, "variable": "AHP_SIGNING_KEY"}
    problem = StoreError("key_other", found=other, **facts)
    assert main(["restore", str(path), "--database", url, "--language", "en"]) == 0
    said = capsys.readouterr()
    command = f"unzip -p {path} signing_key.pem > {key}"
    assert said.out.splitlines()[2:6] == [
        f"  At {key} is another signing key, which stays: receipts of before verify with the "
        "public key of the one in the backup.",
        "  The server does not start before it has the key that the database knows.",
        "  This command puts it there, in place of the other one:",
        f"    {command}",
    ]
    assert said.err == f"ahp: warning: {problem}\n"
    with opened(url) as restored:
        assert refused(restored.claim_key) == str(problem)
        with zipfile.ZipFile(path) as parts:  # as the command does
            key.write_bytes(parts.read("signing_key.pem"))
        restored.claim_key()


def test_a_restored_database_lacks_its_key(on_file, study_of_file, tmp_path):
    on_file.claim_key()
    key = tmp_path / "signing_key.pem"
    pem, known = key.read_bytes(), on_file.public_key()[0]
    key.unlink()
    back_up(on_file._database.place, tmp_path / "ahp.zip", keyless=lambda _: None)
    restored = restore(tmp_path / "ahp.zip", f"sqlite:///{tmp_path}/1/ahp.db")
    facts = {"path": str(restored.key_path), "known": known, "variable": "AHP_SIGNING_KEY"}
    assert (restored.key, str(restored.problem)) == ("none", str(StoreError("key_gone", **facts)))
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "signing_key.pem").write_bytes(pem)
    restored = restore(tmp_path / "ahp.zip", f"sqlite:///{tmp_path}/2/ahp.db")
    assert (restored.key, restored.problem) == ("same", None)


# interrupted


def test_kill_9_leaves_nothing_half_under_its_name(on_file, study_of_file, tmp_path, spawn):
    folder = tmp_path / "backups"
    folder.mkdir()
    draw = random.Random(18)
    process = spawn(BACK_UP, f"sqlite:///{on_file.location}", str(folder))
    for _ in range(draw.randrange(3, 9)):
        assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    found = sorted(folder.glob("*.zip"))
    assert len(found) >= 2
    for path in found:
        own = tmp_path / path.stem
        own.mkdir()
        assert unpack(path, own).manifest.events == 2


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(20))
def test_kill_9_at_any_moment(on_file, study_of_file, tmp_path, spawn, attempt):
    folder = tmp_path / "backups"
    folder.mkdir()
    process = spawn(BACK_UP, f"sqlite:///{on_file.location}", str(folder))
    for _ in range(attempt // 4 + 1):
        assert process.stdout.readline()
    threading.Event().wait(random.Random(attempt).random() / 20)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for path in folder.glob("*.zip"):
        own = tmp_path / path.stem
        own.mkdir()
        assert unpack(path, own).manifest.events == 2


def test_a_restoration_that_ends_early_leaves_nothing(store, study, target, tmp_path, monkeypatch):
    path = made(store, tmp_path / "ahp.zip")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("ahp.store.restore.log.verify", interrupted)
        with pytest.raises(KeyboardInterrupt):
            restore(path, target)
    assert restore(path, target).key == "none"
    with opened(target) as other:
        assert other.verify_log() == store.verify_log()


def test_a_key_that_cannot_be_placed_undoes_all(store, study, target, tmp_path, monkeypatch):
    store.public_key()
    path = made(store, tmp_path / "ahp.zip")
    (tmp_path / "file").write_text("")
    key = tmp_path / "file" / "key.pem"
    with monkeypatch.context() as patched:
        patched.setenv(signing.ENVIRONMENT_VARIABLE, str(key))
        assert refused(lambda: restore(path, target)) == (
            f"{key}: the server's signing key cannot be read or made: File exists; make the file "
            "readable and its folder writable, or set AHP_SIGNING_KEY to another file"
        )
    place = place_of(target)
    assert place.file is None or not place.file.exists()
    # databases of PostgreSQL have one key, their user's
    shared = place.file is None and store._database.place.file is None
    assert restore(path, target).key == ("same" if shared else "placed")


def test_without_the_database_there_is_no_key(on_file, study_of_file, tmp_path, monkeypatch):
    """What fails when all is written takes the key away again."""
    on_file.public_key()
    path, new = made(on_file, tmp_path / "ahp.zip"), tmp_path / "new"

    def fails(url, fill):
        def filled(*arguments) -> None:
            fill(*arguments)
            assert (new / "signing_key.pem").exists()
            raise StoreError("database_locked", location="x")

        return Database_(url, fill=filled)

    with monkeypatch.context() as patched:
        patched.setattr("ahp.store.restore.Database", fails)
        said = refused(lambda: restore(path, f"sqlite:///{new / 'ahp.db'}"))
    assert said == "x: database is locked"
    assert list(new.iterdir()) == []


def refuse_links(*_: object) -> None:
    """As sticks and shared folders do."""
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def test_where_files_have_no_links(on_file, study_of_file, tmp_path, monkeypatch):
    monkeypatch.setattr("ahp.store.private.os.link", refuse_links)
    on_file.public_key()
    path = made(on_file, tmp_path / "ahp.zip")
    assert restore(path, f"sqlite:///{tmp_path}/new/ahp.db").key == "placed"
    pem = (tmp_path / "signing_key.pem").read_bytes()
    assert (tmp_path / "new" / "signing_key.pem").read_bytes() == pem
    assert not signing.place_key(tmp_path / "new" / "signing_key.pem", b"another")
    assert sorted(one.name for one in (tmp_path / "new").iterdir()) == [
        "ahp.db",
        "signing_key.pem",
    ]


def test_without_links_nothing_is_replaced_either(tmp_path, monkeypatch):
    """Where another process gives the name just after it was looked whether there is one."""
    whole, path = tmp_path / "whole", tmp_path / "key.pem"
    whole.write_text("late")
    path.write_text("first")
    monkeypatch.setattr("ahp.store.private.os.link", refuse_links)
    monkeypatch.setattr(Path, "exists", lambda _path: False)
    with pytest.raises(FileExistsError):
        give_name(whole, path)
    assert (whole.read_text(), path.read_text()) == ("late", "first")


def test_without_links_no_empty_file_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("ahp.store.private.os.link", refuse_links)
    with pytest.raises(FileNotFoundError):
        give_name(tmp_path / "gone", tmp_path / "key.pem")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_question_mark(on_file, study_of_file, tmp_path, monkeypatch):
    folder = tmp_path / "what?"
    folder.mkdir()
    monkeypatch.chdir(folder)
    path = made(on_file, folder / "ahp.zip")
    restore(path, "sqlite:///new.db")
    again = DatabaseToRead("sqlite:///new.db")
    [log_] = verifying.verify_studies(again, 1)
    again.close()
    assert log_.events == 2
    back_up(place_of("sqlite:///new.db"), folder / "2.zip")


# who may read the files


@pytest.fixture
def generous() -> Iterator[None]:
    """A umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {one.name: stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()}


def test_files_are_their_owner_s(tmp_path, generous, survey):
    store = Store(f"sqlite:///{tmp_path / 'ahp.db'}")
    store.create_study(survey, "Pilot")
    store.public_key()
    made(store, tmp_path / "ahp.zip")
    names = ("ahp.db", "ahp.db-wal", "ahp.db-shm", "signing_key.pem", "ahp.zip")
    assert modes(tmp_path) == dict.fromkeys(names, 0o600)
    store.close()


def test_files_that_others_could_read(tmp_path, migrated, survey, caplog):
    path, key = tmp_path / "ahp.db", tmp_path / "signing_key.pem"
    shutil.copy(migrated, path)
    signing.signing_key(tmp_path)
    path.chmod(0o644)
    key.chmod(0o640)
    store = Store(f"sqlite:///{path}")
    store.create_study(survey, "Pilot")
    store.public_key()
    store.public_key()
    assert {*modes(tmp_path).values()} == {0o600}
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: others could read it (mode 0644); now its owner alone can",
        f"{key}: others could read it (mode 0640); now its owner alone can",
    ]
    store.close()


# the log of SQLite


def test_closing_leaves_everything_in_the_file(tmp_path, survey):
    path = tmp_path / "ahp.db"
    store = Store(f"sqlite:///{path}")
    other = sqlite3.connect(path)  # as another command has it open
    assert other.execute("SELECT count(*) FROM studies").fetchone() == (0,)
    store.create_study(survey, "Pilot")
    assert Path(f"{path}-wal").stat().st_size > 0
    store.close()
    assert Path(f"{path}-wal").stat().st_size == 0
    shutil.copy(path, tmp_path / "copy.db")
    with opened(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
        assert [one.events for one in copy.verify_log()] == [1]
    other.close()
    store.close()  # again, and of a file that is gone
    path.unlink()
    store.close()
    assert not path.exists()


def test_closing_waits_for_nobody(on_file, study_of_file):
    other = sqlite3.connect(on_file.location, isolation_level=None)
    other.execute("BEGIN")
    assert other.execute("SELECT count(*) FROM events").fetchone() == (2,)
    on_file.add_expert(study_of_file.id, "Bo")
    on_file.close()  # what Bo did stays beside the file while somebody reads the state before
    other.execute("COMMIT")
    other.close()
    with opened(f"sqlite:///{on_file.location}") as again:
        assert [one.events for one in again.verify_log()] == [3]
