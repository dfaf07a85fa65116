"""Long tables of millions of lines: read by column, each text held once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..datafile import system_problem
from ..errors import AHPError
from ..matrix import slices
from ..messages import Phrase
from .delimited import (
    SEPARATORS,
    Row,
    csv_cell,
    encoding_of,
    encoding_said,
    is_rule,
    open_csv,
    visible,
    with_point,
)
from .grids import ranges
from .opened import FIRST_BYTES, TITLE_ROWS, HeaderRow, refuse_no_table

Codes = NDArray[np.signedinteger[Any]]
"""Numbers of texts, of the smallest type that holds them all and -1."""

COLUMNAR = (".parquet", ".feather", ".arrow")
"""Endings of files that hold columns."""

_LINES = 2**18
"""Lines that are read together."""
_BYTES = 2**24
_COMBINATIONS = 2**24

BLOCK = 2**16
"""Lines that are looked at together: what is made of them on the way fits a processor's cache."""

Headers = Callable[[Sequence[Row], Callable[[int], str]], HeaderRow]
"""Finds the headers among the first lines; with what says where a line stands, to refuse them."""
Batch = Mapping[str, Any]
"""Column -> its cells in some lines."""


class Coded(NamedTuple):
    """A column of texts, each text held once.

    Attributes:
        codes: number of each line's text in `texts`, shape (m,); -1 = the cell is empty.
        texts: none of them twice, or empty.
    """

    codes: Codes
    texts: tuple[str, ...]

    @classmethod
    def of(cls, column: Any) -> Coded:
        """A column of texts or numbers: a sequence, an array of numpy, a Series of pandas or
        polars, an array of Arrow. None and NaN are empty cells.
        """
        if hasattr(column, "to_arrow"):
            column = column.to_arrow()
        merged = _Merged()
        for part in getattr(column, "chunks", [column]):
            merged.add(part)
        return merged.column()

    def called(self, texts: Sequence[str]) -> Coded:
        """The column with these texts in place of its own; where some are alike, they are one."""
        if tuple(texts) == self.texts:
            return self
        if "" not in (alike := dict.fromkeys(texts)) and len(alike) == len(texts):
            return Coded(self.codes, tuple(texts))
        numbers: dict[str, int] = {}
        to = [numbers.setdefault(text, len(numbers)) if text else -1 for text in texts]
        return Coded(np.array([*to, -1], dtype=code_type(len(numbers)))[self.codes], tuple(numbers))


class ColumnTable(NamedTuple):
    """Columns of a table.

    Attributes:
        columns: what they are -> each, all of one length.
        source: the file.
        unit: what its lines are called, `"line"` or `"row"`.
        first: number of the first line below the headers.
        remarks: what was read how.
    """

    columns: Mapping[str, Coded]
    source: str
    unit: str = "row"
    first: int = 1
    remarks: tuple[Phrase, ...] = ()


class _Numbers(dict[Any, int]):
    """Cell -> its number, in order of appearance; -1 of empty ones, which are not kept."""

    def __missing__(self, cell: Any) -> int:
        try:
            empty = cell is None or bool(cell != cell)  # noqa: PLR0124 - NaN
        except TypeError:  # NA of pandas is neither
            empty = True
        return -1 if empty else self.setdefault(cell, len(self))


def _as_text(cell: Any) -> str:
    """A cell of a column as a text: 3.0 is "3", bytes are UTF-8."""
    if isinstance(cell, str):
        return visible(cell)
    if isinstance(cell, bytes):
        return visible(cell.decode())
    number = float(cell) if isinstance(cell, float | np.floating) else np.nan
    return visible(str(int(number) if number.is_integer() and abs(number) < 2**53 else cell))


_UNSEEN = -2
"""In place of the number of a text that no line has had so far."""


class _Merged:
    """A column that comes in parts."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._parts: list[Codes] = []
        self._dictionary: Any = None
        self._cells: list[Any] = []
        self._to: Codes = np.empty(0, np.int32)

    def add(self, part: Any) -> None:
        if not hasattr(part, "dictionary_encode"):
            self._parts.append(self._codes(part))
            return
        coded = part if hasattr(part, "dictionary") else part.dictionary_encode()
        codes = coded.indices.cast("int32").fill_null(-1).to_numpy(zero_copy_only=False)
        if self._dictionary is None or not self._dictionary.equals(coded.dictionary):
            self._dictionary, self._cells = coded.dictionary, coded.dictionary.to_pylist()
            self._to = np.full(len(self._cells) + 1, _UNSEEN, dtype=np.int32)
            self._to[-1] = -1
        if (self._to == _UNSEEN).any():
            # a dictionary has an order of its own, and may have texts that stand nowhere
            used = codes[first_lines(codes)]
            unseen = used[self._to[used] == _UNSEEN]
            self._to[unseen] = self._codes([self._cells[k] for k in unseen.tolist()])
        self._parts.append(self._to.astype(code_type(len(self._numbers)))[codes])

    def _codes(self, cells: Any) -> Codes:
        values = cells.tolist() if isinstance(cells, np.ndarray) else cells
        numbers = map(self._numbers.__getitem__, values)
        codes = np.fromiter(numbers, dtype=np.int32, count=len(values))
        return codes.astype(code_type(len(self._numbers)))

    def column(self) -> Coded:
        codes = np.concatenate([*self._parts, np.empty(0, np.int8)])
        self._parts.clear()  # half of the memory
        return Coded(codes, ()).called([*map(_as_text, self._numbers)])


def code_type(count: int) -> type[np.signedinteger[Any]]:
    """The smallest type that holds the numbers of so many texts, and -1."""
    return next(kind for kind in (np.int8, np.int16, np.int32) if count <= np.iinfo(kind).max)


def first_lines(codes: Codes) -> NDArray[np.int64]:
    """The first line with each code, in order of appearance; empty cells are passed over."""
    first = np.full(int(codes.max(initial=-1)) + 2, len(codes))
    for part in reversed(slices(len(codes), BLOCK)):
        lines = np.arange(part.start, part.stop)
        first[codes[part][::-1]] = lines[::-1]  # the last one stays
    return np.sort(first[:-1][first[:-1] < len(codes)])


def combined(columns: Sequence[Coded]) -> tuple[Codes, tuple[tuple[str, ...], ...]]:
    """Number of each line's combination of texts, and the combinations; no cell is empty."""
    first, *others = columns
    codes, combinations = first.codes, [(text,) for text in first.texts]
    for column in others:
        width = len(column.texts)
        if len(combinations) * width > _COMBINATIONS:  # columns of something else
            key, inverse = np.unique(codes * np.int64(width) + column.codes, return_inverse=True)
            codes = inverse.astype(np.int32)
        else:
            codes, key = _numbered(codes, column.codes, width)
        combinations = [
            (*combinations[cell // width], column.texts[cell % width]) for cell in key.tolist()
        ]
    return codes, tuple(combinations)


def _numbered(codes: Codes, others: Codes, width: int) -> tuple[Codes, NDArray[np.intp]]:
    """Number of each line's combination of two codes, and the combinations, the first one times the
    width of the other plus it.
    """
    parts = slices(len(codes), BLOCK)

    def cells(part: slice) -> Codes:
        return codes[part] * np.int32(width) + others[part]

    used = np.zeros((int(codes.max(initial=0)) + 1) * width, dtype=bool)
    for part in parts:
        used[cells(part)] = True
    key = np.flatnonzero(used)
    numbers = np.zeros(len(used), dtype=code_type(len(key)))
    numbers[key] = np.arange(len(key))
    combination: Codes = np.empty_like(numbers, shape=len(codes))
    for part in parts:
        combination[part] = numbers[cells(part)]
    return combination, key


def read_column_table(path: Path, headers: Headers, error: type[AHPError]) -> ColumnTable:
    """The columns of a long table that are wanted: CSV, Parquet, Feather or Arrow.

    Args:
        path: of the file.
        headers: says which columns are wanted.
        error: what to raise.

    Raises:
        AHPError: of the type given: the file can't be read, or a line has cells beside the headers.
    """
    try:
        if path.suffix.lower() in COLUMNAR:
            path.stat()  # Arrow says no more than the name of a file that there is not
            return _of_arrow(path, headers, error)
        return _of_csv(path, headers, error)
    except OSError as problem:
        about = {"source": str(path), "problem": system_problem(problem)}
        raise error("file_unreadable", **about) from problem


def _of_arrow(path: Path, headers: Headers, error: type[AHPError]) -> ColumnTable:
    try:
        import pyarrow  # noqa: PLC0415 - for those who use it
        from pyarrow import dataset  # noqa: PLC0415
        from pyarrow.types import is_string as is_text  # noqa: PLC0415
    except ImportError as missing:
        raise error("columns_need_arrow", source=str(path)) from missing
    try:
        kind = "parquet" if path.suffix.lower() == ".parquet" else "ipc"
        file = dataset.dataset(path, format=kind)
        header = headers([(0, file.schema.names)], lambda _: str(path))
        names = {column: header.cells[k] for column, k in header.positions.items()}
        if kind == "parquet":  # which holds each text of a column once, too
            texts = {one for one in names.values() if is_text(file.schema.field(one).type)}
            coded = dataset.ParquetFileFormat(dictionary_columns=texts)
            file = dataset.dataset(path, format=coded)
        batches = file.to_batches(columns=[*names.values()], batch_size=_LINES, batch_readahead=2)

        def parts() -> Iterator[Batch]:
            for batch in batches:
                batch.validate(full=True)  # a damaged file may have codes of no text
                yield {column: batch[name] for column, name in names.items()}

        table = _table(parts(), header, ColumnTable({}, str(path)))
        pyarrow.default_memory_pool().release_unused()
        return table
    except (pyarrow.ArrowException, UnicodeDecodeError, OSError) as problem:
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        raise error("columns_unreadable", source=str(path), problem=str(problem)) from problem


def _of_csv(path: Path, headers: Headers, error: type[AHPError]) -> ColumnTable:
    with path.open("rb") as file:
        refuse_no_table(file.read(FIRST_BYTES), str(path), error)
        encoding = encoding_of(file)
    if encoding is None:
        raise error("encoding_unknown", source=str(path))
    with path.open(encoding=encoding, newline="") as text:
        reader, separator = open_csv(text)
        try:
            rows, ends = [], {}
            for line, row in islice(_filled(reader), TITLE_ROWS):
                rows.append((line, row))
                ends[line] = reader.line_num
            header = headers(rows, f"{path}: line {{}}".format)
            first = ends[header.line] + 1
            about = ColumnTable({}, str(path), "line", first, encoding_said(encoding))
            table = None
            if encoding == "utf-8-sig" and separator in SEPARATORS and header.cells[-1]:
                table = _by_arrow(path, separator, header, about)
            if table is None:
                text.seek(0)
                reader, _ = open_csv(text)
                table = _table(_by_line(reader, header, about, error), header, about)
        except csv.Error as problem:
            raise error("not_csv", place=f"{path}: line {reader.line_num}") from problem

    def shown(text: str) -> str:
        return with_point(csv_cell(text), separator != ",")

    called = {name: one.called([*map(shown, one.texts)]) for name, one in table.columns.items()}
    return table._replace(columns=called)


def _filled(reader: Any) -> Iterator[Row]:
    """The lines of a CSV file that are not empty, with where they begin."""
    line = 1
    for row in reader:
        if any(cells := [*map(csv_cell, row)]):
            yield line, cells
        line = reader.line_num + 1


def _by_arrow(
    path: Path, separator: str, header: HeaderRow, about: ColumnTable
) -> ColumnTable | None:
    """A CSV file as Arrow reads it; None where there is no Arrow, it refuses the file, or reads it
    otherwise: as if a cell over several lines were one line, and quotes behind a space a text. What
    is wrong in which line is known to who reads line by line.
    """
    with suppress(ImportError):
        import pyarrow  # noqa: PLC0415 - for those who use it
        from pyarrow import csv as arrow_csv  # noqa: PLC0415

        numbers = {column: str(k) for column, k in header.positions.items()}
        coded = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
        names = [str(k) for k in range(len(header.cells))]
        try:
            batches = arrow_csv.open_csv(
                path,
                arrow_csv.ReadOptions(
                    block_size=_BYTES, skip_rows=about.first - 1, column_names=names
                ),
                arrow_csv.ParseOptions(delimiter=separator, ignore_empty_lines=False),
                arrow_csv.ConvertOptions(
                    include_columns=[*numbers.values()],
                    column_types=dict.fromkeys(numbers.values(), coded),
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
            parts = ({column: batch[name] for column, name in numbers.items()} for batch in batches)
            table = _table(parts, header, about)
        except pyarrow.ArrowInvalid:
            return None
        pyarrow.default_memory_pool().release_unused()
        lines = about.first - 1 + len(next(iter(table.columns.values())).codes)
        quoted = any(text.startswith('"') for one in table.columns.values() for text in one.texts)
        return table if lines == _lines_of(path) and not quoted else None
    return None


def _lines_of(path: Path) -> int:
    """How many lines a file has, whatever ends them."""
    count, last = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_BYTES):
            count += chunk.count(b"\n") - (last + chunk[:1] == b"\r\n")
            if returns := chunk.count(b"\r"):
                count += returns - chunk.count(b"\r\n")
            last = chunk[-1:]
    return count + (last not in b"\r\n")


def _by_line(
    reader: Any, header: HeaderRow, about: ColumnTable, error: type[AHPError]
) -> Iterator[Batch]:
    """The lines of a CSV file below the headers, many at a time."""
    empty = [""] * len(header.cells)
    width = max(k for k, cell in enumerate(header.cells, start=1) if cell)
    ruled = reader.dialect.delimiter == "|"

    def rows() -> Iterator[list[str]]:
        number = about.first
        for row in reader:
            if reader.line_num < about.first:
                continue
            if len(row) == width == len(empty) and not ruled:
                yield row
            else:
                cells = [*map(csv_cell, row)]
                count = max((k for k, cell in enumerate(cells, start=1) if cell), default=0)
                if count > width:
                    place = f"{about.source}: line {number}"
                    raise error("row_length", place=place, count=count, expected=width)
                yield empty if ruled and is_rule(cells) else [*cells[:count], *empty[count:]]
            for _ in range(reader.line_num - number):  # of a cell over several lines
                yield empty
            number = reader.line_num + 1

    lines = rows()
    while part := [*islice(lines, _LINES)]:
        yield {column: [row[k] for row in part] for column, k in header.positions.items()}


def _table(parts: Iterable[Batch], header: HeaderRow, about: ColumnTable) -> ColumnTable:
    merged = {column: _Merged() for column in header.positions}
    for part in parts:
        for column, cells in part.items():
            merged[column].add(cells)
    remarks = about.remarks
    if header.above:
        remarks += (Phrase("lines_above", lines=ranges(header.above)),)
    if header.unknown:
        remarks += (Phrase("columns_passed_over", columns=header.unknown),)
    columns = {column: one.column() for column, one in merged.items()}
    return about._replace(columns=columns, remarks=remarks)
