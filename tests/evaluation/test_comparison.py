"""Methods side by side."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

import ahp
from ahp.errors import AHPError
from ahp.evaluation import OPINIONS, compare_methods

EQUAL = [0.5, 0.5]
POINTS = pd.DataFrame(
    {"found": [95.0, 80, 70], "fixed": [60.0, 80, 88]}, index=["north", "south", "west"]
)


def test_methods_side_by_side() -> None:
    found = compare_methods(POINTS, {"fixed": 0.4, "found": 0.6}, bands=[70, 80], digits=1)
    assert found.units == ("north", "south", "west")
    assert list(found.scores) == ["official", *OPINIONS]
    assert found.scores["official"].tolist() == [81, 80, 77.2]
    assert found.ranks["official"].tolist() == [1, 2, 3]
    assert found.ranks["geometric_mean"].tolist() == [2, 1, 3]
    assert found.grades["official"].tolist() == [2, 2, 1]
    assert found.grades["geometric_mean"].tolist() == [1, 2, 1]
    assert list(found.grades) == ["official", "geometric_mean", "entropy", "critic", "variation"]
    assert "north" in found.rank_depends
    assert found.grade_depends[:1] == ("north",)
    assert (found.bands, found.digits) == ((70, 80), 1)
    frame = found.to_frame()
    assert frame.loc["south", "geometric_mean"] == 1
    assert list(frame.columns) == list(found.ranks)


def test_where_methods_agree() -> None:
    points = [[90, 91], [80, 79], [70, 72]]
    found = compare_methods(points, EQUAL, bands=[60, 85])
    assert (found.rank_depends, found.grade_depends) == ((), ())
    assert found.units == ("1", "2", "3")
    assert compare_methods(points, EQUAL, methods=[]).grade_depends == ()


def test_official_scores_are_exact() -> None:
    """Floats add up to 89.94999999999999, which is 89.9."""
    points = [[92.7, 89.3, 88.1], [80.0, 80.0, 80.0]]
    found = compare_methods(points, [0.29, 0.43, 0.28], methods=[], bands=[80, 90], digits=1)
    assert found.grades["official"].tolist() == [2, 1]
    exact = [Fraction(8995, 100), Fraction(80)]
    given_ = compare_methods(
        points, [0.29, 0.43, 0.28], exact, methods=[], bands=[80, 90], digits=1
    )
    assert given_ == found


def test_official_scores_come_by_label() -> None:
    scores = pd.Series({"south": 90.0, "west": 50.0, "north": 70.0})
    found = compare_methods(POINTS, EQUAL, scores, methods=["topsis"])
    assert found.scores["official"].tolist() == [70, 90, 50]
    assert found.ranks["official"].tolist() == [2, 1, 3]


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (
            lambda: compare_methods([[1, 2], [1, 2]], EQUAL),
            "matrix: no two units differ in an indicator that counts, expected two that do",
        ),
        (
            lambda: compare_methods(POINTS, EQUAL, methods=["vikor"]),
            "methods = 'vikor', expected one of 'geometric_mean', 'entropy', 'critic', "
            "'variation', 'topsis', "
            "'grey_relational', 'rank_sum_ratio'",
        ),
        (
            lambda: compare_methods(POINTS, EQUAL, bands=[80, 80]),
            "bands = [80.0, 80.0], expected rising numbers",
        ),
        (
            lambda: compare_methods(POINTS, EQUAL, digits=-1),
            "digits = -1, expected a whole number from 0 to 100",
        ),
        (
            lambda: compare_methods(POINTS, EQUAL, [1, 2]),
            "scores of shape (2,), expected (3,), one for each unit",
        ),
        (
            lambda: compare_methods(POINTS, EQUAL, {"north": 1, "south": 2, "east": 3}),
            "scores: label 'east', expected 'north', 'south', 'west' as in the rows of the points",
        ),
        (
            lambda: compare_methods([[[1, 2], [3, 4]]], EQUAL),
            "points of shape (1, 2, 2), expected one table, (units, indicators)",
        ),
        (
            lambda: compare_methods(POINTS, [EQUAL]),
            "weights of shape (1, 2), expected (2,), one for each indicator",
        ),
    ],
)
def test_refusals(refused: Callable[[], Any], message: str) -> None:
    with pytest.raises(AHPError) as raised:
        refused()
    assert str(raised.value) == message
    assert isinstance(raised.value, ahp.EvaluationError | ahp.OptionError)
