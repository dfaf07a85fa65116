"""Observations in files as people have them: what is read, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from ahp.evaluation import read_observations

TABLE = "单位,评价期,指标,观测值,备注\n甲,2026年第1季度,差错率,１.5%,无\n乙,2026Q1,差错率,缺报,\n"
ROWS = [
    {"unit": "乙", "period": "2026Q1", "indicator": "差错率", "value": "not reported"},
    {"unit": "甲", "period": "2026Q1", "indicator": "差错率", "value": "0.015", "note": "无"},
]


def rows(path: Path) -> list[dict[str, str]]:
    return [{k: v for k, v in row.items() if v} for row in read_observations(path).records()]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("gbk", ["the file is read as gb18030"]),
        ("utf-16", ["the file is read as utf-16"]),
        ("utf-16-le", ["the file is read as utf-16-le"]),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, said: list[str]) -> None:
    path = tmp_path / "o.csv"
    path.write_text(TABLE, encoding=encoding)
    assert rows(path) == ROWS
    assert [str(remark) for remark in read_observations(path).remarks] == said


@pytest.mark.parametrize(
    "text",
    [
        TABLE.replace("\n", "\r\n"),
        TABLE.replace(",", ";").replace("１.5%", "1,5%"),
        TABLE.replace(",", "\t"),
        TABLE.replace("\n", ",,\n"),
        TABLE.replace("甲,", '" 甲 ",'),
        f"ＵＮＩＴ,Period, INDICATOR ,ｖａｌｕｅ,Note\n{TABLE.split(maxsplit=1)[1]}",
    ],
    ids=[
        *("CRLF", "semicolons and decimal commas", "tabs", "empty columns", "quoted, with spaces"),
        "headers in any case and width",
    ],
)
def test_ways_to_write_a_table(tmp_path: Path, text: str) -> None:
    path = tmp_path / "o.csv"
    path.write_bytes(text.encode())
    assert rows(path) == ROWS


def test_a_title_and_rows_said_twice(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text(f"一季度观测值,,,,\n{TABLE}乙,2026Q1,差错率,,\n", encoding="utf-8")
    assert rows(path) == ROWS
    assert [str(remark) for remark in read_observations(path).remarks] == [
        "rows 1 above the headers are passed over",
        "1 rows say again what another one says; each counts once",
    ]


def test_a_title_that_is_called_like_a_column(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text(f"指标,,,,\n{TABLE}", encoding="utf-8")
    assert rows(path) == ROWS


def test_a_workbook(tmp_path: Path) -> None:
    """The sheet that is called so, whichever it is."""
    book = Workbook()
    book.active.append(["other things"])
    sheet = book.create_sheet("观测值")
    for line in TABLE.splitlines():
        sheet.append(line.split(","))
    sheet["D2"] = 0.015
    book.save(tmp_path / "o.xlsx")
    assert rows(tmp_path / "o.xlsx") == ROWS
