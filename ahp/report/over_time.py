"""Units over time: totals by period and year, and why one unit's total changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ..evaluation import Evaluation, Movement
from ..evaluation.trend import TrendPoint
from ..i18n import translator
from ..i18n.evaluation import bands_of
from ..i18n.evaluation_results import signed
from .evaluation import aligned
from .table import Table


def over_time_table(result: Evaluation, language: str, units: Sequence[str] | None = None) -> Table:
    """The total of each unit in every period and, where the scheme makes one of them, in the year,
    with its last band; in the order of the evaluation.

    Args:
        result: of `evaluate`.
        language: of the texts.
        units: names of those to look at; None = all.

    Raises:
        EvaluationError: no such unit.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.over_time import over_time_table
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> found = over_time_table(result, "en", result.units[:1])
    >>> found.columns
    ('Unit', '2026Q1', '2026Q2', '2026Q3', '2026Q4', '2026', 'Band in 2026')
    >>> found.rows
    (('丁市监督中心', '84.9', '77.6', '79.9', '86.0', '82.1', 'Good'),)
    """
    _ = translator(language)
    names = result.units if units is None else tuple(units)
    rows = [result.unit_position(unit) for unit in names]
    scheme = result.scheme
    columns: list[Any] = [names]
    for period in result.periods:
        totals = [result.total(unit, period) for unit in names]
        columns.append(aligned(totals, scheme.digits.total))
    bands = bands_of(scheme, language)
    columns.append([bands[str(result.bands[row, -1])] for row in rows])
    last = result.periods[-1]
    headings = (_("Unit"), *result.periods, _("Band in {period}").format(period=last))
    title = _("{scheme}: {first} to {last}, units: {count}").format(
        scheme=scheme.text(scheme.name, language),
        first=result.periods[0],
        last=last,
        count=len(names),
    )
    return Table(title, headings, tuple(zip(*columns, strict=True)), language)


def trend_table(unit: str, points: Sequence[TrendPoint], language: str) -> Table:
    """The totals of one unit, and what performance, weights, rules and all after the weighting did
    to each; the four add up to the change.

    Args:
        unit: its name.
        points: of `ahp.evaluation.trend.unit_trend`.
        language: of the texts.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.peers import own_periods
    >>> from ahp.evaluation.trend import unit_trend
    >>> from ahp.report.over_time import trend_table
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> unit = result.units[0]
    >>> found = trend_table(unit, unit_trend(unit, own_periods(result)), "en")
    >>> found.rows[1]
    ('2026Q2', '77.6', 'Adequate', '−7.3', '2026Q1', '−7.2409', '0.0000', '0.0000', '−0.0591')
    """
    _ = translator(language)
    rows = []
    for point in points:
        total = "" if point.total is None else f"{point.total}"
        band = bands_of(point.at.result.scheme, language)[point.band]
        row: list[Any] = [point.at.period, total, band, "", "", "", "", "", ""]
        if point.change is not None:
            row[3:5] = signed(point.change.change), point.change.before
            row[5:] = [signed(one) for one in change_parts(point.change)]
        rows.append(tuple(row))
    headings = (
        *(_("Period"), _("Total"), _("Band"), _("Change"), _("Since")),
        *(_("Performance"), _("Weights"), _("Rules")),
        _("Deductions, bonuses, limits, vetoes, rounding"),
    )
    title = _("{unit}: each change is performance, weights, rules and the rest").format(unit=unit)
    return Table(title, headings, tuple(rows), language)


def change_parts(change: Movement) -> list[Decimal]:
    """What performance, weights, rules and the rest did, at four decimals; the last one takes what
    rounding leaves, so that they add up.
    """
    rounded = [_four(one) for one in (change.performance, change.weights, change.rules)]
    return [*rounded, change.change - sum(rounded, Decimal(0))]


def _four(number: Fraction) -> Decimal:
    return Decimal(round(number * 10**4)).scaleb(-4)
