"""Sentences drafted from numbers: none that the numbers contradict, and checks that fire."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import numpy as np
import pytest

from ahp import PairwiseMatrix
from ahp.i18n import LANGUAGES, Translate, translator
from ahp.process.study_evidence import StudyEvidence
from ahp.report.finding import Finding
from ahp.report.finding_checks import CHECKS, contradicts
from ahp.report.findings import KINDS, draft_findings
from ahp.report.study_report import study_report
from ahp.sensitivity import HierarchyUncertainty
from ahp.study import Analysis
from tests.report.reading import exchanged
from tests.report.simulated_studies import drawn_study
from tests.report.study_reading import misread_of_study

STUDIES, ALL_STUDIES = 12, 300


@cache
def study(seed: int) -> StudyEvidence:
    return drawn_study(seed)


def by_key(evidence: StudyEvidence, language: str = "en") -> dict[str, Finding]:
    return {one.key: one for one in draft_findings(evidence, language)}


def contradicted(seeds: Iterable[int]) -> list[tuple[int, str, str]]:
    return [
        (seed, language, found.text)
        for seed in seeds
        for language in LANGUAGES
        for found in draft_findings(study(seed), language)
        if contradicts(study(seed), found)
    ]


def test_no_sentence_is_contradicted() -> None:
    assert contradicted(range(STUDIES)) == []


@pytest.mark.slow
def test_no_sentence_of_300_studies_is_contradicted() -> None:
    assert contradicted(range(ALL_STUDIES)) == []
    said = Counter(
        found.key for seed in range(ALL_STUDIES) for found in draft_findings(study(seed), "zh")
    )
    assert set(said) == set(KINDS) == set(CHECKS)
    assert min(said.values()) >= 5


def misread(seeds: Iterable[int]) -> list[tuple[int, str]]:
    return [
        (seed, problem)
        for seed in seeds
        for language in LANGUAGES
        for found in draft_findings(study(seed), language)
        for problem in misread_of_study(study(seed), found, language)
    ]


def test_every_word_says_what_the_numbers_say() -> None:
    assert misread(range(STUDIES)) == []


@pytest.mark.slow
def test_every_word_of_300_studies_says_what_the_numbers_say() -> None:
    assert misread(range(ALL_STUDIES)) == []


EXCHANGED = {
    "worth": ("Strengthen first", "{name}", "{last}"),
    "organizations": ("The {count} organizations differ", "{high}", "{low}"),
    "gaps": ("Of {asked} judgments", "{asked}", "{missing}"),
    "stability": ("The first place of {leader}", "{leader}", "{rival}"),
    "neighbors": ("{behind} before {ahead}", "{behind}", "{ahead}"),
    "dispute": ("{left} ({for_left} for it)", "{left}", "{right}"),
}
"""Kind of sentence -> how it begins, and two places that a translation could exchange."""


def test_places_exchanged_in_a_translation_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def exchanging(language: str) -> Translate:
        return exchanged(translator(language), EXCHANGED.values())

    monkeypatch.setattr("ahp.report.finding.translator", exchanging)
    for language in LANGUAGES:
        found = {
            one.kind
            for seed in range(STUDIES)
            for one in draft_findings(study(seed), language)
            if misread_of_study(study(seed), one, language)
        }
        assert found == set(EXCHANGED)


def test_one_expert_alone_is_not_said_to_survive_other_experts() -> None:
    alone = next(
        one
        for seed in range(99)
        if len((one := study(seed)).analysis.ranks) > 1 and len(one.analysis.panel.experts) == 1
    )
    assert {one.kind for one in alone.choices if not one.in_use} == {"method", "scale"}
    others = sum(not one.in_use for one in alone.choices)
    for language, start in (
        ("en", f"The ranking was made by other methods and scales as well, {others} in all: "),
        ("zh", f"另按其他计算方法和标度共 {others} 种方案重新排序："),
    ):
        found = by_key(alone, language)["choices"]
        assert found.text.startswith(start)
        assert not contradicts(alone, found)
    boast = replace(alone.choices[0], in_use=False, name="aip_arithmetic")
    boasting = replace(alone, choices=(*alone.choices, boast))
    assert contradicts(boasting, by_key(boasting)["choices"])
    text = study_report(alone, "en").tables()["rank_survival"].rows
    assert {row[5] for row in text} == {others}


def with_analysis(evidence: StudyEvidence, **changed: object) -> StudyEvidence:
    return replace(evidence, certainty=None, analysis=replace(evidence.analysis, **changed))


def turned_weights(analysis: Analysis) -> Analysis:
    """All local weights in the opposite order."""
    turned = {parent: local[::-1] for parent, local in analysis.local_weights.items()}
    return replace(analysis, local_weights=MappingProxyType(turned))


def turned(evidence: StudyEvidence) -> StudyEvidence:
    mutated = turned_weights(evidence.analysis)
    groups = {name: turned_weights(one) for name, one in evidence.groups.items()}
    changed = replace(evidence, certainty=None, groups=groups, analysis=mutated)
    object.__setattr__(changed, "certainty", evidence.certainty)
    return changed


def swapped_matrices(evidence: StudyEvidence) -> StudyEvidence:
    """One judgment of every joined matrix turned around, which makes it inconsistent."""
    matrices = {}
    for parent, matrix in evidence.analysis.matrices.items():
        values = matrix.values.copy()
        values[0, -1], values[-1, 0] = 9 * values[-1, 0], values[0, -1] / 9
        matrices[parent] = PairwiseMatrix(values, matrix.labels)
    return with_analysis(evidence, matrices=MappingProxyType(matrices))


def other_judgments(evidence: StudyEvidence) -> StudyEvidence:
    """The first expert judges otherwise, and answers everything."""
    rng = np.random.default_rng(1)
    matrices = {}
    for parent, panel in evidence.analysis.panel.matrices.items():
        changed = panel.copy()
        n = panel.shape[-1]
        i, j = np.triu_indices(n, 1)
        drawn = rng.choice([9.0, 7.0, 1 / 9, 1 / 8], len(i))
        changed[0, i, j], changed[0, j, i] = drawn, 1 / drawn
        matrices[parent] = changed
    panel = replace(evidence.analysis.panel, matrices=MappingProxyType(matrices))
    return with_analysis(evidence, panel=panel)


def one_more_invited(evidence: StudyEvidence) -> StudyEvidence:
    invited = evidence.analysis.invited
    return with_analysis(evidence, invited=None if invited is None else 4 * invited + 1)


def without_last_expert(evidence: StudyEvidence) -> StudyEvidence:
    experts = evidence.analysis.panel.experts
    panel = evidence.analysis.panel
    return with_analysis(evidence, panel=panel.only(experts[:-1] if len(experts) > 1 else ()))


def other_shares(evidence: StudyEvidence) -> StudyEvidence:
    shares = dict(evidence.analysis.expert_weights)
    last = list(shares)[-1]
    return with_analysis(evidence, expert_weights={**shares, last: shares[last] + 0.7})


def other_draws(evidence: StudyEvidence) -> StudyEvidence:
    assert evidence.certainty is not None

    def turned_round(scatter: HierarchyUncertainty | None) -> HierarchyUncertainty | None:
        if scatter is None:
            return None
        leaves = scatter.leaves
        mutated = replace(
            leaves,
            outranks=leaves.outranks.T,
            rank_probability=leaves.rank_probability[::-1],
            lower=leaves.lower / 2,
        )
        return replace(scatter, leaves=mutated)

    certainty = evidence.certainty
    return replace(
        evidence,
        certainty=replace(
            certainty,
            experts=turned_round(certainty.experts),
            judgments=turned_round(certainty.judgments),
        ),
    )


def nothing_compared(evidence: StudyEvidence) -> StudyEvidence:
    return with_analysis(evidence, matrices=MappingProxyType({}))


def other_rounds(evidence: StudyEvidence) -> StudyEvidence:
    return other_judgments(evidence)


MUTATIONS: dict[str, Callable[[StudyEvidence], StudyEvidence]] = {
    "answered": without_last_expert,
    "shares": other_shares,
    "gaps": other_judgments,
    "given": nothing_compared,
    "criteria": turned,
    "first": turned,
    "head": turned,
    "tail": turned,
    "ratio": lambda evidence: with_analysis(
        evidence,
        local_weights={
            parent: np.full(len(local), 1 / len(local))
            for parent, local in evidence.analysis.local_weights.items()
        },
    ),
    "consistency": swapped_matrices,
    "total": swapped_matrices,
    "coherence": other_judgments,
    "agreement": other_judgments,
    "dispute": other_judgments,
    "organizations": turned,
    "movement": other_rounds,
    "leader": other_draws,
    "neighbors": other_draws,
    "stability": turned,
    "choices": turned,
    "worth": turned,
    "discuss": without_last_expert,
    "recheck": swapped_matrices,
    "unsettled": other_draws,
    "ask_more": one_more_invited,
    "sound": other_judgments,
}
"""Kind of sentence -> numbers changed under it so that it should not stand any more."""


def fired(seeds: Iterable[int]) -> tuple[Counter[str], Counter[str]]:
    """How often each kind was said, and how often its check fired on changed numbers."""
    said: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for seed in seeds:
        for sentence in draft_findings(study(seed), "en"):
            said[sentence.key] += 1
            found[sentence.key] += contradicts(MUTATIONS[sentence.key](study(seed)), sentence)
    return said, found


def test_changed_numbers_contradict_sentences() -> None:
    said, found = fired(range(STUDIES))
    assert set(found) == set(said)
    assert {key for key in said if not found[key]} == set()
    assert found.total() > 0.6 * said.total()


@pytest.mark.slow
def test_changed_numbers_contradict_every_kind_of_sentence() -> None:
    said, found = fired(range(ALL_STUDIES))
    assert set(said) == set(KINDS)
    assert {key for key in KINDS if not found[key]} == set()


def test_a_changed_digit_contradicts_any_sentence() -> None:
    for seed in range(STUDIES):
        for sentence in draft_findings(study(seed), "zh"):
            for digit in re.finditer(r"\d", sentence.text):
                other = str((int(digit[0]) + 1) % 10)
                text = sentence.text[: digit.start()] + other + sentence.text[digit.end() :]
                assert contradicts(study(seed), replace(sentence, text=text)), text
