"""Tables that people bring along: the rows of a CSV file or of a sheet of a workbook, as text."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from ..datafile import read_bytes, system_problem
from ..errors import AHPError
from ..messages import Phrase
from .delimited import UNCALCULATED, Row, encoding_of, encoding_said, open_csv, visible

TITLE_ROWS = 10
"""How many rows are looked through for headers."""

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\3\4"
MAX_UNPACKED = 2**26
"""Bytes of an unpacked workbook; a larger one is refused."""
WORKBOOKS = (".xlsx", ".ods")
TABLES = ("csv", *(ending.removeprefix(".") for ending in WORKBOOKS))
"""Endings of the workbooks, and of all tables, that are read."""
LAST_ROW = 2**20
"""Of a sheet in Excel and LibreOffice."""
FIRST_BYTES = 2_000
"""Bytes that tell what a file is."""


_WEB_PAGE = re.compile(
    rb"[^\w<]{0,9}(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|meta|style|table)\b",
    re.IGNORECASE,
)
"""What programs write that call their web pages workbooks."""

_SUMS = re.compile(
    r"(?:总|算术|几何|加权|各项)?(?:平均|均值|均分|合计|总计|小计|总和|求和)(?:值|数|分)?|标准差|方差|中位数"
    r"|(?:grand)?totals?|sums?|(?:geometric)?means?|averages?|medians?|(?:std\.?|standard)(?:dev\.?|deviation)?"
    r"|variance",
)
"""What people call a line that sums up the others, as `header_key` makes it."""

_OTHER_FILES = {
    b"%PDF": "a_pdf",
    b"\x89PNG": "a_picture",
    b"\xff\xd8\xff": "a_picture",
    b"GIF8": "a_picture",
    b"Rar!": "an_archive",
    b"7z\xbc\xaf": "an_archive",
    b"\x1f\x8b": "an_archive",
    b"{\\rtf": "a_text_document",
}
"""First bytes of files that are called tables -> what they are."""

_XML_WORKBOOK = b"urn:schemas-microsoft-com:office:spreadsheet"
"""Stands at the beginning of a workbook that Excel 2003 saved as XML."""


@dataclass(frozen=True)
class OpenTable:
    """A table that is being read.

    Attributes:
        rows: its rows that are not empty, with the lines they begin on.
        remarks: what was read how.
        decimal_comma: whether a comma may stand for the decimal point.
    """

    rows: Iterator[Row]
    remarks: tuple[Phrase, ...] = ()
    decimal_comma: bool = False


@dataclass(frozen=True)
class HeaderRow:
    """The row with the headers of a table.

    Attributes:
        line: where it stands.
        cells: as they are written.
        positions: column -> where it is, the first of several.
        above: lines of the rows above it, such as a title.
        unknown: cells that are no header.
        twice: cell and column of a header that stands there before; None where there is none.
    """

    line: int
    cells: list[str]
    positions: dict[str, int]
    above: tuple[int, ...]
    unknown: tuple[str, ...]
    twice: tuple[str, str] | None


def find_headers(rows: Iterator[Row], role_of: Mapping[str, str]) -> HeaderRow | None:
    """The first of the first rows that has two headers or more; None where none has.

    Args:
        rows: of the table; those up to the headers are taken from it.
        role_of: header, as `header_key` makes it -> column.
    """
    above: list[int] = []
    for line, cells in islice(rows, TITLE_ROWS):
        roles = [role_of.get(header_key(cell)) for cell in cells]
        if len({*roles} - {None}) > 1:
            positions: dict[str, int] = {}
            twice = None
            for k, role in enumerate(roles):
                if role in positions:
                    twice = twice or (cells[k], role)
                elif role is not None:
                    positions[role] = k
            pairs = zip(cells, roles, strict=True)
            unknown = tuple(cell for cell, role in pairs if role is None and cell.strip())
            return HeaderRow(line, cells, positions, tuple(above), unknown, twice)
        above.append(line)
    return None


def header_index(rows: Sequence[Row], is_value: Callable[[str], bool]) -> int:
    """Which row has the headers, 0 for the first: that, or where it fills few columns, as a title
    or the upper line of a header in two lines does, the next one that fills most and has no value.

    Args:
        rows: of the table, not empty.
        is_value: whether a cell is one that no header is, such as a number.
    """
    most = max(sum(map(bool, cells)) for _, cells in rows)
    for index, (_, cells) in enumerate(rows[:TITLE_ROWS]):
        filled = [*filter(None, cells)]
        if 4 * len(filled) >= 3 * most and not (index and any(map(is_value, filled))):
            return index
    return 0


def header_key(cell: str) -> str:
    """What a header is looked up by, whatever its case, width and spaces."""
    return "".join(unicodedata.normalize("NFKC", cell).split()).casefold()


def sums_up(name: str) -> bool:
    """Whether a line is called what sums up the others, such as a mean."""
    return bool(_SUMS.fullmatch(header_key(name).rstrip(":")))


def sums_below(rows: Sequence[tuple[int, Sequence[str]]], name_at: int | None) -> Collection[int]:
    """The lines at the end of a table that sum up the others.

    Args:
        rows: below the headers.
        name_at: the column with the names of the rows; where there is none or it is empty, the
            first cell that is filled counts.
    """

    def is_sum(row: tuple[int, Sequence[str]]) -> bool:
        name = "" if name_at is None else row[1][name_at]
        return sums_up(name or next(filter(None, row[1]), ""))

    return dict.fromkeys([line for line, _ in takewhile(is_sum, reversed(rows))][::-1])


def refuse_no_table(begin: bytes, source: str, error: type[AHPError]) -> None:
    """Refuse what is no CSV file and no workbook of today.

    Args:
        begin: the first bytes of the file.
        source: name of the file, for messages.
        error: type of the errors.

    Raises:
        AHPError: of that type; it is an .xls file, a web page, a picture or the like.
    """
    other = next((kind for mark, kind in _OTHER_FILES.items() if begin.startswith(mark)), None)
    if other is None and _XML_WORKBOOK in begin:
        other = "an_xml_workbook"
    if other:
        raise error("other_file", source=source, kind=Phrase(other))
    if begin.startswith(_OLD_WORKBOOK):
        raise error("old_workbook", source=source)
    if _WEB_PAGE.match(begin.replace(b"\0", b"")):
        raise error("no_workbook", source=source)


@contextmanager
def open_table(
    path: Path, error: type[AHPError], sheets: tuple[str, ...], *, whole_dates: bool = False
) -> Iterator[OpenTable]:
    """Open a CSV file or a workbook; which of them it is its content tells.

    Args:
        path: CSV of UTF-8, GBK, Big5 or "Unicode text", or a workbook (.xlsx, .ods).
        error: type of the errors.
        sheets: what the sheet may be called if there are several, in lower case.
        whole_dates: keep the day of the first of a month, which else is the month.

    Raises:
        AHPError: of that type; the file can't be read.
    """
    source = str(path)
    try:
        with path.open("rb") as file:
            begin, encoding = file.read(FIRST_BYTES), encoding_of(file)
        refuse_no_table(begin, source, error)
        if path.suffix.lower() in WORKBOOKS or begin.startswith(ZIP):
            yield OpenTable(_sheet_rows(path, error, sheets, whole_dates=whole_dates))
            return
        if encoding is None:
            raise error("encoding_unknown", source=source)
        said = encoding_said(encoding)
        with path.open(encoding=encoding, newline="") as text:
            reader, separator = open_csv(text)
            yield OpenTable(_csv_rows(reader, source, error), said, separator != ",")
    except OSError as problem:
        raise error("file_unreadable", source=source, problem=system_problem(problem)) from problem


def _csv_rows(reader: Any, source: str, error: type[AHPError]) -> Iterator[Row]:
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as problem:
        raise error("not_csv", place=f"{source}: line {reader.line_num}") from problem


def _sheet_rows(
    path: Path, error: type[AHPError], sheets: tuple[str, ...], *, whole_dates: bool
) -> Iterator[Row]:
    from .workbooks import uncalculated_cells, uploaded_workbook  # noqa: PLC0415 - with the app

    content, source = read_bytes(path, error), str(path)
    with uploaded_workbook(
        content, source, max_bytes=MAX_UNPACKED, max_spread=None, error=error
    ) as book:
        names = book.sheetnames
        sheet = next((name for name in names if name.strip().casefold() in sheets), None)
        if sheet is None and len(names) > 1:
            raise error("no_sheet", source=source, name=sheets[0], valid=tuple(names))
        chosen: Any = book[sheet or names[0]]
        chosen.reset_dimensions()  # what the file says of its size may be wrong
        uncalculated = uncalculated_cells(chosen)
        for number, row in enumerate(chosen.iter_rows(values_only=True), start=1):
            if number > LAST_ROW:
                raise error("too_many_lines", source=source, most=LAST_ROW)
            cells = [cell_text(value, whole_dates=whole_dates) for value in row]
            for column in uncalculated.get(number, ()):
                cells += [""] * (column - len(cells))
                cells[column - 1] = UNCALCULATED
            if any(cells):
                yield number, cells


def cell_text(value: Any, *, whole_dates: bool = False) -> str:
    """A cell of a workbook or a record as text; a number counts as Python writes it.

    Args:
        value: None for an empty cell.
        whole_dates: as for `open_table`.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time(0):
        is_month = value.day == 1 and not whole_dates  # what spreadsheets make of 2026-03
        return value.strftime("%Y-%m" if is_month else "%Y-%m-%d")
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return visible(str(value))
