"""Charts that compare weights: shares, experts, groups, rounds, importance and consensus.

They take plain arrays with labels; `note` says whose judgments, how many, when.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..errors import MatrixError
from ..i18n import translator
from ..matrix import Float
from ..tolerance import falling_order, shared_ranks
from .chart import Axis, Bars, Cells, Chart, Color, Limit, Line, Mark, Points, Side, Texts
from .colors import BELOW_TO_ABOVE, GRAY, MIDDLE_BLUE, ORANGE, PALETTE, SYMBOLS
from .texts import beside_points

MOST_TIMES = 4
"""Weights so many times the panel's, and more, have the strongest color; likewise below it."""

PARETO_LEVEL = 0.8
"""The share that the most important ones reach together, after Pareto's 80 of 100."""


def share_chart(
    names: Sequence[str],
    shares: ArrayLike,
    *,
    title: str = "",
    colors: Sequence[Color] = (),
    note: str = "",
    language: str = "en",
) -> Chart:
    """Shares of a whole, such as the weights of the capabilities, on an axis from 0 to 100 %.

    Args:
        names: of the parts, in the order in which they are shown.
        shares: of each, sum 1, shape (n,).
        title: None of its own: "Shares of the whole".
        colors: one for each; empty for one color.
        note: whose judgments, how many, when.
        language: of the texts.

    Raises:
        MatrixError: not a share for each name.

    >>> chart = ahp.plots.share_chart(["Organization", "Operation"], [0.732, 0.268])
    >>> chart.marks[0].texts, chart.x.high
    (('73.2%', '26.8%'), 1)
    """
    _ = translator(language)
    values = _numbers("shares", shares, (len(names),))
    texts = tuple(f"{value:.1%}" for value in values)
    said = _("; ").join(
        _("{name} {number}").format(name=name, number=text)
        for name, text in zip(names, texts, strict=True)
    )
    return Chart(
        title=title or _("Shares of the whole"),
        note=note,
        alt=_("{sentence}.").format(sentence=said),
        x=Axis(percent=True, low=0, high=1, ticks=(0, 0.25, 0.5, 0.75, 1)),
        y=Axis(names=tuple(names), reversed=True),
        marks=(
            Bars(
                tuple(range(len(names))),
                tuple(values.tolist()),
                tuple(colors) or (MIDDLE_BLUE,) * len(names),
                texts=texts,
            ),
        ),
        language=language,
        legend=False,
    )


def pareto_chart(
    names: Sequence[str],
    weights: ArrayLike,
    *,
    level: float = PARETO_LEVEL,
    note: str = "",
    language: str = "en",
) -> Chart:
    """Weights as bars, the largest on top, with their cumulative share.

    Args:
        names: of the items, in any order.
        weights: of each, sum 1, shape (n,).
        level: the share that is marked.
        note: whose judgments, how many, when.
        language: of the texts.

    Raises:
        MatrixError: not a weight for each name.

    >>> chart = ahp.plots.pareto_chart(["Price", "Quality", "Terms"], [0.3, 0.5, 0.2])
    >>> chart.y.names, chart.marks[0].texts
    (('Quality', 'Price', 'Terms'), ('', '30.0%', '20.0%'))
    >>> chart.marks[1].texts, chart.alt
    (('50.0%', '80.0%', '100.0%'), 'The first 2 of 3 make up 80.0%: Quality, Price.')
    """
    _ = translator(language)
    values = _numbers("weights", weights, (len(names),))
    order = falling_order(values)
    sums = np.cumsum(values[order])
    rows = tuple(range(len(order)))
    # a sum that reaches the level but for rounding reaches it
    needed = min(int(np.searchsorted(sums, level - 1e-12)) + 1, len(order))
    first = _(", ").join(names[k] for k in order[:needed])
    return Chart(
        title=_("Weights and their cumulative share"),
        note=note,
        alt=_("The first {count} of {all} make up {share}: {names}.").format(
            count=needed, all=len(order), share=f"{sums[needed - 1]:.1%}", names=first
        ),
        x=Axis(percent=True, low=0, high=1.32, ticks=(0, 0.25, 0.5, 0.75, 1)),
        y=Axis(names=tuple(names[k] for k in order), reversed=True),
        marks=(
            Bars(
                rows,
                tuple(values[order].tolist()),
                (MIDDLE_BLUE,) * len(rows),
                name=_("Weight"),
                # the cumulative share of the first is its own
                texts=("", *(f"{values[k]:.1%}" for k in order[1:])),
            ),
            Points(
                tuple(sums.tolist()),
                rows,
                ORANGE,
                size=7,
                name=_("Cumulative share"),
                texts=tuple(f"{total:.1%}" for total in sums),
                beside="right",
            ),
            Line(tuple(sums.tolist()), rows, ORANGE),
            Limit(level, "x", f"{level:.0%}"),
        ),
        language=language,
    )


def expert_heatmap(
    names: Sequence[str],
    experts: Sequence[str],
    weights: ArrayLike,
    panel: ArrayLike,
    *,
    note: str = "",
    language: str = "en",
) -> Chart:
    """Every expert's weights relative to the panel's: blue where the expert gives more.

    Args:
        names: of the m indicators, in the order in which they are shown.
        experts: names or codes of the k experts.
        weights: of each expert, NaN for none, shape (k, m).
        panel: the panel's, above 0, shape (m,).
        note: whose judgments, how many, when.
        language: of the texts.

    Raises:
        MatrixError: shapes that don't fit the names.

    >>> chart = ahp.plots.expert_heatmap(
    ...     ["Price", "Quality"], ["A", "B"], [[0.8, 0.2], [0.4, 0.6]], [0.6, 0.4])
    >>> chart.marks[0].texts
    (('1.3', '0.7'), ('0.5', '1.5'))
    """
    _ = translator(language)
    own = _numbers("weights", weights, (len(experts), len(names)))
    joint = _numbers("panel", panel, (len(names),))
    with np.errstate(divide="ignore"):  # a weight of 0 is as far below as can be
        ratio = (own / joint).T
        steps = np.clip(np.log2(ratio), -np.log2(MOST_TIMES), np.log2(MOST_TIMES))
    values = tuple(tuple(None if np.isnan(step) else float(step) for step in row) for row in steps)
    texts = tuple(tuple("" if np.isnan(one) else f"{one:.1f}" for one in row) for row in ratio)
    hover = tuple(
        tuple(
            _("{expert}, {name}: {own}, panel {panel}").format(
                expert=expert,
                name=name,
                own="–" if np.isnan(own[k, row]) else f"{own[k, row]:.4f}",
                panel=f"{joint[row]:.4f}",
            )
            for k, expert in enumerate(experts)
        )
        for row, name in enumerate(names)
    )
    known = np.where(np.isnan(steps), 0, np.abs(steps))
    row, column = np.unravel_index(int(known.argmax()), known.shape)
    return Chart(
        title=_("Weights of each expert relative to the panel's"),
        note=note,
        alt=_("Furthest from the panel: {cell}.").format(cell=hover[row][column]),
        x=Axis(names=tuple(experts)),
        y=Axis(names=tuple(names), reversed=True),
        marks=(
            Cells(
                values,
                -float(np.log2(MOST_TIMES)),
                float(np.log2(MOST_TIMES)),
                BELOW_TO_ABOVE,
                _("Times the panel's weight"),
                texts,
                hover,
                ticks=(-2, -1, 0, 1, 2),
                tick_texts=("≤ 1/4", "1/2", "1", "2", "≥ 4"),
            ),
        ),
        language=language,
        legend=False,
        row=28,
    )


def slope_chart(
    rounds: Sequence[str],
    names: Sequence[str],
    values: ArrayLike,
    *,
    ranks: bool = False,
    title: str = "",
    colors: Sequence[Color] = (),
    note: str = "",
    language: str = "en",
) -> Chart:
    """Weights, or their ranks, from round to round, a line an item.

    Args:
        rounds: what the rounds are called, the earliest first.
        names: of the m items.
        values: weights round by round, shape (rounds, m).
        ranks: draw the ranks of the weights, the first on top, instead of the weights.
        title: None of its own: "Weights from round to round", or ranks.
        colors: one an item; empty for different ones.
        note: whose judgments, how many, when.
        language: of the texts.

    Raises:
        MatrixError: not a weight for each round and name.

    >>> weights = [[0.5, 0.3, 0.2], [0.3, 0.5, 0.2]]
    >>> chart = ahp.plots.slope_chart(["1", "2"], ["A", "B", "C"], weights, ranks=True)
    >>> [line.y for line in chart.marks[:2]], chart.alt
    ([(1.0, 2.0), (2.0, 1.0)], 'A 1 → 2; B 2 → 1; C 3 → 3.')
    """
    _ = translator(language)
    weights = _numbers("values", values, (len(rounds), len(names)))
    drawn = shared_ranks(weights).astype(float) if ranks else weights
    places = tuple(float(k) for k in range(len(rounds)))
    shown = [[f"{one:.0f}" if ranks else f"{one:.4f}" for one in row] for row in drawn]
    marks: list[Mark] = []
    for k, name in enumerate(names):
        color = colors[k] if colors else PALETTE[k % len(PALETTE)]
        y = tuple(drawn[:, k].tolist())
        hover = tuple(
            _("{name}, {round}: {number}").format(name=name, round=label, number=row[k])
            for label, row in zip(rounds, shown, strict=True)
        )
        marks.append(Line(places, y, color, width=2.5))
        marks.append(Points(places, y, color, hover=hover))
    marks.sort(key=lambda mark: isinstance(mark, Points))
    last = _spread_out(drawn[-1], len(names))
    left: Side = "left"
    marks.append(
        Texts(
            (places[-1] + 0.06 * max(len(rounds) - 1, 1),) * len(names),
            tuple(last.tolist()),
            tuple(f"{shown[-1][k]} {name}" for k, name in enumerate(names)),
            (left,) * len(names),
            width=24,
        )
    )
    said = _("; ").join(
        f"{name} {' → '.join(row[k] for row in shown)}" for k, name in enumerate(names)
    )
    ends = (min(drawn.min(), last.min()), max(drawn.max(), last.max()))
    room = 0.06 * ((ends[1] - ends[0]) or 1.0)
    default = _("Ranks from round to round") if ranks else _("Weights from round to round")
    return Chart(
        title=title or default,
        note=note,
        alt=_("{sentence}.").format(sentence=said),
        # a third of the width is for the names
        x=Axis(
            low=-0.1,
            high=places[-1] + 0.75 * max(len(rounds) - 1, 1),
            ticks=places,
            tick_texts=tuple(rounds),
        ),
        y=Axis(low=ends[0] - room, high=ends[1] + room, reversed=ranks, shown=False),
        marks=tuple(marks),
        language=language,
        legend=False,
        height=60 + 30 * len(names),
    )


def quadrant_chart(
    names: Sequence[str],
    weights: ArrayLike,
    consensus: ArrayLike,
    *,
    measure: str = "",
    limit: float | None = None,
    note: str = "",
    language: str = "en",
) -> Chart:
    """Importance and consensus: what matters much and is disputed stands at the lower right.

    Points have the ranks of their weights for names.

    Args:
        names: of the m indicators.
        weights: of each, sum 1, shape (m,).
        consensus: how far the experts agree on each, larger for more, shape (m,).
        measure: what `consensus` is; none: "Consensus".
        limit: the consensus from which on they agree; None = the median.
        note: whose judgments, how many, when.
        language: of the texts.

    Raises:
        MatrixError: not a weight and a consensus for each name.

    >>> chart = ahp.plots.quadrant_chart(["A", "B", "C"], [0.5, 0.3, 0.2], [0.6, 0.9, 0.8])
    >>> chart.marks[3].texts, chart.alt
    (('1', '2', '3'), 'Important and disputed: A; important and agreed: none.')
    """
    _ = translator(language)
    x = _numbers("weights", weights, (len(names),))
    y = _numbers("consensus", consensus, (len(names),))
    important, agreed = float(x.mean()), float(np.median(y) if limit is None else limit)
    order = shared_ranks(x[None])[0]
    label = measure or _("Consensus")

    def listed(high: bool) -> str:
        chosen = [
            name for k, name in enumerate(names) if x[k] > important and (y[k] >= agreed) == high
        ]
        return _(", ").join(chosen) or _("none")

    span = float(y.max() - y.min()) or 1.0
    low, high = float(y.min()) - 0.2 * span, float(y.max()) + 0.2 * span
    middle: Side = "center"
    left, right = -0.02 * float(x.max()), 1.15 * float(x.max())
    places = zip((x - left) / (right - left), (y - low) / (high - low), strict=True)
    across, up = beside_points(list(places), [str(rank) for rank in order])
    return Chart(
        title=_("Importance and consensus"),
        note="\n".join(text for text in (note, _("Numbers: ranks by weight")) if text),
        alt=_("Important and disputed: {disputed}; important and agreed: {agreed}.").format(
            disputed=listed(False), agreed=listed(True)
        ),
        x=Axis(_("Weight"), low=left, high=right),
        y=Axis(label, low=low, high=high),
        marks=(
            Points(
                tuple(x.tolist()),
                tuple(y.tolist()),
                MIDDLE_BLUE,
                size=9,
                hover=tuple(
                    _("{rank} {name}: weight {weight}, {measure} {consensus}").format(
                        rank=order[k],
                        name=name,
                        weight=f"{x[k]:.4f}",
                        measure=label,
                        consensus=f"{y[k]:.4f}",
                    )
                    for k, name in enumerate(names)
                ),
            ),
            Limit(important, "x"),
            Limit(agreed, "y"),
            Texts(
                tuple(left + share * (right - left) for share in across),
                tuple(low + share * (high - low) for share in up),
                tuple(map(str, order.tolist())),
                (middle,) * len(names),
            ),
            Texts(
                (right, right, left, left),
                (low + 0.06 * (high - low), high - 0.04 * (high - low)) * 2,
                (
                    _("important, disputed"),
                    _("important, agreed"),
                    _("less important, disputed"),
                    _("less important, agreed"),
                ),
                ("right", "right", "left", "left"),
            ),
        ),
        language=language,
        legend=False,
    )


def group_chart(
    names: Sequence[str],
    groups: Sequence[str],
    weights: ArrayLike,
    *,
    note: str = "",
    language: str = "en",
) -> Chart:
    """Weights of groups, such as organizations, side by side as dumbbells.

    Args:
        names: of the m indicators, in the order in which they are shown.
        groups: what the g groups are called, with their number of experts; 8 at most.
        weights: of each group, shape (g, m).
        note: whose judgments, how many, when.
        language: of the texts.

    Raises:
        MatrixError: not a weight for each group and name, or too many groups.

    >>> chart = ahp.plots.group_chart(
    ...     ["Price", "Quality"], ["Head office (3)", "Branches (5)"], [[0.7, 0.3], [0.4, 0.6]])
    >>> chart.alt
    'Furthest apart: Price, Head office (3) 0.7000, Branches (5) 0.4000.'
    """
    _ = translator(language)
    if len(groups) > len(PALETTE):
        raise MatrixError("groups_most", count=len(groups), most=len(PALETTE))
    values = _numbers("weights", weights, (len(groups), len(names)))
    rows = tuple(range(len(names)))
    spans: tuple[list[float], list[float]] = ([], [])
    for row in rows:
        spans[0].extend((values[:, row].min(), values[:, row].max(), np.nan))
        spans[1].extend((row, row, np.nan))
    furthest = int(np.ptp(values, axis=0).round(12).argmax())
    said = _(", ").join(
        _("{name} {number}").format(name=group, number=f"{values[g, furthest]:.4f}")
        for g, group in enumerate(groups)
    )
    return Chart(
        title=_("Weights by group"),
        note=note,
        alt=_("Furthest apart: {name}, {groups}.").format(name=names[furthest], groups=said),
        x=Axis(low=0, high=1.05 * float(values.max())),
        y=Axis(names=tuple(names), reversed=True),
        marks=(
            Line(tuple(map(float, spans[0])), tuple(map(float, spans[1])), GRAY, width=3),
            *(
                Points(
                    tuple(values[g].tolist()),
                    rows,
                    PALETTE[g],
                    SYMBOLS[g % len(SYMBOLS)],
                    size=11,
                    name=group,
                    hover=tuple(
                        _("{name}, {group}: {weight}").format(
                            name=name, group=group, weight=f"{values[g, row]:.4f}"
                        )
                        for row, name in enumerate(names)
                    ),
                )
                for g, group in enumerate(groups)
            ),
        ),
        language=language,
    )


def _numbers(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Float:
    """An array of the shape that the labels say."""
    array = np.asarray(values, dtype=float)
    if array.shape != shape:
        raise MatrixError("have_shape", name=name, shape=str(array.shape), expected=str(shape))
    return array


def _spread_out(at: Float, count: int) -> Float:
    """Places of labels beside values, moved apart so that none covers another."""
    order = np.argsort(at, kind="stable")
    span = float(at.max() - at.min()) or 1.0
    least = span / max(count - 1, 1) * 0.75
    places = at[order].astype(float)
    for k in range(1, count):
        places[k] = max(places[k], places[k - 1] + least)
    places -= (places - at[order]).mean()
    spread = np.empty_like(places)
    spread[order] = places
    return spread
