"""axe-core on every page of the expert, in both languages, sizes and schemes; and at
360 px.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from ahp.process.asking import Asking
from ahp.scale import SAATY_POSITIONS
from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, QUESTION, SMALL_PHONE
from tests.browser.panel import SEEDS, small_survey
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow

LOCALES = {"zh": "zh-CN", "en": "en-US"}


class Known(NamedTuple):
    """A violation in Streamlit's own markup: rule, what its element's HTML begins with, why."""

    rule: str
    html: str
    why: str


FRAMEWORK = (
    Known(
        "presentation-role-conflict",
        '<section role="presentation" tabindex="-1" data-testid="stFileUploaderDropzone"',
        "minor: the uploader's drop zone has a label though it is none for assistive technology; "
        "the button and the input inside it are",
    ),
)


class Found(NamedTuple):
    """A violation: where, which, and the HTML of the element."""

    state: str
    rule: str
    impact: str
    html: str
    message: str

    def known(self, among: Sequence[Known] = FRAMEWORK) -> list[Known]:
        return [one for one in among if one.rule == self.rule and self.html.startswith(one.html)]


STILL = """() => {
  const style = document.createElement("style")
  style.textContent = "* { transition: none !important; animation: none !important }" +
    '[data-stale="true"] { opacity: 1 !important }'
  document.head.append(style)
}"""

REACHED = """(width) => innerWidth === width &&
  [...document.querySelectorAll(".stTable, .stTable div, .ahp-table")].every((one) =>
    one.scrollWidth <= one.clientWidth || one.tabIndex === 0)"""
"""A moment after the width of the page changes."""

HEIGHT = """() => {
  const content = document.querySelector(".stMainBlockContainer") ?? document.body
  return Math.ceil(content.getBoundingClientRect().height) + 200
}"""

CUT_OFF = """() => {
  const UNCUT = ".stTable, .ahp-table, .ahp-check, .stProgress, svg, input[type=range]"
  const found = []
  const look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) look(one.shadowRoot)
      if (one.closest(UNCUT) || !one.checkVisibility()) continue
      const { left, right, width } = one.getBoundingClientRect()
      const reaches = width > 1 && (left < -0.5 || right > innerWidth + 0.5)
      const hidden = getComputedStyle(one).overflowX === "hidden" && width > 1
      if (reaches || (hidden && one.scrollWidth > one.clientWidth + 1)) {
        found.push(one.outerHTML.slice(0, 200))
      }
    }
  }
  look(document.querySelector(".stMain") ?? document.body)
  return found
}"""
"""What reaches beyond the page or its own box; tables are scrolled, bars of progress are cut, what
the keyboard moves a slider with has no size to see."""


class Inspector:
    """Looks at each state of a page in some sizes, the last a small phone; in Chinese on that one.
    At colors on dark pages in one language: they know none.
    """

    def __init__(
        self,
        page: Page,
        language: str,
        sizes: Sequence[dict[str, int]] = (DESKTOP, SMALL_PHONE),
        dark: str = "zh",
    ) -> None:
        self.page = page
        self.sizes = sizes
        self.language = language
        self.dark = language == dark  # once is enough
        self.found: list[Found] = []
        self.too_wide: list[tuple[str, object]] = []
        self.states: list[str] = []

    def look(self, state: str, *, connected: bool = True) -> None:
        self.states.append(state)
        if connected and self.page.locator(".stApp").count():
            actions.drawn(self.page)  # until then texts may be faded
        self.page.evaluate(STILL)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        for size in self.sizes if self.language == "en" else self.sizes[-1:]:
            self.page.set_viewport_size(size)
            height = self.page.evaluate(HEIGHT)  # axe passes over what must be scrolled to
            self.page.set_viewport_size({**size, "height": max(size["height"], height)})
            if connected:
                self.page.wait_for_function(REACHED, arg=size["width"])
            self.run(f"{self.language} {state} {size['width']}", None)
        self.measure(state)
        if self.dark:
            self.use("dark")
            self.run(f"{state} dark", ["color-contrast"])
            self.use("light")

    def use(self, scheme: str) -> None:
        """Change the scheme of the system, and wait until the page follows."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.wait_for_function(
            """(dark) => {
              const shown = document.querySelector(".stApp") ?? document.documentElement
              const color = getComputedStyle(shown).backgroundColor
              const [r, , , a] = color.match(/[\\d.]+/g).map(Number)
              return a === 0 || r < 128 === dark
            }""",
            arg=scheme == "dark",
        )

    def run(self, where: str, rules: list[str] | None) -> None:
        options: dict[str, object] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = {"type": "rule", "values": rules}
        for violation in self.page.evaluate("(options) => axe.run(options)", options)["violations"]:
            for node in violation["nodes"]:
                checks = [*node["any"], *node["all"], *node["none"]]
                message = checks[0]["message"] if checks else ""
                found = (violation["id"], violation["impact"], node["html"], message)
                self.found.append(Found(where, *found))

    def measure(self, state: str) -> None:
        """At 360 px nothing is scrolled sideways or cut off."""
        widths = self.page.evaluate(
            """() => [document.documentElement, document.querySelector(".stMain")]
              .filter((one) => one && one.scrollWidth > one.clientWidth)
              .map((one) => one.scrollWidth)"""
        )
        cut_off = self.page.evaluate(CUT_OFF)
        if widths or cut_off:
            self.too_wide.append((f"{self.language} {state}", widths or cut_off))


def inspected_server(
    folder: Path, fill: Callable[[Store], None], look: Callable[[RunningServer], Inspector]
) -> Iterator[Inspector]:
    """What was seen on a server of its own, which is filled, looked at and stopped: a fixture."""
    server = RunningServer(folder / "ahp.db")
    store = Store(f"sqlite:///{server.database}")
    fill(store)
    store.close()
    try:
        yield look(server)
    finally:
        server.stop()


ANSWERS = {
    "pair goal apple berry": "2",
    "pair goal berry cherry": "2",
    "pair goal apple cherry": "4",
    "pair apple xylem yarrow": "5",
    "pair apple yarrow zinnia": "3",
    "pair apple xylem zinnia": "1/2",
}
"""The seeds in a circle."""

CIRCLE = {
    f"pair goal {left} {right}": "1/7" if (left, right) == ("apple", "date") else "5"
    for left, right in itertools.combinations(("apple", "berry", "cherry", "date"), 2)
}
"""Each before the next, and the first after the last."""


def walk(browser: Browser, server: RunningServer, store: Store, language: str) -> Inspector:
    """Every state of the expert's pages."""
    survey = small_survey("apple", "berry", "cherry", below_first=tuple(SEEDS))
    study = store.create_study(survey, f"Panel {language}")
    store.set_asking(study.id, Asking(cannot_judge=True, guidance="reason"))
    experts = store.add_experts(study.id, {f"Expert {k}": None for k in range(6)})
    me = experts[0]
    context = actions.visitor(browser, locale=LOCALES[language], size=DESKTOP)
    page = context.new_page()
    seen = Inspector(page, language)

    page.goto(server.url)
    expect(page.locator(".stMain").get_by_role("heading").first).to_be_visible()
    seen.look("nobody")
    for path in ("i/unknown", f"receipt/{me.id}"):
        page.goto(f"{server.url}/{path}")
        expect(page.locator("main p").first).to_be_visible()
        seen.look(path.split("/", maxsplit=1)[0])
    page.goto(f"{server.url}/i/{store.issue_link(me.id)}")
    expect(actions.control(page, "start")).to_be_visible()
    seen.look("welcome")
    for closed in page.locator("summary").all():
        closed.click()
    expect(page.locator('input[type="file"]')).to_be_attached()
    expect(page.get_by_role("table")).to_be_visible()
    seen.look("welcome with everything open")
    actions.choose(page, "1/3", key="practice_scale")
    seen.look("practice tried")
    way = actions.control(page, f"way-{me.id}-1-{language}")
    way.locator("label").last.click()
    expect(way.get_by_role("radio").last).to_be_checked()
    actions.begin(page)

    ranking = actions.control(page, "ranking")
    expect(ranking.locator(".pick")).to_have_count(3)
    seen.look("ranking empty")
    ranking.locator(".item .disclosure").first.click()
    ranking.locator(".pick").first.click()
    expect(ranking.locator(".row")).to_have_count(1)
    seen.look("ranking partly")
    ranking.locator(".pick").first.click()
    expect(ranking.locator(".row")).to_have_count(3)
    ranking.locator(".row .disclosure").first.click()
    seen.look("ranking full")
    ranking.locator(".confirm").click()

    expect(page.locator(QUESTION)).to_be_visible()
    place = actions.asked(page)
    seen.look("comparison")
    for closed in page.locator(f"{QUESTION} .card .disclosure").all():
        closed.click()
    expect(page.locator(f"{QUESTION} .explanation:not(.closed)")).to_have_count(2)
    page.locator(f"{QUESTION} .comment .disclosure").click()
    expect(page.locator(f"{QUESTION} textarea")).to_be_visible()
    actions.unfold(page.locator("summary").last)
    expect(page.get_by_role("table")).to_be_visible()
    seen.look("comparison with everything open")
    actions.choose(page, actions.planned(ANSWERS, place))
    actions.moved_on(page, place)
    seen.look("saved")
    actions.press(page, "back")
    actions.asks(page, place)
    seen.look("comparison answered")
    actions.press(page, "next")
    actions.moved_on(page, place)
    answer_rest(page)
    expect(page.locator(".stAlert")).to_be_visible()
    seen.look("parent")
    actions.go_on(page)
    for left in (3, 2):
        expect(ranking.locator(".pick")).to_have_count(left)
        ranking.locator(".pick").first.click()
    ranking.locator(".confirm").click()
    expect(page.locator(QUESTION)).to_be_visible()
    answer_rest(page)
    expect(actions.control(page, "guidance")).to_be_visible()
    seen.look("guidance")
    actions.press(page, "keep_answers")
    expect(page.locator(".stAlert")).to_have_count(2)
    seen.look("no reason given")
    actions.control(page, "keeping").locator("textarea").fill("…")
    actions.press(page, "keep_answers")
    expect(page.locator(actions.REVIEW)).to_be_visible()
    actions.unfold(page.locator("summary").first)
    seen.look("overview")
    actions.unfold(page.locator("summary").nth(1))
    page.locator('[class*="st-key-contradictions-"]').get_by_role("button").click()
    expect(actions.control(page, "guidance")).to_be_visible()
    seen.look("kept")
    actions.go_on(page)
    actions.submit(page)
    seen.look("submitted")
    page.goto(f"{server.url}/receipt/{me.id}")
    expect(page.locator("li").first).to_be_visible()
    seen.look("receipt page")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button").click()
    expect(page).to_have_title("printed")  # the one script that the page may run
    assert actions.refusals() == []
    with page.expect_console_message():
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'),"
            "{textContent: \"document.title = 'run'\"}))"
        )
    (refused,) = actions.refusals()  # and what it may not is noticed
    assert "script-src" in refused
    expect(page).to_have_title("printed")

    for k, expert in enumerate(experts[1:]):
        for pair in survey.hierarchy.comparisons:
            value = SAATY_POSITIONS[7 + k % 2]
            store.answer(expert.id, *pair, value, event_id="-".join((str(k), *pair)))
        store.submit(expert.id, event_id=f"{k}-submit")
    store.close_round(study.id)
    page.goto(server.url)
    expect(page.locator(".stAlert").first).to_be_visible()
    seen.look("round closed")
    store.open_round(study.id)
    page.reload()
    expect(actions.control(page, "start")).to_be_visible()
    seen.look("welcome of round 2")
    actions.begin(page)
    expect(actions.control(page, "last_round")).to_be_visible()
    seen.look("comparison of round 2")
    actions.choose(page, "9")
    expect(actions.control(page, "reason_box")).to_be_visible()
    seen.look("reason asked for")
    walk_on(seen, server, store)
    context.close()
    return seen


def walk_on(seen: Inspector, server: RunningServer, store: Store) -> None:
    """What another study asks for, in a browser that has a link already."""
    page = seen.page
    survey = small_survey("apple", "berry", "cherry", "date")
    study = store.create_study(survey, f"Second panel {seen.language}")
    store.set_asking(study.id, Asking(short_form=True, cannot_judge=True, guidance="require"))
    expert = store.add_expert(study.id, "Expert")
    link = f"{server.url}/i/{store.issue_link(expert.id)}"
    page.goto(link)
    expect(actions.control(page, "start")).to_be_visible()
    page.goto(server.url)
    expect(actions.control(page, "choose_expert").get_by_role("button")).to_have_count(2)
    seen.look("two links, a tab of nobody's")
    page.goto(link)
    form = actions.control(page, f"form-{expert.id}-1-{seen.language}")
    expect(form.get_by_role("radio")).to_have_count(2)
    seen.look("short form offered")
    actions.begin(page)
    expect(page.locator(QUESTION)).to_be_visible()
    place = actions.asked(page)
    actions.tap(page.locator(".abstain"))
    actions.moved_on(page, place)
    actions.press(page, "back")
    actions.asks(page, place)
    expect(page.locator('.abstain[aria-checked="true"]')).to_be_visible()
    seen.look("can't judge")
    actions.choose(page, actions.planned(CIRCLE, place))
    actions.moved_on(page, place)
    actions.press(page, "overview")
    expect(page.locator(actions.REVIEW)).to_be_visible()
    actions.unfold(page.locator("summary").first)
    seen.look("overview with open comparisons")
    actions.press(page, "go_on")
    expect(page.locator(QUESTION)).to_be_visible()
    answer_rest(page, CIRCLE)
    expect(actions.control(page, "guidance")).to_be_visible()
    seen.look("guidance that must be followed")
    actions.go_on(page)
    expect(actions.control(page, "unsettled")).to_be_visible()
    seen.look("unsettled")
    actions.control(page, "unsettled").get_by_role("button").click()
    page.locator('[class*="st-key-suggestion-"]').get_by_role("button").first.click()
    expect(page.locator(QUESTION)).to_be_visible()
    actions.drawn(page)
    server.kill()
    actions.choose(page, "1")
    expect(page.locator(".status.offline")).to_be_visible()
    seen.look("offline", connected=False)
    server.start()


def answer_rest(page: Page, answers: Mapping[str, str] = ANSWERS) -> None:
    """The comparisons until the summary of the parent."""
    while place := actions.asked(page):
        actions.choose(page, actions.planned(answers, place))
        actions.moved_on(page, place)


@pytest.fixture(scope="module", params=["zh", "en"])
def inspected(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inspector]:
    server = RunningServer(tmp_path_factory.mktemp("axe") / "ahp.db")
    store = Store(f"sqlite:///{server.database}")
    try:
        yield walk(browser, server, store, request.param)
    finally:
        store.close()
        server.stop()


def test_no_violation_is_ours(inspected: Inspector) -> None:
    bad = [one for one in inspected.found if not one.known()]
    assert bad == [], "\n".join(json.dumps(one, ensure_ascii=False) for one in bad)


def test_what_is_the_framework_s_still_occurs(inspected: Inspector) -> None:
    met = {known for one in inspected.found for known in one.known()}
    assert met == set(FRAMEWORK)


def test_every_state_fits_on_a_small_phone(inspected: Inspector) -> None:
    assert len(inspected.states) == 31
    assert inspected.too_wide == []
