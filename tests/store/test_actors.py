"""Every event says who did it."""

from __future__ import annotations

import hashlib

import pytest

from ahp.errors import OptionError
from ahp.process.events import ORGANIZER, SERVER, Actor
from ahp.store import Store, StudyInfo
from ahp.study import Answers, Judgment, Survey

AB = ("goal", "a", "b")


def actors(
    store: Store, study: StudyInfo, first: int = 0
) -> list[tuple[str, str | None, str | None]]:
    """Kind of event, kind and id of actor."""
    events = store.events(study.id)[first:]
    return [(one.kind, one.actor_kind, one.actor_id) for one in events]


def test_organizers_and_experts(store: Store, study: StudyInfo) -> None:
    ada = store.add_expert(study.id, "Ada").id
    store.issue_link(ada)
    store.start(ada, way="pairs", short=False, consent="Yes.", event_id="start")
    store.answer(ada, *AB, "3", event_id="one")
    store.close_round(study.id)
    assert actors(store, study) == [
        ("study_created", "organizer", ""),
        ("expert_added", "organizer", ""),
        ("link_issued", "organizer", ""),
        ("way", "expert", ada),
        ("consent", "expert", ada),
        ("answer", "expert", ada),
        ("round_closed", "organizer", ""),
    ]


def test_an_organizer_with_an_account(store: Store, study: StudyInfo) -> None:
    store.add_account("Root", "four random words", ["administrator"])
    account = store.add_account("Li", "four other words", ["organizer"]).id
    clerk = store.by(Actor("organizer", account))
    ada = clerk.add_expert(study.id, "Ada").id
    clerk.issue_link(ada)
    clerk.answer(ada, *AB, "3", event_id="one")
    store.rename_study(study.id, "Final")
    assert actors(store, study, 1) == [
        ("expert_added", "organizer", account),
        ("link_issued", "organizer", account),
        ("answer", "expert", ada),
        ("study_renamed", "organizer", ""),
    ]
    store.verify_log()


def test_files(store: Store, study: StudyInfo, survey: Survey) -> None:
    content = b"expert,parent,left,right,value\n"
    file = Actor.file(content)
    assert file == Actor("file", hashlib.sha256(content).hexdigest())
    own = [Judgment("Ada", *pair, "3") for pair in survey.hierarchy.comparisons]
    store.import_answers(study.id, Answers(tuple(own)), submit=True, actor=file)
    bo = store.add_expert(study.id, "Bo").id
    store.upload_answers(bo, own[:1], actor=file)
    store.upload_answers(bo, own[1:])
    store.submit(bo, event_id="bo", source="file", actor=file)
    who = ("file", file.id)
    assert actors(store, study, 1) == [
        ("expert_added", "organizer", ""),
        *[("answer", *who)] * 4,
        ("submit", *who),
        ("expert_added", "organizer", ""),
        ("answer", *who),
        *[("answer", "expert", bo)] * 3,
        ("submit", *who),
    ]
    finished = store.import_study(survey, Answers(tuple(own)), "File", actor=file)
    assert actors(store, finished)[2:-1] == [*[("answer", *who)] * 4, ("submit", *who)]
    both = store.add_account("Li", "four random words", ["administrator", "organizer"]).id
    organizer = store.by(Actor("organizer", both))
    again = organizer.import_study(survey, Answers(tuple(own)), "Again")
    assert {one[1:] for one in actors(store, again)} == {("organizer", both)}
    store.verify_log()


def test_actors_are_of_few_kinds() -> None:
    assert (Actor("organizer", ""), Actor("server", "")) == (ORGANIZER, SERVER)
    with pytest.raises(OptionError) as caught:
        Actor("clerk")
    assert str(caught.value) == (
        "kind = 'clerk', expected one of 'organizer', 'expert', 'person', 'server', 'file'"
    )
