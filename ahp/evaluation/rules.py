"""Rules: from what was observed of an indicator to its points, 0 to 100, exactly.

Each rule is a table of a scheme, told apart by `kind`. Goalposts, targets and edges stand in the
scheme, never in the data, so that a unit's points depend on its own observations alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Literal, Protocol

import numpy as np

from ..errors import EvaluationError
from .cells import FEWEST_TRIMMED, INAPPLICABLE, KNOWN, UNREPORTED, Cells, Ints, joined, starts_of
from .exact import Mask, Ratios, whole
from .formula import DivisionError, Formula, Steps, Value, check_names, check_rows
from .observations import word_key

Text = Mapping[str, str]
Direction = Literal["higher", "lower"]
Join = Literal["mean", "median", "trimmed_mean", "sum", "min", "max"]

YES_NO: Mapping[str, Fraction] = {
    **dict.fromkeys(
        ("yes", "y", "true", "pass", "passed", "是", "合格", "通过", "√", "1"), Fraction(1)
    ),
    **dict.fromkeys(
        ("no", "n", "false", "fail", "failed", "否", "不合格", "未通过", "×", "x", "0"), Fraction(0)
    ),
    **dict.fromkeys(("partly", "partial", "部分", "部分合格"), Fraction(1, 2)),
}
"""Results of a control point in words."""

_SAMPLE = re.compile(r"(\d{1,9}) ?/ ?(\d{1,9})")
"""The result of a control point that was checked on a sample: 38/40, 38 of 40 are in order."""

_LARGEST = 10**300
"""Values of formulas are below it, as floats are."""

Evidence = Literal[
    "voucher",
    "record",
    "ledger",
    "working_note",
    "document",
    "rule",
    "minutes",
    "basis",
    "approval",
    "contract",
]
"""What may show that a control point is met."""


def sample_of(word: str) -> tuple[int, int] | None:
    """How many of a sample are in order, and its size; None for a result that is no such share."""
    match = _SAMPLE.fullmatch(word)
    met, size = map(int, match.groups()) if match else (0, 0)
    return (met, size) if met <= size and size else None


def _result(word: str) -> Fraction:
    """A result in words as a number, -1 for what is none."""
    if sample := sample_of(word):
        return Fraction(*sample)
    return YES_NO.get(word_key(word), Fraction(-1))


@dataclass(frozen=True)
class Grade:
    """A grade that raters give.

    Attributes:
        id: as it stands in observations.
        points: 0 to 100.
        name: in each language.
        anchor: what a unit of this grade does, in each language.
    """

    id: str
    points: Fraction
    name: Text
    anchor: Text

    def __post_init__(self) -> None:
        _within_100(self.points)

    @property
    def words(self) -> tuple[str, ...]:
        """Its id and its names, in lower case, each once."""
        return tuple(dict.fromkeys(word.casefold() for word in (self.id, *self.name.values())))


@dataclass(frozen=True)
class Context:
    """What rules need of the scheme they stand in.

    Attributes:
        indicator: id of the indicator.
        grades: name of a table of grades -> its grades, the best first.
        items, raters: how items and raters are joined.
        fewest: raters that an item needs.
        weight: of the indicator in the total, in this scheme.
        excused: for each row of the observations, whether its finding is deducted elsewhere.
    """

    indicator: str
    grades: Mapping[str, tuple[Grade, ...]]
    items: Join
    raters: Join
    fewest: int
    weight: Fraction
    excused: Mask


class Rule(Protocol):
    """What all rules can do."""

    def values(self, cells: Cells, context: Context) -> Ratios:
        """One value for each cell that holds any, in their order: raters and items are joined."""

    def points(self, values: Ratios) -> Ratios:
        """Points of values, before they are rounded."""


class NumberRule:
    """Base of the rules that give points to one number."""

    def check(self, values: Ratios) -> Mask:
        """Which numbers the rule has no points for."""
        return np.zeros(len(values), bool)

    def values(self, cells: Cells, context: Context) -> Ratios:
        """The numbers, raters and items joined."""
        values = cells.numbers(context.indicator)
        cells.refuse_value(self.check(values), "value_below_zero", indicator=context.indicator)
        return cells.joined(values, context.raters, context.items, context.fewest)


def _no_order(low: Fraction, high: Fraction) -> None:
    if low >= high:
        raise EvaluationError("not_below", low=decimal(low), high=decimal(high))


def _within_100(*points: Fraction) -> None:
    for number in points:
        if not 0 <= number <= 100:
            raise EvaluationError("points_beyond", points=decimal(number))


@dataclass(frozen=True, kw_only=True)
class Measured(NumberRule):
    """Fixed goalposts: 0 points at one, 100 at the other, linear between, capped beyond.

    Attributes:
        low, high: the goalposts, low < high.
        direction: which is better.
    """

    kind: Literal["measured"] = "measured"
    low: Fraction
    high: Fraction
    direction: Direction = "higher"

    def __post_init__(self) -> None:
        _no_order(self.low, self.high)

    def points(self, values: Ratios) -> Ratios:
        """100·(x - L)/(U - L), or 100·(U - x)/(U - L) where lower is better, in 0…100."""
        above = values - self.low if self.direction == "higher" else -(values - self.high)
        return above.clipped(0, self.high - self.low) * (100 / (self.high - self.low))


@dataclass(frozen=True, kw_only=True)
class Completion(NumberRule):
    """Completion of a target, up to a cap.

    Attributes:
        target: above 0.
        direction: which is better.
        lower: where lower is better, `"ratio"` T/x or `"difference"` 2 - x/T: twice the target
            has 50 or 0 points.
        cap: most that counts, 1 = 100 points.
    """

    kind: Literal["completion"] = "completion"
    target: Fraction
    direction: Direction = "higher"
    lower: Literal["ratio", "difference"] | None = None
    cap: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if self.target <= 0:
            raise EvaluationError("target_not_positive", target=decimal(self.target))
        if self.cap <= 0:
            raise EvaluationError("cap_not_positive", cap=decimal(self.cap))
        if (self.direction == "lower") != (self.lower is not None):
            raise EvaluationError("lower_unsaid")

    def check(self, values: Ratios) -> Mask:
        """Numbers below 0: a target has no share of them."""
        return values.compared(0) < 0

    def points(self, values: Ratios) -> Ratios:
        """100·min(x/T, cap); where lower is better, of T/x (the cap where x = 0) or 2 - x/T."""
        if self.direction == "higher":
            share = values / self.target
        elif self.lower == "difference":
            share = -(values / self.target) + 2
        else:
            smallest = self.target / self.cap  # from here down the cap counts
            share = values.clipped(smallest, None).inverse() * self.target
        return share.clipped(0, self.cap) * 100


@dataclass(frozen=True, kw_only=True)
class Target(NumberRule):
    """A target value or interval: 100 inside, falling to 0 at a distance from it.

    Attributes:
        low, high: ends of the interval, equal for one value.
        tolerance: distance at which 0 is reached, above 0.
    """

    kind: Literal["target"] = "target"
    low: Fraction
    high: Fraction
    tolerance: Fraction

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise EvaluationError("not_below", low=decimal(self.low), high=decimal(self.high))
        if self.tolerance <= 0:
            raise EvaluationError("tolerance_not_positive", tolerance=decimal(self.tolerance))

    def points(self, values: Ratios) -> Ratios:
        """100·(1 - d/M), d the distance from the interval, M the tolerance."""
        distance = values - values.clipped(self.low, self.high)
        outside = distance.where(distance.compared(0) > 0, -distance)
        return (-(outside / self.tolerance) + 1).clipped(0, None) * 100


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        points: 0 to 100; two numbers are those at its lower and its upper end, linear between.
        up_to: its upper end; none for the last.
    """

    points: Fraction | tuple[Fraction, Fraction]
    up_to: Fraction | None = None

    def __post_init__(self) -> None:
        _within_100(*self.ends)

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """Points at its lower and its upper end."""
        return self.points if isinstance(self.points, tuple) else (self.points, self.points)


@dataclass(frozen=True, kw_only=True)
class Stepwise(NumberRule):
    """Steps, linear inside where a step has two points.

    Attributes:
        steps: from the lowest values up; the last has no end.
        closed: the end that belongs to a step: `"upper"`, (2 %, 3 %], or `"lower"`, [2 %, 3 %).
    """

    kind: Literal["steps"] = "steps"
    steps: tuple[Step, ...]
    closed: Literal["upper", "lower"]

    def __post_init__(self) -> None:
        edges = [step.up_to for step in self.steps]
        if len(edges) < 2 or None in edges[:-1] or edges[-1] is not None:
            raise EvaluationError("steps_open")
        for low, high in pairwise(self.edges):
            _no_order(low, high)
        for step in (self.steps[0], self.steps[-1]):
            if step.ends[0] != step.ends[1]:
                raise EvaluationError("steps_linear")

    @property
    def edges(self) -> tuple[Fraction, ...]:
        """Upper ends of the steps but the last."""
        return tuple(step.up_to for step in self.steps if step.up_to is not None)

    @property
    def jumps(self) -> tuple[tuple[Fraction, Fraction, Fraction], ...]:
        """Edges where points jump: edge, points below, points above."""
        neighbors = zip(self.edges, self.steps, self.steps[1:], strict=False)
        jumps = ((edge, below.ends[1], above.ends[0]) for edge, below, above in neighbors)
        return tuple(jump for jump in jumps if jump[1] != jump[2])

    def points(self, values: Ratios) -> Ratios:
        """Those of the step that a value lies in."""
        points = Ratios(np.zeros(len(values), np.int64), whole(1)) + self.steps[-1].ends[0]
        lows = (None, *self.edges)
        # from the top down, so that the lowest step that a value lies in is the one that stays
        for low, step in reversed(list(zip(lows[:-1], self.steps[:-1], strict=True))):
            edge = step.up_to or Fraction(0)
            below = values.compared(edge)
            inside = below <= 0 if self.closed == "upper" else below < 0
            start, end = step.ends
            here: Ratios | Fraction = start
            if low is not None and start != end:
                here = (values - low) * ((end - start) / (edge - low)) + start
            points = points.where(~inside, here)
        return points


@dataclass(frozen=True, kw_only=True)
class Membership(NumberRule):
    """A number's memberships in grades, with the points of the grades: Σ μ_k c_k.

    Half trapezoids at both ends, triangles between: memberships sum to 1, and the points are linear
    from one threshold to the next.

    Attributes:
        thresholds: where a grade holds alone, ascending.
        grade_points: points of these grades, in the order of the thresholds.
    """

    kind: Literal["membership"] = "membership"
    thresholds: tuple[Fraction, ...]
    grade_points: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if len(self.thresholds) != len(self.grade_points) or len(self.thresholds) < 2:
            counts = len(self.thresholds), len(self.grade_points)
            raise EvaluationError("thresholds_points", thresholds=counts[0], points=counts[1])
        _within_100(*self.grade_points)
        for low, high in pairwise(self.thresholds):
            _no_order(low, high)

    @property
    def lines(self) -> Stepwise:
        """The same as linear steps."""
        ends = zip(self.grade_points, self.grade_points[1:], self.thresholds[1:], strict=False)
        lines = (Step((start, end), edge) for start, end, edge in ends)
        first, last = Step(self.grade_points[0], self.thresholds[0]), Step(self.grade_points[-1])
        return Stepwise(steps=(first, *lines, last), closed="upper")

    def points(self, values: Ratios) -> Ratios:
        """Σ μ_k c_k."""
        return self.lines.points(values)


@dataclass(frozen=True, kw_only=True)
class Rated:
    """Grades that raters give.

    Attributes:
        grades: name of a table of grades.
        anchors: id of a grade -> what a unit of this grade does here, in place of the table's.
    """

    kind: Literal["rated"] = "rated"
    grades: str
    anchors: Mapping[str, Text] = field(default_factory=dict)

    def positions(self, cells: Cells, indicator: str, grades: Sequence[Grade]) -> Ints:
        """The position of the grade of each row.

        Args:
            cells: the rows.
            indicator: its id.
            grades: of the table.

        Raises:
            EvaluationError: a value that is no grade.
        """
        numbers = {word: Fraction(k) for word, k in by_word(grades).items()}
        valid = tuple(grade.id for grade in grades)
        found = cells.looked_up(numbers, indicator, "rating_unknown", valid)
        return found.num.astype(np.intp)

    def values(self, cells: Cells, context: Context) -> Ratios:
        """The grades' points, raters and items joined."""
        grades = context.grades[self.grades]
        positions = self.positions(cells, context.indicator, grades)
        points = Ratios.from_fractions([grade.points for grade in grades])[positions]
        return cells.joined(points, context.raters, context.items, context.fewest)

    def points(self, values: Ratios) -> Ratios:
        """The same: grades have points."""
        return values


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Shares, or numbers, of raters who chose each grade: `item` is the grade.

    Attributes:
        grades: name of a table of grades.
        counts: whether values are numbers of raters, instead of shares that sum to 1.
    """

    kind: Literal["shares"] = "shares"
    grades: str
    counts: bool = False

    def values(self, cells: Cells, context: Context) -> Ratios:
        """Σ share · points of the grade."""
        grades = context.grades[self.grades]
        known = by_word(grades)
        valid = tuple(grade.id for grade in grades)
        position = cells.items(known, context.indicator, "rating_unknown", valid)
        values = cells.numbers(context.indicator)
        cells.refuse_value(values.compared(0) < 0, "value_below_zero", indicator=context.indicator)
        if self.counts:
            odd = values.num % values.den != 0
            cells.refuse_value(odd, "count_expected", indicator=context.indicator)
        points = Ratios.from_fractions([grade.points for grade in grades])[position]
        starts = starts_of(cells.cell)
        sums = joined(values, starts, "sum")
        wrong = sums.compared(0) == 0
        if not self.counts:
            wrong |= ((sums - 1) * 10**9).compared(1) > 0
            wrong |= ((sums - 1) * 10**9).compared(-1) < 0
        if wrong.any():
            row = int(cells.rows[starts[wrong]][0])
            total = float(sums[wrong].fractions()[0])
            cells.observations.refuse(row, "value", "shares_sum", total=f"{total:.12g}")
        return joined((values * points).aligned(), starts, "sum") * sums.inverse()

    def points(self, values: Ratios) -> Ratios:
        """The same: grades have points."""
        return values


@dataclass(frozen=True)
class Point:
    """A control point of a checklist.

    Attributes:
        id: `item` of its observations, such as `"1.2"`.
        name: in each language.
        points: what it is worth.
        key: whether it is a key point.
        evidence: what shows that it is met.
        veto: id of the veto that a key point brings when it fails.
        sample: how many are drawn, or all where there are fewer; the result is then written as a
            share of what was drawn, such as 38/40. None where it is checked as a whole.
        decision: whether it is about a decision that must be `"collective"` or is
            `"not_delegated"`; it needs a veto, the consequence where it fails.
    """

    id: str
    name: Text
    points: Fraction = Fraction(1)
    key: bool = False
    evidence: tuple[Evidence, ...] = ()
    veto: str | None = None
    sample: int | None = None
    decision: Literal["collective", "not_delegated"] | None = None

    def __post_init__(self) -> None:
        if self.points <= 0:
            raise EvaluationError("points_not_positive", points=decimal(self.points))
        if self.sample is not None and self.sample < 1:
            raise EvaluationError("sample_least")
        if self.decision is not None and self.veto is None:
            raise EvaluationError("decision_without_veto")
        if self.veto is not None and (self.sample is not None or not self.key):
            raise EvaluationError("veto_of_point")


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """Control points, checked one by one; what doesn't apply is left out.

    A cell that doesn't say of every point what came of it is not reported. A result is yes, partly,
    no, a number from 0 to 1, or what is in order of a sample, such as 38/40.

    Attributes:
        control_points: what is checked.
    """

    kind: Literal["checklist"] = "checklist"
    control_points: tuple[Point, ...]

    def __post_init__(self) -> None:
        by_word(self.control_points)

    @property
    def known(self) -> dict[str, int]:
        """What `item` may hold, by its `word_key` -> position of the point."""
        return by_word(self.control_points)

    def values(self, cells: Cells, context: Context) -> Ratios:
        """Σ points·result / Σ points, over the points that apply."""
        position = self.positions(cells, context)
        self._check_samples(cells, position, context)
        result, starts = cells.rated(self.results(cells, context), context.raters, context.fewest)
        worth = Ratios.from_fractions([point.points for point in self.control_points])[
            position[starts]
        ]
        groups = starts_of(cells.cell[starts])
        full = joined(worth, groups, "sum")
        met = joined((result * worth).aligned(), groups, "sum")
        self._mark_incomplete(cells, starts)
        return met * full.inverse()

    def points(self, values: Ratios) -> Ratios:
        """100 where every point is met."""
        return values * 100

    def positions(self, cells: Cells, context: Context) -> Ints:
        """The point of each row."""
        valid = tuple(point.id for point in self.control_points)
        return cells.items(self.known, context.indicator, "point_unknown", valid)

    def results(self, cells: Cells, context: Context) -> Ratios:
        """The result of each row, 0 to 1; 1 where its finding is deducted elsewhere."""
        words = cells.observations.words
        codes = words.codes[cells.rows]
        in_words = Ratios.from_fractions([*map(_result, words.names), Fraction(0)])[codes]
        valid = ("yes", "partly", "no", "0…1", "38/40")
        unknown = in_words.compared(0) < 0
        cells.refuse_value(unknown, "result_unknown", indicator=context.indicator, valid=valid)
        results = (in_words + cells.observations.numbers(cells.rows)).aligned()
        beyond = (results.compared(0) < 0) | (results.compared(1) > 0)
        cells.refuse_value(beyond, "result_unknown", indicator=context.indicator, valid=valid)
        return results.where(~context.excused[cells.rows], 1).aligned()

    def _check_samples(self, cells: Cells, position: Ints, context: Context) -> None:
        """Refuse the result of a point that doesn't say how large its sample was."""
        words = cells.observations.words
        is_share = np.array([*(sample_of(word) is not None for word in words.names), False])
        sampled = np.array([point.sample is not None for point in self.control_points])
        unsaid = sampled[position] & ~is_share[words.codes[cells.rows]]
        cells.refuse_value(unsaid, "sample_unsaid", indicator=context.indicator)

    def _mark_incomplete(self, cells: Cells, starts: Ints) -> None:
        """Mark cells that don't say of every point what came of it as not reported; a row without a
        point that doesn't apply speaks of all.
        """
        rows, without = cells.without
        items = cells.observations.columns["item"].codes
        cell = np.concatenate([cells.cell[starts], without])
        item = np.concatenate([cells.column("item")[starts], items[rows]])
        said = np.unique(np.stack([cell, item]), axis=1)
        points = np.where(said[1] < 0, len(self.control_points), 1)
        counts = np.bincount(said[0], points, len(cells.status))
        lacking = np.isin(cells.status, (KNOWN, INAPPLICABLE))
        cells.status[lacking & (counts < len(self.control_points))] = UNREPORTED


@dataclass(frozen=True)
class Occurrence:
    """Something that takes points each time it happens.

    Attributes:
        id: `item` of its observations.
        name: in each language.
        points: taken each time.
        of: `"item"`, of the indicator's 100, or `"total"`, of the unit's 100.
        clause: of the rules, that is cited.
    """

    id: str
    name: Text
    points: Fraction
    of: Literal["item", "total"] = "item"
    clause: str = ""

    def __post_init__(self) -> None:
        if self.points <= 0:
            raise EvaluationError("points_not_positive", points=decimal(self.points))


@dataclass(frozen=True, kw_only=True)
class Deductive:
    """A full mark less deductions for what occurred, 0 at least: the values are how many times.

    Attributes:
        occurrences: what takes points.
        absent: what no observation at all means: `"full"`, nothing occurred, or `"not_reported"`.
    """

    kind: Literal["points"] = "points"
    occurrences: tuple[Occurrence, ...]
    absent: Literal["full", "not_reported"] = "not_reported"

    def __post_init__(self) -> None:
        by_word(self.occurrences)

    def values(self, cells: Cells, context: Context) -> Ratios:
        """The points that what occurred takes; a row without an item says that nothing did."""
        counts = cells.numbers(context.indicator)
        odd = (counts.compared(0) < 0) | (counts.num % counts.den != 0)
        cells.refuse_value(odd, "count_expected", indicator=context.indicator)
        none = (cells.column("item") < 0) & (counts.compared(0) == 0)
        known = by_word(self.occurrences)
        valid = tuple(occurrence.id for occurrence in self.occurrences)
        some = cells.chosen(~none)
        position = np.full(len(cells.rows), len(self.occurrences))
        position[~none] = some.items(known, context.indicator, "occurrence_unknown", valid)
        taken = Ratios.from_fractions([*self.taken(context.weight), Fraction(0)])[position]
        return joined((counts * taken).aligned(), starts_of(cells.cell), "sum")

    def points(self, values: Ratios) -> Ratios:
        """100 less what is taken, 0 at least."""
        return (-(values - 100)).clipped(0, None)

    def taken(self, weight: Fraction) -> list[Fraction]:
        """Points of the indicator's 100 that each occurrence takes, for a weight in the total."""
        return [
            occurrence.points / (weight if occurrence.of == "total" and weight else 1)
            for occurrence in self.occurrences
        ]


@dataclass(frozen=True)
class Input:
    """A named input of a derived indicator.

    Attributes:
        id: `input` of its observations, and its name in the formula.
        name: in each language.
        unit: it is stated in.
        rows: what it has one number each of, such as `"loans"`; inputs of the same rows have the
            same items.
    """

    id: str
    name: Text
    unit: str
    rows: str = ""


@dataclass(frozen=True, kw_only=True)
class Derived:
    """Arithmetic on named inputs, then points for its value by another rule.

    Attributes:
        inputs: what is observed.
        formula: as `ahp.evaluation.formula` describes.
        rule: gives points to the value.
        tables: name -> table that the formula looks numbers up in.
        constants: name -> number of the scheme.
    """

    kind: Literal["derived"] = "derived"
    inputs: tuple[Input, ...]
    formula: str
    rule: Measured | Completion | Target | Stepwise
    tables: Mapping[str, Steps] = field(default_factory=dict)
    constants: Mapping[str, Fraction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _each_once([*(one.id for one in self.inputs), *self.tables, *self.constants])
        names = {**{one.id: one for one in self.inputs}, **self.constants}
        check_names(self.parsed, names)
        check_rows(self.parsed, self.rows)

    @cached_property
    def rows(self) -> Mapping[str, str]:
        """Input -> what it has one number each of."""
        return {one.id: one.rows for one in self.inputs}

    @cached_property
    def parsed(self) -> Formula:
        """The formula, checked."""
        return Formula(self.formula, tuple(self.tables))

    def points(self, values: Ratios) -> Ratios:
        """Those that the rule gives to the values."""
        return self.rule.points(values)

    def values(self, cells: Cells, context: Context) -> Ratios:
        """The value of each cell; 0 for one that lacks an input, which is then not reported."""
        numbers = cells.numbers(context.indicator).fractions()
        known = by_word(self.inputs)
        column, items = cells.observations.columns["input"], cells.column("item")
        position = [known.get(word_key(name), -1) for name in column.names]
        ids = [self.inputs[k].id if k >= 0 else None for k in position]
        starts = starts_of(cells.cell)
        values = []
        counts = np.diff(starts, append=len(cells.rows))
        for start, end in zip(starts, starts + counts, strict=True):
            inputs: dict[str, dict[int, Fraction]] = {}
            for k in range(start, end):
                row = int(cells.rows[k])
                code = int(column.codes[row])
                name = ids[code] if code >= 0 else None
                if name is None:
                    valid = tuple(one.id for one in self.inputs)
                    parameters = {"input": column[row], "indicator": context.indicator}
                    cells.observations.refuse(
                        row, "input", "input_unknown", valid=valid, **parameters
                    )
                items_of = inputs.setdefault(name, {})
                if int(items[k]) in items_of:
                    cells.observations.refuse(row, "rater", "input_twice", input=name)
                items_of[int(items[k])] = numbers[k]
            value = self._value(inputs, cells, start, context)
            if value is None:
                cells.status[cells.cell[start]] = UNREPORTED
            values.append(value or Fraction(0))
        result = Ratios.from_fractions(values)
        outside = np.repeat(self.rule.check(result), counts)
        cells.refuse(outside, "value", "derived_below_zero", indicator=context.indicator)
        return result

    def _value(
        self, inputs: Mapping[str, Mapping[int, Fraction]], cells: Cells, k: int, context: Context
    ) -> Fraction | None:
        """The value of one cell, None where an input, or one of an item, was not reported."""
        items: dict[str, set[int]] = {rows: set() for rows in self.rows.values()}
        for name, numbers in inputs.items():
            items[self.rows[name]] |= numbers.keys() - {-1}
        given: dict[str, Value] = dict(self.constants)
        for name in self.parsed.names - self.constants.keys():
            numbers, expected = inputs.get(name, {}), items[self.rows[name]]
            if set(numbers) == {-1}:
                given[name] = numbers[-1]
            elif expected and set(numbers) == expected:
                given[name] = tuple(numbers[item] for item in sorted(expected))
            else:
                return None
        try:
            value = self.parsed(given, self.tables)
        except DivisionError as problem:
            row = int(cells.rows[k])
            cells.observations.refuse(
                row, "value", "formula_divides", divisor=str(problem), formula=self.formula
            )
        largest = max(map(abs, value if isinstance(value, tuple) else (value,)))
        if largest >= _LARGEST:
            about = {"indicator": context.indicator}
            cells.observations.refuse(int(cells.rows[k]), "value", "derived_too_large", **about)
        if isinstance(value, tuple):
            if context.items == "trimmed_mean" and len(value) < FEWEST_TRIMMED:
                few = {"count": len(value), "least": FEWEST_TRIMMED}
                cells.observations.refuse(int(cells.rows[k]), "item", "items_few", **few)
            row_of = Ratios.from_fractions(value)
            return joined(row_of, np.zeros(1, np.intp), context.items).fractions()[0]
        return value


AnyRule = (
    Measured
    | Completion
    | Target
    | Stepwise
    | Membership
    | Rated
    | Shares
    | Checklist
    | Deductive
    | Derived
)
"""What `kind` may say: `measured`, `completion`, `target`, `steps`, `membership`, `rated`,
`shares`, `checklist`, `points`, `derived`."""


def most_points(rule: AnyRule) -> Fraction:
    """The most that a rule can give: 100, more where a completion may exceed its target."""
    if isinstance(rule, Derived):
        return most_points(rule.rule)
    return 100 * rule.cap if isinstance(rule, Completion) else Fraction(100)


def decimal(number: Fraction) -> str:
    """A number as people write it."""
    return f"{float(number):.12g}"


class _Named(Protocol):
    """What observations may call by its id or a name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> Text: ...


def by_word(entries: Sequence[_Named]) -> dict[str, int]:
    """What observations may call each of these, by its `word_key` -> position; a word that stands
    for two of them is left out.

    Raises:
        EvaluationError: two have the same id.
    """
    _each_once([one.id for one in entries])
    words = [
        (word, k)
        for k, one in enumerate(entries)
        for word in dict.fromkeys(map(word_key, (one.id, *one.name.values())))
    ]
    count = Counter(word for word, _ in words)
    return {word: k for word, k in words if count[word] == 1}


def _each_once(ids: list[str]) -> None:
    for k, name in enumerate(ids):
        if name in ids[:k]:
            raise EvaluationError("id_twice", value=name)
