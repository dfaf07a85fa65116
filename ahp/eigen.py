"""The Perron root and eigenvector, with proven bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .errors import ConvergenceError
from .matrix import Float, batch_last, chunks

PERRON_RTOL = 1e-12
"""Largest relative width of the Collatz-Wielandt bounds at which `perron` stops."""

PERRON_STEPS = 500
"""Steps of Noda's iteration after which `perron` gives up; judgments on Saaty's scale take 1 to 3,
judgments up to 1e100 that contradict each other up to 130."""

_SOLVES = 4
"""Solutions with each factorization: a solution costs a quarter of a factorization at n = 5."""

_SLACK = 2.0**-50
"""How far the shift lies above its bound, relatively: the system stays regular at the solution."""


def perron(array: Float) -> tuple[Float, Float]:
    """Perron roots and eigenvectors of validated, complete matrices.

    Each matrix is scaled to `a_ij g_j / g_i` by its geometric-mean weights g, which keeps the root
    and makes the eigenvector nearly constant. Noda's iteration follows: inverse iteration with
    `s I − A`, s the larger Collatz-Wielandt bound of the last vector, which converges from every
    positive vector, in the end quadratically (Noda 1971, Numer. Math. 17:382-386; Elsner 1976,
    Linear Algebra Appl. 15:235-242). The elimination adds, multiplies and divides positive numbers
    alone, so that small weights come out as accurate as large ones (Alfa, Xue & Ye 2002, Math.
    Comp. 71:217-236).

    The root lies between the smallest and the largest `(Aw)_i / w_i` for any positive w (Collatz
    1942, Math. Zeitschrift 48:221-226; Wielandt 1950, Math. Zeitschrift 52:642-648); a matrix is
    done when these bounds are within `PERRON_RTOL` of each other, relatively, and takes no part in
    further steps.

    The work is done in chunks with the batch as the last axis, and every matrix has the same bits
    whatever the batch it comes in.

    Args:
        array: shape (..., n, n).

    Returns:
        The roots, shape (...), at least n (Saaty 1977), and weights, shape (..., n).

    Raises:
        ConvergenceError: the bounds of some matrices stayed apart.
    """
    n = array.shape[-1]
    roots, weights = np.empty(array.shape[:-2]), np.empty(array.shape[:-1])
    batch, root_of, row_of = array.reshape(-1, n, n), roots.reshape(-1), weights.reshape(-1, n)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # refused by the bounds
        apart = [
            _noda(batch_last(batch[chunk]), root_of[chunk], row_of[chunk])
            for chunk in chunks(batch)
        ]
    widths = np.concatenate([*apart, np.empty(0)])
    if len(widths):
        raise ConvergenceError(
            f"Perron root: {len(widths)} matrices not settled after {PERRON_STEPS} inverse "
            f"iterations, relative width of the bounds {widths.max():.3g}, expected {PERRON_RTOL:g}"
        )
    return roots, weights


def _noda(cells: Float, roots: Float, weights: Float) -> Float:
    """Fill in roots and weights; return the widths of the bounds that stayed apart."""
    count, n = weights.shape
    scale = np.exp(_log_means(cells))
    cells *= scale
    cells /= scale[:, None]
    x = _scaled(cells.sum(axis=1))
    open_ = _two_or_more(np.arange(count))
    for steps_left in range(PERRON_STEPS, -1, -1):
        image = _product(cells, x)
        ratios = image / x
        low, high = ratios.min(axis=0), ratios.max(axis=0)
        settled = high - low <= PERRON_RTOL * high
        if settled.any():
            done = open_[settled]
            roots[done] = np.maximum((low + high)[settled] / 2, n)
            weights[done] = _sum_one(image * scale).T[settled]
            keep = np.flatnonzero(~settled)
            if not len(keep):
                return np.empty(0)
            keep = _two_or_more(keep)
            cells, scale, x, image = (part.take(keep, -1) for part in (cells, scale, x, image))
            open_, low, high = open_[keep], low[keep], high[keep]
        if steps_left:
            x = _step(cells, x, image)
    _, each = np.unique(open_, return_index=True)
    widths: Float = (1 - low / high)[each]
    return widths


def _step(cells: Float, x: Float, image: Float) -> Float:
    """Inverse iteration, `(s I − A) x' = x` with s the upper bound of x, `_SOLVES` times.

    Scaled by s and by x, the rows of the system sum to `1 − (Ax)_i / (s x_i)`. These sums stand in
    a column of their own, from which each pivot follows without a subtraction.
    """
    n = len(cells)
    ratios = image / x
    high = ratios.max(axis=0)
    ratios /= high
    system = np.empty((n, n + 1, cells.shape[-1]))
    np.multiply(cells, x, out=system[:, :n])
    system[:, :n] /= (x * high)[:, None]
    np.subtract(1 + _SLACK, ratios, out=system[:, n])
    inverse = np.empty_like(x)
    for k in range(n):
        below, right = system[k + 1 :, k], system[k, k + 1 :]
        np.divide(1, right.sum(axis=0), out=inverse[k])
        below *= inverse[k]
        system[k + 1 :, k + 1 :] += below[:, None] * right
    for _ in range(_SOLVES):
        for k in range(n):
            ratios[k + 1 :] += system[k + 1 :, k] * ratios[k]
        for k in reversed(range(n)):
            ratios[k] *= inverse[k]
            ratios[:k] += system[:k, k] * ratios[k]
    return _scaled(x * ratios)


def _product(cells: Float, x: Float) -> Float:
    """`A x`, for arrays with the batch last."""
    product: Float = np.einsum("ijk,jk->ik", cells, x)
    return product


def _scaled(x: Float) -> Float:
    """Largest component 1, for vectors with the batch last."""
    scaled: Float = x / x.max(axis=0)
    return scaled


def _two_or_more(places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Never a batch of one, for which numpy would sum in another order: the one twice."""
    return np.resize(places, max(len(places), 2))


def log_row_means(array: Float) -> Float:
    """Logarithms of the row geometric means of complete matrices, shape (..., n)."""
    n = array.shape[-1]
    means = np.empty(array.shape[:-1])
    batch, row_of = array.reshape(-1, n, n), means.reshape(-1, n)
    for chunk in chunks(batch):
        row_of[chunk] = _log_means(batch_last(batch[chunk])).T[: len(row_of[chunk])]
    return means


def _log_means(cells: Float) -> Float:
    """Logarithms of the row geometric means, for arrays with the batch last."""
    means: Float = np.log(cells).sum(axis=1) / len(cells)
    return means


def from_logs(logs: Float) -> Float:
    """Weights from their logarithms, whatever their size, shape (..., n)."""
    n = logs.shape[-1]
    weights = np.empty(logs.shape)
    batch, row_of = logs.reshape(-1, n), weights.reshape(-1, n)
    for chunk in chunks(batch):
        rows = batch_last(batch[chunk])
        row_of[chunk] = _sum_one(np.exp(rows - rows.max(axis=0))).T[: len(row_of[chunk])]
    return weights


def normalized(positive: Float) -> Float:
    """Scaled to sum 1 over the last axis."""
    normalized: Float = positive / positive.sum(axis=-1, keepdims=True)
    return normalized


def _sum_one(rows: Float) -> Float:
    """Scaled to sum 1, for vectors with the batch last."""
    scaled: Float = rows / rows.sum(axis=0)
    return scaled
