"""Storage tests run on SQLite and on a real PostgreSQL; where they are about rules, which know
nothing of databases, on the second with `make slow`.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.event import listen, remove
from sqlalchemy.pool import NullPool

from ahp.store import Event, Store, StudyInfo, chain, clock
from ahp.study import Survey, survey_from_content

MISSING = (
    "PostgreSQL's server is needed by the storage tests: install it (Debian: "
    "apt-get install postgresql), or set AHP_TEST_POSTGRES_URL to a superuser's URL of a server "
    "for tests, as postgresql://postgres:password@host/postgres"
)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a database on a running server, as its superuser."""
    if url := os.environ.get("AHP_TEST_POSTGRES_URL"):
        yield url
        return
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not folders or not (folders[-1] / "initdb").is_file():
        pytest.fail(MISSING)
    binaries = folders[-1]
    # The server refuses to run as root.
    user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
    run_as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    folder = Path(tempfile.mkdtemp(prefix="ahp-postgres-"))
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    subprocess.run(
        [
            *(binaries / "initdb", "-D", folder / "data", "--no-sync"),
            *("-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"),
        ],
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        **run_as,
    )
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "fsync": "off",
        "full_page_writes": "off",
        "shared_buffers": "32MB",
    }
    options = [part for item in settings.items() for part in ("-c", "{}={}".format(*item))]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", *options],
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            **run_as,
        )
    try:
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        _wait(server, url, folder / "log")
        yield url
    finally:
        server.send_signal(signal.SIGINT)  # a fast shutdown, which does not wait for clients
        server.wait(timeout=30)
        shutil.rmtree(folder)


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url, connect_timeout=1).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}")
            time.sleep(0.05)


def databases(*kinds: Any) -> Any:
    """The fixture `url` on databases of these kinds."""

    @pytest.fixture(params=kinds)
    def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
        """URL of a fresh, empty database."""
        yield from empty_database(request, tmp_path / "ahp.db")

    return url


def empty_database(request: pytest.FixtureRequest, path: Path) -> Iterator[str]:
    """URL of a database of the kind that a test asks for, SQLite's at a path."""
    if request.param == "sqlite":
        yield f"sqlite:///{path}"
        return
    with fresh_schema(request.getfixturevalue("postgres_server")) as own:
        yield own


url = databases("sqlite", "postgresql")
RULES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.slow))
"""Databases of tests of rules: `url = databases(*RULES)`."""

on_each_database = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
"""For what depends on the database, among tests of rules."""


@contextmanager
def fresh_schema(server: str) -> Iterator[str]:
    """URL of a schema of its own: as good as a database, and made a hundred times faster."""
    name = f"ahp_test_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        own = make_url(server).update_query_dict({"options": f"-csearch_path={name}"})
        yield own.render_as_string(hide_password=False)
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(scope="session")
def tables(postgres_server: str) -> str:
    """What the migrations say to PostgreSQL to make the tables."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lower().startswith(("select", "show")):
            said.append(statement)

    with fresh_schema(postgres_server) as own:
        listen(Engine, "before_cursor_execute", note)
        Store(own).close()
        remove(Engine, "before_cursor_execute", note)
    return ";\n".join(said)


@pytest.fixture
def open_empty(request: pytest.FixtureRequest, migrated: Path) -> Callable[[str], Store]:
    """Opens a store on an empty database: with copies of tables, made faster than by migrations."""

    def open_(url: str) -> Store:
        if url.startswith("sqlite"):
            shutil.copy(migrated, str(make_url(url).database))
        else:
            with psycopg.connect(url) as connection:
                connection.execute(request.getfixturevalue("tables"))
        return Store(url)

    return open_


@pytest.fixture
def store(url: str, open_empty: Callable[[str], Store]) -> Iterator[Store]:
    """A store on a fresh database."""
    opened = open_empty(url)
    yield opened
    opened.close()


@dataclass(frozen=True)
class Database:
    """The database behind a store's back; foreign keys are off, as they are for a forger."""

    url: str

    def execute(self, sql: str, **values: object) -> int:
        """Run one statement; returns the number of rows it changed."""
        with self._engine().begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET session_replication_role = replica"))
            return connection.execute(text(sql), values).rowcount

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """All rows of a query."""
        with self._engine().connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def _engine(self):
        url = make_url(self.url)
        if url.get_backend_name() == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        return create_engine(url, poolclass=NullPool)


@pytest.fixture
def database(url: str, store: Store) -> Database:
    """The database of `store`, to look at and to forge."""
    return Database(url)


def rechained(events: Iterable[Event]) -> list[Event]:
    """Events with all hashes made anew, as a forger does who knows the code."""
    found: list[Event] = []
    for seq, event in enumerate(events, start=1):
        previous = found[-1].hash if found else ""
        linked = replace(event, seq=seq, previous_hash=previous)
        found.append(replace(linked, hash=chain.digest(linked)))
    return found


@pytest.fixture(scope="session")
def survey() -> Survey:
    """Three criteria, the first with two indicators: four comparisons."""

    def node(name: str, parent: str | None = None) -> dict[str, object]:
        own = {"id": name, "name": {"en": name.upper()}, "explanation": {"en": f"What {name} is."}}
        return own if parent is None else {**own, "parent": parent}

    data = {
        "format": 1,
        "id": "small",
        "languages": ["en"],
        "name": {"en": "Small"},
        "description": {"en": "A small survey."},
        "goal": node("goal"),
        "nodes": [
            node("a", "goal"),
            node("b", "goal"),
            node("c", "goal"),
            node("a1", "a"),
            node("a2", "a"),
        ],
    }
    return survey_from_content(json.dumps(data))


@pytest.fixture
def study(store: Store, survey: Survey) -> StudyInfo:
    """An open study of the small survey."""
    return store.create_study(survey, "Pilot")


@pytest.fixture
def answer_all() -> Callable[..., None]:
    """Answers every pair of the small survey with the same value."""

    def answer(store: Store, expert_id: str, value: str = "3") -> None:
        for parent, left, right in [
            ("goal", "a", "b"),
            ("goal", "a", "c"),
            ("goal", "b", "c"),
            ("a", "a1", "a2"),
        ]:
            event_id = f"{expert_id[:8]}-{left}-{right}"
            store.answer(expert_id, parent, left, right, value, event_id=event_id)

    return answer


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def move(self, **amount: float) -> None:
        """Move by a timedelta, given by its parts."""
        self.time += timedelta(**amount)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The store's clock, stopped at 2026-03-01 12:00 UTC."""
    stopped = Clock()
    monkeypatch.setattr(clock, "now", lambda: stopped.time)
    return stopped


@pytest.fixture
def spawn() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python processes that run a script; none outlives its test."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
