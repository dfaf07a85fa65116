"""Sheets cell by cell: what is merged, what is shown, what is too much."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from ahp.errors import EvaluationError
from ahp.tables import grids
from ahp.tables.grids import Grid, read_grid
from ahp.tables.workbooks import filled_cells, uploaded_workbook


def read(content: bytes, sheet: str = "") -> Grid:
    return read_grid(content, "t", EvaluationError, sheet)


def workbook(rows: Iterable[Iterable[object]], *merged: str) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_cells_stand_where_the_file_has_them() -> None:
    grid = read(b"a,b\n\n,\n1, 2 ,,\n")
    assert dict(grid.rows) == {1: ("a", "b"), 4: ("1", "2")}
    assert (grid.cell(4, 1), grid.cell(4, 7), grid.cell(2, 0), grid.width) == ("2", "", "", 2)
    assert grid.place(4, 1) == "t: row 4, column B"


def test_a_transposed_grid_keeps_the_places_of_the_file() -> None:
    grid = read(workbook([["a", None, "b"], ["c", "d", "e"]], "A1:B1"))
    assert dict(grid.merged) == {(1, 1): (1, 0)}
    turned = grid.transposed()
    assert dict(turned.rows) == {1: ("a", "c"), 2: ("", "d"), 3: ("b", "e")}
    assert (turned.spread(2, 0), turned.place(3, 1)) == ("a", "t: sheet 'Sheet', cell C2")
    again = turned.transposed()
    assert [tuple(again.spread(line, k) for k in range(3)) for line in (1, 2)] == [
        ("a", "a", "b"),
        ("c", "d", "e"),
    ]
    assert again.place(2, 1) == grid.place(2, 1) == "t: sheet 'Sheet', cell B2"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "t: an old .xls workbook, or one with a password, expected an .xlsx workbook; save it "
            "without a password as Excel Workbook (.xlsx)",
        ),
        (b"\x00\x01\xff", "t: neither UTF-8, GBK, Big5 nor UTF-16; save the file as CSV UTF-8"),
        (b"\xff\xfea", "t: neither UTF-8, GBK, Big5 nor UTF-16; save the file as CSV UTF-8"),
        (b"PK\3\4", "t: is no XLSX file, or a damaged one"),
        (b'a,"b\n', "t: line 1: not CSV; please check the quotation marks there"),
        (b"," * 1000 + b"x", "t: row 1: more than 1000 columns"),
    ],
)
def test_files_that_are_refused(content: bytes, problem: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        read(content)
    assert str(raised.value) == problem


def test_how_much_may_be_merged_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "MAX_SPREAD", 5)
    rows = [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]]
    assert len(read(workbook(rows, "A1:B2")).merged) == 3
    with pytest.raises(EvaluationError) as raised:
        read(workbook(rows, "A1:C2"))
    assert str(raised.value) == "t: merged cells and links over 6 cells, expected at most 5"
    assert len(read(workbook(rows, "A1:B1", "C1:XFD3")).merged) == 3
    monkeypatch.setattr(grids, "MAX_LINES", 1)
    with pytest.raises(EvaluationError) as raised:
        read(b"a\nb\n")
    assert str(raised.value) == "t: more than 1 lines, expected fewer"


def test_names_of_sheets_are_not_read_and_those_of_the_workbook_are() -> None:
    """What a print area covers may take openpyxl minutes."""
    book = Workbook()
    book.worksheets[0].append(["a"])
    book.worksheets[0].print_area = "A1:B2"
    book.defined_names["mark"] = DefinedName("mark", attr_text="Sheet!$A$1")
    file = io.BytesIO()
    book.save(file)
    with uploaded_workbook(file.getvalue(), "t", max_bytes=10**6, max_spread=1) as opened:
        assert (opened.worksheets[0].print_area, [*opened.defined_names]) == ("", ["mark"])


def test_a_cell_far_away_is_one_cell() -> None:
    book = Workbook()
    book.worksheets[0]["XFD1048576"], book.worksheets[0]["B1"] = "b", ""
    book.worksheets[0]["A1"] = "a"
    file = io.BytesIO()
    book.save(file)
    with uploaded_workbook(file.getvalue(), "t", max_bytes=10**6, max_spread=1) as opened:
        cells = [(cell.coordinate, cell.value) for cell in filled_cells(opened.worksheets[0])]
    assert cells == [("A1", "a"), ("XFD1048576", "b")]
    sheet = Workbook().worksheets[0]
    sheet["B2"], sheet["A3"], sheet["C1"] = "as", "they", "stand"
    assert [cell.coordinate for cell in filled_cells(sheet)] == ["C1", "B2", "A3"]


def test_a_sheet_is_found_without_its_spaces() -> None:
    book = Workbook()
    for title in ("李 四", "王五"):
        book.create_sheet(title).append(["a"])
    file = io.BytesIO()
    book.save(file)
    sheets, _ = grids.read_sheets(file.getvalue(), "t.xlsx", EvaluationError, ["李四"])
    assert [one.sheet for one in sheets] == ["李 四"]
