"""A hundred ways to get observations wrong: each is refused, with row and column."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from ahp.errors import EvaluationError
from ahp.evaluation import evaluate, load_scheme, read_observations
from ahp.evaluation.scheme import Group, Scheme

SHORT = "unit,period,indicator,value"
LONG = f"{SHORT},rater,item,input,evidence,note"
COLUMNS = LONG.replace(",", ", ")
GRADES = "excellent, good, fair, poor"
INDICATORS = (
    "error_rate, reports, delay, cost, staffing, overdue, coverage, attitude, teamwork"
    ", votes, controls, conduct, margin, survey_day, late_report, rework, praise, in"
    "novation, fraud, breach, too_many_errors, hidden, under_inquiry"
)
PERIOD = "expected a period such as 2026-03, 2026Q1, 2026H1 or 2026"


ROWS: dict[str, tuple[str, Sequence[str], str]] = {
    "thousands or decimals": (
        SHORT.replace(",", ";"),
        ("North;2026Q1;reports;5,0", "South;2026Q1;reports;-12,345%"),
        "row 3, column value: '-12,345%' may be -12345% or -12.345%, expected it without a comma",
    ),
    "two findings in two rows": (
        f"{SHORT},evidence",
        ("North,2026Q1,late_report,1,Letter 1", "North,2026Q1,late_report,1,Letter 2"),
        "row 3, column evidence: row 2 says the same with other evidence ('Letter 1'), expected "
        "one row; the value of a deduction, a bonus or a veto is how many times",
    ),
    "no unit": (SHORT, (",2026Q1,reports,5",), "row 2, column unit: is empty"),
    "a unit of spaces": (SHORT, (" 　,2026Q1,reports,5",), "row 2, column unit: is empty"),
    "an unknown unit": (
        SHORT,
        ("North,2026Q1,reports,5", "East,2026Q1,reports,5"),
        "row 3, column unit: 'East' is no unit of the scheme, expected one of North, South",
    ),
    "a unit too long": (
        SHORT,
        ("N" * 1001 + ",2026Q1,reports,5",),
        "row 2, column unit: has 1001 characters, expected at most 1000",
    ),
    "a date for a unit": (
        SHORT,
        ("2026-01-02,2026Q1,reports,5",),
        "row 2, column unit: '2026-01-02' is a date, expected the name of a unit",
    ),
    "an error for a unit": (
        SHORT,
        ("#REF!,2026Q1,reports,5",),
        "row 2, column unit: '#REF!' is an error of a spreadsheet, expected a value",
    ),
    "no period": (SHORT, ("North,,reports,5",), "row 2, column period: is empty"),
    "a period in words": (
        SHORT,
        ("North,first quarter,reports,5",),
        f"row 2, column period: 'first quarter', {PERIOD}",
    ),
    "a fifth quarter": (
        SHORT,
        ("North,2026Q5,reports,5",),
        f"row 2, column period: '2026Q5', {PERIOD}",
    ),
    "a period without a year": (
        SHORT,
        ("North,Q1,reports,5",),
        f"row 2, column period: 'Q1', {PERIOD}",
    ),
    "a year of two digits": (
        SHORT,
        ("North,26Q1,reports,5",),
        f"row 2, column period: '26Q1', {PERIOD}",
    ),
    "a day for a period": (
        SHORT,
        ("North,2026-01-15,reports,5",),
        f"row 2, column period: '2026-01-15', {PERIOD}",
    ),
    "a month": (
        SHORT,
        ("North,2026-01,reports,5",),
        "row 2, column period: 2026-01 is a month, expected a quarter",
    ),
    "a half-year": (
        SHORT,
        ("North,2026上半年,reports,5",),
        "row 2, column period: 2026H1 is a half-year, expected a quarter",
    ),
    "a half-year with H": (
        SHORT,
        ("North,2026H1,reports,5",),
        "row 2, column period: 2026H1 is a half-year, expected a quarter",
    ),
    "a year": (
        SHORT,
        ("North,2026,reports,5",),
        "row 2, column period: 2026 is a year, expected a quarter",
    ),
    "before the scheme": (
        SHORT,
        ("North,2025Q4,reports,5",),
        "row 2, column period: 2025Q4 ends before the scheme holds (2026-01-01)",
    ),
    "after the scheme": (
        SHORT,
        ("North,2028Q1,reports,5",),
        "row 2, column period: 2028Q1 begins after the scheme ends (2027-12-31)",
    ),
    "an error for a period": (
        SHORT,
        ("North,#N/A,reports,5",),
        "row 2, column period: '#N/A' is an error of a spreadsheet, expected a value",
    ),
    "no indicator": (SHORT, ("North,2026Q1,,5",), "row 2, column indicator: is empty"),
    "an unknown indicator": (
        SHORT,
        ("North,2026Q1,profit,5",),
        "row 2, column indicator: 'profit' is no indicator of the scheme, expected one "
        f"of {INDICATORS}",
    ),
    "a parent": (
        SHORT,
        ("North,2026Q1,numbers,5",),
        "row 2, column indicator: 'numbers' is no indicator of the scheme, expected one"
        f" of {INDICATORS}",
    ),
    "a slip in an indicator": (
        SHORT,
        ("North,2026Q1,reports,5", "North,2026Q1,report,5"),
        "row 3, column indicator: 'report' is no indicator of the scheme, expected one "
        f"of {INDICATORS}",
    ),
    "an error for an indicator": (
        SHORT,
        ("North,2026Q1,#NAME?,5",),
        "row 2, column indicator: '#NAME?' is an error of a spreadsheet, expected a value",
    ),
    "a word for a number": (
        SHORT,
        ("North,2026Q1,reports,five",),
        "row 2, column value: 'five', expected a number for 'reports'",
    ),
    "a number with its unit": (
        SHORT,
        ("North,2026Q1,reports,5 pieces",),
        "row 2, column value: '5 pieces', expected a number for 'reports'",
    ),
    "about a number": (
        SHORT,
        ("North,2026Q1,reports,~5",),
        "row 2, column value: '~5', expected a number for 'reports'",
    ),
    "a limit for a number": (
        SHORT,
        ("North,2026Q1,reports,<5",),
        "row 2, column value: '<5', expected a number for 'reports'",
    ),
    "a range for a number": (
        SHORT,
        ("North,2026Q1,reports,4-5",),
        "row 2, column value: '4-5', expected a number for 'reports'",
    ),
    "a fraction": (
        SHORT,
        ("North,2026Q1,error_rate,1/3",),
        "row 2, column value: '1/3', expected a number for 'error_rate'",
    ),
    "a formula as text": (
        SHORT,
        ("North,2026Q1,reports,=2+3",),
        "row 2, column value: '=2+3', expected a number for 'reports'",
    ),
    "a dash for a value": (
        SHORT,
        ("North,2026Q1,reports,-",),
        "row 2, column value: '-', expected a number for 'reports'",
    ),
    "two points": (
        SHORT,
        ("North,2026Q1,reports,1.2.3",),
        "row 2, column value: '1.2.3', expected a number for 'reports'",
    ),
    "thousands in twos": (
        SHORT,
        ('North,2026Q1,reports,"12,34"',),
        "row 2, column value: '12,34', expected a number for 'reports'",
    ),
    "not a number": (
        SHORT,
        ("North,2026Q1,reports,NaN",),
        "row 2, column value: 'NaN', expected a number for 'reports'",
    ),
    "infinity": (
        SHORT,
        ("North,2026Q1,reports,inf",),
        "row 2, column value: 'inf', expected a number for 'reports'",
    ),
    "a hexadecimal number": (
        SHORT,
        ("North,2026Q1,reports,0x1F",),
        "row 2, column value: '0x1F', expected a number for 'reports'",
    ),
    "a Chinese number": (
        SHORT,
        ("North,2026Q1,reports,五",),
        "row 2, column value: '五', expected a number for 'reports'",
    ),
    "per mille": (
        SHORT,
        ("North,2026Q1,error_rate,3‰",),
        "row 2, column value: '3‰', expected a number for 'error_rate'",
    ),
    "yes for a number": (
        SHORT,
        ("North,2026Q1,reports,yes",),
        "row 2, column value: 'yes', expected a number for 'reports'",
    ),
    "a date for a number": (
        SHORT,
        ("North,2026Q1,reports,2026/3/5",),
        "row 2, column value: '2026/3/5', expected a number for 'reports'",
    ),
    "too many digits": (
        SHORT,
        ("North,2026Q1,reports,1234567890123456789",),
        "row 2, column value: '1234567890123456789' has too many digits, expected at most 18",
    ),
    "too many decimals": (
        SHORT,
        ("North,2026Q1,error_rate,1e-61",),
        "row 2, column value: '1e-61' has too many decimals, expected at most 60",
    ),
    "a value too long": (
        SHORT,
        ("North,2026Q1,reports," + "5" * 1001,),
        "row 2, column value: has 1001 characters, expected at most 1000",
    ),
    "#N/A": (
        SHORT,
        ("North,2026Q1,reports,#N/A",),
        "row 2, column value: '#N/A' is an error of a spreadsheet, expected a value",
    ),
    "#DIV/0!": (
        SHORT,
        ("North,2026Q1,reports,#DIV/0!",),
        "row 2, column value: '#DIV/0!' is an error of a spreadsheet, expected a value",
    ),
    "Err:502": (
        SHORT,
        ("North,2026Q1,reports,Err:502",),
        "row 2, column value: 'Err:502' is an error of a spreadsheet, expected a value",
    ),
    "an error in full width": (
        SHORT,
        ("North,2026Q1,reports,＃ＤＩＶ／０！",),
        "row 2, column value: '#DIV/0!' is an error of a spreadsheet, expected a value",
    ),
    "a share over the whole": (
        SHORT,
        ("North,2026Q1,error_rate,150%",),
        "row 2, column value: '1.50' cannot be for 'error_rate', expected 0 to 1",
    ),
    "percent without the sign": (
        SHORT,
        ("North,2026Q1,error_rate,3",),
        "row 2, column value: '3' cannot be for 'error_rate', expected 0 to 1",
    ),
    "a share below 0": (
        SHORT,
        ("North,2026Q1,error_rate,-1%",),
        "row 2, column value: '-0.01' cannot be for 'error_rate', expected 0 to 1",
    ),
    "a completion below 0": (
        SHORT,
        ("North,2026Q1,reports,-2",),
        "row 2, column value: '-2' of 'reports' is below 0, expected 0 or more",
    ),
    "a delay below 0": (
        SHORT,
        ("North,2026Q1,delay,-0.5",),
        "row 2, column value: '-0.5' of 'delay' is below 0, expected 0 or more",
    ),
    "twice": (
        SHORT,
        ("North,2026Q1,reports,5", "North,2026Q1,delay,1", "North,2026Q1,reports,6"),
        "row 4, column value: '6', but row 2 says '5' of the same cell",
    ),
    "twice in two spellings": (
        SHORT,
        ("North,2026Q1,reports,5", "North,2026年一季度,Reports adopted,6"),
        "row 3, column value: '6', but row 2 says '5' of the same cell",
    ),
    "a value and none": (
        SHORT,
        ("North,2026Q1,reports,5", "North,2026Q1,reports,"),
        "row 3, column value: 'not reported', but row 2 says '5' of the same cell",
    ),
    "a value and not applicable": (
        SHORT,
        ("North,2026Q1,reports,n/a", "North,2026Q1,reports,5"),
        "row 3, column value: '5', but row 2 says 'not applicable' of the same cell",
    ),
    "twice by one rater": (
        LONG,
        ("North,2026Q1,attitude,good,Ann,,,,", "North,2026Q1,attitude,poor,Ann,,,,"),
        "row 3, column value: 'poor', but row 2 says 'good' of the same cell",
    ),
    "an unknown grade": (
        LONG,
        ("North,2026Q1,attitude,superb,Ann,,,,",),
        f"row 2, column value: 'superb' is no grade of 'attitude', expected one of {GRADES}",
    ),
    "points for a grade": (
        LONG,
        ("North,2026Q1,attitude,95,Ann,,,,",),
        f"row 2, column value: '95' is no grade of 'attitude', expected one of {GRADES}",
    ),
    "two grades in one": (
        LONG,
        ("North,2026Q1,attitude,good/fair,Ann,,,,",),
        f"row 2, column value: 'good/fair' is no grade of 'attitude', expected one of {GRADES}",
    ),
    "too few raters": (
        LONG,
        ("North,2026Q1,attitude,good,Ann,,,,", "North,2026Q1,attitude,fair,Bob,,,,"),
        "row 2, column rater: 2 raters, expected 3 or more",
    ),
    "raters without names": (
        LONG,
        ("North,2026Q1,attitude,good,,,,,", "North,2026Q1,attitude,fair,,,,,"),
        "row 3, column value: 'fair', but row 2 says 'good' of the same cell",
    ),
    "an error for a rater": (
        LONG,
        ("North,2026Q1,attitude,good,#NAME?,,,,",),
        "row 2, column rater: '#NAME?' is an error of a spreadsheet, expected a value",
    ),
    "shares above 1": (
        LONG,
        ("North,2026Q1,teamwork,0.6,,good,,,", "North,2026Q1,teamwork,0.5,,fair,,,"),
        "row 3, column value: the shares of this cell sum to 1.1, expected 1",
    ),
    "shares in percent without the sign": (
        LONG,
        ("North,2026Q1,teamwork,60,,good,,,", "North,2026Q1,teamwork,40,,fair,,,"),
        "row 3, column value: the shares of this cell sum to 100, expected 1",
    ),
    "shares below 1": (
        LONG,
        ("North,2026Q1,teamwork,0.333,,good,,,", "North,2026Q1,teamwork,0.666,,fair,,,"),
        "row 3, column value: the shares of this cell sum to 0.999, expected 1",
    ),
    "a share below 0 of raters": (
        LONG,
        ("North,2026Q1,teamwork,1.1,,good,,,", "North,2026Q1,teamwork,-0.1,,fair,,,"),
        "row 3, column value: '-0.1' of 'teamwork' is below 0, expected 0 or more",
    ),
    "shares of an unknown grade": (
        LONG,
        ("North,2026Q1,teamwork,1,,superb,,,",),
        f"row 2, column item: 'superb' is no grade of 'teamwork', expected one of {GRADES}",
    ),
    "shares of no grade": (
        LONG,
        ("North,2026Q1,teamwork,1,,,,,",),
        f"row 2, column item: '' is no grade of 'teamwork', expected one of {GRADES}",
    ),
    "a grade for a share": (
        LONG,
        ("North,2026Q1,teamwork,good,,good,,,",),
        "row 2, column value: 'good', expected a number for 'teamwork'",
    ),
    "a grade by two names": (
        LONG,
        ("North,2026Q1,teamwork,0.5,,good,,,", "North,2026Q1,teamwork,0.5,,良,,,"),
        "row 3, column item: a second value of '良' by one rater, expected one",
    ),
    "half a vote": (
        LONG,
        ("North,2026Q1,votes,2.5,,good,,,", "North,2026Q1,votes,3,,fair,,,"),
        "row 2, column value: '2.5', expected a whole number of times, 0 or more, for 'votes'",
    ),
    "votes below 0": (
        LONG,
        ("North,2026Q1,votes,-1,,good,,,", "North,2026Q1,votes,3,,fair,,,"),
        "row 2, column value: '-1' of 'votes' is below 0, expected 0 or more",
    ),
    "no votes at all": (
        LONG,
        ("North,2026Q1,votes,0,,good,,,",),
        "row 2, column value: the shares of this cell sum to 0, expected 1",
    ),
    "an unknown control point": (
        LONG,
        ("North,2026Q1,controls,yes,,1.3,,,",),
        "row 2, column item: '1.3' is no control point of 'controls', expected one of "
        "1.1, 1.2, 1.10",
    ),
    "no control point": (
        LONG,
        ("North,2026Q1,controls,yes,,,,,",),
        "row 2, column item: '' is no control point of 'controls', expected one of 1.1, 1.2, 1.10",
    ),
    "an unknown result": (
        LONG,
        ("North,2026Q1,controls,maybe,,1.1,,,",),
        "row 2, column value: 'maybe' is no result of a control point of 'controls', "
        "expected one of yes, partly, no, 0…1, 38/40",
    ),
    "a result over 1": (
        LONG,
        ("North,2026Q1,controls,2,,1.1,,,",),
        "row 2, column value: '2' is no result of a control point of 'controls', "
        "expected one of yes, partly, no, 0…1, 38/40",
    ),
    "a result below 0": (
        LONG,
        ("North,2026Q1,controls,-0.5,,1.1,,,",),
        "row 2, column value: '-0.5' is no result of a control point of 'controls', "
        "expected one of yes, partly, no, 0…1, 38/40",
    ),
    "a point by two names": (
        LONG,
        ("North,2026Q1,controls,yes,,1.2,,,", "North,2026Q1,controls,no,,双人复核,,,"),
        "row 3, column item: a second value of '双人复核' by one rater, expected one",
    ),
    "an unknown occurrence": (
        LONG,
        ("North,2026Q1,conduct,1,,smoking,,,",),
        "row 2, column item: 'smoking' takes no points of 'conduct', expected one of "
        "late_arrival, no_badge",
    ),
    "an occurrence unnamed": (
        LONG,
        ("North,2026Q1,conduct,2,,,,,",),
        "row 2, column item: '' takes no points of 'conduct', expected one of "
        "late_arrival, no_badge",
    ),
    "half an occurrence": (
        LONG,
        ("North,2026Q1,conduct,1.5,,late_arrival,,,",),
        "row 2, column value: '1.5', expected a whole number of times, 0 or more, for 'conduct'",
    ),
    "occurrences below 0": (
        LONG,
        ("North,2026Q1,conduct,-1,,late_arrival,,,",),
        "row 2, column value: '-1', expected a whole number of times, 0 or more, for 'conduct'",
    ),
    "an occurrence in a word": (
        LONG,
        ("North,2026Q1,conduct,once,,late_arrival,,,",),
        "row 2, column value: 'once', expected a number for 'conduct'",
    ),
    "an unknown input": (
        LONG,
        ("North,2026Q1,margin,5,,,profit,,",),
        "row 2, column input: 'profit' is no input of 'margin', expected one of income,"
        " expense, volume, term",
    ),
    "no input": (
        LONG,
        ("North,2026Q1,margin,5,,,,,",),
        "row 2, column input: '' is no input of 'margin', expected one of income, "
        "expense, volume, term",
    ),
    "an input of what has none": (
        LONG,
        ("North,2026Q1,reports,5,,,income,,",),
        "row 2, column input: 'income', expected none: 'reports' has no inputs",
    ),
    "an input of a deduction": (
        LONG,
        ("North,2026Q1,late_report,1,,,income,,",),
        "row 2, column input: 'income', expected none: 'late_report' has no inputs",
    ),
    "an input twice": (
        LONG,
        ("North,2026Q1,margin,5,Ann,,income,,", "North,2026Q1,margin,5,Bob,,income,,"),
        "row 3, column rater: a second value of input 'income' of one item, expected one",
    ),
    "a word for an input": (
        LONG,
        ("North,2026Q1,margin,much,,,income,,",),
        "row 2, column value: 'much', expected a number for 'margin'",
    ),
    "a division by 0": (
        LONG,
        (
            "North,2026Q1,margin,5,,,income,,",
            "North,2026Q1,margin,1,,,expense,,",
            "North,2026Q1,margin,0,,,volume,,",
            "North,2026Q1,margin,1,,,term,,",
        ),
        "row 3, column value: division by 0 (sum(volume)) in the formula '(sum(income -"
        " expense) - sum(volume * transfer(term))) / sum(volume)'",
    ),
    "a deduction below 0": (
        LONG,
        ("North,2026Q1,late_report,-1,,,,,",),
        "row 2, column value: '-1' of 'late_report' is below 0, expected 0 or more",
    ),
    "half a deduction": (
        LONG,
        ("North,2026Q1,late_report,0.5,,,,,",),
        "row 2, column value: '0.5', expected a whole number of times, 0 or more, for "
        "'late_report'",
    ),
    "a deduction in words": (
        LONG,
        ("North,2026Q1,late_report,twice,,,,,",),
        "row 2, column value: 'twice', expected a number for 'late_report'",
    ),
    "a deduction without its document": (
        LONG,
        ("North,2026Q1,rework,1,,,, ,",),
        "row 2, column evidence: is empty, expected the document that shows it",
    ),
    "a bonus without its document": (
        SHORT,
        ("North,2026Q1,praise,1",),
        "row 2, column evidence: is empty, expected the document that shows it",
    ),
    "a bonus below 0": (
        LONG,
        ("North,2026Q1,innovation,-3,,,,,",),
        "row 2, column value: '-3' of 'innovation' is below 0, expected 0 or more",
    ),
    "half a veto": (
        LONG,
        ("North,2026Q1,fraud,0.5,,,,,",),
        "row 2, column value: '0.5', expected a whole number of times, 0 or more, for 'fraud'",
    ),
    "yes for a veto": (
        LONG,
        ("North,2026Q1,fraud,yes,,,,,",),
        "row 2, column value: 'yes', expected a number for 'fraud'",
    ),
    "no column of values": (
        "unit,period,indicator,amount",
        ("North,2026Q1,reports,5",),
        f"row 1, column amount: not a column of observations, expected one of {COLUMNS};"
        " value is missing",
    ),
    "columns missing": (
        "unit,indicator",
        ("North,reports",),
        "row 1: column period, value is missing",
    ),
    "an unknown column": (
        SHORT + ",amount",
        ("North,2026Q1,reports,5,1",),
        f"row 1, column amount: not a column of observations, expected one of {COLUMNS}",
    ),
    "a column twice": (
        SHORT + ",value",
        ("North,2026Q1,reports,5,6",),
        "row 1, column value: a second column for 'value', expected one",
    ),
    "a column in two languages": (
        SHORT + ",评价期",
        ("North,2026Q1,reports,5,2026Q2",),
        "row 1, column 评价期: a second column for 'period', expected one",
    ),
    "a column without a header": (
        SHORT + ",",
        ("North,2026Q1,reports,5,checked",),
        "row 2, column 5: 'checked' stands beyond the headers",
    ),
    "more cells than headers": (
        SHORT,
        ("North,2026Q1,reports,5,checked",),
        "row 2, column 5: 'checked' stands beyond the headers",
    ),
    "a note too long": (
        LONG,
        ("North,2026Q1,reports,5,,,,," + "x" * 1001,),
        "row 2, column note: has 1001 characters, expected at most 1000",
    ),
    "no headers": (
        "North,2026Q1,reports,5",
        ("South,2026Q1,reports,6",),
        "no row with the columns unit, period, indicator, value",
    ),
    "headers alone": (SHORT, (), "no observations below the headers"),
    "a quotation mark left open": (
        SHORT,
        ('North,2026Q1,reports,"5',),
        "line 2: not CSV; please check the quotation marks there",
    ),
}
"""What is wrong -> the headers, the rows below, and what is said of them, from row 1."""

GOOD = [SHORT.split(","), ["North", "2026Q1", "reports", 5]]
NO_HEADERS = "no row with the columns unit, period, indicator, value"
OLD = (
    "an old .xls workbook, or one with a password, expected an .xlsx workbook; "
    "save it without a password as Excel Workbook (.xlsx)"
)
ENCODING = "neither UTF-8, GBK, Big5 nor UTF-16; save the file as CSV UTF-8"
DAMAGED = "is no XLSX file, or a damaged one"
UNCALCULATED = (
    "is a formula that was never calculated; open the file in a spreadsheet program and save it"
)


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with these rows in its sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def below(*row: Any) -> bytes:
    """A workbook with a row below the headers."""
    return workbook(observations=[GOOD[0], row])


TEXT = f"{SHORT}\nNorth,2026Q1,reports,5\n"

FILES: dict[str, tuple[str, bytes, str]] = {
    "nothing in the file": ("o.csv", b"", NO_HEADERS),
    "empty lines": ("o.csv", b"\n \n", NO_HEADERS),
    "no text": ("o.csv", bytes(range(128, 256)) * 4, ENCODING),
    "UTF-16 that is cut off": ("o.csv", TEXT.encode("utf-16")[:-1], ENCODING),
    "a PDF": (
        "o.pdf",
        b"%PDF-1.7\n",
        "is a PDF document, expected a CSV file or a workbook (.xlsx, .ods); if a spreadsheet "
        "program opens it, save it from there as Excel Workbook (.xlsx)",
    ),
    "an old workbook": ("o.xls", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(100), OLD),
    "a workbook with a password": ("o.xlsx", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(100), OLD),
    "text called a workbook": ("o.xlsx", TEXT.encode(), DAMAGED),
    "a workbook cut off": ("o.xlsx", workbook(observations=GOOD)[:-200], DAMAGED),
    "a workbook cut off, called CSV": ("o.csv", workbook(observations=GOOD)[:-200], DAMAGED),
    "an empty workbook": ("o.xlsx", workbook(observations=[]), NO_HEADERS),
    "headers too far down": ("o.xlsx", workbook(observations=[["-"]] * 12 + GOOD), NO_HEADERS),
    "two sheets of any name": (
        "o.xlsx",
        workbook(Q1=GOOD, Q2=GOOD),
        "no sheet is called 'observations', expected one besides Q1, Q2",
    ),
    "a date in a cell": (
        "o.xlsx",
        below("North", "2026Q1", "reports", date(2026, 3, 5)),
        "row 2, column value: '2026-03-05', expected a number for 'reports'",
    ),
    "a fraction that became a date": (
        "o.xlsx",
        below("North", "2026Q1", "reports", date(2026, 3, 1)),
        "row 2, column value: '2026-03', expected a number for 'reports'",
    ),
    "a time in a cell": (
        "o.xlsx",
        below("North", "2026Q1", "delay", time(5, 30)),
        "row 2, column value: '05:30:00', expected a number for 'delay'",
    ),
    "a duration in a cell": (
        "o.xlsx",
        below("North", "2026Q1", "delay", timedelta(hours=30)),
        "row 2, column value: '1 day, 6:00:00', expected a number for 'delay'",
    ),
    "true in a cell": (
        "o.xlsx",
        below("North", "2026Q1", "reports", True),
        "row 2, column value: 'yes', expected a number for 'reports'",
    ),
    "a date for a unit": (
        "o.xlsx",
        below(date(2026, 1, 2), "2026Q1", "reports", 5),
        "row 2, column unit: '2026-01-02' is a date, expected the name of a unit",
    ),
    "a date for a period": (
        "o.xlsx",
        below("North", date(2026, 1, 15), "reports", 5),
        f"row 2, column period: '2026-01-15', {PERIOD}",
    ),
    "a formula never calculated": (
        "o.xlsx",
        below("North", "2026Q1", "reports", "=2+3"),
        f"row 2, column value: {UNCALCULATED}",
    ),
    "a unit never calculated": (
        "o.xlsx",
        below("=A1", "2026Q1", "reports", 5),
        f"row 2, column unit: {UNCALCULATED}",
    ),
    "a note never calculated": (
        "o.xlsx",
        workbook(observations=[[*GOOD[0], "note"], [*GOOD[1], "=1"]]),
        f"row 2, column note: {UNCALCULATED}",
    ),
    "an error in a cell": (
        "o.xlsx",
        below("North", "2026Q1", "reports", "#DIV/0!"),
        "row 2, column value: '#DIV/0!' is an error of a spreadsheet, expected a value",
    ),
    "a unit in merged cells": (
        "o.xlsx",
        workbook(observations=[*GOOD, [None, "2026Q1", "delay", 1]]),
        "row 3, column unit: is empty",
    ),
    "a cell beyond the headers": (
        "o.xlsx",
        below("North", "2026Q1", "reports", 5, None, "checked"),
        "row 2, column 6: 'checked' stands beyond the headers",
    ),
}
"""What is wrong -> the name and the content of the file, and what is said of it."""


@pytest.fixture(scope="module")
def every_rule() -> Scheme:
    """A scheme with rules of every kind, for two units."""
    scheme = load_scheme(Path(__file__).parent / "every_rule.toml")
    both = Group("both", {"en": "Both", "zh": "两家"}, ("North", "South"))
    return replace(scheme, groups=(both,))


def refusal(scheme: Scheme, path: Path) -> str:
    with pytest.raises(EvaluationError) as raised:
        evaluate(scheme, read_observations(path))
    return str(raised.value)


def test_there_are_a_hundred() -> None:
    assert len(ROWS) + len(FILES) > 100


@pytest.mark.parametrize("wrong", ROWS)
def test_rows_that_are_refused(
    wrong: str, every_rule: Scheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    headers, rows, message = ROWS[wrong]
    Path("o.csv").write_text("\n".join([headers, *rows, ""]), encoding="utf-8")
    assert refusal(every_rule, Path("o.csv")) == f"o.csv: {message}"


@pytest.mark.parametrize("wrong", FILES)
def test_files_that_are_refused(
    wrong: str, every_rule: Scheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, content, message = FILES[wrong]
    Path(name).write_bytes(content)
    assert refusal(every_rule, Path(name)) == f"{name}: {message}"


def test_a_file_that_is_not_there(every_rule: Scheme, tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    assert refusal(every_rule, path) == f"{path}: cannot be read: No such file or directory"
    assert refusal(every_rule, tmp_path) == f"{tmp_path}: cannot be read: Is a directory"


def test_the_first_row_that_is_wrong_is_named(every_rule: Scheme, tmp_path: Path) -> None:
    """Whatever the order in which indicators are scored."""
    path = tmp_path / "o.csv"
    path.write_text(
        f"{SHORT}\nNorth,2026Q1,reports,5\nSouth,2026Q1,reports,six\nNorth,2026Q1,reports,5\n",
        encoding="utf-8",
    )
    assert refusal(every_rule, path) == (
        f"{path}: row 3, column value: 'six', expected a number for 'reports'"
    )


def test_what_people_need_to_fill_in_is_passed_over(every_rule: Scheme, tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text(
        "name,unit,period,indicator,value,unit of measure\n"
        "Reports adopted,North,2026Q1,reports,5,piece\n",
        encoding="utf-8",
    )
    assert list(read_observations(path).records()) == [
        {"unit": "North", "period": "2026Q1", "indicator": "reports", "value": "5"}
    ]
    result = evaluate(every_rule, read_observations(path))
    assert result.values[0, 0, result.indicators.index("reports")] == 5


def test_text_that_a_formula_left_empty_is_not_reported(tmp_path: Path) -> None:
    """As programs save `=IF(A1="","",A1)`: a formula with an empty text."""
    saved = below("North", "2026Q1", "reports", '=""')
    with zipfile.ZipFile(io.BytesIO(saved)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    changed = sheet.replace('<c r="D2"><f>', '<c r="D2" t="str"><f>')
    assert changed != sheet
    path = tmp_path / "o.xlsx"
    with zipfile.ZipFile(path, "w") as new:
        for name, part in {**parts, "xl/worksheets/sheet1.xml": changed.encode()}.items():
            new.writestr(name, part)
    assert read_observations(path).value(0) == "not reported"


def test_very_small_numbers_are_read(tmp_path: Path) -> None:
    """As spreadsheets hand over what they calculated."""
    path = tmp_path / "o.xlsx"
    path.write_bytes(below("North", "2026Q1", "error_rate", 1.2345678901e-08))
    assert read_observations(path).value(0) == "0.000000012345678901"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas(separator: str, tmp_path: Path) -> None:
    numbers = {
        "2,5": "2.5",
        "-2,5": "-2.5",
        "89,3%": "0.893",
        "123,5": "123.5",
        "0,123": "0.123",
        "12,3456": "12.3456",
        "1,234,567": "1234567",
        "1,234.5": "1234.5",
        "1.234": "1.234",
    }
    lines = [f"A;2026Q1;x{k};{text}" for k, text in enumerate(numbers)]
    path = tmp_path / "o.csv"
    content = "\n".join([SHORT.replace(",", ";"), *lines]).replace(";", separator)
    path.write_text(content, encoding="utf-8")
    observations = read_observations(path)
    assert [observations.value(row) for row in range(len(numbers))] == list(numbers.values())
