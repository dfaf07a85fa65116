"""Headers that protect pages, and which proxies are believed."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ..errors import AHPError
from .internals import inline_scripts

PROXIES = "AHP_TRUSTED_PROXIES"
PROXIES_BEFORE = "FORWARDED_ALLOW_IPS"
"""Said so in version 0.2, by uvicorn."""

LOOPBACK = "127.0.0.1, ::1"

ONE_YEAR = 365 * 24 * 3600

_COMMON = "object-src 'none'; frame-src 'none'; form-action 'self'; frame-ancestors 'none'"

_STREAMLIT = (
    "default-src 'self'; "
    # Streamlit runs the code of components, our own, from blobs, and reads its messages by
    # WebAssembly; `eval` stays forbidden
    "script-src 'self' blob: 'wasm-unsafe-eval' {scripts}; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self'{sockets}; "
    f"worker-src 'none'; base-uri 'self'; {_COMMON}"
)

_OWN = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; {_COMMON}"


def trusted_proxies() -> list[str]:
    """Addresses and networks of the proxies that are believed, from AHP_TRUSTED_PROXIES: what they
    say of visitors, `X-Forwarded-For`, and how those reached them, `X-Forwarded-Proto`.

    Raises:
        AHPError: one is no address and no network.
    """
    proxies = [one.strip() for one in os.environ.get(PROXIES, LOOPBACK).split(",") if one.strip()]
    for one in proxies:
        try:
            ipaddress.ip_network(one)
        except ValueError as error:
            raise AHPError("proxy_unreadable", variable=PROXIES, text=one) from error
    return proxies


class TrustedProxies(ProxyHeadersMiddleware):
    """Takes from the proxies that are trusted, and nobody else, where a visitor comes from."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, trusted_proxies())  # type: ignore[arg-type]


class OwnOrigin:
    """Opens web sockets to the pages of this server alone, and takes forms from them alone: no
    other site can sign a visitor in as somebody else.

    Streamlit would open them to pages on any port of the same machine, too; and to tell, it asks a
    server outside for the address of this one, for which all pages wait.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        socket = scope["type"] == "websocket"
        if socket or (scope["type"] == "http" and scope["method"] == "POST"):
            headers = Headers(scope=scope)
            origin = headers.get("origin")  # no browser leaves it out
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                if socket:
                    await send({"type": "websocket.close", "code": 1008})
                else:
                    await PlainTextResponse("Forbidden", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class SecurityHeaders:
    """Adds to every response the headers that Streamlit leaves out; and has browsers send cookies
    that were set over HTTPS over nothing else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = protected(scope, message.get("headers", []))
            await send(message)

        await self.app(scope, receive, send_with_headers)


def protected(scope: Scope, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of a response, with those that protect; a policy of its own stays."""
    own = [(name.lower(), value) for name, value in headers]
    wanted = {
        b"x-content-type-options": b"nosniff",
        b"x-frame-options": b"DENY",
        b"referrer-policy": b"no-referrer",
        b"content-security-policy": _policy(scope).encode(),
    }
    if scope["scheme"] == "https":
        wanted[b"strict-transport-security"] = b"max-age=%d" % ONE_YEAR
        own = [(name, _secure(value) if name == b"set-cookie" else value) for name, value in own]
    there = {name for name, _value in own}
    return own + [(name, value) for name, value in wanted.items() if name not in there]


def _secure(cookie: bytes) -> bytes:
    attributes = {one.strip().lower() for one in cookie.split(b";")[1:]}
    return cookie if b"secure" in attributes else cookie + b"; Secure"


def _policy(scope: Scope) -> str:
    """What Streamlit's pages may do.

    The address of the web socket is named: browsers before 2022 don't take it for their own.
    """
    host = Headers(scope=scope).get("host", "")
    named = re.fullmatch(r"[\w.-]+(:\d+)?|\[[\da-fA-F:.]+\](:\d+)?", host, re.ASCII)
    sockets = f" {'wss' if scope['scheme'] == 'https' else 'ws'}://{host}" if named else ""
    return _STREAMLIT.format(scripts=_hashed(*inline_scripts()), sockets=sockets)


def with_own_policy(response: Response, *handlers: str) -> Response:
    """A page without Streamlit, which runs no scripts but these, alone or in attributes as
    `onclick`.
    """
    scripts = f"; script-src 'unsafe-hashes' {_hashed(*handlers)}" if handlers else ""
    response.headers["content-security-policy"] = _OWN + scripts
    # with "no-referrer", browsers would send their forms as from nowhere: see `OwnOrigin`
    response.headers["referrer-policy"] = "strict-origin"
    return response


@cache
def _hashed(*scripts: str) -> str:
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
