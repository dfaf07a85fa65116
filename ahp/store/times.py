"""The times of a chain beside the order of its events."""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..messages import Phrase
from ..process.events import MIDNIGHT, ExpertAdded
from . import clock
from .models import EventRow
from .records import Event

UTC_ENDING = "+00:00"


class Times:
    """Where the times of a chain run backwards, or lie after now.

    Clocks jump, and events are ordered by their numbers: it is worth a remark, and no error.

    Args:
        days: numbers of the events that tell the day alone.
    """

    def __init__(self, days: Set[int] = frozenset()) -> None:
        self._days = days
        self._now = clock.timestamp(clock.now())
        self._before = ""
        self._backwards: list[tuple[int, str, str]] = []
        self._ahead: list[tuple[int, str]] = []

    def add(self, event: Event) -> None:
        """The next event, whose time is a timestamp."""
        time, day_alone = event.time, event.seq in self._days
        if self._before and is_before(latest(time) if day_alone else time, self._before):
            self._backwards.append((event.seq, time, self._before))
        if is_before(self._now, time):
            self._ahead.append((event.seq, time))
        if not day_alone or time > self._before:
            self._before = time

    @property
    def remarks(self) -> tuple[Phrase, ...]:
        """What there is to say of them."""
        found = []
        if self._backwards:
            seq, time, before = self._backwards[0]
            count = len(self._backwards)
            found.append(Phrase("times_backwards", count=count, seq=seq, time=time, before=before))
        if self._ahead:
            seq, time = self._ahead[0]
            found.append(Phrase("times_ahead", count=len(self._ahead), seq=seq, time=time))
        return tuple(found)


def days_alone(session: Session, study_id: str, after: int = 0) -> frozenset[int]:
    """Numbers of the events of a study that tell the day alone, behind a number: what experts
    without a name did.
    """
    nameless = select(EventRow.expert_id).where(
        EventRow.study_id == study_id,
        EventRow.kind == ExpertAdded.kind,
        EventRow.detail.startswith('{"anonymous":true,', autoescape=True),
    )
    theirs = select(EventRow.seq).where(
        EventRow.study_id == study_id,
        EventRow.seq > after,
        EventRow.actor_kind == "expert",
        EventRow.actor_id.in_(nameless),
        EventRow.time.endswith(MIDNIGHT),
    )
    return frozenset(session.scalars(theirs))


def latest(time: str) -> str:
    """The last moment that a timestamp may stand for that tells the day alone."""
    return time.replace(MIDNIGHT, f"T23:59:59.999999{UTC_ENDING}")


def is_before(time: str, other: str) -> bool:
    """Whether a timestamp lies before another one."""
    if time.endswith(UTC_ENDING) and other.endswith(UTC_ENDING):
        return time < other
    return clock.read_timestamp(time) < clock.read_timestamp(other)
