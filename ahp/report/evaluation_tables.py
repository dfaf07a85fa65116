"""Tables of a report on an evaluation that no page has: of all units together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..evaluation import rating_table, round_half_up
from ..evaluation.cells import STATUS_WORDS
from ..evaluation.importance import importance_places
from ..evaluation.peers import PeriodResult, counted_indicators
from ..evaluation.scheme import Deduction, Scheme, Veto
from ..evaluation.scoring import leaf_weights
from ..i18n import translator
from ..i18n.errors import error_sentence
from ..i18n.evaluation import (
    bands_of,
    event_words,
    names_of,
    plain_number,
    rule_words,
    status_words,
)
from ..i18n.evaluation_results import signed
from ..process.evaluations.days import day_of, zone_words
from ..process.evaluations.state import Stamp
from .check_matrix import check_matrix
from .evaluation import aligned, as_printed
from .evaluation_evidence import EvaluationEvidence, EventEntry
from .over_time import change_parts
from .table import Cell, Table

UNITS_ACROSS = 6
"""Units in one table of all scores: so many fit on an upright page beside the indicators."""

COSTLIEST = 3
"""Indicators that cost a unit most."""


def groups_table(evidence: EvaluationEvidence, language: str) -> Table:
    """The peer groups: units, those with a total, the lowest, the median and the highest total."""
    _ = translator(language)
    digits = evidence.scheme.digits.total
    rows: list[tuple[Cell, ...]] = []
    for _group, name, figures in evidence.named_groups(language):
        totals = sorted(Fraction(one.total) for one in figures if one.total is not None)
        numbers: list[Decimal | None] = [None, None, None]
        if totals:
            half = len(totals) // 2
            middle = (totals[half] + totals[~half]) / 2
            numbers = [round_half_up(one, digits) for one in (totals[0], middle, totals[-1])]
        shown = ["" if one is None else f"{one}" for one in numbers]
        rows.append((name or _("All units"), len(figures), len(totals), *shown))
    headings = (
        *(_("Group"), _("Units"), _("With a total")),
        *(_("Lowest"), _("Median"), _("Highest")),
    )
    return Table(_("Units by peer group"), headings, tuple(rows), language)


def bands_table(evidence: EvaluationEvidence, language: str) -> Table:
    """How many units of each group are in each band."""
    _ = translator(language)
    scheme, names = evidence.scheme, bands_of(evidence.scheme, language)
    groups = [(name or _("All units"), own) for _id, name, own in evidence.named_groups(language)]
    if len(groups) > 1:
        groups.append((_("All units"), evidence.figures))
    between = any(one.total is not None and not one.band for one in evidence.figures)
    unrated = any(one.total is None for one in evidence.figures)
    rows = []
    for name, figures in groups:
        count = Counter(one.band for one in figures if one.total is not None)
        row: list[Any] = [name, *(count[band.id] for band in scheme.bands)]
        row += [count[""]] if between else []
        row += [sum(one.total is None for one in figures)] if unrated else []
        rows.append((*row, len(figures)))
    headings = (
        _("Group"),
        *(names[band.id] for band in scheme.bands),
        *((_("no band"),) if between else ()),
        *((_("no total"),) if unrated else ()),
        _("Units"),
    )
    return Table(_("Units by band"), headings, tuple(rows), language)


def unit_parts_table(evidence: EvaluationEvidence, language: str) -> Table:
    """Each unit's points of the children of the goal, such as the five capabilities, with the mean,
    the lowest and the highest; of a year the mean of its periods.
    """
    _ = translator(language)
    digits = evidence.last.result.scheme.digits.points
    names = names_of(evidence.last.result.scheme, language)
    units = [one.unit for one in evidence.figures]
    columns: list[list[Decimal | None]] = []
    for points in evidence.part_points.values():
        means = [_mean(row) for row in points]
        known = [one for one in means if one is not None]
        below = (
            [sum(known, Fraction(0)) / len(known), min(known), max(known)] if known else [None] * 3
        )
        numbers = (*means, *below)
        columns.append([None if one is None else round_half_up(one, digits) for one in numbers])
    labels = [*units, _("Mean"), _("Lowest"), _("Highest")]
    rows = tuple(zip(labels, *(aligned(column) for column in columns), strict=True))
    note = _("Of a year, means of its periods.") if evidence.is_year else ""
    headings = (_("Unit"), *(names[node] for node in evidence.part_points))
    title = _("Points of each part, {period}").format(period=evidence.period)
    return Table(title, headings, rows, language, note=note)


def parts_summary(evidence: EvaluationEvidence, language: str) -> Table:
    """The children of the goal: weight, mean of the units, the strongest and the weakest unit."""
    _ = translator(language)
    part = evidence.last
    weights, names = part.result.weights(part.period), names_of(part.result.scheme, language)
    digits = part.result.scheme.digits.total
    units = [one.unit for one in evidence.figures]
    columns: list[list[Any]] = [[], [], [], []]
    nodes = list(evidence.part_points)
    for node in nodes:
        means = [_mean(row) for row in evidence.part_points[node]]
        known = {unit: one for unit, one in zip(units, means, strict=True) if one is not None}
        mean = sum(known.values(), Fraction(0)) / len(known) if known else None
        columns[0].append(weights.get(node))
        columns[1].append(None if mean is None else round_half_up(mean, digits))
        for column, pick in ((columns[2], max), (columns[3], min)):
            edge = pick(known.values()) if known else None
            first = [unit for unit, one in known.items() if one == edge]
            column.append(_extreme(first, edge, digits, language))
    rows = tuple(
        zip(
            (names[node] for node in nodes),
            aligned(columns[0]),
            aligned(columns[1], digits),
            columns[2],
            columns[3],
            strict=True,
        )
    )
    headings = (_("Part"), _("Weight"), _("Mean points"), _("Strongest unit"), _("Weakest unit"))
    return Table(_("The parts over all units"), headings, rows, language)


def _extreme(units: Sequence[str], edge: Fraction | None, digits: int, language: str) -> str:
    """A unit with its points, or how many share them."""
    _ = translator(language)
    if edge is None:
        return ""
    who = units[0] if len(units) == 1 else _("{count} units").format(count=len(units))
    return _("{name} {number}").format(name=who, number=round_half_up(edge, digits))


def _mean(row: np.ndarray) -> Fraction | None:
    known = [Fraction(repr(float(one))) for one in row if not np.isnan(one)]
    return sum(known, Fraction(0)) / len(known) if known else None


def moved_units_table(evidence: EvaluationEvidence, language: str) -> Table:
    """Why totals changed between the compared periods, the largest rise first; performance,
    weights, rules and the rest add up to each change.
    """
    _ = translator(language)
    if evidence.compared is None:
        raise EvaluationError("period_order", against=evidence.period, period=evidence.period)
    first, last = evidence.compared
    movements = sorted(evidence.movements, key=lambda one: -one.change)
    columns: list[list[Any]] = [[one.unit for one in movements]]
    for attribute in ("total_before", "total_after"):
        digits = last.result.scheme.digits.total
        columns.append(aligned([getattr(one, attribute) for one in movements], digits))
    columns.append([signed(one.change) for one in movements])
    columns += map(list, zip(*(map(signed, change_parts(one)) for one in movements), strict=True))
    headings = (
        *(_("Unit"), first.period, last.period, _("Change")),
        *(_("Performance"), _("Weights"), _("Rules")),
        _("Deductions, bonuses, limits, vetoes, rounding"),
    )
    rows = tuple(zip(*columns, strict=True))
    title = _("Why totals changed, {before} to {after}").format(
        before=first.period, after=last.period
    )
    return Table(title, headings, rows, language)


def indicator_changes_table(evidence: EvaluationEvidence, language: str) -> Table:
    """What each indicator did to the compared units' totals, on average."""
    _ = translator(language)
    names: dict[str, str] = {}
    for part in evidence.compared or ():
        names |= names_of(part.result.scheme, language)
    sums: dict[str, Fraction] = {}
    for movement in evidence.movements:
        for effect in movement.effects:
            sums[effect.indicator] = sums.get(effect.indicator, Fraction(0)) + effect.total
    count = len(evidence.movements)
    means = {leaf: whole / count for leaf, whole in sums.items() if whole}
    order = sorted(means, key=lambda leaf: -means[leaf])
    rows = tuple((names[leaf], signed(round_half_up(means[leaf], 4))) for leaf in order)
    title = _("What each indicator did to the totals on average, units: {count}").format(
        count=count
    )
    return Table(title, (_("Indicator"), _("Change of the total")), rows, language)


def events_table(
    evidence: EvaluationEvidence, language: str, own: Sequence[EventEntry] | None = None
) -> Table:
    """Deductions, bonuses and vetoes that count, each with its document.

    Args:
        evidence: what the report rests on.
        language: of the texts.
        own: some of them, such as those of one unit, whose name is then left out; None = all.
    """
    _ = translator(language)
    rows = []
    for entry in evidence.entries if own is None else own:
        part = next(one for one in evidence.parts if one.period == entry.period)
        scheme = part.result.scheme
        event, names = scheme.events[entry.event], names_of(scheme, language)
        points = "" if entry.points is None else plain_number(entry.points)
        inside = isinstance(event, Deduction) and event.indicator is not None
        what = _("{points} of the indicator").format(points=points) if inside else points
        documents = _(", ").join(entry.documents)
        if not documents and isinstance(event, Veto) and event.when is not None:
            documents = _("none: it follows from a value")
        effect = event_words(scheme, event, language)
        row = (names[event.id], event.clause, effect, what, documents or "–")
        rows.append((entry.period, entry.unit, *row) if own is None else row)
    of_all = (_("Period"), _("Unit")) if own is None else ()
    headings = (
        *of_all,
        _("What"),
        _("Clause"),
        _("Effect"),
        _("Points taken or given"),
        _("Document"),
    )
    return Table(_("Deductions, bonuses and vetoes"), headings, tuple(rows), language)


def losses_table(evidence: EvaluationEvidence, language: str) -> Table:
    """What each indicator costs of the total, on average, and for how many units it is among the
    three that cost most.
    """
    _ = translator(language)
    part = evidence.last
    lost = evidence.lost
    among = Counter(
        loss.indicator
        for unit in part.result.units
        for loss in [one for one in lost.of(unit) if one.lost > 0][:COSTLIEST]
    )
    losses = [one for one in lost.of(None) if one.lost > 0]
    names = names_of(part.result.scheme, language)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        zip(
            (names[one.indicator] for one in losses),
            aligned([round_half_up(one.lost, 2) for one in losses], 2),
            aligned([round_half_up(one.weight, 4) for one in losses], 4),
            aligned([round_half_up(1 / one.weight, 1) for one in losses], 1),
            (among[one.indicator] for one in losses),
            strict=True,
        )
    )
    headings = (
        *(_("Indicator"), _("Lost of the total"), _("Weight in force")),
        _("Points of it for one of the total"),
        _("Units that it costs most, as one of three"),
    )
    title = _("What costs most of the total, means of the units, {period}")
    return Table(title.format(period=part.period), headings, rows, language)


def unit_losses_table(evidence: EvaluationEvidence, language: str) -> Table:
    """The three indicators that cost each unit most."""
    _ = translator(language)
    part = evidence.last
    lost, names = evidence.lost, names_of(part.result.scheme, language)
    rows = []
    for unit in part.result.units:
        chosen = [one for one in lost.of(unit) if one.lost > 0][:COSTLIEST]
        said = [
            _("{name} {number}").format(
                name=names[one.indicator], number=round_half_up(one.lost, 2)
            )
            for one in chosen
        ]
        rows.append((unit, *said, *("" for _rest in range(COSTLIEST - len(said)))))
    headings = (_("Unit"), *(_("No. {number}").format(number=k + 1) for k in range(COSTLIEST)))
    title = _("Where each unit loses most of its total, {period}").format(period=part.period)
    return Table(title, headings, tuple(rows), language)


def importance_table(evidence: EvaluationEvidence, language: str) -> Table:
    """Importance against points: for how many units an indicator is important and weak."""
    _ = translator(language)
    part = evidence.last
    counts: dict[str, Counter[str]] = {}
    rated = [unit for unit in part.result.units if part.result.total(unit, part.period) is not None]
    for unit in rated:
        for place in importance_places(part.result, unit, part.period).places:
            counts.setdefault(place.indicator, Counter())[place.quadrant] += 1
    names = names_of(part.result.scheme, language)
    order = sorted(counts, key=lambda leaf: -counts[leaf]["first"])
    quadrants = ("first", "keep", "later", "enough")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (names[leaf], *(counts[leaf][one] for one in quadrants)) for leaf in order
    )
    headings = (
        *(_("Indicator"), _("Important and weak"), _("Important and strong")),
        *(_("Less important and weak"), _("Less important and strong")),
    )
    title = _("Importance and points, number of units, {period}").format(period=part.period)
    note = _(
        "Important: more than the mean weight. Weak: below the unit's own weighted mean. Units "
        "with a total: {count}."
    ).format(count=len(rated))
    return Table(title, headings, rows, language, note=note)


def scores_tables(part: PeriodResult, language: str) -> Iterator[Table]:
    """Points of all indicators and units of a period, a few units a table."""
    _ = translator(language)
    result, names = part.result, names_of(part.result.scheme, language)
    column = result.period_position(part.period)
    leaves = counted_indicators(result, part.period)
    words = status_words(_)
    bands = bands_of(result.scheme, language)
    digits = result.scheme.digits
    blocks = range(0, len(result.units), UNITS_ACROSS)
    for number, start in enumerate(blocks, 1):
        units = result.units[start : start + UNITS_ACROSS]
        rows = []
        for leaf in leaves:
            k = result.indicators.index(leaf)
            cells = []
            for unit in units:
                at = result.units.index(unit), column, k
                points = as_printed(float(result.scores[at]), digits.points)
                status = STATUS_WORDS[int(result.status[at])]
                said = "" if points is None else plain_number(points)
                if status != "known":
                    said = _("{text} ({words})").format(text=said, words=words[status])
                cells.append(said.strip())
            rows.append((names[leaf], *cells))
        totals = [result.total(unit, part.period) for unit in units]
        rows.append((_("Total"), *("" if one is None else f"{one}" for one in totals)))
        rows.append(
            (
                _("Band"),
                *(bands[str(result.bands[result.units.index(one), column])] for one in units),
            )
        )
        title = _("Points of all indicators, {period}").format(period=part.period)
        if len(blocks) > 1:
            title = _("{title} ({number} of {count})").format(
                title=title, number=number, count=len(blocks)
            )
        yield Table(title, (_("Indicator"), *units), tuple(rows), language)


def weights_table(part: PeriodResult, language: str) -> Table:
    """The weights that count in a period, inside each parent and in the whole."""
    _ = translator(language)
    result, scheme = part.result, part.result.scheme
    names, inside = names_of(scheme, language), result.weights(part.period)
    scale = 10**scheme.digits.weights
    local = {
        parent: {kid: int(inside[kid] * scale) for kid in kids if kid in inside}
        for parent, kids in scheme.children.items()
    }
    whole = leaf_weights(scheme, local, scale)
    order = list(_below(scheme, scheme.goal))
    rows = []
    for parent, node in order:
        if node in inside:
            leaf = whole.get(node)
            rows.append((names[parent], names[node], inside[node], leaf))
    columns = (
        [row[0] for row in rows],
        [row[1] for row in rows],
        aligned([row[2] for row in rows]),
        aligned([None if row[3] is None else round_half_up(row[3], 6) for row in rows]),
    )
    headings = (_("Belongs to"), _("Item"), _("Weight inside"), _("Weight in the whole"))
    title = _("Frozen weights, {period}").format(period=part.period)
    return Table(title, headings, tuple(zip(*columns, strict=True)), language)


def _below(scheme: Scheme, node: str) -> Iterator[tuple[str, str]]:
    """Parent and child, of all nodes below one, in the order of the tree."""
    for kid in scheme.children.get(node, ()):
        yield node, kid
        yield from _below(scheme, kid)


def rules_table(part: PeriodResult, language: str) -> Table:
    """How each indicator gets its points, its clause, and who delivers it."""
    _ = translator(language)
    scheme, names = part.result.scheme, names_of(part.result.scheme, language)
    leaves = counted_indicators(part.result, part.period)
    rows = tuple(
        (
            names[leaf],
            scheme.indicator[leaf].clause,
            rule_words(scheme, scheme.indicator[leaf], language),
            scheme.text(scheme.indicator[leaf].source, language),
        )
        for leaf in leaves
    )
    headings = (_("Indicator"), _("Clause"), _("Rule"), _("Who delivers it"))
    return Table(_("Rules of the indicators"), headings, rows, language)


def observations_table(evidence: EvaluationEvidence, part: PeriodResult, language: str) -> Table:
    """Every value of a period with where it comes from."""
    sources = {
        (unit, leaf): words
        for (unit, period, leaf), words in evidence.sources.items()
        if period == part.period
    }
    return check_matrix(part.result, part.period, language, sources=sources).cells_table()


def raters_table(part: PeriodResult, language: str) -> Table | None:
    """How far raters lie apart, indicator by indicator, without their names; None where nothing is
    rated by anybody named.
    """
    _ = translator(language)
    try:
        ratings = rating_table(part.result, part.period)
    except EvaluationError as problem:
        if problem.code != "ratings_none":
            raise
        return None
    names = names_of(part.result.scheme, language)
    rows: list[tuple[Cell, ...]] = []
    for leaf in counted_indicators(part.result, part.period):
        some = [k for k, target in enumerate(ratings.targets) if target[1] == leaf]
        spreads = []
        for row in ratings.points[some]:
            known = row[~np.isnan(row)]
            if len(known) > 1:
                spreads.append(
                    Fraction(repr(float(known.max()))) - Fraction(repr(float(known.min())))
                )
        if spreads:
            most = part.result.scheme.indicator[leaf].most_spread
            rows.append(
                (
                    names[leaf],
                    len(some),
                    f"{round_half_up(sum(spreads, Fraction(0)) / len(spreads), 1)}",
                    f"{round_half_up(max(spreads), 1)}",
                    "" if most is None else plain_number(most),
                    "" if most is None else sum(one > most for one in spreads),
                )
            )
    headings = (
        *(_("Indicator"), _("Rated"), _("Mean distance"), _("Largest distance")),
        *(_("Allowed"), _("Further apart than allowed")),
    )
    title = _("How far raters lie apart in points, {period}, raters: {count}").format(
        period=part.period, count=len(ratings.raters)
    )
    return Table(title, headings, tuple(rows), language)


def parts_over_time_table(evidence: EvaluationEvidence, language: str) -> Table:
    """Mean points of the children of the goal over the units, period by period."""
    _ = translator(language)
    names = names_of(evidence.last.result.scheme, language)
    digits = evidence.scheme.digits.total
    rows = []
    for node, points in evidence.part_points.items():
        means = [_mean(points[:, k]) for k in range(len(evidence.parts))]
        shown = ["" if one is None else f"{round_half_up(one, digits)}" for one in means]
        rows.append((names[node], *shown))
    headings = (_("Part"), *(part.period for part in evidence.parts))
    title = _("Mean points of the parts by period, units: {count}").format(
        count=len(evidence.figures)
    )
    return Table(title, headings, tuple(rows), language)


def periods_table(evidence: EvaluationEvidence, language: str) -> Table:
    """What was done with each period, and when."""
    _ = translator(language)
    rows = []
    zones = dict.fromkeys(held.zone for held in evidence.held)
    for held in evidence.held:

        def day(stamp: Stamp | None, zone: str = held.zone) -> str:
            return day_of(stamp.time, zone) if stamp else ""

        granted = sum(one.granted is True for one in held.appeals.values())
        appeals = _("{count}, granted: {granted}").format(count=len(held.appeals), granted=granted)
        rows.append(
            (
                str(held.period),
                held.due,
                day(held.checked),
                day(held.notices.stamp if held.notices else None),
                held.appeals_until,
                appeals if held.appeals else "",
                day(held.signatures[0].stamp if held.signatures else None),
                *([_zone(held.zone, language)] if len(zones) > 1 else ()),
            )
        )
    headings = (
        *(_("Period"), _("Data due"), _("Check finished"), _("Draft notices sent out")),
        *(_("Appeals until"), _("Appeals"), _("Signed")),
        *([_("Days in")] if len(zones) > 1 else ()),
    )
    title = _("Dates")
    if len(zones) == 1:
        title = _("Dates ({zone})").format(zone=_zone(next(iter(zones)), language))
    return Table(title, headings, tuple(rows), language)


def _zone(zone: str, language: str) -> str:
    return error_sentence(zone_words(zone), language)


def deliveries_table(evidence: EvaluationEvidence, language: str) -> Table:
    """What was delivered when, by whom, in which file."""
    _ = translator(language)
    rows = []
    for held in evidence.held:
        for one in held.recordings:
            file = one.action.file
            rows.append(
                (
                    str(held.period),
                    one.stamp.time[:10],
                    evidence.names.get(one.stamp.actor, ""),
                    file.name if file else _("typed in"),
                    len(one.action.rows),
                    file.sha256 if file else "",
                )
            )
    headings = (
        *(_("Period"), _("Date"), _("Delivered by"), _("File"), _("Values")),
        _("SHA-256 of the file"),
    )
    return Table(_("What was delivered"), headings, tuple(rows), language)


def signatures_table(evidence: EvaluationEvidence, language: str) -> Table:
    """Who signed what, when."""
    _ = translator(language)
    rows = tuple(
        (
            str(held.period),
            one.revision,
            evidence.names.get(one.stamp.actor, ""),
            one.stamp.time[:16].replace("T", " "),
            one.reason,
        )
        for held in evidence.held
        for one in held.signatures
    )
    headings = (
        *(_("Period"), _("Revision"), _("Signed by"), _("Signed on (UTC)"), _("Why corrected")),
    )
    return Table(_("Signatures"), headings, rows, language)
