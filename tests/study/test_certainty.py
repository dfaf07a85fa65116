"""How sure the weights of a study are."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise, product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import ahp
from ahp.errors import IncompleteError, OptionError
from ahp.hierarchy import Hierarchy
from ahp.study import StudyCertainty, certainty, study_certainty, swings
from ahp.study.certainty import resampled_weights
from ahp.study.panel import Panel
from ahp.study.standing import AGGREGATES
from tests.panel_study import JUDGED, LEAVES, small_panel

close: Any = pytest.approx


@pytest.fixture(scope="module")
def panel() -> ahp.Analysis:
    return small_panel()


@pytest.fixture(scope="module")
def sure(panel: ahp.Analysis) -> StudyCertainty:
    return study_certainty(panel, seed=3, draws=4000)


def test_scatter_over_experts_is_that_of_all_panels(
    panel: ahp.Analysis, sure: StudyCertainty
) -> None:
    assert sure.experts is not None
    exact = []
    for drawn in product(JUDGED, repeat=3):
        members = {f"{k}": JUDGED[name] for k, name in enumerate(drawn)}
        weights = small_panel(members).global_weights
        exact.append([weights[leaf] for leaf in LEAVES])
    found = sure.experts.leaves
    assert found.weights == close([panel.global_weights[leaf] for leaf in LEAVES], rel=1e-12)
    assert found.mean == close(np.mean(exact, axis=0), abs=0.005)
    assert found.std == close(np.std(exact, axis=0), abs=0.005)
    assert found.lower.min() >= np.min(exact) - 1e-12
    assert found.upper.max() <= np.max(exact) + 1e-12
    above = np.mean(np.array(exact)[:, 0] > np.array(exact)[:, 3] * (1 + 1e-8))
    assert found.outranks[0, 3] == close(above, abs=0.03)


def test_scatter_of_joined_judgments_is_that_of_the_library(
    panel: ahp.Analysis, sure: StudyCertainty
) -> None:
    options: Any = {"seed": 3, "draws": 4000}
    tree, matrices = panel.survey.hierarchy, panel.panel.matrices
    experts = ahp.simulate_panel(tree, matrices, **options)
    judgments = ahp.simulate_panel(tree, matrices, bootstrap=False, perturbation="grid", **options)
    assert sure.judgments == judgments
    assert sure.experts is not None
    for name in ("lower", "upper", "mean", "std", "rank_probability", "outranks"):
        assert getattr(sure.experts.leaves, name) == close(getattr(experts.leaves, name), abs=1e-12)
    assert sure.scatter is sure.experts


def test_neighbors_follow_the_ranking(panel: ahp.Analysis, sure: StudyCertainty) -> None:
    assert [(one.ahead, one.behind) for one in sure.neighbors] == [*pairwise(panel.ranking)]
    assert sure.experts is not None
    assert sure.judgments is not None
    for one in sure.neighbors:
        ahead, behind = LEAVES.index(one.ahead), LEAVES.index(one.behind)
        assert one.experts == sure.experts.leaves.outranks[behind, ahead]
        assert one.judgments == sure.judgments.leaves.outranks[behind, ahead]
        weights = panel.global_weights
        assert one.gap == weights[one.ahead] - weights[one.behind]
        assert one.largest is not None
        assert one.changeable == (one.largest >= 0.05)


def test_critical_criteria_are_those_of_the_library(
    panel: ahp.Analysis, sure: StudyCertainty
) -> None:
    tree, local = panel.survey.hierarchy, panel.local_weights
    assert sure.first == ahp.critical_criteria(tree, local)
    assert sure.ranking == ahp.critical_criteria(tree, local, top=None)


def test_one_expert_has_no_scatter_over_experts() -> None:
    found = study_certainty(small_panel({"Ping": JUDGED["Ping"]}), seed=1, draws=50)
    assert (found.experts, found.without_experts, found.counted) == (None, "one_expert", 1)
    assert found.judgments is not None
    assert found.scatter is found.judgments
    assert {one.experts for one in found.neighbors} == {None}
    weighted = small_panel(expert_weights={"Ping": 1, "Qin": 0, "Rui": 0})
    found = study_certainty(weighted, seed=1, draws=50)
    assert (found.without_experts, found.counted) == ("one_expert", 1)


@pytest.mark.parametrize("how", ["aij_median", "aip_arithmetic", "aip_geometric"])
def test_other_aggregations_are_resampled_as_they_are(how: str) -> None:
    analysis = small_panel(how=how, expert_weights={"Ping": 3, "Qin": 2, "Rui": 1})
    found = study_certainty(analysis, seed=1, draws=200)
    assert (found.judgments, found.without_judgments) == (None, "aggregation")
    assert found.experts is not None
    now = [analysis.global_weights[leaf] for leaf in LEAVES]
    assert found.experts.leaves.weights == close(now, rel=1e-12)
    if how == "aip_arithmetic":
        alone = small_panel(how=how, expert_weights={"Ping": 1, "Qin": 0, "Rui": 0})
        assert found.experts.leaves.upper[0] <= alone.global_weights["a1"] + 1e-12


def test_missing_and_recused_judgments() -> None:
    judged = {**JUDGED, "Ping": ("3", "1", "2", "", "1")}
    analysis = small_panel(judged, recused=[("Qin", "b"), ("Rui", "b")])
    found = study_certainty(analysis, seed=1, draws=300)
    assert found.experts is not None
    assert found.judgments is not None
    # Ping alone judged below b: panels without Ping, 8 of 27, have no weights
    kept = found.experts.leaves.draws
    assert found.experts.leaves.redrawn / (kept + found.experts.leaves.redrawn) == close(
        8 / 27, abs=0.06
    )
    assert found.experts.local["b"].std == close([0, 0], abs=1e-12)


def test_hardly_any_panel_has_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certainty, "MOST_REDRAWN", 0)
    analysis = small_panel(recused=[("Qin", "b"), ("Rui", "b")])
    found = study_certainty(analysis, seed=1, draws=100)
    assert (found.experts, found.without_experts) == (None, "panels_apart")
    assert found.scatter is found.judgments is not None
    with pytest.raises(IncompleteError) as raised:
        resampled_weights(analysis, seed=1, draws=100)
    assert raised.value.code == "panels_apart"


def test_who_is_excluded_stays_excluded_and_down_weighted_ones_are_resampled_only() -> None:
    judged = {**JUDGED, "Sun": ("1", "9", "1/9", "9", "1")}
    options: Any = {"seed": 1, "draws": 100}
    excluded = study_certainty(small_panel(judged, incoherent="exclude"), **options)
    recused = study_certainty(small_panel(judged, recused=[("Sun", "a")]), **options)
    assert excluded.judgments == recused.judgments
    assert excluded.experts is not None
    assert recused.experts is not None
    assert excluded.experts.leaves.mean == close(recused.experts.leaves.mean, abs=1e-12)
    down = study_certainty(small_panel(judged, incoherent="downweight"), **options)
    assert (down.judgments, down.without_judgments) == (None, "downweighted")
    assert down.experts is not None


def test_judgments_off_the_scale() -> None:
    judged = {**JUDGED, "Ping": ("2.5", "1", "2", "2", "1")}
    analysis = small_panel(judged)
    found = study_certainty(analysis, seed=1, draws=50)
    assert (found.judgments, found.without_judgments) == (None, "off_scale")
    found = study_certainty(analysis, seed=1, draws=50, perturbation="lognormal")
    assert found.judgments is not None
    assert (found.perturbation, found.spread) == ("lognormal", 0.2)


def test_swings_of_an_indicator(panel: ahp.Analysis) -> None:
    found = swings(panel, "b1", change=0.2)
    by_node = {one.node: one for one in found}
    assert {*by_node} == {"a", "b", "b1", "b2"}
    b, b1 = (panel.local_weights[parent].tolist() for parent in ("goal", "b"))
    for node, weight, other in (("b", b[1], b1[0]), ("b1", b1[0], b[1])):
        swing = by_node[node]
        assert (swing.lower, swing.upper) == close((weight - 0.2, weight + 0.2))
        assert swing.at_lower == close(swing.lower * other)
        assert swing.at_upper == close(swing.upper * other)
    assert by_node["a"].at_lower == close((1 - by_node["a"].lower) * b1[0])
    sizes = [round(one.size, 12) for one in found]
    assert sizes == sorted(sizes, reverse=True)


def test_result_is_a_value(panel: ahp.Analysis, sure: StudyCertainty) -> None:
    assert StudyCertainty.from_dict(sure.to_dict()) == sure
    assert study_certainty(panel, seed=3, draws=4000) == sure


def test_progress_counts_both(panel: ahp.Analysis) -> None:
    steps: list[tuple[int, int]] = []
    study_certainty(
        panel, seed=1, draws=10, progress=lambda done, every: steps.append((done, every))
    )
    assert steps == [(10, 20), (20, 20)]


def test_progress_is_told_every_thousand_draws(panel: ahp.Analysis) -> None:
    steps: list[int] = []
    resampled_weights(panel, seed=1, draws=2500, progress=lambda done, _every: steps.append(done))
    assert steps == [1000, 2000, 2500]


def test_chunks_change_nothing(panel: ahp.Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _redrawn = resampled_weights(panel, seed=1, draws=20)
    monkeypatch.setattr(certainty, "_chunk", lambda analysis: 3)
    steps: list[int] = []
    parts, _redrawn = resampled_weights(
        panel, seed=1, draws=20, progress=lambda done, _every: steps.append(done)
    )
    assert steps == [3, 6, 9, 12, 15, 18, 20]
    for parent, weights in whole.items():
        assert parts[parent] == close(weights, abs=1e-14)


@pytest.mark.parametrize("how", AGGREGATES)
def test_panels_drawn_are_joined_one_by_one(how: str) -> None:
    judged = {**JUDGED, "Sun": ("3", "1", "2", "", "1")}
    given = dict(zip(judged, (1, 2, 0, 3), strict=True))
    analysis = small_panel(judged, how=how, recused=[("Ping", "b")], expert_weights=given)
    found, _redrawn = resampled_weights(analysis, seed=4, draws=30)
    # the same stream, panel by panel, those without weights below b left out
    shares = np.array(list(analysis.expert_weights.values()))
    (there,) = np.nonzero(shares)
    chance = np.random.default_rng(np.random.SeedSequence(4).spawn(1)[0])
    kept: list[dict[str, Any]] = []
    while len(kept) < 30:
        counts = np.bincount(there[chance.integers(len(there), size=len(there))], minlength=4)
        local = analysis.panel.panel_weights((counts * shares)[None], how, analysis.trim)
        if not any(np.isnan(rows).any() for rows in local.values()):
            kept.append(local)
    for parent, rows in found.items():
        assert rows == close(np.concatenate([one[parent] for one in kept]), rel=1e-12)


def test_a_bootstrap_keeps_to_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certainty, "COUNTS_AT_ONCE", 2**15)
    rng = np.random.default_rng(1)
    matrices = np.ones((4000, 3, 3))
    i, j = np.triu_indices(3, 1)
    matrices[:, i, j] = np.exp(rng.normal(0, 1, (4000, 3)))
    matrices[:, j, i] = 1 / matrices[:, i, j]
    tree = Hierarchy("goal", {"goal": ("a", "b", "c")})
    names = tuple(map(str, range(4000)))
    analysis: Any = SimpleNamespace(
        panel=Panel(tree, names, {"goal": matrices}, "eigenvector", "saaty"),
        expert_weights=dict.fromkeys(names, 1 / 4000),
        how="aij",
        trim=0.1,
    )
    tracemalloc.start()
    try:
        resampled_weights(analysis, seed=1, draws=200)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3e6  # how often each expert was drawn is 6.4 MB


def test_options_are_checked(panel: ahp.Analysis) -> None:
    refused: list[tuple[Any, str]] = [
        (lambda: study_certainty(panel, seed=-1), "seed = -1, expected an integer of 0 or more"),
        (lambda: study_certainty(panel, seed=1, draws=0), "draws = 0, expected an integer of"),
        (lambda: study_certainty(panel, seed=1, level=1), "level = 1, expected a number between"),
        (
            lambda: study_certainty(panel, seed=1, perturbation="none"),
            "perturbation = 'none', expected",
        ),
        (lambda: swings(panel, "goal"), "leaf = 'goal', expected one of"),
        (lambda: swings(panel, "a1", change=0), "change = 0, expected a number above 0, to 1"),
    ]
    for call, message in refused:
        with pytest.raises(OptionError) as raised:
            call()
        assert message in str(raised.value)
