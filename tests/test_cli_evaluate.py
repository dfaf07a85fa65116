"""`ahp evaluate` and `ahp schemes`."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

import ahp
from ahp.cli import main
from ahp.evaluation import evaluate, load_scheme, read_observations
from ahp.store import Store

ROOT = Path(__file__).parents[1]
EVERY_RULE = ROOT / "tests" / "evaluation" / "every_rule"

SCHEME = """\
format = 1
id = "demo"
version = "2"
languages = ["zh", "en"]
name = { zh = "示例方案", en = "Demo scheme" }
effective_from = 2026-01-01

[period]
kind = "quarter"
year = "mean"

[missing]
not_reported = "zero"

[warnings]
floor = 60
fall = 5

[[nodes]]
id = "goal"
name = { zh = "总评价", en = "Whole" }
[[nodes]]
id = "errors"
parent = "goal"
name = { zh = "差错率", en = "Error rate" }
[[nodes]]
id = "service"
parent = "goal"
name = { zh = "服务", en = "Service" }

[weights]
errors = 0.6
service = 0.4

[[indicators]]
id = "errors"
clause = "2.1"
rule = { kind = "measured", low = 0, high = 0.05, direction = "lower" }
[[indicators]]
id = "service"
rule = { kind = "measured", low = 0, high = 10 }

[[deductions]]
id = "late"
name = { zh = "迟报", en = "Late report" }
points = 1.5
clause = "3"
document = false

[[bands]]
id = "good"
name = { zh = "良好", en = "Good" }
at_least = 80
[[bands]]
id = "fair"
name = { zh = "合格", en = "Fair" }
at_least = 60
[[bands]]
id = "poor"
name = { zh = "不合格", en = "Poor" }
at_least = 0
"""
GROUPS = """
[[groups]]
id = "town"
name = { zh = "城区", en = "Town" }
units = ["North", "South"]
[[groups]]
id = "country"
name = { zh = "县域", en = "Country" }
units = ["East"]
"""
OBSERVED = """\
unit,period,indicator,value
North,2026Q1,errors,0.5%
North,2026Q1,service,9
South,2026Q1,errors,1%
South,2026Q1,service,8.5
South,2026Q1,late,2
East,2026Q1,errors,2%
East,2026Q1,service,
North,2026Q2,errors,1%
North,2026Q2,service,7
South,2026Q2,errors,0.8%
South,2026Q2,service,9
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english_terminal: None) -> None:
    """An English terminal in a folder with a scheme and observations."""
    monkeypatch.chdir(tmp_path)
    Path("demo.toml").write_text(SCHEME, encoding="utf-8")
    Path("groups.toml").write_text(SCHEME + GROUPS, encoding="utf-8")
    Path("observed.csv").write_text(OBSERVED, encoding="utf-8")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> str:
        assert main([str(argument) for argument in arguments]) == 0
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return call


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a command says that refuses, in one line."""
    assert main([str(argument) for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line


def scheme_hash(name: str) -> str:
    return load_scheme(Path(name)).content_hash


def test_totals(run: Any) -> None:
    assert run("evaluate", "groups.toml", "observed.csv", "--period", "2026Q1") == (
        f"Scheme      Demo scheme, version 2, hash {scheme_hash('groups.toml')}\n"
        "Weights     those of the scheme\n"
        "Period      2026Q1\n"
        "Who counts  3 of 3 units have a total; 5 of 6 values are reported\n"
        "\n"
        "Demo scheme, 2026Q1\n"
        "Unit   Total  Rank  Group    Rank in group  Band  Bounds\n"
        "-----  -----  ----  -------  -------------  ----  ---------\n"
        "North  90.0      1  Town                 1  Good\n"
        "South  79.0      2  Town                 2  Fair\n"
        "East   36.0      3  Country              1  Poor  36.0…76.0\n"
        "\n"
        "East, 2026Q1: 36 is below 60\n"
    )


def test_the_latest_period_with_a_total(run: Any) -> None:
    out = run("evaluate", "demo.toml", "observed.csv")
    assert out.splitlines()[2:] == [
        "Period      2026Q2",
        "Who counts  2 of 3 units have a total; 4 of 6 values are reported",
        "",
        "Demo scheme, 2026Q2",
        "Unit   Total  Rank  Band",
        "-----  -----  ----  ----",
        "South  86.4      1  Good",
        "North  76.0      2  Fair",
        "East",
        "",
        "North, 2026Q2: 76, 14 less than the period before",
    ]


def test_all_in_chinese(run: Any) -> None:
    arguments = ("evaluate", "groups.toml", "observed.csv", "--period", "2026年第1季度")
    assert run("--language", "zh", *arguments, "--explain", "South") == (
        f"方案      示例方案，版本 2，哈希值 {scheme_hash('groups.toml')}\n"
        "权重      评价方案自带\n"
        "评价期    2026Q1\n"
        "参评情况  3 个被评价单位中有 3 个得出总分；应报 6 项，已报 5 项\n"
        "\n"
        "示例方案，2026Q1\n"
        "单位   总分  名次  同类组  组内名次  档次    总分区间\n"
        "-----  ----  ----  ------  --------  ------  ---------\n"
        "North  90.0     1  城区           1  良好\n"
        "South  79.0     2  城区           2  合格\n"
        "East   36.0     3  县域           1  不合格  36.0…76.0\n"
        "\n"
        "South，2026Q1：计分过程\n"
        "序号  计分事项                                 条款  之前  增减  之后\n"
        "----  ---------------------------------------  ----  ----  ----  ----\n"
        "   1  差错率：观测值 0.01，得 80 分，权重 0.6  2.1    0    48    48\n"
        "   2  服务：观测值 8.5，得 85 分，权重 0.4           48    34    82\n"
        "   3  迟报：3 分                               3     82    -3    79\n"
        "   4  档次：合格                                     79     0    79\n"
        "\n"
        "East，2026Q1：总分 36 低于 60。\n"
    )


def test_explain(run: Any) -> None:
    out = run("evaluate", EVERY_RULE.with_suffix(".toml"), EVERY_RULE.with_suffix(".csv"),
              "--period", "2026Q1", "--explain", "South", "--unit", "South")  # fmt: skip
    table = out[out.index("South, 2026Q1: how") :].splitlines()[3:]
    words = [line[5:76].rstrip() for line in table]
    assert words == [
        "Error rate: 0.044 gives 12 points, weight 0.1631714",
        "Reports adopted: 9 gives 120 points, weight 0.0731458",
        "Mean delay: 1 gives 100 points, weight 0.0618926",
        "Cost per item: 7.7 gives 100 points, weight 0.0506394",
        "Workload per head: 350 gives 100 points, weight 0.0675192",
        "Share overdue: not reported",
        "Coverage: 0.97 gives 100 points, weight 0.0618926",
        "Attitude: 95 gives 95 points, weight 0.09207144084",
        "Teamwork: 82.5 gives 82.5 points, weight 0.0690537993",
        "Votes: 95 gives 95 points, weight 0.04603572042",
        "Control points: 0.5 gives 50 points, weight 0.11508951972",
        "Conduct: 0 gives 100 points, weight 0.04603572042",
        "Margin: not applicable",
        "Opinions: the weight of what doesn't apply goes to the rest, 79.2187 po",
        "Innovation: 2.5 points",
        "Rounded half up, decimals: 1",
        "Key control failed: Fail",
        "Band: Fail",
    ]
    assert table[-3].split()[-3:] == ["72.07543905800", "0.02456094200", "72.10000000000"]


def test_each_line_begins_where_the_one_before_ended(run: Any) -> None:
    out = run("evaluate", "demo.toml", "observed.csv", "--period", "2026Q1", "--json",
              "--explain", "South", "--unit", "South")  # fmt: skip
    (south,) = json.loads(out)["results"]
    lines = south["waterfall"]
    assert [(line["rule"], line["before"], line["after"]) for line in lines] == [
        ("points", "0", "48.0000000000"),
        ("points", "48.0000000000", "82.0000000000"),
        ("deduction", "82.0000000000", "79.0000000000"),
        ("band", "79.0000000000", "79.0"),
    ]


def test_what_changed(run: Any) -> None:
    out = run("evaluate", "demo.toml", "observed.csv", "--against", "2026Q1", "--unit", "South")
    assert out.splitlines()[8:] == [
        "South  86.4      1  Good",
        "",
        "South: 79.0 in 2026Q1, 86.4 in 2026Q2",
        "Indicator                                      Performance  Weights  Together",
        "---------------------------------------------  -----------  -------  --------",
        "Error rate                                     2.4          0        2.4",
        "Service                                        2.0          0        2.0",
        "All indicators                                 4.4          0        4.4",
        "Deductions, bonuses, limits, vetoes, rounding                        3.0",
        "Change of the total                                                  7.4",
    ]


def test_effects_sum_exactly(run: Any) -> None:
    """Each unit's effects and the rest are the change of its total, as fractions."""
    out = run("evaluate", EVERY_RULE.with_suffix(".toml"), EVERY_RULE.with_suffix(".csv"),
              "--against", "2026Q1", "--json")  # fmt: skip
    changes = json.loads(out)["changes"]
    assert (changes["from"], changes["to"]) == ("2026Q1", "2026Q2")
    (north,) = changes["units"]
    effects = [*north["performance"].values(), *north["weights"].values(), north["rest"]]
    change = Decimal(north["after"]) - Decimal(north["before"])
    assert sum(map(Fraction, effects)) == Fraction(change) == Fraction("7.6")


def test_what_stops_to_apply_changes_weights_alone(run: Any) -> None:
    Path("na.csv").write_text(
        OBSERVED.replace("North,2026Q2,service,7", "North,2026Q2,service,n/a")
    )
    out = run("evaluate", "demo.toml", "na.csv", "--against", "2026Q1", "--unit", "North", "--json")
    (north,) = json.loads(out)["changes"]["units"]
    assert north == {
        **{"unit": "North", "before": "90.0", "after": "80.0", "rest": "0"},
        "performance": {"errors": "-8", "service": "0"},
        "weights": {"errors": "34", "service": "-36"},
    }


def test_json(run: Any) -> None:
    data = json.loads(run("evaluate", "groups.toml", "observed.csv", "--json"))
    assert data["scheme"] == {
        **{"id": "demo", "version": "2", "content_hash": scheme_hash("groups.toml")},
    }
    assert data["weights"] == {
        "source": "scheme",
        "frozen": {
            period: {"errors": "0.600000", "service": "0.400000"} for period in ("2026Q1", "2026Q2")
        },
    }
    assert [(one["unit"], one["period"]) for one in data["results"]] == [
        (unit, period) for unit in ("North", "South", "East") for period in ("2026Q1", "2026Q2")
    ]
    assert data["results"][4] == {
        **{"unit": "East", "period": "2026Q1", "total": "36.0", "rank": 3, "group_rank": 1},
        **{"band": "poor", "bounds": ["36.0", "76.0"]},
        "indicators": {
            "errors": {"status": "known", "value": 0.02, "points": "60.0000"},
            "service": {"status": "not_reported", "value": None, "points": None},
        },
    }
    assert data["results"][5]["total"] is None
    assert data["version"] == ahp.__version__


def test_the_year(run: Any) -> None:
    rows = [f"North,2026Q{k},{leaf},{x}" for k in range(1, 5) for leaf, x in
            (("errors", "1%"), ("service", 5 + k))]  # fmt: skip
    Path("year.csv").write_text("\n".join(["unit,period,indicator,value", *rows, ""]))
    out = run("evaluate", "demo.toml", "year.csv", "--period", "2026", "--explain", "North")
    assert out.splitlines()[2:] == [
        "Period      2026",
        "Who counts  1 of 1 units have a total",
        "",
        "Demo scheme, 2026",
        "Unit   Total  Rank  Band",
        "-----  -----  ----  ----",
        "North  78.0      1  Fair",
        "",
        "North, 2026: how the total comes about",
        "No.  What counts                                  Clause  Before  Change  After",
        "---  -------------------------------------------  ------  ------  ------  -----",
        "  1  2026Q1: 72 points, by its share of the year           0      18      18",
        "  2  2026Q2: 76 points, by its share of the year          18      19      37",
        "  3  2026Q3: 80 points, by its share of the year          37      20      57",
        "  4  2026Q4: 84 points, by its share of the year          57      21      78",
        "  5  Band: Fair                                           78       0      78",
    ]


WEIGHTS = {
    "w.csv": b"node,weight\nerrors,0.7\nservice,0.3\n",
    "percent.csv": "指标;权重\nerrors;70%\nservice;30%\n".encode(),
    "comma.csv": b"node;weight\nerrors;0,7\nservice;0,3\n",
    "w.toml": b"[weights]\nerrors = 0.7\nservice = 0.3\n",
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_of_a_file(name: str, run: Any) -> None:
    Path(name).write_bytes(WEIGHTS[name])
    data = json.loads(
        run("evaluate", "demo.toml", "observed.csv", "--weights", name, "--period", "2026Q1",
            "--unit", "North", "--json")
    )  # fmt: skip
    assert data["weights"]["source"] == "table"
    assert data["weights"]["frozen"] == {"2026Q1": {"errors": "0.700000", "service": "0.300000"}}
    assert data["results"][0]["total"] == "90.0"


def test_weights_of_a_workbook(run: Any) -> None:
    book = Workbook()
    for row in (["node", "weight"], ["errors", 0.7], ["service", 0.3]):
        book.active.append(row)  # type: ignore[union-attr] # it has a sheet
    book.save("w.xlsx")
    out = run("evaluate", "demo.toml", "observed.csv", "--weights", "w.xlsx", "--period", "2026Q1")
    assert "South  78.5      2  Fair" in out.splitlines()


REFUSED_WEIGHTS = {
    "no header": ("w.csv", b"errors,0.7\nservice,0.3\n", "w.csv: row 1: 0 columns of node, "
                  "indicator, id, 节点, 指标, 编号, expected one"),
    "two headers": ("w.csv", "node,指标,weight\nerrors,,0.7\n".encode(), "w.csv: row 1: 2 columns "
                    "of node, indicator, id, 节点, 指标, 编号, expected one"),
    "twice": ("w.csv", b"node,weight\nerrors,0.7\nerrors,0.3\n", "w.csv: row 3, column node: a "
              "second weight of 'errors', expected one"),
    "a word": ("w.csv", b"node,weight\nerrors,much\n", "w.csv: row 2, column weight: 'much', "
               "expected a weight of 0 or more"),
    "below 0": ("w.csv", b"node,weight\nerrors,-0.1\n", "w.csv: row 2, column weight: '-0.1', "
                "expected a weight of 0 or more"),
    "nobody": ("w.csv", b"node,weight\n,0.1\n", "w.csv: row 2, column node: is empty"),
    "the sum": ("w.csv", b"node,weight\nerrors,0.7\nservice,0.2\n",
                "weights below 'goal' sum to 0.9, expected 1"),
    "unknown": ("w.csv", b"node,weight\nerrors,0.7\nsales,0.3\n", "weights of sales, which the "
                "scheme doesn't have; expected goal, errors, service"),
    "missing": ("w.csv", b"node,weight\nerrors,1\n", "no weight for service"),
    "no table": ("w.toml", b"errors = 0.7\n",
                 "w.toml: no table [weights], expected one with a weight a node"),
    "text in TOML": ("w.toml", b"[weights]\nerrors = 'x'\n", "w.toml: weights.errors: 'x', "
                     "expected a weight of 0 or more"),
    "no weights": ("w.json", b"[1]", "w.json: no weights, expected the evidence of a closed round "
                   "or a whole study as the app hands it out"),
    "an open study": ("w.json", b'{"kind": "ahp study", "events": []}', "w.json: no round of the "
                      "study is closed with a result, expected one or more"),
    "no file": ("none.csv", None, "none.csv: cannot be read: No such file or directory"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", REFUSED_WEIGHTS)
def test_weights_that_are_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, content, message = REFUSED_WEIGHTS[wrong]
    if content is not None:
        Path(name).write_bytes(content)
    said = refused(capsys, "evaluate", "demo.toml", "observed.csv", "--weights", name)
    assert said == f"ahp: error: {message}"


def test_weights_of_a_study(run: Any) -> None:
    """Of its last closed round, from the whole study and from the evidence of that round."""
    survey = ahp.load_survey("supervision_effectiveness")
    answers = ahp.read_answers(ROOT / "examples" / "supervision_demo" / "answers.csv")
    store = Store("sqlite:///study.db")
    study = store.import_study(survey, answers, "Panel of 2026")
    Path("study.json").write_text(store.export_study(study.id), encoding="utf-8")
    (closed,) = store.closed_rounds(study.id)
    assert closed.evidence is not None
    Path("evidence.json").write_text(closed.evidence, encoding="utf-8")
    last = store.events(study.id)[-1]
    store.close()
    exported = json.loads(Path("study.json").read_text(encoding="utf-8"))
    (event,) = [one for one in exported["events"] if one["kind"] == "round_closed"]
    earlier = {**event, "detail": '{"global_weights": {"means": 1}, "ranking": ["means"]}'}
    exported["events"].insert(exported["events"].index(event), earlier)
    Path("two_rounds.json").write_text(json.dumps(exported), encoding="utf-8")
    observed = ROOT / "examples" / "evaluation" / "supervision_effectiveness.csv"
    arguments = ("evaluate", "supervision_effectiveness", observed)
    analysis = ahp.analyze(survey, answers)
    expected = evaluate(
        load_scheme("supervision_effectiveness"),
        read_observations(observed),
        {leaf: analysis.global_weights[leaf] for leaf in analysis.ranking},
    )
    found = []
    for name in ("study.json", "evidence.json", "two_rounds.json"):
        data = json.loads(run(*arguments, "--weights", name, "--json"))
        period = data["results"][0]["period"]
        assert Decimal(data["results"][0]["total"]) == expected.total(
            data["results"][0]["unit"], period
        )
        found.append(data)
    assert found[0]["results"] == found[1]["results"] == found[2]["results"]
    assert found[0]["weights"]["source"] == "study"
    assert found[0]["weights"]["hash"] == last.hash
    assert found[1]["weights"]["source"] == "evidence"
    out = run(*arguments, "--weights", "study.json")
    assert out.splitlines()[1] == (
        f"Weights     round 1 of “Panel of 2026”, closed by the event with hash {last.hash}"
    )


REFUSED = {
    "no such scheme": (
        ("evaluate", "nonsense", "observed.csv"),
        "no scheme 'nonsense' comes with ahp, expected one of {shipped} or a path to a .toml file",
    ),
    "a period that was not evaluated": (
        ("evaluate", "demo.toml", "observed.csv", "--period", "2026Q3"),
        "period '2026Q3' was not evaluated, expected one of 2026Q1, 2026Q2",
    ),
    "no period": (
        ("evaluate", "demo.toml", "observed.csv", "--period", "spring"),
        "'spring', expected a period such as 2026-03, 2026Q1, 2026H1 or 2026",
    ),
    "periods not in order": (
        ("evaluate", "demo.toml", "observed.csv", "--period", "2026Q1", "--against", "2026Q2"),
        "2026Q2 is not before 2026Q1, expected an earlier period",
    ),
    "the same period": (
        ("evaluate", "demo.toml", "observed.csv", "--against", "2026Q2"),
        "2026Q2 is not before 2026Q2, expected an earlier period",
    ),
    "an unknown unit": (
        ("evaluate", "demo.toml", "observed.csv", "--unit", "West"),
        "unit 'West' was not evaluated, expected one of East, North, South",
    ),
    "an unknown unit to explain": (
        ("evaluate", "demo.toml", "observed.csv", "--explain", "West"),
        "unit 'West' was not evaluated, expected one of East, North, South",
    ),
    "nothing observed": (
        ("evaluate", "demo.toml", "observed.csv", "--explain", "East"),
        "nothing was observed of 'East' in 2026Q2",
    ),
    "a value that is no number": (
        ("evaluate", "demo.toml", "word.csv"),
        "word.csv: row 2, column value: 'few', expected a number for 'errors'",
    ),
    "no units": (
        ("schemes", "template", "demo.toml", "-o", "t.xlsx", "--period", "2026Q1"),
        "no units: the scheme lists none, expected their names",
    ),
    "an unknown unit in a template": (
        *(("schemes", "template", "groups.toml", "-o", "t.xlsx", "--period", "2026Q1",
           "--units", "North,West"),),
        "'West' is no unit of the scheme, expected one of North, South, East",
    ),
    "no raters": (
        *(("schemes", "template", "groups.toml", "-o", "t.xlsx", "--period", "2026Q1",
           "--raters", "0"),),
        "raters = 0, expected 1 or more",
    ),
    "a file that cannot be written": (
        ("schemes", "template", "groups.toml", "-o", "none/t.xlsx", "--period", "2026Q1"),
        "[Errno 2] No such file or directory: 'none/t.xlsx'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", REFUSED)
def test_refusals(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("word.csv").write_text("unit,period,indicator,value\nNorth,2026Q1,errors,few\n")
    arguments, message = REFUSED[wrong]
    said = message.format(shipped=", ".join(sorted(ahp.evaluation.shipped_schemes())))
    assert refused(capsys, *arguments) == f"ahp: error: {said}"


def test_refusals_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    Path("word.csv").write_text("unit,period,indicator,value\nNorth,2026Q1,errors,few\n")
    assert refused(capsys, "--language", "zh", "evaluate", "demo.toml", "word.csv") == (
        "ahp：错误：word.csv：第 2 行，value 列：为 “few”，“errors” 应填写数字。"
    )


def test_schemes_that_are_shipped(run: Any) -> None:
    shipped = ahp.evaluation.shipped_schemes()
    for arguments in (("schemes",), ("schemes", "list")):
        lines = run(*arguments).splitlines()
        assert [line.partition(":")[0] for line in lines] == list(shipped)
    scheme = load_scheme("supervision_effectiveness")
    (line,) = (one for one in lines if one.startswith("supervision_effectiveness: "))
    assert line == (
        f"supervision_effectiveness: {scheme.name['en']}, version {scheme.version}, 18 indicators, "
        f"languages zh en, hash {scheme.content_hash}"
    )


def test_schemes_are_validated(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schemes", "validate", "demo.toml") == (
        f"demo.toml: ok, Demo scheme, version 2, 2 indicators, languages zh en, hash "
        f"{scheme_hash('demo.toml')}\n"
        "  2 indicators; 10 to 25 are usual\n"
    )
    Path("bad.toml").write_text(SCHEME.replace("service = 0.4", "service = 0.5"), encoding="utf-8")
    assert main(["schemes", "validate", "bad.toml", "demo.toml"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("demo.toml: ok, ")
    assert captured.err == (
        "ahp: error: bad.toml: weights: weights below 'goal' sum to 1.1, expected 1\n"
    )


def test_a_workbook_is_written(run: Any) -> None:
    out = run("schemes", "template", "groups.toml", "-o", "t.xlsx", "--period", "2026Q2")
    assert out == "t.xlsx: to fill in for 2026Q2, 3 units\n"
    sheet = load_workbook("t.xlsx")["observations"]
    assert [sheet[f"A{row}"].value for row in (2, 5, 8)] == ["North", "South", "East"]
    Path("units.txt").write_text("甲支行\n乙支行\n", encoding="utf-8")
    out = run("--language", "zh", "schemes", "template", "demo.toml", "-o", "t.xlsx",
              "--period", "2026Q2", "--units", "units.txt")  # fmt: skip
    assert out == "t.xlsx：2026Q2 填报表，2 个被评价单位\n"
    sheet = load_workbook("t.xlsx")["观测值"]
    assert [sheet[f"A{row}"].value for row in (2, 5)] == ["甲支行", "乙支行"]
    for row in range(2, sheet.max_row + 1):
        sheet[f"C{row}"] = {"errors": 0.01, "service": 9}.get(sheet[f"F{row}"].value)
    stream = io.BytesIO()
    sheet.parent.save(stream)
    Path("filled.xlsx").write_bytes(stream.getvalue())
    result = evaluate(load_scheme(Path("demo.toml")), read_observations("filled.xlsx"))
    assert result.totals.tolist() == [[84.0], [84.0]]
