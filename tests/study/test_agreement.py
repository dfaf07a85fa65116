from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import ahp
from ahp import consensus
from ahp.study.agreement import panel_agreement

from .panels import LEAVES, SURVEY, answers, panels

PARENTS = SURVEY.hierarchy.parents


def equal(found: Any, expected: Any) -> None:
    """Two results have the same numbers, NaN like NaN."""
    for one in fields(expected):
        np.testing.assert_array_equal(getattr(found, one.name), getattr(expected, one.name))


def rows(judged: ahp.Answers) -> np.ndarray[Any, Any]:
    """Every expert's judgments, one column a comparison."""
    found = []
    for matrices in judged.arrays(SURVEY.hierarchy).values():
        i, j = np.triu_indices(matrices.shape[-1], 1)
        found.append(matrices[:, i, j])
    return np.concatenate(found, axis=1)


@given(panels(least=2, most=6))
@settings(max_examples=20, deadline=None)
def test_it_is_what_the_functions_say(judged: ahp.Answers) -> None:
    analysis = ahp.analyze(SURVEY, judged)
    found = panel_agreement(analysis)
    assert found is not None
    alone = [ahp.analyze(SURVEY, judged.only([name])) for name in judged.experts]
    leaves = np.array([[one.global_weights[leaf] for leaf in LEAVES] for one in alone])
    similarities = []
    for parent in PARENTS:
        local = np.array([one.local_weights[parent] for one in alone])
        expected = consensus.group_consensus(local)
        for name in ("alpha", "beta", "gamma", "similarity", "experts", "floor", "scale_max"):
            value = getattr(found.parents[parent], name)
            assert value == pytest.approx(getattr(expected, name), abs=1e-12)
        similarities.append(expected.similarity)
        own = consensus.kendall_w(local)
        assert found.kendall_parents[parent].w == pytest.approx(own.w, abs=1e-12, nan_ok=True)
        matrices = judged.arrays(SURVEY.hierarchy)[parent]
        apart = consensus.geometric_compatibility(matrices, analysis.local_weights[parent])
        assert found.compatibility[parent].tolist() == apart.tolist()
        gci = ahp.geometric_consistency_index(analysis.matrices[parent])
        assert found.gci[parent] == gci
    weights = [analysis.global_weights[parent] for parent in PARENTS]
    tree = consensus.hierarchy_consensus(weights, similarities)
    assert found.hierarchy == pytest.approx(tree, abs=1e-12)
    whole = consensus.group_consensus(leaves, scale_max=None)
    assert found.leaves.similarity == pytest.approx(whole.similarity, abs=1e-12)
    assert found.leaves.scale_max is None
    assert found.leaves.experts == len(judged.experts)
    kendall = consensus.kendall_w(leaves)
    assert found.kendall.w == pytest.approx(kendall.w, abs=1e-9, nan_ok=True)
    variation = consensus.coefficient_of_variation(leaves)
    assert found.variation == pytest.approx(variation, abs=1e-11)
    quartiles = np.quantile(leaves, [0.25, 0.5, 0.75], axis=0)
    assert found.quartiles == pytest.approx(quartiles, rel=1e-12)
    equal(found.spread, consensus.judgment_spread(rows(judged)))
    assert found.clusters is not None
    equal(found.clusters, consensus.cluster_experts(rows(judged)))
    for number, similarity in enumerate(found.cluster_consensus, start=1):
        members = leaves[found.clusters.labels == number]
        inside = consensus.group_consensus(members, scale_max=None).similarity
        assert similarity == pytest.approx(inside, abs=1e-12)


TWO_CAMPS = answers(A="3 5 2", B="3 4 2", C="1/5 1/5 1/3", D="1/5 1/4 1/3")


def test_two_camps() -> None:
    found = panel_agreement(ahp.analyze(SURVEY, TWO_CAMPS))
    assert found is not None
    assert found.clusters is not None
    assert found.clusters.labels.tolist() == [1, 1, 2, 2]
    assert min(found.cluster_consensus) > 0.99
    assert found.leaves.similarity < 0.9
    three = panel_agreement(ahp.analyze(SURVEY, TWO_CAMPS), clusters=3)
    assert three is not None
    assert three.clusters is not None
    assert three.clusters.count == len(three.cluster_consensus) == 3
    alone = [k for k in range(1, 4) if (three.clusters.labels == k).sum() == 1]
    assert [three.cluster_consensus[k - 1] for k in alone] == pytest.approx([1.0, 1.0])


def test_alike() -> None:
    found = panel_agreement(ahp.analyze(SURVEY, answers(A="3 5 2", B="3 5 2")))
    assert found is not None
    assert (found.hierarchy, found.leaves.similarity) == pytest.approx((1, 1), abs=1e-12)
    assert found.kendall.w == pytest.approx(1)
    assert found.variation.tolist() == pytest.approx([0.0] * 7, abs=1e-15)
    assert found.cluster_consensus == pytest.approx((1,), abs=1e-12)


def test_too_many_clusters() -> None:
    with pytest.raises(ahp.OptionError) as raised:
        panel_agreement(ahp.analyze(SURVEY, TWO_CAMPS), clusters=5)
    assert str(raised.value) == "clusters = 5, expected an integer from 1 to 4, or None"


@pytest.mark.parametrize(
    "judged",
    [
        answers(A="3"),
        answers(A="3 5 2", B="3 - - 1"),
        answers(A="3 5 2 1 1 1 1 1 1 -", B="- - - - - - - - - 1"),
    ],
)
def test_fewer_than_two_whole_experts_have_no_agreement(judged: ahp.Answers) -> None:
    assert panel_agreement(ahp.analyze(SURVEY, judged)) is None


def test_who_has_gaps_is_left_out_there() -> None:
    judged = answers(A="3 5 2", B="1 2 2", C="1/3 1/5 1/2 1 1 1 1 1 1 -", D="1 - - 2")
    analysis = ahp.analyze(SURVEY, judged)
    found = panel_agreement(analysis)
    assert found is not None
    panel = analysis.panel
    counts = {parent: one.experts for parent, one in found.parents.items()}
    assert counts == {"goal": 3, "a": 4, "b": 3}
    assert (found.leaves.experts, found.kendall.experts) == (2, 2)
    expected = consensus.group_consensus(panel.global_weights[:2], scale_max=None)
    assert found.leaves == expected
    variation = consensus.coefficient_of_variation(panel.global_weights[:2])
    assert found.variation.tolist() == variation.tolist()
    assert found.kendall_parents["goal"].experts == 3
    assert found.spread.count.tolist() == [4, 3, 3, 4, 4, 4, 4, 4, 4, 3]
    assert np.isnan(found.compatibility["b"]).tolist() == [False] * 4  # two items agree always
    assert found.clusters is not None
    sizes = np.bincount(found.clusters.labels)[1:]
    assert sizes.sum() == 4


def test_a_cluster_of_experts_with_gaps_has_no_similarity() -> None:
    judged = answers(A="3", B="3", C="1/9 1/9 1/9 1/9 1/9 1/9 1/9 1/9 1/9 -")
    found = panel_agreement(ahp.analyze(SURVEY, judged), clusters=2)
    assert found is not None
    assert found.clusters is not None
    assert found.clusters.labels.tolist() == [1, 1, 2]
    assert found.cluster_consensus[0] == pytest.approx(1)
    assert np.isnan(found.cluster_consensus[1])


def test_experts_with_nothing_in_common_have_no_clusters() -> None:
    judged = answers(A="3", B="3", C="1 1 1 -", D="- - - 1 1 1 1 1 1 1")
    found = panel_agreement(ahp.analyze(SURVEY, judged))
    assert found is not None
    assert (found.clusters, found.cluster_consensus) == (None, ())


def test_weights_of_experts_do_not_change_what_they_agree_on() -> None:
    plain = panel_agreement(ahp.analyze(SURVEY, TWO_CAMPS))
    shares = {"A": 5, "B": 1, "C": 1, "D": 1}
    weighted = panel_agreement(ahp.analyze(SURVEY, TWO_CAMPS, expert_weights=shares))
    assert plain is not None
    assert weighted is not None
    assert weighted.leaves == plain.leaves
    assert weighted.kendall == plain.kendall
    assert weighted.gci != plain.gci
