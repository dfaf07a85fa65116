"""Whose page is made next, where many come at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

LONG = 0.1
"""Seconds after which a run no longer keeps others waiting."""


class Turns:
    """Lets short runs come one after the other.

    Runs that share a processor all end late, and the more so the more there are; one after the
    other, all but the last end earlier. A long run, such as a report, goes on beside others.

    >>> turns = Turns()
    >>> with turns.turn():
    ...     "a page is made"
    'a page is made'
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._running: object | None = None
        self._end = 0.0  # of its turn

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is this run's turn, and end it."""
        run = object()
        with self._changed:
            while self._running and (left := self._end - time.monotonic()) > 0:
                self._changed.wait(left)
            self._running, self._end = run, time.monotonic() + LONG
        try:
            yield
        finally:
            with self._changed:
                if self._running is run:
                    self._running = None
                    self._changed.notify()
