"""Links, cookies and headers, on a real server."""

from __future__ import annotations

import http.client
import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from streamlit import config
from streamlit.config_option import ConfigOption

import ahp
from ahp.process.receipt import find_receipt
from ahp.report.receipt import receipt_html
from ahp.store import Store
from ahp.store.receipts import verify_receipt
from ahp.web.password import fingerprint
from ahp.web.server import configure
from tests.running_server import RunningServer

PASSWORD = "correct horse"
KEYS = ("%C3%A4", "%FF", "%ED%B2%80")
"""Of any letters, and of bytes that are none."""


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


def ask(
    server: RunningServer,
    path: str,
    cookie: str = "",
    form: dict[str, str] | None = None,
    language: str = "",
    patience: float = 10,
    headers: Mapping[str, str] | None = None,
):
    cookies = {"ahp_session": cookie, "ahp_language": language}
    sent = "; ".join(f"{name}={one}" for name, one in cookies.items() if one)
    headers = {"Cookie": sent, "Accept-Language": "en-US,en;q=0.9", **(headers or {})}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=patience)
    with closing(connection):
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, body=urlencode(form), headers=headers)
        return Answer(connection.getresponse())


def add_expert(store: Store, name: str = "Wang Wu"):
    study = store.create_study(ahp.load_survey("supervision_effectiveness"), "secret title")
    return store.add_expert(study.id, name)


def assert_refused_in_both_languages(answer: Answer, chinese: str, english: str) -> None:
    assert answer.status == 404
    assert answer.cookie is None
    assert f'<p lang="zh">{chinese}</p><p lang="en">{english}</p>' in answer.text
    assert "secret title" not in answer.text
    assert "Wang Wu" not in answer.text


def test_every_response_carries_the_security_headers(server):
    for path in ("/", "/i/nothing", "/_stcore/health"):
        headers = ask(server, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        # where forms are, their origin is to be told
        assert headers["referrer-policy"] == ("strict-origin" if "/i/" in path else "no-referrer")
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'" if "/i/" in path else "default-src 'self'")
        assert policy.endswith("; frame-ancestors 'none'")


@pytest.mark.parametrize("key", KEYS)
def test_keys_of_any_letters_open_nothing(server, key):
    assert ask(server, f"/organizer/{key}").status == 404


def test_the_page_has_its_style_before_anything_else_arrives(server):
    page, own = ask(server, "/"), ask(server, "/?e=somebody")
    menu = ".stAppHeader{display:none}"
    for answer in (page, own):
        assert ".stApp .stMainBlockContainer {\n  max-width: 70rem;" in answer.text
        assert int(answer.headers["content-length"]) == len(answer.text.encode())
        assert answer.headers["etag"] is None  # another style may come under the same one
    assert (menu in page.text, menu in own.text) == (False, True)
    assert "stMainBlockContainer" not in ask(server, "/organizer").text


def test_a_control_is_fetched_once_and_kept(server):
    page = ask(server, "/?e=somebody").text
    address = re.search(
        r'<link rel="modulepreload" href="(/controls/scale_choice\.js\?[^"]+)">', page
    )
    assert address is not None
    assert "/controls/" not in ask(server, "/").text
    control = ask(server, address[1])
    assert (control.status, control.headers["content-type"]) == (
        *(200, "text/javascript; charset=utf-8"),
    )
    assert control.headers["cache-control"] == "max-age=31536000, immutable"
    assert control.text.endswith("export default control(Question)\n")
    for other in ("/controls/scale_choice.js", f"{address[1]}0"):  # of another version
        answer = ask(server, other)
        assert (answer.text, answer.headers["cache-control"]) == (control.text, "no-store")
    assert ask(server, "/controls/common.js").status == 404


def test_streamlit_shows_no_dialogs_of_its_own(server):
    answer = ask(server, "/_stcore/host-config")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert int(answer.headers["content-length"]) == len(answer.text)
    assert json.loads(answer.text)["blockErrorDialogs"] is True


def test_a_personal_link_becomes_an_http_only_cookie(server, store):
    expert = add_expert(store)
    answer = ask(server, f"/i/{store.issue_link(expert.id)}")
    assert (answer.status, answer.headers["location"]) == (303, f"/?e={expert.id}")
    assert answer.cookie is not None
    assert answer.cookie["httponly"] is True
    assert answer.cookie["samesite"] == "lax"
    assert answer.cookie["max-age"] == str(30 * 24 * 3600)
    grants = store.grants(answer.cookie.value)
    assert [granted.id for granted in grants.experts] == [expert.id]
    assert not grants.organizer


def test_a_second_link_joins_the_first_under_a_new_token(server, store):
    one, two = add_expert(store), add_expert(store)
    first = ask(server, f"/i/{store.issue_link(one.id)}").cookie.value
    second = ask(server, f"/i/{store.issue_link(two.id)}", cookie=first).cookie.value
    assert {granted.id for granted in store.grants(second).experts} == {one.id, two.id}
    # the tab of the first link goes on; whoever copied its cookie has gained nothing
    assert [granted.id for granted in store.grants(first).experts] == [one.id]
    again = ask(server, f"/i/{store.issue_link(two.id)}", cookie=first).cookie.value
    assert again not in (first, second)


def test_signing_in_makes_an_expert_s_copied_cookie_no_organizer_s(server, store):
    expert = add_expert(store)
    copied = ask(server, f"/i/{store.issue_link(expert.id)}").cookie.value
    organizer = ask(server, server.organizer_path, cookie=copied).cookie.value
    assert organizer != copied
    assert store.grants(organizer).organizer
    assert [granted.id for granted in store.grants(organizer).experts] == [expert.id]
    assert not store.grants(copied).organizer


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


def test_a_restart_makes_a_new_organizer_s_link(server, store):
    """And a server that ends leaves nothing beside the file, others of whom have it open."""
    before = server.organizer_path
    add_expert(store)
    beside = Path(f"{server.database}-wal")
    assert beside.stat().st_size > 0
    server.process.terminate()
    server.process.wait(timeout=10)
    assert beside.stat().st_size == 0
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


def test_password_instead_of_the_link(tmp_path, monkeypatch):
    running = RunningServer(
        tmp_path / "ahp.db",
        AHP_ADMIN_PASSWORD=PASSWORD,
        AHP_LANGUAGE="zh",
        AHP_TRUSTED_PROXIES="10.0.0.5",
    )
    try:
        log = running.log.read_text(encoding="utf-8")
        assert f"组织者入口：{running.url}/organizer（密码为 AHP_ADMIN_PASSWORD 的值）\n" in log
        assert "重启前有效" not in log
        assert PASSWORD not in log
        form = ask(running, "/organizer")
        assert form.status == 200
        assert '<input type="password" name="password"' in form.text
        right = ask(running, "/organizer", form={"password": PASSWORD})
        assert (right.status, right.headers["location"]) == (303, "/")
        monkeypatch.setenv("AHP_ADMIN_PASSWORD", PASSWORD)
        opened = Store(f"sqlite:///{running.database}", sign_in=fingerprint())
        assert opened.grants(right.cookie.value).organizer
        opened.close()
        for attempt in range(10):
            # from one address, whatever is said by who is no proxy
            said = {"X-Forwarded-For": f"203.0.113.{attempt}", "X-Forwarded-Proto": "https"}
            form = {"password": f"guess {attempt}"}
            wrong = ask(running, "/organizer", form=form, headers=said)
            assert wrong.status == 403
            assert "strict-transport-security" not in wrong.headers
            assert wrong.cookie is None
            assert "This password is wrong." in wrong.text
        with pytest.raises(TimeoutError):  # it waits for its turn
            ask(running, "/organizer", form={"password": PASSWORD}, patience=1)
        known = ask(running, "/organizer", cookie=right.cookie.value, form={"password": PASSWORD})
        assert known.status == 303  # an organizer's browser is counted by itself
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


NO_RECEIPT = '<p lang="en">There is no receipt yet: these answers have not been submitted.</p>'
NOT_HERE = (
    '<p lang="en">This browser cannot show the receipt. '
    "Open your personal link in it, then try again.</p>"
)


@pytest.fixture
def submitted(server, store):
    """An expert who submitted, and the cookie of their browser."""
    expert = add_expert(store)
    session = ask(server, f"/i/{store.issue_link(expert.id)}").cookie.value
    for k, pair in enumerate(store.study(expert.study_id).survey.hierarchy.comparisons):
        store.answer(expert.id, *pair, "3", event_id=f"answer-{k}")
    store.submit(expert.id, event_id="submit")
    return expert, session


def test_the_expert_gets_the_receipt(server, store, submitted):
    expert, session = submitted
    answer = ask(server, f"/receipt/{expert.id}", cookie=session)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-disposition" not in answer.headers
    survey = store.study(expert.study_id).survey
    receipt = store.receipt(expert.id)
    assert answer.text == receipt_html(receipt, survey, "en")
    assert find_receipt(answer.text, "page") == receipt
    chosen = ask(server, f"/receipt/{expert.id}", cookie=session, language="zh")
    assert chosen.text == receipt_html(receipt, survey, "zh")
    there = ask(server, f"/receipt/{expert.id}?timezone=Asia%2FShanghai", cookie=session)
    assert there.text == receipt_html(receipt, survey, "en", ZoneInfo("Asia/Shanghai"))
    for unknown in ("Mars", "", "..%2Fetc", "%00", "x" * 300):
        page = ask(server, f"/receipt/{expert.id}?timezone={unknown}", cookie=session)
        assert page.text == answer.text
    file = ask(server, f"/receipt/{expert.id}?download=1", cookie=session)
    assert file.headers["content-disposition"] == 'attachment; filename="receipt.html"'
    assert file.text == answer.text


def test_the_receipt_verifies_with_the_key_of_the_server(server, store, submitted):
    expert, session = submitted
    page = ask(server, f"/receipt/{expert.id}", cookie=session).text
    key = ask(server, "/receipt-key.pem")
    assert (key.status, key.headers["content-type"]) == (200, "application/x-pem-file")
    assert key.text == store.public_key()[1]
    receipt, export = find_receipt(page, "page"), store.export_study(expert.study_id).encode()
    said, _survey = verify_receipt(receipt, export, key.text.encode(), sources=("export", "key"))
    assert (said.name, len(said.answers)) == ("Wang Wu", 35)


def test_other_browsers_do_not_get_the_receipt(server, store, submitted):
    expert, _session = submitted
    other = add_expert(store, "Li Si")
    theirs = ask(server, f"/i/{store.issue_link(other.id)}").cookie.value
    for cookie in ("", "guess", theirs):
        answer = ask(server, f"/receipt/{expert.id}", cookie=cookie)
        assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")
        assert NOT_HERE in answer.text
        assert "Wang Wu" not in answer.text
        assert ask(server, "/receipt/nobody", cookie=cookie).text == answer.text


def test_the_organizer_gets_every_receipt(server, store, submitted):
    expert, session = submitted
    organizer = ask(server, server.organizer_path).cookie.value
    theirs = ask(server, f"/receipt/{expert.id}", cookie=organizer)
    assert theirs.status == 200
    assert theirs.text == ask(server, f"/receipt/{expert.id}", cookie=session).text
    nobody = ask(server, "/receipt/nobody", cookie=organizer)
    assert nobody.status == 404
    assert NO_RECEIPT in nobody.text


def test_a_closed_round_keeps_nobody_from_the_receipt(server, store, submitted):
    expert, session = submitted
    before = ask(server, f"/receipt/{expert.id}", cookie=session)
    store.close_round(expert.study_id)
    assert store.grants(session).experts == ()
    assert ask(server, f"/receipt/{expert.id}", cookie=session).text == before.text
    store.open_round(expert.study_id)
    now = ask(server, f"/receipt/{expert.id}", cookie=session)
    assert (now.status, now.headers["cache-control"]) == (404, "no-store")
    assert NO_RECEIPT in now.text
    for number in ("2", "x", "-1", ""):
        path = f"/receipt/{expert.id}?round={number}"
        assert ask(server, path, cookie=session).status == 404
    first = ask(server, f"/receipt/{expert.id}?round=1", cookie=session)
    assert (first.status, first.text) == (200, before.text)
    store.revoke_link(expert.id)
    assert ask(server, f"/receipt/{expert.id}?round=1", cookie=session).status == 404


def test_no_receipt_before_submission(server, store):
    expert = add_expert(store)
    session = ask(server, f"/i/{store.issue_link(expert.id)}").cookie.value
    assert NO_RECEIPT in ask(server, f"/receipt/{expert.id}", cookie=session).text
    chinese = ask(server, f"/receipt/{expert.id}", cookie=session, language="zh")
    assert chinese.status == 404
    assert '<p lang="zh">还没有回执：这些回答尚未提交。</p>' in chinese.text
    assert (
        '<p lang="zh">此浏览器无法显示回执。请先在此浏览器中打开您的专属链接，然后重试。</p>'
        in (ask(server, f"/receipt/{expert.id}", language="zh").text)
    )


def test_a_key_that_cannot_be_read(server, store, submitted):
    expert, session = submitted
    path = server.database.with_name("signing_key.pem")
    before = ask(server, f"/receipt/{expert.id}", cookie=session).text
    key = path.read_bytes()
    try:
        path.write_text("not a key")
        broken = ask(server, f"/receipt/{expert.id}", cookie=session)
    finally:
        path.write_bytes(key)
    assert (broken.status, broken.headers["cache-control"]) == (500, "no-store")
    assert (
        '<p lang="en">The server cannot make the receipt now. The submitted answers are stored. '
        "Please tell the organizer.</p>"
    ) in broken.text
    assert f"no receipt of expert {expert.id}: {path}: holds no" in server.log.read_text()
    assert ask(server, f"/receipt/{expert.id}", cookie=session).text == before


COLLECT = "runner.postScriptGC"


@pytest.fixture
def options() -> Iterator[None]:
    """Streamlit's options, put back afterwards."""
    before = {
        name: (option.value, option.where_defined)
        for name, option in config.get_config_options().items()
    }
    config.set_option(COLLECT, True, ConfigOption.DEFAULT_DEFINITION)
    yield
    for name, (value, where) in before.items():
        config.set_option(name, value, where)


def test_no_click_waits_for_a_collection_of_all_garbage(options):
    configure()
    assert config.get_option(COLLECT) is False


def test_an_option_set_by_the_user_stays(options):
    config.set_option(COLLECT, True, "command-line argument or environment variable")
    configure()
    assert config.get_option(COLLECT) is True
