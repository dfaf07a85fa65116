"""Workbooks with one sheet an expert: found wherever the matrices stand, refused by the cell."""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

import ahp
from ahp.exchange.expert_sheets import read_expert_sheets
from ahp.exchange.matrix_blocks import MOST_MATRICES, matrices_of
from ahp.exchange.uploads import read_upload
from ahp.i18n.errors import error_sentence
from ahp.study.survey import survey_from_content
from ahp.tables.grids import Grid

from .conftest import saved

Rows = list[list[Any]]

GOAL: Rows = [
    ["评价目标"],
    ["", "价格", "质量", "权重"],
    ["价格", 1, 3, 0.75],
    ["质量", "1/3", 1, 0.25],
    ["CR = 0"],
]
QUALITY: Rows = [
    [],
    ["质量：", "耐用", "外观", "手感"],
    ["耐用", 1, 2, 0.33],
    ["外观", "", 1, "－"],
    ["手感", 3, None, "-"],
]


def workbook(**sheets: Rows) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def refused(content: bytes, **options: Any) -> ahp.AnswersError:
    """Why a workbook is not read."""
    with pytest.raises(ahp.AnswersError) as raised:
        read_expert_sheets(content, "p.xlsx", **options)
    return raised.value


PANEL = workbook(张三=GOAL + QUALITY, 李四=GOAL, 说明=[["填写说明"]])


def test_a_workbook_is_a_study() -> None:
    found = read_expert_sheets(PANEL, "p.xlsx", language="zh")
    assert dict(found.survey.hierarchy.children) == {"n1": ("n2", "n3"), "n3": ("n4", "n5", "n6")}
    assert [found.survey.node_name(node, "zh") for node in found.survey.nodes] == [
        *("评价目标", "价格", "质量", "耐用", "外观", "手感")
    ]
    assert [
        (one.expert, one.left, one.right, one.value, one.place) for one in found.answers.judgments
    ] == [
        ("张三", "n2", "n3", "3", "p.xlsx: sheet '张三', cell C3"),
        ("张三", "n4", "n5", "2", "p.xlsx: sheet '张三', cell C8"),
        ("张三", "n4", "n6", "1/3", "p.xlsx: sheet '张三', cell D8"),
        ("李四", "n2", "n3", "3", "p.xlsx: sheet '李四', cell C3"),
    ]
    assert [error_sentence(remark, "zh") for remark in found.answers.remarks] == [
        "p.xlsx：工作表“张三”单元格 A7：只填了一侧、另一侧按其倒数读取的判断有 1 个。",
        "p.xlsx：工作表“张三”单元格 A7：按其所代表的判断值读取的四舍五入小数有 1 个，"
        "如 0.33 读作 1/3。",
        "p.xlsx：工作表“李四”没有“质量”的判断矩阵，这些比较视为未作判断。",
        "p.xlsx：工作表“说明”没有判断矩阵，未读取。",
    ]
    result = ahp.analyze(found.survey, found.answers)
    assert result.local_weights["n1"].round(4).tolist() == [0.75, 0.25]
    assert result.filled == {"n3": 1}


def test_a_survey_says_which_parent_has_the_items() -> None:
    survey = ahp.Survey.from_names({"Goal": ["A", "B"], "A": ["x", "y"]})
    rows: Rows = [["Anything"], ["", "y", "x"], ["y", 1, 2.5], ["x", 0.4, 1]]
    found = read_expert_sheets(workbook(E=rows), "p.xlsx", survey=survey)
    assert [(one.parent, one.left, one.right, one.value) for one in found.answers.judgments] == [
        ("a", "x", "y", "0.4")
    ]
    assert list(map(str, found.answers.remarks)) == [
        "p.xlsx: sheet 'E' has no matrix for 'Goal', nothing is judged there"
    ]


def test_matrices_beside_each_other_and_below_titles_are_found() -> None:
    rows: Rows = [
        ["Expert 1", None, None, None, "Panel of 2026"],
        [],
        ["Goal", "A", "B", None, "A", "x", "y"],
        ["A", 1, 5, None, "x", 1, "1/7"],
        ["B", "1/5", 1, None, "y", 7, 1],
    ]
    found = read_expert_sheets(workbook(E=rows), "p.xlsx")
    assert [(one.parent, one.value) for one in found.answers.judgments] == [
        ("goal", "5"),
        ("a", "1/7"),
    ]
    assert found.answers.remarks == ()


def test_cells_are_read_as_in_every_other_file() -> None:
    rows: Rows = [
        ["Goal", "A", "B", "C", "D"],
        ["A", "", "3:1", "'1/5", "N/A"],
        ["B", "0", "/", "１ １/２", "（空）"],
        ["C", 0, "—", 1, "'1/7"],
        ["D", "(跳过)", "#N/A", 0, 1],
    ]
    found = read_expert_sheets(workbook(E=rows), "p.xlsx")
    assert [(one.left, one.right, one.value) for one in found.answers.judgments] == [
        ("a", "b", "3"),
        ("a", "c", "1/5"),
        ("b", "c", "1.5"),
        ("c", "d", "1/7"),
    ]
    assert list(map(str, found.answers.remarks)) == [
        "3:1 read as 3, '1/5 read as 1/5, １ １/２ read as 3/2, '1/7 read as 1/7",
        "p.xlsx: sheet 'E', cell A1: judgments read as the reciprocal where one cell of a pair is "
        "empty: 4",
    ]


AB: Rows = [["Goal", "A", "B"], ["A", 1, 3], ["B", "1/3", 1]]
GRID: Rows = [["Goal", "A", "B", "C"], ["A", 1, 1, 1], ["B", 1, 1, 1], ["C", 1, 1, 1]]
OTHER_ITEMS: Rows = [*AB, [], *GRID]
OTHER_GOAL: Rows = [*AB, [], ["Other", "x", "y"], ["x", 1, 3], ["y", "1/3", 1]]
TWICE: Rows = [*AB, [], *AB]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*AB[:2], ["B", 0.5, 1]], "sheet 'E', cell A1: C2 * B3 = 1.5, expected 1"),
        (
            [*AB[:2], ["B", "1/12", 1]],
            "sheet 'E', cell A1: C2 * B3 = 0.25, expected 1",
        ),
        (
            [AB[0], ["A", 1, 12], ["B", "1/12", 1]],
            "sheet 'E', cell A1: C2 = '12', expected a judgment from 1/9 to 9",
        ),
        (
            [*AB[:2], ["B", datetime(2026, 1, 3), 1]],
            "sheet 'E', cell B3: '2026-01-03' is a date: a spreadsheet made a date of a fraction "
            "such as 1/3; format the cells as text, then enter the fraction again",
        ),
        (
            [*GRID[:2], ["D", 1, 1, 1], GRID[3]],
            "sheet 'E', cell A3: name 'D', expected 'B' as in the first line",
        ),
        (
            [["", "A", "B"], *AB[1:]],
            "sheet 'E', cell A1: the matrix has no heading, expected the item it belongs to in its "
            "corner or above it",
        ),
        (
            OTHER_GOAL,
            "sheet 'E', cell A5: heading 'Other', expected the name of an item, or 'Goal' as at "
            "p.xlsx: sheet 'E', cell A1",
        ),
        (
            OTHER_ITEMS,
            "sheet 'E', cell A5: items 'A', 'B', 'C', expected 'A', 'B' as at p.xlsx: sheet 'E', "
            "cell A1",
        ),
        (
            TWICE,
            "sheet 'E', cell A5: a second matrix for 'Goal', expected one; the first is at p.xlsx: "
            "sheet 'E', cell A1",
        ),
        (
            [["A", "A", "B"], *AB[1:]],
            "sheet 'E', cell A1: all matrices belong to items of others, expected one that belongs "
            "to the goal",
        ),
        (
            [["E"], [1, 3], ["1/3", 1]],
            "no judgment matrix, expected on each sheet matrices with the names of the items in "
            "the first row and the first column",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_cell(rows: Rows, message: str) -> None:
    assert str(refused(workbook(E=rows))) == f"p.xlsx: {message}"


UPPER: Rows = [["Goal", "A", "B", "C"], ["A", "", 3, 5], ["B", "", "", 2], ["C"]]
FULL: Rows = [["Goal", "A", "B", "C"], ["A", 1, 3, 5], ["B", "1/3", 1, 2], ["C", 0.2, 0.5, 1]]
BELOW_A: Rows = [[], ["A", "x", "y"], ["x", 1, 2], ["y", 0.5, 1]]
DAY = datetime(2026, 1, 3)


def changed(rows: Rows, line: int, column: int, cell: Any) -> Rows:
    """The same with another cell."""
    new = [list(row) for row in rows]
    new[line][column] = cell
    return new


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (changed(FULL, 1, 0, "Aa"), "A2: name 'Aa', expected 'A' as in the first line"),
        (changed(FULL, 1, 0, ""), "A2: name '', expected 'A' as in the first line"),
        (changed(FULL, 0, 1, "Aa"), "A2: name 'A', expected 'Aa' as in the first line"),
        (changed(FULL, 0, 1, ""), "B1: name '', expected 'A' as in the first column"),
        (changed(UPPER, 1, 0, "Aa"), "A2: name 'Aa', expected 'A' as in the first line"),
        ([*UPPER[:2], ["D", "", "", 2]], "A3: name 'D', expected 'B' as in the first line"),
        (
            [FULL[0], ["B", *FULL[1][1:]], ["A", *FULL[2][1:]], FULL[3]],
            "A2: name 'B', expected 'A' as in the first line",
        ),
        (
            [*FULL[:2], ["C", *FULL[2][1:]], ["B", *FULL[3][1:]]],
            "A3: name 'C', expected 'B' as in the first line",
        ),
        ([*UPPER[:3], ["D", "", "", 1]], "A4: name 'D', expected 'C' as in the first line"),
        ([*FULL[:3], ["", "", "", 1]], "A4: name '', expected 'C' as in the first line"),
        (changed(FULL, 3, 0, "D"), "A4: name 'D', expected 'C' as in the first line"),
        (changed(FULL, 3, 0, ""), "A4: name '', expected 'C' as in the first line"),
        (changed(FULL, 0, 3, ""), "D1: name '', expected 'C' as in the first column"),
        (
            [["A", 1, 2], [1, 1, 3], [2, "1/3", 1]],
            "B1: '1' is a number or a date, expected the name of an item",
        ),
        (
            [["A", "Goal", 5], ["Goal", 1, 3], [5, "1/3", 1]],
            "C1: '5' is a number or a date, expected the name of an item",
        ),
        (
            [["A", DAY, "y"], [DAY, 1, 3], ["y", "1/3", 1]],
            "B1: '2026-01-03' is a number or a date, expected the name of an item",
        ),
        (
            [["A", "=B9", "y"], ["x", 1, 3], ["y", "1/3", 1]],
            "B1: a formula that was never calculated, expected a value; open the file in a "
            "spreadsheet program and save it",
        ),
        (
            [["A", "x", "y"], ["x", 1, 3], ["#REF!", "1/3", 1]],
            "A3: '#REF!' is an error of a spreadsheet, expected a value",
        ),
    ],
)
def test_a_matrix_does_not_vanish_by_its_names(rows: Rows, message: str) -> None:
    """Neither it nor its last items, beside another matrix or without."""
    cell, _, rest = message.partition(":")
    for above in ([], [*AB, []]):
        moved = f"{cell[0]}{int(cell[1:]) + len(above)}:{rest}"
        assert str(refused(workbook(E=[*above, *rows]))) == f"p.xlsx: sheet 'E', cell {moved}"


def test_numbers_below_what_is_no_item_are_passed_over() -> None:
    table: Rows = [[], ["n", 1, 2], [1, 0, 0], [2, 0, 0]]
    found = read_expert_sheets(workbook(E=AB + table), "p.xlsx")
    assert [(one.left, one.right, one.value) for one in found.answers.judgments] == [
        ("a", "b", "3")
    ]


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (FULL[:3], "C"),
        ([["Goal", "A", "B"], *[row[:3] for row in FULL[1:]]], "C"),
        ([*UPPER[:3], ["D"]], "C"),
        ([["Goal", "A", "B", "Shares"], ["A", 1, 3, 0.75], ["B", "1/3", 1, 0.25]], "Shares"),
    ],
)
def test_names_beside_the_items_are_said(rows: Rows, name: str) -> None:
    found = read_expert_sheets(workbook(E=rows), "p.xlsx")
    assert [(one.left, one.right, one.value) for one in found.answers.judgments] == [
        ("a", "b", "3")
    ]
    assert str(found.answers.remarks[-1]) == (
        f"p.xlsx: sheet 'E', cell A1: read with the items 'A', 'B'; {name!r} beside or below them "
        "passed over"
    )


@pytest.mark.parametrize(
    ("header", "below"), [("权重", "列和"), ("W", "Σ"), ("ω", "∑"), ("Weight", "Sum")]
)
def test_weights_and_sums_are_no_items(header: str, below: str) -> None:
    rows: Rows = [["Goal", "A", "B", header], ["A", 1, 3, 0.75], ["B", "1/3", 1, 0.25]]
    found = read_expert_sheets(workbook(E=[*rows, [below, 1.33, 4, 1]]), "p.xlsx")
    assert (len(found.answers.judgments), found.answers.remarks) == (1, ())


def test_matrices_without_a_gap_beside_and_below_each_other() -> None:
    rows: Rows = [
        ["Goal", "A", "B", "A", "x", "y"],
        ["A", 1, 3, "x", 1, 2],
        ["B", "1/3", 1, "y", 0.5, 1],
        ["B", "p", "q"],
        ["p", 1, 5],
        ["q", "1/5", 1],
    ]
    found = read_expert_sheets(workbook(E=rows), "p.xlsx")
    assert [(one.parent, one.value) for one in found.answers.judgments] == [
        ("goal", "3"),
        ("a", "2"),
        ("b", "5"),
    ]
    assert found.answers.remarks == ()


def test_each_of_two_matrices_has_the_title_above_it() -> None:
    rows: Rows = [
        ["Goal", None, None, None, "A"],
        ["", "A", "B", None, "", "x", "y"],
        ["A", 1, 3, None, "x", 1, 2],
        ["B", "1/3", 1, None, "y", 0.5, 1],
    ]
    found = read_expert_sheets(workbook(E=rows), "p.xlsx")
    assert [(one.parent, one.value) for one in found.answers.judgments] == [
        ("goal", "3"),
        ("a", "2"),
    ]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "=1+2",
            "a formula that was never calculated, expected a value; open the file in a spreadsheet "
            "program and save it",
        ),
        ("#DIV/0!", "'#DIV/0!' is an error of a spreadsheet, expected a value"),
        (
            DAY,
            "'2026-01-03' is a date: a spreadsheet made a date of a fraction such as 1/3; format "
            "the cells as text, then enter the fraction again",
        ),
    ],
)
@pytest.mark.parametrize(("line", "column", "name"), [(1, 1, "B2"), (1, 2, "C2")])
def test_what_a_spreadsheet_made_is_refused_on_the_diagonal_too(
    cell: Any, message: str, line: int, column: int, name: str
) -> None:
    content = workbook(E=changed(AB, line, column, cell))
    assert str(refused(content)) == f"p.xlsx: sheet 'E', cell {name}: {message}"


def test_a_footnote_mark_is_named_by_its_cell() -> None:
    assert str(refused(workbook(E=changed(AB, 1, 2, "3²")))) == (
        "p.xlsx: sheet 'E', cell A1: C2 = '3²' has the footnote mark '²', expected a positive "
        'number or a fraction such as "1/3" without it'
    )


def test_zeros_are_not_judged() -> None:
    rows: Rows = [["Goal", "A", "B", "C"], ["A", 0, 0, 3], ["B", 0, 0, "0.0"], ["C", 0, 0, 0]]
    found = read_expert_sheets(workbook(E=rows), "p.xlsx")
    assert [(one.left, one.right, one.value) for one in found.answers.judgments] == [
        ("a", "c", "3")
    ]


BLANK: Rows = [["Goal", "A", "B"], ["A"], ["B"]]


def test_a_silent_expert_is_left_out_and_said() -> None:
    found = read_expert_sheets(workbook(李四=AB, 张三=BLANK), "p.xlsx")
    assert found.answers.experts == ("李四",)
    assert list(map(str, found.answers.remarks)) == [
        "p.xlsx: nothing is judged on sheet '张三', it is left out"
    ]
    assert str(refused(workbook(E=BLANK, F=BLANK))) == (
        "p.xlsx: nothing is judged in the matrices, expected one pair or more"
    )


def test_sheets_of_experts_are_named_or_others_are_hidden() -> None:
    content = workbook(E=AB, Mean=AB, _ahp=[["x"]])
    assert read_expert_sheets(content, "p.xlsx").answers.experts == ("E", "Mean")
    named = read_expert_sheets(content, "p.xlsx", sheets=["E"])
    assert (named.answers.experts, named.answers.remarks) == (("E",), ())
    assert str(refused(content, sheets=["E", "F"])) == (
        "p.xlsx: has no sheet 'F', expected one of E, Mean, _ahp"
    )
    book = load_workbook(io.BytesIO(content))
    book["Mean"].sheet_state = book["_ahp"].sheet_state = "hidden"
    book["E"].row_dimensions[2].hidden = True
    book["E"].column_dimensions["C"].hidden = True
    found = read_expert_sheets(saved(book), "p.xlsx")
    assert found.answers.experts == ("E",)
    assert [error_sentence(remark, "zh") for remark in found.answers.remarks] == [
        "p.xlsx：隐藏的工作表未读取：“Mean”。",
        "p.xlsx：工作表“E”：第 2 行在文件中为隐藏状态（或被筛选隐藏），仍已读取",
        "p.xlsx：工作表“E”：C 列在文件中为隐藏状态，仍已读取",
    ]


def test_merged_judgments_are_refused_and_merged_empty_cells_are_empty() -> None:
    book = load_workbook(io.BytesIO(workbook(E=FULL)))
    book["E"].merge_cells("C3:D3")
    assert str(refused(saved(book))) == (
        "p.xlsx: sheet 'E', cell D3: merged with C3, expected a cell of its own for each judgment"
    )
    book = load_workbook(io.BytesIO(workbook(E=UPPER)))
    book["E"].merge_cells("B3:B4")
    assert len(read_expert_sheets(saved(book), "p.xlsx").answers.judgments) == 3


def test_a_row_of_sums_ends_the_items_where_a_column_goes_on() -> None:
    rows: Rows = [*AB, ["Sum", "4/3", 4, 6]]
    rows = [[*AB[0], "Score"], [*AB[1], 2], [*AB[2], 4], rows[3]]
    found = read_expert_sheets(workbook(E=rows), "p.xlsx")
    assert [(one.left, one.right, one.value) for one in found.answers.judgments] == [
        ("a", "b", "3")
    ]
    assert list(map(str, found.answers.remarks)) == [
        "p.xlsx: sheet 'E', cell A1: read with the items 'A', 'B'; 'Score' beside or below them "
        "passed over"
    ]


def test_numbers_without_a_heading_are_no_matrix() -> None:
    with pytest.raises(ahp.AnswersError) as refused:
        read_expert_sheets(workbook(E=[["", 1, 2], [1, 1, 3], [2, "1/3", 1]]), "p.xlsx")
    assert str(refused.value) == (
        "p.xlsx: no judgment matrix, expected on each sheet matrices with the names of the items "
        "in the first row and the first column"
    )


def test_a_table_without_judgments_is_no_matrix() -> None:
    names: Rows = [["Name", "A", "B"], ["B"], ["A"]]
    found = read_expert_sheets(workbook(E=AB, names=names), "p.xlsx")
    assert list(map(str, found.answers.remarks)) == [
        "p.xlsx: sheet 'names' has no judgment matrix and is left out"
    ]


def test_numbers_as_names_are_refused_where_there_is_no_other_matrix() -> None:
    """Whatever their heading, also for a survey that doesn't know it."""
    survey = ahp.Survey.from_names({"Goal": ["A", "B"]})
    rows: Rows = [["Foo", 1, 2], [1, 1, 3], [2, "1/3", 1]]
    with pytest.raises(ahp.AnswersError) as refused:
        read_expert_sheets(workbook(E=rows), "p.xlsx", survey=survey)
    assert str(refused.value) == (
        "p.xlsx: sheet 'E', cell B1: '1' is a number or a date, expected the name of an item"
    )


def test_the_goal_stands_first_however_it_is_written_and_wherever() -> None:
    below: Rows = [["A", "x", "y"], ["x", 1, 2], ["y", 0.5, 1]]
    wide: Rows = [["Ｇoal", *AB[0][1:]], *AB[1:]]
    found = read_expert_sheets(workbook(**{"E": [*below, [], *AB], " 张三 ": wide}), "p.xlsx")
    assert list(found.survey.nodes) == ["goal", "a", "b", "x", "y"]
    assert found.answers.experts == ("E", "张三")


def test_decimals_between_the_steps_are_said_to_be_rounded() -> None:
    """0.47 beside 2.14 stands for 1/2.14."""
    found = read_expert_sheets(workbook(E=[AB[0], ["A", 1, 2.14], ["B", 0.47, 1]]), "p.xlsx")
    assert [one.value for one in found.answers.judgments] == ["2.14"]
    assert list(map(str, found.answers.remarks)) == [
        "p.xlsx: sheet 'E', cell A1: rounded decimals read as what they stand for, such as 0.33 as "
        "1/3: 1"
    ]


def of_same_names() -> ahp.Survey:
    """A survey in which the items below A and B are called the same."""
    survey = ahp.Survey.from_names({"Goal": ["A", "B"], "A": ["x", "y"], "B": ["p", "q"]})
    data = survey.data
    for node in data["nodes"]:
        node["name"] = {"und": {"p": "x", "q": "y"}.get(node["id"], node["name"]["und"])}
    return survey_from_content(json.dumps(data))


def test_the_heading_says_which_of_two_parents_has_the_items() -> None:
    below: Rows = [["", "x", "y"], ["x", 1, 2], ["y", 0.5, 1]]
    headed: Rows = [["B", *below[0][1:]], *below[1:]]
    found = read_expert_sheets(workbook(E=headed), "p.xlsx", survey=of_same_names())
    assert [(one.parent, one.left, one.right) for one in found.answers.judgments] == [
        ("b", "p", "q")
    ]
    with pytest.raises(ahp.AnswersError) as refused:
        read_expert_sheets(workbook(E=below), "p.xlsx", survey=of_same_names())
    assert str(refused.value) == (
        "p.xlsx: sheet 'E', cell A1: items 'x', 'y' stand below several, expected one of them as "
        "heading: 'A', 'B'"
    )


def test_an_item_that_stands_twice_is_no_second_item() -> None:
    survey = ahp.Survey.from_names({"Goal": ["A", "B"]})
    rows: Rows = [["Goal", "A", "a", "B"], *([name, 1, 1, 1] for name in ("A", "a", "B"))]
    with pytest.raises(ahp.AnswersError) as refused:
        read_expert_sheets(workbook(E=rows), "p.xlsx", survey=survey)
    assert str(refused.value) == (
        "p.xlsx: sheet 'E', cell A1: items 'A', 'a', 'B', expected those below one of 'Goal'"
    )


def test_a_heading_that_contradicts_the_items_is_said() -> None:
    survey = ahp.Survey.from_names({"Goal": ["A", "B"], "A": ["x", "y"], "B": ["p", "q"]})
    rows: Rows = [*AB, [], ["B", "x", "y"], ["x", 1, 2], ["y", 0.5, 1]]
    found = read_expert_sheets(workbook(E=rows), "p.xlsx", survey=survey)
    assert [(one.parent, one.value) for one in found.answers.judgments] == [
        ("goal", "3"),
        ("a", "2"),
    ]
    assert str(found.answers.remarks[0]) == (
        "p.xlsx: sheet 'E', cell A5: heading 'B', read as the matrix of 'A', which has its items"
    )


def test_refusals_read_well_in_chinese() -> None:
    cases: list[tuple[Rows, str]] = [
        (
            OTHER_ITEMS,
            "p.xlsx：工作表“E”单元格 A5：矩阵的要素为“A”、“B”、“C”，与首个同名矩阵（p.xlsx："
            "工作表“E”单元格 A1）不一致，应为“A”、“B”。",
        ),
        (
            OTHER_GOAL,
            "p.xlsx：工作表“E”单元格 A5：标题为“Other”，应为某个要素的名称；若指总目标，应与前面（"
            "p.xlsx：工作表“E”单元格 A1）一致，写作“Goal”。",
        ),
        (
            TWICE,
            "p.xlsx：工作表“E”单元格 A5：“Goal”的判断矩阵出现了两次，应只有一个；首个位于 p.xlsx："
            "工作表“E”单元格 A1。",
        ),
        (changed(FULL, 0, 3, ""), "p.xlsx：工作表“E”单元格 D1：名称为“”，应与首列一致，即“C”。"),
    ]
    for rows, sentence in cases:
        assert error_sentence(refused(workbook(E=rows)), "zh") == sentence


def grid_of(rows: Rows) -> Grid:
    texts = ((line, tuple(map(str, row))) for line, row in enumerate(rows, start=1) if row)
    return Grid("p.xlsx", "E", dict(texts))


def test_many_matrices_are_found_in_time() -> None:
    """A sheet of 2,000 takes well below a second, where each is looked for once."""
    names = ((f"h{k}", f"a{k}", f"b{k}") for k in range(MOST_MATRICES + 1))
    rows: Rows = [
        row for head, a, b in names for row in ([head, a, b], [a, "1", "2"], [b, "1/2", "1"])
    ]
    started = process_time()
    found = matrices_of(grid_of(rows[:-3]))
    assert (len(found.blocks), found.blocks[-1].headings) == (MOST_MATRICES, ("h1999",))
    assert process_time() - started < 3
    with pytest.raises(ahp.AnswersError) as raised:
        matrices_of(grid_of(rows))
    assert str(raised.value) == (
        "p.xlsx: sheet 'E', row 6001: more than 2000 matrices on this sheet, expected fewer"
    )


def test_items_of_another_survey_are_refused() -> None:
    survey = ahp.Survey.from_names({"Goal": ["A", "C"], "A": ["x", "y"]})
    assert str(refused(workbook(E=AB), survey=survey)) == (
        "p.xlsx: sheet 'E', cell A1: items 'A', 'B', expected those below one of 'Goal', 'A'"
    )


def test_the_app_takes_it_over(tmp_path: Path) -> None:
    upload = read_upload(PANEL, "panel.xlsx", "zh")
    assert upload.survey is not None
    assert upload.answers is not None
    assert (upload.title, upload.answers.experts, len(upload.remarks)) == (
        "panel",
        ("张三", "李四"),
        4,
    )
    assert upload.survey.languages == ("zh",)
