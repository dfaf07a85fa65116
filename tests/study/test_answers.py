from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ahp
from ahp.scale import parse_judgment

TREE = ahp.Hierarchy("g", {"g": ("a", "b"), "b": ("x", "y", "z")})
HEADER = "expert,parent,left,right,value\n"
FULL = HEADER + "E1,g,a,b,3\nE1,b,x,y,1/2\nE1,b,z,x,5\nE1,b,y,z,1\n"


def write(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "answers.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_read_answers(tmp_path: Path) -> None:
    path = write(tmp_path, FULL)
    answers = ahp.read_answers(path)
    assert answers.experts == ("E1",)
    assert answers.judgments[1] == ahp.Judgment("E1", "b", "x", "y", "1/2", f"{path}: line 3")
    assert [judgment.number for judgment in answers.judgments] == [3, 0.5, 5, 1]
    matrices = answers.matrices(TREE)["E1"]
    assert matrices["g"] == ahp.PairwiseMatrix([[1, 3], ["1/3", 1]], ["a", "b"])
    expected = [[1, 0.5, 0.2], [2, 1, 1], [5, 1, 1]]
    assert np.array_equal(matrices["b"].values, expected)
    assert matrices["b"].labels == ("x", "y", "z")
    named = answers.matrices(TREE, {"a": "A", "b": "B", "x": "X", "y": "Y", "z": "Z"})
    assert named["E1"]["b"].labels == ("X", "Y", "Z")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_beside_other_separators(tmp_path: Path, separator: str) -> None:
    rows = FULL.replace("1/2", "0;33").replace("5", "2;14").replace("E1,g,a,b,3", "E1,g,a,b,8;5")
    content = rows.replace(",", separator).replace("2;14", "2,14").replace("0;33", "0,33")
    answers = ahp.read_answers(write(tmp_path, content.replace("8;5", "8,5")))
    assert [judgment.value for judgment in answers.judgments] == ["8.5", "0.33", "2.14", "1"]
    assert answers.judgments[1].number == 1 / 3


def test_thousands_are_no_decimal_comma(tmp_path: Path) -> None:
    path = write(tmp_path, FULL.replace(",", ";").replace("1/2", "45,660"))
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.read_answers(path)
    assert str(raised.value).startswith(
        f"{path}: line 3: value = '45,660' is the number of the date 2025-01-03: "
    )


def test_each_value_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ahp.read_answers(write(tmp_path, FULL + FULL.replace(HEADER, "").replace("E1", "E2")))
    parsed: list[str] = []

    def count(text: str) -> float:
        parsed.append(text)
        return parse_judgment(text)

    monkeypatch.setattr("ahp.study.judgments.parse_judgment", count)
    arrays = answers.arrays(TREE)
    assert parsed == ["3", "1/2", "5", "1"]
    assert arrays["b"].tolist() == [[[1, 0.5, 0.2], [2, 1, 1], [5, 1, 1]]] * 2


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + FULL,
        FULL.replace("\n", "\r\n"),
        FULL.replace(",", ";"),
        FULL.replace(",", "\t"),
        FULL.replace(",", ", ").replace(" b", ' "b"').replace("E1", " E1 "),
        "\n" + FULL.replace("\n", "\n\n,,,,\n"),
    ],
    ids=["BOM", "CRLF", "semicolons", "tabs", "spaces and quotes", "empty lines"],
)
def test_spellings_of_csv(tmp_path: Path, content: str) -> None:
    expected = ahp.read_answers(write(tmp_path, FULL)).matrices(TREE)
    assert ahp.read_answers(write(tmp_path, content)).matrices(TREE) == expected


def test_columns_in_any_order_and_names_with_separators(tmp_path: Path) -> None:
    path = write(tmp_path, 'value,left,right,parent,expert\n1/3,a,b,g,"Li, ""Lao""\nLi"\n')
    (judgment,) = ahp.read_answers(path).judgments
    assert judgment == ahp.Judgment('Li, "Lao"\nLi', "g", "a", "b", "1/3", f"{path}: line 2")


def test_line_numbers_count_lines_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + '"E\n1",g,a,b,3\n\nE2,g,a,b,x\n')
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.read_answers(path)
    assert str(raised.value).startswith(f"{path}: line 5: value = 'x', expected")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty; a long CSV has the columns expert, parent, left, right, value."),
        (
            "expert,parent,left,right\n",
            "line 1: the columns are expert, parent, left, right; a long CSV has the columns "
            "expert, parent, left, right, value. If this is a file of another program or platform, "
            "please choose its format.",
        ),
        (HEADER, "no judgments, expected a line for each"),
        (HEADER + "E1,g,a,b,1,2\n", "line 2: 6 values, expected 5"),
        (HEADER + "E1,g,a,,3\n", "line 2: right is empty"),
        (
            HEADER + "E1,g,a,b,-3\n",
            "line 2: value = '-3', expected a positive number or a fraction such as \"1/3\"",
        ),
        (
            HEADER + '"E1"x,g,a,b,3\n',
            "line 2: not CSV; please check the quotation marks there",
        ),
        (
            HEADER.encode() + b"E\xff,g,a,b,3\n",
            "neither UTF-8, GBK, Big5 nor UTF-16; save the file as CSV UTF-8",
        ),
    ],
)
def test_bad_files(tmp_path: Path, content: str | bytes, message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.read_answers(path)
    assert str(raised.value) == f"{path}: {message}"


def test_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.read_answers(path)
    assert str(raised.value) == f"{path}: cannot be read: No such file or directory"


def test_a_pair_answered_twice(tmp_path: Path) -> None:
    path = write(tmp_path, FULL + "E1,g,b,a,1/3\n")
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.read_answers(path)
    assert str(raised.value) == (
        f"{path}: line 6: expert 'E1' answers ('b', 'a') under 'g' twice, first at {path}: line 2"
    )


@pytest.mark.parametrize(
    ("judgment", "message"),
    [
        (ahp.Judgment("E", "q", "a", "b", "3", "here"), "here: parent = 'q', expected one of g, b"),
        (ahp.Judgment("E", "a", "x", "y", "3", "here"), "here: parent = 'a', expected one of g, b"),
        (
            ahp.Judgment("E", "g", "x", "b", "3", "here"),
            "here: left = 'x', expected a child of 'g': a, b",
        ),
        (
            ahp.Judgment("E", "g", "a", "c", "3", "here"),
            "here: right = 'c', expected a child of 'g': a, b",
        ),
        (
            ahp.Judgment("E", "g", "a", "a", "3", "here"),
            "here: 'a' is compared with itself, expected two children",
        ),
    ],
)
def test_answers_that_do_not_fit_the_tree(judgment: ahp.Judgment, message: str) -> None:
    with pytest.raises(ahp.AnswersError) as raised:
        ahp.Answers((judgment,)).matrices(TREE)
    assert str(raised.value) == message


def test_missing_judgments_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "E1,g,a,b,3\nE1,b,y,x,2\n")
    with pytest.raises(ahp.IncompleteError) as raised:
        ahp.read_answers(path).matrices(TREE)
    assert str(raised.value) == (
        "expert 'E1' has not judged ('x', 'z') under 'b' (2 of 3 are missing there)"
    )


def test_only() -> None:
    judgments = [ahp.Judgment(expert, "g", "a", "b", "3") for expert in ("E2", "E1", "E3")]
    answers = ahp.Answers(tuple(judgments))
    assert answers.experts == ("E2", "E1", "E3")
    assert answers.only(["E1", "E2"]).experts == ("E2", "E1")
