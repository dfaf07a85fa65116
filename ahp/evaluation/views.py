"""Static indicators show how a unit stands, dynamic ones where it is going: apart, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ..errors import EvaluationError
from ..result import Result, read_only
from .evaluated import Evaluation, Floats
from .periods import parse_period

VIEWS = ("static", "dynamic")


@dataclass(frozen=True, eq=False, repr=False)
class ViewScores(Result):
    """One view of the units: points of its indicators by their weights in the whole, and the trend.

    It is beside the official total, never part of it: what has no points is left out of the mean.

    Attributes:
        view: `"static"` or `"dynamic"`.
        units, periods: of the evaluation, without yearly totals.
        indicators: those of the view.
        share: of the total that the view's indicators weigh, in the last period.
        points: weighted mean of the points, a unit a row and a period a column; NaN where there are
            none.
        latest: of each unit, in the last period that has points.
        change: latest less first points; NaN with fewer than two.
        slope: points a period, by least squares over all periods; NaN with fewer than two.
    """

    view: str
    units: tuple[str, ...]
    periods: tuple[str, ...]
    indicators: tuple[str, ...]
    share: float
    points: Floats = field(repr=False)
    latest: Floats
    change: Floats
    slope: Floats


def view_scores(result: Evaluation, view: Literal["static", "dynamic"]) -> ViewScores:
    """The points of a scheme's static or dynamic indicators, and how they change.

    Args:
        result: as `evaluate` gives it.
        view: which.

    Raises:
        EvaluationError: another view, or one without indicators.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> ahp.evaluation.view_scores(result, "dynamic").indicators
    ('error_education', 'briefings', 'research_reports', 'training', 'self_study', 'research_input')
    """
    scheme = result.scheme
    indicators = tuple(leaf for leaf in result.indicators if scheme.indicator[leaf].view == view)
    if not indicators:
        raise EvaluationError("view_empty", view=view, valid=VIEWS)
    kind = scheme.period.kind
    columns = [k for k, name in enumerate(result.periods) if parse_period(name).kind == kind]
    periods = tuple(result.periods[k] for k in columns)
    chosen = [result.indicators.index(leaf) for leaf in indicators]
    weights = np.array([[_weights(result, p).get(one, 0.0) for one in indicators] for p in periods])
    scores = result.scores[:, columns][:, :, chosen]
    known = ~np.isnan(scores)
    weight = (weights * known).sum(axis=-1)
    sums = (weights * np.where(known, scores, 0)).sum(axis=-1)
    points = np.where(weight > 0, sums / np.where(weight > 0, weight, 1), np.nan)
    latest, change, slope = (np.full(len(result.units), np.nan) for _ in range(3))
    for unit, row in enumerate(points):
        at = np.flatnonzero(~np.isnan(row))
        if len(at):
            latest[unit] = row[at[-1]]
        if len(at) > 1:
            change[unit] = row[at[-1]] - row[at[0]]
            from_mean = at - at.mean()
            slope[unit] = from_mean @ row[at] / (from_mean @ from_mean)
    return ViewScores(
        view,
        result.units,
        periods,
        indicators,
        float(weights[-1].sum()),
        *map(read_only, (points, latest, change, slope)),
    )


def _weights(result: Evaluation, period: str) -> dict[str, float]:
    """Leaf id -> its weight in the whole, as frozen."""
    weights = {node: float(weight) for node, weight in result.weights(period).items()}
    whole = {result.scheme.goal: 1.0}
    for parent, kids in result.scheme.children.items():
        for kid in kids:
            whole[kid] = whole[parent] * weights.get(kid, 0.0)
    return whole
