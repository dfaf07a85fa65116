"""What people do in the browser, by the keys of the controls, so that any language will do."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.running_server import RunningServer

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def visitor(browser: Browser, *, locale: str = "zh-CN", size: dict[str, int]) -> BrowserContext:
    """A browser of somebody's own: no cookies yet."""
    context = browser.new_context(locale=locale, viewport=size, accept_downloads=True)
    context.set_default_timeout(20_000)
    return context


def control(page: Page, key: str) -> Locator:
    """The element with this Streamlit key."""
    return page.locator(f".st-key-{key}")


def press(page: Page, key: str) -> None:
    control(page, key).get_by_role("button").first.click()


def sign_in(page: Page, server: RunningServer) -> None:
    """Open the organizer's link from the terminal."""
    page.goto(server.url + server.organizer_path)
    expect(control(page, "create")).to_be_visible()


def create_study(page: Page, title: str) -> None:
    page.get_by_role("textbox").first.fill(title)
    press(page, "create")
    expect(control(page, "add")).to_be_visible()


def invite(page: Page, *names: str) -> list[str]:
    """Add experts and issue their links."""
    page.locator("textarea").fill("\n".join(names))
    press(page, "add")
    for name in names:
        person = re.split("[,，]", name)[0]
        expect(page.get_by_role("cell", name=person, exact=True)).to_be_visible()
    press(page, "issue")
    expect(page.locator("code")).to_have_count(len(names))
    return page.locator("code").all_inner_texts()


def asked(page: Page) -> str:
    """The comparison on the screen, as `pair parent left right`; empty on other screens."""
    shown = page.locator(".comparison")
    return (shown.get_attribute("data-pair") or "") if shown.count() else ""


def choose(page: Page, value: str) -> None:
    """Tap one of the 17 positions."""
    step, left = value.removeprefix("1/"), not value.startswith("1/")
    side = "equal" if value == "1" else "left" if left else "right"
    page.locator(f".side.{side} .position").filter(
        has=page.locator(".step", has_text=re.compile(f"^{step}$"))
    ).click()


def moved_on(page: Page, pair: str) -> None:
    """Wait until the screen has moved on from a comparison: only then is the answer confirmed."""
    expect(page.locator(f'.comparison[data-pair="{pair}"]')).to_have_count(0)
    expect(page.locator(".comparison, .st-key-parent_done").first).to_be_visible()


def answer_all(page: Page, answers: dict[str, str]) -> None:
    """Answer every comparison as planned: pair -> position."""
    press(page, "start")
    for _number in range(len(answers)):
        expect(page.locator(".comparison")).to_be_visible()
        pair = asked(page)
        choose(page, answers[pair])
        moved_on(page, pair)
        if not asked(page):
            press(page, "next")
            expect(page.locator(".comparison, .st-key-review").first).to_be_visible()


def submit(page: Page) -> None:
    control(page, "sure").locator("label").click()
    press(page, "submit")
    expect(control(page, "submitted")).to_be_visible()
