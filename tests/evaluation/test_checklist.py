"""Points of checklists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ahp
from ahp.evaluation import checklist_score
from tests.evaluation.printed import CASES, assert_printed, assert_recomputed, inputs


@pytest.mark.parametrize("case", ["chk-01-openssf", "chk-03-openssf", "chk-05-openssf"])
def test_printed_scores(case: str) -> None:
    items = inputs(case)["items"]
    results = np.array([item["score"] for item in items], dtype=float)
    points = [item["weight"] for item in items]
    assert_printed([checklist_score(results, points)], case, "score")
    assert_recomputed([checklist_score(results, points)], case, "score")
    none = np.nan_to_num(results)
    assert_recomputed([checklist_score(none, points)], case, "score_if_NA_counts_zero")


def test_three_cases_at_once() -> None:
    cases = ["chk-01-openssf", "chk-03-openssf", "chk-05-openssf"]
    lists = [inputs(case)["items"] for case in cases]
    results = np.array([[item["score"] for item in items] for items in lists], dtype=float)
    points = [item["weight"] for item in lists[0]]
    expected = [CASES[case]["recomputed"]["score"][0] for case in cases]
    assert checklist_score(results, points) == pytest.approx(expected, abs=1e-9)


def test_points_are_joined_by_label() -> None:
    results = pd.DataFrame({"seal": [1.0, 0.0], "date": [1.0, np.nan]})
    assert checklist_score(results, {"date": 1, "seal": 3}).tolist() == [1.0, 0.0]
    assert checklist_score(results, {"date": 1, "seal": 1}).tolist() == [1.0, 0.0]
    assert checklist_score([1, 0], [[3, 1], [1, 1]]).tolist() == [0.75, 0.5]


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (
            lambda: checklist_score([[1, 1], [np.nan, 1]], [1, 0]),
            "results[1]: no item with points applies, expected one or more",
        ),
        (
            lambda: checklist_score([np.nan], [1]),
            "results: no item with points applies, expected one or more",
        ),
        (
            lambda: checklist_score([np.inf], [1]),
            "results[0] = inf, expected a number from -1e+100 to 1e+100, or NaN",
        ),
        (
            lambda: checklist_score([1, 1], [1, -1]),
            "points of the items[1] = -1, expected a number from 0 to 1e+100",
        ),
        (
            lambda: checklist_score([1, 1], [1]),
            "points of the items of shape (1,), expected (..., 2), one for each item",
        ),
        (lambda: checklist_score([], []), "results of shape (0,), expected (..., k)"),
        (
            lambda: checklist_score(np.ones((3, 2)), np.ones((2, 2))),
            "points of the items of shape (2, 2), expected (..., k) with leading axes that "
            "broadcast with (3,)",
        ),
        (
            lambda: checklist_score(pd.DataFrame({"seal": [1.0]}), {"date": 1}),
            "points of the items: label 'date', expected 'seal' as in the results",
        ),
    ],
)
def test_refusals(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(ahp.EvaluationError) as raised:
        refused()
    assert str(raised.value) == message
