"""Draws of weights, raters and missing values; probabilities of bands, ranks and orders."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.errors import EvaluationError, OptionError
from ahp.evaluation import certainty, rater_draws
from ahp.evaluation.certainty import Certainty, simulate
from ahp.evaluation.evaluated import Evaluation
from ahp.evaluation.judging import evaluate
from ahp.evaluation.observations import observations_from_records
from ahp.evaluation.rater_draws import draw_raters
from ahp.evaluation.rules import Grade, Measured, Rated
from ahp.evaluation.scheme import Bonus, Calendar, Condition, Deduction, Missing, Node, Scheme, Veto
from ahp.evaluation.weight_draws import WeightDraws, draw_weights

from .schemes import rows, scheme, table
from .test_totals import LEAVES, PARENTS, RULES, UNIT, WEIGHTS

GRADES = {
    "three": tuple(
        Grade(one, Fraction(points), {"en": one.upper()}, {"en": f"does {one}"})
        for one, points in (("a", 100), ("b", 80), ("c", 50))
    )
}


def rated_scheme(**changes: Any) -> Scheme:
    """Half is rated, half is measured."""
    rules = {"x": Rated(grades="three")}
    return scheme({"x": "0.5", "y": "0.5"}, rules, grades=GRADES, **changes)  # type: ignore[arg-type]


def rated(
    grades: dict[str, str], values: dict[str, float], one: Scheme | None = None
) -> Evaluation:
    """Units with a grade a rater, p, q, r, …, for x, and a value for y."""
    cells: list[tuple[Any, ...]] = [
        (unit, "2026Q1", "x", grade, rater)
        for unit, given in grades.items()
        for rater, grade in zip("pqrstuvw", given, strict=False)
    ]
    cells += [(unit, "2026Q1", "y", value, "") for unit, value in values.items()]
    observations = rows(*cells, columns="unit period indicator value rater")
    return evaluate(one or rated_scheme(), observations)


FLAT = scheme({"x": "0.5", "y": "0.5"})
TWO = evaluate(FLAT, table({"A": [100, 60], "B": [70, 90]}, "xy"))
DRAWS = [[0.5, 0.5], [0.8, 0.2], [0.2, 0.8], [0.25, 0.75]]
"""A has 80, 92, 68, 70; B has 80, 74, 86, 85."""


def test_given_weights_by_hand() -> None:
    found = simulate(TWO, "2026Q1", seed=1, weights=DRAWS, pairs=True)
    assert (found.draws, found.weights, found.raters, found.missing) == (4, "array", (), "scheme")
    assert found.bands == ("excellent", "good", "fair", "poor")
    assert found.band_probability.tolist() == [[0.25, 0.25, 0.5, 0], [0, 0.75, 0.25, 0]]
    assert found.unrated.tolist() == [0, 0]
    assert found.mean.tolist() == [77.5, 81.25]
    assert found.std == pytest.approx([np.std([80, 92, 68, 70]), np.std([80, 74, 86, 85])])
    assert found.rank_probability is not None
    assert found.rank_probability.tolist() == [[0.5, 0.5], [0.75, 0.25]]
    assert found.ahead is not None
    assert found.ahead.tolist() == [[0, 0.25], [0.5, 0]]
    assert found.tied is not None
    assert found.tied.tolist() == [[1, 0.25], [0.25, 1]]
    assert found.official == ("good", "good")
    assert found.official_probability.tolist() == [0.25, 0.75]
    assert found.standard_error(0.25) == pytest.approx(np.sqrt(0.25 * 0.75 / 4))


def test_the_interval_is_of_the_totals_drawn() -> None:
    found = simulate(TWO, "2026Q1", seed=1, weights=DRAWS, level=0.5)
    assert found.lower.tolist() == [69.5, 79.375 - 0.875]
    assert found.upper.tolist() == [83.0, 85.25]
    assert found.to_frame().loc["A"].to_dict() == {
        **{"total": 80.0, "band": "good", "mean": 77.5, "std": found.std[0], "lower": 69.5},
        **{"upper": 83.0, "excellent": 0.25, "good": 0.25, "fair": 0.5, "poor": 0.0},
    }


def test_labeled_weights_are_joined() -> None:
    turned = WeightDraws(("y", "x"), np.array(DRAWS)[:, ::-1], 1, True, None, None)
    given = simulate(TWO, "2026Q1", seed=1, weights=DRAWS)
    joined = simulate(TWO, "2026Q1", seed=1, weights=turned)
    assert joined.weights == "panel"
    assert joined.band_probability.tolist() == given.band_probability.tolist()


def test_results_can_be_written_and_read() -> None:
    found = simulate(TWO, "2026Q1", seed=1, weights=DRAWS, pairs=True)
    assert Certainty.from_dict(found.to_dict()) == found
    without = simulate(TWO, "2026Q1", seed=1, weights=DRAWS, ranks=False)
    assert (without.rank_probability, without.ahead, without.tied) == (None, None, None)
    assert Certainty.from_dict(without.to_dict()) == without


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "seed = -1, expected an integer of 0 or more"),
        ({"draws": 0}, "draws = 0, expected an integer of 1 or more"),
        ({"level": 1}, "level = 1, expected a number between 0 and 1"),
        ({"missing": "half"}, "missing = 'half', expected one of 'scheme', 'uniform'"),
        ({"period": "2026Q2"}, "period '2026Q2' was not evaluated, expected one of 2026Q1"),
        ({"units": ("C",)}, "unit 'C' was not evaluated, expected one of A, B"),
        ({"weights": [[0.5, 0.6]]}, "weights[0] have the sum 1.1, expected 1"),
        (
            {"weights": DRAWS, "draws": 5},
            "weights of shape (4, 2), expected (5, 2)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises((EvaluationError, OptionError)) as raised:
        simulate(TWO, **{"period": "2026Q1", "seed": 1, **options})
    assert str(raised.value) == message


def test_raters_are_resampled_together() -> None:
    """B always has one grade less and 2 points more of y: 9 in 27 draws are a draw of p alone."""
    result = rated({"A": "abb", "B": "bcc"}, {"A": 80, "B": 80})
    found = simulate(result, "2026Q1", seed=3, draws=27_000, pairs=True)
    assert found.raters == ("p", "q", "r")
    assert found.ahead is not None
    assert found.ahead.tolist() == [[0, 1], [0, 0]]  # A is ahead with every choice of raters
    # p is drawn k times of 3 with chances 8, 12, 6, 1 of 27: x has 80, 86.67, 93.33, 100
    expected = {"good": 26 / 27, "excellent": 1 / 27}
    for band, probability in expected.items():
        place = found.bands.index(band)
        error = 4 * float(found.standard_error(probability))
        assert found.band_probability[0, place] == pytest.approx(probability, abs=error)
    assert found.mean[0] == pytest.approx(80 + 20 / 6, abs=4 * found.std[0] / np.sqrt(27_000))
    # of B, x has 50, 60, 70, 80 by the same chances
    assert found.lower[1] == 65.0
    assert found.upper[1] == 80.0


def test_medians_and_trimmed_means_of_the_raters_drawn() -> None:
    """Of a, b, c: the median of three drawn is a with 7, b with 13, c with 7 chances of 27."""
    indicators = {"x": {"raters": "median"}}
    rules = {"x": Rated(grades="three")}
    one = scheme({"x": "1"}, rules, indicators=indicators, grades=GRADES)  # type: ignore[arg-type]
    result = rated({"A": "abc"}, {}, one)
    found = simulate(result, "2026Q1", seed=5, draws=27_000)
    expected = np.array([7 / 27, 13 / 27, 0, 7 / 27])
    error = 4 * found.standard_error(expected)
    assert (np.abs(found.band_probability[0] - expected) <= error).all()


def test_a_rater_alone_is_never_replaced() -> None:
    found = simulate(rated({"A": "b", "B": "ab"}, {"A": 80, "B": 80}), "2026Q1", seed=1)
    assert (found.std[0], found.mean[0]) == (0, 80)
    assert found.std[1] > 0
    assert found.raters == ("p", "q")


def test_overlapping_sets_of_raters_are_drawn_alike() -> None:
    drawn = draw_raters([("p", "q"), ("p", "q", "r")], 3000, np.random.default_rng(1))
    two, three = drawn["p", "q"], drawn["p", "q", "r"]
    assert np.bincount(two.ravel()) == pytest.approx([3000, 3000], abs=200)
    assert np.bincount(three.ravel()) == pytest.approx([3000] * 3, abs=200)
    # where r is not drawn in the first two places, nor in the third, both chose the same there
    only = (three < 2).all(axis=1)
    assert ((three[only].sum(axis=1) - two[only].sum(axis=1)) >= 0).all()
    assert ((three[only].sum(axis=1) - two[only].sum(axis=1)) <= 1).all()


def test_raters_of_items_join_as_the_scheme_says() -> None:
    """Two calls: one rated by p and q, one by p alone; the first varies, the second does not."""
    rules = {"x": Rated(grades="three")}
    one = scheme({"x": "1"}, rules, grades=GRADES)  # type: ignore[arg-type]
    observations = rows(
        ("A", "2026Q1", "x", "a", "p", "call 1"),
        ("A", "2026Q1", "x", "c", "q", "call 1"),
        ("A", "2026Q1", "x", "b", "p", "call 2"),
        columns="unit period indicator value rater item",
    )
    found = simulate(evaluate(one, observations), "2026Q1", seed=1, draws=8000)
    # call 1 has 100, 75 or 50 with chances 1, 2, 1 of 4; call 2 has 80: 90, 77.5 or 65
    assert found.totals[0] == 77.5
    assert found.band_probability[0] == pytest.approx([0.25, 0, 0.75, 0], abs=0.02)
    assert (found.lower[0], found.upper[0]) == (65, 90)


def test_a_veto_falls_where_the_draw_brings_it() -> None:
    """Below 70 points of x a veto caps the total below good."""
    veto = Veto("low", {"en": "Low"}, "cap", "good", Condition("x", "points", below=Fraction(70)))
    result = rated({"A": "ac"}, {"A": 100}, rated_scheme(vetoes=(veto,)))
    found = simulate(result, "2026Q1", seed=1, draws=8000)
    # x: 100, 75, 50 with chances 1, 2, 1 of 4: totals 100, 87.5, and 75, capped at 79.9
    assert found.band_probability[0] == pytest.approx([0.25, 0.5, 0.25, 0], abs=0.02)
    none = Veto("low", {"en": "L"}, "not_rated", None, Condition("x", "points", below=Fraction(70)))
    found = simulate(
        rated({"A": "ac"}, {"A": 100}, rated_scheme(vetoes=(none,))), "2026Q1", seed=1, draws=8000
    )
    assert found.unrated[0] == pytest.approx(0.25, abs=0.02)
    assert found.band_probability[0].sum() + found.unrated[0] == pytest.approx(1)
    assert found.lower[0] == 87.5


def test_what_is_missing_may_be_drawn_evenly() -> None:
    result = evaluate(FLAT, table({"A": [80, ""], "B": [80, 80]}, "xy"))
    official = simulate(result, "2026Q1", seed=1, draws=8000)
    assert (official.mean[0], official.std[0]) == (40, 0)
    found = simulate(result, "2026Q1", seed=1, draws=8000, missing="uniform")
    # 40 … 90, evenly: 90 or more (rounded) with chance 0.001, below 60 with 0.399
    assert found.mean[0] == pytest.approx(65, abs=0.7)
    assert found.std[0] == pytest.approx(50 / np.sqrt(12), abs=0.4)
    assert found.band_probability[0] == pytest.approx([0.001, 0.2, 0.4, 0.399], abs=0.02)
    assert (found.mean[1], found.std[1]) == (80, 0)


def test_a_blocked_total_has_no_band() -> None:
    blocks = scheme({"x": "0.5", "y": "0.5"}, missing=Missing("blocks"))
    result = evaluate(blocks, table({"A": [80, ""], "B": [80, 80]}, "xy"))
    found = simulate(result, "2026Q1", seed=1, weights=DRAWS, pairs=True)
    assert found.unrated.tolist() == [1, 0]
    assert found.official_probability.tolist() == [1, 1]
    assert np.isnan(found.mean[0])
    assert found.rank_probability is not None
    assert found.rank_probability.tolist() == [[0, 0], [1, 0]]
    uniform = simulate(result, "2026Q1", seed=1, draws=100, missing="uniform")
    assert uniform.unrated.tolist() == [0, 0]


def test_weight_of_what_does_not_apply_is_spread_in_each_draw() -> None:
    """.4 · 80 over .8 of its parent, then .5 of each parent."""
    one = scheme({"a": "0.5", "b": "0.5", "a1": "0.5", "a2": "0.5"}, parents={"a1": "a", "a2": "a"})
    result = evaluate(one, table({"A": [90, "n/a", 60]}, ("a1", "a2", "b")))
    # a weighs .6 and .2, b the rest: 90 · .6 + 60 · .4 and 90 · .2 + 60 · .8
    found = simulate(result, "2026Q1", seed=1, weights=[[0.4, 0.2, 0.4], [0.1, 0.1, 0.8]])
    assert found.mean[0] == (78 + 66) / 2
    assert found.band_probability.tolist() == [[0, 0, 1, 0]]


def test_a_year_is_made_of_its_periods() -> None:
    """x for A in the quarters: 60, 70, 80, 90; y 100, 90, 80, 70; the last counts for one half."""
    shares = (Fraction(1, 6),) * 3 + (Fraction(1, 2),)
    one = scheme({"x": "0.5", "y": "0.5"}, period=Calendar("quarter", shares))
    records = [
        {"unit": "A", "period": f"2026Q{k}", "indicator": leaf, "value": value}
        for k in range(1, 5)
        for leaf, value in (("x", 50 + 10 * k), ("y", 110 - 10 * k))
    ]
    result = evaluate(one, observations_from_records(records))
    found = simulate(result, "2026", seed=1, weights=[[1, 0], [0, 1], [0.5, 0.5]])
    # x alone: (60 + 70 + 80)/6 + 90/2 = 80; y alone: (100 + 90 + 80)/6 + 70/2 = 80
    assert found.mean.tolist() == [80]
    assert found.band_probability.tolist() == [[0, 1, 0, 0]]
    assert found.period == "2026"


EVENTS: dict[str, Any] = {
    "deductions": (
        Deduction("late", {"en": "Late"}, Fraction("2.5"), document=False),
        Deduction("slip", {"en": "Slip"}, Fraction(7), indicator="size", document=False),
    ),
    "bonuses": (Bonus("praise", {"en": "Praise"}, Fraction(3), document=False),),
    "vetoes": (
        Veto("case", {"en": "Case"}, "lower_band", document=False),
        Veto("dear", {"en": "Too dear"}, "zero", None, Condition("cost", above=Fraction(11))),
    ),
}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(UNIT, st.sampled_from(["", "late", "slip", "praise", "case"])),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["zero", "last", "blocks"]),
    st.sampled_from([0, 0.5]),
)
def test_without_any_spread_the_draws_are_the_official_totals(
    units: list[tuple[dict[str, str], str]], missing: Any, share: float
) -> None:
    one = scheme(WEIGHTS, RULES, PARENTS, missing=Missing(missing, Fraction(share)), **EVENTS)
    records = [
        {"unit": f"u{k}", "period": f"2026Q{quarter}", "indicator": leaf, "value": values[leaf]}
        for k, (values, _) in enumerate(units)
        for quarter in (1, 2)
        for leaf in LEAVES
    ]
    records += [
        {"unit": f"u{k}", "period": "2026Q2", "indicator": event, "value": "1"}
        for k, (_, event) in enumerate(units)
        if event
    ]
    result = evaluate(one, observations_from_records(records))
    found = simulate(result, "2026Q2", seed=0, draws=3, pairs=True)
    assert found.mean.tobytes() == result.totals[:, 1].tobytes()
    assert found.official == tuple(result.bands[:, 1].tolist())
    assert found.official_probability.tolist() == [1.0] * len(units)
    assert found.rank_probability is not None
    ranked = [int(np.argmax(row)) + 1 if row.any() else 0 for row in found.rank_probability]
    assert ranked == result.ranks[:, 1].tolist()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("abc", min_size=2, max_size=4), min_size=2, max_size=4), st.integers(0, 99))
def test_probabilities_sum_to_one(grades: list[str], seed: int) -> None:
    result = rated(
        {f"u{k}": given for k, given in enumerate(grades)},
        {f"u{k}": 75 + k for k in range(len(grades))},
    )
    weights = np.random.default_rng(seed).dirichlet([8, 8], 300)
    found = simulate(result, "2026Q1", seed=seed, weights=weights, pairs=True)
    assert found.band_probability.sum(axis=1) + found.unrated == pytest.approx(1)
    assert found.rank_probability is not None
    assert found.rank_probability.sum(axis=1) == pytest.approx(1)
    assert found.rank_probability[:, 0].sum() >= 1 - 1e-9
    assert found.ahead is not None
    assert found.tied is not None
    assert found.ahead + found.ahead.T + found.tied == pytest.approx(1)
    assert simulate(result, "2026Q1", seed=seed, weights=weights, pairs=True) == found


def test_no_bit_depends_on_how_many_are_drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    result = rated({"A": "abc", "B": "bcb", "C": "cab"}, {"A": 80, "B": 82, "C": ""})
    weights = np.random.default_rng(1).dirichlet([8, 8], 500)
    options: dict[str, Any] = {"weights": weights, "missing": "uniform", "pairs": True}
    found = simulate(result, "2026Q1", seed=1, **options)
    monkeypatch.setattr(certainty, "_CELLS", 600)
    monkeypatch.setattr(rater_draws, "_CHANCES", 64)
    monkeypatch.setattr(rater_draws, "_ROWS", 32)
    assert simulate(result, "2026Q1", seed=1, **options) == found
    assert simulate(result, "2026Q1", seed=2, **options) != found


def test_some_units_are_ranked_among_each_other() -> None:
    result = evaluate(FLAT, table({"A": [90, 90], "B": [80, 80], "C": [70, 70]}, "xy"))
    found = simulate(result, "2026Q1", seed=1, draws=2, units=("C", "B"))
    assert (found.units, found.totals.tolist()) == (("C", "B"), [70, 80])
    assert found.rank_probability is not None
    assert found.rank_probability.tolist() == [[0, 1], [1, 0]]


ANALYSIS = ahp.analyze(
    ahp.load_survey("supervision_effectiveness"),
    ahp.read_answers(ahp.resources.data_folder("examples") / "supervision_demo" / "answers.csv"),
)


def home_scheme() -> Scheme:
    """The home case's tree, where a value is its points."""
    hierarchy = ANALYSIS.survey.hierarchy
    weights, parents = {}, {}
    for parent, kids in hierarchy.children.items():
        for kid in kids:
            weights[kid] = Fraction(1, len(kids))
            if parent != hierarchy.goal:
                parents[kid] = parent
    above = {kid: parents.get(kid, hierarchy.goal) for kid in weights}
    nodes = [Node(hierarchy.goal, {"en": "Goal"})]
    nodes += [Node(kid, {"en": f"Node {kid}"}, parent) for kid, parent in above.items()]
    return scheme(weights, parents=parents, nodes=tuple(nodes))


def test_weights_are_drawn_from_a_panel() -> None:
    one = home_scheme()
    rng = np.random.default_rng(1)
    values = {unit: rng.integers(60, 100, 18).tolist() for unit in "ABC"}
    result = evaluate(one, table(values, one.leaves), ANALYSIS)
    found = simulate(result, "2026Q1", seed=1, draws=400, weights=ANALYSIS)
    drawn = draw_weights(one, ANALYSIS, seed=1, draws=400)
    again = simulate(result, "2026Q1", seed=1, weights=drawn)
    assert found == again
    assert (drawn.bootstrap, drawn.perturbation, drawn.weights.shape) == (True, "grid", (400, 18))
    assert drawn.weights.sum(axis=1) == pytest.approx(1)
    simulated = ahp.simulate_panel(
        ANALYSIS.survey.hierarchy,
        ANALYSIS.panel.matrices,
        list(ANALYSIS.expert_weights.values()),
        seed=1,
        draws=400,
        perturbation="grid",
    )
    place = [one.leaves.index(name) for name in simulated.leaves.names]
    assert drawn.weights[:, place].mean(axis=0) == pytest.approx(simulated.leaves.mean, rel=1e-9)
    # centered where the official weights are
    assert found.mean == pytest.approx(result.totals[:, 0], abs=2)
    assert (found.std > 0).all()


def test_panels_joined_otherwise_are_resampled_as_they_are_joined() -> None:
    one = home_scheme()
    joined = ahp.analyze(
        ANALYSIS.survey,
        ahp.read_answers(
            ahp.resources.data_folder("examples") / "supervision_demo" / "answers.csv"
        ),
        how="aip_arithmetic",
    )
    with pytest.raises(EvaluationError) as raised:
        draw_weights(one, joined, seed=1)
    assert str(raised.value) == (
        "weights joined by 'aip_arithmetic' or with experts left out or down-weighted below a "
        "parent: judgments can't be perturbed, expected perturbation = None"
    )
    drawn = draw_weights(one, joined, seed=1, draws=2000, perturbation=None)
    own = np.array([joined.global_weights[leaf] for leaf in one.leaves])
    assert drawn.weights.sum(axis=1) == pytest.approx(1)
    assert drawn.weights.mean(axis=0) == pytest.approx(own, abs=0.01)


def test_another_hierarchy_is_refused() -> None:
    with pytest.raises(EvaluationError, match="^below 'goal' the scheme has x, y, the analysis"):
        draw_weights(FLAT, ANALYSIS, seed=1)


def test_measured_values_of_several_raters_go_through_the_rule() -> None:
    """2 and 6 of 10 are 20 and 60 points; goalposts cap at 0 and 100."""
    rules = {"x": Measured(low=Fraction(0), high=Fraction(10))}
    result = evaluate(
        scheme({"x": "1"}, rules),
        rows(
            ("A", "2026Q1", "x", 2, "p"),
            ("A", "2026Q1", "x", 14, "q"),
            columns="unit period indicator value rater",
        ),
    )
    found = simulate(result, "2026Q1", seed=1, draws=4000)
    # 2, 8 and 14, that is 20, 80 and 100 points, with chances 1, 2, 1 of 4
    assert found.band_probability[0] == pytest.approx([0.25, 0.5, 0, 0.25], abs=0.03)
