"""Pictures of every screen, in both languages and sizes; those of the pages go to docs/images."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ahp import Judgment, load_survey  # noqa: E402
from ahp.evaluation import load_scheme  # noqa: E402
from ahp.process.asking import Asking  # noqa: E402
from ahp.process.evaluations.events import (  # noqa: E402
    PeriodOpened,
    RatingOpened,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.next_step import PAGES  # noqa: E402
from ahp.process.evaluations.units import Unit  # noqa: E402
from ahp.scale import SAATY_POSITIONS  # noqa: E402
from ahp.store import ExpertInfo, Store  # noqa: E402
from tests.browser import actions  # noqa: E402
from tests.running_server import RunningServer  # noqa: E402

FOLDER = ROOT / "build" / "screenshots"
PUBLISHED = {
    **{"question": "phone", "ranking": "desktop"},
    **{"league": "desktop", "card": "desktop"},
    **{"rating": "phone", "notice": "desktop"},
}
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
SIZES = {"desktop": actions.DESKTOP, "phone": actions.PHONE}
ANSWERS = {
    f"pair {' '.join(pair)}": SAATY_POSITIONS[(5 + 3 * k) % 8 + 2]
    for k, pair in enumerate(load_survey("supervision_effectiveness").hierarchy.comparisons)
}
"""Between 7 and 1/3, with contradictions."""


class Camera:
    """Takes pictures of one visitor's pages."""

    def __init__(self, *about: str) -> None:
        self.suffix = ".".join((*about, "png"))

    def take(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Save what the window shows, or the whole length of the page."""
        page.wait_for_timeout(1200)  # charts draw themselves after the page is there
        if whole:
            height = page.locator(".stMainBlockContainer").bounding_box()["height"]
            size = page.viewport_size
            page.set_viewport_size({"width": size["width"], "height": int(height) + 120})
            page.wait_for_timeout(800)
        page.screenshot(path=FOLDER / f"{name}.{self.suffix}")
        if whole:
            page.set_viewport_size(size)


def organizer_screens(page: Page, server: RunningServer, camera: Camera) -> None:
    """The desk."""
    actions.sign_in(page, server)
    camera.take(page, "studies", whole=True)
    title = "2026 年事后监督效能评价" if ".zh." in f".{camera.suffix}" else "Supervision 2026"
    actions.create_study(page, title)
    camera.take(page, "experts_empty")
    names = ("王五，会计财务处", "李四，国库处")
    actions.invite(page, *names)
    camera.take(page, "links", whole=True)
    page.goto(server.url)
    expect(actions.control(page, "create")).to_be_visible()
    actions.press(page, "example-supervision_demo")
    expect(actions.control(page, "csv-weights")).to_be_visible()
    camera.take(page, "ranking")
    camera.take(page, "ranking_whole", whole=True)
    tabs(page, camera, ("hierarchy", "matrices", "experts_results", "agreement", "choices"))


def tabs(page: Page, camera: Camera, names: tuple[str, ...]) -> None:
    """The tabs of a page after the first."""
    for index, name in enumerate(names, start=1):
        page.get_by_role("tab").nth(index).click()
        camera.take(page, name, whole=True)


def second_round(store: Store) -> str:
    """A study in its second round, ten of twelve experts ready; the link of one who is not."""
    survey = load_survey("supervision_effectiveness")
    study = store.create_study(survey, "Delphi 2026")
    experts = store.add_experts(study.id, dict.fromkeys("赵钱孙李周吴郑王冯陈褚卫", "国库处"))
    for number, ready in ((1, experts), (2, experts[2:])):
        for k, expert in enumerate(ready):
            store.upload_answers(
                expert.id,
                [
                    Judgment(expert.name, *pair, SAATY_POSITIONS[4 + (j + k // number) % 8])
                    for j, pair in enumerate(survey.hierarchy.comparisons)
                ],
            )
            store.submit(expert.id, event_id=f"{number}-{k}")
        if number == 1:
            store.close_round(study.id)
            store.open_round(study.id)
    return store.issue_link(experts[0].id)


def round_screens(desk: Page, expert: Page, server: RunningServer, camera: Camera) -> None:
    """The second round, for the organizer and for an expert; files and the editor."""
    store = Store(f"sqlite:///{server.database}")
    link = second_round(store)
    store.close()
    for page, control in (("experts", "add"), ("rounds", "close"), ("files", "paper")):
        desk.goto(f"{server.url}/{page}")
        expect(actions.control(desk, control)).to_be_visible()
        camera.take(desk, f"{page}_round_2", whole=True)
    tabs(desk, camera, ("answers_in", "answers_out"))
    desk.goto(f"{server.url}/settings")
    desk.get_by_role("group").nth(1).click()
    camera.take(desk, "settings", whole=True)
    desk.goto(f"{server.url}/results")
    expect(actions.control(desk, "csv-weights")).to_be_visible()
    desk.get_by_role("combobox").nth(1).click()
    desk.get_by_role("option").first.click()  # the running round
    desk.get_by_role("tab").last.click()
    camera.take(desk, "movement", whole=True)
    desk.goto(f"{server.url}/editor")
    camera.take(desk, "editor", whole=True)
    expert.goto(f"{server.url}/i/{link}")
    camera.take(expert, "welcome_round_2", whole=True)
    actions.begin(expert)
    expect(expert.locator(actions.QUESTION)).to_be_visible()
    camera.take(expert, "question_round_2", whole=True)
    low = actions.asked(expert) in ANSWERS  # displayed as the survey orders it
    actions.choose(expert, "1/9" if low else "9")
    expect(actions.control(expert, "reason_box")).to_be_visible()
    camera.take(expert, "reason", whole=True)


def two_experts(server: RunningServer, title: str) -> tuple[ExpertInfo, ...]:
    """Of a new study that leaves everything to them."""
    store = Store(f"sqlite:///{server.database}")
    study = store.create_study(load_survey("supervision_effectiveness"), title)
    store.set_asking(study.id, Asking(short_form=True, cannot_judge=True))
    experts = store.add_experts(study.id, dict.fromkeys(("王五", "李四")))
    store.close()
    return experts


def open_link(page: Page, server: RunningServer, expert: ExpertInfo) -> None:
    """Open a new link of an expert, as somebody who has no other."""
    store = Store(f"sqlite:///{server.database}")
    page.context.clear_cookies()
    page.goto(f"{server.url}/i/{store.issue_link(expert.id)}")
    store.close()
    expect(actions.control(page, "start")).to_be_visible()


def ranking_screens(page: Page, expert: ExpertInfo, camera: Camera) -> None:
    """Items put into order by tapping."""
    page.locator(f'[class*="st-key-way-{expert.id}-1-"]').locator("label").last.click()
    actions.begin(page)
    ranking = actions.control(page, "ranking")
    expect(ranking.locator(".pick")).to_have_count(5)
    camera.take(page, "rank")
    for left in (5, 4):
        expect(ranking.locator(".pick")).to_have_count(left)
        actions.tap(ranking.locator(".pick").last)
    camera.take(page, "rank_partly")
    for left in (3, 2):
        expect(ranking.locator(".pick")).to_have_count(left)
        actions.tap(ranking.locator(".pick").last)
    camera.take(page, "rank_full")


def expert_screens(page: Page, server: RunningServer, camera: Camera) -> None:
    """The survey from the welcome to the receipt."""
    expert, ranker = two_experts(server, camera.suffix)
    open_link(page, server, ranker)
    ranking_screens(page, ranker, camera)
    open_link(page, server, expert)
    camera.take(page, "welcome", whole=True)
    actions.choose(page, "1/5", key="practice_scale")
    camera.take(page, "practice")
    actions.begin(page)
    for number in range(len(ANSWERS)):
        expect(page.locator(actions.QUESTION)).to_be_visible()
        pair = actions.asked(page)
        actions.choose(page, actions.planned(ANSWERS, pair))
        actions.moved_on(page, pair)
        if number == 1:
            camera.take(page, "question")
            actions.tap(page.locator(".abstain"))
            expect(page.locator(f'{actions.QUESTION}[data-pair="{pair}"]')).to_have_count(0)
            actions.press(page, "back")
            camera.take(page, "cannot_judge")
        if number == 2:
            actions.press(page, "back")
            camera.take(page, "question_answered")
            page.locator(f"{actions.QUESTION} .comment .disclosure").click()
            camera.take(page, "comment")
            actions.press(page, "next")
            actions.moved_on(page, pair)
        if not actions.asked(page):
            camera.take(page, f"parent_{number}", whole=True)
            actions.go_on(page)
    expect(page.locator(actions.REVIEW)).to_be_visible()
    page.locator("summary").first.click()
    camera.take(page, "review", whole=True)
    actions.submit(page)
    camera.take(page, "submitted")
    page.goto(f"{server.url}/receipt/{expert.id}")
    expect(page.locator("li").first).to_be_visible()
    page.screenshot(path=FOLDER / f"receipt.{camera.suffix}", full_page=True)


def rater_link(store: Store) -> str:
    """The personal link of a rater in a round that is open."""
    made = store.create_evaluation("2026 年事后监督效能评价")
    content = load_scheme("supervision_effectiveness").content
    units = [UnitAdded(Unit(f"{site}市监督中心", id=site)) for site in "甲乙丙丁"]
    opened = PeriodOpened("2026Q1", 1, "2026-04-10", {}, "2026-04-15")
    store.act_together(made.id, [SchemeProposed(1, content), SchemeApproved(1), *units, opened])
    rater = store.add_person(made.id, "rater", "王芳", unit="丁")
    store.act(made.id, RatingOpened("2026Q1", 1, (), "2026-04-15"))
    return store.issue_person_link(rater.person.id)


def contact_link(store: Store) -> str:
    """The personal link of a contact whose unit has appealed, in the finished example."""
    example = store.evaluations()[0]
    appeals = store.evaluation_state(example.id).periods["2026Q3"].appeals
    return store.issue_person_link(next(iter(appeals.values())).person)


def evaluation_screens(
    desk: Page, rater: Page, contact: Page, server: RunningServer, camera: Camera
) -> None:
    """The finished example, page by page; a unit's notice; a rater at work."""
    desk.goto(server.url)
    actions.press(desk, "example-evaluation")
    desk.wait_for_url(re.compile(r"/evaluation_results\?.*evaluation="), timeout=60_000)
    query = desk.url.partition("?")[2].partition("&")[0]
    for page in PAGES:
        desk.goto(f"{server.url}/evaluation_{page}?{query}")
        expect(
            actions.control(desk, "next_step").or_(desk.get_by_role("heading"))
        ).not_to_have_count(0)
        actions.drawn(desk)
        camera.take(desk, f"evaluation_{page}", whole=True)
    desk.goto(f"{server.url}/evaluation_results?{query}")
    parts = actions.control(desk, f"part-{query.partition('=')[2]}")
    actions.drawn(desk)
    parts.evaluate("(found) => found.scrollIntoView()")
    camera.take(desk, "league")
    parts.get_by_role("radio").nth(1).click()
    expect(desk.get_by_test_id("stMetric").first).to_be_visible()
    actions.drawn(desk)
    parts.evaluate("(found) => found.scrollIntoView()")
    camera.take(desk, "card")
    store = Store(f"sqlite:///{server.database}")
    contact.goto(f"{server.url}/i/{contact_link(store)}")
    contact.get_by_role("combobox").first.click()
    contact.get_by_role("option", name="2026Q3").click()
    expect(contact.get_by_text("2026Q3").first).to_be_visible()
    actions.drawn(contact)
    camera.take(contact, "notice")
    camera.take(contact, "notice_whole", whole=True)
    rater.goto(f"{server.url}/i/{rater_link(store)}")
    expect(actions.control(rater, "start")).to_be_visible()
    camera.take(rater, "rating_start", whole=True)
    actions.begin(rater)
    grades = actions.control(rater, "answers").get_by_role("button")
    expect(grades.first).to_be_visible()
    grades.nth(1).click()
    expect(rater.get_by_role("progressbar")).to_be_visible()
    actions.drawn(rater)
    camera.take(rater, "rating")
    actions.press(rater, "overview")
    actions.drawn(rater)
    camera.take(rater, "rating_overview", whole=True)
    store.close()


def main() -> None:
    """Every screen in every language and size."""
    shutil.rmtree(FOLDER, ignore_errors=True)  # what is not taken any more must not be looked at
    FOLDER.mkdir(parents=True)
    images = ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = actions.chromium(playwright)
        for language, locale in LANGUAGES.items():
            for size, viewport in SIZES.items():
                server = RunningServer(Path(folder) / f"{language}.{size}.db")
                camera = Camera(language, size)
                desk = actions.visitor(browser, locale=locale, size=viewport).new_page()
                nobody = actions.visitor(browser, locale=locale, size=viewport).new_page()
                nobody.goto(server.url)
                expect(nobody.get_by_role("heading").first).to_be_visible()
                camera.take(nobody, "nobody")
                nobody.goto(f"{server.url}/i/unknown")
                camera.take(nobody, "unknown_link")
                organizer_screens(desk, server, camera)
                expert = actions.visitor(browser, locale=locale, size=viewport).new_page()
                expert_screens(expert, server, camera)
                if (language, size) == ("zh", "phone"):
                    night = actions.visitor(browser, size=viewport, scheme="dark").new_page()
                    expert_screens(night, server, Camera(language, size, "dark"))
                another = actions.visitor(browser, locale=locale, size=viewport).new_page()
                round_screens(desk, another, server, camera)
                rater, contact = (
                    actions.visitor(browser, locale=locale, size=viewport).new_page()
                    for _ in range(2)
                )
                evaluation_screens(desk, rater, contact, server, camera)
                server.stop()
            for name, size in PUBLISHED.items():
                shutil.copy(FOLDER / f"{name}.{language}.{size}.png", images)
        browser.close()


if __name__ == "__main__":
    main()
