"""The searches of `fewest_changes`: the heuristic, and the exact one, by cuts.

The docstring of `fewest_changes`, in `repair`, has the argument.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice
from typing import Any

import numpy as np

from .eigen import perron
from .matrix import Bool, Float, Int, chunks
from .tolerance import ROUNDING_RTOL

Progress = Callable[[int, int], None]
"""Called with the number of sets of judgments that are decided, and the number of all."""

_TIE = 1e-9
"""Sums of |ln(new/old)| closer than this count as equal."""

_DESCENTS = 8
"""Steps of the minimization of λmax over a set; more exclude hardly more."""

_TOGETHER = 32
"""Sets whose minimization is done at once."""

_SETS = 1 << 14
"""Sets that are held against the cuts at once."""

_CUTS = 48
"""Cuts that guide the search of the values of one set."""

_ROWS = 1 << 9
"""Partial choices that are extended at once."""

_LEAVES = 64
"""Complete choices whose CR is computed at once."""


@dataclass(frozen=True)
class Task:
    """One matrix, its pairs i < j in one row, and the scale.

    A proposal is a row of positions, one for each pair: an index into the scale, or −1 for the
    judgment as it is.
    """

    array: Float
    rows: Int
    cols: Int
    scale: Float  # ascending
    steps: Float  # (pairs, scale): ln(new/old)
    costs: Float  # |steps|, infinite where new is old
    ri: float
    random_index: str
    cr_max: float

    @property
    def n(self) -> int:
        """Order of the matrix."""
        return len(self.array)

    @property
    def pairs(self) -> int:
        """Number of pairs."""
        return len(self.rows)

    @property
    def values(self) -> Float:
        """Judgments as they are, shape (pairs,)."""
        judgments: Float = self.array[self.rows, self.cols]
        return judgments

    @property
    def untouched(self) -> Int:
        """The proposal that changes nothing."""
        return np.full(self.pairs, -1)

    @cached_property
    def cr_before(self) -> float:
        """CR of the matrix as it is."""
        return float(self.cr(self.array))

    def cr(self, matrices: Float) -> Float:
        """CR of matrices (..., n, n), in the bits of `check_consistency`."""
        if not self.ri:
            return np.zeros(matrices.shape[:-2])
        return np.asarray((perron(matrices)[0] - self.n) / (self.n - 1) / self.ri)

    def matrices(self, positions: Int) -> Float:
        """Proposals (m, pairs) as matrices (m, n, n)."""
        built = np.repeat(self.array[None], len(positions), axis=0)
        which, pair = np.nonzero(positions >= 0)
        position = positions[which, pair]
        built[which, self.rows[pair], self.cols[pair]] = self.scale[position]
        built[which, self.cols[pair], self.rows[pair]] = self.scale[::-1][position]
        return built

    def crs(self, positions: Int) -> Float:
        """CR of proposals (m, pairs), shape (m,)."""
        ratios = np.empty(len(positions))
        for part in chunks(len(positions), self.n**2):
            ratios[part] = self.cr(self.matrices(positions[part]))
        return ratios

    def singles(self, positions: Int) -> Float:
        """CR of a proposal with one pair put on one value, (pairs, scale)."""
        values = np.where(np.isfinite(self.costs), np.arange(len(self.scale)), -1)
        ratios = np.empty(values.shape)
        for part in chunks(self.pairs, values.shape[1] * self.n**2):
            pairs = np.arange(part.start, part.stop)
            tried = np.tile(positions, (*values[part].shape, 1))
            tried[np.arange(len(pairs)), :, pairs] = values[part]
            ratios[part] = self.crs(tried.reshape(-1, self.pairs)).reshape(len(pairs), -1)
        return ratios

    def distance(self, positions: Int) -> float:
        """Σ |ln(new/old)| of a proposal."""
        moved = np.flatnonzero(positions >= 0)
        return float(self.costs[moved, positions[moved]].sum())

    def proposal(self, positions: Int) -> Proposal:
        """A proposal with its size, distance and CR."""
        size, cr = int((positions >= 0).sum()), float(self.crs(positions[None])[0])
        return Proposal(positions, size, self.distance(positions), cr)


def vectors(matrices: Float) -> tuple[Float, Float, Float]:
    """Perron roots, eigenvectors, and eigenvectors of the transposes, of matrices (m, n, n)."""
    count = len(matrices)
    roots, eigenvectors = perron(np.concatenate([matrices, matrices.swapaxes(-1, -2)]))
    return roots[:count], eigenvectors[:count], eigenvectors[count:]


def vanishing(right: Float, left: Float, rows: Int, cols: Int) -> Float:
    """Where the derivative of λmax by ln a_ij vanishes with these vectors, (m, pairs)."""
    w, u = np.log(right), np.log(left)
    logs: Float = (w[:, rows] - w[:, cols] + u[:, cols] - u[:, rows]) / 2
    return logs


@dataclass(frozen=True)
class Proposal:
    """Positions, how many of them are changes, and the proposal's distance and CR."""

    positions: Int
    size: int
    distance: float
    cr: float


def greedy(task: Task) -> Proposal:
    """The heuristic of `fewest_changes`; above the limit where no single change lowers CR."""
    positions, cr = task.untouched, task.cr_before
    while cr >= task.cr_max:
        ratios = task.singles(positions)
        pair, position = np.unravel_index(np.argmin(ratios), ratios.shape)
        if ratios[pair, position] >= cr:
            return task.proposal(positions)
        positions[pair] = position if np.isfinite(task.costs[pair, position]) else -1
        cr = ratios[pair, position]
    while len(moves := _acceptable(task, positions, _taken_back(positions))):
        positions = moves[np.argmin(task.crs(moves))]
    while len(moves := _acceptable(task, positions, _nearer(task, positions))):
        positions = moves[np.argmin([task.distance(move) for move in moves])]
    return task.proposal(positions)


def _acceptable(task: Task, positions: Int, moves: list[tuple[int, int]]) -> Int:
    """The proposals below the limit among those with one pair put elsewhere."""
    tried = np.repeat(positions[None], len(moves), axis=0)
    for row, (pair, position) in enumerate(moves):
        tried[row, pair] = position
    accepted: Int = tried[task.crs(tried) < task.cr_max]
    return accepted


def _taken_back(positions: Int) -> list[tuple[int, int]]:
    return [(int(pair), -1) for pair in np.flatnonzero(positions >= 0)]


def _nearer(task: Task, positions: Int) -> list[tuple[int, int]]:
    moved = np.flatnonzero(positions >= 0)
    below = task.costs[moved] < task.costs[moved, positions[moved]][:, None] - _TIE
    return [(int(moved[row]), int(position)) for row, position in np.argwhere(below)]


@dataclass
class _Cuts:
    """Bounds `offset + slopes · steps` of ln λmax, steps being ln(new/old) of the pairs."""

    slopes: Float  # (cuts, pairs)
    offsets: Float  # (cuts,)

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, which: Any) -> _Cuts:
        return _Cuts(self.slopes[which], self.offsets[which])

    def __add__(self, other: _Cuts) -> _Cuts:
        return _Cuts(
            np.concatenate([self.slopes, other.slopes]),
            np.concatenate([self.offsets, other.offsets]),
        )


class Search:
    """The exact search of `fewest_changes`, whose docstring has the argument."""

    def __init__(self, task: Task, best: Proposal, progress: Progress | None) -> None:
        self.task = task
        self.best = best if best.cr < task.cr_max else None
        self.progress = progress
        self.done = 0
        largest = task.pairs if self.best is None else self.best.size
        self.total = sum(math.comb(task.pairs, size) for size in range(1, largest + 1))
        n = task.n
        self.limit = math.log(n + (n - 1) * task.ri * task.cr_max)
        self.logs = np.log(task.values)
        self.box = np.log(task.scale[0]), np.log(task.scale[-1])
        # largest range of ln v, for every matrix the search may look at
        self.reach = 2 * max(np.abs(self.logs).max(initial=0), self.box[1])
        allowed = np.isfinite(task.costs)
        self.down = np.where(allowed, task.steps, np.inf).min(axis=1, initial=np.inf)
        self.up = np.where(allowed, task.steps, -np.inf).max(axis=1, initial=-np.inf)
        incidence = np.eye(n)[task.rows] - np.eye(n)[task.cols]
        # ln a_ij -> ln w_i/w_j of the least squares weights
        self.projection: Float = incidence @ incidence.T / n
        self.cuts = self._tangents(self.logs[None])[0]

    def run(self) -> Proposal:
        """The best proposal; there is one, since all judgments may be 1."""
        size = 0
        while self.best is None or size < self.best.size:
            size += 1
            sets = self._hopeful(size)
            for pairs in sorted(sets, key=lambda pairs: _Guide(self, pairs).floor):
                self._search_values(pairs)
        self.done = self.total
        self._report()
        return self.best

    def _report(self, decided: int = 0) -> None:
        self.done += decided
        if self.progress is not None:
            self.progress(self.done, self.total)

    # --- sets

    def _hopeful(self, size: int) -> list[Int]:
        """The sets of this size that no cut excludes."""
        sets = combinations(range(self.task.pairs), size)
        left: list[Int] = []
        while block := list(islice(sets, _SETS)):
            left += self._hopeful_of(np.array(block, dtype=np.intp))
        return left

    def _hopeful_of(self, sets: Int) -> Iterator[Int]:
        members = np.zeros((len(sets), self.task.pairs))
        np.put_along_axis(members, sets, 1.0, axis=1)
        bounds = np.full(len(sets), -np.inf)
        for start in range(0, len(self.cuts), 256):
            bounds = np.maximum(bounds, self._bounds(members, self.cuts[start : start + 256]))
            sets, members, bounds = self._keep(sets, members, bounds)
        while len(sets):
            order = np.argsort(bounds, kind="stable")
            first, rest = order[:_TOGETHER], order[_TOGETHER:]
            undecided, cuts = self._minimize(members[first] > 0)
            self.cuts += cuts
            self._report(int((~undecided).sum()))
            yield from sets[first[undecided]]
            sets, members = sets[rest], members[rest]
            bounds = np.maximum(bounds[rest], self._bounds(members, cuts))
            sets, members, bounds = self._keep(sets, members, bounds)

    def _bounds(self, members: Float, cuts: _Cuts) -> Float:
        """The highest of the cuts, each at its lowest over all values of the members."""
        values: Float = (members @ self.least(cuts.slopes).T + cuts.offsets).max(
            axis=1, initial=-np.inf
        )
        return values

    def least(self, slopes: Float) -> Float:
        """What each pair adds to each cut at least, wherever on the scale it is put."""
        least: Float = np.minimum(slopes * self.down, slopes * self.up)
        return least

    def _keep(self, sets: Int, members: Float, bounds: Float) -> tuple[Int, Float, Float]:
        below = bounds < self.limit + ROUNDING_RTOL
        self._report(int((~below).sum()))
        return sets[below], members[below], bounds[below]

    def _minimize(self, members: Bool) -> tuple[Bool, _Cuts]:
        """Minimize λmax over each set until it is excluded or seen to reach the limit.

        Args:
            members: (sets, pairs).

        Returns:
            The sets that are not excluded, and the last cut of every set.
        """
        low, high = self.box
        logs = np.where(members, np.clip(self.logs, low, high), self.logs)
        undecided = np.ones(len(members), dtype=bool)
        tangents = _Cuts(np.empty(members.shape), np.empty(len(members)))
        open_ = np.arange(len(members))
        for _ in range(_DESCENTS):
            cuts, heights, pull = self._tangents(logs[open_])
            tangents.slopes[open_], tangents.offsets[open_] = cuts.slopes, cuts.offsets
            least = cuts.offsets + (self.least(cuts.slopes) * members[open_]).sum(axis=1)
            undecided[open_] = least < self.limit + ROUNDING_RTOL
            further = undecided[open_] & (heights >= self.limit)
            open_, pull = open_[further], pull[further]
            if not len(open_):
                break
            step = self._newton(logs[open_], members[open_], pull)
            logs[open_] = np.where(
                members[open_], np.clip(logs[open_] + step, low, high), logs[open_]
            )
        return undecided, tangents

    def _newton(self, logs: Float, members: Bool, pull: Float) -> Float:
        """Newton's step with the second derivatives of consistent matrices, within the box."""
        low, high = self.box
        leaving = ((logs <= low) & (pull < 0)) | ((logs >= high) & (pull > 0))
        free = members & ~leaving
        both = free[:, :, None] & free[:, None, :]
        # flat directions, such as all judgments on one item, need a little slope
        system = 1.001 * np.eye(self.task.pairs) - np.where(both, self.projection, 0)
        step = np.linalg.solve(system, np.where(free, pull, 0)[..., None])[..., 0]
        return np.asarray(step, dtype=np.float64)

    def _tangents(self, logs: Float) -> tuple[_Cuts, Float, Float]:
        """Cuts that touch ln λmax at the given judgments (m, pairs), with ln λmax and the pull."""
        task, n = self.task, self.task.n
        matrices = np.ones((len(logs), n, n))
        matrices[:, task.rows, task.cols] = np.exp(logs)
        matrices[:, task.cols, task.rows] = np.exp(-logs)
        roots, right, left = vectors(matrices)
        flow = left[:, :, None] * matrices * right[:, None, :]
        flow /= flow.sum(axis=(1, 2), keepdims=True)
        out, into = flow.sum(axis=2), flow.sum(axis=1)
        tiny = np.finfo(np.float64).tiny  # a flow of 0 counts 0
        logs_out, logs_flow = np.log(np.maximum(out, tiny)), np.log(np.maximum(flow, tiny))
        entropy = (flow * (logs_out[:, :, None] - logs_flow)).sum(axis=(1, 2))
        slopes = flow[:, task.rows, task.cols] - flow[:, task.cols, task.rows]
        offsets = entropy + slopes @ self.logs - np.abs(out - into).sum(axis=1) / 2 * self.reach
        pull = vanishing(right, left, task.rows, task.cols) - logs
        return _Cuts(slopes, offsets), np.log(roots), pull

    # --- values

    def _search_values(self, pairs: Int) -> None:
        """Hold all values of a set against the best proposal, depth first."""
        guide = _Guide(self, pairs)
        stack: list[tuple[Int, Float]] = [(np.empty((1, 0), dtype=np.intp), np.zeros(1))]
        while stack:
            self._report()
            chosen, costs = guide.keep(*stack.pop())
            if chosen.shape[1] == len(pairs):
                self._decide(guide, chosen, costs)
                continue
            chosen, costs = guide.keep(*guide.extend(chosen, costs))
            dearest_first = np.argsort(-costs, kind="stable")
            for part in np.array_split(dearest_first, len(costs) // _ROWS + 1):
                if len(part):
                    stack.append((chosen[part], costs[part]))
        self._report(1)

    def _decide(self, guide: _Guide, chosen: Int, costs: Float) -> None:
        """Compute CR of complete choices, cheapest first, and learn from them."""
        order = np.argsort(costs, kind="stable")
        chosen, costs = chosen[order], costs[order]
        while len(chosen):
            head, head_costs = chosen[:_LEAVES], costs[:_LEAVES]
            positions = np.repeat(self.task.untouched[None], len(head), axis=0)
            positions[:, guide.pairs] = head
            crs = self.task.crs(positions)
            for row in np.flatnonzero(crs < self.task.cr_max):
                self._offer(positions[row], float(head_costs[row]), float(crs[row]))
            near = np.argsort(crs, kind="stable")[:4]
            steps = np.zeros((len(near), self.task.pairs))
            steps[:, guide.pairs] = guide.steps_of(head[near])
            cuts = self._tangents(self.logs + steps)[0]
            self.cuts += cuts
            guide.add(cuts)
            chosen, costs = guide.keep(chosen[_LEAVES:], costs[_LEAVES:])

    def _offer(self, positions: Int, distance: float, cr: float) -> None:
        proposal, best = Proposal(positions, int((positions >= 0).sum()), distance, cr), self.best
        if (
            best is None
            or proposal.size < best.size
            or distance < best.distance - _TIE
            or (distance <= best.distance + _TIE and cr < best.cr)
        ):
            self.best = proposal


class _Guide:
    """What the cuts say about the values of one set of pairs.

    Choices are positions on the scale for the first members, shape (choices, members chosen).
    """

    def __init__(self, search: Search, pairs: Int) -> None:
        self.search = search
        cuts = search.cuts
        height = cuts.offsets + search.least(cuts.slopes)[:, pairs].sum(axis=1)
        cuts = cuts[np.argsort(-height, kind="stable")[:_CUTS]]
        weight = np.abs(cuts.slopes).mean(axis=0) * (search.up - search.down)
        self.pairs = pairs[np.argsort(-weight[pairs], kind="stable")]
        self.steps = search.task.steps[self.pairs]
        self.costs = search.task.costs[self.pairs]
        self.cheapest = _rests(self.costs.min(axis=1)[None])[0]
        self.cuts, self.least, self.multipliers, self.dual = self._prepared(cuts)

    def add(self, cuts: _Cuts) -> None:
        """Take further cuts on."""
        prepared = self._prepared(cuts)
        self.cuts += prepared[0]
        self.least = np.concatenate([self.least, prepared[1]])
        self.multipliers = np.concatenate([self.multipliers, prepared[2]])
        self.dual = np.concatenate([self.dual, prepared[3]])

    def _prepared(self, cuts: _Cuts) -> tuple[_Cuts, Float, Float, Float]:
        """The cuts for the members; what the members from each on add to them at least; the
        multiplier μ for which each bounds the sum best; what the members from each on add to that.
        """
        cuts = _Cuts(cuts.slopes[:, self.pairs], cuts.offsets)
        moved = cuts.slopes[:, :, None] * self.steps
        least = np.where(np.isfinite(self.costs), moved, np.inf).min(axis=2)
        # the bound is concave in μ and piecewise linear, its corners near 1/|slope|
        tried = 1 / np.maximum(np.abs(cuts.slopes), 1e-3)
        dual = (self.costs + tried[:, :, None, None] * moved[:, None]).min(axis=3)
        bounds = tried * (cuts.offsets - self.search.limit)[:, None] + dual.sum(axis=2)
        best = np.arange(len(cuts)), np.argmax(bounds, axis=1)
        return cuts, _rests(least), tried[best], _rests(dual[best])

    @property
    def floor(self) -> float:
        """What every proposal of this set sums to at least."""
        excess = (self.cuts.offsets - self.search.limit) * self.multipliers
        return float((excess + self.dual[:, 0]).max())

    def steps_of(self, chosen: Int) -> Float:
        steps: Float = self.steps[np.arange(chosen.shape[1]), chosen]
        return steps

    def extend(self, chosen: Int, costs: Float) -> tuple[Int, Float]:
        """Every choice with every value of the next member."""
        values = np.flatnonzero(np.isfinite(self.costs[chosen.shape[1]]))
        wider = np.column_stack(
            [np.repeat(chosen, len(values), axis=0), np.tile(values, len(chosen))]
        )
        return wider, (costs[:, None] + self.costs[chosen.shape[1], values]).ravel()

    def keep(self, chosen: Int, costs: Float) -> tuple[Int, Float]:
        """The choices that may lead to a proposal as good as the best."""
        search, depth = self.search, chosen.shape[1]
        best, size = search.best, len(self.pairs)
        most = best.distance + _TIE if best is not None and best.size == size else np.inf
        possible = costs + self.cheapest[depth] <= most
        chosen, costs = chosen[possible], costs[possible]
        values = self.cuts.slopes[:, :depth] @ self.steps_of(chosen).T + self.cuts.offsets[:, None]
        possible = (values + self.least[:, depth, None]).max(axis=0) < search.limit + ROUNDING_RTOL
        chosen, costs, values = chosen[possible], costs[possible], values[:, possible]
        excess = (values - search.limit) * self.multipliers[:, None]
        possible = costs + (excess + self.dual[:, depth, None]).max(axis=0) <= most + _TIE
        return chosen[possible], costs[possible]


def _rests(members: Float) -> Float:
    """Sums over the members from each on, (cuts, members) -> (cuts, members + 1)."""
    sums = np.zeros((len(members), members.shape[1] + 1))
    sums[:, :-1] = np.cumsum(members[:, ::-1], axis=1)[:, ::-1]
    return sums
