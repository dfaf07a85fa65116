"""Which way an indicator is better, and data turned so that larger is better."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..labels import Labels, joined_vector
from ..matrix import LARGEST, Float
from ..messages import Cell, Phrase
from ..result import Result
from ..tolerance import ROUNDING_ATOL


@dataclass(frozen=True, eq=False, repr=False)
class Target(Result):
    """An indicator that is best inside an interval, and worse the farther it is from it.

    Attributes:
        low, high: ends of the interval, equal for a target value.
        tolerance: M, the distance from the interval at which nothing is left of the points. None =
            the largest distance in the data, so that it depends on which units are listed.
        tolerance_above: the same above the interval; None = as below.

    Raises:
        EvaluationError: ends in the wrong order, or a tolerance of 0 or less.

    >>> from ahp.evaluation import Target, goalpost_scores
    >>> goalpost_scores([4, 5.5, 7.5], None, None, Target(5, 6, tolerance=3))
    array([ 66.66666667, 100.        ,  50.        ])
    """

    low: float
    high: float
    tolerance: float | None = None
    tolerance_above: float | None = None

    def __post_init__(self) -> None:
        for name in ("low", "high", "tolerance", "tolerance_above"):
            value, least = getattr(self, name), -LARGEST
            if name.startswith("tolerance"):
                if value is None:
                    continue
                least = 1 / LARGEST
            number = isinstance(value, Real) and not isinstance(value, bool)
            if not (number and least <= value <= LARGEST):
                expected = Phrase("number_from_to", low=least, high=LARGEST)
                raise EvaluationError(
                    "option_refused", option=name, value=repr(value), expected=expected
                )
        if self.low > self.high:
            raise EvaluationError("target_turned", low=self.low, high=self.high)
        if self.tolerance is None and self.tolerance_above is not None:
            raise EvaluationError("target_one_sided", above=self.tolerance_above)

    def distance(self, values: Float) -> Float:
        """How far values are from the interval, 0 inside."""
        return np.maximum(np.maximum(self.low - values, values - self.high), 0)

    def closeness(self, values: Float) -> Float:
        """1 inside the interval, 1 − d/M outside, 0 from a distance of M on.

        Args:
            values: shape (..., units).
        """
        distance = self.distance(values)
        if self.tolerance is None:
            largest = distance.max(axis=-1, keepdims=True)
            reach = np.where(largest > 0, largest, 1.0)
        else:
            above = self.tolerance if self.tolerance_above is None else self.tolerance_above
            reach = np.where(values > self.high, above, self.tolerance)
        return np.maximum(1 - distance / reach, 0)


Direction = int | Target


def as_directions(directions: Any, count: int, labels: Labels | None) -> list[Direction]:
    """A direction an indicator.

    Args:
        directions: 1 (larger is better), −1 (smaller is better) or a `Target` for each indicator,
            in order or with labels; one for all; None = larger is better everywhere.
        count: of indicators.
        labels: of the indicators, to join directions to.

    Raises:
        EvaluationError: something else, or another number of them.
    """
    if directions is None:
        return [1] * count
    name, owner = Phrase("directions"), Phrase("the_columns")
    single = isinstance(directions, Target | Real)
    listed = (
        [directions] * count
        if single
        else list(joined_vector(directions, labels, name, owner, EvaluationError))
    )
    if len(listed) != count:
        raise EvaluationError("directions_count", count=len(listed), expected=count)
    for k, direction in enumerate(listed):
        if not isinstance(direction, Target) and not (
            isinstance(direction, Real) and not isinstance(direction, bool) and direction in (-1, 1)
        ):
            raise EvaluationError("direction_unknown", cell=Cell(name, (k,)), value=direction)
    return listed


def with_closeness(table: Float, directions: list[Direction]) -> Float:
    """The data with 1 − d/M in the columns that have a target, the others as they are."""
    turned = table.astype(np.float64)
    for j, direction in enumerate(directions):
        if isinstance(direction, Target):
            turned[..., j] = direction.closeness(table[..., j])
    return turned


def signs(directions: list[Direction]) -> Float:
    """−1 where smaller is better, else 1."""
    return np.array([1.0 if isinstance(each, Target) else float(each) for each in directions])


def min_max(table: Float, directions: list[Direction]) -> Float:
    """The data on 0 … 1, from the worst unit to the best: (x − min)/(max − min) or (max − x)/(max −
    min); 1 − d/M where there is a target; 1 in a column in which no two units differ.
    """
    directed = with_closeness(table, directions) * signs(directions)
    low = directed.min(axis=-2, keepdims=True)
    span = directed.max(axis=-2, keepdims=True) - low
    same = constant(table)[..., None, :]
    scaled = np.where(same, 1.0, (directed - low) / np.where(same | (span == 0), 1.0, span))
    targets = np.array([isinstance(each, Target) for each in directions])
    return np.where(targets, directed, scaled)


def constant(table: Float) -> Any:
    """In which columns no two units differ by more than rounding, shape (..., indicators)."""
    largest = np.abs(table).max(axis=-2)
    span = table.max(axis=-2) - table.min(axis=-2)
    return span <= ROUNDING_ATOL * largest
