"""Charts of the units of an evaluation: their totals, and their points of each part."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from ..evaluation import Evaluation
from ..evaluation.steps import MOST_STEPS, waterfall_steps
from ..i18n import translator
from ..i18n.evaluation import bands_of
from ..i18n.evaluation_results import (
    counted_period,
    signed,
    step_details,
    step_words,
    waterfall_sentence,
)
from .chart import Axis, Bars, Cells, Chart, Intervals, Points

BAR, EARLIER, INTERVAL = "#1f5f99", "#c8641b", "#5f6b76"
"""Colors of totals, of those of the period before, and of intervals."""

RISE, FALL, SUM = "#1f5f99", "#c8641b", "#5f6b76"
"""Colors of what adds to a total, of what is taken from it, and of the total."""

SHADES = ("#fdf3e7", "#dbe8f1", "#8fb4c9", "#4a86b0")
"""From few points to many."""

GAP = 0.02
"""Room beyond the longest bar, as a share."""


def unit_totals(
    units: Sequence[str],
    totals: Sequence[Decimal],
    *,
    title: str,
    note: str,
    language: str,
    earlier: Sequence[Decimal | None] = (),
    earlier_name: str = "",
    intervals: Sequence[tuple[float, float]] = (),
    level: float = 0.95,
) -> Chart:
    """Totals as bars, the first unit at the top, with those of the period before as marks; each
    total stands beside its unit's name, where no interval hides it.

    Args:
        units: names.
        totals: one a unit, as printed.
        title: of the chart.
        note: period and how many units.
        language: of the texts.
        earlier: totals of the period before, None where there is none.
        earlier_name: what that period is called.
        intervals: lowest and highest total, one a unit.
        level: of the intervals.

    >>> from decimal import Decimal
    >>> from ahp.plots.units import unit_totals
    >>> both = Decimal("91.0"), Decimal("84.8")
    >>> chart = unit_totals(["A", "B"], both, title="Totals", note="2026Q1", language="en")
    >>> chart.y.names, chart.alt
    (('A 91.0', 'B 84.8'), 'Totals: A 91.0; B 84.8.')
    """
    _ = translator(language)
    rows = tuple(float(k) for k in range(len(units)))
    ends = tuple(map(float, totals))
    texts = tuple(f"{one}" for one in totals)
    named = tuple(
        _("{name} {number}").format(name=unit, number=text)
        for unit, text in zip(units, texts, strict=True)
    )
    marks: list[Bars | Intervals | Points] = [Bars(rows, ends, (BAR,) * len(rows), name=_("Total"))]
    if intervals:
        low, high = zip(*intervals, strict=True)
        name = _("{level} interval").format(level=f"{100 * level:g}%")
        marks.append(Intervals(rows, tuple(low), tuple(high), INTERVAL, name))
    known = [(row, one) for row, one in zip(rows, earlier, strict=False) if one is not None]
    if known:
        at, then = zip(*known, strict=True)
        marks.append(Points(tuple(map(float, then)), at, EARLIER, "diamond", name=earlier_name))
    said = _("; ").join(named)
    highest = max([100.0, *ends, *(high for _low, high in intervals)])
    return Chart(
        title,
        note,
        _("{unit}: {totals}.").format(unit=title, totals=said),
        Axis(_("Points"), low=0, high=highest * (1 + GAP), decimals=0),
        Axis(names=named, reversed=True),
        tuple(marks),
        language,
        legend=len(marks) > 1,
    )


def unit_parts_map(
    units: Sequence[str],
    parts: Sequence[str],
    points: Sequence[Sequence[float]],
    *,
    title: str,
    note: str,
    language: str,
) -> Chart:
    """Points of units by parts, a colored cell each; empty where there are none.

    Args:
        units: names, a row each.
        parts: names, a column each.
        points: unit by unit; NaN where there are none.
        title: of the chart.
        note: period and how many units.
        language: of the texts.

    >>> from ahp.plots.units import unit_parts_map
    >>> points = [[89.7, 51.0], [float("nan"), 60.0]]
    >>> about = {"title": "Parts", "note": "2026Q1", "language": "en"}
    >>> chart = unit_parts_map(["A", "B"], ["Set-up", "Learning"], points, **about)
    >>> chart.marks[0].texts
    (('89.7', '51.0'), ('', '60.0'))
    """
    _ = translator(language)
    values = tuple(tuple(None if math.isnan(one) else float(one) for one in row) for row in points)
    texts = tuple(tuple("" if one is None else f"{one:.1f}" for one in row) for row in values)
    said = _("; ").join(
        _("{unit}: {totals}").format(
            unit=unit,
            totals=_(", ").join(
                _("{name} {number}").format(name=part, number=text)
                for part, text in zip(parts, row, strict=True)
                if text
            ),
        )
        for unit, row in zip(units, texts, strict=True)
    )
    return Chart(
        title,
        note,
        _("{sentence}.").format(sentence=said),
        Axis(names=tuple(parts)),
        Axis(names=tuple(units), reversed=True),
        (Cells(values, 0, 100, SHADES, _("Points"), texts),),
        language,
        legend=False,
    )


def unit_waterfall(
    result: Evaluation, unit: str, period: str, language: str, most: int = MOST_STEPS
) -> Chart:
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
    >>> from ahp.plots.units import unit_waterfall
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> chart = unit_waterfall(result, result.units[0], "2026Q1", "en")
    >>> chart.marks[0].texts[0], chart.marks[0].texts[-1]
    ('+49.69', '84.9')
    """
    _ = translator(language)
    scheme, name = result.scheme, result.periods[result.period_position(period)]
    lines = result.waterfall(unit, name)
    steps = waterfall_steps(scheme, lines, most)
    total = result.total(unit, name)
    changes = [step.after - step.before for step in steps]
    texts = [signed(one.quantize(Decimal("0.01"), ROUND_HALF_UP)) for one in changes]
    hover = ["\n".join(step_details(scheme, step, language)) for step in steps]
    last = _("No total") if total is None else _("Total")
    names = (*(step_words(scheme, step, language) for step in steps), last)
    ends = (*(float(step.after) for step in steps), 0.0 if total is None else float(total))
    bars = Bars(
        tuple(float(k) for k in range(len(names))),
        ends,
        (*(RISE if one >= 0 else FALL for one in changes), SUM),
        (*(float(step.before) for step in steps), 0.0),
        texts=(*texts, "" if total is None else f"{total}"),
        hover=(*hover, bands_of(scheme, language)[lines[-1].band or ""]),
    )
    return Chart(
        _("{unit}: how the total comes about").format(unit=unit),
        counted_period(name, len(result.units), language),
        waterfall_sentence(result, unit, name, steps, language),
        Axis(_("Points"), low=0, high=1.15 * max([100.0, *ends]), decimals=0),
        Axis(names=names, reversed=True),
        (bars,),
        language,
        legend=False,
    )
