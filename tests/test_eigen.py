from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import ahp
from ahp import eigen, matrix
from ahp.eigen import from_logs, geometric_means, log_row_means, normalized, perron
from ahp.matrix import Float, as_matrices
from ahp.scale import SAATY_POSITIONS, parse_judgment

POSITIONS = [parse_judgment(position) for position in SAATY_POSITIONS]
EPS = np.finfo(np.float64).eps


def reciprocal(upper: Float, n: int) -> Float:
    """Matrices (m, n, n) from upper triangles (m, n(n-1)/2)."""
    batch = np.ones((len(upper), n, n))
    i, j = np.triu_indices(n, 1)
    batch[:, i, j], batch[:, j, i] = upper, 1 / upper
    return batch


def saaty(count: int, n: int) -> Float:
    rng = np.random.default_rng(n)
    return reciprocal(rng.choice(POSITIONS, (count, n * (n - 1) // 2)), n)


def powers_of_ten(count: int, n: int, exponents: list[int]) -> Float:
    rng = np.random.default_rng(n)
    return reciprocal(10.0 ** rng.choice(exponents, (count, n * (n - 1) // 2)), n)


def consistent(count: int, n: int) -> Float:
    w = np.exp(np.random.default_rng(n).normal(0, 2, (count, n)))
    return w[:, :, None] / w[:, None, :]


def mixed(n: int) -> Float:
    """Matrices that settle after different numbers of steps, next to each other."""
    kinds = (saaty(20, n), consistent(20, n), powers_of_ten(20, n, [-6, 0, 6]), saaty(20, n)[::-1])
    return np.stack(kinds, axis=1).reshape(80, n, n)


def test_a_worked_matrix() -> None:
    # Dong, Zhang, Hong & Xu 2010, matrix A1
    roots, weights = perron(ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, 2]).values)
    assert (roots.shape, weights.shape) == ((), (4,))
    assert abs((roots - 4) / 3 - 0.034073) <= 5e-7
    assert np.abs(weights - [0.616823, 0.223829, 0.097234, 0.062114]).max() <= 5e-7


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 9, 12, 50])
@pytest.mark.parametrize(
    "exponents", [[-1, 0, 1], [-6, 0, 6], list(range(-6, 7)), [-100, 0, 100], [-30, *[0] * 18, 30]]
)
def test_the_bounds_meet_whatever_the_judgments(n: int, exponents: list[int]) -> None:
    batch = powers_of_ten(100 if n < 50 else 8, n, exponents)
    roots, weights = perron(batch)
    # a mean of quotients A w / w would not do: every component has to keep to the root
    quotients = (batch * weights[:, None, :]).sum(axis=-1) / weights
    assert np.abs(quotients / roots[:, None] - 1).max() <= eigen.PERRON_RTOL + 2 * n * EPS
    assert (roots >= n).all()
    assert (weights > 0).all()
    assert np.abs(weights.sum(axis=-1) - 1).max() <= n * EPS


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_against_thirty_digits(n: int) -> None:
    # three exact steps of inverse iteration from equal weights; the one positive eigenvector
    # belongs to the largest root
    for array in saaty(250, n):
        found, weights = perron(array[None])
        alone = perron(array)
        with mpmath.workdps(30):
            exact = mpmath.matrix(array.tolist())
            shifted = exact - mpmath.mpf(float(found[0]) * (1 + 1e-9)) * mpmath.eye(n)
            vector = mpmath.ones(n, 1)
            for _ in range(3):
                vector = mpmath.lu_solve(shifted, vector)
                vector /= mpmath.fsum(vector)
            root = (exact * vector)[0] / vector[0]
            assert all(component > 0 for component in vector)
            assert abs(found[0] / root - 1) <= 1e-13
            assert abs(float(alone[0]) / root - 1) <= 1e-14
            for weight, own, component in zip(weights[0], alone[1], vector, strict=True):
                assert abs(weight / component - 1) <= 1e-12
                assert abs(own / component - 1) <= 2e-14


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 9, 12])
def test_the_same_bits_in_every_batch(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = mixed(n)
    roots, weights = perron(batch)
    logs, means = log_row_means(batch), geometric_means(batch)
    for cells in (1, 7 * n * n, 17 * n * n):
        monkeypatch.setattr(matrix, "CHUNK_CELLS", cells)
        size = max(1, cells // n**2)
        for count in {1, 2, size - 1, size, size + 1, 2 * size + 1, len(batch)} - {0}:
            some = perron(batch[-count:])
            assert some[0].tolist() == roots[-count:].tolist()
            assert some[1].tolist() == weights[-count:].tolist()
            assert log_row_means(batch[-count:]).tolist() == logs[-count:].tolist()
            assert geometric_means(batch[-count:]).tolist() == means[-count:].tolist()
    for k, array in enumerate(batch):
        assert log_row_means(array).tolist() == logs[k].tolist()
        assert geometric_means(array).tolist() == means[k].tolist()


@st.composite
def matrices(draw: st.DrawFn) -> Float:
    """Consistent, nearly consistent and contradictory ones, some with entries of `LARGEST`."""
    n = draw(st.integers(1, 12))
    exponents = st.lists(st.floats(-1, 1), min_size=n * (n + 1) // 2, max_size=n * (n + 1) // 2)
    heights, errors = np.split(np.array(draw(exponents)), [n])
    apart, error = draw(st.sampled_from([0, 1, 4, 49])), draw(st.sampled_from([0, 1e-9, 0.1, 1, 6]))
    i, j = np.triu_indices(n, 1)
    powers = apart * (heights[i] - heights[j]) + error * errors
    powers[draw(st.lists(st.sampled_from(range(len(i))), max_size=2)) if n > 1 else []] = 100
    return reciprocal(10.0 ** powers[None].clip(-100, 100), n)[0]


@settings(deadline=None, max_examples=150)
@given(array=matrices())
def test_one_matrix_is_as_in_a_batch(array: Float) -> None:
    root, weights = perron(array)
    roots, rows = perron(array[None])
    assert abs(root / roots[0] - 1) <= eigen.PERRON_RTOL
    quotients = (array * weights).sum(axis=-1) / weights
    assert np.abs(quotients / root - 1).max() <= eigen.PERRON_RTOL + 2 * len(array) * EPS
    squared = eigen._alone(array)
    if squared is None:  # the wildest go the way of the batch
        assert (root.item(), weights.tolist()) == (roots.item(), rows[0].tolist())
        return
    assert (root.item(), weights.tolist()) == (squared[0].item(), squared[1].tolist())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(eigen, "PERRON_RTOL", 1e-14)  # a batch as narrow as one matrix
        roots, rows = perron(array[None])
    assert abs(root / roots[0] - 1) <= 1e-13
    assert np.abs(weights / rows[0] - 1).max() <= 1e-13


@pytest.mark.parametrize(
    ("share", "array"),
    [
        (1, consistent(200, 9)),
        (1, consistent(200, 5) ** 20),
        (0.9, saaty(1000, 3)),
        (0.95, saaty(1000, 5)),
        (0.95, saaty(1000, 9)),
        (0, powers_of_ten(50, 9, [-100, 0, 100])),
    ],
)
def test_most_matrices_are_solved_by_squaring(share: float, array: Float) -> None:
    found = [eigen._alone(one) is not None for one in array]
    assert share <= np.mean(found) <= (share > 0)


def by_long_products(array: Float) -> tuple[np.longdouble, NDArray[np.longdouble]]:
    """Root and weights in more digits than there are in a float."""
    exact, x = array.astype(np.longdouble), np.ones(len(array), dtype=np.longdouble)
    for _ in range(40):
        image = exact @ x
        ratios, x = image / x, image / image.sum()
    return (ratios.min() + ratios.max()) / 2, x


@pytest.mark.parametrize("n", [59, 60, 200, 1000])
@pytest.mark.parametrize("kind", [saaty, consistent])
def test_many_items(n: int, kind: Callable[[int, int], Float]) -> None:
    array = kind(1, n)[0]
    root, weights = perron(array)
    exact_root, exact = by_long_products(array)
    assert abs(root / exact_root - 1) <= 1e-13
    assert np.abs(weights / exact - 1).max() <= 1e-13
    assert eigen._multiplied(array) is not None


def test_many_items_with_wild_contradictions_are_found_another_way() -> None:
    array = powers_of_ten(1, 64, [-30, *[0] * 2000, 30])[0]
    with np.errstate(all="ignore"):
        assert eigen._multiplied(array) is None
    root, weights = perron(array)
    assert np.abs(array @ weights / weights / root - 1).max() <= 1e-12


@pytest.mark.parametrize("n", [2, 3, 5, 9, 20])
def test_no_root_is_less_than_n(n: int) -> None:
    roots, _ = perron(consistent(500, n))
    assert (roots >= n).all()
    assert roots.max() <= n * (1 + n * EPS)


@pytest.mark.parametrize("n", range(1, 13))
def test_equal_items_have_equal_weights(n: int) -> None:
    roots, weights = perron(np.ones((n, n)))
    assert roots.item() == n
    assert set(weights.tolist()) == {1 / n}


def test_shapes_and_orders_in_memory() -> None:
    batch = saaty(24, 4)
    roots, weights = perron(batch)
    for form in (np.asfortranarray(batch), batch.swapaxes(-1, -2).copy().swapaxes(-1, -2)):
        assert np.array_equal(perron(form)[1], weights)
    folded = perron(batch.reshape(2, 3, 4, 4, 4))
    assert folded[0].tolist() == roots.reshape(2, 3, 4).tolist()
    assert folded[1].tolist() == weights.reshape(2, 3, 4, 4).tolist()
    assert [part.shape for part in perron(np.empty((3, 0, 4, 4)))] == [(3, 0), (3, 0, 4)]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_those_that_do_not_settle_are_counted(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eigen, "PERRON_STEPS", 3)
    monkeypatch.setattr(eigen, "PERRON_RTOL", -1.0)
    monkeypatch.setattr(matrix, "CHUNK_CELLS", 2)
    with pytest.raises(ahp.ConvergenceError) as raised:
        perron(np.ones((count, 1, 1)))
    assert str(raised.value) == (
        f"Perron root: {count} matrices not settled after 3 inverse iterations, relative width of "
        "the bounds 0, expected -1"
    )


def test_only_those_that_do_not_settle_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eigen, "PERRON_STEPS", 1)
    hard = powers_of_ten(1, 9, [-100, 0, 100])
    batch = np.concatenate([consistent(5, 9), hard, consistent(5, 9), hard, hard])
    with pytest.raises(ahp.ConvergenceError) as raised:
        perron(batch)
    assert str(raised.value) == (
        "Perron root: 3 matrices not settled after 1 inverse iterations, relative width of the "
        "bounds 1, expected 1e-12"
    )


@pytest.mark.parametrize("lost", [0.0, math.nan])
def test_a_step_that_divides_by_zero_is_made_good(
    lost: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = saaty(20, 5)
    roots, weights = perron(batch)
    step, steps = eigen._step, []

    def first_fails(*args: Float) -> Float:
        steps.append(step(*args))
        if len(steps) == 1:
            steps[0][:, ::3] = lost
        return steps[-1]

    monkeypatch.setattr(eigen, "_step", first_fails)
    found = perron(batch)
    assert 2 < len(steps) < 6
    assert np.abs(found[0] / roots - 1).max() <= 1e-12
    assert np.abs(found[1] / weights - 1).max() <= 1e-12
    kept = np.arange(20) % 3 > 0
    assert found[1][kept].tolist() == weights[kept].tolist()


def test_a_large_batch_takes_little_memory() -> None:
    batch = saaty(200_000, 5)
    tracemalloc.start()
    try:
        perron(as_matrices(batch))
        assert tracemalloc.get_traced_memory()[1] < 0.6 * batch.nbytes
        tracemalloc.reset_peak()
        ahp.geometric_mean(batch)
        assert tracemalloc.get_traced_memory()[1] < 0.6 * batch.nbytes
    finally:
        tracemalloc.stop()


def test_row_means_and_weights_from_logarithms() -> None:
    assert geometric_means(np.array([[1, 4], [0.25, 1]])).tolist() == [0.8, 0.2]
    assert log_row_means(np.array([[1, math.e**3], [math.e**-3, 1]])).tolist() == [1.5, -1.5]
    assert from_logs(np.array([1000.0, 1000.0])).tolist() == [0.5, 0.5]
    assert from_logs(np.log([[3.0, 1.0], [1.0, 4.0]])).round(15).tolist() == [
        [0.75, 0.25],
        [0.2, 0.8],
    ]
    assert normalized(np.array([[1.0, 3.0], [2.0, 2.0]])).tolist() == [[0.25, 0.75], [0.5, 0.5]]
