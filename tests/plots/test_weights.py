from __future__ import annotations

import pytest

from ahp.plots import weights_chart
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
    figure = weights_chart(small_panel(survey=small_survey(names)), "en")
    assert [trace.name for trace in figure.data] == ["&lt;b&gt;A&lt;/b&gt;", "Capability B"]
    assert "&lt;i&gt;One&lt;/i&gt;" in figure.data[0].customdata
    assert "&lt;i&gt;One&lt;/i&gt;" in figure.layout.yaxis.ticktext
