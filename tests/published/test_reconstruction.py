"""Reconstruction: the same as trying everything, arguments, results, errors, near misses."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import ahp
from ahp.published import Reconstruction, reconstruct
from ahp.published.reconstruction import plainness

from .brute_force import (
    FIVE,
    METHODS,
    ROUNDINGS,
    SAATY,
    THREE,
    Float,
    distances,
    everything,
    prints,
)

SPACES = [(THREE, 2), (THREE, 3), (THREE, 4), (FIVE, 2), (FIVE, 3), (FIVE, 4)]
CASES = [
    pytest.param(scale, n, decimals, id=f"{len(scale)}-{n}-{decimals}")
    for scale, n in SPACES
    for decimals in (2, 3, 4, 5)
]
CASES += [
    pytest.param(THREE, 5, decimals, id=f"3-5-{decimals}", marks=pytest.mark.slow)
    for decimals in (2, 4)
]


def candidates(found: Reconstruction) -> list[tuple[bytes, str, str]]:
    return [
        (matrix.tobytes(), method, rounding)
        for matrix, method, rounding in zip(
            found.candidates, found.methods, found.roundings, strict=True
        )
    ]


def upper(matrix: Float) -> str:
    cells = matrix[np.triu_indices(len(matrix), 1)]
    return " ".join(ahp.scale.judgment_text(value) or str(value) for value in cells.tolist())


def random_ranking(rng: np.random.Generator, w: Float) -> list[Any]:
    """Items in falling order, some left out, neighbors now and then without an order."""
    order = [item for item in np.argsort(-w).tolist() if rng.random() < 0.8]
    ranking: list[Any] = []
    while order:
        count = int(rng.integers(1, 3))
        group, order = tuple(order[:count]), order[count:]
        ranking.append(group if len(group) > 1 else group[0])
    return ranking


def random_intervals(rng: np.random.Generator, w: Float) -> dict[int, tuple[float, float]]:
    items = [item for item in range(len(w)) if rng.random() < 0.3]
    return {
        item: (w[item] - rng.uniform(0, 0.03), w[item] + rng.uniform(0, 0.03)) for item in items
    }


def assert_same_as_brute_force(
    scale: tuple[str, ...], n: int, rng: np.random.Generator, decimals: int
) -> None:
    space = everything(scale, n)
    true = int(rng.integers(len(space.matrices)))
    method, rounding = METHODS[rng.integers(3)], ROUNDINGS[rng.integers(3)]
    texts = prints(space.matrices[true], method, rounding, decimals)
    kept = rng.random(n) < 0.6
    kept[rng.integers(n)] = True
    printed = [text if keep else None for text, keep in zip(texts, kept, strict=True)]
    w = space.weights(method, rounding, decimals)[true]
    ranking = random_ranking(rng, w) if rng.random() < 0.4 else []
    intervals = random_intervals(rng, w) if rng.random() < 0.4 else {}
    expected = space.reproducing(printed, decimals, ranking, intervals)
    found = reconstruct(
        printed, ranking=ranking, intervals=intervals, rounding=ROUNDINGS, scale=scale
    )
    names = candidates(found)
    assert len(set(names)) == len(names)
    assert set(names) == set(expected)
    assert found.coverage == 1
    assert str(found.coverage_note) == "all matrices on the scale"
    assert found.unique == (len({name[0] for name in names}) == 1)
    assert found.ruled_out == tuple(m for m in METHODS if m not in {name[1] for name in names})
    if names:
        checked = ahp.check_consistency(found.candidates)
        by_name = np.array([expected[name] for name in names])
        np.testing.assert_allclose(found.weights, by_name, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.lambda_max, checked.lambda_max, rtol=1e-12)
        np.testing.assert_allclose(found.cr, checked.cr, rtol=0, atol=1e-11)
        assert found.nearest is None


@pytest.mark.parametrize(("scale", "n", "decimals"), CASES)
def test_small_scales_are_decided_as_by_trying_everything(
    scale: tuple[str, ...], n: int, decimals: int
) -> None:
    rng = np.random.default_rng([len(scale), n, decimals])
    for _ in range(15):
        assert_same_as_brute_force(scale, n, rng, decimals)


@pytest.mark.parametrize("decimals", [2, 3, 4, 5])
def test_three_items_are_decided_as_by_trying_all_4913_matrices(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    assert len(everything(SAATY, 3).all) == 4913
    for _ in range(25):
        assert_same_as_brute_force(SAATY, 3, rng, decimals)


def three(**options: Any) -> Reconstruction:
    return reconstruct(["0.63335", None, "0.10615"], **options)


PRINTED = 'expected text such as "0.1540" or "15.4%"'


@pytest.mark.parametrize(
    ("printed", "options", "message"),
    [
        ("0.5", {}, "printed = '0.5', expected 2 to 7 numbers"),
        (["1"], {}, "printed = ['1'], expected 2 to 7 numbers"),
        ([None] * 8, {}, f"printed = {[None] * 8}, expected 2 to 7 numbers"),
        ([0.5, None], {}, f"printed number 0.5, {PRINTED}"),
        (["5e-1", None], {}, 'printed number \'5e-1\', expected text such as "0.1540" or "15.4%"'),
        (["", None], {}, 'printed number \'\', expected text such as "0.1540" or "15.4%"'),
        (
            ["0.5", None],
            {"method": "row_sum"},
            "method = 'row_sum', expected one of 'eigenvector', 'geometric_mean', 'column_mean'",
        ),
        (["0.5", None], {"method": ()}, "method = (), expected a name or more"),
        (["0.5", None], {"rounding": []}, "rounding = [], expected a name or more"),
        (
            ["0.5", None],
            {"rounding": ("half_up", "up")},
            "rounding = 'up', expected one of 'half_up', 'truncate', 'intermediate'",
        ),
        (["0.5", None], {"cr_max": 0}, "cr_max = 0, expected a number above 0"),
        (["0.5", None], {"cr_max": "0.1"}, "cr_max = '0.1', expected a number above 0"),
        (["0.5", None], {"cr_max": np.nan}, "cr_max = nan, expected a number above 0"),
        (["0.5", None], {"decimals": -1}, "decimals = -1, expected a whole number, 0 or more"),
        (["0.5", None], {"decimals": 2.5}, "decimals = 2.5, expected a whole number, 0 or more"),
        (
            ["0.5", None],
            {"intervals": {2: (0.1, 0.2)}},
            "intervals[2] = (0.1, 0.2), expected the index of an item, and its lowest and "
            "highest weight",
        ),
        (
            ["0.5", None],
            {"intervals": {1: 0.2}},
            "intervals[1] = 0.2, expected the index of an item, and its lowest and highest weight",
        ),
        (
            ["0.5", None],
            {"ranking": [True, 0]},
            "ranking = [True, 0], expected each index 0 to 1 once at most",
        ),
        (
            ["0.5", None],
            {"intervals": {1: (0.2, 0.1)}},
            "intervals[1] = (0.2, 0.1), expected the index of an item, and its lowest and "
            "highest weight",
        ),
        *(
            (
                ["0.5", None, None],
                {"ranking": ranking},
                f"ranking = {ranking}, expected each index 0 to 2 once at most",
            )
            for ranking in ([0, 3], [0, (1, 0)], [0, ()], [0, 1.0], "01", [-1, 0])
        ),
        (
            ["0.5", None],
            {"scale": ["1", "3"]},
            "scale = ['1', '3'], expected 1, other positive values, and with every value its "
            "inverse",
        ),
        (
            ["0.5", None],
            {"scale": [x for k in range(1, 66) for x in (k, 1 / k)]},
            "scale has 129 values, expected 127 at most",
        ),
    ],
)
def test_bad_arguments(printed: Any, options: dict[str, Any], message: str) -> None:
    if options.get("ranking") == "01":
        message = "ranking = '01', expected each index 0 to 2 once at most"
    with pytest.raises(ahp.OptionError) as caught:
        reconstruct(printed, **options)
    assert str(caught.value) == message


def test_an_unknown_random_index_is_refused() -> None:
    with pytest.raises(ahp.OptionError, match="^random_index = 'x', expected one of 'saaty', "):
        three(random_index="x")


def test_a_scale_as_large_as_allowed() -> None:
    scale = [x for k in range(1, 65) for x in (k, 1 / k)]
    found = reconstruct(["0.9846", None], scale=scale)  # 64/65
    assert [upper(matrix) for matrix in found.candidates] == ["64.0"] * 3
    found = reconstruct(["0.9697", None, None], scale=scale, method="column_mean")  # 64/66
    assert [upper(matrix) for matrix in found.candidates] == ["64.0 64.0 1"]


def test_what_is_printed_of_the_paper_s_first_capability_has_one_matrix() -> None:
    found = three(rounding=ROUNDINGS)
    assert found.unique
    assert [upper(matrix) for matrix in found.candidates] == ["3 5 3"]
    assert (found.methods, found.roundings) == (("column_mean",), ("intermediate",))
    assert found.weights.tolist() == [[0.63335, 0.2605, 0.10615]]
    assert found.ruled_out == ("eigenvector", "geometric_mean")
    assert found.printed == ("0.63335", None, "0.10615")
    assert (found.ranking, found.cr_max, found.random_index) == ((), 0.1, "saaty")
    assert found.version == ahp.__version__


def test_the_paper_s_four_items_have_two_matrices() -> None:
    found = reconstruct(
        ["0.55789", None, None, None],
        ranking=[0, (1, 2, 3)],
        intervals={3: (0.00795 / 0.14076, 0.00805 / 0.14076)},
        method="column_mean",
        rounding="intermediate",
    )
    assert [upper(matrix) for matrix in found.candidates] == ["3 5 7 3 5 3", "5 3 7 1/3 3 5"]
    assert not found.unique
    np.testing.assert_array_equal(
        found.candidates[1], found.candidates[0][:, [0, 2, 1, 3]][[0, 2, 1, 3]]
    )
    assert found.ranking == ((0,), (1, 2, 3))
    assert found.coverage == 1


def test_ranges_are_the_extremes_of_the_candidates() -> None:
    found = reconstruct(["0.4", None, None], rounding=ROUNDINGS)
    assert len(found) > 20
    np.testing.assert_array_equal(found.weights_range[:, 0], found.weights.min(axis=0))
    np.testing.assert_array_equal(found.weights_range[:, 1], found.weights.max(axis=0))
    assert found.weights_range.shape == (3, 2)
    assert found.lambda_range.tolist() == [found.lambda_max.min(), found.lambda_max.max()]
    assert found.cr_range.tolist() == [found.cr.min(), found.cr.max()]
    assert 3 <= found.lambda_range[0] < found.lambda_range[1] < 3 + 0.1 * 0.58 * 2


def test_without_candidates_the_ranges_are_nan() -> None:
    found = three(method="eigenvector")
    assert len(found) == 0
    assert not found.unique
    for part, shape in (
        (found.weights_range, (3, 2)),
        (found.lambda_range, (2,)),
        (found.cr_range, (2,)),
    ):
        assert part.shape == shape
        assert np.isnan(part).all()


RANGES = ("weights_range", "lambda_range", "cr_range")


@pytest.mark.parametrize("method", [None, "eigenvector"])
def test_arrays_are_read_only(method: str | None) -> None:
    found = three(method=method, rounding=ROUNDINGS)
    parts = [found, found.nearest] if found.nearest else [found]
    ranges = [(name, getattr(found, name)) for name in RANGES]
    arrays = ranges + [
        (field.name, value)
        for part in parts
        for field in dataclasses.fields(part)
        if isinstance(value := getattr(part, field.name), np.ndarray)
    ]
    assert len(arrays) == (8 if found.nearest is None else 11)
    for name, array in arrays:
        assert not array.flags.writeable, name


def test_nothing_is_unique_in_a_part_of_the_space() -> None:
    found = three(rounding=ROUNDINGS)
    assert found.unique
    assert not dataclasses.replace(found, coverage=0.5).unique


def test_order_is_by_plainness_then_by_cr() -> None:
    found = reconstruct(["0.4", None, None, None], rounding=ROUNDINGS, scale=FIVE)
    assert len(found) > 50
    keys = list(zip(found.plainness.tolist(), found.cr.round(12).tolist(), strict=True))
    assert keys == sorted(keys)
    assert len(set(found.plainness.tolist())) > 3
    np.testing.assert_array_equal(found.plainness, plainness(found.candidates, found.weights))


@pytest.mark.parametrize(
    ("judgments", "expected"),
    [
        ("3 5 3", 0),
        ("1 1 1", 0),
        ("5 3 3", 1),  # falls along the first row
        ("3 5 7", 1),  # rises down the last column
        ("2 4 2", 3),  # even
        ("3 5 1/3", 1),  # in the order of the weights: 5 3 3
    ],
)
def test_plainness(judgments: str, expected: int) -> None:
    matrix = ahp.PairwiseMatrix.from_upper(judgments.split()).values
    w = ahp.weights(matrix)
    assert plainness(matrix[None], w[None]).tolist() == [expected]


def test_plainness_counts_judgments_against_the_order_of_the_weights() -> None:
    matrix = ahp.PairwiseMatrix.from_upper(["1/3", "5", "3"]).values
    # 1/3 is below 1
    assert plainness(matrix[None], np.array([[0.5, 0.3, 0.2]])).tolist() == [1]


def test_trailing_zeros_count() -> None:
    one = reconstruct(["0.6", None, None], method="column_mean")
    four = reconstruct(["0.6000", None, None], method="column_mean")
    five = reconstruct(["0.6", None, None], method="column_mean", decimals=5)
    assert set(candidates(five)) < set(candidates(one))
    assert candidates(five) == candidates(
        reconstruct(["0.60000", None, None], method="column_mean")
    )
    assert set(candidates(five)) <= set(candidates(four)) < set(candidates(one))
    low, high = one.weights_range[0]
    assert 0.55 <= low < 0.56
    assert 0.64 < high <= 0.65
    np.testing.assert_allclose(five.weights_range[0], 0.6, atol=5e-6)


def test_decimals_are_those_of_the_steps() -> None:
    found = reconstruct(
        ["0.6", "0.2", "0.2"], rounding="intermediate", method="column_mean", decimals=5
    )
    assert [upper(matrix) for matrix in found.candidates] == ["3 3 1"]
    with_zeros = reconstruct(
        ["0.60000", "0.20000", "0.20000"], rounding="intermediate", method="column_mean"
    )
    assert candidates(with_zeros) == candidates(found)


def test_a_tuple_in_the_ranking_leaves_the_order_open() -> None:
    open_ = reconstruct(["0.5", None, None], ranking=[0, (1, 2)])
    closed = reconstruct(["0.5", None, None], ranking=[0, 1, 2])
    other = reconstruct(["0.5", None, None], ranking=[0, 2, 1])
    assert open_.ranking == ((0,), (1, 2))
    w = open_.weights
    assert (w[:, 0] > w[:, 1:].max(axis=1)).all()
    assert (closed.weights[:, 1] > closed.weights[:, 2]).all()
    ties = int((np.abs(w[:, 1] - w[:, 2]) < 1e-12).sum())
    assert ties > 0
    assert len(open_) == len(closed) + len(other) + ties


def test_candidates_of_several_methods_may_be_one_matrix() -> None:
    found = reconstruct(["0.60000", "0.20000", "0.20000"], ranking=[0, (1, 2)])
    assert set(found.methods) == set(METHODS)
    assert found.unique
    assert found.ruled_out == ()


def test_names_that_come_twice_count_once() -> None:
    once = reconstruct(["0.5", "0.3", "0.2"], method="column_mean")
    twice = reconstruct(["0.5", "0.3", "0.2"], method=["column_mean"] * 2, rounding=["half_up"] * 2)
    assert len(once) > 0
    assert candidates(twice) == candidates(once)


def test_the_limit_of_cr() -> None:
    for cr_max in (0.01, 0.05, 0.2):
        found = reconstruct(["0.6", None, None], method="eigenvector", cr_max=cr_max)
        every = everything(SAATY, 3).all
        w, cr = ahp.weights(every), ahp.check_consistency(every).cr
        expected = (np.abs(w[:, 0] - 0.6) <= 0.05 + 1e-12) & (cr < cr_max)
        assert {m.tobytes() for m in found.candidates} == {m.tobytes() for m in every[expected]}
        assert found.cr_range[1] < cr_max


def test_another_random_index() -> None:
    found = reconstruct(["0.55", None, None], random_index="saaty_2005")
    np.testing.assert_allclose(
        found.cr, ahp.check_consistency(found.candidates, random_index="saaty_2005").cr, atol=1e-11
    )
    assert found.random_index == "saaty_2005"
    assert len(found) < len(reconstruct(["0.55", None, None]))


def test_a_search_stops_at_too_many_candidates() -> None:
    found = reconstruct(["0.5", *[None] * 3], method="column_mean", max_candidates=1000)
    assert len(found) > 1000
    assert 0 < found.coverage < 1
    assert str(found.coverage_note) == f"stopped at {len(found)} candidates (column_mean)"
    assert not found.unique
    assert found.ruled_out == ()
    full = reconstruct(["0.5", *[None] * 3], method="column_mean")
    assert full.coverage == 1
    assert set(candidates(found)) < set(candidates(full))


def test_one_matrix_is_not_the_only_one_before_all_are_tried() -> None:
    printed = ["0.5", "0.25", "0.125", "0.125"]
    assert reconstruct(printed, method="column_mean").unique
    stopped = reconstruct(printed, method="column_mean", max_candidates=0)
    assert len(stopped) == 1
    assert stopped.coverage < 1
    assert not stopped.unique


def test_a_search_that_ends_with_too_many_candidates_is_whole() -> None:
    found = reconstruct(["0.5", None, None], method="column_mean", max_candidates=1)
    assert len(found) > 1
    assert (found.coverage, str(found.coverage_note)) == (1, "all matrices on the scale")


def assert_plain_matrix_is_found(n: int, scale: tuple[str, ...], method: str, note: str) -> None:
    """The matrix nearest to the ratios of random weights, all of its own weights printed."""
    rng = np.random.default_rng(n)
    values = np.sort([ahp.scale.parse_judgment(text) for text in scale])
    w = np.sort(rng.dirichlet(np.full(n, 3.0)))[::-1]
    nearest = np.abs(np.log(w[:, None] / w)[..., None] - np.log(values)).argmin(axis=-1)
    matrix = np.eye(n) + np.triu(values[nearest], 1)
    matrix += np.tril(values[len(values) - 1 - nearest.T], -1)
    assert ahp.check_consistency(matrix).cr < 0.1
    texts = prints(matrix, method, "half_up", 5)
    found = reconstruct(list(texts), method=method, scale=scale)
    assert any((matrix == each).all() for each in found.candidates)
    assert str(found.coverage_note) == note
    assert (found.coverage == 1) == (
        note == f"judgments up to {len(scale)} positions beyond the ratios of the weights"
    )


@pytest.mark.parametrize(
    ("n", "positions", "method"), [*((6, 3, method) for method in METHODS), (7, 0, "column_mean")]
)
def test_more_items_are_searched_near_their_ratios(n: int, positions: int, method: str) -> None:
    note = f"judgments up to {positions} positions beyond the ratios of the weights"
    assert_plain_matrix_is_found(n, THREE, method, note)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "positions"), [(6, 1), (7, 0)])
def test_more_items_on_the_whole_scale(n: int, positions: int) -> None:
    note = f"judgments up to {positions} positions beyond the ratios of the weights"
    assert_plain_matrix_is_found(n, SAATY, "column_mean", note)


@pytest.mark.parametrize("processors", [1, 3])
def test_results_do_not_depend_on_the_processors(
    processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bits() -> list[object]:
        found = reconstruct(["0.41", None, None, None], rounding=ROUNDINGS, scale=FIVE)
        names = [field.name for field in dataclasses.fields(found)]
        values = [getattr(found, name) for name in (*names, "unique", *RANGES)]
        return [v.tobytes() if isinstance(v, np.ndarray) else v for v in values]

    first = bits()
    assert bits() == first
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert bits() == first


def test_progress_goes_up_to_the_end() -> None:
    calls: list[tuple[int, int]] = []
    reconstruct(
        ["0.41", None, None, None], progress=lambda done, total: calls.append((done, total))
    )
    (total,) = {total for _, total in calls}
    done = [done for done, _ in calls]
    assert done == sorted(done)
    assert done[-1] == total > done[0] > 0


def test_an_exception_from_progress_ends_the_search() -> None:
    before = threading.active_count()
    calls = 0

    class Enough(Exception):  # noqa: N818 - not an error
        pass

    def stop(_done: int, _total: int) -> None:
        nonlocal calls
        calls += 1
        raise Enough

    with pytest.raises(Enough):
        reconstruct([None] * 4, progress=stop)
    assert calls == 1
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("printed", "options", "reason"),
    [
        (
            ["0.6", "0.6", "0.6"],
            {},
            "the printed weights sum to 1.8, expected 1",
        ),
        (
            ["63.335", None, "10.615"],
            {},
            "the printed weights sum to 73.950, expected 1",
        ),
        (
            ["0.3", "-0.2"],
            {},
            "the printed weights sum to 0.1, expected 1",
        ),
        (
            ["0.50", None],
            {"intervals": {1: (0.6, 0.7)}},
            "the weights sum to at least 1.095 by print and intervals, expected 1",
        ),
        (
            ["0.50", None],
            {"intervals": {1: (0.2, 0.3)}},
            "the weights sum to at most 0.805 by print and intervals, expected 1",
        ),
        (
            ["0.5", "0.3", "0.2"],
            {"intervals": {1: (0.7, 0.8)}},
            "item 1: no weight is as printed and in its interval",
        ),
        (
            ["0.2", "0.3", "0.5"],
            {"ranking": [1, (0, 2)]},
            "item 1 is ranked above item 2, but its weight is at most 0.35, that of item 2 at "
            "least 0.45",
        ),
        (
            ["0.63336", None, "0.10615"],
            {"method": ["column_mean", "eigenvector"], "rounding": ["truncate", "intermediate"]},
            "no matrix on the scale with CR < 0.1 gives these digits by column_mean, eigenvector "
            "(truncate, intermediate)",
        ),
    ],
)
def test_bad_print_has_a_nearest_miss_and_a_reason(
    printed: list[str | None], options: dict[str, Any], reason: str
) -> None:
    found = reconstruct(printed, **options)
    assert len(found) == 0
    assert found.nearest is not None
    assert str(found.nearest.reason) == reason
    unit = 10.0 ** -max(len(text.partition(".")[2]) for text in printed if text)
    expected = [
        (w - float(text)) / unit if text else np.nan
        for w, text in zip(found.nearest.weights.tolist(), printed, strict=True)
    ]
    np.testing.assert_allclose(found.nearest.misses, expected, rtol=1e-12)
    assert ahp.check_consistency(found.nearest.matrix).cr < 0.1


def test_the_nearest_miss_of_one_wrong_digit() -> None:
    found = reconstruct(["0.63335", None, "0.10616"], rounding="intermediate")
    assert found.nearest is not None
    assert upper(found.nearest.matrix) == "3 5 3"
    assert found.nearest.method == "column_mean"
    np.testing.assert_allclose(found.nearest.misses, [0, np.nan, -1], atol=1e-9)


@pytest.mark.parametrize(
    ("scale", "n"),
    [(THREE, 3), (THREE, 4), (FIVE, 3), pytest.param(FIVE, 4, marks=pytest.mark.slow)],
)
def test_the_nearest_miss_is_the_nearest_of_all(scale: tuple[str, ...], n: int) -> None:
    rng = np.random.default_rng([7, len(scale), n])
    space = everything(scale, n)
    misses = 0
    for _ in range(60):
        decimals = int(rng.integers(2, 5))
        w = rng.dirichlet(np.ones(n))
        texts = [str(Decimal(x).quantize(Decimal(1).scaleb(-decimals))) for x in w.tolist()]
        printed = [text if rng.random() < 0.7 else None for text in texts]
        printed[0] = texts[0]
        roundings = tuple(rng.choice(["half_up", "truncate", "intermediate"], 2, replace=False))
        found = reconstruct(printed, rounding=roundings, scale=scale, decimals=decimals)
        nearest = space.nearest(printed, decimals, METHODS, roundings)
        assert (len(found) > 0) == (nearest == 0)
        if found.nearest is None:
            assert len(found) > 0
            continue
        misses += 1
        method, matrix = found.nearest.method, found.nearest.matrix
        place = int(np.flatnonzero((space.matrices == matrix).all(axis=(1, 2)))[0])
        own = min(
            float(
                distances(space.weights(method, rounding, decimals)[[place]], printed, rounding)[0]
            )
            for rounding in roundings
        )
        assert own == pytest.approx(nearest, abs=1e-6)
    assert misses > 10


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_the_capabilities_of_the_paper(method: str, capsys: pytest.CaptureFixture[str]) -> None:
    start = time.perf_counter()
    found = reconstruct(
        ["0.56023", None, None, None, None],
        method=method,
        ranking=[0, 1, 2, (3, 4)],
        intervals={1: (0.17772, 0.17795), 4: (0.0598, 0.0608)},
        rounding=ROUNDINGS,
    )
    with capsys.disabled():
        print(f"\ncapabilities by {method}: {time.perf_counter() - start:.1f} s")
    assert found.coverage == 1
    if method == "column_mean":
        assert found.unique
        assert [upper(matrix) for matrix in found.candidates] == ["5 5 7 7 2 3 3 3 3 1"] * 3
        assert set(found.roundings) == set(ROUNDINGS)
        assert found.ruled_out == ()
    else:
        assert len(found) == 0
        assert found.ruled_out == (method,)
        assert found.nearest is not None
