"""League tables: the units of each peer group from the best down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ..errors import EvaluationError
from ..evaluation import Certainty, Evaluation
from ..evaluation.peers import PeriodResult, earlier_result
from ..evaluation.periods import parse_period
from ..evaluation.separation import group_letters, units_alike_in_total
from ..i18n import translator
from ..i18n.evaluation import bands_of, name_of
from ..i18n.evaluation_results import heading, separation_words
from .evaluation import aligned, as_printed
from .table import Table


def league_tables(
    result: Evaluation,
    period: str,
    language: str,
    certainty: Certainty | None = None,
    before: PeriodResult | None = None,
) -> tuple[Table, ...]:
    """The units of each peer group, the best first; one table where the scheme has no groups.

    A row has the rank in the group and among all, the total, its band, the lowest and the highest
    total that missing values leave open, the change since another period, and how many early
    warnings there are; with a certainty, its interval and the letters of units that can't be told
    apart, see `ahp.evaluation.separation`.

    Args:
        result: of `evaluate`.
        period: one of its periods.
        language: of the texts.
        certainty: of `simulate` for this period and all units, with `pairs=True`.
        before: what changes are told against; None = the period before, of the same evaluation,
            where there is one.

    Raises:
        EvaluationError: no such period, or a certainty of another period or of other units.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.league import league_tables
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> (league,) = league_tables(result, "2026Q2", "en")
    >>> league.columns
    ('Rank', 'Unit', 'Total', 'Band', 'Bounds', 'Change since 2026Q1', 'Early warnings')
    >>> league.rows[0]
    (1, '甲市监督中心', '92.0', 'Excellent', '', ' 3.8', 0)
    """
    _ = translator(language)
    column = result.period_position(period)
    name = result.periods[column]
    if certainty is not None:
        _check_certainty(result, name, certainty)
    before = before or earlier_result(result, name)
    scheme = result.scheme
    whole_name = scheme.text(scheme.name, language)
    groups = [(group.units, name_of(scheme, group, language)) for group in scheme.groups]
    tables = []
    for units, group in groups or [(result.units, "")]:
        about = _("{scheme}, {group}").format(scheme=whole_name, group=group)
        rows = sorted(
            (result.units.index(unit) for unit in units),
            key=lambda row: (result.ranks[row, column] or len(result.units) + 1, row),
        )
        columns = _columns(result, column, rows, language, certainty=certainty, before=before)
        rated = sum(result.ranks[row, column] > 0 for row in rows)
        note = _("{count} of {all} units have a total").format(count=rated, all=len(rows))
        if certainty is not None:
            note = _("{units}. {separation}").format(
                units=note, separation=separation_words(certainty, language)
            )
        tables.append(
            Table(
                heading(about if group else whole_name, name, len(rows), language),
                tuple(head for head, _cells in columns),
                tuple(zip(*(cells for _head, cells in columns), strict=True)),
                language,
                note=note,
            )
        )
    return tuple(tables)


def _check_certainty(result: Evaluation, period: str, certainty: Certainty) -> None:
    if certainty.period != period:
        raise EvaluationError("period_not_evaluated", period=period, valid=(certainty.period,))
    if missing := [unit for unit in result.units if unit not in certainty.units]:
        raise EvaluationError("unit_not_evaluated", unit=missing[0], valid=certainty.units)


def _columns(
    result: Evaluation,
    column: int,
    rows: Sequence[int],
    language: str,
    *,
    certainty: Certainty | None,
    before: PeriodResult | None,
) -> list[tuple[str, list[Any]]]:
    """Headings and cells."""
    _ = translator(language)
    period, digits = result.periods[column], result.scheme.digits.total
    units = [result.units[row] for row in rows]
    bands = bands_of(result.scheme, language)
    grouped = bool(result.scheme.groups)
    ranks = {
        _("Rank in group") if grouped else _("Rank"): result.group_ranks,
        **({_("Rank overall"): result.ranks} if grouped else {}),
    }
    columns: list[tuple[str, list[Any]]] = [
        (head, [int(one[row, column]) or None for row in rows]) for head, one in ranks.items()
    ]
    totals = [result.total(unit, period) for unit in units]
    columns += [(_("Unit"), units), (_("Total"), aligned(totals, digits))]
    columns.append((_("Band"), [bands[str(result.bands[row, column])] for row in rows]))
    if certainty is not None:
        level = _("{level} interval").format(level=f"{100 * certainty.level:g}%")
        columns.append((level, [interval_of(certainty, unit, digits) for unit in units]))
    bounds = [bounds_of(result, unit, period) for unit in units]
    if any(bounds):
        columns.append((_("Bounds"), bounds))
    if before is not None:
        changes = [change_of(result, period, before, unit) for unit in units]
        head = _("Change since {period}").format(period=before.period)
        columns.append((head, aligned(changes, digits)))
    if parse_period(period).kind == result.scheme.period.kind:  # nobody is warned of a whole year
        warned = Counter(
            phrase.parameters["unit"]
            for phrase in result.warnings
            if phrase.parameters.get("period") == period
        )
        columns.append((_("Early warnings"), [warned[unit] for unit in units]))
    if certainty is not None:
        letters = group_letters(units_alike_in_total(certainty, units))
        columns.append((_("Can't be told apart"), [letters.get(unit, "") for unit in units]))
    return columns


def interval_of(certainty: Certainty, unit: str, digits: int) -> str:
    """The interval of a unit's total, `"84.2…85.3"`; empty where no draw has a total."""
    row = certainty.units.index(unit)
    ends = as_printed(certainty.lower[row], digits), as_printed(certainty.upper[row], digits)
    return "" if None in ends else f"{ends[0]}…{ends[1]}"


def bounds_of(result: Evaluation, unit: str, period: str) -> str:
    """The lowest and the highest total that missing values leave open, `"78.0…82.3"`; empty where
    nothing is missing, `"?"` for an end without a total.
    """
    digits = result.scheme.digits.total
    cell = result.unit_position(unit), result.period_position(period)
    low, high = (as_printed(number, digits) for number in result.bounds[cell])
    return "" if low == high else "…".join("?" if one is None else f"{one}" for one in (low, high))


def change_of(result: Evaluation, period: str, before: PeriodResult, unit: str) -> Decimal | None:
    """By how much a unit's total changed; None where it has none in one of the periods."""
    now = result.total(unit, period)
    then = before.result.total(unit, before.period) if unit in before.result.units else None
    return None if now is None or then is None else now - then
