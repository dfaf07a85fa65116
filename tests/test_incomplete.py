from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize

import ahp
from ahp import incomplete
from ahp.incomplete import (
    IncompleteConsistency,
    IncompleteRandomIndex,
    NextPair,
    check_incomplete_consistency,
    complete_matrices,
    components,
    incomplete_random_index,
    log_least_squares,
    next_pair,
    simulate_incomplete_random_index,
)
from ahp.matrix import Float
from ahp.scale import SAATY_POSITIONS, parse_judgment

# Ágoston & Csató 2022, table 2: order -> random index for 1, 2, … missing pairs
PRINTED = {
    4: [0.583, 0.306, 0.053],
    5: [0.925, 0.739, 0.557, 0.379, 0.212, 0.059],
    6: [1.128, 1.007, 0.883, 0.758, 0.634, 0.51, 0.389, 0.271, 0.161],
    7: [1.256],
}

NAN = math.nan

# Bozóki, Fülöp & Rónyai 2010, Math. Comput. Modelling 52:318-333, example 4
EXAMPLE = ahp.PairwiseMatrix.from_upper([1, 5, 2, 3, 4, None], ["a", "b", "c", "d"])

# matrix A1 of Dong, Zhang, Hong & Xu 2010 without its last judgment
A1 = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, None])


def build(n: int, judgments: dict[tuple[int, int], float]) -> Float:
    """A matrix from the judged pairs alone."""
    matrix = np.full((n, n), NAN)
    np.fill_diagonal(matrix, 1)
    for (i, j), value in judgments.items():
        matrix[i, j], matrix[j, i] = value, 1 / value
    return matrix


def path(*judgments: float) -> Float:
    return build(len(judgments) + 1, {(k, k + 1): value for k, value in enumerate(judgments)})


def random_batch(
    rng: np.random.Generator, count: int, n: int, missing: int, spread: float = math.log(9)
) -> Float:
    """Connected matrices with judgments log-uniform from exp(-spread) to exp(spread)."""
    i, j = np.triu_indices(n, 1)
    batch: list[Float] = []
    while len(batch) < count:
        upper = np.exp(rng.uniform(-spread, spread, len(i)))
        upper[rng.permutation(len(i))[:missing]] = NAN
        matrix = np.ones((n, n))
        matrix[i, j], matrix[j, i] = upper, 1 / upper
        if len(components(matrix)) == 1:
            batch.append(matrix)
    return np.stack(batch)


def holes(matrix: Float) -> list[tuple[int, int]]:
    return [(int(i), int(j)) for i, j in np.argwhere(np.isnan(matrix)) if i < j]


def filled(matrix: Float, logs: Any) -> Float:
    copy = matrix.copy()
    for (i, j), log in zip(holes(matrix), logs, strict=True):
        copy[i, j], copy[j, i] = math.exp(log), math.exp(-log)
    return copy


def root_and_slopes(matrix: Float) -> tuple[float, Float]:
    """λmax and its derivatives by ln a_ij of each cell, from LAPACK's eigenvectors."""
    values, right = np.linalg.eig(matrix)
    k = int(np.argmax(values.real))
    left_values, left = np.linalg.eig(matrix.T)
    r = np.abs(right[:, k])
    p = np.abs(left[:, int(np.argmax(left_values.real))])
    return float(values[k].real), p[:, None] * matrix * r / (p @ r)


def test_the_published_example() -> None:
    found = complete_matrices(EXAMPLE)
    assert found.values[2, 3] == pytest.approx(math.sqrt(8 / 15), rel=1e-14)
    assert found.values[2, 3] == pytest.approx(0.7302967433, abs=5e-11)
    assert found.values[3, 2] == 1 / found.values[2, 3]
    assert found.lambda_max == pytest.approx(4.092367294, abs=5e-10)
    assert np.abs(found.weights - [0.3738, 0.3920, 0.0985, 0.1357]).max() <= 5e-5
    assert (found.missing, found.scale_max) == (1, None)
    assert 1 <= found.iterations <= 5
    assert {type(found.lambda_max), type(found.missing), type(found.iterations)} == {float, int}
    judged = ~np.isnan(EXAMPLE.values)
    assert np.array_equal(found.values[judged], EXAMPLE.values[judged])
    checked = check_incomplete_consistency(EXAMPLE)
    assert checked == IncompleteConsistency(
        n=4,
        missing=1,
        lambda_max=found.lambda_max,
        ci=(found.lambda_max - 4) / 3,
        ri=0.583,
        cr=(found.lambda_max - 4) / 3 / 0.583,
        acceptable=True,
        ri_source="printed",
        random_index="saaty",
        labels=EXAMPLE.labels,
    )
    assert checked.cr == pytest.approx(0.0528, abs=5e-5)


@pytest.mark.parametrize(
    ("n", "missing"), [(4, 1), (4, 2), (5, 1), (5, 3), (5, 5), (6, 2), (6, 6), (6, 9)]
)
def test_completion_against_a_general_optimizer(n: int, missing: int) -> None:
    for matrix in random_batch(np.random.default_rng(10 * n + missing), 6, n, missing):
        found = complete_matrices(matrix)

        def objective(logs: Float, matrix: Float = matrix) -> float:
            return math.log(max(np.linalg.eigvals(filled(matrix, logs)).real))

        best = minimize(objective, np.zeros(missing), method="BFGS", options={"gtol": 1e-9})
        assert found.lambda_max <= math.exp(best.fun) * (1 + 1e-13)
        assert found.lambda_max == pytest.approx(math.exp(best.fun), rel=1e-10)
        logs = [math.log(found.values[pair]) for pair in holes(matrix)]
        assert logs == pytest.approx(best.x.tolist(), abs=1e-5)
        # ∂λmax/∂ln a_ij = 0, which for a convex function is the minimum itself
        _, slopes = root_and_slopes(found.values)
        assert max(abs(slopes[i, j] - slopes[j, i]) for i, j in holes(matrix)) <= 1e-12


@pytest.mark.parametrize("seed", range(3))
def test_completion_against_thirty_digits(seed: int) -> None:
    # λ, and the missing values x where it is stationary, are roots of det(λI − A) and of its
    # derivatives by x
    matrix = random_batch(np.random.default_rng(seed), 1, 5, 2)[0]
    found = complete_matrices(matrix)
    with mpmath.workdps(40):

        def determinant(root: Any, *values: Any) -> Any:
            exact = mpmath.matrix(5)
            for i, j in itertools.combinations(range(5), 2):
                known = mpmath.mpf(matrix[i, j])
                value = values[holes(matrix).index((i, j))] if mpmath.isnan(known) else known
                exact[i, j], exact[j, i] = -value, -1 / value
            for i in range(5):
                exact[i, i] = root - 1
            return mpmath.det(exact)

        def conditions(*unknown: Any) -> list[Any]:
            return [
                determinant(*unknown),
                mpmath.diff(determinant, unknown, (0, 1, 0)),
                mpmath.diff(determinant, unknown, (0, 0, 1)),
            ]

        start = [found.lambda_max, *(found.values[pair] for pair in holes(matrix))]
        exact = mpmath.findroot(conditions, [mpmath.mpf(float(value)) for value in start])
        for value, close in zip(exact, start, strict=True):
            assert abs(close / value - 1) <= 1e-12


@pytest.mark.parametrize("scale_max", [1, 1.5, 9])
def test_completion_within_bounds(scale_max: float) -> None:
    for n, missing in ((4, 3), (5, 4), (6, 6), (6, 10)):
        for matrix in random_batch(np.random.default_rng(n + missing), 5, n, missing):
            found = complete_matrices(matrix, scale_max=scale_max)
            root, slopes = root_and_slopes(found.values)
            for i, j in holes(matrix):
                slope, value = slopes[i, j] - slopes[j, i], found.values[i, j]
                assert 1 / scale_max * (1 - 1e-15) <= value <= scale_max * (1 + 1e-15)
                # stationary, or held at a bound that λmax would fall beyond
                assert (
                    abs(slope) <= 1e-11
                    or (slope < 0 and value == pytest.approx(scale_max, rel=1e-15))
                    or (slope > 0 and value == pytest.approx(1 / scale_max, rel=1e-15))
                )
            assert root == pytest.approx(found.lambda_max, rel=1e-12)
            assert found.scale_max == scale_max
    free = complete_matrices(path(9, 9))
    assert free.values[0, 2] == pytest.approx(81, rel=1e-14)
    held = complete_matrices(path(9, 9), scale_max=9)
    assert held.values[0, 2] == pytest.approx(9, rel=1e-15)
    assert (free.lambda_max, held.lambda_max > 3.1) == (pytest.approx(3, abs=1e-14), True)


@pytest.mark.parametrize("n", [2, 3, 5, 8, 12])
def test_consistent_judgments_are_completed_exactly(n: int) -> None:
    rng = np.random.default_rng(n)
    most = (n - 1) * (n - 2) // 2
    for missing in {0, most // 2, most}:
        pattern = random_batch(rng, 4, n, missing)
        w = np.exp(rng.uniform(-3, 3, (4, n)))
        w /= w.sum(axis=-1, keepdims=True)
        consistent = w[:, :, None] / w[:, None, :]
        holed = np.where(np.isnan(pattern), NAN, consistent)
        found = complete_matrices(holed)
        assert np.allclose(found.values, consistent, rtol=1e-12, atol=0)
        assert np.allclose(found.weights, w, rtol=1e-12, atol=0)
        assert np.allclose(found.lambda_max, n, rtol=1e-12, atol=0)
        assert (found.missing == missing).all()
        assert np.allclose(log_least_squares(holed), w, rtol=1e-12, atol=0)


def test_complete_matrices_stay_as_they_are() -> None:
    batch = random_batch(np.random.default_rng(1), 7, 5, 0)
    found = complete_matrices(batch)
    assert np.array_equal(found.values, batch)
    assert found.values is not batch
    assert np.array_equal(found.weights, ahp.eigenvector(batch))
    assert found.iterations.tolist() == found.missing.tolist() == [0] * 7
    for table in ahp.RANDOM_INDEX_TABLES:
        checked = check_incomplete_consistency(batch, random_index=table)
        complete = ahp.check_consistency(batch, random_index=table)
        for name in ("lambda_max", "ci", "cr", "acceptable"):
            assert np.array_equal(getattr(checked, name), getattr(complete, name))
        assert set(checked.ri.tolist()) == {complete.ri}
        assert set(checked.ri_source.tolist()) == {table}
    assert np.allclose(log_least_squares(batch), ahp.geometric_mean(batch), rtol=1e-13, atol=0)


@pytest.mark.parametrize("n", [1, 2])
def test_one_and_two_items(n: int) -> None:
    found = check_incomplete_consistency(np.ones((n, n)))
    assert (found.lambda_max, found.ci, found.ri, found.cr) == (n, 0, 0, 0)
    assert (found.acceptable, found.missing, found.ri_source) == (True, 0, "saaty")
    assert log_least_squares(np.ones((n, n))).tolist() == [1 / n] * n
    assert components(np.ones((n, n))) == (tuple("12"[:n]),)


@pytest.mark.parametrize(
    ("n", "missing"), [(4, 1), (4, 3), (5, 3), (6, 7), (9, 12), (9, 28), (12, 40)]
)
def test_a_batch_is_its_matrices_bit_for_bit(n: int, missing: int) -> None:
    batch = random_batch(np.random.default_rng(n), 31 if n < 6 else 11, n, missing, 3)
    for form in (batch, np.asfortranarray(batch), batch.swapaxes(-1, -2), batch[::-1][::2]):
        for scale_max in (None, 9):
            together = complete_matrices(form, scale_max=scale_max)
            for k, matrix in enumerate(form):
                alone = complete_matrices(matrix, scale_max=scale_max)
                for name in ("values", "weights", "lambda_max", "missing", "iterations"):
                    assert np.array_equal(getattr(together, name)[k], getattr(alone, name))
        weights = log_least_squares(form)
        assert np.array_equal(weights, [log_least_squares(matrix) for matrix in form])


def test_batches_of_many_patterns_and_any_shape() -> None:
    rng = np.random.default_rng(8)
    batch = np.concatenate([random_batch(rng, 4, 5, missing) for missing in (0, 1, 2, 3, 6, 3)])
    found = complete_matrices(batch.reshape(2, 3, 4, 5, 5))
    assert found.values.shape == (2, 3, 4, 5, 5)
    assert found.weights.shape == (2, 3, 4, 5)
    assert found.missing.tolist() == [
        [[0] * 4, [1] * 4, [2] * 4],
        [[3] * 4, [6] * 4, [3] * 4],
    ]
    flat = complete_matrices(batch)
    assert np.array_equal(found.values.reshape(-1, 5, 5), flat.values)
    for name in ("values", "weights", "lambda_max", "missing", "iterations"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0, 0, 0] = 1
    checked = check_incomplete_consistency(batch)
    assert checked.ri.tolist() == np.repeat([1.12, 0.925, 0.739, 0.557, 0.059, 0.557], 4).tolist()
    assert checked.ri_source.tolist() == ["saaty"] * 4 + ["printed"] * 20
    assert np.array_equal(checked.cr, (flat.lambda_max - 5) / 4 / checked.ri)
    assert complete_matrices(np.empty((0, 3, 3))).lambda_max.shape == (0,)
    assert check_incomplete_consistency(np.empty((0, 3, 3))).cr.shape == (0,)
    assert log_least_squares(np.empty((0, 3, 3))).shape == (0, 3)


def test_chunks_do_not_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = random_batch(np.random.default_rng(2), 40, 5, 3)
    found, weights = complete_matrices(batch), log_least_squares(batch)
    monkeypatch.setattr("ahp.matrix.CHUNK_CELLS", 150)
    assert np.array_equal(complete_matrices(batch).values, found.values)
    assert np.array_equal(log_least_squares(batch), weights)


@pytest.mark.parametrize(("n", "missing"), [(4, 2), (6, 5), (9, 20)])
def test_renaming_items(n: int, missing: int) -> None:
    rng = np.random.default_rng(missing)
    batch = random_batch(rng, 10, n, missing)
    order = rng.permutation(n)
    moved = batch[:, order[:, None], order]
    found, permuted = complete_matrices(batch), complete_matrices(moved)
    assert np.allclose(permuted.values, found.values[:, order[:, None], order], rtol=1e-11, atol=0)
    assert np.allclose(permuted.lambda_max, found.lambda_max, rtol=1e-12, atol=0)
    assert np.allclose(permuted.weights, found.weights[:, order], rtol=1e-11, atol=0)
    assert np.allclose(
        log_least_squares(moved), log_least_squares(batch)[:, order], rtol=1e-12, atol=0
    )
    # the transpose has the reciprocal completion
    turned = complete_matrices(batch.swapaxes(-1, -2))
    assert np.allclose(turned.values, 1 / found.values, rtol=1e-11, atol=0)


@pytest.mark.parametrize(("n", "missing"), [(3, 1), (4, 2), (6, 5), (6, 10), (9, 20)])
def test_least_squares_against_numpy(n: int, missing: int) -> None:
    for matrix in random_batch(np.random.default_rng(n * missing), 10, n, missing):
        rows, sides = [np.ones(n)], [0.0]  # logarithms that sum to 0
        for i, j in itertools.combinations(range(n), 2):
            if not np.isnan(matrix[i, j]):
                rows.append(np.eye(n)[i] - np.eye(n)[j])
                sides.append(math.log(matrix[i, j]))
        expected = np.exp(np.linalg.lstsq(np.array(rows), np.array(sides))[0])
        found = log_least_squares(matrix)
        assert np.allclose(found, expected / expected.sum(), rtol=1e-12, atol=0)


def test_least_squares_of_the_example() -> None:
    # by hand: ln w solves the Laplacian system of the graph without the edge c-d
    laplacian = np.array([[3, -1, -1, -1], [-1, 3, -1, -1], [-1, -1, 2, 0], [-1, -1, 0, 2]])
    sides = [math.log(10), math.log(12), -math.log(15), -math.log(8)]
    logs = np.linalg.pinv(laplacian) @ sides
    expected = np.exp(logs) / np.exp(logs).sum()
    assert np.allclose(log_least_squares(EXAMPLE), expected, rtol=1e-13, atol=0)


def test_components() -> None:
    assert components(EXAMPLE) == (("a", "b", "c", "d"),)
    apart = build(6, {(0, 3): 2, (3, 5): 4, (1, 4): 3})
    assert components(apart) == (("1", "4", "6"), ("2", "5"), ("3",))
    assert components(apart, list("uvwxyz")) == (("u", "x", "z"), ("v", "y"), ("w",))
    named = ahp.PairwiseMatrix(apart, list("ABCDEF"))
    assert components(named) == (("A", "D", "F"), ("B", "E"), ("C",))
    assert components(path(2, 2, 2, 2, 2, 2, 2)) == (tuple("12345678"),)
    with pytest.raises(ahp.MatrixError) as raised:
        components(np.ones((2, 3, 3)))
    assert str(raised.value) == "shape (2, 3, 3), expected one square matrix"
    with pytest.raises(ahp.MatrixError) as raised:
        components(np.ones((3, 3)), ["a", "b"])
    assert str(raised.value) == "2 labels, expected 3, one for each row"


@pytest.mark.parametrize(
    "function", [complete_matrices, log_least_squares, check_incomplete_consistency]
)
def test_a_disconnected_matrix_names_its_components(function: Callable[[Any], Any]) -> None:
    apart = build(5, {(0, 2): 2, (1, 4): 3})
    with pytest.raises(ahp.IncompleteError) as raised:
        function(ahp.PairwiseMatrix(apart, ["cost", "risk", "time", "law", "staff"]))
    assert str(raised.value) == (
        "the judged pairs leave 3 components, ('cost', 'time'), ('risk', 'staff'), ('law'), "
        "expected one; judging 'cost' against 'risk' joins two of them"
    )
    batch = np.ones((2, 2, 5, 5))
    batch[1, 0] = apart
    with pytest.raises(ahp.IncompleteError) as raised:
        function(batch)
    assert str(raised.value) == (
        "a[1, 0]: the judged pairs leave 3 components, ('1', '3'), ('2', '5'), ('4'), "
        "expected one; judging '1' against '2' joins two of them"
    )


@pytest.mark.parametrize("n", [3, 5, 8])
def test_contradictions_over_twelve_orders_of_magnitude(n: int) -> None:
    missing = (n - 1) * (n - 2) // 4
    batch = random_batch(np.random.default_rng(n), 30, n, missing, math.log(1e6))
    found = complete_matrices(batch)
    assert np.isfinite(found.values).all()
    assert (found.lambda_max >= n).all()
    for matrix, values in zip(batch, found.values, strict=True):
        root, slopes = root_and_slopes(values)
        for i, j in holes(matrix):
            # flat as far as LAPACK's eigenvectors can tell
            assert abs(slopes[i, j] - slopes[j, i]) <= 1e-9 * root


def test_values_beyond_what_a_matrix_holds() -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        complete_matrices(path(1e100, 1e100))
    assert str(raised.value) == (
        "the missing a[0, 2] completes to 1e+200, expected a number from 1e-100 to 1e+100"
    )
    with pytest.raises(ahp.MatrixError) as raised:
        log_least_squares([path(1, 1, 1, 1), path(1e100, 1e100, 1e100, 1e100)])
    assert str(raised.value) == (
        "a[1]: w[4] = exp(-921.034) times the largest weight, "
        "expected judgments that leave every weight above 0"
    )


@pytest.mark.parametrize("scale_max", [0.5, 0, -9, math.nan, math.inf, 1e101])
def test_bounds_that_are_none(scale_max: float) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        complete_matrices(EXAMPLE, scale_max=scale_max)
    assert str(raised.value) == f"scale_max = {scale_max!r}, expected a number from 1 to 1e+100"


def test_steps_are_few() -> None:
    # a slip in the Hessian, in the coupling of completion and eigenvector, or at the bounds
    # shows in the number of steps alone
    batch = random_batch(np.random.default_rng(6), 300, 5, 3)
    assert complete_matrices(batch).iterations.max() <= 5
    trees = random_batch(np.random.default_rng(6), 100, 8, 21)
    assert complete_matrices(trees).iterations.max() == 1
    assert complete_matrices(trees, scale_max=2).iterations.max() <= 8


@pytest.mark.parametrize("scale_max", [None, 3])
def test_steps_by_lapack_are_those_side_by_side(
    scale_max: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = random_batch(np.random.default_rng(9), 5, 9, 20, 2)
    found = complete_matrices(batch, scale_max=scale_max)
    monkeypatch.setattr(incomplete, "SIDE_BY_SIDE", 1)
    other = complete_matrices(batch, scale_max=scale_max)
    for k, matrix in enumerate(batch):
        alone = complete_matrices(matrix, scale_max=scale_max)
        assert np.array_equal(alone.values, other.values[k])
    assert np.allclose(other.values, found.values, rtol=1e-12, atol=0)
    assert np.allclose(other.lambda_max, found.lambda_max, rtol=1e-12, atol=0)
    assert other.iterations.tolist() == found.iterations.tolist()


def test_a_step_that_does_not_exist_settles_nothing() -> None:
    side = incomplete._solve_positive(np.zeros((101, 101, 1)), np.ones((101, 1)))
    assert np.isnan(side).all()


def test_half_of_many_pairs_missing() -> None:
    matrix = random_batch(np.random.default_rng(10), 1, 40, 390, 1)[0]
    found = complete_matrices(matrix)
    root, flow = root_and_slopes(found.values)
    assert found.lambda_max == pytest.approx(root, rel=1e-12)
    i, j = np.array(holes(matrix)).T
    assert np.abs(flow[i, j] - flow[j, i]).max() < 1e-12


def test_steps_that_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incomplete, "NEWTON_STEPS", 1)
    batch = random_batch(np.random.default_rng(4), 3, 5, 3)
    with pytest.raises(ahp.ConvergenceError) as raised:
        complete_matrices(batch)
    message = str(raised.value)
    start = "completion: 3 matrices not settled after 1 Newton steps, last step "
    end = " in the logarithms, expected 1e-08"
    assert message.startswith(start)
    assert message.endswith(end)
    assert 1e-3 < float(message[len(start) : -len(end)]) < 10


def test_the_printed_random_index() -> None:
    assert {n: list(row) for n, row in incomplete.PRINTED.items()} == PRINTED
    for n, row in PRINTED.items():
        for missing, value in enumerate(row, start=1):
            expected = IncompleteRandomIndex(n, missing, value, "printed")
            assert incomplete_random_index(n, missing) == expected
            assert incomplete_random_index(n, missing, method="printed") == expected


def test_the_simulated_random_index_agrees_with_the_printed_one() -> None:
    for n, row in PRINTED.items():
        for missing, value in enumerate(row, start=1):
            found = incomplete_random_index(n, missing, method="simulated")
            assert (found.n, found.missing, found.source) == (n, missing, "simulated")
            assert found.standard_error is not None
            # the printed ones are of a million matrices each, and rounded
            assert abs(found.value - value) <= 5e-4 + 4 * (found.standard_error + 4e-4)


def test_three_items_by_enumeration() -> None:
    positions = [parse_judgment(text) for text in SAATY_POSITIONS]
    batch = np.array([path(left, right) for left in positions for right in positions])
    ci = (complete_matrices(batch, scale_max=9).lambda_max - 3) / 2
    found = incomplete_random_index(3, 1)
    assert found == IncompleteRandomIndex(3, 1, round(float(ci.mean()), 6), "simulated", 0.0)
    # λmax of three items: 1 + t + 1/t with t³ = a_12 a_23 a_31
    excess = [max(left * right, 1 / left / right) / 9 for left in positions for right in positions]
    exact = [t ** (1 / 3) + t ** (-1 / 3) - 2 if t > 1 else 0 for t in excess]
    assert ci.mean() == pytest.approx(np.mean(exact) / 2, rel=1e-10)


def test_the_shipped_simulation_can_be_repeated() -> None:
    found = simulate_incomplete_random_index(5, 6)
    shipped = incomplete_random_index(5, 6, method="simulated")
    assert found.source == shipped.source == "simulated"
    assert round(found.value, 6) == shipped.value
    assert found.standard_error is not None
    assert round(found.standard_error, 6) == shipped.standard_error
    assert simulate_incomplete_random_index(5, 1, draws=50, seed=3) == (
        simulate_incomplete_random_index(5, 1, draws=50, seed=3)
    )


def test_the_shipped_simulation_reaches_every_number_of_missing_pairs() -> None:
    for n, row in incomplete.SIMULATED.items():
        assert len(row) == (n - 1) * (n - 2) // 2
        values = [value for value, _ in row]
        assert values == sorted(values, reverse=True)
        assert all(error < 0.002 for _, error in row)
    assert list(incomplete.SIMULATED) == list(range(3, 10))


def test_the_approximation() -> None:
    found = incomplete_random_index(5, 3, method="approximation", random_index="alonso_lamata")
    assert found == IncompleteRandomIndex(5, 3, 0.5 * 1.1086, "approximation")
    assert incomplete_random_index(12, 55, method="approximation").value == 0
    tree = check_incomplete_consistency(path(2, 3, 4, 5), method="approximation")
    assert (tree.ri, tree.cr, tree.acceptable, tree.ri_source) == (0, 0, True, "approximation")
    assert incomplete_random_index(5, 0, method="approximation") == IncompleteRandomIndex(
        5, 0, 1.12, "saaty"
    )
    simulated = check_incomplete_consistency(EXAMPLE, method="simulated")
    assert (simulated.ri, simulated.ri_source) == (0.583251, "simulated")


def test_no_random_index() -> None:
    for n, missing, method in ((40, 2, "table"), (3, 1, "printed"), (7, 2, "printed")):
        with pytest.raises(ahp.RandomIndexError) as raised:
            incomplete_random_index(n, missing, method=method)
        assert str(raised.value) == (
            f"no random index by method {method!r} for n = {n} with {missing} missing pairs; "
            '"approximation" has one, simulate_incomplete_random_index makes one'
        )
    with pytest.raises(ahp.RandomIndexError, match="random_index 'saaty' has no value for n = 40"):
        incomplete_random_index(40, 2, method="approximation")


@pytest.mark.parametrize(("n", "missing"), [(5, 7), (5, -1), (2, 1), (0, 0)])
@pytest.mark.parametrize("function", [incomplete_random_index, simulate_incomplete_random_index])
def test_numbers_of_missing_pairs_that_cannot_be(
    function: Callable[..., Any], n: int, missing: int
) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        function(n, missing)
    assert str(raised.value) == (
        f"n = {n}, missing = {missing}, expected n of 1 or more and 0 to (n-1)(n-2)/2 "
        "missing pairs: more leave no connected comparison graph"
    )


def test_any_random_index_is_the_table_where_it_reaches() -> None:
    assert incomplete_random_index(9, 8, method="any") == incomplete_random_index(9, 8)
    far = incomplete_random_index(10, 8, method="any")
    assert far == incomplete_random_index(10, 8, method="approximation")
    assert (far.source, far.value) == ("approximation", pytest.approx((1 - 16 / 72) * 1.49))
    assert incomplete_random_index(12, 0, method="any").source == "saaty"


def test_unknown_options_list_the_valid_ones() -> None:
    valid = "'table', 'printed', 'simulated', 'approximation', 'any'"
    for call in (
        lambda: incomplete_random_index(4, 1, method="print"),
        lambda: check_incomplete_consistency(np.empty((0, 3, 3)), method="print"),
    ):
        with pytest.raises(ahp.OptionError) as raised:
            call()
        assert str(raised.value) == f"method = 'print', expected one of {valid}"
    with pytest.raises(ahp.OptionError, match="random_index = 'Saaty', expected one of 'saaty'"):
        check_incomplete_consistency(EXAMPLE, random_index="Saaty")
    with pytest.raises(ahp.OptionError) as raised:
        simulate_incomplete_random_index(4, 1, draws=1)
    assert str(raised.value) == "draws = 1, expected 2 or more"
    for n in (1, 4):
        with pytest.raises(ahp.OptionError) as raised:
            simulate_incomplete_random_index(n, 0)
        assert str(raised.value) == (
            "missing = 0, expected 1 or more; simulate_random_index has none missing"
        )


def spanning_trees(judged: Any) -> float:
    laplacian = np.diag(judged.sum(axis=-1)) - judged
    return float(np.linalg.det(laplacian[1:, 1:]))


def test_the_next_pair() -> None:
    # the ends of a path of three judgments: three variances add up
    assert next_pair(path(2, 3, 4)) == NextPair(0, 3, pytest.approx(math.log(4) / 2, rel=1e-14))
    # a star: all other pairs are equally far, so the first is asked
    star = build(5, {(0, k): 2.0 for k in range(1, 5)})
    assert next_pair(star) == NextPair(1, 2, pytest.approx(math.log(3) / 2, rel=1e-14))
    information = pytest.approx(math.log(2) / 2, rel=1e-14)
    assert next_pair(EXAMPLE) == NextPair(2, 3, information, EXAMPLE.labels)
    assert next_pair(A1) == NextPair(2, 3, pytest.approx(math.log(2) / 2, rel=1e-14))


@pytest.mark.parametrize(("n", "missing"), [(4, 2), (5, 4), (6, 7), (8, 15)])
def test_the_next_pair_is_the_best_of_all(n: int, missing: int) -> None:
    for matrix in random_batch(np.random.default_rng(n), 10, n, missing):
        judged = (~np.isnan(matrix)).astype(float) - np.eye(n)
        gains = {}
        for i, j in holes(matrix):
            more = judged.copy()
            more[i, j] = more[j, i] = 1
            gains[i, j] = spanning_trees(more) / spanning_trees(judged)
        best = max(gains.values())
        first = next(pair for pair, gain in gains.items() if gain >= best * (1 - 1e-9))
        found = next_pair(matrix)
        assert (found.i, found.j) == first
        assert found.information == pytest.approx(math.log(best) / 2, rel=1e-10)


def test_an_empty_matrix_is_asked_as_a_star_first() -> None:
    matrix = build(5, {})
    asked = []
    while np.isnan(matrix).any():
        pair = next_pair(matrix)
        assert math.isinf(pair.information) == (len(asked) < 4)
        asked.append((pair.i, pair.j))
        matrix[pair.i, pair.j] = matrix[pair.j, pair.i] = 1
    assert asked[:6] == [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (3, 4)]
    assert sorted(asked) == list(itertools.combinations(range(5), 2))
    with pytest.raises(ahp.MatrixError) as raised:
        next_pair(matrix)
    assert str(raised.value) == "all 10 pairs are judged, expected one that is not"


def test_joining_components_comes_first() -> None:
    found = next_pair(build(6, {(0, 1): 2, (1, 2): 2, (0, 2): 4, (3, 4): 3, (4, 5): 3}))
    assert found == NextPair(0, 3, math.inf)
