"""Second factors, accounts of a provider, where people are signed in; one throttle for all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from ahp.errors import AccessError, StoreError
from ahp.process.events import Actor
from ahp.store import AccountInfo, BrowserInfo, Grants, Store, access, clock, second_factor, signing
from ahp.store.database import Observer
from tests.running_nginx import PAGE

WORDS, OTHER = "four random words", "four other words"
ISSUER = "https://login.example.org"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def root(store: Store) -> AccountInfo:
    return store.add_account("Root", WORDS, ["administrator"])


@pytest.fixture
def key(tmp_path, monkeypatch):
    """A signing key of the server's own, where the database is not a file, too."""
    path = tmp_path / "key.pem"
    monkeypatch.setenv("AHP_SIGNING_KEY", str(path))
    return path


def code(ahead: int = 0, secret: str = SECRET) -> str:
    """What the app shows now, or some steps later."""
    return pyotp.TOTP(secret).at(clock.now(), counter_offset=ahead)


def refusal(change: Callable[[], object], kind: type[StoreError] = AccessError) -> str:
    with pytest.raises(kind) as caught:
        change()
    assert type(caught.value) is kind
    return str(caught.value)


def as_(store: Store, who: AccountInfo) -> Store:
    return store.by(Actor("organizer", who.id))


# -- second factors


WRONG_CODE = (
    "This code is wrong, or was used before. Wait for the next one. If none works, set the clock "
    "of your phone to automatic."
)


@pytest.mark.usefixtures("key")
def test_a_second_factor_is_asked_for_beside_the_password(store, root, frozen):
    assert store.account_of("Root", WORDS) == root.id
    store.set_up_second_factor(root.id, WORDS, SECRET, code())
    assert store.accounts() == [replace(root, second_factor=True)]
    assert store.account_of("Root", WORDS) is None
    assert store.account_of("Root", WORDS, "000000") is None
    frozen.move(seconds=30)
    assert store.account_of("Root", OTHER, code()) is None  # nor is the code used up
    assert store.account_of("Root", WORDS, f" {code()[:3]} {code()[3:]} ") == root.id
    assert store.account_of("Root", WORDS, code()) is None  # RFC 6238, 5.2


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(("ahead", "fits"), [(-2, False), (-1, True), (0, True), (1, True)])
def test_clocks_may_differ_by_a_step(store, root, frozen, ahead, fits):
    store.set_up_second_factor(root.id, WORDS, SECRET, code())
    frozen.move(minutes=5)
    assert store.account_of("Root", WORDS, code(ahead)) == (root.id if fits else None)


@pytest.mark.usefixtures("key")
def test_an_earlier_code_is_of_no_use_after_a_later_one(store, root, frozen):
    store.set_up_second_factor(root.id, WORDS, SECRET, code())
    frozen.move(minutes=5)
    assert store.account_of("Root", WORDS, code(1)) == root.id
    assert store.account_of("Root", WORDS, code()) is None
    frozen.move(seconds=60)
    assert store.account_of("Root", WORDS, code()) == root.id


@pytest.mark.usefixtures("key")
def test_the_code_it_was_set_up_with_is_used(store, root, frozen):
    store.set_up_second_factor(root.id, WORDS, SECRET, code())
    assert store.account_of("Root", WORDS, code()) is None


@pytest.mark.usefixtures("key")
def test_each_recovery_code_lets_in_once(store, root, frozen):
    codes = store.set_up_second_factor(root.id, WORDS, SECRET, code())
    assert len(set(codes)) == 8
    assert all(len(one) == 19 and one.count("-") == 3 for one in codes)
    assert store.account_of("Root", OTHER, codes[0]) is None
    assert store.account_of("Root", WORDS, codes[0].upper().replace("-", " ")) == root.id
    assert store.account_of("Root", WORDS, codes[0]) is None
    assert store.recovery_codes_left(root.id) == 7
    assert store.account_of("Root", WORDS, codes[7]) == root.id


@pytest.mark.usefixtures("key")
def test_setting_up_takes_the_password_and_a_code(store, root, frozen):
    def set_up(password: str, given: str) -> str:
        return refusal(lambda: store.set_up_second_factor(root.id, password, SECRET, given))

    assert set_up(OTHER, code()) == "The current password is wrong."
    assert set_up(WORDS, "123") == WRONG_CODE
    for _ in range(8):
        assert set_up(WORDS, code(3)) == WRONG_CODE
    assert set_up(WORDS, code()) == "Too many wrong passwords. Wait a minute and try again."
    assert store.accounts() == [root]
    frozen.move(minutes=2)
    store.set_up_second_factor(root.id, WORDS, SECRET, code())
    assert set_up(WORDS, code(1)) == "Your account has a second factor already."


@pytest.mark.usefixtures("key")
def test_a_second_factor_is_taken_away_with_a_code_or_by_an_administrator(store, root, frozen):
    li = store.add_account("Li", OTHER, ["reader"])
    none = "The account “Li” has no second factor."
    assert refusal(lambda: store.remove_second_factor(li.id, code())) == none
    assert refusal(lambda: store.reset_second_factor(li.id)) == none
    codes = store.set_up_second_factor(li.id, OTHER, SECRET, code())
    session = store.open_account(li.id, None)
    assert refusal(lambda: store.remove_second_factor(li.id, code(9))) == WRONG_CODE
    store.remove_second_factor(li.id, codes[3])
    assert store.account_of("Li", OTHER) == li.id
    assert store.grants(session).organizer
    store.set_up_second_factor(li.id, OTHER, SECRET, code())
    assert refusal(lambda: as_(store, li).reset_second_factor(li.id)) == (
        "“Li” may not change accounts: this takes an administrator."
    )
    as_(store, root).reset_second_factor(li.id)
    assert store.account_of("Li", OTHER) == li.id
    assert store.grants(session) == Grants()


@pytest.mark.usefixtures("key")
def test_codes_are_tried_ten_times_a_minute_from_wherever(store, root, frozen):
    """Whoever has found out the password has one in a million a try."""
    store.set_up_second_factor(root.id, WORDS, SECRET, code())
    frozen.move(minutes=5)
    for _ in range(10):
        assert store.account_of("Root", WORDS, "000000") is None
    assert store.account_of("Root", WORDS, code()) is None
    frozen.move(minutes=2)
    for _ in range(20):  # wrong passwords keep nobody out
        assert store.account_of("Root", OTHER, code()) is None
    assert store.account_of("Root", WORDS, code()) == root.id


@pytest.mark.usefixtures("key")
def test_after_many_wrong_codes_in_a_row_only_recovery_codes_let_in(
    store, root, frozen, monkeypatch, caplog
):
    assert second_factor.MOST_WRONG == 100  # NIST SP 800-63B, 5.2.2
    sections = dict(re.findall(r"^### ([^\n]*)\n\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))
    for title in ("Second factors", "Passwords that are tried"):
        assert "100 wrong codes in a row" in " ".join(sections[title].split())
    monkeypatch.setattr(second_factor, "MOST_WRONG", 3)
    codes = store.set_up_second_factor(root.id, WORDS, SECRET, code())
    frozen.move(minutes=5)
    for _ in range(2):
        assert store.account_of("Root", WORDS, "000000") is None
    assert store.account_of("Root", WORDS, code()) == root.id  # they are counted anew
    for _ in range(2):
        assert store.account_of("Root", WORDS, "000000") is None
    assert caplog.messages == []
    frozen.move(minutes=5)
    assert refusal(lambda: store.remove_second_factor(root.id, "000000")) == WRONG_CODE
    assert caplog.messages == [
        f"3 wrong codes in a row for the account {root.id}: somebody may know its password; "
        "recovery codes still work, and an administrator can reset the second factor"
    ]
    assert store.account_of("Root", WORDS, code()) is None
    assert store.account_of("Root", WORDS, codes[0]) == root.id
    frozen.move(minutes=5)
    assert store.account_of("Root", WORDS, code()) == root.id
    for _ in range(3):
        assert store.account_of("Root", WORDS, "000000") is None
    store.reset_second_factor(root.id)
    store.set_up_second_factor(root.id, WORDS, SECRET, code(-1))
    assert store.account_of("Root", WORDS, code()) == root.id


def test_wide_digits_of_chinese_input_methods_are_digits():
    assert second_factor.plain("１２３ ４５６") == "123456"
    assert second_factor.plain("ＡＢＣ２-defg") == "abc2defg"


def test_no_secret_is_stored_in_clear(store, root, database, study, key, frozen):
    codes = store.set_up_second_factor(root.id, WORDS, SECRET, code())
    as_(store, store.add_account("Li", OTHER, ["organizer"])).rename_study(study.id, "Final")
    stored = repr([database.rows(f"SELECT * FROM {one}") for one in ("accounts", "sign_ins")])
    exported = store.export_study(study.id)
    for secret in (SECRET, SECRET.lower(), *codes, *(one.replace("-", "") for one in codes)):
        assert secret not in stored
        assert secret not in exported
    [(sealed, recovery)] = database.rows(
        "SELECT totp, recovery FROM accounts WHERE totp IS NOT NULL"
    )
    assert second_factor._cipher(key.parent).decrypt(sealed).decode() == SECRET
    assert len(json.loads(recovery)) == 8


def test_with_another_key_only_recovery_codes_work(store, root, key, frozen, caplog):
    codes = store.set_up_second_factor(root.id, WORDS, SECRET, code())
    frozen.move(minutes=5)
    key.unlink()
    assert store.account_of("Root", WORDS, code()) is None
    assert caplog.messages == [
        f"codes for the account {root.id} can't be checked: its second factor was set up with "
        "another signing key; recovery codes still work, and an administrator can reset it"
    ]
    assert store.account_of("Root", WORDS, codes[0]) == root.id


def test_secrets_for_a_purpose_are_the_key_s(key, store):
    own = signing.signing_key(key.parent)
    assert signing.derived(own, "one") != signing.derived(own, "two")
    assert store.derived_secret("one") == signing.derived(own, "one")
    assert len(store.derived_secret("one")) == 32


def test_an_app_reads_the_secret():
    address = second_factor.app_address(SECRET, "王芳", "两两比较问卷")
    read = pyotp.parse_uri(address)
    assert (read.secret, read.name, read.issuer) == (SECRET, "王芳", "两两比较问卷")
    assert len(second_factor.new_secret()) == 32
    assert second_factor.new_secret() != second_factor.new_secret()


# -- a second factor for all


@pytest.mark.usefixtures("key")
def test_who_needs_a_second_factor_may_do_nothing_before(store, root, study, frozen):
    expert = store.add_expert(study.id, "Ada")
    session = store.open_account(root.id, store.open_link(store.issue_link(expert.id), None))
    shared = store.open_organizer(None)
    provider = store.open_provider_account(ISSUER, "1", ["Wang"], ["reader"], session=None)
    assert not store.second_factor_required()
    as_(store, root).require_second_factor(True)
    store.require_second_factor(True)
    assert store.second_factor_required()
    [now, _wang] = store.accounts()
    assert store.grants(session) == Grants(False, (store.expert(expert.id),), {}, None, (), now)
    assert not store.may_download(session, session, None)
    assert not store.may_look_back(session, "somebody else")
    assert store.grants(shared).organizer  # the way back in
    assert store.grants(provider).organizer  # whose second factor is the provider's
    later = store.open_account(root.id, None)
    assert store.grants(later) == Grants(enrolling=store.accounts()[0])
    store.set_up_second_factor(root.id, WORDS, SECRET, code(), later)
    assert store.grants(later).account == store.accounts()[0]
    assert store.grants(later).enrolling is None
    # elsewhere somebody may be who only knows the password
    assert store.grants(session) == Grants(False, (store.expert(expert.id),))
    frozen.move(minutes=1)
    store.remove_second_factor(root.id, code())
    assert store.grants(later).enrolling is not None
    store.require_second_factor(False)
    assert store.grants(later).organizer
    assert not store.second_factor_required()


@pytest.mark.usefixtures("key")
def test_only_the_browser_that_has_shown_a_code_stays_signed_in(store, root, study):
    """Whoever found out the password before gets nothing by the owner's second factor."""
    first = store.open_account(root.id, None)
    own = store.open_link(store.issue_link(store.add_expert(study.id, "Ada").id), first)
    other = store.open_account(root.id, None)
    store.require_second_factor(True)
    thief = store.open_account(root.id, None)
    store.set_up_second_factor(root.id, WORDS, SECRET, code(), own)
    assert [store.grants(one).organizer for one in (first, own, other, thief)] == [
        *(True, True, False, False)
    ]
    store.require_second_factor(False)
    assert store.grants(other) == store.grants(thief) == Grants()
    assert [one.id for one in store.browsers()] == [store.browser_of(own)]


@pytest.mark.usefixtures("key")
def test_what_has_ended_stays_as_it_was(store, root, frozen, database):
    store.open_account(root.id, None)
    frozen.move(days=31)
    store.open_account(root.id, None)
    for required, live in ((True, "enrolling"), (False, "organizer")):
        store.require_second_factor(required)
        kinds = database.rows("SELECT kind FROM grants ORDER BY expires")
        assert [kind for (kind,) in kinds] == ["organizer", live]


SIGN_IN = """
import sys
from ahp.store import Store

store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(bool(store.grants(store.open_account(sys.argv[2], None)).enrolling))
"""


@pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True)
def test_who_signs_in_while_it_is_required_is_asked_for_it(store, root, url, spawn, monkeypatch):
    other = spawn(SIGN_IN, url, root.id)
    assert other.stdout.readline() == "ready\n", other.communicate()[1]
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

    def keep_out(session: Session) -> None:
        other.stdin.write("\n")
        other.stdin.flush()
        while not session.scalar(waiting):
            assert other.poll() is None, other.communicate()
            session.execute(text("SELECT pg_stat_clear_snapshot()"))

    monkeypatch.setattr(access, "keep_out", keep_out)
    store.require_second_factor(True)
    assert other.stdout.readline() == "True\n"


def test_only_an_administrator_says_what_all_need(store, root):
    li = store.add_account("Li", OTHER, ["organizer", "head"])
    assert refusal(lambda: as_(store, li).require_second_factor(True)) == (
        "“Li” may not change accounts: this takes an administrator."
    )
    assert not store.second_factor_required()


# -- accounts of a provider


def test_an_account_of_a_provider_is_made_at_the_first_sign_in(store, root, frozen):
    session = store.open_provider_account(
        ISSUER, "sub-1", ["王芳", "王芳 (wang)"], ["reader", "head"], session=None
    )
    moment = "2026-03-01T12:00:00.000000+00:00"
    wang = store.grants(session).account
    expected = AccountInfo(wang.id, "王芳", ("head", "reader"), moment, moment, None, ISSUER)
    assert wang == expected
    frozen.move(hours=1)
    again = store.open_provider_account(ISSUER, "sub-1", ["王芳芳"], ["reader"], session=session)
    assert again == session
    now = store.grants(again).account
    assert (now.id, now.name, now.roles) == (wang.id, "王芳芳", ("reader",))
    other = store.open_provider_account(
        "https://other.example.org", "sub-1", ["王芳芳", "王芳芳 (w)"], ["reader"], session=None
    )
    assert store.grants(other).account.name == "王芳芳 (w)"
    assert len({one.id for one in store.accounts()}) == 3


def test_a_name_opens_nobody_s_account(store, root):
    """Whoever calls themselves like somebody else has an account of their own."""
    session = store.open_provider_account(ISSUER, "evil", ["Root"], ["reader"], session=None)
    evil = store.grants(session).account
    assert evil.id != root.id
    assert evil.name == evil.id  # no other name was free
    for strange in ("", " Root", "two\nlines", "x" * 201):
        store.open_provider_account(ISSUER, "evil", [strange], ["reader"], session=session)
        assert store.grants(session).account.name == evil.id
    for word in ("", WORDS):
        assert store.account_of(evil.name, word) is None


def test_who_signed_in_at_a_provider_is_asked_again_after_12_hours(store, frozen):
    session = store.open_provider_account(ISSUER, "1", ["Wang"], ["reader"], session=None)
    frozen.move(hours=12, microseconds=-1)
    assert store.grants(session).organizer
    frozen.move(microseconds=1)
    assert store.grants(session) == Grants()


def test_who_has_no_role_any_more_is_signed_out_everywhere(store):
    session = store.open_provider_account(ISSUER, "1", ["Wang"], ["reader"], session=None)
    for subject in ("1", "2"):
        assert refusal(
            lambda subject=subject: store.open_provider_account(
                ISSUER, subject, ["Wang"], [], session=None
            )
        ) == ("Please choose a role or more.")
    assert store.grants(session) == Grants()
    assert [one.name for one in store.accounts()] == ["Wang"]


def test_what_the_provider_says_is_not_said_here(store, root):
    session = store.open_provider_account(ISSUER, "1", ["Wang"], ["reader"], session=None)
    wang = store.grants(session).account
    said = (
        "“Wang” signs in at your organization's provider, which says with which password, and in "
        "which roles."
    )
    for change in (
        lambda: store.set_roles(wang.id, ["head"]),
        lambda: store.reset_password(wang.id, WORDS),
        lambda: store.change_password(wang.id, "", WORDS),
        lambda: store.set_up_second_factor(wang.id, "", SECRET, code()),
    ):
        assert refusal(change) == said
    store.disable_account(wang.id)
    assert store.grants(session) == Grants()
    assert refusal(
        lambda: store.open_provider_account(ISSUER, "1", ["Wang"], ["head"], session=None)
    ) == ("The account “Wang” is disabled.")
    assert store.grants(session) == Grants()


# -- where people are signed in


def test_everybody_sees_where_they_are_signed_in(store, root, study, frozen):
    expert = store.add_expert(study.id, "Ada")
    link = store.issue_link(expert.id)
    first = store.open_account(root.id, store.open_link(link, None), ("Firefox", "Windows"))
    frozen.move(days=2)
    second = store.open_account(root.id, None, ("WeChat Browser", "Android"))
    shared = store.open_organizer(None, ("Edge", "Windows"))
    store.open_link(link, None)  # an expert's browsers are not listed
    monday, wednesday = "2026-03-01T12:00:00.000000+00:00", "2026-03-03T12:00:00.000000+00:00"
    ids = {one: store.browser_of(one) for one in (first, second, shared)}
    listed = {one.id: one for one in store.browsers()}
    assert listed == {
        ids[first]: BrowserInfo(ids[first], root.id, monday, "2026-03-01", "Firefox", "Windows"),
        ids[second]: BrowserInfo(
            ids[second], root.id, wednesday, "2026-03-03", "WeChat Browser", "Android"
        ),
        ids[shared]: BrowserInfo(ids[shared], None, wednesday, "2026-03-03", "Edge", "Windows"),
    }
    store.note_seen(first)
    grown = store.open_link(store.issue_link(store.add_expert(study.id, "Bo").id), first)
    [now] = [one for one in store.browsers() if one.id == ids[first]]
    assert now == replace(listed[ids[first]], seen="2026-03-03")
    store.end_browsers(root.id, [ids[first]])
    for one in (first, grown):
        granted = store.grants(one)
        assert not granted.organizer
        assert "Ada" in [each.name for each in granted.experts]  # who goes on
    assert {one.id for one in store.browsers()} == {ids[second], ids[shared]}
    store.end_browsers(None, [ids[shared], ids[second]])
    assert [one.id for one in store.browsers()] == [ids[second]]
    frozen.move(days=30)
    assert store.browsers() == []


def test_others_are_signed_out_by_an_administrator(store, root):
    li = store.add_account("Li", OTHER, ["organizer"])
    mine, theirs = store.open_account(li.id, None), store.open_account(root.id, None)
    for whose in (root.id, None):
        assert refusal(
            lambda whose=whose: as_(store, li).end_browsers(whose, [store.browser_of(theirs)])
        ) == ("“Li” may not change accounts: this takes an administrator.")
    as_(store, li).end_browsers(li.id, [store.browser_of(theirs)])
    assert store.grants(theirs).organizer
    as_(store, li).end_browsers(li.id, [store.browser_of(mine)])
    assert store.grants(mine) == Grants()
    again = store.open_account(li.id, None)
    as_(store, root).end_browsers(li.id, [store.browser_of(again)])
    assert store.grants(again) == Grants()


def test_browsers_that_may_do_nothing_any_more_are_not_listed(url):
    """As after the shared password was changed."""
    before, after = Store(url, sign_in="old"), Store(url, sign_in="new")
    old, new = before.open_organizer(None), after.open_organizer(None)
    assert not after.grants(old).organizer
    assert [one.id for one in after.browsers()] == [after.browser_of(new)]
    before.close()
    after.close()


def test_that_a_browser_came_is_written_once_a_day(store, frozen):
    class Writes(Observer):
        count = 0

        def written(self, seconds, kinds):
            self.count += 1

    session = store.open_organizer(None)
    frozen.move(days=1)
    seen = Writes()
    store.observe(seen)
    for _ in range(3):
        store.note_seen(session)
    assert seen.count == 1
    assert [one.seen for one in store.browsers()] == [clock.now().date().isoformat()]


def test_nobody_has_a_browser_without_a_session(store):
    assert store.browser_of("guess") is None
    store.note_seen("guess")
    assert store.browsers() == []


# -- one throttle


TRY = """
import sys
from ahp.store import Store

store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(sum(store.begin_sign_in("192.0.2.1").attempt is not None for _ in range(30)))
"""


def test_processes_count_passwords_together(store, url, spawn):
    other = spawn(TRY, url)
    assert other.stdout.readline() == "ready\n", other.communicate()[1]
    other.stdin.write("\n")
    other.stdin.flush()
    tries = [store.begin_sign_in("192.0.2.1").attempt for _ in range(30)]
    own = sum(one is not None for one in tries)
    assert own + int(other.stdout.readline()) == 10
    assert store.begin_sign_in("192.0.2.1").attempt is None
