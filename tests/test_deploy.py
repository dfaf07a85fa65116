"""What starts the app in a server room: its parts, in the versions that are named."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ahp.cli import main
from tests.running_server import RunningServer
from tests.web.test_operation import ask

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def version(*command: str) -> tuple[int, ...]:
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    number = re.search(r"(\d+)(?:\.(\d+))?", found.stdout + found.stderr)
    assert number is not None
    return tuple(int(one) for one in number.groups() if one)


def named(service: str) -> tuple[int, ...]:
    return tuple(map(int, COMPOSE["services"][service]["image"].rpartition(":")[2].split(".")))


def test_the_versions_named_are_no_newer_than_those_of_the_tests() -> None:
    [initdb] = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1:]
    assert named("db") <= version(str(initdb), "--version")
    assert named("nginx") <= version("/usr/sbin/nginx", "-v")


def test_files_that_are_named_are_there() -> None:
    for service in COMPOSE["services"].values():
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            if source.startswith("./") and source != "./tls":  # which holds the certificate
                assert (ROOT / "deploy" / source).is_file(), source
            elif not source.startswith("."):
                assert source in COMPOSE["volumes"]
    assert COMPOSE["services"]["app"]["build"] == ".."
    nginx = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert "server 127.0.0.1:8501;" in nginx  # the app's, whose network nginx shares
    assert COMPOSE["services"]["nginx"]["network_mode"] == "service:app"
    assert "/etc/ssl/ahp/certificate.pem" in nginx
    for copied in re.findall(r"^COPY (\S+) ", DOCKERFILE, re.MULTILINE):
        assert (ROOT / copied).exists()


def test_the_unit_starts_the_app_and_stops_it_in_order(tmp_path: Path) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[method-assign, assignment]
    unit.read(ROOT / "deploy" / "ahp.service", encoding="utf-8")
    service = unit["Service"]
    program, *options = shlex.split(service["ExecStart"])
    assert program == "/opt/ahp/bin/ahp"
    server = RunningServer(
        tmp_path / "ahp.db",
        [sys.executable, "-m", "ahp", *options, "--port", "{port}"],
        AHP_SIGNING_KEY=str(tmp_path / "signing_key.pem"),
    )
    try:
        assert ask(server, "/readyz").status == 200
    finally:
        server.process.terminate()
        assert server.process.wait(timeout=int(service["TimeoutStopSec"])) == 0


def test_commands_of_the_containers_are_those_of_the_app(capsys) -> None:
    commands = [json.loads(one) for one in re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)]
    for command in (*commands, COMPOSE["services"]["app"]["command"]):
        assert command[:2] == ["ahp", "serve"]
        with pytest.raises(SystemExit) as done:
            main([*command[1:], "--help"])
        assert done.value.code == 0
    capsys.readouterr()
    [check] = re.findall(r'"-c", "(.*)"\]$', DOCKERFILE, re.MULTILINE)
    compile(check, "HEALTHCHECK", "exec")
    assert "/readyz" in check
