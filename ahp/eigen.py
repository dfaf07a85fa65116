"""The Perron root and eigenvector, with proven bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from .errors import ConvergenceError
from .matrix import (
    FEW_CELLS,
    IN_THREADS,
    Bool,
    Float,
    Int,
    PairwiseMatrix,
    as_matrices,
    batch_last,
    chunks,
    two_or_more,
    valid_cells,
    view,
    workspace,
)
from .result import read_only
from .threads import each_part

PERRON_RTOL = 1e-12
"""Largest relative width of the Collatz-Wielandt bounds at which `perron` stops."""

PERRON_STEPS = 500
"""Steps of inverse iteration after which `perron` gives up; judgments on Saaty's scale take 1 to 3,
judgments of 1e100 that contradict each other up to 200."""

_SOLVES = 3
"""Solutions with each factorization, the cheaper part of a step."""

_SHRINK = 0.9
"""Share of open matrices below which the settled ones are dropped from the arrays."""

_FEW = 0.125
"""Share of a chunk below which its open matrices wait for those of other chunks."""

_SQUARINGS = 7
"""Leave A^128, of rank one to the last digit where no other root exceeds 3/4 of λmax: on Saaty's
scale for all but the worst contradictions."""

_MANY_ITEMS = 60
"""Items from which products with a vector are the quickest, one after another: their number falls
with n, since the other roots of judgments grow with its square root, λmax with n itself."""

_ROUNDING = float(np.finfo(np.float64).eps)
"""Share of a sum by which each of its terms may change it, being rounded."""

_PRODUCTS = 50
"""Such products after which another way is taken; 60 random judgments take 20 to 24 each."""


class Solved(NamedTuple):
    """Matrices and what was found of them.

    Attributes:
        array: shape (..., n, n).
        roots: Perron roots, shape (...), at least n (Saaty 1977).
        weights: their eigenvectors, shape (..., n).
        means: means of (Aw)_i / w_i for the weights that were given, shape (...); None without.
    """

    array: Float
    roots: Float
    weights: Float
    means: Float | None


def perron(array: Float) -> tuple[Float, Float]:
    """Perron roots and eigenvectors of validated, complete matrices.

    Inverse iteration with `s I − A` starts from the row geometric means. In the first step s is the
    mean of `(Aw)_i / w_i`, the best guess for the small contradictions of most matrices; from then
    on it is the largest of them, Noda's shift, which makes the iteration converge from every
    positive vector, in the end quadratically (Noda 1971, Numer. Math. 17:382-386; Elsner 1976,
    Linear Algebra Appl. 15:235-242). The elimination then adds, multiplies and divides positive
    numbers alone, so that small weights come out as accurate as large ones (Alfa, Xue & Ye 2002,
    Math. Comp. 71:217-236).

    The root lies between the smallest and the largest `(Aw)_i / w_i` for any positive w (Collatz
    1942, Math. Zeitschrift 48:221-226; Wielandt 1950, Math. Zeitschrift 52:642-648); a matrix is
    done when these bounds of its last vector w are within `PERRON_RTOL` of each other, relatively;
    its weights are A w. The work is done in chunks, on all cores, with the batch as the last axis,
    and a matrix has the same bits in every batch. Alone, shape (n, n), a matrix without wild
    contradictions is solved by its powers, for speed, to bounds a hundred times as narrow, or as
    narrow as the rounding of n sums allows.

    Args:
        array: shape (..., n, n).

    Returns:
        The roots, shape (...), at least n (Saaty 1977), and weights, shape (..., n).

    Raises:
        ConvergenceError: the bounds of some matrices stayed apart.
    """
    found = solve(array)
    return found.roots, found.weights


def solve(array: Float, near: Float | None = None) -> Solved:
    """`perron`, for which weights may be given, shape (..., n): a matrix whose bounds they meet is
    done after one product; the others have the bits that they have without.
    """
    if array.ndim > 2:
        return _Batch(array, near).solved()
    found, means = None, None
    if near is not None:
        found, _ = _bounded(array, near)
        means = _mean_quotient(array, near)
    return Solved(array, *(found or _alone(array) or _Batch(array).pair()), means)


def solve_complete(a: Any, near: Float | None = None) -> Solved | None:
    """`solve` of a `PairwiseMatrix` or what `as_floats` gave, a batch being checked in the same
    pass; None where a judgment is missing or something is wrong: `as_matrices` says what.
    """
    if isinstance(a, PairwiseMatrix):
        if not a.complete:
            return None
        means = None if near is None else _mean_quotient(a.values, near)
        return Solved(a.values, *solution(a.values, a), means)
    if a.ndim > 2:
        return _Batch(a, near).solved_if_valid()
    return solve(a, near) if valid_cells(a) else None


def solve_given(a: Any, near: Float | None, instead: str) -> Solved:
    """The same, what is wrong being refused; `instead` as for `as_matrices`."""
    return solve_complete(a, near) or solve(as_matrices(a, instead=instead), near)


def _mean_quotient(array: Float, w: Float) -> Float:
    """Mean of (Aw)_i / w_i for one matrix."""
    mean: Float = (array @ w / w).mean()
    return mean


def solution(array: Float, a: Any) -> tuple[Float, Float]:
    """`perron` of what `as_matrices` made of `a`; a `PairwiseMatrix` is solved once and keeps what
    was found, read-only.
    """
    if not isinstance(a, PairwiseMatrix):
        return perron(array)
    if a._solution is None:
        solved = perron(array)
        for part in solved:
            read_only(part)
        a._solution = solved  # all at once: another thread sees none of it or all
    return a._solution


def _alone(array: Float) -> tuple[Float, Float] | None:
    """Root and weights of one matrix by its powers, whose columns become the eigenvector (von Mises
    & Pollaczek-Geiringer 1929, Z. Angew. Math. Mech. 9:152-164); None where the bounds stay apart.

    They too only add and multiply positive numbers, so that small weights come out as accurate as
    large ones. Of few items a high power takes the fewest steps, each of which costs more than its
    arithmetic; of many items it is the arithmetic that costs.
    """
    with np.errstate(all="ignore"):  # refused by the bounds
        return (len(array) >= _MANY_ITEMS and _multiplied(array)) or _squared(array)


def _squared(array: Float) -> tuple[Float, Float] | None:
    """By a few squarings."""
    power = array / len(array)
    for _ in range(_SQUARINGS):
        power = power @ power
    return _bounded(array, power[:, 0] / power[0, 0])[0]


def _multiplied(array: Float) -> tuple[Float, Float] | None:
    """By products with a vector."""
    x = np.ones(len(array))
    for _ in range(_PRODUCTS):
        found, x = _bounded(array, x)
        if found:
            return found
    return None


def _bounded(array: Float, x: Float) -> tuple[tuple[Float, Float] | None, Float]:
    """Root and weights that follow from A x, None where their bounds are too far apart; and A x
    itself, scaled.
    """
    n = len(array)
    image = array @ x
    ratios = image / x
    low, high = float(np.minimum.reduce(ratios)), float(np.maximum.reduce(ratios))
    scaled = image / np.add.reduce(image)
    if high - low <= max(PERRON_RTOL / 100, n * _ROUNDING) * high:  # not so for NaN
        return (np.array(max((low + high) / 2, n)), scaled), scaled
    return None, scaled


class _RefusedError(Exception):
    """A matrix of the batch is not valid, or not complete."""


@dataclass(frozen=True)
class _Left:
    """Matrices that are not settled yet: their places in the batch, vectors (n, count), the steps
    they have taken, and the widths of their bounds.
    """

    places: Int
    x: Float
    step: int
    widths: Float


class _Batch:
    """Matrices (..., n, n) on their way to roots and weights, chunk by chunk.

    The few of a chunk that need more steps than the others wait for those of the other chunks: a
    step takes its time for a few as well.
    """

    def __init__(self, array: Float, near: Float | None = None) -> None:
        self.array, self.n = array, array.shape[-1]
        self.batch = array.reshape(-1, self.n, self.n)
        count = len(self.batch)
        self.roots, self.weights = np.empty(count), np.empty((count, self.n))
        self.near = None if near is None else near.reshape(count, self.n)
        self.means = None if near is None else np.empty(count)

    def pair(self) -> tuple[Float, Float]:
        """Roots and weights of validated matrices."""
        found = self.solved()
        return found.roots, found.weights

    def solved(self, *, checked: bool = True) -> Solved:
        """All of them, or a `ConvergenceError`; those not checked yet are, or a `_RefusedError`."""
        parts = chunks(len(self.batch), self.n**2, larger=IN_THREADS)
        waiting = self._each(lambda part, memory: self._begun(part, memory, checked, parts), parts)
        apart = []
        while waiting:
            step = min(left.step for left in waiting)
            some = [left for left in waiting if left.step == step]
            waiting = [left for left in waiting if left.step > step]
            if step == PERRON_STEPS:
                apart += [left.widths for left in some]
                continue
            places = np.concatenate([left.places for left in some])
            x = np.concatenate([left.x for left in some], axis=-1)
            waiting += self._each(
                partial(self._resumed, places, x, step),
                chunks(len(places), self.n**2, larger=IN_THREADS),
            )
        if apart:
            widths = np.concatenate(apart)
            raise ConvergenceError(
                "perron_unsettled",
                count=len(widths),
                steps=PERRON_STEPS,
                width=float(widths.max()),
                tolerance=PERRON_RTOL,
            )
        shape = self.array.shape[:-2]
        means = None if self.means is None else self.means.reshape(shape)
        weights = self.weights.reshape(self.array.shape[:-1])
        return Solved(self.array, self.roots.reshape(shape), weights, means)

    def solved_if_valid(self) -> Solved | None:
        """All of them, being checked; None where one is not valid, or not complete."""
        try:
            return self.solved(checked=False)
        except _RefusedError:
            return None

    def _each(
        self, work: Callable[[slice, Float], _Left | None], parts: Sequence[slice]
    ) -> list[_Left]:
        """What is left of each part."""

        def quietly(part: slice, memory: Float) -> _Left | None:
            with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
                return work(part, memory)  # what overflows is refused by the bounds

        done = each_part(quietly, parts, lambda: workspace(parts, self.n * (self.n + 1), 3))
        return [left for left in done if left]

    def _begun(
        self, part: slice, memory: Float, checked: bool, parts: Sequence[slice]
    ) -> _Left | None:
        """The first steps of a chunk."""
        cells = batch_last(self.batch[part], memory[0])
        if not (checked or valid_cells(cells, memory[1])):
            raise _RefusedError
        places = two_or_more(np.arange(part.start, part.stop))
        if self.near is not None and self.means is not None:
            near = batch_last(self.near[part])
            image = _product(cells, near)
            ratios = image / near
            self.means[places] = ratios.mean(axis=0)
            open_ = ~self._settled(places, image, ratios.min(axis=0), ratios.max(axis=0))
            if not open_.any():
                return None
            if not open_.all():
                keep = two_or_more(np.flatnonzero(open_))
                places, cells = places[keep], cells.take(keep, axis=-1)
        x = _scaled(_product(cells, np.exp(_upper_log_means(cells, memory[1]))))
        few = _FEW * len(places) if len(parts) > 1 else 0
        return self._iterated(places, cells, x, 0, few, memory)

    def _resumed(
        self, all_places: Int, all_x: Float, step: int, part: slice, memory: Float
    ) -> _Left | None:
        """The steps from one on of some of the matrices."""
        places, x = all_places[part], all_x[:, part]
        cells = batch_last(self.batch[places], memory[0])
        x = np.ascontiguousarray(x[:, two_or_more(np.arange(len(places)))])
        return self._iterated(two_or_more(places), cells, x, step, 0, memory)

    def _iterated(  # noqa: PLR0917 - the state of a loop
        self, places: Int, cells: Float, x: Float, step: int, few: float, memory: Float
    ) -> _Left | None:
        """Steps until no more than a few are left, or the last step is taken."""
        open_ = np.ones(len(places), dtype=bool)
        while True:
            image = _product(cells, x)
            ratios = image / x
            low, high = ratios.min(axis=0), ratios.max(axis=0)
            open_ &= ~self._settled(places, image, low, high, open_)
            keep = np.flatnonzero(open_)
            if not len(keep):
                return None
            if len(keep) <= few or step == PERRON_STEPS:
                own, once = np.unique(places[keep], return_index=True)
                keep = keep[once]
                return _Left(own, x[:, keep], step, 1 - low[keep] / high[keep])
            if len(keep) < _SHRINK * len(open_):
                keep = two_or_more(keep)
                places, open_, high = places[keep], open_[keep], high[keep]
                cells, x, image, ratios = (
                    part.take(keep, axis=-1) for part in (cells, x, image, ratios)
                )
            shift = high if step else ratios.mean(axis=0)
            x = _step(cells, x, ratios, shift, memory)
            if not x.min() > 0:  # a pivot was 0 or less: any positive vector will do
                x = np.where(x > 0, x, _scaled(image))
            step += 1

    def _settled(
        self, places: Int, image: Float, low: Float, high: Float, open_: Bool | None = None
    ) -> Bool:
        """Whose bounds have met; their roots and weights are filled in."""
        met: Bool = high - low <= PERRON_RTOL * high
        if open_ is not None:
            met &= open_
        if not met.any():
            return met
        if met.all():
            done, rows = places, _sum_one(image)
            middle = (low + high) / 2
        else:
            settled = np.flatnonzero(met)
            done = places[settled]
            rows = _sum_one(image.take(two_or_more(settled), axis=-1))[:, : len(done)]
            middle = (low[settled] + high[settled]) / 2
        self.roots[done] = np.maximum(middle, self.n)
        self.weights[done] = rows.T
        return met


def _upper_log_means(cells: Float, memory: Float) -> Float:
    """Logarithms of the row geometric means by the upper half alone, near enough to start from,
    for matrices with the batch last.
    """
    n, _, count = cells.shape
    sums = np.zeros((n, count))
    for i in range(n - 1):
        logs = np.log(cells[i, i + 1 :], out=view(memory, n - 1 - i, count))
        sums[i] += logs.sum(axis=0)
        sums[i + 1 :] -= logs
    return np.divide(sums, n, out=sums)


def _step(cells: Float, x: Float, ratios: Float, shift: Float, memory: Float) -> Float:
    """Inverse iteration, `(s I − A) x' = x` for a shift s, `_SOLVES` times.

    Scaled by s and by x, the rows of the system sum to `1 − (Ax)_i / (s x_i)`. These sums stand in
    a column of their own, from which each pivot follows without a subtraction. With s below the
    root the solution is negative, until it is scaled.
    """
    n, _, count = cells.shape
    x_next = ratios / shift
    system = view(memory[1], n, n + 1, count)
    np.multiply(cells, x, out=system[:, :n])
    system[:, :n] *= (1 / (x * shift))[:, None]
    np.subtract(1, x_next, out=system[:, n])
    inverse = np.empty_like(x)
    for k in range(n):
        below, right = system[k + 1 :, k], system[k, k + 1 :]
        np.divide(1, right.sum(axis=0), out=inverse[k])
        below *= inverse[k]
        rest = system[k + 1 :, k + 1 :]
        rest += _times(below[:, None], right, memory[2], rest)
    for _ in range(_SOLVES):
        for k in range(n - 1):
            below = system[k + 1 :, k]
            x_next[k + 1 :] += _times(below, x_next[k], memory[2], below)
        for k in reversed(range(n)):
            x_next[k] *= inverse[k]
            above = system[:k, k]
            x_next[:k] += _times(above, x_next[k], memory[2], above)
    return _scaled(x * x_next)


def _times(a: Float, b: Float, memory: Float, like: Float) -> Float:
    """A product of the shape of `like`, in memory where that takes less time than a new array."""
    out = None if like.size < FEW_CELLS else view(memory, *like.shape)
    product: Float = np.multiply(a, b, out=out)
    return product


def _product(cells: Float, x: Float) -> Float:
    """`A x`, for arrays with the batch last."""
    product: Float = np.einsum("ijk,jk->ik", cells, x)
    return product


def _scaled(x: Float) -> Float:
    """Divided by the largest component, for vectors with the batch last."""
    scaled: Float = x / x.max(axis=0)
    return scaled


def geometric_means(array: Float) -> Float:
    """Row geometric means of complete matrices, scaled to sum 1, shape (..., n)."""
    return _of_log_means(array, from_logs)


def log_row_means(array: Float) -> Float:
    """Logarithms of the row geometric means of complete matrices, shape (..., n)."""
    return _of_log_means(array, lambda means: means)


def _of_log_means(array: Float, function: Callable[[Float], Float]) -> Float:
    """A function from rows to rows, of the logarithms of the row geometric means."""
    n = array.shape[-1]
    values = np.empty(array.shape[:-1])
    batch, row_of = array.reshape(-1, n, n), values.reshape(-1, n)
    parts = chunks(len(batch), n * n)

    def fill(part: slice, memory: Float) -> None:
        logs = np.log(batch[part], out=view(memory[0], *batch[part].shape))
        row_of[part] = function(_folded(np.add, logs) / n)

    each_part(fill, parts, lambda: workspace(parts, n * n, 1))
    return values


def from_logs(logs: Float) -> Float:
    """Weights from their logarithms, whatever their size, shape (..., n)."""
    heights = _by_column(np.subtract, logs, _folded(np.maximum, logs))
    return normalized(np.exp(heights, out=heights))


def normalized(positive: Float) -> Float:
    """Scaled to sum 1 over the last axis."""
    return _by_column(np.divide, positive, _folded(np.add, positive))


def _folded(function: np.ufunc, array: Float) -> Float:
    """A function folded over the last axis, column by column: numpy is slow on short rows."""
    total: Float = array[..., 0].copy()
    for j in range(1, array.shape[-1]):
        function(total, array[..., j], out=total)
    return total


def _by_column(function: np.ufunc, array: Float, column: Float) -> Float:
    """A function of every column of an array and the column given."""
    values = np.empty(array.shape)
    for j in range(array.shape[-1]):
        function(array[..., j], column, out=values[..., j])
    return values


def _sum_one(rows: Float) -> Float:
    """Scaled to sum 1, for vectors with the batch last."""
    scaled: Float = rows / rows.sum(axis=0)
    return scaled
