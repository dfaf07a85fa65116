from __future__ import annotations

import pytest

from ahp.plots import branch_chart, hierarchy_diagram, weights_chart
from ahp.plots.colors import PALETTE
from ahp.plots.screen import figure as drawn
from ahp.plots.texts import wrapped
from tests.panel_study import NAMES, small_panel, small_survey


@pytest.mark.parametrize(
    ("text", "width", "label"),
    [
        ("监督信息数据共享", 6, "监督信<br>息数据<br>共享"),
        ("2026Q2（2026-04-01 至 2026-06-30）", 21, "2026Q2（2026-04-01 至<br>2026-06-30）"),
        ("Sharing of data", 9, "Sharing<br>of data"),
        ("A < B & C", 40, "A &lt; B &amp; C"),
        ("<b>乙</b>", 40, "&lt;b&gt;乙&lt;/b&gt;"),
        ("<br>", 2, "&lt;b<br>r&gt;"),
    ],
)
def test_labels_are_wrapped_and_harmless(text: str, width: int, label: str) -> None:
    assert wrapped(text, width) == label


def test_names_with_markup_are_shown_as_they_are() -> None:
    names = {**NAMES, "a": ("甲", "<b>A</b>"), "a1": ("一", "<i>One</i>")}
    figure = drawn(weights_chart(small_panel(survey=small_survey(names)), "en"))
    assert [trace.name for trace in figure.data] == ["&lt;b&gt;A&lt;/b&gt;", "Capability B"]
    assert "&lt;i&gt;One&lt;/i&gt;<br>0.206299" in figure.data[0].customdata
    assert "&lt;i&gt;One&lt;/i&gt;" in figure.layout.yaxis.ticktext


def test_weights_chart() -> None:
    panel = small_panel()
    chart = weights_chart(panel, "zh", "共 3 位专家")
    first, second = drawn(chart).data
    leaves = [leaf for leaf in panel.ranking if leaf.startswith("a")]
    assert list(first.x) == [panel.global_weights[leaf] for leaf in leaves]
    assert list(first.y) == [panel.ranking.index(leaf) for leaf in leaves]
    assert list(first.text) == [f"{panel.global_weights[leaf]:.4f}" for leaf in leaves]
    assert (first.name, second.name) == ("能力甲", "能力乙")
    assert set(first.marker.color) == {PALETTE[0]}
    assert chart.y.names == tuple(NAMES[leaf][0] for leaf in panel.ranking)
    assert chart.note == "共 3 位专家"
    assert chart.alt.startswith(f"指标五 {panel.global_weights['b2']:.4f}；")


def test_hierarchy_diagram() -> None:
    panel = small_panel()
    figure = drawn(hierarchy_diagram(panel, "en"))
    assert len(figure.data) == 7
    texts = [note.text for note in figure.layout.annotations]
    assert texts[:2] == ["Goal", f"Capability A<br>{panel.global_weights['a']:.4f}"]
    assert [note.xanchor for note in figure.layout.annotations[:4]] == [
        *("left", "center", "center", "right")
    ]
    assert figure.data[0].line.width == pytest.approx(1 + 4 * panel.local_weights["goal"][0])
    assert {line.line.dash for line in figure.data} == {"solid"}
    assert figure.layout.yaxis.range == (-4.7, 0.7)


def test_branches_are_parts_of_a_hundred_per_cent() -> None:
    panel = small_panel()
    chart = branch_chart(panel, "en")
    assert drawn(chart).layout.xaxis.range == (0, 1)
    assert drawn(chart).data[0].x == (panel.global_weights["a"], panel.global_weights["b"])
    assert drawn(chart).data[0].text[0] == f"{panel.global_weights['a']:.1%}"
