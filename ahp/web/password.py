"""Organizers' passwords: how long the shared one must be, and how often a visitor may try one."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import os
from functools import cache
from typing import Literal
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from ..errors import AHPError
from ..store import Store
from ..store.accounts import SHORTEST

VARIABLE = "AHP_ADMIN_PASSWORD"

FORM_BYTES = 8192
"""How large the form with a password may be."""

FORM_SECONDS = 30
"""How long it may take to arrive."""

LOOK_SECONDS = 2.0
"""How often who waits for a turn looks whether a turn has come, or the visitor has gone."""

Outcome = Literal["right", "wrong", "later", "too large"]


def password() -> str:
    """The password that all organizers share; empty where they sign in by the link in the terminal,
    or have accounts.
    """
    return os.environ.get(VARIABLE, "")


def check_password() -> None:
    """Refuse to start with a password that can be guessed.

    Raises:
        AHPError: it is too short.
    """
    if 0 < (length := len(password())) < SHORTEST:
        raise AHPError("password_short", variable=VARIABLE, length=length, least=SHORTEST)


def fingerprint() -> str:
    """Tells one password from another in the database, slow to guess from; empty without one."""
    return _fingerprint(password())


@cache
def _fingerprint(word: str) -> str:
    if not word:
        return ""
    # one salt for all: it has to be the same in every process and after every restart
    return hashlib.scrypt(_bytes(word), salt=b"ahp organizer", n=2**14, r=8, p=1).hex()


def same(given: str, expected: str) -> bool:
    """Whether two secrets are the same, in a time that doesn't tell where they differ."""
    return hmac.compare_digest(
        *(hashlib.sha256(_bytes(secret)).digest() for secret in (given, expected))
    )


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


class Door:
    """Lets visitors try a password: ten wrong ones a minute each, counted in the database before
    the password has arrived, so that many at once are no way around it.

    Who comes when ten were tried waits for the next turn; of those who wait behind one address the
    last who came, the others are told to come again.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Event] = {}

    async def try_password(
        self, request: Request, store: Store, session: str | None
    ) -> tuple[Outcome, str]:
        """What comes of a form that was sent, and the id of the account that was signed in to,
        empty for the shared password.

        Args:
            request: the form.
            store: where attempts are counted, and accounts are.
            session: token of the browser's session, if it has one.
        """
        address = address_of(request)
        first = await run_in_threadpool(store.begin_sign_in, address, session)
        given = await _given(request)
        if given is None:
            return "too large", ""
        attempt = first.attempt
        if attempt is None:
            attempt = await self._turn(request, store, session, address, first.wait)
        if attempt is None:
            return "later", ""
        account = await run_in_threadpool(_account, store, *given)
        if account is None:
            return "wrong", ""
        await run_in_threadpool(store.forget_sign_in, attempt)
        return "right", account

    async def _turn(
        self, request: Request, store: Store, session: str | None, address: str, wait: float
    ) -> int | None:
        """Wait until the visitor may try; None when they have gone, or somebody came after them."""
        overtaken = asyncio.Event()
        if before := self._waiting.get(address):
            before.set()
        self._waiting[address] = overtaken
        try:
            while not await request.is_disconnected():
                try:
                    await asyncio.wait_for(overtaken.wait(), min(wait, LOOK_SECONDS))
                except TimeoutError:
                    pass
                else:
                    return None
                turn = await run_in_threadpool(store.begin_sign_in, address, session)
                if turn.attempt is not None:
                    return turn.attempt
                wait = turn.wait
            return None
        finally:
            if self._waiting.get(address) is overtaken:
                del self._waiting[address]


def _account(store: Store, name: str, given: str, code: str) -> str | None:
    """Id of the account with this name and password, and code, empty for the shared password
    without a name; None where they are wrong.
    """
    if name.strip():
        return store.account_of(name, given, code)
    return "" if password() and same(given, password()) else None


async def _given(request: Request) -> tuple[str, str, str] | None:
    """Name, password and code of a form; None when the form is too large or doesn't arrive."""
    if (given := await fields_of(request)) is None:
        return None
    return given.get("name", ""), given.get("password", ""), given.get("code", "")


async def fields_of(request: Request) -> dict[str, str] | None:
    """The fields of a form; None when the form is too large or doesn't arrive."""
    body = b""
    try:
        async with asyncio.timeout(FORM_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > FORM_BYTES:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    fields = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def address_of(request: Request) -> str:
    """Where a visitor is, as far as the server trusts who passed it on.

    One connection has a whole /64 of IPv6 (RFC 6177), so that counts as one address.
    """
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
