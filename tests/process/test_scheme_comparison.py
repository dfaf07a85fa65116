"""What differs between two versions of a scheme."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ahp.evaluation.scheme import Scheme, load_scheme, shipped_schemes
from ahp.i18n.schemes import difference_words
from ahp.process.scheme_comparison import SchemeDifference, compare_schemes
from ahp.process.scheme_draft import SchemeDraft

WHOLE = load_scheme(Path(__file__).parents[1] / "evaluation" / "every_rule.toml")
DRAFT = SchemeDraft.of(WHOLE)


def told(new: Scheme, language: str = "en", old: Scheme = WHOLE) -> list[str]:
    return [difference_words(old, new, one, language) for one in compare_schemes(old, new)]


@pytest.mark.parametrize("name", shipped_schemes())
def test_a_scheme_does_not_differ_from_itself(name: str) -> None:
    assert compare_schemes(load_scheme(name), load_scheme(name)) == ()


def test_a_weight_and_a_rule() -> None:
    draft = DRAFT.put(version="2").weigh("goal", {"numbers": "50", "opinions": "50"})[0]
    new = draft.set_rule("error_rate", high=Decimal("0.04")).scheme()
    assert compare_schemes(WHOLE, new) == (
        SchemeDifference("changed", "scheme", "", "version", "1", "2"),
        SchemeDifference("changed", "weights", "numbers", "", 0.55, 0.5),
        SchemeDifference("changed", "weights", "opinions", "", 0.45, 0.5),
        SchemeDifference(
            "changed",
            "indicators",
            "error_rate",
            "rule",
            {"kind": "measured", "low": 0, "high": 0.05, "direction": "lower"},
            {"kind": "measured", "low": 0, "high": 0.04, "direction": "lower"},
        ),
    )
    assert told(new) == [
        "Version: 1 → 2",
        "Numbers: weight 0.55 → 0.5",
        "Opinions: weight 0.45 → 0.5",
        "Error rate, Rule: 0.05 or more: 0 points, 0 or less: 100 points, linear between; values "
        "from 0 to 1 alone → 0.04 or more: 0 points, 0 or less: 100 points, linear between; "
        "values from 0 to 1 alone",
    ]
    assert told(new, "zh") == [
        "版本：1 → 2",
        "量化指标：权重 0.55 → 0.5",
        "评议指标：权重 0.45 → 0.5",
        "差错率，计分规则：0.05 及以上 0 分，0 及以下 100 分，其间按直线计分；取值限于 0 至 1 → "
        "0.04 及以上 0 分，0 及以下 100 分，其间按直线计分；取值限于 0 至 1",
    ]


def test_what_came_and_went() -> None:
    draft, new_node = DRAFT.add_indicator("numbers")
    draft = draft.change("nodes", new_node, name={"zh": "投诉", "en": "Complaints"})
    draft = draft.choose_rule(new_node, "measured").set_rule(new_node, low=0, high=5)
    draft = draft.remove_node("survey_day").remove("bonuses", "praise")
    draft = draft.add("deductions", name={"zh": "漏报", "en": "Omission"}, points=3)[0]
    new = draft.scheme()
    words = [line for line in told(new) if "weight" not in line]
    assert words == [
        "Hierarchy: “Survey at year's end” is gone",
        "Hierarchy: “Complaints” is new",
        "Survey at year's end: no rule of its own any more",
        "Complaints, how it gets its points: 0 or less: 0 points, 5 or more: 100 points, linear "
        "between",
        "Deductions: “Omission” is new",
        "Bonuses: “Commendation” is gone",
    ]
    assert "扣分项：新增“漏报”" in told(new, "zh")
    assert "加分项：取消“表彰”" in told(new, "zh")
    back = [line for line in told(WHOLE, old=new) if "weight" not in line]
    assert back[:2] == [
        "Hierarchy: “Complaints” is gone",
        "Hierarchy: “Survey at year's end” is new",
    ]


def test_names_tables_and_values() -> None:
    new = (
        DRAFT.change("bands", "good", at_least=82, name={"zh": "好", "en": "Fine"})
        .change("nodes", "cost", name={"zh": "成本", "en": "Cost"})
        .change("indicators", "delay", document=True, items="max", valid=[0, 30])
        .change("vetoes", "too_many_errors", band="excellent")
        .settle("warnings", fall=None, falls=2)
        .settle("total", cap=110)
        .settle("period", year=[Decimal("0.25")] * 4)
        .put(findings_once=True, description={"zh": "说明", "en": "What for"})
        .scheme()
    )
    assert told(new) == [
        "Description: (empty) → What for",
        "A finding is deducted once: no → yes",
        "Hierarchy: “Cost per item” is now called “Cost”",
        "Mean delay, Needs a document: no → yes",
        "Mean delay, Several items: mean → the highest",
        "Mean delay, Possible values: (empty) → 0, 30",
        "Fine, From, including: 80 → 82",
        "Bands: “Good” is now called “Fine”",
        "Too many errors, Band: Good → Excellent",
        "Evaluation period, Year: mean → 0.25, 0.25, 0.25, 0.25",
        "Total, Total at most: 100 → 110",
        "Early warnings, Fall of points: 3 → (empty)",
        "Early warnings, Falls in a row: (empty) → 2",
    ]


def test_grades_and_conditions() -> None:
    grades = [
        {**grade, "points": 100} if grade["id"] == "excellent" else grade
        for grade in DRAFT.data["grades"]["five"]
    ]
    when = {"indicator": "error_rate", "above": Decimal("0.05")}
    new = (
        DRAFT.set_grades("five", tuple(grades))
        .change("vetoes", "too_many_errors", when=when)
        .scheme()
    )
    assert told(new) == [
        "Too many errors, Falls by itself: Above 0.04 → Above 0.05",
        "five, Excellent: Points 95 → Points 100",
    ]
    two = new.to_dict()["grades"]["five"][:2]
    assert told(DRAFT.set_grades("two", tuple(two)).scheme()) == ["Grades: “two” is new"]
