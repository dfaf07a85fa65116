"""Pictures of an evaluation."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ahp.errors import EvaluationError
from ahp.evaluation import Evaluation, evaluate, load_scheme, read_observations
from ahp.evaluation.peers import PeriodResult, own_periods
from ahp.evaluation.rules import Completion
from ahp.evaluation.trend import unit_trend
from ahp.plots import printed
from ahp.plots.chart import Bars, Chart, Line, Texts
from ahp.plots.colors import GRAY
from ahp.plots.evaluation import (
    BLUE,
    GREEN,
    MOST_UNITS,
    ORANGE,
    VIOLET,
    change_chart,
    importance_chart,
    over_time_chart,
    rule_chart,
    trend_chart,
)
from ahp.plots.parts import unit_parts
from ahp.plots.screen import figure as drawn
from ahp.plots.units import unit_waterfall
from ahp.process.scheme_trials import try_value
from tests.contrast import contrast
from tests.evaluation.results import small_result
from tests.evaluation.schemes import rows, scheme, table
from tests.plots.overlaps import troubles

EXAMPLE = Path(__file__).parents[2] / "examples" / "evaluation" / "supervision_effectiveness.csv"

close: Any = pytest.approx


@pytest.fixture(scope="module")
def small() -> Evaluation:
    return small_result()


@pytest.fixture(scope="module")
def example() -> Evaluation:
    return evaluate(load_scheme("supervision_effectiveness"), read_observations(EXAMPLE))


def every(result: Evaluation, unit: str, language: str) -> dict[str, Chart]:
    points = unit_trend(unit, own_periods(result))
    return {
        "waterfall": unit_waterfall(result, unit, "2026Q2", language),
        "parts": unit_parts(result, unit, "2026Q2", language),
        "trend": trend_chart(unit, points, language),
        "change": change_chart(unit, points, language),
        "importance": importance_chart(result, unit, "2026Q2", language),
        "over time": over_time_chart(result, language),
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pictures_hold_still_are_plain_data_and_said_in_words(
    example: Evaluation, small: Evaluation, language: str
) -> None:
    for result, unit in ((example, "丁市监督中心"), (small, "A")):
        for name, chart in every(result, unit, language).items():
            figure, alt = drawn(chart, titled=True), chart.alt
            assert "NaN" not in figure.to_json(), name
            axes = [axis for key, axis in figure.to_dict()["layout"].items() if "axis" in key]
            assert len(axes) == 2, name
            assert all(axis["fixedrange"] for axis in axes), name
            assert 150 < figure.layout.height < 1000, name
            assert figure.layout.title.text.startswith("<b>"), name
            assert chart.note, name
            assert unit in alt, name
            assert "NaN" not in alt, name
            assert "nan" not in alt, name


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_pictures_can_be_read_in_print(small: Evaluation, language: str) -> None:
    for name, chart in every(small, "A", language).items():
        assert troubles(printed.figure(chart, titled=True)) == [], name


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pictures_of_the_example_can_be_read_in_print(example: Evaluation, language: str) -> None:
    for name, chart in every(example, "丁市监督中心", language).items():
        assert troubles(printed.figure(chart, titled=True)) == [], name


@pytest.mark.parametrize("page", ["#ffffff", "#0e1117"])
@pytest.mark.parametrize("color", [BLUE, ORANGE, GREEN, VIOLET, GRAY])
def test_colors_stand_out_on_light_and_dark(color: str, page: str) -> None:
    assert contrast(color, page) >= 3


def test_waterfall(small: Evaluation) -> None:
    chart = unit_waterfall(small, "A", "2026Q2", "en")
    (bars,) = drawn(chart).data
    assert (bars.base, bars.x) == ((0, 27, 54, 86, 0), (27, 27, 32, -2, 84))
    assert bars.text == ("+27.00", "+27.00", "+32.00", "−2.00", "84.0")
    assert bars.customdata == (
        "Node p1: 90 gives 90 points, weight 0.3 (clause 1.1)",
        "Node p2: 90 gives 90 points, weight 0.3 (clause 1.2)",
        "Node q: 80 gives 80 points, weight 0.4 (clause 2)",
        "Late report: 2 points (clause 3.1)",
        "Good",
    )
    assert chart.y.names == ("Node p1", "Node p2", "Node q", "Late report", "Total")
    assert chart.title == "A: how the total comes about"
    assert chart.note == "2026Q2 (2026-04-01 to 2026-06-30), units: 4"
    assert chart.alt == (
        "A: 84.0 points, Good. Step by step: Node p1 +27.00; Node p2 +27.00; Node q +32.00; Late "
        "report −2.00."
    )


def test_long_waterfalls_are_summed_up_by_parents(small: Evaluation, example: Evaluation) -> None:
    (bars,) = unit_waterfall(small, "B", "2026Q2", "en", most=2).marks
    assert isinstance(bars, Bars)
    assert bars.end == (49.5, 85.5, 85.5)
    assert bars.hover[0] == (
        "Node p1: 90 gives 90 points, weight 0.3 (clause 1.1)\n"
        "Slip: 10 points of the indicator, weight 0.3 (clause 3.2)\n"
        "Node p2: 85 gives 85 points, weight 0.3 (clause 1.2)"
    )
    chart = unit_waterfall(example, "丁市监督中心", "2026Q1", "zh")
    assert chart.y.names == (
        *("组织设置能力", "监督操作能力", "工作协调能力", "成果转化能力", "学习创新能力"),
        *("四舍五入", "总分"),
    )
    assert drawn(chart).data[0].text == (
        *("+49.69", "+15.66", "+10.12", "+3.67", "+5.73", "+0.02", "84.9"),
    )
    assert chart.alt.startswith("丁市监督中心：84.9 分，良好。逐步：组织设置能力 +49.69；")


def test_waterfalls_of_what_is_missing_and_of_years(small: Evaluation, example: Evaluation) -> None:
    chart = unit_waterfall(small, "C", "2026Q2", "en")
    assert chart.y.names == ("Node p1", "Node p2", "Node q: not due yet", "No total")
    assert drawn(chart).data[0].text == ("+18.00", "+12.00", "0.00", "")
    assert chart.alt == (
        "C has no total. So far: Node p1 +18.00; Node p2 +12.00; Node q: not due yet 0.00."
    )
    year = unit_waterfall(example, "甲市监督中心", "2026", "en")
    assert year.y.names == (*("2026Q1", "2026Q2", "2026Q3", "2026Q4", "Rounded half up", "Total"),)


def test_parts(small: Evaluation) -> None:
    chart = unit_parts(small, "A", "2026Q2", "en")
    own, median, before = drawn(chart).data
    assert (own.name, own.x) == ("A", (90.0, 80.0))
    assert (median.name, median.x, median.marker.symbol) == (
        "Group median",
        (82.5, 85.0),
        "diamond",
    )
    assert (before.name, before.x) == ("2026Q1", (85.0, 70.0))
    assert before.marker.symbol == "circle-open"
    assert chart.y.names == ("Node p\n90.0", "Node q\n80.0")
    assert chart.alt == (
        "A: Node p 90.0 (Group median 82.5, 2026Q1 85.0); "
        "Node q 80.0 (Group median 85.0, 2026Q1 70.0)."
    )


def test_parts_without_points_and_without_an_earlier_period(small: Evaluation) -> None:
    chart = unit_parts(small, "C", "2026Q2", "en")
    assert drawn(chart).data[0].x == (50.0, None)
    assert chart.y.names == ("Node p\n50.0", "Node q\n–")
    assert chart.alt.endswith("Node q no points (Group median 85.0, 2026Q1 95.0).")
    first = drawn(unit_parts(small, "C", "2026Q1", "en"))
    assert [trace.name for trace in first.data] == ["C", "Group median"]
    other = evaluate(scheme({"q": 1}), table({"C": [64]}, ["q"], "2025Q4"))
    later = drawn(unit_parts(small, "C", "2026Q1", "en", PeriodResult(other, "2025Q4")))
    assert later.data[-1].x == (None, 64.0)


def test_a_rule() -> None:
    rules = load_scheme("supervision_effectiveness")
    picture = rule_chart(rules, try_value(rules, "data_sharing", "15"), "zh")
    assert picture is not None
    figure = drawn(picture, titled=True)
    curve, tried = figure.data
    assert (curve.x, curve.y) == ((0.0, 12.0, close(13.2)), (0.0, 100.0, 100.0))
    assert (tried.x, tried.y, tried.text) == ((15.0,), (100.0,), ("100",))
    assert figure.layout.xaxis.title.text == "项"
    assert figure.layout.title.text == "<b>监督信息数据共享情况</b>"
    assert picture.alt == (
        "监督信息数据共享情况，各值对应的得分：0 → 0；12 → 100；13.2 → 100。15 得 100 分。"
    )
    assert rule_chart(rules, try_value(rules, "staff", "good"), "zh") is None


def test_a_rule_that_bends_everywhere_is_said_by_its_ends() -> None:
    costs = scheme(
        {"a": 1}, {"a": Completion(target=Fraction(9), direction="lower", lower="ratio")}
    )
    picture = rule_chart(costs, try_value(costs, "a", "18"), "en")
    assert picture is not None
    assert len(drawn(picture).data[0].x) > 100
    assert picture.alt == "Node a, points by values: 7.2 → 100; 28.8 → 31.25. 18 gives 50 points."


def test_trend(small: Evaluation) -> None:
    chart = trend_chart("A", unit_trend("A", own_periods(small)), "en")
    figure, alt = drawn(chart, titled=True), chart.alt
    line, points = figure.data
    assert line.y == points.y == (79.0, 84.0)
    assert points.text == ("79.0", "84.0")
    assert figure.layout.xaxis.ticktext == ("2026Q1", "2026Q2")
    assert figure.layout.yaxis.range == (70.0, 90.0)
    assert [one.text for one in figure.layout.annotations] == ["Good ≥ 80", "Fair ≥ 60"]
    # good begins at a line, fair is shaded
    assert [(one.type, one.y0, one.y1) for one in figure.layout.shapes] == [
        ("line", 80.0, 80.0),
        ("rect", 70.0, 80.0),
    ]
    assert figure.layout.title.text == "<b>A: totals</b><br>2026-01-01 to 2026-06-30, units: 4"
    assert alt == (
        "A: 2026Q1 79.0 Fair, 2026Q2 84.0 Good. Changes: 2026Q1 to 2026Q2: +5.0 (performance "
        "+7.00, deductions, bonuses, limits, vetoes, rounding −2.00)."
    )


def test_trends_have_gaps(small: Evaluation) -> None:
    points = unit_trend("C", own_periods(small))
    chart = trend_chart("C", points, "en")
    line, _totals = drawn(chart).data
    assert (line.y, line.connectgaps) == ((53.0, None), False)
    assert chart.alt == "C: 2026Q1 53.0 Poor, 2026Q2 no total."
    changes = drawn(change_chart("C", points, "en"))
    assert [trace.y for trace in changes.data] == [(None, None)] * 5


def test_months_are_named_now_and_then() -> None:
    from ahp.evaluation.scheme import Calendar  # noqa: PLC0415

    cells = [("A", f"2026-{month:02d}", "a", 70 + month) for month in range(1, 13)]
    result = evaluate(scheme({"a": 1}, period=Calendar("month")), rows(*cells))
    figure = trend_chart("A", unit_trend("A", own_periods(result)), "en")
    figure = drawn(figure)
    assert figure.layout.xaxis.ticktext == (
        *("2026-01", "2026-03", "2026-05", "2026-07", "2026-09", "2026-11"),
    )
    assert figure.layout.xaxis.tickvals == (0, 2, 4, 6, 8, 10)


def test_changes_add_up(example: Evaluation) -> None:
    unit = "丑市监督中心"
    points = unit_trend(unit, own_periods(example))
    figure = drawn(change_chart(unit, points, "en"), titled=True)
    *bars, total = figure.data
    assert len({bar.marker.pattern.shape for bar in bars}) == 4
    for k, point in enumerate(points):
        if point.change is not None:
            assert sum(bar.y[k] for bar in bars) == close(float(point.change.change))
            for bar in bars:  # what adds stands above what adds, what takes below what takes
                others = [one.base[k] + one.y[k] for one in bars if one is not bar]
                assert bar.base[k] == 0 or any(bar.base[k] == close(end) for end in others)
            assert total.y[k] == close(sum(max(bar.y[k], 0) for bar in bars))
        else:
            assert {bar.y[k] for bar in bars} == {total.y[k]} == {None}
    assert total.text == ("", "+4.5", "−2.3", "−1.4")
    assert figure.layout.title.text == (
        f"<b>{unit}: what changed the total</b><br>2026-01-01 to 2026-12-31, units: 12<br>"
        "Each change is performance, weights, rules and the<br>rest"
    )


def test_pictures_need_periods() -> None:
    for picture in (trend_chart, change_chart):
        with pytest.raises(EvaluationError) as raised:
            picture("A", (), "en")
        assert str(raised.value) == "no periods, expected one or more"


def test_importance(small: Evaluation) -> None:
    chart = importance_chart(small, "A", "2026Q2", "en")
    figure, alt = drawn(chart), chart.alt
    own, median = figure.data
    assert (own.x, own.y) == ((30.0, 30.0, 40.0), (90.0, 90.0, 80.0))
    shown = chart.marks[-2]
    assert isinstance(shown, Texts)
    assert (shown.texts, shown.x) == (("1", "2", "3"), close(own.x))
    # two at one place: one number above, the other below
    assert [round(y - at) for y, at in zip(shown.y, own.y, strict=True)] == [6, -6, 6]
    assert own.customdata == (
        *("1 Node p1<br>30.0%, 90.0", "2 Node p2<br>30.0%, 90.0", "3 Node q<br>40.0%, 80.0"),
    )
    assert (median.y, median.marker.symbol) == ((80.0, 85.0, 85.0), "diamond-open")
    assert [(one.type, one.x0, one.y0) for one in figure.layout.shapes] == [
        ("line", close(100 / 3), 0),
        ("line", 0, 86.0),
    ]
    corners = chart.marks[-1]
    assert isinstance(corners, Texts)
    assert list(zip(corners.texts, corners.x, corners.y, strict=True)) == [
        ("Important and weak: work here first", 50.0, -16),
        ("Important and strong: keep it up", 50.0, 116),
        ("Less important and weak: later", 24.0, -16),
        ("Less important and strong: enough is done", 24.0, 116),
    ]
    # plotly places texts on such an axis by their logarithm
    assert [one.x for one in figure.layout.annotations[-4:]] == close(
        [math.log10(50), math.log10(50), math.log10(24), math.log10(24)]
    )
    assert alt == (
        "A. Important and weak: work here first – Node q; Important and strong: keep it up – none; "
        "Less important and weak: later – none; Less important and strong: enough is done – Node "
        "p1, Node p2. Important: more than the mean weight 33.3%. Weak: below the unit's weighted "
        "mean, 86.0 points, so that it pulls the total down."
    )


def test_units_over_time(small: Evaluation, example: Evaluation) -> None:
    chart = over_time_chart(small, "en", ("A", "C"))
    figure = drawn(chart)
    assert [trace.customdata for trace in figure.data[1::2]] == [
        ("Median<br>71.5", "Median<br>84"),
        ("A<br>79", "A<br>84"),
        ("Median<br>71.5", "Median<br>84"),
        ("C<br>53", ""),
    ]
    # 53 to 84 are 0.6 of a row high
    assert figure.data[6].y == figure.data[7].y == (close(1.3), None)
    assert figure.data[2].y == (close(0.3 - 26 * 0.6 / 31), close(-0.3))
    assert [one.text for one in figure.layout.annotations] == ["84.0", "–"]
    assert chart.alt == "A: 2026Q1 79.0, 2026Q2 84.0.\nC: 2026Q1 53.0, 2026Q2 no total."
    figure = drawn(over_time_chart(example, "zh", ("甲市监督中心",)))
    assert figure.layout.annotations[0].text == "91.0"
    assert figure.layout.xaxis.ticktext == ("2026Q1", "2026Q2", "2026Q3", "2026Q4")


def test_a_median_far_from_the_units_stays_in_their_rows() -> None:
    totals = {"甲": [95], "乙": [90], "丙": [80], "丁": [80], "戊": [80]}
    chart = over_time_chart(evaluate(scheme({"a": 1}), table(totals, ["a"])), "en", ("甲", "乙"))
    heights = [mark.y for mark in chart.marks if isinstance(mark, Line)]
    # 80 to 95 are 0.6 of a row high
    assert heights == [(close(y),) for y in (0.3, -0.3, 1.3, 0.9)]
    assert troubles(printed.figure(chart, titled=True)) == []


def test_more_units_than_a_picture_holds() -> None:
    names = [f"U{k}" for k in range(MOST_UNITS + 1)]
    result = evaluate(scheme({"a": 1}), table({name: [70] for name in names}, ["a"]))
    chart = over_time_chart(result, "en")
    assert chart.y.names == result.units[:MOST_UNITS]
    assert chart.note == "40 of 41 units\nDotted: median of all; on the right: 2026Q1"
    with pytest.raises(EvaluationError) as raised:
        over_time_chart(result, "en", names)
    assert str(raised.value) == "41 units, expected 40 or fewer in one picture"


def test_names_are_no_markup() -> None:
    name = "<b>A</b>"
    result = evaluate(scheme({"a": 1}), table({name: [70]}, ["a"]))
    for chart in (
        unit_parts(result, name, "2026Q1", "en"),
        over_time_chart(result, "en"),
        unit_waterfall(result, name, "2026Q1", "en"),
    ):
        assert name not in str(drawn(chart, titled=True).to_dict())
