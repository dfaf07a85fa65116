"""From observations to scores: every step of a scheme, for all units and periods at once, exactly.

Points, scores and totals are whole numbers of the last decimal that is kept.
"""

from __future__ import annotations

import copy
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..messages import Phrase
from .cells import KNOWN, UNCOUNTED, UNDUE, UNREPORTED, Cells, Ints
from .exact import Mask, Ratios, Whole, half_up, product, total, whole
from .finishing import Finished, finish
from .observations import SPECIAL, Column, Observations, word_key
from .periods import KIND_WORDS, Period, parse_period
from .rules import Checklist, Context, Deductive, Derived, decimal, most_points
from .scheme import Bonus, Condition, Deduction, Indicator, Scheme, Veto, frozen_weights

Local = Mapping[str, Mapping[str, int]]
"""Parent id -> child id -> frozen weight inside the parent, in units of the last decimal."""


@dataclass(frozen=True)
class Grid:
    """Units and periods: cell = unit · number of periods + period.

    Attributes:
        units: names, in order.
        periods: in the order of time.
    """

    units: tuple[str, ...]
    periods: tuple[Period, ...]

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.units) * len(self.periods)

    def cells(self, observations: Observations) -> Ints:
        """The cell of each row."""
        unit, period = observations.columns["unit"], observations.columns["period"]
        units = _positions(unit.names, self.units)
        periods = _positions(period.names, tuple(map(str, self.periods)))
        cells: Ints = units[unit.codes] * len(self.periods) + periods[period.codes]
        return cells

    @property
    def earlier(self) -> Ints:
        """For each cell that of its unit one period before, -1 where there is none."""
        position = {period: k for k, period in enumerate(self.periods)}
        back = np.array([position.get(period.earlier, -1) for period in self.periods])
        unit = np.repeat(np.arange(len(self.units)), len(self.periods)) * len(self.periods)
        shift = np.tile(back, len(self.units))
        earlier: Ints = np.where(shift >= 0, unit + shift, -1)
        return earlier


def _positions(names: Sequence[str], among: Sequence[str]) -> Ints:
    position = {name: k for k, name in enumerate(among)}
    return np.array([position[name] for name in names], np.intp)


@dataclass
class LeafScores:
    """One indicator in all cells.

    Attributes:
        status: for each cell, of `ahp.evaluation.cells`.
        values: floats, NaN where there is none.
        given: points that the rule gives, 0 where there are none.
        points: after deductions inside the indicator.
        deductions: what was taken inside it: deduction, points in each cell.
        carried: cells that have the points of the period before.
    """

    status: NDArray[np.int8]
    values: NDArray[np.float64]
    given: Whole
    points: Whole
    deductions: list[tuple[Deduction, Whole]] = field(default_factory=list)
    carried: Mask = field(init=False)

    def __post_init__(self) -> None:
        self.carried = np.zeros(self.status.shape, bool)

    def less_deductions(self, points: Whole) -> Whole:
        """Points less what is taken inside the indicator, 0 at least."""
        for _, amount in self.deductions:
            points = np.maximum(total(points, -amount), 0)
        return points

    def taken(self, cells: Ints) -> LeafScores:
        """Some cells, in any order, more than once as well."""
        deductions = [(deduction, amount[cells]) for deduction, amount in self.deductions]
        taken = LeafScores(
            self.status[cells],
            self.values[cells],
            self.given[cells],
            self.points[cells],
            deductions,
        )
        taken.carried = self.carried[cells]
        return taken


@dataclass(frozen=True)
class Totals:
    """Totals of all cells.

    Attributes:
        nodes: parent id -> its scores, in units of the last decimal of points, and whether it has
            one.
        weighted: the weighted total, in units of 10^-(points + weights digits).
        finished: what became of it.
    """

    nodes: Mapping[str, tuple[Whole, Mask]]
    weighted: Whole
    finished: Finished


def resolve(scheme: Scheme, observations: Observations) -> Observations:
    """The observations with ids in place of names of indicators.

    Raises:
        EvaluationError: an indicator that the scheme doesn't have, with row and column.
    """
    column = observations.columns["indicator"]
    ids = []
    for code, name in enumerate(column.names):
        known = scheme.words.get(word_key(name))
        if known is None:
            row = observations.first(np.flatnonzero(column.codes == code))
            valid = tuple(dict.fromkeys(scheme.words.values()))
            observations.refuse(row, "indicator", "indicator_unknown", name=name, valid=valid)
        ids.append(known)
    return observations.renamed("indicator", dict(zip(column.names, ids, strict=True)))


def grid_of(scheme: Scheme, observations: Observations) -> Grid:
    """The units and periods of an evaluation.

    Raises:
        EvaluationError: a unit that the scheme doesn't list, a period of another kind or before or
            after the scheme's dates, with row and column.
    """
    unit, period = observations.columns["unit"], observations.columns["period"]
    if scheme.units:
        for code, name in enumerate(unit.names):
            if name not in scheme.units:
                row = observations.first(np.flatnonzero(unit.codes == code))
                observations.refuse(row, "unit", "unit_unknown", unit=name, valid=scheme.units)
    periods = []
    for code, name in enumerate(period.names):
        parsed = parse_period(name)
        problem = period_problem(scheme, parsed)
        if problem is not None:
            row = observations.first(np.flatnonzero(period.codes == code))
            observations.refuse(row, "period", problem.code, **problem.parameters)
        periods.append(parsed)
    return Grid(scheme.units or unit.names, tuple(sorted(periods)))


def period_problem(scheme: Scheme, period: Period) -> Phrase | None:
    """Why a scheme doesn't evaluate a period; None where it does."""
    if period.kind != scheme.period.kind:
        kinds = {"kind": KIND_WORDS[period.kind], "expected": KIND_WORDS[scheme.period.kind]}
        return Phrase("period_kind", period=str(period), **kinds)
    if scheme.effective_from and period.last_day < scheme.effective_from:
        return Phrase("period_before", period=str(period), date=scheme.effective_from.isoformat())
    if scheme.effective_to and period.first_day > scheme.effective_to:
        return Phrase("period_after", period=str(period), date=scheme.effective_to.isoformat())
    return None


def alike_units(observations: Observations) -> tuple[Phrase, ...]:
    """Remarks on units whose names differ in case, width or spaces alone."""
    alike: dict[str, list[str]] = {}
    for name in observations.columns["unit"].names:
        alike.setdefault(word_key(name), []).append(name)
    several = (tuple(names) for names in alike.values() if len(names) > 1)
    return tuple(Phrase("units_nearly_alike", units=names) for names in several)


def uncounted(scheme: Scheme, observations: Observations) -> tuple[Phrase, ...]:
    """Remarks on rows of indicators that don't count in their period.

    Args:
        scheme: the scheme.
        observations: with ids of indicators.
    """
    column, periods = observations.columns["indicator"], observations.columns["period"]
    parts = np.array([parse_period(name).part for name in periods.names])[periods.codes]
    remarks = []
    for leaf, indicator in scheme.indicator.items():
        if indicator.counts_in and leaf in column.names:
            of_leaf = column.codes == column.names.index(leaf)
            count = int((of_leaf & ~np.isin(parts, indicator.counts_in)).sum())
            about = {"indicator": leaf, "parts": indicator.counts_in}
            remarks += [Phrase("rows_uncounted", count=count, **about)] if count else []
    return tuple(remarks)


def frozen_local(
    scheme: Scheme, weights: Mapping[str, Mapping[str, Fraction]], periods: Iterable[Period]
) -> dict[str, Local]:
    """Part of the year -> frozen weights inside each parent, of what counts in it.

    Args:
        scheme: the scheme.
        weights: parent id -> child id -> weight inside the parent.
        periods: of the evaluation.
    """
    by_counting: dict[tuple[str, ...], Local] = {}
    local = {}
    for period in periods:
        counting = scheme.counting(period)
        if not counting:
            raise EvaluationError("nothing_counts", period=str(period))
        if counting not in by_counting:
            shares = weights
            if counting != tuple(scheme.leaves):
                whole_weights = leaf_weights(scheme, weights)
                shares = scheme.local_from_leaves({leaf: whole_weights[leaf] for leaf in counting})
            by_counting[counting] = {
                parent: frozen_weights(kids, scheme.digits.weights)
                for parent, kids in shares.items()
            }
        local[period.part] = by_counting[counting]
    return local


def leaf_weights(
    scheme: Scheme, local: Mapping[str, Mapping[str, Fraction | int]], scale: int = 1
) -> dict[str, Fraction]:
    """Leaf id -> weight in the whole, the product of weights inside parents, each / scale."""
    weight_of = {scheme.goal: Fraction(1)}
    for parent in scheme.children:
        for kid, weight in local.get(parent, {}).items():
            if parent in weight_of:
                weight_of[kid] = weight_of[parent] * Fraction(weight, scale)
    return {leaf: weight_of[leaf] for leaf in scheme.leaves if leaf in weight_of}


class Scored:
    """All cells scored by a scheme, step by step.

    Args:
        scheme: every leaf has a rule.
        observations: with ids of indicators.
        local: frozen weights by part of the year, see `frozen_local`.
        grid: units and periods.

    Attributes:
        scheme, observations, local, grid: as given.
        leaves: leaf id -> its scores.
        amounts: id of a deduction or bonus -> points in each cell, in units of the last decimal; of
            a veto -> how often it was reported.
        falls: veto id -> cells where it falls.
        observed: cells that have any observation.

    Raises:
        EvaluationError: an observation that the scheme refuses, with row and column.
    """

    def __init__(
        self, scheme: Scheme, observations: Observations, local: Mapping[str, Local], grid: Grid
    ) -> None:
        self.scheme, self.local, self.grid = scheme, local, grid
        self.observations = observations
        self._cell = grid.cells(observations)
        column = observations.columns["indicator"]
        ends = np.searchsorted(column.codes, np.arange(len(column.names) + 1))
        self._rows = {name: np.arange(ends[k], ends[k + 1]) for k, name in enumerate(column.names)}
        self.observed = np.zeros(grid.size, bool)
        self.observed[self._cell] = True
        self._variants = [_Variant.of(scheme, grid, local, part) for part in _parts(grid, local)]
        self._excused = self._deducted_elsewhere()
        self.leaves = {leaf: self._leaf(one) for leaf, one in scheme.indicator.items()}
        self.amounts = {event.id: self._amount(event) for event in scheme.events.values()}
        self._deduct_inside()
        self._brought = self._vetoes()
        self.falls = self.falling()
        self._carry()

    def _rows_of(self, name: str) -> Ints:
        return self._rows.get(name, np.zeros(0, np.intp))

    def _cells(self, rows: Ints) -> Cells:
        """Cells of rows, in the order of time; rows are sorted by the names of periods."""
        cell = self._cell[rows]
        order = np.argsort(cell, kind="stable")
        return Cells.of(self.observations, rows[order], cell[order], self.grid.size)

    def _leaf(self, indicator: Indicator) -> LeafScores:
        """One indicator in all cells, before deductions inside it."""
        self._check_rows(indicator)
        size = self.grid.size
        status, values = np.full(size, UNCOUNTED, np.int8), np.full(size, np.nan)
        points: Whole = np.zeros(size, np.int64)
        rows = self._rows_of(indicator.id)
        for variant in self._variants:
            if indicator.id not in variant.leaves:
                continue
            cells = self._cells(rows[variant.inside[self._cell[rows]]])
            given = indicator.rule.values(cells, self._context(indicator, variant))
            scored = indicator.rule.points(given).rounded(self.scheme.digits.points)
            present = cells.present
            status[variant.inside] = cells.status[variant.inside]
            values[present] = np.asarray(given.num / given.den, np.float64)
            points = points.astype(np.result_type(points, scored))
            points[present] = scored
            if isinstance(indicator.rule, Deductive) and indicator.rule.absent == "full":
                untouched = variant.inside & self.observed & (status == UNREPORTED)
                untouched[self._cell[rows]] = False
                status[untouched], values[untouched] = KNOWN, 0.0
                points[untouched] = 100 * 10**self.scheme.digits.points
        points[status != KNOWN] = 0
        values[status != KNOWN] = np.nan
        return LeafScores(status, values, points, points)

    def context(self, leaf: str, period: Period) -> Context:
        """What the rule of an indicator needs of the scheme in a period."""
        k = self.grid.periods.index(period)
        variant = next(one for one in self._variants if one.inside[k])
        return self._context(self.scheme.indicator[leaf], variant)

    def copies(self, cells: Ints, period: Period) -> Scored:
        """Cells of one period, each as a unit of its own, to be changed and scored again."""
        other = copy.copy(self)
        for made in ("totals", "bounds"):
            other.__dict__.pop(made, None)
        other.grid = Grid(tuple(map(str, range(len(cells)))), (period,))
        other.leaves = {leaf: one.taken(cells) for leaf, one in self.leaves.items()}
        other.amounts = {name: one[cells] for name, one in self.amounts.items()}
        other.falls = {name: one[cells] for name, one in self.falls.items()}
        other._brought = {name: one[cells] for name, one in self._brought.items()}
        other.observed = self.observed[cells]
        other.weighted_by(self.local[period.part])
        return other

    def weighted_by(self, local: Mapping[str, Mapping[str, Any]]) -> None:
        """Take other weights inside parents, a number or one a cell each, in the only period."""
        part = self.grid.periods[0].part
        self.local = {part: local}
        self._variants = [_Variant(self.scheme, np.ones(self.grid.size, bool), local)]

    def _context(self, indicator: Indicator, variant: _Variant) -> Context:
        return Context(
            indicator.id,
            self.scheme.grades,
            indicator.items,
            indicator.raters,
            indicator.fewest_raters,
            variant.weights[indicator.id],
            self._excused,
        )

    def _check_rows(self, indicator: Indicator) -> None:
        """Refuse values that cannot be, and rows without the document they need."""
        rows, observations = self._rows_of(indicator.id), self.observations
        if not isinstance(indicator.rule, Derived):
            self._check_no_input(indicator.id)
        if indicator.document:
            self._check_documents(rows)
        if indicator.valid is not None:
            low, high = indicator.valid
            numbers = observations.numbers(rows)
            outside = (numbers.compared(low) < 0) | (numbers.compared(high) > 0)
            outside &= observations.words.codes[rows] < 0
            if outside.any():
                row = observations.first(rows[outside])
                about = {"value": observations.value(row), "indicator": indicator.id}
                limits = {"low": decimal(low), "high": decimal(high)}
                observations.refuse(row, "value", "value_invalid", **about, **limits)

    def _check_no_input(self, name: str) -> None:
        """Refuse rows with an input of what is observed directly."""
        rows, inputs = self._rows_of(name), self.observations.columns["input"]
        if len(given := rows[inputs.codes[rows] >= 0]):
            row = self.observations.first(given)
            parameters = {"input": inputs[row], "indicator": name}
            self.observations.refuse(row, "input", "input_unexpected", **parameters)

    def _check_documents(self, rows: Ints) -> None:
        """Refuse rows without evidence, but those that say that there is nothing to show."""
        observations = self.observations
        words = observations.words
        silent = [words.names.index(word) for word in SPECIAL if word in words.names]
        nothing = (words.codes[rows] < 0) & (observations.mantissas[rows] == 0)
        nothing |= np.isin(words.codes[rows], silent)
        lacking = (observations.columns["evidence"].codes[rows] < 0) & ~nothing
        if lacking.any():
            observations.refuse(observations.first(rows[lacking]), "evidence", "evidence_missing")

    def _checklists(self) -> Iterator[tuple[str, Checklist, Cells, Ints, Ratios]]:
        """Leaf id, rule, cells, and the point and the result of each row, of every checklist."""
        for leaf, indicator in self.scheme.indicator.items():
            if isinstance(indicator.rule, Checklist) and leaf in self._rows:
                cells = self._cells(self._rows[leaf])
                nothing = np.zeros(len(self.observations), bool)
                context = Context(leaf, self.scheme.grades, "mean", "mean", 1, Fraction(1), nothing)
                positions = indicator.rule.positions(cells, context)
                yield leaf, indicator.rule, cells, positions, indicator.rule.results(cells, context)

    def _deducted_elsewhere(self) -> Mask:
        """Rows of control points whose finding is deducted where it costs more.

        A point costs, of the unit's 100, its share of its checklist's points times the weight of
        that indicator, times what is missing of its result; of two that cost the same the first is
        deducted.
        """
        excused = np.zeros(len(self.observations), bool)
        if not self.scheme.findings_once:
            return excused
        evidence = self.observations.columns["evidence"].codes
        dearest: dict[tuple[int, int], tuple[Fraction, int]] = {}
        for leaf, rule, cells, positions, results in self._checklists():
            worth = [point.points for point in rule.control_points]
            missing = [1 - result for result in results.fractions()]
            for k, row in enumerate(cells.rows.tolist()):
                if evidence[row] < 0 or not missing[k]:
                    continue
                cell = int(cells.cell[k])
                variant = next(one for one in self._variants if one.inside[cell])
                weight = variant.weights.get(leaf, Fraction(0))
                cost = weight * worth[positions[k]] / sum(worth) * missing[k]
                finding = cell, int(evidence[row])
                best = dearest.setdefault(finding, (cost, row))
                if best[1] != row:
                    excused[row if cost <= best[0] else best[1]] = True
                    dearest[finding] = max(best, (cost, row), key=lambda one: one[0])
        return excused

    def _amount(self, event: Deduction | Bonus | Veto) -> Whole:
        """Points of a deduction or bonus in each cell, capped; how often a veto was reported."""
        rows = self._rows_of(event.id)
        self._check_no_input(event.id)
        if event.document:
            self._check_documents(rows)
        cells = self._cells(rows)
        values = cells.numbers(event.id)
        cells.refuse_value(values.compared(0) < 0, "value_below_zero", indicator=event.id)
        points = None if isinstance(event, Veto) else event.points
        if isinstance(event, Veto) or points is not None:
            odd = values.num % values.den != 0
            cells.refuse_value(odd, "count_expected", indicator=event.id)
        sums = cells.joined(values, "sum", "sum")
        sums = sums if points is None else sums * points
        if not isinstance(event, Veto):
            sums = sums.clipped(None, event.cap)
        digits = 0 if isinstance(event, Veto) else self.scheme.digits.points
        counted = sums.rounded(digits)
        amounts: Whole = np.zeros(self.grid.size, np.result_type(np.int64, counted))
        amounts[cells.present] = counted
        return amounts

    def _deduct_inside(self) -> None:
        """Take deductions from indicators, down to 0."""
        for deduction in self.scheme.deductions:
            if deduction.indicator is not None:
                leaf = self.leaves[deduction.indicator]
                leaf.deductions.append((deduction, self.amounts[deduction.id]))
        for leaf in self.leaves.values():
            leaf.points = leaf.less_deductions(leaf.given)

    def _vetoes(self) -> dict[str, Mask]:
        """Veto id -> cells where it was reported or a key point failed."""
        falls = {veto.id: self.amounts[veto.id] > 0 for veto in self.scheme.vetoes}
        for veto, _, cells in self.failed_key_points():
            falls[veto][cells] = True
        return falls

    def failed_key_points(self) -> Iterator[tuple[str, str, Ints]]:
        """Veto id, leaf id and cells of every control point that failed and makes a veto fall."""
        for leaf, rule, cells, positions, results in self._checklists():
            failed = results.compared(0) == 0
            for k, point in enumerate(rule.control_points):
                if point.veto is not None:
                    yield point.veto, leaf, cells.cell[failed & (positions == k)]

    def falling(self) -> dict[str, Mask]:
        """Veto id -> cells where it falls, by its condition as well."""
        return {
            veto.id: self._brought[veto.id]
            | self.holds(veto.when, self.leaves[veto.when.indicator])
            if veto.when is not None
            else self._brought[veto.id]
            for veto in self.scheme.vetoes
        }

    def holds(self, condition: Condition, leaf: LeafScores) -> Mask:
        """Where a condition holds, for scores of the indicator that it looks at."""
        low = condition.below is not None
        end = condition.below if condition.below is not None else condition.above or Fraction(0)
        if condition.of == "points":
            side = Ratios(leaf.points, whole(10**self.scheme.digits.points)).compared(end)
        else:
            side = np.sign(np.nan_to_num(leaf.values) - float(end))
        holds: Mask = (leaf.status == KNOWN) & (side < 0 if low else side > 0)
        return holds

    def _carry(self) -> None:
        """Give what was not reported the points of the period before, where the scheme says so."""
        if self.scheme.missing.not_reported != "last":
            return
        earlier = self.grid.earlier
        for leaf in self.leaves.values():
            leaf.carried = (leaf.status == UNREPORTED) & (earlier >= 0)
            leaf.carried &= (leaf.status[earlier] == KNOWN) & self.observed
            leaf.given = np.where(leaf.carried, leaf.given[earlier], leaf.given)
            leaf.points = np.where(leaf.carried, leaf.less_deductions(leaf.given), leaf.points)

    def totals_now(self) -> Finished:
        """Official totals of all cells as they are now, after changes to their scores."""
        return self._totals(None).finished

    @cached_property
    def totals(self) -> Totals:
        """Totals of all cells, with what was not reported as the scheme says."""
        return self._totals(None)

    @cached_property
    def bounds(self) -> tuple[Totals, Totals]:
        """Totals with no points and with the most for all that was not reported or isn't due."""
        missing = any(
            np.isin(leaf.status, (UNREPORTED, UNDUE)).any() for leaf in self.leaves.values()
        )
        if not missing:
            return self.totals, self.totals
        return self._totals(0), self._totals(1)

    def most_of(self, leaf: str) -> int:
        """The most points that an indicator can have, in units of the last decimal."""
        most = most_points(self.scheme.indicator[leaf].rule)
        return int(most * 10**self.scheme.digits.points)

    def _totals(self, unknown: int | None) -> Totals:
        """Totals with no points (0) or the most (1) for all that is not known, None as the scheme
        says.
        """
        size = self.grid.size
        nodes: dict[str, tuple[Whole, Mask]] = {
            parent: (np.zeros(size, np.int64), np.zeros(size, bool))
            for parent in self.scheme.children
        }
        weighted: Whole = np.zeros(size, np.int64)
        for variant in self._variants:
            scores, known, exact = self._tree(variant, unknown)
            for parent, (all_scores, all_known) in nodes.items():
                if parent in scores:
                    all_scores[variant.inside] = scores[parent]
                    all_known[variant.inside] = known[parent]
            weighted = weighted.astype(np.result_type(weighted, exact))
            weighted[variant.inside] = exact
        rated = nodes[self.scheme.goal][1] & self.observed
        return Totals(
            nodes, weighted, finish(self.scheme, weighted, rated, self.amounts, self.falls)
        )

    def _tree(
        self, variant: _Variant, unknown: int | None
    ) -> tuple[dict[str, Whole], dict[str, Mask], Whole]:
        """Scores of nodes, which of them are known, and the weighted total.

        A parent's score is Σ w·s / Σ w over the children that apply, rounded to the digits of
        points. The weighted total, which has the digits of weights as well, is not rounded where
        everything below the goal applies.
        """
        scores, known, sure, blocked = self._leaf_states(variant, unknown)
        full = 10**self.scheme.digits.weights
        least = self.scheme.missing.share * full
        goal = self.scheme.goal
        exact: Whole = np.zeros(0, np.int64)
        for parent in reversed(list(self.scheme.children)):
            kids = variant.local.get(parent)
            if kids is None:
                continue
            weight, sure_weight, sums = (np.zeros(variant.count, np.int64) for _ in range(3))
            stop = np.zeros(variant.count, bool)
            for kid, share in kids.items():
                weight += share * known[kid]
                sure_weight += share * sure[kid]
                stop |= blocked[kid]
                sums = total(sums, product(np.asarray(share), np.where(known[kid], scores[kid], 0)))
            blocked[parent] = stop | ((weight > 0) & (sure_weight < least))
            known[parent] = sure[parent] = (weight > 0) & ~blocked[parent]
            scores[parent] = half_up(sums, np.where(weight > 0, weight, 1))
            if parent == goal:
                exact = np.where(weight == full, sums, product(scores[goal], whole(full)))
        return scores, known, exact

    def _leaf_states(
        self, variant: _Variant, unknown: int | None
    ) -> tuple[dict[str, Whole], dict[str, Mask], dict[str, Mask], dict[str, Mask]]:
        """For each leaf its points, whether they count, whether they were reported, and whether
        what is missing blocks the total.
        """
        scores, counted, sure, blocked = {}, {}, {}, {}
        zero = self.scheme.missing.not_reported == "zero"
        for leaf in variant.leaves:
            one = self.leaves[leaf]
            status, points = one.status[variant.inside], one.points[variant.inside]
            missing = (status == UNREPORTED) | (status == UNDUE)
            if unknown is not None:
                end = np.full(len(one.status), unknown * self.most_of(leaf))
                scores[leaf] = np.where(missing, one.less_deductions(end)[variant.inside], points)
                counted[leaf] = sure[leaf] = (status == KNOWN) | missing
            else:
                carried = one.carried[variant.inside]
                scores[leaf] = points
                sure[leaf] = (status == KNOWN) | carried
                counted[leaf] = sure[leaf] | ((status == UNREPORTED) & zero)
            blocked[leaf] = missing & ~counted[leaf]
        return scores, counted, sure, blocked


@dataclass(frozen=True)
class _Variant:
    """Periods in which the same indicators count, with the same weights.

    Attributes:
        scheme: the scheme.
        inside: cells of these periods.
        local: frozen weights inside each parent.
    """

    scheme: Scheme
    inside: Mask
    local: Local

    @classmethod
    def of(
        cls, scheme: Scheme, grid: Grid, local: Mapping[str, Local], parts: tuple[str, ...]
    ) -> _Variant:
        """The variant of some parts of the year."""
        inside = np.tile([period.part in parts for period in grid.periods], len(grid.units))
        return cls(scheme, inside, local[parts[0]])

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The indicators that count."""
        counting = {kid for kids in self.local.values() for kid in kids}
        return tuple(leaf for leaf in self.scheme.leaves if leaf in counting)

    @cached_property
    def weights(self) -> Mapping[str, Fraction]:
        """Leaf id -> weight in the whole."""
        return leaf_weights(self.scheme, self.local, 10**self.scheme.digits.weights)

    @property
    def count(self) -> int:
        """How many cells there are inside."""
        return int(self.inside.sum())


def _parts(grid: Grid, local: Mapping[str, Local]) -> list[tuple[str, ...]]:
    """Parts of the year, those with the same weights together."""
    together: dict[int, list[str]] = {}
    for part in dict.fromkeys(period.part for period in grid.periods):
        together.setdefault(id(local[part]), []).append(part)
    return [tuple(parts) for parts in together.values()]


def rescored(
    scheme: Scheme,
    observations: Observations,
    local: Mapping[str, Local],
    units: tuple[str, ...],
    period: Period,
) -> Scored:
    """Some units scored again in one period, with the period before it."""
    names, periods = observations.columns["unit"], observations.columns["period"]
    chosen = _among(names, set(units)) & _among(periods, {str(period), str(period.earlier)})
    some = observations.chosen(chosen)
    present = {parse_period(name) for name in some.columns["period"].names}
    return Scored(scheme, some, local, Grid(units, tuple(sorted({period, *present}))))


def _among(column: Column, names: Container[str]) -> Mask:
    """Rows that have one of these names."""
    chosen: Mask = np.array([*(name in names for name in column.names), False])[column.codes]
    return chosen
