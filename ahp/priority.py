"""Weights (priority vectors) from pairwise comparison matrices, one function a method.

Every method takes complete matrices (..., n, n) and returns weights (..., n), positive, sum 1; one
matrix and a batch give the same bits, but for the eigenvector, whose last digits differ within
`eigen.PERRON_RTOL`. On a consistent matrix all methods agree. The eigenvector and the geometric
mean are defined for missing judgments (NaN) as well; the other methods refuse them:
`ahp.complete_matrices` makes matrices that every method takes. `prioritize` adds
what the method minimizes or maximizes, and whether its answer is the only one. The iterations are
in `solvers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import solvers
from .eigen import from_logs, geometric_means, normalized, solve_complete
from .errors import MatrixError, OptionError
from .incomplete import eigenvectors, log_least_squares
from .matrix import (
    Float,
    PairwiseMatrix,
    as_floats,
    as_matrices,
    as_numbers,
    chunks,
    first_cell,
    given_labels,
    plain,
    shape_error,
)
from .messages import Phrase
from .result import Result, data_frame, read_only
from .solvers import Unique
from .threads import each_part
from .version import __version__


@dataclass(frozen=True, eq=False, repr=False)
class Priorities(Result):
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
        labels: names of the n items, None for unlabeled matrices.
    """

    weights: Float
    method: str
    options: Mapping[str, float]
    objective: Any
    unique: Any
    version: str = __version__
    labels: tuple[str, ...] | None = field(default=None, repr=False)

    def to_frame(self) -> Any:
        """A pandas `DataFrame` with a column an item and a row a matrix, in the order of the batch;
        the items are named by their labels, or `"1"` … `"n"`.
        """
        n = self.weights.shape[-1]
        names = self.labels or tuple(str(k + 1) for k in range(n))
        return data_frame(self.weights.reshape(-1, n), columns=list(names))


def weights(a: ArrayLike | PairwiseMatrix | Any, method: str = "eigenvector") -> Float:
    """Priority vectors of one matrix or a batch.

    Args:
        a: pairwise comparison matrices, shape (..., n, n); NaN for not judged where the method is
            one of `INCOMPLETE`.
        method: a name in `METHODS`.

    Returns:
        Weights, shape (..., n), positive, sum 1 over the last axis; in the order of the labels
        where there are any, of the first one's in a list.

    Raises:
        OptionError: unknown method.
        MatrixError: not pairwise comparison matrices.
        IncompleteError: judgments are missing where the method needs all, or they do not connect
            all items.
        ConvergenceError: an iteration stopped short.

    >>> A = ahp.PairwiseMatrix.from_upper([3, 5, 3], ["tea", "coffee", "milk"])
    >>> ahp.weights(A).round(3)
    array([0.637, 0.258, 0.105])
    >>> batch = [[[1, 3], [1/3, 1]], [[1, 1], [1, 1]]]
    >>> ahp.weights(batch, "geometric_mean")
    array([[0.75, 0.25],
           [0.5 , 0.5 ]])
    """
    return METHODS[check_method(method)](a)


def prioritize(
    a: ArrayLike | PairwiseMatrix | Any, method: str = "eigenvector", **options: float
) -> Priorities:
    """Weights with their objective, and whether they are the method's only answer.

    Args:
        a: pairwise comparison matrices, shape (..., n, n); NaN for not judged where the method is
            one of `INCOMPLETE`, the objective is then that of the judged pairs.
        method: a name in `METHODS`.
        options: `deviation` (of `"fuzzy_preference"`, default 1): Mikhailov's deviation parameter
            d, in units of weight; it scales the objective and leaves the weights alone.

    Returns:
        A `Priorities`; the same weights as `weights`.

    Raises:
        OptionError: unknown method or option.
        MatrixError: not pairwise comparison matrices.
        IncompleteError: as for `weights`.
        ConvergenceError: an iteration stopped short.

    >>> A = ahp.PairwiseMatrix.from_upper([3, 5, 3], ["tea", "coffee", "milk"])
    >>> priorities = ahp.prioritize(A, "least_squares")
    >>> priorities.weights.round(3), round(priorities.objective, 3), priorities.unique
    (array([0.616, 0.268, 0.116]), 1.084, True)
    """
    used = _check_options(check_method(method), options)
    array = as_matrices(a, complete=method not in INCOMPLETE)
    unique: Unique = np.full(array.shape[:-2], True, dtype=object)
    if method in _SEARCHES:
        w, unique = _searched(array, method)
    else:
        w = METHODS[method](a)
    objective = _OBJECTIVES[method](array, w, **used) if method in _OBJECTIVES else None
    return Priorities(
        read_only(w),
        method,
        MappingProxyType(used),
        plain(objective),
        plain(unique),
        labels=given_labels(a),
    )


def direct_weights(measures: ArrayLike) -> Float:
    """Weights in proportion to direct measures of the items: prices, counts, scores (Saaty 1980,
    p. 20: ratios of known measures make a consistent matrix, and these are its weights).

    Args:
        measures: positive numbers on a ratio scale, larger = more important, shape (..., n).

    Returns:
        Weights, shape (..., n), sum 1 over the last axis.

    Raises:
        MatrixError: not positive, finite numbers.

    >>> ahp.direct_weights([200, 300, 500])
    array([0.2, 0.3, 0.5])
    """
    array = as_numbers(measures, Phrase("measures"), MatrixError)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise shape_error("measures", array, Phrase("with_item"))
    if (wrong := ~(np.isfinite(array) & (array > 0))).any():
        cell = first_cell(wrong, Phrase("measures"))
        raise MatrixError(
            "value_expected",
            name=cell,
            value=array[cell.index],
            expected=Phrase("positive_comma_finite"),
        )
    return normalized(array / array.max(axis=-1, keepdims=True))


def eigenvector(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Perron eigenvector, `A w = λmax w` (特征根法; Saaty 1977, J. Math. Psychology 15:234-281).

    With judgments missing, that of the completion with the smallest λmax (Bozóki, Fülöp & Rónyai
    2010, Math. Comput. Modelling 52:318-333, section 3; `ahp.complete_matrices`).

    Args:
        a: shape (..., n, n), NaN for not judged.

    Returns:
        Weights, shape (..., n).

    Raises:
        IncompleteError: the judged pairs do not connect all items.

    >>> ahp.eigenvector([[1, 3, 5], [1/3, 1, 3], [1/5, 1/3, 1]]).round(3)
    array([0.637, 0.258, 0.105])
    """
    found = solve_complete(a if isinstance(a, PairwiseMatrix) else as_floats(a))
    return found.weights.copy() if found else eigenvectors(as_matrices(a, complete=False), a)


def geometric_mean(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Normalized row geometric means, the logarithmic least squares solution (根法; Crawford &
    Williams 1985, J. Math. Psychology 29:387-405).

    Objective: minimal Σ_{i<j} (ln a_ij − ln w_i + ln w_j)².

    With judgments missing, the same over the judged pairs (`ahp.log_least_squares`; Bozóki, Fülöp &
    Rónyai 2010, Math. Comput. Modelling 52:318-333, section 4; that these are the geometric means
    of the matrix filled with w_i/w_j: Kułakowski 2020, Mathematics 8:1873).

    Args:
        a: shape (..., n, n), NaN for not judged.

    Returns:
        Weights, shape (..., n).

    Raises:
        IncompleteError: the judged pairs do not connect all items.

    >>> ahp.geometric_mean([[1, 2, 4], [1/2, 1, 2], [1/4, 1/2, 1]]).round(3)
    array([0.571, 0.286, 0.143])
    """
    array = as_matrices(a, complete=False)
    missing = np.isnan(array)
    if not missing.any():
        return geometric_means(array)
    w = log_least_squares(a)
    whole = ~missing.any(axis=(-1, -2))
    w[whole] = geometric_means(array[whole])  # with the bits they have by themselves
    return w


def column_mean(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Row means of the matrix with columns normalized to sum 1 (和法; Saaty 1980, p. 19, the
    "additive normalization" of the literature).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).

    >>> ahp.column_mean([[1, 3, 5], [1/3, 1, 3], [1/5, 1/3, 1]]).round(3)
    array([0.633, 0.26 , 0.106])
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
    v = _unit(_in_chunks(solvers.right_singular_vectors, array))
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
    return normalized(scale * solvers.solve_positive(links, scale))


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
    return from_logs(_in_chunks(solvers.chi_square, as_matrices(a)))


def least_squares(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Least squares (最小二乘法; Jensen 1984, J. Math. Psychology 28:317-332): not convex, so that
    there can be several local minima, and several global ones (Bozóki 2008, Central Eur. J.
    Operations Research 16:345-358).

    Newton steps in logarithms run from the geometric mean. If the objective is convex wherever it
    could be as small as the minimum found (Fülöp 2008, J. Global Optimization 42:423-442: it is
    everywhere when no judgment exceeds `solvers.CONVEX_LIMIT`), that minimum is proven to be the
    only one. Else the steps run from every column of the matrix as well, and from the geometric
    mean weights with each item's raised ninefold (the best `solvers.STARTS` of all these), and the
    lowest minimum is taken. Among equally low ones the choice is the nearest to the geometric mean
    weights (least squares of logarithms); then, for a matrix that looks the same to several items,
    the one that gives the first item most, the second item most, and so on.

    Objective: minimal Σ_{i,j} (a_ij − w_i/w_j)².

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).

    Raises:
        ConvergenceError: the steps did not settle.
    """
    return _searched(as_matrices(a), "least_squares")[0]


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
    return _searched(as_matrices(a), "log_least_absolute")[0]


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
    return _in_chunks(solvers.fuzzy_preference, as_matrices(a))


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


INCOMPLETE: tuple[str, ...] = ("eigenvector", "geometric_mean")
"""The methods that are defined for missing judgments."""


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
            raise OptionError("no_option", option=name, method=method)
        if name not in used:
            raise OptionError.unknown(Phrase("option"), name, used)
        number = as_numbers(value, name, OptionError)
        if number.ndim or not np.isfinite(number) or number <= 0:
            raise OptionError.refused(name, value, Phrase("one_positive"))
        used[name] = float(number)
    return used


def _log_squares(array: Float, w: Float) -> Float:
    total: Float = np.nansum(_log_residuals(array, w) ** 2, axis=(-1, -2))
    return total


def _log_absolutes(array: Float, w: Float) -> Float:
    total: Float = np.abs(_log_residuals(array, w)).sum(axis=(-1, -2))
    return total


def _log_residuals(array: Float, w: Float) -> Float:
    """The ln a_ij − ln w_i + ln w_j for i < j, 0 for the others."""
    return np.triu(np.log(array) - solvers.differences(np.log(w)), 1)


def _weighted_squares(array: Float, w: Float) -> Float:
    total: Float = ((array * w[..., None, :] - w[..., :, None]) ** 2).sum(axis=(-1, -2))
    return total


def _chi_squares(array: Float, w: Float) -> Float:
    ratios = solvers.weight_ratios(w)
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
    "least_squares": solvers.sum_of_squares,
    "weighted_least_squares": _weighted_squares,
    "log_least_absolute": _log_absolutes,
    "chi_square": _chi_squares,
    "log_goal_programming": _log_absolutes,
    "cosine": _cosines,
    "svd": _rank_one_squares,
    "fuzzy_preference": _degree,
}
"""Method -> what it minimizes or maximizes, of matrices, weights and options."""

_SEARCHES: dict[str, Callable[[Float], tuple[Float, Unique]]] = {
    "least_squares": solvers.least_squares,
    "log_least_absolute": solvers.log_least_absolute,
    "log_goal_programming": solvers.log_least_absolute,
}
"""Methods whose answer may not be unique -> weights, and whether they are, of (m, n, n)."""


def _searched(array: Float, method: str) -> tuple[Float, Unique]:
    """Weights of a method in `_SEARCHES`, shape (..., n), and whether they are the only ones."""
    n = array.shape[-1]
    flat = array.reshape(-1, n, n)
    w = np.empty(flat.shape[:-1])
    unique: Unique = np.empty(len(flat), dtype=object)
    for part in chunks(len(flat), 2 * n * n * n):
        w[part], unique[part] = _SEARCHES[method](flat[part])
    return w.reshape(array.shape[:-1]), unique.reshape(array.shape[:-2])


def _in_chunks(solve: Callable[[Float], Float], array: Float) -> Float:
    """What a function from matrices (m, n, n) to rows (m, n) gives, shape (..., n)."""
    n = array.shape[-1]
    flat = array.reshape(-1, n, n)
    rows = np.empty(flat.shape[:-1])

    def fill(part: slice, _: None) -> None:
        rows[part] = solve(flat[part])

    each_part(fill, chunks(len(flat), n * n), lambda: None)
    return rows.reshape(array.shape[:-1])


def _unit(vector: Float) -> Float:
    unit: Float = vector / np.sqrt((vector**2).sum(axis=-1, keepdims=True))
    return unit


def _unit_columns(array: Float) -> Float:
    unit: Float = array / np.sqrt((array**2).sum(axis=-2, keepdims=True))
    return unit
