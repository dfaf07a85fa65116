"""An organizer tries a survey as experts see it, then mends a slip in it, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import actions
from tests.browser.actions import DESKTOP, PARENT, PHONE
from tests.browser.panel import Study, small_survey
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow


def shown(page: Page, key: str) -> None:
    expect(actions.control(page, key)).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_trial_and_a_slip(study: Study, running: RunningServer, size: dict[str, int]) -> None:
    panel = study(small_survey("apple", "berry", "cherry"), way="pairs")
    before = panel.store.export_study(panel.expert.study_id)
    page = panel.visitor("zh-CN", size).new_page()
    actions.sign_in(page, running)
    page.goto(f"{running.url}/settings?study={panel.expert.study_id}")
    actions.press(page, "begin_trial")
    shown(page, "trial_banner")
    actions.begin(page)
    for _number in range(3):
        place = actions.asked(page)
        shown(page, "trial_banner")
        actions.choose(page, "1")
        actions.moved_on(page, place)
    expect(page.locator(PARENT)).to_be_visible()
    actions.go_on(page)
    actions.submit(page)
    expect(page.get_by_text("试答没有回执")).to_be_visible()
    shown(page, "trial_banner")
    actions.press(page, "end_trial")
    expect(page.get_by_role("heading", name="设置", exact=True)).to_be_visible()
    assert panel.store.export_study(panel.expert.study_id) == before

    actions.unfold(page.get_by_text("改正文字差错"))
    name = actions.control(page, "wording").get_by_role("textbox").last
    name.fill("水果问卷")
    name.blur()
    actions.control(page, "wording").get_by_text("只改正笔误，含义与原文一致").click()
    actions.press(page, "mend")
    expect(page.get_by_text("调查开始后改正的文字")).to_be_visible()
    survey = panel.survey
    assert (survey.text(survey.name, "zh"), len(survey.mended)) == ("水果问卷", 1)
