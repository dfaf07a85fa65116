"""Names of items: where labeled input has them, and joining what is labeled by its labels.

A `PairwiseMatrix` that was given labels, a pandas `DataFrame` or `Series` with names, a mapping
from label to number, and `Priorities` of labeled matrices are labeled; pandas is recognized by its
attributes, never imported. Two labeled things are joined by label, whatever their orders. Labeled
and unlabeled matrices are not joined at all, since nothing says which row is which; an unlabeled
vector beside labeled matrices is in the order of their labels, as `ahp.weights` returns it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import chain
from typing import Any

import numpy as np

from .errors import AHPError
from .messages import Cell, Phrase

Labels = tuple[Any, ...]


def is_frame(a: object) -> bool:
    """Whether something is a pandas `DataFrame`, or looks like one."""
    return (
        hasattr(a, "to_numpy")  # first, since numbers and lists haven't it
        and hasattr(a, "columns")
        and hasattr(a, "index")
        and not isinstance(a, type)
    )


def is_series(a: object) -> bool:
    """Whether something is a pandas `Series`, or looks like one."""
    return hasattr(a, "index") and hasattr(a, "to_numpy") and not is_frame(a)


def axis_labels(axis: Any) -> Labels | None:
    """The labels of an axis of pandas; None for 0, 1, 2, …, which pandas counts by itself."""
    labels = tuple(axis)
    counted = all(isinstance(label, int) for label in labels) and labels == tuple(
        range(len(labels))
    )
    return None if counted else labels


def vector_labels(values: Any) -> Labels | None:
    """The labels of the last axis of a vector, or of a table with a row an expert; None for one
    without.
    """
    if is_frame(values):
        return axis_labels(values.columns)
    if is_series(values):
        return axis_labels(values.index)
    if isinstance(values, Mapping):
        return tuple(values)
    labels = getattr(values, "labels", None)
    return labels if hasattr(values, "weights") else None


def numbers_of(values: Any) -> Any:
    """What numpy can read of a vector: the values of a mapping, the weights of `Priorities`."""
    if isinstance(values, Mapping):
        return list(values.values())
    if hasattr(values, "weights") and hasattr(values, "labels"):
        return values.weights
    return values.to_numpy() if is_frame(values) or is_series(values) else values


def order_of(
    labels: Labels,
    expected: Labels,
    name: Cell | Phrase,
    owner: Cell | Phrase,
    error: type[AHPError],
) -> list[int] | None:
    """Positions that bring labels into the expected order, None when they stand in it.

    Args:
        labels: of what is joined.
        expected: the labels to join it to.
        name: of what is joined, for the error.
        owner: what has the expected labels.
        error: to raise.

    Raises:
        AHPError: a label that is not expected, or one that is missing.
    """
    if labels == expected:
        return None
    said = {"name": name, "expected": expected, "owner": owner}
    for k, label in enumerate(labels):
        if label not in expected:
            raise error("label_unexpected", label=label, **said)
        if label in labels[:k]:
            raise error("label_twice", label=label, **said)
    for label in expected:
        if label not in labels:
            raise error("label_missing", label=label, **said)
    position: dict[Hashable, int] = {label: k for k, label in enumerate(labels)}
    return [position[label] for label in expected]


def joined_vector(
    values: Any, labels: Labels | None, name: Phrase, owner: Phrase, error: type[AHPError]
) -> Any:
    """The numbers of a vector in the order of the labels it is joined to.

    Args:
        values: with labels or without, shape (..., n).
        labels: to join it to; None when the other has none.
        name: of the vector, for the error.
        owner: what has the labels.
        error: to raise.

    Raises:
        AHPError: other labels, or labels where the other has none.
    """
    value_labels, numbers = vector_labels(values), numbers_of(values)
    if value_labels is None:
        return numbers
    if labels is None:
        raise error("labels_of_one", name=name, labels=value_labels, owner=owner)
    order = order_of(value_labels, labels, name, owner, error)
    return numbers if order is None else np.asarray(numbers)[..., order]


def joined_panel(expert_weights: Any, values: Any, name: Phrase, error: type[AHPError]) -> Any:
    """Expert weights in the order of a table's rows, when both have the experts' names.

    Args:
        expert_weights: with names or without.
        values: one row an expert.
        name: of the values, for the error.
        error: to raise.

    Raises:
        AHPError: other names.
    """
    experts = axis_labels(values.index) if is_frame(values) else None
    if experts is None or vector_labels(expert_weights) is None:
        return expert_weights
    owner = Phrase("index_of", name=name)
    return joined_vector(expert_weights, experts, Phrase("expert_weights"), owner, error)


def joined_rows(values: Any, name: Phrase, error: type[AHPError]) -> tuple[Any, Labels | None]:
    """Vectors, one an expert, in the order of the first one's labels; and these labels.

    Args:
        values: a table, or a list of vectors, nested or not, all labeled or none.
        name: of the vectors, for the error.
        error: to raise.

    Raises:
        AHPError: other labels, or vectors with labels beside others without.
    """
    if isinstance(values, list | tuple):
        if not holds_labeled(values, vector_labels):
            return values, None
        return joined(
            values,
            name,
            error,
            labels_of=vector_labels,
            numbers=numbers_of,
            permuted=lambda numbers, order: numbers[..., order],
        )
    if isinstance(values, Mapping):  # not one vector an expert
        return values, None
    return numbers_of(values), vector_labels(values)


def holds_labeled(values: Any, labels_of: Callable[[Any], Labels | None]) -> bool:
    """Whether something labeled stands in a list, nested or not; quick where there are numbers."""
    level = values
    while level:
        types = set(map(type, level)) - _NESTS
        unknown = types - _PLAIN
        if unknown and any(labels_of(item) is not None for item in level if type(item) in unknown):
            return True
        if types or not level[0] or type(level[0][0]) in _PLAIN:
            return False
        level = list(chain.from_iterable(level))
    return False


def joined(
    values: Any,
    name: Phrase,
    error: type[AHPError],
    *,
    labels_of: Callable[[Any], Labels | None],
    numbers: Callable[[Any], Any],
    permuted: Callable[[Any, list[int]], Any],
    axes: int = 1,
) -> tuple[list[Any], Labels | None]:
    """The numbers of all that stands in a list, in the order of the labels of the first.

    Args:
        values: list, nested or not, of things that are all labeled or none.
        name: of the list, for the error.
        error: to raise.
        labels_of: the labels of one thing; None without.
        numbers: what numpy can read of it.
        permuted: these numbers in the order of some positions.
        axes: of one thing: 1 for vectors, 2 for matrices.

    Raises:
        AHPError: other labels, or things with labels beside others without.
    """
    first: tuple[tuple[int, ...], Labels | None] | None = None

    def join(item: Any, path: tuple[int, ...]) -> Any:
        nonlocal first
        if isinstance(item, list | tuple) and not _is_plain(item, axes):
            return [join(part, (*path, k)) for k, part in enumerate(item)]
        item_labels = labels_of(item)
        if first is None:
            first = path, item_labels
        cell, owner, expected = Cell(name, path), Cell(name, first[0]), first[1]
        if item_labels is None or expected is None:
            if item_labels is not expected:
                labeled, unlabeled = (cell, owner) if expected is None else (owner, cell)
                raise error("labels_of_some", labeled=labeled, unlabeled=unlabeled)
            return numbers(item)
        order = order_of(item_labels, expected, cell, owner, error)
        return numbers(item) if order is None else permuted(np.asarray(numbers(item)), order)

    return join(values, ()), first[1] if first else None


def _is_plain(item: Any, axes: int) -> bool:
    """Whether a list is one thing of so many axes, without labels: numbers, or rows of them."""
    first: Any = item[0] if len(item) else None
    if isinstance(first, list | tuple):
        return axes > 1 and _is_plain(first, axes - 1)
    return type(first) in _PLAIN and np.ndim(first) < axes


_NESTS = {list, tuple}
_PLAIN = {int, float, str, bool, type(None), np.float64, np.int64, np.ndarray}
"""Types that are neither labeled nor hold what is."""
