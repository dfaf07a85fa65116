"""The pages of an evaluation with 200 units × 18 indicators × 4 periods: check, scores, year.

Pages run as on the server, without a browser (Streamlit's AppTest): every visit is a new session,
and what the process has computed before is kept, as on a server that runs.

    python benchmarks/evaluation_pages.py [--units 200] [--indicators 18] [--visits 7]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.evaluation.scheme import Calendar  # noqa: E402
from ahp.process.evaluations.events import (  # noqa: E402
    PeriodOpened,
    Row,
    SchemeApproved,
    SchemeProposed,
)
from ahp.process.evaluations.units import UnitEntry  # noqa: E402
from ahp.store import Store  # noqa: E402
from ahp.web import server, state  # noqa: E402
from benchmarks.evaluation import scheme  # noqa: E402

LIMIT = 2.0
"""Seconds at the median, for the page of scores."""

PERIODS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")
GROUPS = 4
PARTS = ("league", "card", "methods", "missing", "files")


def fill(store: Store, units: int, indicators: int) -> str:
    """An evaluation whose periods have all their values but some; its id."""
    draw = random.Random(2026)
    evaluation = store.create_evaluation("Benchmark").id
    rules = replace(scheme(indicators), period=Calendar("quarter", "mean"))
    store.act_together(evaluation, [SchemeProposed(1, rules.content), SchemeApproved(1)])
    entries = [UnitEntry(f"Unit {k:03}", group=f"Group {k % GROUPS}") for k in range(units)]
    state_now = store.add_units(evaluation, entries)
    for period in PERIODS:
        store.act(evaluation, PeriodOpened(period, 1, "2027-01-10", {}))
        rows = [
            Row(unit.id, leaf, f"{draw.uniform(60, 100):.1f}")
            for unit in state_now.units
            for leaf in rules.indicator
            if draw.random() > 0.01
        ]
        store.record_values(evaluation, period, rows)
    return evaluation


def seconds(session: str, page: str, evaluation: str, part: str = "") -> float:
    """How long a page takes, from its address to its last element."""
    state.session_token = lambda: session
    app = AppTest.from_file(server.MAIN, default_timeout=300)
    app.session_state["language"] = "zh"
    app.session_state["evaluation"] = evaluation
    app.session_state["in_evaluation"] = True
    app.run()
    if part:
        app.session_state[f"part-{evaluation}"] = part
    app.switch_page(f"views/evaluation_{page}.py")
    started = time.monotonic()
    app.run()
    took = time.monotonic() - started
    if app.exception or app.error or not app.main.children:
        raise RuntimeError(f"{page} {part}: {[one.value for one in (*app.exception, *app.error)]}")
    return took


def run(units: int, indicators: int, visits: int) -> bool:
    """Measure and print; whether every part of the page of scores keeps the limit."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AHP_DATABASE_URL"] = f"sqlite:///{Path(folder) / 'ahp.db'}"
        state.database.cache_clear()
        store = state.database()
        evaluation = fill(store, units, indicators)
        session = store.open_organizer(None)
        kept = True
        for page, part in (*(("results", part) for part in PARTS), ("check", ""), ("years", "")):
            first = seconds(session, page, evaluation, part)
            later = [seconds(session, page, evaluation, part) for _visit in range(visits)]
            median = statistics.median(later)
            kept = kept and (page != "results" or median < LIMIT)
            name = f"{page} {part}".strip()
            print(f"{name:<16} first {first:6.2f} s, median of {visits}: {median:6.2f} s")
        store.close()
        state.database.cache_clear()
    print(f"limit {LIMIT} s for scores: {'met' if kept else 'NOT met'}")
    return kept


def main() -> int:
    """Say by the exit code whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=200)
    parser.add_argument("--indicators", type=int, default=18)
    parser.add_argument("--visits", type=int, default=7)
    asked = parser.parse_args()
    return not run(asked.units, asked.indicators, asked.visits)


if __name__ == "__main__":
    sys.exit(main())
