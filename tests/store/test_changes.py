"""Studies renamed, archived and copied; experts corrected and removed before they answer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ahp.errors import LinkError, LogError, StoreError
from ahp.messages import MESSAGES
from ahp.process.asking import Asking
from ahp.process.events import ExpertAdded, ExpertRemoved, RoundOpened, StudyUnarchived
from ahp.process.settings import Settings
from ahp.scale import SAATY_POSITIONS
from ahp.store import Store, chain, log
from ahp.store.models import ExpertRow, StudyRow
from ahp.study.standing import Standing


@pytest.fixture
def study(store, survey):
    return store.create_study(survey, "Pilot")


@pytest.fixture
def ada(store, study):
    return store.add_expert(study.id, "Ada", "Audit")


def kinds(store, study):
    return [one.kind for one in store.events(study.id)]


def refused(action, error=StoreError):
    with pytest.raises(error) as raised:
        action()
    return str(raised.value)


def answer_all(store, expert, survey):
    for k, (parent, left, right) in enumerate(survey.hierarchy.comparisons):
        store.answer(
            expert.id, parent, left, right, SAATY_POSITIONS[k], event_id=f"{expert.id}-{k}"
        )


def moved(store, study, tmp_path):
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    return other, other.import_export(store.export_study(study.id))


def test_an_expert_is_renamed(store, study, ada):
    token = store.issue_link(ada.id)
    renamed = store.rename_expert(ada.id, " Ada Li ", " Finance ")
    assert (renamed.name, renamed.organization) == ("Ada Li", "Finance")
    assert store.rename_expert(ada.id, "Ada Li", "Finance") == renamed  # nothing new, no event
    assert kinds(store, study) == ["study_created", "expert_added", "link_issued", "expert_renamed"]
    assert store.events(study.id)[-1].detail == '{"name":"Ada Li","organization":"Finance"}'
    assert store.grants(store.open_link(token, None)).experts[0].name == "Ada Li"
    store.verify_log()


def test_renamed_experts_have_one_name_each(store, study, ada):
    bo = store.add_expert(study.id, "Bo")
    assert refused(lambda: store.rename_expert(bo.id, "Ada")) == (
        "This study has an expert “Ada” already."
    )
    assert refused(lambda: store.rename_expert(bo.id, " ")) == ("Please write a name, in one line.")
    store.rename_expert(ada.id, "Cy")
    assert store.rename_expert(bo.id, "Ada").name == "Ada"
    store.verify_log()


def test_who_has_answered_stays(store, study, ada, survey):
    assert not store.expert(ada.id).spoken
    answer_all(store, ada, survey)
    assert store.expert(ada.id).spoken
    problem = "“Ada” has answered in “Pilot” and stays there with this name and organization."
    assert refused(lambda: store.rename_expert(ada.id, "Bo")) == problem
    assert refused(lambda: store.remove_expert(ada.id)) == problem
    store.submit(ada.id, event_id="done")
    store.close_round(study.id)
    store.open_round(study.id)
    assert refused(lambda: store.remove_expert(ada.id)) == problem


def test_an_expert_is_removed_and_added_again(store, study, ada, survey):
    bo = store.add_expert(study.id, "Bo")
    store.set_standing(ada.id, Standing(2, "chair"))
    token = store.issue_link(ada.id)
    session = store.open_link(token, None)
    store.remove_expert(ada.id)
    assert kinds(store, study)[-2:] == ["link_revoked", "expert_removed"]
    assert [one.name for one in store.experts(study.id)] == ["Bo"]
    assert list(store.standings(study.id)) == list(store.panel_replies(study.id)) == ["Bo"]
    assert store.grants(session).experts == ()
    assert refused(lambda: store.open_link(token, None), LinkError) == MESSAGES["link_revoked"]
    for action in (
        lambda: store.expert(ada.id),
        lambda: store.remove_expert(ada.id),
        lambda: store.issue_link(ada.id),
        lambda: store.answer(ada.id, "goal", "a", "b", "3", event_id="late"),
    ):
        assert refused(action) == f"no expert {ada.id!r}"
    again = store.add_expert(study.id, "Ada")
    assert again.id != ada.id
    assert again.standing == Standing()
    for expert in (bo, again):
        answer_all(store, expert, survey)
        store.submit(expert.id, event_id=f"done-{expert.id}")
    store.close_round(study.id)
    assert store.answers(study.id).experts == ("Bo", "Ada")
    store.verify_log()


def test_a_study_is_renamed(store, study, ada, survey):
    answer_all(store, ada, survey)
    store.submit(ada.id, event_id="done")
    before = store.receipt(ada.id)
    assert before.statement.title == "Pilot"
    assert store.rename_study(study.id, " Effectiveness ").title == "Effectiveness"
    store.rename_study(study.id, "Effectiveness")
    assert kinds(store, study)[-2:] == ["submit", "study_renamed"]
    assert store.receipt(ada.id).statement == before.statement
    assert refused(lambda: store.rename_study(study.id, "\n")) == (
        "Please write a title, in one line."
    )
    assert [one.title for one in store.verify_log()] == ["Effectiveness"]


def test_a_study_is_archived_and_brought_back(store, study, survey):
    other = store.create_study(survey, "Other")
    assert store.archive_study(study.id).archived
    assert store.archive_study(study.id).archived
    assert [one.id for one in store.studies()] == [other.id]
    assert store.studies(archived=True) == [replace(study, archived=True)]
    assert store.study(study.id).archived
    store.verify_log()
    assert not store.unarchive_study(study.id).archived
    assert {one.id for one in store.studies()} == {study.id, other.id}
    assert store.studies(archived=True) == []
    assert kinds(store, study) == ["study_created", "study_archived", "study_unarchived"]
    store.verify_log()


@pytest.mark.parametrize("experts", [False, True])
def test_a_study_is_duplicated(store, study, ada, survey, experts):
    gone = store.add_expert(study.id, "Bo")
    store.add_expert(study.id, "Cy")
    store.remove_expert(gone.id)
    settings, asking = (
        replace(Settings.of(survey), aggregate="aip_geometric"),
        Asking(cannot_judge=True),
    )
    store.set_settings(study.id, settings)
    store.set_asking(study.id, asking)
    standing = Standing(2, "chair", recused={"a": "own unit"})
    store.set_standing(ada.id, standing)
    store.issue_link(ada.id)
    store.answer(ada.id, "goal", "a", "b", "3", event_id="one")
    copy = store.duplicate_study(study.id, "Next year", experts=experts)
    assert (copy.title, copy.note, copy.round, copy.open) == ("Next year", None, 1, True)
    assert copy.survey == survey
    assert (store.settings(copy.id), store.asking(copy.id)) == (settings, asking)
    people = [
        (one.name, one.organization, one.link, one.answered, one.standing)
        for one in store.experts(copy.id)
    ]
    everybody = [("Ada", "Audit", "none", 0, standing), ("Cy", None, "none", 0, Standing())]
    assert people == (everybody if experts else [])
    assert len(store.verify_log()) == 2


def test_changes_move_with_the_study(store, study, ada, survey, tmp_path):
    gone = store.add_expert(study.id, "Bo", "Audit")
    store.remove_expert(gone.id)
    store.rename_expert(ada.id, "Ada Li")
    store.rename_study(study.id, "Effectiveness")
    store.archive_study(study.id)
    other, imported = moved(store, study, tmp_path)
    assert imported == store.study(study.id)
    assert imported.archived
    assert [one.name for one in other.experts(study.id)] == ["Ada Li"]
    assert other.events(study.id)[:-1] == store.events(study.id)
    other.verify_log()
    other.close()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            "UPDATE experts SET name = 'Ada' WHERE name = 'Ada Li'",
            "the expert {ada!r} has name 'Ada', by the log 'Ada Li'",
        ),
        (
            "UPDATE experts SET removed_seq = NULL",
            "the expert {gone!r} has removed_seq None, by the log 5",
        ),
        (
            "UPDATE experts SET removed_seq = 2 WHERE name = 'Ada Li'",
            "the expert {ada!r} has removed_seq 2, by the log None",
        ),
        (
            "UPDATE studies SET title = 'Pilot'",
            "the study has title 'Pilot', by the log 'Effectiveness'",
        ),
        (
            "UPDATE studies SET archived_seq = NULL",
            "the study has archived_seq None, by the log 7",
        ),
    ],
)
def test_the_log_notices_rows_that_were_changed(store, study, ada, database, change, problem):
    gone = store.add_expert(study.id, "Bo", "Audit")
    store.rename_expert(ada.id, "Ada Li")
    store.remove_expert(gone.id)
    store.rename_study(study.id, "Effectiveness")
    store.archive_study(study.id)
    store.verify_log()
    database.execute(change)
    ends = f": the log ends here, and {problem.format(ada=ada.id, gone=gone.id)}"
    assert refused(store.verify_log, LogError).endswith(ends)


def test_nothing_impossible_is_appended(store, study, ada, survey):
    answer_all(store, ada, survey)
    before = store.events(study.id)
    for action, problem in (
        (ExpertRemoved(), "the expert had answered before it"),
        (ExpertAdded("Bo", None), f"it adds the expert {ada.id!r}, whose id is taken or missing"),
        (StudyUnarchived(), "the study was in the lists before it"),
        (RoundOpened(), "it is of round 2, out of turn"),
    ):
        entry = log.Entry(action, "forged", "organizer", ada.id)

        def append(entry=entry):
            with store._database.write() as session:
                log.append(session, session.get_one(StudyRow, study.id), [entry])

        assert refused(append) == f"the log does not take this: {problem}"
    assert store.events(study.id) == before


def test_a_forged_removal_of_one_who_answered_is_noticed(store, study, ada, survey):
    answer_all(store, ada, survey)
    columns = {"kind": "expert_removed", "event_id": "forged", "source": "organizer"}
    unused = dict.fromkeys(("parent", "left", "right", "value", "detail"))
    last = store.events(study.id)[-1]
    with store._database.write() as session:
        row = session.get_one(StudyRow, study.id)
        content = {**columns, **unused, "expert_id": ada.id, "round": 1}
        content |= {"actor_kind": "organizer", "actor_id": ""}
        (event,) = chain.append(session, row, [{**content, "time": last.time}])
        expert = session.get_one(ExpertRow, ada.id)
        expert.name, expert.organization, expert.removed_seq = expert.id, None, event.seq
    assert refused(store.verify_log, LogError).endswith(": the expert had answered before it")


def test_an_export_tells_who_was_removed_by_its_events(store, study, ada):
    store.remove_expert(ada.id)
    data = json.loads(store.export_study(study.id))
    assert data["experts"] == [{"id": ada.id, "name": ada.id, "organization": None, "added_seq": 2}]
    assert [one["kind"] for one in data["events"]] == [
        *("study_created", "expert_added", "expert_removed")
    ]
