"""How many statements, in how many transactions, the database is asked for a click.

The real server in this process and clients over Streamlit's protocol, so that a click runs what it
runs in a browser: the page, or the part of it that the control is in. BEGIN and COMMIT are counted
as transactions: each of them is on its way to the server and back as well.

    python benchmarks/statements.py [--experts 49] [--database URL]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from streamlit.proto.WidgetStates_pb2 import WidgetState

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.study import load_survey  # noqa: E402
from ahp.study.standing import Standing  # noqa: E402
from ahp.web import state  # noqa: E402
from ahp.web.server import MAIN, OPTIONS, ROUTES  # noqa: E402
from benchmarks import raters  # noqa: E402
from benchmarks.streamlit_client import Expert, StreamlitClient  # noqa: E402
from tests.statements import asked  # noqa: E402

PAGES = (
    *("studies", "experts", "rounds", "results", "report", "files", "evaluations"),
    *("evaluation_period", "evaluation_rating", "evaluation_check", "evaluation_results"),
)
"""The organizer's, by the names in their addresses."""


@contextmanager
def serving() -> Iterator[str]:
    """The address of the application, which runs in this process: what it does at start is left
    out, as it would be counted.
    """
    app = st.App(MAIN, routes=ROUTES, **{**OPTIONS, "lifespan": None})
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="websockets-sansio"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join()


async def clicks(url: str, experts: int) -> dict[str, tuple[int, int]]:
    """Click -> how many statements, in how many transactions."""
    counted: dict[str, tuple[int, int]] = {}
    store = state.database()
    study = store.create_study(load_survey("supervision_effectiveness"), "Statements")
    panel = store.add_experts(study.id, {f"Expert {k}": None for k in range(experts)})
    links = {one.id: f"{url}/i/{store.issue_link(one.id)}" for one in panel}
    token = store.open_organizer(None)

    async def count(name: str, act: Callable[[], Awaitable[Any]]) -> Any:
        with asked() as found:
            done = await act()
        counted[name] = found.both
        return done

    me, link = next(iter(links.items()))
    page = await count("expert: open the link", lambda: StreamlitClient.open(link))
    await count("expert: load the page", page.rerun)
    expert = Expert(me, page)
    await count("expert: start", expert.answer)
    await count("expert: answer", expert.answer)
    await expert.answer_all(35, (0.0, 0.0))
    while page.button("submit") is None:
        await page.press("next")
    sure, button = await agree(page)
    await count("expert: submit", lambda: page.rerun(sure, button[0], fragment=button[1]))
    await page.close()

    store.set_standings({one.id: Standing(2.0, "chair") for one in panel[1:2]})
    with asked() as found:
        store.set_standings({one.id: Standing(2.0, "chair") for one in panel})
    counted["organizer: standings of all experts"] = found.both
    _evaluation, tokens = raters.prepare(store, 2, 3)
    rater, link = next(iter(tokens.items()))
    page = await count("rater: open the link", lambda: StreamlitClient.open(f"{url}/i/{link}"))
    await page.press("start")
    grade = raters.asked(page, rater, "good")
    await count("rater: tap on a grade", lambda: page.press(grade))
    await page.close()

    for name in PAGES:
        visit = partial(StreamlitClient.visit, url, f"ahp_session={token}", name)
        page = await count(f"organizer: {name}", visit)
        await page.close()
    return counted


async def agree(page: StreamlitClient) -> tuple[WidgetState, tuple[WidgetState, str]]:
    """Say that one is sure; what is sent to submit: the box, the button, and its fragment."""
    [sure] = [
        widget
        for widget in page.widgets.values()
        if widget.element.HasField("checkbox") and "-sure" in widget.element.checkbox.id
    ]
    checked = WidgetState(id=sure.element.checkbox.id, bool_value=True)
    await page.rerun(checked, fragment=sure.fragment)
    button = page.button("submit")
    assert button
    pressed = WidgetState(id=button.element.button.id, trigger_value=True)
    return checked, (pressed, button.fragment)


def run(experts: int) -> dict[str, tuple[int, int]]:
    """Count on the database that is set."""
    with serving() as url:
        return asyncio.run(clicks(url, experts))


def main() -> int:
    """Print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--experts", type=int, default=49)
    parser.add_argument("--database", help="URL of an empty database; SQLite without it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AHP_DATABASE_URL"] = given.database or f"sqlite:///{Path(folder) / 'ahp.db'}"
        counted = run(given.experts)
        state.database().close()
    print(f"{given.experts} experts: statements, transactions")
    for name, (statements, transactions) in counted.items():
        print(f"{name:<40}{statements:>4}{transactions:>4}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
