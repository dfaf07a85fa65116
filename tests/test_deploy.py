"""What starts the app in a server room: its parts, in the versions that are named."""

from __future__ import annotations

import configparser
import fnmatch
import ipaddress
import json
import os
import re
import shlex
import subprocess
import sys
import time
import zipfile
from pathlib import Path, PurePath

import platformdirs
import pytest
import yaml

from ahp.cli import main
from tests.running_server import RunningServer
from tests.web.test_operation import ask

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
NGINX = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
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
    assert "/etc/ssl/ahp/certificate.pem" in NGINX


def test_nginx_alone_reaches_the_app(tmp_path: Path) -> None:
    app, nginx = COMPOSE["services"]["app"], COMPOSE["services"]["nginx"]
    assert "ports" not in app
    assert nginx["ports"] == ["80:80", "443:443"]
    [network] = COMPOSE["networks"]["default"]["ipam"]["config"]
    gateway, *others = ipaddress.ip_network(network["subnet"]).hosts()
    address, proxy = (one["networks"]["default"]["ipv4_address"] for one in (app, nginx))
    assert {ipaddress.ip_address(one) for one in (address, proxy)} < {*others}
    assert str(gateway) not in (address, proxy)  # from there, all users of the machine come
    assert app["environment"]["AHP_TRUSTED_PROXIES"] == proxy != address
    (shell, option, line), folder = nginx["command"], tmp_path / "conf.d"
    folder.mkdir()
    (tmp_path / "ahp.conf").write_text(NGINX, encoding="utf-8")
    ours = line.replace("/etc/nginx", str(tmp_path)).replace("exec nginx", "echo nginx")
    done = subprocess.run([shell, option, ours], check=True, capture_output=True, text=True)
    assert done.stdout == "nginx -g daemon off;\n"
    written = (folder / "default.conf").read_text(encoding="utf-8")
    assert written == NGINX.replace("server 127.0.0.1:8501;", f"server {address}:8501;") != NGINX
    assert '"--host", "0.0.0.0"' in DOCKERFILE


def test_any_password_of_the_database_will_do() -> None:
    app, database = COMPOSE["services"]["app"], COMPOSE["services"]["db"]
    assert app["env_file"] == ".env"
    assert app["environment"]["AHP_DATABASE_URL"] == "postgresql://ahp@db/ahp"
    assert app["environment"]["PGPASSWORD"] == "${AHP_DB_PASSWORD}"
    assert database["environment"]["POSTGRES_PASSWORD"].startswith("${AHP_DB_PASSWORD:")


def goes_in(path: str, rules: list[str]) -> bool:
    """Whether .dockerignore lets a file in: the last line that fits says so."""
    included = True
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        parts = PurePath(path).parts if rule.startswith("**/") else PurePath(path).parts[:1]
        if any(fnmatch.fnmatchcase(part, pattern) for part in parts):
            included = rule.startswith("!")
    return included


def test_the_image_is_made_of_what_the_wheel_is_made_of(wheel: Path) -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    for other in ("deploy/.env", ".env", "ahp/.env", "deploy/tls/key.pem", "data/ahp.db", "tests"):
        assert not goes_in(other, rules), other
    with zipfile.ZipFile(wheel) as archive:
        packed = [one.removeprefix("ahp/data/") for one in archive.namelist()]
    sources = [one for one in packed if ".dist-info/" not in one]
    assert {one.partition("/")[0] for one in sources} == {"ahp", "surveys", "schemes", "examples"}
    described = ("pyproject.toml", "README.md", "LICENSE")
    for source in (*sources, *described, *re.findall(r"/src/([\w.]+)", DOCKERFILE)):
        assert goes_in(source, rules), source
        assert (ROOT / source).is_file()
    assert not re.search("^(COPY|ADD) ", DOCKERFILE, re.MULTILINE)


def unit(name: str) -> dict[str, list[str]]:
    """Section [Service] of a unit of systemd; a setting may stand there more than once."""
    found: dict[str, list[str]] = {}
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    [section] = re.findall(r"^\[Service\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    for key, value in re.findall(r"^(\w+)=(.*)$", section, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def environment(service: dict[str, list[str]], folder: Path) -> dict[str, str]:
    """What a unit tells the app, with another folder than that of the server."""
    own = (one.replace("/var/lib/ahp", str(folder)) for one in service["Environment"])
    return dict(one.split("=", 1) for one in own)


def test_the_unit_starts_the_app_and_stops_it_in_order(tmp_path: Path) -> None:
    service = unit("ahp.service")
    program, *options = shlex.split(service["ExecStart"][0])
    assert program == "/opt/ahp/bin/ahp"
    told = environment(service, tmp_path)
    assert told["AHP_DATABASE_URL"] == f"sqlite:///{tmp_path / 'ahp.db'}"
    server = RunningServer(
        tmp_path / "ahp.db", [sys.executable, "-m", "ahp", *options, "--port", "{port}"], **told
    )
    try:
        assert ask(server, "/readyz").status == 200
    finally:
        server.process.terminate()
        assert server.process.wait(timeout=int(service["TimeoutStopSec"][0])) == 0


def test_all_that_units_write_is_in_their_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ProtectSystem=strict lets them write nowhere else."""
    app, backup = unit("ahp.service"), unit("ahp-backup.service")
    for key in ("Environment", "EnvironmentFile", "DynamicUser", "User", "WorkingDirectory"):
        assert app[key] == backup[key]
    for name in [one for one in os.environ if one.startswith("XDG_")]:
        monkeypatch.delenv(name)
    for name, value in environment(app, tmp_path).items():
        monkeypatch.setenv(name, value)
    assert platformdirs.user_data_path("ahp").is_relative_to(tmp_path)  # with PostgreSQL
    assert app["StateDirectory"] == ["ahp"]
    assert backup["StateDirectory"] == ["ahp ahp-backup"]


def test_a_backup_every_night(capsys: pytest.CaptureFixture[str]) -> None:
    command = unit("ahp-backup.service")["ExecStart"][0].replace("$$", "$").replace("%%", "%")
    assert command.count("exec /opt/ahp/bin/ahp ") == 1
    shown = shlex.split(command.replace("/opt/ahp/bin/ahp", "echo"))
    said = subprocess.run(shown, check=True, capture_output=True, text=True).stdout
    assert re.fullmatch(r"backup /var/lib/ahp-backup/ahp-\d{4}-\d\d-\d\d\.zip\n", said)
    with pytest.raises(SystemExit) as done:
        main([*said.split(), "--help"])
    assert done.value.code == 0
    capsys.readouterr()
    timer = configparser.RawConfigParser()
    timer.read(ROOT / "deploy" / "ahp-backup.timer", encoding="utf-8")
    assert timer["Timer"]["OnCalendar"] == "*-*-* 01:00"


def folder_with_backups(folder: Path) -> Path:
    """Of 89 and of 92 days ago, and other files, behind a link, as DynamicUser has it."""
    (folder / "private").mkdir(parents=True)
    for name, days in (("ahp-new.zip", 89), ("ahp-old.zip", 92), ("ahp.db", 92), ("other.zip", 92)):
        path = folder / "private" / name
        path.touch()
        os.utime(path, (time.time() - days * 86400,) * 2)
    (folder / "link").symlink_to(folder / "private")
    return folder / "link"


def test_old_backups_are_deleted_once_there_is_a_new_one(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    crontab = [
        line.replace("docker compose exec -T app", "").replace("\\%", "%")
        for line in re.findall(r"^  0 1 \* \* \* (.*ahp backup .*)$", page, re.MULTILINE)
    ]
    service = unit("ahp-backup.service")
    [after] = service["ExecStartPost"]  # which systemd leaves out where ExecStart failed
    commands = [*crontab, f"ahp backup && {after}"]
    assert len(commands) == 3
    all_there = ["ahp-new.zip", "ahp-old.zip", "ahp.db", "other.zip"]
    for number, command in enumerate(commands):
        folder = folder_with_backups(tmp_path / str(number))
        ours = re.sub(r"/(opt|var/lib|srv)/[\w/-]+/(?= )", f"{folder}/", command)
        assert f"find {folder}/ " in ours
        ours = ours.replace("cd /opt/ahp/deploy", "true")
        for done, left in (("false", all_there), ("true", [*all_there[:1], *all_there[2:]])):
            subprocess.run(["sh", "-c", f"ahp() {{ {done}; }}; {ours}"], check=False)
            assert sorted(one.name for one in folder.iterdir()) == left


def test_commands_of_the_containers_are_those_of_the_app(capsys) -> None:
    commands = [json.loads(one) for one in re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)]
    assert "command" not in COMPOSE["services"]["app"]
    for command in commands:
        assert command[:2] == ["ahp", "serve"]
        with pytest.raises(SystemExit) as done:
            main([*command[1:], "--help"])
        assert done.value.code == 0
    capsys.readouterr()
    [check] = re.findall(r'"-c", "(.*)"\]$', DOCKERFILE, re.MULTILINE)
    compile(check, "HEALTHCHECK", "exec")
    assert "/readyz" in check
