"""One tolerance for ties, and one rule for ranks, wherever something is ranked."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ahp
from ahp.tolerance import TIE_RTOL, falling_order, rank_spans, ranked, shared_ranks

NAN = math.nan

NEAR = 0.3 * (1 - 5e-9)
"""Tied with 0.3."""


@pytest.mark.parametrize(
    ("values", "order", "ranks"),
    [
        ([0.2, 0.5, 0.3], [1, 2, 0], [3, 1, 2]),
        ([0.2, 0.3, 0.3, 0.1], [1, 2, 0, 3], [3, 1, 1, 4]),
        ([0.4, 0.3, 0.3, 0.2], [0, 1, 2, 3], [1, 2, 2, 4]),
        ([1 / 3, np.nextafter(1 / 3, 1), 1 / 3], [0, 1, 2], [1, 1, 1]),
        ([0.1, 0.3 * (1 - 0.9e-8), 0.3, 0.3 * (1 - 0.5e-8)], [1, 2, 3, 0], [4, 1, 1, 1]),
        ([0.3 * (1 - 1.1e-8), 0.3], [1, 0], [2, 1]),
        ([0.3 * (1 - 0.9e-8), 0.3], [0, 1], [1, 1]),
        ([1e-12 * (1 - 1.1e-8), 1e-12], [1, 0], [2, 1]),  # relative, whatever the size
        ([0.3 * (1 - 1.6e-8), 0.3 * (1 - 0.8e-8), 0.3], [0, 1, 2], [1, 1, 1]),  # by neighbors
        ([-2.0, -1.0, -1.0], [1, 2, 0], [3, 1, 1]),
        ([NAN, 0.1, NAN, 0.9], [3, 1, 0, 2], [3, 2, 4, 1]),
        ([NAN, NAN], [0, 1], [1, 2]),
        ([0.0, 0.0, 1.0], [2, 0, 1], [2, 2, 1]),
        ([1.0], [0], [1]),
        ([], [], []),
    ],
)
def test_order_and_ranks(values: list[float], order: list[int], ranks: list[int]) -> None:
    assert falling_order(values).tolist() == order
    assert shared_ranks(values).tolist() == ranks
    names = "abcd"[: len(values)]
    found = ranked(dict(zip(names, values, strict=True)))
    assert list(found.items()) == [(names[k], ranks[k]) for k in order]


def test_a_batch_is_ranked_row_by_row() -> None:
    batch = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [1, 1, 1]])
    assert falling_order(batch).tolist() == [[1, 2, 0], [0, 1, 2], [0, 1, 2]]
    assert shared_ranks(batch).tolist() == [[3, 1, 2], [1, 1, 3], [1, 1, 1]]
    first, size = rank_spans(batch)
    assert first.tolist() == [[2, 0, 1], [0, 0, 2], [0, 0, 0]]
    assert size.tolist() == [[1, 1, 1], [2, 2, 1], [3, 3, 3]]


TREE = ahp.Hierarchy("goal", {"goal": ("a", "b")})


@pytest.mark.parametrize(("gap", "tied"), [(0.9, True), (1.1, False)])
def test_what_ties_in_one_function_ties_in_all(gap: float, tied: bool) -> None:
    share = gap * TIE_RTOL
    pair = np.array([1 - share, 1.0]) / (2 - share)
    assert (ranked({"a": pair[0], "b": pair[1]}) == {"a": 1, "b": 1}) is tied
    # tied for all experts: W has no meaning
    assert math.isnan(ahp.kendall_w([pair, pair]).w) is tied
    apart = ahp.PairwiseMatrix.from_upper([pair[0] / pair[1]])
    assert (ahp.order_preservation(apart).preferences.asked == 0) is tied
    assert (
        ahp.simulate_matrix(
            apart, seed=1, draws=1, perturbation="lognormal", spread=0
        ).rank_probability.tolist()
        == [[0.5, 0.5], [0.5, 0.5]]
    ) is tied
    at_once = ahp.stability_interval(TREE, {"goal": pair}, "a")
    assert (at_once.lower == at_once.upper == at_once.weight) is tied
    # a copy of the first alternative: an order that was no tie may reverse
    spread = ahp.judgment_spread([[pair[0] / pair[1]]])
    assert (spread.share_equal.tolist() == [1]) is tied


def test_a_tie_is_no_rank_reversal() -> None:
    local = [[0.3, 0.1], [NEAR, 0.1 * (1 + 4e-9)], [0.4, 0.8]]
    report = ahp.rank_reversal_report([0.5, 0.5], local)
    assert report.reversals == ()
