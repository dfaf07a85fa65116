"""Health, numbers for Prometheus, and the end of a server, on a real one."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ahp.store import Store
from ahp.web import health, metrics
from ahp.web.health import Readiness
from tests.running_server import RunningServer, free_port
from tests.web.test_doors import run
from tests.web.test_server import PASSWORD, add_expert, ask

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
FILES = 300
"""How many files the server may open when it is started."""


class Watched(RunningServer):
    """A server that tells Prometheus, and may open few files until it raises its limit."""

    def __init__(self, database: Path) -> None:
        self.metrics_port = free_port()
        command = f"ulimit -Sn {FILES}; exec {sys.executable} -m ahp serve --port {{port}}"
        super().__init__(
            database,
            ("sh", "-c", command),
            AHP_ADMIN_PASSWORD=PASSWORD,
            AHP_METRICS_PORT=str(self.metrics_port),
        )

    def text(self) -> str:
        address = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.read().decode()

    def numbers(self) -> dict[str, float]:
        """Sample with its labels -> its value."""
        return {
            " ".join(
                [sample.name, *(f"{name}={value}" for name, value in sample.labels.items())]
            ): sample.value
            for family in text_string_to_metric_families(self.text())
            for sample in family.samples
        }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    running = Watched(tmp_path_factory.mktemp("metrics") / "ahp.db")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def store(server: Watched) -> Iterator[Store]:
    opened = Store(f"sqlite:///{server.database}")
    yield opened
    opened.close()


def test_the_limit_of_open_files_is_raised(server):
    numbers = server.numbers()
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    (soft, hard) = re.findall(r"^Max open files +(\d+) +(\d+)", limits, re.MULTILINE)[0]
    assert soft == hard
    assert numbers["process_max_fds"] == int(hard) > FILES


def test_what_happens_is_counted(server, store):
    before = server.numbers()
    expert = add_expert(store)
    assert ask(server, f"/i/{store.issue_link(expert.id)}").status == 303
    assert ask(server, "/i/AAAAAAAAAAAAAAAAAAAAAA").status == 404
    assert ask(server, "/organizer", form={"password": "guess"}).status == 403
    assert ask(server, "/organizer", form={"password": PASSWORD}).status == 303
    after = server.numbers()
    grown = {
        name: after[name] - before.get(name, 0)
        for name in after
        if name.startswith("ahp_") and after[name] != before.get(name, 0)
    }
    # two times the guess and the right one each are counted, one is taken back, and two sessions
    assert {name: grown[name] for name in grown if "_seconds" not in name} == {
        **{"ahp_links_total outcome=opened": 1, "ahp_links_total outcome=refused": 1},
        **{"ahp_sign_ins_total outcome=wrong": 1, "ahp_sign_ins_total outcome=right": 1},
        **{"ahp_chains": 1, "ahp_chain_events": 3},
    }
    assert grown["ahp_write_seconds_count"] == 5
    assert (after["ahp_database_up"], after["ahp_open_pages"]) == (1, 0)
    assert (after["ahp_database_connections state=in use"]) == 0


def test_the_numbers_say_nothing_about_people(server, store):
    expert = add_expert(store, "Wang Wu")
    token = store.issue_link(expert.id)
    session = ask(server, f"/i/{token}").cookie.value
    text = server.text()
    for secret in ("Wang", "secret title", expert.id, expert.study_id, token, session, PASSWORD):
        assert secret not in text


def test_the_page_explains_what_there_is(server):
    documented = set(re.findall(r"^\| `(\w+)` \| .*\|$", PAGE.read_text("utf-8"), re.MULTILINE))
    kinds = {"counter": "_total", "info": "_info"}
    found = {
        family.name + kinds.get(family.type, "")
        for family in text_string_to_metric_families(server.text())
    }
    assert {name for name in documented if name.startswith(("ahp_", "process_"))} == found


def ready(server: RunningServer) -> tuple[int, str]:
    answer = ask(server, "/readyz")
    assert answer.headers["cache-control"] == "no-store"
    return answer.status, answer.text


def test_ready_while_the_tables_are_those_of_this_version(server):
    assert ready(server) == (200, "ready\n")
    with closing(sqlite3.connect(server.database, isolation_level=None)) as database:
        (known,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        assert [ready(server) for _ in range(2)] == [
            (503, "not ready: tables of another version\n")
        ] * 2
        database.execute("UPDATE alembic_version SET version_num = ?", (known,))
    assert ready(server) == (200, "ready\n")
    line = (
        f"{server.database}: the database is at revision '9999', this version of ahp expects "
        f"{known!r}; another version has changed it meanwhile"
    )
    assert server.log.read_text().count(line) == 1
    healthy = ask(server, "/healthz")
    assert (healthy.status, healthy.text) == (200, "alive\n")


def test_a_database_that_hangs_is_asked_once(monkeypatch):
    asked, answers = [], Event()

    def check_tables() -> None:
        asked.append(1)
        answers.wait()

    monkeypatch.setattr(health, "database", lambda: SimpleNamespace(check_tables=check_tables))
    monkeypatch.setattr(health, "PATIENCE", 0.01)

    async def probe() -> list[tuple[int, bytes]]:
        readiness = Readiness()
        said = [await readiness.readyz(None) for _ in range(3)]
        answers.set()
        monkeypatch.setattr(health, "PATIENCE", 60)
        said.append(await readiness.readyz(None))
        return [(one.status_code, one.body) for one in said]

    hangs = (503, b"not ready: no answer from the database\n")
    assert run(probe()) == [hangs, hangs, hangs, (200, b"ready\n")]
    assert asked == [1]


def test_pages_that_are_open_are_counted(monkeypatch):
    opened = []

    async def page(_scope, _receive, _send) -> None:
        opened.append(metrics.REGISTRY.get_sample_value("ahp_open_pages"))

    async def visit() -> None:
        for kind in ("http", "websocket"):
            await metrics.CountPages(page)({"type": kind}, None, None)

    run(visit())
    opened.append(metrics.REGISTRY.get_sample_value("ahp_open_pages"))
    assert opened == [0, 1, 0]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def attempts(server: RunningServer) -> int:
    with closing(sqlite3.connect(server.database)) as database:
        return database.execute("SELECT count(*) FROM sign_ins").fetchone()[0]


def test_a_server_stops_in_order(tmp_path):
    """It finishes what is under way, takes nothing else, and closes the database."""
    server = Watched(tmp_path / "ahp.db")
    body = b"password=guess"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as form:
        form.sendall(
            b"POST /organizer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        wait_until(lambda: attempts(server) == 1)  # it is under way: an attempt is counted
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not accepts(server.port))
        form.sendall(body)
        assert form.recv(100).startswith(b"HTTP/1.1 403")
    assert server.process.wait(timeout=30) == 0
    assert not accepts(server.metrics_port)
    assert [path.name for path in tmp_path.glob("ahp.db*")] == ["ahp.db"]  # nothing beside it
    assert server.log.read_text().splitlines()[-1].strip().startswith("Organizer")
