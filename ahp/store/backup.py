"""Backups: the database as it was at one moment, and the server's key, in one file.

The file is a ZIP with the database (a SQLite file, or a dump of PostgreSQL), the key, and a
manifest that says what is in them. Its last 64 characters are the SHA-256 of all bytes before them.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import URL, Connection, Engine, create_engine, insert, inspect, text
from sqlalchemy.pool import NullPool

from ..codec import structure
from ..datafile import system_problem
from ..errors import StoreError
from ..version import __version__
from . import clock, signing
from .database import BUSY_TIMEOUT, Place, leave_transactions, one_state, patience, translated
from .dump import dump, dumped_rows
from .models import BackupRow, Base, ServerSettingRow
from .private import MODE, give_name
from .records import Backup
from .server_settings import known_key

FORMAT = 1
"""Of new backups."""

KIND = "ahp backup"
SQLITE, POSTGRESQL, KEY = "ahp.db", "ahp.dump", "signing_key.pem"
"""Names of parts: the database of either kind, and the key."""

MANIFEST = "manifest.json"
MOST_MANIFEST = 2**26
"""Bytes of a manifest, which has a line for each log."""

REVISION = "alembic_version"
"""The table that has the revision of the database."""

PAGES = 2000
"""Pages of SQLite that are copied between two reports of progress."""

CHUNK = 2**20

_SEAL = b"sha256:"
_log = logging.getLogger(__name__)

Progress = Callable[[str, float], None]
"""Is told what is being done, of `STEPS`, and which part of it is done, from 0 to 1."""

STEPS = ("copying", "checking", "packing", "restoring", "verifying")


@dataclass(frozen=True)
class LogHead:
    """Where a log ends.

    Attributes:
        kind: `"study"` or `"evaluation"`.
        id, title: of the study or the evaluation.
        events: how many there are.
        head_hash: hash of the last one.
    """

    kind: str
    id: str
    title: str
    events: int
    head_hash: str


@dataclass(frozen=True)
class Part:
    """A file in a backup."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        taken: of which moment it is, UTC, ISO 8601.
        version: of `ahp` that made it.
        schema: revision of the database.
        logs: where they ended.
        parts: name -> file.
    """

    taken: str
    version: str
    schema: str
    logs: tuple[LogHead, ...]
    parts: Mapping[str, Part]

    @property
    def events(self) -> int:
        """How many there are in all logs."""
        return sum(one.events for one in self.logs)

    @property
    def content(self) -> str:
        """As it is stored."""
        held = {"kind": KIND, "format": FORMAT, **asdict(self)}
        return json.dumps(held, ensure_ascii=False, indent=1) + "\n"


def _warn(problem: StoreError) -> None:
    _log.warning("%s", problem)


def back_up(
    place: Place,
    path: Path,
    progress: Progress | None = None,
    name: str = "",
    *,
    unnoted: Callable[[StoreError], None] = _warn,
    keyless: Callable[[StoreError], None] | None = None,
) -> tuple[Backup, Manifest]:
    """Write a backup while others go on writing into the database, which isn't migrated.

    The file has its name once it is whole, checked and on the disk. The database remembers it,
    unless it is one of a version that had no backups.

    Args:
        place: of the database.
        path: of the backup.
        progress: is told how far it is.
        name: under which the database remembers it; empty = its path.
        unnoted: is told why the database could not remember it, which leaves it as good as it is;
            the log by default.
        keyless: is told why the key that the database knows is not in the backup; None = there is
            no backup without it.

    Raises:
        StoreError: there is such a file, it can't be written, there is no database, what was
            copied isn't what is there, or the key that the database knows is not where it should
            be.
    """
    tell = progress or nothing
    if place.file is not None and not place.file.is_file():
        raise StoreError("database_missing", path=place.location)
    if path.exists():
        raise StoreError("backup_exists", path=str(path))
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
            manifest = _copy(place, Path(folder), tell, keyless)
            whole = Path(folder, "backup")
            _pack(manifest, Path(folder), whole, tell)
            size, sha256 = check_seal(whole, str(path))
            give_name(whole, path)
    except FileExistsError as error:
        raise StoreError("backup_exists", path=str(path)) from error
    except (OSError, sqlite3.Error) as error:
        problem = system_problem(error) if isinstance(error, OSError) else str(error)
        raise StoreError("backup_unwritable", path=str(path), problem=problem) from error
    made = Backup(manifest.taken, name or str(path), size, sha256, None)
    try:
        _remember(place, made)
    except StoreError as error:
        unnoted(StoreError("backup_not_noted", path=made.name, problem=error))
    return made, manifest


def nothing(_step: str, _done: float) -> None:
    """Tells nobody."""


def _engine(place: Place) -> Engine:
    """Connections that migrate nothing."""
    if place.file is None:
        return create_engine(place.url, poolclass=NullPool, connect_args=patience(place.url))
    engine = create_engine(
        place.url, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT / 1000}
    )
    leave_transactions(engine)
    return engine


@contextmanager
def snapshot(place: Place) -> Iterator[Connection]:
    """A transaction that sees one state of the database, whatever others write meanwhile."""
    with translated(place.location), one_state(_engine(place)).begin() as connection:
        yield connection


def tables_of(connection: Connection) -> list[str]:
    """The tables of `ahp` in a database, that of its revision included."""
    known = {*Base.metadata.tables, REVISION}
    return [name for name in inspect(connection).get_table_names() if name in known]


_BOOKS = (("study", "studies", "events"), ("evaluation", "evaluations", "evaluation_events"))
"""Kind of a log, the table of what has one, and that of its events; the second kind is newer."""


def heads(connection: Connection) -> tuple[LogHead, ...]:
    """Where the logs in a database end."""
    tables, found = tables_of(connection), []
    for kind, books, events in _BOOKS:
        if books in tables:
            rows = connection.execute(
                text(
                    f"SELECT book.id, book.title, coalesce(held.count, 0), last.hash "
                    f"FROM {books} book LEFT JOIN (SELECT study_id, count(*) AS count, "
                    f"max(seq) AS seq FROM {events} GROUP BY study_id) held "
                    f"ON held.study_id = book.id LEFT JOIN {events} last "
                    f"ON last.study_id = book.id AND last.seq = held.seq"
                )
            )
            found += [
                LogHead(kind, id_, title, events_, last or "") for id_, title, events_, last in rows
            ]
    return tuple(sorted(found, key=lambda one: (one.kind, one.id)))


def _heads_in_dump(path: Path, tables: Iterable[str]) -> tuple[LogHead, ...]:
    """Where the logs in a dump end."""
    found = []
    for kind, books, events in _BOOKS:
        if books in tables:
            ends: dict[str | None, tuple[int, int, str]] = {}
            for row in dumped_rows(path, events):
                count, seq, digest = ends.get(row["study_id"], (0, 0, ""))
                if (own := int(row["seq"] or 0)) > seq:
                    seq, digest = own, str(row["hash"])
                ends[row["study_id"]] = count + 1, seq, digest
            for book in dumped_rows(path, books):
                count, _, digest = ends.get(book["id"], (0, 0, ""))
                found.append(LogHead(kind, str(book["id"]), str(book["title"]), count, digest))
    return tuple(sorted(found, key=lambda one: (one.kind, one.id)))


def check_heads(expected: Iterable[LogHead], found: Iterable[LogHead], source: str) -> None:
    """Refuse a copy whose logs don't end where they did.

    Raises:
        StoreError: names the first that doesn't.
    """
    logs = [{(one.kind, one.id): one for one in side} for side in (expected, found)]
    for key in sorted(logs[0].keys() | logs[1].keys()):
        one, other = (side.get(key) for side in logs)
        if one != other:
            named = one or other
            assert named is not None
            raise StoreError(
                "backup_log_differs",
                source=source,
                id=named.id,
                title=named.title,
                expected=one.events if one else 0,
                found=other.events if other else 0,
            )


def _copy(
    place: Place,
    folder: Path,
    tell: Progress,
    keyless: Callable[[StoreError], None] | None,
) -> Manifest:
    """Copy the database and the key into a folder, and compare what was copied."""
    with snapshot(place) as connection:
        taken = clock.timestamp(clock.now())
        tables = tables_of(connection)
        if REVISION not in tables:
            raise StoreError("backup_of_nothing", location=place.location)
        schema = connection.execute(text(f"SELECT version_num FROM {REVISION}")).scalar_one()
        logs = heads(connection)
        known = known_key(connection) if ServerSettingRow.__tablename__ in tables else ""
        tell("copying", 0)
        if place.file is None:
            name = POSTGRESQL
            dump(connection, tables, folder / name)
        else:
            name = SQLITE
            _copy_file(connection, folder / name, tell)
    tell("checking", 0)
    if place.file is None:
        check_heads(logs, _heads_in_dump(folder / name, tables), place.location)
    else:
        _check_file(folder / name, logs, place.location)
    key = signing.key_path(place.folder)
    try:
        signing.check_known(key, known)
        with signing.readable(key), suppress(FileNotFoundError):  # of a database that knows none
            (folder / KEY).write_bytes(key.read_bytes())
    except StoreError as error:
        if not known or keyless is None:
            raise
        keyless(error)
    parts = {
        one: Part((folder / one).stat().st_size, _sha256(folder / one))
        for one in (name, KEY)
        if (folder / one).exists()
    }
    return Manifest(taken, __version__, str(schema), logs, parts)


def _copy_file(connection: Connection, path: Path, tell: Progress) -> None:
    """Copy a SQLite database, of which the transaction has begun to read."""
    source = connection.connection.driver_connection
    assert isinstance(source, sqlite3.Connection)

    def report(_status: int, remaining: int, total: int) -> None:
        tell("copying", 1 - remaining / max(total, 1))

    with closing(sqlite3.connect(path)) as target:
        source.backup(target, pages=PAGES, progress=report)


def _check_file(path: Path, logs: tuple[LogHead, ...], location: str) -> None:
    """Refuse a damaged copy, or one that isn't of the same state."""
    copied = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    with translated(location), copied.connect() as connection:
        said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        if said != ["ok"]:
            raise StoreError("backup_damaged_source", location=location, problem=said[0])
        check_heads(logs, heads(connection), location)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pack(manifest: Manifest, folder: Path, path: Path, tell: Progress) -> None:
    """Write the ZIP, and what seals it."""
    size = sum(part.size for part in manifest.parts.values())
    done = 0
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, MODE)
    with os.fdopen(handle, "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            packed.writestr(MANIFEST, manifest.content)
            for name in manifest.parts:
                entry = zipfile.ZipInfo(name)
                packs = zipfile.ZIP_STORED if name == POSTGRESQL else zipfile.ZIP_DEFLATED
                entry.compress_type = packs
                with (
                    (folder / name).open("rb") as part,
                    packed.open(entry, "w", force_zip64=True) as into,
                ):
                    while chunk := part.read(CHUNK):
                        into.write(chunk)
                        done += len(chunk)
                        tell("packing", done / size)
            packed.comment = _SEAL + bytes(64)
        file.seek(0)
        _, seal, _ = _hashes(file)
        file.seek(-64, os.SEEK_END)
        file.write(seal.encode())
        file.flush()
        os.fsync(file.fileno())


def _hashes(file: IO[bytes]) -> tuple[int, str, str]:
    """The size of an open file, the SHA-256 of all but its last 64 bytes, and that of all."""
    digest, last, size = hashlib.sha256(), b"", 0
    while chunk := file.read(CHUNK):
        size += len(chunk)
        held = last + chunk
        digest.update(held[:-64])
        last = held[-64:]
    inner = digest.hexdigest()
    digest.update(last)
    return size, inner, digest.hexdigest()


def check_seal(path: Path, source: str) -> tuple[int, str]:
    """Size and SHA-256 of a backup.

    Args:
        path: of the file.
        source: its name, for messages.

    Raises:
        StoreError: a byte is another one, or missing; or it is no backup.
        OSError: it can't be read.
    """
    with path.open("rb") as file:
        size, inner, whole = _hashes(file)
        file.seek(max(size - 64 - len(_SEAL), 0))
        if file.read() != _SEAL + inner.encode():
            raise StoreError("backup_damaged", source=source)
    return size, whole


def _remember(place: Place, made: Backup) -> None:
    """Write into the database that there is a backup."""
    engine = _engine(place).execution_options(begin="BEGIN IMMEDIATE")
    with translated(place.location), engine.begin() as connection:
        if BackupRow.__tablename__ in tables_of(connection):
            connection.execute(insert(BackupRow).values(asdict(made)))


@dataclass(frozen=True)
class Unpacked:
    """A backup that was checked, its parts in a folder.

    Attributes:
        manifest: what it says of itself.
        source: path of the backup.
        folder: where the parts are.
        size, sha256: of the whole file.
    """

    manifest: Manifest
    source: str
    folder: Path
    size: int
    sha256: str


def unpack(path: Path, folder: Path) -> Unpacked:
    """Check a backup byte by byte, and put its parts into a folder.

    Raises:
        StoreError: it can't be read, is damaged, or is no backup.
    """
    source = str(path)
    try:
        if path.exists() and not path.is_file():  # some devices never end
            raise StoreError("backup_is_none", source=source)
        size, sha256 = check_seal(path, source)
        with zipfile.ZipFile(path) as packed:
            manifest = _read_manifest(packed, source)
            for name, part in manifest.parts.items():
                with packed.open(name) as stored, (folder / name).open("xb") as file:
                    shutil.copyfileobj(stored, file, CHUNK)
                if _sha256(folder / name) != part.sha256:
                    raise StoreError("backup_part_differs", source=source, name=name)
    except OSError as error:
        problem = system_problem(error)
        raise StoreError("file_unreadable", source=source, problem=problem) from error
    except StoreError:
        raise
    except Exception as error:  # whoever seals what is damaged makes it fail anywhere
        raise StoreError("backup_is_none", source=source) from error
    return Unpacked(manifest, source, folder, size, sha256)


def _read_manifest(packed: zipfile.ZipFile, source: str) -> Manifest:
    with packed.open(MANIFEST) as file:
        data: dict[str, Any] = json.loads(file.read(MOST_MANIFEST))
    if data.pop("kind") != KIND:
        raise StoreError("backup_is_none", source=source)
    if (found := data.pop("format")) != FORMAT:
        raise StoreError("backup_format", source=source, found=found, newest=FORMAT)
    names = {*data["parts"]}
    if names - {SQLITE, POSTGRESQL, KEY} or len(names & {SQLITE, POSTGRESQL}) != 1:
        raise StoreError("backup_is_none", source=source)
    json.dumps(data, ensure_ascii=False).encode()  # half a character is none
    manifest = structure(data, Manifest, source, StoreError)
    if not clock.is_timestamp(manifest.taken):
        raise StoreError("backup_is_none", source=source)
    return manifest
