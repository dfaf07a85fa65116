"""Early warnings: what a head of department should look at, as data."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping
from fractions import Fraction

from ..messages import Phrase
from .cells import KNOWN
from .evaluated import Evaluation
from .periods import Period, parse_period
from .rules import decimal

Totals = Mapping[Period, Fraction]
"""Totals of one unit in the periods in which it has one."""


def early_warnings(result: Evaluation) -> tuple[Phrase, ...]:
    """The warnings that a scheme asks for, unit by unit and period by period.

    A total under a floor; one that fell by more than so many points, or so many times in a row; one
    so far below its group's median; one just above the edge of its band; an indicator just short of
    a veto.
    """
    scheme = result.scheme
    columns = {parse_period(name): column for column, name in enumerate(result.periods)}
    columns = {period: k for period, k in columns.items() if period.kind == scheme.period.kind}
    totals = {
        unit: {
            period: Fraction(repr(float(result.totals[row, column])))
            for period, column in columns.items()
            if not math.isnan(result.totals[row, column])
        }
        for row, unit in enumerate(result.units)
    }
    group_of = {unit: group.id for group in scheme.groups for unit in group.units}
    peers: dict[tuple[str | None, Period], list[Fraction]] = {}
    for unit, of_unit in totals.items():
        for period, total in of_unit.items():
            peers.setdefault((group_of.get(unit), period), []).append(total)
    medians = {key: statistics.median(numbers) for key, numbers in peers.items()}
    warnings: list[Phrase] = []
    for row, (unit, of_unit) in enumerate(totals.items()):
        for period, column in columns.items():
            if period in of_unit:
                median = medians[group_of.get(unit), period]
                warnings += _of_total(result, (row, column), of_unit, median)
            warnings += _near_vetoes(result, (row, column))
    return tuple(warnings)


def _of_total(
    result: Evaluation, cell: tuple[int, int], totals: Totals, median: Fraction
) -> Iterator[Phrase]:
    """What the total of a cell, a row and a column of the result, gives rise to."""
    rules, bands = result.scheme.warnings, result.scheme.bands
    unit, period = result.units[cell[0]], parse_period(result.periods[cell[1]])
    total = totals[period]
    about = {"unit": unit, "period": str(period), "total": decimal(total)}
    if rules.floor is not None and total < rules.floor:
        yield Phrase("warning_floor", **about, floor=decimal(rules.floor))
    falls = _falls(totals, period)
    if rules.fall is not None and falls and falls[0] > rules.fall:
        yield Phrase("warning_fall", **about, fall=decimal(falls[0]))
    if rules.falls is not None and len(falls) >= rules.falls:
        yield Phrase("warning_falls", **about, count=len(falls))
    if rules.below_median is not None and median - total > rules.below_median:
        yield Phrase("warning_median", **about, median=decimal(median))
    band = next((band for band in bands if band.id == result.bands[cell]), None)
    if rules.band_edge is not None and band is not None and band is not bands[-1]:
        above = total - band.at_least
        if 0 <= above <= rules.band_edge:
            yield Phrase("warning_edge", **about, band=band.id, above=decimal(above))


def _falls(totals: Totals, period: Period) -> list[Fraction]:
    """By how much a total fell in this period, in the one before, and so on, while it fell."""
    falls = []
    while period.earlier in totals and totals[period] < totals[period.earlier]:
        falls.append(totals[period.earlier] - totals[period])
        period = period.earlier
    return falls


def _near_vetoes(result: Evaluation, cell: tuple[int, int]) -> Iterator[Phrase]:
    """The vetoes whose condition a cell is just short of."""
    for veto in result.scheme.vetoes:
        when = veto.when
        if when is None or when.near is None:
            continue
        place = *cell, result.indicators.index(when.indicator)
        if result.status[place] != KNOWN:
            continue
        numbers = result.scores if when.of == "points" else result.values
        number = Fraction(repr(float(numbers[place])))
        for end, gap, code in (
            (when.below, number - (when.below or 0), "warning_veto_below"),
            (when.above, (when.above or 0) - number, "warning_veto_above"),
        ):
            if end is not None and 0 <= gap <= when.near:
                yield Phrase(
                    code,
                    unit=result.units[cell[0]],
                    period=result.periods[cell[1]],
                    indicator=when.indicator,
                    number=decimal(number),
                    end=decimal(end),
                    veto=veto.id,
                )
