"""Guidance for one expert on one parent: the answers that fit the others least, and what would fit.

Nothing here changes an answer: it says which judgment, changed alone, lowers CR most, and between
which answers it would fit. The words are in `ahp.i18n.contradictions`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..consistency import CR_LIMIT
from ..errors import OptionError
from ..incomplete import check_incomplete_consistency
from ..matrix import Bool, PairwiseMatrix
from ..repair import single_changes, worst_triads
from ..scale import SAATY_POSITIONS, parse_judgment
from ..tolerance import WRITTEN_RTOL

_TEXTS = SAATY_POSITIONS[::-1]
_POSITIONS = np.array([parse_judgment(text) for text in _TEXTS])  # ascending

_CR_DECIMALS = 9
"""Decimals to which CR decides an order: completions leave more of it open than rounding does."""


@dataclass(frozen=True)
class Contradiction:
    """Three judgments that contradict each other, turned as `ahp.repair.Triad` is.

    Attributes:
        i, j, k: ids of the items; i over j (or equal), j over k (or equal).
        a_ij, a_jk, a_ik: the judgments; the first two are 1 or more.
        implied: a_ij a_jk, what a_ik would be without contradiction.
        cyclic: i over j, j over k, and yet k over i.
    """

    i: str
    j: str
    k: str
    a_ij: float
    a_jk: float
    a_ik: float
    implied: float
    cyclic: bool


@dataclass(frozen=True)
class Suggestion:
    """One judgment to look at again, as how much left matters more than right.

    Attributes:
        left, right: ids of the items, in the order of the matrix.
        value: the judgment as it is, as text: a position of Saaty's scale such as `"1/3"`, or the
            number where it lies off the scale.
        best: the position with the lowest CR, the nearest to `value` if there are several.
        low, high: ends of the range of positions around `best` that would fit: with each of them
            CR is below 0.1 if `enough`, otherwise lower by at least nine tenths of what `best`
            gains.
        enough: `best` alone brings CR below 0.1.
        cr_before, cr_after: CR as it is, and with `best`.
        triad: of the triads with this judgment whose three pairs are judged, the one that
            contradicts itself most; None where none does.
    """

    left: str
    right: str
    value: str
    best: str
    low: str
    high: str
    enough: bool
    cr_before: float
    cr_after: float
    triad: Contradiction | None


def guidance(
    matrix: PairwiseMatrix, *, random_index: str, count: int = 3
) -> tuple[Suggestion, ...]:
    """The judgments whose change alone lowers CR most, best first; where some bring it below 0.1,
    those alone.

    Every judgment is put on each of the 17 positions and CR computed anew, as
    `ahp.repair.rank_judgments` does, with what is not judged completed each time. ln λmax is convex
    in ln a_ij, also that of the best completion, so that the positions that fit lie side by side.

    Args:
        matrix: labeled with node ids; NaN for not judged, but connected. Judgments may lie off the
            scale.
        random_index: name of the table for complete matrices.
        count: how many suggestions at most.

    Returns:
        The suggestions, lowest `cr_after` first; equal ones by how little would change, then in the
        order of the matrix. None where CR < 0.1, or where no single change lowers CR.

    Raises:
        IncompleteError: the matrix is not connected.
        OptionError, RandomIndexError: unknown table, none that reaches so many items with so many
            missing pairs, or a count that is none.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise OptionError("count_range", count=count)
    consistency = check_incomplete_consistency(matrix, method="any", random_index=random_index)
    if consistency.acceptable:
        return ()
    before = float(consistency.cr)
    pairs, crs = single_changes(matrix.values, _POSITIONS, random_index)
    rounded = crs.round(_CR_DECIMALS)
    values = matrix.values[*pairs.T]
    steps = np.abs(np.log(_POSITIONS) - np.log(values)[:, None])
    best = [int(np.lexsort(keys)[0]) for keys in zip(steps, rounded, strict=True)]
    chosen = np.arange(len(pairs)), best
    order = np.lexsort((steps[chosen].round(_CR_DECIMALS), rounded[chosen]))
    helpful = [p for p in order if rounded[p, best[p]] < round(before, _CR_DECIMALS)]
    curing = [p for p in helpful if crs[p, best[p]] < CR_LIMIT]
    suggestions = []
    for p in (curing or helpful)[:count]:
        i, j = pairs[p].tolist()
        lowest = float(crs[p, best[p]])
        enough = lowest < CR_LIMIT
        fits = crs[p] < CR_LIMIT if enough else crs[p] <= lowest + (before - lowest) / 10
        low, high = _run(fits, best[p])
        suggestions.append(
            Suggestion(
                left=matrix.labels[i],
                right=matrix.labels[j],
                value=_text(float(values[p])),
                best=_TEXTS[best[p]],
                low=_TEXTS[low],
                high=_TEXTS[high],
                enough=enough,
                cr_before=before,
                cr_after=lowest,
                triad=_worst_triad(matrix, i, j, random_index),
            )
        )
    return tuple(suggestions)


def by_contradiction(suggestions: Iterable[Suggestion]) -> tuple[tuple[Suggestion, ...], ...]:
    """Suggestions that have the same triad put together, each group where its first one stood;
    those without a triad alone.
    """
    groups: dict[object, list[Suggestion]] = {}
    for one in suggestions:
        groups.setdefault(one.triad or one, []).append(one)
    return tuple(map(tuple, groups.values()))


def _run(fits: Bool, start: int) -> tuple[int, int]:
    """Ends of the unbroken run of positions that fit around one of them."""
    breaks = np.flatnonzero(~fits)
    low = breaks[breaks < start].max(initial=-1) + 1
    high = breaks[breaks > start].min(initial=len(fits)) - 1
    return int(low), int(high)


def _text(value: float) -> str:
    """The position as text, also for the nine digits of a spreadsheet; the number off the scale."""
    near = np.flatnonzero(np.abs(_POSITIONS / value - 1) <= WRITTEN_RTOL)
    return _TEXTS[near[0]] if near.size else repr(value)


def _worst_triad(matrix: PairwiseMatrix, i: int, j: int, random_index: str) -> Contradiction | None:
    logs = np.log(matrix.values)
    detours = np.abs(logs[i] + logs[:, j] - logs[i, j]).round(12)
    detours[[i, j]] = 0
    third = int(np.argmax(np.nan_to_num(detours)))
    if not detours[third] > 0:
        return None
    items = sorted((i, j, third))
    (triad,) = worst_triads(matrix.values[np.ix_(items, items)], 1, random_index=random_index)
    ids = [matrix.labels[item] for item in items]
    return Contradiction(
        i=ids[triad.i],
        j=ids[triad.j],
        k=ids[triad.k],
        a_ij=triad.a_ij,
        a_jk=triad.a_jk,
        a_ik=triad.a_ik,
        implied=triad.implied,
        cyclic=triad.cyclic,
    )
