"""What is done to the list of units: taking those a scheme names, changing one, its history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from ...evaluation.observations import word_key
from ...evaluation.scheme import Scheme
from .events import Logged, UnitAdded, UnitChanged, UnitMerged
from .units import Unit, UnitEntry, renamed


def units_named_by(scheme: Scheme, language: str) -> tuple[UnitEntry, ...]:
    """The units that a scheme's groups list, with the names of their groups in a language."""
    return tuple(
        UnitEntry(unit, group=scheme.text(group.name, language))
        for group in scheme.groups
        for unit in group.units
    )


def not_listed(units: Iterable[Unit], entries: Iterable[UnitEntry]) -> tuple[UnitEntry, ...]:
    """Those entries of a list that no unit is called by its name."""
    known = {word_key(unit.name) for unit in units}
    return tuple(entry for entry in entries if word_key(entry.name) not in known)


def joining(entries: Iterable[UnitEntry], first_day: date | None) -> tuple[UnitEntry, ...]:
    """Units that are new; those of which no first day is said begin with the first that is free,
    unless they are over before.

    Args:
        entries: as they stand in a list.
        first_day: `EvaluationState.first_free_day`.
    """
    return tuple(
        replace(one, active_from=str(first_day))
        if first_day and not one.active_from and one.last_day >= first_day
        else one
        for one in entries
    )


def changed(units: Sequence[Unit], unit: str, entry: UnitEntry) -> Unit:
    """A unit as an entry says now; a name it had before becomes a former name.

    Raises:
        EvaluationError: it went into another one.
    """
    old = next(one for one in units if one.id == unit)
    if entry.name != old.name:
        old = next(one for one in renamed(units, unit, entry.name) if one.id == unit)
    return replace(old, **vars(entry))


def happened_to(events: Iterable[Logged], unit: str) -> Iterator[Logged]:
    """What was done to a unit: that it was added, changed, merged, or another one into it."""
    for event in events:
        action = event.action
        if isinstance(action, UnitAdded | UnitChanged):
            if action.unit.id == unit:
                yield event
        elif isinstance(action, UnitMerged) and unit in (action.unit, action.into):
            yield event
