"""From observations to scores: every step of a scheme, for all units and periods at once, exactly.

Points, scores and totals are whole numbers of the last decimal that is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..messages import Phrase
from .cells import KNOWN, UNCOUNTED, UNDUE, UNREPORTED, Cells, Ints
from .exact import Mask, Ratios, Whole, half_up, product, total, whole
from .observations import NOT_APPLICABLE, NOT_DUE, NOT_REPORTED, Observations
from .periods import Period, parse_period
from .rules import Checklist, Context, Deductive, decimal
from .scheme import Bonus, Deduction, Indicator, Scheme, Veto, frozen_weights

Local = Mapping[str, Mapping[str, int]]
"""Parent id -> child id -> frozen weight inside the parent, in units of the last decimal."""

LOW, HIGH = "low", "high"


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
    carried: Mask | None = None


@dataclass(frozen=True)
class Step:
    """One operation on the totals of all cells.

    Attributes:
        rule: `"deduction"`, `"bonus"`, `"bonus_cap"`, `"cap"`, `"floor"`, `"veto"`.
        event: the deduction, bonus or veto; none for a limit.
        before, after: totals.
    """

    rule: str
    event: Deduction | Bonus | Veto | None
    before: Whole
    after: Whole


@dataclass
class Totals:
    """Totals of all cells, in units of 10^-(points + weights digits) until they are rounded.

    Attributes:
        nodes: parent id -> (score, whether it has one), in units of the last decimal of points.
        rated: cells that have a total.
        weighted: the weighted sum, or the mean of what applies.
        steps: what happened to it, in order.
        rounded: the official total, in units of its last decimal.
        band: position of its band in the scheme, -1 where it has none.
        lowered: by vetoes: their steps on the band, in order.
    """

    nodes: dict[str, tuple[Whole, Mask]]
    rated: Mask
    weighted: Whole
    steps: list[Step]
    rounded: Whole
    band: Ints
    lowered: list[tuple[Veto, Ints, Ints]]


@dataclass
class Scored:
    """All that `evaluate` and the waterfall are made of."""

    scheme: Scheme
    grid: Grid
    local: dict[str, Local]
    leaves: dict[str, LeafScores]
    amounts: dict[str, Whole]
    conditions: dict[str, Mask]
    observed: Mask
    remarks: list[Phrase]
    totals: Totals
    bounds: tuple[Totals, Totals] | None


def resolve(scheme: Scheme, observations: Observations) -> Observations:
    """The observations with ids in place of names of indicators.

    Raises:
        EvaluationError: an indicator that the scheme doesn't have, with row and column.
    """
    column = observations.columns["indicator"]
    ids = []
    for code, name in enumerate(column.names):
        known = scheme.words.get(name.casefold())
        if known is None:
            row = _first(observations, column.codes == code)
            valid = tuple(dict.fromkeys(scheme.words.values()))
            observations.refuse(row, "indicator", "indicator_unknown", name=name, valid=valid)
        ids.append(known)
    return observations.renamed("indicator", dict(zip(column.names, ids, strict=True)))


def _first(observations: Observations, chosen: Mask) -> int:
    """The row among those chosen that stands first in the file."""
    rows = np.flatnonzero(chosen)
    return int(rows[np.argmin(observations.lines[rows])])


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
                row = _first(observations, unit.codes == code)
                observations.refuse(row, "unit", "unit_unknown", unit=name, valid=scheme.units)
    periods = []
    for code, name in enumerate(period.names):
        parsed = parse_period(name)
        problem = _period_problem(scheme, parsed)
        if problem is not None:
            row = _first(observations, period.codes == code)
            observations.refuse(row, "period", problem.code, **problem.parameters)
        periods.append(parsed)
    return Grid(scheme.units or unit.names, tuple(sorted(periods)))


def _period_problem(scheme: Scheme, period: Period) -> Phrase | None:
    if period.kind != scheme.period.kind:
        kinds = {"kind": Phrase(f"a_{period.kind}"), "expected": Phrase(f"a_{scheme.period.kind}")}
        return Phrase("period_kind", period=str(period), **kinds)
    first = date(period.year, period.last_month - period.months + 1, 1)
    if scheme.effective_from and (period.year, period.last_month) < (
        scheme.effective_from.year,
        scheme.effective_from.month,
    ):
        return Phrase("period_before", period=str(period), date=scheme.effective_from.isoformat())
    if scheme.effective_to and first > scheme.effective_to:
        return Phrase("period_after", period=str(period), date=scheme.effective_to.isoformat())
    return None


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


def score(
    scheme: Scheme, observations: Observations, local: dict[str, Local], grid: Grid
) -> Scored:
    """Score all cells.

    Args:
        scheme: the scheme; every leaf has a rule.
        observations: with ids of indicators.
        local: frozen weights by part of the year.
        grid: units and periods.

    Raises:
        EvaluationError: an observation that the scheme refuses, with row and column.
    """
    cell = grid.cells(observations)
    column = observations.columns["indicator"]
    ends = np.searchsorted(column.codes, np.arange(len(column.names) + 1))
    rows_of = {name: np.arange(ends[k], ends[k + 1]) for k, name in enumerate(column.names)}
    nothing = np.zeros(0, np.intp)
    remarks: list[Phrase] = []
    excused = _excused(scheme, observations, rows_of, cell, local)
    leaves = {
        leaf: _score_leaf(
            scheme, indicator, observations, rows_of.get(leaf, nothing), cell, grid, local, excused
        )
        for leaf, indicator in scheme.indicator.items()
    }
    amounts = {
        event.id: _amounts(scheme, event, observations, rows_of.get(event.id, nothing), cell, grid)
        for event in scheme.events.values()
    }
    for deduction in scheme.deductions:
        if deduction.indicator is not None:
            leaf_scores = leaves[deduction.indicator]
            leaf_scores.deductions.append((deduction, amounts[deduction.id]))
    floor = whole(0)
    for leaf_scores in leaves.values():
        for _, amount in leaf_scores.deductions:
            leaf_scores.points = total(leaf_scores.points, -amount)
        if leaf_scores.deductions:
            leaf_scores.points = np.maximum(leaf_scores.points, floor)
    conditions = _conditions(scheme, observations, rows_of, cell, grid, leaves)
    _carry(scheme, grid, leaves)
    observed = np.zeros(grid.size, bool)
    observed[cell] = True
    scored = Scored(
        scheme,
        grid,
        local,
        leaves,
        amounts,
        conditions,
        observed,
        remarks,
        None,
        None,  # type: ignore[arg-type]
    )
    scored.totals = totals(scored)
    missing = any(np.isin(one.status, (UNREPORTED, UNDUE)).any() for one in leaves.values())
    if missing:
        scored.bounds = totals(scored, LOW), totals(scored, HIGH)
    return scored


def _score_leaf(
    scheme: Scheme,
    indicator: Indicator,
    observations: Observations,
    rows: Ints,
    cell: Ints,
    grid: Grid,
    local: Mapping[str, Local],
    excused: Mask,
) -> LeafScores:
    """One indicator in all cells, before deductions inside it."""
    digits = scheme.digits.points
    result = LeafScores(
        np.full(grid.size, UNCOUNTED, np.int8),
        np.full(grid.size, np.nan),
        np.zeros(grid.size, np.int64),
        np.zeros(grid.size, np.int64),
    )
    _check_rows(indicator, observations, rows)
    of_period = cell[rows] % len(grid.periods)
    for chosen in _variants(grid, local):
        part = grid.periods[chosen[0]].part
        weights = leaf_weights(scheme, local[part], 10**scheme.digits.weights)
        in_variant = np.isin(np.arange(grid.size) % len(grid.periods), chosen)
        if indicator.id not in weights:
            continue
        context = Context(
            indicator.id,
            scheme.grades,
            indicator.items,
            indicator.raters,
            indicator.fewest_raters,
            weights[indicator.id],
            excused,
        )
        some = rows[np.isin(of_period, chosen)]
        order = np.argsort(cell[some], kind="stable")  # rows are sorted by unit and period as text
        some = some[order]
        cells = Cells.of(observations, some, cell[some], grid.size)
        values = indicator.rule.values(cells, context)
        present = cells.present
        points = indicator.rule.points(values).rounded(digits)
        result.status[in_variant] = cells.status[in_variant]
        result.values[present] = np.asarray(values.num / values.den, np.float64)
        if points.dtype == object:
            result.given = result.given.astype(object)
        result.given[present] = points
        if isinstance(indicator.rule, Deductive) and indicator.rule.absent == "full":
            untouched = np.zeros(grid.size, bool)
            untouched[cell] = True  # only where the unit was observed at all
            untouched[cell[some]] = False
            untouched &= in_variant
            result.status[untouched], result.values[untouched] = KNOWN, 0.0
            result.given[untouched] = 100 * 10**digits
    result.given[result.status != KNOWN] = 0
    result.values[result.status != KNOWN] = np.nan
    result.points = result.given.copy()
    return result


def _variants(grid: Grid, local: Mapping[str, Local]) -> list[Ints]:
    """Positions of the periods that share their weights."""
    groups: dict[int, list[int]] = {}
    for k, period in enumerate(grid.periods):
        groups.setdefault(id(local[period.part]), []).append(k)
    return [np.array(group, np.intp) for group in groups.values()]


def _check_rows(indicator: Indicator, observations: Observations, rows: Ints) -> None:
    """Refuse values that cannot be, and rows without the document they need."""
    if indicator.document:
        _check_documents(observations, rows)
    if indicator.valid is not None:
        low, high = indicator.valid
        numbers = observations.numbers(rows)
        outside = (numbers.compared(low) < 0) | (numbers.compared(high) > 0)
        outside &= observations.words.codes[rows] < 0
        if outside.any():
            row = int(rows[outside][np.argmin(observations.lines[rows[outside]])])
            limits = {"low": decimal(low), "high": decimal(high)}
            value = observations.value(row)
            observations.refuse(
                row, "value", "value_invalid", value=value, indicator=indicator.id, **limits
            )


def _check_documents(observations: Observations, rows: Ints) -> None:
    words = observations.words
    special = [
        k for k, word in enumerate(words.names) if word in (NOT_APPLICABLE, NOT_DUE, NOT_REPORTED)
    ]
    lacking = (observations.columns["evidence"].codes[rows] < 0) & ~np.isin(
        words.codes[rows], special
    )
    nothing = (words.codes[rows] < 0) & (observations.mantissas[rows] == 0)
    if (lacking := lacking & ~nothing).any():
        row = int(rows[lacking][np.argmin(observations.lines[rows[lacking]])])
        observations.refuse(row, "evidence", "evidence_missing")


def _excused(
    scheme: Scheme,
    observations: Observations,
    rows_of: Mapping[str, Ints],
    cell: Ints,
    local: Mapping[str, Local],
) -> Mask:
    """Rows of control points whose finding is deducted where it costs more.

    A point costs, of the unit's 100, its share of its checklist's points times the weight of that
    indicator, times what is missing of its result; of two that cost the same the first is deducted.
    """
    excused = np.zeros(len(observations), bool)
    if not scheme.findings_once:
        return excused
    evidence = observations.columns["evidence"].codes
    scale = 10**scheme.digits.weights
    dearest: dict[tuple[int, int], tuple[Fraction, int]] = {}
    for leaf, indicator in scheme.indicator.items():
        rule = indicator.rule
        if not isinstance(rule, Checklist) or leaf not in rows_of:
            continue
        rows = rows_of[leaf]
        cells = Cells.of(observations, rows, cell[rows], int(cell.max(initial=0)) + 1)
        context = Context(leaf, scheme.grades, "mean", "mean", 1, Fraction(1), excused)
        positions = rule.positions(cells, context)
        results = rule.results(cells, context).fractions()
        worth = [point.points for point in rule.control_points]
        weights = {
            part: leaf_weights(scheme, of_part, scale).get(leaf, Fraction(0))
            for part, of_part in local.items()
        }
        periods = observations.columns["period"]
        part_of = [parse_period(name).part for name in periods.names]
        for k, row in enumerate(cells.rows.tolist()):
            if evidence[row] < 0 or results[k] == 1:
                continue
            weight = weights[part_of[periods.codes[row]]]
            cost = weight * worth[positions[k]] / sum(worth) * (1 - results[k])
            finding = int(cell[row]), int(evidence[row])
            best = dearest.get(finding)
            if best is None:
                dearest[finding] = cost, row
            else:
                excused[row if cost <= best[0] else best[1]] = True
                if cost > best[0]:
                    dearest[finding] = cost, row
    return excused


def _amounts(
    scheme: Scheme,
    event: Deduction | Bonus | Veto,
    observations: Observations,
    rows: Ints,
    cell: Ints,
    grid: Grid,
) -> Whole:
    """Points of a deduction or bonus in each cell, capped; how often a veto was reported."""
    amounts = np.zeros(grid.size, np.int64)
    if not len(rows):
        return amounts
    if event.document:
        _check_documents(observations, rows)
    order = np.argsort(cell[rows], kind="stable")
    cells = Cells.of(observations, rows[order], cell[rows][order], grid.size)
    values = cells.numbers(event.id)
    cells.refuse_value(values.compared(0) < 0, "value_below_zero", indicator=event.id)
    points = event.points if isinstance(event, Deduction | Bonus) else Fraction(1)
    if points is not None:
        odd = values.num % values.den != 0
        cells.refuse_value(odd, "count_expected", indicator=event.id)
    sums = cells.joined(values, "sum", "sum")
    if isinstance(event, Deduction | Bonus):
        sums = (sums if event.points is None else sums * event.points).clipped(None, event.cap)
        counted = sums.rounded(scheme.digits.points)
    else:
        counted = sums.rounded(0)
    if counted.dtype == object:
        amounts = amounts.astype(object)
    amounts[cells.present] = counted
    return amounts


def _conditions(
    scheme: Scheme,
    observations: Observations,
    rows_of: Mapping[str, Ints],
    cell: Ints,
    grid: Grid,
    leaves: Mapping[str, LeafScores],
) -> dict[str, Mask]:
    """Veto id -> cells where a condition makes it fall, or a key point that failed."""
    falls = {veto.id: np.zeros(grid.size, bool) for veto in scheme.vetoes}
    for veto in scheme.vetoes:
        if veto.when is None:
            continue
        leaf = leaves[veto.when.indicator]
        known = leaf.status == KNOWN
        end = veto.when.below if veto.when.below is not None else veto.when.above
        if veto.when.of == "points":
            numbers = Ratios(leaf.points, whole(10**scheme.digits.points))
            side = numbers.compared(end or 0)
        else:
            side = np.sign(leaf.values - float(end or 0))
        falls[veto.id] |= known & (side < 0 if veto.when.below is not None else side > 0)
    excused = np.zeros(len(observations), bool)
    for leaf_id, indicator in scheme.indicator.items():
        rule = indicator.rule
        if not isinstance(rule, Checklist) or leaf_id not in rows_of:
            continue
        vetoes = {k: point.veto for k, point in enumerate(rule.control_points) if point.veto}
        if not vetoes:
            continue
        rows = rows_of[leaf_id]
        cells = Cells.of(observations, rows, cell[rows], grid.size)
        context = Context(leaf_id, scheme.grades, "mean", "mean", 1, Fraction(1), excused)
        positions = rule.positions(cells, context)
        failed = rule.results(cells, context).compared(0) == 0
        for k, veto_id in vetoes.items():
            falls[veto_id][cells.cell[failed & (positions == k)]] = True
    return falls


def _carry(scheme: Scheme, grid: Grid, leaves: Mapping[str, LeafScores]) -> None:
    """Give what was not reported the points of the period before, where the scheme says so."""
    if scheme.missing.not_reported != "last":
        return
    earlier = grid.earlier
    for leaf in leaves.values():
        carried = (leaf.status == UNREPORTED) & (earlier >= 0)
        carried &= leaf.status[earlier] == KNOWN
        leaf.points = np.where(carried, leaf.given[earlier], leaf.points)
        leaf.carried = carried


def totals(scored: Scored, missing: str | None = None) -> Totals:
    """Totals of all cells.

    Args:
        scored: with the points of the indicators.
        missing: None treats what was not reported as the scheme says, `"low"` gives all of it 0
            points, `"high"` 100.
    """
    scheme, grid = scored.scheme, scored.grid
    shape = grid.size
    nodes = {
        parent: (np.zeros(shape, np.int64), np.zeros(shape, bool)) for parent in scheme.children
    }
    rated, weighted = np.zeros(shape, bool), np.zeros(shape, np.int64)
    if 10 ** (scheme.digits.points + scheme.digits.weights) > 10**13:
        weighted = weighted.astype(object)
    for chosen in _variants(grid, scored.local):
        part = grid.periods[chosen[0]].part
        inside = np.flatnonzero(np.isin(np.arange(shape) % len(grid.periods), chosen))
        of_variant = _tree(scored, scored.local[part], inside, missing)
        for parent, (points, known) in of_variant.items():
            if parent == scheme.goal:
                weighted[inside], rated[inside] = points, known
                points = half_up(points, whole(10**scheme.digits.weights))
            nodes[parent][0][inside], nodes[parent][1][inside] = points, known
    rated &= scored.observed
    return _finish(scored, nodes, rated, weighted)


def _tree(
    scored: Scored, local: Local, inside: Ints, missing: str | None
) -> dict[str, tuple[Whole, Mask]]:
    """Parent id -> its scores and whether it has one; the goal's with the digits of weights, too.

    A parent's score is Σ w·s / Σ w over the children that apply, rounded to the digits of points;
    the goal's is not rounded where all apply.
    """
    scheme = scored.scheme
    full = 10**scheme.digits.weights
    least = scheme.missing.share * full
    scores: dict[str, Whole] = {}
    counted: dict[str, Mask] = {}
    blocked: dict[str, Mask] = {}
    sure: dict[str, Mask] = {}
    for leaf, one in scored.leaves.items():
        status = one.status[inside]
        points = one.points[inside]
        known = status == KNOWN
        unknown = (status == UNREPORTED) | (status == UNDUE)
        if missing is not None:
            points = np.where(
                unknown, 0 if missing == LOW else 100 * 10**scheme.digits.points, points
            )
            counted[leaf] = sure[leaf] = known | unknown
            blocked[leaf] = np.zeros(len(inside), bool)
        else:
            carried = one.carried[inside] if one.carried is not None else np.zeros_like(known)
            zero = (status == UNREPORTED) & (scheme.missing.not_reported == "zero")
            counted[leaf] = known | carried | zero
            sure[leaf] = known | carried
            blocked[leaf] = unknown & ~counted[leaf]
        scores[leaf] = points
    result = {}
    for parent in reversed(scheme.children):
        kids = local.get(parent, {})
        weight, known_weight = np.zeros(len(inside), np.int64), np.zeros(len(inside), np.int64)
        sums: Whole = np.zeros(len(inside), np.int64)
        stop = np.zeros(len(inside), bool)
        for kid, share in kids.items():
            weight += share * counted[kid]
            known_weight += share * sure[kid]
            stop |= blocked[kid]
            sums = total(sums, product(whole(share), np.where(counted[kid], scores[kid], 0)))
        some = weight > 0
        stop |= some & (known_weight < least)
        divisor = np.where(some, weight, 1)
        rounded = half_up(sums, divisor)
        scores[parent], counted[parent] = rounded, some & ~stop
        blocked[parent], sure[parent] = stop, some & ~stop
        exact = rounded
        if parent == scheme.goal:
            exact = np.where(weight == full, sums, product(rounded, whole(full)))
        result[parent] = exact, some & ~stop
    return result


def _finish(
    scored: Scored, nodes: dict[str, tuple[Whole, Mask]], rated: Mask, weighted: Whole
) -> Totals:
    """What becomes of the weighted total: deductions, bonuses, limits, vetoes, rounding, band."""
    scheme = scored.scheme
    digits = scheme.digits
    lift = whole(10**digits.weights)
    unit = 10 ** (digits.points + digits.weights)
    steps: list[Step] = []
    now = weighted

    def step(rule: str, event: Deduction | Bonus | Veto | None, after: Whole) -> None:
        nonlocal now
        if (after != now).any():
            steps.append(Step(rule, event, now, after))
        now = after

    def scaled(number: Fraction) -> Whole:
        return half_up(whole(number.numerator * unit), whole(number.denominator))

    lowered: list[tuple[Veto, Ints, Ints]] = []
    shift: list[tuple[Veto, Mask]] = []
    for operation in scheme.total.order:
        if operation == "deductions":
            for deduction in scheme.deductions:
                if deduction.indicator is None:
                    taken = product(scored.amounts[deduction.id], lift)
                    step("deduction", deduction, total(now, -taken))
        elif operation == "bonuses":
            start = now
            for bonus in scheme.bonuses:
                step("bonus", bonus, total(now, product(scored.amounts[bonus.id], lift)))
            if scheme.total.bonus_cap is not None:
                most = total(start, scaled(scheme.total.bonus_cap))
                step("bonus_cap", None, np.minimum(now, most))
        elif operation == "limits":
            if scheme.total.cap is not None:
                step("cap", None, np.minimum(now, scaled(scheme.total.cap)))
            step("floor", None, np.maximum(now, scaled(scheme.total.floor)))
        else:
            for veto in scheme.vetoes:
                falls = scored.conditions[veto.id] | (scored.amounts[veto.id] > 0)
                if veto.effect == "zero":
                    step("veto", veto, np.where(falls, whole(0), now))
                elif veto.effect == "cap":
                    edge = next(band.at_least for band in scheme.bands if band.id == veto.band)
                    below = scaled(edge - Fraction(1, 10**digits.total))
                    step("veto", veto, np.where(falls, np.minimum(now, below), now))
                elif veto.effect == "not_rated":
                    rated = rated & ~falls
                    shift.append((veto, falls))
                else:
                    shift.append((veto, falls))
    rounded = half_up(now, whole(10 ** (digits.points + digits.weights - digits.total)))
    band = _bands(scheme, rounded)
    for veto, falls in shift:
        if veto.effect == "lower_band":
            after = np.where(falls & (band >= 0), np.minimum(band + 1, len(scheme.bands) - 1), band)
        elif veto.effect == "band":
            fixed = next(k for k, one in enumerate(scheme.bands) if one.id == veto.band)
            after = np.where(falls, np.maximum(band, fixed), band)
        else:
            after = np.where(falls, -1, band)
        if (after != band).any():
            lowered.append((veto, band, after))
        band = after
    band = np.where(rated, band, -1)
    return Totals(nodes, rated, weighted, steps, rounded, band, lowered)


def _bands(scheme: Scheme, rounded: Whole) -> Ints:
    """The band of each rounded total: the first, from the best down, whose lower end it reaches."""
    numbers = Ratios(rounded, whole(10**scheme.digits.total))
    band = np.full(len(rounded), -1, np.intp)
    for k, one in reversed(list(enumerate(scheme.bands))):
        inside = numbers.compared(one.at_least) >= 0
        if one.below is not None and k > 0:
            band[inside & (numbers.compared(one.below) < 0)] = k
            band[inside & (numbers.compared(one.below) >= 0)] = -1
        else:
            band[inside] = k
    return band


def rerun(
    scored_scheme: Scheme,
    observations: Observations,
    local: dict[str, Local],
    unit: str,
    period: Period,
) -> Scored:
    """Score one unit in one period again, with the period before it.

    Raises:
        EvaluationError: nothing was observed of the unit in the period.
    """
    units, periods = observations.columns["unit"], observations.columns["period"]
    wanted = {str(period), str(period.earlier)}
    chosen = np.isin(units.codes, [k for k, name in enumerate(units.names) if name == unit])
    chosen &= np.isin(periods.codes, [k for k, name in enumerate(periods.names) if name in wanted])
    some = observations.chosen(chosen)
    present = tuple(sorted(parse_period(name) for name in some.columns["period"].names))
    if period not in present:
        raise EvaluationError("nothing_observed", unit=unit, period=str(period))
    return score(scored_scheme, some, local, Grid((unit,), present))
