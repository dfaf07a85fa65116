"""The methods that minimize something, against independent solutions of the same problems."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.optimize
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize

import ahp
from ahp import solvers
from ahp.priority import METHODS, direct_weights, prioritize

Array = NDArray[np.float64]

A1 = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, 2]).values
"""Dong, Zhang, Hong & Xu 2010, the first expert's matrix."""

CYCLE = np.array([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]])
"""Looks the same to all three items."""

SCALE = np.array([1 / 9, 1 / 7, 1 / 5, 1 / 3, 1, 3, 5, 7, 9])

RECIPROCAL = ("geometric_mean", "chi_square", "log_least_absolute", "log_goal_programming")
"""Methods whose weights for the transpose are the reciprocals, and least squares where unique."""


def matrices(seed: int, count: int, n: int, spread: float | None = None) -> Array:
    """Judgments off Saaty's scale, or log-uniform from exp(-spread) to exp(spread)."""
    rng = np.random.default_rng(seed)
    i, j = np.triu_indices(n, 1)
    shape = (count, len(i))
    upper = rng.choice(SCALE, shape)
    if spread is not None:
        upper = np.exp(rng.uniform(-spread, spread, shape))
    batch = np.ones((count, n, n))
    batch[:, i, j], batch[:, j, i] = upper, 1 / upper
    return batch


def judged_matrices(seed: int, count: int, n: int) -> Array:
    """Nearly consistent judgments, rounded to Saaty's scale."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, math.log(7), (count, n))
    logs = x[:, :, None] - x[:, None, :] + rng.normal(0, 0.3, (count, n, n))
    i, j = np.triu_indices(n, 1)
    upper = SCALE[np.abs(logs[:, i, j, None] - np.log(SCALE)).argmin(axis=-1)]
    batch = np.ones((count, n, n))
    batch[:, i, j], batch[:, j, i] = upper, 1 / upper
    return batch


def squares(x: Array, matrix: Array) -> float:
    return float(((matrix - np.exp(x[:, None] - x[None, :])) ** 2).sum())


def chi_squares(x: Array, matrix: Array) -> float:
    ratios = np.exp(x[:, None] - x[None, :])
    return float(((matrix - ratios) ** 2 / ratios).sum())


def absolutes(x: Array, matrix: Array) -> float:
    pairs = itertools.combinations(range(len(matrix)), 2)
    return sum(abs(math.log(matrix[i, j]) - x[i] + x[j]) for i, j in pairs)


def minimized(
    value: Callable[[Array, Array], float], matrix: Array, starts: int
) -> list[tuple[float, Array]]:
    """Local minima from random starts, the lowest first; the solver is scipy's."""
    rng = np.random.default_rng(len(matrix))
    found = []
    for start in rng.normal(0, 1.2, (starts, len(matrix) - 1)):
        solved = minimize(
            lambda x: value(np.array([0.0, *x]), matrix), start, method="BFGS", tol=1e-9
        )
        w = np.exp([0.0, *solved.x])
        found.append((float(solved.fun), w / w.sum()))
    return sorted(found, key=lambda pair: pair[0])


# results


def test_priorities_carry_what_made_them() -> None:
    found = prioritize(A1, "fuzzy_preference", deviation=2)
    assert (found.method, dict(found.options), found.version) == (
        "fuzzy_preference",
        {"deviation": 2.0},
        ahp.__version__,
    )
    assert type(found.objective) is float
    assert found.unique is True
    assert not found.weights.flags.writeable
    with pytest.raises(FrozenInstanceError):
        found.method = "svd"  # type: ignore[misc]
    with pytest.raises(TypeError):
        found.options["deviation"] = 3  # type: ignore[index]


@pytest.mark.parametrize("method", METHODS)
def test_a_batch_has_an_array_of_each(method: str) -> None:
    batch = judged_matrices(1, 6, 4).reshape(2, 3, 4, 4)
    found = prioritize(batch, method)
    assert np.array_equal(found.weights, ahp.weights(batch, method))
    assert found.weights.shape == (2, 3, 4)
    assert found.unique.shape == (2, 3)
    assert not found.unique.flags.writeable
    one = prioritize(batch[1, 2], method)
    assert one.unique is found.unique[1, 2]
    if method in {"eigenvector", "column_mean", "row_sum", "harmonic"}:
        assert found.objective is None
        assert one.objective is None
    else:
        assert not found.objective.flags.writeable
        assert one.objective == found.objective[1, 2]


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("svd", {"deviation": 1}, "option 'deviation', but 'svd' takes none"),
        ("fuzzy_preference", {"d": 1}, "option = 'd', expected one of 'deviation'"),
        (
            "fuzzy_preference",
            {"deviation": 0},
            "deviation = 0, expected one positive, finite number",
        ),
        (
            "fuzzy_preference",
            {"deviation": [1, 2]},
            "deviation = [1, 2], expected one positive, finite number",
        ),
        ("fuzzy_preference", {"deviation": "x"}, "deviation = 'x', expected numbers"),
    ],
)
def test_bad_options(method: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        prioritize(A1, method, **options)
    assert str(raised.value) == message


@pytest.mark.parametrize("method", METHODS)
def test_consistent_matrices_have_perfect_objectives(method: str) -> None:
    w = np.array([0.5, 0.3, 0.15, 0.05])
    found = prioritize(w[:, None] / w[None, :], method)
    assert np.abs(found.weights - w).max() <= 1e-15
    assert found.unique is True
    perfect = {"cosine": 4, "fuzzy_preference": 1}.get(method, 0)
    assert found.objective is None or abs(found.objective - perfect) <= 1e-14


@pytest.mark.parametrize("method", METHODS)
def test_one_and_two_items(method: str) -> None:
    one = prioritize([[1]], method)
    assert (one.weights.tolist(), one.unique) == ([1.0], True)
    two = prioritize([[1, 3], ["1/3", 1]], method)
    assert np.abs(two.weights - [0.75, 0.25]).max() <= 3e-16
    assert two.unique is True


@pytest.mark.parametrize("method", [*RECIPROCAL, "least_squares"])
def test_the_transpose_has_reciprocal_weights(method: str) -> None:
    for n in (3, 4, 6, 9):
        batch = np.concatenate([matrices(n, 10, n), judged_matrices(n, 10, n)])
        found = prioritize(batch, method)
        transposed = prioritize(batch.swapaxes(-1, -2), method)
        reciprocal = 1 / found.weights
        expected = reciprocal / reciprocal.sum(axis=-1, keepdims=True)
        same = np.array([method != "least_squares" or u is not False for u in found.unique])
        assert same.sum() >= 15
        assert np.allclose(transposed.weights[same], expected[same], rtol=1e-9, atol=0)
        assert np.allclose(transposed.objective, found.objective, rtol=1e-9, atol=1e-12)


def test_other_methods_do_not_invert() -> None:
    for method in set(METHODS) - {*RECIPROCAL, "least_squares"}:
        reciprocal = 1 / ahp.weights(A1, method)
        found = ahp.weights(A1.T, method)
        assert np.abs(found - reciprocal / reciprocal.sum()).max() > 1e-4


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [2, 3, 5, 20, 50])
def test_the_ends_of_the_scale_everywhere(method: str, n: int) -> None:
    rng = np.random.default_rng(n)
    i, j = np.triu_indices(n, 1)
    for ends in ([1 / 9, 9], [1e-6, 1e6]):
        matrix = np.ones((n, n))
        matrix[i, j] = rng.choice(ends, len(i))
        matrix[j, i] = 1 / matrix[i, j]
        found = prioritize(matrix, method)
        assert (found.weights > 0).all()
        assert abs(found.weights.sum() - 1) <= 2e-15
        assert found.objective is None or math.isfinite(found.objective)


# least squares


def test_least_squares_finds_the_lowest_minimum() -> None:
    for matrix in (*matrices(3, 6, 3), *matrices(4, 4, 4), *judged_matrices(5, 2, 5)):
        found = prioritize(matrix, "least_squares")
        minima = minimized(squares, matrix, 12)
        assert found.objective <= minima[0][0] * (1 + 1e-9)
        assert found.objective == pytest.approx(squares(np.log(found.weights), matrix), rel=1e-12)
        lowest = [w for value, w in minima if value <= minima[0][0] * (1 + 1e-6)]
        assert min(np.abs(w - found.weights).max() for w in lowest) <= 1e-4
        if found.unique is True:  # then every local minimum that low is this one
            assert all(np.abs(w - found.weights).max() <= 1e-4 for w in lowest)


def test_least_squares_on_a_grid() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([5, "1/7", 3]).values
    found = prioritize(matrix, "least_squares")
    steps = np.linspace(-4, 4, 401)
    first, second = np.meshgrid(steps, steps, indexing="ij")
    logs = np.stack([np.zeros_like(first), first, second], axis=-1)
    ratios = np.exp(logs[..., :, None] - logs[..., None, :])
    values = ((matrix - ratios) ** 2).sum(axis=(-1, -2))
    nearest = np.exp(logs[np.unravel_index(values.argmin(), values.shape)])
    assert found.objective <= values.min() <= found.objective * 1.001
    assert np.abs(nearest / nearest.sum() - found.weights).max() <= 0.01


def test_least_squares_ties_are_told_and_the_choice_is_the_documented_one() -> None:
    found = prioritize(CYCLE, "least_squares")
    assert found.unique is False
    assert found.objective == pytest.approx(minimized(squares, CYCLE, 10)[0][0], rel=1e-9)
    rotations = [np.roll(found.weights, k) for k in range(3)]
    for rotated in rotations:
        assert squares(np.log(rotated), CYCLE) == pytest.approx(found.objective, rel=1e-12)
    assert found.weights[0] == max(rotated[0] for rotated in rotations)


def test_among_tied_minima_the_one_nearest_to_the_geometric_mean() -> None:
    logs = np.log(ahp.weights(CYCLE, "least_squares"))
    tied = np.stack([np.roll(logs, k) for k in range(3)])
    for near in tied - tied.mean():
        chosen, unique = solvers._lowest(CYCLE, tied, near)
        assert np.abs(chosen - near).max() <= 1e-12
        assert unique is False
    assert solvers._lowest(CYCLE, tied[1:2], np.zeros(3))[1] is None


def test_the_lowest_starts_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    # the geometric mean leads to a local minimum of 173.6
    matrix = ahp.PairwiseMatrix.from_upper([3, "1/5", 9, 9, "1/8", "1/6"])
    every = prioritize(matrix, "least_squares")
    assert every.objective == pytest.approx(171.5443027, abs=1e-7)
    monkeypatch.setattr(solvers, "STARTS", 1)
    assert np.allclose(prioritize(matrix, "least_squares").weights, every.weights, rtol=1e-9)


def test_least_squares_down_to_rounding() -> None:
    # two cycles of 1e6 drown the other judgments: no step gets below 2e-10
    matrix = ahp.PairwiseMatrix.from_upper([1, 1e-6, 1e6, 9, 1e-6, "1/9"]).values
    order = np.array([3, 0, 2, 1])
    found = ahp.weights(matrix, "least_squares")
    renamed = ahp.weights(matrix[np.ix_(order, order)], "least_squares")
    assert np.allclose(renamed, found[order], rtol=1e-8, atol=0)
    x = np.log(found)
    for direction in np.eye(4):
        assert squares(x, matrix) <= squares(x + 0.01 * direction, matrix)
        assert squares(x, matrix) <= squares(x - 0.01 * direction, matrix)


def test_small_judgments_have_one_least_squares_answer() -> None:
    # Fülöp 2008: the objective is convex when no judgment exceeds 3.330191
    bound = ((123 + 55 * math.sqrt(5)) / 2) ** 0.25
    assert round(bound, 6) == 3.330191
    rng = np.random.default_rng(2)
    near = ahp.PairwiseMatrix.from_upper([3, 2, 3, 1, 2, 2])
    assert prioritize(near, "least_squares").unique is True
    proven = [u is True for u in prioritize(judged_matrices(4, 200, 4), "least_squares").unique]
    assert 180 <= sum(proven) < 200
    # the proof holds no matrix with several minima for unique
    twisted = matrices(3, 300, 3)
    found = prioritize(twisted, "least_squares")
    for matrix, w, unique in zip(twisted, found.weights, found.unique, strict=True):
        if unique is True:
            start = np.log(w) + rng.normal(0, 2, 3)
            x, settled = solvers._descend(matrix[None], start[None])
            other = np.exp(x[0] - x[0].max())
            lower = squares(x[0], matrix) <= squares(np.log(w), matrix) * (1 + 1e-9)
            assert not settled[0] or not lower or np.abs(other / other.sum() - w).max() <= 1e-9


# chi-square, weighted least squares


def test_chi_square_against_a_general_minimizer() -> None:
    for matrix in (*matrices(3, 4, 3), *matrices(4, 3, 4), *judged_matrices(6, 2, 6)):
        found = prioritize(matrix, "chi_square")
        value, w = minimized(chi_squares, matrix, 1)[0]
        assert found.objective <= value * (1 + 1e-12)
        assert found.objective == pytest.approx(value, rel=1e-8)
        assert np.abs(found.weights - w).max() <= 1e-5
        # stationary: the sum that each item's terms give is 0
        ratios = found.weights[:, None] / found.weights[None, :]
        terms = ratios - matrix**2 / ratios
        assert np.abs((terms - terms.T).sum(axis=1)).max() <= 1e-12 * np.abs(terms).max()


def test_chi_square_of_weak_judgments_beside_strong_ones() -> None:
    # a cycle of 1e6 among three items, whose forces cancel but for those of the other two
    matrix = ahp.PairwiseMatrix.from_upper([1e6, 1e-6, 2, 3, 1e6, 5, "1/2", 3, 1, 4]).values
    order = np.array([4, 2, 0, 3, 1])
    found = ahp.weights(matrix, "chi_square")
    renamed = ahp.weights(matrix[np.ix_(order, order)], "chi_square")
    assert np.allclose(renamed, found[order], rtol=1e-13, atol=0)
    # the terms of each of the two sum to 0, in exact arithmetic
    with mpmath.workdps(50):
        exact, w = mpmath.matrix(matrix.tolist()), [mpmath.mpf(weight) for weight in found]
        for i in (3, 4):
            terms = [
                (1 + exact[j, i] ** 2) * w[i] / w[j] - (1 + exact[i, j] ** 2) * w[j] / w[i]
                for j in range(5)
            ]
            assert abs(mpmath.fsum(terms)) <= 1e-13 * max(map(abs, terms))


def test_chi_square_damps_its_steps() -> None:
    # full Newton steps go back and forth; by hand: (2e60 + 4) r = 4 / r for r = w_1 / w_2
    matrix = ahp.PairwiseMatrix.from_upper([1e-30, 1e-30, 1, 1e30, 1e-30, 1e30])
    found = ahp.weights(matrix, "chi_square")
    assert np.allclose(found, [math.sqrt(2) * 1e-30 / 3, 1 / 3, 1 / 3, 1 / 3], rtol=1e-13, atol=0)


def test_weighted_least_squares_solves_its_lagrange_system() -> None:
    for matrix in (*matrices(3, 5, 3), *matrices(7, 5, 7), *matrices(9, 5, 9, 6)):
        n = len(matrix)
        hessian = np.zeros((n, n))
        for i, j in itertools.permutations(range(n), 2):
            row = matrix[i, j] * np.eye(n)[j] - np.eye(n)[i]
            hessian += np.outer(row, row)
        scale = np.diag(1 / np.sqrt(hessian.diagonal()))
        ones = scale @ np.ones(n)
        system = np.block([[scale @ hessian @ scale, ones[:, None]], [ones[None, :], 0]])
        solved = np.linalg.solve(system, np.array([0.0] * n + [1.0]))
        found = prioritize(matrix, "weighted_least_squares")
        assert np.allclose(found.weights, scale @ solved[:n], rtol=1e-9, atol=0)
        assert found.objective == pytest.approx(-solved[n], rel=1e-9)


# logarithmic least absolute values, logarithmic goal programming


def spanning_trees(n: int) -> Iterator[tuple[tuple[int, int], ...]]:
    for edges in itertools.combinations(itertools.combinations(range(n), 2), n - 1):
        reached = {0}
        for _ in edges:
            reached |= {node for edge in edges if reached & set(edge) for node in edge}
        if len(reached) == n:
            yield edges


def tree_minimizers(matrix: Array) -> tuple[float, Array]:
    """The least sum of absolute values, and the log weights of every spanning tree that has it.

    A piecewise linear function has its minimum at a vertex, where n − 1 residuals vanish.
    """
    n = len(matrix)
    solutions = []
    for edges in spanning_trees(n):
        rows = [np.eye(n)[i] - np.eye(n)[j] for i, j in edges]
        logs = [math.log(matrix[i, j]) for i, j in edges]
        solutions.append(np.linalg.solve(np.array([*rows, np.ones(n)]), np.array([*logs, 0])))
    values = np.array([absolutes(x, matrix) for x in solutions])
    return float(values.min()), np.array(solutions)[values <= values.min() + 1e-9]


def test_the_choice_among_least_absolute_values_against_all_spanning_trees() -> None:
    several = 0
    for matrix in (A1, CYCLE, *matrices(4, 12, 4), *judged_matrices(5, 8, 5), *matrices(5, 3, 5)):
        value, minimizers = tree_minimizers(matrix)
        found = prioritize(matrix, "log_least_absolute")
        assert found.objective == pytest.approx(value, rel=1e-12, abs=1e-12)
        ratios = minimizers[:, :, None] - minimizers[:, None, :]
        low, high = ratios.min(axis=0), ratios.max(axis=0)
        assert found.unique is bool((high - low).max() <= 1e-9)
        w = np.exp(((low + high) / 2).mean(axis=1))
        assert np.abs(found.weights - w / w.sum()).max() <= 1e-12
        several += not found.unique
    assert 5 <= several <= 20


def test_goal_programming_against_its_linear_program() -> None:
    for matrix in (A1, *matrices(5, 4, 5), *matrices(8, 2, 8, 3)):
        n = len(matrix)
        i, j = np.triu_indices(n, 1)
        m = len(i)
        # ln a_ij = x_i − x_j + ln δ⁺ − ln δ⁻ (Bryson 1995)
        goals = np.zeros((m, n + 2 * m))
        goals[range(m), i], goals[range(m), j] = 1, -1
        goals[:, n : n + m], goals[:, n + m :] = np.eye(m), -np.eye(m)
        solved = linprog(
            [0] * n + [1] * (2 * m),
            A_eq=goals,
            b_eq=np.log(matrix[i, j]),
            bounds=[(None, None)] * n + [(0, None)] * (2 * m),
        )
        found = prioritize(matrix, "log_goal_programming")
        assert found.objective == pytest.approx(solved.fun, rel=1e-8)
        same = prioritize(matrix, "log_least_absolute")
        assert found.weights.tolist() == same.weights.tolist()
        assert (found.objective, found.unique) == (same.objective, same.unique)


@pytest.mark.parametrize("noise", [1e-8, 1e-10, 1e-12, 1e-14])
def test_least_absolute_values_see_below_the_linear_solver(noise: float) -> None:
    # nearly consistent: every cost of the linear program is within its tolerance
    rng = np.random.default_rng(3)
    for n in (4, 9, 30):
        x = rng.uniform(-2, 2, n)
        errors = np.triu(rng.normal(0, noise, (n, n)), 1)
        matrix = np.exp(x[:, None] - x[None, :] + errors - errors.T)
        found = prioritize(matrix, "log_least_absolute")
        w = np.exp(x) / np.exp(x).sum()
        assert np.abs(found.weights / w - 1).max() <= 3 * noise + 1e-12
        assert found.objective <= np.abs(errors).sum() + 1e-12
        assert found.unique is True or noise > 1e-9


def test_a_linear_program_that_fails_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_named: object) -> scipy.optimize.OptimizeResult:
        return scipy.optimize.OptimizeResult(status=4, message="numbers too wild")

    monkeypatch.setattr(scipy.optimize, "linprog", fail)
    with pytest.raises(ahp.ConvergenceError) as raised:
        ahp.weights(A1, "log_least_absolute")
    assert str(raised.value) == "log least absolute values: the linear program: numbers too wild"


# fuzzy preference programming


def test_fuzzy_preference_against_the_linear_program() -> None:
    tidy = matrices(6, 6, 6, 0.01)
    for matrix in (A1, CYCLE, *tidy, *matrices(4, 5, 4), *matrices(7, 4, 7), *matrices(9, 4, 9, 2)):
        n = len(matrix)
        rows = []
        for i, j in itertools.permutations(range(n), 2):
            if matrix[i, j] >= 1:
                row = np.zeros(n + 1)
                row[i], row[j] = 1, -matrix[i, j]
                rows += [[*row[:n], 1], [*-row[:n], 1]]  # μ + |w_i − a_ij w_j| ≤ 1
        solved = linprog(
            [0] * n + [-1],
            A_ub=rows,
            b_ub=np.ones(len(rows)),
            A_eq=[[1] * n + [0]],
            b_eq=[1],
            bounds=[(0, None)] * n + [(None, None)],
        )
        found = prioritize(matrix, "fuzzy_preference")
        assert found.objective == pytest.approx(-solved.fun, abs=1e-8)
        assert np.abs(found.weights - solved.x[:n]).max() <= 1e-6
        assert found.unique is True


def test_fuzzy_preference_of_rounded_reciprocals() -> None:
    # consistent in every triad, 2e-9 off in a pair: as spreadsheets round
    w = np.array([0.6, 0.3, 0.1])
    matrix = w[:, None] / w[None, :]
    for cell, error in {(0, 2): -1e-9, (2, 0): -1e-9, (2, 1): 1e-9, (0, 1): 1e-9}.items():
        matrix[cell] *= 1 + error
    found = prioritize(matrix, "fuzzy_preference")
    assert np.abs(found.weights - w).max() <= 1e-9
    assert found.objective == pytest.approx(1, abs=1e-8)


def test_fuzzy_preference_of_the_worked_matrix_exactly() -> None:
    found = prioritize(A1, "fuzzy_preference")
    assert np.abs(found.weights - [0.6375, 0.1875, 0.1, 0.075]).max() <= 2e-16
    assert found.objective == pytest.approx(0.8875, abs=1e-15)
    # twice the deviation, half the dissatisfaction; the judgments' direction does not matter
    doubled = prioritize(A1[::-1, ::-1], "fuzzy_preference", deviation=2)
    assert np.abs(doubled.weights[::-1] - found.weights).max() <= 2e-16
    assert doubled.objective == pytest.approx(1 - 0.1125 / 2, abs=1e-15)


# cosine maximization, singular value decomposition


def test_no_weights_have_larger_cosines() -> None:
    rng = np.random.default_rng(4)
    for matrix in (A1, *matrices(6, 5, 6)):
        found = prioritize(matrix, "cosine")
        for w in found.weights * np.exp(rng.normal(0, 0.1, (50, len(matrix)))):
            cosines = w @ matrix / np.linalg.norm(w) / np.linalg.norm(matrix, axis=0)
            assert cosines.sum() <= found.objective
    # the cosine index of Kou & Lin 2014, printed with the worked matrix
    assert round(prioritize(A1, "cosine").objective / 4, 6) == 0.990389


def test_the_geometric_mean_objective_is_the_geometric_index() -> None:
    # GCI = 2 Σ ln² ε_ij / ((n − 1)(n − 2)), printed with the worked matrix
    assert round(prioritize(A1, "geometric_mean").objective / 3, 6) == 0.134897


def test_singular_vectors() -> None:
    for matrix in (A1, *matrices(5, 5, 5), *matrices(8, 5, 8)):
        left, values, right = np.linalg.svd(matrix)
        w = np.abs(left[:, 0]) + 1 / np.abs(right[0])
        found = prioritize(matrix, "svd")
        assert np.allclose(found.weights, w / w.sum(), rtol=1e-12, atol=0)
        nearest = values[0] * np.outer(left[:, 0], right[0])
        assert found.objective == pytest.approx(((matrix - nearest) ** 2).sum(), rel=1e-11)


def test_small_singular_components_are_accurate() -> None:
    # two weights of 6e-12, of which LAPACK's vectors alone get four digits
    matrix = ahp.PairwiseMatrix.from_upper([1e6, 1e6, 1e-6, 1, 1, 1]).values
    with mpmath.workdps(60):
        exact = mpmath.matrix(matrix.tolist())
        squares_, vectors = mpmath.eigsy(exact.T * exact)
        largest = max(range(4), key=lambda k: squares_[k])
        v = [abs(vectors[k, largest]) for k in range(4)]
        u = exact * mpmath.matrix(v)
        length = mpmath.norm(u)
        w = [u[k] / length + 1 / v[k] for k in range(4)]
        expected = [float(one / mpmath.fsum(w)) for one in w]
    assert expected[1] == pytest.approx(6e-12, rel=1e-5)
    assert np.allclose(ahp.weights(matrix, "svd"), expected, rtol=1e-13, atol=0)


def test_singular_vectors_that_cannot_be_told_apart() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([1e7, 1e-7, 1e7])
    with pytest.raises(ahp.ConvergenceError) as raised:
        ahp.weights(matrix, "svd")
    assert str(raised.value) == (
        "singular value decomposition: the two largest singular values are 1.5e-07 apart "
        "(relatively), expected 1e-06 or more"
    )


# iterations that are cut short


@pytest.mark.parametrize(
    ("method", "constant", "message"),
    [
        (
            "chi_square",
            "NEWTON_STEPS",
            "chi-square: 1 matrices not settled after 1 steps, last step 2, expected 1e-11 or less",
        ),
        (
            "least_squares",
            "NEWTON_STEPS",
            "least squares: no start settled within 1 steps, expected steps of 1e-11 or less",
        ),
        (
            "fuzzy_preference",
            "POLICY_STEPS",
            "fuzzy preference: 1 matrices not settled after 1 steps",
        ),
    ],
)
def test_iterations_that_do_not_settle_raise(
    method: str, constant: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solvers, constant, 1)
    with pytest.raises(ahp.ConvergenceError) as raised:
        ahp.weights(ahp.PairwiseMatrix.from_upper([9, 1e5, 7, 1e-3, 4, 1e6]), method)
    assert str(raised.value) == message


def test_singular_vectors_that_do_not_settle_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solvers, "NEWTON_STEPS", 3)
    monkeypatch.setattr(solvers, "NEWTON_TOLERANCE", -1.0)
    with pytest.raises(ahp.ConvergenceError) as raised:
        ahp.weights(np.ones((2, 2)), "svd")
    assert str(raised.value) == (
        "singular value decomposition: 1 matrices not settled after 3 steps, last step 0, "
        "expected -1 or less"
    )


# direct measures


def test_direct_weights() -> None:
    assert direct_weights([2, 3, 5]).tolist() == [0.2, 0.3, 0.5]
    batch = direct_weights([[1e308, 1e308], [3e-308, 1e-308]])
    assert np.abs(batch - [[0.5, 0.5], [0.75, 0.25]]).max() <= 1e-15
    measures = np.array([12.5, 3, 0.25])
    consistent = measures[:, None] / measures[None, :]
    assert np.abs(direct_weights(measures) - ahp.eigenvector(consistent)).max() <= 1e-15


@pytest.mark.parametrize(
    ("measures", "message"),
    [
        (3, "measures of shape (), expected (..., n) with n of 1 or more"),
        ([], "measures of shape (0,), expected (..., n) with n of 1 or more"),
        ([1, 0], "measures[1] = 0.0, expected a positive, finite number"),
        ([[1, 2], [3, math.nan]], "measures[1, 1] = nan, expected a positive, finite number"),
        ([math.inf, 1], "measures[0] = inf, expected a positive, finite number"),
        (["x"], "measures = ['x'], expected numbers"),
    ],
)
def test_measures_that_are_not(measures: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        direct_weights(measures)
    assert str(raised.value) == message
