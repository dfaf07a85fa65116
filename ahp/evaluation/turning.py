"""What it takes: the smallest change that gives a unit another band or another rank.

Changes are exact, in the last decimal that the scheme keeps: with one less the unit stays where it
is. Each goes through the operations of the scheme, as official totals do.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..result import Result, read_only
from ..tolerance import shared_ranks
from ..version import __version__
from .cells import KNOWN, Ints
from .evaluated import Evaluation
from .exact import Mask, Whole
from .finishing import Finished
from .periods import Period
from .scoring import Scored

Floats = NDArray[np.float64]

_VARIANTS = 1 << 15
"""Variants of units scored at once; bounds the memory, and no result depends on it."""

WEIGHT_STEPS = 1000
"""Weights are moved in steps of 1/1000 where all units move with them, as for ranks."""


class Change(NamedTuple):
    """A change that gives a unit another band or rank.

    Attributes:
        outcome: `"band"` or `"rank"`.
        of: `"points"` of an indicator, or the `"weight"` of a node, whose siblings share the rest.
        node: id.
        amount: of the change, below 0 for less.
    """

    outcome: str
    of: str
    node: str
    amount: float


@dataclass(frozen=True, eq=False, repr=False)
class TurningPoints(Result):
    """How near units are to another band or rank.

    Arrays have a unit a row; in those of changes the last axis holds the smallest fall, below 0,
    and the smallest rise, above 0; NaN where no change does it, or there is nothing to change.

    Attributes:
        units: names.
        period: it is about.
        indicators: ids of the leaves.
        nodes: ids of the nodes that have siblings.
        lacking: what a total lacks to the next better band; NaN for the best, or without a total.
        above: what it has above the edge of its band.
        points_for_band, points_for_rank: changes of one indicator's points.
        weight_for_band: changes of one weight inside its parent; its siblings share the rest in
            proportion.
        weight_for_rank: likewise, searched in steps of 1/`WEIGHT_STEPS`.
        version: of `ahp`.
    """

    units: tuple[str, ...]
    period: str
    indicators: tuple[str, ...]
    nodes: tuple[str, ...]
    lacking: Floats
    above: Floats
    points_for_band: Floats = field(repr=False)
    points_for_rank: Floats = field(repr=False)
    weight_for_band: Floats = field(repr=False)
    weight_for_rank: Floats = field(repr=False)
    version: str = __version__

    def smallest(self, unit: str) -> tuple[Change, ...]:
        """All changes of a unit, points before weights, each from the smallest."""
        if unit not in self.units:
            raise EvaluationError("unit_not_evaluated", unit=unit, valid=self.units)
        row = self.units.index(unit)
        found = [
            Change(outcome, of, node, float(amount))
            for of, names in (("points", self.indicators), ("weight", self.nodes))
            for outcome in ("band", "rank")
            for node, ends in zip(names, getattr(self, f"{of}_for_{outcome}")[row], strict=True)
            for amount in ends
            if not np.isnan(amount)
        ]
        return tuple(sorted(found, key=lambda change: (change.of, abs(change.amount))))


def turning_points(result: Evaluation, period: str) -> TurningPoints:
    """The smallest changes of points and weights that give each unit another band or rank.

    One thing changes at a time, and points of one unit alone; what a rank depends on is the totals
    of all units.

    Args:
        result: of `evaluate`.
        period: one with observations.

    Raises:
        EvaluationError: no such period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> found = ahp.evaluation.turning_points(result, "2026Q1")
    >>> found.smallest(result.units[0])[0]
    Change(outcome='rank', of='points', node='management_model', amount=2.554)
    """
    parsed = result.scored_period(period)
    scored = result.scored(result.units, parsed)
    cells = np.arange(len(result.units)) * len(scored.grid.periods)
    search = _Search(scored.copies(cells + scored.grid.periods.index(parsed), parsed), parsed)
    lacking, above = search.edges()
    points_for_band, points_for_rank = search.points()
    return TurningPoints(
        units=result.units,
        period=str(parsed),
        indicators=result.indicators,
        nodes=search.nodes,
        lacking=read_only(lacking),
        above=read_only(above),
        points_for_band=read_only(points_for_band),
        points_for_rank=read_only(points_for_rank),
        weight_for_band=read_only(search.weights_for_band()),
        weight_for_rank=read_only(search.weights_for_rank()),
    )


class _Search:
    """Searches around the totals of all units in one period.

    Args:
        scored: a cell a unit.
        period: the period.
    """

    def __init__(self, scored: Scored, period: Period) -> None:
        self.scored, self.period, self.scheme = scored, period, scored.scheme
        self.local = scored.local[period.part]
        self.now = scored.totals.finished
        self.units = len(scored.grid.units)
        self.scale = 10**self.scheme.digits.weights
        self.parent_of = {kid: parent for parent, kids in self.local.items() for kid in kids}
        self.nodes = tuple(
            kid
            for parent in self.scheme.children
            for kid, weight in self.local.get(parent, {}).items()
            if weight < self.scale
        )

    def edges(self) -> tuple[Floats, Floats]:
        """What each total lacks to the next better band, and has above the edge of its own."""
        found = np.full((2, self.units), np.nan)
        bands = self.scheme.bands
        for unit, place in enumerate(self.now.band.tolist()):
            number = Fraction(int(self.now.rounded[unit]), 10**self.scheme.digits.total)
            if place > 0:
                found[0, unit] = bands[place - 1].at_least - number
            if place >= 0:
                found[1, unit] = number - bands[place].at_least
        return found[0], found[1]

    def _over_all(
        self, count: int, search: Callable[[Ints, Ints, Ints], Iterable[Floats]]
    ) -> list[Floats]:
        """What a search finds for every unit, thing and direction, some at a time.

        Args:
            count: of things that are changed.
            search: of units, things and directions, 1 for a rise and 0 for a fall.
        """
        shape = self.units, count, 2
        every = np.indices(shape).reshape(3, -1)
        parts = [
            list(search(*every[:, start : start + _VARIANTS]))
            for start in range(0, every.shape[1], _VARIANTS)
        ]
        return [np.concatenate(found).reshape(shape) for found in zip(*parts, strict=True)]

    def points(self) -> list[Floats]:
        """Changes of points for another band and for another rank."""
        return self._over_all(len(self.scored.leaves), self._points)

    def _points(self, unit: Ints, leaf: Ints, rise: Ints) -> Iterator[Floats]:
        copies = self.scored.copies(unit, self.period)
        table = np.stack([one.points for one in copies.leaves.values()], axis=1)
        status = np.stack([one.status for one in copies.leaves.values()], axis=1)
        place = np.arange(len(unit)), leaf
        full = 100 * 10**self.scheme.digits.points
        room = np.where(rise == 1, np.maximum(full - table[place], 0), table[place])
        room = np.where(status[place] == KNOWN, room, 0)
        sign = 2 * rise - 1

        def after(size: Whole) -> Finished:
            moved = table.copy()
            moved[place] += sign * size
            for one, points in zip(copies.leaves.values(), moved.T, strict=True):
                one.points = points
            copies.falls = copies.falling()
            return copies.totals_now()

        def other_band(size: Whole) -> Mask:
            return np.asarray(after(size).band != self.now.band[unit], np.bool_)

        better, worse = self._thresholds()

        def other_rank(size: Whole) -> Mask:
            done = after(size)
            beyond = (done.rounded >= better[unit]) | (done.rounded <= worse[unit])
            return np.asarray(done.rated & beyond, np.bool_)

        for changes in (other_band, other_rank):
            yield _smallest(room, changes) * sign / 10**self.scheme.digits.points

    def _thresholds(self) -> tuple[Whole, Whole]:
        """The total from which on each unit has a better rank, and that down from which a worse."""
        numbers = self.now.rounded.tolist()
        ordered = sorted(np.asarray(numbers)[self.now.rated].tolist())
        least, most = np.iinfo(np.int64).min, np.iinfo(np.int64).max
        better, worse = [], []
        for number in numbers:
            first, end = bisect_left(ordered, number), bisect_right(ordered, number)
            better.append(ordered[end] if end < len(ordered) else most)
            below = ordered[first - 1] if first > 0 else least + 1
            worse.append((number if end - first > 1 else below) - 1)
        return np.array(better), np.array(worse)

    def weights_for_band(self) -> Floats:
        """Changes of weights for another band."""
        (found,) = self._over_all(len(self.nodes), self._weights)
        return found

    def _weights(self, unit: Ints, node: Ints, rise: Ints) -> Iterator[Floats]:
        copies = self.scored.copies(unit, self.period)
        weight = np.array([self._weight(one) for one in self.nodes], np.int64)[node]
        sign = 2 * rise - 1

        def other_band(size: Whole) -> Mask:
            done = self._with_weights(copies, node, weight + sign * size)
            return np.asarray(done.band != self.now.band[unit], np.bool_)

        room = np.where(rise == 1, self.scale - weight, weight)
        yield _smallest(room, other_band) * sign / self.scale

    def _weight(self, node: str) -> int:
        return self.local[self.parent_of[node]][node]

    def _with_weights(self, copies: Scored, node: Ints, weight: Whole) -> Finished:
        """Totals of copies that have another weight of one node each."""
        local: dict[str, dict[str, Any]] = {
            parent: {kid: np.full(len(node), share) for kid, share in kids.items()}
            for parent, kids in self.local.items()
        }
        for k in np.unique(node).tolist():
            here = node == k
            parent = self.parent_of[self.nodes[k]]
            moved = rescaled(self.local[parent], self.nodes[k], weight[here], self.scale)
            for kid, share in moved.items():
                local[parent][kid][here] = share
        copies.weighted_by(local)
        return copies.totals_now()

    def weights_for_rank(self) -> Floats:
        """Changes of weights for another rank."""
        found = np.full((self.units, len(self.nodes), 2), np.nan)
        steps = np.arange(WEIGHT_STEPS + 1) * self.scale // WEIGHT_STEPS
        size = max(1, _VARIANTS // self.units)
        ranks_now = self._ranks(self.now)
        for k, node in enumerate(self.nodes):
            ranks = []
            for start in range(0, len(steps), size):
                some = steps[start : start + size]
                copies = self.scored.copies(np.tile(np.arange(self.units), len(some)), self.period)
                moved = np.repeat(some, self.units)
                ranks.append(self._ranks(self._with_weights(copies, np.full(len(moved), k), moved)))
            other = np.concatenate(ranks) != ranks_now
            apart = (steps - self._weight(node)) / self.scale
            for end, side in enumerate((apart < 0, apart > 0)):
                sizes = np.where(other & side[:, None], np.abs(apart)[:, None], np.inf).min(axis=0)
                sign = 2 * end - 1
                found[:, k, end] = np.where(np.isfinite(sizes), sign * sizes, np.nan)
        return found

    def _ranks(self, done: Finished) -> Ints:
        """Ranks of all units in each set of copies, a set a row."""
        numbers = np.where(done.rated, done.rounded, np.nan).reshape(-1, self.units)
        return np.where(np.isnan(numbers), 0, shared_ranks(numbers))


def _smallest(room: Whole, changes: Callable[[Whole], Mask]) -> Floats:
    """The smallest size from which on something changes; NaN where it never does.

    Args:
        room: the largest size, for each case.
        changes: says for sizes whether it does; what changes stays so for larger ones.
    """
    low, high = np.zeros_like(room), room
    ever = changes(room) & (room > 0)
    while (ever & (high - low > 1)).any():
        middle = (low + high) // 2
        hit = changes(middle)
        low, high = np.where(hit, low, middle), np.where(hit, middle, high)
    return np.where(ever, high, np.nan).astype(np.float64)


def rescaled(weights: Mapping[str, int], node: str, weight: Whole, scale: int) -> dict[str, Whole]:
    """Weights inside a parent that sum to `scale`, one of them changed; the others share the rest
    in proportion, by largest remainder, or evenly where all were 0.

    Args:
        weights: child id -> weight.
        node: the one that is changed.
        weight: its new weights, shape (m,).
        scale: what they sum to.
    """
    others = [kid for kid in weights if kid != node]
    old = np.array([weights[kid] for kid in others], np.int64)
    old = old if old.any() else np.ones_like(old)
    rest = scale - weight
    products = old[:, None] * rest
    floors, remainders = products // old.sum(), products % old.sum()
    place = np.argsort(np.argsort(-remainders, axis=0, kind="stable"), axis=0)
    shares = floors + (place < rest - floors.sum(axis=0))
    return {node: weight, **dict(zip(others, shares, strict=True))}
