"""How far the raters of one thing lie apart, and what they are shown before they rate it again.

A second round with anonymous feedback is that of the Delphi method (Dalkey & Helmer 1963,
Management Science 9:458-467): who gave a grade is never shown, and nobody has to change their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from ..errors import EvaluationError
from ..messages import Phrase
from ..result import Result
from ..version import __version__
from .cells import Cells, starts_of
from .observations import Observations
from .rules import Rated
from .scheme import Indicator, Scheme
from .scoring import grid_of, resolve

FEWEST_SHOWN = 3
"""Raters of an item, the one who asks among them, from whom on the grades are shown: of two, each
would know what the other gave.
"""


class RatedItem(NamedTuple):
    """What raters grade.

    Attributes:
        unit: its name.
        period: as `str(Period)`.
        indicator: id of a leaf with the rule `rated`.
        item: one of several, such as a recorded call; "" where there is one.
    """

    unit: str
    period: str
    indicator: str
    item: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class ItemRatings(Result):
    """The grades that raters gave one item.

    Attributes:
        rated: the item.
        raters: names, in order.
        grades: ids of the grades they gave.
        points: of these grades.
        most_spread: how far they may lie apart; None where the scheme has no limit.
    """

    rated: RatedItem
    raters: tuple[str, ...]
    grades: tuple[str, ...]
    points: tuple[Fraction, ...]
    most_spread: Fraction | None

    @property
    def spread(self) -> Fraction:
        """Points from the lowest to the highest."""
        return max(self.points) - min(self.points)

    @property
    def above_limit(self) -> bool:
        """Whether they lie further apart than they may, so that a second round is due."""
        return self.most_spread is not None and self.spread > self.most_spread


@dataclass(frozen=True, eq=False, repr=False)
class RatingSpread(Result):
    """How far raters lie apart.

    Attributes:
        items: each with its ratings, indicator by indicator in the order of the scheme.
        version: of `ahp`.
    """

    items: tuple[ItemRatings, ...]
    version: str = __version__

    @property
    def second_round(self) -> tuple[RatedItem, ...]:
        """The items whose raters lie further apart than they may."""
        return tuple(one.rated for one in self.items if one.above_limit)


@dataclass(frozen=True, eq=False, repr=False)
class RatingFeedback(Result):
    """What one rater is shown of an item before rating it again.

    Attributes:
        rated: the item.
        own: id of the grade that the rater gave.
        grades: ids of all grades, the best first.
        counts: how many raters gave each, the rater among them; None where it is withheld.
        median: of the raters' points; None where it is withheld.
        withheld: why nothing of the others is shown; None where it is.
    """

    rated: RatedItem
    own: str
    grades: tuple[str, ...]
    counts: tuple[int, ...] | None
    median: Fraction | None
    withheld: Phrase | None = None


def rating_spread(scheme: Scheme, observations: Observations) -> RatingSpread:
    """How far the named raters of each item lie apart, and where that is more than the scheme
    allows (`most_spread`). Values other than grades, such as `n/a`, don't count.

    Args:
        scheme: the scheme.
        observations: of one period or several; fewer raters than the scheme needs will do.

    Raises:
        EvaluationError: an observation that the scheme refuses, with row and column.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> observations = ahp.evaluation.read_observations(table)
    >>> found = ahp.evaluation.rating_spread(scheme, observations)
    >>> len(found.items), len(found.second_round)
    (431, 0)
    """
    resolved = resolve(scheme, observations)
    grid = grid_of(scheme, resolved)
    cell = grid.cells(resolved)
    column = resolved.columns["indicator"]
    items: list[ItemRatings] = []
    for leaf, indicator in scheme.indicator.items():
        if isinstance(indicator.rule, Rated) and leaf in column.names:
            rows = np.flatnonzero(column.codes == column.names.index(leaf))
            rows = rows[np.argsort(cell[rows], kind="stable")]
            cells = Cells.of(resolved, rows, cell[rows], grid.size)
            named = cells.chosen(cells.column("rater") >= 0)
            items += _ratings(scheme, indicator, indicator.rule, named)
    return RatingSpread(tuple(items))


def _ratings(
    scheme: Scheme, indicator: Indicator, rule: Rated, cells: Cells
) -> Iterator[ItemRatings]:
    """The ratings of one indicator, item by item."""
    grades = scheme.grades[rule.grades]
    given = [grades[k] for k in rule.positions(cells, indicator.id, grades)]
    columns = cells.observations.columns
    starts = starts_of(cells.cell, cells.column("item")).tolist()
    for start, end in zip(starts, [*starts[1:], len(given)], strict=True):
        rows = cells.rows[start:end].tolist()
        unit, period, item = (columns[role][rows[0]] for role in ("unit", "period", "item"))
        yield ItemRatings(
            RatedItem(unit, period, indicator.id, item),
            tuple(columns["rater"][row] for row in rows),
            tuple(grade.id for grade in given[start:end]),
            tuple(grade.points for grade in given[start:end]),
            indicator.most_spread,
        )


def rating_feedback(
    scheme: Scheme, observations: Observations, rater: str, items: Iterable[RatedItem]
) -> tuple[RatingFeedback, ...]:
    """What a rater is shown before a second round: how many gave each grade, their median, and the
    rater's own grade, never a name. With fewer than three raters the others' grades are withheld.

    Args:
        scheme: the scheme.
        observations: all ratings of the first round.
        rater: whose feedback it is.
        items: those to be rated again, such as `RatingSpread.second_round`.

    Raises:
        EvaluationError: an item that this rater didn't rate, such as one of their own unit; an
            observation that the scheme refuses.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> observations = ahp.evaluation.read_observations(table)
    >>> rated = ahp.evaluation.rating_spread(scheme, observations).items[0].rated
    >>> (shown,) = ahp.evaluation.rating_feedback(scheme, observations, "评分人一", [rated])
    >>> shown.own, dict(zip(shown.grades, shown.counts))
    ('good', {'very_good': 1, 'good': 2, 'fair': 0, 'weak': 0, 'poor': 0})
    """
    known = {one.rated: one for one in rating_spread(scheme, observations).items}
    return tuple(_feedback(scheme, known.get(one), one, rater) for one in items)


def _feedback(
    scheme: Scheme, ratings: ItemRatings | None, rated: RatedItem, rater: str
) -> RatingFeedback:
    if ratings is None or rater not in ratings.raters:
        cell = tuple(filter(None, rated))
        raise EvaluationError("rating_none_of_rater", rater=rater, cell=cell)
    rule: Any = scheme.indicator[rated.indicator].rule  # rated, since there are ratings
    grades = tuple(grade.id for grade in scheme.grades[rule.grades])
    own, count = ratings.grades[ratings.raters.index(rater)], len(ratings.raters)
    if count < FEWEST_SHOWN:
        withheld = Phrase("ratings_few_to_show", count=count, least=FEWEST_SHOWN)
        return RatingFeedback(rated, own, grades, None, None, withheld)
    counts = tuple(map(ratings.grades.count, grades))
    return RatingFeedback(rated, own, grades, counts, median(ratings.points))
