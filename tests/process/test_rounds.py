from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import ahp
from ahp import consensus
from ahp.datafile import canonical
from ahp.process.rounds import (
    BINS,
    Distribution,
    Recommendation,
    RoundSummary,
    analyze_round,
    both_rounds,
    changes,
    data_hash,
    distributions,
    evidence_difference,
    evidence_distributions,
    recommend,
    round_evidence,
    share_changed,
    summarize,
)
from ahp.process.settings import Settings
from ahp.scale import opposite, parse_judgment
from ahp.study.standing import Standing
from tests.study.panels import LEAVES, PAIRS, SURVEY, answers, make_survey, panels, without

PLAIN = Settings.of(SURVEY)
PANEL = answers(A="9 1 2", B="5 2 3 1/2", C="1 1 1/3", D="1/2 4 9 5", E="1/9 7 8 1/5 2 3 4 5 6 7")


def at_first(*values: str) -> Distribution:
    judged = answers(**{f"E{k}": f"{value} 1" for k, value in enumerate(values)})
    return distributions(ahp.analyze(SURVEY, judged))["goal", "a", "b"]


def test_a_distribution_by_hand() -> None:
    # steps 8, 4, 0, -1, -8
    found = at_first("9", "5", "1", "1/2", "1/9")
    assert found == Distribution(5, (1, 0, 1, 1, 0, 1, 1), 0.0, -1.0, 4.0)
    # steps 2, 3, 5, 6: a quarter of the way from 2 to 3, from 5 to 6
    assert at_first("3", "4", "6", "7") == Distribution(4, (0, 0, 0, 0, 1, 2, 1), 4, 2.75, 5.25)


@pytest.mark.parametrize(("low", "high"), BINS)
def test_every_step_is_in_its_bin(low: int, high: int) -> None:
    values = [str(k + 1) if k >= 0 else f"1/{1 - k}" for k in range(low, high + 1)]
    bins = tuple(len(values) if one == (low, high) else 0 for one in BINS)
    assert at_first(*values).bins == bins


def test_the_bins_cover_the_scale_once() -> None:
    steps = [step for low, high in BINS for step in range(low, high + 1)]
    assert steps == list(range(-8, 9))
    assert BINS == ((-8, -6), (-5, -3), (-2, -1), (0, 0), (1, 2), (3, 5), (6, 8))


def test_judgments_off_the_scale() -> None:
    # steps 2.8, 0.2, 11, -19
    found = at_first("3.8", "1.2", "12", "1/20")
    assert found.bins == (1, 0, 0, 1, 0, 1, 1)
    assert (found.median, found.q1, found.q3) == pytest.approx((1.5, -4.6, 4.85))


def test_nobody_answered_a_pair() -> None:
    found = distributions(ahp.analyze(SURVEY, answers(A="2 4 -  1", B="2 - 2  1").only(["A"])))
    assert set(found) == set(PAIRS) - {("goal", "b", "c")}
    assert [one.count for one in found.values()] == [1] * 9


@pytest.mark.parametrize(
    ("value", "outside"),
    [
        ("1/2", False),
        ("5", False),
        ("1", False),
        ("6", True),
        ("1/3", True),
        ("5.0000001", True),
        ("9", True),
    ],
)
def test_outside_the_middle_half(value: str, outside: bool) -> None:
    found = Distribution(5, (1, 0, 1, 1, 0, 1, 1), 0.0, -1.0, 4.0)
    assert found.outside(parse_judgment(value)) is outside


@pytest.mark.parametrize(
    ("q1", "q3", "middle"),
    [
        (-1.0, 4.0, (-1, 4)),
        (-1.25, 3.75, (-1, 3)),
        (-0.25, 0.25, (0, 0)),
        (2.0, 2.0, (2, 2)),
        (2.0 + 1e-12, 4.0 - 1e-12, (2, 4)),
        (1.25, 1.75, (2, 1)),  # no step is inside
        (-8.0, 8.0, (-8, 8)),
    ],
)
def test_steps_of_the_middle_half(q1: float, q3: float, middle: tuple[int, int]) -> None:
    found = Distribution(5, (0,) * 7, q1, q1, q3)
    assert found.middle == middle
    low, high = middle
    inside = [step for step in range(-8, 9) if not found.outside(consensus.position_judgment(step))]
    assert inside == list(range(low, high + 1))


@given(panels(least=1, most=6))
@hypothesis_settings(max_examples=20, deadline=None)
def test_distributions_are_those_of_the_answers(judged: ahp.Answers) -> None:
    found = distributions(ahp.analyze(SURVEY, judged))
    for pair, one in found.items():
        values = [j.number for j in judged.judgments if (j.parent, j.left, j.right) == pair]
        steps = [value - 1 if value >= 1 else 1 - 1 / value for value in values]
        assert one.count == sum(one.bins) == len(values)
        quartiles = np.percentile(steps, (25, 50, 75)).tolist()
        assert [one.q1, one.median, one.q3] == pytest.approx(quartiles, abs=1e-12)
        for (low, high), count in zip(BINS, one.bins, strict=True):
            assert count == sum(low <= round(step) <= high for step in steps)


def hash_of(judgments: list[ahp.Judgment], **options: Any) -> str:
    return data_hash(ahp.analyze(SURVEY, ahp.Answers(tuple(judgments)), **options))


def test_data_hash_changes_with_every_judgment_and_name() -> None:
    own = list(PANEL.judgments)
    hashes = {hash_of(own)}
    for k, one in enumerate(own):
        value = "3" if one.value != "3" else "4"
        hashes.add(hash_of([*own[:k], replace(one, value=value), *own[k + 1 :]]))
        hashes.add(hash_of([*own[:k], *own[k + 1 :]]))
    assert len(hashes) == 1 + 2 * len(own)
    renamed = [replace(one, expert="F") if one.expert == "E" else one for one in own]
    assert hash_of(renamed) not in hashes
    assert hash_of(own[10:] + own[:10]) not in hashes  # another order of experts
    assert hash_of(own, recused=[("A", "goal")]) not in hashes
    assert hash_of(own) == hash_of([replace(one, place="elsewhere") for one in own])


def test_data_hash_of_a_known_panel() -> None:
    text = '[["A",2,0.5,null,1,1,1,1,1,1,1]]'
    analysis = ahp.analyze(SURVEY, answers(A="2 1/2 - 1"))
    assert data_hash(analysis) == hashlib.sha256(text.encode()).hexdigest()
    text = '[["A",2.0,0.5,null,1.0,1.0,1.0,1.0,1.0,1.0,1.0]]'
    assert data_hash(analysis, 2) == hashlib.sha256(text.encode()).hexdigest()


@given(panels(), st.data())
@hypothesis_settings(max_examples=30, deadline=None)
def test_data_hash_does_not_know_the_direction(judged: ahp.Answers, data: st.DataObject) -> None:
    turned = [
        ahp.Judgment(one.expert, one.parent, one.right, one.left, opposite(one.value))
        if data.draw(st.booleans())
        else one
        for one in judged.judgments
    ]
    assert hash_of(turned) == hash_of(list(judged.judgments))


def test_a_summary() -> None:
    analysis = ahp.analyze(SURVEY, PANEL)
    own = [ahp.analyze(SURVEY, PANEL.only([name])) for name in PANEL.experts]
    leaves = np.array([[one.global_weights[leaf] for leaf in LEAVES] for one in own])
    kendall = consensus.kendall_w(leaves)
    cv = consensus.coefficient_of_variation(leaves).max()
    found = summarize(analysis, None, 2)
    assert (found.round, found.experts, found.changed) == (2, 5, None)
    assert [found.w, found.p_value, found.cv] == pytest.approx([kendall.w, kendall.p_value, cv])
    assert summarize(analysis, analysis, 3).changed == 0


def test_a_summary_of_few() -> None:
    one = ahp.analyze(SURVEY, answers(A="3"))
    assert summarize(one, None, 1) == RoundSummary(1, 1, None, None, None, None)
    gap = ahp.analyze(SURVEY, answers(A="3", B="3 - - 1"))
    assert summarize(gap, None, 1) == RoundSummary(1, 2, None, None, None, None)
    flat = summarize(ahp.analyze(SURVEY, answers(A="1", B="1")), None, 1)
    assert (flat.w, flat.cv) == (pytest.approx(1), pytest.approx(0))


def test_nobody_ranks_anything() -> None:
    survey = make_survey({"a": "goal", "b": "goal"})
    judged = ahp.Answers(tuple(ahp.Judgment(name, "goal", "a", "b", "1") for name in "XY"))
    found = summarize(ahp.analyze(survey, judged), None, 1)
    assert found == RoundSummary(1, 2, None, None, 0.0, None)


BEFORE = answers(A="2 2 2", B="3 3 3", C="- 4 4 4", D="1 1 1")
AFTER = answers(A="2 5 2 2 2 2 2 2 2 1/2", B="3", C="4 4 1/4 4 4 4 4 4 4 -", E="9")


def test_changes() -> None:
    before, after = ahp.analyze(SURVEY, BEFORE), ahp.analyze(SURVEY, AFTER)
    assert changes(before, after) == {
        "A": [("goal", "a", "c"), ("b", "b1", "b2")],
        "B": [],
        "C": [("goal", "b", "c")],
    }
    # of A's and B's ten each and C's eight that were given in both
    assert share_changed(before, after) == 3 / 28
    assert summarize(after, before, 2).changed == 3 / 28


def test_changes_of_recused_experts_do_not_count() -> None:
    before = ahp.analyze(SURVEY, BEFORE)
    after = ahp.analyze(SURVEY, AFTER, recused=[("A", "goal")])
    assert changes(before, after)["A"] == [("b", "b1", "b2")]
    assert share_changed(before, after) == 2 / 25


def test_nobody_was_in_both_rounds() -> None:
    before, after = (ahp.analyze(SURVEY, BEFORE.only([name])) for name in ("A", "B"))
    assert changes(before, after) == {}
    assert share_changed(before, after) is None


def summary(number: int = 1, **known: float | None) -> RoundSummary:
    nothing = {"w": None, "p_value": None, "cv": None, "changed": None}
    return RoundSummary(number, 5, **{**nothing, **known})


@pytest.mark.parametrize(
    ("stop", "last", "expected"),
    [
        ("rounds", summary(1, w=1, p_value=0, cv=0, changed=0), (False, "not_reached")),
        ("rounds", summary(2), (False, "not_reached")),
        ("rounds", summary(3), (True, "used_up")),
        ("rounds", summary(4), (True, "used_up")),
        ("kendall_w", summary(1, w=0.4, p_value=0.04), (True, "reached")),
        ("kendall_w", summary(1, w=0.4, p_value=0.05), (False, "not_significant")),
        ("kendall_w", summary(1, w=0.39, p_value=0.01), (False, "not_reached")),
        ("kendall_w", summary(1), (False, "not_reached")),
        ("kendall_w", summary(3, w=0.4, p_value=0.04), (True, "reached")),
        ("kendall_w", summary(3, w=0.4, p_value=0.5), (True, "used_up")),
        ("kendall_w", summary(3), (True, "used_up")),
        ("cv", summary(1, cv=0.4), (True, "reached")),
        ("cv", summary(1, cv=0.41), (False, "not_reached")),
        ("cv", summary(1), (False, "not_reached")),
        ("cv", summary(3, cv=0.41), (True, "used_up")),
        ("changes", summary(1), (False, "first_round")),
        ("changes", summary(2, changed=0.4), (True, "reached")),
        ("changes", summary(2, changed=0.0), (True, "reached")),
        ("changes", summary(2, changed=0.41), (False, "not_reached")),
        ("changes", summary(3, changed=0.41), (True, "used_up")),
        ("changes", summary(3), (True, "used_up")),
    ],
)
def test_recommendation(stop: str, last: RoundSummary, expected: tuple[bool, str]) -> None:
    chosen = replace(PLAIN, stop=stop, target=0.4, rounds=3)
    earlier = summary(1, w=1, p_value=0, cv=0, changed=0)
    assert recommend(chosen, [earlier, last]) == Recommendation(*expected)


@pytest.mark.parametrize(
    ("cv", "closed", "expected"),
    [
        (0.5, None, (False, "not_reached")),
        (0.5, 1, (False, "not_reached")),
        (0.5, 2, (False, "not_reached")),
        (0.5, 3, (True, "used_up")),
        (0.5, 4, (True, "used_up")),
        (0.4, 3, (True, "reached")),
    ],
)
def test_rounds_nobody_submitted_in_are_used_up(
    cv: float, closed: int | None, expected: tuple[bool, str]
) -> None:
    chosen = replace(PLAIN, stop="cv", target=0.4, rounds=3)
    assert recommend(chosen, [summary(1, cv=cv)], closed) == Recommendation(*expected)


def evidence() -> Any:
    """Of a second round, as it is read back from the log."""
    chosen = replace(PLAIN, weighting="given", stop="cv")
    standings = dict.fromkeys("ABCD", Standing())
    standings["E"] = Standing(weight=2, reason="chair", recused={"b": "interest"})
    analyses = [
        analyze_round(SURVEY, judged, chosen, standings)
        for judged in (PANEL, without(PANEL, "A", ["b"]))
    ]
    found = round_evidence(analyses[1], chosen, summarize(analyses[1], analyses[0], 2))
    return json.loads(canonical(found))


def test_evidence_has_the_whole_result() -> None:
    found = evidence()
    chosen = replace(PLAIN, weighting="given", stop="cv")
    judged = without(PANEL, "A", ["b"])
    shares = {**dict.fromkeys("ABCD", 1), "E": 2}
    recused = [("E", "b")]
    analysis = ahp.analyze(SURVEY, judged, expert_weights=shares, recused=recused, invited=5)
    assert found["format"] == 3
    assert found["invited"] == found["summary"]["invited"] == 5
    assert found["summary"]["both"] == 5
    assert found["incoherent"] == [asdict(one) for one in analysis.incoherences]
    assert {(one["expert"], one["parent"]) for one in found["incoherent"]} == {
        *(("A", "goal"), ("B", "goal"), ("C", "goal"), ("E", "goal")),
        *(("C", "a"), ("D", "a"), ("E", "a")),
    }
    assert found["version"] == ahp.__version__
    assert Settings.from_content(json.dumps(found["settings"])) == chosen
    assert found["data_hash"] == data_hash(analysis)
    assert found["recused"] == [["E", "b"]]
    assert found["expert_weights"] == {**dict.fromkeys("ABCD", 1 / 6), "E": 1 / 3}
    assert found["global_weights"] == dict(analysis.global_weights)
    assert found["ranking"] == list(analysis.ranking)
    for parent, one in found["parents"].items():
        consistency = analysis.consistency[parent]
        assert one == {
            "matrix": analysis.matrices[parent].values.tolist(),
            "weights": analysis.local_weights[parent].tolist(),
            "lambda_max": consistency.lambda_max,
            "ci": consistency.ci,
            "ri": consistency.ri,
            "cr": consistency.cr,
            "filled": 0,
        }
    assert found["total_consistency"] == [
        {"level": total.level, "ci": total.ci, "ri": total.ri, "cr": total.cr}
        for total in analysis.total_consistency
    ]
    before = ahp.analyze(SURVEY, PANEL, expert_weights=shares, recused=[("E", "b")])
    assert found["summary"] == asdict(summarize(analysis, before, 2))
    assert evidence_distributions(found) == distributions(analysis)
    assert [row[:3] for row in found["distributions"]] == [list(pair) for pair in PAIRS]
    assert found["distributions"][-1][3]["count"] == 3  # without A, and E who is recused


def test_evidence_of_the_first_format_still_verifies() -> None:
    stored, anew = evidence(), evidence()
    stored["format"] = 1
    for table, keys in (
        (stored, ("invited", "incoherent")),
        (stored["settings"], ("incoherent", "cr_limit")),
        (stored["summary"], ("invited", "both")),
    ):
        for key in keys:
            del table[key]
    assert evidence_difference(stored, anew) == ""
    stored["parents"]["a"]["cr"] += 1e-6
    cr = anew["parents"]["a"]["cr"]
    assert evidence_difference(stored, anew) == (
        f"parents.a.cr = {stored['parents']['a']['cr']!r}, made anew it is {cr!r}"
    )


def test_rounds_are_compared_by_those_who_answered_both() -> None:
    rounds = [ahp.analyze(SURVEY, PANEL), ahp.analyze(SURVEY, PANEL.only(["B", "D"]))]
    for one in both_rounds(*rounds):
        assert one.panel.experts == ("B", "D")
        assert dict(one.global_weights) == pytest.approx(dict(rounds[1].global_weights), rel=1e-12)
    assert both_rounds(rounds[0], ahp.analyze(SURVEY, answers(Z="2 1"))) == ()


def test_evidence_says_what_was_filled() -> None:
    analysis = analyze_round(SURVEY, answers(A="2 4 - 1"), PLAIN, {"A": Standing()})
    found = round_evidence(analysis, PLAIN, summarize(analysis, None, 1))
    assert {parent: one["filled"] for parent, one in found["parents"].items()} == {
        "goal": 1,
        "a": 0,
        "b": 0,
    }
    assert len(found["distributions"]) == 9


def walk(data: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every leaf: its place, what holds it, and under which key."""
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in steps:
        inside = f"{place}[{key}]" if isinstance(data, list) else f"{place}.{key}".lstrip(".")
        if isinstance(value, dict | list) and value:
            yield from walk(value, inside)
        else:
            yield inside, data, key


def test_every_change_of_evidence_is_found() -> None:
    stored, anew = evidence(), evidence()
    seen = 0
    for place, holder, key in walk(stored):
        before = holder[key]
        if isinstance(before, str):
            holder[key] = before + "x"
        else:
            holder[key] = before + (1 if isinstance(before, int) else 1e-8 * max(1, abs(before)))
        expected = f"{place} = {holder[key]!r}, made anew it is {before!r}"
        assert evidence_difference(stored, anew) == ("" if place == "version" else expected)
        holder[key] = before
        seen += 1
    assert seen > 200
    assert evidence_difference(stored, anew) == ""


def test_what_is_missing_from_evidence_is_found() -> None:
    anew = evidence()
    for key in anew:
        stored = evidence()
        del stored[key]
        assert evidence_difference(stored, anew) != ""
        assert evidence_difference(anew, stored) != ""
    stored = evidence()
    stored["ranking"].pop()
    expected = f"ranking = {stored['ranking']!r}, made anew it is {anew['ranking']!r}"
    assert evidence_difference(stored, anew) == expected
    stored = evidence()
    stored["summary"]["w"] = None
    w = anew["summary"]["w"]
    assert evidence_difference(stored, anew) == f"summary.w = None, made anew it is {w!r}"


def test_evidence_may_differ_in_the_last_digits() -> None:
    stored, anew = evidence(), evidence()
    for _place, holder, key in walk(stored):
        if isinstance(holder[key], float):
            holder[key] = math.nextafter(holder[key] * (1 + 1e-12), 2) + 1e-13
    stored["version"] = "0.0.1"
    assert stored != anew
    assert evidence_difference(stored, anew) == ""
    anew["distributions"][0][3]["bins"] = tuple(anew["distributions"][0][3]["bins"])
    assert evidence_difference(stored, anew) == ""


def test_a_round_is_analyzed_by_its_settings() -> None:
    chosen = replace(
        PLAIN, method="geometric_mean", random_index="saaty_2005", aggregate="aij_trimmed", trim=0.3
    )
    standings = {name: Standing(recused={"b": "interest"} if name == "A" else {}) for name in "ABC"}
    judged = PANEL.only(["A", "B", "C"])
    found = analyze_round(SURVEY, judged, chosen, {**standings, "Q": Standing(recused={"a": "x"})})
    expected = ahp.analyze(
        SURVEY,
        judged,
        method="geometric_mean",
        random_index="saaty_2005",
        how="aij_trimmed",
        trim=0.3,
        recused=[("A", "b")],
    )
    assert dict(found.global_weights) == dict(expected.global_weights)
    assert found.recused == (("A", "b"),)
    assert (found.trim, found.weighting) == (0.3, "equal")
    basis = dict.fromkeys(ahp.group.JUDGMENT_BASIS, "large")
    asked = {
        "A": Standing(basis=basis, familiarity="very_familiar"),
        "B": Standing(basis=basis, familiarity="unfamiliar"),
    }
    by_authority = replace(chosen, weighting="authority")
    found = analyze_round(SURVEY, PANEL.only(["A", "B"]), by_authority, asked)
    assert dict(found.expert_weights) == pytest.approx({"A": 1 / 1.6, "B": 0.6 / 1.6})
    assert found.weighting == "authority"
