"""Consistency of judgments: λmax, CI, RI, CR, and the other published indices.

CI = (λmax − n)/(n − 1), CR = CI/RI; judgments are acceptable when CR < 0.1 (Saaty 1977, J. Math.
Psychology 15:234-281; Saaty 1980, p. 21).

Every index takes matrices (..., n, n) and returns a number for one matrix, a read-only array of
shape (...) for a batch. One or two items cannot contradict each other: every index is then at its
perfect value by definition. With r_ijk = ln(a_ij a_jk / a_ik) the log residual of a triad,
i < j < k, a matrix is consistent when every r is 0.

Judgments may be missing (NaN) for the indices of triads, which are then those of the whole triads,
the three judgments of which are all given (Kułakowski & Talaga 2020, Int. J. General Systems
49:174-200): a mean or a maximum over no triad is NaN, a count 0. They may be missing for those of
residuals, which are then those of the least squares fit to the judged pairs (Bozóki, Fülöp & Rónyai
2010, Math. Comput. Modelling 52:318-333, section 4), and for order preservation, which asks for the
orders that are stated. The other indices refuse; λmax, CI and CR are those of
`ahp.check_incomplete_consistency`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import comb
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .eigen import solve_given
from .errors import MatrixError
from .incomplete import (
    IncompleteConsistency,
    check_connected,
    check_incomplete_consistency,
    eigenvectors,
    log_least_squares,
)
from .labels import joined_vector
from .matrix import (
    Bool,
    Float,
    PairwiseMatrix,
    as_floats,
    as_matrices,
    as_numbers,
    given_labels,
    plain,
    shape_error,
)
from .messages import Phrase
from .random_index import CR_LIMIT as CR_LIMIT  # noqa: PLC0414 - people look for it here
from .random_index import RANDOM_INDEX_TABLES, check_random_index, random_indices_for
from .result import Result, read_only
from .tolerance import TIE_RTOL

COSINE_LIMIT = 0.90
"""A cosine consistency index of at least this is acceptable (Kou & Lin 2014)."""


@dataclass(frozen=True, eq=False, repr=False)
class Consistency(Result):
    """Consistency of one matrix (plain numbers) or of a batch (arrays of shape (...)).

    Attributes:
        n: order of the matrices.
        lambda_max: Perron root.
        ci: (λmax − n)/(n − 1).
        ri: the table's value for n; None where it has none, and so are `cr`, `acceptable` and
            `cr_mean`; `cr_absent` says why.
        cr: CI/RI, 0 where RI is 0.
        acceptable: CR < 0.1.
        random_index: name of the table in use.
        lambda_mean: mean of (Aw)_i / w_i for the weights given, as Chinese textbooks print λmax;
            None when no weights were given.
        ci_mean, cr_mean: CI and CR that follow from `lambda_mean`.
        eigenvector: the weights that belong to `lambda_max`, shape (..., n), read-only.
        labels: names of the n items, None for unlabeled matrices.
    """

    n: int
    lambda_max: Any
    ci: Any
    ri: Any
    cr: Any
    acceptable: Any
    random_index: str
    lambda_mean: Any = None
    ci_mean: Any = None
    cr_mean: Any = None
    eigenvector: Any = field(default=None, repr=False)
    labels: tuple[str, ...] | None = field(default=None, repr=False)

    @property
    def cr_absent(self) -> Phrase | None:
        """Why there is no CR; None where there is one."""
        if self.ri is not None:
            return None
        tables = tuple(random_indices_for([self.n])) or Phrase("no_table")
        return Phrase("cr_absent", n=self.n, table=self.random_index, tables=tables)

    def _shown(self) -> Iterator[tuple[str, Any]]:
        yield from super()._shown()
        if self.ri is None:
            yield "cr_absent", str(self.cr_absent)


def check_consistency(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    random_index: str = "saaty",
    weights: ArrayLike | Any = None,
) -> Consistency:
    """λmax, CI, RI and CR of one matrix or a batch.

    `lambda_max` is always the Perron root and `cr` follows from it, whatever the weights.

    Args:
        a: complete pairwise comparison matrices, shape (..., n, n).
        random_index: name of a table in `RANDOM_INDEX_TABLES`.
        weights: positive weights, shape (..., n); adds `lambda_mean`, `ci_mean` and `cr_mean`.
            Labeled ones are joined to the matrix by label, others are in its order.

    Returns:
        A `Consistency`; numbers for one matrix, arrays of shape (...) for a batch. λmax and CI
        alone where the table has no value for n (`Consistency.cr_absent`).

    Raises:
        MatrixError: not pairwise comparison matrices, or weights that do not fit.
        IncompleteError: judgments are missing: `ahp.check_incomplete_consistency` has their CR.
        OptionError: unknown table.

    >>> A = ahp.PairwiseMatrix.from_upper([3, 5, 3], ["tea", "coffee", "milk"])
    >>> checked = ahp.check_consistency(A)
    >>> round(checked.lambda_max, 4), round(checked.ci, 4), checked.ri, round(checked.cr, 4)
    (3.0385, 0.0193, 0.58, 0.0332)
    >>> checked.acceptable
    True
    """
    labels = given_labels(a)
    table = RANDOM_INDEX_TABLES[check_random_index(random_index)]
    given = a if isinstance(a, PairwiseMatrix) else as_floats(a)
    w = None if weights is None else _fitting_weights(weights, given.shape, labels)
    found = solve_given(given, w, "incomplete_cr")
    n = found.array.shape[-1]
    ri = table.values.get(n)
    ci, cr = ci_and_cr(found.roots[()], n, ri)  # a number by itself is worked with sooner
    lambda_mean = ci_mean = cr_mean = None
    if found.means is not None:
        lambda_mean, ci_mean, cr_mean = map(plain, (found.means, *ci_and_cr(found.means, n, ri)))
    return Consistency(
        n=n,
        lambda_max=plain(found.roots),
        ci=plain(ci),
        ri=ri,
        cr=plain(cr),
        acceptable=None if cr is None else plain(cr < CR_LIMIT),
        random_index=random_index,
        lambda_mean=lambda_mean,
        ci_mean=ci_mean,
        cr_mean=cr_mean,
        eigenvector=read_only(found.weights),
        labels=labels,
    )


@overload
def ci_and_cr(lambda_max: Float, n: int, ri: float) -> tuple[Float, Float]: ...
@overload
def ci_and_cr(lambda_max: Float, n: int, ri: float | None) -> tuple[Float, Float | None]: ...
def ci_and_cr(lambda_max: Float, n: int, ri: float | None) -> tuple[Float, Float | None]:
    """CI and CR of matrices of order n from their λmax, shape (...); 0 where there are none. No CR
    without RI.
    """
    ci = (lambda_max - n) / (n - 1) if n > 1 else np.zeros_like(lambda_max)
    if ri is None:
        return ci, None
    return ci, ci / ri if ri else np.zeros_like(ci)


def geometric_consistency_index(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """GCI = 2/((n−1)(n−2)) Σ_{i<j} ln²(a_ij w_j / w_i), w the geometric-mean weights (Crawford &
    Williams 1985; Aguarón & Moreno-Jiménez 2003, Eur. J. Operational Research 147:137-145).

    Perfect: 0. Acceptable below the value that belongs to CR = 0.10: 0.3147 for n = 3, 0.3526 for
    n = 4, 0.370 above (ibid.). Near consistency GCI = 2n/(n−2) · CI, so that another limit CR* has
    its GCI* = 2n/(n−2) · RI · CR*.

    It is the residual variance of the least squares fit, (n−1)(n−2)/2 its degrees of freedom
    (Crawford & Williams 1985). With m pairs missing it is that of the fit to the judged ones, with
    m degrees of freedom less, to which the limits do not apply; 0 where none is left (n−1 judgments
    cannot contradict each other).

    Args:
        a: shape (..., n, n), NaN for not judged.

    Returns:
        GCI, shape (...).

    Raises:
        IncompleteError: the judged pairs do not connect all items.

    >>> round(ahp.geometric_consistency_index([[1, 3, 5], [1/3, 1, 3], [1/5, 1/3, 1]]), 4)
    0.1152
    """
    return _measure_fit(a, _gci)


def _gci(array: Float, missing: Bool | None) -> Float:
    n = array.shape[-1]
    squares = _total(_geometric_errors(_log_judgments(array), missing) ** 2)
    freedom = (n - 1) * (n - 2)
    if missing is None:
        index: Float = squares / freedom
        return index
    left = freedom - missing.sum(axis=(-1, -2))  # both cells of a pair
    return np.where(left > 0, squares / np.maximum(left, 1), 0.0)


def koczkodaj_index(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """K = max over triads of min(|1 − a_ij a_jk / a_ik|, |1 − a_ik / (a_ij a_jk)|), that is
    1 − exp(−max |r|) (Koczkodaj 1993, Math. Comput. Modelling 18(7):79-84; Duszak & Koczkodaj 1994,
    Information Processing Letters 52:273-276).

    Perfect: 0; below 1.

    Args:
        a: shape (..., n, n), NaN for not judged.

    Returns:
        K, shape (...); NaN where no triad is whole.

    >>> round(ahp.koczkodaj_index([[1, 3, 5], [1/3, 1, 3], [1/5, 1/3, 1]]), 4)
    0.4444
    """
    return _measure(a, _koczkodaj, complete=False)


def _koczkodaj(array: Float) -> Float:
    worst = np.full(array.shape[:-2], np.nan)
    for residuals in _triad_residuals(array):
        worst = np.fmax(worst, np.fmax.reduce(residuals, axis=-1))
    index: Float = -np.expm1(-worst)
    return index


def pelaez_lamata_index(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """CI* = mean over triads of the determinant a_ij a_jk / a_ik + a_ik / (a_ij a_jk) − 2, that is
    of 4 sinh²(r/2) (Peláez & Lamata 2003, Computers & Mathematics with Applications 46:1839-1845).

    Perfect: 0.

    Args:
        a: shape (..., n, n), NaN for not judged.

    Returns:
        CI*, shape (...); NaN where no triad is whole.
    """
    return _measure(
        a, lambda array: _triad_mean(array, lambda r: 4 * np.sinh(r / 2) ** 2), complete=False
    )


def triad_log_residual(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """LTI1 = mean over triads of |r| (Kazibudzki 2016, J. Applied Mathematics and Computational
    Mechanics 15(1):71-78, averaged over all triads).

    Perfect: 0.

    Args:
        a: shape (..., n, n), NaN for not judged.

    Returns:
        LTI1, shape (...); NaN where no triad is whole.
    """
    return _measure(a, lambda array: _triad_mean(array, lambda r: r), complete=False)


def harmonic_consistency_index(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """HCI = (HM − n)(n + 1)/(n(n − 1)), HM the harmonic mean of the column sums (Stein & Mizzi
    2007, Eur. J. Operational Research 177:488-497).

    Perfect: 0.

    Args:
        a: shape (..., n, n).

    Returns:
        HCI, shape (...).
    """
    return _measure(a, _harmonic)


def _harmonic(array: Float) -> Float:
    n = array.shape[-1]
    harmonic_mean = n / (1 / array.sum(axis=-2)).sum(axis=-1)
    excess = np.maximum(harmonic_mean - n, 0)  # HM >= n, but for rounding
    index: Float = excess * (n + 1) / (n * (n - 1))
    return index


def salo_hamalainen_index(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """CM = 2/(n(n−1)) Σ_{i<j} (r̄_ij − r̲_ij)/((1 + r̄_ij)(1 + r̲_ij)), r̄ and r̲ the largest and the
    smallest of a_ik a_kj over k (Salo & Hämäläinen 1995, Eur. J. Operational Research 82:458-475;
    1997, J. Multi-Criteria Decision Analysis 6:309-319).

    Perfect: 0; below 1.

    Args:
        a: shape (..., n, n).

    Returns:
        CM, shape (...).
    """
    return _measure(a, _salo_hamalainen)


def _salo_hamalainen(array: Float) -> Float:
    n = array.shape[-1]
    low = high = logs = _log_judgments(array)
    for k in range(n):
        path = logs[..., :, k, None] + logs[..., k, None, :]
        low, high = np.minimum(low, path), np.maximum(high, path)
    # (x − y)/((1 + x)(1 + y)) = (tanh(ln x / 2) − tanh(ln y / 2))/2, the same for (i, j) and (j, i)
    index: Float = _total(np.tanh(high / 2) - np.tanh(low / 2)) / (2 * n * (n - 1))
    return index


def golden_wang_index(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """GW = (1/n) Σ_ij |a*_ij − w_i|, a* the matrix with columns that sum to 1, w the geometric-mean
    weights (Golden & Wang 1989, in Golden, Wasil & Harker (eds.), The Analytic Hierarchy Process:
    Applications and Studies, Springer, 68-81).

    Perfect: 0.

    Args:
        a: shape (..., n, n).

    Returns:
        GW, shape (...).
    """
    return _measure(a, _golden_wang)


def _golden_wang(array: Float) -> Float:
    columns = array / array.sum(axis=-2, keepdims=True)
    means = np.exp(_log_judgments(array).mean(axis=-1, keepdims=True))
    weights = means / means.sum(axis=-2, keepdims=True)
    index: Float = _total(np.abs(columns - weights)) / array.shape[-1]
    return index


def cosine_consistency_index(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """CCI = sqrt(Σ_i (Σ_j b_ij)²)/n, b the matrix with columns of length 1: the mean cosine between
    the columns and the weights that maximize it (Kou & Lin 2014, Eur. J. Operational Research
    235:225-232).

    Perfect: 1, the largest value. Acceptable from 0.90 (ibid.).

    Args:
        a: shape (..., n, n).

    Returns:
        CCI, shape (...).
    """
    return _measure(a, _cosine, perfect=1.0)


def _cosine(array: Float) -> Float:
    unit = array / np.sqrt((array**2).sum(axis=-2, keepdims=True))
    length = np.sqrt((unit.sum(axis=-1) ** 2).sum(axis=-1))
    index: Float = np.minimum(length / array.shape[-1], 1)  # at most 1, but for rounding
    return index


def relative_error(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """RE = Σ_ij (L_ij − g_i + g_j)² / Σ_ij L_ij², L = ln a_ij, g the row means of L (Barzilai 1998,
    J. Multi-Criteria Decision Analysis 7:123-132).

    With pairs missing, both sums are over the judged ones, and g are the logarithms of the least
    squares weights.

    Perfect: 0; at most 1. 0 where every judgment is a tie.

    Args:
        a: shape (..., n, n), NaN for not judged.

    Returns:
        RE, shape (...).

    Raises:
        IncompleteError: the judged pairs do not connect all items.
    """
    return _measure_fit(a, _relative_error)


def _relative_error(array: Float, missing: Bool | None) -> Float:
    logs = _log_judgments(array)
    errors = _total(_geometric_errors(logs, missing) ** 2)
    if missing is not None:
        logs = np.where(missing, 0.0, logs)
    ties, whole = (np.abs(logs) <= TIE_RTOL).all(axis=(-2, -1)), _total(logs**2)
    return np.where(ties, 0, errors / np.where(ties, 1, whole))


def circular_triads(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """Number d of triads whose judgments go round, i > j > k > i (Kendall & Babington Smith 1940,
    Biometrika 31:324-345; for AHP Iida 2009, J. Operations Research Society of Japan 52:174-185).

    Both sources know no ties. Here a triad with a tie is never circular; the contradictions in
    which ties take part are counted by `intransitive_triads`.

    Perfect: 0.

    Args:
        a: shape (..., n, n), NaN for not judged.

    Returns:
        d, shape (...), integers.

    >>> loop = [[1, 2, 1/2], [1/2, 1, 2], [2, 1/2, 1]]  # 1 before 2 before 3 before 1
    >>> ahp.circular_triads(loop)
    1
    """
    return _measure(a, _circular, perfect=0, complete=False)


def _circular(array: Float) -> NDArray[np.int64]:
    above, _ = _order(array)
    return _count((above @ above) * np.swapaxes(above, -1, -2)) // 3


def intransitive_triads(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """Number of triads that no order with ties allows: i > j > k > i; i > j > k with i = k; and
    i = j = k with i > k (Kułakowski 2018, Eur. J. Operational Research 270:314-327, who extends
    Kendall & Babington Smith 1940 to ties). Without ties the same as `circular_triads`.

    Perfect: 0, exactly when the judgments rank the items, ties allowed.

    Args:
        a: shape (..., n, n), NaN for not judged.

    Returns:
        The count, shape (...), integers.
    """
    return _measure(a, _intransitive, perfect=0, complete=False)


def _intransitive(array: Float) -> NDArray[np.int64]:
    above, tied = _order(array)
    return _circular(array) + _count((above @ above) * tied) + _count((tied @ tied) * above)


def kendall_zeta(a: ArrayLike | PairwiseMatrix | Any) -> Any:
    """Coefficient of consistence, ζ = 1 − 24d/(n³ − n) for odd n, 1 − 24d/(n³ − 4n) for even n, d
    the number of circular triads (Kendall & Babington Smith 1940, Biometrika 31:324-345).

    A tie makes no circle (see `circular_triads`), so that ζ stays within 0…1.

    Perfect: 1.

    Args:
        a: shape (..., n, n).

    Returns:
        ζ, shape (...).
    """
    return _measure(a, _zeta, perfect=1.0)


def _zeta(array: Float) -> Float:
    n = array.shape[-1]
    return np.asarray(1 - 24 * _circular(array) / (n**3 - (n if n % 2 else 4 * n)))


@dataclass(frozen=True, eq=False, repr=False)
class Preserved(Result):
    """How many of the orders in the judgments the weights keep; numbers, or arrays of shape (...).

    Attributes:
        asked: orders that the judgments state.
        strict: those that hold with `>` among the weights.
        weak: those that hold with `>=`: not reversed.
        strict_share, weak_share: shares of `asked`, 1 where nothing is asked.
    """

    asked: Any
    strict: Any
    weak: Any
    strict_share: Any
    weak_share: Any


@dataclass(frozen=True, eq=False, repr=False)
class OrderPreservation(Result):
    """What of the order in the judgments is found in the weights.

    Attributes:
        preferences: pairs, `a_ij > 1` asks for `w_i > w_j`.
        intensities: pairs of pairs, `a_ij > a_kl > 1` asks for `w_i / w_j > w_k / w_l`.
        weights: the weights, shape (..., n), read-only.
        labels: names of the n items, None for unlabeled matrices.
    """

    preferences: Preserved
    intensities: Preserved
    weights: Float
    labels: tuple[str, ...] | None = field(default=None, repr=False)


def order_preservation(
    a: ArrayLike | PairwiseMatrix | Any, weights: ArrayLike | Any = None
) -> OrderPreservation:
    """Condition of order preservation (Bana e Costa & Vansnick 2008, Eur. J. Operational Research
    187:1422-1428): preferences and their intensities should come back in the weights.

    The condition holds when both strict shares are 1. Tied judgments ask for nothing, and neither
    do missing ones.

    Args:
        a: shape (..., n, n), NaN for not judged.
        weights: positive weights, shape (..., n), of any method, as for `check_consistency`; the
            eigenvector when None.

    Returns:
        Counts and shares for each matrix.

    Raises:
        MatrixError: not pairwise comparison matrices, or weights that do not fit.
        IncompleteError: no weights are given, and the judged pairs do not connect all items.

    >>> A = ahp.PairwiseMatrix.from_upper([3, 5, 3], ["tea", "coffee", "milk"])
    >>> ahp.order_preservation(A, [0.3, 0.6, 0.1]).preferences
    Preserved(asked=3, strict=2, weak=2, strict_share=0.666667, weak_share=0.666667)
    """
    array = as_matrices(a, complete=False)
    labels = given_labels(a)
    fitting = None if weights is None else _fitting_weights(weights, array.shape, labels)
    w = read_only(eigenvectors(array, a) if fitting is None else fitting.copy())
    logs = _log_judgments(array)
    heights = np.log(w)
    i, j = np.triu_indices(array.shape[-1], 1)
    judged = _cells(logs, i, j)
    gaps = np.where(judged < 0, -1, 1) * (heights[..., i] - heights[..., j])
    judged = np.abs(judged)
    preferences = np.zeros((3, *array.shape[:-2]), dtype=np.int64)
    intensities = np.zeros_like(preferences)
    preferred = judged > TIE_RTOL
    _keep(preferences, preferred, gaps)
    for p in range(len(i)):
        weaker = preferred & (judged[..., p, None] - judged > TIE_RTOL)
        _keep(intensities, weaker, gaps[..., p, None] - gaps)
    return OrderPreservation(_preserved(preferences), _preserved(intensities), w, labels)


def _keep(counts: NDArray[np.int64], asked: NDArray[np.bool_], gaps: Float) -> None:
    """Add to the counts: orders asked for, those found strictly, those not reversed."""
    for count, orders in enumerate((asked, asked & (gaps > TIE_RTOL), asked & (gaps >= -TIE_RTOL))):
        counts[count] += orders.sum(axis=-1)


def _preserved(counts: NDArray[np.int64]) -> Preserved:
    asked, strict, weak = counts
    whole = np.maximum(asked, 1)
    shares = (np.where(asked == 0, 1.0, count / whole) for count in (strict, weak))
    return Preserved(*map(plain, (asked, strict, weak, *shares)))


@dataclass(frozen=True, eq=False, repr=False)
class Index(Result):
    """One index of one matrix.

    Attributes:
        name: the function that computes it, or its name in this table.
        value: its value; NaN where judgments are missing and the index has no meaning without
            them, and for a CR where the table has no random index.
        perfect: its value for consistent judgments.
        threshold: the published limit; None where there is none.
        acceptable: whether the value keeps the limit; None without a limit or a value.
        source: where the index is defined.
    """

    name: str
    value: float
    perfect: float
    threshold: float | None
    acceptable: bool | None
    source: str


def all_indices(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    random_index: str = "saaty",
    weights: ArrayLike | Any = None,
) -> tuple[Index, ...]:
    """Every index of one matrix, with its threshold and verdict where one is published.

    With judgments missing, λmax, CI and CR are those of `ahp.check_incomplete_consistency` with the
    method `"any"`, and the limit of the geometric consistency index does not apply.

    Args:
        a: one pairwise comparison matrix, shape (n, n), NaN for not judged.
        random_index: name of a table in `RANDOM_INDEX_TABLES`, for CR.
        weights: positive weights, shape (n,), for order preservation; the eigenvector when None.

    Returns:
        The indices, always the same ones in the same order.

    Raises:
        MatrixError: not one pairwise comparison matrix, or weights that do not fit.
        IncompleteError: the judged pairs do not connect all items.
        OptionError: unknown table.
        RandomIndexError: judgments are missing, and the table does not reach n.

    >>> A = ahp.PairwiseMatrix.from_upper([3, 5, 3], ["tea", "coffee", "milk"])
    >>> indices = {index.name: index.value for index in ahp.all_indices(A)}
    >>> round(indices["consistency_ratio"], 4), round(indices["koczkodaj_index"], 4)
    (0.0332, 0.4444)
    """
    matrix = a if isinstance(a, PairwiseMatrix) else PairwiseMatrix(a)  # validated from here on
    n = matrix.n
    root, ri_source = _root(matrix, random_index)
    order = order_preservation(matrix, weights)

    def of_complete(index: Callable[[PairwiseMatrix], Any]) -> Any:
        return index(matrix) if matrix.complete else np.nan

    rows: tuple[tuple[str, Any, float, float | None, str], ...] = (
        ("lambda_max", root.lambda_max, n, None, "Saaty 1977"),
        ("consistency_index", root.ci, 0, None, "Saaty 1977"),
        (
            "consistency_ratio",
            np.nan if root.cr is None else root.cr,
            0,
            CR_LIMIT,
            f"Saaty 1980, p. 21; RI: {ri_source}",
        ),
        (
            "geometric_consistency_index",
            geometric_consistency_index(matrix),
            0,
            _gci_limit(n) if matrix.complete else None,
            "Aguarón & Moreno-Jiménez 2003",
        ),
        (
            "koczkodaj_index",
            koczkodaj_index(matrix),
            0,
            None,
            "Koczkodaj 1993; Duszak & Koczkodaj 1994",
        ),
        ("pelaez_lamata_index", pelaez_lamata_index(matrix), 0, None, "Peláez & Lamata 2003"),
        (
            "harmonic_consistency_index",
            of_complete(harmonic_consistency_index),
            0,
            None,
            "Stein & Mizzi 2007",
        ),
        (
            "salo_hamalainen_index",
            of_complete(salo_hamalainen_index),
            0,
            None,
            "Salo & Hämäläinen 1995, 1997",
        ),
        ("golden_wang_index", of_complete(golden_wang_index), 0, None, "Golden & Wang 1989"),
        (
            "cosine_consistency_index",
            of_complete(cosine_consistency_index),
            1,
            COSINE_LIMIT,
            "Kou & Lin 2014",
        ),
        ("relative_error", relative_error(matrix), 0, None, "Barzilai 1998"),
        ("triad_log_residual", triad_log_residual(matrix), 0, None, "Kazibudzki 2016"),
        ("circular_triads", circular_triads(matrix), 0, None, "Kendall & Babington Smith 1940"),
        ("intransitive_triads", intransitive_triads(matrix), 0, None, "Kułakowski 2018"),
        ("kendall_zeta", of_complete(kendall_zeta), 1, None, "Kendall & Babington Smith 1940"),
        *(
            (name, share, 1, limit, "Bana e Costa & Vansnick 2008")
            for name, share, limit in (
                ("strict_order_preservation", order.preferences.strict_share, 1),
                ("weak_order_preservation", order.preferences.weak_share, None),
                ("strict_intensity_preservation", order.intensities.strict_share, 1),
                ("weak_intensity_preservation", order.intensities.weak_share, None),
            )
        ),
    )
    return tuple(
        Index(name, value, perfect, threshold, _verdict(value, perfect, threshold), source)
        for name, value, perfect, threshold, source in rows
    )


def _root(
    matrix: PairwiseMatrix, random_index: str
) -> tuple[Consistency | IncompleteConsistency, str]:
    """λmax, CI and CR of one matrix, and the source of its random index."""
    source = RANDOM_INDEX_TABLES[check_random_index(random_index)].source
    if matrix.complete:
        checked = check_consistency(matrix, random_index=random_index)
        return checked, source if checked.cr_absent is None else str(checked.cr_absent)
    root = check_incomplete_consistency(matrix, method="any", random_index=random_index)
    return root, f"{root.ri_source}, {root.missing} missing, Ágoston & Csató 2022"


def _gci_limit(n: int) -> float | None:
    """GCI that belongs to CR = 0.10 (Aguarón & Moreno-Jiménez 2003)."""
    return {1: None, 2: None, 3: 0.3147, 4: 0.3526}.get(n, 0.370)


def _verdict(value: float, perfect: float, threshold: float | None) -> bool | None:
    """Indices that are best at 0 stay below their limit, those that are best at 1 reach it."""
    if threshold is None or np.isnan(value):
        return None
    return value < threshold if perfect == 0 else value >= threshold


def _measure(
    a: ArrayLike | PairwiseMatrix | Any,
    formula: Callable[[Float], Any],
    perfect: float = 0.0,
    *,
    complete: bool = True,
) -> Any:
    """An index by its formula, which holds for three items or more."""
    return _index(as_matrices(a, complete=complete), formula, perfect)


def _measure_fit(
    a: ArrayLike | PairwiseMatrix | Any, formula: Callable[[Float, Bool | None], Any]
) -> Any:
    """An index of the residuals of the least squares fit to the judged pairs; the formula also has
    the missing cells, None where there are none.
    """
    array = as_matrices(a, complete=False)
    missing = np.isnan(array)
    if not missing.any():
        return _index(array, lambda cells: formula(cells, None))
    check_connected(array, a)
    return _index(array, lambda cells: formula(cells, missing))


def _index(array: Float, formula: Callable[[Float], Any], perfect: float = 0.0) -> Any:
    if array.shape[-1] < 3:
        return plain(np.full(array.shape[:-2], perfect))
    return plain(formula(array))


def _log_judgments(array: Float) -> Float:
    """Logarithms ln a_ij, skew-symmetric to the last bit: each the mean of what both cells say."""
    logs = np.log(array)
    return np.ascontiguousarray((logs - np.swapaxes(logs, -1, -2)) / 2)


def _geometric_errors(logs: Float, missing: Bool | None) -> Float:
    """ln(a_ij w_j / w_i) of the geometric-mean weights, 0 for the pairs that are missing."""
    means = logs.mean(axis=-1)
    if missing is not None:
        partial = missing.any(axis=(-1, -2))
        means[partial] = np.log(log_least_squares(np.exp(logs[partial])))
    errors: Float = logs - (means[..., :, None] - means[..., None, :])
    return errors if missing is None else np.where(missing, 0.0, errors)


def _triad_residuals(array: Float) -> Iterator[Float]:
    """|r_ijk| of the triads i < j < k, for one k after another: shapes (..., k(k−1)/2); NaN for
    those that are not whole.
    """
    logs = _log_judgments(array)
    for k in range(2, array.shape[-1]):
        i, j = np.triu_indices(k, 1)
        yield np.abs(_cells(logs, i, j) + (_cells(logs, j, k) - _cells(logs, i, k)))


def _triad_mean(array: Float, term: Callable[[Float], Float]) -> Float:
    mean = np.zeros(array.shape[:-2])
    judged = ~np.isnan(array)
    if judged.all():
        for residuals in _triad_residuals(array):
            mean = mean + term(residuals).sum(axis=-1) / comb(array.shape[-1], 3)
        return mean
    whole = _whole_triads(judged)
    count = np.where(whole > 0, whole, np.nan)
    for residuals in _triad_residuals(array):
        mean = mean + np.nansum(term(residuals), axis=-1) / count
    return mean


def _whole_triads(judged: NDArray[np.bool_]) -> Float:
    """How many triads have their three pairs judged, shape (..., n, n) -> (...)."""
    n = judged.shape[-1]
    pairs = (judged & ~np.eye(n, dtype=bool)).astype(np.float64)
    return _total((pairs @ pairs) * pairs) / 6


def _order(array: Float) -> tuple[Float, Float]:
    """Who is judged above whom, and who ties with whom: ones among zeros, diagonals zero."""
    logs = _log_judgments(array)
    above = (logs > TIE_RTOL).astype(np.float64)
    tied = ~np.isnan(logs) - above - np.swapaxes(above, -1, -2) - np.eye(array.shape[-1])
    return above, tied


def _count(cells: Float) -> NDArray[np.int64]:
    return _total(cells).astype(np.int64)


def _cells(logs: Float, i: NDArray[np.int64], j: NDArray[np.int64] | int) -> Float:
    """Cells (i, j) of each matrix, in memory in the order they are listed: fancy indexing promises
    none, and the last bit of a sum depends on it.
    """
    cells: Float = np.take(_flat(logs), i * logs.shape[-1] + j, axis=-1)
    return cells


def _total(cells: Float) -> Float:
    """Sum over each matrix, one matrix and a batch by the same path."""
    return np.asarray(_flat(cells).sum(axis=-1))


def _flat(cells: Float) -> Float:
    n = cells.shape[-1]
    return cells.reshape(*cells.shape[:-2], n * n)


def _fitting_weights(weights: Any, shape: tuple[int, ...], labels: tuple[str, ...] | None) -> Float:
    """Positive weights for matrices of this shape."""
    name = Phrase("weights")
    numbers = joined_vector(weights, labels, name, Phrase("the_matrix"), MatrixError)
    w = as_numbers(numbers, name, MatrixError)
    if w.shape != shape[:-1]:
        raise shape_error("weights", w, str(shape[:-1]))
    if not (np.isfinite(w) & (w > 0)).all():
        raise MatrixError(
            "numbers_expected",
            name=name,
            values=w.tolist(),
            expected=Phrase("numbers_positive"),
        )
    return w
