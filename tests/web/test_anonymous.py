"""The anonymous link: its two pages without Streamlit, and what organizers see of it."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ahp.exchange.questionnaire_xlsx import questionnaire_workbook
from ahp.store import Store, anonymous
from ahp.web import state
from ahp.web.server import ROUTES


@pytest.fixture
def browser(store: Store) -> TestClient:
    return TestClient(Starlette(routes=ROUTES), follow_redirects=False)


@pytest.fixture
def path(store: Store, survey) -> str:
    study = store.create_study(survey, "Pilot")
    return f"/a/{store.issue_anonymous_link(study.id, 1, 'Anonymous expert')}"


ENGLISH = {"accept-language": "en"}


def begin(browser: TestClient, path: str):
    assert "Everybody who has this link can answer" in browser.get(path, headers=ENGLISH).text
    return browser.post(path, headers=ENGLISH)


def leads_to(answer, place: str) -> bool:
    return (answer.status_code, answer.headers["location"]) == (303, place)


def test_begin_go_on_and_come_back(browser, path, store):
    [study] = store.studies()
    begun = begin(browser, path)
    [expert] = store.experts(study.id)
    assert (begun.status_code, begun.headers["cache-control"]) == (200, "no-store")
    [code] = re.findall(r">([0-9A-Z-]{14})<", begun.text)
    assert "https://survey.example.org/code" in begun.text
    assert f'href="/?e={expert.id}"' in begun.text
    assert [one.id for one in store.grants(browser.cookies["ahp_session"]).experts] == [expert.id]
    asks = browser.get(path, headers=ENGLISH).text
    assert "Anonymous expert 1 has begun in this browser." in asks
    assert f'href="/?e={expert.id}">Go on as Anonymous expert 1</a>' in asks
    assert leads_to(browser.post(path), path)  # as does a window opened before
    assert leads_to(browser.post(path), f"{path}?again")
    browser.cookies.clear()
    full = browser.get(path, headers=ENGLISH)
    assert (full.status_code, 'name="code"' in full.text) == (403, True)
    assert "As many people as the organizer asked have begun by this link." in full.text
    there = browser.post("/code", data={"code": code.lower()})
    assert leads_to(there, f"/?e={expert.id}")
    assert store.grants(browser.cookies["ahp_session"]).experts == (expert,)


def test_a_computer_is_shared(browser, path, store):
    [study] = store.studies()
    ada = store.add_expert(study.id, "Ada")
    browser.get(f"/i/{store.issue_links([ada.id])[ada.id]}")
    asks = browser.get(path, headers=ENGLISH).text
    assert "Ada has begun in this browser: whoever goes on answers under that name." in asks
    assert f'href="/?e={ada.id}">Go on as Ada</a>' in asks
    assert '<form method="post" action="?other"><button>Somebody else: begin</button>' in asks
    assert "This is your code." in browser.post(f"{path}?other", headers=ENGLISH).text
    new = store.experts(study.id)[-1]
    assert store.grants(browser.cookies["ahp_session"]).experts == (new,)  # Ada's are out of reach


def test_only_who_saw_the_page_begins_and_twice_is_once(browser, path, store):
    [study] = store.studies()
    assert leads_to(browser.post(path), f"{path}?again")  # from another site, or without cookies
    assert store.experts(study.id) == []
    again = browser.get(f"{path}?again", headers=ENGLISH).text
    assert "Please press “Begin” once more. If this comes again, allow cookies." in again
    once = browser.cookies["ahp_begin"]
    first = begin(browser, path)
    assert "ahp_begin" not in browser.cookies
    browser.cookies.clear()  # the answer never arrived
    browser.cookies["ahp_begin"] = once
    assert browser.post(path, headers=ENGLISH).text == first.text
    assert len(store.experts(study.id)) == 1


def test_who_is_too_many_may_press_again(browser, path, store, monkeypatch):
    store.limit_anonymous(store.studies()[0].id, most=2)
    monkeypatch.setattr(anonymous, "BEGINNINGS", 1)
    store.begin_anonymous(path.removeprefix("/a/"), "x" * 22, "testclient")
    later = begin(browser, path)
    assert (later.status_code, "<button>Begin</button>" in later.text) == (429, True)
    assert "This was tried often from your network just now." in later.text


def test_what_opens_nothing(browser, path):
    entry = browser.get("/code").text
    assert "location.hash" in entry
    for language, words in (("en", "This code is not known."), ("zh", "没有这个代码")):
        wrong = browser.post(
            "/code", data={"code": "ABCD-EFGH-JKMN"}, headers={"accept-language": language}
        )
        assert (wrong.status_code, words in wrong.text, wrong.cookies) == (404, True, {})
    nothing = browser.get("/a/nothing")
    assert (nothing.status_code, 'name="code"' in nothing.text) == (404, False)
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
    assert app.button("anonymous_issue").disabled
    app.checkbox(f"anonymous_sure-{study.id}-{chosen.link}").check().run()
    app.button("anonymous_issue").click().run()  # the link before is not shown any more
    assert [one.value for one in app.code] != [link]
    app.checkbox("anonymous_sure_remove-1").check().run()
    app.button("anonymous_remove").click().run()
    assert store.experts(study.id) == []
    assert app.button("anonymous_issue").disabled


def test_what_an_expert_without_a_name_reads(store, path, visit, browser):
    begin(browser, path)
    app = visit(browser.cookies["ahp_session"])
    text = "\n".join(one.value for one in app.markdown)
    assert "You answer without a name, as **Anonymous expert 1**." in text
    assert "Your answers are stored with the day and a number, without your name" in text
    assert "with your name and the time" not in text
    assert app.button("leave").label == "Sign out on this computer: your code alone leads back"


def test_a_file_tells_neither_name_nor_minute(browser, path, store, visit):
    begin(browser, path)
    app = visit(browser.cookies["ahp_session"])
    [study] = store.studies()
    [expert] = store.experts(study.id)
    comparison = study.survey.hierarchy.comparisons[0]
    content = questionnaire_workbook(
        study.survey,
        title=study.title,
        expert=expert.name,
        study_id=study.id,
        round_number=1,
        language="zh",
        answers={comparison: "3"},
    )
    (files,) = [one for one in app.get("file_uploader") if one.key.startswith("upload-")]
    files.set_value([("张三.xlsx", content, "application/xlsx")]).run()
    app.button(key="record_files").click().run()
    assert store.current(expert.id) == {comparison: "3"}
    said = store.events(study.id)[-1]
    assert (said.kind, said.source, said.actor_kind, said.detail) == (
        ("answer", "file", "expert", None)
    )
    assert said.time.endswith("T00:00:00.000000+00:00")
    assert "张三" not in str(store.events(study.id))


def test_nobody_writes_to_names_or_renews_who_has_no_name(store, path, visit, organizer, browser):
    [study] = store.studies()
    named = [store.add_expert(study.id, name) for name in ("Ada", "Bob")]
    store.issue_links([one.id for one in named])
    begin(browser, path)
    app = visit(organizer, "experts")
    nameless = store.experts(study.id)[-1]
    assert nameless.anonymous
    assert state.own_minute("2026-03-01T00:00:00.000000+00:00") == "2026-03-01"  # the last answer
    texts = app.selectbox("reminder_of")
    assert texts.options == ["All, one below the other", "Ada", "Bob"]
    assert "Nobody can write to experts without a name." in [one.value for one in app.caption]
    assert app.button(f"renew_all-{study.id}").label == "New links for all (2)"
    app.selectbox("correct_of").select(nameless.id)
    app.selectbox("link_of").select(nameless.id).run()
    assert [one.key for one in app.text_input if one.key == f"name-{nameless.id}"] == []
    assert [one.value for one in app.warning if "has no name" in one.value] == [
        "This expert has no name. A new link ends their code, and whoever you send it to is known "
        "by it: you then know whose answers these are."
    ]


def test_who_came_by_the_link_elsewhere_gets_no_personal_one(
    visit, organizer, store, survey, tmp_path
):
    elsewhere = Store(f"sqlite:///{tmp_path / 'other.db'}")
    study = elsewhere.create_study(survey, "Pilot")
    elsewhere.add_expert(study.id, "Ada")
    token = elsewhere.issue_anonymous_link(study.id, 1, "Anonymous expert")
    elsewhere.begin_anonymous(token, "x" * 22, "192.0.2.1")
    store.import_export(elsewhere.export_study(study.id))
    elsewhere.close()
    assert [one.link for one in store.experts(study.id)] == ["none", "none"]
    app = visit(organizer, "experts")
    assert app.button("issue").label == "Issue links to experts without one (1)"


def test_a_closed_round_asks_for_no_code(store, path, browser):
    [study] = store.studies()
    begun = store.begin_anonymous(path.removeprefix("/a/"), "x" * 22, "192.0.2.1")
    store.close_round(study.id)
    for answer in (
        browser.get(path, headers=ENGLISH),
        browser.post("/code", data={"code": begun.code}, headers=ENGLISH),
    ):
        assert (answer.status_code, 'name="code"' in answer.text) == (404, False)
        assert "This round is closed, nothing more can be answered." in answer.text
