"""Pictures of an evaluation: waterfalls, parts, trends, importance, units over time.

They read on a phone 390 px wide, on a light page and on a dark one, and say nothing by color alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from ..errors import EvaluationError
from ..evaluation import Evaluation, parse_period
from ..evaluation.importance import QUADRANTS, ImportanceMap, importance_places
from ..evaluation.peers import (
    PeriodResult,
    medians,
    own_periods,
)
from ..evaluation.rules import decimal
from ..evaluation.scheme import Scheme
from ..evaluation.steps import MOST_STEPS, Step, waterfall_steps
from ..evaluation.trend import TrendPoint
from ..i18n import translator
from ..i18n.evaluation import bands_of, measure_words, name_of, names_of, plain_number
from ..i18n.evaluation_results import (
    counted_period,
    importance_limits,
    importance_sentence,
    quadrant_words,
    signed,
    step_details,
    step_words,
    trend_sentence,
    waterfall_sentence,
)
from ..process.scheme_trials import CURVE_POINTS, TriedValue, value_curve
from .colors import GRAY, MIDDLE_BLUE, PALETTE
from .parts import unit_parts
from .screen import LEGEND_BELOW, NOTE_WIDTH, figure, headed, name_rows
from .texts import harmless, wrapped

BLUE, ORANGE, GREEN, VIOLET = MIDDLE_BLUE, *PALETTE[1:4]
"""Colors that stand out by 3:1 or more on a white page and on a dark one (WCAG 2.2, 1.4.11)."""

LABEL = 20
"""Columns of a label beside a row: a third of a phone."""

NAMED_PERIODS = 6
"""Periods named on an axis, at most."""

ROW = 36
"""Height of a row."""

WEIGHT_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
"""Weights in per cent that an axis names; its steps are ratios, as most weights are small."""

MOST_UNITS = 40
"""Units in one picture of units over time."""


class Picture(NamedTuple):
    """A figure and what it shows.

    Attributes:
        figure: for the screen.
        alt: in words, for whoever doesn't see it.
    """

    figure: go.Figure
    alt: str


def waterfall_chart(
    result: Evaluation, unit: str, period: str, language: str, most: int = MOST_STEPS
) -> Picture:
    """How the total of a unit comes about, a step a row, from 0 at the top to the total.

    Args:
        result: of `evaluate`.
        unit: its name.
        period: one with observations, or a year that is made of them.
        language: of the texts.
        most: lines; more are summed up by the children of the goal.

    Raises:
        EvaluationError: no such unit or period, or nothing was observed there.

    >>> from ahp.resources import data_folder
    >>> from ahp.plots.evaluation import waterfall_chart
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> picture = waterfall_chart(result, result.units[0], "2026Q1", "en")
    >>> picture.figure.data[0].text[0], picture.figure.data[0].text[-1]
    ('+49.69', '84.9')
    """
    _ = translator(language)
    scheme = result.scheme
    name = result.periods[result.period_position(period)]
    lines = result.waterfall(unit, name)
    steps = waterfall_steps(scheme, lines, most)
    total, band = result.total(unit, name), lines[-1].band or ""
    labels = [wrapped(step_words(scheme, step, language), LABEL) for step in steps]
    labels.append(_("Total") if total is not None else _("No total"))
    changes = [step.after - step.before for step in steps]
    texts = [signed(change.quantize(Decimal("0.01"), ROUND_HALF_UP)) for change in changes]
    texts.append("" if total is None else f"{total}")
    details = ["<br>".join(_details(scheme, step, language)) for step in steps]
    details.append(harmless(bands_of(scheme, language)[band]))
    rows = list(range(len(labels)))
    figure = go.Figure(
        go.Waterfall(
            x=[*map(float, changes), 0 if total is None else float(total)],
            y=rows,
            measure=[*("relative" for _step in steps), "total"],
            orientation="h",
            text=texts,
            textposition="outside",
            cliponaxis=False,
            customdata=details,
            hovertemplate="%{customdata}<extra></extra>",
            increasing={"marker": {"color": BLUE}},
            decreasing={"marker": {"color": ORANGE}},
            totals={"marker": {"color": GRAY}},
            connector={"line": {"color": GRAY, "width": 1}},
        )
    )
    name_rows(figure, labels, True)
    highest = max([100.0, *(float(step.after) for step in steps)])
    figure.update_xaxes(range=[0, 1.18 * highest], visible=False, fixedrange=True)
    figure.update_layout(
        height=30 + ROW * len(rows), margin={"l": 0, "r": 0, "t": 8, "b": 8}, showlegend=False
    )
    _headed(figure, unit, counted_period(name, len(result.units), language))
    return Picture(figure, waterfall_sentence(result, unit, name, steps, language))


def _details(scheme: Scheme, step: Step, language: str) -> list[str]:
    return [wrapped(words, 44) for words in step_details(scheme, step, language)]


def parts_chart(
    result: Evaluation,
    unit: str,
    period: str,
    language: str,
    before: PeriodResult | None = None,
) -> Picture:
    """The children of the goal, such as the five capabilities: bars of a unit's points, with the
    median of its group and the points of the period before as marks.

    Args:
        result: of `evaluate`.
        unit: its name.
        period: one with observations of its own.
        language: of the texts.
        before: what to compare with; None = the period before, of the same evaluation, where there
            is one.

    Raises:
        EvaluationError: no such unit or period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> from ahp.plots.evaluation import parts_chart
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> [trace.name for trace in parts_chart(result, result.units[0], "2026Q2", "en").figure.data]
    ['丁市监督中心', 'Group median', '2026Q1']
    """
    chart = unit_parts(result, unit, period, language, before)
    return Picture(figure(replace(chart, title=unit), titled=True), chart.alt)


def rule_chart(scheme: Scheme, tried: TriedValue, language: str) -> Picture | None:
    """The points that a rule gives to values, and where a value that was tried lies; None for rules
    of grades, items or occurrences.

    Args:
        scheme: the scheme.
        tried: of `ahp.process.scheme_trials.try_value`.
        language: of the texts.

    >>> from ahp.plots.evaluation import rule_chart
    >>> from ahp.process.scheme_trials import try_value
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> rule_chart(scheme, try_value(scheme, "self_study", "0.8"), "en").figure.data[1].y
    (60.0,)
    """
    curve = value_curve(scheme, tried.indicator)
    if curve is None or tried.points is None:
        return None
    _ = translator(language)
    name = names_of(scheme, language)[tried.indicator]
    unit = measure_words(scheme.indicator[tried.indicator].unit, language)
    value, points = float(tried.value), float(tried.points)
    figure = go.Figure()
    figure.add_scatter(
        x=list(map(float, curve.values)),
        y=list(map(float, curve.points)),
        mode="lines",
        line={"color": BLUE, "width": 3},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[value],
        y=[points],
        mode="markers+text",
        text=[plain_number(tried.points)],
        textposition="top center",
        marker={"size": 12, "color": ORANGE, "symbol": "diamond"},
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.update_xaxes(title=harmless(unit), fixedrange=True, zeroline=False)
    figure.update_yaxes(
        title=_("Points"), range=[-5, max(110, points + 10)], fixedrange=True, zeroline=False
    )
    figure.update_layout(height=260, margin={"l": 0, "r": 8, "t": 10, "b": 10}, showlegend=False)
    _headed(figure, name)
    corners = list(zip(curve.values, curve.points, strict=True))
    if len(corners) > CURVE_POINTS:  # it bends everywhere
        corners = [corners[0], corners[-1]]
    drawn = _("; ").join(f"{float(x):.6g} → {float(y):.6g}" for x, y in corners)
    said = _("{indicator}, points by values: {drawn}. {value} gives {points} points.")
    return Picture(
        figure,
        said.format(
            indicator=name, drawn=drawn, value=f"{value:.6g}", points=plain_number(tried.points)
        ),
    )


def trend_chart(unit: str, points: Sequence[TrendPoint], language: str) -> Picture:
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
    >>> trend_chart(unit, unit_trend(unit, own_periods(result)), "en").figure.data[0].y
    (84.9, 77.6, 79.9, 86.0)
    """
    result = _last(points).at.result
    places = list(range(len(points)))
    totals = [None if point.total is None else float(point.total) for point in points]
    known = [total for total in totals if total is not None]
    low, high = (min(known), max(known)) if known else (0.0, 100.0)
    low, high = max(0.0, 5 * (low // 5) - 5), 5 * (high // 5) + 10
    figure = go.Figure()
    figure.add_scatter(
        x=places,
        y=totals,
        mode="lines+markers+text",
        text=["" if point.total is None else f"{point.total}" for point in points],
        textposition="top center",
        line={"color": BLUE, "width": 3},
        marker={"size": 9},
        cliponaxis=False,
        connectgaps=False,
        hoverinfo="skip",
    )
    _shade_bands(figure, result.scheme, (low, high), language)
    _period_axis(figure, [point.at.period for point in points])
    figure.update_yaxes(range=[low, high], fixedrange=True, zeroline=False, showgrid=False)
    figure.update_layout(height=300, margin={"l": 0, "r": 8, "t": 10, "b": 10}, showlegend=False)
    _headed(figure, unit, _span(points, language))
    return Picture(figure, trend_sentence(unit, points, language))


def change_chart(unit: str, points: Sequence[TrendPoint], language: str) -> Picture:
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
    >>> figure = change_chart(unit, unit_trend(unit, own_periods(result)), "en").figure
    >>> [trace.name for trace in figure.data]
    ['Performance', 'Weights', 'Rules', 'Deductions, bonuses, limits, vetoes, rounding', 'Change']
    >>> figure.data[-1].text
    ('', '−7.3', '+2.3', '+6.1')
    """
    _ = translator(language)
    _last(points)
    changes = [point.change for point in points]
    rest = [
        None
        if change is None
        else float(sum((one.effect for one in change.adjustments), start=change.rules * 0))
        for change in changes
    ]
    series = (
        (_("Performance"), [change and float(change.performance) for change in changes], BLUE, ""),
        (_("Weights"), [change and float(change.weights) for change in changes], ORANGE, "/"),
        (_("Rules"), [change and float(change.rules) for change in changes], GREEN, "x"),
        (_("Deductions, bonuses, limits, vetoes, rounding"), rest, VIOLET, "."),
    )
    places = list(range(len(points)))
    figure = go.Figure()
    for label, values, color, pattern in series:
        figure.add_bar(
            x=places,
            y=values,
            name=label,
            marker={
                "color": color,
                "pattern": {"shape": pattern, "bgcolor": color, "fgcolor": "#ffffff"},
            },
            hovertemplate="%{y:+.2f}<extra>" + label + "</extra>",
        )
    ends = [None if change is None else float(change.change) for change in changes]
    above = [
        None if change is None else sum(max(0.0, values[k] or 0.0) for _l, values, *_r in series)
        for k, change in enumerate(changes)
    ]
    figure.add_scatter(
        x=places,
        y=above,
        mode="text",
        name=_("Change"),
        text=["" if change is None else signed(change.change) for change in changes],
        textposition="top center",
        showlegend=False,
        cliponaxis=False,
        customdata=ends,
        hoverinfo="skip",
    )
    _period_axis(figure, [point.at.period for point in points])
    figure.update_yaxes(fixedrange=True, nticks=6)
    figure.update_layout(
        height=360,
        margin={"l": 0, "r": 8, "t": 24, "b": 110},
        barmode="relative",
        legend=LEGEND_BELOW,
    )
    _headed(
        figure,
        unit,
        _span(points, language),
        _("Each change is performance, weights, rules and the rest"),
    )
    return Picture(figure, trend_sentence(unit, points, language))


def importance_chart(result: Evaluation, unit: str, period: str, language: str) -> Picture:
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
    >>> figure = importance_chart(result, result.units[0], "2026Q1", "en").figure
    >>> [annotation.text for annotation in figure.layout.annotations][0]
    'Important and weak:<br>work here first'
    """
    _ = translator(language)
    found = importance_places(result, unit, period)
    names = names_of(result.scheme, language)
    numbers = {leaf: str(k) for k, leaf in enumerate(result.scheme.leaves, start=1)}
    labels = [f"{numbers[place.indicator]} {names[place.indicator]}" for place in found.places]
    weights = [100 * place.weight for place in found.places]
    figure = go.Figure()
    figure.add_scatter(
        x=weights,
        y=[place.points for place in found.places],
        mode="markers+text",
        name=harmless(unit),
        marker={"size": 9, "color": BLUE},
        text=[numbers[place.indicator] for place in found.places],
        textposition="top center",
        cliponaxis=False,
        customdata=[harmless(label) for label in labels],
        hovertemplate="%{customdata}<br>%{x:.1f}%, %{y:.1f}<extra></extra>",
    )
    figure.add_scatter(
        x=weights,
        y=_plain([place.median for place in found.places]),
        mode="markers",
        name=_("Group median"),
        marker={"size": 9, "symbol": "diamond-open", "color": ORANGE},
        cliponaxis=False,
        customdata=[harmless(label) for label in labels],
        hovertemplate="%{customdata}<br>%{x:.1f}%, %{y:.1f}<extra>"
        + _("Group median")
        + "</extra>",
    )
    _quadrants(figure, found, language)
    figure.update_xaxes(
        title=_("Weight in the whole, %"),
        type="log",
        range=[math.log10(0.8 * min(weights)), math.log10(1.25 * max(weights))],
        tickvals=WEIGHT_TICKS,
        ticktext=[f"{tick:g}" for tick in WEIGHT_TICKS],
        fixedrange=True,
        zeroline=False,
        showgrid=False,
    )
    figure.update_yaxes(
        title=_("Points"),
        range=[-14, 114],
        tickvals=[0, 20, 40, 60, 80, 100],
        fixedrange=True,
        zeroline=False,
        showgrid=False,
    )
    figure.update_layout(
        height=480, margin={"l": 0, "r": 8, "t": 10, "b": 100}, legend=LEGEND_BELOW
    )
    _headed(figure, unit, counted_period(found.period, len(found.peers), language))
    said = importance_sentence(result.scheme, found, language)
    return Picture(
        figure,
        _("{sentence} {limits}").format(sentence=said, limits=importance_limits(found, language)),
    )


def _quadrants(figure: go.Figure, found: ImportanceMap, language: str) -> None:
    """The lines between the quadrants, and their names in the corners."""
    words = quadrant_words(translator(language))
    line = {"color": GRAY, "width": 1, "dash": "dash"}
    figure.add_vline(x=100 * found.weight, line=line)
    figure.add_hline(y=found.points, line=line)
    corners = ((1, 0), (1, 1), (0, 0), (0, 1))
    for quadrant, (x, y) in zip(QUADRANTS, corners, strict=True):
        figure.add_annotation(
            x=x,
            y=y,
            xref="paper",
            yref="paper",
            xanchor="right" if x else "left",
            yanchor="top" if y else "bottom",
            text=wrapped(words[quadrant], LABEL),
            align="right" if x else "left",
            showarrow=False,
            font={"size": 11},
        )


def over_time_chart(
    result: Evaluation, language: str, units: Sequence[str] | None = None
) -> Picture:
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
) -> Picture:
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
    places = list(range(count))
    numbers = {
        unit: np.array([np.nan if one is None else float(one) for one in of_unit[:count]])
        for unit, of_unit in totals.items()
    }
    middle = medians(np.stack(list(numbers.values())))
    drawn = np.concatenate([numbers[unit] for unit in units])
    some = drawn[~np.isnan(drawn)]
    low, high = (float(some.min()), float(some.max())) if some.size else (0.0, 100.0)
    scale = 0.6 / max(high - low, 1.0)
    figure = go.Figure()
    for row, unit in enumerate(units):
        thin = {"color": GRAY, "width": 1, "dash": "dot"}
        lines = ((_("Median"), middle, thin), (unit, numbers[unit], {"color": BLUE, "width": 3}))
        for label, values, line in lines:
            figure.add_scatter(
                x=places,
                y=_plain(row + 0.3 - (values - low) * scale),
                mode="lines+markers",
                line=line,
                marker={"size": 6 if label == unit else 1},
                name=harmless(label),
                customdata=_plain(values),
                hovertemplate="%{customdata}<extra>" + harmless(label) + "</extra>",
            )
        total = totals[unit][-1]
        figure.add_annotation(
            x=1,
            xref="paper",
            y=row,
            text="–" if total is None else f"{total:.{digits}f}",
            showarrow=False,
            xanchor="left",
            xshift=6,
        )
    name_rows(figure, [wrapped(unit, LABEL) for unit in units], True)
    _period_axis(figure, periods[:count])
    figure.update_xaxes(side="top")
    figure.update_layout(
        height=60 + 48 * len(units), margin={"l": 0, "r": 48, "t": 30, "b": 8}, showlegend=False
    )
    _headed(
        figure,
        _("{count} of {all} units").format(count=len(units), all=len(totals)),
        _("Dotted: median of all; on the right: {period}").format(period=periods[-1]),
    )
    said = []
    for unit in units:
        of_unit = (
            _("{period} {total}").format(
                period=period, total=_("no total") if total is None else f"{total:.{digits}f}"
            )
            for period, total in zip(periods, totals[unit], strict=True)
        )
        said.append(_("{unit}: {totals}.").format(unit=unit, totals=_(", ").join(of_unit)))
    return Picture(figure, "\n".join(said))


def _last(points: Sequence[TrendPoint]) -> TrendPoint:
    if not points:
        raise EvaluationError("trend_empty")
    return points[-1]


def _headed(figure: go.Figure, *lines: str) -> None:
    """Put lines above a picture, the first one bold, those too long for a phone wrapped."""
    first, *others = (wrapped(line, NOTE_WIDTH) for line in lines)
    headed(figure, "<br>".join((f"<b>{first}</b>", *others)))


def _span(points: Sequence[TrendPoint], language: str) -> str:
    """The days of a trend, and how many units were evaluated last."""
    _ = translator(language)
    first, last = (parse_period(points[k].at.period) for k in (0, -1))
    return _("{first} to {last}, units: {count}").format(
        first=first.first_day,
        last=last.last_day,
        count=len(points[-1].at.result.units),
    )


def _shade_bands(
    figure: go.Figure, scheme: Scheme, ends: tuple[float, float], language: str
) -> None:
    """Every other band of a scheme shaded, with its name on the left."""
    low, high = ends
    top = high
    for k, band in enumerate(scheme.bands):
        start = max(float(band.at_least), low)
        if start < top:
            if k % 2 == 0:
                shade = {"fillcolor": GRAY, "opacity": 0.15, "line_width": 0, "layer": "below"}
                figure.add_hrect(y0=start, y1=top, **shade)
            figure.add_annotation(
                x=0,
                xref="paper",
                xanchor="left",
                y=start,
                yanchor="bottom",
                text=f"{harmless(name_of(scheme, band, language))} ≥ {decimal(band.at_least)}",
                showarrow=False,
                font={"size": 11},
            )
        top = min(top, start)


def _period_axis(figure: go.Figure, periods: Sequence[str]) -> None:
    """Periods from left to right, some of them named."""
    step = -(-len(periods) // NAMED_PERIODS)
    figure.update_xaxes(
        tickvals=list(range(0, len(periods), step)),
        ticktext=list(periods[::step]),
        range=[-0.5, len(periods) - 0.5],
        fixedrange=True,
        showgrid=False,
        zeroline=False,
    )


def _plain(values: Any) -> list[float | None]:
    """Numbers for plotly, None where there is none."""
    return [None if np.isnan(value) else float(value) for value in values]
