"""What depends on how Streamlit works inside, and has to be looked at with every new version."""

from __future__ import annotations

import logging
import re
import secrets
import time
from asyncio import Event, get_running_loop
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import env_util, file_util
from streamlit.logger import get_logger
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session, exists, get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.version import STREAMLIT_VERSION_STRING
from streamlit.web.server.starlette.starlette_routes import (
    BASE_ROUTE_MEDIA,
    BASE_ROUTE_UPLOAD_FILE,
)

from ..errors import AHPError, DatabaseError
from ..messages import Phrase
from .turns import Turns

_UPLOAD, _MEDIA = "/_stcore/upload_file/", "/media/"

GATHERED = 0.01
"""Seconds that an element of a page waits at most until it is sent, with those that follow it."""

TICKET_SECONDS = 300
"""How long a download may begin after its button was pressed."""


async def check_streamlit(app: ASGIApp) -> None:
    """Look, at start, whether this version of Streamlit still works as all below relies on.

    Args:
        app: the application, with the middleware of this module.

    Raises:
        AHPError: names the version, and what is missing.
    """
    dialogs = await _answer(app, "GET", "/_stcore/host-config")
    page = await _answer(app, "GET", "/")
    upload = await _answer(app, "PUT", f"{_UPLOAD}page/file")
    manager = MemoryUploadedFileManager(_UPLOAD)
    checks = {
        "streamlit_dialogs": b'"blockErrorDialogs":true' in dialogs[1],
        "streamlit_page": b"</style></head>" in page[1] and _ROOT in page[1],
        "streamlit_uploads": f"/{BASE_ROUTE_UPLOAD_FILE}/" == _UPLOAD and upload[0] == 403,
        "streamlit_downloads": f"/{BASE_ROUTE_MEDIA}/" == _MEDIA,
        "streamlit_runs": hasattr(getattr(app_session, "ScriptRunner", None), "_run_script")
        and hasattr(app_session.AppSession, "_call_soon_on_event_loop")
        and hasattr(app_session, "_populate_theme_msg"),
        "streamlit_store": isinstance(getattr(manager, "file_storage", None), Mapping),
    }
    if missing := tuple(Phrase(code) for code, there in checks.items() if not there):
        raise AHPError("streamlit_changed", version=STREAMLIT_VERSION_STRING, missing=missing)


async def _answer(app: ASGIApp, method: str, path: str) -> tuple[int, bytes]:
    """Status and body of the application's answer to a visitor without any rights."""
    messages: list[Message] = []

    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:  # the visitor stays
            await Event().wait()
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    scope = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http"},
        **{"method": method, "path": path, "raw_path": path.encode(), "query_string": b""},
        **{"root_path": "", "headers": [(b"host", b"127.0.0.1"), (b"content-length", b"0")]},
        **{"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1), "state": {}},
    }
    await app(scope, receive, send)
    return messages[0]["status"], b"".join(message.get("body", b"") for message in messages[1:])


@cache  # once, also where servers start again in one process
def keep_theme() -> None:
    """Spare Streamlit the six looks through all its settings, at every run, for those of the theme:
    they stay as they are at start.
    """
    populate = app_session._populate_theme_msg

    @cache
    def theme(section: str) -> CustomThemeConfig:
        message = CustomThemeConfig()
        populate(message, section)
        return message

    def copy(msg: CustomThemeConfig, section: str = "theme") -> None:
        msg.MergeFrom(theme(section))

    app_session._populate_theme_msg = copy


def keep_log_short() -> None:
    """Keep out of Streamlit's log what pages say while the database is away: every open page asks
    again every two seconds, and the log of the store says it in one line.
    """
    get_logger("streamlit.error_util").addFilter(_worth_a_traceback)


def skip_console_check() -> None:
    """Spare Streamlit the look whether a console of Python runs it: it asks for the files of all
    modules, 0.4 s for which the first visitor would wait.
    """
    env_util.is_repl = lambda: False


def _worth_a_traceback(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], DatabaseError))


@cache
def inline_scripts() -> tuple[str, ...]:
    """The scripts that stand in Streamlit's page itself."""
    page = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    return tuple(re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", page, re.DOTALL))


class Calls:
    """What runs want done by the server's event loop, gathered: a loop that is woken for every
    element of a page takes the processor from the run which makes that page.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[Callable[[], None]] = []
        self._wake: Callable[[Callable[[], None]], None] | None = None

    def add(self, call: Callable[[], None], wake: Callable[[Callable[[], None]], None]) -> None:
        """Have a call made, after those before it, within `GATHERED` seconds.

        Args:
            call: what is to be done.
            wake: has the loop call a function, from another thread.
        """
        with self._lock:
            self._waiting.append(call)
            first = len(self._waiting) == 1
            self._wake = wake
        if first:
            wake(self._make_soon)

    def now(self) -> None:
        """Have all that wait made at once: a run has ended."""
        if self._wake:
            self._wake(self._make)

    def _make_soon(self) -> None:
        get_running_loop().call_later(GATHERED, self._make)

    def _make(self) -> None:
        with self._lock:
            calls, self._waiting = self._waiting, []
        for call in calls:  # now: a click that comes next would end the run before its last ones
            try:
                call()
            except Exception as error:
                context = {"message": "a call of a run failed", "exception": error}
                get_running_loop().call_exception_handler(context)


@cache  # the one of Streamlit, also where runs take turns already
def _wake() -> Callable[[app_session.AppSession, Callable[[], None]], None]:
    """How a session has the server's event loop call a function."""
    return app_session.AppSession._call_soon_on_event_loop


def take_turns(observe: Callable[[str, float], None]) -> None:
    """Have runs take turns from now on, and tell how many seconds it took, from a click to the last
    run that it causes, until a whole "page" was made, or a "part".
    """
    turns, calls, wake = Turns(), Calls(), _wake()

    class InTurn(ScriptRunner):
        def _run_script(self, rerun_data: RerunData) -> None:
            part, begun = bool(rerun_data.fragment_id_queue), time.monotonic()
            try:
                with turns.turn():
                    super()._run_script(rerun_data)
            finally:
                calls.now()
            observe("part" if part else "page", time.monotonic() - begun)

    def gather(session: app_session.AppSession, call: Callable[[], None]) -> None:
        calls.add(call, partial(wake, session))

    app_session.ScriptRunner = InTurn  # type: ignore[attr-defined]
    app_session.AppSession._call_soon_on_event_loop = gather  # type: ignore[assignment, method-assign]


class NoDialogs:
    """Has Streamlit show no dialogs of its own: they are in English, and bar the page while the
    connection is lost, though an expert may still look at it and change what waits to be sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def send_changed(message: Message) -> None:
            if body := message.get("body"):  # of the same length, which was announced
                wanted = (b'"blockErrorDialogs":false', b'"blockErrorDialogs":true ')
                message["body"] = body.replace(*wanted)
            await send(message)

        asked = scope["type"] == "http" and scope["path"].endswith("/_stcore/host-config")
        await self.app(scope, receive, send_changed if asked else send)


class FirstPaint:
    """Puts into Streamlit's page what holds before anything of ours has arrived.

    Args:
        app: the application.
        head: HTML for the head of the page that a request asks for.
    """

    def __init__(self, app: ASGIApp, head: Callable[[Request], str]) -> None:
        self.app = app
        self.head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def send_styled(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                kind = MutableHeaders(raw=list(message["headers"])).get("content-type", "")
                if kind.startswith("text/html") and message["status"] == 200:
                    start = message
                    return
            if not start:
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(raw=list(start["headers"]))
            if _ROOT in body:
                head = f"{self.head(Request(scope))}</head>".encode()
                body = body.replace(b"</head>", head, 1)
                headers["content-length"] = str(len(body))
                for name in ("etag", "last-modified"):  # those of the file alone
                    del headers[name]
            await send({**start, "headers": headers.raw})
            await send({**message, "body": body})

        await self.app(scope, receive, send_styled)


_ROOT = b'<div id="root">'
"""What Streamlit's page has, and ours don't."""


@dataclass(frozen=True)
class Offer:
    """A file that a page offers.

    Attributes:
        make: makes its content, or a file to be read and closed.
        session: token of the browser's session in which the page is open.
        holder: an expert, or a person of an evaluation, who may have it; None = only organizers
            may.
    """

    make: Callable[[], bytes | str | IO[bytes]]
    session: str | None
    holder: str | None


_offers: dict[bytes, tuple[float, Offer]] = {}
_lock = Lock()


def ticket(offer: Offer) -> bytes:
    """What Streamlit is given in place of a file.

    Streamlit serves what a download button has to whoever knows the address, for minutes, and makes
    it for whoever knows its id. So it gets a ticket, and `Downloads` makes the file of it.
    """
    number = secrets.token_bytes(32)
    now = time.monotonic()
    with _lock:
        for old in [key for key, (until, _offer) in _offers.items() if until < now]:
            del _offers[old]
        _offers[number] = (now + TICKET_SECONDS, offer)
    return number


def _offered(number: bytes) -> Offer | None:
    """What a ticket is for; None when it is too old, or is none."""
    until, offer = _offers.get(number, (0.0, None))
    return offer if until >= time.monotonic() else None


class Downloads:
    """Hands out files in place of the tickets that Streamlit has.

    Whatever else Streamlit would serve as a file to download is refused.

    Args:
        app: the application.
        hand_out: the response to a request for a file, or for nothing that is offered.
    """

    def __init__(self, app: ASGIApp, hand_out: Callable[[Request, Offer | None], Response]) -> None:
        self.app = app
        self.hand_out = hand_out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or _MEDIA not in scope["path"]:
            await self.app(scope, receive, send)
            return
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        # a part of a ticket is of no use
        whole = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await self.app({**scope, "headers": whole}, receive, collect)
        given = MutableHeaders(raw=list(messages[0]["headers"]))
        disposition = given.get("content-disposition")
        stored = messages[0]["status"] == 200
        if stored and disposition is None:  # the icon of the page
            for message in messages:
                await send(message)
            return
        number = b"".join(message.get("body", b"") for message in messages[1:])
        request = Request(scope)
        response = await run_in_threadpool(self.hand_out, request, _offered(number))
        response.headers["cache-control"] = "no-store"
        if response.status_code == 200 and disposition is not None:
            response.headers["content-disposition"] = disposition
            response.headers["content-type"] = given["content-type"]
        await response(scope, receive, send)


_FRAMING = 2**12
"""Bytes that a form puts around a file."""


class UploadGuard:
    """Takes files only of those who may upload any, and no more than the server can hold.

    Streamlit takes them of everybody who has opened a page, as many as they like, and keeps them in
    memory while the page is open. What is refused here is not even read.

    Args:
        app: the application.
        limit: how many bytes a file of a visitor may have, 0 for who may upload none.
        per_page: bytes of all files of one page.
        in_all: bytes of all files that the server holds.
    """

    def __init__(
        self, app: ASGIApp, limit: Callable[[Request], int], per_page: int, in_all: int
    ) -> None:
        self.app, self.limit = app, limit
        self.per_page, self.in_all = per_page, in_all
        self.coming: Counter[str] = Counter()  # bytes on their way, by the page's session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "PUT" or _UPLOAD not in path:
            await self.app(scope, receive, send)
            return
        page = path.partition(_UPLOAD)[2].partition("/")[0]
        refusal, size = await run_in_threadpool(self._refusal, Request(scope))
        held = {key: _held(key) + self.coming[key] for key in {*_uploads(), *self.coming, page}}
        too_much = held[page] + size > self.per_page or sum(held.values()) + size > self.in_all
        if not refusal and too_much:
            refusal = 413
        if refusal:
            await Response(status_code=refusal)(scope, receive, send)
            return
        self.coming[page] += size
        try:
            await self.app(scope, receive, send)
        finally:
            self.coming[page] -= size
            self.coming += Counter()  # forgets the pages at 0

    def _refusal(self, request: Request) -> tuple[int, int]:
        """The status with which a file is refused, 0 if it is not; and its size as announced."""
        try:
            most = self.limit(request)
        except DatabaseError:
            return 503, 0
        length = request.headers.get("content-length", "")
        size = int(length) if re.fullmatch("[0-9]{1,12}", length) else -1
        if not most:
            return 403, size
        if size < 0:
            return 411, size
        return (413 if size > most + _FRAMING else 0), size


def _held(page: str) -> int:
    return sum(len(file.data) for file in list(_uploads().get(page, {}).values()))


def _uploads() -> dict[str, Mapping[str, UploadedFileRec]]:
    """The files that Streamlit holds, by the page's session."""
    manager = get_instance().uploaded_file_mgr if exists() else None
    stored = manager.file_storage if isinstance(manager, MemoryUploadedFileManager) else {}
    return dict(stored)
