"""Pictures of a panel: its experts, how far they agree, what moves from round to round."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ..consensus import pairwise_consensus
from ..consistency import CR_LIMIT
from ..i18n import Translate, translator
from ..i18n.numbers import show_beside
from ..i18n.words import position_words
from ..matrix import Float
from ..process.rounds import both_rounds
from ..study import Analysis
from ..study.agreement import Agreement
from ..study.incoherence import limit_of
from .chart import Axis, Boxes, Cells, Chart, Line, Mark, Points, Side, Texts
from .colors import BLUE, GRAY, LIGHT_BLUE, MIDDLE_BLUE, ORANGE, PALETTE
from .screen import LEGEND_BELOW, bar_below, name_rows
from .texts import harmless, wrapped
from .weights import branch_colors

NAMED = 40
"""More experts than this are drawn in narrow rows without names."""

VALUED = 15
"""More experts than this and the cells of a square of experts are too small for numbers."""

HIGH = 2
"""A CR above so many times the limit has a color of its own."""

CR_COLORS = ("#cfe3d6", "#e5a54b", "#a3344a")
"""Below the limit, to `HIGH` times the limit, above."""

LEGEND = 8
"""Clusters in the legend at most, the largest."""

SYMBOLS = ("circle", "square", "triangle-right", "x", "star", "cross", "hexagon", "bowtie")


def spread_chart(analysis: Analysis, agreement: Agreement, language: str, note: str = "") -> Chart:
    """The experts' own global weights of every indicator beside the panel's, largest on top.

    A box is the middle half of the experts, its whiskers the smallest and the largest weight.

    Args:
        analysis: of the panel.
        agreement: of the same analysis.
        language: of the texts.
        note: whose judgments, how many, when.
    """
    _ = translator(language)
    survey, panel = analysis.survey, analysis.panel
    leaves = survey.hierarchy.leaves
    order = [leaves.index(leaf) for leaf in analysis.ranking]
    whole = np.flatnonzero(~np.isnan(panel.global_weights).any(axis=-1))
    own = panel.global_weights[whole][:, order]
    names = [survey.node_name(leaf, language) for leaf in analysis.ranking]
    q1, median, q3 = (tuple(row) for row in agreement.quartiles[:, order].tolist())
    rows = tuple(map(float, range(len(order))))
    weights = [analysis.global_weights[leaf] for leaf in analysis.ranking]
    said = [
        _("{name}\nPanel: {weight}\nExperts: median {median}, quartiles {q1} and {q3}").format(
            name=name,
            weight=f"{weights[k]:.4f}",
            q1=f"{q1[k]:.4f}",
            median=f"{median[k]:.4f}",
            q3=f"{q3[k]:.4f}",
        )
        for k, name in enumerate(names)
    ]
    return Chart(
        title=_("Weights of the indicators over the experts"),
        note=note,
        alt="\n".join(text.replace("\n", " ") for text in said),
        x=Axis(low=0),
        y=Axis(names=tuple(names), reversed=True),
        marks=(
            Boxes(
                rows,
                tuple(own.min(axis=0).tolist()),
                q1,
                median,
                q3,
                tuple(own.max(axis=0).tolist()),
                MIDDLE_BLUE,
                name=_("Experts: smallest, quartiles, largest"),
            ),
            Points(
                tuple(own.ravel().tolist()),
                rows * len(own),
                MIDDLE_BLUE,
                size=5,
                opacity=0.6,
                name=_("Each expert"),
                hover=tuple(
                    f"{panel.experts[k]}\n{name}\n{weight:.4f}"
                    for k, expert_weights in zip(whole, own, strict=True)
                    for name, weight in zip(names, expert_weights, strict=True)
                ),
            ),
            Points(
                tuple(weights),
                rows,
                ORANGE,
                "diamond",
                size=11,
                name=_("Panel"),
                hover=tuple(said),
            ),
        ),
        language=language,
    )


def consensus_heatmap(analysis: Analysis, agreement: Agreement, language: str) -> go.Figure:
    """S* of every two experts by their global weights, those who judge alike side by side."""
    _ = translator(language)
    panel = analysis.panel
    clusters = agreement.clusters
    order = np.arange(len(panel.experts)) if clusters is None else clusters.leaf_order
    order = order[~np.isnan(panel.global_weights[order]).any(axis=-1)]
    values = pairwise_consensus(panel.global_weights[order], scale_max=None)
    names = [harmless(panel.experts[k]) for k in order]
    rows, valued = list(range(len(names))), len(names) <= VALUED
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=rows,
            y=rows,
            zmin=min(0.5, float(values.min())),
            zmax=1,
            colorscale=((0, "#f4e6d4"), (0.5, LIGHT_BLUE), (1, BLUE)),
            texttemplate="%{text}" if valued else "",
            text=[[f"{100 * value:.0f}" for value in row] for row in values] if valued else None,
            customdata=[[[row, column] for column in names] for row in names],
            hovertemplate="%{customdata[0]}, %{customdata[1]}<br>S* = %{z:.4f}<extra></extra>",
            colorbar=bar_below(tickformat=".0%", tickprefix="S* ", nticks=3),
        )
    )
    few = len(names) <= NAMED
    numbers = [str(row + 1) for row in rows]
    figure.update_xaxes(
        showticklabels=few, tickvals=rows, ticktext=numbers, side="top", fixedrange=True
    )
    labels = [
        wrapped(f"{number}. {panel.experts[k]}", 18)
        for k, number in zip(order, numbers, strict=True)
    ]
    name_rows(figure, labels, few)
    return figure.update_layout(
        height=90 + (30 if few else 5) * len(rows), margin={"l": 0, "r": 0, "t": 30, "b": 50}
    )


def disagreement_chart(
    analysis: Analysis, agreement: Agreement, language: str, top: int = 12
) -> go.Figure:
    """For the comparisons that split the panel most, who prefers left, neither, and right.

    Args:
        analysis: of the panel.
        agreement: of the same analysis.
        language: of the texts.
        top: how many comparisons at most.
    """
    _ = translator(language)
    survey, spread = analysis.survey, agreement.spread
    comparisons = survey.hierarchy.comparisons
    order = [k for k in spread.order.tolist() if spread.count[k] > 0][:top]
    rows = list(range(len(order)))
    shares = np.stack([spread.share_left, spread.share_equal, spread.share_right])[:, order]
    starts = (-shares[0] - shares[1] / 2, -shares[1] / 2, shares[1] / 2)
    hover = []
    for k in order:
        parent, left, right = (survey.node_name(node, language) for node in comparisons[k])
        median = position_words(left, right, float(spread.median[k]), _)
        line = _("{left} or {right} ({parent})").format(left=left, right=right, parent=parent)
        answers = _("{count} answers, median: {median}").format(
            count=int(spread.count[k]), median=median
        )
        hover.append(f"{harmless(line)}<br>{harmless(answers)}")
    figure = go.Figure()
    sides = (
        (_("Left matters more"), BLUE, ""),
        (_("Equal"), GRAY, "/"),
        (_("Right matters more"), ORANGE, ""),
    )
    for (name, color, pattern), share, start in zip(sides, shares, starts, strict=True):
        figure.add_bar(
            x=share,
            base=start,
            y=rows,
            width=0.36,
            orientation="h",
            name=name,
            marker={
                "color": color,
                "pattern": {"shape": pattern, "bgcolor": color, "fgcolor": "#aab4bd"},
            },
            text=[f"{part:.0%}" if part >= 0.1 else "" for part in share],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"size": 10},
            constraintext="none",
            customdata=hover,
            hovertemplate="%{customdata}<br>%{x:.1%}<extra>" + name + "</extra>",
        )
    figure.add_scatter(
        x=-spread.median[order],
        y=[row + 0.32 for row in rows],
        xaxis="x2",
        mode="markers",
        name=_("Median, by the scale on top"),
        marker={
            "symbol": "diamond",
            "size": 11,
            "color": "white",
            "line": {"color": "black", "width": 2},
        },
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    for row, k in enumerate(order):
        for node, side in zip(comparisons[k][1:], ("left", "right"), strict=True):
            figure.add_annotation(
                x=0 if side == "left" else 1,
                xref="paper",
                y=row - 0.2,
                text=wrapped(survey.node_name(node, language), 24),
                align=side,
                xanchor=side,
                yanchor="bottom",
                showarrow=False,
                font={"size": 11},
            )
    steps = (8, 6, 4, 2, 0, -2, -4, -6, -8)
    figure.update_yaxes(
        visible=False, range=[len(rows) - 0.45, -0.8], fixedrange=True, zeroline=False
    )
    return figure.update_layout(
        height=140 + 70 * len(rows),
        margin={"l": 4, "r": 4, "t": 28, "b": 100},
        barmode="overlay",
        xaxis={"range": [-1.06, 1.06], "visible": False, "fixedrange": True},
        xaxis2={
            "range": [-8.48, 8.48],
            "overlaying": "x",
            "side": "top",
            "tickvals": [-step for step in steps],
            "ticktext": [str(abs(step) + 1) for step in steps],
            "fixedrange": True,
            "zeroline": True,
        },
        legend=LEGEND_BELOW,
    )


def consistency_heatmap(analysis: Analysis, language: str, note: str = "") -> Chart:
    """The CR of every matrix: the panel's on top, then each expert's; a column a parent. One expert
    alone is no panel and has one row.

    The colors of the experts' go by the limit of the analysis, those of the panel's by `CR_LIMIT`.

    Args:
        analysis: of the panel.
        language: of the texts.
        note: whose judgments, how many, when.
    """
    _ = translator(language)
    survey, panel = analysis.survey, analysis.panel
    parents = survey.hierarchy.compared
    ratios = np.stack([panel.cr[parent] for parent in parents], axis=1)
    names = list(panel.experts)
    labels = [survey.node_name(parent, language) for parent in parents]
    orders = [len(survey.hierarchy.children[parent]) for parent in parents]
    limits = np.tile([limit_of(n, analysis.cr_limit) for n in orders], (len(names), 1))
    if len(names) > 1:
        joint = np.array([analysis.consistency[parent].cr for parent in parents])
        ratios, names = np.vstack([joint, ratios]), [_("Panel"), *names]
        limits = np.vstack([np.full(len(parents), CR_LIMIT), limits])
    steps = (ratios >= limits) + (ratios > HIGH * limits) * 1.0
    steps = np.where(np.isnan(ratios), np.nan, steps)
    shown = [
        [
            "" if np.isnan(cr) else show_beside(cr, limit, HIGH * limit, digits=3)
            for cr, limit in zip(*row, strict=True)
        ]
        for row in zip(ratios, limits, strict=True)
    ]
    labelled = [
        [(name, label, value or "–") for label, value in zip(labels, row, strict=True)]
        for name, row in zip(names, shown, strict=True)
    ]
    return Chart(
        title=_("Consistency of every expert"),
        note=note,
        alt=_("{sentence}.").format(
            sentence=_("; ").join(
                _("{name}: {parts}").format(
                    name=row[0][0],
                    parts=_(", ").join(
                        _("{name} {number}").format(name=label, number=value)
                        for _expert, label, value in row
                    ),
                )
                for row in labelled
            )
        ),
        x=Axis(names=tuple(labels)),
        y=Axis(names=tuple(names), reversed=True),
        marks=(
            Cells(
                tuple(tuple(row) for row in _plain(steps)),
                -0.5,
                2.5,
                CR_COLORS,
                texts=tuple(map(tuple, shown)),
                hover=tuple(
                    tuple(f"{name}\n{label}\nCR = {value}" for name, label, value in row)
                    for row in labelled
                ),
                stepped=True,
                ticks=(0, 1, 2),
                tick_texts=tuple(_limit_ticks(analysis.cr_limit, _)),
            ),
        ),
        language=language,
        legend=False,
        row=30,
    )


def movement_chart(rounds: Sequence[tuple[int, Analysis]], language: str) -> Chart:
    """The order of the indicators from round to round by the experts who answered all of them, with
    their weights in the last.

    Tied indicators lie below each other in the order of the tree; the ranks that they share stand
    beside the points of the first and of the last round.

    Args:
        rounds: number of each round and its analysis, all of one survey, the earliest first.
        language: of the texts.

    Raises:
        AHPError: no result follows from these experts alone.
    """
    _ = translator(language)
    numbers = tuple(float(number) for number, _analysis in rounds)
    round_names = tuple(_("Round {number}").format(number=number) for number, _analysis in rounds)
    title = _("Ranks from round to round")
    alike = both_rounds(*(analysis for _number, analysis in rounds))
    if not alike:
        nobody = _("No expert has answered all of these rounds, so nothing can move.")
        hidden = Axis(low=0, high=1, shown=False)
        middle = Texts((0.5,), (0.5,), (nobody,), ("center",), width=44)
        return Chart(title, "", nobody, hidden, hidden, (middle,), language, height=100)
    last = alike[-1]
    survey, colors = last.survey, branch_colors(last)
    ranks = [analysis.ranks for analysis in alike]
    names = [survey.node_name(leaf, language) for leaf in last.ranking]
    marks: list[Mark] = []
    said, labels = [], []
    for name, leaf in zip(names, last.ranking, strict=True):
        y = tuple(analysis.ranking.index(leaf) + 1.0 for analysis in alike)
        weights = [analysis.global_weights[leaf] for analysis in alike]
        words = [
            _("Round {round}: rank {rank}, weight {weight}").format(
                round=number, rank=rank[leaf], weight=f"{weight:.4f}"
            )
            for (number, _analysis), rank, weight in zip(rounds, ranks, weights, strict=True)
        ]
        hover = tuple(f"{name}\n{text}" for text in words)
        marks.append(Line(numbers, y, colors[leaf], name=name, width=2.5))
        marks.append(Points(numbers, y, colors[leaf], hover=hover))
        said.append(_("{name}: {parts}").format(name=name, parts=_(", ").join(words)))
        labels.append(f"{last.ranks[leaf]} {name} {weights[-1]:.4f}")
    span = max(numbers[-1] - numbers[0], 1.0)
    left: Side = "left"
    marks.append(
        Texts(
            (numbers[-1] + 0.05 * span,) * len(names),
            tuple(float(k + 1) for k in range(len(names))),
            tuple(labels),
            (left,) * len(names),
            width=24,
        )
    )
    count = len(last.panel.experts)
    return Chart(
        title=title,
        note=_("Experts who answered all of these rounds: {count}").format(count=count),
        alt=_("{sentence}.").format(sentence=_("; ").join(said)),
        # half of a phone is for the names
        x=Axis(
            low=numbers[0] - 0.05 * span,
            high=numbers[-1] + span,
            ticks=numbers,
            tick_texts=round_names,
            top=True,
        ),
        y=Axis(
            low=0.4,
            high=len(names) + 0.6,
            reversed=True,
            ticks=tuple(float(k + 1) for k in range(len(names))),
            tick_texts=tuple(str(rank) for rank in ranks[0].values()),
        ),
        marks=tuple(marks),
        language=language,
        legend=False,
        height=36 * len(names),
    )


def dendrogram(analysis: Analysis, agreement: Agreement, language: str) -> go.Figure:
    """The tree by which experts who judge alike were joined, colored by cluster."""
    _ = translator(language)
    clusters, experts = agreement.clusters, analysis.panel.experts
    if clusters is None:
        return _only_text(_("Two experts have no comparison in common, so there are no clusters."))
    labels, order = clusters.labels.tolist(), clusters.leaf_order.tolist()
    few = len(order) <= NAMED
    figure = go.Figure()
    inside: dict[int, int | None] = dict(enumerate(labels))  # of a merge, None across clusters
    ends = {k: (0.0, float(row)) for row, k in enumerate(order)}
    for node, (first, second, height, _count) in enumerate(clusters.linkage, start=len(order)):
        upper_node, lower_node = int(first), int(second)
        (start, upper), (end, lower) = ends[upper_node], ends[lower_node]
        inside[node] = inside[upper_node] if inside[upper_node] == inside[lower_node] else None
        ends[node] = (float(height), (upper + lower) / 2)
        figure.add_scatter(
            x=[start, height, height, end],
            y=[upper, upper, lower, lower],
            mode="lines",
            line={"color": _cluster_color(inside[node]), "width": 2 if few else 1},
            hoverinfo="skip",
            showlegend=False,
        )
    several = [number for number in set(labels) if labels.count(number) > 1]
    legend = sorted(several, key=labels.count, reverse=True)[:LEGEND]
    for number in range(1, clusters.count + 1):
        members = [row for row, k in enumerate(order) if labels[k] == number]
        alike = f"{agreement.cluster_consensus[number - 1]:.4f}"
        name = _("Cluster {number}: {count} experts, S* {similarity}").format(
            number=number, count=len(members), similarity=alike
        )
        figure.add_scatter(
            x=[0] * len(members),
            y=members,
            mode="markers",
            name=name,
            marker={
                "color": _cluster_color(number),
                "symbol": SYMBOLS[(number - 1) % len(SYMBOLS)],
                "size": 9 if few else 6,
            },
            showlegend=number in legend,
            cliponaxis=False,
            customdata=[harmless(experts[order[row]]) for row in members],
            hovertemplate="%{customdata}<extra>" + name + "</extra>",
        )
    name_rows(figure, [f"{wrapped(experts[k], 18)} ({labels[k]})" for k in order], few)
    figure.update_xaxes(
        title=_("Distance of the judgments"),
        range=[0, 1.05 * max(height for height, _row in ends.values())],
        fixedrange=True,
        nticks=6,
    )
    return figure.update_layout(
        height=110 + 22 * len(legend) + (30 if few else 7) * len(order),
        margin={"l": 0, "r": 8, "t": 10, "b": 70 + 22 * len(legend)},
        legend=LEGEND_BELOW,
    )


def _cluster_color(number: int | None) -> str:
    return GRAY if number is None else PALETTE[(number - 1) % len(PALETTE)]


def _limit_ticks(cr_limit: float | str, _: Translate) -> list[str]:
    """What the three colors of a CR say."""
    if isinstance(cr_limit, str) or cr_limit != CR_LIMIT:
        return [_("below the limit"), _("to twice the limit"), _("above")]
    return [f"CR < {CR_LIMIT:g}", f"{CR_LIMIT:g}–{HIGH * CR_LIMIT:g}", f"> {HIGH * CR_LIMIT:g}"]


def _plain(values: Float) -> list[list[float | None]]:
    """Numbers for plotly, None where there is none."""
    return [[None if np.isnan(value) else float(value) for value in row] for row in values]


def _only_text(text: str) -> go.Figure:
    figure = go.Figure().add_annotation(text=wrapped(text, 44), showarrow=False)
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    return figure.update_layout(height=120)
