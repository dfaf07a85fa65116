"""The cells of an office's table that a layout gives a meaning to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter

from ..errors import EvaluationError
from ..evaluation.observations import word_key
from ..messages import Phrase
from ..tables.grids import Grid
from ..tables.opened import header_key
from .observation_layout import (
    LEFT_OUT,
    Layout,
    LayoutColumn,
    is_note,
    is_total,
    located,
    oriented,
    role_of_header,
)
from .stated_units import stated_in, unit_of

_EXTRAS = ("period", "rater", "item", "input", "evidence", "note")

NEAREST = 3
_LIKENESS = 0.5
"""Ratio of `difflib` from which on a name is near another one."""


class UnitNames:
    """What files may call units.

    Args:
        units: id -> name.
        aliases: name in files -> id.
    """

    def __init__(self, units: Mapping[str, str], aliases: Mapping[str, str]) -> None:
        self.units = units
        self._ids: dict[str, dict[str, None]] = {}
        named = [*((unit, unit) for unit in units), *((name, unit) for unit, name in units.items())]
        for name, unit in [*named, *aliases.items()]:
            self._ids.setdefault(header_key(name), {})[unit] = None

    def unit(self, name: str) -> str | None:
        """The id of the one unit that is called so."""
        ids = self._ids.get(header_key(name), {})
        return next(iter(ids)) if len(ids) == 1 else None

    def nearest(self, name: str) -> tuple[str, ...]:
        """Ids of units that are called alike, the nearest first."""
        key = header_key(name)
        names = [key] if key in self._ids else nearest(key, self._ids)
        return tuple(dict.fromkeys(unit for one in names for unit in self._ids[one]))[:NEAREST]


def nearest(word: str, among: Mapping[str, Any]) -> list[str]:
    """The words that are most like one, the nearest first."""
    return get_close_matches(word, list(among), NEAREST, _LIKENESS)


class TableCell(NamedTuple):
    """A cell with a value.

    Attributes:
        line, column: where it stands, units down.
        unit: id.
        entry: what its value is of.
        text: as it stands there.
        extras: `"period"`, `"rater"`, `"item"`, `"input"`, `"evidence"`, `"note"` -> what the table
            says of it.
        stated: unit of measure that its row or its header states, "" for none; two of them where
            they contradict each other.
        shared: the one that a row states in which several indicators have values.
    """

    line: int
    column: int
    unit: str
    entry: LayoutColumn
    text: str
    extras: Mapping[str, str]
    stated: str = ""
    shared: str = ""


@dataclass
class TableCells:
    """What a layout finds in a table.

    Attributes:
        grid: units down.
        layout: that is followed.
        headers: column -> header.
        cells: with values.
        unknown_units: name that no unit has -> where it first stands.
        unknown_names: name in a long table that the layout has no meaning for -> likewise.
        above, totals, beside: lines of titles, of sums and averages, of what else is no unit.
        texts: rows of a transposed table that are such.
        faults: place and problem of what is refused.
    """

    grid: Grid
    layout: Layout
    headers: Mapping[int, str]
    cells: list[TableCell] = field(default_factory=list)
    unknown_units: dict[str, str] = field(default_factory=dict)
    unknown_names: dict[str, str] = field(default_factory=dict)
    above: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    beside: list[int] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)
    faults: list[tuple[str, Phrase]] = field(default_factory=list)

    @property
    def remarks(self) -> tuple[Phrase, ...]:
        """What was passed over."""
        codes = ("rows_above", "rows_totals", "rows_beside")
        if self.grid.turned:
            codes = ("columns_above", "columns_totals", "columns_beside")
        passed_over = zip(codes, (self.above, self.totals, self.beside), strict=True)
        remarks = [
            Phrase(code, lines=tuple(map(self._named, lines)))
            for code, lines in passed_over
            if lines
        ]
        if self.grid.turned and self.texts:
            remarks.append(Phrase("rows_beside", lines=tuple(self.texts)))
        return tuple(remarks)

    def _named(self, line: int) -> str | int:
        """A row by its number; a column by its letter."""
        return get_column_letter(line) if self.grid.turned else line


def cells_of(grid: Grid, layout: Layout, names: UnitNames) -> TableCells:
    """Follow a layout through a table.

    Raises:
        EvaluationError: the table has not the layout's headers.
    """
    turned = oriented(grid, layout.kind)
    needed = ("indicator", "value") if layout.kind == "long" else ()
    for role in needed:
        if not layout.with_role(role):
            raise EvaluationError("layout_role_unsaid", source=grid.source, role=role)
    last, headers = located(turned, layout)
    walk = TableCells(turned, layout, headers)
    first = last - layout.header_rows + 1
    walk.above = [line for line in turned.rows if line < first]
    _unknown_headers(walk, last)
    columns = _columns_of(layout, headers)
    for line in turned.rows:
        if line > last:
            _follow(walk, line, columns, names)
    return walk


class _Columns(NamedTuple):
    """Where a layout's columns are in a table.

    Attributes:
        unit: that of the units.
        values: column -> what its values are of, from left to right.
        beside: column -> what it says of the values of its rows.
        indicator: that of the indicators in a long table.
        stated: that of the units of measure, None where there is none.
    """

    unit: int
    values: Mapping[int, LayoutColumn]
    beside: Mapping[int, LayoutColumn]
    indicator: int
    stated: int | None


def _columns_of(layout: Layout, headers: Mapping[int, str]) -> _Columns:
    column_of = {header: k for k, header in headers.items()}
    at = {header: column_of[header] for header in layout.headed if header in column_of}
    columns = {k: layout.headed[header] for header, k in at.items()}
    carriers = "value" if layout.kind == "long" else "values"
    first = {one.role: k for k, one in reversed(columns.items())}
    return _Columns(
        unit=at[layout.with_role("unit")[0].header],
        values={k: columns[k] for k in sorted(columns) if columns[k].role == carriers},
        beside={k: one for k, one in columns.items() if one.role in _EXTRAS},
        indicator=first.get("indicator", 0),
        stated=first.get("stated"),
    )


def _unknown_headers(walk: TableCells, last: int) -> None:
    """Refuse columns that the layout doesn't know and that have something in them."""
    for column, header in walk.headers.items():
        if not has_cells(walk.grid, column, last):
            walk.texts += [column + 1] if word_key(header) not in walk.layout.entries else []
        elif header not in walk.layout.headed:
            problem = Phrase("layout_header_unknown", header=header)
            walk.faults.append((walk.grid.place(last, column), problem))


def has_cells(grid: Grid, column: int, last: int) -> bool:
    """Whether a column has anything below its header."""
    return any(grid.cell(line, column) for line in grid.rows if line > last)


def _follow(walk: TableCells, line: int, columns: _Columns, names: UnitNames) -> None:
    """Take a row."""
    grid, layout = walk.grid, walk.layout
    name = grid.spread(line, columns.unit)
    unit = layout.units.get(name)
    if unit not in names.units:
        unit = names.unit(name)
    if unit is not None:
        walk.cells.extend(_of_row(walk, line, unit, columns))
        return
    filled = any(grid.cell(line, column) for column in columns.values)
    beside = name in layout.no_units or role_of_header(name) or is_note(grid.rows[line])
    left = (grid.cell(line, column) for column in range(max(min(columns.values, default=0), 1)))
    if is_total([name, *left]):
        walk.totals.append(line)
    elif not filled or beside:
        walk.beside.append(line)
    elif not name:
        walk.faults.append((grid.place(line, columns.unit), Phrase("layout_unit_empty")))
    else:
        walk.unknown_units.setdefault(name, grid.place(line, columns.unit))


def _of_row(walk: TableCells, line: int, unit: str, columns: _Columns) -> Iterator[TableCell]:
    grid, layout = walk.grid, walk.layout
    said = [(one, text) for k, one in columns.beside.items() if (text := grid.spread(line, k))]
    row_states = "" if columns.stated is None else grid.spread(line, columns.stated)
    for column, carrier in columns.values.items():
        name = grid.spread(line, columns.indicator) if layout.kind == "long" else carrier.header
        entry = layout.entries.get(word_key(name))
        if entry is None:
            walk.unknown_names.setdefault(name, grid.place(line, columns.indicator))
            continue
        if entry.indicator == LEFT_OUT:
            continue
        if (line, column) in grid.merged and grid.spread(line, column):
            walk.faults.append((grid.place(line, column), Phrase("layout_value_merged")))
            continue
        extras: dict[str, str] = {}
        for one, text in said:
            general = one.indicator == "" and one.role not in extras
            if general or one.indicator == entry.indicator:
                extras[one.role] = text
        stated = stated_in(entry.header) or stated_in(carrier.header)
        text, shared = grid.cell(line, column), row_states
        if layout.kind == "long" or len(columns.values) == 1:
            units = {unit_of(one): one for one in (row_states, stated) if one}
            stated, shared = ", ".join(units.values()), ""
        yield TableCell(line, column, unit, entry, text, extras, stated, shared)
