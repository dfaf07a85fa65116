"""What people do in the browser, by the keys of the controls, so that any language will do."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    expect,
)

from ahp.scale import opposite
from tests.running_server import RunningServer

T = TypeVar("T")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 360, "height": 740}
RANKING = ".ranking"
QUESTION = ".st-key-choice .comparison"
PARENT = ".st-key-parent_done"
REVIEW = ".st-key-review"

PATIENCE = 60_000
"""Milliseconds until a state that doesn't come is a failure: a busy machine is slow, not wrong."""

expect.set_options(timeout=PATIENCE)


def slow(*variants: Any) -> list[Any]:
    """Variants of a test for `make slow`: others of it are in `make test`."""
    return [pytest.param(variant, marks=pytest.mark.slow) for variant in variants]


def eventually(page: Page, read: Callable[[], T], expected: T, seconds: float = 30) -> None:
    """Wait until reading gives what is expected: a state, however busy the machine is."""
    deadline = time.monotonic() + seconds
    while (seen := read()) != expected and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert seen == expected


def chromium(playwright: Playwright) -> Browser:
    """Chromium as its headless shell: the same engine, without the work of windows nobody sees."""
    program = shutil.which("chromium-headless-shell")
    assert program, "this needs Chromium's headless shell: tools/system-packages installs it"
    return playwright.chromium.launch(executable_path=program)


SAVES_DATA = """Object.defineProperty(navigator, "connection", {value: {saveData: true}})"""


def visitor(
    browser: Browser,
    *,
    locale: str = "zh-CN",
    size: dict[str, int],
    scheme: str = "light",
    saves_data: bool = True,
    certified: bool = True,
) -> BrowserContext:
    """A browser of somebody's own: no cookies yet. It saves data, and so a second of compiling for
    every page without a chart. What its pages try and may not do is noted.
    """
    phone = size["width"] < 500
    context = browser.new_context(
        locale=locale,
        timezone_id="Asia/Shanghai",
        viewport=size,
        accept_downloads=True,
        color_scheme=scheme,
        has_touch=phone,
        is_mobile=phone,
        ignore_https_errors=not certified,
    )
    context.set_default_timeout(PATIENCE)
    context.on("console", _note_refusal)
    if saves_data:
        context.add_init_script(SAVES_DATA)
    return context


_refusals: list[str] = []


def _note_refusal(message: ConsoleMessage) -> None:
    if "Content Security Policy" in message.text:
        _refusals.append(message.text)


def refusals() -> list[str]:
    """What pages tried since this was asked last, and may not do by their policy."""
    found = _refusals.copy()
    _refusals.clear()
    return found


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


def issued_links(page: Page) -> Locator:
    """Personal links that are shown to be copied, without letters that have them."""
    return page.locator("code").filter(has_text=re.compile(r"^\S+/i/\S+$"))


def invite(page: Page, *names: str) -> list[str]:
    """Add experts and issue their links."""
    page.locator("textarea").fill("\n".join(names))
    press(page, "add")
    press(page, "add_pasted")
    expect(control(page, "add_pasted")).to_have_count(0)
    for name in names:
        person = re.split("[,，]", name)[0]
        expect(page.get_by_role("rowheader", name=person, exact=True)).to_be_visible()
    press(page, "issue")
    expect(issued_links(page)).to_have_count(len(names))
    return issued_links(page).all_inner_texts()


def asked(page: Page) -> str:
    """The comparison on the screen, as `pair parent left right`; empty on other screens."""
    shown = page.locator(QUESTION)
    return (shown.get_attribute("data-pair") or "") if shown.count() else ""


def asks(page: Page, place: str) -> None:
    """Wait for a comparison, in the direction given."""
    expect(page.locator(f'{QUESTION}[data-pair="{place}"]')).to_be_visible()


def planned(answers: Mapping[str, str], place: str) -> str:
    """The answer to a comparison, which may be displayed the other way round than planned."""
    kind, parent, left, right = place.split()
    turned = answers.get(f"{kind} {parent} {right} {left}")
    return opposite(turned) if turned else answers[place]


def choose(page: Page, value: str, *, key: str = "choice") -> None:
    """Tap one of the 17 positions."""
    tap(control(page, key).locator(f'.position[data-value="{value}"]'))


UNHURRIED = """(found) => {
  if (!matchMedia("(pointer: coarse)").matches) return
  const question = found.closest(".comparison") ?? found
  question.seen ??= performance.now()
  const from = Math.max(question.seen + 520, (window.tapped ?? -Infinity) + 320)
  return new Promise((done) => setTimeout(done, from - performance.now()))
}"""


def tap(found: Locator) -> None:
    """Click in one of the expert's controls, on a touch screen as slowly as people do.

    There the controls take two taps at one place within 300 ms for a double tap, and ignore one
    within 500 ms after a question was drawn.
    """
    found.evaluate(UNHURRIED)
    found.click()
    found.page.evaluate("window.tapped = performance.now()")


def moved_on(page: Page, place: str) -> None:
    """Wait until the screen has moved on from a comparison: only then is the answer confirmed."""
    expect(page.locator(f'.comparison[data-pair="{place}"]')).to_have_count(0)
    expect(page.locator(f"{QUESTION}, {PARENT}").first).to_be_visible()


def begin(page: Page) -> None:
    """Agree and start, or go on."""
    press(page, "start")
    expect(control(page, "start")).to_have_count(0)


def answer_all(page: Page, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Answer every comparison as planned: place -> position, whichever way it is displayed.

    Returns:
        What was asked and what was answered, in order.
    """
    begin(page)
    given = []
    while True:
        expect(page.locator(f"{QUESTION}, {PARENT}, {REVIEW}").first).to_be_visible()
        if page.locator(REVIEW).count():
            return given
        if place := asked(page):
            value = planned(answers, place)
            choose(page, value)
            moved_on(page, place)
            given.append((place, value))
        else:
            go_on(page)


def go_on(page: Page) -> None:
    """From the summary of a parent to what comes next."""
    press(page, "next")
    expect(page.locator(PARENT)).to_have_count(0)
    expect(page.locator(f"{RANKING}, {QUESTION}, {REVIEW}").first).to_be_visible()


def unfold(summary: Locator) -> None:
    """Open what is folded, and wait until it has stopped moving: a click could miss until then."""
    summary.click()
    summary.evaluate(
        """async (summary) => {
          const moving = () => summary.closest("details").getAnimations()
          while (moving().length) await Promise.allSettled(moving().map((one) => one.finished))
        }"""
    )


def drawn(page: Page) -> None:
    """Wait until the page is drawn, whole: until then what was opened may close again."""
    expect(page.locator('.stApp[data-test-script-state="notRunning"]')).to_be_attached()
    expect(page.locator('[data-stale="true"]')).to_have_count(0)


def reviews(page: Page) -> None:
    """Wait for the overview, whole."""
    expect(page.locator(REVIEW)).to_be_visible()
    drawn(page)


def submit(page: Page) -> None:
    control(page, "sure").locator("label").click()
    press(page, "submit")
    expect(control(page, "submitted")).to_be_visible()
    expect(page.get_by_role("heading").first).to_be_in_viewport()
