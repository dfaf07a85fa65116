"""Official totals are exact, and a unit's depend on its own data and the rules alone."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahp.evaluation import Evaluation, evaluate
from ahp.evaluation.observations import observations_from_records
from ahp.evaluation.rules import Completion, Measured, Step, Stepwise, Target
from ahp.evaluation.scheme import (
    Bonus,
    Calendar,
    Deduction,
    Digits,
    Missing,
    Scheme,
    TotalRules,
    frozen_weights,
)

from .schemes import BANDS, rows, scheme, table


def half_up(number: Fraction, digits: int) -> Fraction:
    """Half away from zero, by `decimal`, for numbers that end."""
    scaled = abs(number) * 10**digits
    whole = (2 * scaled + 1) // 2
    return Fraction(whole if number >= 0 else -whole, 10**digits)


def test_a_total_that_ends_on_a_half() -> None:
    """.29 · 92.7 + .43 · 89.3 + .28 · 88.1 is exactly 89.95; floats give 89.94999999999999."""
    assert 0.29 * 92.7 + 0.43 * 89.3 + 0.28 * 88.1 < 89.95
    result = evaluate(
        scheme({"x": "0.29", "y": "0.43", "z": "0.28"}), table({"A": [92.7, 89.3, 88.1]}, "xyz")
    )
    assert result.total("A", "2026Q1") == Decimal("90.0")
    assert result.bands[0, 0] == "excellent"


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (("deductions", "bonuses", "limits", "vetoes"), "96.0"),
        (("bonuses", "limits", "deductions", "vetoes"), "94.0"),
    ],
)
def test_the_order_of_operations_matters(order: tuple[Any, ...], expected: str) -> None:
    """97 + 5 - 6 under a cap of 100."""
    one = scheme(
        {"x": 1},
        deductions=(Deduction("late", {"en": "Late"}, Fraction(6), document=False),),
        bonuses=(Bonus("praise", {"en": "Praise"}, Fraction(5), document=False),),
        total=TotalRules(order=order),
    )
    observations = rows(
        ("A", "2026Q1", "x", 97), ("A", "2026Q1", "late", 1), ("A", "2026Q1", "praise", 1)
    )
    assert evaluate(one, observations).total("A", "2026Q1") == Decimal(expected)


def test_weights_of_what_does_not_apply_are_spread_inside_the_parent() -> None:
    """73.0; over all leaves it would be 70.67."""
    one = scheme(
        {"a": "0.5", "b": "0.5", "a1": "0.5", "a2": "0.5", "b1": "0.6", "b2": "0.4"},
        parents={"a1": "a", "a2": "a", "b1": "b", "b2": "b"},
    )
    result = evaluate(one, table({"A": [80, "n/a", 70, 60]}, ("a1", "a2", "b1", "b2")))
    assert result.total("A", "2026Q1") == Decimal("73.0")
    assert round((0.25 * 80 + 0.3 * 70 + 0.2 * 60) / 0.75, 2) == 70.67


def exact_total(weights: Mapping[str, str], points: Mapping[str, str], digits: int) -> Fraction:
    """Σ w·s rounded half up, by fractions."""
    total = sum(Fraction(weights[leaf]) * Fraction(points[leaf]) for leaf in weights)
    return half_up(Fraction(total), digits)


def near_a_tie(chance: random.Random, units: int) -> None:
    """A scheme whose units' totals lie on a tie, or one last decimal of a point beside it."""
    digits = chance.randint(0, 2)
    count = chance.randint(2, 6)
    leaves = [f"i{k}" for k in range(count)]
    cuts = sorted(chance.sample(range(1, 100), count - 1))
    shares = [Fraction(b - a, 100) for a, b in pairwise([0, *cuts, 100])]
    values: dict[str, list[str]] = {}
    for unit in range(units):
        points = [Fraction(chance.randint(0, 10000), 100) for _ in leaves[1:]]
        rest = sum((w * s for w, s in zip(shares[1:], points, strict=True)), Fraction(0))
        tie = Fraction(2 * chance.randint(0, 10 ** (digits + 2) - 1) + 1, 2 * 10**digits)
        first = half_up((tie - rest) / shares[0], 4) + Fraction(chance.randint(-1, 1), 10**4)
        points.insert(0, min(max(first, Fraction(0)), Fraction(100)))
        values[f"u{unit}"] = [str(Decimal(int(one * 10**4)).scaleb(-4)) for one in points]
    weights = dict(zip(leaves, shares, strict=True))
    one = scheme(weights, digits=Digits(total=digits))
    result = evaluate(one, table(values, leaves))
    for k, unit in enumerate(result.units):
        total = sum(w * Fraction(s) for w, s in zip(shares, values[unit], strict=True))
        expected = half_up(Fraction(total), digits)
        assert Fraction(result.total(unit, "2026Q1") or 0) == expected
        assert result.bands[k, 0] == next(b.id for b in BANDS if expected >= b.at_least)


@settings(max_examples=40)
@given(st.randoms(use_true_random=False))
def test_totals_that_end_on_a_half(chance: random.Random) -> None:
    near_a_tie(chance, 200)


@pytest.mark.slow
def test_ten_thousand_schemes_whose_totals_end_on_a_half() -> None:
    for seed in range(10_000):
        near_a_tie(random.Random(seed), 1)


RULES = {
    "error_rate": Measured(low=Fraction(0), high=Fraction("0.05"), direction="lower"),
    "on_time": Measured(low=Fraction("0.5"), high=Fraction(1)),
    "reports": Completion(target=Fraction(4), cap=Fraction("1.2")),
    "cost": Completion(target=Fraction(10), direction="lower", lower="ratio"),
    "delay": Completion(target=Fraction(10), direction="lower", lower="difference"),
    "size": Target(low=Fraction(3), high=Fraction(5), tolerance=Fraction(4)),
    "share": Stepwise(
        steps=(
            Step(Fraction(100), Fraction("0.02")),
            Step((Fraction(90), Fraction(60)), Fraction("0.05")),
            Step(Fraction(0)),
        ),
        closed="upper",
    ),
}
PARENTS = {
    **dict.fromkeys(("error_rate", "on_time"), "quality"),
    **dict.fromkeys(("reports", "cost", "delay"), "work"),
}
WEIGHTS = {
    "quality": "0.4",
    "work": "0.35",
    "size": "0.15",
    "share": "0.1",
    "error_rate": "0.7",
    "on_time": "0.3",
    "reports": "0.5",
    "cost": "0.25",
    "delay": "0.25",
}
LEAVES = tuple(RULES)


def expected_points(leaf: str, x: Fraction) -> Fraction:
    """Points of a value, written out rule by rule."""

    def clip(number: Fraction, low: int, high: Fraction | int) -> Fraction:
        return min(max(number, Fraction(low)), Fraction(high))

    match leaf:
        case "error_rate":
            points = clip((Fraction("0.05") - x) / Fraction("0.05"), 0, 1) * 100
        case "on_time":
            points = clip((x - Fraction("0.5")) / Fraction("0.5"), 0, 1) * 100
        case "reports":
            points = clip(x / 4, 0, Fraction("1.2")) * 100
        case "cost":
            points = (clip(10 / x, 0, 1) if x else Fraction(1)) * 100
        case "delay":
            points = clip(2 - x / 10, 0, 1) * 100
        case "size":
            distance = max(3 - x, x - 5, Fraction(0))
            points = max(1 - distance / 4, Fraction(0)) * 100
        case _:
            if x <= Fraction("0.02"):
                points = Fraction(100)
            elif x <= Fraction("0.05"):
                points = 90 - 30 * (x - Fraction("0.02")) / Fraction("0.03")
            else:
                points = Fraction(0)
    return half_up(points, 4)


def expected_total(values: Mapping[str, str]) -> Fraction | None:
    """The total of one unit, written out; None where nothing applies."""

    def mean(parts: list[tuple[Fraction, Fraction | None]]) -> tuple[Fraction, bool] | None:
        some = [(w, s) for w, s in parts if s is not None]
        if not some:
            return None
        weight = sum(w for w, _ in some)
        return sum((w * s for w, s in some), Fraction(0)) / weight, weight == 1

    def leaf(name: str) -> Fraction | None:
        if values[name] == "n/a":
            return None
        return Fraction(0) if values[name] == "" else expected_points(name, Fraction(values[name]))

    def parent(name: str) -> Fraction | None:
        kids = [kid for kid, above in PARENTS.items() if above == name]
        found = mean([(Fraction(WEIGHTS[kid]), leaf(kid)) for kid in kids])
        return None if found is None else half_up(found[0], 4)

    top = [(Fraction(WEIGHTS[name]), parent(name)) for name in ("quality", "work")]
    top += [(Fraction(WEIGHTS[name]), leaf(name)) for name in ("size", "share")]
    found = mean(top)
    if found is None:
        return None
    total, whole = found
    return half_up(min(total if whole else half_up(total, 4), Fraction(100)), 1)


VALUES = st.one_of(
    st.sampled_from(["n/a", ""]),
    st.decimals(0, 12, places=3).map(str),
    st.sampled_from(["0", "0.02", "0.05", "0.020", "3", "5", "10", "20", "1"]),
)
UNIT = st.fixed_dictionaries(dict.fromkeys(LEAVES, VALUES))


@settings(max_examples=150)
@given(UNIT)
def test_every_rule_against_fractions(values: dict[str, str]) -> None:
    one = scheme(WEIGHTS, RULES, PARENTS)
    result = evaluate(one, table({"A": [values[leaf] for leaf in LEAVES]}, LEAVES))
    expected = expected_total(values)
    total = result.total("A", "2026Q1")
    assert (None if total is None else Fraction(total)) == expected
    check_waterfall(result, "A", "2026Q1")


def check_waterfall(result: Evaluation, unit: str, period: str) -> None:
    """Each line begins where the one before it ended, from 0 to the total."""
    lines = result.waterfall(unit, period)
    assert lines[0].before == 0
    for line, following in pairwise(lines):
        assert line.after == following.before
    total = result.total(unit, period)
    if total is None:
        assert lines[-1].rule == "no_total"
    else:
        assert lines[-1].after == total
        assert sum(line.change for line in lines) == total


@settings(max_examples=60)
@given(st.lists(UNIT, min_size=1, max_size=4), UNIT, st.randoms(use_true_random=False))
def test_other_units_and_the_order_of_rows_change_nothing(
    others: list[dict[str, str]], values: dict[str, str], chance: random.Random
) -> None:
    one = scheme(WEIGHTS, RULES, PARENTS, missing=Missing("last"))
    units = {"A": values, **{f"other {k}": other for k, other in enumerate(others)}}
    records = [
        {"unit": unit, "period": f"2026Q{quarter}", "indicator": leaf, "value": row[leaf]}
        for unit, row in units.items()
        for quarter in (1, 2)
        for leaf in LEAVES
    ]
    alone = evaluate(one, observations_from_records(r for r in records if r["unit"] == "A"))
    chance.shuffle(records)
    together = evaluate(one, observations_from_records(records))
    k = together.units.index("A")
    for mine, same in (
        (alone.scores, together.scores),
        (alone.values, together.values),
        (alone.totals, together.totals),
        (alone.bounds, together.bounds),
    ):
        assert mine[0].tobytes() == same[k].tobytes()
    assert alone.bands[0].tolist() == together.bands[k].tolist()
    for period in ("2026Q1", "2026Q2"):
        assert alone.waterfall("A", period) == together.waterfall("A", period)


BETTER = {"error_rate": -1, "on_time": 1, "reports": 1, "cost": -1, "delay": -1, "share": -1}


@settings(max_examples=100)
@given(UNIT, st.sampled_from(sorted(BETTER)), st.decimals(0, 12, places=3), st.data())
def test_a_better_value_never_lowers_a_total(
    values: dict[str, str], leaf: str, value: Decimal, data: st.DataObject
) -> None:
    worse = data.draw(st.decimals(0, 12, places=3))
    low, high = sorted((value, worse))
    better, worse = (high, low) if BETTER[leaf] > 0 else (low, high)
    one = scheme(WEIGHTS, RULES, PARENTS)
    rows_of = {
        name: [{**values, leaf: str(number)}[each] for each in LEAVES]
        for name, number in (("better", better), ("worse", worse))
    }
    result = evaluate(one, table(rows_of, LEAVES))
    totals = dict(zip(result.units, result.totals[:, 0], strict=True))
    assert totals["better"] >= totals["worse"]


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=30), st.integers(1, 9))
def test_frozen_weights_sum_to_one(numbers: list[int], digits: int) -> None:
    shares = {f"i{k}": Fraction(number, sum(numbers)) for k, number in enumerate(numbers)}
    frozen = frozen_weights(shares, digits)
    assert sum(frozen.values()) == 10**digits
    for key, share in shares.items():
        assert abs(Fraction(frozen[key], 10**digits) - share) < Fraction(1, 10**digits)


def test_rounding_goes_half_up() -> None:
    """Python's `round` is half to even: 0.125 becomes 0.12."""
    result = evaluate(scheme({"x": 1}, digits=Digits(total=2)), table({"A": [0.125]}, "x"))
    assert result.total("A", "2026Q1") == Decimal("0.13")
    assert Decimal("0.125").quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal("0.13")
    assert round(0.125, 2) == 0.12


def test_a_band_compares_the_rounded_total() -> None:
    result = evaluate(scheme({"x": 1}), table({"A": [89.95], "B": [89.94]}, "x"))
    assert result.totals[:, 0].tolist() == [90.0, 89.9]
    assert result.bands[:, 0].tolist() == ["excellent", "good"]


def test_years_come_of_their_periods() -> None:
    """80, 85, 90, 95: mean 87.5, last 95, weights .1 .2 .3 .4 give 90."""
    records = [("A", f"2026Q{k}", "x", 75 + 5 * k) for k in range(1, 5)]
    shares = tuple(Fraction(k, 10) for k in range(1, 5))
    for year, expected in (("mean", "87.5"), ("last", "95.0"), (shares, "90.0")):
        one = scheme({"x": 1}, period=Calendar("quarter", year))  # type: ignore[arg-type]
        result = evaluate(one, rows(*records))
        assert result.periods == ("2026Q1", "2026Q2", "2026Q3", "2026Q4", "2026")
        assert result.total("A", "2026") == Decimal(expected)
        check_waterfall(result, "A", "2026")


def test_ranks_tie_as_in_competitions() -> None:
    result = evaluate(
        scheme({"x": 1}), table({"A": [70], "B": [80.04], "C": [80.0], "D": [60]}, "x")
    )
    assert result.ranks[:, 0].tolist() == [3, 1, 1, 4]


def test_units_of_nearly_one_name_are_said() -> None:
    result = evaluate(scheme({"x": 1}), table({"North": [70], "NORTH": [80], "South": [60]}, "x"))
    assert [str(warning) for warning in result.warnings] == [
        "'NORTH', 'North' differ in case, width or spaces alone; each counts as a unit"
    ]


def test_weights_of_a_mapping() -> None:
    one: Scheme = scheme(WEIGHTS, RULES, PARENTS)
    observations = table({"A": ["0.01", "0.9", "3", "12", "5", "4", "0.01"]}, LEAVES)
    whole: dict[str, Fraction] = {}
    for leaf in LEAVES:
        above = Fraction(WEIGHTS[PARENTS[leaf]]) if leaf in PARENTS else Fraction(1)
        whole[leaf] = above * Fraction(WEIGHTS[leaf])
    expected = evaluate(one, observations).totals
    for weights in (whole, {name: float(weight) for name, weight in WEIGHTS.items()}):
        result = evaluate(one, observations, weights)
        assert np.array_equal(result.totals, expected)
        assert result.weights_source == "mapping"
