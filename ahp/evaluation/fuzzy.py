"""Fuzzy comprehensive evaluation (模糊综合评价): B = A ∘ R, and from B to a grade or a score."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import EvaluationError, OptionError
from ..labels import joined_vector, numbers_of, order_of, vector_labels
from ..matrix import Float, plain, shape_error
from ..messages import Phrase
from ..tolerance import shared_ranks
from .inputs import SUM_ATOL, accumulated, as_values, as_weights, row_labels

OPERATORS: Mapping[str, tuple[np.ufunc, np.ufunc]] = MappingProxyType(
    {
        "weighted_average": (np.multiply, np.add),
        "min_max": (np.minimum, np.maximum),
        "product_max": (np.multiply, np.maximum),
        "min_bounded_sum": (np.minimum, np.add),
    }
)
"""Operator of `fuzzy_synthesis` -> how a weight joins its membership, and how indicators pool."""

DEFUZZIFICATIONS = ("weighted_mean", "maximum")
"""Ways of `defuzzify`."""


def fuzzy_synthesis(
    weights: ArrayLike, membership: ArrayLike | Any, operator: str = "weighted_average"
) -> Float:
    """B = A ∘ R: memberships of the whole in the grades, from those of its m indicators (汪培庄
    1983, 模糊集合论及其应用).

    - `"weighted_average"`, M(·,+): Σ_j a_j r_jk. With grade scores it is the weighted mean of the
      indicators' mean scores.
    - `"min_max"`, M(∧,∨): max_j min(a_j, r_jk). With many indicators it ignores nearly all of R.
    - `"product_max"`, M(·,∨): max_j a_j r_jk.
    - `"min_bounded_sum"`, M(∧,⊕): min(1, Σ_j min(a_j, r_jk)).

    In every grade M(·,∨) ≤ M(∧,∨) ≤ M(∧,⊕) and M(·,∨) ≤ M(·,+) ≤ M(∧,⊕). Nothing is scaled to sum
    1. With several levels the results of the groups are the rows of the next level.

    Args:
        weights: a, of the indicators, sum 1, shape (..., m).
        membership: R, an indicator a row and a grade a column, 0 … 1, shape (..., m, g); leading
            axes broadcast. Weights with labels are joined to the index of a DataFrame, or to the
            keys of a mapping from indicator to row.
        operator: one of `OPERATORS`.

    Returns:
        B, shape (..., g).

    Raises:
        OptionError: unknown operator.
        EvaluationError: weights or memberships that do not fit.

    >>> from ahp.evaluation import fuzzy_synthesis
    >>> R = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]
    >>> fuzzy_synthesis([0.7, 0.3], R).round(2)
    array([0.32, 0.44, 0.24])
    >>> fuzzy_synthesis([0.7, 0.3], R, "min_max")
    array([0.3, 0.5, 0.3])
    """
    if operator not in OPERATORS:
        raise OptionError.unknown("operator", operator, OPERATORS)
    r = as_values(numbers_of(membership), "membership", 0, 1, slack=SUM_ATOL)
    if r.ndim < 2 or 0 in r.shape[-2:]:
        raise shape_error("membership", r, "(..., m, g)", EvaluationError)
    indicators, batch = row_labels(membership), r.shape[:-2]
    w = as_weights(weights, r.shape[-2], indicators, batch, owner="the_rows_of_membership")
    join, pool = OPERATORS[operator]
    result: Float = accumulated(w, np.swapaxes(r, -1, -2), join, pool)
    return np.minimum(result, 1.0) if operator == "min_bounded_sum" else result


def defuzzify(
    vector: ArrayLike, grade_scores: ArrayLike | None = None, how: str = "weighted_mean"
) -> Any:
    """From memberships in the grades to one score or one grade.

    Args:
        vector: B, 0 or more, not all 0, shape (..., g); it need not sum to 1.
        grade_scores: c, of the g grades; needed for the weighted mean.
        how: `"weighted_mean"`, Σ b_k c_k / Σ b_k, or `"maximum"`, the grade of the largest
            membership (最大隶属度原则), the first of those that tie (`ahp.tolerance`);
            `maximum_membership_validity` tells how much that says.

    Returns:
        Scores, or indices of grades from 0, shape (...); a plain number for one vector.

    Raises:
        OptionError: unknown `how`.
        EvaluationError: memberships or scores that do not fit, or no scores for a mean.

    >>> from ahp.evaluation import defuzzify
    >>> defuzzify([0.7, 0.16, 0.14], [90, 75, 50])
    82.0
    >>> defuzzify([0.7, 0.16, 0.14], how="maximum")
    0
    """
    if how not in DEFUZZIFICATIONS:
        raise OptionError.unknown("how", how, DEFUZZIFICATIONS)
    b, scores = _memberships(vector), None
    if grade_scores is not None:
        labels = vector_labels(vector)
        owner = Phrase("the_vector")
        joined = joined_vector(grade_scores, labels, Phrase("grade_scores"), owner, EvaluationError)
        scores = as_values(joined, "grade_scores")
        if scores.shape != b.shape[-1:]:
            expected = Phrase("one_a_grade", count=b.shape[-1])
            raise shape_error("grade_scores", scores, expected, EvaluationError)
    if how == "maximum":
        return plain(np.argmax(shared_ranks(b) == 1, axis=-1))
    if scores is None:
        raise EvaluationError("grade_scores_missing")
    return plain((b * scores).sum(axis=-1) / b.sum(axis=-1))


def maximum_membership_validity(vector: ArrayLike) -> Any:
    """How valid the principle of maximum membership is (最大隶属度原则的有效性):
    (mβ − 1)/(2γ(m − 1)), with the largest share β and the second largest γ of m grades.

    Below .5 it is weak, from 1 on very valid; 0 where all memberships are equal, infinite where one
    grade has everything. Chinese textbooks print it; the first source is not known.

    Args:
        vector: B, 0 or more, not all 0, shape (..., g), g of 2 or more.

    Returns:
        Shape (...); a plain number for one vector.

    Raises:
        EvaluationError: memberships that do not fit.

    >>> from ahp.evaluation import maximum_membership_validity
    >>> maximum_membership_validity([0.5, 0.25, 0.25])
    0.5
    """
    b = _memberships(vector)
    grades = b.shape[-1]
    if grades < 2:
        raise shape_error("vector", b, Phrase("with_two_grades"), EvaluationError)
    shares = np.sort(b / b.sum(axis=-1, keepdims=True), axis=-1)
    beta, gamma = shares[..., -1], shares[..., -2]
    alone = gamma == 0
    ratio = (grades * beta - 1) / np.where(alone, 1.0, 2 * gamma * (grades - 1))
    return plain(np.where(alone, np.inf, ratio))


def _memberships(vector: ArrayLike) -> Float:
    b = as_values(numbers_of(vector), "vector", 0)
    if b.ndim < 1 or b.shape[-1] == 0:
        raise shape_error("vector", b, "(..., g)", EvaluationError)
    if not b.any(axis=-1).all():
        raise EvaluationError("all_zero", name=Phrase("vector"))
    return b


def grade_membership(values: ArrayLike | Any, thresholds: ArrayLike | Any) -> Float:
    """Memberships of numbers in grades (隶属函数): a half trapezoid, triangles, a half trapezoid.

    At t_k all is grade k; between two thresholds the membership goes over from one to the other in
    a straight line; beyond the first and the last all stays theirs. They sum to 1.

    Args:
        values: shape (...) for one row of thresholds, (..., m) for m of them.
        thresholds: of the g grades in their order, rising or falling, shape (g,) or (m, g). The
            index of a DataFrame, or the keys of a mapping from indicator to its thresholds, are
            joined to the columns of the values.

    Returns:
        Shape of the values and g.

    Raises:
        EvaluationError: values or thresholds that do not fit, or thresholds that neither rise nor
            fall.

    >>> from ahp.evaluation import grade_membership
    >>> grade_membership(0.07, [0.05, 0.15, 0.25, 0.5]).round(4)
    array([0.8, 0.2, 0. , 0. ])
    """
    x = as_values(numbers_of(values), "values")
    t = as_values(numbers_of(thresholds), "thresholds")
    if t.ndim not in (1, 2) or t.shape[-1] < 2:
        raise shape_error("thresholds", t, Phrase("with_two_thresholds"), EvaluationError)
    if t.ndim == 2:
        if x.ndim < 1 or x.shape[-1] != len(t):
            expected = Phrase("one_a_row_of_thresholds", count=len(t))
            raise shape_error("values", x, expected, EvaluationError)
        names, rows = vector_labels(values), row_labels(thresholds)
        if rows is not None:
            name, owner = Phrase("thresholds"), Phrase("the_values")
            if names is None:
                raise EvaluationError("labels_of_one", name=name, labels=rows, owner=owner)
            order = order_of(rows, names, name, owner, EvaluationError)
            t = t if order is None else t[order]
    steps = np.diff(t, axis=-1)
    monotone = (steps > 0).all(axis=-1) | (steps < 0).all(axis=-1)
    if not monotone.all():
        row = t[~monotone][0] if t.ndim == 2 else t
        raise EvaluationError("thresholds_turn", thresholds=row.tolist())
    with np.errstate(over="ignore"):  # a value far beyond two near thresholds is beyond them
        left = 1 - np.clip((x[..., None] - t[..., :-1]) / steps, 0, 1)
    return np.diff(left, axis=-1, prepend=0.0, append=1.0)
