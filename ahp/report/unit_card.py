"""The card of a unit: its total, its parts beside the group, what is weak, every value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from ..evaluation import Certainty, Evaluation, points_lost
from ..evaluation.cells import STATUS_WORDS, UNCOUNTED
from ..evaluation.peers import (
    PeriodResult,
    earlier_result,
    medians,
    node_points,
    peers_of,
)
from ..evaluation.scheme import Band
from ..evaluation.scoring import leaf_weights
from ..i18n import translator
from ..i18n.evaluation import measure_words, name_of, names_of, status_words
from ..i18n.evaluation_results import heading, signed
from .evaluation import aligned, as_printed, remarks, waterfall_table
from .league import bounds_of, change_of, interval_of
from .table import Table

WEAKEST = 3
"""Indicators that a card names as the weakest, and as those where a point is cheapest."""


@dataclass(frozen=True)
class UnitCard:
    """What a card shows.

    Attributes:
        title: unit, period and number of units.
        total: as printed, "" where there is none.
        band: name of the band, "" where there is none.
        sentences: total and band, interval, bounds, place, change, consequence.
        parts: the children of the goal beside the group's median and the period before.
        weakest: the indicators with the fewest points.
        cheapest: those that cost most of the total.
        warnings: early warnings and remarks, in words.
        values: every value with its source.
        waterfall: how the total came about, line by line.
    """

    title: str
    total: str
    band: str
    sentences: tuple[str, ...]
    parts: Table
    weakest: Table
    cheapest: Table
    warnings: tuple[str, ...]
    values: Table
    waterfall: Table


def unit_card(
    result: Evaluation,
    unit: str,
    period: str,
    language: str,
    *,
    certainty: Certainty | None = None,
    before: PeriodResult | None = None,
    sources: Mapping[tuple[str, str], str] | None = None,
) -> UnitCard:
    """The card of one unit in one period.

    Args:
        result: of `evaluate`.
        unit: its name.
        period: one with observations of its own.
        language: of the texts.
        certainty: of `simulate` for this period, for the interval.
        before: what changes are told against; None = the period before, of the same evaluation,
            where there is one.
        sources: (unit, indicator) -> where a value comes from; the scheme's words where there is
            none.

    Raises:
        EvaluationError: no such unit or period, one that is made of others, or nothing observed.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.unit_card import unit_card
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> card = unit_card(result, "丁市监督中心", "2026Q2", "en")
    >>> card.total, card.band, [row[0] for row in card.weakest.rows][:2]
    ('77.6', 'Adequate', ['Learning from errors', 'Supervision process'])
    """
    _ = translator(language)
    parsed = result.scored_period(period)
    name = str(parsed)
    lines = waterfall_table(result, unit, name, language)
    before = before or earlier_result(result, name)
    peers = peers_of(result, unit)
    title = heading(unit, name, len(result.units), language)
    total = result.total(unit, name)
    row, column = result.unit_position(unit), result.period_position(name)
    band = _band(result, row, column)
    points = result.scores[row, column]
    of_group = medians(result.scores[[result.units.index(peer) for peer in peers], column])
    return UnitCard(
        title,
        "" if total is None else f"{total}",
        "" if band is None else name_of(result.scheme, band, language),
        _sentences(result, unit, name, language, certainty=certainty, before=before),
        parts_table(result, unit, name, language, before),
        _weakest(result, name, points, of_group, language),
        _cheapest(result, unit, name, points, language),
        remarks(result, name, language, (unit,)),
        values_table(result, unit, name, language, sources or {}),
        lines,
    )


def _sentences(
    result: Evaluation,
    unit: str,
    period: str,
    language: str,
    *,
    certainty: Certainty | None,
    before: PeriodResult | None,
) -> tuple[str, ...]:
    """Total and band, how sure they are, the place among the others, the change."""
    _ = translator(language)
    scheme, digits = result.scheme, result.scheme.digits.total
    row, column = result.unit_position(unit), result.period_position(period)
    total = result.total(unit, period)
    band = _band(result, row, column)
    if total is None:
        return (_("No total in this period."),)
    name = _("no band") if band is None else name_of(scheme, band, language)
    said = [_("{total} points: {band}.").format(total=total, band=name)]
    if certainty is not None and (interval := interval_of(certainty, unit, digits)):
        level = f"{100 * certainty.level:g}%"
        said.append(
            _("In {level} of {draws} draws the total lies in {interval}.").format(
                level=level, draws=f"{certainty.draws:,}", interval=interval
            )
        )
    if bounds := bounds_of(result, unit, period):
        said.append(_("With what is still missing it can be {bounds}.").format(bounds=bounds))
    peers = peers_of(result, unit)
    rated = [
        int((result.ranks[[result.units.index(one) for one in some], column] > 0).sum())
        for some in (peers, result.units)
    ]
    overall = _("Rank {rank} of {count} units with a total.").format(
        rank=int(result.ranks[row, column]), count=rated[1]
    )
    if scheme.groups:
        overall = _(
            "Rank {rank} of {count} units with a total in its group, {overall} of {all} overall."
        ).format(
            rank=int(result.group_ranks[row, column]),
            count=rated[0],
            overall=int(result.ranks[row, column]),
            all=rated[1],
        )
    said.append(overall)
    change = None if before is None else change_of(result, period, before, unit)
    if before is not None and change is not None:
        said.append(
            _("{change} since {period}.").format(change=signed(change), period=before.period)
        )
    if band is not None and band.consequence:
        said.append(scheme.text(band.consequence, language))
    return tuple(said)


def _band(result: Evaluation, row: int, column: int) -> Band | None:
    """The band of a unit in a period, by their positions."""
    return next((one for one in result.scheme.bands if one.id == result.bands[row, column]), None)


def parts_table(
    result: Evaluation,
    unit: str,
    period: str,
    language: str,
    before: PeriodResult | None = None,
) -> Table:
    """The children of the goal, such as the five capabilities: points of a unit, beside the median
    of its group and the period before.

    Args:
        result: of `evaluate`.
        unit: its name.
        period: one with observations of its own.
        language: of the texts.
        before: the period to compare with, with observations of its own; None = no comparison.

    Raises:
        EvaluationError: no such unit or period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.unit_card import parts_table
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> parts_table(result, result.units[0], "2026Q1", "en").rows[0]
    ('Organizational set-up', '0.5543', '89.6510', '83.6050')
    """
    _ = translator(language)
    peers = peers_of(result, unit)
    points = node_points(result, period, peers)
    place = peers.index(unit)
    weights = result.weights(period)
    nodes = [node for node in result.scheme.children[result.scheme.goal] if node in weights]
    digits = result.scheme.digits.points
    names = names_of(result.scheme, language)
    columns: list[tuple[str, Any]] = [
        (_("Part"), [names[node] for node in nodes]),
        (_("Weight"), aligned([weights[node] for node in nodes])),
        (_("Points"), _aligned_points([points[node][place] for node in nodes], digits)),
        (
            _("Group median"),
            _aligned_points([float(medians(points[node])) for node in nodes], digits),
        ),
    ]
    if before is not None and unit in before.result.units:
        then = node_points(before.result, before.period, (unit,))
        earlier = [float(then[node][0]) if node in then else np.nan for node in nodes]
        columns.append((before.period, _aligned_points(earlier, digits)))
    title = heading(_("{unit}: its parts").format(unit=unit), period, len(peers), language)
    return _table(title, columns, language)


def _weakest(result: Evaluation, period: str, points: Any, of_group: Any, language: str) -> Table:
    """The indicators with the fewest points, of equal ones the heavier first."""
    _ = translator(language)
    weights = _leaf_weights(result, period)
    order = [k for k in range(len(points)) if not np.isnan(points[k])]
    order.sort(key=lambda k: (points[k], -weights[result.indicators[k]]))
    chosen = order[:WEAKEST]
    names, digits = names_of(result.scheme, language), result.scheme.digits.points
    return _table(
        _("Fewest points"),
        [
            (_("Indicator"), [names[result.indicators[k]] for k in chosen]),
            (_("Points"), _aligned_points(points[chosen], digits)),
            (_("Group median"), _aligned_points(of_group[chosen], digits)),
        ],
        language,
    )


def _cheapest(result: Evaluation, unit: str, period: str, points: Any, language: str) -> Table:
    """The indicators that cost most of the total, and how many of their points are worth one."""
    _ = translator(language)
    losses = [loss for loss in points_lost(result, period, (unit,)).of(unit) if loss.lost > 0]
    chosen = losses[:WEAKEST]
    names, digits = names_of(result.scheme, language), result.scheme.digits.points
    now = [points[result.indicators.index(loss.indicator)] for loss in chosen]
    return _table(
        _("Where a point of the total is cheapest"),
        [
            (_("Indicator"), [names[loss.indicator] for loss in chosen]),
            (_("Points"), _aligned_points(now, digits)),
            (_("Lost of the total"), aligned([_places(loss.lost, 2) for loss in chosen])),
            (
                _("Points of it for one of the total"),
                aligned(
                    [_places(1 / loss.weight, 1) if loss.lost >= 1 else None for loss in chosen]
                ),
            ),
        ],
        language,
    )


def values_table(
    result: Evaluation,
    unit: str,
    period: str,
    language: str,
    sources: Mapping[tuple[str, str], str],
) -> Table:
    """Every value of a unit that counts in a period: what is known of it, its points and weight,
    where it comes from.

    Args:
        result: of `evaluate`.
        unit: its name.
        period: one with observations of its own.
        language: of the texts.
        sources: (unit, indicator) -> where a value comes from; the scheme's words where there is
            none.

    Raises:
        EvaluationError: no such unit or period.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.unit_card import values_table
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> values_table(result, result.units[0], "2026Q1", "en", {}).rows[-1][:5]
    ('Investment in research and innovation', '5.3', '2.2', 'days per head', ' 80.0000')
    """
    _ = translator(language)
    scheme = result.scheme
    row, column = result.unit_position(unit), result.period_position(period)
    places = [
        k for k, leaf in enumerate(result.indicators) if result.status[row, column, k] != UNCOUNTED
    ]
    leaves = [result.indicators[k] for k in places]
    words, names = status_words(_), names_of(scheme, language)
    values = result.values[row, column, places]
    weights = _leaf_weights(result, period)
    own = [
        sources.get((unit, leaf)) or scheme.text(scheme.indicator[leaf].source, language)
        for leaf in leaves
    ]
    status = [STATUS_WORDS[result.status[row, column, k]] for k in places]
    return _table(
        _("{unit}, {period}: values and where they come from").format(unit=unit, period=period),
        [
            (_("Indicator"), [names[leaf] for leaf in leaves]),
            (_("Clause"), [scheme.indicator[leaf].clause for leaf in leaves]),
            (_("Value"), ["" if np.isnan(value) else f"{value:.12g}" for value in values]),
            (
                _("Unit of measure"),
                [measure_words(scheme.indicator[leaf].unit, language) for leaf in leaves],
            ),
            (
                _("Points"),
                _aligned_points(result.scores[row, column, places], scheme.digits.points),
            ),
            (_("Weight"), aligned([_places(weights[leaf], 4) for leaf in leaves])),
            (_("State"), [words[one] for one in status]),
            (_("Source"), own),
        ],
        language,
    )


def _leaf_weights(result: Evaluation, period: str) -> dict[str, float]:
    """Leaf id -> weight in the whole, as frozen; of those that count."""
    scale = 10**result.scheme.digits.weights
    frozen = result.weights(period)
    local = {
        parent: {kid: int(frozen[kid] * scale) for kid in kids if kid in frozen}
        for parent, kids in result.scheme.children.items()
    }
    found = leaf_weights(result.scheme, local, scale)
    return {leaf: float(weight) for leaf, weight in found.items()}


def _places(number: float, digits: int) -> Decimal:
    return Decimal(f"{number:.{digits}f}")


def _aligned_points(numbers: Iterable[float], digits: int) -> list[str]:
    return aligned([as_printed(float(number), digits) for number in numbers])


def _table(title: str, columns: Sequence[tuple[str, Sequence[Any]]], language: str) -> Table:
    """A table of headings and their cells."""
    headings = tuple(head for head, _cells in columns)
    rows = tuple(zip(*(cells for _head, cells in columns), strict=True))
    return Table(title, headings, rows, language)
