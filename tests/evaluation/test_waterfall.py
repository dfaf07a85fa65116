"""Waterfalls: exact in deep trees, and where there is no total."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation import evaluate

from .schemes import Calendar, rows, scheme, table


def test_nothing_was_observed_of_a_unit_in_a_period() -> None:
    observed = rows(("A", "2026Q1", "x", 80), ("A", "2026Q2", "x", 80), ("B", "2026Q1", "x", 70))
    result = evaluate(scheme({"x": 1}), observed)
    assert result.total("B", "2026Q2") is None
    with pytest.raises(EvaluationError) as raised:
        result.waterfall("B", "2026Q2")
    assert str(raised.value) == "nothing was observed of 'B' in 2026Q2"


def test_a_year_that_lacks_a_period_has_no_total_and_its_waterfall_says_so() -> None:
    observed = rows(("A", "2026H1", "x", 80), ("A", "2026H2", "x", 60), ("B", "2026H1", "x", 70))
    result = evaluate(scheme({"x": 1}, period=Calendar("half", "mean")), observed)
    assert result.total("B", "2026") is None
    lines = result.waterfall("B", "2026")
    assert [(line.rule, line.after) for line in lines] == [("year_part", 35), ("no_total", 35)]


def test_lines_are_exact_four_levels_down() -> None:
    weights = {"a": "0.333333", "b": "0.666667"}
    parents = {}
    for above, one, two in (("a", "c", "d"), ("c", "e", "f"), ("e", "g", "h"), ("g", "i", "j")):
        weights |= {one: "0.142857", two: "0.857143"}
        parents |= {one: above, two: above}
    deep = scheme(weights, parents=parents)
    values = ["33.3333", "77.7777", "91.1111", "13.1313", "66.6667", "12.3457"]
    lines = evaluate(deep, table({"A": values}, deep.leaves)).waterfall("A", "2026Q1")
    assert lines[0].weight == Decimal("0.000138830348467305288074414133")
    for line in lines:
        if line.rule == "points":
            assert line.weight is not None
            assert line.points is not None
            change = Fraction(line.after) - Fraction(line.before)
            assert change == Fraction(line.change) == Fraction(line.weight) * Fraction(line.points)
    assert sum(Fraction(line.change) for line in lines) == Fraction(lines[-1].after)
