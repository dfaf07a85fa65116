from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.exchange.survey_text import (
    MAX_TEXT,
    hierarchy_text,
    parse_hierarchy_text,
    read_hierarchy_text,
    survey_toml,
)
from ahp.scale import SAATY_POSITIONS, opposite
from ahp.study import Answers, Judgment, Survey, survey_from_content
from ahp.study.names import MAX_NODES, make_ids
from ahp.study.survey import survey_from_toml

NAMES = st.text("价格质量服务安全监督能力（）()abcXYZ-é", min_size=1, max_size=6)
EXPERTS = st.text("张王李赵专家EX=+@'\",; 9", min_size=1, max_size=5).map(str.strip).filter(bool)


def build(tree: dict[str, list[str]], names: dict[str, str] | None = None) -> Survey:
    """A survey with names in two languages and explanations; the first key is the goal."""
    (goal, *_), names = tree, names or {}

    def node(node_id: str) -> dict[str, Any]:
        name = names.get(node_id, node_id)
        return {
            "id": node_id,
            "name": {"zh": name, "en": f"{name} en"},
            "explanation": {"zh": f"{name}的\n说明", "en": 'a "long"\ttext\\'},
        }

    return survey_from_content(
        json.dumps(
            {
                "format": 1,
                "id": "test",
                "languages": ["zh", "en"],
                "name": {"zh": "测试", "en": "Test"},
                "description": {"zh": "一\n二", "en": "One"},
                "method": "geometric_mean",
                "random_index": "saaty_2005",
                "goal": node(goal),
                "nodes": [
                    {**node(kid), "parent": parent} for parent, kids in tree.items() for kid in kids
                ],
            }
        )
    )


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    """Surveys of two or three levels with Chinese names."""
    tree: dict[str, list[str]] = {"goal": [f"a{k}" for k in range(draw(st.integers(2, 4)))]}
    for kid in tree["goal"]:
        if draw(st.booleans()):
            tree[kid] = [f"{kid}_{k}" for k in range(draw(st.integers(2, 4)))]
    ids = ["goal", *(kid for kids in tree.values() for kid in kids)]
    names = draw(st.lists(NAMES, min_size=len(ids), max_size=len(ids), unique_by=make_key))
    return build(tree, dict(zip(ids, names, strict=True)))


def make_key(name: str) -> str:
    return name.translate(str.maketrans("（）", "()"))


@st.composite
def answers_to(draw: st.DrawFn, survey: Survey, whole: bool = True) -> Answers:
    """Answers on Saaty's scale, pairs in any orientation; whole: all pairs of a parent or none."""
    judgments = []
    for expert in draw(st.lists(EXPERTS, min_size=1, max_size=3, unique=True)):
        for parent in survey.hierarchy.parents:
            if not draw(st.booleans()):
                continue
            for pair in survey.hierarchy.pairs(parent):
                if not whole and not draw(st.booleans()):
                    continue
                left, right = pair if draw(st.booleans()) else pair[::-1]
                value = draw(st.sampled_from(SAATY_POSITIONS))
                judgments.append(Judgment(expert, parent, left, right, value))
    return Answers(tuple(judgments))


def panel(survey: Survey, count: int = 1000) -> Answers:
    """All answers of many experts with Chinese names, different from one to the next."""
    return Answers(
        tuple(
            Judgment(f"专家{k}", *asked, SAATY_POSITIONS[(k * 7 + n * 5) % 17])
            for k in range(count)
            for n, asked in enumerate(survey.hierarchy.comparisons)
        )
    )


def by_name(survey: Survey, answers: Answers, language: str = "zh") -> set[tuple[str, ...]]:
    """The judgments without ids, every pair in one orientation."""

    def plain(one: Judgment) -> tuple[str, ...]:
        parent, left, right = (
            survey.nodes[node].name[language] if node in survey.nodes else node
            for node in (one.parent, one.left, one.right)
        )
        if left < right:
            return (one.expert, parent, left, right, one.value)
        return (one.expert, parent, right, left, opposite(one.value))

    return {plain(one) for one in answers.judgments}


def tree_of(survey: Survey, language: str = "zh") -> dict[str, list[str]]:
    """The tree without ids."""
    names = {node: survey.nodes[node].name[language] for node in survey.nodes}
    return {
        names[parent]: [names[kid] for kid in kids]
        for parent, kids in survey.hierarchy.children.items()
    }


def message(call: Callable[[], object]) -> str:
    with pytest.raises(ahp.AHPError) as raised:
        call()
    return str(raised.value)


def test_hierarchy_text() -> None:
    found = read_hierarchy_text(
        "Goal: A=0.3, Big B=0.7;\nA: a 1, a 2;", id="x", language="en", title="T"
    )
    survey = found.survey
    assert survey.hierarchy == ahp.Hierarchy("goal", {"goal": ("a", "big_b"), "a": ("a_1", "a_2")})
    assert tree_of(survey, "en") == {"Goal": ["A", "Big B"], "A": ["a 1", "a 2"]}
    assert found.given_weights == {"goal": {"a": 0.3, "big_b": 0.7}}
    assert found.branches == ("goal", "a")
    assert (survey.id, survey.languages, survey.name) == ("x", ("en",), {"en": "T"})
    assert survey.nodes["a_1"].explanation == survey.description == {}
    assert survey_from_content(survey.content) == survey
    assert parse_hierarchy_text("Goal: A, B;") == read_hierarchy_text("Goal: A, B;").survey
    assert parse_hierarchy_text("Goal: A, B;").languages == ("und",)


def test_full_width_punctuation() -> None:
    text = "目标：价格（元）＝０．３，质量＝７／１０；\n质量：耐用，　外观；价格(元): 低, 高;"
    found = read_hierarchy_text(text, language="zh")
    assert tree_of(found.survey) == {
        "目标": ["价格（元）", "质量"],
        "质量": ["耐用", "外观"],
        "价格（元）": ["低", "高"],
    }
    assert found.given_weights == {"n1": {"n2": 0.3, "n3": 0.7}}
    assert found.branches == ("n1", "n3", "n2")


def test_a_branch_may_stand_before_its_item() -> None:
    found = read_hierarchy_text("G: A, B; b1: x, y; B: b1, b2;", language="zh")
    assert tree_of(found.survey) == {"G": ["A", "B"], "B": ["b1", "b2"], "b1": ["x", "y"]}
    assert found.branches == ("g", "b1", "b")


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["Goal", "Cost (EUR)", "goal", "Goal 2"], ["goal", "cost_eur", "goal_3", "goal_2"]),
        (["目标", "n2", "价格", "质量"], ["n1", "n2", "n3", "n4"]),
        (
            ["Größe", "Ａ１", "5G", "--", "A价"],
            ["n1", "a1", "n2", "n3", "n4"],
        ),  # ß has no plain form
        (["Café", "a", "a", "a"], ["cafe", "a", "a_2", "a_3"]),
    ],
)
def test_ids(names: list[str], ids: list[str]) -> None:
    assert make_ids(names) == ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "hierarchy text: is empty, expected branches such as 'Goal: A, B;'"),
        (
            "G: A, B",
            "hierarchy text: line 1, column 1: the last branch does not end, expected ';'",
        ),
        (
            "G: A, B;\n  A, B;",
            "hierarchy text: line 2, column 3: 'A, B' has 0 colons, expected one, as in "
            "'A: a1, a2;'",
        ),
        (
            "G: A: B;",
            "hierarchy text: line 1, column 1: 'G: A: B' has 2 colons, expected one, as in "
            "'A: a1, a2;'",
        ),
        ("G: A, , B;", "hierarchy text: line 1, column 7: is empty, expected a name"),
        (": A, B;", "hierarchy text: line 1, column 1: is empty, expected a name"),
        (
            "G: A,\n\n B, A;",
            "hierarchy text: line 3, column 5: 'A' stands twice, expected once",
        ),
        (
            "G: A, B; A: x, G;",
            "hierarchy text: line 1, column 16: 'G' stands twice, expected once",
        ),
        (
            "G: A, B; A: x, y; A: u, v;",
            "hierarchy text: line 1, column 19: branch 'A' stands twice, expected once",
        ),
        (
            "G: A, B; C: x, y;",
            "hierarchy text: line 1, column 10: branch 'C' is not below the goal 'G', expected "
            "its name among the items of another branch",
        ),
        (
            "G: A, B; C: D, y; D: C, z;",
            "hierarchy text: line 1, column 10: branch 'C' is not below the goal 'G', expected "
            "its name among the items of another branch",
        ),
        (
            "G: A, B; A: x;",
            "hierarchy text: line 1, column 4: 'A' has the single item 'x', expected two or more "
            "to compare",
        ),
        (
            "G: A=0.5, B;",
            "hierarchy text: line 1, column 11: 'B' has no weight, expected one for every item of "
            "'G' or for none",
        ),
        (
            "G: A=half, B=0.5;",
            "hierarchy text: line 1, column 4: 'A': weight 'half', expected a number from 0 to 1",
        ),
        (
            "G: A=2, B=0.5;",
            "hierarchy text: line 1, column 4: 'A': weight '2', expected a number from 0 to 1",
        ),
        (
            "G: A=0.5, B=0.6;",
            "hierarchy text: line 1, column 1: the weights below 'G' sum to 1.1, expected 1",
        ),
        (
            "G: A\x00, B;",
            "hierarchy text: line 1, column 4: 'A\\x00', expected a name without control "
            "characters",
        ),
        (
            "x" * (MAX_TEXT + 1),
            f"hierarchy text: {MAX_TEXT + 1} characters, expected at most {MAX_TEXT}",
        ),
        (
            "," * (2 * MAX_NODES + 1),
            f"hierarchy text: {2 * MAX_NODES + 1} separators, expected at most {2 * MAX_NODES}",
        ),
        (
            "G: " + ",".join(map(str, range(MAX_NODES))) + ";",
            f"hierarchy text: {MAX_NODES + 1} names, expected at most {MAX_NODES}",
        ),
    ],
)
def test_bad_hierarchy_texts(text: str, expected: str) -> None:
    assert message(lambda: parse_hierarchy_text(text)) == expected


def test_weights_of_0_and_rounded_ones() -> None:
    found = read_hierarchy_text("G: A=0, B=0.333, C=0.333, D=.333;")
    assert found.given_weights == {"g": {"a": 0, "b": 0.333, "c": 0.333, "d": 0.333}}


def test_bad_ids_and_languages() -> None:
    assert message(lambda: parse_hierarchy_text("G: A, B;", id="1")) == (
        "hierarchy text: id = '1', expected a letter, then only letters, digits, _ and -"
    )
    assert message(lambda: parse_hierarchy_text("G: A, B;", language="Chinese")) == (
        "hierarchy text: language = 'Chinese', expected a code such as zh"
    )


def test_writing_a_hierarchy_text() -> None:
    survey = build({"goal": ["a", "b"], "a": ["x", "y"]}, {"goal": "目标", "a": "价格"})
    weights = {"goal": {"a": 0.25, "b": 0.75}}
    assert hierarchy_text(survey) == "目标: 价格, b;\n价格: x, y;\n"
    assert hierarchy_text(survey, "en") == "目标 en: 价格 en, b en;\n价格 en: x en, y en;\n"
    text = hierarchy_text(survey, "zh", weights)
    assert text == "目标: 价格=0.25, b=0.75;\n价格: x, y;\n"
    assert read_hierarchy_text(text).given_weights == {"n1": {"n2": 0.25, "b": 0.75}}


@pytest.mark.parametrize("name", ["A, B", "A：B", "A;", "A=1", "a~b", "<b>", "two  spaces"])
def test_names_that_a_hierarchy_text_cannot_hold(name: str) -> None:
    survey = build({"goal": ["a", "b"]}, {"a": name})
    assert message(lambda: hierarchy_text(survey)) == (
        f"survey 'test': name of 'a': {name!r}, expected a name without , : ; = ~ < and with "
        "single spaces"
    )


def test_more_names_that_a_hierarchy_text_cannot_hold() -> None:
    survey = build({"goal": ["a", "b"]}, {"a": "２0"})
    assert message(lambda: hierarchy_text(survey)) == (
        "survey 'test': name of 'a': '２0', expected a name that is not a number"
    )
    survey = build({"goal": ["a", "b"]}, {"a": "A(1)", "b": "A（1）"})
    assert message(lambda: hierarchy_text(survey)) == (
        "survey 'test': name of 'b': 'A（1）' is that of 'a', too; expected another"
    )


@settings(max_examples=60, deadline=None)
@given(surveys())
def test_hierarchy_texts_round_trip(survey: Survey) -> None:
    found = parse_hierarchy_text(hierarchy_text(survey), language="zh")
    assert tree_of(found) == tree_of(survey)
    assert survey_from_content(found.content) == found
    again = parse_hierarchy_text(hierarchy_text(found), language="zh", id=found.id)
    assert again.content_hash == found.content_hash


@settings(max_examples=200, deadline=None)
@given(st.text("AB目标:：;；,，=＝0.５１ \n~;:,", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_hierarchy_text(text)
    except ahp.SurveyError:
        return
    assert survey_from_content(found.survey.content) == found.survey


def test_survey_toml() -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    text = survey_toml(survey)
    assert text.startswith('format = 1\nid = "supervision_effectiveness"\n')
    assert survey_from_toml(text, "x") == survey
    assert survey_from_toml(text.encode(), "x").content_hash == survey.content_hash


def test_survey_files_round_trip(tmp_path: Path) -> None:
    survey = build({"goal": ["a", "b"], "b": ["c", "d"]}, {"a": '"\\\n\r\t\x7f\x01\u2028'})
    path = tmp_path / "s.toml"
    path.write_text(survey_toml(survey), encoding="utf-8")
    assert ahp.load_survey(path).content_hash == survey.content_hash


@settings(max_examples=60, deadline=None)
@given(surveys())
def test_any_survey_file_round_trips(survey: Survey) -> None:
    assert survey_from_toml(survey_toml(survey), "x").content_hash == survey.content_hash


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff", "up.toml: byte 0 is not UTF-8, expected UTF-8 text"),
        (
            "=",
            "up.toml: line 1, column 1: not TOML; please check the quotation marks, brackets and "
            "equals signs there",
        ),
        ("a = " + "[" * 9999, "up.toml: arrays inside arrays too deep, expected a survey"),
        ("format = 2", "up.toml: format: 2, expected 1"),
        ("format = 1", "up.toml: id: missing"),
    ],
)
def test_bad_uploaded_surveys(content: bytes | str, expected: str) -> None:
    assert message(lambda: survey_from_toml(content, "up.toml")) == expected
