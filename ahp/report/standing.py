"""What the scores of a period rest on, in words and as a table of what was signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..evaluation.scheme import Scheme
from ..i18n import translator
from ..i18n.evaluation import bands_of, names_of
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


def revisions_table(held: PeriodState, language: str) -> Table:
    """What was signed of a period, with corrections beside it, group by group."""
    _ = translator(language)
    bands = bands_of(held.scheme, language)
    last: Mapping[str, Any] = held.signatures[-1].evidence["units"]
    units = sorted(last, key=lambda one: (last[one]["group"], last[one]["group_rank"] or len(last)))
    columns = [_("Unit"), _("Group")]
    for one in held.signatures:
        head = _("Signed on {date}") if one.revision == 1 else _("Corrected on {date}")
        columns += [head.format(date=one.stamp.time[:10]), _("Band")]
    columns += [_("Rank in group"), _("Changed by a correction")]
    rows = []
    for unit in units:
        row: list[Any] = [last[unit]["name"], last[unit]["group"]]
        figures = []
        for one in held.signatures:
            told = one.evidence["units"].get(unit, {"total": None, "band": ""})
            figures.append((told["total"], told["band"]))
            row += [told["total"] or _("no total"), bands[told["band"]]]
        row += [last[unit]["group_rank"] or None, len(set(figures)) > 1]
        rows.append(tuple(row))
    title = _("Signed figures of {period}, units: {count}").format(
        period=held.period, count=len(rows)
    )
    headings = list(columns)
    for k, head in enumerate(headings):  # a page tells columns apart by their headings
        again = headings[:k].count(head)
        columns[k] = f"{head} ({again + 1})" if again else head
    return Table(title, tuple(columns), tuple(rows), language)
