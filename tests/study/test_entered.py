from __future__ import annotations

from pathlib import Path

import pytest

import ahp
from ahp.study.entered import entered_judgment, spreadsheet_reason, step_of

HEADER = "expert,parent,left,right,value\n"


def dated(what: str, fraction: str = "1/3") -> str:
    return (
        f"{what}: a spreadsheet made a date of a fraction such as {fraction}; format the cells as "
        "text, then enter the fraction again"
    )


SERIAL = "is the number of the date 2025-01-03"
TIME = (
    "is a time of day: a spreadsheet made a time of a ratio such as 3:1; enter a number or a "
    "fraction instead"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45660", dated(SERIAL)),
        (" 45660.0 ", dated(SERIAL)),
        ("４５６６０", dated(SERIAL)),
        ("45,660", dated(SERIAL)),
        ("45717", dated("is the number of the date 2025-03-01")),
        ("45662", dated("is the number of the date 2025-01-05", "1/5")),
        ("46056", dated("is the number of the date 2026-02-03", "2/3")),
        *(
            (text, dated("is a date"))
            for text in (
                *("2025/1/3", "2025-01-03", "2025.1.3", "2025-01-03T00:00:00", "2025年1月3日"),
                *("2025-01-03 00:00:00", "２０２５／１／３", "1/3/2025", "03.01.2025", "3-1-25"),
                *("1月3日", "Jan-03", "3-Jan", "03-JAN-25", "January 3, 2025", "1-Mar", "03. Jan"),
                *("2025年3月1日", "一月三日", "1月", "3 Jan."),
            )
        ),
        ("May 7", dated("is a date", "5/7")),
        ("3:01", TIME),
        ("03:01:00", TIME),
        ("3:01 AM", TIME),
    ],
)
def test_dates_and_times_of_spreadsheets(text: str, expected: str) -> None:
    assert str(spreadsheet_reason(text)) == f"{text!r} {expected}"
    with pytest.raises(ahp.MatrixError) as raised:
        entered_judgment(text)
    assert str(raised.value) == f"{text!r} {expected}"


@pytest.mark.parametrize(
    "text", ["3", "1/3", "2.14", "33", "19999", "80001", "1/45660", "x", "1-3"]
)
def test_what_is_no_date(text: str) -> None:
    assert spreadsheet_reason(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9", 9),
        ("1/9", 1 / 9),
        ("2.14", 2.14),
        ("0.4673", 0.4673),
        ("8.9999", 8.9999),
        ("0.111111111", 1 / 9),
        ("0.11", 1 / 9),
        (".111", 1 / 9),
        ("1/9.00000001", 1 / 9.00000001),
        ("9.00000001", 9.00000001),
    ],
)
def test_the_scale_with_what_lies_between_its_steps(text: str, number: float) -> None:
    assert entered_judgment(text) == number


@pytest.mark.parametrize("text", ["33", "9.01", "1/10", "0.1", "0.10", "0.1049", "1/9.5", "10/1"])
def test_beyond_the_scale(text: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        entered_judgment(text)
    assert str(raised.value) == f"{text!r}, expected a judgment from 1/9 to 9"


@pytest.mark.parametrize(
    ("text", "step"),
    [
        *(("３", "3"), ("3.0", "3"), ("0.333333333", "1/3"), ("１／３", "1/3"), ("2/6", "1/3")),
        *(("½", "1/2"), ("1", "1"), ("3/3", "1"), ("0.111111111", "1/9"), ("9.000", "9")),
        *(("2.5", None), ("0.33", "1/3"), ("12", None), ("", None), ("x", None)),
    ],
)
def test_steps_by_value(text: str, step: str | None) -> None:
    assert step_of(text) == step


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("45660", f"'45660' {dated(SERIAL)}"),
        ("Jan-03", f"'Jan-03' {dated('is a date')}"),
        ("33", "'33', expected a judgment from 1/9 to 9"),
    ],
)
def test_answers_files_name_the_cell(tmp_path: Path, value: str, problem: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"{HEADER}E1,g,a,b,3\nE2,g,a,b,{value}\n")
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.read_answers(path)
    assert str(raised.value) == f"{path}: line 3: value = {problem}"
