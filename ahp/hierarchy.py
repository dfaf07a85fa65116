"""The tree: from local weights to global weights, and the consistency of whole levels.

A global weight is the product of the local weights from the goal down (Saaty 1980, ch. 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from .consistency import CR_LIMIT, Consistency
from .errors import HierarchyError
from .labels import joined_vector, vector_labels
from .matrix import Float, as_numbers, chunks, shape_error
from .messages import Phrase
from .random_index import random_index_value
from .result import Result
from .threads import each_part


@dataclass(frozen=True, eq=False, repr=False)
class Hierarchy(Result):
    """A tree of node ids.

    Attributes:
        goal: id of the root, the goal of the evaluation.
        children: parent id -> ids of its children in order; every parent has two or more.
        given_weights: id of a parent whose weights are given instead of compared -> weights of its
            children in their order, 0 or more, divided by their sum; every other parent is
            compared under.

    Raises:
        HierarchyError: names the node where the tree is broken, or whose weights are no weights.

    >>> tree = ahp.Hierarchy("goal", {"goal": ("cost", "quality"), "cost": ("price", "upkeep")})
    >>> tree.leaves
    ('price', 'upkeep', 'quality')
    >>> tree.global_weights({"goal": [0.5, 0.5], "cost": [0.75, 0.25]})
    {'goal': 1.0, 'cost': 0.5, 'quality': 0.5, 'price': 0.375, 'upkeep': 0.125}
    """

    goal: str
    children: Mapping[str, tuple[str, ...]]
    given_weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ordered: dict[str, tuple[str, ...]] = {}
        seen = {self.goal}
        frontier = [self.goal]
        while frontier:
            parent = frontier.pop(0)
            kids = tuple(self.children.get(parent, ()))
            if not kids:
                continue
            if len(kids) == 1:
                raise HierarchyError("single_child", parent=parent, child=kids[0])
            ordered[parent] = kids
            for kid in kids:
                if kid in seen:
                    raise HierarchyError("twice_in_tree", node=kid)
                seen.add(kid)
            frontier.extend(kids)
        if not ordered:
            raise HierarchyError("goal_alone", goal=self.goal)
        for parent in self.children:
            if parent not in seen:
                raise HierarchyError("not_below_goal", node=parent, goal=self.goal)
        shares = {p: self._shares(p, self.given_weights[p]) for p in self.given_weights}
        object.__setattr__(self, "children", MappingProxyType(ordered))
        object.__setattr__(self, "given_weights", MappingProxyType(shares))

    def _shares(self, parent: str, values: ArrayLike) -> tuple[float, ...]:
        """The weights given below a parent, divided by their sum."""
        if parent not in self.children:
            raise HierarchyError("given_below", parent=parent)
        name = Phrase("given_weights_below", parent=parent)
        weights = _checked_weights(values, len(self.children[parent]), name)
        if not (total := weights.sum()):
            raise HierarchyError("all_zero_given", name=name)
        return tuple((weights / total).tolist())

    @property
    def parents(self) -> tuple[str, ...]:
        """Nodes with children, level by level from the goal."""
        return tuple(self.children)

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """Parents whose children are compared, in the order of `parents`."""
        return tuple(parent for parent in self.children if parent not in self.given_weights)

    @property
    def levels(self) -> tuple[tuple[str, ...], ...]:
        """Node ids of each level; the first level is the goal alone."""
        levels: list[tuple[str, ...]] = [(self.goal,)]
        while below := tuple(kid for node in levels[-1] for kid in self.children.get(node, ())):
            levels.append(below)
        return tuple(levels)

    @property
    def leaves(self) -> tuple[str, ...]:
        """Nodes without children (the indicators), in the order of the tree."""

        def below(node: str) -> tuple[str, ...]:
            kids = self.children.get(node)
            return (node,) if kids is None else tuple(leaf for kid in kids for leaf in below(kid))

        return below(self.goal)

    def parent_of(self, node: str) -> str | None:
        """Id of a node's parent, None for the goal."""
        return next((parent for parent, kids in self.children.items() if node in kids), None)

    def pairs(self, parent: str) -> tuple[tuple[str, str], ...]:
        """The comparisons below one parent: pairs of children, row by row; none where the weights
        are given.
        """
        kids = () if parent in self.given_weights else self.children[parent]
        return tuple(combinations(kids, 2))

    @cached_property
    def comparisons(self) -> tuple[tuple[str, str, str], ...]:
        """All comparisons as (parent, left, right), parent by parent from the goal."""
        return tuple((parent, *pair) for parent in self.parents for pair in self.pairs(parent))

    @cached_property
    def comparison_of(self) -> Mapping[tuple[str, str, str], tuple[str, str, str]]:
        """(parent, left, right) in either order of the two -> the comparison."""
        turned = {(parent, b, a): (parent, a, b) for parent, a, b in self.comparisons}
        return MappingProxyType({one: one for one in self.comparisons} | turned)

    def global_weights(self, local_weights: Mapping[str, ArrayLike]) -> dict[str, float]:
        """Global weight of every node: the product of local weights from the goal, which has 1.

        Args:
            local_weights: parent id -> weights of its children, shape (number of children,);
                labeled ones are joined by label, others are in the order of the tree;
                `given_weights` where a parent has none here.

        Raises:
            HierarchyError: a parent has no weights, or not one for each child; other labels.
        """
        weight_of = {self.goal: 1.0}
        for parent, local in local_vectors(self, local_weights).items():
            for kid, weight in zip(self.children[parent], local, strict=True):
                weight_of[kid] = weight_of[parent] * float(weight)
        return weight_of


def local_vectors(hierarchy: Hierarchy, local: Mapping[str, ArrayLike]) -> dict[str, Float]:
    """Parent id -> local weights in the order of its children; as for `global_weights`."""
    local = {**hierarchy.given_weights, **local}
    vectors = {}
    for parent, kids in hierarchy.children.items():
        if parent not in local:
            raise HierarchyError("no_local_weights", parent=parent)
        name = Phrase("local_weights_of", parent=parent)
        vector = joined_vector(local[parent], kids, name, Phrase("the_tree"), HierarchyError)
        vectors[parent] = _checked_weights(vector, len(kids), name)
    return vectors


def node_weights(hierarchy: Hierarchy, local: Mapping[str, Float]) -> dict[str, Float]:
    """Global weight of every node, shape (m,), from local weights of shape (m, n) of the parents
    that are compared under.
    """
    weights: dict[str, Float] = {hierarchy.goal: np.ones(len(next(iter(local.values()))))}
    for parent, kids in hierarchy.children.items():
        shares = local[parent].T if parent in local else hierarchy.given_weights[parent]
        for k, kid in enumerate(kids):
            weights[kid] = weights[parent] * shares[k]
    return weights


def leaf_weights(hierarchy: Hierarchy, local: Mapping[str, Float]) -> Float:
    """Weights of the leaves, shape (m, leaves), from what `node_weights` takes."""
    leaves = np.empty((len(next(iter(local.values()))), len(hierarchy.leaves)))

    def fill(part: slice, _memory: None) -> None:
        weights = node_weights(hierarchy, {parent: rows[part] for parent, rows in local.items()})
        for k, leaf in enumerate(hierarchy.leaves):
            leaves[part, k] = weights[leaf]

    each_part(fill, chunks(len(leaves), leaves.shape[1]), lambda: None)
    return leaves


def _checked_weights(values: ArrayLike, count: int, name: Phrase) -> Float:
    """Weights as an array of shape (count,)."""
    weights = as_numbers(values, name, HierarchyError)
    if weights.shape != (count,):
        raise HierarchyError(
            "have_shape", name=name, shape=str(weights.shape), expected=str((count,))
        )
    check_not_negative(weights, name)
    return weights


def check_not_negative(numbers: Float, name: Phrase) -> None:
    """Refuse what is below 0 or not finite; the error has the name."""
    if not (np.isfinite(numbers) & (numbers >= 0)).all():
        raise HierarchyError(
            "numbers_expected",
            name=name,
            values=numbers.tolist(),
            expected=Phrase("numbers_not_negative"),
        )


@dataclass(frozen=True, eq=False, repr=False)
class TotalConsistency(Result):
    """Total-hierarchy consistency of one level (总排序一致性; Saaty 1980, ch. 4).

    Attributes:
        level: 1 for the children of the goal, 2 for theirs, and so on.
        parents: the parents that were compared under, on the level above.
        ci: Σ w·CI over the parents, w their global weights.
        ri: Σ w·RI.
        cr: CI/RI, 0 when every RI is 0.
        acceptable: CR < 0.1.
    """

    level: int
    parents: tuple[str, ...]
    ci: float
    ri: float
    cr: float
    acceptable: bool


def total_consistency(
    weights: ArrayLike,
    ci: ArrayLike,
    ri: ArrayLike,
    *,
    level: int = 1,
    parents: Sequence[str] = (),
) -> TotalConsistency:
    """Total-hierarchy consistency of one level: Σ w·CI / Σ w·RI (Saaty 1980, ch. 4).

    Args:
        weights: global weights of the level's parents, shape (k,). Labeled ones are joined to the
            others and to the parents by label.
        ci: their consistency indices, shape (k,) or one number for all.
        ri: their random indices, shape (k,) or one number for all.
        level: number of the level, kept in the result.
        parents: ids of the parents, kept in the result.

    Raises:
        HierarchyError: not finite numbers of 0 or more, or shapes that do not fit.

    >>> total = ahp.total_consistency([0.75, 0.25], [0.02, 0.04], [0.58, 0.9])
    >>> round(total.ci, 4), round(total.ri, 4), round(total.cr, 4)
    (0.025, 0.66, 0.0379)
    """
    named = vector_labels(weights)
    if named is not None and parents:
        named = tuple(parents)
    parents = parents or named or ()
    vectors = {
        code: joined_vector(value, named, Phrase(code), Phrase("the_parents"), HierarchyError)
        for code, value in (("weights", weights), ("ci", ci), ("ri", ri))
    }
    arrays = {
        code: as_numbers(value, Phrase(code), HierarchyError) for code, value in vectors.items()
    }
    w = arrays["weights"]
    for code, array in arrays.items():
        if w.ndim != 1 or array.shape not in {w.shape, ()}:
            expected = str(w.shape) if w.ndim == 1 else "(k,)"
            raise shape_error(code, array, expected, HierarchyError)
        check_not_negative(array, Phrase(code))
    total_ci = float(np.sum(w * arrays["ci"]))
    total_ri = float(np.sum(w * arrays["ri"]))
    cr = total_ci / total_ri if total_ri else 0.0
    return TotalConsistency(level, tuple(parents), total_ci, total_ri, cr, cr < CR_LIMIT)


def level_consistency(
    hierarchy: Hierarchy,
    global_weights: Mapping[str, float],
    consistency: Mapping[str, Consistency],
) -> tuple[TotalConsistency, ...]:
    """Total-hierarchy consistency of every level below the goal that has a matrix.

    A parent whose weights are given has none, and stays out of both sums.

    Args:
        hierarchy: the tree.
        global_weights: node id -> global weight.
        consistency: parent id -> consistency of its matrix.

    Raises:
        RandomIndexError: a matrix has no random index.
    """
    totals = []
    for level, nodes in enumerate(hierarchy.levels[:-1], start=1):
        parents = [node for node in nodes if node in hierarchy.compared]
        if not parents:
            continue
        totals.append(
            total_consistency(
                [global_weights[parent] for parent in parents],
                [consistency[parent].ci for parent in parents],
                [_random_index(consistency[parent]) for parent in parents],
                level=level,
                parents=parents,
            )
        )
    return tuple(totals)


def _random_index(found: Consistency) -> float:
    return random_index_value(found.n, found.random_index) if found.ri is None else found.ri
