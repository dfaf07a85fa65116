"""What the server says, and what its log says, while the database is away."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import error_util

from ahp.errors import AHPError, DatabaseError
from ahp.web import internals, server
from tests.web.test_server import PASSWORD

AWAY = (
    "The server's database can't be reached at the moment. You need not do anything: this page "
    "loads itself again until the database is back."
)
WRONG = (
    "Something went wrong here. What was saved is safe. Please load the page again; if it happens "
    "again, tell the organizer."
)


class Broken:
    """A store of which everything fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, _name: str) -> Any:
        def fail(*_arguments: object, **_options: object) -> None:
            raise self.error

        return fail


@pytest.fixture
def break_down(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    monkeypatch.setenv("AHP_ADMIN_PASSWORD", PASSWORD)
    return lambda error: monkeypatch.setattr(server, "database", lambda: Broken(error))


def ask(method: str, path: str) -> tuple[int, dict[bytes, bytes], str]:
    """What the routes and their middleware answer, without a server."""

    async def stored(_request: Request) -> Response:
        number = internals.ticket(internals.Offer(lambda: b"secret", None, None))
        return Response(number, headers={"content-disposition": "attachment"})

    app = Starlette(
        routes=[*server.ROUTES, Route("/media/file", stored)],
        middleware=server.OPTIONS["middleware"],
        exception_handlers=server.OPTIONS["exception_handlers"],
    )
    headers = [(b"accept-language", b"en"), (b"content-length", b"10"), (b"cookie", b"")]
    scope = {"type": "http", "scheme": "http", "method": method, "path": path, "query_string": b""}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"password=x", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    def run() -> None:
        asyncio.run(
            app({**scope, "headers": headers, "client": ("192.0.2.1", 1)}, receive, send)  # type: ignore[arg-type]
        )

    with ThreadPoolExecutor(1) as thread:  # Playwright has an event loop in this one
        thread.submit(run).exception()  # Starlette raises again what it has answered
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"].decode()


REQUESTS = [
    ("GET", "/i/token"),
    ("POST", "/organizer"),
    ("GET", "/receipt/expert"),
    ("GET", "/receipt-key.pem"),
    ("GET", "/media/file"),
]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_every_address_says_so_and_loads_itself_again(
    break_down: Callable[[Exception], None], method: str, path: str
) -> None:
    break_down(DatabaseError("database_locked", location="/srv/secret"))
    status, headers, body = ask(method, path)
    assert status == 503
    assert (headers[b"retry-after"], headers[b"cache-control"]) == (b"3", b"no-store")
    assert AWAY in html.unescape(body)
    assert "secret" not in body


def test_an_upload_is_refused_for_now(break_down: Callable[[Exception], None]) -> None:
    break_down(DatabaseError("database_locked", location="ahp.db"))
    assert ask("PUT", "/_stcore/upload_file/page/file")[0] == 503


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_what_else_fails_is_said_in_the_visitors_language(
    break_down: Callable[[Exception], None], method: str, path: str
) -> None:
    break_down(RuntimeError("/srv/secret"))
    status, headers, body = ask(method, path)
    assert (status, headers[b"cache-control"]) == (500, b"no-store")
    assert WRONG in body
    assert "secret" not in body


def test_the_log_has_no_traceback_of_a_page_that_asks_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("streamlit.error_util")
    monkeypatch.setattr(logger, "propagate", True)
    internals.keep_log_short()
    mistake = AHPError("text_not_unicode")
    for error in (DatabaseError("database_locked", location="ahp.db"), mistake):
        error_util.handle_user_script_exception(error, lambda _error: True)
    said = {record.exc_info[1] for record in caplog.records if record.exc_info}
    assert said == {mistake}
