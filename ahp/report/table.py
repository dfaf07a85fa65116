"""Tables: raw values inside, rounded when shown, exact in CSV."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..i18n import translator
from ..i18n.numbers import show_beside, show_number
from ..scale import SAATY_POSITIONS, parse_judgment
from ..tables.delimited import starts_formula

Cell = str | int | float | bool | None
"""What a cell of a table holds: raw, never rounded."""

JUDGMENT_RTOL = 1e-12
"""A judgment this near to a position of the scale is shown as that position: the mean of seven
experts who all said 3 is 3 up to the last bit."""

_POSITIONS = {text: parse_judgment(text) for text in SAATY_POSITIONS}

_NUMBER = re.compile(r"[+\-\N{MINUS SIGN}]?[0-9]+(\.[0-9]+)?")
"""A number as it is printed, with a sign or without."""


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Attributes:
        title: what the table shows.
        columns: headings, in the table's language.
        rows: raw values, one for each column.
        language: for the words that stand for booleans.
        judgments: indices of the columns that hold judgments, shown as fractions.
        medians: of those that hold judgments between two steps as well, shown as `"1/3.5"`.
        p_values: of those that hold p-values, `"< 0.0001"` where they are small.
        limits: column index -> the limits of a verdict that stands beside it; its numbers get the
            decimals that tell on which side they are.
        note: whose judgments the rows rest on, printed below the title; in CSV, which has no title,
            a column of its own.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    language: str = "en"
    judgments: frozenset[int] = frozenset()
    medians: frozenset[int] = frozenset()
    p_values: frozenset[int] = frozenset()
    limits: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    note: str = ""

    def with_columns(self, columns: Sequence[int]) -> Table:
        """The same table with these columns alone.

        Args:
            columns: their indices, in the order in which they stand then.
        """
        places = {column: place for place, column in enumerate(columns)}

        def kept(held: frozenset[int]) -> frozenset[int]:
            return frozenset(places[column] for column in held if column in places)

        return replace(
            self,
            columns=tuple(self.columns[column] for column in columns),
            rows=tuple(tuple(row[column] for column in columns) for row in self.rows),
            judgments=kept(self.judgments),
            medians=kept(self.medians),
            p_values=kept(self.p_values),
            limits={places[k]: limit for k, limit in self.limits.items() if k in places},
        )


def show_judgment(value: float) -> str:
    """A judgment: `"1/3"` where it is a position of Saaty's scale, 4 decimals elsewhere."""
    for text, position in _POSITIONS.items():
        if math.isclose(value, position, rel_tol=JUDGMENT_RTOL):
            return text
    return show_number(value)


def show_median(value: float) -> str:
    """A judgment that may lie between two steps: `"3"`, `"3.5"`, `"1/3.5"`."""
    size = f"{max(value, 1 / value):.3g}"
    return size if value >= 1 or size == "1" else f"1/{size}"


def show_p(value: float, *limits: float) -> str:
    """A p-value as studies print it; limits of a verdict as in `show_beside`."""
    return "< 0.0001" if value < 0.0001 else show_beside(value, *limits)


def show_cell(table: Table, column: int, value: Cell) -> str:
    """One cell as people read it: numbers rounded, booleans as words, None as nothing."""
    if isinstance(value, float):
        if column in table.judgments:
            return show_judgment(value)
        if column in table.medians:
            return show_median(value)
        limits = table.limits.get(column, ())
        if column in table.p_values:
            return show_p(value, *limits)
        return show_beside(value, *limits)
    return _word(value, table.language)


def to_text(table: Table) -> str:
    """The table for a terminal, aligned by display width; numbers to the right."""
    shown = [
        [show_cell(table, column, value) for column, value in enumerate(row)] for row in table.rows
    ]
    widths = [max(map(display_width, cells)) for cells in zip(table.columns, *shown, strict=True)]
    right = [
        bool(table.rows) and all(_is_number(row[column]) for row in table.rows)
        for column in range(len(table.columns))
    ]

    def line(cells: tuple[str, ...] | list[str]) -> str:
        padded = []
        for cell, width, to_right in zip(cells, widths, right, strict=True):
            space = " " * (width - display_width(cell))
            padded.append(space + cell if to_right else cell + space)
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    above = [table.title, table.note] if table.note else [table.title]
    return "\n".join([*above, line(table.columns), rule, *map(line, shown)]) + "\n"


def pairs_to_text(pairs: Sequence[tuple[str, str]]) -> str:
    """Pairs of label and value, a line each, the values aligned."""
    width = max(display_width(label) for label, _ in pairs)
    lines = (f"{label}{' ' * (width - display_width(label))}  {value}" for label, value in pairs)
    return "\n".join(lines) + "\n"


def to_csv(table: Table) -> str:
    """The table as CSV (RFC 4180): a line of headings, then the rows, without the title; a note
    stands in a last column of every row.

    Floats are written as `repr` writes them, so that reading them back gives the same float;
    booleans as words. A text cell that a spreadsheet would run as a formula, because it starts with
    `=`, `+`, `-`, `@`, a tab or a line break, gets an apostrophe in front; numbers never do, nor
    does text that is one, such as `+2.3`; its minus is written as `-`.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    _ = translator(table.language)
    heading, note = ((_("Based on"),), (table.note,)) if table.note else ((), ())
    writer.writerow(map(_harmless, (*table.columns, *heading)))
    writer.writerows([_csv_cell(table, value) for value in (*row, *note)] for row in table.rows)
    return out.getvalue()


def csv_bytes(table: Table) -> bytes:
    """`to_csv` in UTF-8 with a BOM, by which spreadsheet programs know the encoding."""
    return to_csv(table).encode("utf-8-sig")


def display_width(text: str) -> int:
    """Columns a text takes in a terminal: 2 for wide characters, 0 for combining ones."""
    return sum(
        0 if unicodedata.combining(mark) else 2 if unicodedata.east_asian_width(mark) in "WF" else 1
        for mark in text
    )


def _word(value: str | int | bool | None, language: str) -> str:
    if isinstance(value, bool):
        _ = translator(language)
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def _csv_cell(table: Table, value: Cell) -> str:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return value.strip().replace("\N{MINUS SIGN}", "-")
    return _harmless(value) if isinstance(value, str) else _word(value, table.language)


def _is_number(value: Cell) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _harmless(text: str) -> str:
    return f"'{text}" if starts_formula(text) else text
