"""Consistency of judgments: λmax, CI, RI, CR.

CI = (λmax − n)/(n − 1), CR = CI/RI; judgments are acceptable when CR < 0.1 (Saaty 1977, J. Math.
Psychology 15:234-281; Saaty 1980, p. 21).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .eigen import perron
from .errors import MatrixError
from .matrix import Float, PairwiseMatrix, as_matrices, as_numbers
from .random_index import random_index_value

CR_LIMIT = 0.1
"""CR below this is acceptable (Saaty 1980, p. 21)."""


@dataclass(frozen=True)
class Consistency:
    """Consistency of one matrix (plain numbers) or of a batch (arrays of shape (...)).

    Attributes:
        n: order of the matrices.
        lambda_max: Perron root.
        ci: (λmax − n)/(n − 1).
        ri: the table's value for n.
        cr: CI/RI, 0 where RI is 0.
        acceptable: CR < 0.1.
        random_index: name of the table in use.
        lambda_mean: mean of (Aw)_i / w_i for the weights given, as Chinese textbooks print λmax;
            None when no weights were given.
        ci_mean, cr_mean: CI and CR that follow from `lambda_mean`.
    """

    n: int
    lambda_max: Any
    ci: Any
    ri: float
    cr: Any
    acceptable: Any
    random_index: str
    lambda_mean: Any = None
    ci_mean: Any = None
    cr_mean: Any = None


def check_consistency(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    random_index: str = "saaty",
    weights: ArrayLike | None = None,
) -> Consistency:
    """λmax, CI, RI and CR of one matrix or a batch.

    `lambda_max` is always the Perron root and `cr` follows from it, whatever the weights.

    Args:
        a: complete pairwise comparison matrices, shape (..., n, n).
        random_index: name of a table in `RANDOM_INDEX_TABLES`.
        weights: positive weights, shape (..., n); adds `lambda_mean`, `ci_mean` and `cr_mean`.

    Returns:
        A `Consistency`; numbers for one matrix, arrays of shape (...) for a batch.

    Raises:
        MatrixError: not pairwise comparison matrices, not complete, or weights that do not fit.
        OptionError, RandomIndexError: unknown table, or one that does not reach n.
    """
    array = as_matrices(a)
    n = array.shape[-1]
    ri = random_index_value(n, random_index)
    lambda_max = perron(array)[0]
    ci, cr = _indices(lambda_max, n, ri)
    mean: tuple[Any, ...] = (None, None, None)
    if weights is not None:
        w = as_numbers(weights, "weights", MatrixError)
        if w.shape != array.shape[:-1]:
            raise MatrixError(f"weights of shape {w.shape}, expected {array.shape[:-1]}")
        if not (np.isfinite(w) & (w > 0)).all():
            raise MatrixError(f"weights {w.tolist()}, expected positive finite numbers")
        lambda_mean = ((array * w[..., None, :]).sum(axis=-1) / w).mean(axis=-1)
        mean = (lambda_mean, *_indices(lambda_mean, n, ri))
    acceptable = _plain(cr < CR_LIMIT)
    found = map(_plain, (lambda_max, ci, cr, *mean))
    lambda_max, ci, cr, *mean_values = found
    return Consistency(n, lambda_max, ci, ri, cr, acceptable, random_index, *mean_values)


def _indices(lambda_max: Float, n: int, ri: float) -> tuple[Float, Float]:
    ci = (lambda_max - n) / (n - 1) if n > 1 else np.zeros_like(lambda_max)
    return ci, ci / ri if ri else np.zeros_like(ci)


def _plain(value: Any) -> Any:
    """A Python number for a 0-d result, a read-only array otherwise."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.ndim == 0:
        return array.item()
    array.setflags(write=False)
    return array
