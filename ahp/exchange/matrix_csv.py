"""Judgment matrices in CSV files."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

from ..datafile import read_bytes
from ..errors import IncompleteError, MatrixError
from ..matrix import PairwiseMatrix
from ..scale import parse_judgment
from ..study.entered import spreadsheet_reason
from ..tables.delimited import MAX_CSV, Row, split_rows

NOT_JUDGED = frozenset({"", "nan"})
"""Cells of a matrix file, in small letters, that stand for a pair that was not judged."""


def read_matrix(file: str) -> PairwiseMatrix:
    """Read a complete matrix from a CSV file.

    A first line of names and a first column of names are both optional; where both stand, they must
    have the same names. Cells are numbers or fractions such as `1/3`.

    Args:
        file: path, or `"-"` for standard input.

    Raises:
        MatrixError: names the file, the line, the column and what was expected.
        IncompleteError: names the first pair that was not judged.
    """
    source = "standard input" if file == "-" else file
    content = (
        sys.stdin.buffer.read(MAX_CSV + 1)
        if file == "-"
        else read_bytes(Path(file), MatrixError, MAX_CSV)
    )
    rows = split_rows(content, source, MatrixError, decimal_comma=True)
    if not rows:
        raise MatrixError("matrix_empty", source=source)
    columns = len(rows[0][1])
    for line, cells in rows:
        if len(cells) != columns:
            raise MatrixError(
                "row_length_unlike_line",
                place=f"{source}: line {line}",
                count=len(cells),
                expected=columns,
                first=rows[0][0],
            )
    lines = len(rows)
    header, labels, rows = _take_names(rows)
    n = len(rows)
    if not n or any(len(cells) != n for _, cells in rows):
        raise MatrixError("matrix_not_square", source=source, rows=lines, columns=columns)
    for (line, _), name, expected in zip(rows, labels, header, strict=False):
        if name != expected:
            raise MatrixError(
                "matrix_names", place=f"{source}: line {line}", name=name, expected=expected
            )
    first_line, first_column = rows[0][0], 2 if labels else 1
    values = [
        [
            _cell(cell, f"{source}: line {line}, column {column}")
            for column, cell in enumerate(cells, start=first_column)
        ]
        for line, cells in rows
    ]
    try:
        matrix = PairwiseMatrix(values, header or labels or None)
    except MatrixError as error:
        raise MatrixError(
            "csv_refused",
            source=source,
            problem=error,
            line=first_line,
            column=first_column,
        ) from error
    missing = np.argwhere(np.isnan(np.triu(matrix.values)))
    if len(missing):
        left, right = (matrix.labels[index] for index in missing[0])
        raise IncompleteError(
            "matrix_incomplete", source=source, left=left, right=right, missing=len(missing)
        )
    return matrix


def _take_names(rows: list[Row]) -> tuple[list[str], list[str], list[Row]]:
    """The names in the first line, those in the first column, and the rows without both.

    Whether names stand there follows from the shape and from cells that are no judgments.
    """
    count, columns = len(rows), len(rows[0][1])
    corner = rows[0][1][0]
    if count == columns:
        in_line = in_column = _is_name(corner) or not corner
    else:
        in_line = count == columns + 1 and any(map(_is_name, rows[0][1]))
        in_column = columns == count + 1 and any(_is_name(cells[0]) for _, cells in rows)
    header = rows[0][1] if in_line else []
    rows = rows[1:] if in_line else rows
    if not in_column:
        return header, [], rows
    return header[1:], [cells[0] for _, cells in rows], [(line, c[1:]) for line, c in rows]


def _is_name(cell: str) -> bool:
    if cell.lower() in NOT_JUDGED:
        return False
    try:
        parse_judgment(cell)
    except MatrixError:
        return True
    return False


def _cell(cell: str, place: str) -> float:
    if cell.lower() in NOT_JUDGED:
        return math.nan
    if reason := spreadsheet_reason(cell):
        raise MatrixError("at_place", place=place, problem=reason)
    try:
        return parse_judgment(cell)
    except MatrixError as error:
        raise MatrixError("at_place", place=place, problem=error) from error
