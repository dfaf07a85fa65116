"""docs/command-line.md: every command is run, and prints what stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ahp.cli import main

PAGE = Path(__file__).parents[1] / "docs" / "command-line.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = re.findall(r"```console\n\$ ahp (.*)\n([^`]*)```", TEXT)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english_terminal: None) -> None:
    """An English terminal in a folder with the files of the page."""
    monkeypatch.chdir(tmp_path)
    (scheme,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    observed, weights = re.findall(r"```csv\n(.*?)```", TEXT, re.DOTALL)
    typed = 'unit,period,indicator,value\nNorth,2026Q1,errors,1%\nNorth,2026Q1,service,"9,5"\n'
    files = {
        **{"branches.toml": scheme, "observed.csv": observed, "equal.csv": weights},
        "typed.csv": typed,
    }
    for name, content in files.items():
        Path(name).write_text(content, encoding="utf-8")


def test_there_are_commands() -> None:
    assert len(COMMANDS) == 8


@pytest.mark.parametrize(("command", "printed"), COMMANDS, ids=[one for one, _ in COMMANDS])
def test_commands_print_what_stands_there(
    command: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(shlex.split(command))
    captured = capsys.readouterr()
    said = re.sub("hash [0-9a-f]{64}", "hash …", captured.out + captured.err)  # the page is short
    assert said == printed
    assert status == (2 if printed.startswith("ahp: error: ") else 0)
