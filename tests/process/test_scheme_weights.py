"""Weights of a scheme from a closed round, or given."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

import ahp
from ahp.codec import structure, unstructure
from ahp.datafile import jcs
from ahp.errors import EvaluationError
from ahp.evaluation.scheme import Digits, Scheme
from ahp.i18n.schemes import source_words
from ahp.process.evaluations.events import WeightsSource
from ahp.process.rounds import analyze_round, round_evidence, summarize
from ahp.process.scheme_weights import round_source, with_weights
from ahp.process.settings import Settings
from ahp.study.standing import Standing
from tests.evaluation.schemes import scheme
from tests.study.panels import LEAVES, PARENTS, SURVEY, answers

GIVEN = WeightsSource(kind="given")
PANEL = answers(A="9 1 2", B="5 2 3 1/2", C="3 2 1")
ANALYSIS = ahp.analyze(SURVEY, PANEL)


def of_survey(**changes: object) -> Scheme:
    """A scheme for the small survey, at equal weights."""
    thirds = {"a": "0.34", "b": "0.33", "c": "0.33"}
    quarters = dict.fromkeys(("a1", "a2", "a3", "a4"), "0.25")
    weights = {**thirds, **quarters, "b1": "0.5", "b2": "0.5"}
    parents = {kid: parent for kid, parent in PARENTS.items() if parent != "goal"}
    return scheme(weights, parents=parents, **changes)


def evidence() -> str:
    """Of a first round that three of four answered, as the log has it."""
    settings, standings = Settings.of(SURVEY), dict.fromkeys("ABCD", Standing())
    analysis = analyze_round(SURVEY, PANEL, settings, standings)
    return jcs(round_evidence(analysis, settings, summarize(analysis, None, 1)))


def test_weights_of_a_closed_round() -> None:
    text = evidence()
    source = round_source("s1", "Panel of spring", text)
    assert source == WeightsSource(
        kind="round",
        study="s1",
        title="Panel of spring",
        round=1,
        counted=3,
        asked=4,
        evidence=hashlib.sha256(text.encode()).hexdigest(),
    )
    found = with_weights(of_survey(), text, source, "2")
    assert (found.source, found.scheme.version) == (source, "2")
    for leaf in LEAVES:
        whole = Fraction(1)
        node = leaf
        while node != "goal":
            whole *= found.scheme.weights[node]
            node = found.scheme.node[node].parent or ""
        assert float(whole) == pytest.approx(ANALYSIS.global_weights[leaf], abs=2e-6)
    below = [found.scheme.weights[kid] for kid in ("a1", "a2", "a3", "a4")]
    assert sum(below) == 1
    assert all((weight * 10**6).denominator == 1 for weight in below)
    assert found == with_weights(of_survey(), ANALYSIS, source, "2")


def test_given_weights_are_frozen_at_the_decimals() -> None:
    two = scheme({"a": "0.5", "b": "0.5"}, digits=Digits(weights=2))
    found = with_weights(two, {"a": Fraction(1, 3), "b": Fraction(2, 3)}, GIVEN, "2")
    assert found.scheme.weights == {"a": Fraction("0.33"), "b": Fraction("0.67")}
    assert two.weights == {"a": Fraction("0.5"), "b": Fraction("0.5")}


def test_full_marks_give_way() -> None:
    marks = {"a": Fraction(60), "b": Fraction(40)}
    marked = replace(scheme({"a": "1", "b": "0"}), weights={}, full_marks=marks)
    found = with_weights(marked, {"a": Decimal("0.3"), "b": Decimal("0.7")}, GIVEN, "2").scheme
    assert (found.weights, found.full_marks) == ({"a": Fraction("0.3"), "b": Fraction("0.7")}, {})


def test_other_nodes_are_refused() -> None:
    fewer = of_survey()
    leaves = tuple(node for node in fewer.nodes if node.id != "c")
    without = replace(
        fewer,
        nodes=leaves,
        indicators=tuple(one for one in fewer.indicators if one.id != "c"),
        weights={**{k: w for k, w in fewer.weights.items() if k != "c"}, "a": Fraction("0.67")},
    )
    source = round_source("s1", "Panel", evidence())
    with pytest.raises(EvaluationError) as raised:
        with_weights(without, evidence(), source, "2")
    assert str(raised.value) == (
        "weights of c, which the scheme doesn't have; expected a1, a2, a3, a4, b1, b2"
    )
    more = scheme({"a": "0.5", "d": "0.5"})
    with pytest.raises(EvaluationError) as raised:
        with_weights(more, {"a": 1.0}, GIVEN, "2")
    assert str(raised.value) == "no weight for d"
    text = evidence().replace('"a1"', '"a9"')
    with pytest.raises(EvaluationError, match=r"^weights of a9, which the scheme doesn't have; "):
        with_weights(of_survey(), text, source, "2")


def test_an_indicator_that_the_round_did_not_weigh() -> None:
    small = of_survey()
    grown = replace(
        small,
        nodes=(*small.nodes, replace(small.node["c"], id="d", name={"en": "Node d"})),
        indicators=(*small.indicators, replace(small.indicator["c"], id="d")),
        weights={**small.weights, "d": Fraction(0)},
    )
    with pytest.raises(EvaluationError) as raised:
        with_weights(grown, evidence(), GIVEN, "2")
    assert str(raised.value) == "no weight for d"


@pytest.mark.parametrize("text", ["[]", "{}", '{"global_weights": {}}'])
def test_what_is_no_evidence(text: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        round_source("s1", "Panel", text)
    assert str(raised.value) == (
        "no weights, expected the evidence of a closed round or a whole study as the app hands it "
        "out"
    )


def test_sources_are_written_and_read() -> None:
    for source in (GIVEN, round_source("s1", "Panel", evidence())):
        plain = {key: value for key, value in unstructure(source).items() if value is not None}
        assert structure(plain, WeightsSource, "event", EvaluationError) == source


@pytest.mark.parametrize(
    "wrong", [{"kind": "round"}, {"kind": "given", "study": "s1"}, {"kind": "scheme", "round": 1}]
)
def test_a_source_has_all_of_a_round_or_nothing(wrong: dict[str, object]) -> None:
    with pytest.raises(EvaluationError) as raised:
        WeightsSource(**wrong)  # type: ignore[arg-type] # as the tests draw them
    assert str(raised.value) == (
        f"weights of kind {wrong['kind']!r}, expected study, title, round, experts and hash with "
        "round alone"
    )


def test_words_of_sources() -> None:
    source = WeightsSource(
        kind="round", study="s", title="Panel", round=2, counted=3, asked=4, evidence="ab"
    )
    assert source_words(source, "en") == "“Panel”, round 2, 3 of 4 experts, SHA-256 ab"
    assert source_words(source, "zh") == "《Panel》第 2 轮，4 名专家中 3 名提交，SHA-256 ab"
    assert source_words(replace(source, asked=0), "en") == (
        "“Panel”, round 2, 3 experts, SHA-256 ab"
    )
    assert source_words(GIVEN, "zh") == "人工给定的权重"
    assert source_words(WeightsSource(kind="scheme"), "en") == "the weights stated in the scheme"
