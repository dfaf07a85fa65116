"""Tries damaged files on readers: `python -m tests.fuzz --help`."""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path

from .readers import READERS
from .trying import Outcome, Trial, damaged, limit_room, seeds_of, watched

SPAN = 5_000
"""Files that a process tries before another one takes its place."""

KEPT = 3
"""Files of a kind of fault that are kept."""


class Tally:
    """What became of the files of a reader so far."""

    def __init__(self, reader: str, seed: int, count: int, folder: Path) -> None:
        self.reader, self.seed, self.count, self.folder = reader, seed, count, folder
        self.tried = self.refused = self.memory = 0
        self.seconds = 0.0
        self.kinds: Counter[str] = Counter()
        self.begun = self.shown = time.monotonic()

    def add(self, number: int, found: Outcome) -> None:
        self.tried += 1
        self.refused += found.refused
        self.seconds, self.memory = max(self.seconds, found.seconds), max(self.memory, found.memory)
        if found.kind:
            self.kinds[found.kind] += 1
            if self.kinds[found.kind] <= KEPT:
                self._keep(number, found)
        if time.monotonic() > self.shown + 1 and sys.stderr.isatty():
            self.shown = time.monotonic()
            print(f"\r{self.line}", end="", file=sys.stderr, flush=True)

    def _keep(self, number: int, found: Outcome) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.reader}-{self.seed}-{number}{READERS[self.reader].ending}"
        path.write_bytes(damaged(self.reader, self.seed, number))
        print(
            f"{self.reader}: {found.kind} ({found.seconds:.1f} s, {found.memory >> 20} MB)\n"
            f"  again: python -m tests.fuzz {self.reader} --file {path}",
            flush=True,
        )

    @property
    def line(self) -> str:
        return (
            f"{self.reader}: {self.tried:,} of {self.count:,} files, {self.refused:,} refused, "
            f"{sum(self.kinds.values()):,} faults of {len(self.kinds)} kinds; at most "
            f"{self.seconds:.2f} s, {self.memory >> 20} MB; {time.monotonic() - self.begun:.0f} s"
        )


def run(reader: str, seed: int, first: int, count: int, folder: Path) -> Tally:
    """Try files, in processes of their own: one that dies, or is stopped, takes nothing along."""
    tally, number, end = Tally(reader, seed, count, folder), first, first + count
    seeds_of(reader)  # made once, for all processes
    fork = multiprocessing.get_context("fork")
    while number < end:
        mine, theirs = fork.Pipe(duplex=False)
        process = fork.Process(
            target=_try, args=(reader, seed, range(number, min(end, number + SPAN)), theirs)
        )
        process.start()
        theirs.close()
        try:
            while True:
                tally.add(number, mine.recv())
                number += 1
        except EOFError:
            process.join()
        if process.exitcode:
            name = signal.Signals(-process.exitcode).name if process.exitcode < 0 else "exit"
            said = {"SIGPROF": "stopped, far too slow"}.get(name, f"process dies: {name}")
            tally.add(number, Outcome(said, False, 0, 0))
            number += 1
    return tally


def _try(reader: str, seed: int, numbers: Iterable[int], connection: Connection) -> None:
    """Try files in this process, which has no other task."""
    logging.disable()  # what readers of others think of damaged files
    trial = Trial(READERS[reader])
    limit_room()
    for number in numbers:
        content = damaged(reader, seed, number)
        connection.send(watched(trial, content))
    connection.close()
    os._exit(0)  # nothing to tidy up


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=f"of {', '.join(READERS)}")
    parser.add_argument("--count", type=int, default=100_000, help="files for each reader")
    parser.add_argument("--seed", type=int, default=0, help="another one makes other files")
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--file", type=Path, help="try this file, and show what happens")
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz"), help="of what fails")
    chosen = parser.parse_args()
    if unknown := set(chosen.readers) - set(READERS):
        parser.error(f"no such reader: {', '.join(sorted(unknown))}")
    names = chosen.readers or list(READERS)
    if chosen.file:
        for name in names:
            found = Trial(READERS[name]).outcome(chosen.file.read_bytes())
            print(found.told)
            print(f"{name}: {found.kind or 'fine'}, {found.seconds:.2f} s, {found.memory >> 20} MB")
        return 0
    faults = 0
    for name in names:
        tally = run(name, chosen.seed, chosen.first, chosen.count, chosen.folder)
        print(f"{tally.line}", flush=True)
        for kind, count in tally.kinds.most_common():
            print(f"  {count:,} × {kind}")
        faults += sum(tally.kinds.values())
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
