"""A PostgreSQL of a test's own, that can be stopped, killed, followed by a standby, and cut off."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

from tests.running_server import free_port, kill_all


class Postgres:
    """A server that can be stopped and started again.

    Args:
        folder: what it may have for itself; None = a new one.
        within: a command in which it runs, as one that has another network.
        host: where it is reached.
        settings: of `postgresql.conf`, beside its own.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        within: tuple[str, ...] = (),
        host: str = "127.0.0.1",
        **settings: str,
    ) -> None:
        self.within, self.host, self.port = within, host, free_port()
        self.settings = {"listen_addresses": host, "fsync": "off", **settings}
        self._place(folder)
        self.run(
            *("initdb", "-D", str(self.data), "--no-sync", "-A", "trust"),
            *("-U", "postgres", "-E", "UTF8", "--locale=C"),
        )
        with (self.data / "pg_hba.conf").open("a") as admitted:
            admitted.write("host all,replication all 0.0.0.0/0 trust\n")
        self.start()

    def _place(self, folder: Path | None) -> None:
        folders = Path("/usr/lib/postgresql").glob("*/bin")
        self.binaries = max(folders, key=lambda one: int(one.parent.name))
        user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        self.run_as: dict[str, Any] = (
            {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        )
        self.folder = folder or Path(tempfile.mkdtemp(prefix="ahp-postgres-"))
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.data = self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{self.host}:{self.port}/postgres"

    def standby(self, name: str, host: str = "127.0.0.1", **settings: str) -> Self:
        """A server on this machine that follows this one."""
        made = type(self).__new__(type(self))
        made.within, made.host, made.port = (), host, free_port()
        made.settings = {**self.settings, **settings}
        made._place(None)
        source = f"host={self.host} port={self.port} user=postgres application_name={name}"
        self.run(
            *("pg_basebackup", "-D", str(made.data), "-d", source, "-R", "-X", "stream"),
            *("--checkpoint=fast", "--no-sync"),
        )
        made.start()
        return made

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            **self.run_as,
        )

    def start(self) -> None:
        options = {
            "port": self.port,
            "unix_socket_directories": self.folder,
            **self.settings,
        }
        listed = [part for item in options.items() for part in ("-c", "{}={}".format(*item))]
        with (self.folder / "log").open("a") as log:
            self.server = subprocess.Popen(
                [*self.within, self.binaries / "postgres", "-D", self.data, *listed],
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                **({} if self.within else self.run_as),  # who enters a network becomes it there
            )
        for _attempt in range(600):
            if self.answers():
                return
            if self.server.poll() is not None:
                break
            time.sleep(0.05)
        pytest.fail(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()[-2000:]}")

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, sql: str) -> Any:
        """The first value of a query, as superuser."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(sql).fetchone()  # type: ignore[call-overload] # a test's own
        return row and row[0]

    def promote(self) -> None:
        """Let a standby take over; returns once it takes what is written."""
        assert self.ask("SELECT pg_promote(true, 60)")

    def stop(self) -> None:
        self.server.send_signal(signal.SIGINT)
        self.server.wait(timeout=30)

    def kill(self) -> None:
        """`kill -9` of all its processes, as when the power fails."""
        kill_all(self.server)

    def remove(self) -> None:
        if self.server.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)
