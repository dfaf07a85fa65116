"""A scheme tried before it is in force: one value, a curve, a whole period with another scheme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..evaluation.cells import STATUS_WORDS
from ..evaluation.evaluated import Evaluation
from ..evaluation.exact import Mask, Ratios
from ..evaluation.judging import evaluate
from ..evaluation.movement import Movement, explain_rules
from ..evaluation.observations import Observations, observations_from_records
from ..evaluation.periods import PERIODS, Period, parse_period
from ..evaluation.rules import (
    Completion,
    Derived,
    Measured,
    Membership,
    Stepwise,
    Target,
)
from ..evaluation.scheme import Indicator, Scheme
from ..evaluation.scoring import period_problem
from ..evaluation.waterfall import Line
from ..messages import Phrase

CURVE_POINTS = 100
"""Values of a curve between its ends, where it isn't made of straight lines."""

_UNIT = "?"
_NumberRule = Measured | Completion | Target | Stepwise | Membership


@dataclass(frozen=True)
class TriedValue:
    """What a value comes to; `ahp.i18n.schemes.tried_words` says it.

    Attributes:
        indicator: id.
        status: what is known by it, one of `ahp.evaluation.STATUS_WORDS`.
        value: what the points are given for; NaN where there are none.
        points: at the scheme's decimals; None where there are none.
        lines: of the waterfall that are about the indicator, with its weight in the whole.
        step: number of the step that the value lies in, from 0; None for other rules.
        clause: of the rules.
    """

    indicator: str
    status: str
    value: float
    points: Decimal | None
    lines: tuple[Line, ...]
    step: int | None
    clause: str


def try_value(
    scheme: Scheme,
    indicator: str,
    value: Any = None,
    inputs: Mapping[str, Any] | None = None,
) -> TriedValue:
    """The points of one value, by all of an indicator's rule but the number of raters and the
    document that it needs.

    Args:
        scheme: the scheme.
        indicator: id of a leaf that has a rule.
        value: as a file of observations may have it: a number, `"2%"`, a grade; for a checklist,
            shares or occurrences a mapping of item -> value; none for a derived indicator.
        inputs: of a derived indicator, input -> number, or one number an item.

    Raises:
        EvaluationError: no such indicator; a value that the scheme refuses.
    """
    one = _ruled(scheme, indicator)
    whole = _tried_scheme(scheme, indicator)
    period = _counting_period(scheme, one)
    rows = [
        {"unit": _UNIT, "period": str(period), "indicator": indicator, **row}
        for row in _rows(value, inputs)
    ]
    try:
        result = evaluate(whole, observations_from_records(rows, "value"))
    except EvaluationError as problem:
        inner = problem.parameters.get("problem", problem)  # nobody knows rows of one value
        raise EvaluationError(inner.code, **inner.parameters) from None
    k = result.indicators.index(indicator)
    status, found = STATUS_WORDS[result.status[0, 0, k]], float(result.values[0, 0, k])
    known = status == "known"
    digits = Decimal(1).scaleb(-scheme.digits.points)
    points = Decimal(repr(float(result.scores[0, 0, k]))).quantize(digits) if known else None
    rule = one.rule.rule if isinstance(one.rule, Derived) else one.rule
    lines = tuple(line for line in result.waterfall(_UNIT, str(period)) if line.node == indicator)
    step = None
    if known and isinstance(rule, Stepwise):
        step = _step(rule, Fraction(repr(found)))
    return TriedValue(indicator, status, found, points, lines, step, one.clause)


def _ruled(scheme: Scheme, indicator: str) -> Indicator:
    if indicator not in scheme.indicator:
        valid = tuple(scheme.indicator)
        raise EvaluationError("indicator_unknown", name=indicator, valid=valid)
    return scheme.indicator[indicator]


def _undated(scheme: Scheme) -> Scheme:
    """The scheme for any unit and any period."""
    return replace(scheme, effective_from=None, effective_to=None, groups=())


def _tried_scheme(scheme: Scheme, indicator: str) -> Scheme:
    """The scheme for one value alone: other indicators may still be without a rule."""
    others = tuple(
        scheme.indicator.get(leaf) or Indicator(leaf, Measured(low=Fraction(0), high=Fraction(1)))
        for leaf in scheme.leaves
        if leaf != indicator
    )
    own = scheme.indicator[indicator]
    items = own.items if isinstance(own.rule, Derived) else "mean"
    tried = replace(own, items=items, raters="mean", fewest_raters=1, document=False)
    return replace(_undated(scheme), indicators=(tried, *others))


def _counting_period(scheme: Scheme, indicator: Indicator) -> Period:
    """The first period of some year that an indicator counts in."""
    count = PERIODS[scheme.period.kind]
    periods = [Period(2000, 12 // count * k, 12 // count) for k in range(1, count + 1)]
    return next(
        one for one in periods if not indicator.counts_in or one.part in indicator.counts_in
    )


def _rows(value: Any, inputs: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Rows of observations, without what they are about."""
    if isinstance(value, Mapping):
        yield from ({"item": item, "value": one} for item, one in value.items())
    elif value is not None:
        yield {"value": value}
    for name, numbers in (inputs or {}).items():
        if isinstance(numbers, Sequence) and not isinstance(numbers, str):
            for k, number in enumerate(numbers, start=1):
                yield {"input": name, "item": str(k), "value": number}
        else:
            yield {"input": name, "value": numbers}


def _step(rule: Stepwise, value: Fraction) -> int:
    """Number of the step that a value lies in."""
    inside = (value <= edge if rule.closed == "upper" else value < edge for edge in rule.edges)
    return next((k for k, one in enumerate(inside) if one), len(rule.edges))


@dataclass(frozen=True)
class ValueCurve:
    """Points over values, to be drawn as lines from each to the next; where points jump, a value
    stands twice.

    Attributes:
        values: ascending.
        points: 0 to 100, more where a completion may exceed its target.
    """

    values: tuple[Fraction, ...]
    points: tuple[Fraction, ...]


def value_curve(scheme: Scheme, indicator: str) -> ValueCurve | None:
    """The points that an indicator's rule gives to numbers, a little beyond its ends and within
    what can be; None for rules of grades, items or occurrences, which have no number.

    Raises:
        EvaluationError: no such indicator.
    """
    one = _ruled(scheme, indicator)
    rule = one.rule.rule if isinstance(one.rule, Derived) else one.rule
    if not isinstance(rule, _NumberRule):
        return None
    corners = _corners(rule)
    margin = (corners[-1] - corners[0]) / 10 or abs(corners[0]) / 10 or Fraction(1)
    low, high = corners[0] - margin, corners[-1] + margin
    if isinstance(rule, Completion):
        low = max(low, Fraction(0))
    if one.valid is not None and not isinstance(one.rule, Derived):
        low, high = max(low, one.valid[0]), min(high, one.valid[1])
    inner = {corner for corner in corners if low < corner < high}
    if isinstance(rule, Completion) and rule.lower == "ratio":
        inner |= {low + (high - low) * k / CURVE_POINTS for k in range(1, CURVE_POINTS)}
    values = sorted({low, high, *inner})
    points = dict(zip(values, _points(rule, values), strict=True))
    jumps = {edge: (below, above) for edge, below, above in _jumps(rule)}
    drawn = [(value, number) for value in values for number in jumps.get(value, (points[value],))]
    return ValueCurve(tuple(value for value, _ in drawn), tuple(number for _, number in drawn))


def _points(rule: _NumberRule, values: Sequence[Fraction]) -> list[Fraction]:
    return rule.points(Ratios.from_fractions(values)).fractions()


def _jumps(rule: _NumberRule) -> tuple[tuple[Fraction, Fraction, Fraction], ...]:
    return rule.jumps if isinstance(rule, Stepwise) else ()


def _corners(rule: _NumberRule) -> list[Fraction]:
    """Values where the points bend or jump, ascending."""
    match rule:
        case Measured():
            return [rule.low, rule.high]
        case Target():
            return [rule.low - rule.tolerance, rule.low, rule.high, rule.high + rule.tolerance]
        case Membership():
            return list(rule.thresholds)
        case Stepwise():
            return list(rule.edges)
        case Completion():
            return _corners_of_target(rule)


def _corners_of_target(rule: Completion) -> list[Fraction]:
    if rule.direction == "higher":
        return [Fraction(0), rule.target * rule.cap]
    if rule.lower == "ratio":
        return [rule.target / rule.cap, rule.target, 3 * rule.target]
    return [max(rule.target * (2 - rule.cap), Fraction(0)), 2 * rule.target]


@dataclass(frozen=True)
class TrialUnit:
    """A unit by two schemes; `weights`, `rules` and `afterwards` add up to the change exactly.

    Attributes:
        unit: its name.
        total_old, total_new: official totals; None where there is none.
        band_old, band_new: ids of the bands; "" where there is none.
        movement: the change, indicator by indicator; None where one of the totals is. Its
            performance is 0: both schemes score the same observations.
    """

    unit: str
    total_old: Decimal | None
    total_new: Decimal | None
    band_old: str
    band_new: str
    movement: Movement | None

    @property
    def weights(self) -> Fraction | None:
        """What other weights do to the total, indicators that come or go among them."""
        return None if self.movement is None else self.movement.weights

    @property
    def rules(self) -> Fraction | None:
        """What other rules of indicators do to the total."""
        return None if self.movement is None else self.movement.rules

    @property
    def afterwards(self) -> Fraction | None:
        """What deductions, bonuses, limits, vetoes and rounding do to the change."""
        if self.movement is None:
            return None
        return sum((one.effect for one in self.movement.adjustments), Fraction(0))


@dataclass(frozen=True)
class TrialRun:
    """A period by two schemes.

    Attributes:
        period: it is.
        units: in the order of the old scheme's evaluation.
        untried: what of the new scheme could not be tried, and why: indicators that are new and
            have no data, and what it refuses the data of. The weight of indicators goes to the rest
            of their parent, as if they didn't apply.
        dropped: ids of what is observed that the new scheme doesn't have.
    """

    period: str
    units: tuple[TrialUnit, ...]
    untried: Mapping[str, Phrase]
    dropped: tuple[str, ...]

    @property
    def changed_bands(self) -> tuple[str, ...]:
        """The units whose band is another one."""
        return tuple(one.unit for one in self.units if one.band_old != one.band_new)


def trial_run(old: Scheme, new: Scheme, observations: Observations, period: str) -> TrialRun:
    """What another scheme would have made of an earlier period.

    Groups and dates of the schemes are passed over, so that a new one can be tried on what was
    before it.

    Args:
        old: the scheme that the observations are of.
        new: the one to try.
        observations: of the period, and of earlier ones where a scheme carries points over.
        period: such as `"2026Q1"`, of the kind that both schemes have.

    Raises:
        EvaluationError: the old scheme refuses the observations; nothing is observed in the period;
            its kind is another one; no indicator of the new scheme can be tried.
    """
    parsed, undated = parse_period(period), _undated(new)
    name = str(parsed)
    if problem := period_problem(undated, parsed):
        raise EvaluationError(problem.code, **problem.parameters)
    before = evaluate(_undated(old), observations)
    before.scored_period(name)
    tried, dropped = _known_rows(new, before.observations)
    counting = new.counting(parsed)
    untried = {
        leaf: Phrase("trial_no_data", indicator=leaf, period=name)
        for leaf in counting
        if leaf not in old.counting(parsed) and not _is_observed(tried, leaf, name)
    } | _refused(undated, tried)
    if untried.keys() >= set(counting):
        raise EvaluationError("nothing_counts", period=name)
    after = evaluate(undated, _completed(undated, tried, untried))
    units = tuple(_unit(before, after, unit, name) for unit in before.units)
    return TrialRun(name, units, untried, dropped)


def _unit(before: Evaluation, after: Evaluation, unit: str, period: str) -> TrialUnit:
    sides = (before, after)
    totals = [side.total(unit, period) for side in sides]
    bands = [
        str(side.bands[side.unit_position(unit), side.period_position(period)]) for side in sides
    ]
    movement = None if None in totals else explain_rules(before, after, unit, period)
    return TrialUnit(unit, totals[0], totals[1], bands[0], bands[1], movement)


def _known_rows(scheme: Scheme, observations: Observations) -> tuple[Observations, tuple[str, ...]]:
    """The rows of what a scheme has, and the ids of what it doesn't have."""
    column = observations.columns["indicator"]
    known = np.array([name in (*scheme.leaves, *scheme.events) for name in column.names], bool)
    dropped = tuple(name for name, one in zip(column.names, known, strict=True) if not one)
    return observations.chosen(known[column.codes]), dropped


def _rows_of(observations: Observations, role: str, name: str) -> Mask:
    """Which rows have this name in a column."""
    column = observations.columns[role]
    return np.array([one == name for one in column.names], bool)[column.codes]


def _is_observed(observations: Observations, leaf: str, period: str) -> bool:
    rows = _rows_of(observations, "indicator", leaf) & _rows_of(observations, "period", period)
    return bool(rows.any())


def _refused(scheme: Scheme, observations: Observations) -> dict[str, Phrase]:
    """What a scheme refuses the observations of, and why."""
    names = observations.columns["indicator"].names
    if not names or _refusal(scheme, observations) is None:
        return {}
    found = {
        name: _refusal(scheme, observations.chosen(_rows_of(observations, "indicator", name)))
        for name in names
    }
    return {
        name: Phrase("trial_refused", indicator=name, problem=problem)
        for name, problem in found.items()
        if problem is not None
    }


def _refusal(scheme: Scheme, observations: Observations) -> EvaluationError | None:
    """Why a scheme refuses observations; None where it scores them."""
    try:
        evaluate(scheme, observations)
    except EvaluationError as problem:
        return problem
    return None


def _completed(
    scheme: Scheme, observations: Observations, untried: Mapping[str, Phrase]
) -> Observations:
    """The observations without those of what is untried; untried indicators don't apply."""
    if not untried:
        return observations
    records = list(observations.records())
    cells = dict.fromkeys((one["unit"], one["period"]) for one in records)
    kept = [one for one in records if one["indicator"] not in untried]
    none = [
        {"unit": unit, "period": period, "indicator": leaf, "value": "n/a"}
        for unit, period in cells
        for leaf in untried
        if leaf in scheme.indicator
    ]
    return observations_from_records([*kept, *none], observations.source)
