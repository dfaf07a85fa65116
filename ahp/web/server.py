"""The ASGI side: links that become cookies, the organizer's sign-in, headers, start-up.

Streamlit cannot set cookies, so the routes here do: a link is exchanged once for an HttpOnly
session cookie, and every page asks the database what that session may see.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import html
import logging
import os
import re
import secrets
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime import exists, get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from ..errors import AHPError, DatabaseError, LinkError, ReceiptError, StoreError
from ..i18n import LANGUAGES, best_language, translator
from ..i18n.words import link_problem
from ..report.receipt import receipt_html
from .state import LANGUAGE_COOKIE, SESSION_COOKIE, database, show_unavailable, translate

_log = logging.getLogger(__name__)

MAIN = str(Path(__file__).with_name("main.py"))

DAYS_30 = 30 * 24 * 3600
ORGANIZER_KEY = secrets.token_urlsafe(32)
"""Key of the organizer's link, new at every start; of no use when a password is set."""

EXPERT_UPLOAD = 2 * 2**20
"""Bytes of a file that an expert uploads: a filled questionnaire has a twentieth of a megabyte."""

ORGANIZER_UPLOAD = 20 * 2**20
"""Bytes of a file that an organizer uploads, such as a whole study."""

SESSION_UPLOADS = 3 * ORGANIZER_UPLOAD
"""Bytes of all files that one page holds."""

ALL_UPLOADS = 20 * ORGANIZER_UPLOAD
"""Bytes of all files that the server holds: Streamlit keeps them in memory while a page is open."""

MESSAGE = 2 * 2**20
"""Bytes of a message of a browser: all that stands in the fields of a page."""

_SETTINGS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "runner.postScriptGC": False,  # a full collection after every click costs most of the time
    "runner.magicEnabled": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": ORGANIZER_UPLOAD // 2**20,
    "server.maxWidgetStateSize": MESSAGE // 2**20,
    # without a section, there would be no dark theme
    "theme.light.primaryColor": "#1f5f99",
    "theme.dark.primaryColor": "#2f78bd",
}


def configure() -> None:
    """Set Streamlit's options, except those that the user set by flag, file or environment."""
    for name, value in _SETTINGS.items():
        if not config.is_manually_set(name):
            config.set_option(name, value, "ahp")


def _password() -> str:
    return os.environ.get("AHP_ADMIN_PASSWORD", "")


class _Throttle:
    """At most `attempts` wrong passwords a minute, all visitors together."""

    def __init__(self, attempts: int) -> None:
        self.attempts = attempts
        self.failures: list[float] = []

    def blocked(self) -> bool:
        now = time.monotonic()
        self.failures = [moment for moment in self.failures if now - moment < 60]
        return len(self.failures) >= self.attempts

    def failed(self) -> None:
        self.failures.append(time.monotonic())


_throttle = _Throttle(attempts=10)


def _signed_in(request: Request, session: str) -> Response:
    response = RedirectResponse("/", status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        session,
        max_age=DAYS_30,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


async def open_link(request: Request) -> Response:
    """`/i/{token}`: an expert's personal link."""
    token, session = request.path_params["token"], request.cookies.get(SESSION_COOKIE)
    try:
        session = await run_in_threadpool(database().open_link, token, session)
    except LinkError as error:
        texts = {language: link_problem(error.reason, language) for language in LANGUAGES}
        return _page(texts, status=404)
    return _signed_in(request, session)


async def open_organizer_link(request: Request) -> Response:
    """`/organizer/{key}`: the link that the terminal shows at start."""
    if _password() or not hmac.compare_digest(request.path_params["key"], ORGANIZER_KEY):
        return _page({one: _wrong_organizer_link(one) for one in LANGUAGES}, status=404)
    session = await run_in_threadpool(
        database().open_organizer, request.cookies.get(SESSION_COOKIE)
    )
    return _signed_in(request, session)


def _wrong_organizer_link(language: str) -> str:
    _ = translator(language)
    return _(
        "This organizer's link is not valid. The valid one is shown in the terminal where the "
        "server was started; it is new at every start."
    )


async def organizer(request: Request) -> Response:
    """`/organizer`: the sign-in form with `AHP_ADMIN_PASSWORD`, or where to find the link."""
    language = _language(request)
    _ = translator(language)
    if not _password():
        text = _(
            "Open the organizer's link that the terminal shows where the server was started. "
            "To sign in with a password instead, start it with AHP_ADMIN_PASSWORD set."
        )
        return _page({language: text})
    problem, status = "", 200
    if request.method == "POST":
        if _throttle.blocked():
            problem, status = _("Too many wrong passwords. Wait a minute and try again."), 429
        else:
            given = str((await request.form()).get("password", ""))
            digests = (hashlib.sha256(word.encode()).digest() for word in (given, _password()))
            if hmac.compare_digest(*digests):
                session = await run_in_threadpool(
                    database().open_organizer, request.cookies.get(SESSION_COOKIE)
                )
                return _signed_in(request, session)
            _throttle.failed()
            problem, status = _("This password is wrong."), 403
    form = (
        '<form method="post"><label>{label}<br>'
        '<input type="password" name="password" autocomplete="current-password" autofocus '
        'required></label> <button>{button}</button></form><p role="alert">{problem}</p>'
    ).format(
        label=html.escape(_("Organizer's password")),
        button=html.escape(_("Sign in")),
        problem=html.escape(problem),
    )
    return _page({language: ""}, body=form, status=status)


async def receipt(request: Request) -> Response:
    """`/receipt/{expert_id}`: what an expert submitted, signed, as a page to keep.

    `?round=2` is that of another round than the one open or closed last, `?timezone=Asia/Shanghai`
    says by whose clocks, otherwise by UTC, `?download=1` makes it a file.
    """
    return await run_in_threadpool(_receipt, request)


def _receipt(request: Request) -> Response:
    language, store = _language(request), database()
    expert_id = request.path_params["expert_id"]
    _ = translator(language)
    number = request.query_params.get("round", "")
    headers = {"cache-control": "no-store"}
    if not store.may_look_back(request.cookies.get(SESSION_COOKIE), expert_id):
        problem = _(
            "This browser cannot show the receipt. Open your personal link in it, then try again."
        )
        return _page({language: problem}, status=404, headers=headers)
    try:
        # no study has rounds of more digits, and no database takes numbers of any length
        signed = store.receipt(expert_id, round_number=int(number[:9]) if number else None)
        survey = store.study(signed.statement.study).survey
    except (ReceiptError, ValueError):
        problem = _("There is no receipt yet: these answers have not been submitted.")
        return _page({language: problem}, status=404, headers=headers)
    except DatabaseError:
        raise
    except StoreError as error:
        _log.error("no receipt of expert %s: %s", expert_id, error)
        problem = _(
            "The server cannot make the receipt now. The submitted answers are stored. Please tell "
            "the organizer."
        )
        return _page({language: problem}, status=500, headers=headers)
    if request.query_params.get("download") == "1":
        headers["content-disposition"] = 'attachment; filename="receipt.html"'
    timezone = _timezone(request.query_params.get("timezone", "UTC"))
    return HTMLResponse(receipt_html(signed, survey, language, timezone), headers=headers)


def _timezone(name: str) -> tzinfo:
    """A browser may know a timezone that the server doesn't: the page says which one it shows."""
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return UTC


async def receipt_key(_request: Request) -> Response:
    """`/receipt-key.pem`: the public key that receipts verify with."""
    _key_id, pem = await run_in_threadpool(database().public_key)
    return Response(pem, media_type="application/x-pem-file")


def _language(request: Request) -> str:
    """Chosen with the switch and remembered by the browser, else the browser's own."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return best_language([chosen, *request.headers.get("accept-language", "").split(",")])


def _page(
    texts: Mapping[str, str],
    *,
    body: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page without Streamlit: a text in its language, or in several; the first is the page's."""
    text = "".join(
        f'<p lang="{language}">{html.escape(words)}</p>' for language, words in texts.items()
    )
    first = next(iter(texts))
    _ = translator(first)
    title = html.escape(_("Pairwise survey"))
    return HTMLResponse(
        f"<!doctype html><html lang='{first}'><head><meta charset='utf-8'><title>{title}</title>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'><style>"
        ":root{color-scheme:light dark}"
        "body{font:1.15rem/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto;"
        "padding:0 1rem}"
        "h1{font-size:1.6rem}"
        "input,button{font:inherit;padding:.5rem .8rem;margin:.3rem 0}"
        f"</style></head><body><main><h1>{title}</h1>{text}{body}</main></body></html>",
        status_code=status,
        headers=headers,
    )


ROUTES = [
    Route("/i/{token}", open_link),
    Route("/organizer/{key}", open_organizer_link),
    Route("/organizer", organizer, methods=["GET", "POST"]),
    Route("/receipt/{expert_id}", receipt),
    Route("/receipt-key.pem", receipt_key),
]

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"frame-ancestors 'none'; base-uri 'self'; form-action 'self'"),
]


class _SecurityHeaders:
    """Adds to every response the headers that Streamlit leaves out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class _NoDialogs:
    """Has Streamlit show no dialogs of its own: they are in English, and bar the page while the
    connection is lost, though an expert may still look at it and change what waits to be sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_changed(message: Message) -> None:
            if body := message.get("body"):  # of the same length, which was announced
                wanted = (b'"blockErrorDialogs":false', b'"blockErrorDialogs":true ')
                message["body"] = body.replace(*wanted)
            await send(message)

        asked = scope["type"] == "http" and scope["path"].endswith("/_stcore/host-config")
        await self.app(scope, receive, send_changed if asked else send)


class _UploadGuard:
    """Takes files only of those who may upload any, and no more than the server can hold.

    Streamlit takes them of everybody who has opened a page, as many as they like. What is refused
    here is not even read.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.coming: Counter[str] = Counter()  # bytes on their way, by the page's session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "PUT" or _UPLOAD not in path:
            await self.app(scope, receive, send)
            return
        page = path.partition(_UPLOAD)[2].partition("/")[0]
        request = Request(scope)
        refusal, size = await run_in_threadpool(_refused_upload, request)
        held = {key: _held(key) + self.coming[key] for key in {*_pages(), *self.coming, page}}
        too_much = held[page] + size > SESSION_UPLOADS or sum(held.values()) + size > ALL_UPLOADS
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


_UPLOAD = "/_stcore/upload_file/"


def _refused_upload(request: Request) -> tuple[int, int]:
    """The status with which a file is refused, 0 if it is not; and its size as announced."""
    try:
        granted = database().grants(request.cookies.get(SESSION_COOKIE))
    except DatabaseError:
        return 503, 0
    length = request.headers.get("content-length", "")
    size = int(length) if re.fullmatch("[0-9]{1,12}", length) else -1
    most = ORGANIZER_UPLOAD if granted.organizer else EXPERT_UPLOAD if granted.experts else 0
    if not most:
        return 403, size
    if size < 0:
        return 411, size
    return (413 if size > most + _FRAMING else 0), size


_FRAMING = 2**12
"""Bytes that a form puts around a file."""


def _pages() -> list[str]:
    """The pages whose files Streamlit holds."""
    return list(_uploads())


def _held(page: str) -> int:
    return sum(len(file.data) for file in list(_uploads().get(page, {}).values()))


def _uploads() -> Mapping[str, Mapping[str, UploadedFileRec]]:
    manager = get_instance().uploaded_file_mgr if exists() else None
    return manager.file_storage if isinstance(manager, MemoryUploadedFileManager) else {}


class _HideTokens(logging.Filter):
    """Keeps the secrets of links out of uvicorn's access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"/{argument.split('/')[1]}/…"
                if isinstance(argument, str) and argument.startswith(("/i/", "/organizer/"))
                else argument
                for argument in record.args
            )
        return True


def _warm_up() -> None:
    """Import what the first page needs, so that the first visitor doesn't wait for it."""
    from . import warm  # noqa: F401, PLC0415


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the database (migrating it), say where everything is, warm up."""
    configure()
    logging.getLogger("uvicorn.access").addFilter(_HideTokens())
    store = await asyncio.to_thread(database)
    print(f"\n  ahp — {_address()}\n  Database: {store.location}")
    if _password():
        print(f"  Organizer: {_address()}/organizer (password from AHP_ADMIN_PASSWORD)\n")
    else:
        print(f"  Organizer's link, valid until restart: {_address()}/organizer/{ORGANIZER_KEY}\n")
    sys.stdout.flush()
    threading.Thread(target=_warm_up, daemon=True).start()
    yield


def _show_error(error: Exception) -> bool:
    """In place of Streamlit's English words for an error of a page, which the log has."""
    if config.get_option("client.showErrorDetails") != "none":
        return False
    if isinstance(error, DatabaseError):
        show_unavailable()
    else:
        _ = translate()
        st.error(
            _(
                "Something went wrong here. What was saved is safe. Please load the page again; if "
                "it happens again, tell the organizer."
            )
        )
    return True


async def unavailable(request: Request, _error: Exception) -> Response:
    """A page opened while the database is away; it loads itself again."""
    language = _language(request)
    _ = translator(language)
    text = _(
        "The server's database can't be reached at the moment. You need not do anything: this page "
        "loads itself again until the database is back."
    )
    headers = {"retry-after": "3", "refresh": "3", "cache-control": "no-store"}
    return _page({language: text}, status=503, headers=headers)


OPTIONS: dict[str, Any] = {
    "lifespan": lifespan,
    "middleware": [
        Middleware(_SecurityHeaders),
        Middleware(_UploadGuard),
        Middleware(_NoDialogs),
    ],
    "on_script_error": _show_error,
    "exception_handlers": {DatabaseError: unavailable},
}

configure()


def _address() -> str:
    """Where the app is reached: AHP_BASE_URL, or as far as the launcher's options tell."""
    if base := os.environ.get("AHP_BASE_URL"):
        return base.rstrip("/")
    launcher = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    uvicorn_started = Path(sys.argv[0]).stem == "uvicorn" or "uvicorn" in Path(sys.argv[0]).parts
    launcher.add_argument("--host", default="127.0.0.1")
    default_port = 8000 if uvicorn_started else config.get_option("server.port")
    launcher.add_argument("--port", type=int, default=default_port)
    known, _rest = launcher.parse_known_args(sys.argv[1:])
    return f"http://{known.host}:{known.port}"


def serve(host: str, port: int) -> None:
    """Run the application until it is stopped (`ahp serve`).

    Raises:
        AHPError: the port is taken.
    """
    import uvicorn  # noqa: PLC0415 - of the three launchers, this one alone starts it itself

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AHPError(
                f"{host}:{port} cannot be opened ({error.strerror}); choose another --port"
            ) from error
    app = st.App(MAIN, routes=ROUTES, **OPTIONS)
    uvicorn.run(app, host=host, port=port, log_level="warning", ws_max_size=MESSAGE + 2**16)
