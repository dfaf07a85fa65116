"""Search of all judgment matrices whose weights lie in given intervals.

Matrices grow item by item, a block of them at a time. The item whose weight is known best, the
pivot, comes last, for its weight increases with each of its judgments, in all three methods, so
that bounds of it are exact and the last judgment is found by halving. What leaves the space early:

- Triads. λmax is a convex function of the logarithms of the judgments (Kingman 1961, Quart. J.
  Math. 12:283-284), so that the best completion of a triad with a_ij a_jk / a_ik = c³ shares its
  symmetry; there λ − (1 + c + 1/c) = 3 (n − 3)/(λ − n + 3), which bounds c for a given λmax.
- Submatrices. Let B be a principal submatrix of order m = n − 1 with root β and p_i = u_i v_i,
  Σ p = 1, of its left and right eigenvectors, and y_i what the left-out item takes of the i-th row
  of A w = λ w, divided by w_i. Then β ≤ Σ p_i (λ − y_i) (Friedland & Karlin 1975, Duke Math. J.
  42:459-490) and Σ 1/y_i = λ − 1, hence (λ − β)(λ − 1) ≥ (Σ √p_i)².

Nothing else is left out, so that the search is complete.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..eigen import perron
from ..matrix import Bool, Float, Int
from ..tolerance import ROUNDING_RTOL

Codes = NDArray[np.int8]
"""Judgments as positions on the scale, the smallest is 0."""

Totals = tuple[Float, Float]
Found = TypeVar("Found")

LARGE_BLOCK = 200_000
"""Submatrices that are looked at at a time."""

BLOCK = 1500
"""Submatrices that the pivot is added to at a time: keeps the arrays in the processor's cache."""


@dataclass(frozen=True)
class Space:
    """All reciprocal matrices on a scale with λmax up to a limit.

    Attributes:
        n: order.
        values: the scale, ascending, with every value its reciprocal.
        limit: largest λmax.
        low, high: first and last position of a_ij that is searched, shape (n, n).
    """

    n: int
    values: Float
    limit: float
    low: NDArray[np.int8]
    high: NDArray[np.int8]

    @property
    def share(self) -> float:
        """Share of all matrices on the scale that lies between `low` and `high`."""
        i, j = np.triu_indices(self.n, 1)
        widths = (self.high - self.low)[i, j].astype(float) + 1
        return float((widths / len(self.values)).prod())

    @cached_property
    def windows(self) -> tuple[Codes, Codes]:
        """Positions that triads leave for a_kj, by those of a_ij (first axis) and a_ki (second)."""
        logs = np.log(self.values)
        ratio = np.log(largest_triad(self.n, self.limit)) + ROUNDING_RTOL
        middle = logs[:, None] + logs[None, :]
        low = np.searchsorted(logs, middle - ratio, side="left")
        high = np.searchsorted(logs, middle + ratio, side="right") - 1
        return low.astype(np.int8), high.astype(np.int8)


def largest_triad(n: int, limit: float) -> float:
    """Largest a_ij a_jk / a_ik of a matrix with λmax up to a limit (see the module)."""
    room = limit - 1 - (3 * (n - 3) / (limit - n + 3) if n > 3 else 0)
    half = max(room, 2.0) / 2
    return float((half + np.sqrt(half**2 - 1)) ** 3)


@dataclass
class Block:
    """Matrices of the items so far, and an item that is being added.

    Attributes:
        codes: position of a_ki for i < k, row by row, shape (k(k−1)/2, m).
        at: which of the matrices each candidate row belongs to.
        row: positions of the judgments of the new item so far.
        low, high: bounds of those to come.
    """

    codes: Codes
    at: Int
    row: list[Codes]
    low: list[Codes]
    high: list[Codes]

    def keep(self, mask: Bool) -> None:
        """Drop the candidates that are not in the mask."""
        chosen = np.flatnonzero(mask)
        if len(chosen) < len(mask):
            self.take(chosen)

    def take(self, chosen: Int) -> None:
        """Take candidates, some of them more than once."""
        self.at = self.at[chosen]
        for part in (self.row, self.low, self.high):
            part[:] = [positions[chosen] for positions in part]

    def joined(self) -> Codes:
        """The matrices with the new item, whose row is complete."""
        codes: Codes = np.concatenate([self.codes[:, self.at], np.stack(self.row)])
        return codes


Narrow = Callable[[Block], None]
"""Called before each judgment of a new item; may drop candidates and narrow `low` and `high`."""


def pair_index(k: int, i: int) -> int:
    """Where the judgment a_ki, i < k, stands among the codes."""
    return k * (k - 1) // 2 + i


def extend(space: Space, items: Sequence[int], codes: Codes, narrow: Narrow | None = None) -> Block:
    """All matrices with one item more, as a block whose rows are complete.

    Args:
        space: what is searched.
        items: the items in the order in which they are added, the new one last.
        codes: matrices of the items before.
        narrow: see `Narrow`.
    """
    *before, new = items
    count = codes.shape[1]
    block = Block(
        codes,
        np.arange(count),
        [],
        [np.full(count, space.low[new, item], np.int8) for item in before],
        [np.full(count, space.high[new, item], np.int8) for item in before],
    )
    for j in range(len(before)):
        if narrow:
            narrow(block)
        low, high = block.low.pop(0), block.high.pop(0)
        widths = np.maximum(high.astype(np.intp) - low + 1, 0)
        ends = widths.cumsum()
        origin = np.repeat(np.arange(len(widths)), widths)
        position = low[origin] + (np.arange(len(origin)) - (ends - widths)[origin])
        block.take(origin)
        block.row.append(position.astype(np.int8))
        _narrow_by_triads(space, block, j)
    return block


def _narrow_by_triads(space: Space, block: Block, j: int) -> None:
    """What the newest judgment, that on item j, leaves for the judgments after it."""
    lowest, highest = space.windows
    fits = np.ones(len(block.at), dtype=bool)
    for k in range(len(block.low)):
        between = len(space.values) - 1 - block.codes[pair_index(j + 1 + k, j)][block.at]
        block.low[k] = np.maximum(block.low[k], lowest[between, block.row[-1]])
        block.high[k] = np.minimum(block.high[k], highest[between, block.row[-1]])
        fits &= block.low[k] <= block.high[k]
    block.keep(fits)


def matrices_of(space: Space, items: Sequence[int], codes: Codes) -> Float:
    """Codes as matrices (m, k, k) whose rows stand in the order of the items' numbers."""
    order = np.argsort(np.argsort(items))
    matrices = np.ones((codes.shape[1], len(items), len(items)))
    for k in range(len(items)):
        for i in range(k):
            cells = codes[pair_index(k, i)]
            matrices[:, order[k], order[i]] = space.values[cells]
            matrices[:, order[i], order[k]] = space.values[len(space.values) - 1 - cells]
    return matrices


@dataclass(frozen=True)
class Submatrices:
    """What can stand beside the pivot: matrices of the other items.

    Attributes:
        items: the other items, then the pivot.
        codes: of the matrices, shape (pairs, m).
        least: a lower bound of λmax with the pivot, shape (m,).
    """

    items: tuple[int, ...]
    codes: Codes
    least: Float


def submatrices(space: Space, pivot: int) -> Submatrices:
    """The matrices of all items but the pivot that can have λmax up to the limit with it."""
    others = [item for item in range(space.n) if item != pivot]
    codes: Codes = np.zeros((0, 1), np.int8)
    for k in range(1, len(others)):
        codes = extend(space, others[: k + 1], codes).joined()
    items = (*others, pivot)
    if len(others) < 3:
        return Submatrices(items, codes, np.full(codes.shape[1], float(space.n)))

    def possible(start: int) -> tuple[Codes, Float]:
        part = codes[:, start : start + LARGE_BLOCK]
        matrices = matrices_of(space, others, part)
        below = _is_below(matrices, space.limit)
        least = _least_extension(matrices[below])
        extensible = least <= space.limit
        return part[:, below][:, extensible], np.maximum(least[extensible], space.n)

    parts = list(in_order(possible, range(0, codes.shape[1], LARGE_BLOCK)))
    return Submatrices(
        items,
        np.concatenate([codes[:, :0], *(part for part, _ in parts)], axis=1),
        np.concatenate([np.empty(0), *(least for _, least in parts)]),
    )


def _is_below(matrices: Float, limit: float) -> Bool:
    """Whether λmax is below a limit: all pivots of the elimination of limit·I − A are positive."""
    n = matrices.shape[-1]
    rows = limit * np.eye(n)[..., None] - np.moveaxis(matrices, 0, -1)
    below = np.ones(matrices.shape[0], dtype=bool)
    for k in range(n):
        below &= rows[k, k] > 0
        pivot = np.where(below, rows[k, k], 1)
        for i in range(k + 1, n):
            rows[i, k + 1 :] -= rows[i, k] / pivot * rows[k, k + 1 :]
    return below


def _least_extension(matrices: Float) -> Float:
    """A lower bound of λmax of a matrix with one item more (see the module)."""
    root, right = perron(matrices)
    left = perron(np.swapaxes(matrices, -1, -2))[1]
    shares = left * right
    shares /= shares.sum(axis=-1, keepdims=True)
    square = np.sqrt(shares).sum(axis=-1) ** 2
    # the larger root of (λ − β)(λ − 1) = square
    middle = (root + 1) / 2
    bound: Float = middle + np.sqrt((root - 1) ** 2 / 4 + square)
    return bound * (1 - ROUNDING_RTOL)


@dataclass(frozen=True)
class Share:
    """The pivot's weight as a function of its judgments, or bounds of it.

    Each judgment has a part in two totals, `own` by its position alone, the other by item and
    submatrix as well; the weight is made of the totals and increases with every judgment.

    Attributes:
        own: part in the first total, shape (positions,).
        most, least: part in the second total for the upper and the lower bound of the weight, a
            table of shape (positions, m) for each item, flat.
        join: how parts of the first total are joined; those of the second are added.
        weight: from the totals to the weight.
    """

    own: Float
    most: list[Float]
    least: list[Float]
    join: Callable[[Float, Float], Float]
    weight: Callable[[Float, Float], Float]


def _column_mean(values: Float, matrices: Float, _least: Float, _limit: float) -> Share:
    """The mean over columns of a_pj / column sum; 1/a_pj adds to the pivot's own column."""
    n = matrices.shape[-1] + 1
    judgment = values[:, None]
    shares = [(judgment / (judgment + sums)).ravel() for sums in matrices.sum(axis=-2).T]
    return Share(1 / values, shares, shares, np.add, lambda part, rest: (1 / (1 + part) + rest) / n)


def _geometric_mean(values: Float, matrices: Float, _least: Float, _limit: float) -> Share:
    """The pivot's geometric mean, over all of them; its judgments take from the other ones."""
    power = 1 / (matrices.shape[-1] + 1)
    judgment = values[:, None]
    means = [(mean / judgment**power).ravel() for mean in (matrices.prod(axis=-1) ** power).T]
    return Share(values**power, means, means, np.multiply, lambda part, rest: part / (part + rest))


def _eigenvector(values: Float, matrices: Float, least: Float, limit: float) -> Share:
    """Bounds: the other weights are (λI − B)⁻¹ (1/a_pj) times the pivot's, with B their matrix.

    Its weight is therefore 1/(1 + Σ s_j/a_pj), s the column sums of the inverse. These fall with λ,
    which lies between the least extension and the limit.
    """
    highest = np.full(len(least), limit * (1 + ROUNDING_RTOL))
    most, lowest = (
        [(sums / values[:, None]).ravel() for sums in _inverse_column_sums(matrices, root)]
        for root in (highest, least)
    )
    return Share(np.zeros(len(values)), most, lowest, np.add, lambda _own, rest: 1 / (1 + rest))


SHARES: dict[str, Callable[[Float, Float, Float, float], Share]] = {
    "eigenvector": _eigenvector,
    "geometric_mean": _geometric_mean,
    "column_mean": _column_mean,
}
"""Method -> the pivot's weight: from the scale, the other items' matrices, lower bounds of λmax
with the pivot, and the limit of λmax."""


def _inverse_column_sums(matrices: Float, root: Float) -> Float:
    """Column sums of (root·I − B)⁻¹, shape (k, m)."""
    n = matrices.shape[-1]
    system = root[:, None, None] * np.eye(n) - np.swapaxes(matrices, -1, -2)
    solved = np.linalg.solve(system, np.ones((*system.shape[:-1], 1)))[..., 0]
    sums: Float = np.ascontiguousarray(solved.T)
    return sums


@dataclass(frozen=True)
class PivotBounds:
    """Narrows the pivot's judgments to what gives its weight; called as a `Narrow`."""

    share: Share
    low: float
    high: float

    def __call__(self, block: Block) -> None:
        """Drop what can't reach the interval; before the last judgment, find its positions."""
        share = self.share
        most = self._weight(block, share.most, self._so_far(block, share.most), block.high)
        block.keep(most >= self.low)
        least = self._weight(block, share.least, self._so_far(block, share.least), block.low)
        block.keep(least <= self.high)
        if len(block.low) > 1 or not block.row:
            return
        low, top = block.low[0], block.high[0] + 1
        total = self._so_far(block, share.most)
        first = _first(low, top, lambda x: self._weight(block, share.most, total, [x]) >= self.low)
        total = self._so_far(block, share.least)
        last = _first(
            first, top, lambda x: self._weight(block, share.least, total, [x]) > self.high
        )
        block.low[0], block.high[0] = first, (last - 1).astype(np.int8)

    def _so_far(self, block: Block, tables: list[Float]) -> Totals | None:
        return self._add(block, tables, None, block.row, 0)

    def _weight(
        self, block: Block, tables: list[Float], total: Totals | None, coming: Sequence[Codes]
    ) -> Float:
        total = self._add(block, tables, total, coming, len(block.row))
        assert total is not None
        return self.share.weight(*total)

    def _add(
        self,
        block: Block,
        tables: list[Float],
        total: Totals | None,
        row: Sequence[Codes],
        start: int,
    ) -> Totals | None:
        """Totals with the parts of judgments on the items from `start` on."""
        count = block.codes.shape[1]
        for table, x in zip(tables[start:], row, strict=False):
            pivot, rest = self.share.own[x], table[x * np.intp(count) + block.at]
            total = (self.share.join(total[0], pivot), total[1] + rest) if total else (pivot, rest)
        return total


def _first(low: Codes, high: Codes, true: Callable[[Codes], Bool]) -> Codes:
    """The first position from `low` on at which an increasing condition holds, else `high`."""
    low, high = low.copy(), high.copy()
    while (low < high).any():
        middle = ((low.astype(np.int16) + high) // 2).astype(np.int8)
        # at `high` itself the condition isn't asked for
        holds = true(np.minimum(middle, high - 1).clip(0)) & (low < high)
        high = np.where(holds, middle, high)
        low = np.where(~holds & (low < high), middle + 1, low).astype(np.int8)
    return low


def search(
    space: Space,
    subs: Submatrices,
    method: str,
    interval: tuple[float, float],
    accept: Callable[[Float], Found],
) -> Iterator[tuple[Found, int, int]]:
    """All matrices with λmax up to the limit whose pivot has a weight in the interval.

    Args:
        space: what is searched.
        subs: the `submatrices` of the space without the pivot.
        method: name in `SHARES`.
        interval: lowest and highest weight of the pivot.
        accept: called with matrices (m, n, n) that may be meant, on several threads at once; what
            it makes of them is yielded.

    Yields:
        For block after block, always in the same order: what `accept` returned, how many
        submatrices are done, and how many there are.
    """
    total = subs.codes.shape[1]
    four = FourItems.of_space(space, subs)
    limit = space.limit * (1 + ROUNDING_RTOL)

    def work(start: int) -> Found:
        codes, least = subs.codes[:, start : start + BLOCK], subs.least[start : start + BLOCK]
        others = matrices_of(space, subs.items[:-1], codes)
        share = SHARES[method](space.values, others, least, space.limit)
        bounds = PivotBounds(share, interval[0] - ROUNDING_RTOL, interval[1] + ROUNDING_RTOL)
        table = four and four.of(codes)

        def narrow(block: Block) -> None:
            if table and len(block.row) >= 3:
                table(block)
            bounds(block)

        extended = extend(space, subs.items, codes, narrow)
        if table:
            table(extended)
        extended.keep(_is_below_with_pivot(space, others, limit, extended))
        return accept(matrices_of(space, subs.items, extended.joined()))

    for done, accepted in enumerate(in_order(work, range(0, total, BLOCK)), start=1):
        yield accepted, min(done * BLOCK, total), total


def _is_below_with_pivot(space: Space, others: Float, limit: float, block: Block) -> Bool:
    """Whether λmax with the pivot is below a limit: its Schur complement there is positive.

    With K the inverse of limit·I − B it is limit − 1 − Σ_ij a_pi K_ij / a_pj.
    """
    n = others.shape[-1]
    inverse = np.linalg.inv(limit * np.eye(n) - others)
    judgments = [space.values[x] for x in block.row]
    total = np.zeros(len(block.at))
    for i in range(n):
        row = sum(inverse[:, i, j][block.at] / judgments[j] for j in range(n))
        total += judgments[i] * row
    below: Bool = total < limit - 1
    return below


@dataclass(frozen=True)
class FourItems:
    """Which four items can be part of a matrix of five, by the number that their codes make."""

    size: int
    feasible: Bool
    base: Mapping[tuple[int, int, int], Int] = field(default_factory=dict)

    @classmethod
    def of_space(cls, space: Space, subs: Submatrices) -> FourItems | None:
        """The table for a space of five items that is searched whole."""
        size = len(space.values)
        whole = (space.low == 0).all() and (space.high == size - 1).all()
        if space.n != 5 or not whole or size > 21:
            return None
        feasible = np.zeros(size**6, dtype=bool)
        feasible[_number(subs.codes, size)] = True
        return cls(size, feasible)

    def of(self, codes: Codes) -> FourItems:
        """The same, prepared for rows added to these matrices."""
        base = {
            (i, j, k): _number(
                codes[[pair_index(j, i), pair_index(k, i), pair_index(k, j)]], self.size
            )
            * self.size**3
            for i, j, k in combinations(range(4), 3)
        }
        return FourItems(self.size, self.feasible, base)

    def __call__(self, block: Block) -> None:
        """Drop rows whose newest judgment makes an infeasible matrix with two others."""
        k = len(block.row) - 1
        fits = np.ones(len(block.at), dtype=bool)
        for i, j in combinations(range(k), 2):
            row = _number([block.row[i], block.row[j], block.row[k]], self.size)
            fits &= self.feasible[self.base[i, j, k][block.at] + row]
        block.keep(fits)


def _number(digits: Iterable[Codes], base: int) -> Int:
    number: Any = 0
    for digit in digits:
        number = number * base + digit.astype(np.intp)
    code: Int = number
    return code


def in_order(work: Callable[[int], Found], starts: Iterable[int]) -> Iterator[Found]:
    """Results of work on all processors, in the order of the starts, a few ahead at most."""
    threads = os.cpu_count() or 1
    pool = ThreadPoolExecutor(threads)
    waiting: list[Future[Found]] = []
    try:
        for start in starts:
            waiting.append(pool.submit(work, start))
            if len(waiting) > 2 * threads:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
    finally:
        pool.shutdown(cancel_futures=True)
