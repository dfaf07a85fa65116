"""axe-core on every tab of *Results* and on the page *Report*, in both languages; 360 px."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, expect

from ahp.store import Store
from ahp.study import Answers, Judgment
from tests.browser import actions
from tests.browser.actions import DESKTOP, SMALL_PHONE
from tests.browser.test_accessibility import LOCALES, Inspector, inspected_server
from tests.panel_study import JUDGED, small_survey
from tests.running_server import RunningServer

TABS = 10


def fill(store: Store) -> None:
    """A study with two closed rounds; somebody stays outside the panel's middle half."""
    survey = small_survey()
    study = store.create_study(survey, "试点")
    for turned in (False, True):
        judgments = tuple(
            Judgment(name, *pair, "5" if turned and name == "Rui" else value)
            for name, values in JUDGED.items()
            for pair, value in zip(survey.hierarchy.comparisons, values, strict=True)
        )
        store.import_answers(study.id, Answers(judgments), submit=True)
        store.close_round(study.id)
        if not turned:
            store.open_round(study.id)


def unfold_all(among: Locator) -> None:
    """Open all that is folded."""
    for one in among.locator("details").all():
        if one.get_attribute("open") is None:
            actions.unfold(one.locator("summary").first)


def walk(browser: Browser, server: RunningServer, language: str) -> Inspector:
    """Every tab of the results of round 2, then its report."""
    page = actions.visitor(browser, locale=LOCALES[language], size=DESKTOP).new_page()
    seen = Inspector(page, language, (SMALL_PHONE,))
    actions.sign_in(page, server)
    page.goto(f"{server.url}/results")
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(TABS)
    for number in range(TABS):
        actions.drawn(page)
        if number:
            page.set_viewport_size(DESKTOP)
            tabs.nth(number).click()
        expect(tabs.nth(number)).to_have_attribute("aria-selected", "true")
        actions.drawn(page)
        unfold_all(page.get_by_role("tabpanel"))
        seen.look(f"results {number}")
    page.goto(f"{server.url}/report")
    expect(actions.control(page, "make_report")).to_be_visible()
    unfold_all(page.locator(".stMain"))
    page.locator("textarea").first.fill("…")
    page.keyboard.press("Tab")
    expect(page.locator('[class*="st-key-draft-"]').first).to_be_visible()
    seen.look("report")
    page.context.close()
    return seen


pytestmark = pytest.mark.slow


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
    assert len(inspected.states) == TABS + 1
    assert inspected.too_wide == []
