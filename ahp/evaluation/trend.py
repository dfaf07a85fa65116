"""Totals of one unit over periods, and why each changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from ..errors import EvaluationError
from .movement import Movement, explain_change
from .peers import PeriodResult
from .periods import parse_period


class TrendPoint(NamedTuple):
    """A unit in one period.

    Attributes:
        at: the period, and the evaluation it is of.
        total: official; None where there is none.
        band: id of the band in the scheme of that evaluation, "" where there is none.
        change: since the last period that has a total; None where there is none before, or now.
    """

    at: PeriodResult
    total: Decimal | None
    band: str
    change: Movement | None


def unit_trend(unit: str, results: Sequence[PeriodResult]) -> tuple[TrendPoint, ...]:
    """A unit's totals in the order of time, each change split by `explain_change`.

    Args:
        unit: its name, in all of them.
        results: periods with observations of their own, of one evaluation or of several by
            different schemes, such as `ahp.evaluation.peers.own_periods` gives; the earliest first.

    Raises:
        EvaluationError: no such unit or period, periods that are not in order, or observations of
            an earlier period that later rules refuse.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.peers import own_periods
    >>> from ahp.evaluation.trend import unit_trend
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> for point in unit_trend(result.units[0], own_periods(result)):
    ...     print(point.at.period, point.total, point.change and point.change.change)
    2026Q1 84.9 None
    2026Q2 77.6 -7.3
    2026Q3 79.9 2.3
    2026Q4 86.0 6.1
    """
    for first, last in pairwise(results):
        if parse_period(first.period) >= parse_period(last.period):
            raise EvaluationError("period_order", against=first.period, period=last.period)
    points: list[TrendPoint] = []
    before: PeriodResult | None = None
    for at in results:
        result, period = at
        row, column = result.unit_position(unit), result.period_position(period)
        total, change = result.total(unit, period), None
        if total is not None:
            if before is not None:
                change = explain_change(before.result, result, unit, before.period, period)
            before = at
        points.append(TrendPoint(at, total, str(result.bands[row, column]), change))
    return tuple(points)
