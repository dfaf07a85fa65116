"""Time stamps, by OpenSSL's authority behind a small server of the test."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ahp.cli import main
from ahp.errors import LogError, StoreError
from ahp.store import checkpointer, signing, stamps
from ahp.store.checkpoint import Chain, Checkpoint, read_checkpoints

CUT_TIMES = re.compile(r"(?m)^— (ahp/[0-9a-f]{16}|rfc3161) .*\n")
"""Lines that say when."""

CONFIG = """
[tsa]
default_tsa = own
[own]
dir = .
serial = $dir/serial
crypto_device = builtin
signer_cert = $dir/tsa.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = no
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[stamping]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class Authority:
    """An RFC 3161 authority.

    Attributes:
        folder: with `root.pem`.
        url: where it answers.
        answer: what it answers in place of a stamp, status and content; None = a stamp.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.answer = folder, None
        (folder / "openssl.cnf").write_text(CONFIG)
        (folder / "serial").write_text("01\n")
        new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -config -"
        for name, extensions, more in (
            ("root", "root", ""),
            ("tsa", "stamping", "-CA root.pem -CAkey root.key"),
        ):
            self.openssl(
                *f"{new} -keyout {name}.key -out {name}.pem -subj /CN={name} {more}".split(),
                "-extensions",
                extensions,
                given=f"[req]\ndistinguished_name = dn\n[dn]\n{CONFIG}".encode(),
            )
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["content-length"]))
                assert self.headers["content-type"] == "application/timestamp-query"
                status, content = outer.answer or (200, outer.stamp(query))
                self.send_response(status)
                self.send_header("content-type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/stamp"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def openssl(self, *arguments: str, given: bytes = b"") -> bytes:
        return subprocess.run(
            ["openssl", *arguments], cwd=self.folder, input=given, check=True, capture_output=True
        ).stdout

    def stamp(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        return self.openssl(*["ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query"])

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    yield authority
    authority.close()


@pytest.fixture
def authority(running: Authority) -> Authority:
    running.answer = None
    return running


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ahp.db'}"


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CHECKPOINT = Checkpoint(
    Chain("studies", "s1"), 2, bytes(32), signing.key_id(KEY.public_key()), source="f", line=1
)


def certificates(authority: Authority) -> list:
    return stamps.read_certificates((authority.folder / "root.pem").read_bytes(), "root.pem")


def test_a_stamp_is_of_this_text_and_time(authority: Authority, tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    stamped = replace(CHECKPOINT, stamp=stamps.ask(authority.url, CHECKPOINT.text))
    time = stamps.stamped_time(stamped, certificates(authority))
    assert before <= time <= before + timedelta(minutes=1)
    # OpenSSL says the same
    (tmp_path / "text").write_text(CHECKPOINT.text)
    (tmp_path / "stamp").write_bytes(stamped.stamp)
    said = authority.openssl(
        *f"ts -verify -data {tmp_path}/text -in {tmp_path}/stamp -CAfile root.pem".split()
    )
    assert b"Verification: OK" in said
    for other in (replace(stamped, size=3), replace(stamped, stamp=stamped.stamp[:-1])):
        with pytest.raises(LogError, match="^f, line 1: the time stamp is not one of this authori"):
            stamps.stamped_time(other, certificates(authority))


def test_a_stamp_of_another_authority_is_refused(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Authority(tmp_path_factory.mktemp("other"))
    stamped = replace(CHECKPOINT, stamp=stamps.ask(other.url, CHECKPOINT.text))
    other.close()
    assert stamps.stamped_time(stamped, certificates(other))
    with pytest.raises(LogError, match="^f, line 1: the time stamp is not one of this authority"):
        stamps.stamped_time(stamped, certificates(authority))


DAMAGED = b"""\
-----BEGIN CERTIFICATE-----
MIHUMIGHoAMCAQICAQEwBQYDK2VwMBQxEjAQBgNVBAMMCWF1dGhvcml0mTAeFw0y
NjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWF1dGhvcml0
eTAqMAUGAytlcAMhAAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4MAUG
AytlcANBAD1ZuGT1AnkQywJ58EalvRsz8XcBUkCHe9iVN535PH1PDTGLvAy0x6Jc
PZzPF1eW4AKXoX2PwaRPH8FFZX4etAs=
-----END CERTIFICATE-----
"""
"""A certificate, parsed as far as its names, which are read when they are asked for."""
OF_NO_VERSION = DAMAGED.replace(b"AQIC", b"AQUC", 1)


def test_certificates_that_are_none(authority: Authority) -> None:
    signer = (authority.folder / "tsa.pem").read_bytes()
    for content in (b"nothing", signer, DAMAGED, OF_NO_VERSION):
        with pytest.raises(StoreError) as raised:
            stamps.read_certificates(content, "tsa.pem")
        assert str(raised.value) == "tsa.pem: holds no certificate of a root authority in PEM"
    both = signer + (authority.folder / "root.pem").read_bytes()
    assert len(stamps.read_certificates(both, "both.pem")) == 2


def test_checkpoints_are_stamped(store, study, authority, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(checkpointer.AUTHORITY, authority.url)
    assert store.checkpointer().write() == checkpointer.Written(1, 1, ())
    place = tmp_path / "ahp.db.checkpoints"
    key = signing.existing_key(tmp_path)
    [one] = read_checkpoints(place.read_text(encoding="utf-8"), "f", [key]).checkpoints
    assert one.time is not None
    assert abs(stamps.stamped_time(one, certificates(authority)) - one.time).total_seconds() < 60


def test_an_authority_that_is_away_leaves_checkpoints_without(
    store, study, survey, authority, tmp_path
) -> None:
    store.create_study(survey, "Other")
    authority.answer = (503, b"")
    written = store.checkpointer(authority=authority.url).write()
    assert (written.checkpoints, written.stamped) == (2, 0)
    assert [str(one) for one in written.problems] == [
        f"{authority.url}: no time stamp: the answer has the status 503"
    ]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((404, b""), "the answer has the status 404"),
        ((200, b"<html>"), "the answer is no time stamp"),
        ((200, bytes.fromhex("30053003020102")), "the authority did not grant it"),
    ],
)
def test_answers_that_are_no_stamp(authority: Authority, answer, problem: str) -> None:
    authority.answer = answer
    with pytest.raises(StoreError) as raised:
        stamps.ask(authority.url, CHECKPOINT.text)
    assert str(raised.value) == f"{authority.url}: no time stamp: {problem}"


def test_what_answers_something_else_is_no_authority() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        def answer() -> None:
            connection, _address = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"220 mail.example.org ready\r\n\r\n")

        with ThreadPoolExecutor(1) as thread:
            thread.submit(answer)
            with pytest.raises(StoreError) as raised:
                stamps.ask(url, CHECKPOINT.text)
    assert str(raised.value) == f"{url}: no time stamp: the answer is no time stamp"


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (b"", "it cannot be reached: Remote end closed connection without response"),
        (b"HTTP/1.1 200 OK\r\nx-slow: ", "there was no answer in time"),
    ],
)
def test_what_answers_nothing_whole(sent: bytes, problem: str) -> None:
    """It closes the connection, or sends a byte now and then."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        end = threading.Event()

        def answer() -> None:
            connection, _address = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(sent)
                while sent and not end.wait(0.01):
                    connection.sendall(b"x")

        with ThreadPoolExecutor(1) as thread:
            thread.submit(answer)
            with pytest.raises(StoreError) as raised:
                stamps.ask(url, CHECKPOINT.text, time.monotonic() + (0.2 if sent else 30))
            end.set()
    assert str(raised.value) == f"{url}: no time stamp: {problem}"


def test_names_that_are_none(monkeypatch) -> None:
    def unknown(*_: object, **_named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(StoreError) as raised:
        stamps.ask("http://no-such-host.invalid", CHECKPOINT.text)
    assert str(raised.value) == (
        "http://no-such-host.invalid: no time stamp: it cannot be reached: Name or service not "
        "known"
    )


def test_all_stamps_have_one_deadline(store, study, survey, authority, monkeypatch) -> None:
    store.create_study(survey, "Other")
    monkeypatch.setattr(checkpointer, "STAMPING", 0)
    written = store.checkpointer(authority=authority.url).write()
    assert (written.checkpoints, written.stamped) == (2, 0)
    assert [str(one) for one in written.problems] == [
        f"{authority.url}: no time stamp: there was no answer in time"
    ]


def test_the_end_asks_for_no_stamps(store, study, authority, tmp_path) -> None:
    writer = store.checkpointer(authority=authority.url)
    authority.answer = (503, b"")
    writer._stopping.set()
    assert writer.write() == checkpointer.Written(1, 0, ())


def test_stamps_that_hold_are_counted(
    store, study, authority, tmp_path, tmp_path_factory, capsys
) -> None:
    other = Authority(tmp_path_factory.mktemp("other"))
    store.checkpointer(authority=authority.url).write()
    store.rename_study(study.id, "Another")
    store.checkpointer(authority=other.url).write()
    other.close()
    place = tmp_path / "ahp.db.checkpoints"
    asked = ["log", "verify", "--database", f"sqlite:///{tmp_path / 'ahp.db'}", "--checkpoints"]
    assert main(asked) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "  time stamps that were not verified, which takes --tsa: 2"
    assert main([*asked, "--tsa", str(authority.folder / "root.pem")]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-1] == "  time stamps that hold: 1 of 2"
    assert "all checkpoints hold" not in captured.out
    [error] = captured.err.splitlines()
    line = place.read_text(encoding="utf-8").splitlines().index("2")
    assert error.startswith(
        f"ahp: error: {place}, line {line}: the time stamp is not one of this authority over this "
        "checkpoint: "
    )
    place.write_text(CUT_TIMES.sub("", place.read_text(encoding="utf-8")), encoding="utf-8")
    assert main([*asked, "--language", "en"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == f"{tmp_path / 'ahp.db'}: all checkpoints hold: 2, of logs: 1"


def test_a_stamp_that_was_recorded_is_refused(authority: Authority) -> None:
    """For the same text: another request has another number."""
    authority.answer = (200, stamps.ask(authority.url, CHECKPOINT.text))
    with pytest.raises(StoreError) as raised:
        stamps.ask(authority.url, CHECKPOINT.text)
    said = f"{authority.url}: no time stamp: the answer is about something else"
    assert str(raised.value) == said


def test_addresses_that_are_none() -> None:
    with pytest.raises(StoreError) as raised:
        stamps.ask("file:///etc/passwd", "text")
    assert str(raised.value) == (
        "'file:///etc/passwd', expected the address of a time-stamping authority with http:// or "
        "https://"
    )
    with pytest.raises(StoreError, match=r"^'http://\[::1', expected the address of a time-"):
        stamps.ask("http://[::1", "text")
    with pytest.raises(StoreError) as raised:
        stamps.ask("http://tsa..example.org/", "text")
    assert str(raised.value).startswith(
        "http://tsa..example.org/: no time stamp: it cannot be reached: encoding with 'idna' codec "
        "failed "
    )
    with pytest.raises(StoreError, match=r"^http://127.0.0.1:9: no time stamp: "):
        stamps.ask("http://127.0.0.1:9", "text")
