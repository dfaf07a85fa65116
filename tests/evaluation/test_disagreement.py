"""How far raters lie apart, and what they are shown before a second round."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation import check_scheme, load_scheme
from ahp.evaluation.disagreement import (
    ItemRatings,
    RatedItem,
    RatingFeedback,
    RatingSpread,
    rating_feedback,
    rating_spread,
)
from ahp.evaluation.observations import Observations
from ahp.evaluation.rules import Grade, Rated
from ahp.evaluation.scheme import Scheme
from ahp.i18n.errors import error_sentence
from ahp.i18n.evaluation import rule_words

from .schemes import rows, scheme

GRADES = {
    "three": tuple(
        Grade(one, Fraction(points), {"en": one.upper()}, {"en": f"does {one}"})
        for one, points in (("a", 100), ("b", 80), ("c", 50))
    )
}


def rated_scheme(most_spread: Any = 25, **indicator: Any) -> Scheme:
    """x is rated with a limit, y without, z is measured."""
    return scheme(
        {"y": "0.4", "x": "0.3", "z": "0.3"},
        {"x": Rated(grades="three"), "y": Rated(grades="three")},
        indicators={"x": {"most_spread": Fraction(most_spread), "fewest_raters": 2, **indicator}},
        grades=GRADES,  # type: ignore[arg-type]
    )


def ratings(*cells: tuple[str, str, str, str, str], period: str = "2026Q1") -> Observations:
    """Rows of unit, indicator, item, rater and grade."""
    filled = [(unit, period, *others) for unit, *others in cells]
    return rows(*filled, columns="unit period indicator item rater value")


def points(*numbers: int) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, numbers))


def by_raters(unit: str, indicator: str, grades: str, item: str = "") -> list[Any]:
    """A grade each of the raters p, q, r, …."""
    return [
        (unit, indicator, item, rater, grade)
        for rater, grade in zip("pqrstu", grades, strict=False)
    ]


def test_spread_of_each_item() -> None:
    observations = ratings(
        *by_raters("A", "x", "abb", "call 1"),
        *by_raters("A", "x", "bC", "call 2"),
        *by_raters("B", "x", "acb"),
        *by_raters("B", "y", "ac"),
        ("B", "z", "", "", "70"),
    )
    found = rating_spread(rated_scheme(), observations)
    assert found == RatingSpread(
        (
            ItemRatings(
                RatedItem("B", "2026Q1", "y"),
                ("p", "q"),
                ("a", "c"),
                points(100, 50),
                None,
            ),
            ItemRatings(
                RatedItem("A", "2026Q1", "x", "call 1"),
                ("p", "q", "r"),
                ("a", "b", "b"),
                points(100, 80, 80),
                Fraction(25),
            ),
            ItemRatings(
                RatedItem("A", "2026Q1", "x", "call 2"),
                ("p", "q"),
                ("b", "c"),
                points(80, 50),
                Fraction(25),
            ),
            ItemRatings(
                RatedItem("B", "2026Q1", "x"),
                ("p", "q", "r"),
                ("a", "c", "b"),
                points(100, 50, 80),
                Fraction(25),
            ),
        )
    )
    assert [(one.spread, one.above_limit) for one in found.items] == [
        (50, False),
        (20, False),
        (30, True),
        (50, True),
    ]
    assert found.second_round == (
        RatedItem("A", "2026Q1", "x", "call 2"),
        RatedItem("B", "2026Q1", "x"),
    )
    assert RatingSpread.from_dict(found.to_dict()) == found


def test_as_far_apart_as_they_may_is_not_too_far() -> None:
    observations = ratings(*by_raters("A", "x", "bc"))
    assert rating_spread(rated_scheme(30), observations).second_round == ()
    (one,) = rating_spread(rated_scheme("29.99"), observations).second_round
    assert one == ("A", "2026Q1", "x", "")


def test_what_is_no_grade_and_who_has_no_name_dont_count() -> None:
    observations = ratings(
        *by_raters("A", "x", "ab"),
        ("A", "x", "", "t", "n/a"),
        ("A", "x", "", "u", ""),
        ("A", "x", "", "", "c"),
        ("B", "x", "", "p", "n/a"),
        ("C", "x", "", "", "c"),
    )
    (one,) = rating_spread(rated_scheme(), observations).items
    assert (one.rated.unit, one.raters, one.spread) == ("A", ("p", "q"), 20)


def test_periods_stand_apart() -> None:
    cells = [
        ("A", period, "x", rater, grade)
        for period, grades in (("2026Q2", "ac"), ("2026Q1", "aa"))
        for rater, grade in zip("pq", grades, strict=True)
    ]
    observations = rows(*cells, columns="unit period indicator rater value")
    found = rating_spread(rated_scheme(), observations)
    assert [(one.rated.period, one.spread) for one in found.items] == [
        ("2026Q1", 0),
        ("2026Q2", 50),
    ]


def test_a_grade_that_is_none_is_refused() -> None:
    with pytest.raises(EvaluationError) as refused:
        rating_spread(rated_scheme(), ratings(*by_raters("A", "x", "ad")))
    assert str(refused.value) == (
        "records: row 2, column value: 'd' is no grade of 'x', expected one of a, b, c"
    )


def test_feedback_has_no_names() -> None:
    one = RatedItem("A", "2026Q1", "x")
    observations = ratings(*by_raters("A", "x", "acbb"))
    (shown,) = rating_feedback(rated_scheme(), observations, "q", [one])
    assert shown == RatingFeedback(one, "c", ("a", "b", "c"), (1, 2, 1), Fraction(80))
    (even,) = rating_feedback(rated_scheme(), ratings(*by_raters("A", "x", "aabc")), "p", [one])
    assert (even.own, even.counts, even.median) == ("a", (2, 1, 1), Fraction(90))
    assert RatingFeedback.from_dict(shown.to_dict()) == shown


def test_feedback_of_fewer_than_three_is_withheld() -> None:
    one, other = RatedItem("A", "2026Q1", "x"), RatedItem("B", "2026Q1", "x")
    observations = ratings(*by_raters("A", "x", "ac"), *by_raters("B", "x", "acb"))
    few, enough = rating_feedback(rated_scheme(), observations, "p", [one, other])
    assert (few.own, few.counts, few.median) == ("a", None, None)
    assert str(few.withheld) == (
        "rated by 2: what the others gave is shown from 3 raters on, since with fewer it would say "
        "who gave what"
    )
    assert few.withheld is not None
    assert error_sentence(few.withheld, "zh") == (
        "仅有 2 人评分；满 3 人才显示其他人的评分，否则会看出每人给了什么等级"
    )
    assert (enough.counts, enough.withheld) == ((1, 1, 1), None)
    assert RatingFeedback.from_dict(few.to_dict()) == few


@pytest.mark.parametrize(
    ("rater", "item", "message", "chinese"),
    [
        (
            *("u", RatedItem("A", "2026Q1", "x")),
            "'u' didn't rate A, 2026Q1, x; what the others gave is shown to those alone who "
            "rated it",
            "“u”没有对 A、2026Q1、x 评分；其他人的评分只向评过该项的人显示。",
        ),
        (
            *("p", RatedItem("A", "2026Q1", "x", "call 1")),
            "'p' didn't rate A, 2026Q1, x, call 1; what the others gave is shown to those alone "
            "who rated it",
            "“p”没有对 A、2026Q1、x、call 1 评分；其他人的评分只向评过该项的人显示。",
        ),
    ],
)
def test_who_did_not_rate_is_shown_nothing(
    rater: str, item: RatedItem, message: str, chinese: str
) -> None:
    observations = ratings(*by_raters("A", "x", "acb"))
    with pytest.raises(EvaluationError) as refused:
        rating_feedback(rated_scheme(), observations, rater, [item])
    assert str(refused.value) == message
    assert error_sentence(refused.value, "zh") == chinese


def test_limits_that_nobody_can_exceed_are_remarked() -> None:
    limits = [one for one in check_scheme(rated_scheme(50)) if one.code.startswith("spread")]
    assert list(map(str, limits)) == [
        "'x': a second round is due when raters lie more than 50 points apart, but its grades are "
        "50 apart at most"
    ]
    limits = [
        one
        for one in check_scheme(rated_scheme("49.9", fewest_raters=1))
        if one.code.startswith("spread")
    ]
    assert list(map(str, limits)) == [
        "'x': a second round is due when raters lie more than 49.9 points apart, but one rater is "
        "enough"
    ]


def test_the_rule_says_its_limit() -> None:
    indicator = load_scheme("key_accounts").indicator["market_research"]
    words = rule_words(load_scheme("key_accounts"), indicator, "en")
    assert words.endswith(
        "; at least 2 raters; a second round where raters lie more than 25 points apart"
    )
    words = rule_words(load_scheme("key_accounts"), indicator, "zh")
    assert words.endswith("；至少 2 名评分人；评分相差超过 25 分的再评一轮")


@pytest.mark.parametrize("name", ["supervision_effectiveness", "key_accounts"])
def test_shipped_limits_let_neighbors_differ_and_no_two_grades(name: str) -> None:
    rules = load_scheme(name)
    five = [grade.points for grade in rules.grades["five"]]
    limits = {one.most_spread for one in rules.indicators if isinstance(one.rule, Rated)}
    assert limits == {25}
    assert max(better - worse for better, worse in pairwise(five[:4])) == 20
    assert min(better - worse for better, worse in zip(five, five[2:], strict=False)) == 30


def test_a_scheme_with_a_limit_is_written_and_read_back() -> None:
    one = rated_scheme("12.5")
    assert one.to_dict()["indicators"][1]["most_spread"] == 12.5
    assert "most_spread" not in one.to_dict()["indicators"][0]
    assert Scheme.from_dict(one.to_dict()) == one
