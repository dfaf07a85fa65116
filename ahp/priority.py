"""Weights (priority vectors) from pairwise comparison matrices, one function a method.

Every method takes complete matrices (..., n, n) and returns weights (..., n), positive, sum 1; one
matrix and a batch give the same bits. On a consistent matrix all methods agree. `prioritize` adds
what the method minimizes or maximizes, and whether its answer is the only one.

`x` stands for the logarithms of the weights, `b` for those of the judgments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .eigen import from_logs, geometric_means, log_row_means, normalized, perron
from .errors import ConvergenceError, MatrixError, OptionError
from .matrix import Float, PairwiseMatrix, as_matrices, as_numbers
from .version import __version__

NEWTON_STEPS = 1000
"""Newton steps after which `chi_square` and `least_squares` give up."""

NEWTON_TOLERANCE = 1e-11
"""A Newton step that changes no ratio of weights by more than this (relatively) is the last one;
the error after it is of the order of its square."""

ROUNDING_STEP = 1e-8
"""`least_squares` also stops at steps below this that no longer shrink: judgments of 1e6 against 1
leave rounding errors that no step can undercut."""

POLICY_STEPS = 1000
"""Steps after which `fuzzy_preference` gives up; a handful is usual."""

SINGULAR_GAP = 1e-6
"""Smallest relative gap between the two largest singular values at which `svd` has an answer: the
weights lose as many of their sixteen digits as the gap has zeros."""

CONSISTENT = 1e-12
"""Triads whose products differ from 1 by less than this (relatively) are consistent."""

SAME_RATIO = 1e-9
"""Log ratios that differ by less are the same to `log_least_absolute`."""

APART = 1e-3
"""Minimizers of `least_squares` are different when a log ratio differs by more than this."""

TIED = 1e-9
"""Minima of `least_squares` are equal when they differ by less than this (relatively)."""

STARTS = 24
"""Starts that `least_squares` takes beside the geometric mean; all there are up to n = 12."""

CONVEX_LIMIT = 3.33019
"""Where no judgment is larger, `least_squares` is convex: ((123 + 55√5)/2)^(1/4) = 3.330191 (Fülöp
2008)."""

CURVATURE_PIECES = 16
"""Pieces of the range of a ratio on which `least_squares` bounds the curvature."""

CHUNK = 250_000
"""Judgments that an iteration works on at a time: bounds its memory."""

Unique = NDArray[np.object_]


@dataclass(frozen=True)
class Priorities:
    """Weights of one matrix (plain numbers beside them) or of a batch (arrays of shape (...)).

    Attributes:
        weights: shape (..., n), read-only, positive, sum 1.
        method: name of the method.
        options: the method's options in use.
        objective: what the method minimizes or maximizes, at these weights, as its function says;
            None for a method defined by a formula alone.
        unique: whether these weights are the only answer. True = proven; False = others are as
            good, and these are the choice that the method's function documents; None = a search
            found no other, which proves nothing.
        version: of `ahp`.
    """

    weights: Float
    method: str
    options: Mapping[str, float]
    objective: Any
    unique: Any
    version: str = __version__


def weights(a: ArrayLike | PairwiseMatrix | Any, method: str = "eigenvector") -> Float:
    """Priority vectors of one matrix or a batch.

    Args:
        a: complete pairwise comparison matrices, shape (..., n, n).
        method: a name in `METHODS`.

    Returns:
        Weights, shape (..., n), positive, sum 1 over the last axis.

    Raises:
        OptionError: unknown method.
        MatrixError: not pairwise comparison matrices, or not complete.
        ConvergenceError: an iteration stopped short.
    """
    return METHODS[check_method(method)](a)


def prioritize(
    a: ArrayLike | PairwiseMatrix | Any, method: str = "eigenvector", **options: float
) -> Priorities:
    """Weights with their objective, and whether they are the method's only answer.

    Args:
        a: complete pairwise comparison matrices, shape (..., n, n).
        method: a name in `METHODS`.
        options: `deviation` (of `"fuzzy_preference"`, default 1): Mikhailov's deviation parameter
            d, in units of weight; it scales the objective and leaves the weights alone.

    Returns:
        A `Priorities`; the same weights as `weights`.

    Raises:
        OptionError: unknown method or option.
        MatrixError: not pairwise comparison matrices, or not complete.
        ConvergenceError: an iteration stopped short.
    """
    used = _check_options(check_method(method), options)
    array = as_matrices(a)
    unique: Unique = np.full(array.shape[:-2], True, dtype=object)
    if method in _SEARCHES:
        found, unique = _SEARCHES[method](array)
    else:
        found = METHODS[method](array)
    objective = _OBJECTIVES[method](array, found, **used) if method in _OBJECTIVES else None
    found.setflags(write=False)
    return Priorities(found, method, MappingProxyType(used), _plain(objective), _plain(unique))


def direct_weights(measures: ArrayLike) -> Float:
    """Weights in proportion to direct measures of the items: prices, counts, scores (Saaty 1980,
    p. 20: ratios of known measures make a consistent matrix, and these are its weights).

    Args:
        measures: positive numbers on a ratio scale, larger = more important, shape (..., n).

    Returns:
        Weights, shape (..., n), sum 1 over the last axis.

    Raises:
        MatrixError: not positive, finite numbers.
    """
    array = as_numbers(measures, "measures", MatrixError)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise MatrixError(f"measures of shape {array.shape}, expected (..., n) with n of 1 or more")
    if (wrong := ~(np.isfinite(array) & (array > 0))).any():
        place = tuple(int(k) for k in np.argwhere(wrong)[0])
        raise MatrixError(
            f"measures[{', '.join(map(str, place))}] = {array[place]}, "
            "expected a positive, finite number"
        )
    return normalized(array / array.max(axis=-1, keepdims=True))


def eigenvector(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Perron eigenvector, `A w = λmax w` (特征根法; Saaty 1977, J. Math. Psychology 15:234-281).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    return perron(as_matrices(a))[1]


def geometric_mean(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Normalized row geometric means, the logarithmic least squares solution (根法; Crawford &
    Williams 1985, J. Math. Psychology 29:387-405).

    Objective: minimal Σ_{i<j} (ln a_ij − ln w_i + ln w_j)².

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    return geometric_means(as_matrices(a))


def column_mean(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Row means of the matrix with columns normalized to sum 1 (和法; Saaty 1980, p. 19, the
    "additive normalization" of the literature).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    array = as_matrices(a)
    return normalized((array / array.sum(axis=-2, keepdims=True)).mean(axis=-1))


def row_sum(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Row sums over the sum of all judgments (行和法; Saaty 1980, p. 19, the crudest estimate).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    return normalized(as_matrices(a).sum(axis=-1))


def harmonic(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Reciprocals of the column sums, normalized: the harmonic means of the rows (列和求逆法;
    Saaty 1980, p. 19; Stein & Mizzi 2007, Eur. J. Operational Research 177:488-497).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    return normalized(1 / as_matrices(a).sum(axis=-2))


def cosine(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Cosine maximization (余弦最大化法; Kou & Lin 2014, Eur. J. Operational Research 235:225-232):
    row sums of the matrix with columns of unit length, normalized.

    Objective: maximal C = Σ_j cos(w, column j), at most n; C/n is their consistency index.

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    return normalized(_unit_columns(as_matrices(a)).sum(axis=-1))


def svd(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Singular value decomposition (奇异值分解法; Gass & Rapcsák 2004, Eur. J. Operational Research
    154:573-584): `w_i ∝ u_i + 1/v_i`, u and v the left and right singular vectors of unit length
    for the largest singular value σ.

    Objective: minimal ‖A − X‖² over all X of rank 1 (Frobenius), reached at X = σ u vᵀ.

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).

    Raises:
        ConvergenceError: the two largest singular values are too near to tell their vectors apart.
    """
    array = as_matrices(a)
    n = array.shape[-1]
    flat = array.reshape(-1, n, n)
    v = np.empty(flat.shape[:-1])
    for part in _chunks(len(flat), n * n):
        v[part] = _right_vector(flat[part])
    v = _unit(v).reshape(array.shape[:-1])
    u = _unit((array * v[..., None, :]).sum(axis=-1))
    return normalized(u + 1 / v)


def weighted_least_squares(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Weighted least squares (加权最小二乘法; Chu, Kalaba & Spingarn 1979, J. Optimization Theory
    and Applications 27:531-538): a linear system, whose matrix has no positive entry off its
    diagonal, so that the weights are positive.

    Objective: minimal Σ_{i,j} (a_ij w_j − w_i)² with Σ w = 1.

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    array = as_matrices(a)
    n = array.shape[-1]
    if n == 1:
        return np.ones(array.shape[:-1])
    off = ~np.eye(n, dtype=bool)
    # scaled to a unit diagonal: then even the solution of a consistent matrix is nearly constant
    scale = 1 / np.sqrt((array**2).sum(axis=-2, where=off) + (n - 1))
    links = (array + array.swapaxes(-1, -2)) * scale[..., :, None] * scale[..., None, :] * off
    return normalized(scale * _solve_positive(links, scale))


def chi_square(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Chi-square (χ² 法; Jensen 1984, J. Math. Psychology 28:317-332): convex in the logarithms of
    the weights, solved there by Newton steps, damped so that each is a descent (Sun & Tran-Dinh
    2019, Math. Programming 178:145-213).

    Objective: minimal Σ_{i,j} (a_ij − w_i/w_j)² / (w_i/w_j).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).

    Raises:
        ConvergenceError: the steps did not settle.
    """
    array = as_matrices(a)
    n = array.shape[-1]
    flat = array.reshape(-1, n, n)
    x = np.empty(flat.shape[:-1])
    for part in _chunks(len(flat), n * n):
        x[part] = _balance(flat[part])
    return from_logs(x).reshape(array.shape[:-1])


def least_squares(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Least squares (最小二乘法; Jensen 1984, J. Math. Psychology 28:317-332): not convex, so that
    there can be several local minima, and several global ones (Bozóki 2008, Central Eur. J.
    Operations Research 16:345-358).

    Newton steps in logarithms run from the geometric mean. If the objective is convex wherever it
    could be as small as the minimum found (Fülöp 2008, J. Global Optimization 42:423-442: it is
    everywhere when no judgment exceeds `CONVEX_LIMIT`), that minimum is proven to be the only one.
    Else the steps run from every column of the matrix as well, and from the geometric mean weights
    with each item's raised ninefold (the best `STARTS` of all these), and the lowest minimum is
    taken. Among equally low ones the choice is the nearest to the geometric mean weights (least
    squares of logarithms); then, for a matrix that looks the same to several items, the one that
    gives the first item most, the second item most, and so on.

    Objective: minimal Σ_{i,j} (a_ij − w_i/w_j)².

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).

    Raises:
        ConvergenceError: the steps did not settle.
    """
    return _least_squares(as_matrices(a))[0]


def log_least_absolute(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Logarithmic least absolute values (对数最小绝对值法; Cook & Kress 1988, Eur. J. Operational
    Research 37:355-362): a linear program, whose minimizers are often many.

    Over all minimizers each ratio w_i/w_j has a range. The choice is the geometric mean weights of
    the ranges' geometric midpoints: itself a minimizer, whatever the order of the items, and with
    reciprocal weights for the transpose. The ranges are exact: they follow from the dual, a flow
    in the graph of the judgments, by shortest paths.

    Objective: minimal Σ_{i<j} |ln a_ij − ln w_i + ln w_j|.

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).

    Raises:
        ConvergenceError: the linear program was not solved.
    """
    return _log_least_absolute(as_matrices(a))[0]


def log_goal_programming(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Logarithmic goal programming (对数目标规划法; Bryson 1995, J. Operational Research Society
    46:641-648): the least product of the factors δ ≥ 1 by which a ratio w_i/w_j falls short of its
    judgment or exceeds it, a_ij = (w_i/w_j) δ⁺_ij/δ⁻_ij.

    In logarithms these are absolute values, so that the minimizers are those of
    `log_least_absolute`, and so is the choice among them.

    Objective: minimal Σ_{i<j} (ln δ⁺_ij + ln δ⁻_ij), the logarithm of the product.

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).

    Raises:
        ConvergenceError: the linear program was not solved.
    """
    return log_least_absolute(a)


def fuzzy_preference(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Fuzzy preference programming (模糊偏好规划法; Mikhailov 2000, J. Operational Research Society
    51:341-349): the weights that satisfy the worst satisfied judgment best.

    Of each pair the judgment of 1 or more counts, i over j, whatever the order of the items: it is
    satisfied to the degree 1 − |w_i − a_ij w_j|/d. In units of the largest deviation these are
    constraints w_i ≤ a_ij w_j + min(1, a_ij) for all i ≠ j. They have a largest solution (weight by
    weight), which proves that the answer is unique; policy iteration finds it (Howard 1960).

    Objective: maximal μ, the smallest degree, 1 when consistent; `prioritize` takes d.

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).

    Raises:
        ConvergenceError: the iteration did not settle.
    """
    array = as_matrices(a)
    n = array.shape[-1]
    flat = array.reshape(-1, n, n)
    found = np.empty(flat.shape[:-1])
    for part in _chunks(len(flat), n * n):
        found[part] = _least_deviation(flat[part])
    return found.reshape(array.shape[:-1])


METHODS: dict[str, Callable[[Any], Float]] = {
    "eigenvector": eigenvector,
    "geometric_mean": geometric_mean,
    "column_mean": column_mean,
    "row_sum": row_sum,
    "harmonic": harmonic,
    "least_squares": least_squares,
    "weighted_least_squares": weighted_least_squares,
    "log_least_absolute": log_least_absolute,
    "chi_square": chi_square,
    "log_goal_programming": log_goal_programming,
    "cosine": cosine,
    "svd": svd,
    "fuzzy_preference": fuzzy_preference,
}
"""The names that `weights` takes."""


def check_method(method: str) -> str:
    """Return the name of a method, or raise an `OptionError` that lists the valid ones."""
    if method not in tuple(METHODS):  # a tuple, since a wrong option may not be hashable
        raise OptionError.unknown("method", method, METHODS)
    return method


def _check_options(method: str, options: Mapping[str, Any]) -> dict[str, float]:
    """The options of a method: its defaults, and what was given."""
    used = dict(_OPTIONS.get(method, {}))
    for name, value in options.items():
        if not used:
            raise OptionError(f"option {name!r}, but {method!r} takes none")
        if name not in used:
            raise OptionError.unknown("option", name, used)
        number = as_numbers(value, name, OptionError)
        if number.ndim or not np.isfinite(number) or number <= 0:
            raise OptionError(f"{name} = {value!r}, expected one positive, finite number")
        used[name] = float(number)
    return used


def _log_squares(array: Float, w: Float) -> Float:
    total: Float = (_log_residuals(array, w) ** 2).sum(axis=(-1, -2))
    return total


def _log_absolutes(array: Float, w: Float) -> Float:
    total: Float = np.abs(_log_residuals(array, w)).sum(axis=(-1, -2))
    return total


def _log_residuals(array: Float, w: Float) -> Float:
    """The ln a_ij − ln w_i + ln w_j for i < j, 0 for the others."""
    return np.triu(np.log(array) - _differences(np.log(w)), 1)


def _squares(array: Float, w: Float) -> Float:
    total: Float = ((array - _ratios(w)) ** 2).sum(axis=(-1, -2))
    return total


def _weighted_squares(array: Float, w: Float) -> Float:
    total: Float = ((array * w[..., None, :] - w[..., :, None]) ** 2).sum(axis=(-1, -2))
    return total


def _chi_squares(array: Float, w: Float) -> Float:
    ratios = _ratios(w)
    total: Float = ((array - ratios) / ratios * (array - ratios)).sum(axis=(-1, -2))
    return total


def _cosines(array: Float, w: Float) -> Float:
    total: Float = (_unit(w)[..., :, None] * _unit_columns(array)).sum(axis=(-1, -2))
    return total


def _rank_one_squares(array: Float, _w: Float) -> Float:
    total: Float = (np.linalg.svd(array, compute_uv=False)[..., 1:] ** 2).sum(axis=-1)
    return total


def _degree(array: Float, w: Float, deviation: float) -> Float:
    # the deviation of the judgment below 1 is never the larger one of its pair
    largest: Float = np.abs(w[..., :, None] - array * w[..., None, :]).max(axis=(-1, -2))
    return 1 - largest / deviation


_OPTIONS: dict[str, dict[str, float]] = {"fuzzy_preference": {"deviation": 1.0}}
"""Method -> its options with their defaults."""

_OBJECTIVES: dict[str, Callable[..., Float]] = {
    "geometric_mean": _log_squares,
    "least_squares": _squares,
    "weighted_least_squares": _weighted_squares,
    "log_least_absolute": _log_absolutes,
    "chi_square": _chi_squares,
    "log_goal_programming": _log_absolutes,
    "cosine": _cosines,
    "svd": _rank_one_squares,
    "fuzzy_preference": _degree,
}
"""Method -> what it minimizes or maximizes, of matrices, weights and options."""


def _chunks(count: int, size: int) -> list[slice]:
    """Parts of a batch of `count` problems of `size` judgments each."""
    step = max(1, CHUNK // size)
    return [slice(start, start + step) for start in range(0, count, step)]


@np.errstate(over="ignore", invalid="ignore")  # what is not finite does not settle
def _balance(flat: Float) -> Float:
    """The log weights with the least chi-square, of matrices (m, n, n)."""
    # up to a constant the objective is Σ m_ij exp(x_i − x_j) with m_ij = 1 + a_ji²
    log_m = np.logaddexp(0, 2 * np.log(flat.swapaxes(-1, -2)))
    x = log_row_means(flat)
    open_ = np.arange(len(flat))
    for _ in range(NEWTON_STEPS):
        exponents = log_m[open_] + _differences(x[open_])
        half = np.exp(exponents - exponents.max(axis=(-1, -2), keepdims=True))
        mirrored = half.swapaxes(-1, -2)
        step, _ = _spring_step(half + mirrored, _exact_sum(mirrored - half))
        size = np.ptp(step, axis=-1)
        damping = np.where(size > 0, np.log1p(size) / np.maximum(size, 1e-300), 1)
        x[open_] += damping[:, None] * step
        open_ = open_[~(size <= NEWTON_TOLERANCE)]
        if not len(open_):
            return x
    raise ConvergenceError(
        f"chi-square: {len(open_)} matrices not settled after {NEWTON_STEPS} steps, "
        f"last step {float(size.max()):.3g}, expected {NEWTON_TOLERANCE:g} or less"
    )


def _right_vector(flat: Float) -> Float:
    """Right singular vectors v > 0 for the largest singular values of matrices (m, n, n).

    They are the Perron vectors of G = AᵀA. Those of LAPACK are near in norm and may be far off in
    their small components; a product with G mends the worst of that, and Newton steps in ln v the
    rest.
    """
    _, values, right = np.linalg.svd(flat)
    gap = np.ones(len(flat)) if flat.shape[-1] == 1 else 1 - values[:, 1] / values[:, 0]
    if (gap < SINGULAR_GAP).any():
        raise ConvergenceError(
            f"singular value decomposition: the two largest singular values are {gap.min():.3g} "
            f"apart (relatively), expected {SINGULAR_GAP:g} or more"
        )
    tolerance = NEWTON_TOLERANCE + 100 * np.finfo(np.float64).eps / gap
    gram = np.zeros(flat.shape)
    for row in range(flat.shape[-1]):
        gram += flat[:, row, :, None] * flat[:, row, None, :]
    v = (gram * np.abs(right[:, :1, :])).sum(axis=-1)
    open_ = np.arange(len(flat))
    for _ in range(NEWTON_STEPS):
        near = v[open_] / v[open_].max(axis=-1, keepdims=True)
        springs = near[:, :, None] * gram[open_] * near[:, None, :]
        squares = near**2
        quotient = springs.sum(axis=(-1, -2)) / squares.sum(axis=-1)
        force = springs.sum(axis=-1) - quotient[:, None] * squares
        # the force on the largest component is all rounding: that of the others balances it
        largest = near.argmax(axis=-1)[:, None]
        np.put_along_axis(force, largest, 0, -1)
        np.put_along_axis(force, largest, -force.sum(axis=-1, keepdims=True), -1)
        step, _ = _spring_step(springs, force)
        size = np.ptp(step, axis=-1)
        v[open_] = near * np.exp(step / np.maximum(1, size)[:, None])
        open_ = open_[~(size <= tolerance[open_])]
        if not len(open_):
            return np.asarray(v)
    raise ConvergenceError(
        f"singular value decomposition: {len(open_)} matrices not settled after {NEWTON_STEPS} "
        f"steps, last step {float(size.max()):.3g}, expected {tolerance[open_].max():.3g} or less"
    )


def _least_deviation(flat: Float) -> Float:
    """Weights with the least max |w_i − a_ij w_j| over a_ij ≥ 1, of matrices (m, n, n)."""
    n = flat.shape[-1]
    found = from_logs(log_row_means(flat))
    slack, policy = _tightest_triads(np.log(flat))
    open_ = np.flatnonzero(slack < -CONSISTENT)
    policy = policy[open_]
    free = np.minimum(1, flat)
    inside = np.eye(n, dtype=bool)
    for _ in range(POLICY_STEPS):
        gains = np.zeros((len(open_), n, n))
        chosen = policy[..., None]
        np.put_along_axis(gains, chosen, np.take_along_axis(flat[open_], chosen, -1), -1)
        w = _solve_positive(gains, np.take_along_axis(free[open_], chosen, -1)[..., 0])
        bounds = np.where(inside, np.inf, flat[open_] * w[:, None, :] + free[open_])
        better = bounds.min(axis=-1) < w * (1 - CONSISTENT / 10)
        policy = np.where(better, bounds.argmin(axis=-1), policy)
        going = better.any(axis=-1)
        found[open_[~going]] = normalized(w[~going])
        open_, policy = open_[going], policy[going]
        if not len(open_):
            return found
    raise ConvergenceError(
        f"fuzzy preference: {len(open_)} matrices not settled after {POLICY_STEPS} steps"
    )


def _least_squares(array: Float) -> tuple[Float, Unique]:
    n = array.shape[-1]
    flat = array.reshape(-1, n, n)
    found = np.empty(flat.shape[:-1])
    unique: Unique = np.full(len(flat), True, dtype=object)
    for part in _chunks(len(flat), n * n * 2 * n):
        found[part], unique[part] = _least_squares_chunk(flat[part])
    return found.reshape(array.shape[:-1]), unique.reshape(array.shape[:-2])


@np.errstate(over="ignore", invalid="ignore")  # a step too far is refused, whatever it gives
def _least_squares_chunk(flat: Float) -> tuple[Float, Unique]:
    """`least_squares` of a few matrices (m, n, n)."""
    n = flat.shape[-1]
    middle = log_row_means(flat)
    x, settled = _descend(flat, middle)
    unique: Unique = np.full(len(flat), True, dtype=object)
    open_ = np.flatnonzero(~(settled & _only_minimum(flat, x)))
    columns = np.log(flat[open_]).swapaxes(-1, -2)  # row k: the logs of column k
    raised = middle[open_, None] + np.log(9) * np.eye(n)
    starts = np.concatenate([columns, raised], axis=1)
    count = min(STARTS, 2 * n)
    many = np.repeat(flat[open_], 2 * n, axis=0)
    heights = _log_weight_squares(many, starts.reshape(-1, n)).reshape(-1, 2 * n)
    lowest = heights.argsort(axis=-1, kind="stable")[:, :count]
    starts = np.take_along_axis(starts, lowest[..., None], axis=1).reshape(-1, n)
    ends, done = _descend(np.repeat(flat[open_], count, axis=0), starts)
    ends = np.concatenate([x[open_, None], ends.reshape(-1, count, n)], axis=1)
    done = np.concatenate([settled[open_, None], done.reshape(-1, count)], axis=1)
    for place, matrix in enumerate(open_):
        x[matrix], unique[matrix] = _lowest(flat[matrix], ends[place, done[place]], middle[matrix])
    proven = _only_minimum(flat[open_], x[open_])
    unique[open_[proven]] = True
    return from_logs(x), unique


def _lowest(matrix: Float, candidates: Float, near: Float) -> tuple[Float, bool | None]:
    """The lowest of the minima found; False beside it when there are others as low."""
    if not len(candidates):
        raise ConvergenceError(
            f"least squares: no start settled within {NEWTON_STEPS} steps, "
            f"expected steps of {NEWTON_TOLERANCE:g} or less"
        )
    values = _squares(matrix, np.exp(candidates - candidates.max(axis=-1, keepdims=True)))
    tied = candidates[values <= values.min() * (1 + TIED)]
    best = candidates[values.argmin()]
    centered = tied - tied.mean(axis=-1, keepdims=True)
    if np.abs(centered - (best - best.mean())).max() <= APART:
        return best, None
    distances = ((centered - near) ** 2).sum(axis=-1)
    nearest = centered[distances <= distances.min() + TIED]
    return max(nearest, key=lambda logs: tuple(logs.round(6).tolist())), False


def _descend(matrices: Float, starts: Float) -> tuple[Float, NDArray[np.bool_]]:
    """Newton steps to a local minimum of the squares, problem by problem.

    Args:
        matrices: shape (m, n, n).
        starts: log weights, shape (m, n).

    Returns:
        Log weights, and whether the steps settled.
    """
    # no minimum is wider than the judgments, and no exponential overflows within their range
    widest = np.abs(np.log(matrices)).max(axis=(-1, -2))
    width = np.ptp(starts, axis=-1)
    x = starts * np.where(width > widest, widest / np.maximum(width, 1e-300), 1)[:, None]
    values = _log_weight_squares(matrices, x)
    settled = np.zeros(len(x), dtype=bool)
    sizes = np.full(len(x), np.inf)
    open_ = np.arange(len(x))
    for _ in range(NEWTON_STEPS):
        if not len(open_):
            break
        a = matrices[open_]
        ratios = np.exp(_differences(x[open_]))
        half = 2 * ratios * (ratios - a)
        force = _exact_sum(half.swapaxes(-1, -2) - half)
        curvature = 2 * ratios * (2 * ratios - a)
        springs = curvature + curvature.swapaxes(-1, -2)
        step, convex = _spring_step(springs, force)
        step[~convex] = _downhill_step(springs[~convex], force[~convex])
        size = np.ptp(step, axis=-1)
        moved, lower = _line_search(a, x[open_], values[open_], step, (force * step).sum(axis=-1))
        x[open_], values[open_] = moved, lower
        stuck = (size <= ROUNDING_STEP) & (size >= sizes[open_] / 2)
        settled[open_] = (size <= NEWTON_TOLERANCE) | stuck
        sizes[open_] = size
        open_ = open_[~settled[open_]]
    return x, settled


def _downhill_step(springs: Float, force: Float) -> Float:
    """Newton steps where the curvature is not positive: its negative eigenvalues change sign, so
    that the steps leave saddles and plateaus fast (Dauphin et al. 2014, "saddle-free Newton").
    """
    n = force.shape[-1]
    hessian = -springs
    scale = 1 / np.sqrt(np.abs(springs).sum(axis=-1))
    hessian[:, range(n), range(n)] += springs.sum(axis=-1)
    hessian *= scale[:, :, None] * scale[:, None, :]
    values, vectors = np.linalg.eigh(hessian)
    along = (vectors * (scale * force)[:, :, None]).sum(axis=1) / np.maximum(np.abs(values), 1e-6)
    step: Float = scale * (vectors * along[:, None, :]).sum(axis=-1)
    return step


def _line_search(
    a: Float, x: Float, values: Float, step: Float, slope: Float
) -> tuple[Float, Float]:
    """Halve each step until it lowers the squares enough (Armijo), to rounding."""
    share = 1 / np.maximum(1, np.ptp(step, axis=-1))
    x, values = x.copy(), values.copy()
    open_ = np.arange(len(x))
    for _ in range(40):
        trial = x[open_] + share[open_, None] * step[open_]
        lower = _log_weight_squares(a[open_], trial)
        enough = values[open_] * (1 + 1e-13) - 1e-4 * share[open_] * slope[open_]
        done = lower <= enough
        x[open_[done]], values[open_[done]] = trial[done], lower[done]
        open_ = open_[~done]
        if not len(open_):
            break
        share[open_] /= 2
    return x, values


def _log_weight_squares(matrices: Float, x: Float) -> Float:
    total: Float = ((matrices - np.exp(_differences(x))) ** 2).sum(axis=(-1, -2))
    return total


def _only_minimum(matrices: Float, x: Float) -> NDArray[np.bool_]:
    """Whether local minima x (log weights) of the squares are proven to be the only global ones.

    No term of a sum of squares exceeds the sum, so that a better x has every ratio within √f of its
    judgment. Where the objective is convex on all of that region, there is no better x. Convex: the
    curvatures of its pair terms, each at its least over the region, make a positive definite form.
    """
    root = np.sqrt(_log_weight_squares(matrices, x) * (1 + 1e-9))[:, None, None]
    inverse = 1 / matrices
    low = np.maximum(matrices - root, 1 / (inverse + root))
    # the pair's other term bounds the ratio from above in the same way
    high = 1 / low.swapaxes(-1, -2)
    pieces = np.geomspace(low, high, CURVATURE_PIECES + 1)
    least = np.full(matrices.shape, np.inf)
    for start, end in pairwise(pieces):
        up = np.clip(matrices / 4, start, end)
        down = np.clip(inverse / 4, 1 / end, 1 / start)
        curvature = 4 * up**2 - 2 * matrices * up + 4 * down**2 - 2 * inverse * down
        least = np.minimum(least, curvature)
    _, convex = _spring_step(np.minimum(least, least.swapaxes(-1, -2)), np.zeros(x.shape))
    return np.asarray(convex | (matrices.max(axis=(-1, -2)) <= CONVEX_LIMIT))


def _log_least_absolute(array: Float) -> tuple[Float, Unique]:
    flat = array.reshape(-1, *array.shape[-2:])
    logs = np.log(flat)
    skew = (logs - logs.swapaxes(-1, -2)) / 2
    highest = np.empty(flat.shape)
    for matrix, b in enumerate(skew):
        highest[matrix] = _largest_ratios(b)
    lowest = -highest.swapaxes(-1, -2)
    unique: Unique = ((highest - lowest).max(axis=(-1, -2)) <= SAME_RATIO).astype(object)
    found = from_logs(((highest + lowest) / 2).mean(axis=-1))
    return found.reshape(array.shape[:-1]), unique.reshape(array.shape[:-2])


def _largest_ratios(b: Float) -> Float:
    """The largest x_i − x_j over all minimizers of Σ_{i<j} |b_ij − x_i + x_j|.

    The dual is a flow f_ij = −f_ji, |f_ij| ≤ 1, balanced at every item, that maximizes Σ b_ij f_ij
    over i < j. The minimizers are the x with x_i − x_j ≤ b_ij wherever f_ij > −1 (complementary
    slackness with any one optimal flow), and these bounds tighten along shortest paths.

    Args:
        b: skew-symmetric, shape (n, n).
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - only this method needs it

    n = len(b)
    i, j = np.triu_indices(n, 1)
    balance = np.zeros((n, len(i)))
    balance[i, np.arange(len(i))], balance[j, np.arange(len(i))] = 1, -1
    peak = float(np.abs(b).max())
    if not peak:
        return np.zeros((n, n))
    cost = b[i, j] / peak
    tolerance = 1e-10
    for zoom in (1.0, 1e3, 1e6):
        # costs that are far from 0 already decide their flow, whatever their size
        solved = linprog(
            -np.clip(zoom * cost, -1, 1),
            A_eq=balance[1:],
            b_eq=np.zeros(n - 1),
            bounds=(-1, 1),
            method="highs-ds",
            options={
                "primal_feasibility_tolerance": tolerance,
                "dual_feasibility_tolerance": tolerance,
            },
        )
        if solved.status != 0:
            break
        bounds = np.full((n, n), np.inf)
        forward, backward = solved.x > -0.999, solved.x < 0.999
        bounds[i[forward], j[forward]] = b[i[forward], j[forward]]
        bounds[j[backward], i[backward]] = b[j[backward], i[backward]]
        bounds = _shortest_paths(bounds + 1e-14 * peak)  # cycles of length 0 stay so to rounding
        if (bounds.diagonal() >= 0).all():
            return bounds
        # the flow is not quite optimal: look closer at the costs that its prices leave
        prices = np.concatenate([[0.0], solved.eqlin.marginals]) / zoom
        cost = cost + prices[i] - prices[j]
    raise ConvergenceError(f"log least absolute values: the linear program: {solved.message}")


def _shortest_paths(lengths: Float) -> Float:
    """Lengths of the shortest paths between all nodes (Floyd 1962), from those of the edges."""
    paths = lengths.copy()
    np.fill_diagonal(paths, 0)
    for middle in range(len(paths)):
        paths = np.minimum(paths, paths[:, middle, None] + paths[None, middle, :])
    return paths


_SEARCHES: dict[str, Callable[[Float], tuple[Float, Unique]]] = {
    "least_squares": _least_squares,
    "log_least_absolute": _log_least_absolute,
    "log_goal_programming": _log_least_absolute,
}
"""Methods whose answer may not be unique -> weights, and whether they are."""


def _tightest_triads(b: Float) -> tuple[Float, NDArray[np.intp]]:
    """For each matrix the smallest b_ij + b_jk + b_ki, and a successor of every item: around that
    triad for its members, into it for the others.
    """
    m, n, _ = b.shape
    least = np.full(b.shape, np.inf)
    middle = np.zeros(b.shape, dtype=np.intp)
    for j in range(n):
        via = b[:, :, j, None] + b[:, j, None, :] + b.swapaxes(-1, -2)
        via[:, j, :] = via[:, :, j] = np.inf
        lower = via < least
        least[lower], middle[lower] = via[lower], j
    least[:, range(n), range(n)] = np.inf
    rows = np.arange(m)
    place = least.reshape(m, -1).argmin(axis=-1)
    i, k = np.divmod(place, n)
    between = middle[rows, i, k]
    after = np.repeat(i[:, None], n, axis=1)
    after[rows, i], after[rows, between], after[rows, k] = between, k, i
    return least[rows, i, k], after


def _solve_positive(links: Float, right: Float) -> Float:
    """Solve y = links y + right, links and right not negative and y neither.

    Elimination without pivoting: only the pivots are differences, so that small components of y are
    as accurate as large ones. Where the system is singular, y is along its null vector.

    Args:
        links: shape (..., n, n), 0 on the diagonal.
        right: shape (..., n).
    """
    links, right = links.copy(), right.copy()
    n = right.shape[-1]
    pivots = np.ones(right.shape)
    for k in range(n - 1):
        share = links[..., k + 1 :, k] / pivots[..., k, None]
        row = links[..., k, k + 1 :]
        pivots[..., k + 1 :] -= share * row
        np.maximum(pivots, np.finfo(np.float64).eps, out=pivots)
        right[..., k + 1 :] += share * right[..., k, None]
        links[..., k + 1 :, k + 1 :] += share[..., :, None] * row[..., None, :]
    for k in range(n - 1, -1, -1):
        right[..., k] += (links[..., k, k + 1 :] * right[..., k + 1 :]).sum(axis=-1)
        right[..., k] /= pivots[..., k]
    return right


def _spring_step(stiffness: Float, force: Float) -> tuple[Float, NDArray[np.bool_]]:
    """Displacements d of items that springs connect: Σ_j k_ij (d_i − d_j) = force_i.

    This is the Newton step of an objective that depends on differences of x alone. Items are
    eliminated one by one (star-mesh transform), which takes no difference when all k are positive,
    so that weak links between stiff groups are as accurate as the stiff ones.

    Args:
        stiffness: k, symmetric, shape (m, n, n); the diagonal is not used.
        force: sum 0 over the items, shape (m, n).

    Returns:
        d with d_0 = 0, shape (m, n), and whether k is positive definite, shape (m,).
    """
    k, d = stiffness.copy(), force.copy()
    convex = np.ones(len(d), dtype=bool)
    for last in range(d.shape[-1] - 1, 0, -1):
        row = np.where(convex[:, None], k[:, last, :last], 0)
        total = row.sum(axis=-1)
        convex &= total > 1e-8 * np.abs(row).sum(axis=-1)
        total = np.where(convex, total, np.inf)[:, None]
        share = k[:, last, :last] = row / total
        k[:, :last, :last] += row[:, :, None] * share[:, None, :]
        d[:, :last] += share * d[:, last, None]
        d[:, last] /= total[:, 0]
    d[:, 0] = 0
    for item in range(1, d.shape[-1]):
        d[:, item] += (k[:, item, :item] * d[:, :item]).sum(axis=-1)
    return d, convex


def _exact_sum(terms: Float) -> Float:
    """Sum over the last axis with the rounding errors added back (Ogita, Rump & Oishi 2005, SIAM J.
    Scientific Computing 26:1955-1988): large terms that cancel leave the small ones exact.
    """
    total = np.zeros(terms.shape[:-1])
    lost = np.zeros(terms.shape[:-1])
    for index in range(terms.shape[-1]):
        term = terms[..., index]
        larger = total + term
        part = larger - total
        lost += (total - (larger - part)) + (term - part)
        total = larger
    exact: Float = total + lost
    return exact


def _differences(x: Float) -> Float:
    """x_i − x_j, shape (..., n, n)."""
    differences: Float = x[..., :, None] - x[..., None, :]
    return differences


def _ratios(w: Float) -> Float:
    """w_i / w_j, shape (..., n, n)."""
    ratios: Float = w[..., :, None] / w[..., None, :]
    return ratios


def _unit(vector: Float) -> Float:
    unit: Float = vector / np.sqrt((vector**2).sum(axis=-1, keepdims=True))
    return unit


def _unit_columns(array: Float) -> Float:
    unit: Float = array / np.sqrt((array**2).sum(axis=-2, keepdims=True))
    return unit


def _plain(value: Any) -> Any:
    """A Python value for one matrix, a read-only array for a batch."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.ndim == 0:
        return array.item()
    array.setflags(write=False)
    return array
