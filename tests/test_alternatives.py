from __future__ import annotations

import json
import math
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ahp
from ahp.alternatives import (
    MODES,
    RankReversalReport,
    rank_reversal_report,
    ratings,
    synthesize,
    weighted_product,
    weighted_sum,
)
from ahp.matrix import Float

GOLDEN = Path(__file__).parent / "golden" / "published.json"
PUBLISHED = json.loads(GOLDEN.read_text(encoding="utf-8"), parse_float=Decimal)
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in PUBLISHED["matrices"]}
GROUPS: dict[str, dict[str, Any]] = {
    case["id"]: case for case in PUBLISHED["hierarchies_and_groups"]
}

BELTON_GEAR = np.stack(
    [
        ahp.PairwiseMatrix(rows).values
        for rows in (
            [[1, "1/9", 1], [9, 1, 9], [1, "1/9", 1]],
            [[1, 9, 9], ["1/9", 1, 1], ["1/9", 1, 1]],
            [[1, "8/9", 8], ["9/8", 1, 9], ["1/8", "1/9", 1]],
        )
    ]
)
"""Alternatives A, B, C under three criteria of equal weight (Belton & Gear 1983)."""


def matrix(case: str) -> ahp.PairwiseMatrix:
    return ahp.PairwiseMatrix(CASES[case]["matrix"])


def local_weights(cases: list[str]) -> Float:
    return np.stack([ahp.weights(matrix(case)) for case in cases], axis=-1)


def assert_printed(found: Float, group: str) -> None:
    case = GROUPS[group]
    half_unit = 0.5 * 10 ** -case.get("decimals", 3) * (1 + 1e-9)
    assert found.shape == (len(case["expected"]),)
    assert np.abs(found - [float(weight) for weight in case["expected"]]).max() <= half_unit


@pytest.mark.parametrize("group", ["saaty2005_cities", "rmcda_cars"])
def test_printed_hierarchies(group: str) -> None:
    case = GROUPS[group]
    criteria = ahp.weights(matrix(case["criteria"]))
    assert_printed(synthesize(criteria, local_weights(case["children"])), group)


def test_wikipedias_car() -> None:
    tree = ahp.Hierarchy(
        "car",
        {
            "car": ("cost", "safety", "style", "capacity"),
            "cost": ("price", "fuel", "maintenance", "resale"),
            "capacity": ("cargo", "passenger"),
        },
    )
    criteria = tree.global_weights(
        {
            "car": ahp.weights(matrix("wiki_car_criteria")),
            "cost": ahp.weights(matrix("wiki_car_cost")),
            "capacity": [1 / 6, 5 / 6],
        }
    )
    local = local_weights([f"wiki_car_{leaf}" for leaf in tree.leaves])
    assert_printed(synthesize([criteria[leaf] for leaf in tree.leaves], local), "wiki_car")


def test_both_modes_by_hand() -> None:
    local = [[3, 1], [1, 2], [1, 1]]
    assert synthesize([1, 3], local) == pytest.approx(
        [(3 / 5 + 3 / 4) / 4, (1 / 5 + 3 / 2) / 4, (1 / 5 + 3 / 4) / 4], abs=1e-15
    )
    ideal = np.array([1 + 3 / 2, 1 / 3 + 3, 1 / 3 + 3 / 2])
    assert synthesize([1, 3], local, "ideal") == pytest.approx(ideal / ideal.sum(), abs=1e-15)


@pytest.mark.parametrize("mode", MODES)
def test_a_batch_is_its_members_bit_for_bit(mode: str) -> None:
    rng = np.random.default_rng(3)
    leaves, local = rng.random((5, 4)), rng.random((5, 3, 4))
    batch = synthesize(leaves, local, mode)
    assert batch.shape == (5, 3)
    for own, table, found in zip(leaves, local, batch, strict=True):
        assert np.array_equal(synthesize(own, table, mode), found)


def test_the_alternatives_are_a_level_of_total_consistency() -> None:
    # 总排序一致性 of the lowest level: the leaves are the parents, each with its own matrix
    case = GROUPS["saaty2005_cities"]
    criteria = ahp.weights(matrix(case["criteria"]))
    checked = [ahp.check_consistency(matrix(child)) for child in case["children"]]
    found = ahp.total_consistency(
        criteria, [one.ci for one in checked], [one.ri for one in checked], level=2
    )
    ci = ri = 0.0
    for weight, child in zip(criteria, case["children"], strict=True):
        root = float(np.linalg.eigvals(matrix(child).values).real.max())
        ci += weight * (root - 4) / 3
        ri += weight * 0.9
    assert found.ci == pytest.approx(ci, abs=1e-12)
    assert found.cr == pytest.approx(ci / ri, abs=1e-12)
    assert round(found.cr, 6) == 0.009768
    assert found.acceptable is True


def test_weighted_sum_and_product_by_hand() -> None:
    scores = [[4, 9], [6, 6]]
    assert weighted_sum([1, 1], scores).tolist() == [6.5, 6.0]
    assert weighted_product([1, 1], scores) == pytest.approx([6.0, 6.0], rel=1e-15)
    assert weighted_product([2, 1], scores) == pytest.approx([math.cbrt(4 * 4 * 9), 6.0], rel=1e-15)
    assert weighted_sum([0, 5], [[4, 0], [1, 3]]).tolist() == [0.0, 3.0]


def test_weighted_means_of_a_batch() -> None:
    rng = np.random.default_rng(4)
    w, scores = rng.random((2, 3)), rng.random((2, 5, 3))
    for function in (weighted_sum, weighted_product):
        batch = function(w, scores)
        assert np.array_equal(batch, [function(*pair) for pair in zip(w, scores, strict=True)])


def test_the_ratio_of_weighted_products_has_no_unit() -> None:
    rng = np.random.default_rng(5)
    w, scores, units = rng.random(4), rng.random((3, 4)), np.array([1e-3, 1, 60, 1e6])
    found, other = weighted_product(w, scores), weighted_product(w, scores * units)
    assert other / other[0] == pytest.approx(found / found[0], rel=1e-13)


def test_ratings_by_hand() -> None:
    intensities = [
        {"excellent": 0.6, "good": 0.3, "poor": 0.1},
        {"yes": 0.8, "no": 0.2},
    ]
    grades = [("excellent", "yes"), ("good", "yes"), ("poor", "no")]
    found = ratings([0.75, 0.25], intensities, grades)
    assert found == pytest.approx([1, 0.75 * 0.5 + 0.25, 0.75 / 6 + 0.25 / 4], abs=1e-15)
    assert np.array_equal(ratings([3, 1], intensities, grades[1:]), found[1:])


def test_belton_and_gears_reversal() -> None:
    report = rank_reversal_report([1, 1, 1], matrices=BELTON_GEAR, names=["A", "B", "C"])
    assert report.priorities["distributive"].round(2).tolist() == [0.45, 0.47, 0.08]
    (reversal,) = report.reversals
    assert (reversal.mode, reversal.change, reversal.alternative) == ("distributive", "copied", "B")
    assert reversal.priorities.round(2).tolist() == [0.37, 0.29, 0.06, 0.29]
    assert reversal.reversed_pairs == (("B", "A"),)
    assert [(case.mode, case.change, case.alternative) for case in report.cases] == [
        (mode, change, name)
        for mode in ("distributive", "ideal")
        for change in ("removed", "copied")
        for name in "ABC"
    ]


def test_a_removal_that_reverses() -> None:
    # Belton & Gear's four alternatives: without either copy, the other one leads
    local = np.array([[1, 9, 8], [9, 1, 9], [1, 1, 1], [9, 1, 9]])
    report = rank_reversal_report([1, 1, 1], local, names=["A", "B", "C", "D"])
    found = [
        (case.mode, case.change, case.alternative, case.reversed_pairs) for case in report.reversals
    ]
    assert found == [
        ("distributive", "removed", "B", (("A", "D"),)),
        ("distributive", "removed", "D", (("A", "B"),)),
        ("distributive", "copied", "A", (("A", "B"), ("A", "D"))),
    ]
    assert (report.method, report.names) == (None, ("A", "B", "C", "D"))


def test_reversals_against_plain_loops() -> None:
    rng = np.random.default_rng(6)
    reversals = 0
    for _ in range(40):
        w, local = rng.random(3), np.exp(rng.normal(0, 1, (4, 3)))
        report = rank_reversal_report(w, local)
        for case in report.cases:
            changed = int(case.alternative) - 1
            rows = [local[k] for k in range(4) if case.change == "copied" or k != changed]
            there = [k for k in range(4) if case.change == "copied" or k != changed]
            if case.change == "copied":
                rows.append(local[changed])
            before, after = plain(w, list(local), case.mode), plain(w, rows, case.mode)
            assert case.priorities == pytest.approx(after, abs=1e-14)
            expected = set()
            for i, j in combinations(range(len(there)), 2):
                a, b = there[i], there[j]
                if (before[a] - before[b]) * (after[i] - after[j]) < 0:
                    pair = (a, b) if before[a] > before[b] else (b, a)
                    expected.add((str(pair[0] + 1), str(pair[1] + 1)))
            assert set(case.reversed_pairs) == expected
            reversals += len(expected)
            if case.mode == "ideal" and case.change == "copied":
                assert not expected
    assert reversals > 20


def plain(w: Float, rows: list[Float], mode: str) -> list[float]:
    columns = list(zip(*rows, strict=True))
    scale = [sum(column) if mode == "distributive" else max(column) for column in columns]
    totals = [sum(w[j] * row[j] / scale[j] for j in range(len(w))) for row in rows]
    return [total / sum(totals) for total in totals]


def test_matrices_are_weighted_anew() -> None:
    # inconsistent comparisons: without an alternative the rest keeps no proportions
    matrices = np.stack([ahp.PairwiseMatrix.from_upper([4, "1/2", 5]).values] * 2)
    report = rank_reversal_report([1, 2], matrices=matrices, method="geometric_mean")
    removed = {case.alternative: case for case in report.cases if case.change == "removed"}
    assert removed["3"].priorities == pytest.approx([0.8, 0.2], abs=1e-15)
    copied = next(case for case in report.cases if case.change == "copied")
    four = ahp.PairwiseMatrix.from_upper([4, "1/2", 1, 5, "1/4", 2])
    assert copied.priorities == pytest.approx(ahp.geometric_mean(four), abs=1e-15)
    assert report.method == "geometric_mean"


def test_a_tie_is_no_reversal() -> None:
    # A and B are equal, to rounding, until one of them is copied
    local = [[0.3, 0.3, 0.2], [0.2, 0.3, 0.3], [0.8, 0.2, 0.8]]
    report = rank_reversal_report([1, 1, 1], local)
    a, b, _ = report.priorities["distributive"]
    assert a == pytest.approx(b, abs=1e-15)
    assert report.reversals == ()


def test_results_are_read_only() -> None:
    report: RankReversalReport = rank_reversal_report([1, 1, 1], matrices=BELTON_GEAR)
    arrays = [*report.priorities.values(), *(case.priorities for case in report.cases)]
    assert not any(array.flags.writeable for array in arrays)
    assert report.version == ahp.__version__


FITS = "expected (..., m, leaves) for (..., leaves)"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([1, 1], [1, 1]), f"local weights of shape (2,) for global weights of shape (2,), {FITS}"),
        (
            ([1, 1], [[1, 1, 1]]),
            f"local weights of shape (1, 3) for global weights of shape (2,), {FITS}",
        ),
        (
            ([1, 1], np.empty((0, 2))),
            f"local weights of shape (0, 2) for global weights of shape (2,), {FITS}",
        ),
        ((["a"], [[1]]), "global weights = ['a'], expected numbers"),
        (([1, -1], [[1, 1]]), "global weights[1] = -1, expected a finite number of 0 or more"),
        (
            ([1, 1], [[1, 1], [1, math.nan]]),
            "local weights[1, 1] = nan, expected a finite number of 0 or more",
        ),
        (([0, 0], [[1, 1]]), "global weights are all 0, expected a positive one"),
        (
            ([1, 1], [[1, 0], [1, 0]]),
            "local weights of leaf 1 are all 0, expected a positive one",
        ),
    ],
)
def test_synthesize_refuses(given: Any, message: str) -> None:
    with pytest.raises(ahp.HierarchyError) as raised:
        synthesize(*given)
    assert str(raised.value) == message


def test_options_and_scores_that_do_not_fit() -> None:
    with pytest.raises(ahp.OptionError) as option:
        synthesize([1], [[1]], "Ideal")
    assert str(option.value) == "mode = 'Ideal', expected one of 'distributive', 'ideal'"
    with pytest.raises(ahp.OptionError) as option:
        rank_reversal_report([1], [[1], [2]], matrices=np.ones((1, 2, 2)))
    assert str(option.value) == "expected one of local and matrices, not both or none"
    with pytest.raises(ahp.HierarchyError) as raised:
        weighted_product([1, 1], [[1, 2], [3, 0]])
    assert str(raised.value) == "scores[1, 1] = 0, expected a positive number for a product"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"matrices": np.ones((3, 3))},
            "matrices of shape (3, 3), expected (leaves, m, m)",
        ),
        (
            {"local": [[1, 1]]},
            "local weights of shape (1, 2), expected (m, leaves) with 2 alternatives or more",
        ),
        ({"local": [[1, 1], [1, 2]], "names": "AA"}, "names ['A', 'A'], expected 2 that differ"),
    ],
)
def test_a_report_refuses(given: Any, message: str) -> None:
    with pytest.raises(ahp.HierarchyError) as raised:
        rank_reversal_report([1, 1], **given)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("intensities", "grades", "message"),
    [
        ([{"a": 1, "b": -1}], [["a"]], "intensities[0] [1.0, -1.0], expected finite numbers"),
        ([{"a": "x"}], [["a"]], "intensities[0] = ['x'], expected numbers"),
        ([{"a": 1}], ["a"], "grades[0] = 'a', expected 1 grades, one for each criterion"),
        (
            [{"a": 1, "b": 2}],
            [["a"], ["c"]],
            "grades[1][0] = 'c', expected one of 'a', 'b'",
        ),
    ],
)
def test_ratings_refuse(intensities: Any, grades: Any, message: str) -> None:
    with pytest.raises(ahp.HierarchyError) as raised:
        ratings([1], intensities, grades)
    assert str(raised.value).startswith(message)
