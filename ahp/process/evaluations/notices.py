"""What a unit is told of a period: its figures as they were sent out, corrected and signed, the
values behind them, and what a decision on one of them would change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from ...errors import StoreError
from ...evaluation.evaluated import Evaluation
from ..events import ORGANIZER, Actor
from .events import AppealDecided, CellKey, CorrectionProposed, File, Logged, OnPeriod, Row
from .judged import evidence_of
from .rules import objection
from .state import EvaluationState, PeriodState, Stamp, Value, fold
from .units import active_in

Told = Mapping[str, Any]
"""What evidence says of a unit."""


@dataclass(frozen=True)
class Figure:
    """What a unit was told at one time.

    Attributes:
        kind: `"notice"`, as it was sent out; `"now"`, as the values are; `"signed"`.
        revision: of a signature.
        told: total, band, rank in the group.
        among: how many units of the group have a total.
        stamp: when and by whom; None for now.
        reason: of a correction of the unit's own values; one of others' is not told.
    """

    kind: str
    told: Told = field(default_factory=dict)
    among: int = 0
    stamp: Stamp | None = None
    revision: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Change:
    """A value that was changed after a notice was out, or after signing.

    Attributes:
        cell: which.
        before: what stood there; None where there was nothing, or the grades of raters.
        now: what stands there.
        appeal: id of the appeal that was granted; empty for a correction.
    """

    cell: CellKey
    before: Value | None
    now: Value
    appeal: str = ""


def notified_units(state: EvaluationState, period: str) -> tuple[str, ...]:
    """Ids of the units that get a notice of a period: those that were signed, else all that are
    active in it.
    """
    held = state.periods[period]
    signed = held.signatures[-1].evidence["units"] if held.signatures else None
    return tuple(
        unit.id
        for unit in state.units
        if (active_in(unit, period) if signed is None else unit.id in signed)
    )


def notices_for(state: EvaluationState, unit: str) -> tuple[str, ...]:
    """The periods of which a unit can read a notice, the latest first."""
    found = [
        held
        for held in state.periods.values()
        if held.stage in ("notified", "signed") and unit in notified_units(state, str(held.period))
    ]
    return tuple(str(one.period) for one in sorted(found, key=lambda one: one.period, reverse=True))


def figures_of(state: EvaluationState, period: str, unit: str) -> tuple[Figure, ...]:
    """What a unit was told of a period, the oldest first; as long as the period isn't signed, the
    last is what follows from the values now, unless it is what was sent out.

    Raises:
        EvaluationError: no result follows.
    """
    held = state.periods[period]
    figures = []
    if held.notices and unit in held.notices.result["units"]:
        figures.append(
            _figure(Figure("notice", stamp=held.notices.stamp), held.notices.result, unit)
        )
    for one in held.signatures:
        reason = one.reason if unit in {row.unit for row in one.rows} else ""
        signed = Figure("signed", stamp=one.stamp, revision=one.revision, reason=reason)
        if unit in one.evidence["units"]:
            figures.append(_figure(signed, one.evidence, unit))
    if not held.signatures:
        now = _figure(Figure("now"), evidence_of(state, period, 0), unit)
        if not figures or figures[-1].told != now.told:
            figures.append(now)
    return tuple(figures)


def _figure(bare: Figure, evidence: Mapping[str, Any], unit: str) -> Figure:
    """A figure with what evidence says of a unit."""
    told = evidence["units"][unit]
    among = sum(
        one["group"] == told["group"] and one["total"] is not None
        for one in evidence["units"].values()
    )
    return replace(bare, told=told, among=among)


def changes_of(held: PeriodState, unit: str | None = None) -> tuple[Change, ...]:
    """The values that were changed by appeals and corrections, of one unit or all, the oldest
    first.
    """
    granted = {
        one.decided.seq: one.id for one in held.appeals.values() if one.decided and one.granted
    }
    events = granted | {one.stamp.seq: "" for one in held.signatures}
    changes = []
    for cell, now in held.values.items():
        course = (None, *held.earlier.get(cell, ()), now)
        for before, after in pairwise(course):
            if after and after.stamp.seq in events and unit in (None, cell.unit):
                changes.append(Change(cell, before, after, events[after.stamp.seq]))
    return tuple(sorted(changes, key=lambda one: one.now.stamp.seq))


def cells_of(held: PeriodState, unit: str, indicator: str) -> tuple[CellKey, ...]:
    """What can be disputed or corrected of an indicator of a unit: its values, or the place where
    none stands; those of several raters together.
    """
    found = {
        CellKey(unit, indicator, key.item, key.input)
        for key in held.values
        if (key.unit, key.indicator) == (unit, indicator)
    }
    found |= {
        CellKey(unit, indicator, item)
        for rated, leaf, item in held.ratings
        if (rated, leaf) == (unit, indicator)
    }
    return tuple(sorted(found)) or (CellKey(unit, indicator),)


def entries_of(held: PeriodState, unit: str) -> tuple[str, ...]:
    """Ids of the deductions, bonuses and vetoes that count against or for a unit."""
    found = (key.indicator for key in held.entries if key.unit == unit and held.counts(key))
    return tuple(dict.fromkeys(found))


def raters_of(held: PeriodState, unit: str, indicator: str) -> int:
    """How many raters' grades a unit's value comes of; 0 where none do, or where it was decided."""
    if CellKey(unit, indicator) in held.values:
        return 0
    links = {
        person
        for (rated, leaf, _item), ratings in held.ratings.items()
        if (rated, leaf) == (unit, indicator)
        for person in ratings
    }
    files = {
        key.rater
        for key in held.values
        if (key.unit, key.indicator) == (unit, indicator) and key.rater
    }
    return len(links) + len(files)


# -- what would be


def with_granted(
    state: EvaluationState, period: str, appeal: str, row: Row, reason: str, *, by: Actor
) -> EvaluationState:
    """The evaluation as if somebody granted an appeal with this value.

    Raises:
        StoreError: it can't be; says why.
    """
    return _tried(state, AppealDecided(period, appeal, True, reason, row), by)


def with_correction(
    state: EvaluationState, period: str, rows: tuple[Row, ...], reason: str, file: File | None
) -> EvaluationState:
    """The evaluation as if a correction were proposed.

    Raises:
        StoreError: it can't be; says why.
    """
    return _tried(state, CorrectionProposed(period, rows, reason, file), ORGANIZER)


def _tried(state: EvaluationState, action: OnPeriod, actor: Actor) -> EvaluationState:
    event = Logged(state.seq + 1, None, "web", "", actor, action)
    if problem := objection(state, event):
        raise StoreError(problem.code, **problem.parameters)
    return fold([event], state)


@dataclass(frozen=True)
class Moved:
    """A unit of which two pieces of evidence say different things; one of them may say nothing."""

    unit: str
    before: Told
    after: Told


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Moved]:
    """The units whose total, band or rank in the group differs between two pieces of evidence, and
    those that stand in one alone.
    """
    for unit in {**after["units"], **before["units"]}:
        earlier, later = before["units"].get(unit, {}), after["units"].get(unit, {})
        watched = ("total", "band", "group_rank")
        if not (earlier and later) or any(earlier[name] != later[name] for name in watched):
            yield Moved(unit, earlier, later)


def matches_signed(result: Evaluation, figure: Figure, period: str) -> bool:
    """Whether a result computed now gives a unit the total that it was told."""
    name = figure.told["name"]
    if name not in result.units:
        return False
    total = result.total(name, period)
    told: str | None = figure.told["total"]
    return told == (None if total is None else str(total))
