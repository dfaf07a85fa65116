"""Whether raters agree, how severe each is, and what each does to the totals.

A table of ratings has a unit a row and a rater a column; NaN = not rated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import EvaluationError, OptionError
from ..matrix import LARGEST, Bool, Float, first_cell, plain, shape_error
from ..messages import Phrase
from ..result import Result
from ..tolerance import ROUNDING_ATOL
from ..version import __version__
from .inputs import as_table, as_weights

LEVELS = ("nominal", "ordinal", "interval", "ratio")
"""Levels of measurement of `krippendorff_alpha`."""

JOINS = ("mean", "median", "trimmed_mean")
"""How raters are joined: mean, median, or mean without one highest and one lowest rating."""


@dataclass(frozen=True, eq=False, repr=False)
class IntraclassCorrelation(Result):
    """Intraclass correlations of one table (plain numbers) or of a batch (arrays of shape (...)).

    Attributes:
        single: ICC(2,1), of one rater's ratings.
        average: ICC(2,k), of the mean of all raters.
        units_mean_square, raters_mean_square, error_mean_square: of the two-way analysis of
            variance.
        units, raters: how many.
        version: of `ahp`.
    """

    single: Any
    average: Any
    units_mean_square: Any
    raters_mean_square: Any
    error_mean_square: Any
    units: int
    raters: int
    version: str = __version__


def intraclass_correlation(ratings: ArrayLike | Any) -> IntraclassCorrelation:
    """ICC(2,1) and ICC(2,k), absolute agreement of raters who stand for any raters (组内相关系数;
    Shrout & Fleiss 1979, Psychological Bulletin 86:420-428; McGraw & Wong 1996, Psychological
    Methods 1:30-46, ICC(A,1) and ICC(A,k)).

    With the mean squares MSu of n units, MSr of k raters and MSe of the rest, ICC(2,1) is (MSu −
    MSe)/(MSu + (k − 1) MSe + k (MSr − MSe)/n), and ICC(2,k) is (MSu − MSe)/(MSu + (MSr − MSe)/n).
    Below 0, raters agree less than by chance.

    Args:
        ratings: all given, shape (..., units, raters), 2 or more of each.

    Raises:
        EvaluationError: ratings that do not fit, or that do not tell units apart, so that there is
            no correlation.

    >>> from ahp.evaluation import intraclass_correlation
    >>> found = intraclass_correlation([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8]])
    >>> round(found.single, 3), round(found.average, 3)
    (0.343, 0.676)
    """
    table, _ = as_table(ratings, "ratings", least=2)
    _two_raters(table)
    n, k = table.shape[-2:]
    mean = table.mean(axis=(-2, -1), keepdims=True)
    by_unit = table.mean(axis=-1, keepdims=True) - mean
    by_rater = table.mean(axis=-2, keepdims=True) - mean
    rest = table - mean - by_unit - by_rater
    units = k * (by_unit**2).sum(axis=(-2, -1)) / (n - 1)
    raters = n * (by_rater**2).sum(axis=(-2, -1)) / (k - 1)
    error = (rest**2).sum(axis=(-2, -1)) / ((n - 1) * (k - 1))
    excess = (raters - error) / n
    average = units + excess
    single = average + (k - 1) * (error + excess)
    rounding = (ROUNDING_ATOL * np.abs(table).max(axis=(-2, -1))) ** 2
    size = rounding + ROUNDING_ATOL * (units + raters + error)
    if (undefined := (average <= size) | (single <= size)).any():
        raise EvaluationError("ratings_alike", cell=first_cell(undefined, Phrase("ratings")))
    return IntraclassCorrelation(
        single=plain((units - error) / single),
        average=plain((units - error) / average),
        units_mean_square=plain(units),
        raters_mean_square=plain(raters),
        error_mean_square=plain(error),
        units=n,
        raters=k,
    )


def krippendorff_alpha(ratings: ArrayLike | Any, level: str = "interval") -> float:
    """Krippendorff's α, 1 − observed over expected disagreement (Krippendorff 2011, Computing
    Krippendorff's Alpha-Reliability; 2004, Content Analysis, ch. 11).

    Every two ratings of a unit by different raters are a pair; a unit rated once has none and is
    left out. Disagreement δ² is 1 for any two different values (nominal), the squared number of
    ratings between them, half of those at both ends counted (ordinal), (v − v′)² (interval), or
    ((v − v′)/(v + v′))² (ratio).

    Args:
        ratings: numbers, for a nominal level codes of the categories; NaN = not rated; 0 or more
            for the ratio level; shape (units, raters).
        level: one of `LEVELS`.

    Returns:
        1 for perfect agreement, 0 for chance, below 0 for less.

    Raises:
        OptionError: unknown level.
        EvaluationError: ratings that do not fit, no unit rated twice, or one value alone, which
            leaves no disagreement to expect.

    >>> from ahp.evaluation import krippendorff_alpha
    >>> round(krippendorff_alpha([[1, 1], [2, 3], [3, 3], [5, 4]]), 3)
    0.87
    """
    if level not in LEVELS:
        raise OptionError.unknown("level", level, LEVELS)
    least = 0 if level == "ratio" else -LARGEST
    table, _ = as_table(ratings, "ratings", least, missing=True)
    if table.ndim != 2:
        raise shape_error("ratings", table, "(units, raters)", EvaluationError)
    rated = ~np.isnan(table)
    paired = table[rated.sum(axis=1) > 1]
    if not paired.size:
        raise EvaluationError("rated_once")
    values = np.unique(paired[~np.isnan(paired)])
    counts = (paired[:, :, None] == values).sum(axis=1).astype(np.float64)
    by_unit = counts.sum(axis=1, keepdims=True)
    by_value = counts.sum(axis=0)
    if len(values) == 1:
        raise EvaluationError("ratings_one_value", value=values[0])
    delta = _disagreement(values, by_value, level)
    # a value with itself has no disagreement, so that its own pairs need not be taken out
    observed = (counts / (by_unit - 1) @ delta * counts).sum()
    expected = by_value @ delta @ by_value
    return float(1 - (by_value.sum() - 1) * observed / expected)


def _disagreement(values: Float, by_value: Float, level: str) -> Float:
    """δ² of every two values."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "ordinal":
        places = np.cumsum(by_value) - by_value / 2
        steps: Float = (places[:, None] - places) ** 2
        return steps
    scaled = values / np.abs(values).max()  # so that no square overflows
    difference = scaled[:, None] - scaled
    if level == "ratio":
        total = scaled[:, None] + scaled
        difference = difference / np.where(total > 0, total, 1.0)
    squares: Float = difference**2
    return squares


def rater_severity(ratings: ArrayLike | Any) -> Float:
    """By how much each rater rates above the others, on the mean over all pairs of ratings, theirs
    and another's, of the same unit (and indicator): below 0 severe, above 0 lenient.

    Args:
        ratings: NaN = not rated, shape (units, raters), or (..., units, raters) of several
            indicators, which are taken together.

    Returns:
        Shape (raters,), in the unit of the ratings.

    Raises:
        EvaluationError: ratings that do not fit, or a rater who shares no unit with another.

    >>> from ahp.evaluation import rater_severity
    >>> rater_severity([[80, 84, 88], [70, 75, float("nan")]])
    array([-5.66666667,  1.66666667,  6.        ])
    """
    table, _ = as_table(ratings, "ratings", missing=True)
    _two_raters(table)
    rows = table.reshape(-1, table.shape[-1])
    rated = ~np.isnan(rows)
    filled = np.where(rated, rows, 0.0)
    others = rated.sum(axis=1, keepdims=True) - 1
    above = np.where(rated, filled * (others + 1) - filled.sum(axis=1, keepdims=True), 0.0)
    pairs = np.where(rated, others, 0).sum(axis=0)
    if (alone := pairs == 0).any():
        raise EvaluationError("rater_alone", number=int(np.argmax(alone)) + 1)
    severity: Float = above.sum(axis=0) / pairs
    return severity


def leave_one_rater_out(
    ratings: ArrayLike | Any, weights: ArrayLike | Any, how: str = "mean"
) -> Float:
    """What each rater does to the totals: the total without them minus the total with all.

    Args:
        ratings: of the indicators, NaN = not rated, shape (indicators, units, raters).
        weights: of the indicators, sum 1, shape (indicators,).
        how: one of `JOINS`; the trimmed mean needs three ratings or more.

    Returns:
        Shape (units, raters): above 0 where the rater holds the total down.

    Raises:
        OptionError: unknown `how`.
        EvaluationError: ratings or weights that do not fit, or too few ratings left of a unit.

    >>> from ahp.evaluation import leave_one_rater_out
    >>> leave_one_rater_out([[[80, 84, 88], [70, 75, 77]], [[60, 60, 90], [50, 50, 50]]], [.5, .5])
    array([[ 3.5 ,  2.5 , -6.  ],
           [ 1.  , -0.25, -0.75]])
    """
    if how not in JOINS:
        raise OptionError.unknown("how", how, JOINS)
    table, _ = as_table(ratings, "ratings", missing=True)
    if table.ndim != 3:
        raise shape_error("ratings", table, "(indicators, units, raters)", EvaluationError)
    _two_raters(table)
    w = as_weights(weights, len(table))
    if w.ndim != 1:
        expected = Phrase("one_an_indicator_alone", count=len(table))
        raise shape_error("weights", w, expected, EvaluationError)
    total = np.tensordot(w, _joined(table, how, None), axes=1)
    raters = range(table.shape[-1])
    without = [
        np.tensordot(w, _joined(np.delete(table, k, axis=-1), how, k), axes=1) for k in raters
    ]
    return np.stack(without, axis=-1) - total[..., None]


def _joined(table: Float, how: str, left_out: int | None) -> Float:
    """The raters of each unit joined, shape (indicators, units)."""
    rated: Bool = ~np.isnan(table)
    count = rated.sum(axis=-1)
    least = 3 if how == "trimmed_mean" else 1
    if (few := count < least).any():
        cell = first_cell(few, Phrase("ratings"))
        given = {"cell": cell, "count": int(count[few][0]), "least": least}
        if left_out is None:
            raise EvaluationError("ratings_few", **given)
        raise EvaluationError("ratings_few_without", rater=left_out + 1, **given)
    if how == "median":
        median: Float = np.nanmedian(table, axis=-1)
        return median
    total = np.where(rated, table, 0.0).sum(axis=-1)
    if how == "trimmed_mean":
        total = total - np.nanmax(table, axis=-1) - np.nanmin(table, axis=-1)
        count = count - 2
    mean: Float = total / count
    return mean


def _two_raters(table: Float) -> None:
    if table.shape[-1] < 2:
        raise shape_error("ratings", table, Phrase("with_two_raters"), EvaluationError)
