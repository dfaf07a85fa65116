"""How far a panel agrees, on what it splits, and who stands with whom.

Experts are the axis before the items or pairs, and judgments are given, as in `group`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import MatrixError, OptionError
from .group import (
    check_integer,
    check_scale_max,
    checked_weights,
    distance_rows,
    distances_between,
    normalize_expert_weights,
    one_panel,
    panel_shares,
    panel_weights,
    refuse_judgments,
    refuse_matrices,
    scaled_weights,
)
from .labels import joined_panel, joined_rows, joined_vector, numbers_of, vector_labels
from .matrix import (
    LARGEST,
    Float,
    Int,
    PairwiseMatrix,
    as_matrices,
    as_numbers,
    given_labels,
    plain,
    refuse,
    shape_error,
    slices,
)
from .messages import Phrase
from .result import Result
from .threads import each_part
from .tolerance import ROUNDING_ATOL, TIE_RTOL, rank_spans
from .version import __version__

BANDS = ("very low", "low", "moderate", "high", "very high")
"""Words for a consensus."""

BAND_LIMITS = (0.5, 0.65, 0.75, 0.85)
"""S* at which the next word of `BANDS` begins (Goepel 2013, 2018; AHP-OS shows others)."""

ORDER_BANDS = ("may be chance", "very weak", "weak", "moderate", "strong", "very strong")
"""Words for an agreement on the order."""

ORDER_LIMITS = (0.3, 0.5, 0.7, 0.9)
"""W at which `"weak"` and the words after it begin (Schmidt 1997, Decision Sciences 28:763-774,
whose words stand at .1, .3, .5, .7 and .9)."""

SIGNIFICANT = 0.05
"""A p-value below this is taken for more than chance."""


ORDERED = 1000
"""Experts up to whom the leaves of clusters are put in the optimal order: it takes longer than all
else, and grows with the square of their number and more."""

LINKED = 2000
"""Experts who are clustered by linkage at most; of more, a sample of so many is."""

_CELLS = 1 << 20
"""Numbers of a panel worked on at once; bounds the memory, and smaller panels are worked on as a
whole."""


def scale_position(a: ArrayLike) -> Any:
    """Judgments as signed steps on Saaty's scale: a − 1 for a of 1 or more, 1 − 1/a below, so that
    9 is 8, 1 is 0 and 1/3 is −2.

    Args:
        a: positive judgments, any shape; NaN stays NaN.

    Returns:
        Steps of the same shape.

    Raises:
        MatrixError: not judgments.
    """
    array = as_numbers(a, "a", MatrixError)
    refuse_judgments("a", array)
    return plain(np.where(array < 1, 1 - 1 / array, array - 1))


def position_judgment(position: ArrayLike) -> Any:
    """The inverse of `scale_position`: s + 1 for s of 0 or more, 1/(1 − s) below.

    Args:
        position: steps, any shape; NaN stays NaN.

    Returns:
        Judgments of the same shape.

    Raises:
        MatrixError: infinite steps.
    """
    steps = as_numbers(position, Phrase("position"), MatrixError)
    refuse(np.isinf(steps), Phrase("position"), steps, Phrase("finite"))
    return plain(np.where(steps < 0, 1 / (1 + np.abs(steps)), 1 + np.abs(steps)))


@dataclass(frozen=True, eq=False, repr=False)
class Consensus(Result):
    """Entropies and consensus of one panel (plain numbers) or of a batch (arrays of shape (...)).

    Attributes:
        alpha: Hα, mean entropy of the experts' weights, natural logarithm.
        beta: Hβ = Hγ − Hα, what their differences add.
        gamma: Hγ, entropy of the panel's arithmetic mean weights.
        similarity: S*, 1 for identical weights.
        experts: how many count: of weight above 0, and not abstained.
        floor: c, the exp(−Hβ) of the strongest disagreement, which S* counts as 0.
        scale_max: M in use; None = unbounded.
        version: of `ahp`.
    """

    alpha: Any
    beta: Any
    gamma: Any
    similarity: Any
    experts: Any
    floor: float
    scale_max: float | None
    version: str = __version__


def group_consensus(
    weights: ArrayLike | Any,
    expert_weights: ArrayLike | None = None,
    *,
    scale_max: float | None = 9.0,
) -> Consensus:
    """AHP consensus S* (Goepel 2013, Proc. Int. Symposium on the AHP; 2018, Int. J. Analytic
    Hierarchy Process 10:469-487), from the Shannon entropies of the experts' weights.

    S* = (exp(−Hβ) − c)/(1 − c). c belongs to n experts each of whom puts another item M times above
    all the rest, c = exp(Hα,min)/n with the entropy Hα,min of the weights M/(n+M−1) and n − 1 times
    1/(n+M−1); without a bound it is 1/n. S* is 0 there, and below 0 where weights are more extreme
    than M allows.

    Args:
        weights: one vector an expert, 0 or more, each scaled to sum 1; a row of NaN = abstained.
            Shape (..., k, n), n of 2 or more. Labeled ones are joined by label.
        expert_weights: shape (..., k), leading axes broadcast; the weights of the means over
            experts. None = equal, Goepel's own.
        scale_max: M, what the scale gives the strongest judgment, `ahp.SCALES[name].maximum(n)`.
            None for global weights of leaves.

    Returns:
        A `Consensus`; NaN for a panel in which everybody abstained.

    Raises:
        OptionError: M of 1 or less.
        MatrixError: weights or expert weights that do not fit.

    >>> weights = [[0.6, 0.3, 0.1], [0.5, 0.3, 0.2], [0.6, 0.1, 0.3]]  # a row an expert
    >>> round(ahp.group_consensus(weights).similarity, 4)
    0.8965
    """
    array = checked_weights(weights)
    _check_two_items(array)
    floor = _floor(array.shape[-1], scale_max)
    abstained = np.isnan(array[..., 0])
    expert_weights = joined_panel(expert_weights, weights, Phrase("weights"), MatrixError)
    shares = panel_shares(expert_weights, array.shape[-2], array.shape[:-2])
    counted = np.where(abstained, 0.0, shares)
    total = counted.sum(axis=-1, keepdims=True)
    counted = np.where(total > 0, counted, np.nan) / np.where(total > 0, total, 1.0)
    entropy = np.empty(abstained.shape)

    def of_part(part: slice, _memory: None) -> Float:
        priorities = scaled_weights(array[..., part, :])
        filled = np.where(abstained[..., part, None], 1.0, priorities)
        entropy[..., part] = _entropy(filled)
        return np.asarray((counted[..., part, None] * filled).sum(axis=-2))

    experts, items = array.shape[-2:]
    parts = _parts(experts, math.prod(array.shape[:-2]) * items or 1)
    mean = reduce(np.add, each_part(of_part, parts, lambda: None))
    alpha = (counted * entropy).sum(axis=-1)
    gamma = _entropy(mean)
    beta = gamma - alpha
    return Consensus(
        alpha=plain(alpha),
        beta=plain(beta),
        gamma=plain(gamma),
        similarity=plain((np.exp(-beta) - floor) / (1 - floor)),
        experts=plain((counted > 0).sum(axis=-1)),
        floor=floor,
        scale_max=scale_max,
    )


def pairwise_consensus(weights: ArrayLike | Any, *, scale_max: float | None = 9.0) -> Float:
    """S* of every two experts, as of a panel of these two: what AHP-OS forms its clusters by.

    Args:
        weights: as for `group_consensus`, shape (..., k, n).
        scale_max: as for `group_consensus`.

    Returns:
        S*, shape (..., k, k), symmetric, 1 on the diagonal; NaN for experts who abstained.

    Raises:
        OptionError: M of 1 or less.
        MatrixError: weights that do not fit.
    """
    priorities = _two_items(weights)
    floor = _floor(priorities.shape[-1], scale_max)
    entropy = _entropy(priorities)
    similarity = np.empty((*priorities.shape[:-1], priorities.shape[-2]))
    for k in range(priorities.shape[-2]):
        joint = _entropy((priorities + priorities[..., k : k + 1, :]) / 2)
        beta = joint - (entropy + entropy[..., k : k + 1]) / 2
        similarity[..., k] = (np.exp(-beta) - floor) / (1 - floor)
    return similarity


def hierarchy_consensus(node_weights: ArrayLike, similarities: ArrayLike) -> Any:
    """Consensus on a hierarchy, Σ p·S*/Σ p over its parents (Goepel 2013, 2018).

    Args:
        node_weights: p, global weights of the parents (1 for the goal), 0 or more, shape
            (..., parents).
        similarities: S* of the weights below each, shape (..., parents); NaN = left out.

    Returns:
        S*, shape (...); NaN where every parent of weight above 0 is left out.

    Raises:
        MatrixError: numbers that do not fit.
    """
    parents = vector_labels(node_weights)
    names = {code: Phrase(code) for code in ("node_weights", "similarities")}
    similarities = joined_vector(
        similarities, parents, names["similarities"], Phrase("the_node_weights"), MatrixError
    )
    p = as_numbers(numbers_of(node_weights), names["node_weights"], MatrixError)
    s = as_numbers(similarities, names["similarities"], MatrixError)
    if p.ndim == 0 or s.ndim == 0 or p.shape[-1] != s.shape[-1] or not s.size:
        raise MatrixError("parents_differ", shape=str(p.shape), other_shape=str(s.shape))
    wrong = ~((p >= 0) & (p <= LARGEST))
    refuse(wrong, names["node_weights"], p, Phrase("number_from_to", low=0, high=LARGEST))
    refuse(np.isinf(s), names["similarities"], s, Phrase("finite_or_nan"))
    counted = np.where(np.isnan(s), 0.0, p)
    total = counted.sum(axis=-1)
    sums = (counted * np.nan_to_num(s)).sum(axis=-1)
    return plain(np.where(total > 0, sums, np.nan) / np.where(total > 0, total, 1.0))


def consensus_band(similarity: float) -> str:
    """The word of `BANDS` for an S*; a limit belongs to the word above it.

    Raises:
        MatrixError: not a number.

    >>> ahp.consensus_band(0.8)
    'high'
    """
    if not math.isfinite(similarity):
        raise MatrixError(
            "value_expected",
            name=Phrase("similarity"),
            value=similarity,
            expected=Phrase("finite"),
        )
    return BANDS[sum(similarity >= limit for limit in BAND_LIMITS)]


def order_band(kendall: KendallW) -> str | None:
    """The word of `ORDER_BANDS` for an agreement on the order: `"may be chance"` where the p-value
    is not below `SIGNIFICANT`, else by W, a limit belonging to the word above it; None without W.
    """
    if math.isnan(kendall.w):
        return None
    if not kendall.p_value < SIGNIFICANT:
        return ORDER_BANDS[0]
    return ORDER_BANDS[1 + sum(kendall.w >= limit for limit in ORDER_LIMITS)]


def _two_items(weights: ArrayLike) -> Float:
    priorities = panel_weights(weights)
    _check_two_items(priorities)
    return priorities


def _check_two_items(weights: Float) -> None:
    if weights.shape[-1] < 2:
        raise shape_error("weights", weights, Phrase("with_two_items"))


def _floor(n: int, scale_max: float | None) -> float:
    if scale_max is None:
        return 1 / n
    check_scale_max(scale_max)
    total = n + scale_max - 1
    extreme = np.array([scale_max, *[1.0] * (n - 1)]) / total
    return math.exp(_entropy(extreme)) / n


def _entropy(shares: Float) -> Any:
    """−Σ p ln p over the last axis, with 0 ln 0 = 0."""
    return -(shares * np.log(np.where(shares == 0, 1.0, shares))).sum(axis=-1)


@dataclass(frozen=True, eq=False, repr=False)
class KendallW(Result):
    """Kendall's coefficient of concordance, with its test.

    Attributes:
        w: 0 (no agreement) to 1 (all rank alike); NaN if nobody ranks anything above another.
        chi_square: k(n − 1)W, approximately chi-square distributed if nobody agrees.
        df: n − 1, degrees of freedom.
        p_value: chance of this W or more without any agreement; rough for n of 7 or less, for which
            Siegel has tables.
        experts: k, who ranked all items.
        items: n.
        version: of `ahp`.
    """

    w: float
    chi_square: float
    df: int
    p_value: float
    experts: int
    items: int
    version: str = __version__


def kendall_w(scores: ArrayLike | Any) -> KendallW:
    """Kendall's W of the experts' rankings (协调系数; Kendall & Babington Smith 1939, Annals of
    Mathematical Statistics 10:275-287), corrected for ties (Siegel 1956, Nonparametric Statistics,
    ch. 9).

    W = 12 S/(k²(n³ − n) − k ΣT), S the sum of squared deviations of the rank sums from their mean,
    T = Σ(t³ − t) over an expert's groups of t tied items (`ahp.tolerance`), which share the mean of
    their ranks.

    Args:
        scores: weights or scores, higher = more important, one row an expert, shape (k, n); an
            expert with a NaN is left out. Labeled ones are joined by label.

    Raises:
        MatrixError: numbers that do not fit, or fewer than two experts or items.

    >>> weights = [[0.6, 0.3, 0.1], [0.5, 0.3, 0.2], [0.6, 0.1, 0.3]]  # a row an expert
    >>> concordance = ahp.kendall_w(weights)
    >>> round(concordance.w, 4), concordance.df, round(concordance.p_value, 4)
    (0.7778, 2, 0.097)
    """
    name = Phrase("scores")
    rows, _ = joined_rows(scores, name, MatrixError)
    array = as_numbers(rows, name, MatrixError)
    refuse_matrices(array, "scores")
    if array.ndim != 2:
        raise shape_error("scores", array, "(k, n)")
    expected = Phrase("number_from_to_or_nan", low=-LARGEST, high=LARGEST)
    whole = array
    if not (array.size and array.min() >= -LARGEST and array.max() <= LARGEST):  # or NaN
        refuse(np.abs(array) > LARGEST, name, array, expected)
        whole = array[~np.isnan(array).any(axis=1)]
    experts, items = whole.shape
    if experts < 2 or items < 2:
        raise MatrixError("rankings_few", experts=experts, items=items)

    def of_part(part: slice, _memory: None) -> tuple[Float, int]:
        first, tied = rank_spans(whole[part])
        # an item among t tied ones adds t² − 1, so that the group adds t³ − t
        return (first + (tied + 1) / 2).sum(axis=0), int((tied**2 - 1).sum())

    done = each_part(of_part, _parts(experts, items), lambda: None)
    sums = sum(part_sums for part_sums, _ in done)  # whole and half numbers, exact
    ties = sum(part_ties for _, part_ties in done)
    squares = float(((sums - experts * (items + 1) / 2) ** 2).sum())
    largest = experts**2 * (items**3 - items) - experts * ties
    if largest == 0:
        return KendallW(math.nan, math.nan, items - 1, math.nan, experts, items)
    from scipy.special import chdtrc  # noqa: PLC0415 - scipy.stats loads a second longer

    w = 12 * squares / largest
    chi_square = experts * (items - 1) * w
    p_value = float(chdtrc(items - 1, chi_square))  # of χ² above it
    return KendallW(w, chi_square, items - 1, p_value, experts, items)


def _parts(count: int, cells: int) -> list[slice]:
    """Slices over `count` rows or columns of `cells` numbers each, `_CELLS` of them at once."""
    return slices(count, _CELLS // cells)


def coefficient_of_variation(values: ArrayLike, axis: int = 0) -> Any:
    """Coefficient of variation (变异系数), standard deviation (of a sample, ddof 1) over mean
    (Pearson 1896, Phil. Trans. Royal Society A 187:253-318).

    Args:
        values: 0 or more, any shape; NaN is left out. Labeled vectors are joined by label.
        axis: of the experts.

    Returns:
        The coefficients, the shape of the values without the axis; NaN for fewer than two values,
        or where all are 0.

    Raises:
        MatrixError: numbers that do not fit.

    >>> weights = [[0.6, 0.3, 0.1], [0.5, 0.3, 0.2], [0.6, 0.1, 0.3]]  # a row an expert
    >>> ahp.coefficient_of_variation(weights).round(3)
    array([0.102, 0.495, 0.5  ])
    """
    name = Phrase("values")
    rows, _ = joined_rows(values, name, MatrixError)
    array = as_numbers(rows, name, MatrixError)
    refuse_matrices(array, "values")
    if array.ndim == 0 or not -array.ndim <= axis < array.ndim:
        raise MatrixError("axis_missing", name=name, shape=str(array.shape), axis=axis)
    wrong = ~np.isnan(array) & ~((array >= 0) & (array <= LARGEST))
    refuse(wrong, name, array, Phrase("number_from_to_or_nan", low=0, high=LARGEST))
    columns = np.moveaxis(array, axis, 0)
    shape = columns.shape[1:]
    columns = columns.reshape(len(columns), math.prod(shape))
    variation = np.empty(columns.shape[1])
    for part in _parts(len(variation), max(len(columns), 1)):
        mean, deviation = _mean_and_deviation(columns[:, part])
        variation[part] = deviation / np.where(mean > 0, mean, np.nan)
    return plain(variation.reshape(shape))


def _mean_and_deviation(columns: Float) -> tuple[Float, Float]:
    """Means, and standard deviations with ddof 1, of what is not NaN in each column; NaN where
    undefined.
    """
    present = ~np.isnan(columns)
    count = present.sum(axis=0)
    mean = np.where(present, columns, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)
    squares = np.where(present, (columns - mean) ** 2, 0.0).sum(axis=0)
    deviation = np.sqrt(np.where(count > 1, squares, np.nan) / np.maximum(count - 1, 1))
    return mean, deviation


@dataclass(frozen=True, eq=False, repr=False)
class JudgmentSpread(Result):
    """How far a panel's judgments of each pair lie apart; arrays of shape (p,), read-only.

    The pairs of matrices are in the order of the first one's items, row by row.

    Attributes:
        count: experts who judged the pair.
        median, q1, q3: quartiles of the judgments as steps on Saaty's scale (`scale_position`),
            interpolated linearly (type 7 of Hyndman & Fan 1996, American Statistician 50:361-365);
            NaN if nobody judged.
        iqr: q3 − q1, in steps.
        log_sd: standard deviation (ddof 1) of the logarithms; NaN for fewer than two judgments.
        share_left, share_equal, share_right: parts of the experts' weight for a judgment above 1,
            of 1, and below 1; NaN if nobody judged.
        order: numbers of the pairs, those that split the panel most (by `log_sd`) first, equal ones
            in their own order, those without a `log_sd` last.
        version: of `ahp`.
    """

    count: Int
    median: Float
    q1: Float
    q3: Float
    iqr: Float
    log_sd: Float
    share_left: Float
    share_equal: Float
    share_right: Float
    order: Int
    version: str = __version__


def judgment_spread(
    judgments: ArrayLike | Any, expert_weights: ArrayLike | None = None
) -> JudgmentSpread:
    """Spread of a panel's judgments, pair by pair: what a Delphi round shows its experts.

    Args:
        judgments: as for `ahp.log_distances`, shape (k, n, n) or (k, p).
        expert_weights: of the shares, shape (k,); quartiles and deviation count every expert once.
            None = equal.

    Raises:
        MatrixError: judgments or expert weights that do not fit.

    >>> experts = [[[1, a], [1/a, 1]] for a in (2, 4, 8)]
    >>> spread = ahp.judgment_spread(experts)
    >>> spread.median, spread.iqr  # in steps of the scale, 0 = equal
    (array([3.]), array([3.]))
    """
    array = one_panel(judgments)
    expert_weights = joined_panel(expert_weights, judgments, Phrase("judgments"), MatrixError)
    weights = normalize_expert_weights(expert_weights, len(array))
    pairs = array.shape[1]
    count = np.empty(pairs, dtype=np.intp)
    quartiles, shares, log_sd = np.full((3, pairs), np.nan), np.empty((3, pairs)), np.empty(pairs)
    for part in _parts(pairs, len(array)):
        judgments_of = array[:, part]
        counted = np.where(np.isnan(judgments_of), 0.0, weights[:, None])
        count[part] = np.sum(~np.isnan(judgments_of), axis=0)
        (judged,) = np.nonzero(count[part])
        steps = np.asarray(scale_position(judgments_of[:, judged]))
        quartiles[:, part.start + judged] = np.nanquantile(steps, [0.25, 0.5, 0.75], axis=0)
        logs = np.log(judgments_of)
        log_sd[part] = _mean_and_deviation(logs)[1]
        equal = np.abs(logs) <= TIE_RTOL
        total = counted.sum(axis=0)
        divisor = np.where(total > 0, total, np.nan)
        for side, where in enumerate((~equal & (logs > 0), equal, ~equal & (logs < 0))):
            shares[side, part] = np.where(where, counted, 0.0).sum(axis=0) / divisor
    return JudgmentSpread(
        count=plain(count),
        median=plain(quartiles[1]),
        q1=plain(quartiles[0]),
        q3=plain(quartiles[2]),
        iqr=plain(quartiles[2] - quartiles[0]),
        log_sd=plain(log_sd),
        share_left=plain(shares[0]),
        share_equal=plain(shares[1]),
        share_right=plain(shares[2]),
        order=plain(np.argsort(-log_sd, kind="stable")),
    )


def geometric_compatibility(
    matrices: ArrayLike | PairwiseMatrix | Any, group_weights: ArrayLike | Any
) -> Any:
    """GCOMPI = 2/((n−1)(n−2)) Σ_{i<j} ln²(a_ij w_j / w_i): how far an expert's judgments are from
    the panel's weights w (Aguarón, Escobar & Moreno-Jiménez 2016, Annals of Operations Research
    245:245-259). With the expert's own geometric-mean weights and all pairs judged it is the GCI.

    Args:
        matrices: the experts', shape (..., n, n). With pairs not judged, the sum is the mean over
            the judged ones times n(n−1)/2. Labeled ones are joined by label.
        group_weights: the panel's, positive, shape (..., n), leading axes broadcast. Labeled ones
            are joined to the matrices by label, others are in the order of the first matrix.

    Returns:
        GCOMPI, 0 for perfect agreement, and for n below 3; NaN if nothing was judged.

    Raises:
        MatrixError: matrices or weights that do not fit.
    """
    array = as_matrices(matrices, complete=False)
    n = array.shape[-1]
    labels = given_labels(matrices)
    name = Phrase("group_weights")
    joined = joined_vector(group_weights, labels, name, Phrase("the_matrices"), MatrixError)
    w = as_numbers(joined, name, MatrixError)
    refuse_matrices(w, "group_weights", "weights_of_panel")
    if w.ndim == 0 or w.shape[-1] != n:
        raise shape_error("group_weights", w, f"(..., {n})")
    wrong = ~(np.isfinite(w) & (w > 0))
    refuse(wrong, name, w, Phrase("positive_finite"))
    try:
        batch = np.broadcast_shapes(array.shape[:-2], w.shape[:-1])
    except ValueError as cause:
        raise MatrixError(
            "matrices_and_weights", shape=str(array.shape), weights_shape=str(w.shape)
        ) from cause
    if n < 3:
        return plain(np.zeros(batch))
    i, j = np.triu_indices(n, 1)
    upper = np.ascontiguousarray(array[..., i, j])  # so that a batch has the bits of its matrices
    errors = np.log(upper) + np.log(w[..., j]) - np.log(w[..., i])
    judged = ~np.isnan(errors)
    count = judged.sum(axis=-1)
    squares = np.where(judged, errors, 0.0) ** 2
    mean = np.where(count > 0, squares.sum(axis=-1), np.nan) / np.maximum(count, 1)
    return plain(mean * n / (n - 2))  # n(n−1)/2 of them, times 2/((n−1)(n−2))


@dataclass(frozen=True, eq=False, repr=False)
class Clusters(Result):
    """Groups of experts who judge alike; arrays are read-only.

    Attributes:
        linkage: the merges, lowest first, shape (m − 1, 4), as in `scipy.cluster.hierarchy`: what
            is merged, the height in units of `log_distances`, the experts in it. m is k, or the
            size of the sample.
        leaf_order: the experts that are merged so that neighbors are near each other, shape (m,).
        labels: cluster of each expert from 1, numbered by their first members, shape (k,).
        count: of clusters.
        sample: the experts that are merged, as numbers from 0, rising, shape (m,); None = all of
            them. Leaf number i of the linkage is expert `sample[i]`.
        version: of `ahp`.
    """

    linkage: Float
    leaf_order: Int
    labels: Int
    count: int
    sample: Int | None = None
    version: str = __version__


def cluster_experts(
    judgments: ArrayLike | Any, clusters: int | None = None, *, seed: int = 0
) -> Clusters:
    """Experts clustered by average linkage (UPGMA; Sokal & Michener 1958, Univ. Kansas Science
    Bulletin 38:1409-1438) on `log_distances`, leaves in the optimal order (Bar-Joseph, Gifford &
    Jaakkola 2001, Bioinformatics 17:S22-S29).

    Of more than `ORDERED` experts the leaves are in the order of the linkage. Of more than `LINKED`
    experts so many are drawn by chance and clustered; every other expert then belongs to the
    cluster whose drawn members are nearest on average, as average linkage measures (`Clusters` has
    the sample).

    Args:
        judgments: as for `ahp.log_distances`, shape (k, n, n) or (k, p).
        clusters: how many, 1 to k (to `LINKED` of more experts). None = cut at the largest gap
            between the heights of successive merges, the upper of equal ones; one cluster if there
            is no gap (`ROUNDING_ATOL`), and so for one or two experts. The gap always exists when
            experts differ: it suggests a number, and proves none.
        seed: of the sample, integer of 0 or more.

    Raises:
        OptionError: not a number of clusters, or no seed.
        MatrixError: judgments that do not fit, or experts with no pair in common: of a sample, two
            of its experts, or one who has none in common with any of them.

    >>> experts = [[[1, a], [1/a, 1]] for a in (2, 3, 1/7)]
    >>> ahp.cluster_experts(experts).labels
    array([1, 1, 2])
    """
    logs = np.log(one_panel(judgments))
    count = len(logs)
    merged = min(count, LINKED)
    if clusters is not None and (
        not isinstance(clusters, (int, np.integer))
        or isinstance(clusters, bool)
        or not 1 <= clusters <= merged
    ):
        expected = Phrase("integer_from_to", low=1, high=merged)
        raise OptionError.refused("clusters", clusters, expected)
    check_integer("seed", seed, 0)
    if count == 1:
        label = np.ones(1, dtype=np.intp)
        return Clusters(plain(np.empty((0, 4))), plain(label - 1), plain(label), 1)
    sample = np.arange(count)
    if merged < count:
        sample = np.sort(np.random.default_rng(seed).choice(count, size=merged, replace=False))
    i, j = np.triu_indices(merged, 1)
    distances = distances_between(logs[sample], logs[sample])[i, j]
    if (apart := np.isnan(distances)).any():
        first, second = (int(sample[end[np.argmax(apart)]]) for end in (i, j))
        raise MatrixError("experts_apart", first=first, second=second)
    from scipy.cluster.hierarchy import (  # noqa: PLC0415 - scipy inside the function
        leaves_list,
        linkage,
    )

    merges = linkage(distances, method="average", optimal_ordering=merged <= ORDERED)
    number = _gap(merges[:, 2]) if clusters is None else int(clusters)
    labels = _labels(merges, number)
    return Clusters(
        linkage=plain(merges),
        leaf_order=plain(sample[leaves_list(merges)].astype(np.intp)),
        labels=plain(labels if merged == count else _nearest(logs, sample, labels)),
        count=number,
        sample=None if merged == count else plain(sample.astype(np.intp)),
    )


def _nearest(logs: Float, sample: Int, labels: Int) -> Int:
    """Cluster of every expert: of those drawn their own, of others the one whose drawn members are
    nearest on average; numbered by their first members among all.
    """
    by_cluster = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[by_cluster], np.arange(1, labels.max() + 1))
    drawn = logs[sample[by_cluster]]
    cluster = np.empty(len(logs), dtype=np.intp)
    for rows in distance_rows(len(logs), len(sample)):
        distances = distances_between(logs[rows], drawn)
        met = np.add.reduceat(~np.isnan(distances), starts, axis=1, dtype=np.intp)
        alone = ~met.any(axis=-1)
        if alone.any():
            first = rows.start + int(np.argmax(alone))
            raise MatrixError("experts_apart", first=first, second=int(sample[0]))
        sums = np.add.reduceat(np.nan_to_num(distances, copy=False), starts, axis=1)
        mean = np.where(met > 0, sums, np.inf) / np.maximum(met, 1)
        cluster[rows] = mean.argmin(axis=-1)
    cluster[sample] = labels - 1
    _, first, place = np.unique(cluster, return_index=True, return_inverse=True)
    numbers: Int = np.argsort(np.argsort(first))[place] + 1
    return numbers


def _gap(heights: Float) -> int:
    """Clusters that are left below the largest gap between successive heights."""
    gaps = np.diff(heights)
    if not len(gaps) or gaps.max() <= ROUNDING_ATOL:
        return 1
    return 1 + int(np.argmax(gaps[::-1] >= gaps.max() - ROUNDING_ATOL)) + 1


def _labels(merges: Float, number: int) -> NDArray[np.intp]:
    """Clusters after the lowest merges: a cut by height could not part equal heights."""
    count = len(merges) + 1
    members = {k: [k] for k in range(count)}
    for step, (left, right) in enumerate(merges[: count - number, :2].astype(int).tolist()):
        members[count + step] = members.pop(left) + members.pop(right)
    labels = np.empty(count, dtype=np.intp)
    for label, experts in enumerate(sorted(members.values(), key=min), start=1):
        labels[experts] = label
    return labels
