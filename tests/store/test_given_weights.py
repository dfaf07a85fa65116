"""Weights that come with a file: those of parents, and those of experts."""

from __future__ import annotations

import io
import json

import pytest
from docx import Document
from openpyxl import load_workbook

from ahp.errors import AnswersError, StoreError
from ahp.exchange.ahpsurvey import read_ahpsurvey, write_ahpsurvey
from ahp.exchange.questionnaire_docx import questionnaire_document
from ahp.exchange.questionnaire_writer import questionnaire_workbook
from ahp.exchange.survey_text import with_given_weights
from ahp.study import Answers, Judgment
from ahp.study.standing import Standing

WEIGHTS = {"goal": {"a": 0.5, "b": 0.3, "c": 0.2}}


@pytest.fixture
def fixed(survey):
    """The small survey, the weights below its goal given."""
    return with_given_weights(survey, WEIGHTS, "Rule 5")


def test_experts_weights_of_a_file_count(store, fixed):
    opposite = Answers(
        (Judgment("Ann", "a", "a1", "a2", "9"), Judgment("Bo", "a", "a1", "a2", "1/9"))
    )
    standings = {"Ann": Standing(0.9, "file"), "Bo": Standing(0.1, "file")}
    study = store.import_study(fixed, opposite, "Pilot", standings=standings)
    assert store.standings(study.id) == standings
    assert store.settings(study.id).weighting == "given"
    (closed,) = store.closed_rounds(study.id)
    evidence = json.loads(closed.evidence)
    assert evidence["expert_weights"] == pytest.approx({"Ann": 0.9, "Bo": 0.1})
    share = 9**0.8 / (9**0.8 + 1)
    assert evidence["global_weights"]["a1"] == pytest.approx(0.5 * share)
    assert evidence["parents"]["goal"]["weights"] == [0.5, 0.3, 0.2]
    assert evidence["parents"]["goal"]["given"]["source"] == "Rule 5"
    store.verify_log()
    plain = store.import_study(fixed, opposite, "Pilot without weights")
    assert store.settings(plain.id).weighting == "equal"
    with pytest.raises(AnswersError) as raised:
        store.import_study(fixed, opposite, "x", standings={"Ann": Standing()})
    assert str(raised.value) == "weights of 'Ann', expected one for each of 'Ann', 'Bo'"


def test_experts_may_come_with_a_survey(store, survey):
    standings = {"Ann": Standing(0.9, "file"), "Bo": Standing(0.1, "file")}
    study = store.create_study(survey, "Pilot", standings=standings)
    assert [one.name for one in store.experts(study.id)] == ["Ann", "Bo"]
    assert store.standings(study.id) == standings
    assert store.settings(study.id).weighting == "given"


def test_nobody_is_asked_below_a_parent_with_given_weights(store, fixed):
    study = store.create_study(fixed, "Pilot")
    expert = store.add_expert(study.id, "Li")
    assert (expert.total, expert.progress) == (1, {"a": (0, 1)})
    with pytest.raises(AnswersError) as raised:
        store.answer(expert.id, "goal", "a", "b", "3", event_id="e1", place="here")
    assert str(raised.value) == "survey 'small' does not compare 'a' and 'b' under 'goal'"
    with pytest.raises(StoreError) as refused:
        store.set_standing(expert.id, Standing(recused={"goal": "interest"}))
    assert str(refused.value) == "recused from 'goal', expected one of 'a'"
    with pytest.raises(AnswersError, match="parent = 'goal' has given weights"):
        store.import_study(fixed, Answers((Judgment("Li", "goal", "a", "b", "3", "f"),)), "x")
    store.answer(expert.id, "a", "a1", "a2", "3", event_id="e2", place="here")
    store.submit(expert.id, event_id="e3")
    evidence = json.loads(store.close_round(study.id).evidence)
    assert evidence["global_weights"] == pytest.approx(
        {"goal": 1, "a": 0.5, "b": 0.3, "c": 0.2, "a1": 0.375, "a2": 0.125}
    )
    content = store.export_study(study.id)
    assert json.loads(json.loads(content)["survey"])["goal"]["weights"] == WEIGHTS["goal"]
    store.verify_log()


def test_questionnaires_leave_it_out(fixed):
    content = questionnaire_workbook(
        fixed, title="Pilot", expert="Li", study_id="s", round_number=1, language="en"
    )
    sheets = load_workbook(io.BytesIO(content)).sheetnames
    assert [name for name in sheets if name.startswith(("1", "2"))] == ["1 A"]
    document = Document(io.BytesIO(questionnaire_document(fixed, title="Pilot", language="en")))
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings == ["How to fill it in", "1. A", "Remarks"]
    answers = Answers((Judgment("Li", "a", "a1", "a2", "3"),))
    table = write_ahpsurvey(fixed, answers, negative_is="left")
    assert table == b"expert,a1_a2\nLi,-3\n"
    with pytest.raises(AnswersError, match="column a_b: names no pair below a, expected two items"):
        read_ahpsurvey(b"a_b\n3\n", "w.csv", survey=fixed, negative_is="left")
