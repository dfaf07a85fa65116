"""A database that is only read: nothing is written to it, not even what a newer version would."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

from sqlalchemy import (
    URL,
    Engine,
    MetaData,
    create_engine,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError

from ..datafile import system_problem
from ..errors import AHPError, StoreError
from ..messages import Phrase
from .database import (
    Database,
    Fill,
    leave_transactions,
    migrations,
    one_state,
    patience,
    upgrade,
)

LOCKED = 5
"""Seconds for which a reader waits, where another program restores the file."""


class DatabaseToRead(Database):
    """An open database that is never changed.

    A SQLite file that nobody has open is read without a lock, so that no files appear beside it;
    one whose last changes, or whose state before a change that was not completed, lie in a file
    beside it is copied first. Where a server has it open, readers note in the file `-shm`, which
    holds no data, what they read. A database of an earlier version is copied, and the copy is
    brought up to date.

    Attributes:
        source: URL that other processes open to read the same.
        earlier: revision of the database, where a copy is read that was brought up to date.
    """

    source: str
    earlier: str | None = None

    def __init__(self, url: str | None = None) -> None:
        self._copies: list[tempfile.TemporaryDirectory[str]] = []
        self._as_it_was: tuple[Path, tuple[int, int]] | None = None
        self._held = ExitStack()
        super().__init__(url, create=False)

    def close(self) -> None:
        """Close all connections, and remove copies."""
        self._held.close()

    @property
    def remark(self) -> Phrase | None:
        """That a copy is read which was brought up to date."""
        if self.earlier is None:
            return None
        newest = migrations().get_current_head()
        return Phrase("database_earlier", location=self.location, found=self.earlier, to=newest)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Refuse what is read here if it was written meanwhile, also where it seems to be forged:
        what was read may be half of one state, half of another.

        Raises:
            StoreError: a server has started to write to the file.
        """
        try:
            yield
        except AHPError:
            self.check_unchanged()
            raise
        self.check_unchanged()

    def check_unchanged(self) -> None:
        """Refuse what was read without a lock and was written meanwhile.

        Raises:
            StoreError: a server has started to write to the file.
        """
        if self._as_it_was and _state(self._as_it_was[0]) != self._as_it_was[1]:
            raise StoreError("database_written_meanwhile", location=self.location)

    def _open(self, url: URL, fill: Fill | None) -> None:
        self.source = url.render_as_string(hide_password=False)
        try:
            with self._translated():
                self._connect_to(url)
                with self._engine.connect() as connection:
                    found = self._revisions(connection)
            newest = migrations().get_current_head()
            if not found:
                raise StoreError("database_without_log", location=self.location)
            if found != (newest,):
                self._copy_up_to_date(found[0], str(newest))
        except OSError as error:
            self.close()
            problem = system_problem(error)
            raise StoreError("file_unreadable", source=self.location, problem=problem) from error
        except BaseException:
            self.close()
            raise

    def _connect_to(self, url: URL) -> None:
        file = url.get_backend_name() == "sqlite"
        if file:
            path = Path(str(url.database))
            self._engine = self._reader_of(path)
            leave_transactions(self._engine)
        else:
            self._engine = create_engine(url, connect_args=patience(url))
        self._held.callback(self._engine.dispose)
        self._turn = nullcontext()
        self._reader = self._writer = one_state(self._engine)

    def _reader_of(self, path: Path) -> Engine:
        """SQLite's file, read in its place if that leaves no trace."""
        if path.with_name(f"{path.name}-shm").exists():  # a server has it open, or was killed
            engine = _engine(path, "mode=ro")
            try:
                _look_into(engine)
                return engine
            except DBAPIError as error:
                engine.dispose()
                if not _is_for_reading_alone(error):
                    raise
        if (state := _state(path)) is not None:
            self._as_it_was = path, state
            return _engine(path, "immutable=1")
        copy, before = self._folder() / path.name, _marks(path)
        try:
            for one in (path, *_beside(path)):
                shutil.copyfile(one, copy.with_name(one.name))
            engine = _engine(copy, "mode=rw")
            self._held.callback(engine.dispose)  # before its folder is removed
            _look_into(engine)  # SQLite completes what lies beside it, or undoes it
            engine.dispose()
        finally:
            if _marks(path) != before:
                raise StoreError("database_written_meanwhile", location=self.location)
        self.source = URL.create("sqlite", database=str(copy)).render_as_string()
        return _engine(copy, "immutable=1")

    def _copy_up_to_date(self, revision: str, newest: str) -> None:
        """Read a copy, row by row, that is brought up to date."""
        path = self._folder() / "earlier.db"
        copy = create_engine(URL.create("sqlite", database=str(path)))
        self._held.callback(copy.dispose)  # before its folder is removed
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
        return Path(self._held.enter_context(self._copies[-1]))


def _engine(path: Path, options: str) -> Engine:
    """Connections to a SQLite file that can't write."""
    uri = f"{path.as_uri()}?{options}"
    return create_engine(
        URL.create("sqlite", database=str(path)),
        creator=lambda: sqlite3.connect(uri, uri=True, timeout=LOCKED, check_same_thread=False),
    )


def _look_into(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")


def _is_for_reading_alone(error: DBAPIError) -> bool:
    """Whether SQLite says that it would have to write, to a medium that can't be written to."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


def _beside(path: Path) -> list[Path]:
    """The files beside a SQLite file that have what isn't in it yet, or isn't any more."""
    found = []
    for ending in ("-wal", "-journal"):
        one = path.with_name(f"{path.name}{ending}")
        with suppress(FileNotFoundError):
            found += [one] if one.stat().st_size else []
    return found


def _marks(path: Path) -> list[tuple[str, int, int]]:
    """By which it is seen that a file or one beside it was written."""
    found = ((one.name, one.stat()) for one in (path, *_beside(path)))
    return [(name, one.st_mtime_ns, one.st_size) for name, one in found]


def _state(path: Path) -> tuple[int, int] | None:
    """By which it is seen that a file was written; None where something lies beside it, or it is
    gone.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return None if _beside(path) else (found.st_mtime_ns, found.st_size)
