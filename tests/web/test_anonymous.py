"""The anonymous link: its two pages without Streamlit, and what organizers see of it."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ahp.store import Store
from ahp.web.server import ROUTES


@pytest.fixture
def browser(store: Store) -> TestClient:
    return TestClient(Starlette(routes=ROUTES), follow_redirects=False)


@pytest.fixture
def path(store: Store, survey) -> str:
    study = store.create_study(survey, "Pilot")
    return f"/a/{store.issue_anonymous_link(study.id, 1, 'Anonymous expert')}"


def begin(browser: TestClient, path: str):
    page = browser.get(path, headers={"accept-language": "en"})
    found = re.search('name="once" value="([^"]+)"', page.text)
    assert found, page.text
    return browser.post(path, data={"once": found[1]}, headers={"accept-language": "en"})


def test_begin_go_on_and_come_back(browser, path, store):
    [study] = store.studies()
    assert browser.post(path, data={"once": "short"}).headers["location"] == path
    assert store.experts(study.id) == []
    begun = begin(browser, path)
    [expert] = store.experts(study.id)
    assert (begun.status_code, begun.headers["cache-control"]) == (200, "no-store")
    [code] = re.findall(r">([0-9A-Z-]{14})<", begun.text)
    assert "https://survey.example.org/code" in begun.text
    assert f'href="/?e={expert.id}"' in begun.text
    assert [one.id for one in store.grants(browser.cookies["ahp_session"]).experts] == [expert.id]
    again = browser.get(path)  # this browser goes on
    assert (again.status_code, again.headers["location"]) == (303, f"/?e={expert.id}")
    browser.cookies.clear()
    full = browser.get(path, headers={"accept-language": "en"})
    assert (full.status_code, 'name="code"' in full.text) == (403, True)
    assert "As many people as the organizer asked have begun by this link." in full.text
    there = browser.post("/code", data={"code": code.lower()})
    assert (there.status_code, there.headers["location"]) == (303, f"/?e={expert.id}")
    assert store.grants(browser.cookies["ahp_session"]).experts == (expert,)


def test_what_opens_nothing(browser, path):
    for language, words in (("en", "This code is not known."), ("zh", "没有这个代码")):
        wrong = browser.post(
            "/code", data={"code": "ABCD-EFGH-JKMN"}, headers={"accept-language": language}
        )
        assert (wrong.status_code, words in wrong.text, wrong.cookies) == (404, True, {})
    assert browser.get("/a/nothing").status_code == 404
    assert browser.get("/code").status_code == 200


def test_the_organizer_makes_limits_and_closes_it(store, survey, visit, organizer, browser):
    study = store.create_study(survey, "Pilot")
    app = visit(organizer, "experts")
    app.number_input(f"anonymous_most-{study.id}").set_value(2)
    app.button("anonymous_issue").click().run()
    assert not app.exception
    [link] = [one.value for one in app.code]
    assert link.startswith("https://survey.example.org/a/")
    begin(browser, link.removeprefix("https://survey.example.org"))
    app.run()
    said = [one.value for one in app.markdown]
    assert "1 of at most 2 have begun, 0 have submitted. The link is open." in said
    app.number_input(f"anonymous_most-{study.id}").set_value(5).run()
    app.button("anonymous_limit").click().run()
    app.button("anonymous_close").click().run()
    chosen = store.anonymous(study.id)
    assert chosen is not None
    assert (chosen.most, chosen.open) == (5, False)
    app.button("anonymous_issue").click().run()  # the link before is not shown any more
    assert [one.value for one in app.code] != [link]


def test_what_an_expert_without_a_name_reads(store, path, visit, browser):
    begin(browser, path)
    app = visit(browser.cookies["ahp_session"])
    text = "\n".join(one.value for one in app.markdown)
    assert "You answer without a name, as **Anonymous expert 1**." in text
    assert "Your answers are stored with the time and a number, without your name" in text
    assert "with your name and the time" not in text
