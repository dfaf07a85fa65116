"""The files of examples/evaluation/offices: read, they give the totals of the example."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation import evaluate, load_scheme, read_observations
from ahp.evaluation.observations import observations_from_records
from ahp.exchange.layout_reading import Reading, read_layout
from ahp.exchange.layout_suggestion import Suggestion, suggest_layout
from ahp.exchange.observation_layout import LayoutColumn
from ahp.i18n.errors import error_sentence
from ahp.tables.grids import read_grid

EXAMPLES = Path(__file__).parents[2] / "examples" / "evaluation"
OFFICES = EXAMPLES / "offices"
PERIOD = "2026Q4"
SCHEME = load_scheme("supervision_effectiveness")
UNITS = {f"{letter}市监督中心": f"{letter}市监督中心" for letter in "甲乙丙丁戊己庚辛壬癸子丑"}
ALIASES = {f"{letter}市中心": f"{letter}市监督中心" for letter in "甲乙丙丁戊己庚辛壬癸子丑"}


def suggested(name: str, **others: Any) -> Suggestion:
    table = read_grid((OFFICES / name).read_bytes(), name, EvaluationError)
    return suggest_layout(table, SCHEME, UNITS, **{"aliases": ALIASES, **others})


def read(name: str, suggestion: Suggestion) -> Reading:
    layout = suggestion.layout
    table = read_grid((OFFICES / name).read_bytes(), name, EvaluationError, layout.sheet)
    return read_layout(table, layout, SCHEME, PERIOD, UNITS, aliases=ALIASES)


def said(reading: Reading) -> list[str]:
    return [error_sentence(one, "zh") for one in (*reading.remarks, *reading.faults)]


def test_a_ledger_in_gbk_with_titles_and_sums() -> None:
    suggestion = suggested("error_ledger_gbk.csv")
    assert suggestion.questions == ()
    columns = [(one.role, one.indicator, one.input) for one in suggestion.layout.columns]
    assert columns == [
        ("left_out", "", ""),
        ("unit", "", ""),
        ("values", "process", "found_later"),
        ("values", "process", "vouchers"),
        ("values", "supervised_units", "late"),
        ("values", "supervised_units", "due"),
        ("values", "error_education", "repeated"),
        ("values", "error_education", "errors"),
    ]
    reading = read("error_ledger_gbk.csv", suggestion)
    assert reading.accepted
    assert len(reading.records) == 72
    assert reading.records[1] == {
        "unit": "甲市监督中心",
        "indicator": "process",
        "input": "vouchers",
        "value": "25238",
        "place": "error_ledger_gbk.csv: row 4, column D",
    }
    assert said(reading) == [
        "文件按 gb18030 编码读取。",
        "表头以上的第 1、2 行未读取。",
        "第 16 行为合计或平均，未作为单位读取。",
    ]


def test_merged_headers_of_two_rows() -> None:
    suggestion = suggested("training_merged_header.xlsx")
    assert suggestion.questions == ()
    assert [(one.header, one.indicator, one.input) for one in suggestion.layout.columns] == [
        ("被评价单位", "", ""),
        ("组织培训 / 培训学时", "training", "hours"),
        ("组织培训 / 在岗人数", "training", "heads"),
        ("科研创新投入（人均工日）", "research_input", ""),
    ]


def test_percent_is_asked_about() -> None:
    suggestion = suggested("test_results_percent.xlsx")
    (question,) = suggestion.questions
    assert question.about == "measure"
    assert error_sentence(question.asked, "zh") == (
        "“自学能力（测试合格率，%）”应填 0 至 1 的小数；100 表示 100%（即 1），还是就是 100？"
    )
    assert [one.measure for one in question.columns] == ["over_100", "scheme"]


def test_units_under_other_names_and_events_with_documents() -> None:
    suggestion = suggested("reports_aliases.csv")
    assert suggestion.questions == ()
    reading = read("reports_aliases.csv", suggestion)
    events = [one for one in reading.records if one["indicator"] in SCHEME.events]
    assert events == [
        {
            "unit": "壬市监督中心",
            "indicator": "duties_in_one_hand",
            "value": "1",
            "evidence": "现场检查底稿2026-22号",
            "place": "reports_aliases.csv: row 12, column E",
        },
        {
            "unit": "癸市监督中心",
            "indicator": "commendation",
            "value": "1",
            "evidence": "上级表扬通报2026-9号",
            "place": "reports_aliases.csv: row 13, column G",
        },
    ]
    research = {
        one["unit"][0]: one["value"]
        for one in reading.records
        if one["indicator"] == "research_reports"
    }
    assert (research["甲"], research["庚"], research["丑"]) == ("2", "not applicable", "0")


def test_unknown_names_of_units_are_asked_about_each() -> None:
    questions = suggested("reports_aliases.csv", aliases={}).questions
    assert [(one.about, one.name, one.units[0]) for one in questions] == [
        ("unit", name, unit) for name, unit in ALIASES.items()
    ]
    assert error_sentence(questions[0].asked, "zh").startswith(
        "reports_aliases.csv：第 4 行，A 列：没有名为“甲市中心”的单位，是否为“甲市监督中心”、"
    )


@pytest.fixture(scope="module")
def records() -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for path in sorted(OFFICES.glob("*.[cx]*")):
        suggestion = suggested(path.name)
        layout = suggestion.layout
        for question in suggestion.questions:
            layout = layout.with_column(question.columns[0])
        reading = read(path.name, Suggestion(layout, ()))
        assert reading.accepted
        found += [{**one, "period": PERIOD} for one in reading.records]
    return found


def test_together_with_the_grades_they_give_the_totals_of_the_example(
    records: list[dict[str, str]],
) -> None:
    example = read_observations(EXAMPLES / "supervision_effectiveness.csv")
    rows = [one for one in example.records() if one["period"] == PERIOD]
    grades = [one for one in rows if one["rater"]]
    without_places = [{k: v for k, v in one.items() if k != "place"} for one in records]
    result = evaluate(SCHEME, observations_from_records([*grades, *without_places]))
    expected = evaluate(SCHEME, observations_from_records(rows))
    assert result.units == expected.units
    assert result.totals.tolist() == expected.totals.tolist()
    assert str(result.total("甲市监督中心", PERIOD)) == str(expected.total("甲市监督中心", PERIOD))


def test_a_share_in_percent_is_exact(records: list[dict[str, str]]) -> None:
    shares = {one["unit"][0]: one["value"] for one in records if one["indicator"] == "self_study"}
    assert (shares["甲"], shares["乙"], shares["辛"]) == ("0.947", "1", "0.909")


def test_what_was_answered_is_remembered() -> None:
    first = suggested("test_results_percent.xlsx")
    layout = first.layout.with_column(first.questions[0].columns[0])
    again = suggested("test_results_percent.xlsx", earlier=[layout])
    assert (again.remembered, again.questions) == (True, ())
    assert again.layout.entries["自学能力(测试合格率,%)"] == LayoutColumn(
        "自学能力（测试合格率，%）", "values", "self_study", measure="over_100", stated="%"
    )


@pytest.mark.parametrize("path", sorted(OFFICES.glob("*.[cx]*")), ids=lambda path: path.name)
def test_each_says_that_it_is_simulated(path: Path) -> None:
    grid = read_grid(path.read_bytes(), path.name, EvaluationError)
    assert "模拟数据" in grid.cell(1, 0)


@pytest.mark.parametrize("page", ["office-tables.md", "office-tables.zh-CN.md"])
def test_the_pages_on_tables_of_offices(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.chdir(EXAMPLES.parents[1])
    path = str(Path("docs", page).resolve())
    outcome = doctest.testfile(path, module_relative=False, encoding="utf-8")
    assert outcome.attempted >= 12
    assert outcome.failed == 0
