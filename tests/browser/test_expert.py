"""The expert's half hour in real browsers: the ways from the welcome to the receipt."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

import ahp
from ahp.cli import main
from ahp.process.asking import Asking, Way
from ahp.process.receipt import find_receipt
from ahp.scale import SAATY_POSITIONS, opposite, parse_judgment
from ahp.study import Survey
from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE, QUESTION
from tests.browser.panel import FRUIT, GOAL, SEEDS, Panel, Study, small_survey
from tests.running_server import RunningServer

SUPERVISION = ahp.load_survey("supervision_effectiveness")


def by_weights(hierarchy: ahp.Hierarchy, weights: Mapping[str, float]) -> dict[str, str]:
    """For every comparison the position nearest to the ratio of two weights."""

    def nearest(ratio: float) -> str:
        return min(SAATY_POSITIONS, key=lambda text: abs(parse_judgment(text) / ratio - 1))

    return {
        f"pair {parent} {left} {right}": nearest(weights[left] / weights[right])
        for parent, left, right in hierarchy.comparisons
    }


def sentences(page: Page, *texts: str) -> None:
    """These stand on the page, whole."""
    for text in texts:
        expect(page.get_by_text(text, exact=True).first).to_be_visible()


def bars(found: Locator) -> list[tuple[str, str]]:
    """Names and weights as displayed."""
    expect(found.locator(".ahp-weights")).to_have_count(1)
    names, values = (found.locator(f".ahp-weights .{part}") for part in ("name", "value"))
    return list(zip(names.all_inner_texts(), values.all_inner_texts(), strict=True))


def displayed(weights: Mapping[str, float], survey: Survey, language: str) -> list[tuple[str, str]]:
    falling = sorted(weights.items(), key=lambda item: -item[1])
    return [(survey.node_name(node, language), f"{weight:.1%}") for node, weight in falling]


def receipt_of(page: Page, panel: Panel) -> Page:
    """The receipt in its new tab."""
    with page.context.expect_page() as opened:
        actions.control(page, "receipt").get_by_role("link").first.click()
    opened.value.wait_for_load_state()
    address = f"/receipt/{panel.expert.id}?round=1&timezone=Asia%2FShanghai"
    assert opened.value.url == panel.server.url + address
    expect(opened.value.get_by_text("(GMT+08:00)")).to_be_visible()
    return opened.value


def verify(page: Page, panel: Panel, folder: Path, name: str, content: bytes) -> int:
    """`ahp receipt verify` with the export and the key that the server gives out."""
    (folder / name).write_bytes(content)
    (folder / "study.json").write_text(panel.store.export_study(panel.expert.study_id), "utf-8")
    key = page.request.get(f"{panel.server.url}/receipt-key.pem")
    (folder / "receipt-key.pem").write_bytes(key.body())
    files = (str(folder / name), str(folder / "study.json"))
    return main(["receipt", "verify", *files, "--key", str(folder / "receipt-key.pem")])


@pytest.mark.slow
def test_pair_by_pair_on_a_phone_in_chinese(
    study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = study(SUPERVISION)
    hierarchy = SUPERVISION.hierarchy
    page = panel.visitor("zh-CN", PHONE).new_page()
    page.goto(panel.link)
    expect(actions.control(page, "start")).to_be_visible()
    sentences(page, "共有 35 项比较，每次比较两个要素。")

    actions.choose(page, "1/5", key="practice_scale")
    practice = actions.control(page, "practice_scale")
    expect(practice.locator('.position[aria-checked="true"]')).to_have_attribute(
        "data-value", "1/5"
    )
    expect(practice.locator(".sentence")).to_have_text("“价格”比“味道”明显重要（5）")
    assert panel.said() == []
    told = page.locator(".stMain").inner_text()

    weights = {
        node: 1 + (7 * k) % 5 for kids in hierarchy.children.values() for k, node in enumerate(kids)
    }
    answers = by_weights(hierarchy, weights)
    given = actions.answer_all(page, answers)

    [consent] = panel.events("consent")
    assert (consent.detail or "").startswith("您的回答会连同姓名和时间一起保存。")
    assert str(consent.detail) in told
    [event] = panel.events("way")
    way = Way.from_content(str(event.detail))
    assert way == Way.seeded("pairs", False, hierarchy, f"{panel.expert.id} 1")
    assert [place for place, _value in given] == [f"pair {' '.join(pair)}" for pair in way.order]
    assert way.order != hierarchy.comparisons
    logged = [
        (f"pair {one.parent} {one.left} {one.right}", one.value) for one in panel.events("answer")
    ]
    assert logged == given
    assert len(logged) == 35

    judgments = tuple(
        ahp.Judgment("王五", *place.split()[1:], value) for place, value in answers.items()
    )
    result = ahp.analyze(SUPERVISION, ahp.Answers(judgments))
    leaves = {leaf: result.global_weights[leaf] for leaf in hierarchy.leaves}
    ranking = displayed(leaves, SUPERVISION, "zh")
    assert len(ranking) == 18
    assert bars(actions.control(page, "own_ranking")) == ranking
    # each parent and its CR stands in the overview
    lines = page.locator("summary").all_inner_texts()
    for parent in hierarchy.parents:
        count = len(hierarchy.pairs(parent))
        line = f"{SUPERVISION.node_name(parent, 'zh')} · {count}/{count} · CR "
        [found] = [text for text in lines if line in text]
        assert found.endswith(" · 判断一致")

    actions.submit(page)
    sentences(page, "您的 35 个回答已提交并锁定。现在可以关闭此页面。")
    assert bars(actions.control(page, "own_ranking")) == ranking
    assert panel.said() == ["way", "consent", *["answer"] * 35, "submit"]

    receipt = receipt_of(page, panel)
    expect(receipt.get_by_role("button", name="打印或保存为 PDF")).to_be_visible()
    expect(receipt.locator("li")).to_have_count(35)
    saved = receipt.content().encode()
    for name, content in (("receipt.html", saved), ("receipt.pdf", receipt.pdf())):
        assert verify(receipt, panel, tmp_path, name, content) == 0
        out = capsys.readouterr().out
        assert f"{tmp_path / name}" in out.splitlines()[0]
    kept = find_receipt(saved.decode(), "receipt.html")
    [first, *others] = kept.statement.answers
    changed = (*first[:3], "1/9")
    assert changed != first
    statement = replace(kept.statement, answers=(changed, *others))
    forged = replace(kept, content=statement.content)
    page_of_it = saved.replace(kept.block.encode(), forged.block.encode())
    assert page_of_it != saved
    assert verify(receipt, panel, tmp_path, "forged.html", page_of_it) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "ahp: error: signature: it is not that of the key over this content\n"


@pytest.mark.slow
def test_ranked_first_in_the_short_form_on_a_desktop(study: Study) -> None:
    panel = study(small_survey(*FRUIT), short_form=True)
    page = panel.visitor("en-US", DESKTOP).new_page()
    page.goto(panel.link)
    actions.control(page, f"way-{panel.expert.id}-1-en").get_by_text(
        "Rank first, then compare"
    ).click()
    form = actions.control(page, f"form-{panel.expert.id}-1-en")
    expect(form).to_contain_text("All 10 comparisons")
    expect(form).to_contain_text(
        "Saves about 1 min. Your weights become about 15% less certain, and contradictions are "
        "noticed less often."
    )
    form.get_by_text("Short form: about 8 comparisons").click()
    actions.begin(page)

    ranking = actions.control(page, "ranking")
    for name in ("Cherry", "Apple", "Elder", "Date"):
        ranking.get_by_role("button", name=name, exact=True).click()
    expect(ranking.locator(".row")).to_have_count(5)  # the last one follows
    handle, above = (
        ranking.locator(f'.row[data-id="{node}"] .handle') for node in ("berry", "apple")
    )
    start, end = handle.bounding_box(), above.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 4, steps=15)
    page.mouse.up()
    order = ["cherry", "berry", "apple", "elder", "date"]
    expect(ranking.locator(".row .name")).to_have_text([name.title() for name in order])
    assert panel.events("ranked") == []
    ranking.get_by_role("button", name="This is my order").click()

    asked = []
    for number in range(8):
        expect(page.locator(QUESTION)).to_be_visible()
        place = actions.asked(page)
        asked.append(tuple(place.split()[2:]))
        expect(page.get_by_text(f"{number} of 8 answered")).to_be_visible()
        actions.choose(page, "2")
        actions.moved_on(page, place)
    [ranked] = panel.events("ranked")
    assert (ranked.parent, json.loads(str(ranked.detail))) == (GOAL, order)
    assert asked[:4] == list(itertools.pairwise(order))
    assert len({frozenset(pair) for pair in asked}) == 8
    # the one ranked higher stands on the left
    assert all(order.index(left) < order.index(right) for left, right in asked)
    expect(page.locator(actions.PARENT)).to_be_visible()
    actions.go_on(page)
    actions.submit(page)
    assert panel.store.expert(panel.expert.id).submitted


@pytest.mark.slow
def test_a_comparison_that_cannot_be_judged(study: Study, running: RunningServer) -> None:
    panel = study(small_survey("apple", "berry", "cherry"), way="pairs")
    page = panel.visitor("en-US", PHONE).new_page()
    page.goto(panel.link)
    actions.begin(page)
    expect(page.locator(QUESTION)).to_be_visible()
    expect(page.locator(QUESTION).get_by_role("radio")).to_have_count(17)
    expect(page.locator(".abstain")).to_have_count(0)

    desk = panel.visitor("en-US", DESKTOP).new_page()
    actions.sign_in(desk, running)
    desk.goto(f"{running.url}/settings?study={panel.expert.study_id}")
    desk.get_by_text("How experts are asked").click()
    asking = actions.control(desk, "asking")
    asking.get_by_text("Experts may leave out what they can't judge").click()
    actions.press(desk, "save_asking")
    expect(desk.get_by_text("Saved", exact=True)).to_be_visible()
    assert panel.store.asking(panel.expert.study_id) == Asking("pairs", cannot_judge=True)

    page.reload()
    # 4 : 2 : 1, of which apple : cherry is left out
    answers = {f"pair {GOAL} apple berry": "2", f"pair {GOAL} berry cherry": "2"}
    for _number in range(3):
        expect(page.locator(QUESTION)).to_be_visible()
        place = actions.asked(page)
        if set(place.split()[2:]) == {"apple", "cherry"}:
            left_out = place.split()[2:]
            label = "I can't judge this: leave it out"
            actions.tap(page.get_by_role("radio", name=label, exact=True))
            actions.moved_on(page, place)
            first, second = (node.title() for node in left_out)
            saved = f"Saved: “{first}” or “{second}”: you can't judge"
            expect(page.get_by_text(saved)).to_be_visible()
        else:
            actions.choose(page, actions.planned(answers, place))
            actions.moved_on(page, place)
    expect(page.locator(actions.PARENT)).to_be_visible()
    shown = [("Apple", "57.1%"), ("Berry", "28.6%"), ("Cherry", "14.3%")]
    assert bars(actions.control(page, "parent_done")) == shown
    actions.go_on(page)
    actions.submit(page)
    [event] = panel.events("abstain")
    assert [event.parent, event.left, event.right, event.value] == [GOAL, *left_out, None]

    desk.goto(f"{running.url}/rounds?study={panel.expert.study_id}")
    actions.control(desk, "sure").locator("label").click()
    actions.press(desk, "close")
    expect(desk.get_by_role("heading", name="Round 1 is closed")).to_be_visible()
    desk.goto(f"{running.url}/results?study={panel.expert.study_id}")
    with desk.expect_download() as download:
        actions.press(desk, "csv-weights")
    assert download.value.suggested_filename == "weights_round1_1of1.csv"
    _header, *rows = csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines())
    expected = {"Apple": 4 / 7, "Berry": 2 / 7, "Cherry": 1 / 7}
    found = {next(cell for cell in row if cell in expected): float(row[-2]) for row in rows}
    assert found == pytest.approx(expected, abs=1e-9)


CIRCLE = {
    f"pair {GOAL} apple berry": "5",
    f"pair {GOAL} berry cherry": "3",
    f"pair {GOAL} apple cherry": "1/2",
}
"""Apple over berry over cherry over apple."""


def answer_in_a_circle(page: Page, panel: Panel) -> None:
    page.goto(panel.link)
    actions.begin(page)
    for _number in CIRCLE:
        expect(page.locator(QUESTION)).to_be_visible()
        expect(actions.control(page, "guidance")).to_have_count(0)
        place = actions.asked(page)
        actions.choose(page, actions.planned(CIRCLE, place))
        actions.moved_on(page, place)
    expect(actions.control(page, "guidance")).to_be_visible()


def change(page: Page, left: str, right: str, value: str) -> None:
    """Follow a suggestion, by an answer in the survey's direction."""
    control = actions.control(page, f"suggestion-{left}-{right}")
    control.get_by_role("button").click()
    expect(page.locator(QUESTION)).to_be_visible()
    place = actions.asked(page)
    _kind, parent, left, right = place.split()
    actions.choose(page, value if f"pair {parent} {left} {right}" in CIRCLE else opposite(value))
    actions.moved_on(page, place)


def to_review(page: Page) -> None:
    actions.go_on(page)
    expect(page.locator(actions.REVIEW)).to_be_visible()


def test_contradicting_answers_are_changed_and_kept_with_a_reason(study: Study) -> None:
    panel = study(small_survey("apple", "berry", "cherry"), guidance="reason")
    page = panel.visitor("zh-CN", PHONE).new_page()
    answer_in_a_circle(page, panel)
    parent = page.locator(actions.PARENT)
    expect(parent).to_contain_text("CR = 1.232")
    contradiction = (
        "您认为“苹果”的重要程度是“浆果”的 5 倍、“浆果”的重要程度是“樱桃”的 3 倍，"
        "却认为“樱桃”的重要程度是“苹果”的 2 倍。"
    )
    guidance = actions.control(page, "guidance")
    expect(guidance.get_by_text(contradiction, exact=True)).to_be_visible()
    expect(guidance.get_by_text("改动其中一个回答即可：", exact=True)).to_be_visible()
    picture = guidance.locator(".ahp-cycle")
    expect(picture).to_be_visible()
    expect(picture.locator(".item")).to_have_text(["苹果", "浆果", "樱桃"])
    fits = {
        "apple-berry": "如果您认为“浆果”的重要程度是“苹果”的 3 到 9 倍，就与您的其他回答基本相符。",
        "berry-cherry": "如果您认为“樱桃”的重要程度是“浆果”的 4 到 9 倍，"
        "就与您的其他回答基本相符。",
        "apple-cherry": "如果您认为“苹果”的重要程度是“樱桃”的 6 到 9 倍，"
        "就与您的其他回答基本相符。",
    }
    for pair, fit in fits.items():
        suggestion = actions.control(page, f"suggestion-{pair}")
        expect(suggestion.get_by_text(fit, exact=True)).to_be_visible()
    [shown] = panel.events("shown")
    assert shown.parent == GOAL
    assert json.loads(str(shown.detail)) == [
        ["apple", "berry", "5", "1/6", "1/9", "1/3"],
        ["berry", "cherry", "3", "1/9", "1/9", "1/4"],
        ["apple", "cherry", "1/2", "9", "6", "9"],
    ]

    change(page, "apple", "cherry", "3")  # the right direction, not far enough
    expect(parent).to_contain_text("CR = 0.254")
    assert panel.store.current(panel.expert.id)[GOAL, "apple", "cherry"] == "3"
    assert len(panel.events("shown")) == 2

    actions.press(page, "keep_answers")
    sentences(page, "请用几个字说明为什么保留这些回答。")
    assert panel.events("kept") == []
    to_review(page)
    expect(actions.control(page, "unsettled")).to_contain_text(
        "提交之前，请修改以下各处的回答，或说明保留的理由："
    )
    expect(actions.control(page, "submit")).to_have_count(0)
    actions.control(page, "unsettled").get_by_role("button", name="水果").click()
    expect(actions.control(page, "keeping")).to_be_visible()
    actions.control(page, "keeping").locator("textarea").fill("樱桃只是点缀。")
    actions.press(page, "keep_answers")
    expect(page.locator(actions.REVIEW)).to_be_visible()
    [kept] = panel.events("kept")
    assert (kept.parent, kept.detail) == (GOAL, "樱桃只是点缀。")
    overview = page.locator("summary").first
    expect(overview).to_contain_text("水果 · 3/3 · CR 0.254 · 已保留")
    actions.unfold(overview)
    sentences(page, "您保留了这些回答。樱桃只是点缀。")
    page.get_by_role("button", name="查看哪些回答互相矛盾").click()
    expect(actions.control(page, "guidance")).to_contain_text("您保留了这些回答。樱桃只是点缀。")
    to_review(page)
    actions.submit(page)
    assert panel.said()[-3:] == ["shown", "kept", "submit"]
    assert panel.store.answers(panel.expert.study_id).experts == ("王五",)


@pytest.mark.slow
def test_contradictions_that_must_be_mended(study: Study) -> None:
    panel = study(small_survey("apple", "berry", "cherry"), guidance="require", way="pairs")
    page = panel.visitor("en-US", DESKTOP).new_page()
    answer_in_a_circle(page, panel)
    sentences(page, "This study asks for consistent answers (CR below 0.1) before you submit.")
    expect(actions.control(page, "keep_answers")).to_have_count(0)
    to_review(page)
    expect(actions.control(page, "unsettled")).to_contain_text(
        "Before you submit, please change answers here until they are consistent (CR < 0.1):"
    )
    expect(actions.control(page, "submit")).to_have_count(0)
    actions.control(page, "unsettled").get_by_role("button", name="Goal").click()
    change(page, "apple", "cherry", "9")
    expect(page.locator(actions.PARENT)).to_contain_text(
        "Your judgments are consistent (CR = 0.025, below 0.1)."
    )
    expect(actions.control(page, "guidance")).to_have_count(0)
    to_review(page)
    actions.submit(page)
    assert panel.said() == ["way", "consent", *["answer"] * 3, "shown", "answer", "submit"]


@pytest.mark.slow
def test_begun_on_a_phone_continued_in_the_office_and_back(study: Study) -> None:
    panel = study(SUPERVISION)
    link = panel.link
    phone = panel.visitor("zh-CN", PHONE).new_page()
    phone.goto(link)
    actions.begin(phone)

    def answer(page: Page, value: str) -> str:
        expect(page.locator(QUESTION)).to_be_visible()
        place = actions.asked(page)
        actions.choose(page, value)
        actions.moved_on(page, place)
        return place

    places = [answer(phone, "3"), answer(phone, "1/5")]
    here = actions.asked(phone)

    office = panel.visitor("en-US", DESKTOP).new_page()
    office.goto(link)
    actions.asks(office, here)
    chosen = office.locator('.position[aria-checked="true"]')
    expect(chosen).to_have_count(0)
    actions.press(office, "back")
    actions.asks(office, places[1])
    expect(chosen).to_have_count(1)
    expect(chosen).to_have_attribute("data-value", "1/5")
    actions.press(office, "next")
    actions.asks(office, here)
    answer(office, "7")
    there = actions.asked(office)
    assert there not in (here, *places)

    phone.reload()
    actions.asks(phone, there)
    answer(phone, "1")
    values = ["3", "1/5", "7", "1"]
    assert [one.value for one in panel.events("answer")] == values
    way = Way.from_content(str(panel.events("way")[0].detail))
    assert [*places, here, there] == [f"pair {' '.join(pair)}" for pair in way.order[:4]]


def tab_to(page: Page, key: str) -> None:
    """Press Tab until something in this control has the focus."""
    for _press in range(40):
        inside = actions.control(page, key).locator(":focus")
        if inside.count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab reached {key}")


@pytest.mark.slow
def test_by_keyboard_alone(study: Study) -> None:
    survey = small_survey("apple", "berry", "cherry", below_first=tuple(SEEDS))
    panel = study(survey, cannot_judge=True, short_form=True)
    page = panel.visitor("en-US", DESKTOP).new_page()
    page.goto(panel.link)
    expect(actions.control(page, "start")).to_be_visible()
    # with three items the short form would save nothing
    expect(actions.control(page, f"form-{panel.expert.id}-1-en")).to_have_count(0)
    way = f"way-{panel.expert.id}-1-en"
    tab_to(page, way)
    page.keyboard.press("ArrowDown")
    expect(actions.control(page, way).get_by_role("radio").nth(1)).to_be_checked()
    tab_to(page, "start")
    page.keyboard.press("Enter")

    orders = {GOAL: ["cherry", "apple", "berry"], "apple": ["zinnia", "yarrow", "xylem"]}
    for parent, order in orders.items():
        ranking = actions.control(page, "ranking")
        expect(ranking.locator(f'.ranking[data-place="rank {parent}"]')).to_be_visible()
        for node in order[:2]:
            pick = ranking.get_by_role("button", name=node.title(), exact=True)
            for _press in range(20):
                if pick.evaluate("(found) => found.getRootNode().activeElement === found"):
                    break
                page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            expect(ranking.locator(f'.row[data-id="{node}"]')).to_be_visible()
        # the last one follows, and the focus waits at the button that confirms
        expect(ranking.get_by_role("button", name="This is my order")).to_be_focused()
        page.keyboard.press("Enter")
        for number in range(3):
            expect(page.locator(QUESTION)).to_be_visible()
            place = actions.asked(page)
            for _press in range(40):  # none when the focus is at the question already
                if page.locator(f"{QUESTION} .group:focus, {QUESTION} .group :focus").count():
                    break
                page.keyboard.press("Tab")
            if (parent, number) == (GOAL, 2):  # back, the answer is still there, and on again
                page.keyboard.press("Backspace")
                expect(page.locator('.position[aria-checked="true"]')).to_have_count(1)
                expect(page.locator(f'{QUESTION}[data-pair="{place}"]')).to_have_count(0)
                tab_to(page, "next")
                page.keyboard.press("Enter")
                actions.asks(page, place)
                tab_to(page, "choice")
            keys = ("ArrowLeft",) if number == 0 else ("3",)
            if number == 2:
                keys = ("3", "3", "3")  # left, right, left
            for key in keys:
                page.keyboard.press(key)
            page.keyboard.press("Enter")
            actions.moved_on(page, place)
        expect(page.locator(actions.PARENT)).to_be_visible()
        tab_to(page, "next")
        page.keyboard.press("Enter")
        expect(page.locator(actions.PARENT)).to_have_count(0)
    expect(page.locator(actions.REVIEW)).to_be_visible()
    tab_to(page, "sure")
    page.keyboard.press("Space")
    expect(actions.control(page, "submit").get_by_role("button")).to_be_enabled()
    tab_to(page, "submit")
    page.keyboard.press("Enter")
    expect(actions.control(page, "submitted")).to_be_visible()
    tab_to(page, "receipt")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    expect(opened.value.get_by_role("heading", name="Panel")).to_be_visible()
    assert [json.loads(str(one.detail)) for one in panel.events("ranked")] == [*orders.values()]
    assert [one.value for one in panel.events("answer")] == ["2", "3", "3"] * 2
