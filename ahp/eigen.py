"""The Perron root and eigenvector, with proven bounds."""

from __future__ import annotations

import numpy as np

from .errors import ConvergenceError
from .matrix import Float

PERRON_RTOL = 1e-12
"""Largest relative width of the Collatz-Wielandt bounds at which `perron` stops."""

PERRON_STEPS = 1000
"""Power steps after which `perron` gives up."""


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
    log_g = log_row_means(flat)
    scaled = np.exp(np.log(flat) + (log_g[:, None, :] - log_g[:, :, None]))
    values, vectors = np.linalg.eig(scaled)
    largest = np.argmax(values.real, axis=-1)
    vector = np.abs(np.take_along_axis(vectors, largest[:, None, None], axis=-1)[..., 0])
    vector = normalized(np.maximum(vector, np.finfo(np.float64).tiny))
    root = np.empty(len(flat))
    open_ = np.arange(len(flat))
    for _ in range(PERRON_STEPS):
        image = (scaled[open_] * vector[open_][:, None, :]).sum(axis=-1)
        ratios = image / vector[open_]
        low, high = ratios.min(axis=-1), ratios.max(axis=-1)
        vector[open_] = normalized(image)
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
    result = from_logs(log_g + np.log(vector))
    return np.maximum(root, n).reshape(array.shape[:-2]), result.reshape(array.shape[:-1])


def log_row_means(array: Float) -> Float:
    """Logarithms of the row geometric means, shape (..., n)."""
    means: Float = np.log(array).mean(axis=-1)
    return means


def from_logs(logs: Float) -> Float:
    """Weights from their logarithms, whatever their size."""
    return normalized(np.exp(logs - logs.max(axis=-1, keepdims=True)))


def normalized(positive: Float) -> Float:
    """Scaled to sum 1 over the last axis."""
    normalized: Float = positive / positive.sum(axis=-1, keepdims=True)
    return normalized
