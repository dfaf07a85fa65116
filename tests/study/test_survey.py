from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ahp
from ahp import priority
from ahp.i18n.errors import error_sentence
from ahp.messages import Phrase
from ahp.resources import data_folder
from ahp.study import survey_from_content
from ahp.study.survey import survey_from_toml

ROOT = Path(__file__).parents[2]

SMALL = """
format = 1
id = "small"
languages = ["en", "zh"]
method = "geometric_mean"
random_index = "saaty_2005"
[name]
en = "Small"
zh = "小"
[description]
en = "Two criteria."
zh = "两个准则。"
[goal]
id = "goal"
name = { en = "Goal", zh = "目标" }
explanation = { en = "What for.", zh = "为什么。" }
[[nodes]]
id = "a"
parent = "goal"
name = { en = "A", zh = "甲" }
explanation = { en = "First.", zh = "其一。" }
[[nodes]]
id = "b"
parent = "goal"
name = { en = "B", zh = "乙" }
explanation = { en = "Second.", zh = "其二。" }
"""

SMALL_HASH = "fb7ea568ce5b7d2e22ef4070ce26d17a5fcc0c304f992547405a8cb95d061dea"
"""Judgments are bound to this hash: if it changes, stored studies lose their survey."""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "survey.toml"
    path.write_text(text, encoding="utf-8")
    return path


def node(name: str, parent: str) -> dict[str, Any]:
    texts = {"en": f"{name} en", "zh": f"{name} zh"}
    return {"id": name, "parent": parent, "name": texts, "explanation": dict(texts)}


def small() -> dict[str, Any]:
    texts = {"en": "text", "zh": "文"}
    goal = node("goal", "")
    del goal["parent"]
    return {
        "format": 1,
        "id": "small",
        "languages": ["en", "zh"],
        "method": "eigenvector",
        "random_index": "saaty",
        "name": dict(texts),
        "description": dict(texts),
        "goal": goal,
        "nodes": [node("a", "goal"), node("b", "goal")],
    }


def load(data: dict[str, Any]) -> ahp.Survey:
    return survey_from_content(json.dumps(data))


def test_a_small_survey(tmp_path: Path) -> None:
    survey = ahp.load_survey(write(tmp_path, SMALL))
    assert (survey.id, survey.languages) == ("small", ("en", "zh"))
    assert (survey.method, survey.random_index) == ("geometric_mean", "saaty_2005")
    assert list(survey.nodes) == ["goal", "a", "b"]
    assert dict(survey.hierarchy.children) == {"goal": ("a", "b")}
    assert survey.node_name("a", "zh") == "甲"
    assert survey.node_name("a", "fr") == "A"
    assert survey.text(survey.nodes["b"].explanation, "zh") == "其二。"
    assert survey.remarks == ()


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_bom_before_a_survey(tmp_path: Path, bom: str) -> None:
    text = bom + write(tmp_path, SMALL).read_text(encoding="utf-8")
    for content in (text, text.encode()):
        assert survey_from_toml(content, "s.toml").content_hash == SMALL_HASH


def test_content_reads_back_and_its_hash_is_stable(tmp_path: Path) -> None:
    survey = ahp.load_survey(write(tmp_path, SMALL))
    again = survey_from_content(survey.content)
    assert again == survey
    assert again.content == survey.content
    assert survey.content_hash == SMALL_HASH


def test_the_hash_ignores_spelling_but_no_word_and_no_order(tmp_path: Path) -> None:
    spelled = SMALL.replace("[name]", "# a comment\n\n[name]").replace('en = "Small"\n', "")
    spelled = spelled.replace('zh = "小"', 'zh = "小"\nen = "Small"')
    assert ahp.load_survey(write(tmp_path, spelled)).content_hash == SMALL_HASH
    for old, new in (("First.", "First!"), ('id = "a"', 'id = "c"'), ("saaty_2005", "saaty")):
        changed = SMALL.replace(old, new)
        assert ahp.load_survey(write(tmp_path, changed)).content_hash != SMALL_HASH
    data = small()
    straight = load(data).content_hash
    data["nodes"].reverse()
    assert load(data).content_hash != straight


def test_defaults(tmp_path: Path) -> None:
    bare = SMALL.replace('method = "geometric_mean"\nrandom_index = "saaty_2005"\n', "")
    survey = ahp.load_survey(write(tmp_path, bare))
    assert (survey.method, survey.random_index) == ("eigenvector", "saaty")


def at(*path: str | int) -> Callable[[dict[str, Any], Any], None]:
    def put(data: Any, value: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        if value is REMOVE:
            del data[path[-1]]
        else:
            data[path[-1]] = value

    return put


REMOVE = object()
TOP = "format, id, languages, name, goal, nodes, description, method, random_index"
ID_FORM = "expected a letter, then only letters, digits, _ and -"
METHODS = ", ".join(map(repr, priority.METHODS))
TABLES = (
    "'saaty', 'saaty_2005', 'donegan_dodd', 'alonso_lamata', 'aguaron_moreno_2003', "
    "'alonso_lamata_line', 'simulated'"
)

BAD: list[tuple[tuple[str | int, ...], Any, str]] = [
    # unknown keys at each level
    (("colour",), 1, f"colour: unknown key, expected one of {TOP}"),
    (("name", "fr"), "x", "name.fr: unknown key, expected one of en, zh"),
    (
        ("goal", "parent"),
        "a",
        "goal.parent: unknown key, expected one of id, name, explanation, weights, source",
    ),
    (("goal", "name", "de"), "x", "goal.name.de: unknown key, expected one of en, zh"),
    (
        ("nodes", 1, "weight"),
        1,
        "nodes[1].weight: unknown key, expected one of id, name, parent, explanation, weights, "
        "source",
    ),
    (
        ("nodes", 0, "explanation", "fr"),
        "x",
        "nodes[0].explanation.fr: unknown key, expected one of en, zh",
    ),
    # missing keys
    *(
        ((key,), REMOVE, f"{key}: missing")
        for key in ("format", "id", "languages", "name", "goal", "nodes")
    ),
    (("name", "zh"), REMOVE, "name.zh: missing"),
    (("goal", "id"), REMOVE, "goal.id: missing"),
    (("goal", "explanation", "zh"), REMOVE, "goal.explanation.zh: missing"),
    (("description", "en"), REMOVE, "description.en: missing"),
    (("nodes", 1, "parent"), REMOVE, "nodes[1].parent: missing"),
    (("nodes", 0, "name"), REMOVE, "nodes[0].name: missing"),
    (("nodes", 0, "name", "en"), REMOVE, "nodes[0].name.en: missing"),
    # wrong types
    (("id",), 5, "id: is a whole number, expected text"),
    (("method",), True, "method: is a boolean, expected text"),
    (("random_index",), 0.5, "random_index: is a number, expected text"),
    (("languages",), "en", "languages: is text, expected an array of text"),
    (("languages",), [], "languages: has no entries, expected one or more"),
    (("languages",), ["en", 1], "languages[1]: is a whole number, expected text"),
    (("languages",), ["en", "en"], "languages[1]: 'en', expected different codes such as 'zh'"),
    (("languages",), ["EN"], "languages[0]: 'EN', expected different codes such as 'zh'"),
    (("name",), "Small", "name: is text, expected a table of texts"),
    (("description",), [], "description: is an empty array, expected a table of texts"),
    (("name", "en"), 1, "name.en: is a whole number, expected text"),
    (("goal",), "goal", "goal: is text, expected a table"),
    (("goal", "id"), [], "goal.id: is an empty array, expected text"),
    (("goal", "name"), "Goal", "goal.name: is text, expected a table of texts"),
    (("nodes",), {}, "nodes: is a table, expected an array of tables"),
    (("nodes",), [], "nodes: has no entries, expected one or more"),
    (("nodes", 0), "a", "nodes[0]: is text, expected a table"),
    (("nodes", 0, "id"), 1, "nodes[0].id: is a whole number, expected text"),
    (("nodes", 0, "parent"), {}, "nodes[0].parent: is a table, expected text"),
    (("nodes", 0, "name"), 1, "nodes[0].name: is a whole number, expected a table of texts"),
    (("nodes", 0, "explanation", "zh"), {}, "nodes[0].explanation.zh: is a table, expected text"),
    # wrong values
    (("format",), 2, "format: 2, expected 1"),
    (("format",), "1", "format: '1', expected 1"),
    (("format",), True, "format: True, expected 1"),
    (("id",), "no spaces", f"id: 'no spaces', {ID_FORM}"),
    (("nodes", 0, "id"), "1a", f"nodes[0].id: '1a', {ID_FORM}"),
    (("description", "zh"), " ", "description.zh: is empty, expected text"),
    (("nodes", 1, "name", "en"), "", "nodes[1].name.en: is empty, expected text"),
    (("method",), "median", f"method: method = 'median', expected one of {METHODS}"),
    (
        ("random_index",),
        "noble",
        f"random_index: random_index = 'noble', expected one of {TABLES}",
    ),
    # no tree
    (("nodes", 1, "id"), "a", "nodes[1].id: 'a' is used twice, expected ids that differ"),
    (("nodes", 1, "id"), "goal", "nodes[1].id: 'goal' is used twice, expected ids that differ"),
    (("nodes", 1, "parent"), "c", "nodes[1].parent: 'c', expected the id of another node"),
    (
        ("nodes", 1, "parent"),
        "b",
        "nodes[1].parent: cycle b -> b, expected a way to the goal",
    ),
    (
        ("nodes",),
        [node("a", "b"), node("b", "c"), node("c", "b")],
        "nodes[0].parent: cycle b -> c -> b, expected a way to the goal",
    ),
    (
        ("nodes", 1, "parent"),
        "a",
        "nodes: 'goal' has the single child 'a', expected two or more to compare",
    ),
    (
        ("nodes",),
        [node("a", "goal"), node("b", "goal"), node("c", "a")],
        "nodes: 'a' has the single child 'c', expected two or more to compare",
    ),
]


@pytest.mark.parametrize(
    ("path", "value", "message"), BAD, ids=[message[:60] for _, _, message in BAD]
)
def test_bad_definitions(path: tuple[str | int, ...], value: Any, message: str) -> None:
    data = small()
    load(data)
    at(*path)(data, value)
    with pytest.raises(ahp.SurveyError) as raised:
        load(data)
    assert str(raised.value) == f"stored survey: {message}"


def test_a_later_format_is_named_before_its_keys() -> None:
    data = small() | {"format": 2, "novelty": 1}
    with pytest.raises(ahp.SurveyError) as raised:
        load(data)
    assert str(raised.value) == "stored survey: format: 2, expected 1"


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL.replace('parent = "goal"\nname = { en = "B"', 'name = { en = "B"'))
    with pytest.raises(ahp.SurveyError) as raised:
        ahp.load_survey(path)
    assert str(raised.value) == f"{path}: nodes[1].parent: missing"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = write(tmp_path, "format = \n")
    with pytest.raises(ahp.SurveyError) as raised:
        ahp.load_survey(path)
    assert str(raised.value) == (
        f"{path}: line 1, column 10: not TOML; please check the quotation marks, brackets and "
        "equals signs there"
    )
    path.write_bytes("名".encode("gb18030"))
    with pytest.raises(ahp.SurveyError) as raised:
        ahp.load_survey(path)
    assert str(raised.value) == f"{path}: byte 0 is not UTF-8, expected UTF-8 text"
    path.unlink()
    with pytest.raises(ahp.SurveyError) as raised:
        ahp.load_survey(path)
    assert str(raised.value) == f"{path}: cannot be read: No such file or directory"
    with pytest.raises(ahp.SurveyError) as raised:
        ahp.load_survey(tmp_path)
    assert str(raised.value) == f"{tmp_path}: cannot be read: Is a directory"


def test_an_unknown_name_lists_the_shipped_surveys() -> None:
    with pytest.raises(ahp.SurveyError) as raised:
        ahp.load_survey("supervision")
    listed = ", ".join(ahp.shipped_surveys())
    assert str(raised.value) == (
        f"'supervision' is no shipped survey, expected one of {listed} or the path of a .toml file"
    )


def test_ten_children_load_with_a_warning(tmp_path: Path) -> None:
    extra = "".join(
        f'[[nodes]]\nid = "n{k}"\nparent = "goal"\nname = {{ en = "N", zh = "N" }}\n'
        'explanation = { en = "N", zh = "N" }\n'
        for k in range(8)
    )
    path = write(tmp_path, SMALL + extra)
    with pytest.warns(ahp.SurveyWarning) as caught:
        survey = ahp.load_survey(path)
    (warning,) = caught
    assert str(warning.message) == (
        f"{path}: 'goal' has 10 items below it; people compare at most 9 well"
    )
    assert survey.remarks == (Phrase("survey_crowded", parent="goal", count=10, most=9),)
    assert error_sentence(warning.message, "zh") == (
        f"{path}：“goal”下有 10 个要素；一次比较超过 9 个，判断就不易可靠。"
    )
    assert len(survey.hierarchy.comparisons) == 45


def test_depth_four_and_three_languages() -> None:
    data = small()
    data["nodes"] += [node("a1", "a"), node("a2", "a"), node("a11", "a1"), node("a12", "a1")]
    data["nodes"] += [node("a111", "a11"), node("a112", "a11")]
    data["languages"].append("pt-BR")

    def speak(value: Any) -> None:
        for part in value.values() if isinstance(value, dict) else value:
            if isinstance(part, dict | list) and part is not data["languages"]:
                speak(part)
        if isinstance(value, dict) and "en" in value:
            value["pt-BR"] = value["en"] + " br"

    speak(data)
    survey = load(data)
    assert len(survey.hierarchy.levels) == 5
    assert survey.hierarchy.leaves == ("a111", "a112", "a12", "a2", "b")
    assert survey.node_name("a112", "pt-BR") == "a112 en br"
    assert survey_from_content(survey.content) == survey


SHIPPED = sorted((ROOT / "surveys").glob("*.toml"))
EXAMPLES = sorted((ROOT / "examples").glob("*/survey.toml"))


@pytest.mark.parametrize("path", [*SHIPPED, *EXAMPLES], ids=lambda path: path.parent.name)
def test_every_file_in_the_repository_loads(path: Path) -> None:
    survey = ahp.load_survey(path)
    assert survey.languages[:2] in {("zh", "en"), ("en", "zh")}
    assert survey_from_content(survey.content) == survey


def test_the_home_case() -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    assert len(survey.hierarchy.leaves) == 18
    assert len(survey.hierarchy.comparisons) == 35
    assert len(survey.hierarchy.children["effectiveness"]) == 5


def test_shipped_surveys_are_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ahp.shipped_surveys() == {path.stem: path for path in SHIPPED}
    assert ahp.load_survey("supervision_effectiveness").id == "supervision_effectiveness"
    assert data_folder("examples") == ROOT / "examples"
