from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ahp
from ahp.exchange.ahp_os import parse_hierarchy_text, read_project, write_project
from ahp.study import Answers, Judgment, Survey, survey_from_content

from .test_survey_text import answers_to, build, by_name, message, panel, surveys, tree_of

CREATED = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
TEXT = "目标: 价格=0.3, 质量=0.7; 质量: 耐用, 外观, 手感;"


def project(**changes: Any) -> dict[str, Any]:
    data = {
        "pj": [
            {
                "project_id": 7,
                "project_sc": "abc123",
                "project_name": "Shop",
                "project_description": "Which\nshop?",
                "project_hText": TEXT,
                "project_datetime": "2024-05-06 07:08:09",
                "project_author": "Li",
                "project_status": 1,
            }
        ],
        "pwc": [row("张三", "质量", "001", "357", 1), row("Li", "目标", "1", "9", 2)],
    }
    return {**data, **changes}


def row(part: str, node: str, ab: str, intense: str, number: int = 1) -> dict[str, Any]:
    return {
        "project_sc": "abc123",
        "pwc_part": part,
        "pwc_timestamp": 1714979289,
        "pwc_node": node,
        "pwc_ab": ab,
        "pwc_intense": intense,
        "pwc_id": number,
    }


def content(data: object) -> bytes:
    return json.dumps(data).encode()


def judgments(answers: Answers) -> list[tuple[str, ...]]:
    return [(one.expert, one.parent, one.left, one.right, one.value) for one in answers.judgments]


def test_read_project(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    path.write_bytes(b"\xef\xbb\xbf" + content(project()))
    found = read_project(path, language="zh")
    assert tree_of(found.survey) == {"目标": ["价格", "质量"], "质量": ["耐用", "外观", "手感"]}
    assert judgments(found.answers) == [
        ("张三", "n3", "n4", "n5", "3"),
        ("张三", "n3", "n4", "n6", "5"),
        ("张三", "n3", "n5", "n6", "1/7"),
        ("Li", "n1", "n2", "n3", "1/9"),
    ]
    assert found.answers.judgments[0].place == f"{path}: pwc[0]"
    assert found.given_weights == {"n1": {"n2": 0.3, "n3": 0.7}}
    assert (found.title, found.description) == ("Shop", "Which\nshop?")
    assert (found.author, found.session, found.alternatives) == ("Li", "abc123", ())
    assert (found.survey.id, found.survey.name) == ("shop", {"zh": "Shop"})
    assert found.survey.description == {"zh": "Which\nshop?"}
    assert survey_from_content(found.survey.content) == found.survey


def test_a_project_without_answers() -> None:
    data = project(pwc=[], alt=[])
    for keys in (("pj",), ("pj", "pwc", "alt")):
        found = read_project(content({key: data[key] for key in keys}))
        assert found.answers == found.alternative_answers == Answers(())


def test_items_without_a_branch_stand_first_in_the_digits() -> None:
    """AHP-OS moves items with a branch behind the others, in the order of the branches."""
    text = "G: A, B, C, D; C: c1, c2; A: a1, a2;"
    data = project(pwc=[row("E", "G", "000000", "234567")])
    data["pj"][0]["project_hText"] = text
    found = read_project(content(data))
    assert found.survey.hierarchy.children["g"] == ("a", "b", "c", "d")
    assert [one[2:] for one in judgments(found.answers)] == [
        ("b", "d", "2"),
        ("b", "c", "3"),
        ("b", "a", "4"),
        ("d", "c", "5"),
        ("d", "a", "6"),
        ("c", "a", "7"),
    ]
    written = json.loads(write_project(found.survey, found.answers))
    assert written["pj"][0]["project_hText"] == "G: A, B, C, D;\nA: a1, a2;\nC: c1, c2;\n"
    # branches now stand in the order A, C, so the digits are those of B, D, A, C
    assert (written["pwc"][0]["pwc_ab"], written["pwc"][0]["pwc_intense"]) == ("000001", "243657")


def test_alternatives() -> None:
    alternatives = [{"project_sc": "abc123", "alt": name} for name in ("甲", "乙", "丙")]
    data = project(alt=alternatives, pwc=[row("E", "耐用", "010", "159")])
    found = read_project(content(data), language="zh")
    assert found.alternatives == ("甲", "乙", "丙")
    assert found.answers == Answers(())
    assert judgments(found.alternative_answers) == [
        ("E", "n4", "甲", "乙", "1"),
        ("E", "n4", "甲", "丙", "1/5"),
        ("E", "n4", "乙", "丙", "9"),
    ]
    written = write_project(
        found.survey,
        found.answers,
        alternatives=found.alternatives,
        alternative_answers=found.alternative_answers,
    )
    again = read_project(written, language="zh")
    assert again.alternatives == found.alternatives
    assert judgments(again.alternative_answers) == judgments(found.alternative_answers)


def test_write_project() -> None:
    survey = build({"goal": ["a", "b"]})
    answers = Answers((Judgment("张", "goal", "b", "a", "1/3"),))
    written = write_project(survey, answers, created=CREATED, author="Li")
    assert json.loads(written) == {
        "pj": [
            {
                "project_id": 1,
                "project_sc": "import",
                "project_name": "测试",
                "project_description": "一\n二",
                "project_hText": "goal: a, b;\n",
                "project_datetime": "2024-05-06 07:08:09",
                "project_author": "Li",
                "project_status": 1,
            }
        ],
        "pwc": [
            {
                "project_sc": "import",
                "pwc_timestamp": 1714979289,
                "pwc_part": "张",
                "pwc_node": "goal",
                "pwc_ab": "0",
                "pwc_intense": "3",
                "pwc_id": 1,
            }
        ],
    }
    empty = json.loads(write_project(survey, Answers(()), language="en"))
    assert set(empty) == {"pj"}
    assert empty["pj"][0]["project_hText"] == "goal en: a en, b en;\n"


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_projects_round_trip(data: st.DataObject) -> None:
    survey = data.draw(surveys())
    answers = data.draw(answers_to(survey))
    found = read_project(write_project(survey, answers, created=CREATED), language="zh")
    assert tree_of(found.survey) == tree_of(survey)
    assert by_name(found.survey, found.answers) == by_name(survey, answers)
    again = write_project(found.survey, found.answers, created=CREATED)
    assert judgments(read_project(again, language="zh").answers) == judgments(found.answers)


def test_a_thousand_experts() -> None:
    survey = build({"goal": ["a", "b", "c"], "b": ["x", "y", "z"]})
    found = read_project(write_project(survey, panel(survey)), language="zh")
    assert len(found.answers.experts) == 1000
    assert by_name(found.survey, found.answers) == by_name(survey, panel(survey))


def own(survey: Survey, *rows: tuple[str, ...]) -> bytes:
    return write_project(survey, Answers(tuple(Judgment(*one) for one in rows)))


def test_judgments_that_the_format_cannot_hold() -> None:
    survey = build({"goal": ["a", "b", "c"]})
    assert message(lambda: own(survey, ("E", "goal", "a", "b", "2.5", "f: line 3"))) == (
        "f: line 3: expert 'E': ('a', 'b') under 'goal' = '2.5', expected a whole number from 1 "
        "to 9 or 1 over one: an AHP-OS project can't hold another"
    )
    assert message(lambda: own(survey, ("E", "goal", "a", "b", "x"))) == (
        "expert 'E': ('a', 'b') under 'goal': 'x', expected a positive number or a fraction such "
        'as "1/3"'
    )
    assert message(lambda: own(survey, ("E", "goal", "c", "a", "2"))) == (
        "expert 'E' has not judged ('a', 'b') under 'goal', expected all 3 pairs or none: an "
        "AHP-OS project can't leave one out"
    )
    assert message(lambda: own(survey, ("E", "goal", "a", "d", "2"))) == (
        "expert 'E': ('a', 'd') under 'goal', expected a pair of the survey"
    )
    assert message(lambda: own(survey, ("E", "a", "b", "c", "2"))) == (
        "expert 'E': ('b', 'c') under 'a', expected a pair of the survey"
    )
    assert message(lambda: write_project(survey, Answers(()), alternatives=("a", "ａ"))) == (
        "alternatives a, ａ, expected names that differ"
    )
    wrong = build({"goal": ["a", "b"]}, {"a": "A=1"})
    assert message(lambda: write_project(wrong, Answers(()))) == (
        "survey 'test': name of 'a': 'A=1', expected a name without , : ; = ~ < and with single "
        "spaces"
    )


def with_project(**changes: Any) -> dict[str, Any]:
    data = project()
    data["pj"][0] |= changes
    return data


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([], "p.json: top level: is an empty array, expected a table"),
        (
            {},
            "p.json: is no project of AHP-OS and no study from here; please download it again",
        ),
        (project(other=1), "p.json: other: unknown key, expected one of pj, pwc, alt"),
        ({"pj": []}, "p.json: pj: has no entries, expected one or more"),
        ({"pj": project()["pj"] * 2}, "p.json: pj: 2 projects, expected one"),
        ({"pj": [{"project_name": "x"}]}, "p.json: pj[0].project_hText: missing"),
        (with_project(project_name=" "), "p.json: pj[0].project_name: is empty, expected a name"),
        (
            with_project(project_description=5),
            "p.json: pj[0].project_description: is a whole number, expected text",
        ),
        (
            with_project(project_description="\ud800"),
            "p.json: pj[0].project_description: '\\ud800', expected text that UTF-8 can write",
        ),
        (
            with_project(project_hText="G: A;"),
            "p.json: pj[0].project_hText: line 1, column 1: 'G' has the single item 'A', expected "
            "two or more to compare",
        ),
        (
            project(alt=[{"alt": "x"}]),
            "p.json: alt: one alternative, expected two or more to compare",
        ),
        (
            project(alt=[{"alt": "x"}, {"alt": "ｘ"}]),
            "p.json: alt[1].alt: 'ｘ' stands twice, expected once",
        ),
        (
            project(alt=[{"alt": "x", "project_sc": "other"}, {"alt": "y"}]),
            "p.json: alt[0].project_sc: 'other', expected 'abc123' as in pj[0]",
        ),
        (project(pwc={}), "p.json: pwc: is a table, expected an array of tables"),
        (
            project(pwc=[row("E", "价格", "0", "1")]),
            "p.json: pwc[0].pwc_node: '价格', expected one of 目标, 质量",
        ),
        (
            project(pwc=[row("E", "甲", "0", "1")], alt=[{"alt": "x"}, {"alt": "y"}]),
            "p.json: pwc[0].pwc_node: '甲', expected one of 目标, 质量, 价格, 耐用, 外观, 手感",
        ),
        (
            project(pwc=[row(" ", "目标", "0", "1")]),
            "p.json: pwc[0].pwc_part: is empty, expected a name",
        ),
        (
            project(pwc=[row("E\x00", "目标", "0", "1")]),
            "p.json: pwc[0].pwc_part: 'E\\x00', expected a name without control characters",
        ),
        (
            project(pwc=[row("E", "目标", "01", "1")]),
            "p.json: pwc[0].pwc_ab: '01' has 2 digits, expected 1, one for each pair below '目标'",
        ),
        (
            project(pwc=[row("E", "质量", "001", "12")]),
            "p.json: pwc[0].pwc_intense: '12' has 2 digits, expected 3, one for each pair below "
            "'质量'",
        ),
        (
            project(pwc=[row("E", "质量", "021", "123")]),
            "p.json: pwc[0].pwc_ab: '021', digit 2 is '2', expected one of 0, 1",
        ),
        (
            project(pwc=[row("E", "质量", "001", "103")]),
            "p.json: pwc[0].pwc_intense: '103', digit 2 is '0', expected one of "
            "1, 2, 3, 4, 5, 6, 7, 8, 9",
        ),
        (
            project(pwc=[{**row("E", "目标", "0", "1"), "pwc_ab": 0}]),
            "p.json: pwc[0].pwc_ab: is a whole number, expected text",
        ),
        (
            project(pwc=[row("E", "目标", "0", "1"), row("E", "目标", "1", "2")]),
            "p.json: pwc[1]: expert 'E' answers ('n2', 'n3') under 'n1' twice, first at "
            "p.json: pwc[0]",
        ),
    ],
)
def test_bad_projects(data: object, expected: str) -> None:
    assert message(lambda: read_project(content(data), "p.json")) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xff", "p.json: byte 0 is not UTF-8, expected UTF-8 text"),
        (
            b'{\n "pj" 1',
            "p.json: line 2, column 7: not JSON; please check the quotation marks, "
            "brackets and commas there",
        ),
        (b"[" * 100_000, "p.json: nested too deep, expected an AHP-OS project"),
        (
            b"1" * 5000,
            "p.json: a whole number of more than 19 digits",
        ),
        (b" " * (2**23 + 1), "p.json: 8388609 bytes, expected at most 8388608"),
    ],
)
def test_files_that_are_no_project(data: bytes, expected: str) -> None:
    assert message(lambda: read_project(data, "p.json")) == expected


def test_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    assert message(lambda: read_project(path)) == (
        f"{path}: cannot be read: No such file or directory"
    )


def test_the_hierarchy_text_is_here_too() -> None:
    assert tree_of(parse_hierarchy_text(TEXT, language="zh"))["目标"] == ["价格", "质量"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 700))
def test_any_bytes_are_read_or_refused(noise: bytes, cut: int) -> None:
    whole = content(project())
    for data in (noise, whole[:cut], whole[:cut] + noise + whole[cut + len(noise) :]):
        with contextlib.suppress(ahp.AHPError):
            read_project(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["pj", "pwc", "alt"]), st.data())
def test_any_json_is_read_or_refused(key: str, data: st.DataObject) -> None:
    value = project(alt=[{"alt": "x"}, {"alt": "y"}])
    if data.draw(st.booleans()):
        value[key] = data.draw(JSON)
    else:
        value[key][0][data.draw(st.sampled_from(sorted(value[key][0])))] = data.draw(JSON)
    with contextlib.suppress(ahp.AHPError):
        read_project(content(value))
