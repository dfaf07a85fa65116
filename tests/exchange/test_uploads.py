from __future__ import annotations

import json
from typing import Any

import pytest

import ahp
from ahp.exchange.formats import UPLOADS
from ahp.exchange.survey_text import hierarchy_text, survey_toml
from ahp.exchange.uploads import Upload, read_upload
from ahp.study import Survey

GLUC = """Version: 2.0
Goal:
  name: Weekend
  preferences:
    pairwise: [[Cost, Rest, 3]]
  children: {Cost: , Rest: }
"""
PROJECT = {
    "project_id": 7,
    "project_sc": "abc123",
    "project_name": "Shop",
    "project_description": "Which shop?",
    "project_hText": "Goal: Price=0.3, Quality=0.7;",
    "project_datetime": "2024-05-06 07:08:09",
    "project_author": "Li",
    "project_status": 1,
}
JUDGED = {
    "project_sc": "abc123",
    "pwc_part": "Zoe",
    "pwc_timestamp": 1714979289,
    "pwc_node": "Goal",
    "pwc_ab": "0",
    "pwc_intense": "3",
    "pwc_id": 1,
}


def project(*rows: dict[str, Any]) -> bytes:
    return json.dumps({"pj": [PROJECT], "pwc": list(rows)}).encode()


def refused(content: bytes, name: str, error: type[ahp.AHPError] = ahp.SurveyError) -> str:
    with pytest.raises(ahp.AHPError) as raised:
        read_upload(content, name, "en")
    assert type(raised.value) is error
    return str(raised.value)


def values(found: Upload) -> list[tuple[str, str]]:
    assert found.answers is not None
    return [(one.expert, one.value) for one in found.answers.judgments]


def test_a_survey_file(small: Survey) -> None:
    content = survey_toml(small).encode()
    for own in (content, b"\xef\xbb\xbf" + content):
        found = read_upload(own, "Some.Survey.TOML", "zh")
        assert found == Upload(survey=small, title="Some.Survey")


def test_a_hierarchy_text(small: Survey) -> None:
    found = read_upload("目标: 价格, 质量;".encode("utf-8-sig"), "采购.txt", "zh")
    assert found.survey is not None
    assert found.survey.languages == ("zh",)
    names = [node.name["zh"] for node in found.survey.nodes.values()]
    assert names == ["目标", "价格", "质量"]
    assert (found.title, found.answers, found.study) == ("采购", None, None)
    home = ahp.load_survey("supervision_effectiveness")
    back = read_upload(hierarchy_text(home, "zh").encode(), "home.txt", "zh").survey
    assert back is not None
    assert len(back.hierarchy.comparisons) == len(home.hierarchy.comparisons)


def test_a_project_of_ahp_os() -> None:
    found = read_upload(project(JUDGED), "export.json", "en")
    assert found.survey is not None
    assert found.survey.name == {"en": "Shop"}
    assert values(found) == [("Zoe", "3")]
    assert (found.title, found.study) == ("Shop", None)
    assert read_upload(project(), "export.json", "en").answers is None


@pytest.mark.parametrize("ending", ["ahp", "yaml", "YML"])
def test_a_gluc_file(ending: str) -> None:
    found = read_upload(GLUC.encode(), f"weekend.{ending}", "en")
    assert found.survey is not None
    assert [node.name["en"] for node in found.survey.nodes.values()] == ["Weekend", "Cost", "Rest"]
    assert [value for _, value in values(found)] == ["3"]
    assert found.title == "weekend"
    silent = GLUC.replace("  preferences:\n    pairwise: [[Cost, Rest, 3]]\n", "")
    assert read_upload(silent.encode(), f"weekend.{ending}", "en").answers is None


def test_a_whole_study_is_left_to_the_store() -> None:
    content = b'{"kind": "ahp study", "format": 99}'
    assert read_upload(content, "study.json", "en") == Upload(study=content)


@pytest.mark.parametrize("name", ["survey.docx", "survey", "toml", "a.toml.exe", ""])
def test_other_endings(name: str) -> None:
    assert tuple(UPLOADS) == ("toml", "json", "txt", "ahp", "yaml", "yml", "xlsx", "ods")
    assert refused(b"x", name) == (
        f"{name}: expected a file that ends with .toml, .json, .txt, .ahp, .yaml, .yml, .xlsx, .ods"
    )


def test_broken_files() -> None:
    assert refused(b"a = \xff", "s.toml") == "s.toml: byte 4 is not UTF-8, expected UTF-8 text"
    assert refused(b"a", "s.toml") == (
        "s.toml: line 1: not TOML; please check the quotation marks, brackets and equals signs "
        "there"
    )
    assert refused(b"format = 1", "s.toml") == "s.toml: id: missing"
    assert refused("目标".encode("gbk"), "s.txt") == (
        "s.txt: byte 2 is not UTF-8, expected UTF-8 text"
    )
    assert refused(b"", "s.txt") == "s.txt: is empty, expected branches such as 'Goal: A, B;'"
    assert refused(b"{", "s.json") == (
        "s.json: line 1, column 2: not JSON; please check the quotation marks, brackets and commas "
        "there"
    )
    assert refused(b"[" * 100_000, "s.json") == (
        "s.json: nested too deep, expected an AHP-OS project"
    )
    assert refused(b'{"kind": "ahp"}', "s.json") == (
        "s.json: is no project of AHP-OS and no study from here; please download it again"
    )
    assert refused(b"Goal: [", "s.yaml") == (
        "s.yaml: line 1, column 8: not YAML; please check the indentation, colons and quotation "
        "marks there"
    )
    wrong = {**JUDGED, "pwc_intense": "x"}
    found = refused(project(wrong), "s.json", ahp.AnswersError)
    assert found == (
        "s.json: pwc[0].pwc_intense: 'x', digit 1 is 'x', expected one of 1, 2, 3, 4, 5, 6, 7, 8, 9"
    )
