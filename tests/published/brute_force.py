"""Everything on a small scale, tried without a search; rounding in decimals, not in floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ahp

Float = NDArray[np.float64]

METHODS = ("eigenvector", "geometric_mean", "column_mean")
ROUNDINGS = ("half_up", "truncate", "intermediate")

THREE = ("1/3", "1", "3")
FIVE = ("1/5", "1/2", "1", "2", "5")
SAATY = tuple(ahp.scale.SAATY_POSITIONS)

NOISE = Decimal("1e-12")
"""What a float may be off by."""


@lru_cache(maxsize=100_000)
def to_decimals(value: Decimal | Fraction, decimals: int, how: str = ROUND_HALF_UP) -> Decimal:
    with localcontext() as context:
        context.prec = 50
        if isinstance(value, Fraction):
            value = Decimal(value.numerator) / value.denominator
        return value.quantize(Decimal(1).scaleb(-decimals), how)


@lru_cache(maxsize=100_000)
def root(value: Fraction, n: int) -> Decimal:
    """The n-th root to 40 decimals."""
    with localcontext() as context:
        context.prec = 60
        return (
            ((Decimal(value.numerator) / value.denominator).ln() / n)
            .exp()
            .quantize(Decimal(1).scaleb(-40))
        )


def stepwise(matrix: Float, method: str, decimals: int) -> list[Decimal]:
    """Weights of a source that rounds every step half up."""
    n = len(matrix)
    if method == "eigenvector":
        found = [Decimal(w).quantize(NOISE) for w in ahp.weights(matrix, method).tolist()]
        return [to_decimals(w, decimals) for w in found]
    a = [[Fraction(x).limit_denominator(9) for x in row] for row in matrix.tolist()]
    if method == "column_mean":
        sums = [sum(column) for column in zip(*a, strict=True)]
        shares = [
            [to_decimals(Fraction(x / total), decimals) for x, total in zip(row, sums, strict=True)]
            for row in a
        ]
        return [to_decimals(Fraction(sum(row)) / n, decimals) for row in shares]
    products = []
    for row in a:
        value = Fraction(1)
        for x in row:
            value *= x
        products.append(value)
    means = [Fraction(to_decimals(root(value, n), decimals)) for value in products]
    return [to_decimals(mean / sum(means), decimals) for mean in means]


def prints(matrix: Float, method: str, rounding: str, decimals: int) -> list[str]:
    """The weights as a source prints them."""
    if rounding == "intermediate":
        return [str(w) for w in stepwise(matrix, method, decimals)]
    exact = [Decimal(w).quantize(NOISE) for w in ahp.weights(matrix, method).tolist()]
    how = {"half_up": ROUND_HALF_UP, "truncate": ROUND_DOWN}[rounding]
    return [str(to_decimals(w, decimals, how)) for w in exact]


def interval(text: str, rounding: str) -> tuple[Decimal, Decimal]:
    """Values that are printed so; both prints hold at a border, where floats know no better."""
    printed = Decimal(text)
    unit = Decimal(1).scaleb(printed.as_tuple().exponent)  # type: ignore[arg-type]
    low, high = (printed, printed + unit)
    if rounding != "truncate":
        low, high = printed - unit / 2, printed + unit / 2
    return low - NOISE, high + NOISE


Candidate = tuple[bytes, str, str]


@dataclass(frozen=True)
class Everything:
    """All reciprocal matrices on a scale with CR < 0.1."""

    scale: tuple[str, ...]
    n: int

    @cached_property
    def all(self) -> Float:
        values = np.sort([float(Fraction(text)) for text in self.scale])
        upper = np.triu_indices(self.n, 1)
        codes = np.array(list(product(range(len(values)), repeat=len(upper[0]))))
        found = np.ones((len(codes), self.n, self.n))
        found[:, upper[0], upper[1]] = values[codes]
        found[:, upper[1], upper[0]] = values[len(values) - 1 - codes]
        return found

    @cached_property
    def matrices(self) -> Float:
        return self.all[ahp.check_consistency(self.all).cr < 0.1]

    @cached_property
    def exact(self) -> dict[str, Float]:
        return {method: ahp.weights(self.matrices, method) for method in METHODS}

    @lru_cache(maxsize=64)  # noqa: B019 - lives as long as the tests
    def stepwise(self, method: str, decimals: int) -> Float:
        return np.array([stepwise(m, method, decimals) for m in self.matrices], dtype=float)

    def weights(self, method: str, rounding: str, decimals: int) -> Float:
        if rounding == "intermediate":
            return self.stepwise(method, decimals)
        return self.exact[method]

    def reproducing(
        self,
        printed: list[str | None],
        decimals: int,
        ranking: list[Any],
        intervals: dict[int, tuple[float, float]],
        methods: tuple[str, ...] = METHODS,
        roundings: tuple[str, ...] = ROUNDINGS,
    ) -> dict[Candidate, Float]:
        """What gives these weights, with the weights."""
        found = {}
        for method, rounding in product(methods, roundings):
            w = self.weights(method, rounding, decimals)
            fits = np.ones(len(w), dtype=bool)
            for item, text in enumerate(printed):
                if text is not None:
                    low, high = interval(text, rounding)
                    fits &= (w[:, item] >= float(low)) & (w[:, item] <= float(high))
            for item, (low_, high_) in intervals.items():
                fits &= (w[:, item] >= low_) & (w[:, item] <= high_)
            groups = [group if isinstance(group, tuple) else (group,) for group in ranking]
            for k, above in enumerate(groups):
                for i, j in product(above, [item for group in groups[k + 1 :] for item in group]):
                    fits &= w[:, i] - w[:, j] > 1e-12
            for k in np.flatnonzero(fits):
                found[self.matrices[k].tobytes(), method, rounding] = w[k]
        return found

    def nearest(
        self,
        printed: list[str | None],
        decimals: int,
        methods: tuple[str, ...] = METHODS,
        roundings: tuple[str, ...] = ROUNDINGS,
    ) -> float:
        """The least distance of weights from their intervals, in units."""
        return min(
            float(distances(self.weights(method, rounding, decimals), printed, rounding).min())
            for method, rounding in product(methods, roundings)
        )


def distances(w: Float, printed: list[str | None], rounding: str) -> Float:
    """How far weights (m, n) are from their intervals (Euclid), in units of the last digit."""
    squares = np.zeros(len(w))
    for item, text in enumerate(printed):
        if text is not None:
            low, high = (float(end) for end in interval(text, rounding))
            unit = 10.0 ** Decimal(text).as_tuple().exponent
            squares += (np.clip(w[:, item], low, high) - w[:, item]) ** 2 / unit**2
    return np.sqrt(squares)


@lru_cache
def everything(scale: tuple[str, ...], n: int) -> Everything:
    return Everything(scale, n)
