"""The page on which data comes in."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

import ahp
from ahp.i18n import translator
from ahp.process.evaluations.events import CellKey, PeriodChecked, Row, UnitAdded, UnitChanged
from ahp.process.evaluations.units import Unit
from ahp.store import EvaluationInfo, Store
from ahp.web import state
from tests.process.evaluations.booked import PERIOD, UNITS, started
from tests.web.tables import shown_tables
from tests.web.test_accounts import signed_in

OFFICES = Path(ahp.__file__).parents[1] / "examples" / "evaluation" / "offices"
HEADER = "单位,编报信息简报（份）"
TABS = ["Import a file", "Type values", "Recordings", "History of a value"]


@pytest.fixture
def evaluation(store: Store) -> EvaluationInfo:
    return started(store)


def briefings(store: Store, made: EvaluationInfo, period: str = PERIOD) -> dict[str, str]:
    """Unit -> value that is recorded."""
    held = store.evaluation_state(made.id).periods[period]
    return {key.unit: one.row.value for key, one in held.values.items() if key[1] == "briefings"}


def upload(app: AppTest, name: str, *lines: str, content: bytes = b"") -> AppTest:
    [uploader] = app.get("file_uploader")
    data = content or "\n".join(lines).encode()
    uploader.set_value((name, data, "application/octet-stream")).run()
    assert not app.exception, app.exception
    return app


def keyed(elements: Iterable, begins: str):
    """The element whose key begins so."""
    [found] = [one for one in elements if str(one.key).startswith(begins)]
    return found


def record_buttons(app: AppTest) -> list[str]:
    return [one.label for one in app.button if str(one.key).startswith("record-")]


def texts(elements: Iterable) -> list[str]:
    return [one.value for one in elements]


def table(app: AppTest, column: str) -> list[dict[str, str]]:
    """The table that has a column."""
    [found] = [one for one in shown_tables(app) if column in one.columns]
    return found.to_dict("records")


def type_in(app: AppTest, rows: dict[int, dict[str, str]]) -> None:
    """Type into the grid that is shown."""
    [grid] = app.data_editor
    app.session_state[grid.key] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    app.run()
    assert not app.exception, app.exception


def utc(time: str) -> str:
    return f"{time[:16].replace('T', ' ')} UTC"


# -- files


def test_a_file_of_an_office_is_recorded_with_its_hash(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data")
    assert app.title[0].value == "Data in"
    assert [one.label for one in app.tabs] == TABS
    content = (OFFICES / "error_ledger_gbk.csv").read_bytes()
    upload(app, "台账.csv", content=content)
    assert texts(app.error) == []
    assert "**new values 72**" in texts(app.markdown)
    assert record_buttons(app) == ["Record these values (72)"]
    keyed(app.button, "record-").click().run()
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

    upload(app, "台账.csv", content=content)
    time = utc(recording.stamp.time)
    said = f"This very file was imported already: {time}, organizer without an account."
    assert texts(app.info)[:2] == [
        state.plain(said),
        "Nothing new: every value of this file (72) is recorded already.",
    ]
    assert "The layout is known from an earlier file." in texts(app.caption)
    assert record_buttons(app) == []


def test_names_of_units_are_asked_and_learned(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data")
    upload(app, "简报.csv", HEADER, "甲中心,5", "乙市中心,6", "大厦物业,1")
    assert "**Please answer what is open about this file: 3 of 3.**" in texts(app.markdown)
    assert record_buttons(app) == []
    questions = [one for one in app.selectbox if str(one.key).startswith("ask-")]
    assert [one.value for one in questions] == [None] * 3
    assert (
        questions[2].label
        == "简报.csv: row 4, column A: no unit is called “大厦物业”; which one is it?"
    )
    assert questions[2].options == [*UNITS.values(), "not evaluated here: leave its rows out"]
    button = keyed(app.button, "nearest-")
    assert button.label == "Choose the most similar unit for all 2 names; I'll check"
    button.click().run()
    questions = [one for one in app.selectbox if str(one.key).startswith("ask-")]
    assert [one.value for one in questions] == ["u1", "u2", None]
    questions[2].select("-").run()
    assert "**Please answer what is open about this file: 0 of 3.**" in texts(app.markdown)
    keyed(app.text_input, "layout-").input("办公室").run()
    keyed(app.button, "record-").click().run()
    assert texts(app.error) == []
    assert briefings(store, evaluation) == {"u1": "5", "u2": "6"}
    now = store.evaluation_state(evaluation.id)
    assert dict(now.aliases) == {"甲中心": "u1", "乙市中心": "u2"}
    assert list(now.layouts) == ["办公室"]
    upload(app, "简报2.csv", HEADER, "甲中心,5", "乙市中心,6", "大厦物业,1")
    assert not [one for one in app.selectbox if str(one.key).startswith("ask-")]
    assert "Nothing new: every value of this file (2) is recorded already." in texts(app.info)


def test_what_a_column_is_is_asked(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data", "zh")
    upload(app, "培训.csv", "单位,培训时数,天气", "甲市监督中心,30,晴")
    first, second = [one for one in app.selectbox if str(one.key).startswith("ask-")]
    assert (first.label, first.options[0]) == (
        "“培训时数”列对应的是“组织培训”的“培训学时”、“组织培训”的“在岗人数”，还是其他内容？",
        "组织培训 · 培训学时",
    )
    assert second.label == "没有名为“天气”的指标，该列是什么内容？"
    assert first.options[-3:] == ["文号", "备注", "都不是：略去该列"]
    first.select(first.options[0]).run()
    [_, second] = [one for one in app.selectbox if str(one.key).startswith("ask-")]
    second.select(second.options[-1]).run()
    keyed(app.button, "record-").click().run()
    held = store.evaluation_state(evaluation.id).periods[PERIOD]
    assert {key: one.row.value for key, one in held.values.items()} == {
        CellKey("u1", "training", input="hours"): "30"
    }


def test_what_numbers_are_stated_in_is_asked(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data")
    content = (OFFICES / "test_results_percent.xlsx").read_bytes()
    upload(app, "测试.xlsx", content=content)
    question = keyed(app.selectbox, "ask-")
    assert question.options == ["100 in the file is 1 (100%)", "100 in the file is 100 (10000%)"]
    question.select(question.options[0]).run()
    keyed(app.button, "record-").click().run()
    held = store.evaluation_state(evaluation.id).periods[PERIOD]
    assert held.values[CellKey("u1", "self_study")].row.value == "0.947"


def test_recorded_values_are_changed_with_a_reason(visit, store, organizer):
    earlier, period = ("2026Q1", "2026Q2", "2026Q3", "2026Q4"), "2027Q1"
    made = started(store, *earlier, period)
    for one in earlier:
        store.record_values(made.id, one, [Row("u1", "briefings", "5")])
    store.record_values(made.id, period, [Row("u1", "briefings", "5"), Row("u2", "briefings", "7")])
    app = visit(organizer, "evaluation_data")
    upload(app, "简报.csv", HEADER, "甲市监督中心,25", "乙市监督中心,7")
    assert "**changed 1 · recorded already 1**" in texts(app.markdown)
    doubt = "“25” is outside 2 to 8, where the earlier values 5, 5, 5, 5 let it be expected"
    assert table(app, "Recorded") == [
        {
            "Unit": "甲市监督中心",
            "Indicator": "Briefings",
            "Recorded": "5",
            "Now": "25",
            "Remark": f":red-background[⚠ {doubt}]",
        }
    ]
    keyed(app.button, "record-").click().run()
    assert texts(app.error) == [
        "Please say why recorded values are changed; nothing was recorded yet."
    ]
    assert briefings(store, made, period) == {"u1": "5", "u2": "7"}
    keyed(app.text_input, "reason-").input("办公室更正")
    keyed(app.button, "record-").click().run()
    assert texts(app.error) == []
    assert briefings(store, made, period) == {"u1": "25", "u2": "7"}
    [changed] = store.evaluation_state(made.id).periods[period].recordings[-1].action.rows
    assert changed.value == "25"
    indicator = [one for one in app.selectbox if str(one.key).startswith("history-")][1]
    indicator.select("briefings").run()
    assert [(one["Value"], one["File"], one["Reason"]) for one in table(app, "Who")] == [
        ("25", "简报.csv", "办公室更正"),
        ("5", "–", "–"),
    ]


def test_faults_are_listed_and_nothing_is_recorded(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data", "zh")
    upload(app, "简报.csv", HEADER, "甲市监督中心,很多", "乙市监督中心,7")
    [said] = texts(app.error)
    assert said.split("\n") == [
        "请先更正下列问题，更正前不会录入任何数据：",
        "",
        "- 简报.csv：第 2 行，B 列：“很多”，应为数。",
    ]
    assert record_buttons(app) == []
    upload(app, "旧.xls.csv", content=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert texts(app.error) == [
        "旧.xls.csv：这是旧的 .xls 工作簿，或设有密码。请去掉密码，另存为“Excel 工作簿（.xlsx）”。"
    ]


def test_a_sheet_is_chosen(visit, store, organizer, evaluation):
    workbook = openpyxl.Workbook()
    for name, value in (("一月", 5), ("二月", 6)):
        sheet = workbook.create_sheet(name)
        sheet.append(["单位", "编报信息简报"])
        sheet.append(["甲市监督中心", value])
    del workbook["Sheet"]
    stream = io.BytesIO()
    workbook.save(stream)
    app = visit(organizer, "evaluation_data")
    upload(app, "简报.xlsx", content=stream.getvalue())
    question = keyed(app.selectbox, "sheet-")
    assert (question.label, question.options) == ("Which sheet is to be read?", ["一月", "二月"])
    assert record_buttons(app) == []
    question.select("二月").run()
    keyed(app.button, "record-").click().run()
    assert briefings(store, evaluation) == {"u1": "6"}


def test_values_are_recorded_where_their_names_can_t_be_kept(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data")
    upload(app, "简报.csv", HEADER, f"{'甲' * 201},5")
    keyed(app.selectbox, "ask-").select("u1").run()
    keyed(app.button, "record-").click().run()
    assert texts(app.success) == ["Values recorded: 1."]
    assert texts(app.error) == [
        "The values are recorded, but the names and the layout of the file are not remembered: A "
        "text has 201 characters, at most 200 can be stored. Nothing was saved; please shorten it."
    ]
    assert briefings(store, evaluation) == {"u1": "5"}
    assert record_buttons(app) == []


def test_somebody_else_was_first(visit, store, organizer, evaluation):
    first, second = visit(organizer, "evaluation_data"), visit(organizer, "evaluation_data")
    lines = (HEADER, "甲市监督中心,5", "乙市监督中心,7")
    upload(first, "简报.csv", *lines)
    upload(second, "简报.csv", *lines)
    third = visit(organizer, "evaluation_data")
    upload(third, "简报.csv", HEADER, "甲市监督中心,6", "乙市监督中心,7")
    keyed(first.button, "record-").click().run()
    keyed(second.button, "record-").click().run()
    assert texts(second.success) == [
        "Nothing new: organizer without an account has recorded the same values just before."
    ]
    keyed(third.button, "record-").click().run()
    assert texts(third.error) == [
        "“甲市监督中心”, “Briefings”: somebody else has changed the value meanwhile. Nothing was "
        "recorded; look at the changes below and record again."
    ]
    assert briefings(store, evaluation) == {"u1": "5", "u2": "7"}
    assert "**changed 1 · recorded already 1**" in texts(third.markdown)


def test_who_delivers_a_file_is_kept_and_each_owner_has_a_template(
    visit, store, organizer, evaluation
):
    app = visit(organizer, "evaluation_data")
    hint = (
        "No data owner is named yet: name them on the page “Period”, and each gets a workbook of "
        "their own indicators."
    )
    assert hint in texts(app.caption)
    owner = store.add_person(evaluation.id, "data_owner", "李芳", indicators=["briefings"])
    app.run()
    labels = [one.proto.label for one in app.get("download_button")]
    assert labels == ["李芳", "All indicators"]
    keyed(app.selectbox, "from-").select(owner.person.id).run()
    upload(app, "简报.csv", HEADER, "甲市监督中心,5")
    assert keyed(app.text_input, "layout-").value == "李芳"
    keyed(app.button, "record-").click().run()
    [recording] = store.evaluation_state(evaluation.id).periods[PERIOD].recordings
    assert recording.owner == owner.person.id
    assert "values: 1 · delivered by 李芳" in texts(app.markdown)


# -- typed values


def test_values_are_typed(visit, store, organizer, evaluation):
    store.record_values(evaluation.id, PERIOD, [Row("u1", "briefings", "5")])
    app = visit(organizer, "evaluation_data")
    keyed(app.selectbox, "typed-").select("briefings").run()
    [grid] = app.data_editor
    shown = grid.value.to_dict("records")
    assert shown[0] == {
        "unit": "甲市监督中心",
        "part": "",
        "value": "5",
        "document": "",
        "note": "",
    }
    assert len(shown) == 12
    assert "Unit of measure: briefings adopted" in texts(app.caption)
    type_in(app, {1: {"value": "0.10"}, 2: {"value": "许多"}})
    assert texts(app.error) == [
        "Nothing can be recorded before this is mended:\n\n"
        "- “丙市监督中心”, “Briefings”: “许多”, expected a number"
    ]
    type_in(app, {0: {"value": "6"}, 1: {"value": "0.10"}})
    assert "**new values 1 · changed 1**" in texts(app.markdown)
    keyed(app.text_input, "reason-").input("电话更正")
    keyed(app.button, "record-").click().run()
    assert texts(app.success) == ["Values recorded: 2."]
    assert briefings(store, evaluation) == {"u1": "6", "u2": "0.1"}
    type_in(app, {0: {"value": None}})
    assert "**taken away 1**" in texts(app.markdown)
    keyed(app.text_input, "reason-").input("录错单位")
    keyed(app.button, "record-").click().run()
    assert briefings(store, evaluation) == {"u2": "0.1"}


def test_what_is_typed_stays_in_another_language(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data")
    keyed(app.selectbox, "typed-").select("briefings").run()
    type_in(app, {0: {"value": "5"}})
    assert "**new values 1**" in texts(app.markdown)
    app.session_state["language"] = "zh"
    app.run()
    assert "**" + translator("zh")("new values") + " 1**" in texts(app.markdown)
    config = json.loads(app.data_editor[0].proto.columns)
    assert config["value"]["label"] == translator("zh")("Value")


def test_what_is_typed_stays_with_its_unit(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data")
    keyed(app.selectbox, "typed-").select("briefings").run()
    type_in(app, {1: {"value": "5"}})
    assert record_buttons(app) == ["Record these values (1)"]
    gone = replace(store.evaluation_state(evaluation.id).unit["u2"], active_to="2026Q3")
    store.act(evaluation.id, UnitChanged(gone, "撤并"))
    store.act(evaluation.id, UnitAdded(Unit(id="u13", name="寅市监督中心")))
    app.run()
    names = app.data_editor[0].value["unit"].tolist()
    assert (len(names), names[1], names[-1]) == (12, "丙市监督中心", "寅市监督中心")
    assert record_buttons(app) == []


def test_a_deduction_is_typed_with_its_document(visit, store, organizer, evaluation):
    app = visit(organizer, "evaluation_data")
    keyed(app.segmented_control, "way-").set_value("unit").run()
    keyed(app.selectbox, "typed-").select("u3").run()
    [grid] = app.data_editor
    names = grid.value["part"].tolist()
    row = names.index("Supervision report late")
    type_in(app, {row: {"value": "1"}})
    assert texts(app.error) == [
        "Nothing can be recorded before this is mended:\n\n- “丙市监督中心”, “Supervision report "
        "late”: a deduction, bonus or veto needs the number of its document."
    ]
    type_in(app, {row: {"value": "1", "document": "2026-14"}})
    keyed(app.button, "record-").click().run()
    held = store.evaluation_state(evaluation.id).periods[PERIOD]
    assert held.values[CellKey("u3", "late_report")].row == Row(
        "u3", "late_report", "1", evidence="2026-14"
    )
    assert held.undecided == (CellKey("u3", "late_report"),)


# -- what was recorded


def test_an_import_is_taken_back(visit, store, organizer, evaluation):
    store.record_values(evaluation.id, PERIOD, [Row("u1", "briefings", "5")])
    app = visit(organizer, "evaluation_data")
    upload(app, "简报.csv", HEADER, "甲市监督中心,6", "乙市监督中心,7")
    keyed(app.text_input, "reason-").input("更正")
    keyed(app.button, "record-").click().run()
    assert briefings(store, evaluation) == {"u1": "6", "u2": "7"}
    latest = store.evaluation_state(evaluation.id).periods[PERIOD].recordings[-1]
    keyed(
        [one for one in app.button if str(one.key).endswith(f"-{latest.stamp.seq}")], "take_back-"
    ).click().run()
    assert texts(app.error) == []
    assert texts(app.success) == ["Values recorded: 2."]
    assert briefings(store, evaluation) == {"u1": "5"}
    undone = store.evaluation_state(evaluation.id).periods[PERIOD].recordings[-1]
    assert undone.action.reason == f"taken back: 简报.csv, {utc(latest.stamp.time)}"
    assert len([one for one in app.button if str(one.key).startswith("take_back-")]) == 3


# -- who may


def test_readers_change_nothing(visit, store):
    made = started(store)
    store.add_account("Root", "four random words", ["administrator"])
    session = signed_in(store, "Li", "reader")
    app = visit(session, "evaluation_data")
    assert not app.exception
    [uploader] = app.get("file_uploader")
    assert uploader.disabled
    type_in(app, {0: {"value": "6"}})
    assert keyed(app.button, "record-").disabled
    assert not store.evaluation_state(made.id).periods[PERIOD].values


def test_nobody_without_a_session_sees_the_page(visit, store, evaluation):
    app = visit(None)
    assert not app.tabs
    assert "甲市监督中心" not in str(app.main)


def test_after_the_check_nothing_comes_in(visit, store, organizer, evaluation):
    store.record_values(evaluation.id, PERIOD, [Row("u1", "briefings", "5")])
    store.act(evaluation.id, PeriodChecked(PERIOD))
    app = visit(organizer, "evaluation_data", "zh")
    assert app.title[0].value == "数据导入"
    assert texts(app.info)[0] == "2026Q4已完成核对。如需修改数据，请先撤销核对。"
    [uploader] = app.get("file_uploader")
    assert uploader.disabled
    assert [one.label for one in app.tabs] == ["导入文件", "手工录入", "录入记录", "数值变更记录"]
