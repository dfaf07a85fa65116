from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ahp
from ahp import eigen, matrix, priority

TEA = [[1, 3, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]]
METHODS = (
    *("eigenvector", "geometric_mean", "column_mean", "row_sum", "harmonic"),
    *("least_squares", "weighted_least_squares", "log_least_absolute", "chi_square"),
    *("log_goal_programming", "cosine", "svd", "fuzzy_preference"),
)

DONG_A1 = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, 2])
"""Worked in the field with six digits for every method."""


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("eigenvector", [0.616823, 0.223829, 0.097234, 0.062114]),
        ("geometric_mean", [0.614455, 0.224617, 0.098538, 0.062390]),
        ("column_mean", [0.607267, 0.227710, 0.101167, 0.063857]),
        ("least_squares", [0.581715, 0.244070, 0.096804, 0.077411]),
        ("chi_square", [0.605553, 0.226405, 0.099310, 0.068731]),
        ("weighted_least_squares", [0.641837, 0.179934, 0.099693, 0.078536]),
        ("cosine", [0.601059, 0.231248, 0.103348, 0.064345]),
        ("svd", [0.644356, 0.176192, 0.100550, 0.078902]),
        ("fuzzy_preference", [0.6375, 0.1875, 0.1, 0.075]),
    ],
)
def test_methods_differ_as_they_should(method: str, expected: list[float]) -> None:
    found = ahp.weights(DONG_A1, method)
    assert np.abs(found - expected).max() <= 5e-7


def test_a_small_matrix_to_six_digits() -> None:
    assert ahp.weights(TEA, "column_mean").round(6).tolist() == [0.633346, 0.260498, 0.106156]
    assert ahp.weights(TEA).round(6).tolist() == [0.636986, 0.258285, 0.104729]
    assert ahp.weights(TEA, "geometric_mean").round(6).tolist() == [0.636986, 0.258285, 0.104729]


def test_row_sums_and_column_sums_by_hand() -> None:
    matrix = [[1, 3, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]]
    total = 9 + 13 / 3 + 23 / 15
    found = ahp.weights(matrix, "row_sum")
    assert np.abs(found - [9 / total, 13 / 3 / total, 23 / 15 / total]).max() <= 2e-16
    columns = np.array([23 / 15, 13 / 3, 9])
    expected = 1 / columns / (1 / columns).sum()
    assert np.abs(ahp.weights(matrix, "harmonic") - expected).max() <= 2e-16


def test_the_functions_are_the_methods() -> None:
    assert tuple(priority.METHODS) == METHODS
    for name, function in priority.METHODS.items():
        assert function is getattr(priority, name)
        assert np.array_equal(function(TEA), ahp.weights(TEA, name))


@pytest.mark.parametrize("method", ["Eigenvector", "", None, ["eigenvector"]])
def test_an_unknown_method_lists_the_valid_ones(method: Any) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        ahp.weights(TEA, method)
    assert str(raised.value) == (
        f"method = {method!r}, expected one of 'eigenvector', 'geometric_mean', 'column_mean', "
        "'row_sum', 'harmonic', 'least_squares', 'weighted_least_squares', 'log_least_absolute', "
        "'chi_square', 'log_goal_programming', 'cosine', 'svd', 'fuzzy_preference'"
    )


@pytest.mark.parametrize("method", METHODS)
def test_small_orders_and_empty_batches(method: str) -> None:
    assert ahp.weights([[1]], method).tolist() == [1.0]
    assert np.abs(ahp.weights([[1, 4], [0.25, 1]], method) - [0.8, 0.2]).max() <= 4e-16
    assert ahp.weights(np.empty((0, 3, 3)), method).shape == (0, 3)
    assert ahp.weights(np.empty((2, 0, 3, 3)), method).shape == (2, 0, 3)
    equal = ahp.weights(np.ones((2, 5, 4, 4)), method)
    assert equal.shape == (2, 5, 4)
    assert np.abs(equal - 0.25).max() <= 4e-16


@pytest.mark.parametrize("method", METHODS)
def test_chunks_do_not_change_a_bit(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    batch = np.ones((23, 4, 4))
    i, j = np.triu_indices(4, 1)
    batch[:, i, j] = rng.choice([1 / 9, 1 / 3, 1, 3, 9], (23, 6))
    batch[:, j, i] = 1 / batch[:, i, j]
    found = ahp.prioritize(batch, method)
    for cells in (1, 5 * 128):
        monkeypatch.setattr(matrix, "CHUNK_CELLS", cells)
        again = ahp.prioritize(batch, method)
        assert again.weights.tolist() == found.weights.tolist()
        assert np.array_equal(again.unique, found.unique)


@pytest.mark.parametrize("method", [name for name in METHODS if name != "svd"])
def test_the_largest_judgments_neither_overflow_nor_vanish(method: str) -> None:
    large = 1e100
    for upper in (
        [large, large, large],  # a chain
        [large, 1 / large, large],  # a cycle
        [large, large, 1, 1, large, large],
        [1, large, 1 / large, large, large, 1],
    ):
        matrix = ahp.PairwiseMatrix.from_upper(upper)
        found = ahp.weights(matrix, method)
        assert found.sum() == pytest.approx(1, abs=1e-15)
        assert (found > 0).all()
        checked = ahp.check_consistency(matrix, weights=found)
        assert np.isfinite([checked.lambda_max, checked.lambda_mean, checked.cr]).all()


def test_a_cycle_has_equal_weights() -> None:
    # three wheels of 1e6: the other roots of the matrix are almost as large as λmax
    matrix = ahp.PairwiseMatrix.from_upper([1e6, 1e-6, 1e6])
    assert np.abs(ahp.weights(matrix) - 1 / 3).max() <= 1e-15
    assert ahp.check_consistency(matrix).lambda_max == pytest.approx(1 + 1e6 + 1e-6, rel=1e-14)


def test_an_iteration_that_does_not_settle_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eigen, "PERRON_STEPS", 1)
    monkeypatch.setattr(eigen, "PERRON_RTOL", -1.0)
    monkeypatch.setattr(eigen, "_ROUNDING", -1.0)
    with pytest.raises(ahp.ConvergenceError) as raised:
        ahp.weights([[1, 1], [1, 1]])
    assert str(raised.value) == (
        "Perron root: 1 matrices not settled after 1 inverse iterations, relative width of the "
        "bounds 0, expected -1"
    )
