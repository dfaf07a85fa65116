"""A scheme tried before it is in force."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahp.errors import EvaluationError
from ahp.evaluation.judging import evaluate
from ahp.evaluation.observations import read_observations
from ahp.evaluation.rules import Measured
from ahp.evaluation.scheme import Band, Calendar, Missing, Scheme, load_scheme
from ahp.i18n.errors import error_sentence
from ahp.i18n.evaluation import named_phrase
from ahp.i18n.schemes import tried_words
from ahp.process.scheme_draft import SchemeDraft
from ahp.process.scheme_trials import TrialRun, trial_run, try_value, value_curve
from tests.evaluation.schemes import rows, scheme, table

FOLDER = Path(__file__).parents[1] / "evaluation"
WHOLE = load_scheme(FOLDER / "every_rule.toml")
OBSERVED = read_observations(FOLDER / "every_rule.csv")


@pytest.mark.parametrize(
    ("indicator", "value", "inputs", "points"),
    [
        ("error_rate", "2%", None, "60.0000"),
        ("reports", 7, None, "100.0000"),
        ("overdue", 0.05, None, "60.0000"),
        ("attitude", "优", None, "95.0000"),
        ("votes", {"good": 3, "poor": 1}, None, "69.3750"),
        ("controls", {"1.1": "yes", "1.2": "no", "1.10": "yes"}, None, "66.6667"),
        ("conduct", {"late_arrival": 2}, None, "86.0000"),
        ("survey_day", 7, None, "70.0000"),
        (
            "margin",
            None,
            {"income": [50, 20], "expense": [1, 2], "volume": [1000, 800], "term": [1, 2]},
            "81.1111",
        ),
    ],
)
def test_points_of_a_value(
    indicator: str, value: Any, inputs: dict[str, Any] | None, points: str
) -> None:
    tried = try_value(WHOLE, indicator, value, inputs)
    assert (tried.status, tried.points) == ("known", Decimal(points))
    assert [(line.rule, line.node, line.points) for line in tried.lines] == [
        ("points", indicator, tried.points)
    ]


def test_how_a_value_comes_to_its_points() -> None:
    step = try_value(WHOLE, "overdue", "3%")
    assert step.step == 1
    assert tried_words(WHOLE, step, "en") == (
        "(0.02, 0.05]: 90 to 60 points",
        "Share overdue: 0.03 gives 80 points, weight 0.084399",
    )
    measured = try_value(WHOLE, "error_rate", "2%")
    assert (measured.step, measured.clause) == (None, "3.1")
    assert tried_words(WHOLE, measured, "zh") == (
        "0.05 及以上 0 分，0 及以下 100 分，其间按直线计分；取值限于 0 至 1",
        "差错率：观测值 0.02，得 60 分，权重 0.1631714",
        "办法条款 3.1",
    )
    inputs = {"income": 50, "expense": 1, "volume": 1000, "term": 1}
    assert tried_words(WHOLE, try_value(WHOLE, "margin", inputs=inputs), "en") == (
        "(sum(income - expense) - sum(volume * transfer(term))) / sum(volume) = 0.036",
        "Margin: 0.036 gives 100 points, weight 0.0690537993",
    )


@pytest.mark.parametrize(("value", "step"), [("0.02", 0), ("0.021", 1), ("0.05", 1), ("9%", 2)])
def test_the_step_of_a_value(value: str, step: int) -> None:
    assert try_value(WHOLE, "overdue", value).step == step


def test_what_is_not_reported_has_no_points() -> None:
    tried = try_value(WHOLE, "controls", {"1.1": "yes"})
    assert (tried.status, tried.points) == ("not_reported", None)
    assert np.isnan(tried.value)
    assert tried_words(WHOLE, tried, "en")[-1] == "Control points: not reported"


@pytest.mark.parametrize(
    ("indicator", "value", "message"),
    [
        ("error_rate", 2, "'2' cannot be for 'error_rate', expected 0 to 1"),
        ("error_rate", "good", "'good', expected a number for 'error_rate'"),
        (
            "attitude",
            "super",
            "'super' is no grade of 'attitude', expected one of excellent, good, fair, poor",
        ),
    ],
)
def test_values_that_are_refused(indicator: str, value: Any, message: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        try_value(WHOLE, indicator, value)
    assert str(raised.value) == message


def test_a_rule_is_tried_while_others_are_missing() -> None:
    two = scheme({"a": "0.5", "b": "0.5"})
    rule = {"kind": "rated", "grades": "g"}
    alone = SchemeDraft.of(two).put(indicators=[{"id": "a", "rule": rule}])
    grade = {"id": "top", "points": 100, "name": {"en": "Top"}, "anchor": {"en": "Does all."}}
    found = alone.set_grades("g", (grade,)).scheme()
    assert try_value(found, "a", "Top").points == 100
    with pytest.raises(EvaluationError, match=r"^'b' is no indicator of the scheme, expected one"):
        try_value(found, "b", 1)


def floats(scheme: Scheme, indicator: str) -> list[tuple[float, float]]:
    curve = value_curve(scheme, indicator)
    assert curve is not None
    return [(float(x), float(y)) for x, y in zip(curve.values, curve.points, strict=True)]


def test_curves() -> None:
    assert floats(WHOLE, "error_rate") == [(0, 100), (0.05, 0), (0.055, 0)]
    assert floats(WHOLE, "reports") == [(0, 0), (8.4, 120), (9.24, 120)]
    assert floats(WHOLE, "delay") == [(2.7, 100), (3, 100), (6, 0), (6.3, 0)]
    assert floats(WHOLE, "staffing") == [
        *((84, 0), (130, 0), (300, 100), (420, 100), (590, 0), (636, 0)),
    ]
    assert floats(WHOLE, "overdue") == [
        *((0.017, 100), (0.02, 100), (0.02, 90), (0.05, 60), (0.05, 20), (0.053, 20)),
    ]
    assert floats(WHOLE, "coverage") == [
        *((0.24, 20), (0.3, 20), (0.6, 70), (0.9, 100), (0.96, 100)),
    ]
    assert floats(WHOLE, "margin")[1:3] == [(-0.01, 0), (0.03, 100)]
    assert value_curve(WHOLE, "attitude") is None
    assert value_curve(WHOLE, "controls") is None


def test_the_curve_of_a_ratio_is_bent() -> None:
    drawn = floats(WHOLE, "cost")
    assert drawn[0] == (7.2, 100)
    assert (9.0, 100.0) in drawn
    assert (27.0, pytest.approx(100 / 3)) in drawn
    assert len(drawn) == 103
    assert all(points == pytest.approx(min(900 / cost, 100)) for cost, points in drawn)


@given(st.decimals("0.24", "0.96", places=4))
def test_curves_are_the_rule(value: Decimal) -> None:
    """What is drawn between two values is what a value there gets."""
    curve = value_curve(WHOLE, "coverage")
    assert curve is not None
    drawn = np.interp(float(value), list(map(float, curve.values)), list(map(float, curve.points)))
    tried = try_value(WHOLE, "coverage", str(value))
    assert tried.points is not None
    assert float(drawn) == pytest.approx(float(tried.points), abs=1e-4)


def summed(run: TrialRun) -> None:
    """The parts of every change add up to it exactly."""
    for unit in run.units:
        assert unit.movement is not None
        assert unit.total_new is not None
        assert unit.total_old is not None
        assert unit.movement.performance == 0
        parts = (unit.weights, unit.rules, unit.afterwards)
        assert sum(part for part in parts if part is not None) == Fraction(
            unit.total_new - unit.total_old
        )


def test_other_weights_and_another_rule() -> None:
    """By 4 instead of 5 the 60 points of a become 50; then b, at 80, weighs .7 instead of .5."""
    errors = Measured(low=Fraction(0), high=Fraction(5), direction="lower")
    old = scheme({"a": "0.5", "b": "0.5"}, {"a": errors})
    new = (
        SchemeDraft.of(old)
        .set_rule("a", high=4)
        .weigh("goal", {"a": 30, "b": 70})[0]
        .put(version="2")
        .scheme()
    )
    run = trial_run(old, new, table({"A": [2, 80], "B": [0, 90]}, "ab"), "2026年第1季度")
    summed(run)
    first, second = run.units
    assert (run.period, run.untried, run.dropped) == ("2026Q1", {}, ())
    assert (first.unit, first.total_old, first.total_new) == ("A", Decimal("70.0"), Decimal("71.0"))
    assert (first.band_old, first.band_new) == ("fair", "fair")
    assert (first.rules, first.weights, first.afterwards) == (-5, 6, 0)
    assert (second.total_old, second.total_new) == (Decimal("95.0"), Decimal("93.0"))
    assert (second.rules, second.weights) == (0, -2)
    assert run.changed_bands == ()


def test_other_bands() -> None:
    old = scheme({"a": "1"})
    bands = (Band("top", {"en": "Top"}, Fraction(85)), Band("rest", {"en": "Rest"}, Fraction(0)))
    run = trial_run(old, scheme({"a": "1"}, bands=bands), table({"A": [86]}, "a"), "2026Q1")
    assert [(one.band_old, one.band_new) for one in run.units] == [("good", "top")]
    assert run.changed_bands == ("A",)


def test_an_indicator_without_data_is_said_and_left_out() -> None:
    old = scheme({"a": "0.5", "b": "0.5"})
    new = scheme({"a": "0.4", "c": "0.6"}, version="2")
    run = trial_run(old, new, table({"A": [80, 60]}, "ab"), "2026Q1")
    summed(run)
    assert [str(why) for why in run.untried.values()] == ["'c' has no data in 2026Q1"]
    said = named_phrase(new, run.untried["c"], "zh")
    assert error_sentence(said, "zh") == "“Node c”在 2026Q1 没有数据"
    assert run.dropped == ("b",)
    (unit,) = run.units
    assert (unit.total_old, unit.total_new) == (Decimal("70.0"), Decimal("80.0"))
    assert (unit.weights, unit.rules) == (10, 0)


def test_data_that_do_not_fit_the_new_rule_are_said() -> None:
    draft = SchemeDraft.of(WHOLE).put(version="2").choose_rule("attitude", "measured")
    new = draft.set_rule("attitude", low=0, high=1).scheme()
    run = trial_run(WHOLE, new, OBSERVED, "2026Q1")
    summed(run)
    assert list(run.untried) == ["attitude"]
    assert str(run.untried["attitude"]).startswith(
        "the data of 'attitude' don't fit its new rule: "
    )
    assert str(run.untried["attitude"]).endswith(
        "row 11, column value: 'excellent', expected a number for 'attitude'"
    )


def test_events_that_the_new_scheme_refuses_are_said() -> None:
    draft = SchemeDraft.of(WHOLE).put(version="2")
    new = draft.change("deductions", "late_report", document=True).scheme()
    run = trial_run(WHOLE, new, OBSERVED, "2026Q1")
    summed(run)
    assert list(run.untried) == ["late_report"]
    assert str(run.untried["late_report"]).startswith(
        "the data of 'late_report' don't fit its new rule: "
    )
    assert str(run.untried["late_report"]).endswith(
        "column evidence: is empty, expected the document that shows it"
    )


def test_renamed_indicators_are_the_same() -> None:
    old = scheme({"a": "0.5", "b": "0.5"})
    new = SchemeDraft.of(old).put(version="2").change("nodes", "a", name={"en": "Other"}).scheme()
    observed = rows(("A", "2026Q1", "Node a", 80), ("A", "2026Q1", "b", 60))
    run = trial_run(old, new, observed, "2026Q1")
    assert (run.untried, run.dropped) == ({}, ())
    assert run.units[0].total_new == Decimal("70.0")


def test_what_neither_scheme_has_data_of_is_missing_in_both() -> None:
    old = scheme({"a": "0.5", "b": "0.5"})
    new = scheme({"a": "0.4", "b": "0.6"}, version="2")
    run = trial_run(old, new, rows(("A", "2026Q1", "a", 80)), "2026Q1")
    summed(run)
    assert run.untried == {}
    assert (run.units[0].total_old, run.units[0].total_new) == (Decimal("40.0"), Decimal("32.0"))


def test_the_same_scheme_changes_nothing() -> None:
    run = trial_run(WHOLE, WHOLE, OBSERVED, "2026Q1")
    result = evaluate(WHOLE, OBSERVED)
    for unit in run.units:
        assert unit.total_old == unit.total_new == result.total(unit.unit, "2026Q1")
        assert (unit.weights, unit.rules, unit.afterwards) == (0, 0, 0)


def test_a_scheme_is_tried_before_its_dates() -> None:
    new = SchemeDraft.of(WHOLE).put(version="2", effective_from="2030-01-01", effective_to=None)
    run = trial_run(WHOLE, new.scheme(), OBSERVED, "2026Q1")
    assert [unit.afterwards for unit in run.units] == [0] * len(run.units)


def test_no_total_is_no_change() -> None:
    weights = {"a": "0.5", "b": "0.5"}
    cells = (("A", "a", 80), ("B", "a", 70), ("B", "b", 70))
    observed = rows(*((unit, "2026Q1", leaf, value) for unit, leaf, value in cells))
    old = scheme(weights, missing=Missing("blocks"))
    run = trial_run(old, scheme(weights), observed, "2026Q1")
    first, second = run.units
    assert (first.total_old, first.total_new, first.movement) == (None, Decimal("40.0"), None)
    assert (first.weights, first.rules, first.afterwards) == (None, None, None)
    assert second.afterwards == 0


def test_what_cannot_be_tried_at_all() -> None:
    observed = table({"A": [80]}, "a")
    with pytest.raises(EvaluationError) as raised:
        trial_run(scheme({"a": "1"}), scheme({"b": "1"}), observed, "2026Q1")
    assert str(raised.value) == "no indicator counts in 2026Q1"
    with pytest.raises(EvaluationError, match=r"^period '2026Q2' was not evaluated, expected one"):
        trial_run(scheme({"a": "1"}), scheme({"a": "1"}), observed, "2026Q2")
    monthly = scheme({"a": "1"}, period=Calendar("month"))
    with pytest.raises(EvaluationError) as raised:
        trial_run(scheme({"a": "1"}), monthly, observed, "2026Q1")
    assert str(raised.value) == "2026Q1 is a quarter, expected a month"
