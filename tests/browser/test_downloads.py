"""Files that pages offer: to whom, how long, and what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

import ahp
from ahp.store import Store
from ahp.web.components import CHART_CODE
from tests.browser import actions
from tests.running_server import RunningServer
from tests.web.test_server import ask

NOT_YOURS = "This file is not for this browser, or not any more."


@pytest.fixture
def store(server: RunningServer) -> Iterator[Store]:
    opened = Store(f"sqlite:///{server.database}")
    yield opened
    opened.close()


@pytest.fixture
def desk(browser: Browser, server: RunningServer, store: Store) -> Page:
    """An organizer's page on the links of a study."""
    study = store.create_study(ahp.load_survey("supervision_effectiveness"), "2026")
    store.add_expert(study.id, "Wang Wu")
    page = actions.visitor(browser, locale="en-US", size=actions.DESKTOP).new_page()
    actions.sign_in(page, server)
    page.goto(f"{server.url}/experts")
    actions.press(page, "issue")
    expect(actions.issued_links(page)).to_have_count(1)
    return page


def pressed(page: Page, key: str) -> tuple[str, bytes]:
    """Path and content of a download."""
    with page.expect_download() as download:
        actions.press(page, key)
    return urlsplit(download.value.url).path, Path(download.value.path()).read_bytes()


def own_cookie(page: Page) -> str:
    [cookie] = [one["value"] for one in page.context.cookies() if one["name"] == "ahp_session"]
    return cookie


def test_files_are_for_this_organizer_while_signed_in(desk, server, store) -> None:
    [study], [expert] = store.studies(), store.experts(store.studies()[0].id)
    link = actions.issued_links(desk).inner_text()
    sheet, content = pressed(desk, "link_sheet")
    assert link.encode() in content
    table, content = pressed(desk, "csv-links")
    assert link.encode() in content
    desk.goto(f"{server.url}/files")
    desk.get_by_role("tab", name="Export").click()
    export, content = pressed(desk, "export_study")
    assert content.decode() == store.export_study(study.id)
    strangers = [
        "",
        "guess",
        store.open_link(link.rpartition("/")[2], None),
        store.open_organizer(None),
    ]

    def refused(path: str, cookie: str) -> None:
        answer = ask(server, path, cookie=cookie)
        assert (answer.status, answer.headers["cache-control"]) == (403, "no-store")
        assert NOT_YOURS in answer.text
        assert "content-disposition" not in answer.headers

    own = own_cookie(desk)
    for path in (sheet, table, export):
        for cookie in strangers:
            refused(path, cookie)
    answer = ask(server, export, cookie=own)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-disposition"] == 'attachment; filename="2026.json"'
    assert answer.headers["content-type"] == "application/json"
    assert answer.text == store.export_study(study.id)
    # more rights, and so a new cookie: the tab goes on with it
    second = desk.context.new_page()
    second.goto(link)
    expect(actions.control(second, "start")).to_be_visible()
    grown = own_cookie(desk)
    assert grown != own
    export, content = pressed(desk, "export_study")
    assert content.decode() == store.export_study(study.id)
    desk.goto(f"{server.url}/studies")
    actions.press(desk, "sign_out")
    expect(desk.get_by_role("heading", name="This is the place")).to_be_visible()
    for cookie in (own, grown):
        refused(export, cookie)
    assert store.grants(grown).experts == ()
    assert store.expert(expert.id).link == "active"


def test_an_expert_s_questionnaire_is_the_expert_s(browser, server, store) -> None:
    study = store.create_study(ahp.load_survey("supervision_effectiveness"), "2026")
    experts = [store.add_expert(study.id, name) for name in ("Me", "Other")]
    mine, theirs = (f"{server.url}/i/{store.issue_link(expert.id)}" for expert in experts)
    context = actions.visitor(browser, locale="en-US", size=actions.DESKTOP)
    page, other = context.new_page(), context.new_page()
    page.goto(mine)
    other.goto(theirs)
    actions.unfold(page.get_by_text("Prefer a spreadsheet?"))
    path, content = pressed(page, f"questionnaire-{experts[0].id}")
    assert content.startswith(b"PK")
    cookie = own_cookie(page)
    assert ask(server, path, cookie=store.open_organizer(None)).status == 403
    actions.press(page, "leave")
    expect(actions.control(page, "leave")).to_have_count(0)
    answer = ask(server, path, cookie=cookie)
    assert (answer.status, NOT_YOURS in answer.text) == (403, True)


@pytest.mark.slow
@pytest.mark.parametrize("saves_data", [False, True])
def test_code_of_charts_comes_ahead_unless_the_browser_saves_data(browser, server, saves_data):
    context = actions.visitor(browser, size=actions.DESKTOP, saves_data=saves_data)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path[1:]))
    actions.sign_in(page, server)
    actions.drawn(page)
    page.evaluate("new Promise((done) => setTimeout(() => requestIdleCallback(done), 1500))")
    expected = [] if saves_data else [*CHART_CODE]
    actions.eventually(page, lambda: [path for path in asked if path in CHART_CODE], expected)
