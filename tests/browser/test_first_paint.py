"""What an expert sees first stays where it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE, slow
from tests.browser.panel import Study, small_survey

WATCH = """
  window.shifts = []
  new PerformanceObserver((list) => shifts.push(...list.getEntries().map((one) => one.value)))
    .observe({ type: "layout-shift", buffered: true })
"""
LIMIT = 0.1
"""Cumulative layout shift that counts as good (web.dev/articles/cls)."""


def shifted(page: Page) -> float:
    """How much of the page has jumped since it was opened, once it is whole."""
    actions.drawn(page)
    return float(page.evaluate("shifts.reduce((sum, one) => sum + one, 0)"))


@pytest.mark.parametrize("size", [PHONE, *slow(DESKTOP)])
def test_nothing_jumps(study: Study, size: dict[str, int]) -> None:
    panel = study(small_survey("apple", "berry", "cherry"))
    page = panel.visitor("zh-CN", size).new_page()
    page.add_init_script(WATCH)
    page.goto(panel.link)
    actions.control(page, "start").wait_for()
    actions.control(page, "practice_scale").locator(".comparison").wait_for()
    welcome = shifted(page)
    actions.begin(page)
    page.locator(actions.QUESTION).wait_for()
    page.reload()
    page.locator(actions.QUESTION).wait_for()
    question = shifted(page)
    assert max(welcome, question) < LIMIT, (welcome, question)
