"""Other ways from a table and weights to an order of the units.

All but the geometric mean depend on which units are listed: second opinions beside the official
score, never instead of it.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..alternatives import weighted_product
from ..errors import EvaluationError, OptionError
from ..group import check_option
from ..labels import joined_rows, vector_labels
from ..matrix import Float, chunks, first_cell, plain, shape_error
from ..messages import Phrase
from ..tolerance import ROUNDING_ATOL, rank_spans
from .directions import Direction, Target, as_directions, min_max, signs, with_closeness
from .inputs import accumulated, as_table, as_values, as_weights

NORMALIZATIONS = ("vector", "minmax")
"""How `topsis` brings indicators to one scale."""


def topsis(
    matrix: ArrayLike | Any,
    weights: ArrayLike | Any,
    directions: Any = None,
    normalization: str = "vector",
) -> Float:
    """TOPSIS (逼近理想解排序法; Hwang & Yoon 1981, Multiple Attribute Decision Making): how much
    nearer a unit is to the best than to the worst, d⁻/(d⁺ + d⁻).

    Best and worst have in each indicator the best and the worst that any unit has; the distances
    are Euclidean, over the weighted columns. A target's column becomes 1 − d/M first.

    Args:
        matrix: shape (..., units, indicators), 2 units or more.
        weights: sum 1, shape (..., indicators); leading axes broadcast.
        directions: 1, −1 or a `Target` for each indicator; None = larger is better.
        normalization: `"vector"`, each column divided by its Euclidean norm, or `"minmax"`, on 0
            … 1 (Opricovic & Tzeng 2004, Eur. J. Operational Research 156:445-455). They can differ
            in who is first.

    Returns:
        From 0, the worst everywhere, to 1, the best everywhere, shape (..., units).

    Raises:
        OptionError: unknown normalization.
        EvaluationError: numbers that do not fit, or units that do not differ where weights are.

    >>> from ahp.evaluation import topsis
    >>> topsis([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], [0.3, 0.4, 0.3]).round(4)
    array([0.5037, 0.6581, 0.7482, 0.334 ])
    """
    if normalization not in NORMALIZATIONS:
        raise OptionError.unknown("normalization", normalization, NORMALIZATIONS)
    table, w, by_indicator = _checked(matrix, weights, directions)
    if normalization == "vector":
        columns = with_closeness(table, by_indicator)
        largest = np.abs(columns).max(axis=-2, keepdims=True)
        columns = columns / np.where(largest > 0, largest, 1.0)  # so that no square overflows
        norm = np.sqrt((columns**2).sum(axis=-2, keepdims=True))
        columns = columns / np.where(norm > 0, norm, 1.0) * signs(by_indicator)
    else:
        columns = min_max(table, by_indicator)
    best, worst = columns.max(axis=-2, keepdims=True), columns.min(axis=-2, keepdims=True)
    to_best = np.sqrt(accumulated(w**2, (best - columns) ** 2))
    to_worst = np.sqrt(accumulated(w**2, (columns - worst) ** 2))
    both = to_best + to_worst
    _refuse_alike(both <= ROUNDING_ATOL)
    share: Float = to_worst / both
    return share


def grey_relational(
    matrix: ArrayLike | Any,
    weights: ArrayLike | Any,
    directions: Any = None,
    rho: float = 0.5,
) -> Float:
    """Grey relational grade (灰色关联度; Deng 1989, J. Grey System 1:1-24) to the best of all
    units: Σ_j w_j (Δmin + ρ Δmax)/(Δ_ij + ρ Δmax).

    Δ_ij is how far unit i is behind the best one in indicator j, on 0 … 1 (1 − d/M where there is a
    target), Δmin and Δmax the smallest and the largest of the whole table.

    Args:
        matrix: shape (..., units, indicators), 2 units or more.
        weights: sum 1, shape (..., indicators); leading axes broadcast.
        directions: 1, −1 or a `Target` for each indicator; None = larger is better.
        rho: ρ, above 0, to 1. The smaller it is, the farther apart the grades are.

    Returns:
        Grades above 0, to 1, shape (..., units).

    Raises:
        OptionError: ρ out of its range.
        EvaluationError: numbers that do not fit, or units that do not differ.

    >>> from ahp.evaluation import grey_relational
    >>> grey_relational([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], [0.3, 0.4, 0.3]).round(4)
    array([0.6   , 0.68  , 0.85  , 0.4633])
    """
    check_option("rho", rho, lambda: 0 < rho <= 1, Phrase("above_to", low=0, high=1))
    table, w, by_indicator = _checked(matrix, weights, directions)
    columns = min_max(table, by_indicator)
    behind = columns.max(axis=-2, keepdims=True) - columns
    nearest = behind.min(axis=(-2, -1), keepdims=True)
    farthest = behind.max(axis=(-2, -1), keepdims=True)
    _refuse_alike(farthest[..., 0] <= ROUNDING_ATOL)
    grades: Float = accumulated(w, (nearest + rho * farthest) / (behind + rho * farthest))
    return grades


def rank_sum_ratio(
    matrix: ArrayLike | Any, weights: ArrayLike | Any, directions: Any = None
) -> Float:
    """Rank-sum ratio (秩和比, RSR; 田凤调 1988): Σ_j w_j R_ij / m, with the rank R from 1 for the
    worst to m for the best of m units; units that tie share the mean of their ranks.

    Args:
        matrix: shape (..., units, indicators), 2 units or more.
        weights: sum 1, shape (..., indicators); leading axes broadcast.
        directions: 1, −1 or a `Target` for each indicator; None = larger is better.

    Returns:
        From 1/m, the worst everywhere, to 1, the best everywhere, shape (..., units).

    Raises:
        EvaluationError: numbers that do not fit.

    >>> from ahp.evaluation import rank_sum_ratio
    >>> rank_sum_ratio([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], [0.3, 0.4, 0.3]).round(4)
    array([0.5   , 0.6875, 0.8375, 0.475 ])
    """
    table, w, by_indicator = _checked(matrix, weights, directions)
    better = table * signs(by_indicator)
    for j, direction in enumerate(by_indicator):
        if isinstance(direction, Target):
            better[..., j] = -direction.distance(table[..., j])
    above, tied = rank_spans(np.swapaxes(better, -1, -2))
    units = table.shape[-2]
    ranks = units - above - (tied - 1) / 2
    ratio: Float = accumulated(w, np.swapaxes(ranks, -1, -2)) / units
    return ratio


def weighted_geometric_mean(scores: ArrayLike | Any, weights: ArrayLike | Any) -> Any:
    """Weighted geometric mean Π s_j^w_j: a weak indicator cannot be made up for by strong ones.

    `ahp.weighted_product`, and 0 where a score of weight above 0 is 0.

    Args:
        scores: 0 or more, shape (..., units, indicators), or (indicators,) of one unit.
        weights: sum 1, shape (..., indicators); leading axes broadcast.

    Returns:
        Means, shape (..., units); a plain number for one unit.

    Raises:
        EvaluationError: scores or weights that do not fit.

    >>> from ahp.evaluation import weighted_geometric_mean
    >>> weighted_geometric_mean([[90, 40], [60, 60], [100, 0]], [0.5, 0.5]).round(4)
    array([60., 60.,  0.])
    """
    rows, labels = joined_rows(scores, Phrase("scores"), EvaluationError)
    table = as_values(rows, "scores", 0)
    if single := table.ndim == 1:
        table, labels = table[None], vector_labels(scores)
    if table.ndim < 2 or 0 in table.shape[-2:]:
        expected = Phrase("units_and_columns", least=1)
        raise shape_error("scores", table, expected, EvaluationError)
    count = table.shape[-1]
    w = as_weights(weights, count, labels, table.shape[:-2])
    zero = table == 0
    filled = np.where(zero, 1.0, table)
    draws = prod(np.broadcast_shapes(w.shape[:-1], table.shape[:-2]))
    parts = chunks(table.shape[-2], draws * count)  # so that many draws need little memory
    product = np.concatenate([weighted_product(w, filled[..., part, :]) for part in parts], axis=-1)
    lost = accumulated(w > 0, zero, np.logical_and, np.logical_or)
    means = np.where(lost, 0.0, product)
    return plain(means[..., 0] if single else means)


def _checked(matrix: Any, weights: Any, directions: Any) -> tuple[Float, Float, list[Direction]]:
    table, labels = as_table(matrix, least=2)
    count = table.shape[-1]
    by_indicator = as_directions(directions, count, labels)
    return table, as_weights(weights, count, labels, table.shape[:-2]), by_indicator


def _refuse_alike(alike: Any) -> None:
    """Refuse tables, by a mask (..., units), whose units do not differ where weights are."""
    if (tables := alike.all(axis=-1)).any():
        raise EvaluationError("units_alike", cell=first_cell(tables, Phrase("matrix")))
