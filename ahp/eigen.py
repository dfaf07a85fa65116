"""The Perron root and eigenvector, with proven bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import ConvergenceError
from .matrix import Float, PairwiseMatrix, batch_last, chunks, two_or_more, view, workspace
from .result import read_only

PERRON_RTOL = 1e-12
"""Largest relative width of the Collatz-Wielandt bounds at which `perron` stops."""

PERRON_STEPS = 500
"""Steps of inverse iteration after which `perron` gives up; judgments on Saaty's scale take 1 to 3,
judgments of 1e100 that contradict each other up to 200."""

_SOLVES = 3
"""Solutions with each factorization, the cheaper part of a step."""

_SHRINK = 0.9
"""Share of open matrices below which the settled ones are dropped from the arrays."""

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
    its weights are A w. The work is done in chunks, with the batch as the last axis, and a matrix
    has the same bits in every batch. Alone, shape (n, n), a matrix without wild contradictions is
    solved by its powers, for speed, to bounds a hundred times as narrow, or as narrow as the
    rounding of n sums allows.

    Args:
        array: shape (..., n, n).

    Returns:
        The roots, shape (...), at least n (Saaty 1977), and weights, shape (..., n).

    Raises:
        ConvergenceError: the bounds of some matrices stayed apart.
    """
    if array.ndim == 2 and (solved := _alone(array)):
        return solved
    n = array.shape[-1]
    roots, weights = np.empty(array.shape[:-2]), np.empty(array.shape[:-1])
    batch, root_of, row_of = array.reshape(-1, n, n), roots.reshape(-1), weights.reshape(-1, n)
    parts = chunks(len(batch), n * n)
    memory = workspace(parts, n * (n + 1), 3)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # refused by the bounds
        apart = [_noda(batch[part], root_of[part], row_of[part], memory) for part in parts]
    widths = np.concatenate([*apart, np.empty(0)])
    if len(widths):
        raise ConvergenceError(
            "perron_unsettled",
            count=len(widths),
            steps=PERRON_STEPS,
            width=float(widths.max()),
            tolerance=PERRON_RTOL,
        )
    return roots, weights


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
    low, high = ratios.min(), ratios.max()
    scaled = image / image.sum()
    if high - low <= max(PERRON_RTOL / 100, n * _ROUNDING) * high:  # not so for NaN
        return (np.array(max((low + high) / 2, n)), scaled), scaled
    return None, scaled


def _noda(batch: Float, roots: Float, weights: Float, memory: Float) -> Float:
    """Fill in roots and weights; return the widths of the bounds that stayed apart."""
    count, n = weights.shape
    cells = batch_last(batch, memory[0])
    x = np.exp(np.log(cells, out=view(memory[1], *cells.shape)).sum(axis=1) / n)
    x = _scaled(_product(cells, x))
    matrix_at, open_ = two_or_more(np.arange(count)), np.ones(max(2, count), dtype=bool)
    for step in range(PERRON_STEPS + 1):
        image = _product(cells, x)
        ratios = image / x
        low, high = ratios.min(axis=0), ratios.max(axis=0)
        settled = np.flatnonzero(open_ & (high - low <= PERRON_RTOL * high))
        if len(settled):
            done = matrix_at[settled]
            roots[done] = np.maximum((low[settled] + high[settled]) / 2, n)
            weights[done] = _sum_one(image.take(two_or_more(settled), axis=-1)).T[: len(done)]
            open_[settled] = False
            keep = np.flatnonzero(open_)
            if not len(keep):
                return np.empty(0)
            if len(keep) < _SHRINK * len(open_):
                keep = two_or_more(keep)
                matrix_at, open_, low, high = matrix_at[keep], open_[keep], low[keep], high[keep]
                cells, x, image, ratios = (
                    part.take(keep, axis=-1) for part in (cells, x, image, ratios)
                )
        if step < PERRON_STEPS:
            shift = high if step else ratios.mean(axis=0)
            x = _step(cells, x, ratios, shift, memory)
            if not x.min() > 0:  # a pivot was 0 or less: any positive vector will do
                x = np.where(x > 0, x, _scaled(image))
    _, once = np.unique(matrix_at[open_], return_index=True)
    widths: Float = (1 - low / high)[open_][once]
    return widths


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
        rest += np.multiply(below[:, None], right, out=view(memory[2], *rest.shape))
    for _ in range(_SOLVES):
        for k in range(n):
            x_next[k + 1 :] += system[k + 1 :, k] * x_next[k]
        for k in reversed(range(n)):
            x_next[k] *= inverse[k]
            x_next[:k] += system[:k, k] * x_next[k]
    return _scaled(x * x_next)


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
    memory = workspace(parts, n * n, 1)[0]
    for part in parts:
        logs = np.log(batch[part], out=view(memory, *batch[part].shape))
        row_of[part] = function(_folded(np.add, logs) / n)
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
