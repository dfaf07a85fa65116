"""Restoring a backup into a database that is new or empty, of the same kind or the other one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, MetaData, Table, create_engine, func, insert, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from ..datafile import system_problem
from ..errors import StoreError
from . import clock, evaluation_log, log, signing
from .backup import (
    KEY,
    POSTGRESQL,
    REVISION,
    SQLITE,
    Manifest,
    Progress,
    Unpacked,
    check_heads,
    heads,
    nothing,
    tables_of,
    unpack,
)
from .database import Database, Place, known_revisions, place_of
from .dump import dumped_rows
from .models import BackupRow
from .records import Backup
from .server_settings import known_key
from .states import kept_states

BATCH = 5000
"""Rows that are written at once."""


@dataclass(frozen=True)
class Restored:
    """What was restored.

    Attributes:
        manifest: what the backup says of itself.
        location: of the database.
        key_path: where the database's key is.
        key: `"placed"`, `"same"` where it was there already, `"other"` where there was another one,
            which stays, or `"none"` where the backup has none.
        problem: why no server of the database begins with the key that is there now.
    """

    manifest: Manifest
    location: str
    key_path: Path
    key: str
    problem: StoreError | None


def restore(path: Path, url: str | None, progress: Progress | None = None) -> Restored:
    """Restore a backup: all of it, verified, or nothing.

    Args:
        path: of the backup.
        url: of a database that is new, or has nothing in it; see `Database`.
        progress: is told how far it is.

    Raises:
        StoreError: the backup is damaged, or of a newer version; the database isn't empty.
        LogError: a log in the backup does not verify.
    """
    place, tell = place_of(url), progress or nothing
    new = place.file is not None and not place.file.exists()
    try:
        if place.file is not None:
            place.folder.mkdir(parents=True, exist_ok=True)
        # beside the database is room for one
        folder = place.folder if place.file is not None else None
        with tempfile.TemporaryDirectory(dir=folder, prefix=".restoring-") as own:
            unpacked = unpack(path, Path(own))
            _check_revision(unpacked)
            path_of_key = signing.key_path(place.folder)
            key = ""

            def fill(connection: Connection, upgrade: Callable[[str], None]) -> None:
                nonlocal key
                _fill(unpacked, place.location, tell, connection, upgrade)
                key = _place_key(unpacked, path_of_key)  # last: what fails there undoes all

            try:
                database = Database(url, fill=fill)
            except BaseException:
                if key == "placed":
                    path_of_key.unlink()
                if new:
                    _remove(place)
                raise
            with database.read() as session:
                known = known_key(session)
            database.close()
    except OSError as error:
        problem = system_problem(error)
        raise StoreError("restore_unwritable", location=place.location, problem=problem) from error
    unfit: StoreError | None = None
    try:
        signing.check_known(path_of_key, known)
    except StoreError as error:
        unfit = error
    if known and not unfit and key != "placed":
        key = "same"
    return Restored(unpacked.manifest, place.location, path_of_key, key, unfit)


def _check_revision(unpacked: Unpacked) -> None:
    found, known = unpacked.manifest.schema, known_revisions()
    if found not in known:
        raise StoreError(
            "backup_newer",
            source=unpacked.source,
            found=found,
            version=unpacked.manifest.version,
            known=max(known),
        )


def _remove(place: Place) -> None:
    """Take away the file that a restoration began."""
    for ending in ("", "-wal", "-shm"):
        Path(place.location + ending).unlink(missing_ok=True)


def _fill(
    unpacked: Unpacked,
    location: str,
    tell: Progress,
    connection: Connection,
    upgrade: Callable[[str], None],
) -> None:
    """Write the content of a backup into a database, see `ahp.store.database.Fill`."""
    manifest = unpacked.manifest
    _empty(connection, location)
    upgrade(manifest.schema)
    for count, table in enumerate(tables := _tables(connection)):
        tell("restoring", count / len(tables))
        rows = iter(_rows(unpacked, table))
        while batch := list(islice(rows, BATCH)):
            connection.execute(insert(table), batch)
        _count_on(connection, table)
    check_heads(manifest.logs, heads(connection), unpacked.source)
    upgrade("head")
    tell("verifying", 0)
    with Session(connection, info=kept_states()) as session:
        log.verify(session)
        evaluation_log.verify(session)
        done = clock.timestamp(clock.now())
        mark = Backup(manifest.taken, unpacked.source, unpacked.size, unpacked.sha256, done)
        session.execute(insert(BackupRow).values(asdict(mark)))
        session.commit()


def _tables(connection: Connection) -> list[Table]:
    """The tables of a database, those that others refer to first."""
    found = MetaData()
    found.reflect(connection, only=[one for one in tables_of(connection) if one != REVISION])
    return found.sorted_tables


def _empty(connection: Connection, location: str) -> None:
    """Take empty tables away, which are made anew as the backup needs them.

    Raises:
        StoreError: one isn't empty.
    """
    tables = _tables(connection)
    for table in tables:
        if connection.execute(select(1).select_from(table).limit(1)).first():
            raise StoreError("restore_not_empty", location=location)
    for table in reversed(tables):
        table.drop(connection)
    if REVISION in tables_of(connection):
        connection.execute(text(f"DROP TABLE {REVISION}"))


def _rows(unpacked: Unpacked, table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a table in a backup."""
    if SQLITE not in unpacked.manifest.parts:
        dumped = unpacked.folder / POSTGRESQL
        read = {column.name: _READ[column.type.python_type] for column in table.columns}
        for row in dumped_rows(dumped, table.name):
            yield {name: value and read[name](value) for name, value in row.items()}
        return
    file = URL.create("sqlite", database=str(unpacked.folder / SQLITE))
    copied = create_engine(file, poolclass=NullPool)
    try:
        with copied.connect() as connection:
            found = connection.execution_options(yield_per=BATCH).execute(select(table))
            yield from map(dict, found.mappings())
    except UnicodeDecodeError as error:  # what SQLite says of damaged tables has their names
        raise StoreError("backup_is_none", source=unpacked.source) from error


_READ: dict[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    bytes: lambda text_: bytes.fromhex(text_.removeprefix("\\x")),
}
"""Type -> what reads the text that PostgreSQL writes for it."""


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows behind those that came with their numbers."""
    [*keys] = table.primary_key.columns
    if connection.dialect.name != "postgresql" or len(keys) > 1:
        return
    sequence = func.pg_get_serial_sequence(table.name, keys[0].name)
    if connection.scalar(select(sequence)) is not None:
        most = select(func.coalesce(func.max(keys[0]), 0) + 1).scalar_subquery()
        connection.execute(select(func.setval(sequence, most, False)))


def _place_key(unpacked: Unpacked, path: Path) -> str:
    """Put the key where the database looks for it, unless there is one.

    Raises:
        StoreError: it can't be put there.
    """
    if KEY not in unpacked.manifest.parts:
        return "none"
    pem = (unpacked.folder / KEY).read_bytes()
    with signing.readable(path):
        if signing.place_key(path, pem):
            return "placed"
        return "same" if path.read_bytes() == pem else "other"
