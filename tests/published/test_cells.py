"""Printed judgments: what each cell is read as, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from ahp.errors import MatrixError
from ahp.matrix import PairwiseMatrix
from ahp.published.cells import Judgments, join, read_matrix, read_upper

EXACT = PairwiseMatrix.from_upper(["3", "5", "3"]).values
OTHER_HALF = "blank cells read as the reciprocals of the other half"


def reading(found: Judgments) -> tuple[list[float], str]:
    """The upper triangle of the likeliest reading, and its remark."""
    matrix = found.readings[0]
    return matrix[np.triu_indices(len(matrix), 1)].tolist(), str(found.remarks[0] or "")


@pytest.mark.parametrize(
    ("cells", "values", "remark"),
    [
        (["1/3", "5", "1"], [1 / 3, 5, 1], ""),
        (["0.33", "0.2", "0.25"], [1 / 3, 1 / 5, 1 / 4], "0.33 read as 1/3"),
        ([".33", "0.333", "0.3333"], [1 / 3] * 3,
         ".33 read as 1/3, 0.333 read as 1/3, 0.3333 read as 1/3"),
        (["0.14", "0.17", "0.13"], [1 / 7, 1 / 6, 1 / 8],
         "0.14 read as 1/7, 0.17 read as 1/6, 0.13 read as 1/8"),
        (["0.16", "0.142", "0.12"], [1 / 6, 1 / 7, 1 / 8],
         "0.16 read as 1/6, 0.142 read as 1/7, 0.12 read as 1/8"),
        (["3.0", "5.00", "0.50"], [3, 5, 0.5], ""),
        (["０．３３", "５", "1／3"], [1 / 3, 5, 1 / 3], "０．３３ read as 1/3"),
        (["2.14", "0.33", "3"], [2.14, 0.33, 3], "0.33 as typed (of 2 ways to read the print)"),
    ],
)  # fmt: skip
def test_upper_triangles(cells: list[str], values: list[float], remark: str) -> None:
    assert reading(read_upper(cells)) == (pytest.approx(values, rel=1e-15), remark)


@pytest.mark.parametrize("blank", ["", "0", "0.0", "-", "–", "—", "－", " "])
def test_a_blank_half_is_read_as_the_reciprocals(blank: str) -> None:
    upper = [["1", "3", "5"], [blank, "1", "3"], [blank, blank, "1"]]
    lower = [["1", blank, blank], ["1/3", "1", blank], ["1/5", "1/3", "1"]]
    for rows in (upper, lower):
        found = read_matrix(rows)
        assert [str(remark) for remark in found.remarks] == [OTHER_HALF]
        np.testing.assert_allclose(found.readings[0], EXACT, rtol=1e-15)


@pytest.mark.parametrize(
    "rows",
    [
        [["1"], ["1/3", "1"], ["1/5", "1/3", "1"]],
        [["1", "3", "5"], ["1", "3"], ["1"]],
        [["-", "3", "5"], ["0.33", "", "3"], ["0.20", ".333", "—"]],
    ],
)
def test_triangles_and_diagonals(rows: list[list[str]]) -> None:
    np.testing.assert_allclose(read_matrix(rows).readings[0], EXACT, rtol=1e-15)


@pytest.mark.parametrize(
    ("pair", "value", "remark"),
    [
        (("3", "0.33"), 3, "0.33 read as 1/3"),
        (("0.3", "3"), 1 / 3, "0.3 read as 1/3"),
        (("2.14", "0.4673"), 2.14, "0.4673 read as 1/2.14"),
        (("0.4673", "2.14"), 1 / 2.14, "0.4673 read as 1/2.14"),
        (("2/7", "3.5"), 2 / 7, ""),
        (("3/7", "2.33"), 3 / 7, "2.33 read as 7/3"),
        (("0.66", "1.5"), 1 / 1.5, "0.66 read as 1/1.5"),
        (("2.1", "0.4673"), 1 / 0.4673, "2.1 read as 1/0.4673"),
        (("1.00", "1"), 1, ""),
    ],
)
def test_both_cells_of_a_pair(pair: tuple[str, str], value: float, remark: str) -> None:
    found = read_matrix([["1", pair[0]], [pair[1], "1"]])
    assert reading(found) == (pytest.approx([value], rel=1e-15), remark)


def test_one_digit_can_be_several_steps() -> None:
    found = read_upper(["0.1", "0.2", "0.3"])
    # 0.1 is 1/9, 1/8 or 1/7; 0.2 is 1/5, 1/6 or 1/4; 0.3 is 1/3 or 1/4
    assert len(found.readings) == len(found.remarks) == 18
    assert reading(found) == (
        pytest.approx([1 / 9, 1 / 5, 1 / 3]),
        "0.1 read as 1/9, 0.3 read as 1/3 (of 18 ways to read the print)",
    )
    assert len(np.unique(found.readings, axis=0)) == 18


def test_two_digits_are_one_step() -> None:
    assert len(read_upper(["0.11", "0.2", "0.33"]).readings) == 1


def test_ranges_of_judgments_on_no_scale() -> None:
    found = read_matrix([["1", "2.14", "3"], ["0.4673", "1", ""], ["0.33", "0.55", "1"]])
    np.testing.assert_allclose(found.low[0], [1, 1 / 0.46735, 3], rtol=1e-9)
    np.testing.assert_allclose(found.high[0], [1, 1 / 0.46725, 3], rtol=1e-9)
    np.testing.assert_allclose(found.low[1, 2], 1 / 0.555, rtol=1e-9)
    np.testing.assert_allclose(found.high[1, 2], 1 / 0.545, rtol=1e-9)
    steps = read_upper(["0.33", "5", "0.2"])
    np.testing.assert_array_equal(steps.low, steps.high)


def test_a_panel_is_joined_in_each_of_its_readings() -> None:
    panel = [read_upper(["0.1"]), read_upper(["9"])]
    found = join(panel, None)
    expected = [(9 / 9) ** 0.5, (9 / 8) ** 0.5, (9 / 7) ** 0.5]
    np.testing.assert_allclose(found.readings[:, 0, 1], expected, rtol=1e-12)
    assert str(found.remarks[1]) == "expert 1: 0.1 read as 1/8 (of 3 ways to read the print)"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["1", "3"], ["0.30", "1"]],
         "a[0, 1] = '3' beside a[1, 0] = '0.30', expected reciprocals: 1/3 is not printed as 0.30"),
        ([["1", "3 3/4"], ["2/7", "1"]],
         "a[0, 1] = '3 3/4' beside a[1, 0] = '2/7', expected reciprocals: 4/15 is not printed as "
         "2/7"),
        ([["1", "15/4"], ["2/7", "1"]],
         "a[0, 1] = '15/4' beside a[1, 0] = '2/7', expected reciprocals: 4/15 is not printed as "
         "2/7"),
        ([["1", "0.33"], ["0.33", "1"]],
         "a[0, 1] = '0.33' beside a[1, 0] = '0.33', expected reciprocals: 1/0.33 is not printed as "
         "0.33"),
        ([["1", ""], ["-", "1"]], "a[0, 1] and a[1, 0] are blank, expected one of them"),
        ([["1", "3"], ["1/3", "2"]], "a[1, 1] = '2', expected 1 on the diagonal"),
        ([["1", "3", "2"], ["1/3", "1"], ["1", "2", "1"]],
         "rows of lengths [3, 2, 3], expected 3 in each row, or a triangle's"),
    ],
)  # fmt: skip
def test_refused(rows: list[list[str]], message: str) -> None:
    with pytest.raises(MatrixError) as error:
        read_matrix(rows)
    assert str(error.value) == message


def test_too_many_readings() -> None:
    with pytest.raises(MatrixError) as error:
        read_upper(["0.1"] * 10)
    assert str(error.value) == (
        "10 cells of one digit can each be several steps of the scale, which makes 59049 readings, "
        'expected 20000 or fewer: write "1/8" instead of 0.1'
    )
