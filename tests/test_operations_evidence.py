"""docs/operations.md, “Evidence outside”: every command is run, and prints what stands there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import ahp
from ahp.cli import main
from ahp.store import Store, checkpointer, clock

PAGE = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## Evidence outside\n")[2].partition("\n## ")[0]
COMMANDS = re.findall(r"```console\n\$ ahp (.*)\n([^`]*)```", SECTION)
STUDY = "6791726d814a81346b68b138ea6ba589"


@pytest.fixture
def store(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch, english_terminal: None
) -> Iterator[Store]:
    """The database of the page, in the folder where its commands are run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AHP_DATABASE_URL", "sqlite:///ahp.db")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, 8, tzinfo=UTC))
    Path("ahp.db").write_bytes(migrated.read_bytes())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ahp.store.studies.new_id", lambda: STUDY)
        store = Store()
        study = store.create_study(ahp.load_survey("supervision_effectiveness"), "Pilot")
    store.add_expert(study.id, "Ada")
    yield store
    store.close()


def test_commands_print_what_stands_there(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("receipt-key.pem").write_text(store.public_key()[1])
    store.checkpointer().write()
    store.close()
    before = Path("ahp.db").read_bytes()
    later = Store()
    later.rename_study(STUDY, "Another")
    later.checkpointer([Path("later.checkpoints")]).write()
    later.close()
    assert len(COMMANDS) == 3
    for (command, printed), status in zip(COMMANDS, (0, 0, 1), strict=True):
        Path("ahp.db").write_bytes(before)
        assert main(shlex.split(command)) == status
        captured = capsys.readouterr()
        said = re.sub("head [0-9a-f]{64}", "head …", captured.out + captured.err)
        assert said.replace(f"{tmp_path}/", "") == printed


def test_the_page_has_what_the_code_has() -> None:
    assert f"after {checkpointer.EVENTS} events" in SECTION
    assert f"every {checkpointer.SECONDS / 60:g} minutes" in SECTION
    assert checkpointer.SECOND_PLACE in SECTION
    assert checkpointer.AUTHORITY in SECTION
