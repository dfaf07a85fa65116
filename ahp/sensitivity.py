"""How sure the weights are: Monte Carlo over judgments and experts, and exact stability intervals.

Every judgment of a comparison could have been a little different, and so could the panel. The
Monte Carlo functions draw such judgments and panels and say how weights and ranks scatter (Saaty &
Vargas 1987, European J. Operational Research 32:107-117; Levary & Wan 1998, ibid. 106:116-122;
Butler, Jia & Dyer 1997, ibid. 103:531-546). The one-at-a-time functions move one weight and let its
siblings share the rest in proportion, as Triantaphyllou & Sánchez 1997 (Decision Sciences
28:151-194) do; all is linear then, and the points at which ranks change are known exactly.

Judgments may be missing (NaN) in the Monte Carlo functions: only given ones are perturbed, and what
is missing is completed anew in every draw, so that λmax is as small as possible (Bozóki, Fülöp &
Rónyai 2010, Math. Comput. Modelling 52:318-333; `ahp.complete_matrices`). The method then makes
weights of the completed matrix, as in `ahp.analyze`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .errors import HierarchyError, IncompleteError, MatrixError, OptionError
from .group import check_integer, drawn_counts, normalize_expert_weights, weighted_means
from .hierarchy import Hierarchy, check_not_negative, leaf_weights, local_vectors
from .incomplete import check_connected, complete_matrices, components_of
from .labels import joined_vector, order_of
from .matrix import (
    Bool,
    Float,
    Int,
    PairwiseMatrix,
    as_matrices,
    as_numbers,
    given_labels,
    in_order,
    labels_of,
    plain,
)
from .messages import Cell, Phrase
from .priority import check_method, weights
from .result import Result, data_frame
from .scale import SAATY_POSITIONS, parse_judgment
from .tolerance import ROUNDING_ATOL, TIE_RTOL, WRITTEN_RTOL, falling_order, rank_spans
from .version import __version__

Progress = Callable[[int, int], object]

SPREADS: Mapping[str, float] = MappingProxyType({"grid": 2 / 3, "lognormal": 0.2})
"""Perturbations and their spread when none is given.

- `"grid"`: a judgment moves one position down or up on Saaty's 17 positions, each with
  probability spread/2, and stays with probability 1 − spread; at an end of the scale the step
  beyond it is not made. 2/3 makes the three positions equally likely.
- `"lognormal"`: `ln a_ij + spread·N(0, 1)`. 0.2 keeps 95 % of the judgments within a factor of 1.5,
  which is about one position around 3.
"""

SUM_ATOL = 1e-8
"""Largest deviation from 1 of the sum of local weights that are varied one at a time."""

MOST_REDRAWN = 100
"""Panels drawn for each one that is kept, beyond which a bootstrap gives up."""

_CELLS = 1 << 20
"""Judgments drawn at once; bounds the memory, and no result depends on it."""

_ROWS = 1 << 16
"""Draws ranked at once."""

_LOG_SCALE = np.log(np.sort([parse_judgment(text) for text in SAATY_POSITIONS]))
"""Logarithms of Saaty's 17 positions, ascending."""

_LARGEST_SIGMA = 10.0
"""Largest spread of `"lognormal"`, far beyond any expert's error: no judgment overflows."""


@dataclass(frozen=True, eq=False, repr=False)
class WeightUncertainty(Result):
    """How n weights and their ranks scatter over the draws.

    Weights that tie (`ahp.tolerance`) share the ranks that they occupy in equal parts.

    Attributes:
        names: ids or labels of the n items.
        weights: without perturbation, shape (n,), sum 1.
        mean, std: over the draws, shape (n,); `std` divides by the number of draws.
        lower, upper: percentile interval (Efron & Tibshirani 1993, ch. 13), shape (n,): the
            (1 − level)/2 and (1 + level)/2 quantiles, linear between draws.
        level: of the interval.
        rank_probability: shape (n, n), [i, r] = probability that item i has rank r + 1; rows and
            columns sum to 1.
        outranks: shape (n, n), [i, j] = probability that w_i > w_j. A tie counts for neither, so
            that 1 − outranks[i, j] − outranks[j, i] is its probability.
        draws, seed: how many, and from where.
        redrawn: how many panels more were drawn and left out, since their judgments do not connect
            all items.
        perturbation, spread: of the judgments, as in `SPREADS`; None = judgments as given.
        bootstrap: whether experts were resampled.
        method: as for `ahp.weights`.
        version: of `ahp`.
    """

    names: tuple[str, ...]
    weights: Float
    mean: Float
    std: Float
    lower: Float
    upper: Float
    level: float
    rank_probability: Float
    outranks: Float
    draws: int
    seed: int
    perturbation: str | None
    spread: float | None
    bootstrap: bool
    method: str
    redrawn: int = 0
    version: str = __version__

    def to_frame(self) -> Any:
        """A pandas `DataFrame` with a row an item: weight, mean, std, lower, upper."""
        columns = ("weights", "mean", "std", "lower", "upper")
        return data_frame({name: getattr(self, name) for name in columns}, index=list(self.names))


@dataclass(frozen=True, eq=False, repr=False)
class HierarchyUncertainty(Result):
    """How the weights of a hierarchy scatter.

    Attributes:
        local: parent id -> the local weights of its children, where they are compared.
        leaves: the global weights of the leaves.
    """

    local: Mapping[str, WeightUncertainty]
    leaves: WeightUncertainty


def simulate_matrix(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    seed: int,
    draws: int = 10_000,
    perturbation: str = "grid",
    spread: float | None = None,
    method: str = "eigenvector",
    level: float = 0.95,
    progress: Progress | None = None,
) -> WeightUncertainty:
    """Scatter of the weights of one matrix when every judgment is perturbed by itself.

    The judgments of the upper triangle are drawn, the lower triangle is their reciprocals.

    Args:
        a: one pairwise comparison matrix, shape (n, n), NaN for not judged.
        seed: integer of 0 or more; the same seed gives the same bits.
        draws: how many.
        perturbation: a name in `SPREADS`.
        spread: its size, `"grid"`: 0 to 1, `"lognormal"`: 0 to 10; None = that in `SPREADS`.
        method: as for `ahp.weights`.
        level: of the intervals, between 0 and 1.
        progress: called as progress(draws done, draws) after every chunk.

    Raises:
        OptionError: an option that is not on its list or out of its range.
        MatrixError: not a matrix, or for `"grid"` a judgment off the scale; the cell is named.
        IncompleteError: the judged pairs do not connect all items.

    >>> scatter = ahp.simulate_matrix([[1, 3, 5], [1/3, 1, 3], [1/5, 1/3, 1]], seed=1)
    >>> scatter.weights.round(3), scatter.lower.round(3), scatter.upper.round(3)
    (array([0.637, 0.258, 0.105]), array([0.547, 0.193, 0.082]), array([0.701, 0.345, 0.143]))
    """
    run = _Run(draws, seed, perturbation, spread, False, method, level, progress)
    array = as_matrices(a, complete=False)
    if array.ndim != 2:
        raise MatrixError("not_a_square", shape=str(array.shape))
    check_connected(array, a)
    names = labels_of(a, array.shape[-1])
    judgments = _Judgments({"": array[None]}, run)
    (base,) = judgments.local(judgments.logs)
    (drawn,), _ = judgments.draw(np.ones(1))
    return _summary(names, base[0], drawn, run)


def simulate_hierarchy(
    hierarchy: Hierarchy,
    matrices: Mapping[str, ArrayLike | PairwiseMatrix | Any],
    *,
    seed: int,
    draws: int = 10_000,
    perturbation: str = "grid",
    spread: float | None = None,
    method: str = "eigenvector",
    level: float = 0.95,
    progress: Progress | None = None,
) -> HierarchyUncertainty:
    """Scatter of local and global weights when every judgment is perturbed by itself.

    Args:
        hierarchy: the tree.
        matrices: parent id -> matrix of its children, shape (n, n), NaN for not judged, none where
            the weights are given; one labeled with their ids in any order, another in theirs.
        seed: integer of 0 or more; the same seed gives the same bits.
        draws: how many.
        perturbation: a name in `SPREADS`.
        spread: as for `simulate_matrix`.
        method: as for `ahp.weights`.
        level: of the intervals, between 0 and 1.
        progress: called as progress(draws done, draws) after every chunk.

    Raises:
        OptionError: an option that is not on its list or out of its range.
        HierarchyError: not one matrix for each parent, or one of another order.
        MatrixError: not a matrix, or for `"grid"` a judgment off the scale; parent and cell are
            named.
        IncompleteError: the pairs judged under a parent do not connect all its children.
    """
    run = _Run(draws, seed, perturbation, spread, False, method, level, progress)
    arrays = {
        parent: array[None] for parent, array in _checked(hierarchy, matrices, "(n, n)").items()
    }
    return _simulated(hierarchy, arrays, np.ones(1), run)


def simulate_panel(
    hierarchy: Hierarchy,
    matrices: Mapping[str, ArrayLike | Any],
    expert_weights: ArrayLike | None = None,
    *,
    seed: int,
    draws: int = 10_000,
    bootstrap: bool = True,
    perturbation: str | None = None,
    spread: float | None = None,
    method: str = "eigenvector",
    level: float = 0.95,
    progress: Progress | None = None,
) -> HierarchyUncertainty:
    """Scatter of a panel's weights: experts resampled, judgments perturbed, or both.

    The bootstrap (Efron 1979, Annals of Statistics 7:1-26) draws as many experts as there are,
    with replacement and equal chances; each brings all judgments and the own weight, and the
    weights drawn are scaled to sum 1. Experts of weight 0 are left out before. Judgments are
    perturbed expert by expert, anew each time an expert is drawn, and aggregated by their weighted
    geometric mean (`ahp.aggregate_judgments`), each cell over the experts who judged it.

    A panel drawn whose judgments do not connect all items has no weights. It is drawn anew and
    counted in `redrawn`: the scatter is that of the panels that have a result.

    Args:
        hierarchy: the tree.
        matrices: parent id -> the experts' matrices of its children, in the same order of experts
            for all parents, NaN for not judged, shape (k, n, n); all labeled with the children's
            ids, in any order, or none, in the children's.
        expert_weights: non-negative, not all 0, shape (k,); None = equal.
        seed: integer of 0 or more; the same seed gives the same bits.
        draws: how many.
        bootstrap: resample experts.
        perturbation: a name in `SPREADS`, or None for judgments as given.
        spread: as for `simulate_matrix`.
        method: as for `ahp.weights`.
        level: of the intervals, between 0 and 1.
        progress: called as progress(draws done, draws) after every chunk.

    Raises:
        OptionError: an option that is not on its list or out of its range, or nothing to vary.
        HierarchyError: not the same number of matrices for each parent, or of another order.
        MatrixError: not matrices, for `"grid"` a judgment off the scale (parent and cell are
            named), or expert weights that do not fit.
        IncompleteError: the pairs judged under a parent by experts of weight above 0 do not connect
            all its children, or those of hardly any panel drawn do (`MOST_REDRAWN`).
    """
    run = _Run(draws, seed, perturbation, spread, bootstrap, method, level, progress)
    return _simulated(hierarchy, *_checked_panel(hierarchy, matrices, expert_weights), run)


def draw_local_weights(
    hierarchy: Hierarchy,
    matrices: Mapping[str, ArrayLike | Any],
    expert_weights: ArrayLike | None = None,
    *,
    seed: int,
    draws: int = 10_000,
    bootstrap: bool = True,
    perturbation: str | None = None,
    spread: float | None = None,
    method: str = "eigenvector",
) -> dict[str, Float]:
    """The weights that `simulate_panel` draws, for what is computed of them draw by draw.

    Args and errors are those of `simulate_panel`.

    Returns:
        Parent id -> local weights of its children, shape (draws, n), where they are compared.
    """
    run = _Run(draws, seed, perturbation, spread, bootstrap, method, 0.95, None)
    arrays, panel = _checked_panel(hierarchy, matrices, expert_weights)
    drawn, _ = _judgments(hierarchy, arrays, panel, run).draw(panel)
    return dict(zip(hierarchy.compared, drawn, strict=True))


def _checked_panel(
    hierarchy: Hierarchy, matrices: Mapping[str, Any], expert_weights: ArrayLike | None
) -> tuple[dict[str, Float], Float]:
    """Validated matrices by parent, shape (k, n, n) each, and the experts' weights, sum 1."""
    arrays = _checked(hierarchy, matrices, "(k, n, n)")
    counts = {parent: len(array) for parent, array in arrays.items()}
    count = next(iter(counts.values()))
    for parent, experts in counts.items():
        if experts != count or experts == 0:
            code = "experts_uneven" if count else "no_experts"
            raise HierarchyError(code, parent=parent, count=experts, expected=count)
    return arrays, normalize_expert_weights(expert_weights, count)


@dataclass(frozen=True)
class _Run:
    """Checked options of a simulation."""

    draws: int
    seed: int
    perturbation: str | None
    spread: float | None
    bootstrap: bool
    method: str
    level: float
    progress: Progress | None

    def __post_init__(self) -> None:
        check_method(self.method)
        check_integer("draws", self.draws, 1)
        check_integer("seed", self.seed, 0)
        if not isinstance(self.level, (int, float)) or not 0 < self.level < 1:
            expected = Phrase("between", low=0, high=1)
            raise OptionError.refused("level", self.level, expected)
        if self.perturbation is None:
            if not self.bootstrap:
                raise OptionError("nothing_varies")
            if self.spread is not None:
                raise OptionError("spread_unused", spread=self.spread)
            return
        if self.perturbation not in tuple(SPREADS):
            raise OptionError.unknown("perturbation", self.perturbation, SPREADS)
        if self.spread is None:
            object.__setattr__(self, "spread", SPREADS[self.perturbation])
            return
        most = 1 if self.perturbation == "grid" else _LARGEST_SIGMA
        if not isinstance(self.spread, (int, float)) or not 0 <= self.spread <= most:
            expected = Phrase("number_up_to_for", most=most, option=self.perturbation)
            raise OptionError.refused("spread", self.spread, expected)


def _checked(hierarchy: Hierarchy, matrices: Mapping[str, Any], shape: str) -> dict[str, Float]:
    """Validated matrices of every parent that is compared, in the order of the tree."""
    if not hierarchy.compared:
        raise HierarchyError("all_weights_given")
    for parent in matrices:
        if parent not in hierarchy.compared:
            raise HierarchyError("matrix_unexpected", parent=parent, valid=hierarchy.compared)
    arrays = {}
    for parent in hierarchy.compared:
        kids = hierarchy.children[parent]
        if parent not in matrices:
            raise HierarchyError("matrix_missing", parent=parent)
        matrix = matrices[parent]
        try:
            array = as_matrices(matrix, complete=False)
        except MatrixError as error:
            raise type(error)("matrix_refused", parent=parent, problem=error) from error
        if array.ndim != shape.count(",") + 1 or array.shape[-1] != len(kids):
            raise HierarchyError(
                "matrix_shape",
                parent=parent,
                shape=str(array.shape),
                expected=shape,
                n=len(kids),
            )
        labels = given_labels(matrix) or kids
        name = Phrase("matrix_of", parent=parent)
        order = order_of(labels, kids, name, Phrase("the_tree"), HierarchyError)
        arrays[parent] = in_order(array, order)
    return arrays


class _Judgments:
    """The judgments of k experts about one matrix or more, as logarithms side by side.

    Args:
        arrays: place -> validated matrices, shape (k, n, n).
        run: checked options.
    """

    def __init__(self, arrays: Mapping[str, Float], run: _Run) -> None:
        self.run = run
        self.orders = [array.shape[-1] for array in arrays.values()]
        self.logs = np.concatenate([_upper_logs(array) for array in arrays.values()], axis=-1)
        missing: Bool = np.isnan(self.logs)
        self.missing = missing if missing.any() else None
        if run.perturbation == "grid":
            self.positions: Int = np.abs(self.logs[..., None] - _LOG_SCALE).argmin(axis=-1)
            on_scale = _LOG_SCALE[self.positions]
            off = np.abs(self.logs - on_scale) > WRITTEN_RTOL
            if off.any():
                raise _off_grid(arrays, self.logs, off)
            self.logs = np.where(missing, np.nan, on_scale)

    def draw(self, panel: Float) -> tuple[list[Float], int]:
        """Local weights of every matrix, shape (draws, n) each, and how many panels were redrawn.

        Args:
            panel: weights of the experts, shape (k,), sum 1.
        """
        run = self.run
        (there,) = np.nonzero(panel)
        experts, cells = len(there), self.logs.shape[-1]
        # a stream for each purpose, used draw by draw: none depends on the chunks
        resampling, noise = map(np.random.default_rng, np.random.SeedSequence(run.seed).spawn(2))
        drawn = [np.empty((run.draws, n)) for n in self.orders]
        redrawn = 0
        chunk = max(1, _CELLS // max(1, experts if run.spread is None else experts * cells))
        for start in range(0, run.draws, chunk):
            count = min(chunk, run.draws - start)
            who: Int = np.broadcast_to(there, (count, experts))
            if run.bootstrap:
                who, redrawn = self._resampled(there, count, resampling, redrawn)
            if run.spread is not None:
                share = panel[who]
                share = share / share.sum(axis=-1, keepdims=True)
                joined = self.joined(self._perturbed(who, run.spread, noise), share)
            else:
                joined = weighted_means(self.logs, drawn_counts(who, len(panel)) * panel)
            for target, local in zip(drawn, self.local(joined), strict=True):
                target[start : start + count] = local
            if run.progress is not None:
                run.progress(start + count, run.draws)
        return drawn, redrawn

    def joined(self, logs: Float, share: Float) -> Float:
        """Means over the experts, shapes (draws, k, judgments) and (draws, k), of those who judged
        the pair; NaN where nobody did.
        """
        total = np.zeros((len(logs), logs.shape[-1]))
        if self.missing is None:
            for k in range(logs.shape[1]):
                total += share[:, k, None] * logs[:, k]
            return total
        weight = np.zeros_like(total)
        for k in range(logs.shape[1]):
            judged = ~np.isnan(logs[:, k])
            total += np.where(judged, share[:, k, None] * logs[:, k], 0.0)
            weight += np.where(judged, share[:, k, None], 0.0)
        mean: Float = total / np.where(weight > 0, weight, np.nan)
        return mean

    def _resampled(
        self, there: Int, count: int, resampling: np.random.Generator, redrawn: int
    ) -> tuple[Int, int]:
        """Experts drawn, shape (count, k), and `redrawn` with the panels left out meanwhile.

        The stream is used up to the last panel that is kept, so that no draw depends on the chunks.
        """
        panels: list[Int] = []
        left = count
        while left:
            who = there[resampling.integers(len(there), size=(left, len(there)))]
            if self.missing is not None:
                met = drawn_counts(who, len(self.logs)) @ (~self.missing).astype(np.float32)
                who = who[self._connected(met > 0)]
            panels.append(who)
            redrawn += left - len(who)
            left -= len(who)
            if redrawn > MOST_REDRAWN * self.run.draws:
                raise IncompleteError(
                    "panels_apart",
                    redrawn=redrawn,
                    most=MOST_REDRAWN * self.run.draws,
                    draws=self.run.draws,
                )
        return np.concatenate(panels), redrawn

    def _connected(self, judged: Bool) -> Bool:
        """Which rows of pairs, shape (draws, judgments), connect the items of every matrix."""
        connected = np.ones(len(judged), dtype=bool)
        start = 0
        for n in self.orders:
            i, j = np.triu_indices(n, 1)
            graph = np.zeros((len(judged), n, n), dtype=bool)
            graph[:, np.arange(n), np.arange(n)] = True
            graph[:, i, j] = graph[:, j, i] = judged[:, start : start + len(i)]
            connected &= ~components_of(graph).any(axis=-1)
            start += len(i)
        return connected

    def _perturbed(self, who: Int, spread: float, noise: np.random.Generator) -> Float:
        """Logarithms of the judgments of the experts drawn, shape (draws, k, judgments)."""
        shape = (*who.shape, self.logs.shape[-1])
        if self.run.perturbation == "lognormal":
            return self.logs[who] + spread * noise.standard_normal(shape)
        chance = noise.random(shape)
        moved = self.positions[who] + (chance >= 1 - spread / 2) - (chance < spread / 2)
        perturbed: Float = _LOG_SCALE[np.clip(moved, 0, len(_LOG_SCALE) - 1)]
        if self.missing is not None:
            perturbed[self.missing[who]] = np.nan
        return perturbed

    def local(self, logs: Float) -> list[Float]:
        """Weights of every matrix from its upper triangles, logs of shape (draws, judgments)."""
        local_weights = []
        start = 0
        for n in self.orders:
            i, j = np.triu_indices(n, 1)
            upper = logs[:, start : start + len(i)]
            full = np.zeros((len(logs), n, n))
            full[:, i, j], full[:, j, i] = upper, -upper
            matrices = np.exp(full)
            if self.missing is not None:
                matrices = complete_matrices(matrices).values
            local_weights.append(weights(matrices, self.run.method))
            start += len(i)
        return local_weights


def _upper_logs(array: Float) -> Float:
    """Logarithms of the upper triangles row by row, shape (k, n(n-1)/2)."""
    logs: Float = np.log(array)
    i, j = np.triu_indices(array.shape[-1], 1)
    return (logs[:, i, j] - logs[:, j, i]) / 2


def _off_grid(arrays: Mapping[str, Float], logs: Float, off: Bool) -> MatrixError:
    """The error for the first judgment off the scale: its place, value and what to do."""
    expert, cell = (int(k) for k in np.argwhere(off)[0])
    cells = [
        (parent, int(i), int(j))
        for parent, array in arrays.items()
        for i, j in zip(*np.triu_indices(array.shape[-1], 1), strict=True)
    ]
    parent, *pair = cells[cell]
    index = tuple(pair) if len(logs) == 1 else (expert, *pair)
    error = MatrixError("off_grid", cell=Cell("a", index), value=math.exp(logs[expert, cell]))
    return MatrixError("matrix_refused", parent=parent, problem=error) if parent else error


def _judgments(
    hierarchy: Hierarchy, arrays: Mapping[str, Float], panel: Float, run: _Run
) -> _Judgments:
    """The panel's judgments, which together connect all items below each parent."""
    for parent in hierarchy.compared:
        _check_judged(parent, hierarchy.children[parent], arrays[parent][panel > 0])
    return _Judgments(arrays, run)


def _simulated(
    hierarchy: Hierarchy, arrays: Mapping[str, Float], panel: Float, run: _Run
) -> HierarchyUncertainty:
    judgments = _judgments(hierarchy, arrays, panel, run)
    if judgments.missing is None:
        joined = (panel[:, None] * judgments.logs).sum(axis=0, keepdims=True)
    else:
        joined = judgments.joined(judgments.logs[None], panel[None])
    base = judgments.local(joined)
    drawn, redrawn = judgments.draw(panel)
    return _hierarchy_summary(
        hierarchy,
        {parent: local[0] for parent, local in zip(hierarchy.compared, base, strict=True)},
        dict(zip(hierarchy.compared, drawn, strict=True)),
        run,
        redrawn,
    )


def summarize_panels(
    hierarchy: Hierarchy,
    local_weights: Mapping[str, Float],
    drawn: Mapping[str, Float],
    *,
    seed: int,
    method: str,
    level: float = 0.95,
    redrawn: int = 0,
) -> HierarchyUncertainty:
    """Scatter of weights of panels that were resampled elsewhere, as `simulate_panel` tells it.

    Args:
        hierarchy: the tree.
        local_weights: parent id -> weights of its children by all experts, shape (n,), for the
            parents that are compared under.
        drawn: likewise -> those of each panel drawn, shape (draws, n).
        seed: they come from.
        method: as for `ahp.weights`, that they were made by.
        level: of the intervals, between 0 and 1.
        redrawn: panels that were left out since they have no weights.
    """
    draws = len(drawn[hierarchy.compared[0]])
    run = _Run(draws, seed, None, None, True, method, level, None)
    return _hierarchy_summary(hierarchy, local_weights, drawn, run, redrawn)


def _hierarchy_summary(
    hierarchy: Hierarchy,
    base: Mapping[str, Float],
    drawn: Mapping[str, Float],
    run: _Run,
    redrawn: int,
) -> HierarchyUncertainty:
    local = {
        parent: _summary(hierarchy.children[parent], base[parent], drawn[parent], run, redrawn)
        for parent in hierarchy.compared
    }
    (whole,) = leaf_weights(hierarchy, {parent: base[parent][None] for parent in local})
    products = leaf_weights(hierarchy, {parent: drawn[parent] for parent in local})
    return HierarchyUncertainty(
        MappingProxyType(local), _summary(hierarchy.leaves, whole, products, run, redrawn)
    )


def _check_judged(parent: str, kids: tuple[str, ...], matrices: Float) -> None:
    """Refuse matrices of experts, shape (k, n, n), that together leave items unconnected."""
    judged = PairwiseMatrix(np.where(np.isnan(matrices).all(axis=0), np.nan, 1.0), kids)
    try:
        check_connected(judged.values, judged)
    except IncompleteError as error:
        raise IncompleteError("matrix_refused", parent=parent, problem=error) from error


def _summary(
    names: tuple[str, ...], base: Float, drawn: Float, run: _Run, redrawn: int = 0
) -> WeightUncertainty:
    """Moments, intervals and ranks of the weights drawn, shape (draws, n)."""
    n = len(names)
    moved = np.empty((4, n))
    for k in range(n):  # column by column: the copies stay small
        change = drawn[:, k] - base[k]  # from the base, so that no spread is exactly none
        mean = change.mean()
        moved[0, k] = base[k] + mean
        moved[1, k] = math.sqrt(np.square(change - mean).mean())
        moved[2:, k] = np.quantile(drawn[:, k], [(1 - run.level) / 2, (1 + run.level) / 2])
    ranks, outranks = np.zeros((n, n)), np.zeros((n, n))
    for start in range(0, len(drawn), _ROWS):
        first, size = rank_spans(drawn[start : start + _ROWS])
        for i in range(n):
            outranks[i] += (first[:, i, None] < first).sum(axis=0)
        for share in np.unique(size):
            cells = (np.arange(n) * n + first)[size == share]
            counts = np.bincount(cells, minlength=n * n).reshape(n, n)
            for offset in range(share):
                ranks[:, offset:] += counts[:, : n - offset] / share
    mean, std, lower, upper = moved
    return WeightUncertainty(
        names=names,
        weights=plain(base),
        mean=plain(mean),
        std=plain(std),
        lower=plain(lower),
        upper=plain(upper),
        level=run.level,
        rank_probability=plain(ranks / len(drawn)),
        outranks=plain(outranks / len(drawn)),
        draws=int(run.draws),
        seed=int(run.seed),
        perturbation=run.perturbation,
        spread=run.spread,
        bootstrap=run.bootstrap,
        method=run.method,
        redrawn=redrawn,
    )


@dataclass(frozen=True, eq=False, repr=False)
class OneAtATime(Result):
    """Global weights, or values of alternatives, while one local weight runs over a grid.

    They are straight lines: all that lies below the node grows with its weight, all below its
    siblings shrinks in proportion, the rest stays.

    Attributes:
        node: the node whose weight is varied.
        weight: its present local weight.
        names: the leaves, or the alternatives.
        grid: local weights of the node, shape (g,).
        values: shape (g, number of names).
    """

    node: str
    weight: float
    names: tuple[str, ...]
    grid: Float
    values: Float


def one_at_a_time(
    hierarchy: Hierarchy,
    local_weights: Mapping[str, ArrayLike],
    node: str,
    *,
    grid: ArrayLike | None = None,
    scores: Mapping[str, ArrayLike] | None = None,
) -> OneAtATime:
    """Vary one node's local weight, its siblings sharing the rest in their present proportions.

    Args:
        hierarchy: the tree.
        local_weights: parent id -> weights of its children, sum 1; the given weights by default.
        node: any node but the goal.
        grid: local weights from 0 to 1, shape (g,); None = 101 steps of 0.01.
        scores: alternative -> its scores on the leaves, in the order of `hierarchy.leaves`; the
            values are then their weighted sums. None = the global weights of the leaves.

    Raises:
        HierarchyError: weights, node, grid or scores that do not fit.

    >>> tree = ahp.Hierarchy("goal", {"goal": ("cost", "quality"), "cost": ("price", "upkeep")})
    >>> local = {"goal": [0.7, 0.3], "cost": [0.6, 0.4]}
    >>> line = ahp.one_at_a_time(tree, local, "cost", grid=[0, 0.5, 1])
    >>> line.names
    ('price', 'upkeep', 'quality')
    >>> line.values
    array([[0. , 0. , 1. ],
           [0.3, 0.2, 0.5],
           [0.6, 0.4, 0. ]])
    """
    line = _line(hierarchy, local_weights, node, scores)
    name = Phrase("grid")
    steps = as_numbers(np.linspace(0, 1, 101) if grid is None else grid, name, HierarchyError)
    if steps.ndim != 1 or not ((steps >= 0) & (steps <= 1)).all():
        raise HierarchyError(
            "numbers_expected",
            name=name,
            values=steps.tolist(),
            expected=Phrase("local_weights_from_to", low=0, high=1),
        )
    values = line.at(steps[:, None])
    return OneAtATime(node, line.weight, line.names, plain(steps.copy()), plain(values))


@dataclass(frozen=True, eq=False, repr=False)
class StabilityInterval(Result):
    """The local weights of one node within which the top ranks do not change.

    They do not change for `lower < weight < upper`, and at a bound without pairs (0 or 1) up to
    the bound itself, where whole branches have weight 0. Items that are equal now and move apart
    change ranks at once: both bounds are the present weight then.

    Attributes:
        node: the node whose weight is varied.
        weight: its present local weight.
        lower, upper: the bounds.
        lower_pairs, upper_pairs: the items that are equal at the bound and change ranks beyond it,
            as (ahead at present, behind); none where the bound is 0 or 1 by itself.
        top: the number of ranks watched; None = all.
    """

    node: str
    weight: float
    lower: float
    upper: float
    lower_pairs: tuple[tuple[str, str], ...]
    upper_pairs: tuple[tuple[str, str], ...]
    top: int | None

    @property
    def change(self) -> float:
        """Smallest change that alters a rank (Triantaphyllou & Sánchez 1997, definition of δ).

        Theirs is the change of the weight before all siblings are scaled to sum 1 again,
        `w' = (w − δ)/(1 − δ)`, here by its size; infinite where no change alters a rank.
        """
        lower = (self.weight - self.lower) / (1 - self.lower) if self.lower_pairs else math.inf
        upper = (self.upper - self.weight) / (1 - self.upper) if self.upper_pairs else math.inf
        return min(lower, upper)

    @property
    def relative_change(self) -> float:
        """`change` as a share of the weight; infinite for a weight of 0."""
        return self.change / self.weight if self.weight else math.inf


def stability_interval(
    hierarchy: Hierarchy,
    local_weights: Mapping[str, ArrayLike],
    node: str,
    *,
    top: int | None = 1,
    scores: Mapping[str, ArrayLike] | None = None,
) -> StabilityInterval:
    """Exact interval of one local weight within which the top ranks do not change.

    The siblings share the rest in their present proportions. Two straight lines that differ by d
    now and by d' per unit of weight cross at `weight − d/d'`: the bounds are the crossings nearest
    to the present weight of one of the first `top` items with any item behind it.

    Args:
        hierarchy: the tree.
        local_weights: parent id -> weights of its children, sum 1; the given weights by default.
        node: any node but the goal.
        top: how many ranks from the first; None = the full ranking.
        scores: as for `one_at_a_time`.

    Raises:
        HierarchyError: weights, node or scores that do not fit.
        OptionError: `top` is not an integer of 1 or more.

    >>> tree = ahp.Hierarchy("goal", {"goal": ("cost", "quality"), "cost": ("price", "upkeep")})
    >>> local = {"goal": [0.7, 0.3], "cost": [0.6, 0.4]}
    >>> interval = ahp.stability_interval(tree, local, "cost")
    >>> interval.lower, interval.upper, interval.lower_pairs
    (0.625, 1.0, (('price', 'quality'),))
    """
    if top is not None:
        check_integer("top", top, 1)
    line = _line(hierarchy, local_weights, node, scores)
    now = line.at(np.array(line.weight))
    order = falling_order(now)
    places = np.arange(len(order))
    watched = (places[:, None] < places) & (places[:, None] < (len(order) if top is None else top))
    ahead, behind = (order[side] for side in np.nonzero(watched))
    gap = now[ahead] - now[behind]
    slope = (line.end - line.start)[ahead] - (line.end - line.start)[behind]
    largest = np.maximum(line.start, line.end)
    scale = TIE_RTOL * np.maximum(largest[ahead], largest[behind])
    moving = np.abs(slope) > scale
    gap, slope, ahead, behind = gap[moving], slope[moving], ahead[moving], behind[moving]
    tied = gap <= TIE_RTOL * now[ahead]
    crossing = line.weight - np.where(tied, 0, gap / slope)
    inside = (crossing > ROUNDING_ATOL) & (crossing < 1 - ROUNDING_ATOL)

    def bound(side: Bool, nearest: Callable[[Float], Any], end: float) -> Any:
        candidates = side & (inside | tied)
        if not candidates.any():
            return end, ()
        weight = float(nearest(crossing[candidates]))
        at = candidates & (np.abs(crossing - weight) <= ROUNDING_ATOL)
        pairs = zip(ahead[at], behind[at], strict=True)
        return weight, tuple((line.names[i], line.names[j]) for i, j in pairs)

    lower, lower_pairs = bound(tied | (slope > 0), np.max, 0.0)
    upper, upper_pairs = bound(tied | (slope < 0), np.min, 1.0)
    return StabilityInterval(node, line.weight, lower, upper, lower_pairs, upper_pairs, top)


def critical_criteria(
    hierarchy: Hierarchy,
    local_weights: Mapping[str, ArrayLike],
    *,
    top: int | None = 1,
    scores: Mapping[str, ArrayLike] | None = None,
    relative: bool = False,
) -> tuple[StabilityInterval, ...]:
    """Stability intervals of all nodes but the goal, the most critical first.

    The most critical criterion is the one whose smallest change alters a rank (Triantaphyllou &
    Sánchez 1997): "absolute-top" with `top=1`, "absolute-any" with `top=None`, "percent-top" and
    "percent-any" with `relative`.

    Args:
        hierarchy: the tree.
        local_weights: parent id -> weights of its children, sum 1; the given weights by default.
        top: how many ranks from the first; None = the full ranking.
        scores: as for `one_at_a_time`.
        relative: order by the change as a share of the weight.

    Returns:
        Intervals by rising change; ties in the order of the tree, level by level.

    Raises:
        HierarchyError, OptionError: as for `stability_interval`.

    >>> tree = ahp.Hierarchy("goal", {"goal": ("cost", "quality"), "cost": ("price", "upkeep")})
    >>> local = {"goal": [0.7, 0.3], "cost": [0.6, 0.4]}
    >>> intervals = ahp.critical_criteria(tree, local)
    >>> [(interval.node, round(interval.change, 3)) for interval in intervals]
    [('quality', 0.12), ('cost', 0.2), ('price', 0.2), ('upkeep', 0.2)]
    """
    nodes = [kid for kids in hierarchy.children.values() for kid in kids]
    intervals = [
        stability_interval(hierarchy, local_weights, node, top=top, scores=scores) for node in nodes
    ]

    def change(interval: StabilityInterval) -> float:
        # rounded, so that changes that are equal keep the order of the tree
        return round(interval.relative_change if relative else interval.change, 12)

    return tuple(sorted(intervals, key=change))


@dataclass(frozen=True)
class _Line:
    """Values while a local weight runs from 0 to 1."""

    weight: float
    names: tuple[str, ...]
    start: Float
    end: Float

    def at(self, weight: Float) -> Float:
        """The values at some weights, shape (..., 1) or ()."""
        values: Float = (1 - weight) * self.start + weight * self.end
        return values


def _line(
    hierarchy: Hierarchy,
    local_weights: Mapping[str, ArrayLike],
    node: str,
    scores: Mapping[str, ArrayLike] | None,
) -> _Line:
    parent = hierarchy.parent_of(node)
    if parent is None:
        valid = tuple(kid for kids in hierarchy.children.values() for kid in kids)
        raise HierarchyError("node_without_weight", node=node, valid=valid)
    local = local_vectors(hierarchy, local_weights)
    for name, vector in local.items():
        if abs((total := vector.sum()) - 1) > SUM_ATOL:
            raise HierarchyError("sum_not_one", parent=name, total=total)
    index = hierarchy.children[parent].index(node)
    rest = local[parent].copy()
    rest[index] = 0
    if not rest.any():
        raise HierarchyError("no_siblings", node=node)
    rest /= rest.sum()
    alone = np.zeros_like(rest)
    alone[index] = 1
    leaves = hierarchy.leaves
    ends = []
    for shares in (rest, alone):
        global_weights = hierarchy.global_weights({**local, parent: shares})
        ends.append(np.array([global_weights[leaf] for leaf in leaves]))
    names = leaves
    if scores is not None:
        names, table = _table(scores, leaves)
        # row by row: equal alternatives get equal bits
        ends = [(table * end).sum(axis=-1) for end in ends]
    return _Line(float(local[parent][index]), names, *ends)


def _table(
    scores: Mapping[str, ArrayLike], leaves: tuple[str, ...]
) -> tuple[tuple[str, ...], Float]:
    """Names of the alternatives and their scores, shape (alternatives, leaves)."""
    if not scores:
        raise HierarchyError("no_scores")
    rows = []
    for name, values in scores.items():
        said = Phrase("scores_of", name=name)
        joined = joined_vector(values, leaves, said, Phrase("the_leaves"), HierarchyError)
        row = as_numbers(joined, said, HierarchyError)
        if row.shape != (len(leaves),):
            raise HierarchyError("scores_shape", name=said, shape=str(row.shape), count=len(leaves))
        check_not_negative(row, said)
        rows.append(row)
    return tuple(scores), np.stack(rows)
