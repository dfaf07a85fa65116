"""Every public result is a value: compared, copied, pickled, written as JSON and read back."""

from __future__ import annotations

import copy
import dataclasses
import json
import multiprocessing
import pickle
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import evaluation, published
from ahp.matrix import PairwiseMatrix
from ahp.messages import Phrase
from ahp.result import LONGEST_REPR, Result
from ahp.study.agreement import compare_choices, panel_agreement
from tests.evaluation.schemes import scheme, table

ROOT = Path(__file__).resolve().parents[1]
CAR = [[1, 3, 5], ["1/3", 1, 2], ["1/5", "1/2", 1]]
MISSING = [[1, 3, None], ["1/3", 1, 2], [None, "1/2", 1]]
WRONG = ahp.PairwiseMatrix([[1, 9, "1/9"], ["1/9", 1, 9], [9, "1/9", 1]], ["a", "b", "c"])
TREE = ahp.Hierarchy("goal", {"goal": ("a", "b", "c"), "a": ("x", "y")}, {"a": (1, 2)})
PANEL = np.stack([ahp.PairwiseMatrix(CAR).values, np.ones((3, 3)), WRONG.values])


@cache
def analysis() -> ahp.Analysis:
    survey = ahp.load_survey("supervision_effectiveness")
    answers = ahp.read_answers(ROOT / "examples" / "supervision_demo" / "answers.csv")
    return ahp.analyze(survey, answers, invited=9)


def how_sure(rules: evaluation.Scheme, result: evaluation.Evaluation) -> Iterator[Any]:
    """What is said of an evaluation: how sure it is, why it changed, what raters did."""
    unit = result.units[0]
    yield evaluation.draw_weights(rules, analysis(), seed=1, draws=20)
    yield evaluation.simulate(result, "2026Q1", seed=1, draws=20, pairs=True)
    few = scheme({"x": "0.6", "y": "0.4"})
    yield evaluation.turning_points(
        evaluation.evaluate(few, table({"A": [80, 60], "B": [70, 90]}, "xy")), "2026Q1"
    )
    yield from evaluation.missing_values(result, "2026Q2")
    yield evaluation.explain_change(result, result, unit, "2026Q1", "2026Q2")
    yield evaluation.points_lost(result, "2026Q1")
    yield evaluation.rating_table(result, "2026Q1")
    spread = evaluation.rating_spread(rules, result.observations)
    yield spread
    first = spread.items[0]
    shown = (first.raters[0], [first.rated])
    yield from evaluation.rating_feedback(rules, result.observations, *shown)
    yield evaluation.totals_without_raters(result, "2026Q1")
    yield evaluation.fuzzy_profile(result, unit, "2026Q1")


def results() -> Iterator[Any]:
    """A result of every class, and more where a class holds one matrix or many."""
    yield ahp.PairwiseMatrix(MISSING)
    for matrices in (CAR, [CAR, CAR], WRONG):
        yield ahp.prioritize(matrices)
        yield ahp.check_consistency(matrices, weights=ahp.weights(matrices))
    yield ahp.order_preservation(WRONG)
    yield from ahp.all_indices(CAR)
    yield from ahp.all_indices(MISSING)
    yield ahp.complete_matrices(MISSING)
    yield ahp.check_incomplete_consistency([MISSING, CAR])
    yield ahp.incomplete_random_index(4, 1)
    yield ahp.next_pair(np.where(np.eye(3, dtype=bool), 1.0, np.nan))
    yield from ahp.rank_judgments(WRONG)
    yield from ahp.worst_triads(WRONG)
    yield ahp.fewest_changes(WRONG)
    yield TREE
    yield ahp.group_consensus(ahp.weights(PANEL))
    yield ahp.kendall_w(ahp.weights(PANEL))
    yield ahp.judgment_spread(PANEL)
    yield ahp.cluster_experts(PANEL)
    yield ahp.sampled_distance_weights(np.ones((40, 3)), seed=1, partners=40)
    yield ahp.simulate_matrix(CAR, seed=1, draws=100)
    yield ahp.simulate_hierarchy(TREE, {"goal": CAR}, seed=1, draws=100)
    yield from ahp.SCALES.values()
    yield ahp.Scale.from_table({1: 1, 2: 1.5, 3: 2.2})
    yield from ahp.RANDOM_INDEX_TABLES.values()
    yield ahp.simulate_random_index(3, draws=500)
    yield ahp.rank_reversal_report(
        ahp.weights(CAR), np.random.default_rng(1).uniform(1, 9, (4, 3)), names=list("pqrs")
    )
    local = {"goal": [0.5, 0.3, 0.2], "a": [0.25, 0.75]}
    yield ahp.one_at_a_time(TREE, local, "b")
    yield ahp.stability_interval(TREE, local, "b")
    found = analysis()
    yield from (found, found.survey, found.panel, *found.incoherences)
    yield ahp.read_answers(ROOT / "examples" / "supervision_demo" / "answers.csv")
    yield from compare_choices(found, {})
    yield panel_agreement(found)
    for path in sorted((ROOT / "examples" / "published").glob("*.ahp.toml"))[:4]:
        yield published.verify(published.load_table(path))
    wrong = ROOT / "tests" / "golden" / "tables" / "v23_swapped.toml"
    yield published.verify(published.load_table(wrong))
    yield published.reconstruct(["0.637", "0.258", "0.105"])
    yield published.reconstruct(["0.63335", None, "0.10616"], rounding="intermediate")
    yield evaluation.Target(5, 6, tolerance=3)
    yield evaluation.intraclass_correlation([[9, 2, 5], [6, 1, 3], [8, 4, 6]])
    yield evaluation.compare_methods([[95, 60], [80, 80], [70, 88]], [0.6, 0.4], bands=[80])
    folder = ROOT / "examples" / "evaluation"
    rules = evaluation.load_scheme("supervision_effectiveness")
    judged = evaluation.evaluate(
        rules, evaluation.read_observations(folder / "supervision_effectiveness.csv")
    )
    yield from (rules, judged, evaluation.view_scores(judged, "dynamic"))
    yield from judged.waterfall(judged.units[0], judged.periods[0])
    yield from how_sure(rules, judged)
    ledger = evaluation.read_ledger(folder / "supervision_ledger.csv")
    vouchers = evaluation.read_vouchers(folder / "supervision_vouchers.csv")
    yield from (
        ledger,
        ledger.pareto(),
        evaluation.summarize_ledger(ledger, vouchers, days=10, on=date(2026, 12, 31)),
    )
    prices = evaluation.load_prices(folder / "customer_prices.toml")
    accounts = evaluation.read_accounts(folder / "customer_accounts.csv", prices)
    yield from (prices, accounts[0], evaluation.customer_views(accounts, prices))
    control = evaluation.load_scheme("internal_control")
    checked = evaluation.read_observations(folder / "internal_control.csv")
    yield evaluation.sample_results(control, checked)[0]
    yield evaluation.duty_conflicts(control, folder / "internal_control_roster.csv")[0]
    yield published.Remark("parents.goal", 7, Phrase("read_as", text="0.33", value="1/3"))
    ranges = {"a": (0.6, 0.7)}
    nothing = MappingProxyType({})
    certainty = ahp.study_certainty(analysis(), seed=1, draws=20)
    yield from (certainty, certainty.neighbors[0])
    yield ahp.swings(analysis(), analysis().ranking[0])[0]
    yield published.TableReconstruction(
        nothing, (("eigenvector", "half_up"),), nothing, MappingProxyType(ranges), nothing
    )


CASES = list(results())


def parts(value: Any) -> Iterator[Any]:
    """A result and all that it holds."""
    if isinstance(value, Result):
        yield value
        for each in dataclasses.fields(value):
            yield from parts(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from parts(each)
    elif hasattr(value, "values") and hasattr(value, "keys"):
        for each in value.values():
            yield from parts(each)


def test_every_public_result_is_among_them() -> None:
    public = {
        found
        for module in (ahp, evaluation, published)
        for name in module.__all__
        if isinstance(found := getattr(module, name), type) and dataclasses.is_dataclass(found)
    }
    assert public - {type(part) for case in CASES for part in parts(case)} == set()


# before the copies: reading one back makes arrays that it shares read-only
@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case).__name__)
def test_what_a_result_holds_stays_as_it_is(case: Any) -> None:
    for kept in (case, pickle.loads(pickle.dumps(case)), copy.deepcopy(case)):
        for part in parts(kept):
            for each in dataclasses.fields(part):
                value = getattr(part, each.name)
                assert not isinstance(value, list | dict | set)
                assert not (isinstance(value, np.ndarray) and value.flags.writeable)


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case).__name__)
def test_a_result_is_a_value(case: Any) -> None:
    for other in (
        pickle.loads(pickle.dumps(case)),
        copy.deepcopy(case),
        copy.copy(case),
        type(case).from_dict(json.loads(json.dumps(case.to_dict(), allow_nan=False))),
    ):
        assert other == case
        assert hash(other) == hash(case)
        assert repr(other) == repr(case)
    if isinstance(case, Result):
        assert len(repr(case)) <= LONGEST_REPR
        assert case._repr_html_().startswith(f"<table><caption>{type(case).__name__}<")


def test_another_number_is_another_result() -> None:
    for case in CASES:
        if not isinstance(case, Result) or isinstance(case, ahp.Scale):  # these are themselves
            continue
        for each in dataclasses.fields(case):
            value = getattr(case, each.name)
            if isinstance(value, np.ndarray) and value.size and value.dtype.kind == "f":
                changed = value.copy()
                changed.flat[0] = 7.25
                other = copy.copy(case)
                object.__setattr__(other, each.name, changed)
                assert other != case
            elif isinstance(value, str):
                other = copy.copy(case)
                object.__setattr__(other, each.name, value + "!")
                assert other != case
        assert case != 1


def test_analyses_come_back_from_other_processes() -> None:
    survey, answers = analysis().survey, analysis().panel.experts
    whole = ahp.read_answers(ROOT / "examples" / "supervision_demo" / "answers.csv")
    calls = [(survey, whole.only(answers[:k])) for k in range(2, len(answers) + 1)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.starmap(ahp.analyze, calls)
    assert found == [ahp.analyze(*call) for call in calls]


def test_a_matrix_is_read_as_people_expect() -> None:
    a = PairwiseMatrix(CAR, ["cost", "quality", "time"])
    assert (a[0, 1], a["cost", "quality"], a["time", "cost"]) == (3.0, 3.0, 0.2)
    assert a["quality"].tolist() == a[1].tolist() == [1 / 3, 1, 2]
    assert a[:2, 0].tolist() == [1, 1 / 3]
    assert (len(a), a.shape, [len(row) for row in a]) == (3, (3, 3), [3, 3, 3])
    assert PairwiseMatrix(a.values.T, a.labels) == a.T
    assert a.T["quality", "cost"] == 3
    with pytest.raises(ahp.MatrixError) as error:
        a["price", "cost"]
    assert str(error.value) == "label 'price', expected one of 'cost', 'quality', 'time'"


def test_frames_have_the_names() -> None:
    a = PairwiseMatrix(CAR, ["cost", "quality", "time"])
    frame = a.to_frame()
    assert list(frame.index) == list(frame.columns) == list(a.labels)
    assert PairwiseMatrix(frame) == a
    weights = ahp.prioritize(a).to_frame()
    assert (weights.shape, list(weights.columns)) == ((1, 3), list(a.labels))
    np.testing.assert_array_equal(weights.to_numpy()[0], ahp.weights(a))
    assert list(ahp.prioritize([CAR, CAR]).to_frame().columns) == ["1", "2", "3"]
    scatter = ahp.simulate_matrix(a, seed=1, draws=100)
    assert scatter.to_frame().loc["time", "upper"] == scatter.upper[2]
    ranking = analysis().to_frame()
    assert list(ranking.index) == list(analysis().ranking)
    assert ranking["rank"].tolist() == list(analysis().ranks.values())
    assert ranking["global_weight"].tolist() == [
        analysis().global_weights[leaf] for leaf in analysis().ranking
    ]
    shares = ranking.groupby("parent")["local_weight"].sum()
    np.testing.assert_allclose(shares, 1)
