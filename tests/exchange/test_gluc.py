from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.exchange import gluc
from ahp.exchange.gluc import GlucProject, read_gluc
from ahp.scale import opposite, parse_judgment
from ahp.study import Answers, Survey, survey_from_content

from .test_survey_text import answers_to, build, by_name, message, panel, surveys, tree_of

WEEKEND = """\
Version: 2.0
Alternatives: &alternatives
  Lake:
    price: 120
  City: {price: 300, hotel: [a, b]}
Goal:
  name: Weekend
  description: Where the two of us go.
  author: Li
  decision-makers:
    - Ann: 0.6
    - Bo: 2/5
  preferences:
    Ann:
      pairwise:
        - [Cost, Rest, 1/3]
        - [Food, Cost, 2]
    Bo:
      priority:
        - Cost: 0.5
        - Rest: 1/4
        - Food: .25
  children:
    Cost:
      preferences:
        Ann: {pairwise: [[Lake, City, 4]]}
        Bo:
          score: {Lake: 3, City: 0}
      children: *alternatives
    Rest:
      description: Sleep
      weather: any
      decision-makers: {Bo: 1}
      preferences:
        Bo:
          pairwise:
      children:
        Quiet:
          children: *alternatives
        Beds:
          children: {City: , Lake: }
    Food:
"""


def rows(answers: Answers) -> list[tuple[str, ...]]:
    return [(one.expert, one.parent, one.left, one.right, one.value) for one in answers.judgments]


def read(text: str) -> GlucProject:
    return read_gluc(text.encode(), "f.ahp")


@pytest.mark.parametrize("half", ["1/2", "½", "1⁄2", "１／２", "'1 / 2'"])
def test_however_a_fraction_is_written(half: str) -> None:
    found = read(changed("[Cost, Rest, 1/3]", f"[Rest, Cost, {half}]"))
    judged = {(one.left, one.right): one for one in found.answers.judgments if one.expert == "Ann"}
    assert judged["rest", "cost"].number == 0.5
    assert parse_judgment(opposite(judged["rest", "cost"].value)) == 2


def test_read_gluc(tmp_path: Path) -> None:
    path = tmp_path / "weekend.ahp"
    path.write_text(WEEKEND, encoding="utf-8-sig")
    found = read_gluc(path, language="en")
    assert tree_of(found.survey, "en") == {
        "Weekend": ["Cost", "Rest", "Food"],
        "Rest": ["Quiet", "Beds"],
    }
    assert (found.survey.id, found.survey.languages) == ("weekend", ("en",))
    assert found.survey.description == {"en": "Where the two of us go."}
    assert found.survey.nodes["rest"].explanation == {"en": "Sleep"}
    assert found.survey.nodes["cost"].explanation == {}
    assert survey_from_content(found.survey.content) == found.survey
    assert rows(found.answers) == [
        ("Ann", "weekend", "cost", "rest", "1/3"),
        ("Ann", "weekend", "food", "cost", "2"),
    ]
    assert found.answers.judgments[0].place == (
        f"{path}: line 16: Goal.preferences.Ann.pairwise[0]"
    )
    assert found.alternatives == ("Lake", "City")
    assert rows(found.alternative_answers) == [("Ann", "cost", "Lake", "City", "4")]
    assert found.decision_makers == {"weekend": {"Ann": 0.6, "Bo": 0.4}, "rest": {"Bo": 1}}
    assert found.given_weights == {"Bo": {"weekend": {"cost": 0.5, "rest": 0.25, "food": 0.25}}}
    assert found.alternative_weights == {"Bo": {"cost": {"Lake": 1, "City": 0}}}


def test_one_decision_maker_without_a_name() -> None:
    found = read(
        "Version: 2.0\nGoal:\n  name: 目标\n  preferences:\n    pairwise: [[甲, 乙, １／４]]\n"
        "  children: {甲: , 乙: }\n"
    )
    assert rows(found.answers) == [("DecisionMaker", "n1", "n2", "n3", "1/4")]
    assert (found.alternatives, found.decision_makers) == ((), {})


def test_alternatives_alone() -> None:
    found = read(
        "Version: 2.0\nAlternatives: &a {x: , y: {cost: 3}}\n"
        "Goal: {name: g, preferences: {pairwise: [[x, y, 2.5]]}, children: *a}\n"
    )
    assert found.survey.hierarchy.children == {"g": ("x", "y")}
    assert rows(found.answers) == [("DecisionMaker", "g", "x", "y", "2.5")]
    assert found.alternatives == ("x", "y")


def test_names_stay_as_they_are_written() -> None:
    found = read("Version: 2.0\nGoal: {name: Yes, children: {No: , 007: , 1.50: , null: }}\n")
    assert tree_of(found.survey, "und") == {"Yes": ["No", "007", "1.50", "null"]}


def changed(old: str, new: str) -> str:
    assert WEEKEND.count(old) == 1
    return WEEKEND.replace(old, new)


REFUSED = "formulas are refused, never evaluated; write the judgments as pairwise"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Version: 2.0", "Version: 1.0", "line 1: Version: '1.0', expected 2.0"),
        ("Version: 2.0", "Versions: 2.0",
         "line 1: Versions: unknown key, expected one of Version, Alternatives, Goal"),
        ("Version: 2.0", "", "Version: missing"),
        ("  name: Weekend", "  title: Weekend", "line 7: Goal.name: missing"),
        ("name: Weekend", "name: [a]", "line 7: Goal.name: is a list, expected text"),
        ("name: Weekend", "name:", "line 7: Goal.name: is empty, expected a name"),
        ("pairwise:\n        - [Cost, Rest, 1/3]\n        - [Food, Cost, 2]", "pairwiseFunction: x",
         f"line 15: Goal.preferences.Ann.pairwiseFunction: {REFUSED}"),
        ("          pairwise:\n      chil", "          scoreFunction: function(a) 1\n      chil",
         f"line 36: Goal.children.Rest.preferences.Bo.scoreFunction: {REFUSED}"),
        ("weather: any", "weather: f <- function (a) 1",
         f"line 32: Goal.children.Rest.weather: {REFUSED}"),
        ("weather: any", "scoreFunction: x",
         f"line 32: Goal.children.Rest.scoreFunction: {REFUSED}"),
        ("1/3]", "!expr 1/3]",
         f"line 16: Goal.preferences.Ann.pairwise[0][2]: tag !expr: {REFUSED}"),
        ("description: Sleep", "description: [a]",
         "line 31: Goal.children.Rest.description: is a list, expected text"),
        ("weather: any", "weather: !!python/name:os.system x",
         "line 32: Goal.children.Rest.weather: tag !!python/name:os.system: expected text, lists "
         "and mappings alone"),
        ("weather: any", "<<: {a: b}",
         "line 32: Goal.children.Rest: tag !!merge: expected text, lists and mappings alone"),
        ("weather: any", "weather: [a]",
         "line 32: Goal.children.Rest.weather: unknown key, expected one of name, description, "
         "author, decision-makers, preferences, children"),
        ("weather: any", "name: Sleep",
         "line 32: Goal.children.Rest.name: 'Sleep', expected 'Rest'"),
        ("weather: any", "description: x",
         "line 32: Goal.children.Rest: key 'description' stands twice, expected once"),
        ("    Food:\n", "    Cost:\n",
         "line 42: Goal.children: key 'Cost' stands twice, expected once"),
        ("    - Bo: 2/5", "    - Bo: 1/5",
         "line 11: Goal.decision-makers: the weights sum to 0.8, expected 1"),
        ("    - Bo: 2/5", "    - Bo: 1-.6",
         "line 12: Goal.decision-makers.Bo: '1-.6', expected a number of 0 or more"),
        ("    - Bo: 2/5", "    - Ann: 2/5",
         "line 12: Goal.decision-makers: 'Ann' stands twice, expected once"),
        ("        - Food: .25", "        - Food: .5",
         "line 20: Goal.preferences.Bo.priority: the weights sum to 1.25, expected 1"),
        ("        - Food: .25\n", "",
         "line 20: Goal.preferences.Bo.priority: 'Food' is missing, expected a priority of each "
         "item"),
        ("        - Food: .25", "        - Fod: .25",
         "line 22: Goal.preferences.Bo.priority: 'Fod', expected one of Cost, Rest, Food"),
        ("{Lake: 3, City: 0}", "{Lake: 0, City: 0}",
         "line 28: Goal.children.Cost.preferences.Bo.score: all scores are 0, expected one above"),
        ("[Cost, Rest, 1/3]", "[Cost, Rest]",
         "line 16: Goal.preferences.Ann.pairwise[0]: 2 values, expected three such as [A, B, 1/4]"),
        ("[Cost, Rest, 1/3]", "Cost",
         "line 16: Goal.preferences.Ann.pairwise[0]: is text, expected a list"),
        ("[Cost, Rest, 1/3]", "[Cost, rest, 1/3]",
         "line 16: Goal.preferences.Ann.pairwise[0]: 'rest', expected an item below 'Weekend': "
         "Cost, Rest, Food"),
        ("[Lake, City, 4]", "[Lake, Sea, 4]",
         "line 26: Goal.children.Cost.preferences.Ann.pairwise[0]: 'Sea', expected an item below "
         "'Cost': Lake, City"),
        ("[Cost, Rest, 1/3]", "[Cost, Cost, 1/3]",
         "line 16: Goal.preferences.Ann.pairwise[0]: 'Cost' is compared with itself, expected two "
         "items"),
        ("[Cost, Rest, 1/3]", "[Cost, Rest, sqrt(3)]",
         "line 16: Goal.preferences.Ann.pairwise[0]: 'sqrt(3)', expected a positive number or a "
         'fraction such as "1/3"'),
        ("[Food, Cost, 2]", "[Rest, Cost, 2]",
         "line 17: Goal.preferences.Ann.pairwise[1]: expert 'Ann' answers ('rest', 'cost') under "
         "'weekend' twice, first at f.ahp: line 16: Goal.preferences.Ann.pairwise[0]"),
        ("Ann: {pairwise: [[Lake, City, 4]]}", "Ann: {pairwise: [], score: []}",
         "line 26: Goal.children.Cost.preferences.Ann: pairwise, score, expected one of them"),
        ("Ann: {pairwise: [[Lake, City, 4]]}", "Ann: {pairwize: []}",
         "line 26: Goal.children.Cost.preferences.Ann.pairwize: unknown kind, expected pairwise, "
         "priority, score"),
        ("Ann: {pairwise: [[Lake, City, 4]]}", "Anne: {pairwise: []}",
         "line 26: Goal.children.Cost.preferences.Anne: 'Anne' is none of the decision-makers, "
         "expected one of Ann, Bo"),
        ("        Beds:\n          children: {City: , Lake: }\n", "",
         "line 31: Goal.children.Rest: 'Rest' has the single item 'Quiet', expected two or more to "
         "compare"),
        ("weather: any", "weather: *nowhere",
         "line 32, column 16: not YAML; please check the indentation, colons and "
         "quotation marks there"),
        ("weather: any", "weather: a: b",
         "line 32, column 17: not YAML; please check the indentation, colons and "
         "quotation marks there"),
        ("weather: any", "weather: \x07", "line 32, column 16: '\\x07', expected printable text"),
    ],
)  # fmt: skip
def test_refusals(old: str, new: str, expected: str) -> None:
    assert message(lambda: read(changed(old, new))) == f"f.ahp: {expected}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty, expected an ahp file"),
        ("[a]", "line 1: top level: is a list, expected a mapping"),
        ("a: b\n--- c", "line 2, column 1: not YAML; please check the indentation, colons and "
         "quotation marks there"),
        ("[" * 5000, "nested too deep, expected an ahp file"),
        ("[" * 60 + "]" * 60,
         "line 1: " + "[0]" * 51 + ": more than 50 levels, expected fewer"),
        ('"\\UFFFFFFFF"', "not YAML; please check the indentation, colons and "
         "quotation marks there"),
        ("&a [*a]", "line 1: " + "[0]" * 51 + ": more than 50 levels, expected fewer"),
        ("Version: 2.0\nGoal: {name: g}",
         "line 2: Goal: the goal 'g' has no children, expected two or more"),
    ],
)  # fmt: skip
def test_files_that_are_no_project(text: str, expected: str) -> None:
    assert message(lambda: read(text)) == f"f.ahp: {expected}"


def test_the_formula_of_version_1_is_refused_by_its_name() -> None:
    text = "Version: 2.0\nGoal:\n  name: g\n  preferenceFunction: a + b\n  children: {a: , b: }\n"
    expected = f"f.ahp: line 4: Goal.preferenceFunction: {REFUSED}"
    assert message(lambda: read(text)) == expected


def test_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 30)]
    assert message(lambda: read("\n".join(lines))) == (
        "f.ahp: line 6: a5: more than 1000000 values, aliases counted"
    )
    monkeypatch.setattr(gluc, "MAX_WRITTEN", 40)  # 40,000 are read in a second
    assert message(lambda: read("\n".join(lines))) == "f.ahp: more than 40 values"


def test_no_bytes_but_utf_8(tmp_path: Path) -> None:
    assert message(lambda: read_gluc(b"a\xff", "f.ahp")) == (
        "f.ahp: byte 1 is not UTF-8, expected UTF-8 text"
    )
    path = tmp_path / "none.ahp"
    assert message(lambda: read_gluc(path)) == f"{path}: cannot be read: No such file or directory"


def written(survey: Survey, answers: Answers) -> str:
    """A file with the names and judgments, as a person would write it."""
    name = {node: f'"{survey.nodes[node].name["zh"]}"' for node in survey.nodes}
    quoted = {expert: '"' + expert.replace('"', '\\"') + '"' for expert in answers.experts}

    def lines(node: str, depth: int) -> list[str]:
        kids = survey.hierarchy.children.get(node, ())
        inner = [f"name: {name[node]}"] if not depth else []
        if not kids:
            return []
        judged: dict[str, list[str]] = {}
        for one in answers.judgments:
            if one.parent == node:
                judged.setdefault(quoted[one.expert], []).append(
                    f"[{name[one.left]}, {name[one.right]}, {one.value}]"
                )
        if judged:
            inner.append("preferences:")
        for expert, pairs in judged.items():
            inner += [f"  ? {expert}", f"  : pairwise: [{', '.join(pairs)}]"]
        inner.append("children:")
        for kid in kids:
            inner.append(f"  {name[kid]}:")
            inner += [f"    {line}" for line in lines(kid, depth + 1)]
        return inner

    body = "\n".join(lines(survey.hierarchy.goal, 0))
    return "Version: 2.0\nGoal:\n" + "\n".join(f"  {line}" for line in body.splitlines())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_files_are_read_as_written(data: st.DataObject) -> None:
    survey = data.draw(surveys())
    answers = data.draw(answers_to(survey, whole=False))
    found = read_gluc(written(survey, answers).encode(), language="zh")
    assert tree_of(found.survey) == tree_of(survey)
    assert by_name(found.survey, found.answers) == by_name(survey, answers)


def test_a_thousand_experts() -> None:
    survey = build({"goal": ["a", "b", "c"], "b": ["x", "y", "z"]})
    found = read_gluc(written(survey, panel(survey)).encode(), language="zh")
    assert len(found.answers.experts) == 1000
    assert by_name(found.survey, found.answers) == by_name(survey, panel(survey))


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=30), st.text("a:-[]{}&*!?|>'\"# \n0", max_size=20).map(str.encode)
    ),
    st.integers(0, len(WEEKEND)),
)
def test_any_bytes_are_read_or_refused(noise: bytes, cut: int) -> None:
    whole = WEEKEND.encode()
    for data in (noise, whole[:cut], whole[:cut] + noise + whole[cut:]):
        with contextlib.suppress(ahp.AHPError):
            read_gluc(data)
