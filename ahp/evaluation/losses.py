"""Where points are lost, and where a point is cheapest."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..result import Result, read_only
from ..version import __version__
from .evaluated import Evaluation
from .movement import counted_points, weights_in_force


class Loss(NamedTuple):
    """What is lost by one indicator.

    Attributes:
        indicator: id.
        lost: points of the total.
        weight: in force: points of the total that one point of the indicator is worth.
    """

    indicator: str
    lost: float
    weight: float


@dataclass(frozen=True, eq=False, repr=False)
class PointsLost(Result):
    """What each unit loses by each indicator, w_j (100 − s_j), in points of the total.

    Attributes:
        units, period, indicators: what it is about.
        lost: shape (units, indicators); NaN where an indicator doesn't count or apply, or the unit
            has no total.
        weights: in force in the whole, with those of what doesn't apply spread over the rest of its
            parent, likewise.
        version: of `ahp`.
    """

    units: tuple[str, ...]
    period: str
    indicators: tuple[str, ...]
    lost: NDArray[np.float64] = field(repr=False)
    weights: NDArray[np.float64] = field(repr=False)
    version: str = __version__

    def of(self, unit: str | None = None) -> tuple[Loss, ...]:
        """The indicators from the one that loses most, of equal losses the heavier first.

        Args:
            unit: its name; None = means over the units in which an indicator counts.
        """
        rows = [self.units.index(unit)] if unit is not None else range(len(self.units))
        losses = []
        for k, indicator in enumerate(self.indicators):
            some = [row for row in rows if not np.isnan(self.lost[row, k])]
            if some:
                lost, weight = (float(one[some, k].mean()) for one in (self.lost, self.weights))
                losses.append(Loss(indicator, lost, weight))
        return tuple(sorted(losses, key=lambda loss: (-loss.lost, -loss.weight)))


def points_lost(
    result: Evaluation, period: str, units: tuple[str, ...] | None = None
) -> PointsLost:
    """What each unit loses by each indicator.

    Args:
        result: of `evaluate`.
        period: one with observations of its own.
        units: names of those to look at; None = all.

    Raises:
        EvaluationError: no such unit or period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> ahp.evaluation.points_lost(result, "2026Q1").of(result.units[0])[0].indicator
    'management_model'
    """
    parsed = result.scored_period(period)
    names = result.units if units is None else tuple(units)
    for name in names:
        result.unit_position(name)
    scored = result.scored(names, parsed)
    shape = len(names), len(result.indicators)
    lost, weights = np.full(shape, np.nan), np.full(shape, np.nan)
    for row in range(len(names)):
        cell = row * len(scored.grid.periods) + scored.grid.periods.index(parsed)
        if scored.totals.finished.rated[cell]:
            points = counted_points(scored, cell)
            for leaf, weight in weights_in_force(scored, cell).items():
                place = row, result.indicators.index(leaf)
                lost[place], weights[place] = weight * (100 - Fraction(points[leaf])), weight
    indicators = result.indicators
    return PointsLost(
        names, str(parsed), indicators, lost=read_only(lost), weights=read_only(weights)
    )
