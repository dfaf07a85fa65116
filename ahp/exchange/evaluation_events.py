"""What happened in an evaluation as a file beside a report, from which the report follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ..codec import structure, unstructure
from ..datafile import jcs, parse_json
from ..errors import ReportError
from ..process.evaluations.events import (
    LayoutRemembered,
    Logged,
    PersonAdded,
    PersonChanged,
    Rated,
    RatingAttached,
    RatingClosed,
    RatingsSubmitted,
    ReportSigned,
    ReportWritten,
    UnitAdded,
    UnitChanged,
    read_action,
)
from ..process.evaluations.state import EvaluationState, fold
from ..process.events import Actor

_DAY = len("2026-04-10")


@dataclass(frozen=True)
class _Stored:
    """An event: the columns of the log that tell what happened."""

    seq: int
    person: str | None
    source: str
    time: str
    actor: Actor
    kind: str
    detail: str


@dataclass(frozen=True)
class _EventFile:
    """The file."""

    format: Literal[1]
    events: tuple[_Stored, ...]


def shown_events(events: Sequence[Logged], named: Collection[Actor]) -> tuple[Logged, ...]:
    """The events of a log as they may go with a report.

    People have the number of the event that added them in place of their name and id, `#7`, and
    raters of files their `EvaluationState.rater_codes`. Left out is what tells who gave which grade
    and no figure rests on: raters' units, with the ratings that counted no more because of them;
    the time of day, notes and evidence of ratings; what raters gave in a round that is still open,
    which nobody may see yet. So are contacts of units, layouts of offices' tables, and what was
    written in reports before.

    Args:
        events: of the log, from the first on.
        named: who is named in the report.
    """
    numbers = numbers_of_people(events)
    roles = {one.person: one.action.role for one in events if isinstance(one.action, PersonAdded)}
    state = fold(events, EvaluationState())
    closed = {one.action.period: one.seq for one in events if isinstance(one.action, RatingClosed)}
    shown = []
    for one in events:
        action: Any = one.action
        time = one.time
        if isinstance(action, RatingAttached | ReportWritten | ReportSigned | LayoutRemembered):
            continue
        if isinstance(action, Rated):
            if one.seq > closed.get(action.period, 0) or not _kept(state, one.person, action):
                continue
            action = replace(action, note="")
        if isinstance(action, Rated | RatingsSubmitted):
            time = f"{time[:_DAY]}T00:00:00.000000+00:00"
        if isinstance(action, UnitAdded | UnitChanged):
            action = replace(action, unit=replace(action.unit, contact=""))
        if isinstance(action, PersonAdded | PersonChanged):
            if Actor("person", str(one.person)) not in named:
                action = replace(action, name=numbers[str(one.person)], organization="")
            if roles[one.person] == "rater":
                action = replace(action, unit="")
        shown.append(
            replace(
                one,
                person=numbers.get(str(one.person)),
                time=time,
                actor=shown_actor(one.actor, numbers),
                action=_with_codes(action, state.rater_codes),
            )
        )
    return tuple(shown)


def numbers_of_people(events: Sequence[Logged]) -> dict[str, str]:
    """Id of who has a personal link -> `#` and the number of the event that added them."""
    added = (one for one in events if isinstance(one.action, PersonAdded))
    return {str(one.person): f"#{one.seq}" for one in added}


def shown_actor(actor: Actor, numbers: Mapping[str, str]) -> Actor:
    """Who did something, people by their `numbers_of_people`."""
    return replace(actor, id=numbers[actor.id]) if actor.kind == "person" else actor


def _kept(state: EvaluationState, person: str | None, rated: Rated) -> bool:
    """Whether a rating wasn't dropped later, since its unit had become the rater's own."""
    sheet = state.periods[rated.period].rounds[rated.round - 1].sheet(str(person))
    return (rated.unit, rated.indicator, rated.item) in sheet.ratings


def _with_codes(action: Any, codes: Mapping[str, str]) -> Any:
    """The same with codes for the raters of files."""

    def row_of(row: Any) -> Any:
        return replace(row, rater=codes[row.rater], note="") if row.rater else row

    def cell_of(cell: Any) -> Any:
        return (*cell[:-1], codes[cell[-1]] if cell[-1] else "")

    def all_of(one: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda held: tuple(map(one, held))

    makers = {"rows": all_of(row_of), "row": row_of, "removed": all_of(cell_of), "cell": cell_of}
    held = {name: getattr(action, name, None) for name in makers}
    return replace(action, **{name: makers[name](own) for name, own in held.items() if own})


def write_events(events: Sequence[Logged]) -> bytes:
    """Events as a file: JSON as RFC 8785 spells it."""
    stored = (
        _Stored(
            *(one.seq, one.person, one.source, one.time, one.actor),
            *(one.action.kind, one.action.detail),
        )
        for one in events
    )
    return jcs(unstructure(_EventFile(1, tuple(stored)))).encode()


def read_events(content: bytes, source: str) -> tuple[Logged, ...]:
    """Read back what `write_events` wrote.

    Args:
        content: of the file.
        source: its name, for messages.

    Raises:
        ReportError: not such a file; names the file and the path inside it.
        AHPError: an event that can't be read.
    """
    file = structure(parse_json(content, source, ReportError), _EventFile, source, ReportError)
    return tuple(
        Logged(
            *(one.seq, one.person, one.source, one.time, one.actor),
            read_action({"kind": one.kind, "detail": one.detail}),
        )
        for one in file.events
    )
