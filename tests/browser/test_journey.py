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
from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE
from tests.running_server import RunningServer

SURVEY = ahp.load_survey("supervision_effectiveness")
PAIRS = [f"pair {' '.join(pair)}" for pair in SURVEY.hierarchy.comparisons]


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


@pytest.mark.parametrize(
    ("locale", "size"),
    [("zh-CN", PHONE), pytest.param("en-US", DESKTOP, marks=pytest.mark.slow)],
)
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
        assert float(row[-2]) == pytest.approx(result.global_weights[leaf], rel=0, abs=1e-12)
        assert (
            row[-1]
            == {
                "zh": "第 1 轮（进行中，暂定），1 位中 1 位已提交",
                "en": "Round 1 (running, provisional), 1 of 1 submitted",
            }[language]
        )
    expect(desk.get_by_role("table").first.get_by_role("row")).to_have_count(19)
    Store(f"sqlite:///{server.database}").verify_log()


@pytest.mark.slow
def test_killed_at_ten_random_points_no_confirmed_answer_is_lost(
    browser: Browser, server: RunningServer
) -> None:
    link = invited(browser, server)
    page = actions.visitor(browser, size=PHONE).new_page()
    page.goto(link)
    actions.begin(page)
    draw = random.Random()
    seed = draw.randrange(2**32)
    print(f"seed {seed}")
    draw.seed(seed)
    answers = plan(seed)
    kills = set(draw.sample(range(len(PAIRS)), 10))
    confirmed: dict[str, str] = {}
    number = 0
    while True:
        here = f"{actions.QUESTION}, {actions.PARENT}, {actions.REVIEW}"
        expect(page.locator(here).first).to_be_visible()
        if page.locator(actions.REVIEW).count():
            break
        pair = actions.asked(page)
        if not pair:
            actions.go_on(page)
            continue
        dies = number in kills
        kills.discard(number)
        number += 1
        actions.choose(page, actions.planned(answers, pair))
        if dies:
            page.wait_for_timeout(draw.uniform(0, 150))
            server.kill()
            page.wait_for_timeout(200)
            if actions.asked(page) != pair:
                confirmed[pair] = actions.planned(answers, pair)
            check_confirmed(server, confirmed)
            server.start()
            page.reload()
            expect(page.locator(here).first).to_be_visible()
            # what was in flight is sent again
            expect(page.locator('.position[aria-checked="true"]')).to_have_count(0)
        else:
            actions.moved_on(page, pair)
            confirmed[pair] = actions.planned(answers, pair)
    assert not kills
    check_confirmed(server, answers)  # what was in flight at a kill was stored or asked again


def check_confirmed(server: RunningServer, confirmed: dict[str, str]) -> None:
    """Every answer the screen had confirmed is in the database, and the log verifies."""
    store = Store(f"sqlite:///{server.database}")
    [study] = store.studies()
    [expert] = store.experts(study.id)
    replies = store.replies(expert.id)
    for pair, value in confirmed.items():
        _kind, parent, left, right = pair.split()
        assert replies.value((parent, left, right)) == value
    store.verify_log()
    store.close()
