"""From printed digits back to the judgment matrices that can have produced them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import chain, compress, pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..consistency import CR_LIMIT, ci_and_cr
from ..eigen import perron
from ..errors import OptionError
from ..matrix import Bool, Float, Int, as_numbers
from ..messages import Phrase
from ..random_index import random_index_value
from ..result import Result, read_only
from ..scale import SAATY_POSITIONS, ScaleValues, scale_values
from ..tolerance import ROUNDING_ATOL
from ..version import __version__
from .printing import (
    RECONSTRUCTED_METHODS,
    SLACK,
    check_printed,
    check_rounding,
    decimals_of,
    printed_interval,
    rounded_weights,
)
from .search import Space, search, submatrices

LARGEST_ORDER = 7
"""Most items that `reconstruct` takes."""

LARGEST_SCALE = 127
"""Most values of a scale: positions are small integers."""

COMPLETE_ORDER = 5
"""Up to here the whole scale is searched."""

SUBMATRICES = 4_000_000
"""Above, as much of the scale is searched as keeps the matrices without the pivot below this."""

MAX_CANDIDATES = 200_000
"""Candidates at which a search stops."""

STRICTLY = 1e-12
"""A weight is above another when it is so by more than this."""

WIDER = 4
"""Factor by which intervals grow in search of the nearest miss."""

Progress = Callable[[int, int], None]
"""Called with how much of the search is done, and how much there is."""

Ranking = Sequence[Any]


@dataclass(frozen=True, eq=False, repr=False)
class NearestMiss(Result):
    """What comes nearest to print that no matrix produces.

    Attributes:
        matrix: shape (n, n).
        method: of the weights.
        weights: shape (n,).
        misses: per item the distance from the printed weight in units of the last digit (of the
            print that has most of them), NaN where none is printed.
        reason: why the print can't be right as it stands.
    """

    matrix: Float
    method: str
    weights: Float
    misses: Float
    reason: Phrase


@dataclass(frozen=True, eq=False, repr=False)
class Reconstruction(Result):
    """All matrices that produce what is printed for one parent, plainest first.

    Attributes:
        candidates: shape (k, n, n); a matrix comes once for each method and rounding that works.
        methods, roundings: k names.
        weights: as the source would have got them, shape (k, n).
        lambda_max, cr: of the candidates, shape (k,).
        plainness: shape (k,), 0 is plainest: judgments that don't rise along the ranking of the
            weights, and even values, counted.
        coverage: share of all matrices on the scale that is decided, 1 = all of them.
        coverage_note: which part that is.
        ruled_out: methods that can't have produced the digits.
        nearest: the nearest miss if there is no candidate.
        printed, ranking, cr_max, random_index: what was asked for.
        version: of `ahp`.
    """

    candidates: Float
    methods: tuple[str, ...]
    roundings: tuple[str, ...]
    weights: Float
    lambda_max: Float
    cr: Float
    plainness: NDArray[np.int64]
    coverage: float
    coverage_note: Phrase
    ruled_out: tuple[str, ...]
    nearest: NearestMiss | None
    printed: tuple[str | None, ...]
    ranking: tuple[tuple[int, ...], ...]
    cr_max: float
    random_index: str
    version: str = __version__

    def __len__(self) -> int:
        return len(self.candidates)

    def __post_init__(self) -> None:
        for array in (self.candidates, self.weights, self.lambda_max, self.cr, self.plainness):
            read_only(array)

    @cached_property
    def unique(self) -> bool:
        """Whether all candidates are one matrix, and everything was searched."""
        same = len(self) > 0 and bool((self.candidates == self.candidates[0]).all())
        return self.coverage == 1 and same

    @cached_property
    def weights_range(self) -> Float:
        """Lowest and highest weight of each item, shape (n, 2); NaN without candidates."""
        return _range(self.weights)

    @cached_property
    def lambda_range(self) -> Float:
        """Lowest and highest λmax, shape (2,); NaN without candidates."""
        return _range(self.lambda_max)

    @cached_property
    def cr_range(self) -> Float:
        """Lowest and highest CR, shape (2,); NaN without candidates."""
        return _range(self.cr)

    def only(self, kept: Bool) -> Reconstruction:
        """Some of the candidates."""
        return replace(
            self,
            candidates=self.candidates[kept],
            methods=tuple(compress(self.methods, kept)),
            roundings=tuple(compress(self.roundings, kept)),
            weights=self.weights[kept],
            lambda_max=self.lambda_max[kept],
            cr=self.cr[kept],
            plainness=self.plainness[kept],
        )


def reconstruct(
    printed: Sequence[str | None],
    *,
    method: str | Sequence[str] | None = None,
    ranking: Ranking | None = None,
    intervals: Mapping[int, tuple[float, float]] | None = None,
    rounding: str | Sequence[str] = "half_up",
    cr_max: float = CR_LIMIT,
    scale: str | ScaleValues = "saaty",
    random_index: str = "saaty",
    decimals: int | None = None,
    max_candidates: int = MAX_CANDIDATES,
    progress: Progress | None = None,
) -> Reconstruction:
    """Find all judgment matrices on a scale that produce the weights printed for one parent.

    Up to five items every matrix on the scale is decided. With six or seven only those are searched
    whose judgments are near the ratios of the weights, as `coverage_note` says.

    Args:
        printed: a number as text for each item, such as `"0.63335"`, or None.
        method: name or names in `RECONSTRUCTED_METHODS`; None = all of them.
        ranking: indices of items in order of falling weight; a tuple inside leaves the order of its
            members open. Items may be left out.
        intervals: index -> lowest and highest weight, known from elsewhere.
        rounding: name or names in `ROUNDINGS`: how the source rounded.
        cr_max: CR of the matrices is below this.
        scale: `"saaty"`, or the values, with every value its reciprocal.
        random_index: name of the table for CR.
        decimals: digits after the point, if more than stand there (zeros at the end left out).
        max_candidates: the search stops when it has more than these; `coverage` says so.
        progress: called all along; an exception from it ends the search.

    Raises:
        OptionError, RandomIndexError: an argument that is none of these.

    >>> result = ahp.published.reconstruct(["0.637", "0.258", "0.105"], method="eigenvector")
    >>> len(result), result.unique
    (1, True)
    >>> result.candidates[0].round(2)
    array([[1.  , 3.  , 5.  ],
           [0.33, 1.  , 3.  ],
           [0.2 , 0.33, 1.  ]])
    """
    task = check_task(
        printed,
        method=method,
        ranking=ranking,
        intervals=intervals,
        rounding=rounding,
        cr_max=cr_max,
        scale=scale,
        random_index=random_index,
        decimals=decimals,
    )
    return run(task, max_candidates, progress)


def run(task: Task, max_candidates: int, progress: Progress | None) -> Reconstruction:
    """Reconstruct from checked arguments."""
    candidates, near, coverage, note = _search_all(task, max_candidates, progress)
    nearest = None if len(candidates.matrices) else _nearest_miss(task, near, progress)
    return _result(task, candidates, coverage, note, nearest)


@dataclass(frozen=True)
class Task:
    """The arguments of `reconstruct`, checked.

    Attributes:
        known: lowest and highest weight of each item, print and intervals together, of each
            rounding, shape (roundings, n, 2).
        steps: decimals of intermediate results.
        values: the scale, ascending.
        accept: a further condition: which of weights (m, n) are meant.
    """

    printed: tuple[str | None, ...]
    methods: tuple[str, ...]
    ranking: tuple[tuple[int, ...], ...]
    roundings: tuple[str, ...]
    known: Float
    steps: int
    values: Float
    cr_max: float
    random_index: str
    accept: Callable[[Float], Bool] | None = None

    @property
    def n(self) -> int:
        """Number of items."""
        return len(self.printed)

    @property
    def unit(self) -> float:
        """Of the last printed digit."""
        return 10.0**-self.steps

    @property
    def limit(self) -> float:
        """λmax at `cr_max`."""
        return self.n + self.cr_max * random_index_value(self.n, self.random_index) * (self.n - 1)


def check_task(
    printed: Sequence[str | None],
    *,
    method: str | Sequence[str] | None,
    ranking: Ranking | None,
    intervals: Mapping[int, tuple[float, float]] | None,
    rounding: str | Sequence[str],
    cr_max: float,
    scale: str | ScaleValues,
    random_index: str,
    decimals: int | None,
) -> Task:
    """The arguments of `reconstruct`, or its errors."""
    if isinstance(printed, str) or not 2 <= len(printed) <= LARGEST_ORDER:
        expected = Phrase("numbers_count", low=2, high=LARGEST_ORDER)
        raise OptionError.refused("printed", printed, expected)
    if decimals is not None and not (isinstance(decimals, int) and decimals >= 0):
        raise OptionError.refused("decimals", decimals, Phrase("whole_number"))
    steps = max([decimals or 0, *(decimals_of(check_printed(text)) for text in printed if text)])
    methods = _names("method", RECONSTRUCTED_METHODS if method is None else method)
    for name in methods:
        if name not in RECONSTRUCTED_METHODS:
            raise OptionError.unknown("method", name, RECONSTRUCTED_METHODS)
    if not isinstance(cr_max, int | float) or not 0 < cr_max < np.inf:
        raise OptionError.refused("cr_max", cr_max, Phrase("above_zero"))
    roundings = tuple(check_rounding(name) for name in _names("rounding", rounding))
    known = np.array([[(0.0, 1.0)] * len(printed)] * len(roundings))
    for item, text in enumerate(printed):
        if text is not None:
            known[:, item] = [printed_interval(text, name, decimals) for name in roundings]
    for item, ends in (intervals or {}).items():
        interval = Phrase("interval_of", item=item)
        pair = as_numbers(ends, interval, OptionError)
        if item not in range(len(printed)) or pair.shape != (2,) or not pair[0] <= pair[1]:
            raise OptionError.refused(interval, ends, Phrase("item_and_ends"))
        low, high = pair
        known[:, item, 0] = np.maximum(known[:, item, 0], low - SLACK)
        known[:, item, 1] = np.minimum(known[:, item, 1], high + SLACK)
    values = scale_values(SAATY_POSITIONS if isinstance(scale, str) and scale == "saaty" else scale)
    if len(values) > LARGEST_SCALE:
        raise OptionError("scale_long", count=len(values), most=LARGEST_SCALE)
    return Task(
        printed=tuple(text or None for text in printed),
        methods=methods,
        ranking=_check_ranking(ranking or (), len(printed)),
        roundings=roundings,
        known=known,
        steps=steps,
        values=values,
        cr_max=float(cr_max),
        random_index=random_index,
    )


def _names(option: str, value: str | Sequence[str]) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))
    if not names:
        raise OptionError.refused(option, value, Phrase("name_or_more"))
    return names


def _check_ranking(ranking: Ranking, n: int) -> tuple[tuple[int, ...], ...]:
    groups = tuple(tuple(g) if isinstance(g, tuple | list) else (g,) for g in ranking)
    items = [item for group in groups for item in group]
    known = all(
        isinstance(item, int | np.integer) and not isinstance(item, bool) and 0 <= item < n
        for item in items
    )
    if not known or len(set(items)) < len(items) or not all(groups):
        raise OptionError.refused("ranking", ranking, Phrase("index_once", last=n - 1))
    return groups


def gathered(
    task: Task, matrices: Float, methods: Sequence[str], roundings: Sequence[str], note: Phrase
) -> Reconstruction:
    """The result of a complete search with these candidates, shapes (k, n, n), k and k; what it
    ruled out isn't known.
    """
    parts = []
    for method, rounding in dict.fromkeys(zip(methods, roundings, strict=True)):
        mine = [pair == (method, rounding) for pair in zip(methods, roundings, strict=True)]
        chosen = matrices[np.array(mine, dtype=bool)]
        indices = (task.methods.index(method), task.roundings.index(rounding))
        by, rounded = (np.full(len(chosen), index) for index in indices)
        w = rounded_weights(chosen, method, rounding, task.steps)
        parts.append(_Found(chosen, by, rounded, w, perron(chosen)[0]))
    result = _result(task, _Found.joined(parts, task.n), 1.0, note, None)
    return replace(result, ruled_out=())


@dataclass(frozen=True)
class _Found:
    """Matrices (k, n, n), with the positions of method and rounding, weights and λmax."""

    matrices: Float
    method: Int
    rounding: Int
    weights: Float
    roots: Float

    @classmethod
    def joined(cls, parts: Sequence[_Found], n: int) -> _Found:
        nothing = np.empty(0, np.intp)
        empty = cls(np.empty((0, n, n)), nothing, nothing, np.empty((0, n)), np.empty(0))
        columns = zip(*(vars(part).values() for part in (empty, *parts)), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def take(self, chosen: Any) -> _Found:
        return _Found(*(part[chosen] for part in vars(self).values()))


@dataclass(frozen=True)
class _Near:
    """A matrix, its weights, and by how much they miss what is known, in units."""

    miss: float
    matrix: Float
    method: str
    weights: Float


def _search_all(
    task: Task, max_candidates: int, progress: Progress | None, wider: float = 0.0
) -> tuple[_Found, _Near | None, float, Phrase]:
    """Candidates of all methods, the nearest of the others, the share of the space that is decided,
    and what is said of it; the interval of the pivot is made wider by so much at both ends.
    """
    space, note = _space(task)
    pivot = _pivot(task)
    subs = submatrices(space, pivot)
    parts: list[_Found] = []
    nearest: _Near | None = None
    decided = 0.0
    for index, method in enumerate(task.methods):
        low, high = _widened(task, method, task.known[:, pivot])
        low, high = min(low, 1.0), max(high, 0.0)  # print that is no weight has a nearest one too

        def accept(matrices: Float, method: str = method) -> tuple[_Found, _Near | None]:
            return _reproducing(task, matrices, method)

        count = done = total = 0
        for (candidates, near), done, total in search(
            space, subs, method, (low - wider, high + wider), accept
        ):
            parts.append(candidates)
            if near and (nearest is None or near.miss < nearest.miss):
                nearest = near
            count += len(candidates.matrices)
            if progress:
                progress(index * total + done, len(task.methods) * total)
            if count > max_candidates and done < total:
                note = Phrase("searched_until", count=count, method=Phrase(f"method_{method}"))
                break
        decided += done / total if total else 1.0
    coverage = space.share * decided / len(task.methods)
    return _Found.joined(parts, task.n), nearest, coverage, note


def _pivot(task: Task) -> int:
    """The item whose weight is known best, relatively."""
    low, high = task.known[..., 0].min(axis=0), task.known[..., 1].max(axis=0)
    return int(np.argmin((high - low) / np.maximum(high, task.unit)))


def _widened(task: Task, method: str, known: Float) -> tuple[float, float]:
    """The interval of an exact weight, of weights that are known by all roundings, shape (r, 2).

    An intermediate result is off by half a unit. The mean of such shares of columns is off by as
    much. Of n geometric means, whose product is 1 and whose sum is n or more, one is half a unit
    off, and the sum n halves, of which the weight takes its share: together one unit at most.
    """
    low, high = known[:, 0].min(), known[:, 1].max()
    if "intermediate" in task.roundings:
        units = {"column_mean": 0.5, "geometric_mean": 1.0, "eigenvector": 0.0}[method]
        low, high = low - units * task.unit, high + units * task.unit
    return float(low), float(high)


def _reproducing(task: Task, matrices: Float, method: str) -> tuple[_Found, _Near | None]:
    """The matrices that have weights as known, ranking, and CR, for each rounding; the nearest of
    the others.
    """
    roots, perron_weights = perron(matrices)
    below = _ratio(task, roots) < task.cr_max
    matrices, roots, perron_weights = matrices[below], roots[below], perron_weights[below]
    exact = perron_weights if method == "eigenvector" else rounded_weights(matrices, method)
    parts = []
    nearest: _Near | None = None
    for index, rounding in enumerate(task.roundings):
        w = exact
        if rounding == "intermediate":
            w = rounded_weights(matrices, method, rounding, task.steps)
        miss = _miss(task, index, w)
        fits = miss == 0
        if task.accept:
            fits[fits] = task.accept(w[fits])
        chosen = np.flatnonzero(fits)
        constant = (np.full(len(chosen), task.methods.index(method)), np.full(len(chosen), index))
        parts.append(_Found(matrices[chosen], *constant, w[chosen], roots[chosen]))
        if len(miss) and (nearest is None or miss.min() < nearest.miss):
            best = miss.argmin()
            nearest = _Near(float(miss[best]), matrices[best].copy(), method, w[best].copy())
    return _Found.joined(parts, task.n), nearest


def _ratio(task: Task, roots: Float) -> Float:
    """CR of matrices with these λmax."""
    return ci_and_cr(roots, task.n, random_index_value(task.n, task.random_index))[1]


def _miss(task: Task, rounding: int, w: Float) -> Float:
    """Distance (Euclid) of weights (m, n) from their intervals and the ranking, in units."""
    low, high = task.known[rounding, :, 0], task.known[rounding, :, 1]
    squares = ((np.maximum(low - w, 0) + np.maximum(w - high, 0)) ** 2).sum(axis=-1)
    for above, below in pairwise(task.ranking):
        gap = w[:, list(below)].max(axis=-1) - w[:, list(above)].min(axis=-1)
        squares += np.where(gap < -STRICTLY, 0, (gap + STRICTLY) ** 2 + STRICTLY**2)
    distance: Float = np.sqrt(squares) / task.unit
    return distance


def _space(task: Task) -> tuple[Space, Phrase]:
    """What is searched: the whole scale, or above five items what is near the weights' ratios."""
    n, size = task.n, len(task.values)
    space = Space(
        n,
        task.values,
        task.limit,
        np.zeros((n, n), np.int8),
        np.full((n, n), size - 1, np.int8),
    )
    if n <= COMPLETE_ORDER:
        return space, Phrase("searched_all")
    low, high = _weight_bounds(task)
    others = np.flatnonzero(np.arange(n) != _pivot(task))
    i, j = (others[part] for part in np.triu_indices(len(others), 1))
    lowest = np.maximum(low[:, None], 1e-9) / high[None, :]
    first = np.searchsorted(task.values, lowest * (1 - STRICTLY), side="right") - 1
    last = size - 1 - first.T  # a ratio and its reciprocal
    for distance in range(size, -1, -1):
        below = np.clip(first - distance, 0, size - 1)
        above = np.clip(last + distance, 0, size - 1)
        if distance == 0 or np.prod((above - below)[i, j] + 1.0) <= SUBMATRICES:
            break
    note = Phrase("searched_near", distance=distance)
    return replace(space, low=below.astype(np.int8), high=above.astype(np.int8)), note


def _weight_bounds(task: Task) -> tuple[Float, Float]:
    """Lowest and highest weight of each item by print, intervals, ranking and their sum."""
    low, high = task.known[..., 0].min(axis=0), task.known[..., 1].max(axis=0)
    for _ in range(2 * task.n):
        for above, below in pairwise(task.ranking):
            for i in above:
                for j in below:
                    low[i], high[j] = max(low[i], low[j]), min(high[j], high[i])
        low, high = (
            np.maximum(low, 1 - (high.sum() - high)),
            np.minimum(high, 1 - (low.sum() - low)),
        )
    return np.maximum(low, 0), np.maximum(high, task.unit)


def _result(
    task: Task, candidates: _Found, coverage: float, note: Phrase, nearest: NearestMiss | None
) -> Reconstruction:
    cr = _ratio(task, candidates.roots)
    plain = plainness(candidates.matrices, candidates.weights)
    order = np.lexsort((candidates.method, cr.round(12), plain))
    candidates, cr, plain = candidates.take(order), cr[order], plain[order]
    complete = coverage >= 1 - ROUNDING_ATOL
    methods = tuple(task.methods[index] for index in candidates.method)
    return Reconstruction(
        candidates=candidates.matrices,
        methods=methods,
        roundings=tuple(task.roundings[index] for index in candidates.rounding),
        weights=candidates.weights,
        lambda_max=candidates.roots,
        cr=cr,
        plainness=plain,
        coverage=1.0 if complete else coverage,
        coverage_note=note,
        ruled_out=tuple(name for name in task.methods if complete and name not in methods),
        nearest=nearest,
        printed=task.printed,
        ranking=task.ranking,
        cr_max=task.cr_max,
        random_index=task.random_index,
    )


def _range(values: Float) -> Float:
    """Lowest and highest over the candidates, shape (..., 2), read-only."""
    if not len(values):
        return read_only(np.full((*values.shape[1:], 2), np.nan))
    return read_only(np.stack([values.min(axis=0), values.max(axis=0)], axis=-1))


def plainness(matrices: Float, weights: Float) -> NDArray[np.int64]:
    """How far matrices are from what people fill in: 0 is plainest.

    Counts, with the items in order of falling weight, neighbors in the upper triangle at which the
    judgments fall along a row or rise down a column, judgments below 1, and even judgments.

    Args:
        matrices: shape (m, n, n).
        weights: shape (m, n).
    """
    n = matrices.shape[-1]
    order = np.argsort(-weights, axis=-1, kind="stable")
    ranked = np.take_along_axis(matrices, order[:, :, None], axis=1)
    ranked = np.take_along_axis(ranked, order[:, None, :], axis=2)
    upper = np.triu_indices(n, 1)
    along, down = ranked[:, :, 1:] < ranked[:, :, :-1], ranked[:, 1:, :] > ranked[:, :-1, :]
    judgments = ranked[:, upper[0], upper[1]]
    larger = np.maximum(judgments, 1 / judgments).round(9)
    counts: NDArray[np.int64] = (
        np.triu(along, 1).sum(axis=(-1, -2))
        + np.triu(down, 2).sum(axis=(-1, -2))
        + (judgments < 1).sum(axis=-1)
        + (larger % 2 == 0).sum(axis=-1)
    )
    return counts


def _nearest_miss(task: Task, near: _Near | None, progress: Progress | None) -> NearestMiss | None:
    """What comes nearest to the print, and why the print can't be right."""
    width = 0.0
    # what misses by less than the nearest so far has a pivot that does: with many items that is
    # too much to search, and the nearest is taken that has the pivot's weight, if there is one
    while width * task.unit < 1 and (
        near is None or (task.n < COMPLETE_ORDER and width < near.miss)
    ):
        width = width * WIDER or 1.0
        wider = _search_all(task, MAX_CANDIDATES, progress, width * task.unit)[1]
        near = min(filter(None, (near, wider)), key=lambda candidate: candidate.miss, default=None)
    if near is None:
        return None
    printed = np.array([np.nan if text is None else float(text) for text in task.printed])
    misses = (near.weights - printed) / task.unit
    for array in (near.matrix, near.weights, misses):
        read_only(array)
    return NearestMiss(near.matrix, near.method, near.weights, misses, _reason(task, near.miss))


def _reason(task: Task, miss: float) -> Phrase:
    """Why there is no candidate, from the task and by how much the nearest matrix misses."""
    if miss == 0:
        return Phrase("nearest_order")
    low, high = task.known[..., 0].min(axis=0), task.known[..., 1].max(axis=0)
    if (low > high).any():
        return Phrase("nearest_item_unfit", item=int((low > high).argmax()))
    for k, above in enumerate(task.ranking):
        for i, j in product(above, chain.from_iterable(task.ranking[k + 1 :])):
            if high[i] <= low[j]:
                most, least = float(high[i]), float(low[j])
                return Phrase("nearest_ranking", above=i, below=j, most=most, least=least)
    if low.sum() > 1 or high.sum() < 1:
        printed = sum(Decimal(text) for text in task.printed if text)
        if printed > 1 if low.sum() > 1 else printed < 1 and None not in task.printed:
            return Phrase("nearest_sum", total=str(printed))
        code, total = "nearest_sum_most", high.sum()
        if low.sum() > 1:
            code, total = "nearest_sum_least", low.sum()
        return Phrase(code, total=float(total))
    return Phrase(
        "nearest_none",
        limit=task.cr_max,
        methods=tuple(Phrase(f"method_{name}") for name in task.methods),
        roundings=tuple(Phrase(f"rounding_{name}") for name in task.roundings),
    )
