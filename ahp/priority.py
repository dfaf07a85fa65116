"""Weights (priority vectors) from pairwise comparison matrices, one function a method.

Every function takes complete matrices (..., n, n) and returns weights (..., n) that sum to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from .eigen import from_logs, log_row_means, normalized, perron
from .errors import OptionError
from .matrix import Float, PairwiseMatrix, as_matrices


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
    return from_logs(log_row_means(as_matrices(a)))


def column_mean(a: ArrayLike | PairwiseMatrix | Any) -> Float:
    """Row means of the matrix with columns normalized to sum 1 (和法; Saaty 1980, p. 19, the
    "additive normalization" of the literature).

    Args:
        a: shape (..., n, n).

    Returns:
        Weights, shape (..., n).
    """
    array = as_matrices(a)
    return normalized((array / array.sum(axis=-2, keepdims=True)).mean(axis=-1))


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
