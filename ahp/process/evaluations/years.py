"""A year of an evaluation: what was signed for its periods, and what the year comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from ...evaluation.evaluated import parts_of_year
from ...evaluation.exact import half_up, whole
from ...evaluation.finishing import band_of
from ...evaluation.periods import Period
from ...evaluation.scheme import Scheme
from .judged import result_of, scheme_in
from .standing import signed_total
from .state import EvaluationState, PeriodState
from .units import Unit, active_units


@dataclass(frozen=True)
class UnitYear:
    """A unit in a year.

    Attributes:
        unit: as it is called today.
        group: name of its group in the year's last period; id of a group of the scheme.
        totals: one a period of the year, None where there is none.
        total: of the year; None as long as a period lacks, or where the scheme has no yearly total.
        band: id, "" where there is none.
        rank, group_rank: from 1; 0 where there is no total.
    """

    unit: Unit
    group: str
    totals: tuple[Decimal | None, ...]
    total: Decimal | None = None
    band: str = ""
    rank: int = 0
    group_rank: int = 0


@dataclass(frozen=True)
class YearOfUnits:
    """A year.

    Attributes:
        year: `str(Period)`.
        scheme: of the last period of the year, by which it is summed up.
        periods: those of the year that were opened, in the order of time.
        revisions: of the last signature of each; 0 where it isn't signed.
        shares: period -> share in the year's total; nothing where the scheme has no yearly total.
        lacking: periods that count in the year and were not opened yet.
        units: evaluated in any of the periods, in the order of the list.
    """

    year: str
    scheme: Scheme
    periods: tuple[str, ...]
    revisions: tuple[int, ...]
    shares: Mapping[str, Fraction]
    lacking: tuple[str, ...]
    units: tuple[UnitYear, ...]

    @property
    def provisional(self) -> tuple[str, ...]:
        """The periods that aren't signed."""
        both = zip(self.periods, self.revisions, strict=True)
        return tuple(period for period, revision in both if not revision)


def years_of(state: EvaluationState) -> tuple[str, ...]:
    """The years in which a period was opened, the latest first."""
    years = {one.period.whole_year for one in state.periods.values()}
    return tuple(str(one) for one in sorted(years, reverse=True))


def period_totals(state: EvaluationState, held: PeriodState) -> Mapping[str, Decimal | None]:
    """Unit id -> total of a period: as it was signed last, else by what counts now.

    Raises:
        EvaluationError: it isn't signed, and no result follows.
    """
    if held.signatures:
        signed = held.signatures[-1].evidence["units"]
        return {unit: signed_total(one) for unit, one in signed.items()}
    result = result_of(state, str(held.period))
    active = active_units(state.units, held.period)
    return {unit.id: result.total(unit.name, str(held.period)) for unit in active}


def year_of_units(state: EvaluationState, year: str) -> YearOfUnits:
    """The units in a year.

    Totals of periods are those that were signed, corrections with them; the year's total is their
    weighted sum, rounded once, as the scheme of the last period says it.

    Args:
        state: the evaluation.
        year: one of `years_of`.

    Raises:
        EvaluationError: a period isn't signed, and no result follows there.
    """
    held = sorted(
        (one for one in state.periods.values() if str(one.period.whole_year) == year),
        key=lambda one: one.period,
    )
    last = held[-1]
    scheme = scheme_in(state, str(last.period))
    shares: dict[Period, Fraction] = {}
    if scheme.period.year is not None and last.period.kind != last.period.whole_year.kind:
        shares = parts_of_year(scheme, last.period.whole_year)
    opened = {one.period for one in held}
    totals = [period_totals(state, one) for one in held]
    groups = {name: group.id for group in scheme.groups for name in group.units}
    group_of = {unit.id: groups[unit.name] for unit in active_units(state.units, last.period)}
    found = [
        UnitYear(unit, group_of.get(unit.id, ""), tuple(one.get(unit.id) for one in totals))
        for unit in state.units
        if any(unit.id in one for one in totals)
    ]
    if shares and opened >= shares.keys():
        found = _summed_up(scheme, found, [shares.get(one.period, Fraction(0)) for one in held])
    return YearOfUnits(
        year,
        scheme,
        tuple(str(one.period) for one in held),
        tuple(one.signatures[-1].revision if one.signatures else 0 for one in held),
        {str(period): share for period, share in shares.items()},
        tuple(str(one) for one in sorted(shares.keys() - opened)),
        tuple(found),
    )


def _summed_up(scheme: Scheme, units: list[UnitYear], shares: list[Fraction]) -> list[UnitYear]:
    """The units with the year's totals, bands and ranks."""
    digits = scheme.digits.total
    numbers = [_sum(unit.totals, shares, digits) for unit in units]
    rounded = np.array([one or 0 for one in numbers], np.int64)
    bands = band_of(scheme, rounded)
    ranks = _ranks(numbers)
    found = []
    for k, unit in enumerate(units):
        number, band = numbers[k], int(bands[k])
        peers = [j for j, other in enumerate(units) if other.group == unit.group]
        if number is None:
            found.append(unit)
            continue
        found.append(
            UnitYear(
                unit.unit,
                unit.group,
                unit.totals,
                Decimal(number).scaleb(-digits),
                scheme.bands[band].id if band >= 0 else "",
                ranks[k],
                _ranks([numbers[j] for j in peers])[peers.index(k)],
            )
        )
    return found


def _sum(totals: tuple[Decimal | None, ...], shares: list[Fraction], digits: int) -> int | None:
    """The weighted sum, rounded half up, in units of the last decimal; None where one lacks."""
    parts = [(one, share) for one, share in zip(totals, shares, strict=True) if share]
    if any(one is None for one, _share in parts):
        return None
    exact = sum((Fraction(one or 0) * share for one, share in parts), Fraction(0)) * 10**digits
    return int(half_up(whole(exact.numerator), whole(exact.denominator)))


def _ranks(numbers: list[int | None]) -> list[int]:
    """Ranks from 1 for the largest, ties 1, 2, 2, 4; 0 where there is none."""
    known = [one for one in numbers if one is not None]
    return [0 if one is None else 1 + sum(other > one for other in known) for one in numbers]
