"""Importance against points: what to work at first (Martilla & James 1977, J. of Marketing
41(1):77-79).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..errors import EvaluationError
from ..result import Result
from .evaluated import Evaluation
from .movement import counted_points, weights_in_force
from .peers import medians, peers_of

QUADRANTS = ("first", "keep", "later", "enough")
"""Important and weak: work here first. Important and strong: keep it up. Less important and weak:
later. Less important and strong: enough is done."""


@dataclass(frozen=True, eq=False, repr=False)
class ImportancePlace(Result):
    """Where an indicator lies.

    Attributes:
        indicator: id.
        weight: in force in the whole.
        points: of the unit.
        median: of the units of its group that have points, NaN where none has.
        quadrant: of `QUADRANTS`.
    """

    indicator: str
    weight: float
    points: float
    median: float
    quadrant: str


@dataclass(frozen=True, eq=False, repr=False)
class ImportanceMap(Result):
    """The indicators that a unit's total is made of, by importance and points.

    Attributes:
        unit, period: what it is about.
        peers: units of its group, itself among them.
        weight: the mean weight; a larger one is important.
        points: the mean points by the weights, that is the weighted total; fewer are weak, as they
            pull it down.
        places: one an indicator, in the order of the tree.
    """

    unit: str
    period: str
    peers: tuple[str, ...]
    weight: float
    points: float
    places: tuple[ImportancePlace, ...]


def importance_places(result: Evaluation, unit: str, period: str) -> ImportanceMap:
    """The map of importance and points of a unit.

    Args:
        result: of `evaluate`.
        unit: its name.
        period: one with observations of its own.

    Raises:
        EvaluationError: no such unit or period, one that is made of others, or no total.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.importance import importance_places
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> found = importance_places(result, result.units[5], "2026Q1")
    >>> [place.indicator for place in found.places if place.quadrant == "first"]
    ['staff']
    """
    parsed = result.scored_period(period)
    if result.total(unit, period) is None:
        raise EvaluationError("total_none", unit=unit, period=str(parsed))
    scored = result.scored((unit,), parsed)
    cell = scored.grid.periods.index(parsed)
    points, weights = counted_points(scored, cell), weights_in_force(scored, cell)
    peers = peers_of(result, unit)
    rows = [result.units.index(peer) for peer in peers]
    of_group = dict(
        zip(
            result.indicators,
            medians(result.scores[rows, result.period_position(period)]).tolist(),
            strict=True,
        )
    )
    mean_weight = Fraction(1, len(weights))
    mean_points = sum(
        (weight * Fraction(points[leaf]) for leaf, weight in weights.items()), Fraction(0)
    )
    places = tuple(
        ImportancePlace(
            leaf,
            float(weight),
            float(points[leaf]),
            of_group[leaf],
            QUADRANTS[2 * (weight <= mean_weight) + (Fraction(points[leaf]) >= mean_points)],
        )
        for leaf, weight in weights.items()
    )
    return ImportanceMap(
        unit, str(parsed), peers, float(mean_weight), float(np.float64(mean_points)), places
    )
