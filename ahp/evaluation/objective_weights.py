"""Weights from the data alone (客观赋权法), and their combination with those of the experts.

They depend on which units are listed: a second opinion, never the official weights. A column in
which no two units differ weighs 0, as it tells nothing about them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..eigen import normalized
from ..errors import EvaluationError, OptionError
from ..matrix import LARGEST, Float, first_cell, shape_error
from ..messages import Phrase
from ..tolerance import ROUNDING_ATOL
from .directions import as_directions, constant, min_max
from .inputs import SUM_ATOL, as_table, as_values

COMBINATIONS = ("linear", "product", "geometric", "game_theory")
"""Ways of `combine_weights`."""


def entropy_weights(matrix: ArrayLike | Any) -> Float:
    """Entropy weights (熵权法; Zeleny 1982, Multiple Criteria Decision Making): w_j ∝ 1 − e_j with
    e_j = −Σ p ln p / ln m (Shannon 1948), p = x/Σx being the shares of the m units in indicator j.

    0 ln 0 is 0. They are blind to direction: pass rates .9 .8 .95 .7 beside 80, 60, 90, 40 weigh
    .135, the same facts told as fail rates .810.

    Args:
        matrix: 0 or more, shape (..., units, indicators), 2 units or more.

    Returns:
        Weights, shape (..., indicators), sum 1; 0 for an indicator that is the same for all units.

    Raises:
        EvaluationError: numbers that do not fit, or no indicator in which units differ.

    >>> from ahp.evaluation import entropy_weights
    >>> rates = [[0.9, 80], [0.8, 60], [0.95, 90], [0.7, 40]]
    >>> entropy_weights(rates).round(3)
    array([0.135, 0.865])
    """
    table, _ = as_table(matrix, low=0, least=2)
    ratio = _over_mean(table)
    # Σ p ln(pm) = ln m − (entropy), summed in terms of 0 or more that nothing cancels in
    above = ratio - 1
    terms = ratio * np.log1p(np.where(ratio > 0, above, 0.0)) - above
    return _shares(terms.mean(axis=-2), constant(table))


def variation_weights(matrix: ArrayLike | Any) -> Float:
    """Weights by the coefficient of variation (变异系数法): w ∝ standard deviation over mean.

    Args:
        matrix: 0 or more, shape (..., units, indicators), 2 units or more.

    Returns:
        Weights, shape (..., indicators), sum 1; 0 for an indicator that is the same for all units.

    Raises:
        EvaluationError: numbers that do not fit, or no indicator in which units differ.

    >>> from ahp.evaluation import variation_weights
    >>> variation_weights([[0.9, 80], [0.8, 60], [0.95, 90], [0.7, 40]]).round(3)
    array([0.287, 0.713])
    """
    table, _ = as_table(matrix, low=0, least=2)
    return _shares(_over_mean(table).std(axis=-2), constant(table))


def _over_mean(table: Float) -> Float:
    """Numbers over the mean of their column, 0 where all are 0; scaled first, so that none of them
    overflows.
    """
    largest = table.max(axis=-2, keepdims=True)
    scaled: Float = table / np.where(largest > 0, largest, 1.0)
    mean = scaled.mean(axis=-2, keepdims=True)
    return scaled / np.where(mean > 0, mean, 1.0)


def critic_weights(matrix: ArrayLike | Any, directions: Any = None) -> Float:
    """CRITIC weights (Diakoulaki, Mavrotas & Papayannakis 1995, Computers & Operations Research
    22:763-770): w_j ∝ σ_j Σ_k (1 − r_jk), with standard deviations σ and correlations r of the
    data on 0 … 1, larger being better.

    An indicator counts that varies, and that says something else than the others. A column in
    which no two units differ has no correlation and is left out; a single one that varies has
    weight 1.

    Args:
        matrix: shape (..., units, indicators), 2 units or more.
        directions: 1, −1 or a `Target` for each indicator; None = larger is better. Left out where
            smaller is better, all correlations of the column have the wrong sign.

    Returns:
        Weights, shape (..., indicators), sum 1; 0 for an indicator that is the same for all units.

    Raises:
        EvaluationError: numbers or directions that do not fit, no indicator in which units differ,
            or indicators that all rise and fall together.

    >>> from ahp.evaluation import critic_weights
    >>> critic_weights([[61, 1.08, 4.33], [20.7, 0.26, 4.34], [4, 4.12, 1.21]]).round(4)
    array([0.2305, 0.454 , 0.3155])
    """
    table, labels = as_table(matrix, least=2)
    scaled = min_max(table, as_directions(directions, table.shape[-1], labels))
    same = constant(scaled)
    deviation = np.where(same, 0.0, scaled.std(axis=-2))
    centered = scaled - scaled.mean(axis=-2, keepdims=True)
    unit = centered / np.where(same, 1.0, deviation)[..., None, :]
    correlation = np.swapaxes(unit, -1, -2) @ unit / table.shape[-2]
    conflict = np.where(same[..., None, :] | same[..., :, None], 0.0, 1 - correlation)
    conflict = np.where(conflict > ROUNDING_ATOL * table.shape[-2], conflict, 0.0).sum(axis=-1)
    alone = (~same).sum(axis=-1, keepdims=True) == 1
    information = deviation * np.where(alone, 1.0, conflict)
    if (together := ~same.all(axis=-1) & ~information.any(axis=-1)).any():
        raise EvaluationError("indicators_together", cell=first_cell(together, Phrase("matrix")))
    return _shares(information, same)


def _shares(information: Float, same: Any) -> Float:
    """Information scaled to sum 1, none in the columns in which no two units differ."""
    if (nothing := same.all(axis=-1)).any():
        raise EvaluationError("units_alike", cell=first_cell(nothing, Phrase("matrix")))
    return normalized(np.where(same, 0.0, information))


def combine_weights(
    vectors: ArrayLike | Any, method: str = "linear", shares: ArrayLike | None = None
) -> Float:
    """One weight vector of several, such as the experts' and those from the data (组合赋权法).

    - `"linear"`: Σ α_i w_i with the shares α.
    - `"product"`: ∝ Π w_i.
    - `"geometric"`: ∝ (Π w_i)^(1/k).
    - `"game_theory"`: Σ α_i w_i with the shares of `game_theory_shares`.

    Args:
        vectors: 0 or more, not all 0, each scaled to sum 1 first, shape (k, n). Labeled ones are
            joined by label, the result has the order of the first.
        method: one of `COMBINATIONS`.
        shares: α of the linear one, 0 or more, sum 1, shape (k,); None = equal.

    Returns:
        Weights, shape (n,), sum 1.

    Raises:
        OptionError: unknown method.
        EvaluationError: vectors or shares that do not fit, shares for another method, or nothing
            in common in a product.

    >>> from ahp.evaluation import combine_weights
    >>> experts, data = [0.4, 0.3, 0.2, 0.1], [0.25, 0.2, 0.3, 0.25]
    >>> combine_weights([experts, data], shares=[0.6, 0.4])
    array([0.34, 0.26, 0.24, 0.16])
    >>> combine_weights([experts, data], "game_theory").round(4)
    array([0.3736, 0.2824, 0.2176, 0.1264])
    """
    if method not in COMBINATIONS:
        raise OptionError.unknown("method", method, COMBINATIONS)
    w = _vectors(vectors)
    if method != "linear" and shares is not None:
        raise EvaluationError("shares_unused", method=method)
    if method in ("product", "geometric"):
        common = (w > 0).all(axis=0)
        if not common.any():
            raise EvaluationError("product_of_nothing")
        logs = np.log(np.where(common, w, 1.0)).sum(axis=0)
        logs = np.where(common, logs, -np.inf) / (len(w) if method == "geometric" else 1)
        return normalized(np.exp(logs - logs.max()))
    if method == "game_theory":
        alpha = _game_theory(w)
    elif shares is None:
        alpha = np.full(len(w), 1 / len(w))
    else:
        alpha = as_values(shares, "shares", 0, 1, slack=SUM_ATOL)
        if alpha.shape != (len(w),):
            expected = Phrase("one_a_vector", count=len(w))
            raise shape_error("shares", alpha, expected, EvaluationError)
        if abs(alpha.sum() - 1) > SUM_ATOL:
            raise EvaluationError("sum_not_one_of", name=Phrase("shares"), total=alpha.sum())
    return normalized(alpha @ w)


def game_theory_shares(vectors: ArrayLike | Any) -> Float:
    """The shares of weight vectors in their combination by game theory (博弈论组合赋权; 陈加良
    2003, 福建电脑 (9):15-16): the solution of (W Wᵀ) a = diag(W Wᵀ), scaled to sum 1.

    A vector of equal weights always gets the share 0 beside another, and of equal vectors each gets
    the same.

    Args:
        vectors: as for `combine_weights`, shape (k, n).

    Returns:
        Shares, shape (k,), sum 1.

    Raises:
        EvaluationError: vectors that do not fit, a negative share, or no solution, where one vector
            is a mixture of others.

    >>> from ahp.evaluation import game_theory_shares
    >>> game_theory_shares([[0.4, 0.3, 0.2, 0.1], [0.25, 0.2, 0.3, 0.25]]).round(4)
    array([0.8238, 0.1762])
    """
    return _game_theory(_vectors(vectors))


def _game_theory(w: Float) -> Float:
    gram = w @ w.T
    wanted = np.diag(gram)
    alpha = np.linalg.lstsq(gram, wanted, rcond=ROUNDING_ATOL)[0]
    if np.abs(gram @ alpha - wanted).max() > SUM_ATOL * wanted.max():
        raise EvaluationError("game_without_solution")
    if (negative := alpha < -SUM_ATOL).any():
        cell = first_cell(negative, Phrase("shares"))
        raise EvaluationError("game_share_negative", cell=cell, value=alpha[negative][0])
    return normalized(np.maximum(alpha, 0))


def _vectors(vectors: Any) -> Float:
    table, _ = as_table(vectors, "vectors", 0, LARGEST)
    if table.ndim != 2:
        raise shape_error("vectors", table, "(k, n)", EvaluationError)
    if (zero := ~table.any(axis=-1)).any():
        raise EvaluationError("all_zero", name=first_cell(zero, Phrase("vectors")))
    return normalized(table / table.max(axis=-1, keepdims=True))
