"""Why a total changed: what rules, performance and weights did, and everything after them, exactly.

With the weights in force w and the points s of an indicator, before and after, performance did
w̄·Δs and weights s̄·Δw, with the means w̄, s̄ of both (Bennet 1920, J. Royal Statistical Society
83:455-462; for two factors the same as Shapley's value). Where the rules changed too, the earlier
period is scored by the later rules first, with the weights of then: w·Δs is what rules did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from ..errors import EvaluationError
from ..result import Result
from ..version import __version__
from .cells import KNOWN, UNREPORTED
from .evaluated import Evaluation
from .judging import evaluate
from .periods import Period
from .scoring import Scored


@dataclass(frozen=True, eq=False, repr=False)
class Effect(Result):
    """What one indicator did to a total.

    Attributes:
        indicator: id.
        weight_before, weight_after: in force in the whole; 0 where it didn't count.
        points_before, points_after: None where it had none.
        rules, performance, weights: effects, in points of the total.
    """

    indicator: str
    weight_before: Fraction
    weight_after: Fraction
    points_before: Decimal | None
    points_after: Decimal | None
    rules: Fraction
    performance: Fraction
    weights: Fraction

    @property
    def total(self) -> Fraction:
        """All three together."""
        return self.rules + self.performance + self.weights


@dataclass(frozen=True, eq=False, repr=False)
class Adjustment(Result):
    """What an operation after the weighting did to the change of a total.

    Attributes:
        rule: as in the lines of a waterfall: `"deduction"`, `"bonus"`, `"bonus_cap"`, `"cap"`,
            `"floor"`, `"veto"`, `"rounding"`, the last with that of parents.
        event: id of the deduction, bonus or veto; "" for a limit or rounding.
        before, after: what it added to each total.
    """

    rule: str
    event: str
    before: Fraction
    after: Fraction

    @property
    def effect(self) -> Fraction:
        """What it added to the change."""
        return self.after - self.before


@dataclass(frozen=True, eq=False, repr=False)
class Movement(Result):
    """A change of a total, split; effects and adjustments add up to it exactly.

    Attributes:
        unit: whose total it is.
        before, after: the periods.
        total_before, total_after: official totals.
        effects: one an indicator, in the order of the later scheme's tree, then those that only the
            earlier one has.
        adjustments: what operations after the weighting did.
        restated: total of the earlier period by the later rules; None where these are the same, or
            it has none by them.
        version: of `ahp`.
    """

    unit: str
    before: str
    after: str
    total_before: Decimal
    total_after: Decimal
    effects: tuple[Effect, ...] = field(repr=False)
    adjustments: tuple[Adjustment, ...] = field(repr=False)
    restated: Decimal | None = None
    version: str = __version__

    @property
    def change(self) -> Decimal:
        """By how much the total changed."""
        return self.total_after - self.total_before

    @property
    def rules(self) -> Fraction:
        """What the rules did, over all indicators."""
        return sum((effect.rules for effect in self.effects), Fraction(0))

    @property
    def performance(self) -> Fraction:
        """What performance did."""
        return sum((effect.performance for effect in self.effects), Fraction(0))

    @property
    def weights(self) -> Fraction:
        """What the weights did."""
        return sum((effect.weights for effect in self.effects), Fraction(0))


def explain_change(
    before: Evaluation, after: Evaluation, unit: str, period_before: str, period_after: str
) -> Movement:
    """Split the change of a unit's total between two periods, of one evaluation or of two.

    An indicator that doesn't count or apply in one of the periods has weight 0 there and is taken
    to have had the points of the other: its coming or going is an effect of the weights.

    Args:
        before: of `evaluate`.
        after: likewise; may be the same.
        unit: in both.
        period_before: of the first, with observations of its own.
        period_after: of the second, likewise.

    Raises:
        EvaluationError: no such unit or period, or no total in one of them; an observation of the
            earlier period that the later rules refuse.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> change = ahp.evaluation.explain_change(result, result, result.units[0], "2026Q1", "2026Q2")
    >>> change.change, round(float(change.performance), 4), change.weights
    (Decimal('-7.3'), -7.2409, Fraction(0, 1))
    """
    first, last = _Side(before, unit, period_before), _Side(after, unit, period_after)
    total, by_later_rules = None, first.points
    if before.scheme != after.scheme:
        by_later_rules = {}
        if restated := _restated(before, after, unit, first.period):
            total = restated.total(unit, str(first.period))
            scored = restated.scored((unit,), first.period)
            cell = scored.grid.periods.index(first.period)
            points = counted_points(scored, cell)
            known = [leaf for leaf in points if scored.leaves[leaf].status[cell] == KNOWN]
            by_later_rules = {leaf: points[leaf] for leaf in known}
    return _movement(unit, first, last, by_later_rules, total)


def explain_rules(before: Evaluation, after: Evaluation, unit: str, period: str) -> Movement:
    """Split what other rules and weights make of a unit's total in one period, of which both
    evaluations have the same observations: performance is 0.

    Args:
        before: by the rules and weights of then.
        after: by the others.
        unit: in both.
        period: with observations of its own.

    Raises:
        EvaluationError: no such unit or period, or no total by one of them.
    """
    first, last = _Side(before, unit, period), _Side(after, unit, period)
    return _movement(unit, first, last, last.points, last.total)


def _movement(
    unit: str,
    first: _Side,
    last: _Side,
    by_later_rules: Mapping[str, Decimal],
    restated: Decimal | None,
) -> Movement:
    leaves = dict.fromkeys((*last.scheme.leaves, *first.scheme.leaves))
    effects = tuple(_effect(leaf, first, last, by_later_rules) for leaf in leaves)
    return Movement(
        unit,
        str(first.period),
        str(last.period),
        first.total,
        last.total,
        effects,
        _adjustments(first, last),
        restated,
    )


class _Side:
    """One of the two totals, and all that it is made of."""

    def __init__(self, result: Evaluation, unit: str, period: str) -> None:
        self.scheme, self.period = result.scheme, result.scored_period(period)
        total = result.total(unit, period)
        if total is None:
            raise EvaluationError("total_none", unit=unit, period=str(self.period))
        self.total = total
        scored = result.scored((unit,), self.period)
        self.cell = scored.grid.periods.index(self.period)
        self.points = counted_points(scored, self.cell)
        self.weights = weights_in_force(scored, self.cell)
        self.steps = self._steps(scored)

    def _steps(self, scored: Scored) -> dict[tuple[str, str], Fraction]:
        """(rule, event) -> what it added to the total, that of roundings included."""
        digits = scored.scheme.digits
        unit = 10 ** (digits.points + digits.weights)
        steps: dict[tuple[str, str], Fraction] = {}
        for step in scored.totals.finished.operations:
            key = step.rule, step.event.id if step.event else ""
            added = Fraction(int(step.after[self.cell]) - int(step.before[self.cell]), unit)
            steps[key] = steps.get(key, Fraction(0)) + added
        weighted = sum(
            (weight * Fraction(self.points[leaf]) for leaf, weight in self.weights.items()),
            Fraction(0),
        )
        added = Fraction(self.total) - weighted - sum(steps.values(), Fraction(0))
        return {**steps, ("rounding", ""): added}


def _restated(
    before: Evaluation, after: Evaluation, unit: str, period: Period
) -> Evaluation | None:
    """A unit's period, with the one before it, by the rules and weights of a later evaluation; None
    where these have none of its indicators.
    """
    scheme = after.scheme
    observations = before.scored((unit,), period).observations
    column = observations.columns["indicator"]
    known = np.array([name.casefold() in scheme.words for name in column.names], bool)
    rows = known[column.codes]
    if not rows.any():
        return None
    weights = {kid: share for kids in after.local_weights.values() for kid, share in kids.items()}
    undated = replace(scheme, effective_from=None, effective_to=None, groups=())
    return evaluate(undated, observations.chosen(rows), weights)


def counted_points(scored: Scored, cell: int) -> dict[str, Decimal]:
    """Points of the indicators that a total is made of, as printed."""
    zero = scored.scheme.missing.not_reported == "zero"
    return {
        leaf: Decimal(int(one.points[cell])).scaleb(-scored.scheme.digits.points)
        for leaf, one in scored.leaves.items()
        if one.status[cell] == KNOWN
        or (one.status[cell] == UNREPORTED and zero)
        or one.carried[cell]
    }


def weights_in_force(scored: Scored, cell: int) -> dict[str, Fraction]:
    """Weights in the whole of the indicators that a total is made of: those of what doesn't apply
    are spread over the rest of its parent.
    """
    local = scored.local[scored.grid.periods[cell % len(scored.grid.periods)].part]
    counted = counted_points(scored, cell).keys()

    def counts(node: str) -> bool:
        kids = local.get(node)
        return node in counted if kids is None else any(kids[kid] and counts(kid) for kid in kids)

    def below(node: str, weight: Fraction) -> Iterator[tuple[str, Fraction]]:
        if node in counted:
            yield node, weight
        kids = {kid: share for kid, share in local.get(node, {}).items() if counts(kid)}
        for kid, share in kids.items():
            if share:
                yield from below(kid, weight * Fraction(share, sum(kids.values())))

    return dict(below(scored.scheme.goal, Fraction(1)))


def _effect(leaf: str, first: _Side, last: _Side, restated: Mapping[str, Decimal]) -> Effect:
    """What one indicator did."""
    weight_before = first.weights.get(leaf, Fraction(0))
    weight_after = last.weights.get(leaf, Fraction(0))
    points_before, points_after = first.points.get(leaf), last.points.get(leaf)
    known = [one for one in (restated.get(leaf), points_before, points_after) if one is not None]
    start = Fraction(known[0]) if known else Fraction(0)
    end = start if points_after is None else Fraction(points_after)
    by_rules = Fraction(0) if points_before is None else start - Fraction(points_before)
    return Effect(
        leaf,
        weight_before,
        weight_after,
        points_before,
        points_after,
        rules=weight_before * by_rules,
        performance=(weight_before + weight_after) / 2 * (end - start),
        weights=(start + end) / 2 * (weight_after - weight_before),
    )


def _adjustments(first: _Side, last: _Side) -> tuple[Adjustment, ...]:
    """What operations after the weighting did, in their order, rounding last."""
    keys = dict.fromkeys((*first.steps, *last.steps))
    made = [
        Adjustment(
            rule, event, *(side.steps.get((rule, event), Fraction(0)) for side in (first, last))
        )
        for rule, event in sorted(keys, key=lambda key: key[0] == "rounding")
    ]
    return tuple(one for one in made if one.before or one.after)
