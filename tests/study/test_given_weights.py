"""Parents whose weights are given instead of compared, from the survey file to the evidence."""

from __future__ import annotations

import re
import textwrap
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import report
from ahp.errors import AnswersError, HierarchyError, OptionError, SurveyError
from ahp.exchange.survey_text import hierarchy_text, survey_toml
from ahp.hierarchy import Hierarchy
from ahp.i18n.errors import error_sentence
from ahp.plots import hierarchy_diagram
from ahp.plots.chart import Line
from ahp.process.asking import Way, check_way, read_ranking
from ahp.process.draft import Draft
from ahp.process.itinerary import Replies, itinerary
from ahp.process.own_result import own_ranking
from ahp.process.rounds import round_evidence, summarize
from ahp.process.settings import Settings
from ahp.study import Analysis, Answers, Judgment, Survey, analyze, panel_agreement
from ahp.study.survey import survey_from_content, survey_from_toml

DOCS = Path(__file__).parents[2] / "docs"
TOML = """
format = 1
id = "site"
languages = ["en"]
name = { en = "Site" }
description = { en = "Which site?" }

[goal]
id = "site"
name = { en = "Site" }
explanation = { en = "The best." }
WEIGHTS

[[nodes]]
id = "cost"
parent = "site"
name = { en = "Cost" }
explanation = { en = "What it costs." }

[[nodes]]
id = "risk"
parent = "site"
name = { en = "Risk" }
explanation = { en = "What may go wrong." }

[[nodes]]
id = "flood"
parent = "risk"
name = { en = "Flood" }
explanation = { en = "Water." }

[[nodes]]
id = "fire"
parent = "risk"
name = { en = "Fire" }
explanation = { en = "Fire." }
"""
GIVEN = 'weights = { cost = 0.4, risk = 0.6 }\nsource = "Rule 5"'
ANSWERS = Answers(
    (Judgment("A", "risk", "flood", "fire", "3"), Judgment("B", "risk", "fire", "flood", "3"))
)


def site(given: str = GIVEN) -> Survey:
    return survey_from_toml(TOML.replace("WEIGHTS", given), "site.toml")


def test_they_stand_in_the_survey_and_change_its_hash() -> None:
    survey = site()
    assert survey.hierarchy.given_weights == {"site": (0.4, 0.6)}
    assert (survey.hierarchy.parents, survey.hierarchy.compared) == (("site", "risk"), ("risk",))
    assert survey.hierarchy.comparisons == (("risk", "flood", "fire"),)
    assert survey.given["site"].source == "Rule 5"
    plain = site("")
    assert (plain.hierarchy.compared, plain.given) == (("site", "risk"), {})
    assert "weights" not in plain.content
    others = (GIVEN.replace("Rule 5", "Rule 6"), GIVEN.replace("0.4", "0.41"), "")
    assert len({survey.content_hash, *(site(other).content_hash for other in others)}) == 4
    assert site(GIVEN.replace("0.4, risk = 0.6", "4e-1, risk = 0.60")) == survey


@pytest.mark.parametrize("read", ["content", "toml", "draft"])
def test_round_trips(read: str) -> None:
    survey = site()
    back = {
        "content": lambda: survey_from_content(survey.content),
        "toml": lambda: survey_from_toml(survey_toml(survey), "x"),
        "draft": lambda: Draft.of(survey).survey(),
    }[read]()
    assert back == survey
    assert back.content_hash == survey.content_hash


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ('weights = { cost = 0.4, risk = 0.6 }', "goal.source: missing, expected with weights"),
        ('source = "Rule 5"', "goal.weights: missing, expected with source"),
        (GIVEN.replace("0.6", "0.5"), "goal.weights: the weights sum to 0.9, expected 1"),
        (GIVEN.replace("0.6", "-0.6"), "goal.weights.risk: -0.6, expected a number of 0 or more"),
        (GIVEN.replace("0.6", "nan"), "goal.weights.risk: NaN, expected a finite number"),
        (GIVEN.replace("0.6", '"0.6"'), "goal.weights.risk: is text, expected a number"),
        (GIVEN.replace("0.6", "true"), "goal.weights.risk: is a boolean, expected a number"),
        (GIVEN.replace("risk =", "fire ="),
         "goal.weights.fire: expected a child of 'site': cost, risk"),
        (GIVEN.replace(", risk = 0.6", ""),
         "goal.weights.risk: missing, expected a weight for each child of 'site'"),
        (GIVEN.replace("Rule 5", " "), "goal.source: is empty, expected text"),
        (GIVEN.replace("{ cost = 0.4, risk = 0.6 }", "[0.4, 0.6]"),
         "goal.weights: is an array, expected a table"),
    ],
)  # fmt: skip
def test_refused(given: str, message: str) -> None:
    with pytest.raises(SurveyError) as raised:
        site(given)
    assert str(raised.value) == f"site.toml: {message}"


def test_weights_of_a_leaf_and_weights_everywhere_are_refused() -> None:
    for old, message in (
        ('id = "fire"\n', "nodes[3].weights: 'fire' has no children, expected none"),
        (
            'id = "risk"\n',
            "nodes: all weights are given, expected a parent whose children are compared",
        ),
    ):
        more = old + "weights = { flood = 1, fire = 0 }\nsource = 'x'\n"
        with pytest.raises(SurveyError) as raised:
            survey_from_toml(TOML.replace("WEIGHTS", GIVEN).replace(old, more), "site.toml")
        assert str(raised.value) == f"site.toml: {message}"


def test_rounded_weights_are_divided_by_their_sum_and_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    given = GIVEN.replace("0.4", "0.395")
    file.write_text(TOML.replace("WEIGHTS", given), encoding="utf-8")
    with pytest.warns(ahp.SurveyWarning) as said:
        survey = ahp.load_survey(file)
    (warning,) = said
    assert str(warning.message) == (
        f"{file}: the weights given below 'site' sum to 0.995, they are divided by it"
    )
    assert error_sentence(warning.message, "zh") == (
        f"{file}：“site”之下给定的权重之和为 0.995，已除以该和归一化。"
    )
    assert survey.given["site"].weights == {"cost": 0.395, "risk": 0.6}
    shares = analyze(survey, ANSWERS).local_weights["site"]
    assert shares.tolist() == [0.395 / 0.995, 0.6 / 0.995]
    assert report.given_words(survey, "site", "en") == (
        "weights given (Rule 5), divided by their sum 0.995"
    )


def test_many_weights_with_two_decimals_sum_to_one_as_far_as_rounding_lets_them() -> None:
    toml = TOML.replace("WEIGHTS", "").split("[[nodes]]")[0]
    names = [f"n{k}" for k in range(18)]
    nodes = "".join(
        f'[[nodes]]\nid = "{name}"\nparent = "site"\nname = {{ en = "{name}" }}\n'
        f'explanation = {{ en = "x" }}\n'
        for name in (*names, "a", "b")
    ).replace('id = "a"\nparent = "site"', 'id = "a"\nparent = "n0"')
    nodes = nodes.replace('id = "b"\nparent = "site"', 'id = "b"\nparent = "n0"')
    weights = ", ".join(f"{name} = 0.06" for name in names)
    given = f'weights = {{ {weights} }}\nsource = "Table 2"\n'
    survey = survey_from_toml(toml + given + nodes, "x")
    assert survey.given["site"].total == 1.08
    np.testing.assert_allclose(survey.hierarchy.given_weights["site"], [1 / 18] * 18)


@pytest.fixture
def analysis() -> Analysis:
    return analyze(site(), ANSWERS.only(["A"]))


def test_weights_and_consistency(analysis: Analysis) -> None:
    assert analysis.global_weights == pytest.approx(
        {"site": 1, "cost": 0.4, "risk": 0.6, "flood": 0.45, "fire": 0.15}
    )
    assert list(analysis.local_weights) == ["site", "risk"]
    assert list(analysis.matrices) == list(analysis.consistency) == ["risk"]
    assert [(one.level, one.parents) for one in analysis.total_consistency] == [(2, ("risk",))]
    assert analysis.ranking == ("flood", "cost", "fire")


def test_they_stand_in_every_table(analysis: Analysis) -> None:
    tables = report.parent_tables(analysis, "en")
    assert [table.title for table in tables.values()] == [
        "Site: weights given (Rule 5)",
        "Risk",
    ]
    assert tables["site"].rows == (("Cost", 0.4), ("Risk", 0.6))
    assert report.consistency_table(analysis, "en").rows[0] == (
        *("Site", 2, None, None, None, None),
        *("weights given (Rule 5)", None),
    )
    assert report.total_table(analysis, "en").title == (
        "Consistency of the total hierarchy, without the weights given below Site"
    )
    assert ("Weights given instead of compared", "Site: Rule 5") in report.provenance(
        analysis, "en"
    )
    parent = report.analysis_data(analysis)["parents"]["site"]
    assert parent == {
        "children": ["cost", "risk"],
        "weights": [0.4, 0.6],
        "given": {"weights": {"cost": 0.4, "risk": 0.6}, "source": "Rule 5"},
    }
    lines = [one for one in hierarchy_diagram(analysis, "en").marks if isinstance(one, Line)]
    assert [one.dashed for one in lines] == [True, True, False, False]


def test_evidence(analysis: Analysis) -> None:
    settings = Settings.of(analysis.survey)
    evidence = round_evidence(analysis, settings, summarize(analysis, None, 1))
    assert evidence["parents"]["site"] == {
        "weights": [0.4, 0.6],
        "given": {"weights": {"cost": 0.4, "risk": 0.6}, "source": "Rule 5"},
    }


@pytest.mark.parametrize("how", ["aij", "aij_median", "aip_arithmetic", "aip_geometric"])
def test_panels(how: str) -> None:
    found = analyze(site(), ANSWERS, how=how)
    assert found.local_weights["risk"].tolist() == pytest.approx([0.5, 0.5])
    assert found.panel.global_weights[:, 0].tolist() == [0.4, 0.4]
    assert found.panel.mean_cr.tolist() == [0, 0]
    agreement = panel_agreement(found)
    assert agreement is not None
    assert list(agreement.parents) == ["risk"]


def test_answers_there_are_refused() -> None:
    for call in (
        lambda: analyze(site(), Answers((Judgment("A", "site", "cost", "risk", "3", "a:2"),))),
        lambda: Answers((Judgment("A", "site", "cost", "risk", "3", "a:2"),)).matrices(
            site().hierarchy
        ),
    ):
        with pytest.raises(AnswersError) as raised:
            call()
        assert str(raised.value) == (
            "a:2: parent = 'site' has given weights, nothing is compared below it, expected one of "
            "risk"
        )
    with pytest.raises(AnswersError, match="recused 'site', expected one of 'risk'"):
        analyze(site(), ANSWERS, recused=[("A", "site")])


def test_nobody_is_asked_there() -> None:
    hierarchy = site().hierarchy
    assert [stop.place for stop in itinerary(hierarchy)] == [
        *("welcome", "pair risk flood fire", "parent risk", "review")
    ]
    way = Way.seeded("rank", False, hierarchy, "seed")
    assert [pair[0] for pair in way.order] == ["risk"]
    check_way(way, hierarchy)
    assert Replies().counts(hierarchy, "site") == (0, 0)
    with pytest.raises(OptionError, match="ranking below 'site', expected one of risk"):
        read_ranking("site", '["cost", "risk"]', hierarchy)
    said = Replies(answers={("risk", "flood", "fire"): "3"})
    own = own_ranking(hierarchy, Settings.of(site()), said)
    assert own == pytest.approx({"flood": 0.45, "cost": 0.4, "fire": 0.15})


def test_hierarchy_text_has_them() -> None:
    assert hierarchy_text(site()) == "Site: Cost=0.4, Risk=0.6;\nRisk: Flood, Fire;\n"


def test_drafts() -> None:
    draft = Draft.of(site()).give("site", {"cost": 0.4, "risk": 0.6}, "")
    assert draft.missing() == (("site", "source", ""),)
    with pytest.raises(SurveyError, match=r"^'Site': source is empty, expected text$"):
        draft.survey()
    assert draft.give("site", None, "").survey() == site("")
    draft, _child = Draft.of(site()).add("site")
    draft = draft.write("n1", {"en": "More"}, {"en": "More."})
    with pytest.raises(
        SurveyError, match=r"^'More': missing, expected a weight for each child of 'Site'$"
    ):
        draft.survey()
    assert draft.remove("n1").survey() == site()


TREE: dict[str, Any] = {"g": ("a", "b"), "b": ("c", "d")}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": (1,)}, "weights are given below 'a', expected a node with children"),
        ({"g": (1,)}, "the weights given below 'g' have shape (1,), expected (2,)"),
        ({"g": (0, 0)}, "the weights given below 'g' are all 0, expected one above"),
        ({"g": (2, -1)},
         "the weights given below 'g' [2.0, -1.0], expected finite numbers of 0 or more"),
    ],
)  # fmt: skip
def test_hierarchies_refuse(given: Any, message: str) -> None:
    with pytest.raises(HierarchyError) as raised:
        Hierarchy("g", TREE, given)
    assert str(raised.value) == message


def test_uncertainty_leaves_them_as_they_are() -> None:
    hierarchy = Hierarchy("g", TREE, {"g": (1, 3)})
    found = ahp.simulate_hierarchy(hierarchy, {"b": [[1, 3], [1 / 3, 1]]}, seed=1, draws=50)
    assert list(found.local) == ["b"]
    assert found.leaves.names == ("a", "c", "d")
    assert (found.leaves.weights[0], found.leaves.mean[0], found.leaves.std[0]) == (0.25, 0.25, 0)
    with pytest.raises(HierarchyError, match="matrix of 'g', expected those of 'b'"):
        ahp.simulate_hierarchy(hierarchy, {"g": np.ones((2, 2))}, seed=1)
    with pytest.raises(HierarchyError, match="all weights of the hierarchy are given"):
        ahp.simulate_hierarchy(Hierarchy("g", {"g": ("a", "b")}, {"g": (1, 3)}), {}, seed=1)
    interval = ahp.stability_interval(hierarchy, {"b": [0.75, 0.25]}, "c")
    assert interval.weight == 0.75


def test_shipped_surveys_have_none() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        survey = ahp.load_survey("supervision_effectiveness")
    assert survey.given == {}
    assert survey.hierarchy.compared == survey.hierarchy.parents


def test_the_documented_node() -> None:
    page = (DOCS / "survey-format.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    documented = re.search(r"(?:    .*\n)+", page.partition("## Given weights")[2])
    assert documented is not None
    before, _, after = example.partition('[[nodes]]\nid = "food"')
    node = textwrap.dedent(documented[0])
    survey = survey_from_toml(before + node + "\n[[nodes]]" + after.partition("[[nodes]]")[2], "x")
    assert survey.hierarchy.given_weights == {"food": (0.6, 0.4)}
    assert survey.given["food"].source == "Canteen rules of 2024, section 5"
