"""Other raters than those who rated: points of cells, draw by draw.

In each draw the raters of a cell are resampled with replacement (Efron 1979, Annals of Statistics
7:1-26), by one chance for all cells and indicators: a severe rater who is drawn twice is so for
all. Points are those of the rule, exactly; only as many are computed as there are different draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cells import KNOWN, Cells, Ints, starts_of
from .exact import Mask
from .periods import Period
from .rules import Checklist, NumberRule, Rated
from .scoring import LeafScores, Scored

Floats = NDArray[np.float64]
Names = tuple[str, ...]

_CHANCES = 1 << 20
"""Random numbers drawn at once; bounds the memory, and no result depends on it."""

_ROWS = 1 << 20
"""Ratings scored at once, likewise."""


@dataclass(frozen=True)
class RatedCells:
    """Cells of one indicator that the same raters rated, item by item.

    Attributes:
        leaf: the indicator.
        cells: in the grid.
        rows: of the observations, a cell a row, its ratings side by side, item by item.
        raters: the raters of each item, in the order of `rows`.
    """

    leaf: str
    cells: Ints
    rows: Ints
    raters: tuple[Names, ...]

    @property
    def resampled(self) -> tuple[Names, ...]:
        """The sets of raters that are drawn from."""
        return tuple(sorted({names for names in self.raters if len(names) > 1}))


def ratings(scored: Scored, period: Period) -> Iterator[tuple[str, Cells]]:
    """The indicators that raters who are named rated in a period, with their known cells."""
    observations = scored.observations
    cell = scored.grid.cells(observations)
    in_period = cell % len(scored.grid.periods) == scored.grid.periods.index(period)
    column, rater = observations.columns["indicator"], observations.columns["rater"]
    for leaf, indicator in scored.scheme.indicator.items():
        if leaf not in column.names or not isinstance(
            indicator.rule, Rated | NumberRule | Checklist
        ):
            continue
        chosen = in_period & (column.codes == column.names.index(leaf))
        chosen &= scored.leaves[leaf].status[cell] == KNOWN
        if (rater.codes[chosen] >= 0).any():
            rows = np.flatnonzero(chosen)
            rows = rows[np.argsort(cell[rows], kind="stable")]
            yield leaf, Cells.of(observations, rows, cell[rows], scored.grid.size)


def rated_cells(scored: Scored, period: Period) -> list[RatedCells]:
    """The cells of a period whose points come of two raters or more."""
    found = ratings(scored, period)
    return [alike for leaf, cells in found for alike in _alike(leaf, cells)]


def _alike(leaf: str, cells: Cells) -> list[RatedCells]:
    """The cells that have ratings by several raters, put together by who rated their items."""
    rater = cells.observations.columns["rater"]
    names = [rater[row] for row in cells.rows.tolist()]
    items = starts_of(cells.cell, cells.column("item"))
    ends = [*items[1:].tolist(), len(names)]
    of_cell: dict[int, list[tuple[int, int]]] = {}
    for start, end in zip(items.tolist(), ends, strict=True):
        of_cell.setdefault(int(cells.cell[start]), []).append((start, end))
    alike: dict[tuple[Names, ...], list[int]] = {}
    for one, spans in of_cell.items():
        raters = tuple(tuple(names[start:end]) for start, end in spans)
        if any(len(those) > 1 for those in raters):
            alike.setdefault(raters, []).append(one)
    return [
        RatedCells(
            leaf,
            np.array(ones, np.intp),
            np.stack([cells.rows[of_cell[one][0][0] : of_cell[one][-1][1]] for one in ones]),
            raters,
        )
        for raters, ones in alike.items()
    ]


def draw_raters(
    sets: Iterable[Names], draws: int, chance: np.random.Generator
) -> dict[Names, NDArray[np.int32]]:
    """Raters drawn with replacement from each set, as many as it has.

    Each place is taken by the rater of the set whose number is lowest; the numbers are those of all
    raters, drawn anew for each place and draw, so that sets that overlap are drawn alike.

    Args:
        sets: of raters.
        draws: how many.
        chance: where the numbers come from, draw by draw.

    Returns:
        Set -> positions in it, ascending in each row, shape (draws, raters of the set).
    """
    different = sorted(set(sets))
    everybody = sorted({name for names in different for name in names})
    drawn = {names: np.empty((draws, len(names)), np.int32) for names in different}
    places = max(map(len, different), default=0)
    step = max(1, _CHANCES // max(1, places * len(everybody)))
    for start in range(0, draws, step):
        numbers = chance.random((min(step, draws - start), places, len(everybody)))
        for names, positions in drawn.items():
            own = numbers[:, : len(names), [everybody.index(name) for name in names]]
            positions[start : start + step] = np.sort(own.argmin(axis=2), axis=1)
    return drawn


@dataclass(frozen=True)
class DrawnPoints:
    """Points of some cells of one indicator, draw by draw.

    Attributes:
        leaf: the indicator.
        cells: in the grid.
        points: in units of the last decimal, a cell a row, a column for each different draw.
        falls: veto id -> where a condition on the indicator makes it fall, as `points`.
        column: of `points`, for each draw.
    """

    leaf: str
    cells: Ints
    points: Floats
    falls: Mapping[str, Mask]
    column: Ints


def drawn_points(
    scored: Scored,
    rated: RatedCells,
    drawn: Mapping[Names, NDArray[np.int32]],
) -> DrawnPoints:
    """Points of the cells with the raters drawn."""
    ends = np.cumsum([0, *map(len, rated.resampled)])
    different, column = np.unique(
        np.concatenate([drawn[names] for names in rated.resampled], axis=1),
        axis=0,
        return_inverse=True,
    )
    taken, first = [], 0
    for names in rated.raters:
        position = np.zeros((len(different), 1), np.intp)
        if len(names) > 1:
            k = rated.resampled.index(names)
            position = different[:, ends[k] : ends[k + 1]]
        taken.append(first + position)
        first += len(names)
    ratings = np.concatenate(taken, axis=1)
    step = max(1, _ROWS // rated.rows.size)
    parts = [
        _scored_again(scored, rated, ratings[start : start + step])
        for start in range(0, len(ratings), step)
    ]
    vetoes = [
        veto
        for veto in scored.scheme.vetoes
        if veto.when is not None and veto.when.indicator == rated.leaf
    ]
    falls = {
        veto.id: np.concatenate(
            [scored.holds(veto.when, part) for part in parts if veto.when], axis=1
        )
        for veto in vetoes
    }
    points = np.concatenate([part.points.astype(np.float64) for part in parts], axis=1)
    return DrawnPoints(rated.leaf, rated.cells, points, falls, column.reshape(-1))


def _scored_again(scored: Scored, rated: RatedCells, ratings: Ints) -> LeafScores:
    """One indicator with other ratings of each cell, shape (cells, ways to choose them).

    Args:
        scored: as it was.
        rated: the cells.
        ratings: positions of the ratings chosen, a way a row.
    """
    scheme = scored.scheme
    indicator = scheme.indicator[rated.leaf]
    rows = rated.rows[:, ratings]
    shape = rows.shape[:2]
    period = scored.grid.periods[rated.cells[0] % len(scored.grid.periods)]
    none = np.zeros(0, np.intp)
    cells = Cells(
        scored.observations,
        rows.reshape(-1),
        np.repeat(np.arange(shape[0] * shape[1]), rows.shape[2]),
        (none, none),
        np.full(shape[0] * shape[1], KNOWN, np.int8),
    )
    values = indicator.rule.values(cells, scored.context(rated.leaf, period))
    given = indicator.rule.points(values).rounded(scheme.digits.points).reshape(shape)
    points = given
    for _, amount in scored.leaves[rated.leaf].deductions:
        points = points - amount[rated.cells][:, None]
    return LeafScores(
        np.full(shape, KNOWN, np.int8),
        np.asarray(values.num / values.den, np.float64).reshape(shape),
        given,
        np.maximum(points, 0),
    )
