"""Weights from the data, and their combination."""

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
    COMBINATIONS,
    Target,
    combine_weights,
    critic_weights,
    entropy_weights,
    game_theory_shares,
    variation_weights,
)
from ahp.evaluation.directions import min_max
from ahp.matrix import Float
from tests.evaluation.printed import assert_printed, assert_recomputed, inputs

ENTROPIES = ("ent-01-xu2004", "ent-03-ersoy2021", "ent-05-elsayed2017")
CRITIC = "critic-02-tus2019"
COMBINED = "comb-02-four-combinations"
WATER = "water-02-entropy"
BOTH = [inputs(COMBINED)["ws"], inputs(COMBINED)["wo"]]


@pytest.mark.parametrize("case", ENTROPIES)
def test_printed_entropy_weights(case: str) -> None:
    found = entropy_weights(inputs(case)["matrix"])
    assert_printed(found, case, "w")
    assert_recomputed(found, case, "w")


def test_a_nearly_constant_indicator_keeps_its_small_weight() -> None:
    assert entropy_weights(inputs("ent-01-xu2004")["matrix"])[3] == pytest.approx(
        3.308e-6, rel=1e-3
    )
    assert entropy_weights([[1, 1], [2, 1 + 1e-9]])[1] == pytest.approx(2.2072e-18, rel=1e-4)


def test_entropy_is_blind_to_direction() -> None:
    passed = np.array([[0.9, 80], [0.8, 60], [0.95, 90], [0.7, 40]])
    failed = np.column_stack([1 - passed[:, 0], passed[:, 1]])
    assert entropy_weights(passed)[0].round(3) == 0.135
    assert entropy_weights(failed)[0].round(3) == 0.810


def rivers() -> Float:
    """The columns on 0 … 1."""
    table = np.column_stack([inputs(WATER)[name] for name in ("O2", "PH", "germ", "nutrient")])
    return min_max(table, [1, Target(7, 7), -1, Target(10, 20)])


def test_rivers_with_zeros() -> None:
    """The treatment of zeros moves the third digit. In the print the two columns with targets have
    .002 in place of 0, and .998 in place of 1 as well.
    """
    scaled = rivers()
    assert_recomputed(entropy_weights(scaled), WATER, "w (0 ln 0 = 0)")
    whole = (scaled - scaled.min(axis=0)) / np.ptp(scaled, axis=0)
    name = "w (all columns rescaled to [.002,.998])"
    assert_recomputed(entropy_weights(0.002 + 0.996 * whole), WATER, name)
    ends = np.where(scaled == 0, 0.002, np.where(scaled == 1, 0.998, scaled))
    assert_recomputed(entropy_weights(ends), WATER, "w (0->.002 and 1->.998)")
    directed, inside = [True, False, True, False], 0.002 + 0.996 * scaled
    partly = entropy_weights(np.where(directed, inside, scaled))
    assert_recomputed(partly, WATER, "w (only +/- columns rescaled, others as is)")
    assert_printed(entropy_weights(np.where(directed, inside, ends)), WATER, "w")


def test_critic() -> None:
    case = inputs("critic-01-diakoulaki1995")
    assert_printed(critic_weights(case["matrix"], case["types"]), "critic-01-diakoulaki1995", "w")


def test_critic_with_and_without_direction() -> None:
    """The print leaves out that the first indicator is a cost."""
    case = inputs(CRITIC)
    assert_printed(critic_weights(case["matrix"]), CRITIC, "w")
    found = critic_weights(case["matrix"], case["types_of_paper"])
    assert_recomputed(found, CRITIC, "w_with_direction")


def test_printed_weights_by_variation() -> None:
    found = variation_weights(inputs("cv-01-shuai2012")["matrix"])
    assert_printed(found, "cv-01-shuai2012", "w")
    assert_recomputed(found, "cv-01-shuai2012", "w")


def test_printed_combinations() -> None:
    alpha = inputs(COMBINED)["alpha"]
    linear = combine_weights(BOTH, "linear", [alpha, 1 - alpha])
    assert_printed(linear, COMBINED, "linear")
    assert_printed(combine_weights(BOTH, "product"), COMBINED, "multiplicative")
    assert_printed(combine_weights(BOTH, "geometric"), COMBINED, "geometric")
    assert_printed(combine_weights(BOTH, "game_theory"), COMBINED, "game")
    assert_recomputed(game_theory_shares(BOTH), COMBINED, "game_alpha")
    assert combine_weights(BOTH).tolist() == pytest.approx([0.325, 0.25, 0.25, 0.175])


def test_equal_weights_get_no_share_in_the_game() -> None:
    vectors = inputs("trap-game-1")["W"]
    assert_printed(game_theory_shares(vectors), "trap-game-1", "alpha")
    found = combine_weights(vectors, "game_theory")
    assert_recomputed(found, "trap-game-1", "w")


def test_equal_vectors_share_the_game() -> None:
    assert game_theory_shares([BOTH[0]] * 2) == pytest.approx([0.5, 0.5])
    assert combine_weights([BOTH[0]] * 3, "game_theory") == pytest.approx(BOTH[0])
    assert game_theory_shares([BOTH[0]]).tolist() == [1.0]


@pytest.mark.parametrize("method", COMBINATIONS)
def test_vectors_are_scaled_first(method: str) -> None:
    percent = [[40, 30, 20, 10], [2.5, 2.0, 3.0, 2.5]]
    assert combine_weights(percent, method) == pytest.approx(combine_weights(BOTH, method))


def test_labeled_vectors_are_joined() -> None:
    first = pd.Series({"x": 0.7, "y": 0.3})
    assert combine_weights([first, pd.Series({"y": 0.5, "x": 0.5})]) == pytest.approx([0.6, 0.4])


def test_zero_times_its_logarithm_is_zero() -> None:
    found = entropy_weights([[0, 1], [0, 2], [6, 3]])
    three = np.array([1, 2, 3]) / 6
    information = 1 + (three * np.log(three)).sum() / np.log(3)
    assert found == pytest.approx([1 / (1 + information), information / (1 + information)])


@pytest.mark.parametrize("function", [entropy_weights, variation_weights, critic_weights])
def test_an_indicator_that_is_the_same_for_all_weighs_nothing(function: Any) -> None:
    table = np.array([[1.0, 3, 5, 0], [2, 1, 5, 0], [4, 2, 5, 0]])
    found = function(table)
    assert found[2:].tolist() == [0, 0]
    assert found[:2] == pytest.approx(function(table[:, :2]))
    assert function(table[:, [0, 2]]).tolist() == [1, 0]
    assert function(table[:, :1]).tolist() == [1]
    rounding = table.copy()
    rounding[:, 2] = [0.1 + 0.2, 0.3, 0.3]
    assert (function(rounding) == found).all()


def test_two_units() -> None:
    assert entropy_weights([[1, 1], [3, 3]]).tolist() == [0.5, 0.5]
    assert variation_weights([[1, 1], [3, 3]]).tolist() == [0.5, 0.5]
    assert critic_weights([[1, 3], [3, 1]]).tolist() == [0.5, 0.5]


def test_targets_in_critic() -> None:
    """Their columns are on 0 … 1 already, and stay."""
    table = np.array([[1.0, 3], [2, 7], [4, 5], [3, 9]])
    scaled = np.column_stack([(table[:, 0] - 1) / 3, 1 - np.abs(table[:, 1] - 6) / 3])
    information = scaled.std(axis=0) * (1 - np.corrcoef(scaled.T)[0, 1])
    found = critic_weights(table, [1, Target(6, 6)])
    assert found == pytest.approx(information / information.sum())


@st.composite
def tables(draw: st.DrawFn) -> Float:
    units, indicators = draw(st.integers(3, 7)), draw(st.integers(2, 5))
    row = st.lists(st.integers(0, 1000), min_size=indicators, max_size=indicators)
    return np.array(draw(st.lists(row, min_size=units, max_size=units)), dtype=float)


def outcome(function: Any, table: Float) -> tuple[Float, str]:
    """Weights, or what was refused."""
    try:
        return function(table), ""
    except ahp.EvaluationError as error:
        return np.empty(0), str(error)


@given(tables(), st.data())
@pytest.mark.parametrize("function", [entropy_weights, variation_weights, critic_weights])
def test_units_of_measurement_do_not_matter(
    function: Any, table: Float, data: st.DataObject
) -> None:
    powers = st.lists(st.integers(-6, 6), min_size=table.shape[1], max_size=table.shape[1])
    scale = 10.0 ** np.array(data.draw(powers))
    found, refused = outcome(function, table)
    scaled, again = outcome(function, table * scale)
    assert refused == again
    if refused:
        return
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert (found >= 0).all()
    assert scaled == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("function", [entropy_weights, variation_weights, critic_weights])
def test_a_batch_is_what_its_tables_are(function: Any) -> None:
    batch = np.random.default_rng(2).uniform(1, 9, (5, 6, 3))
    assert function(batch) == pytest.approx(np.array([function(table) for table in batch]))


FRAME = pd.DataFrame({"x": [1.0, 2.0], "y": [2.0, 1.0]})


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (
            lambda: entropy_weights([[1, -2], [3, 4]]),
            "matrix[0, 1] = -2, expected a number from 0 to 1e+100",
        ),
        (
            lambda: variation_weights([[1, -2], [3, 4]]),
            "matrix[0, 1] = -2, expected a number from 0 to 1e+100",
        ),
        (
            lambda: entropy_weights([[1, 2]]),
            "matrix of shape (1, 2), expected (..., units, columns) with 2 or more units and a "
            "column or more",
        ),
        (
            lambda: critic_weights([1, 2]),
            "matrix of shape (2,), expected (..., units, columns) with 2 or more units and a "
            "column or more",
        ),
        (
            lambda: entropy_weights([[1, 2], [1, 2]]),
            "matrix: no two units differ in an indicator that counts, expected two that do",
        ),
        (
            lambda: variation_weights([[[1, 2], [1, 3]], [[1, 2], [1, 2]]]),
            "matrix[1]: no two units differ in an indicator that counts, expected two that do",
        ),
        (
            lambda: critic_weights([[0, 0], [0, 0]]),
            "matrix: no two units differ in an indicator that counts, expected two that do",
        ),
        (
            lambda: critic_weights([[1, 2], [2, 4], [3, 6]]),
            "matrix: all indicators rise and fall together, expected two that differ in what "
            "they say of the units",
        ),
        (
            lambda: critic_weights(FRAME, {"x": 1}),
            "directions: no label 'y', expected 'x', 'y' as in the columns",
        ),
        (lambda: critic_weights(FRAME, [1, 2]), "directions[1] = 2, expected 1, -1 or a Target"),
        (
            lambda: combine_weights(BOTH, "game"),
            "method = 'game', expected one of 'linear', 'product', 'geometric', 'game_theory'",
        ),
        (
            lambda: combine_weights(BOTH, "product", [0.5, 0.5]),
            "shares for method 'product', expected them for 'linear' alone",
        ),
        (lambda: combine_weights(BOTH, shares=[0.6, 0.6]), "shares have the sum 1.2, expected 1"),
        (
            lambda: combine_weights(BOTH, shares=[1.0]),
            "shares of shape (1,), expected (2,), one for each vector",
        ),
        (
            lambda: combine_weights(BOTH, shares=[1.2, -0.2]),
            "shares[0] = 1.2, expected a number from 0 to 1",
        ),
        (
            lambda: combine_weights([[0, 0], [1, 1]]),
            "vectors[0] are all 0, expected a positive one",
        ),
        (lambda: combine_weights([[BOTH[0]]]), "vectors of shape (1, 1, 4), expected (k, n)"),
        (
            lambda: combine_weights([[1, 0], [0, 1]], "product"),
            "every item has weight 0 in one of the vectors, expected one with weight in all: "
            "their product is 0",
        ),
        (
            lambda: game_theory_shares([[0.5, 0.5, 0], [0.5, 0, 0.5], [0.5, 0.25, 0.25]]),
            "game theory: one of the weight vectors is a mixture of others, which leaves no "
            "solution; "
            "expected vectors that are independent, or equal",
        ),
        (
            lambda: game_theory_shares([[0.36, 0.34, 0.3], [0.9, 0.05, 0.05]]),
            "game theory: shares[0] = -0.115751, expected 0 or more; these weight vectors have "
            "no combination by game theory",
        ),
    ],
)
def test_refusals(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(AHPError) as raised:
        refused()
    assert str(raised.value) == message
    assert isinstance(raised.value, ahp.EvaluationError | ahp.OptionError)
