"""The ASGI side: links that become cookies, the organizer's sign-in, headers, start-up.

Streamlit cannot set cookies, so the routes here do: a link is exchanged once for an HttpOnly
session cookie, and every page asks the database what that session may see.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import socket
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from ..datafile import system_problem
from ..errors import AHPError, DatabaseError, LinkError, ReceiptError, StoreError
from ..i18n import LANGUAGES, best_language, terminal_language, translator
from ..i18n.errors import error_sentence
from ..report.receipt import receipt_html
from ..templates import render
from .internals import Downloads, NoDialogs, Offer, UploadGuard, check_streamlit, keep_log_short
from .password import Door, check_password, password, same
from .state import (
    EXPERT,
    LANGUAGE_COOKIE,
    PERSON,
    SESSION_COOKIE,
    database,
    show_unavailable,
    translate,
    went_wrong,
)

_log = logging.getLogger(__name__)

MAIN = str(Path(__file__).with_name("main.py"))

DAYS_30 = 30 * 24 * 3600
ORGANIZER_KEY = secrets.token_urlsafe(32)
"""Key of the organizer's link, new at every start; of no use when a password is set."""

EXPERT_UPLOAD = 2 * 2**20
"""Bytes of a file that an expert uploads, a filled questionnaire has a twentieth of a megabyte, or
that somebody attaches in an evaluation.
"""

ORGANIZER_UPLOAD = 20 * 2**20
"""Bytes of a file that an organizer uploads, such as a whole study."""

SESSION_UPLOADS = 3 * ORGANIZER_UPLOAD
"""Bytes of all files that one page holds."""

ALL_UPLOADS = 20 * ORGANIZER_UPLOAD
"""Bytes of all files that the server holds: Streamlit keeps them in memory while a page is open."""

MESSAGE = 2 * 2**20
"""Bytes of a message of a browser: all that stands in the fields of a page."""

FONTS = (
    *('"Source Sans"', '"PingFang SC"', '"Microsoft YaHei"'),
    *('"Noto Sans CJK SC"', '"Noto Sans SC"', '"WenQuanYi Micro Hei"', "sans-serif"),
)
"""Streamlit's own, which has no Chinese, and those that systems have for Chinese on screens: a
browser left to itself may take another font for every text."""

_SETTINGS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "runner.postScriptGC": False,  # a full collection after every click costs most of the time
    "runner.magicEnabled": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": ORGANIZER_UPLOAD // 2**20,
    "server.maxWidgetStateSize": MESSAGE // 2**20,
    "theme.font": ", ".join(FONTS),
    "theme.headingFontWeights": [700] * 6,  # fonts of one weight are made bold from 700 on
    # without a section, there would be no dark theme
    "theme.light.primaryColor": "#1f5f99",
    "theme.dark.primaryColor": "#2f78bd",
}


def configure() -> None:
    """Set Streamlit's options, except those that the user set by flag, file or environment."""
    for name, value in _SETTINGS.items():
        if not config.is_manually_set(name):
            config.set_option(name, value, "ahp")


_door = Door()


def _signed_in(request: Request, session: str, path: str = "/") -> Response:
    response = RedirectResponse(path, status_code=303)
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
    """`/i/{token}`: an expert's personal link.

    It leads to an address that names the expert: the tab belongs to that one, whatever else is
    opened in this browser. The address alone opens nothing.
    """
    token, session = request.path_params["token"], request.cookies.get(SESSION_COOKIE)
    try:
        session = await run_in_threadpool(database().open_link, token, session)
        expert, person = await run_in_threadpool(database().holder_of_link, token)
    except LinkError as error:
        texts = {language: error_sentence(error, language) for language in LANGUAGES}
        return _page(texts, status=404)
    whose = {EXPERT: expert} if expert else {PERSON: person}
    return _signed_in(request, session, f"/?{urlencode(whose)}")


async def open_organizer_link(request: Request) -> Response:
    """`/organizer/{key}`: the link that the terminal shows at start."""
    if password() or not same(request.path_params["key"], ORGANIZER_KEY):
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
    """`/organizer`: the sign-in form for accounts and for `AHP_ADMIN_PASSWORD`, or where to find
    the link.
    """
    language = _language(request)
    _ = translator(language)
    accounts = await run_in_threadpool(database().accounts)
    if not (accounts or password()):
        text = _(
            "Open the organizer's link that the terminal shows where the server was started. "
            "To sign in with a password instead, start it with AHP_ADMIN_PASSWORD set."
        )
        return _page({language: text})
    problem, status = "", 200
    if request.method == "POST":
        session = request.cookies.get(SESSION_COOKIE)
        outcome, account = await _door.try_password(request, database(), session)
        if outcome == "right":
            store = database()
            opened = partial(store.open_account, account) if account else store.open_organizer
            return _signed_in(request, await run_in_threadpool(opened, session))
        wrong = _("Name or password is wrong.") if accounts else _("This password is wrong.")
        problem, status = {
            "wrong": (wrong, 403),
            "later": (_("Too many wrong passwords. Wait a minute and try again."), 429),
            "too large": (_("The password did not arrive. Please try again."), 400),
        }[outcome]
    name_label = _("Name (empty for the server's password)") if password() else _("Name")
    return _page(
        {},
        template="sign_in.html",
        language=language,
        name_label=name_label if accounts else "",
        name_required="" if password() else "required",
        label=_("Password") if accounts else _("Organizer's password"),
        button=_("Sign in"),
        problem=problem,
        status=status,
    )


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


def _hand_out(request: Request, offer: Offer | None) -> Response:
    """The file that a page offers, to the browser it is offered to, if that may still have it."""
    language, session = _language(request), request.cookies.get(SESSION_COOKIE)
    _ = translator(language)
    try:
        if offer and database().may_download(session, offer.session, offer.holder):
            return Response(offer.make())
    except DatabaseError:
        return _unavailable(request)
    except AHPError as error:
        _log.error("no file for a download: %s", error)
        said = _("The server cannot make this file: {problem}")
        problem = said.format(problem=error_sentence(error, language))
        return _page({language: problem}, status=500)
    problem = _(
        "This file is not for this browser, or not any more. Open the page where it is offered, "
        "and press the button again."
    )
    return _page({language: problem}, status=403)


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
    template: str = "page.html",
    language: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: str,
) -> HTMLResponse:
    """A page without Streamlit: a text in its language, or in several; the first is the page's."""
    language = language or next(iter(texts))
    _ = translator(language)
    page = render(template, language=language, title=_("Pairwise survey"), texts=texts, **values)
    return HTMLResponse(page, status_code=status, headers=headers)


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


def _upload_limit(request: Request) -> int:
    """How many bytes a file of this visitor may have, 0 for who may upload none.

    Raises:
        DatabaseError: it is not known who this is.
    """
    granted = database().grants(request.cookies.get(SESSION_COOKIE))
    if granted.may("run_studies"):
        return ORGANIZER_UPLOAD
    return EXPERT_UPLOAD if granted.experts or granted.persons else 0


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


_TERMINAL = logging.StreamHandler()
_TERMINAL.setFormatter(logging.Formatter("%(asctime)s %(message)s"))


def _warm_up() -> None:
    """Import what the first page needs, so that the first visitor doesn't wait for it."""
    from . import warm  # noqa: F401, PLC0415


@asynccontextmanager
async def lifespan(app: st.App, language: str | None = None) -> AsyncIterator[None]:
    """Open the database (migrating it), say where everything is (in the terminal's language unless
    another is given), warm up.
    """
    check_password()
    configure()
    logging.getLogger("uvicorn.access").addFilter(_HideTokens())
    logging.getLogger("ahp.store").addHandler(_TERMINAL)
    keep_log_short()
    store = await asyncio.to_thread(database)
    await check_streamlit(app)
    _ = translator(language or terminal_language())
    entrance = f"{_address()}/organizer"
    print(f"\n  ahp — {_address()}")
    print(_("  Database: {location}").format(location=store.location))
    if password():
        line = _("  Organizer: {address} (password from AHP_ADMIN_PASSWORD)")
        print(line.format(address=entrance), end="\n\n")
    else:
        line = _("  Organizer's link, valid until restart: {address}")
        print(line.format(address=f"{entrance}/{ORGANIZER_KEY}"), end="\n\n")
    sys.stdout.flush()
    threading.Thread(target=_warm_up, daemon=True).start()
    checkpointer = store.checkpointer()
    checkpointer.start()
    try:
        yield
    finally:
        await asyncio.to_thread(checkpointer.stop)


def _show_error(error: Exception) -> bool:
    """In place of Streamlit's English words for an error of a page, which the log has."""
    if config.get_option("client.showErrorDetails") != "none":
        return False
    if isinstance(error, DatabaseError):
        show_unavailable()
    else:
        st.error(went_wrong(translate()))
    return True


async def failed(request: Request, error: Exception) -> Response:
    """In place of Starlette's English words for an error of a route, which the log has."""
    if isinstance(error, DatabaseError):
        return _unavailable(request)
    language = _language(request)
    headers = {"cache-control": "no-store"}
    return _page({language: went_wrong(translator(language))}, status=500, headers=headers)


async def unavailable(request: Request, _error: Exception) -> Response:
    """A page opened while the database is away; it loads itself again."""
    return _unavailable(request)


def _unavailable(request: Request) -> Response:
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
        Middleware(UploadGuard, limit=_upload_limit, per_page=SESSION_UPLOADS, in_all=ALL_UPLOADS),
        Middleware(NoDialogs),
        Middleware(Downloads, hand_out=_hand_out),
    ],
    "on_script_error": _show_error,
    "exception_handlers": {DatabaseError: unavailable, Exception: failed},
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


def serve(host: str, port: int, language: str) -> None:
    """Run the application until it is stopped (`ahp serve`).

    Args:
        host: where it is reached.
        port: at that host.
        language: of what it prints when it starts.

    Raises:
        AHPError: the port is taken, or the organizer's password is too short.
    """
    check_password()
    import uvicorn  # noqa: PLC0415 - of the three launchers, this one alone starts it itself

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AHPError(
                "port_refused", host=host, port=port, problem=system_problem(error)
            ) from error
    options = OPTIONS | {"lifespan": partial(lifespan, language=language)}
    app = st.App(MAIN, routes=ROUTES, **options)
    uvicorn.run(app, host=host, port=port, log_level="warning", ws_max_size=MESSAGE + 2**16)
