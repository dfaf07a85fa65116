"""Projects of other programs in a real browser: what is taken over, and what can't be kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE
from tests.running_server import RunningServer

pytestmark = pytest.mark.slow

SITE = """Version: 2.0
Alternatives: &alternatives {North: {price: 1}, South: {price: 2}}
Goal:
  name: Site
  decision-makers: {Ann: 0.9, Bo: 0.1}
  preferences:
    Ann: {pairwise: [[Cost, Risk, 9]]}
    Bo: {pairwise: [[Cost, Risk, 1/9]]}
  children:
    Cost:
      preferences: {Ann: {pairwiseFunction: "function(a, b) 1"}}
      children: *alternatives
    Risk:
      preferences: {Ann: {pairwise: [[North, South, 3]]}}
      children: *alternatives
"""
SHOP = """{"pj": [{"project_name": "Shop",
"project_hText": "Shop: Price=0.3, Quality=0.7; Quality: Durable, Look;"}],
"pwc": [{"pwc_part": "Li", "pwc_node": "Quality", "pwc_ab": "0", "pwc_intense": "3"}]}"""


def upload(page: Page, running: RunningServer, name: str, content: str) -> None:
    """Sign in and give the page a file."""
    actions.sign_in(page, running)
    page.get_by_role("tab").nth(1).click()
    uploader = actions.control(page, "survey_file")
    uploader.locator('input[type="file"]').set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
    )
    expect(actions.control(page, "import_panel")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "size", "weights", "lost"),
    [
        ("zh-CN", PHONE, "将采用文件中各决策者的权重，并计入结果：Ann 0.9、Bo 0.1。",
         ("文件中的以下内容无法保留：", "备选方案之间的比较，1 项", "比较备选方案的公式，1 项")),
        pytest.param(
            "en-US", DESKTOP,
            "The decision makers' weights are imported and used: Ann 0.9, Bo 0.1.",
            ("A study can't keep this part of the file:", "comparisons of alternatives, 1",
             "formulas that compare alternatives, 1"),
            marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_decision_makers_weights_count(
    browser: Browser,
    running: RunningServer,
    locale: str,
    size: dict[str, int],
    weights: str,
    lost: tuple[str, ...],
) -> None:
    page = actions.visitor(browser, locale=locale, size=size).new_page()
    upload(page, running, "site.ahp", SITE)
    for text in (weights, *lost):
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    store = Store(f"sqlite:///{running.database}")
    before = store.studies()
    actions.press(page, "import_panel")
    expect(page.get_by_role("cell", name="0.8529").first).to_be_visible()
    (study,) = [one for one in store.studies() if one not in before]
    assert store.settings(study.id).weighting == "given"
    assert {name: one.weight for name, one in store.standings(study.id).items()} == {
        "Ann": 0.9,
        "Bo": 0.1,
    }
    store.close()


def test_given_weights_stand_in_the_results(browser: Browser, running: RunningServer) -> None:
    page = actions.visitor(browser, locale="en-US", size=DESKTOP).new_page()
    upload(page, running, "shop.json", SHOP)
    expect(
        page.get_by_text(
            "The weights given below “Shop” are imported, and nobody is asked about them: Price "
            "0.3, Quality 0.7."
        )
    ).to_be_visible()
    expect(page.get_by_text("Shop · weights given (shop.json)")).to_be_visible()
    actions.press(page, "import_panel")
    expect(page.get_by_role("cell", name="0.5250").first).to_be_visible()
    expect(page.get_by_text("without the weights given below Shop")).to_be_visible()
    page.get_by_role("tab", name="Judgment matrices").click()
    expect(page.get_by_role("cell", name="weights given (shop.json)")).to_be_visible()


def test_the_editor_gives_weights(browser: Browser, running: RunningServer) -> None:
    page = actions.visitor(browser, locale="en-US", size=DESKTOP).new_page()
    upload(page, running, "shop.json", SHOP)
    page.get_by_role("button", name="Change it in the editor").last.click()
    actions.press(page, "node-shop")
    given = page.get_by_role("switch")
    expect(given).to_be_checked()
    weight = page.get_by_label("Weight of “Price”")
    expect(weight).to_have_value("0.3000")
    weight.fill("0.5")
    weight.press("Tab")
    expect(page.get_by_text("These weights sum to 1.2, expected 1.")).to_be_visible()
    other = page.get_by_label("Weight of “Quality”")
    other.fill("0.5")
    other.press("Tab")
    source = page.get_by_label("Source of these weights")
    source.fill("")
    source.press("Tab")
    expect(page.get_by_text("Shop: source of the given weights")).to_be_visible()
    source.fill("Rule 5")
    source.press("Tab")
    expect(page.get_by_text("Shop · weights given (Rule 5)")).to_be_visible()
