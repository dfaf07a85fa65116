"""The page on which data comes in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import ahp
from ahp.evaluation import load_scheme
from ahp.process.evaluations.events import (
    CellKey,
    PeriodChecked,
    PeriodOpened,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.units import Unit
from ahp.store import EvaluationInfo, PersonInfo, Store

OFFICES = Path(ahp.__file__).parents[1] / "examples" / "evaluation" / "offices"
UNITS = {
    f"u{k}": f"{name}市监督中心" for k, name in enumerate("甲乙丙丁戊己庚辛壬癸子丑", start=1)
}
PERIOD = "2026Q4"
BRIEFINGS = "单位,编报信息简报（份）\n甲市监督中心,5\n乙市监督中心,{second}\n"


@pytest.fixture
def evaluation(store: Store) -> EvaluationInfo:
    return started(store)


def started(store: Store, *periods: str) -> EvaluationInfo:
    """An evaluation of the pack's 12 units, with these periods open."""
    made = store.create_evaluation("2026")
    scheme = load_scheme("supervision_effectiveness")
    store.act_together(made.id, [SchemeProposed(1, scheme.content), SchemeApproved(1)])
    store.act_together(made.id, [UnitAdded(Unit(id=one, name=name)) for one, name in UNITS.items()])
    for period in periods or (PERIOD,):
        store.act(made.id, PeriodOpened(period, 1, "2027-01-10", {"briefings": "2027-01-05"}))
    return made


def values(store: Store, made: EvaluationInfo, indicator: str) -> dict[str, str]:
    """Unit -> value that is recorded."""
    held = store.evaluation_state(made.id).periods[PERIOD]
    return {
        key.unit: value.row.value for key, value in held.values.items() if key[1] == indicator
    }


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    [uploader] = app.get("file_uploader")
    return uploader.set_value((name, content, "application/octet-stream")).run()


def button(app: AppTest, begins: str):
    """The button whose key begins so."""
    [found] = [one for one in app.button if str(one.key).startswith(begins)]
    return found


def texts(elements: Iterable) -> list[str]:
    return [one.value for one in elements]


def table(app: AppTest, column: str) -> list[dict[str, str]]:
    """The table that has a column."""
    [found] = [one.value for one in app.table if column in one.value.columns]
    return found.to_dict("records")


def test_a_file_of_an_office_is_recorded_with_its_hash(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data")
    content = (OFFICES / "error_ledger_gbk.csv").read_bytes()
    upload(app, "台账.csv", content)
    assert not app.exception, app.exception
    assert not app.error, texts(app.error)
    assert "**new values 72**" in texts(app.markdown)
    button(app, "record-").click().run()
    assert not app.exception
    assert texts(app.success) == ["Values recorded: 72."]
    held = store.evaluation_state(evaluation.id).periods[PERIOD]
    [recording] = held.recordings
    sha256 = hashlib.sha256(content).hexdigest()
    assert recording.action.file.sha256 == sha256
    assert recording.action.file.name == "台账.csv"
    assert store.file(sha256) == content
    value = held.values[CellKey("u1", "process", input="vouchers")]
    assert (value.row.value, value.row.place) == ("25238", "台账.csv: row 4, column D")
    assert list(store.evaluation_state(evaluation.id).layouts) == ["台账"]
    assert f"SHA-256 {sha256}" in texts(app.caption)

    upload(app, "台账.csv", content)
    assert texts(app.info)[:2] == [
        f"This very file was imported already: {recording.stamp.time[:16].replace('T', ' ')} UTC, "
        "organizer without an account.",
        "Nothing new: every value of this file (72) is recorded already.",
    ]
    assert not [one for one in app.button if str(one.key).startswith("record-")]
