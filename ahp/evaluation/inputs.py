"""The door of the functions on arrays: a unit a row, an indicator a column, weights that sum to 1.

Weights, directions and thresholds with labels are joined to the columns of a pandas `DataFrame` by
label; results are in the order of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..labels import Labels, axis_labels, is_frame, joined_rows, joined_vector
from ..matrix import LARGEST, Float, as_numbers, first_cell, refuse, shape_error
from ..messages import Phrase

SUM_ATOL = 1e-9
"""How far the sum of weights may miss 1, and a membership the ends of 0 … 1."""


def as_values(
    values: Any,
    name: str,
    low: float = -LARGEST,
    high: float = LARGEST,
    *,
    missing: bool = False,
    slack: float = 0.0,
) -> Float:
    """Plain numbers within bounds, any shape.

    Args:
        values: what numpy can read; no mapping, as nothing says what its keys stand for.
        name: code of their name.
        low: the least they may be.
        high: the most.
        missing: NaN is allowed.
        slack: how far rounding may take them beyond.

    Raises:
        EvaluationError: names the cell, its value and what was expected.
    """
    array = as_numbers(values, Phrase(name), EvaluationError)
    fits = (array >= low - slack) & (array <= high + slack)
    code = "number_from_to_or_nan" if missing else "number_from_to"
    wrong = ~(fits | np.isnan(array)) if missing else ~fits
    refuse(wrong, Phrase(name), array, Phrase(code, low=low, high=high), EvaluationError)
    return array


def as_table(
    values: Any,
    name: str = "matrix",
    low: float = -LARGEST,
    high: float = LARGEST,
    *,
    missing: bool = False,
    least: int = 1,
) -> tuple[Float, Labels | None]:
    """Numbers with a unit a row, and the labels of the columns.

    Args:
        values: shape (..., units, columns).
        name: code of their name.
        low: the least they may be.
        high: the most.
        missing: NaN is allowed.
        least: of units.

    Raises:
        EvaluationError: another shape, or names the cell, its value and what was expected.
    """
    rows, labels = joined_rows(values, Phrase(name), EvaluationError)
    array = as_values(rows, name, low, high, missing=missing)
    if array.ndim < 2 or array.shape[-1] < 1 or array.shape[-2] < least:
        expected = Phrase("units_and_columns", least=least)
        raise shape_error(name, array, expected, EvaluationError)
    return array, labels


def row_labels(values: Any) -> Labels | None:
    """The labels of the rows of a DataFrame, or of a mapping from label to row; None without."""
    if isinstance(values, Mapping):
        return tuple(values)
    return axis_labels(values.index) if is_frame(values) else None


def as_weights(
    weights: Any,
    count: int,
    labels: Labels | None = None,
    batch: tuple[int, ...] = (),
    *,
    name: str = "weights",
    owner: str = "the_columns",
) -> Float:
    """Weights of indicators, each vector with the sum 1.

    Args:
        weights: 0 or more, shape (..., count).
        count: of indicators.
        labels: of the indicators, to join the weights to.
        batch: the other leading axes, which have to broadcast.
        name: code of the name of the weights.
        owner: code of the name of what has the labels.

    Raises:
        EvaluationError: other labels, another shape, a negative weight, a sum that isn't 1.
    """
    called = Phrase(name)
    w = as_values(joined_vector(weights, labels, called, Phrase(owner), EvaluationError), name, 0)
    if w.ndim < 1 or w.shape[-1] != count:
        raise shape_error(name, w, Phrase("one_an_indicator", count=count), EvaluationError)
    check_batch(name, w, "(..., n)", w.shape[:-1], batch)
    totals = w.sum(axis=-1)
    wrong = np.abs(totals - 1) > SUM_ATOL
    if wrong.any():
        cell = first_cell(wrong, called)
        raise EvaluationError("sum_not_one_of", name=cell, total=totals[wrong].flat[0])
    return w


def check_batch(
    name: str, array: Float, shape: str, own: tuple[int, ...], batch: tuple[int, ...]
) -> None:
    """Refuse leading axes that don't broadcast; `name` is a code, `shape` what was expected.

    Raises:
        EvaluationError: says both.
    """
    try:
        np.broadcast_shapes(own, batch)
    except ValueError:
        expected = Phrase("leading_axes", shape=shape, batch=str(batch))
        raise shape_error(name, array, expected, EvaluationError) from None


def accumulated(
    weights: Any, columns: Any, join: np.ufunc = np.multiply, pool: np.ufunc = np.add
) -> Any:
    """w_1 ∘ c_1 * w_2 ∘ c_2 * …, by default Σ_j w_j c_j.

    One indicator at a time, so that draws of weights times units need no more memory than twice
    their result, and equal rows get equal bits.

    Args:
        weights: shape (..., n).
        columns: shape (..., rows, n).
        join: ∘, of a weight and its column.
        pool: *, of two indicators.

    Returns:
        Shape (..., rows).
    """
    total = join(weights[..., :1], columns[..., 0])
    joined = np.empty_like(total)
    for j in range(1, columns.shape[-1]):
        join(weights[..., j : j + 1], columns[..., j], out=joined)
        pool(total, joined, out=total)
    return total
