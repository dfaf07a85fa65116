"""What an expert's own replies come to, against the library's own computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.process.asking import Asking, Way
from ahp.process.itinerary import Replies, itinerary, open_stops
from ahp.process.own_result import OwnResult, own_ranking, own_result, unsettled_parents
from ahp.process.settings import Settings
from ahp.scale import SAATY_POSITIONS
from tests.study.panels import LEAVES, PAIRS, SURVEY, make_survey

TREE = SURVEY.hierarchy
PARENTS = TREE.parents
SETTINGS = Settings.of(SURVEY)
OTHER = Settings("geometric_mean", "alonso_lamata")
REQUIRE = Asking(guidance="require")
CIRCLE = dict(zip(PAIRS[:3], ("9", "1/9", "9"), strict=True))
"""a over b, b over c, and c over a."""
MIXED = dict(zip(PAIRS, "2342345672", strict=True))
"""Below the goal CR is 0.0930 by Saaty's table, 0.1028 by that of Alonso and Lamata."""


def unsettled(replies, asking, parents=PARENTS, settings_=SETTINGS):
    return unsettled_parents(TREE, settings_, replies, asking, parents)


@given(st.lists(st.sampled_from(SAATY_POSITIONS), min_size=10, max_size=10))
@settings(deadline=None, max_examples=30)
def test_complete_judgments_are_those_of_the_library(values):
    replies = Replies(answers=dict(zip(PAIRS, values, strict=True)))
    local = {}
    for parent in SURVEY.hierarchy.parents:
        judged = {pair[1:]: value for pair, value in replies.answers.items() if pair[0] == parent}
        matrix = ahp.PairwiseMatrix.from_judgments(judged, SURVEY.hierarchy.children[parent])
        found = own_result(TREE, SETTINGS, replies, parent)
        local[parent] = ahp.weights(matrix, SURVEY.method)
        np.testing.assert_allclose(found.weights, local[parent], rtol=1e-12)
        cr = ahp.check_consistency(matrix, random_index=SURVEY.random_index).cr
        assert found.cr == pytest.approx(cr, rel=1e-9, abs=1e-12)
        assert found.contradicts == (found.cr >= 0.1)
    whole = ahp.analyze(SURVEY, ahp.Answers(tuple(
        ahp.Judgment("E", *pair, value) for pair, value in replies.answers.items()
    )))  # fmt: skip
    ranking = own_ranking(TREE, SETTINGS, replies)
    assert ranking == pytest.approx({leaf: whole.global_weights[leaf] for leaf in LEAVES}, rel=1e-9)
    assert tuple(ranking) == whole.ranking
    assert sum(ranking.values()) == pytest.approx(1, rel=1e-12)


def test_missing_judgments_are_completed():
    """a over b by 2 and b over c by 3 leave one consistent answer to a and c."""
    replies = Replies(answers={PAIRS[0]: "2", PAIRS[2]: "3"})
    found = own_result(TREE, SETTINGS, replies, "goal")
    np.testing.assert_allclose(found.weights, [0.6, 0.3, 0.1], rtol=1e-9)
    assert found.cr == pytest.approx(0, abs=1e-9)
    assert not found.contradicts


@pytest.mark.parametrize("given_answers", [{}, {PAIRS[0]: "3"}, {PAIRS[3]: "3", PAIRS[8]: "2"}])
def test_judgments_that_connect_nothing_come_to_nothing(given_answers):
    replies = Replies(answers=given_answers)
    for parent in ("goal", "a"):
        assert own_result(TREE, SETTINGS, replies, parent) == OwnResult(None, None)
        assert not own_result(TREE, SETTINGS, replies, parent).contradicts
    assert own_ranking(TREE, SETTINGS, replies) == {}


def test_ranking_wants_every_parent():
    answers = dict.fromkeys(PAIRS, "1")
    assert own_ranking(TREE, SETTINGS, Replies(answers=answers)) == pytest.approx(
        {"c": 1 / 3, "b1": 1 / 6, "b2": 1 / 6} | dict.fromkeys(["a1", "a2", "a3", "a4"], 1 / 12)
    )
    del answers[PAIRS[9]]
    assert own_ranking(TREE, SETTINGS, Replies(answers=answers)) == {}


def test_two_items_never_contradict():
    found = own_result(TREE, SETTINGS, Replies(answers={PAIRS[9]: "9"}), "b")
    np.testing.assert_allclose(found.weights, [0.9, 0.1], rtol=1e-12)
    assert (found.cr, found.contradicts) == (0, False)


def test_no_random_index_no_ratio():
    """Sixteen items in a star: no table reaches as many missing judgments."""
    kids = [f"k{k}" for k in range(16)]
    hierarchy = make_survey(dict.fromkeys(kids, "goal")).hierarchy
    star = {("goal", kids[0], kid): "2" for kid in kids[1:]}
    found = own_result(hierarchy, SETTINGS, Replies(answers=star), "goal")
    np.testing.assert_allclose(found.weights, [2 / 17, *[1 / 17] * 15], rtol=1e-6)
    assert found.cr is None
    assert not found.contradicts


def test_contradictions_that_may_not_stay():
    circle = Replies(answers=CIRCLE)
    assert own_result(TREE, SETTINGS, circle, "goal").contradicts
    for kept, offer, reason, require in (
        ({}, (), ("goal",), ("goal",)),
        ({"goal": ""}, (), ("goal",), ("goal",)),
        ({"a": "elsewhere"}, (), ("goal",), ("goal",)),
        ({"goal": "because"}, (), (), ("goal",)),
    ):
        replies = Replies(answers=CIRCLE, kept=kept)
        expected = {"offer": offer, "reason": reason, "require": require}
        found = {guidance: unsettled(replies, Asking(guidance=guidance)) for guidance in expected}
        assert found == expected
    fitting = Replies(answers=dict.fromkeys(PAIRS, "1"))
    assert unsettled(fitting, REQUIRE) == ()


def test_parents_that_an_expert_is_recused_from_hold_nothing_up():
    replies = Replies(answers=CIRCLE)
    (parent,) = unsettled(replies, REQUIRE)
    assert unsettled(replies, REQUIRE, [p for p in PARENTS if p != parent]) == ()


def test_the_settings_of_the_study_decide_not_those_of_the_survey():
    replies = Replies(answers=MIXED)
    for settings_, cr, unsettled_ in ((SETTINGS, 0.09297184, ()), (OTHER, 0.10280966, ("goal",))):
        found = own_result(TREE, settings_, replies, "goal")
        assert found.cr == pytest.approx(cr, abs=5e-9)
        assert found.contradicts == bool(unsettled_)
        assert unsettled(replies, REQUIRE, ["goal"], settings_) == unsettled_
        weights = own_result(TREE, settings_, replies, "a").weights
        matrix = replies.matrix(TREE, "a").values
        np.testing.assert_allclose(weights, ahp.weights(matrix, settings_.method), rtol=1e-12)


def test_the_own_ranking_is_by_the_method_of_the_study():
    replies = Replies(answers=MIXED)
    answered = ahp.Answers(tuple(ahp.Judgment("E", *pair, MIXED[pair]) for pair in MIXED))
    by_own, by_other = (
        {leaf: analysis.global_weights[leaf] for leaf in LEAVES}
        for analysis in (
            ahp.analyze(SURVEY, answered, method=one.method) for one in (SETTINGS, OTHER)
        )
    )
    assert own_ranking(TREE, SETTINGS, replies) == pytest.approx(by_own, rel=1e-9)
    assert own_ranking(TREE, OTHER, replies) == pytest.approx(by_other, rel=1e-9)
    assert by_own["a1"] != pytest.approx(by_other["a1"], rel=1e-4)


def test_ten_items_in_the_short_form_contradict_by_a_ratio_too():
    """15 of 45 pairs: more are missing than in any table of random indices."""
    hierarchy = make_survey({f"i{k}": "goal" for k in range(10)}).hierarchy
    replies = Replies(way=Way.seeded("pairs", True, hierarchy, "seed"))
    while ahead := open_stops(hierarchy, itinerary(hierarchy, replies), replies):
        parent, left, right = ahead[0].pair
        turned = (left, right) not in hierarchy.pairs(parent)
        pair = (parent, right, left) if turned else (parent, left, right)
        replies = replies.after(pair, ("9", "1/9", "9")[len(replies.answers) % 3])
    assert replies.counts(hierarchy, "goal") == (15, 15)
    found = own_result(hierarchy, SETTINGS, replies, "goal")
    values = replies.matrix(hierarchy, "goal").values
    checked = ahp.check_incomplete_consistency(values, method="any", random_index="saaty")
    assert found.cr == pytest.approx(float(checked.cr), rel=1e-12)
    assert found.contradicts
    assert unsettled_parents(hierarchy, SETTINGS, replies, REQUIRE, ["goal"]) == ("goal",)


@given(st.lists(st.sampled_from(("1", "2", "1/2")), min_size=10, max_size=10))
@settings(deadline=None, max_examples=30)
def test_ties_of_the_own_ranking_break_as_in_the_analysis(values):
    """So few answers make ties in which floats differ in the last digit."""
    given_answers = dict(zip(PAIRS, values, strict=True))
    whole = ahp.analyze(SURVEY, ahp.Answers(tuple(
        ahp.Judgment("E", *pair, value) for pair, value in given_answers.items()
    )))  # fmt: skip
    ranking = own_ranking(TREE, SETTINGS, Replies(answers=given_answers))
    assert tuple(ranking) == whole.ranking
