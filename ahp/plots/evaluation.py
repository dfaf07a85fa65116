"""Pictures of an evaluation: rules, trends, importance, units over time.

Waterfalls and parts are in `ahp.plots.units` and `ahp.plots.parts`. None says anything by color
alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from ..errors import EvaluationError
from ..evaluation import Evaluation, parse_period
from ..evaluation.importance import QUADRANTS, importance_places
from ..evaluation.peers import medians, own_periods
from ..evaluation.rules import decimal
from ..evaluation.scheme import Scheme
from ..evaluation.trend import TrendPoint
from ..i18n import translator
from ..i18n.evaluation import measure_words, name_of, names_of, plain_number
from ..i18n.evaluation_results import (
    counted_period,
    importance_limits,
    importance_sentence,
    quadrant_words,
    signed,
    trend_sentence,
)
from ..process.scheme_trials import CURVE_POINTS, TriedValue, value_curve
from .chart import Axis, Band, Bars, Chart, Limit, Line, Mark, Points, Side, Texts
from .colors import GRAY, MIDDLE_BLUE, PALETTE
from .texts import beside_points

BLUE, ORANGE, GREEN, VIOLET = MIDDLE_BLUE, *PALETTE[1:4]
"""Colors that stand out by 3:1 or more on a white page and on a dark one (WCAG 2.2, 1.4.11)."""

QUADRANT = 20
"""Columns of the name of a quadrant."""

LOWEST, POINTS = -22, 144
"""Where an axis of points begins, and how many it has, with room for the names of quadrants."""

NAMED_PERIODS = 6
"""Periods named on an axis, at most."""

WEIGHT_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
"""Weights in per cent that an axis names; its steps are ratios, as most weights are small."""

MOST_UNITS = 40
"""Units in one picture of units over time."""


def rule_chart(scheme: Scheme, tried: TriedValue, language: str) -> Chart | None:
    """The points that a rule gives to values, and where a value that was tried lies; None for rules
    of grades, items or occurrences.

    Args:
        scheme: the scheme.
        tried: of `ahp.process.scheme_trials.try_value`.
        language: of the texts.

    >>> from ahp.plots.evaluation import rule_chart
    >>> from ahp.process.scheme_trials import try_value
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> rule_chart(scheme, try_value(scheme, "self_study", "0.8"), "en").marks[1].y
    (60.0,)
    """
    curve = value_curve(scheme, tried.indicator)
    if curve is None or tried.points is None:
        return None
    _ = translator(language)
    name = names_of(scheme, language)[tried.indicator]
    unit = measure_words(scheme.indicator[tried.indicator].unit, language)
    value, points = float(tried.value), float(tried.points)
    corners = list(zip(curve.values, curve.points, strict=True))
    if len(corners) > CURVE_POINTS:  # it bends everywhere
        corners = [corners[0], corners[-1]]
    drawn = _("; ").join(f"{float(x):.6g} → {float(y):.6g}" for x, y in corners)
    said = _("{indicator}, points by values: {drawn}. {value} gives {points} points.")
    marks = (
        Line(tuple(map(float, curve.values)), tuple(map(float, curve.points)), BLUE, width=3),
        Points(
            (value,), (points,), ORANGE, "diamond", size=12, texts=(plain_number(tried.points),)
        ),
    )
    return Chart(
        title=name,
        note="",
        alt=said.format(
            indicator=name, drawn=drawn, value=f"{value:.6g}", points=plain_number(tried.points)
        ),
        x=Axis(unit),
        y=Axis(_("Points"), low=-5, high=max(110, points + 10)),
        marks=marks,
        language=language,
        legend=False,
        height=260,
    )


def trend_chart(unit: str, points: Sequence[TrendPoint], language: str) -> Chart:
    """Totals of a unit over periods as a line, the bands of the last scheme behind it.

    Args:
        unit: its name.
        points: of `ahp.evaluation.trend.unit_trend`, one or more.
        language: of the texts.

    Raises:
        EvaluationError: no points.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.peers import own_periods
    >>> from ahp.evaluation.trend import unit_trend
    >>> from ahp.plots.evaluation import trend_chart
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> unit = result.units[0]
    >>> trend_chart(unit, unit_trend(unit, own_periods(result)), "en").marks[0].y
    (84.9, 77.6, 79.9, 86.0)
    """
    _ = translator(language)
    result = _last(points).at.result
    places = tuple(float(k) for k in range(len(points)))
    totals = tuple(np.nan if one.total is None else float(one.total) for one in points)
    known = [total for total in totals if not np.isnan(total)]
    low, high = (min(known), max(known)) if known else (0.0, 100.0)
    low, high = max(0.0, 5 * (low // 5) - 5), 5 * (high // 5) + 10
    texts = tuple("" if one.total is None else f"{one.total}" for one in points)
    return Chart(
        title=_("{unit}: totals").format(unit=unit),
        note=_span(points, language),
        alt=trend_sentence(unit, points, language),
        x=_period_axis([point.at.period for point in points]),
        y=Axis(low=low, high=high),
        marks=(
            Line(places, totals, BLUE, width=3),
            Points(places, totals, BLUE, size=9, texts=texts),
            *_bands(result.scheme, (low, high), language),
        ),
        language=language,
        legend=False,
        height=300,
    )


def change_chart(unit: str, points: Sequence[TrendPoint], language: str) -> Chart:
    """Each change of a unit's total as stacked bars of performance, weights, rules and the rest,
    which add up to the change, printed above.

    Args:
        unit: its name.
        points: of `ahp.evaluation.trend.unit_trend`, one or more.
        language: of the texts.

    Raises:
        EvaluationError: no points.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.peers import own_periods
    >>> from ahp.evaluation.trend import unit_trend
    >>> from ahp.plots.evaluation import change_chart
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> unit = result.units[0]
    >>> chart = change_chart(unit, unit_trend(unit, own_periods(result)), "en")
    >>> [bars.name for bars in chart.marks[:4]]
    ['Performance', 'Weights', 'Rules', 'Deductions, bonuses, limits, vetoes, rounding']
    >>> chart.marks[-1].texts
    ('', '−7.3', '+2.3', '+6.1')
    """
    _ = translator(language)
    _last(points)
    changes = [point.change for point in points]
    parts = np.array(
        [
            (np.nan,) * 4
            if one is None
            else (one.performance, one.weights, one.rules, sum(by.effect for by in one.adjustments))
            for one in changes
        ],
        dtype=float,
    ).T
    looks = (
        (_("Performance"), BLUE, ""),
        (_("Weights"), ORANGE, "/"),
        (_("Rules"), GREEN, "x"),
        (_("Deductions, bonuses, limits, vetoes, rounding"), VIOLET, "."),
    )
    places = tuple(float(k) for k in range(len(points)))
    up, down = np.zeros(len(points)), np.zeros(len(points))
    marks: list[Mark] = []
    for (label, color, hatch), values in zip(looks, parts, strict=True):
        start = np.where(values >= 0, up, down)
        end = start + values
        up, down = np.where(values >= 0, end, up), np.where(values < 0, end, down)
        marks.append(
            Bars(
                places,
                tuple(end.tolist()),
                (color,) * len(places),
                start=tuple(start.tolist()),
                name=label,
                hover=tuple(
                    "" if one is None else f"{label}\n{value:+.2f}"
                    for one, value in zip(changes, values, strict=True)
                ),
                hatch=hatch,
            )
        )
    printed = tuple("" if one is None else signed(one.change) for one in changes)
    above = tuple(np.nan if one is None else end for one, end in zip(changes, up, strict=True))
    marks.append(Points(places, above, GRAY, size=0.1, texts=printed))
    return Chart(
        title=_("{unit}: what changed the total").format(unit=unit),
        note="\n".join(
            (_span(points, language), _("Each change is performance, weights, rules and the rest"))
        ),
        alt=trend_sentence(unit, points, language),
        x=_period_axis([point.at.period for point in points]),
        y=Axis(),
        marks=tuple(marks),
        language=language,
        height=240,
    )


def importance_chart(result: Evaluation, unit: str, period: str, language: str) -> Chart:
    """The indicators by their weight in the whole and their points, in four quadrants with names;
    each has its number in the order of the tree, and the group's median as an open mark.

    Args:
        result: of `evaluate`.
        unit: its name.
        period: one with observations of its own.
        language: of the texts.

    Raises:
        EvaluationError: no such unit or period, one that is made of others, or no total.

    >>> from ahp.resources import data_folder
    >>> from ahp.plots.evaluation import importance_chart
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> importance_chart(result, result.units[0], "2026Q1", "en").marks[-1].texts[0]
    'Important and weak: work here first'
    """
    _ = translator(language)
    found = importance_places(result, unit, period)
    names = names_of(result.scheme, language)
    numbers = {leaf: str(k) for k, leaf in enumerate(result.scheme.leaves, start=1)}
    labels = [f"{numbers[place.indicator]} {names[place.indicator]}" for place in found.places]
    weights = tuple(100 * place.weight for place in found.places)
    group = _("Group median")
    own = tuple(float(place.points) for place in found.places)
    middle = tuple(float(place.median) for place in found.places)
    ends = (0.8 * min(weights), 1.25 * max(weights))
    words = quadrant_words(_)
    shown = tuple(numbers[place.indicator] for place in found.places)
    ratio = ends[1] / ends[0]
    shares = np.log(np.array(weights) / ends[0]) / np.log(ratio)
    places = [(x, (y - LOWEST) / POINTS) for x, y in zip(shares, own, strict=True)]
    across, up = beside_points(places, shown)
    center: Side = "center"
    marks = (
        Points(
            weights,
            own,
            BLUE,
            size=9,
            name=unit,
            hover=_places(labels, weights, own),
        ),
        Points(
            weights,
            middle,
            ORANGE,
            "diamond",
            size=9,
            filled=False,
            name=group,
            hover=_places([f"{group}\n{label}" for label in labels], weights, middle),
        ),
        Limit(100 * found.weight, "x"),
        Limit(found.points, "y"),
        Texts(
            tuple(float(ends[0] * ratio**share) for share in across),
            tuple(float(LOWEST + POINTS * share) for share in up),
            shown,
            (center,) * len(weights),
        ),
        Texts(
            (ends[1], ends[1], ends[0], ends[0]),
            (-16, 116, -16, 116),
            tuple(words[quadrant] for quadrant in QUADRANTS),
            ("right", "right", "left", "left"),
            width=QUADRANT,
        ),
    )
    said = importance_sentence(result.scheme, found, language)
    return Chart(
        title=_("{unit}: weights and points of the indicators").format(unit=unit),
        note=counted_period(found.period, len(found.peers), language),
        alt=_("{sentence} {limits}").format(
            sentence=said, limits=importance_limits(found, language)
        ),
        x=Axis(
            _("Weight in the whole, %"),
            low=ends[0],
            high=ends[1],
            logarithmic=True,
            ticks=tuple(tick for tick in WEIGHT_TICKS if ends[0] <= tick <= ends[1]),
        ),
        y=Axis(_("Points"), low=LOWEST, high=LOWEST + POINTS, ticks=(0, 20, 40, 60, 80, 100)),
        marks=marks,
        language=language,
        height=400,
    )


def _places(
    labels: Sequence[str], weights: Sequence[float], points: Sequence[float]
) -> tuple[str, ...]:
    return tuple(
        f"{label}\n{weight:.1f}%, {one:.1f}"
        for label, weight, one in zip(labels, weights, points, strict=True)
    )


def over_time_chart(result: Evaluation, language: str, units: Sequence[str] | None = None) -> Chart:
    """The totals of several units over the periods of the scheme, a small line a unit, all to one
    scale, beside the year's total where there is one; the median of the units is a thin line.

    Args:
        result: of `evaluate`.
        language: of the texts.
        units: names of those to draw, `MOST_UNITS` at most; None = all, or the first so many.

    Raises:
        EvaluationError: no such unit, or more of them.

    >>> from ahp.resources import data_folder
    >>> from ahp.plots.evaluation import over_time_chart
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> over_time_chart(result, "en", result.units[:1]).alt
    '丁市监督中心: 2026Q1 84.9, 2026Q2 77.6, 2026Q3 79.9, 2026Q4 86.0, 2026 82.1.'
    """
    names = result.units[:MOST_UNITS] if units is None else tuple(units)
    own = [result.periods.index(one.period) for one in own_periods(result)]
    years = [k for k in range(len(result.periods)) if k not in own]
    order = [*own, *years]
    digits = result.scheme.digits.total

    def totals(unit: str) -> tuple[Decimal | None, ...]:
        return tuple(result.total(unit, result.periods[k]) for k in order)

    found = {unit: totals(unit) for unit in result.units}
    periods = tuple(result.periods[k] for k in order)
    return totals_chart(found, periods, len(own), language, digits=digits, units=names)


def totals_chart(
    totals: Mapping[str, Sequence[Decimal | None]],
    periods: Sequence[str],
    count: int,
    language: str,
    *,
    digits: int,
    units: Sequence[str],
) -> Chart:
    """Totals of units over periods, see `over_time_chart`.

    Args:
        totals: unit -> its totals, one a period; of all units, for their median.
        periods: what they are called; those after the first `count` are years.
        count: how many are drawn as a line; the last period stands on the right.
        language: of the texts.
        digits: of totals.
        units: those to draw, `MOST_UNITS` at most.

    Raises:
        EvaluationError: more units.
    """
    _ = translator(language)
    if len(units) > MOST_UNITS:
        raise EvaluationError("units_most", count=len(units), most=MOST_UNITS)
    places = tuple(float(k) for k in range(count))
    numbers = {
        unit: np.array([np.nan if one is None else float(one) for one in of_unit[:count]])
        for unit, of_unit in totals.items()
    }
    middle = medians(np.stack(list(numbers.values())))
    drawn = np.concatenate([middle, *(numbers[unit] for unit in units)])
    some = drawn[~np.isnan(drawn)]
    low, high = (float(some.min()), float(some.max())) if some.size else (0.0, 100.0)
    scale = 0.6 / max(high - low, 1.0)
    marks: list[Mark] = []
    for row, unit in enumerate(units):
        lines = ((_("Median"), middle, GRAY, 1.0), (unit, numbers[unit], BLUE, 3.0))
        for label, values, color, width in lines:
            y = tuple((row + 0.3 - (values - low) * scale).tolist())
            hover = tuple("" if np.isnan(one) else f"{label}\n{one:g}" for one in values)
            marks.append(Line(places, y, color, width=width, dashed=label != unit))
            marks.append(Points(places, y, color, size=6 if label == unit else 1, hover=hover))
    last = tuple(
        "–" if (total := totals[unit][-1]) is None else f"{total:.{digits}f}" for unit in units
    )
    # room on the right for the last total
    edge = count - 0.5 + 0.12 * count + 0.4
    side: Side = "right"
    rows = tuple(float(row) for row in range(len(units)))
    marks.append(Texts((edge,) * len(units), rows, last, (side,) * len(units)))
    said = []
    for unit in units:
        of_unit = (
            _("{period} {total}").format(
                period=period, total=_("no total") if total is None else f"{total:.{digits}f}"
            )
            for period, total in zip(periods, totals[unit], strict=True)
        )
        said.append(_("{unit}: {totals}.").format(unit=unit, totals=_(", ").join(of_unit)))
    return Chart(
        title=_("Totals of the units"),
        note="\n".join(
            (
                _("{count} of {all} units").format(count=len(units), all=len(totals)),
                _("Dotted: median of all; on the right: {period}").format(period=periods[-1]),
            )
        ),
        alt="\n".join(said),
        x=replace(_period_axis(periods[:count]), high=edge),
        y=Axis(names=tuple(units), reversed=True),
        marks=tuple(marks),
        language=language,
        legend=False,
        row=48,
    )


def _last(points: Sequence[TrendPoint]) -> TrendPoint:
    if not points:
        raise EvaluationError("trend_empty")
    return points[-1]


def _span(points: Sequence[TrendPoint], language: str) -> str:
    """The days of a trend, and how many units were evaluated last."""
    _ = translator(language)
    first, last = (parse_period(points[k].at.period) for k in (0, -1))
    return _("{first} to {last}, units: {count}").format(
        first=first.first_day,
        last=last.last_day,
        count=len(points[-1].at.result.units),
    )


def _bands(scheme: Scheme, ends: tuple[float, float], language: str) -> list[Mark]:
    """The bands of a scheme, every other one shaded, each with its name at its lower end."""
    low, high = ends
    marks: list[Mark] = []
    top = high
    for k, band in enumerate(scheme.bands):
        start = max(float(band.at_least), low)
        if start < top:
            name = f"{name_of(scheme, band, language)} ≥ {decimal(band.at_least)}"
            marks.append(
                Band(start, top, "y", name, GRAY) if k % 2 == 0 else Limit(start, "y", name)
            )
        top = min(top, start)
    return marks


def _period_axis(periods: Sequence[str]) -> Axis:
    """Periods from left to right, some of them named."""
    named = range(0, len(periods), -(-len(periods) // NAMED_PERIODS))
    return Axis(
        low=-0.5,
        high=len(periods) - 0.5,
        ticks=tuple(map(float, named)),
        tick_texts=tuple(periods[k] for k in named),
    )
