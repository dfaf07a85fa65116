"""The bounds that the search leaves matrices out by hold for every matrix."""

from __future__ import annotations

import threading
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.eigen import perron
from ahp.published.search import (
    SHARES,
    Space,
    _first,
    _is_below,
    _least_extension,
    in_order,
    largest_triad,
    search,
    submatrices,
)

from .brute_force import FIVE, SAATY, Float, everything

VALUES = np.sort([ahp.scale.parse_judgment(text) for text in SAATY])
SETTINGS = settings(deadline=None, max_examples=300)


@st.composite
def matrices(draw: st.DrawFn, least: int = 3, most: int = 7) -> Float:
    """Reciprocal matrices on Saaty's scale, near to consistent ones or not at all."""
    n = draw(st.integers(least, most))
    upper = np.triu_indices(n, 1)
    if draw(st.booleans()):
        codes = np.array(
            draw(st.lists(st.integers(0, 16), min_size=len(upper[0]), max_size=len(upper[0])))
        )
    else:
        places = np.array(draw(st.lists(st.integers(0, 8), min_size=n, max_size=n)))
        shift = st.lists(st.integers(-1, 1), min_size=len(upper[0]), max_size=len(upper[0]))
        codes = 8 + places[upper[0]] - places[upper[1]] + np.array(draw(shift))
        codes = codes.clip(0, 16)
    found = np.ones((n, n))
    found[upper] = VALUES[codes]
    found.T[upper] = VALUES[16 - codes]
    return found


def space(n: int, limit: float, values: Float = VALUES) -> Space:
    return Space(
        n, values, limit, np.zeros((n, n), np.int8), np.full((n, n), len(values) - 1, np.int8)
    )


@SETTINGS
@given(matrices())
def test_no_triad_is_larger_than_the_root_allows(matrix: Float) -> None:
    n = len(matrix)
    root = float(perron(matrix)[0])
    triads = [matrix[i, j] * matrix[j, k] / matrix[i, k] for i, j, k in permutations(range(n), 3)]
    assert max(triads) <= largest_triad(n, root) * (1 + 1e-6)


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7])
def test_the_bound_of_triads_is_reached(n: int) -> None:
    c = 1.7
    matrix = np.ones((n, n))
    for i, j in ((0, 1), (1, 2), (2, 0)):
        matrix[i, j], matrix[j, i] = c, 1 / c
    assert largest_triad(n, float(perron(matrix)[0])) == pytest.approx(c**3, rel=1e-9)


@pytest.mark.parametrize("n", [3, 4, 5])
def test_the_triads_of_a_consistent_matrix(n: int) -> None:
    assert largest_triad(n, n) == 1


@SETTINGS
@given(matrices(least=4))
def test_a_matrix_has_a_larger_root_than_its_submatrices_allow(matrix: Float) -> None:
    n = len(matrix)
    root = float(perron(matrix)[0])
    rest = np.array([np.delete(np.delete(matrix, i, 0), i, 1) for i in range(n)])
    assert (_least_extension(rest) <= root).all()
    assert (_least_extension(rest) >= n * (1 - 1e-8)).all()


def test_the_bound_of_submatrices_is_reached_by_consistent_ones() -> None:
    w = np.array([5.0, 3.0, 2.0, 1.0])
    assert _least_extension((w[:, None] / w)[None])[0] == pytest.approx(5, rel=1e-8)


@SETTINGS
@given(matrices(), st.sampled_from(sorted(SHARES)), st.data())
def test_the_weight_increases_with_each_judgment(
    matrix: Float, method: str, data: st.DataObject
) -> None:
    n = len(matrix)
    p, j = data.draw(st.permutations(range(n)))[:2]
    code = int(np.abs(VALUES - matrix[p, j]).argmin())
    larger = matrix.copy()
    higher = data.draw(st.integers(code, 16))
    larger[p, j], larger[j, p] = VALUES[higher], VALUES[16 - higher]
    low, high = ahp.weights(np.stack([matrix, larger]), method)[:, p]
    assert low < high if higher > code else low == high


@SETTINGS
@given(matrices(), st.sampled_from(sorted(SHARES)), st.data())
def test_the_pivot_s_weight_lies_between_its_bounds(
    matrix: Float, method: str, data: st.DataObject
) -> None:
    """The last item is the pivot; the totals are those of its row."""
    n = len(matrix)
    root = float(perron(matrix)[0])
    others = matrix[None, :-1, :-1]
    limit = root + data.draw(st.floats(0, 1))
    least = _least_extension(others) if n > 3 else np.array([float(n)])
    share = SHARES[method](VALUES, others, least, limit)
    codes = [int(np.abs(VALUES - value).argmin()) for value in matrix[-1, :-1]]
    own = share.own[codes[0]]
    for code in codes[1:]:
        own = share.join(own, share.own[code])
    most, lowest = (
        float(share.weight(own, np.sum([part[x] for part, x in zip(tables, codes, strict=True)])))
        for tables in (share.most, share.least)
    )
    weight = float(ahp.weights(matrix, method)[-1])
    assert lowest * (1 - 1e-7) <= weight <= most * (1 + 1e-7)
    if method != "eigenvector":
        assert lowest == pytest.approx(weight, rel=1e-12)
        assert most == pytest.approx(weight, rel=1e-12)


@SETTINGS
@given(matrices(), st.floats(-0.5, 0.5))
def test_roots_below_a_limit(matrix: Float, distance: float) -> None:
    root = float(perron(matrix)[0])
    if abs(distance) > 1e-6:
        assert _is_below(matrix[None], root + distance).tolist() == [distance > 0]


@given(st.lists(st.integers(0, 17), min_size=3, max_size=3), st.integers(0, 17))
def test_the_first_position_at_which_a_condition_holds(ends: list[int], start: int) -> None:
    true = np.array(ends)
    low, high = np.full(3, start, np.int8), np.full(3, 17, np.int8)
    found = _first(low, high, lambda x: x >= true)
    assert found.tolist() == [min(max(start, end), 17) for end in ends]


@pytest.mark.parametrize("pivot", [0, 2, 3])
@pytest.mark.parametrize("method", sorted(SHARES))
def test_a_search_finds_all_matrices_with_the_weight(method: str, pivot: int) -> None:
    every = everything(FIVE, 4)
    limit = 4 + 0.1 * 0.9 * 3
    values = np.sort([ahp.scale.parse_judgment(text) for text in FIVE])
    whole = space(4, limit, values)
    w = every.exact[method][:, pivot]
    low, high = np.quantile(w, [0.4, 0.45]) + 1e-6  # no weight is on the border
    expected = {m.tobytes() for m in every.matrices[(w >= low) & (w <= high)]}
    found: list[Float] = []
    for part, done, total in search(
        whole, submatrices(whole, pivot), method, (low, high), lambda matrices: matrices
    ):
        found += list(part)
        assert 0 < done <= total
    assert done == total
    names = [m.tobytes() for m in found]
    assert len(set(names)) == len(names)
    assert len(expected) > 20
    assert expected <= set(names)
    if method != "eigenvector":  # whose bounds are wider than the weight
        near = np.array(found)
        weights = ahp.weights(near, method)[:, pivot]
        assert ((weights >= low - 1e-8) & (weights <= high + 1e-8)).all()
        assert len(names) == len(expected)


def test_the_share_of_a_space() -> None:
    whole = space(3, 3.1)
    assert whole.share == 1
    low, high = whole.low.copy(), whole.high.copy()
    low[0, 1], high[1, 2] = 9, 3
    part = Space(3, VALUES, 3.1, low, high)
    assert part.share == pytest.approx(8 / 17 * 4 / 17)


def test_results_come_in_order_and_a_few_ahead() -> None:
    started: list[int] = []
    running = threading.Lock()

    def work(start: int) -> int:
        with running:
            started.append(start)
        return start * 10

    before = threading.active_count()
    results = in_order(work, range(1000))
    assert [next(results) for _ in range(3)] == [0, 10, 20]
    results.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
    assert len(started) < 100
    assert list(in_order(work, range(50))) == [10 * k for k in range(50)]


def test_an_exception_in_the_work_is_raised() -> None:
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda start: 1 // (start - 5), range(1000)))
    assert threading.active_count() == before
