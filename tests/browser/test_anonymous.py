"""One link for everybody, in a real browser: begun on a phone, ended elsewhere by the code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from ahp.process.asking import Asking
from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, PARENT, PHONE, QUESTION
from tests.browser.panel import small_survey
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow


@pytest.fixture
def store(running: RunningServer) -> Iterator[Store]:
    opened = Store(f"sqlite:///{running.database}")
    yield opened
    opened.close()


def test_begun_on_a_phone_and_ended_on_another_device(
    browser: Browser, running: RunningServer, store: Store
) -> None:
    study = store.create_study(small_survey("apple", "berry", "cherry"), "不记名")
    store.set_asking(study.id, Asking(way="pairs"))
    desk = actions.visitor(browser, size=DESKTOP).new_page()
    actions.sign_in(desk, running)
    desk.goto(f"{running.url}/experts?study={study.id}")
    desk.get_by_role("spinbutton", name="最多允许多少人参加").fill("2")
    actions.press(desk, "anonymous_issue")  # at once, what was typed counts
    link = desk.locator(".stCode").filter(has_text="/a/").inner_text().strip()
    chosen = store.anonymous(study.id)
    assert chosen is not None
    assert chosen.most == 2

    phone = actions.visitor(browser, size=PHONE)
    page, window = phone.new_page(), phone.new_page()
    for one in (page, window):
        one.goto(link)
        expect(one.get_by_text("组织者只看到编号下的回答")).to_be_visible()
    page.get_by_role("button", name="开始").click()
    code = page.locator("strong").inner_text()
    window.get_by_role("button", name="开始").click()  # the other window asks who is there
    window.get_by_role("link", name="的身份继续").click()
    expect(window.get_by_text("您不记名作答")).to_be_visible()
    page.get_by_role("link", name="进入问卷").click()
    actions.begin(page)
    place = actions.asked(page)
    actions.choose(page, "3")
    actions.moved_on(page, place)

    office = actions.visitor(browser, size=DESKTOP)
    wrong, other = office.new_page(), office.new_page()
    wrong.goto(f"{running.url}/code")
    wrong.get_by_role("textbox").fill("ABCD-EFGH-JKMN")
    wrong.get_by_role("textbox").press("Enter")
    expect(wrong.get_by_role("alert")).to_have_text("没有这个代码，请逐个字符核对。")
    other.goto(f"{running.url}/code#{code}")  # as the picture has it
    entry = other.get_by_role("textbox")
    expect(entry).to_have_value(code)
    assert other.url == f"{running.url}/code"
    entry.press("Enter")
    expect(other.locator(QUESTION)).to_be_visible()
    for _left in range(2):
        place = actions.asked(other)
        actions.choose(other, "1")
        actions.moved_on(other, place)
    expect(other.locator(PARENT)).to_be_visible()
    actions.go_on(other)
    actions.submit(other)
    desk.reload()
    expect(desk.get_by_text("最多 2 人，已开始 1 人，已提交 1 人。")).to_be_visible()
    [expert] = store.experts(study.id)
    assert (expert.submitted, expert.name in ("匿名专家 1", "匿名专家 2")) == (True, True)
