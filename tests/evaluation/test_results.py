"""What a results page is made of: units that can't be told apart, peers, steps, trends, methods."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from ahp.errors import EvaluationError, OptionError
from ahp.evaluation import Certainty, evaluate, points_lost, simulate
from ahp.evaluation.importance import importance_places
from ahp.evaluation.opinions import period_opinions
from ahp.evaluation.peers import (
    PeriodResult,
    counted_indicators,
    earlier_result,
    medians,
    node_points,
    own_periods,
    peers_of,
)
from ahp.evaluation.separation import group_letters, units_alike_in_total
from ahp.evaluation.steps import waterfall_steps
from ahp.evaluation.trend import unit_trend

from .results import LEAVES, small_result, small_scheme
from .schemes import rows, scheme, table


def certain(totals: list[float], ahead: Any) -> Certainty:
    """A certainty of units A, B, … with these probabilities of pairs."""
    result = evaluate(
        scheme({"a": 1}), table({"ABCDEF"[k]: [one] for k, one in enumerate(totals)}, ["a"])
    )
    found = simulate(result, "2026Q1", seed=1, draws=2, pairs=True)
    return replace(found, ahead=None if ahead is None else np.array(ahead, float))


def test_groups_are_runs_without_a_separated_pair() -> None:
    # in the order of totals B, A, C, D: B-A and A-C are not separated, B-C is, D is from all
    ahead = [
        [0, 0.1, 0.94, 1],
        [0.9, 0, 0.95, 1],
        [0.05, 0.04, 0, 0.96],
        [0, 0, 0.04, 0],
    ]
    found = units_alike_in_total(certain([80, 85, 78, 60], ahead))
    assert found == (("B", "A"), ("A", "C"), ("D",))
    assert group_letters(found) == {"B": "a", "A": "ab", "C": "b", "D": "c"}


def test_a_run_ends_at_the_first_separated_pair() -> None:
    # A and C are not separated, but B, between them, is from A: they share no letter
    ahead = [[0, 0.96, 0.9], [0, 0, 0.5], [0, 0, 0]]
    assert units_alike_in_total(certain([90, 80, 70], ahead)) == (("A",), ("B", "C"))


def test_groups_of_some_units_and_another_probability() -> None:
    found = certain([90, 80, 70], [[0, 0.9, 0.99], [0, 0, 0.97], [0, 0, 0]])
    assert units_alike_in_total(found, ["C", "A"]) == (("A",), ("C",))
    assert units_alike_in_total(found) == (("A", "B"), ("C",))
    assert units_alike_in_total(found, sure=0.9) == (("A",), ("B",), ("C",))


def test_units_without_a_total_are_in_no_group() -> None:
    found = simulate(small_result(), "2026Q2", seed=1, draws=5, pairs=True)
    assert units_alike_in_total(found) == (("B",), ("A",), ("D",))
    assert units_alike_in_total(found, ["C"]) == ()


def test_groups_need_probabilities_of_pairs() -> None:
    with pytest.raises(EvaluationError) as raised:
        units_alike_in_total(certain([1, 2], None))
    assert str(raised.value) == (
        "probabilities of one unit ahead of another were not asked for, expected simulate(…, "
        "pairs=True)"
    )


def test_groups_refuse_what_does_not_fit() -> None:
    found = certain([1, 2], [[0, 0], [1, 0]])
    with pytest.raises(EvaluationError) as raised:
        units_alike_in_total(found, ["X"])
    assert str(raised.value) == "unit 'X' was not evaluated, expected one of A, B"
    with pytest.raises(OptionError) as refused:
        units_alike_in_total(found, sure=0.5)
    assert str(refused.value) == "sure = 0.5, expected a number above 0.5, to 1"


def test_letters_go_on_after_z() -> None:
    letters = group_letters([(f"U{k}",) for k in range(28)])
    assert [letters[f"U{k}"] for k in (0, 25, 26, 27)] == ["a", "z", "a1", "b1"]


def test_peers_and_periods() -> None:
    result = small_result()
    assert peers_of(result, "B") == ("A", "B", "C")
    assert peers_of(small_result(groups=()), "B") == ("A", "B", "C", "D")
    assert earlier_result(result, "2026Q2") == PeriodResult(result, "2026Q1")
    assert earlier_result(result, "2026Q1") is None
    assert [one.period for one in own_periods(result)] == ["2026Q1", "2026Q2"]
    assert counted_indicators(result, "2026Q1") == ("p1", "p2", "q")


def test_points_of_parents_are_those_in_the_total() -> None:
    points = node_points(small_result(), "2026Q1", ("C", "D", "A"))
    assert {node: of.tolist()[:2] for node, of in points.items() if node != "p2"} == {
        "p": [25.0, 100.0],
        "p1": [50.0, 100.0],
        "q": [95.0, 10.0],
    }
    assert np.isnan(points["p2"]).tolist() == [True, True, False]
    assert points["p"][2] == 85.0


def test_medians_leave_out_what_is_missing() -> None:
    found = medians(np.array([[80.0, np.nan], [90.0, np.nan]]))
    assert found[0] == 85.0
    assert np.isnan(found[1])


def test_lost_points_of_some_units() -> None:
    result = small_result()
    assert points_lost(result, "2026Q1", ("C",)).of("C") == points_lost(result, "2026Q1").of("C")
    with pytest.raises(EvaluationError) as raised:
        points_lost(result, "2026Q1", ("X",))
    assert str(raised.value) == "unit 'X' was not evaluated, expected one of A, B, C, D"


def test_steps_are_lines_or_sums_of_parents() -> None:
    result = small_result()
    lines = result.waterfall("B", "2026Q2")
    each = waterfall_steps(result.scheme, lines)
    assert [(one.node, one.after - one.before) for one in each] == [
        ("p1", Decimal(27)),
        ("slip", Decimal(-3)),
        ("p2", Decimal("25.5")),
        ("q", Decimal(36)),
    ]
    few = waterfall_steps(result.scheme, lines, 2)
    assert [(one.node, one.before, one.after, len(one.lines)) for one in few] == [
        ("p", Decimal(0), Decimal("49.5"), 3),
        ("q", Decimal("49.5"), Decimal("85.5"), 1),
    ]


def test_steps_after_the_weighting_stand_alone() -> None:
    result = small_result()
    few = waterfall_steps(result.scheme, result.waterfall("A", "2026Q2"), 1)
    assert [(one.node, len(one.lines)) for one in few] == [("p", 2), ("q", 1), ("late", 1)]
    assert few[-1].after == Decimal(84)


def test_a_trend_splits_each_change() -> None:
    result = small_result()
    first, last = unit_trend("A", own_periods(result))
    assert (first.total, first.band, first.change) == (Decimal("79.0"), "fair", None)
    assert (last.total, last.band) == (Decimal("84.0"), "good")
    assert last.change is not None
    assert (last.change.performance, last.change.weights, last.change.rules) == (7, 0, 0)
    assert [(one.event, one.effect) for one in last.change.adjustments] == [("late", -2)]


def test_a_trend_over_two_schemes_and_a_gap() -> None:
    result = small_result()
    cells = [("C", "2026Q3", leaf, 80) for leaf in ("p1", "p2", "q")]
    later = evaluate(small_scheme(version="2"), rows(*cells))
    points = unit_trend("C", [*own_periods(result), PeriodResult(later, "2026Q3")])
    assert [point.total for point in points] == [Decimal("53.0"), None, Decimal("80.0")]
    assert points[1].change is None
    change = points[2].change
    assert change is not None
    assert (change.before, change.change) == ("2026Q1", Decimal("27.0"))


def test_a_trend_is_in_order() -> None:
    with pytest.raises(EvaluationError) as raised:
        unit_trend("A", own_periods(small_result())[::-1])
    assert str(raised.value) == "2026Q2 is not before 2026Q1, expected an earlier period"


def test_the_map_of_importance() -> None:
    found = importance_places(small_result(), "A", "2026Q2")
    assert found.peers == ("A", "B", "C")
    # before the deduction: 0.6 · 90 + 0.4 · 80
    assert (found.weight, found.points) == (1 / 3, 86.0)
    assert [
        (one.indicator, one.weight, one.points, one.median, one.quadrant) for one in found.places
    ] == [
        ("p1", 0.3, 90.0, 80.0, "enough"),
        ("p2", 0.3, 90.0, 85.0, "enough"),
        ("q", 0.4, 80.0, 85.0, "first"),
    ]


@pytest.mark.parametrize(
    ("points", "quadrants"),
    [((50, 90), ("first", "enough")), ((90, 50), ("keep", "later")), ((7, 7), ("keep", "enough"))],
)
def test_quadrants(points: tuple[int, int], quadrants: tuple[str, str]) -> None:
    result = evaluate(scheme({"a": "0.7", "b": "0.3"}), table({"A": points}, ["a", "b"]))
    found = importance_places(result, "A", "2026Q1")
    assert tuple(place.quadrant for place in found.places) == quadrants


def test_the_map_needs_a_total() -> None:
    with pytest.raises(EvaluationError) as raised:
        importance_places(small_result(), "C", "2026Q2")
    assert str(raised.value) == "'C' has no total in 2026Q2"


def test_other_methods_take_the_place_of_the_weighted_mean_alone() -> None:
    values = {"A": (100, 100, 10), "B": (80, 80, 80)}
    cells = [
        (unit, "2026Q1", leaf, value)
        for unit, of_unit in values.items()
        for leaf, value in zip(LEAVES, of_unit, strict=True)
    ]
    result = evaluate(small_scheme(groups=()), rows(*cells, ("B", "2026Q1", "late", 1)))
    opinions = period_opinions(result, "2026Q1")
    assert opinions.found is not None
    assert (opinions.left_out, opinions.constant, dict(opinions.refused)) == ((), (), {})
    # A: 0.6 · 100 + 0.4 · 10, a veto lowers its band from fair; B: 80 less 2
    assert opinions.found.scores["official"].tolist() == [64.0, 78.0]
    assert opinions.bands["official"] == ("poor", "fair")
    # 100^0.6 · 10^0.4 = 39.8; 80 less 2
    assert opinions.found.scores["geometric_mean"].tolist() == [39.8, 78.0]
    assert opinions.bands["geometric_mean"] == ("poor", "fair")
    assert opinions.found.ranks["topsis"].tolist() == [2, 1]


def test_what_is_left_out_of_the_comparison_and_what_is_the_same() -> None:
    observations = table({"A": (70, 80), "B": (70, 60), "C": (50, "n/a")}, ["a", "b"])
    opinions = period_opinions(evaluate(scheme({"a": "0.5", "b": "0.5"}), observations), "2026Q1")
    assert opinions.found is not None
    assert (opinions.left_out, opinions.constant) == (("C",), ("a",))
    # weights from the data are those of b alone
    assert opinions.found.scores["entropy"].tolist() == [80.0, 60.0]
    assert opinions.found.scores["official"].tolist() == [75.0, 65.0]
    assert opinions.bands["entropy"] == ("good", "fair")
    assert opinions.found.grade_depends == ("A",)


def test_an_indicator_that_applies_to_nobody_leaves_its_weight_to_its_siblings() -> None:
    parts = {"p": "0.6", "q": "0.4", "a": "0.5", "b": "0.25", "c": "0.25", "d": 1}
    parents = {"a": "p", "b": "p", "c": "p", "d": "q"}
    values = {"A": (90, 60, "n/a", 50), "B": (60, 90, "n/a", 80)}
    held = scheme(parts, parents=parents)
    opinions = period_opinions(evaluate(held, table(values, "abcd")), "2026Q1")
    assert opinions.found is not None
    assert (opinions.found.units, opinions.left_out, opinions.constant) == (("A", "B"), (), ())
    # 0.6 · (2/3 a + 1/3 b) + 0.4 d; a^0.4 · b^0.2 · d^0.4
    assert opinions.found.scores["official"].tolist() == [68.0, 74.0]
    assert opinions.found.scores["geometric_mean"].tolist() == [65.6, 73.0]
    # with a parent of which nothing applies: its weight goes to the other one
    values = {"A": (90, 60, 60, "n/a"), "B": (60, 90, 90, "n/a")}
    opinions = period_opinions(evaluate(held, table(values, "abcd")), "2026Q1")
    assert opinions.found is not None
    assert opinions.found.scores["official"].tolist() == [75.0, 75.0]
    assert opinions.found.scores["geometric_mean"].tolist() == [73.5, 73.5]


def test_units_that_are_all_the_same_are_said_not_computed() -> None:
    observations = table({"A": (70, 80), "B": (70, 80)}, ["a", "b"])
    opinions = period_opinions(evaluate(scheme({"a": "0.5", "b": "0.5"}), observations), "2026Q1")
    assert opinions.found is not None
    assert opinions.constant == ("a", "b")
    assert list(opinions.refused) == [
        *("entropy", "critic", "variation"),
        *("topsis", "grey_relational"),
    ]
    assert {str(phrase) for phrase in opinions.refused.values()} == {
        "points: no two units differ in an indicator that counts, expected two that do"
    }
    assert list(opinions.found.scores) == ["official", "geometric_mean", "rank_sum_ratio"]
    assert not any(np.isnan(scores).any() for scores in opinions.found.scores.values())


def test_one_unit_has_nothing_to_be_compared_with() -> None:
    opinions = period_opinions(evaluate(scheme({"a": 1}), table({"A": [70]}, ["a"])), "2026Q1")
    assert opinions.found is None
    assert (opinions.left_out, dict(opinions.bands)) == ((), {})


def test_no_unit_with_a_total_is_compared() -> None:
    observations = table({"A": ["not due"], "B": ["not due"]}, ["a"])
    opinions = period_opinions(evaluate(scheme({"a": 1}), observations), "2026Q1")
    assert opinions.found is None
    assert opinions.left_out == ("A", "B")


def test_weights_of_the_tree_are_those_of_the_comparison() -> None:
    result = small_result()
    opinions = period_opinions(result, "2026Q1")
    assert opinions.found is not None
    assert opinions.found.units == ("A", "B", "C")
    assert opinions.left_out == ("D",)
    # 0.3 · ln 80 + 0.3 · ln 90 + 0.4 · ln 70
    assert opinions.found.scores["geometric_mean"].tolist() == [78.6, 90.0, 0.0]
