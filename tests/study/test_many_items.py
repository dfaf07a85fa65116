"""More items below one parent than the usual table of random indices has values for."""

from __future__ import annotations

import json

import pytest

import ahp
from ahp.i18n.errors import error_sentence
from ahp.messages import Phrase
from ahp.process.settings import Settings
from ahp.random_index import random_index_value
from ahp.report import provenance
from ahp.study import Answers, Judgment
from tests.study.panels import make_survey


def many(count: int) -> ahp.Survey:
    return make_survey({f"c{k}": "goal" for k in range(count)})


def all_equal(survey: ahp.Survey, *, without: int = 0) -> Answers:
    pairs = survey.hierarchy.comparisons
    return Answers(tuple(Judgment("E", *pair, "1") for pair in pairs[: len(pairs) - without]))


@pytest.mark.parametrize(
    ("count", "table"),
    [(15, "saaty"), (16, "simulated"), (30, "simulated"), (31, "alonso_lamata_line")],
)
def test_sixteen_items_have_a_result(count: int, table: str) -> None:
    survey = many(count)
    assert (survey.random_index, survey.reaching_random_index) == ("saaty", table)
    assert Settings.of(survey).random_index == table
    analysis = ahp.analyze(survey, all_equal(survey))
    assert analysis.random_index == table
    assert analysis.consistency["goal"].ri == random_index_value(count, table)
    assert analysis.consistency["goal"].cr == pytest.approx(0, abs=1e-12)
    assert list(analysis.global_weights.values())[1:] == pytest.approx([1 / count] * count)


def test_which_table_is_used_is_said() -> None:
    survey = many(16)
    assert [str(remark) for remark in survey.remarks] == [
        "'goal' has 16 items below it; people compare at most 9 well",
        "the random index 'saaty' ends before 16 items; 'simulated' is used instead",
    ]
    assert [error_sentence(remark, "zh") for remark in survey.remarks] == [
        "“goal”下有 16 个要素；一次比较超过 9 个，判断就不易可靠。",
        "随机一致性指标表“saaty”不含 16 阶的值，改用“simulated”。",
    ]
    made = dict(provenance(ahp.analyze(survey, all_equal(survey)), "en"))
    assert made["Random index"].endswith(
        " (the survey names saaty, which does not reach so many items)"
    )
    assert many(15).remarks == (Phrase("survey_crowded", parent="goal", count=15, most=9),)


def test_a_table_that_was_asked_for_is_never_replaced() -> None:
    survey = many(16)
    with pytest.raises(ahp.RandomIndexError) as raised:
        ahp.analyze(survey, all_equal(survey), random_index="saaty")
    assert str(raised.value) == (
        "random_index 'saaty' has no value for n = 16 (its largest is 15); tables with n = 16: "
        "donegan_dodd, aguaron_moreno_2003, alonso_lamata_line, simulated"
    )


def test_missing_judgments_among_sixteen_items() -> None:
    survey = many(16)
    analysis = ahp.analyze(survey, all_equal(survey, without=3))
    assert analysis.filled == {"goal": 3}
    assert analysis.consistency["goal"].ri == pytest.approx(
        (1 - 2 * 3 / (15 * 14)) * random_index_value(16, "simulated")
    )


def test_settings_from_before_reach_further() -> None:
    survey = many(16)
    assert Settings("eigenvector", "saaty").reaching(survey).random_index == "simulated"
    assert Settings("eigenvector", "donegan_dodd").reaching(survey).random_index == "donegan_dodd"


def test_more_items_than_any_table_has_are_refused_when_the_survey_is_loaded() -> None:
    with pytest.raises(ahp.SurveyError) as raised:
        many(101)
    assert str(raised.value) == (
        "stored survey: nodes: no table has a random index for n = 101, expected at most 100"
    )
    assert json.loads(many(100).content)["random_index"] == "saaty"
