"""The report of a large study, from its database to the files: 200 experts × 35 comparisons.

What a click makes people wait for is all counted: the result, the simulation, the log that is
verified, other choices, the sentences, the calculation workbook, the pictures. In one process and
one thread; limits are of processor time, so that other work on the machine counts little.

    python benchmarks/report.py [--experts 200] [--language zh]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.exchange.study_export import export_study  # noqa: E402
from ahp.process.certainty import QUICK, certainty_run  # noqa: E402
from ahp.store import Store  # noqa: E402
from benchmarks.limits import exit_code, memory  # noqa: E402
from benchmarks.results_page import fill  # noqa: E402

Made = TypeVar("Made")

LIMITS = {"docx": 15.0, "html": 8.0}
"""Form -> seconds until its files are there."""


class Clock:
    """Measures and prints steps.

    Attributes:
        seconds: step -> processor seconds.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def step(self, name: str, work: Callable[[], Made]) -> Made:
        """Do the work of a step."""
        wall, processor = time.perf_counter(), time.process_time()
        made = work()
        self.seconds[name] = time.process_time() - processor
        took = time.perf_counter() - wall
        print(f"{name:<40} {took:7.2f} {self.seconds[name]:10.2f}", flush=True)
        return made


def run(experts: int, language: str = "zh", limits: Mapping[str, float] = LIMITS) -> bool:
    """Measure and print; whether every form keeps its limit."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ahp.db'}"
        fill(url, experts)
        store = Store(url)
        [study] = store.studies()
        start = memory()
        print(f"{f'{experts} experts × 35 comparisons':<40} seconds  processor")
        clock.step("drawing loaded", lambda: import_module("ahp.plots.printed"))
        evidence = clock.step(
            "result, log, other choices", lambda: store.report_evidence(study.id, 1)
        )
        assert evidence is not None
        drawn = certainty_run(evidence.analysis, QUICK)
        certainty = clock.step(f"simulation, {QUICK:,} draws", drawn.run)
        evidence = store.report_evidence(study.id, 1, certainty=certainty, only_new=True)
        assert evidence is not None
        answers = clock.step("answers", lambda: store.answers(study.id, round_number=1))
        shared, kept = sum(clock.seconds.values()), True
        for form, limit in limits.items():
            files = clock.step(
                f"sentences, document, {form}, annexes",
                lambda form=form: export_study(evidence, answers, language, forms=[form]),
            )
            total = shared + clock.seconds[f"sentences, document, {form}, annexes"]
            kept = kept and total < limit
            size = len(files[f"report.{form}"]) / 1e6
            met = "met" if total < limit else "NOT met"
            print(f"{form}: {total:.1f} s in all, limit {limit:g} s: {met}; {size:.1f} MB")
        store.close()
    print(f"memory: {memory():.0f} MB at most, {start:.0f} MB before")
    return kept


if __name__ == "__main__":
    sys.exit(exit_code(__doc__, run))
