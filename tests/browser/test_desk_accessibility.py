"""axe-core on the organizer's pages of a study, in both languages; 360 px."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from ahp.process.asking import Asking
from ahp.process.invitation import Invitation
from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, SMALL_PHONE, control, press
from tests.browser.panel import SEEDS, small_survey
from tests.browser.test_accessibility import LOCALES, Inspector, inspected_server
from tests.browser.test_results_accessibility import unfold_all
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow

LIST = "一、成本\n租金\n物业费\n二、客流\n早高峰\n晚高峰"
FRAMEWORK = ('<input tabindex="-1" type="date"', '<div class="dvn-')
"""What is wider than a small phone and not seen: a field's value for forms, and what a table that
is scrolled in itself is scrolled by.
"""


def fill(store: Store) -> None:
    """A study whose first expert's paper was keyed in by two, with a difference."""
    survey = small_survey("apple", "berry", "cherry", below_first=tuple(SEEDS))
    asked = Invitation("内审处", "2026-12-18T18:00", "Asia/Shanghai", "李四 010-66191234")
    study = store.create_study(survey, "2026 年评价", invitation=asked)
    store.set_asking(study.id, Asking(self_rating="offer", cannot_judge=True))
    first, *_others = store.add_experts(study.id, dict.fromkeys(("王五", "李四", "张三")))
    pairs = survey.hierarchy.comparisons
    store.key_in(first.id, dict.fromkeys(pairs, "3"), "李会计")
    store.key_in(first.id, {**dict.fromkeys(pairs, "3"), pairs[0]: "1/5"}, "王出纳")


def walk(browser: Browser, server: RunningServer, language: str) -> Inspector:
    """The survey editor, then every page of the study with all that is folded."""
    page = actions.visitor(browser, locale=LOCALES[language], size=DESKTOP).new_page()
    seen = Inspector(page, language, (SMALL_PHONE,))
    actions.sign_in(page, server)
    page.goto(f"{server.url}/editor")
    pasted = page.get_by_role("textbox").first
    expect(pasted).to_be_visible()
    seen.look("editor")
    pasted.fill(LIST)
    pasted.press("Tab")
    expect(control(page, "take_over")).to_be_visible()
    seen.look("list")
    press(page, "take_over")
    press(page, "node-goal")
    expect(control(page, "add_below")).to_be_visible()
    seen.look("tree")
    press(page, "all_drafts")
    expect(control(page, "show_tree")).to_be_visible()
    seen.look("drafts")
    for name, key in (("studies", "create"), ("rounds", "close"), ("settings", "begin_trial")):
        page.goto(f"{server.url}/{name}")
        expect(control(page, key).first).to_be_visible()
        actions.drawn(page)
        unfold_all(page.locator(".stMain"))
        seen.look(name)
    page.goto(f"{server.url}/experts")
    press(page, "issue")
    expect(actions.issued_links(page)).to_have_count(3)
    actions.drawn(page)
    unfold_all(page.locator(".stMain"))
    seen.look("experts")
    page.goto(f"{server.url}/files")
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(4)
    for number in range(4):
        page.set_viewport_size(DESKTOP)
        tabs.nth(number).click()
        expect(tabs.nth(number)).to_have_attribute("aria-selected", "true")
        actions.drawn(page)
        seen.look(f"files {number}")
    page.context.close()
    return seen


@pytest.fixture(scope="module", params=["zh", "en"])
def inspected(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inspector]:
    look = partial(walk, browser, language=request.param)
    yield from inspected_server(tmp_path_factory.mktemp("axe"), fill, look)


def test_no_violation_is_ours(inspected: Inspector) -> None:
    bad = [one for one in inspected.found if not one.known()]
    assert bad == [], "\n".join(json.dumps(one, ensure_ascii=False) for one in bad)


def test_everything_fits_on_a_small_phone(inspected: Inspector) -> None:
    assert len(inspected.states) == 12
    wide = [
        (state, [one for one in what if not str(one).startswith(FRAMEWORK)])
        for state, what in inspected.too_wide
    ]
    assert [one for one in wide if one[1]] == []
