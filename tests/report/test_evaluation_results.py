"""League tables, unit cards, check matrices, other methods, missing values, units over time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation import Evaluation, evaluate, load_scheme, read_observations, simulate
from ahp.evaluation.opinions import period_opinions
from ahp.evaluation.peers import PeriodResult, own_periods
from ahp.evaluation.rules import Checklist, Point
from ahp.evaluation.scheme import Veto
from ahp.evaluation.trend import unit_trend
from ahp.i18n import translator
from ahp.i18n.evaluation_results import opinions_sentences, state_words
from ahp.report import to_csv
from ahp.report.check_matrix import SHADES, STATES, check_matrix
from ahp.report.league import league_tables
from ahp.report.opinions import missing_sentences, missing_table, opinions_table
from ahp.report.over_time import over_time_table, trend_table
from ahp.report.unit_card import unit_card
from tests.contrast import contrast
from tests.evaluation.results import small_result
from tests.evaluation.schemes import rows, scheme, table

EXAMPLE = Path(__file__).parents[2] / "examples" / "evaluation" / "supervision_effectiveness.csv"


@pytest.fixture(scope="module")
def small() -> Evaluation:
    return small_result()


@pytest.fixture(scope="module")
def example() -> Evaluation:
    return evaluate(load_scheme("supervision_effectiveness"), read_observations(EXAMPLE))


def test_a_league_table_a_group(small: Evaluation) -> None:
    large, alone = league_tables(small, "2026Q2", "en")
    assert large.title == "Test, Large, 2026Q2 (2026-04-01 to 2026-06-30), units: 3"
    assert large.note == "2 of 3 units have a total"
    assert large.columns == (
        *("Rank in group", "Rank overall", "Unit", "Total", "Band", "Bounds"),
        *("Change since 2026Q1", "Early warnings"),
    )
    assert large.rows == (
        (1, 1, "B", "85.5", "Good", "", "-4.5", 0),
        (2, 2, "A", "84.0", "Good", "", " 5.0", 0),
        (None, None, "C", "    ", "", "30.0…70.0", "    ", 0),
    )
    assert alone.title == "Test, Small, 2026Q2 (2026-04-01 to 2026-06-30), units: 1"
    assert alone.rows == ((1, 3, "D", "80.0", "Good", "16.0", 0),)


def test_a_league_table_with_a_certainty(small: Evaluation) -> None:
    found = simulate(small, "2026Q2", seed=1, draws=200, pairs=True)
    large, _alone = league_tables(small, "2026Q2", "en", found)
    assert large.note == (
        "2 of 3 units have a total. Units that share a letter can't be told apart: neither is "
        "ahead of the other with a probability of 95% or more (200 draws, seed 1; weights as they "
        "are; raters drawn anew: 0; missing values as the scheme says)."
    )
    assert large.columns[5] == "95% interval"
    assert large.columns[-1] == "Can't be told apart"
    assert [(row[5], row[-1]) for row in large.rows] == [
        ("85.5…85.5", "a"),
        ("84.0…84.0", "b"),
        ("", ""),
    ]


def test_a_league_table_against_another_evaluation(small: Evaluation) -> None:
    other = evaluate(scheme({"a": 1}), table({"B": [90.5], "D": [70]}, ["a"], "2025Q4"))
    large, alone = league_tables(small, "2026Q1", "en", before=PeriodResult(other, "2025Q4"))
    assert large.columns[-2] == "Change since 2025Q4"
    assert [row[-2] for row in large.rows] == ["-0.5", "    ", "    "]
    assert alone.rows == ((1, 3, "D", "64.0", "Poor", "-6.0", 0),)


def test_a_league_table_refuses_another_certainty(small: Evaluation) -> None:
    found = simulate(small, "2026Q1", seed=1, draws=5, pairs=True)
    with pytest.raises(EvaluationError) as raised:
        league_tables(small, "2026Q2", "en", found)
    assert str(raised.value) == "period '2026Q2' was not evaluated, expected one of 2026Q1"
    some = simulate(small, "2026Q1", seed=1, draws=5, pairs=True, units=("A",))
    with pytest.raises(EvaluationError) as raised:
        league_tables(small, "2026Q1", "en", some)
    assert str(raised.value) == "unit 'B' was not evaluated, expected one of A"


def test_the_league_of_the_example(example: Evaluation) -> None:
    (league,) = league_tables(example, "2026Q2", "zh")
    assert league.title == "事后监督效能评价方案，2026Q2（2026-04-01 至 2026-06-30），单位数：12"
    assert league.columns == (
        *("名次", "单位", "总分", "档次", "总分区间", "较 2026Q1 变动", "预警"),
    )
    assert league.rows[0] == (1, "甲市监督中心", "92.0", "优秀", "", " 3.8", 0)
    assert league.rows[-1] == (12, "子市监督中心", "62.3", "基本合格", "", " 0.2", 2)
    assert sum(row[-1] for row in league.rows) == 4


def test_the_league_of_a_year(example: Evaluation) -> None:
    (league,) = league_tables(example, "2026", "en")
    assert league.title == (
        "Effectiveness of post-supervision, 2026 (2026-01-01 to 2026-12-31), units: 12"
    )
    assert league.columns == ("Rank", "Unit", "Total", "Band", "Bounds")
    assert league.rows[0] == (1, "甲市监督中心", "91.0", "Excellent", "")


def test_the_card_of_a_unit(small: Evaluation) -> None:
    found = simulate(small, "2026Q2", seed=1, draws=200)
    sources = {("A", "p2"): "f.csv, row 3"}
    card = unit_card(small, "A", "2026Q2", "en", certainty=found, sources=sources)
    assert card.title == "A, 2026Q2 (2026-04-01 to 2026-06-30), units: 4"
    assert (card.total, card.band) == ("84.0", "Good")
    assert card.sentences == (
        "84.0 points: Good.",
        "In 95% of 200 draws the total lies in 84.0…84.0.",
        "Rank 2 of 2 units with a total in its group, 2 of 3 overall.",
        "+5.0 since 2026Q1.",
    )
    assert card.parts.columns == ("Part", "Weight", "Points", "Group median", "2026Q1")
    assert card.parts.rows == (
        ("Node p", "0.6", "90", "82.5", "85"),
        ("Node q", "0.4", "80", "85.0", "70"),
    )
    assert card.weakest.rows == (
        ("Node q", "80", "85"),
        ("Node p1", "90", "80"),
        ("Node p2", "90", "85"),
    )
    # 0.4 · 20 points are lost by q: 2.5 of its points for one of the total
    assert card.cheapest.rows == (
        ("Node q", "80", "8", "2.5"),
        ("Node p1", "90", "3", "3.3"),
        ("Node p2", "90", "3", "3.3"),
    )
    assert card.values.rows == (
        ("Node p1", "1.1", "90", "%", "90", "0.3", "reported", "Office of p1"),
        ("Node p2", "1.2", "90", "", "90", "0.3", "reported", "f.csv, row 3"),
        ("Node q", "2", "80", "", "80", "0.4", "reported", ""),
    )
    assert [row[1] for row in card.waterfall.rows] == [
        "Node p1: 90 gives 90 points, weight 0.3",
        "Node p2: 90 gives 90 points, weight 0.3",
        "Node q: 80 gives 80 points, weight 0.4",
        "Late report: 2 points",
        "Band: Good",
    ]


def test_cards_of_what_is_missing_and_what_does_not_apply(small: Evaluation) -> None:
    missing = unit_card(small, "C", "2026Q1", "en")
    assert missing.sentences == (
        "53.0 points: Poor.",
        "With what is still missing it can be 53.0…83.0.",
        "Rank 3 of 3 units with a total in its group, 4 of 4 overall.",
    )
    assert missing.warnings == ("C, 2026Q1: 53 is below 60",)
    assert missing.weakest.rows == (("Node p1", "50", "80"), ("Node q", "95", "90"))
    assert missing.cheapest.rows[0] == ("Node p2", "  ", "30", "3.3")
    apart = unit_card(small, "D", "2026Q1", "en")
    assert apart.values.rows[1] == ("Node p2", "1.2", "", "", "   ", "0.3", "not applicable", "")
    assert apart.cheapest.rows == (("Node q", "10", "36", "2.5"),)


def test_the_card_of_a_unit_without_a_total(small: Evaluation) -> None:
    card = unit_card(small, "C", "2026Q2", "en")
    assert (card.total, card.band) == ("", "")
    assert card.sentences == ("No total in this period.",)
    assert card.cheapest.rows == ()


def test_the_card_of_the_example(example: Evaluation) -> None:
    card = unit_card(example, "丙市监督中心", "2026Q2", "zh")
    assert card.title == "丙市监督中心，2026Q2（2026-04-01 至 2026-06-30），单位数：12"
    assert card.sentences == (
        "78.0 分，合格。",
        "视缺报数据而定，总分可能为 78.0…82.3。",
        "在有总分的 12 个单位中列第 6 名。",
        "较 2026Q1 变动 −0.7 分。",
        "一个月内提交改进计划。",
    )
    assert card.parts.rows[-1] == ("学习创新能力", "0.0684", "31.3245", "73.9560", "79.6122")
    assert card.cheapest.rows[1][0] == "自学能力"
    with pytest.raises(EvaluationError) as raised:
        unit_card(example, "丙市监督中心", "2026", "zh")
    assert raised.value.code == "period_of_others"


def test_the_check_matrix(small: Evaluation) -> None:
    sources = {("A", "p1"): "f.csv, row 3", ("A", "late"): "memo 7"}
    first = check_matrix(small, "2026Q1", "en", sources=sources, outliers=[("B", "q")])
    assert first.title == "Test, 2026Q1 (2026-01-01 to 2026-03-31), units: 4"
    assert first.columns == ("p1", "p2", "q", "goal")
    assert first.names == ("Node p1", "Node p2", "Node q", "Total")
    assert [[cell.states for cell in row] for row in first.rows] == [
        [("ok",)] * 4,
        [("ok",), ("ok",), ("outlier",), ("ok",)],
        [("ok",), ("missing",), ("ok",), ("ok",)],
        [("ok",), ("not_applicable",), ("veto",), ("veto",)],
    ]
    assert (
        first.summary() == "veto: 2, missing value: 1, outlier: 1, not applicable: 1, in order: 11"
    )
    assert first.cells_table().rows[0] == ("A", "Node p1", "80", "80", "in order", "f.csv, row 3")
    assert first.rows[0][-1].source == "memo 7"
    last = check_matrix(small, "2026Q2", "en")
    assert last.table().rows == (
        ("A", "90", "90", "80", "84.0 (deduction)"),
        ("B", "90 → 80 (deduction)", "85", "90", "85.5"),
        ("C", "60", "40", "not due yet", "no total"),
        ("D", "100", "not applicable", "50", "80.0"),
    )
    assert last.table().note == last.summary()
    assert check_matrix(small, "2026Q2", "zh").table().rows[2][-1] == "无总分"


def test_what_needs_attention(small: Evaluation) -> None:
    waiting = [("B", "late"), ("B", "slip")]
    matrix = check_matrix(small, "2026Q1", "en", undecided=waiting)
    assert matrix.rows[1][0].words == matrix.rows[1][3].words == ("waits for a second person",)
    few = matrix.attention()
    assert [row[0].unit for row in few.rows] == ["B", "C", "D"]
    assert few.columns == ("p1", "p2", "q", "goal")
    few = check_matrix(small, "2026Q2", "en").attention()
    assert [row[0].unit for row in few.rows] == ["A", "B", "C"]
    assert few.names == ("Node p1", "Node q", "Total")
    page = few.html(tapped=True)
    assert page.count("<button") == 9
    assert (
        '<button type="button" data-unit="B" data-indicator="p1">90 → 80 '
        '<span class="state deduction">deduction</span></button>'
    ) in page


def test_vetoes_of_key_points_are_the_checklists() -> None:
    points = (Point("1", {"en": "One"}, key=True, veto="no_go"), Point("2", {"en": "Two"}))
    rules = {"list": Checklist(control_points=points)}
    veto = Veto("no_go", {"en": "No go"}, "lower_band", document=False)
    cells = [
        (unit, "2026Q1", "list", value, item)
        for unit, results in {"A": ("no", "yes"), "B": ("yes", "no"), "C": ("yes", "yes")}.items()
        for item, value in zip("12", results, strict=True)
    ]
    reported = ("C", "2026Q1", "no_go", 1, None)
    result = evaluate(
        scheme({"list": 1}, rules, vetoes=(veto,)),
        rows(*cells, reported, columns="unit period indicator value item"),
    )
    matrix = check_matrix(result, "2026Q1", "en")
    assert [[cell.states for cell in row] for row in matrix.rows] == [
        [("veto",), ("veto",)],
        [("ok",), ("ok",)],
        [("ok",), ("veto",)],
    ]


def test_the_check_matrix_of_the_example(example: Evaluation) -> None:
    assert [check_matrix(example, f"2026Q{k}", "zh").summary() for k in (1, 2, 3, 4)] == [
        "不适用：2、正常：226",
        "缺报：1、扣分：2、不适用：2、正常：223",
        "否决：1、缺报：1、不适用：2、正常：224",
        "扣分：1、不适用：2、正常：225",
    ]
    matrix = check_matrix(example, "2026Q1", "en")
    assert matrix.rows[0][3].value == "0.6915"


def test_the_check_matrix_as_html_escapes_what_people_wrote() -> None:
    evil = "<b>A</b>"
    result = evaluate(scheme({"a": 1}), table({evil: ["not due"]}, ["a"]))
    sources = {(evil, "a"): '"><script>'}
    page = check_matrix(result, "2026Q1", "en", sources=sources).html()
    assert evil not in page
    assert '<th scope="row">&lt;b&gt;A&lt;/b&gt;</th>' in page
    assert (
        '<td title="&#34;&gt;&lt;script&gt;"> <span class="state not_due">not due yet</span></td>'
        in page
    )


@pytest.mark.parametrize("state", STATES)
def test_marks_can_be_read(state: str) -> None:
    shade = SHADES[state]
    assert re.fullmatch("#[0-9a-f]{6}", shade.text)
    assert contrast(*shade) >= 4.5


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_has_a_word_of_its_own(language: str) -> None:
    words = state_words(translator(language))
    assert tuple(words) == STATES == tuple(SHADES)
    assert len(set(words.values())) == len(STATES)


def test_other_methods_beside_the_official_band(small: Evaluation) -> None:
    opinions = period_opinions(small, "2026Q1")
    found = opinions_table(small, opinions, "en")
    assert found.title == ("Grades by other methods, 2026Q1 (2026-01-01 to 2026-03-31), units: 3")
    assert found.columns == (
        *("Unit", "Official", "Geometric mean", "Entropy weights", "CRITIC weights"),
        *("Variation weights", "Rank by TOPSIS", "Rank by Grey relational grade"),
        *("Rank by Rank-sum ratio", "Grade depends on the method"),
    )
    assert found.rows == (
        ("A", "Fair", "Fair", "Good", "Fair", "Good", 2, 2, 3, True),
        ("B", "Excellent", "Excellent", "Excellent", "Excellent", "Excellent", 1, 1, 1, False),
        ("C", "Poor", "Poor", "Poor", "Poor", "Poor", 3, 3, 2, False),
    )
    assert opinions_sentences(small.scheme, opinions, "en") == (
        "The grade depends on the method for 1 of 3 units: A.",
        "Not compared, as they have no total or no points for an indicator: D.",
    )
    assert opinions_sentences(small.scheme, opinions, "zh")[0] == (
        "3 个单位中有 1 个的档次因方法而异：A。"
    )


def test_what_is_said_of_two_units_of_one_and_of_none_that_differ() -> None:
    def said(values: dict[str, tuple[int, ...]], language: str = "en") -> tuple[str, ...]:
        result = evaluate(scheme({"a": "0.5", "b": "0.5"}), table(values, ["a", "b"]))
        opinions = period_opinions(result, "2026Q1")
        assert opinions_table(result, opinions, language).rows == () or opinions.found
        return opinions_sentences(result.scheme, opinions, language)

    assert said({"A": (70, 80)}) == ("Methods are compared from 2 units on that have all points.",)
    assert said({"A": (70, 80), "B": (70, 60)}) == (
        "The grade depends on the method for 1 of 2 units: A.",
        "With two units, weights from the data rest on one difference an indicator: they say "
        "little.",
        "Weights from the data leave out what is the same for all units: Node a.",
    )
    reason = "points: no two units differ in an indicator that counts, expected two that do"
    assert said(dict.fromkeys("ABC", (70, 80))) == (
        "No grade of the 3 units depends on the method.",
        "Weights from the data leave out what is the same for all units: Node a, Node b.",
        *(
            f"Nothing by {method}: {reason}."
            for method in (
                *("Entropy weights", "CRITIC weights", "Variation weights"),
                *("TOPSIS", "Grey relational grade"),
            )
        ),
    )


def test_what_is_missing_and_what_it_decides(small: Evaluation) -> None:
    assert missing_table(small, "2026Q1", "en").rows == (
        ("C", "Node p2", "not reported", "53.0", "Poor", "83.0", "Good", True),
    )
    assert missing_table(small, "2026Q2", "en").rows == (
        ("C", "Node q", "not due yet", "30.0", "Poor", "70.0", "Fair", True),
    )
    assert missing_sentences(small, "2026Q2", "en") == (
        "C, 2026Q2: 30…70, band not decided; Node q decides it",
    )


def test_several_missing_values_leave_ranges() -> None:
    observations = table({"A": ("", "")}, ["a", "b"])
    result = evaluate(scheme({"a": "0.5", "b": "0.5"}), observations)
    assert missing_table(result, "2026Q1", "en").rows[0] == (
        *("A", "Node a", "not reported", "0.0…50.0", "Poor", "50.0…100.0"),
        *("Excellent, Good, Fair, Poor", False),
    )


def test_nothing_is_missing(example: Evaluation) -> None:
    assert missing_sentences(example, "2026Q1", "zh") == ("数据齐全，没有缺报。",)
    assert missing_table(example, "2026Q1", "zh").rows == ()
    assert missing_sentences(example, "2026Q2", "zh") == (
        "丙市监督中心，2026Q2：总分在 78～82.3 之间，档次未定，由自学能力决定。",
    )


def test_units_over_time(small: Evaluation, example: Evaluation) -> None:
    found = over_time_table(small, "en")
    assert found.title == "Test: 2026Q1 to 2026Q2, units: 4"
    assert found.rows == (
        ("A", "79.0", "84.0", "Good"),
        ("B", "90.0", "85.5", "Good"),
        ("C", "53.0", "    ", ""),
        ("D", "64.0", "80.0", "Good"),
    )
    yearly = over_time_table(example, "zh", ("甲市监督中心",))
    assert yearly.columns == ("单位", "2026Q1", "2026Q2", "2026Q3", "2026Q4", "2026", "2026 档次")
    (row,) = yearly.rows
    assert row == ("甲市监督中心", "88.2", "92.0", "92.7", "91.0", "91.0", "优秀")


def test_a_trend_adds_up(small: Evaluation) -> None:
    found = trend_table("A", unit_trend("A", own_periods(small)), "en")
    assert found.title == "A: each change is performance, weights, rules and the rest"
    assert found.rows == (
        ("2026Q1", "79.0", "Fair", "", "", "", "", "", ""),
        ("2026Q2", "84.0", "Good", "+5.0", "2026Q1", "+7.0000", "0.0000", "0.0000", "−2.0000"),
    )


def test_a_table_of_results_is_csv(small: Evaluation) -> None:
    large, _alone = league_tables(small, "2026Q1", "en")
    assert to_csv(replace(large, note="")).splitlines()[1] == "1,1,B,90.0,Excellent,,0"
