"""Exact rational numbers in arrays: what official scores are computed with.

Numerators and denominators are whole numbers, of 64 bits where they fit, else of any size, so that
nothing is ever rounded but where a rule says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[Any]
"""Whole numbers: int64, or Python's own in an array of objects."""

Mask = NDArray[np.bool_]

_ROOM = 2**62
"""Sums of two numbers below it fit 64 bits."""


def largest(numbers: Whole) -> int:
    """The largest absolute value, 0 where there is none."""
    return max(int(numbers.max()), -int(numbers.min())) if numbers.size else 0


def narrowed(numbers: Whole) -> Whole:
    """The same numbers in 64 bits where they fit."""
    fits = numbers.dtype == object and largest(numbers) < _ROOM
    return numbers.astype(np.int64) if fits else numbers


def whole(number: int) -> Whole:
    """One whole number as an array without axes."""
    return np.array(number, np.int64 if abs(number) < _ROOM else object)


def product(left: Whole, right: Whole) -> Whole:
    """The products, exactly."""
    if object not in (left.dtype, right.dtype) and largest(left) * largest(right) < _ROOM:
        return left * right
    return narrowed(np.asarray(left.astype(object) * right.astype(object), object))


def total(left: Whole, right: Whole) -> Whole:
    """The sums, exactly."""
    if object not in (left.dtype, right.dtype) and largest(left) + largest(right) < _ROOM:
        return left + right
    return narrowed(np.asarray(left.astype(object) + right.astype(object), object))


def half_up(numerators: Whole, denominators: Whole) -> Whole:
    """Quotients as whole numbers; halves go away from zero, as on paper and in spreadsheets."""
    size = product(whole(2), np.abs(numerators))
    quotients = total(size, denominators) // product(whole(2), denominators)
    return np.where(numerators < 0, -quotients, quotients)


class Ratios:
    """Rational numbers, one a cell.

    Attributes:
        num: numerators.
        den: denominators above 0, of a shape that broadcasts to that of `num`.
    """

    __slots__ = ("den", "num")

    def __init__(self, num: Whole, den: Whole) -> None:
        self.num, self.den = num, den

    @classmethod
    def of(cls, value: Ratios | Fraction | int) -> Ratios:
        """A number as an array without axes; ratios as they are."""
        if isinstance(value, Ratios):
            return value
        fraction = Fraction(value)
        return cls(whole(fraction.numerator), whole(fraction.denominator))

    @classmethod
    def from_fractions(cls, values: Sequence[Fraction]) -> Ratios:
        """A row of fractions, over their common denominator."""
        common = math.lcm(*(value.denominator for value in values))
        numerators = [value.numerator * (common // value.denominator) for value in values]
        return cls(narrowed(np.array(numerators, object)), whole(common))

    def __len__(self) -> int:
        return len(self.num)

    def __getitem__(self, chosen: Any) -> Ratios:
        den = self.den if self.den.ndim == 0 else self.den[chosen]
        return Ratios(self.num[chosen], den)

    def __add__(self, other: Ratios | Fraction | int) -> Ratios:
        right = Ratios.of(other)
        if self.den.ndim == right.den.ndim == 0 and self.den == right.den:
            return Ratios(total(self.num, right.num), self.den)
        num = total(product(self.num, right.den), product(right.num, self.den))
        return Ratios(num, product(self.den, right.den))

    def __neg__(self) -> Ratios:
        return Ratios(product(whole(-1), self.num), self.den)

    def __sub__(self, other: Ratios | Fraction | int) -> Ratios:
        return self + -Ratios.of(other)

    def __mul__(self, other: Ratios | Fraction | int) -> Ratios:
        right = Ratios.of(other)
        return Ratios(product(self.num, right.num), product(self.den, right.den))

    def __truediv__(self, other: Fraction | int) -> Ratios:
        return self * (1 / Fraction(other))

    def inverse(self) -> Ratios:
        """1 / x; no number may be 0."""
        sign = np.sign(self.num).astype(np.int64)
        den = product(np.broadcast_to(self.den, self.num.shape), sign)
        return Ratios(den, product(self.num, sign))

    def compared(self, other: Ratios | Fraction | int) -> Whole:
        """-1, 0 or 1 where a number is below, at or above the other."""
        return np.sign((self - other).num).astype(np.int64)

    def where(self, chosen: Mask, other: Ratios | Fraction | int) -> Ratios:
        """The numbers that are chosen, the other one in place of the rest."""
        right = Ratios.of(other)
        num = np.where(chosen, self.num, right.num)
        return Ratios(narrowed(num), narrowed(np.where(chosen, self.den, right.den)))

    def clipped(self, low: Fraction | int | None, high: Fraction | int | None) -> Ratios:
        """The numbers, none below `low` and none above `high`."""
        numbers = self
        if low is not None:
            numbers = numbers.where(numbers.compared(low) > 0, low)
        if high is not None:
            numbers = numbers.where(numbers.compared(high) < 0, high)
        return numbers

    def aligned(self) -> Ratios:
        """The same numbers over one denominator."""
        if self.den.ndim == 0:
            return self
        common = math.lcm(*(int(den) for den in np.unique(self.den)))
        factors = narrowed(whole(common).astype(object) // self.den.astype(object))
        return Ratios(product(self.num, factors), whole(common))

    def rounded(self, digits: int) -> Whole:
        """The numbers times 10^digits, as whole numbers, rounded half up."""
        return half_up(product(self.num, whole(10**digits)), self.den)

    def fractions(self) -> list[Fraction]:
        """The numbers one by one."""
        dens = np.broadcast_to(self.den, self.num.shape).tolist()
        return [Fraction(n, d) for n, d in zip(self.num.tolist(), dens, strict=True)]
