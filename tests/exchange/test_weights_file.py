"""Files of weights that are made to do harm."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from ahp.errors import EvaluationError
from ahp.exchange.weights_file import read_weights

from .conftest import rezipped


def test_a_weight_of_thousands_of_digits_is_none(tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_text(f"node,weight\na,0.{'3' * 98}\nb,0.{'6' * 98}7\n")
    with pytest.raises(EvaluationError) as refused:
        read_weights(path)
    assert str(refused.value) == (
        f"{path}: row 3, column weight: '0.{'6' * 98}7', expected a weight of 0 or more"
    )


def test_a_row_that_no_spreadsheet_has_ends_a_sheet(tmp_path: Path) -> None:
    book = Workbook()
    for line in (("node", "weight"), ("a", 0.25)):
        book.worksheets[0].append(line)
    stream = io.BytesIO()
    book.save(stream)
    path = tmp_path / "w.xlsx"
    row = b'<row r="2"', b'<row r="%d"' % 10**30
    path.write_bytes(rezipped(stream.getvalue(), lambda _, part: part.replace(*row)))
    with pytest.raises(EvaluationError) as refused:
        read_weights(path)
    assert str(refused.value) == f"{path}: more than 1048576 lines, expected fewer"
