"""Waterfalls where there is no total."""

from __future__ import annotations

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation import evaluate

from .schemes import Calendar, rows, scheme


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
