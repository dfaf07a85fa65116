"""Sheets as people lay them out: every cell in its place, with what is merged."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.parsers import expat

from ..datafile import check_size
from ..errors import AHPError
from ..messages import Phrase
from .delimited import (
    MAX_CSV,
    MAX_LINES,
    UNCALCULATED,
    Row,
    csv_cell,
    encoding_of,
    encoding_said,
    is_rule,
    open_csv,
    with_point,
)
from .opened import (
    FIRST_BYTES,
    MAX_UNPACKED,
    WORKBOOKS,
    ZIP,
    cell_text,
    header_key,
    refuse_no_table,
)

MAX_COLUMNS = 1_000
MAX_SPREAD = 100_000
"""Cells that merged cells may cover."""

HIDDEN = "_ahp"
"""Name of the sheet in which workbooks that are given out say what they are."""

_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
"""What a number format shows as it stands."""

Place = tuple[int, int]
"""Line, from 1, and column, from 0."""


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet, or of a CSV file.

    Attributes:
        source: name of the file.
        sheet: name of the sheet, "" for CSV.
        rows: line -> its cells as texts, of lines that are not empty.
        merged: cell that is covered by another one -> the other one.
        remarks: what was read how.
        decimal_comma: whether a comma may stand for the decimal point.
        hidden: cells of the sheet in which a workbook says what it is.
        turned: whether lines and columns of the file have changed places.
    """

    source: str
    sheet: str
    rows: Mapping[int, tuple[str, ...]] = field(repr=False)
    merged: Mapping[Place, Place] = field(default_factory=dict, repr=False)
    remarks: tuple[Phrase, ...] = ()
    decimal_comma: bool = False
    hidden: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    turned: bool = False

    @property
    def width(self) -> int:
        """How many columns there are."""
        return max(map(len, self.rows.values()), default=0)

    def cell(self, line: int, column: int) -> str:
        """The text of a cell, "" outside of what there is."""
        cells = self.rows.get(line, ())
        return cells[column] if column < len(cells) else ""

    def spread(self, line: int, column: int) -> str:
        """The text of a cell, or of the one that covers it."""
        return self.cell(*self.merged.get((line, column), (line, column)))

    def lines(self) -> list[Row]:
        """The rows with their lines, all as long as the longest; what is merged downwards stands in
        each row, and a decimal comma is a point where it is no other comma.
        """
        rows: dict[int, list[str]] = {}
        width = self.width
        for line, filled in self.rows.items():
            cells = [*filled, *[""] * (width - len(filled))]
            rows[line] = [with_point(cell, self.decimal_comma) for cell in cells]
        for (line, column), (top, first) in self.merged.items():
            if column == first and line in rows:
                rows[line][column] = self.cell(top, first)
        return list(rows.items())

    def line_place(self, line: int) -> str:
        """Where a row stands in the file."""
        if self.sheet:
            return f"{self.source}: sheet {self.sheet!r}, row {line}"
        return f"{self.source}: line {line}"

    def place(self, line: int, column: int) -> str:
        """Where a cell stands in the file."""
        if self.turned:
            line, column = column + 1, line - 1
        letter = column_letter(column)
        if self.sheet:
            return f"{self.source}: sheet {self.sheet!r}, cell {letter}{line}"
        return f"{self.source}: row {line}, column {letter}"

    def transposed(self) -> Grid:
        """The same with its lines as columns; places stay those of the file."""
        last = max(self.rows, default=0)
        columns = {
            column + 1: tuple(self.cell(line, column) for line in range(1, last + 1))
            for column in range(self.width)
        }
        merged = {
            (column + 1, line - 1): (first_column + 1, first_line - 1)
            for (line, column), (first_line, first_column) in self.merged.items()
        }
        rows = {line: cells for line, cells in columns.items() if any(cells)}
        return Grid(
            *(self.source, self.sheet, rows, merged, self.remarks, self.decimal_comma),
            *(self.hidden, not self.turned),
        )


def column_letter(column: int) -> str:
    """The name of a column in a spreadsheet, A for 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_grid(content: bytes, source: str, error: type[AHPError], sheet: str = "") -> Grid:
    """The cells of a file; CSV or a workbook, which its content tells.

    A number that a workbook shows as a percentage is read as it is shown, `98%`.

    Args:
        content: CSV of UTF-8, GBK, Big5 or "Unicode text", or a workbook (.xlsx, .ods).
        source: name of the file, for messages.
        error: type of the errors.
        sheet: of a workbook; "" for the only one that is shown and has cells.

    Raises:
        AHPError: of that type; the file can't be read, or has several sheets.
    """
    refuse_no_table(content[:FIRST_BYTES], source, error)
    damaged = content.startswith(ZIP[:2]) and source.lower().endswith(WORKBOOKS)
    if content.startswith(ZIP) or damaged:
        return _workbook_grid(content, source, error, sheet)
    check_size(content, source, error, MAX_CSV)
    encoding = encoding_of(io.BytesIO(content))
    if encoding is None:
        raise error("encoding_unknown", source=source)
    said = encoding_said(encoding)
    reader, separator = open_csv(io.StringIO(content.decode(encoding), newline=""))
    rows = dict(_limited(_csv_lines(reader, source, error), source, error))
    return Grid(source, "", rows, remarks=said, decimal_comma=separator != ",")


def read_sheets(
    content: bytes, source: str, error: type[AHPError], names: Collection[str] | None = None
) -> tuple[tuple[Grid, ...], tuple[Phrase, ...]]:
    """The cells of sheets of a workbook that are not empty, as `read_grid` reads one, and what is
    left out.

    Args:
        content: a workbook (.xlsx, .ods).
        source: its name, for messages.
        error: type of the errors.
        names: of the sheets; all that are shown by default.

    Raises:
        AHPError: of the given type; the file can't be read, or has no such sheet.
    """
    from .workbooks import uploaded_workbook  # noqa: PLC0415 - openpyxl comes with the app

    refuse_no_table(content[:FIRST_BYTES], source, error)
    with uploaded_workbook(
        content, source, max_bytes=MAX_UNPACKED, max_spread=None, error=error
    ) as book:
        titles = tuple(one.title for one in book.worksheets)
        names = None if names is None else [_sheet_called(name, titles) for name in names]
        for name in names or ():
            if name not in titles:
                raise error("no_such_sheet", source=source, sheet=name, valid=titles)
        grids: list[Grid] = []
        hidden: list[str] = []
        for one in book.worksheets:
            shown = one.sheet_state == "visible" if names is None else one.title in names
            if not shown and (names is not None or one.title == HIDDEN):
                continue
            rows = _sheet_lines(one, source, error)
            if rows and not shown:
                hidden.append(one.title)
            elif rows:
                merged, remarks = _sheet_layout(one, rows, source, error)
                about = {"source": source, "sheet": one.title}
                said = tuple(Phrase("of_sheet", **about, problem=remark) for remark in remarks)
                grids.append(Grid(source, one.title, rows, merged, said))
        return tuple(grids), _hidden_sheets(hidden, source)


def _sheet_called(name: str, titles: Sequence[str]) -> str:
    """The only sheet that is called so, whatever case, width and spaces; else the name itself."""
    alike = [title for title in titles if header_key(title) == header_key(name)]
    return alike[0] if len(alike) == 1 else name


def _hidden_sheets(names: Collection[str], source: str) -> tuple[Phrase, ...]:
    """That hidden sheets with something in them are not read."""
    return (Phrase("sheets_hidden", source=source, names=tuple(names)),) if names else ()


def _csv_lines(reader: Any, source: str, error: type[AHPError]) -> Iterator[tuple[int, list[str]]]:
    line = 1
    try:
        for cells in reader:
            shown = [*map(csv_cell, cells)]
            if reader.dialect.delimiter != "|" or not is_rule(shown):
                yield line, shown
            line = reader.line_num + 1
    except csv.Error as problem:
        raise error("not_csv", place=f"{source}: line {reader.line_num}") from problem


def _limited(
    lines: Iterable[tuple[int, list[str]]], source: str, error: type[AHPError]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The lines that are not empty, without empty cells at their ends."""
    for line, cells in lines:
        while cells and not cells[-1]:
            cells.pop()
        if line > MAX_LINES:
            raise error("too_many_lines", source=source, most=MAX_LINES)
        if len(cells) > MAX_COLUMNS:
            raise error("more_columns", place=f"{source}: row {line}", most=MAX_COLUMNS)
        if cells:
            yield line, tuple(cells)


def _workbook_grid(content: bytes, source: str, error: type[AHPError], name: str) -> Grid:
    from .workbooks import uploaded_workbook  # noqa: PLC0415 - openpyxl comes with the app

    with uploaded_workbook(
        content, source, max_bytes=MAX_UNPACKED, max_spread=None, error=error
    ) as book:
        titles = tuple(one.title for one in book.worksheets if one.title != HIDDEN)
        name = _sheet_called(name, titles)
        shown = {
            one.title: _sheet_lines(one, source, error)
            for one in book.worksheets
            if (one.title == name if name else one.sheet_state == "visible")
        }
        hidden = (
            tuple(_sheet_lines(book[HIDDEN], source, error).values())
            if HIDDEN in book.sheetnames
            else ()
        )
        filled = {title: rows for title, rows in shown.items() if rows or name}
        names = tuple(one.title for one in book.worksheets if one.sheet_state == "visible")
        if name and not filled:
            raise error("no_such_sheet", source=source, sheet=name, valid=titles)
        if len(filled) > 1:
            raise error("several_sheets", source=source, valid=tuple(filled))
        title = next(iter(filled), names[0])
        merged, remarks = _sheet_layout(book[title], shown[title], source, error)
        others = (one for one in book.worksheets if one.title not in (*names, HIDDEN))
        left_out = [one.title for one in others if not name and _sheet_lines(one, source, error)]
        remarks = (*_hidden_sheets(left_out, source), *remarks)
        return Grid(source, title, shown[title], merged, remarks, hidden=hidden)


def _sheet_lines(sheet: Any, source: str, error: type[AHPError]) -> dict[int, tuple[str, ...]]:
    """The rows of a sheet that are not empty."""
    from .workbooks import uncalculated_cells  # noqa: PLC0415 - openpyxl comes with the app

    sheet.reset_dimensions()  # what the file says of its size may be wrong
    uncalculated = uncalculated_cells(sheet)

    def lines() -> Iterator[tuple[int, list[str]]]:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            cells = [_shown(cell) for cell in row]
            for column in uncalculated.get(number, ()):
                cells += [""] * (column - len(cells))
                cells[column - 1] = UNCALCULATED
            yield number, cells

    return dict(_limited(lines(), source, error))


def _shown(cell: Any) -> str:
    """A cell as text; a number with its percent sign where its format shows one."""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return cell_text(value, whole_dates=True)
    shape = cell.number_format.split(";")[0]
    literal = "".join(a or b for a, b in _LITERAL.findall(shape))
    if "%" in _LITERAL.sub("", shape):
        return f"{(Decimal(repr(value)) * 100).normalize():f}%"
    return cell_text(value) + "%" * ("%" in literal)


def _sheet_layout(
    sheet: Any,
    rows: Mapping[int, tuple[str, ...]],
    source: str,
    error: type[AHPError],
) -> tuple[dict[Place, Place], tuple[Phrase, ...]]:
    """Covered cell -> the one that covers it, inside what is filled; and which rows and columns
    with something in them are hidden, by a filter or otherwise.
    """
    from openpyxl.utils import range_boundaries  # noqa: PLC0415 - comes with the app

    from .workbooks import sheet_part  # noqa: PLC0415 - openpyxl comes with the app

    merged: dict[Place, Place] = {}
    last, width = max(rows, default=0), max(map(len, rows.values()), default=0)
    spread = row = 0
    hidden_rows: list[int] = []
    hidden_columns: list[int] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal spread, row
        kind = name.rpartition(":")[2]
        is_hidden = attributes.get("hidden") in ("1", "true")
        if kind == "row":
            row = int(attributes.get("r", row + 1))
            if is_hidden and row in rows:
                hidden_rows.append(row)
        elif kind == "col" and is_hidden:
            columns = range(int(attributes["min"]) - 1, min(int(attributes["max"]), width))
            hidden_columns.extend(
                k for k in columns if any(one[k : k + 1] for one in rows.values())
            )
        if kind != "mergeCell":
            return
        left, top, right, bottom = (int(k or 1) for k in range_boundaries(attributes["ref"]))
        lines = range(top, min(bottom, last) + 1)
        columns = range(left - 1, min(right, width))
        spread += len(lines) * len(columns)
        if spread > MAX_SPREAD:
            problem = Phrase("merged_cells", count=spread, most=MAX_SPREAD)
            raise error("at_place", place=source, problem=problem)
        covered = ((line, column) for line in lines for column in columns)
        merged.update({cell: (top, left - 1) for cell in covered if cell != (top, left - 1)})

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with sheet_part(sheet) as part:
        parser.ParseFile(part)
    remarks = [Phrase("rows_hidden", lines=ranges(hidden_rows))] if hidden_rows else []
    if hidden_columns:
        letters = ranges(hidden_columns, column_letter)
        remarks.append(Phrase("columns_hidden", lines=letters))
    return merged, tuple(remarks)


def ranges(numbers: Iterable[int], name: Callable[[int], str] = str) -> tuple[str, ...]:
    """Numbers in a row as one range each, such as `3-5`."""
    groups: list[list[int]] = []
    for number in numbers:
        if not groups or number != groups[-1][-1] + 1:
            groups.append([])
        groups[-1].append(number)
    ends = (dict.fromkeys((name(one[0]), name(one[-1]))) for one in groups)
    return tuple("-".join(one) for one in ends)
