"""PostgreSQL goes away and comes back: pages say so in the visitor's language and go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

import ahp
from ahp.store import Store
from tests.answering_panel import AWAY
from tests.browser import actions
from tests.browser.actions import DESKTOP, PHONE, QUESTION
from tests.running_postgres import Postgres
from tests.running_server import RunningServer


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    running = Postgres()
    yield running
    running.remove()


@pytest.fixture(scope="module")
def server(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("outage")
    running = RunningServer(
        folder / "ahp.db",
        AHP_DATABASE_URL=postgres.url,
        AHP_SIGNING_KEY=str(folder / "key.pem"),
    )
    yield running
    running.stop()


def away(page: Page, language: str) -> None:
    expect(page.get_by_text(AWAY[language])).to_be_visible()
    expect(page.get_by_text("encountered an error")).to_have_count(0)
    expect(page.get_by_text("postgres")).to_have_count(0)


@pytest.fixture
def store(postgres: Postgres, server: RunningServer) -> Iterator[Store]:
    opened = Store(postgres.url)
    yield opened
    opened.close()


@pytest.mark.slow
def test_an_outage(
    browser: Browser, postgres: Postgres, server: RunningServer, store: Store
) -> None:
    study = store.create_study(ahp.load_survey("supervision_effectiveness"), "2026")
    names = ("王五", "李四")
    experts = [store.add_expert(study.id, name) for name in names]
    links = [f"{server.url}/i/{store.issue_link(expert.id)}" for expert in experts]
    page = actions.visitor(browser, size=PHONE).new_page()
    desk, opened = (
        actions.visitor(browser, locale="en-US", size=DESKTOP).new_page() for _ in range(2)
    )
    page.goto(links[0])
    actions.begin(page)
    expect(page.locator(QUESTION)).to_be_visible()
    place = actions.asked(page)
    desk.goto(server.url + server.organizer_path)
    expect(actions.control(desk, "create")).to_be_visible()
    desk.goto(f"{server.url}/experts")
    expect(desk.get_by_role("heading", name="Experts and links")).to_be_visible()

    postgres.stop()
    actions.choose(page, "3")  # an answer given meanwhile
    away(page, "zh")
    desk.reload()
    away(desk, "en")
    found = opened.goto(links[1])
    assert found is not None
    assert (found.status, found.header_value("retry-after")) == (503, "3")
    away(opened, "en")

    postgres.start()
    expect(page.locator(f'{QUESTION}:not([data-pair="{place}"])')).to_be_visible()
    expect(page.get_by_text(AWAY["zh"])).to_have_count(0)
    (answered,) = store.current(experts[0].id).items()
    _pair, parent, left, right = place.split()
    assert answered in (((parent, left, right), "3"), ((parent, right, left), "1/3"))
    expect(desk.get_by_role("heading", name="Experts and links")).to_be_visible()
    expect(actions.control(opened, "start")).to_be_visible()
    place = actions.asked(page)
    actions.choose(page, "5")
    actions.moved_on(page, place)
    assert store.expert(experts[0].id).answered == 2


@pytest.mark.parametrize("path", ["/organizer/{key}", "/receipt/nobody"])
def test_addresses_opened_meanwhile(
    browser: Browser, postgres: Postgres, server: RunningServer, path: str
) -> None:
    visitor = actions.visitor(browser, size=PHONE)
    page = visitor.new_page()
    page.goto(server.url + server.organizer_path)  # has a session to ask the database about
    expect(actions.control(page, "create")).to_be_visible()
    postgres.stop()
    try:
        address = server.organizer_path if "{key}" in path else path
        found = page.goto(server.url + address)
        assert found is not None
        assert found.status == 503
        ready, alive = (page.request.get(f"{server.url}/{one}") for one in ("readyz", "healthz"))
        assert (ready.status, ready.text()) == (503, "not ready: no answer from the database\n")
        assert alive.status == 200
        away(page, "zh")
    finally:
        postgres.start()
    if "{key}" in path:
        expect(actions.control(page, "create")).to_be_visible()  # by itself
    else:
        expect(page.get_by_text("还没有回执")).to_be_visible()
    assert page.request.get(f"{server.url}/readyz").text() == "ready\n"
    visitor.close()
