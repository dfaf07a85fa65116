"""Questionnaires as workbooks for all experts of a study: 200 of 35 comparisons.

In one process and one thread; the limit is of processor time, so that other work on the machine
counts little.

    python benchmarks/questionnaires.py [--experts 200] [--language zh]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import ahp  # noqa: E402
from ahp.exchange.questionnaire_writer import questionnaire_workbook  # noqa: E402
from benchmarks.limits import exit_code  # noqa: E402

LIMIT = 6.0
"""Seconds for 200 workbooks."""


def run(experts: int, language: str = "zh", limit: float = LIMIT) -> bool:
    """Measure and print; whether the limit is kept."""
    survey = ahp.load_survey("supervision_effectiveness")
    begun, size = time.process_time(), 0
    for number in range(1, experts + 1):
        size += len(
            questionnaire_workbook(
                survey,
                title="2026",
                expert=f"E{number}",
                study_id="0" * 32,
                round_number=1,
                language=language,
            )
        )
    seconds = time.process_time() - begun
    allowed = limit * experts / 200
    met = "met" if seconds < allowed else "NOT met"
    each = f"{size / experts / 1000:.0f} kB each"
    print(f"{experts} questionnaires: {seconds:.1f} s, limit {allowed:g} s: {met}; {each}")
    return seconds < allowed


if __name__ == "__main__":
    sys.exit(exit_code(__doc__, run))
