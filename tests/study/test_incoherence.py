from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import ahp
from ahp.study.agreement import incoherent_choices
from ahp.study.analysis import only_experts
from ahp.study.incoherence import Incoherence, limit_of
from ahp.study.standing import AGGREGATES

from .panels import LEAVES, SURVEY, answers, panels, without

FIT = "2 4 2  2 4 8 2 4 2  3"
TURNED = "9 1/9 9  2 4 8 2 4 2  3"
"""The same but for three answers below the goal in a circle."""

PANEL = answers(A=FIT, B=TURNED, C=FIT.replace("3", "5"))
CR = float(ahp.check_consistency([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]]).cr)


def test_who_contradicts_themselves_where() -> None:
    found = ahp.analyze(SURVEY, PANEL)
    assert found.consistency["goal"].acceptable is False
    assert found.incoherences == (Incoherence("B", "goal", pytest.approx(CR, rel=1e-9), 0.1, 1.0),)
    assert pytest.approx(6.13, abs=0.01) == CR


def test_a_joined_matrix_hides_who_contradicts_themselves() -> None:
    other = "1/9 9 1/9  2 4 8 2 4 2  3"
    found = ahp.analyze(SURVEY, answers(A=TURNED, B=other, C=FIT, D=FIT))
    assert found.consistency["goal"].cr < 1e-9
    assert found.consistency["goal"].acceptable
    assert [one.expert for one in found.incoherences] == ["A", "B"]


@pytest.mark.parametrize("how", AGGREGATES)
def test_excluded_is_as_if_not_judged_there(how: str) -> None:
    options: dict[str, Any] = {
        "how": how,
        "expert_weights": {"A": 1, "B": 3, "C": 2},
        "trim": 0.2,
    }
    found = ahp.analyze(SURVEY, PANEL, incoherent="exclude", **options)
    expected = ahp.analyze(SURVEY, without(PANEL, "B", ["goal"]), **options)
    assert found.global_weights == pytest.approx(dict(expected.global_weights), rel=1e-12)
    assert found.consistency["goal"].cr == pytest.approx(expected.consistency["goal"].cr, abs=1e-12)
    assert found.incoherences[0].factor == 0
    assert found.expert_weights == pytest.approx({"A": 1 / 6, "B": 1 / 2, "C": 1 / 3})
    assert (found.incoherent, found.cr_limit) == ("exclude", 0.1)


@settings(max_examples=20, deadline=None)
@given(panels(least=3, most=4))
def test_weighed_down_by_limit_over_cr(judged: ahp.Answers) -> None:
    found = ahp.analyze(SURVEY, judged, incoherent="downweight", cr_limit=0.2)
    panel = found.panel
    for parent, matrices in panel.matrices.items():
        shares = 0.2 / np.maximum(panel.cr[parent], 0.2)
        expected = ahp.aggregate_judgments(matrices, shares)
        np.testing.assert_allclose(found.matrices[parent].values, expected, rtol=1e-12)
    for one in found.incoherences:
        assert one.factor == 0.2 / one.cr <= 1


def test_saatys_limits() -> None:
    assert [limit_of(n, "saaty") for n in (2, 3, 4, 5, 9)] == [0.1, 0.05, 0.08, 0.1, 0.1]
    assert [limit_of(n, 0.2) for n in (3, 4, 9)] == [0.2, 0.2, 0.2]
    three = [[1, 2, 2], [1 / 2, 1, 3], [1 / 2, 1 / 3, 1]]
    cr = float(ahp.check_consistency(three).cr)
    assert 0.05 < cr < 0.2
    judged = answers(A="1", B="2 2 3  1")
    assert ahp.analyze(SURVEY, judged, cr_limit=0.5).incoherences == ()
    (one,) = ahp.analyze(SURVEY, judged, incoherent="downweight", cr_limit="saaty").incoherences
    assert one == Incoherence("B", "goal", pytest.approx(cr), 0.05, pytest.approx(0.05 / cr))


def test_everybody_excluded_names_the_way_out() -> None:
    judged = answers(A=TURNED, B=TURNED)
    with pytest.raises(ahp.IncoherentError) as raised:
        ahp.analyze(SURVEY, judged, incoherent="exclude")
    assert str(raised.value) == (
        "too few are left below 'goal' once experts whose CR reaches the limit are excluded "
        f"('A' {CR:.3g}, 'B' {CR:.3g}); expected incoherent = 'downweight' or 'include', or a "
        "larger cr_limit"
    )
    assert raised.value.parent == "goal"
    assert raised.value.ratios == pytest.approx({"A": CR, "B": CR})
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.parent) == (str(raised.value), "goal")
    found = ahp.analyze(SURVEY, judged, incoherent="downweight")
    assert found.global_weights == pytest.approx(dict(ahp.analyze(SURVEY, judged).global_weights))


def test_what_nobody_judged_is_not_blamed_on_the_limit() -> None:
    judged = answers(A=TURNED, B="- - 2  2 4 8 2 4 2  3")
    with pytest.raises(ahp.IncoherentError):
        ahp.analyze(SURVEY, judged, incoherent="exclude")
    nobody = answers(A="2 - -  9 1/9 9 1 1 1  3", B="- - -  1 1 1 1 1 1  3")
    with pytest.raises(ahp.IncompleteError) as raised:
        ahp.analyze(SURVEY, nobody, incoherent="exclude")
    assert type(raised.value) is ahp.IncompleteError


def test_the_ranking_with_without_and_weighed_down() -> None:
    found = ahp.analyze(SURVEY, PANEL)
    choices = incoherent_choices(found)
    assert [(one.kind, one.name, one.in_use) for one in choices] == [
        ("incoherent", "include", True),
        ("incoherent", "exclude", False),
        ("incoherent", "downweight", False),
    ]
    for one in choices:
        expected = ahp.analyze(SURVEY, PANEL, incoherent=one.name)
        weights = [expected.global_weights[leaf] for leaf in LEAVES]
        assert one.weights.tolist() == pytest.approx(weights, rel=1e-12)
    assert incoherent_choices(ahp.analyze(SURVEY, answers(A=FIT, B=FIT))) == ()
    assert incoherent_choices(ahp.analyze(SURVEY, answers(A=TURNED))) == ()
    alone = incoherent_choices(ahp.analyze(SURVEY, answers(A=TURNED, B=TURNED)))
    assert [bool(np.isnan(one.weights).all()) for one in alone] == [False, True, False]


@pytest.mark.parametrize("how", AGGREGATES)
def test_some_experts_by_the_same_options(how: str) -> None:
    options: dict[str, Any] = {"how": how, "incoherent": "downweight"}
    shares = {"A": 1, "B": 3, "C": 2}
    found = ahp.analyze(SURVEY, PANEL, expert_weights=shares, invited=4, **options)
    part = only_experts(found, ["C", "B"])
    judged = PANEL.only(["B", "C"])
    expected = ahp.analyze(SURVEY, judged, expert_weights={"B": 3, "C": 2}, **options)
    assert part.panel.experts == ("B", "C")
    assert part.global_weights == pytest.approx(dict(expected.global_weights), rel=1e-12)
    assert part.incoherences == expected.incoherences
    assert (found.invited, part.invited) == (4, None)


@pytest.mark.parametrize("invited", [2, 0, True, 3.0, "4"])
def test_fewer_invited_than_answered(invited: Any) -> None:
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.analyze(SURVEY, PANEL, invited=invited)
    assert str(raised.value) == (
        f"invited = {invited!r}, expected a whole number of at least the 3 who answered"
    )


def test_unknown_options() -> None:
    with pytest.raises(ahp.OptionError, match="incoherent = 'drop', expected one of 'include', "):
        ahp.analyze(SURVEY, PANEL, incoherent="drop")
    with pytest.raises(ahp.OptionError, match="cr_limit = 2, expected 'saaty' or a number from"):
        ahp.analyze(SURVEY, PANEL, cr_limit=2)
