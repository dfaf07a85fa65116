"""Exact numbers, rounded half up, and ranks at the declared digits."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import EvaluationError
from ..group import check_option
from ..labels import numbers_of
from ..matrix import LARGEST, Float, Int, shape_error
from ..messages import Phrase
from ..tolerance import shared_ranks
from .inputs import as_values

MOST_DIGITS = 100
"""Digits after the point that a number is rounded to, at most."""

MOST_DECIMALS = 400
"""Digits after the point that a number may have: more than any float has."""

_EXACT_BELOW = 1e12
"""Whole numbers up to here are floats with a fraction that can be trusted to 1e-4."""


def exact(value: Any) -> Fraction:
    """A number as a fraction; a float counts as the decimal that it prints as, its `repr`.

    Args:
        value: int, float, `Fraction`, `Decimal`, or the text of a number.

    Raises:
        EvaluationError: no number, an infinite one, or one beyond ±1e100 or 400 decimals.

    >>> exact(0.1) + exact("0.2")
    Fraction(3, 10)
    """
    if isinstance(value, np.generic):
        value = str(value) if isinstance(value, np.floating) else value.item()
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | Fraction | Decimal | str):
            raise TypeError
        if isinstance(value, int | Fraction) or (isinstance(value, str) and "/" in value):
            number = Fraction(value)
        else:
            decimal = value if isinstance(value, Decimal) else Decimal(str(value))
            if not decimal.is_finite():
                raise TypeError
            if abs(int(decimal.as_tuple().exponent)) > MOST_DECIMALS:
                raise TypeError
            number = Fraction(decimal)
        if abs(number) > LARGEST:
            raise TypeError
    except (TypeError, ValueError, InvalidOperation, ZeroDivisionError):
        raise EvaluationError("number_unreadable", value=value) from None
    return number


def round_half_up(value: Any, digits: int) -> Decimal:
    """A number rounded half up (四舍五入): a half goes away from 0, as in spreadsheets, 0.5 to
    1 and −0.5 to −1. Python's `round` takes halves to the even neighbor.

    Args:
        value: int, float, `Fraction`, `Decimal`, or the text of a number. A float counts as the
            decimal that it prints as: 1.005 is 1.01 at two digits, though the float is smaller.
        digits: after the point, 0 to `MOST_DIGITS`.

    Returns:
        A `Decimal` with so many digits.

    Raises:
        OptionError: digits out of their range.
        EvaluationError: no number.

    >>> from ahp.evaluation import round_half_up
    >>> round_half_up(89.95, 1), round_half_up(1.005, 2), round_half_up("2/3", 4)
    (Decimal('90.0'), Decimal('1.01'), Decimal('0.6667'))
    """
    digits = as_digits(digits)
    units = _units(exact(value), digits)
    return Decimal((int(units < 0), tuple(map(int, str(abs(units)))), -digits))


def competition_ranks(values: ArrayLike | Any, digits: int | None = None) -> Int:
    """Ranks from 1 for the largest; what ties shares the best of its ranks, and the ranks after it
    are left out: 1, 2, 2, 4.

    Args:
        values: shape (..., n); floats, or `Fraction`, `Decimal` and texts, which are compared
            exactly.
        digits: compare the values as `round_half_up` rounds them. None = unrounded, floats tying
            by the rule of `ahp.tolerance`.

    Returns:
        Ranks, shape (..., n).

    Raises:
        OptionError: digits out of their range.
        EvaluationError: no numbers.

    >>> from ahp.evaluation import competition_ranks
    >>> competition_ranks([89.96, 92.5, 90.04, 85])
    array([3, 1, 2, 4])
    >>> competition_ranks([89.96, 92.5, 90.04, 85], digits=1)
    array([2, 1, 2, 4])
    """
    digits = None if digits is None else as_digits(digits)
    if not is_exact(values):
        array = as_values(numbers_of(values), "values")
        if array.ndim < 1:
            raise shape_error("values", array, "(..., n)", EvaluationError)
        if digits is None:
            return shared_ranks(array)
        scaled = np.abs(array) * 10.0**digits
        if scaled.max(initial=0) < _EXACT_BELOW:
            return shared_ranks(_positions(_half_up(array, scaled, digits)))
        values = array
    fractions = exact_array(values)
    if digits is not None:
        fractions = _each(partial(_units, digits=digits), fractions)
    return shared_ranks(_positions(fractions))


def as_digits(digits: Any) -> int:
    """A number of digits to round to, or an error."""
    allowed = Phrase("whole_number_from_to", low=0, high=MOST_DIGITS)
    check_option("digits", digits, lambda: digits in range(MOST_DIGITS + 1), allowed)
    return int(digits)


def is_exact(values: Any) -> bool:
    """Whether numbers are given as texts, `Fraction` or `Decimal`, one of them at least."""
    try:
        return np.asarray(numbers_of(values)).dtype.kind in "OU"
    except ValueError:  # nested unevenly: refused as what it is
        return False


def exact_array(values: Any) -> Any:
    """An array of fractions of the same shape, each as `exact` reads it."""
    return _each(exact, np.asarray(numbers_of(values), dtype=object))


def _each(function: Any, values: Any) -> Any:
    found = np.empty(values.shape, dtype=object)
    for index in np.ndindex(values.shape):
        found[index] = function(values[index])
    return found


def _units(number: Fraction, digits: int) -> int:
    """How many units of the last digit a number is, rounded half up."""
    double = 2 * abs(number.numerator) * 10**digits
    units: int = (double + number.denominator) // (2 * number.denominator)
    return -units if number < 0 else units


def _half_up(array: Float, scaled: Float, digits: int) -> Float:
    """Units of the last digit; where a float is so near a half that its digits decide, by them."""
    units = np.copysign(np.floor(scaled + 0.5), array)
    near = np.abs(scaled - np.floor(scaled) - 0.5) <= 1e-12 * (1 + scaled)
    for index in map(tuple, np.argwhere(near)):
        units[index] = _units(exact(array[index]), digits)
    return units


def _positions(values: Any) -> Float:
    """Where each number stands among the different ones, so that only what is equal ties."""
    places = np.unique(values, return_inverse=True)[1]
    return places.reshape(values.shape).astype(np.float64)
