"""A database that is only read: nothing is written to it, not even what a newer version would."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import nullcontext
from pathlib import Path

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    MetaData,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError

from ..errors import StoreError
from ..messages import Phrase
from .database import Database, Fill, migrations, one_state, patience, upgrade

LOCKED = 5
"""Seconds for which a reader waits, where another program restores the file."""


class DatabaseToRead(Database):
    """An open database that is never changed.

    A SQLite file that nobody has open is read without a lock, so that no files appear beside it;
    one whose last changes lie in a file beside it, which can't be read in its place, is copied
    first. A database of an earlier version is copied, and the copy is brought up to date.

    Attributes:
        source: URL that other processes open to read the same.
        earlier: revision of the database, where a copy is read that was brought up to date.
    """

    source: str
    earlier: str | None = None

    def __init__(self, url: str | None = None) -> None:
        self._copies: list[tempfile.TemporaryDirectory[str]] = []
        self._as_it_was: tuple[Path, tuple[int, int] | None] | None = None
        super().__init__(url, create=False)

    def close(self) -> None:
        """Close all connections, and remove copies."""
        self._engine.dispose()
        for folder in self._copies:
            folder.cleanup()

    @property
    def remark(self) -> Phrase | None:
        """That a copy is read which was brought up to date."""
        if self.earlier is None:
            return None
        newest = migrations().get_current_head()
        return Phrase("database_earlier", location=self.location, found=self.earlier, to=newest)

    def check_unchanged(self) -> None:
        """Refuse what was read without a lock and was written meanwhile.

        Raises:
            StoreError: a server has started to write to the file.
        """
        if self._as_it_was and _state(self._as_it_was[0]) != self._as_it_was[1]:
            raise StoreError("database_written_meanwhile", location=self.location)

    def _open(self, url: URL, fill: Fill | None) -> None:
        self.source = url.render_as_string(hide_password=False)
        self._connect_to(url)
        try:
            with self._translated(), self._engine.connect() as connection:
                found = self._revisions(connection)
            newest = migrations().get_current_head()
            if not found:
                raise StoreError("database_without_log", location=self.location)
            if found != (newest,):
                self._copy_up_to_date(found[0], str(newest))
        except BaseException:
            self.close()
            raise

    def _connect_to(self, url: URL) -> None:
        file = url.get_backend_name() == "sqlite"
        if file:
            path = Path(str(url.database))
            self._engine = self._reader_of(path)
            event.listen(self._engine, "connect", _leave_transactions)
            event.listen(self._engine, "begin", _begin)
        else:
            self._engine = create_engine(url, connect_args=patience(url))
        self._turn = nullcontext()
        self._reader = self._writer = one_state(self._engine)

    def _reader_of(self, path: Path) -> Engine:
        """SQLite's file, read in its place if that leaves no trace."""
        if path.with_name(f"{path.name}-shm").exists():  # a server has it open, or was killed
            engine = _engine(path, "mode=ro")
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
                return engine
            except DBAPIError:  # on a medium that can't be written to
                engine.dispose()
        if not _beside(path):
            self._as_it_was = path, _state(path)
            return _engine(path, "immutable=1")
        copy = self._folder() / path.name
        for one in (path, *_beside(path)):
            shutil.copyfile(one, copy.with_name(one.name))
        self.source = URL.create("sqlite", database=str(copy)).render_as_string()
        return _engine(copy, "mode=ro")

    def _copy_up_to_date(self, revision: str, newest: str) -> None:
        """Read a copy, row by row, that is brought up to date."""
        path = self._folder() / "earlier.db"
        copy = create_engine(URL.create("sqlite", database=str(path)))
        with self._translated(), copy.begin() as into, self._reader.connect() as connection:
            upgrade(into, revision)
            tables = MetaData()
            tables.reflect(into)
            for table in tables.sorted_tables:
                if table.name != "alembic_version":
                    query = select(table).execution_options(yield_per=10_000)
                    for part in connection.execute(query).mappings().partitions():
                        into.execute(insert(table), [dict(row) for row in part])
            upgrade(into, newest)
        copy.dispose()
        self.check_unchanged()
        self._engine.dispose()
        url = URL.create("sqlite", database=str(path))
        self.earlier, self.source = revision, url.render_as_string()
        self._as_it_was = None
        self._connect_to(url)

    def _folder(self) -> Path:
        self._copies.append(tempfile.TemporaryDirectory(prefix="ahp-"))
        return Path(self._copies[-1].name)


def _engine(path: Path, options: str) -> Engine:
    """Connections to a SQLite file that can't write."""
    uri = f"{path.as_uri()}?{options}"
    return create_engine(
        URL.create("sqlite", database=str(path)),
        creator=lambda: sqlite3.connect(uri, uri=True, timeout=LOCKED, check_same_thread=False),
    )


def _beside(path: Path) -> list[Path]:
    """The files beside a SQLite file that have what isn't in it yet."""
    both = (path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-journal"))
    return [one for one in both if one.exists() and one.stat().st_size]


def _state(path: Path) -> tuple[int, int] | None:
    """By which it is seen that a file was written; None where others are writing beside it."""
    if _beside(path):
        return None
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _leave_transactions(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
