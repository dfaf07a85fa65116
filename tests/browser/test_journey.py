"""The main job in a real browser: study, link, 35 comparisons, 18 ranked indicators."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import ahp
from ahp.scale import SAATY_POSITIONS
from ahp.store import Store
from ahp.study.itinerary import itinerary
from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE
from tests.running_server import RunningServer

SURVEY = ahp.load_survey("supervision_effectiveness")
PAIRS = [stop.place for stop in itinerary(SURVEY.hierarchy) if stop.kind == "pair"]


def plan(seed: int) -> dict[str, str]:
    """An answer for every comparison."""
    draw = random.Random(seed)
    return {pair: draw.choice(SAATY_POSITIONS) for pair in PAIRS}


def invited(browser: Browser, server: RunningServer) -> str:
    """The link of the only expert of a new study."""
    desk = actions.visitor(browser, size=DESKTOP).new_page()
    actions.sign_in(desk, server)
    actions.create_study(desk, "2026")
    [link] = actions.invite(desk, "Wang Wu")
    desk.close()
    return link


def library_result(answers: dict[str, str], expert: str) -> ahp.Analysis:
    judgments = tuple(
        ahp.Judgment(expert, *pair.split()[1:], value) for pair, value in answers.items()
    )
    return ahp.analyze(SURVEY, ahp.Answers(judgments))


def downloaded_weights(page: Page, folder: Path, key: str = "csv-weights") -> list[list[str]]:
    with page.expect_download() as download:
        actions.press(page, key)
    path = folder / "weights.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(("locale", "size"), [("zh-CN", PHONE), ("en-US", DESKTOP)])
def test_from_the_expert_s_browser_to_the_ranked_weights(
    browser: Browser,
    server: RunningServer,
    tmp_path: Path,
    locale: str,
    size: dict[str, int],
) -> None:
    desk = actions.visitor(browser, locale=locale, size=DESKTOP).new_page()
    actions.sign_in(desk, server)
    actions.create_study(desk, "2026")
    [link] = actions.invite(desk, "Wang Wu, Accounting")

    phone = actions.visitor(browser, locale=locale, size=size).new_page()
    phone.goto(link)
    answers = plan(seed=2026)
    actions.answer_all(phone, answers)
    actions.submit(phone)

    desk.get_by_role("link", name="结果" if locale == "zh-CN" else "Results").first.click()
    expect(actions.control(desk, "csv-weights")).to_be_visible()
    _header, *rows = downloaded_weights(desk, tmp_path)
    result = library_result(answers, "Wang Wu")
    language = locale[:2]
    names = {SURVEY.node_name(leaf, language): leaf for leaf in SURVEY.hierarchy.leaves}
    assert len(rows) == 18
    for rank, row in enumerate(rows, start=1):
        leaf = next(names[cell] for cell in row if cell in names)
        assert row[0] == str(rank)
        assert leaf == result.ranking[rank - 1]
        assert float(row[-1]) == pytest.approx(result.global_weights[leaf], rel=0, abs=1e-12)
    expect(desk.get_by_role("table").first.get_by_role("row")).to_have_count(19)
    Store(f"sqlite:///{server.database}").verify_log()


def test_an_expert_goes_on_where_they_were_on_another_device(
    browser: Browser, server: RunningServer
) -> None:
    link = invited(browser, server)
    office = actions.visitor(browser, size=DESKTOP).new_page()
    office.goto(link)
    actions.press(office, "start")
    for value in ("3", "1/5"):
        expect(office.locator(".comparison")).to_be_visible()
        pair = actions.asked(office)
        actions.choose(office, value)
        actions.moved_on(office, pair)
    here = actions.asked(office)
    assert here == PAIRS[2]

    phone = actions.visitor(browser, size=PHONE).new_page()
    phone.goto(link)
    expect(phone.locator(".comparison")).to_be_visible()
    assert actions.asked(phone) == here
    expect(phone.locator('.position[aria-pressed="true"]')).to_have_count(0)
    actions.press(phone, "back")
    expect(phone.locator(f'.comparison[data-pair="{PAIRS[1]}"]')).to_be_visible()
    chosen = phone.locator('.position[aria-pressed="true"]')
    expect(chosen).to_have_count(1)
    expect(chosen.locator(".step")).to_have_text("5")


def test_killed_at_ten_random_points_no_confirmed_answer_is_lost(
    browser: Browser, server: RunningServer
) -> None:
    link = invited(browser, server)
    page = actions.visitor(browser, size=PHONE).new_page()
    page.goto(link)
    actions.press(page, "start")
    draw = random.Random()
    seed = draw.randrange(2**32)
    print(f"seed {seed}")
    draw.seed(seed)
    answers = plan(seed)
    kills = set(draw.sample(range(len(PAIRS)), 10))
    confirmed: dict[str, str] = {}
    number = 0
    while True:
        expect(
            page.locator(".comparison, .st-key-parent_done, .st-key-review").first
        ).to_be_visible()
        if page.locator(".st-key-review").count():
            break
        pair = actions.asked(page)
        if not pair:
            actions.press(page, "next")
            expect(page.locator(".comparison, .st-key-review").first).to_be_visible()
            continue
        dies = number in kills
        kills.discard(number)
        number += 1
        actions.choose(page, answers[pair])
        if dies:
            page.wait_for_timeout(draw.uniform(0, 150))
            server.kill()
            page.wait_for_timeout(200)
            if actions.asked(page) != pair:
                confirmed[pair] = answers[pair]
            check_confirmed(server, confirmed)
            server.start()
            page.reload()
        else:
            actions.moved_on(page, pair)
            confirmed[pair] = answers[pair]
    assert not kills
    check_confirmed(server, answers)  # what was in flight at a kill was stored or asked again


def check_confirmed(server: RunningServer, confirmed: dict[str, str]) -> None:
    """Every answer the screen had confirmed is in the database, and the log verifies."""
    store = Store(f"sqlite:///{server.database}")
    [study] = store.studies()
    [expert] = store.experts(study.id)
    current = store.current(expert.id)
    for pair, value in confirmed.items():
        _kind, *names = pair.split()
        assert current[tuple(names)] == value
    store.verify_log()
    store.close()
