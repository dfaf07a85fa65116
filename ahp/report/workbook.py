"""Tables as a workbook (XLSX), one sheet a table."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..datafile import NOT_IN_XML
from ..errors import OptionError
from .archive import without_times
from .document import Document, bookmark
from .table import Cell, Table, display_width, show_cell

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

NAME_LENGTH = 31
"""UTF-16 units of a sheet's name, at most."""

NOT_IN_NAMES = re.compile(r"[\\/*?:\[\]\x00-\x1f]")
RESERVED_NAME = "history"

HEADING_ROW = 3
A4 = 9
"""As XLSX numbers sizes of paper."""
WIDEST = 48
"""Columns of text after which a cell is wrapped."""
WIDEST_HEADING = 16

P_FORMAT = '[<0.0001]"< 0.0001";'
"""Before the format of those that are larger."""


def xlsx_bytes(*tables: Table, names: Sequence[str] = ()) -> bytes:
    """The tables as a workbook: title in row 1, note in row 2, headings in row 3, then the rows.

    Numbers keep 16 digits (openpyxl's) and are rounded by their format alone; booleans are words.
    Texts are never formulas, whatever they start with. The same tables give the same bytes.

    Args:
        tables: in the order of their sheets.
        names: defined names of the cells with the titles, by which a program finds the tables;
            none, or one for each.

    Raises:
        OptionError: no tables.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - slow to load, needed here alone
    from openpyxl.utils import quote_sheetname  # noqa: PLC0415
    from openpyxl.workbook.defined_name import DefinedName  # noqa: PLC0415

    if not tables:
        raise OptionError("no_tables")
    book = Workbook()
    del book["Sheet"]
    for table, name in zip(tables, sheet_names([table.title for table in tables]), strict=True):
        _write(book.create_sheet(name), table)
    for name, sheet in zip(names, book.worksheets, strict=bool(names)):
        place = f"{quote_sheetname(sheet.title)}!$A$1"
        book.defined_names[name] = DefinedName(name, attr_text=place)
    book.properties.creator = "ahp"
    out = io.BytesIO()
    book.save(out)
    return without_times(out.getvalue())


def sheet_name(text: str, length: int = NAME_LENGTH) -> str:
    """A text as Excel allows it for a sheet, "-" for what it refuses; nothing may be left."""
    name = NOT_IN_NAMES.sub("-", NOT_IN_XML.sub("-", text)).strip("' ")
    while len(name.encode("utf-16-le")) > 2 * length:
        name = name[:-1]
    return name.rstrip("' ")


def sheet_names(titles: list[str]) -> list[str]:
    """A legal name of a sheet for each title; a number behind those that would be equal."""
    taken = {RESERVED_NAME}
    names = []
    for title in titles:
        base = name = sheet_name(title) or "-"
        number = 1
        while name.lower() in taken:
            number += 1
            end = f" ({number})"
            name = sheet_name(base, NAME_LENGTH - len(end)) + end
        taken.add(name.lower())
        names.append(name)
    return names


def _write(sheet: Worksheet, table: Table) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    _put(sheet, 1, 1, table.title)
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    if table.note:
        _put(sheet, 2, 1, table.note)
    wrapped = Alignment(wrap_text=True, vertical="top")
    for column, heading in enumerate(table.columns, start=1):
        _put(sheet, HEADING_ROW, column, heading)
        sheet.cell(HEADING_ROW, column).font = Font(bold=True)
        sheet.cell(HEADING_ROW, column).alignment = wrapped
        shown = [show_cell(table, column - 1, row[column - 1]) for row in table.rows]
        widths = [min(display_width(heading), WIDEST_HEADING), *map(display_width, shown)]
        sheet.column_dimensions[get_column_letter(column)].width = min(max(widths), WIDEST) + 2
        for line, (row, text) in enumerate(zip(table.rows, shown, strict=True), HEADING_ROW + 1):
            value = row[column - 1]
            _put(sheet, line, column, text if isinstance(value, bool) else value)
            sheet.cell(line, column).alignment = wrapped
            if isinstance(value, float):
                sheet.cell(line, column).number_format = _format(table, column - 1, text)
    sheet.freeze_panes = f"A{HEADING_ROW + 1}"
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes, each as wide as the table
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _put(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    """Write a cell, a text as text."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = NOT_IN_XML.sub(" ", value)
        cell.data_type = "s"  # not "f" for what starts like a formula
        cell.quotePrefix = True
    else:
        cell.value = value


def _format(table: Table, column: int, shown: str) -> str:
    """The number format in which a float looks as in the other tables, as far as there is one."""
    rounded = "0." + "0" * max(4, len(shown.partition(".")[2]))
    if column in table.p_values:
        return P_FORMAT + rounded
    if column in table.judgments | table.medians and "." not in shown:
        return "?/?" if "/" in shown else "0"
    if column in table.medians and "/" not in shown:
        return "0.0#"
    return rounded


def document_xlsx(document: Document) -> bytes:
    """The tables of a report as a workbook, a sheet each, with a defined name for each key.

    Raises:
        OptionError: the report has no tables.
    """
    tables = document.tables()
    return xlsx_bytes(*tables.values(), names=[bookmark("table", key) for key in tables])
