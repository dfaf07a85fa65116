"""Weights (priority vectors) from pairwise comparison matrices, one function a method.

Every function takes complete matrices (..., n, n) and returns weights (..., n) that sum to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .errors import ConvergenceError, OptionError
from .matrix import Float, PairwiseMatrix, as_matrices

PERRON_RTOL = 1e-12
"""Largest relative width of the Collatz-Wielandt bounds at which `perron` stops."""

PERRON_STEPS = 1000
"""Power steps after which `perron` gives up."""


def weights(a: ArrayLike | PairwiseMatrix | Any, method: str = "eigenvector") -> Float:
    """Priority vectors of one matrix or a batch.

    Args:
        a: complete pairwise comparison matrices, shape (..., n, n).
        method: `"eigenvector"`, `"geometric_mean"` or `"column_mean"`.

    Returns:
        Weights, shape (..., n), positive, sum 1 over the last axis.

    Raises:
        OptionError: unknown method.
        MatrixError: not pairwise comparison matrices, or not complete.
    """
    return METHODS[check_method(method)](a)


def eigenvector(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Perron eigenvector, `A w = λmax w` (特征根法; Saaty 1977, J. Math. Psychology 15:234-281).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    return perron(as_matrices(a))[1]


def geometric_mean(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Normalized row geometric means, the logarithmic least squares solution (根法; Crawford &
    Williams 1985, J. Math. Psychology 29:387-405).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    return _from_logs(_log_row_means(as_matrices(a)))


def column_mean(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Row means of the matrix with columns normalized to sum 1 (和法; Saaty 1980, p. 19, the
    "additive normalization" of the literature).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    array = as_matrices(a)
    return _normalized((array / array.sum(axis=-2, keepdims=True)).mean(axis=-1))


METHODS: dict[str, Callable[[Any], Float]] = {
    "eigenvector": eigenvector,
    "geometric_mean": geometric_mean,
    "column_mean": column_mean,
}
"""The names that `weights` takes."""


def check_method(method: str) -> str:
    """Return the name of a method, or raise an `OptionError` that lists the valid ones."""
    if method not in tuple(METHODS):  # a tuple, since a wrong option may not be hashable
        raise OptionError.unknown("method", method, METHODS)
    return method


def perron(array: Float) -> tuple[Float, Float]:
    """Perron root and eigenvector of validated, complete matrices.

    Each matrix is scaled to `a_ij g_j / g_i` by its geometric-mean weights g, which keeps the root
    and makes the eigenvector nearly constant, so that small weights are as accurate as large ones.
    The root lies between the smallest and the largest `(Aw)_i / w_i` for any positive w (Collatz
    1942, Math. Zeitschrift 48:221-226; Wielandt 1950, Math. Zeitschrift 52:642-648); power steps
    close these bounds to a relative width of `PERRON_RTOL`.

    Args:
        array: shape (..., n, n).

    Returns:
        The roots, shape (...), at least n (Saaty 1977), and weights, shape (..., n).

    Raises:
        ConvergenceError: the bounds stayed apart.
    """
    n = array.shape[-1]
    flat = array.reshape(-1, n, n)
    log_g = _log_row_means(flat)
    scaled = np.exp(np.log(flat) + (log_g[:, None, :] - log_g[:, :, None]))
    values, vectors = np.linalg.eig(scaled)
    largest = np.argmax(values.real, axis=-1)
    vector = np.abs(np.take_along_axis(vectors, largest[:, None, None], axis=-1)[..., 0])
    vector = _normalized(np.maximum(vector, np.finfo(np.float64).tiny))
    root = np.empty(len(flat))
    open_ = np.arange(len(flat))
    for _ in range(PERRON_STEPS):
        image = (scaled[open_] * vector[open_][:, None, :]).sum(axis=-1)
        ratios = image / vector[open_]
        low, high = ratios.min(axis=-1), ratios.max(axis=-1)
        vector[open_] = _normalized(image)
        root[open_] = (low + high) / 2
        wide = (high - low) > PERRON_RTOL * high
        open_ = open_[wide]
        if not len(open_):
            break
    else:
        width = float(((high - low) / high)[wide].max())
        raise ConvergenceError(
            f"Perron root: {len(open_)} matrices not settled after {PERRON_STEPS} power steps, "
            f"relative width of the bounds {width:.3g}, expected {PERRON_RTOL:g}"
        )
    result = _from_logs(log_g + np.log(vector))
    return np.maximum(root, n).reshape(array.shape[:-2]), result.reshape(array.shape[:-1])


def _log_row_means(array: Float) -> Float:
    means: Float = np.log(array).mean(axis=-1)
    return means


def _from_logs(logs: Float) -> Float:
    return _normalized(np.exp(logs - logs.max(axis=-1, keepdims=True)))


def _normalized(positive: Float) -> Float:
    normalized: Float = positive / positive.sum(axis=-1, keepdims=True)
    return normalized
