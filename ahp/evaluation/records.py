"""Tables beside the observations, such as ledgers and rosters: rows under known headers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from ..errors import EvaluationError
from ..messages import Phrase
from ..tables.opened import OpenTable, find_headers
from .observations import cell_problem, number_parts

Headers = Mapping[str, tuple[str, ...]]
"""Column -> what its header may be, in lower case and without spaces."""


@dataclass(frozen=True)
class TableRow:
    """A row of a table whose columns are known."""

    table: Table
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, role: str) -> str:
        return self.cells.get(role, "")

    def number(self, role: str) -> Fraction:
        """A number that has to be there, exactly as it is written."""
        text = self[role]
        if not text:
            self.refuse(role, "cell_empty")
        try:
            parts = number_parts(text, decimal_comma=self.table.decimal_comma)
        except EvaluationError as problem:
            self.refuse(role, problem.code, **problem.parameters)
        if parts is None:
            self.refuse(role, "number_expected", value=text)
        return Fraction(parts[0], 10 ** parts[1])

    def refuse(self, role: str, code: str, /, **parameters: Any) -> NoReturn:
        """Refuse a cell."""
        header = self.table.headers.get(role, role)
        self.table.refuse(self.line, header, code, **parameters)


class Table:
    """A small table with known columns, read row by row; titles may stand above its headers.

    Args:
        source: name of the file, for messages.
        opened: the file.
        columns: headers of the columns that may be there.
        may_be_empty: columns that may be empty, or left out.
    """

    def __init__(
        self, source: str, opened: OpenTable, columns: Headers, may_be_empty: tuple[str, ...]
    ) -> None:
        self.source, self.rows = source, opened.rows
        self.decimal_comma = opened.decimal_comma
        self.required = tuple(role for role in columns if role not in may_be_empty)
        role_of = {header: role for role, headers in columns.items() for header in headers}
        header = find_headers(self.rows, role_of)
        if header is None:
            raise EvaluationError("no_headers", source=source, columns=self.required)
        if header.unknown:
            cell = header.unknown[0].strip()
            self.refuse(header.line, cell, "column_unexpected", valid=tuple(columns))
        if header.twice:
            cell, role = header.twice
            self.refuse(header.line, cell.strip(), "column_twice", role=role)
        if missing := tuple(role for role in self.required if role not in header.positions):
            place = f"{source}: row {header.line}"
            raise EvaluationError("columns_missing", place=place, missing=missing)
        self.positions = {k: role for role, k in header.positions.items()}
        self.headers = {role: header.cells[k].strip() for k, role in self.positions.items()}

    def refuse(self, line: int, column: str, code: str, /, **parameters: Any) -> NoReturn:
        """Refuse a cell."""
        place = f"{self.source}: row {line}, column {column}"
        raise EvaluationError("at_place", place=place, problem=Phrase(code, **parameters))

    def __iter__(self) -> Iterator[TableRow]:
        for line, cells in self.rows:
            for k, cell in enumerate(cells):
                if k not in self.positions and cell.strip():
                    self.refuse(line, str(k + 1), "cell_beyond", text=cell.strip())
            texts = {role: _plain(cells[k]) for k, role in self.positions.items() if k < len(cells)}
            row = TableRow(self, line, texts)
            for role, text in texts.items():
                if (problem := cell_problem(text)) is not None:
                    row.refuse(role, problem.code, **problem.parameters)
            for role in self.required:
                if not row[role]:
                    row.refuse(role, "cell_empty")
            yield row


def _plain(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", cell).split())
