"""Passwords, session tokens and downloads, on a real server."""

from __future__ import annotations

import ast
import asyncio
import http.client
import re
import selectors
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import ahp
from ahp.errors import AHPError, DatabaseError
from ahp.store import SignIn, Store
from ahp.web import server
from ahp.web.internals import Downloads, Offer
from ahp.web.password import Door, check_password, fingerprint, same
from ahp.web.server import OPTIONS
from tests.running_server import RunningServer
from tests.web.test_server import KEYS, PASSWORD, ask

T = TypeVar("T")


@pytest.fixture
def guarded_server(tmp_path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path / "ahp.db", AHP_ADMIN_PASSWORD=PASSWORD)
    yield running
    running.stop()


@pytest.fixture
def guarded_store(guarded_server, monkeypatch) -> Iterator[Store]:
    monkeypatch.setenv("AHP_ADMIN_PASSWORD", PASSWORD)
    opened = Store(f"sqlite:///{guarded_server.database}", sign_in=fingerprint())
    yield opened
    opened.close()


# -- the password


HEAD = (
    b"POST /organizer HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n"
)


def test_many_passwords_at_once_are_counted_before_they_arrive(guarded_server):
    """Heads first, bodies later: ten are tried a minute, the last who came waits for a turn."""
    began = time.monotonic()
    bodies = [f"password=guess+{k}".encode() for k in range(200)]
    with ExitStack() as stack, selectors.DefaultSelector() as answers:
        visitors = [
            stack.enter_context(socket.create_connection(("127.0.0.1", guarded_server.port)))
            for _ in bodies
        ]
        for visitor, body in zip(visitors, bodies, strict=True):
            visitor.sendall(HEAD % len(body))
        for visitor, body in zip(visitors, bodies, strict=True):
            visitor.sendall(body)
            answers.register(visitor, selectors.EVENT_READ)
        said = Counter[int]()
        while said.total() < 199:
            for key, _event in answers.select():
                assert isinstance(key.fileobj, socket.socket)
                said[int(key.fileobj.recv(4096).split()[1])] += 1
                answers.unregister(key.fileobj)
        # from another address, the right one gets in at once
        assert sign_in_from(guarded_server, "127.0.0.2") == 303
    minutes = 1 + int((time.monotonic() - began) // 60)
    assert set(said) == {403, 429}
    assert 10 <= said[403] <= 10 * minutes


def sign_in_from(server: RunningServer, address: str) -> int:
    """Status of the right password from another address of this machine."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", server.port, timeout=30, source_address=(address, 0)
    )
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/organizer", urlencode({"password": PASSWORD}), form)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_password_that_is_no_form_is_refused_unread(guarded_server):
    large = ask(guarded_server, "/organizer", form={"password": "x" * 9000})
    assert (large.status, large.cookie) == (400, None)
    assert "The password did not arrive. Please try again." in large.text


def test_passwords_and_keys_of_any_letters(tmp_path):
    word = "密码 mit Umlaut: äöü €"
    running = RunningServer(tmp_path / "ahp.db", AHP_ADMIN_PASSWORD=word)
    try:
        assert ask(running, "/organizer", form={"password": word}).status == 303
        assert ask(running, "/organizer", form={"password": word + "ä"}).status == 403
        for key in KEYS:
            assert ask(running, f"/organizer/{key}").status == 404
            assert ask(running, f"/i/{key}").status == 404
    finally:
        running.stop()


def test_secrets_are_compared_whatever_they_hold():
    assert same("ä", "ä")
    assert not same("ä", "a")
    assert same("\udcff", "\udcff")  # what the environment has where it isn't UTF-8


def test_a_short_password_is_refused_at_start(tmp_path, monkeypatch):
    message = (
        "AHP_ADMIN_PASSWORD has 11 characters, expected at least 12: set a longer one, such as "
        "four random words, or unset it to sign in by the link in the terminal"
    )
    monkeypatch.setenv("AHP_ADMIN_PASSWORD", "elevenchars")
    with pytest.raises(AHPError) as caught:
        check_password()
    assert str(caught.value) == message
    with pytest.raises(RuntimeError, match=f"^server ended:\n.*{re.escape(message)}"):
        RunningServer(tmp_path / "ahp.db", AHP_ADMIN_PASSWORD="elevenchars")
    for allowed in ("", "twelve chars"):
        monkeypatch.setenv("AHP_ADMIN_PASSWORD", allowed)
        check_password()


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: Playwright has an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Visitor:
    """A request, as far as the door looks at it."""

    def __init__(self, host: str, password: str) -> None:
        self.client = SimpleNamespace(host=host)
        self.body = urlencode({"password": password}).encode()
        self.gone = False

    async def stream(self) -> AsyncIterator[bytes]:
        yield self.body

    async def is_disconnected(self) -> bool:
        return self.gone


class Counts:
    """The store, with turns by hand."""

    def __init__(self) -> None:
        self.turns = 0
        self.visitors: list[str] = []

    def begin_sign_in(self, address: str, _session: str | None) -> SignIn:
        self.visitors.append(address)
        self.turns -= 1
        return SignIn(1, 0.0) if self.turns >= 0 else SignIn(None, 0.01)

    def forget_sign_in(self, attempt: int) -> None:
        self.turns += attempt


def test_the_right_password_waits_for_its_turn(monkeypatch):
    monkeypatch.setenv("AHP_ADMIN_PASSWORD", PASSWORD)

    async def visit() -> list[str]:
        door, counts = Door(), Counts()

        def come(password: str) -> asyncio.Task[tuple[str, str]]:
            return asyncio.create_task(
                door.try_password(Visitor("192.0.2.1", password), counts, None)
            )

        first = come("guess")
        while len(counts.visitors) < 2:  # waits
            await asyncio.sleep(0.001)
        second = come(PASSWORD)
        came = [(await first)[0]]
        assert not second.done()
        counts.turns = 1
        return [*came, (await second)[0]]

    assert run(visit()) == ["later", "right"]


def test_who_has_gone_waits_no_longer(monkeypatch):
    monkeypatch.setenv("AHP_ADMIN_PASSWORD", PASSWORD)
    visitor = Visitor("192.0.2.1", PASSWORD)
    visitor.gone = True
    assert run(Door().try_password(visitor, Counts(), None)) == ("later", "")


@pytest.mark.parametrize(
    ("host", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_address_is_a_connection(monkeypatch, host, counted_as):
    monkeypatch.setenv("AHP_ADMIN_PASSWORD", PASSWORD)
    counts = Counts()
    counts.turns = 1
    assert run(Door().try_password(Visitor(host, "guess"), counts, None)) == ("wrong", "")
    assert counts.visitors == [counted_as]


def test_a_changed_password_ends_what_was_opened_with_the_one_before(
    guarded_server, guarded_store, monkeypatch
):
    cookie = ask(guarded_server, "/organizer", form={"password": PASSWORD}).cookie.value
    assert guarded_store.grants(cookie).organizer
    guarded_server.stop()
    guarded_server.environment["AHP_ADMIN_PASSWORD"] = "another long one"
    guarded_server.start()
    assert ask(guarded_server, "/organizer", form={"password": PASSWORD}).status == 403
    monkeypatch.setenv("AHP_ADMIN_PASSWORD", "another long one")
    now = Store(f"sqlite:///{guarded_server.database}", sign_in=fingerprint())
    assert not now.grants(cookie).organizer
    again = ask(guarded_server, "/organizer", cookie=cookie, form={"password": "another long one"})
    assert again.cookie.value != cookie
    assert now.grants(again.cookie.value).organizer
    now.close()


# -- downloads


def test_what_was_not_offered_is_not_handed_out():
    """Whatever Streamlit would serve as a file to download, and no one vouches for."""

    async def stored(request: Request) -> Response:
        kept = (
            {"content-disposition": "attachment"} if request.path_params["name"] != "icon" else {}
        )
        return Response(b"secret", headers=kept)

    def hand_out(_request: Request, offer: Offer | None) -> Response:
        return Response(b"refused", 403) if offer is None else Response(offer.make())

    app = Downloads(Starlette(routes=[Route("/media/{name}", stored)]), hand_out)

    def get(path: str) -> tuple[int, dict[bytes, bytes], bytes]:
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "headers": [(b"range", b"bytes=0-")],
        }
        sent: list[dict[str, object]] = []

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        run(app(scope, None, send))
        return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]

    status, headers, body = get("/media/file")
    assert (status, headers[b"cache-control"], body) == (403, b"no-store", b"refused")
    assert get("/media/icon")[2] == b"secret"


def test_a_download_while_the_database_is_away_is_asked_for_again(monkeypatch):
    class Away:
        def may_download(self, *_asked: object) -> bool:
            raise DatabaseError("database_locked", location="ahp.db")

    monkeypatch.setattr(server, "database", Away)
    (hand_out,) = (one.kwargs["hand_out"] for one in OPTIONS["middleware"] if one.cls is Downloads)
    request = Request({"type": "http", "headers": [(b"accept-language", b"en")]})
    answer = hand_out(request, Offer(bytes, "token", None))
    assert (answer.status_code, answer.headers["retry-after"], answer.headers["refresh"]) == (
        *(503, "3", "3"),
    )
    assert "The server&#39;s database can&#39;t be reached at the moment." in answer.body.decode()


def test_every_download_button_goes_through_the_guard():
    def data_of_buttons() -> list[tuple[str, str]]:
        return [
            (path.name, ast.unparse(node.args[1]).partition("(")[0])
            for path in (Path(ahp.__file__).parent / "web").rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("download_button")
        ]

    with ThreadPoolExecutor(1) as thread:  # Python 3.11 cannot parse in Playwright's
        offered = thread.submit(data_of_buttons).result()
    assert len(offered) > 10
    assert offered == [(name, "state.guarded") for name, _data in offered]
