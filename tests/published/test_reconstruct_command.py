"""`ahp reconstruct` on a table of two parents, small enough to be quick."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ahp.cli import main
from ahp.i18n.errors import error_sentence
from ahp.messages import Phrase
from ahp.published import load_table
from ahp.report import reason_with_names

TABLE = """
format = 1
id = "small"
title = "Two parents"
source = "made for this test"
goal = "g"
candidates = "small.csv"
[[parents]]
id = "g"
items = ["a", "b"]
weights = { a = "0.75" }
[[parents]]
id = "a"
items = ["x", "y", "z"]
weights = { x = "0.63335", z = "0.10615" }
[composite]
weights = { y = "0.1954" }
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "small.ahp.toml"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_text(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconstruct", str(table), "--language", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "Matrices that work for all parents by one method and rounding: "
        "column mean, every step rounded"
    )
    assert [line.split() for line in lines if line.startswith(("x ", "1 ", "2"))] == [
        ["x", "1", "3", "5", "0.63335", "0.63335"],
        ["1", "x", "0.4750"],
        ["2", "b", "0.2500"],
    ]
    assert capsys.readouterr().err == ""


def test_json_and_stored_candidates(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconstruct", str(table), "--json", "--save"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["settings"] == [["column_mean", "intermediate"]]
    assert found["parents"]["a"]["unique"] is True
    assert found["parents"]["a"]["ruled_out"] == ["eigenvector", "geometric_mean"]
    assert found["parents"]["a"]["candidates"][0]["matrix"][0] == [1, 3, 5]
    assert found["ranks"] == {"x": [1, 1], "b": [2, 2], "y": [3, 3], "z": [4, 4]}
    assert (table.parent / "small.csv").read_text(encoding="utf-8").splitlines() == [
        "parent,method,rounding,upper",
        "g,column_mean,intermediate,3",
        "a,column_mean,intermediate,3 5 3",
    ]
    assert main(["verify", str(table), "--language", "en"]) == 0
    assert capsys.readouterr().out == (
        f"{table}: reproduced, 4 of 4 checks, 4 of them by reconstructed matrices\n"
    )


def test_nothing_fits(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text(TABLE.replace("0.63335", "0.63337"), encoding="utf-8")
    assert main(["reconstruct", str(table), "--language", "en"]) == 1
    assert (
        "a: no matrix on the scale with CR < 0.1 gives these digits by eigenvector, "
        "geometric_mean, column_mean (half_up, truncate, intermediate); nearest: "
        in capsys.readouterr().out
    )


IN_CHINESE = """\
以同一方法和舍入方式适用于所有上级要素的矩阵：无
上级要素  候选矩阵数  唯一  方法                              已排除的方法                      \
舍入方式                              CR      搜索范围
--------  ----------  ----  --------------------------------  --------------------------------  \
------------------------------------  ------  --------
g                  9  是    和法、特征根法、根法（几何平均）                                    \
最后四舍五入、逐步四舍五入、最后截断  0.0000  全部
a                  0  否                                      特征根法、根法（几何平均）、和法  \
                                              全部

g：唯一的矩阵
要素    a  b  原文数值  权重
----  ---  -  --------  -------
a       1  3  0.75      0.75000
b     1/3  1            0.25000

a：标度上 CR < 0.1 的判断矩阵，按特征根法、根法、和法（最后四舍五入、最后截断、逐步四舍五入）\
都得不出这些数；最接近的权重：0.63335、0.26050、0.10615（和法）
"""


def test_chinese(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text(TABLE.replace("0.63335", "0.63337"), encoding="utf-8")
    assert main(["--language", "zh", "reconstruct", str(table)]) == 1
    assert capsys.readouterr().out == IN_CHINESE


@pytest.mark.parametrize(
    ("lines", "english", "chinese"),
    [
        ('weights = { x = "0.90000", z = "0.80000" }',
         "the printed weights sum to 1.70000, expected 1",
         "原文的权重之和为 1.70000，应为 1"),
        ('weights = { x = "0.63335", z = "0.10615" }\norder = "z > x"',
         "matrices give these digits, but none in the printed order",
         "有判断矩阵能得出这些数，但次序都与原文不同"),
    ],
)  # fmt: skip
def test_why_nothing_fits(
    table: Path, lines: str, english: str, chinese: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TABLE.replace('weights = { x = "0.63335", z = "0.10615" }', lines)
    table.write_text(text.partition("[composite]")[0], encoding="utf-8")
    for language, reason in (("en", f"a: {english}; nearest: "), ("zh", f"a：{chinese}；最接近")):
        assert main(["--language", language, "reconstruct", str(table)]) == 1
        assert f"\n{reason}" in capsys.readouterr().out


def test_items_stand_in_a_reason_by_name(table: Path) -> None:
    reason = Phrase("nearest_ranking", above=0, below=2, most=0.1, least=0.25)
    named = reason_with_names(load_table(table).parents["a"], reason)
    assert str(named) == (
        "item x is ranked above item z, but its weight is at most 0.1, that of item z at least 0.25"
    )
    assert error_sentence(named, "zh") == (
        "要素“x”排在要素“z”之前，但其权重至多为 0.1，而要素“z”的权重至少为 0.25"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--method", "row_sum"],
            "method = 'row_sum', expected one of 'eigenvector', 'geometric_mean', 'column_mean'",
        ),
        (
            ["--rounding", "up"],
            "rounding = 'up', expected one of 'half_up', 'truncate', 'intermediate'",
        ),
        (["--cr-max", "0"], "cr_max = 0.0, expected a number above 0"),
    ],
)
def test_bad_options(
    table: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reconstruct", str(table), *arguments]) == 2
    assert capsys.readouterr().err == f"ahp: error: {message}\n"


def test_nothing_to_reconstruct(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'format = 1\nid = "t"\ntitle = "t"\nsource = "s"\nmethod = "eigenvector"\n'
    text += '[[parents]]\nid = "p"\nitems = ["a", "b"]\nupper = ["3"]\nweights = { a = "0.75" }\n'
    table.write_text(text, encoding="utf-8")
    assert main(["reconstruct", str(table)]) == 2
    assert capsys.readouterr().err == (
        f"ahp: error: {table}: every matrix is printed, nothing to reconstruct\n"
    )
