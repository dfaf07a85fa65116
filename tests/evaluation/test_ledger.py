"""A ledger of errors: what is read and refused, and the rates and inputs that follow."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook

from ahp.errors import EvaluationError
from ahp.evaluation import (
    Ledger,
    LedgerSummary,
    evaluate,
    load_scheme,
    observations_from_records,
    read_ledger,
    read_observations,
    read_vouchers,
    summarize_ledger,
)
from ahp.resources import data_folder
from tests.tables.test_opendocument import cell, ods, row

from .schemes import scheme

EXAMPLES = data_folder("examples") / "evaluation"
HEADERS = "unit,date,business,kind,amount,source,due,mended"
ROWS = (
    "A,2025-12-20,cash,wrong code,10,audit,,2026-01-20",
    "A,2026-01-05,cash,wrong code,100,supervision,,2026-01-10",
    "A,2026-01-06,cash,wrong code,50,supervision,2026-01-08,2026-01-09",
    "A,2026-02-01,loans,no signature,0,audit,,",
    "A,2026-03-28,loans,no signature,,customer,,",
    "B,2026-04-01,loans,no signature,7.5,supervision,,2026-04-02",
)
VOUCHERS = {
    ("A", "2026Q1"): 1000,
    ("A", "2026Q2"): 500,
    ("B", "2026Q1"): 200,
    ("B", "2026Q2"): 300,
}


def ledger_of(path: Path, *rows: str, headers: str = HEADERS) -> Ledger:
    file = path / "ledger.csv"
    file.write_text("\n".join([headers, *rows]), encoding="utf-8")
    return read_ledger(file)


def summary_of(
    ledger: Ledger, vouchers: Mapping[tuple[str, str], int] = VOUCHERS, **options: Any
) -> LedgerSummary:
    return summarize_ledger(ledger, vouchers, **{"days": 10, "on": date(2026, 6, 30), **options})


def test_what_a_row_says(tmp_path: Path) -> None:
    first, *_, last = ledger_of(tmp_path, *ROWS).errors
    assert (first.line, first.unit, first.day) == (2, "A", date(2025, 12, 20))
    assert (first.business, first.kind, first.amount) == ("cash", "wrong code", Decimal(10))
    assert (first.source, first.found_later) == ("audit", True)
    assert (first.due, first.mended) == (None, date(2026, 1, 20))
    assert (last.amount, last.found_later) == (Decimal("7.5"), False)


def test_counts_of_units_and_periods(tmp_path: Path) -> None:
    """The error of December counts for what is repeated and due in the first quarter, no more; that
    of 28 March falls due on 7 April; B made no error in the first quarter.
    """
    summary = summary_of(ledger_of(tmp_path, *ROWS))
    assert (summary.units, summary.periods) == (("A", "B"), ("2026Q1", "2026Q2"))
    assert summary.vouchers.tolist() == [[1000, 500], [200, 300]]
    assert summary.errors.tolist() == [[4, 0], [0, 1]]
    assert summary.found_later.tolist() == [[2, 0], [0, 0]]
    # both of cash, wrong code were seen in December; of loans, no signature the second was
    assert summary.repeated.tolist() == [[3, 0], [0, 0]]
    # December's was due on 30 December, in a quarter without vouchers
    assert summary.due.tolist() == [[3, 1], [0, 1]]
    assert summary.late.tolist() == [[2, 1], [0, 0]]
    np.testing.assert_array_equal(summary.error_rate, [[4 / 1000, 0], [0, 1 / 300]])
    np.testing.assert_array_equal(summary.repeat_rate, [[0.75, np.nan], [np.nan, 0]])
    np.testing.assert_array_equal(summary.on_time, [[1 / 3, 0], [np.nan, 1]])


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    assert summary_of(ledger_of(tmp_path, *ROWS)) == summary_of(ledger_of(tmp_path, *ROWS[::-1]))


def test_an_error_is_repeated_when_it_was_seen_in_this_period_or_the_one_before(
    tmp_path: Path,
) -> None:
    days = "2026-01-05", "2026-02-05", "2026-02-06", "2026-04-05"
    ledger = ledger_of(tmp_path, *(f"A,{day},cash,code,0,audit,," for day in days))
    months = {("A", f"2026-0{k}"): 100 for k in range(1, 5)}
    summary = summary_of(ledger, months, kind="month")
    assert summary.repeated.tolist() == [[0, 2, 0, 0]]
    half = summary_of(ledger, {("A", "2026H1"): 400}, kind="half")
    assert half.repeated.tolist() == [[3]]


def test_what_is_due_later_does_not_count_yet(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "A,2026-03-01,cash,code,0,audit,,")
    assert summary_of(ledger, on=date(2026, 3, 10)).due.tolist() == [[0, 0], [0, 0]]
    on_the_day = summary_of(ledger, on=date(2026, 3, 11))
    assert (on_the_day.due[0, 0], on_the_day.late[0, 0]) == (1, 1)


def test_pareto(tmp_path: Path) -> None:
    rows = [
        *("A,2026-01-05,cash,code,1.10,audit,,",) * 2,
        *("A,2026-01-06,cash,seal,0.3,audit,,", "B,2026-01-07,cash,date,2,audit,,"),
        "B,2026-01-07,loans,amount,2,audit,,",
    ]
    pareto = ledger_of(tmp_path, *rows).pareto()
    assert pareto.kinds == ("code", "amount", "date", "seal")
    assert pareto.counts.tolist() == [2, 1, 1, 1]
    assert pareto.cumulative.tolist() == [0.4, 0.6, 0.8, 1.0]
    assert pareto.amounts.tolist() == [2.2, 2.0, 2.0, 0.3]
    assert type(pareto).from_dict(pareto.to_dict()) == pareto


def test_a_ledger_without_errors(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path)
    assert ledger.pareto().kinds == ()
    assert summary_of(ledger).errors.tolist() == [[0, 0], [0, 0]]


def test_rows_that_say_the_same_are_named(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, ROWS[0], ROWS[1], ROWS[0])
    assert [str(remark) for remark in ledger.remarks] == [
        "rows 2, 4 say the same as another one; each counts as an error"
    ]
    assert len(ledger.errors) == 3


def test_chinese_headers_in_gbk_below_a_title(tmp_path: Path) -> None:
    file = tmp_path / "差错台账.csv"
    text = (
        "2026年差错台账\n单位,差错日期,业务种类,差错类型,涉及金额,发现来源,整改期限,整改日期\n"
        '甲市,2026年1月5日,现金业务,科目用错,"1,250.50",事后监督,2026/1/12,2026.1.10\n'
    )
    file.write_bytes(text.encode("gb18030"))
    ledger = read_ledger(file)
    assert [str(remark) for remark in ledger.remarks] == ["the file is read as gb18030"]
    (error,) = ledger.errors
    assert (error.line, error.day) == (3, date(2026, 1, 5))
    assert (error.due, error.mended) == (date(2026, 1, 12), date(2026, 1, 10))
    assert (error.amount, error.found_later) == (Decimal("1250.50"), False)


def test_a_workbook_keeps_the_first_of_a_month(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "说明"
    sheet = book.create_sheet("差错台账")
    sheet.append(["单位", "日期", "业务", "差错类型", "来源", "金额"])
    sheet.append(["甲市", datetime(2026, 3, 1), "现金业务", "科目用错", "内审", 12.5])
    vouchers = book.create_sheet("凭证笔数")
    vouchers.append(["单位", "评价期", "凭证笔数"])
    vouchers.append(["甲市", "2026年第1季度", 1200])
    book.save(tmp_path / "ledger.xlsx")
    (error,) = read_ledger(tmp_path / "ledger.xlsx").errors
    assert (error.day, error.amount) == (date(2026, 3, 1), Decimal("12.5"))
    assert read_vouchers(tmp_path / "ledger.xlsx") == {("甲市", "2026Q1"): 1200}


def test_an_error_of_a_formula_in_an_ods_ledger_is_no_empty_amount(tmp_path: Path) -> None:
    names = ("unit", "date", "business", "kind", "source", "amount")
    failed = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
        'office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
        "</table:table-cell>"
    )
    filled = ("A", "2026-01-05", "cash", "code", "audit")
    (tmp_path / "ledger.ods").write_bytes(
        ods(row(*map(cell, names)) + row(*map(cell, filled), failed))
    )
    with pytest.raises(EvaluationError) as refused:
        read_ledger(tmp_path / "ledger.ods")
    assert str(refused.value) == (
        f"{tmp_path / 'ledger.ods'}: row 2, column amount: '#DIV/0!' is an error of a "
        "spreadsheet, expected a value"
    )


GOOD = {
    **{"unit": "A", "date": "2026-01-05", "business": "cash", "kind": "code", "amount": "1"},
    **{"source": "audit", "due": "2026-01-08", "mended": "2026-01-07"},
}


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("unit", "", "is empty"),
        ("unit", "#REF!", "'#REF!' is an error of a spreadsheet, expected a value"),
        ("kind", "x" * 1001, "has 1001 characters, expected at most 1000"),
        ("business", " ", "is empty"),
        ("kind", "", "is empty"),
        ("source", "", "is empty"),
        ("date", "", "is empty"),
        ("date", "2026-13-05", "'2026-13-05', expected a date such as 2026-01-31"),
        ("date", "5 Jan", "'5 Jan', expected a date such as 2026-01-31"),
        ("due", "soon", "'soon', expected a date such as 2026-01-31"),
        ("due", "2026-01-04", "2026-01-04 is before the day of the error, 2026-01-05"),
        ("mended", "2025-01-07", "2025-01-07 is before the day of the error, 2026-01-05"),
        ("mended", "yes", "'yes', expected a date such as 2026-01-31"),
        ("amount", "-5", "'-5', expected an amount of 0 or more"),
        ("amount", "1,00", "'1,00', expected an amount of 0 or more"),
        ("amount", "ten", "'ten', expected an amount of 0 or more"),
    ],
)
def test_a_cell_of_a_ledger_is_refused(
    tmp_path: Path, column: str, text: str, message: str
) -> None:
    file = tmp_path / "ledger.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, HEADERS.split(","))
        writer.writeheader()
        writer.writerows([GOOD, {**GOOD, column: text}])
    with pytest.raises(EvaluationError) as raised:
        read_ledger(file)
    assert str(raised.value) == f"{file}: row 3, column {column}: {message}"


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ("unit,date,business,kind", "{file}: row 1: column source is missing"),
        (
            f"{HEADERS},clerk",
            "{file}: row 1, column clerk: not a column of this table, expected one of "
            "unit, date, business, kind, amount, source, due, mended, note",
        ),
        (
            f"{HEADERS},日期",
            "{file}: row 1, column 日期: a second column for 'date', expected one",
        ),
        ("a,b,c", "{file}: no row with the columns unit, date, business, kind, source"),
    ],
)
def test_headers_of_a_ledger_are_refused(tmp_path: Path, headers: str, message: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        ledger_of(tmp_path, headers=headers)
    assert str(raised.value) == message.format(file=tmp_path / "ledger.csv")


def test_a_cell_beyond_the_headers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError) as raised:
        ledger_of(tmp_path, f"{ROWS[0]},more")
    file = tmp_path / "ledger.csv"
    assert str(raised.value) == f"{file}: row 2, column 9: 'more' stands beyond the headers"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["A,2026Q1,0"],
            "row 2, column vouchers: '0', expected a whole number of vouchers above 0",
        ),
        (
            ["A,2026Q1,many"],
            "row 2, column vouchers: 'many', expected a whole number of vouchers above 0",
        ),
        (
            ["A,spring,5"],
            "row 2, column period: 'spring', expected a period such as 2026-03, 2026Q1, 2026H1 "
            "or 2026",
        ),
        (
            ["A,2026Q1,5", "A,2026年1季度,6"],
            "row 3, column vouchers: '6', but row 2 says '5' of the same cell",
        ),
        (["A,,6"], "row 2, column period: is empty"),
    ],
)
def test_vouchers_are_refused(tmp_path: Path, rows: Sequence[str], message: str) -> None:
    file = tmp_path / "vouchers.csv"
    file.write_text("\n".join(["unit,period,vouchers", *rows]), encoding="utf-8")
    with pytest.raises(EvaluationError) as raised:
        read_vouchers(file)
    assert str(raised.value) == f"{file}: {message}"


@pytest.mark.parametrize(
    ("row", "vouchers", "message"),
    [
        (
            "C,2026-01-05,cash,code,,audit,,",
            VOUCHERS,
            "ledger.csv: row 2, column unit: no number of vouchers for 'C' in 2026Q1",
        ),
        (
            "A,2026-07-01,cash,code,,audit,,",
            VOUCHERS,
            "ledger.csv: row 2, column date: 2026-07-01 is after 2026-06-30, "
            "the day the ledger stands for",
        ),
        (ROWS[0], {}, "no numbers of vouchers, expected one for each unit and period"),
        (ROWS[0], {("A", "2026-01"): 5}, "2026-01 is a month, expected a quarter"),
    ],
)
def test_a_summary_is_refused(
    tmp_path: Path, row: str, vouchers: Mapping[tuple[str, str], int], message: str
) -> None:
    with pytest.raises(EvaluationError) as raised:
        summary_of(ledger_of(tmp_path, row), vouchers)
    assert str(raised.value) == message


def test_records_are_the_inputs_of_the_indicators_they_fit(tmp_path: Path) -> None:
    records = summary_of(ledger_of(tmp_path, *ROWS)).records(
        load_scheme("supervision_effectiveness")
    )
    assert len(records) == 3 * 2 * 2 * 2
    assert records[:2] == [
        {
            "unit": "A",
            "period": "2026Q1",
            "indicator": "process",
            "input": name,
            "value": value,
            "evidence": "ledger.csv",
        }
        for name, value in (("found_later", "2"), ("vouchers", "1000"))
    ]
    assert {record["indicator"] for record in records} == {
        *("process", "supervised_units", "error_education"),
    }


def test_a_scheme_that_derives_nothing_from_a_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError) as raised:
        summary_of(ledger_of(tmp_path, *ROWS)).records(scheme({"x": 1}))
    assert str(raised.value) == (
        "no derived indicator of 'test' has inputs that a ledger counts alone: "
        "vouchers, errors, found_later, repeated, due, late"
    )


def test_the_example_is_scored_from_its_ledger() -> None:
    """The inputs that stand in the example observations are those that its ledger gives."""
    observations = read_observations(EXAMPLES / "supervision_effectiveness.csv")
    rules = load_scheme("supervision_effectiveness")
    summary = summarize_ledger(
        read_ledger(EXAMPLES / "supervision_ledger.csv"),
        read_vouchers(EXAMPLES / "supervision_vouchers.csv"),
        days=10,
        on=date(2026, 12, 31),
    )
    records = summary.records(rules)
    fed = {record["indicator"] for record in records}
    others = [record for record in observations.records() if record["indicator"] not in fed]
    again = evaluate(rules, observations_from_records([*others, *records]))
    shipped = evaluate(rules, observations)
    np.testing.assert_array_equal(again.scores, shipped.scores)
    np.testing.assert_array_equal(again.totals, shipped.totals)
