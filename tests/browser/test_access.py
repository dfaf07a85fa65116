"""An expert's link opens that expert's survey and nothing else: tried by URL, cookie, session."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

import ahp
import ahp.resources
from ahp.store import Store
from tests.browser import actions
from tests.browser.actions import DESKTOP
from tests.running_server import RunningServer

SECRETS = ("Other Expert", "E5", "Published panel")


@pytest.fixture
def store(server: RunningServer):
    opened = Store(f"sqlite:///{server.database}")
    yield opened
    opened.close()


def test_by_url(browser: Browser, server: RunningServer, store: Store) -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    study = store.create_study(survey, "2026")
    mine, other = store.add_expert(study.id, "Me"), store.add_expert(study.id, "Other Expert")
    store.answer(other.id, "effectiveness", "setup", "operation", "1/9", event_id="secret")
    folder = ahp.resources.data_folder("examples") / "dong_2010"
    published = store.import_study(
        ahp.load_survey(folder / "survey.toml"),
        ahp.read_answers(folder / "answers.csv"),
        "Published panel",
    )
    page = actions.visitor(browser, locale="en-US", size=DESKTOP).new_page()
    received: list[str] = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived",
            lambda frame: received.append(
                frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
            ),
        ),
    )
    page.goto(f"{server.url}/i/{store.issue_link(mine.id)}")
    for path in (
        "studies",
        "experts",
        "results",
        f"results?study={published.id}",
        f"experts?study={study.id}",
        f"survey?expert={other.id}",
        f"?study={published.id}",
    ):
        page.goto(f"{server.url}/{path}")
        expect(actions.control(page, "start")).to_be_visible()
        expect(page.get_by_role("link", name="Results")).to_have_count(0)
    page.goto(f"{server.url}/?e={other.id}")  # whose page it is, but not for this browser
    expect(page.get_by_text("please open your personal link in this browser")).to_be_visible()
    frames = "".join(received)
    assert "Effectiveness of post-supervision" in frames  # the frames are readable
    assert [secret for secret in SECRETS if secret in frames] == []


def test_by_cookie(browser: Browser, server: RunningServer, store: Store) -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    expert = store.add_expert(store.create_study(survey, "2026").id, "Me")
    token = store.issue_link(expert.id)
    session = store.open_link(token, None)
    for forged in (token, expert.id, session[::-1], "organizer"):
        context = actions.visitor(browser, locale="en-US", size=DESKTOP)
        context.add_cookies([{"name": "ahp_session", "value": forged, "url": server.url}])
        page = context.new_page()
        page.goto(server.url)
        expect(
            page.get_by_role("heading", name="This is the place for pairwise surveys")
        ).to_be_visible()


@pytest.mark.slow
def test_by_session(browser: Browser, server: RunningServer, store: Store) -> None:
    """A page that stays open loses its rights with the link, at the next click."""
    survey = ahp.load_survey("supervision_effectiveness")
    study = store.create_study(survey, "2026")
    expert = store.add_expert(study.id, "Me")
    page = actions.visitor(browser, locale="en-US", size=DESKTOP).new_page()
    page.goto(f"{server.url}/i/{store.issue_link(expert.id)}")
    actions.begin(page)
    expect(page.locator(actions.QUESTION)).to_be_visible()
    before = store.events(study.id)
    store.revoke_link(expert.id)
    actions.choose(page, "5")
    expect(page.get_by_text("This link is no longer valid.")).to_be_visible()
    expect(page.locator(".comparison")).to_have_count(0)
    assert store.current(expert.id) == {}
    assert [event.kind for event in store.events(study.id)[len(before) :]] == ["link_revoked"]
