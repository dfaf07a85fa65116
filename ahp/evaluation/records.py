"""Tables beside the observations, such as rosters and accounts: rows under known headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from ..datafile import system_problem
from ..errors import EvaluationError
from ..messages import Phrase
from ..tables.delimited import Row, encoding_of, open_csv
from .observations import _csv_rows, _header_text, _workbook_rows, number_parts

Headers = Mapping[str, tuple[str, ...]]
"""Column -> what its header may be, in lower case and without spaces."""


@dataclass(frozen=True)
class Record:
    """A row of a table.

    Attributes:
        source: name of the file.
        line: where it stands there.
        cells: column -> text, of those that are not empty.
        headers: column -> its header in the file.
    """

    source: str
    line: int
    cells: Mapping[str, str]
    headers: Mapping[str, str]

    def refuse(self, column: str, code: str, **parameters: Any) -> NoReturn:
        """Refuse a cell.

        Raises:
            EvaluationError: what `Phrase(code, **parameters)` says, with row and column.
        """
        place = f"{self.source}: row {self.line}, column {self.headers.get(column, column)}"
        raise EvaluationError("at_place", place=place, problem=Phrase(code, **parameters))

    def text(self, column: str) -> str:
        """A text that has to be there."""
        if column not in self.cells:
            self.refuse(column, "cell_empty")
        return self.cells[column]

    def number(self, column: str) -> Fraction:
        """A number that has to be there, exactly as it is written."""
        text = self.text(column)
        try:
            parts = number_parts(text)
        except EvaluationError as problem:
            self.refuse(column, problem.code, **problem.parameters)
        if parts is None:
            self.refuse(column, "number_expected", value=text)
        return Fraction(parts[0], 10 ** parts[1])


def read_records(path: str | Path, headers: Headers, required: tuple[str, ...]) -> list[Record]:
    """The rows of a CSV or XLSX file whose first row has the headers.

    Args:
        path: a file of UTF-8, GBK or "Unicode text" (CSV), or a workbook with one sheet.
        headers: of the columns that may be there.
        required: columns that have to be there.

    Raises:
        EvaluationError: names row and column, and what was expected.
    """
    path, source = Path(path), str(path)
    rows = list(_workbook_rows(path) if path.suffix.lower() == ".xlsx" else _text_rows(path))
    if not rows:
        raise EvaluationError("no_headers", source=source, columns=required)
    (first, header), *others = rows
    column_of = _columns(first, header, headers, source)
    if missing := tuple(column for column in required if column not in column_of.values()):
        raise EvaluationError("columns_missing", place=f"{source}: row {first}", missing=missing)
    titles = {column: header[k] for k, column in column_of.items()}
    records = []
    for line, cells in others:
        beyond = [k for k, cell in enumerate(cells) if cell and k not in column_of]
        if beyond:
            place = f"{source}: row {line}, column {beyond[0] + 1}"
            problem = Phrase("cell_beyond", text=cells[beyond[0]])
            raise EvaluationError("at_place", place=place, problem=problem)
        texts = {column: cells[k].strip() for k, column in column_of.items() if k < len(cells)}
        records.append(Record(source, line, {k: v for k, v in texts.items() if v}, titles))
    return records


def _columns(line: int, header: list[str], headers: Headers, source: str) -> dict[int, str]:
    """Position -> column."""
    known = {title: column for column, titles in headers.items() for title in titles}
    column_of: dict[int, str] = {}
    for k, cell in enumerate(header):
        column = known.get(_header_text(cell))
        problem = None
        if column is None and cell:
            problem = Phrase("column_of_table", valid=tuple(headers))
        elif column in column_of.values():
            problem = Phrase("column_twice", role=column)
        if problem is not None:
            place = f"{source}: row {line}, column {cell}"
            raise EvaluationError("at_place", place=place, problem=problem)
        if column is not None:
            column_of[k] = column
    return column_of


def _text_rows(path: Path) -> Iterator[Row]:
    try:
        encoding = encoding_of(path)
        if encoding is None:
            raise EvaluationError("encoding_unknown", source=str(path))
        with path.open(encoding=encoding, newline="") as text:
            yield from _csv_rows(open_csv(text)[0], str(path))
    except OSError as problem:
        raise EvaluationError(
            "file_unreadable", source=str(path), problem=system_problem(problem)
        ) from problem
