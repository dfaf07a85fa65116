"""Three Delphi rounds in real browsers, and what an expert's session must never receive."""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from ahp.process.settings import Settings
from ahp.scale import SAATY_POSITIONS, opposite, parse_judgment
from ahp.store import ExpertInfo, Store
from ahp.study import Survey, survey_from_content
from ahp.study.standing import Standing
from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE
from tests.running_server import RunningServer

BINS = {"9–7": (6, 8), "6–4": (3, 5), "3–2": (1, 2), "1": (0, 0)}
LABELS = ("9–7", "6–4", "3–2", "1", "2–3", "4–6", "7–9")


@pytest.fixture
def store(server: RunningServer) -> Iterator[Store]:
    opened = Store(f"sqlite:///{server.database}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def survey() -> Survey:
    """Three criteria, the first with three indicators: six comparisons."""

    def node(name: str, parent: str | None = None) -> dict[str, object]:
        own = {"id": name, "name": {"en": name.title()}, "explanation": {"en": f"What {name} is."}}
        return own if parent is None else {**own, "parent": parent}

    data = {
        "format": 1,
        "id": "small",
        "languages": ["en"],
        "name": {"en": "Small survey"},
        "description": {"en": "Six comparisons."},
        "goal": node("goal"),
        "nodes": [
            *(node(name, "goal") for name in ("apple", "berry", "cherry")),
            *(node(name, "apple") for name in ("xylem", "yarrow", "zinnia")),
        ],
    }
    return survey_from_content(json.dumps(data))


def value(expert: int, pair: int, number: int) -> str:
    """What an expert answers to a pair in a round: spread out at first, closer later.

    Only expert 2 stays at the first pair, outside the panel's middle half, where expert 0 is too.
    """
    middle = 8 + (pair % 5) - 2
    away = (expert * 7 + pair * 3) % 13 - 6
    if (expert, pair) == (2, 0):
        return "1/9"
    return SAATY_POSITIONS[max(0, min(16, middle + round(away / number)))]


def answer_all(store: Store, survey: Survey, expert: ExpertInfo, k: int, number: int) -> None:
    """Answer and submit without a browser."""
    for pair, (parent, left, right) in enumerate(survey.hierarchy.comparisons):
        event_id = f"{expert.id[:8]}-{number}-{pair}"
        store.answer(expert.id, parent, left, right, value(k, pair, number), event_id=event_id)
    store.submit(expert.id, event_id=f"{expert.id[:8]}-{number}-submit")


def steps(values: list[str]) -> list[float]:
    """Signed steps of judgments: 3 -> 2, 1/3 -> -2."""
    numbers = [parse_judgment(one) for one in values]
    return [x - 1 if x >= 1 else 1 - 1 / x for x in numbers]


def in_words(step: float, left: str, right: str) -> str:
    if step == 0:
        return "equally important"
    return f"{abs(step) + 1:.3g} for “{left if step > 0 else right}”"


def middle_half(q1: float, q3: float, left: str, right: str) -> str:
    """The steps within; the two around where there is none."""
    low, high = math.ceil(q1), math.floor(q3)
    one, other = (in_words(step, left, right) for step in (max(low, high), min(low, high)))
    if low == high:
        return f": {one}"
    return f" lies between {one} and {other}" if low > high else f": {one} to {other}"


def check_feedback(page: Page, survey: Survey, own: str, panel: list[str]) -> None:
    """The box about the last round says what these answers were, to the number."""
    box = actions.control(page, "last_round")
    expect(box).to_be_visible()
    expect(page.locator(actions.QUESTION)).to_be_visible()  # it comes after the box
    _kind, parent, *shown = actions.asked(page).split()
    left, right = (survey.node_name(node, "en") for node in shown)
    if (parent, *shown) not in survey.hierarchy.comparisons:
        own, panel = opposite(own), [opposite(one) for one in panel]
    positions = steps(panel)
    counts = [sum(low <= p <= high for p in positions) for low, high in BINS.values()]
    counts += [sum(-high <= p <= -low for p in positions) for low, high in reversed(BINS.values())][
        1:
    ]
    histogram = box.locator(".ahp-histogram")
    assert histogram.locator(".count").all_inner_texts() == [str(c) if c else "" for c in counts]
    assert histogram.locator(".label").all_inner_texts() == list(LABELS)
    assert histogram.locator(".ends span").all_inner_texts() == [left, right]
    assert histogram.locator(".title").inner_text() == (
        f"{len(panel)} experts in round {page_round(page)}"
    )
    q1, median, q3 = np.percentile(positions, (25, 50, 75))
    expect(box).to_contain_text(
        f"Dashed line: the median, {in_words(median, left, right)}. The middle half of the "
        f"answers{middle_half(q1, q3, left, right)}."
    )
    step = own.removeprefix("1/")
    expect(box.get_by_text("Your last answer:")).to_contain_text(f"({step})")


def question(page: Page, survey: Survey) -> int:
    """Which of the survey's comparisons is on the screen, whichever way it is displayed."""
    expect(page.locator(actions.QUESTION)).to_be_visible()
    _kind, parent, left, right = actions.asked(page).split()
    turned = (parent, left, right) not in survey.hierarchy.comparisons
    return survey.hierarchy.comparisons.index(
        (parent, right, left) if turned else (parent, left, right)
    )


def page_round(page: Page) -> int:
    found = re.search(r"experts in round (\d+)", page.inner_text("body"))
    assert found is not None
    return int(found[1])


def outside(panel: list[str], own: str) -> bool:
    q1, q3 = np.percentile(steps(panel), (25, 75))
    return not q1 <= steps([own])[0] <= q3


def answer_in_browser(
    page: Page, survey: Survey, k: int, number: int, panels: list[list[str]] | None
) -> list[int]:
    """One expert's round in the browser; returns the pairs for which a reason was given."""
    actions.begin(page)
    reasons = []
    answers = {
        f"pair {' '.join(pair)}": value(k, index, number)
        for index, pair in enumerate(survey.hierarchy.comparisons)
    }
    for _number in answers:
        pair, place = question(page, survey), actions.asked(page)
        chosen = value(k, pair, number)
        if panels is not None:
            before = value(k, pair, number - 1)
            check_feedback(page, survey, before, panels[pair])
            if chosen == before:
                actions.press(page, "keep")
            else:
                actions.choose(page, actions.planned(answers, place))
            if outside(panels[pair], chosen):
                actions.control(page, "reason").locator("textarea").fill(f"Reason {k} {pair}")
                actions.press(page, "save_reason")
                reasons.append(pair)
        else:
            actions.choose(page, actions.planned(answers, place))
        actions.moved_on(page, place)
        if not actions.asked(page):
            actions.go_on(page)
    actions.submit(page)
    return reasons


def close_round(desk: Page, server: RunningServer, number: int) -> None:
    desk.goto(f"{server.url}/rounds")
    expect(desk.get_by_role("heading", name=f"Round {number} is open")).to_be_visible()
    actions.control(desk, "sure").locator("label").click()
    actions.press(desk, "close")
    expect(desk.get_by_role("heading", name=f"Round {number} is closed")).to_be_visible()


def open_round(desk: Page) -> None:
    actions.press(desk, "open_round")
    expect(desk.get_by_role("heading", name="Experts and links")).to_be_visible()


@pytest.mark.slow
def test_three_rounds_of_twelve_experts(
    browser: Browser, server: RunningServer, store: Store, survey: Survey, tmp_path: Path
) -> None:
    study = store.create_study(survey, "Delphi")
    experts = store.add_experts(study.id, {f"Expert {k}": None for k in range(12)})
    desk = actions.visitor(browser, locale="en-US", size=DESKTOP).new_page()
    actions.sign_in(desk, server)
    sizes = (PHONE, DESKTOP)
    pages = [actions.visitor(browser, locale="en-US", size=size).new_page() for size in sizes]
    links = [f"{server.url}/i/{store.issue_link(expert.id)}" for expert in experts[:2]]
    comparisons = survey.hierarchy.comparisons
    frozen: dict[int, str] = {}
    for number in (1, 2, 3):
        panels = None
        if number > 1:
            panels = [
                [value(k, pair, number - 1) for k in range(12)] for pair in range(len(comparisons))
            ]
        for k, expert in enumerate(experts[2:], start=2):
            answer_all(store, survey, expert, k, number)
        for k, page in enumerate(pages):
            page.goto(links[k])
            expect(actions.control(page, "start")).to_be_visible()
            reasons = answer_in_browser(page, survey, k, number, panels)
            assert reasons == ([0] if k == 0 and number > 1 else [])
            assert store.reasons(study.id, expert_id=experts[k].id) == {
                (f"Expert {k}", *comparisons[pair]): f"Reason {k} {pair}" for pair in reasons
            }
            assert list(store.current(experts[k].id).values()) == [
                value(k, pair, number) for pair in range(len(comparisons))
            ]
        close_round(desk, server, number)
        assert all(store.closed_rounds(study.id)[n - 1].evidence == frozen[n] for n in frozen)
        frozen[number] = str(store.closed_rounds(study.id)[-1].evidence)
        actions.drawn(desk)
        actions.unfold(desk.get_by_text("Evidence of the closed rounds"))
        for n, evidence in frozen.items():
            with desk.expect_download() as download:
                actions.press(desk, f"evidence-{n}")
            download.value.save_as(tmp_path / "evidence.json")
            assert (tmp_path / "evidence.json").read_bytes() == evidence.encode()
        if number < 3:
            open_round(desk)
    summaries = [json.loads(frozen[n])["summary"] for n in (1, 2, 3)]
    assert [one["experts"] for one in summaries] == [12, 12, 12]
    assert summaries[0]["w"] < summaries[2]["w"]
    changed = sum(
        value(k, p, 2) != value(k, p, 3) for k in range(12) for p in range(len(comparisons))
    )
    assert summaries[2]["changed"] == pytest.approx(changed / 72)
    store.verify_log()


@pytest.mark.slow
def test_a_stale_tab_of_a_closed_round_writes_nothing_and_says_so(
    browser: Browser, server: RunningServer, store: Store, survey: Survey
) -> None:
    study = store.create_study(survey, "Delphi")
    expert, other = store.add_experts(study.id, {"Me": None, "Other": None})
    page = actions.visitor(browser, locale="en-US", size=PHONE).new_page()
    page.goto(f"{server.url}/i/{store.issue_link(expert.id)}")
    actions.begin(page)
    expect(page.locator(actions.QUESTION)).to_be_visible()
    answer_all(store, survey, other, 1, 1)

    store.close_round(study.id)
    before = store.events(study.id)
    actions.choose(page, "5")
    expect(page.get_by_text("This was not recorded.")).to_be_visible()
    expect(page.get_by_text("This round is closed, nothing more can be answered.")).to_be_visible()
    assert store.events(study.id) == before

    store.open_round(study.id)
    page.reload()
    actions.begin(page)
    expect(page.locator(actions.QUESTION)).to_be_visible()
    store.close_round(study.id)
    store.open_round(study.id)
    store.set_place(expert.id, "pair goal apple berry")
    before = store.events(study.id)
    actions.choose(page, "5")
    expect(
        page.get_by_text("The round in which this page was opened is closed: this was not recorded")
    ).to_be_visible()
    assert store.events(study.id) == before
    assert store.current(expert.id) == {}


def test_what_an_expert_s_session_receives(
    browser: Browser, server: RunningServer, store: Store, survey: Survey, tmp_path: Path
) -> None:
    """Seven experts; two are recused below `apple`, so that only four others answered there."""
    study = store.create_study(survey, "Delphi")
    names = [f"Secretperson{k}" for k in range(7)]
    experts = store.add_experts(study.id, {name: f"Secretoffice {name}" for name in names})
    me = experts[0]
    for expert in experts[5:]:
        store.set_standing(expert.id, Standing(recused={"apple": "Secretconflict"}))
    for k, expert in enumerate(experts):
        for pair, (parent, left, right) in enumerate(survey.hierarchy.comparisons):
            if parent not in store.expert(expert.id).standing.recused:
                chosen = value(k, pair, 1)
                store.answer(expert.id, parent, left, right, chosen, event_id=f"{k}-{pair}")
        store.submit(expert.id, event_id=f"submit-{k}")
    store.close_round(study.id)
    store.open_round(study.id)
    # in the open round the others all answer the opposite extreme, and one gives a reason
    for k, expert in enumerate(experts[1:5], start=1):
        for pair, (parent, left, right) in enumerate(survey.hierarchy.comparisons):
            store.answer(expert.id, parent, left, right, "1/9", event_id=f"2-{k}-{pair}")
        parent, left, right = survey.hierarchy.comparisons[0]
        text = "Secretreason"
        store.give_reason(expert.id, parent, left, right, text, event_id=f"reason-{k}")

    page = actions.visitor(browser, locale="en-US", size=PHONE).new_page()
    received: list[bytes] = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived",
            lambda frame: received.append(frame if isinstance(frame, bytes) else frame.encode()),
        ),
    )
    page.on(
        "response",
        lambda response: (
            received.append(response.body())
            if response.ok and "static" not in response.url
            else None
        ),
    )
    page.goto(f"{server.url}/i/{store.issue_link(me.id)}")
    actions.unfold(page.get_by_text("Prefer a spreadsheet?"))
    with page.expect_download() as download:
        actions.press(page, f"questionnaire-{me.id}")
    download.value.save_as(tmp_path / "mine.xlsx")
    workbook = zipfile.ZipFile(io.BytesIO((tmp_path / "mine.xlsx").read_bytes()))
    received += [workbook.read(part) for part in workbook.namelist()]

    actions.begin(page)
    shown = {}
    for _number in survey.hierarchy.comparisons:
        pair, place = question(page, survey), actions.asked(page)
        parent = place.split()[1]
        before = len(received)
        page.reload()
        actions.asks(page, place)
        box = actions.control(page, "last_round")
        expect(box).to_be_visible()
        shown[parent] = box.locator(".ahp-histogram").count()
        if parent == "goal":
            # of the closed round, though everybody has answered 1/9 in the open one
            panel = [value(k, pair, 1) for k in range(7)]
            check_feedback(page, survey, value(0, pair, 1), panel)
        else:
            expect(box).to_contain_text("too few others did")
            frames = b"".join(received[before:])
            assert place.encode() in frames  # the frames are readable
            assert not [word for word in (b"histogram", b"median") if word in frames]
        actions.press(page, "keep")
        if parent == "goal" and outside(panel, value(0, pair, 1)):
            actions.press(page, "save_reason")
        actions.moved_on(page, place)
        if not actions.asked(page):
            actions.go_on(page)
    assert shown == {"goal": 1, "apple": 0}

    everything = b"".join(received)
    assert b"Secretperson0" in everything
    secrets = [*names[1:], "Secretoffice", "Secretconflict", "Secretreason"]
    assert [word for word in secrets if word.encode() in everything] == []

    store.set_settings(study.id, Settings("eigenvector", "saaty", feedback_from=3))
    assert json.loads(str(store.events(study.id)[-1].detail))["feedback_from"] == 3
    store.set_place(me.id, "pair apple xylem yarrow")
    page.reload()
    expect(actions.control(page, "last_round").locator(".ahp-histogram")).to_have_count(1)
    panel = [value(k, 3, 1) for k in range(5)]
    check_feedback(page, survey, value(0, 3, 1), panel)
