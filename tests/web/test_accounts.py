"""Accounts on pages, and at the door of a real server."""

from __future__ import annotations

import ast
import asyncio
import html
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pyotp
import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

import ahp
from ahp.exchange.link_sheet import qr_picture
from ahp.store import AccountInfo, Store, clock
from ahp.store.second_factor import app_address, new_secret
from ahp.web.password import fingerprint
from ahp.web.server import organizer as organizer_route
from tests.running_server import RunningServer
from tests.web.tables import shown_tables
from tests.web.test_pages import add_expert, answer, labels
from tests.web.test_server import PASSWORD, ask

WORDS, OTHER = "four random words", "four other words"
WEB = Path(ahp.__file__).parent / "web"


@pytest.fixture
def root(store: Store) -> AccountInfo:
    return store.add_account("Root", WORDS, ["administrator"])


def signed_in(store: Store, name: str, *roles: str) -> str:
    """Session of a new account."""
    return store.open_account(store.add_account(name, OTHER, roles).id, None)


def heads(app: AppTest) -> list[str]:
    return [one.proto.body for one in app.get("html") if "<strong>" in one.proto.body]


# -- the page


def test_the_first_account_is_made_by_who_opened_the_terminal_s_link(visit, store, organizer):
    app = visit(organizer, "accounts")
    assert [one.value for one in app.info] == [
        "There are no accounts yet, so the log says of what is done here only that an organizer "
        "did it. Make the first account, an administrator's: from then on organizers sign in with "
        "name and password at /organizer. The link in the terminal stays the way back in."
    ]
    assert [one.value for one in app.header] == ["Make the first account"]
    assert app.multiselect(key="account_roles-0").value == ["administrator", "organizer"]
    app.text_input(key="account_name").input("王芳")
    app.text_input(key="account_password").input("elevenchars")
    app.button(key="add_account_button").click().run()
    assert [one.value for one in app.error] == [
        "The password has 11 characters, expected at least 12, such as four random words."
    ]
    app.text_input(key="account_password").input(WORDS)
    app.button(key="add_account_button").click().run()
    assert not app.error
    [account] = store.accounts()
    assert (account.name, account.roles) == ("王芳", ("administrator", "organizer"))
    assert store.account_of("王芳", WORDS) == account.id
    assert app.text_input(key="account_password").value == ""
    assert app.multiselect(key="account_roles-1").value == ["organizer"]  # not those before
    assert [one.value for one in app.header] == ["Change an account", "Add an account"]
    assert shown_tables(app)[0].to_dict("records") == [
        {
            "Name": "王芳",
            "Roles": "administrator · organizer, clerk",
            "Signs in with": "password",
            "Last sign-in (UTC)": "–",
            "Signed in now": "0",
            "State": "in use",
            "In the log": account.id,
        }
    ]
    assert heads(app) == []  # by the link, still


def test_an_administrator_changes_accounts(visit, store, root):
    session = store.open_account(root.id, None)
    li = store.add_account("Li", OTHER, ["organizer"])
    theirs = store.open_account(li.id, None)
    app = visit(session, "accounts", "zh")
    assert heads(app) == ["您是：<strong>Root</strong>"]
    assert app.title[0].value == "账户"
    app.selectbox(key="account").select(li.id).run()
    app.multiselect(key=f"roles-{li.id}-{'-'.join(li.roles)}").set_value(["reader"])
    app.button(key=f"save_roles-{li.id}").click().run()
    assert [one.roles for one in store.accounts()] == [("reader",), ("administrator",)]
    app.multiselect(key=f"roles-{li.id}-reader").set_value([])
    app.button(key=f"save_roles-{li.id}").click().run()
    assert [one.value for one in app.error] == ["请至少选择一个角色。"]
    app.text_input(key=f"password-{li.id}").input("another long one")
    app.button(key=f"reset-{li.id}").click().run()
    assert store.account_of("Li", "another long one") == li.id
    assert not store.grants(theirs).organizer
    app.button(key=f"disable-{li.id}").click().run()
    assert shown_tables(app)[0]["状态"].tolist() == ["已停用", "使用中"]
    assert store.account_of("Li", "another long one") is None
    app.button(key=f"disable-{li.id}").click().run()
    assert shown_tables(app)[0]["状态"].tolist() == ["使用中", "使用中"]


@pytest.mark.usefixtures("root")
def test_others_change_their_own_password(visit, store):
    session = signed_in(store, "Li", "organizer")
    app = visit(session, "accounts")
    assert heads(app) == ["You are: <strong>Li</strong>"]
    assert not shown_tables(app)
    assert labels(app) == ["Change my password", "Set up a second factor"]

    def change(current: str, new: str, again: str) -> list[str]:
        for key, text in (
            ("current_password", current),
            ("new_password", new),
            ("new_password_again", again),
        ):
            app.text_input(key=key).input(text)
        app.button(key="change_own").click().run()
        return [one.value for one in app.error]

    assert change(OTHER, WORDS, WORDS + "x") == ["The two new passwords differ."]
    for _ in range(10):
        assert change("guess", WORDS, WORDS) == ["The current password is wrong."]
    assert change(OTHER, WORDS, WORDS) == ["Too many wrong passwords. Wait a minute and try again."]
    assert store.grants(session).organizer


@pytest.mark.usefixtures("root")
def test_a_changed_password_signs_out(visit, store):
    session = signed_in(store, "Li", "reader")
    app = visit(session, "accounts")
    app.text_input(key="current_password").input(OTHER)
    app.text_input(key="new_password").input(WORDS)
    app.text_input(key="new_password_again").input(WORDS)
    app.button(key="change_own").click().run()
    assert [one.value for one in app.toast] == ["The password is changed. Please sign in with it."]
    assert app.header[0].value == "这里是两两比较问卷"
    assert not store.grants(session).organizer
    assert store.account_of("Li", WORDS) is not None


# -- second factors


def test_a_second_factor_is_set_up_and_taken_away(visit, store, root, frozen):
    session = store.open_account(root.id, None)
    app = visit(session, "accounts")
    app.button(key="begin_set_up").click().run()
    secret = app.session_state["totp_secret"]
    assert app.code[0].value.replace(" ", "") == secret
    address = app_address(secret, "Root", "Pairwise survey")
    [drawn] = [one.proto.body for one in app.get("html") if "<img" in one.proto.body]
    assert drawn == (
        '<img alt="QR code for the authenticator app" '
        f'src="{html.escape(qr_picture(address))}" width="208" height="208">'
    )

    def set_up(password: str, code: str) -> None:
        app.text_input(key="totp_password").input(password)
        app.text_input(key="totp_code").input(code)
        app.button(key="set_up_button").click().run()

    set_up(OTHER, pyotp.TOTP(secret).at(clock.now()))
    assert [one.value for one in app.error] == ["The current password is wrong."]
    assert app.session_state["totp_secret"] == secret  # the app has it by now
    set_up(WORDS, pyotp.TOTP(secret).at(clock.now()))
    assert not app.error
    codes = app.code[0].value.split("\n")
    assert len(codes) == store.recovery_codes_left(root.id) == 8
    assert [one.key for one in app.button] == ["codes_kept"]  # nothing else before
    app.button(key="codes_kept").click().run()
    assert "totp_secret" not in app.session_state
    assert not app.code
    assert shown_tables(app)[0]["Signs in with"].tolist() == ["password and code"]
    assert [one.value for one in app.markdown if "left" in one.value] == [
        "At sign-in you are asked for a code of your authenticator app. Recovery codes left: 8. "
        "For another phone, or new recovery codes, take the second factor away and set it up again."
    ]
    app.text_input(key="totp_code").input("000000")
    app.button(key="remove_it").click().run()
    assert app.error[0].value.startswith("This code is wrong, or was used before.")
    app.text_input(key="totp_code").input(codes[0])
    app.button(key="remove_it").click().run()
    assert store.account_of("Root", WORDS) == root.id
    assert app.button(key="begin_set_up")


def test_everybody_needs_a_second_factor_once_an_administrator_says_so(visit, store, root, frozen):
    session = store.open_account(root.id, None)
    app = visit(session, "accounts", "zh")
    app.toggle(key="second_factor_required-False").set_value(True).run()
    assert store.second_factor_required()
    assert [one.value for one in app.info] == [
        "本系统要求所有账户设置两步验证。请先完成您的设置，然后即可继续。"
    ]
    assert heads(app) == ["您是：<strong>Root</strong>"]
    app = visit(session, language="zh")  # there is no other page
    assert app.title[0].value == "账户"
    assert [one.key for one in app.button] == ["begin_set_up", "sign_out"]
    app.button(key="begin_set_up").click().run()
    app.text_input(key="totp_password").input(WORDS)
    code = pyotp.TOTP(app.session_state["totp_secret"]).at(clock.now())
    app.text_input(key="totp_code").input(code)
    app.button(key="set_up_button").click().run()
    assert len(app.code[0].value.split("\n")) == 8  # the codes first
    app.button(key="codes_kept").click().run()
    assert app.button(key="change_own")  # a page like that of others now
    assert visit(session, language="zh").title[0].value == "调查"
    app.toggle(key="second_factor_required-True").set_value(False).run()
    assert not store.second_factor_required()


def test_personal_links_work_where_an_organizer_has_to_set_up_a_second_factor(
    visit, store, root, survey
):
    expert = add_expert(store, survey)
    session = store.open_link(store.issue_link(expert.id), store.open_account(root.id, None))
    store.require_second_factor(True)
    assert heads(visit(session)) == [f"You are: <strong>{expert.name}</strong>"]
    app = visit(session, "accounts")
    assert [one.key for one in app.button] == ["begin_set_up", "sign_out"]


def test_an_administrator_takes_a_second_factor_away(visit, store, root, frozen):
    li = store.add_account("Li", OTHER, ["organizer"])
    secret = new_secret()
    store.set_up_second_factor(li.id, OTHER, secret, pyotp.TOTP(secret).at(clock.now()))
    app = visit(store.open_account(root.id, None), "accounts")
    assert not [one for one in app.button if one.key == f"reset_second_factor-{root.id}"]
    app.selectbox(key="account").select(li.id).run()
    app.button(key=f"reset_second_factor-{li.id}").click().run()
    assert store.account_of("Li", OTHER) == li.id


def test_who_signs_in_at_a_provider_has_no_password_here(visit, store, root):
    issuer = "https://login.example.org/realms/bank"
    own = store.open_provider_account(issuer, "1", ["Wang"], ["reader"], session=None)
    app = visit(own, "accounts")
    assert labels(app) == []
    assert [one.label for one in app.expander] == ["Where I am signed in"]
    wang = store.grants(own).account
    app = visit(store.open_account(root.id, None), "accounts")
    assert shown_tables(app)[0]["Signs in with"].tolist() == ["password", "login.example.org"]
    app.selectbox(key="account").select(wang.id).run()
    assert [one.value for one in app.info] == [
        "Name and roles are those that login.example.org says at each sign-in."
    ]
    assert not [one for one in app.button if one.key == f"reset-{wang.id}"]
    app.button(key=f"end-theirs-{store.browser_of(own)}").click().run()
    assert not store.grants(own).organizer
    assert "nowhere" in [one.value for one in app.caption]
    app.button(key=f"disable-{wang.id}").click().run()
    assert next(one for one in store.accounts() if one.id == wang.id).disabled


# -- where people are signed in


def test_browsers_are_listed_and_ended(visit, store, root, frozen):
    here = store.open_account(root.id, None, ("Firefox", "Windows"))
    frozen.move(days=1)
    phone = store.open_account(root.id, None, ("", "Android"))
    shared = store.open_organizer(None, ("curl", ""))
    strange = store.open_account(root.id, None, ("", ""))
    app = visit(here, "accounts")
    lines = [one.value for one in app.markdown if "signed in on" in one.value]
    assert sorted(lines[:3]) == [
        "Android · signed in on 2026-03-02 · last here on 2026-03-02",
        "Firefox on Windows · this browser · signed in on 2026-03-01 · last here on 2026-03-02",
        "unknown browser · signed in on 2026-03-02 · last here on 2026-03-02",
    ]
    assert lines[3:] == ["curl · signed in on 2026-03-02 · last here on 2026-03-02"]
    assert shown_tables(app)[0]["Signed in now"].tolist() == ["3"]
    app.button(key=f"end-mine-{store.browser_of(phone)}").click().run()
    assert not store.grants(phone).organizer
    app.button(key=f"end-without-{store.browser_of(shared)}").click().run()
    assert not store.grants(shared).organizer
    again = store.open_account(root.id, None)
    app.run()
    app.button(key="end_all-mine").click().run()
    assert not store.grants(strange).organizer
    assert not store.grants(again).organizer
    assert store.grants(here).organizer


def test_an_administrator_sees_whose_this_browser_was_before(visit, store, root):
    li = store.add_account("Li", OTHER, ["organizer"])
    before = store.open_account(li.id, store.open_organizer(None, ("curl", "")))
    here = store.open_account(root.id, before)
    assert store.grants(before).organizer
    app = visit(here, "accounts")
    app.selectbox(key="account").select(li.id).run()
    browser = store.browser_of(before)
    assert browser == store.browser_of(here)
    app.button(key=f"end-without-{browser}")  # the link of the terminal, opened here
    app.button(key=f"end-theirs-{browser}").click().run()
    assert not store.grants(before).organizer
    assert store.grants(here).organizer


# -- who is named, who is refused


@pytest.mark.usefixtures("root")
def test_the_log_names_who_did_it_on_a_page(visit, store):
    session = signed_in(store, "Li", "organizer")
    account = store.grants(session).account
    app = visit(session)
    app.text_input[0].input("2026")
    app.button(key="create").click().run()
    [study] = store.studies()
    app.text_area(key="entered").input("Wang Wu")
    app.button(key="add").click().run()
    app.button(key="add_pasted").click().run()
    app.button(key="issue").click().run()
    assert [(one.kind, one.actor_kind, one.actor_id) for one in store.events(study.id)] == [
        ("study_created", "organizer", account.id),
        ("expert_added", "organizer", account.id),
        ("link_issued", "organizer", account.id),
    ]


@pytest.mark.usefixtures("root")
def test_a_reader_sees_every_page_and_can_change_nothing(visit, store, survey):
    expert = add_expert(store, survey)
    answer(store, survey, expert)
    store.submit(expert.id, event_id="submit")
    store.archive_study(store.create_study(survey, "old").id)
    before = store.events(expert.study_id)
    session = signed_in(store, "Li", "reader")
    enabled = {}
    for page in (
        "studies",
        "settings",
        "experts",
        "rounds",
        "results",
        "files",
        "editor",
        "accounts",
    ):
        app = visit(session, page)
        assert heads(app) == ["You are: <strong>Li</strong>"]
        enabled[page] = {one.key or one.label for one in app.button if not one.disabled}
        assert not app.error
        assert len(app.get("file_uploader")) == 0
    study = expert.study_id
    ways = {f"{page}-{study}" for page in ("settings", "experts", "rounds", "results")}
    assert enabled["studies"] == ways | {"sign_out"}
    assert (
        enabled["settings"] == enabled["experts"] == enabled["rounds"] == enabled["files"] == set()
    )
    assert enabled["accounts"] == {"change_own", "begin_set_up"}
    app = visit(session, "rounds")
    assert app.checkbox[0].disabled
    store.close_round(study)
    assert visit(session, "rounds").button(key="open_round").disabled
    assert store.events(study)[:-1] == before


@pytest.mark.usefixtures("root")
def test_a_head_closes_rounds(visit, store, survey):
    expert = add_expert(store, survey)
    session = signed_in(store, "Li", "head")
    app = visit(session, "rounds")
    app.checkbox[0].check().run()
    app.button(key="close").click().run()
    assert not store.study(expert.study_id).open
    assert store.events(expert.study_id)[-1].actor_id == store.grants(session).account.id


@pytest.mark.usefixtures("root")
def test_what_is_refused_meanwhile_says_so(visit, store, survey):
    expert = add_expert(store, survey)
    session = signed_in(store, "Li", "organizer")
    app = visit(session, "settings")
    store.set_roles(store.grants(session).account.id, ["reader"])
    app.button(key=f"archive-{expert.study_id}").click().run()
    assert [one.value for one in app.error] == [
        "“Li” may not change studies: this takes an organizer."
    ]
    assert not store.study(expert.study_id).archived


def test_organizers_pages_write_as_who_is_signed_in():
    """Only the pages of who has a personal link use the database in which nobody is signed in."""
    by_link = {"survey.py", "welcome.py", "own_data.py", "own_notice.py", "own_rating.py"}
    pages = [one for one in (WEB / "views").glob("*.py") if one.name not in by_link]
    assert len(pages) == 21
    for path in (*pages, WEB / "desk.py"):
        called = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call)
        }
        assert "state.database" not in called, path.name


# -- the door


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path / "door.db")
    yield running
    running.stop()


def test_accounts_at_the_door(server):
    opened = Store(f"sqlite:///{server.database}")
    assert "Open the organizer&#39;s link" in ask(server, "/organizer").text
    assert ask(server, "/organizer", form={"name": "", "password": ""}).status == 200
    li = opened.add_account("李丽", WORDS, ["administrator"])
    form = ask(server, "/organizer").text
    assert '<input name="name" autocomplete="username" autofocus required>' in form
    right = ask(server, "/organizer", form={"name": "李丽", "password": WORDS})
    assert (right.status, right.headers["location"]) == (303, "/")
    assert opened.grants(right.cookie.value).account.id == li.id
    by_link = ask(server, server.organizer_path, cookie=right.cookie.value)
    assert opened.grants(by_link.cookie.value).organizer
    assert opened.grants(by_link.cookie.value).account is None
    for name, password in (("李丽", OTHER), ("Nobody", WORDS), ("", WORDS), ("", "")):
        wrong = ask(server, "/organizer", form={"name": name, "password": password})
        assert (wrong.status, wrong.cookie) == (403, None)
        assert "Name or password is wrong." in wrong.text
    opened.disable_account(li.id)
    assert ask(server, "/organizer", form={"name": "李丽", "password": WORDS}).status == 403
    for guess in range(5):
        ask(server, "/organizer", form={"name": f"Nobody {guess}", "password": WORDS})
    with pytest.raises(TimeoutError):  # eleven: it waits for its turn
        ask(server, "/organizer", form={"name": "李丽", "password": WORDS}, patience=1)
    opened.close()


def sign_in(language: str = "en", **fields: str) -> Response:
    """What the server says to the form of the page of sign-in, or to who asks for the page."""
    sent = urlencode(fields).encode()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": sent, "more_body": False}

    scope = {"type": "http", "method": "POST" if fields else "GET", "path": "/organizer"}
    headers = [(b"accept-language", language.encode())]
    request = Request({**scope, "headers": headers, "scheme": "http"}, receive)
    with ThreadPoolExecutor(1) as thread:  # Playwright has an event loop in this one
        return thread.submit(asyncio.run, organizer_route(request)).result()


def test_a_code_at_the_door(store, root, frozen):
    store.add_account("Bo", WORDS, ["reader"])
    assert 'name="code"' not in sign_in().body.decode()
    secret = new_secret()
    codes = store.set_up_second_factor(root.id, WORDS, secret, pyotp.TOTP(secret).at(clock.now()))
    form = sign_in("zh").body.decode()
    assert "身份验证器的验证码或恢复码（未设置两步验证的请留空）" in form
    assert '<input name="code" autocomplete="one-time-code"' in form
    for password, code in ((WORDS, ""), (WORDS, "123456"), (OTHER, codes[0])):
        wrong = sign_in(name="Root", password=password, code=code)
        assert (wrong.status_code, wrong.headers.get("set-cookie")) == (403, None)
        said = (
            "Name, password or code is wrong. After many wrong codes none is accepted for a "
            "minute, and after 100 in a row only a recovery code is."
        )
        assert f'<p role="alert">{said}</p>' in wrong.body.decode()
    frozen.move(minutes=1)
    right = {"name": "Root", "password": WORDS, "code": pyotp.TOTP(secret).at(clock.now())}
    session = re.search("ahp_session=([^;]+)", sign_in(**right).headers["set-cookie"])[1]
    assert store.grants(session).account.id == root.id
    assert sign_in(**right).status_code == 403  # the code was used
    assert sign_in(name="Bo", password=WORDS).status_code == 303


def test_the_shared_password_beside_accounts(tmp_path, monkeypatch):
    running = RunningServer(tmp_path / "door.db", AHP_ADMIN_PASSWORD=PASSWORD)
    monkeypatch.setenv("AHP_ADMIN_PASSWORD", PASSWORD)
    opened = Store(f"sqlite:///{running.database}", sign_in=fingerprint())
    try:
        opened.add_account("Li", WORDS, ["administrator"])
        form = ask(running, "/organizer").text
        assert "Name (empty for the server&#39;s password)" in form
        assert '<input name="name" autocomplete="username" autofocus >' in form
        shared = ask(running, "/organizer", form={"name": " ", "password": PASSWORD})
        assert opened.grants(shared.cookie.value).account is None
        own = ask(running, "/organizer", form={"name": "Li", "password": WORDS})
        assert opened.grants(own.cookie.value).account.name == "Li"
        assert ask(running, "/organizer", form={"name": "Li", "password": PASSWORD}).status == 403
    finally:
        opened.close()
        running.stop()
