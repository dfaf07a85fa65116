"""A real server in a process of its own, for the browser tests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """`kill -9` of a process, then of those that it started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for pid in (process.pid, *map(int, children)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


class RunningServer:
    """`ahp serve` on a database file; can be killed and started again on the same port."""

    def __init__(
        self,
        database: Path,
        command: Sequence[str] = (sys.executable, "-m", "ahp", "serve", "--port", "{port}"),
        *,
        cwd: Path | None = None,
        host: str = "127.0.0.1",
        log: Path | None = None,
        **environment: str,
    ) -> None:
        self.database = database
        self.cwd = cwd
        self.host, self.port = host, free_port()
        self.url = f"http://{host}:{self.port}"
        self.environment = {
            name: value.replace("{port}", str(self.port)) for name, value in environment.items()
        }
        self.command = [part.replace("{port}", str(self.port)) for part in command]
        self.log = log or database.with_suffix(".log")
        self.start()

    def start(self) -> None:
        environment = {
            **os.environ,
            "AHP_DATABASE_URL": f"sqlite:///{self.database}",
            **self.environment,
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=self.cwd
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"server ended:\n{self.log.read_text()}")
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise RuntimeError(f"server does not answer:\n{self.log.read_text()}")

    @property
    def organizer_path(self) -> str:
        """Path of the organizer's link that the terminal shows."""
        found = re.search(r"/organizer/\S+", self.log.read_text())
        assert found is not None, self.log.read_text()
        return found[0]

    def kill(self) -> None:
        """`kill -9`."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
