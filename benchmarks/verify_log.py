"""How long `ahp log verify` takes for a million events, in this code and in an earlier one.

    python benchmarks/verify_log.py [--events N] [--before FOLDER]

`--before` is a checkout of the earlier code, such as one made by `git worktree add`. It verifies a
database of its own, with the same events as it would have written them. The two take turns, so that
what else the machine does weighs on both.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, MetaData, Table, create_engine, insert, select, update
from sqlalchemy.sql.expression import FromClause

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.process.events import Answered  # noqa: E402
from ahp.store import Event, Store, chain  # noqa: E402
from ahp.store.models import EventRow, ExpertRow, StudyRow, SurveyRow  # noqa: E402
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


def fill_before(path: Path, code: Path, earlier: Path) -> None:
    """The same in a database of an earlier version: its tables, and the columns that they have."""
    make = "import sys; from ahp.store import Store; Store(sys.argv[1]).close()"
    run(code, "-c", make, f"sqlite:///{earlier}")
    old, new = create_engine(f"sqlite:///{earlier}"), create_engine(f"sqlite:///{path}")
    tables = MetaData()
    tables.reflect(old)
    with new.connect() as ours, old.begin() as theirs:
        copy(ours, theirs, SurveyRow.__table__, tables.tables["surveys"])
        copy(ours, theirs, StudyRow.__table__, tables.tables["studies"])
        copy(ours, theirs, ExpertRow.__table__, tables.tables["experts"])
        for study in ours.scalars(select(StudyRow.id)).all():
            copy_chain(ours, theirs, study, tables)
    for engine in (old, new):
        engine.dispose()


def copy(ours: Connection, theirs: Connection, source: FromClause, into: Table) -> None:
    """Take over the columns that an earlier table has, too."""
    names, rows = into.c.keys(), ours.execute(select(source)).mappings().all()
    theirs.execute(insert(into), [{name: row[name] for name in names} for row in rows])


def copy_chain(ours: Connection, theirs: Connection, study: str, tables: MetaData) -> None:
    """Take over the events of a study, in format 1 where there was no other."""
    events, studies = tables.tables["events"], tables.tables["studies"]
    names, last, rows = events.c.keys(), "", []
    earlier = {} if "format" in names else {"format": 1}
    query = select(*chain.COLUMNS).where(EventRow.study_id == study).order_by(EventRow.seq)
    for row in ours.execute(query):
        event = replace(Event(*row), previous_hash=last, **earlier)
        last = chain.digest(event)
        written = {**vars(event), "hash": last}
        rows.append({name: written[name] for name in names})
    theirs.execute(insert(events), rows)
    theirs.execute(update(studies).where(studies.c.id == study).values(head_hash=last))


class Took(NamedTuple):
    """How long something took, and how much work it was for all processors together."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:7.1f} s, {self.cpu:7.1f} s of processor time"


def run(code: Path, *arguments: str) -> None:
    """Python in a checkout."""
    environment = os.environ | {"PYTHONPATH": str(code)}
    command = [sys.executable, *arguments]
    subprocess.run(command, env=environment, cwd=code, check=True, stdout=subprocess.DEVNULL)


def verify(code: Path, path: Path, *options: str) -> Took:
    """`ahp log verify` in a checkout."""
    wall, cpu = time.perf_counter(), cpu_of_children()
    run(code, "-m", "ahp", "log", "verify", "--database", f"sqlite:///{path}", *options)
    return Took(time.perf_counter() - wall, cpu_of_children() - cpu)


def cpu_of_children() -> float:
    """Seconds that processes which have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how long it took; exit status 1 where it isn't fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path, earlier = Path(folder, "ahp.db"), Path(folder, "before.db")
        print(f"{fill(path, options.events):,} events in {STUDIES} studies", flush=True)
        if options.before is not None:
            fill_before(path, options.before, earlier)
            before = verify(options.before, earlier)
            print(f"before             {before}", flush=True)
        alone = verify(ROOT, path, "--jobs", "1")
        print(f"1 process          {alone}", flush=True)
        jobs = os.cpu_count() or 1
        together = verify(ROOT, path, "--jobs", str(jobs))
        print(f"{jobs} processes        {together}", flush=True)
        if options.before is None:
            return 0
    times = before.wall / together.wall
    print(
        f"1 process: {before.wall / alone.wall:.1f} times as fast as before, with "
        f"{alone.cpu / before.cpu:.0%} of the processor time"
    )
    said = "met" if times >= LEAST else "missed"
    print(f"{jobs} processes: {times:.1f} times, {LEAST} wanted: {said}")
    return 0 if times >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
