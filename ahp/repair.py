"""Diagnosis and repair: which judgments contradict the rest, and what would make them acceptable.

Everything here proposes; nothing overwrites. Judgments are acceptable when CR = CI/RI is below
`cr_max`, with λmax the Perron root (Saaty 1980, p. 21).

Two facts carry the module. ln λmax is a convex function of the logarithms of the judgments (Kingman
1961, Quart. J. Math. 12:283-284), so that a judgment has one best value, and a set of judgments one
best completion as far as they matter. And any positive vectors give a lower bound of ln λmax that
is linear in those logarithms (see `fewest_changes`). The searches are in `repair_search`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import combinations, permutations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .consistency import CR_LIMIT, ci_and_cr
from .eigen import perron
from .errors import ConvergenceError, MatrixError, OptionError
from .incomplete import (
    IncompleteConsistency,
    check_incomplete_consistency,
    complete_matrices,
    components_of,
    eigenvectors,
)
from .matrix import (
    Float,
    Int,
    PairwiseMatrix,
    as_matrices,
    as_numbers,
    given_labels,
)
from .messages import Phrase
from .random_index import random_index_value
from .repair_search import Progress, Search, Task, greedy, vanishing, vectors
from .result import Result
from .scale import SAATY_POSITIONS, ScaleValues, scale_values
from .tolerance import WRITTEN_RTOL

EXACT_ORDER = 7
"""Largest matrix that `fewest_changes` searches exactly unless told otherwise."""

REPAIR_METHODS = ("auto", "exact", "greedy")
"""What the `method` of `fewest_changes` may be."""

SMALLEST_LIMIT = 1e-9
"""What `cr_max` must exceed: CR of consistent judgments is 0 up to rounding only."""

XU_WEI_STEPS = 10_000
"""Steps after which the iteration of `smallest_adjustment` gives up."""

_CR_DECIMALS = 12
"""Decimals to which CR is known: it decides no order beyond them."""

_COMPLETED_CR_DECIMALS = 9
"""The same for completed matrices: completions leave more of CR open than rounding does."""

_BLOCK_CELLS = 2_000_000
"""Cells of the matrices of which the best values of judgments are sought at once."""

_NEWTON_STEPS = 30
"""Steps after which the best value of a judgment is sought by halving alone."""

_SETTLED = 1e-11
"""Step in ln a_ij at which the best value of a judgment is found."""


@dataclass(frozen=True, eq=False, repr=False)
class JudgmentDiagnosis(Result):
    """What changing one judgment alone would do.

    Attributes:
        i, j: the items compared, i < j, counted from 0.
        value: a_ij.
        best_value: the value on the scale with the lowest CR, the one nearest to `value` if there
            are several; `value` itself where no other is better.
        cr_before: CR of the matrix as it is.
        cr_after: CR with `best_value`.
        best_continuous: the best of all positive values.
        cr_continuous: CR with `best_continuous`.
        epsilon: a_ij w_j / w_i, 1 for a judgment that says what the weights say.
        labels: names of all n items, None for an unlabeled matrix.
    """

    i: int
    j: int
    value: float
    best_value: float
    cr_before: float
    cr_after: float
    best_continuous: float
    cr_continuous: float
    epsilon: float
    labels: tuple[str, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False, repr=False)
class Triad(Result):
    """Three judgments on three items, turned so that a_ij and a_jk are 1 or more.

    Attributes:
        i, j, k: the items, counted from 0.
        a_ij, a_jk, a_ik: the judgments.
        implied: a_ij a_jk, what a_ik would be without contradiction.
        residual: ln(implied / a_ik).
        cr: CR of the three judgments by themselves.
        low, high: a_ik between these, both exclusive, has the three judgments below CR 0.1.
        fitting: the values on the scale in that interval, ascending; may be empty.
        cyclic: i over j, j over k, and yet k over i.
        labels: names of all n items, None for an unlabeled matrix.
    """

    i: int
    j: int
    k: int
    a_ij: float
    a_jk: float
    a_ik: float
    implied: float
    residual: float
    cr: float
    low: float
    high: float
    fitting: tuple[float, ...]
    cyclic: bool
    labels: tuple[str, ...] | None = field(default=None, repr=False)


class Change(NamedTuple):
    """Judgment a_ij, i < j, counted from 0, and what takes its place."""

    i: int
    j: int
    old: float
    new: float


@dataclass(frozen=True, eq=False, repr=False)
class Repair(Result):
    """A proposal: a matrix with CR below the limit, and its distance from the original.

    Attributes:
        matrix: the proposal; cells that are not changed keep their bits.
        changes: the judgments that differ, ordered by i and j.
        cr_before, cr_after: CR of the original and of the proposal.
        cr_max: the limit asked for.
        random_index: name of the table in use.
        method: `"exact"`, `"greedy"` or `"xu_wei"`.
        exact: no proposal on the scale changes fewer judgments, and none that changes as few has a
            smaller `log_distance`.
        log_distance: Σ |ln(new/old)| over the changes.
        log_largest: the largest |ln(new/old)|.
        delta: largest |a'_ij − a_ij| of all cells (Xu & Wei 1999: below 2 is tolerable).
        sigma: sqrt(Σ_ij (a'_ij − a_ij)²) / n (Xu & Wei 1999: below 1 is tolerable).
        exponent: how much of the original is kept, for `"xu_wei"`.
        steps: how often `exponent` was applied, for `"xu_wei"`.
    """

    matrix: PairwiseMatrix
    changes: tuple[Change, ...]
    cr_before: float
    cr_after: float
    cr_max: float
    random_index: str
    method: str
    exact: bool
    log_distance: float
    log_largest: float
    delta: float
    sigma: float
    exponent: float | None = None
    steps: int | None = None

    @property
    def labels(self) -> tuple[str, ...] | None:
        """Names of the n items, None for an unlabeled matrix."""
        return given_labels(self.matrix)


def rank_judgments(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    scale: ScaleValues = SAATY_POSITIONS,
    random_index: str = "saaty",
) -> tuple[JudgmentDiagnosis, ...]:
    """Rank the judgments by how far changing each alone lowers CR.

    Every judgment is replaced by every value on the scale, and λmax computed anew each time, so
    that the order is that of the true effects; ε_ij = a_ij w_j / w_i (Saaty 2003, Eur. J.
    Operational Research 145:85-91) predicts them to first order only. The best positive value is
    where the derivative of λmax vanishes (Harker 1987, Appl. Math. Comput. 22:217-232), which is at
    a_ij² = (w_i / w_j)(u_j / u_i), with w the eigenvector and u that of the transpose; it lies
    between the smallest and the largest a_ik a_kj.

    With judgments missing, the given ones are ranked. CR is then that of
    `ahp.check_incomplete_consistency` with the method `"any"`, what is missing completed anew for
    every value tried; the best positive value is the one that completes the matrix without this
    judgment (Bozóki, Fülöp & Rónyai 2010, Math. Comput. Modelling 52:318-333), and the value itself
    where without it the judgments do not connect all items: then nothing can contradict it.

    Args:
        a: one matrix, NaN for not judged.
        scale: values that judgments may take.
        random_index: name of a table in `RANDOM_INDEX_TABLES`.

    Returns:
        A diagnosis for each judged pair, lowest `cr_after` first; equal ones by |ln ε|, largest
        first.

    Raises:
        MatrixError: not one pairwise comparison matrix.
        IncompleteError: the judged pairs do not connect all items.
        OptionError, RandomIndexError: unknown table, or one that does not reach n; no scale.

    >>> B = ahp.PairwiseMatrix.from_upper([3, 5, 1/9, 3, 3, 1])  # 1/9 was meant to be 9
    >>> worst = ahp.rank_judgments(B)[0]
    >>> worst.i, worst.j, worst.best_value, round(worst.cr_before, 3), round(worst.cr_after, 3)
    (0, 3, 7.0, 1.005, 0.012)
    """
    array = _one(a, complete=False)
    if np.isnan(array).any():
        return _rank_given(a, array, scale_values(scale), random_index)
    task = _task(a, scale, random_index, CR_LIMIT)
    before = task.cr_before
    best, after = task.values.copy(), np.full(task.pairs, before)
    for pair, ratios in enumerate(task.singles(task.untouched)):
        position = np.lexsort((task.costs[pair], ratios.round(_CR_DECIMALS)))[0]
        if ratios[position].round(_CR_DECIMALS) < round(before, _CR_DECIMALS):
            best[pair], after[pair] = task.scale[position], ratios[position]
    continuous, cr_continuous = _best_values(task)
    w = perron(task.array)[1]
    epsilon = task.values * (w[task.cols] / w[task.rows])
    ranked = np.lexsort((-np.abs(np.log(epsilon)), after.round(_CR_DECIMALS)))
    columns = (task.rows, task.cols, task.values, best, after, continuous, cr_continuous, epsilon)
    ordered = [column[ranked].tolist() for column in columns]
    return _diagnoses(before, ordered, given_labels(a))


def single_changes(array: Float, values: Float, random_index: str) -> tuple[Int, Float]:
    """CR with each judgment alone on each value of a scale, what is missing completed anew.

    Args:
        array: one validated matrix, NaN for not judged, connected.
        values: of the scale, shape (v,).
        random_index: name of the table for complete matrices.

    Returns:
        The judged pairs, row by row, shape (p, 2), and CR, shape (p, v).
    """
    n = len(array)
    pairs: Int = np.argwhere(np.triu(~np.isnan(array), 1))
    i, j = pairs.T
    which = np.arange(len(pairs))
    tried = np.tile(array, (len(pairs), len(values), 1, 1))
    tried[which, :, i, j], tried[which, :, j, i] = values, 1 / values
    consistency = check_incomplete_consistency(
        tried.reshape(-1, n, n), method="any", random_index=random_index
    )
    return pairs, np.reshape(consistency.cr, (len(pairs), len(values)))


def _rank_given(
    a: Any, array: Float, scale: Float, random_index: str
) -> tuple[JudgmentDiagnosis, ...]:
    """`rank_judgments` of a matrix with judgments missing."""
    root = check_incomplete_consistency(a, method="any", random_index=random_index)
    w = eigenvectors(array, a)
    pairs, crs = single_changes(array, scale, random_index)
    i, j = pairs.T
    judgments = array[i, j]
    steps = np.abs(np.log(scale) - np.log(judgments)[:, None])
    rounded = crs.round(_COMPLETED_CR_DECIMALS)
    which, best = np.arange(len(pairs)), np.lexsort((steps, rounded))[:, 0]
    helps = rounded[which, best] < np.round(root.cr, _COMPLETED_CR_DECIMALS)
    after = np.where(helps, crs[which, best], root.cr)
    continuous, cr_continuous = _implied(array, pairs, root)
    epsilon = judgments * (w[j] / w[i])
    # rounded, so that judgments that fit alike keep the order of the items
    misfit = np.abs(np.log(epsilon)).round(_COMPLETED_CR_DECIMALS)
    ranked = np.lexsort((-misfit, after.round(_COMPLETED_CR_DECIMALS)))
    replaced = np.where(helps, scale[best], judgments)
    columns = (i, j, judgments, replaced, after, continuous, cr_continuous, epsilon)
    ordered = [column[ranked].tolist() for column in columns]
    return _diagnoses(root.cr, ordered, given_labels(a))


def _implied(array: Float, pairs: Int, root: IncompleteConsistency) -> tuple[Float, Float]:
    """What the other judgments imply for each of the pairs, and CR with it."""
    i, j = pairs.T
    which = np.arange(len(pairs))
    others = np.tile(array, (len(pairs), 1, 1))
    others[which, i, j] = others[which, j, i] = np.nan
    bridge = components_of(~np.isnan(others)).any(axis=-1)
    values, crs = array[i, j], np.full(len(pairs), root.cr)
    if not bridge.all():
        completion = complete_matrices(others[~bridge])
        values[~bridge] = completion.values[which[: len(completion.values)], i[~bridge], j[~bridge]]
        crs[~bridge] = ci_and_cr(np.asarray(completion.lambda_max), root.n, root.ri)[1]
    return values, crs


def _diagnoses(
    before: float, columns: list[list[Any]], labels: tuple[str, ...] | None
) -> tuple[JudgmentDiagnosis, ...]:
    return tuple(
        JudgmentDiagnosis(
            i=i,
            j=j,
            value=value,
            best_value=best,
            cr_before=before,
            cr_after=after,
            best_continuous=continuous,
            cr_continuous=cr_continuous,
            epsilon=epsilon,
            labels=labels,
        )
        for i, j, value, best, after, continuous, cr_continuous, epsilon in zip(
            *columns, strict=True
        )
    )


def worst_triads(
    a: ArrayLike | PairwiseMatrix | Any,
    count: int = 3,
    *,
    scale: ScaleValues = SAATY_POSITIONS,
    random_index: str = "saaty",
) -> tuple[Triad, ...]:
    """The triads of items whose three judgments contradict each other most.

    The eigenvector of three items are the row geometric means (Crawford & Williams 1985, J. Math.
    Psychology 29:387-405), so that λmax = 1 + 2 cosh(t/3), t = ln(a_ij a_jk / a_ik), and
    CR = (cosh(t/3) − 1)/RI(3), whichever way the triad is turned; CR < 0.1 for
    |t| < 3 arcosh(1 + 0.1 RI(3)).

    Each triad is turned so that i ≥ j ≥ k are judged in this order; where there are several ways,
    the one with the largest a_ij a_jk, which in a cycle leaves the weakest judgment for a_ik.

    With judgments missing, the triads are those whose three judgments are all given.

    Args:
        a: one matrix, NaN for not judged.
        count: how many triads; all of them if there are fewer.
        scale: values that judgments may take.
        random_index: name of the table that has RI(3).

    Returns:
        The triads with the largest |t|, largest first; none for n < 3.

    Raises:
        MatrixError: not one pairwise comparison matrix.
        OptionError: unknown table, no scale, or a count that is none.

    >>> B = ahp.PairwiseMatrix.from_upper([3, 5, 1/9, 3, 3, 1])  # 1/9 was meant to be 9
    >>> triad = ahp.worst_triads(B)[0]
    >>> triad.i, triad.j, triad.k, round(triad.implied, 3), triad.cyclic
    (1, 3, 0, 27.0, True)
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        expected = Phrase("whole_number_at_least", least=1)
        raise OptionError.refused("count", count, expected)
    array = _one(a, complete=False)
    values = scale_values(scale)
    ri = random_index_value(3, random_index)
    logs = np.log(array)
    triads = np.array(list(combinations(range(len(array)), 3)), dtype=np.intp).reshape(-1, 3)
    i, j, k = triads.T
    sizes = np.abs(logs[i, j] + logs[j, k] - logs[i, k])
    whole = ~np.isnan(sizes)
    triads, sizes = triads[whole], sizes[whole]
    # rounded, so that triads that are equally bad keep the order of the items
    worst = np.argsort(-sizes.round(12), kind="stable")[:count]
    labels = given_labels(a)
    return tuple(
        _triad(array, [int(item) for item in triads[t]], values, ri, labels) for t in worst
    )


def fewest_changes(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    cr_max: float = CR_LIMIT,
    scale: ScaleValues = SAATY_POSITIONS,
    random_index: str = "saaty",
    method: str = "auto",
    progress: Progress | None = None,
) -> Repair:
    """Change as few judgments as possible, to values on the scale, so that CR < cr_max.

    Among proposals with equally few changes the one with the smallest Σ |ln(new/old)|; sums within
    1e-9 count as equal, and the lower CR decides. Judgments that stay need not be on the scale. A
    value within a relative 1e-8 of the judgment is no change.

    The exact search is the problem of Bozóki, Fülöp & Poesz (2015, Central Eur. J. Operations
    Research 23:849-866), solved by cuts. Write y for the logarithms of the judgments and take any
    positive q_ij with sum 1, row sums r_i and column sums c_j. For the eigenvector v of any matrix
    with logarithms y, Jensen's inequality gives Σ q_ij ln(a_ij v_j r_i / (λ v_i q_ij)) ≤
    Σ r_i ln Σ_j a_ij v_j / (λ v_i) = 0, hence
    `ln λ ≥ Σ q_ij (y_ij + ln(r_i / q_ij)) − ½ Σ |r_i − c_i| (max ln v − min ln v)`, and
    max ln v − min ln v ≤ 2 max |y|: a bound that is linear in y (a cut). With q_ij in proportion to
    u_i a_ij w_j, where w and u are eigenvectors of a matrix and its transpose, it is the tangent at
    that matrix, but it holds however exact these are. Hence:

    1. A set of judgments is excluded only by a cut that stays above the limit for all values of
       its members. The cuts come from minimizing λmax over the set, a convex problem; if that
       minimization is inexact, the set is not excluded, nothing worse.
    2. Of every other set, all values are searched, depth first. A partial choice is dropped only if
       a cut is above the limit for all completions, or if the sum of all completions exceeds the
       best known: by itself, or since, for any μ ≥ 0, a completion that meets the limit has
       sum ≥ sum + μ (cut − limit), whose minimum separates into one for each member.
    3. What is left is decided by its CR, computed as in `check_consistency`.

    Sets are taken by size, so the first size with a proposal is the smallest. Cuts exclude from
    1e-9 above ln of the limit, which covers rounding.

    At n = 7 and CR up to 0.5 this takes some hundredths of a second, seldom two seconds. Entries
    drawn at random, CR around 1, need five to nine changes and take half a second as a rule, one
    matrix in ten longer than three seconds, and the worst that were met a minute. `progress` is
    called all along, and the search can be interrupted at any time, by an exception from
    `progress` as well: it holds nothing and has changed nothing.

    The greedy heuristic changes the judgment that `rank_judgments` has first until CR < cr_max,
    takes back what proves unneeded, then moves the changed judgments towards their old values as
    far as the limit allows, each time the move that gains most.

    Args:
        a: one complete matrix.
        cr_max: the limit, above 1e-9.
        scale: values that judgments may take.
        random_index: name of a table in `RANDOM_INDEX_TABLES`.
        method: `"exact"`, `"greedy"`, or `"auto"`: exact up to n = 7, greedy above.
        progress: called with the sets decided so far and the number of sets at most.

    Returns:
        A `Repair`; without changes if CR < cr_max already.

    Raises:
        MatrixError: not one complete pairwise comparison matrix.
        OptionError, RandomIndexError: unknown method or table, or one that does not reach n; no
            scale; no limit.
        ConvergenceError: the heuristic came to a matrix that no single change improves.

    >>> B = ahp.PairwiseMatrix.from_upper([3, 5, 1/9, 3, 3, 1])  # 1/9 was meant to be 9
    >>> repair = ahp.fewest_changes(B)
    >>> repair.changes
    (Change(i=0, j=3, old=0.1111111111111111, new=2.0),)
    >>> round(repair.cr_after, 3)
    0.083
    """
    if method not in REPAIR_METHODS:
        raise OptionError.unknown("method", method, REPAIR_METHODS)
    task = _task(a, scale, random_index, cr_max)
    if method == "auto":
        method = "exact" if task.n <= EXACT_ORDER else "greedy"
    best = greedy(task)
    if method == "exact" and task.cr_before >= task.cr_max:
        best = Search(task, best, progress).run()
    elif best.cr >= task.cr_max:
        raise ConvergenceError("greedy_stuck", changes=best.size, cr=best.cr, limit=task.cr_max)
    return _repair(task, a, task.matrices(best.positions[None])[0], method, method == "exact")


def smallest_adjustment(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    cr_max: float = CR_LIMIT,
    random_index: str = "saaty",
    exponent: float | None = None,
) -> Repair:
    """Move all judgments towards their weights until CR < cr_max, off the scale.

    The step is a'_ij = a_ij^λ (w_i / w_j)^(1−λ), w the eigenvector of the matrix at hand, which
    keeps reciprocity and never raises λmax (Xu & Wei 1999, Eur. J. Operational Research
    116:443-449).

    Args:
        a: one complete matrix.
        cr_max: the limit, above 1e-9.
        random_index: name of a table in `RANDOM_INDEX_TABLES`.
        exponent: λ, between 0 and 1. With a number the step is repeated, with the weights of each
            new matrix, until CR < cr_max, as Xu & Wei do. With None a single step is taken, with
            the largest λ that has CR < cr_max: ln λmax is convex along the way and smallest at
            λ = 0, so CR rises with λ, and bisection finds the λ at which it meets the limit, to
            the last bit.

    Returns:
        A `Repair` with the λ in use and the number of steps; without changes, λ = 1 and 0 steps if
        CR < cr_max already.

    Raises:
        MatrixError: not one complete pairwise comparison matrix.
        OptionError, RandomIndexError: unknown table, or one that does not reach n; no limit; λ out
            of range.
        ConvergenceError: too many steps.

    >>> B = ahp.PairwiseMatrix.from_upper([3, 5, 1/9, 3, 3, 1])  # 1/9 was meant to be 9
    >>> repair = ahp.smallest_adjustment(B)
    >>> round(repair.cr_before, 3), round(repair.cr_after, 3), len(repair.changes)
    (1.005, 0.1, 6)
    """
    task = _task(a, SAATY_POSITIONS, random_index, cr_max)
    if exponent is not None:
        exponent = _number("exponent", exponent, 0, 1)
    if task.cr_before < task.cr_max:
        matrix, steps, exponent = task.array, 0, 1.0
    elif exponent is None:
        exponent, matrix = _single_step(task)
        steps = 1
    else:
        matrix, steps = _repeated_steps(task, exponent)
    repair = _repair(task, a, matrix, "xu_wei", exact=False)
    return replace(repair, exponent=exponent, steps=steps)


# --- from arguments to a task, from a matrix to a result -----------------------------------------


def _task(a: Any, scale: ScaleValues, random_index: str, cr_max: float) -> Task:
    array = _one(a)
    n = len(array)
    values = scale_values(scale)
    ri = random_index_value(n, random_index)
    limit = _number("cr_max", cr_max, SMALLEST_LIMIT, math.inf)
    rows, cols = np.triu_indices(n, 1)
    old = array[rows, cols][:, None]
    steps = np.log(values) - np.log(old)
    same = np.abs(values / old - 1) <= WRITTEN_RTOL
    costs = np.where(same, np.inf, np.abs(steps))
    return Task(array, rows, cols, values, steps, costs, ri, random_index, limit)


def _one(a: Any, *, complete: bool = True) -> Float:
    array = as_matrices(a, complete=complete)
    if array.ndim != 2:
        raise MatrixError("not_one_matrix", shape=str(array.shape))
    return array


def _number(name: str, value: Any, low: float, high: float) -> float:
    number = float(as_numbers(value, name, OptionError)) if np.ndim(value) == 0 else math.nan
    if not low < number < high:
        expected = Phrase("between", low=low, high=high)
        raise OptionError.refused(name, value, expected)
    return number


def _repair(task: Task, a: Any, matrix: Float, method: str, exact: bool) -> Repair:
    new, old = matrix[task.rows, task.cols], task.values
    moved = np.flatnonzero(new != old)
    logs = np.abs(np.log(new[moved] / old[moved]))
    difference = np.abs(matrix - task.array)
    return Repair(
        matrix=PairwiseMatrix(matrix, given_labels(a)),
        changes=tuple(
            Change(int(task.rows[p]), int(task.cols[p]), float(old[p]), float(new[p]))
            for p in moved
        ),
        cr_before=task.cr_before,
        cr_after=float(task.cr(matrix)),
        cr_max=task.cr_max,
        random_index=task.random_index,
        method=method,
        exact=exact,
        log_distance=float(logs.sum()),
        log_largest=float(logs.max(initial=0)),
        delta=float(difference.max()),
        sigma=float(np.linalg.norm(difference) / task.n),
    )


# --- diagnosis -----------------------------------------------------------------------------------


def _best_values(task: Task) -> tuple[Float, Float]:
    """The best positive value of every judgment alone, and CR with it."""
    if task.n < 3:  # always consistent
        return task.values, np.zeros(task.pairs)
    block = max(1, _BLOCK_CELLS // task.n**2)
    pairs = np.arange(task.pairs)
    parts = [_best_of(task, pairs[s : s + block]) for s in range(0, task.pairs, block)]
    best, crs = zip(*parts, strict=True)
    return np.concatenate(best), np.concatenate(crs)


def _best_of(task: Task, pairs: Int) -> tuple[Float, Float]:
    """The best values of some pairs at once.

    Newton's method with the second derivative of a consistent matrix, kept inside a bracket, which
    is halved where that does not settle soon.
    """
    n, rows, cols = task.n, task.rows[pairs], task.cols[pairs]
    which = np.arange(len(pairs))
    logs = np.log(task.array)
    detours = logs[rows] + logs[:, cols].T  # ln a_ik a_kj
    detours[which, rows] = detours[which, cols] = np.nan
    low, high = np.nanmin(detours, axis=1), np.nanmax(detours, axis=1)
    x = np.clip(logs[rows, cols], low, high)
    matrices = np.repeat(task.array[None], len(pairs), axis=0)
    moved, step = np.inf, 0
    while moved > _SETTLED:
        matrices[which, rows, cols], matrices[which, cols, rows] = np.exp(x), np.exp(-x)
        _, right, left = vectors(matrices)
        pull = vanishing(right, left, rows, cols)[which, which] - x
        low, high = np.where(pull > 0, x, low), np.where(pull < 0, x, high)
        newton = x + pull * n / (n - 2)
        inside = (low <= newton) & (newton <= high) & (step < _NEWTON_STEPS)
        following = np.where(inside, newton, (low + high) / 2)
        moved, x, step = float(np.abs(following - x).max()), following, step + 1
    matrices[which, rows, cols], matrices[which, cols, rows] = np.exp(x), np.exp(-x)
    return np.exp(x), task.cr(matrices)


def _triad(
    array: Float, items: list[int], scale: Float, ri: float, labels: tuple[str, ...] | None
) -> Triad:
    def ordered(turn: tuple[int, ...]) -> tuple[bool, float]:
        i, j, k = turn
        return bool(array[i, j] >= 1 and array[j, k] >= 1), float(array[i, j] * array[j, k])

    i, j, k = max(permutations(items), key=ordered)
    implied = float(array[i, j] * array[j, k])
    reach = 3 * math.acosh(1 + CR_LIMIT * ri)
    low, high = implied * math.exp(-reach), implied * math.exp(reach)
    residual = math.log(implied / array[i, k])
    return Triad(
        i=i,
        j=j,
        k=k,
        a_ij=float(array[i, j]),
        a_jk=float(array[j, k]),
        a_ik=float(array[i, k]),
        implied=implied,
        residual=residual,
        cr=(math.cosh(residual / 3) - 1) / ri,
        low=low,
        high=high,
        fitting=tuple(scale[(low < scale) & (scale < high)].tolist()),
        cyclic=bool(array[i, j] > 1 and array[j, k] > 1 and array[i, k] < 1),
        labels=labels,
    )


# --- adjustment ----------------------------------------------------------------------------------


def _towards_weights(array: Float, exponent: float) -> Float:
    """a_ij^λ (w_i / w_j)^(1−λ), w the eigenvector of the array."""
    log_w = np.log(perron(array)[1])
    logs = exponent * np.log(array) + (1 - exponent) * (log_w[:, None] - log_w)
    upper = np.exp(np.triu(logs, 1))
    return np.where(np.tri(len(array), dtype=bool), 1 / upper.T, upper)


def _single_step(task: Task) -> tuple[float, Float]:
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        met = task.cr(_towards_weights(task.array, middle)) < task.cr_max
        low, high = (middle, high) if met else (low, middle)
    return low, _towards_weights(task.array, low)


def _repeated_steps(task: Task, exponent: float) -> tuple[Float, int]:
    matrix = task.array
    for step in range(1, XU_WEI_STEPS + 1):
        matrix = _towards_weights(matrix, exponent)
        if task.cr(matrix) < task.cr_max:
            return matrix, step
    raise ConvergenceError(
        "repair_steps",
        exponent=exponent,
        cr=float(task.cr(matrix)),
        steps=XU_WEI_STEPS,
        limit=task.cr_max,
    )
