"""The page of a data owner: own indicators, and nothing of others."""

from __future__ import annotations

import pytest

from ahp.process.evaluations.events import DueChanged, PeriodChecked, Row
from ahp.store import EvaluationInfo, Store
from tests.process.evaluations.booked import PERIOD, started
from tests.web.tables import shown_tables
from tests.web.test_evaluation_data import (
    HEADER,
    briefings,
    keyed,
    record_buttons,
    table,
    texts,
    type_in,
    upload,
)

OTHERS = (
    "data_sharing",
    "Sharing of supervision data",
    "监督信息数据共享情况",
    "王强",
    "47.11",
    "4712",
)
"""What somebody else delivers, by id, names, person and value."""


@pytest.fixture
def evaluation(store: Store) -> EvaluationInfo:
    made = started(store)
    store.record_values(made.id, PERIOD, [Row("u1", "data_sharing", "47.11")])
    return made


@pytest.fixture
def owner(store: Store, evaluation: EvaluationInfo) -> str:
    """Session of who delivers briefings; somebody else delivers shared data."""
    other = store.add_person(evaluation.id, "data_owner", "王强", indicators=["data_sharing"])
    store.record_values(
        evaluation.id, PERIOD, [Row("u2", "data_sharing", "48")], person=other.person.id
    )
    one = store.add_person(
        evaluation.id, "data_owner", "李芳", indicators=["briefings", "commendation"]
    )
    return store.open_link(store.issue_person_link(one.person.id), None)


def everything(app) -> str:
    """What reached the browser."""
    return str(app._tree) + "".join(
        str(table.to_dict())
        for table in (
            *shown_tables(app),
            *(one.value for one in (*app.dataframe, *app.data_editor)),
        )
    )


def test_an_owner_sees_their_own_alone(visit, owner):
    app = visit(owner)
    assert app.title[0].value == "My data"
    assert [one.label for one in app.tabs] == [
        "Import a file",
        "Type values",
        "Recordings",
        "History of a value",
    ]
    assert table(app, "Expected until") == [
        {
            "Indicator": "Briefings",
            "Units delivered": "0/12",
            "Expected until": "2027-01-05 (UTC)",
            "State": ":red-background[missing: 12]",
        }
    ]
    assert [one.label for one in app.expander] == ["Not delivered: 12"]
    [template] = app.get("download_button")
    assert template.proto.label == "Template to fill in (XLSX)"
    assert keyed(app.selectbox, "typed-").options == ["Briefings", "Written commendation"]
    indicator = [one for one in app.selectbox if str(one.key).startswith("history-")][1]
    assert indicator.options == ["Briefings", "Written commendation"]
    assert "Nothing is recorded yet." in texts(app.info)
    shown = everything(app)
    assert "Briefings" in shown
    assert "Written commendation" in shown
    assert [one for one in OTHERS if one in shown] == []
    chinese = visit(owner, language="zh")
    assert chinese.title[0].value == "数据报送"
    assert [one.label for one in chinese.expander] == ["未报送：12 项"]
    assert [one for one in OTHERS if one in everything(chinese)] == []


def test_an_owner_uploads_a_table_of_their_own(visit, store, evaluation, owner):
    app = visit(owner)
    upload(app, "简报.csv", HEADER + ",监督信息数据共享情况", "甲市监督中心,5,4712")
    assert "**new values 1**" in texts(app.markdown)
    assert record_buttons(app) == ["Record these values (1)"]
    assert not [one for one in app.text_input if str(one.key).startswith("layout-")]
    keyed(app.button, "record-").click().run()
    assert texts(app.success) == ["Values recorded: 1."]
    assert briefings(store, evaluation) == {"u1": "5"}
    held = store.evaluation_state(evaluation.id).periods[PERIOD]
    recording = held.recordings[-1]
    assert recording.owner == recording.stamp.actor.id
    assert [row.indicator for row in recording.action.rows] == ["briefings"]
    assert [one.proto.label for one in app.get("download_button")] == [
        "Template to fill in (XLSX)",
        "Download the file",
    ]
    assert [one.label for one in app.expander][:1] == ["Not delivered: 11"]


def test_an_owner_types_and_takes_back(visit, store, evaluation, owner):
    app = visit(owner)
    type_in(app, {0: {"value": "5"}, 1: {"value": "6"}})
    keyed(app.button, "record-").click().run()
    assert briefings(store, evaluation) == {"u1": "5", "u2": "6"}
    [button] = [one for one in app.button if str(one.key).startswith("take_back-")]
    button.click().run()
    assert texts(app.error) == []
    assert briefings(store, evaluation) == {}


def test_a_link_that_ended_records_nothing(visit, store, evaluation, owner):
    app = visit(owner)
    type_in(app, {0: {"value": "5"}})
    [person] = [one for one in store.people(evaluation.id) if one.person.name == "李芳"]
    store.revoke_person_link(person.person.id)
    keyed(app.button, "record-").click().run()
    assert not app.exception
    assert briefings(store, evaluation) == {}
    assert not app.tabs


def test_another_owner_s_recordings_are_not_shown(visit, store, evaluation, owner):
    [person] = [one for one in store.people(evaluation.id) if one.person.name == "王强"]
    token = store.issue_person_link(person.person.id)
    other = visit(store.open_link(token, None))
    assert [one.label for one in other.button if str(one.key).startswith("take_back-")] == [
        "Take back now"
    ]
    mine = visit(owner)
    assert not [one for one in mine.button if str(one.key).startswith("take_back-")]


def test_after_the_check_an_owner_is_told_whom_to_ask(visit, store, evaluation, owner):
    store.act(evaluation.id, PeriodChecked(PERIOD))
    app = visit(owner)
    assert texts(app.info)[0] == (
        "No more data is taken for 2026Q4. If something is wrong, tell the department."
    )
    [uploader] = app.get("file_uploader")
    assert uploader.disabled


def test_what_is_overdue_is_said(visit, store, evaluation, owner):
    reason = {"rating_due": "", "reason": "asked"}
    store.act(evaluation.id, DueChanged(PERIOD, "2026-01-01", {}, **reason))
    app = visit(owner)
    assert table(app, "Expected until")[0]["State"] == ":red-background[overdue, missing: 12]"
