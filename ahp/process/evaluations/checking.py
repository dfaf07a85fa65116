"""Where the values of a period come from, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .events import CellKey
from .rules import asked_of
from .state import EvaluationState, PeriodState, Rating, Value
from .units import active_in

UnitCell = tuple[str, str]
"""Ids of a unit and of an indicator, deduction, bonus or veto."""


@dataclass(frozen=True)
class CellSource:
    """Where what stands in a cell of the check comes from.

    Attributes:
        values: that were read or typed, with those of other items and inputs.
        rated: how many raters have rated it, in rounds that are closed.
        asked: how many were asked; 0 where nobody is.
        rating: whether a round is open in which it is rated: then nothing is said of its ratings.
    """

    values: tuple[Value, ...] = ()
    rated: int = 0
    asked: int = 0
    rating: bool = False


def cell_sources(state: EvaluationState, held: PeriodState) -> Mapping[UnitCell, CellSource]:
    """Unit and indicator, deduction, bonus or veto -> where it comes from; of those of which there
    is anything to say.
    """
    values: dict[UnitCell, list[Value]] = {}
    for key, value in held.values.items():
        values.setdefault((key.unit, key.indicator), []).append(value)
    rated: dict[UnitCell, set[str]] = {}
    for (unit, indicator, _item), ratings in held.ratings.items():
        rated.setdefault((unit, indicator), set()).update(ratings)
    asked = _asked(state, held) if held.rounds else {}
    open_ones = held.round
    return {
        cell: CellSource(
            tuple(values.get(cell, ())),
            len(rated.get(cell, ())),
            len(asked.get(cell, set()) | rated.get(cell, set())),
            open_ones is not None
            and cell in asked
            and (not open_ones.cells or any(one[:2] == cell for one in open_ones.cells)),
        )
        for cell in dict.fromkeys((*values, *rated, *asked))
    }


def _asked(state: EvaluationState, held: PeriodState) -> dict[UnitCell, set[str]]:
    """Unit and indicator -> ids of the raters who are asked."""
    counting = held.scheme.counting(held.period)
    active = [unit.id for unit in state.units if active_in(unit, held.period)]
    asked: dict[UnitCell, set[str]] = {}
    for person in state.participants.values():
        if person.role != "rater":
            continue
        own = state.own_units(person)
        for leaf in asked_of(person, held.scheme):
            for unit in (one for one in active if one not in own and leaf in counting):
                asked.setdefault((unit, leaf), set()).add(person.id)
    return asked


def accepted_reason(held: PeriodState, key: CellKey) -> str:
    """Why a conspicuous value is right, as somebody said of the value that stands there now; empty
    where nobody did.
    """
    seq, reason = held.accepted.get(key, (0, ""))
    return reason if key in held.values and held.values[key].stamp.seq == seq else ""


def ratings_of(held: PeriodState, unit: str, indicator: str) -> tuple[tuple[str, str, Rating], ...]:
    """Item, id of the rater and the rating that counts, of a cell; of rounds that are closed.

    Args:
        held: the period.
        unit: id.
        indicator: id.
    """
    return tuple(
        (item, person, rating)
        for (*rated, item), given in held.ratings.items()
        if tuple(rated) == (unit, indicator)
        for person, rating in given.items()
    )


def undelivered(state: EvaluationState, held: PeriodState) -> tuple[str, ...]:
    """Ids of the indicators that count of which any unit has no value yet, delivered or rated, in
    the order of the scheme.
    """
    there = {key[:2] for key in held.values} | {cell[:2] for cell in held.ratings}
    units = [unit.id for unit in state.units if active_in(unit, held.period)]
    return tuple(
        leaf
        for leaf in held.scheme.counting(held.period)
        if any((unit, leaf) not in there for unit in units)
    )


def raters_submitted(state: EvaluationState, held: PeriodState) -> tuple[int, int]:
    """How many raters have submitted in the last round, of how many who are asked; 0 of 0 before
    the first one.
    """
    if not held.rounds:
        return 0, 0
    last = held.rounds[-1]
    given = {person for person, sheet in last.sheets.items() if sheet.submitted}
    asked = {one.id for one in state.participants.values() if one.role == "rater"}
    return len(given), len(asked | given)
