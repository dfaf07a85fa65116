"""Pictures of the weights of a result."""

from __future__ import annotations

import plotly.graph_objects as go

from ..study import Analysis
from .texts import harmless, wrapped

PALETTE = ("#1f5f99", "#c8641b", "#3b8b5a", "#8a4f9e", "#b8860b", "#4b6a88", "#a3344a", "#2a8c8c")
"""Colors of the branches below the goal; dark enough to stand out on white, light on black."""

GRAY = "#5f6b76"


def branch_colors(analysis: Analysis) -> dict[str, str]:
    """Node id -> color of its branch; the goal is gray."""
    hierarchy = analysis.survey.hierarchy
    colors = {hierarchy.goal: GRAY}
    for parent, kids in hierarchy.children.items():
        for index, kid in enumerate(kids):
            top = parent == hierarchy.goal
            colors[kid] = PALETTE[index % len(PALETTE)] if top else colors[parent]
    return colors


def hierarchy_diagram(analysis: Analysis, language: str) -> go.Figure:
    """The tree from the goal on the left to the indicators on the right, with local weights; those
    that are given instead of compared are dotted.
    """
    hierarchy, colors = analysis.survey.hierarchy, branch_colors(analysis)
    depth = {node: level for level, nodes in enumerate(hierarchy.levels) for node in nodes}
    deepest = max(depth.values())
    height: dict[str, float] = {leaf: -row for row, leaf in enumerate(hierarchy.leaves)}
    for parent in reversed(hierarchy.parents):
        kids = hierarchy.children[parent]
        height[parent] = (height[kids[0]] + height[kids[-1]]) / 2
    figure = go.Figure()
    for parent, kids in hierarchy.children.items():
        for kid, weight in zip(kids, analysis.local_weights[parent].tolist(), strict=True):
            ends = [(depth[parent], height[parent]), (depth[kid], height[kid])]
            middle = (ends[0][0] + ends[1][0]) / 2
            figure.add_scatter(
                x=[ends[0][0], middle, middle, ends[1][0]],
                y=[ends[0][1], ends[0][1], ends[1][1], ends[1][1]],
                mode="lines",
                line={
                    "color": colors[kid],
                    "width": 1 + 4 * weight,
                    "dash": "dot" if parent in analysis.survey.given else "solid",
                },
                hoverinfo="skip",
            )
    for node in hierarchy.levels[0] + tuple(
        k for kids in hierarchy.children.values() for k in kids
    ):
        weight = analysis.global_weights[node]
        label = wrapped(analysis.survey.node_name(node, language), 20)
        figure.add_annotation(
            x=depth[node],
            y=height[node],
            text=label if node == hierarchy.goal else f"{label}<br><b>{weight:.4f}</b>",
            showarrow=False,
            xanchor="left" if depth[node] == 0 else "right" if depth[node] == deepest else "center",
            font={"color": "white", "size": 11},
            bgcolor=colors[node],
            borderpad=3,
        )
    figure.update_xaxes(visible=False, range=[-0.02, deepest + 0.02], fixedrange=True)
    figure.update_yaxes(visible=False, range=[min(height.values()) - 0.7, 0.7], fixedrange=True)
    return figure.update_layout(
        height=80 + 58 * len(hierarchy.leaves),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        showlegend=False,
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )


def weights_chart(analysis: Analysis, language: str) -> go.Figure:
    """Global weights of the indicators as bars, the largest on top, colored by branch."""
    survey, colors = analysis.survey, branch_colors(analysis)
    hierarchy = survey.hierarchy
    figure = go.Figure()
    for top in hierarchy.children[hierarchy.goal]:
        branch_leaves = [
            leaf
            for leaf in analysis.ranking
            if colors[leaf] == colors[top] and _below(analysis, leaf, top)
        ]
        figure.add_bar(
            x=[analysis.global_weights[leaf] for leaf in branch_leaves],
            y=branch_leaves,
            name=harmless(survey.node_name(top, language)),
            orientation="h",
            marker={"color": colors[top]},
            text=[f"{analysis.global_weights[leaf]:.4f}" for leaf in branch_leaves],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{customdata}<br>%{x:.6f}<extra></extra>",
            customdata=[harmless(survey.node_name(leaf, language)) for leaf in branch_leaves],
        )
    largest = max(analysis.global_weights[leaf] for leaf in hierarchy.leaves)
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=list(reversed(analysis.ranking)),
        tickmode="array",
        tickvals=list(analysis.ranking),
        ticktext=[wrapped(survey.node_name(leaf, language), 22) for leaf in analysis.ranking],
        automargin=True,
        fixedrange=True,
    )
    figure.update_xaxes(range=[0, 1.2 * largest], visible=False, fixedrange=True)
    return figure.update_layout(
        height=80 + 36 * len(hierarchy.leaves),
        margin={"l": 0, "r": 0, "t": 0, "b": 80},
        barmode="overlay",
        showlegend=len(hierarchy.levels) > 2,
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
    )


def _below(analysis: Analysis, node: str, ancestor: str) -> bool:
    above: str | None = node
    while above is not None and above != ancestor:
        above = analysis.survey.hierarchy.parent_of(above)
    return above is not None


def weights_icicle(analysis: Analysis, language: str) -> go.Figure:
    """The shares of all nodes, each as large as its global weight."""
    survey, colors = analysis.survey, branch_colors(analysis)
    hierarchy = survey.hierarchy
    nodes = [node for level in hierarchy.levels for node in level]
    leaves = set(hierarchy.leaves)
    figure = go.Figure(
        go.Icicle(
            ids=nodes,
            labels=[wrapped(survey.node_name(node, language), 24) for node in nodes],
            parents=[hierarchy.parent_of(node) or "" for node in nodes],
            # leaves carry the weights and plotly adds them up: sums that differ in the last bit
            # from the parent's own weight would leave the picture empty
            values=[analysis.global_weights[node] if node in leaves else 0 for node in nodes],
            branchvalues="remainder",
            marker={"colors": [colors[node] for node in nodes]},
            texttemplate="%{label}<br>%{percentRoot:.1%}",
            hovertemplate="%{label}<br>%{value:.6f}<extra></extra>",
            sort=False,
        )
    )
    return figure.update_layout(
        height=760,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        uniformtext={"minsize": 10, "mode": "hide"},
    )
