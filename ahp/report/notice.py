"""What is told of a period in words and tables: figures over time, sources, signed results."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import numpy as np

from ..evaluation.evaluated import Evaluation
from ..evaluation.peers import node_points
from ..evaluation.rules import Rated
from ..evaluation.scheme import Scheme
from ..i18n import translator
from ..i18n.errors import error_sentence, place_words
from ..i18n.evaluation import bands_of, measured_words, named_phrase
from ..process.evaluations.notices import Figure, Moved, raters_of
from ..process.evaluations.state import PeriodState, Value
from .evaluation import as_printed
from .table import Table


def rank_words(figure: Figure, language: str) -> str:
    """The place of a unit in its group: `"2 of 12"`, or nothing where there is no total."""
    _ = translator(language)
    rank = figure.told["group_rank"]
    return _("{rank} of {count}").format(rank=rank, count=figure.among) if rank else "–"


def figure_words(figure: Figure, language: str) -> str:
    """When a figure was told."""
    _ = translator(language)
    day = figure.stamp.time[:10] if figure.stamp else ""
    if figure.kind == "signed" and figure.revision > 1:
        return _("corrected and signed on {date}").format(date=day)
    return {
        "notice": _("draft notice of {date}"),
        "now": _("now, not signed yet"),
        "signed": _("signed on {date}"),
    }[figure.kind].format(date=day)


def figures_table(figures: Iterable[Figure], scheme: Scheme, language: str) -> Table:
    """What a unit was told, the oldest first."""
    _ = translator(language)
    bands = bands_of(scheme, language)
    rows = tuple(
        (
            figure_words(one, language),
            one.told["total"] or "–",
            bands[one.told["band"]] or "–",
            rank_words(one, language),
            one.reason,
        )
        for one in figures
    )
    headings = (_("Figure"), _("Total"), _("Band"), _("Rank in group"), _("Why corrected"))
    return Table(_("Earlier and later figures side by side"), headings, rows, language)


def parts_points(result: Evaluation, unit: str, period: str) -> dict[str, Decimal | None]:
    """Node below the goal -> points of a unit, of the nodes that count."""
    points = node_points(result, period, (unit,))
    weights, digits = result.weights(period), result.scheme.digits.points
    return {
        node: as_printed(float(points[node][0]), digits)
        for node in result.scheme.children[result.scheme.goal]
        if node in weights
    }


def scored_value(result: Evaluation, unit: str, period: str, indicator: str, language: str) -> str:
    """The value that a unit's points are given for, with its unit of measure unless it is graded;
    empty where there is none.
    """
    row, column = result.unit_position(unit), result.period_position(period)
    value = result.values[row, column, result.indicators.index(indicator)]
    if np.isnan(value):
        return ""
    measured = result.scheme.indicator[indicator]
    measure = "" if isinstance(measured.rule, Rated) else measured.unit
    return measured_words(Decimal(repr(float(value))), measure, language)


def grade_names(scheme: Scheme, indicator: str, language: str) -> dict[str, str]:
    """Grade -> name, of an indicator that is rated in grades."""
    rule = scheme.indicator[indicator].rule if indicator in scheme.indicator else None
    grades = scheme.grades.get(getattr(rule, "grades", ""), ())
    return {one.id: scheme.text(one.name, language) for one in grades}


def source_words(held: PeriodState, unit: str, indicator: str, language: str) -> str:
    """Where the value of a unit comes from: files and places, documents, how many raters."""
    _ = translator(language)
    own = [
        value
        for key, value in held.values.items()
        if (key.unit, key.indicator) == (unit, indicator)
    ]
    said = dict.fromkeys(_of_value(value, language) for value in own if not value.row.rater)
    if raters := raters_of(held, unit, indicator):
        said[_("grades of {count} raters").format(count=raters)] = None
    return _("; ").join(said)


def _of_value(value: Value, language: str) -> str:
    _ = translator(language)
    row = value.row
    place = place_words(row.place, language) if row.place else ""
    source = place or (value.file.name if value.file else _("typed in"))
    document = _("{source}, document {number}")
    return document.format(source=source, number=row.evidence) if row.evidence else source


def own_warnings(result: Evaluation, unit: str, period: str, language: str) -> tuple[str, ...]:
    """Early warnings and remarks about this unit alone; the median of its group is not for it: of
    two units, it tells the other one's total.
    """
    return tuple(
        error_sentence(named_phrase(result.scheme, phrase, language), language)
        for phrase in result.warnings
        if phrase.code != "warning_median"
        and phrase.parameters.get("unit") == unit
        and phrase.parameters.get("period") == period
    )


def moved_table(units: Iterable[Moved], scheme: Scheme, language: str) -> Table:
    """Units whose figure changes, the old one beside the new one."""
    _ = translator(language)
    bands = bands_of(scheme, language)

    def beside(old: object, new: object) -> str:
        return f"{old or '–'}" if old == new else f"{old or '–'} → {new or '–'}"

    rows = tuple(
        (
            (one.after or one.before)["name"],
            beside(one.before.get("total"), one.after.get("total")),
            beside(bands[one.before.get("band", "")], bands[one.after.get("band", "")]),
            beside(one.before.get("group_rank"), one.after.get("group_rank")),
        )
        for one in units
    )
    headings = (_("Unit"), _("Total"), _("Band"), _("Rank in group"))
    return Table(_("What changes: old figure → new figure"), headings, rows, language)
