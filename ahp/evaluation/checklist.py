"""Points of what is checked item by item."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import EvaluationError
from ..labels import joined_vector, numbers_of, vector_labels
from ..matrix import first_cell, plain, shape_error
from ..messages import Phrase
from .inputs import as_values, check_batch


def checklist_score(results: ArrayLike | Any, points: ArrayLike | Any) -> Any:
    """Σ points·result / Σ points over the items that apply: key items carry more points, and what
    does not apply counts neither for nor against.

    Args:
        results: of the k items, NaN = not applicable, shape (..., k).
        points: of the items, 0 or more, shape (..., k); leading axes broadcast.

    Returns:
        In the unit of the results, shape (...); a plain number for one list.

    Raises:
        EvaluationError: results or points that do not fit, or no item with points applies.

    >>> from ahp.evaluation import checklist_score
    >>> checklist_score([1, 0, 1, float("nan")], [3, 1, 1, 5])
    0.8
    """
    labels = vector_labels(results)
    owner = Phrase("the_results")
    joined = joined_vector(points, labels, Phrase("item_points"), owner, EvaluationError)
    x = as_values(numbers_of(results), "results", missing=True)
    p = as_values(joined, "item_points", 0)
    if x.ndim < 1 or x.shape[-1] == 0:
        raise shape_error("results", x, "(..., k)", EvaluationError)
    if p.shape[-1:] != x.shape[-1:]:
        expected = Phrase("one_an_item", count=x.shape[-1])
        raise shape_error("item_points", p, expected, EvaluationError)
    check_batch("item_points", p, "(..., k)", p.shape[:-1], x.shape[:-1])
    applies = ~np.isnan(x)
    counted = np.where(applies, p, 0.0)
    total = counted.sum(axis=-1)
    if (nothing := total == 0).any():
        raise EvaluationError("nothing_applies", cell=first_cell(nothing, Phrase("results")))
    return plain((counted * np.where(applies, x, 0.0)).sum(axis=-1) / total)
