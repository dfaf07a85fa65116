from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from ahp.errors import MatrixError, OptionError
from ahp.matrix import PairwiseMatrix
from ahp.scale import (
    SAATY_POSITIONS,
    judgment_text,
    not_judged,
    opposite,
    parse_judgment,
    read_otherwise,
)
from ahp.scales import SCALES, Scale, apply_scale


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3.0),
        (" 1/3 ", 1 / 3),
        ("1 / 7", 1 / 7),
        ("2.5", 2.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("100/113", 100 / 113),
        ("1.5/2", 0.75),
        ("１／３", 1 / 3),
        ("３", 3.0),
        ("1⁄3", 1 / 3),
        ("⅓", 1 / 3),
        ("⅟３", 1 / 3),
        # printed decimals are the step that alone rounds to them
        ("0.5", 1 / 2),
        ("0.33", 1 / 3),
        (" .333 ", 1 / 3),
        ("0.333333333", 1 / 3),
        ("０．３３", 1 / 3),
        ("0.25", 1 / 4),
        ("0.2", 1 / 5),
        ("0.17", 1 / 6),
        ("0.14", 1 / 7),
        ("0.12", 1 / 8),
        ("0.13", 1 / 8),
        ("0.125", 1 / 8),
        ("0.11", 1 / 9),
        # no step rounds to these, or several do: the numbers themselves
        ("0.34", 0.34),
        ("0.4673", 0.4673),
        ("0.3", 0.3),
        ("0.1", 0.1),
        ("3.3e-1", 0.33),
        ("0.33/1", 0.33),
        ("2.14", 2.14),
    ],
)
def test_parse_judgment(text: str, value: float) -> None:
    assert parse_judgment(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "three",
        "-3",
        "0",
        "1/0",
        "0/0",
        "1/3/5",
        "nan",
        "inf",
        "1e999",
        "1,5",
        "3x",
        "1/-3",
    ],
)
def test_what_is_no_judgment_is_refused(text: str) -> None:
    with pytest.raises(MatrixError) as raised:
        parse_judgment(text)
    assert str(raised.value) == (
        f'{text!r}, expected a positive number or a fraction such as "1/3"'
    )


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ('="1/3"', 1 / 3, "1/3"),
        ("'1/3", 1 / 3, "1/3"),
        ("=1/3", 1 / 3, "1/3"),
        ("3:1", 3, "3"),
        ("1：3", 1 / 3, "1/3"),
        ("3 3/4", 3.75, "15/4"),
        ("1½", 1.5, "3/2"),
        ("0.33", 1 / 3, "1/3"),
        ("0.5", 0.5, None),
        ("１／３", 1 / 3, None),
        (" 1 / 3 ", 1 / 3, None),
        ("2.14", 2.14, None),
    ],
)
def test_what_is_read_otherwise_than_it_stands(text: str, value: float, said: str | None) -> None:
    assert (parse_judgment(text), read_otherwise(text)) == (value, said)
    assert parse_judgment(opposite(text)) == pytest.approx(1 / value, rel=1e-15)


@pytest.mark.parametrize(
    "text", ["", " ", "-", "－", "——", "/", "NA", "n/a", "#N/A", "nan", "（空）"]
)
def test_what_says_that_nothing_was_judged(text: str) -> None:
    assert not_judged(text)


@pytest.mark.parametrize("text", ["0", "1", "1-3", "no", "-3", "A"])
def test_what_does_not_say_so(text: str) -> None:
    assert not not_judged(text)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        *((f"3{mark}", mark) for mark in "²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₉①②⑳㉑⓪❶➀⑴⒈ᵃⁿªº*†‡§¶※＊"),
        ("1/7¹", "¹"),
        ("1/3²", "²"),
        ("１／３③", "③"),
        ("²3", "²"),
        ("②", "②"),
        ("3⁽¹⁾", "⁽¹⁾"),
        ("3⁻¹", "⁻¹"),
        ("3**", "**"),
        ("½²", "²"),
        ("0.33¹", "¹"),
        ("3(1)", "(1)"),
        ("3［注1］", "［注1］"),
    ],
)
def test_a_footnote_mark_is_no_digit(text: str, mark: str) -> None:
    for read in (parse_judgment, opposite):
        with pytest.raises(MatrixError) as raised:
            read(text)
        assert str(raised.value) == (
            f"{text!r} has the footnote mark {mark!r}, expected a positive number or a fraction "
            'such as "1/3" without it'
        )


def test_the_positions_are_the_seventeen_of_saaty() -> None:
    listed = "9 8 7 6 5 4 3 2 1 1/2 1/3 1/4 1/5 1/6 1/7 1/8 1/9"
    assert " ".join(SAATY_POSITIONS) == listed


def test_positions_and_numbers_convert_both_ways() -> None:
    for text in SAATY_POSITIONS:
        assert judgment_text(parse_judgment(text)) == text
    assert judgment_text(10.0) is None
    assert judgment_text(0.333) is None


def test_opposite() -> None:
    assert [opposite(text) for text in SAATY_POSITIONS] == list(reversed(SAATY_POSITIONS))
    assert opposite("2/7") == "7/2"


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("1／3", "3"),
        ("１／３", "3"),
        ("1⁄3", "3"),
        ("½", "2"),
        ("⅔", "3/2"),
        ("３", "1/3"),
        (" 1 / 3 ", "3"),
        (" 2.5 ", "1/2.5"),
        ("0.33", "3"),
        ("0.4", "1/0.4"),
    ],
)
def test_opposite_of_what_keyboards_write(text: str, turned: str) -> None:
    assert opposite(text) == turned
    assert parse_judgment(turned) == pytest.approx(1 / parse_judgment(text), rel=1e-15)


NAMES = [
    *("linear", "logarithmic", "root", "inverse_linear", "balanced", "balanced_n"),
    *("adaptive", "adaptive_balanced", "power", "geometric"),
]

# upper triangle 4, 6, 7, 3, 4, 2: matrix A1 of Dong, Zhang, Hong & Xu 2010
A1 = PairwiseMatrix.from_upper([4, 6, 7, 3, 4, 2], ["a", "b", "c", "d"])

# c(x) at x = 1 … 9 from the formulas of the sources, in fractions where they are rational
TABLES: dict[str, list[float | Fraction]] = {
    "linear": [Fraction(x) for x in range(1, 10)],
    "logarithmic": [math.log(x + 1) / math.log(2) for x in range(1, 10)],
    "root": [math.sqrt(x) for x in range(1, 10)],
    "inverse_linear": [Fraction(9, 10 - x) for x in range(1, 10)],
    # local weights of two items 0.5, 0.55, …, 0.9
    "balanced": [(w := Fraction(9 + x, 20)) / (1 - w) for x in range(1, 10)],
    "power": [Fraction(x * x) for x in range(1, 10)],
    "geometric": [Fraction(2) ** (x - 1) for x in range(1, 10)],
}


def weight_of_the_strongest(ratio: float, n: int) -> float:
    """Weight of the item that is `ratio` times as important as each of the n − 1 others."""
    return ratio / (ratio + n - 1)


def test_the_scales() -> None:
    assert list(SCALES) == NAMES
    assert [scale.name for scale in SCALES.values()] == NAMES
    assert all(len(scale.source.split("; ")) == 2 for scale in SCALES.values())


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_values_of_the_nine_steps(name: str, n: int) -> None:
    found = SCALES[name].transform(range(1, 10), n)
    assert found == pytest.approx([float(value) for value in TABLES[name]], rel=1e-15)


# the largest values for the consensus index (Goepel 2018), by order n
@pytest.mark.parametrize(
    ("name", "largest"),
    [
        *((name, lambda n: 9.0) for name in NAMES[3:6]),
        ("linear", lambda n: 9.0),
        ("logarithmic", lambda n: 3.3219),
        ("root", lambda n: 3.0),
        ("power", lambda n: 81.0),
        ("geometric", lambda n: 256.0),
        ("adaptive", lambda n: 9.0 * (n - 1)),
        ("adaptive_balanced", lambda n: 9.0 * (n - 1)),
    ],
)
def test_the_largest_values(name: str, largest: Callable[[int], float]) -> None:
    for n in (2, 3, 5, 9):
        exact = pytest.approx(largest(n), rel=1e-14, abs=5e-5 if name == "logarithmic" else 0)
        assert SCALES[name].maximum(n) == exact


def test_the_scales_that_depend_on_the_order() -> None:
    steps = np.arange(1, 10)
    for name in ("balanced_n", "adaptive_balanced"):
        assert SCALES[name].transform(steps, 2) == pytest.approx(
            SCALES["balanced"].transform(steps, 2), rel=1e-14
        )
    assert SCALES["adaptive"].transform(steps, 2).tolist() == steps.tolist()
    for n in (2, 3, 7):
        # the weight rises evenly, from 1/n to that of a judgment of 9 on the linear scale, or 0.9
        for name, top in (("balanced_n", 9 / (n + 8)), ("adaptive_balanced", 0.9)):
            ratios = SCALES[name].transform(steps, n)
            found = [weight_of_the_strongest(ratio, n) for ratio in ratios]
            assert found == pytest.approx(np.linspace(1 / n, top, 9).tolist(), rel=1e-14)
        # 9 gives the strongest of n the weight 0.9 (adaptive)
        assert weight_of_the_strongest(SCALES["adaptive"].maximum(n), n) == pytest.approx(0.9)
    assert SCALES["adaptive"].transform(3, 10) == pytest.approx(9, rel=1e-14)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [1, 2, 3, 9, 50])
def test_one_stays_one_and_the_order_is_kept(name: str, n: int) -> None:
    x = np.concatenate([np.linspace(1, 9, 81), [math.nan]])
    found = SCALES[name].transform(x, n)
    assert found[0] == 1
    assert (np.diff(found[:-1]) > 0).all()
    assert np.isnan(found[-1])
    assert SCALES[name].transform(1 / x[:-1], n) == pytest.approx(1 / found[:-1], rel=1e-13)
    assert SCALES[name].transform(4.0, n).shape == ()


def test_a_matrix_on_another_scale() -> None:
    found = apply_scale(A1, "power")
    assert found == PairwiseMatrix.from_upper([16, 36, 49, 9, 16, 4], ["a", "b", "c", "d"])
    assert apply_scale(A1, "linear") == A1
    n4 = apply_scale(A1, "balanced_n").values[0, 1:]
    assert n4 == pytest.approx([21 / 9, 27 / 7, 30 / 6], rel=1e-15)
    array = apply_scale(A1.values, SCALES["root"])
    assert isinstance(array, np.ndarray)
    assert array[0].tolist() == [1, 2, math.sqrt(6), math.sqrt(7)]
    assert array[:, 0].tolist() == [1, 1 / 2, 1 / math.sqrt(6), 1 / math.sqrt(7)]


@pytest.mark.parametrize("name", NAMES)
def test_batches_stay_reciprocal_and_incomplete(name: str) -> None:
    rng = np.random.default_rng(5)
    batch = np.ones((3, 4, 6, 6))
    i, j = np.triu_indices(6, 1)
    judgments = np.array([parse_judgment(text) for text in SAATY_POSITIONS] + [math.nan])
    batch[..., i, j] = rng.choice(judgments, (3, 4, 15))
    batch[..., j, i] = 1 / batch[..., i, j]
    found = apply_scale(batch, name)
    assert np.array_equal(np.isnan(found), np.isnan(batch))
    stronger = batch >= batch.swapaxes(-1, -2)
    assert np.array_equal(found[stronger], SCALES[name].transform(batch[stronger], 6))
    assert np.array_equal(found.swapaxes(-1, -2)[stronger], 1 / found[stronger], equal_nan=True)
    assert np.array_equal(found[2, 3], apply_scale(batch[2, 3], name), equal_nan=True)


def test_nine_digits_of_a_fraction_are_the_fraction() -> None:
    found = apply_scale([[1, 9, 7], [0.111111111, 1, 1], [0.142857143, 1, 1]], "geometric")
    assert found.tolist() == [[1, 256, 64], [1 / 256, 1, 1], [1 / 64, 1, 1]]
    assert SCALES["geometric"].transform(0.111111111, 2) == pytest.approx(1 / 256, rel=1e-12)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            [[1, 10], [0.1, 1]],
            "a[0, 1] = 10, expected a number from 1/9 to 9: scale 'power' has no value for it",
        ),
        (
            [[[1, 2], [0.5, 1]], [[1, 0.1], [10, 1]]],
            "a[1, 0, 1] = 0.1, expected a number from 1/9 to 9: scale 'power' has no value for it",
        ),
        ([[1, 3], [3, 1]], "a[0, 1] * a[1, 0] = 9, expected 1"),
    ],
)
def test_matrices_off_the_fundamental_scale(values: Any, message: str) -> None:
    with pytest.raises(MatrixError) as raised:
        apply_scale(values, "power")
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (9.5, "x = 9.5"),
        ([1, 0], "x[1] = 0"),
        ([[1, -3]], "x[0, 1] = -3"),
        ([math.inf], "x[0] = inf"),
    ],
)
def test_judgments_off_the_fundamental_scale(x: Any, message: str) -> None:
    with pytest.raises(MatrixError) as raised:
        SCALES["root"].transform(x, 3)
    assert str(raised.value) == (
        f"{message}, expected a number from 1/9 to 9: scale 'root' has no value for it"
    )


def test_judgments_that_are_none() -> None:
    with pytest.raises(MatrixError) as raised:
        SCALES["root"].transform("three", 3)
    assert str(raised.value) == "x = 'three', expected numbers"
    with pytest.raises(OptionError) as unknown:
        SCALES["root"].transform(3, 0)
    assert str(unknown.value) == "n = 0, expected 1 or more"


@pytest.mark.parametrize("scale", ["Power", "", None, ["power"]])
def test_an_unknown_scale_lists_the_valid_ones(scale: Any) -> None:
    with pytest.raises(OptionError) as raised:
        apply_scale(A1, scale)
    listed = ", ".join(map(repr, NAMES))
    assert str(raised.value) == f"scale = {scale!r}, expected one of {listed}"


def test_an_own_table() -> None:
    own = Scale.from_table({1: 1, 3: 2.5, 2: 1.5}, "mine", "pilot study")
    assert (own.name, own.source, own.steps) == ("mine", "pilot study", (1, 2, 3))
    assert own.maximum(7) == 2.5
    assert own.transform([1, 2, 1 / 2, 1 / 3], 4).tolist() == [1, 1.5, 1 / 1.5, 1 / 2.5]
    matrix = PairwiseMatrix.from_upper([2, None, 3], ["a", "b", "c"])
    found = apply_scale(matrix, own)
    assert found == PairwiseMatrix.from_upper([1.5, None, 2.5], ["a", "b", "c"])
    beyond = Scale.from_table({1: 1, 20: 4})
    assert beyond.transform(1 / 20, 2) == 0.25
    with pytest.raises(MatrixError) as raised:
        apply_scale([[1, 0.4], [2.5, 1]], own)
    assert str(raised.value) == (
        "a[0, 1] = 0.4, expected one of 1, 2, 3 or a reciprocal: scale 'mine' has no value for it"
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "scale 'own': {}, expected 1: 1 as its first step"),
        ({2: 2}, "scale 'own': {2: 2}, expected 1: 1 as its first step"),
        ({1: 2}, "scale 'own': {1: 2}, expected 1: 1 as its first step"),
        ({0.5: 1, 1: 1}, "scale 'own': {0.5: 1, 1: 1}, expected 1: 1 as its first step"),
        (
            {1: 1, 2: 3, 3: 2.5},
            "scale 'own': 3: 2.5, expected a finite step and a finite value of 3, that of the "
            "step below, or more",
        ),
        (
            {1: 1, 2: math.inf},
            "scale 'own': 2: inf, expected a finite step and a finite value of 1, that of the "
            "step below, or more",
        ),
        (
            {1: 1, math.inf: 9},
            "scale 'own': inf: 9, expected a finite step and a finite value of 1, that of the "
            "step below, or more",
        ),
        (
            {1: 1, 2: "much"},
            "scale 'own' = [(1, 1), (2, 'much')], expected numbers",
        ),
    ],
)
def test_tables_that_are_no_scale(table: Any, message: str) -> None:
    with pytest.raises(OptionError) as raised:
        Scale.from_table(table)
    assert str(raised.value) == message
