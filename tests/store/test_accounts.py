"""Organizers' accounts: who gets in, what the roles allow, and what ends a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ahp.errors import AccessError, OptionError, StoreError
from ahp.process.asking import Asking
from ahp.process.events import ORGANIZER, SERVER, Actor
from ahp.process.roles import ACTS, ROLES, allowed, second_person
from ahp.store import AccountInfo, Grants, Store, accounts
from ahp.study import Answers, Judgment
from ahp.study.standing import Standing

HASHER = accounts._HASHER
WORDS = "four random words"
OTHER = "four other words"


@pytest.fixture
def root(store: Store) -> AccountInfo:
    """The first account."""
    return store.add_account("Root", WORDS, ["administrator"])


def account(store: Store, *roles: str, name: str = "Li") -> AccountInfo:
    return store.add_account(name, OTHER, roles)


def as_(store: Store, who: AccountInfo) -> Store:
    return store.by(Actor("organizer", who.id))


def refusal(change: Callable[[], object], kind: type[StoreError] = AccessError) -> str:
    with pytest.raises(kind) as caught:
        change()
    assert type(caught.value) is kind
    return str(caught.value)


# -- accounts


def test_accounts_are_made_and_listed(store, frozen):
    assert store.accounts() == []
    moment = "2026-03-01T12:00:00.000000+00:00"
    root = store.add_account(" 王芳 ", WORDS, ["head", "administrator", "head"])
    assert root == AccountInfo(root.id, "王芳", ("administrator", "head"), moment, None, None)
    li = store.add_account("Li", OTHER, ["organizer"])
    assert store.accounts() == [li, root]
    store.set_roles(li.id, ["reader"])
    frozen.move(hours=1)
    store.open_account(li.id, None)
    store.disable_account(li.id)
    later = "2026-03-01T13:00:00.000000+00:00"
    assert store.accounts()[0] == replace(li, roles=("reader",), last_sign_in=later, disabled=later)


@pytest.mark.usefixtures("root")
def test_what_is_no_account_is_refused(store):
    assert refusal(lambda: account(store, "reader", name="Root")) == (
        "There is an account “Root” already."
    )
    assert refusal(lambda: account(store)) == "Please choose a role or more."
    assert refusal(lambda: account(store, "reader", name=" "), StoreError) == (
        "Please write a name, in one line."
    )
    assert refusal(lambda: store.add_account("Li", "elevenchars", ["reader"])) == (
        "The password has 11 characters, expected at least 12, such as four random words."
    )
    with pytest.raises(OptionError) as caught:
        account(store, "boss")
    assert str(caught.value) == (
        "role = 'boss', expected one of 'administrator', 'organizer', 'head', 'reader'"
    )
    for change in (
        lambda: store.set_roles("x", ["reader"]),
        lambda: store.reset_password("x", WORDS),
        lambda: store.change_password("x", WORDS, OTHER),
        lambda: store.disable_account("x"),
        lambda: store.enable_account("x"),
        lambda: store.open_account("x", None),
    ):
        assert refusal(change) == "no account 'x'"
    assert [one.name for one in store.accounts()] == ["Root"]


def test_the_first_account_is_an_administrator_s(store):
    assert refusal(lambda: account(store, "organizer")) == (
        "The first account has to be an administrator's."
    )
    assert account(store, "organizer", "administrator").roles == ("administrator", "organizer")


def test_passwords_are_stored_as_argon2(store, root, database, monkeypatch):
    monkeypatch.setattr(accounts, "_HASHER", HASHER)
    store.reset_password(root.id, OTHER)
    [(stored,)] = database.rows("SELECT password FROM accounts")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert store.account_of("Root", OTHER) == root.id


def test_name_and_password_belong_together(store, root):
    assert store.account_of("Root", WORDS) == root.id
    assert store.account_of(" Root ", WORDS) == root.id
    assert store.account_of("Root", WORDS + " ") is None
    assert store.account_of("root", WORDS) is None
    assert store.account_of("", "") is None
    store.reset_password(root.id, "密码 of \ud800 any signs")
    assert store.account_of("Root", "密码 of \ud800 any signs") == root.id
    assert store.account_of("Root", WORDS) is None


# -- sessions


def test_a_browser_signed_in_with_an_account(store, root):
    session = store.open_account(root.id, None)
    [now] = store.accounts()
    assert store.grants(session) == Grants(True, (), {}, now)
    assert now.last_sign_in is not None
    assert store.open_account(root.id, session) == session
    li = account(store, "reader")
    theirs = store.open_account(li.id, session)
    assert theirs != session
    assert store.grants(theirs).account.name == "Li"  # in the place of the one before
    assert store.grants(store.open_organizer(theirs)).account is None


def test_accounts_outlast_a_change_of_the_shared_password(store, root, url):
    session, shared = store.open_account(root.id, None), store.open_organizer(None)
    other = Store(url, sign_in="another password")
    assert other.grants(session).organizer
    assert not other.grants(shared).organizer
    other.close()


def test_an_account_s_browser_also_answers(store, root, study):
    ada = store.add_expert(study.id, "Ada")
    session = store.open_account(root.id, store.open_link(store.issue_link(ada.id), None))
    assert [one.name for one in store.grants(session).experts] == ["Ada"]
    assert [one.id for one in store.grants(session).experts] == [ada.id]
    assert store.may_look_back(session, ada.id)
    assert store.may_download(session, session, None)
    store.disable_account(root.id)
    assert not store.grants(session).organizer
    assert not store.may_download(session, session, None)
    assert [one.id for one in store.grants(session).experts] == [ada.id]


def test_a_disabled_account_opens_nothing(store, root):
    li = account(store, "organizer")
    session, mine = store.open_account(li.id, None), store.open_account(root.id, None)
    store.disable_account(li.id)
    assert store.grants(session) == Grants()
    assert store.grants(mine).organizer
    assert store.account_of("Li", OTHER) is None
    disabled = "The account “Li” is disabled."
    assert refusal(lambda: store.open_account(li.id, None)) == disabled
    assert refusal(lambda: store.change_password(li.id, OTHER, WORDS)) == disabled
    store.enable_account(li.id)
    assert store.grants(session) == Grants()
    assert store.account_of("Li", OTHER) == li.id


def test_a_session_of_a_disabled_account_is_none_even_if_it_was_not_ended(store, database, root):
    """As one that is opened while the account is being disabled."""
    session = store.open_account(root.id, None)
    assert store.grants(session).organizer
    database.execute("UPDATE accounts SET disabled = '2026'")
    assert store.grants(session) == Grants()


def test_another_password_ends_the_sessions_of_the_account(store, root):
    li = account(store, "organizer")
    first, mine = store.open_account(li.id, None), store.open_account(root.id, None)
    store.reset_password(li.id, WORDS)
    assert store.grants(first) == Grants()
    second = store.open_account(li.id, first)
    assert refusal(lambda: store.change_password(li.id, OTHER, OTHER)) == (
        "The current password is wrong."
    )
    assert store.grants(second).organizer
    store.change_password(li.id, WORDS, OTHER)
    assert store.grants(second) == Grants()
    assert store.grants(mine).organizer
    assert store.account_of("Li", OTHER) == li.id
    store.revoke_organizers()
    assert store.grants(mine) == Grants()


# -- roles


def test_roles_are_data():
    assert {role: sorted(acts) for role, acts in ROLES.items()} == {
        "administrator": ["accounts", "back_up", "see"],
        "organizer": ["close_rounds", "run_evaluations", "run_studies", "see"],
        "head": ["close_rounds", "see", "sign"],
        "reader": ["see"],
    }
    assert allowed(["reader", "head"]) == {"see", "close_rounds", "sign"}
    assert allowed([]) == frozenset()
    assert frozenset(ACTS) == allowed(ROLES)


def test_several_roles_allow_what_any_does(store, root):
    both = account(store, "reader", "head")
    granted = store.grants(store.open_account(both.id, None))
    assert {act: granted.may(act) for act in ACTS} == {
        "see": True,
        "run_studies": False,
        "close_rounds": True,
        "run_evaluations": False,
        "sign": True,
        "accounts": False,
        "back_up": False,
    }
    without = store.grants(store.open_organizer(None))
    assert [without.may(act) for act in ACTS] == [True] * 7
    assert [Grants().may(act) for act in ACTS] == [False] * 7


def test_who_may_only_look_changes_nothing(store, root, study, survey):
    ada = store.add_expert(study.id, "Ada")
    link = store.issue_link(ada.id)
    reader = as_(store, account(store, "reader"))
    own = [Judgment("Ada", *pair, "3") for pair in survey.hierarchy.comparisons]
    before = store.events(study.id)
    export = store.export_study(study.id)
    changes: tuple[Callable[[], object], ...] = (
        lambda: reader.create_study(survey, "Next"),
        lambda: reader.rename_study(study.id, "Next"),
        lambda: reader.duplicate_study(study.id, "Next"),
        lambda: reader.archive_study(study.id),
        lambda: reader.unarchive_study(study.id),
        lambda: reader.set_settings(study.id, store.settings(study.id), anew=True),
        lambda: reader.set_asking(study.id, Asking(way="rank")),
        lambda: reader.add_expert(study.id, "Bo"),
        lambda: reader.rename_expert(ada.id, "Bo"),
        lambda: reader.remove_expert(ada.id),
        lambda: reader.set_standing(ada.id, Standing(2, "so")),
        lambda: reader.issue_link(ada.id),
        lambda: reader.revoke_link(ada.id),
        lambda: reader.import_answers(study.id, Answers(tuple(own))),
        lambda: reader.upload_answers(ada.id, own),
        lambda: reader.import_study(survey, Answers(tuple(own)), "Next"),
        lambda: reader.import_export(export),
    )
    for change in changes:
        assert refusal(change) == "“Li” may not change studies: this takes an organizer."
    for change in (lambda: reader.close_round(study.id), lambda: reader.open_round(study.id)):
        assert refusal(change) == (
            "“Li” may not close or open rounds: this takes an organizer or a head."
        )
    for change in (
        lambda: reader.add_account("Bo", WORDS, ["reader"]),
        lambda: reader.set_roles(root.id, ["reader"]),
        lambda: reader.reset_password(root.id, OTHER),
        lambda: reader.disable_account(root.id),
        lambda: reader.enable_account(root.id),
        reader.revoke_organizers,
    ):
        assert refusal(change) == "“Li” may not change accounts: this takes an administrator."
    assert store.events(study.id) == before
    assert [one.title for one in reader.studies()] == ["Pilot"]
    assert reader.export_study(study.id) == export
    assert store.holder_of_link(link) == (ada.id, None)


def test_each_role_does_what_is_its_own(store, root, study, answer_all):
    ada = store.add_expert(study.id, "Ada")
    answer_all(store, ada.id)
    store.submit(ada.id, event_id="submit")
    head = account(store, "head", name="Head")
    organizer = account(store, "organizer", name="Organizer")
    as_(store, organizer).rename_study(study.id, "Final")
    as_(store, head).close_round(study.id)
    as_(store, organizer).open_round(study.id)
    assert refusal(lambda: as_(store, head).rename_study(study.id, "x")) == (
        "“Head” may not change studies: this takes an organizer."
    )
    assert refusal(lambda: as_(store, root).close_round(study.id)) == (
        "“Root” may not close or open rounds: this takes an organizer or a head."
    )
    as_(store, root).set_roles(organizer.id, ["reader"])
    assert refusal(lambda: as_(store, organizer).rename_study(study.id, "x")) == (
        "“Organizer” may not change studies: this takes an organizer."
    )
    as_(store, root).disable_account(head.id)
    assert refusal(lambda: as_(store, head).open_round(study.id)) == (
        "The account “Head” is disabled."
    )
    assert refusal(lambda: store.by(Actor("organizer", "x")).rename_study(study.id, "x")) == (
        "no account 'x'"
    )
    assert [(one.kind, one.actor_id) for one in store.events(study.id)[-3:]] == [
        ("study_renamed", organizer.id),
        ("round_closed", head.id),
        ("round_opened", organizer.id),
    ]
    store.verify_log()


def test_what_takes_two_people():
    li, wang = Actor("organizer", "li"), Actor("organizer", "wang")
    second_person(li, wang)
    assert refusal(lambda: second_person(li, Actor("organizer", "li"))) == (
        "This takes two people: somebody else has to do the second step."
    )
    for first in (ORGANIZER, li):
        assert refusal(lambda first=first: second_person(first, ORGANIZER)) == (
            "This takes two people, and both need accounts of their own: sign in with yours, or "
            "have one made on the page “Accounts”."
        )
    for first in (ORGANIZER, SERVER):
        assert refusal(lambda first=first: second_person(first, wang)) == (
            "This takes two people with accounts of their own, and the first step was done without "
            "one. Take it back, and let somebody with an account do it again."
        )


def test_a_study_moves_without_the_accounts(store, root, study, tmp_path):
    as_(store, account(store, "organizer")).rename_study(study.id, "Final")
    elsewhere = Store(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    elsewhere.import_export(store.export_study(study.id))
    assert elsewhere.events(study.id)[:-1] == store.events(study.id)
    assert elsewhere.accounts() == []
    elsewhere.close()
