"""Where the database is, how it is opened, and how it is brought up to date."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from threading import Lock, local
from typing import TYPE_CHECKING, Any, cast

import platformdirs
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from ..datafile import system_problem
from ..errors import DatabaseError, DatabaseFaultError, StoreError
from ..process.events import ORGANIZER
from ..resources import checkout
from .private import keep_private, make_private
from .states import kept_states

if TYPE_CHECKING:
    from psycopg import Connection as Connected

ENVIRONMENT_VARIABLE = "AHP_DATABASE_URL"

BUSY_TIMEOUT = 10_000
"""Milliseconds a connection waits for a writer before it gives up."""

PRAGMAS = (
    ("busy_timeout", str(BUSY_TIMEOUT), BUSY_TIMEOUT),
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
)
"""(name, value to set, value to read back) on every SQLite connection."""

CONNECTIONS_VARIABLE = "AHP_DATABASE_CONNECTIONS"

CONNECTIONS = 20
"""Connections that a process opens at most: four processes leave PostgreSQL, which takes 100 unless
it is told otherwise, some for others."""

PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
"""How long PostgreSQL's client waits for a server that is gone, unless the URL says otherwise: in
seconds, the last in milliseconds."""

GONE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "15000",
}
"""How long PostgreSQL waits for a client that is gone: unless it is told, for two hours, in which
the connection is taken, and what its transaction has locked stays so.
"""

REPLY = 10.0
"""Seconds that PostgreSQL may take for one reply: one that hangs keeps its connections open. As
long a thread waits for one of the process's connections."""

QUIET = 60.0
"""Seconds for which the log doesn't say again that the database fails."""

LAST_TRANSACTIONS = 3.0
"""Seconds that transactions under way may take when the database is closed."""

Fill = Callable[[Connection, Callable[[str], None]], None]
"""What puts the first content into a database, in the transaction that brings it up to date; it is
given what brings the tables to a revision, such as `"head"`."""

_AT_ONCE = nullcontext()
_MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x616870  # "ahp": PostgreSQL's locks are numbers that all clients agree on
_opening = Lock()  # Alembic's running migration and SQLAlchemy's list of listeners are globals

logging.getLogger("alembic").setLevel(logging.WARNING)
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # a command that fails says so itself


class Observer:
    """Is told what a database does; this one makes nothing of it."""

    def written(self, seconds: float, kinds: Sequence[str]) -> None:
        """A transaction that writes was committed.

        Args:
            seconds: how long it took, with the wait for its turn.
            kinds: of the events it appended to logs.
        """

    def failed(self) -> None:
        """The database did not answer."""


@dataclass(frozen=True)
class Place:
    """Where a database is.

    Attributes:
        url: checked, with the password.
        location: path of the file, or the URL with its password hidden.
        folder: where files that belong to the database lie: beside the SQLite file, else the user's
            data folder.
        name: of files in it that belong to this database alone, without their ending.
        file: the SQLite file; None for PostgreSQL.
    """

    url: URL = field(repr=False)
    location: str
    folder: Path
    name: str
    file: Path | None


def place_of(url: str | None) -> Place:
    """Where a database is, see `Database`.

    Raises:
        StoreError: the URL is refused.
    """
    parsed = _parse(url or os.environ.get(ENVIRONMENT_VARIABLE) or _default_url())
    if parsed.get_backend_name() == "sqlite":
        path = Path(str(parsed.database))
        return Place(parsed, str(path), path.parent, path.name, path)
    hidden = {name: "***" for name in parsed.query if name == "password"}
    location = parsed.update_query_dict(hidden).render_as_string(hide_password=True)
    try:
        _, given = parsed.get_dialect()().create_connect_args(parsed)
    except ArgumentError as error:
        raise StoreError("database_url") from error
    # as the client is told: what stands behind "?" goes before what stands in front of it
    which = (given.get("host") or "local", given.get("port") or 5432, given.get("dbname") or "")
    name = re.sub(r"[^\w.-]", "_", "-".join(map(str, which)))
    return Place(parsed, location, platformdirs.user_data_path("ahp"), name, None)


class Database:
    """An open database that is up to date; safe to share between threads.

    Args:
        url: SQLAlchemy's URL of a SQLite file or a PostgreSQL database; None = `$AHP_DATABASE_URL`,
            else `data/ahp.db` of the checkout, else `ahp.db` in the user's data folder.
        create: make a SQLite file that does not exist yet.
        fill: what a restored database begins with; None = nothing.

    Attributes:
        place, location, folder: see `Place`.
        revision: of its tables, as this code knows them.
        observers: are told what happens.

    Raises:
        StoreError: the URL is refused, the database cannot be opened, or is newer than this code.
    """

    def __init__(
        self, url: str | None = None, *, create: bool = True, fill: Fill | None = None
    ) -> None:
        self.place = place = place_of(url)
        self.location, self.folder = place.location, place.folder
        if place.file is not None:
            if not create and not place.file.is_file():
                raise StoreError("database_missing", path=self.location)
            try:
                place.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    "database_folder", path=str(place.folder), problem=system_problem(error)
                ) from error
        self._kept = kept_states()
        self._failed, self._said = False, -QUIET  # as the log says, and when it said so last
        self.observers: list[Observer] = []
        self._connections = _connections()
        self._here = local()  # of each thread: whether it has a transaction open
        with _opening:
            self._open(place.url, fill)

    def close(self) -> None:
        """Close all connections, once what is under way has ended, if it ends soon; what SQLite has
        beside the file goes into it, as far as no other process needs it there.
        """
        end = time.monotonic() + LAST_TRANSACTIONS
        while self.connections()[0] and time.monotonic() < end:
            time.sleep(0.01)
        if self.place.file is not None and self.connections()[1]:
            with suppress(sqlite3.Error), closing(self._engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute("PRAGMA busy_timeout = 0")  # who closes waits for nobody
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._engine.dispose()

    def connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many are kept open for the next."""
        pool = cast(QueuePool, self._engine.pool)
        return pool.checkedout(), pool.checkedin()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads, and sees one state of the database."""
        with self._session(self._reader) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that writes: committed at the end, or undone by an error."""
        begun = time.monotonic()
        with self._session(self._writer, self._turn) as session:
            yield session
        for observer in self.observers:
            observer.written(time.monotonic() - begun, session.info.get("appended", ()))

    def _open(self, url: URL, fill: Fill | None) -> None:
        file = url.get_backend_name() == "sqlite"
        if self.place.file is not None:
            make_private(self.place.file)
            for ending in ("", "-wal", "-shm"):  # SQLite makes these two like the file itself
                keep_private(Path(self.location + ending))
        # a file is always there; a server may have ended a connection that waits in the pool
        self._engine = create_engine(
            url,
            connect_args={} if file else patience(url),
            pool_pre_ping=not file,
            pool_size=self._connections,
            max_overflow=0,
            pool_timeout=REPLY,
        )
        if file:
            # SQLite lets writers poll for their turn, and who comes late may be first
            self._turn: AbstractContextManager[object] = _Turn(self.location)
            leave_transactions(self._engine)
            event.listen(self._engine, "connect", _configure)
            self._reader: Engine = self._engine
            self._writer: Engine = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        else:
            self._turn = _AT_ONCE
            self._reader = one_state(self._engine)
            self._writer = self._engine
        try:
            self._migrate(fill)
        except BaseException:
            self._engine.dispose()
            raise
        if not file:
            self._engine.dispose()  # a migration may take as long as it needs
            event.listen(self._engine, "do_connect", _connect)
            event.listen(self._engine, "connect", _notice_gone)

    @contextmanager
    def _session(
        self, engine: Engine, turn: AbstractContextManager[object] = _AT_ONCE
    ) -> Iterator[Session]:
        if getattr(self._here, "open", False):  # with all connections taken, it waits for itself
            raise RuntimeError("this thread has a transaction open already")
        self._here.open = True
        try:
            info = {**self._kept, "organizer": ORGANIZER}
            with turn, self._translated(), Session(engine, info=info) as session, session.begin():
                yield session
        except DatabaseError as error:
            for observer in self.observers:
                observer.failed()
            self._say_failed(error)
            raise
        finally:
            self._here.open = False
        self._say_back()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            with translated(self.location):
                yield
        except PoolTimeoutError as error:
            raise DatabaseError(
                "database_busy",
                location=self.location,
                count=self._connections,
                seconds=round(REPLY),
                variable=CONNECTIONS_VARIABLE,
            ) from error

    def _say_failed(self, error: DatabaseError) -> None:
        """One line in the log, and no more of them for a while: every open page asks again."""
        now = time.monotonic()
        if now - self._said >= QUIET:
            self._failed, self._said = True, now
            _log.warning("the database does not answer: %s", " ".join(str(error).split()))

    def _say_back(self) -> None:
        """That the database is back, if the log says that it failed."""
        if self._failed:
            self._failed = False
            _log.warning("%s: the database answers again", self.location)

    def _migrate(self, fill: Fill | None) -> None:
        with self._translated(), self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                self._check_connections(connection.scalar(_MOST_CONNECTIONS) or 0)
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
            found = self._revisions(connection)
            self.revision = migrations().get_current_head()
            if fill is not None:
                fill(connection, partial(upgrade, connection))
                found = MigrationContext.configure(connection).get_current_heads()
            if found != (self.revision,):
                upgrade(connection, "head")

    def _revisions(self, connection: Connection) -> tuple[str, ...]:
        """Of the database; one that this code doesn't know is refused."""
        found = MigrationContext.configure(connection).get_current_heads()
        known = known_revisions()
        if newer := sorted(set(found) - known):
            raise StoreError(
                "database_newer", location=self.location, found=newer[0], known=max(known)
            )
        return found

    def _check_connections(self, most: int) -> None:
        """Refuse to begin with more connections than there can be: some page would always fail."""
        if self._connections > most:
            raise StoreError(
                "database_connections",
                location=self.location,
                most=most,
                count=self._connections,
                variable=CONNECTIONS_VARIABLE,
            )


_MOST_CONNECTIONS = text(
    "SELECT least("
    "current_setting('max_connections')::int"
    " - current_setting('superuser_reserved_connections')::int, "
    "(SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user), "
    "(SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))"
)
"""How many PostgreSQL lets this user open to this database."""


def _connections() -> int:
    """How many connections a process may open, by `$AHP_DATABASE_CONNECTIONS`."""
    given = os.environ.get(CONNECTIONS_VARIABLE) or str(CONNECTIONS)
    if not re.fullmatch("[1-9][0-9]{0,3}", given):
        raise StoreError("connections_number", variable=CONNECTIONS_VARIABLE, value=given)
    return int(given)


def patience(url: URL) -> dict[str, int]:
    """`PATIENCE`, as far as a URL says nothing else."""
    return {name: value for name, value in PATIENCE.items() if name not in url.query}


@contextmanager
def translated(location: str) -> Iterator[None]:
    """In place of the errors of SQLAlchemy, those of the store, for the database at a place."""
    try:
        yield
    except DBAPIError as error:
        gone = isinstance(error, OperationalError | InterfaceError)
        away = gone or error.connection_invalidated
        kind = DatabaseError if away else DatabaseFaultError
        raise kind("database_fails", location=location, problem=str(error.orig)) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


@cache
def migrations() -> ScriptDirectory:
    """The steps from one revision of the tables to the next."""
    return ScriptDirectory.from_config(_config())


def known_revisions() -> set[str]:
    """The revisions of databases that this version of `ahp` knows."""
    return {script.revision for script in migrations().walk_revisions()}


def upgrade(connection: Connection, revision: str) -> None:
    """Bring a database to a revision."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def one_state(engine: Engine) -> Engine:
    """An engine whose transactions only read, and see one state of the database: those of SQLite
    do.
    """
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


class _Turn:
    """The turn of one writer after the other, for which each waits no longer than SQLite would: one
    that another program keeps waiting must not add its time to that of all behind it.
    """

    def __init__(self, location: str) -> None:
        self._location, self._lock = location, Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=BUSY_TIMEOUT / 1000):
            raise DatabaseError("database_locked", location=self._location)

    def __exit__(self, *_error: object) -> None:
        self._lock.release()


def _connect(_dialect: object, _record: object, arguments: Any, options: Any) -> Connected:
    """A connection to PostgreSQL that waits `REPLY` at most."""
    return _patient().connect(*arguments, **options)


def _notice_gone(connection: Connected, _record: object) -> None:
    """Let PostgreSQL notice soon when this process, or the way to it, is gone."""
    with connection.cursor() as cursor:
        for name, value in GONE.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.commit()


@cache
def _patient() -> type[Connected]:
    import psycopg  # noqa: PLC0415 - SQLite needs none

    class Patient(psycopg.Connection):
        def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
            return super().wait(_within(self, gen, REPLY), *arguments, **options)

    def _within(connection: Connected, steps: Any, seconds: float) -> Any:
        """What is waited for, step by step, until the time is over."""
        end = time.monotonic() + seconds
        ready = None
        while True:
            try:
                wanted = steps.send(ready)
            except StopIteration as last:
                return last.value
            if (ready := (yield wanted)) == 0 and time.monotonic() >= end:
                connection.pgconn.finish()  # whatever comes later is no reply to the next question
                raise psycopg.OperationalError(f"no reply within {seconds:g} seconds")

    return Patient


def _default_url() -> str:
    root = checkout()
    folder = platformdirs.user_data_path("ahp") if root is None else root / "data"
    return URL.create("sqlite", database=str(folder / "ahp.db")).render_as_string()


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the latter of a port that is no number
        raise StoreError("database_url") from error
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StoreError("database_url_scheme", scheme=parsed.drivername)
    if parsed.database in (None, "", ":memory:"):
        raise StoreError("database_in_memory")
    if parsed.database.startswith("file:") or parsed.query:
        raise StoreError("database_url_options", url=url)
    return parsed.set(database=str(Path(parsed.database).absolute()))


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    """Set and assert the PRAGMAs of a new SQLite connection."""
    deadline = time.monotonic() + BUSY_TIMEOUT / 1000
    for name, value, _ in PRAGMAS:
        while True:
            try:
                connection.execute(f"PRAGMA {name} = {value}")
                break
            except sqlite3.OperationalError as error:
                # SQLite's own timeout does not cover the switch to WAL.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
    for name, _, expected in PRAGMAS:
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != expected:
            raise StoreError("database_pragma", name=name, found=found, expected=expected)


def leave_transactions(engine: Engine) -> None:
    """Let transactions of SQLite begin when SQLAlchemy says so, not when Python thinks so."""

    @event.listens_for(engine, "connect")
    def _(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    event.listen(engine, "begin", _begin)


def _begin(connection: Connection) -> None:
    """Begin a transaction of SQLite as the options of its engine say."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
