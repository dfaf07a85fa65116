"""A provider of accounts in a process of its own, and a browser that goes to and fro."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.running_server import free_port


class Answer:
    """A response."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers = response.status, response.headers
        self.text = response.read().decode()
        self.location = self.headers.get("location", "")


def ask(
    method: str, url: str, form: object = None, cookies: dict[str, str] | None = None
) -> Answer:
    """One request, in English; a text is sent as JSON."""
    parts = urlsplit(url)
    headers = {"Accept-Language": "en", "User-Agent": FIREFOX}
    headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    body = form if isinstance(form, str) or form is None else urlencode(form)
    if body is not None:
        kind = "json" if isinstance(form, str) else "x-www-form-urlencoded"
        headers["Content-Type"] = f"application/{kind}"
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    with closing(connection):
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body, headers)
        return Answer(connection.getresponse())


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


class RunningProvider:
    """Knows everybody by what `know` says of them.

    Args:
        log: where its output goes.
    """

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self.url, self.log = f"http://127.0.0.1:{self.port}", log
        options = ("--port", str(self.port), "--require-registration", "--require-nonce")
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "oidc_provider_mock", *options],
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                ask("GET", f"{self.url}/jwks")
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"the provider does not answer:\n{self.log.read_text()}")

    def register(self, redirect: str) -> tuple[str, str]:
        """Id and secret of a client that people are sent back to at this address."""
        made = ask("POST", f"{self.url}/oauth2/clients", json.dumps({"redirect_uris": [redirect]}))
        assert made.status == 201, made.text
        client = json.loads(made.text)
        return client["client_id"], client["client_secret"]

    def know(self, subject: str, **claims: object) -> None:
        """What it says of somebody from now on."""
        assert ask("PUT", f"{self.url}/users/{subject}", json.dumps(claims)).status == 204

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


class Tab:
    """A browser, as far as a sign-in needs one: it keeps cookies, and goes where it is sent.

    Args:
        home: address of the server.
    """

    def __init__(self, home: str) -> None:
        self.home = home
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        """A page of the server."""
        answer = ask("GET", self.home + path, cookies=self.cookies)
        for line in answer.headers.get_all("set-cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return answer

    def go(self) -> str:
        """To the provider; returns the address there."""
        answer = self.get("/organizer/provider")
        assert answer.status == 302, answer.text
        return answer.location

    def sent_back(self, there: str, **form: str) -> str:
        """Send the provider's form; returns with which path the browser comes back."""
        answer = ask("POST", there, form)
        assert answer.status == 302, answer.text
        return "?".join(urlsplit(answer.location)[2:4])

    def sign_in(self, subject: str) -> Answer:
        """The whole way."""
        return self.get(self.sent_back(self.go(), sub=subject))


def query_of(address: str) -> dict[str, str]:
    """What an address asks for."""
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
