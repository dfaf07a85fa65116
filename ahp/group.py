"""From a panel's judgments to one matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .errors import MatrixError
from .matrix import Float, as_matrices, as_numbers


def aggregate_judgments(
    matrices: ArrayLike | Any, expert_weights: ArrayLike | None = None
) -> Float:
    """Aggregation of individual judgments (AIJ, 判断集结): weighted geometric mean, cell by cell
    (Aczél & Saaty 1983, J. Math. Psychology 27:93-102; weights: Aczél & Alsina 1986).

    Args:
        matrices: one complete matrix an expert, shape (..., k, n, n).
        expert_weights: non-negative, not all 0, shape (k,); scaled to sum 1. None = equal.

    Returns:
        The panel's matrices, shape (..., n, n), reciprocal like the experts' own.

    Raises:
        MatrixError: matrices or weights that do not fit.
    """
    array = as_matrices(matrices)
    if array.ndim < 3 or array.shape[-3] == 0:
        raise MatrixError(f"shape {array.shape}, expected (..., k, n, n) with an expert or more")
    w = normalize_expert_weights(expert_weights, array.shape[-3])
    logs: Float = np.log(array)
    # the skew part alone, so that the result is as reciprocal as floats can be
    skew = (logs - np.swapaxes(logs, -1, -2)) / 2
    aggregated: Float = np.exp((skew * w[:, None, None]).sum(axis=-3))
    return aggregated


def normalize_expert_weights(expert_weights: ArrayLike | None, count: int) -> Float:
    """Weights of `count` experts scaled to sum 1; equal ones for None."""
    if expert_weights is None:
        return np.full(count, 1 / count)
    w = as_numbers(expert_weights, "expert weights", MatrixError)
    if w.shape != (count,):
        raise MatrixError(f"expert weights of shape {w.shape}, expected ({count},)")
    if not np.isfinite(w).all() or (w < 0).any() or not w.any():
        raise MatrixError(
            f"expert weights {w.tolist()}, expected finite numbers of 0 or more, not all 0"
        )
    w = w / w.max()  # so that the sum cannot overflow
    scaled: Float = w / w.sum()
    return scaled
