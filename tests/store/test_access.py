from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from ahp.errors import LinkError, StoreError
from ahp.messages import MESSAGES
from ahp.store import Grants, SignIn, Store

NOTHING = Grants(organizer=False, experts=(), refused={})


@pytest.fixture
def expert(store, study):
    return store.add_expert(study.id, "Ada")


def refusal(store, token):
    with pytest.raises(LinkError) as caught:
        store.open_link(token, None)
    return caught.value.reason, str(caught.value)


def test_link_lets_a_browser_answer_as_its_expert(store, expert):
    session = store.open_link(store.issue_link(expert.id), None)
    (granted,) = store.grants(session).experts
    assert granted == store.expert(expert.id)
    assert granted.link == "active"
    assert store.grants(session) == Grants(False, (granted,), {})


def test_tokens_are_random_and_long(store, study):
    experts = [store.add_expert(study.id, name) for name in ("Ada", "Bo")]
    links = {store.issue_link(expert.id) for expert in experts}
    sessions = {store.open_link(link, None) for link in links}
    assert [len(link) for link in links] == [22, 22]  # 128 bits in base64
    assert [len(session) for session in sessions] == [43, 43]  # 256 bits


def test_unknown_link(store, expert):
    store.issue_link(expert.id)
    assert refusal(store, "no-such-token") == ("unknown", MESSAGES["link_unknown"])


def test_revoked_link_and_its_session_end(store, study, expert):
    token = store.issue_link(expert.id)
    session = store.open_link(token, None)
    store.revoke_link(expert.id)
    assert refusal(store, token) == ("revoked", MESSAGES["link_revoked"])
    assert store.grants(session) == Grants(False, (), {expert.id: "revoked"})
    assert store.expert(expert.id).link == "revoked"
    events = store.events(study.id)[2:]
    assert [(one.kind, one.expert_id, one.source) for one in events] == [
        ("link_issued", expert.id, "organizer"),
        ("link_revoked", expert.id, "organizer"),
    ]
    assert events[0].detail == events[1].detail
    with pytest.raises(StoreError, match="^“Ada” has no link that works.$"):
        store.revoke_link(expert.id)


def test_renewed_link_ends_the_old_one_and_its_session(store, study, expert):
    old = store.issue_link(expert.id)
    session = store.open_link(old, None)
    new = store.issue_link(expert.id)
    assert refusal(store, old) == ("revoked", MESSAGES["link_revoked"])
    assert store.grants(session) == Grants(False, (), {expert.id: "revoked"})
    assert store.expert(expert.id).link == "active"
    kinds = [one.kind for one in store.events(study.id)[2:]]
    assert kinds == ["link_issued", "link_revoked", "link_issued"]
    renewed = store.open_link(new, session)
    assert store.grants(renewed) == Grants(False, (store.expert(expert.id),), {})
    assert store.grants(session) == Grants(False, (), {expert.id: "revoked"})


def test_links_of_other_experts_stay(store, study, expert):
    other = store.add_expert(study.id, "Bo")
    session = store.open_link(store.issue_link(other.id), None)
    store.issue_link(expert.id)
    store.issue_link(expert.id)
    assert [one.name for one in store.grants(session).experts] == ["Bo"]


def test_link_of_a_closed_study(store, study, expert):
    token = store.issue_link(expert.id)
    session = store.open_link(token, None)
    store.close_round(study.id)
    assert refusal(store, token) == ("closed", MESSAGES["link_closed"])
    assert store.grants(session) == Grants(False, (), {expert.id: "closed"})


def test_one_session_holds_several_grants(store, study, survey, expert):
    other = store.add_expert(store.create_study(survey, "Other").id, "Bo")
    first = store.open_link(store.issue_link(other.id), None)
    second = store.open_link(store.issue_link(expert.id), first)
    third = store.open_organizer(second)
    mine, theirs = store.expert(expert.id), store.expert(other.id)
    assert store.grants(third) == Grants(True, (mine, theirs), {})  # the last opened first
    store.revoke_link(other.id)
    assert store.grants(third) == Grants(True, (mine,), {other.id: "revoked"})


def test_a_copied_token_gains_nothing(store, study, expert):
    """Whoever copied a cookie before its browser was allowed more has what it had then."""
    other = store.add_expert(study.id, "Bo")
    copied = store.open_link(store.issue_link(expert.id), None)
    grown = store.open_organizer(copied)
    again = store.open_link(store.issue_link(other.id), grown)
    assert len({copied, grown, again}) == 3
    mine, theirs = store.expert(expert.id), store.expert(other.id)
    assert store.grants(copied) == Grants(False, (mine,), {})
    assert store.grants(grown) == Grants(True, (mine,), {})
    assert store.grants(again) == Grants(True, (theirs, mine), {})
    # nor does it by growing itself: it is not told what its browser may do meanwhile
    assert store.grants(store.open_link(store.issue_link(expert.id), copied)) == Grants(
        False, (store.expert(expert.id),), {}
    )


def test_an_expert_leaves_a_browser_in_all_its_tabs(store, study, expert):
    other, link = store.add_expert(study.id, "Bo"), store.issue_link(expert.id)
    elsewhere = store.open_link(link, None)
    first = store.open_link(link, None)
    second = store.open_link(store.issue_link(other.id), first)
    store.leave(first, expert.id)
    assert store.grants(first) == NOTHING
    assert store.grants(second) == Grants(False, (store.expert(other.id),), {})
    assert store.grants(elsewhere).experts == (store.expert(expert.id),)
    back = store.grants(store.open_link(link, second)).experts
    assert [one.id for one in back] == [expert.id, other.id]


def test_organizers_are_signed_out_by_another_way_to_sign_in(store, database, expert):
    """A changed password ends what was opened with the one before, and only that."""
    before, after = (Store(database.url, sign_in=word) for word in ("old", "new"))
    session = before.open_organizer(store.open_link(store.issue_link(expert.id), None))
    mine = (store.expert(expert.id),)
    assert before.grants(session) == Grants(True, mine, {})
    for changed in (after, store):
        assert changed.grants(session) == Grants(False, mine, {})
    assert not after.may_look_back(session, "somebody else")
    assert after.grants(after.open_organizer(session)) == Grants(True, mine, {})
    before.close()
    after.close()


def test_ten_wrong_passwords_a_minute(store, database, frozen):
    tries = [store.begin_sign_in("192.0.2.1") for _ in range(10)]
    assert all(one.attempt is not None for one in tries)
    assert store.begin_sign_in("192.0.2.1") == SignIn(None, 60.000001)
    assert store.begin_sign_in("192.0.2.2").attempt is not None
    frozen.move(seconds=60)
    assert store.begin_sign_in("192.0.2.1") == SignIn(None, 0.000001)
    frozen.move(microseconds=1)
    assert store.begin_sign_in("192.0.2.1").attempt is not None
    assert database.rows("SELECT count(*) FROM sign_ins") == [(1,)]  # no address is kept longer


def test_all_browsers_of_an_account_try_together(store):
    """Or whoever has an account could guess the password of another one, session by session."""
    li = store.add_account("Li", "twelve characters", ["administrator", "reader"])
    browsers = [store.open_account(li.id, None) for _ in range(3)]
    tries = [store.begin_sign_in("192.0.2.1", browsers[k % 3]).attempt for k in range(11)]
    assert [one is None for one in tries] == [False] * 10 + [True]


def test_the_right_password_does_not_count(store):
    for _ in range(30):
        store.forget_sign_in(store.begin_sign_in("192.0.2.1").attempt)
    assert store.begin_sign_in("192.0.2.1").attempt is not None


def test_a_clock_set_back_locks_nobody_out(store, frozen):
    frozen.move(days=1)
    for _ in range(10):
        store.begin_sign_in("192.0.2.1")
    frozen.move(days=-1)
    assert store.begin_sign_in("192.0.2.1").attempt is not None


def test_who_shares_an_address_cannot_keep_the_organizer_out(store, expert):
    organizer = store.open_organizer(None)
    stranger = store.open_link(store.issue_link(expert.id), None)
    store.revoke_organizers()
    for _ in range(10):
        store.begin_sign_in("192.0.2.1")
    assert store.begin_sign_in("192.0.2.1").attempt is None
    assert store.begin_sign_in("192.0.2.1", stranger).attempt is None
    tries = [store.begin_sign_in("192.0.2.1", organizer).attempt for _ in range(11)]
    assert [one is None for one in tries] == [False] * 10 + [True]


def test_passwords_are_counted_one_at_a_time(store):
    with ThreadPoolExecutor(40) as pool:
        tries = list(pool.map(lambda _: store.begin_sign_in("192.0.2.1"), range(200)))
    assert sum(one.attempt is not None for one in tries) == 10


def test_a_file_is_for_the_browser_and_the_right_it_was_made_for(store, study, expert):
    other = store.add_expert(study.id, "Bo")
    first = store.open_link(store.issue_link(expert.id), None)
    second = store.open_organizer(first)
    stranger = store.open_organizer(None)
    assert store.may_download(first, first, expert.id)
    assert store.may_download(second, first, expert.id)  # the cookie of a tab opened meanwhile
    assert store.may_download(second, second, None)
    assert not store.may_download(first, first, other.id)
    assert not store.may_download(first, first, None)
    for session in (stranger, "guess", None):
        assert not store.may_download(session, first, expert.id)
    assert not store.may_download("guess", "guess", expert.id)
    assert not store.may_download(first, None, expert.id)
    store.revoke_session(first)
    assert not store.may_download(second, second, None)


def test_link_opened_twice_is_one_grant(store, database, expert):
    token = store.issue_link(expert.id)
    session = store.open_link(token, None)
    assert store.open_link(token, session) == session
    assert database.rows("SELECT count(*) FROM grants") == [(1,)]
    organizer = store.open_organizer(session)
    assert store.open_organizer(organizer) == organizer
    assert database.rows("SELECT count(*) FROM grants") == [(3,)]


def test_no_session_no_grants(store, expert):
    store.open_organizer(None)
    for session in (None, "", "no-such-session"):
        assert store.grants(session) == NOTHING


def test_given_session_is_never_taken_over_unless_valid(store, expert):
    token = store.issue_link(expert.id)
    assert store.open_link(token, "chosen-by-an-attacker") != "chosen-by-an-attacker"
    assert store.open_organizer("chosen-by-an-attacker") != "chosen-by-an-attacker"
    assert store.grants("chosen-by-an-attacker") == NOTHING


def test_sign_out_ends_one_session(store, expert):
    token = store.issue_link(expert.id)
    mine, other = store.open_link(token, None), store.open_link(token, None)
    store.revoke_session(mine)
    assert store.grants(mine) == NOTHING
    assert store.grants(other).experts == (store.expert(expert.id),)
    again = store.open_link(token, mine)
    assert store.grants(mine) == NOTHING
    assert store.grants(again).experts == (store.expert(expert.id),)


def test_sign_out_ends_all_tokens_of_a_browser(store, expert):
    first = store.open_link(store.issue_link(expert.id), None)
    second = store.open_organizer(first)
    store.revoke_session(first)
    assert [store.grants(one) for one in (first, second)] == [NOTHING, NOTHING]


def test_organizers_are_signed_out_together(store, expert):
    first = store.open_organizer(None)
    second = store.open_link(store.issue_link(expert.id), store.open_organizer(None))
    assert store.grants(first) == Grants(True, (), {})
    store.revoke_organizers()
    assert store.grants(first) == NOTHING
    assert store.grants(second) == Grants(False, (store.expert(expert.id),), {})
    assert store.grants(store.open_organizer(first)).organizer


def test_organizer_is_signed_out_after_30_days(store, frozen):
    session = store.open_organizer(None)
    frozen.move(days=30, microseconds=-1)
    assert store.grants(session).organizer
    frozen.move(microseconds=1)
    assert store.grants(session) == NOTHING
    assert store.open_organizer(session) != session


def test_each_grant_lives_30_days(store, expert, frozen):
    organizer = store.open_organizer(None)
    frozen.move(days=20)
    token = store.issue_link(expert.id)
    session = store.open_link(token, organizer)
    assert store.grants(session).organizer
    frozen.move(days=15)
    assert store.grants(session) == Grants(False, (store.expert(expert.id),), {})
    assert store.open_link(token, session) == session
    frozen.move(days=29)
    assert store.grants(session).experts == (store.expert(expert.id),)
    frozen.move(days=1)
    assert store.grants(session) == NOTHING


def test_no_token_is_stored_in_clear(store, database, expert):
    token = store.issue_link(expert.id)
    session = store.open_organizer(store.open_link(token, None))
    tables = ["surveys", "studies", "experts", "events", "links", "sessions", "grants", "sign_ins"]
    stored = repr([database.rows(f"SELECT * FROM {table}") for table in tables])
    for secret in (token, session):
        assert secret not in stored
        assert hashlib.sha256(secret.encode()).hexdigest() in stored
