from __future__ import annotations

import doctest
import io
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas
import pytest
from openpyxl import Workbook

import ahp
from ahp.cli import main
from ahp.priority import METHODS
from ahp.report import consistency_data
from ahp.store import Store, clock
from ahp.web import server
from tests.evaluation_case import PERIOD, make_case
from tests.running_server import free_port

ROOT = Path(__file__).parents[1]
DONG = ROOT / "examples" / "dong_2010"
NUMBER = 'expected a positive number or a fraction such as "1/3"'
TEA = "1,3,5\n1/3,1,3\n1/5,1/3,1\n"
NAMED = ",tea,coffee,milk\ntea,1,3,5\ncoffee,1/3,1,3\nmilk,1/5,1/3,1\n"


pytestmark = pytest.mark.usefixtures("english_terminal")


@pytest.fixture
def matrix_file(tmp_path: Path) -> Path:
    path = tmp_path / "tea.csv"
    path.write_text(NAMED, encoding="utf-8")
    return path


class Outcome:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> Outcome:
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    return call


def refused(outcome: Outcome, message: str, status: int = 2) -> None:
    assert (outcome.status, outcome.out, outcome.err) == (status, "", f"ahp: error: {message}\n")


def test_weights(run: Any, matrix_file: Path) -> None:
    outcome = run("weights", matrix_file)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == (
        "Weights\n"
        "Item    Weight\n"
        "------  ------\n"
        "tea     0.6370\n"
        "coffee  0.2583\n"
        "milk    0.1047\n"
        "\n"
        "Method             eigenvector\n"
        "λmax               3.0385\n"
        "λ, mean of (Aw)/w  3.0385\n"
        "CI                 0.0193\n"
        "RI                 0.5800 (saaty)\n"
        "CR                 0.0332\n"
        "Acceptable         yes\n"
    )


def test_weights_of_more_items_than_any_table_reaches(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("\n".join([",".join(["1"] * 101)] * 101), encoding="utf-8")
    outcome = run("weights", path)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.endswith(
        "\nCI                 0.0000\n"
        "CR is not available for 101 items: random_index “saaty” has no value for them; tables "
        "that have one: none\n"
    )
    assert run("weights", path, "--language", "zh").out.endswith(
        "\n101 个要素没有 CR：随机一致性指标表“saaty”没有这一阶的值；有这一阶的表：无。\n"
    )
    found = json.loads(run("weights", path, "--json").out)["consistency"]
    assert (found["ci"], found["ri"], found["cr"], found["acceptable"]) == (0, None, None, None)


def test_weights_as_json_are_unrounded(run: Any, matrix_file: Path) -> None:
    outcome = run(
        *("weights", matrix_file, "--json"),
        *("--method", "column_mean", "--random-index", "saaty_2005"),
    )
    found = json.loads(outcome.out)
    matrix = ahp.PairwiseMatrix([[1, 3, 5], ["1/3", 1, 3], ["1/5", "1/3", 1]])
    weights = ahp.column_mean(matrix)
    checked = ahp.check_consistency(matrix, random_index="saaty_2005", weights=weights)
    assert found["labels"] == ["tea", "coffee", "milk"]
    assert found["matrix"] == matrix.values.tolist()
    assert found["method"] == "column_mean"
    assert found["weights"] == weights.tolist()
    assert found["consistency"] == consistency_data(checked)
    assert found["version"] == ahp.__version__


def test_a_contradiction_is_shown_not_refused(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("1,3,1/3\n1/3,1,3\n3,1/3,1\n")
    outcome = run("weights", path)
    assert outcome.status == 0
    assert outcome.out.splitlines()[-2:] == ["CR                 1.1494", "Acceptable         no"]


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        (TEA, ["1", "2", "3"]),
        (NAMED, ["tea", "coffee", "milk"]),
        ("\ufeff" + NAMED.replace("\n", "\r\n"), ["tea", "coffee", "milk"]),
        (NAMED.replace(",", ";"), ["tea", "coffee", "milk"]),
        (NAMED.replace(",", "\t"), ["tea", "coffee", "milk"]),
        (NAMED.replace(",", ", "), ["tea", "coffee", "milk"]),
        ("drinks" + NAMED, ["tea", "coffee", "milk"]),
        ("tea,coffee,milk\n" + TEA, ["tea", "coffee", "milk"]),
        ("tea,1,3,5\ncoffee,1/3,1,3\nmilk,1/5,1/3,1\n", ["tea", "coffee", "milk"]),
        ("\n" + TEA.replace("\n", "\n\n"), ["1", "2", "3"]),
        (TEA.replace("1/3", "１／３"), ["1", "2", "3"]),
    ],
)
def test_kinds_of_matrix_files(
    run: Any, monkeypatch: pytest.MonkeyPatch, content: str, labels: list[str]
) -> None:
    standard_input = io.TextIOWrapper(io.BytesIO(content.encode()))
    monkeypatch.setattr(sys, "stdin", standard_input)
    outcome = run("weights", "-", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    assert found["labels"] == labels
    assert [round(weight, 6) for weight in found["weights"]] == [0.636986, 0.258285, 0.104729]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no values, expected a matrix"),
        (
            "1,3,5\n1/3,1,3\n",
            "2 rows of 3 values, expected a square matrix, with or without names",
        ),
        (
            "1,3\n1/3,1\n1,2\n",
            "3 rows of 2 values, expected a square matrix, with or without names",
        ),
        ("a\n", "1 rows of 1 values, expected a square matrix, with or without names"),
        ("\n1,3\n1/3,x\n", f"line 3, column 2: 'x', {NUMBER}"),
        (NAMED.replace(",5", ",five"), f"line 2, column 4: 'five', {NUMBER}"),
        (NAMED.replace(",5", ",-5"), f"line 2, column 4: '-5', {NUMBER}"),
        (
            NAMED.replace("\nmilk", "\nwater"),
            "line 4: name 'water', expected 'milk' as in the first line",
        ),
        (
            "tea,tea\n1,3\n1/3,1\n",
            "labels[1] = 'tea', expected names that differ",
        ),
        (
            NAMED.replace("1/5", "1/4"),
            "line 2, column 4 = '5' beside line 4, column 2 = '1/4', expected reciprocals: 1/5 is "
            "not printed as 1/4",
        ),
        (
            "1,4\n0.33,1\n",
            "line 1, column 2 = '4' beside line 2, column 1 = '0.33', expected reciprocals: 1/4 is "
            "not printed as 0.33",
        ),
        (
            ",tea,coffee,milk\ntea,1,,5\ncoffee,nan,1,NaN\nmilk,1/5,,1\n",
            "(tea, coffee) is not judged, expected a complete matrix; judgments missing: 2; "
            "ahp.complete_matrices fills them",
        ),
        ('1,"3\n1/3,1\n', "line 2: not CSV; please check the quotation marks there"),
        (
            NAMED.replace("5", "45662", 1),
            "line 2, column 4: '45662' is the number of the date 2025-01-05: a spreadsheet made a "
            "date of a fraction such as 1/5; format the cells as text, then enter the fraction "
            "again",
        ),
    ],
)
def test_bad_matrix_files(run: Any, tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(content, encoding="utf-8")
    refused(run("weights", path), f"{path}: {message}")


def test_files_that_cannot_be_read(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    refused(run("weights", path), f"{path}: cannot be read: No such file or directory")
    path.write_bytes(b"1,\xff\n")
    refused(
        run("weights", path),
        f"{path}: neither UTF-8, GBK, Big5 nor UTF-16; save the file as CSV UTF-8",
    )


def test_mistyped_options_list_the_valid_ones(run: Any, matrix_file: Path) -> None:
    refused(
        run("weights", matrix_file, "--method", "median"),
        f"method = 'median', expected one of {', '.join(map(repr, METHODS))}",
    )
    refused(
        run("weights", matrix_file, "--random-index", "noble"),
        "random_index = 'noble', expected one of 'saaty', 'saaty_2005', 'donegan_dodd', "
        "'alonso_lamata', 'aguaron_moreno_2003', 'alonso_lamata_line', 'simulated'",
    )


def test_surveys_list(run: Any) -> None:
    survey = ahp.load_survey("supervision_effectiveness")
    line = (
        "supervision_effectiveness: 18 indicators, 35 comparisons, languages zh en, "
        f"hash {survey.content_hash}"
    )
    assert line in run("surveys", "list").out.splitlines()
    assert run("surveys").out == run("surveys", "list").out
    assert len(run("surveys").out.splitlines()) == len(ahp.shipped_surveys())


def test_surveys_validate(run: Any, tmp_path: Path) -> None:
    good, missing = DONG / "survey.toml", tmp_path / "none.toml"
    survey = ahp.load_survey(good)
    fine = f"{good}: ok, 4 indicators, 6 comparisons, languages en zh, hash {survey.content_hash}\n"
    outcome = run("surveys", "validate", good)
    assert (outcome.status, outcome.out, outcome.err) == (0, fine, "")
    outcome = run("surveys", "validate", missing, good)
    assert (outcome.status, outcome.out) == (2, fine)
    problem = "cannot be read: No such file or directory"
    assert outcome.err == f"ahp: error: {missing}: {problem}\n"


def test_survey_warnings_are_one_line(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "wide.toml"
    text = (DONG / "survey.toml").read_text(encoding="utf-8")
    node = text[text.index('[[nodes]]\nid = "x4"') :]
    for name in ("x5", "x6", "x7", "x8", "x9", "x10"):
        text += node.replace('id = "x4"', f'id = "{name}"')
    path.write_text(text, encoding="utf-8")
    outcome = run("surveys", "validate", path)
    assert outcome.status == 0
    assert outcome.out.startswith(f"{path}: ok, 10 indicators, 45 comparisons, ")
    assert outcome.err == (
        f"ahp: warning: {path}: 'choice' has 10 items below it; people compare at most 9 well\n"
    )


def test_analyze(run: Any) -> None:
    outcome = run(
        *("analyze", DONG / "survey.toml", DONG / "answers.csv", "--language", "en"),
        *("--expert-weights", "E1=.1, E2=.3, E3=.1, E4=.2, E5=.3"),
    )
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines()[8:] == [
        "",
        "Choice of an alternative",
        "Choice of an alternative  Alternative x1  Alternative x2  Alternative x3  "
        "Alternative x4  Weight",
        "------------------------  --------------  --------------  --------------  "
        "--------------  ------",
        "Alternative x1                         1          2.2270          3.4756          "
        "5.0937  0.4984",
        "Alternative x2                    0.4490               1          1.9663          "
        "4.0005  0.2727",
        "Alternative x3                    0.2877          0.5086               1          "
        "2.4623  0.1541",
        "Alternative x4                    0.1963          0.2500          0.4061               "
        "1  0.0747",
        "",
        "Consistency of the judgment matrices",
        "Compared under            n    λmax      CI      RI      CR  Acceptable  "
        "Experts with a CR of 0.1 or more",
        "------------------------  -  ------  ------  ------  ------  ----------  "
        "--------------------------------",
        "Choice of an alternative  4  4.0422  0.0141  0.9000  0.0156  yes         0 of 5",
        "",
        "Composite ranking",
        "Rank  Branch                    Indicator       Local weight  Global weight",
        "----  ------------------------  --------------  ------------  -------------",
        "   1  Choice of an alternative  Alternative x1        0.4984         0.4984",
        "   2  Choice of an alternative  Alternative x2        0.2727         0.2727",
        "   3  Choice of an alternative  Alternative x3        0.1541         0.1541",
        "   4  Choice of an alternative  Alternative x4        0.0747         0.0747",
        "",
        "Consistency of the total hierarchy",
        "Level      CI      RI      CR  Acceptable  Experts with a CR of 0.1 or more",
        "-----  ------  ------  ------  ----------  --------------------------------",
        "    1  0.0141  0.9000  0.0156  yes         0 of 5",
    ]
    assert "geometric mean" in outcome.out
    assert ahp.load_survey(DONG / "survey.toml").content_hash in outcome.out


def test_analyze_one_expert_who_contradicts_themselves(run: Any, tmp_path: Path) -> None:
    demo = ROOT / "examples" / "supervision_demo" / "answers.csv"
    survey, answers = ahp.load_survey("supervision_effectiveness"), ahp.read_answers(demo)
    expert = ahp.analyze(survey, answers).incoherences[0].expert
    head, *rows = demo.read_text(encoding="utf-8").splitlines(keepends=True)
    own = tmp_path / "own.csv"
    own.write_text(
        head + "".join(row for row in rows if row.startswith(f"{expert},")), encoding="utf-8"
    )
    lines = run("analyze", survey.id, own, "--language", "en").out.splitlines()
    assert "Experts who contradict themselves" in lines
    assert "What the ranking would be without them" not in lines  # nobody is left


def test_analyze_with_experts_who_contradict_themselves(run: Any) -> None:
    demo = ROOT / "examples" / "supervision_demo" / "answers.csv"
    survey = ahp.load_survey("supervision_effectiveness")
    arguments = ("analyze", "supervision_effectiveness", demo, "--language", "en")
    outcome = run(*arguments, "--incoherent", "exclude", "--cr-limit", "saaty", "--invited", "9")
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    based = "7 of 9 invited experts · left out where the CR reaches Saaty's limit: 4 of 7 experts"
    assert [line for line in lines if line.startswith("Based on")] == [
        f"Based on                           {based}"
    ]
    titles = ("Composite ranking", "Consistency of the judgment matrices")
    titles += ("Experts who contradict themselves", "What the ranking would be without them")
    for title in titles:
        assert lines[lines.index(title) + 1] == based
    start = lines.index("Experts who contradict themselves")
    assert [line.split() for line in lines[start + 4 : start + 8]] == [
        ["E3", "Learning", "and", "innovation", "3", "0.0634", "0.05", "left", "out"],
        ["E4", "Learning", "and", "innovation", "3", "0.0810", "0.05", "left", "out"],
        ["E5", "Work", "coordination", "4", "0.1330", "0.08", "left", "out"],
        ["E7", "Learning", "and", "innovation", "3", "0.0634", "0.05", "left", "out"],
    ]
    start = lines.index("Consistency of the judgment matrices")
    row = next(line for line in lines[start:] if line.startswith("Work coordination"))
    assert row.split()[-4:] == ["yes", "1", "of", "7"]
    data = json.loads(run(*arguments, "--json", "--incoherent", "downweight").out)
    expected = ahp.analyze(survey, ahp.read_answers(demo), incoherent="downweight")
    assert data["global_weights"] == dict(expected.global_weights)
    (one,) = data["incoherences"]
    assert (one["expert"], one["parent"], one["limit"]) == ("E5", "coordination", 0.1)
    assert (data["incoherent"], data["cr_limit"], data["answered"]) == ("downweight", 0.1, 7)
    assert (data["invited"], data["round"], data["provisional"]) == (None, None, False)


def test_analyze_refuses_a_limit_that_is_none(run: Any, capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        run("analyze", "supervision_effectiveness", "answers.csv", "--cr-limit", "5")
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "ahp analyze: error: argument --cr-limit: cr_limit = 5.0, expected 'saaty' or a number "
        "from 0.01 to 1.0"
    )


def test_analyze_as_json(run: Any) -> None:
    outcome = run("analyze", DONG / "survey.toml", DONG / "answers.csv", "--json")
    analysis = ahp.analyze(
        ahp.load_survey(DONG / "survey.toml"), ahp.read_answers(DONG / "answers.csv")
    )
    assert json.loads(outcome.out)["global_weights"] == dict(analysis.global_weights)


def test_analyze_options(run: Any) -> None:
    demo = ROOT / "examples" / "supervision_demo" / "answers.csv"
    outcome = run(
        *("analyze", "supervision_effectiveness", demo, "--language", "zh"),
        *("--method", "column_mean", "--random-index", "alonso_lamata"),
    )
    assert outcome.status == 0
    assert "监督管理模式" in outcome.out
    assert "alonso_lamata：Alonso & Lamata 2006" in outcome.out
    assert "1.1086" in outcome.out


def test_analyze_a_panel(run: Any) -> None:
    command = (
        *("analyze", DONG / "survey.toml", DONG / "answers.csv", "--language", "en", "--panel"),
        *("--expert-weights", "E1=.1,E2=.3,E3=.1,E4=.2,E5=.3"),
    )
    lines = run(*command).out.splitlines()
    for line in (
        "Alternative x1  0.4984    0.2247          0.5693  0.5967          0.6145   0.6461"
        "                    0.3264",
        "E2                        0.0671",
        "Choice of an alternative        5  1.0876  0.0652  1.1528  0.8506  very high"
        "                           0.7440  11.1600   3  0.0109  strong agreement"
        "                      0.0560       0.8565",
        "Aggregation               weighted geometric mean of the experts' weights (AIP)   no"
        "                  0                      0.0000",
        "An expert left out  without E5  no                  0                      0.1194",
    ):
        assert line in lines
    data = json.loads(run(*command, "--json").out)
    assert round(data["agreement"]["parents"]["choice"]["gci"], 3) == 0.056
    assert data["agreement"]["clusters"] == {"E1": 1, "E2": 1, "E3": 1, "E4": 1, "E5": 2}


def test_analyze_joins_as_told(run: Any) -> None:
    survey, answers = DONG / "survey.toml", DONG / "answers.csv"
    options = ("--how", "aij_trimmed", "--trim", "0.2", "--expert-weights", "consistency")
    data = json.loads(run("analyze", survey, answers, "--json", *options).out)
    expected = ahp.analyze(
        ahp.load_survey(survey),
        ahp.read_answers(answers),
        how="aij_trimmed",
        trim=0.2,
        expert_weights="consistency",
    )
    assert data["global_weights"] == dict(expected.global_weights)
    assert (data["how"], data["trim"], data["weighting"]) == (*("aij_trimmed", 0.2, "consistency"),)


def test_analyze_refuses(run: Any, tmp_path: Path) -> None:
    refused(
        run("analyze", "nothing", DONG / "answers.csv"),
        f"'nothing' is no shipped survey, expected one of {', '.join(ahp.shipped_surveys())} "
        "or the path of a .toml file",
    )
    missing = tmp_path / "a.csv"
    refused(
        run("analyze", DONG / "survey.toml", missing),
        f"{missing}: cannot be read: No such file or directory",
    )
    refused(
        run("analyze", DONG / "survey.toml", DONG / "answers.csv", "--expert-weights", "E1=1"),
        "no expert weight for 'E2', expected one for each expert",
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("E1", "'E1', expected NAME=WEIGHT such as E1=0.2"),
        ("E1=x", "'E1=x', expected NAME=WEIGHT such as E1=0.2"),
        ("=1", "'=1', expected NAME=WEIGHT such as E1=0.2"),
        ("E1=nan", "'E1=nan', expected NAME=WEIGHT such as E1=0.2"),
        ("E1=1,E1=2", "'E1' has two weights, expected one"),
    ],
)
def test_bad_expert_weights(capsys: pytest.CaptureFixture[str], given: str, message: str) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["analyze", "a", "b", "--expert-weights", given])
    assert raised.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"ahp analyze: error: argument --expert-weights: {message}"
    )


SHOP = json.dumps(
    {
        "pj": [
            {
                "project_name": "选店",
                "project_hText": "选店: 价格=0.4, 质量=0.6; 质量: 耐用, look;",
                "project_author": "Li",
            }
        ],
        "pwc": [
            {"pwc_part": "张三", "pwc_node": "选店", "pwc_ab": "1", "pwc_intense": "3"},
            {"pwc_part": "张三", "pwc_node": "质量", "pwc_ab": "0", "pwc_intense": "7"},
        ],
    }
)
SHOP_TOML = """\
format = 1
id = "imported"
languages = [
    "zh",
]
method = "eigenvector"
random_index = "saaty"
nodes = [
    { id = "n2", parent = "n1", name = { zh = "价格" } },
    { id = "n3", parent = "n1", name = { zh = "质量" } },
    { id = "n4", parent = "n3", name = { zh = "耐用" } },
    { id = "look", parent = "n3", name = { zh = "look" } },
]

[name]
zh = "选店"

[goal]
id = "n1"

[goal.name]
zh = "选店"
"""
GLUC = """\
Version: 2.0
Alternatives: &all {Lake: , City: }
Goal:
  name: Weekend
  decision-makers: {Ann: .5, Bo: .5}
  preferences:
    Ann: {pairwise: [[Cost, Rest, 1/3]]}
    Bo: {priority: {Cost: .2, Rest: .8}}
  children:
    Cost: {preferences: {Ann: {pairwise: [[Lake, City, 4]]}}, children: *all}
    Rest:
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of other programs, in which the command runs."""
    (tmp_path / "shop.json").write_text(SHOP, encoding="utf-8")
    (tmp_path / "shop.toml").write_text(SHOP_TOML, encoding="utf-8")
    (tmp_path / "weekend.ahp").write_text(GLUC, encoding="utf-8")
    (tmp_path / "city.csv").write_text("cult_fam,cult_house,fam_house\n-5,3,1\n9,NA,\n")
    long = "expert,parent,left,right,value\n张三,n1,n2,n3,1/3\n张三,n3,look,n4,1/7\n"
    (tmp_path / "shop.csv").write_text(long, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_convert_ahp_os(run: Any, files: Path) -> None:
    outcome = run("convert", "shop.json", "--from", "ahp-os", "--to", "long-csv")
    assert outcome.out == (
        '\ufeffexpert,parent,left,right,value\n张三,n1,n2,n3,"=""1/3"""\n张三,n3,n4,look,7\n'
    )
    lost = "ahp: warning: shop.json: not written: given weights, 2\n"
    assert (outcome.status, outcome.err) == (0, lost)
    outcome = run("convert", "shop.json", "--from", "ahp-os", "--to", "hierarchy-text")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == "选店: 价格=0.4, 质量=0.6;\n质量: 耐用, look;\n"
    outcome = run(
        "convert", "shop.json", "--from", "ahp-os", "--to", "survey-toml", "--language", "zh"
    )
    assert (outcome.status, outcome.err, outcome.out) == (0, lost, SHOP_TOML)
    again = run("convert", "shop.json", "--from", "ahp-os", "--to", "ahp-os")
    assert (again.status, again.err) == (0, "")
    project = json.loads(again.out)
    assert project["pj"][0]["project_hText"] == "选店: 价格=0.4, 质量=0.6;\n质量: 耐用, look;\n"
    assert project["pj"][0]["project_author"] == "Li"


def test_convert_keeps_given_weights_in_a_survey_file(run: Any, files: Path) -> None:
    text = "Shop: Price=0.4, Quality=0.6; Quality: Durable, Look;"
    row = {"pwc_part": "Li", "pwc_node": "Quality", "pwc_ab": "0", "pwc_intense": "3"}
    data = {"pj": [{"project_name": "Shop", "project_hText": text}], "pwc": [row]}
    (files / "given.json").write_text(json.dumps(data), encoding="utf-8")
    options = ("convert", "given.json", "--from", "ahp-os", "--language", "en")
    outcome = run(*options, "--to", "survey-toml", "--output", "given.toml")
    assert (outcome.status, outcome.err) == (0, "")
    outcome = run(*options, "--to", "long-csv", "--output", "given.csv")
    lost = "ahp: warning: given.json: not written: given weights, 2\n"
    assert (outcome.status, outcome.err) == (0, lost)
    outcome = run("surveys", "validate", "given.toml")
    assert "3 indicators, 1 comparisons, weights given below shop, languages en" in outcome.out
    outcome = run("analyze", "given.toml", "given.csv", "--language", "en")
    assert (outcome.status, outcome.err) == (0, "")
    assert "Weights given instead of compared  Shop: given.json\n" in outcome.out
    assert "Shop: weights given (given.json)\n" in outcome.out
    assert "Shop            2                                  weights given (given.json)\n" in (
        outcome.out
    )
    assert "   1  Quality  Durable          0.7500         0.4500\n" in outcome.out
    (files / "wrong.csv").write_text(
        "expert,parent,left,right,value\nLi,shop,price,quality,3\n", encoding="utf-8"
    )
    outcome = run("analyze", "given.toml", "wrong.csv")
    assert (outcome.status, outcome.err) == (
        2,
        "ahp: error: wrong.csv: line 2: parent = 'shop' has given weights, nothing is compared "
        "below it, expected one of quality\n",
    )


def test_convert_answers(run: Any, files: Path) -> None:
    options = ("shop.csv", "--from", "long-csv", "--survey", "shop.toml")
    outcome = run("convert", *options, "--to", "ahp-os", "--output", "out.json")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    project = json.loads((files / "out.json").read_text(encoding="utf-8"))
    assert project["pj"][0]["project_name"] == "选店"
    assert [
        (row["pwc_part"], row["pwc_node"], row["pwc_ab"], row["pwc_intense"])
        for row in project["pwc"]
    ] == [("张三", "选店", "1", "3"), ("张三", "质量", "0", "7")]
    outcome = run("convert", *options, "--to", "ahpsurvey", "--negative-is", "left")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == "expert,n2_n3,n4_look\n张三,3,-7\n"
    (files / "wide.csv").write_text(outcome.out, encoding="utf-8")
    back = run(
        *("convert", "wide.csv", "--from", "ahpsurvey", "--to", "long-csv"),
        *("--survey", "shop.toml", "--negative-is", "left", "--expert-column", "expert"),
    )
    assert (back.status, back.err) == (
        0,
        "ahp: wide.csv: line 2, column n2_n3: expert 张三: "
        "“质量” is moderately more important than “价格” (3)\n",
    )
    assert (
        back.out
        == '\ufeffexpert,parent,left,right,value\n张三,n1,n2,n3,"=""1/3"""\n张三,n3,n4,look,7\n'
    )
    same = run("convert", "shop.csv", "--from", "long-csv", "--to", "long-csv")
    assert same.status == 0
    (files / "same.csv").write_text(same.out, encoding="utf-8")
    again = run("convert", "same.csv", "--from", "long-csv", "--to", "long-csv")
    assert (again.status, again.err, again.out) == (0, "", same.out)


def test_convert_ahpsurvey(run: Any, files: Path) -> None:
    options = ("convert", "city.csv", "--from", "ahpsurvey", "--to", "long-csv", "--negative-is")
    outcome = run(*options, "left")
    assert (outcome.status, outcome.err) == (
        0,
        "ahp: city.csv: line 2, column cult_fam: expert 1: “cult” is strongly more important than "
        "“fam” (5)\n",
    )
    assert outcome.out == (
        "\ufeffexpert,parent,left,right,value\n"
        "1,goal,cult,fam,5\n"
        '1,goal,cult,house,"=""1/3"""\n'
        "1,goal,fam,house,1\n"
        '2,goal,cult,fam,"=""1/9"""\n'
    )
    turned = run(*options, "right")
    assert turned.err == (
        "ahp: city.csv: line 2, column cult_fam: expert 1: “fam” is strongly more important than "
        "“cult” (5)\n"
    )
    assert turned.out == (
        "\ufeffexpert,parent,left,right,value\n"
        '1,goal,cult,fam,"=""1/5"""\n'
        "1,goal,cult,house,3\n"
        "1,goal,fam,house,1\n"
        "2,goal,cult,fam,9\n"
    )


def test_convert_gluc(run: Any, files: Path) -> None:
    outcome = run("convert", "weekend.ahp", "--from", "gluc", "--to", "long-csv")
    assert outcome.out == '\ufeffexpert,parent,left,right,value\nAnn,weekend,cost,rest,"=""1/3"""\n'
    assert (outcome.status, outcome.err) == (
        0,
        "ahp: warning: weekend.ahp: not written: comparisons of alternatives, 1\n"
        "ahp: warning: weekend.ahp: not written: weights of decision makers, 2\n"
        "ahp: warning: weekend.ahp: not written: given weights, 2\n",
    )


def test_convert_expert_sheets(run: Any, files: Path) -> None:
    matrix = ahp.PairwiseMatrix.from_upper([3, "1/5", 0.25], ["价格", "质量", "look"])
    matrix.to_frame().to_excel("panel.xlsx", sheet_name="张三", index_label="选店")
    outcome = run("convert", "panel.xlsx", "--from", "expert-sheets", "--to", "long-csv")
    assert (outcome.status, outcome.err, outcome.out) == (
        0,
        "",
        "\ufeffexpert,parent,left,right,value\n张三,n1,n2,n3,3\n"
        '张三,n1,n2,look,"=""1/5"""\n张三,n1,n3,look,"=""1/4"""\n',
    )
    with pandas.ExcelWriter("two.xlsx") as writer:
        for name in ("张三", "平均"):
            matrix.to_frame().to_excel(writer, sheet_name=name, index_label="选店")
    options = ("--from", "expert-sheets", "--to", "long-csv", "--sheet", "张三")
    assert run("convert", "two.xlsx", *options).out == outcome.out
    assert "平均,n1,n2,n3,3" in run("convert", "two.xlsx", *options, "--sheet", "平均").out
    book = Workbook()
    book.worksheets[0].title = "李四"
    for row in (["选店", "价格", "质量"], ["价格", 1, "3:1"], ["质量", "N/A", 1]):
        book.worksheets[0].append(row)
    book.save("half.xlsx")
    outcome = run("convert", "half.xlsx", "--from", "expert-sheets", "--to", "long-csv")
    assert (outcome.status, outcome.err, outcome.out) == (
        0,
        "ahp: note: 3:1 read as 3\n"
        "ahp: note: half.xlsx: sheet '李四', cell A1: judgments read as the reciprocal where one "
        "cell of a pair is empty: 1\n",
        "\ufeffexpert,parent,left,right,value\n李四,n1,n2,n3,3\n",
    )
    outcome = run(
        *("convert", "panel.xlsx", "--from", "expert-sheets", "--to", "hierarchy-text"),
        *("--language", "zh"),
    )
    assert (outcome.status, outcome.err, outcome.out) == (0, "", "选店: 价格, 质量, look;\n")
    outcome = run(
        *("--language", "zh", "convert", "panel.xlsx", "--from", "expert-sheets"),
        *("--to", "long-csv", "--survey", "supervision_effectiveness"),
    )
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith(
        "ahp：错误：panel.xlsx：工作表“张三”单元格 A1：矩阵的要素为“价格”、“质量”、“look”，应为以下"
        "某项的全部下级要素："
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "city.csv --from ahpsurvey --to long-csv",
            "--negative-is is missing, expected with ahpsurvey to long-csv: ahpsurvey tables have "
            "a sign convention",
        ),
        (
            "shop.csv --from long-csv --to ahp-os",
            "--survey is missing, expected with long-csv to ahp-os: answers files have no survey",
        ),
        (
            "shop.json --from ahp-os --to survey-toml",
            "--language is missing, expected with ahp-os to survey-toml: a survey file tells the "
            "language of its names",
        ),
        (
            "shop.csv --from long-csv --to long-csv --negative-is left",
            "--negative-is left, expected none with long-csv to long-csv",
        ),
        (
            "shop.json --from ahp-os --to long-csv --survey shop.toml",
            "--survey shop.toml, expected none with ahp-os to long-csv",
        ),
        (
            "shop.json --from ahp-os --to long-csv --expert-column e",
            "--expert-column e, expected none with ahp-os to long-csv",
        ),
        (
            "shop.csv --from long-csv --to ahp-os --survey shop.toml --language en",
            "--language = 'en', expected one of 'zh'",
        ),
        (
            "shop.csv --from ahp-os --to long-csv",
            "shop.csv: line 1, column 1: not JSON; please check the quotation marks, brackets and "
            "commas there",
        ),
        (
            "none.json --from ahp-os --to long-csv",
            "none.json: cannot be read: No such file or directory",
        ),
    ],
)
def test_convert_refuses(run: Any, files: Path, arguments: str, message: str) -> None:
    refused(run("convert", *arguments.split()), message)


def test_the_page_on_other_tools(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files are written, its commands run, its lines of Python compared."""
    page = (ROOT / "docs" / "other-tools.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    kinds = []
    for before, kind, block in re.findall(r"([^\n]*)\n\n```(\w+)\n(.*?)^```$", page, re.M | re.S):
        kinds.append(kind)
        if kind == "console":
            for part in re.split(r"^\$ ahp ", block, flags=re.M)[1:]:
                command, _, expected = part.partition("\n")
                outcome = run(*command.split())
                said = outcome.err + outcome.out.removeprefix("\ufeff")
                assert (outcome.status, said) == (0, expected), command
        elif kind == "pycon":
            test = doctest.DocTestParser().get_doctest(block, names, "page", None, 0)
            runner = doctest.DocTestRunner()
            runner.run(test, clear_globs=False)
            names = test.globs
            assert runner.summarize().failed == 0
        else:
            name = re.search(r"`([\w.]+)`:\Z", before)
            assert name is not None
            (tmp_path / name[1]).write_text(block, encoding="utf-8")
    assert kinds == [
        *("json", "console", "pycon", "csv", "console"),
        *("yaml", "pycon", "csv", "pycon", "console", "pycon"),
    ]


def test_convert_writes_nothing_when_it_fails(run: Any, files: Path) -> None:
    (files / "shop.csv").write_text("expert,parent,left,right,value\nE,n1,n2,n3,2.5\n")
    outcome = run(
        *("convert", "shop.csv", "--from", "long-csv", "--to", "ahp-os"),
        *("--survey", "shop.toml", "--output", "out.json"),
    )
    refused(
        outcome,
        "shop.csv: line 2: expert 'E': ('n2', 'n3') under 'n1' = '2.5', expected a whole number "
        "from 1 to 9 or 1 over one: an AHP-OS project can't hold another",
    )
    assert not (files / "out.json").exists()


@pytest.mark.parametrize("arguments", [[], ["foo"], ["weights"], ["log"], ["surveys", "validate"]])
def test_usage_errors(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["--version"])
    assert raised.value.code == 0
    assert capsys.readouterr().out == f"ahp {ahp.__version__}\n"


def test_serve_passes_host_port_and_language(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    served = []
    monkeypatch.setattr(server, "serve", lambda *where: served.append(where))
    assert run("serve", "--language", "en").status == 0
    assert run("serve", "--host", "0.0.0.0", "--port", 9000, "--language", "zh").status == 0
    assert served == [("127.0.0.1", 8501, "en", None), ("0.0.0.0", 9000, "zh", None)]


def test_where_prometheus_is_answered(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    served = []
    monkeypatch.setattr(server, "serve", lambda *where: served.append(where[3]))
    assert run("serve", "--metrics-port", 9464).status == 0
    monkeypatch.setenv("AHP_METRICS_PORT", "9465")
    monkeypatch.setenv("AHP_METRICS_HOST", "10.0.0.8")
    assert run("serve").status == 0
    assert run("serve", "--metrics-port", 9466, "--metrics-host", "::1").status == 0
    assert served == [("127.0.0.1", 9464), ("10.0.0.8", 9465), ("::1", 9466)]


def test_what_the_environment_says_of_ports_and_proxies_is_checked(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run("serve", "--port", free_port(), "--metrics-port", port)
    assert (refused.status, refused.err) == (
        2,
        f"ahp: error: 127.0.0.1:{port} cannot be opened (Address already in use); "
        "choose another --metrics-port\n",
    )
    monkeypatch.setenv("AHP_TRUSTED_PROXIES", "nginx")
    assert run("serve").err == (
        "ahp: error: AHP_TRUSTED_PROXIES: 'nginx', expected addresses and networks such as "
        "10.0.0.5 or 172.18.0.0/16, with commas between them\n"
    )
    monkeypatch.setenv("AHP_METRICS_PORT", "http")
    with pytest.raises(SystemExit):
        run("serve")


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=ROOT,
        env={**os.environ, "LANG": "en_US.UTF-8", **environment},
    )


WITHOUT_APP = """
import sys
for name in (
    *("streamlit", "sqlalchemy", "alembic", "plotly", "uvicorn", "platformdirs"),
    *("openpyxl", "tomli_w", "yaml", "babel", "cryptography", "argon2", "pypdf"),
):
    sys.modules[name] = None
from ahp.cli import main
sys.exit(main({arguments!r}))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve"],
        ["log", "verify"],
        ["convert", str(DONG / "survey.toml"), "--from", "gluc", "--to", "long-csv"],
        ["convert", str(DONG / "report.xlsx"), "--from", "expert-sheets", "--to", "long-csv"],
        ["receipt", "key"],
        ["receipt", "verify", "receipt.pdf", "study.json", "--key", "key.pem"],
    ],
)
def test_the_app_is_optional(arguments: list[str]) -> None:
    result = python(WITHOUT_APP.format(arguments=arguments))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        'ahp: error: this command needs the app: pip install "ahp-evidence[app]"\n'
    )


def test_the_rest_works_without_the_app() -> None:
    arguments = ["analyze", str(DONG / "survey.toml"), str(DONG / "answers.csv")]
    result = python(WITHOUT_APP.format(arguments=arguments))
    assert (result.returncode, result.stderr) == (0, "")
    assert "Composite ranking" in result.stdout
    answers = str(DONG / "answers.csv")
    arguments = ["convert", answers, "--from", "long-csv", "--to", "long-csv"]
    result = python(WITHOUT_APP.format(arguments=arguments))
    assert (result.returncode, result.stderr) == (0, "")
    entered = (DONG / "answers.csv").read_text(encoding="utf-8")
    assert result.stdout == "\ufeff" + re.sub(r"1/\d", r'"=""\g<0>"""', entered)


def test_python_dash_m() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ahp", "--version"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert result.stdout == f"ahp {ahp.__version__}\n"


def test_a_terminal_without_chinese() -> None:
    code = f"from ahp.cli import main; main(['analyze', {str(DONG / 'survey.toml')!r}, " + (
        f"{str(DONG / 'answers.csv')!r}, '--language', 'zh'])"
    )
    result = python(code, PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")
    assert "\\u65b9\\u6848 x1" in result.stdout


def test_a_reader_that_goes_away() -> None:
    command = [sys.executable, "-m", "ahp", "surveys"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "ahp.db"
    store = Store(f"sqlite:///{path}")
    study = store.create_study(ahp.load_survey(DONG / "survey.toml"), "Which alternative?")
    expert = store.add_expert(study.id, "Expert")
    store.answer(expert.id, "choice", "x1", "x2", "3", event_id="first")
    store.close()
    return path


def test_log_verify(run: Any, database: Path) -> None:
    store = Store(f"sqlite:///{database}")
    (log,) = store.verify_log()
    store.close()
    outcome = run("log", "verify", "--database", f"sqlite:///{database}")
    assert (outcome.status, outcome.err) == (0, "")
    assert log.events == 3
    assert outcome.out == (
        f"study {log.study_id} ('Which alternative?'): {log.events} events, head {log.head_hash}\n"
        f"{database}: 1 study verified\n"
    )


def test_log_verify_looks_at_evaluations(run: Any, database: Path) -> None:
    store = Store(f"sqlite:///{database}")
    case = make_case(store)
    case.by(case.head).sign(case.id, PERIOD)
    (log,) = store.verify_evaluations()
    (study,) = store.verify_log()
    store.close()
    options = ("log", "verify", "--database", f"sqlite:///{database}")
    outcome = run(*options)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        f"study {study.study_id} ('Which alternative?'): 3 events, head {study.head_hash}",
        f"{database}: 1 study verified",
        f"evaluation {case.id} ('效能评价'): 27 events, head {log.head_hash}",
        "  2026Q1: the signed result follows from the data",
        f"{database}: 1 evaluation verified",
    ]
    assert run(*options, "--language", "zh").out.splitlines()[2:] == [
        f"评价 {case.id}（效能评价）：27 个事件，末尾哈希值 {log.head_hash}",
        "  2026Q1：已签批的结果与数据一致",
        f"{database}：1 项评价核验通过",
    ]
    connection = sqlite3.connect(database)
    connection.execute(
        "UPDATE evaluation_events SET detail = replace(detail, '\"90\"', '\"95\"') "
        "WHERE kind = 'values_recorded'"
    )
    connection.commit()
    connection.close()
    outcome = run(*options)
    assert outcome.status == 1
    assert outcome.err.endswith("its content does not match its hash\n")


def test_log_import_takes_over_an_evaluation(run: Any, database: Path, tmp_path: Path) -> None:
    url, file = f"sqlite:///{database}", tmp_path / "effectiveness-evaluation-2026.json"
    missing = run("log", "import", str(file), "--database", url)
    assert missing.status == 2
    assert missing.err == f"ahp: error: {file}: cannot be read: No such file or directory\n"
    source = Store(f"sqlite:///{tmp_path / 'source.db'}")
    case = make_case(source)
    events = len(source.evaluation_events(case.id))
    file.write_text(source.export_evaluation(case.id), encoding="utf-8")
    source.close()
    outcome = run("log", "import", str(file), "--database", url)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == (
        f"{database}: evaluation {case.id} ('效能评价') verified and taken over: "
        f"{events + 1} events\n"
    )
    again = run("log", "import", str(file), "--database", url, "--language", "zh")
    assert (again.status, again.out) == (2, "")
    assert again.err == f"ahp：错误：{file.name}：本数据库中已有评价“效能评价”。\n"
    store = Store(url)
    assert store.evaluation_state(case.id).imported_from == file.name
    store.verify_evaluations()
    store.close()


def test_log_verify_finds_a_changed_answer(run: Any, database: Path) -> None:
    connection = sqlite3.connect(database)
    triggers = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for (name,) in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    changed = connection.execute("UPDATE events SET value = '5' WHERE event_id = 'first'")
    assert changed.rowcount == 1
    connection.commit()
    connection.close()
    store = Store(f"sqlite:///{database}")
    with pytest.raises(ahp.AHPError) as raised:
        store.verify_log()
    store.close()
    outcome = run("log", "verify", "--database", f"sqlite:///{database}")
    refused(outcome, str(raised.value), status=1)
    assert outcome.err.endswith("event 3 (first): its content does not match its hash\n")


def test_log_verify_refuses_other_databases(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("no database, only text, long enough to be read as a page header" * 20)
    outcome = run("log", "verify", "--database", f"sqlite:///{path}")
    refused(outcome, f"{path}: file is not a database")


def test_log_verify_does_not_make_a_database(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "mistyped.db"
    outcome = run("log", "verify", "--database", f"sqlite:///{path}")
    refused(outcome, f"{path}: there is no database")
    assert not path.exists()


def test_log_checkpoint_and_verify(run: Any, database: Path, tmp_path: Path) -> None:
    url, place = f"sqlite:///{database}", database.with_suffix(".db.checkpoints")
    verify = ("log", "verify", "--database", url, "--checkpoints")
    outcome = run("log", "checkpoint", "--database", url)
    assert outcome.out == f"{place}: new checkpoints: 1, time-stamped: 0\n"
    carried = tmp_path / "carried"
    outcome = run("log", "checkpoint", "--database", url, "--output", carried, "--language", "zh")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == f"{carried}：新增存证记录 1 条，加盖时间戳 0 条\n"
    carried.write_text(f"Minutes\n\n{carried.read_text(encoding='utf-8')}", encoding="utf-8")
    outcome = run(*verify, place, carried)
    (time,) = re.findall("the newest of (.*)\n", outcome.out)
    assert outcome.status == 0
    assert outcome.out.endswith(
        f"{database}: all checkpoints hold: 2, of logs: 1, the newest of {time}\n"
    )
    left_out = f"ahp: warning: {carried}, line 1: no part of a checkpoint, left out\n"
    assert outcome.err == left_out
    outcome = run(*verify, "--language", "zh")  # the file beside the database
    (time,) = re.findall("最近一条签于 (.*)\n", outcome.out)
    assert outcome.out.splitlines()[-1] == (
        f"{database}：存证记录全部相符：1 条，涉及日志 1 份，最近一条签于 {time}"
    )
    # the answer is taken out of the log, and of all checkpoints but those carried away
    connection = sqlite3.connect(database)
    connection.execute("DELETE FROM events WHERE event_id = 'first'")
    connection.execute(
        "UPDATE studies SET head_seq = 2, head_hash = (SELECT hash FROM events WHERE seq = 2)"
    )
    connection.commit()
    connection.close()
    place.unlink()
    assert run(*verify[:-1]).status == 0
    outcome = run(*verify, carried)
    (study,) = re.findall("study (.*?) ", outcome.out)
    assert (outcome.status, outcome.out.splitlines()[-1]) == (1, f"{database}: 1 study verified")
    cut = (
        f"study {study} ('Which alternative?'): event 3 is missing, the log ends with event 2, "
        f"a checkpoint has 3 events ({carried}, line 3)\n"
    )
    assert outcome.err == f"{left_out}ahp: error: {cut}"
    outcome = run(*verify, carried, "--language", "zh")
    assert outcome.err.splitlines()[-1] == (
        f"ahp：错误：调查 {study}（“Which alternative?”）：缺少第 3 号事件，日志止于第 2 号事件，"
        f"而存证记录载有 3 个事件（{carried} 第 3 行）。"
    )


def test_log_verify_takes_the_key_from_outside(run: Any, database: Path, tmp_path: Path) -> None:
    url, place = f"sqlite:///{database}", database.with_suffix(".db.checkpoints")
    verify = ("log", "verify", "--database", url, "--checkpoints", place)
    run("log", "checkpoint", "--database", url)
    key, private = tmp_path / "key.pem", tmp_path / "signing_key.pem"
    shown = run("receipt", "key", "--database", url).out
    key.write_text(shown[shown.index("-----BEGIN") :])
    private.unlink()
    outcome = run(*verify)
    assert outcome.status == 2
    assert outcome.err == (
        f"ahp: error: {private}: there is no signing key; give the server's public key by --key\n"
    )
    assert not private.exists()
    assert run(*verify, "--key", key).status == 0
    run("receipt", "key", "--database", url)  # makes another one
    outcome = run(*verify)
    assert outcome.status == 1
    assert outcome.err.startswith(f"ahp: error: {place}, line 1: this checkpoint was signed with")
    assert run(*verify, "--key", private, "--key", key).status == 2


def test_log_verify_refuses_what_it_can_not_check(run: Any, database: Path, tmp_path: Path) -> None:
    verify = ("log", "verify", "--database", f"sqlite:///{database}")
    outcome = run(*verify, "--jobs", "0")
    refused(outcome, "--jobs = 0, expected 1 or more")
    run("log", "checkpoint", "--database", f"sqlite:///{database}")
    place = database.with_suffix(".db.checkpoints")
    outcome = run(*verify, "--checkpoints", place, "--tsa", place)
    assert outcome.err == f"ahp: error: {place}: holds no certificate of a root authority in PEM\n"
    for given in ("--key", "--tsa"):
        refused(run(*verify, given, place), f"{given} is of no use without --checkpoints")


def test_log_verify_remarks_on_times(run: Any, database: Path) -> None:
    store = Store(f"sqlite:///{database}")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: datetime(2099, 1, 1, tzinfo=UTC))
        [study] = store.studies()
        store.rename_study(study.id, "Later")
    store.rename_study(study.id, "Now")
    time = store.events(study.id)[-1].time
    store.close()
    outcome = run("log", "verify", "--database", f"sqlite:///{database}")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines()[1:3] == [
        f"  times that run backwards: 1, first at event 5, {time} after "
        "2099-01-01T00:00:00.000000+00:00",
        "  times after now: 1, first at event 4, 2099-01-01T00:00:00.000000+00:00",
    ]
