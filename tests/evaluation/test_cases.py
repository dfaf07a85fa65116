"""Every published example is tried, and the points of those that are ratings or single formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ahp
from ahp.evaluation import goalpost_scores
from tests.evaluation.printed import CASES, assert_printed, assert_recomputed, inputs


def test_every_case_is_tried() -> None:
    tests = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")
    )
    assert [case for case in CASES if f'"{case}"' not in tests] == []
    assert len(CASES) == 34


def test_ratings_of_cars() -> None:
    given = inputs("ahpr-01-cars")
    first, second, third, fourth = ahp.weights(given["criteria_matrix"])
    leaves = [first, third, fourth, 0.8 * second, 0.2 * second]
    assert_printed(leaves, "ahpr-01-cars", "leaf_weights")
    totals = ahp.weighted_sum(leaves, given["ratings_ideal"])
    assert_printed(totals, "ahpr-01-cars", "totals")
    assert_printed(totals[:1] / totals.sum(), "ahpr-01-cars", "first_priority")


def test_ratings_of_lunches() -> None:
    given = inputs("ahpr-03-lunch")
    criteria = ahp.weights(given["criteria_matrix"])
    assert_printed(criteria, "ahpr-03-lunch", "criteria_weights")
    of_four, of_three = (ahp.weights(given[f"scale{k}_matrix"]) for k in (4, 3))
    assert_printed(of_four / of_four.max(), "ahpr-03-lunch", "scale4_ideal")
    assert_printed(of_three / of_three.max(), "ahpr-03-lunch", "scale3_ideal")
    four = dict(zip("abcd", of_four, strict=True))
    scales = [four, {"yes": 1, "half": 0.5}, four, dict(zip("abc", of_three, strict=True))]
    grades = [("b", "yes", "a", "b"), ("d", "half", "d", "b"), ("c", "half", "c", "b")]
    totals = ahp.ratings(criteria, scales, grades)
    assert_recomputed(totals, "ahpr-03-lunch", "computed_totals_not_printed")


def test_a_ratio_with_a_cap() -> None:
    """沃尔评分法: the standard is worth 20 points, the best 30."""
    given = inputs("ded-01-wall")
    points = goalpost_scores(given["actual"], given["standard"], given["best"])
    more = given["max_score"] - given["standard_score"]
    assert_printed([given["standard_score"] + more * points / 100], "ded-01-wall", "score")
    assert_printed(
        [100 * (given["best"] - given["standard"]) / more], "ded-01-wall", "ratio_per_point_pct"
    )
    assert goalpost_scores(0.2, given["standard"], given["best"]) == 100


def test_points_of_squared_grades() -> None:
    squares = np.square([*inputs("ded-02-fdic-camels")["C"], 2.0])
    points = 25 + 0.75 * goalpost_scores(squares, 1, 3.5**2)
    assert_printed(points[:2], "ded-02-fdic-camels", "S")
    assert points[2] == pytest.approx(CASES["ded-02-fdic-camels"]["recomputed"]["S_at_2"][0])


def test_two_ways_from_grades_to_points() -> None:
    """(v − 1)/4 and v/5: the lowest of five grades is worth 0 or 20."""
    grades = [1, 2, 3, 4, 5]
    assert goalpost_scores(grades, 1, 5).tolist() == [0, 25, 50, 75, 100]
    assert goalpost_scores(grades, 0, 5).tolist() == [20, 40, 60, 80, 100]
