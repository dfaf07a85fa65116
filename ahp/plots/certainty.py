"""Charts of how sure weights are: intervals, ranks, what moving a weight does.

Each takes a result of `ahp.sensitivity`; `names` says what ids are called, where they differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from ..errors import OptionError
from ..hierarchy import Hierarchy
from ..i18n import translator
from ..messages import Phrase
from ..sensitivity import (
    HierarchyUncertainty,
    OneAtATime,
    StabilityInterval,
    WeightUncertainty,
    one_at_a_time,
    stability_interval,
)
from ..tolerance import ROUNDING_ATOL, falling_order
from .chart import Axis, Bars, Cells, Chart, Color, Intervals, Limit, Line, Mark, Points
from .colors import GRAY, LESS_TO_MORE, MIDDLE_BLUE, ORANGE, PALETTE

MOST_ROWS = 12
"""Weights that a tornado shows, those that do most."""

MOST_LINES = 8
"""Lines in one picture, as many as there are colors."""

SHOWN = 0.005
"""Probabilities from here on are printed, as 1 or more per cent."""


def interval_chart(
    uncertainty: HierarchyUncertainty | WeightUncertainty,
    *,
    names: Mapping[str, str] | None = None,
    colors: Mapping[str, Color] | None = None,
    note: str = "",
    language: str = "en",
) -> Chart:
    """Weights as bars, the largest on top, with the interval of each.

    Args:
        uncertainty: of `ahp.simulate_panel`, `ahp.simulate_hierarchy` (its leaves) or
            `ahp.simulate_matrix`.
        names: id -> what it is called; an id that isn't there is its own name.
        colors: id -> color of its bar.
        note: whose judgments, how many, when.
        language: of the texts.

    >>> matrix = ahp.PairwiseMatrix.from_upper([3, 5, 3], ["price", "quality", "terms"])
    >>> scatter = ahp.simulate_matrix(matrix, seed=1, draws=1000)
    >>> chart = ahp.plots.interval_chart(scatter, note="1 expert")
    >>> chart.y.names, chart.marks[2].texts
    (('price', 'quality', 'terms'), ('0.6370', '0.2583', '0.1047'))
    >>> print(chart.note)
    1 expert
    1,000 draws: judgments perturbed
    """
    _ = translator(language)
    found = _leaves(uncertainty)
    order = falling_order(found.weights)
    labels = _names(found.names, names)
    rows = tuple(range(len(order)))
    level = f"{100 * found.level:g}%"
    texts = tuple(f"{found.weights[k]:.4f}" for k in order)
    said = tuple(
        _("{name}: {weight} ({low} to {high})").format(
            name=labels[k],
            weight=f"{found.weights[k]:.4f}",
            low=f"{found.lower[k]:.4f}",
            high=f"{found.upper[k]:.4f}",
        )
        for k in order
    )
    ends = np.maximum(found.upper, found.weights)[order]
    # the numbers stand behind the intervals, where nothing crosses them
    numbers = Points(tuple(ends.tolist()), rows, MIDDLE_BLUE, size=0.1, texts=texts, beside="right")
    return Chart(
        title=_("Weights and their {level} intervals").format(level=level),
        note=_lines(note, basis_words(found, language)),
        alt=_("{sentence}.").format(sentence=_("; ").join(said)),
        x=Axis(low=0, high=1.22 * float(ends.max())),
        y=Axis(names=tuple(labels[k] for k in order), reversed=True),
        marks=(
            Bars(
                rows,
                tuple(found.weights[order].tolist()),
                tuple((colors or {}).get(found.names[k], MIDDLE_BLUE) for k in order),
                name="" if colors else _("Weight"),
                texts=(),
                hover=said,
            ),
            Intervals(
                rows,
                tuple(found.lower[order].tolist()),
                tuple(found.upper[order].tolist()),
                ORANGE if not colors else GRAY,
                name=_("{level} interval").format(level=level),
            ),
            numbers,
        ),
        language=language,
    )


def rank_chart(
    uncertainty: HierarchyUncertainty | WeightUncertainty,
    *,
    names: Mapping[str, str] | None = None,
    note: str = "",
    language: str = "en",
) -> Chart:
    """How probable each rank is for each item: a heat map, the first in rank on top.

    Args:
        uncertainty: as for `interval_chart`.
        names: id -> what it is called.
        note: whose judgments, how many, when.
        language: of the texts.

    >>> matrix = ahp.PairwiseMatrix.from_upper([1, 5, 3], ["price", "quality", "terms"])
    >>> scatter = ahp.simulate_matrix(matrix, seed=1, draws=1000)
    >>> ahp.plots.rank_chart(scatter).marks[0].texts
    (('64', '36', ''), ('36', '64', ''), ('', '', '100'))
    """
    _ = translator(language)
    found = _leaves(uncertainty)
    order = falling_order(found.weights)
    labels = _names(found.names, names)
    shares = found.rank_probability[order]
    ranks = tuple(str(k + 1) for k in range(len(order)))
    texts = tuple(tuple(_per_cent(share) for share in row) for row in shares.tolist())
    hover = tuple(
        tuple(
            _("{name}: rank {rank} with {share}").format(
                name=labels[k], rank=rank, share=f"{share:.1%}"
            )
            for rank, share in zip(ranks, row, strict=True)
        )
        for k, row in zip(order, shares.tolist(), strict=True)
    )
    likeliest = shares.argmax(axis=1)
    said = (hover[row][likeliest[row]] for row in range(len(order)))
    return Chart(
        title=_("Probability of each rank"),
        note=_lines(note, basis_words(found, language), _("Cells: per cent; empty below 0.5%")),
        alt=_("{sentence}.").format(sentence=_("; ").join(said)),
        x=Axis(_("Rank"), names=ranks),
        y=Axis(names=tuple(labels[k] for k in order), reversed=True),
        marks=(
            Cells(
                tuple(map(tuple, shares.tolist())),
                0,
                1,
                LESS_TO_MORE,
                texts=texts,
                hover=hover,
                ticks=(0, 0.5, 1),
                tick_texts=("0%", "50%", "100%"),
            ),
        ),
        language=language,
        legend=False,
        row=28,
    )


def tornado_chart(
    hierarchy: Hierarchy,
    local_weights: Mapping[str, ArrayLike],
    target: str | None = None,
    *,
    change: float | None = 0.1,
    scores: Mapping[str, ArrayLike] | None = None,
    names: Mapping[str, str] | None = None,
    most: int = MOST_ROWS,
    note: str = "",
    language: str = "en",
) -> Chart:
    """What moving each weight does to one indicator, the weight that does most on top.

    A local weight is lowered and raised while its siblings share the rest in their present
    proportions (`ahp.one_at_a_time`).

    Args:
        hierarchy: the tree.
        local_weights: parent id -> weights of its children, sum 1.
        target: the indicator, or the alternative, whose value is watched; None = the first in rank.
        change: how far each local weight is moved, between 0 and 1 at most; None = within its
            stability interval (`ahp.stability_interval`), where the first stays first.
        scores: as for `ahp.one_at_a_time`.
        names: id -> what it is called.
        most: rows.
        note: whose judgments, how many, when.
        language: of the texts.

    Raises:
        OptionError: an unknown target, or a change that is not above 0 and at most 1.

    >>> tree = ahp.Hierarchy("goal", {"goal": ("cost", "quality"), "cost": ("price", "upkeep")})
    >>> local = {"goal": [0.7, 0.3], "cost": [0.6, 0.4]}
    >>> chart = ahp.plots.tornado_chart(tree, local)
    >>> chart.title, chart.y.names
    ('What moves price', ('price', 'upkeep', 'cost', 'quality'))
    >>> chart.marks[0].texts
    ('0.3500', '0.4900', '0.3600', '0.4800')
    """
    _ = translator(language)
    if change is not None and not 0 < change <= 1:
        raise OptionError.refused("change", change, Phrase("above_to", low=0, high=1))
    nodes = [  # what has all of the weight below its parent can't be moved
        kid
        for parent, kids in hierarchy.children.items()
        for kid, weight in zip(kids, np.asarray(local_weights[parent], float), strict=True)
        if weight < 1
    ]
    moved = []
    now, named = 0.0, ""
    for node in nodes:
        line = one_at_a_time(hierarchy, local_weights, node, grid=[0, 1], scores=scores)
        start, end = line.values
        present = (1 - line.weight) * start + line.weight * end
        if not named:
            named = line.names[int(falling_order(present)[0])] if target is None else target
            if named not in line.names:
                raise OptionError.unknown("target", named, line.names)
        item = line.names.index(named)
        now = float(present[item])
        if change is None:
            kept = stability_interval(hierarchy, local_weights, node, scores=scores)
            low, high = kept.lower, kept.upper
        else:
            low, high = max(0.0, line.weight - change), min(1.0, line.weight + change)
        values = [float((1 - at) * start[item] + at * end[item]) for at in (low, high)]
        if max(abs(value - now) for value in values) > ROUNDING_ATOL:
            moved.append((node, line.weight, (low, high), values))
    moved.sort(key=lambda row: -round(max(row[3]) - min(row[3]), 12))
    moved = moved[:most]
    labels = _names([row[0] for row in moved], names)
    rows = tuple(range(len(moved)))
    target_name = (names or {}).get(named, named)

    def bars(side: int, color: Color, name: str) -> Bars:
        return Bars(
            rows,
            tuple(row[3][side] for row in moved),
            (color,) * len(rows),
            start=(now,) * len(rows),
            name=name,
            texts=tuple(
                "" if abs(row[3][side] - now) <= ROUNDING_ATOL else f"{row[3][side]:.4f}"
                for row in moved
            ),
            hover=tuple(
                _("{name} {before} → {after}: {target} {value}").format(
                    name=label,
                    before=f"{row[1]:.4f}",
                    after=f"{row[2][side]:.4f}",
                    target=target_name,
                    value=f"{row[3][side]:.4f}",
                )
                for label, row in zip(labels, moved, strict=True)
            ),
        )

    lowered, raised = _("Weight lowered"), _("Weight raised")
    marks = (
        bars(0, ORANGE, lowered),
        bars(1, MIDDLE_BLUE, raised),
        Limit(now, "x", color=GRAY),
    )
    how = (
        _("each weight moved to the ends of its stability interval")
        if change is None
        else _("each weight moved by {change}, not beyond 0 and 1").format(change=f"{change:g}")
    )
    said = (_("; ").join(pair) for pair in zip(marks[0].hover, marks[1].hover, strict=True))
    ends = [value for row in moved for value in row[3]] or [now]
    room = 0.22 * ((max(ends) - min(ends)) or 1.0)
    return Chart(
        title=_("What moves {name}").format(name=target_name),
        note=_lines(note, _("Now {now}; {how}").format(now=f"{now:.4f}", how=how)),
        alt=_("{sentence}.").format(sentence=_("; ").join(said)),
        x=Axis(low=min(ends) - room, high=max(ends) + room),
        y=Axis(names=tuple(labels), reversed=True),
        marks=marks,
        language=language,
    )


def curve_chart(
    line: OneAtATime,
    *,
    names: Mapping[str, str] | None = None,
    most: int = MOST_LINES,
    note: str = "",
    language: str = "en",
) -> Chart:
    """Weights while one local weight runs over its grid; where two lines cross, ranks change.

    Args:
        line: of `ahp.one_at_a_time`.
        names: id -> what it is called.
        most: lines, of the items that are first now.
        note: whose judgments, how many, when.
        language: of the texts.

    >>> tree = ahp.Hierarchy("goal", {"goal": ("cost", "quality"), "cost": ("price", "upkeep")})
    >>> line = ahp.one_at_a_time(tree, {"goal": [0.7, 0.3], "cost": [0.6, 0.4]}, "cost")
    >>> crossings = ahp.plots.curve_chart(line).marks[-2]
    >>> crossings.name, [round(x, 3) for x in crossings.x]
    ('Two change places', [0.625, 0.714])
    """
    _ = translator(language)
    present = _at(line, line.weight)
    order = falling_order(present)[: min(most, len(PALETTE))]
    labels = _names(line.names, names)
    grid = tuple(line.grid.tolist())
    marks: list[Mark] = [
        Line(
            grid,
            tuple(line.values[:, k].tolist()),
            PALETTE[row],
            name=labels[k],
            width=2.5,
            hover=tuple(f"{labels[k]}: {value:.4f}" for value in line.values[:, k].tolist()),
        )
        for row, k in enumerate(order)
    ]
    crossings = []
    start, end = line.values[0], line.values[-1]
    for i, j in combinations(order.tolist(), 2):
        before, after = start[i] - start[j], end[i] - end[j]
        if before * after < 0:
            share = before / (before - after)
            x = grid[0] + share * (grid[-1] - grid[0])
            y = start[i] + share * (end[i] - start[i])
            words = _("{first} and {second} at {weight}").format(
                first=labels[i], second=labels[j], weight=f"{x:.4f}"
            )
            crossings.append((float(x), float(y), words))
    crossings.sort()
    name = (names or {}).get(line.node, line.node)
    marks += [
        Points(
            tuple(x for x, _y, _words in crossings),
            tuple(y for _x, y, _words in crossings),
            GRAY,
            size=9,
            filled=False,
            name=_("Two change places") if crossings else "",
            hover=tuple(words for _x, _y, words in crossings),
        ),
        Limit(line.weight, "x", _("now {weight}").format(weight=f"{line.weight:.4f}")),
    ]
    return Chart(
        title=_("Weights while that of {name} is moved").format(name=name),
        note=_lines(
            note,
            _("The {count} largest of {all}").format(count=len(order), all=len(labels))
            if len(order) < len(labels)
            else "",
        ),
        alt=_("{sentence}.").format(
            sentence=_("No two change places")
            if not crossings
            else _("Places are changed by: {pairs}").format(
                pairs=_("; ").join(words for _x, _y, words in crossings)
            )
        ),
        x=Axis(_("Local weight of {name}").format(name=name), low=grid[0], high=grid[-1]),
        y=Axis(_("Global weight"), low=0),
        marks=tuple(marks),
        language=language,
    )


def stability_chart(
    intervals: Sequence[StabilityInterval],
    *,
    names: Mapping[str, str] | None = None,
    note: str = "",
    language: str = "en",
) -> Chart:
    """Within which local weights the first ranks stay as they are, in the order given.

    Args:
        intervals: of `ahp.critical_criteria` (the most critical first), or several of
            `ahp.stability_interval` with the same `top`.
        names: id -> what it is called.
        note: whose judgments, how many, when.
        language: of the texts.

    >>> tree = ahp.Hierarchy("goal", {"goal": ("cost", "quality"), "cost": ("price", "upkeep")})
    >>> local = {"goal": [0.7, 0.3], "cost": [0.6, 0.4]}
    >>> chart = ahp.plots.stability_chart(ahp.critical_criteria(tree, local))
    >>> chart.y.names[0], chart.marks[0].low[0], round(chart.marks[0].high[0], 3)
    ('quality', 0.0, 0.375)
    """
    _ = translator(language)
    labels = _names([one.node for one in intervals], names)
    rows = tuple(range(len(intervals)))

    def exchanged(pairs: tuple[tuple[str, str], ...], at: float) -> str:
        listed = _(", ").join(
            _("{second} ahead of {first}").format(
                first=(names or {}).get(first, first), second=(names or {}).get(second, second)
            )
            for first, second in pairs
        )
        return _("beyond {weight}: {changes}").format(weight=f"{at:.4f}", changes=listed)

    said = []
    for label, one in zip(labels, intervals, strict=True):
        words = _("{name}: {weight} ({low} to {high})").format(
            name=label,
            weight=f"{one.weight:.4f}",
            low=f"{one.lower:.4f}",
            high=f"{one.upper:.4f}",
        )
        beyond = [
            exchanged(pairs, at)
            for pairs, at in ((one.lower_pairs, one.lower), (one.upper_pairs, one.upper))
            if pairs
        ]
        said.append(_("; ").join((words, *beyond)))
    tops = {one.top for one in intervals}
    top = tops.pop() if len(tops) == 1 else None
    kept = (
        _("The full ranking stays as it is within the lines")
        if top is None
        else _("The first stays first within the lines")
        if top == 1
        else _("The first {count} ranks stay as they are within the lines").format(count=top)
    )
    return Chart(
        title=_("Stability intervals of the local weights"),
        note=_lines(note, kept),
        alt=_("{sentence}.").format(sentence=_("; ").join(said)),
        x=Axis(low=0, high=1),
        y=Axis(names=tuple(labels), reversed=True),
        marks=(
            Intervals(
                rows,
                tuple(one.lower for one in intervals),
                tuple(one.upper for one in intervals),
                MIDDLE_BLUE,
                name=_("Stability interval"),
                hover=tuple(text.replace("; ", "\n") for text in said),
            ),
            Points(
                tuple(one.weight for one in intervals),
                rows,
                ORANGE,
                "diamond",
                name=_("Local weight now"),
            ),
        ),
        language=language,
        row=30,
    )


def basis_words(uncertainty: WeightUncertainty, language: str) -> str:
    """What was drawn, and how often."""
    _ = translator(language)
    if uncertainty.perturbation is None:
        text = _("{draws} draws: experts resampled")
    elif uncertainty.bootstrap:
        text = _("{draws} draws: experts resampled, judgments perturbed")
    else:
        text = _("{draws} draws: judgments perturbed")
    return text.format(draws=f"{uncertainty.draws:,}")


def _leaves(uncertainty: HierarchyUncertainty | WeightUncertainty) -> WeightUncertainty:
    return uncertainty.leaves if isinstance(uncertainty, HierarchyUncertainty) else uncertainty


def _names(ids: Sequence[str], names: Mapping[str, str] | None) -> list[str]:
    return [(names or {}).get(one, one) for one in ids]


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= SHOWN else ""


def _at(line: OneAtATime, weight: float) -> np.ndarray:
    """The values at a weight: all are straight lines between the ends of the grid."""
    first, last = line.grid[0], line.grid[-1]
    share = (weight - first) / (last - first)
    values: np.ndarray = (1 - share) * line.values[0] + share * line.values[-1]
    return values
