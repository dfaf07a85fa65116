"""Evaluations as tables and as data: totals, waterfalls, what changed since another period."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..evaluation import STATUS_WORDS, Evaluation, Movement, explain_change, parse_period
from ..evaluation.cells import INAPPLICABLE, KNOWN, UNCOUNTED
from ..evaluation.periods import KIND_WORDS
from ..i18n import translator
from ..i18n.errors import error_sentence
from ..i18n.evaluation import bands_of, line_words, named_phrase, names_of, plain_number
from .table import Table


def latest_period(result: Evaluation) -> str:
    """The last period of the scheme's own kind in which any unit has a total; the last one where no
    unit ever has.
    """
    kind = result.scheme.period.kind
    own = [name for name in result.periods if parse_period(name).kind == kind]
    with_totals = [
        name for name in own if not np.isnan(result.totals[:, result.periods.index(name)]).all()
    ]
    return (with_totals or own)[-1]


def chosen_period(result: Evaluation, asked: str | None) -> str:
    """A period as an evaluation names it; the latest where none is asked for.

    Raises:
        EvaluationError: it was not evaluated.
    """
    if asked is None:
        return latest_period(result)
    name = str(parse_period(asked))
    if name not in result.periods:
        raise EvaluationError("period_not_evaluated", period=name, valid=result.periods)
    return name


def chosen_units(result: Evaluation, asked: str | None) -> tuple[str, ...]:
    """The unit that is asked for, or all.

    Raises:
        EvaluationError: it was not evaluated.
    """
    if asked is None:
        return result.units
    if asked not in result.units:
        raise EvaluationError("unit_not_evaluated", unit=asked, valid=result.units)
    return (asked,)


def as_printed(number: float, digits: int) -> Decimal | None:
    """The decimal that a float stands for."""
    if np.isnan(number):
        return None
    return Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-digits))


def aligned(numbers: Sequence[Decimal | None], least: int = 0) -> list[str]:
    """Numbers with as many decimals each, `least` or more, to the right."""
    shown = [Decimal(plain_number(one)) for one in numbers if one is not None]
    places = max([least, *(-int(one.as_tuple().exponent) for one in shown)])
    texts = ["" if one is None else f"{one:.{places}f}" for one in numbers]
    return [text.rjust(max(map(len, texts))) for text in texts]


def counted_words(result: Evaluation, period: str, language: str) -> str:
    """How many units have a total, and how many of their values were reported."""
    _ = translator(language)
    column = result.periods.index(period)
    units = _("{count} of {all} units have a total").format(
        count=int((~np.isnan(result.totals[:, column])).sum()), all=len(result.units)
    )
    status = result.status[:, column]
    if (status == UNCOUNTED).all():
        return units
    values = _("{count} of {all} values are reported").format(
        count=int((status == KNOWN).sum()),
        all=int(((status != UNCOUNTED) & (status != INAPPLICABLE)).sum()),
    )
    inapplicable = int((status == INAPPLICABLE).sum())
    if inapplicable:
        values += _(", not applicable: {count}").format(count=inapplicable)
    return _("; ").join((units, values))


def totals_table(
    result: Evaluation, period: str, language: str, units: Sequence[str] | None = None
) -> Table:
    """Total, rank and band of each unit, from the best down; bounds where anything is missing."""
    _ = translator(language)
    column = result.periods.index(period)
    scheme = result.scheme
    bands = bands_of(scheme, language)
    group_of = {
        unit: scheme.text(group.name, language) for group in scheme.groups for unit in group.units
    }
    rows_of = [k for k, unit in enumerate(result.units) if units is None or unit in units]
    rows_of.sort(key=lambda k: (result.ranks[k, column] or len(result.units) + 1, k))
    digits = scheme.digits.total
    bounds = [[as_printed(number, digits) for number in result.bounds[k, column]] for k in rows_of]
    uncertain = any(low != high for low, high in bounds)
    headings = [_("Unit"), _("Total"), _("Rank")]
    headings += [_("Group"), _("Rank in group")] if scheme.groups else []
    headings += [_("Band")]
    headings += [_("Bounds")] if uncertain else []
    totals = aligned([as_printed(result.totals[k, column], digits) for k in rows_of], digits)
    rows = []
    for k, total, (low, high) in zip(rows_of, totals, bounds, strict=True):
        unit = result.units[k]
        row: list[Any] = [unit, total, int(result.ranks[k, column]) or None]
        if scheme.groups:
            row += [group_of.get(unit, ""), int(result.group_ranks[k, column]) or None]
        row.append(bands[str(result.bands[k, column])])
        if uncertain:
            row.append("" if low == high else f"{_bound(low)}…{_bound(high)}")
        rows.append(tuple(row))
    title = _("{scheme}, {period}").format(scheme=scheme.text(scheme.name, language), period=period)
    return Table(title, tuple(headings), tuple(rows), language)


def _bound(number: Decimal | None) -> str:
    return "?" if number is None else f"{number:f}"


def waterfall_table(result: Evaluation, unit: str, period: str, language: str) -> Table:
    """How a unit's total came about, line by line."""
    _ = translator(language)
    lines = result.waterfall(unit, period)
    numbers = [
        aligned(column)
        for column in (
            [line.before for line in lines],
            [line.change for line in lines],
            [line.after for line in lines],
        )
    ]
    rows = zip(
        range(1, len(lines) + 1),
        (line_words(result.scheme, line, language) for line in lines),
        (line.clause for line in lines),
        *numbers,
        strict=True,
    )
    headings = (_("No."), _("What counts"), _("Clause"), _("Before"), _("Change"), _("After"))
    title = _("{unit}, {period}: how the total comes about").format(unit=unit, period=period)
    return Table(title, headings, tuple(rows), language)


def changes_since(
    result: Evaluation, period: str, against: str, units: Sequence[str]
) -> tuple[Movement, ...]:
    """Why totals changed, for the units that have one in both periods, see `explain_change`.

    Raises:
        EvaluationError: the periods are not in order, or one is no period of the scheme.
    """
    first, last = parse_period(against), parse_period(period)
    for one in (first, last):
        if one.kind != result.scheme.period.kind:
            kinds = {
                "kind": KIND_WORDS[one.kind],
                "expected": KIND_WORDS[result.scheme.period.kind],
            }
            raise EvaluationError("period_kind", period=str(one), **kinds)
    if first >= last:
        raise EvaluationError("period_order", against=str(first), period=str(last))
    periods = str(first), str(last)
    rated = (unit for unit in units if None not in (result.total(unit, one) for one in periods))
    return tuple(explain_change(result, result, unit, *periods) for unit in rated)


def _rest(change: Movement) -> Fraction:
    """What deductions, bonuses, limits, vetoes and rounding changed."""
    return sum((one.effect for one in change.adjustments), Fraction(0))


def change_table(result: Evaluation, change: Movement, language: str) -> Table:
    """Why one unit's total changed: what each indicator did, then all else."""
    _ = translator(language)
    names = names_of(result.scheme, language)
    moved = [effect for effect in change.effects if effect.performance or effect.weights]
    columns = [
        aligned([*map(_decimal, effects), _decimal(total), None, None])
        for effects, total in (
            ([effect.performance for effect in moved], change.performance),
            ([effect.weights for effect in moved], change.weights),
        )
    ]
    together = change.performance + change.weights
    last = (*(effect.total for effect in moved), together, _rest(change), Fraction(change.change))
    columns.append(aligned([*map(_decimal, last)]))
    labels = [*(names[effect.indicator] for effect in moved), _("All indicators")]
    labels += [_("Deductions, bonuses, limits, vetoes, rounding"), _("Change of the total")]
    title = _("{unit}: {before} in {since}, {after} in {to}").format(
        unit=change.unit,
        before=change.total_before,
        since=change.before,
        after=change.total_after,
        to=change.after,
    )
    headings = (_("Indicator"), _("Performance"), _("Weights"), _("Together"))
    return Table(title, headings, tuple(zip(labels, *columns, strict=True)), language)


def _decimal(number: Fraction) -> Decimal:
    """A number with all its decimals, or with 12 where it has more than 20."""
    places = 20 if (number * 10**20).denominator == 1 else 12
    return Decimal(round(number * 10**places)).scaleb(-places)


def remarks(
    result: Evaluation, period: str, language: str, units: Sequence[str]
) -> tuple[str, ...]:
    """What was read how, and the early warnings of units in a period."""
    shown = []
    for phrase in result.warnings:
        about = phrase.parameters
        if about.get("period", period) == period and about.get("unit", units[0]) in units:
            shown.append(error_sentence(named_phrase(result.scheme, phrase, language), language))
    return tuple(shown)


def evaluation_data(
    result: Evaluation,
    periods: Sequence[str],
    units: Sequence[str],
    *,
    explained: str | None = None,
) -> dict[str, Any]:
    """An evaluation as data that JSON can hold; official numbers are texts of their decimals.

    Args:
        result: the evaluation.
        periods: which of them.
        units: which of them.
        explained: a unit whose waterfalls are added.
    """
    scheme = result.scheme
    return {
        "scheme": {
            "id": scheme.id,
            "version": scheme.version,
            "content_hash": scheme.content_hash,
        },
        "weights": {
            "source": result.weights_source,
            "frozen": {
                period: {node: f"{weight:f}" for node, weight in result.weights(period).items()}
                for period in periods
                if parse_period(period).kind == scheme.period.kind
            },
        },
        "results": [
            _unit_data(result, unit, period, unit == explained)
            for unit in units
            for period in periods
        ],
        "remarks": [
            {"code": phrase.code, **dict(phrase.parameters), "text": str(phrase)}
            for phrase in result.warnings
        ],
        "version": result.version,
    }


def _unit_data(result: Evaluation, unit: str, period: str, explained: bool) -> dict[str, Any]:
    row, column = result.units.index(unit), result.periods.index(period)
    digits = result.scheme.digits

    def text(number: float, places: int) -> str | None:
        rounded = as_printed(number, places)
        return None if rounded is None else f"{rounded:f}"

    data: dict[str, Any] = {
        "unit": unit,
        "period": period,
        "total": text(result.totals[row, column], digits.total),
        "rank": int(result.ranks[row, column]) or None,
        "group_rank": int(result.group_ranks[row, column]) or None,
        "band": str(result.bands[row, column]) or None,
        "bounds": [text(number, digits.total) for number in result.bounds[row, column]],
        "indicators": {
            leaf: {
                "status": STATUS_WORDS[result.status[row, column, k]],
                "value": _or_none(result.values[row, column, k]),
                "points": text(result.scores[row, column, k], digits.points),
            }
            for k, leaf in enumerate(result.indicators)
            if result.status[row, column, k] != UNCOUNTED
        },
    }
    if explained:
        data["waterfall"] = [
            {
                key: f"{value:f}" if isinstance(value, Decimal) else value
                for key, value in vars(line).items()
                if value is not None
            }
            for line in result.waterfall(unit, period)
        ]
    return data


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def change_data(change: Movement) -> dict[str, Any]:
    """A change as data that JSON can hold, its effects as fractions."""
    return {
        "unit": change.unit,
        "before": f"{change.total_before:f}",
        "after": f"{change.total_after:f}",
        "performance": {one.indicator: str(one.performance) for one in change.effects},
        "weights": {one.indicator: str(one.weights) for one in change.effects},
        "rest": str(_rest(change)),
    }
