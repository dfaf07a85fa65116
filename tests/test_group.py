from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ahp

ONE = [[1, 2], [0.5, 1]]
TWO = [[1, 8], [0.125, 1]]


def test_the_geometric_mean_of_judgments() -> None:
    assert ahp.aggregate_judgments([ONE, TWO])[0, 1] == pytest.approx(4, rel=1e-15)
    weighted = ahp.aggregate_judgments([ONE, TWO], [3, 1])
    assert weighted[0, 1] == pytest.approx(2**1.5, rel=1e-15)


def test_the_panel_is_as_reciprocal_as_floats_can_be() -> None:
    rng = np.random.default_rng(1)
    upper = np.exp(rng.normal(size=(7, 10)))
    experts = np.stack([ahp.PairwiseMatrix.from_upper(row.tolist()).values for row in upper])
    panel = ahp.aggregate_judgments(experts, rng.uniform(size=7))
    assert np.abs(panel * panel.T - 1).max() <= 4.5e-16
    assert (np.diag(panel) == 1).all()


def test_aij_and_row_geometric_means_commute() -> None:
    # the known theorem: with the geometric mean, AIJ gives the normalized geometric mean of weights
    rng = np.random.default_rng(2)
    upper = np.exp(rng.normal(size=(5, 6)))
    experts = np.stack([ahp.PairwiseMatrix.from_upper(row.tolist()).values for row in upper])
    share = np.array([0.1, 0.3, 0.1, 0.2, 0.3])
    aip = np.exp((np.log(ahp.geometric_mean(experts)) * share[:, None]).sum(axis=0))
    aij = ahp.geometric_mean(ahp.aggregate_judgments(experts, share))
    assert np.abs(aij - aip / aip.sum()).max() <= 1e-15


def test_batches() -> None:
    batch = np.broadcast_to(np.array([ONE, TWO]), (3, 2, 2, 2))
    assert ahp.aggregate_judgments(batch).shape == (3, 2, 2)
    assert np.array_equal(ahp.aggregate_judgments(batch)[1], ahp.aggregate_judgments([ONE, TWO]))


def test_weights_are_scaled_without_overflow() -> None:
    found = ahp.aggregate_judgments([ONE, TWO], [1e308, 1e308])
    assert found[0, 1] == pytest.approx(4, rel=1e-15)
    assert ahp.aggregate_judgments([ONE, TWO], [0, 5])[0, 1] == pytest.approx(8, rel=1e-15)


@pytest.mark.parametrize(
    ("matrices", "weights", "message"),
    [
        (ONE, None, "shape (2, 2), expected (..., k, n, n) with an expert or more"),
        (
            np.empty((0, 2, 2)),
            None,
            "shape (0, 2, 2), expected (..., k, n, n) with an expert or more",
        ),
        ([ONE, TWO], [1], "expert weights of shape (1,), expected (..., 2)"),
        ([ONE, TWO], ["a", 1], "expert weights = ['a', 1], expected numbers"),
        (
            [ONE, TWO],
            [0, 0],
            "expert weights [0.0, 0.0], expected finite numbers of 0 or more, not all 0",
        ),
        (
            [ONE, TWO],
            [1, -1],
            "expert weights [1.0, -1.0], expected finite numbers of 0 or more, not all 0",
        ),
        (
            [ONE, TWO],
            [1, float("inf")],
            "expert weights [1.0, inf], expected finite numbers of 0 or more, not all 0",
        ),
    ],
)
def test_what_does_not_fit(matrices: Any, weights: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.aggregate_judgments(matrices, weights)
    assert str(raised.value) == message
