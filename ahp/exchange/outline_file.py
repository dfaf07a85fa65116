"""Lists of names in files of Word, Excel and editors, as the text that they would be pasted as."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from ..datafile import MAX_TOML, check_size
from ..errors import SurveyError
from ..tables.delimited import encoding_of
from ..tables.grids import Grid, read_grid, read_sheets
from ..tables.opened import MAX_UNPACKED, TABLES, WORKBOOKS
from ..tables.workbooks import uploaded_package, uploaded_workbook
from .outline import MAX_LINES
from .outline_lines import marker_of
from .outline_table import MAX_COLUMNS
from .outline_words import (
    NAMES,
    NOTE,
    SURROUNDINGS,
    TOTAL,
    find_header,
    heading_key,
    is_header,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

OUTLINES = ("txt", "docx", *TABLES)
"""Endings of the files that `read_outline` takes."""

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_LIST = re.compile(r"(?:list|列表).*?([2-9]?)", re.IGNORECASE)
_SENTENCE = re.compile(r"[。！？!?.；;]$|^.{40}")
"""What a paragraph below a heading is that explains it."""

_TWIPS = 105
"""Of an indent, for each column of text: half a Chinese character of the usual size."""

_DEEPEST, _WIDEST = 8, 300
"""Level of a list of Word, from 0; columns by which Word can indent at all."""


def read_outline(content: bytes, name: str) -> str:
    """The list of names in a file, as `outline_branches` reads it: lines that are indented by the
    levels of headings and lists, or columns with tabs between them.

    Args:
        content: a text, a Word document (.docx), whose tables are read alone if there are any, a
            workbook (.xlsx, .ods), of which the first sheet with something in it is read, or CSV.
        name: of the file; the ending tells what it is.

    Raises:
        SurveyError: it can't be read.
    """
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in OUTLINES:
        raise SurveyError("upload_ending", name=name, endings=tuple(map(".{}".format, OUTLINES)))
    if ending == "docx":
        return _of_document(content, name)
    if f".{ending}" in WORKBOOKS:
        return _of_workbook(content, name)
    check_size(content, name, SurveyError, MAX_TOML)
    if ending == "csv":
        return "\n".join(_rows(read_grid(content, name, SurveyError).rows.values()))
    encoding = encoding_of(io.BytesIO(content))
    if encoding is None:
        raise SurveyError("encoding_unknown", source=name)
    return content.decode(encoding).strip("\n")


def _of_workbook(content: bytes, name: str) -> str:
    """The first sheet with something in it; names that are indented in their cells, or stand across
    the table, are marked as Markdown marks headings.
    """
    sheets, _left_out = read_sheets(content, name, SurveyError)
    if not sheets:
        return ""
    grid = sheets[0]
    rows = {line: list(cells) for line, cells in grid.rows.items()}
    header = find_header([*rows.values()])
    below = [*rows][0 if header is None else header + 1 :]
    for line in below if header is not None else ():
        if len(rows[line]) == 1 and grid.merged.get((line, 1)) == (line, 0):
            rows[line][0] = _across(rows[line][0])
    headings = [] if header is None else map(heading_key, [*rows.values()][header])
    named = [k for k, heading in enumerate(headings) if NAMES.fullmatch(heading)]
    named = [0] if grid.width == 1 else named
    for column in named if len(named) == 1 else ():  # of several, columns are the levels
        indents = _indents(content, name, grid, column)
        levels = sorted({0, *indents.values()})
        for line in below if indents else ():
            level = levels.index(indents.get(line, 0))
            mark = "  " * level if grid.width == 1 else f"{'#' * min(level + 1, 6)} "
            text = grid.cell(line, column)
            if text and rows[line][column] == text and not marker_of(text)[0]:
                rows[line][column] = mark + text
    return "\n".join(_rows(rows.values()))


def _indents(content: bytes, name: str, grid: Grid, column: int) -> dict[int, int]:
    """By how much the texts of a column are indented, by spaces or their format: line -> columns of
    text; a single space is a slip.
    """
    indents: dict[int, int] = {}
    with uploaded_workbook(
        content, name, max_bytes=MAX_UNPACKED, max_spread=None, error=SurveyError
    ) as book:
        sheet: Any = book[grid.sheet]
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        for line, row in enumerate(sheet.iter_rows(), start=1):
            cell = row[column] if column < len(row) else None
            if cell is not None and isinstance(cell.value, str) and cell.value.strip():
                text = cell.value.replace("\u3000", "  ")
                indent = len(text) - len(text.lstrip()) + 2 * round(cell.alignment.indent)
                indents |= {line: indent} if indent > 1 else {}
    return indents


def _across(text: str) -> str:
    """A text that stands across a table below its headings: what is below it belongs to it."""
    marked = marker_of(text)[0] or any(one.match(text) for one in (NOTE, TOTAL, SURROUNDINGS))
    return text if marked else f"# {text}"


def _rows(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Rows of cells as spreadsheets give them away; of several lines in a cell, one."""
    yield from (
        "\t".join("；".join(cell.split("\n")).replace("\t", " ") for cell in row).rstrip()
        for row in rows
    )


def _of_document(content: bytes, name: str) -> str:
    import docx  # noqa: PLC0415 - slow to load, needed here alone

    with uploaded_package(
        content,
        name,
        max_bytes=MAX_UNPACKED,
        damaged="not_docx",
        refused="at_place",
        error=SurveyError,
    ) as counted:
        document = docx.Document(counted)
        if len(document.element.body.xpath(".//w:p|.//w:tr")) > MAX_LINES:
            raise SurveyError("too_many_lines", source=name, most=MAX_LINES)
        tables = _tables(document, name)
        headed = [one for one in tables if find_header(one[1]) is not None]
        listed = any(one != _Look() for one in map(_look, document.paragraphs))
        tables = headed or [one for one in tables if len(one[1]) > 1 and not listed]
        return "\n".join(_rows(_joined(tables)) if tables else _indented(document))


def _tables(document: Document, name: str) -> list[tuple[str, list[list[str]]]]:
    """The tables, each below the heading that stands above it, "" for none."""
    from docx.text.paragraph import Paragraph  # noqa: PLC0415 - slow to load, needed here alone

    found: list[tuple[str, list[list[str]]]] = []
    heading = ""
    for one in document.iter_inner_content():
        if not isinstance(one, Paragraph):
            found.append((heading, list(_cells(one, name))))
        elif _look(one).heading is not None:
            heading = one.text.strip()
    return found


def _joined(tables: Sequence[tuple[str, list[list[str]]]]) -> Iterator[list[str]]:
    """Tables as one: where each of several has a heading of its own, in a first column."""
    headings = {heading for heading, _rows in tables} - {""}
    several = len(tables) > 1 and len(headings) == len(tables)
    header: list[str] = []
    for heading, every in tables:
        at = find_header(every)
        first = 0 if at is None else at + 1
        again = at is not None and every[at] == header
        header = header or ([] if at is None else every[at])
        for number, row in enumerate(every[first:] if again else every, first if again else 0):
            yield [heading if number == first else "", *row] if several else row


def _cells(table: Table, name: str) -> Iterator[list[str]]:
    """The rows of a table; what is merged stands in its first cell."""
    from docx.table import _Cell  # noqa: PLC0415 - slow to load, needed here alone

    headed = False
    for row in table._tbl.tr_lst:
        cells: list[str] = []
        for one in row.tc_lst:
            goes_on = one.vMerge == "continue"
            cells.append("" if goes_on else _Cell(one, table).text.strip())
            if len(cells) + one.grid_span > MAX_COLUMNS:
                raise SurveyError("more_columns", place=name, most=MAX_COLUMNS)
            cells += [""] * (one.grid_span - 1)
        if headed and len(row.tc_lst) == 1 < len(cells) and cells[0]:
            cells[0] = _across(cells[0])
        headed = headed or is_header(cells)
        yield cells


class _Look(NamedTuple):
    """What a paragraph is: a heading or an entry of a list with its level from 0, or neither."""

    heading: int | None = None
    entry: int | None = None


def _indented(document: Document) -> Iterator[str]:
    """The paragraphs, indented: a heading by its level, what isn't one below it, and entries of
    lists below what stands before the list.
    """
    paragraphs = [one for one in document.paragraphs if one.text.strip()]
    looks = [_look(one) for one in paragraphs]
    highest = min((look.heading for look in looks if look.heading is not None), default=None)
    titled = highest is not None and looks[0] == _Look()
    line, depth, list_at = "", 0, 0  # how deep what isn't a heading, and what is in a list, stands
    for number, (paragraph, look) in enumerate(zip(paragraphs, looks, strict=True)):
        text = "  ".join(paragraph.text.rstrip().split("\n"))
        explains = number > 0 and looks[number - 1].heading is not None
        if explains and look == _Look() and _SENTENCE.search(text.strip()):
            line += f"：{text.strip()}"
            continue
        if number:
            yield line
        if look.heading is not None:
            at = look.heading - (highest or 0) + titled
            depth = list_at = at + 1
        elif look.entry is not None:
            at = list_at + look.entry
        else:
            at, list_at = depth, depth + 1
        line = " " * (2 * at + _indent(paragraph, look)) + text
    yield line


def _look(paragraph: Paragraph) -> _Look:
    """What a paragraph is, by its style and its numbering."""
    style = paragraph.style.name or "" if paragraph.style else ""
    if heading := _HEADING.match(style):
        return _Look(heading=int(heading[1]) - 1)
    own: Any = paragraph._p.pPr.numPr if paragraph._p.pPr is not None else None
    if own is not None and own.numId is not None and own.numId.val:
        level = own.ilvl.val if own.ilvl is not None else 0
        return _Look(entry=min(max(level, 0), _DEEPEST))
    if own is None and (entry := _LIST.fullmatch(style)) and style != "List Paragraph":
        return _Look(entry=int(entry[1] or 1) - 1)
    return _Look()


def _indent(paragraph: Paragraph, look: _Look) -> int:
    """Columns by which a paragraph of its own is indented."""
    indent = paragraph.paragraph_format.left_indent
    columns = round(indent.twips / _TWIPS) if indent and look == _Look() else 0
    return min(max(columns, 0), _WIDEST)
