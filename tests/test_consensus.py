from __future__ import annotations

import dataclasses
import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster
from scipy.stats import friedmanchisquare

import ahp
from ahp import consensus
from ahp.consensus import KendallW, order_band
from ahp.matrix import Float
from ahp.scale import SAATY_POSITIONS, parse_judgment

NONE = math.nan


def extremes(n: int, largest: float) -> Float:
    """n experts, each extreme on another item."""
    weights = np.ones((n, n))
    np.fill_diagonal(weights, largest)
    return weights / (n + largest - 1)


@st.composite
def weight_panels(draw: st.DrawFn, least: int = 1) -> Float:
    k, n = draw(st.integers(least, 6)), draw(st.integers(2, 5))
    part = st.one_of(st.just(0.0), st.floats(0.01, 1))
    row = st.lists(part, min_size=n, max_size=n).filter(any)
    return np.array(draw(st.lists(row, min_size=k, max_size=k)))


@st.composite
def judgment_panels(draw: st.DrawFn) -> Float:
    k, p = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    cell = st.one_of(st.sampled_from([1 / 9, 1 / 3, 1.0, 2.0, 5.0, NONE]), st.floats(0.1, 10))
    row = st.lists(cell, min_size=p, max_size=p)
    return np.array(draw(st.lists(row, min_size=k, max_size=k)))


def close(found: Any, expected: Any, atol: float = 1e-12) -> bool:
    return np.allclose(found, expected, rtol=0, atol=atol, equal_nan=True)


# --- scale positions -----------------------------------------------------------------------------


def test_steps_of_the_scale() -> None:
    values = [parse_judgment(text) for text in SAATY_POSITIONS]
    assert ahp.scale_position(values).tolist() == list(range(8, -9, -1))
    assert ahp.position_judgment(np.arange(8, -9, -1)).tolist() == values
    assert ahp.scale_position(2.5) == 1.5
    assert ahp.position_judgment(-1.5) == 0.4
    assert np.isnan(ahp.scale_position([[NONE]])).tolist() == [[True]]
    assert np.isnan(ahp.position_judgment(NONE))


@given(position=st.floats(-1e6, 1e6))
def test_steps_and_judgments_are_inverse(position: float) -> None:
    judgment = ahp.position_judgment(position)
    assert ahp.scale_position(judgment) == pytest.approx(position, rel=1e-9, abs=1e-9)
    assert ahp.position_judgment(-position) == pytest.approx(1 / judgment, rel=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ahp.scale_position(0), "a = 0, expected a number from 1e-100 to 1e+100"),
        (lambda: ahp.scale_position([1, -2]), "a[1] = -2, expected a number from 1e-100 to 1e+100"),
        (lambda: ahp.scale_position("1/3"), "a = '1/3', expected numbers"),
        (lambda: ahp.position_judgment([math.inf]), "position[0] = inf, expected a finite number"),
    ],
)
def test_what_has_no_position(call: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        call()
    assert str(raised.value) == message


# --- consensus S* --------------------------------------------------------------------------------


def test_consensus_by_hand() -> None:
    # two experts on two items, w̄ = (.6, .4)
    def entropy(p: float) -> float:
        return -p * math.log(p) - (1 - p) * math.log(1 - p)

    found = ahp.group_consensus([[0.8, 0.2], [0.4, 0.6]])
    alpha, gamma = (entropy(0.8) + entropy(0.4)) / 2, entropy(0.6)
    floor = math.exp(entropy(0.9)) / 2  # 9/(2 + 8) = .9
    assert found.alpha == pytest.approx(alpha, rel=1e-15)
    assert found.gamma == pytest.approx(gamma, rel=1e-15)
    assert found.beta == pytest.approx(gamma - alpha, rel=1e-14)
    assert found.floor == pytest.approx(floor, rel=1e-15)
    expected = (math.exp(alpha - gamma) - floor) / (1 - floor)
    assert found.similarity == pytest.approx(expected, rel=1e-13)
    assert (found.experts, found.scale_max, found.version) == (2, 9, ahp.__version__)
    # weights 3 : 1, so that w̄ = (.7, .3)
    found = ahp.group_consensus([[0.8, 0.2], [0.4, 0.6]], [3, 1], scale_max=None)
    alpha, gamma = (3 * entropy(0.8) + entropy(0.4)) / 4, entropy(0.7)
    expected = (math.exp(alpha - gamma) - 0.5) / 0.5
    assert found.similarity == pytest.approx(expected, rel=1e-13)
    assert (found.floor, found.scale_max) == (0.5, None)


def test_the_floor_of_four_items() -> None:
    assert round(ahp.group_consensus([[1, 1, 1, 1]]).floor, 5) == 0.57735


@pytest.mark.parametrize("n", range(2, 10))
@pytest.mark.parametrize("scale", ahp.SCALES)
def test_extremes_of_every_scale(scale: str, n: int) -> None:
    # the largest values of the scales, as Goepel's tool has them
    maxima = {
        **dict.fromkeys(("linear", "inverse_linear", "balanced", "balanced_n"), 9),
        **dict.fromkeys(("adaptive", "adaptive_balanced"), 9 * (n - 1)),
        **{"logarithmic": math.log2(10), "root": 3, "power": 81, "geometric": 256},
    }
    largest = ahp.SCALES[scale].maximum(n)
    assert largest == pytest.approx(maxima[scale], rel=1e-14)
    split = extremes(n, largest)
    assert abs(ahp.group_consensus(split, scale_max=largest).similarity) <= 1e-12
    alike = np.broadcast_to(split[0], (5, n))
    assert close(ahp.group_consensus(alike, scale_max=largest).similarity, 1, 1e-14)
    assert ahp.group_consensus(split, scale_max=None).similarity > 0
    assert close(ahp.group_consensus(np.eye(n), scale_max=None).similarity, 0, 1e-14)
    assert ahp.group_consensus(np.eye(n), scale_max=largest).similarity < 0


def test_who_abstains_does_not_count() -> None:
    weights = np.array([[0.8, 0.2], [NONE, NONE], [0.4, 0.6]])
    found = ahp.group_consensus(weights)
    assert found.experts == 2
    assert found.similarity == ahp.group_consensus(weights[[0, 2]]).similarity
    zero = ahp.group_consensus([[0.8, 0.2], [0.1, 0.9], [0.4, 0.6]], [1, 0, 1])
    assert (zero.experts, zero.similarity) == (2, found.similarity)
    nobody = ahp.group_consensus([[NONE, NONE]])
    assert nobody.experts == 0
    assert all(np.isnan([nobody.alpha, nobody.beta, nobody.gamma, nobody.similarity]))


@given(weights=weight_panels(), data=st.data())
def test_properties_of_the_consensus(weights: Float, data: st.DataObject) -> None:
    k, n = weights.shape
    shares = st.one_of(st.just(0.0), st.floats(0.01, 1))
    given_weights = data.draw(st.lists(shares, min_size=k, max_size=k).filter(any))
    w = np.array(given_weights)
    found = ahp.group_consensus(weights, w, scale_max=None)
    assert -1e-12 <= found.similarity <= 1 + 1e-12
    assert found.alpha <= found.gamma + 1e-12 <= math.log(n) + 1e-11
    who = np.array(data.draw(st.permutations(range(k))))
    items = np.array(data.draw(st.permutations(range(n))))
    again = ahp.group_consensus(weights[who][:, items], w[who], scale_max=None)
    assert close(again.similarity, found.similarity)
    present = ahp.group_consensus(weights[w > 0], w[w > 0], scale_max=None)
    assert close(present.similarity, found.similarity)
    assert present.experts == found.experts == np.sum(w > 0)
    batch = ahp.group_consensus(np.stack([weights, weights[who]]), w)
    for index, one in enumerate((weights, weights[who])):
        alone = ahp.group_consensus(one, w)
        for name in ("alpha", "beta", "gamma", "similarity", "experts"):
            array = getattr(batch, name)
            assert array[index] == getattr(alone, name)
            assert not array.flags.writeable
    rows = ahp.group_consensus(weights, np.stack([w, np.ones(k)]))
    assert rows.similarity[1] == pytest.approx(ahp.group_consensus(weights).similarity, abs=1e-12)


@given(weights=weight_panels())
def test_pairwise_consensus(weights: Float) -> None:
    weights = np.vstack([weights, np.full(weights.shape[1], NONE)])
    found = ahp.pairwise_consensus(weights, scale_max=9)
    k = len(weights)
    assert np.array_equal(found, found.T, equal_nan=True)
    assert (np.diag(found)[:-1] == 1).all()
    assert np.isnan(found[-1]).all()
    for i in range(k - 1):
        for j in range(k - 1):
            pair = ahp.group_consensus(weights[[i, j]])
            assert close(found[i, j], pair.similarity)
    batch = ahp.pairwise_consensus(np.stack([weights, weights[::-1]]))
    assert np.array_equal(batch[0], found, equal_nan=True)
    assert np.array_equal(batch[1], found[::-1, ::-1], equal_nan=True)


def test_consensus_on_a_hierarchy() -> None:
    assert ahp.hierarchy_consensus([1, 0.7, 0.3], [0.8, 0.6, 0.9]) == pytest.approx(
        (0.8 + 0.42 + 0.27) / 2, rel=1e-15
    )
    assert ahp.hierarchy_consensus([1, 0.7, 0.3], [0.8, NONE, 0.9]) == pytest.approx(
        (0.8 + 0.27) / 1.3, rel=1e-15
    )
    found = ahp.hierarchy_consensus([[1, 1], [1, 0], [0, 1]], [0.5, NONE])
    assert found[:2].tolist() == [0.5, 0.5]
    assert np.isnan(found[2])
    assert np.isnan(ahp.hierarchy_consensus([1], [NONE]))


@pytest.mark.parametrize(
    ("similarity", "band"),
    [
        (-0.1, "very low"),
        (0.4999, "very low"),
        (0.5, "low"),
        (0.6499, "low"),
        (0.65, "moderate"),
        (0.7499, "moderate"),
        (0.75, "high"),
        (0.8499, "high"),
        (0.85, "very high"),
        (1 + 1e-15, "very high"),
    ],
)
def test_bands(similarity: float, band: str) -> None:
    assert ahp.consensus_band(similarity) == band


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ahp.group_consensus([[1], [1]]),
            "weights of shape (2, 1), expected (..., k, n) with two items or more",
        ),
        (
            lambda: ahp.group_consensus([0.5, 0.5]),
            "weights of shape (2,), expected (..., k, n) with an expert and an item or more",
        ),
        (
            lambda: ahp.group_consensus([[1, 1]], scale_max=1),
            "scale_max = 1, expected a number above 1, to 1e+100",
        ),
        (
            lambda: ahp.pairwise_consensus([[1, 1]], scale_max=math.inf),
            "scale_max = inf, expected a number above 1, to 1e+100",
        ),
        (
            lambda: ahp.group_consensus([[1, 1]], [1, 1]),
            "expert weights of shape (2,), expected (..., 1)",
        ),
        (
            lambda: ahp.hierarchy_consensus([1, 0.5], [0.5]),
            "node weights of shape (2,) for similarities of shape (1,), expected the same number "
            "of parents in both",
        ),
        (
            lambda: ahp.hierarchy_consensus([1, -0.5], [0.5, 0.5]),
            "node weights[1] = -0.5, expected a number from 0 to 1e+100",
        ),
        (
            lambda: ahp.hierarchy_consensus([1], [math.inf]),
            "similarities[0] = inf, expected a finite number, or NaN",
        ),
        (
            lambda: ahp.consensus_band(NONE),
            "similarity = nan, expected a finite number",
        ),
    ],
)
def test_consensus_of_what_does_not_fit(call: Any, message: str) -> None:
    with pytest.raises(ahp.AHPError) as raised:
        call()
    assert str(raised.value) == message
    option = message.startswith("scale_max")
    assert isinstance(raised.value, ahp.OptionError if option else ahp.MatrixError)


# --- Kendall's W ---------------------------------------------------------------------------------


def test_concordance_by_hand() -> None:
    # ranks 1 2 3 4; 1 3 2 4; 2 1 3 4: sums 4 6 8 12, mean 7.5, S = 12.25 + 2.25 + .25 + 20.25 = 35
    found = ahp.kendall_w([[0.1, 0.2, 0.3, 0.4], [1, 3, 2, 4], [2, 1, 5, 7]])
    assert found.w == pytest.approx(12 * 35 / (9 * 60), rel=1e-15)
    assert found.chi_square == pytest.approx(3 * 3 * 35 * 12 / 540, rel=1e-15)
    assert (found.df, found.experts, found.items) == (3, 3, 4)
    # with 3 degrees of freedom the tail is erfc(√(x/2)) + √(2x/π) exp(−x/2)
    x = 7.0
    tail = math.erfc(math.sqrt(x / 2)) + math.sqrt(2 * x / math.pi) * math.exp(-x / 2)
    assert found.p_value == pytest.approx(tail, rel=1e-12)
    assert ahp.kendall_w([[1, 2, 3]] * 4).w == 1
    assert ahp.kendall_w([[1, 2, 3], [3, 2, 1]]).w == 0


def test_concordance_with_ties_by_hand() -> None:
    # ranks 1 2.5 2.5 4; 1 2 3 4; 2 2 2 4: sums 4 6.5 7.5 12, mean 7.5 and S = 33.5;
    # T = 6 + 0 + 24 = 30
    found = ahp.kendall_w([[1, 2, 2, 3], [1, 2, 3, 4], [5, 5, 5, 6]])
    assert found.w == pytest.approx(12 * 33.5 / (9 * 60 - 3 * 30), rel=1e-15)
    # rounding is no order
    scores = [[0.1, 0.3, 0.1 + 0.2, 0.4], [1, 2, 3, 4], [5, 5 + 1e-12, 5 - 1e-12, 6]]
    assert ahp.kendall_w(scores).w == found.w


def test_rankings_with_gaps_are_left_out() -> None:
    found = ahp.kendall_w([[1, 2, 3], [NONE, 1, 2], [1, 2, 3], [NONE, NONE, NONE]])
    assert (found.experts, found.w) == (2, 1)


def test_who_ties_everything_says_nothing() -> None:
    found = ahp.kendall_w([[1, 1, 1], [2, 2, 2]])
    assert (found.df, found.experts, found.items) == (2, 2, 3)
    assert all(np.isnan([found.w, found.chi_square, found.p_value]))


@st.composite
def rankings(draw: st.DrawFn) -> list[list[int]]:
    k, n = draw(st.integers(2, 6)), draw(st.integers(2, 7))
    if draw(st.booleans()):
        row = st.permutations(range(n)).map(list)
    else:
        row = st.lists(st.integers(0, 3), min_size=n, max_size=n)
    return draw(st.lists(row, min_size=k, max_size=k))


@given(scores=rankings(), data=st.data())
def test_concordance_against_friedmans_test(scores: list[list[int]], data: st.DataObject) -> None:
    found = ahp.kendall_w(scores)
    k, n = np.shape(scores)
    if all(len(set(row)) == 1 for row in scores):
        assert np.isnan(found.w)
        return
    assert -1e-15 <= found.w <= 1 + 1e-15
    if n > 2:  # Friedman's test wants three
        chi_square, p_value = friedmanchisquare(*np.transpose(scores))
        assert found.w == pytest.approx(chi_square / (k * (n - 1)), rel=1e-12, abs=1e-12)
        assert found.chi_square == pytest.approx(chi_square, rel=1e-12, abs=1e-12)
        assert found.p_value == pytest.approx(p_value, rel=1e-9, abs=1e-12)
    who = data.draw(st.permutations(range(k)))
    items = data.draw(st.permutations(range(n)))
    again = ahp.kendall_w(np.array(scores)[np.ix_(who, items)])
    assert again.w == pytest.approx(found.w, rel=1e-12, abs=1e-12)
    assert ahp.kendall_w(-np.array(scores)).w == pytest.approx(found.w, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([1, 2], "scores of shape (2,), expected (k, n)"),
        (
            [[1, 2], [NONE, 1]],
            "1 complete rankings of 2 items, expected two or more of two or more",
        ),
        ([[1], [2]], "2 complete rankings of 1 items, expected two or more of two or more"),
        (
            [[1, 2], [1, math.inf]],
            "scores[1, 1] = inf, expected a number from -1e+100 to 1e+100, or NaN",
        ),
    ],
)
def test_rankings_that_do_not_fit(scores: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.kendall_w(scores)
    assert str(raised.value) == message


# --- variation and spread ------------------------------------------------------------------------


def test_variation_by_hand() -> None:
    # 2, 4, 6: mean 4, sd 2; 1, 3: mean 2, sd √2
    values = [[2, 1, 5, 0], [4, NONE, NONE, 0], [6, 3, NONE, 0]]
    found = ahp.coefficient_of_variation(values)
    assert found[:2] == pytest.approx([0.5, math.sqrt(2) / 2], rel=1e-15)
    assert np.isnan(found[2:]).all()
    assert not found.flags.writeable
    assert close(ahp.coefficient_of_variation(np.transpose(values), axis=1), found, 0)
    assert close(ahp.coefficient_of_variation(np.transpose(values), axis=-1), found, 0)
    assert ahp.coefficient_of_variation([2, 4, 6]) == 0.5
    assert close(ahp.coefficient_of_variation(np.stack([values, values]), axis=1)[1], found, 0)
    assert np.isnan(ahp.coefficient_of_variation([NONE, NONE]))


@pytest.mark.parametrize(
    ("values", "axis", "message"),
    [
        ([1, -1], 0, "values[1] = -1, expected a number from 0 to 1e+100, or NaN"),
        ([1, math.inf], 0, "values[1] = inf, expected a number from 0 to 1e+100, or NaN"),
        (1, 0, "values of shape (), expected an axis 0"),
        ([1, 2], 1, "values of shape (2,), expected an axis 1"),
    ],
)
def test_values_that_do_not_fit(values: Any, axis: int, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.coefficient_of_variation(values, axis)
    assert str(raised.value) == message


def test_spread_by_hand() -> None:
    judgments = [
        [1, 4, 3, NONE, NONE],
        [3, 4, 1 / 3, 2, NONE],
        [5, 4, 1, NONE, NONE],
        [1 / 3, 4, NONE, NONE, NONE],
    ]
    found = ahp.judgment_spread(judgments)
    assert found.count.tolist() == [4, 4, 3, 1, 0]
    # steps −2 0 2 4; 3 3 3 3; −2 0 2; 1
    assert close(found.median, [1, 3, 0, 1, NONE], 0)
    assert close(found.q1, [-0.5, 3, -1, 1, NONE], 0)
    assert close(found.q3, [2.5, 3, 1, 1, NONE], 0)
    assert close(found.iqr, [3, 0, 2, 0, NONE], 0)
    # ln 1, 3, 5, 1/3: mean ln 5/4; sd of 0, ln 3, ln 5, −ln 3
    mean = math.log(5) / 4
    squares = sum((math.log(a) - mean) ** 2 for a in (1, 3, 5, 1 / 3))
    assert close(found.log_sd, [math.sqrt(squares / 3), 0, math.log(3), NONE, NONE])
    assert close(found.share_left, [0.5, 1, 1 / 3, 1, NONE])
    assert close(found.share_equal, [0.25, 0, 1 / 3, 0, NONE])
    assert close(found.share_right, [0.25, 0, 1 / 3, 0, NONE])
    assert found.order.tolist() == [0, 2, 1, 3, 4]
    # the weights speak for the shares alone
    weighted = ahp.judgment_spread(judgments, [1, 2, 3, 4])
    assert close(weighted.share_left, [0.5, 1, 1 / 6, 1, NONE])
    assert close(weighted.share_equal, [0.1, 0, 0.5, 0, NONE])
    assert close(weighted.share_right, [0.4, 0, 1 / 3, 0, NONE])
    assert close(weighted.iqr, found.iqr, 0)
    assert close(weighted.log_sd, found.log_sd, 0)
    silent = ahp.judgment_spread([[2, 2], [NONE, 2]], [0, 1])
    assert close(silent.share_left, [NONE, 1], 0)
    for field in dataclasses.fields(found):
        if field.name != "version":
            assert not getattr(found, field.name).flags.writeable


@given(judgments=judgment_panels(), data=st.data())
def test_properties_of_the_spread(judgments: Float, data: st.DataObject) -> None:
    found = ahp.judgment_spread(judgments)
    who = np.array(data.draw(st.permutations(range(len(judgments)))))
    pairs = np.array(data.draw(st.permutations(range(judgments.shape[1]))))
    again = ahp.judgment_spread(judgments[np.ix_(who, pairs)])
    for name in ("count", "median", "q1", "q3", "iqr", "log_sd", "share_left", "share_right"):
        assert close(getattr(again, name), getattr(found, name)[pairs])
    total = found.share_left + found.share_equal + found.share_right
    assert close(total, np.where(found.count > 0, 1, NONE))
    ordered = found.log_sd[found.order]
    split = ordered[~np.isnan(ordered)]
    assert np.isnan(ordered[len(split) :]).all()
    assert (np.diff(split) <= 0).all()
    # read from the other side
    mirrored = ahp.judgment_spread(1 / judgments)
    assert close(mirrored.median, -found.median, 1e-9)
    assert close(mirrored.q1, -found.q3, 1e-9)
    assert close(mirrored.log_sd, found.log_sd)
    assert close(mirrored.share_left, found.share_right)


@pytest.mark.parametrize(
    ("judgments", "weights", "message"),
    [
        ([[[1]]], None, "judgments of shape (1, 1, 1), expected (k, p)"),
        ([[1, 0]], None, "judgments[0, 1] = 0, expected a number from 1e-100 to 1e+100"),
        ([[1, 2]], [[1], [1]], "expert weights of shape (2, 1), expected (1,)"),
    ],
)
def test_spread_of_what_does_not_fit(judgments: Any, weights: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.judgment_spread(judgments, weights)
    assert str(raised.value) == message


# --- compatibility with the panel ----------------------------------------------------------------


def test_compatibility_by_hand() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([2, 4, 8])
    # 2 · .2/.6 = 2/3, 4 · .2/.6 = 4/3, 8 · .2/.2 = 8; 2/(2 · 1) = 1
    expected = math.log(2 / 3) ** 2 + math.log(4 / 3) ** 2 + math.log(8) ** 2
    found = ahp.geometric_compatibility(matrix, [0.6, 0.2, 0.2])
    assert found == pytest.approx(expected, rel=1e-14)
    # two of three pairs: their mean three times
    partial = ahp.PairwiseMatrix.from_upper([2, 4, None])
    expected = (math.log(2 / 3) ** 2 + math.log(4 / 3) ** 2) / 2 * 3
    found = ahp.geometric_compatibility(partial, [0.6, 0.2, 0.2])
    assert found == pytest.approx(expected, rel=1e-14)
    nothing = ahp.PairwiseMatrix.from_upper([None] * 3)
    assert np.isnan(ahp.geometric_compatibility(nothing, [0.6, 0.2, 0.2]))
    assert ahp.geometric_compatibility([[1, 9], [1 / 9, 1]], [0.1, 0.9]) == 0


def test_compatibility_of_a_panel() -> None:
    rng = np.random.default_rng(6)
    for n in (3, 4, 7):
        upper = np.exp(rng.normal(size=(6, n * (n - 1) // 2)))
        experts = np.stack([ahp.PairwiseMatrix.from_upper(row.tolist()).values for row in upper])
        own = ahp.geometric_mean(experts)
        # with the own weights, which are the nearest, it is the GCI
        least = ahp.geometric_compatibility(experts, own)
        assert np.allclose(least, ahp.geometric_consistency_index(experts), rtol=1e-12, atol=0)
        group = ahp.geometric_mean(ahp.aggregate_judgments(experts))
        found = ahp.geometric_compatibility(experts, group)
        assert (found > least).all()
        assert found.tolist() == [ahp.geometric_compatibility(one, group) for one in experts]
        # the squares of the experts' distances split into the panel's GCI and the rest
        panel = ahp.aggregate_judgments(experts)
        logs = np.log(experts) - np.log(panel)
        rest = (logs**2).sum(axis=(1, 2)).mean() / ((n - 1) * (n - 2))
        index = ahp.geometric_consistency_index(panel)
        assert found.mean() == pytest.approx(index + rest, rel=1e-12)
        items = rng.permutation(n)
        swapped = ahp.geometric_compatibility(experts[:, items][:, :, items], group[items])
        assert np.allclose(swapped, found, rtol=1e-12, atol=0)


@pytest.mark.parametrize(
    ("matrices", "weights", "message"),
    [
        (np.ones((3, 3)), [1, 1], "group weights of shape (2,), expected (..., 3)"),
        (
            np.ones((3, 3)),
            [1, 1, 0],
            "group weights[2] = 0, expected a positive finite number",
        ),
        (
            np.ones((2, 3, 3)),
            np.ones((5, 3)),
            "matrices of shape (2, 3, 3) and group weights of shape (5, 3), expected leading axes "
            "that broadcast",
        ),
    ],
)
def test_compatibility_of_what_does_not_fit(matrices: Any, weights: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.geometric_compatibility(matrices, weights)
    assert str(raised.value) == message


# --- clusters ------------------------------------------------------------------------------------


def test_clusters_by_hand() -> None:
    # on one pair, in units of ln 2: experts at 3, 0, 3.5, 0.25, 0.75
    judgments = [[2**step] for step in (3, 0, 3.5, 0.25, 0.75)]
    found = ahp.cluster_experts(judgments)
    # 0 and .25 merge at .25, 3 and 3.5 at .5, .75 joins at (.75 + .5)/2, all at the mean of six
    heights = [0.25, 0.5, 0.625, (3 + 2.75 + 2.25 + 3.5 + 3.25 + 2.75) / 6]
    assert close(found.linkage[:, 2], np.array(heights) * math.log(2))
    assert found.linkage[:, 3].tolist() == [2, 2, 3, 5]
    assert (found.count, found.labels.tolist()) == (2, [1, 2, 1, 2, 2])
    order = found.leaf_order.tolist()
    assert order in ([1, 3, 4, 0, 2], [2, 0, 4, 3, 1])
    assert ahp.cluster_experts(judgments, 1).labels.tolist() == [1] * 5
    assert ahp.cluster_experts(judgments, 3).labels.tolist() == [1, 2, 1, 2, 3]
    assert ahp.cluster_experts(judgments, 4).labels.tolist() == [1, 2, 3, 2, 4]
    assert ahp.cluster_experts(judgments, 5).labels.tolist() == [1, 2, 3, 4, 5]
    for name in ("linkage", "leaf_order", "labels"):
        assert not getattr(found, name).flags.writeable


def test_the_cut() -> None:
    # three camps: merges at 0 and low, then two high ones with the larger gap below both
    camps = [[1, 1], [1, 1], [9, 1], [9, 1.1], [1, 9], [1.1, 9]]
    assert ahp.cluster_experts(camps).count == 3
    # equal gaps: the upper one, so that fewer clusters are left
    even = ahp.cluster_experts([[2.0**step] for step in (0, 1, 2.5, -11 / 6)])
    assert close(even.linkage[:, 2], np.array([1, 2, 3]) * math.log(2))
    assert (even.count, even.labels.tolist()) == (2, [1, 1, 1, 2])
    # experts all alike, or all equally far from each other, are one cluster
    assert ahp.cluster_experts([[3, 5]] * 4).count == 1
    apart = [[8, 1, 1], [1, 8, 1], [1, 1, 8]]
    assert ahp.cluster_experts(apart).count == 1
    assert ahp.cluster_experts(apart, 3).labels.tolist() == [1, 2, 3]


def test_one_and_two_experts() -> None:
    one = ahp.cluster_experts([[3, NONE]])
    assert (one.linkage.shape, one.leaf_order.tolist(), one.labels.tolist()) == ((0, 4), [0], [1])
    assert one.count == 1
    two = ahp.cluster_experts([[9], [1 / 9]])
    assert close(two.linkage, [[0, 1, 2 * math.log(9), 2]])
    assert (two.count, two.labels.tolist()) == (1, [1, 1])
    assert ahp.cluster_experts([[9], [1 / 9]], 2).labels.tolist() == [1, 2]


@given(steps=st.lists(st.integers(-8, 8), min_size=1, max_size=8), data=st.data())
def test_properties_of_clusters(steps: list[int], data: st.DataObject) -> None:
    k = len(steps)
    judgments = ahp.position_judgment(steps)[:, None]
    for count in (None, data.draw(st.integers(1, k))):
        found = ahp.cluster_experts(judgments, count)
        assert count in (None, found.count)
        assert set(found.labels.tolist()) == set(range(1, found.count + 1))
        firsts = [found.labels.tolist().index(label) for label in range(1, found.count + 1)]
        assert firsts == sorted(firsts)
        assert sorted(found.leaf_order.tolist()) == list(range(k))
        # a cluster stands together in the order of the leaves
        runs = np.sum(np.diff(found.labels[found.leaf_order]) != 0) + 1
        assert runs == found.count
    # where heights differ, the labels are those of the tree cut above the last merge that counts
    heights = np.array([0, *found.linkage[:, 2]])
    if k > 1 and len(np.unique(heights.round(6))) == k:
        cut = fcluster(found.linkage, heights[k - found.count] + 1e-7, "distance")
        assert len(set(zip(cut, found.labels, strict=True))) == found.count == len(set(cut))


@pytest.mark.parametrize(
    ("judgments", "clusters", "message"),
    [
        ([[1], [2]], 3, "clusters = 3, expected an integer from 1 to 2, or None"),
        ([[1], [2]], 0, "clusters = 0, expected an integer from 1 to 2, or None"),
        ([[1], [2]], 1.0, "clusters = 1.0, expected an integer from 1 to 2, or None"),
        ([[1], [2]], True, "clusters = True, expected an integer from 1 to 2, or None"),
        (
            [[1, NONE], [1, 2], [NONE, 2]],
            None,
            "experts 0 and 2 judged no pair in common, expected one or more: without it they have "
            "no distance",
        ),
        ([1, 2], None, "judgments of shape (2,), expected (..., k, p) with an expert and a pair "
         "or more"),
        ([[[1]]], None, "judgments of shape (1, 1, 1), expected (k, p)"),
    ],
)  # fmt: skip
def test_clusters_of_what_does_not_fit(judgments: Any, clusters: Any, message: str) -> None:
    with pytest.raises(ahp.AHPError) as raised:
        ahp.cluster_experts(judgments, clusters)
    assert str(raised.value) == message
    option = message.startswith("clusters")
    assert isinstance(raised.value, ahp.OptionError if option else ahp.MatrixError)


@pytest.mark.parametrize(
    ("w", "p", "band"),
    [
        *(
            (0.009, 0.95, "may be chance"),
            (0.95, 0.05, "may be chance"),
            (0.95, 0.049, "very strong"),
        ),
        *((0.29, 0.01, "very weak"), (0.3, 0.01, "weak"), (0.5, 0.01, "moderate")),
        *((0.7, 0.01, "strong"), (0.9, 0.01, "very strong"), (np.nan, np.nan, None)),
    ],
)
def test_words_for_kendalls_w(w: float, p: float, band: str | None) -> None:
    assert order_band(KendallW(w, 1.0, 3, p, 5, 4)) == band


def camps(experts: int) -> Float:
    """Judgments of three camps, expert by expert in turn, far from each other."""
    rng = np.random.default_rng(3)
    centers = np.array([[2.0, 0, 0, 0], [0, 2.0, 0, 0], [0, 0, 2.0, 2.0]])
    return np.exp(centers[np.arange(experts) % 3] + rng.normal(0, 0.1, (experts, 4)))


def test_clusters_of_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consensus, "LINKED", 30)
    judgments = camps(200)
    found = ahp.cluster_experts(judgments)
    assert found.sample is not None
    assert found.count == 3
    # numbered by first members among all, whoever was drawn
    assert found.labels.tolist() == [1 + k % 3 for k in range(200)]
    assert len(found.sample) == len(set(found.sample.tolist())) == 30
    assert sorted(found.leaf_order.tolist()) == found.sample.tolist()
    alone = ahp.cluster_experts(judgments[found.sample])
    assert np.array_equal(found.linkage, alone.linkage)
    assert found.leaf_order.tolist() == found.sample[alone.leaf_order].tolist()
    assert alone.sample is None
    assert ahp.cluster_experts(judgments) == found
    other = ahp.cluster_experts(judgments, seed=1)
    assert other.sample is not None
    assert other.sample.tolist() != found.sample.tolist()
    assert other.labels.tolist() == found.labels.tolist()
    assert consensus.Clusters.from_dict(found.to_dict()) == found


def test_each_expert_beyond_the_sample_is_nearest_on_average(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consensus, "LINKED", 20)
    rng = np.random.default_rng(5)
    judgments = np.exp(rng.normal(0, 1, (60, 6)))
    judgments[rng.random(judgments.shape) < 0.2] = NONE
    found = ahp.cluster_experts(judgments, 4, seed=2)
    assert found.sample is not None
    distances = ahp.log_distances(judgments)[:, found.sample]
    inside = [found.labels[found.sample] == number for number in range(1, 5)]
    mean = np.stack([np.nanmean(distances[:, members], axis=1) for members in inside], axis=1)
    others = np.setdiff1d(np.arange(60), found.sample)
    assert found.labels[others].tolist() == (1 + mean[others].argmin(axis=1)).tolist()


def test_a_sample_of_what_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consensus, "LINKED", 30)
    judgments = camps(40)
    with pytest.raises(ahp.OptionError) as refused:
        ahp.cluster_experts(judgments, 31)
    assert str(refused.value) == "clusters = 31, expected an integer from 1 to 30, or None"
    with pytest.raises(ahp.OptionError) as refused:
        ahp.cluster_experts(judgments, seed=-1)
    assert str(refused.value) == "seed = -1, expected an integer of 0 or more"
    sample = ahp.cluster_experts(judgments).sample
    assert sample is not None
    alone = int(np.setdiff1d(np.arange(40), sample)[0])
    judgments[alone] = NONE
    with pytest.raises(ahp.MatrixError) as apart:
        ahp.cluster_experts(judgments)
    assert str(apart.value) == (
        f"experts {alone} and {sample[0]} judged no pair in common, expected one or more: without "
        "it they have no distance"
    )
    judgments[sample[3]] = NONE
    with pytest.raises(ahp.MatrixError) as apart:
        ahp.cluster_experts(judgments)
    assert str(apart.value).startswith(f"experts {sample[0]} and {sample[3]} judged no pair in")


def test_many_leaves_are_in_the_order_of_the_linkage(monkeypatch: pytest.MonkeyPatch) -> None:
    judgments = camps(12)
    ordered = ahp.cluster_experts(judgments)
    monkeypatch.setattr(consensus, "ORDERED", 11)
    found = ahp.cluster_experts(judgments)
    assert found.labels.tolist() == ordered.labels.tolist()
    assert close(found.linkage[:, 2:], ordered.linkage[:, 2:])
    assert found.leaf_order.tolist() != ordered.leaf_order.tolist()


def many_weights(experts: int) -> Float:
    rng = np.random.default_rng(11)
    weights = rng.dirichlet(np.ones(5), experts).round(2)
    weights[3] = NONE
    return weights


def test_parts_of_a_panel_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, judgments = many_weights(57), np.repeat(camps(57), 2, axis=1)
    judgments[5, 2:4] = NONE
    shares = np.arange(57.0)
    whole = (
        ahp.group_consensus(weights, shares),
        ahp.kendall_w(weights),
        ahp.judgment_spread(judgments, shares),
    )
    variation = ahp.coefficient_of_variation(np.stack([judgments, judgments]), axis=1)
    for cells in (1, 100):
        monkeypatch.setattr(consensus, "_CELLS", cells)
        parts = ahp.group_consensus(weights, shares)
        for name in ("alpha", "beta", "gamma", "similarity"):
            assert close(getattr(parts, name), getattr(whole[0], name), 1e-14)
        assert ahp.kendall_w(weights) == whole[1]
        spread = ahp.judgment_spread(judgments, shares)
        for field in dataclasses.fields(spread):
            if field.name != "version":
                assert close(getattr(spread, field.name), getattr(whole[2], field.name), 1e-14)
        parted = ahp.coefficient_of_variation(np.stack([judgments, judgments]), axis=1)
        assert close(parted, variation, 1e-14)


def test_large_panels_keep_to_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consensus, "_CELLS", 2**14)
    weights = np.random.default_rng(1).dirichlet(np.ones(10), 20_000)  # 1.6 MB
    calls = (
        (lambda: ahp.kendall_w(weights), 3.2),
        (lambda: ahp.judgment_spread(1 + weights), 3.2),
        (lambda: ahp.coefficient_of_variation(weights), 2.2),
    )
    for call, most in calls:
        tracemalloc.start()
        try:
            call()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 1.6e6 * most


def test_variation_of_no_rows_or_no_columns() -> None:
    assert np.isnan(ahp.coefficient_of_variation(np.empty((0, 4)))).tolist() == [True] * 4
    assert ahp.coefficient_of_variation(np.empty((4, 0))).shape == (0,)
    assert ahp.coefficient_of_variation(np.empty((0, 2, 3)), axis=1).shape == (0, 3)
