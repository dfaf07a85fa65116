from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.hierarchy import leaf_weights
from ahp.priority import METHODS
from ahp.study.agreement import Choice, compare_choices, leave_one_out
from ahp.study.panel import MEANS, build_panel
from ahp.study.standing import AGGREGATES, Standing

from .panels import LEAVES, PAIRS, SURVEY, answers, make_survey, panels

FAST = ("eigenvector", "geometric_mean", "column_mean", "row_sum", "harmonic")


def panel_of(judged: ahp.Answers, method: str = "eigenvector", index: str = "saaty") -> Any:
    return build_panel(SURVEY.hierarchy, judged, method=method, random_index=index)


@given(panels(), st.sampled_from(FAST), st.sampled_from(["saaty", "saaty_2005"]))
@settings(max_examples=30, deadline=None)
def test_a_batch_is_each_expert_alone(judged: ahp.Answers, method: str, index: str) -> None:
    panel = panel_of(judged, method, index)
    assert panel.experts == judged.experts
    each = judged.matrices(SURVEY.hierarchy)
    for k, name in enumerate(panel.experts):
        ratios = []
        weights = {"goal": 1.0}
        for parent, matrix in each[name].items():
            assert panel.matrices[parent][k].tolist() == matrix.values.tolist()
            local = ahp.weights(matrix, method)
            assert panel.local_weights[parent][k] == pytest.approx(local, rel=1e-13)
            cr = ahp.check_consistency(matrix, random_index=index).cr
            assert panel.cr[parent][k] == pytest.approx(cr, rel=1e-12, abs=1e-14)
            kids = SURVEY.hierarchy.children[parent]
            weights |= {kid: weights[parent] * w for kid, w in zip(kids, local, strict=True)}
            if parent != "b":  # two items are always consistent
                ratios.append(cr)
        assert panel.mean_cr[k] == pytest.approx(sum(ratios) / 2, rel=1e-12, abs=1e-14)
        expected = [weights[leaf] for leaf in LEAVES]
        assert panel.global_weights[k] == pytest.approx(expected, rel=1e-13)


def test_the_judgments_are_in_the_order_of_the_tree() -> None:
    panel = panel_of(answers(X="1 2 3 4 5 6 7 8 9 1/2", Y="1 - 1/3 1"))
    assert len(PAIRS) == 10
    assert panel.judgments[0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0.5]
    assert panel.judgments[1].tolist()[2:] == [1 / 3, 1, 1, 1, 1, 1, 1, 1]
    assert np.isnan(panel.judgments[1, 1])


def test_gaps() -> None:
    judged = answers(X="2 4 -  2 9 4 2 - 2  1", Y="2 - -  1  ", Z="2 9 2  - - 1 1 - -  -")
    panel = panel_of(judged)
    holed = panel.matrices["a"][0]
    found = ahp.complete_matrices(holed)
    assert panel.local_weights["goal"][0] == pytest.approx([4 / 7, 2 / 7, 1 / 7], rel=1e-13)
    assert panel.local_weights["a"][0] == pytest.approx(found.weights, rel=1e-12)
    assert panel.cr["a"][0] == pytest.approx((found.lambda_max - 4) / 3 / 0.583, rel=1e-12)
    (goal_cr,) = ahp.check_consistency(judged.only(["Z"]).arrays(SURVEY.hierarchy)["goal"]).cr
    assert panel.cr["goal"][2] == goal_cr
    # Y has no c in its comparisons, Z's (a1, a4) and (a2, a3) leave a apart and b is not judged
    assert np.isnan(panel.cr["goal"]).tolist() == [False, True, False]
    assert np.isnan(panel.cr["a"]).tolist() == [False, False, True]
    assert np.isnan(panel.cr["b"]).tolist() == [False, False, True]
    assert np.isnan(panel.local_weights["goal"]).any(axis=1).tolist() == [False, True, False]
    assert np.isnan(panel.global_weights).tolist() == [
        [False] * 7,
        [True] * 7,
        [leaf != "c" for leaf in LEAVES],
    ]
    assert panel.mean_cr.tolist() == pytest.approx(
        [(panel.cr["goal"][0] + panel.cr["a"][0]) / 2, panel.cr["a"][1], goal_cr], abs=1e-15
    )


def test_nobody_is_inconsistent_with_two_items() -> None:
    survey = make_survey({"a": "goal", "b": "goal"})
    judged = ahp.Answers((ahp.Judgment("X", "goal", "a", "b", "9"),))
    panel = build_panel(survey.hierarchy, judged, method="eigenvector", random_index="saaty")
    assert panel.mean_cr.tolist() == [0]
    assert panel.cr["goal"].tolist() == [0]


def test_arrays_are_read_only() -> None:
    panel = panel_of(answers(X="1", Y="2"))
    arrays = [panel.global_weights, panel.mean_cr, panel.judgments]
    for each in (panel.matrices, panel.local_weights, panel.cr):
        arrays += each.values()
    assert [array.flags.writeable for array in arrays] == [False] * 12


@pytest.mark.parametrize("method", METHODS)
def test_every_method_reaches_the_experts(method: str) -> None:
    judged = answers(X="2 9 2  2 9 8 2 4 2  3", Y="1/3 1/2 2  2 5 8 4 4 2  1/3")
    panel = panel_of(judged, method)
    for k, own in enumerate(judged.matrices(SURVEY.hierarchy).values()):
        for parent, matrix in own.items():
            expected = ahp.weights(matrix, method)
            assert panel.local_weights[parent][k] == pytest.approx(expected, rel=1e-9)


@given(panels(3, gaps=True), st.sampled_from(AGGREGATES), st.data())
@settings(max_examples=60, deadline=None)
def test_without_an_expert_is_the_analysis_of_the_others(
    judged: ahp.Answers, how: str, data: st.DataObject
) -> None:
    shares = {name: float(data.draw(st.integers(1, 5))) for name in judged.experts}
    options = {"how": how, "method": "geometric_mean"}
    try:
        analysis = ahp.analyze(SURVEY, judged, expert_weights=shares, **options)
    except ahp.IncompleteError:
        return
    for name, choice in zip(judged.experts, leave_one_out(analysis), strict=True):
        others = judged.only([one for one in judged.experts if one != name])
        left = {one: share for one, share in shares.items() if one != name}
        assert (choice.kind, choice.name, choice.in_use) == ("without", name, False)
        try:
            alone = ahp.analyze(SURVEY, others, expert_weights=left, **options)
        except ahp.IncompleteError:
            assert np.isnan(choice.weights).any()
            assert (choice.moved, np.isnan(choice.largest_change)) == (0, True)
            continue
        expected = [alone.global_weights[leaf] for leaf in LEAVES]
        assert choice.weights == pytest.approx(expected, rel=1e-9)
        check_change(analysis, choice)


def check_change(analysis: ahp.Analysis, choice: Choice) -> None:
    """Ranks, moves and the largest change follow from the weights."""
    ahead = choice.weights[:, None] < choice.weights * (1 - 1e-8)
    assert choice.ranks.tolist() == (1 + ahead.sum(axis=1)).tolist()
    before = analysis.ranks
    moved = [before[leaf] != rank for leaf, rank in zip(LEAVES, choice.ranks, strict=True)]
    assert choice.moved == sum(moved)
    change = [
        abs(analysis.global_weights[leaf] - weight)
        for leaf, weight in zip(LEAVES, choice.weights, strict=True)
    ]
    assert choice.largest_change == max(change)


SPLIT = answers(X="2 4 2  2 4 8 2 4 2  3", Y="1/5 1 5  1/3 1 1 1 3 1  1/3", Z="1 1 2  1 1 2  1")


@pytest.mark.parametrize("how", AGGREGATES)
@pytest.mark.parametrize("weighting", ["equal", "consistency", "distance"])
def test_the_choice_in_use_is_the_analysis(how: str, weighting: str) -> None:
    analysis = ahp.analyze(SURVEY, SPLIT, how=how, expert_weights=weighting)
    choices = compare_choices(analysis)
    assert [(one.kind, one.name) for one in choices] == [
        *(("how", name) for name in AGGREGATES),
        *(("weighting", name) for name in ("equal", "consistency", "distance")),
    ]
    used = [one for one in choices if one.in_use]
    assert [one.name for one in used] == [how, weighting]
    for one in used:
        assert one.weights.tolist() == [analysis.global_weights[leaf] for leaf in LEAVES]
        assert (one.moved, one.largest_change) == (0, 0)
    for one in choices:
        option = {"how": one.name} if one.kind == "how" else {}
        weights = one.name if one.kind == "weighting" else weighting
        own = ahp.analyze(SURVEY, SPLIT, **{"how": how, "expert_weights": weights, **option})
        assert one.weights.tolist() == [own.global_weights[leaf] for leaf in LEAVES]
        check_change(analysis, one)
    assert max(one.largest_change for one in choices) > 0.001


def test_some_choice_moves_the_ranking() -> None:
    choices = compare_choices(ahp.analyze(SURVEY, SPLIT))
    assert {one.name: one.moved for one in choices}["aij_median"] > 0


def names(choices: tuple[Choice, ...]) -> list[str]:
    return [one.name for one in choices if one.kind == "weighting"]


def test_weightings_that_make_no_sense_are_left_out() -> None:
    analysis = ahp.analyze(SURVEY, SPLIT)
    usual = ["equal", "consistency", "distance"]
    assert names(compare_choices(analysis, {})) == usual
    assert names(compare_choices(analysis, {"X": Standing(), "Q": Standing(2, "chair")})) == usual
    chair = {"X": Standing(3, "chairs the audit committee")}
    choices = compare_choices(analysis, chair)
    assert names(choices) == ["equal", "given", "consistency", "distance"]
    given_row = next(one for one in choices if one.name == "given")
    own = ahp.analyze(SURVEY, SPLIT, expert_weights={"X": 3, "Y": 1, "Z": 1})
    assert given_row.weights.tolist() == [own.global_weights[leaf] for leaf in LEAVES]
    basis = dict.fromkeys(ahp.group.JUDGMENT_BASIS, "large")
    asked = Standing(basis=basis, familiarity="familiar")
    assert names(compare_choices(analysis, {"X": asked, "Y": asked})) == usual
    less = Standing(basis=basis, familiarity="unfamiliar")
    choices = compare_choices(analysis, {"X": asked, "Y": asked, "Z": less})
    assert names(choices) == ["equal", "authority", "consistency", "distance"]
    authority = next(one for one in choices if one.name == "authority")
    own = ahp.analyze(SURVEY, SPLIT, expert_weights={"X": 0.9, "Y": 0.9, "Z": 0.6})
    assert authority.weights.tolist() == [own.global_weights[leaf] for leaf in LEAVES]


def test_given_weights_in_use_stay_without_standings() -> None:
    shares = {"X": 1.0, "Y": 2.0, "Z": 1.0}
    analysis = ahp.analyze(SURVEY, SPLIT, expert_weights=shares)
    choices = compare_choices(analysis)
    assert names(choices) == ["equal", "given", "consistency", "distance"]
    assert [one.name for one in choices if one.in_use] == ["aij", "given"]


@pytest.mark.parametrize(
    ("judged", "standings", "name"),
    [
        (answers(X="9", Y="1/9"), {}, "distance"),  # nobody agrees with anybody
        (answers(X="1 1 1 1 1 1 1 1 1 -", Y="- - - - - - - - - 1"), {}, "distance"),
        (answers(X="1", Y="2"), dict.fromkeys("XY", Standing(0, "left")), "given"),
    ],
)
def test_a_weighting_without_a_result(
    judged: ahp.Answers, standings: dict[str, Standing], name: str
) -> None:
    choices = compare_choices(ahp.analyze(SURVEY, judged), standings)
    found = next(one for one in choices if one.name == name)
    assert np.isnan(found.weights).tolist() == [True] * 7
    assert (found.moved, found.in_use, np.isnan(found.largest_change)) == (0, False, True)


def test_one_expert_has_nobody_to_be_left_out() -> None:
    analysis = ahp.analyze(SURVEY, answers(X="1"))
    assert leave_one_out(analysis) == ()


def test_one_expert_is_joined_with_nobody() -> None:
    (how, weighting) = compare_choices(ahp.analyze(SURVEY, answers(X="1")))
    assert [(one.kind, one.name, one.in_use) for one in (how, weighting)] == [
        ("how", "aij", True),
        ("weighting", "equal", True),
    ]
    shares = {"X": 1.0, "Y": 0.0}
    alone = compare_choices(ahp.analyze(SURVEY, answers(X="1", Y="3"), expert_weights=shares))
    assert [one.name for one in alone if one.kind == "how"] == ["aij"]
    assert len([one for one in alone if one.kind == "weighting"]) > 1


def test_without_the_only_one_who_counts() -> None:
    shares = {"X": 1.0, "Y": 0.0}
    analysis = ahp.analyze(SURVEY, answers(X="1", Y="2"), expert_weights=shares)
    only, other = leave_one_out(analysis)
    assert np.isnan(only.weights).all()
    assert (other.moved, other.largest_change) == (0, 0)


def many(count: int) -> ahp.Analysis:
    """A panel of many experts, weighted unequally."""
    rng = np.random.default_rng(7)
    steps = np.array(["1/9", "1/5", "1/3", "1/2", "1", "2", "3", "5", "9"])
    judged = answers(**{f"E{k}": " ".join(rng.choice(steps, len(PAIRS))) for k in range(count)})
    shares = {f"E{k}": 1.0 + k % 3 for k in range(count)}
    return ahp.analyze(SURVEY, judged, expert_weights=shares)


def without_each(analysis: ahp.Analysis, groups: list[list[int]]) -> np.ndarray[Any, Any]:
    """Weights of the leaves, group by group, from the expert weights of the others."""
    used = np.array(list(analysis.expert_weights.values()))
    found = []
    for members in groups:
        shares = np.where(np.isin(np.arange(len(used)), members), 0.0, used)[None]
        local = analysis.panel.panel_weights(shares, analysis.how, analysis.trim)
        found.append(leaf_weights(SURVEY.hierarchy, local)[0])
    return np.array(found)


@pytest.mark.parametrize("how", AGGREGATES)
@pytest.mark.parametrize("cells", [1, 1_000, 2**30])
def test_without_an_expert_is_the_same_whatever_the_chunks(
    how: str, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis = replace(many(12), how=how)
    expected = without_each(analysis, [[k] for k in range(12)])
    whole = leave_one_out(analysis)
    monkeypatch.setattr("ahp.matrix.CHUNK_CELLS", cells)
    found = leave_one_out(analysis)
    assert [one.weights.tolist() for one in found] == [one.weights.tolist() for one in whole]
    exact = 1e-13 if how in MEANS else 0
    assert np.allclose([one.weights for one in found], expected, rtol=exact, atol=0)


@given(panels(least=2, most=6), st.sampled_from(MEANS), st.data())
@settings(max_examples=60, deadline=None)
def test_without_groups_is_what_the_others_say(
    judged: ahp.Answers, how: str, data: st.DataObject
) -> None:
    share = st.sampled_from([0.0, 1e-12, 0.3, 1.0, 1e6])
    shares = {name: data.draw(share) for name in judged.experts}
    shares[judged.experts[0]] = 1.0
    gaps = {k for k in range(len(judged.judgments)) if data.draw(st.integers(0, 9)) == 0}
    kept = tuple(one for k, one in enumerate(judged.judgments) if k not in gaps)
    try:
        analysis = ahp.analyze(SURVEY, ahp.Answers(kept), how=how, expert_weights=shares)
    except ahp.AHPError:
        return  # the gaps leave no result, or not all of the experts
    names = analysis.panel.experts
    groups = {name: data.draw(st.sampled_from(["A", "B", None])) for name in names}
    for given_groups in (None, groups):
        found = leave_one_out(analysis, given_groups)
        belongs = {name: name for name in names} if given_groups is None else groups
        members = [
            [k for k, name in enumerate(names) if belongs[name] == one.name] for one in found
        ]
        sizes = list(map(len, members))
        assert sizes == sorted(sizes, reverse=True)
        assert {one.name for one in found} == {group for group in belongs.values() if group}
        if not found:
            continue
        expected = without_each(analysis, members)
        weights = np.array([one.weights for one in found])
        assert np.allclose(weights, expected, rtol=1e-9, atol=0, equal_nan=True)
        now = np.array([analysis.global_weights[leaf] for leaf in LEAVES])
        for one, row in zip(found, expected, strict=True):
            if np.isnan(row).any():
                assert (one.moved, np.isnan(one.largest_change)) == (0, True)
            else:
                assert one.largest_change == pytest.approx(np.abs(row - now).max(), abs=1e-9)


def test_nobody_is_left_without_the_only_group() -> None:
    analysis = many(4)
    (found,) = leave_one_out(analysis, dict.fromkeys(analysis.panel.experts, "Bank"))
    assert (found.name, found.kind, found.moved) == ("Bank", "without", 0)
    assert np.isnan(found.weights).all()
    assert leave_one_out(analysis, {}) == leave_one_out(analysis, {"E0": None}) == ()


def test_without_an_expert_keeps_to_little_memory() -> None:
    analysis = replace(many(400), how="aij_median")
    tracemalloc.start()
    try:
        choices = leave_one_out(analysis)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(choices) == 400
    assert peak < 40e6


def test_one_blank_among_eighteen_experts_blocks_nothing() -> None:
    rng = np.random.default_rng(18)
    steps = ["1/3", "1/2", "1", "2", "3", "4"]
    names = [f"E{k}" for k in range(18)]
    text = {name: " ".join(rng.choice(steps, len(PAIRS))) for name in names}
    full = answers(**text)
    # E7 leaves one comparison below a open, E9 all that connects a4 with the others
    gaps = {("E7", "a1", "a2"), ("E9", "a1", "a4"), ("E9", "a2", "a4"), ("E9", "a3", "a4")}
    judged = ahp.Answers(
        tuple(one for one in full.judgments if (one.expert, one.left, one.right) not in gaps)
    )
    result = ahp.analyze(SURVEY, judged)
    leaves = np.array([result.global_weights[leaf] for leaf in LEAVES])

    found = ahp.simulate_panel(SURVEY.hierarchy, result.panel.matrices, seed=1, draws=500)
    assert found.leaves.weights == pytest.approx(leaves, rel=1e-9)
    assert found.leaves.redrawn == 0
    assert (found.leaves.std > 0).all()

    without = {one.name: one.weights for one in leave_one_out(result)}
    assert list(without) == names
    for name in ("E1", "E7", "E9"):
        others = ahp.analyze(SURVEY, judged.only([other for other in names if other != name]))
        own = [others.global_weights[leaf] for leaf in LEAVES]
        assert without[name] == pytest.approx(own, rel=1e-9)
    assert all(not np.isnan(one.weights).any() for one in compare_choices(result))

    agreement = ahp.panel_agreement(result)
    assert agreement is not None
    assert (agreement.kendall.experts, agreement.kendall_parents["goal"].experts) == (17, 18)
    assert not np.isnan(agreement.compatibility["a"]).any()
    assert sorted(agreement.spread.count) == [17] * 4 + [18] * 6


def test_the_consistency_of_pairs_that_nobody_judged_is_not_made_up() -> None:
    # nobody judged (a1, a4): a matrix of five judgments, filled in for the reader
    text = {"X": "1 1 1 4 6 - 3 4 1 1", "Y": "1 1 1 3 2 - 5 1/2 1 1"}
    result = ahp.analyze(SURVEY, answers(**text))
    assert dict(result.filled) == {"a": 1}
    agreement = ahp.panel_agreement(result)
    assert agreement is not None
    joined = ahp.aggregate_judgments(result.panel.matrices["a"])
    assert np.isnan(joined[0, 3])
    assert agreement.gci["a"] == ahp.geometric_consistency_index(joined)
    assert agreement.gci["a"] > ahp.geometric_consistency_index(result.matrices["a"])
