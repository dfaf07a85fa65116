"""Printed numbers: which values they stand for, and the roundings of a source's steps."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from ahp.published.printing import (
    SLACK,
    agrees,
    check_printed,
    check_rounding,
    decimals_of,
    printed_interval,
    round_half_up,
    rounded_weights,
)

from .brute_force import FIVE, METHODS, everything, interval, stepwise

MATRIX = ahp.PairwiseMatrix.from_upper(["3", "5", "3"]).values


@pytest.mark.parametrize(
    "text", ["", "x", "1e-3", "0.1.2", " 0.1", "%", "0.1%%", "+0.1", ".", "1/3"]
)
def test_what_is_no_printed_number_is_refused(text: str) -> None:
    with pytest.raises(ahp.OptionError) as caught:
        check_printed(text)
    assert (
        str(caught.value) == f'printed number {text!r}, expected text such as "0.1540" or "15.4%"'
    )


def test_a_number_is_not_text() -> None:
    value: Any = 0.154
    with pytest.raises(ahp.OptionError) as caught:
        check_printed(value)
    assert str(caught.value) == 'printed number 0.154, expected text such as "0.1540" or "15.4%"'


@pytest.mark.parametrize(
    ("text", "decimals"),
    [("0.1540", 4), (".5", 1), ("5.", 0), ("12", 0), ("-0.20", 2), ("63.7%", 3), ("7 ％", 2)],
)
def test_decimals(text: str, decimals: int) -> None:
    assert check_printed(text) == text
    assert decimals_of(text) == decimals


@pytest.mark.parametrize(
    ("text", "rounding", "decimals", "low", "high"),
    [
        ("0.1540", "half_up", None, 0.15395, 0.15405),
        ("0.1540", "intermediate", None, 0.15395, 0.15405),
        ("0.1540", "truncate", None, 0.1540, 0.1541),
        ("-0.15", "half_up", None, -0.155, -0.145),
        ("-0.15", "truncate", None, -0.16, -0.15),
        ("0.6", "half_up", 5, 0.599995, 0.600005),
        ("0.6", "truncate", 5, 0.6, 0.60001),
        ("0.6000", "half_up", 2, 0.59995, 0.60005),
        ("3", "half_up", None, 2.5, 3.5),
        ("63.7%", "half_up", None, 0.6365, 0.6375),
        ("63.7%", "truncate", None, 0.637, 0.638),
        ("63.7%", "half_up", 2, 0.63695, 0.63705),
    ],
)
def test_intervals(text: str, rounding: str, decimals: int | None, low: float, high: float) -> None:
    expected = (low - SLACK, high + SLACK)
    assert printed_interval(text, rounding, decimals) == pytest.approx(expected, abs=1e-15)
    inside = np.array(
        [[low, high], [(low + high) / 2, low - 3 * SLACK], [high + 3 * SLACK, np.nan]]
    )
    assert agrees(inside, text, rounding, decimals).tolist() == [
        [True, True],
        [True, False],
        [False, False],
    ]


@given(st.integers(0, 99999), st.integers(1, 7), st.sampled_from(["half_up", "truncate"]))
def test_intervals_are_those_of_decimals(digits: int, decimals: int, rounding: str) -> None:
    text = f"{Decimal(digits).scaleb(-decimals):f}"
    assert decimals_of(text) == decimals
    expected = [float(end) for end in interval(text, rounding)]
    assert list(printed_interval(text, rounding)) == pytest.approx(expected, rel=1e-14, abs=1e-15)


@given(st.integers(0, 10**6), st.integers(0, 5))
def test_rounding_half_up(millionths: int, decimals: int) -> None:
    value = Decimal(millionths).scaleb(-6)
    expected = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert round_half_up(np.array(float(value)), decimals) == float(expected)


def test_an_unknown_rounding_is_refused() -> None:
    with pytest.raises(ahp.OptionError) as caught:
        check_rounding("up")
    assert str(caught.value) == (
        "rounding = 'up', expected one of 'half_up', 'truncate', 'intermediate'"
    )


def test_steps_of_the_paper() -> None:
    # 1 + 1/3 + 1/5 = 1.53333: 0.65217, 0.21739, 0.13043; and so on
    assert rounded_weights(MATRIX, "column_mean", "intermediate", 5).tolist() == [
        *(0.63335, 0.2605, 0.10615)
    ]
    exact = ahp.weights(MATRIX, "column_mean")
    assert exact.round(5).tolist() == [0.63335, 0.2605, 0.10616]


def test_steps_of_geometric_means() -> None:
    # 15 ** (1/3) = 2.466, 1, (1/15) ** (1/3) = 0.405; at one digit 2.5, 1.0, 0.4
    assert rounded_weights(MATRIX, "geometric_mean", "intermediate", 1).tolist() == [0.6, 0.3, 0.1]
    assert rounded_weights(MATRIX, "geometric_mean", "intermediate", 2).tolist() == [
        *(0.64, 0.26, 0.11)
    ]


@pytest.mark.parametrize("decimals", [2, 3, 5])
@pytest.mark.parametrize("method", METHODS)
def test_steps_are_those_of_decimals(method: str, decimals: int) -> None:
    matrices = everything(FIVE, 4).matrices[::17]
    found = rounded_weights(matrices, method, "intermediate", decimals)
    expected = [[float(w) for w in stepwise(m, method, decimals)] for m in matrices]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("rounding", ["half_up", "truncate"])
@pytest.mark.parametrize("method", METHODS)
def test_without_steps_nothing_is_rounded(method: str, rounding: str) -> None:
    found = rounded_weights(MATRIX, method, rounding, 2)
    np.testing.assert_array_equal(found, ahp.weights(MATRIX, method))


def test_any_method_without_steps() -> None:
    found = rounded_weights(MATRIX, "row_sum")
    np.testing.assert_array_equal(found, ahp.weights(MATRIX, "row_sum"))


def test_steps_of_other_methods_are_not_known() -> None:
    with pytest.raises(ahp.OptionError) as caught:
        rounded_weights(MATRIX, "row_sum", "intermediate", 3)
    assert str(caught.value) == (
        "method of intermediate rounding = 'row_sum', expected one of 'eigenvector', "
        "'geometric_mean', 'column_mean'"
    )
    with pytest.raises(ahp.OptionError) as caught:
        rounded_weights(MATRIX, "column_mean", "intermediate")
    assert str(caught.value) == "intermediate rounding needs the decimals of the steps"
