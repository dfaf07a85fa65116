"""The waterfall: how a total came about, line by line, so that a person can recompute it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from typing import Any

from ..result import Result
from .cells import INAPPLICABLE, KNOWN, STATUS_WORDS
from .exact import Whole
from .periods import Period
from .scheme import Bonus, Deduction
from .scoring import Scored

_EXACT = Context(prec=400, traps=[Inexact, InvalidOperation])
"""Weights have up to 9 decimals a level: more than the 28 digits that decimals have by default."""


@dataclass(frozen=True, eq=False, repr=False)
class Line(Result):
    """One line of a waterfall.

    Attributes:
        rule: what happened: `"points"`, weight · points of an indicator; `"deduction"` inside one
            or from the total; `"not_applicable"`, `"not_reported"`, `"not_due"`; `"carried"`, the
            points of the period before; `"spread"`, the weight of what doesn't apply goes to the
            rest of a parent, whose score is rounded; `"rounding"`; `"bonus"`, `"bonus_cap"`,
            `"cap"`, `"floor"`, `"veto"`; `"band"`; `"no_total"`; `"year_part"`.
        node: id of the indicator or parent it is about, or of the deduction, bonus or veto.
        clause: of the rules.
        before, after: the total so far, exactly.
        weight: of the indicator in the whole, as frozen.
        points: of the indicator, parent or event, as printed.
        value: what points are given for.
        band: id of the band.
        period: of a part of the year.
    """

    rule: str
    node: str
    clause: str
    before: Decimal
    after: Decimal
    weight: Decimal | None = None
    points: Decimal | None = None
    value: float | None = None
    band: str | None = None
    period: str | None = None

    @property
    def change(self) -> Decimal:
        """What the line adds."""
        with localcontext(_EXACT):
            return self.after - self.before


def waterfall_lines(scored: Scored, period: Period) -> tuple[Line, ...]:
    """The lines of the only unit of `scored`, in one period."""
    with localcontext(_EXACT):
        return _Waterfall(scored, scored.grid.periods.index(period)).lines()


class _Waterfall:
    """Lines of one cell."""

    def __init__(self, scored: Scored, cell: int) -> None:
        self.scored, self.cell, self.scheme = scored, cell, scored.scheme
        self.local = scored.local[scored.grid.periods[cell].part]
        self.full = self.scheme.digits.points + self.scheme.digits.weights
        self.running = Decimal(0)
        self.made: list[Line] = []

    def _decimal(self, numbers: Whole, digits: int) -> Decimal:
        """The number of this cell, of an array in units of 10^-digits."""
        return Decimal(int(numbers[self.cell])).scaleb(-digits)

    def _points(self, numbers: Whole) -> Decimal:
        return self._decimal(numbers, self.scheme.digits.points)

    def _add(self, rule: str, node: str, after: Decimal, clause: str = "", **rest: Any) -> None:
        self.made.append(Line(rule, node, clause, self.running, after, **rest))
        self.running = after

    def lines(self) -> tuple[Line, ...]:
        """All lines, from 0 to the total."""
        finished = self.scored.totals.finished
        goal, bands = self.scheme.goal, self.scheme.bands
        self._below(goal, Decimal(1))
        if not finished.rated[self.cell]:
            vetoes = [veto for veto in self.scheme.vetoes if veto.effect == "not_rated"]
            fallen = next((v for v in vetoes if self.scored.falls[v.id][self.cell]), None)
            clause = fallen.clause if fallen else ""
            self._add("no_total", fallen.id if fallen else goal, self.running, clause)
            return tuple(self.made)
        for operation in finished.operations:
            event = operation.event
            if operation.before[self.cell] != operation.after[self.cell]:
                given = isinstance(event, Deduction | Bonus)
                points = self._points(self.scored.amounts[event.id]) if event and given else None
                about = (event.id, event.clause) if event else (goal, "")
                after = self._decimal(operation.after, self.full)
                self._add(operation.rule, about[0], after, about[1], points=points)
        rounded = self._decimal(finished.rounded, self.scheme.digits.total)
        if rounded != self.running:
            self._add("rounding", goal, rounded)
        for veto, after_veto in finished.band_vetoes:
            if self.scored.falls[veto.id][self.cell]:
                band = bands[after_veto[self.cell]].id
                self._add("veto", veto.id, rounded, veto.clause, band=band)
        k = finished.band[self.cell]
        self._add("band", goal, rounded, band=bands[k].id if k >= 0 else None)
        return tuple(self.made)

    def _below(self, parent: str, weight: Decimal) -> None:
        """The lines of what is below a parent of this weight in the whole, then what spreading
        and rounding its score add.
        """
        start = self.running
        kids = self.local.get(parent, {})
        for kid, share in kids.items():
            inside = weight * Decimal(share).scaleb(-self.scheme.digits.weights)
            if kid in self.scheme.children:
                self._below(kid, inside)
            else:
                self._leaf(kid, inside)
        scores, known = self.scored.totals.nodes[parent]
        if not known[self.cell]:
            return
        points = self._points(scores)
        after = start + weight * points
        if parent == self.scheme.goal:
            after = self._decimal(self.scored.totals.weighted, self.full)
        if after != self.running:
            rule = "spread" if any(map(self._inapplicable, kids)) else "rounding"
            self._add(rule, parent, after, weight=weight, points=points)

    def _inapplicable(self, node: str) -> bool:
        """Whether a node has no score since nothing of it applies."""
        if node in self.scheme.children:
            return all(map(self._inapplicable, self.local.get(node, {})))
        return bool(self.scored.leaves[node].status[self.cell] == INAPPLICABLE)

    def _leaf(self, leaf: str, weight: Decimal) -> None:
        one = self.scored.leaves[leaf]
        status = int(one.status[self.cell])
        clause = self.scheme.indicator[leaf].clause
        carried = bool(one.carried[self.cell])
        if status != KNOWN and not carried:
            self._add(STATUS_WORDS[status], leaf, self.running, clause, weight=weight)
            return
        left = self._points(one.given)
        value = None if carried else float(one.values[self.cell])
        rule, after = "carried" if carried else "points", self.running + weight * left
        self._add(rule, leaf, after, clause, weight=weight, points=left, value=value)
        for deduction, amount in one.deductions:
            if amount[self.cell]:
                taken = min(self._points(amount), left)
                left -= taken
                after = self.running - weight * taken
                about = {"weight": weight, "points": taken}
                self._add("deduction", deduction.id, after, deduction.clause, **about)
