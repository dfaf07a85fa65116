from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from ahp.errors import OptionError
from ahp.report import Table, xlsx_bytes
from ahp.report.workbook import sheet_names

MIXED = Table(
    title="权重 of it",
    columns=("Item", "权重", "n", "Acceptable", "a", "Median", "p"),
    rows=(
        ("监督流程", 2 / 3, 5, True, 1 / 3, 3.5, 0.00001),
        ("b", 0.1 + 0.2, 12, False, 2.5, 1 / 3.5, 0.04),
        ("", None, 1, True, 9.0, 0.25, None),
    ),
    language="zh",
    judgments=frozenset({4}),
    medians=frozenset({5}),
    p_values=frozenset({6}),
)


def reopened(*tables: Table) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(*tables)))


def test_a_sheet_holds_the_raw_rows() -> None:
    (sheet,) = reopened(MIXED)
    assert sheet.title == "权重 of it"
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("权重 of it", *[None] * 6)
    assert rows[1] == (None,) * 7
    assert rows[2] == MIXED.columns
    exact = pytest.approx
    assert rows[3:] == [
        ("监督流程", exact(2 / 3, rel=1e-15), 5, "是", exact(1 / 3, rel=1e-15), 3.5, 0.00001),
        ("b", exact(0.3, rel=1e-15), 12, "否", 2.5, exact(1 / 3.5, rel=1e-15), 0.04),
        (None, None, 1, "是", 9, 0.25, None),
    ]


def test_numbers_are_rounded_by_their_format() -> None:
    (sheet,) = reopened(MIXED)
    formats = [[cell.number_format for cell in row[1:]] for row in sheet.iter_rows(min_row=4)]
    p = '[<0.0001]"< 0.0001";0.0000'
    assert formats == [
        ["0.0000", "General", "General", "?/?", "0.0#", p],
        ["0.0000", "General", "General", "0.0000", "0.0000", p],
        ["General", "General", "General", "0", "?/?", "General"],
    ]


def test_sheets_are_printed_one_page_wide_on_a4_across() -> None:
    (sheet,) = reopened(MIXED)
    page = sheet.page_setup
    assert (page.paperSize, page.orientation, page.fitToHeight) == (9, "landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_headings_are_bold_and_stay() -> None:
    (sheet,) = reopened(MIXED)
    assert sheet.freeze_panes == "A4"
    bold = [all(cell.font.bold for cell in row) for row in sheet.iter_rows(min_row=3)]
    assert bold == [True, False, False, False]
    assert sheet["A1"].font.bold
    assert all(cell.alignment.wrap_text for cell in (*sheet[3], *sheet[4]))
    assert not sheet["A1"].alignment.wrap_text


def test_columns_are_as_wide_as_what_they_show() -> None:
    heading = "A long heading that is wrapped"
    table = Table("T", ("a", heading, "c"), (("监督流程", 2 / 3, "x" * 300),))
    (sheet,) = reopened(table)
    assert [sheet.column_dimensions[letter].width for letter in "ABC"] == [10, 18, 50]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum(a)", "#N/A", "=", "'=1", "1/3"])
def test_texts_are_never_formulas(text: str) -> None:
    (sheet,) = reopened(Table(text, (text,), ((text,),)))
    for cell in (sheet["A1"], sheet["A3"], sheet["A4"]):
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_characters_that_a_workbook_cannot_hold_are_spaces() -> None:
    (sheet,) = reopened(Table("T", ("a\x01b",), (("\x0b",),)))
    assert (sheet["A3"].value, sheet["A4"].value) == ("a b", " ")


def test_one_sheet_a_table() -> None:
    book = reopened(Table("A/B", ("x",), ((1,),)), Table("a-b", ("y",), ((2,),)))
    assert book.sheetnames == ["A-B", "a-b (2)"]
    assert [sheet["A4"].value for sheet in book] == [1, 2]


def test_names_of_sheets_are_legal_and_differ() -> None:
    long = "Consistency of the judgment matrices"
    assert sheet_names([long, long, "'a' [1]: *?\\/'", "History", "", "能力" * 20, "𠮷" * 20]) == [
        "Consistency of the judgment mat",
        "Consistency of the judgment (2)",
        "a' -1-- ----",
        "History (2)",
        "-",
        "能力" * 15 + "能",
        "𠮷" * 15,
    ]


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\ud800", "\ufffe", "\uffff"])
def test_signs_that_no_xml_holds_do_no_harm(sign: str) -> None:
    """An expert's comment may have them; the organizer gets the workbook all the same."""
    text = f"a{sign}b"
    book = reopened(Table(title=text, columns=(text,), rows=((text,),), note=text, language="en"))
    assert book.sheetnames == ["a-b"]
    assert {cell.value for row in book.active for cell in row} == {"a b"}


def test_a_workbook_needs_a_table() -> None:
    with pytest.raises(OptionError) as error:
        xlsx_bytes()
    assert str(error.value) == "no tables, expected one or more"
