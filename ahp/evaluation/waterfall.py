"""The waterfall: how a total came about, line by line, so that a person can recompute it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..result import Result
from .cells import INAPPLICABLE, KNOWN, UNDUE, UNREPORTED
from .periods import Period
from .scheme import Bonus, Deduction, Veto
from .scoring import Scored


@dataclass(frozen=True, eq=False, repr=False)
class Line(Result):
    """One line of a waterfall.

    Attributes:
        rule: what happened: `"points"`, weight · points of an indicator; `"deduction"` inside one or
            from the total; `"not_applicable"`, `"not_reported"`, `"carried"`; `"spread"`, the
            weight of what doesn't apply is spread over the rest of a parent, whose score is rounded;
            `"rounding"`; `"bonus"`, `"bonus_cap"`, `"cap"`, `"floor"`, `"veto"`; `"band"`;
            `"no_total"`; `"year_part"`.
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
        return self.after - self.before


def waterfall_lines(scored: Scored, period: Period) -> tuple[Line, ...]:
    """The lines of the only unit of `scored`, in one period."""
    return _Waterfall(scored, scored.grid.periods.index(period)).lines()


class _Waterfall:
    def __init__(self, scored: Scored, cell: int) -> None:
        self.scored, self.cell = scored, cell
        self.scheme = scored.scheme
        self.local = scored.local[scored.grid.periods[cell].part]
        self.running = Decimal(0)
        self.made: list[Line] = []

    def _points(self, number: Any) -> Decimal:
        return Decimal(int(number)).scaleb(-self.scheme.digits.points)

    def _add(self, rule: str, node: str, after: Decimal, clause: str = "", **rest: Any) -> None:
        self.made.append(Line(rule, node, clause, self.running, after, **rest))
        self.running = after

    def lines(self) -> tuple[Line, ...]:
        """All lines, from 0 to the total."""
        scored, cell = self.scored, self.cell
        self._node(self.scheme.goal, Decimal(1))
        totals = scored.totals
        digits = self.scheme.digits
        if not totals.rated[cell]:
            vetoed = next((v.id for v, _, after in totals.lowered if after[cell] == -1), None)
            self._add("no_total", vetoed or self.scheme.goal, self.running)
            return tuple(self.made)
        for step in totals.steps:
            if step.before[cell] == step.after[cell]:
                continue
            event = step.event
            after = Decimal(int(step.after[cell])).scaleb(-digits.points - digits.weights)
            points = None
            if isinstance(event, Deduction | Bonus):
                points = self._points(scored.amounts[event.id][cell])
            node = event.id if event else self.scheme.goal
            self._add(step.rule, node, after, event.clause if event else "", points=points)
        rounded = Decimal(int(totals.rounded[cell])).scaleb(-digits.total)
        if rounded != self.running:
            self._add("rounding", self.scheme.goal, rounded)
        bands = self.scheme.bands
        for veto, _, after in totals.lowered:
            band = bands[after[cell]].id if after[cell] >= 0 else None
            if self._falls(veto):
                self._add("veto", veto.id, self.running, veto.clause, band=band)
        band = bands[totals.band[cell]].id if totals.band[cell] >= 0 else None
        self._add("band", self.scheme.goal, self.running, band=band)
        return tuple(self.made)

    def _falls(self, veto: Veto) -> bool:
        scored = self.scored
        reported = bool(scored.amounts[veto.id][self.cell] > 0)
        return reported or bool(scored.conditions[veto.id][self.cell])

    def _node(self, node: str, weight: Decimal) -> None:
        """The lines of what is below a parent, then its own rounding, whose weight in the whole is
        given.
        """
        start = self.running
        full = Decimal(1).scaleb(self.scheme.digits.weights)
        for kid, share in self.local.get(node, {}).items():
            inside = weight * share / full
            if kid in self.scheme.children:
                self._node(kid, inside)
            else:
                self._leaf(kid, inside)
        if node == self.scheme.goal:
            lift = -self.scheme.digits.points - self.scheme.digits.weights
            after = Decimal(int(self.scored.totals.weighted[self.cell])).scaleb(lift)
            rated = bool(self.scored.totals.nodes[node][1][self.cell])
        else:
            points, has_score = self.scored.totals.nodes[node]
            rated = bool(has_score[self.cell])
            after = start + weight * self._points(points[self.cell])
        if rated and after != self.running:
            points = None
            if node != self.scheme.goal:
                points = self._points(self.scored.totals.nodes[node][0][self.cell])
            rule = "spread" if self._lacks(node) else "rounding"
            self._add(rule, node, after, weight=weight, points=points)

    def _lacks(self, node: str) -> bool:
        """Whether something below a parent doesn't apply."""
        kids = self.local.get(node, {})
        return any(
            self._lacks(kid)
            if kid in self.scheme.children
            else self.scored.leaves[kid].status[self.cell] == INAPPLICABLE
            for kid in kids
        )

    def _leaf(self, leaf: str, weight: Decimal) -> None:
        one, cell = self.scored.leaves[leaf], self.cell
        status = one.status[cell]
        indicator = self.scheme.indicator[leaf]
        carried = one.carried is not None and bool(one.carried[cell])
        words = {INAPPLICABLE: "not_applicable", UNREPORTED: "not_reported", UNDUE: "not_due"}
        if status != KNOWN and not carried:
            self._add(
                words.get(int(status), "not_reported"),
                leaf,
                self.running,
                indicator.clause,
                weight=weight,
            )
            return
        points = self._points(one.points[cell] if carried else one.given[cell])
        value = None if carried else float(one.values[cell])
        after = self.running + weight * points
        rule = "carried" if carried else "points"
        self._add(rule, leaf, after, indicator.clause, weight=weight, points=points, value=value)
        if carried:
            return
        left = points
        for deduction, amount in one.deductions:
            taken = min(self._points(amount[cell]), left)
            if amount[cell]:
                left -= taken
                self._add(
                    "deduction",
                    deduction.id,
                    self.running - weight * taken,
                    deduction.clause,
                    weight=weight,
                    points=taken,
                )
