"""A panel as arrays: every expert's judgments, weights and consistency; what joins them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from types import MappingProxyType

import numpy as np

from ..consistency import check_consistency
from ..eigen import normalized
from ..errors import AnswersError, IncompleteError
from ..group import (
    aggregate_judgments,
    aggregate_priorities,
    consistency_weights,
    distance_weights,
    normalize_expert_weights,
    weighted_means,
)
from ..hierarchy import Hierarchy, leaf_weights
from ..incomplete import check_incomplete_consistency, complete_matrices
from ..matrix import Bool, Float, Int, chunks
from ..priority import weights
from ..random_index import random_index_value
from ..result import Result, read_only
from ..threads import each_part
from .answers import Answers

TOLERANCE = 1e-9
"""Results this near to each other, relatively, are the same: another machine or version of numpy
may differ in the last digits."""

_HOW = {"aij": "geometric", "aij_median": "median", "aij_trimmed": "trimmed"}
_MEAN = {"aip_arithmetic": "arithmetic", "aip_geometric": "geometric"}
MEANS = ("aij", *_MEAN)
"""Aggregations that are means of logarithms or of weights."""


@dataclass(frozen=True, eq=False, repr=False)
class Panel(Result):
    """What k experts judged, and what follows for each alone.

    Attributes:
        hierarchy: the tree.
        experts: names of the k experts.
        matrices: parent id -> judgments below it, shape (k, n, n), NaN = not judged; for the
            parents that are compared under, as everything here by parent.
        method, random_index: as for `ahp.weights` and `ahp.check_consistency`.
        factors: parent id -> what each expert's weight is multiplied by below it, shape (k,), from
            0 (left out) to 1; parents without any count all experts by their weights.
    """

    hierarchy: Hierarchy
    experts: tuple[str, ...]
    matrices: Mapping[str, Float] = field(repr=False)
    method: str
    random_index: str
    factors: Mapping[str, Float] = field(default_factory=dict, repr=False)

    @cached_property
    def local_weights(self) -> Mapping[str, Float]:
        """Parent id -> each expert's own weights, shape (k, n); NaN where the judgments do not
        connect all items. Missing judgments are completed as in `ahp.complete_matrices`.
        """
        return MappingProxyType(
            {
                parent: read_only(local_weights(matrices, self.method))
                for parent, matrices in self.matrices.items()
            }
        )

    @cached_property
    def global_weights(self) -> Float:
        """Each expert's own weights of the leaves, shape (k, leaves); NaN where one is missing on
        the way from the goal.
        """
        return read_only(leaf_weights(self.hierarchy, self.local_weights))

    @cached_property
    def cr(self) -> Mapping[str, Float]:
        """Parent id -> each expert's consistency ratio, shape (k,); NaN where it has none."""
        by_parent: dict[str, Float] = {}
        for parent, matrices in self.matrices.items():
            random_index_value(matrices.shape[-1], self.random_index)  # a study's table reaches all
            ratios = np.full(len(matrices), np.nan)
            whole = _judged(matrices)
            if whole.all():
                checked = check_consistency(matrices, random_index=self.random_index)
                by_parent[parent] = read_only(checked.cr)
                continue
            partial = _connected(matrices) & ~whole
            if whole.any():
                ratios[whole] = check_consistency(
                    matrices[whole], random_index=self.random_index
                ).cr
            if partial.any():
                ratios[partial] = check_incomplete_consistency(
                    matrices[partial], method="any", random_index=self.random_index
                ).cr
            by_parent[parent] = read_only(ratios)
        return MappingProxyType(by_parent)

    @cached_property
    def mean_cr(self) -> Float:
        """Each expert's mean CR over the parents that can be inconsistent (RI > 0), shape (k,); 0
        for an expert who judged under none of them.
        """
        can = [
            self.cr[parent]
            for parent, matrices in self.matrices.items()
            if random_index_value(matrices.shape[-1], self.random_index) > 0
        ]
        if not can:
            return np.zeros(len(self.experts))
        ratios = np.stack(can)
        count = np.sum(~np.isnan(ratios), axis=0)
        return read_only(np.nansum(ratios, axis=0) / np.maximum(count, 1))

    @cached_property
    def judgments(self) -> Float:
        """All judgments of the tree, one column a comparison in the order of
        `Hierarchy.comparisons`, shape (k, comparisons); NaN = not judged.
        """
        parts = []
        for matrices in self.matrices.values():
            upper = np.triu_indices(matrices.shape[-1], 1)
            parts.append(matrices[:, *upper])
        return read_only(np.concatenate(parts, axis=1))

    @cached_property
    def logs(self) -> Mapping[str, Float]:
        """Parent id -> logarithms of the judgments, the upper triangles row by row, shape (k, p);
        NaN = not judged.
        """
        return MappingProxyType(
            {parent: read_only(self._logs_below(parent)) for parent in self.matrices}
        )

    def _logs_below(self, parent: str) -> Float:
        matrices = self.matrices[parent]
        i, j = np.triu_indices(matrices.shape[-1], 1)
        logs = np.empty((len(matrices), len(i)))

        def fill(part: slice, _memory: None) -> None:
            own = matrices[part]
            # the skew part, so that the panel's matrix is as reciprocal as floats can be
            logs[part] = (np.log(own[:, i, j]) - np.log(own[:, j, i])) / 2

        each_part(fill, chunks(len(matrices), matrices.shape[-1] ** 2), lambda: None)
        return logs

    def expert_weights(self, given: Mapping[str, float] | str | None) -> Float:
        """One weight for each expert, shape (k,), sum 1.

        Args:
            given: expert -> weight; `"consistency"`: by `mean_cr`; `"distance"`: by agreement with
                the others; None or `"equal"`.

        Raises:
            AnswersError: a weight for nobody, or none for an expert.
            MatrixError: negative weights, or all 0.
        """
        if given is None or given == "equal":
            return normalize_expert_weights(None, len(self.experts))
        if given == "consistency":
            return consistency_weights(self.mean_cr)
        if isinstance(given, str):
            return distance_weights(self.judgments)
        known = set(self.experts)
        for name in given:
            if name not in known:
                raise AnswersError("weight_of_nobody", name=name, valid=self.experts)
        for name in self.experts:
            if name not in given:
                raise AnswersError("expert_without_weight", name=name)
        return normalize_expert_weights([given[name] for name in self.experts], len(self.experts))

    def only(self, experts: Collection[str]) -> Panel:
        """The panel of some of these experts, in their order here."""
        chosen = set(experts)
        rows = [k for k, name in enumerate(self.experts) if name in chosen]
        return replace(
            self,
            experts=tuple(self.experts[k] for k in rows),
            matrices=MappingProxyType({p: read_only(m[rows]) for p, m in self.matrices.items()}),
            factors=MappingProxyType({p: read_only(f[rows]) for p, f in self.factors.items()}),
        )

    def joined(self, expert_weights: Float, how: str, trim: float) -> dict[str, Float]:
        """Parent id -> the panel's matrices for expert weights of shape (..., k): (..., n, n); for
        AIP those of the weighted geometric mean. NaN off the diagonal where nobody is left.
        """
        how = _HOW.get(how, "geometric")
        joined = {}
        for parent, matrices in self.matrices.items():
            counting = self._counting(parent, expert_weights)
            n = matrices.shape[-1]
            nothing = np.where(np.eye(n, dtype=bool), 1.0, np.nan)
            joined[parent] = np.broadcast_to(nothing, (*counting.shape[:-1], n, n)).copy()
            left = counting.any(axis=-1)
            if len(self.experts) == 1:  # as it is, not through logarithms and back
                joined[parent][left] = matrices[0]
            elif left.any():
                joined[parent][left] = aggregate_judgments(
                    matrices, counting[left], how=how, trim=trim
                )
        return joined

    def _counting(self, parent: str, expert_weights: Float) -> Float:
        """Expert weights of shape (..., k) as they count below a parent."""
        factors = self.factors.get(parent)
        return expert_weights if factors is None else expert_weights * factors

    def panel_weights(
        self,
        expert_weights: Float,
        how: str,
        trim: float,
        joined: Mapping[str, Float] | None = None,
    ) -> dict[str, Float]:
        """Parent id -> the panel's local weights for expert weights of shape (m, k): (m, n).

        NaN where the judgments that count do not connect all items. `joined` is what the method of
        that name gives for the same, where that is known already.
        """
        if len(expert_weights) > 1 and how in MEANS:
            return {
                parent: self._by_means(
                    parent,
                    how,
                    partial(weighted_means, weights=self._counting(parent, expert_weights)),
                    self.logs.__getitem__,
                )
                for parent in self.matrices
            }
        if how not in _MEAN:
            joined = self.joined(expert_weights, how, trim) if joined is None else joined
            return {
                parent: local_weights(matrices, self.method) for parent, matrices in joined.items()
            }
        by_parent = {}
        for parent, local in self.local_weights.items():
            counting = self._counting(parent, expert_weights)
            judged = ~np.isnan(local).any(axis=-1)
            counts = ((counting > 0) & judged).any(axis=-1)
            by_parent[parent] = np.full((len(expert_weights), local.shape[-1]), np.nan)
            if counts.any():
                by_parent[parent][counts] = aggregate_priorities(
                    local, counting[counts], how=_MEAN[how]
                )
        return by_parent

    def without(self, expert_weights: Float, groups: Int, how: str) -> dict[str, Float]:
        """Parent id -> the local weights of all experts but one group, for each group: (groups, n);
        NaN where the judgments of the others do not connect all items.

        Means need no second look at those who stay: without a group of weight W of 1 and mean m',
        a mean m becomes m + (m − m') W/(1 − W).

        Args:
            expert_weights: shape (k,).
            groups: number of each expert's group from 0, shape (k,); −1 = in none.
            how: one of `MEANS`.
        """
        return {
            parent: self._by_means(
                parent,
                how,
                partial(
                    means_without, weights=self._counting(parent, expert_weights), groups=groups
                ),
                self._logs_below,
            )
            for parent in self.matrices
        }

    def _by_means(
        self,
        parent: str,
        how: str,
        means: Callable[[Float], Float],
        logs_below: Callable[[str], Float],
    ) -> Float:
        """Local weights, shape (m, n), by means over the experts, shape (k, c) -> (m, c)."""
        if how == "aij":
            n = self.matrices[parent].shape[-1]
            i, j = np.triu_indices(n, 1)
            joined = means(logs_below(parent))
            matrices = np.ones((len(joined), n, n))
            matrices[:, i, j], matrices[:, j, i] = np.exp(joined), np.exp(-joined)
            return local_weights(matrices, self.method)
        local = self.local_weights[parent]
        if how == "aip_arithmetic":
            return normalized(means(local))
        joined = means(np.log(local))
        return normalized(np.exp(joined - joined.max(axis=-1, keepdims=True)))


def means_without(values: Float, weights: Float, groups: Int) -> Float:
    """Weighted means of every column without one group of rows, for each group.

    Args:
        values: shape (k, c); NaN counts nothing.
        weights: 0 or more, shape (k,).
        groups: number of each row's group from 0, shape (k,); −1 = in none.

    Returns:
        Shape (groups, c); NaN where nothing of weight above 0 is left.
    """
    count = int(groups.max()) + 1
    means = np.full((count, values.shape[1]), np.nan)
    inside = groups >= 0
    for column, own in enumerate(values.T):
        counts = ~np.isnan(own) & (weights > 0)
        if not counts.any():
            continue
        shares = np.where(counts, weights, 0.0)
        shares = shares / shares.sum()
        center = (shares * np.where(counts, own, 0.0)).sum()
        apart = shares * np.where(counts, center - own, 0.0)
        gone, moved, rows = (
            np.bincount(groups[inside], part[inside], count) for part in (shares, apart, counts)
        )
        left = rows < counts.sum()
        light = left & (gone <= 0.5)
        means[light, column] = center + moved[light] / (1 - gone[light])
        # without more than half of the weight, what is left of the sums would have lost digits
        for group in np.flatnonzero(left & ~light):
            others = counts & (groups != group)
            means[group, column] = np.average(own[others], weights=weights[others])
    return means


def build_panel(
    hierarchy: Hierarchy,
    answers: Answers,
    *,
    method: str,
    random_index: str,
    recused: Collection[tuple[str, str]] = (),
) -> Panel:
    """The answers of a panel as arrays.

    Args:
        hierarchy: the tree the answers must fit.
        answers: of one expert or more; pairs may be missing.
        method: as for `ahp.analyze`, checked already.
        random_index: likewise.
        recused: (expert, parent) whose judgments do not count.

    Raises:
        AnswersError: answers that do not fit, or none; a recusal of nobody, or from nothing.
    """
    if not answers.experts:
        raise AnswersError("no_answers")
    matrices = answers.shared_arrays(hierarchy)
    for name, parent in recused:
        for value, valid in ((name, answers.experts), (parent, hierarchy.compared)):
            if value not in valid:
                raise AnswersError("recused_unknown", value=value, valid=tuple(valid))
        n = len(hierarchy.children[parent])
        if not matrices[parent].flags.writeable:
            matrices[parent] = matrices[parent].copy()
        matrices[parent][answers.experts.index(name)] = np.where(np.eye(n, dtype=bool), 1.0, np.nan)
    return Panel(
        hierarchy=hierarchy,
        experts=answers.experts,
        matrices=MappingProxyType({p: read_only(m) for p, m in matrices.items()}),
        method=method,
        random_index=random_index,
    )


def local_weights(matrices: Float, method: str) -> Float:
    """Weights of matrices, shape (m, n, n) -> (m, n); missing judgments are completed, NaN where
    the comparisons do not connect all items.
    """
    if _judged(matrices).all():
        return weights(matrices, method)
    local = np.full(matrices.shape[:-1], np.nan)
    connected = _connected(matrices)
    if connected.any():
        local[connected] = weights(completed(matrices[connected]), method)
    return local


def completed(matrices: Float) -> Float:
    """Matrices with what is missing filled in, complete ones as they are; all are connected."""
    whole = _judged(matrices)
    if whole.all():
        return matrices
    filled = matrices.copy()
    filled[~whole] = complete_matrices(matrices[~whole]).values
    return filled


def check_judged(parent: str, matrix: Float, hierarchy: Hierarchy) -> None:
    """Refuse a panel's matrix, shape (n, n), whose judgments do not connect all items."""
    if not connects(matrix):
        kids = hierarchy.children[parent]
        missing = np.isnan(np.triu(matrix, 1))
        i, j = np.argwhere(missing)[0]
        raise IncompleteError(
            "pair_judged_by_nobody",
            left=kids[i],
            right=kids[j],
            parent=parent,
            missing=int(missing.sum()),
            count=len(hierarchy.pairs(parent)),
        )


def connects(matrix: Float) -> bool:
    """Whether the judgments of a matrix, shape (n, n), connect all items."""
    return bool(_connected(matrix[None])[0])


def _judged(matrices: Float) -> Bool:
    """Which matrices of a batch are complete."""
    return np.asarray(~np.isnan(matrices).any(axis=(-1, -2)))


def _connected(matrices: Float) -> Bool:
    """Which matrices of a batch have judgments that connect all items."""
    reached = ~np.isnan(matrices)
    for _ in range(int(np.ceil(np.log2(max(matrices.shape[-1], 2))))):
        reached = reached @ reached  # paths of twice the length
    return np.asarray(reached.all(axis=(-1, -2)))
