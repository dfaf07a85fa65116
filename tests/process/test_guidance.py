"""Guidance: the answers that fit least, held against brute force."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import ahp
from ahp import repair
from ahp.errors import IncompleteError, OptionError
from ahp.incomplete import check_incomplete_consistency
from ahp.process.guidance import Contradiction, Suggestion, by_contradiction, guidance
from ahp.scale import SAATY_POSITIONS, parse_judgment
from benchmarks.guidance import contradictory, course, judgments, uniform

POSITIONS = SAATY_POSITIONS[::-1]  # ascending
ISSUE = ahp.PairwiseMatrix.from_upper([5, 1, 3], ["a", "b", "c"])
"""a over b by 5, b over c by 3, a and c alike."""


@pytest.fixture(scope="module")
def courses() -> list[tuple[str, int, list[float]]]:
    return [(kind, n, course(matrix)) for kind, n, matrix in contradictory(1000)]


def test_the_first_suggestion_lowers_cr_every_time(courses) -> None:
    assert len(courses) == 1000
    assert {(kind, n) for kind, n, _ in courses} == {
        (kind, n) for kind in ("slip", "noise", "uniform") for n in range(3, 10)
    }
    assert all(crs[0] >= 0.1 and crs[1] < crs[0] for _, _, crs in courses)
    # and so does each one after it
    assert all(after < before for _, _, crs in courses for before, after in pairwise(crs))


def test_shares_that_three_suggestions_put_right(courses) -> None:
    shares = {
        kind: [
            sum(min(crs[: k + 1]) < 0.1 for which, _, crs in courses if which == kind)
            for k in range(4)
        ]
        for kind in ("slip", "noise", "uniform")
    }
    assert shares == {
        "slip": [0, 334, 334, 334],
        "noise": [0, 217, 290, 317],
        "uniform": [0, 77, 114, 144],
    }


def cr_of(values: np.ndarray) -> float:
    """CR from the eigenvalues; a single missing pair is searched for."""
    n, missing = len(values), np.argwhere(np.triu(np.isnan(values), 1))
    if not len(missing):
        return (np.linalg.eigvals(values).real.max() - n) / (n - 1) / ahp.random_index_value(n)
    ((i, j),) = missing

    def root(log: float) -> float:
        filled = values.copy()
        filled[i, j], filled[j, i] = math.exp(log), math.exp(-log)
        return float(np.linalg.eigvals(filled).real.max())

    found = minimize_scalar(root, bounds=(-8, 8), method="bounded", options={"xatol": 1e-9})
    ri = {4: 0.583, 5: 0.925, 6: 1.128}[n]  # Ágoston & Csató 2022, one pair missing
    return (found.fun - n) / (n - 1) / ri


def brute_force(matrix: ahp.PairwiseMatrix) -> list[tuple[str, str, str, str, str, bool, float]]:
    """(left, right, best, low, high, enough, cr_after) of every judgment that can lower CR; of
    those alone that bring it below 0.1 if there are any.
    """
    before, found = cr_of(matrix.values), []
    for i, j in combinations(range(matrix.n), 2):
        value = matrix.values[i, j]
        if math.isnan(value):
            continue
        crs = []
        for text in POSITIONS:
            changed = matrix.values.copy()
            changed[i, j], changed[j, i] = parse_judgment(text), 1 / parse_judgment(text)
            crs.append(cr_of(changed))
        steps = [abs(math.log(parse_judgment(text) / value)) for text in POSITIONS]
        best = min(range(17), key=lambda p: (round(crs[p], 9), steps[p]))
        if not crs[best] < before - 1e-9:
            continue
        enough = crs[best] < 0.1
        limit = math.nextafter(0.1, 0) if enough else crs[best] + (before - crs[best]) / 10
        fits = [cr <= limit for cr in crs]
        low = high = best
        while low > 0 and fits[low - 1]:
            low -= 1
        while high < 16 and fits[high + 1]:
            high += 1
        assert fits.count(True) == high - low + 1  # nothing that fits lies apart
        ends = POSITIONS[best], POSITIONS[low], POSITIONS[high]
        rank = round(crs[best], 8), round(steps[best], 9)
        found.append((rank, (matrix.labels[i], matrix.labels[j], *ends, enough, crs[best])))
    ranked = [judgment for _, judgment in sorted(found, key=lambda item: item[0])]
    return [judgment for judgment in ranked if judgment[5]] or ranked


def incomplete(matrix: ahp.PairwiseMatrix) -> ahp.PairwiseMatrix:
    values = matrix.values.copy()
    values[0, -1] = values[-1, 0] = np.nan
    return ahp.PairwiseMatrix(values, matrix.labels)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("n", "whole"),
    [(3, True), (4, True), (5, True), (6, True), (4, False), (5, False), (6, False)],
)
def test_suggestions_are_those_of_brute_force(n: int, seed: int, whole: bool) -> None:
    draw = np.random.default_rng([n, seed])
    kind = ("uniform", "noise", "slip")[seed % 3]
    while True:
        drawn = judgments(draw, kind, n)
        matrix = drawn if whole else incomplete(drawn)
        if cr_of(matrix.values) >= 0.1:
            break
    found = guidance(matrix, random_index="saaty", count=100)
    expected = brute_force(matrix)
    assert [(s.left, s.right, s.best, s.low, s.high, s.enough) for s in found] == [
        row[:-1] for row in expected
    ]
    assert [s.cr_after for s in found] == pytest.approx([row[-1] for row in expected], abs=1e-7)
    before = [cr_of(matrix.values)] * len(found)
    assert [s.cr_before for s in found] == pytest.approx(before, abs=1e-7)
    assert guidance(matrix, random_index="saaty") == found[:3]


def test_the_best_positions_are_those_of_the_diagnosis() -> None:
    for _, _, matrix in contradictory(42, seed=7):
        ranked = {(d.i, d.j): d for d in ahp.rank_judgments(matrix)}
        for s in guidance(matrix, random_index="saaty", count=2):
            diagnosis = ranked[matrix.labels.index(s.left), matrix.labels.index(s.right)]
            assert parse_judgment(s.best) == diagnosis.best_value
            assert s.cr_after == pytest.approx(diagnosis.cr_after, abs=1e-12)


def test_ids_and_exact_texts() -> None:
    triad = Contradiction("a", "b", "c", 5.0, 3.0, 1.0, 15.0, False)
    before = cr_of(ISSUE.values)
    first, second, third = guidance(ISSUE, random_index="saaty")
    assert first == Suggestion(
        left="a",
        right="b",
        value="5",
        best="1/3",
        low="1/8",
        high="1/2",
        enough=True,
        cr_before=pytest.approx(before),
        cr_after=pytest.approx(0, abs=1e-12),
        triad=triad,
    )
    assert (second.left, second.right, second.value) == ("b", "c", "3")
    assert (second.best, second.low, second.high) == ("1/5", "1/9", "1/2")
    assert second.triad == third.triad == triad
    assert by_contradiction((first, second, third)) == ((first, second, third),)
    assert (third.left, third.right, third.value) == ("a", "c", "1")
    assert (third.best, third.low, third.high, third.enough) == ("9", "6", "9", True)


def test_suggestions_with_one_triad_go_together() -> None:
    first, second, third = guidance(ISSUE, random_index="saaty")
    assert first.triad
    other = replace(first, triad=replace(first.triad, k="d"))
    ring, another_ring = replace(first, triad=None), replace(second, triad=None)
    assert by_contradiction((first, other, ring, second, another_ring, third)) == (
        (first, second, third),
        (other,),
        (ring,),
        (another_ring,),
    )
    assert by_contradiction(()) == ()


def test_judgments_of_spreadsheets_and_off_the_scale() -> None:
    short = 0.333333333
    matrix = ahp.PairwiseMatrix([[1, 2.5, 1 / short], [0.4, 1, short], [short, 1 / short, 1]])
    found = {(s.left, s.right): s.value for s in guidance(matrix, random_index="saaty")}
    assert found == {("1", "2"): "2.5", ("1", "3"): "3", ("2", "3"): "1/3"}
    (turned,) = guidance(
        ahp.PairwiseMatrix.from_upper([0.4, "1/9", 3]), random_index="saaty", count=1
    )
    assert (turned.left, turned.right, turned.value) == ("2", "3", "3")
    assert turned.triad == Contradiction("2", "3", "1", 3.0, 9.0, 2.5, 27.0, False)


def test_the_triad_is_the_worst_whose_pairs_are_all_judged() -> None:
    # a-b-c and a-b-d contradict, the second more; c-d is not judged
    values = [3, 1, "1/5", 3, 3, None]
    matrix = ahp.PairwiseMatrix.from_upper(values, [*"abcd"])
    found = {(s.left, s.right): s.triad for s in guidance(matrix, random_index="saaty", count=9)}
    assert found["a", "b"] == Contradiction("b", "d", "a", 3.0, 5.0, 1 / 3, 15.0, True)
    assert list(found) == [("a", "b")]  # the others alone don't bring CR below 0.1


def test_a_ring_of_four_has_no_triad() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([3, None, "1/3", 3, None, 3], [*"abcd"])
    found = guidance(matrix, random_index="saaty")
    assert [(s.left, s.right, s.triad) for s in found] == [
        ("a", "b", None),
        ("a", "d", None),
        ("b", "c", None),
    ]
    # consistent triads are none either
    values = [3, 9, "1/3", 3, None, 3]
    (first, *_) = guidance(ahp.PairwiseMatrix.from_upper(values, [*"abcd"]), random_index="saaty")
    assert (first.left, first.right) == ("a", "d")
    assert first.triad is not None
    assert {first.triad.i, first.triad.j, first.triad.k} == {*"acd"}


def test_nothing_where_judgments_fit_together() -> None:
    assert guidance(ahp.PairwiseMatrix([[1]]), random_index="saaty") == ()
    assert guidance(ahp.PairwiseMatrix.from_upper([9]), random_index="saaty") == ()
    assert guidance(ahp.PairwiseMatrix.from_upper([3, 9, 3]), random_index="saaty") == ()
    chain = ahp.PairwiseMatrix.from_upper([9, None, 9])
    assert guidance(chain, random_index="saaty") == ()


def test_the_table_decides_what_is_acceptable() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([3, 6, 8, 3, 4, "1/3"])
    ratios = {
        name: ahp.check_consistency(matrix, random_index=name).cr
        for name in ahp.RANDOM_INDEX_TABLES
    }
    assert min(ratios.values()) < 0.1 < max(ratios.values())
    for name, cr in ratios.items():
        found = guidance(matrix, random_index=name, count=1)
        assert [s.cr_before for s in found] == [pytest.approx(cr)] * (cr >= 0.1)
        for s in found:  # the same change, measured by this table
            assert (s.left, s.right, s.best) == ("3", "4", "1")
            repaired = ahp.PairwiseMatrix.from_upper([3, 6, 8, 3, 4, 1])
            after = ahp.check_consistency(repaired, random_index=name).cr
            assert s.cr_after == pytest.approx(after)


@pytest.mark.parametrize("count", [0, True, 1.0])
def test_counts_that_are_none(count) -> None:
    with pytest.raises(OptionError) as error:
        guidance(ISSUE, random_index="saaty", count=count)
    assert str(error.value) == f"count = {count!r}, expected a whole number of at least 1"


def test_a_matrix_that_is_not_connected() -> None:
    with pytest.raises(IncompleteError, match=r"2 components, \('a', 'b'\), \('c'\), expected one"):
        guidance(ahp.PairwiseMatrix.from_upper([3, None, None], [*"abc"]), random_index="saaty")


@pytest.mark.parametrize(("n", "missing"), [(5, 0), (9, 0), (9, 5), (9, 20)])
def test_all_changes_are_tried_in_one_batch(
    monkeypatch: pytest.MonkeyPatch, n: int, missing: int
) -> None:
    tried: list[int] = []

    def counting(array: Any, **options: Any) -> Any:
        tried.append(len(array))
        return check_incomplete_consistency(array, **options)

    monkeypatch.setattr(repair, "check_incomplete_consistency", counting)
    assert len(guidance(uniform(n, missing), random_index="saaty")) == 3
    assert tried == [len(POSITIONS) * (n * (n - 1) // 2 - missing)]
