"""What an expert does besides answering: languages, links, comments, reasons, focus, two tabs."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from ahp.process.asking import Way
from ahp.store import Event
from tests.browser import actions
from tests.browser.actions import DESKTOP, PARENT, PHONE, QUESTION, REVIEW, slow
from tests.browser.panel import FRUIT, GOAL, SEEDS, Panel, Study, small_survey

APPLES = ("apple", "berry", "cherry")
COMMENT = f"{QUESTION} .comment"


def begun(panel: Panel, locale: str, size: dict[str, int]) -> Page:
    """A page at the first question."""
    page = panel.visitor(locale, size).new_page()
    page.goto(panel.link)
    actions.begin(page)
    expect(page.locator(QUESTION)).to_be_visible()
    return page


def answer(page: Page, value: str = "3") -> str:
    """Answer the comparison on the screen; returns which."""
    place = actions.asked(page)
    actions.choose(page, value)
    actions.moved_on(page, place)
    return place


def told(event: Event) -> tuple[str, str | None]:
    """The comparison that an event is about, and its text."""
    return f"pair {event.parent} {event.left} {event.right}", event.detail


@pytest.mark.slow
def test_explanations_are_a_tap_away_on_a_phone(study: Study) -> None:
    page = begun(study(small_survey(*APPLES), way="pairs"), "zh-CN", PHONE)
    for node in actions.asked(page).split()[2:]:
        explanation = page.get_by_text(f"{FRUIT[node]}的含义。", exact=True)
        expect(explanation).to_be_hidden()
        page.get_by_role("button", name=f"说明 {FRUIT[node]}", exact=True).tap()
        expect(explanation).to_be_visible()
    expect(page.locator(f"{QUESTION} .explanation").locator("visible=true")).to_have_count(2)


def test_comments_with_an_answer_and_without_one(study: Study) -> None:
    panel = study(small_survey(*APPLES), way="pairs")
    page = begun(panel, "en-US", PHONE)
    field = page.get_by_role("textbox", name="Comment (optional)", exact=True)
    page.locator(f"{COMMENT} .disclosure").tap()
    field.fill("We had this in 2024.")
    first = answer(page)
    expect(field).to_be_hidden()
    second = actions.asked(page)
    page.locator(f"{COMMENT} .disclosure").tap()
    field.fill("Hard to say.")
    actions.press(page, "back")
    actions.asks(page, first)
    expect(field).to_have_value("We had this in 2024.")
    actions.press(page, "next")
    actions.asks(page, second)
    expect(field).to_have_value("Hard to say.")
    expect(page.locator('.position[aria-checked="true"]')).to_have_count(0)
    page.reload()
    actions.asks(page, second)
    expect(field).to_have_value("Hard to say.")
    assert [told(one) for one in panel.events("comment")] == [
        (first, "We had this in 2024."),
        (second, "Hard to say."),
    ]
    assert panel.said() == ["way", "consent", "comment", "answer", "comment"]


def shows_language(page: Page, language: str) -> None:
    expect(page.locator(f'html[lang="{language}"]')).to_have_count(1)


def switch(page: Page, name: str) -> None:
    actions.control(page, "language_switch").get_by_text(name, exact=True).tap()


@pytest.mark.slow
def test_the_language_is_switched_at_any_time(study: Study) -> None:
    panel = study(small_survey(*APPLES), way="pairs")
    page = panel.visitor("zh-CN", PHONE).new_page()
    page.goto(panel.link)
    expect(page.get_by_role("heading", name="水果调查", exact=True)).to_be_visible()
    shows_language(page, "zh")
    switch(page, "English")
    expect(page.get_by_role("heading", name="Fruit survey", exact=True)).to_be_visible()
    shows_language(page, "en")
    page.reload()
    expect(page.get_by_role("button", name="I agree and start", exact=True)).to_be_visible()
    shows_language(page, "en")
    switch(page, "中文")
    expect(page.get_by_role("button", name="同意并开始", exact=True)).to_be_visible()
    shows_language(page, "zh")

    actions.begin(page)
    question = page.get_by_role("heading", name="对于“水果”，哪一个更重要？重要多少？", exact=True)
    expect(question).to_be_visible()
    place = actions.asked(page)
    page.locator(f"{COMMENT} .disclosure").tap()
    page.locator(f"{QUESTION} textarea").press_sequentially("刚写到一半")
    switch(page, "English")  # the comment is sent along with it
    english = "For “Goal”: which matters more, and how much?"
    expect(page.get_by_role("heading", name=english, exact=True)).to_be_visible()
    shows_language(page, "en")
    actions.asks(page, place)
    expect(page.locator(f"{QUESTION} textarea")).to_have_value("刚写到一半")
    page.reload()
    expect(page.get_by_role("heading", name=english, exact=True)).to_be_visible()
    shows_language(page, "en")
    assert [told(one) for one in panel.events("comment")] == [(place, "刚写到一半")]


@pytest.mark.slow
def test_a_tab_answers_the_link_that_was_opened_in_it(study: Study) -> None:
    one, two = (study(small_survey(*APPLES), way="pairs") for _number in range(2))
    page = one.visitor("en-US", DESKTOP).new_page()

    def belongs_to(panel: Panel) -> None:
        expect(actions.control(page, "start")).to_be_visible()
        page.wait_for_url(f"**e={panel.expert.id}*")

    for panel in (one, two):
        page.goto(panel.link)
        belongs_to(panel)
    page.goto(one.server.url)  # nobody's yet
    title = one.store.study(one.expert.study_id).title
    actions.control(page, "choose_expert").get_by_role("button", name=f"{title} · 王五").click()
    belongs_to(one)
    page.reload()
    belongs_to(one)
    actions.begin(page)
    expect(page.locator(QUESTION)).to_be_visible()
    answer(page, "5")
    assert (one.said(), two.said()) == (["way", "consent", "answer"], [])

    page.goto(two.link)  # opened once more
    belongs_to(two)
    actions.begin(page)
    expect(page.locator(QUESTION)).to_be_visible()
    answer(page, "7")
    assert (len(one.said()), two.said()) == (3, ["way", "consent", "answer"])
    assert [event.value for event in two.events("answer")] == ["7"]


def second_round(panel: Panel) -> None:
    """Six experts answered everything by 1; the panel's one is asked again."""
    store, study_id = panel.store, panel.expert.study_id
    others = store.add_experts(study_id, {f"Expert {k}": None for k in range(5)})
    for expert in (panel.expert, *others):
        for pair in panel.survey.hierarchy.comparisons:
            store.answer(expert.id, *pair, "1", event_id="-".join((expert.id[:8], *pair)))
        store.submit(expert.id, event_id=f"{expert.id[:8]}-submit")
    store.close_round(study_id)
    store.open_round(study_id)


@pytest.mark.slow
@pytest.mark.parametrize("button", ["next", *slow("overview", "back")])
def test_a_reason_is_stored_whichever_way_the_screen_is_left(study: Study, button: str) -> None:
    panel = study(small_survey(*APPLES), way="pairs")
    second_round(panel)
    page = begun(panel, "en-US", DESKTOP)
    first = actions.asked(page)
    actions.choose(page, "9")
    reason = actions.control(page, "reason").locator("textarea")
    expect(reason).to_be_visible()
    reason.press_sequentially("Seen it twice.")
    actions.press(page, button)  # not “Save”
    expect(page.locator(f'{QUESTION}[data-pair="{first}"]')).to_have_count(0)
    assert [told(one) for one in panel.events("reason")] == [(first, "Seen it twice.")]
    assert [one.kind for one in panel.events("answer", "reason") if one.round == 2] == [
        "answer",
        "reason",
    ]


CIRCLE = {
    f"pair {GOAL} apple berry": "5",
    f"pair {GOAL} berry cherry": "3",
    f"pair {GOAL} apple cherry": "1/2",
}


def in_a_circle(page: Page) -> None:
    """Answers that contradict each other, up to the summary that says so."""
    for _number in CIRCLE:
        expect(page.locator(QUESTION)).to_be_visible()
        answer(page, actions.planned(CIRCLE, actions.asked(page)))
    expect(actions.control(page, "guidance")).to_be_visible()


@pytest.mark.slow
def test_why_contradictions_stay_is_stored_by_going_on(study: Study) -> None:
    panel = study(small_survey(*APPLES), guidance="reason", way="pairs")
    page = begun(panel, "en-US", DESKTOP)
    in_a_circle(page)
    field = actions.control(page, "keeping").locator("textarea")
    field.fill("Cherries are")
    actions.press(page, "back")  # the text waits
    expect(page.locator(QUESTION)).to_be_visible()
    assert panel.events("kept") == []
    actions.press(page, "next")
    expect(field).to_have_value("Cherries are")
    field.press("End")
    field.press_sequentially(" rare.")
    actions.press(page, "next")
    actions.reviews(page)
    expect(actions.control(page, "submit")).to_be_visible()
    assert [one.detail for one in panel.events("kept")] == ["Cherries are rare."]

    actions.unfold(page.locator("summary").first)
    page.get_by_role("button", name="Show which answers contradict each other").click()
    expect(field).to_have_value("Cherries are rare.")
    actions.press(page, "next")  # nothing new
    actions.reviews(page)
    actions.unfold(page.locator("summary").first)
    page.get_by_role("button", name="Show which answers contradict each other").click()
    field.fill("Cherries are rare here.")
    actions.press(page, "next")
    actions.reviews(page)
    page.reload()
    actions.reviews(page)
    actions.unfold(page.locator("summary").first)
    expect(page.get_by_text("You keep these answers. Cherries are rare here.")).to_be_visible()
    kept = [(one.parent, one.detail) for one in panel.events("kept")]
    assert kept == [(GOAL, "Cherries are rare."), (GOAL, "Cherries are rare here.")]


TAP_ANOTHER_PLACE = """(before) => new Promise((done) => {
  const shown = () => {
    for (const host of document.querySelectorAll(".st-key-choice *")) {
      const found = host.shadowRoot?.querySelector(".comparison")
      if (found && found.dataset.pair !== before) return found
    }
  }
  const look = () => {
    const question = shown()
    if (!question) return requestAnimationFrame(look)
    setTimeout(() => {
      const other = question.querySelector('.position[data-value="1/9"]')
      const [screenX, screenY] = [5, 5] // far from the first
      const about = { detail: 1, bubbles: true, composed: true, screenX, screenY }
      other.dispatchEvent(new MouseEvent("click", about))
      done(question.dataset.pair)
    }, 200)
  }
  look()
})"""
"""A finger that comes down again as soon as the next question is there."""


def test_a_quick_second_tap_answers_nothing(study: Study) -> None:
    panel = study(small_survey(*APPLES), way="pairs")
    page = begun(panel, "en-US", PHONE)
    first = actions.asked(page)
    actions.choose(page, "9")
    second = page.evaluate(TAP_ANOTHER_PLACE, first)
    page.wait_for_timeout(1500)
    assert actions.asked(page) == second
    expect(page.locator('.position[aria-checked="true"]')).to_have_count(0)
    assert panel.events("answer")[0].value == "9"
    assert len(panel.events("answer")) == 1
    actions.choose(page, "1/9")  # when the question was seen
    actions.moved_on(page, second)
    assert [one.value for one in panel.events("answer")] == ["9", "1/9"]


@pytest.mark.slow
def test_the_buttons_of_a_ranking_say_what_they_do(study: Study) -> None:
    panel = study(small_survey(*APPLES), way="rank")
    page = panel.visitor("zh-CN", PHONE).new_page()
    page.goto(panel.link)
    actions.begin(page)
    ranking = actions.control(page, "ranking")
    for left in (3, 2):
        expect(ranking.locator(".pick")).to_have_count(left)
        actions.tap(ranking.locator(".pick").first)
    expect(ranking.locator(".row")).to_have_count(3)
    tools = ranking.locator(".row .tool")
    order = ranking.locator(".row").evaluate_all("(all) => all.map((row) => row.dataset.id)")
    names = [
        words.format(FRUIT[node])
        for node in order
        for words in ("将“{}”上移", "将“{}”下移", "移出“{}”")
    ]
    expect(tools).to_have_count(len(names))
    for found, name in zip(tools.all(), names, strict=True):
        expect(found).to_have_accessible_name(name)


HAS_FOCUS = """() => {
  let found = document.activeElement
  while (found.shadowRoot?.activeElement) found = found.shadowRoot.activeElement
  const name = found.getAttribute("aria-label") ?? found.innerText.split("\\n").pop()
  return `${found.tagName} ${name}`
}"""


def focus_comes_to(page: Page, what: str) -> None:
    """To this element, and it stays there."""
    with suppress(Error):  # what has it instead is said below
        page.wait_for_function(f"(what) => ({HAS_FOCUS})() === what", arg=what, timeout=5000)
    page.wait_for_timeout(300)
    assert page.evaluate(HAS_FOCUS) == what


@pytest.mark.parametrize("by", ["keyboard", *slow("mouse")])
def test_the_focus_is_on_what_is_new(study: Study, by: str) -> None:
    survey = small_survey(*APPLES, below_first=tuple(SEEDS))
    page = begun(study(survey, way="pairs"), "en-US", DESKTOP)

    def used(key: str) -> None:
        if by == "mouse":
            actions.press(page, key)
        else:
            actions.control(page, key).get_by_role("button").first.press("Enter")

    question = "DIV For “{}”: which matters more, and how much?"
    focus_comes_to(page, question.format("Goal"))
    for _number in APPLES:
        focus_comes_to(page, question.format("Goal"))
        answer(page, "1")
    expect(page.locator(PARENT)).to_be_visible()
    focus_comes_to(page, "H3 Goal")
    used("next")
    expect(page.locator(QUESTION)).to_be_visible()
    focus_comes_to(page, question.format("Apple"))
    answer(page, "1")
    used("back")
    expect(page.locator('.position[aria-checked="true"]')).to_have_count(1)
    focus_comes_to(page, "BUTTON Back")  # to press it again
    used("next")
    focus_comes_to(page, question.format("Apple"))
    used("overview")
    expect(page.locator(REVIEW)).to_be_visible()
    focus_comes_to(page, "H2 Overview")
    used("go_on")
    focus_comes_to(page, question.format("Apple"))


OUTLINE = """() => {
  let found = document.activeElement
  while (found.shadowRoot?.activeElement) found = found.shadowRoot.activeElement
  const { outlineStyle, outlineWidth, outlineColor, boxShadow, color } = getComputedStyle(found)
  const name = found.getAttribute("aria-label") ?? found.innerText.split("\\n").pop()
  return { name, outlineStyle, outlineWidth, outlineColor, boxShadow, color }
}"""


@pytest.mark.parametrize("scheme", ["dark", *slow("light")])
def test_what_has_the_focus_shows(study: Study, scheme: str) -> None:
    page = begun(study(small_survey(*APPLES), way="pairs", cannot_judge=True), "en-US", DESKTOP)
    page.emulate_media(color_scheme=scheme)
    expect(page.locator(".stApp")).to_have_css("color-scheme", scheme)
    answer(page)  # so that “Next” will be enabled
    actions.press(page, "back")
    expect(page.locator('.position[aria-checked="true"]')).to_have_count(1)
    focus_comes_to(page, "BUTTON Back")
    page.locator(".position").first.focus()
    seen = []
    for _press in range(5):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(OUTLINE))
    ours = ["I can't judge this: leave it out", "Comment (optional)"]
    assert [found["name"] for found in seen] == [*ours, "Back", "Next", "Overview"]
    for found in seen:
        if found["name"] in ours:
            assert (found["outlineStyle"], found["outlineWidth"]) == ("solid", "3px")
            assert found["outlineColor"] == found["color"]
        else:  # Streamlit draws a ring
            assert found["boxShadow"] != "none"


@pytest.mark.slow
def test_two_tabs_of_one_browser_keep_both_answers(study: Study) -> None:
    panel = study(small_survey(*APPLES), way="pairs")
    context = panel.visitor("en-US", DESKTOP)
    one = context.new_page()
    one.goto(panel.link)
    actions.begin(one)
    expect(one.locator(QUESTION)).to_be_visible()
    place = actions.asked(one)
    two = context.new_page()
    two.goto(panel.server.url)
    actions.asks(two, place)
    for page, value in ((one, "3"), (two, "1/5")):
        actions.choose(page, value)
        actions.moved_on(page, place)
    _kind, parent, left, right = place.split()
    events = panel.events("answer")
    assert [(one.parent, one.left, one.right, one.value) for one in events] == [
        (parent, left, right, "3"),
        (parent, left, right, "1/5"),
    ]
    pair = (parent, left, right)
    turned = pair not in panel.survey.hierarchy.comparisons
    counts = {(parent, right, left): "5"} if turned else {pair: "1/5"}
    assert panel.store.current(panel.expert.id) == counts
    one.reload()
    actions.press(one, "back")
    actions.asks(one, place)
    checked = one.locator('.position[aria-checked="true"]')
    expect(checked).to_have_attribute("data-value", "1/5")


@pytest.mark.slow
def test_choices_made_in_one_breath_with_the_start_count(study: Study) -> None:
    panel = study(small_survey(*FRUIT), short_form=True)
    page = panel.visitor("zh-CN", DESKTOP).new_page()
    page.goto(panel.link)
    about = f"{panel.expert.id}-1-zh"
    for kind in ("way", "form"):
        expect(actions.control(page, f"{kind}-{about}").get_by_role("radio")).to_have_count(2)
    page.evaluate(
        """(about) => {
          for (const kind of ["way", "form"])
            [...document.querySelectorAll(`.st-key-${kind}-${about} label`)].pop().click()
          document.querySelector(".st-key-start button").click()
        }""",
        about,
    )
    expect(actions.control(page, "ranking").locator(".pick")).to_have_count(len(FRUIT))
    [event] = panel.events("way")
    way = Way.from_content(str(event.detail))
    assert (way.way, way.short) == ("rank", True)
    assert panel.said() == ["way", "consent"]
