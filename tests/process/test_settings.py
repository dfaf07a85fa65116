from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import ahp
from ahp.priority import METHODS
from ahp.process.settings import ROUNDS_LIMITS, TARGET_LIMITS, TRIM_LIMITS, Settings
from ahp.random_index import RANDOM_INDEX_TABLES
from ahp.study.standing import Standing, expert_weights
from tests.study.panels import SURVEY

PLAIN = Settings("eigenvector", "saaty")
BASIS = {
    "theoretical_analysis": "large",
    "practical_experience": "medium",
    "peers_work": "small",
    "intuition": "large",
}
FULL = Standing(
    weight=2.5,
    reason="审计处处长",
    basis=BASIS,
    familiarity="familiar",
    recused={"a": "wrote the rules of a"},
)


def listed(names: Any) -> str:
    return ", ".join(map(repr, names))


def test_settings_of_a_survey() -> None:
    survey = replace(SURVEY, method="geometric_mean", random_index="saaty_2005")
    assert Settings.of(survey) == Settings(
        method="geometric_mean",
        random_index="saaty_2005",
        aggregate="aij",
        trim=0.1,
        weighting="equal",
        stop="rounds",
        target=0.5,
        rounds=3,
        feedback_from=5,
        incoherent="include",
        cr_limit=0.1,
    )


def test_settings_round_trip() -> None:
    chosen = Settings(
        "column_mean", "simulated", "aij_trimmed", 0.2, "authority", "kendall_w", 0.7, 4, 3
    )
    chosen = replace(chosen, incoherent="exclude", cr_limit="saaty")
    assert chosen.content == (
        '{"aggregate":"aij_trimmed","cr_limit":"saaty","feedback_from":3,"incoherent":"exclude",'
        '"method":"column_mean",'
        '"random_index":"simulated","rounds":4,"stop":"kendall_w","target":0.7,"trim":0.2,'
        '"weighting":"authority"}'
    )
    assert Settings.from_content(chosen.content) == chosen
    assert Settings.from_content('{"method":"eigenvector","random_index":"saaty"}') == PLAIN


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "mean"}, f"method = 'mean', expected one of {listed(METHODS)}"),
        (
            {"random_index": "noble"},
            f"random_index = 'noble', expected one of {listed(RANDOM_INDEX_TABLES)}",
        ),
        (
            {"aggregate": "aip"},
            "aggregate = 'aip', expected one of 'aij', 'aij_median', 'aij_trimmed', "
            "'aip_arithmetic', 'aip_geometric'",
        ),
        (
            {"weighting": "age"},
            "weighting = 'age', expected one of 'equal', 'given', 'authority', 'consistency', "
            "'distance'",
        ),
        (
            {"stop": "never"},
            "stop = 'never', expected one of 'rounds', 'kendall_w', 'cv', 'changes'",
        ),
        ({"feedback_from": 4}, "feedback_from = 4, expected one of 5, 3"),
        ({"trim": 0.491}, "trim = 0.491, expected a number from 0.0 to 0.49"),
        ({"trim": 1}, "trim = 1, expected a number from 0.0 to 0.49"),
        ({"trim": -0.1}, "trim = -0.1, expected a number from 0.0 to 0.49"),
        ({"trim": float("nan")}, "trim = nan, expected a number from 0.0 to 0.49"),
        ({"target": 0}, "target = 0, expected a number from 0.01 to 0.99"),
        ({"target": 0.009}, "target = 0.009, expected a number from 0.01 to 0.99"),
        ({"target": 1}, "target = 1, expected a number from 0.01 to 0.99"),
        (
            {"target": 10**400},
            f"target = 1{'0' * 400}, expected a number from 0.01 to 0.99",
        ),
        ({"rounds": 0}, "rounds = 0, expected a number from 1 to 20"),
        ({"rounds": 21}, "rounds = 21, expected a number from 1 to 20"),
        (
            {"incoherent": "drop"},
            "incoherent = 'drop', expected one of 'include', 'exclude', 'downweight'",
        ),
        ({"cr_limit": 0}, "cr_limit = 0, expected 'saaty' or a number from 0.01 to 1.0"),
        ({"cr_limit": "0.1"}, "cr_limit = '0.1', expected 'saaty' or a number from 0.01 to 1.0"),
        ({"cr_limit": True}, "cr_limit = True, expected a number or text"),
        (
            {"cr_limit": float("nan")},
            "cr_limit = nan, expected 'saaty' or a number from 0.01 to 1.0",
        ),
    ],
)
def test_settings_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        replace(PLAIN, **change)
    assert str(raised.value) == message


def test_whole_numbers_become_floats() -> None:
    chosen = Settings.from_content('{"method":"eigenvector","random_index":"saaty","trim":0}')
    assert repr(chosen.trim) == "0.0"
    assert '"trim":0,' in chosen.content  # as RFC 8785 spells it
    assert repr(replace(PLAIN, target=np.float64(0.7)).target) == "0.7"
    assert repr(Standing(2, "chair").weight) == "2.0"
    assert repr(Standing.from_content('{"weight":1}').weight) == "1.0"


@pytest.mark.parametrize(
    "change",
    [
        *({"trim": trim} for trim in (0, *TRIM_LIMITS)),
        *({"target": target} for target in TARGET_LIMITS),
        *({"rounds": rounds} for rounds in ROUNDS_LIMITS),
    ],
)
def test_settings_at_the_edge(change: dict[str, Any]) -> None:
    chosen = replace(PLAIN, **change)
    assert Settings.from_content(chosen.content) == chosen


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "settings: top level: is an empty array, expected a table"),
        ("{", "settings: line 1, column 2: not JSON; please check the quotation marks, brackets "),
        ("[" * 100_000, "settings: nested too deep, expected a table"),
        ('{"random_index":"saaty"}', "settings: method: missing"),
        (
            '{"method":"eigenvector","random_index":"saaty","color":1}',
            "settings: color: unknown key, expected one of method, random_index, aggregate, trim, "
            "weighting, stop, target, rounds, feedback_from, incoherent, cr_limit",
        ),
        (
            '{"method":["eigenvector"],"random_index":"saaty"}',
            "settings: method: is an array, expected text",
        ),
        (
            '{"method":"eigenvector","random_index":"saaty","trim":"0.1"}',
            "settings: trim: is text, expected a number",
        ),
        (
            '{"method":"eigenvector","random_index":"saaty","cr_limit":null}',
            "settings: cr_limit: is nothing, expected a number or text",
        ),
        (
            '{"method":"eigenvector","random_index":"saaty","rounds":1.5}',
            "settings: rounds: is a number, expected a whole number",
        ),
        (
            '{"method":"eigenvector","random_index":"saaty","rounds":true}',
            "settings: rounds: is a boolean, expected a whole number",
        ),
    ],
)
def test_settings_that_cannot_be_read(content: str, message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        Settings.from_content(content)
    if message.endswith(" "):
        assert str(raised.value).startswith(message)
    else:
        assert str(raised.value) == message


def test_standing_round_trip() -> None:
    assert FULL.content == (
        '{"basis":{"intuition":"large","peers_work":"small","practical_experience":"medium",'
        '"theoretical_analysis":"large"},"familiarity":"familiar","reason":"审计处处长",'
        '"recused":{"a":"wrote the rules of a"},"weight":2.5}'
    )
    assert Standing.from_content(FULL.content) == FULL
    assert Standing.from_content(Standing().content) == Standing()
    assert Standing.from_content("{}") == Standing(1.0, "", {}, "", {})


def test_standings_keep_what_they_were_given() -> None:
    recused = {"a": "interest"}
    found = Standing(recused=recused)
    recused["b"] = "more"
    assert dict(found.recused) == {"a": "interest"}
    with pytest.raises(TypeError):
        found.basis["intuition"] = "large"  # type: ignore[index]


def test_authority_by_hand() -> None:
    # Ca = 0.3 + 0.4 + 0.1 + 0.1 = 0.9, Cs = 0.8
    assert FULL.authority == pytest.approx(0.85, abs=1e-15)
    small = Standing(basis=dict.fromkeys(BASIS, "small"), familiarity="unfamiliar")
    assert small.authority == pytest.approx((0.6 + 0.2) / 2, abs=1e-15)
    large = Standing(basis=dict.fromkeys(BASIS, "large"), familiarity="very_familiar")
    assert large.authority == 1
    assert Standing().authority is None


AUTHORITY = (
    "The authority coefficient needs both what the expert judges from and how familiar they are: "
    "please choose all of it, or nothing."
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"weight": -1, "reason": "x"}, "weight = -1, expected a number from 0 to 1e+100"),
        (
            {"weight": float("inf"), "reason": "x"},
            "weight = inf, expected a number from 0 to 1e+100",
        ),
        (
            {"weight": 10**400, "reason": "x"},
            f"weight = 1{'0' * 400}, expected a number from 0 to 1e+100",
        ),
        ({"weight": 2}, "A weight of 2 needs a reason; please write it down."),
        ({"weight": 0, "reason": " "}, "A weight of 0 needs a reason; please write it down."),
        ({"basis": BASIS}, AUTHORITY),
        ({"familiarity": "familiar"}, AUTHORITY),
        (
            {"basis": BASIS, "familiarity": "well"},
            "familiarity = 'well', expected one of 'very_familiar', 'familiar', "
            "'somewhat_familiar', 'slightly_familiar', 'unfamiliar'",
        ),
        (
            {"basis": {**BASIS, "rumor": "large"}, "familiarity": "familiar"},
            "basis = 'rumor', expected one of 'theoretical_analysis', 'practical_experience', "
            "'peers_work', 'intuition'",
        ),
        (
            {"basis": {**BASIS, "intuition": "huge"}, "familiarity": "familiar"},
            "basis 'intuition' = 'huge', expected one of 'large', 'medium', 'small'",
        ),
        (
            {"basis": {"intuition": "large"}, "familiarity": "familiar"},
            "basis without 'theoretical_analysis', expected all of ['theoretical_analysis', "
            "'practical_experience', 'peers_work', 'intuition']",
        ),
        ({"recused": {"a": " "}}, "Please give a reason for every recusal."),
    ],
)
def test_standing_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        Standing(**given)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"weight": "1"}, "standing: weight: is text, expected a number"),
        ({"basis": ["large"]}, "standing: basis: is an array, expected a table of texts"),
        ({"recused": {"a": 1}}, "standing: recused.a: is a whole number, expected text"),
        (
            {"shoe": 43},
            "standing: shoe: unknown key, expected one of weight, reason, basis, familiarity, "
            "recused",
        ),
    ],
)
def test_standing_that_cannot_be_read(content: dict[str, Any], message: str) -> None:
    with pytest.raises(ahp.OptionError) as raised:
        Standing.from_content(json.dumps(content))
    assert str(raised.value) == message


def test_comparisons_of_a_recused_expert() -> None:
    asked = FULL.comparisons(SURVEY.hierarchy)
    assert asked == (
        ("goal", "a", "b"),
        ("goal", "a", "c"),
        ("goal", "b", "c"),
        ("b", "b1", "b2"),
    )
    assert Standing().comparisons(SURVEY.hierarchy) == SURVEY.hierarchy.comparisons


def test_expert_weights() -> None:
    standings = {"X": FULL, "Y": Standing(basis=BASIS, familiarity="unfamiliar")}
    for weighting in ("equal", "consistency", "distance"):
        assert expert_weights(weighting, standings) == weighting
    assert expert_weights("given", standings) == {"X": 2.5, "Y": 1.0}
    assert expert_weights("authority", standings) == pytest.approx({"X": 0.85, "Y": 0.55})
    with pytest.raises(ahp.OptionError) as raised:
        expert_weights("authority", {**standings, "Z": Standing()})
    assert str(raised.value) == (
        "expert 'Z' has no authority coefficient, expected one for each expert; give the basis of "
        "judgment and the familiarity, or choose another weighting"
    )
