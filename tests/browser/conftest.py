"""A real server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from ahp.process.asking import Asking
from ahp.store import Store
from ahp.study import Survey
from tests.browser import actions
from tests.browser.panel import Panel, Study
from tests.exchange import conftest as workbooks
from tests.running_server import RunningServer

recalculate = workbooks.recalculate


@pytest.fixture(autouse=True)
def left(browser: Browser) -> Iterator[None]:
    """Everybody leaves after a test: pages that stay open go on asking for their server. No page
    tried what its policy forbids.
    """
    yield
    for context in browser.contexts:
        context.close()
    assert actions.refusals() == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path / "ahp.db")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    found = RunningServer(tmp_path_factory.mktemp("expert") / "ahp.db")
    yield found
    found.stop()


numbers = itertools.count(1)


@pytest.fixture
def study(browser: Browser, running: RunningServer) -> Iterator[Study]:
    """`study(survey, way=…, cannot_judge=…)`: what `Asking` takes."""
    store = Store(f"sqlite:///{running.database}")

    def visitor(locale: str, size: dict[str, int]) -> BrowserContext:
        return actions.visitor(browser, locale=locale, size=size)

    def start(survey: Survey, **asking: object) -> Panel:
        made = store.create_study(survey, f"Panel {next(numbers)}")
        store.set_asking(made.id, Asking(**asking))
        return Panel(running, store, store.add_expert(made.id, "王五"), visitor)

    yield start
    store.close()
