"""What docs/log-format.md says of the log is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ahp.process.evaluations import events
from ahp.process.events import ACTIONS
from ahp.store import Store
from ahp.store.models import EventRow

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "log-format.md").read_text(encoding="utf-8")
GOLDEN = ROOT / "tests" / "golden" / "logs"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An export is the same whichever database it comes from."""
    return f"sqlite:///{tmp_path / 'ahp.db'}"


@pytest.fixture
def data(store: Store) -> dict:
    """The export of a study whose log has two parts."""
    study = store.import_export((GOLDEN / "0004.json").read_text(encoding="utf-8"))
    return json.loads(store.export_study(study.id))


def run(data: dict, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of the page on a study."""
    (folder / "study.json").write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.chdir(folder)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "docs/log-format.md", "exec"), {})


def test_the_program_checks_a_study(data, tmp_path, monkeypatch, capsys) -> None:
    run(data, tmp_path, monkeypatch)
    assert capsys.readouterr().out == f"32 events, head {data['events'][-1]['hash']}\n"
    for place in (7, 30):
        event = data["events"][place]
        event["time"], before = event["time"].replace("T", "t"), event["time"]
        with pytest.raises(AssertionError, match=f"^{place + 1}$"):
            run(data, tmp_path, monkeypatch)
        event["time"] = before


def test_the_page_has_every_column_and_every_kind() -> None:
    columns, *tables = PAGE.split("| `kind` | `detail` |")
    named = set(re.findall(r"`(\w+)`", columns))
    assert {column.name for column in EventRow.__table__.columns} <= named
    for kinds, actions in zip(tables, (ACTIONS, events.ACTIONS), strict=True):
        first_cells = re.findall(r"^\| (`.*?`) \|", kinds, re.MULTILINE)
        listed = {kind for cell in first_cells for kind in re.findall(r"`(\w+)`", cell)}
        assert listed == set(actions)
