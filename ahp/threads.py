"""Parts of a batch on all cores that the process may use.

Each part is worked on by itself, so that a result has the same bits whatever the number of threads.
The calculations are numpy's, which lets other threads run while it is at one; what is left between
them is Python, so that parts are as large as the processor's cache allows
(`ahp.matrix.CHUNK_CELLS`).
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from .errors import OptionError
from .messages import Phrase

VARIABLE = "AHP_THREADS"
"""The environment variable that says how many threads a call may use; without it all cores."""

PARTS_EACH = 2
"""Parts of a batch for which a thread is worth starting."""

_Part = TypeVar("_Part")
_Memory = TypeVar("_Memory")
_Done = TypeVar("_Done")

_worker = threading.local()


def thread_count(most: int = sys.maxsize) -> int:
    """Threads that a call may use here, of those it has work for: 1 within a call that has its own.

    Raises:
        OptionError: `AHP_THREADS` is not a positive whole number.
    """
    if getattr(_worker, "busy", False):
        return 1
    said = os.environ.get(VARIABLE, "").strip()
    if not said:
        return min(_cores(), most) if most > 1 else 1  # asking for the cores takes a while
    if not (said.isascii() and said.isdigit() and int(said) > 0):
        raise OptionError.refused(VARIABLE, said, Phrase("or_more", least=1))
    return min(int(said), most)


def each_part(
    work: Callable[[_Part, _Memory], _Done],
    parts: Sequence[_Part],
    memory: Callable[[], _Memory],
) -> list[_Done]:
    """What the work gives for each part, in their order; every thread has a memory of its own.

    The first error, in the order of the parts, is raised when all threads have ended; parts that no
    thread has begun by then are left.
    """
    threads = thread_count(len(parts) // PARTS_EACH)
    if threads <= 1:
        return _in_turn(work, parts, memory)
    waiting = deque(enumerate(parts))
    done: dict[int, _Done] = {}
    errors: dict[int, BaseException] = {}

    def left() -> Iterator[tuple[int, _Part]]:
        while not errors:
            try:
                yield waiting.popleft()
            except IndexError:
                return

    def run() -> None:
        _worker.busy = True
        number = len(parts)  # an error before the first part comes after those of all parts
        try:
            own = memory()
            for number, part in left():
                done[number] = work(part, own)
        except BaseException as error:  # raised by the caller's thread
            errors[number] = error

    running: list[threading.Thread] = []
    try:
        for _ in range(threads):
            thread = threading.Thread(target=run, name="ahp")
            try:
                thread.start()
            except RuntimeError:  # no thread can be started any more, as when Python ends
                break
            running.append(thread)
        for thread in running:
            thread.join()
    except BaseException:  # KeyboardInterrupt: no part more is begun
        waiting.clear()
        raise
    if not running:
        return _in_turn(work, parts, memory)
    if errors:
        raise errors[min(errors)]
    return [done[number] for number in range(len(parts))]


def _in_turn(
    work: Callable[[_Part, _Memory], _Done],
    parts: Sequence[_Part],
    memory: Callable[[], _Memory],
) -> list[_Done]:
    own = memory()
    return [work(part, own) for part in parts]


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
