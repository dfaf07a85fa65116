"""Whose page is made next, where many come at once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock

LONG = 0.03
"""Seconds after which a run no longer keeps others waiting: an expert's answer takes less, unless
it waits for the database.
"""


class Turns:
    """Lets short runs come one after the other, in the order in which they came.

    Runs that share a processor all end late, and the more so the more there are; one after the
    other, all but the last end earlier. A long run, such as a report, goes on beside others.

    >>> turns = Turns()
    >>> with turns.turn():
    ...     "a page is made"
    'a page is made'
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Condition] = deque()
        self._running: Condition | None = None
        self._end = 0.0  # of its turn

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is this run's turn, and end it."""
        run = Condition(self._lock)
        with self._lock:
            self._waiting.append(run)
            try:
                while (left := self._left(run)) != 0:
                    run.wait(left)
                self._running, self._end = run, time.monotonic() + LONG
            finally:
                self._waiting.remove(run)
                self._call_next()
        try:
            yield
        finally:
            with self._lock:
                if self._running is run:
                    self._end = 0.0
                    self._call_next()

    def _left(self, run: Condition) -> float | None:
        """Seconds until it is a run's turn at the latest; None while others come before it."""
        return max(self._end - time.monotonic(), 0) if self._waiting[0] is run else None

    def _call_next(self) -> None:
        if self._waiting:
            self._waiting[0].notify()
