"""Printed pictures of large studies: they fit a page, and every text can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from ahp import plots
from ahp.hierarchy import Hierarchy
from ahp.plots.chart import Axis, Bars, Cells, Chart, Line
from ahp.plots.page import SMALLEST, TALLEST, fit_page, in_parts, page_parts
from ahp.plots.printed import figure
from ahp.plots.texts import shortened
from tests.plots.overlaps import troubles

LONG = {
    "en": "Timeliness of problem finding {k}, and completeness of the follow-up of rectification",
    "zh": "第{k}项：事后监督发现问题的及时性与整改落实情况跟踪反馈的完整性（含跨部门协同）",
}
SHORT = {"en": "Sharing of data {k}", "zh": "监督信息数据共享情况{k}"}
EXPERTS = {"en": "Expert no. {k}", "zh": "第{k}位专家"}


def names_of(count: int, language: str) -> list[str]:
    return [(SHORT if k % 3 else LONG)[language].format(k=k) for k in range(1, count + 1)]


def tree(count: int, language: str, size: int = 6) -> Any:
    """A study of so many indicators, `size` below each criterion."""
    leaves = [f"l{k}" for k in range(count)]
    groups = {f"g{k}": tuple(leaves[k : k + size]) for k in range(0, count, size)}
    hierarchy = Hierarchy("goal", {"goal": tuple(groups), **groups})
    names = dict(zip(leaves, names_of(count, language), strict=True))
    survey = SimpleNamespace(
        hierarchy=hierarchy,
        given=(),
        node_name=lambda node, _language: names.get(node, LONG[language].format(k=node)),
    )
    local = {node: np.full(len(kids), 1 / len(kids)) for node, kids in hierarchy.children.items()}
    weights = dict.fromkeys([*hierarchy.children, *leaves], 0.0123)
    return SimpleNamespace(survey=survey, local_weights=local, global_weights=weights)


def every(count: int, language: str, experts: int = 12) -> dict[str, Callable[[], list[Chart]]]:
    random = np.random.default_rng(1)
    names = names_of(count, language)
    weights = random.dirichlet(np.ones(count))
    own = random.dirichlet(np.full(count, 5.0), experts)
    who = [EXPERTS[language].format(k=k) for k in range(1, experts + 1)]
    study, told = cast(Any, tree(count, language)), {"note": "20 / 22", "language": language}
    shares = random.dirichlet(np.ones(count), count)
    ranks = Chart(
        *("Ranks", "20 / 22", ""),
        Axis("Rank", names=tuple(str(k + 1) for k in range(count))),
        Axis(names=tuple(names), reversed=True),
        (
            Cells(
                tuple(map(tuple, shares.tolist())),
                *(0, 1, ("#ffffff", "#1f5f99")),
                texts=tuple(tuple(f"{100 * one:.0f}" for one in row) for row in shares),
            ),
        ),
        legend=False,
        row=28,
    )
    return {
        "tree": lambda: in_parts(
            lambda leaves: plots.hierarchy_diagram(study, language, "20 / 22", leaves),
            study.survey.hierarchy.leaves,
        ),
        "slope": lambda: in_parts(
            lambda rows: plots.slope_chart(
                *(["1", "2"], [names[k] for k in rows], [own[0][rows], weights[rows]]), **told
            ),
            range(count),
        ),
        "pareto": lambda: page_parts(plots.pareto_chart(names, weights, **told)),
        "experts": lambda: page_parts(plots.expert_heatmap(names, who, own, weights, **told)),
        "groups": lambda: page_parts(
            plots.group_chart(names, [names[2], "B (4)"], own[:2], **told)
        ),
        "ranks": lambda: page_parts(ranks),
    }


def assert_legible(parts: list[Chart]) -> None:
    for chart in parts:
        fit = fit_page(chart)
        assert (fit.height <= TALLEST, fit.size >= SMALLEST) == (True, True), chart.title
        assert troubles(figure(chart)) == [], chart.title


@pytest.mark.parametrize(("name", "language"), [("tree", "zh"), ("pareto", "en")])
def test_large_pictures_can_be_read_in_print(name: str, language: str) -> None:
    assert_legible(every(35, language)[name]()[:1])


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("count", "experts"), [(18, 5), (35, 40), (60, 20)])
def test_every_picture_can_be_read_in_print(count: int, experts: int, language: str) -> None:
    for name, draw in every(count, language, experts).items():
        parts = draw()
        assert sum(len(chart.y.names) for chart in parts) in {0, count}, name
        assert_legible(parts)


def test_parts_have_all_rows_on_the_same_scale() -> None:
    names = [f"Indicator {k}" for k in range(60)]
    ends = tuple(k / 60 for k in range(60))
    bars = Bars(tuple(range(60)), ends, ("#1f5f99",) * 60, texts=tuple(names))
    chart = Chart("Weights", "n = 5", "", Axis(), Axis(names=tuple(names)), (bars,))
    first, second = page_parts(chart)
    assert (first.title, second.title) == ("Weights (1 of 2)", "Weights (2 of 2)")
    assert first.y.names + second.y.names == tuple(names)
    assert first.ends("x") == second.ends("x") == chart.ends("x")
    (later,) = second.marks
    assert isinstance(later, Bars)
    assert (later.position, later.end, later.texts) == (
        tuple(range(30)),
        ends[30:],
        bars.texts[30:],
    )
    assert page_parts(first) == [first]


def test_parts_have_their_own_names_of_cells() -> None:
    names = tuple(f"{k}. Expert" for k in range(60))
    cells = Cells(((0.5,) * 3,) * 60, 0, 1, ("#ffffff", "#000000"), names=(names, names[:3]))
    chart = Chart("S*", "n = 60", "", Axis(names=names[:3]), Axis(names=names), (cells,))
    marks = [mark for part in page_parts(chart) for mark in part.marks]
    assert [mark.names for mark in marks if isinstance(mark, Cells)] == [
        (names[:30], names[:3]),
        (names[30:], names[:3]),
    ]


@pytest.mark.parametrize("count", [100, 101, 130, 140])
def test_every_row_has_its_name_in_print(count: int) -> None:
    names = tuple(f"Indicator {k}" for k in range(count))
    bars = Bars(tuple(range(count)), (1.0,) * count, ("#1f5f99",) * count)
    chart = Chart("Weights", "", "", Axis(), Axis(names=names, reversed=True), (bars,))
    axes = [figure(part).axes[0] for part in page_parts(chart)]
    assert tuple(label.get_text() for one in axes for label in one.get_yticklabels()) == names


def test_lines_across_parts_go_on_in_each() -> None:
    names = tuple(f"Expert {k}" for k in range(60))
    joint = Line((0, 1, 1, 0.5), (10.0, 10.0, 45.5, 50.0), "#1f5f99", hover=tuple("abcd"))
    alone = Line((0, 1), (2.0, 3.0), "#1f5f99")
    chart = Chart("", "", "", Axis(), Axis(names=names, reversed=True), (joint, alone))
    _first, second = page_parts(chart)
    assert second.marks == (
        replace(joint, y=(-20.0, -20.0, 15.5, 20.0)),
        replace(alone, y=(-28.0, -27.0)),
    )
    axes = figure(second).axes[0]
    assert axes.get_ylim() == (29.5, -0.5)
    assert [line.get_clip_on() for line in axes.lines] == [True, True]


def test_parts_of_a_tree_have_what_is_above_their_indicators() -> None:
    study = tree(8, "en", size=3)
    chart = plots.hierarchy_diagram(study, "en", "", ("l2", "l3"))
    texts = chart.marks[-1].texts  # type: ignore[union-attr]
    assert [str(text).split("\n")[0] for text in texts] == [
        *(LONG["en"].format(k=node) for node in ("goal", "g0", "g3")),
        *(LONG["en"].format(k=3), SHORT["en"].format(k=4)),
    ]


def test_long_names_are_shortened() -> None:
    assert shortened("one two three four five", 9, 2) == ["one two", "three…"]
    assert shortened("监督信息数据共享", 6, 2) == ["监督信", "息数…"]
    assert shortened("名" + "x" * 12, 6, 9) == ["名", "xxxxxx", "xxxxxx"]
    assert shortened("short\n0.1234", 9, 1) == ["short", "0.1234"]
