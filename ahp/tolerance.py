"""The tolerances that several modules share, and one rule for the ranks of what ties.

In the order of falling values neighbors tie that differ by `TIE_RTOL` of the larger at most, and a
chain of such neighbors ties as a whole. Tied items are listed in their own order (that of the
hierarchy) and share the first of the ranks that they occupy: 1, 2, 2, 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int = NDArray[np.intp]

WRITTEN_RTOL = 1e-8
"""How well a judgment is known that is written in digits, relatively: the nine that spreadsheets
write for 1/3 and 1/9 pass for them, 0.33 and 0.333333 do not."""

TIE_RTOL = 1e-8
"""Values nearer than this to each other, relative to the larger, tie, and so do judgments whose
logarithms are: a matrix itself is known no better (`WRITTEN_RTOL`), it is far above the rounding of
any method, and far below any difference that a judgment can make."""

ROUNDING_ATOL = 1e-12
"""Numbers of the order of 1 (shares, local weights, heights of merges) that are nearer than this to
each other differ by rounding alone: half of ten tenths is one half."""

ROUNDING_RTOL = 1e-9
"""How far bounds are widened, and how far maxima and weights may miss each other, for rounding to
decide nothing: relatively, or in logarithms, or in weights."""


def falling_order(values: ArrayLike) -> Int:
    """Positions by falling value, shape (..., n); ties in their own order, NaN last.

    Args:
        values: shape (..., n).
    """
    falling, group = _groups(np.asarray(values, dtype=np.float64))
    within = np.lexsort((falling, group))
    return np.take_along_axis(falling, within, axis=-1)


def rank_spans(values: ArrayLike) -> tuple[Int, Int]:
    """First rank from 0, and number of ranks that each item occupies with those that it ties with.

    Args:
        values: shape (..., n); each NaN is last and ties with nothing.

    Returns:
        Two arrays of shape (..., n).
    """
    falling, group = _groups(np.asarray(values, dtype=np.float64))
    n = falling.shape[-1]
    position = np.broadcast_to(np.arange(n), falling.shape)
    starts = np.diff(group, axis=-1, prepend=-1) > 0
    ends = np.diff(group, axis=-1, append=n) > 0
    first = np.maximum.accumulate(np.where(starts, position, 0), axis=-1)
    last = np.minimum.accumulate(np.where(ends, position, n)[..., ::-1], axis=-1)[..., ::-1]
    spans = np.empty((2, *falling.shape), dtype=np.intp)
    np.put_along_axis(spans[0], falling, first, axis=-1)
    np.put_along_axis(spans[1], falling, last - first + 1, axis=-1)
    return spans[0], spans[1]


def shared_ranks(values: ArrayLike) -> Int:
    """Ranks from 1 for the largest, tied items share the first of theirs: 1, 2, 2, 4.

    Args:
        values: shape (..., n); NaN last.

    Returns:
        Ranks, shape (..., n).
    """
    return rank_spans(values)[0] + 1


def ranked(values: Mapping[str, float]) -> dict[str, int]:
    """Items by falling value, each with its shared rank; ties in the order of the mapping."""
    names, numbers = list(values), np.array(list(values.values()), dtype=np.float64)
    ranks = shared_ranks(numbers)
    return {names[k]: int(ranks[k]) for k in falling_order(numbers)}


def _groups(values: Any) -> tuple[Int, Int]:
    """Positions by falling value, and for each of them the number of its group of ties."""
    falling = np.argsort(-values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, falling, axis=-1)
    larger, smaller = ordered[..., :-1], ordered[..., 1:]
    size = np.maximum(np.abs(larger), np.abs(smaller))
    apart = ~(larger - smaller <= TIE_RTOL * size)  # so that a NaN is apart as well
    group = np.zeros(falling.shape, dtype=np.intp)
    np.cumsum(apart, axis=-1, out=group[..., 1:])
    return falling, group
