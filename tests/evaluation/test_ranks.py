"""Numbers rounded half up, and ranks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ahp
from ahp.errors import AHPError
from ahp.evaluation import competition_ranks, round_half_up


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (89.95, 1, "90.0"),
        (89.94999999999999, 1, "89.9"),
        (1.005, 2, "1.01"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (-0.04, 1, "0.0"),
        (7, 2, "7.00"),
        (Fraction(2, 3), 4, "0.6667"),
        (Decimal("0.125"), 2, "0.13"),
        ("0.445", 2, "0.45"),
        ("1/3", 3, "0.333"),
        (1e-300, 3, "0.000"),
        (10**30 + 1, 1, f"{10**30 + 1}.0"),
        (np.float64(0.35), 1, "0.4"),
        (np.float32(0.35), 1, "0.4"),
        (np.int64(3), 1, "3.0"),
    ],
)
def test_rounding(value: Any, digits: int, expected: str) -> None:
    found = round_half_up(value, digits)
    assert (type(found), str(found)) == (Decimal, expected)


@given(st.decimals(-(10**9), 10**9, places=6), st.integers(0, 8))
def test_rounding_is_that_of_decimals(value: Decimal, digits: int) -> None:
    expected = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert round_half_up(value, digits) == expected
    assert round_half_up(float(value), digits) == round_half_up(repr(float(value)), digits)


def test_ranks_share_the_best() -> None:
    assert competition_ranks([70, 90, 90, 60]).tolist() == [3, 1, 1, 4]
    assert competition_ranks([[1, 2], [3, 3]]).tolist() == [[2, 1], [1, 1]]
    assert competition_ranks([0.3, 0.1 + 0.2]).tolist() == [1, 1]
    assert competition_ranks(pd.Series({"a": 1.0, "b": 2.0})).tolist() == [2, 1]
    assert competition_ranks([]).tolist() == []


def test_ranks_at_digits() -> None:
    assert competition_ranks([89.95, 90, 89.9], 1).tolist() == [1, 1, 3]
    assert competition_ranks([1.005, 1.01, 1.0], 2).tolist() == [1, 1, 3]
    assert competition_ranks([-0.5, -1, 0], 0).tolist() == [2, 2, 1]
    assert competition_ranks([1e15 + 1, 1e15], 0).tolist() == [1, 2]
    assert competition_ranks([1e9 + 1, 1e9], 0).tolist() == [1, 2]


def test_exact_numbers_are_compared_exactly() -> None:
    third = Fraction(1, 3)
    assert competition_ranks([third, third + Fraction(1, 10**30)]).tolist() == [2, 1]
    assert competition_ranks([Decimal("0.1"), Fraction(1, 10), "0.10"]).tolist() == [1, 1, 1]
    assert competition_ranks([Decimal("89.95"), 90], 1).tolist() == [1, 1]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8),
    st.one_of(st.none(), st.integers(0, 4)),
)
def test_a_rank_counts_who_is_ahead(values: list[float], digits: int | None) -> None:
    ranks = competition_ranks(values, digits)
    assert sorted(ranks)[0] == 1
    if digits is not None:
        rounded = [round_half_up(value, digits) for value in values]
        assert ranks.tolist() == [1 + sum(other > one for other in rounded) for one in rounded]


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        *(
            (
                lambda value=value: round_half_up(value, 1),
                f"{value!r}, expected a finite number up to 1e100 with 400 decimals at most",
            )
            for value in (
                "n/a",
                "1/0",
                None,
                True,
                float("nan"),
                float("inf"),
                10**101,
                "1e-500",
                "1e999999999",
            )
        ),
        (lambda: round_half_up(1, -1), "digits = -1, expected a whole number from 0 to 100"),
        (lambda: round_half_up(1, 1.5), "digits = 1.5, expected a whole number from 0 to 100"),
        (lambda: round_half_up(1, "1"), "digits = '1', expected a whole number from 0 to 100"),
        (
            lambda: competition_ranks([1, np.nan]),
            "values[1] = nan, expected a number from -1e+100 to 1e+100",
        ),
        (lambda: competition_ranks(1.0), "values of shape (), expected (..., n)"),
        (lambda: competition_ranks([[1], [1, 2]]), "values = [[1], [1, 2]], expected numbers"),
        (
            lambda: competition_ranks([1], 101),
            "digits = 101, expected a whole number from 0 to 100",
        ),
    ],
)
def test_refusals(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(AHPError) as raised:
        refused()
    assert str(raised.value) == message
    assert isinstance(raised.value, ahp.EvaluationError | ahp.OptionError)
