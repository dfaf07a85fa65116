"""Points of what is measured, from goalposts that stand in the scheme."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import EvaluationError
from ..labels import joined_vector, numbers_of, vector_labels
from ..matrix import LARGEST, Float, first_cell, plain, shape_error
from ..messages import Phrase
from .directions import Target, as_directions
from .inputs import as_values


def goalpost_scores(
    values: ArrayLike | Any,
    low: ArrayLike | Any,
    high: ArrayLike | Any,
    directions: Any = None,
    cap: bool = True,
) -> Any:
    """Points from 0 to 100 between fixed goalposts (OECD/JRC 2008, Handbook on Constructing
    Composite Indicators, step 5; UNDP, Human Development Index).

    100·(x − L)/(U − L) where larger is better, 100·(U − x)/(U − L) where smaller is. A `Target`
    gives 100 inside its interval and 100·(1 − d/M) outside, 0 at least. A score depends on the
    value and the goalposts alone, never on which other units there are.

    Args:
        values: shape (..., n), or one number.
        low: L, shape (n,) or one for all; not used, and None or NaN allowed, where the direction is
            a target.
        high: U, above L, likewise.
        directions: 1, −1 or a `Target` with its tolerance, for each indicator or one for all; None
            = larger is better.
        cap: cut off at 0 and 100; else a value beyond a goalpost gets less than 0 or more than 100.

    Returns:
        Points in the shape of the values; a plain number for one.

    Raises:
        EvaluationError: values, goalposts or directions that do not fit, a target without a
            tolerance.

    >>> from ahp.evaluation import goalpost_scores
    >>> goalpost_scores([[0.93, 3.0], [0.75, 9.0]], [0.8, 0], [1.0, 8], [1, -1])
    array([[65. , 62.5],
           [ 0. ,  0. ]])
    """
    x = as_values(numbers_of(values), "values")
    if 0 in x.shape[-1:]:
        raise shape_error("values", x, "(..., n)", EvaluationError)
    columns = np.atleast_1d(x)
    count, labels = columns.shape[-1], vector_labels(values)
    by_indicator = as_directions(directions, count, labels)
    targets = np.array([isinstance(each, Target) for each in by_indicator])
    lows = _goalposts(low, "lower_goalposts", count, labels, targets)
    highs = _goalposts(high, "upper_goalposts", count, labels, targets)
    if (turned := ~(lows < highs) & ~targets).any():
        cell = first_cell(turned, Phrase("lower_goalposts"))
        raise EvaluationError(
            "goalposts_turned", cell=cell, low=lows[turned][0], high=highs[turned][0]
        )
    points = np.empty(columns.shape)
    for j, direction in enumerate(by_indicator):
        column = columns[..., j]
        if isinstance(direction, Target):
            if direction.tolerance is None:
                raise EvaluationError("target_without_tolerance", target=repr(direction))
            points[..., j] = direction.closeness(column)
        else:
            from_worst = column - lows[j] if direction == 1 else highs[j] - column
            with np.errstate(over="ignore"):  # far beyond goalposts that are very near
                points[..., j] = from_worst / (highs[j] - lows[j])
    if cap:
        points = np.clip(points, 0, 1)
    return plain(100 * points.reshape(x.shape))


def _goalposts(given: Any, name: str, count: int, labels: Any, targets: Any) -> Float:
    owner = Phrase("the_columns")
    joined = joined_vector(given, labels, Phrase(name), owner, EvaluationError)
    ends = as_values(np.nan if joined is None else joined, name, missing=True)
    if ends.shape not in ((), (count,)):
        raise shape_error(name, ends, Phrase("one_an_indicator_or_for_all"), EvaluationError)
    ends = np.broadcast_to(ends, count)
    if (missing := np.isnan(ends) & ~targets).any():
        raise EvaluationError(
            "cell_value",
            cell=first_cell(missing, Phrase(name)),
            value=np.nan,
            expected=Phrase("number_from_to", low=-LARGEST, high=LARGEST),
        )
    return ends
