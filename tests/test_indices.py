"""The indices beside CI and CR: published digits, the papers' formulas in plain loops, extremes."""

from __future__ import annotations

import dataclasses
import json
import math
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from itertools import combinations, permutations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from ahp import consistency
from ahp.consistency import (
    Index,
    Preserved,
    all_indices,
    circular_triads,
    intransitive_triads,
    kendall_zeta,
    order_preservation,
)
from ahp.matrix import Float
from ahp.scale import SAATY_POSITIONS, parse_judgment

A1 = ahp.PairwiseMatrix.from_upper([4, 6, 7, 3, 4, 2])
"""Worked in the field with six digits for every index (Dong, Zhang, Hong & Xu 2010, matrix A1)."""

CONTRARY = ahp.PairwiseMatrix.from_upper(["1/2", 3, 1, "1/3", "1/4", 1, 5, "1/7", 2, 9])
"""Five items, with ties and with circles."""

PUBLISHED = json.loads(
    (Path(__file__).parent / "golden" / "published.json").read_text(encoding="utf-8"),
    parse_float=Decimal,
)
CASES = {case["id"]: case for case in PUBLISHED["matrices"]}
AIJ = next(case for case in PUBLISHED["hierarchies_and_groups"] if case["id"] == "dong_AIJ")

INDICES = {
    "geometric_consistency_index": 0.0,
    "koczkodaj_index": 0.0,
    "pelaez_lamata_index": 0.0,
    "harmonic_consistency_index": 0.0,
    "salo_hamalainen_index": 0.0,
    "golden_wang_index": 0.0,
    "cosine_consistency_index": 1.0,
    "relative_error": 0.0,
    "triad_log_residual": 0.0,
    "circular_triads": 0,
    "intransitive_triads": 0,
    "kendall_zeta": 1.0,
}
"""The functions, each with its perfect value."""


def function(name: str) -> Callable[[Any], Any]:
    found: Callable[[Any], Any] = getattr(consistency, name)
    return found


def random_matrices(seed: int, count: int, n: int, values: Float | None = None) -> Float:
    """Judgments drawn from the values, or log-uniform from 1e-6 to 1e6."""
    rng = np.random.default_rng(seed)
    batch = np.ones((count, n, n))
    i, j = np.triu_indices(n, 1)
    shape = (count, len(i))
    upper = 10 ** rng.uniform(-6, 6, shape) if values is None else rng.choice(values, shape)
    batch[:, i, j], batch[:, j, i] = upper, 1 / upper
    return batch


SCALE = np.array([float(parse_judgment(position)) for position in SAATY_POSITIONS])


# Published digits


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("consistency_index", ".034073"),
        ("geometric_consistency_index", ".134897"),
        ("koczkodaj_index", ".5625"),
        ("pelaez_lamata_index", ".421875"),
        ("harmonic_consistency_index", ".021965"),
        ("salo_hamalainen_index", ".145683"),
        ("golden_wang_index", ".170913"),
        ("cosine_consistency_index", ".990389"),
        ("relative_error", ".032303"),
        ("triad_log_residual", ".616072"),
    ],
)
def test_the_worked_matrix_to_the_last_digit(name: str, printed: str) -> None:
    found = {index.name: index.value for index in all_indices(A1)}[name]
    assert abs(found - float(printed)) <= 0.5 * 10.0 ** -(len(printed) - 1)
    if name in INDICES:
        assert function(name)(A1) == found


@pytest.mark.parametrize("case", ["dong_A1", "dong_A2", "dong_A3", "dong_A4", "dong_A5"])
def test_printed_geometric_indices(case: str) -> None:
    found = consistency.geometric_consistency_index(CASES[case]["matrix"])
    assert abs(found - float(CASES[case]["also"]["GCI_printed"])) <= 0.5e-4


def test_printed_geometric_index_of_a_panel() -> None:
    experts = np.stack([ahp.PairwiseMatrix(CASES[m]["matrix"]).values for m in AIJ["members"]])
    panel = ahp.aggregate_judgments(experts, [float(w) for w in AIJ["weights_DM"]])
    found = consistency.geometric_consistency_index(panel)
    assert abs(found - float(AIJ["GCI_expected"])) <= 0.5e-3


def test_printed_koczkodaj_index() -> None:
    case = CASES["rmcda_style"]
    found = consistency.koczkodaj_index(case["matrix"])
    assert abs(found - float(case["also"]["Koczkodaj"])) <= 0.5e-3


def test_published_geometric_limits_follow_from_the_random_index() -> None:
    # GCI* = 2n/(n−2) · RI · CR* with the RI of Alonso & Lamata 2006
    values = ahp.RANDOM_INDEX_TABLES["alonso_lamata"].values
    limits = {n: 2 * n / (n - 2) * values[n] * 0.1 for n in range(3, 16)}
    published = {n: threshold("geometric_consistency_index", n) for n in limits}
    assert (published[3], published[4], published[5], published[15]) == (0.3147, 0.3526, 0.37, 0.37)
    assert abs(limits[3] - 0.3147) <= 0.5e-4
    assert abs(limits[4] - 0.3526) <= 0.5e-4
    assert all(abs(limits[n] - 0.37) <= 0.006 for n in range(5, 16))


def threshold(name: str, n: int) -> float | None:
    return {index.name: index.threshold for index in all_indices(np.ones((n, n)))}[name]


def test_the_same_judgments_by_three_random_index_tables() -> None:
    judgments = ahp.PairwiseMatrix.from_upper([2, 3, 4])  # a_12 = 2, a_13 = 3, a_23 = 4
    found = {
        table: ahp.check_consistency(judgments, random_index=table)
        for table in ("saaty", "saaty_2005", "donegan_dodd")
    }
    assert [round(result.cr, 3) for result in found.values()] == [0.093, 0.104, 0.110]
    assert [result.acceptable for result in found.values()] == [True, False, False]


# The papers' formulas, in plain loops


def triads(n: int) -> list[tuple[int, int, int]]:
    return list(combinations(range(n), 3))


def geometric_weights(a: Float) -> list[float]:
    n = len(a)
    means = [math.exp(sum(math.log(x) for x in row) / n) for row in a]
    return [mean / sum(means) for mean in means]


def plain_geometric(a: Float) -> float:
    n, w = len(a), geometric_weights(a)
    errors = [math.log(a[i, j] * w[j] / w[i]) ** 2 for i, j in combinations(range(n), 2)]
    return 2 / ((n - 1) * (n - 2)) * sum(errors)


def plain_koczkodaj(a: Float) -> float:
    return max(
        min(abs(1 - a[i, k] / (a[i, j] * a[j, k])), abs(1 - a[i, j] * a[j, k] / a[i, k]))
        for i, j, k in triads(len(a))
    )


def plain_pelaez_lamata(a: Float) -> float:
    # the determinant of the triad's 3x3 matrix, by Sarrus
    determinants = [
        1
        + a[i, j] * a[j, k] * a[k, i]
        + a[i, k] * a[j, i] * a[k, j]
        - a[i, k] * a[k, i]
        - a[i, j] * a[j, i]
        - a[j, k] * a[k, j]
        for i, j, k in triads(len(a))
    ]
    return sum(determinants) / len(determinants)


def plain_harmonic(a: Float) -> float:
    n = len(a)
    sums = [sum(a[i, j] for i in range(n)) for j in range(n)]
    harmonic_mean = n / sum(1 / s for s in sums)
    return (harmonic_mean - n) * (n + 1) / (n * (n - 1))


def plain_salo_hamalainen(a: Float) -> float:
    n, total = len(a), 0.0
    for i, j in combinations(range(n), 2):
        products = [a[i, k] * a[k, j] for k in range(n)]
        high, low = max(products), min(products)
        total += (high - low) / ((1 + high) * (1 + low))
    return 2 / (n * (n - 1)) * total


def plain_golden_wang(a: Float) -> float:
    n, w = len(a), geometric_weights(a)
    sums = [sum(a[i, j] for i in range(n)) for j in range(n)]
    return sum(abs(a[i, j] / sums[j] - w[i]) for i, j in product(range(n), repeat=2)) / n


def plain_cosine(a: Float) -> float:
    n = len(a)
    lengths = [math.sqrt(sum(a[i, j] ** 2 for i in range(n))) for j in range(n)]
    rows = [sum(a[i, j] / lengths[j] for j in range(n)) for i in range(n)]
    w = [row / math.sqrt(sum(r**2 for r in rows)) for row in rows]  # the maximizer, length 1
    cosines = [sum(w[i] * a[i, j] / lengths[j] for i in range(n)) for j in range(n)]
    return sum(cosines) / n


def plain_relative_error(a: Float) -> float:
    n = len(a)
    means = [sum(math.log(x) for x in row) / n for row in a]
    cells = list(product(range(n), repeat=2))
    if all(a[cell] == 1 for cell in cells):
        return 0.0
    errors = sum((math.log(a[i, j]) - means[i] + means[j]) ** 2 for i, j in cells)
    return errors / sum(math.log(a[i, j]) ** 2 for i, j in cells)


def plain_log_residual(a: Float) -> float:
    residuals = [abs(math.log(a[i, j] * a[j, k] / a[i, k])) for i, j, k in triads(len(a))]
    return sum(residuals) / len(residuals)


def plain_circular(a: Float) -> int:
    return sum(
        any(a[x, y] > 1 and a[y, z] > 1 and a[z, x] > 1 for x, y, z in ((i, j, k), (i, k, j)))
        for i, j, k in triads(len(a))
    )


def plain_intransitive(a: Float) -> int:
    """Triads that no assignment of three ranks, ties allowed, agrees with."""

    def ranked(triad: tuple[int, int, int]) -> bool:
        return any(
            all(
                (a[triad[x], triad[y]] > 1) == (ranks[x] > ranks[y])
                for x, y in permutations(range(3), 2)
            )
            for ranks in product(range(3), repeat=3)
        )

    return sum(not ranked(triad) for triad in triads(len(a)))


def plain_zeta(a: Float) -> float:
    n, d = len(a), plain_circular(a)
    return 1 - 24 * d / (n**3 - n) if n % 2 else 1 - 24 * d / (n**3 - 4 * n)


PLAIN: dict[str, Callable[[Float], float]] = {
    "geometric_consistency_index": plain_geometric,
    "koczkodaj_index": plain_koczkodaj,
    "pelaez_lamata_index": plain_pelaez_lamata,
    "harmonic_consistency_index": plain_harmonic,
    "salo_hamalainen_index": plain_salo_hamalainen,
    "golden_wang_index": plain_golden_wang,
    "cosine_consistency_index": plain_cosine,
    "relative_error": plain_relative_error,
    "triad_log_residual": plain_log_residual,
    "circular_triads": plain_circular,
    "intransitive_triads": plain_intransitive,
    "kendall_zeta": plain_zeta,
}


@pytest.mark.parametrize("name", INDICES)
@pytest.mark.parametrize("n", [3, 4, 5, 8])
def test_plain_loops_agree(name: str, n: int) -> None:
    few = np.array([1 / 2, 1, 2])  # many ties and circles
    batch = np.concatenate(
        [
            random_matrices(n, 20, n, SCALE),
            random_matrices(n, 20, n, few),
            random_matrices(n, 5, n),
        ]
    )
    expected = [PLAIN[name](a) for a in batch]
    found = function(name)(batch)
    assert found.tolist() == pytest.approx(expected, rel=1e-11, abs=1e-13)
    assert len(set(np.round(expected, 9))) > 1  # the matrices tell values apart


@pytest.mark.parametrize("n", [3, 4])
def test_circles_in_every_pattern_of_preferences_and_ties(n: int) -> None:
    count = n * (n - 1) // 2
    patterns = np.array(list(product((0.5, 1.0, 2.0), repeat=count)))
    batch = np.ones((len(patterns), n, n))
    i, j = np.triu_indices(n, 1)
    batch[:, i, j], batch[:, j, i] = patterns, 1 / patterns
    assert circular_triads(batch).tolist() == [plain_circular(a) for a in batch]
    assert intransitive_triads(batch).tolist() == [plain_intransitive(a) for a in batch]
    zeta = kendall_zeta(batch)
    assert (zeta.min(), zeta.max()) == (0.0, 1.0)


def test_the_most_circles_there_can_be() -> None:
    # each of an odd number of items above the next (n − 1)/2 in a ring: ζ = 0
    n = 7
    steps = (np.arange(n)[None, :] - np.arange(n)[:, None]) % n
    ring = np.where(steps == 0, 1, np.where(steps <= 3, 3.0, 1 / 3))
    assert circular_triads(ring) == (n**3 - n) // 24 == 14
    assert kendall_zeta(ring) == 0.0


def test_a_tie_makes_no_circle_but_can_contradict() -> None:
    chain = ahp.PairwiseMatrix.from_upper([3, 1, 3])  # 1 > 2 > 3, and 1 = 3
    between = ahp.PairwiseMatrix.from_upper([1, 3, 1])  # 1 = 2 = 3, and 1 > 3
    ranked = ahp.PairwiseMatrix.from_upper([1, 3, 3])  # 1 = 2 > 3
    for matrix, contradictions in ((chain, 1), (between, 1), (ranked, 0)):
        assert circular_triads(matrix) == 0
        assert kendall_zeta(matrix) == 1.0
        assert intransitive_triads(matrix) == contradictions


def test_rounding_does_not_break_a_tie() -> None:
    panel = ahp.aggregate_judgments(
        [ahp.PairwiseMatrix.from_upper([x, x, x]).values for x in (2, 3, "1/6")]
    )
    nearly = [[1, 1 + 1e-9, 1], [1, 1, 1 + 1e-9], [1 + 1e-9, 1, 1]]
    for matrix in (panel, nearly):
        assert circular_triads(matrix) == intransitive_triads(matrix) == 0
        assert consistency.relative_error(matrix) == 0.0
        assert order_preservation(matrix).preferences.asked == 0


# Properties


@st.composite
def matrices(draw: st.DrawFn) -> Float:
    n = draw(st.integers(1, 12))
    count = n * (n - 1) // 2
    judgment = st.one_of(st.sampled_from(SCALE.tolist()), st.floats(-6, 6).map(lambda e: 10.0**e))
    upper = draw(st.lists(judgment, min_size=count, max_size=count))
    values = np.ones((n, n))
    for (i, j), x in zip(combinations(range(n), 2), upper, strict=True):
        values[i, j], values[j, i] = x, 1 / x
    return values


@given(matrix=matrices(), data=st.data())
def test_renaming_items_changes_no_index(matrix: Float, data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(len(matrix)))))
    permuted = matrix[np.ix_(order, order)]
    for name in INDICES:
        found, expected = function(name)(permuted), function(name)(matrix)
        assert math.isclose(found, expected, rel_tol=1e-10, abs_tol=1e-13), name
    weights = np.arange(1, len(matrix) + 1)
    found, expected = (
        order_preservation(permuted, weights[order]),
        order_preservation(matrix, weights),
    )
    assert (found.preferences, found.intensities) == (expected.preferences, expected.intensities)


@given(weights=st.lists(st.floats(-6, 6).map(math.exp), min_size=1, max_size=12))
def test_consistent_matrices_are_perfect(weights: list[float]) -> None:
    w = np.array(weights)
    for index in all_indices(w[:, None] / w[None, :]):
        assert math.isclose(index.value, index.perfect, rel_tol=1e-12, abs_tol=1e-12), index
        assert index.acceptable is (None if index.threshold is None else True)


def test_rounding_takes_no_index_past_its_perfect_value() -> None:
    w = np.exp(np.random.default_rng(5).uniform(-6, 6, (2000, 7)))
    batch = w[:, :, None] / w[:, None, :]
    for name, perfect in INDICES.items():
        found = function(name)(batch)
        assert (found <= 1).all() if perfect else (found >= 0).all()


def test_both_cells_of_a_pair_count() -> None:
    # spreadsheets write 1/3 with nine digits; read from either end, the indices are the same
    third = [[1, 3, 4], [0.333333333, 1, 3], [0.25, 0.333333333, 1]]
    for name in INDICES:
        found, reversed_ = function(name)(third), function(name)(np.array(third)[::-1, ::-1])
        assert math.isclose(found, reversed_, rel_tol=1e-13), name


@given(matrix=matrices())
def test_indices_stay_in_their_ranges(matrix: Float) -> None:
    found = {index.name: index.value for index in all_indices(matrix)}
    assert all(math.isfinite(value) and value >= 0 for value in found.values())
    bounded = (
        *("koczkodaj_index", "salo_hamalainen_index", "cosine_consistency_index", "kendall_zeta"),
        *("strict_order_preservation", "weak_order_preservation", "strict_intensity_preservation"),
        "weak_intensity_preservation",
    )
    assert all(found[name] <= 1 for name in bounded)
    assert found["relative_error"] <= 1 + 1e-12
    assert found["circular_triads"] <= found["intransitive_triads"] <= math.comb(len(matrix), 3)


@pytest.mark.parametrize("name", INDICES)
@pytest.mark.parametrize("n", [1, 2, 3, 5, 9, 12])
def test_a_batch_is_its_matrices_one_by_one_bit_for_bit(name: str, n: int) -> None:
    batch = np.concatenate([random_matrices(n, 100, n, SCALE), random_matrices(n, 100, n)])
    found = function(name)(batch)
    assert found.tolist() == [function(name)(a) for a in batch]
    assert found.tolist() == [function(name)(a[None])[0] for a in batch]
    assert np.array_equal(function(name)(batch.reshape(20, 10, n, n)), found.reshape(20, 10))
    assert np.array_equal(function(name)(np.asfortranarray(batch)), found)
    assert not found.flags.writeable
    assert function(name)(batch[:0]).shape == (0,)


def test_order_preservation_of_a_batch_bit_for_bit() -> None:
    batch = random_matrices(4, 60, 6, SCALE)
    weights = ahp.geometric_mean(batch)
    found = order_preservation(batch.reshape(3, 20, 6, 6), weights.reshape(3, 20, 6))
    for index, (a, w) in enumerate(zip(batch, weights, strict=True)):
        one = order_preservation(a, w)
        for part in ("preferences", "intensities"):
            for field in dataclasses.fields(Preserved):
                many = getattr(getattr(found, part), field.name)
                assert many.shape == (3, 20)
                assert not many.flags.writeable
                assert many.ravel()[index] == getattr(getattr(one, part), field.name)


@pytest.mark.parametrize(("name", "perfect"), INDICES.items())
@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_items_are_perfect(name: str, perfect: float, n: int) -> None:
    for judgment in (1, 9, 1e-6, 1e6):
        matrix = np.ones((n, n))
        matrix[0, -1] = judgment if n == 2 else 1
        matrix[-1, 0] = 1 / matrix[0, -1]
        found = function(name)(matrix)
        assert found == perfect
        assert type(found) is type(perfect)


@pytest.mark.parametrize("name", INDICES)
@pytest.mark.parametrize("largest", [9, 1e6, 1e100])
def test_fifty_items_at_the_ends_of_the_scale(name: str, largest: float) -> None:
    found = function(name)(random_matrices(50, 2, 50, np.array([1 / largest, largest])))
    assert np.isfinite(found).all()
    assert (found != INDICES[name]).all()


def test_all_indices_of_fifty_items() -> None:
    found = all_indices(random_matrices(7, 1, 50)[0], random_index="donegan_dodd")
    assert all(math.isfinite(index.value) for index in found)
    assert [index.acceptable for index in found if index.threshold is not None] == [False] * 5


@pytest.mark.parametrize("name", [*INDICES, "order_preservation"])
def test_memory_stays_near_the_input(name: str) -> None:
    batch = random_matrices(3, 40, 50)
    tracemalloc.start()
    function(name)(batch)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # one array of all triads has 8 times the size of the input, all pairs of pairs 75 times
    assert peak < 7.5 * batch.nbytes


@pytest.mark.parametrize("name", INDICES)
def test_what_is_no_matrix_is_refused(name: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        function(name)([[1, 3], [3, 1]])
    assert str(raised.value) == "a[0, 1] * a[1, 0] = 9, expected 1"


# Order preservation


def plain_preserved(a: Float, w: Float) -> tuple[list[int], list[int]]:
    cells = [(i, j) for i, j in permutations(range(len(a)), 2) if a[i, j] > 1]
    preferences = [
        len(cells),
        sum(w[i] > w[j] for i, j in cells),
        sum(w[i] >= w[j] for i, j in cells),
    ]
    asked = [(x, y) for x, y in product(cells, repeat=2) if a[x] > a[y] + 1e-6]
    ratios = [(w[i] / w[j], w[k] / w[m]) for (i, j), (k, m) in asked]
    # equal ratios of rounded weights differ in the last digits
    intensities = [
        len(asked),
        sum(x > y * (1 + 1e-9) for x, y in ratios),
        sum(x > y * (1 - 1e-9) for x, y in ratios),
    ]
    return preferences, intensities


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_order_preservation_against_plain_loops(n: int) -> None:
    rng = np.random.default_rng(n)
    batch = random_matrices(n, 60, n, SCALE)
    for a, w in zip(batch, rng.integers(1, 4, (60, n)), strict=True):
        found = order_preservation(a, w)
        for part, (asked, strict, weak) in zip(
            (found.preferences, found.intensities), plain_preserved(a, w), strict=True
        ):
            assert part == Preserved(
                asked,
                strict,
                weak,
                strict / asked if asked else 1.0,
                weak / asked if asked else 1.0,
            )


def test_order_preservation_by_hand() -> None:
    # 1 is judged 2 times 2 and 4 times 3, 2 ties with 3; the weights reverse (1, 2), tie 1 and 3
    matrix = ahp.PairwiseMatrix.from_upper([2, 4, 1])
    found = order_preservation(matrix, [0.3, 0.4, 0.3])
    assert found.preferences == Preserved(2, 0, 1, 0.0, 0.5)
    assert found.intensities == Preserved(1, 1, 1, 1.0, 1.0)  # 0.3/0.3 > 0.3/0.4
    assert found.weights.tolist() == [0.3, 0.4, 0.3]
    kept = order_preservation(matrix, [4, 2, 1])
    assert kept.preferences == Preserved(2, 2, 2, 1.0, 1.0)


def test_order_preservation_takes_the_eigenvector() -> None:
    found = order_preservation(CONTRARY)
    assert np.array_equal(found.weights, ahp.eigenvector(CONTRARY))
    given_weights = order_preservation(CONTRARY, ahp.eigenvector(CONTRARY))
    assert (found.preferences, found.intensities) == (
        given_weights.preferences,
        given_weights.intensities,
    )
    with pytest.raises(ValueError, match="read-only"):
        found.weights[0] = 1


def test_order_preservation_leaves_the_weights_given_alone() -> None:
    weights = np.array([0.6, 0.3, 0.1])
    order_preservation(ahp.PairwiseMatrix.from_upper([2, 4, 1]), weights)
    weights[0] = 0.5


def test_weights_for_order_preservation_must_fit() -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        order_preservation(A1, [0.5, 0.5])
    assert str(raised.value) == "weights of shape (2,), expected (4,)"
    with pytest.raises(ahp.MatrixError) as negative:
        all_indices(A1, weights=[1, 1, 1, -1])
    assert str(negative.value) == (
        "weights [1.0, 1.0, 1.0, -1.0], expected positive finite numbers"
    )


# All in one call


def test_all_indices_of_a_contrary_matrix() -> None:
    found = all_indices(CONTRARY, random_index="saaty_2005")
    check = ahp.check_consistency(CONTRARY, random_index="saaty_2005")
    order = order_preservation(CONTRARY)
    assert [(index.name, index.value) for index in found] == [
        ("lambda_max", check.lambda_max),
        ("consistency_index", check.ci),
        ("consistency_ratio", check.cr),
        *((name, function(name)(CONTRARY)) for name in INDICES),
        ("strict_order_preservation", order.preferences.strict_share),
        ("weak_order_preservation", order.preferences.weak_share),
        ("strict_intensity_preservation", order.intensities.strict_share),
        ("weak_intensity_preservation", order.intensities.weak_share),
    ]
    judged = {i.name: (i.threshold, i.acceptable) for i in found if i.threshold is not None}
    assert judged == {
        "consistency_ratio": (0.1, False),
        "geometric_consistency_index": (0.37, False),
        "cosine_consistency_index": (0.9, False),
        "strict_order_preservation": (1, False),
        "strict_intensity_preservation": (1, False),
    }
    assert [index.perfect for index in found] == [5, 0, 0, *INDICES.values(), 1, 1, 1, 1]
    assert all(index.acceptable is None for index in found if index.threshold is None)


def test_verdicts_of_the_worked_matrix() -> None:
    found = {index.name: index for index in all_indices(A1)}
    assert found["consistency_ratio"] == Index(
        name="consistency_ratio",
        value=ahp.check_consistency(A1).cr,
        perfect=0,
        threshold=0.1,
        acceptable=True,
        source="Saaty 1980, p. 21; RI: Saaty 1980, The Analytic Hierarchy Process, p. 21",
    )
    assert found["geometric_consistency_index"].acceptable is True
    assert found["cosine_consistency_index"].acceptable is True
    assert all(index.source for index in found.values())
    with pytest.raises(dataclasses.FrozenInstanceError):
        found["consistency_ratio"].value = 0.0  # type: ignore[misc]


def test_all_indices_take_other_weights() -> None:
    found = {i.name: i.value for i in all_indices(A1, weights=[1, 2, 3, 4])}
    assert found["strict_order_preservation"] == found["weak_order_preservation"] == 0.0


def test_all_indices_refuse_what_they_cannot_judge() -> None:
    with pytest.raises(ahp.MatrixError) as batch:
        all_indices(np.ones((2, 3, 3)))
    assert str(batch.value) == "shape (2, 3, 3), expected one square matrix"
    ratio = {index.name: index for index in all_indices(np.ones((16, 16)))}["consistency_ratio"]
    assert np.isnan(ratio.value)
    assert ratio.acceptable is None
    assert ratio.source == (
        "Saaty 1980, p. 21; RI: CR is not available for 16 items: "
        "random_index 'saaty' has no value for them; tables that have one: donegan_dodd, "
        "aguaron_moreno_2003, alonso_lamata_line, simulated"
    )
    with pytest.raises(ahp.IncompleteError, match=r"2 components, \('1', '2'\), \('3'\)"):
        all_indices(ahp.PairwiseMatrix.from_upper([3, None, None]))


def test_all_indices_validate_once(monkeypatch: pytest.MonkeyPatch) -> None:
    door = consistency.as_matrices
    kinds: list[type] = []

    def watched(a: Any, **options: Any) -> Float:
        kinds.append(type(a))
        return door(a, **options)

    monkeypatch.setattr(consistency, "as_matrices", watched)
    all_indices(A1.values)
    assert set(kinds) == {ahp.PairwiseMatrix}  # which was validated when it was made
