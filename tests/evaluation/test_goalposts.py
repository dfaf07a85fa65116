"""Points between goalposts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from ahp.evaluation import Target, competition_ranks, goalpost_scores
from tests.evaluation.printed import assert_printed, inputs

TEMPERATURES = "oecd-01-table14"
SCHOOLING = "oecd-02-table15"


def test_calls_of_another_program() -> None:
    x, low, high, _scale, directions = map(
        list, zip(*inputs("coinr-01-goalposts")["calls"], strict=True)
    )
    assert_printed(goalpost_scores(x, low, high, directions) / 100, "coinr-01-goalposts", "y")


@pytest.mark.parametrize("name", ["up", "up_capped", "down", "down_capped"])
def test_distance_to_a_target(name: str) -> None:
    x, target = inputs("coinr-02-distance-to-target")[name.removesuffix("_capped")].values()
    low, high, direction = (min(x), target, 1) if "up" in name else (target, max(x), -1)
    points = goalpost_scores(x, low, high, direction, cap="capped" in name)
    assert_printed(points / 100, "coinr-02-distance-to-target", name)


@pytest.mark.parametrize("unit", ["celsius", "fahrenheit"])
def test_the_unit_of_a_ratio_to_the_best_decides(unit: str) -> None:
    table = np.array(inputs(TEMPERATURES)["celsius"])
    if unit == "fahrenheit":
        table[:, [0, 2]] = 32 + 1.8 * table[:, [0, 2]]
    points = goalpost_scores(table, 0, table.max(axis=0)) / 100
    years = [ahp.weighted_sum([1, 1], points[:, part]) for part in (slice(2), slice(2, 4))]
    assert_printed(np.stack(years, axis=-1), TEMPERATURES, unit)


def test_schooling() -> None:
    x = np.array(inputs(SCHOOLING)["x"], dtype=float)
    ranks = competition_ranks(-x)
    assert_printed(ranks, SCHOOLING, "rank_ascending")
    assert_printed(100 * ranks / len(x), SCHOOLING, "percentile")
    assert_printed(goalpost_scores(x, x.min(), x.max()) / 100, SCHOOLING, "minmax")
    assert_printed(goalpost_scores(x, 0, x.max()) / 100, SCHOOLING, "dist_to_best")


def test_points_depend_on_no_other_unit() -> None:
    """Between the lowest and the highest of the sample they do: one more unit turns two around."""
    table = np.array([[10.0, 60.0], [50.0, 25.0], [0.0, 100.0]])
    more = np.vstack([table, [200.0, 0.0]])
    fixed = goalpost_scores(table, [0, 0], [100, 100])
    assert (goalpost_scores(more, [0, 0], [100, 100])[:3] == fixed).all()
    w = [0.5, 0.5]
    before = ahp.weighted_sum(w, goalpost_scores(table, table.min(axis=0), table.max(axis=0)))
    after = ahp.weighted_sum(w, goalpost_scores(more, more.min(axis=0), more.max(axis=0)))
    assert competition_ranks(before).tolist() == [3, 1, 1]
    assert competition_ranks(after[:3]).tolist() == [2, 3, 1]


def test_targets_and_tolerances() -> None:
    interval = Target(5, 6, tolerance=3, tolerance_above=6)
    x = [2, 3.5, 5, 5.5, 6, 7.5, 12, 20]
    assert goalpost_scores(x, None, None, interval).tolist() == [0, 50, 100, 100, 100, 75, 0, 0]
    assert goalpost_scores(7.0, None, None, Target(8, 8, 2)) == 50.0
    mixed = goalpost_scores([[0.5, 4.0]], [0, np.nan], [1, np.nan], [-1, Target(5, 5, 2)])
    assert mixed.tolist() == [[50, 50]]


def test_far_beyond_near_goalposts() -> None:
    assert goalpost_scores([1e100, -1e100], 0, 1e-300).tolist() == [100, 0]
    assert goalpost_scores([15.0, -5.0], 0, 10, cap=False).tolist() == [150, -50]


def test_what_has_labels_is_joined() -> None:
    table = pd.DataFrame({"late": [1.0, 3.0], "done": [0.9, 0.8]}, index=["north", "south"])
    low, high = {"done": 0.5, "late": 0}, pd.Series({"done": 1.0, "late": 4.0})
    directions = {"done": 1, "late": -1}
    found = goalpost_scores(table, low, high, directions)
    assert found == pytest.approx(np.array([[75, 80], [25, 60]]))


@given(st.floats(-1e6, 1e6), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_both_directions_add_up(x: float, low: float, span: float) -> None:
    up = goalpost_scores(x, low, low + span)
    assert 0 <= up <= 100
    assert up + goalpost_scores(x, low, low + span, -1) == pytest.approx(100, abs=1e-6)


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (
            lambda: goalpost_scores([1, np.nan], 0, 1),
            "values[1] = nan, expected a number from -1e+100 to 1e+100",
        ),
        (lambda: goalpost_scores([], 0, 1), "values of shape (0,), expected (..., n)"),
        (
            lambda: goalpost_scores([1, 2], [0, 3], [1, 3]),
            "lower goalposts[1] = 3 with an upper goalpost of 3, expected one above it",
        ),
        (
            lambda: goalpost_scores([1, 2], [0, 1, 2], 9),
            "lower goalposts of shape (3,), expected one for each indicator, or one for all",
        ),
        (
            lambda: goalpost_scores([1, 2], None, 9),
            "lower goalposts[0] = nan, expected a number from -1e+100 to 1e+100",
        ),
        (
            lambda: goalpost_scores([1, 2], 0, 9, [1, 0]),
            "directions[1] = 0, expected 1, -1 or a Target",
        ),
        (
            lambda: goalpost_scores([1, 2], 0, 9, [1, True]),
            "directions[1] = True, expected 1, -1 or a Target",
        ),
        (lambda: goalpost_scores([1, 2], 0, 9, [1]), "directions of 1 indicators, expected 2"),
        (
            lambda: goalpost_scores([1, 2], 0, 9, Target(1, 2)),
            "Target(low=1, high=2, tolerance=None, tolerance_above=None), expected a tolerance: "
            "without one the points of a unit would depend on the other units",
        ),
        (lambda: goalpost_scores(["a"], 0, 9), "values = ['a'], expected numbers"),
        (lambda: Target(2, 1), "low = 2 with high = 1, expected low up to high"),
        (lambda: Target(np.nan, 1), "low = nan, expected a number from -1e+100 to 1e+100"),
        (lambda: Target("7", 7), "low = '7', expected a number from -1e+100 to 1e+100"),
        (lambda: Target(1, 2, 0), "tolerance = 0, expected a number from 1e-100 to 1e+100"),
        (
            lambda: Target(1, 2, None, 3),
            "tolerance = None with tolerance_above = 3, expected both or neither",
        ),
    ],
)
def test_refusals(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(ahp.EvaluationError) as raised:
        refused()
    assert str(raised.value) == message
