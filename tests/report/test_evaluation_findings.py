"""Sentences drafted from the numbers of an evaluation, and whether these contradict them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ahp.evaluation import evaluate, simulate
from ahp.i18n import LANGUAGES, Translate, translator
from ahp.report.evaluation_evidence import (
    EvaluationEvidence,
    evidence_of_result,
    evidence_of_state,
)
from ahp.report.evaluation_findings import KINDS, contradicted, evaluation_findings
from ahp.report.finding import Finding
from tests.evaluation.results import LEAVES, VALUES, small_result, small_scheme
from tests.evaluation.schemes import rows
from tests.process.evaluations.played import example
from tests.report.evaluation_reading import misread_of_evaluation
from tests.report.reading import exchanged
from tests.report.simulated_evaluations import simulated

PERIOD = "2026Q2"


def evidence(**values: tuple[Any, ...]) -> EvaluationEvidence:
    """The small evaluation with other values of the second quarter."""
    if not values:
        return evidence_of_result(small_result(), PERIOD)
    cells = [
        (unit, period, leaf, value)
        for period, units in VALUES.items()
        for unit, usual in units.items()
        for leaf, value in zip(
            LEAVES, values.get(unit, usual) if period == PERIOD else usual, strict=True
        )
    ]
    return evidence_of_result(evaluate(small_scheme(), rows(*cells)), PERIOD)


def sentences(found: EvaluationEvidence, language: str = "en") -> dict[str, str]:
    """Key -> text."""
    return {one.key: one.text for one in evaluation_findings(found, language)}


def test_what_the_small_evaluation_says() -> None:
    assert sentences(evidence()) == {
        "coverage": "Units evaluated in 2026Q2: 4; with a total: 3; without one: C.",
        "leader.large": "Large: B leads with 85.5 points (Good), of 2 units with a total.",
        "leader.small": "Small: D is the only unit, with 80.0 points (Good); no other is compared.",
        "bands": "Units by band – Excellent: 0, Good: 3, Fair: 0, Poor: 0, no total: 1.",
        "average": "The 3 totals lie between 80.0 and 85.5; their mean is 83.2.",
        "average_change": "The mean of the 3 units with a total in 2026Q1 and in 2026Q2 rose from "
        "77.7 to 83.2.",
        "riser": "D rose most between 2026Q1 and 2026Q2, by 16.0 points: performance +16.00; of "
        "the indicators “Node q” did most (+16.00).",
        "faller": "B fell most between 2026Q1 and 2026Q2, by 4.5 points: performance −4.50; of the "
        "indicators “Node p1” did most (−3.00).",
        "capability.strongest": "Strongest over all units: Node p, mean 80.6 points.",
        "capability.weakest": "Weakest over all units: Node q, mean 73.3 points.",
        "events": "Units with deductions – A, B.",
        "missing": "Values missing: 1, of C; the band of C depends on them.",
        "warnings": "No early warnings in 2026Q2.",
        "costliest": "What costs most of the total, on average in 2026Q2 in points of it: Node q "
        "10.67, Node p2 3.75, Node p1 3.00. There improvement pays first.",
    }


def test_the_first_period_is_compared_with_nothing() -> None:
    found = sentences(evidence_of_result(small_result(), "2026Q1"))
    assert "average_change" not in found
    assert "riser" not in found
    assert found["warnings"] == "Early warnings in 2026Q1: below the floor – C."
    assert found["advice.veto"] == (
        "With a veto: D. Follow up the case behind it before the next period."
    )


def test_ties_share_a_rank_and_a_change() -> None:
    found = sentences(evidence(A=(90, 90, 90), B=(90, 90, 90), C=(50, 50, 50), D=(100, 100, 60)))
    assert found["leader.large"] == (
        "Large: A, B share the first rank with 90.0 points, of 3 units with a total."
    )
    tied = sentences(evidence(A=(60, 70, 50), B=(70, 70, 70), C=(33, 0, 75), D=(100, "n/a", 10)))
    assert tied["faller"] == "A, B fell most between 2026Q1 and 2026Q2, by 20.0 points each."
    assert tied["riser"] == "No unit rose between 2026Q1 and 2026Q2."


def test_what_the_example_says_in_chinese() -> None:
    found = sentences(evidence_of_state(example("zh"), "2026Q1", "zh"), "zh")
    assert found["leader.group1"] == (
        "一组：甲市监督中心居首，88.2 分（良好），有总分的单位共 6 个。"
    )
    assert found["corrections"] == "签批后更正的总分：乙市监督中心 2026Q1 82.0 → 82.2。"
    assert found["capability.weakest"] == (
        "从全部单位看，最弱的是成果转化能力，平均 51.3 分；"
        "其中得分最低的指标：差错警示教育 36.1、编报信息简报 72.2。"
    )


def test_a_year_is_compared_from_its_first_to_its_last_period() -> None:
    year = evidence_of_state(example("en"), "2026", "en")
    found = sentences(year)
    assert found["average_change"] == (
        "The mean of the 12 units with a total in 2026Q1 and in 2026Q4 rose from 78.1 to 79.7."
    )
    assert found["events"].endswith("vetoes – 丁市监督中心.")
    assert not any(contradicted(one, year) for one in evaluation_findings(year, "en"))


def test_units_that_cannot_be_told_apart() -> None:
    result = small_result()
    certainty = simulate(result, PERIOD, seed=1, draws=20, pairs=True)
    alike = replace(certainty, ahead=np.full_like(certainty.ahead, 0.6))
    found = sentences(evidence_of_result(result, PERIOD, certainty=alike))
    assert found["alike.large"] == (
        "Large: Of 1 pairs of neighbors in rank 1 can't be told apart (less than 95% sure who is "
        "ahead): B and A."
    )
    assert "alike.small" not in found
    sure = sentences(evidence_of_result(result, PERIOD, certainty=certainty))
    assert sure["alike.large"] == (
        "Large: Each unit is ahead of the next one in rank with a probability of 95% or more."
    )


# -- the numbers never contradict a sentence


def _check(seed: int, *languages: str) -> None:
    found = simulated(seed)
    for language in languages:
        drafted = evaluation_findings(found, language)
        wrong = [one.text for one in drafted if contradicted(one, found)]
        assert wrong == []
        misread = [p for one in drafted for p in misread_of_evaluation(found, one, language)]
        assert misread == []
        keys = [one.key for one in drafted]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("seed", range(8))
def test_no_sentence_is_contradicted(seed: int) -> None:
    _check(seed, ("en", "zh")[seed % 2])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300))
def test_no_sentence_of_many_is_contradicted(seed: int) -> None:
    _check(seed, "en", "zh")


EXCHANGED = {
    "coverage": ("Units evaluated in {period}: {evaluated}; with", "{evaluated}", "{rated}"),
    "leader": ("{units} leads with", "{total}", "{count}"),
    "average": ("The {count} totals lie", "{low}", "{high}"),
    "average_change": ("The mean of the {count} units", "{then}", "{now}"),
    "mover": ("{units} rose most", "{before}", "{after}"),
    "costliest": ("{name} {number}", "{name}", "{number}"),
}
"""Kind of sentence -> how it begins, and two places that a translation could exchange."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_exchanged_in_a_translation_are_found(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    def exchanging(language: str) -> Translate:
        return exchanged(translator(language), EXCHANGED.values())

    monkeypatch.setattr("ahp.report.evaluation_findings.translator", exchanging)
    found = evidence()
    drafted = evaluation_findings(found, language)
    wrong = {one.kind for one in drafted if misread_of_evaluation(found, one, language)}
    assert wrong == set(EXCHANGED)


# -- and each check fires where they do


def drafted(found: EvaluationEvidence) -> dict[str, Finding]:
    return {one.key: one for one in evaluation_findings(found, "en")}


def other_totals(found: EvaluationEvidence, **totals: float) -> EvaluationEvidence:
    """The evidence with other totals in the arrays."""
    assert found.whole is not None
    changed = found.whole.totals.copy()
    column = found.whole.period_position(found.period)
    for unit, total in totals.items():
        changed[found.whole.unit_position(unit), column] = total
    result = replace(found.whole, totals=changed)
    return replace(found, whole=result, parts=(found.last._replace(result=result),))


def other_bands(found: EvaluationEvidence, unit: str, band: str) -> EvaluationEvidence:
    assert found.whole is not None
    changed = found.whole.bands.copy()
    changed[found.whole.unit_position(unit), found.whole.period_position(found.period)] = band
    return replace(found, whole=replace(found.whole, bands=changed))


@pytest.mark.parametrize(
    ("key", "unit", "total"),
    [
        ("coverage", "A", np.nan),
        ("coverage", "C", 50.0),
        ("leader.large", "A", 85.6),
        ("leader.large", "A", 85.5),
        ("leader.large", "A", np.nan),
        ("leader.small", "D", 80.1),
        ("bands", "D", np.nan),
        ("average", "A", 84.6),
        ("average", "D", 79.9),
        ("average_change", "A", 85.0),
        ("average_change", "D", np.nan),
        ("riser", "D", 80.1),
        ("riser", "A", 95.1),
        ("faller", "B", 85.6),
        ("faller", "A", 70.0),
        ("warnings", "A", 59.9),
    ],
)
def test_other_totals_contradict(key: str, unit: str, total: float) -> None:
    found = evidence()
    assert not contradicted(drafted(found)[key], found)
    assert contradicted(drafted(found)[key], other_totals(found, **{unit: total}))


@pytest.mark.parametrize(
    ("key", "unit", "band"),
    [("leader.large", "B", "fair"), ("bands", "A", "fair"), ("advice.low", "A", "poor")],
)
def test_other_bands_contradict(key: str, unit: str, band: str) -> None:
    found = evidence(D=(10, 10, 10))
    assert not contradicted(drafted(found)[key], found)
    assert contradicted(drafted(found)[key], other_bands(found, unit, band))


@pytest.mark.parametrize(
    ("key", "unit", "values"),
    [
        ("capability.strongest", "A", (10, 10, 80)),
        ("capability.weakest", "A", (90, 90, 90)),
        ("costliest", "A", (10, 90, 80)),
        ("missing", "A", (90, 90, "")),
        ("missing", "C", (60, 40, 50)),
        ("events", "A", (90, 90, 80)),
        ("riser", "D", (90, "n/a", 51)),
    ],
)
def test_other_values_contradict(key: str, unit: str, values: tuple[Any, ...]) -> None:
    found = evidence()
    assert contradicted(drafted(found)[key], evidence(**{unit: values}))


def test_other_warnings_contradict() -> None:
    first = evidence_of_result(small_result(), "2026Q1")
    warned = drafted(first)["warnings"]
    assert not contradicted(warned, first)
    assert contradicted(warned, other_totals(first, C=60.0))
    assert contradicted(drafted(first)["advice.veto"], evidence())


def test_another_reason_for_a_change_contradicts() -> None:
    found = evidence()
    riser = drafted(found)["riser"]
    for other in ({"top": "p1"}, {"top_size": "15.99"}):
        assert contradicted(replace(riser, says={**riser.says, **other}), found)


def test_other_indicators_behind_a_weakness_contradict() -> None:
    year = evidence_of_state(example("en"), "2026Q3", "en")
    weakest = drafted(year)["capability.weakest"]
    assert not contradicted(weakest, year)
    (first, mean), second = weakest.says["behind"]
    for behind in (((first, "40.0"), second), (("briefings", mean), second)):
        assert contradicted(replace(weakest, says={**weakest.says, "behind": behind}), year)


def test_other_corrections_contradict() -> None:
    found = evidence_of_state(example("en"), "2026Q1", "en")
    corrected = drafted(found)["corrections"]
    assert not contradicted(corrected, found)
    first_only = replace(found.held[0], signatures=found.held[0].signatures[:1])
    assert contradicted(corrected, replace(found, held=(first_only,)))


def test_other_probabilities_contradict() -> None:
    result = small_result()
    certainty = simulate(result, PERIOD, seed=1, draws=20, pairs=True)
    found = evidence_of_result(
        result, PERIOD, certainty=replace(certainty, ahead=np.full((4, 4), 0.6))
    )
    unsure = drafted(found)["alike.large"]
    assert not contradicted(unsure, found)
    sure = replace(certainty, ahead=np.full((4, 4), 0.99))
    assert contradicted(unsure, replace(found, certainty=sure))


def test_a_number_that_is_not_stated_contradicts() -> None:
    found = evidence()
    for finding in drafted(found).values():
        assert contradicted(replace(finding, text=f"{finding.text} 12345"), found)


def test_every_kind_of_sentence_is_drafted_somewhere() -> None:
    result = small_result()
    certainty = simulate(result, PERIOD, seed=1, draws=20, pairs=True)
    cases = (
        evidence_of_result(result, PERIOD, certainty=certainty),
        evidence_of_result(result, "2026Q1"),
        evidence_of_state(example("en"), "2026Q1", "en"),
    )
    for case in cases:
        for language in LANGUAGES:
            for one in evaluation_findings(case, language):
                assert misread_of_evaluation(case, one, language) == []
    kinds = {one.kind for case in cases for one in evaluation_findings(case, "en")}
    assert kinds == set(KINDS)
