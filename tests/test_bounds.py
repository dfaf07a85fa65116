from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "bounds.py"


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The tool on a machine without any Python."""
    for name in ("AHP_PYTHON_3_11", "AHP_PYTHON_3_12"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return runpy.run_path(str(TOOL))


@pytest.fixture
def python(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes a program below a folder that runs a line of shell."""

    def make(place: str, line: str) -> Path:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return make


def test_the_declared_pythons_are_those_of_the_bound(tool: dict[str, Any]) -> None:
    assert tool["declared_pythons"]() == ("3.11", "3.13")


def test_a_python_is_found_on_the_path_before_pyenv(
    tool: dict[str, Any], python: Callable[[str, str], Path]
) -> None:
    own = python("pyenv/versions/3.12.4/bin/python", "echo 3.12")
    assert tool["interpreter"]("3.12") == own
    python("bin/python3.12", "exit 127")  # a shim of pyenv whose version is not chosen
    assert tool["interpreter"]("3.12") == own
    first = python("bin/python3.12", "echo 3.12")
    assert tool["interpreter"]("3.12") == first


def test_the_python_that_is_given_is_taken_alone(
    tool: dict[str, Any], python: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    python("bin/python3.12", "echo 3.12")
    monkeypatch.setenv("AHP_PYTHON_3_12", str(python("own/python", "echo 3.12")))
    assert tool["interpreter"]("3.12").parent.name == "own"
    monkeypatch.setenv("AHP_PYTHON_3_12", str(python("own/other", "echo 3.10")))
    with pytest.raises(SystemExit):
        tool["interpreter"]("3.12")


def test_a_missing_python_is_said_and_fails(tool: dict[str, Any]) -> None:
    with pytest.raises(SystemExit) as raised:
        tool["main"](["tests/test_bounds.py"])
    assert raised.value.code == (
        "Python 3.11 is needed: put python3.11 on the PATH, install it with pyenv, or set "
        "AHP_PYTHON_3_11 to its path"
    )
