"""The verifier in another language finds what `Store.verify_log` finds, in an exported study."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ahp.errors import LogError
from ahp.store import Store

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "logs"
EVENTS = 30


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An export is the same whichever database it comes from."""
    return f"sqlite:///{tmp_path / 'ahp.db'}"


@pytest.fixture(params=["0002", "0004"])
def data(request: pytest.FixtureRequest, store: Store) -> dict[str, Any]:
    """The export of a study that two versions wrote: 30 events in format 1, 5 in format 2."""
    content = (GOLDEN / f"{request.param}.json").read_text(encoding="utf-8")
    study = store.import_export(content)
    bo = store.experts(study.id)[1].id
    store.answer(bo, "goal", "b", "a", "1/3", event_id="new")
    store.comment(bo, "goal", "a", "b", "“现场”\t\\ \U0001f600 \ufb33\u2028é", event_id="remark")
    store.rename_study(study.id, "效能 \U0001d11e")
    return json.loads(store.export_study(study.id))


def verified(data: dict[str, Any], folder: Path) -> tuple[int, str]:
    """The verifier's exit code, and what it says."""
    if shutil.which("node") is None:
        pytest.fail("node is missing: install nodejs (tools/system-packages)")
    path = folder / "study.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    command = ["node", ROOT / "tools" / "verify_log.mjs", path]
    found = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    return found.returncode, (found.stdout or found.stderr).strip()


def refusal(data: dict[str, Any], folder: Path) -> str:
    """What `Store.verify_log` says of the same study in another database."""
    other = Store(f"sqlite:///{folder / 'other.db'}")
    with pytest.raises(LogError) as caught:
        other.import_export(json.dumps(data))
    other.close()
    return str(caught.value)


def test_an_exported_study_verifies(data: dict[str, Any], tmp_path: Path) -> None:
    study, events = data["study"], data["events"]
    assert len(events) == EVENTS + 5
    assert verified(data, tmp_path) == (
        0,
        f"study {study['id']}: 35 events (30 in format 1), head {events[-1]['hash']}",
    )


@pytest.mark.parametrize("place", [0, 11, EVENTS - 1, EVENTS, EVENTS + 1, EVENTS + 3])
def test_both_find_one_changed_byte(data: dict[str, Any], tmp_path: Path, place: int) -> None:
    event = data["events"][place]
    event["time"] = event["time"].replace("T", "t")
    found = f"event {place + 1} ({event['event_id']}): its content does not match its hash"
    assert verified(data, tmp_path) == (1, found)
    assert refusal(data, tmp_path).endswith(found)


def test_both_find_what_is_missing(data: dict[str, Any], tmp_path: Path) -> None:
    events = data["events"]
    for place in (11, EVENTS):
        data["events"] = [*events[:place], *events[place + 1 :]]
        after = events[place + 1]
        found = f"event {place + 2} ({after['event_id']}): event {place + 1} is missing before it"
        assert verified(data, tmp_path) == (1, found)
        assert refusal(data, tmp_path).endswith(found)
    data["events"] = events[:-1]
    assert verified(data, tmp_path) == (
        1,
        "the log ends with event 34, the study's head is event 35",
    )
    assert refusal(data, tmp_path).endswith("event 35 is missing, the log ends with event 34")


def test_both_find_another_survey(data: dict[str, Any], tmp_path: Path) -> None:
    data["survey"] = data["survey"].replace("What b is.", "What b was.")
    found = f"event 1 ({data['events'][0]['event_id']}): its content does not match its hash"
    assert verified(data, tmp_path) == (1, found)
    assert refusal(data, tmp_path).endswith(found)


def test_earlier_exports_are_imported_first(tmp_path: Path) -> None:
    data = json.loads((GOLDEN / "0002.json").read_text(encoding="utf-8"))
    assert verified(data, tmp_path) == (
        2,
        "kind ahp study with format 1, expected an ahp study or evaluation with format 2",
    )
