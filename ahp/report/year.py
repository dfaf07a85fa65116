"""A year of an evaluation as a table, and what became of units in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from ..evaluation.rules import decimal
from ..i18n import translator
from ..i18n.evaluation import bands_of, name_of
from ..process.evaluations.units import Unit
from ..process.evaluations.years import UnitYear, YearOfUnits
from .evaluation import aligned
from .table import Table


def year_sentence(found: YearOfUnits, language: str) -> str:
    """How the year's total comes about, and what is still to come."""
    _ = translator(language)
    if not found.shares:
        return _("The scheme has no yearly total; the totals of the periods stand side by side.")
    shares = _(", ").join(
        _("{period} {share}%").format(period=period, share=decimal(100 * share))
        for period, share in found.shares.items()
    )
    said = [_("The year's total is the weighted sum of the signed totals: {shares}.")]
    if found.lacking:
        said.append(_("Not opened yet: {periods}. There is no yearly total before."))
    if found.provisional:
        said.append(_("Not signed yet: {provisional}. What depends on it is provisional."))
    whole = reduce(lambda about, note: _("{about} {note}").format(about=about, note=note), said)
    return whole.format(
        shares=shares,
        periods=_(", ").join(found.lacking),
        provisional=_(", ").join(found.provisional),
    )


def year_table(found: YearOfUnits, language: str) -> Table:
    """The units in a year, the best of each group first."""
    _ = translator(language)
    digits, bands = found.scheme.digits.total, bands_of(found.scheme, language)
    groups = {one.id: name_of(found.scheme, one, language) for one in found.scheme.groups}
    order = {group: k for k, group in enumerate(groups)}

    def place(one: UnitYear) -> tuple[int, int]:
        return order.get(one.group, len(order)), one.group_rank or len(found.units) + 1

    units = sorted(found.units, key=place)
    columns: list[tuple[str, list[Any]]] = [(_("Unit"), [one.unit.name for one in units])]
    if len(groups) > 1:
        columns.append((_("Group"), [groups.get(one.group, "") for one in units]))
    for k, period in enumerate(found.periods):
        revision = found.revisions[k]
        mark = _(" (corrected)") if revision > 1 else "" if revision else _(" (provisional)")
        columns.append((f"{period}{mark}", aligned([one.totals[k] for one in units], digits)))
    if found.shares:
        columns.append((found.year, aligned([one.total for one in units], digits)))
        columns.append((_("Band"), [bands[one.band] for one in units]))
        if len(groups) > 1:
            columns.append((_("Rank in group"), [one.group_rank or None for one in units]))
        columns.append((_("Rank overall"), [one.rank or None for one in units]))
    title = _("{scheme}, {year}, units: {count}").format(
        scheme=found.scheme.text(found.scheme.name, language), year=found.year, count=len(units)
    )
    heads = tuple(head for head, _cells in columns)
    rows = tuple(zip(*(cells for _head, cells in columns), strict=True))
    return Table(title, heads, rows, language)


def unit_histories(units: Sequence[Unit], language: str) -> tuple[str, ...]:
    """What became of units: other names, those that went into others, those that began or ended."""
    _ = translator(language)
    names = {unit.id: unit.name for unit in units}
    said = []
    for unit in units:
        parts = []
        if unit.former_names:
            former = _(", ").join(unit.former_names)
            parts.append(_("was called {names}").format(names=former))
        if unit.active_from:
            parts.append(_("since {day}").format(day=unit.active_from))
        if unit.merged_into is not None:
            parts.append(
                _("went into {unit} from {period} on").format(
                    unit=names[unit.merged_into], period=unit.merged_from
                )
            )
        elif unit.active_to:
            parts.append(_("until {day}").format(day=unit.active_to))
        if parts:
            what = _(", ").join(parts)
            said.append(_("{unit}: {what}.").format(unit=unit.name, what=what))
    return tuple(said)
