from __future__ import annotations

import dataclasses
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import sensitivity
from ahp.matrix import Float
from ahp.scale import SAATY_POSITIONS, parse_judgment
from ahp.sensitivity import (
    HierarchyUncertainty,
    StabilityInterval,
    WeightUncertainty,
    critical_criteria,
    draw_local_weights,
    one_at_a_time,
    simulate_hierarchy,
    simulate_matrix,
    simulate_panel,
    stability_interval,
)
from ahp.tolerance import rank_spans

DONG_A1 = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, 2])
TREE = ahp.Hierarchy("g", {"g": ("a", "b", "c"), "b": ("b1", "b2"), "c": ("c1", "c2", "c3")})
SCALE = sorted(parse_judgment(text) for text in SAATY_POSITIONS)


def panel_matrices(experts: int, seed: int = 0) -> dict[str, Float]:
    """Judgments on the scale by some experts for every parent of TREE."""
    rng = np.random.default_rng(seed)
    found = {}
    for parent, kids in TREE.children.items():
        n = len(kids)
        upper = rng.choice(SCALE[4:13], (experts, n * (n - 1) // 2))
        found[parent] = np.stack([ahp.PairwiseMatrix.from_upper(row).values for row in upper])
    return found


def alone(matrices: dict[str, Float], expert: int = 0) -> dict[str, Float]:
    return {parent: own[expert] for parent, own in matrices.items()}


def all_results(found: HierarchyUncertainty) -> list[WeightUncertainty]:
    return [*found.local.values(), found.leaves]


def assert_same_bits(one: WeightUncertainty, other: WeightUncertainty) -> None:
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert np.array_equal(a, b), field.name


# --- against a plain loop with the same random numbers


def plain_loop(
    matrices: dict[str, Float],
    expert_weights: list[float],
    seed: int,
    draws: int,
    bootstrap: bool,
    perturbation: str | None,
    spread: float,
) -> dict[str, list[list[float]]]:
    """Local weights of every parent and global ones of the leaves, draw by draw."""
    resampling, noise = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(2))
    experts = len(expert_weights)
    found: dict[str, list[list[float]]] = {name: [] for name in (*TREE.parents, "leaves")}
    for _ in range(draws):
        who = list(range(experts))
        if bootstrap:
            who = [int(k) for k in resampling.integers(experts, size=experts)]
        judged = []
        for expert in who:
            own = {}
            for parent, kids in TREE.children.items():
                n = len(kids)
                for i in range(n):
                    for j in range(i + 1, n):
                        value = matrices[parent][expert, i, j]
                        if perturbation == "lognormal":
                            value *= math.exp(spread * noise.standard_normal())
                        elif perturbation == "grid":
                            chance = noise.random()
                            step = -1 if chance < spread / 2 else chance >= 1 - spread / 2
                            place = int(np.argmin(np.abs(np.array(SCALE) - value))) + step
                            value = SCALE[min(max(place, 0), 16)]
                        own[parent, i, j] = value
            judged.append(own)
        total = sum(expert_weights[expert] for expert in who)
        local = {}
        for parent, kids in TREE.children.items():
            n = len(kids)
            matrix = np.ones((n, n))
            for i in range(n):
                for j in range(i + 1, n):
                    for expert, own in zip(who, judged, strict=True):
                        matrix[i, j] *= own[parent, i, j] ** (expert_weights[expert] / total)
                    matrix[j, i] = 1 / matrix[i, j]
            roots, vectors = np.linalg.eig(matrix)
            vector = np.abs(vectors[:, np.argmax(roots.real)])
            local[parent] = vector / vector.sum()
            found[parent].append(list(local[parent]))
        a, b, c = local["g"]
        found["leaves"].append([a, *(b * local["b"]), *(c * local["c"])])
    return found


@pytest.mark.parametrize(
    ("bootstrap", "perturbation", "spread"),
    [
        (True, None, None),
        (True, "grid", 0.8),
        (True, "lognormal", 0.3),
        (False, "grid", 2 / 3),
        (False, "lognormal", 0.5),
    ],
)
def test_a_panel_against_a_plain_loop(
    bootstrap: bool, perturbation: str | None, spread: float | None
) -> None:
    matrices, expert_weights, draws = panel_matrices(4), [0.4, 0.1, 0.2, 0.3], 150
    found = simulate_panel(
        TREE,
        matrices,
        expert_weights,
        seed=7,
        draws=draws,
        bootstrap=bootstrap,
        perturbation=perturbation,
        spread=spread,
        level=0.9,
    )
    expected = plain_loop(
        matrices, expert_weights, 7, draws, bootstrap, perturbation, spread or 0.0
    )
    for result, drawn in zip(all_results(found), expected.values(), strict=True):
        assert_summary(result, drawn)


def test_one_expert_against_a_plain_loop() -> None:
    matrices = panel_matrices(1)
    found = simulate_hierarchy(TREE, alone(matrices), seed=8, draws=100, level=0.9)
    expected = plain_loop(matrices, [1.0], 8, 100, False, "grid", 2 / 3)
    for result, drawn in zip(all_results(found), expected.values(), strict=True):
        assert_summary(result, drawn)


def assert_summary(found: WeightUncertainty, drawn: list[list[float]]) -> None:
    """Every field against its definition, in plain loops over the draws."""
    draws, n = len(drawn), len(drawn[0])
    for i in range(n):
        own = sorted(row[i] for row in drawn)
        mean = sum(own) / draws
        assert found.mean[i] == pytest.approx(mean, abs=1e-13)
        variance = sum((weight - mean) ** 2 for weight in own) / draws
        assert found.std[i] == pytest.approx(math.sqrt(variance), abs=1e-12)
        for bound, share in ((found.lower[i], 0.05), (found.upper[i], 0.95)):
            place = share * (draws - 1)
            low = math.floor(place)
            quantile = own[low] + (place - low) * (own[min(low + 1, draws - 1)] - own[low])
            assert bound == pytest.approx(quantile, abs=1e-12)
        ranks = [0.0] * n
        for row in drawn:
            larger = sum(other > row[i] + 1e-10 for other in row)
            tied = sum(abs(other - row[i]) <= 1e-10 for other in row)
            for rank in range(larger, larger + tied):
                ranks[rank] += 1 / tied / draws
        assert found.rank_probability[i] == pytest.approx(ranks, abs=1e-12)
        for j in range(n):
            above = sum(row[i] > row[j] + 1e-10 for row in drawn) / draws
            assert found.outranks[i, j] == pytest.approx(above, abs=1e-12)


# --- what holds for every simulation


@pytest.mark.parametrize("method", ["eigenvector", "geometric_mean", "column_mean"])
@pytest.mark.parametrize("perturbation", ["grid", "lognormal"])
def test_the_same_bits_whatever_the_chunks(
    monkeypatch: pytest.MonkeyPatch, method: str, perturbation: str
) -> None:
    def run() -> HierarchyUncertainty:
        return simulate_panel(
            TREE, panel_matrices(3), [1, 2, 3], seed=5, draws=61, method=method,
            perturbation=perturbation,
        )  # fmt: skip

    whole = run()
    for cells in (1, 64, 20 * 3 * 7):  # a draw has 3 experts and 7 judgments
        monkeypatch.setattr(sensitivity, "_CELLS", cells)
        for one, other in zip(all_results(run()), all_results(whole), strict=True):
            assert_same_bits(one, other)


def test_the_same_panels_whatever_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Means of many panels are a product of matrices: its last digits depend on how many there are
    on some processors.
    """

    def run() -> HierarchyUncertainty:
        return simulate_panel(
            TREE, panel_matrices(3), [1, 2, 3], seed=5, draws=61, perturbation=None
        )

    whole = run()
    for cells in (1, 64, 20 * 3 * 7):
        monkeypatch.setattr(sensitivity, "_CELLS", cells)
        for one, other in zip(all_results(run()), all_results(whole), strict=True):
            assert one.mean == pytest.approx(other.mean, rel=1e-14)
            assert one.rank_probability == pytest.approx(other.rank_probability, abs=1e-14)


def test_ranks_are_counted_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = simulate_matrix(DONG_A1, seed=5, draws=200)
    monkeypatch.setattr(sensitivity, "_ROWS", 7)
    blocks = simulate_matrix(DONG_A1, seed=5, draws=200)
    assert blocks.rank_probability == pytest.approx(whole.rank_probability, abs=1e-15)
    assert np.array_equal(blocks.outranks, whole.outranks)


def test_another_seed_gives_other_draws() -> None:
    one, other = (simulate_matrix(DONG_A1, seed=seed, draws=50) for seed in (1, 2))
    assert not np.isclose(one.mean, other.mean, rtol=1e-6).any()
    assert_same_bits(one, simulate_matrix(DONG_A1, seed=1, draws=50))


def test_probabilities_sum_to_one() -> None:
    found = simulate_panel(TREE, panel_matrices(5), seed=3, draws=500, perturbation="grid")
    for result in all_results(found):
        assert result.rank_probability.sum(axis=0) == pytest.approx(1, abs=1e-12)
        assert result.rank_probability.sum(axis=1) == pytest.approx(1, abs=1e-12)
        tied = 1 - result.outranks - result.outranks.T
        assert (tied >= -1e-12).all()
        expected_rank = (result.rank_probability * np.arange(1, len(tied) + 1)).sum(axis=1)
        others = result.outranks.T + tied / 2
        np.fill_diagonal(others, 0)
        assert expected_rank == pytest.approx(1 + others.sum(axis=1), abs=1e-12)
        assert ((result.lower <= result.mean) & (result.mean <= result.upper)).all()


def assert_no_spread(result: WeightUncertainty) -> None:
    assert not result.std.any()
    for other in (result.mean, result.lower, result.upper):
        assert np.array_equal(other, result.weights)


@pytest.mark.parametrize("perturbation", ["grid", "lognormal"])
def test_no_perturbation_no_spread(perturbation: str) -> None:
    matrices = panel_matrices(1)
    options: dict[str, Any] = {"perturbation": perturbation, "spread": 0, "seed": 1, "draws": 20}
    assert_no_spread(simulate_matrix(DONG_A1, **options))
    for result in all_results(simulate_hierarchy(TREE, alone(matrices), **options)):
        assert_no_spread(result)


def test_the_bootstrap_of_one_expert_has_no_spread() -> None:
    for result in all_results(simulate_panel(TREE, panel_matrices(1), seed=1, draws=20)):
        assert_no_spread(result)


def test_an_expert_of_weight_0_is_not_there() -> None:
    matrices = panel_matrices(3)
    two = {parent: own[[0, 2]] for parent, own in matrices.items()}
    options: dict[str, Any] = {"seed": 4, "draws": 30, "perturbation": "grid"}
    found = simulate_panel(TREE, matrices, [2, 0, 1], **options)
    without = simulate_panel(TREE, two, [2, 1], **options)
    for one, other in zip(all_results(found), all_results(without), strict=True):
        assert_same_bits(one, other)


def test_the_weights_without_perturbation_are_the_panels() -> None:
    matrices = panel_matrices(6)
    found = simulate_panel(TREE, matrices, range(1, 7), seed=1, draws=2)
    local = {
        parent: ahp.weights(ahp.aggregate_judgments(own, range(1, 7)))
        for parent, own in matrices.items()
    }
    for parent, expected in local.items():
        assert found.local[parent].weights == pytest.approx(expected, abs=1e-14)
        assert found.local[parent].names == TREE.children[parent]
    leaves = TREE.global_weights(local)
    assert found.leaves.names == TREE.leaves
    assert found.leaves.weights == pytest.approx([leaves[k] for k in TREE.leaves], abs=1e-14)


def test_results_carry_their_options_and_are_read_only() -> None:
    found = simulate_matrix(DONG_A1, seed=9, draws=11, perturbation="lognormal", level=0.5)
    assert (found.draws, found.seed, found.level, found.method) == (11, 9, 0.5, "eigenvector")
    assert (found.perturbation, found.spread, found.bootstrap) == ("lognormal", 0.2, False)
    assert (found.names, found.version) == (DONG_A1.labels, ahp.__version__)
    arrays = [value for value in vars(found).values() if isinstance(value, np.ndarray)]
    assert len(arrays) == 7
    assert not any(array.flags.writeable for array in arrays)
    panel = simulate_panel(TREE, panel_matrices(2), seed=0, draws=1).leaves
    assert (panel.perturbation, panel.spread, panel.bootstrap) == (None, None, True)


def test_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, int]] = []
    monkeypatch.setattr(sensitivity, "_CELLS", 4 * 6)
    simulate_matrix(DONG_A1, seed=1, draws=10, progress=lambda *call: calls.append(call))
    assert calls == [(4, 10), (8, 10), (10, 10)]


# --- cases with known answers


def test_far_apart_weights_have_certain_ranks() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([3, 9, 3], ["x", "y", "z"])
    found = simulate_matrix(matrix, seed=1, draws=500, perturbation="lognormal", spread=0.05)
    assert np.array_equal(found.rank_probability, np.eye(3))
    assert np.array_equal(found.outranks, np.triu(np.ones((3, 3)), 1))


def test_tied_items_share_their_ranks() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([1, 1, "1/5", 1, "1/5", "1/5"])
    found = simulate_matrix(matrix, seed=1, draws=9, spread=0)
    third = 1 / 3
    assert found.rank_probability == pytest.approx(
        np.array([[0, third, third, third]] * 3 + [[1, 0, 0, 0]]), abs=1e-15
    )
    assert found.outranks.tolist() == [[0.0] * 4] * 3 + [[1.0, 1.0, 1.0, 0.0]]


def test_ties_are_found_behind_the_rounding() -> None:
    # 0.1·0.3 and 0.3·0.1 are equal, whatever the bits of products in another order
    first, size = rank_spans(np.array([[0.3 * (1 + 1e-12), 0.5, 0.3, 0.1]]))
    assert first.tolist() == [[1, 0, 1, 3]]
    assert size.tolist() == [[2, 1, 2, 1]]


def test_grid_probabilities_of_two_items() -> None:
    draws = 40_000
    for spread in (0.5, 1.0):
        found = simulate_matrix(np.ones((2, 2)), seed=2, draws=draws, spread=spread)
        sigma = math.sqrt(0.25 / draws)
        assert found.outranks[0, 1] == pytest.approx(spread / 2, abs=5 * sigma)
        assert found.outranks[1, 0] == pytest.approx(spread / 2, abs=5 * sigma)
    assert found.lower == pytest.approx([1 / 3, 1 / 3], abs=1e-15)
    assert found.upper == pytest.approx([2 / 3, 2 / 3], abs=1e-15)


@pytest.mark.parametrize(("judgment", "end", "inner"), [(9, 0.9, 8 / 9), ("1/9", 0.1, 1 / 9)])
def test_the_grid_is_clipped_at_its_ends(judgment: Any, end: float, inner: float) -> None:
    matrix = ahp.PairwiseMatrix.from_upper([judgment])
    found = simulate_matrix(matrix, seed=3, draws=40_000, spread=0.5)
    moved = (found.mean[0] - end) / (inner - end)
    assert moved == pytest.approx(0.25, abs=5 * math.sqrt(0.25 / 40_000))
    assert sorted([found.lower[0], found.upper[0]]) == pytest.approx(
        sorted([end, inner]), abs=1e-15
    )


def test_lognormal_probabilities_of_two_items() -> None:
    draws = 40_000
    matrix = [[1, math.exp(0.1)], [math.exp(-0.1), 1]]
    found = simulate_matrix(matrix, seed=4, draws=draws, perturbation="lognormal", spread=0.2)
    normal = (1 + math.erf(0.5 / math.sqrt(2))) / 2
    assert found.outranks[0, 1] == pytest.approx(normal, abs=5 * math.sqrt(0.25 / draws))
    upper = 1 / (1 + math.exp(-0.1 - 1.959964 * 0.2))
    assert found.upper[0] == pytest.approx(upper, abs=3e-3)


def test_symmetry_of_equal_items() -> None:
    found = simulate_matrix(np.ones((4, 4)), seed=5, draws=20_000)
    assert found.weights.tolist() == [0.25] * 4
    assert found.mean == pytest.approx(0.25, abs=5 * found.std.max() / math.sqrt(20_000))
    difference = found.outranks - found.outranks.T
    assert np.abs(difference).max() <= 5 / math.sqrt(20_000)


def test_a_bootstrap_of_two_experts_who_differ() -> None:
    # with chance 1/4 both draws are the first expert, 1/4 the second, 1/2 one of each
    tree = ahp.Hierarchy("g", {"g": ("x", "y")})
    matrices = {"g": [[[1, 4], [0.25, 1]], [[1, 0.25], [4, 1]]]}
    found = simulate_panel(tree, matrices, seed=6, draws=40_000).leaves
    sigma = math.sqrt(0.1875 / 40_000)
    assert found.outranks[0, 1] == pytest.approx(0.25, abs=5 * sigma)
    assert found.outranks[1, 0] == pytest.approx(0.25, abs=5 * sigma)
    assert found.upper == pytest.approx([0.8, 0.8], abs=1e-15)
    # weights 3 : 1 travel with their experts: of one each, ln a = (3 − 1)/4·ln 4
    heavy = simulate_panel(tree, matrices, [3, 1], seed=6, draws=40_000).leaves
    mean = 0.25 * 0.8 + 0.25 * 0.2 + 0.5 * 2 / 3
    assert heavy.mean[0] == pytest.approx(mean, abs=5 * heavy.std[0] / 200)
    assert heavy.outranks[0, 1] == pytest.approx(0.75, abs=5 * sigma)


def test_one_item() -> None:
    found = simulate_matrix([[1]], seed=1, draws=3)
    assert_no_spread(found)
    assert found.weights.tolist() == [1.0]
    assert found.rank_probability.tolist() == [[1.0]]
    assert found.outranks.tolist() == [[0.0]]


def test_other_methods() -> None:
    for method in ("geometric_mean", "column_mean"):
        found = simulate_matrix(DONG_A1, seed=1, draws=20, method=method, spread=0)
        assert found.weights == pytest.approx(ahp.weights(DONG_A1, method), abs=1e-15)
        assert found.method == method


# --- what is refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 0}, "draws = 0, expected an integer of 1 or more"),
        ({"draws": 10.0}, "draws = 10.0, expected an integer of 1 or more"),
        ({"seed": -1}, "seed = -1, expected an integer of 0 or more"),
        ({"seed": None}, "seed = None, expected an integer of 0 or more"),
        ({"seed": True}, "seed = True, expected an integer of 0 or more"),
        ({"level": 1}, "level = 1, expected a number between 0 and 1"),
        ({"level": "0.9"}, "level = '0.9', expected a number between 0 and 1"),
        ({"perturbation": "gird"}, "perturbation = 'gird', expected one of 'grid', 'lognormal'"),
        ({"spread": 1.5}, "spread = 1.5, expected a number from 0 to 1 for 'grid'"),
        (
            {"perturbation": "lognormal", "spread": math.nan},
            "spread = nan, expected a number from 0 to 10 for 'lognormal'",
        ),
    ],
)
def test_options_that_do_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        simulate_matrix(DONG_A1, **{"seed": 1, **options})
    assert str(raised.value) == message
    with pytest.raises(ahp.OptionError) as raised:
        simulate_panel(TREE, panel_matrices(2), **{"seed": 1, "perturbation": "grid", **options})
    assert str(raised.value) == message


def test_an_unknown_method_is_refused_before_anything_is_drawn() -> None:
    with pytest.raises(ahp.OptionError, match="^method = 'eigen', expected one of 'eigenvector', "):
        simulate_matrix("no matrix", seed=1, method="eigen")


def test_a_panel_must_vary_somehow() -> None:
    with pytest.raises(ahp.OptionError) as raised:
        simulate_panel(TREE, panel_matrices(2), seed=1, bootstrap=False)
    assert str(raised.value) == (
        "bootstrap = False and perturbation = None: nothing varies, expected one of them"
    )
    with pytest.raises(ahp.OptionError) as raised:
        simulate_panel(TREE, panel_matrices(2), seed=1, spread=0.1)
    assert str(raised.value) == "spread = 0.1 of no perturbation, expected None"


OFF = "expected one of the 17 positions from 1/9 to 9 for 'grid'; 'lognormal' takes any judgment"


def test_judgments_off_the_scale() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([3, 2.5, 1])
    with pytest.raises(ahp.MatrixError) as raised:
        simulate_matrix(matrix, seed=1)
    assert str(raised.value) == f"a[0, 2] = 2.5, {OFF}"
    assert simulate_matrix(matrix, seed=1, draws=5, perturbation="lognormal").draws == 5
    matrices = panel_matrices(3)
    matrices["c"][1] = ahp.PairwiseMatrix.from_upper([1, 1, 12]).values
    with pytest.raises(ahp.MatrixError) as raised:
        simulate_panel(TREE, matrices, seed=1, perturbation="grid")
    assert str(raised.value) == f"matrix of 'c': a[1, 1, 2] = 12, {OFF}"
    with pytest.raises(ahp.MatrixError) as raised:
        simulate_hierarchy(TREE, alone(matrices, 1), seed=1)
    assert str(raised.value) == f"matrix of 'c': a[1, 2] = 12, {OFF}"


def test_nine_digits_are_on_the_scale() -> None:
    matrix = [[1, 0.333333333], [3, 1]]
    found = simulate_matrix(matrix, seed=1, draws=5, spread=0)
    assert found.weights == pytest.approx([0.25, 0.75], abs=1e-15)
    found = simulate_matrix(matrix, seed=1, draws=5, perturbation="lognormal")
    panel = ahp.aggregate_judgments([matrix])
    assert found.weights == pytest.approx(ahp.weights(panel), abs=1e-15)


def without(key: str) -> dict[str, Any]:
    return {parent: own for parent, own in panel_matrices(2).items() if parent != key}


@pytest.mark.parametrize(
    ("matrices", "error", "message"),
    [
        (without("b"), ahp.HierarchyError, "no matrix of 'b'"),
        (
            {**panel_matrices(2), "b1": np.ones((2, 2, 2))},
            ahp.HierarchyError,
            "matrix of 'b1', expected those of 'g', 'b', 'c'",
        ),
        (
            {**panel_matrices(2), "b": np.ones((2, 3, 3))},
            ahp.HierarchyError,
            "matrix of 'b' has shape (2, 3, 3), expected (k, n, n) with n = 2",
        ),
        (
            {**panel_matrices(2), "b": np.ones((2, 2))},
            ahp.HierarchyError,
            "matrix of 'b' has shape (2, 2), expected (k, n, n) with n = 2",
        ),
        (
            {**panel_matrices(2), "c": panel_matrices(3)["c"]},
            ahp.HierarchyError,
            "matrices of 'c' by 3 experts, expected 2",
        ),
        (
            {parent: own[:0] for parent, own in panel_matrices(2).items()},
            ahp.HierarchyError,
            "matrices of 'g' by 0 experts, expected 1 or more",
        ),
        (
            {**panel_matrices(2), "b": [[[1, 2], [2, 1]]] * 2},
            ahp.MatrixError,
            "matrix of 'b': a[0, 0, 1] * a[0, 1, 0] = 4, expected 1",
        ),
        (
            {**panel_matrices(2), "b": [[[1, None], [None, 1]]] * 2},
            ahp.IncompleteError,
            "matrix of 'b': the judged pairs leave 2 components, ('b1'), ('b2'), expected one; "
            "judging 'b1' against 'b2' joins two of them",
        ),
    ],
)
def test_matrices_that_do_not_fit(
    matrices: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        simulate_panel(TREE, matrices, seed=1)
    assert type(raised.value) is error
    assert str(raised.value) == message


def test_a_batch_is_not_one_matrix() -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        simulate_matrix(np.ones((2, 3, 3)), seed=1)
    assert str(raised.value) == "shape (2, 3, 3), expected one square matrix"


def test_labels_in_another_order() -> None:
    matrices: dict[str, Any] = alone(panel_matrices(1))
    matrices["b"] = ahp.PairwiseMatrix.from_upper([3], ["b2", "b1"])
    found = simulate_hierarchy(TREE, matrices, seed=1, draws=2, spread=0)
    assert found.local["b"].names == ("b1", "b2")
    assert found.local["b"].weights == pytest.approx([0.25, 0.75], abs=1e-15)
    matrices["b"] = ahp.PairwiseMatrix.from_upper([3], ["流程", "手段"])
    with pytest.raises(ahp.HierarchyError) as raised:
        simulate_hierarchy(TREE, matrices, seed=1)
    assert str(raised.value) == "matrix of 'b': label '流程', expected 'b1', 'b2' as in the tree"


# --- one at a time

LOCAL = {"g": [0.5, 0.3, 0.2], "b": [0.6, 0.4], "c": [0.5, 0.25, 0.25]}


def plain_leaves(local: dict[str, list[float]], node: str, weight: float) -> dict[str, float]:
    """Global weights of the leaves of TREE with one local weight changed, by recursion."""
    found = {}

    def walk(parent: str, share: float) -> None:
        kids, own = TREE.children[parent], list(local[parent])
        if node in kids:
            rest = 1 - own[kids.index(node)]
            own = [weight if k == node else w * (1 - weight) / rest for k, w in zip(kids, own)]  # noqa: B905
        for kid, w in zip(kids, own, strict=True):
            if kid in TREE.children:
                walk(kid, share * w)
            else:
                found[kid] = share * w

    walk("g", 1.0)
    return {leaf: found[leaf] for leaf in TREE.leaves}


@pytest.mark.parametrize("node", ["a", "b", "c", "b1", "b2", "c3"])
def test_curves_against_plain_recursion(node: str) -> None:
    found = one_at_a_time(TREE, LOCAL, node)
    assert found.names == TREE.leaves
    assert found.grid == pytest.approx(np.arange(101) / 100, abs=1e-15)
    for weight, values in zip(found.grid, found.values, strict=True):
        expected = plain_leaves(LOCAL, node, weight)
        assert values == pytest.approx(list(expected.values()), abs=1e-15)
        assert values.sum() == pytest.approx(1, abs=1e-15)
    assert not found.grid.flags.writeable
    assert not found.values.flags.writeable


def test_curves_of_alternatives() -> None:
    rng = np.random.default_rng(0)
    scores = {name: rng.random(6) for name in ("x", "y", "z")}
    found = one_at_a_time(TREE, LOCAL, "b", grid=[0, 0.3, 1], scores=scores)
    assert (found.node, found.weight, found.names) == ("b", 0.3, ("x", "y", "z"))
    leaves = one_at_a_time(TREE, LOCAL, "b", grid=[0, 0.3, 1])
    table = np.stack(list(scores.values()))
    assert found.values == pytest.approx(leaves.values @ table.T, abs=1e-15)
    now = TREE.global_weights(LOCAL)
    assert leaves.values[1] == pytest.approx([now[leaf] for leaf in TREE.leaves], abs=1e-15)


def order(values: dict[str, float], top: int | None) -> list[str]:
    return sorted(values, key=lambda name: -values[name])[:top]


def random_locals(rng: np.random.Generator) -> dict[str, list[float]]:
    drawn = {parent: rng.random(len(kids)) + 0.05 for parent, kids in TREE.children.items()}
    return {parent: (w / w.sum()).tolist() for parent, w in drawn.items()}


def bisect(changed: Any, inside: float, outside: float) -> float:
    """Where a condition begins between two points; the outer one if it never does."""
    if not changed(outside):
        return outside
    while abs(outside - inside) > 1e-13:
        middle = (inside + outside) / 2
        if changed(middle):
            outside = middle
        else:
            inside = middle
    return inside


@pytest.mark.parametrize("top", [1, 2, 3, None])
@pytest.mark.parametrize("with_scores", [False, True])
def test_intervals_against_bisection(top: int | None, with_scores: bool) -> None:
    rng = np.random.default_rng(11)
    bounded = 0
    for _ in range(12):
        local = random_locals(rng)
        scores = {name: rng.random(6) for name in "vwxyz"} if with_scores else None
        for node in ("a", "b", "c", "b1", "b2", "c1", "c2", "c3"):
            found = stability_interval(TREE, local, node, top=top, scores=scores)

            def values(weight: float) -> dict[str, float]:
                leaves = plain_leaves(local, node, weight)  # noqa: B023
                if scores is None:  # noqa: B023
                    return leaves
                own = list(leaves.values())
                return {name: float(np.dot(row, own)) for name, row in scores.items()}  # noqa: B023

            present = order(values(found.weight), top)

            def changed(weight: float) -> bool:
                return order(values(weight), top) != present  # noqa: B023

            edge = 1e-7  # at 0 and 1 whole branches vanish, and with them every order
            lower = bisect(changed, found.weight, edge)
            upper = bisect(changed, found.weight, 1 - edge)
            assert found.lower == pytest.approx(lower, abs=2 * edge if lower == edge else 1e-9)
            assert found.upper == pytest.approx(upper, abs=2 * edge if upper == 1 - edge else 1e-9)
            for bound, pairs in (
                (found.lower, found.lower_pairs),
                (found.upper, found.upper_pairs),
            ):
                assert bool(pairs) == (0 < bound < 1)
                at = values(bound)
                for ahead, behind in pairs:
                    assert at[ahead] == pytest.approx(at[behind], abs=1e-13)
                    assert values(found.weight)[ahead] > values(found.weight)[behind]
                bounded += bool(pairs)
    assert bounded > 20


def test_an_interval_by_hand() -> None:
    # b1 = 0.6 b overtakes a = 1 − b − c, c/(a + c) = 2/7: at 5/7 (1 − b) = 0.6 b
    found = stability_interval(TREE, LOCAL, "b")
    assert found.upper == pytest.approx((5 / 7) / (5 / 7 + 0.6), abs=1e-15)
    assert (found.lower, found.lower_pairs) == (0.0, ())
    assert (found.upper_pairs, found.top, found.weight) == ((("a", "b1"),), 1, 0.3)


def test_tied_items_that_move_apart_have_no_interval() -> None:
    tied = {**LOCAL, "g": [0.3, 0.5, 0.2]}  # a and b1 have 0.3 each
    found = stability_interval(TREE, tied, "b")
    assert (found.lower, found.upper, found.change) == (0.5, 0.5, 0.0)
    assert found.lower_pairs == found.upper_pairs == (("a", "b1"),)


def test_items_that_stay_tied_do_not_matter() -> None:
    # c2 and c3 are equal whatever b weighs
    found = stability_interval(TREE, LOCAL, "b", top=None)
    assert 0 < found.lower < 0.3 < found.upper < 1
    assert {("c2", "c3"), ("c3", "c2")}.isdisjoint(found.lower_pairs + found.upper_pairs)
    constant = stability_interval(TREE, LOCAL, "b", scores={"x": [1] * 6, "y": [1] * 6})
    assert (constant.lower, constant.upper, constant.change) == (0.0, 1.0, math.inf)
    assert constant.relative_change == math.inf


def test_the_change_is_that_of_triantaphyllou_and_sanchez() -> None:
    # δ = (P_j − P_i)/(s_jk − s_ik) for alternatives i and j, feasible up to the weight itself
    criteria = ahp.Hierarchy("goal", {"goal": ("c1", "c2", "c3", "c4")})
    w = np.array([0.3277, 0.3058, 0.2875, 0.0790])
    rows = [
        [0.3088, 0.2897, 0.3867, 0.1922],
        [0.2163, 0.3458, 0.1755, 0.6288],
        [0.4509, 0.2473, 0.1194, 0.0575],
        [0.0240, 0.1172, 0.3184, 0.1215],
    ]
    scores = {f"a{k + 1}": row for k, row in enumerate(rows)}
    table = np.array(rows)
    preference = table @ w
    assert (preference[:-1] > preference[1:]).all()
    for top, relative in ((1, False), (1, True), (None, False), (None, True)):
        expected = {}
        for k in range(4):
            smallest = math.inf
            for i in range(1 if top else 4):
                for j in range(i + 1, 4):
                    delta = (preference[j] - preference[i]) / (table[j, k] - table[i, k])
                    if delta < w[k]:
                        smallest = min(smallest, abs(delta))
            expected[f"c{k + 1}"] = smallest / w[k] if relative else smallest
        found = critical_criteria(criteria, {"goal": w}, top=top, scores=scores, relative=relative)
        changes = {one.node: one.relative_change if relative else one.change for one in found}
        assert changes == pytest.approx(expected, rel=1e-12)
        assert list(changes) == sorted(expected, key=lambda name: expected[name])
    most = critical_criteria(criteria, {"goal": w}, scores=scores, relative=True)[0]
    assert (most.node, most.lower_pairs) == ("c3", (("a1", "a2"),))


def test_equal_changes_keep_the_order_of_the_tree() -> None:
    criteria = ahp.Hierarchy("goal", {"goal": ("1", "2", "3", "4")})
    w = ahp.weights(DONG_A1)
    first, second, *_ = critical_criteria(criteria, {"goal": w})
    assert first.change == pytest.approx(second.change, abs=1e-12)
    assert (first.node, second.node) == ("1", "2")


def test_critical_nodes_of_a_tree() -> None:
    found = critical_criteria(TREE, LOCAL, top=None)
    assert {one.node for one in found} == {kid for kids in TREE.children.values() for kid in kids}
    assert all(one.change <= other.change for one, other in pairwise(found))
    assert found[0] == stability_interval(TREE, LOCAL, found[0].node, top=None)


def test_a_weight_of_0_has_no_relative_change() -> None:
    found = StabilityInterval("a", 0.0, 0.0, 0.4, (), (("x", "y"),), 1)
    assert found.change == pytest.approx(0.4 / 0.6, abs=1e-15)
    assert found.relative_change == math.inf


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"node": "g"},
            "node 'g' has no local weight, expected one of 'a', 'b', 'c', 'b1', 'b2', 'c1', 'c2', "
            "'c3'",
        ),
        (
            {"local_weights": {**LOCAL, "c": [0.333, 0.333, 0.333]}},
            "local weights of 'c' have the sum 0.999, expected 1",
        ),
        (
            {"local_weights": {**LOCAL, "g": [0, 1, 0]}},
            "siblings of 'b' have weight 0, expected a share to vary",
        ),
        ({"local_weights": {"g": [0.5, 0.3, 0.2]}}, "no local weights for 'b'"),
        ({"scores": {}}, "no scores, expected those of one alternative or more"),
        (
            {"scores": {"x": [1, 2]}},
            "scores of 'x' have shape (2,), expected (6,), one for each leaf",
        ),
        (
            {"scores": {"x": [1, 1, 1, 1, 1, -1]}},
            "scores of 'x' [1.0, 1.0, 1.0, 1.0, 1.0, -1.0], expected finite numbers of 0 or more",
        ),
    ],
)
def test_one_at_a_time_refuses(given: dict[str, Any], message: str) -> None:
    options: dict[str, Any] = {"local_weights": LOCAL, "node": "b", **given}
    for function in (one_at_a_time, stability_interval):
        with pytest.raises(ahp.HierarchyError) as raised:
            function(TREE, **options)
        assert str(raised.value) == message


def test_grids_and_tops_that_do_not_fit() -> None:
    with pytest.raises(ahp.HierarchyError) as raised:
        one_at_a_time(TREE, LOCAL, "b", grid=[0, 1.5])
    assert str(raised.value) == "grid [0.0, 1.5], expected local weights from 0 to 1"
    with pytest.raises(ahp.OptionError) as option:
        stability_interval(TREE, LOCAL, "b", top=0)
    assert str(option.value) == "top = 0, expected an integer of 1 or more"


@pytest.mark.parametrize("gaps", [False, True])
def test_panels_drawn_are_joined_as_panels(gaps: bool) -> None:
    rng = np.random.default_rng(21)
    matrices = np.ones((6, 3, 3))
    i, j = np.triu_indices(3, 1)
    upper = np.exp(rng.normal(0, 1, (6, 3)))
    if gaps:
        upper[:4, 0] = upper[2:, 2] = np.nan
    matrices[:, i, j], matrices[:, j, i] = upper, 1 / upper
    tree = ahp.Hierarchy("goal", {"goal": ("a", "b", "c")})
    shares = np.array([1.0, 2, 0, 1, 3, 1]) / 8
    drawn = draw_local_weights(tree, {"goal": matrices}, shares, seed=3, draws=25)["goal"]
    # the same stream, panel by panel, those that do not connect all items left out
    there = np.flatnonzero(shares)
    chance = np.random.default_rng(np.random.SeedSequence(3).spawn(2)[0])
    expected: list[Any] = []
    while len(expected) < 25:
        who = there[chance.integers(len(there), size=len(there))]
        panel = ahp.aggregate_judgments(matrices[who], shares[who])
        if len(ahp.components(panel)) == 1:
            expected.append(ahp.weights(ahp.complete_matrices(panel).values))
    assert np.allclose(drawn, expected, rtol=1e-9, atol=0)
