"""A new organizer in a real browser: from a pasted list to six links, reloading at every step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow

LIST = """一、成本
租金
物业费
装修费
二、客流
早高峰
晚高峰
周末
三、竞争
同业网点
市场份额
准入条件
四、安全
治安
消防
应急"""
NAMES = [line.split("、")[-1] for line in LIST.splitlines()]
EXPERTS = ("王五", "李四", "张三", "赵六", "钱七", "孙八")


class Organizer:
    """Clicks and writes, and loads the page again after each of it.

    Attributes:
        count: of what was done, without the reloads.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, what: Locator, comes: Callable[[], Locator], *, reload: bool = True) -> None:
        """Click on something, see what comes, and see it again after a reload."""
        what.click()
        self._did(comes, reload=reload)

    def write(self, field: Locator, text: str, comes: Callable[[], Locator]) -> None:
        """Write into a field and leave it."""
        field.fill(text)
        field.press("Tab")
        self._did(comes)

    def _did(self, comes: Callable[[], Locator], *, reload: bool = True) -> None:
        self.count += 1
        expect(comes()).to_be_visible()
        actions.drawn(self.page)
        if reload:
            self.page.reload()
            expect(comes()).to_be_visible()
            actions.drawn(self.page)

    def button(self, key: str) -> Locator:
        return actions.control(self.page, key).get_by_role("button").first


def fits(page: Page) -> bool:
    """Whether nothing stands beside a screen."""
    wider = "document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"
    return not page.evaluate(wider)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_a_pasted_list_to_six_links(
    browser: Browser, running: RunningServer, size: dict[str, int]
) -> None:
    page = actions.visitor(browser, size=size).new_page()
    actions.sign_in(page, running)
    before = {one.id for one in Store(f"sqlite:///{running.database}").studies()}
    page.goto(f"{running.url}/editor")
    expect(page.get_by_label("名称清单")).to_be_visible()
    actions.drawn(page)
    one = Organizer(page)

    one.write(page.get_by_label("名称清单"), LIST, lambda: one.button("take_over"))
    expect(page.get_by_label("名称清单")).to_have_value(LIST)
    expect(one.button("take_over")).to_have_text("采用这些名称（16 个）")
    assert fits(page)
    one.click(one.button("take_over"), lambda: page.get_by_label("问卷名称"))
    for name in NAMES:
        expect(page.get_by_role("button", name=name, exact=False).first).to_be_visible()
    assert fits(page)
    expect(page.get_by_role("button", name="问卷整体：名称")).to_be_visible()
    one.write(page.get_by_label("问卷名称"), "网点选址", lambda: one.button("from_draft"))
    expect(page.get_by_label("问卷名称")).to_have_value("网点选址")
    expect(page.get_by_text("12 项指标，18 项比较")).to_be_visible()
    one.click(page.get_by_role("button", name="租金"), lambda: page.get_by_label("要素名称"))
    expect(page.get_by_label("要素名称")).to_have_value("租金")
    assert fits(page)
    one.click(one.button("undo"), lambda: page.get_by_role("button", name="问卷整体：名称"))
    one.click(one.button("redo"), lambda: one.button("from_draft"))

    entered = actions.control(page, "entered").locator("textarea")
    one.click(one.button("from_draft"), lambda: entered)
    entered.fill("\n".join(EXPERTS))
    one.count += 1
    one.click(one.button("add"), lambda: one.button("add_pasted"), reload=False)
    person = page.get_by_role("rowheader", name=EXPERTS[-1], exact=True)
    one.click(one.button("add_pasted"), lambda: person.first)
    one.click(one.button("issue"), lambda: actions.issued_links(page).first, reload=False)
    expect(actions.issued_links(page)).to_have_count(len(EXPERTS))
    print(f"from a pasted list to six links: {one.count} actions")
    assert one.count == 11, "at most 25 are bearable"

    store = Store(f"sqlite:///{running.database}")
    [study] = [one for one in store.studies() if one.id not in before]
    survey = study.survey
    assert [survey.node_name(leaf, "zh") for leaf in survey.hierarchy.leaves] == [
        name for k, name in enumerate(NAMES) if k % 4
    ]
    assert (study.title, survey.node_name(survey.hierarchy.goal, "zh")) == ("网点选址", "网点选址")
    assert [expert.link for expert in store.experts(study.id)] == ["active"] * len(EXPERTS)
    store.close()


def test_what_is_typed_and_not_left_is_there_after_a_reload(
    browser: Browser, running: RunningServer
) -> None:
    page = actions.visitor(browser, size=DESKTOP).new_page()
    actions.sign_in(page, running)
    page.goto(f"{running.url}/editor")
    listed = page.get_by_label("名称清单")
    listed.fill("选址：成本")
    page.reload()
    expect(listed).to_have_value("选址：成本")
    expect(listed).to_be_focused()
    page.keyboard.type("、客流")
    page.keyboard.press("Tab")
    expect(actions.control(page, "take_over")).to_have_text("采用这些名称（3 个）")
    actions.drawn(page)
    listed.fill("选址：成本、客流、安全")
    page.reload()
    expect(listed).to_have_value("选址：成本、客流、安全")
    listed.press("Tab")
    actions.press(page, "take_over")
    page.get_by_role("button", name="成本").first.click()
    about = page.get_by_label("给专家看的说明")
    about.fill("一年")
    page.reload()
    expect(about).to_have_value("一年")

    store = Store(f"sqlite:///{running.database}")
    kept = store.draft(page.url.split("draft=")[1].split("&")[0])
    [cost] = [node for node in kept.history.draft.nodes if node.name == {"zh": "成本"}]
    written = kept.history.draft.write(cost.id, cost.name, {"zh": "全年"})
    store.save_draft(kept, kept.history.to(written))
    store.close()
    page.reload()  # what another window stored meanwhile isn't overwritten
    expect(about).to_have_value("全年")
    actions.drawn(page)
    expect(about).to_have_value("全年")


def test_the_cursor_is_in_what_is_to_be_written(browser: Browser, running: RunningServer) -> None:
    page = actions.visitor(browser, size=DESKTOP).new_page()
    actions.sign_in(page, running)
    page.goto(f"{running.url}/editor")
    page.get_by_role("tab", name="空白").click()
    actions.press(page, "begin_empty")
    for what in ("第 2 项：名称", "问卷整体：名称"):
        page.get_by_role("button", name=what).click()
        expect(page.get_by_label("名称").first).to_be_focused()
    page.keyboard.type("选址")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="选址", exact=True)).to_be_visible()
    actions.press(page, "node-goal")
    expect(page.get_by_placeholder("选址")).to_be_visible()
    actions.press(page, "add_below")
    field = page.locator('[class*="st-key-name-n3-zh-"] input')
    expect(field).to_be_focused()
    page.keyboard.type("成本")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="成本")).to_be_visible()


def test_a_restarted_server_has_the_draft(browser: Browser, server: RunningServer) -> None:
    page = actions.visitor(browser, size=DESKTOP).new_page()
    actions.sign_in(page, server)
    page.goto(f"{server.url}/editor")
    page.get_by_label("名称清单").fill("选址：成本、客流")
    actions.press(page, "show_tree")
    actions.press(page, "take_over")
    page.get_by_role("button", name="成本").first.click()
    about = page.get_by_label("给专家看的说明")
    about.fill("一年的全部费用。")
    about.press("Tab")
    expect(page.get_by_text("尚无说明的有：问卷整体、选址、客流")).to_be_visible()
    server.kill()
    server.start()
    page.reload()
    expect(about).to_have_value("一年的全部费用。")
