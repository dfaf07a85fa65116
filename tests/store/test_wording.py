"""Slips in the wording of a survey that is being answered are put right; answers stay."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ahp.errors import StoreError, TextLimitError
from ahp.exchange.questionnaire_xlsx import questionnaire_workbook, read_questionnaire
from ahp.exchange.study_export import evidence_of, export_study
from ahp.process.asking import Asking
from ahp.report.manifest import Inputs, read_manifest
from ahp.report.study_report import study_report
from ahp.store import Store
from ahp.study.survey import Mending, survey_from_toml
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
            *("Alpha, mended", "What it is called", "English", slip.old, slip.new),
            *(mended.time[:16].replace("T", " "), "organizer without an account"),
        ),
    )
    names = [row[1] for row in report.tables()["items"].rows]
    assert "Alpha, mended" in names
    assert slip.old not in names
    assert dict(report.provenance)["Content hash"] == found.survey.content_hash


def test_a_report_is_made_again_with_what_was_mended(
    store, study, slip, survey, answer_all, tmp_path
):
    closed(store, study, answer_all)
    store.mend_wording(study.id, slip)
    found = store.report_evidence(study.id, 1)
    files = export_study(found, store.answers(study.id, round_number=1), "en", forms=["html"])
    judged = survey_from_toml(files["survey.toml"], "survey.toml")
    assert judged.content_hash == survey.content_hash
    manifest = read_manifest(files["manifest.json"], "manifest.json")
    for one in manifest.inputs.values():
        (tmp_path / one.name).write_bytes(files[one.name])
    again = evidence_of(Inputs(manifest, tmp_path))
    assert (again.survey, again.mended) == (found.survey, found.mended)


def test_questionnaires_with_the_old_words_are_read(store, study, slip, survey):
    told = {"title": "Pilot", "expert": "Ada", "study_id": study.id, "language": "en"}
    handed_out = questionnaire_workbook(survey, **told, round_number=1)
    store.mend_wording(study.id, slip)
    store.mend_wording(study.id, slip._replace(old=slip.new, new="Alpha"))
    filled = read_questionnaire(handed_out, store.study(study.id).survey)
    assert filled.unanswered == survey.hierarchy.comparisons


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


def test_a_slip_in_a_text_longer_than_the_limit_is_mended(store, survey):
    long = "Teh " + "x" * 6000  # a survey's file limits no single text
    study = store.create_study(replace(survey, description={**survey.description, "en": long}), "L")
    slip = Mending("", "description", "en", long, "The" + long[3:])
    store.mend_wording(study.id, slip)
    assert store.study(study.id).survey.description["en"] == slip.new
    with pytest.raises(TextLimitError) as refused:
        store.mend_wording(study.id, slip._replace(old=slip.new, new=slip.new + "x"))
    assert "6005 characters" in str(refused.value)


def test_a_study_as_it_was_before_is_worded_as_before(store, study, slip):
    ada = store.add_expert(study.id, "Ada").id
    store.mend_wording(study.id, slip)
    store.set_asking(study.id, Asking(cannot_judge=True))
    seq = store.events(study.id)[-1].seq
    assert store.standings(study.id, before=seq).keys() == {"Ada"}
    assert store.expert(ada).sitting.study.survey.mended == (slip,)
