"""Templates for data owners: written, filled in, read back."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from ahp.errors import EvaluationError, OptionError
from ahp.evaluation import load_scheme
from ahp.exchange.layout_reading import Reading, read_layout
from ahp.exchange.layout_suggestion import suggest_layout
from ahp.exchange.owner_template import owner_template
from ahp.tables.grids import read_grid

from .conftest import Recalculate

SCHEME = load_scheme(Path(__file__).with_name("offices.toml"))
UNITS = {"north": "城北支行", "south": "城南支行"}
OWNERS = {
    "运营/管理部": ("process", "on_time", "case"),
    "零售部": ("deposits", "pass_rate", "service", "controls"),
}
OPERATIONS = "运营-管理部"


@pytest.fixture(scope="module")
def template() -> bytes:
    return owner_template(SCHEME, OWNERS, UNITS, "2026Q4")


def filled(content: bytes, sheet: str, cells: Mapping[str, Any]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    for cell, value in cells.items():
        book[sheet][cell] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(content: bytes, sheet: str, period: str = "2026Q4", scheme: Any = SCHEME) -> Reading:
    grid = read_grid(content, "t.xlsx", EvaluationError, sheet)
    suggestion = suggest_layout(grid, scheme, UNITS, aliases={})
    assert (suggestion.template, suggestion.questions) == (True, ())
    layout = suggestion.layout
    return read_layout(grid, layout, scheme, period, UNITS, aliases={})


def test_units_stand_down_and_indicators_across(template: bytes) -> None:
    book = load_workbook(io.BytesIO(template))
    assert book.sheetnames == [OPERATIONS, "零售部", "_ahp"]
    assert book["_ahp"].sheet_state == "hidden"
    rows = [list(row) for row in book[OPERATIONS].iter_rows(min_row=3, values_only=True)]
    assert rows == [
        ["被评价单位", "差错率", None, "按时整改率", "发生案件", None, "备注"],
        [None, "差错笔数", "凭证笔数", None, "发生案件", "文号", None],
        [None, "笔", "笔", "%", "次", None, None],
        ["城北支行", None, None, None, None, None, None],
        ["城南支行", None, None, None, None, None, None],
    ]
    assert book[OPERATIONS]["A1"].value == f"{OPERATIONS} · 网点，2026Q4"
    assert str(book[OPERATIONS]["D3"].comment.text) == (
        "60 及以下 0 分，98 及以上 100 分，其间按直线计分"
    )


def test_only_what_is_to_be_filled_in_is_open(template: bytes) -> None:
    sheet = load_workbook(io.BytesIO(template))[OPERATIONS]
    assert sheet.protection.sheet
    unlocked = {cell.coordinate for row in sheet for cell in row if not cell.protection.locked}
    assert unlocked == {f"{letter}{row}" for letter in "BCDEFG" for row in (6, 7)}


def test_what_may_be_filled_in_is_checked(template: bytes) -> None:
    book = load_workbook(io.BytesIO(template))
    rules = {
        str(one.sqref): (one.type, one.formula1, one.error)
        for sheet in book.worksheets
        for one in sheet.data_validations.dataValidation
    }
    words = '{0}="不适用",{0}="缺报",{0}="未到期"'
    number = f"OR(AND(ISNUMBER(B6)),{words.format('B6')})"
    amount = f"OR(AND(ISNUMBER(B6),B6>=1000000,B6<=1000000000),{words.format('B6')})"
    share = f"OR(AND(ISNUMBER(D6),D6>=0,D6<=100),{words.format('D6')})"
    times = f"OR(AND(ISNUMBER(E6),E6>=0),{words.format('E6')})"
    assert rules["D6:D7"] == ("list", '"好,中,不适用,缺报,未到期"', "请从下拉列表中选择。")
    assert rules["B6:B7"] == ("custom", amount, "请填写 1000000 至 1000000000 之间的数值。")
    assert rules["E6:E7"] == ("custom", times, "请填写不小于 0 的数值。")
    operations = {
        str(one.sqref): one.formula1 for one in book[OPERATIONS].data_validations.dataValidation
    }
    assert operations["B6:B7"] == number
    assert operations["D6:D7"] == share


@pytest.mark.parametrize("name", ["中，即合格,待改进", '中"等"', "中" * 250])
def test_grades_that_no_list_of_a_cell_can_have_are_typed(name: str, tmp_path: Path) -> None:
    text = Path(__file__).with_name("offices.toml").read_text(encoding="utf-8")
    path = tmp_path / "offices.toml"
    path.write_text(text.replace('zh = "中"', f"zh = '{name}'"), encoding="utf-8")
    content = owner_template(load_scheme(path), {"办公室": ["service"]}, UNITS, "2026Q4")
    (sheet, _) = load_workbook(io.BytesIO(content)).worksheets
    assert list(sheet.data_validations.dataValidation) == []


def test_a_filled_template_is_read_without_any_question(template: bytes) -> None:
    cells = {
        "B6": 2,
        "C6": 20000,
        "D6": 98,
        "D7": "不适用",
        "E7": 1,
        "F7": "2026-14",
        "G7": "复核",
    }
    content = filled(template, OPERATIONS, cells)
    reading = read(content, OPERATIONS)
    assert reading.accepted
    place = f"t.xlsx: sheet '{OPERATIONS}', cell "
    assert list(reading.records) == [
        {
            **{"unit": "north", "indicator": "process", "input": "errors", "value": "2"},
            "place": f"{place}B6",
        },
        {
            **{"unit": "north", "indicator": "process", "input": "vouchers", "value": "20000"},
            "place": f"{place}C6",
        },
        {"unit": "north", "indicator": "on_time", "value": "98", "place": f"{place}D6"},
        {
            **{"unit": "south", "indicator": "on_time", "value": "not applicable"},
            **{"note": "复核", "place": f"{place}D7"},
        },
        {
            **{"unit": "south", "indicator": "case", "value": "1", "evidence": "2026-14"},
            **{"note": "复核", "place": f"{place}E7"},
        },
    ]
    assert [str(one) for one in reading.remarks] == [
        "rows 1, 2 above the headers are passed over",
        "2 cells of indicators are empty; they count as not reported",
    ]


def test_shares_that_may_be_meant_in_percent_are_asked_about(template: bytes) -> None:
    content = filled(template, OPERATIONS, {"D6": 0.98})
    grid = read_grid(content, "t.xlsx", EvaluationError, OPERATIONS)
    suggestion = suggest_layout(grid, SCHEME, UNITS, aliases={})
    assert [str(one.asked) for one in suggestion.questions] == [
        "按时整改率 / %: the largest number is 0.98; does it stand for 0.98 % or for 98 %?"
    ]


def test_grades_and_control_points(template: bytes) -> None:
    content = filled(template, "零售部", {"D6": "好", "E6": "是", "F6": "部分", "C6": 0.9})
    reading = read(content, "零售部")
    assert [(one["indicator"], one.get("item"), one["value"]) for one in reading.records] == [
        ("pass_rate", None, "0.9"),
        ("service", None, "good"),
        ("controls", "1.1", "是"),
        ("controls", "1.2", "部分"),
    ]


def test_names_that_were_changed_are_refused(template: bytes) -> None:
    with pytest.raises(EvaluationError) as raised:
        read(filled(template, OPERATIONS, {"D3": "整改率"}), OPERATIONS)
    assert str(raised.value) == (
        "t.xlsx: no row with the headers '按时整改率 / %'; has the table another layout now?"
    )


def test_a_template_of_something_else_is_refused(template: bytes) -> None:
    content = filled(template, OPERATIONS, {"B6": 2})
    with pytest.raises(EvaluationError) as raised:
        read(content, OPERATIONS, "2027Q1")
    assert str(raised.value) == "t.xlsx: the template is that of 2026Q4, expected 2027Q1"
    data = {**SCHEME.to_dict(), "version": "2"}
    with pytest.raises(EvaluationError) as raised:
        read(content, OPERATIONS, scheme=type(SCHEME).from_dict(data))
    assert str(raised.value) == (
        "t.xlsx: the template is that of another version of the scheme, expected 2"
    )


def test_a_renamed_sheet_is_refused(template: bytes) -> None:
    book = load_workbook(io.BytesIO(template))
    book[OPERATIONS].title = "运营"
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(EvaluationError) as raised:
        read(stream.getvalue(), "运营")
    assert str(raised.value) == (
        "t.xlsx: the sheet '运营' had another name in the template; undo the change"
    )


@pytest.mark.parametrize(
    ("owners", "units", "period", "problem"),
    [
        (OWNERS, {}, "2026Q4", "no units: the scheme lists none, expected their names"),
        ({}, UNITS, "2026Q4", "no data owners, expected one or more"),
        (OWNERS, UNITS, "2026-03", "2026-03 is a month, expected a quarter"),
    ],
)
def test_templates_that_cannot_be(
    owners: Mapping[str, Any], units: Mapping[str, str], period: str, problem: str
) -> None:
    with pytest.raises(EvaluationError) as raised:
        owner_template(SCHEME, owners, units, period)
    assert str(raised.value) == problem


def test_unknown_indicators_and_languages_are_refused() -> None:
    with pytest.raises(EvaluationError) as raised:
        owner_template(SCHEME, {"A": ("profit",)}, UNITS, "2026Q4")
    assert str(raised.value) == (
        "'profit' is no indicator of the scheme, expected one of deposits, on_time, pass_rate, "
        "service, process, controls, case"
    )
    with pytest.raises(OptionError, match="language = 'fr'"):
        owner_template(SCHEME, OWNERS, UNITS, "2026Q4", "fr")


def test_a_template_of_two_hundred_units_in_english() -> None:
    units = {f"unit_{k}": f"A branch with a rather long name, number {k}" for k in range(200)}
    content = owner_template(SCHEME, {"Operations": ("process", "case")}, units, "2026Q4", "en")
    content = filled(content, "Operations", {"B205": 3})
    grid = read_grid(content, "t.xlsx", EvaluationError, "Operations")
    layout = suggest_layout(grid, SCHEME, units, aliases={}).layout
    reading = read_layout(grid, layout, SCHEME, "2026Q4", units, aliases={})
    assert [one["unit"] for one in reading.records] == ["unit_199"]


@pytest.mark.slow
def test_a_template_that_libreoffice_has_saved_is_read_the_same(
    template: bytes, recalculate: Recalculate
) -> None:
    cells = {"B6": 2, "C6": 20000, "D6": 98, "D7": "不适用", "E7": 1, "F7": "2026-14"}
    content = filled(template, OPERATIONS, cells)
    saved = recalculate({"template": content})["template"]
    assert read(saved, OPERATIONS) == read(content, OPERATIONS)
