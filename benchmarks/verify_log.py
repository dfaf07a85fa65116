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

from ahp.store import Store, chain
from ahp.store.models import StudyRow
from ahp.study import load_survey

ROOT = Path(__file__).parents[1]
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
    """Answers, each changed again and again; what the log allows is known here, and not asked."""
    time_ = "2026-03-01T12:00:00.000000+00:00"
    with store._database.write() as session:
        study = session.get_one(StudyRow, study_id)
        pairs = load_survey("supervision_effectiveness").hierarchy.comparisons
        contents = []
        for k in range(count):
            expert = experts[k // len(pairs) % len(experts)]
            parent, left, right = pairs[k % len(pairs)]
            contents.append(
                {
                    "event_id": f"{expert[:8]}-{k}",
                    "round": 1,
                    "expert_id": expert,
                    "kind": "answer",
                    "parent": parent,
                    "left": left,
                    "right": right,
                    "value": ("3", "1/5", "1", "7")[k % 4],
                    "detail": None,
                    "source": "web",
                    "time": time_,
                    "actor_kind": "expert",
                    "actor_id": expert,
                }
            )
        chain.append(session, study, contents)
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
