"""What the scores of a period rest on, in words and as a table of what was signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ..evaluation.scheme import Scheme
from ..i18n import translator
from ..i18n.evaluation import bands_of, names_of, plain_number
from ..process.evaluations.standing import Standing
from ..process.evaluations.state import PeriodState
from .table import Table


def standing_sentence(standing: Standing, scheme: Scheme, language: str) -> str:
    """Whether scores are provisional, and what is still to come."""
    _ = translator(language)
    if not standing.provisional:
        return (
            _("Signed.")
            if standing.revision == 1
            else _("Signed, and corrected since: revision {revision}.").format(
                revision=standing.revision
            )
        )
    about = {"count": len(standing.missing), "of": standing.indicators}
    said = []
    if standing.missing:
        said.append(
            _("{count} of {of} indicators not delivered")
            if standing.stage == "open"
            else _("{count} of {of} indicators with missing values")
        )
    said = [one.format(**about) for one in said]
    if standing.raters:
        said.append(
            _("{submitted} of {raters} raters have submitted").format(
                submitted=standing.submitted, raters=standing.raters
            )
        )
    if standing.undecided:
        said.append(
            _("deductions, bonuses or vetoes that wait for a second person: {count}").format(
                count=standing.undecided
            )
        )
    if standing.appeals:
        said.append(_("appeals to decide: {count}").format(count=standing.appeals))
    if not said:
        return _("Provisional: not signed yet.")
    return _("Provisional: {what}.").format(what=_(", ").join(said))


def missing_indicators(standing: Standing, scheme: Scheme, language: str) -> str:
    """The indicators that are not there, by name."""
    _ = translator(language)
    names = names_of(scheme, language)
    return _(", ").join(names[leaf] for leaf in standing.missing)


def dated(table: Table, standing: str, day: str) -> Table:
    """A table for a file, which says what it is about, what it rests on, and when it was taken."""
    _ = translator(table.language)
    about = _("{title}. {standing} As of {date} (UTC).").format(
        title=table.title, standing=standing, date=day
    )
    note = _("{about} {note}").format(about=about, note=table.note) if table.note else about
    return replace(table, note=note)


def _by_group(evidence: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Unit -> what was signed of it, group by group, the best first, those without a rank last."""
    units: Mapping[str, Mapping[str, Any]] = evidence["units"]

    def place(unit: str) -> tuple[str, int]:
        return units[unit]["group"], units[unit]["group_rank"] or len(units) + 1

    return {unit: units[unit] for unit in sorted(units, key=place)}


def revisions_table(held: PeriodState, language: str) -> Table:
    """What was signed of a period, with corrections beside it, group by group."""
    _ = translator(language)
    bands = bands_of(held.scheme, language)
    last = _by_group(held.signatures[-1].evidence)
    columns = [_("Unit"), _("Group")]
    for one in held.signatures:
        head = _("Signed on {date}") if one.revision == 1 else _("Corrected on {date}")
        columns += [head.format(date=one.stamp.time[:10]), _("Band")]
    columns += [_("Rank in group"), _("Changed by a correction")]
    rows = []
    for unit, now in last.items():
        row: list[Any] = [now["name"], now["group"]]
        figures = []
        for one in held.signatures:
            told = one.evidence["units"].get(unit, {"total": None, "band": ""})
            figures.append((told["total"], told["band"]))
            row += [told["total"] or _("no total"), bands[told["band"]]]
        row += [now["group_rank"] or None, len(set(figures)) > 1]
        rows.append(tuple(row))
    title = _("Signed figures of {period}, units: {count}").format(
        period=held.period, count=len(rows)
    )
    headings = list(columns)
    for k, head in enumerate(headings):  # a page tells columns apart by their headings
        again = headings[:k].count(head)
        columns[k] = f"{head} ({again + 1})" if again else head
    return Table(title, tuple(columns), tuple(rows), language)


def signed_table(evidence: Mapping[str, Any], scheme: Scheme, language: str) -> Table:
    """The figures that are signed, group by group, the best first."""
    _ = translator(language)
    bands, names = bands_of(scheme, language), names_of(scheme, language)
    leaves = [leaf for leaf in scheme.indicator if leaf in evidence["weights"]]
    rows = tuple(
        (
            one["group"],
            one["group_rank"] or None,
            one["name"],
            one["total"] or "",
            bands[one["band"]],
            *(_plain(one["points"].get(leaf)) for leaf in leaves),
        )
        for one in _by_group(evidence).values()
    )
    headings = (
        *(_("Group"), _("Rank in group"), _("Unit"), _("Total"), _("Band")),
        *(names[leaf] for leaf in leaves),
    )
    title = _("Signed figures of {period}, revision {revision}").format(
        period=evidence["period"], revision=evidence["revision"]
    )
    return Table(title, headings, rows, language)


def _plain(points: str | None) -> str:
    return "" if points is None else plain_number(Decimal(points))
