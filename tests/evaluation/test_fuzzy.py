"""Fuzzy comprehensive evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from ahp.errors import AHPError
from ahp.evaluation import (
    OPERATORS,
    defuzzify,
    fuzzy_synthesis,
    grade_membership,
    maximum_membership_validity,
)
from ahp.matrix import Float
from tests.evaluation.printed import CASES, assert_printed, assert_recomputed, inputs

CLOTHES = inputs("fce-04-clothes-maxmin")


def test_personnel_on_one_level() -> None:
    case = inputs("fce-01-personnel-onelevel")
    found = fuzzy_synthesis(case["weights"], case["R"])
    assert_printed(found, "fce-01-personnel-onelevel", "B")
    grade = case["grades"][defuzzify(found, how="maximum")]
    assert grade == CASES["fce-01-personnel-onelevel"]["expected"]["grade"]


def two_levels(operator: str) -> tuple[list[Float], Float]:
    case = inputs("fce-02-personnel-twolevel-18")
    groups = [
        fuzzy_synthesis(weights, case["R"][start:stop], operator)
        for weights, (start, stop) in zip(case["sub_weights"], case["groups"], strict=True)
    ]
    return groups, fuzzy_synthesis(case["weights"], groups, operator)


def test_personnel_on_two_levels() -> None:
    groups, whole = two_levels("weighted_average")
    assert_recomputed(groups, "fce-02-personnel-twolevel-18", "first_level")
    assert_printed(whole, "fce-02-personnel-twolevel-18", "B")


def test_other_operators_tie_or_saturate() -> None:
    _, tied = two_levels("min_max")
    assert_recomputed(tied, "fce-02-personnel-twolevel-18", "extra_maxmin")
    assert defuzzify(tied, how="maximum") == 0  # the first of two grades that tie
    assert maximum_membership_validity(tied) == pytest.approx(0.4 / 2.4)
    _, full = two_levels("min_bounded_sum")
    assert_recomputed(full, "fce-02-personnel-twolevel-18", "extra_bounded_sum")


def test_the_operator_alone_moves_the_verdict() -> None:
    found = fuzzy_synthesis(CLOTHES["weights"], CLOTHES["R"], "min_max")
    assert_printed(found, "fce-04-clothes-maxmin", "B")
    assert_printed(found / found.sum(), "fce-04-clothes-maxmin", "B_normalised")
    first = defuzzify(found, how="maximum")
    assert CLOTHES["grades"][first] == CASES["fce-04-clothes-maxmin"]["expected"]["grade"]
    average = fuzzy_synthesis(CLOTHES["weights"], CLOTHES["R"])
    assert (first, defuzzify(average, how="maximum")) == (0, 2)
    assert average == pytest.approx([0.205, 0.32, 0.39, 0.085])


def test_clothes_with_scores() -> None:
    case = inputs("fce-06-clothes-scores")
    found = fuzzy_synthesis(case["weights"], case["R"])
    assert_printed(found, "fce-06-clothes-scores", "B")
    assert_printed([defuzzify(found, case["scores"])], "fce-06-clothes-scores", "score_weighted")
    best = case["scores"][defuzzify(found, case["scores"], "maximum")]
    assert_printed([best], "fce-06-clothes-scores", "score_max_membership")


def test_the_average_is_the_weighted_mean_of_mean_scores() -> None:
    case = inputs("fce-06-clothes-scores")
    means = [defuzzify(row, case["scores"]) for row in case["R"]]
    found = defuzzify(fuzzy_synthesis(case["weights"], case["R"]), case["scores"])
    assert found == pytest.approx(float(np.dot(case["weights"], means)), rel=1e-15)


def test_membership_of_a_number() -> None:
    case = inputs("fce-07-membership-SO2")
    assert_printed(grade_membership(case["x"], case["thresholds"]), "fce-07-membership-SO2", "mu")


def test_cropping_plans() -> None:
    case = inputs("fce-08-cropping-plans")
    membership = grade_membership(case["x"], case["thresholds"])
    assert membership.shape == (3, 5, 4)
    found = fuzzy_synthesis(case["weights"], membership)
    assert_printed(found, "fce-08-cropping-plans", "mu")
    scores = case["grade_scores"]
    assert_printed(defuzzify(found, scores), "fce-08-cropping-plans", "score_weighted")
    best = np.take(scores, defuzzify(found, how="maximum"))
    assert_printed(best, "fce-08-cropping-plans", "score_max_membership")


def test_thresholds_rise_or_fall() -> None:
    rising = grade_membership([55, 65, 95], [60, 70, 80, 90])
    assert rising.tolist() == [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 0, 1]]
    falling = grade_membership([55, 65, 95], [90, 80, 70, 60])
    assert (falling == rising[:, ::-1]).all()
    at_each = grade_membership([60, 70, 80, 90], [60, 70, 80, 90])
    assert (at_each == np.eye(4)).all()
    both = grade_membership([[65, 65]], [[60, 70], [70, 60]])
    assert both.tolist() == [[[0.5, 0.5], [0.5, 0.5]]]
    assert grade_membership(1e100, [0, 1e-100]).tolist() == [0, 1]


@given(
    st.floats(-1e4, 1e4),
    st.lists(st.integers(-1000, 1000), min_size=2, max_size=7, unique=True).map(sorted),
)
def test_memberships_of_a_number_sum_to_one(x: float, thresholds: list[int]) -> None:
    found = grade_membership(x, thresholds)
    assert (found >= 0).all()
    assert (found > 0).sum() <= 2
    assert found.sum() == pytest.approx(1, abs=1e-12)


@st.composite
def syntheses(draw: st.DrawFn) -> tuple[Float, Float]:
    m, g = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    parts = draw(st.lists(st.integers(0, 100), min_size=m, max_size=m).filter(any))
    shares = st.lists(st.floats(0, 1), min_size=g, max_size=g)
    rows = draw(st.lists(shares, min_size=m, max_size=m))
    return np.array(parts) / sum(parts), np.array(rows)


@given(syntheses())
def test_the_order_of_the_operators(synthesis: tuple[Float, Float]) -> None:
    found = {operator: fuzzy_synthesis(*synthesis, operator) for operator in OPERATORS}
    rounding = 1e-12
    assert (found["product_max"] <= found["min_max"]).all()
    assert (found["min_max"] <= found["min_bounded_sum"]).all()
    assert (found["product_max"] <= found["weighted_average"] + rounding).all()
    assert (found["weighted_average"] <= found["min_bounded_sum"] + rounding).all()


def test_draws_and_units_at_once() -> None:
    rng = np.random.default_rng(1)
    weights, membership = rng.dirichlet(np.ones(4), (50, 1)), rng.dirichlet(np.ones(3), (7, 4))
    for operator in OPERATORS:
        found = fuzzy_synthesis(weights, membership, operator)
        assert found.shape == (50, 7, 3)
        assert (found[11, 5] == fuzzy_synthesis(weights[11, 0], membership[5], operator)).all()


def test_validity() -> None:
    assert maximum_membership_validity([0.4, 0.3, 0.2, 0.1]) == pytest.approx(0.6 / 1.8)
    assert maximum_membership_validity([4, 3, 2, 1]) == pytest.approx(0.6 / 1.8)
    assert maximum_membership_validity([[0.25] * 4, [0, 1, 0, 0]]).tolist() == [0, np.inf]


def test_labels_are_joined() -> None:
    membership = pd.DataFrame([[1, 0], [0, 1]], index=["x", "y"], columns=["good", "poor"])
    found = fuzzy_synthesis({"y": 0.75, "x": 0.25}, membership)
    assert found.tolist() == [0.25, 0.75]
    vector = pd.Series(found, index=["good", "poor"])
    assert defuzzify(vector, {"poor": 40, "good": 100}) == 55.0
    values = pd.DataFrame({"x": [1.0], "y": [3.0]})
    thresholds = pd.DataFrame([[0, 4], [0, 2]], index=["y", "x"])
    assert grade_membership(values, thresholds).tolist() == [[[0.5, 0.5], [0.25, 0.75]]]
    by_name = {"y": [0, 4], "x": [0, 2]}
    assert grade_membership(values, by_name).tolist() == [[[0.5, 0.5], [0.25, 0.75]]]
    assert fuzzy_synthesis({"x": 0.25, "y": 0.75}, {"y": [0, 1], "x": [1, 0]}).tolist() == [
        0.25,
        0.75,
    ]


R = [[0.2, 0.8], [0.6, 0.4]]


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (
            lambda: fuzzy_synthesis([0.5, 0.5], R, "max_min"),
            "operator = 'max_min', expected one of 'weighted_average', 'min_max', 'product_max', "
            "'min_bounded_sum'",
        ),
        (lambda: fuzzy_synthesis([0.5, 0.6], R), "weights have the sum 1.1, expected 1"),
        (
            lambda: fuzzy_synthesis([[0.5, 0.5], [60, 40]], R),
            "weights[1] have the sum 100, expected 1",
        ),
        (
            lambda: fuzzy_synthesis([1.5, -0.5], R),
            "weights[1] = -0.5, expected a number from 0 to 1e+100",
        ),
        (
            lambda: fuzzy_synthesis([1], R),
            "weights of shape (1,), expected (..., 2), one for each indicator",
        ),
        (
            lambda: fuzzy_synthesis([0.5, 0.5], [[20, 80], [60, 40]]),
            "membership[0, 0] = 20, expected a number from 0 to 1",
        ),
        (
            lambda: fuzzy_synthesis([1], [0.2, 0.8]),
            "membership of shape (2,), expected (..., m, g)",
        ),
        (
            lambda: fuzzy_synthesis(np.full((3, 2), 0.5), np.full((2, 2, 2), 0.5)),
            "weights of shape (3, 2), expected (..., n) with leading axes that broadcast with (2,)",
        ),
        (
            lambda: fuzzy_synthesis({"x": 0.5, "z": 0.5}, pd.DataFrame(R, index=["x", "y"])),
            "weights: label 'z', expected 'x', 'y' as in the rows of the membership",
        ),
        (
            lambda: fuzzy_synthesis({"x": 0.5, "y": 0.5}, R),
            "weights: labels 'x', 'y', the rows of the membership without labels, expected both "
            "with labels or neither",
        ),
        (
            lambda: defuzzify([0.5, 0.5]),
            "no grade scores, expected one for each grade; how = 'maximum' needs none",
        ),
        (
            lambda: defuzzify([0.5, 0.5], [1]),
            "grade scores of shape (1,), expected (2,), one for each grade",
        ),
        (
            lambda: grade_membership([1, 2], {"x": [0, 1], "y": [1, 2]}),
            "thresholds: labels 'x', 'y', the values without labels, expected both with labels or "
            "neither",
        ),
        (
            lambda: defuzzify([0.5, 0.5], how="max"),
            "how = 'max', expected one of 'weighted_mean', 'maximum'",
        ),
        (lambda: defuzzify([0, 0], [1, 2]), "vector are all 0, expected a positive one"),
        (lambda: defuzzify([], how="maximum"), "vector of shape (0,), expected (..., g)"),
        (
            lambda: defuzzify([0.5, np.nan], how="maximum"),
            "vector[1] = nan, expected a number from 0 to 1e+100",
        ),
        (
            lambda: maximum_membership_validity([1]),
            "vector of shape (1,), expected (..., g) with two grades or more",
        ),
        (
            lambda: grade_membership(1, [0, 2, 1]),
            "thresholds [0.0, 2.0, 1.0], expected all rising or all falling",
        ),
        (
            lambda: grade_membership([1, 1], [[0, 1], [1, 1]]),
            "thresholds [1.0, 1.0], expected all rising or all falling",
        ),
        (
            lambda: grade_membership(1, [3]),
            "thresholds of shape (1,), expected (g,) or (m, g) with two grades or more",
        ),
        (
            lambda: grade_membership([1, 2, 3], [[0, 1], [1, 2]]),
            "values of shape (3,), expected (..., 2), one for each row of thresholds",
        ),
        (
            lambda: grade_membership(np.nan, [0, 1]),
            "values = nan, expected a number from -1e+100 to 1e+100",
        ),
    ],
)
def test_refusals(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(AHPError) as raised:
        refused()
    assert str(raised.value) == message
    assert isinstance(raised.value, ahp.EvaluationError | ahp.OptionError)
