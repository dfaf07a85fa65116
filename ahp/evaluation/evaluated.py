"""`evaluate`: units judged by a scheme, and the result that says how each number came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..messages import Phrase
from ..result import Result, data_frame, read_only
from ..version import __version__
from .cells import KNOWN, UNCOUNTED
from .exact import Whole, half_up, whole
from .observations import Observations
from .periods import PERIODS, Period, parse_period
from .scheme import WEIGHT_SUM_ATOL, Scheme
from .scoring import Local, Scored, frozen_local, grid_of, rerun, resolve, score
from .waterfall import Line, waterfall_lines

Floats = NDArray[np.float64]

STATUS_WORDS = ("known", "not_applicable", "not_reported", "not_due", "not_counted")
"""What `Evaluation.status` holds, by its number."""


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
        local = self._local(parse_period(period))
        digits = self.scheme.digits.weights
        return {
            kid: Decimal(weight).scaleb(-digits)
            for kids in local.values()
            for kid, weight in kids.items()
        }

    def _local(self, period: Period) -> Local:
        return frozen_local(self.scheme, self.local_weights, [period])[period.part]

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
        column = self._period(period)
        parsed = parse_period(self.periods[column])
        if parsed.kind != self.scheme.period.kind:
            return self._year_lines(unit, parsed)
        return waterfall_lines(self._scored(unit, parsed), parsed)

    def _scored(self, unit: str, period: Period) -> Scored:
        local = frozen_local(self.scheme, self.local_weights, [period, period.earlier])
        return rerun(self.scheme, self.observations, local, unit, period)

    def _year_lines(self, unit: str, year: Period) -> tuple[Line, ...]:
        parts = _parts_of(year, self.scheme.period.kind)
        shares = _year_shares(self.scheme)
        lines: list[Line] = []
        before = Decimal(0)
        exact = Fraction(0)
        for part, share in zip(parts, shares, strict=True):
            total = self.total(unit, str(part))
            if total is None or not share:
                continue
            exact += Fraction(total) * share
            after = _decimal_of(exact)
            lines.append(
                Line(
                    "year_part", self.scheme.goal, "", before, after, period=str(part), points=total
                )
            )
            before = after
        rounded = self.total(unit, str(year))
        if rounded is None:
            lines.append(Line("no_total", self.scheme.goal, "", before, before))
        elif rounded != before:
            lines.append(Line("rounding", self.scheme.goal, "", before, rounded))
        return tuple(lines)

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
    """A fraction as a decimal of 12 digits after the point, exact where they suffice."""
    return Decimal(
        int(half_up(whole(number.numerator * 10**12), whole(number.denominator)))
    ).scaleb(-12).normalize() + Decimal(0)


def evaluate(
    scheme: Scheme,
    observations: Observations,
    weights: Mapping[str, float] | Any | None = None,
) -> Evaluation:
    """Score units by a scheme.

    A unit's points, total and band depend on its own observations and the scheme alone; ranks and
    some warnings compare units.

    Args:
        scheme: as `load_scheme` reads it.
        observations: as `read_observations` reads them.
        weights: None for those of the scheme; a mapping of each leaf to its weight in the whole, or
            of each node to its weight inside its parent; or an `Analysis`.

    Raises:
        EvaluationError: an observation that the scheme refuses, with row and column; weights that
            don't fit the hierarchy or don't sum to 1; an indicator without a rule.
    """
    if without := tuple(leaf for leaf in scheme.leaves if leaf not in scheme.indicator):
        raise EvaluationError("no_rule", indicators=without)
    local_weights, weights_source = _given_weights(scheme, weights)
    resolved = resolve(scheme, observations)
    grid = grid_of(scheme, resolved)
    scored = score(scheme, resolved, frozen_local(scheme, local_weights, grid.periods), grid)
    return _evaluation(scored, local_weights, weights_source, resolved)


def _given_weights(scheme: Scheme, weights: Any) -> tuple[dict[str, dict[str, Fraction]], str]:
    """Parent id -> child id -> weight inside the parent, and where they come from."""
    if weights is None:
        return {parent: dict(kids) for parent, kids in scheme.local_weights.items()}, "scheme"
    if not isinstance(weights, Mapping):
        return _analysis_weights(scheme, weights), "analysis"
    numbers = {key: _weight(key, value) for key, value in weights.items()}
    if unknown := tuple(key for key in numbers if key not in scheme.node):
        raise EvaluationError("weights_unknown", nodes=unknown, valid=tuple(scheme.node))
    if numbers.keys() == set(scheme.leaves):
        total = sum(numbers.values(), Fraction(0))
        if abs(total - 1) > WEIGHT_SUM_ATOL:
            raise EvaluationError(
                "weights_below_sum", parent=scheme.goal, total=f"{float(total):.12g}"
            )
        local = scheme.local_from_leaves(numbers)
        for parent, kids in scheme.children.items():
            local.setdefault(parent, {kid: Fraction(kid == kids[0]) for kid in kids})
            local[parent] = {kid: local[parent].get(kid, Fraction(0)) for kid in kids}
        return local, "mapping"
    numbers.pop(scheme.goal, None)
    return _local_from_nodes(scheme, numbers), "mapping"


def _local_from_nodes(
    scheme: Scheme, numbers: Mapping[str, Fraction]
) -> dict[str, dict[str, Fraction]]:
    local = {}
    for parent, kids in scheme.children.items():
        if len(kids) == 1:
            local[parent] = {kids[0]: Fraction(1)}
            continue
        if missing := tuple(kid for kid in kids if kid not in numbers):
            raise EvaluationError("weights_missing", nodes=missing)
        shares = {kid: numbers[kid] for kid in kids}
        total = sum(shares.values(), Fraction(0))
        if abs(total - 1) > WEIGHT_SUM_ATOL:
            raise EvaluationError("weights_below_sum", parent=parent, total=f"{float(total):.12g}")
        local[parent] = {kid: share / total for kid, share in shares.items()}
    return local


def _analysis_weights(scheme: Scheme, analysis: Any) -> dict[str, dict[str, Fraction]]:
    """The local weights of an analysis whose hierarchy is that of the scheme."""
    hierarchy = analysis.survey.hierarchy
    numbers: dict[str, Fraction] = {}
    for parent, kids in scheme.children.items():
        if len(kids) > 1 and set(hierarchy.children.get(parent, ())) != set(kids):
            raise EvaluationError(
                "hierarchy_differs",
                parent=parent,
                children=kids,
                other=tuple(hierarchy.children.get(parent, ())),
            )
        if len(kids) > 1:
            local = zip(hierarchy.children[parent], analysis.local_weights[parent], strict=True)
            numbers |= {kid: Fraction(repr(float(weight))) for kid, weight in local}
    return _local_from_nodes(scheme, numbers)


def _weight(node: str, value: Any) -> Fraction:
    try:
        weight = Fraction(repr(float(value))) if isinstance(value, float) else Fraction(value)
    except (TypeError, ValueError, OverflowError) as problem:
        raise EvaluationError("weight_unreadable", node=node, value=repr(value)) from problem
    if weight < 0:
        raise EvaluationError("weight_below_zero_of", node=node, value=repr(value))
    return weight


def _parts_of(year: Period, kind: str) -> list[Period]:
    months = 12 // PERIODS[kind]
    return [Period(year.year, months * k, months) for k in range(1, PERIODS[kind] + 1)]


def _year_shares(scheme: Scheme) -> tuple[Fraction, ...]:
    count = PERIODS[scheme.period.kind]
    if scheme.period.year == "mean":
        return (Fraction(1, count),) * count
    if scheme.period.year == "last":
        return (*(Fraction(0),) * (count - 1), Fraction(1))
    return scheme.period.year or ()


def _evaluation(
    scored: Scored,
    local_weights: Mapping[str, Mapping[str, Fraction]],
    weights_source: str,
    observations: Observations,
) -> Evaluation:
    """The result, with yearly totals, ranks and warnings."""
    from .early_warning import early_warnings  # noqa: PLC0415 - it looks at the result
    from .scoring import _bands  # noqa: PLC0415

    scheme, grid = scored.scheme, scored.grid
    shape = len(grid.units), len(grid.periods)
    unit = 10**scheme.digits.points
    leaves = scored.leaves.values()
    status = np.stack([leaf.status for leaf in leaves], axis=-1).reshape(*shape, -1)
    values = np.stack([leaf.values for leaf in leaves], axis=-1).reshape(*shape, -1)
    scores = np.stack(
        [
            np.where(
                (leaf.status == KNOWN) | (leaf.carried if leaf.carried is not None else False),
                np.asarray(leaf.points / unit, np.float64),
                np.nan,
            )
            for leaf in leaves
        ],
        axis=-1,
    ).reshape(*shape, -1)
    totals = _floats(scored.totals.rounded, scored.totals.rated, scheme.digits.total).reshape(shape)
    names = np.array([*(band.id for band in scheme.bands), ""])
    bands = names[scored.totals.band].reshape(shape)
    if scored.bounds is None:
        bounds = np.stack([totals, totals], axis=-1)
    else:
        bounds = np.stack(
            [
                _floats(one.rounded, one.rated, scheme.digits.total).reshape(shape)
                for one in scored.bounds
            ],
            axis=-1,
        )
    periods = [str(period) for period in grid.periods]
    shares = _year_shares(scheme)
    for year in sorted({period.whole_year for period in grid.periods}) if shares else ():
        parts = [str(part) for part in _parts_of(year, scheme.period.kind)]
        needed = [part for part, share in zip(parts, shares, strict=True) if share]
        if year.kind == scheme.period.kind or not set(needed) <= set(periods):
            continue
        columns = [periods.index(part) for part in needed]
        weights = [share for share in shares if share]
        yearly, low, high = (
            _year_totals(source[:, columns], weights, scheme.digits.total)
            for source in (totals, bounds[..., 0], bounds[..., 1])
        )
        whole_numbers = half_up(
            np.rint(np.nan_to_num(yearly) * 10**scheme.digits.total).astype(np.int64), whole(1)
        )
        band = np.where(np.isnan(yearly), -1, _bands(scheme, whole_numbers))
        totals = np.column_stack([totals, yearly])
        bands = np.column_stack([bands, names[band]])
        bounds = np.concatenate([bounds, np.stack([low, high], -1)[:, None]], axis=1)
        empty = np.full((shape[0], 1, len(scored.leaves)), np.nan)
        values, scores = (np.concatenate([one, empty], axis=1) for one in (values, scores))
        uncounted = np.full(empty.shape, UNCOUNTED, np.int8)
        status = np.concatenate([status, uncounted], axis=1)
        periods.append(str(year))
    order = sorted(range(len(periods)), key=lambda k: parse_period(periods[k]))
    totals, bands, bounds, values, scores, status = (
        one[:, order] for one in (totals, bands, bounds, values, scores, status)
    )
    result = Evaluation(
        scheme,
        grid.units,
        tuple(periods[k] for k in order),
        tuple(scored.leaves),
        read_only(values),
        read_only(scores),
        read_only(status),
        read_only(totals),
        read_only(_ranks(totals)),
        read_only(_group_ranks(scheme, grid.units, totals)),
        read_only(bands),
        read_only(bounds),
        (*observations.remarks, *scored.remarks),
        weights_source,
        local_weights,
        observations,
    )
    from dataclasses import replace  # noqa: PLC0415

    return replace(result, warnings=(*result.warnings, *early_warnings(result)))


def _floats(numbers: Whole, known: NDArray[np.bool_], digits: int) -> Floats:
    """Whole numbers of 10^-digits as floats, NaN where nothing is known."""
    return np.where(known, np.asarray(numbers / 10**digits, np.float64), np.nan)


def _year_totals(totals: Floats, shares: list[Fraction], digits: int) -> Floats:
    """Totals of a year, rounded, from those of its periods; NaN where one is missing."""
    scale = 10**digits
    sums = np.zeros(len(totals), object)
    for column, share in zip(np.nan_to_num(totals).T, shares, strict=True):
        sums = sums + np.rint(column * scale).astype(np.int64).astype(object) * share
    rounded = [int(half_up(whole(s.numerator), whole(s.denominator))) for s in map(Fraction, sums)]
    return np.where(np.isnan(totals).any(axis=1), np.nan, np.array(rounded) / scale)


def _ranks(totals: Floats) -> NDArray[np.int64]:
    """Ranks down each column, from 1 for the largest, ties 1, 2, 2, 4; 0 where there is no total."""
    known = ~np.isnan(totals)
    lower = np.where(known, totals, -np.inf)
    ordered = np.sort(-lower, axis=0)
    ranks = np.stack(
        [
            np.searchsorted(ordered[:, k], -lower[:, k], side="left") + 1
            for k in range(totals.shape[1])
        ],
        axis=1,
    )
    return np.where(known, ranks, 0).astype(np.int64)


def _group_ranks(scheme: Scheme, units: tuple[str, ...], totals: Floats) -> NDArray[np.int64]:
    if not scheme.groups:
        return _ranks(totals)
    ranks = np.zeros(totals.shape, np.int64)
    for group in scheme.groups:
        rows = [units.index(unit) for unit in group.units]
        ranks[rows] = _ranks(totals[rows])
    return ranks
