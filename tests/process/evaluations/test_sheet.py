"""What a rater is asked: never of the own unit, in an order of their own."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from ahp.errors import EvaluationError, OptionError
from ahp.evaluation.rules import Grade, Rated, Shares
from ahp.evaluation.scheme import Scheme
from ahp.process.evaluations.sheet import Asked, own_sheet
from ahp.process.evaluations.units import Unit, merged
from tests.evaluation.schemes import scheme

GRADES = {
    "two": tuple(
        Grade(one, Fraction(points), {"en": one.upper()}, {"en": f"does {one}"})
        for one, points in (("a", 100), ("b", 50))
    )
}
UNITS = tuple(Unit(name.upper(), id=name) for name in "abcd")


def rated_scheme() -> Scheme:
    """u, v and w are rated, w in the last quarter alone; s is a poll, m is measured."""
    rated = Rated(grades="two")
    return scheme(
        dict.fromkeys("vsumw", "0.2"),
        {"v": rated, "s": Shares(grades="two"), "u": rated, "w": rated},
        indicators={"w": {"counts_in": ("Q4",)}},
        grades=GRADES,  # type: ignore[arg-type]
    )


def test_one_indicator_after_the_other() -> None:
    """SHA-256 of ["rater 1","c","v"] begins with 0eba, of d 114f, of b e32c."""
    sheet = own_sheet(rated_scheme(), UNITS, "a", period="2026Q1", seed="rater 1")
    assert sheet == (
        *(Asked("c", "v"), Asked("d", "v"), Asked("b", "v")),
        *(Asked("d", "u"), Asked("c", "u"), Asked("b", "u")),
    )
    assert own_sheet(rated_scheme(), UNITS, "a", period="2026Q1", seed="rater 1") == sheet


def test_one_unit_after_the_other() -> None:
    """SHA-256 of ["rater 1","b"] begins with 1196, of d 62f1, of c 663b."""
    sheet = own_sheet(rated_scheme(), UNITS, "a", period="2026Q1", seed="rater 1", by="unit")
    assert sheet == (
        *(Asked("b", "v"), Asked("b", "u"), Asked("d", "v"), Asked("d", "u")),
        *(Asked("c", "v"), Asked("c", "u")),
    )


@pytest.mark.parametrize("by", ["indicator", "unit"])
def test_every_rater_has_an_order_of_their_own(by: str) -> None:
    """Each of four units comes first about as often: 100 of 400, ± 4 · √(400 · ¼ · ¾)."""
    sheets = [
        own_sheet(rated_scheme(), UNITS, "", period="2026Q1", seed=str(k), by=by)
        for k in range(400)
    ]
    first = Counter(sheet[0].unit for sheet in sheets)
    assert sorted(first) == ["a", "b", "c", "d"]
    assert all(65 <= count <= 135 for count in first.values())
    assert {frozenset(sheet) for sheet in sheets} == {
        frozenset(Asked(unit, leaf) for unit in "abcd" for leaf in "uv")
    }


def test_what_counts_in_the_period_and_is_asked_of_this_rater() -> None:
    def leaves(period: str, *indicators: str) -> list[str]:
        sheet = own_sheet(rated_scheme(), UNITS[:2], "a", indicators, period=period, seed="")
        return [one.indicator for one in sheet]

    assert leaves("2026Q1") == ["v", "u"]
    assert leaves("2026Q4") == ["v", "u", "w"]
    assert leaves("2026Q4", "w", "v", "m", "s") == ["v", "w"]
    assert leaves("2026Q1", "w") == []


def test_never_the_own_unit_nor_one_that_is_the_same_by_merging() -> None:
    """b goes into a, a into c, so that raters of all three are of one house; d stands apart."""
    units = merged(merged(UNITS, "b", "a", "2026Q2"), "a", "c", "2026Q3")

    def asked(rater_unit: str, period: str) -> set[str]:
        sheet = own_sheet(rated_scheme(), units, rater_unit, period=period, seed="")
        return {one.unit for one in sheet}

    for own in "abc":
        assert asked(own, "2026Q1") == {"d"}
    assert asked("d", "2026Q1") == {"a", "b", "c"}
    assert asked("d", "2026Q2") == {"a", "c"}
    assert asked("d", "2026Q3") == {"c"}
    assert asked("", "2026Q3") == {"c", "d"}


def test_items() -> None:
    items = {("b", "v"): ("call 1", "call 2"), ("b", "u"): ()}
    sheet = own_sheet(rated_scheme(), UNITS[:2], "a", period="2026Q1", seed="", items=items)
    assert sheet == (Asked("b", "v", "call 1"), Asked("b", "v", "call 2"))


def test_what_is_refused() -> None:
    with pytest.raises(OptionError) as unknown:
        own_sheet(rated_scheme(), UNITS, "a", period="2026Q1", seed="", by="item")
    assert str(unknown.value) == "by = 'item', expected one of 'indicator', 'unit'"
    with pytest.raises(EvaluationError) as refused:
        own_sheet(rated_scheme(), UNITS, "a", ["u", "y"], period="2026Q1", seed="")
    assert str(refused.value) == (
        "'y' is no indicator of the scheme, expected one of v, s, u, m, w"
    )
    with pytest.raises(EvaluationError) as refused:
        own_sheet(rated_scheme(), UNITS, "e", period="2026Q1", seed="")
    assert str(refused.value) == "'e' is no unit of the list"
