"""Values as a notice tells them."""

from __future__ import annotations

from ahp.evaluation import evaluate, load_scheme, read_observations
from ahp.report.notice import scored_value
from ahp.resources import data_folder


def test_a_graded_value_has_no_unit_of_measure() -> None:
    data = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    result = evaluate(load_scheme("supervision_effectiveness"), read_observations(data))
    unit, period = "甲市监督中心", "2026Q4"
    assert scored_value(result, unit, period, "management_model", "en") == "95"
    assert scored_value(result, unit, period, "data_sharing", "en") == "13 data sets"
    assert scored_value(result, unit, period, "data_sharing", "zh") == "13 项"
