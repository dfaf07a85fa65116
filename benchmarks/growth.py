"""A database that has grown: how long its pages take, just after a restart and later.

By default 10 studies × 500 experts × 200 events, 1,000,000 in all. A real server, and a client over
Streamlit's protocol in place of the browser. The page that is asked for just after a restart is
asked for when the health address answers, while the server still reads the logs by itself.

    python benchmarks/growth.py [--studies 10] [--experts 500] [--events 200]

Exit status 1 if the list of studies takes a second or more.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.process.events import Action, Answered, Submitted  # noqa: E402
from ahp.scale import SAATY_POSITIONS  # noqa: E402
from ahp.store import Store, StudyInfo  # noqa: E402
from ahp.study import Survey, load_survey  # noqa: E402
from benchmarks import long_log  # noqa: E402
from benchmarks.streamlit_client import StreamlitClient  # noqa: E402
from tests.running_server import RunningServer  # noqa: E402

LIMIT = 1.0
"""Seconds that the list of studies may take, also just after a restart."""


def fill(store: Store, survey: Survey, title: str, experts: int, events: int) -> StudyInfo:
    """A study whose experts have answered again and again; every other one has submitted."""
    draw = random.Random(title)
    study = store.create_study(survey, title)
    added = store.add_experts(study.id, {f"Expert {k}": None for k in range(experts)})
    pairs = survey.hierarchy.comparisons

    def said() -> Iterator[tuple[str, Action]]:
        for number in range(events):
            for k, expert in enumerate(added):
                last = number == events - 1 and k % 2
                answer = Answered(*pairs[number % len(pairs)], draw.choice(SAATY_POSITIONS))
                yield expert.id, Submitted() if last else answer

    long_log.append(store, study.id, said())
    return study


async def seconds(server: RunningServer, token: str, page: str) -> tuple[float, float]:
    """How long a page takes to be drawn, and the median of drawing it five times more."""
    started = time.monotonic()
    client = await StreamlitClient.visit(server.url, f"ahp_session={token}", page)
    took = [time.monotonic() - started]
    for _again in range(5):
        started = time.monotonic()
        await client.rerun()
        took.append(time.monotonic() - started)
    await client.close()
    return took[0], statistics.median(took[1:])


def measure(server: RunningServer, studies: int, experts: int, events: int) -> bool:
    """Fill the database, measure and print; whether the list of studies keeps its limit."""
    store = Store(f"sqlite:///{server.database}")
    survey = load_survey("supervision_effectiveness")
    made = [fill(store, survey, f"Study {k}", experts, events) for k in range(studies)]
    link = store.issue_link(store.experts(made[-1].id)[0].id)
    expert = store.open_link(link, None)
    total = len(made) * (1 + experts + experts * events)
    size = server.database.stat().st_size / 2**20
    print(f"{studies} studies × {experts} experts × {events} events: {total:,}, {size:.0f} MB")
    kept = True
    for name, page in (("list of studies", "studies"), ("experts of a study", "experts"), ("", "")):
        server.stop()
        started = time.monotonic()
        server.start()
        up = time.monotonic() - started
        token = store.open_organizer(None) if page else expert
        first, later = asyncio.run(seconds(server, token, page))
        kept = kept and (page != "studies" or max(first, later) < LIMIT)
        print(f"{name or 'an expert':<20} up {up:.1f} s, first {first:.2f} s, later {later:.2f} s")
    store.close()
    print(f"limit {LIMIT} s for the list of studies: {'met' if kept else 'NOT met'}")
    return kept


def run(studies: int, experts: int, events: int) -> bool:
    """Measure on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(Path(folder) / "ahp.db")
        try:
            return measure(server, studies, experts, events)
        finally:
            server.stop()


def main() -> int:
    """Say by the exit code whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--studies", type=int, default=10)
    parser.add_argument("--experts", type=int, default=500)
    parser.add_argument("--events", type=int, default=200)
    asked = parser.parse_args()
    return not run(asked.studies, asked.experts, asked.events)


if __name__ == "__main__":
    sys.exit(main())
