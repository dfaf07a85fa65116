"""Changes of a total, split exactly; points lost."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahp.errors import EvaluationError
from ahp.evaluation.judging import evaluate
from ahp.evaluation.losses import Loss, points_lost
from ahp.evaluation.movement import Movement, explain_change, explain_rules
from ahp.evaluation.observations import observations_from_records
from ahp.evaluation.rules import Measured
from ahp.evaluation.scheme import Missing, Scheme

from .schemes import rows, scheme, table
from .test_certainty import EVENTS
from .test_totals import LEAVES, PARENTS, RULES, UNIT, WEIGHTS


def moved(
    weights: tuple[dict[str, str], dict[str, str]], values: tuple[list[Any], list[Any]]
) -> Movement:
    """The change of one unit between two quarters, each with its weights."""
    leaves = tuple(weights[0])
    first, last = (
        evaluate(scheme(weights[0]), table({"A": row}, leaves, f"2026Q{k}"), given)
        for k, (row, given) in enumerate(
            zip(values, ({k: Fraction(w) for k, w in of.items()} for of in weights), strict=True),
            start=1,
        )
    )
    return explain_change(first, last, "A", "2026Q1", "2026Q2")


def test_better_performance_and_other_weights() -> None:
    """77 → 78 is +2.5 of performance and −1.5 of weights."""
    found = moved(({"a": "0.6", "b": "0.4"}, {"a": "0.5", "b": "0.5"}), ([83, 68], [85.5, 70.5]))
    assert (found.total_before, found.total_after) == (Decimal("77.0"), Decimal("78.0"))
    assert (found.performance, found.weights, found.rules) == (Fraction(5, 2), Fraction(-3, 2), 0)
    assert found.effects[0].performance == Fraction("0.55") * Fraction("2.5")
    assert found.effects[0].weights == Fraction("84.25") * Fraction("-0.1")
    assert (found.adjustments, found.restated) == ((), None)


def test_a_total_falls_while_every_indicator_rises() -> None:
    """84.0 → 68.8: weights .8/.2 → .2/.8, points 90, 60 → 92, 63."""
    found = moved(({"a": "0.8", "b": "0.2"}, {"a": "0.2", "b": "0.8"}), ([90, 60], [92, 63]))
    assert found.change == Decimal("-15.2")
    assert (found.performance, found.weights) == (Fraction(5, 2), Fraction("-17.7"))
    assert [effect.total for effect in found.effects] == [Fraction("-53.6"), Fraction("38.4")]


def test_movements_can_be_written_and_read() -> None:
    found = moved(({"a": "0.8", "b": "0.2"}, {"a": "0.2", "b": "0.8"}), ([90, 60], [92, 63]))
    data = found.to_dict()
    assert data["effects"][0]["weights"] == "-273/5"
    assert Movement.from_dict(data) == found


def test_new_rules_are_told_from_better_work() -> None:
    """An error rate of 2 % has 60 points of 5 %, and 50 of 4 %; then it falls to 1 %."""

    def by(high: str, version: str) -> Scheme:
        rule = Measured(low=Fraction(0), high=Fraction(high), direction="lower")
        return scheme({"a": "0.5", "b": "0.5"}, {"a": rule}, version=version)

    before = evaluate(by("0.05", "1"), table({"A": [0.02, 80]}, "ab"))
    after = evaluate(by("0.04", "2"), table({"A": [0.01, 80]}, "ab", "2026Q2"))
    found = explain_change(before, after, "A", "2026Q1", "2026Q2")
    assert (found.total_before, found.restated, found.total_after) == (
        *(Decimal("70.0"), Decimal("65.0"), Decimal("77.5")),
    )
    assert (found.rules, found.performance, found.weights) == (-5, Fraction(25, 2), 0)
    assert [effect.rules for effect in found.effects] == [-5, 0]


def test_other_rules_and_weights_of_one_period() -> None:
    """70 by the rule of then; the 60 points of a become 50, and b weighs .7 instead of .5."""
    old, new = (
        scheme(
            weights,
            {"a": Measured(low=Fraction(0), high=Fraction(high), direction="lower")},
            version=version,
        )
        for weights, high, version in (
            ({"a": "0.5", "b": "0.5"}, 5, "1"),
            ({"a": "0.3", "b": "0.7"}, 4, "2"),
        )
    )
    observed = table({"A": [2, 80]}, "ab")
    found = explain_rules(evaluate(old, observed), evaluate(new, observed), "A", "2026Q1")
    assert (found.before, found.after, found.restated) == ("2026Q1", "2026Q1", Decimal("71.0"))
    assert (found.performance, found.rules, found.weights) == (0, -5, 6)
    assert [(one.rules, one.weights) for one in found.effects] == [(-5, -10), (0, 16)]


def test_an_indicator_that_comes_is_an_effect_of_the_weights() -> None:
    before = evaluate(scheme({"a": "1"}), table({"A": [80]}, "a"))
    two = scheme({"a": "0.5", "b": "0.5"}, version="2")
    after = evaluate(two, table({"A": [80, 60]}, "ab", "2026Q2"))
    found = explain_change(before, after, "A", "2026Q1", "2026Q2")
    assert [(one.performance, one.weights) for one in found.effects] == [(0, -40), (0, 30)]
    back = explain_change(after, before, "A", "2026Q2", "2026Q1")
    assert [(one.performance, one.weights) for one in back.effects] == [(0, 40), (0, -30)]
    assert (found.effects[1].points_before, back.effects[1].points_after) == (None, None)


def test_operations_after_the_weighting_stand_alone() -> None:
    """97 − 2.5 → 97 + 3, capped at 100; rounding .04 → .0."""
    one = scheme({"a": "0.5", "size": "0.5"}, **EVENTS | {"vetoes": ()})
    observations = rows(
        ("A", "2026Q1", "a", 97),
        ("A", "2026Q1", "size", 97.08),
        ("A", "2026Q1", "late", 1),
        ("A", "2026Q2", "a", 98),
        ("A", "2026Q2", "size", 98),
        ("A", "2026Q2", "praise", 1),
    )
    result = evaluate(one, observations)
    found = explain_change(result, result, "A", "2026Q1", "2026Q2")
    assert (found.total_before, found.total_after) == (Decimal("94.5"), Decimal("100.0"))
    assert [(one.rule, one.event, one.before, one.after) for one in found.adjustments] == [
        ("deduction", "late", Fraction("-2.5"), 0),
        ("bonus", "praise", 0, 3),
        ("cap", "", 0, -1),
        ("rounding", "", Fraction("-0.04"), 0),
    ]
    assert [one.effect for one in found.adjustments] == [Fraction("2.5"), 3, -1, Fraction("0.04")]
    assert found.performance == Fraction("0.96")


def test_no_total_is_no_change() -> None:
    one = scheme({"a": "0.5", "b": "0.5"}, missing=Missing("blocks"))
    result = evaluate(one, rows(("A", "2026Q1", "a", 1), ("A", "2026Q2", "a", 1)))
    with pytest.raises(EvaluationError) as raised:
        explain_change(result, result, "A", "2026Q1", "2026Q2")
    assert str(raised.value) == "'A' has no total in 2026Q1"


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(UNIT, UNIT),
    st.tuples(*[st.sampled_from(["", "late", "slip", "praise", "case"])] * 2),
    st.sampled_from(["zero", "last"]),
    st.booleans(),
)
def test_effects_sum_exactly(
    values: tuple[dict[str, str], dict[str, str]],
    events: tuple[str, str],
    missing: Any,
    other_rules: bool,
) -> None:
    """On a tree of two levels, whatever is missing or doesn't apply."""
    one = scheme(WEIGHTS, RULES, PARENTS, missing=Missing(missing), **EVENTS)
    turned = {**WEIGHTS, "quality": "0.35", "work": "0.4"}
    size = Measured(low=Fraction(0), high=Fraction(7))
    two = scheme(turned, {**RULES, "size": size}, PARENTS, version="2", **EVENTS)
    records: list[dict[str, Any]] = []
    for quarter, (of, event) in enumerate(zip(values, events, strict=True), start=1):
        about = {"unit": "A", "period": f"2026Q{quarter}"}
        records += [{**about, "indicator": leaf, "value": of[leaf]} for leaf in LEAVES]
        records += [{**about, "indicator": event, "value": 1}] if event else []
    observations = observations_from_records(records)
    before = evaluate(one, observations)
    after = evaluate(two, observations) if other_rules else before
    if before.total("A", "2026Q1") is None or after.total("A", "2026Q2") is None:
        return
    found = explain_change(before, after, "A", "2026Q1", "2026Q2")
    parts = [one.total for one in found.effects] + [one.effect for one in found.adjustments]
    assert sum(parts, Fraction(0)) == Fraction(found.change)
    assert found.rules + found.performance + found.weights == sum(
        one.weight_after * Fraction(one.points_after or 0)
        - one.weight_before * Fraction(one.points_before or 0)
        for one in found.effects
    )
    for side in ("weight_before", "weight_after"):
        assert sum(getattr(one, side) for one in found.effects) == 1


def test_points_lost_by_hand() -> None:
    """a2 doesn't apply to A, so that a1 has the .5 of its parent."""
    one = scheme({"a": "0.5", "b": "0.5", "a1": "0.4", "a2": "0.6"}, parents={"a1": "a", "a2": "a"})
    result = evaluate(one, table({"A": [90, "n/a", 60], "B": [50, 100, 80]}, ("a1", "a2", "b")))
    found = points_lost(result, "2026Q1")
    assert found.of("A") == (Loss("b", 20.0, 0.5), Loss("a1", 5.0, 0.5))
    # of equal losses the heavier first: a point of the total is cheaper there
    assert found.of("B") == (Loss("b", 10.0, 0.5), Loss("a1", 10.0, 0.2), Loss("a2", 0.0, 0.3))
    assert found.of() == (Loss("b", 15.0, 0.5), Loss("a1", 7.5, 0.35), Loss("a2", 0.0, 0.3))
    assert np.isnan(found.lost[0, 1])
    # what is lost and what is there are 100
    assert 100 - np.nansum(found.lost, axis=1) == pytest.approx(result.totals[:, 0])
