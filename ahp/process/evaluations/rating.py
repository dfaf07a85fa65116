"""Raters at work: what each has to rate, how far they are, where they lie apart, if they agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import isnan
from typing import TypeVar

import numpy as np

from ...consensus import kendall_w
from ...errors import AHPError
from ...evaluation.agreement import intraclass_correlation, krippendorff_alpha, rater_severity
from ...evaluation.disagreement import (
    RatedItem,
    RatingFeedback,
    RatingSpread,
    rating_feedback,
    rating_spread,
)
from ...evaluation.observations import Observations, observations_from_records
from ...evaluation.rules import Checklist, Rated
from ...evaluation.scheme import Scheme
from ...messages import Message, Phrase
from .judged import counting_ratings, scheme_in
from .rules import CANNOT_JUDGE, asked_of
from .sheet import own_sheet
from .state import EvaluationState, PeriodState, RatedCell, RatingRound, Sheet, ratings_in
from .units import Unit, active_units

_T = TypeVar("_T")

_COLUMNS = ("unit", "period", "indicator", "item", "value", "rater")


@dataclass(frozen=True)
class RatingTask:
    """What one rater has to rate in a round.

    Attributes:
        person: id.
        period: `str(Period)`.
        round: number of the round.
        cells: what is asked, in the order in which it is asked.
        sheet: what the rater gave.
    """

    person: str
    period: str
    round: int
    cells: tuple[RatedCell, ...]
    sheet: Sheet

    @cached_property
    def open(self) -> tuple[RatedCell, ...]:
        """What is not rated yet."""
        ratings = self.sheet.ratings
        return tuple(one for one in self.cells if one not in ratings or not ratings[one].value)

    @property
    def done(self) -> int:
        """How many are rated."""
        return len(self.cells) - len(self.open)

    def onward(self, cell: RatedCell) -> RatedCell | None:
        """The next one after a cell that is open, from the first on again after the last; None when
        no other is.
        """
        here = self.cells.index(cell)
        waiting = {*self.open}
        others = (*self.cells[here + 1 :], *self.cells[:here])
        return next((one for one in others if one in waiting), None)


def task_of(
    state: EvaluationState, person: str, period: str, by: str = "indicator"
) -> RatingTask | None:
    """What a rater has to rate in the last round of a period; None before the first.

    Args:
        state: the evaluation.
        person: id of the rater.
        period: `str(Period)`.
        by: one of `sheet.ORDERS`.
    """
    rounds = state.periods[period].rounds
    if not rounds:
        return None
    now, cells = rounds[-1], all_cells(state, person, period, by)
    if now.cells:
        again = {*now.cells}
        cells = tuple(one for one in cells if one in again)
    return RatingTask(person, period, now.number, cells, now.sheet(person))


def all_cells(
    state: EvaluationState, person: str, period: str, by: str = "indicator"
) -> tuple[RatedCell, ...]:
    """What a rater rates in a period in all rounds together, see `task_of`."""
    scheme, rater = state.periods[period].scheme, state.people[person]
    leaves = asked_of(rater, scheme)
    if not leaves:
        return ()
    about = {"period": period, "seed": f"{rater.id} {period}", "by": by}
    return _cells(scheme, state.units, rater.unit, leaves, **about)


@lru_cache(maxsize=256)
def _cells(
    scheme: Scheme,
    units: tuple[Unit, ...],
    own: str,
    leaves: tuple[str, ...],
    *,
    period: str,
    seed: str,
    by: str,
) -> tuple[RatedCell, ...]:
    """What a rater of a unit is asked, see `own_sheet`; of a checklist each control point."""
    rules = {leaf: scheme.indicator[leaf].rule for leaf in leaves}
    points = {
        leaf: tuple(point.id for point in rule.control_points)
        for leaf, rule in rules.items()
        if isinstance(rule, Checklist)
    }
    items = {(unit.id, leaf): ids for unit in units for leaf, ids in points.items()}
    asked = own_sheet(scheme, units, own, leaves, period=period, seed=seed, by=by, items=items)
    return tuple((one.unit, one.indicator, one.item) for one in asked)


def tasks(state: EvaluationState, period: str) -> tuple[RatingTask, ...]:
    """What each rater has to rate in the last round of a period, in the order they were added; who
    is asked nothing is left out.
    """
    found = (task_of(state, person, period) for person in _raters(state))
    return tuple(task for task in found if task and task.cells)


def _raters(state: EvaluationState) -> tuple[str, ...]:
    return tuple(one.id for one in state.participants.values() if one.role == "rater")


def task_periods(state: EvaluationState, person: str) -> tuple[str, ...]:
    """The periods in which a rater is or was asked something, those with an open round first, then
    the latest first.
    """
    found = []
    for period, held in state.periods.items():
        task = task_of(state, person, period)
        if task and task.cells:
            found.append((held.round is not None, held.period, period))
    return tuple(period for _open, _number, period in sorted(found, reverse=True))


def spread_of(state: EvaluationState, period: str) -> RatingSpread:
    """How far the raters of each cell lie apart, by the rounds that are closed; raters stand there
    by their ids.
    """
    closed = _closed(state.periods[period])
    return _spread(closed, scheme_in(state, period), state.units, period)


def feedback_of(
    state: EvaluationState, person: str, period: str
) -> Mapping[RatedCell, RatingFeedback]:
    """Cell of the open round -> what a rater is shown of the rounds before, where they rated it."""
    held = state.periods[period]
    now = held.round
    if now is None or now.number == 1:
        return {}
    scheme = scheme_in(state, period)
    return _feedback(
        _closed(held), scheme, state.units, period=period, person=person, cells=now.cells
    )


@lru_cache(maxsize=256)
def _feedback(
    rounds: tuple[RatingRound, ...],
    scheme: Scheme,
    units: tuple[Unit, ...],
    *,
    period: str,
    person: str,
    cells: tuple[RatedCell, ...],
) -> Mapping[RatedCell, RatingFeedback]:
    names = {unit.id: unit.name for unit in units}
    found = _spread(rounds, scheme, units, period).items
    mine = {one.rated for one in found if person in one.raters}
    items = {cell: RatedItem(names[cell[0]], period, *cell[1:]) for cell in cells}
    own = {cell: item for cell, item in items.items() if item in mine}
    if not own:
        return {}
    observations = _observations(rounds, scheme, units, period)
    assert observations  # in which this rater has a grade
    shown = rating_feedback(scheme, observations, person, own.values())
    return dict(zip(own, shown, strict=True))


@lru_cache(maxsize=64)
def _spread(
    rounds: tuple[RatingRound, ...], scheme: Scheme, units: tuple[Unit, ...], period: str
) -> RatingSpread:
    observations = _observations(rounds, scheme, units, period)
    return rating_spread(scheme, observations) if observations else RatingSpread(())


def _closed(held: PeriodState) -> tuple[RatingRound, ...]:
    return tuple(one for one in held.rounds if one.closed)


def _observations(
    rounds: tuple[RatingRound, ...], scheme: Scheme, units: tuple[Unit, ...], period: str
) -> Observations | None:
    """The grades of closed rounds, with ids of raters; None where there is none."""
    names = {unit.id: unit.name for unit in active_units(units, period)}
    rows = [
        (names[unit], period, leaf, item, rating.value, person)
        for (unit, leaf, item), ratings in ratings_in(rounds).items()
        if unit in names and isinstance(scheme.indicator[leaf].rule, Rated)
        for person, rating in ratings.items()
        if rating.value != CANNOT_JUDGE
    ]
    records = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    return observations_from_records(records, period) if records else None


def cells_of(
    state: EvaluationState, period: str, items: Iterable[RatedItem]
) -> tuple[RatedCell, ...]:
    """The cells of items of a period, whose units stand there by name."""
    ids = {unit.name: unit.id for unit in active_units(state.units, period)}
    return tuple((ids[one.unit], one.indicator, one.item) for one in items)


def too_few(state: EvaluationState, period: str) -> tuple[RatedCell, ...]:
    """The cells that fewer raters have judged than the scheme needs, by the rounds that are closed:
    they don't count.
    """
    counting = counting_ratings(state.periods[period])
    asked = (cell for person in _raters(state) for cell in all_cells(state, person, period))
    return tuple(cell for cell in dict.fromkeys(asked) if cell not in counting)


@dataclass(frozen=True)
class Agreement:
    """Whether raters agree, and how severe each is; in place of a number that there isn't, why.

    Attributes:
        raters: ids, in order.
        cells: how many were rated.
        whole: how many of them all of these raters rated: `w` and `icc` rest on these alone.
        w: Kendall's W.
        icc: ICC(2,1).
        alpha: Krippendorff's, of intervals, over all cells.
        severity: rater -> by how many points they rate above the others on what both rated.
    """

    raters: tuple[str, ...]
    cells: int
    whole: int
    w: float | Message
    icc: float | Message
    alpha: float | Message
    severity: Mapping[str, float] | Message


def agreement(spread: RatingSpread) -> Agreement | None:
    """Whether raters agree; None with fewer than two of them."""
    raters = tuple(sorted({name for one in spread.items for name in one.raters}))
    if len(raters) < 2:
        return None
    given = [dict(zip(one.raters, map(float, one.points), strict=True)) for one in spread.items]
    points = np.array([[row.get(name, np.nan) for name in raters] for row in given])
    whole = points[~np.isnan(points).any(axis=1)]
    w: float | Message = Phrase("rated_by_all_few")
    icc: float | Message = w
    if len(whole) > 1:
        w = kendall_w(whole.T).w
        if isnan(w):
            w = Phrase("rated_all_alike")
        icc = _or_why(lambda: float(intraclass_correlation(whole).single))
    return Agreement(
        raters,
        len(points),
        len(whole),
        w,
        icc,
        _or_why(lambda: krippendorff_alpha(points)),
        _or_why(lambda: dict(zip(raters, rater_severity(points).tolist(), strict=True))),
    )


def _or_why(measure: Callable[[], _T]) -> _T | Message:
    try:
        return measure()
    except AHPError as error:
        return error
