"""Slips in the wording of a survey that is being answered are put right; answers stay."""

from __future__ import annotations

import json

import pytest

from ahp.errors import StoreError, TextLimitError
from ahp.process.asking import Asking
from ahp.report.study_report import study_report
from ahp.store import Store
from ahp.study.wording import Mending
from tests.store.conftest import RULES, databases

url = databases(*RULES)


@pytest.fixture
def study(store, survey):
    return store.create_study(survey, "Pilot")


@pytest.fixture
def slip(survey) -> Mending:
    return Mending("a", "name", survey.languages[0], survey.nodes["a"].name["en"], "Alpha, mended")


def closed(store, study, answer_all) -> str:
    expert = store.add_expert(study.id, "Ada").id
    answer_all(store, expert)
    store.submit(expert, event_id="done")
    return str(store.close_round(study.id).evidence)


def test_all_read_the_new_words_and_nothing_else_changes(store, study, survey, slip, answer_all):
    ada = store.add_expert(study.id, "Ada").id
    answer_all(store, ada)
    store.mend_wording(study.id, slip)
    for shown in (store.study(study.id), store.studies()[0], store.expert(ada).sitting.study):
        assert shown.survey.node_name("a", "en") == "Alpha, mended"
        assert shown.survey.content_hash == survey.content_hash
    store.submit(ada, event_id="done")
    evidence = json.loads(store.close_round(study.id).evidence)
    *_before, event, _submitted, _closed = store.events(study.id)
    assert (event.kind, event.survey_hash) == ("wording_mended", survey.content_hash)
    assert json.loads(event.detail) == {**slip._asdict()}
    assert evidence["ranking"]
    assert [one.events for one in store.verify_log()] == [len(store.events(study.id))]
    copy = store.duplicate_study(study.id, "Next year")
    assert copy.survey.node_name("a", "en") == "Alpha, mended"
    assert (copy.survey.mended, copy.survey.content_hash == survey.content_hash) == ((), False)
    store.verify_log()


def test_a_frozen_result_verifies_and_the_report_says_what_was_mended(
    store, study, slip, answer_all
):
    evidence = closed(store, study, answer_all)
    store.mend_wording(study.id, slip)
    assert store.closed_rounds(study.id)[0].evidence == evidence
    store.verify_log()
    found = store.report_evidence(study.id, 1)
    (mended,) = found.mended
    assert (mended.mending, mended.who) == (slip, "")
    report = study_report(found, "en")
    table = report.tables()["mended"]
    assert table.rows == (
        (
            *("Alpha, mended", "Name", "English", slip.old, slip.new),
            *(mended.time[:16].replace("T", " "), "organizer without an account"),
        ),
    )
    names = [row[1] for row in report.tables()["items"].rows]
    assert "Alpha, mended" in names
    assert slip.old not in names
    assert dict(report.provenance)["Content hash"] == found.survey.content_hash


def test_what_was_mended_moves_with_the_study(store, study, slip, tmp_path):
    store.mend_wording(study.id, slip)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    imported = other.import_export(store.export_study(study.id))
    assert imported.survey == store.study(study.id).survey
    assert imported.survey.mended == (slip,)
    assert other.mended_wording(study.id) == store.mended_wording(study.id)
    other.verify_log()
    other.close()


def test_what_is_refused(store, study, slip):
    events = len(store.events(study.id))
    store.mend_wording(study.id, slip._replace(new=f" {slip.old} "))  # nothing new, no event
    for changed, said in (
        ({"new": " "}, "Please write a text in place of the one that is mended."),
        (
            {"old": "Else"},
            f"The text is “{slip.old}” meanwhile, no longer “Else”. Please look again.",
        ),
    ):
        with pytest.raises(StoreError) as refused:
            store.mend_wording(study.id, slip._replace(**changed))
        assert str(refused.value) == said
    with pytest.raises(TextLimitError):
        store.mend_wording(study.id, slip._replace(new="x" * 201))
    assert len(store.events(study.id)) == events


def test_a_study_as_it_was_before_is_worded_as_before(store, study, slip):
    ada = store.add_expert(study.id, "Ada").id
    store.mend_wording(study.id, slip)
    store.set_asking(study.id, Asking(cannot_judge=True))
    seq = store.events(study.id)[-1].seq
    assert store.standings(study.id, before=seq).keys() == {"Ada"}
    assert store.expert(ada).sitting.study.survey.mended == (slip,)
