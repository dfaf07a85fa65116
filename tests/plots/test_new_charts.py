"""Charts of certainty and comparisons, of the shipped panel, by both drawers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import ahp
from ahp import plots
from ahp.errors import MatrixError, OptionError
from ahp.plots import printed, screen
from ahp.plots.chart import Bars, Cells, Chart, Intervals, Points
from ahp.resources import data_folder

close: Any = pytest.approx

NAMES = ("Price", "Quality")


@cache
def demo() -> ahp.Analysis:
    survey = ahp.load_survey("supervision_effectiveness")
    answers = data_folder("examples") / "supervision_demo" / "answers.csv"
    return ahp.analyze(survey, ahp.read_answers(answers))


@cache
def scatter() -> ahp.HierarchyUncertainty:
    panel = demo().panel
    return ahp.simulate_panel(panel.hierarchy, panel.matrices, seed=1, draws=200)


@cache
def every(language: str) -> dict[str, Chart]:
    """All charts of the shipped panel."""
    analysis = demo()
    survey, hierarchy = analysis.survey, analysis.survey.hierarchy
    names = {node: survey.node_name(node, language) for node in analysis.global_weights}
    leaves = [names[leaf] for leaf in hierarchy.leaves]
    weights = [analysis.global_weights[leaf] for leaf in hierarchy.leaves]
    own = analysis.panel.global_weights
    tops = hierarchy.children[hierarchy.goal]
    local = analysis.local_weights
    told: dict[str, Any] = {"note": "7 / 7", "language": language}
    named: dict[str, Any] = {"names": names, **told}
    line = ahp.one_at_a_time(hierarchy, local, tops[0])
    shares = [analysis.global_weights[top] for top in tops]
    disagreement = np.std(own, axis=0) / np.mean(own, axis=0)
    return {
        "intervals": plots.interval_chart(scatter(), **named),
        "ranks": plots.rank_chart(scatter(), **named),
        "tornado": plots.tornado_chart(hierarchy, local, **named),
        "within stability": plots.tornado_chart(hierarchy, local, change=None, **named),
        "curves": plots.curve_chart(line, **named),
        "stability": plots.stability_chart(ahp.critical_criteria(hierarchy, local), **named),
        "shares": plots.share_chart([names[top] for top in tops], shares, **told),
        "pareto": plots.pareto_chart(leaves, weights, **told),
        "experts": plots.expert_heatmap(leaves, analysis.panel.experts, own, weights, **told),
        "slope": plots.slope_chart(["1", "2"], leaves, [own[0], weights], ranks=True, **told),
        "quadrant": plots.quadrant_chart(leaves, weights, 1 - disagreement, **told),
        "groups": plots.group_chart(leaves, ["A (1)", "B (1)"], own[:2], **told),
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_charts_are_drawn_on_screens(language: str) -> None:
    for name, chart in every(language).items():
        drawn = screen.figure(chart)
        assert "NaN" not in drawn.to_json(), name
        axes = [axis for key, axis in drawn.to_dict()["layout"].items() if "axis" in key]
        assert [axis["fixedrange"] for axis in axes] == [True, True], name
        assert 150 < drawn.layout.height < 1000, name
        assert drawn.layout.title.text.startswith("7 / 7"), name
        assert chart.title, name
        assert chart.alt[-1] in ".。", name
        assert "nan" not in chart.alt, name


@pytest.mark.parametrize("name", ["ranks", "curves", "groups"])
def test_charts_are_drawn_in_print(name: str) -> None:
    assert printed.png(every("zh")[name], dpi=50).startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_charts_are_drawn_in_print(language: str) -> None:
    for chart in every(language).values():
        assert printed.png(chart, titled=True).startswith(b"\x89PNG")
        assert printed.svg(chart, titled=True).startswith(b"<?xml")
        assert printed.pdf(chart, titled=True).startswith(b"%PDF")


def test_intervals_are_those_of_the_result() -> None:
    found = scatter().leaves
    bars, intervals, numbers = every("en")["intervals"].marks
    assert isinstance(bars, Bars)
    assert isinstance(intervals, Intervals)
    assert isinstance(numbers, Points)
    order = np.argsort(-found.weights, kind="stable")
    assert list(bars.end) == found.weights[order].tolist()
    assert list(intervals.low) == found.lower[order].tolist()
    assert list(intervals.high) == found.upper[order].tolist()
    assert numbers.texts[0] == f"{found.weights.max():.4f}" == "0.3417"
    assert every("en")["intervals"].note == "7 / 7\n200 draws: experts resampled"
    assert every("zh")["intervals"].title == "权重及其 95% 区间"


def test_rows_and_columns_of_rank_probabilities_sum_to_one() -> None:
    (cells,) = every("en")["ranks"].marks
    assert isinstance(cells, Cells)
    values = np.array(cells.values, dtype=float)
    assert values.sum(axis=0) == close(np.ones(18))
    assert values.sum(axis=1) == close(np.ones(18))


def test_a_tornado_watches_the_indicator_that_is_chosen() -> None:
    tree = ahp.Hierarchy("goal", {"goal": ("cost", "quality"), "cost": ("price", "upkeep")})
    local = {"goal": [0.7, 0.3], "cost": [0.6, 0.4]}
    chart = plots.tornado_chart(tree, local, "quality")
    lowered, raised, limit = chart.marks
    # the weights of price and upkeep do nothing to quality
    assert chart.y.names == ("cost", "quality")
    assert isinstance(lowered, Bars)
    assert isinstance(raised, Bars)
    assert (lowered.start, lowered.end) == (close((0.3, 0.3)), close((0.4, 0.2)))
    assert raised.end == close((0.2, 0.4))
    assert limit == plots.tornado_chart(tree, local, "quality").marks[2]
    chart = plots.tornado_chart(tree, local, change=None)
    (within,) = (mark for mark in chart.marks[:1] if isinstance(mark, Bars))
    # as large as upkeep when its own weight falls to a half
    assert (chart.y.names[0], within.end[0]) == ("price", close(0.35))
    with pytest.raises(OptionError) as raised_error:
        plots.tornado_chart(tree, local, "terms")
    assert str(raised_error.value) == (
        "target = 'terms', expected one of 'price', 'upkeep', 'quality'"
    )
    with pytest.raises(OptionError) as raised_error:
        plots.tornado_chart(tree, local, change=0)
    assert str(raised_error.value) == "change = 0, expected a number above 0, to 1"


def test_a_tornado_moves_nothing_beyond_0_and_1() -> None:
    tree = ahp.Hierarchy(
        "goal",
        {"goal": ("cost", "quality"), "cost": ("price", "upkeep"), "quality": ("only", "no")},
    )
    local = {"goal": [0.95, 0.05], "cost": [0.6, 0.4], "quality": [1.0, 0.0]}
    chart = plots.tornado_chart(tree, local, "only", change=0.1)
    lowered, raised, _limit = chart.marks
    assert isinstance(lowered, Bars)
    assert isinstance(raised, Bars)
    # "only" has all below quality and can't be moved; "no" has nothing, and can't be lowered
    assert chart.y.names == ("cost", "quality", "no")
    assert lowered.end == close((0.15, 0.0, 0.05))
    assert raised.end == close((0.0, 0.15, 0.045))
    assert lowered.hover[2] == "no 0.0000 → 0.0000: only 0.0500"
    assert lowered.texts == ("0.1500", "0.0000", "")


def test_lines_cross_where_the_values_are_equal() -> None:
    hierarchy, local = demo().survey.hierarchy, demo().local_weights
    node = hierarchy.children[hierarchy.goal][0]
    chart = plots.curve_chart(ahp.one_at_a_time(hierarchy, local, node))
    crossings = chart.marks[-2]
    assert isinstance(crossings, Points)
    assert len(crossings.x) > 3
    for x, y in zip(crossings.x, crossings.y, strict=True):
        values = ahp.one_at_a_time(hierarchy, local, node, grid=[x]).values[0]
        assert (np.abs(values - y) < 1e-12).sum() >= 2
    none = plots.curve_chart(ahp.one_at_a_time(hierarchy, local, node), most=1)
    assert none.alt == "No two change places."


def test_pareto_stops_at_the_level() -> None:
    chart = plots.pareto_chart(["a", "b", "c"], [0.1, 0.8, 0.1])
    assert chart.alt == "The first 1 of 3 make up 80.0%: b."
    assert plots.pareto_chart(["a", "b"], [0.5, 0.5], language="zh").alt == (
        "2 项中前 2 项累计占 100.0%：a、b。"
    )


def test_experts_without_weights_have_empty_cells() -> None:
    chart = plots.expert_heatmap(NAMES, ["A", "B"], [[0.9, 0.1], [np.nan, np.nan]], [0.1, 0.9])
    (cells,) = chart.marks
    assert isinstance(cells, Cells)
    assert cells.values == ((2.0, None), (-2.0, None))
    assert cells.texts == (("9.0", ""), ("0.1", ""))
    assert chart.alt == "Furthest from the panel: A, Price: 0.9000, panel 0.1000."


def test_shapes_must_fit_the_labels() -> None:
    with pytest.raises(MatrixError) as raised:
        plots.share_chart(NAMES, [1.0])
    assert str(raised.value) == "shares have shape (1,), expected (2,)"
    with pytest.raises(MatrixError) as raised:
        plots.group_chart(NAMES, list("abcdefghi"), np.ones((9, 2)))
    assert str(raised.value) == "9 groups, expected 8 or fewer in one picture"


def test_labels_of_slopes_never_cover_each_other() -> None:
    weights = [[0.25] * 4, [0.2, 0.201, 0.202, 0.397]]
    texts = plots.slope_chart(["1", "2"], list("abcd"), weights).marks[-1]
    heights = sorted(texts.y)  # type: ignore[union-attr]
    span = 0.397 - 0.2
    assert min(np.diff(heights)) >= span / 3 * 0.75 - 1e-12
