"""Reconstruction of a whole table: parents that share composites, a method and a rounding."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ..consistency import CR_LIMIT, check_consistency
from ..errors import PublishedError
from ..matrix import Bool, Float, PairwiseMatrix
from ..messages import Phrase
from ..priority import weights
from ..random_index import random_index_value
from ..result import Result
from ..scale import judgment_text
from ..tables.delimited import kept_from_dates
from ..tolerance import ROUNDING_RTOL
from .claims import Reference, holds
from .printing import ROUNDINGS, agrees, decimals_of, printed_interval
from .reconstruction import MAX_CANDIDATES, Reconstruction, Task, check_task, gathered, run
from .table import PublishedParent, PublishedTable
from .verification import COLUMNS, candidate_rows

Progress = Callable[[str, int, int], None]
"""Called with the parent, how much of its search is done, and how much there is."""

ROUNDS = 20
"""How often bounds are passed on between parents at most; a few times is usual."""

JOINED = 10_000_000
"""Pairs of candidates that are compared at a time."""


@dataclass(frozen=True, eq=False, repr=False)
class TableReconstruction(Result):
    """What can stand behind the numbers of a table.

    Attributes:
        parents: parent id -> its reconstruction, for the parents whose matrices aren't printed;
            only candidates that go with some candidate of each neighbor in the tree.
        settings: the pairs of method and rounding that work for every parent.
        ruled_out: parent id -> methods that can't have produced its digits, of those tried there.
        global_ranges: node -> lowest and highest global weight over the candidates; empty without
            a tree.
        ranks: leaf -> best and worst rank that its global weight can have, 1 is first.
    """

    parents: Mapping[str, Reconstruction]
    settings: tuple[tuple[str, str], ...]
    ruled_out: Mapping[str, tuple[str, ...]]
    global_ranges: Mapping[str, tuple[float, float]]
    ranks: Mapping[str, tuple[int, int]]


def reconstruct_table(
    table: PublishedTable,
    *,
    method: str | Sequence[str] | None = None,
    rounding: str | Sequence[str] = ROUNDINGS,
    cr_max: float = CR_LIMIT,
    max_candidates: int = MAX_CANDIDATES,
    progress: Progress | None = None,
) -> TableReconstruction:
    """Find the matrices behind all parents whose matrices aren't printed.

    One source works by one method and rounds in one way: only pairs of these that have candidates
    for every parent are kept. Small parents are searched first, to rule out pairs cheaply. What is
    printed of global weights bounds the local ones, and the other way round; in the end a candidate
    stays if each neighbor (parent or child in the tree) has one that goes with it.

    Args:
        table: a table whose parents form a tree or stand by themselves.
        method: name or names to try; None = that of the table, or all.
        rounding: name or names to try.
        cr_max: CR of the matrices is below this.
        max_candidates: as of `reconstruct`.
        progress: called all along; an exception from it ends the search.

    Raises:
        PublishedError: all matrices are printed.
    """
    unprinted = [parent for parent in table.parents.values() if parent.matrix is None]
    if not unprinted:
        raise PublishedError("fully_printed", place=str(table.path))
    bounds = _Bounds(table)
    settings: list[tuple[str, str]] | None = None
    results: dict[str, Reconstruction] = {}
    for parent in sorted(unprinted, key=lambda parent: len(parent.items)):
        bounds.narrow(results)
        methods, roundings = method or table.conventions.method, rounding
        if settings:
            pairs = zip(*settings, strict=True)
            methods, roundings = (tuple(dict.fromkeys(names)) for names in pairs)
        task = _task(parent, methods, roundings, cr_max, bounds.local(parent))
        result = run(task, max_candidates, _named(progress, parent.id))
        results[parent.id] = result.only(_as_printed(parent, result))
        settings = _common(results.values()) or settings
    return _joined(table, bounds, results)


def stored_reconstruction(table: PublishedTable) -> TableReconstruction:
    """The reconstruction that `save_candidates` stored beside a table.

    Raises:
        PublishedError: there is none, or its file can't be read.
    """
    if table.candidates is None:
        raise PublishedError("candidates_none", place=str(table.path))
    results: dict[str, Reconstruction] = {}
    rows = candidate_rows(table.candidates)
    for parent in table.parents.values():
        mine = [row for _, row in rows if row[0] == parent.id]
        if not mine:
            continue
        matrices = np.stack([PairwiseMatrix.from_upper(row[3].split()).values for row in mine])
        task = _task(parent, None, ROUNDINGS, CR_LIMIT, {})
        methods, roundings = ([row[column] for row in mine] for column in (1, 2))
        results[parent.id] = gathered(task, matrices, methods, roundings, Phrase("searched_stored"))
    return _joined(table, _Bounds(table), results)


def _task(
    parent: PublishedParent,
    method: str | Sequence[str] | None,
    rounding: str | Sequence[str],
    cr_max: float,
    intervals: Mapping[int, tuple[float, float]],
) -> Task:
    """What is asked for one parent; its order is a further condition on the weights."""
    weights = parent.weights
    task = check_task(
        [weights[item].text if item in weights else None for item in parent.items],
        method=method,
        ranking=None,
        intervals=intervals,
        rounding=rounding,
        cr_max=cr_max,
        scale="saaty",
        random_index=parent.conventions.random_index,
        decimals=parent.conventions.decimals,
    )
    steps = parent.conventions.intermediate_decimals or task.steps
    return replace(task, accept=partial(_in_order, parent), steps=steps)


def _joined(
    table: PublishedTable, bounds: _Bounds, results: dict[str, Reconstruction]
) -> TableReconstruction:
    """The candidates of all parents that go with each other; without any for some parent, each
    keeps its own.
    """
    ruled_out = {name: result.ruled_out for name, result in results.items()}
    common = _common(results.values())
    if common:
        for name, result in results.items():
            fits = [pair in common for pair in _settings(result)]
            results[name] = result.only(np.array(fits, dtype=bool))
        if all(rounding == "intermediate" for _, rounding in common):
            bounds = _Bounds(table, rounded=True)
        bounds.narrow(results)
        results = bounds.join(results)
    common = _common(results.values())
    return TableReconstruction(
        parents=MappingProxyType(
            {parent: results[parent] for parent in table.parents if parent in results}
        ),
        settings=tuple(common),
        ruled_out=MappingProxyType(ruled_out),
        global_ranges=MappingProxyType(dict(bounds.ranges) if common else {}),
        ranks=MappingProxyType(bounds.ranks(results) if common else {}),
    )


def _common(results: Iterable[Reconstruction]) -> list[tuple[str, str]]:
    """The pairs of method and rounding that work for all parents."""
    settings = [dict.fromkeys(_settings(result)) for result in results]
    return [pair for pair in settings[0] if all(pair in of_parent for of_parent in settings)]


def _settings(result: Reconstruction) -> list[tuple[str, str]]:
    return list(zip(result.methods, result.roundings, strict=True))


def _named(progress: Progress | None, name: str) -> Callable[[int, int], None] | None:
    return progress and (lambda done, total: progress(name, done, total))


def _in_order(parent: PublishedParent, w: Float) -> Bool:
    """Which weights (m, n) have the printed order."""

    def value_of(reference: Reference) -> tuple[Float, Float]:
        values = w[:, parent.items.index(reference.name)]
        return values, values

    fits = np.ones(len(w), dtype=bool)
    for chain in parent.order.chains if parent.order else ():
        fits &= holds(chain, value_of, parent.conventions.about)
    return fits


def _as_printed(parent: PublishedParent, result: Reconstruction) -> Bool:
    """Which candidates have λmax, CI and CR as printed."""
    fits = np.ones(len(result), dtype=bool)
    if not parent.consistency:
        return fits
    mean = parent.conventions.lambda_by == "mean"
    if mean:  # there is none of (Aw)_i / w_i with weights rounded to 0
        fits &= (result.weights > 0).all(axis=-1)
    if not fits.any():
        return fits
    random_index_value(result.candidates.shape[-1], parent.conventions.random_index)
    checked = check_consistency(
        result.candidates[fits],
        random_index=parent.conventions.random_index,
        weights=result.weights[fits] if mean else None,
    )
    values = {
        "lambda_max": checked.lambda_mean if mean else checked.lambda_max,
        "ci": checked.ci_mean if mean else checked.ci,
        "cr": checked.cr_mean if mean else checked.cr,
    }
    right = np.ones(fits.sum(), dtype=bool)
    for key, number in parent.consistency.items():
        right &= agrees(values[key], number.text, parent.conventions.rounding)
    fits[fits] = right
    return fits


class _Bounds:
    """Lowest and highest global weight of every node, and what follows for the parents.

    A printed global weight may be the product of rounded local ones: its interval is wider by half
    a unit of their last digit for each, unless the candidates' own weights are rounded.
    """

    def __init__(self, table: PublishedTable, *, rounded: bool = False) -> None:
        self.table, self.tree = table, table.hierarchy
        self.ranges: dict[str, tuple[float, float]] = {}
        if self.tree is None:
            return
        locals_ = [n.text for parent in table.parents.values() for n in parent.weights.values()]
        unit = 10.0 ** -max(map(decimals_of, locals_), default=9)
        slack = 0.0 if rounded else 0.5 * unit * (len(self.tree.levels) - 1)
        for level in self.tree.levels:
            self.ranges |= dict.fromkeys(level, (0.0, 1.0))
        self.ranges[self.tree.goal] = (1.0, 1.0)
        for node, number in table.composite.items():
            if node in self.ranges:
                conventions = table.conventions
                low, high = printed_interval(
                    number.text, conventions.rounding, conventions.decimals
                )
                # print that is no weight stays as it is, so that no candidate goes with it
                self.ranges[node] = (max(0.0, low - slack), high + slack)

    def _cut(self, node: str, low: float, high: float) -> bool:
        """Narrow a node's range; whether that changed it."""
        before = self.ranges[node]
        after = max(before[0], low), min(before[1], high)
        if after[0] > after[1]:  # nothing fits; the searches will say so
            return False
        self.ranges[node] = after
        return after[0] > before[0] + 1e-15 or after[1] < before[1] - 1e-15

    def _orders(self) -> bool:
        changed = False
        for order in self.table.orders:
            for chain in order.chains:
                for k, relation in enumerate(chain.relations):
                    above, below = chain.operands[k], chain.operands[k + 1]
                    if relation != ">" or not self._are_nodes(above, below):
                        continue
                    assert isinstance(above, Reference)
                    assert isinstance(below, Reference)
                    changed |= self._cut(above.name, self.ranges[below.name][0], 1.0)
                    changed |= self._cut(below.name, 0.0, self.ranges[above.name][1])
        return changed

    def _are_nodes(self, *operands: object) -> bool:
        return all(isinstance(part, Reference) and part.name in self.ranges for part in operands)

    def narrow(self, results: Mapping[str, Reconstruction]) -> None:
        """Pass bounds up and down the tree."""
        if self.tree is None:
            return
        for _ in range(ROUNDS):
            changed = self._orders()
            for parent, kids in self.tree.children.items():
                shares = self._shares(parent, results)
                for kid, (least, most) in zip(kids, shares.tolist(), strict=True):
                    low, high = self.ranges[parent]
                    changed |= self._cut(kid, low * least, high * most)
                    low, high = self.ranges[kid]
                    changed |= self._cut(
                        parent, low / most if most else 0.0, high / least if least else 1.0
                    )
            if not changed:
                return

    def _shares(self, name: str, results: Mapping[str, Reconstruction]) -> Float:
        """Lowest and highest local weights below a parent, shape (n, 2)."""
        parent = self.table.parents.get(name)
        if name in results and len(results[name]):
            return results[name].weights_range
        if parent is None:
            return np.array([(0.0, 1.0)] * len(self.tree.children[name] if self.tree else ()))
        if parent.matrix is not None:
            w = weights(parent.matrix, parent.conventions.method or "eigenvector")
            return np.stack([w, w], axis=-1)
        decimals = parent.conventions.decimals
        printed = [
            [printed_interval(parent.weights[item].text, name, decimals) for name in ROUNDINGS]
            if item in parent.weights
            else [(0.0, 1.0)]
            for item in parent.items
        ]
        return np.array([(min(ends)[0], max(ends)[1]) for ends in printed])

    def local(self, parent: PublishedParent) -> dict[int, tuple[float, float]]:
        """Bounds of the local weights below a parent that global ones give."""
        if self.tree is None or parent.id not in self.tree.children:
            return {}
        low, high = self.ranges[parent.id]
        bounds = {}
        for k, item in enumerate(parent.items):
            least, most = self.ranges[item]
            lowest = least / high if high else 0.0
            highest = min(1.0, most / low) if low else 1.0
            # global weights that contradict each other leave no weight, which the search says
            bounds[k] = (lowest, max(lowest, highest))
        return bounds

    def ranks(self, results: Mapping[str, Reconstruction]) -> dict[str, tuple[int, int]]:
        """Best and worst rank of each leaf."""
        if self.tree is None:
            return {}
        leaves = self.tree.leaves
        return {
            leaf: (
                1 + sum(self._above(rival, leaf, results) for rival in leaves),
                len(leaves) - sum(self._above(leaf, rival, results) for rival in leaves),
            )
            for leaf in leaves
        }

    def _above(self, leaf: str, below: str, results: Mapping[str, Reconstruction]) -> bool:
        """Whether a leaf is above another one with all candidates."""
        assert self.tree is not None
        parent = self.tree.parent_of(leaf) or ""
        if parent == self.tree.parent_of(below) and parent in results:
            kids = self.tree.children[parent]
            w = results[parent].weights
            upper, lower = w[:, kids.index(leaf)], w[:, kids.index(below)]
            return bool((upper > lower * (1 + ROUNDING_RTOL)).all())
        return self.ranges[leaf][0] > self.ranges[below][1] * (1 + ROUNDING_RTOL)

    def join(self, results: dict[str, Reconstruction]) -> dict[str, Reconstruction]:
        """The candidates that go with some candidate of every neighbor."""
        if self.tree is None:
            return results
        changed = True
        while changed:
            changed = False
            for parent, kids in self.tree.children.items():
                if parent not in results:
                    continue
                for kid in kids:
                    upper, lower = results[parent], results.get(kid)
                    fits = self._pairs(upper, kids.index(kid), self.ranges[parent], kid, lower)
                    for name, mask in ((parent, fits[0]), (kid, fits[1])):
                        if mask is not None and not mask.all():
                            results[name], changed = results[name].only(mask), True
            self.narrow(results)
        return results

    def _pairs(
        self,
        upper: Reconstruction,
        k: int,
        scale: tuple[float, float],
        kid: str,
        lower: Reconstruction | None,
    ) -> tuple[Bool, Bool | None]:
        """Which candidates of a parent go with one of its k-th child, and the other way round."""
        low, high = self.ranges[kid]
        share = upper.weights[:, k]
        # of the child's global weight, with a margin for rounding
        least, most = scale[0] * share * (1 - ROUNDING_RTOL), scale[1] * share * (1 + ROUNDING_RTOL)
        fits = (most >= low) & (least <= high)
        if lower is None or not len(lower):
            return fits, None
        assert self.tree is not None
        ends = np.array([self.ranges[item] for item in self.tree.children[kid]])
        with np.errstate(divide="ignore"):  # a weight may be rounded to 0
            lows = np.maximum((ends[:, 0] / lower.weights).max(axis=-1), low)
            highs = np.minimum((ends[:, 1] / lower.weights).min(axis=-1), high)
        mine, theirs = (np.array([hash(pair) for pair in _settings(r)]) for r in (upper, lower))
        above, below = np.zeros(len(upper), dtype=bool), np.zeros(len(lower), dtype=bool)
        step = max(1, JOINED // len(lower))
        for start in range(0, len(upper), step):
            part = slice(start, start + step)
            pairs = (most[part, None] >= lows) & (least[part, None] <= highs)
            pairs &= mine[part, None] == theirs
            above[part] = pairs.any(axis=1)
            below |= pairs.any(axis=0)
        return fits & above, below


def save_candidates(result: TableReconstruction, path: Path) -> None:
    """Write the candidates where `verify` reads them, as CSV; see `docs/published-tables.md`.

    Raises:
        PublishedError: not everything was searched.
    """
    for name, solved in result.parents.items():
        if solved.coverage < 1:
            raise PublishedError("search_incomplete", parent=name, note=solved.coverage_note)
    rows = [
        [name, method, rounding, kept_from_dates(" ".join(_upper(matrix)))]
        for name, solved in result.parents.items()
        for matrix, method, rounding in zip(
            solved.candidates, solved.methods, solved.roundings, strict=True
        )
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])


def _upper(matrix: Float) -> list[str]:
    """The judgments of the upper triangle as text, row by row."""
    judgments = matrix[np.triu_indices(len(matrix), 1)]
    return [judgment_text(value) or repr(value) for value in judgments.tolist()]
