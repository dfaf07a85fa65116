"""What becomes of weighted totals: deductions, bonuses, limits, vetoes in the order that a scheme
declares, then rounding and band.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .cells import Ints
from .exact import Mask, Ratios, Whole, half_up, product, total, whole
from .scheme import Bonus, Deduction, Scheme, Veto


@dataclass(frozen=True)
class Operation:
    """One operation on the totals of all cells, in units of 10^-(points + weights digits).

    Attributes:
        rule: `"deduction"`, `"bonus"`, `"bonus_cap"`, `"cap"`, `"floor"` or `"veto"`.
        event: the deduction, bonus or veto; none for a limit.
        before, after: totals.
    """

    rule: str
    event: Deduction | Bonus | Veto | None
    before: Whole
    after: Whole


@dataclass(frozen=True)
class Finished:
    """Official totals of all cells.

    Attributes:
        rated: cells that have a total.
        operations: what happened to the weighted total, in order.
        rounded: the total, in units of its last decimal.
        band: position of its band in the scheme, -1 where it has none.
        band_vetoes: vetoes that change the band, with the bands after each.
    """

    rated: Mask
    operations: tuple[Operation, ...]
    rounded: Whole
    band: Ints
    band_vetoes: tuple[tuple[Veto, Ints], ...]


def finish(
    scheme: Scheme,
    weighted: Whole,
    rated: Mask,
    amounts: Mapping[str, Whole],
    falls: Mapping[str, Mask],
) -> Finished:
    """Official totals and bands of weighted totals.

    Args:
        scheme: the scheme.
        weighted: weighted totals, in units of 10^-(points + weights digits).
        rated: which of them there are.
        amounts: id of a deduction or bonus -> points, in units of 10^-(points digits).
        falls: veto id -> where it falls.
    """
    totals = _Totals(scheme, weighted, amounts, falls)
    for operation in scheme.total.order:
        getattr(totals, operation)()
    surplus = scheme.digits.points + scheme.digits.weights - scheme.digits.total
    rounded = half_up(totals.now, whole(10**surplus))
    band, band_vetoes = band_of(scheme, rounded), []
    for veto in scheme.vetoes:
        after = _band_after(scheme, veto, band, falls[veto.id])
        if (after != band).any():
            band_vetoes.append((veto, after))
        band = after
        if veto.effect == "not_rated":
            rated = rated & ~falls[veto.id]
    band = np.where(rated, band, -1)
    return Finished(rated, tuple(totals.operations), rounded, band, tuple(band_vetoes))


class _Totals:
    """Totals on their way; each method is an operation that a scheme may declare."""

    def __init__(
        self,
        scheme: Scheme,
        weighted: Whole,
        amounts: Mapping[str, Whole],
        falls: Mapping[str, Mask],
    ) -> None:
        self.scheme, self.now, self.amounts, self.falls = scheme, weighted, amounts, falls
        self.operations: list[Operation] = []

    def _set(self, rule: str, event: Deduction | Bonus | Veto | None, after: Whole) -> None:
        if (after != self.now).any():
            self.operations.append(Operation(rule, event, self.now, after))
        self.now = after

    def _scaled(self, number: Fraction) -> Whole:
        digits = self.scheme.digits
        scale = 10 ** (digits.points + digits.weights)
        return half_up(whole(number.numerator * scale), whole(number.denominator))

    def _points(self, event: Deduction | Bonus) -> Whole:
        return product(self.amounts[event.id], whole(10**self.scheme.digits.weights))

    def deductions(self) -> None:
        """Those that no indicator is named for."""
        for deduction in self.scheme.deductions:
            if deduction.indicator is None:
                self._set("deduction", deduction, total(self.now, -self._points(deduction)))

    def bonuses(self) -> None:
        """Bonuses, and the cap of all together."""
        start = self.now
        for bonus in self.scheme.bonuses:
            self._set("bonus", bonus, total(self.now, self._points(bonus)))
        if self.scheme.total.bonus_cap is not None:
            most = total(start, self._scaled(self.scheme.total.bonus_cap))
            self._set("bonus_cap", None, np.minimum(self.now, most))

    def limits(self) -> None:
        """Cap and floor."""
        if self.scheme.total.cap is not None:
            self._set("cap", None, np.minimum(self.now, self._scaled(self.scheme.total.cap)))
        self._set("floor", None, np.maximum(self.now, self._scaled(self.scheme.total.floor)))

    def vetoes(self) -> None:
        """Vetoes that change the total."""
        for veto in self.scheme.vetoes:
            falls = self.falls[veto.id]
            if veto.effect == "zero":
                self._set("veto", veto, np.where(falls, 0, self.now))
            elif veto.effect == "cap":
                edge = next(band.at_least for band in self.scheme.bands if band.id == veto.band)
                most = self._scaled(edge - Fraction(1, 10**self.scheme.digits.total))
                self._set("veto", veto, np.where(falls, np.minimum(self.now, most), self.now))


def _band_after(scheme: Scheme, veto: Veto, band: Ints, falls: Mask) -> Ints:
    """Bands once a veto fell; never better ones."""
    if veto.effect == "lower_band":
        return np.where(falls & (band >= 0), np.minimum(band + 1, len(scheme.bands) - 1), band)
    if veto.effect == "band":
        fixed = next(k for k, one in enumerate(scheme.bands) if one.id == veto.band)
        return np.where(falls, np.maximum(band, fixed), band)
    return np.where(falls, -1, band) if veto.effect == "not_rated" else band


def band_of(scheme: Scheme, rounded: Whole) -> Ints:
    """Positions of the bands of rounded totals, in units of their last decimal; -1 in a gap."""
    numbers = Ratios(rounded, whole(10**scheme.digits.total))
    band = np.full(len(rounded), -1, np.intp)
    for k, one in reversed(list(enumerate(scheme.bands))):
        inside = numbers.compared(one.at_least) >= 0
        band[inside] = k
        if one.below is not None and k > 0:
            band[inside & (numbers.compared(one.below) >= 0)] = -1
    return band
