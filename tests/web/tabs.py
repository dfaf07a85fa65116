"""Tabs without a browser, on a real server: everything that it sends them is kept."""

from __future__ import annotations

import asyncio
import http.client
import secrets
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.cookies import SimpleCookie
from typing import Any, TypeVar
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

from benchmarks.streamlit_client import StreamlitClient, Widget, encryption

T = TypeVar("T")

BOUNDARY = "a-file-of-a-test"


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: a browser that other tests keep open has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


class _Recorder:
    """A socket that keeps what it received."""

    def __init__(self, socket: ClientConnection, frames: list[bytes]) -> None:
        self._socket, self._frames = socket, frames
        self.send, self.close = socket.send, socket.close

    async def recv(self, decode: bool) -> bytes:
        frame = await self._socket.recv(decode=decode)
        self._frames.append(frame)
        return frame


class Tab(StreamlitClient):
    """A page of the app, by its websocket.

    Attributes:
        frames: everything that the server sent.
    """

    def __init__(self, socket: ClientConnection, *about: Any, **more: Any) -> None:
        self.frames: list[bytes] = []
        super().__init__(_Recorder(socket, self.frames), *about, **more)  # type: ignore[arg-type] # all that is used of it

    @property
    def session(self) -> str:
        """Id of the page's session."""
        found = (ForwardMsg.FromString(frame).new_session for frame in self.frames)
        return next(one.initialize.session_id for one in found if one.initialize.session_id)

    def elements(self, kind: str) -> list[Element]:
        """What the page shows of a kind, such as `"button"`."""
        return [one.element for one in self.widgets.values() if one.element.HasField(kind)]

    def found(self, kind: str, key: str) -> Widget:
        """The widget of a kind whose key has this part."""
        every = [one for one in self.widgets.values() if one.element.HasField(kind)]
        [wanted] = [one for one in every if key in getattr(one.element, kind).id]
        return wanted

    async def push(self, button: Widget) -> None:
        """Press a button, whether the page lets a browser press it or not."""
        state = WidgetState(id=button.element.button.id, trigger_value=True)
        await self.rerun(state, fragment=button.fragment)

    async def tick(self, key: str) -> None:
        """Tick a box."""
        box = self.found("checkbox", key)
        await self.rerun(WidgetState(id=box.element.checkbox.id, bool_value=True))

    async def type(self, key: str, text: str, kind: str = "text_area") -> None:
        """Type into a field."""
        field = self.found(kind, key)
        state = WidgetState(id=getattr(field.element, kind).id, string_value=text)
        await self.rerun(state, fragment=field.fragment)

    def said(self, kind: int | None = None) -> list[str]:
        """The messages on the page: what was refused, done, remarked."""
        every = [one.alert for one in self.elements("alert")]
        return [one.body for one in every if kind in (None, one.format)]

    async def _asked(self, message: BackMsg, answer: str) -> ForwardMsg:
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(30):
            while True:
                found = ForwardMsg.FromString(await self._socket.recv(decode=False))
                if found.WhichOneof("type") == answer:
                    return found

    async def offered(self, file_id: str) -> str:
        """Where a file is that a page offers; empty where the server makes none."""
        message = BackMsg()
        message.backend_operation_request.request_id = secrets.token_hex(4)
        message.backend_operation_request.session_id = self.session
        message.backend_operation_request.deferred_file.file_id = file_id
        found = await self._asked(message, "backend_operation_response")
        return found.backend_operation_response.deferred_file.url

    async def put(self, url: str, cookie: str, key: str, name: str, content: bytes):
        """Upload a file into a field, as a browser does; returns the status of the upload."""
        message = BackMsg()
        message.file_urls_request.request_id = secrets.token_hex(4)
        message.file_urls_request.session_id = self.session
        message.file_urls_request.file_names.append(name)
        answer = await self._asked(message, "file_urls_response")
        [urls] = answer.file_urls_response.file_urls
        status = await asyncio.to_thread(_put, url, urls.upload_url, cookie, name, content)
        field = self.found("file_uploader", key)
        state = WidgetState(id=field.element.file_uploader.id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, len(content), urls.file_id
        info.file_urls.CopyFrom(urls)
        await self.rerun(state, fragment=field.fragment)
        return status


def get(url: str, path: str, cookie: str) -> tuple[int, bytes]:
    """Status and content of what a server has at a path, for the browser with a cookie."""
    with closing(_connection(url)) as connection:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read()


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    assert parts.hostname
    if context := encryption(parts.scheme):
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30, context=context)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)


def _put(url: str, path: str, cookie: str, name: str, content: bytes) -> int:
    with closing(_connection(url)) as connection:
        connection.request("GET", "/_stcore/health", headers={"Cookie": cookie})
        first = connection.getresponse()
        first.read()
        given = SimpleCookie("; ".join(first.headers.get_all("set-cookie", [])))
        token = given["_streamlit_xsrf"].value
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        headers = {
            "Cookie": f"{cookie}; _streamlit_xsrf={token}",
            "X-Xsrftoken": token,
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }
        connection.request("PUT", urlsplit(path).path, body=body, headers=headers)
        return connection.getresponse().status


async def at_once(work: Iterable[Callable[[], Coroutine[Any, Any, T]]], most: int = 4) -> list[T]:
    """Several things at the same time, some of them after others."""
    turn = asyncio.Semaphore(most)

    async def one(do: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async with turn:
            return await do()

    return await asyncio.gather(*map(one, work))
