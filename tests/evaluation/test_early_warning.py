"""Early warnings, each with its numbers, in both languages."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation.judging import evaluate
from ahp.evaluation.observations import Observations
from ahp.evaluation.scheme import Condition, Group, Missing, Veto, WarningRules
from ahp.i18n.errors import error_sentence

from .schemes import rows, scheme


def quarters(**units: list[Any]) -> Observations:
    """A value a quarter for each unit."""
    return rows(
        *(
            (unit, f"2026Q{k}", "x", value)
            for unit, values in units.items()
            for k, value in enumerate(values, start=1)
        )
    )


def said(rules: WarningRules, observations: Observations, **changes: Any) -> list[str]:
    """What the warnings of a scheme say."""
    result = evaluate(scheme({"x": "1"}, warnings=rules, **changes), observations)
    return [str(warning) for warning in result.warnings]


def test_under_a_floor() -> None:
    rules = WarningRules(floor=Fraction(60))
    assert said(rules, quarters(A=[60, 59.9])) == ["A, 2026Q2: 59.9 is below 60"]


def test_a_fall_by_more_than_so_many_points() -> None:
    """70.3 − 65.3 is 5 exactly; as floats it is 5 as well, and 60.3 − 55.2 is 5.099999999999994."""
    rules = WarningRules(fall=Fraction(5))
    assert said(rules, quarters(A=[70.3, 65.3], B=[60.3, 55.2])) == [
        "B, 2026Q2: 55.2, 5.1 less than the period before"
    ]


def test_falls_in_a_row() -> None:
    rules = WarningRules(falls=2)
    assert said(rules, quarters(A=[80, 79, 78.5, 78], B=[80, 79, 79, 78])) == [
        "A, 2026Q3: 78.5, fallen 2 times in a row",
        "A, 2026Q4: 78, fallen 3 times in a row",
    ]


def test_a_period_without_a_total_breaks_a_row_of_falls() -> None:
    rules = WarningRules(falls=2)
    observations = quarters(A=[80, 79, "", 78])
    assert said(rules, observations, missing=Missing("blocks")) == []


def test_below_the_median_of_the_group() -> None:
    rules = WarningRules(below_median=Fraction(10))
    observations = quarters(A=[60], B=[70], C=[90], D=[50], E=[59.9])
    groups = tuple(
        Group(name, {"en": name}, units)
        for name, units in (("front", ("A", "B", "C")), ("back", ("D", "E")))
    )
    assert said(rules, observations, groups=groups) == []
    assert said(rules, observations) == []  # 50 is 10 below 60
    nearer = WarningRules(below_median=Fraction("4.9"))
    assert said(nearer, observations, groups=groups) == [
        "A, 2026Q1: 60, the median of its group is 70",
        "D, 2026Q1: 50, the median of its group is 54.95",
    ]


def test_just_above_the_edge_of_a_band() -> None:
    """60.1 − 60 is .1 exactly, 0.10000000000000142 as floats."""
    rules = WarningRules(band_edge=Fraction("0.1"))
    assert said(rules, quarters(A=[60.1], B=[60.2], C=[90], D=[0])) == [
        "A, 2026Q1: 60.1 is 0.1 above the edge of 'fair'",
        "C, 2026Q1: 90 is 0 above the edge of 'excellent'",
    ]


def vetoed(condition: Condition) -> Any:
    """The warnings of an error rate under a veto, and those of its points."""
    veto = Veto("case", {"en": "Case"}, "zero", None, condition)
    one = scheme({"x": "1"}, vetoes=(veto,))
    return evaluate(one, quarters(A=[40, 41], B=[35, 39.9], C=["n/a", 55])).warnings


def test_a_veto_that_is_near() -> None:
    """Below 40 it falls; from 41 down it is near."""
    below = vetoed(Condition("x", "points", below=Fraction(40), near=Fraction(1)))
    assert [str(warning) for warning in below] == [
        "A, 2026Q1: 'x' is 40; below 40 the veto 'case' falls",
        "A, 2026Q2: 'x' is 41; below 40 the veto 'case' falls",
    ]
    above = vetoed(Condition("x", "value", above=Fraction(40), near=Fraction("0.1")))
    assert [str(warning) for warning in above] == [
        "A, 2026Q1: 'x' is 40; above 40 the veto 'case' falls",
        "B, 2026Q2: 'x' is 39.9; above 40 the veto 'case' falls",
    ]
    assert vetoed(Condition("x", "points", below=Fraction(40))) == ()


def test_near_is_a_distance() -> None:
    with pytest.raises(EvaluationError) as raised:
        Condition("x", below=Fraction(1), near=Fraction(-1))
    assert str(raised.value) == "near -1, expected 0 or more"


def test_warnings_in_chinese() -> None:
    rules = WarningRules(
        floor=Fraction(60),
        fall=Fraction(5),
        falls=1,
        band_edge=Fraction(1),
        below_median=Fraction(9),
    )
    veto = Veto(
        "case", {"en": "Case"}, "zero", None, Condition("x", below=Fraction(50), near=Fraction(9))
    )
    one = scheme({"x": "1"}, warnings=rules, vetoes=(veto,))
    result = evaluate(one, quarters(A=[70, 59], B=[80.5, 80.5]))
    assert [error_sentence(warning, "zh") for warning in result.warnings] == [
        "A，2026Q2：总分 59 低于 60。",
        "A，2026Q2：总分 59，较上期下降 11 分。",
        "A，2026Q2：总分 59，已连续 1 期下降。",
        "A，2026Q2：总分 59，所在组的中位数为 69.75。",
        "A，2026Q2：“x”为 59，低于 50 即触发一票否决“case”。",
        "B，2026Q1：总分 80.5 仅高出 “good” 档下限 0.5 分。",
        "B，2026Q2：总分 80.5 仅高出 “good” 档下限 0.5 分。",
    ]
