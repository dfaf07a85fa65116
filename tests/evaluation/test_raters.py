"""The table of ratings, totals without each rater, and fuzzy synthesis of the ratings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahp.errors import EvaluationError, OptionError
from ahp.evaluation.agreement import intraclass_correlation
from ahp.evaluation.fuzzy import OPERATORS
from ahp.evaluation.fuzzy_groups import FuzzyProfile, fuzzy_profile
from ahp.evaluation.judging import evaluate
from ahp.evaluation.raters import (
    RatingTable,
    WithoutRaters,
    rating_table,
    totals_without_raters,
)
from ahp.evaluation.rules import Checklist, Measured, Point, Rated, Shares
from ahp.evaluation.scheme import Deduction, Missing

from .schemes import rows, scheme, table
from .test_certainty import GRADES, rated, rated_scheme

COLUMNS = "unit period indicator value rater item"


def test_ratings_as_a_table() -> None:
    result = rated({"A": "abb", "B": "bc"}, {"A": 80, "B": 80})
    found = rating_table(result, "2026Q1")
    assert (found.period, found.raters) == ("2026Q1", ("p", "q", "r"))
    assert found.targets == (("A", "x", ""), ("B", "x", ""))
    assert found.points[0].tolist() == [100, 80, 80]
    assert found.points[1, :2].tolist() == [80, 50]
    assert np.isnan(found.points[1, 2])
    # p is above q by 20 and 30, above r by 20; q and r differ from the others by −20, −30, 0
    assert found.severity == pytest.approx({"p": 70 / 3, "q": -50 / 3, "r": -10})
    assert RatingTable.from_dict(found.to_dict()) == found


def test_ratings_of_items_points_of_control_and_numbers() -> None:
    one = scheme(
        {"calls": "0.4", "control": "0.3", "rate": "0.3"},
        {
            "calls": Rated(grades="three"),
            "control": Checklist(
                control_points=(Point("1.1", {"en": "One"}), Point("1.2", {"en": "Two"}))
            ),
            "rate": Measured(low=Fraction(0), high=Fraction(10)),
        },
        grades=GRADES,  # type: ignore[arg-type]
    )
    cells: list[tuple[Any, ...]] = [
        ("A", "2026Q1", "calls", "a", "p", "call 1"),
        ("A", "2026Q1", "calls", "b", "q", "call 1"),
        ("A", "2026Q1", "calls", "c", "p", "call 2"),
        ("A", "2026Q1", "control", "yes", "p", "1.1"),
        ("A", "2026Q1", "control", "no", "q", "1.1"),
        ("A", "2026Q1", "control", "partly", "p", "1.2"),
        ("A", "2026Q1", "rate", 4, "p", ""),
        ("A", "2026Q1", "rate", 12, "q", ""),
    ]
    result = evaluate(one, rows(*cells, columns=COLUMNS))
    found = rating_table(result, "2026Q1")
    assert dict(
        zip(found.targets, map(list, np.nan_to_num(found.points, nan=-1)), strict=True)
    ) == {
        ("A", "calls", "call 1"): [100, 80],
        ("A", "calls", "call 2"): [50, -1],
        ("A", "control", "1.1"): [100, 0],
        ("A", "control", "1.2"): [50, -1],
        ("A", "rate", ""): [40, 100],
    }
    assert rating_table(result, "2026Q1", "rate").points.tolist() == [[40, 100]]


def test_agreement_of_the_table() -> None:
    """Shrout & Fleiss's table, as grades in points: ICC(2,k) is .620."""
    values = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    one = scheme({"x": "1"}, {"x": Measured(low=Fraction(0), high=Fraction(10))})
    cells = [
        (f"u{k}", "2026Q1", "x", value, rater)
        for k, of in enumerate(values)
        for rater, value in zip("pqrs", of, strict=True)
    ]
    observations = rows(*cells, columns="unit period indicator value rater")
    found = rating_table(evaluate(one, observations), "2026Q1", "x")
    assert round(intraclass_correlation(found.points).average, 2) == 0.62


def test_what_is_not_rated_has_no_table() -> None:
    result = evaluate(scheme({"x": "1"}), table({"A": [80]}, "x"))
    for work in (rating_table, totals_without_raters):
        with pytest.raises(EvaluationError) as raised:
            work(result, "2026Q1")
        assert str(raised.value) == "nothing is rated by named raters in 2026Q1"
    with pytest.raises(EvaluationError) as raised:
        rating_table(result, "2026Q1", "z")
    assert str(raised.value) == "'z' is no indicator of the scheme, expected one of x"


def test_totals_without_each_rater() -> None:
    """A: a b b and 80 are 83.3; without p 80, without q or r 85. B was rated by p alone."""
    result = rated({"A": "abb", "B": "a"}, {"A": 80, "B": 80})
    found = totals_without_raters(result, "2026Q1")
    assert found.raters == ("p", "q", "r")
    assert found.totals[:, 0].tolist() == [80.0, 85.0, 85.0]
    assert np.isnan(found.totals[0, 1])
    assert found.totals[1:, 1].tolist() == [90.0, 90.0]
    assert found.bands == (("good", ""), ("good", "excellent"), ("good", "excellent"))
    assert found.official_totals.tolist() == [83.3, 90.0]
    assert found.decided == ()
    assert WithoutRaters.from_dict(found.to_dict()) == found


def test_a_rater_may_decide_a_band() -> None:
    """a a c and 82 are 82.7; without one who gave an a 78.5, without the other 91."""
    found = totals_without_raters(rated({"A": "aac"}, {"A": 82}), "2026Q1")
    assert (found.official_totals.tolist(), found.official_bands) == ([82.7], ("good",))
    assert found.totals[:, 0].tolist() == [78.5, 78.5, 91.0]
    assert found.bands == (("fair",), ("fair",), ("excellent",))
    assert found.decided == (("p", "A"), ("q", "A"), ("r", "A"))


def test_a_trimmed_mean_needs_three() -> None:
    indicators = {"x": {"raters": "trimmed_mean"}}
    one = scheme(
        {"x": "1"},
        {"x": Rated(grades="three")},
        indicators=indicators,
        grades=GRADES,  # type: ignore[arg-type]
    )
    found = totals_without_raters(rated({"A": "abc", "B": "abcb"}, {}, one), "2026Q1")
    assert np.isnan(found.totals[:3, 0]).all()
    assert found.totals[3, 0] == 80.0
    assert found.totals[:, 1].tolist() == [80.0, 80.0, 80.0, 80.0]


SHARES = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]


def fuzzy_result() -> Any:
    """Two groups, of one indicator and of two, each rated by ten."""
    one = scheme(
        {"g": "0.5", "h": "0.5", "x": "1", "y": "0.7", "z": "0.3"},
        {"x": Rated(grades="three"), "y": Shares(grades="three"), "z": Rated(grades="three")},
        {"x": "g", "y": "h", "z": "h"},
        grades=GRADES,  # type: ignore[arg-type]
    )
    cells: list[tuple[Any, ...]] = [
        ("A", "2026Q1", "y", share, "", grade)
        for share, grade in zip(SHARES[0], "abc", strict=True)
    ]
    cells += [("A", "2026Q1", "z", grade, f"r{k}", "") for k, grade in enumerate("aaaaaabbbc")]
    cells += [("A", "2026Q1", "x", grade, f"r{k}", "") for k, grade in enumerate("aabbbbbbcc")]
    return evaluate(one, rows(*cells, columns=COLUMNS))


@pytest.mark.parametrize(
    ("operator", "group", "goal"),
    [
        ("weighted_average", [0.32, 0.44, 0.24], [0.26, 0.52, 0.22]),
        ("min_max", [0.3, 0.5, 0.3], [0.3, 0.5, 0.3]),
        ("product_max", [0.18, 0.35, 0.21], [0.1, 0.3, 0.105]),
        ("min_bounded_sum", [0.5, 0.8, 0.4], [0.7, 1.0, 0.6]),
    ],
)
def test_synthesis_group_by_group(operator: str, group: list[float], goal: list[float]) -> None:
    """h is .7 of y and .3 of z, the goal .5 of g, which is x with shares .2 .6 .2, and .5 of h."""
    found = fuzzy_profile(fuzzy_result(), "A", "2026Q1", operator)
    assert found.memberships["y"].tolist() == SHARES[0]
    assert found.memberships["z"] == pytest.approx(SHARES[1])
    assert found.memberships["h"] == pytest.approx(group)
    assert found.vector == pytest.approx(goal)
    assert found.grade == "b"
    assert set(found.basis.values()) == {"ratings"}
    assert FuzzyProfile.from_dict(found.to_dict()) == found


def test_the_weighted_average_scores_what_the_points_do() -> None:
    """.26 · 100 + .52 · 80 + .22 · 50 = 78.6."""
    result = fuzzy_result()
    found = fuzzy_profile(result, "A", "2026Q1")
    assert found.score == pytest.approx(78.6)
    assert result.total("A", "2026Q1") == Fraction("78.6")
    assert found.validity == pytest.approx((3 * 0.52 - 1) / (2 * 0.26 * 2))


def test_operators_may_disagree() -> None:
    assert set(OPERATORS) == {"weighted_average", "min_max", "product_max", "min_bounded_sum"}
    with pytest.raises(OptionError, match="^operator = 'mean', expected one of"):
        fuzzy_profile(fuzzy_result(), "A", "2026Q1", "mean")


def test_points_that_no_rating_gives_become_memberships() -> None:
    """90 points lie half between 100 and 80; 70 reduced by 5 are .5 of 80 and .5 of 50."""
    slip = Deduction("slip", {"en": "Slip"}, Fraction(15), indicator="x", document=False)
    result = rated({"A": "bb"}, {"A": 90}, rated_scheme(deductions=(slip,)))
    found = fuzzy_profile(result, "A", "2026Q1")
    assert found.basis == {"x": "ratings", "y": "points"}
    assert found.memberships["y"].tolist() == [0.5, 0.5, 0]
    assert found.memberships["x"].tolist() == [0, 1, 0]
    cells = [
        ("A", "2026Q1", "x", "b", "p"),
        ("A", "2026Q1", "y", 90, ""),
        ("A", "2026Q1", "slip", 1, ""),
    ]
    result = evaluate(
        rated_scheme(deductions=(slip,)),
        rows(*cells, columns="unit period indicator value rater"),
    )
    found = fuzzy_profile(result, "A", "2026Q1")
    assert found.basis == {"x": "points", "y": "points"}
    assert found.memberships["x"] == pytest.approx([0, 0.5, 0.5])


def test_profiles_that_cannot_be() -> None:
    blocks = rated_scheme(missing=Missing("blocks"))
    with pytest.raises(EvaluationError) as raised:
        fuzzy_profile(rated({"A": "ab"}, {"A": ""}, blocks), "A", "2026Q1")  # type: ignore[dict-item]
    assert str(raised.value) == "'A' has no total in 2026Q1"
    with pytest.raises(EvaluationError) as raised:
        fuzzy_profile(rated({"A": "ab"}, {"A": 1}), "A", "2026Q1", grades="five")
    assert str(raised.value) == "no grades 'five' in the scheme, expected one of three"


@settings(max_examples=20, deadline=None)
@given(st.text("abc", min_size=1, max_size=5), st.text("abc", min_size=1, max_size=5))
def test_memberships_sum_to_one(first: str, second: str) -> None:
    result = rated({"A": first, "B": second}, {"A": 66.5, "B": 91})
    for unit in "AB":
        found = fuzzy_profile(result, unit, "2026Q1")
        for vector in found.memberships.values():
            assert vector.sum() == pytest.approx(1)
        row = result.units.index(unit)
        assert found.score == pytest.approx(result.totals[row, 0], abs=0.0501)
