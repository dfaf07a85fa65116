"""A database that is only read: in every state in which it may lie there, nothing of it changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from ahp.cli import main
from ahp.errors import DatabaseError, LogError, StoreError
from ahp.store import Store, StudyInfo, reading, verifying
from ahp.store.log import verify
from ahp.store.reading import DatabaseToRead

from .conftest import on_each_database
from .test_backup import run_on
from .test_earlier_databases import EVENTS, make


@pytest.fixture
def url(tmp_path: Path) -> str:
    """SQLite's file, unless a test asks for each database."""
    return f"sqlite:///{tmp_path / 'ahp.db'}"


def files(folder: Path) -> dict[str, str]:
    """Name -> hash, of all that lies there."""
    return {
        one.name: hashlib.sha256(one.read_bytes()).hexdigest()
        for one in folder.iterdir()
        if one.is_file()
    }


def events_read(url: str) -> list[int]:
    """How many events the logs have, as verified; the time of the file is the same afterwards."""
    database = DatabaseToRead(url)
    try:
        found = [one.events for one in verifying.verify_studies(database, 1)]
        database.check_unchanged()
        return found
    finally:
        database.close()


def test_a_closed_database_is_left_as_it_is(store, study, url, tmp_path) -> None:
    store.close()
    before = files(tmp_path)
    assert list(before) == ["ahp.db"]
    assert events_read(url) == [1]
    assert files(tmp_path) == before


def test_one_that_is_in_use_is_read_beside_the_server(store, study, url, tmp_path) -> None:
    store.rename_study(study.id, "Another")
    before = files(tmp_path)
    assert sorted(before) == ["ahp.db", "ahp.db-shm", "ahp.db-wal"]
    assert events_read(url) == [2]
    after = files(tmp_path)
    assert {**after, "ahp.db-shm": ""} == {**before, "ahp.db-shm": ""}
    store.rename_study(study.id, "A third")
    assert events_read(url) == [3]


def test_what_lies_beside_the_file_counts(store, study, url, tmp_path) -> None:
    """A copy of a server that was killed: the newest events are not in the file yet."""
    store.rename_study(study.id, "Another")
    copied = tmp_path / "copied"
    copied.mkdir()
    for name in ("ahp.db", "ahp.db-wal"):
        shutil.copy(tmp_path / name, copied / name)
    before = files(copied)
    assert events_read(f"sqlite:///{copied / 'ahp.db'}") == [2]
    assert files(copied) == before


def test_a_folder_that_nobody_may_write_to(store, study, tmp_path) -> None:
    """As on a read-only mount."""
    store.rename_study(study.id, "Another")
    folders = []
    for name, endings in (("killed", ("", "-wal", "-shm")), ("copied", ("", "-wal"))):
        folder = tmp_path / name
        folder.mkdir()
        for ending in endings:
            shutil.copy(tmp_path / f"ahp.db{ending}", folder / f"ahp.db{ending}")
            (folder / f"ahp.db{ending}").chmod(0o444)
        folder.chmod(0o555)
        folders.append(folder)
    script = (
        "import sys; from tests.store.test_reading import events_read; "
        "print(*(events_read(f'sqlite:///{one}/ahp.db') for one in sys.argv[1:]))"
    )
    as_anybody = ["setpriv", "--bounding-set", "-dac_override"] if os.getuid() == 0 else []
    before = [files(folder) for folder in folders]
    done = subprocess.run(
        [*as_anybody, sys.executable, "-c", script, *folders],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.stdout, done.stderr) == ("[2] [2]\n", "")
    assert [files(folder) for folder in folders] == before


def test_what_was_written_meanwhile_is_said(store, study, url) -> None:
    store.close()
    database = DatabaseToRead(url)
    with database.read() as session:
        verify(session)
    database.check_unchanged()
    again = Store(url)
    again.rename_study(study.id, "Another")
    with pytest.raises(StoreError) as raised:
        database.check_unchanged()
    again.close()
    database.close()
    assert str(raised.value) == (
        f"{database.location}: the database was written while it was read; please verify again"
    )


def test_what_only_seems_forged_is_not_said(store, study, url, capsys, monkeypatch) -> None:
    """A server has started while the file was read: half of it was read before, half after."""
    store.close()
    real = verifying.verify_studies

    def half(database, jobs):
        again = Store(url)
        again.rename_study(study.id, "Another")
        again.close()
        run_on(again.location, "UPDATE events SET hash = 'x' WHERE seq = 2")
        return real(database, jobs)

    monkeypatch.setattr(verifying, "verify_studies", half)
    assert main(["log", "verify", "--database", url]) == 2
    assert capsys.readouterr().err == (
        f"ahp: error: {store.location}: the database was written while it was read; please verify "
        "again\n"
    )


def test_what_begins_between_two_looks_is_seen(store, study, url, monkeypatch) -> None:
    """A program that begins to write while it is noted how the file was."""
    store.close()
    held: list[sqlite3.Connection] = []
    real = reading._beside

    def beside(path: Path) -> list[Path]:
        found = real(path)
        if not held:
            held.append(sqlite3.connect(path))
            held[0].execute("UPDATE studies SET title = 'Another'")
            held[0].commit()
        return found

    monkeypatch.setattr(reading, "_beside", beside)
    database = DatabaseToRead(url)
    with pytest.raises(StoreError, match="the database was written while it was read"):
        database.check_unchanged()
    database.close()
    held[0].close()


def test_a_change_that_was_not_completed_is_undone_in_a_copy(tmp_path, migrated) -> None:
    """The power failed while a program that keeps no log beside the file wrote into it."""
    path, held = tmp_path / "ahp.db", tmp_path / "held"
    held.mkdir()
    shutil.copy(migrated, path)
    run_on(str(path), "PRAGMA journal_mode = DELETE")
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute("PRAGMA cache_size = 1")  # so that pages are in the file before the end
        writing.execute("PRAGMA cache_spill = 1")
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("DELETE FROM alembic_version")
        rows = [(f"{k}", b"x" * 5000) for k in range(50)]
        writing.executemany("INSERT INTO files (sha256, content) VALUES (?, ?)", rows)
        for one in tmp_path.glob("ahp.db*"):
            shutil.copy(one, held / one.name)
    before = files(held)
    assert sorted(before) == ["ahp.db", "ahp.db-journal"]
    assert events_read(f"sqlite:///{held / 'ahp.db'}") == []
    assert files(held) == before


def test_what_was_written_while_it_was_copied_is_said(store, study, url, monkeypatch) -> None:
    """A server has started between the copies of the file and of what lies beside it."""
    store.close()
    beside = Path(f"{store.location}-wal")
    beside.write_bytes(b"x" * 100)
    copied = shutil.copyfile

    def copy(source: Path, target: Path) -> None:
        copied(source, target)
        beside.write_bytes(b"x" * 200)

    monkeypatch.setattr(reading.shutil, "copyfile", copy)
    with pytest.raises(StoreError) as raised:
        DatabaseToRead(url)
    assert str(raised.value) == (
        f"{store.location}: the database was written while it was read; please verify again"
    )


def test_a_file_that_another_program_holds(store, study, url, monkeypatch) -> None:
    """It is neither copied while it is written nor an error that nobody translates."""
    store.close()
    monkeypatch.setattr(reading, "LOCKED", 0.01)
    with closing(sqlite3.connect(store.location, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("PRAGMA journal_mode = WAL")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("UPDATE studies SET title = 'Another'")
        holder.execute("COMMIT")
        Path(f"{store.location}-shm").touch()
        with pytest.raises(StoreError) as raised:
            DatabaseToRead(url)
    assert type(raised.value) is DatabaseError
    assert str(raised.value) == f"{store.location}: database is locked"


def test_a_file_beside_it_that_cannot_be_read(store, study, url, monkeypatch, tmp_path) -> None:
    store.close()
    Path(f"{store.location}-wal").symlink_to(tmp_path)
    with pytest.raises(StoreError) as raised:
        DatabaseToRead(url)
    assert str(raised.value) == f"{store.location}: cannot be read: Is a directory"


@on_each_database
def test_nothing_can_be_written(store, study, url) -> None:
    database = DatabaseToRead(url)
    with pytest.raises(StoreError, match="read-?only"), database.write() as session:
        session.execute(text("UPDATE studies SET title = 'forged'"))
    database.close()
    assert store.study(study.id).title == "Pilot"


@on_each_database
@pytest.mark.parametrize("revision", ["0002", "0004"])
def test_an_earlier_database_is_not_brought_up_to_date(url: str, revision: str) -> None:
    make(url, revision)
    database = DatabaseToRead(url)
    copies = [Path(one.name) for one in database._copies]
    assert str(database.remark) == (
        f"{database.location}: the database is of an earlier version, at revision {revision!r}; it "
        "stays as it is, what follows is said of a copy brought up to '0014_anonymous'"
    )
    [log] = verifying.verify_studies(database, 1)
    database.check_unchanged()
    database.close()
    assert (log.title, log.events) == ("事后监督", EVENTS + 1)  # with the seal that an update adds
    assert [one.exists() for one in copies] == [False]
    again = DatabaseToRead(url)
    assert again.earlier == revision
    again.close()


@on_each_database
def test_a_forged_earlier_database_is_found(url: str) -> None:
    make(url, "0004", "UPDATE events SET value = '9' WHERE seq = 12")
    database = DatabaseToRead(url)
    with pytest.raises(LogError, match=r"event 12 .*: its content does not match its hash$"):
        verifying.verify_studies(database, 1)
    database.close()


def test_other_databases_are_refused(url: str, tmp_path: Path, store: Store) -> None:
    def refused(url: str) -> str:
        with pytest.raises(StoreError) as raised:
            DatabaseToRead(url)
        return str(raised.value)

    empty = tmp_path / "empty.db"
    empty.touch()
    assert refused(f"sqlite:///{empty}") == f"{empty}: the database has no log of ahp"
    with store._database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert refused(url).startswith(f"{tmp_path / 'ahp.db'}: the database is at revision '9999', ")
    assert refused(f"sqlite:///{tmp_path}/none.db") == f"{tmp_path}/none.db: there is no database"


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs that are long enough for several processes."""
    monkeypatch.setattr(verifying, "LONG", 1)


@pytest.mark.slow  # each process takes seconds to start
@on_each_database
def test_several_processes_find_the_same(
    store: Store,
    study: StudyInfo,
    survey,
    url: str,
    database,
    long: None,
    answer_all: Callable[..., None],
) -> None:
    others = [store.create_study(survey, f"Study {k}") for k in range(5)]
    expert = store.add_expert(others[2].id, "Ada")
    answer_all(store, expert.id)
    opened = DatabaseToRead(url)
    assert verifying.verify_studies(opened, 2) == store.verify_log()
    assert verifying.verify_evaluations(opened, 2) == []
    for k in (2, 4):
        database.execute(f"UPDATE events SET source = 'x' WHERE study_id = '{others[k].id}'")
    with pytest.raises(LogError) as raised:
        verifying.verify_studies(opened, 2)
    opened.close()
    with pytest.raises(LogError) as alone:
        store.verify_log()
    assert str(raised.value) == str(alone.value)
    assert others[2].id in str(raised.value)
