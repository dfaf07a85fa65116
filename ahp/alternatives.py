"""Alternatives below the leaves: their priorities, their scores, and whether ranks hold.

Every leaf has weights of the alternatives, compared in pairs or measured. The consistency of that
lowest level follows from `ahp.total_consistency`, with the global weights of the leaves and the CI
and RI of the alternatives' matrices under each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .eigen import normalized
from .errors import HierarchyError, OptionError
from .labels import axis_labels, is_frame, joined_vector, order_of, vector_labels
from .matrix import (
    Float,
    as_matrices,
    as_numbers,
    first_cell,
    given_labels,
    in_order,
    refuse,
    shape_error,
)
from .messages import Phrase
from .priority import check_method, weights
from .result import Result, read_only
from .tolerance import shared_ranks
from .version import __version__

MODES = ("distributive", "ideal")
"""How the weights of the alternatives under a leaf are scaled before they are added up."""


def synthesize(global_weights: ArrayLike, local: ArrayLike, mode: str = "distributive") -> Float:
    """Priorities of alternatives from the weights of the leaves and the local weights under each.

    The distributive mode (Saaty 1980) divides each column by its sum: the alternatives share the
    weight of a leaf, and another alternative takes its part from all. The ideal mode (Saaty 1994,
    Fundamentals of Decision Making, ch. 5; Millet & Saaty 2000, European J. Operational Research
    121:205-212) divides by the largest: the best alternative under a leaf gets its whole weight,
    and an alternative that is nowhere the best changes no other's score. Both are scaled to sum 1
    at last.

    Args:
        global_weights: of the leaves, shape (..., leaves), 0 or more; scaled to sum 1.
        local: of the m alternatives under each leaf, shape (..., m, leaves), 0 or more; global
            weights with labels are joined to the columns of a DataFrame by them.
        mode: one of `MODES`.

    Returns:
        Priorities, shape (..., m), sum 1.

    Raises:
        OptionError: unknown mode.
        HierarchyError: weights that do not fit, or that are all 0 in a column.

    >>> local = [[0.8, 0.4], [0.2, 0.6]]  # a row an alternative
    >>> ahp.synthesize([0.7, 0.3], local)
    array([0.68, 0.32])
    >>> ahp.synthesize([0.7, 0.3], local, "ideal").round(4)
    array([0.6545, 0.3455])
    """
    if mode not in MODES:
        raise OptionError.unknown("mode", mode, MODES)
    return _synthesis(*_checked(global_weights, local, "local_weights"), mode)


def weighted_sum(global_weights: ArrayLike, scores: ArrayLike) -> Float:
    """Weighted sum model, Σ w_j s_ij (Fishburn 1967, Operations Research 15:537-542).

    The scores of all criteria must have one unit.

    Args:
        global_weights: of the criteria, shape (..., criteria), 0 or more; scaled to sum 1.
        scores: of the m alternatives, shape (..., m, criteria), 0 or more.

    Returns:
        Weighted means of the scores, shape (..., m).

    Raises:
        HierarchyError: weights or scores that do not fit.

    >>> ahp.weighted_sum([0.7, 0.3], [[4, 9], [6, 6]])
    array([5.5, 6. ])
    """
    w, s = _checked(global_weights, scores, "scores")
    return _weighted(w, s)


def weighted_product(global_weights: ArrayLike, scores: ArrayLike) -> Float:
    """Weighted product model, Π s_ij^w_j (Bridgman 1922, Dimensional Analysis; Miller & Starr
    1969, Executive Decisions and Operations Research).

    The ratio of two alternatives depends on no unit and on no other alternative.

    Args:
        global_weights: of the criteria, shape (..., criteria), 0 or more; scaled to sum 1.
        scores: of the m alternatives, shape (..., m, criteria), positive.

    Returns:
        Weighted geometric means of the scores, shape (..., m).

    Raises:
        HierarchyError: weights or scores that do not fit.

    >>> ahp.weighted_product([0.7, 0.3], [[4, 9], [6, 6]]).round(4)
    array([5.1017, 6.    ])
    """
    w, s = _checked(global_weights, scores, "scores")
    if not s.all():
        cell = first_cell(s == 0, Phrase("scores"))
        raise HierarchyError("positive_for_product", cell=cell)
    product: Float = np.exp(_weighted(w, np.log(s)))
    return product


def ratings(
    global_weights: ArrayLike,
    intensities: Sequence[Mapping[str, float]],
    grades: Sequence[Sequence[str]],
) -> Float:
    """Absolute ratings: scores of alternatives that are graded one by one, not compared.

    Every criterion has its own grades, whose intensities were weighted by comparing them in pairs.
    They are divided by the largest, so that the best grade everywhere scores 1, and summed with
    the weights of the criteria (Saaty 1986, Socio-Economic Planning Sciences 20:327-331). A score
    depends on no other alternative: ranks never reverse.

    Args:
        global_weights: of the criteria, shape (criteria,), 0 or more; scaled to sum 1.
        intensities: for each criterion grade -> weight, 0 or more.
        grades: for each of m alternatives its grade on each criterion.

    Returns:
        Scores from 0 to 1, shape (m,).

    Raises:
        HierarchyError: an unknown grade (alternative and criterion are named by number), or
            numbers that do not fit.

    >>> grades = [{"good": 0.6, "poor": 0.2}, {"yes": 0.8, "no": 0.2}]
    >>> ahp.ratings([0.75, 0.25], grades, [("good", "yes"), ("poor", "no")])
    array([1.    , 0.3125])
    """
    scales = []
    for number, by_grade in enumerate(intensities):
        name = Phrase("intensities_of", number=number)
        values = as_numbers(list(by_grade.values()), name, HierarchyError)
        if not (np.isfinite(values) & (values >= 0)).all() or not values.any():
            raise HierarchyError(
                "numbers_expected",
                name=name,
                values=values.tolist(),
                expected=Phrase("numbers_not_all_zero"),
            )
        scales.append(dict(zip(by_grade, (values / values.max()).tolist(), strict=True)))
    scores = np.empty((len(grades), len(scales)))
    for i, row in enumerate(grades):
        if isinstance(row, str) or len(row) != len(scales):
            raise HierarchyError("grades_count", alternative=i, grades=repr(row), count=len(scales))
        for j, grade in enumerate(row):
            if grade not in scales[j]:
                raise HierarchyError(
                    "grade_unknown",
                    alternative=i,
                    criterion=j,
                    grade=grade,
                    valid=tuple(scales[j]),
                )
            scores[i, j] = scales[j][grade]
    return weighted_sum(global_weights, scores)


@dataclass(frozen=True, eq=False, repr=False)
class RankReversal(Result):
    """What one alternative more or less does to the order of the others.

    Attributes:
        mode: one of `MODES`.
        change: `"removed"`, or `"copied"` when a second one like it was added.
        alternative: the one removed or copied.
        priorities: of the alternatives that are left in their order, or of all with the copy last.
        reversed_pairs: pairs of alternatives that were there before and after in opposite orders,
            as (ahead before, ahead after). A tie on either side is no reversal.
    """

    mode: str
    change: str
    alternative: str
    priorities: Float
    reversed_pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False, repr=False)
class RankReversalReport(Result):
    """Orders of alternatives under removals and copies.

    Attributes:
        names: of the m alternatives.
        priorities: mode -> priorities of all, shape (m,).
        cases: for each mode, every alternative removed, then every one copied.
        method: of the weights under each leaf; None when local weights were given.
        version: of `ahp`.
    """

    names: tuple[str, ...]
    priorities: Mapping[str, Float]
    cases: tuple[RankReversal, ...]
    method: str | None
    version: str = __version__

    @property
    def reversals(self) -> tuple[RankReversal, ...]:
        """The cases in which an order reverses."""
        return tuple(case for case in self.cases if case.reversed_pairs)


def rank_reversal_report(
    global_weights: ArrayLike,
    local: ArrayLike | None = None,
    *,
    matrices: ArrayLike | Any = None,
    method: str = "eigenvector",
    names: Sequence[str] | None = None,
) -> RankReversalReport:
    """Remove each alternative in turn, copy each in turn, and see whose order reverses.

    Belton & Gear (1983, Omega 11:228-230) found that a copy of an alternative can reverse the
    order of two others in the distributive mode. In the ideal mode a copy changes no order when
    local weights are given; a removal can.

    Args:
        global_weights: of the leaves, shape (leaves,), 0 or more.
        local: weights of the m alternatives under each leaf, shape (m, leaves), which keep their
            proportions; or None with
        matrices: comparisons of the alternatives under each leaf, shape (leaves, m, m), from
            which the weights are derived anew each time. A copy is judged 1 against its original
            and like it against the others.
        method: as for `ahp.weights`, for the matrices.
        names: of the alternatives; None = the labels of the matrices or of the rows of a DataFrame,
            which are joined to the names by label if both are given; `"1"` … `"m"` without.

    Raises:
        OptionError: unknown method, or not one of `local` and `matrices`.
        HierarchyError, MatrixError: weights, matrices or names that do not fit.

    >>> local = [[1/11, 9/11, 8/18], [9/11, 1/11, 9/18], [1/11, 1/11, 1/18]]
    >>> report = ahp.rank_reversal_report([1, 1, 1], local, names=["A", "B", "C"])
    >>> [(case.change, case.alternative, case.reversed_pairs) for case in report.reversals]
    [('copied', 'B', (('B', 'A'),))]
    """
    check_method(method)
    if (local is None) == (matrices is None):
        raise OptionError("one_of_local_and_matrices")
    compared = None
    table: Any = local
    known = axis_labels(table.index) if is_frame(local) else given_labels(matrices)
    if local is None:
        compared = as_matrices(matrices)
        if compared.ndim != 3:
            raise shape_error("matrices", compared, "(leaves, m, m)", HierarchyError)
        local = weights(compared, method).T
    w, columns = _checked(global_weights, local, "local_weights")
    if columns.ndim != 2 or len(columns) < 2:
        expected = Phrase("with_alternatives")
        raise shape_error("local_weights", columns, expected, HierarchyError)
    labels = _names(known if names is None else names, len(columns))
    if known is not None and known != labels:
        order = order_of(known, labels, Phrase("alternatives"), Phrase("names"), HierarchyError)
        columns = columns[order]
        compared = None if compared is None else in_order(compared, order)
    everyone = list(range(len(columns)))
    base = {mode: _synthesis(w, columns, mode) for mode in MODES}
    changes = [("removed", k, [*everyone[:k], *everyone[k + 1 :]]) for k in everyone]
    changes += [("copied", k, [*everyone, k]) for k in everyone]
    cases = []
    for mode in MODES:
        for change, changed, there in changes:
            if compared is None:
                local_after = columns[there]
            else:
                local_after = weights(compared[:, there][:, :, there], method).T
            after = _synthesis(w, local_after, mode)
            stay = there[: len(everyone)]  # without the copy
            pairs = tuple(
                (labels[stay[i]], labels[stay[j]])
                for i, j in _reversed(base[mode][stay], after[: len(stay)])
            )
            cases.append(RankReversal(mode, change, labels[changed], read_only(after), pairs))
    priorities = MappingProxyType({mode: read_only(scores) for mode, scores in base.items()})
    used = None if compared is None else method
    return RankReversalReport(labels, priorities, tuple(cases), used)


def _checked(global_weights: ArrayLike, values: ArrayLike, name: str) -> tuple[Float, Float]:
    """Weights scaled to sum 1, shape (..., leaves), and a table, with its code, that fits them."""
    by_leaf = vector_labels(values) if is_frame(values) else None
    of_weights, of_table = Phrase("global_weights"), Phrase(name)
    owner = Phrase(f"the_{name}")
    joined = joined_vector(global_weights, by_leaf, of_weights, owner, HierarchyError)
    w = as_numbers(joined, of_weights, HierarchyError)
    table = as_numbers(values, of_table, HierarchyError)
    if w.ndim < 1 or table.ndim < 2 or table.shape[-1] != w.shape[-1] or not table.size:
        raise HierarchyError(
            "weights_do_not_fit",
            name=of_table,
            shape=str(table.shape),
            weights_shape=str(w.shape),
        )
    for array, what in ((w, of_weights), (table, of_table)):
        wrong = ~(np.isfinite(array) & (array >= 0))
        refuse(wrong, what, array, Phrase("finite_not_negative"), HierarchyError)
    if not w.any(axis=-1).all():
        raise HierarchyError("all_zero", name=of_weights)
    return normalized(w / w.max(axis=-1, keepdims=True)), table


def _weighted(w: Float, table: Float) -> Float:
    # row by row: alternatives with equal scores get equal bits
    total: Float = (table * w[..., None, :]).sum(axis=-1)
    return total


def _synthesis(w: Float, local: Float, mode: str) -> Float:
    largest = local.max(axis=-2, keepdims=True)
    if not largest.all():
        leaf = int(np.argwhere(largest == 0)[0][-1])
        raise HierarchyError("leaf_weights_zero", leaf=leaf)
    scaled = local / largest
    if mode == "distributive":
        scaled /= scaled.sum(axis=-2, keepdims=True)
    return normalized(_weighted(w, scaled))


def _reversed(before: Float, after: Float) -> list[tuple[int, int]]:
    """Pairs (i, j) with i ahead of j before and j ahead of i after."""
    old, new = shared_ranks(before), shared_ranks(after)
    swapped = (old[:, None] < old) & (new[:, None] > new)
    return [(int(i), int(j)) for i, j in np.argwhere(swapped)]


def _names(names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return tuple(str(k + 1) for k in range(count))
    if len(names) != count or len(set(names)) != count:
        raise HierarchyError("names_differ", names=tuple(names), count=count)
    return tuple(names)
