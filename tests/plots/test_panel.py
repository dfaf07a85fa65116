from __future__ import annotations

import dataclasses
import math
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

import ahp
from ahp import plots
from ahp.consensus import Clusters, pairwise_consensus
from ahp.plots import printed
from ahp.plots.chart import NAMED, Cells, Chart, Line, Points, Texts
from ahp.plots.colors import BLUE, GRAY, PALETTE, SYMBOLS
from ahp.plots.page import page_parts
from ahp.plots.panel import COLUMNS, LEGEND, VALUED
from ahp.plots.screen import figure as drawn
from ahp.plots.texts import text_on
from ahp.study.agreement import Agreement, panel_agreement
from tests.panel_study import JUDGED, NAMES, OWN, PARENTS, small_panel, small_survey
from tests.plots.overlaps import troubles

ORDER = ("b2", "b1", "a1", "a2", "a3")
"""The panel's ranking."""

close: Any = pytest.approx


@pytest.fixture(scope="module")
def panel() -> ahp.Analysis:
    found = small_panel()
    assert found.ranking == ORDER
    return found


@pytest.fixture(scope="module")
def agreed(panel: ahp.Analysis) -> Agreement:
    return agreement_of(panel)


def agreement_of(panel: ahp.Analysis) -> Agreement:
    found = panel_agreement(panel)
    assert found is not None
    return found


def many(count: int) -> ahp.Analysis:
    judged = list(JUDGED.values())
    return small_panel({f"E{number}": judged[number % 3] for number in range(count)})


def by_name(figure: go.Figure) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


def charts(panel: ahp.Analysis, agreed: Agreement, language: str) -> dict[str, Chart]:
    return {
        "spread": plots.spread_chart(panel, agreed, language),
        "consensus": plots.consensus_heatmap(panel, agreed, language),
        "disagreement": plots.disagreement_chart(panel, agreed, language),
        "consistency": plots.consistency_heatmap(panel, language),
        "movement": plots.movement_chart([(1, panel), (2, panel)], language),
        "dendrogram": plots.dendrogram(panel, agreed, language),
    }


def every(panel: ahp.Analysis, agreed: Agreement, language: str) -> dict[str, go.Figure]:
    return {name: drawn(chart) for name, chart in charts(panel, agreed, language).items()}


def alike(count: int) -> ahp.Analysis:
    """Experts of the same judgments."""
    return small_panel({f"E{number}": JUDGED["Ping"] for number in range(count)})


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("count", [3, 12, 200])
def test_pictures_hold_still_and_are_plain_data(count: int, language: str) -> None:
    analysis = many(count)
    for name, figure in every(analysis, agreement_of(analysis), language).items():
        assert "NaN" not in figure.to_json(), name
        axes = [axis for key, axis in figure.to_dict()["layout"].items() if "axis" in key]
        assert len(axes) >= 2, name
        assert all(axis["fixedrange"] for axis in axes), name
        assert 100 < figure.layout.height < 2000, name


@pytest.mark.parametrize(
    ("analysis", "language"),
    [
        (alike(2), "zh"),
        *(
            pytest.param(analysis, language, marks=pytest.mark.slow)
            for analysis, language in (
                *((alike(2), "en"), (many(3), "zh"), (many(3), "en")),
                *((many(12), "zh"), (many(12), "en"), (many(130), "zh")),
            )
        ),
    ],
)
def test_pictures_can_be_read_in_print(analysis: ahp.Analysis, language: str) -> None:
    for name, chart in charts(analysis, agreement_of(analysis), language).items():
        for part in page_parts(chart):
            assert troubles(printed.figure(part, titled=True)) == [], name


def test_spread_chart(panel: ahp.Analysis, agreed: Agreement) -> None:
    traces = by_name(drawn(plots.spread_chart(panel, agreed, "en")))
    assert list(traces) == ["Experts: smallest, quartiles, largest", "Each expert", "Panel"]
    box, experts, joint = traces.values()
    # a1 is third: 0.3, 0.25, 1/12
    numbers = (box.lowerfence, box.q1, box.median, box.q3, box.upperfence)
    assert [values[2] for values in numbers] == close([1 / 12, 1 / 6, 0.25, 0.275, 0.3])
    assert [values[0] for values in numbers] == close([0.125, 0.1875, 0.25, 0.3125, 0.375])
    assert list(box.y) == list(joint.y) == [0, 1, 2, 3, 4]
    assert list(experts.y) == [0, 1, 2, 3, 4] * 3
    leaves = list(small_survey().hierarchy.leaves)
    own = [OWN[name][leaves.index(leaf)] for name in JUDGED for leaf in ORDER]
    assert list(experts.x) == close(own)
    assert experts.customdata[8] == "Qin<br>Indicator 2<br>0.1250"
    assert list(joint.x) == [panel.global_weights[leaf] for leaf in ORDER]
    assert joint.marker.symbol == "diamond"
    assert joint.customdata[2] == (
        f"Indicator 1<br>Panel: {panel.global_weights['a1']:.4f}<br>"
        "Experts: median 0.2500, quartiles 0.1667 and 0.2750"
    )


def test_spread_chart_names_the_indicators(panel: ahp.Analysis, agreed: Agreement) -> None:
    for place, language in enumerate(("zh", "en")):
        axis = drawn(plots.spread_chart(panel, agreed, language)).layout.yaxis
        assert axis.ticktext == tuple(NAMES[leaf][place] for leaf in ORDER)
        assert axis.tickvals == (0, 1, 2, 3, 4)
        assert axis.range == (4.5, -0.5)


def ordered(agreed: Agreement, order: list[int]) -> Agreement:
    assert agreed.clusters is not None
    clusters = dataclasses.replace(agreed.clusters, leaf_order=np.array(order))
    return replace(agreed, clusters=clusters)


def test_consensus_heatmap(panel: ahp.Analysis, agreed: Agreement) -> None:
    order = [1, 2, 0]
    chart = plots.consensus_heatmap(panel, ordered(agreed, order), "en")
    (cells,) = chart.marks
    assert isinstance(cells, Cells)
    own = [OWN[name] for name in ("Qin", "Rui", "Ping")]
    expected = pairwise_consensus(own, scale_max=None)
    assert np.asarray(cells.values) == close(expected)
    assert cells.texts[0][1] == f"{100 * expected[0, 1]:.0f}"
    assert cells.low <= expected.min()
    assert cells.names == (chart.y.names, chart.y.names)
    assert chart.y.names == ("1. Qin", "2. Rui", "3. Ping")
    heat, numbers = drawn(chart).data
    assert (list(heat.x), list(heat.y)) == (["1. Qin", "2. Rui", "3. Ping"],) * 2
    assert heat.hovertemplate == "%{y}<br>%{x}<br>S* = %{z:.4f}<extra></extra>"
    assert list(zip(numbers.y, numbers.x, numbers.text, strict=True))[2] == (
        "1. Qin",
        "3. Ping",
        f"{100 * expected[0, 2]:.0f}",
    )
    assert chart.x.names == ("1", "2", "3")
    assert chart.alt == (
        f"Most alike: Qin and Ping, S* {expected[0, 2]:.4f}; "
        f"least alike: Rui and Ping, S* {expected[1, 2]:.4f}."
    )
    without = plots.consensus_heatmap(panel, replace(agreed, clusters=None), "en")
    assert without.y.names == ("1. Ping", "2. Qin", "3. Rui")


@pytest.mark.parametrize(
    ("count", "language", "said"),
    [
        (1, "en", "none."),
        (2, "en", "E0 and E1: S* 1.0000."),
        (2, "zh", "E0与E1：S* 1.0000。"),
        (3, "en", "Every two experts: S* 1.0000."),
        (3, "zh", "任意两位专家：S* 1.0000。"),
    ],
)
def test_experts_who_judge_the_same_are_not_most_and_least_alike(
    panel: ahp.Analysis, agreed: Agreement, count: int, language: str, said: str
) -> None:
    found = agreement_of(alike(count)) if count > 1 else replace(agreed, clusters=None)
    assert plots.consensus_heatmap(alike(count), found, language).alt == said


@pytest.mark.parametrize(
    ("count", "numbered", "valued"),
    [(VALUED, True, True), (VALUED + 1, True, False), (COLUMNS + 1, False, False)],
)
def test_consensus_heatmap_of_many_experts(count: int, numbered: bool, valued: bool) -> None:
    panel = many(count)
    chart = plots.consensus_heatmap(panel, agreement_of(panel), "en")
    (cells,) = chart.marks
    assert isinstance(cells, Cells)
    assert bool(cells.texts) == valued
    assert chart.x.shown == numbered
    assert [len(row) for row in cells.values] == [count] * count


def test_disagreement_chart() -> None:
    judged = {**JUDGED, "Shen": ("3", "1", "2", "2", "5")}
    panel = small_panel(judged)
    chart = plots.disagreement_chart(panel, agreement_of(panel), "en", top=2)
    figure = drawn(chart)
    left, equal, right, median = figure.data
    assert [trace.name for trace in figure.data] == [
        *("Left matters more", "Equal", "Right matters more", "Median, by the scale on top")
    ]
    # b1:b2 was judged 1, 1/3, 2, 5, then a:b 3, 1, 1/3, 3
    assert list(left.x) == close([0.5, 0.5])
    assert list(equal.x) == close([0.25, 0.25])
    assert list(right.x) == close([0.25, 0.25])
    assert list(left.base) == close([-0.625, -0.625])
    assert list(equal.base) == close([-0.125, -0.125])
    assert list(right.base) == close([0.125, 0.125])
    assert (left.orientation, list(left.text)) == ("h", ["50%", "50%"])
    assert list(left.textfont.color) == [text_on(BLUE)] * 2
    # 1.5 and 2 on the left of the scale, whose 9 are at the ends
    assert list(median.x) == close([-0.5 / 8, -1 / 8])
    assert list(median.y) == [0.32, 1.32]
    axis = figure.layout.xaxis
    assert axis.range[0] == -axis.range[1] < 0
    assert axis.tickvals == (-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1)
    assert axis.ticktext == ("9", "7", "5", "3", "1", "3", "5", "7", "9")
    assert axis.side == "top"
    assert [(note.text, note.align, note.y) for note in figure.layout.annotations] == [
        *(("Indicator 4", "left", -0.4), ("Capability A", "left", 0.6)),
        *(("Indicator 5", "right", -0.4), ("Capability B", "right", 0.6)),
    ]
    said = (
        "Indicator 4 or Indicator 5 (Capability B)<br>4 answers, median: 1.5 for “Indicator 4”",
        "Capability A or Capability B (Goal)<br>4 answers, median: 2 for “Capability A”",
    )
    assert list(left.customdata) == [f"{text}<br>Left matters more 50.0%" for text in said]
    assert tuple(median.customdata) == said
    assert chart.alt == "; ".join(text.replace("<br>", ", ") for text in said) + "."


def test_disagreement_chart_leaves_out_what_nobody_judged() -> None:
    panel = small_panel({name: (*own[:3], "", own[4]) for name, own in JUDGED.items()})
    *_marks, left, right = plots.disagreement_chart(panel, agreement_of(panel), "zh").marks
    assert isinstance(left, Texts)
    assert isinstance(right, Texts)
    pairs = list(zip(left.texts, right.texts, strict=True))
    assert pairs[:2] == [("能力甲", "能力乙"), ("指标四", "指标五")]
    assert len(pairs) == 4
    assert ("指标二", "指标三") not in pairs


def test_disagreement_chart_says_no_share_where_it_does_not_fit() -> None:
    judged = {f"E{number}": ("3" if number else "1", "1", "1", "1", "1") for number in range(12)}
    panel = small_panel(judged)
    chart = plots.disagreement_chart(panel, agreement_of(panel), "en", top=1)
    left, equal, right, _median = drawn(chart).data
    assert (left.text, equal.text, right.text) == (("92%",), ("",), ("",))
    assert (left.x[0], equal.x[0], right.x[0]) == close((11 / 12, 1 / 12, 0))


def test_consistency_heatmap() -> None:
    # 2, 2, 3 is a little off, 9, 1, 9 a cycle, and so strong that the panel has it too
    judged = {
        "Ping": ("3", "1", "2", "2", "1"),
        "Qin": ("3", "2", "2", "3", "1"),
        "Rui": ("3", "9", "1", "9", "1"),
        "Shen": ("3", "2", "", "", "1"),
    }
    panel = small_panel(judged)
    figure = drawn(plots.consistency_heatmap(panel, "en"))
    cells, texts = figure.data
    qin = ahp.check_consistency([[1, 2, 2], [1 / 2, 1, 3], [1 / 2, 1 / 3, 1]]).cr
    rui = ahp.check_consistency([[1, 9, 1], [1 / 9, 1, 9], [1, 1 / 9, 1]]).cr
    assert 0.1 < qin < 0.2 < rui
    joint = panel.consistency["a"].cr
    assert joint > 0.2
    np.testing.assert_array_equal(cells.z[:, 1], [2, 0, 1, 2, np.nan])
    assert [text for text, x in zip(texts.text, texts.x, strict=True) if x == 1] == [
        *(f"{joint:.3f}", "0.000", f"{qin:.3f}", f"{rui:.3f}")
    ]
    assert [row[0] for row in cells.z] == [0] * 5
    assert cells.customdata[2][1] == f"Qin<br>Capability A<br>CR = {qin:.3f}"
    assert cells.customdata[4][1] == "Shen<br>Capability A<br>CR = –"
    assert figure.layout.yaxis.ticktext == ("Panel", "Ping", "Qin", "Rui", "Shen")
    assert figure.layout.xaxis.ticktext == ("Goal", "Capability A", "Capability B")
    assert cells.colorbar.ticktext == ("CR &lt; 0.1", "0.1–0.2", "&gt; 0.2")
    assert (cells.zmin, cells.zmax) == (-0.5, 2.5)
    ends = [(round(end, 3), color) for end, color in cells.colorscale]
    assert [end for end, _color in ends] == [0, 0.333, 0.333, 0.667, 0.667, 1]
    assert ends[0][1] == ends[1][1] != ends[2][1] == ends[3][1] != ends[4][1] == ends[5][1]


def test_one_expert_is_not_called_the_panel() -> None:
    figure = drawn(plots.consistency_heatmap(small_panel({"Qin": ("3", "2", "2", "3", "1")}), "en"))
    cr = ahp.check_consistency([[1, 2, 2], [1 / 2, 1, 3], [1 / 2, 1 / 3, 1]]).cr
    assert figure.layout.yaxis.ticktext == ("Qin",)
    assert list(figure.data[1].text) == ["0.000", f"{cr:.3f}", "0.000"]


def test_consistency_heatmap_speaks_chinese(panel: ahp.Analysis) -> None:
    axis = drawn(plots.consistency_heatmap(panel, "zh")).layout.xaxis
    assert axis.ticktext == ("总目标", "能力甲", "能力乙")
    assert axis.tickangle == 0
    assert drawn(plots.consistency_heatmap(panel, "en")).layout.xaxis.tickangle == -90


def test_consistency_heatmap_of_many_experts() -> None:
    figure = drawn(plots.consistency_heatmap(many(NAMED), "en"))
    assert not figure.layout.yaxis.showticklabels
    assert len(figure.data) == 1
    few = drawn(plots.consistency_heatmap(many(NAMED - 1), "en"))
    assert few.layout.yaxis.showticklabels
    assert len(few.data[1].text) == 3 * NAMED


def test_movement_chart(panel: ahp.Analysis) -> None:
    first = small_panel(dict.fromkeys(JUDGED, JUDGED["Ping"]))
    assert first.ranking == ("a1", "a2", "a3", "b1", "b2")
    figure = drawn(plots.movement_chart([(1, first), (3, panel)], "en"))
    lines, points = figure.data[::2], figure.data[1::2]
    assert [trace.name for trace in lines] == [NAMES[leaf][1] for leaf in ORDER]
    for traces in (lines, points):
        assert [list(trace.y) for trace in traces] == [[5, 1], [4, 2], [1, 3], [2, 4], [3, 5]]
        assert all(list(trace.x) == [1, 3] for trace in traces)
    assert figure.layout.title.text == "Experts who answered all of these rounds: 3"
    weights = [first.global_weights["b2"], panel.global_weights["b2"]]
    assert points[0].customdata == (
        f"Indicator 5<br>Round 1: rank 4, weight {weights[0]:.4f}",
        f"Indicator 5<br>Round 3: rank 1, weight {weights[1]:.4f}",
    )
    colors = {"a": PALETTE[0], "b": PALETTE[1]}
    assert [trace.line.color for trace in lines] == [colors[PARENTS[leaf]] for leaf in ORDER]
    assert [(note.x, note.y, note.text) for note in figure.layout.annotations] == [
        (3.1, height, f"{panel.ranks[leaf]} {NAMES[leaf][1]} {panel.global_weights[leaf]:.4f}")
        for height, leaf in enumerate(ORDER, start=1)
    ]
    # beside the first round stand its ranks: all of them, ties included
    assert list(first.ranks.values()) == [1, 1, 3, 4, 4]
    assert figure.layout.yaxis.ticktext == ("1", "1", "3", "4", "4")
    assert figure.layout.xaxis.ticktext == ("Round 1", "Round 3")
    assert figure.layout.yaxis.range == (5.6, 0.4)
    chinese = drawn(plots.movement_chart([(1, panel)], "zh"))
    assert [trace.name for trace in chinese.data[::2]] == [NAMES[leaf][0] for leaf in ORDER]
    assert chinese.layout.title.text == "各轮均作答的专家：3 位"


def test_movement_is_between_those_who_answered_both(panel: ahp.Analysis) -> None:
    alone = small_panel({"Ping": JUDGED["Ping"]})
    figure = drawn(plots.movement_chart([(1, panel), (2, alone)], "en"))
    assert figure.layout.title.text == "Experts who answered all of these rounds: 1"
    assert {tuple(trace.y) for trace in figure.data} == {(k, k) for k in range(1, 6)}
    nobody = drawn(
        plots.movement_chart([(1, panel), (2, small_panel({"Sun": JUDGED["Qin"]}))], "en")
    )
    assert "No expert has answered all of these" in nobody.layout.annotations[0].text
    assert len(nobody.data) == 0


def test_a_note_stands_above_the_picture(panel: ahp.Analysis, agreed: Agreement) -> None:
    plain = drawn(plots.dendrogram(panel, agreed, "en"))
    note = "Round 2 (running, provisional), 1 of 6 submitted & <b>more</b>"
    figure = drawn(plots.dendrogram(panel, agreed, "en", note))
    assert figure.layout.title.text == (
        "Round 2 (running, provisional), 1 of 6 submitted &amp;<br>&lt;b&gt;more&lt;/b&gt;"
    )
    assert figure.layout.height == plain.layout.height + 40
    assert figure.layout.margin.t == plain.layout.margin.t + 40


def joined(agreed: Agreement) -> Agreement:
    """Ping and Rui join at 0.5, Qin comes to them at 1.25; two clusters."""
    clusters = Clusters(
        linkage=np.array([[0, 2, 0.5, 2], [1, 3, 1.25, 3]]),
        leaf_order=np.array([1, 0, 2]),
        labels=np.array([1, 2, 1]),
        count=2,
    )
    return replace(agreed, clusters=clusters, cluster_consensus=(0.9, 1.0))


def test_more_than_100_experts_have_no_points_of_their_own() -> None:
    for count, names in (
        (100, ["Experts: smallest, quartiles, largest", "Each expert", "Panel"]),
        (101, ["Experts: smallest, quartiles, largest", "Panel"]),
    ):
        panel = small_panel({f"E{number}": JUDGED["Ping"] for number in range(count)})
        figure = drawn(plots.spread_chart(panel, agreement_of(panel), "en"))
        assert [trace.name for trace in figure.data] == names


def test_dendrogram(panel: ahp.Analysis, agreed: Agreement) -> None:
    chart = plots.dendrogram(panel, joined(agreed), "en")
    figure = drawn(chart)
    low, high, first, second = figure.data
    assert list(low.x) == [0, 0.5, 0.5, 0]
    assert list(low.y) == [1, 1, 2, 2]
    assert list(high.x) == [0, 1.25, 1.25, 0.5]
    assert list(high.y) == [0, 0, 1.5, 1.5]
    assert (low.line.color, high.line.color) == (PALETTE[0], GRAY)
    assert first.name == "Cluster 1: 2 experts, S* 0.9000"
    assert second.name == ""  # alone, and so not in the legend
    assert list(first.customdata) == [f"{name}<br>{first.name}" for name in ("Ping", "Rui")]
    assert list(second.customdata) == ["Qin<br>Cluster 2: 1 experts, S* 1.0000"]
    assert (list(first.y), list(second.y)) == ([1, 2], [0])
    assert chart.alt == (
        "Cluster 1: 2 experts, S* 0.9000 (Ping, Rui); Cluster 2: 1 experts, S* 1.0000 (Qin)."
    )
    assert first.marker.symbol != second.marker.symbol
    assert (first.showlegend, second.showlegend) == (True, False)
    assert figure.layout.yaxis.ticktext == ("Qin (2)", "Ping (1)", "Rui (1)")
    assert figure.layout.xaxis.range == (0, close(1.3125))


def test_dendrogram_of_a_sample(panel: ahp.Analysis, agreed: Agreement) -> None:
    clusters = Clusters(
        linkage=np.array([[0, 1, 0.5, 2]]),
        leaf_order=np.array([2, 0]),
        labels=np.array([1, 1, 2]),
        count=2,
        sample=np.array([0, 2]),
    )
    found = replace(agreed, clusters=clusters, cluster_consensus=(0.9, 1.0))
    chart = plots.dendrogram(panel, found, "en", "3 experts")
    sentence = (
        "Clusters of a sample of 2 of 3 experts; every other expert is in the cluster whose "
        "experts in the sample are nearest on average."
    )
    assert chart.note == f"3 experts · {sentence}"
    assert plots.consensus_heatmap(panel, found, "en").note == sentence
    chinese = plots.dendrogram(panel, found, "zh")
    assert chinese.note == (
        "聚类由 3 位专家中抽取的 2 位样本专家得出；"
        "其余专家归入与其平均距离最近的样本专家所在的聚类。"
    )
    line, first, second = drawn(chart).data
    assert (list(line.x), list(line.y)) == ([0, 0.5, 0.5, 0], [1, 1, 0, 0])
    assert [list(first.customdata), list(second.customdata)] == [
        [f"{panel.panel.experts[0]}<br>Cluster 1: 2 experts, S* 0.9000"],
        [f"{panel.panel.experts[2]}<br>Cluster 2: 1 experts, S* 1.0000"],
    ]


def test_lines_of_a_color_are_one_line(agreed: Agreement) -> None:
    panel = small_panel({f"E{number}": JUDGED["Ping"] for number in range(5)})
    [line] = [
        mark
        for mark in plots.dendrogram(panel, agreement_of(panel), "en").marks
        if isinstance(mark, Line)
    ]
    parted = [k for k, place in enumerate(line.x) if math.isnan(place)]
    assert parted == [4, 9, 14]
    assert [k for k, place in enumerate(line.y) if math.isnan(place)] == parted


def test_dendrogram_names_the_largest_clusters(agreed: Agreement) -> None:
    count = LEGEND + 2
    judged = {f"E{number}": JUDGED["Ping"] for number in range(2 * count + 1)}
    panel = small_panel(judged)
    found = agreement_of(panel)
    labels = [1 + number // 2 for number in range(2 * count)] + [count]
    assert found.clusters is not None
    clusters = dataclasses.replace(found.clusters, labels=np.array(labels), count=count)
    found = replace(found, clusters=clusters, cluster_consensus=(1.0,) * count)
    figure = drawn(plots.dendrogram(panel, found, "en"))
    named = [trace.name.split(":")[0] for trace in figure.data if trace.showlegend]
    assert named == [f"Cluster {number}" for number in (*range(1, LEGEND), count)]


def test_dendrogram_draws_clusters_of_one_look_at_once() -> None:
    """A page with a trace for each of 200 takes a second more."""
    panel = small_panel({f"E{number}": JUDGED["Ping"] for number in range(200)})
    found = agreement_of(panel)
    assert found.clusters is not None
    clusters = dataclasses.replace(found.clusters, labels=np.arange(1, 201), count=200)
    found = replace(found, clusters=clusters, cluster_consensus=(1.0,) * 200)
    points = [
        mark for mark in plots.dendrogram(panel, found, "en").marks if isinstance(mark, Points)
    ]
    assert len(points) == len(PALETTE) * len(SYMBOLS)
    row = clusters.leaf_order.tolist().index(40)
    alike = [mark for mark in points if float(row) in mark.y]
    assert [(mark.color, mark.symbol, len(mark.y)) for mark in alike] == [
        (PALETTE[0], SYMBOLS[0], 5)
    ]
    assert alike[0].hover[alike[0].y.index(row)] == "E40\nCluster 41: 1 experts, S* 1.0000"


def test_dendrogram_of_experts_who_judge_the_same_has_an_axis() -> None:
    chart = plots.dendrogram(alike(2), agreement_of(alike(2)), "en")
    assert chart.ends("x") == (0, 1)


def test_dendrogram_without_clusters(panel: ahp.Analysis, agreed: Agreement) -> None:
    figure = drawn(plots.dendrogram(panel, replace(agreed, clusters=None), "en"))
    (note,) = figure.layout.annotations
    assert note.text.replace("<br>", " ") == (
        "Two experts have no comparison in common, so there are no clusters."
    )
    assert len(figure.data) == 0


def test_expert_names_are_no_markup() -> None:
    panel = small_panel({"<b>P</b>": JUDGED["Ping"], "Q": JUDGED["Qin"]})
    agreed = agreement_of(panel)
    for name, figure in every(panel, agreed, "en").items():
        assert "<b>P</b>" not in str(figure.to_dict()), name


def test_experts_without_weights_of_all_indicators_are_left_out() -> None:
    panel = small_panel({**JUDGED, "Shen": ("3", "1", "", "", "1")})
    found = agreement_of(panel)
    spread = by_name(drawn(plots.spread_chart(panel, found, "en")))["Each expert"]
    names = [text.split("<br>")[0] for text in spread.customdata]
    assert list(dict.fromkeys(names)) == list(JUDGED)
    assert not np.isnan(spread.x).any()
    consensus = plots.consensus_heatmap(panel, found, "en")
    assert {label.split(". ")[1] for label in consensus.y.names} == set(JUDGED)
    dendrogram = plots.dendrogram(panel, found, "en")
    assert len(dendrogram.y.names) == 4
