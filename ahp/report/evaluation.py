"""Evaluations as tables and as data: totals, waterfalls, what changed since another period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..evaluation import STATUS_WORDS, Evaluation, parse_period, split_change
from ..evaluation.cells import INAPPLICABLE, KNOWN, UNCOUNTED
from ..i18n import translator
from ..i18n.errors import error_sentence
from ..i18n.evaluation import bands_of, line_words, named_phrase, names_of, plain_number
from ..messages import Phrase
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


def _rounded(number: float, digits: int) -> Decimal | None:
    """The decimal that a float stands for."""
    if np.isnan(number):
        return None
    return Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-digits))


def _aligned(numbers: Sequence[Decimal | None], least: int = 0) -> list[str]:
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
    bounds = [[_rounded(number, digits) for number in result.bounds[k, column]] for k in rows_of]
    uncertain = any(low != high for low, high in bounds)
    headings = [_("Unit"), _("Total"), _("Rank")]
    headings += [_("Group"), _("Rank in group")] if scheme.groups else []
    headings += [_("Band")]
    headings += [_("Bounds")] if uncertain else []
    totals = _aligned([_rounded(result.totals[k, column], digits) for k in rows_of], digits)
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
        _aligned(column)
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


@dataclass(frozen=True)
class Change:
    """Why a unit's total changed from one period to another.

    Attributes:
        unit: its name.
        before, after: totals.
        performance, weights: indicator id -> effect; with `rest` they sum to after - before.
        rest: what deductions, bonuses, limits, vetoes and rounding changed.
    """

    unit: str
    before: Decimal
    after: Decimal
    performance: dict[str, Fraction]
    weights: dict[str, Fraction]
    rest: Fraction


def changes_since(
    result: Evaluation, period: str, against: str, units: Sequence[str]
) -> tuple[Change, ...]:
    """Why totals changed, for the units that have one in both periods.

    Σ w̄_j Δs_j is what performance changed and Σ s̄_j Δw_j what weights did, with the means of both
    periods (Bennet 1920). The weight of an indicator is its share of the unit's total, after what
    doesn't apply is spread; one that is known in one of the periods alone has the same points in
    both.

    Raises:
        EvaluationError: the periods are not in order, or one is no period of the scheme.
    """
    first, last = parse_period(against), parse_period(period)
    for one in (first, last):
        if one.kind != result.scheme.period.kind:
            kinds = {
                "kind": Phrase(f"a_{one.kind}"),
                "expected": Phrase(f"a_{result.scheme.period.kind}"),
            }
            raise EvaluationError("period_kind", period=str(one), **kinds)
    if first >= last:
        raise EvaluationError("period_order", against=str(first), period=str(last))
    changes = []
    for unit in units:
        before, after = result.total(unit, str(first)), result.total(unit, str(last))
        if before is None or after is None:
            continue
        old, new = (_weighted(result, unit, str(one)) for one in (first, last))
        w0, w1 = ([one[leaf][0] for leaf in result.indicators] for one in (old, new))
        s0, s1 = _same_where_alone(
            *([one[leaf][1] for leaf in result.indicators] for one in (old, new))
        )
        performance, weights = (
            dict(zip(result.indicators, effects, strict=True))
            for effects in split_change(w0, s0, w1, s1)
        )
        effects = sum(performance.values(), Fraction(0)) + sum(weights.values(), Fraction(0))
        rest = Fraction(after) - Fraction(before) - effects
        changes.append(Change(unit, before, after, performance, weights, rest))
    return tuple(changes)


def _same_where_alone(
    before: Sequence[Fraction | None], after: Sequence[Fraction | None]
) -> tuple[list[Fraction], list[Fraction]]:
    """Points of both periods, those of the other one where there are none."""
    pairs = zip(before, after, strict=True)
    filled = [(b if a is None else a, a if b is None else b) for a, b in pairs]
    return [one or Fraction(0) for one, _ in filled], [one or Fraction(0) for _, one in filled]


def _weighted(
    result: Evaluation, unit: str, period: str
) -> dict[str, tuple[Fraction, Fraction | None]]:
    """Indicator id -> its share of the unit's total, and its points, None where there are none."""
    scheme, row = result.scheme, result.units.index(unit)
    column = result.periods.index(period)
    local = {node: Fraction(weight) for node, weight in result.weights(period).items()}
    status = dict(zip(result.indicators, result.status[row, column].tolist(), strict=True))
    scores = dict(zip(result.indicators, result.scores[row, column].tolist(), strict=True))

    def applies(node: str) -> bool:
        if node in scheme.children:
            return any(map(applies, scheme.children[node]))
        return status[node] not in (INAPPLICABLE, UNCOUNTED)

    share = {scheme.goal: Fraction(1)}
    for parent, kids in scheme.children.items():
        counting = [kid for kid in kids if local.get(kid) and applies(kid)]
        whole = sum((local[kid] for kid in counting), Fraction(0))
        for kid in kids:
            part = local[kid] / whole if kid in counting else Fraction(0)
            share[kid] = share[parent] * part
    known: dict[str, tuple[Fraction, Fraction | None]] = {}
    for leaf in result.indicators:
        points = Fraction(_rounded(scores[leaf], scheme.digits.points) or 0)  # 0 by the scheme
        known[leaf] = share[leaf], points if applies(leaf) else None
    return known


def change_table(result: Evaluation, change: Change, since: str, to: str, language: str) -> Table:
    """Why one unit's total changed: what each indicator did, then all else."""
    _ = translator(language)
    names = names_of(result.scheme, language)
    moved = [leaf for leaf in result.indicators if change.performance[leaf] or change.weights[leaf]]
    effects = [change.performance, change.weights]
    sums = [sum((one[leaf] for leaf in moved), Fraction(0)) for one in effects]
    columns = [
        _aligned([*(_decimal(one[leaf]) for leaf in moved), _decimal(total), None, None])
        for one, total in zip(effects, sums, strict=True)
    ]
    both = [change.performance[leaf] + change.weights[leaf] for leaf in moved]
    whole = Fraction(change.after) - Fraction(change.before)
    columns.append(
        _aligned([_decimal(one) for one in (*both, sums[0] + sums[1], change.rest, whole)])
    )
    labels = [*(names[leaf] for leaf in moved), _("All indicators")]
    labels += [_("Deductions, bonuses, limits, vetoes, rounding"), _("Change of the total")]
    title = _("{unit}: {before} in {since}, {after} in {to}").format(
        unit=change.unit, before=change.before, since=since, after=change.after, to=to
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
        rounded = _rounded(number, places)
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


def change_data(change: Change) -> dict[str, Any]:
    """A change as data that JSON can hold, its effects as fractions."""
    return {
        "unit": change.unit,
        "before": f"{change.before:f}",
        "after": f"{change.after:f}",
        "performance": {leaf: str(effect) for leaf, effect in change.performance.items()},
        "weights": {leaf: str(effect) for leaf, effect in change.weights.items()},
        "rest": str(change.rest),
    }
