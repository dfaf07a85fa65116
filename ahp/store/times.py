"""The times of a chain beside the order of its events."""

from __future__ import annotations

from ..messages import Phrase
from ..process.events import MIDNIGHT
from . import clock
from .records import Event

UTC_ENDING = "+00:00"


class Times:
    """Where the times of a chain run backwards, or lie after now.

    Clocks jump, and events are ordered by their numbers: it is worth a remark, and no error.
    """

    def __init__(self) -> None:
        self._now = clock.timestamp(clock.now())
        self._before = ""
        self._backwards: list[tuple[int, str, str]] = []
        self._ahead: list[tuple[int, str]] = []

    def add(self, event: Event) -> None:
        """The next event, whose time is a timestamp."""
        time = event.time
        if self._before and is_before(latest(time), self._before):
            self._backwards.append((event.seq, time, self._before))
        if is_before(self._now, time):
            self._ahead.append((event.seq, time))
        if not time.endswith(MIDNIGHT) or time > self._before:
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


def latest(time: str) -> str:
    """The last moment that a timestamp may stand for."""
    return time.replace(MIDNIGHT, f"T23:59:59.999999{UTC_ENDING}")


def is_before(time: str, other: str) -> bool:
    """Whether a timestamp lies before another one."""
    if time.endswith(UTC_ENDING) and other.endswith(UTC_ENDING):
        return time < other
    return clock.read_timestamp(time) < clock.read_timestamp(other)
