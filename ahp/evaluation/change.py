"""Why a total changed between two periods."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from ..errors import EvaluationError
from ..labels import joined_vector, vector_labels
from ..matrix import shape_error
from ..messages import Phrase
from .inputs import as_values, as_weights, check_batch
from .ranks import exact_array, is_exact


def split_change(
    weights_before: ArrayLike | Any,
    scores_before: ArrayLike | Any,
    weights_after: ArrayLike | Any,
    scores_after: ArrayLike | Any,
) -> tuple[Any, Any]:
    """What performance and what weights did to a total Σ w_j s_j, indicator by indicator (Bennet
    1920, J. Royal Statistical Society 83:455-462; for two factors the same as Shapley's value).

    Performance is w̄_j Δs_j and weights are s̄_j Δw_j, with the means w̄, s̄ of both periods: all of
    them add up to the change of the total, without a remainder. With numbers given as `Fraction`,
    `Decimal` or texts – one is enough, floats then count as the decimals that they print as – the
    effects are fractions and their sum is the change exactly; with floats alone each effect is
    rounded once, and the sum is the change but for that.

    Args:
        weights_before: sum 1, shape (..., n).
        scores_before: shape (..., n); leading axes broadcast, all are joined by label to the first
            that has labels.
        weights_after: as before.
        scores_after: as before.

    Returns:
        Effects of performance, and of weights, each of shape (..., n).

    Raises:
        EvaluationError: weights or scores that do not fit.

    >>> from ahp.evaluation import split_change
    >>> performance, weights = split_change(["0.6", "0.4"], [83, 68], ["0.5", "0.5"], [85.5, 70.5])
    >>> float(sum(performance)), float(sum(weights))  # from 77 to 78
    (2.5, -1.5)
    """
    given = {
        "weights_before": weights_before,
        "scores_before": scores_before,
        "weights_after": weights_after,
        "scores_after": scores_after,
    }
    labeled = [name for name in given if vector_labels(given[name]) is not None]
    if labeled:
        labels, owner = vector_labels(given[labeled[0]]), Phrase(f"the_{labeled[0]}")
        given = {
            name: joined_vector(values, labels, Phrase(name), owner, EvaluationError)
            for name, values in given.items()
        }
    fractions = any(map(is_exact, given.values()))
    arrays = {
        name: exact_array(values) if fractions else as_values(values, name)
        for name, values in given.items()
    }
    first = arrays["scores_before"]
    for name, array in arrays.items():
        if array.ndim < 1 or array.shape[-1:] != first.shape[-1:] or array.shape[-1] == 0:
            expected = Phrase("as_many_as_scores_before", shape=str(first.shape))
            raise shape_error(name, array, expected, EvaluationError)
        check_batch(name, array, "(..., n)", array.shape[:-1], first.shape[:-1])
        if name.startswith("weights"):
            as_weights(array, array.shape[-1], name=name)
    w0, s0, w1, s1 = arrays.values()
    return (w0 + w1) * (s1 - s0) / 2, (s0 + s1) * (w1 - w0) / 2
