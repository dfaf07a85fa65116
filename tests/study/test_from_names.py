"""Surveys made from names alone."""

from __future__ import annotations

from typing import Any

import pytest

import ahp
from ahp.i18n.errors import error_sentence
from ahp.study import survey_from_content


@pytest.mark.parametrize(
    "names",
    [
        {"Goal": ["A", "B", "C"], "A": ["a1", "a2"], "a2": ["x", "y"]},
        {"Goal": {"A": {"a1": None, "a2": ["x", "y"]}, "B": [], "C": ()}},
        {"Goal": [{"A": ["a1", {"a2": ["x", "y"]}]}, "B", "C"]},
        {"Goal": ["A", "B", "C"], "a2": ["x", "y"], "A": ["a1", "a2"]},
    ],
)
def test_a_tree_may_be_written_flat_or_nested(names: dict[str, Any]) -> None:
    survey = ahp.Survey.from_names(names)
    assert survey.hierarchy.goal == "goal"
    assert dict(survey.hierarchy.children) == {
        "goal": ("a", "b", "c"),
        "a": ("a1", "a2"),
        "a2": ("x", "y"),
    }


def test_a_survey_of_names_has_names_and_nothing_else() -> None:
    survey = ahp.Survey.from_names(
        {"选择旅游地": ["景色", "费用", "Big City"], "景色": ["自然", "人文"]},
        language="zh",
        id="trip",
        method="geometric_mean",
        random_index="saaty_2005",
    )
    assert {key: dict(node.name) for key, node in survey.nodes.items()} == {
        "n1": {"zh": "选择旅游地"},
        "n2": {"zh": "景色"},
        "n3": {"zh": "费用"},
        "big_city": {"zh": "Big City"},
        "n4": {"zh": "自然"},
        "n5": {"zh": "人文"},
    }
    assert (survey.id, survey.method, survey.random_index) == (
        "trip",
        "geometric_mean",
        "saaty_2005",
    )
    assert survey.text(survey.description, "en") == ""
    assert survey.text(survey.nodes["n2"].explanation, "zh") == ""
    assert survey_from_content(survey.content) == survey
    assert "explanation" not in survey.content
    assert "description" not in survey.content


def nested(levels: int) -> dict[str, Any]:
    """Names of so many levels below the goal."""
    below: Any = None
    for level in range(levels, 0, -1):
        below = {f"a{level}": below, f"b{level}": None}
    return {"Goal": below}


EXPECTED = "expected names of items: the goal -> those below it, and so on"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({}, f"the names: {{}}, {EXPECTED}"),
        (["Goal"], f"the names: ['Goal'], {EXPECTED}"),
        ({"Goal": "ab"}, f"the names: 'ab', {EXPECTED}"),
        ({"Goal": ["A", ["B"]]}, f"the names: ['B'], {EXPECTED}"),
        ({"Goal": {"A"}}, f"the names: {{'A'}}, {EXPECTED}"),
        ({"Goal": frozenset({"A"})}, f"the names: frozenset({{'A'}}), {EXPECTED}"),
        ({"Goal": ["A", "A"]}, "the names: 'A' stands twice, expected once"),
        (
            {"Goal": [{"A": ["x", "y"]}, "B"], "A": ["p", "q"]},
            "the names: branch 'A' stands twice, expected once",
        ),
        (nested(51), "the names: more than 50 levels, expected fewer"),
        (nested(2_000), "the names: more than 50 levels, expected fewer"),
        ({"Goal": {1: None, 2: None}}, f"the names: 1, {EXPECTED}"),
        ({"Goal": ["A", " "]}, "the names: is empty, expected a name"),
        (
            {"Goal": ["A"]},
            "the names: 'Goal' has the single item 'A', expected two or more to compare",
        ),
        ({"Goal": ["A", "Goal"]}, "the names: 'Goal' stands twice, expected once"),
        (
            {"Goal": ["A", "B"], "Ｇｏａｌ": ["C", "D"]},
            "the names: 'Ｇｏａｌ' stands twice, expected once",
        ),
        (
            {"Goal": ["A", "B"], "C": ["D", "E"], "D": ["C", "F"]},
            "the names: branch 'C' is not below the goal 'Goal', expected its name among the items "
            "of another branch",
        ),
        (
            {"Goal": ["A", "B"], "A": ["x", "y"], "B": ["x", "y"]},
            "the names: 'x' stands below 'A' and below 'B', expected below one; ahp.synthesize "
            "puts together alternatives that are compared under every criterion",
        ),
    ],
)
def test_what_is_no_tree_of_names_is_refused(names: Any, message: str) -> None:
    with pytest.raises(ahp.SurveyError) as refused:
        ahp.Survey.from_names(names)
    assert str(refused.value) == message


def test_alternatives_are_refused_in_chinese() -> None:
    with pytest.raises(ahp.SurveyError) as refused:
        ahp.Survey.from_names({"目标": ["甲", "乙"], "甲": ["一", "二"], "乙": ["一", "二"]})
    assert error_sentence(refused.value, "zh") == (
        "名称：“一”同时位于“甲”和“乙”之下，只应位于一处；若是在每个准则下都要比较的备选方案，请用 "
        "ahp.synthesize 综合。"
    )


def test_fifty_levels_are_a_tree() -> None:
    assert len(ahp.Survey.from_names(nested(50)).hierarchy.parents) == 50


def test_options_of_the_analysis_are_checked() -> None:
    with pytest.raises(ahp.OptionError, match="method = 'mean', expected one of"):
        ahp.Survey.from_names({"Goal": ["A", "B"]}, method="mean")
