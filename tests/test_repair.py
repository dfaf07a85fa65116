from __future__ import annotations

import json
import math
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import ahp
from ahp import repair
from ahp.consistency import circular_triads
from ahp.matrix import Float
from ahp.repair import (
    Change,
    JudgmentDiagnosis,
    Repair,
    fewest_changes,
    rank_judgments,
    smallest_adjustment,
    worst_triads,
)
from ahp.repair_search import Search
from ahp.scale import SAATY_POSITIONS, parse_judgment

SCALE = sorted(parse_judgment(text) for text in SAATY_POSITIONS)

CASES = json.loads(
    (Path(__file__).parent / "golden" / "published.json").read_text(encoding="utf-8")
)["matrices"]
HOUSE = next(
    ahp.PairwiseMatrix(case["matrix"], case["labels"])
    for case in CASES
    if case["id"] == "saaty_house_8"
)
DONG_A1 = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, 2])
CYCLE = ahp.PairwiseMatrix.from_upper([3, "1/3", 3])


def judged(rng: np.random.Generator, n: int, noise: float) -> Float:
    """A matrix on the scale: the ratios of random weights, each judgment off by log-normal noise;
    uniform over the scale where the noise is infinite.
    """
    logs = np.log(SCALE)
    i, j = np.triu_indices(n, 1)
    if math.isinf(noise):
        upper = rng.choice(SCALE, len(i))
    else:
        w = rng.normal(0, 1, n)
        aimed = w[i] - w[j] + rng.normal(0, noise, len(i))
        upper = np.array(SCALE)[np.abs(logs - aimed[:, None]).argmin(axis=1)]
    return ahp.PairwiseMatrix.from_upper(upper.tolist()).values


def contradictory(rng: np.random.Generator, n: int, noise: float) -> Float:
    while True:
        matrix = judged(rng, n, noise)
        if not ahp.check_consistency(matrix).acceptable:
            return matrix


def put(matrix: Float, i: int, j: int, value: float) -> Float:
    changed = matrix.copy()
    changed[i, j], changed[j, i] = value, 1 / value
    return changed


def cr_by_eig(matrix: Float, ri: float) -> float:
    n = len(matrix)
    return float((np.linalg.eigvals(matrix).real.max() - n) / (n - 1) / ri)


# --- rank_judgments ------------------------------------------------------------------------------


def test_the_house_matrix() -> None:
    # Saaty 2003: ε of (3, 7) and its best value; Harker: CR .083 on the scale
    first, *others = rank_judgments(HOUSE, random_index="saaty_2005")
    assert (first.i, first.j, first.value, first.best_value) == (2, 6, 6.0, 0.5)
    assert first.epsilon == pytest.approx(5.321357, abs=5e-7)
    assert first.best_continuous == pytest.approx(0.46251, abs=5e-6)
    assert round(first.cr_before, 2) == 0.17
    assert round(first.cr_after, 3) == 0.083
    assert round(first.cr_continuous, 3) == 0.083
    assert len(others) == 27
    assert all(other.cr_continuous > 0.1 for other in others)
    assert max(others, key=lambda other: abs(math.log(other.epsilon))).epsilon < first.epsilon


def test_a_diagnosis_of_three_items() -> None:
    # with three items every judgment can repair the others: 3 · 3 = 9
    before = ahp.check_consistency(CYCLE).cr
    w = ahp.eigenvector(CYCLE)
    found = rank_judgments(CYCLE)
    assert sorted((d.i, d.j, d.value, d.best_value) for d in found) == [
        (0, 1, 3.0, 1 / 9),
        (0, 2, 1 / 3, 9.0),
        (1, 2, 3.0, 1 / 9),
    ]
    for diagnosis in found:
        assert diagnosis.cr_before == before
        assert diagnosis.cr_after == pytest.approx(0, abs=1e-12)
        assert diagnosis.best_continuous == pytest.approx(diagnosis.best_value, rel=1e-10)
        assert diagnosis.cr_continuous == pytest.approx(0, abs=1e-12)
        i, j = diagnosis.i, diagnosis.j
        assert diagnosis.epsilon == pytest.approx(diagnosis.value * w[j] / w[i], rel=1e-14)


@pytest.mark.parametrize("n", [3, 4, 6, 9])
def test_best_values_against_plain_search(n: int) -> None:
    rng = np.random.default_rng(n)
    for matrix in (judged(rng, n, 0.8), judged(rng, n, math.inf)):
        before = ahp.check_consistency(matrix).cr
        for diagnosis in rank_judgments(matrix):
            i, j = diagnosis.i, diagnosis.j
            assert i < j
            assert diagnosis.value == matrix[i, j]
            assert diagnosis.cr_before == before
            tried = {v: ahp.check_consistency(put(matrix, i, j, v)).cr for v in SCALE}
            assert diagnosis.cr_after == pytest.approx(min(tried.values()), abs=1e-12)
            assert tried[diagnosis.best_value] == pytest.approx(diagnosis.cr_after, abs=1e-12)

            def cr(log: float, matrix: Float = matrix, i: int = i, j: int = j) -> float:
                return ahp.check_consistency(put(matrix, i, j, math.exp(log))).cr

            free = minimize_scalar(cr, bracket=(-3, 3), tol=1e-12)
            assert math.log(diagnosis.best_continuous) == pytest.approx(free.x, abs=2e-5)
            assert diagnosis.cr_continuous == pytest.approx(free.fun, abs=1e-10)


def test_the_order_is_that_of_the_true_effects() -> None:
    found = rank_judgments(HOUSE)
    keys = [(round(d.cr_after, 12), -abs(math.log(d.epsilon))) for d in found]
    assert keys == sorted(keys)
    assert len({(d.i, d.j) for d in found}) == 28


@pytest.mark.slow
def test_the_first_suggestion_lowers_cr() -> None:
    rng = np.random.default_rng(11)
    checked = 0
    for count in range(160):
        matrix = judged(rng, 3 + count % 4, math.inf)
        before = ahp.check_consistency(matrix)
        if before.acceptable:
            continue
        first = rank_judgments(matrix)[0]
        after = ahp.check_consistency(put(matrix, first.i, first.j, first.best_value)).cr
        assert after == pytest.approx(first.cr_after, abs=1e-12)
        assert after < before.cr
        checked += 1
    assert checked == 149


def test_a_judgment_that_is_best_already_stays() -> None:
    for diagnosis in rank_judgments(np.ones((4, 4))):
        assert (diagnosis.value, diagnosis.best_value) == (1.0, 1.0)
        assert (diagnosis.cr_after, diagnosis.epsilon) == (diagnosis.cr_before, 1.0)
    # 2.5 is off the scale and better than anything on it
    values = ahp.PairwiseMatrix([[1, 2.5, 5], ["2/5", 1, 2], ["1/5", "1/2", 1]])
    first = next(d for d in rank_judgments(values) if (d.i, d.j) == (0, 1))
    assert first.best_value == 2.5
    assert first.cr_after == first.cr_before


@pytest.mark.parametrize(("value", "nearer"), [(4, 2.0), ("1/4", 1.0)])
def test_of_two_values_as_good_the_nearer_one(value: Any, nearer: float) -> None:
    # the other judgments ask for the square root of 2, as far from 1 as from 2
    matrix = ahp.PairwiseMatrix.from_upper([value, math.sqrt(8), 2]).values
    crs = [ahp.check_consistency(put(matrix, 0, 1, tried)).cr for tried in (1, 2)]
    assert crs[0] == pytest.approx(crs[1], abs=1e-13)
    found = next(d for d in rank_judgments(matrix) if (d.i, d.j) == (0, 1))
    assert found.best_value == nearer


def test_judgments_far_apart() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([1e6, 1e-6, 1e6]).values
    for diagnosis in rank_judgments(matrix):
        assert diagnosis.cr_continuous == pytest.approx(0, abs=1e-9)
    rng = np.random.default_rng(5)
    values = 10 ** rng.uniform(-6, 6, 15)
    wide = ahp.PairwiseMatrix.from_upper(values.tolist()).values
    for diagnosis in rank_judgments(wide):
        i, j = diagnosis.i, diagnosis.j
        best = ahp.check_consistency(put(wide, i, j, diagnosis.best_continuous)).lambda_max
        for factor in (0.99, 1.01):
            beside = ahp.check_consistency(put(wide, i, j, diagnosis.best_continuous * factor))
            assert beside.lambda_max > best


def test_one_and_two_items_have_nothing_to_diagnose() -> None:
    assert rank_judgments([[1]]) == ()
    assert rank_judgments([[1, 4], [0.25, 1]]) == (
        JudgmentDiagnosis(0, 1, 4.0, 4.0, 0.0, 0.0, 4.0, 0.0, pytest.approx(1, abs=1e-15)),
    )


# --- worst_triads --------------------------------------------------------------------------------


def test_the_worst_triads_of_the_house_matrix() -> None:
    first, second = worst_triads(HOUSE, 2)
    assert (first.i, first.j, first.k) == (0, 2, 6)
    assert (first.a_ij, first.a_jk, first.a_ik) == (3.0, 6.0, 1 / 3)
    assert first.implied == 18.0
    assert first.residual == pytest.approx(math.log(54), rel=1e-15)
    assert first.fitting == (7.0, 8.0, 9.0)
    assert first.cyclic is True
    assert (second.i, second.j, second.k) == (7, 2, 6)
    assert (second.a_ij, second.a_jk, second.a_ik) == (5.0, 6.0, 2.0)
    assert second.fitting == ()  # 30 is beyond the scale
    assert second.cyclic is False


@pytest.mark.parametrize("n", [3, 4, 7])
def test_triads_against_a_plain_loop(n: int) -> None:
    rng = np.random.default_rng(n)
    matrix = judged(rng, n, 1.2)
    triads = worst_triads(matrix, 1000)
    assert len(triads) == math.comb(n, 3)
    assert {tuple(sorted((t.i, t.j, t.k))) for t in triads} == set(combinations(range(n), 3))
    assert sum(t.cyclic for t in triads) == circular_triads(matrix)
    sizes = [abs(t.residual) for t in triads]
    assert all(a >= b - 1e-12 for a, b in pairwise(sizes))
    for t in triads:
        i, j, k = t.i, t.j, t.k
        assert (t.a_ij, t.a_jk, t.a_ik) == (matrix[i, j], matrix[j, k], matrix[i, k])
        assert t.a_ij >= 1
        assert t.a_jk >= 1
        assert t.implied == t.a_ij * t.a_jk
        three = matrix[np.ix_([i, j, k], [i, j, k])]
        assert t.cr == pytest.approx(ahp.check_consistency(three).cr, abs=1e-12)
        fitting = [v for v in SCALE if ahp.check_consistency(put(three, 0, 2, v)).cr < 0.1]
        assert list(t.fitting) == fitting
        for end in (t.low, t.high):
            cr = ahp.check_consistency(put(three, 0, 2, end)).cr
            assert cr == pytest.approx(0.1, abs=1e-11)


def test_a_cycle_leaves_its_weakest_judgment() -> None:
    (triad,) = worst_triads(ahp.PairwiseMatrix.from_upper([5, "1/2", 7]))
    assert (triad.i, triad.j, triad.k, triad.a_ik) == (0, 1, 2, 0.5)
    assert triad.cyclic is True
    (turned,) = worst_triads(ahp.PairwiseMatrix.from_upper([2, "1/7", 5]))
    assert (turned.i, turned.j, turned.k) == (1, 2, 0)
    assert (turned.a_ij, turned.a_jk, turned.a_ik) == (5.0, 7.0, 0.5)


def test_triads_with_ties_are_not_cycles() -> None:
    (triad,) = worst_triads(ahp.PairwiseMatrix.from_upper([3, 1, 1]))
    assert triad.cyclic is False
    assert triad.implied == 3.0
    assert triad.a_ik == 1.0


def test_fewer_than_three_items_have_no_triads() -> None:
    assert worst_triads([[1]]) == ()
    assert worst_triads([[1, 4], [0.25, 1]]) == ()
    assert len(worst_triads(HOUSE)) == 3


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "3"])
def test_a_count_that_is_none(count: Any) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        worst_triads(CYCLE, count)
    assert str(raised.value) == f"count = {count!r}, expected a whole number of at least 1"


# --- fewest_changes ------------------------------------------------------------------------------


def brute_force(matrix: Float) -> tuple[int, float, float]:
    """Number of changes, Σ |ln| and CR of the best proposal: all sets, all values."""
    n = len(matrix)
    pairs = list(combinations(range(n), 2))
    for size in range(len(pairs) + 1):
        good: list[tuple[float, float]] = []
        for chosen in combinations(pairs, size):
            choices = np.array(list(product(SCALE, repeat=size)))
            batch = np.repeat(matrix[None], len(choices), axis=0)
            sums = np.zeros(len(choices))
            differ = np.ones(len(choices), dtype=bool)
            for column, (i, j) in enumerate(chosen):
                batch[:, i, j], batch[:, j, i] = choices[:, column], 1 / choices[:, column]
                sums += np.abs(np.log(choices[:, column] / matrix[i, j]))
                differ &= choices[:, column] != matrix[i, j]
            found = ahp.check_consistency(batch)
            kept = found.acceptable & differ
            good += zip(sums[kept], found.cr[kept], strict=True)
        if good:
            smallest = min(good)[0]
            return size, smallest, min(cr for total, cr in good if total <= smallest + 1e-9)
    raise AssertionError("all ones are consistent")


@pytest.mark.parametrize(("n", "count"), [(3, 80), (4, 140)])
def test_exact_repair_against_brute_force(n: int, count: int) -> None:
    rng = np.random.default_rng(n)
    sizes = []
    for number in range(count):
        matrix = judged(rng, n, (0.8, 1.5, math.inf)[number % 3] if number % 10 else math.inf)
        found = fewest_changes(matrix)
        assert found.exact is True
        size, distance, cr = brute_force(matrix)
        assert len(found.changes) == size
        assert found.log_distance == pytest.approx(distance, abs=1e-9)
        assert found.cr_after == pytest.approx(cr, abs=1e-12)
        sizes.append(size)
    assert set(sizes) == ({0, 1, 2} if n == 3 else {0, 1, 2, 3})


def assert_sound(found: Repair, matrix: Float, cr_max: float = 0.1) -> None:
    """What every proposal on the scale promises."""
    n = len(matrix)
    changed = found.matrix.values
    ri = ahp.check_consistency(matrix).ri
    assert found.cr_before == ahp.check_consistency(matrix).cr
    assert found.cr_after == ahp.check_consistency(changed).cr < cr_max
    assert found.cr_after == pytest.approx(cr_by_eig(changed, ri), abs=1e-12)
    differing = [(i, j) for i in range(n) for j in range(i + 1, n) if changed[i, j] != matrix[i, j]]
    assert [(c.i, c.j) for c in found.changes] == differing
    untouched = np.ones((n, n), dtype=bool)
    for i, j, old, new in found.changes:
        assert old == matrix[i, j]
        assert new == changed[i, j]
        assert new in SCALE
        assert changed[j, i] in SCALE
        assert changed[i, j] * changed[j, i] == pytest.approx(1, abs=1e-15)
        untouched[i, j] = untouched[j, i] = False
    assert changed[untouched].tobytes() == matrix[untouched].tobytes()
    logs = [abs(math.log(c.new / c.old)) for c in found.changes]
    assert found.log_distance == pytest.approx(math.fsum(logs), abs=1e-12)
    assert found.log_largest == max(logs, default=0.0)
    difference = changed - matrix
    assert found.delta == np.abs(difference).max()
    assert found.sigma == pytest.approx(math.sqrt((difference**2).sum()) / n, rel=1e-14)
    assert (found.exponent, found.steps) == (None, None)


@pytest.mark.parametrize("method", ["exact", "greedy"])
@pytest.mark.parametrize("noise", [0.6, 1.0, math.inf])
def test_proposals_keep_their_promises(method: str, noise: float) -> None:
    rng = np.random.default_rng(21)
    for n in (3, 4, 5, 6):
        for _ in range(5):
            matrix = contradictory(rng, n, noise)
            original = matrix.tobytes()
            found = fewest_changes(matrix, method=method)
            assert (found.method, found.exact) == (method, method == "exact")
            assert (found.cr_max, found.random_index) == (0.1, "saaty")
            assert len(found.changes) > 0
            assert_sound(found, matrix)
            assert matrix.tobytes() == original


def test_the_exact_search_is_never_behind_the_heuristic() -> None:
    rng = np.random.default_rng(22)
    shorter = 0
    for n in (4, 5, 6):
        for _ in range(12):
            matrix = contradictory(rng, n, math.inf)
            exact, greedy = fewest_changes(matrix), fewest_changes(matrix, method="greedy")
            assert len(exact.changes) <= len(greedy.changes)
            if len(exact.changes) == len(greedy.changes):
                assert exact.log_distance <= greedy.log_distance + 1e-9
            shorter += len(exact.changes) < len(greedy.changes)
    assert shorter > 0


@pytest.mark.parametrize("n", [4, 5, 6])
def test_renaming_items_changes_neither_number_nor_distance(n: int) -> None:
    rng = np.random.default_rng(n)
    for noise in (0.8, math.inf):
        matrix = contradictory(rng, n, noise)
        found = fewest_changes(matrix)
        for _ in range(4):
            order = rng.permutation(n)
            renamed = fewest_changes(matrix[np.ix_(order, order)])
            assert len(renamed.changes) == len(found.changes)
            assert renamed.log_distance == pytest.approx(found.log_distance, abs=1e-9)
        inverted = fewest_changes(np.ascontiguousarray(matrix.T))
        assert len(inverted.changes) == len(found.changes)
        assert inverted.log_distance == pytest.approx(found.log_distance, abs=1e-9)


def test_the_repair_of_the_house_matrix() -> None:
    found = fewest_changes(HOUSE, random_index="saaty_2005", method="exact")
    assert found.changes == (Change(2, 6, 6.0, 1.0),)
    assert found.matrix.labels == HOUSE.labels
    assert found.log_distance == pytest.approx(math.log(6), rel=1e-15)
    assert (found.delta, found.exact) == (5.0, True)
    assert found.sigma == pytest.approx(math.hypot(5, 5 / 6) / 8, rel=1e-14)
    assert round(found.cr_before, 2) == 0.17
    assert round(found.cr_after, 4) == 0.0886


@pytest.mark.parametrize("method", ["auto", "exact", "greedy"])
@pytest.mark.parametrize("matrix", [[[1]], [[1, 4], [0.25, 1]], DONG_A1.values, np.ones((9, 9))])
def test_acceptable_judgments_stay(method: str, matrix: Any) -> None:
    found = fewest_changes(matrix, method=method)
    assert found.changes == ()
    assert np.array_equal(found.matrix.values, np.asarray(matrix))
    assert (found.log_distance, found.log_largest, found.delta, found.sigma) == (0, 0, 0, 0)
    assert found.cr_after == found.cr_before
    assert found.exact is (method == "exact" or (method == "auto" and len(matrix) < 9))


def test_larger_matrices_are_repaired_by_the_heuristic() -> None:
    rng = np.random.default_rng(8)
    for n, noise in ((8, 1.0), (12, 1.0), (8, math.inf), (9, math.inf), (10, math.inf)):
        matrix = contradictory(rng, n, noise)
        found = fewest_changes(matrix)
        assert (found.method, found.exact) == ("greedy", False)
        assert_sound(found, matrix)
        for change in found.changes:  # none is needless
            back = found.matrix.values.copy()
            i, j = change.i, change.j
            back[i, j], back[j, i] = matrix[i, j], matrix[j, i]
            assert ahp.check_consistency(back).cr >= 0.1


def test_the_heuristic_takes_back_what_it_does_not_need() -> None:
    upper = [5, 6, 8, "1/5", 6, 4, 3, "1/2", 1, "1/7", "1/3", 2, "1/5", 9, 1]
    found = fewest_changes(ahp.PairwiseMatrix.from_upper(upper), method="greedy")
    assert len(found.changes) == 4
    for row, change in enumerate(found.changes):
        kept = [*found.changes[:row], *found.changes[row + 1 :]]
        values = ahp.PairwiseMatrix.from_upper(upper).values
        for i, j, _, new in kept:
            values = put(values, i, j, new)
        assert ahp.check_consistency(values).cr >= 0.1, change


def test_judgments_off_the_scale_stay_unless_changed() -> None:
    rng = np.random.default_rng(31)
    panel = np.stack([contradictory(rng, 5, math.inf) for _ in range(2)])
    matrix = ahp.aggregate_judgments(panel)
    found = fewest_changes(matrix)
    assert found.cr_before >= 0.1
    assert_sound(found, matrix)


def test_nine_digits_of_a_third_are_a_third() -> None:
    matrix = contradictory(np.random.default_rng(31), 5, math.inf).round(9)
    task = repair._task(matrix, SAATY_POSITIONS, "saaty", 0.1)
    assert np.isinf(task.costs).sum(axis=1).tolist() == [1] * 10
    for change in fewest_changes(matrix).changes:
        assert abs(change.new / change.old - 1) > 0.1


def test_another_limit_and_another_scale() -> None:
    matrix = contradictory(np.random.default_rng(41), 5, 1.0)
    distances = []
    for cr_max in (0.2, 0.1, 0.05, 0.02):
        found = fewest_changes(matrix, cr_max=cr_max)
        assert found.cr_max == cr_max
        assert_sound(found, matrix, cr_max)
        distances.append((len(found.changes), found.log_distance))
    assert distances == sorted(distances)
    odd = fewest_changes(matrix, scale=[1, 3, 5, "1/3", "1/5"])
    assert {change.new for change in odd.changes} <= {1, 3, 5, 1 / 3, 1 / 5}
    assert len(odd.changes) >= distances[1][0]


def sets_up_to(size: int) -> int:
    return sum(math.comb(15, members) for members in range(1, size + 1))


def test_progress_counts_to_the_end() -> None:
    matrix = contradictory(np.random.default_rng(51), 6, math.inf)
    seen: list[tuple[int, int]] = []
    found = fewest_changes(matrix, progress=lambda done, total: seen.append((done, total)))
    (total,) = {total for _, total in seen}
    counts = [done for done, _ in seen]
    assert counts == sorted(counts)
    greedy = fewest_changes(matrix, method="greedy")
    assert len(found.changes) < len(greedy.changes)  # what is left is decided by the end
    assert counts[-2:] == [sets_up_to(len(found.changes)), sets_up_to(len(greedy.changes))]
    assert counts[-1] == total
    assert found == fewest_changes(matrix)


def test_an_interrupted_search_leaves_nothing_behind() -> None:
    matrix = contradictory(np.random.default_rng(51), 6, math.inf)
    original = matrix.tobytes()
    expected = fewest_changes(matrix)

    def interrupt(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fewest_changes(matrix, progress=interrupt)
    assert matrix.tobytes() == original
    assert fewest_changes(matrix) == expected


def test_where_the_heuristic_is_stuck() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([3, 5, 8])
    coarse = ["1/3", 1, 3]
    with pytest.raises(ahp.ConvergenceError) as raised:
        fewest_changes(matrix, method="greedy", cr_max=0.02, scale=coarse)
    assert str(raised.value) == (
        "greedy repair: no single change lowers CR further after 1 changes, CR 0.0212026, "
        "expected below 0.02"
    )
    # the exact search starts without a proposal then, and goes on until it has one
    found = fewest_changes(matrix, cr_max=0.02, scale=coarse)
    assert found.exact is True
    assert found.changes == (Change(0, 2, 5.0, 3.0), Change(1, 2, 8.0, 1.0))


@pytest.mark.parametrize("spread", [1, 3, 14, 200])
def test_cuts_stay_below_ln_lambda(spread: float) -> None:
    rng = np.random.default_rng(int(spread))
    for n in (3, 5, 7):
        pairs = n * (n - 1) // 2
        values = np.exp(rng.uniform(-spread, spread, pairs))
        matrix = ahp.PairwiseMatrix.from_upper(values.tolist()).values
        task = repair._task(matrix, SAATY_POSITIONS, "saaty", 0.1)
        search = Search(task, task.proposal(task.untouched), None)
        touching = rng.uniform(-spread, spread, (40, pairs))
        cuts, heights, _ = search._tangents(touching)
        at = np.log(values)
        # a cut touches where it was made, and is nowhere above
        assert np.abs(
            cuts.offsets + (cuts.slopes * (touching - at)).sum(axis=1) - heights
        ).max() <= 1e-8 * max(1, spread)
        steps = touching - at
        assert (steps @ cuts.slopes.T + cuts.offsets <= heights[:, None] + 1e-9).all()


# --- smallest_adjustment -------------------------------------------------------------------------


def test_the_single_step_meets_the_limit() -> None:
    found = smallest_adjustment(HOUSE, random_index="saaty_2005")
    assert (found.method, found.steps, found.exact) == ("xu_wei", 1, False)
    assert found.matrix.labels == HOUSE.labels
    assert found.exponent == pytest.approx(0.792188, abs=5e-7)
    assert found.cr_after < 0.1
    assert found.cr_after == pytest.approx(0.1, abs=1e-13)
    w = ahp.eigenvector(HOUSE)
    expected = HOUSE.values**found.exponent * (w[:, None] / w) ** (1 - found.exponent)
    assert np.allclose(found.matrix.values, expected, rtol=1e-13, atol=0)
    assert np.allclose(found.matrix.values * found.matrix.values.T, 1, rtol=1e-15, atol=0)
    difference = np.abs(found.matrix.values - HOUSE.values)
    assert found.delta == difference.max()
    assert found.sigma == pytest.approx(math.sqrt((difference**2).sum()) / 8, rel=1e-14)
    assert len(found.changes) == 28
    # Xu & Wei 1999 tolerate delta < 2 and sigma < 1
    assert found.delta < 2
    assert found.sigma < 1


@pytest.mark.parametrize("n", [3, 5, 8])
@pytest.mark.parametrize("cr_max", [0.1, 0.01])
def test_more_of_the_original_would_be_too_much(n: int, cr_max: float) -> None:
    matrix = contradictory(np.random.default_rng(n), n, math.inf)
    found = smallest_adjustment(matrix, cr_max=cr_max)
    assert found.cr_after == pytest.approx(cr_max, abs=1e-12)
    assert found.exponent is not None
    w = ahp.eigenvector(matrix)
    crs = [
        ahp.check_consistency(matrix**e * (w[:, None] / w) ** (1 - e)).cr
        for e in np.linspace(found.exponent, 1, 20)
    ]
    assert crs == sorted(crs)
    assert crs[1] > cr_max


def test_xu_and_wei_repeat_the_step() -> None:
    for exponent in (0.5, 0.9, 0.98):
        found = smallest_adjustment(HOUSE, exponent=exponent)
        assert found.exponent == exponent
        matrix, crs = HOUSE.values, [ahp.check_consistency(HOUSE).cr]
        while crs[-1] >= 0.1:
            w = ahp.eigenvector(matrix)
            matrix = matrix**exponent * (w[:, None] / w) ** (1 - exponent)
            crs.append(ahp.check_consistency(matrix).cr)
        assert crs == sorted(crs, reverse=True)
        assert found.steps == len(crs) - 1
        assert np.allclose(found.matrix.values, matrix, rtol=1e-12, atol=0)
        assert found.cr_after == pytest.approx(crs[-1], abs=1e-12)


def test_too_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "XU_WEI_STEPS", 2)
    with pytest.raises(ahp.ConvergenceError) as raised:
        smallest_adjustment(HOUSE, exponent=0.99)
    assert str(raised.value) == ("exponent = 0.99: CR 0.161303 after 2 steps, expected below 0.1")


@pytest.mark.parametrize("exponent", [None, 0.5])
@pytest.mark.parametrize("matrix", [[[1]], [[1, 4], [0.25, 1]], DONG_A1])
def test_acceptable_judgments_are_not_adjusted(matrix: Any, exponent: float | None) -> None:
    found = smallest_adjustment(matrix, exponent=exponent)
    assert (found.changes, found.exponent, found.steps) == ((), 1.0, 0)
    assert np.array_equal(found.matrix.values, np.asarray(matrix))


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "function", [rank_judgments, worst_triads, fewest_changes, smallest_adjustment]
)
def test_a_batch_is_refused(function: Any) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        function(np.ones((2, 3, 3)))
    assert str(raised.value) == "shape (2, 3, 3), expected one matrix (n, n), not a batch"
    with pytest.raises(ahp.OptionError, match="random_index = 'Saaty'"):
        function(CYCLE, random_index="Saaty")


@pytest.mark.parametrize("function", [rank_judgments, worst_triads, fewest_changes])
@pytest.mark.parametrize(
    "scale",
    [
        [],
        [1],
        ["1/3", 3],
        [1, 3],
        [1, -3, "1/3"],
        [1, 0],
        [1, math.inf, 0],
        ["1", "three"],
        [1, None],
        5,
    ],
)
def test_a_scale_that_is_none(function: Any, scale: Any) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        function(CYCLE, scale=scale)
    assert str(raised.value) == (
        f"scale = {scale!r}, expected 1, other positive values, and with every value its inverse"
    )


@pytest.mark.parametrize("function", [fewest_changes, smallest_adjustment])
@pytest.mark.parametrize("cr_max", [0, -0.1, 1e-9, math.nan, math.inf, [0.1]])
def test_a_limit_that_is_none(function: Any, cr_max: Any) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        function(CYCLE, cr_max=cr_max)
    assert str(raised.value) == f"cr_max = {cr_max!r}, expected a number between 1e-09 and inf"


@pytest.mark.parametrize("exponent", [0, 1, -0.5, 2, math.nan])
def test_an_exponent_out_of_range(exponent: Any) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        smallest_adjustment(CYCLE, exponent=exponent)
    assert str(raised.value) == f"exponent = {exponent!r}, expected a number between 0 and 1"


def test_words_for_numbers_are_refused() -> None:
    with pytest.raises(ahp.OptionError) as raised:
        fewest_changes(CYCLE, cr_max="low")  # type: ignore[arg-type]
    assert str(raised.value) == "cr_max = 'low', expected numbers"


@pytest.mark.parametrize("method", ["Exact", "", None, ["exact"]])
def test_an_unknown_method_lists_the_valid_ones(method: Any) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        fewest_changes(CYCLE, method=method)
    assert str(raised.value) == (f"method = {method!r}, expected one of 'auto', 'exact', 'greedy'")
