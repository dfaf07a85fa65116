from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.group import consistency_weights, distance_weights
from ahp.incomplete import incomplete_random_index
from ahp.priority import METHODS
from ahp.study.agreement import panel_agreement
from ahp.study.standing import AGGREGATES

from .panels import SURVEY, answers, panels, without

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def dong() -> tuple[ahp.Survey, ahp.Answers]:
    folder = EXAMPLES / "dong_2010"
    return ahp.load_survey(folder / "survey.toml"), ahp.read_answers(folder / "answers.csv")


@pytest.fixture(scope="module")
def demo() -> tuple[ahp.Survey, ahp.Answers]:
    survey = ahp.load_survey("supervision_effectiveness")
    return survey, ahp.read_answers(EXAMPLES / "supervision_demo" / "answers.csv")


def test_the_published_panel(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    shares = {"E1": 0.1, "E2": 0.3, "E3": 0.1, "E4": 0.2, "E5": 0.3}
    found = ahp.analyze(*dong, expert_weights=shares)
    assert found.local_weights["choice"].round(4).tolist() == [0.4984, 0.2727, 0.1541, 0.0747]
    assert found.ranking == ("x1", "x2", "x3", "x4")
    assert found.method == "geometric_mean"
    assert found.random_index == "saaty"
    assert found.how == "aij"
    assert found.expert_weights == pytest.approx(shares, rel=1e-15)
    assert found.version == ahp.__version__
    assert found.total_consistency[0].cr == pytest.approx(found.consistency["choice"].cr)


def test_one_expert_is_the_expert(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    survey, answers = dong
    found = ahp.analyze(survey, answers.only(["E5"]))
    own = answers.matrices(survey.hierarchy)["E5"]["choice"]
    assert found.matrices["choice"] == own
    assert found.local_weights["choice"].round(4).tolist() == [0.2247, 0.2958, 0.3780, 0.1015]
    assert dict(found.expert_weights) == {"E5": 1.0}
    assert found.ranking == ("x3", "x2", "x1", "x4")


def test_a_whole_hierarchy(demo: tuple[ahp.Survey, ahp.Answers]) -> None:
    survey, answers = demo
    found = ahp.analyze(survey, answers)
    hierarchy = survey.hierarchy
    assert set(found.matrices) == set(found.consistency) == set(hierarchy.parents)
    assert dict(found.expert_weights) == {f"E{k}": 1 / 7 for k in range(1, 8)}
    assert sum(found.global_weights[leaf] for leaf in hierarchy.leaves) == pytest.approx(1)
    for parent, kids in hierarchy.children.items():
        assert found.matrices[parent].labels == kids
        for kid, weight in zip(kids, found.local_weights[parent], strict=True):
            assert found.global_weights[kid] == found.global_weights[parent] * weight
    levels = found.total_consistency
    assert [total.parents for total in levels] == [
        ("effectiveness",),
        ("setup", "operation", "coordination", "conversion", "learning"),
    ]
    ci = sum(found.global_weights[p] * found.consistency[p].ci for p in levels[1].parents)
    ri = sum(found.global_weights[p] * found.consistency[p].ri for p in levels[1].parents)
    assert levels[1].cr == pytest.approx(ci / ri, rel=1e-14)
    ranked = [found.global_weights[leaf] for leaf in found.ranking]
    assert ranked == sorted(ranked, reverse=True)
    assert set(found.ranking) == set(hierarchy.leaves)


def test_options_reach_the_numbers(demo: tuple[ahp.Survey, ahp.Answers]) -> None:
    survey, answers = demo
    default = ahp.analyze(survey, answers)
    other = ahp.analyze(survey, answers, method="column_mean", random_index="saaty_2005")
    assert (other.method, other.random_index) == ("column_mean", "saaty_2005")
    for parent, matrix in other.matrices.items():
        assert np.array_equal(other.local_weights[parent], ahp.column_mean(matrix))
        assert other.consistency[parent].random_index == "saaty_2005"
        assert other.consistency[parent].lambda_max == default.consistency[parent].lambda_max
    assert other.consistency["setup"].ri == 0.52


def test_ties_keep_the_order_of_the_tree(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    pairs = dong[0].hierarchy.comparisons
    equal = ahp.Answers(tuple(ahp.Judgment("E", *pair, "1") for pair in reversed(pairs)))
    assert ahp.analyze(dong[0], equal).ranking == ("x1", "x2", "x3", "x4")


def test_results_are_read_only(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    found = ahp.analyze(*dong)
    with pytest.raises(ValueError, match="read-only"):
        found.local_weights["choice"][0] = 1
    with pytest.raises(TypeError):
        found.global_weights["x1"] = 1  # type: ignore[index]
    with pytest.raises(AttributeError):
        found.method = "eigenvector"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"method": "median"},
            ahp.OptionError,
            f"method = 'median', expected one of {', '.join(map(repr, METHODS))}",
        ),
        (
            {"how": "aip"},
            ahp.OptionError,
            "how = 'aip', expected one of 'aij', 'aij_median', 'aij_trimmed', "
            "'aip_arithmetic', 'aip_geometric'",
        ),
        (
            {"expert_weights": {"E1": 1, "E9": 1}},
            ahp.AnswersError,
            "expert weight for 'E9', expected one of 'E1', 'E2', 'E3', 'E4', 'E5'",
        ),
        (
            {"expert_weights": {"E1": 1, "E2": 1, "E3": 1, "E5": 1}},
            ahp.AnswersError,
            "no expert weight for 'E4', expected one for each expert",
        ),
        (
            {"expert_weights": dict.fromkeys(("E1", "E2", "E3", "E4", "E5"), 0)},
            ahp.MatrixError,
            "expert weights [0.0, 0.0, 0.0, 0.0, 0.0], "
            "expected finite numbers of 0 or more, not all 0",
        ),
    ],
)
def test_bad_options(
    dong: tuple[ahp.Survey, ahp.Answers],
    options: dict[str, Any],
    error: type[ahp.AHPError],
    message: str,
) -> None:
    with pytest.raises(error) as raised:
        ahp.analyze(*dong, **options)
    assert str(raised.value) == message


def test_no_answers(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.analyze(dong[0], ahp.Answers(()))
    assert str(raised.value) == "no answers, expected those of one expert or more"


def test_an_unknown_random_index(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    with pytest.raises(ahp.OptionError, match="^random_index = 'noble', expected one of 'saaty', "):
        ahp.analyze(*dong, random_index="noble")


def approx(value: Any) -> Any:
    return pytest.approx(value, rel=1e-13, abs=0)


def test_the_published_gci(dong: tuple[ahp.Survey, ahp.Answers]) -> None:
    shares = {"E1": 0.1, "E2": 0.3, "E3": 0.1, "E4": 0.2, "E5": 0.3}
    found = panel_agreement(ahp.analyze(*dong, expert_weights=shares))
    assert found is not None
    assert round(found.gci["choice"], 3) == 0.056


HAND = {"X": 3.0, "Y": 1.0}
"""X holds (4, 2, 1)/7 below the goal, (8, 4, 2, 1)/15 below a and 3 : 1 below b; Y holds all equal,
but 1 : 3 below b."""
HAND_ANSWERS = answers(X="2 4 2  2 4 8 2 4 2  3", Y="1 1 1  1 1 1 1 1 1  1/3")


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (
            "aip_arithmetic",
            {
                "goal": [3 / 7 + 1 / 12, 3 / 14 + 1 / 12, 3 / 28 + 1 / 12],
                "a": [0.4 + 1 / 16, 0.2 + 1 / 16, 0.1 + 1 / 16, 0.05 + 1 / 16],
                "b": [0.625, 0.375],
            },
        ),
        (
            "aip_geometric",
            {"goal": [8**0.5, 8**0.25, 1], "a": [8**0.75, 8**0.5, 8**0.25, 1], "b": [3**0.5, 1]},
        ),
        # for three or two items and consistent judgments the means of both kinds are the same
        (
            "aij",
            {"goal": [8**0.5, 8**0.25, 1], "a": [8**0.75, 8**0.5, 8**0.25, 1], "b": [3**0.5, 1]},
        ),
        # X has three quarters of the weight: the median is X's
        ("aij_median", {"goal": [4, 2, 1], "a": [8, 4, 2, 1], "b": [3, 1]}),
        # a tenth off each end leaves X 0.65 and Y 0.15 of 0.8
        (
            "aij_trimmed",
            {
                "goal": [4 ** (13 / 16), 2 ** (13 / 16), 1],
                "a": [8 ** (13 / 16), 4 ** (13 / 16), 2 ** (13 / 16), 1],
                "b": [3 ** (10 / 16), 1],
            },
        ),
    ],
)
def test_aggregates_by_hand(how: str, expected: dict[str, list[float]]) -> None:
    found = ahp.analyze(SURVEY, HAND_ANSWERS, how=how, expert_weights=HAND)
    assert found.how == how
    local = {parent: np.array(own) / sum(own) for parent, own in expected.items()}
    for parent, own in local.items():
        assert found.local_weights[parent].tolist() == approx(own.tolist())
    a, b, c = local["goal"]
    leaves = [c, *a * local["a"], *b * local["b"]]
    assert dict(found.expert_weights) == {"X": 0.75, "Y": 0.25}
    assert [found.global_weights[leaf] for leaf in ("c", "a1", "a2", "a3", "a4", "b1", "b2")] == (
        approx(leaves)
    )


def test_an_expert_with_gaps_counts_elsewhere() -> None:
    found = ahp.analyze(
        SURVEY,
        answers(X="4 2 1", Y="- 8 1", Z="16/2 - 1"),
        expert_weights={"X": 0.2, "Y": 0.3, "Z": 0.5},
    )
    goal = found.matrices["goal"].values
    assert goal[0, 1] == approx(4 ** (2 / 7) * 8 ** (5 / 7))  # of X and Z
    assert goal[0, 2] == approx(2**0.4 * 8**0.6)  # of X and Y
    assert goal[1, 2] == 1
    assert dict(found.filled) == {}
    assert found.matrices["a"].values.tolist() == np.ones((4, 4)).tolist()


def test_a_pair_that_nobody_judged_is_completed() -> None:
    given = answers(X="2 4 -  2 9 4 2 - 2  1", Y="2 4 -  2 9 4 2 - 2  1")
    found = ahp.analyze(SURVEY, given)
    assert dict(found.filled) == {"goal": 1, "a": 1}
    assert found.local_weights["goal"].tolist() == approx([4 / 7, 2 / 7, 1 / 7])
    assert 0 <= found.consistency["goal"].cr < 1e-12
    assert found.consistency["goal"].ri == incomplete_random_index(3, 1).value
    holed = given.only(["X"]).arrays(SURVEY.hierarchy)["a"][0]
    assert np.isnan(holed).sum() == 2
    whole = ahp.complete_matrices(holed)
    assert found.matrices["a"].values == approx(whole.values)
    consistency = found.consistency["a"]
    assert consistency.ri == 0.583  # Agoston & Csato 2022: n = 4, one missing
    assert consistency.ci == approx((whole.lambda_max - 4) / 3)
    assert consistency.cr == approx(consistency.ci / 0.583)
    assert consistency.cr_mean is not None
    assert consistency.cr_mean == approx(consistency.ci_mean / 0.583)
    assert consistency.ci / 0.89 < 0.1 < consistency.cr  # 0.89 is the RI of complete matrices
    assert not consistency.acceptable
    second = found.total_consistency[1]
    weights = found.global_weights
    assert second.ri == approx(weights["a"] * 0.583)
    assert second.ci == approx(weights["a"] * consistency.ci)


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (
            answers(X="- - 2", Y="- - 3"),
            {},
            "nobody whose judgments count has judged ('a', 'b') under 'goal', and the others there "
            "do not connect all items (2 of 3 pairs are missing)",
        ),
        (
            answers(X="1 1 1 1", Y="1 1 1 - - - - - - 1"),
            {"expert_weights": {"X": 0, "Y": 1}},
            "nobody whose judgments count has judged ('a1', 'a2') under 'a', and the others there "
            "do not connect all items (6 of 6 pairs are missing)",
        ),
        (
            answers(X="1", Y="1 1 1 1 1 1 1 1 1 -"),
            {"recused": [("X", "b")]},
            "nobody whose judgments count has judged ('b1', 'b2') under 'b', and the others there "
            "do not connect all items (1 of 1 pairs are missing)",
        ),
        (
            answers(X="2 - - 1", Y="- 4 - 1"),
            {"how": "aip_arithmetic"},
            "no expert's own judgments under 'goal' connect all items, expected those of one or "
            "more: the mean of the experts' weights needs them",
        ),
    ],
)
def test_judgments_that_do_not_connect(
    given: ahp.Answers, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ahp.IncompleteError) as raised:
        ahp.analyze(SURVEY, given, **options)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"recused": [("Q", "a")]}, ahp.AnswersError, "recused 'Q', expected one of 'X', 'Y'"),
        (
            {"recused": [("X", "a1")]},
            ahp.AnswersError,
            "recused 'a1', expected one of 'goal', 'a', 'b'",
        ),
        (
            {"expert_weights": "authority"},
            ahp.OptionError,
            "expert_weights = 'authority', expected one of 'equal', 'consistency', 'distance'",
        ),
        (
            {"expert_weights": {"X": 1, "Y": 1}, "weighting": "taste"},
            ahp.OptionError,
            "weighting = 'taste', expected one of 'given', 'authority'",
        ),
        (
            {"expert_weights": {"X": 1, "Y": 1}, "weighting": "consistency"},
            ahp.OptionError,
            "weighting = 'consistency', expected one of 'given', 'authority'",
        ),
        (
            {"expert_weights": "consistency", "weighting": "given"},
            ahp.OptionError,
            "weighting = 'given', expected one of 'consistency'",
        ),
        (
            {"weighting": "authority"},
            ahp.OptionError,
            "weighting = 'authority', expected one of 'equal'",
        ),
        (
            {"how": "aij_trimmed", "trim": 0.5},
            ahp.OptionError,
            "trim = 0.5, expected a number from 0 to below 0.5",
        ),
    ],
)
def test_bad_options_of_a_panel(
    options: dict[str, Any], error: type[ahp.AHPError], message: str
) -> None:
    with pytest.raises(error) as raised:
        ahp.analyze(SURVEY, HAND_ANSWERS, **options)
    assert str(raised.value) == message


def test_an_expert_abstains_under_one_parent() -> None:
    given = answers(X="2 4 2  2 4 8 2 4 2  3", Y="1 1 1  1 1 1 1 1 1  -", Z="1 1 1  - - 1 1 - - 1")
    found = ahp.analyze(SURVEY, given, how="aip_arithmetic")
    third = 1 / 3
    goal = [(4 / 7 + 2 * third) / 3, (2 / 7 + 2 * third) / 3, (1 / 7 + 2 * third) / 3]
    assert found.local_weights["goal"].tolist() == approx(goal)
    # Z's (a1, a4) and (a2, a3) do not connect the four
    below = [(8 / 15 + 1 / 4) / 2, (4 / 15 + 1 / 4) / 2, (2 / 15 + 1 / 4) / 2, (1 / 15 + 1 / 4) / 2]
    assert found.local_weights["a"].tolist() == approx(below)
    assert found.local_weights["b"].tolist() == approx([0.625, 0.375])  # of X and Z


def same(one: ahp.Analysis, other: ahp.Analysis) -> None:
    """Both have the same numbers, to rounding."""
    for parent in SURVEY.hierarchy.parents:
        assert one.local_weights[parent].tolist() == approx(other.local_weights[parent].tolist())
        assert one.matrices[parent].values == approx(other.matrices[parent].values)
        assert one.consistency[parent].cr == pytest.approx(other.consistency[parent].cr, abs=1e-13)
    assert dict(one.global_weights) == approx(dict(other.global_weights))


@given(panels(), st.sampled_from(AGGREGATES), st.sampled_from(["goal", "a", "b"]))
@settings(max_examples=40, deadline=None)
def test_recused_is_as_if_not_judged(panel: ahp.Answers, how: str, parent: str) -> None:
    recused = ahp.analyze(SURVEY, panel, how=how, recused=[("E1", parent)])
    found = ahp.analyze(SURVEY, without(panel, "E1", [parent]), how=how)
    same(recused, found)
    assert recused.recused == (("E1", parent),)
    for place, matrices in found.panel.matrices.items():
        np.testing.assert_array_equal(recused.panel.matrices[place], matrices)


@given(panels(), st.sampled_from(AGGREGATES), st.data())
@settings(max_examples=40, deadline=None)
def test_weight_zero_is_absent(panel: ahp.Answers, how: str, data: st.DataObject) -> None:
    shares = {name: data.draw(st.integers(1, 9)) / 4 for name in panel.experts}
    others = panel.only([name for name in panel.experts if name != "E0"])
    left = {name: share for name, share in shares.items() if name != "E0"}
    zero = ahp.analyze(SURVEY, panel, how=how, expert_weights={**shares, "E0": 0})
    same(zero, ahp.analyze(SURVEY, others, how=how, expert_weights=left))
    assert zero.expert_weights["E0"] == 0


@pytest.mark.parametrize("how", AGGREGATES)
def test_weights_of_one_are_no_weights(demo: tuple[ahp.Survey, ahp.Answers], how: str) -> None:
    ones = dict.fromkeys(demo[1].experts, 1)
    given = ahp.analyze(*demo, how=how, expert_weights=ones)
    for equal in (None, "equal"):
        found = ahp.analyze(*demo, how=how, expert_weights=equal)
        assert found.weighting == "equal"
        assert dict(found.global_weights) == pytest.approx(
            dict(given.global_weights), rel=1e-15, abs=1e-15
        )
    assert given.weighting == "given"
    named = ahp.analyze(*demo, expert_weights=ones, weighting="authority")
    assert named.weighting == "authority"


def test_weights_by_consistency() -> None:
    given = answers(X="2 4 2  2 4 8 2 4 2  1", Y="2 9 2  2 4 8 2 4 2  1", Z="2 9 2  2 9 8 2 4 2  9")
    found = ahp.analyze(SURVEY, given, expert_weights="consistency")
    ratios = []
    for expert in ("X", "Y", "Z"):
        own = given.matrices(SURVEY.hierarchy)[expert]
        # b has two items and cannot be inconsistent
        ratios.append(sum(ahp.check_consistency([own[p]]).cr[0] for p in ("goal", "a")) / 2)
    assert ratios[0] < 1e-12
    assert 0.01 < ratios[1] < ratios[2]
    by_hand = np.array([1 / (1 + 10 * cr) for cr in ratios])
    assert list(found.expert_weights.values()) == approx((by_hand / by_hand.sum()).tolist())
    assert list(found.expert_weights.values()) == consistency_weights(ratios).tolist()
    assert found.weighting == "consistency"


def test_weights_by_distance() -> None:
    given = answers(X="1", Y="1", Z="3")
    found = ahp.analyze(SURVEY, given, expert_weights="distance")
    # d = ln 3 and 2 ln 9 = 4 ln 3, so that X and Y agree with Z to 3/4
    assert dict(found.expert_weights) == approx({"X": 0.35, "Y": 0.35, "Z": 0.3})
    logs = np.array([[1.0] * 10, [1.0] * 10, [3.0] * 10])
    assert list(found.expert_weights.values()) == distance_weights(logs).tolist()
    assert found.weighting == "distance"


@pytest.mark.parametrize("how", AGGREGATES)
def test_one_expert_is_the_expert_by_every_aggregate(how: str) -> None:
    given = answers(X="2 9 2  2 9 8 2 4 2  1/7")
    found = ahp.analyze(SURVEY, given, how=how)
    for parent, own in given.matrices(SURVEY.hierarchy)["X"].items():
        assert found.matrices[parent] == own
        expected = ahp.weights(own, "eigenvector").tolist()
        assert found.local_weights[parent].tolist() == approx(expected)


def test_trimming_is_the_same_for_matrices_and_weights(
    demo: tuple[ahp.Survey, ahp.Answers],
) -> None:
    found = ahp.analyze(*demo, how="aij_trimmed", trim=0.3)
    usual = ahp.analyze(*demo, how="aij_trimmed")
    for parent, matrix in found.matrices.items():
        assert found.local_weights[parent] == pytest.approx(ahp.weights(matrix), rel=1e-12)
    assert dict(found.global_weights) != dict(usual.global_weights)
