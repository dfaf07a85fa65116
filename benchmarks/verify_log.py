"""How long `ahp log verify` takes for a million events, in this code and in an earlier one.

    python benchmarks/verify_log.py [--events N] [--before FOLDER]

`--before` is a checkout of the earlier code, such as one made by `git worktree add`; both verify
the same database, one after the other. Without it, one process is compared with several.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.process.events import Answered  # noqa: E402
from ahp.store import Store  # noqa: E402
from ahp.study import load_survey  # noqa: E402
from benchmarks import long_log  # noqa: E402

STUDIES = 200
EXPERTS = 20
LEAST = 2.5
"""How many times as fast it has to be."""


def fill(path: Path, events: int) -> int:
    """A database with so many events, or a few less, in 200 studies; returns how many."""
    store, survey = Store(f"sqlite:///{path}"), load_survey("supervision_effectiveness")
    total = 0
    for number in range(STUDIES):
        study = store.create_study(survey, f"Study {number + 1}")
        experts = [store.add_expert(study.id, f"Expert {k + 1}").id for k in range(EXPERTS)]
        total += append_answers(store, study.id, experts, events // STUDIES - EXPERTS - 1)
        total += EXPERTS + 1
    store.close()
    return total


def append_answers(store: Store, study_id: str, experts: list[str], count: int) -> int:
    """Answers, each changed again and again."""
    pairs = load_survey("supervision_effectiveness").hierarchy.comparisons
    long_log.append(
        store,
        study_id,
        (
            (
                experts[k // len(pairs) % len(experts)],
                Answered(*pairs[k % len(pairs)], ("3", "1/5", "1", "7")[k % 4]),
            )
            for k in range(count)
        ),
    )
    return count


def seconds(code: Path, path: Path, *options: str) -> float:
    """Of `ahp log verify` in a checkout."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "ahp", "log", "verify", "--database", f"sqlite:///{path}", *options],
        env=os.environ | {"PYTHONPATH": str(code)},
        cwd=code,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how long it took; exit status 1 where it isn't fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ahp.db")
        print(f"{fill(path, options.events):,} events in {STUDIES} studies")
        alone = seconds(ROOT, path, "--jobs", "1")
        print(f"1 process          {alone:7.1f} s")
        jobs = os.cpu_count() or 1
        together = seconds(ROOT, path, "--jobs", str(jobs))
        print(f"{jobs} processes        {together:7.1f} s")
        if options.before is None:
            return 0
        before = seconds(options.before, path)
        print(f"before             {before:7.1f} s")
        times = before / together
        print(f"{times:.1f} times as fast, {LEAST} wanted: {'met' if times >= LEAST else 'missed'}")
    return 0 if times >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
