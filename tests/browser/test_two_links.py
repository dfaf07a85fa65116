"""Two personal links in one browser: whose tab it is, whose answer it is, how to sign out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import ahp
from ahp.process.asking import Asking
from ahp.store import ExpertInfo, Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, PARENT, PHONE, QUESTION, slow
from tests.browser.panel import small_survey
from tests.running_server import RunningServer

YOU_ARE = {"zh-CN": "您是：{}", "en-US": "You are: {}"}
NOT_ME = {
    "zh-CN": "这不是我 / 在这台电脑上退出",
    "en-US": "This isn't me / sign out on this computer",
}
OPEN_LINK = "请打开您的专属链接。此前的回答均已保存。"


@pytest.fixture
def store(running: RunningServer) -> Iterator[Store]:
    opened = Store(f"sqlite:///{running.database}")
    yield opened
    opened.close()


@pytest.fixture
def pair(store: Store) -> list[ExpertInfo]:
    """Two experts of one study."""
    study = store.create_study(ahp.load_survey("supervision_effectiveness"), "两位专家")
    return [store.add_expert(study.id, name) for name in ("王五", "李四")]


@pytest.fixture
def context(browser: Browser) -> BrowserContext:
    return actions.visitor(browser, size=DESKTOP)


def open_link(context: BrowserContext, server: RunningServer, store: Store, expert: ExpertInfo):
    page = context.new_page()
    page.goto(f"{server.url}/i/{store.issue_link(expert.id)}")
    belongs_to(page, expert.name)
    return page


def belongs_to(page: Page, name: str, language: str = "zh-CN") -> None:
    whose = actions.control(page, "page_head").get_by_text(YOU_ARE[language].format(name))
    expect(whose).to_be_in_viewport()


def answer_one(page: Page, value: str) -> None:
    """Answer the comparison on the screen; on a summary, go on first."""
    expect(page.locator(f"{QUESTION}, {PARENT}").first).to_be_visible()
    if page.locator(PARENT).count():
        actions.go_on(page)
    place = actions.asked(page)
    actions.choose(page, value)
    actions.moved_on(page, place)


@pytest.mark.slow
def test_each_answer_is_booked_to_the_person_whose_tab_it_is(context, running, store, pair) -> None:
    tabs = [open_link(context, running, store, expert) for expert in pair]
    for tab in tabs:
        actions.begin(tab)
    for _ in range(20):
        for tab, expert, value in zip(tabs, pair, ("3", "1/5"), strict=True):
            answer_one(tab, value)
            belongs_to(tab, expert.name)
    answered = Counter(
        (event.expert_id, event.value)
        for event in store.events(pair[0].study_id)
        if event.kind == "answer"
    )
    assert answered == {(pair[0].id, "3"): 20, (pair[1].id, "1/5"): 20}
    for tab, expert in zip(tabs, pair, strict=True):
        assert store.expert(expert.id).answered == 20
        tab.reload()
        belongs_to(tab, expert.name)
        expect(tab.locator(f"{QUESTION}, {PARENT}").first).to_be_visible()


@pytest.mark.slow
def test_what_waits_in_the_browser_goes_to_its_own_person(context, running, store, pair) -> None:
    """An answer given without a connection, in a tab that is then closed, waits for its owner."""
    first, second = (open_link(context, running, store, expert) for expert in pair)
    for tab in (first, second):
        actions.begin(tab)
        expect(tab.locator(QUESTION)).to_be_visible()
    running.kill()
    actions.choose(first, "7")
    expect(first.locator(".status.offline")).to_be_visible()
    address = first.url
    first.close()
    running.start()
    answer_one(second, "1/5")
    assert store.expert(pair[0].id).answered == 0
    again = context.new_page()
    again.goto(address)
    belongs_to(again, pair[0].name)

    def booked() -> list[tuple[str | None, str | None]]:
        events = store.events(pair[0].study_id)
        return [(event.expert_id, event.value) for event in events if event.kind == "answer"]

    actions.eventually(again, booked, [(pair[1].id, "1/5"), (pair[0].id, "7")])


@pytest.mark.slow
def test_a_tab_stays_with_its_expert(context, running, store, pair) -> None:
    """Whatever is opened beside it, also over the language switch and a restart of the server."""
    first = open_link(context, running, store, pair[0])
    open_link(context, running, store, pair[1])
    actions.control(first, "language_switch").get_by_text("English").click()
    belongs_to(first, "王五", "en-US")
    actions.begin(first)
    expect(first.locator(QUESTION)).to_be_visible()
    running.kill()
    running.start()
    answer_one(first, "3")
    belongs_to(first, "王五", "en-US")
    assert store.expert(pair[0].id).answered == 1
    assert store.expert(pair[1].id).place is None


@pytest.mark.slow
def test_without_an_address_several_are_asked_for(context, running, store, pair) -> None:
    for expert in pair:
        open_link(context, running, store, expert)
    tab = context.new_page()
    tab.goto(running.url)
    expect(tab.get_by_role("heading", name="您要填写哪一份问卷？")).to_be_visible()
    expect(tab.get_by_text("您是：")).to_have_count(0)
    tab.get_by_role("button", name="两位专家 · 王五").click()
    belongs_to(tab, "王五")
    assert f"e={pair[0].id}" in tab.url
    tab.reload()
    belongs_to(tab, "王五")


def test_a_copied_address_asks_for_the_link(browser, context, running, store, pair) -> None:
    address = open_link(context, running, store, pair[0]).url
    assert f"e={pair[0].id}" in address
    other = actions.visitor(browser, size=DESKTOP)
    try:
        tab = other.new_page()
        tab.goto(address)
        expect(tab.get_by_text(OPEN_LINK)).to_be_visible()
        expect(tab.get_by_text("王五")).to_have_count(0)
        mine = open_link(other, running, store, pair[1])
        tab.reload()  # another's link is no reason to go to that one here
        expect(tab.get_by_text(OPEN_LINK)).to_be_visible()
        belongs_to(mine, "李四")
    finally:
        other.close()


@pytest.mark.slow
def test_signing_out_ends_all_tabs_of_this_expert_only(context, running, store, pair) -> None:
    first = open_link(context, running, store, pair[0])
    other = open_link(context, running, store, pair[1])
    second = context.new_page()
    second.goto(first.url)
    expect(actions.control(second, "start")).to_be_visible()
    for tab in (first, other):
        actions.begin(tab)
    actions.press(first, "leave")
    expect(first.get_by_text(OPEN_LINK)).to_be_visible()
    expect(first.get_by_text("您是：")).to_have_count(0)
    actions.press(second, "start")
    expect(second.get_by_text(OPEN_LINK)).to_be_visible()
    expect(second.get_by_text("您是：")).to_have_count(0)
    answer_one(other, "5")
    belongs_to(other, "李四")
    assert store.expert(pair[1].id).answered == 1
    link = store.issue_link(pair[0].id)
    first.goto(f"{running.url}/i/{link}")
    belongs_to(first, "王五")


@pytest.mark.slow
def test_an_organizer_may_open_an_expert_s_link_beside(context, running, store, pair) -> None:
    desk = context.new_page()
    actions.sign_in(desk, running)
    tab = open_link(context, running, store, pair[0])
    actions.begin(tab)
    answer_one(tab, "3")
    desk.get_by_role("link", name="轮次").click()
    expect(desk.get_by_role("heading", name="轮次").first).to_be_visible()
    belongs_to(tab, "王五")
    tab.get_by_role("link", name="调查").first.click()
    expect(actions.control(tab, "create")).to_be_visible()
    tab.get_by_role("link", name="我的问卷").click()
    belongs_to(tab, "王五")
    answer_one(tab, "3")
    assert store.expert(pair[0].id).answered == 2


@pytest.mark.parametrize("language", ["zh-CN", *slow("en-US")])
@pytest.mark.parametrize("size", [PHONE, *slow(DESKTOP)], ids=["phone", "desktop"])
def test_every_page_says_whose_it_is(browser, running, store, language, size) -> None:
    survey = small_survey("apple", "berry", "cherry")
    study = store.create_study(survey, f"Names {language} {size['width']}")
    store.set_asking(study.id, Asking(way="rank"))
    expert = store.add_expert(study.id, "欧阳·O'Brien *主任* 博士")
    page = actions.visitor(browser, locale=language, size=size).new_page()

    def named(wanted: str) -> None:
        expect(page.locator(wanted).first).to_be_visible()
        belongs_to(page, expert.name, language)
        button = actions.control(page, "leave").get_by_role("button", name=NOT_ME[language])
        expect(button).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"{running.url}/i/{store.issue_link(expert.id)}")
    named(".st-key-start")
    actions.begin(page)
    named(actions.RANKING)
    store.rank(expert.id, "goal", ["apple", "berry", "cherry"], event_id="rank")
    first, *others = survey.hierarchy.comparisons
    for place in (f"pair {' '.join(first)}", "parent goal", "review"):
        store.set_place(expert.id, place)
        page.reload()
        named({"pair": QUESTION, "parent": PARENT, "review": actions.REVIEW}[place.split()[0]])
        if place.startswith("pair"):
            for k, each in enumerate((first, *others)):
                store.answer(expert.id, *each, "1", event_id=f"answer-{k}")
    store.submit(expert.id, event_id="done")
    page.reload()
    named(".st-key-submitted")
