"""Diagnosis and repair: which judgments contradict the rest, and what would make them acceptable.

Everything here proposes; nothing overwrites. Judgments are acceptable when CR = CI/RI is below
`cr_max`, with λmax the Perron root (Saaty 1980, p. 21).

Two facts carry the module. ln λmax is a convex function of the logarithms of the judgments (Kingman
1961, Quart. J. Math. 12:283-284), so that a judgment has one best value, and a set of judgments one
best completion as far as they matter. And any positive vectors give a lower bound of ln λmax that
is linear in those logarithms (see `fewest_changes`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice, permutations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .consistency import CR_LIMIT
from .eigen import perron
from .errors import AHPError, ConvergenceError, MatrixError, OptionError
from .matrix import RECIPROCITY_RTOL, Float, PairwiseMatrix, as_matrices, as_numbers
from .random_index import random_index_value
from .scale import SAATY_POSITIONS, parse_judgment

Scale = Sequence[str | float]
"""The values that judgments may take, as text or numbers: 1, and with every value its inverse."""

Progress = Callable[[int, int], None]
"""Called with the number of sets of judgments that are decided, and the number of all."""

_Integers = NDArray[np.intp]

EXACT_ORDER = 7
"""Largest matrix that `fewest_changes` searches exactly unless told otherwise."""

REPAIR_METHODS = ("auto", "exact", "greedy")
"""What the `method` of `fewest_changes` may be."""

SMALLEST_LIMIT = 1e-9
"""What `cr_max` must exceed: CR of consistent judgments is 0 up to rounding only."""

XU_WEI_STEPS = 10_000
"""Steps after which the iteration of `smallest_adjustment` gives up."""

_TIE = 1e-9
"""Sums of |ln(new/old)| closer than this count as equal."""

_CR_DECIMALS = 12
"""Decimals to which CR is known: it decides no order beyond them."""

_BLOCK_CELLS = 2_000_000
"""Cells of the matrices that are built at once."""

_NEWTON_STEPS = 30
"""Steps after which the best value of a judgment is sought by halving alone."""

_SETTLED = 1e-11
"""Step in ln a_ij at which the best value of a judgment is found."""


@dataclass(frozen=True)
class JudgmentDiagnosis:
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


@dataclass(frozen=True)
class Triad:
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


class Change(NamedTuple):
    """Judgment a_ij, i < j, counted from 0, and what takes its place."""

    i: int
    j: int
    old: float
    new: float


@dataclass(frozen=True)
class Repair:
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


def rank_judgments(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    scale: Scale = SAATY_POSITIONS,
    random_index: str = "saaty",
) -> tuple[JudgmentDiagnosis, ...]:
    """Rank the judgments by how far changing each alone lowers CR.

    Every judgment is replaced by every value on the scale, and λmax computed anew each time, so
    that the order is that of the true effects; ε_ij = a_ij w_j / w_i (Saaty 2003, Eur. J.
    Operational Research 145:85-91) predicts them to first order only. The best positive value is
    where the derivative of λmax vanishes (Harker 1987, Appl. Math. Comput. 22:217-232), which is at
    a_ij² = (w_i / w_j)(u_j / u_i), with w the eigenvector and u that of the transpose; it lies
    between the smallest and the largest a_ik a_kj.

    Args:
        a: one complete matrix.
        scale: values that judgments may take.
        random_index: name of a table in `RANDOM_INDEX_TABLES`.

    Returns:
        A diagnosis for each of the n(n−1)/2 pairs, lowest `cr_after` first; equal ones by |ln ε|,
        largest first.

    Raises:
        MatrixError: not one complete pairwise comparison matrix.
        OptionError, RandomIndexError: unknown table, or one that does not reach n; no scale.
    """
    task = _task(a, scale, random_index, CR_LIMIT)
    before = task.cr_before
    best, after = task.values.copy(), np.full(task.pairs, before)
    for pair, found in enumerate(task.singles(task.untouched)):
        position = np.lexsort((task.costs[pair], found.round(_CR_DECIMALS)))[0]
        if found[position].round(_CR_DECIMALS) < round(before, _CR_DECIMALS):
            best[pair], after[pair] = task.scale[position], found[position]
    continuous, cr_continuous = _best_values(task)
    w = perron(task.array)[1]
    epsilon = task.values * (w[task.cols] / w[task.rows])
    return tuple(
        JudgmentDiagnosis(
            i=int(task.rows[pair]),
            j=int(task.cols[pair]),
            value=float(task.values[pair]),
            best_value=float(best[pair]),
            cr_before=before,
            cr_after=float(after[pair]),
            best_continuous=float(continuous[pair]),
            cr_continuous=float(cr_continuous[pair]),
            epsilon=float(epsilon[pair]),
        )
        for pair in np.lexsort((-np.abs(np.log(epsilon)), after.round(_CR_DECIMALS)))
    )


def worst_triads(
    a: ArrayLike | PairwiseMatrix | Any,
    count: int = 3,
    *,
    scale: Scale = SAATY_POSITIONS,
    random_index: str = "saaty",
) -> tuple[Triad, ...]:
    """The triads of items whose three judgments contradict each other most.

    The eigenvector of three items are the row geometric means (Crawford & Williams 1985, J. Math.
    Psychology 29:387-405), so that λmax = 1 + 2 cosh(t/3), t = ln(a_ij a_jk / a_ik), and
    CR = (cosh(t/3) − 1)/RI(3), whichever way the triad is turned; CR < 0.1 for
    |t| < 3 arcosh(1 + 0.1 RI(3)).

    Each triad is turned so that i ≥ j ≥ k are judged in this order; where there are several ways,
    the one with the largest a_ij a_jk, which in a cycle leaves the weakest judgment for a_ik.

    Args:
        a: one complete matrix.
        count: how many triads; all of them if there are fewer.
        scale: values that judgments may take.
        random_index: name of the table that has RI(3).

    Returns:
        The triads with the largest |t|, largest first; none for n < 3.

    Raises:
        MatrixError: not one complete pairwise comparison matrix.
        OptionError: unknown table, no scale, or a count that is none.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise OptionError(f"count = {count!r}, expected a whole number of at least 1")
    array = _one(a)
    values = _scale(scale)
    ri = random_index_value(3, random_index)
    logs = np.log(array)
    triads = np.array(list(combinations(range(len(array)), 3)), dtype=np.intp).reshape(-1, 3)
    i, j, k = triads.T
    sizes = np.abs(logs[i, j] + logs[j, k] - logs[i, k])
    # rounded, so that triads that are equally bad keep the order of the items
    worst = np.argsort(-sizes.round(12), kind="stable")[:count]
    return tuple(_triad(array, [int(item) for item in triads[t]], values, ri) for t in worst)


def fewest_changes(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    cr_max: float = CR_LIMIT,
    scale: Scale = SAATY_POSITIONS,
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
    """
    if method not in REPAIR_METHODS:
        raise OptionError.unknown("method", method, REPAIR_METHODS)
    task = _task(a, scale, random_index, cr_max)
    if method == "auto":
        method = "exact" if task.n <= EXACT_ORDER else "greedy"
    best = _greedy(task)
    if method == "exact" and task.cr_before >= task.cr_max:
        best = _Search(task, best, progress).run()
    elif best.cr >= task.cr_max:
        raise ConvergenceError(
            f"greedy repair: no single change lowers CR further after {best.size} changes, "
            f"CR {best.cr:.6g}, expected below {task.cr_max:g}"
        )
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
    found = _repair(task, a, matrix, "xu_wei", exact=False)
    return replace(found, exponent=exponent, steps=steps)


# --- one matrix and the values it may take -------------------------------------------------------


@dataclass(frozen=True)
class _Task:
    """One matrix, its pairs i < j in one row, and the scale.

    A proposal is a row of positions, one for each pair: an index into the scale, or −1 for the
    judgment as it is.
    """

    array: Float
    rows: _Integers
    cols: _Integers
    scale: Float  # ascending
    steps: Float  # (pairs, scale): ln(new/old)
    costs: Float  # |steps|, infinite where new is old
    ri: float
    random_index: str
    cr_max: float
    cr_before: float

    @property
    def n(self) -> int:
        return len(self.array)

    @property
    def pairs(self) -> int:
        return len(self.rows)

    @property
    def values(self) -> Float:
        judgments: Float = self.array[self.rows, self.cols]
        return judgments

    @property
    def untouched(self) -> _Integers:
        return np.full(self.pairs, -1)

    def cr(self, matrices: Float) -> Float:
        """CR of matrices (..., n, n), in the bits of `check_consistency`."""
        return _cr(matrices, self.ri)

    def matrices(self, positions: _Integers) -> Float:
        """Proposals (m, pairs) as matrices (m, n, n)."""
        built = np.repeat(self.array[None], len(positions), axis=0)
        which, pair = np.nonzero(positions >= 0)
        position = positions[which, pair]
        built[which, self.rows[pair], self.cols[pair]] = self.scale[position]
        built[which, self.cols[pair], self.rows[pair]] = self.scale[::-1][position]
        return built

    def crs(self, positions: _Integers) -> Float:
        """CR of proposals (m, pairs), shape (m,)."""
        block = max(1, _BLOCK_CELLS // self.n**2)
        starts = range(0, len(positions), block)
        parts = [self.cr(self.matrices(positions[s : s + block])) for s in starts]
        return np.concatenate([np.empty(0), *parts])

    def singles(self, positions: _Integers) -> Float:
        """CR of a proposal with one pair put on one value, (pairs, scale)."""
        values = np.where(np.isfinite(self.costs), np.arange(len(self.scale)), -1)
        found = np.empty(values.shape)
        block = max(1, _BLOCK_CELLS // (self.n**2 * len(self.scale)))
        for start in range(0, self.pairs, block):
            pairs = np.arange(start, min(start + block, self.pairs))
            tried = np.tile(positions, (*values[pairs].shape, 1))
            tried[np.arange(len(pairs)), :, pairs] = values[pairs]
            found[pairs] = self.crs(tried.reshape(-1, self.pairs)).reshape(len(pairs), -1)
        return found

    def distance(self, positions: _Integers) -> float:
        """Σ |ln(new/old)| of a proposal."""
        moved = np.flatnonzero(positions >= 0)
        return float(self.costs[moved, positions[moved]].sum())


def _task(a: Any, scale: Scale, random_index: str, cr_max: float) -> _Task:
    array = _one(a)
    n = len(array)
    values = _scale(scale)
    ri = random_index_value(n, random_index)
    limit = _number("cr_max", cr_max, SMALLEST_LIMIT, math.inf)
    rows, cols = np.triu_indices(n, 1)
    old = array[rows, cols][:, None]
    steps = np.log(values) - np.log(old)
    same = np.abs(values / old - 1) <= RECIPROCITY_RTOL
    costs = np.where(same, np.inf, np.abs(steps))
    before = float(_cr(array, ri))
    return _Task(array, rows, cols, values, steps, costs, ri, random_index, limit, before)


def _one(a: Any) -> Float:
    array = as_matrices(a)
    if array.ndim != 2:
        raise MatrixError(f"shape {array.shape}, expected one matrix (n, n), not a batch")
    return array


def _scale(scale: Scale) -> Float:
    """The values ascending, or an error: repair needs a 1 and an inverse for every value."""
    expected = "1, other positive values, and with every value its inverse"
    try:
        numbers = [parse_judgment(v) if isinstance(v, str) else v for v in scale]
        values = np.unique(as_numbers(numbers, "scale", OptionError))
    except (AHPError, TypeError) as error:
        raise OptionError(f"scale = {scale!r}, expected {expected}") from error
    positive = values.size > 1 and np.isfinite(values).all() and values[0] > 0 and 1 in values
    if not positive or np.abs(values * values[::-1] - 1).max() > RECIPROCITY_RTOL:
        raise OptionError(f"scale = {scale!r}, expected {expected}")
    return values


def _number(name: str, value: Any, low: float, high: float) -> float:
    number = float(as_numbers(value, name, OptionError)) if np.ndim(value) == 0 else math.nan
    if not low < number < high:
        raise OptionError(f"{name} = {value!r}, expected a number between {low:g} and {high:g}")
    return number


def _cr(matrices: Float, ri: float) -> Float:
    n = matrices.shape[-1]
    if not ri:
        return np.zeros(matrices.shape[:-2])
    return np.asarray((perron(matrices)[0] - n) / (n - 1) / ri)


def _repair(task: _Task, a: Any, matrix: Float, method: str, exact: bool) -> Repair:
    new, old = matrix[task.rows, task.cols], task.values
    moved = np.flatnonzero(new != old)
    logs = np.abs(np.log(new[moved] / old[moved]))
    difference = np.abs(matrix - task.array)
    return Repair(
        matrix=PairwiseMatrix(matrix, a.labels if isinstance(a, PairwiseMatrix) else None),
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


def _best_values(task: _Task) -> tuple[Float, Float]:
    """The best positive value of every judgment alone, and CR with it."""
    if task.n < 3:  # always consistent
        return task.values, np.zeros(task.pairs)
    block = max(1, _BLOCK_CELLS // task.n**2)
    pairs = np.arange(task.pairs)
    parts = [_best_of(task, pairs[s : s + block]) for s in range(0, task.pairs, block)]
    best, crs = zip(*parts, strict=True)
    return np.concatenate(best), np.concatenate(crs)


def _best_of(task: _Task, pairs: _Integers) -> tuple[Float, Float]:
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
        _, right, left = _vectors(matrices)
        pull = _vanishing(right, left, rows, cols)[which, which] - x
        low, high = np.where(pull > 0, x, low), np.where(pull < 0, x, high)
        newton = x + pull * n / (n - 2)
        inside = (low <= newton) & (newton <= high) & (step < _NEWTON_STEPS)
        following = np.where(inside, newton, (low + high) / 2)
        moved, x, step = float(np.abs(following - x).max()), following, step + 1
    matrices[which, rows, cols], matrices[which, cols, rows] = np.exp(x), np.exp(-x)
    return np.exp(x), task.cr(matrices)


def _triad(array: Float, items: list[int], scale: Float, ri: float) -> Triad:
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
    )


def _vectors(matrices: Float) -> tuple[Float, Float, Float]:
    """Perron roots, eigenvectors, and eigenvectors of the transposes."""
    roots, right = perron(matrices)
    return roots, right, perron(np.ascontiguousarray(np.swapaxes(matrices, -1, -2)))[1]


def _vanishing(right: Float, left: Float, rows: _Integers, cols: _Integers) -> Float:
    """Where the derivative of λmax by ln a_ij vanishes with these vectors, (m, pairs)."""
    w, u = np.log(right), np.log(left)
    logs: Float = (w[:, rows] - w[:, cols] + u[:, cols] - u[:, rows]) / 2
    return logs


# --- adjustment ----------------------------------------------------------------------------------


def _towards_weights(array: Float, exponent: float) -> Float:
    """a_ij^λ (w_i / w_j)^(1−λ), w the eigenvector of the array."""
    log_w = np.log(perron(array)[1])
    logs = exponent * np.log(array) + (1 - exponent) * (log_w[:, None] - log_w)
    upper = np.exp(np.triu(logs, 1))
    return np.where(np.tri(len(array), dtype=bool), 1 / upper.T, upper)


def _single_step(task: _Task) -> tuple[float, Float]:
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        met = task.cr(_towards_weights(task.array, middle)) < task.cr_max
        low, high = (middle, high) if met else (low, middle)
    return low, _towards_weights(task.array, low)


def _repeated_steps(task: _Task, exponent: float) -> tuple[Float, int]:
    matrix = task.array
    for step in range(1, XU_WEI_STEPS + 1):
        matrix = _towards_weights(matrix, exponent)
        if task.cr(matrix) < task.cr_max:
            return matrix, step
    raise ConvergenceError(
        f"exponent = {exponent:g}: CR {float(task.cr(matrix)):.6g} after {XU_WEI_STEPS} steps, "
        f"expected below {task.cr_max:g}"
    )


# --- fewest changes ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Proposal:
    positions: _Integers
    size: int
    distance: float
    cr: float


def _proposal(task: _Task, positions: _Integers) -> _Proposal:
    size = int((positions >= 0).sum())
    return _Proposal(positions, size, task.distance(positions), float(task.crs(positions[None])[0]))


def _greedy(task: _Task) -> _Proposal:
    """The heuristic of `fewest_changes`; above the limit where no single change lowers CR."""
    positions, cr = task.untouched, task.cr_before
    while cr >= task.cr_max:
        found = task.singles(positions)
        pair, position = np.unravel_index(np.argmin(found), found.shape)
        if found[pair, position] >= cr:
            return _proposal(task, positions)
        positions[pair] = position if np.isfinite(task.costs[pair, position]) else -1
        cr = found[pair, position]
    while len(moves := _acceptable(task, positions, _taken_back(positions))):
        positions = moves[np.argmin(task.crs(moves))]
    while len(moves := _acceptable(task, positions, _nearer(task, positions))):
        positions = moves[np.argmin([task.distance(move) for move in moves])]
    return _proposal(task, positions)


def _acceptable(task: _Task, positions: _Integers, moves: list[tuple[int, int]]) -> _Integers:
    """The proposals below the limit among those with one pair put elsewhere."""
    tried = np.repeat(positions[None], len(moves), axis=0)
    for row, (pair, position) in enumerate(moves):
        tried[row, pair] = position
    kept: _Integers = tried[task.crs(tried) < task.cr_max]
    return kept


def _taken_back(positions: _Integers) -> list[tuple[int, int]]:
    return [(int(pair), -1) for pair in np.flatnonzero(positions >= 0)]


def _nearer(task: _Task, positions: _Integers) -> list[tuple[int, int]]:
    moved = np.flatnonzero(positions >= 0)
    below = task.costs[moved] < task.costs[moved, positions[moved]][:, None] - _TIE
    return [(int(moved[row]), int(position)) for row, position in np.argwhere(below)]


_MARGIN = 1e-9
"""How far above ln of the limit a cut must be to exclude: far more than rounding."""

_DESCENTS = 8
"""Steps of the minimization of λmax over a set; more exclude hardly more."""

_TOGETHER = 32
"""Sets whose minimization is done at once."""

_SETS = 1 << 14
"""Sets that are held against the cuts at once."""

_CUTS = 48
"""Cuts that guide the search of the values of one set."""

_ROWS = 1 << 9
"""Partial choices that are extended at once."""

_LEAVES = 64
"""Complete choices whose CR is computed at once."""


@dataclass
class _Cuts:
    """Bounds `offset + slopes · steps` of ln λmax, steps being ln(new/old) of the pairs."""

    slopes: Float  # (cuts, pairs)
    offsets: Float  # (cuts,)

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, which: Any) -> _Cuts:
        return _Cuts(self.slopes[which], self.offsets[which])

    def __add__(self, other: _Cuts) -> _Cuts:
        return _Cuts(
            np.concatenate([self.slopes, other.slopes]),
            np.concatenate([self.offsets, other.offsets]),
        )


class _Search:
    """The exact search of `fewest_changes`, whose docstring has the argument."""

    def __init__(self, task: _Task, best: _Proposal, progress: Progress | None) -> None:
        self.task = task
        self.best = best if best.cr < task.cr_max else None
        self.progress = progress
        self.done = 0
        largest = task.pairs if self.best is None else self.best.size
        self.total = sum(math.comb(task.pairs, size) for size in range(1, largest + 1))
        n = task.n
        self.limit = math.log(n + (n - 1) * task.ri * task.cr_max)
        self.logs = np.log(task.values)
        self.box = np.log(task.scale[0]), np.log(task.scale[-1])
        # largest range of ln v, for every matrix the search may look at
        self.reach = 2 * max(np.abs(self.logs).max(initial=0), self.box[1])
        allowed = np.isfinite(task.costs)
        self.down = np.where(allowed, task.steps, np.inf).min(axis=1, initial=np.inf)
        self.up = np.where(allowed, task.steps, -np.inf).max(axis=1, initial=-np.inf)
        incidence = np.eye(n)[task.rows] - np.eye(n)[task.cols]
        # ln a_ij -> ln w_i/w_j of the least squares weights
        self.projection: Float = incidence @ incidence.T / n
        self.cuts = self._tangents(self.logs[None])[0]

    def run(self) -> _Proposal:
        """The best proposal; there is one, since all judgments may be 1."""
        size = 0
        while self.best is None or size < self.best.size:
            size += 1
            sets = self._hopeful(size)
            for pairs in sorted(sets, key=lambda pairs: _Guide(self, pairs).floor):
                self._search_values(pairs)
        self.done = self.total
        self._report()
        return self.best

    def _report(self, decided: int = 0) -> None:
        self.done += decided
        if self.progress is not None:
            self.progress(self.done, self.total)

    # --- sets

    def _hopeful(self, size: int) -> list[_Integers]:
        """The sets of this size that no cut excludes."""
        sets = combinations(range(self.task.pairs), size)
        left: list[_Integers] = []
        while block := list(islice(sets, _SETS)):
            left += self._hopeful_of(np.array(block, dtype=np.intp))
        return left

    def _hopeful_of(self, sets: _Integers) -> Iterator[_Integers]:
        members = np.zeros((len(sets), self.task.pairs))
        np.put_along_axis(members, sets, 1.0, axis=1)
        bounds = np.full(len(sets), -np.inf)
        for start in range(0, len(self.cuts), 256):
            bounds = np.maximum(bounds, self._bounds(members, self.cuts[start : start + 256]))
            sets, members, bounds = self._keep(sets, members, bounds)
        while len(sets):
            order = np.argsort(bounds, kind="stable")
            first, rest = order[:_TOGETHER], order[_TOGETHER:]
            undecided, cuts = self._minimize(members[first] > 0)
            self.cuts += cuts
            self._report(int((~undecided).sum()))
            yield from sets[first[undecided]]
            sets, members = sets[rest], members[rest]
            bounds = np.maximum(bounds[rest], self._bounds(members, cuts))
            sets, members, bounds = self._keep(sets, members, bounds)

    def _bounds(self, members: Float, cuts: _Cuts) -> Float:
        """The highest of the cuts, each at its lowest over all values of the members."""
        values: Float = (members @ self.least(cuts.slopes).T + cuts.offsets).max(
            axis=1, initial=-np.inf
        )
        return values

    def least(self, slopes: Float) -> Float:
        """What each pair adds to each cut at least, wherever on the scale it is put."""
        least: Float = np.minimum(slopes * self.down, slopes * self.up)
        return least

    def _keep(
        self, sets: _Integers, members: Float, bounds: Float
    ) -> tuple[_Integers, Float, Float]:
        kept = bounds < self.limit + _MARGIN
        self._report(int((~kept).sum()))
        return sets[kept], members[kept], bounds[kept]

    def _minimize(self, members: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], _Cuts]:
        """Minimize λmax over each set until it is excluded or seen to reach the limit.

        Args:
            members: (sets, pairs).

        Returns:
            The sets that are not excluded, and the last cut of every set.
        """
        low, high = self.box
        logs = np.where(members, np.clip(self.logs, low, high), self.logs)
        undecided = np.ones(len(members), dtype=bool)
        found = _Cuts(np.empty(members.shape), np.empty(len(members)))
        open_ = np.arange(len(members))
        for _ in range(_DESCENTS):
            cuts, heights, pull = self._tangents(logs[open_])
            found.slopes[open_], found.offsets[open_] = cuts.slopes, cuts.offsets
            least = cuts.offsets + (self.least(cuts.slopes) * members[open_]).sum(axis=1)
            undecided[open_] = least < self.limit + _MARGIN
            further = undecided[open_] & (heights >= self.limit)
            open_, pull = open_[further], pull[further]
            if not len(open_):
                break
            step = self._newton(logs[open_], members[open_], pull)
            logs[open_] = np.where(
                members[open_], np.clip(logs[open_] + step, low, high), logs[open_]
            )
        return undecided, found

    def _newton(self, logs: Float, members: NDArray[np.bool_], pull: Float) -> Float:
        """Newton's step with the second derivatives of consistent matrices, within the box."""
        low, high = self.box
        leaving = ((logs <= low) & (pull < 0)) | ((logs >= high) & (pull > 0))
        free = members & ~leaving
        both = free[:, :, None] & free[:, None, :]
        # flat directions, such as all judgments on one item, need a little slope
        system = 1.001 * np.eye(self.task.pairs) - np.where(both, self.projection, 0)
        step = np.linalg.solve(system, np.where(free, pull, 0)[..., None])[..., 0]
        return np.asarray(step, dtype=np.float64)

    def _tangents(self, logs: Float) -> tuple[_Cuts, Float, Float]:
        """Cuts that touch ln λmax at the given judgments (m, pairs), with ln λmax and the pull."""
        task, n = self.task, self.task.n
        matrices = np.ones((len(logs), n, n))
        matrices[:, task.rows, task.cols] = np.exp(logs)
        matrices[:, task.cols, task.rows] = np.exp(-logs)
        roots, right, left = _vectors(matrices)
        flow = left[:, :, None] * matrices * right[:, None, :]
        flow /= flow.sum(axis=(1, 2), keepdims=True)
        out, into = flow.sum(axis=2), flow.sum(axis=1)
        tiny = np.finfo(np.float64).tiny  # a flow of 0 counts 0
        logs_out, logs_flow = np.log(np.maximum(out, tiny)), np.log(np.maximum(flow, tiny))
        entropy = (flow * (logs_out[:, :, None] - logs_flow)).sum(axis=(1, 2))
        slopes = flow[:, task.rows, task.cols] - flow[:, task.cols, task.rows]
        offsets = entropy + slopes @ self.logs - np.abs(out - into).sum(axis=1) / 2 * self.reach
        pull = _vanishing(right, left, task.rows, task.cols) - logs
        return _Cuts(slopes, offsets), np.log(roots), pull

    # --- values

    def _search_values(self, pairs: _Integers) -> None:
        """Hold all values of a set against the best proposal, depth first."""
        guide = _Guide(self, pairs)
        stack: list[tuple[_Integers, Float]] = [(np.empty((1, 0), dtype=np.intp), np.zeros(1))]
        while stack:
            self._report()
            chosen, costs = guide.keep(*stack.pop())
            if chosen.shape[1] == len(pairs):
                self._decide(guide, chosen, costs)
                continue
            chosen, costs = guide.keep(*guide.extend(chosen, costs))
            dearest_first = np.argsort(-costs, kind="stable")
            for part in np.array_split(dearest_first, len(costs) // _ROWS + 1):
                if len(part):
                    stack.append((chosen[part], costs[part]))
        self._report(1)

    def _decide(self, guide: _Guide, chosen: _Integers, costs: Float) -> None:
        """Compute CR of complete choices, cheapest first, and learn from them."""
        order = np.argsort(costs, kind="stable")
        chosen, costs = chosen[order], costs[order]
        while len(chosen):
            head, head_costs = chosen[:_LEAVES], costs[:_LEAVES]
            positions = np.repeat(self.task.untouched[None], len(head), axis=0)
            positions[:, guide.pairs] = head
            crs = self.task.crs(positions)
            for row in np.flatnonzero(crs < self.task.cr_max):
                self._offer(positions[row], float(head_costs[row]), float(crs[row]))
            near = np.argsort(crs, kind="stable")[:4]
            steps = np.zeros((len(near), self.task.pairs))
            steps[:, guide.pairs] = guide.steps_of(head[near])
            cuts = self._tangents(self.logs + steps)[0]
            self.cuts += cuts
            guide.add(cuts)
            chosen, costs = guide.keep(chosen[_LEAVES:], costs[_LEAVES:])

    def _offer(self, positions: _Integers, distance: float, cr: float) -> None:
        proposal, best = _Proposal(positions, int((positions >= 0).sum()), distance, cr), self.best
        if (
            best is None
            or proposal.size < best.size
            or distance < best.distance - _TIE
            or (distance <= best.distance + _TIE and cr < best.cr)
        ):
            self.best = proposal


class _Guide:
    """What the cuts say about the values of one set of pairs.

    Choices are positions on the scale for the first members, shape (choices, members chosen).
    """

    def __init__(self, search: _Search, pairs: _Integers) -> None:
        self.search = search
        cuts = search.cuts
        height = cuts.offsets + search.least(cuts.slopes)[:, pairs].sum(axis=1)
        cuts = cuts[np.argsort(-height, kind="stable")[:_CUTS]]
        weight = np.abs(cuts.slopes).mean(axis=0) * (search.up - search.down)
        self.pairs = pairs[np.argsort(-weight[pairs], kind="stable")]
        self.steps = search.task.steps[self.pairs]
        self.costs = search.task.costs[self.pairs]
        self.cheapest = _rests(self.costs.min(axis=1)[None])[0]
        self.cuts, self.least, self.multipliers, self.dual = self._prepared(cuts)

    def add(self, cuts: _Cuts) -> None:
        """Take further cuts on."""
        prepared = self._prepared(cuts)
        self.cuts += prepared[0]
        self.least = np.concatenate([self.least, prepared[1]])
        self.multipliers = np.concatenate([self.multipliers, prepared[2]])
        self.dual = np.concatenate([self.dual, prepared[3]])

    def _prepared(self, cuts: _Cuts) -> tuple[_Cuts, Float, Float, Float]:
        """The cuts for the members; what the members from each on add to them at least; the
        multiplier μ for which each bounds the sum best; what the members from each on add to that.
        """
        cuts = _Cuts(cuts.slopes[:, self.pairs], cuts.offsets)
        moved = cuts.slopes[:, :, None] * self.steps
        least = np.where(np.isfinite(self.costs), moved, np.inf).min(axis=2)
        # the bound is concave in μ and piecewise linear, its corners near 1/|slope|
        tried = 1 / np.maximum(np.abs(cuts.slopes), 1e-3)
        dual = (self.costs + tried[:, :, None, None] * moved[:, None]).min(axis=3)
        bounds = tried * (cuts.offsets - self.search.limit)[:, None] + dual.sum(axis=2)
        best = np.arange(len(cuts)), np.argmax(bounds, axis=1)
        return cuts, _rests(least), tried[best], _rests(dual[best])

    @property
    def floor(self) -> float:
        """What every proposal of this set sums to at least."""
        excess = (self.cuts.offsets - self.search.limit) * self.multipliers
        return float((excess + self.dual[:, 0]).max())

    def steps_of(self, chosen: _Integers) -> Float:
        steps: Float = self.steps[np.arange(chosen.shape[1]), chosen]
        return steps

    def extend(self, chosen: _Integers, costs: Float) -> tuple[_Integers, Float]:
        """Every choice with every value of the next member."""
        values = np.flatnonzero(np.isfinite(self.costs[chosen.shape[1]]))
        wider = np.column_stack(
            [np.repeat(chosen, len(values), axis=0), np.tile(values, len(chosen))]
        )
        return wider, (costs[:, None] + self.costs[chosen.shape[1], values]).ravel()

    def keep(self, chosen: _Integers, costs: Float) -> tuple[_Integers, Float]:
        """The choices that may lead to a proposal as good as the best."""
        search, depth = self.search, chosen.shape[1]
        best, size = search.best, len(self.pairs)
        most = best.distance + _TIE if best is not None and best.size == size else np.inf
        kept = costs + self.cheapest[depth] <= most
        chosen, costs = chosen[kept], costs[kept]
        values = self.cuts.slopes[:, :depth] @ self.steps_of(chosen).T + self.cuts.offsets[:, None]
        kept = (values + self.least[:, depth, None]).max(axis=0) < search.limit + _MARGIN
        chosen, costs, values = chosen[kept], costs[kept], values[:, kept]
        excess = (values - search.limit) * self.multipliers[:, None]
        kept = costs + (excess + self.dual[:, depth, None]).max(axis=0) <= most + _TIE
        return chosen[kept], costs[kept]


def _rests(members: Float) -> Float:
    """Sums over the members from each on, (cuts, members) -> (cuts, members + 1)."""
    sums = np.zeros((len(members), members.shape[1] + 1))
    sums[:, :-1] = np.cumsum(members[:, ::-1], axis=1)[:, ::-1]
    return sums
