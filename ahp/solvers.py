"""The iterations behind the methods of `priority`.

They take as many matrices (m, n, n) at once as their caller has memory for, and trust them. What
is solved, and whose idea it is, stands with the method of the same name in `priority`. `x` stands
for the logarithms of the weights, `b` for those of the judgments.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .eigen import from_logs, log_row_means, normalized
from .errors import ConvergenceError
from .matrix import Bool, Float, Int
from .messages import Phrase

NEWTON_STEPS = 1000
"""Newton steps after which `chi_square`, `least_squares` and `right_singular_vectors` give up."""

NEWTON_TOLERANCE = 1e-11
"""A Newton step that changes no ratio of weights by more than this (relatively) is the last one;
the error after it is of the order of its square."""

ROUNDING_STEP = 1e-8
"""`least_squares` also stops at steps below this that no longer shrink: judgments of 1e6 against 1
leave rounding errors that no step can undercut."""

POLICY_STEPS = 1000
"""Steps after which `fuzzy_preference` gives up; a handful is usual."""

SINGULAR_GAP = 1e-6
"""Smallest relative gap between the two largest singular values that tells their vectors apart: the
weights lose as many of their sixteen digits as the gap has zeros."""

CONSISTENT = 1e-12
"""Triads whose products differ from 1 by less than this (relatively) are consistent."""

SAME_RATIO = 1e-9
"""Log ratios that differ by less are the same to `log_least_absolute`."""

APART = 1e-3
"""Minimizers of `least_squares` are different when a log ratio differs by more than this."""

TIED = 1e-9
"""Minima of `least_squares` are equal when they differ by less than this (relatively)."""

STARTS = 24
"""Starts that `least_squares` takes beside the geometric mean; all there are up to n = 12."""

CONVEX_LIMIT = 3.33019
"""Where no judgment is larger, `least_squares` is convex: ((123 + 55√5)/2)^(1/4) = 3.330191 (Fülöp
2008)."""

CURVATURE_PIECES = 16
"""Pieces of the range of a ratio on which `least_squares` bounds the curvature."""

Unique = NDArray[np.object_]


@np.errstate(over="ignore", invalid="ignore")  # what is not finite does not settle
def chi_square(flat: Float) -> Float:
    """The log weights with the least chi-square, of matrices (m, n, n)."""
    # up to a constant the objective is Σ m_ij exp(x_i − x_j) with m_ij = 1 + a_ji²
    log_m = np.logaddexp(0, 2 * np.log(flat.swapaxes(-1, -2)))
    x = log_row_means(flat)
    open_ = np.arange(len(flat))
    for _ in range(NEWTON_STEPS):
        exponents = log_m[open_] + differences(x[open_])
        half = np.exp(exponents - exponents.max(axis=(-1, -2), keepdims=True))
        mirrored = half.swapaxes(-1, -2)
        step, _ = _spring_step(half + mirrored, _exact_sum(mirrored - half))
        size = np.ptp(step, axis=-1)
        damping = np.where(size > 0, np.log1p(size) / np.maximum(size, 1e-300), 1)
        x[open_] += damping[:, None] * step
        open_ = open_[~(size <= NEWTON_TOLERANCE)]
        if not len(open_):
            return x
    raise _unsettled("chi_square", len(open_), size, NEWTON_TOLERANCE)


def _unsettled(method: str, count: int, size: Float, tolerance: float) -> ConvergenceError:
    """The error for matrices whose last Newton steps had these sizes."""
    return ConvergenceError(
        "unsettled",
        method=Phrase(method),
        count=count,
        steps=NEWTON_STEPS,
        size=float(size.max()),
        tolerance=tolerance,
    )


def right_singular_vectors(flat: Float) -> Float:
    """Right singular vectors v > 0 for the largest singular values of matrices (m, n, n).

    They are the Perron vectors of G = AᵀA. Those of LAPACK are near in norm and may be far off in
    their small components; a product with G mends the worst of that, and Newton steps in ln v the
    rest.
    """
    _, values, right = np.linalg.svd(flat)
    gap = np.ones(len(flat)) if flat.shape[-1] == 1 else 1 - values[:, 1] / values[:, 0]
    if (gap < SINGULAR_GAP).any():
        raise ConvergenceError("singular_values_near", gap=float(gap.min()), least=SINGULAR_GAP)
    tolerance = NEWTON_TOLERANCE + 100 * np.finfo(np.float64).eps / gap
    gram = np.zeros(flat.shape)
    for row in range(flat.shape[-1]):
        gram += flat[:, row, :, None] * flat[:, row, None, :]
    v = (gram * np.abs(right[:, :1, :])).sum(axis=-1)
    open_ = np.arange(len(flat))
    for _ in range(NEWTON_STEPS):
        near = v[open_] / v[open_].max(axis=-1, keepdims=True)
        springs = near[:, :, None] * gram[open_] * near[:, None, :]
        squares = near**2
        quotient = springs.sum(axis=(-1, -2)) / squares.sum(axis=-1)
        force = springs.sum(axis=-1) - quotient[:, None] * squares
        # the force on the largest component is all rounding: that of the others balances it
        largest = near.argmax(axis=-1)[:, None]
        np.put_along_axis(force, largest, 0, -1)
        np.put_along_axis(force, largest, -force.sum(axis=-1, keepdims=True), -1)
        step, _ = _spring_step(springs, force)
        size = np.ptp(step, axis=-1)
        v[open_] = near * np.exp(step / np.maximum(1, size)[:, None])
        open_ = open_[~(size <= tolerance[open_])]
        if not len(open_):
            return np.asarray(v)
    allowed = float(tolerance[open_].max())
    raise _unsettled("singular_value_decomposition", len(open_), size, allowed)


@np.errstate(over="ignore", invalid="ignore")  # a step too far is refused, whatever it gives
def least_squares(flat: Float) -> tuple[Float, Unique]:
    """Weights with the least squares, of matrices (m, n, n), and whether they are the only ones.

    Takes memory for 2n starts of every matrix.
    """
    n = flat.shape[-1]
    middle = log_row_means(flat)
    x, settled = _descend(flat, middle)
    unique: Unique = np.full(len(flat), True, dtype=object)
    open_ = np.flatnonzero(~(settled & _only_minimum(flat, x)))
    columns = np.log(flat[open_]).swapaxes(-1, -2)  # row k: the logs of column k
    raised = middle[open_, None] + np.log(9) * np.eye(n)
    starts = np.concatenate([columns, raised], axis=1)
    count = min(STARTS, 2 * n)
    many = np.repeat(flat[open_], 2 * n, axis=0)
    heights = _log_weight_squares(many, starts.reshape(-1, n)).reshape(-1, 2 * n)
    lowest = heights.argsort(axis=-1, kind="stable")[:, :count]
    starts = np.take_along_axis(starts, lowest[..., None], axis=1).reshape(-1, n)
    ends, done = _descend(np.repeat(flat[open_], count, axis=0), starts)
    ends = np.concatenate([x[open_, None], ends.reshape(-1, count, n)], axis=1)
    done = np.concatenate([settled[open_, None], done.reshape(-1, count)], axis=1)
    for row, matrix in enumerate(open_):
        x[matrix], unique[matrix] = _lowest(flat[matrix], ends[row, done[row]], middle[matrix])
    proven = _only_minimum(flat[open_], x[open_])
    unique[open_[proven]] = True
    return from_logs(x), unique


def _lowest(matrix: Float, candidates: Float, near: Float) -> tuple[Float, bool | None]:
    """The lowest of the minima found, and False where there are others as low, None where not."""
    if not len(candidates):
        raise ConvergenceError(
            "least_squares_unsettled", steps=NEWTON_STEPS, tolerance=NEWTON_TOLERANCE
        )
    values = sum_of_squares(matrix, np.exp(candidates - candidates.max(axis=-1, keepdims=True)))
    tied = candidates[values <= values.min() * (1 + TIED)]
    best = candidates[values.argmin()]
    centered = tied - tied.mean(axis=-1, keepdims=True)
    if np.abs(centered - (best - best.mean())).max() <= APART:
        return best, None
    distances = ((centered - near) ** 2).sum(axis=-1)
    nearest = centered[distances <= distances.min() + TIED]
    return max(nearest, key=lambda logs: tuple(logs.round(6).tolist())), False


def _descend(matrices: Float, starts: Float) -> tuple[Float, Bool]:
    """Newton steps to a local minimum of the squares, problem by problem.

    Args:
        matrices: shape (m, n, n).
        starts: log weights, shape (m, n).

    Returns:
        Log weights, and whether the steps settled.
    """
    # no minimum is wider than the judgments, and no exponential overflows within their range
    widest = np.abs(np.log(matrices)).max(axis=(-1, -2))
    width = np.ptp(starts, axis=-1)
    x = starts * np.where(width > widest, widest / np.maximum(width, 1e-300), 1)[:, None]
    values = _log_weight_squares(matrices, x)
    settled = np.zeros(len(x), dtype=bool)
    sizes = np.full(len(x), np.inf)
    open_ = np.arange(len(x))
    for _ in range(NEWTON_STEPS):
        if not len(open_):
            break
        a = matrices[open_]
        ratios = np.exp(differences(x[open_]))
        half = 2 * ratios * (ratios - a)
        force = _exact_sum(half.swapaxes(-1, -2) - half)
        curvature = 2 * ratios * (2 * ratios - a)
        springs = curvature + curvature.swapaxes(-1, -2)
        step, convex = _spring_step(springs, force)
        step[~convex] = _downhill_step(springs[~convex], force[~convex])
        size = np.ptp(step, axis=-1)
        moved, lower = _line_search(a, x[open_], values[open_], step, (force * step).sum(axis=-1))
        x[open_], values[open_] = moved, lower
        stuck = (size <= ROUNDING_STEP) & (size >= sizes[open_] / 2)
        settled[open_] = (size <= NEWTON_TOLERANCE) | stuck
        sizes[open_] = size
        open_ = open_[~settled[open_]]
    return x, settled


def _downhill_step(springs: Float, force: Float) -> Float:
    """Newton steps where the curvature is not positive: its negative eigenvalues change sign, so
    that the steps leave saddles and plateaus fast (Dauphin et al. 2014, "saddle-free Newton").
    """
    n = force.shape[-1]
    hessian = -springs
    scale = 1 / np.sqrt(np.abs(springs).sum(axis=-1))
    hessian[:, range(n), range(n)] += springs.sum(axis=-1)
    hessian *= scale[:, :, None] * scale[:, None, :]
    values, vectors = np.linalg.eigh(hessian)
    along = (vectors * (scale * force)[:, :, None]).sum(axis=1) / np.maximum(np.abs(values), 1e-6)
    step: Float = scale * (vectors * along[:, None, :]).sum(axis=-1)
    return step


def _line_search(
    a: Float, x: Float, values: Float, step: Float, slope: Float
) -> tuple[Float, Float]:
    """Halve each step until it lowers the squares enough (Armijo), to rounding."""
    share = 1 / np.maximum(1, np.ptp(step, axis=-1))
    x, values = x.copy(), values.copy()
    open_ = np.arange(len(x))
    for _ in range(40):
        trial = x[open_] + share[open_, None] * step[open_]
        lower = _log_weight_squares(a[open_], trial)
        enough = values[open_] * (1 + 1e-13) - 1e-4 * share[open_] * slope[open_]
        done = lower <= enough
        x[open_[done]], values[open_[done]] = trial[done], lower[done]
        open_ = open_[~done]
        if not len(open_):
            break
        share[open_] /= 2
    return x, values


def _log_weight_squares(matrices: Float, x: Float) -> Float:
    total: Float = ((matrices - np.exp(differences(x))) ** 2).sum(axis=(-1, -2))
    return total


def _only_minimum(matrices: Float, x: Float) -> Bool:
    """Whether local minima x (log weights) of the squares are proven to be the only global ones.

    No term of a sum of squares exceeds the sum, so that a better x has every ratio within √f of its
    judgment. Where the objective is convex on all of that region, there is no better x. Convex: the
    curvatures of its pair terms, each at its least over the region, make a positive definite form.
    """
    root = np.sqrt(_log_weight_squares(matrices, x) * (1 + 1e-9))[:, None, None]
    inverse = 1 / matrices
    low = np.maximum(matrices - root, 1 / (inverse + root))
    # the pair's other term bounds the ratio from above in the same way
    high = 1 / low.swapaxes(-1, -2)
    pieces = np.geomspace(low, high, CURVATURE_PIECES + 1)
    least = np.full(matrices.shape, np.inf)
    for start, end in pairwise(pieces):
        up = np.clip(matrices / 4, start, end)
        down = np.clip(inverse / 4, 1 / end, 1 / start)
        curvature = 4 * up**2 - 2 * matrices * up + 4 * down**2 - 2 * inverse * down
        least = np.minimum(least, curvature)
    _, convex = _spring_step(np.minimum(least, least.swapaxes(-1, -2)), np.zeros(x.shape))
    return np.asarray(convex | (matrices.max(axis=(-1, -2)) <= CONVEX_LIMIT))


def log_least_absolute(flat: Float) -> tuple[Float, Unique]:
    """Weights in the middle of all that have the least absolute values, of matrices (m, n, n), and
    whether they are the only ones.
    """
    logs = np.log(flat)
    skew = (logs - logs.swapaxes(-1, -2)) / 2
    highest = np.empty(flat.shape)
    for matrix, b in enumerate(skew):
        highest[matrix] = _largest_ratios(b)
    lowest = -highest.swapaxes(-1, -2)
    unique: Unique = ((highest - lowest).max(axis=(-1, -2)) <= SAME_RATIO).astype(object)
    return from_logs(((highest + lowest) / 2).mean(axis=-1)), unique


def _largest_ratios(b: Float) -> Float:
    """The largest x_i − x_j over all minimizers of Σ_{i<j} |b_ij − x_i + x_j|.

    The dual is a flow f_ij = −f_ji, |f_ij| ≤ 1, balanced at every item, that maximizes Σ b_ij f_ij
    over i < j. The minimizers are the x with x_i − x_j ≤ b_ij wherever f_ij > −1 (complementary
    slackness with any one optimal flow), and these bounds tighten along shortest paths.

    Args:
        b: skew-symmetric, shape (n, n).
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - only this method needs it

    n = len(b)
    i, j = np.triu_indices(n, 1)
    balance = np.zeros((n, len(i)))
    balance[i, np.arange(len(i))], balance[j, np.arange(len(i))] = 1, -1
    peak = float(np.abs(b).max())
    if not peak:
        return np.zeros((n, n))
    cost = b[i, j] / peak
    tolerance = 1e-10
    for zoom in (1.0, 1e3, 1e6):
        # costs that are far from 0 already decide their flow, whatever their size
        solved = linprog(
            -np.clip(zoom * cost, -1, 1),
            A_eq=balance[1:],
            b_eq=np.zeros(n - 1),
            bounds=(-1, 1),
            method="highs-ds",
            options={
                "primal_feasibility_tolerance": tolerance,
                "dual_feasibility_tolerance": tolerance,
            },
        )
        if solved.status != 0:
            break
        bounds = np.full((n, n), np.inf)
        forward, backward = solved.x > -0.999, solved.x < 0.999
        bounds[i[forward], j[forward]] = b[i[forward], j[forward]]
        bounds[j[backward], i[backward]] = b[j[backward], i[backward]]
        bounds = _shortest_paths(bounds + 1e-14 * peak)  # cycles of length 0 stay so to rounding
        if (bounds.diagonal() >= 0).all():
            return bounds
        # the flow is not quite optimal: look closer at the costs that its prices leave
        prices = np.concatenate([[0.0], solved.eqlin.marginals]) / zoom
        cost = cost + prices[i] - prices[j]
    raise ConvergenceError("least_absolute_program", message=solved.message)


def _shortest_paths(lengths: Float) -> Float:
    """Lengths of the shortest paths between all nodes (Floyd 1962), from those of the edges."""
    paths = lengths.copy()
    np.fill_diagonal(paths, 0)
    for middle in range(len(paths)):
        paths = np.minimum(paths, paths[:, middle, None] + paths[None, middle, :])
    return paths


def fuzzy_preference(flat: Float) -> Float:
    """Weights with the least max |w_i − a_ij w_j| over a_ij ≥ 1, of matrices (m, n, n)."""
    n = flat.shape[-1]
    weights = from_logs(log_row_means(flat))
    slack, policy = _tightest_triads(np.log(flat))
    open_ = np.flatnonzero(slack < -CONSISTENT)
    policy = policy[open_]
    free = np.minimum(1, flat)
    inside = np.eye(n, dtype=bool)
    for _ in range(POLICY_STEPS):
        gains = np.zeros((len(open_), n, n))
        chosen = policy[..., None]
        np.put_along_axis(gains, chosen, np.take_along_axis(flat[open_], chosen, -1), -1)
        w = solve_positive(gains, np.take_along_axis(free[open_], chosen, -1)[..., 0])
        bounds = np.where(inside, np.inf, flat[open_] * w[:, None, :] + free[open_])
        better = bounds.min(axis=-1) < w * (1 - CONSISTENT / 10)
        policy = np.where(better, bounds.argmin(axis=-1), policy)
        going = better.any(axis=-1)
        weights[open_[~going]] = normalized(w[~going])
        open_, policy = open_[going], policy[going]
        if not len(open_):
            return weights
    raise ConvergenceError("fuzzy_unsettled", count=len(open_), steps=POLICY_STEPS)


def _tightest_triads(b: Float) -> tuple[Float, Int]:
    """For each matrix the smallest b_ij + b_jk + b_ki, and a successor of every item: around that
    triad for its members, into it for the others.
    """
    m, n, _ = b.shape
    least = np.full(b.shape, np.inf)
    middle = np.zeros(b.shape, dtype=np.intp)
    for j in range(n):
        via = b[:, :, j, None] + b[:, j, None, :] + b.swapaxes(-1, -2)
        via[:, j, :] = via[:, :, j] = np.inf
        lower = via < least
        least[lower], middle[lower] = via[lower], j
    least[:, range(n), range(n)] = np.inf
    rows = np.arange(m)
    cell = least.reshape(m, -1).argmin(axis=-1)
    i, k = np.divmod(cell, n)
    between = middle[rows, i, k]
    after = np.repeat(i[:, None], n, axis=1)
    after[rows, i], after[rows, between], after[rows, k] = between, k, i
    return least[rows, i, k], after


def solve_positive(links: Float, right: Float) -> Float:
    """Solve y = links y + right, links and right not negative and y neither.

    Elimination without pivoting: only the pivots are differences, so that small components of y are
    as accurate as large ones. Where the system is singular, y is along its null vector.

    Args:
        links: shape (..., n, n), 0 on the diagonal.
        right: shape (..., n).
    """
    links, right = links.copy(), right.copy()
    n = right.shape[-1]
    pivots = np.ones(right.shape)
    for k in range(n - 1):
        share = links[..., k + 1 :, k] / pivots[..., k, None]
        row = links[..., k, k + 1 :]
        pivots[..., k + 1 :] -= share * row
        np.maximum(pivots, np.finfo(np.float64).eps, out=pivots)
        right[..., k + 1 :] += share * right[..., k, None]
        links[..., k + 1 :, k + 1 :] += share[..., :, None] * row[..., None, :]
    for k in range(n - 1, -1, -1):
        right[..., k] += (links[..., k, k + 1 :] * right[..., k + 1 :]).sum(axis=-1)
        right[..., k] /= pivots[..., k]
    return right


def _spring_step(stiffness: Float, force: Float) -> tuple[Float, Bool]:
    """Displacements d of items that springs connect: Σ_j k_ij (d_i − d_j) = force_i.

    This is the Newton step of an objective that depends on differences of x alone. Items are
    eliminated one by one (star-mesh transform), which takes no difference when all k are positive,
    so that weak links between stiff groups are as accurate as the stiff ones.

    Args:
        stiffness: k, symmetric, shape (m, n, n); the diagonal is not used.
        force: sum 0 over the items, shape (m, n).

    Returns:
        d with d_0 = 0, shape (m, n), and whether k is positive definite, shape (m,).
    """
    k, d = stiffness.copy(), force.copy()
    convex = np.ones(len(d), dtype=bool)
    for last in range(d.shape[-1] - 1, 0, -1):
        row = np.where(convex[:, None], k[:, last, :last], 0)
        total = row.sum(axis=-1)
        convex &= total > 1e-8 * np.abs(row).sum(axis=-1)
        total = np.where(convex, total, np.inf)[:, None]
        share = k[:, last, :last] = row / total
        k[:, :last, :last] += row[:, :, None] * share[:, None, :]
        d[:, :last] += share * d[:, last, None]
        d[:, last] /= total[:, 0]
    d[:, 0] = 0
    for item in range(1, d.shape[-1]):
        d[:, item] += (k[:, item, :item] * d[:, :item]).sum(axis=-1)
    return d, convex


def _exact_sum(terms: Float) -> Float:
    """Sum over the last axis with the rounding errors added back (Ogita, Rump & Oishi 2005, SIAM J.
    Scientific Computing 26:1955-1988): large terms that cancel leave the small ones exact.
    """
    total = np.zeros(terms.shape[:-1])
    lost = np.zeros(terms.shape[:-1])
    for index in range(terms.shape[-1]):
        term = terms[..., index]
        larger = total + term
        part = larger - total
        lost += (total - (larger - part)) + (term - part)
        total = larger
    exact: Float = total + lost
    return exact


def sum_of_squares(matrices: Float, w: Float) -> Float:
    """Σ (a_ij − w_i/w_j)², shape (...)."""
    total: Float = ((matrices - weight_ratios(w)) ** 2).sum(axis=(-1, -2))
    return total


def weight_ratios(w: Float) -> Float:
    """w_i / w_j, shape (..., n, n)."""
    ratios: Float = w[..., :, None] / w[..., None, :]
    return ratios


def differences(x: Float) -> Float:
    """x_i − x_j, shape (..., n, n)."""
    gaps: Float = x[..., :, None] - x[..., None, :]
    return gaps
