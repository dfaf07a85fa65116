"""The result of an evaluation, which says how each of its numbers came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..messages import Phrase
from ..result import Result, data_frame
from ..version import __version__
from .exact import half_up, whole
from .observations import Observations
from .periods import PERIODS, Period, parse_period
from .scheme import Scheme
from .scoring import frozen_local, rescored
from .waterfall import Line, waterfall_lines

if TYPE_CHECKING:
    pass

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Result):
    """Scores, totals, ranks and bands of units, with everything that made them.

    Arrays have a unit a row and a period a column; those of indicators have them on the last axis.
    A year's total, where the scheme makes one of its periods, is a column of its own.

    Attributes:
        scheme: the scheme.
        units: names of the units.
        periods: as `str(Period)`, in the order of time.
        indicators: ids of the leaves, in the order of the tree.
        values: what the points are given for, raters and items joined; NaN where there is nothing.
        scores: points of the indicators after deductions inside them, at the scheme's digits; NaN
            where there are none.
        status: what is known of each indicator, a position in `STATUS_WORDS`.
        totals: official totals, each the float nearest to its decimal; NaN where there is none.
        ranks: from 1 for the largest, ties 1, 2, 2, 4; 0 where there is no total.
        group_ranks: likewise inside the scheme's groups.
        bands: ids of the bands, "" where there is none.
        bounds: lowest and highest total, on the last axis, for what was not reported.
        warnings: remarks and early warnings, as phrases for `ahp.i18n.errors.error_sentence`.
        weights_source: `"scheme"`, `"mapping"` or `"analysis"`.
        local_weights: parent id -> child id -> weight inside the parent as it was given.
        observations: what was observed, with ids of indicators.
        version: of `ahp`.
    """

    scheme: Scheme
    units: tuple[str, ...]
    periods: tuple[str, ...]
    indicators: tuple[str, ...]
    values: Floats = field(repr=False)
    scores: Floats = field(repr=False)
    status: NDArray[np.int8] = field(repr=False)
    totals: Floats
    ranks: NDArray[np.int64]
    group_ranks: NDArray[np.int64] = field(repr=False)
    bands: NDArray[np.str_]
    bounds: Floats = field(repr=False)
    warnings: tuple[Phrase, ...]
    weights_source: str
    local_weights: Mapping[str, Mapping[str, Fraction]] = field(repr=False)
    observations: Observations = field(repr=False)
    version: str = __version__

    def _unit(self, unit: str) -> int:
        if unit not in self.units:
            raise EvaluationError("unit_not_evaluated", unit=unit, valid=self.units)
        return self.units.index(unit)

    def _period(self, period: str | Period) -> int:
        name = str(parse_period(period) if isinstance(period, str) else period)
        if name not in self.periods:
            raise EvaluationError("period_not_evaluated", period=name, valid=self.periods)
        return self.periods.index(name)

    def total(self, unit: str, period: str) -> Decimal | None:
        """The official total of a unit in a period; None where there is none."""
        number = self.totals[self._unit(unit), self._period(period)]
        digits = self.scheme.digits.total
        return (
            None
            if np.isnan(number)
            else Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-digits))
        )

    def weights(self, period: str) -> dict[str, Decimal]:
        """Node id -> frozen weight inside its parent, of the nodes that count in a period."""
        parsed = parse_period(period)
        local = frozen_local(self.scheme, self.local_weights, [parsed])[parsed.part]
        digits = self.scheme.digits.weights
        return {
            kid: Decimal(weight).scaleb(-digits)
            for kids in local.values()
            for kid, weight in kids.items()
        }

    def waterfall(self, unit: str, period: str) -> tuple[Line, ...]:
        """How a unit's total came about, line by line; each begins where the one before it ended,
        from 0 to the total.

        Args:
            unit: its name.
            period: one with observations, or a year that is made of them.

        Raises:
            EvaluationError: no such unit or period, or nothing was observed there.
        """
        self._unit(unit)
        parsed = parse_period(self.periods[self._period(period)])
        if parsed.kind != self.scheme.period.kind:
            return self._year_lines(unit, parsed)
        local = frozen_local(self.scheme, self.local_weights, [parsed, parsed.earlier])
        scored = rescored(self.scheme, self.observations, local, unit, parsed)
        if parsed not in scored.grid.periods:
            raise EvaluationError("nothing_observed", unit=unit, period=str(parsed))
        return waterfall_lines(scored, parsed)

    def _year_lines(self, unit: str, year: Period) -> tuple[Line, ...]:
        lines: list[Line] = []
        exact, before = Fraction(0), Decimal(0)
        goal = self.scheme.goal
        for part, share in parts_of_year(self.scheme, year).items():
            total = self.total(unit, str(part))
            if total is not None:
                exact += Fraction(total) * share
                after = _decimal_of(exact)
                name = str(part)
                lines.append(Line("year_part", goal, "", before, after, points=total, period=name))
                before = after
        rounded = self.total(unit, str(year))
        if rounded is None:
            return (*lines, Line("no_total", goal, "", before, before))
        if rounded != before:
            lines.append(Line("rounding", goal, "", before, rounded))
        band = str(self.bands[self._unit(unit), self._period(str(year))]) or None
        return (*lines, Line("band", goal, "", rounded, rounded, band=band))

    def to_frame(self) -> Any:
        """A pandas `DataFrame` with a row a unit and period: total, rank, rank in its group, band,
        bounds and the points of the indicators.
        """
        rows = [
            {
                "unit": unit,
                "period": period,
                "total": self.totals[u, p],
                "rank": int(self.ranks[u, p]),
                "group_rank": int(self.group_ranks[u, p]),
                "band": str(self.bands[u, p]),
                "low": self.bounds[u, p, 0],
                "high": self.bounds[u, p, 1],
                **dict(zip(self.indicators, self.scores[u, p].tolist(), strict=True)),
            }
            for u, unit in enumerate(self.units)
            for p, period in enumerate(self.periods)
        ]
        return data_frame(rows)


def _decimal_of(number: Fraction) -> Decimal:
    """A fraction as a decimal with 12 places, which is exact for all weights of a year but thirds
    and the like.
    """
    return Decimal(
        int(half_up(whole(number.numerator * 10**12), whole(number.denominator)))
    ).scaleb(-12)


def parts_of_year(scheme: Scheme, year: Period) -> dict[Period, Fraction]:
    """The periods that a year's total comes of, with their weights."""
    count = PERIODS[scheme.period.kind]
    months = 12 // count
    shares: tuple[Fraction, ...] = (Fraction(1, count),) * count
    if scheme.period.year == "last":
        shares = (*(Fraction(0),) * (count - 1), Fraction(1))
    elif isinstance(scheme.period.year, tuple):
        shares = scheme.period.year
    parts = (Period(year.year, months * k, months) for k in range(1, count + 1))
    return {part: share for part, share in zip(parts, shares, strict=True) if share}
