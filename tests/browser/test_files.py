"""Files in a real browser: a questionnaire filled in offline, an export of a survey platform."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

import ahp
from ahp.exchange.questionnaire_xlsx import ENTRIES
from ahp.scale import SAATY_POSITIONS
from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE
from tests.running_server import RunningServer

SURVEY = ahp.load_survey("supervision_effectiveness")
PAIRS = SURVEY.hierarchy.comparisons


@pytest.fixture
def store(server: RunningServer) -> Iterator[Store]:
    opened = Store(f"sqlite:///{server.database}")
    yield opened
    opened.close()


def test_an_expert_fills_in_the_workbook_and_uploads_it(
    browser: Browser, server: RunningServer, store: Store, tmp_path: Path
) -> None:
    study = store.create_study(SURVEY, "2026")
    expert = store.add_expert(study.id, "Wang Wu")
    page = actions.visitor(browser, locale="en-US", size=PHONE).new_page()
    page.goto(f"{server.url}/i/{store.issue_link(expert.id)}")
    actions.unfold(page.get_by_text("Prefer a spreadsheet?"))
    with page.expect_download() as download:
        actions.press(page, f"questionnaire-{expert.id}")
    path = tmp_path / "mine.xlsx"
    download.value.save_as(path)

    workbook = load_workbook(path)
    answers = {pair: SAATY_POSITIONS[k % 17] for k, pair in enumerate(PAIRS)}
    values = iter(answers.values())
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if not cell.protection.locked:
                    cell.value = ENTRIES[next(values)]
    assert next(values, None) is None
    workbook.save(path)

    page.locator('input[type="file"]').set_input_files(path)
    expect(page.get_by_text("35 answers read, 0 comparisons left open")).to_be_visible()
    assert store.current(expert.id) == {}
    actions.press(page, "record_files")
    expect(page.get_by_text("Wang Wu: 35 answers recorded from the file.")).to_be_visible()
    assert store.current(expert.id) == answers
    assert {event.source for event in store.events(study.id) if event.kind == "answer"} == {"file"}


@pytest.mark.slow
def test_an_export_of_a_survey_platform(
    browser: Browser, server: RunningServer, store: Store, tmp_path: Path
) -> None:
    """Positions 1 to 17 from the left to the right end; the headers name both items."""
    study = store.create_study(SURVEY, "2026")
    names = [
        "{}、对于“{}”：{} 与 {} 哪个更重要".format(
            k, *(SURVEY.node_name(node, "zh") for node in pair)
        )
        for k, pair in enumerate(PAIRS, start=1)
    ]
    rows = [["序号", "姓名", *names]]
    for number, name in enumerate(("王五", "李四")):
        rows.append([str(number), name, *(str((k + number) % 17 + 1) for k in range(len(PAIRS)))])
    path = tmp_path / "platform.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8-sig")

    page = actions.visitor(browser, locale="en-US", size=DESKTOP).new_page()
    actions.sign_in(page, server)
    page.goto(f"{server.url}/files")
    page.get_by_role("tab", name="Answers from other programs").click()

    def select(key: str, option: str) -> None:
        actions.control(page, key).get_by_role("combobox").click()
        page.get_by_role("option", name=option).click()

    select("import_kind", "export of a survey platform")
    uploader = actions.control(page, "answers_file-platform")
    uploader.locator('input[type="file"]').set_input_files(path)
    select("coding", "1 … 17, from the left end to the right end")
    expect(actions.control(page, "record_answers")).to_be_visible()
    expect(page.get_by_text(re.compile("comparisons have no column yet"))).to_have_count(0)
    actions.press(page, "record_answers")
    expect(page.get_by_text("70 answers recorded from the file.")).to_be_visible()
    for number, expert in enumerate(store.experts(study.id)):
        assert expert.submitted
        assert store.current(expert.id) == {
            pair: SAATY_POSITIONS[(k + number) % 17] for k, pair in enumerate(PAIRS)
        }
