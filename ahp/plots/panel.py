"""Pictures of a panel: its experts, how far they agree, what moves from round to round."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import cast

import numpy as np

from ..consensus import pairwise_consensus
from ..consistency import CR_LIMIT
from ..i18n import Translate, translator
from ..i18n.numbers import show_beside
from ..i18n.words import position_words, sample_sentence
from ..matrix import Float
from ..process.rounds import both_rounds
from ..study import Analysis
from ..study.agreement import Agreement
from ..study.incoherence import limit_of
from .chart import (
    NAMED,
    Axis,
    Bars,
    Boxes,
    Cells,
    Chart,
    Color,
    Line,
    Mark,
    Points,
    Side,
    Symbol,
    Texts,
)
from .colors import BLUE, GRAY, LIGHT_BLUE, MIDDLE_BLUE, ORANGE, PALETTE, SYMBOLS
from .weights import branch_colors

COLUMNS = 40
"""More columns than this have no numbers."""

VALUED = 15
"""More experts than this and the cells of a square of experts are too small for numbers."""

HIGH = 2
"""A CR above so many times the limit has a color of its own."""

CR_COLORS = ("#cfe3d6", "#e5a54b", "#a3344a")
"""Below the limit, to `HIGH` times the limit, above."""

LEGEND = 8
"""Clusters in the legend at most, the largest."""


def spread_chart(analysis: Analysis, agreement: Agreement, language: str, note: str = "") -> Chart:
    """The experts' own global weights of every indicator beside the panel's, largest on top.

    A box is the middle half of the experts, its whiskers the smallest and the largest weight. Up to
    100 experts have a point each.

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
    every = (
        ()
        if len(own) > NAMED
        else (
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
        )
    )
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
            *every,
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


def consensus_heatmap(
    analysis: Analysis, agreement: Agreement, language: str, note: str = ""
) -> Chart:
    """S* of every two experts by their global weights, those who judge alike side by side; of the
    sample where only a sample of the experts was clustered.

    Args:
        analysis: of the panel.
        agreement: of the same analysis.
        language: of the texts.
        note: whose judgments, how many, when.
    """
    _ = translator(language)
    panel = analysis.panel
    clusters = agreement.clusters
    order = np.arange(len(panel.experts)) if clusters is None else clusters.leaf_order
    sampled = "" if clusters is None else sample_sentence(clusters, _)
    order = order[~np.isnan(panel.global_weights[order]).any(axis=-1)]
    values = pairwise_consensus(panel.global_weights[order], scale_max=None)
    names = [panel.experts[k] for k in order]
    numbers = tuple(str(row + 1) for row in range(len(names)))
    numbered = tuple(f"{k}. {name}" for k, name in zip(numbers, names, strict=True))
    pairs = np.triu_indices(len(names), 1)
    said = _alike_in_words(names, values[pairs].tolist(), _) if pairs[0].size else [_("none")]
    lowest = min(0.5, float(values.min()))
    ticks = (lowest, (lowest + 1) / 2, 1.0)
    return Chart(
        title=_("Agreement of every two experts"),
        note=" · ".join(filter(None, (note, sampled))),
        alt=_("{sentence}.").format(sentence=_("; ").join(said)),
        x=Axis(names=numbers, shown=len(names) <= COLUMNS),
        y=Axis(names=numbered, reversed=True),
        marks=(
            Cells(
                tuple(map(tuple, values.tolist())),
                lowest,
                1,
                ("#f4e6d4", LIGHT_BLUE, BLUE),
                "S*",
                tuple(tuple(f"{100 * value:.0f}" for value in row) for row in values)
                if len(names) <= VALUED
                else (),
                names=(numbered, numbered),
                ticks=ticks,
                tick_texts=tuple(f"{tick:.0%}" for tick in ticks),
            ),
        ),
        language=language,
        legend=False,
        row=30,
    )


def disagreement_chart(
    analysis: Analysis, agreement: Agreement, language: str, note: str = "", top: int = 12
) -> Chart:
    """For the comparisons that split the panel most, who prefers left, neither, and right.

    Args:
        analysis: of the panel.
        agreement: of the same analysis.
        language: of the texts.
        note: whose judgments, how many, when.
        top: how many comparisons at most.
    """
    _ = translator(language)
    survey, spread = analysis.survey, agreement.spread
    comparisons = survey.hierarchy.comparisons
    order = [k for k in spread.order.tolist() if spread.count[k] > 0][:top]
    rows = tuple(float(row) for row in range(len(order)))
    shares = np.stack([spread.share_left, spread.share_equal, spread.share_right])[:, order]
    starts = (-shares[0] - shares[1] / 2, -shares[1] / 2, shares[1] / 2)
    hover, names = [], []
    for k in order:
        parent, left, right = (survey.node_name(node, language) for node in comparisons[k])
        median = position_words(left, right, float(spread.median[k]), _)
        line = _("{left} or {right} ({parent})").format(left=left, right=right, parent=parent)
        answers = _("{count} answers, median: {median}").format(
            count=int(spread.count[k]), median=median
        )
        hover.append((line, answers))
        names.append((left, right))
    left_more, right_more = _("Left matters more"), _("Right matters more")
    sides = ((left_more, BLUE), (_("Equal"), LIGHT_BLUE), (right_more, ORANGE))
    marks: list[Mark] = [
        Bars(
            rows,
            tuple((start + share).tolist()),
            (color,) * len(rows),
            start=tuple(start.tolist()),
            name=name,
            texts=tuple(f"{part:.0%}" if part >= 0.1 else "" for part in share),
            hover=tuple(
                "\n".join((*words, f"{name} {part:.1%}"))
                for words, part in zip(hover, share, strict=True)
            ),
            width=0.36,
            inside=True,
        )
        for (name, color), share, start in zip(sides, shares, starts, strict=True)
    ]
    marks.append(
        Points(
            tuple((-spread.median[order] / 8).tolist()),
            tuple(row + 0.32 for row in rows),
            GRAY,
            "diamond",
            size=11,
            filled=False,
            name=_("Median, by the scale on top"),
            hover=tuple(map("\n".join, hover)),
        )
    )
    for k, (side, edge) in enumerate((("left", -1.06), ("right", 1.06))):
        marks.append(
            Texts(
                (edge,) * len(rows),
                tuple(row - 0.4 for row in rows),
                tuple(both[k] for both in names),
                (cast(Side, side),) * len(rows),
                width=24,
            )
        )
    steps = range(-8, 9, 2)
    return Chart(
        title=_("Comparisons by disagreement"),
        note=note,
        alt=_("{sentence}.").format(sentence=_("; ").join(_(", ").join(words) for words in hover)),
        x=Axis(
            low=-1.06,
            high=1.06,
            ticks=tuple(step / 8 for step in steps),
            tick_texts=tuple(str(abs(step) + 1) for step in steps),
            top=True,
        ),
        y=Axis(low=-0.8, high=len(rows) - 0.45, reversed=True, shown=False),
        marks=tuple(marks),
        language=language,
        height=70 * len(rows),
        lying=True,
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
        return only_text(title, nobody, language)
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


def dendrogram(analysis: Analysis, agreement: Agreement, language: str, note: str = "") -> Chart:
    """The tree by which experts who judge alike were joined, colored by cluster.

    Args:
        analysis: of the panel.
        agreement: of the same analysis.
        language: of the texts.
        note: whose judgments, how many, when.
    """
    _ = translator(language)
    clusters, experts = agreement.clusters, analysis.panel.experts
    title = _("Experts who judge alike")
    if clusters is None:
        nobody = _("Two experts have no comparison in common, so there are no clusters.")
        return only_text(title, nobody, language)
    labels, order = clusters.labels.tolist(), clusters.leaf_order.tolist()
    leaves = range(len(order)) if clusters.sample is None else clusters.sample.tolist()
    row_of = {expert: float(row) for row, expert in enumerate(order)}
    few = len(order) <= NAMED
    # of a leaf or merge; None across clusters
    inside: dict[int, int | None] = {k: labels[expert] for k, expert in enumerate(leaves)}
    ends = {k: (0.0, row_of[expert]) for k, expert in enumerate(leaves)}
    lines: dict[str, tuple[list[float], list[float]]] = {}  # by color, parted by NaN
    for node, (first, second, height, _count) in enumerate(clusters.linkage, start=len(order)):
        upper_node, lower_node = int(first), int(second)
        (start, upper), (end, lower) = ends[upper_node], ends[lower_node]
        inside[node] = inside[upper_node] if inside[upper_node] == inside[lower_node] else None
        ends[node] = (float(height), (upper + lower) / 2)
        x, y = lines.setdefault(_cluster_color(inside[node]), ([], []))
        x += [math.nan, start, float(height), float(height), end]
        y += [math.nan, upper, upper, lower, lower]
    marks: list[Mark] = [
        Line(tuple(x[1:]), tuple(y[1:]), color, width=2 if few else 1)
        for color, (x, y) in lines.items()
    ]
    several = [number for number in set(labels) if labels.count(number) > 1]
    legend = sorted(several, key=labels.count, reverse=True)[:LEGEND]
    said = []
    points: dict[tuple[str, Color, Symbol], list[tuple[float, str]]] = {}
    for number in range(1, clusters.count + 1):
        members = [row for row, k in enumerate(order) if labels[k] == number]
        alike = f"{agreement.cluster_consensus[number - 1]:.4f}"
        name = _("Cluster {number}: {count} experts, S* {similarity}").format(
            number=number, count=labels.count(number), similarity=alike
        )
        who = [experts[order[row]] for row in members]
        said.append(_("{name} ({parts})").format(name=name, parts=_(", ").join(who)))
        symbol = SYMBOLS[(number - 1) % len(SYMBOLS)]
        look = (name if number in legend else "", _cluster_color(number), symbol)
        rows = points.setdefault(look, [])
        rows += [(float(row), f"{one}\n{name}") for row, one in zip(members, who, strict=True)]
    marks += [
        Points(
            (0.0,) * len(rows),
            tuple(row for row, _hover in rows),
            color,
            symbol,
            size=9 if few else 6,
            name=name,
            hover=tuple(hover for _row, hover in rows),
        )
        for (name, color, symbol), rows in points.items()
    ]
    sampled = sample_sentence(clusters, _)
    return Chart(
        title=title,
        note=" · ".join(filter(None, (note, sampled))),
        alt=_("{sentence}.").format(sentence=_("; ").join(said)),
        x=Axis(
            _("Distance of the judgments"),
            low=0,
            high=1.05 * max(height for height, _row in ends.values()) or 1.0,  # all judge alike
        ),
        y=Axis(names=tuple(f"{experts[k]} ({labels[k]})" for k in order), reversed=True),
        marks=tuple(marks),
        language=language,
        row=30,
    )


def only_text(title: str, text: str, language: str) -> Chart:
    """A picture of a sentence that says why there is nothing to see."""
    hidden = Axis(low=0, high=1, shown=False)
    middle = Texts((0.5,), (0.5,), (text,), ("center",), width=44)
    return Chart(title, "", text, hidden, hidden, (middle,), language, height=100)


def _alike_in_words(experts: Sequence[str], values: Sequence[float], _: Translate) -> list[str]:
    """Who of two experts or more judge most and least alike, where the numbers shown differ.

    Args:
        experts: their names.
        values: S* of every two, in the order of `combinations`.
        _: the language.
    """
    pairs, shown = list(combinations(experts, 2)), [f"{value:.4f}" for value in values]
    if len(pairs) == 1:
        ends = [(0, _("{first} and {second}: S* {value}"))]
    elif len(set(shown)) == 1:
        return [_("Every two experts: S* {value}").format(value=shown[0])]
    else:
        ends = [
            (int(np.argmax(values)), _("Most alike: {first} and {second}, S* {value}")),
            (int(np.argmin(values)), _("least alike: {first} and {second}, S* {value}")),
        ]
    return [
        words.format(first=pairs[at][0], second=pairs[at][1], value=shown[at]) for at, words in ends
    ]


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
