"""An expert's browser without the browser: Streamlit's websocket protocol, answered by a program.

It sends what the browser of Streamlit 1.67 sends and reads what that browser reads, so that one
process can be many experts.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from http.cookies import SimpleCookie
from ssl import CERT_NONE, SSLContext, create_default_context
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from ahp.scale import parse_judgment

LIMIT = 30
"""Seconds until a screen that doesn't come is an error."""

SUMMARY_PAUSE = 1.0
"""Seconds that a screen which asks no comparison is looked at."""

CHOICE = "ahp_scale_choice"
"""The component that asks a comparison."""


class Widget(NamedTuple):
    """An element of the page, and the fragment that drew it (empty: the page itself)."""

    element: Element
    fragment: str


class Answer(NamedTuple):
    """An answer that the next screen confirmed."""

    expert: str
    pair: str
    value: str


async def session_cookie(link: str) -> str:
    """What the browser gets for a personal link, as `name=value; name=value`.

    Raises:
        RuntimeError: the link is refused.
    """
    parts = urlsplit(link)
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port, ssl=encryption(parts.scheme)
    )
    writer.write(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
    answer = (await asyncio.wait_for(reader.read(), LIMIT)).decode()
    writer.close()
    with suppress(OSError):  # who answered may be gone already
        await writer.wait_closed()
    lines = [line.partition(": ") for line in answer.split("\r\n")]
    given = [value for name, _colon, value in lines if name.lower() == "set-cookie"]
    if not given:
        raise RuntimeError(f"{link} gave no cookie, but {answer[:200].partition(chr(13))[0]!r}")
    return with_cookies("", given)


def with_cookies(kept: str, given: Iterable[str]) -> str:
    """What a browser sends once it was given more cookies."""
    jar = SimpleCookie(kept)
    for one in given:
        jar.load(one)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


def encryption(scheme: str) -> SSLContext | None:
    """For servers with certificates of their own making."""
    if scheme in ("http", "ws"):
        return None
    context = create_default_context()
    context.check_hostname, context.verify_mode = False, CERT_NONE
    return context


class StreamlitClient:
    """One page of a Streamlit app.

    Attributes:
        widgets: what the page shows now, by the place where it stands.
        cookie: what the browser has, as `name=value; name=value`.
        locale: the language of the browser.
        patience: seconds that it waits for a screen.
    """

    def __init__(
        self,
        socket: ClientConnection,
        url: str,
        page: str = "",
        query: str = "",
        *,
        locale: str = "zh-CN",
        cookie: str = "",
        patience: float = LIMIT,
    ) -> None:
        self._socket = socket
        self.locale, self.cookie, self.patience = locale, cookie, patience
        self._url = url
        self._page = page
        self._query = query
        self._script = ""
        self._cached: dict[str, ForwardMsg] = {}
        self.widgets: dict[tuple[int, ...], Widget] = {}

    @classmethod
    async def open(cls, link: str) -> Self:
        """Open a personal link and draw the first screen."""
        return await cls.visit(link, await session_cookie(link))

    @classmethod
    async def visit(
        cls,
        url: str,
        cookie: str,
        page: str = "",
        query: str = "",
        *,
        locale: str = "zh-CN",
        patience: float = LIMIT,
    ) -> Self:
        """Open a page of the server of an address, with a cookie, and draw its first screen.

        Args:
            url: any address of the server.
            cookie: as `name=value`.
            page: its name in its address; empty = the first one.
            query: what stands behind `?` in its address.
            locale: the language of the browser.
            patience: seconds that it waits for a screen.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        socket = await connect(
            f"{'ws' if parts.scheme == 'http' else 'wss'}://{parts.netloc}/_stcore/stream",
            origin=origin,
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],
            additional_headers={"Cookie": cookie},
            max_size=None,
            ssl=encryption(parts.scheme),
            ping_interval=None,  # browsers send none
        )
        given = socket.response.headers.get_all("set-cookie") if socket.response else []
        cookie = with_cookies(cookie, given)
        about = {"locale": locale, "cookie": cookie, "patience": patience}
        opened = cls(socket, origin, page, query, **about)
        await opened.rerun()
        return opened

    async def close(self) -> None:
        """Close the page."""
        await self._socket.close()

    async def rerun(self, *states: WidgetState, fragment: str = "") -> None:
        """Run the script, or one fragment, until it has finished.

        Args:
            states: widgets that were used.
            fragment: id of the fragment to run; the whole script without it.

        Raises:
            RuntimeError: the script shows an exception.
            TimeoutError: it doesn't finish.
        """
        message = BackMsg()
        client = message.rerun_script
        client.page_script_hash = self._script
        client.page_name = "" if self._script else self._page
        client.query_string = self._query
        client.fragment_id = fragment
        client.widget_states.widgets.extend(states)
        client.cached_message_hashes.extend(self._cached)
        client.context_info.timezone = "Asia/Shanghai"
        client.context_info.timezone_offset = -480
        client.context_info.locale = self.locale
        client.context_info.url = self._url + "/"
        client.context_info.color_scheme = "light"
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(self.patience):
            await self._read()

    async def _read(self) -> None:
        """Take messages until a run that isn't followed by another has finished."""
        drawn: dict[tuple[int, ...], Widget] = {}
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            if message.metadata.cacheable:
                self._cached[message.hash] = message
            path = tuple(message.metadata.delta_path)
            if message.WhichOneof("type") == "ref_hash":
                message = self._cached[message.ref_hash]
            match message.WhichOneof("type"):
                case "new_session":
                    drawn = {}
                    self._script = message.new_session.page_script_hash
                case "delta" if message.delta.WhichOneof("type") == "new_element":
                    if message.delta.new_element.HasField("exception"):
                        raise RuntimeError(message.delta.new_element.exception.message)
                    drawn[path] = Widget(message.delta.new_element, message.delta.fragment_id)
                case "script_finished":
                    match message.script_finished:
                        case ForwardMsg.FINISHED_SUCCESSFULLY:
                            self.widgets = drawn
                            return
                        case ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
                            again = {widget.fragment for widget in drawn.values()}
                            unchanged = {
                                where: widget
                                for where, widget in self.widgets.items()
                                if widget.fragment not in again
                            }
                            self.widgets = unchanged | drawn
                            return
                        case ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                            raise RuntimeError("the script doesn't compile")

    def button(self, key: str) -> Widget | None:
        """The button with this Streamlit key."""
        for widget in self.widgets.values():
            if widget.element.HasField("button") and widget.element.button.id.endswith(f"-{key}"):
                return widget
        return None

    async def press(self, key: str) -> None:
        """Press the button with this key.

        Raises:
            RuntimeError: the page has no such button, or one that can't be pressed.
        """
        button = self.button(key)
        if button is None or button.element.button.disabled:
            raise RuntimeError(f"no button {key!r} to press on the page, only {self._shown()}")
        state = WidgetState(id=button.element.button.id, trigger_value=True)
        await self.rerun(state, fragment=button.fragment)

    def components(self, name: str) -> list[tuple[Widget, Mapping[str, Any]]]:
        """The controls of this name, each with the data it was given."""
        return [
            (widget, *json.loads(widget.element.bidi_component.json))
            for widget in self.widgets.values()
            if widget.element.bidi_component.component_name == name
        ]

    async def trigger(self, component: Widget, event: str, value: object) -> None:
        """Send what a component's `setTriggerValue(event, value)` sends."""
        state = WidgetState(
            id=f"$$STREAMLIT_INTERNAL_KEY_{component.element.bidi_component.id}__events",
            json_trigger_value=json.dumps([{"event": event, "value": value}]),
        )
        await self.rerun(state, fragment=component.fragment)

    def _shown(self) -> str:
        """What the page shows, for error messages."""
        return ", ".join(
            element.button.id or element.bidi_component.component_name or element.WhichOneof("type")
            for element, _fragment in self.widgets.values()
        )


class Judge:
    """Opinions that fit together: random importances, and the position nearest to their ratio.

    Or, where they contradict each other, any position.
    """

    def __init__(self, seed: object, *, contradicts: bool = False) -> None:
        self._draw = draw = random.Random(str(seed))
        self._importance: dict[str, float] = defaultdict(lambda: draw.uniform(-1.0, 1.0))
        self._contradicts = contradicts

    def choose(self, left: str, right: str, positions: Sequence[str]) -> str:
        """How much more important the left one is."""
        if self._contradicts:
            return self._draw.choice(positions)
        wanted = self._importance[left] - self._importance[right]
        return min(positions, key=lambda text: abs(math.log(parse_judgment(text)) - wanted))


class Expert:
    """Answers a survey over the protocol.

    Attributes:
        confirmed: answers that the next screen confirmed.
            seconds: from sending each of them to the last message of the next screen.
        resent: how often one was sent again because the screen didn't say that it was dealt with.
        page: what is open.
    """

    def __init__(self, expert_id: str, page: StreamlitClient, *, contradicts: bool = False) -> None:
        self.expert_id = expert_id
        self.page = page
        self.confirmed: list[Answer] = []
        self.seconds: list[float] = []
        self.resent = 0
        self._judge = Judge(expert_id, contradicts=contradicts)

    def asked(self) -> tuple[Widget, Mapping[str, Any]] | None:
        """The comparison on the screen, with its data; one to practice on is none."""
        for component, data in self.page.components(CHOICE):
            if not data.get("practice"):
                return component, data
        return None

    async def answer(self) -> bool:
        """Answer the comparison on the screen, or press the screen's button to go on.

        Returns:
            Whether this was an answer.

        Raises:
            RuntimeError: the next question doesn't say that the answer is dealt with.
        """
        asked = self.asked()
        if asked is None:
            await self.page.press("start" if self.page.button("start") else "next")
            return False
        component, data = asked
        value = self._judge.choose(
            data["left"]["name"],
            data["right"]["name"],
            [position["value"] for position in data["positions"]],
        )
        sent = {
            "pair": data["pair"],
            "value": value,
            "id": secrets.token_hex(16),
            "comment": None,
            "owner": data["owner"],
            "late": False,
        }
        started = time.monotonic()
        await self.page.trigger(component, "answer", sent)
        while (following := self.asked()) and sent["id"] not in following[1]["settled"]:
            if time.monotonic() > started + LIMIT:
                raise RuntimeError(
                    f"{self.expert_id}: the answer to {data['pair']!r} isn't settled"
                )
            self.resent += 1
            await self.page.trigger(following[0], "answer", {**sent, "late": True})
        self.seconds.append(time.monotonic() - started)
        self.confirmed.append(Answer(self.expert_id, data["pair"], value))
        return True

    async def answer_all(self, answers: int, pause: tuple[float, float]) -> None:
        """Answer so many comparisons, thinking before each, and a moment before other screens.

        Args:
            answers: how many.
            pause: shortest and longest time to think, in seconds.
        """
        draw = random.Random(self.expert_id)
        while len(self.confirmed) < answers:
            moment = min(SUMMARY_PAUSE, pause[1])
            await asyncio.sleep(draw.uniform(*pause) if self.asked() else moment)
            await self.answer()
