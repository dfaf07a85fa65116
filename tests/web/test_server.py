"""Links, cookies and headers, on a real server."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

import ahp
from ahp.store import Store
from tests.running_server import RunningServer

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("server") / "ahp.db")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def store(server: RunningServer) -> Iterator[Store]:
    opened = Store(f"sqlite:///{server.database}")
    yield opened
    opened.close()


class Answer:
    """A response: status, headers, text, the session cookie if one was set."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers = response.status, response.headers
        self.text = response.read().decode()
        self.cookie = SimpleCookie(self.headers.get("set-cookie", "")).get("ahp_session")


def ask(server: RunningServer, path: str, cookie: str = "", form: dict[str, str] | None = None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {"Cookie": f"ahp_session={cookie}"} if cookie else {}
    headers["Accept-Language"] = "en-US,en;q=0.9"
    if form is None:
        connection.request("GET", path, headers=headers)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", path, body=urlencode(form), headers=headers)
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def add_expert(store: Store, name: str = "Wang Wu"):
    study = store.create_study(ahp.load_survey("supervision_effectiveness"), "secret title")
    return store.add_expert(study.id, name)


def assert_refused_in_both_languages(answer: Answer, chinese: str, english: str) -> None:
    assert answer.status == 404
    assert answer.cookie is None
    assert f"<p>{chinese}</p><p>{english}</p>" in answer.text
    assert "secret title" not in answer.text
    assert "Wang Wu" not in answer.text


def test_every_response_carries_the_security_headers(server):
    for path in ("/", "/i/nothing", "/_stcore/health"):
        headers = ask(server, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == (
            "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
        )


def test_a_personal_link_becomes_an_http_only_cookie(server, store):
    expert = add_expert(store)
    answer = ask(server, f"/i/{store.issue_link(expert.id)}")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert answer.cookie is not None
    assert answer.cookie["httponly"] is True
    assert answer.cookie["samesite"] == "lax"
    assert answer.cookie["max-age"] == str(30 * 24 * 3600)
    grants = store.grants(answer.cookie.value)
    assert [granted.id for granted in grants.experts] == [expert.id]
    assert not grants.organizer


def test_a_second_link_joins_the_session_of_the_first(server, store):
    one, two = add_expert(store), add_expert(store)
    first = ask(server, f"/i/{store.issue_link(one.id)}").cookie.value
    second = ask(server, f"/i/{store.issue_link(two.id)}", cookie=first).cookie.value
    assert second == first
    assert {granted.id for granted in store.grants(first).experts} == {one.id, two.id}


def test_an_unknown_link_reveals_nothing(server, store):
    add_expert(store)
    assert_refused_in_both_languages(
        ask(server, "/i/AAAAAAAAAAAAAAAAAAAAAA"),
        "无法识别此链接。请检查是否复制完整，或向组织者索取新链接。",
        "This link is not known. Please check that it was copied completely, "
        "or ask the organizer for a new one.",
    )


def test_a_renewed_link_kills_the_old_one(server, store):
    expert = add_expert(store)
    old = store.issue_link(expert.id)
    session = ask(server, f"/i/{old}").cookie.value
    store.issue_link(expert.id)
    assert_refused_in_both_languages(
        ask(server, f"/i/{old}"),
        "此链接已失效。请使用最近发给您的链接，或向组织者索取新链接。",
        "This link is no longer valid. Please use the newest link you were sent, "
        "or ask the organizer for a new one.",
    )
    assert store.grants(session).experts == ()


def test_a_link_to_a_closed_study_says_closed(server, store):
    expert = add_expert(store)
    token = store.issue_link(expert.id)
    store.close_round(expert.study_id)
    assert_refused_in_both_languages(
        ask(server, f"/i/{token}"),
        "本轮已结束，不能再作答，感谢您的参与。如果组织者开启下一轮，此链接会重新生效。",
        "This round is closed, nothing more can be answered. Thank you for taking part. "
        "Should the organizer open another round, this link works again.",
    )


def test_the_organizer_s_link_of_the_terminal_signs_in(server, store):
    answer = ask(server, server.organizer_path)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert store.grants(answer.cookie.value).organizer
    store.revoke_session(answer.cookie.value)
    assert not store.grants(answer.cookie.value).organizer


def test_another_organizer_s_link_does_not(server):
    answer = ask(server, "/organizer/guess")
    assert answer.status == 404
    assert answer.cookie is None
    assert "new at every start" in answer.text


def test_a_restart_makes_a_new_organizer_s_link(server):
    before = server.organizer_path
    server.kill()
    server.start()
    assert server.organizer_path != before
    assert ask(server, before).status == 404
    assert ask(server, server.organizer_path).status == 303


def test_an_expert_s_cookie_is_no_organizer_s(server, store):
    expert = add_expert(store)
    session = ask(server, f"/i/{store.issue_link(expert.id)}").cookie.value
    assert not store.grants(session).organizer
    for forged in (session[:-1] + "x", session.upper(), expert.id, "1", "' OR 1=1 --"):
        assert store.grants(forged) == store.grants(None)


def test_password_instead_of_the_link(tmp_path):
    running = RunningServer(tmp_path / "ahp.db", AHP_ADMIN_PASSWORD=PASSWORD)
    try:
        log = running.log.read_text()
        assert "Organizer: http://127.0.0.1" in log
        assert "valid until restart" not in log
        assert PASSWORD not in log
        form = ask(running, "/organizer")
        assert form.status == 200
        assert '<input type="password" name="password"' in form.text
        right = ask(running, "/organizer", form={"password": PASSWORD})
        assert (right.status, right.headers["location"]) == (303, "/")
        opened = Store(f"sqlite:///{running.database}")
        assert opened.grants(right.cookie.value).organizer
        opened.close()
        for attempt in range(10):
            wrong = ask(running, "/organizer", form={"password": f"guess {attempt}"})
            assert wrong.status == 403
            assert wrong.cookie is None
            assert "This password is wrong." in wrong.text
        blocked = ask(running, "/organizer", form={"password": PASSWORD})
        assert blocked.status == 429
        assert blocked.cookie is None
    finally:
        running.stop()


def test_tokens_stay_out_of_the_access_log(tmp_path):
    checkout = Path(ahp.__file__).parents[1]
    command = (sys.executable, "-m", "uvicorn", "app:app", "--port", "{port}")
    running = RunningServer(tmp_path / "ahp.db", command, cwd=checkout)
    try:
        path = running.organizer_path
        assert ask(running, path).status == 303
        assert ask(running, "/i/AAAAAAAAAAAAAAAAAAAAAA").status == 404
        lines = [line for line in running.log.read_text().splitlines() if "HTTP/1.1" in line]
        assert any('"GET /organizer/… HTTP/1.1" 303' in line for line in lines)
        assert any('"GET /i/… HTTP/1.1" 404' in line for line in lines)
        assert not any(path in line or "AAAAAA" in line for line in lines)
    finally:
        running.stop()
