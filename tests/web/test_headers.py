"""Which proxies are believed, and what browsers are told."""

from __future__ import annotations

import signal
from base64 import b64encode
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import streamlit
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from ahp.errors import AHPError
from ahp.i18n.errors import error_sentence
from ahp.web.headers import trusted_proxies
from ahp.web.internals import inline_scripts
from ahp.web.server import OPTIONS, path_in_log, serve
from tests.running_server import free_port
from tests.web.test_doors import run

TELLS_WHERE_FROM = ("TrustedProxies", "SecurityHeaders", "OwnOrigin")


@pytest.fixture
def app() -> Starlette:
    """Says who asks how, and sets a cookie; behind what the app has for that."""

    async def who(request: Request) -> Response:
        assert request.client is not None
        response = PlainTextResponse(f"{request.client.host} {request.url.scheme}")
        response.set_cookie("one", "1", httponly=True)
        response.set_cookie("two", "2", secure=True)
        return response

    async def broken(_request: Request) -> Response:
        raise ZeroDivisionError

    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    middleware = [one for one in OPTIONS["middleware"] if one.cls.__name__ in TELLS_WHERE_FROM]
    assert tuple(one.cls.__name__ for one in middleware) == TELLS_WHERE_FROM
    assert OPTIONS["middleware"][:3] == middleware
    routes = [
        Route("/", who, methods=["GET", "POST"]),
        Route("/broken", broken),
        WebSocketRoute("/socket", echo),
    ]
    return Starlette(
        routes=routes, middleware=middleware, exception_handlers=OPTIONS["exception_handlers"]
    )


def hashed(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def ask(
    app: Starlette, path: str, peer: str, kind: str = "http", method: str = "GET", **headers: str
) -> tuple[list[Message], dict[str, str]]:
    """What the app sends to somebody, and the headers of that."""
    given = {"host": "survey.example.org", **headers}
    scope = {
        **{"type": kind, "path": path, "raw_path": path.encode(), "query_string": b""},
        **{"method": method, "scheme": "ws" if kind == "websocket" else "http", "root_path": ""},
        **{"client": (peer, 1234), "server": ("127.0.0.1", 80), "http_version": "1.1"},
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in given.items()
        ],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def serve() -> None:
        await app(scope, receive, send)

    with suppress(ZeroDivisionError):  # raised again, for the server to log it
        run(serve())
    pairs = [(name.decode(), value.decode()) for name, value in sent[0].get("headers", [])]
    told = {name: value for name, value in pairs if name != "set-cookie"}
    cookies = {value.partition("=")[0]: value for name, value in pairs if name == "set-cookie"}
    return sent, {**told, **cookies}


OWN_PAGE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "object-src 'none'; frame-src 'none'; form-action 'self'; frame-ancestors 'none'"
)
PROXY = {"x_forwarded_proto": "https", "x_forwarded_for": "6.6.6.6, 203.0.113.7"}


@pytest.mark.parametrize(
    ("trusted", "peer", "said"),
    [
        (None, "127.0.0.1", "203.0.113.7 https"),
        (None, "::1", "203.0.113.7 https"),
        (None, "10.0.0.5", "10.0.0.5 http"),
        ("10.0.0.5, 172.18.0.0/16", "10.0.0.5", "203.0.113.7 https"),
        ("10.0.0.5,172.18.0.0/16", "172.18.3.4", "203.0.113.7 https"),
        ("10.0.0.5", "127.0.0.1", "127.0.0.1 http"),
        ("10.0.0.5, 203.0.113.7", "10.0.0.5", "6.6.6.6 https"),
        ("", "127.0.0.1", "127.0.0.1 http"),
    ],
)
def test_a_proxy_is_believed_where_it_is_trusted(app, monkeypatch, trusted, peer, said):
    if trusted is None:
        monkeypatch.delenv("AHP_TRUSTED_PROXIES", raising=False)
    else:
        monkeypatch.setenv("AHP_TRUSTED_PROXIES", trusted)
    sent, headers = ask(app, "/", peer, **PROXY)
    assert sent[1]["body"].decode() == said
    https = said.endswith(" https")
    assert headers.get("strict-transport-security") == ("max-age=31536000" if https else None)
    assert headers["one"] == "one=1; HttpOnly; Path=/; SameSite=lax" + "; Secure" * https
    assert headers["two"] == "two=2; Path=/; SameSite=lax; Secure"


def test_a_visitor_without_a_proxy_is_where_they_are(app, monkeypatch):
    monkeypatch.delenv("AHP_TRUSTED_PROXIES", raising=False)
    sent, headers = ask(app, "/", "127.0.0.1")
    assert sent[1]["body"] == b"127.0.0.1 http"
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("text", ["nginx", "10.0.0.5/8", "*", "10.0.0.5; 10.0.0.6"])
def test_what_is_no_address_is_refused(monkeypatch, text):
    monkeypatch.setenv("AHP_TRUSTED_PROXIES", f"127.0.0.1, {text}")
    with pytest.raises(AHPError) as refused:
        trusted_proxies()
    assert str(refused.value) == (
        f"AHP_TRUSTED_PROXIES: {text!r}, expected addresses and networks such as 10.0.0.5 or "
        "172.18.0.0/16, with commas between them"
    )
    assert error_sentence(refused.value, "zh") == (
        f"AHP_TRUSTED_PROXIES 中的“{text}”无法识别，应为 IP 地址或网段，例如 10.0.0.5 或 "
        "172.18.0.0/16，之间用逗号隔开。"
    )


@pytest.mark.parametrize("host", ["survey.example.org", "127.0.0.1:8501", "[::1]:8501"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_pages_run_the_server_s_code_and_talk_to_it_alone(app, monkeypatch, host, scheme):
    monkeypatch.delenv("AHP_TRUSTED_PROXIES", raising=False)
    _sent, headers = ask(app, "/", "127.0.0.1", host=host, x_forwarded_proto=scheme)
    sockets = {"http": "ws", "https": "wss"}[scheme]
    assert headers["content-security-policy"] == (
        "default-src 'self'; script-src 'self' blob: 'wasm-unsafe-eval' "
        f"{' '.join(map(hashed, inline_scripts()))}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; "
        f"connect-src 'self' {sockets}://{host}; worker-src 'none'; base-uri 'self'; "
        "object-src 'none'; frame-src 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def test_a_host_that_is_none_gets_into_no_policy(app):
    _sent, headers = ask(app, "/", "127.0.0.1", host="x; script-src *")
    assert "connect-src 'self'; worker-src" in headers["content-security-policy"]


def test_all_scripts_of_streamlits_page_are_named():
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    text = page.read_text(encoding="utf-8")
    assert len(inline_scripts()) == text.count("<script") - text.count(' src="./static/js/')
    assert all(f">{one}</script>" in text for one in inline_scripts())


def test_a_page_that_fails_is_protected_as_others(app):
    sent, headers = ask(app, "/broken", "127.0.0.1", **PROXY)
    assert sent[0]["status"] == 500
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == OWN_PAGE


@pytest.mark.parametrize(
    ("origin", "opened"),
    [
        ("https://survey.example.org", True),
        ("http://survey.example.org", True),  # whether a proxy speaks TLS is not for this to know
        ("https://survey.example.org:8443", False),
        ("http://localhost:3000", False),
        ("http://127.0.0.1", False),
        ("null", False),
        ("", False),
        (None, True),
    ],
)
def test_web_sockets_and_forms_are_for_pages_of_this_server(app, origin, opened):
    headers: dict[str, Any] = {} if origin is None else {"origin": origin}
    sent, _headers = ask(app, "/socket", "127.0.0.1", "websocket", **headers)
    assert sent[0]["type"] == ("websocket.accept" if opened else "websocket.close")
    sent, _headers = ask(app, "/", "127.0.0.1", method="POST", **headers)
    assert sent[0]["status"] == (200 if opened else 403)
    assert ask(app, "/", "127.0.0.1", **headers)[0][0]["status"] == 200  # a link leads here


LOGGED = {
    "/": "/",
    "/?e=12ab": "/?…",
    "/results": "/results",
    "/results?study=12ab": "/results?…",
    "/i/AAAAAAAAAAAAAAAAAAAAAA": "/i/…",
    "/organizer": "/organizer",
    "/organizer/AAAA": "/organizer/…",
    "/receipt/12ab?round=1": "/receipt/…?…",
    "/receipt-key.pem": "/receipt-key.pem",
    "/static/js/index.Do.js": "/static/js/index.Do.js",
    "/_stcore/health": "/_stcore/health",
    "/_stcore/upload_file/12ab/34cd": "/_stcore/upload_file/…",
    "/media/12ab.png": "/media/…",
    "/AAAAAAAAAAAAAAAAAAAAAA": "/…",
    "/AAAA/BBBB": "/…",
    "//i/AAAA": "/…",
    "/i": "/i",
    "/i/": "/i/…",
}


@pytest.mark.parametrize("address", LOGGED)
def test_logs_have_no_secrets(address):
    assert path_in_log(address) == LOGGED[address]


def test_who_sets_uvicorn_s_own_variable_is_told_which_one_it_is_now(monkeypatch, capsys):
    monkeypatch.setattr(uvicorn, "run", lambda *_given, **_options: None)
    monkeypatch.setattr(signal, "signal", lambda *_given: None)
    for before, now, said in (
        (None, None, ""),
        (
            *("10.0.0.5", None),
            "  FORWARDED_ALLOW_IPS is not looked at any more: say in AHP_TRUSTED_PROXIES which "
            "proxies are believed.\n\n",
        ),
        ("10.0.0.5", "10.0.0.5", ""),
    ):
        for name, value in (("FORWARDED_ALLOW_IPS", before), ("AHP_TRUSTED_PROXIES", now)):
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        serve("127.0.0.1", free_port(), "en")
        assert capsys.readouterr().out == said
