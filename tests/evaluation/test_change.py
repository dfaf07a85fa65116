"""What performance and what weights did to a total."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from ahp.evaluation import split_change


def test_one_more_point_of_which_some_was_lost_by_weights() -> None:
    performance, weights = split_change([0.6, 0.4], [83, 68], [0.5, 0.5], [85.5, 70.5])
    assert math.fsum(performance) == 2.5
    assert math.fsum(weights) == pytest.approx(-1.5, abs=1e-14)
    performance, weights = split_change(["0.6", "0.4"], [83, 68], ["0.5", "0.5"], ["85.5", "70.5"])
    assert performance.tolist() == [Fraction(11, 8), Fraction(9, 8)]
    assert weights.tolist() == [Fraction(-337, 40), Fraction(277, 40)]
    assert (sum(performance), sum(weights)) == (Fraction(5, 2), Fraction(-3, 2))


def test_a_total_can_fall_while_every_indicator_rises() -> None:
    performance, weights = split_change(
        [Decimal("0.8"), Decimal("0.2")], [90, 60], [Decimal("0.2"), Decimal("0.8")], [92, 63]
    )
    assert all(effect > 0 for effect in performance)
    assert sum(performance) + sum(weights) == Fraction("68.8") - 84
    assert (sum(performance), sum(weights)) == (Fraction("2.5"), Fraction("-17.7"))


@st.composite
def periods(draw: st.DrawFn) -> tuple[list[Decimal], ...]:
    n = draw(st.integers(1, 6))
    found = []
    for _ in range(2):
        cuts = sorted(draw(st.lists(st.integers(0, 10**6), min_size=n - 1, max_size=n - 1)))
        ends = [0, *cuts, 10**6]
        found.append([Decimal(ends[k + 1] - ends[k]).scaleb(-6) for k in range(n)])
        scores = st.integers(0, 10**6).map(lambda number: Decimal(number).scaleb(-4))
        found.append(draw(st.lists(scores, min_size=n, max_size=n)))
    return tuple(found)


def total(weights: list[Decimal], scores: list[Decimal]) -> Fraction:
    return sum(
        (Fraction(w) * Fraction(s) for w, s in zip(weights, scores, strict=True)), Fraction()
    )


@given(periods())
def test_effects_add_up_to_the_change(given_: tuple[list[Decimal], ...]) -> None:
    w0, s0, w1, s1 = given_
    change = total(w1, s1) - total(w0, s0)
    performance, weights = split_change(*given_)
    assert sum(performance) + sum(weights) == change
    floats = split_change(*(np.array(each, dtype=float) for each in given_))
    assert math.fsum(np.concatenate(floats)) == pytest.approx(float(change), abs=1e-11)
    back, _ = split_change(w1, s1, w0, s0)
    assert (back == -performance).all()


def test_draws_at_once_and_labels() -> None:
    rng = np.random.default_rng(4)
    drawn = rng.dirichlet(np.ones(3), (20, 1))
    scores = rng.uniform(0, 100, (5, 3))
    performance, weights = split_change([0.2, 0.3, 0.5], scores, drawn, scores + 1)
    assert performance.shape == weights.shape == (20, 5, 3)
    assert performance.sum(axis=-1) == pytest.approx(1)
    before, after = pd.Series({"x": 0.6, "y": 0.4}), {"y": 0.5, "x": 0.5}
    named = split_change(before, {"y": 68, "x": 83}, after, [85.5, 70.5])
    plain = split_change([0.6, 0.4], [83, 68], [0.5, 0.5], [85.5, 70.5])
    assert [each.tolist() for each in named] == [each.tolist() for each in plain]


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (
            lambda: split_change([0.6, 0.5], [1, 1], [0.5, 0.5], [1, 1]),
            "weights before have the sum 1.1, expected 1",
        ),
        (
            lambda: split_change(["0.6", "0.4"], [1, 1], ["0.6", "0.5"], [1, 1]),
            "weights after have the sum 1.1, expected 1",
        ),
        (
            lambda: split_change([1.5, -0.5], [1, 1], [0.5, 0.5], [1, 1]),
            "weights before[1] = -0.5, expected a number from 0 to 1e+100",
        ),
        (
            lambda: split_change([1], [1], [1], [1, 2]),
            "scores after of shape (2,), expected as many as the scores before, of shape (1,)",
        ),
        (
            lambda: split_change([1], [np.nan], [1], [1]),
            "scores before[0] = nan, expected a number from -1e+100 to 1e+100",
        ),
        (
            lambda: split_change(["1"], ["n/a"], ["1"], ["1"]),
            "'n/a', expected a finite number up to 1e100 with 400 decimals at most",
        ),
        (
            lambda: split_change([1], [[1], [2]], [1], [[1], [2], [3]]),
            "scores after of shape (3, 1), expected (..., n) with leading axes that broadcast "
            "with (2,)",
        ),
        (
            lambda: split_change({"x": 1}, {"y": 1}, [1], [1]),
            "scores before: label 'y', expected 'x' as in the weights before",
        ),
    ],
)
def test_refusals(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(ahp.EvaluationError) as raised:
        refused()
    assert str(raised.value) == message
