"""Who may upload how much; what is refused is not read."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit import config

import ahp
from ahp.store import Store
from ahp.web import server as web_server
from ahp.web.internals import UploadGuard
from tests.running_server import RunningServer

MEGABYTE = 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("uploads") / "ahp.db")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sessions(server: RunningServer) -> dict[str, str]:
    store = Store(f"sqlite:///{server.database}")
    study = store.create_study(ahp.load_survey("supervision_effectiveness"), "2026")
    link = store.issue_link(store.add_expert(study.id, "E").id)
    rater = store.add_person(store.create_evaluation("2026").id, "rater", "R")
    found = {
        "visitor": "",
        "stranger": "nobody",
        "expert": store.open_link(link, None),
        "rater": store.open_link(store.issue_person_link(rater.person.id), None),
        "organizer": store.open_organizer(None),
    }
    store.close()
    return found


STREAMLITS = (403, "XSRF token missing or invalid")
"""Streamlit's own answer: the file got past."""


@pytest.mark.parametrize(
    ("who", "size", "answer"),
    [
        ("visitor", 19 * MEGABYTE, (403, "")),
        ("visitor", 1, (403, "")),
        ("stranger", 1, (403, "")),
        ("expert", 2 * MEGABYTE, STREAMLITS),
        ("expert", 3 * MEGABYTE, (413, "")),
        ("expert", None, (411, "")),
        ("rater", 2 * MEGABYTE, STREAMLITS),
        ("rater", 3 * MEGABYTE, (413, "")),
        ("organizer", 19 * MEGABYTE, STREAMLITS),
        ("organizer", 21 * MEGABYTE, (413, "")),
        ("organizer", "9" * 5000, (411, "")),
        ("visitor", None, (403, "")),
    ],
)
def test_uploads(
    server: RunningServer,
    sessions: dict[str, str],
    who: str,
    size: int | str | None,
    answer: tuple[int, str],
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("PUT", "/_stcore/upload_file/some-page/some-file")
    connection.putheader("Cookie", f"ahp_session={sessions[who]}")
    if size is None:
        connection.putheader("Transfer-Encoding", "chunked")
    else:
        connection.putheader("Content-Length", str(size))
    connection.endheaders()  # the file itself is never sent: nobody waits for it
    response = connection.getresponse()
    found = response.status, response.read().decode()
    connection.close()
    if size == "9" * 5000:  # uvicorn itself may refuse such a number
        assert found[0] in (400, 411)
    else:
        assert found == answer


def test_files_on_their_way_count() -> None:
    statuses: dict[str, int] = {}

    async def scenario() -> None:
        let_go = asyncio.Event()

        async def streamlits(_scope, _receive, send) -> None:
            await let_go.wait()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        guard = UploadGuard(streamlits, limit=lambda _request: 100, per_page=30, in_all=50)

        async def put(name: str, page: str, size: int) -> None:
            async def send(message) -> None:
                statuses.setdefault(name, message.get("status", 0))

            scope = {
                "type": "http",
                "method": "PUT",
                "path": f"/_stcore/upload_file/{page}/{name}",
                "headers": [(b"content-length", str(size).encode())],
            }
            await guard(scope, None, send)

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(put("first", "a", 20))
            group.create_task(put("other page", "b", 25))
            while sum(guard.coming.values()) < 45:
                await asyncio.sleep(0)
            await put("too much of a page", "a", 11)
            await put("too much of all", "c", 6)
            let_go.set()
        assert not guard.coming
        await put("afterwards", "a", 30)

    with ThreadPoolExecutor(1) as apart:  # a browser's loop may run in this thread
        apart.submit(asyncio.run, scenario()).result()
    assert statuses == {
        "first": 204,
        "other page": 204,
        "too much of a page": 413,
        "too much of all": 413,
        "afterwards": 204,
    }


def test_messages_have_a_limit() -> None:
    web_server.configure()
    assert config.get_option("server.maxWidgetStateSize") == 2
