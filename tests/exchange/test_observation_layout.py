"""Tables in the layouts of offices: what is recognized, what is asked, what is read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from ahp.errors import EvaluationError
from ahp.evaluation import Scheme, load_scheme
from ahp.exchange.layout_cells import TableCell
from ahp.exchange.layout_questions import CellKey, expectations, key_of, question_sentence
from ahp.exchange.layout_reading import Reading, read_layout, refused
from ahp.exchange.layout_suggestion import Suggestion, suggest_layout
from ahp.exchange.observation_layout import Expected, Layout, LayoutColumn, without_brackets
from ahp.exchange.stated_units import factor
from ahp.i18n.errors import error_sentence
from ahp.tables.grids import read_grid

from .conftest import rezipped

SCHEME: Scheme = load_scheme(Path(__file__).with_name("offices.toml"))
UNITS = {"north": "城北支行", "south": "城南支行", "west": "城西支行"}
Rows = Sequence[Sequence[Any]]


def table(rows: Rows, encoding: str = "utf-8") -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode(encoding)


def workbook(
    rows: Rows, merged: Iterable[str] = (), formats: Mapping[str, str] | None = None
) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "数据"
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    for cell, shape in (formats or {}).items():
        sheet[cell].number_format = shape
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def suggest(content: bytes, source: str = "t.csv", **others: Any) -> Suggestion:
    grid = read_grid(content, source, EvaluationError)
    return suggest_layout(grid, SCHEME, UNITS, **{"aliases": {}, **others})


def read(
    content: bytes, layout: Layout | None = None, source: str = "t.csv", **others: Any
) -> Reading:
    layout = layout or suggest(content, source).layout
    grid = read_grid(content, source, EvaluationError, layout.sheet)
    return read_layout(grid, layout, SCHEME, "2026Q4", UNITS, **{"aliases": {}, **others})


def values(reading: Reading) -> list[tuple[str, ...]]:
    """Unit, indicator, part if there is one, and value."""
    parts = (
        (one["unit"], one["indicator"], one.get("input", one.get("item", "")), one["value"])
        for one in reading.records
    )
    return [tuple(filter(None, part)) for part in parts]


def faults(reading: Reading) -> list[str]:
    return list(map(str, refused(reading)))


def asked(suggestion: Suggestion) -> list[str]:
    return [str(one.asked) for one in suggestion.questions]


WIDE = [
    ["单位", "存款余额", "按时整改率"],
    ["城北支行", "120000000", "98"],
    ["城南支行", "3500000.50", "87.5"],
]


def test_units_down_and_indicators_across() -> None:
    reading = read(table(WIDE))
    assert values(reading) == [
        ("north", "deposits", "120000000"),
        ("north", "on_time", "98"),
        ("south", "deposits", "3500000.5"),
        ("south", "on_time", "87.5"),
    ]
    assert reading.remarks == ()
    assert reading.records[3]["place"] == "t.csv: row 3, column C"


@pytest.mark.parametrize("is_workbook", [False, True])
def test_indicators_down_and_units_across(is_workbook: bool) -> None:
    rows = [["2026年第四季度"], *zip(*WIDE, ["合计", "123500000", ""], strict=True), ["制表：李"]]
    content = workbook(rows) if is_workbook else table(rows)
    suggestion = suggest(content)
    assert (suggestion.layout.kind, suggestion.questions) == ("transposed", ())
    reading = read(content, suggestion.layout)
    assert values(reading) == values(read(table(WIDE)))
    place = "t.csv: sheet '数据', cell C4" if is_workbook else "t.csv: row 4, column C"
    assert reading.records[3]["place"] == place
    assert [str(one) for one in reading.remarks] == [
        "columns D are sums or averages; they are passed over",
        "rows 1, 5 hold no values of units; they are passed over",
    ]


def test_a_value_a_row() -> None:
    rows = [
        ["机构", "评价期", "指标", "数值", "数据项", "依据", "备注"],
        ["城北支行", "2026年第4季度", "存款余额", "120000000", "", "", ""],
        ["城北支行", "2026Q3", "存款余额", "110000000", "", "", ""],
        ["城北支行", "2026Q4", "差错率", "2", "差错笔数", "台账", "已复核"],
        ["城北支行", "2026Q4", "差错率", "20000", "vouchers", "台账", ""],
        ["城北支行", "2026Q4", "发生案件", "是", "", "通报1号", ""],
        ["合计", "", "", "2", "", "", ""],
    ]
    suggestion = suggest(table(rows))
    assert (suggestion.layout.kind, suggestion.questions) == ("long", ())
    reading = read(table(rows), suggestion.layout)
    assert faults(reading) == []
    assert values(reading) == [
        ("north", "deposits", "120000000"),
        ("north", "process", "errors", "2"),
        ("north", "process", "vouchers", "20000"),
        ("north", "case", "1"),
    ]
    assert reading.records[1] == {
        "unit": "north",
        "indicator": "process",
        "input": "errors",
        "value": "2",
        "evidence": "台账",
        "note": "已复核",
        "place": "t.csv: row 4, column D",
    }
    assert [str(one) for one in reading.remarks] == [
        "rows 7 are sums or averages; they are passed over",
        "1 values are of other periods; they are passed over",
    ]


def test_points_are_no_values_where_another_column_may_have_them() -> None:
    rows = [["机构", "指标", "得分", "实际值"], ["城北支行", "存款余额", "10", "120000000"]]
    suggestion = suggest(table(rows))
    assert [one.role for one in suggestion.layout.columns[:3]] == ["unit", "indicator", "value"]
    assert suggestion.layout.columns[2].header == "实际值"
    assert asked(suggestion) == ["no indicator is called '得分'; what is this column?"]
    rows[0][3] = "完成情况"
    assert asked(suggest(table(rows))) == [
        "no indicator is called '得分'; what is this column?",
        "no indicator is called '完成情况'; what is this column?",
    ]
    alone = [row[:3] for row in rows]
    assert suggest(table(alone)).layout.columns[2] == LayoutColumn("得分", "value")


def test_names_of_a_long_table_that_are_unknown_are_asked_about() -> None:
    rows = [
        ["单位", "指标", "数值"],
        ["城北支行", "存款余额", "2000000"],
        ["城南支行", "存款", "3"],
    ]
    suggestion = suggest(table(rows))
    (question,) = suggestion.questions
    assert (question.about, question.name) == ("indicator", "存款")
    assert question.columns == (LayoutColumn("存款", "values", "deposits"),)
    reading = read(table(rows), suggestion.layout)
    assert faults(reading) == ["t.csv: row 3, column B: nothing says which indicator '存款' is"]
    layout = suggestion.layout.with_column(question.columns[0])
    assert values(read(table(rows), layout))[1] == ("south", "deposits", "3")


def test_headers_of_two_and_three_rows() -> None:
    rows = [
        ["网点检查情况", None, None, None, None, None],
        ["单位", "差错率", None, "控制点检查", None, "发生案件"],
        [None, "差错笔数", "凭证笔数", "钥匙保管", "印章保管", "次"],
        ["城北支行", 2, 20000, "是", "38/40", 0],
        ["城南支行", 0, 9000, "部分", "否", 1],
    ]
    content = workbook(rows, ["A1:F1", "A2:A3", "B2:C2", "D2:E2"])
    suggestion = suggest(content, "t.xlsx")
    assert suggestion.questions == ()
    layout = suggestion.layout
    assert [one.header for one in layout.columns] == [
        "单位",
        "差错率 / 差错笔数",
        "差错率 / 凭证笔数",
        "控制点检查 / 钥匙保管",
        "控制点检查 / 印章保管",
        "发生案件 / 次",
    ]
    reading = read(content, layout, "t.xlsx")
    assert values(reading) == [
        ("north", "process", "errors", "2"),
        ("north", "process", "vouchers", "20000"),
        ("north", "controls", "1.1", "是"),
        ("north", "controls", "1.2", "38/40"),
        ("south", "process", "errors", "0"),
        ("south", "process", "vouchers", "9000"),
        ("south", "controls", "1.1", "部分"),
        ("south", "controls", "1.2", "否"),
        ("south", "case", "1"),
    ]
    assert reading.records[-1]["place"] == "t.xlsx: sheet '数据', cell F5"
    in_csv = table([[cell or "" for cell in row] for row in rows])
    assert suggest(in_csv).layout.columns == layout.columns


def test_a_name_that_is_merely_like_one_is_never_taken() -> None:
    rows = [["单位", "存款余额合计数", "领导关怀"], ["城北支行", "2000000", "7"]]
    suggestion = suggest(table(rows))
    assert [one.role for one in suggestion.layout.columns] == ["unit"]
    assert asked(suggestion) == [
        "what is the column '存款余额合计数': 'deposits', or something else?",
        "no indicator is called '领导关怀'; what is this column?",
    ]
    assert faults(read(table(rows), suggestion.layout)) == [
        "t.csv: row 1, column B: nothing says what the column '存款余额合计数' is; say so, or "
        "leave it out",
        "t.csv: row 1, column C: nothing says what the column '领导关怀' is; say so, or leave it "
        "out",
    ]


def test_two_columns_that_seem_the_same_and_a_derived_indicator_are_asked_about() -> None:
    rows = [
        ["单位", "按时整改率", "on_time", "差错率"],
        ["城北支行", "98", "97", "1.2"],
    ]
    suggestion = suggest(table(rows))
    assert asked(suggestion) == [
        "what is the column '按时整改率': 'on_time', or something else?",
        "what is the column 'on_time': 'on_time', or something else?",
        "what is the column '差错率': 'errors' of 'process', 'vouchers' of "
        "'process', or something else?",
    ]
    assert question_sentence(suggestion.questions[2], SCHEME, UNITS, "zh") == (
        "“差错率”列对应的是“差错率”的“差错笔数”、“差错率”的“凭证笔数”，还是其他内容？"
    )


def test_another_figure_of_an_indicator_is_not_taken_for_its_value() -> None:
    rows = [
        ["单位", "存款余额", ""],
        ["", "本期", "上年同期"],
        ["城北支行", "2000000", "1900000"],
    ]
    suggestion = suggest(table(rows))
    assert [one.indicator for one in suggestion.layout.columns] == ["", "deposits"]
    assert asked(suggestion) == [
        "what is the column '存款余额 / 上年同期': 'deposits', or something else?"
    ]


@pytest.mark.parametrize(
    "header",
    [
        *("存款余额（上年同期）", "存款余额(计划)", "上年 / 存款余额", "存款余额（年初）"),
        *("存款余额（得分）", "存款余额（累计）", "存款余额（YTD）", "存款余额（权重）"),
    ],
)
def test_headers_of_another_figure_than_that_of_the_period(header: str) -> None:
    above, _, name = header.rpartition(" / ")
    rows = [["单位", above], ["", name], ["城北支行", "2000000"]] if above else [["单位", name]]
    rows = rows if above else [*rows, ["城北支行", "2000000"]]
    suggestion = suggest(table(rows))
    assert [one.role for one in suggestion.layout.columns] == ["unit"]
    assert asked(suggestion) == [f"what is the column {header!r}: 'deposits', or something else?"]


def test_layouts_of_another_scheme_are_neither_remembered_nor_read() -> None:
    layout = suggest(table(WIDE)).layout.with_column(LayoutColumn("存款余额", "values", "loans"))
    assert not suggest(table(WIDE), earlier=[layout]).remembered
    with pytest.raises(EvaluationError) as raised:
        read(table(WIDE), layout)
    assert str(raised.value) == (
        "'loans' is no indicator of the scheme, expected one of deposits, on_time, pass_rate, "
        "service, process, controls, case"
    )
    layout = replace(suggest(table(WIDE)).layout, units={"城北支行": "nowhere"})
    assert {one["unit"] for one in read(table(WIDE), layout).records} == {"north", "south"}


def test_the_column_with_most_different_units_names_them() -> None:
    rows = [
        ["主管行", "单位", "存款余额"],
        ["城北支行", "城西支行", "2000000"],
        ["城北支行", "城南支行", "2000000"],
    ]
    suggestion = suggest(table(rows))
    assert asked(suggestion) == ["no indicator is called '主管行'; what is this column?"]
    assert suggestion.layout.with_role("unit")[0].header == "单位"


def test_case_width_numbers_and_brackets_of_headers_make_no_difference() -> None:
    rows = [["Unit", "1. ＤＥＰＯＳＩＴＳ（万）", "二、按时整改率"], ["North", "2000000", "98"]]
    suggestion = suggest(table(rows))
    assert [one.indicator for one in suggestion.layout.columns] == ["", "deposits", "on_time"]


SHARES = [
    ["单位", "按时整改率", "合格率"],
    ["城北支行", "0.98", "98"],
    ["城南支行", "0.875", "87.5"],
]


def test_shares_may_be_written_in_two_ways() -> None:
    suggestion = suggest(table(SHARES))
    assert asked(suggestion) == [
        "按时整改率: the largest number is 0.98; does it stand for 0.98 % or for 98 %?",
        "合格率: numbers from 0 to 1 are expected; does 98 stand for 98 %, that is 0.98, or for 98 "
        "itself?",
    ]
    as_written = read(table(SHARES), suggestion.layout)
    assert [str(one.asked) for one in as_written.questions] == asked(suggestion)
    assert not as_written.accepted
    layout = suggestion.layout
    for question in suggestion.questions:
        (answer,) = (one for one in question.columns if one.measure != "scheme")
        layout = layout.with_column(answer)
    reading = read(table(SHARES), layout)
    assert reading.accepted
    assert values(reading) == [
        ("north", "on_time", "98"),
        ("north", "pass_rate", "0.98"),
        ("south", "on_time", "87.5"),
        ("south", "pass_rate", "0.875"),
    ]


def test_shares_of_targets_may_be_more_than_all() -> None:
    rows = [
        ["单位", "按时整改率", "合格率"],
        ["城北支行", "0.98", "105"],
        ["城南支行", "1.1", "98"],
    ]
    suggestion = suggest(table(rows))
    assert asked(suggestion) == [
        "按时整改率: the largest number is 1.1; does it stand for 1.1 % or for 110 %?",
        "合格率: numbers from 0 to 1 are expected; does 105 stand for 105 %, that is 1.05, or for "
        "105 itself?",
    ]
    measures = [[one.measure for one in question.columns] for question in suggestion.questions]
    assert measures == [["scheme", "times_100"], ["over_100", "scheme"]]


def test_a_column_with_shares_in_both_ways_is_said_to_be_mixed() -> None:
    rows = [["单位", "按时整改率", "合格率"], ["城北支行", "98", "94"], ["城南支行", "0.97", "0.9"]]
    suggestion = suggest(table(rows))
    mixed = [
        "按时整改率: t.csv: row 3, column B: 0.97 beside numbers as large as 98; does 0.97 stand "
        "for 0.97 %? If it stands for 97 %, please correct the file",
        "合格率: t.csv: row 3, column C: 0.9 beside numbers as large as 94; does 0.9 stand for "
        "0.9 %? If it stands for 90 %, please correct the file",
    ]
    assert asked(suggestion) == mixed
    measures = [[one.measure for one in question.columns] for question in suggestion.questions]
    assert measures == [["scheme", None], ["over_100", None]]
    assert suggestion.questions[1].columns[1] == LayoutColumn("合格率", "left_out")
    layout = suggestion.layout
    for column, measure in (("按时整改率", "times_100"), ("合格率", "over_100")):
        (known,) = (one for one in layout.columns if one.header == column)
        layout = layout.with_column(replace(known, measure=measure))
    assert asked(suggest(table(rows), earlier=[layout])) == mixed


def test_a_percent_sign_says_it_all() -> None:
    rows = [
        ["单位", "按时整改率", "合格率"],
        ["城北支行", "98%", "98.0 %"],
        ["城南支行", "0.5%", "２%"],
    ]
    assert values(read(table(rows))) == [
        ("north", "on_time", "98"),
        ("north", "pass_rate", "0.98"),
        ("south", "on_time", "0.5"),
        ("south", "pass_rate", "0.02"),
    ]


def test_numbers_that_a_workbook_shows_as_percentages() -> None:
    rows = [["单位", "按时整改率", "合格率"], ["城北支行", 0.98, 0.07], ["城南支行", 98, 0.875]]
    formats = {"B2": "0.00%", "C2": "0%", "B3": '0"%"', "C3": "0%;[Red]-0%"}
    suggestion = suggest(content := workbook(rows, formats=formats))
    assert suggestion.questions == ()
    assert values(read(content, suggestion.layout)) == [
        ("north", "on_time", "98"),
        ("north", "pass_rate", "0.07"),
        ("south", "on_time", "98"),
        ("south", "pass_rate", "0.875"),
    ]


AMOUNTS = [["单位", "存款余额"], ["城北支行", "12000"], ["城南支行", "3500.5"]]


def test_amounts_outside_of_what_can_be_are_asked_about() -> None:
    suggestion = suggest(table(AMOUNTS))
    assert asked(suggestion) == [
        "存款余额: the scheme has values from 1000000 to 1000000000; does 12000 stand for 12000 or "
        "for 120000000?"
    ]
    (question,) = suggestion.questions
    assert [one.measure for one in question.columns] == ["scheme", "times_10000"]
    layout = suggestion.layout.with_column(question.columns[1])
    reading = read(table(AMOUNTS), layout)
    assert values(reading) == [
        ("north", "deposits", "120000000"),
        ("south", "deposits", "35005000"),
    ]
    assert reading.accepted


STATED = "the table states it in {!r}, which isn't the scheme's unit of measure; ".format


@pytest.mark.parametrize(
    ("header", "unit", "number", "one", "other", "measure"),
    [
        ("存款余额（万元）", "万元", "2000000", "2000000", "20000000000", "times_10000"),
        ("存款余额 (单位：千元)", "千元", "120000", "120000", "120000000", "times_1000"),
        ("存款余额万元", "万元", "12000", "12000", "120000000", "times_10000"),
        ("存款余额（亿元）", "亿元", "1.2", "1.2", "120000000", "times_100000000"),
        ("deposits（百万元）", "百万元", "120", "120", "120000000", "times_1000000"),
        ("存款余额（万）", "万", "12000", "12000", "120000000", "times_10000"),
        ("按时整改率（‰）", "‰", "980", "980", "98", "over_10"),
        ("按时整改率（‱）", "‱", "9800", "9800", "98", "over_100"),
        ("合格率（‰）", "‰", "980", "980", "0.98", "over_1000"),
        ("凭证笔数（万笔）", "万笔", "2.1", "2.1", "21000", "times_10000"),
    ],
)
def test_a_header_may_state_another_unit_of_measure(
    header: str, unit: str, number: str, one: str, other: str, measure: str
) -> None:
    rows = [["单位", header], ["城北支行", number]]
    suggestion = suggest(table(rows))
    if header != "存款余额万元":  # which is a name merely like one
        assert asked(suggestion) == [
            f"{header}: {STATED(unit)}does {number} stand for {one} or for {other}?"
        ]
    else:
        layout = suggestion.layout.with_column(suggestion.questions[0].columns[0])
        suggestion = replace(suggestion, questions=read(table(rows), layout).questions)
    (question,) = suggestion.questions
    assert [column.measure for column in question.columns] == ["scheme", measure]
    layout = suggestion.layout.with_column(question.columns[1])
    reading = read(table(rows), layout)
    assert reading.accepted
    assert [record["value"] for record in reading.records] == [other]
    assert suggest(table(rows), earlier=[layout]) == Suggestion(layout, (), remembered=True)


@pytest.mark.parametrize(
    ("header", "number"),
    [("存款余额（元）", "120000000"), ("按时整改率（%）", "98"), ("凭证笔数（张）", "20000")],
)
def test_a_header_that_states_the_unit_of_measure_of_the_scheme(header: str, number: str) -> None:
    suggestion = suggest(table([["单位", header], ["城北支行", number]]))
    assert suggestion.questions == ()


def test_a_unit_of_measure_that_has_no_known_factor() -> None:
    rows = [["单位", "存款余额（小时）"], ["城北支行", "2000000"]]
    suggestion = suggest(table(rows))
    assert asked(suggestion) == [
        f"存款余额（小时）: {STATED('小时')}is 2000000 stated as the scheme has it? If not, leave "
        "it out or correct the file"
    ]
    taken, left_out = suggestion.questions[0].columns
    assert values(read(table(rows), suggestion.layout.with_column(taken))) == [
        ("north", "deposits", "2000000")
    ]
    assert left_out == LayoutColumn("存款余额（小时）", "left_out")


def test_a_row_and_a_header_that_state_different_units_of_measure() -> None:
    rows = [["单位", "存款余额（万元）", "计量单位"], ["城北支行", "2000000", "元"]]
    assert asked(suggest(table(rows))) == [
        f"存款余额（万元）: {STATED('元, 万元')}is 2000000 stated as the scheme has it? If not, "
        "leave it out or correct the file"
    ]
    rows[1][2] = "万 元"
    (question,) = suggest(table(rows)).questions
    assert [one.measure for one in question.columns] == ["scheme", "times_10000"]


def test_a_title_may_state_what_amounts_are_in() -> None:
    rows = [
        ["填报单位：计财部", "", "金额单位：万元"],
        ["单位", "存款余额", "按时整改率", "凭证笔数"],
        ["城北支行", "12000", "98", "20000"],
    ]
    suggestion = suggest(table(rows))
    assert asked(suggestion) == [
        f"存款余额: {STATED('万元')}does 12000 stand for 12000 or for 120000000?"
    ]
    layout = suggestion.layout.with_column(suggestion.questions[0].columns[1])
    assert values(read(table(rows), layout))[0] == ("north", "deposits", "120000000")
    silent = [["填报单位：计财部"], *rows[1:]]
    assert asked(suggest(table(silent), earlier=[layout])) == [
        "存款余额: so far another unit of measure was stated; does 12000 stand for 12000 or for "
        "120000000?"
    ]
    in_yuan = [["填报单位：计财部，单位：元"], *rows[1:]]
    assert asked(suggest(table(in_yuan), earlier=[layout])) == [
        f"存款余额: {STATED('元')}does 12000 stand for 12000 or for 120000000?"
    ]
    for title in ("单位：,人民币万元", "单位：万元人民币", "各支行存款情况表（万元）"):
        said = [title.split(","), *rows[1:]]
        (question,) = suggest(table(said)).questions
        assert question.columns[1].measure == "times_10000"
    header_counts = [rows[0], ["单位", "存款余额（元）"], ["城北支行", "120000000"]]
    assert suggest(table(header_counts)).questions == ()


def test_rows_may_state_their_units_of_measure() -> None:
    rows = [
        ["机构", "指标", "计量单位", "数值"],
        ["城北支行", "存款余额", "万元", "12000"],
        ["城北支行", "按时整改率", "‰", "980"],
        ["城北支行", "发生案件", "起", "1"],
    ]
    suggestion = suggest(table(rows))
    assert [one.role for one in suggestion.layout.columns[:4]] == [
        *("unit", "indicator", "stated", "value"),
    ]
    assert asked(suggestion) == [
        f"存款余额: {STATED('万元')}does 12000 stand for 12000 or for 120000000?",
        f"按时整改率: {STATED('‰')}does 980 stand for 980 or for 98?",
    ]
    layout = suggestion.layout
    for question in suggestion.questions:
        layout = layout.with_column(question.columns[1])
    reading = read(table(rows), layout)
    assert reading.accepted
    assert values(reading) == [
        ("north", "deposits", "120000000"),
        ("north", "on_time", "98"),
        ("north", "case", "1"),
    ]
    blank = [rows[0], ["城西支行", "存款余额", "", ""], *rows[1:]]
    assert asked(suggest(table(blank))) == asked(suggestion)
    more = [*rows, ["城南支行", "存款余额", "元", "120000000"]]
    assert faults(read(table(more), layout)) == [
        "t.csv: row 5, column D: 存款余额: stated in '元', but in '万元' where it stands first; "
        "state all of it in one unit of measure"
    ]


def test_a_percentage_of_what_is_stated_otherwise() -> None:
    assert factor("%", Expected(unit="‱")) == 100
    rows = [["单位", "存款余额"], ["城北支行", "12%"]]
    assert faults(read(table(rows))) == [
        "t.csv: row 2, column B: '12%' is a percentage, expected an amount"
    ]


def test_amounts_far_from_those_of_earlier_periods_are_asked_about() -> None:
    key = CellKey("north", "process", input="vouchers")
    history = {"2026Q2": {key: "20000"}, "2026Q3": {key: "21000"}}
    rows = [["单位", "凭证笔数"], ["城北支行", "2.1"]]
    suggestion = suggest(table(rows), history=history)
    assert asked(suggestion) == [
        "凭证笔数: earlier values are such as 21000; does 2.1 stand for 2.1 or for 21000?"
    ]
    assert suggest(table([rows[0], ["城北支行", "2100"]]), history=history).questions == ()


def test_an_earlier_layout_is_asked_about_again_when_the_measure_has_changed() -> None:
    suggestion = suggest(table(SHARES))
    layout = suggestion.layout
    for question in suggestion.questions:
        (answer,) = (one for one in question.columns if one.measure != "scheme")
        layout = layout.with_column(answer)
    assert suggest(table(SHARES), earlier=[layout]) == Suggestion(layout, (), remembered=True)
    turned = [SHARES[0], ["城北支行", "98", "0.98"], ["城南支行", "87.5", "0.875"]]
    assert asked(suggest(table(turned), earlier=[layout])) == [
        "按时整改率: so far a number such as 0.98 stood for 98 %, now there is 98; does it stand "
        "for 98 % or for a hundred times as much?",
        "合格率: so far a number such as 98 stood for 98 %, now there is 0.98; does it stand for "
        "0.98 % or for 0.98 itself?",
    ]


def test_the_latest_layout_with_the_headers_of_the_table_is_remembered() -> None:
    left_out = LayoutColumn("按时整改率", "left_out")
    first = suggest(table(WIDE)).layout
    second = first.with_column(left_out)
    other = Layout("wide", (LayoutColumn("支行", "unit"),))
    suggestion = suggest(table(WIDE), earlier=[first, second, other])
    assert (suggestion.layout, suggestion.remembered) == (second, True)
    more = [[*row, text] for row, text in zip(WIDE, ("合格率", "1", "1"), strict=True)]
    assert not suggest(table(more), earlier=[first, second]).remembered
    moved = [row[::-1] for row in WIDE]
    assert values(read(table(moved), first)) == [
        ("north", "on_time", "98"),
        ("north", "deposits", "120000000"),
        ("south", "on_time", "87.5"),
        ("south", "deposits", "3500000.5"),
    ]


def test_units_under_other_names() -> None:
    rows = [*WIDE, ["西支行", "2000000", "90"], ["东郊分理处", "1", "1"], ["某某", "", ""]]
    suggestion = suggest(table(rows), aliases={"西支行": "west"})
    assert [(one.name, one.units) for one in suggestion.questions] == [("东郊分理处", ())]
    assert asked(suggestion) == [
        "t.csv: row 5, column A: no unit is called '东郊分理处'; which one is it?"
    ]
    reading = read(table(rows), suggestion.layout, aliases={"西支行": "west"})
    assert values(reading)[-1] == ("west", "on_time", "90")
    assert [one.name for one in reading.questions] == ["东郊分理处"]
    assert [str(one) for one in reading.remarks] == [
        "rows 6 hold no values of units; they are passed over"
    ]


def test_one_unit_that_is_called_alike() -> None:
    units = {"north": "城北支行", "south": "城南支行", "west": "城西"}
    grid = read_grid(table([*WIDE, ["城西部", "2000000", "90"]]), "t.csv", EvaluationError)
    (question,) = suggest_layout(grid, SCHEME, units, aliases={}).questions
    assert question.units == ("west",)
    assert question_sentence(question, SCHEME, units, "zh") == (
        "t.csv：第 4 行，A 列：没有名为“城西部”的单位，是否为“城西”？"
    )


def test_notes_and_signatures_are_no_units() -> None:
    rows = [
        ["单位", "存款余额", "按时整改率"],
        ["城北支行", 2000000, 98],
        ["数据截至季末，口径同上季", None, None],
        ["注：不含表外", None, None],
        ["制表人：张三", "审核人：李四", None],
    ]
    content = workbook(rows, ["A3:C3", "A4:C4"])
    suggestion = suggest(content, "t.xlsx")
    assert suggestion.questions == ()
    reading = read(content, suggestion.layout, "t.xlsx")
    assert values(reading) == [("north", "deposits", "2000000"), ("north", "on_time", "98")]
    assert [str(one) for one in reading.remarks] == [
        "rows 3, 4, 5 hold no values of units; they are passed over"
    ]


def test_hidden_rows_and_columns_are_said() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (*WIDE, ["城西支行", "2000000", "90"]):
        sheet.append(row)
    for row in (2, 3, 9):
        sheet.row_dimensions[row].hidden = True
    for letter in ("C", "F"):
        sheet.column_dimensions[letter].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    reading = read(stream.getvalue(), source="t.xlsx")
    assert len(reading.records) == 6
    assert [str(one) for one in reading.remarks] == [
        "rows 2-3 are hidden in the file; they are read like the others",
        "columns C are hidden in the file; they are read like the others",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2026年四季度\n机构\t存款余额\n城北支行\t2000000\n",
        "情况表,2026\n机构;存款余额\n城北支行;2000000\n",
        "情况表，2026\n机构,存款余额\n城北支行,2000000\n",
        '"存款;贷款"\n机构,存款余额\n城北支行,"2,000,000"\n',
    ],
)
def test_a_title_has_no_say_in_what_separates_the_cells(text: str) -> None:
    assert values(read(text.encode())) == [("north", "deposits", "2000000")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize(
    "page",
    [
        "<html xmlns:o='urn'><body><table><tr><td>城北支行</td></tr></table></body></html>",
        "\n<!DOCTYPE html>\n<html></html>",
        "<table><tr><td>城北支行</td></tr></table>",
        '<?xml version="1.0"?>\n<html></html>',
    ],
)
def test_a_web_page_is_no_workbook(page: str, encoding: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        read_grid(page.encode(encoding), "t.xls", EvaluationError)
    assert str(raised.value) == (
        "t.xls: is a web page that is called a workbook; open it in a spreadsheet program and save "
        "it as an .xlsx file"
    )


def test_the_first_unit_may_be_the_unknown_one() -> None:
    rows = [WIDE[0], ["城东支行", "2000000", "90"], *WIDE[1:]]
    suggestion = suggest(table(rows))
    assert suggestion.layout.header_rows == 1
    (question,) = suggestion.questions
    assert (question.name, question.units) == ("城东支行", ("west", "south", "north"))
    assert question_sentence(question, SCHEME, UNITS, "en") == (
        "t.csv: row 2, column A: no unit is called “城东支行”; is it one of “城西支行”, “城南支行”"
        ", “城北支行”?"
    )


def test_what_cannot_be_a_value_is_refused_with_its_place() -> None:
    rows = [
        ["单位", "存款余额", "按时整改率", "服务评价"],
        ["城北支行", date(2026, 3, 5), "#DIV/0!", "优"],
        ["城南支行", "=B2*2", "九成", "中"],
        ["城西支行", "12,34", "3月5日", None],
    ]
    reading = read(workbook(rows), source="t.xlsx")
    assert faults(reading) == [
        "t.xlsx: sheet '数据', cell B2: '2026-03-05' is a date, expected a value; format the cell "
        "as text and enter it again",
        "t.xlsx: sheet '数据', cell C2: '#DIV/0!' is an error of a spreadsheet, expected a value",
        "t.xlsx: sheet '数据', cell D2: '优', expected one of 'Good / 好', 'Fair / 中'",
        "t.xlsx: sheet '数据', cell B3: is a formula that was never calculated; open the file in a "
        "spreadsheet program and save it",
        "t.xlsx: sheet '数据', cell C3: '九成', expected a number",
        "t.xlsx: sheet '数据', cell B4: '12,34', expected a number",
        "t.xlsx: sheet '数据', cell C4: '3月5日' is a date, expected a value; format the cell as "
        "text and enter it again",
    ]
    assert values(reading) == [("south", "service", "fair")]
    assert [str(one) for one in reading.remarks] == [
        "1 cells of indicators are empty; they count as not reported"
    ]
    assert error_sentence(reading.faults[0], "zh") == (
        "t.xlsx：工作表“数据”单元格 B2：“2026-03-05”是日期，应填数值；"
        "请将单元格设为文本格式后重新填写。"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *(
            (
                word,
                "expected a number; leave the cell empty, or write 'n/a' or 'not reported'",
            )
            for word in ("—", "/", "无", "不涉及")
        ),
        ("(1,234)", "expected a number; write -1234"),
        ("（1234.5）", "expected a number; write -1234.5"),
    ],
)
def test_what_is_no_number_is_said_how_to_write(text: str, said: str) -> None:
    rows = [["单位", "存款余额"], ["城北支行", text]]
    assert faults(read(table(rows))) == [f"t.csv: row 2, column B: {text!r}, {said}"]


def test_twenty_faults_are_told_and_the_others_counted() -> None:
    units = {f"u{k}": f"u{k}" for k in range(30)}
    rows = [["单位", "存款余额"], *([unit, "x"] for unit in units)]
    layout = Layout(
        "wide", (LayoutColumn("单位", "unit"), LayoutColumn("存款余额", "values", "deposits"))
    )
    grid = read_grid(table(rows), "t.csv", EvaluationError)
    reading = read_layout(grid, layout, SCHEME, "2026Q4", units, aliases={})
    told = faults(reading)
    assert (len(told), told[19], told[20]) == (
        21,
        "t.csv: row 21, column B: 'x', expected a number",
        "and 10 more",
    )


def test_a_unit_twice() -> None:
    again = [*WIDE, ["城北支行", "120,000,000", "98.0"]]
    reading = read(table(again))
    assert reading.accepted
    assert [str(one) for one in reading.remarks] == [
        "2 rows say again what another one says; each counts once"
    ]
    other = [*WIDE, ["NORTH", "120000001", "98"]]
    assert faults(read(table(other))) == [
        "t.csv: row 4, column B: '120000001' for 'north', but t.csv: row 2, column B says "
        "'120000000' of the same cell"
    ]


def test_merged_values_and_rows_without_a_unit_are_refused() -> None:
    rows = [["单位", "存款余额"], ["城北支行", 2000000], ["城南支行", None], [None, 7]]
    assert faults(read(workbook(rows, ["B2:B3"]), source="t.xlsx")) == [
        "t.xlsx: sheet '数据', cell B3: is merged with another cell, so that its value isn't its "
        "own; split the cells",
        "t.xlsx: sheet '数据', cell A4: a row with values, but without the name of a unit",
    ]


def test_rows_that_are_no_unit() -> None:
    rows = [
        ["单位", "存 款\n余额", "计量单位"],
        ["城 北 支行", "2000000", "元"],
        ["城区小计（2家）", "2000000", "元"],
        ["单位", "存款余额", "计量单位"],
        ["机关本部", "7", "元"],
        ["全 辖 平均：", "2000000", "元"],
    ]
    suggestion = suggest(table(rows))
    assert [one.role for one in suggestion.layout.columns] == ["unit", "values", "stated"]
    assert [one.name for one in suggestion.questions] == ["机关本部"]
    layout = replace(suggestion.layout, no_units=("机关本部",))
    reading = read(table(rows), layout)
    assert values(reading) == [("north", "deposits", "2000000")]
    assert [str(one) for one in reading.remarks] == [
        "rows 4, 7 are sums or averages; they are passed over",
        "rows 5, 6 hold no values of units; they are passed over",
    ]
    assert Layout.from_content(layout.content) == layout


def test_units_of_measure_of_a_transposed_table_belong_to_its_headers() -> None:
    rows = [
        ["指标", "计量单位", "城北支行"],
        ["存款余额", "元", "2000000"],
        ["按时整改率", "%", "98"],
    ]
    suggestion = suggest(table(rows))
    assert (suggestion.layout.kind, suggestion.questions) == ("transposed", ())
    reading = read(table(rows), suggestion.layout)
    assert values(reading) == [("north", "deposits", "2000000"), ("north", "on_time", "98")]
    headers = [one.header for one in suggestion.layout.columns]
    assert headers == ["指标 / 计量单位", "存款余额 / 元", "按时整改率 / %"]


def test_whether_a_veto_falls_may_be_said_in_words() -> None:
    words = {"有": "1", "√": "1", "2": "2", "无": "", "—": "", "/": "", "否": "", "0": ""}
    for word, value in words.items():
        rows = [["单位", "存款余额", "发生案件"], ["城北支行", "2000000", word]]
        reading = read(table(rows))
        found = [one for one in values(reading) if one[1] == "case"]
        assert found == ([("north", "case", value)] if value else [])
        absent = {"unit": "north", "indicator": "case", "value": "0"}
        place = {"place": "t.csv: row 2, column C"}
        assert reading.absent == (() if value else ({**absent, **place},))
    rows = [["单位", "存款余额", "发生案件"], ["城北支行", "2000000", "部分"]]
    assert faults(read(table(rows))) == ["t.csv: row 2, column C: '部分', expected a number"]
    for word in ("-3", "1.5"):
        rows[1][2] = word
        assert faults(read(table(rows))) == [
            f"t.csv: row 2, column C: {word!r}, expected a whole number of times, 0 or more, for "
            "'case'"
        ]
    twice = [["单位", "发生案件"], ["城北支行", "1"], ["north", "无"]]
    assert faults(read(table(twice))) == [
        "t.csv: row 3, column B: '0' for 'north', but t.csv: row 2, column B says '1' of the same "
        "cell"
    ]


def test_headers_that_are_open_stay_in_their_rows() -> None:
    rows = [
        ["单位", "存款余额", "存款余额"],
        ["", "2026Q3", "2026Q4"],
        ["城北支行", "1900000", "2000000"],
    ]
    suggestion = suggest(table(rows))
    assert [one.name for one in suggestion.questions] == [
        "存款余额 / 2026Q3",
        "存款余额 / 2026Q4",
    ]
    layout = suggestion.layout.with_column(LayoutColumn("存款余额 / 2026Q3", "left_out"))
    layout = layout.with_column(suggestion.questions[1].columns[0])
    reading = read(table(rows), layout)
    assert (values(reading), faults(reading)) == ([("north", "deposits", "2000000")], [])


def test_a_document_beside_an_event_is_that_ones() -> None:
    rows = [
        ["单位", "存款余额", "发生案件", "文号", "备注"],
        ["城北支行", "2000000", "1", "通报1号", "已核"],
    ]
    assert [dict(one) for one in read(table(rows)).records] == [
        {
            **{"unit": "north", "indicator": "deposits", "value": "2000000", "note": "已核"},
            "place": "t.csv: row 2, column B",
        },
        {
            **{"unit": "north", "indicator": "case", "value": "1", "evidence": "通报1号"},
            **{"note": "已核", "place": "t.csv: row 2, column C"},
        },
    ]


def test_words_for_no_value() -> None:
    rows = [
        ["单位", "存款余额", "服务评价"],
        ["城北支行", "不适用", "缺报"],
        ["城南支行", "未到期", "好"],
    ]
    assert values(read(table(rows))) == [
        ("north", "deposits", "not applicable"),
        ("north", "service", "not reported"),
        ("south", "deposits", "not due"),
        ("south", "service", "good"),
    ]


def test_a_layout_is_kept_as_text() -> None:
    layout = suggest(table(WIDE)).layout.with_column(
        LayoutColumn("存款余额", "values", "deposits", measure="times_10000")
    )
    assert Layout.from_content(layout.content) == layout
    assert layout.content == Layout.from_content(layout.content).content


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"kind": "wide", "columns": []}', "layout: columns: no column 'unit', expected one"),
        (
            '{"kind": "wide", "columns": [{"header": "a", "role": "unit"}, '
            '{"header": "b", "role": "unit"}]}',
            "layout: columns[1].role: a second column for 'unit' beside 'a', expected one",
        ),
        (
            '{"kind": "wide", "columns": [{"header": "a", "role": "unit"}, '
            '{"header": "a", "role": "note"}]}',
            "layout: columns[1].header: a second column 'a', expected one",
        ),
        (
            '{"kind": "wide", "header_rows": 4, "columns": [{"header": "a", "role": "unit"}]}',
            "layout: header_rows: expected 1 to 3 rows of headers",
        ),
        (
            '{"kind": "deep", "columns": []}',
            "layout: kind: 'deep', expected one of wide, transposed, long",
        ),
    ],
)
def test_layouts_that_are_refused(content: str, problem: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        Layout.from_content(content)
    assert str(raised.value) == problem


NO_UNITS = "t.csv: no unit is named in this table; are the units those of this evaluation?"


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([["a", "b"], ["c", "1"]], NO_UNITS),
        ([], NO_UNITS),
        ([["城北支行", "1"]], "t.csv: no row of headers above the units"),
        (
            [["", "存款余额"], ["城北支行", "1"]],
            "t.csv: row 1, column A: no header above the names of the units",
        ),
    ],
)
def test_tables_that_are_none(rows: Rows, problem: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        suggest(table(rows))
    assert str(raised.value) == problem


def test_what_a_covered_cell_has_names_no_unit() -> None:
    """Nobody sees it; some programs leave it there."""
    content = workbook([["机构", "存款余额"], ["城北支行", "1"]])
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells>'
    content = rezipped(content, lambda _, part: part.replace(b"</sheetData>", merged))
    roles = [(one.header, one.role) for one in suggest(content).layout.columns]
    assert roles == [("机构", "unit"), ("存款余额", "values")]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("余额（万元）[注]：", "余额"),
        ("余额（万元[1]，年末【2】）/户", "余额/户"),
        ("余额（万元", "余额（万元"),
        ("比例（区间[0,1)）", "比例"),
        ("余额（万元【含税[1]】）", "余额"),
        ("(【" * 20_000, "(【" * 20_000),
        ("([x]" * 10_000, "(" * 10_000),
    ],
    ids=["behind", "inside", "open", "interval", "deep", "many", "some"],
)
def test_texts_without_brackets(text: str, rest: str) -> None:
    """Soon, however many are never closed."""
    assert without_brackets(text) == rest


def test_a_table_that_is_laid_out_otherwise_now_is_refused() -> None:
    layout = suggest(table(WIDE)).layout
    with pytest.raises(EvaluationError) as raised:
        read(table([["单位", "存款"], ["城北支行", "1"]]), layout)
    assert str(raised.value) == (
        "t.csv: no row with the headers '存款余额', '按时整改率'; has the table another layout now?"
    )
    long = Layout("long", (LayoutColumn("单位", "unit"), LayoutColumn("指标", "indicator")))
    with pytest.raises(EvaluationError) as raised:
        read(table(WIDE), long)
    assert str(raised.value) == "t.csv: nothing says which column is 'value'"
    with pytest.raises(EvaluationError) as raised:
        read(table([WIDE[0], ["城北支行", "", ""]]), layout)
    assert str(raised.value) == "t.csv: no observations below the headers"


def test_parts_of_an_indicator_go_by_their_names() -> None:
    """A unit of measure is that of the indicator, and of none of its items."""
    scheme = load_scheme("key_accounts")
    cell = TableCell(
        2, 3, "u", LayoutColumn("投诉", "values", "complaints"), "1", {"item": "升级投诉"}
    )
    key = key_of(cell, scheme)
    assert key == CellKey("u", "complaints", "escalated")
    expected_at = expectations(scheme)
    units = [expected_at(one).unit for one in (key._replace(item=""), key)]
    assert units == ["times", ""]


def test_parts_of_an_indicator_have_to_be_known() -> None:
    rows = [["单位", "指标", "数值", "数据项"], ["城北支行", "差错率", "2", "笔数"]]
    assert faults(read(table(rows))) == [
        "t.csv: row 2, column C: '笔数' is no part of the indicator, expected one of 'errors', "
        "'vouchers'"
    ]


def test_a_percentage_is_no_amount() -> None:
    layout = suggest(table(WIDE)).layout.with_column(
        LayoutColumn("存款余额", "values", "deposits", measure="times_10000")
    )
    rows = [WIDE[0], ["城北支行", "12%", "98"]]
    assert faults(read(table(rows), layout)) == [
        "t.csv: row 2, column B: '12%' is a percentage, expected an amount"
    ]


def test_sheets_have_to_be_named_when_there_are_several() -> None:
    book = Workbook()
    for name, text in (("一", "城北支行"), ("二", "城南支行")):
        sheet = book.create_sheet(name)
        sheet.append(["单位", "存款余额"])
        sheet.append([text, 2000000])
    book["Sheet"].append(["x"])
    book["Sheet"].sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    content = stream.getvalue()
    with pytest.raises(EvaluationError) as raised:
        read_grid(content, "t.xlsx", EvaluationError)
    assert str(raised.value) == "t.xlsx: has several sheets, expected one of 一, 二"
    layout = suggest_layout(
        read_grid(content, "t.xlsx", EvaluationError, "二"), SCHEME, UNITS, aliases={}
    ).layout
    assert layout.sheet == "二"
    assert values(read(content, layout, "t.xlsx")) == [("south", "deposits", "2000000")]
    with pytest.raises(EvaluationError) as raised:
        read_grid(content, "t.xlsx", EvaluationError, "三")
    assert str(raised.value) == "t.xlsx: has no sheet '三', expected one of Sheet, 一, 二"
