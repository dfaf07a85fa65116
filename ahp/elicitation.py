"""Which question to ask next, how many a short form asks, and what leaving pairs out costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .errors import IncompleteError, MatrixError, OptionError
from .incomplete import components_of, effective_resistance
from .matrix import PairwiseMatrix
from .messages import Cell, Phrase
from .scale import LARGEST_STEP
from .tolerance import ROUNDING_RTOL


def short_form(n: int) -> int:
    """How many of the n(n − 1)/2 pairs the short form asks.

    All for three items, 4 for four, ⌈3n/2⌉ for more: every item is compared with three others, one
    of them with four where n is odd (Szádoczki, Bozóki & Tekile 2022, Omega 107:102557,
    3-(quasi-)regular comparison graphs), which `next_question` makes of them.

    Args:
        n: number of items.

    Raises:
        OptionError: n below 1.

    >>> [ahp.short_form(n) for n in (3, 5, 7, 9)]
    [3, 8, 11, 14]
    """
    if n < 1:
        raise OptionError.refused("n", n, Phrase("or_more", least=1))
    return min(n * (n - 1) // 2, 4 if n == 4 else (3 * n + 1) // 2)


def next_question(
    a: ArrayLike | PairwiseMatrix | Any,
    *,
    skipped: Iterable[tuple[int, int]] = (),
    ranking: Sequence[int] | None = None,
    order: Sequence[tuple[int, int]] | None = None,
) -> tuple[int, int] | None:
    """The pair to ask this expert next.

    With a ranking, neighbors in it come first, top down. While the comparison graph is not
    connected, a pair comes that joins two components, items with the fewest judgments first, which
    makes a path of an empty matrix. Then the most informative pair, with the largest
    R_ij / (1 + e_ij²); of equal ones that whose items have the fewest judgments. R_ij is the
    effective resistance (see `next_pair`), and e_ij by how much ln(w_i/w_j) of the least squares
    weights so far lies beyond ln 9: an answer that the end of the scale cuts off by e has the mean
    squared error σ² + e² instead of σ², and tells less in proportion. σ = 1 did well in simulations
    (docs/elicitation.md).

    Args:
        a: one pairwise comparison matrix, shape (n, n), NaN for not judged.
        skipped: pairs, in either direction, that must not be asked.
        ranking: all items, the most important first, if the expert ranked them.
        order: all n(n − 1)/2 pairs, in either direction: of equally good ones the first comes.
            None = row by row.

    Returns:
        The pair (i, j), i < j; None when every pair is judged or skipped.

    Raises:
        MatrixError: not one pairwise comparison matrix.
        OptionError: `skipped` has something that is not a pair, `ranking` or `order` not
            everything exactly once.

    >>> ahp.next_question([[1, 3, None], [1/3, 1, None], [None, None, 1]])
    (0, 2)
    """
    values = PairwiseMatrix(a).values
    n = len(values)
    judged = ~np.isnan(values)
    pairs = list(combinations(range(n), 2))
    left = set(pairs) - _pairs(skipped, n, "skipped").keys()
    left -= {pair for pair in pairs if judged[pair]}
    position = {pair: k for k, pair in enumerate(pairs)}
    if order is not None:
        position = _pairs(order, n, "order")
        if len(order) != len(pairs) or len(position) != len(pairs):
            raise OptionError(
                "order_of_pairs", count=len(order), different=len(position), pairs=len(pairs)
            )
    if ranking is not None:
        if sorted(ranking) != list(range(n)):
            raise OptionError("ranking_of_items", ranking=list(ranking), last=n - 1)
        for i, j in pairwise(ranking):
            if (pair := (min(i, j), max(i, j))) in left:
                return pair
    degree = judged.sum(axis=-1)

    def first(pair: tuple[int, int]) -> tuple[int, int]:
        return int(degree[[*pair]].sum()), position[pair]

    component = components_of(judged)
    joining = [(i, j) for i, j in left if component[i] != component[j]]
    if joining or not left:
        return min(joining, key=first, default=None)
    resistance = effective_resistance(judged)
    # −½ R b solves L x = b, up to a constant in each component
    expected = -resistance @ np.log(np.where(judged, values, 1)).sum(axis=-1) / 2
    beyond = np.abs(expected[:, None] - expected) - np.log(LARGEST_STEP)
    information = resistance / (1 + np.maximum(beyond, 0) ** 2)
    largest = max(information[pair] for pair in left) * (1 - ROUNDING_RTOL)
    return min((pair for pair in left if information[pair] >= largest), key=first)


def standard_error_factor(judged: ArrayLike) -> float:
    """How much larger the standard errors are than with all pairs judged.

    √(mean of R_ij / (2/n)) over the pairs, with R_ij the effective resistance: with independent
    errors of equal variance in the logarithms of the judgments, ln(w_i/w_j) of the least squares
    weights has a variance in proportion to it, and 2/n when all pairs are judged (see `next_pair`).

    Args:
        judged: which pairs are judged, symmetric, shape (n, n); the diagonal does not matter.

    Returns:
        1 or more; 1 when all pairs are judged.

    Raises:
        MatrixError: not a square, symmetric array of truth values.
        IncompleteError: the comparison graph is not connected.
    """
    known = np.asarray(judged)
    if known.dtype != np.bool_ or known.ndim != 2 or known.shape[0] != known.shape[1]:
        raise MatrixError("judged_shape", shape=str(known.shape), type=str(known.dtype))
    if (known != known.T).any():
        i, j = np.argwhere(known != known.T)[0]
        raise MatrixError(
            "judged_asymmetric",
            cell=Cell("judged", (int(i), int(j))),
            value=known[i, j],
            mirror=Cell("judged", (int(j), int(i))),
            mirrored=known[j, i],
        )
    known = known | np.eye(len(known), dtype=np.bool_)
    count = len(np.unique(components_of(known)))
    if count > 1:
        raise IncompleteError("components_left", count=count)
    n = len(known)
    if n == 1:
        return 1.0
    return float(np.sqrt(effective_resistance(known).sum() / (n - 1) / 2))


def _pairs(pairs: Iterable[tuple[int, int]], n: int, name: str) -> dict[tuple[int, int], int]:
    """Position of each pair (i, j), i < j."""
    positions: dict[tuple[int, int], int] = {}
    for k, (i, j) in enumerate(pairs):
        if i == j or not (0 <= i < n and 0 <= j < n):
            raise OptionError("pair_of_items", cell=Cell(name, (k,)), left=i, right=j, last=n - 1)
        positions[min(i, j), max(i, j)] = k
    return positions
