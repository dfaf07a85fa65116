"""What becomes of a damaged file: read or refused, in two seconds and 200 MB."""

from __future__ import annotations

import resource
import signal
import time
import traceback
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from ahp.errors import AHPError

from .mutations import mutated
from .readers import READERS, Reader, say, slim

MOST_SECONDS = 2.0
"""Of the processor's time."""

MOST_MEMORY = 200 * 2**20
"""Bytes that a process may have more than at its beginning."""

STOPPED_AFTER = 10.0
"""Seconds of the processor's time after which a reader is stopped."""

ROOM = 2**30
"""Bytes that a process may get."""

_STATUS, _PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    Attributes:
        kind: "" for one that was read or refused as it should be; else what went wrong, and where.
        refused: whether it was refused.
        seconds: of the processor's time.
        memory: bytes that the process had more than at its beginning.
        told: the traceback.
    """

    kind: str
    refused: bool
    seconds: float
    memory: int
    told: str = ""


def _memory(name: str) -> int:
    """Bytes of the process: `VmRSS`, or `VmHWM`, the most since it was set back."""
    line = next(one for one in _STATUS.read_text().splitlines() if one.startswith(name))
    return int(line.split()[1]) * 1024


@lru_cache(maxsize=1)
def seeds_of(name: str) -> tuple[bytes, ...]:
    """The seeds of a reader."""
    return tuple(map(slim, READERS[name].seeds()))


def damaged(name: str, seed: int, number: int) -> bytes:
    """A file for a reader, always the same one."""
    return mutated(Random(f"{name} {seed} {number}"), seeds_of(name))


class Trial:
    """Tries files in this process.

    Args:
        reader: what reads them.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        refused = [self.read(content) for content in seeds_of(reader.name)]  # loads what it needs
        if all(refused):
            raise AssertionError(f"{reader.name} refuses what it is given undamaged")
        self.base = _memory("VmRSS")

    def read(self, content: bytes) -> bool:
        """Read a file; whether it is refused, in words of each language."""
        try:
            found = self.reader.read(content)
        except AHPError as error:
            say(error)
            if isinstance(error.__cause__, MemoryError):  # it asked for more than `ROOM`
                raise error.__cause__ from None
            return True
        for remark in getattr(found, "remarks", ()):
            if not isinstance(remark, str):
                say(remark)
        return False

    def outcome(self, content: bytes) -> Outcome:
        """Read a file, and see what it takes."""
        _PEAK.write_text("5")
        kind, told, refused, begun = "", "", False, time.process_time()
        try:
            refused = self.read(content)
        except Exception as fault:
            kind, told = _named(fault), traceback.format_exc()
        seconds = time.process_time() - begun
        memory = _memory("VmHWM") - self.base
        if not kind and seconds > MOST_SECONDS:
            kind = "too slow"
        if not kind and memory > MOST_MEMORY:
            kind = "too much memory"
        return Outcome(kind, refused, seconds, memory, told)


def _named(fault: BaseException) -> str:
    """The type of a fault, and where in the package it was let through."""
    frames = traceback.extract_tb(fault.__traceback__)
    own = [one for one in frames if "/ahp/" in one.filename] or frames
    return f"{type(fault).__name__} at {own[-1].filename.rpartition('/ahp/')[2]}:{own[-1].lineno}"


def limit_room() -> None:
    """Let this process get no more than `ROOM`, which keeps the machine alive."""
    size = _memory("VmSize") + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def watched(trial: Trial, content: bytes) -> Outcome:
    """The same as `Trial.outcome`, in a process that dies of SIGPROF if it takes too long."""
    signal.setitimer(signal.ITIMER_PROF, STOPPED_AFTER)
    try:
        return trial.outcome(content)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
