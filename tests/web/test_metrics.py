"""Questions about health, and what is counted where Prometheus is told of it."""

from __future__ import annotations

from threading import Event
from types import SimpleNamespace

from ahp.web import health, metrics
from ahp.web.health import Readiness
from tests.web.test_doors import run


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
