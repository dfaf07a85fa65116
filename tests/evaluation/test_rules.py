"""Every kind of rule by its numbers, and what a scheme does with what is missing or vetoed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation import STATUS_WORDS, Evaluation, check_scheme, evaluate
from ahp.evaluation import formula as formulas
from ahp.evaluation.rules import (
    AnyRule,
    Checklist,
    Completion,
    Deductive,
    Derived,
    Grade,
    Input,
    Measured,
    Membership,
    Occurrence,
    Point,
    Rated,
    Shares,
    Step,
    Stepwise,
    Target,
)
from ahp.evaluation.scheme import (
    Bonus,
    Calendar,
    Condition,
    Deduction,
    Digits,
    Group,
    Missing,
    TotalRules,
    Veto,
    WarningRules,
)

from .schemes import rows, scheme, table
from .test_totals import check_waterfall

NAME = {"en": "A name"}
GRADES = {
    "five": tuple(
        Grade(name, Fraction(points), {"en": name.title()}, {"en": "What it does"})
        for name, points in (("best", 100), ("good", 85), ("fair", 70), ("weak", 40), ("none", 0))
    )
}
LONG = "unit period indicator value item rater"


def points(rule: AnyRule, *values: Any, **attributes: Any) -> list[float]:
    """Points of numbers, one a unit."""
    units = {f"{k:02d}": [value] for k, value in enumerate(values)}
    result = evaluate(
        scheme({"x": 1}, {"x": rule}, indicators={"x": attributes}), table(units, "x")
    )
    return [float(number) for number in result.scores[:, 0, 0]]


def test_goalposts() -> None:
    """At the ends, between them and beyond."""
    rule = Measured(low=Fraction(0), high=Fraction("0.05"))
    assert points(rule, -1, 0, "0.0125", "0.05", 1) == [0, 0, 25, 100, 100]
    lower = Measured(low=Fraction(0), high=Fraction("0.05"), direction="lower")
    assert points(lower, -1, 0, "1.25%", "5%", 1) == [100, 100, 75, 0, 0]


def test_a_scale_from_one_to_five_has_two_readings() -> None:
    """(v - 1)/4 gives 1 no points, v/5 gives it 20."""
    assert points(Measured(low=Fraction(1), high=Fraction(5)), 1, 2, 5) == [0, 25, 100]
    assert points(Measured(low=Fraction(0), high=Fraction(5)), 1, 2, 5) == [20, 40, 100]


def test_completion() -> None:
    """Twice a target that should be low has 50 points by the ratio, 0 by the difference."""
    assert points(Completion(target=Fraction(8)), 0, 4, 8, 9) == [0, 50, 100, 100]
    capped = Completion(target=Fraction(8), cap=Fraction("1.2"))
    assert points(capped, 9, 12) == [112.5, 120]
    ratio = Completion(target=Fraction(8), direction="lower", lower="ratio")
    assert points(ratio, 0, 4, 8, 16) == [100, 100, 100, 50]
    difference = Completion(target=Fraction(8), direction="lower", lower="difference")
    assert points(difference, 0, 8, 12, 16, 20) == [100, 100, 50, 0, 0]
    with pytest.raises(EvaluationError, match=r"^target 0, expected above 0$"):
        Completion(target=Fraction(0))
    message = "records: row 1, column value: '-1' of 'x' is below 0, expected 0 or more"
    with pytest.raises(EvaluationError) as refusal:
        points(Completion(target=Fraction(8)), -1)
    assert str(refusal.value) == message


def test_a_target_interval() -> None:
    rule = Target(low=Fraction(3), high=Fraction(5), tolerance=Fraction(4))
    assert points(rule, -2, 1, 3, 4, 5, 6, 9, 20) == [0, 50, 100, 100, 100, 75, 0, 0]


def steps(closed: Any) -> Stepwise:
    return Stepwise(
        steps=(
            Step(Fraction(100), Fraction("0.02")),
            Step((Fraction(80), Fraction(60)), Fraction("0.03")),
            Step(Fraction(0)),
        ),
        closed=closed,
    )


def test_the_edge_of_a_step_lies_in_one_step_exactly() -> None:
    assert points(steps("upper"), "2.0%", "2.5%", "3%", "3.01%") == [100, 70, 60, 0]
    assert points(steps("lower"), "1.99%", "2.0%", "2.5%", "3%") == [100, 80, 70, 0]
    remarks = check_scheme(scheme({"x": 1}, {"x": steps("upper")}))
    assert [str(remark) for remark in remarks][1:] == [
        "points of 'x' jump at 0.02, from 100 to 80",
        "points of 'x' jump at 0.03, from 60 to 0",
    ]


def test_memberships_of_a_number() -> None:
    """0.07 of SO2 belongs to the first two grades by .8 and .2 (Zhang, mathmodels-book)."""
    rule = Membership(
        thresholds=tuple(map(Fraction, ("0.05", "0.15", "0.25", "0.5"))),
        grade_points=tuple(map(Fraction, (100, 80, 60, 0))),
    )
    assert points(rule, "0.01", "0.07", "0.15", "0.375", "0.9") == [100, 96, 80, 30, 0]


def rated(*ratings: tuple[Any, ...], **attributes: Any) -> Evaluation:
    one = scheme(
        {"x": 1},
        {"x": Rated(grades="five")},
        indicators={"x": attributes},
        grades=GRADES,
        digits=Digits(total=2),
    )
    return evaluate(one, rows(*ratings, columns=LONG))


@pytest.mark.parametrize(
    ("how", "expected"), [("mean", "73.75"), ("median", "77.50"), ("trimmed_mean", "77.50")]
)
def test_raters(how: str, expected: str) -> None:
    """100, 85, 70, 40: 73.75 by the mean, 77.5 by the median and without the ends."""
    grades = ("best", "Good", "FAIR", "weak")
    ratings = [("A", "2026Q1", "x", grade, "", f"r{k}") for k, grade in enumerate(grades)]
    result = rated(*ratings, raters=how)
    assert result.total("A", "2026Q1") == Decimal(expected)


@pytest.mark.parametrize("word", ["优（一）", "优(一)", "ＡＢ", "ab"])
def test_words_are_found_whatever_their_width_and_case(word: str) -> None:
    grade = Grade("AB", Fraction(90), {"en": "优（一）"}, {"en": "What it does"})
    occurrence = Occurrence("AB", {"en": "优（一）"}, Fraction(5))
    rules = {"a": Rated(grades="one"), "b": Deductive(occurrences=(occurrence,))}
    cells = ("A", "2026Q1", "ｎｏｄｅ a", word, ""), ("A", "2026Q1", "b", 1, word)
    result = evaluate(
        scheme({"a": 0.5, "b": 0.5}, rules, grades={"one": (grade,)}),
        rows(*cells, columns="unit period indicator value item"),
    )
    assert result.scores.tolist() == [[[90.0, 95.0]]]


def test_a_name_of_two_grades_is_none() -> None:
    best, good = (
        Grade(name, Fraction(points), {"en": "Fine"}, {"en": "What it does"})
        for name, points in (("best", 100), ("good", 80))
    )
    two = scheme({"a": 1}, {"a": Rated(grades="two")}, grades={"two": (best, good)})
    assert evaluate(two, rows(("A", "2026Q1", "a", "good"))).values[0, 0, 0] == 80
    with pytest.raises(EvaluationError) as refused:
        evaluate(two, rows(("A", "2026Q1", "a", "Fine")))
    assert str(refused.value) == (
        "records: row 1, column value: 'Fine' is no grade of 'a', expected one of best, good"
    )


def test_raters_are_joined_before_items() -> None:
    """Two calls: the median of three raters each, then their mean."""
    grades = {"call 1": ("best", "good", "none"), "call 2": ("fair", "weak", "weak")}
    ratings = [
        ("A", "2026Q1", "x", grade, call, f"r{k}")
        for call, given in grades.items()
        for k, grade in enumerate(given)
    ]
    assert rated(*ratings, raters="median").total("A", "2026Q1") == Decimal("62.50")
    worst = rated(*ratings, raters="median", items="min")
    assert worst.total("A", "2026Q1") == Decimal("40.00")


@pytest.mark.parametrize("count", [1, 2])
def test_a_trimmed_mean_of_items_needs_three(count: int) -> None:
    rules = scheme({"a": 1}, indicators={"a": {"items": "trimmed_mean"}})
    cells = [("A", "2026Q1", "a", 80 + k, f"call {k}") for k in range(3)]
    columns = "unit period indicator value item"
    assert evaluate(rules, rows(*cells, columns=columns)).values[0, 0, 0] == 81
    with pytest.raises(EvaluationError) as refused:
        evaluate(rules, rows(*cells[:count], columns=columns))
    assert str(refused.value) == (
        f"records: row 1, column item: {count} items, expected 3 or more for a trimmed mean"
    )


def test_a_rater_who_abstains_is_left_out() -> None:
    ratings = [("A", "2026Q1", "x", grade, "", f"r{k}") for k, grade in enumerate(("best", "n/a"))]
    assert rated(*ratings).total("A", "2026Q1") == Decimal("100.00")
    with pytest.raises(EvaluationError) as refusal:
        rated(*ratings, fewest_raters=2)
    assert str(refusal.value) == "records: row 1, column rater: 1 raters, expected 2 or more"


@pytest.mark.parametrize("counts", [True, False])
def test_shares_of_raters(counts: bool) -> None:
    """Two of four best, one good, one none."""
    scale = 1 if counts else 4
    one = scheme({"x": 1}, {"x": Shares(grades="five", counts=counts)}, grades=GRADES)
    shares = [("best", 2), ("good", 1), ("none", 1)]
    cells = [("A", "2026Q1", "x", number / scale, grade, "") for grade, number in shares]
    result = evaluate(one, rows(*cells, columns=LONG))
    assert result.scores[0, 0, 0] == 71.25
    if not counts:
        with pytest.raises(EvaluationError) as refusal:
            evaluate(one, rows(*cells[1:], columns=LONG))
        message = "the shares of this cell sum to 0.5, expected 1"
        assert str(refusal.value) == f"records: row 1, column value: {message}"


CHECKLIST = Checklist(
    control_points=(
        Point("1.1", NAME, Fraction(3), key=True, veto="fraud"),
        Point("1.2", {"en": "Second"}, Fraction(1)),
        Point("1.3", {"en": "Third"}, Fraction(2)),
    )
)
FRAUD = Veto("fraud", {"en": "Fraud"}, "zero", clause="§ 9", document=False)


def checked(*results: Any, **changes: Any) -> Evaluation:
    one = scheme({"x": 1}, {"x": CHECKLIST}, vetoes=(FRAUD,), **changes)
    cells = [
        ("A", "2026Q1", "x", result, f"1.{k}", "")
        for k, result in enumerate(results, start=1)
        if result is not None
    ]
    return evaluate(one, rows(*cells, columns=LONG))


def test_a_checklist_leaves_out_what_does_not_apply() -> None:
    assert checked("yes", "no", "yes").total("A", "2026Q1") == Decimal("83.3")
    assert checked("是", "不适用", "否").total("A", "2026Q1") == Decimal("60.0")
    assert checked("yes", "0.5", "partly").total("A", "2026Q1") == Decimal("75.0")


def test_a_point_that_nobody_reported_leaves_the_checklist_open() -> None:
    result = checked("yes", None, "yes")
    assert result.status[0, 0, 0] == 2
    assert result.total("A", "2026Q1") == Decimal("0.0")
    assert result.bounds[0, 0].tolist() == [0, 100]


@pytest.mark.parametrize(
    ("results", "status"),
    [
        (("n/a", None, None), "not_reported"),
        (("n/a", "n/a", None), "not_reported"),
        (("n/a", "n/a", "n/a"), "not_applicable"),
        (("yes", "n/a", "n/a"), "known"),
    ],
)
def test_a_checklist_applies_until_no_point_does(results: tuple[Any, ...], status: str) -> None:
    assert STATUS_WORDS[checked(*results).status[0, 0, 0]] == status


def test_a_checklist_may_not_apply_as_a_whole() -> None:
    one = scheme({"x": "0.5", "y": "0.5"}, {"x": CHECKLIST}, vetoes=(FRAUD,))
    result = evaluate(one, rows(("A", "2026Q1", "x", "n/a"), ("A", "2026Q1", "y", 80)))
    assert result.total("A", "2026Q1") == Decimal("80.0")


def test_a_point_that_one_rater_calls_not_applicable_is_counted_once() -> None:
    one = scheme({"x": 1}, {"x": CHECKLIST}, vetoes=(FRAUD,))
    cells = [
        ("A", "2026Q1", "x", "yes", "1.1", "Ann"),
        ("A", "2026Q1", "x", "n/a", "1.1", "Bob"),
        ("A", "2026Q1", "x", "yes", "1.2", "Ann"),
    ]
    result = evaluate(one, rows(*cells, columns=LONG))
    assert STATUS_WORDS[result.status[0, 0, 0]] == "not_reported"


def test_rows_of_what_does_not_count_are_said() -> None:
    one = scheme({"x": "0.5", "y": "0.5"}, indicators={"y": {"counts_in": ("Q4",)}})
    result = evaluate(one, rows(("A", "2026Q1", "x", 80), ("A", "2026Q1", "y", 10)))
    assert result.total("A", "2026Q1") == Decimal("80.0")
    assert [str(one) for one in result.warnings] == ["'y' counts in Q4 alone; rows passed over: 1"]


def test_a_key_point_that_fails_is_a_veto() -> None:
    result = checked("no", "yes", "yes")
    assert result.total("A", "2026Q1") == Decimal("0.0")
    lines = result.waterfall("A", "2026Q1")
    assert [(line.rule, line.node, line.clause, line.before, line.after) for line in lines[:2]] == [
        ("points", "x", "", Decimal(0), Decimal(50)),
        ("veto", "fraud", "§ 9", Decimal(50), Decimal(0)),
    ]


def test_a_finding_is_deducted_once_where_it_costs_most() -> None:
    """One finding in two checklists of weights .6 and .4: only the dearer point counts as lost."""
    lists = dict.fromkeys("xy", CHECKLIST)
    columns = "unit period indicator value item evidence"
    cells = [
        ("A", "2026Q1", "x", "yes", "1.1", ""),
        ("A", "2026Q1", "x", "no", "1.2", "F-1"),
        ("A", "2026Q1", "x", "yes", "1.3", ""),
        ("A", "2026Q1", "y", "yes", "1.1", ""),
        ("A", "2026Q1", "y", "yes", "1.2", ""),
        ("A", "2026Q1", "y", "no", "1.3", "F-1"),
    ]
    weights = {"x": "0.6", "y": "0.4"}
    for once, expected in ((True, [100, 66.6667]), (False, [83.3333, 66.6667])):
        one = scheme(weights, lists, vetoes=(FRAUD,), findings_once=once)
        result = evaluate(one, rows(*cells, columns=columns))
        assert result.scores[0, 0].tolist() == expected


def test_points_of_the_item_or_of_the_total() -> None:
    """5 of the item's 100 in an item of weight .06 are .3 of the total; 5 of the total are 5."""
    found = {}
    for of in ("item", "total"):
        rule = Deductive(occurrences=(Occurrence("late", NAME, Fraction(5), of=of),))  # type: ignore[arg-type]
        one = scheme({"x": "0.06", "y": "0.94"}, {"x": rule}, digits=Digits(total=2))
        cells = [("A", "2026Q1", "x", 1, "late", ""), ("A", "2026Q1", "y", 100, "", "")]
        found[of] = evaluate(one, rows(*cells, columns=LONG)).total("A", "2026Q1")
    assert found == {"item": Decimal("99.70"), "total": Decimal("95.00")}


def test_what_takes_points_never_takes_more_than_all() -> None:
    rule = Deductive(occurrences=(Occurrence("late", NAME, Fraction(30)),), absent="full")
    one = scheme({"x": "0.5", "y": "0.5"}, {"x": rule})
    cells = [
        ("A", "2026Q1", "x", 4, "late", ""),
        ("B", "2026Q1", "x", 0, "", ""),
        *((unit, "2026Q1", "y", 50, "", "") for unit in "ABC"),
    ]
    result = evaluate(one, rows(*cells, columns=LONG))
    assert result.scores[:, 0, 0].tolist() == [0, 100, 100]


PRICES = (Fraction("0.01"), Fraction("0.02"), Fraction("0.03"))
PROFIT = Derived(
    inputs=tuple(Input(name, NAME, "CNY") for name in ("income", "balance", "months", "cost")),
    formula="sum(income - balance * price(months)) - cost * rate / 2",
    tables={"price": formulas.Steps((Fraction(6), Fraction(12)), PRICES)},
    constants={"rate": Fraction("0.5")},
    rule=Measured(low=Fraction(0), high=Fraction(200)),
)


def test_a_derived_indicator() -> None:
    """Two loans: 50 - 1000·.01 + 90 - 1000·.03, less 40·.5/2: 90 of 200."""
    columns = "unit period indicator value item input"
    cells = [
        ("A", "2026Q1", "x", 50, "loan 1", "income"),
        ("A", "2026Q1", "x", 1000, "loan 1", "balance"),
        ("A", "2026Q1", "x", 6, "loan 1", "months"),
        ("A", "2026Q1", "x", 90, "loan 2", "income"),
        ("A", "2026Q1", "x", 1000, "loan 2", "balance"),
        ("A", "2026Q1", "x", 13, "loan 2", "months"),
        ("A", "2026Q1", "x", 40, "", "cost"),
    ]
    one = scheme({"x": 1}, {"x": PROFIT})
    result = evaluate(one, rows(*cells, columns=columns))
    assert result.values[0, 0, 0] == 90
    assert result.scores[0, 0, 0] == 45
    without = evaluate(one, rows(*cells[:-1], columns=columns))
    assert without.status[0, 0, 0] == 2


def test_a_formula_divides_by_zero() -> None:
    rule = Derived(
        inputs=(Input("errors", NAME, ""), Input("vouchers", NAME, "")),
        formula="errors / (vouchers - 1)",
        rule=Measured(low=Fraction(0), high=Fraction(1)),
    )
    cells = [("A", "2026Q1", "x", 1, name) for name in ("errors", "vouchers")]
    with pytest.raises(EvaluationError) as refusal:
        evaluate(
            scheme({"x": 1}, {"x": rule}), rows(*cells, columns="unit period indicator value input")
        )
    assert str(refusal.value) == (
        "records: row 1, column value: division by 0 (vouchers - 1) in the formula "
        "'errors / (vouchers - 1)'"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("__import__('os')", "formula \"__import__('os')\": \"__import__('os')\", expected"),
        ("a ** 9", "formula 'a ** 9': 'a ** 9', expected"),
        ("a.b", "formula 'a.b': 'a.b', expected"),
        ("[a]", "formula '[a]': '[a]', expected"),
        ("sum(a, b)", "formula 'sum(a, b)': 'sum(a, b)', expected"),
        ("a if b else 1", "formula 'a if b else 1': 'a if b else 1', expected"),
        ("True", "formula 'True': 'True', expected"),
        ("a +", "formula 'a +' is not arithmetic from character"),
        ("a; b", "formula 'a; b' is not arithmetic from character"),
        ("(" * 60 + "a" + ")" * 60 + "+ -" * 60 + "a", "is nested deeper than 50 levels"),
        ("1" + "+1" * 2000, "the formula has 4001 characters, expected at most 2000"),
    ],
)
def test_a_formula_is_arithmetic_alone(text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as refusal:
        formulas.Formula(text)
    assert message in str(refusal.value)


def vetoed(veto: Veto, value: Any = 95, **changes: Any) -> Evaluation:
    one = scheme({"x": 1}, vetoes=(veto,), **changes)
    cells = [("A", "2026Q1", "x", value), ("A", "2026Q1", veto.id, 1)]
    return evaluate(one, rows(*(cells if veto.when is None else cells[:1])))


@pytest.mark.parametrize(
    ("effect", "band", "total", "after"),
    [
        ("zero", None, "0.0", "poor"),
        ("cap", "fair", "59.9", "poor"),
        ("lower_band", None, "95.0", "good"),
        ("band", "fair", "95.0", "fair"),
        ("not_rated", None, None, ""),
    ],
)
def test_vetoes(effect: Any, band: str | None, total: str | None, after: str) -> None:
    """95 points, excellent: the score before and after, and the band, both stay to be seen."""
    veto = Veto("case", {"en": "A case"}, effect, band, clause="§ 3", document=False)
    result = vetoed(veto)
    assert result.total("A", "2026Q1") == (Decimal(total) if total else None)
    assert result.bands[0, 0] == after
    lines = result.waterfall("A", "2026Q1")
    assert lines[0].after == 95
    assert any(line.node == "case" and line.clause == "§ 3" for line in lines)
    check_waterfall(result, "A", "2026Q1")


def test_a_veto_by_its_condition() -> None:
    veto = Veto("rate", {"en": "Rate"}, "zero", when=Condition("x", above=Fraction(90)))
    assert vetoed(veto, 90).total("A", "2026Q1") == Decimal("90.0")
    assert vetoed(veto, "90.01").total("A", "2026Q1") == Decimal("0.0")


def test_a_veto_never_gives_a_better_band() -> None:
    veto = Veto("case", {"en": "A case"}, "band", "good", document=False)
    assert vetoed(veto, 30).bands[0, 0] == "poor"


@pytest.mark.parametrize(
    ("policy", "expected"), [("zero", "40.0"), ("last", "76.0"), ("blocks", None)]
)
def test_what_was_not_reported(policy: Any, expected: str | None) -> None:
    """x counts .6: 60 a quarter ago, not reported now; y has 100."""
    one = scheme({"x": "0.6", "y": "0.4"}, missing=Missing(policy))
    cells = [("A", "2026Q1", "x", 60), ("A", "2026Q1", "y", 100), ("A", "2026Q2", "y", 100)]
    result = evaluate(one, rows(*cells))
    assert result.total("A", "2026Q2") == (Decimal(expected) if expected else None)
    assert result.bounds[0, 1].tolist() == [40, 100]
    check_waterfall(result, "A", "2026Q2")


def test_points_that_are_carried_over_are_deducted_from() -> None:
    """80 a quarter ago, nothing now but a deduction of 10: 70."""
    late = Deduction("late", {"en": "Late"}, Fraction(10), "x", document=False)
    one = scheme({"x": "1"}, missing=Missing("last"), deductions=(late,))
    result = evaluate(one, rows(("A", "2026Q1", "x", 80), ("A", "2026Q2", "late", 1)))
    assert result.total("A", "2026Q2") == Decimal("70.0")
    assert result.bounds[0, 1].tolist() == [0, 90]
    lines = [(line.rule, line.change) for line in result.waterfall("A", "2026Q2")]
    assert lines == [("carried", 80), ("deduction", -10), ("band", 0)]
    check_waterfall(result, "A", "2026Q2")


def test_what_is_missing_may_exceed_its_target() -> None:
    """Completion up to 120 %: with nothing reported a total of 48 to 108 is possible."""
    rule = Completion(target=Fraction(1), cap=Fraction("1.2"))
    one = scheme({"x": "0.5", "y": "0.5"}, {"x": rule}, total=TotalRules(cap=None))
    result = evaluate(one, rows(("A", "2026Q1", "y", 96)))
    assert result.bounds[0, 0].tolist() == [48, 108]


def test_what_is_not_due_leaves_no_total() -> None:
    result = evaluate(scheme({"x": "0.6", "y": "0.4"}), table({"A": [50, "not due"]}, "xy"))
    assert result.total("A", "2026Q1") is None
    assert result.bounds[0, 0].tolist() == [30, 70]
    rules = [line.rule for line in result.waterfall("A", "2026Q1")]
    assert rules == ["points", "not_due", "no_total"]


def test_a_parent_needs_its_share_of_known_weight() -> None:
    one = scheme({"x": "0.6", "y": "0.4"}, missing=Missing("zero", Fraction("0.5")))
    result = evaluate(one, table({"A": [50, "n/a"], "B": ["n/a", 50], "C": ["", 50]}, "xy"))
    assert [result.total(unit, "2026Q1") for unit in "ABC"] == [Decimal("50.0"), None, None]


def test_an_indicator_that_counts_at_the_end_of_the_year() -> None:
    """In other quarters the rest is scaled to 100: .5 and .3 of .8, whatever they are below."""
    one = scheme(
        {"a": "0.7", "z": "0.3", "x": "0.7142857142857143", "y": "0.2857142857142857"},
        parents={"x": "a", "y": "a"},
        indicators={"y": {"counts_in": ("Q4",)}},
        digits=Digits(total=3),
    )
    cells = [
        ("A", f"2026Q{k}", name, value) for k in (3, 4) for name, value in (("x", 80), ("z", 60))
    ]
    result = evaluate(one, rows(*cells, ("A", "2026Q4", "y", 100)))
    assert result.total("A", "2026Q3") == Decimal("72.500")  # (.5·80 + .3·60) / .8
    assert result.total("A", "2026Q4") == Decimal("78.000")
    assert result.status[0].tolist() == [[0, 4, 0], [0, 0, 0]]
    for period in ("2026Q3", "2026Q4"):
        check_waterfall(result, "A", period)


def test_deductions_inside_an_indicator_stop_at_zero() -> None:
    late = Deduction("late", {"en": "Late"}, Fraction(30), "x", clause="§ 2", document=False)
    one = scheme({"x": "0.5", "y": "0.5"}, deductions=(late,))
    cells = [("A", "2026Q1", "x", 50), ("A", "2026Q1", "y", 80), ("A", "2026Q1", "late", 2)]
    result = evaluate(one, rows(*cells))
    assert result.scores[0, 0].tolist() == [0, 80]
    line = result.waterfall("A", "2026Q1")[1]
    assert (line.rule, line.node, line.clause, line.points, line.change) == (
        "deduction", "late", "§ 2", Decimal(50), Decimal(-25),
    )  # fmt: skip


def test_caps_of_deductions_and_bonuses() -> None:
    one = scheme(
        {"x": 1},
        deductions=(
            Deduction("late", {"en": "Late"}, Fraction(2), cap=Fraction(5), document=False),
        ),
        bonuses=(
            Bonus("prize", {"en": "Prize"}, Fraction(3), document=False),
            Bonus("thanks", {"en": "Thanks"}, None, cap=Fraction(4), document=False),
        ),
        total=TotalRules(bonus_cap=Fraction(6)),
    )
    cells = [("x", 50), ("late", 4), ("prize", 1), ("thanks", "4.5")]
    result = evaluate(one, rows(*(("A", "2026Q1", name, value) for name, value in cells)))
    assert result.total("A", "2026Q1") == Decimal("51.0")
    rules = [(line.rule, line.change) for line in result.waterfall("A", "2026Q1")]
    assert rules[1:5] == [("deduction", -5), ("bonus", 3), ("bonus", 4), ("bonus_cap", -1)]


def test_a_deduction_needs_its_document() -> None:
    one = scheme({"x": 1}, deductions=(Deduction("late", {"en": "Late"}, Fraction(2)),))
    columns = "unit period indicator value evidence"
    cells = [("A", "2026Q1", "x", 50, ""), ("A", "2026Q1", "late", 1, "")]
    with pytest.raises(EvaluationError) as refusal:
        evaluate(one, rows(*cells, columns=columns))
    message = "records: row 2, column evidence: is empty, expected the document that shows it"
    assert str(refusal.value) == message
    cells[1] = ("A", "2026Q1", "late", 1, "No. 7")
    assert evaluate(one, rows(*cells, columns=columns)).total("A", "2026Q1") == Decimal("48.0")


def test_ranks_inside_groups() -> None:
    groups = (Group("city", NAME, ("B", "A")), Group("county", NAME, ("C", "D")))
    values = {"A": [70], "B": [80], "C": [90], "D": [60]}
    result = evaluate(scheme({"x": 1}, groups=groups), table(values, "x"))
    assert result.units == ("B", "A", "C", "D")
    assert result.ranks[:, 0].tolist() == [2, 3, 1, 4]
    assert result.group_ranks[:, 0].tolist() == [1, 2, 1, 2]


def test_early_warnings() -> None:
    warnings = WarningRules(
        floor=Fraction(60),
        fall=Fraction(5),
        falls=2,
        below_median=Fraction(10),
        band_edge=Fraction(1),
    )
    totals = {"A": (90, 84, 59), "B": (70, 80.5, 80), "C": (70, 75, 76)}
    cells = [
        (unit, f"2026Q{k}", "x", value)
        for unit, values in totals.items()
        for k, value in enumerate(values, start=1)
    ]
    result = evaluate(scheme({"x": 1}, warnings=warnings), rows(*cells))
    assert [str(warning) for warning in result.warnings] == [
        "A, 2026Q1: 90 is 0 above the edge of 'excellent'",
        "A, 2026Q2: 84, 6 less than the period before",
        "A, 2026Q3: 59 is below 60",
        "A, 2026Q3: 59, 25 less than the period before",
        "A, 2026Q3: 59, fallen 2 times in a row",
        "A, 2026Q3: 59, the median of its group is 76",
        "B, 2026Q2: 80.5 is 0.5 above the edge of 'good'",
        "B, 2026Q3: 80 is 0 above the edge of 'good'",
    ]


def test_years_and_months_are_other_periods() -> None:
    one = scheme({"x": 1}, period=Calendar("month"))
    with pytest.raises(EvaluationError) as refusal:
        evaluate(one, table({"A": [1]}, "x"))
    message = "records: row 1, column period: 2026Q1 is a quarter, expected a month"
    assert str(refusal.value) == message
