"""Cells of a workbook that is being written: looks, texts, formulas, links."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from copy import copy
from typing import Any, cast
from weakref import WeakKeyDictionary

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter, quote_sheetname, range_boundaries
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ..datafile import NOT_IN_XML

BLUE, _GRAY, _LINK = "1F4E79", "595959", "0563C1"
_YELLOW, GREEN, RED, _LIGHT = "FFF2CC", "E2EFDA", "F8CBAD", "E7E6E6"

_looks: WeakKeyDictionary[Workbook, dict[str, Any]] = WeakKeyDictionary()
"""Workbook -> look -> what a cell with it holds."""


_merged: WeakKeyDictionary[Workbook, dict[Any, StyleArray]] = WeakKeyDictionary()
"""Workbook -> looks of the corners of a merged range, edges of a cell in it -> its style."""


def one_line(text: str) -> str:
    """A text on one line, without the signs that XML cannot hold."""
    return " ".join(NOT_IN_XML.sub(" ", text).split())


def add_looks(workbook: Workbook, font: str) -> None:
    """Register the styles of the cells under their names."""
    thin = Side(style="thin", color="BFBFBF")
    box = Border(left=thin, right=thin, top=thin, bottom=thin)
    white = PatternFill("solid", fgColor="FFFFFF")

    def add(
        name: str,
        *,
        size: int = 11,
        bold: bool = False,
        color: str = "000000",
        centered: bool = False,
        border: Border | None = None,
        fill: str = "",
        number_format: str = "General",
        locked: bool = True,
        linked: bool = False,
    ) -> None:
        look = NamedStyle(
            name=name,
            font=Font(
                name=font, size=size, bold=bold, color=color, underline="single" if linked else None
            ),
            alignment=Alignment(
                horizontal="center" if centered else "left",
                vertical="center",
                indent=1 if border and not centered else 0,
                wrap_text=name != "heading",
            ),
            border=border or Border(),
            fill=PatternFill("solid", fgColor=fill) if fill else white if border else PatternFill(),
            number_format=number_format,
            protection=Protection(locked=locked),
        )
        workbook.add_named_style(look)

    add("title", size=16, bold=True, color=BLUE)
    add("question", size=13, bold=True)
    add("heading", size=12, bold=True, color=BLUE)
    add("text")
    add("note", size=10, color=_GRAY)
    add("link", color=_LINK, linked=True)
    add("linked cell", color=_LINK, linked=True, border=box)
    add("header", bold=True, color="FFFFFF", centered=True, border=box, fill=BLUE)
    add("cell", border=box)
    add("name", bold=True, border=box)
    add("centered", centered=True, border=box)
    add("answer", size=12, bold=True, centered=True, border=box, fill=_YELLOW, locked=False)
    add("entry", border=box, fill=_YELLOW, locked=False)
    add("judgment", centered=True, border=box, number_format="# ?/?")
    add("typed judgment", centered=True, border=box, fill=_YELLOW, locked=False)
    add("typed number", centered=True, border=box, fill=_YELLOW, locked=False)
    # a value that doesn't follow what is changed in the file
    add("fixed", centered=True, border=box, fill=_LIGHT, number_format="0.0000;-0.0000")
    # a consistent matrix may have a CI of -1e-16: the second part shows it without the sign
    add("number", centered=True, border=box, number_format="0.0000;0.0000")
    add("signed", centered=True, border=box, number_format="0.0000;-0.0000")
    labeled = cr_format('"CR = "') + ';"CR = "@'
    add("cr", bold=True, centered=True, border=box, number_format=labeled)


def cr_format(label: str = "") -> str:
    """Number format of a CR: three decimals, more where they would be those of the limit 0.1."""
    return f"[<0.0995]{label}0.000;[<0.1005]{label}0.0000000;{label}0.000"


def put(sheet: Worksheet, place: str, value: str | float, look: str) -> Cell:
    """Write a value into its cell; a text stays a text, even one that begins with "="."""
    cell: Cell = sheet[place]
    cell.value = one_line(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    dress(cell, look)
    return cell


def dress(cell: Any, look: str) -> None:
    """Give a cell one of the looks of `add_looks`."""
    known = _looks.setdefault(cell.parent.parent, {})
    if look not in known:
        cell.style = look  # which is searched for by its name each time
        known[look] = cell._style
    cell._style = copy(known[look])


def put_note(sheet: Worksheet, place: str, value: str) -> None:
    """Write a note that runs over the empty cells beside it."""
    put(sheet, place, value, "note").alignment = Alignment(horizontal="left", vertical="center")


def put_formula(sheet: Worksheet, place: str, formula: str, look: str) -> None:
    """Write a formula."""
    cell: Cell = sheet[place]
    cell.value = f"={formula}"
    dress(cell, look)


def span(sheet: Worksheet, cells: str, value: str, look: str) -> None:
    """Write a text across cells of one row, high enough to be read."""
    first, _, last = cells.partition(":")
    put(sheet, first, value, look)
    merge(sheet, cells)
    start, row, end, _ = range_boundaries(f"{first}:{last}")
    letters = [get_column_letter(k) for k in range(int(start or 1), int(end or 1) + 1)]
    width = sum(sheet.column_dimensions[letter].width for letter in letters)
    raise_row(sheet, int(row or 1), value, width, sheet[first].font.size)


def merge(sheet: Worksheet, cells: str) -> None:
    """`sheet.merge_cells`, which puts the borders together anew for each cell of each range: here
    once for all cells at the same edges of ranges that look alike.
    """
    area = CellRange(cells)
    rows, columns = (
        [(k, k == first, k == last) for k in range(first, last + 1)]
        for first, last in ((area.min_row, area.max_row), (area.min_col, area.max_col))
    )
    places = {(i, j): (*ends, *sides) for i, *ends in rows for j, *sides in columns}
    first, *others = places
    within: dict[tuple[int, int], Any] = sheet._cells
    corners = sheet.cell(*first), within.get(others[-1])
    looks = tuple(tuple(getattr(corner, "_style", None) or ()) for corner in corners)
    known = _merged.setdefault(cast(Workbook, sheet.parent), {})
    if any((looks, edges) not in known for edges in places.values()):
        sheet.merge_cells(cells)
        for place, edges in places.items():
            known[looks, edges] = within[place]._style
        return
    sheet.merged_cells.add(area)
    for place in others:
        within[place] = MergedCell(sheet, *place)
    for place, edges in places.items():
        within[place]._style = copy(known[looks, edges])


def raise_row(sheet: Worksheet, row: int, text: str, width: float, size: float = 11) -> None:
    """Make a row high enough for a text in a column of this width, in digits of 11 points.

    Programs fit the height of wrapped lines on their own, but not in merged cells.
    """
    dimension = sheet.row_dimensions[row]
    dimension.height = max(high_enough(text, width, size), dimension.height or 0)


def high_enough(text: str, width: float, size: float) -> float:
    """Height of a row that a text needs, in points."""
    wide = sum(unicodedata.east_asian_width(character) in "WFA" for character in text)
    shown = 2.1 * wide + 0.95 * (len(text) - wide)
    lines = math.ceil(shown * size / 11 / (width - 2))
    return lines * size * 1.45 + 6


def quoted(text: str) -> str:
    """A text in a formula; Excel allows 255 characters in one piece."""
    pieces = [text[k : k + 250] for k in range(0, len(text), 250)]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def fill_in(template: str, **formulas: str) -> str:
    """The formula of a text with placeholders."""
    parts = re.split(r"\{(\w+)\}", template)
    return "&".join(
        formulas[part] if k % 2 else quoted(part) for k, part in enumerate(parts) if part
    )


def set_up(sheet: Worksheet, widths: Mapping[str, float]) -> None:
    """Column widths, printing, protection."""
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes, each as wide as the sheet
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    footer = HeaderFooterItem()
    footer.center.text = "&A · &P / &N"
    sheet.oddFooter = footer
    sheet.protection.enable()
    sheet.protection.formatColumns = False  # in this file format False means allowed
    sheet.protection.formatRows = False


def link(sheet: Worksheet, place: str, text: str, target: str, look: str = "link") -> None:
    """A link to the top of another sheet."""
    put(sheet, place, text, look).hyperlink = Hyperlink(
        ref=place, location=f"{quote_sheetname(target)}!A1"
    )


def highlight(
    sheet: Worksheet, cells: str, formula: str, *, fill: str = "", font: Font | None = None
) -> None:
    """Give cells a color or a font while a formula holds."""
    color = PatternFill("solid", bgColor=fill) if fill else None
    look = DifferentialStyle(font=font, fill=color)
    sheet.conditional_formatting.add(cells, Rule("expression", formula=[formula], dxf=look))
