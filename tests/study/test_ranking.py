"""The order of indicators: ties do not hang on the last digits of floats."""

from __future__ import annotations

import json
from typing import Any

import pytest

import ahp
from ahp.datafile import canonical
from ahp.process.rounds import analyze_round, evidence_difference, round_evidence, summarize
from ahp.process.settings import Settings
from ahp.study.agreement import compare_choices, leave_one_out
from ahp.study.standing import AGGREGATES, Standing

from .panels import make_survey

THREE = make_survey({"a": "goal", "b": "goal", "c": "goal"})
"""Three indicators right below the goal."""


def judged(**experts: str) -> ahp.Answers:
    """Expert -> their judgments of (a, b), (a, c), (b, c)."""
    return ahp.Answers(
        tuple(
            ahp.Judgment(name, *pair, value)
            for name, values in experts.items()
            for pair, value in zip(THREE.hierarchy.comparisons, values.split(), strict=True)
        )
    )


TIED = judged(A="3 1/3 3", B="1/2 2 1/2")
"""Each goes round in a circle, so that all tie."""

CLEAR = judged(A="1/3 1/5 1/2", B="1/2 1/4 1/3")
"""c before b before a."""


@pytest.mark.parametrize("aggregate", AGGREGATES)
@pytest.mark.parametrize("names", ["A", "AB"])
def test_ties_are_in_the_order_of_the_tree(names: str, aggregate: str) -> None:
    analysis = ahp.analyze(THREE, TIED.only(list(names)), how=aggregate)
    weights = [analysis.global_weights[leaf] for leaf in "abc"]
    assert weights == pytest.approx([1 / 3] * 3, rel=1e-14)
    assert analysis.ranking == ("a", "b", "c")
    assert analysis.ranks == {"a": 1, "b": 1, "c": 1}


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_choices_that_tie_move_nothing(aggregate: str) -> None:
    analysis = ahp.analyze(THREE, TIED, how=aggregate)
    choices = compare_choices(analysis) + leave_one_out(analysis)
    assert len(choices) == len(AGGREGATES) + 3 + 2
    for choice in choices:
        assert choice.largest_change < 1e-15
        assert choice.ranks.tolist() == [1, 1, 1]
        assert choice.moved == 0


def evidence(answers: ahp.Answers) -> Any:
    settings = Settings("eigenvector", "saaty", aggregate="aip_geometric")
    analysis = analyze_round(THREE, answers, settings, dict.fromkeys("AB", Standing()))
    return json.loads(canonical(round_evidence(analysis, settings, summarize(analysis, None, 1))))


def test_evidence_of_a_tie_may_be_in_another_order() -> None:
    stored, anew = evidence(TIED), evidence(TIED)
    assert anew["ranking"] == ["a", "b", "c"]
    stored["global_weights"]["c"] *= 1 + 2.3e-16
    stored["ranking"] = ["c", "a", "b"]
    assert stored["global_weights"] != anew["global_weights"]
    assert evidence_difference(stored, anew) == ""


def test_noise_of_another_machine_is_no_forgery() -> None:
    stored, anew = evidence(CLEAR), evidence(CLEAR)
    for leaf, sign in zip("abc", (1, -1, 1), strict=True):
        stored["global_weights"][leaf] *= 1 + sign * 2.3e-16
    assert evidence_difference(stored, anew) == ""


@pytest.mark.parametrize(
    ("answers", "ranking", "message"),
    [
        (CLEAR, ["b", "c", "a"], "ranking[0] = 'b', made anew it is 'c'"),
        (CLEAR, ["c", "a", "b"], "ranking[1] = 'a', made anew it is 'b'"),
        (CLEAR, ["c", "b", "goal"], "ranking[2] = 'goal', made anew it is 'a'"),
        (TIED, ["a", "a", "c"], "ranking[1] = 'a', made anew it is 'b'"),
        (TIED, ["b", "a", ["c"]], "ranking[0] = 'b', made anew it is 'a'"),
        (TIED, ["a", "b"], "ranking = ['a', 'b'], made anew it is ['a', 'b', 'c']"),
        (TIED, None, "ranking = None, made anew it is ['a', 'b', 'c']"),
    ],
)
def test_a_forged_ranking_is_found(answers: ahp.Answers, ranking: Any, message: str) -> None:
    stored, anew = evidence(answers), evidence(answers)
    stored["ranking"] = ranking
    assert evidence_difference(stored, anew) == message
