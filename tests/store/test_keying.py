"""Paper questionnaires that two persons key in."""

from __future__ import annotations

import pytest

from ahp.errors import AnswersError, LockedError, StoreError
from ahp.process.events import Actor, Keyed

PASSWORD = "four random words"


def test_two_persons_key_in_and_settle_what_differs(store, study, survey):
    expert = store.add_expert(study.id, "Ada")
    first, second, third, *_ = pairs = survey.hierarchy.comparisons
    read = dict.fromkeys(pairs, "3")
    store.key_in(expert.id, {**read, first: "5"}, "Li")
    with pytest.raises(StoreError, match="^the questionnaire of 'Ada' was not keyed in by two"):
        store.take_keyed(expert.id, {})
    store.key_in(expert.id, {**read, first: "7"}, " li ")  # the same person, anew
    assert [one.by for one in store.keyed(study.id)[expert.id]] == ["li"]
    store.key_in(expert.id, {pair: "3" for pair in pairs if pair != third}, "Wang", round_number=1)
    assert store.current(expert.id) == {}
    with pytest.raises(StoreError, match="'Ada': 1 comparisons were keyed in differently"):
        store.take_keyed(expert.id, {first: "5"})
    events = store.take_keyed(expert.id, {first: "5", third: None})
    expected = {**read, first: "5"}
    del expected[third]
    assert store.current(expert.id) == expected
    assert {(one.kind, one.source, one.detail) for one in events} == {
        ("answer", "file", "paper, keyed in by li and Wang")
    }
    with pytest.raises(StoreError) as refused:
        store.key_in(expert.id, read, "Zhao")
    assert str(refused.value) == (
        "the questionnaire of 'Ada' was keyed in by two persons already; say that it is keyed in "
        "anew to put aside what both read"
    )
    assert len(store.keyed(study.id)[expert.id]) == 2
    store.key_in(expert.id, read, "Zhao", anew=True)
    assert store.keyed(study.id)[expert.id] == (
        Keyed("Zhao", tuple((*pair, "3") for pair in pairs)),
    )
    assert [log.events for log in store.verify_log()] == [store.events(study.id)[-1].seq]
    store.answer(expert.id, *third, "1", event_id="t")
    store.submit(expert.id, event_id="s")
    with pytest.raises(LockedError):
        store.key_in(expert.id, read, "Li")
    assert second in store.current(expert.id)


def test_an_answer_that_does_not_stand_on_paper_is_taken_back(store, study, survey):
    expert = store.add_expert(study.id, "Ada")
    wrong, online, *others = survey.hierarchy.comparisons
    store.answer(expert.id, *online, "9", event_id="o")
    for by in ("Li", "Wang"):
        store.key_in(expert.id, dict.fromkeys((wrong, *others), "3"), by)
    store.take_keyed(expert.id, {})
    assert store.current(expert.id)[wrong] == "3"
    store.key_in(expert.id, dict.fromkeys(others, "3"), "Zhao", anew=True)
    store.key_in(expert.id, dict.fromkeys(others, "3"), "Qian")
    [event] = store.take_keyed(expert.id, {})
    assert (event.kind, event.parent, event.left, event.right) == ("clear", *wrong)
    assert (event.source, event.actor_kind) == ("file", "organizer")
    assert store.current(expert.id) == {online: "9", **dict.fromkeys(others, "3")}
    assert store.take_keyed(expert.id, {}) == []


def test_who_keys_in_is_told_apart_by_account_else_by_name(store, study):
    expert = store.add_expert(study.id, "Ada")

    def keyed_by(desk, by, **options):
        desk.key_in(expert.id, {}, by, **options)
        return [one.by for one in store.keyed(study.id)[expert.id]]

    assert keyed_by(store, "张 三") == ["张 三"]
    assert keyed_by(store, "张三") == ["张三"]  # not a second person
    assert keyed_by(store, "李四") == ["张三", "李四"]
    desks = [
        store.by(
            Actor("organizer", store.add_account(name, PASSWORD, ["administrator", "organizer"]).id)
        )
        for name in ("One", "Other")
    ]
    assert keyed_by(desks[0], "王五", anew=True) == ["王五"]
    assert keyed_by(desks[0], "renamed") == ["renamed"]  # the same account
    assert keyed_by(desks[1], "renamed") == ["renamed", "renamed"]


def test_what_is_keyed_in_is_checked(store, study, survey):
    expert = store.add_expert(study.id, "Ada")
    pair = survey.hierarchy.comparisons[0]
    with pytest.raises(AnswersError, match="^judgment '10'|off the scale|expected one of"):
        store.key_in(expert.id, {pair: "10"}, "Li")
    with pytest.raises(StoreError):
        store.key_in(expert.id, {pair: "9"}, " ")
    assert store.keyed(study.id) == {}
