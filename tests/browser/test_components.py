"""The expert's controls, each behavior in a real Chromium; the page is components_app.py."""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    WebSocketRoute,
    expect,
)

from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE, slow
from tests.running_server import RunningServer

SMALL = {"width": 360, "height": 740}
SETUP, COORDINATION, CONVERSION = (
    f"effectiveness setup {right}" for right in ("operation", "coordination", "conversion")
)
OFFLINE = (
    "No connection: your answer is kept on this device and sent as soon as the connection is back."
)
CHECKED = '[role="radio"][aria-checked="true"]'
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("controls")
    here = Path(__file__)
    command = (
        *(sys.executable, "-m", "streamlit", "run", str(here.with_name("components_server.py"))),
        *("--server.port", "{port}", "--server.fileWatcherType", "none"),
        *("--runner.postScriptGC", "false", "--client.toolbarMode", "minimal"),
        *("--theme.light.primaryColor", "#1f5f99", "--theme.dark.primaryColor", "#1f5f99"),
    )
    running = RunningServer(
        folder / "server", command, cwd=here.parents[2], ARRIVED=str(folder), PYTHONPATH="."
    )
    yield running
    running.stop()


@dataclass
class Visit:
    """Somebody at the page."""

    server: RunningServer
    context: BrowserContext
    page: Page
    owner: str
    address: str

    def raw(self) -> list[dict[str, Any]]:
        """All that came."""
        lines = (self.server.database.parent / self.owner).read_text().splitlines()
        return [json.loads(line) for line in lines]

    def arrived(self) -> list[dict[str, Any]]:
        """All that came but repetitions, without the ids."""
        first = [line for line in self.raw() if not line.pop("repeated")]
        return [{name: line[name] for name in line if name != "id"} for line in first]

    def received(self, *expected: dict[str, Any], after: int = 0) -> None:
        """Wait until this has come, after so many others; nothing else may have."""
        actions.eventually(self.page, lambda: self.arrived()[after:], [*expected])

    def another_tab(self) -> Page:
        page = self.context.new_page()
        page.goto(self.address)
        expect(page.locator(".comparison")).to_be_visible()
        return page


@pytest.fixture
def visit(browser: Browser, app: RunningServer) -> Callable[..., Visit]:
    if app.process.poll() is not None:  # a test that killed it has failed
        app.start()

    def start(asked: str = "", size: dict[str, int] = DESKTOP, **settings: Any) -> Visit:
        phone = size["width"] < 500
        context = browser.new_context(
            viewport=size, locale="en-US", has_touch=phone, is_mobile=phone, **settings
        )
        context.set_default_timeout(actions.PATIENCE)
        owner = f"expert {next(numbers)}"
        address = f"{app.url}/?owner={owner}&{asked}"
        page = context.new_page()
        return Visit(app, context, page, owner, address)

    return start


def opened(found: Visit) -> Page:
    found.page.goto(found.address)
    expect(found.page.locator(".comparison, .ranking, .ahp-weights")).to_be_visible()
    return found.page


def shows(page: Page, pair: str) -> None:
    expect(page.locator(f'.comparison[data-pair="{pair}"]')).to_be_visible(timeout=30_000)


def says(page: Page, text: str) -> None:
    expect(page.locator(".status")).to_have_text(text, timeout=30_000)


def answer(pair: str, value: str, *, late: bool = False, comment: str | None = None) -> dict:
    return {"event": "answer", "pair": pair, "value": value, "comment": comment, "late": late}


def focused(page: Page) -> str:
    """The accessible name, else the class, of what has the focus inside the control."""
    return page.evaluate(
        """() => {
          let found = document.activeElement
          while (found.shadowRoot?.activeElement) found = found.shadowRoot.activeElement
          return found.getAttribute("aria-label") ?? found.className
        }"""
    )


def until(page: Page, wanted: str, key: str = "Tab") -> None:
    """Press a key until this has the focus."""
    for _press in range(60):
        if wanted in focused(page):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not reach {wanted}")


def centre(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


# choosing


def test_a_control_that_did_not_arrive_is_asked_for_again(visit):
    found, asked = visit(), []

    def lose_the_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    found.page.route("**/controls/*", lose_the_first)
    shows(opened(found), SETUP)
    assert asked[1] == f"{asked[0]}&1"


def test_a_choice_is_sent_and_the_next_question_has_none(visit):
    found = visit()
    page = opened(found)
    expect(page.locator(CHECKED)).to_have_count(0)
    expect(page.locator(".sentence")).to_have_text("")
    actions.choose(page, "3")
    shows(page, COORDINATION)
    found.received(answer(SETUP, "3"))
    expect(page.locator(CHECKED)).to_have_count(0)
    expect(page.locator(".sentence")).to_have_text("")  # though the mouse rests on a position
    actions.choose(page, "1/7")
    shows(page, CONVERSION)
    actions.choose(page, "1")
    expect(page.locator(f'.comparison[data-pair="{CONVERSION}"]')).to_have_count(0)
    found.received(answer(COORDINATION, "1/7"), answer(CONVERSION, "1"), after=1)


def test_the_mouse_shows_what_a_position_means(visit):
    page = opened(visit())
    page.locator(".side.right .position").nth(3).hover()
    page.mouse.move(*centre(page.locator(".side.right .position").nth(4)), steps=3)
    expect(page.locator(".sentence")).to_have_text(
        "“Supervisory operation” is more important than “Organizational set-up”, between strong "
        "and very strong (6)"
    )
    page.mouse.move(5, 5, steps=3)
    expect(page.locator(".sentence")).to_have_text("")


def test_the_saved_answer_shows_and_can_be_changed(visit):
    found = visit("stay=1")
    page = opened(found)
    actions.choose(page, "3")
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "3")
    page.reload()
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "3")
    sentence = "“Organizational set-up” is moderately more important than “Supervisory operation”"
    expect(page.locator(".sentence")).to_have_text(re.compile(sentence))
    actions.choose(page, "1/9")
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "1/9")
    expect(page.get_by_role("radio", checked=True)).to_have_count(1)
    found.received(answer(SETUP, "3"), answer(SETUP, "1/9"))


@pytest.mark.parametrize("fragment", ["fragment=1", *slow("")])
def test_a_double_click_is_one_answer(visit, fragment):
    found = visit(fragment)
    page = opened(found)
    page.locator(".side.left .position").first.dblclick(delay=20)
    shows(page, COORDINATION)
    page.wait_for_timeout(500)
    shows(page, COORDINATION)
    found.received(answer(SETUP, "9"))


def test_cannot_judge(visit):
    found = visit("stay=1")
    page = opened(found)
    page.get_by_role("radio", name="I can't judge this pair.").click()
    expect(page.locator(CHECKED)).to_have_text("Can't judge")
    expect(page.locator(".sentence")).to_have_text("I can't judge this pair.")
    nothing_waits(page)
    found.received(answer(SETUP, "abstain"))


def test_practice_sends_nothing(visit):
    found = visit("practice=1")
    page = opened(found)
    actions.choose(page, "5")
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "5")
    page.wait_for_timeout(400)
    actions.choose(page, "1/3")
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "1/3")
    expect(page.locator(".sentence")).to_have_text(
        re.compile("“Supervisory operation” is moderately more important")
    )
    page.wait_for_timeout(3500)  # nor later
    assert found.arrived() == []


# the keyboard


def test_the_keyboard_alone(visit):
    found = visit()
    page = opened(found)
    press = page.keyboard.press
    until(page, "equally")
    press("Enter")
    shows(page, COORDINATION)
    question = "For “Post-supervision effectiveness”: which"
    actions.eventually(page, lambda: focused(page)[: len(question)], question)
    press("Enter")
    press("Space")
    page.wait_for_timeout(500)
    shows(page, COORDINATION)

    def at(key: str) -> str:
        press(key)
        place = page.evaluate(
            """() => {
              const host = document.activeElement.shadowRoot
              const all = [...host.querySelectorAll(".position")]
              return all.indexOf(host.activeElement)
            }"""
        )
        return (
            ["9", "8", "7", "6", "5", "4", "3", "2", "1"][place]
            if place < 9
            else (f"1/{place - 7}")
        )

    assert [at(key) for key in ("ArrowLeft", "ArrowLeft", "ArrowUp")] == ["2", "3", "4"]
    assert [at(key) for key in ("ArrowDown", "ArrowRight", "ArrowRight")] == ["3", "2", "1"]
    assert [at(key) for key in ("ArrowRight", "Home", "ArrowLeft")] == ["1/2", "9", "9"]
    assert [at(key) for key in ("End", "ArrowRight")] == ["1/9", "1/9"]
    assert [at(key) for key in ("5", "5", "5", "1", "7", "7")] == [
        *("1/5", "5", "1/5", "1", "7", "1/7")
    ]
    expect(page.locator(CHECKED)).to_have_count(0)
    expect(page.locator(".sentence")).to_have_text(re.compile("very strongly more important"))
    press("Space")
    shows(page, CONVERSION)
    press("3")
    press("3")
    press("Enter")
    expect(page.locator(f'.comparison[data-pair="{CONVERSION}"]')).to_have_count(0)
    press("Backspace")
    shows(page, CONVERSION)
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "1/3")
    found.received(
        answer(SETUP, "1"),
        answer(COORDINATION, "1/7"),
        answer(CONVERSION, "1/3"),
        {"event": "back", "pair": CONVERSION.replace("conversion", "learning")},
    )


@pytest.mark.slow
def test_keys_that_are_typed_are_left_alone(visit):
    found = visit()
    page = opened(found)
    page.get_by_role("button", name="Add a comment").click()
    page.get_by_role("textbox").click()
    page.keyboard.type("12 3")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_have_value("12\n ")
    page.keyboard.press("Tab")
    shows(page, SETUP)


def test_one_stop_for_the_tab_key_and_one_for_those_who_cannot_judge(visit):
    page = opened(visit("stay=1"))
    stops = page.locator('[role="radio"][tabindex="0"]')
    expect(stops).to_have_count(1)
    expect(stops).to_have_attribute("data-value", "1")
    expect(page.locator(".abstain")).not_to_have_attribute("tabindex", "-1")
    actions.choose(page, "6")
    expect(stops).to_have_attribute("data-value", "6")


def test_on_a_phone_the_focus_is_not_taken(visit):
    page = opened(visit(size=PHONE))
    assert page.evaluate("document.activeElement === document.body")


# what is heard and seen


def test_a_screen_reader_hears_the_question_and_each_position(visit):
    page = opened(visit())
    group = page.get_by_role("radiogroup", name=re.compile("^For “Post-supervision"))
    expect(group.get_by_role("radio")).to_have_count(18)
    expect(group.get_by_role("radio", checked=False)).to_have_count(18)
    expect(
        group.get_by_role(
            "radio",
            name="“Organizational set-up” is extremely more important than “Supervisory "
            "operation” (9)",
        )
    ).to_have_count(1)
    expect(page.locator(".status")).to_have_attribute("role", "status")


def test_on_a_phone_an_explanation_is_one_tap_away_and_the_scale_is_in_sight(visit):
    page = opened(visit(size=PHONE))
    explanation = page.locator(".card.left .explanation")
    expect(explanation).to_be_hidden()
    last = page.get_by_role("radio", name="I can't judge this pair.").bounding_box()
    assert last
    assert last["y"] + last["height"] < PHONE["height"]
    more = page.get_by_role("button", name="Explanation Organizational set-up")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.tap()
    expect(explanation).to_be_visible()
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".card.right .explanation")).to_be_hidden()
    actions.choose(page, "3")
    shows(page, COORDINATION)
    expect(page.locator(".card.left .explanation")).to_be_hidden()


def test_on_a_wide_screen_explanations_are_there(visit):
    page = opened(visit())
    expect(page.locator(".card .explanation")).to_have_count(2)
    for side in ("left", "right"):
        expect(page.locator(f".card.{side} .explanation")).to_be_visible()
        expect(page.locator(f".card.{side} .disclosure")).to_be_hidden()


@pytest.mark.parametrize("show", ["scale", "ranking"])
@pytest.mark.parametrize("language", ["zh", *slow("en")])
def test_every_width_has_room_for_a_thumb(visit, show, language):
    page = opened(visit(f"show={show}&language={language}", size=SMALL))
    for width in (360, 390, 600, 732, 790, 852, 860, 932, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(50)
        boxes = page.evaluate(
            """() => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
              .flatMap((host) => [...host.shadowRoot.querySelectorAll("button, .handle")])
              .map((made) => [made.textContent, made.getBoundingClientRect(), made.scrollWidth])
              .filter(([, box]) => box.width)
              .map(([text, { width, height, right }, content]) =>
                [text, width, height, right, content - width])"""
        )
        assert len(boxes) > 5
        for text, wide, high, right, too_long in boxes:
            assert wide >= 44, (width, text)
            assert high >= 44, (width, text)
            assert right <= width, (width, text)
            assert too_long < 1, (width, text)


CONTRASTS = """(selector) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255)
  }
  const luminance = (color) => {
    const [r, g, b] = color.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (found) => {
    for (; found; found = found.parentElement ?? found.getRootNode().host) {
      const color = rgba(getComputedStyle(found).backgroundColor)
      if (color[3] > 0.99) return color
    }
  }
  return [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
    .flatMap((host) => [...host.shadowRoot.querySelectorAll(selector)])
    .filter((found) => found.getClientRects().length)
    .map((found) => {
      const pair = [rgba(getComputedStyle(found).color), behind(found)].map(luminance)
      pair.sort((a, b) => b - a)
      return (pair[0] + 0.05) / (pair[1] + 0.05)
    })
}"""


@pytest.mark.parametrize("scheme", ["dark", *slow("light")])
def test_contrast(visit, scheme):
    page = opened(visit("stay=1", color_scheme=scheme))
    dark = page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme")
    assert dark == scheme
    for value in ("5", "1", "1/5"):
        page.wait_for_timeout(350)
        actions.choose(page, value)
        expect(page.locator(CHECKED)).to_have_attribute("data-value", value)
        ratios = page.evaluate(CONTRASTS, ".name, .explanation, .more, .step, .word, .sentence")
        assert len(ratios) > 40
        assert min(ratios) >= 4.5
    page.goto(page.url.replace("stay", "show=ranking&stay"))
    page.locator(".pick").first.click()
    ratios = page.evaluate(CONTRASTS, ".hint, .name, .number, .tool, .pick, .explanation")
    assert min(ratios) >= 4.5


# reruns, comments


def test_a_rerun_leaves_the_page_as_it_is(visit):
    found = visit("stay=1", size=PHONE)
    page = opened(found)
    page.get_by_role("button", name="Explanation Organizational set-up").tap()
    page.evaluate(
        """() => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
          .map((host) => host.shadowRoot.querySelector(".comparison"))[0].dataset.same = "yes" """
    )
    page.get_by_role("button", name="Add a comment").tap()
    page.get_by_role("textbox").fill("half a")
    actions.choose(page, "3")
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "3")
    page.get_by_role("textbox").focus()
    page.keyboard.press("End")
    page.keyboard.type(" thought")
    other = found.another_tab()
    other.wait_for_timeout(100)
    actions.choose(other, "7")
    expect(other.locator(CHECKED)).to_have_attribute("data-value", "7")
    page.keyboard.press("Tab")  # the comment is sent, and the other answer seen
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "7")
    expect(page.locator(".comparison")).to_have_attribute("data-same", "yes")
    expect(page.locator(".card.left .explanation")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_value("half a thought")


def test_comments(visit):
    found = visit()
    page = opened(found)
    page.get_by_role("button", name="Add a comment").click()
    page.get_by_role("textbox").fill("We had this in 2024.")
    page.get_by_role("textbox").evaluate("(box) => box.blur()")
    sent = {"event": "comment", "pair": SETUP, "comment": "We had this in 2024.", "late": False}
    found.received(sent)
    page.get_by_role("textbox").focus()
    page.get_by_role("textbox").evaluate("(box) => box.blur()")  # nothing new
    actions.choose(page, "3")
    shows(page, COORDINATION)
    found.received(sent, answer(SETUP, "3"))
    expect(page.get_by_role("textbox")).to_be_hidden()
    page.get_by_role("button", name="Add a comment").click()
    page.get_by_role("textbox").fill("x" * 1001)
    actions.choose(page, "5")
    shows(page, CONVERSION)
    found.received(answer(COORDINATION, "5", comment="x" * 1000), after=2)
    nothing_waits(page)
    page.keyboard.press("Backspace")
    shows(page, COORDINATION)
    expect(page.get_by_role("textbox")).to_have_value("x" * 1000)


def nothing_waits(page: Page) -> None:
    """Wait until the browser holds nothing that is still to be sent."""
    page.wait_for_function("!Object.keys(localStorage).some((key) => key.startsWith('ahp '))")


def test_a_half_typed_comment_survives_a_reload(visit):
    found = visit()
    page = opened(found)
    page.get_by_role("button", name="Add a comment").click()
    page.get_by_role("textbox").press_sequentially("Because")
    page.reload()
    expect(page.get_by_role("textbox")).to_have_value("Because")
    actions.choose(page, "1/5")
    shows(page, COORDINATION)
    found.received(answer(SETUP, "1/5", comment="Because"))
    nothing_waits(page)


# connection


@pytest.mark.slow
@pytest.mark.parametrize("fragment", ["fragment=1", *slow("")])
def test_a_killed_server_gets_the_answer_once_when_it_is_back(visit, fragment):
    found = visit(fragment)
    page = opened(found)
    found.server.kill()
    actions.choose(page, "5")
    says(page, OFFLINE)
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "5")
    shows(page, SETUP)
    found.server.start()
    shows(page, COORDINATION)
    says(page, "Your answer was sent.")
    actions.choose(page, "7")
    shows(page, CONVERSION)
    expect(page.locator(".status")).to_have_text("")
    page.wait_for_timeout(3500)
    found.received(answer(SETUP, "5", late=True), answer(COORDINATION, "7"))
    nothing_waits(page)


@pytest.mark.slow
def test_killed_while_the_answer_is_on_its_way(visit):
    found = visit()
    page = opened(found)
    actions.choose(page, "5")
    found.server.kill()
    page.wait_for_timeout(200)
    found.server.start()
    shows(page, COORDINATION)
    page.wait_for_timeout(3500)
    [arrived] = found.arrived()  # before or after the kill
    assert {**arrived, "late": None} == {**answer(SETUP, "5"), "late": None}
    nothing_waits(page)


def test_a_closed_connection_is_opened_again_and_the_answer_sent(visit):
    found = visit()
    connections: list[WebSocketRoute] = []
    lost = [False]

    def connect(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        connections.append(route)
        route.on_message(lambda message: None if lost[0] else server.send(message))

    found.page.route_web_socket(re.compile("_stcore/stream"), connect)
    page = opened(found)
    lost[0] = True
    actions.choose(page, "5")
    page.wait_for_timeout(500)
    assert found.arrived() == []
    lost[0] = False
    connections[-1].close()
    shows(page, COORDINATION)
    found.received(answer(SETUP, "5", late=True))


def test_an_answer_outlives_a_reload(visit):
    found = visit()
    page = opened(found)
    found.server.kill()
    actions.choose(page, "1/5")
    says(page, OFFLINE)
    page.goto("about:blank")
    found.server.start()
    page.goto(found.address)
    shows(page, COORDINATION)
    found.received(answer(SETUP, "1/5", late=True))
    nothing_waits(page)


@pytest.mark.slow
def test_another_choice_takes_the_place_of_one_that_waits(visit):
    found = visit()
    page = opened(found)
    found.server.kill()
    actions.choose(page, "5")
    page.wait_for_timeout(400)
    actions.choose(page, "1/3")
    page.get_by_role("button", name="Add a comment").click()
    page.get_by_role("textbox").fill("On second thought")
    page.get_by_role("textbox").evaluate("(box) => box.blur()")
    expect(page.locator(CHECKED)).to_have_attribute("data-value", "1/3")
    found.server.start()
    shows(page, COORDINATION)
    page.wait_for_timeout(3500)
    found.received(
        answer(SETUP, "1/3", late=True),
        {"event": "comment", "pair": SETUP, "comment": "On second thought", "late": True},
    )
    nothing_waits(page)


def waiting(pair: str, value: str, number: int) -> dict[str, Any]:
    message = {"pair": pair, "value": value, "id": f"{number:032x}", "comment": None}
    return {"event": "answer", "message": message}


@pytest.mark.slow
def test_what_waits_is_sent_by_one_tab_oldest_first(visit):
    found = visit("slow=0.5")
    left = [waiting(SETUP, "3", 1), waiting(CONVERSION, "5", 2), waiting(COORDINATION, "7", 3)]
    found.context.add_init_script(
        f"if (!localStorage.seen) localStorage.setItem({json.dumps(f'ahp answers {found.owner}')},"
        f"{json.dumps(json.dumps(left))}); localStorage.seen = 1"
    )
    page = opened(found)
    found.another_tab()
    nothing_waits(page)
    page.wait_for_timeout(4500)  # nor does anything come later
    found.received(
        answer(SETUP, "3", late=True),
        answer(CONVERSION, "5", late=True),
        answer(COORDINATION, "7", late=True),
    )
    nothing_waits(page)


STATUSES = """() => {
  const host = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot
  const status = host.querySelector(".status")
  window.statuses = []
  host.addEventListener("click", () => { window.clicked ??= performance.now() }, true)
  const since = () => performance.now() - window.clicked
  const note = () => window.statuses.push([since(), status.textContent])
  new MutationObserver(note).observe(status, { childList: true, subtree: true })
}"""
"""Notes what the status line says, and how long after the first click in ms."""


@pytest.mark.slow
def test_it_says_when_saving_takes_long(visit):
    page = opened(visit("slow=2"))
    page.evaluate(STATUSES)
    actions.choose(page, "3")
    says(page, "Saving…")
    shows(page, COORDINATION)
    expect(page.locator(".status")).to_have_text("")
    said = [(after, text) for after, text in page.evaluate("window.statuses") if text]
    assert said[0][1] == "Saving…"
    assert said[0][0] >= 800


@pytest.mark.slow
def test_a_slow_server_is_not_asked_again(visit):
    found = visit("slow=6")
    page = opened(found)
    actions.choose(page, "3")
    says(page, "Saving…")
    shows(page, COORDINATION)
    page.wait_for_timeout(1500)  # nor does anything come later
    assert len(found.raw()) == 1


@pytest.mark.slow
def test_a_browser_that_keeps_nothing_still_sends(visit):
    found = visit()
    found.context.add_init_script(
        "for (const name of ['getItem', 'setItem', 'removeItem'])"
        "  Storage.prototype[name] = () => { throw new Error('private') }"
    )
    page = opened(found)
    actions.choose(page, "3")
    shows(page, COORDINATION)
    found.server.kill()
    actions.choose(page, "5")
    says(page, OFFLINE)
    found.server.start()
    shows(page, CONVERSION)
    found.received(answer(SETUP, "3"), answer(COORDINATION, "5", late=True))


# ranking

FIVE = ["setup", "operation", "coordination", "conversion", "learning"]


def names(page: Page, part: str) -> list[str]:
    texts = page.locator(f".{part} :is(.name, .pick)").all_inner_texts()
    words = dict(
        zip(("Organizational", "Supervisory", "Work", "Result", "Learning"), FIVE, strict=True)
    )
    return [words[text.split()[0]] for text in texts]


def has_names(page: Page, part: str, expected: list[str]) -> None:
    """Wait until this part has these items in this order."""
    actions.eventually(page, lambda: names(page, part), expected)


def pick(page: Page, name: str) -> None:
    page.wait_for_timeout(310)  # as people do
    page.get_by_role("button", name=name, exact=True).click()


def ranked(*order: str) -> dict[str, Any]:
    return {"event": "ranked", "place": "rank effectiveness", "order": [*order], "late": False}


@pytest.mark.parametrize("size", [SMALL, *slow(DESKTOP)], ids=["phone", "desktop"])
def test_items_are_tapped_into_order(visit, size):
    found = visit("show=ranking", size=size)
    page = opened(found)
    has_names(page, "placed", [])
    has_names(page, "unplaced", FIVE)
    hint, confirm = page.locator(".hint"), page.get_by_role("button", name="This is my order")
    expect(hint).to_have_text("Tap the most important first.")
    expect(confirm).to_be_disabled()
    pick(page, "Result conversion")
    expect(hint).to_have_text("Now the next most important.")
    expect(page.locator(".announcement")).to_have_text("Result conversion is now number 1.")
    pick(page, "Organizational set-up")
    pick(page, "Learning and innovation")
    expect(confirm).to_be_disabled()
    pick(page, "Work coordination")
    order = ["conversion", "setup", "learning", "coordination", "operation"]
    has_names(page, "placed", order)
    assert page.locator(".number").all_inner_texts() == ["1", "2", "3", "4", "5"]
    expect(hint).to_be_hidden()
    page.get_by_role("button", name="Put “Organizational set-up” back").click()
    expect(confirm).to_be_disabled()
    has_names(page, "unplaced", ["setup"])
    page.reload()
    expect(page.locator(".placed .row")).to_have_count(4)  # an order that was begun is kept
    pick(page, "Organizational set-up")
    page.get_by_role("button", name="Move “Organizational set-up” up").click()
    page.get_by_role("button", name="Move “Result conversion” down").click()
    order = ["learning", "conversion", "coordination", "setup", "operation"]
    has_names(page, "placed", order)
    page.wait_for_timeout(310)
    confirm.click()
    found.received(ranked(*order))
    nothing_waits(page)
    page.reload()
    expect(page.locator(".placed .row")).to_have_count(5)
    has_names(page, "placed", order)
    expect(confirm).to_be_enabled()


def place_all(page: Page) -> None:
    for _number in range(4):
        page.wait_for_timeout(310)
        page.locator(".pick").first.click()
    has_names(page, "placed", FIVE)


def test_a_double_tap_places_one_item(visit):
    page = opened(visit("show=ranking", size=SMALL))
    page.locator(".pick").nth(2).dblclick()
    page.wait_for_timeout(200)
    has_names(page, "placed", ["coordination"])


def test_rows_are_dragged_with_the_mouse(visit):
    page = opened(visit("show=ranking"))
    place_all(page)
    handles = page.locator(".handle")
    x, y = centre(handles.nth(0))
    _x, below = centre(handles.nth(3))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, below + 2, steps=12)
    page.mouse.up()
    has_names(page, "placed", ["operation", "coordination", "conversion", "setup", "learning"])
    expect(page.locator(".announcement")).to_have_text("Organizational set-up is now number 4.")


@pytest.mark.slow
def test_rows_are_dragged_with_a_finger(visit):
    found = visit("show=ranking", size=SMALL)
    page = opened(found)
    place_all(page)
    handles = page.locator(".handle")
    x, y = centre(handles.nth(4))
    _x, above = centre(handles.nth(1))
    finger = found.context.new_cdp_session(page)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", x, y)
    for step in range(1, 13):
        touch("touchMove", x, y + (above - 2 - y) * step / 12)
    touch("touchEnd")
    order = ["setup", "learning", "operation", "coordination", "conversion"]
    has_names(page, "placed", order)
    assert page.locator(".handle").first.evaluate("(h) => getComputedStyle(h).touchAction") == (
        "none"
    )
    assert page.locator(".row").first.evaluate("(r) => getComputedStyle(r).touchAction") == "auto"


@pytest.mark.slow
def test_ranking_by_keyboard(visit):
    found = visit("show=ranking")
    page = opened(found)
    press = page.keyboard.press
    until(page, "pick")
    for key in ("Enter", "Space", "Enter", "Enter"):
        press(key)
    has_names(page, "placed", FIVE)
    actions.eventually(page, lambda: focused(page), "confirm")
    until(page, "Move “Work coordination” up", "Shift+Tab")
    press("Alt+ArrowUp")
    expect(page.locator(".announcement")).to_have_text("Work coordination is now number 2.")
    press("Alt+ArrowUp")
    press("Alt+ArrowUp")
    press("Enter")
    actions.eventually(page, lambda: focused(page), "Move “Work coordination” up")
    press("Alt+ArrowDown")
    order = ["setup", "coordination", "operation", "conversion", "learning"]
    has_names(page, "placed", order)
    until(page, "confirm")
    press("Enter")
    found.received(ranked(*order))
    press("Backspace")
    found.received(
        ranked(*order),
        {"event": "back", "place": "rank effectiveness"},
    )


@pytest.mark.slow
def test_a_ranking_waits_for_the_server(visit):
    found = visit("show=ranking")
    page = opened(found)
    place_all(page)
    found.server.kill()
    page.get_by_role("button", name="This is my order").click()
    says(page, OFFLINE)
    page.goto("about:blank")
    found.server.start()
    page.goto(found.address)
    says(page, "Your answer was sent.")
    found.received({**ranked(*FIVE), "late": True})
    nothing_waits(page)


# bars


@pytest.mark.parametrize("size", [SMALL, *slow(DESKTOP)], ids=["phone", "desktop"])
def test_weights_as_bars(visit, size):
    page = opened(visit("show=bars", size=size))
    rows = page.get_by_role("list", name="Post-supervision effectiveness").get_by_role("listitem")
    assert [row.inner_text().split("\n") for row in rows.all()] == [
        ["Organizational set-up", "41.9%"],
        ["Supervisory operation", "26.2%"],
        ["Work coordination", "16.0%"],
        ["Result conversion", "9.7%"],
        ["Learning and innovation", "6.2%"],
        ["<b>A name that is long enough for several lines on a phone</b>", "0.0%"],
    ]
    shares = page.evaluate(
        """() => [...document.querySelectorAll(".ahp-weights .fill")].map((fill) =>
          fill.getBoundingClientRect().width / fill.parentElement.getBoundingClientRect().width)"""
    )
    weights = (0.4185, 0.2625, 0.1599, 0.0973, 0.0618, 0.0)
    assert shares == pytest.approx([weight / 0.4185 for weight in weights], abs=0.002)
    for row in rows.all():
        box = row.bounding_box()
        assert box
        assert box["x"] + box["width"] <= size["width"]
