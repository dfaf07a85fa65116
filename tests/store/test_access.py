from __future__ import annotations

import hashlib

import pytest

from ahp.errors import LinkError, StoreError
from ahp.store import Grants

NOTHING = Grants(organizer=False, experts=(), refused=())


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
    assert store.grants(session) == Grants(False, (granted,), ())


def test_tokens_are_random_and_long(store, study):
    experts = [store.add_expert(study.id, name) for name in ("Ada", "Bo")]
    links = {store.issue_link(expert.id) for expert in experts}
    sessions = {store.open_link(link, None) for link in links}
    assert [len(link) for link in links] == [22, 22]  # 128 bits in base64
    assert [len(session) for session in sessions] == [43, 43]  # 256 bits


def test_unknown_link(store, expert):
    store.issue_link(expert.id)
    assert refusal(store, "no-such-token") == ("unknown", "the link is unknown")


def test_revoked_link_and_its_session_end(store, study, expert):
    token = store.issue_link(expert.id)
    session = store.open_link(token, None)
    store.revoke_link(expert.id)
    assert refusal(store, token) == ("revoked", "the link was revoked")
    assert store.grants(session) == Grants(False, (), ("revoked",))
    assert store.expert(expert.id).link == "revoked"
    events = store.events(study.id)[2:]
    assert [(one.kind, one.expert_id, one.source) for one in events] == [
        ("link_issued", expert.id, "organizer"),
        ("link_revoked", expert.id, "organizer"),
    ]
    assert events[0].detail == events[1].detail
    with pytest.raises(StoreError, match="^expert 'Ada' has no active link$"):
        store.revoke_link(expert.id)


def test_renewed_link_ends_the_old_one_and_its_session(store, study, expert):
    old = store.issue_link(expert.id)
    session = store.open_link(old, None)
    new = store.issue_link(expert.id)
    assert refusal(store, old) == ("revoked", "the link was revoked")
    assert store.grants(session) == Grants(False, (), ("revoked",))
    assert store.expert(expert.id).link == "active"
    kinds = [one.kind for one in store.events(study.id)[2:]]
    assert kinds == ["link_issued", "link_revoked", "link_issued"]
    assert store.open_link(new, session) == session
    assert store.grants(session) == Grants(False, (store.expert(expert.id),), ())


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
    assert refusal(store, token) == ("closed", "the study of the link is closed")
    assert store.grants(session) == Grants(False, (), ("closed",), (expert.id,))


def test_one_session_holds_several_grants(store, study, survey, expert):
    other = store.add_expert(store.create_study(survey, "Other").id, "Bo")
    session = store.open_link(store.issue_link(other.id), None)
    assert store.open_link(store.issue_link(expert.id), session) == session
    assert store.open_organizer(session) == session
    assert store.grants(session) == Grants(
        True,
        (store.expert(expert.id), store.expert(other.id)),
        (),  # the last opened first
    )
    store.revoke_link(other.id)
    assert store.grants(session) == Grants(True, (store.expert(expert.id),), ("revoked",))


def test_link_opened_twice_is_one_grant(store, database, expert):
    token = store.issue_link(expert.id)
    session = store.open_link(token, None)
    assert store.open_link(token, session) == session
    assert database.rows("SELECT count(*) FROM grants") == [(1,)]
    assert store.open_organizer(store.open_organizer(session)) == session
    assert database.rows("SELECT count(*) FROM grants") == [(2,)]


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
    assert store.open_link(token, mine) != mine
    assert store.grants(mine) == NOTHING


def test_organizers_are_signed_out_together(store, expert):
    first, second = store.open_organizer(None), store.open_organizer(None)
    store.open_link(store.issue_link(expert.id), second)
    assert store.grants(first) == Grants(True, (), ())
    store.revoke_organizers()
    assert store.grants(first) == NOTHING
    assert store.grants(second) == Grants(False, (store.expert(expert.id),), ())
    assert store.grants(store.open_organizer(first)).organizer


def test_organizer_is_signed_out_after_30_days(store, frozen):
    session = store.open_organizer(None)
    frozen.move(days=30, microseconds=-1)
    assert store.grants(session).organizer
    frozen.move(microseconds=1)
    assert store.grants(session) == NOTHING
    assert store.open_organizer(session) != session


def test_each_grant_lives_30_days(store, expert, frozen):
    session = store.open_organizer(None)
    frozen.move(days=20)
    token = store.issue_link(expert.id)
    assert store.open_link(token, session) == session
    frozen.move(days=15)
    assert store.grants(session) == Grants(False, (store.expert(expert.id),), ())
    assert store.open_link(token, session) == session
    frozen.move(days=29)
    assert store.grants(session).experts == (store.expert(expert.id),)
    frozen.move(days=1)
    assert store.grants(session) == NOTHING


def test_no_token_is_stored_in_clear(store, database, expert):
    token = store.issue_link(expert.id)
    session = store.open_organizer(store.open_link(token, None))
    tables = ["surveys", "studies", "experts", "events", "links", "sessions", "grants"]
    stored = repr([database.rows(f"SELECT * FROM {table}") for table in tables])
    for secret in (token, session):
        assert secret not in stored
        assert hashlib.sha256(secret.encode()).hexdigest() in stored
