"""Pictures of the weights of a result."""

from __future__ import annotations

from collections.abc import Sequence

from ..i18n import translator
from ..study import Analysis
from .chart import Axis, Bars, Chart, Line, Mark, Side, Texts
from .colors import GRAY, PALETTE
from .comparisons import share_chart


def branch_colors(analysis: Analysis) -> dict[str, str]:
    """Node id -> color of its branch; the goal is gray."""
    hierarchy = analysis.survey.hierarchy
    colors = {hierarchy.goal: GRAY}
    for parent, kids in hierarchy.children.items():
        for index, kid in enumerate(kids):
            top = parent == hierarchy.goal
            colors[kid] = PALETTE[index % len(PALETTE)] if top else colors[parent]
    return colors


def hierarchy_diagram(
    analysis: Analysis, language: str, note: str = "", leaves: Sequence[str] = ()
) -> Chart:
    """The tree from the goal on the left to the indicators on the right, with local weights; those
    that are given instead of compared are dotted.

    Args:
        analysis: of a panel.
        language: of the texts.
        note: whose judgments, how many, when.
        leaves: ids of indicators that are drawn, with what is above them; empty = all.
    """
    _ = translator(language)
    hierarchy, colors = analysis.survey.hierarchy, branch_colors(analysis)
    depth = {node: level for level, nodes in enumerate(hierarchy.levels) for node in nodes}
    deepest = max(depth.values())
    height: dict[str, float] = {leaf: -row for row, leaf in enumerate(leaves or hierarchy.leaves)}
    children: dict[str, list[str]] = {}
    for parent in reversed(hierarchy.parents):
        if kids := [kid for kid in hierarchy.children[parent] if kid in height]:
            children[parent] = kids
            height[parent] = (height[kids[0]] + height[kids[-1]]) / 2
    children = {parent: children[parent] for parent in hierarchy.parents if parent in children}
    marks: list[Mark] = []
    for parent in children:
        weights_below = analysis.local_weights[parent].tolist()
        for kid, weight in zip(hierarchy.children[parent], weights_below, strict=True):
            if kid not in height:
                continue
            start, end = float(depth[parent]), float(depth[kid])
            middle = (start + end) / 2
            marks.append(
                Line(
                    (start, middle, middle, end),
                    (height[parent], height[parent], height[kid], height[kid]),
                    colors[kid],
                    width=1 + 4 * weight,
                    dashed=parent in analysis.survey.given,
                )
            )
    nodes = [hierarchy.goal, *(kid for kids in children.values() for kid in kids)]
    names = {node: analysis.survey.node_name(node, language) for node in nodes}
    weights = {node: f"{analysis.global_weights[node]:.4f}" for node in nodes}
    texts = (
        names[node] if node == hierarchy.goal else f"{names[node]}\n{weights[node]}"
        for node in nodes
    )
    sides: dict[int, Side] = {0: "left", deepest: "right"}
    marks.append(
        Texts(
            tuple(float(depth[node]) for node in nodes),
            tuple(height[node] for node in nodes),
            tuple(texts),
            tuple(sides.get(depth[node], "center") for node in nodes),
            tuple(colors[node] for node in nodes),
            # half a box at the first and at the last level, boxes around the others
            width=min(20, 40 // deepest),
        )
    )
    said = (
        _("{name}: {parts}").format(
            name=names[parent],
            parts=_(", ").join(
                _("{name} {number}").format(name=names[kid], number=weights[kid]) for kid in kids
            ),
        )
        for parent, kids in children.items()
    )
    return Chart(
        title=_("Hierarchy and global weights"),
        note=note,
        alt=_("{sentence}.").format(sentence=_("; ").join(said)),
        x=Axis(low=-0.02, high=deepest + 0.02, shown=False),
        y=Axis(low=min(height.values()) - 0.7, high=0.7, shown=False),
        marks=tuple(marks),
        language=language,
        legend=False,
        height=80 + 58 * len(leaves or hierarchy.leaves),
    )


def weights_chart(analysis: Analysis, language: str, note: str = "") -> Chart:
    """Global weights of the indicators as bars, the largest on top, colored by branch.

    Args:
        analysis: of a panel.
        language: of the texts.
        note: whose judgments, how many, when.
    """
    _ = translator(language)
    survey, colors = analysis.survey, branch_colors(analysis)
    hierarchy, weights = survey.hierarchy, analysis.global_weights
    names = {leaf: survey.node_name(leaf, language) for leaf in analysis.ranking}
    row = {leaf: k for k, leaf in enumerate(analysis.ranking)}
    marks = []
    for top in hierarchy.children[hierarchy.goal]:
        branch = [leaf for leaf in analysis.ranking if _below(analysis, leaf, top)]
        marks.append(
            Bars(
                tuple(row[leaf] for leaf in branch),
                tuple(weights[leaf] for leaf in branch),
                (colors[top],) * len(branch),
                name=survey.node_name(top, language),
                texts=tuple(f"{weights[leaf]:.4f}" for leaf in branch),
                hover=tuple(f"{names[leaf]}\n{weights[leaf]:.6f}" for leaf in branch),
            )
        )
    said = _("; ").join(
        _("{name} {number}").format(name=names[leaf], number=f"{weights[leaf]:.4f}")
        for leaf in analysis.ranking
    )
    return Chart(
        title=_("Global weights of the indicators"),
        note=note,
        alt=_("{sentence}.").format(sentence=said),
        x=Axis(low=0, high=1.2 * max(weights[leaf] for leaf in hierarchy.leaves), shown=False),
        y=Axis(names=tuple(names.values()), reversed=True),
        marks=tuple(marks),
        language=language,
        legend=len(hierarchy.levels) > 2,
    )


def branch_chart(analysis: Analysis, language: str, note: str = "") -> Chart:
    """Shares of the branches below the goal, such as the five capabilities, of 100 %.

    Args:
        analysis: of a panel.
        language: of the texts.
        note: whose judgments, how many, when.
    """
    _ = translator(language)
    survey, colors = analysis.survey, branch_colors(analysis)
    branches = survey.hierarchy.children[survey.hierarchy.goal]
    return share_chart(
        [survey.node_name(branch, language) for branch in branches],
        [analysis.global_weights[branch] for branch in branches],
        title=_("Weights below the goal"),
        colors=[colors[branch] for branch in branches],
        note=note,
        language=language,
    )


def _below(analysis: Analysis, node: str, ancestor: str) -> bool:
    above: str | None = node
    while above is not None and above != ancestor:
        above = analysis.survey.hierarchy.parent_of(above)
    return above is not None
