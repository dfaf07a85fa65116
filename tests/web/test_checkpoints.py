"""The server signs checkpoints while it runs."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit

from ahp.errors import DatabaseError
from ahp.store import Store, signing
from ahp.store.checkpoint import read_checkpoints
from ahp.store.checkpointer import Checkpointer, Written
from ahp.store.database import LAST_TRANSACTIONS
from ahp.web import server
from tests.running_nginx import PAGE


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a start does beside the database is done by other tests."""

    async def nothing(_app: object) -> None:
        """Streamlit is as it has to be."""

    monkeypatch.setattr(server, "check_streamlit", nothing)
    yield
    logging.getLogger("ahp.store").removeHandler(server._TERMINAL)


def sizes(folder: Path) -> list[int]:
    text = (folder / "ahp.db.checkpoints").read_text(encoding="utf-8")
    found = read_checkpoints(text, "f", [signing.existing_key(folder)])
    return [one.size for one in found.checkpoints]


@pytest.mark.parametrize(
    "fault", [None, DatabaseError("database_locked", location="x"), ValueError("a fault")]
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_server_signs_when_it_starts_and_stops(
    store: Store,
    survey,
    tmp_path: Path,
    started: None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception | None,
) -> None:
    """Also where the logs that come first can't be read."""
    study = store.create_study(survey, "Pilot")
    if fault:

        def fail(_self: Store) -> None:
            raise fault

        monkeypatch.setattr(Store, "warm", fail)

    async def run() -> None:
        app = streamlit.App(server.MAIN, routes=server.ROUTES, **server.OPTIONS)
        async with server.lifespan(app, "en"):
            while not (tmp_path / "ahp.db.checkpoints").exists():
                await asyncio.sleep(0.01)
            store.rename_study(study.id, "Another")

    with ThreadPoolExecutor(1) as thread:  # Playwright has an event loop in this one
        thread.submit(asyncio.run, run()).result()
    assert sizes(tmp_path) == [1, 2]
    assert (
        "  Organizer's link, valid until a server next starts with this database: "
        f"https://survey.example.org/organizer/{server.ORGANIZER_KEY}\n"
    ) in capsys.readouterr().out


@pytest.mark.usefixtures("started", "store", "capsys")
def test_a_checkpoint_that_takes_long_keeps_no_server_from_ending(monkeypatch) -> None:
    answered = threading.Event()

    def write(_self: Checkpointer) -> Written:
        answered.wait(60)
        return Written(0, 0, ())

    monkeypatch.setattr(Checkpointer, "write", write)
    monkeypatch.setattr(server, "LAST_CHECKPOINTS", 0.01)

    async def run() -> None:
        app = streamlit.App(server.MAIN, routes=server.ROUTES, **server.OPTIONS)
        async with server.lifespan(app, "en"):
            pass

    with ThreadPoolExecutor(1) as thread:
        ended = thread.submit(asyncio.run, run())
        try:
            ended.result(timeout=30)
        finally:
            answered.set()


def test_a_server_that_is_stopped_ends_before_it_is_killed() -> None:
    ends = (server.LAST_REQUESTS, server.LAST_CHECKPOINTS, LAST_TRANSACTIONS)
    assert sum(ends) < 10  # which Docker waits
    said = re.findall(
        r"gives requests under way (\S+) seconds, the last \S+ (\S+) and transactions (\S+),", PAGE
    )
    assert said == [tuple(f"{one:g}" for one in ends)]


def test_a_server_without_logs_makes_no_key(store: Store, tmp_path: Path) -> None:
    store.checkpointer().write()
    assert not (tmp_path / "signing_key.pem").exists()
    assert not (tmp_path / "ahp.db.checkpoints").exists()
