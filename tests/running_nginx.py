"""A real nginx with the configuration of the repository, set up as docs/operations.md says."""

from __future__ import annotations

import http.client
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from tests.running_server import free_port, kill_all
from tests.web.test_server import Answer

DEPLOY = Path(__file__).parents[1] / "deploy"
CONFIGURATION, REPLICAS = (
    (DEPLOY / name).read_text(encoding="utf-8") for name in ("nginx.conf", "nginx-replicas.conf")
)
PAGE = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
CERTIFICATE = shlex.split(re.findall(r"^\$ (openssl req .*)\n", PAGE, re.MULTILINE)[0])
SEVERAL = shlex.split(re.findall(r"^\$ (sed .*) /etc/nginx/.*\n", PAGE, re.MULTILINE)[0])
SEVERAL.remove("-i")


def with_addresses(text: str, replicas: Sequence[str]) -> str:
    """The configuration for two processes, at the addresses given."""
    for port, ours in zip(("8501", "8502"), replicas, strict=True):
        for given, put in (
            (f"127.0.0.1:{port}", ours),
            (rf"127\.0\.0\.1:{port}", re.escape(ours)),
        ):
            assert given in text
            text = text.replace(given, put)
    return text


def run(command: list[str], cwd: Path) -> str:
    """What a command prints."""
    done = subprocess.run(
        command, cwd=cwd, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.stdout


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def accepts(port: int | str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


class Nginx:
    """nginx with the configuration of the repository, but for where things are.

    Args:
        folder: for its files.
        replicas: `host:port` of ahp, or of two processes of it.
    """

    def __init__(self, folder: Path, *replicas: str) -> None:
        program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
        assert program, "this needs nginx: tools/system-packages installs it"
        self.port, self.plain_port, self.folder = free_port(), free_port(), folder
        text = CONFIGURATION
        if len(replicas) > 1:
            text = run([*SEVERAL, str(DEPLOY / "nginx.conf")], folder)
            text += with_addresses(REPLICAS, replicas)
        for given, ours in (
            *([("127.0.0.1:8501;", f"{replicas[0]};")] if len(replicas) == 1 else []),
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl;"),
            ("/etc/ssl/ahp/", f"{folder}/"),
            ("/var/log/nginx/", f"{folder}/"),
        ):
            assert given in text
            text = text.replace(given, ours)
        (folder / "ahp.conf").write_text(text, encoding="utf-8")
        kept = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = " ".join(f"{one}_temp_path {folder}/{one};" for one in kept)
        user = "user root;" if os.getuid() == 0 else ""  # nobody else may look into the folder
        (folder / "nginx.conf").write_text(
            f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid;"
            f"error_log {folder}/start.log; events {{}}"
            f"http {{ {paths} include {folder}/ahp.conf; }}",
            encoding="utf-8",
        )
        self.command = [program, "-e", f"{folder}/start.log", "-c", f"{folder}/nginx.conf"]
        run(CERTIFICATE, folder)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command)
        wait_until(lambda: accepts(self.port))

    def kill(self) -> None:
        """`kill -9`."""
        kill_all(self.process)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=30) == 0

    def ask(self, path: str, body: str | None = None, method: str = "", **headers: str) -> Answer:
        trusting = ssl.create_default_context(cafile=self.folder / "certificate.pem")
        trusting.check_hostname = False
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=30, context=trusting
        )
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(connection):
            connection.request(method or ("POST" if body else "GET"), path, body, given)
            return Answer(connection.getresponse())

    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))
