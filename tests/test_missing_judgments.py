"""Every public function that takes judgment matrices: what it makes of missing ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import sensitivity
from ahp.matrix import Float

NAN = math.nan

# matrix A1 of Dong, Zhang, Hong & Xu 2010, whole and without its last judgment
A1 = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, 2])
A1_GAP = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, None])

# 1-2-3-4-1, a contradiction without a whole triad
RING = ahp.PairwiseMatrix.from_upper([2, None, 2, 2, None, 2])

STAR = ahp.PairwiseMatrix.from_upper([4, 6, 7, None, None, None])
APART = ahp.PairwiseMatrix.from_upper([4, None, None, None, None, 2])

UNCONNECTED = (
    "the judged pairs leave 2 components, ('1', '2'), ('3', '4'), expected one; judging '1' "
    "against '3' joins two of them"
)
REFUSED = "a[2, 3] is not judged, expected a complete matrix; judgments missing: 1; "

TRIADS = ("koczkodaj_index", "pelaez_lamata_index", "triad_log_residual")
COUNTS = ("circular_triads", "intransitive_triads")
FITS = ("geometric_consistency_index", "relative_error")
COMPLETE_INDICES = (
    *("harmonic_consistency_index", "salo_hamalainen_index", "golden_wang_index"),
    *("cosine_consistency_index", "kendall_zeta"),
)


def partial_matrices(seed: int, count: int, n: int, missing: int) -> Float:
    """Random, connected matrices with as many pairs missing."""
    rng = np.random.default_rng(seed)
    found = []
    i, j = np.triu_indices(n, 1)
    while len(found) < count:
        upper = np.exp(rng.normal(0, 1, len(i)))
        upper[rng.permutation(len(i))[:missing]] = NAN
        matrix = np.ones((n, n))
        matrix[i, j], matrix[j, i] = upper, 1 / upper
        if len(ahp.components(matrix)) == 1:
            found.append(matrix)
    return np.array(found)


def whole_triads(a: Float) -> list[tuple[float, float, float]]:
    """The logarithms (a_ij, a_jk, a_ik) of the triads whose judgments are all given."""
    logs = np.log(a)
    cells = [(logs[i, j], logs[j, k], logs[i, k]) for i, j, k in combinations(range(len(a)), 3)]
    return [triad for triad in cells if not np.isnan(triad).any()]


# --- who takes them ------------------------------------------------------------------------------


def refusing() -> list[tuple[str, Callable[[Any], Any], str]]:
    fills = "ahp.complete_matrices fills them"
    methods = [name for name in ahp.METHODS if name not in ("eigenvector", "geometric_mean")]
    return [
        *((name, lambda a, name=name: ahp.weights(a, name), fills) for name in methods),
        *((name, lambda a, name=name: ahp.prioritize(a, name), fills) for name in methods),
        *((name, getattr(ahp, name), fills) for name in COMPLETE_INDICES),
        ("fewest_changes", ahp.fewest_changes, fills),
        ("smallest_adjustment", ahp.smallest_adjustment, fills),
        (
            "check_consistency",
            ahp.check_consistency,
            "ahp.check_incomplete_consistency has the CR without them",
        ),
    ]


@pytest.mark.parametrize(("name", "function", "instead"), refusing())
def test_what_has_no_meaning_without_them_is_refused(
    name: str, function: Callable[[Any], Any], instead: str
) -> None:
    with pytest.raises(ahp.IncompleteError) as raised:
        function(A1_GAP)
    assert str(raised.value) == REFUSED + instead


@pytest.mark.parametrize("function", [ahp.column_mean, ahp.kendall_zeta])
def test_a_refused_batch_names_the_matrix(function: Callable[[Any], Any]) -> None:
    with pytest.raises(ahp.IncompleteError) as raised:
        function([A1.values, A1_GAP.values])
    assert str(raised.value) == f"a[1, 2, 3]{REFUSED[7:]}ahp.complete_matrices fills them"


def simulated_panel(matrix: ahp.PairwiseMatrix) -> object:
    tree = ahp.Hierarchy("goal", {"goal": matrix.labels})
    return ahp.simulate_panel(tree, {"goal": matrix.values[None]}, seed=1, draws=2)


@pytest.mark.parametrize(
    ("function", "place"),
    [
        (ahp.weights, ""),
        (ahp.geometric_mean, ""),
        (ahp.prioritize, ""),
        (ahp.geometric_consistency_index, ""),
        (ahp.relative_error, ""),
        (ahp.order_preservation, ""),
        (ahp.all_indices, ""),
        (ahp.rank_judgments, ""),
        (lambda a: ahp.simulate_matrix(a, seed=1, draws=2), ""),
        (simulated_panel, "matrix of 'goal': "),
    ],
)
def test_judgments_that_do_not_connect_all_items(
    function: Callable[[Any], Any], place: str
) -> None:
    with pytest.raises(ahp.IncompleteError) as raised:
        function(APART)
    assert str(raised.value) == place + UNCONNECTED


@pytest.mark.parametrize("name", [*FITS, "weights", "geometric_mean"])
def test_an_unconnected_matrix_is_named_by_its_place_in_the_batch(name: str) -> None:
    with pytest.raises(ahp.IncompleteError) as raised:
        getattr(ahp, name)([A1.values, A1_GAP.values, APART.values])
    assert str(raised.value) == f"a[2]: {UNCONNECTED}"


@pytest.mark.parametrize("name", [*FITS, *TRIADS, *COUNTS, "weights", "geometric_mean"])
def test_a_batch_of_both_kinds_has_the_bits_of_batches_of_each(name: str) -> None:
    function = getattr(ahp, name)
    batch = np.concatenate(
        [partial_matrices(seed, 3, 5, missing) for seed, missing in enumerate([0, 1, 3, 0, 6])]
    )
    found = function(batch)
    each = np.concatenate([function(matrix[None]) for matrix in batch])
    assert np.array_equal(found, each, equal_nan=True)
    complete = ~np.isnan(batch).any(axis=(-1, -2))
    assert complete.sum() == 6
    assert np.array_equal(found[complete], function(batch[complete]))


# --- weights -------------------------------------------------------------------------------------


def test_the_eigenvector_is_that_of_the_completion() -> None:
    found = ahp.prioritize(A1_GAP)
    assert np.array_equal(found.weights, ahp.complete_matrices(A1_GAP).weights)
    assert np.array_equal(ahp.eigenvector(A1_GAP), found.weights)
    assert np.round(found.weights, 6).tolist() == [0.619297, 0.224966, 0.086186, 0.069552]
    assert found.unique is True


def test_the_geometric_mean_is_the_least_squares_fit() -> None:
    found = ahp.prioritize(A1_GAP, "geometric_mean")
    assert np.array_equal(found.weights, ahp.log_least_squares(A1_GAP))
    assert np.round(found.weights, 6).tolist() == [0.6164, 0.225328, 0.087842, 0.07043]
    # Kułakowski 2020: they are the row geometric means of the matrix filled with their ratios
    filled = A1_GAP.values.copy()
    filled[2, 3] = found.weights[2] / found.weights[3]
    filled[3, 2] = 1 / filled[2, 3]
    assert ahp.geometric_mean(filled) == pytest.approx(found.weights, rel=1e-14)
    logs, heights = np.log(A1_GAP.values), np.log(found.weights)
    residuals = [
        logs[i, j] - heights[i] + heights[j]
        for i, j in combinations(range(4), 2)
        if (i, j) != (2, 3)
    ]
    assert found.objective == pytest.approx(sum(r**2 for r in residuals), rel=1e-12)


# --- indices -------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [1, 4, 8])
def test_indices_of_triads_are_those_of_the_whole_ones(missing: int) -> None:
    for matrix in partial_matrices(missing, 5, 6, missing):
        residuals = [abs(x + y - z) for x, y, z in whole_triads(matrix)]
        assert residuals
        expected = {
            "koczkodaj_index": 1 - math.exp(-max(residuals)),
            "pelaez_lamata_index": np.mean([4 * math.sinh(r / 2) ** 2 for r in residuals]),
            "triad_log_residual": np.mean(residuals),
        }
        for name, value in expected.items():
            assert getattr(ahp, name)(matrix) == pytest.approx(value, rel=1e-12)


def test_where_no_triad_is_whole_their_indices_have_no_value() -> None:
    for name in TRIADS:
        assert math.isnan(getattr(ahp, name)(RING))
        assert math.isnan(getattr(ahp, name)(STAR))
        assert np.isnan(getattr(ahp, name)([RING.values, A1.values])).tolist() == [True, False]


def test_counts_are_those_of_the_whole_triads() -> None:
    rng = np.random.default_rng(5)
    for matrix in partial_matrices(3, 20, 6, 4):
        i, j = np.triu_indices(6, 1)
        matrix[i, j] = np.where(rng.random(len(i)) < 0.3, matrix[i, j] * 0 + 1, matrix[i, j])
        matrix[j, i] = 1 / matrix[i, j]
        circular = intransitive = 0
        for triad in whole_triads(matrix):
            x, y, z = np.sign(np.round(triad, 9))
            circular += bool((x, y, z) in {(1, 1, -1), (-1, -1, 1)})
            # an order of three items, ties allowed, gives signs that add up
            heights = [(p, q, r) for p in range(3) for q in range(3) for r in range(3)]
            orders = {tuple(np.sign([p - q, q - r, p - r])) for p, q, r in heights}
            intransitive += bool((x, y, z) not in orders)
        assert ahp.circular_triads(matrix) == circular
        assert ahp.intransitive_triads(matrix) == intransitive
    cycle = ahp.PairwiseMatrix.from_upper([2, 1 / 2, None, 2, None, None])
    assert ahp.circular_triads(cycle) == ahp.intransitive_triads(cycle) == 1
    assert ahp.circular_triads(RING) == ahp.intransitive_triads(RING) == 0


@pytest.mark.parametrize("missing", [1, 3, 5])
def test_indices_of_the_fit_are_those_over_the_judged_pairs(missing: int) -> None:
    for matrix in partial_matrices(missing, 5, 5, missing):
        heights = np.log(ahp.log_least_squares(matrix))
        logs = np.log(matrix)
        judged = [(i, j) for i, j in combinations(range(5), 2) if not np.isnan(logs[i, j])]
        squares = sum((logs[i, j] - heights[i] + heights[j]) ** 2 for i, j in judged)
        freedom = len(judged) - (5 - 1)
        assert ahp.geometric_consistency_index(matrix) == pytest.approx(squares / freedom)
        total = sum(logs[pair] ** 2 for pair in judged)
        assert ahp.relative_error(matrix) == pytest.approx(squares / total)


def test_a_tree_of_judgments_cannot_contradict_itself() -> None:
    assert ahp.geometric_consistency_index(STAR) == 0
    assert ahp.relative_error(STAR) == pytest.approx(0, abs=1e-30)
    assert ahp.geometric_consistency_index([STAR.values, A1.values])[1] == (
        ahp.geometric_consistency_index(A1)
    )


def test_consistent_judgments_have_perfect_indices_whatever_is_missing() -> None:
    heights = np.array([8.0, 4.0, 2.0, 1.0, 1.0])
    matrix = heights[:, None] / heights
    for i, j in [(0, 1), (2, 4)]:
        matrix[i, j] = matrix[j, i] = NAN
    for name in (*TRIADS, *COUNTS, *FITS):
        assert getattr(ahp, name)(matrix) == pytest.approx(0, abs=1e-14)
    order = ahp.order_preservation(matrix)
    assert order.preferences.strict_share == order.intensities.strict_share == 1


def test_order_preservation_asks_for_the_orders_that_are_stated() -> None:
    for matrix in partial_matrices(8, 5, 5, 3):
        found = ahp.order_preservation(matrix)
        w = found.weights
        assert np.array_equal(w, ahp.complete_matrices(matrix).weights)
        stated = [(i, j) for i, j in permutations(range(5), 2) if matrix[i, j] > 1]
        assert found.preferences.asked == len(stated) == 7
        assert found.preferences.strict == sum(w[i] > w[j] for i, j in stated)
        asked = [(x, y) for x, y in permutations(stated, 2) if matrix[x] > matrix[y]]
        assert found.intensities.asked == len(asked)
        kept = sum(w[x[0]] / w[x[1]] > w[y[0]] / w[y[1]] for x, y in asked)
        assert found.intensities.strict == kept
    given = ahp.order_preservation(APART, weights=[4, 1, 2, 1])
    assert (given.preferences.asked, given.preferences.strict) == (2, 2)


def test_all_indices_say_which_have_no_value() -> None:
    found = {index.name: index for index in ahp.all_indices(A1_GAP)}
    checked = ahp.check_incomplete_consistency(A1_GAP)
    assert found["lambda_max"].value == checked.lambda_max
    assert found["consistency_ratio"] == ahp.Index(
        name="consistency_ratio",
        value=checked.cr,
        perfect=0,
        threshold=0.1,
        acceptable=True,
        source="Saaty 1980, p. 21; RI: printed, 1 missing, Ágoston & Csató 2022",
    )
    assert {name for name, index in found.items() if math.isnan(index.value)} == {*COMPLETE_INDICES}
    assert found["cosine_consistency_index"].acceptable is None
    assert found["geometric_consistency_index"].threshold is None
    assert list(found) == [index.name for index in ahp.all_indices(A1)]


# --- diagnosis -----------------------------------------------------------------------------------


def test_judgments_are_ranked_by_what_changing_each_alone_does() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, "1/4", None], list("abcd"))
    found = ahp.rank_judgments(matrix)
    assert {(one.i, one.j) for one in found} == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3)}
    assert [one.cr_after for one in found] == sorted(one.cr_after for one in found)
    positions = [1 / k for k in range(9, 1, -1)] + list(range(1, 10))

    def cr(i: int, j: int, value: float) -> float:
        changed = matrix.values.copy()
        changed[i, j], changed[j, i] = value, 1 / value
        return float(ahp.check_incomplete_consistency(changed).cr)

    w = ahp.weights(matrix)
    for one in found:
        assert one.cr_before == ahp.check_incomplete_consistency(matrix).cr
        assert one.cr_after == pytest.approx(min(cr(one.i, one.j, v) for v in positions), abs=1e-9)
        assert one.cr_after == pytest.approx(cr(one.i, one.j, one.best_value), abs=1e-12)
        assert one.cr_continuous == pytest.approx(cr(one.i, one.j, one.best_continuous), abs=1e-9)
        for factor in (0.99, 1.01):
            assert cr(one.i, one.j, one.best_continuous * factor) > one.cr_continuous
        assert one.epsilon == pytest.approx(one.value * w[one.j] / w[one.i])


def test_nothing_contradicts_a_judgment_that_alone_joins_the_items() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([2, 2, 5, 4, None, None])  # only 1 is compared with 4
    (bridge,) = (one for one in ahp.rank_judgments(matrix) if one.j == 3)
    assert (bridge.i, bridge.best_value, bridge.best_continuous) == (0, 5, 5)
    assert bridge.cr_before == bridge.cr_after == bridge.cr_continuous > 0
    alone = ahp.rank_judgments(STAR)
    assert [(one.best_value, one.cr_after) for one in alone] == [(4, 0), (6, 0), (7, 0)]


def test_the_worst_triads_are_whole() -> None:
    found = ahp.worst_triads(A1_GAP, 9)
    assert [{one.i, one.j, one.k} for one in found] == [{0, 1, 3}, {0, 1, 2}]
    assert found == tuple(one for one in ahp.worst_triads(A1, 9) if {2, 3} - {one.i, one.j, one.k})
    assert ahp.worst_triads(RING) == ()


# --- how sure the weights are --------------------------------------------------------------------

TREE = ahp.Hierarchy("goal", {"goal": ("a", "b"), "a": ("w", "x", "y", "z")})


def panel(*a: list[Any]) -> dict[str, Float]:
    """Experts who judge the goal alike, and a as listed."""
    upper = ahp.PairwiseMatrix.from_upper
    return {
        "goal": np.stack([upper([3]).values] * len(a)),
        "a": np.stack([upper(own).values for own in a]),
    }


@pytest.mark.parametrize("method", ["eigenvector", "column_mean"])
@pytest.mark.parametrize("perturbation", ["grid", "lognormal"])
def test_given_judgments_alone_are_perturbed(method: str, perturbation: str) -> None:
    matrix = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, None], list("wxyz"))
    still = ahp.simulate_matrix(
        matrix, seed=1, draws=20, spread=0, perturbation=perturbation, method=method
    )
    expected = ahp.weights(ahp.complete_matrices(matrix).values, method)
    assert still.weights == pytest.approx(expected, rel=1e-9)
    assert still.std.max() < 1e-9
    found = ahp.simulate_matrix(
        matrix, seed=1, draws=2000, perturbation=perturbation, method=method
    )
    assert np.array_equal(found.weights, still.weights)
    assert (found.std > 1e-3).all()
    assert found.names == tuple("wxyz")


def test_every_draw_is_completed_anew() -> None:
    # one judgment can move, the missing one follows from it
    matrix = ahp.PairwiseMatrix.from_upper([9, None, 9], ["x", "y", "z"])
    found = ahp.simulate_matrix(matrix, seed=3, draws=4000)
    possible = {9.0: 5 / 6, 8.0: 1 / 6}  # the step beyond the scale is not made, spread 2/3
    chance = {9.0: 2 / 3, 8.0: 1 / 3}
    mean = sum(
        chance[p] * chance[q] * np.array([p * q, q, 1]) / (p * q + q + 1)
        for p in possible
        for q in possible
    )
    assert found.mean == pytest.approx(mean, abs=2e-4)


def test_the_tree_of_one_expert_with_gaps() -> None:
    matrices = {"goal": [[1, 3], [1 / 3, 1]], "a": A1_GAP.values}
    found = ahp.simulate_hierarchy(TREE, matrices, seed=1, draws=50)
    assert found.local["a"].weights == pytest.approx(ahp.weights(A1_GAP), rel=1e-9)
    assert found.leaves.weights[:4] == pytest.approx(0.75 * ahp.weights(A1_GAP), rel=1e-9)


def test_a_panel_with_gaps_is_joined_as_its_judgments_are() -> None:
    given = panel([4, 6, 7, 3, 4, None], [3, None, None, None, 4, 1], [5, None, 2, None, None, 2])
    for shares in (None, [0.5, 0.2, 0.3], [0.0, 0.5, 0.5]):
        found = ahp.simulate_panel(TREE, given, shares, seed=1, draws=200)
        joined = ahp.aggregate_judgments(given["a"], shares)
        assert found.local["a"].weights == pytest.approx(ahp.weights(joined), rel=1e-9)
    both = ahp.simulate_panel(TREE, given, seed=1, draws=200, perturbation="grid")
    alone = ahp.simulate_panel(TREE, given, seed=1, draws=2)
    assert both.leaves.weights == pytest.approx(alone.leaves.weights, rel=1e-9)
    assert (both.local["a"].std > 1e-3).all()


def test_panels_that_do_not_connect_all_items_are_drawn_anew() -> None:
    # neither expert alone connects the items: of four equally likely panels two count
    given = panel([4, None, None, 3, None, None], [None, None, None, None, None, 2])
    found = ahp.simulate_panel(TREE, given, seed=1, draws=2000)
    assert 1800 < found.leaves.redrawn < 2200
    assert found.local["a"].std.max() < 1e-9  # both panels that count are the same
    whole = panel([4, 6, 7, 3, 4, 2], [2, 6, 7, 3, 4, 2])
    assert ahp.simulate_panel(TREE, whole, seed=1, draws=20).leaves.redrawn == 0


def test_no_bit_of_a_bootstrap_with_gaps_depends_on_the_chunks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = panel(
        [4, 6, None, 3, None, None], [3, None, None, None, 4, 1], [5, None, 2, 1, None, 2]
    )
    once = ahp.simulate_panel(TREE, given, seed=4, draws=300, perturbation="lognormal")
    monkeypatch.setattr(sensitivity, "_CELLS", 100)
    pieces = ahp.simulate_panel(TREE, given, seed=4, draws=300, perturbation="lognormal")
    assert once.leaves.redrawn == pieces.leaves.redrawn > 0
    assert np.array_equal(once.leaves.mean, pieces.leaves.mean)
    assert np.array_equal(once.leaves.rank_probability, pieces.leaves.rank_probability)


def test_a_bootstrap_that_hardly_ever_connects_the_items_gives_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs = [[2 if k == own else None for k in range(6)] for own in (0, 3, 5)]
    monkeypatch.setattr(sensitivity, "MOST_REDRAWN", 1)
    with pytest.raises(ahp.IncompleteError) as raised:
        ahp.simulate_panel(TREE, panel(*pairs), seed=1, draws=100)
    assert str(raised.value).endswith(
        "panels drawn do not connect all items, expected 100 at most for 100 draws; "
        "bootstrap = False varies the judgments alone"
    )
    varied = ahp.simulate_panel(
        TREE, panel(*pairs), seed=1, draws=100, bootstrap=False, perturbation="grid"
    )
    assert varied.leaves.redrawn == 0


def test_experts_without_weight_do_not_connect_the_items() -> None:
    given = panel([4, None, None, 3, None, None], [None, None, None, None, None, 2])
    with pytest.raises(ahp.IncompleteError) as raised:
        ahp.simulate_panel(TREE, given, [1, 0], seed=1, draws=20)
    assert str(raised.value) == (
        "matrix of 'a': the judged pairs leave 2 components, ('w', 'x', 'y'), ('z'), expected one; "
        "judging 'w' against 'z' joins two of them"
    )
