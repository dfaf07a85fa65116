"""What must hold for every matrix, tried on many."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.eigen import PERRON_RTOL
from ahp.matrix import Float
from ahp.priority import METHODS, prioritize
from ahp.scale import SAATY_POSITIONS

judgments = st.one_of(
    st.sampled_from(SAATY_POSITIONS), st.floats(-6, 6).map(lambda exponent: 10.0**exponent)
)


@st.composite
def matrices(draw: st.DrawFn, n: int | None = None) -> Float:
    order = draw(st.integers(2, 9)) if n is None else n
    count = order * (order - 1) // 2
    upper = draw(st.lists(judgments, min_size=count, max_size=count))
    return ahp.PairwiseMatrix.from_upper(upper).values


positive = st.lists(st.floats(-6, 6).map(math.exp), min_size=1, max_size=12)


def random_matrices(rng: np.random.Generator, count: int, n: int, spread: float) -> Float:
    """Matrices with judgments log-uniform from exp(-spread) to exp(spread)."""
    batch = np.ones((count, n, n))
    i, j = np.triu_indices(n, 1)
    upper = np.exp(rng.uniform(-spread, spread, (count, len(i))))
    batch[:, i, j], batch[:, j, i] = upper, 1 / upper
    return batch


RTOL = {
    **dict.fromkeys(METHODS, 1e-9),
    **dict.fromkeys(("eigenvector", "geometric_mean", "column_mean", "row_sum", "harmonic"), 1e-11),
}
"""Relative accuracy of the weights, for the wildest judgments."""


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None, max_examples=50)  # least squares is slow where judgments of 1e6 clash
@given(matrix=matrices(), data=st.data())
def test_renaming_items_renames_weights(method: str, matrix: Float, data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(len(matrix)))))
    try:
        found = prioritize(matrix, method)
    except ahp.ConvergenceError:
        assert method in {"least_squares", "svd"}  # ill-conditioned, and told so
        return
    permuted = prioritize(matrix[np.ix_(order, order)], method)
    assert permuted.unique == found.unique
    if method != "least_squares" or found.unique is not False:
        assert np.allclose(permuted.weights, found.weights[order], rtol=RTOL[method], atol=0)


@given(matrix=matrices())
def test_the_transpose_has_reciprocal_geometric_means(matrix: Float) -> None:
    reciprocal = 1 / ahp.geometric_mean(matrix)
    found = ahp.geometric_mean(matrix.T)
    assert np.allclose(found, reciprocal / reciprocal.sum(), rtol=1e-12, atol=0)


@given(matrix=matrices(n=3))
def test_three_items_eigenvector_is_geometric_mean_and_inverts(matrix: Float) -> None:
    # Crawford & Williams 1985: both methods agree for n = 3
    found = ahp.eigenvector(matrix)
    assert np.allclose(found, ahp.geometric_mean(matrix), rtol=1e-11, atol=0)
    reciprocal = 1 / found
    assert np.allclose(ahp.eigenvector(matrix.T), reciprocal / reciprocal.sum(), rtol=1e-11, atol=0)


@given(weights=positive)
def test_consistent_matrices(weights: list[float]) -> None:
    w = np.array(weights)
    matrix = w[:, None] / w[None, :]
    for method in METHODS:
        assert np.allclose(ahp.weights(matrix, method), w / w.sum(), rtol=1e-10, atol=0)
    found = ahp.check_consistency(matrix)
    assert 0 <= found.cr <= 1e-12
    assert found.acceptable is True


@given(matrix=matrices())
def test_the_perron_root_and_vector(matrix: Float) -> None:
    w = ahp.eigenvector(matrix)
    found = ahp.check_consistency(matrix, random_index="alonso_lamata", weights=w)
    ratios = (matrix @ w) / w
    assert np.abs(ratios / found.lambda_max - 1).max() <= 2e-12
    assert found.lambda_max >= len(matrix)
    assert found.lambda_mean == pytest.approx(found.lambda_max, rel=2e-12)
    # λmax is the same for the transpose
    transposed = ahp.check_consistency(matrix.T, random_index="alonso_lamata")
    assert transposed.lambda_max == pytest.approx(found.lambda_max, rel=2e-12)


SLOW = ("least_squares", "log_least_absolute", "log_goal_programming")
"""Methods that take milliseconds a matrix, which must be few."""


@pytest.mark.parametrize(
    ("method", "n"),
    [
        *((method, n) for method in METHODS for n in (1, 2, 3, 4, 5, 7, 9, 16)),
        *((method, 50) for method in METHODS if method != "least_squares"),
    ],
)
def test_a_batch_is_its_matrices_bit_for_bit(method: str, n: int) -> None:
    count = 3 if n == 50 else 7 if method in SLOW else 61
    batch = random_matrices(np.random.default_rng(n), count, n, 3)
    for form in (batch, np.asfortranarray(batch), batch[::-1][::2], batch.swapaxes(-1, -2)):
        together = ahp.weights(form, method)
        apart = np.stack([ahp.weights(matrix, method) for matrix in form])
        rtol = PERRON_RTOL if method == "eigenvector" else 0
        assert (np.abs(apart - together) <= rtol * together).all()
    table = "donegan_dodd" if n <= 20 else "simulated"
    if n <= 15:
        found = ahp.check_consistency(batch, random_index=table).lambda_max
        alone = [ahp.check_consistency(one, random_index=table).lambda_max for one in batch]
        assert found.tolist() == pytest.approx(alone, rel=PERRON_RTOL)


@pytest.mark.parametrize("n", [1, 2, 50])
@pytest.mark.parametrize("spread", [2, 14])
def test_small_and_large_orders(n: int, spread: float) -> None:
    batch = random_matrices(np.random.default_rng(50), 5 if n == 50 else 20, n, spread)
    for method in METHODS:
        found = ahp.weights(batch[:1] if method == "least_squares" else batch, method)
        assert np.abs(found.sum(axis=-1) - 1).max() <= 2e-15
        assert (found > 0).all()


def test_against_numpys_eigenvectors() -> None:
    rng = np.random.default_rng(7)
    checked = 0
    for n in (3, 4, 5, 7, 9):
        batch = random_matrices(rng, 200, n, math.log(9))
        roots, vectors = np.linalg.eig(batch)
        for matrix, root, vector in zip(batch, roots, vectors, strict=True):
            largest = int(np.argmax(root.real))
            expected = np.abs(vector[:, largest]) / np.abs(vector[:, largest]).sum()
            assert np.allclose(ahp.eigenvector(matrix), expected, rtol=1e-11, atol=0)
            lambda_max = ahp.check_consistency(matrix).lambda_max
            assert lambda_max == pytest.approx(root[largest].real, rel=1e-12)
            checked += 1
    assert checked == 1000


@pytest.mark.parametrize("n", [3, 5, 8])
@pytest.mark.parametrize("spread", [math.log(9), math.log(1e6)])
def test_against_fifty_digits(n: int, spread: float) -> None:
    matrix = random_matrices(np.random.default_rng(n), 1, n, spread)[0]
    with mpmath.workdps(50):
        # the upper triangle is exact, so that both solve the same matrix
        exact = mpmath.matrix(n)
        for i in range(n):
            for j in range(n):
                exact[i, j] = mpmath.mpf(matrix[i, j]) if i <= j else 1 / mpmath.mpf(matrix[j, i])
        roots, vectors = mpmath.eig(exact)
        largest = max(range(n), key=lambda k: roots[k].real)
        vector = [abs(vectors[k, largest]) for k in range(n)]
        total = mpmath.fsum(vector)
        root = roots[largest].real
        for weight, component in zip(ahp.eigenvector(matrix), vector, strict=True):
            assert abs(weight * total / component - 1) <= 1e-12
        assert abs(ahp.check_consistency(matrix).lambda_max / root - 1) <= 1e-12


@given(experts=st.integers(2, 4).flatmap(lambda n: st.lists(matrices(n=n), min_size=1, max_size=5)))
def test_aggregation_keeps_unanimity_and_reciprocity(experts: list[Float]) -> None:
    panel = ahp.aggregate_judgments(np.stack(experts))
    assert np.allclose(panel * panel.T, 1, rtol=1e-15, atol=0)
    same = ahp.aggregate_judgments(np.stack([experts[0]] * 3), [1, 2, 3])
    assert np.allclose(same, experts[0], rtol=1e-14, atol=0)


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=3),
    st.binary(max_size=2),
    st.fractions(max_denominator=9),
    st.decimals(),
    st.dates(),
    st.sampled_from([*SAATY_POSITIONS, 1, 1.0, 3, Fraction(1, 3), 1e200, 5e-324, float("nan")]),
)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4)


junk = st.recursive(cells, nested, max_leaves=30)
squares = st.integers(1, 3).flatmap(
    lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=n, max_size=n)
)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=60)
@given(values=st.one_of(junk, squares))
def test_junk_is_refused_or_has_weights(method: str, values: Any) -> None:
    try:
        found = ahp.weights(values, method)
    except ahp.AHPError:
        return
    assert np.isfinite(found).all()
    assert np.allclose(found.sum(axis=-1), 1, rtol=0, atol=1e-15)
