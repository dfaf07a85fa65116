"""TOPSIS, grey relational grades, rank-sum ratios, geometric means, and where methods disagree."""

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
    Target,
    competition_ranks,
    entropy_weights,
    grey_relational,
    rank_sum_ratio,
    topsis,
    weighted_geometric_mean,
)
from ahp.matrix import Float
from tests.evaluation.printed import CASES, assert_printed, assert_recomputed, inputs

SUPPLIERS = "grey-01-suppliers"
OPRICOVIC = "topsis-02-opricovic2004"
ERSOY = "topsis-04-ersoy2021"
MATERNAL = "rsr-01-maternal"
EQUAL = [0.5, 0.5]


def equal(count: int) -> Float:
    return np.full(count, 1 / count)


def test_printed_topsis() -> None:
    case = inputs("topsis-01-tzeng2011")
    found = topsis(case["matrix"], case["weights"], case["types"])
    assert_printed(found, "topsis-01-tzeng2011", "c")
    assert_recomputed(found, "topsis-01-tzeng2011", "c")


def test_the_normalization_decides_who_is_first() -> None:
    case = inputs(OPRICOVIC)
    given_ = case["matrix"], case["weights"], case["types"]
    assert_printed(topsis(*given_, "minmax"), OPRICOVIC, "c")
    assert_recomputed(topsis(*given_), OPRICOVIC, "c_vector_norm")


def test_full_weights_go_on() -> None:
    """With the printed three digits of the weights, the third digit of the result is another."""
    case = inputs(ERSOY)
    weights = entropy_weights(case["matrix"])
    assert_printed(topsis(case["matrix"], weights, case["types"]), ERSOY, "c")
    rounded = CASES["ent-03-ersoy2021"]["expected"]["w"]
    found = topsis(case["matrix"], rounded, case["types"])
    assert_recomputed(found, ERSOY, "c_with_rounded_weights")


def test_graduate_schools_with_an_interval() -> None:
    """司守奎 et al., 数学建模算法与应用: 5 to 6 is best, below 2 and above 12 worth nothing."""
    table = [
        [0.1, 5, 5000, 4.7],
        [0.2, 6, 6000, 5.6],
        [0.4, 7, 7000, 6.7],
        [0.9, 10, 10000, 2.3],
        [1.2, 2, 400, 1.8],
    ]
    interval = Target(5, 6, tolerance=3, tolerance_above=6)
    found = topsis(table, [0.2, 0.3, 0.4, 0.1], [1, interval, 1, -1])
    closeness = [1, 1, 5 / 6, 1 / 3, 0]
    columns = np.column_stack([np.array(table)[:, [0]], closeness, np.array(table)[:, 2:]])
    columns = columns / np.linalg.norm(columns, axis=0) * [0.2, 0.3, 0.4, -0.1]
    to_best, to_worst = (
        np.linalg.norm(columns - end, axis=1) for end in (columns.max(axis=0), columns.min(axis=0))
    )
    assert found == pytest.approx(to_worst / (to_best + to_worst), rel=1e-13)
    assert competition_ranks(found).tolist() == [4, 3, 2, 1, 5]


def test_targets_without_a_tolerance_reach_to_the_farthest_unit() -> None:
    table = np.array([[6.0, 1], [7.5, 2], [9, 3]])
    closeness = np.column_stack([[0.5, 0.75, 0], table[:, 1]])
    target = [Target(7, 7), 1]
    assert topsis(table, EQUAL, target) == pytest.approx(topsis(closeness, EQUAL))
    assert grey_relational(table, EQUAL, target) == pytest.approx([0.5, 0.75, 0.7])
    ranks = rank_sum_ratio(table, EQUAL, target)
    assert ranks.tolist() == pytest.approx([1.5 / 3, 2.5 / 3, 2 / 3])


def test_printed_grey_relational_grades() -> None:
    case = inputs(SUPPLIERS)
    w = equal(9)
    assert_printed(grey_relational(case["matrix"], w, case["types"]), SUPPLIERS, "r")
    spread = grey_relational(case["matrix"], w, case["types"], 0.1)
    assert_recomputed(spread, SUPPLIERS, "r_rho_01")


def test_smaller_rho_spreads_more_and_can_change_places() -> None:
    """The sentence in print that a larger ρ tells units apart better is wrong."""
    case = inputs(SUPPLIERS)
    half, tenth = (
        grey_relational(case["matrix"], equal(9), case["types"], rho) for rho in (0.5, 0.1)
    )
    assert np.ptp(tenth) > np.ptp(half)
    assert competition_ranks(half)[[2, 3]].tolist() == [2, 1]
    assert competition_ranks(tenth)[[2, 3]].tolist() == [1, 2]


def test_printed_rank_sum_ratios() -> None:
    case = inputs(MATERNAL)
    found = rank_sum_ratio(case["matrix"], equal(3), case["types"])
    assert_printed(found, MATERNAL, "rsr")
    assert_recomputed(found, MATERNAL, "rsr")
    assert competition_ranks(found)[[0, 4]].tolist() == [4, 4]


def test_ties_share_the_mean_of_their_ranks() -> None:
    found = rank_sum_ratio([[1], [2], [2], [3]], [1.0])
    assert found.tolist() == [0.25, 0.625, 0.625, 1.0]


def borda(profile: list[list[Any]], items: str) -> list[float]:
    """Σ votes · places above the last, by the rank-sum ratio of the orders voted for."""
    orders = [[item for item in order if item in items] for _, order in profile]
    votes = np.array([count for count, _ in profile])
    places = [[order.index(item) for order in orders] for item in items]
    ratio = rank_sum_ratio(places, votes / votes.sum(), -1)
    return list(votes.sum() * (len(items) * ratio - 1))


def test_borda_counts() -> None:
    profile = inputs("oecd-06-borda")["profile"]
    assert_printed(borda(profile, "abcd"), "oecd-06-borda", "score_abcd")


def test_a_unit_less_turns_all_the_others_around() -> None:
    case = inputs("oecd-07-borda-reversal")
    whole = borda(case["profile"], "abcd")
    rest = borda(case["profile"], "abc")
    assert_printed(whole, "oecd-07-borda-reversal", "with_d_abcd")
    assert_printed(rest, "oecd-07-borda-reversal", "without_d_abc")
    assert competition_ranks(whole)[:3].tolist() == [1, 2, 3]
    assert competition_ranks(rest).tolist() == [3, 2, 1]


def test_printed_ranks_by_geometric_mean() -> None:
    """The print lists Singapore before Canada and Australia, the table of the data after them."""
    case = "oecd-04-table38-geometric"
    given_ = inputs(case)
    ranks = competition_ranks(weighted_geometric_mean(given_["data"], equal(8)))
    printed_order = [*range(7), 9, 7, 8, *range(10, 23)]
    moved = [given_["countries"][k] for k in printed_order[7:10]]
    assert moved == ["Singapore", "Canada", "Australia"]
    assert_printed(ranks[printed_order], case, "GME")


def test_geometric_means_with_zeros() -> None:
    assert weighted_geometric_mean([0, 90], [0, 1]) == pytest.approx(90)
    assert weighted_geometric_mean([0, 90], [0.1, 0.9]) == 0
    assert weighted_geometric_mean([[0, 0], [4, 9]], EQUAL) == pytest.approx([0, 6])


def test_geometric_means_of_many_draws() -> None:
    rng = np.random.default_rng(7)
    scores, weights = rng.uniform(0, 100, (60, 18)), rng.dirichlet(np.ones(18), 500)
    scores[3, 5] = 0
    found = weighted_geometric_mean(scores, weights)
    assert found.shape == (500, 60)
    assert (found[:, 3] == 0).all()
    assert (found[77] == weighted_geometric_mean(scores, weights[77])).all()
    unit = pd.Series({"x": 4.0, "y": 9.0})
    assert weighted_geometric_mean(unit, {"y": 0.5, "x": 0.5}) == pytest.approx(6)


METHODS: dict[str, Callable[..., Any]] = {
    "vector": topsis,
    "minmax": lambda *given_: topsis(*given_, normalization="minmax"),
    "grey": grey_relational,
    "rsr": rank_sum_ratio,
}


@st.composite
def tables(draw: st.DrawFn) -> Float:
    units, indicators = draw(st.integers(2, 7)), draw(st.integers(1, 5))
    row = st.lists(st.integers(-1000, 1000), min_size=indicators, max_size=indicators)
    return np.array(draw(st.lists(row, min_size=units, max_size=units)), dtype=float)


@pytest.mark.parametrize("method", METHODS)
@given(table=tables(), data=st.data())
def test_scales_of_indicators_do_not_matter(method: str, table: Float, data: st.DataObject) -> None:
    n = table.shape[1]
    directions = data.draw(st.lists(st.sampled_from([1, -1]), min_size=n, max_size=n))
    powers = st.lists(st.integers(-6, 6), min_size=n, max_size=n)
    scaled = table * 10.0 ** np.array(data.draw(powers))
    if (table == table[0]).all() and method != "rsr":
        with pytest.raises(ahp.EvaluationError) as raised:
            METHODS[method](scaled, equal(n), directions)
        assert raised.value.code == "units_alike"
        return
    found = METHODS[method](table, equal(n), directions)
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    assert METHODS[method](scaled, equal(n), directions) == pytest.approx(found, abs=1e-9)
    order = np.array(data.draw(st.permutations(range(len(table)))))
    assert METHODS[method](table[order], equal(n), directions) == pytest.approx(found[order])


@pytest.mark.parametrize("method", METHODS)
def test_draws_of_weights_at_once(method: str) -> None:
    rng = np.random.default_rng(3)
    table, weights = rng.uniform(1, 9, (6, 4)), rng.dirichlet(np.ones(4), 40)
    found = METHODS[method](table, weights, [1, -1, 1, -1])
    assert found.shape == (40, 6)
    assert (found[17] == METHODS[method](table, weights[17], [1, -1, 1, -1])).all()


@pytest.mark.parametrize("method", METHODS)
def test_an_indicator_that_is_the_same_for_all_changes_no_order(method: str) -> None:
    table = np.array([[1.0, 5], [3, 5], [2, 5]])
    found = METHODS[method](table, EQUAL)
    assert competition_ranks(found).tolist() == [3, 1, 2]
    assert np.isfinite(found).all()
    zeros = METHODS[method](table * [1, 0], EQUAL)
    assert zeros == pytest.approx(found)


@pytest.mark.parametrize("method", METHODS)
def test_weights_and_directions_are_joined_by_label(method: str) -> None:
    frame = pd.DataFrame({"late": [1.0, 3, 2], "done": [5.0, 4, 9]}, index=["n", "s", "w"])
    directions = {"done": 1, "late": -1}
    found = METHODS[method](frame, pd.Series({"done": 0.7, "late": 0.3}), directions)
    assert (found == METHODS[method](frame.to_numpy(), [0.3, 0.7], [-1, 1])).all()


def test_two_units_are_best_and_worst() -> None:
    assert topsis([[1, 1], [2, 2]], EQUAL).tolist() == [0, 1]
    assert grey_relational([[1, 1], [2, 2]], EQUAL) == pytest.approx([1 / 3, 1])


FRAME = pd.DataFrame({"found": [95.0, 80, 70], "fixed": [60.0, 80, 88]})
ALIKE = "matrix: no two units differ in an indicator that counts, expected two that do"
ONE_UNIT = (
    "matrix of shape (1, 2), expected (..., units, columns) with 2 or more units and a column "
    "or more"
)


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        *((lambda method=method: method([[1, 2]], EQUAL), ONE_UNIT) for method in METHODS.values()),
        (lambda: topsis([[1, 2], [1, 2]], EQUAL), ALIKE),
        (lambda: topsis([[1, 2], [1, 3]], [1, 0]), ALIKE),
        (lambda: topsis([[0, 0], [0, 0]], EQUAL), ALIKE),
        (lambda: grey_relational([[1, 2], [1, 2]], EQUAL), ALIKE),
        (
            lambda: topsis([[1, 2], [3, 4]], EQUAL, normalization="sum"),
            "normalization = 'sum', expected one of 'vector', 'minmax'",
        ),
        (
            lambda: grey_relational([[1, 2], [3, 4]], EQUAL, rho=0),
            "rho = 0, expected a number above 0, to 1",
        ),
        (
            lambda: topsis([[1, 2], [3, np.nan]], EQUAL),
            "matrix[1, 1] = nan, expected a number from -1e+100 to 1e+100",
        ),
        (
            lambda: rank_sum_ratio([[1, 2], [3, 4]], [0.5, 0.4]),
            "weights have the sum 0.9, expected 1",
        ),
        (
            lambda: rank_sum_ratio([[1, 2], [3, 4]], EQUAL, [1]),
            "directions of 1 indicators, expected 2",
        ),
        (
            lambda: topsis(FRAME, {"found": 0.5, "fixed": 0.4, "more": 0.1}),
            "weights: label 'more', expected 'found', 'fixed' as in the columns",
        ),
        (
            lambda: weighted_geometric_mean([[1, -2]], EQUAL),
            "scores[0, 1] = -2, expected a number from 0 to 1e+100",
        ),
        (
            lambda: weighted_geometric_mean([[1], [1, 2]], EQUAL),
            "scores = [[1], [1, 2]], expected numbers",
        ),
        (
            lambda: weighted_geometric_mean([], EQUAL),
            "scores of shape (1, 0), expected (..., units, columns) with 1 or more units and a "
            "column or more",
        ),
        (
            lambda: topsis({"late": [1, 2], "done": [3, 4]}, EQUAL),
            "matrix = {'late': [1, 2], 'done': [3, 4]}, expected numbers",
        ),
        (lambda: weighted_geometric_mean([1, 2], [1, 1]), "weights have the sum 2, expected 1"),
    ],
)
def test_refusals(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(AHPError) as raised:
        refused()
    assert str(raised.value) == message
    assert isinstance(raised.value, ahp.EvaluationError | ahp.OptionError)
