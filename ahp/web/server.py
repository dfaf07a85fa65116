"""The ASGI side: links that become cookies, the organizer's sign-in, headers, start-up.

Streamlit cannot set cookies, so the routes here do: a link is exchanged once for an HttpOnly
session cookie, and every page asks the database what that session may see.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import signal
import socket
import sys
import threading
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, suppress
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from streamlit import config

from ..datafile import system_problem
from ..errors import AccessError, AHPError, DatabaseError, LinkError, ReceiptError, StoreError
from ..exchange.link_sheet import qr_picture
from ..i18n import LANGUAGES, Translate, best_language, terminal_language, translator
from ..i18n.errors import error_sentence
from ..messages import Phrase
from ..report.letters import asked_lines
from ..report.receipt import receipt_html
from ..store import AccountInfo, Begun, Store, clock
from ..store.checkpointer import Checkpointer
from ..store.second_factor import MOST_WRONG
from ..templates import render
from . import addresses, metrics
from .browsers import agent_of
from .collector import short_collections
from .components import CONTROLS, control_address
from .headers import (
    PROXIES,
    PROXIES_BEFORE,
    OwnOrigin,
    SecurityHeaders,
    TrustedProxies,
    protected,
    trusted_proxies,
    with_own_policy,
)
from .health import Readiness, healthz
from .internals import (
    Downloads,
    FirstPaint,
    NoDialogs,
    Offer,
    UploadGuard,
    check_streamlit,
    keep_log_short,
    keep_theme,
    skip_console_check,
    take_turns,
)
from .mail import mail_server
from .password import Door, address_of, check_password, fields_of, password
from .provider import BACK, LEAVE, START, Provider, provider
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

_WEB = Path(__file__).parent
MAIN = str(_WEB / "main.py")

DAY = 24 * 3600
DAYS_30 = 30 * DAY
ORGANIZER_KEY = secrets.token_urlsafe(32)
"""Key of this process's organizer's link, new at every start: of processes that share a database,
that of the last one opens, in each of them; of no use when a password is set.
"""

ONCE_COOKIE = "ahp_begin"
"""What makes a page of an anonymous link one of its own, until somebody begins there."""

_REFUSED = {"later": 429, "full": 403, "paused": 403}
"""Why nobody can begin -> HTTP's status; 404 otherwise."""

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

PIECE = 2**16
"""Bytes of a piece of a file that is sent in pieces."""

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


def _signed_in(session: str, path: str = "/") -> Response:
    response = RedirectResponse(path, status_code=303)
    _keep_session(response, session)
    return response


def _keep_session(response: Response, session: str) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        session,
        max_age=DAYS_30,
        httponly=True,
        samesite="lax",
    )


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
        metrics.LINKS.labels("refused").inc()
        texts = {language: error_sentence(error, language) for language in LANGUAGES}
        return _page(texts, status=404)
    metrics.LINKS.labels("opened").inc()
    whose = {EXPERT: expert} if expert else {PERSON: person}
    return _signed_in(session, f"/?{urlencode(whose)}")


async def anonymous(request: Request) -> Response:
    """`/a/{token}`: the anonymous link of a study. To look at it makes nobody an expert; who
    presses the button is one, and sees this once the code by which they come back. Where somebody
    has begun in this browser, it asks who is there: computers are shared.

    A cookie tells one page from another: the code is made of it, so that a page sent twice makes
    one expert, and no other site can have a browser begin with a code that it knows.
    """
    language, token = _language(request), request.path_params["token"]
    session, once = (request.cookies.get(name) for name in (SESSION_COOKIE, ONCE_COOKIE))
    problem, status = "", 200
    try:
        if request.method == "POST":
            if not once:
                return RedirectResponse(f"{request.url.path}?again", status_code=303)
            held = None if "other" in request.query_params else session
            begin = partial(database().begin_anonymous, token, once, address_of(request), held)
            try:
                begun = await run_in_threadpool(begin)
            except LinkError as error:
                if error.reason != "later":
                    raise
                problem, status = error_sentence(error, language), 429
            else:
                page = (
                    await _code_page(request, begun)
                    if begun.code
                    else RedirectResponse(request.url.path, status_code=303)
                )
                page.delete_cookie(ONCE_COOKIE, "/a")
                return page
        at_link = partial(database().at_anonymous_link, token, session)
        study, invitation, own = await run_in_threadpool(at_link)
    except LinkError as error:
        return _code_form(language, error)
    _ = translator(language)
    onward: dict[str, str] = {}
    if own is not None:
        onward = await run_in_threadpool(_going_on, own, _)
    elif "again" in request.query_params and not once:
        problem = _("Please press “Begin” once more. If this comes again, allow cookies.")
    asked = asked_lines(invitation, language, clock.now())
    lines = [
        study.survey.text(study.survey.name, language),
        *asked.values(),
        _(
            "Everybody who has this link can answer, without a name: the organizer sees your "
            "answers under a number. Each person answers once, please."
        ),
    ]
    page = _anonymous_page(
        language,
        status,
        lines=lines,
        begin=_("Somebody else: begin") if onward else _("Begin"),
        **onward,
        after=_("I have begun already and have a code"),
        problem=problem,
    )
    if not once:
        page.set_cookie(
            ONCE_COOKIE, secrets.token_urlsafe(16), path="/a", httponly=True, samesite="lax"
        )
    return page


def _going_on(expert_id: str, _: Translate) -> dict[str, str]:
    """Who has begun in this browser, and how they go on."""
    expert = database().expert(expert_id)
    begun = _("{name} has begun in this browser.")
    if not expert.anonymous:
        begun = _("{name} has begun in this browser: whoever goes on answers under that name.")
    return {
        "begun": begun.format(name=expert.name),
        "onward": f"/?{urlencode({EXPERT: expert_id})}",
        "button": _("Go on as {name}").format(name=expert.name),
    }


async def enter_code(request: Request) -> Response:
    """`/code`: back by the code that was shown to an expert without a name."""
    language, session = _language(request), request.cookies.get(SESSION_COOKIE)
    if request.method != "POST":
        return _code_form(language)
    given = await fields_of(request) or {}
    open_code = partial(database().open_code, given.get("code", ""), address_of(request), session)
    try:
        return _begun(await run_in_threadpool(open_code))
    except LinkError as error:
        return _code_form(language, error)


def _begun(begun: Begun) -> Response:
    """On to the survey of an expert without a name."""
    return _signed_in(begun.session, f"/?{urlencode({EXPERT: begun.expert_id})}")


async def _code_page(request: Request, begun: Begun) -> Response:
    """The code of somebody who has just begun."""
    language = _language(request)
    _ = translator(language)
    base = addresses.fixed() or await run_in_threadpool(database().public_address)
    place = f"{base or str(request.base_url).rstrip('/')}/code"
    page = _anonymous_page(
        language,
        lines=[
            _("This is your code. Write it down, copy it or take a photo: it is shown only once.")
        ],
        code=begun.code,
        picture=qr_picture(f"{place}#{begun.code}"),
        after=_(
            "In this browser you go on without it. On another device, scan this picture, or open "
            "{address} and enter the code. Whoever has it can answer in your place."
        ).format(address=place),
        onward=f"/?{urlencode({EXPERT: begun.expert_id})}",
        button=_("Go on to the survey"),
    )
    _keep_session(page, begun.session)
    return page


def _code_form(language: str, error: LinkError | None = None) -> Response:
    """What was wrong; and where the code is entered, unless it would be of no use."""
    _ = translator(language)
    reason = error.reason if error else ""
    if error and reason not in _REFUSED:  # of which nobody is to be suspected
        metrics.LINKS.labels("refused").inc()
    return _anonymous_page(
        language,
        _REFUSED.get(reason, 404) if error else 200,
        problem=error_sentence(error, language) if error else "",
        label="" if reason in ("unknown", "closed") else _("Your code"),
        button=_("Go on"),
        after=""
        if reason in ("paused", "full", "revoked")  # there is no way to begin anew
        else _(
            "If you have lost it, open the link again in the browser where you began. Where that "
            "doesn't help, begin anew: answers that were not submitted don't count."
        ),
        script=_TAKE_CODE,
    )


_TAKE_CODE = Markup(
    "document.forms[0].code.value=location.hash.slice(1);"
    "history.replaceState(null,'',location.pathname)"
)
"""Enters the code of a QR code: behind the `#` of an address, it is sent nowhere."""


def _anonymous_page(language: str, status: int = 200, **values: Any) -> Response:
    names = ("lines", "begun", "begin", "code", "picture", "after", "onward", "label", "button")
    values = dict.fromkeys((*names, "problem", "script"), "") | values
    return _page(
        {},
        template="anonymous.html",
        language=language,
        status=status,
        headers={"cache-control": "no-store"},
        scripts=[values["script"]] if values["label"] else [],
        **values,
    )


async def open_organizer_link(request: Request) -> Response:
    """`/organizer/{key}`: the link that the terminal shows at start."""
    right = partial(database().is_organizer_link, request.path_params["key"])
    if password() or not await run_in_threadpool(right):
        return _page({one: _wrong_organizer_link(one) for one in LANGUAGES}, status=404)
    session, agent = request.cookies.get(SESSION_COOKIE), await run_in_threadpool(agent_of, request)
    opened = await run_in_threadpool(database().open_organizer, session, agent)
    return _signed_in(opened)


def _wrong_organizer_link(language: str) -> str:
    _ = translator(language)
    return _(
        "This organizer's link is not valid. The valid one is shown in the terminal where the "
        "server was started last; it is new at every start."
    )


async def organizer(request: Request) -> Response:
    """`/organizer`: the way to the provider, the sign-in form for accounts and for
    `AHP_ADMIN_PASSWORD`, or where to find the link.
    """
    accounts = await run_in_threadpool(_accounts)
    if request.method != "POST" or not (accounts or password()):
        return _sign_in(request, accounts)
    session = request.cookies.get(SESSION_COOKIE)
    outcome, account = await _door.try_password(request, database(), session)
    metrics.SIGN_INS.labels(outcome).inc()
    if outcome == "right":
        store, agent = database(), await run_in_threadpool(agent_of, request)
        opened = partial(store.open_account, account) if account else store.open_organizer
        return _signed_in(await run_in_threadpool(opened, session, agent))
    _ = translator(_language(request))
    wrong = _("Name or password is wrong.") if accounts else _("This password is wrong.")
    if any(one.second_factor for one in accounts):
        wrong = _(
            "Name, password or code is wrong. After many wrong codes none is accepted for a "
            "minute, and after {most} in a row only a recovery code is."
        ).format(most=MOST_WRONG)
    problem, status = {
        "wrong": (wrong, 403),
        "later": (_("Too many wrong passwords. Wait a minute and try again."), 429),
        "too large": (_("The password did not arrive. Please try again."), 400),
    }[outcome]
    return _sign_in(request, accounts, problem, status)


def _accounts() -> list[AccountInfo]:
    """Those that have a password."""
    return [one for one in database().accounts() if one.issuer is None]


def _sign_in(
    request: Request, accounts: Sequence[AccountInfo], problem: str = "", status: int = 200
) -> Response:
    """The page with all ways to sign in, and what was wrong with the last one.

    Whether somebody has a second factor is no business of strangers: where anybody has one, all are
    asked for the code together with the password, and nobody is told which was wrong.
    """
    language, asked = _language(request), provider()
    _ = translator(language)
    if not (accounts or password() or asked):
        text = _(
            "Open the organizer's link that the terminal shows where the server was started. "
            "To sign in with a password instead, start it with AHP_ADMIN_PASSWORD set."
        )
        return _page({language: text})
    name_label = _("Name (empty for the server's password)") if password() else _("Name")
    code_label = _("Code of your authenticator app, or a recovery code (empty without one)")
    return _page(
        {},
        template="sign_in.html",
        language=language,
        provider=_("Sign in with {name}").format(name=asked.name) if asked else "",
        provider_path=START,
        form="form" if accounts or password() else "",
        name_label=name_label if accounts else "",
        name_required="" if password() else "required",
        label=_("Password") if accounts else _("Organizer's password"),
        code_label=code_label if any(one.second_factor for one in accounts) else "",
        button=_("Sign in"),
        problem=problem,
        status=status,
    )


async def to_provider(request: Request) -> Response:
    """`/organizer/provider`: on to the organization's provider."""
    from .oidc import begin  # noqa: PLC0415 - where there is none, nobody waits for it

    return await _by_provider(request, lambda asked: begin(request, database(), asked))


async def from_provider(request: Request) -> Response:
    """`/organizer/provider/back`: back from there."""
    from .oidc import finish  # noqa: PLC0415

    async def sign_in(asked: Provider) -> Response:
        agent = await run_in_threadpool(agent_of, request)
        session = request.cookies.get(SESSION_COOKIE)
        return _signed_in(await finish(request, database(), asked, session, agent))

    return await _by_provider(request, sign_in)


async def sign_out(request: Request) -> Response:
    """`/organizer/sign-out`: to end a session at the provider, too, after that here."""
    from .oidc import leave  # noqa: PLC0415

    return await _by_provider(request, leave)


async def _by_provider(
    request: Request, step: Callable[[Provider], Awaitable[Response]]
) -> Response:
    """A step of a sign-in at the provider; what went wrong stands on the page where it began."""
    if (asked := provider()) is None:
        return RedirectResponse("/organizer", status_code=303)
    try:
        return await step(asked)
    except AccessError as error:
        problem = error_sentence(error, _language(request))
        status = 502 if error.code == "provider_away" else 403
        return _sign_in(request, await run_in_threadpool(_accounts), problem, status)


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
    page = receipt_html(signed, survey, language, timezone)
    return with_own_policy(HTMLResponse(page, headers=headers), "print()")


def _hand_out(request: Request, offer: Offer | None) -> Response:
    """The file that a page offers, to the browser it is offered to, if that may still have it."""
    language, session = _language(request), request.cookies.get(SESSION_COOKIE)
    _ = translator(language)
    try:
        if offer and database().may_download(session, offer.session, offer.holder):
            made = offer.make()
            return Response(made) if isinstance(made, bytes | str) else _sent(made)
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


def _sent(file: IO[bytes]) -> Response:
    """A file in pieces: it may be larger than the memory."""

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(PIECE):
                yield piece

    size = os.fstat(file.fileno()).st_size
    return StreamingResponse(pieces(), headers={"content-length": str(size)})


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
    scripts: Sequence[str] = (),
    **values: Any,
) -> Response:
    """A page without Streamlit: a text in its language, or in several; the first is the page's."""
    language = language or next(iter(texts))
    _ = translator(language)
    page = render(template, language=language, title=_("Pairwise survey"), texts=texts, **values)
    return with_own_policy(HTMLResponse(page, status_code=status, headers=headers), *scripts)


ROUTES = [
    Route("/i/{token}", open_link),
    Route("/a/{token}", anonymous, methods=["GET", "POST"]),
    Route("/code", enter_code, methods=["GET", "POST"]),
    Route(START, to_provider),
    Route(BACK, from_provider),
    Route(LEAVE, sign_out),
    Route("/organizer/{key}", open_organizer_link),
    Route("/organizer", organizer, methods=["GET", "POST"]),
    Route("/receipt/{expert_id}", receipt),
    Route("/receipt-key.pem", receipt_key),
    Route("/healthz", healthz),
    Route("/readyz", Readiness().readyz),
    CONTROLS,
]


def _upload_limit(request: Request) -> int:
    """How many bytes a file of this visitor may have, 0 for who may upload none.

    Raises:
        DatabaseError: it is not known who this is.
    """
    granted = database().grants(request.cookies.get(SESSION_COOKIE))
    if granted.may("run_studies"):
        return ORGANIZER_UPLOAD
    return EXPERT_UPLOAD if granted.experts or granted.persons else 0


def path_in_log(address: str) -> str:
    """A path as logs have it: what opens something, or names somebody, stands behind the first
    part of a path, or in the query.
    """
    path, asked, _query = address.partition("?")
    kept = re.match("/static/.*|/_stcore/[a-z_-]+|/[a-z._-]*|", path)
    assert kept is not None  # the last alternative always fits
    rest = "" if kept[0] == path else "/…"
    return f"{kept[0].rstrip('/') if rest else path}{rest}{asked and '?…'}"


def _first_paint(request: Request) -> str:
    """What holds from the first paint on: CSS that `main.py` says of the page, without which all of
    it would jump when that arrives, and room for what takes a while to be drawn; and for experts
    the control that asks most of them.
    """
    alone = {EXPERT, PERSON} & {*request.query_params}  # a page without a menu
    own = ".stAppHeader{display:none}.stApp .stMainBlockContainer{padding-top:1rem}"
    asked = f'<link rel="modulepreload" href="{control_address("scale_choice")}">'
    style = _STYLE + own * bool(alone)
    return asked * (EXPERT in request.query_params) + f"<style>{style}</style>"


_STYLE = (_WEB / "first_paint.css").read_text(encoding="utf-8")


class _HideTokens(logging.Filter):
    """Keeps secrets out of uvicorn's log, and addresses of experts, whom they could name."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not isinstance(record.args, tuple) or len(record.args) < 2:
            return True
        client, *others = record.args
        paths = [one for one in others if isinstance(one, str) and one.startswith("/")]
        if paths and not paths[0].startswith("/organizer"):
            client = "-"
        hidden = (path_in_log(str(one)) if one in paths else one for one in others)
        record.args = (client, *hidden)
        return True


def check_settings() -> None:
    """Refuse to start with what can't be used of what the environment says.

    Raises:
        AHPError: the organizer's password is too short, an address of the server or of a proxy
            cannot be read, or what is said of the provider of accounts or of the mail server can't
            be used.
    """
    check_password()
    trusted_proxies()
    addresses.check_fixed()
    provider()
    mail_server()


_TERMINAL = logging.StreamHandler()
_TERMINAL.setFormatter(logging.Formatter("%(asctime)s %(message)s"))


def _read_logs(store: Store, checkpointer: Checkpointer) -> None:
    """Read what the lists of the first page show, so that the first visitor doesn't wait for it;
    only then all logs for the checkpoints.
    """
    try:
        with suppress(DatabaseError):  # which the log says
            store.warm()
    finally:
        checkpointer.wake()


async def _purge_daily() -> None:
    while True:
        with suppress(DatabaseError):
            await asyncio.to_thread(database().purge)
        await asyncio.sleep(DAY)


def _show_risks(risks: Iterable[Phrase], language: str) -> None:
    """What may be lost, or isn't as it was meant, in red where the terminal has colors."""
    red, plain = ("\033[31m", "\033[0m") if sys.stdout.isatty() else ("", "")
    for risk in risks:
        print(f"  {red}{error_sentence(risk, language)}{plain}", end="\n\n")


def _raise_file_limit() -> None:
    """Let this process open as many files as it may: every open page takes some."""
    try:
        import resource  # noqa: PLC0415 - where there is none, there is no such limit
    except ImportError:
        return
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:  # macOS says so, and takes no more than its OPEN_MAX
        most = max(now, 10_240)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@asynccontextmanager
async def lifespan(
    app: st.App, language: str | None = None, prometheus: tuple[str, int] | None = None
) -> AsyncIterator[None]:
    """Open the database (migrating it), say where everything is (in the terminal's language unless
    another is given), warm up; at the end, close the database.

    Args:
        app: the application.
        language: of what is printed.
        prometheus: host and port at which Prometheus is answered.
    """
    check_settings()
    host, port = addresses.listening()
    if addresses.opened_later():  # a start that fails leaves the organizer's link as it was
        _check_free(host, port, "--port")
    configure()
    _raise_file_limit()
    for log in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(log).addFilter(_HideTokens())
    logging.getLogger("ahp.store").addHandler(_TERMINAL)
    keep_log_short()
    skip_console_check()
    store = await asyncio.to_thread(database)
    await asyncio.to_thread(store.claim_key)
    from . import warm  # noqa: F401, PLC0415 - slow: not before it is known that there is a database

    await check_streamlit(app)
    metrics.watch()
    keep_theme()
    take_turns(metrics.observe_run)
    _ = translator(language or terminal_language())
    address = addresses.fixed() or addresses.of_this_computer(host, port)
    entrance = f"{address}/organizer"
    print(f"\n  ahp — {address}")
    for other in [] if addresses.fixed() else addresses.of_network(host, port):
        if other != address:
            print(_("  For others in the network: {address}").format(address=other))
    print(_("  Database: {location}").format(location=store.location))
    if password():
        line = _("  Organizer: {address} (password from AHP_ADMIN_PASSWORD)")
        print(line.format(address=entrance), end="\n\n")
    else:
        await asyncio.to_thread(store.set_organizer_link, ORGANIZER_KEY)
        line = _(
            "  Organizer's link, valid until a server next starts with this database: {address}"
        )
        print(line.format(address=f"{entrance}/{ORGANIZER_KEY}"), end="\n\n")
    _show_risks(await asyncio.to_thread(store.risks), language or terminal_language())
    print(_("  To stop it, press Ctrl+C in this window."), end="\n\n")
    sys.stdout.flush()
    checkpointer = store.checkpointer()
    checkpointer.start(asleep=True)
    threading.Thread(target=_read_logs, args=(store, checkpointer), daemon=True).start()
    purging = asyncio.create_task(_purge_daily())
    try:
        with short_collections(), metrics.told_at(prometheus):
            yield
    finally:
        purging.cancel()
        # an authority or a share that doesn't answer keeps no server from ending
        await asyncio.to_thread(checkpointer.stop, LAST_CHECKPOINTS)
        await asyncio.to_thread(store.close)


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
    page = _page({language: went_wrong(translator(language))}, status=500, headers=headers)
    # Starlette sends it past all that is below
    page.raw_headers = protected(request.scope, page.raw_headers)
    return page


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
        Middleware(TrustedProxies),
        Middleware(SecurityHeaders),
        Middleware(OwnOrigin),
        Middleware(metrics.CountPages),
        Middleware(UploadGuard, limit=_upload_limit, per_page=SESSION_UPLOADS, in_all=ALL_UPLOADS),
        Middleware(NoDialogs),
        Middleware(FirstPaint, head=_first_paint),
        Middleware(Downloads, hand_out=_hand_out),
    ],
    "on_script_error": _show_error,
    "exception_handlers": {DatabaseError: unavailable, Exception: failed},
}

configure()


LAST_REQUESTS = 5
"""Seconds that requests under way may take when the server is stopped."""

LAST_CHECKPOINTS = 1.5
"""Seconds that the last checkpoints may take after those; the next start signs what is missing.
With `LAST_TRANSACTIONS` of the database, it is less than the 10 that Docker waits.
"""


def serve(host: str, port: int, language: str, prometheus: tuple[str, int] | None = None) -> None:
    """Run the application until it is stopped (`ahp serve`).

    Args:
        host: where it is reached.
        port: at that host.
        language: of what it prints when it starts.
        prometheus: host and port at which Prometheus is answered.

    Raises:
        AHPError: a port is taken, a setting can't be used, the database can't be opened, or the
            signing key is not the one that it knows.
    """
    check_settings()
    if PROXIES_BEFORE in os.environ and PROXIES not in os.environ:
        renamed = Phrase("proxies_renamed", before=PROXIES_BEFORE, variable=PROXIES)
        _show_risks([renamed], language)
    import uvicorn  # noqa: PLC0415 - of the three launchers, this one alone starts it itself

    for place, option in (((host, port), "--port"), (prometheus, "--metrics-port")):
        if place is not None:
            _check_free(*place, option)
    database().claim_key()  # before uvicorn, which would put a traceback around what is said
    options = OPTIONS | {"lifespan": partial(lifespan, language=language, prometheus=prometheus)}
    app = st.App(MAIN, routes=ROUTES, **options)
    # uvicorn stops in order, then sends itself again the signal it got: that is no failure
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        ws_max_size=MESSAGE + 2**16,
        proxy_headers=False,  # the app has its own list of whom it trusts
        timeout_graceful_shutdown=LAST_REQUESTS,
    )


def _check_free(host: str, port: int, option: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            problem = system_problem(error)
            raise AHPError(
                "port_refused", host=host, port=port, option=option, problem=problem
            ) from error
