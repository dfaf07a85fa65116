from __future__ import annotations

import json
import math
import tracemalloc
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from ahp import group
from ahp.matrix import Float

ONE = [[1, 2], [0.5, 1]]
TWO = [[1, 8], [0.125, 1]]
GOLDEN = Path(__file__).parent / "golden" / "published.json"
PUBLISHED = json.loads(GOLDEN.read_text(encoding="utf-8"))
WAYS = pytest.mark.parametrize("how", ahp.AGGREGATIONS)


def pair(*judgments: float, **options: Any) -> float:
    """The panel's judgment of one pair; the first argument is that of the first expert."""
    weights = options.pop("weights", None)
    experts = [[[1, a], [1 / a, 1]] for a in judgments]
    return float(ahp.aggregate_judgments(experts, weights, **options)[0, 1])


@st.composite
def panels(draw: st.DrawFn, missing: bool = True) -> Float:
    """Matrices of 1 to 6 experts of 2 to 4 items, some pairs not judged."""
    n, k = draw(st.integers(2, 4)), draw(st.integers(1, 6))
    cells = st.floats(-6, 6).map(math.exp)
    if missing:
        cells = st.one_of(cells, st.sampled_from([1.0, 3.0, math.nan]))
    count = n * (n - 1) // 2
    upper = draw(st.lists(st.lists(cells, min_size=count, max_size=count), min_size=k, max_size=k))
    return np.stack([ahp.PairwiseMatrix.from_upper(row).values for row in upper])


@st.composite
def weighted_panels(draw: st.DrawFn) -> tuple[Float, Float]:
    experts = draw(panels())
    shares = st.one_of(st.just(0.0), st.just(1.0), st.floats(0.01, 1))
    weights = draw(st.lists(shares, min_size=len(experts), max_size=len(experts)).filter(any))
    return experts, np.array(weights)


def same(found: Float, expected: Float, rtol: float = 1e-12) -> bool:
    return np.allclose(found, expected, rtol=rtol, atol=0, equal_nan=True)


# --- aggregation of judgments --------------------------------------------------------------------


def test_the_geometric_mean_of_judgments() -> None:
    assert ahp.aggregate_judgments([ONE, TWO])[0, 1] == pytest.approx(4, rel=1e-15)
    weighted = ahp.aggregate_judgments([ONE, TWO], [3, 1])
    assert weighted[0, 1] == pytest.approx(2**1.5, rel=1e-15)


def test_the_published_panel() -> None:
    (case,) = (one for one in PUBLISHED["hierarchies_and_groups"] if one["id"] == "dong_AIJ")
    experts = [
        ahp.PairwiseMatrix(one["matrix"])
        for one in PUBLISHED["matrices"]
        if one["id"] in case["members"]
    ]
    assert len(experts) == 5
    panel = ahp.aggregate_judgments(experts, [0.1, 0.3, 0.1, 0.2, 0.3])
    assert ahp.geometric_mean(panel).round(4).tolist() == [0.4984, 0.2727, 0.1541, 0.0747]
    assert round(ahp.geometric_consistency_index(panel), 3) == 0.056
    alone = [ahp.geometric_mean(one) for one in experts]
    aip = ahp.aggregate_priorities(alone, [1, 3, 1, 2, 3], how="geometric")
    assert np.abs(aip - ahp.geometric_mean(panel)).max() <= 1e-15


@WAYS
def test_equal_weights_are_none(how: str) -> None:
    rng = np.random.default_rng(3)
    upper = np.exp(rng.normal(size=(6, 10)))
    experts = [ahp.PairwiseMatrix.from_upper(row.tolist()).values for row in upper]
    given = ahp.aggregate_judgments(experts, np.ones(6), how=how)
    assert same(given, ahp.aggregate_judgments(experts, how=how), 1e-15)


def test_the_panel_is_as_reciprocal_as_floats_can_be() -> None:
    rng = np.random.default_rng(1)
    upper = np.exp(rng.normal(size=(7, 10)))
    experts = np.stack([ahp.PairwiseMatrix.from_upper(row.tolist()).values for row in upper])
    for how in ahp.AGGREGATIONS:
        panel = ahp.aggregate_judgments(experts, rng.uniform(size=7), how=how)
        assert np.abs(panel * panel.T - 1).max() <= 4.5e-16
        assert (np.diag(panel) == 1).all()


def test_aij_and_row_geometric_means_commute() -> None:
    # the known theorem: with the geometric mean, AIJ gives the normalized geometric mean of weights
    rng = np.random.default_rng(2)
    upper = np.exp(rng.normal(size=(5, 6)))
    experts = np.stack([ahp.PairwiseMatrix.from_upper(row.tolist()).values for row in upper])
    share = np.array([0.1, 0.3, 0.1, 0.2, 0.3])
    aip = ahp.aggregate_priorities(ahp.geometric_mean(experts), share, how="geometric")
    aij = ahp.geometric_mean(ahp.aggregate_judgments(experts, share))
    assert np.abs(aij - aip).max() <= 1e-15


@pytest.mark.parametrize(
    ("judgments", "weights", "expected"),
    [
        ([3], None, 3),
        ([2, 9, 3], None, 3),
        ([2, 8], None, 4),  # √(2 · 8)
        ([1 / 4, 9, 2, 8], None, 4),  # the middle two are 2 and 8
        ([2, 9, 3], [1, 5, 1], 9),  # more than half of the weight
        ([2, 9, 3], [1, 2, 1], math.sqrt(27)),  # half at or below 3, half at or above 9
        ([2, 9, 3], [0.1, 0.4, 0.3], math.sqrt(27)),  # .1 + .3 = .4, whatever floats say
        ([2, 9, 3], [3, 3, 2], 3),
        ([2, 9, 3], [1, 0, 1], math.sqrt(6)),
        ([math.nan, 5, 7, 2], None, 5),
        ([math.nan, 5, 7, 2], [9, 1, 1, 0], math.sqrt(35)),
    ],
)
def test_medians_by_hand(
    judgments: list[float], weights: list[float] | None, expected: float
) -> None:
    assert pair(*judgments, weights=weights, how="median") == pytest.approx(expected, rel=1e-15)
    opposite = [1 / a for a in judgments]
    found = pair(*opposite, weights=weights, how="median")
    assert found == pytest.approx(1 / expected, rel=1e-15)


@pytest.mark.parametrize(
    ("judgments", "weights", "trim", "expected"),
    [
        ([2, 8], None, 0, 4),
        ([1 / 9, 2, 8, 9], None, 0.25, 4),  # the first and the last are cut off
        # 1/4 of each of four: .1 is cut off, .15 is left of the outer two; .25 of the others
        ([1, 2, 4, 16], None, 0.1, 2 ** ((0.15 * (0 + 4) + 0.25 * (1 + 2)) / 0.8)),
        # shares .5, .25, .25: .2 cut off of the first, .2 of the last
        ([2, 4, 32], [2, 1, 1], 0.2, 2 ** ((0.3 * 1 + 0.25 * 2 + 0.05 * 5) / 0.6)),
        ([32, 2, 4], [1, 2, 1], 0.2, 2 ** ((0.3 * 1 + 0.25 * 2 + 0.05 * 5) / 0.6)),
        ([2, 4, 32], [2, 1, 0], 0.4, 2),  # .4 to .6 of the weight lies within the first 2/3
        ([math.nan, 1 / 9, 2, 8, 9], None, 0.25, 4),
        ([math.nan, 1 / 9, 2, 8, 9], [7, 3, 3, 3, 3], 0.25, 4),
    ],
)
def test_trimmed_means_by_hand(
    judgments: list[float], weights: list[float] | None, trim: float, expected: float
) -> None:
    found = pair(*judgments, weights=weights, how="trimmed", trim=trim)
    assert found == pytest.approx(expected, rel=2e-15)


def test_a_trim_near_one_half_is_the_median() -> None:
    for judgments in ([2, 9, 3], [2, 9, 3, 5]):
        median = pair(*judgments, how="median")
        for trim in (0.49, 0.5 - 1e-9, math.nextafter(0.5, 0)):
            assert pair(*judgments, how="trimmed", trim=trim) == pytest.approx(median, rel=1e-12)


def test_one_wild_judgment() -> None:
    # the median and a trim of 1/5 leave the mean of the middle three (of five) as it is, however
    # far the fifth goes; the geometric mean follows it
    calm, wild = [1, 2, 3, 4, 5], [1, 2, 3, 4, 1e50]
    assert pair(*calm, how="median") == pair(*wild, how="median") == pytest.approx(3, rel=1e-15)
    for judgments in (calm, wild):
        found = pair(*judgments, how="trimmed", trim=0.2)
        assert found == pytest.approx(24 ** (1 / 3), rel=1e-12)
    assert pair(*wild) == pytest.approx(24**0.2 * 1e10, rel=1e-12)


def test_missing_judgments_by_hand() -> None:
    none = math.nan
    first = ahp.PairwiseMatrix.from_upper([2, none, none])
    second = ahp.PairwiseMatrix.from_upper([8, 3, none])
    panel = ahp.aggregate_judgments([first, second], [3, 1])
    assert panel[0, 1:] == pytest.approx([2**1.5, 3], rel=1e-15)
    assert np.isnan(panel[[1, 2], [2, 1]]).all()
    assert panel[2, 0] == pytest.approx(1 / 3, rel=1e-15)
    absent = ahp.aggregate_judgments([first, second], [3, 0])
    assert np.isnan(absent[0, 2])
    assert absent[0, 1] == pytest.approx(2, rel=1e-15)


@WAYS
@given(panel=weighted_panels(), data=st.data())
def test_properties_of_every_way(how: str, panel: tuple[Float, Float], data: st.DataObject) -> None:
    experts, w = panel
    n = experts.shape[-1]
    found = ahp.aggregate_judgments(experts, w, how=how)
    # reciprocal, within what was judged
    assert same(found * found.T, np.where(np.isnan(found), np.nan, 1), 4.5e-16)
    assert (np.diag(found) == 1).all()
    for i, j in zip(*np.triu_indices(n, 1), strict=True):
        judged = [a for a, c in zip(experts[:, i, j], w, strict=True) if c and not np.isnan(a)]
        if judged:
            assert min(judged) * (1 - 1e-12) <= found[i, j] <= max(judged) * (1 + 1e-12)
            # a missing judgment is an expert left out of that cell
            seen = ~np.isnan(experts[:, i, j]) & (w > 0)
            alone = ahp.aggregate_judgments(experts[seen], w[seen], how=how)
            assert found[i, j] == pytest.approx(alone[i, j], rel=1e-12)
        else:
            assert np.isnan(found[i, j])
    # an expert of weight 0 is absent
    assert same(ahp.aggregate_judgments(experts[w > 0], w[w > 0], how=how), found)
    # the order of the experts and of the items does not matter
    who = np.array(data.draw(st.permutations(range(len(w)))))
    assert same(ahp.aggregate_judgments(experts[who], w[who], how=how), found)
    items = np.array(data.draw(st.permutations(range(n))))
    swapped = ahp.aggregate_judgments(experts[:, items][:, :, items], w, how=how)
    assert same(swapped, found[np.ix_(items, items)])
    # a batch is its panels, and weights broadcast with it
    batch = np.stack([experts, experts[who], experts])
    together = ahp.aggregate_judgments(batch, w, how=how)
    apart = np.stack([ahp.aggregate_judgments(one, w, how=how) for one in batch])
    assert np.array_equal(together, apart, equal_nan=True)
    rows = np.stack([w, w[::-1]])
    by_row = ahp.aggregate_judgments(experts, rows, how=how)
    assert np.array_equal(by_row[0], found, equal_nan=True)
    reverse = ahp.aggregate_judgments(experts, w[::-1], how=how)
    assert np.array_equal(by_row[1], reverse, equal_nan=True)


def test_leave_one_out() -> None:
    rng = np.random.default_rng(4)
    upper = np.exp(rng.normal(size=(5, 6)))
    experts = np.stack([ahp.PairwiseMatrix.from_upper(row.tolist()).values for row in upper])
    for how in ahp.AGGREGATIONS:
        found = ahp.aggregate_judgments(experts, 1 - np.eye(5), how=how)
        assert found.shape == (5, 4, 4)
        for k in range(5):
            rest = ahp.aggregate_judgments(np.delete(experts, k, axis=0), how=how)
            assert same(found[k], rest)


def test_batches() -> None:
    batch = np.broadcast_to(np.array([ONE, TWO]), (3, 2, 2, 2))
    assert ahp.aggregate_judgments(batch).shape == (3, 2, 2)
    assert np.array_equal(ahp.aggregate_judgments(batch)[1], ahp.aggregate_judgments([ONE, TWO]))


def test_weights_are_scaled_without_overflow() -> None:
    found = ahp.aggregate_judgments([ONE, TWO], [1e308, 1e308])
    assert found[0, 1] == pytest.approx(4, rel=1e-15)
    assert ahp.aggregate_judgments([ONE, TWO], [0, 5])[0, 1] == pytest.approx(8, rel=1e-15)


@pytest.mark.parametrize(
    ("matrices", "weights", "message"),
    [
        (ONE, None, "shape (2, 2), expected (..., k, n, n) with an expert or more"),
        (
            np.empty((0, 2, 2)),
            None,
            "shape (0, 2, 2), expected (..., k, n, n) with an expert or more",
        ),
        ([ONE, TWO], [1], "expert weights of shape (1,), expected (..., 2)"),
        ([ONE, TWO], 1, "expert weights of shape (), expected (..., 2)"),
        (
            [[ONE, TWO]] * 4,
            [[1, 1]] * 3,
            "expert weights of shape (3, 2), expected (..., 2) with leading axes that broadcast "
            "with (4,)",
        ),
        ([ONE, TWO], ["a", 1], "expert weights = ['a', 1], expected numbers"),
        (
            [ONE, TWO],
            [0, 0],
            "expert weights [0.0, 0.0], expected finite numbers of 0 or more, not all 0",
        ),
        (
            [ONE, TWO],
            [1, -1],
            "expert weights [1.0, -1.0], expected finite numbers of 0 or more, not all 0",
        ),
        (
            [ONE, TWO],
            [1, float("inf")],
            "expert weights [1.0, inf], expected finite numbers of 0 or more, not all 0",
        ),
        (
            [ONE, TWO],
            [[1, 1], [0, float("nan")], [0, 0]],
            "expert weights[1] [0.0, nan], expected finite numbers of 0 or more, not all 0",
        ),
    ],
)
def test_what_does_not_fit(matrices: Any, weights: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.aggregate_judgments(matrices, weights)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"how": "mean"}, "how = 'mean', expected one of 'geometric', 'median', 'trimmed'"),
        ({"trim": 0.5}, "trim = 0.5, expected a number from 0 to below 0.5"),
        ({"trim": -0.1}, "trim = -0.1, expected a number from 0 to below 0.5"),
        ({"trim": math.nan}, "trim = nan, expected a number from 0 to below 0.5"),
        ({"trim": True}, "trim = True, expected a number from 0 to below 0.5"),
        ({"trim": "a"}, "trim = 'a', expected a number from 0 to below 0.5"),
    ],
)
def test_unknown_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        ahp.aggregate_judgments([ONE, TWO], **options)
    assert str(raised.value) == message


# --- aggregation of priorities -------------------------------------------------------------------


def test_priorities_by_hand() -> None:
    weights = [[0.5, 0.3, 0.2], [0.2, 0.6, 0.2]]
    found = ahp.aggregate_priorities(weights, [3, 1])
    assert found == pytest.approx([0.425, 0.375, 0.2], rel=1e-15)
    assert ahp.aggregate_priorities(weights) == pytest.approx([0.35, 0.45, 0.2], rel=1e-15)
    means = [math.sqrt(0.1), math.sqrt(0.18), 0.2]
    geometric = ahp.aggregate_priorities(weights, how="geometric")
    assert geometric == pytest.approx([m / sum(means) for m in means], rel=1e-15)
    means = [0.5**0.75 * 0.2**0.25, 0.3**0.75 * 0.6**0.25, 0.2]
    geometric = ahp.aggregate_priorities(weights, [3, 1], how="geometric")
    assert geometric == pytest.approx([m / sum(means) for m in means], rel=1e-15)


def test_an_expert_of_unscaled_weights_counts_once() -> None:
    found = ahp.aggregate_priorities([[5, 3, 2], [0.2, 0.6, 0.2]])
    assert found == pytest.approx([0.35, 0.45, 0.2], rel=1e-15)
    assert ahp.aggregate_priorities([[1, 0], [0, 1], [0, 1]]) == pytest.approx([1 / 3, 2 / 3])


@pytest.mark.parametrize("mean", ["arithmetic", "geometric"])
def test_abstentions_and_batches_of_priorities(mean: str) -> None:
    rng = np.random.default_rng(5)
    own = rng.dirichlet(np.ones(4), size=(3, 5))
    own[1, 2] = own[2, 0] = np.nan
    w = rng.uniform(size=5)
    found = ahp.aggregate_priorities(own, w, how=mean)
    for panel, expected in zip(own, found, strict=True):
        assert np.array_equal(ahp.aggregate_priorities(panel, w, how=mean), expected)
        there = ~np.isnan(panel[:, 0])
        assert same(ahp.aggregate_priorities(panel[there], w[there], how=mean), expected)
    assert np.abs(found.sum(axis=-1) - 1).max() <= 4e-16
    loo = ahp.aggregate_priorities(own[0], 1 - np.eye(5), how=mean)
    for k in range(5):
        assert same(loo[k], ahp.aggregate_priorities(np.delete(own[0], k, axis=0), how=mean))
    ones = ahp.aggregate_priorities(own, np.ones(5), how=mean)
    assert same(ones, ahp.aggregate_priorities(own, how=mean), 1e-15)
    order = rng.permutation(4)
    assert same(ahp.aggregate_priorities(own[..., order], w, how=mean), found[..., order])


@pytest.mark.parametrize(
    ("weights", "expert_weights", "options", "message"),
    [
        (
            [0.5, 0.5],
            None,
            {},
            "weights of shape (2,), expected (..., k, n) with an expert and an item or more",
        ),
        (
            [[0.5, math.nan]],
            None,
            {},
            "weights[0, 1] = nan, expected a finite number of 0 or more, or NaN for all items of "
            "an expert who abstained",
        ),
        ([[1, 1], [1, -1]], None, {}, "weights[1, 1] = -1, expected a finite number of 0 or more"),
        ([[1, math.inf]], None, {}, "weights[0, 1] = inf, expected a finite number of 0 or more"),
        ([[1, 1], [0, 0]], None, {}, "weights[1] are all 0, expected a positive one"),
        ([["a", 1]], None, {}, "weights = [['a', 1]], expected numbers"),
        (
            [[1, 1], [1, 0]],
            None,
            {"how": "geometric"},
            "weights[1, 1] = 0, expected a positive number for a geometric mean",
        ),
        (
            [[math.nan, math.nan], [1, 1]],
            [1, 0],
            {},
            "panel: every expert of weight above 0 abstained, expected the weights of one or more",
        ),
        (
            [[[1, 1]], [[math.nan, math.nan]]],
            None,
            {},
            "panel[1]: every expert of weight above 0 abstained, expected the weights of one or "
            "more",
        ),
        ([[1, 1]], [1, 1], {}, "expert weights of shape (2,), expected (..., 1)"),
    ],
)
def test_priorities_that_do_not_fit(
    weights: Any, expert_weights: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.aggregate_priorities(weights, expert_weights, **options)
    assert str(raised.value) == message


def test_unknown_mean() -> None:
    with pytest.raises(ahp.OptionError) as raised:
        ahp.aggregate_priorities([[1, 1]], how="median")
    assert str(raised.value) == "how = 'median', expected one of 'arithmetic', 'geometric'"


# --- expert weights ------------------------------------------------------------------------------


def test_weights_of_one_panel() -> None:
    assert ahp.normalize_expert_weights(None, 4).tolist() == [0.25] * 4
    assert ahp.normalize_expert_weights([3, 1], 2).tolist() == [0.75, 0.25]
    for wrong, shape in (([1], "(1,)"), ([[1, 1]], "(1, 2)")):
        with pytest.raises(ahp.MatrixError) as raised:
            ahp.normalize_expert_weights(wrong, 2)
        assert str(raised.value) == f"expert weights of shape {shape}, expected (2,)"


def test_authority() -> None:
    assert ahp.authority_coefficient(0.9, 0.8) == pytest.approx(0.85, rel=1e-15)
    found = ahp.authority_coefficient([[0.8], [1]], [0.2, 1])
    assert found.tolist() == [[0.5, 0.9], [0.6, 1]]
    assert not found.flags.writeable
    large = dict.fromkeys(ahp.JUDGMENT_BASIS, "large")
    assert ahp.judgment_basis(large) == 1
    assert ahp.judgment_basis(dict.fromkeys(ahp.JUDGMENT_BASIS, "small")) == 0.6
    assert dict(ahp.JUDGMENT_BASIS) == {
        "theoretical_analysis": (0.3, 0.2, 0.1),
        "practical_experience": (0.5, 0.4, 0.3),
        "peers_work": (0.1, 0.1, 0.1),
        "intuition": (0.1, 0.1, 0.1),
    }
    mixed = large | {"theoretical_analysis": "medium", "practical_experience": "small"}
    assert ahp.judgment_basis(mixed) == pytest.approx(0.2 + 0.3 + 0.1 + 0.1, rel=1e-15)
    assert list(ahp.FAMILIARITY.values()) == [1, 0.8, 0.6, 0.4, 0.2]


def test_a_printed_panel_of_sixteen() -> None:
    # a Delphi study in BMJ Open prints, table 4, round 1: theory 7 large, 9 medium; experience 16
    # large; familiarity 1, .8 and .6 by 1, 12 and 3: Ca .944, Cs .775, Cr .860
    grounds = [
        {
            "theoretical_analysis": theory,
            "practical_experience": "large",
            "peers_work": "medium",
            "intuition": "small",
        }
        for theory in ["large"] * 7 + ["medium"] * 9
    ]
    basis = [ahp.judgment_basis(one) for one in grounds]
    steps = ["very_familiar"] + ["familiar"] * 12 + ["somewhat_familiar"] * 3
    familiarity = [ahp.FAMILIARITY[step] for step in steps]
    assert np.mean(basis) == pytest.approx(0.944, abs=0.0005)
    assert np.mean(familiarity) == pytest.approx(0.775, rel=1e-12)
    authority = ahp.authority_coefficient(basis, familiarity)
    assert np.mean(authority) == pytest.approx(0.860, abs=0.00065)  # from Ca .94375


def test_every_judgment_basis_is_in_range() -> None:
    found = [
        ahp.judgment_basis(dict(zip(ahp.JUDGMENT_BASIS, sizes, strict=True)))
        for sizes in product(("large", "medium", "small"), repeat=4)
    ]
    assert (min(found), max(found)) == (0.6, 1)
    ahp.authority_coefficient(found, 1)


@pytest.mark.parametrize(
    ("basis", "familiarity", "message"),
    [
        ([0.5, 1.2], 1, "basis[1] = 1.2, expected a number from 0 to 1"),
        (0.5, -0.1, "familiarity = -0.1, expected a number from 0 to 1"),
        (math.nan, 1, "basis = nan, expected a number from 0 to 1"),
        ("a", 1, "basis = 'a', expected numbers"),
        (
            [1, 1],
            [1, 1, 1],
            "basis of shape (2,) and familiarity of shape (3,), expected shapes that broadcast",
        ),
    ],
)
def test_authority_out_of_range(basis: Any, familiarity: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.authority_coefficient(basis, familiarity)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("influence", "message"),
    [
        (
            {"theory": "large"},
            "basis = 'theory', expected one of 'theoretical_analysis', 'practical_experience', "
            "'peers_work', 'intuition'",
        ),
        (
            {"intuition": "big"},
            "basis 'intuition' = 'big', expected one of 'large', 'medium', 'small'",
        ),
        (
            {"intuition": "large"},
            "basis without 'theoretical_analysis', expected all of ['theoretical_analysis', "
            "'practical_experience', 'peers_work', 'intuition']",
        ),
    ],
)
def test_wrong_grounds(influence: dict[str, str], message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        ahp.judgment_basis(influence)
    assert str(raised.value) == message


def test_consistency_weights() -> None:
    # 1/1, 1/(1 + 10 · .1) = 1/2, 1/(1 + 10 · .3) = 1/4
    found = ahp.consistency_weights([0, 0.1, 0.3])
    assert found == pytest.approx([4 / 7, 2 / 7, 1 / 7], rel=1e-15)
    assert ahp.consistency_weights([[0, 0.1], [0.1, 0]], a=20) == pytest.approx(
        np.array([[0.75, 0.25], [0.25, 0.75]]), rel=1e-15
    )
    assert ahp.consistency_weights([0.5, 0], a=0).tolist() == [0.5, 0.5]
    assert ahp.consistency_weights([0.7]).tolist() == [1]


@pytest.mark.parametrize(
    ("cr", "a", "message"),
    [
        ([0.1, math.nan], 10, "cr[1] = nan, expected a number from 0 to 1e+100 of each expert"),
        ([[0, 0.1], [-0.2, 0]], 10, "cr[1, 0] = -0.2, expected a number from 0 to 1e+100 of each "
         "expert"),
        (0.1, 10, "cr of shape (), expected (..., k) with an expert or more"),
        ([], 10, "cr of shape (0,), expected (..., k) with an expert or more"),
        ([0.1], -1, "a = -1, expected a number from 0 to 1e+100"),
        ([0.1], math.inf, "a = inf, expected a number from 0 to 1e+100"),
    ],
)  # fmt: skip
def test_consistency_weights_that_do_not_fit(cr: Any, a: Any, message: str) -> None:
    with pytest.raises(ahp.AHPError) as raised:
        ahp.consistency_weights(cr, a)
    assert str(raised.value) == message
    assert isinstance(raised.value, ahp.OptionError if message[0] == "a" else ahp.MatrixError)


NONE = math.nan


def test_distances_by_hand() -> None:
    # ln 2 and ln 8 apart: root mean square √((1 + 9)/2) ln 2 = √5 ln 2
    found = ahp.log_distances([[2, 1, NONE], [4, 1 / 8, 3], [NONE, NONE, 6]])
    assert found[0, 1] == pytest.approx(math.sqrt(5) * math.log(2), rel=1e-15)
    assert found[1, 2] == pytest.approx(math.log(2), rel=1e-15)
    assert np.isnan(found[0, 2])
    assert np.diag(found).tolist() == [0, 0, 0]
    assert np.array_equal(found, found.T, equal_nan=True)
    assert np.isnan(ahp.log_distances([[NONE, NONE]])).all()


def test_distance_weights_by_hand() -> None:
    # on one pair: d_12 = ln 3, d_13 = 2 ln 3, d_23 = ln 3; 2 ln 9 = 4 ln 3;
    # S = 3/4, 1/2, 3/4; A = 5/8, 3/4, 5/8, together 2
    found = ahp.distance_weights([[3], [1], [1 / 3]])
    assert found == pytest.approx([5 / 16, 3 / 8, 5 / 16], rel=1e-15)
    # with M = 3: S = 1/2, 0, 1/2; A = 1/4, 1/2, 1/4
    found = ahp.distance_weights([[3], [1], [1 / 3]], scale_max=3)
    assert found == pytest.approx([0.25, 0.5, 0.25], abs=1e-15)
    # beyond the scale nobody agrees less than not at all
    found = ahp.distance_weights([[1], [1], [1e6]])
    assert found == pytest.approx([0.5, 0.5, 0], abs=1e-15)
    assert ahp.distance_weights([[3, NONE]]).tolist() == [1]
    assert ahp.distance_weights([[[3]], [[4]]]).tolist() == [[1], [1]]


def test_distance_weights_count_common_pairs_only() -> None:
    # S_12 = 1, S_23 = 1 − ln 9/(2 ln 9) = 1/2, S_13 is left out: A = 1, 3/4, 1/2
    found = ahp.distance_weights([[2, NONE], [2, 1], [NONE, 9]])
    assert found == pytest.approx([4 / 9, 3 / 9, 2 / 9], rel=1e-15)


def large_panel(experts: int, pairs: int, missing: float = 0.0) -> Float:
    """Judgments of experts, some not made."""
    rng = np.random.default_rng(experts)
    logs = rng.normal(0, 0.6, (experts, pairs))
    logs[rng.random(logs.shape) < missing] = NONE
    return np.exp(logs)


def distances_by_definition(judgments: Float) -> Float:
    """Root mean squares over common pairs."""
    squares = (np.log(judgments)[:, None] - np.log(judgments)) ** 2
    common = (~np.isnan(squares)).sum(axis=-1)
    mean = np.nansum(squares, axis=-1) / np.where(common > 0, common, NONE)
    distances: Float = np.sqrt(mean)
    return distances


def weights_by_definition(judgments: Float) -> Float:
    """Relative agreement degrees."""
    degree = np.maximum(1 - distances_by_definition(judgments) / (2 * math.log(9)), 0)
    np.fill_diagonal(degree, NONE)
    mean = np.nanmean(degree, axis=1)
    weights: Float = mean / mean.sum()
    return weights


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("at_once", [1, 2**20])
@pytest.mark.parametrize("tile", [(3, 5), (32, 1024)])
def test_weights_and_distances_of_many_are_those_of_the_definition(
    missing: float, at_once: int, tile: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "DISTANCES_AT_ONCE", at_once)
    monkeypatch.setattr(group, "_TILE", tile)
    judgments = large_panel(101, 12, missing)
    assert same(ahp.distance_weights(judgments), weights_by_definition(judgments))
    assert same(ahp.log_distances(judgments), distances_by_definition(judgments))
    every = ahp.sampled_distance_weights(judgments, seed=1, partners=101)
    assert same(every.weights, ahp.distance_weights(judgments))
    assert not every.standard_error.any()


def test_weights_of_many_keep_to_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "DISTANCES_AT_ONCE", 2**16)
    judgments = large_panel(1500, 10)
    ahp.distance_weights(judgments)  # loads what it needs
    tracemalloc.start()
    try:
        ahp.distance_weights(judgments)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3e6  # all distances are 18 MB


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_the_standard_error_of_sampled_weights_is_that_of_their_errors(missing: float) -> None:
    judgments = large_panel(200, 8, missing)
    exact = ahp.distance_weights(judgments)
    found = [ahp.sampled_distance_weights(judgments, seed=seed, partners=60) for seed in range(40)]
    errors = np.array([one.weights - exact for one in found])
    stated = np.sqrt(np.mean([one.standard_error**2 for one in found], axis=0))
    ratio = np.sqrt((errors**2).mean(axis=0)) / stated
    assert 0.9 < ratio.mean() < 1.1
    assert np.abs(errors).max() < 6 * stated.max()
    again = ahp.sampled_distance_weights(judgments, seed=7, partners=60)
    assert again == found[7]
    assert again == group.SampledWeights.from_dict(again.to_dict())
    assert (again.partners, again.seed) == (60, 7)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1, "partners": 50}, "seed = -1, expected an integer of 0 or more"),
        ({"seed": True, "partners": 50}, "seed = True, expected an integer of 0 or more"),
        ({"seed": 1, "partners": 39}, "partners = 39, expected an integer from 40 to 50"),
        ({"seed": 1, "partners": 51}, "partners = 51, expected an integer from 40 to 50"),
        ({"seed": 1, "partners": 40.0}, "partners = 40.0, expected an integer from 40 to 50"),
        (
            {"seed": 1, "partners": 50, "scale_max": 1},
            "scale_max = 1, expected a number above 1, to 1e+100",
        ),
    ],
)
def test_samples_that_do_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        ahp.sampled_distance_weights(large_panel(50, 3), **options)
    assert str(raised.value) == message


def test_who_meets_none_of_the_partners_has_no_sampled_weight() -> None:
    judgments = large_panel(50, 3)
    judgments[4] = NONE
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.sampled_distance_weights(judgments, seed=1, partners=50)
    with pytest.raises(ahp.MatrixError) as exact:
        ahp.distance_weights(judgments)
    assert str(raised.value) == str(exact.value)
    assert str(exact.value).startswith("judgments[4]")


@given(panel=weighted_panels(), data=st.data())
def test_means_by_several_weights(panel: tuple[Float, Float], data: st.DataObject) -> None:
    matrices, weights = panel
    i, j = np.triu_indices(matrices.shape[-1], 1)
    shares = np.stack([weights, weights[::-1]])
    found = group.weighted_means(np.log(matrices[:, i, j]), shares)
    expected = np.log(ahp.aggregate_judgments(matrices, shares)[:, i, j])
    assert np.allclose(found, expected, rtol=0, atol=1e-12, equal_nan=True)


@given(panel=panels(), data=st.data())
def test_properties_of_distances(panel: Float, data: st.DataObject) -> None:
    i, j = np.triu_indices(panel.shape[-1], 1)
    judgments = panel[:, i, j]
    found = ahp.log_distances(judgments)
    for one, other in product(range(len(judgments)), repeat=2):
        common = [
            math.log(a / b) ** 2
            for a, b in zip(judgments[one], judgments[other], strict=True)
            if not math.isnan(a * b)
        ]
        if common:
            expected = math.sqrt(sum(common) / len(common))
            assert found[one, other] == pytest.approx(expected, rel=1e-12, abs=1e-12)
        else:
            assert np.isnan(found[one, other])
    who = np.array(data.draw(st.permutations(range(len(judgments)))))
    assert np.array_equal(
        ahp.log_distances(judgments[who]), found[np.ix_(who, who)], equal_nan=True
    )
    opposite = ahp.log_distances(1 / judgments)
    assert np.allclose(opposite, found, rtol=0, atol=1e-12, equal_nan=True)
    assert np.array_equal(ahp.log_distances(panel), found, equal_nan=True)
    several = len(judgments) != judgments.shape[1]  # else it could be a panel of matrices
    if several:
        batch = ahp.log_distances(np.stack([judgments, judgments[who]]))
        assert np.array_equal(batch[0], found, equal_nan=True)
    try:
        weights = ahp.distance_weights(judgments)
    except ahp.MatrixError:
        return
    assert np.abs(weights.sum() - 1) <= 1e-15
    assert same(ahp.distance_weights(judgments[who]), weights[who])
    if not several:
        return
    together = ahp.distance_weights(np.stack([judgments, judgments[who]]))
    assert np.array_equal(together[0], weights)


@pytest.mark.parametrize(
    ("judgments", "scale_max", "message"),
    [
        (
            [1, 2],
            9,
            "judgments of shape (2,), expected (..., k, p) with an expert and a pair or more",
        ),
        ([[1], [0]], 9, "judgments[1, 0] = 0, expected a number from 1e-100 to 1e+100"),
        ([[1], [math.inf]], 9, "judgments[1, 0] = inf, expected a number from 1e-100 to 1e+100"),
        (
            [[1, NONE], [1, NONE], [NONE, 2]],
            9,
            "judgments[2] have no pair in common with any other expert's, expected one or more",
        ),
        (
            [[9], [1 / 9]],
            9,
            "judgments: no two experts agree at all, so the weights are 0/0; expected a distance "
            "below 2 ln M between some",
        ),
        (
            [[[1], [1]], [[9], [1 / 9]]],
            9,
            "judgments[1]: no two experts agree at all, so the weights are 0/0; expected a "
            "distance below 2 ln M between some",
        ),
        ([[1], [2]], 1, "scale_max = 1, expected a number above 1, to 1e+100"),
        ([[1], [2]], None, "scale_max = None, expected a number above 1, to 1e+100"),
    ],
)
def test_distance_weights_that_do_not_fit(judgments: Any, scale_max: Any, message: str) -> None:
    with pytest.raises(ahp.AHPError) as raised:
        ahp.distance_weights(judgments, scale_max=scale_max)
    assert str(raised.value) == message
    option = message.startswith("scale_max")
    assert isinstance(raised.value, ahp.OptionError if option else ahp.MatrixError)


@pytest.mark.parametrize("missing", [False, True])
def test_large_panels_are_joined_by_parts(monkeypatch: pytest.MonkeyPatch, missing: bool) -> None:
    """Those of a few experts, as all at once; the same bits whatever the number of threads."""
    rng = np.random.default_rng(20)
    matrices = np.ones((9_000, 3, 3))
    i, j = np.triu_indices(3, 1)
    matrices[:, i, j] = np.exp(rng.normal(0, 1, (9_000, 3)))
    matrices[:, j, i] = 1 / matrices[:, i, j]
    priorities, shares = ahp.weights(matrices), rng.random(9_000)
    if missing:
        matrices[5_000:, 0, 1] = matrices[5_000:, 1, 0] = np.nan
        priorities[8_000:] = np.nan

    def joined() -> list[Any]:
        return [
            ahp.aggregate_judgments(matrices, shares),
            *(ahp.aggregate_priorities(priorities, shares, how=how) for how in group.MEANS),
            ahp.group_consensus(priorities, shares).similarity,
            ahp.kendall_w(priorities).w,
        ]

    monkeypatch.setenv("AHP_THREADS", "1")
    alone = joined()
    monkeypatch.setenv("AHP_THREADS", "3")
    for one, other in zip(alone, joined(), strict=True):
        assert np.array_equal(one, other)
    monkeypatch.setattr(group, "EXPERTS_AT_ONCE", 10**6)
    for one, other in zip(alone, joined(), strict=True):
        assert one == pytest.approx(other, rel=1e-13)
