"""Judgment matrices as people have them in CSV files and workbooks."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, islice, pairwise, takewhile
from operator import eq
from pathlib import Path

from ..datafile import read_bytes
from ..errors import IncompleteError, MatrixError
from ..matrix import PairwiseMatrix
from ..messages import Cell, Phrase
from ..published.cells import cell_faults, is_blank, likeliest
from ..scale import not_judged, parse_judgment, read_otherwise
from ..study.entered import spreadsheet_reason
from ..tables.delimited import MAX_CSV
from ..tables.faults import first_and_count, refuse_faults
from ..tables.grids import Grid, column_letter, ranges, read_grid
from ..tables.opened import header_key

MOST_ITEMS = 150
"""Items of a matrix in a file."""

LONGEST_NAMED = 30
"""Characters of what is named as passed over."""

_TITLE_ROWS = 10
"""Rows that are looked through for the names of the items."""

_BESIDE = re.compile(
    r"(?:(?:列|行|各列|各行)?(?:之?和|总和|求和|合计|总计|小计|积|乘积|平均|均值|几何平均)(?:值|数)?"
    r"|(?:归一化|相对|指标|综合)?权[重值](?:系数|向量|wi?)?|特征(?:向量|值|根)|排[序名]|n次方根|方根"
    r"|(?:λ|lambda)(?:_?max)?|c\.?i\.?|c\.?r\.?|r\.?i\.?|[wω]i?|[σ∑]|aw(?:/w)?|\(aw\)i?"
    r"|(?:column|row|grand)?(?:sum|total)s?|means?|average|geometricmean|product|(?:nth)?root"
    r"|(?:local|relative|normali[sz]ed)?(?:weight|prioriti?y?)(?:s|ies|vector)?|eigenvector|rank(?:ing)?"
    r"|备注|说明|注|notes?|comments?|remarks?"
    r")(?:[=≈(:].*)?"
)
"""What people write beside a matrix, as `header_key` makes it."""


@dataclass(frozen=True)
class MatrixFile:
    """A matrix, and what in its file was read how."""

    matrix: PairwiseMatrix
    remarks: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class _Block:
    """Where a matrix stands in its file.

    Attributes:
        lines: the rows.
        columns: the columns.
        names: of the items; empty without.
        beside: what is passed over.
        above: lines that are passed over.
    """

    lines: Sequence[int]
    columns: Sequence[int]
    names: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    above: tuple[int, ...] = ()


def read_matrix(file: str, *, sheet: str | None = None) -> MatrixFile:
    """Read a complete matrix from a CSV file or a workbook.

    A first line of names and a first column of names are both optional; where both stand, they must
    have the same names. Cells are numbers or fractions such as `1/3`, `3:1`, `3 3/4`; one triangle
    may be blank or 0, as may be the diagonal. A printed decimal stands for all numbers that round
    to it: 0.33 beside 3 is 1/3. Titles above, sums and weights beside the matrix are passed over.

    Args:
        file: path, or `"-"` for standard input.
        sheet: of a workbook with several.

    Raises:
        MatrixError: names the file, the line, the column and what was expected, of all that is
            wrong.
        IncompleteError: names the first pair that was not judged.
    """
    source = "standard input" if file == "-" else file
    content = (
        sys.stdin.buffer.read(MAX_CSV + 1)
        if file == "-"
        else read_bytes(Path(file), MatrixError, MAX_CSV)
    )
    grid = read_grid(content, source, MatrixError, sheet or "")
    rows = dict(grid.lines())
    if not rows:
        raise MatrixError("matrix_empty", source=source)
    corners = [f"{column_letter(k)}{line}" for line, k in islice(_corners(rows), 2)]
    if len(corners) > 1:
        raise MatrixError("matrix_several", source=source, corners=tuple(corners))
    block = _named_block(rows) or _bare_block(rows, grid)
    n = len(block.lines)
    if n > MOST_ITEMS:
        raise MatrixError("matrix_large", source=source, count=n, most=MOST_ITEMS)
    cells = [[_cell(rows, line, column) for column in block.columns] for line in block.lines]
    refuse_faults(_faults(cells, block, grid), source, MatrixError)
    missing = [
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if is_blank(cells[i][j]) and is_blank(cells[j][i])
    ]
    labels = block.names or tuple(str(number + 1) for number in range(n))
    if missing:
        left, right = (labels[k] for k in missing[0])
        raise IncompleteError(
            "matrix_incomplete", source=source, left=left, right=right, missing=len(missing)
        )
    values, read = likeliest(cells)
    try:
        matrix = PairwiseMatrix(values, block.names or None)
    except MatrixError as error:
        raise MatrixError("at_place", place=source, problem=error) from error
    said = [*grid.remarks]
    if block.above:
        said.append(Phrase("lines_above", lines=ranges(block.above)))
    if block.beside:
        said.append(Phrase("beside_matrix", names=block.beside))
    if any(is_blank(cells[k][k]) for k in range(n)):
        said.append(Phrase("blank_diagonal"))
    said += read_as_others(text for row in cells for text in row)
    if read is not None:
        said.append(_shortened(read))
    return MatrixFile(matrix, tuple(said))


def read_as_others(cells: Iterable[str]) -> Iterator[Phrase]:
    """What is said of judgments that are read otherwise than they stand there, decimals aside."""
    texts = dict.fromkeys(text for text in cells if "." not in text)
    others = [
        Phrase("read_as", text=text, value=value)
        for text in texts
        if not is_blank(text) and (value := read_otherwise(text))
    ]
    if others:
        yield Phrase("several_words", each=first_and_count(others))


_Rows = dict[int, list[str]]


def _cell(rows: _Rows, line: int, column: int) -> str:
    """The text of a cell; "" outside of what there is."""
    cells = rows.get(line, [])
    return cells[column] if 0 <= column < len(cells) else ""


@lru_cache(maxsize=2**14)  # a sheet has the same ones again and again
def is_name(cell: str) -> bool:
    """Whether a cell of a matrix is no judgment, but what an item is called."""
    if not_judged(cell) or spreadsheet_reason(cell):
        return False
    return number_of(cell) is None and cell.strip("0.") != ""


def number_of(cell: str) -> float | None:
    """The judgment in a cell; None where there is none."""
    try:
        return parse_judgment(cell)
    except MatrixError:
        return None


def stands_beside(name: str) -> bool:
    """Whether a row or a column is called what people write beside a matrix, such as a weight."""
    return bool(_BESIDE.fullmatch(header_key(name)))


def _corners(rows: _Rows) -> Iterator[tuple[int, int]]:
    """Line and column of all cells with the same two names to the right and below: corners of
    matrices.
    """
    lines = [*rows]
    keys = [[header_key(cell) for cell in rows[line]] for line in lines]
    for index, line in enumerate(lines):
        following = keys[index + 1 : index + 8]
        for corner, pair in enumerate(pairwise(keys[index][1:])):
            if all(pair) and pair[0] != pair[1]:
                below = (row[corner] for row in following if row[corner])
                named = rows[line][corner + 1 : corner + 3]
                if (*islice(below, 2),) == pair and all(map(is_name, named)):
                    yield line, corner


def _place(line: int, column: int, grid: Grid) -> str:
    """Where a cell stands in the file."""
    if grid.sheet:
        return grid.place(line, column)
    return f"{grid.source}: line {line}, column {column + 1}"


def _named_block(rows: _Rows) -> _Block | None:
    """The first rows and columns that have the same names; None without."""
    lines = [*rows]
    for index, line in enumerate(lines[:_TITLE_ROWS]):
        for corner in range(4):
            names = [" ".join(name.split()) for name in takewhile(bool, rows[line][corner + 1 :])]
            labelled = [one for one in lines[index + 1 :] if _cell(rows, one, corner)]
            keys = [header_key(name) for name in names]
            below_keys = (header_key(rows[one][corner]) for one in labelled)
            n = len([*takewhile(bool, map(eq, keys, below_keys))])
            diagonal = [_cell(rows, one, corner + 1 + k) for k, one in enumerate(labelled[:n])]
            while n > 2 and stands_beside(names[n - 1]) and not _is_own(diagonal[n - 1]):
                n -= 1  # sums of the columns and of the rows
            if n < 2 or len({*keys[:n]}) < n:
                continue
            block = _Block(labelled[:n], range(corner + 1, corner + 1 + n), tuple(names[:n]))
            others = [k for k in range(len(rows[line])) if k != corner and k not in block.columns]
            columns = {k: [rows[one][k] for one in block.lines] for k in others}
            below = {one: rows[one] for one in lines[index + 1 :] if one not in block.lines}
            unnamed = [k for k, cells in columns.items() if not rows[line][k] and any(cells)]
            rest = [one for one, cells in below.items() if not any(cells[: corner + 1])]
            if (unnamed and rest) or ((unnamed or rest) and _is_half(rows, block)):
                continue  # may be an item whose name is missing
            if all(
                k in unnamed or _may_stand_beside(rows[line][k], cells)
                for k, cells in columns.items()
            ) and all(
                one in rest or _may_stand_beside(next(filter(None, cells), ""), cells[corner + 1 :])
                for one, cells in below.items()
            ):
                beside = [
                    *(
                        rows[line][k] or column_letter(k)
                        for k, cells in columns.items()
                        if any([rows[line][k], *cells])
                    ),
                    *(
                        str(one) if one in rest else next(filter(None, cells), "")
                        for one, cells in below.items()
                    ),
                ]
                named = tuple(dict.fromkeys(text[:LONGEST_NAMED] for text in beside if text))
                return replace(block, beside=named, above=tuple(lines[:index]))
    return None


def _is_half(rows: _Rows, block: _Block) -> bool:
    """Whether a triangle is left out, and so an item's row or column may be."""
    cells = [[_cell(rows, line, k) for k in block.columns] for line in block.lines]
    pairs = [*combinations(range(len(cells)), 2)]
    return all(is_blank(cells[j][i]) for i, j in pairs) or all(
        is_blank(cells[i][j]) for i, j in pairs
    )


def _is_own(cell: str) -> bool:
    """Whether a cell may compare an item with itself: 1, or left out."""
    return number_of(cell) == 1 or is_blank(cell)


def _may_stand_beside(name: str, cells: Sequence[str]) -> bool:
    """Whether a row or a column is no item: by its name, or as it numbers the items, or nothing in
    it is a judgment.
    """
    numbered = [*cells] == [str(number + 1) for number in range(len(cells))]
    return numbered or stands_beside(name) or all(not cell or is_name(cell) for cell in cells)


def _bare_block(rows: _Rows, grid: Grid) -> _Block:
    """All rows and columns, but for titles and notes; names in the first ones or none.

    Raises:
        MatrixError: they are no square, or the names differ.
    """
    lines = [*rows]

    def noted(line: int) -> bool:
        filled = [cell for cell in rows[line] if cell]
        return len(filled) == 1 and is_name(filled[0]) and len(rows[line]) > 2

    above = tuple(takewhile(noted, lines))
    notes = [*takewhile(noted, reversed(lines))] if len(above) < len(lines) else []
    lines = lines[len(above) : len(lines) - len(notes)]
    columns = [k for k in range(grid.width) if any(_cell(rows, line, k) for line in lines)]
    height, width = len(lines), len(columns)
    if not lines:
        raise MatrixError("matrix_empty", source=grid.source)
    beside = tuple(next(filter(None, rows[line]))[:LONGEST_NAMED] for line in notes)
    bare = _Block(lines, columns, beside=beside, above=above)
    if height == width and (half := _half_without_diagonal(rows, bare)):
        return half
    first_line = [_cell(rows, lines[0], k) for k in columns]
    first_column = [_cell(rows, line, columns[0]) for line in lines]
    if height == width:
        named = is_name(first_line[0]) or (
            not first_line[0] and any(map(is_name, first_line[1:] + first_column[1:]))
        )
        in_line = in_column = named
    else:
        in_line = height == width + 1 and any(map(is_name, first_line))
        in_column = width == height + 1 and any(map(is_name, first_column))
    header = first_line[in_column:] if in_line else []
    labels = first_column[in_line:] if in_column else []
    block = replace(
        bare,
        lines=lines[in_line:],
        columns=columns[in_column:],
        names=tuple(header or labels),
    )
    headers = sum(map(is_name, first_line[in_column:])) > 1  # over rows of which one is missing
    if len(block.lines) != len(block.columns) or not block.lines or (headers and not in_line):
        if width == 1 < height and not grid.sheet:
            raise MatrixError("matrix_one_column", source=grid.source)
        raise MatrixError("matrix_not_square", source=grid.source, rows=height, columns=width)
    for k, name in enumerate(block.names):
        if not name:
            where = (lines[0], block.columns[k]) if header else (block.lines[k], columns[0])
            problem = Phrase("name_empty")
            raise MatrixError("at_place", place=_place(*where, grid), problem=problem)
    for line, name, expected in zip(block.lines, labels, header, strict=False):
        if header_key(name) != header_key(expected):
            place = grid.line_place(line)
            raise MatrixError("matrix_names", place=place, name=name, expected=expected)
    return block


def _half_without_diagonal(rows: _Rows, block: _Block) -> _Block | None:
    """A triangle whose diagonal, and so a row and a column, is left out."""
    cells = [[_cell(rows, line, k) for k in block.columns] for line in block.lines]
    n = range(len(cells))
    if any(not cells[k][k] or not_judged(cells[k][k]) or cells[k][k] == "1" for k in n):
        return None
    if len(cells) > 1 and not any(cells[i][j] for i in n for j in n if i > j):
        lines, columns = [*block.lines, -1], [-1, *block.columns]
    elif len(cells) > 1 and not any(cells[i][j] for i in n for j in n if i < j):
        lines, columns = [-1, *block.lines], [*block.columns, -1]
    else:
        return None
    return replace(block, lines=lines, columns=columns)


def _faults(cells: Sequence[Sequence[str]], block: _Block, grid: Grid) -> Iterator[MatrixError]:
    """All that is wrong with the cells, by their places in the file."""

    def place(cell: Cell) -> str:
        return _place(block.lines[cell.index[0]], block.columns[cell.index[1]], grid)

    readable = [list(row) for row in cells]
    for i, row in enumerate(cells):
        for j, text in enumerate(row):
            if reason := spreadsheet_reason(text):
                readable[i][j] = ""
                yield MatrixError("at_place", place=place(Cell("a", (i, j))), problem=reason)
    for fault in cell_faults(readable):
        about = dict(fault.parameters)
        if fault.code == "cell_refused":
            yield MatrixError("at_place", place=place(about["cell"]), problem=about["problem"])
            continue
        for key in {"cell", "mirror"} & about.keys():
            where = place(about[key])
            about[key] = Phrase(
                "place_alone",
                place=where if key == "cell" else where.removeprefix(f"{grid.source}: "),
            )
        yield MatrixError(fault.code, **about)


def _shortened(remark: Phrase) -> Phrase:
    """A remark with the first of many cells that it names."""
    shorter = {
        key: first_and_count([_shortened(one) for one in value])
        if isinstance(value, tuple)
        else value
        for key, value in remark.parameters.items()
    }
    return Phrase(remark.code, **shorter)
