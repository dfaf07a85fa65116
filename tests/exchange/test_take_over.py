"""What studies take over from projects of other programs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ahp.exchange.uploads import Upload, read_upload
from ahp.study import Survey, analyze

HEAD = "Version: 2.0\nGoal:\n  name: Site\n"
VOTERS = HEAD + "  decision-makers: {Ann: 0.9, Bo: 0.1}\n"
OPPOSITE = """  preferences:
    Ann: {pairwise: [[Cost, Risk, 9]]}
    Bo: {pairwise: [[Cost, Risk, 1/9]]}
"""
CHILDREN = "  children:\n    Cost:\n    Risk:\n"


def gluc(text: str, language: str = "en") -> Upload:
    return read_upload(text.encode(), "site.ahp", language)


def ahp_os(text: str, *rows: tuple[str, str, str], alternatives: tuple[str, ...] = ()) -> Upload:
    data: dict[str, Any] = {"pj": [{"project_name": "Shop", "project_hText": text}]}
    if rows:
        data["pwc"] = [
            {"pwc_part": "Li", "pwc_node": node, "pwc_ab": ab, "pwc_intense": intense}
            for node, ab, intense in rows
        ]
    if alternatives:
        data["alt"] = [{"alt": name} for name in alternatives]
    return read_upload(json.dumps(data).encode(), "shop.json", "en")


def survey_of(found: Upload) -> Survey:
    assert found.survey is not None
    return found.survey


def given(found: Upload) -> dict[str, dict[str, float]]:
    return {parent: dict(one.weights) for parent, one in survey_of(found).given.items()}


def test_decision_makers_weights_count() -> None:
    found = gluc(VOTERS + OPPOSITE + CHILDREN)
    assert found.expert_weights == {"Ann": 0.9, "Bo": 0.1}
    assert found.remarks == (
        "The decision makers' weights are imported and used: Ann 0.9, Bo 0.1.",
    )
    assert found.lost == ()
    assert found.answers is not None
    result = analyze(survey_of(found), found.answers, expert_weights=found.expert_weights)
    assert result.global_weights["cost"] == pytest.approx(9**0.8 / (9**0.8 + 1))
    assert gluc(HEAD + OPPOSITE + CHILDREN).expert_weights == {}


def test_remarks_in_chinese() -> None:
    assert gluc(VOTERS + OPPOSITE + CHILDREN, "zh").remarks == (
        "将采用文件中各决策者的权重，并计入结果：Ann 0.9、Bo 0.1。",
    )


def test_decision_makers_come_without_answers_too() -> None:
    found = gluc(VOTERS + CHILDREN)
    assert (found.answers, found.expert_weights) == (None, {"Ann": 0.9, "Bo": 0.1})


def test_a_decision_maker_who_compares_nothing() -> None:
    found = gluc(VOTERS + OPPOSITE.partition("    Bo")[0] + CHILDREN)
    assert found.expert_weights == {"Ann": 0.9}
    assert found.remarks[1:] == ("Bo (weight 0.1) compares nothing in the file and is left out.",)


def test_weights_that_are_all_zero_do_not_count() -> None:
    voters = VOTERS.replace("0.9", "1").replace("0.1", "0")
    only_bo = OPPOSITE.replace("    Ann: {pairwise: [[Cost, Risk, 9]]}\n", "")
    found = gluc(voters + only_bo + CHILDREN)
    assert found.expert_weights == {}
    assert found.remarks == (
        "All who compare in the file have the weight 0 there; here they count alike.",
    )


def below(voters: str) -> str:
    risk = f"""    Risk:
      decision-makers: {voters}
      preferences:
        Ann: {{pairwise: [[Flood, Fire, 3]]}}
        Cy: {{pairwise: [[Flood, Fire, 5]]}}
      children: {{Flood: , Fire: }}
"""
    return VOTERS + OPPOSITE + "  children:\n    Cost:\n" + risk


def test_weights_by_criterion_become_one_weight_each_where_they_can() -> None:
    found = gluc(below("{Ann: 0.75, Cy: 0.25}"))
    assert found.expert_weights == pytest.approx({"Ann": 0.9, "Bo": 0.1, "Cy": 0.3})
    assert len(found.remarks) == 1


def test_weights_that_contradict_each_other_are_named() -> None:
    text = below("{Ann: 0.5, Bo: 0.5}").replace("        Cy:", "        Bo:")
    found = gluc(text)
    assert found.expert_weights == {"Ann": 0.9, "Bo": 0.1}
    assert found.remarks[1:] == (
        "The decision makers have other weights at “Risk”. A study can't keep those: an expert has "
        "one weight.",
    )


PRIORITIES = """      preferences:
        Ann: {priority: {Flood: 0.8, Fire: 0.2}}
        Bo: {priority: {Flood: BO, Fire: FIRE}}
      children: {Flood: , Fire: }
"""


@pytest.mark.parametrize(
    ("bo", "flood", "source"),
    [
        (0.8, 0.8, "site.ahp: Ann, Bo"),
        (0.2, 4**0.8 / (4**0.8 + 1), "site.ahp: geometric mean of Ann 0.9, Bo 0.1"),
    ],
)
def test_priorities_are_given_weights(bo: float, flood: float, source: str) -> None:
    below = PRIORITIES.replace("BO", str(bo)).replace("FIRE", f"{1 - bo:.1f}")
    found = gluc(VOTERS + OPPOSITE + "  children:\n    Cost:\n    Risk:\n" + below)
    weights = survey_of(found).given["risk"]
    assert weights.weights == pytest.approx({"flood": flood, "fire": 1 - flood})
    assert weights.source == source
    assert found.lost == ()
    assert found.remarks[1].startswith("The weights given below “Risk” are imported, and nobody ")


def test_priorities_beside_comparisons_are_left_out_and_said() -> None:
    text = OPPOSITE.replace("pairwise: [[Cost, Risk, 1/9]]", "priority: {Cost: 0.2, Risk: 0.8}")
    found = gluc(HEAD + text + CHILDREN)
    assert given(found) == {}
    assert found.lost == ("given weights, 2",)


def test_formulas_of_alternatives_are_left_out_and_said() -> None:
    text = """Version: 2.0
Alternatives: &alternatives {Lake: {price: 1}, City: {price: 2}}
Goal:
  name: Trip
  preferences: {pairwise: [[Cost, Rest, 3]]}
  children:
    Cost:
      preferences:
        pairwiseFunction: >
          GetPrice <- function(a1, a2) a1$price / a2$price
      children: *alternatives
    Rest:
      preferences: {scoreFunction: function(a) a$price}
      children: *alternatives
"""
    found = gluc(text)
    assert found.answers is not None
    assert survey_of(found).hierarchy.children == {"trip": ("cost", "rest")}
    assert [one.value for one in found.answers.judgments] == ["3"]
    assert found.lost == ("alternatives, 2", "formulas that compare alternatives, 2")


def test_given_weights_of_ahp_os() -> None:
    found = ahp_os("Shop: Price=0.3, Quality=0.7; Quality: Durable, Look;", ("Quality", "0", "3"))
    assert given(found) == {"shop": {"price": 0.3, "quality": 0.7}}
    assert survey_of(found).given["shop"].source == "shop.json"
    assert found.remarks == (
        "The weights given below “Shop” are imported, and nobody is asked about them: Price 0.3, "
        "Quality 0.7.",
    )
    assert found.answers is not None
    weights = analyze(survey_of(found), found.answers).global_weights
    assert weights["durable"] == pytest.approx(0.525)


def test_compared_parents_stay_compared() -> None:
    text = "Shop: Price=0.3, Quality=0.7; Quality: Durable, Look;"
    found = ahp_os(text, ("Shop", "0", "3"), ("Quality", "0", "3"))
    assert given(found) == {}
    assert found.remarks == (
        "“Shop” is compared in the file; the weights given there, too, do not count.",
    )
    assert found.lost == ("given weights, 2",)


def test_a_survey_keeps_something_to_ask() -> None:
    found = ahp_os("Shop: Price=0.3, Quality=0.7;")
    assert given(found) == {}
    assert found.remarks == (
        "The file gives all weights, which would leave nothing to compare: they are not "
        "imported, and everything is compared.",
    )
    assert found.lost == ("given weights, 2",)


def test_alternatives_of_ahp_os_are_said() -> None:
    rows = (("Shop", "0", "3"), ("C1", "0", "5"), ("C2", "1", "7"))
    assert ahp_os("Shop: C1, C2;", *rows, alternatives=("A", "B")).lost == (
        "comparisons of alternatives, 2",
    )
    assert ahp_os("Shop: C1, C2;", rows[0], alternatives=("A", "B")).lost == ("alternatives, 2",)


def test_hierarchy_texts() -> None:
    found = read_upload(b"Shop: A=0.3, B=0.7; B: c, d;", "shop.txt", "en")
    assert given(found) == {"shop": {"a": 0.3, "b": 0.7}}
    assert survey_of(found).given["shop"].source == "shop.txt"
