"""A unit beside its peers and beside an earlier period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .cells import UNCOUNTED
from .evaluated import Evaluation, Floats
from .periods import parse_period


class PeriodResult(NamedTuple):
    """A period of an evaluation.

    Attributes:
        result: of `evaluate`.
        period: one of its periods.
    """

    result: Evaluation
    period: str


def earlier_result(result: Evaluation, period: str) -> PeriodResult | None:
    """The period of the same kind before a period, where it was evaluated too.

    Raises:
        EvaluationError: no such period.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.peers import earlier_result
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> earlier_result(result, "2026Q2").period, earlier_result(result, "2026Q1")
    ('2026Q1', None)
    """
    before = str(parse_period(result.periods[result.period_position(period)]).earlier)
    return PeriodResult(result, before) if before in result.periods else None


def own_periods(result: Evaluation) -> tuple[PeriodResult, ...]:
    """The periods of the scheme's kind, without years that are made of others.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.peers import own_periods
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> [one.period for one in own_periods(result)], result.periods[-1]
    (['2026Q1', '2026Q2', '2026Q3', '2026Q4'], '2026')
    """
    kind = result.scheme.period.kind
    return tuple(
        PeriodResult(result, name) for name in result.periods if parse_period(name).kind == kind
    )


def peers_of(result: Evaluation, unit: str) -> tuple[str, ...]:
    """The units of a unit's peer group, itself among them; all where the scheme has no groups.

    Raises:
        EvaluationError: no such unit.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.peers import peers_of
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> len(peers_of(result, result.units[0]))
    12
    """
    result.unit_position(unit)
    groups = (group.units for group in result.scheme.groups if unit in group.units)
    return next(groups, result.units)


def node_points(result: Evaluation, period: str, units: Sequence[str]) -> dict[str, Floats]:
    """Node id -> its points in some units, for every node of the tree but the goal; NaN where there
    are none.

    Points of a parent are as they go into the total: those of what applies, by its weights, with
    what was not reported as the scheme says.

    Args:
        result: of `evaluate`.
        period: one with observations of its own.
        units: names of the units.

    Raises:
        EvaluationError: no such unit or period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.peers import node_points
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> node_points(result, "2026Q1", result.units[:2])["setup"]
    array([89.651, 81.918])
    """
    parsed = result.scored_period(period)
    rows = [result.unit_position(unit) for unit in units]
    scored = result.scored(tuple(units), parsed)
    cells = np.arange(len(rows)) * len(scored.grid.periods) + scored.grid.periods.index(parsed)
    scale = 10**result.scheme.digits.points
    points = {
        node: np.where(known[cells] & scored.observed[cells], scores[cells] / scale, np.nan)
        for node, (scores, known) in scored.totals.nodes.items()
        if node != result.scheme.goal
    }
    column = result.period_position(period)
    leaves = zip(result.indicators, result.scores[rows, column].T, strict=True)
    return {**points, **dict(leaves)}


def medians(points: Floats) -> Floats:
    """The median down each column of what there is; NaN where there is nothing.

    >>> import numpy as np
    >>> from ahp.evaluation.peers import medians
    >>> medians(np.array([[80.0, np.nan], [90.0, np.nan], [100.0, np.nan]]))
    array([90., nan])
    """
    found = np.full(points.shape[1:], np.nan)
    some = ~np.isnan(points).all(axis=0)
    found[some] = np.nanmedian(points[:, some], axis=0)
    return found


def counted_indicators(result: Evaluation, period: str) -> tuple[str, ...]:
    """The indicators that count in a period for any unit.

    Raises:
        EvaluationError: no such period.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.peers import counted_indicators
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> len(counted_indicators(result, "2026Q1")), len(counted_indicators(result, "2026"))
    (18, 0)
    """
    status = result.status[:, result.period_position(period)]
    counted = (status != UNCOUNTED).any(axis=0)
    return tuple(leaf for leaf, some in zip(result.indicators, counted, strict=True) if some)
