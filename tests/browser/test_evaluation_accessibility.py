"""axe-core on every page of an evaluation, in both languages; 360 px; a keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ahp.process.evaluations.events import PeriodOpened, RatingOpened
from ahp.process.evaluations.next_step import PAGES
from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, SMALL_PHONE, control, press
from tests.browser.department import begins, sign_in, tap
from tests.browser.test_accessibility import FRAMEWORK, LOCALES, Inspector, Known
from tests.evaluation_case import NAMES, PERIOD, Case, make_case
from tests.running_server import RunningServer

LATER = "2026Q2"

[DROP_ZONE] = FRAMEWORK
DISABLED = Known(
    DROP_ZONE.rule,
    '<section role="presentation" aria-disabled="true" tabindex="-1" '
    'data-testid="stFileUploaderDropzone"',
    "the same where no file may be given",
)

STATES = {
    "rating": ("example", "running"),
    "notices": ("notified",),
    "signing": ("notified",),
}
"""In which of the evaluations a page is looked at, where it isn't the example."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, Case]]:
    """A period whose notices are out, one that raters rate, and the finished example."""
    server = RunningServer(tmp_path_factory.mktemp("axe") / "ahp.db")
    store = Store(f"sqlite:///{server.database}")
    case = make_case(store)
    case.issue()
    clerk = case.by(case.clerk)
    clerk.add_example("已完成的示例", "模拟数据", "zh")
    clerk.act(case.id, PeriodOpened(LATER, 1, "2026-07-10", {}, "2026-07-20"))
    clerk.act(case.id, RatingOpened(LATER, 1, (), "2026-07-20"))
    clerk.add_person(case.id, "data_owner", "孙数", indicators=["errors", "training"])
    yield server, case
    store.close()
    server.stop()


def link_of(server: RunningServer, case: Case, name: str) -> str:
    """The personal link of somebody."""
    person = next(one.id for one in case.now.people.values() if one.name == name)
    return f"{server.url}/i/{case.by(case.clerk).issue_person_link(person)}"


def shown(page: Page) -> None:
    """Wait until a page is drawn."""
    expect(page.locator(".stMain").get_by_role("heading").first).to_be_visible()
    actions.drawn(page)


def walk(browser: Browser, server: RunningServer, case: Case, language: str) -> Inspector:
    """Every page of the department, then those of people with a link."""
    context = actions.visitor(browser, locale=LOCALES[language], size=DESKTOP)
    page = context.new_page()
    # its columns are below each other there; a dark page takes as long again
    seen = Inspector(page, language, (SMALL_PHONE,), dark="en")
    sign_in(page, server, "王芳")
    page.goto(f"{server.url}/evaluations")
    shown(page)
    seen.look("evaluations")
    example = next(one.id for one in case.store.evaluations() if one.id != case.id)
    about = {"example": f"evaluation={example}&period=2026Q4"}
    about["running"] = f"evaluation={case.id}&period={LATER}"
    about["notified"] = f"evaluation={case.id}&period={PERIOD}"
    for name in PAGES:
        for state in STATES.get(name, ("example",)):
            page.goto(f"{server.url}/evaluation_{name}?{about[state]}")
            shown(page)
            seen.look(f"{name} {state}")
        if name == "results":
            control(page, f"part-{example}").get_by_role("radio").nth(1).click()
            expect(page.locator(".js-plotly-plot").first).to_be_visible()
            seen.look("results card")
            control(page, f"part-{example}").get_by_role("radio").last.click()
            expect(control(page, "make_report")).to_be_visible()
            seen.look("results report")
    context.close()
    context = actions.visitor(browser, locale=LOCALES[language], size=DESKTOP)
    for name, wanted in (("孙数", "data_file-"), ("赵评", "start"), ("甲中心联系人", "dispute-")):
        page = seen.page = context.new_page()
        page.goto(link_of(server, case, name))
        expect(begins(page, wanted).first).to_be_visible()
        seen.look(f"own page with {wanted}")
        if wanted == "start":
            press(page, "start")
            expect(begins(page, "rate-").first).to_be_visible()
            seen.look("grades")
            press(page, "overview")
            expect(control(page, "submit")).to_be_visible()
            seen.look("overview")
    tap(page, "dispute-")
    expect(begins(page, "send-")).to_be_visible()
    seen.look("appeal")
    context.close()
    return seen


@pytest.fixture(
    scope="module", params=[pytest.param(one, marks=pytest.mark.slow) for one in ("zh", "en")]
)
def inspected(
    request: pytest.FixtureRequest, browser: Browser, case: tuple[RunningServer, Case]
) -> Inspector:
    return walk(browser, *case, request.param)


def test_no_violation_is_ours(inspected: Inspector) -> None:
    bad = [one for one in inspected.found if not one.known((*FRAMEWORK, DISABLED))]
    assert bad == [], "\n".join(json.dumps(one, ensure_ascii=False) for one in bad)


def test_every_page_fits_on_a_small_phone(inspected: Inspector) -> None:
    assert len(inspected.states) == 20
    assert inspected.too_wide == []


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    expect(wanted).to_be_visible()
    actions.drawn(page)
    for _ in range(80):
        if wanted.evaluate("(found) => found === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {wanted}")


def enter(page: Page, wanted: Locator) -> None:
    """Press a button with the keyboard."""
    reach(page, wanted)
    page.keyboard.press("Enter")


@pytest.mark.slow
def test_a_rater_needs_no_mouse(browser: Browser, case: tuple[RunningServer, Case]) -> None:
    server, made = case
    page = actions.visitor(browser, size=DESKTOP).new_page()
    page.goto(link_of(server, made, "钱评"))
    enter(page, control(page, "start").get_by_role("button"))
    person = next(one.id for one in made.now.people.values() if one.name == "钱评")
    for count, grade in enumerate(("strong", "middling", "weak"), 1):
        answer = begins(page, "rate-").and_(page.locator(f'[class*="-{grade}"]'))
        enter(page, answer.get_by_role("button"))
        rated = lambda: len(made.now.periods[LATER].round.sheet(person).ratings)  # noqa: E731
        actions.eventually(page, rated, count)
    enter(page, control(page, "submit").get_by_role("button"))
    expect(control(page, "submit")).to_have_count(0)
    sheet = made.now.periods[LATER].round.sheet(person)
    assert sheet.submitted
    assert sorted(one.value for one in sheet.ratings.values()) == ["middling", "strong", "weak"]


@pytest.mark.slow
def test_a_clerk_needs_no_mouse(
    browser: Browser, case: tuple[RunningServer, Case], tmp_path: Path
) -> None:
    server, made = case
    page = actions.visitor(browser, size=DESKTOP).new_page()
    # asked for early: until the browser has heard of it, it opens a dialog that nobody sees
    page.on("filechooser", lambda _chooser: None)
    sign_in(page, server, "王芳")
    page.goto(f"{server.url}/evaluation_data?evaluation={made.id}&period={LATER}")
    table = tmp_path / "培训.csv"
    table.write_text("单位,培训覆盖率\n甲中心,90\n乙部,80\n", encoding="utf-8")
    button = begins(page, "data_file-").get_by_role("button", name="选择文件")
    reach(page, button)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(table)
    reach(page, begins(page, "ask-").get_by_role("combobox"))
    page.keyboard.type(NAMES["u2"])
    page.keyboard.press("Enter")
    enter(page, begins(page, "record-").get_by_role("button"))
    expect(page.get_by_text("已录入 2 个数值。", exact=True)).to_be_visible()
    values = {key[:2]: one.row.value for key, one in made.now.periods[LATER].values.items()}
    assert values == {("u1", "training"): "90", ("u2", "training"): "80"}
