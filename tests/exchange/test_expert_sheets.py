"""Workbooks with one sheet an expert: found wherever the matrices stand, refused by the cell."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

import ahp
from ahp.exchange.expert_sheets import read_expert_sheets
from ahp.exchange.uploads import read_upload
from ahp.i18n.errors import error_sentence

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
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


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
            [*AB, [], ["Other", "x", "y"], ["x", 1, 3], ["y", "1/3", 1]],
            "sheet 'E', cell A5: heading 'Other', expected the name of an item, or 'Goal' as at "
            "p.xlsx: sheet 'E', cell A1",
        ),
        (
            [*AB, [], *GRID],
            "sheet 'E', cell A5: items 'A', 'B', 'C', expected 'A', 'B' as at p.xlsx: sheet 'E', "
            "cell A1",
        ),
        (
            [*AB, [], *AB],
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
    with pytest.raises(ahp.AnswersError) as refused:
        read_expert_sheets(workbook(E=rows), "p.xlsx")
    assert str(refused.value) == f"p.xlsx: {message}"


def test_items_of_another_survey_are_refused() -> None:
    survey = ahp.Survey.from_names({"Goal": ["A", "C"], "A": ["x", "y"]})
    with pytest.raises(ahp.AnswersError) as refused:
        read_expert_sheets(workbook(E=AB), "p.xlsx", survey=survey)
    assert str(refused.value) == (
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
