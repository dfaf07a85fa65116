"""`make` says which Python it needs, and makes an environment that was left half-made anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `make` needs of a checkout, and programs that stand for Python and pip."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    programs = {
        "old-python": "echo 3.10\nexit 1",
        "python": f'[ "$1" = -c ] && exec {sys.executable} "$@"\n'
        'mkdir -p .venv/bin && cp pip .venv/bin/python && echo "made with $1 $2 $3"',
        "pip": '[ -e online ] || { echo "no connection" >&2; exit 1; }\necho "$1 $2 $3"',
    }
    for name, lines in programs.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        program.chmod(0o755)
    return tmp_path


def make(checkout: Path, python: str, goal: str = ".venv/app") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--silent", goal, f"PYTHON={python}"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("python", "found"), [("./old-python", "3.10"), ("./no-python", "missing")]
)
def test_the_python_that_is_needed_is_said_first(checkout: Path, python: str, found: str) -> None:
    result = make(checkout, python)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == (
        f"Python 3.11 or newer is needed, and {python} is {found}. Install one, and add its name "
        "or path to the make command: PYTHON=python3.11"
    )
    assert not (checkout / ".venv").exists()


def test_an_environment_left_half_made_is_made_anew(checkout: Path) -> None:
    half = checkout / ".venv" / "half"
    half.parent.mkdir()
    half.touch()
    result = make(checkout, "./python")
    assert (result.returncode, result.stdout) == (2, "made with -m venv .venv\n")
    assert result.stderr.startswith("no connection\n")
    assert not half.exists()
    half.touch()
    (checkout / "online").touch()
    result = make(checkout, "./python")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "made with -m venv .venv\n-m pip install\n"
    assert not half.exists()


def test_an_environment_that_is_whole_is_kept(checkout: Path) -> None:
    (checkout / "online").touch()
    assert make(checkout, "./python").stdout == "made with -m venv .venv\n-m pip install\n"
    assert make(checkout, "./python").stdout == ""
    later = (checkout / ".venv" / "app").stat().st_mtime + 1  # clocks of files tick slowly
    os.utime(checkout / "constraints.txt", (later, later))
    assert make(checkout, "./python").stdout == "-m pip install\n"


def test_what_the_tests_need_is_installed_with_what_the_app_needs(checkout: Path) -> None:
    (checkout / "online").touch()
    made = make(checkout, "./python", ".venv/test")
    assert made.stdout == "made with -m venv .venv\n-m pip install\n"
    assert make(checkout, "./python", ".venv/app").stdout == ""
    assert make(checkout, "./python", ".venv/test").stdout == ""
    (checkout / ".venv" / "test").unlink()
    assert make(checkout, "./python", ".venv/test").stdout == "-m pip install\n"


def test_programs_started_by_make_keep_what_they_compiled(checkout: Path) -> None:
    with (checkout / "Makefile").open("a", encoding="utf-8") as file:
        file.write('\nsaid:\n\t@echo "[$$PYTHONDONTWRITEBYTECODE]"\n')
    command = ["make", "--silent", "said"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    said = subprocess.run(command, check=True, cwd=checkout, capture_output=True, env=environment)
    assert said.stdout == b"[]\n"


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ((), ".venv/bin/ahp serve"),
        (("HOST=0.0.0.0", "PORT=8080"), ".venv/bin/ahp serve --host 0.0.0.0 --port 8080"),
        (("PORT=8080",), ".venv/bin/ahp serve --port 8080"),
    ],
)
def test_where_the_app_listens(said: tuple[str, ...], command: str) -> None:
    # without what `make test` tells the makes below it
    environment = {name: own for name, own in os.environ.items() if not name.startswith("MAKE")}
    environment["HOST"] = "the-name-of-this-computer"
    found = subprocess.run(
        ["make", "--dry-run", "app", *said],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.splitlines()[-1].split() == command.split()
