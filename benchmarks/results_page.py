"""From the click on “Results” to the ranked table and the chart: 200 experts × 35 comparisons.

A real server and a real Chromium, ten visits, each by a new browser profile with nothing cached.
The click comes two seconds after the list of studies is shown, as a person needs to read it.

    python benchmarks/results_page.py [experts]
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.scale import SAATY_POSITIONS  # noqa: E402
from ahp.store import Store  # noqa: E402
from ahp.study import Answers, Judgment, load_survey  # noqa: E402
from tests.browser import actions  # noqa: E402
from tests.running_server import RunningServer  # noqa: E402

VISITS = 10
LIMIT = 2.0
"""Seconds at the median."""


def fill(url: str, experts: int) -> None:
    """An open study whose experts have all submitted, so that nothing is frozen yet."""
    draw = random.Random(2026)
    survey = load_survey("supervision_effectiveness")
    judgments = tuple(
        Judgment(f"Expert {k}", *pair, draw.choice(SAATY_POSITIONS))
        for k in range(experts)
        for pair in survey.hierarchy.comparisons
    )
    store = Store(url)
    study = store.create_study(survey, "Large panel")
    store.import_answers(study.id, Answers(judgments), submit=True)
    store.close()


def main() -> int:
    """Measure, print, and say by the exit code whether the limit is kept."""
    experts = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seconds = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = RunningServer(Path(folder) / "ahp.db")
        fill(f"sqlite:///{server.database}", experts)
        browser = actions.chromium(playwright)
        for _visit in range(VISITS):
            context = actions.visitor(browser, locale="zh-CN", size=actions.DESKTOP)
            page = context.new_page()
            actions.sign_in(page, server)
            page.wait_for_timeout(2000)
            started = time.monotonic()
            page.get_by_role("link", name="结果").first.click()
            expect(page.locator(".js-plotly-plot .bars path").first).to_be_visible(timeout=30_000)
            expect(page.get_by_role("table").first.get_by_role("row")).to_have_count(19)
            seconds.append(time.monotonic() - started)
            context.close()
        browser.close()
        server.stop()
    median = statistics.median(seconds)
    print(f"{experts} experts × 35 comparisons, click to ranked table and chart, {VISITS} visits")
    print("seconds: " + " ".join(f"{duration:.2f}" for duration in seconds))
    print(f"median {median:.2f} s, limit {LIMIT} s: {'met' if median < LIMIT else 'NOT met'}")
    return median >= LIMIT


if __name__ == "__main__":
    sys.exit(main())
