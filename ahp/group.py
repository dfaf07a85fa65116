"""From a panel to one matrix or one weight vector, and what each expert counts in it.

Experts are the axis before the items: judgments are matrices (..., k, n, n), weights (..., k, n),
expert weights (..., k). NaN = not judged. Labeled matrices and weight vectors are brought into the
order of the first; other labels, and labeled ones beside unlabeled ones, are refused. What takes
judgments of several parents at once takes them as vectors (..., k, p) as well, the upper triangles
row by row, one after another; an array (..., n, n) of three axes or more is always one of matrices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from numbers import Real
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .eigen import normalized
from .errors import MatrixError, OptionError
from .labels import is_frame, joined_panel, joined_rows, joined_vector, vector_labels
from .matrix import (
    IN_RANGE,
    LARGEST,
    Bool,
    Float,
    Int,
    PairwiseMatrix,
    as_matrices,
    as_numbers,
    chunks,
    first_cell,
    given_labels,
    plain,
    refuse,
    shape_error,
    slices,
)
from .messages import Phrase
from .result import Result
from .threads import each_part
from .tolerance import ROUNDING_ATOL, WRITTEN_RTOL
from .version import __version__

AGGREGATIONS = ("geometric", "median", "trimmed")
"""Ways of `aggregate_judgments`."""

EXPERTS_AT_ONCE = 2**12
"""Experts whose judgments are summed up together; sums of larger panels are those of such parts."""

MEANS = ("arithmetic", "geometric")
"""Ways of `aggregate_priorities`."""

PARTNER_GROUPS = 20
"""Groups of partners of `sampled_distance_weights`, each left out once for the standard error."""

DISTANCES_AT_ONCE = 1 << 20
"""Distances between experts held at once where only their sums are needed; bounds the memory."""

_TILE = (32, 1024)
"""Experts by experts whose differences are worked on at once."""

INFLUENCES = ("large", "medium", "small")
"""How much a ground weighed in an expert's judgment: the columns of `JUDGMENT_BASIS`."""

JUDGMENT_BASIS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "theoretical_analysis": (0.3, 0.2, 0.1),
        "practical_experience": (0.5, 0.4, 0.3),
        "peers_work": (0.1, 0.1, 0.1),
        "intuition": (0.1, 0.1, 0.1),
    }
)
"""判断依据: ground of a judgment (理论分析, 实践经验, 同行了解, 直觉) -> its part of Ca for each of
`INFLUENCES`. The table that Chinese Delphi studies print; the first source is not known."""

FAMILIARITY: Mapping[str, float] = MappingProxyType(
    {
        "very_familiar": 1.0,
        "familiar": 0.8,
        "somewhat_familiar": 0.6,
        "slightly_familiar": 0.4,
        "unfamiliar": 0.2,
    }
)
"""熟悉程度 (很熟悉, 熟悉, 一般, 不太熟悉, 不熟悉) -> Cs. The steps that Chinese Delphi studies
print; the first source is not known, and other values are in use."""


def aggregate_judgments(
    matrices: ArrayLike | Any,
    expert_weights: ArrayLike | None = None,
    *,
    how: str = "geometric",
    trim: float = 0.1,
) -> Any:
    """Aggregation of individual judgments (AIJ, 判断集结), cell by cell.

    In every cell the weights are scaled to sum 1 over the experts who judged it; on the logarithms
    of their judgments

    - `"geometric"` is the weighted mean, so that the panel has the weighted geometric mean, the one
      fair mean that keeps reciprocity (Aczél & Saaty 1983, J. Math. Psychology 27:93-102; with
      weights: Aczél & Alsina 1986, Socio-Economic Planning Sciences
      20:333-339);
    - `"median"` is the weighted median: the midpoint between the lowest value with half of the
      weight at or below it and the highest with half of the weight at or above it;
    - `"trimmed"` is the weighted trimmed mean: the share `trim` of the weight is cut off at each
      end, and an expert who is cut in part counts with what is left.

    Args:
        matrices: one matrix an expert, NaN = not judged, shape (..., k, n, n). Labeled ones are
            joined by label.
        expert_weights: non-negative, not all 0, shape (..., k), leading axes broadcast with those
            of the matrices; scaled to sum 1. None = equal. An expert of weight 0 is absent.
        how: one of `AGGREGATIONS`.
        trim: share of the weight that `"trimmed"` cuts off at each end, from 0 to below 0.5.

    Returns:
        The panel's matrices, shape (..., n, n), reciprocal, unit diagonal; NaN in the cells that
        nobody of weight above 0 judged. A `PairwiseMatrix` for one panel of labeled matrices, in
        the order of the first.

    Raises:
        OptionError: unknown way, or a trim out of its range.
        MatrixError: matrices or weights that do not fit, or other labels.

    >>> experts = [[[1, 2], [1/2, 1]], [[1, 8], [1/8, 1]]]
    >>> ahp.aggregate_judgments(experts)
    array([[1.  , 4.  ],
           [0.25, 1.  ]])
    >>> ahp.aggregate_judgments(experts, [3, 1]).round(4)
    array([[1.    , 2.8284],
           [0.3536, 1.    ]])
    """
    if how not in AGGREGATIONS:
        raise OptionError.unknown("how", how, AGGREGATIONS)
    allowed = Phrase("number_from_to_below", low=0, high=0.5)
    check_option("trim", trim, lambda: 0 <= trim < 0.5, allowed)
    array = as_matrices(matrices, complete=False)
    if array.ndim < 3 or array.shape[-3] == 0:
        raise MatrixError(
            "shape_expected",
            shape=str(array.shape),
            expected=Phrase("with_expert", shape="(..., k, n, n)"),
        )
    w = panel_shares(expert_weights, array.shape[-3], array.shape[:-3])[..., None, None]
    means = how == "geometric"
    center = _log_means(array, w) if means else _sorted_centers(_skew_logs(array), w, how, trim)
    panel: Float = np.exp((center - np.swapaxes(center, -1, -2)) / 2)
    labels = given_labels(matrices)
    return panel if labels is None or panel.ndim > 2 else PairwiseMatrix(panel, labels)


def _skew_logs(array: Float) -> Float:
    """The skew part of the logarithms, so that a panel is as reciprocal as floats can be."""
    logs: Float = np.log(array)
    return (logs - np.swapaxes(logs, -1, -2)) / 2


def _log_means(array: Float, w: Float) -> Float:
    """Weighted means of the logarithms over the third axis from the end."""

    def of_part(part: slice, _memory: None) -> tuple[Float, Float, Bool]:
        logs, shares = _skew_logs(array[..., part, :, :]), w[..., part, :, :]
        missing = np.isnan(logs)
        total = shares.sum(axis=-3)
        whole = np.asarray(~(missing & (shares > 0)).any(axis=-3))
        if not whole.all():
            total = np.where(missing, 0.0, shares).sum(axis=-3)
        if missing.any():
            logs = np.where(missing, 0.0, logs)
        return (logs * shares).sum(axis=-3), total, whole

    parts = slices(array.shape[-3], EXPERTS_AT_ONCE)
    sums, total, whole = zip(*each_part(of_part, parts, lambda: None), strict=True)
    share = sum(total)
    # complete cells are not divided, so that they keep their bits
    divisor = np.where(reduce(np.logical_and, whole), 1.0, share)
    return np.where(share > 0, sum(sums), np.nan) / divisor


def _sorted_centers(logs: Float, w: Float, how: str, trim: float) -> Float:
    """Weighted lower medians or trimmed means over the third axis from the end.

    The lower median of a cell is minus the upper one of the opposite cell, so that the skew part of
    the lower medians has the midpoints.
    """
    shares = np.where(np.isnan(logs), 0.0, w)
    logs = np.where(shares > 0, logs, np.nan)  # who does not count comes last
    order = np.argsort(logs, axis=-3, kind="stable")
    logs = np.take_along_axis(logs, order, axis=-3)
    reached = np.cumsum(np.take_along_axis(shares, order, axis=-3), axis=-3)
    total = reached[..., -1:, :, :]
    reached = reached / np.where(total > 0, total, 1.0)
    if how == "median":
        half = np.argmax(reached >= 0.5 - ROUNDING_ATOL, axis=-3, keepdims=True)
        lower: Float = np.take_along_axis(logs, half, axis=-3).squeeze(axis=-3)
        return lower
    inside = np.diff(np.clip(reached, trim, 1 - trim), axis=-3, prepend=trim)
    sums = np.where(inside > 0, inside * logs, 0.0).sum(axis=-3)
    left = inside.sum(axis=-3)
    mean: Float = sums / np.where(left > 0, left, np.nan)
    return mean


def weighted_means(values: Float, weights: Float) -> Float:
    """Means of every column over the experts by several sets of weights, as one product of
    matrices: the last digits may differ from those of a mean by itself.

    Args:
        values: shape (k, c); NaN counts nothing.
        weights: 0 or more, shape (m, k).

    Returns:
        Shape (m, c); NaN where nothing of weight above 0 counts.
    """
    missing = np.isnan(values)
    if not missing.any():
        total = weights.sum(axis=-1, keepdims=True)
        return weights @ values / np.where(total > 0, total, np.nan)
    total = weights @ (~missing).astype(np.float64)
    return weights @ np.where(missing, 0.0, values) / np.where(total > 0, total, np.nan)


def drawn_counts(who: Int, count: int) -> Int:
    """How often each of `count` experts is in each panel drawn, shape (m, draws) -> (m, count)."""
    counts = np.empty((len(who), count), dtype=np.intp)
    for row, drawn in zip(counts, who, strict=True):
        row[:] = np.bincount(drawn, minlength=count)
    return counts


def aggregate_priorities(
    weights: ArrayLike | Any, expert_weights: ArrayLike | None = None, *, how: str = "arithmetic"
) -> Float:
    """Aggregation of individual priorities (AIP, 权重集结): the weighted mean of the experts'
    weight vectors (Forman & Peniwati 1998, Eur. J. Operational Research 108:165-169).

    Args:
        weights: one vector an expert, 0 or more (positive for the geometric mean), each scaled to
            sum 1; a row of NaN = abstained. Shape (..., k, n). Labeled ones are joined by label,
            the result has the order of the first.
        expert_weights: as for `aggregate_judgments`; scaled to sum 1 over those who did not
            abstain.
        how: one of `MEANS`; the geometric one is scaled to sum 1.

    Returns:
        The panel's weights, shape (..., n), sum 1 over the last axis.

    Raises:
        OptionError: unknown `how`.
        MatrixError: weights or expert weights that do not fit, or everybody abstained.

    >>> ahp.aggregate_priorities([[0.5, 0.5], [0.8, 0.2]], [2, 1])
    array([0.6, 0.4])
    """
    if how not in MEANS:
        raise OptionError.unknown("how", how, MEANS)
    array = checked_weights(weights)
    expert_weights = joined_panel(expert_weights, weights, Phrase("weights"), MatrixError)
    abstained = np.isnan(array[..., 0])
    shares = panel_shares(expert_weights, array.shape[-2], array.shape[:-2])
    w = np.where(abstained, 0.0, shares)
    total = w.sum(axis=-1)
    if not total.all():
        raise MatrixError("all_abstained", cell=first_cell(total == 0, Phrase("panel")))
    w = w / total[..., None]

    def of_part(part: slice, _memory: None) -> Float:
        vectors = scaled_weights(array[..., part, :])
        vectors = np.where(abstained[..., part, None], 1.0, vectors)
        if how == "geometric":
            if not vectors.all():
                every = scaled_weights(array)
                refuse(every == 0, Phrase("weights"), every, Phrase("positive_for_mean"))
            vectors = np.log(vectors)
        mean: Float = (vectors * w[..., part, None]).sum(axis=-2)
        return mean

    parts = slices(array.shape[-2], EXPERTS_AT_ONCE)
    means: Float = reduce(np.add, each_part(of_part, parts, lambda: None))
    if how == "arithmetic":
        return normalized(means)
    return normalized(np.exp(means - means.max(axis=-1, keepdims=True)))


def normalize_expert_weights(expert_weights: ArrayLike | None, count: int) -> Float:
    """Weights of one panel of `count` experts scaled to sum 1, shape (count,); equal ones for None.

    Raises:
        MatrixError: not finite numbers of 0 or more, all 0, or of another shape.

    >>> ahp.normalize_expert_weights([2, 3, 5], 3)
    array([0.2, 0.3, 0.5])
    """
    if expert_weights is not None:
        expert_weights = as_numbers(expert_weights, Phrase("expert_weights"), MatrixError)
        if expert_weights.shape != (count,):
            raise shape_error("expert_weights", expert_weights, str((count,)))
    return panel_shares(expert_weights, count, ())


def authority_coefficient(basis: ArrayLike, familiarity: ArrayLike) -> Any:
    """Authority coefficient of experts (权威系数), Cr = (Ca + Cs)/2, as Chinese Delphi studies
    print it; 0.7 and more counts as acceptable there. Scaled to sum 1, they are expert weights.

    Args:
        basis: Ca, what the judgment rests on (`judgment_basis`), 0 to 1, any shape.
        familiarity: Cs, a value of `FAMILIARITY` or any other from 0 to 1, broadcast with Ca.

    Returns:
        Cr, 0 to 1.

    Raises:
        MatrixError: a number out of its range, or shapes that do not fit.

    >>> basis = ahp.judgment_basis(dict.fromkeys(ahp.JUDGMENT_BASIS, "large"))
    >>> basis, ahp.authority_coefficient(basis, ahp.FAMILIARITY["familiar"])
    (1.0, 0.9)
    """
    experts = vector_labels(basis)
    parts = [
        as_numbers(
            joined_vector(values, experts, Phrase(code), Phrase("the_basis"), MatrixError),
            Phrase(code),
            MatrixError,
        )
        for code, values in (("basis", basis), ("familiarity", familiarity))
    ]
    for code, array in zip(("basis", "familiarity"), parts, strict=True):
        wrong = ~((array >= 0) & (array <= 1))
        refuse(wrong, Phrase(code), array, Phrase("number_from_to", low=0, high=1))
    try:
        return plain((parts[0] + parts[1]) / 2)
    except ValueError as cause:
        raise MatrixError(
            "shapes_of_authority", shape=str(parts[0].shape), other_shape=str(parts[1].shape)
        ) from cause


def judgment_basis(influence: Mapping[str, str]) -> float:
    """Ca (判断系数): the sum over all grounds of `JUDGMENT_BASIS` of what each influence counts.

    Args:
        influence: every key of `JUDGMENT_BASIS` -> one of `INFLUENCES`.

    Returns:
        Ca, from 0.6 (all small) to 1 (all large).

    Raises:
        OptionError: an unknown ground or influence, or a ground left out.
    """
    for ground, size in influence.items():
        if ground not in JUDGMENT_BASIS:
            raise OptionError.unknown(Phrase("basis"), ground, JUDGMENT_BASIS)
        if size not in INFLUENCES:
            raise OptionError.unknown(Phrase("basis_of", ground=ground), size, INFLUENCES)
    for ground in JUDGMENT_BASIS:
        if ground not in influence:
            raise OptionError("basis_incomplete", ground=ground, grounds=tuple(JUDGMENT_BASIS))
    return math.fsum(
        JUDGMENT_BASIS[ground][INFLUENCES.index(size)] for ground, size in influence.items()
    )


def consistency_weights(cr: ArrayLike, a: float = 10.0) -> Float:
    """Expert weights by consistency, 1/(1 + a·CR) scaled to sum 1: who contradicts oneself counts
    less. A form common in Chinese group AHP, a = 10 as a rule; the first source is not known.

    Args:
        cr: the experts' consistency ratios, 0 or more, shape (..., k).
        a: how much inconsistency counts, from 0 (not at all) to `LARGEST`.

    Returns:
        Weights, shape (..., k), sum 1 over the last axis.

    Raises:
        OptionError: a out of its range.
        MatrixError: a CR that is not a number from 0 to `LARGEST`; names the expert.

    >>> ahp.consistency_weights([0, 0.1]).round(4)
    array([0.6667, 0.3333])
    """
    allowed = Phrase("number_from_to", low=0, high=LARGEST)
    check_option("a", a, lambda: 0 <= a <= LARGEST, allowed)
    ratios = as_numbers(cr, Phrase("cr"), MatrixError)
    refuse_matrices(ratios, "cr", "ratios")
    if ratios.ndim == 0 or ratios.shape[-1] == 0:
        raise shape_error("cr", ratios, Phrase("with_expert", shape="(..., k)"))
    wrong = ~((ratios >= 0) & (ratios <= LARGEST))
    refuse(wrong, Phrase("cr"), ratios, Phrase("of_each_expert", expected=allowed))
    return normalized(1 / (1 + a * ratios))


def log_distances(judgments: ArrayLike | Any) -> Float:
    """Distances between experts: the root mean square of ln a − ln b over the pairs that both
    judged.

    Args:
        judgments: one matrix an expert, NaN = not judged, shape (..., k, n, n); or one row an
            expert, shape (..., k, p), the p pairs being the upper triangles of all matrices of a
            study, one after another.

    Returns:
        Distances, shape (..., k, k), symmetric; NaN between experts with no pair in common.

    Raises:
        MatrixError: not judgments: names the cell, its value and what was expected.
    """
    logs = np.log(as_judgments(judgments))
    count, pairs = logs.shape[-2:]
    flat = logs.reshape(-1, count, pairs)
    distances = np.empty((len(flat), count, count))
    for part in chunks(len(flat), count * count):
        distances[part] = distances_between(flat[part], flat[part])
    return distances.reshape(*logs.shape[:-1], count)


def distances_between(rows: Float, columns: Float) -> Float:
    """Distances between one group of experts and another, as `log_distances` defines them.

    Args:
        rows: logarithms of judgments, NaN = not judged, shape (..., r, p).
        columns: likewise, shape (..., c, p).

    Returns:
        Shape (..., r, c); NaN between experts with no pair in common.
    """
    judged = [~np.isnan(logs) for logs in (rows, columns)]
    whole = all(group.all() for group in judged)
    squares = np.empty((*rows.shape[:-1], columns.shape[-2]))
    if whole and squares.shape[-1] * squares.shape[-2] > math.prod(_TILE):
        from scipy.spatial.distance import cdist  # noqa: PLC0415 - scipy inside the function

        for panel in np.ndindex(squares.shape[:-2]):
            squares[panel] = cdist(rows[panel], columns[panel], "sqeuclidean")
    else:
        _sum_squares(rows, columns, squares)
    if whole:
        squares /= rows.shape[-1]
    else:
        own, others = (group.astype(np.float32) for group in judged)
        common = own @ np.swapaxes(others, -1, -2)  # whole numbers, exact
        squares /= np.where(common > 0, common, np.nan)
    distances: Float = np.sqrt(squares, out=squares)
    return distances


def _sum_squares(rows: Float, columns: Float, squares: Float) -> None:
    """Fill in the sums of squared differences over the pairs that both judged, pair by pair on
    tiles that stay in the processor's cache.
    """
    turned = np.ascontiguousarray(np.moveaxis(columns, -1, 0))
    high, wide = _TILE
    for i in range(0, squares.shape[-2], high):
        for j in range(0, squares.shape[-1], wide):
            place = (..., slice(i, i + high), slice(j, j + wide))
            change, tile = np.empty_like(squares[place]), np.zeros_like(squares[place])
            for pair, others in enumerate(turned):
                own = rows[..., i : i + high, None, pair]
                np.subtract(own, others[..., None, j : j + wide], out=change)
                np.multiply(change, change, out=change)
                tile += np.fmax(change, 0.0, out=change)  # NaN counts nothing
            squares[place] = tile


def distance_weights(judgments: ArrayLike | Any, *, scale_max: float = 9.0) -> Float:
    """Expert weights by agreement with the others: relative agreement degrees (Hsu & Chen 1996,
    Fuzzy Sets and Systems 79:279-285), here of judgments.

    Two experts agree to the degree S = 1 − d/(2 ln M), at least 0, with d of `log_distances` and
    2 ln M the distance of M from 1/M. An expert's A is the mean S with all others with whom pairs
    are in common; the weight is A/ΣA.

    Args:
        judgments: as for `log_distances`, shape (..., k, n, n) or (..., k, p).
        scale_max: M, the strongest judgment, above 1.

    Returns:
        Weights, shape (..., k), sum 1 over the last axis; 1 for a single expert.

    Raises:
        OptionError: M of 1 or less.
        MatrixError: not judgments, an expert with no pair in common with any other,
            or nobody who agrees with anybody.

    >>> experts = [[[1, 2], [1/2, 1]], [[1, 2], [1/2, 1]], [[1, 8], [1/8, 1]]]
    >>> ahp.distance_weights(experts).round(4)
    array([0.3555, 0.3555, 0.2889])
    """
    check_scale_max(scale_max)
    logs = np.log(as_judgments(judgments))
    count, pairs = logs.shape[-2:]
    if count == 1:
        return np.ones(logs.shape[:-1])
    flat = logs.reshape(-1, count, pairs)
    sums, partners = np.zeros((2, *flat.shape[:-1]))
    for part in chunks(len(flat), count * count):
        for rows in distance_rows(count, count):
            behind = slice(rows.stop, None)  # each two experts meet once
            degree, met = _agreement(flat[part, rows], flat[part, rows.start :], scale_max)
            own = np.arange(rows.stop - rows.start)
            degree[:, own, own], met[:, own, own] = 0.0, False
            sums[part, rows] += degree.sum(axis=-1)
            partners[part, rows] += met.sum(axis=-1)
            sums[part, behind] += degree[..., len(own) :].sum(axis=-2)
            partners[part, behind] += met[..., len(own) :].sum(axis=-2)
    return _relative(*(values.reshape(logs.shape[:-1]) for values in (sums, partners)))


@dataclass(frozen=True, eq=False, repr=False)
class SampledWeights(Result):
    """Expert weights estimated from a sample of partners.

    Attributes:
        weights: shape (k,), sum 1.
        standard_error: of each weight, for the partners that were drawn by chance, shape (k,); 0
            where all experts were partners.
        partners: how many were drawn.
        seed: they come from.
        version: of `ahp`.
    """

    weights: Float
    standard_error: Float
    partners: int
    seed: int
    version: str = __version__


def sampled_distance_weights(
    judgments: ArrayLike | Any, *, seed: int, partners: int, scale_max: float = 9.0
) -> SampledWeights:
    """What `distance_weights` gives, estimated for panels whose every two experts are too many:
    each expert is compared with the same partners, drawn without replacement.

    The standard error is that of the delete-a-group jackknife (Kott 2001, J. Official Statistics
    17:521-526) over `PARTNER_GROUPS` groups of partners, √((G − 1)/G Σ(w₍g₎ − w)²), times
    √(1 − m/k), m partners being drawn from k experts (Cochran 1977, Sampling Techniques, ch. 2.6).
    It is known to a sixth of itself, so many groups being few.

    Args:
        judgments: as for `log_distances`, of one panel, shape (k, n, n) or (k, p).
        seed: integer of 0 or more; the same seed gives the same result.
        partners: m, from 2 · `PARTNER_GROUPS` to k.
        scale_max: M, the strongest judgment, above 1.

    Returns:
        A `SampledWeights`. Time grows with k · m · p, memory with k.

    Raises:
        OptionError: M of 1 or less, a seed or number of partners out of its range.
        MatrixError: not judgments of one panel, an expert with no pair in common with the partners
            of all groups but one, or nobody who agrees with anybody.

    >>> experts = [[2.0**step, 3.0] for step in range(-20, 21)]
    >>> estimate = ahp.sampled_distance_weights(experts, seed=1, partners=41)
    >>> bool(abs(estimate.weights - ahp.distance_weights(experts)).max() < 1e-12)
    True
    """
    check_scale_max(scale_max)
    logs = np.log(one_panel(judgments))
    count = len(logs)
    check_integer("seed", seed, 0)
    check_integer("partners", partners, 2 * PARTNER_GROUPS, count)
    drawn = np.random.default_rng(seed).choice(count, size=partners, replace=False)
    sums, met = np.zeros((2, PARTNER_GROUPS, count))
    for group in range(PARTNER_GROUPS):
        who = drawn[group::PARTNER_GROUPS]
        for rows in distance_rows(count, len(who)):
            degree, common = _agreement(logs[rows], logs[who], scale_max)
            oneself = np.arange(rows.start, rows.stop)[:, None] == who
            degree[oneself], common[oneself] = 0.0, False
            sums[group, rows], met[group, rows] = degree.sum(axis=-1), common.sum(axis=-1)
    weights = _relative(sums.sum(axis=0), met.sum(axis=0))
    squares = np.zeros(count)
    for group in range(PARTNER_GROUPS):  # without it
        others = np.arange(PARTNER_GROUPS) != group
        part = _relative(sums[others].sum(axis=0), met[others].sum(axis=0))
        squares += (part - weights) ** 2
    left = (1 - partners / count) * (PARTNER_GROUPS - 1) / PARTNER_GROUPS
    error = np.sqrt(left * squares)
    return SampledWeights(plain(weights), plain(error), int(partners), int(seed))


def distance_rows(count: int, cells: int) -> list[slice]:
    """Slices of experts whose distances to `cells` others are held at once."""
    return slices(count, max(32, DISTANCES_AT_ONCE // cells))


def _agreement(rows: Float, columns: Float, scale_max: float) -> tuple[Float, Bool]:
    """S of experts with others, 0 without a pair in common, and whether they have one."""
    degree = distances_between(rows, columns)
    degree /= -2 * np.log(scale_max)
    degree += 1
    met: Bool = ~np.isnan(degree)
    np.fmax(degree, 0.0, out=degree)
    return degree, met


def _relative(sums: Float, partners: Float) -> Float:
    """Weights from the sums of S over all partners, and how many these were, shape (..., k)."""
    if not partners.all():
        cell = first_cell(partners == 0, Phrase("judgments"))
        raise MatrixError("no_common_pair", cell=cell)
    mean = sums / partners
    apart = (mean == 0).all(axis=-1)
    if apart.any():
        raise MatrixError("no_experts_agree", cell=first_cell(apart, Phrase("judgments")))
    return normalized(mean)


def panel_shares(expert_weights: ArrayLike | None, count: int, batch: tuple[int, ...]) -> Float:
    """Weights of `count` experts scaled to sum 1, shape (..., count), equal ones for None.

    Args:
        expert_weights: as for `aggregate_judgments`.
        count: k.
        batch: shape of the panels that the leading axes must broadcast with.

    Raises:
        MatrixError: weights that do not fit; names the first row of them that is wrong.
    """
    if expert_weights is None:
        return np.full(count, 1 / count)
    name = Phrase("expert_weights")
    w = as_numbers(expert_weights, name, MatrixError)
    if w.ndim == 0 or w.shape[-1] != count:
        raise shape_error("expert_weights", w, f"(..., {count})")
    try:
        np.broadcast_shapes(w.shape[:-1], batch)
    except ValueError as cause:
        expected = Phrase("leading_axes", shape=f"(..., {count})", batch=str(batch))
        raise shape_error("expert_weights", w, expected) from cause
    wrong: Bool = ~(np.isfinite(w) & (w >= 0)).all(axis=-1) | (w == 0).all(axis=-1)
    if wrong.any():
        raise MatrixError(
            "numbers_expected",
            name=first_cell(wrong, name),
            values=w[wrong][0].tolist(),
            expected=Phrase("numbers_not_all_zero"),
        )
    w = w / w.max(axis=-1, keepdims=True)  # so that the sum cannot overflow
    scaled: Float = w / w.sum(axis=-1, keepdims=True)
    return scaled


def panel_weights(weights: ArrayLike) -> Float:
    """The experts' weight vectors, each scaled to sum 1; rows of NaN stay.

    Args:
        weights: 0 or more, not all 0, or all NaN; shape (..., k, n).

    Raises:
        MatrixError: names the cell, its value and what was expected.
    """
    return scaled_weights(checked_weights(weights))


def checked_weights(weights: ArrayLike) -> Float:
    """The experts' weight vectors as they are, see `panel_weights`."""
    array = _by_expert(weights, "weights", "n", "with_item_of_expert")
    refuse_matrices(array, "weights", "weights_of_experts")
    parts = slices(array.shape[-2], EXPERTS_AT_ONCE)
    if all(each_part(lambda part, _: _all_positive(array[..., part, :]), parts, lambda: None)):
        return array
    missing = np.isnan(array)
    abstained = missing.all(axis=-1, keepdims=True)
    name = Phrase("weights")
    wrong = ~missing & ~(np.isfinite(array) & (array >= 0))
    refuse(wrong, name, array, Phrase("finite_not_negative"))
    refuse(missing & ~abstained, name, array, Phrase("finite_or_abstained"))
    zero: Bool = (array == 0).all(axis=-1)
    if zero.any():
        raise MatrixError("all_zero", name=first_cell(zero, name))
    return array


def _all_positive(values: Float) -> bool:
    """Whether all values are above 0 and finite; NaN is not."""
    return bool(values.size and values.min() > 0 and values.max() < np.inf)


def scaled_weights(array: Float) -> Float:
    """Weight vectors, each scaled to sum 1; rows of NaN stay."""
    abstained = np.isnan(array[..., :1])
    filled = np.where(abstained, 1.0, array)
    priorities = normalized(filled / filled.max(axis=-1, keepdims=True))
    return np.where(abstained, np.nan, priorities)


def as_judgments(judgments: Any) -> Float:
    """Judgment vectors of a panel, validated.

    Args:
        judgments: one matrix an expert, shape (..., k, n, n), or one row an expert, positive, NaN =
            not judged, shape (..., k, p).

    Returns:
        Shape (..., k, p); of matrices the upper triangles, row by row.

    Raises:
        MatrixError: names the cell, its value and what was expected; a single matrix; other labels.
    """
    if isinstance(judgments, PairwiseMatrix) or given_matrices(judgments):
        try:
            array = as_matrices(judgments, complete=False)
        except MatrixError as error:
            shape = str(np.shape(judgments))
            raise MatrixError("read_as_matrices", shape=shape, problem=error) from error
        if array.ndim > 2:
            upper: Float = array[..., *np.triu_indices(array.shape[-1], 1)]
            return _with_experts(upper, "judgments", "p", "with_pair_of_expert")
        single = True
    else:
        array = _by_expert(judgments, "judgments", "p", "with_pair_of_expert")
        single = bool(array.ndim == 2 and is_matrix(array))
    if single:
        raise MatrixError("is_single_matrix", shape=str(array.shape))
    refuse_judgments(Phrase("judgments"), array)
    return array


def one_panel(judgments: ArrayLike | Any) -> Float:
    """Judgment vectors of one panel, validated, shape (k, p).

    Raises:
        MatrixError: as `as_judgments`, or several panels.
    """
    array = as_judgments(judgments)
    if array.ndim != 2:
        expected = "(k, n, n)" if given_matrices(judgments) else "(k, p)"
        raise shape_error("judgments", judgments, expected)
    return array


def given_matrices(judgments: Any) -> bool:
    """Whether a panel's judgments are given as matrices: a list of `PairwiseMatrix` or of square
    DataFrames, or an array (..., n, n) of three axes or more, n of 2 or more.
    """
    first = judgments
    while isinstance(first, list | tuple) and first:
        first = first[0]
    if first is not judgments and (isinstance(first, PairwiseMatrix) or is_frame(first)):
        return True
    try:
        shape = np.shape(judgments)
    except ValueError:  # nested unevenly: refused as what it is
        return False
    return len(shape) > 2 and shape[-1] == shape[-2] > 1


def is_matrix(array: Float) -> Any:
    """Whether numbers (..., k, n) are rather pairwise comparison matrices of three items or more,
    not all of them equal: unit diagonal, reciprocal.
    """
    n = array.shape[-1]
    if array.shape[-2] != n or n < 3:
        return np.zeros(array.shape[:-2], dtype=bool)
    mirrored = np.swapaxes(array, -1, -2)
    missing = np.isnan(array) & np.isnan(mirrored) & ~np.eye(n, dtype=bool)
    with np.errstate(all="ignore"):
        reciprocal = (np.abs(array * mirrored - 1) <= WRITTEN_RTOL) & (array > 0)
    fits = (reciprocal | missing).all(axis=(-1, -2))
    return fits & ((array != 1) & ~missing).any(axis=(-1, -2))


def refuse_matrices(array: Float, name: str, expected: str = "one_vector_an_expert") -> None:
    """Refuse pairwise comparison matrices where other numbers of the experts are meant; both texts
    are codes.

    Raises:
        MatrixError: says what was expected instead.
    """
    if array.ndim > 1 and is_matrix(array).any():
        raise MatrixError(
            "are_matrices", name=Phrase(name), shape=str(array.shape), expected=Phrase(expected)
        )


def _by_expert(values: Any, name: str, axis: str, least: str) -> Float:
    """Numbers of shape (..., k, axis), labeled rows in the order of the first; `least` is the code
    of what there must be at least.
    """
    rows, _ = joined_rows(values, Phrase(name), MatrixError)
    return _with_experts(as_numbers(rows, Phrase(name), MatrixError), name, axis, least)


def _with_experts(array: Float, name: str, axis: str, least: str) -> Float:
    if array.ndim < 2 or 0 in array.shape[-2:]:
        raise shape_error(name, array, Phrase(least, shape=f"(..., k, {axis})"))
    return array


def refuse_judgments(name: str | Phrase, array: Float) -> None:
    """Refuse what is neither NaN nor a judgment that a matrix may have."""
    wrong = ~np.isnan(array) & ~((array >= 1 / LARGEST) & (array <= LARGEST))
    refuse(wrong, name, array, IN_RANGE)


def check_scale_max(scale_max: float) -> None:
    """Refuse what cannot be the strongest judgment of a scale."""
    allowed = Phrase("above_to", low=1, high=LARGEST)
    check_option("scale_max", scale_max, lambda: 1 < scale_max <= LARGEST, allowed)


def check_option(name: str, value: object, fits: Callable[[], bool], expected: Phrase) -> None:
    """Refuse an option that is no number, or does not fit."""
    if isinstance(value, bool) or not isinstance(value, Real) or not fits():
        raise OptionError.refused(name, value, expected)


def check_integer(option: str, value: object, least: int, most: int | None = None) -> None:
    """Refuse an option that is no integer, or out of its range."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if whole and least <= value <= (value if most is None else most):  # type: ignore[operator]
        return
    expected = Phrase("integer_or_more", least=least)
    if most is not None:
        expected = Phrase("integer_within", low=least, high=most)
    raise OptionError.refused(option, value, expected)
