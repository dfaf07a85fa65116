from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import eigen

NUMBER = 'expected a positive number or a fraction such as "1/3"'
NAN = float("nan")

BAD: dict[str, tuple[Any, str]] = {
    "not reciprocal": ([[1, 9], [9, 1]], "a[0, 1] * a[1, 0] = 81, expected 1"),
    "zero": ([[1, 0], [2, 1]], "a[0, 1] = 0, expected a positive finite number"),
    "negative": ([[1, -3], [-1 / 3, 1]], "a[0, 1] = -3, expected a positive finite number"),
    "infinite": (
        [[1, float("inf")], [0.5, 1]],
        "a[0, 1] = inf, expected a positive finite number",
    ),
    "too large": (
        [[1, 1e101], [1e-101, 1]],
        "a[0, 1] = 1e+101, expected a number from 1e-100 to 1e+100",
    ),
    "complex": ([[1, 2 + 1j], [0.5, 1]], "a[0, 1] = (2+1j), expected a real number"),
    "complex next to text": (
        [["1", 2 + 1j], ["1/2", "1"]],
        f"a[0, 1] = (2+1j), {NUMBER}",
    ),
    "complex without imaginary part": (
        np.ones((1, 1), dtype=complex),
        "a[0, 0] = (1+0j), expected a real number",
    ),
    "not square": ([[1, 2, 3], [1, 2, 3]], "shape (2, 3), expected square matrices (..., n, n)"),
    "no items": (np.empty((0, 0)), "shape (0, 0), expected at least one item"),
    "no dimension": (3, "shape (), expected square matrices (..., n, n)"),
    "one dimension": ([1, 2], "shape (2,), expected square matrices (..., n, n)"),
    "nothing": (None, "shape (), expected square matrices (..., n, n)"),
    "a word": ("matrix", "shape (), expected square matrices (..., n, n)"),
    "a mapping": ({"a": 1}, "shape (), expected square matrices (..., n, n)"),
    "ragged": ([[1, 2], [1]], "rows of lengths [2, 1], expected 2 in each row"),
    "ragged inside": (
        [[1, [2, 3]], [1, 2]],
        "lists that are nested unevenly, expected square matrices (..., n, n)",
    ),
    "text": ([[1, "three"], ["1/3", 1]], f"a[0, 1] = 'three', {NUMBER}"),
    "text nan": ([[1, "nan"], ["nan", 1]], f"a[0, 1] = 'nan', {NUMBER}"),
    "fraction of zero": ([["1", "1/0"], ["0", "1"]], f"a[0, 1] = '1/0', {NUMBER}"),
    "an object": ([[1, "3"], [object, 1]], f"a[1, 0] = <class 'object'>, {NUMBER}"),
    "a boolean next to text": ([[True, "3"], ["1/3", 1]], f"a[0, 0] = True, {NUMBER}"),
    "booleans": ([[True]], "values of type bool, expected numbers"),
    "bytes": ([[b"1"]], "values of type |S1, expected numbers"),
    "an integer beyond floats": (
        [[1, 10**400], ["1/2", 1]],
        f"a[0, 1] = {10**400}, {NUMBER}",
    ),
    "a signaling NaN": ([[Decimal("sNaN")]], f"a[0, 0] = Decimal('sNaN'), {NUMBER}"),
    "half a pair": (
        [[1, 2], [NAN, 1]],
        "a[1, 0] is not judged but a[0, 1] = 2, expected both cells of a pair or neither",
    ),
    "half a pair as None": (
        [[1, None], ["1/2", 1]],
        "a[0, 1] is not judged but a[1, 0] = 0.5, expected both cells of a pair or neither",
    ),
    "a rounded third": (
        [[1, 3], [0.33, 1]],
        'a[0, 1] * a[1, 0] = 0.99, expected 1; write "1/3" instead of 0.33',
    ),
    "six digits of a third": (
        [[1, 0.333333], [3, 1]],
        'a[0, 1] * a[1, 0] = 0.999999, expected 1; write "1/3" instead of 0.333333',
    ),
    "diagonal": ([[1, 3], [1 / 3, 2]], "a[1, 1] = 2, expected 1 on the diagonal"),
    "diagonal not judged": ([[NAN]], "a[0, 0] = nan, expected 1 on the diagonal"),
    "in a batch": (
        [[[1, 3], [1 / 3, 1]], [[1, 9], [9, 1]]],
        "a[1, 0, 1] * a[1, 1, 0] = 81, expected 1",
    ),
    "deep in a batch": (
        np.array([[[[1, 2], [0.5, 1]], [[1, 3], [1 / 3, -1]]]]),
        "a[0, 1, 1, 1] = -1, expected a positive finite number",
    ),
}


@pytest.mark.parametrize(("values", "message"), BAD.values(), ids=BAD)
def test_bad_matrices_are_refused_by_every_door(values: Any, message: str) -> None:
    for door in (ahp.PairwiseMatrix, ahp.weights, ahp.check_consistency, ahp.column_mean):
        with pytest.raises(ahp.MatrixError) as raised:
            door(values)
        assert str(raised.value) == message


def test_not_judged_pairs_are_kept_but_give_no_weights() -> None:
    matrix = ahp.PairwiseMatrix([[1, None, "3"], [None, 1, NAN], ["1/3", NAN, 1]])
    assert not matrix.complete
    for function in (ahp.weights, ahp.geometric_mean):
        with pytest.raises(ahp.IncompleteError) as raised:
            function(matrix)
        assert str(raised.value) == (
            "the judged pairs leave 2 components, ('1', '3'), ('2'), expected one; judging '1' "
            "against '2' joins two of them"
        )
    with pytest.raises(ahp.IncompleteError) as refused:
        ahp.column_mean(matrix)
    assert str(refused.value) == (
        "a[0, 1] is not judged, expected a complete matrix; judgments missing: 2; "
        "ahp.complete_matrices fills them"
    )


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a"], "1 labels, expected 2, one for each row"),
        (["a", "b", "c"], "3 labels, expected 2, one for each row"),
        (["a", "a"], "labels[1] = 'a', expected names that differ"),
        (["a", ""], "labels[1] = '', expected a name"),
        ([1, "b"], "labels[0] = 1, expected a name"),
    ],
)
def test_bad_labels(labels: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.PairwiseMatrix([[1, 2], [0.5, 1]], labels)
    assert str(raised.value) == message


def test_one_matrix_only() -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.PairwiseMatrix(np.ones((2, 3, 3)))
    assert str(raised.value) == "shape (2, 3, 3), expected one square matrix"


def test_kinds_of_numbers() -> None:
    expected = np.array([[1, 3], [1 / 3, 1]])
    third = Fraction(1, 3)
    for values in (
        [[1, 3], ["1/3", 1]],
        [["1", "3"], ["1/3", "1"]],
        [[Decimal(1), Decimal(3)], [third, 1]],
        np.array([["1", "3"], ["1/3", "1"]]),
        np.array([[1, 3], [third, 1]], dtype=object),
        np.asfortranarray(expected),
    ):
        matrix = ahp.PairwiseMatrix(values)
        assert matrix.values.dtype == np.float64
        assert np.array_equal(matrix.values, expected)


def test_nine_digits_of_a_third_pass() -> None:
    assert ahp.PairwiseMatrix([[1, 3], [0.333333333, 1]]).values[1, 0] == 0.333333333


def test_a_printed_decimal_is_a_step_of_the_scale_wherever_it_stands() -> None:
    expected = ahp.PairwiseMatrix.from_upper(["1/3", "1/5", "1/7"])
    upper = ahp.PairwiseMatrix.from_upper(["0.33", "0.2", "0.14"])
    pairs = {("1", "2"): "0.33", ("1", "3"): ".2", ("2", "3"): "０．１４"}
    whole = [["1", "0.33", "0.2"], ["3", "1", "0.14"], ["5", "7", "1"]]
    assert upper == expected
    assert ahp.PairwiseMatrix.from_judgments(pairs) == expected
    assert ahp.PairwiseMatrix(whole) == expected
    assert ahp.PairwiseMatrix([[1, "0.33"], [3, 1]]).values[0, 1] == 1 / 3
    batch = ahp.weights([whole, whole])
    assert np.array_equal(batch, ahp.weights([expected] * 2))


def test_numbers_stay_as_given() -> None:
    assert ahp.PairwiseMatrix.from_upper([0.33]).values[0, 1] == 0.33
    assert ahp.PairwiseMatrix([[1, 0.33], [1 / 0.33, 1]]).values[0, 1] == 0.33


def test_the_cell_of_1_or_more_is_taken_as_typed() -> None:
    matrix = ahp.PairwiseMatrix([["1", "2.14"], ["0.4673", "1"]])
    assert matrix.values.tolist() == [[1, 2.14], [1 / 2.14, 1]]
    matrix = ahp.PairwiseMatrix([["1", "0.12"], [8, "1"]])
    assert matrix.values.tolist() == [[1, 1 / 8], [8, 1]]
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.PairwiseMatrix([["1", "2.14"], ["0.46", "1"]])
    assert str(raised.value) == "a[0, 1] * a[1, 0] = 0.9844, expected 1"


def test_a_matrix_is_read_only_and_apart_from_its_source() -> None:
    source = np.array([[1.0, 2.0], [0.5, 1.0]])
    matrix = ahp.PairwiseMatrix(source)
    source[0, 1] = 9
    assert matrix.values[0, 1] == 2
    with pytest.raises(ValueError, match="read-only"):
        matrix.values[0, 1] = 3


def test_from_upper() -> None:
    matrix = ahp.PairwiseMatrix.from_upper(["3", 5, None], ["x", "y", "z"])
    expected = [[1, 3, 5], [1 / 3, 1, NAN], [1 / 5, NAN, 1]]
    assert np.array_equal(matrix.values, expected, equal_nan=True)
    assert matrix.labels == ("x", "y", "z")


@pytest.mark.parametrize("count", [0, 2, 4, 5, 7])
def test_from_upper_refuses_other_counts(count: int) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.PairwiseMatrix.from_upper([1] * count)
    assert str(raised.value) == (
        f"{count} judgments, expected n(n-1)/2 of them: 1, 3, 6, 10, 15, 21, 28, 36, …"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "a[0, 1] = 0, expected a positive finite number"),
        (float("inf"), "a[0, 1] = inf, expected a positive finite number"),
        (5e-324, "a[1, 0] = inf, expected a positive finite number"),
        ("x", f"a[0, 1] = 'x', {NUMBER}"),
        (True, f"a[0, 1] = True, {NUMBER}"),
    ],
)
def test_from_upper_names_the_cell(value: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.PairwiseMatrix.from_upper([value])
    assert str(raised.value) == message


def test_from_judgments() -> None:
    matrix = ahp.PairwiseMatrix.from_judgments({("b", "a"): "1/3", ("a", "c"): 5})
    assert matrix.labels == ("b", "a", "c")
    expected = [[1, 1 / 3, NAN], [3, 1, 5], [NAN, 1 / 5, 1]]
    assert np.allclose(matrix.values, expected, rtol=1e-15, equal_nan=True)
    ordered = ahp.PairwiseMatrix.from_judgments({("b", "a"): "1/3"}, labels=["a", "b"])
    assert ordered.values[0, 1] == 1 / (1 / 3)


@pytest.mark.parametrize(
    ("judgments", "labels", "message"),
    [
        ({("a", "d"): 3}, ["a", "b"], "label 'd', expected one of 'a', 'b'"),
        ({("a", "a"): 3}, None, "('a', 'a'): an item cannot be compared with itself"),
        (
            {("a", "b"): 3, ("b", "a"): 3},
            None,
            "('b', 'a') is judged twice, expected each pair once",
        ),
        ({("a", "b", "c"): 3}, None, "('a', 'b', 'c'), expected a pair of labels (left, right)"),
        ({"ab": 3}, ["a", "b"], "'ab', expected a pair of labels (left, right)"),
        ({("a", "b"): "x"}, None, f"a[0, 1] = 'x', {NUMBER}"),
        ({("b", "a"): -1}, ["a", "b"], "a[1, 0] = -1, expected a positive finite number"),
        ({}, None, "shape (0, 0), expected at least one item"),
        ({("a", "b"): 3}, ["a", "b", "a"], "labels[2] = 'a', expected names that differ"),
    ],
)
def test_bad_judgments(judgments: Any, labels: Any, message: str) -> None:
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.PairwiseMatrix.from_judgments(judgments, labels)
    assert str(raised.value) == message


def test_equality_hash_and_arrays() -> None:
    one = ahp.PairwiseMatrix([[1, None], [None, 1]], ["a", "b"])
    same = ahp.PairwiseMatrix([[1, NAN], [NAN, 1]], ["a", "b"])
    assert one == same
    assert hash(one) == hash(same)
    assert one != ahp.PairwiseMatrix([[1, NAN], [NAN, 1]])
    assert one != ahp.PairwiseMatrix([[1, 2], [0.5, 1]], ["a", "b"])
    assert one != "matrix"
    other = ahp.PairwiseMatrix([[1, 2], [0.5, 1]])
    assert np.array_equal(np.asarray(other), other.values)
    assert ahp.weights([other, other]).shape == (2, 2)


def test_repr_shows_fractions() -> None:
    matrix = ahp.PairwiseMatrix([[1, 3, None], ["1/3", 1, 2.5], [None, 0.4, 1]], ["a", "b", "c"])
    assert repr(matrix) == (
        "PairwiseMatrix a, b, c\n    1    3  nan\n  1/3    1  2.5\n  nan  0.4    1"
    )


@pytest.mark.parametrize(
    "upper", [[3, 5, 3], [1e100, 1e-100, 1e100]], ids=["by squaring", "by iteration"]
)
def test_a_matrix_is_solved_once(upper: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    solved: list[Any] = []
    solve = eigen.solve
    monkeypatch.setattr(eigen, "solve", lambda a, near=None: solved.append(a) or solve(a, near))
    values = ahp.PairwiseMatrix.from_upper(upper).values
    expected = ahp.weights(values), ahp.check_consistency(values)
    assert len(solved) == 2  # an array by each call
    matrix = ahp.PairwiseMatrix(values)
    for _ in range(2):
        assert ahp.weights(matrix).tolist() == expected[0].tolist()
        assert ahp.prioritize(matrix).weights.tolist() == expected[0].tolist()
        assert ahp.check_consistency(matrix) == expected[1]
    assert len(solved) == 3


def test_what_a_matrix_remembers_stays_inside() -> None:
    fresh, used = (ahp.PairwiseMatrix.from_upper([3, 5, 3]) for _ in range(2))
    found = ahp.check_consistency(used)
    own = ahp.weights(used)
    own[0] = 1  # an array of the caller's own
    assert ahp.weights(used).tolist() == found.eigenvector.tolist() == ahp.weights(fresh).tolist()
    with pytest.raises(ValueError, match="read-only"):
        found.eigenvector[0] = 1
    assert used == ahp.PairwiseMatrix.from_upper([3, 5, 3])
    assert hash(used) == hash(ahp.PairwiseMatrix.from_upper([3, 5, 3]))
    assert pickle.dumps(used) == pickle.dumps(ahp.PairwiseMatrix.from_upper([3, 5, 3]))
    assert ahp.weights(pickle.loads(pickle.dumps(used))).tolist() == ahp.weights(used).tolist()


def test_threads_share_a_matrix() -> None:
    matrix = ahp.PairwiseMatrix.from_upper([3, 5, 3])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ahp.check_consistency(matrix), range(200)))
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((7, 5), "a[0, 3, 4] * a[0, 4, 3] = 3, expected 1"),
        ((200,), "a[198, 199] * a[199, 198] = 3, expected 1"),
    ],
)
def test_the_last_cells_are_looked_at_as_well(shape: tuple[int, ...], said: str) -> None:
    array = np.ones((*shape, shape[-1]))
    array[..., -1, -2] = 3
    with pytest.raises(ahp.MatrixError) as raised:
        ahp.weights(array)
    assert str(raised.value) == said
