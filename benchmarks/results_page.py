"""From the click on “Results” to the ranked table and the chart, from one of its tabs to the next,
and to the page “Report”: 200 experts × 35 comparisons.

A real server and a real Chromium, ten visits, each by a new browser profile with nothing cached.
The click comes two seconds after the list of studies is shown, as a person needs to read it. A tab
is there when its first table and all its pictures are drawn.

    python benchmarks/results_page.py [experts]
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp.i18n import translator  # noqa: E402
from ahp.scale import SAATY_POSITIONS  # noqa: E402
from ahp.store import Store  # noqa: E402
from ahp.study import Answers, Judgment, load_survey  # noqa: E402
from tests.browser import actions  # noqa: E402
from tests.running_server import RunningServer  # noqa: E402

VISITS = 10
LIMIT = 2.0
"""Seconds at the median, of each."""

_ = translator("zh")
TABS = (
    *(_("Hierarchy"), _("Judgment matrices"), _("Experts"), _("Agreement"), _("Experts compared")),
    *(_("How certain"), _("What if"), _("Sensitivity to choices")),
)
RANKED = """() => document.querySelector(".js-plotly-plot .bars path")
  && [...document.querySelectorAll("table")].some((one) => one.rows.length === 19)"""
DRAWN = """(name) => {
  const panel = [...document.querySelectorAll('[role="tabpanel"]')].find((one) =>
    document.getElementById(one.getAttribute("aria-labelledby"))?.innerText.trim() === name)
  return panel?.querySelector("table")
    && document.querySelector('.stApp[data-test-script-state="notRunning"]')
    && !document.querySelector('[data-stale="true"]')
    && [...panel.querySelectorAll(".stPlotlyChart")].every((one) => one.querySelector(".main-svg"))
}"""
"""Looked at by the page itself: what `expect` looks at takes a large page seconds."""


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


def visit(page: Page, server: RunningServer) -> dict[str, float]:
    """What is clicked on -> seconds until it is there."""
    seconds = {}
    actions.sign_in(page, server)
    page.wait_for_timeout(2000)
    started = time.monotonic()
    page.get_by_role("link", name=_("Results")).first.click()
    page.wait_for_function(RANKED, timeout=60_000)
    seconds[_("Results")] = time.monotonic() - started
    for name in TABS:
        actions.drawn(page)
        started = time.monotonic()
        page.get_by_role("tab", name=name, exact=True).click()
        page.wait_for_function(DRAWN, arg=name, timeout=60_000)
        seconds[name] = time.monotonic() - started
    started = time.monotonic()
    page.get_by_role("link", name=_("Report")).first.click()
    expect(actions.control(page, "make_report")).to_be_visible()
    seconds[_("Report")] = time.monotonic() - started
    return seconds


def main() -> int:
    """Measure, print, and say by the exit code whether the limit is kept."""
    experts = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = RunningServer(Path(folder) / "ahp.db")
        fill(f"sqlite:///{server.database}", experts)
        browser = actions.chromium(playwright)
        visits = []
        for _visit in range(VISITS):
            context = actions.visitor(
                browser, locale="zh-CN", size=actions.DESKTOP, saves_data=False
            )
            visits.append(visit(context.new_page(), server))
            context.close()
        browser.close()
        server.stop()
    print(f"{experts} experts × 35 comparisons, click to what is drawn, {VISITS} visits")
    medians = {name: statistics.median(one[name] for one in visits) for name in visits[0]}
    for name, median in medians.items():
        durations = " ".join(f"{one[name]:.2f}" for one in visits)
        print(f"{name}: median {median:.2f} s of {durations}")
    kept = max(medians.values()) < LIMIT
    print(f"limit {LIMIT} s: {'met' if kept else 'NOT met'}")
    return not kept


if __name__ == "__main__":
    sys.exit(main())
