"""The report on an evaluation: statistics, a notice or an analysis, as departments give them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Literal, get_args

import numpy as np

from ..errors import OptionError
from ..evaluation import parse_period
from ..evaluation.rules import decimal
from ..i18n import Translate, translator
from ..i18n.errors import error_sentence
from ..i18n.evaluation import named_phrase, names_of
from ..i18n.evaluation_results import counted_period, period_words, separation_words
from ..i18n.schemes import file_weights_words, source_words
from ..plots.units import unit_parts_map, unit_totals
from ..process.evaluations.signing import hashes_of
from ..version import __version__
from .document import Block, Document, Figure, Listing, Paragraph, Section, TableBlock
from .evaluation_evidence import EvaluationEvidence, UnitFigure
from .evaluation_findings import evaluation_findings
from .evaluation_tables import (
    bands_table,
    deliveries_table,
    events_table,
    groups_table,
    importance_table,
    indicator_changes_table,
    losses_table,
    moved_units_table,
    observations_table,
    parts_over_time_table,
    parts_summary,
    periods_table,
    raters_table,
    rules_table,
    scores_tables,
    signatures_table,
    unit_losses_table,
    unit_parts_table,
    weights_table,
)
from .finding import Finding, said_paragraphs
from .league import league_tables
from .opinions import missing_sentences, missing_table
from .over_time import over_time_table
from .standing import revisions_table, standing_sentence
from .table import Table
from .year import year_sentence, year_table

Form = Literal["statistics", "notice", "analysis"]
"""What a report is for: figures alone; what everybody must know of a period; all that can be said.
"""

FORMS: tuple[Form, ...] = get_args(Form)

FORM_OF: Mapping[str, Form] = {
    "month": "statistics",
    "quarter": "notice",
    "half": "notice",
    "year": "analysis",
}
"""Kind of a period -> the form that departments give it."""

UNITS_IN_CHART = 40
"""Units in one chart of totals or parts."""

_SHORT = frozenset({"coverage", "leader", "bands", "average", "missing"})
"""Kinds of sentences in statistics."""

_SECTIONS: Mapping[Form, tuple[str, ...]] = {
    "statistics": (
        *("evaluated", "findings", "results", "bands", "change", "events", "missing", "warnings"),
        *("scores", "evidence"),
    ),
    "notice": (
        *("evaluated", "findings", "results", "bands", "parts", "change", "events", "missing"),
        *("warnings", "losses", "corrections", "method", "scores", "weights", "evidence"),
    ),
    "analysis": (
        *("evaluated", "findings", "results", "bands", "over_time", "parts", "change", "events"),
        *("missing", "warnings", "losses", "importance", "corrections", "method", "scores"),
        *("weights", "rules", "observations", "raters", "evidence"),
    ),
}
"""Form -> its sections; those without contents are left out."""


def form_names(_: Translate) -> dict[tuple[Form, str], str]:
    """Form and kind of period -> what such a report is called."""
    return {
        ("statistics", "month"): _("Monthly statistics"),
        ("statistics", "quarter"): _("Quarterly statistics"),
        ("statistics", "half"): _("Half-yearly statistics"),
        ("statistics", "year"): _("Yearly statistics"),
        ("notice", "month"): _("Monthly notice"),
        ("notice", "quarter"): _("Quarterly notice"),
        ("notice", "half"): _("Half-yearly notice"),
        ("notice", "year"): _("Yearly notice"),
        ("analysis", "month"): _("Monthly analysis"),
        ("analysis", "quarter"): _("Quarterly analysis"),
        ("analysis", "half"): _("Half-yearly analysis"),
        ("analysis", "year"): _("Yearly analysis"),
    }


def evaluation_report(
    evidence: EvaluationEvidence,
    language: str,
    *,
    form: Form | None = None,
    edits: Mapping[str, str] | None = None,
    outdated: Collection[str] = (),
    signed_by: str = "",
) -> Document:
    """The report on a period of an evaluation, or on a year.

    Args:
        evidence: what it rests on.
        language: of the texts.
        form: of `FORMS`; None = statistics of a month, a notice of a quarter or half-year, an
            analysis of a year.
        edits: key of a drafted sentence (`evaluation_findings`) -> a person's words in its place;
            empty ones leave it out.
        outdated: keys of edits whose draft has changed since somebody looked at them; they are
            marked.
        signed_by: who answers for the sentences; they are marked as drafts before.

    Raises:
        OptionError: no such form, or words for a sentence that isn't there.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.evaluation_evidence import evidence_of_result
    >>> from ahp.report.evaluation_report import evaluation_report
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> report = evaluation_report(evidence_of_result(result, "2026Q2"), "en")
    >>> report.title, list(report.tables())[:4]
    ('Quarterly notice', ['groups', 'league', 'bands', 'parts'])
    """
    _ = translator(language)
    parsed = parse_period(evidence.period)
    form = FORM_OF[parsed.kind] if form is None else form
    if form not in FORMS:
        raise OptionError.unknown("form", form, FORMS)
    findings = report_findings(evidence, language, form)
    keys = tuple(one.key for one in findings)
    for key in edits or {}:
        if key not in keys:
            raise OptionError.unknown("edits", key, keys)
    signed_by = signed_by.strip()
    said = said_paragraphs(
        findings, edits or {}, outdated, signed=bool(signed_by), language=language
    )
    writer = _Writer(evidence, language, said, signed_by)
    sections = (writer.section(name) for name in _SECTIONS[form])
    return Document(
        form_names(_)[form, parsed.kind],
        evidence.title or evidence.scheme.text(evidence.scheme.name, language),
        language,
        writer.facts(),
        tuple(one for one in sections if one.blocks),
        writer.warnings(),
        provenance_of(evidence, language),
    )


def report_findings(evidence: EvaluationEvidence, language: str, form: Form) -> tuple[Finding, ...]:
    """The sentences that a report of a form drafts, to be looked at and edited before.

    Args:
        evidence: what it rests on.
        language: of the sentences.
        form: of `FORMS`.
    """
    findings = evaluation_findings(evidence, language)
    if form != "statistics":
        return findings
    return tuple(one for one in findings if one.kind in _SHORT)


def report_warnings(evidence: EvaluationEvidence, language: str) -> tuple[str, ...]:
    """What must be read first: a log that doesn't verify, figures that aren't final."""
    _ = translator(language)
    said = []
    if evidence.log is not None and evidence.log.problem:
        said.append(
            _("The log of this evaluation doesn't verify: {problem}").format(
                problem=error_sentence(evidence.log.problem, language)
            )
        )
    if evidence.standing is not None and evidence.standing.provisional:
        said.append(standing_sentence(evidence.standing, evidence.scheme, language))
    if evidence.year is not None and (evidence.year.lacking or evidence.year.provisional):
        said.append(year_sentence(evidence.year, language))
    if evidence.differing:
        said.append(
            _(
                "Computed now, the total or band of these units is not what was signed: {units}. "
                "The list of units or an earlier period was changed since."
            ).format(units=_(", ").join(evidence.differing))
        )
    return tuple(said)


def provenance_of(
    evidence: EvaluationEvidence, language: str, *, brief: bool = False
) -> tuple[tuple[str, str], ...]:
    """What made the numbers: scheme, weights, hashes, log position, version.

    Args:
        evidence: what a report rests on.
        language: of the texts.
        brief: of what was signed the hash of all of it alone, which covers scheme, weights and
            data; nothing of the simulation.
    """
    _ = translator(language)
    scheme = evidence.scheme
    pairs = [
        (
            _("Scheme"),
            _("{name} ({detail})").format(
                name=scheme.text(scheme.name, language), detail=f"{scheme.id} {scheme.version}"
            ),
        ),
        (_("SHA-256 of the scheme"), scheme.content_hash),
        (_("Weights"), _weights_words(evidence, language)),
    ]
    if brief and all(held.signatures for held in evidence.held) and evidence.held:
        del pairs[1:]
    names = {"evidence": _("Evidence as a whole")}
    if not brief:
        names = {"weights": _("Weights"), "data": _("Data"), **names}
    for held in evidence.held:
        if held.signatures:
            hashes = hashes_of(held.signatures[-1].evidence)
            for key, name in names.items():
                label = _("{name}, signed for {period} (SHA-256)")
                pairs.append((label.format(name=name, period=held.period), hashes[key]))
    if evidence.log is not None:
        where = _("event {seq}, SHA-256 {hash}").format(
            seq=evidence.log.events, hash=evidence.log.head_hash
        )
        pairs.append((_("Log"), where))
    if evidence.certainty is not None and not brief:
        certainty = evidence.certainty
        pairs.append(
            (
                _("Simulation"),
                _("{draws} draws, seed {seed}").format(
                    draws=f"{certainty.draws:,}", seed=certainty.seed
                ),
            )
        )
    return (*pairs, (_("Version"), f"ahp {__version__}"))


def _weights_words(evidence: EvaluationEvidence, language: str) -> str:
    _ = translator(language)
    if evidence.weights is not None:
        return source_words(evidence.weights, language)
    if evidence.weights_file is not None:
        return file_weights_words(evidence.weights_file, language)
    return {
        "scheme": _("the weights stated in the scheme"),
        "mapping": _("weights given by hand"),
        "analysis": _("weights of a study's panel"),
    }[evidence.last.result.weights_source]


class _Writer:
    """The sections of one report."""

    def __init__(
        self,
        evidence: EvaluationEvidence,
        language: str,
        said: tuple[Paragraph, ...],
        signed_by: str,
    ) -> None:
        self.evidence, self.language = evidence, language
        self.said, self.signed_by = said, signed_by
        self._ = translator(language)

    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands on the first page."""
        _, evidence = self._, self.evidence
        rated = sum(one.total is not None for one in evidence.figures)
        pairs = [
            (_("Period"), period_words(evidence.period, self.language)),
            (
                _("Units"),
                _("{count} of {all} units have a total").format(
                    count=rated, all=len(evidence.figures)
                ),
            ),
        ]
        names = [name for _group, name, _own in evidence.named_groups(self.language) if name]
        if names:
            pairs.append((_("Peer groups"), _(", ").join(names)))
        scheme = evidence.scheme
        named = _("{name}, version {version}").format(
            name=scheme.text(scheme.name, self.language), version=scheme.version
        )
        pairs.append((_("Scheme"), named))
        pairs.append((_("Weights"), _weights_words(evidence, self.language)))
        if evidence.standing is not None:
            words = standing_sentence(evidence.standing, scheme, self.language)
            pairs.append((_("Standing"), words))
        for held in evidence.held:
            if held.signatures:
                last = held.signatures[-1]
                who = evidence.names.get(last.stamp.actor, "")
                date = last.stamp.time[:10]
                words = _("{name}, {date}").format(name=who, date=date) if who else date
                label = _("{period} signed").format(period=held.period)
                pairs.append((label, words))
        if self.signed_by:
            pairs.append((_("Sentences signed by"), self.signed_by))
        return tuple(pairs)

    def warnings(self) -> tuple[str, ...]:
        """What must be read first."""
        return report_warnings(self.evidence, self.language)

    def section(self, name: str) -> Section:
        """A section by its key; without blocks where there is nothing to say."""
        _ = self._
        titles = {
            "evaluated": _("What was evaluated"),
            "findings": _("What the figures say"),
            "results": _("Results"),
            "bands": _("Units by band"),
            "over_time": _("Units over time"),
            "parts": _("Strengths and weaknesses"),
            "change": _("What moved, and why"),
            "events": _("Deductions, bonuses and vetoes"),
            "missing": _("What is missing"),
            "warnings": _("Early warnings"),
            "losses": _("Where points are cheapest"),
            "importance": _("Importance and points"),
            "corrections": _("Corrections beside the old figures"),
            "method": _("How the figures come about"),
            "scores": _("All scores"),
            "weights": _("Frozen weights"),
            "rules": _("Rules"),
            "observations": _("Observations and their sources"),
            "raters": _("How far raters lie apart"),
            "evidence": _("Deliveries and signatures"),
        }
        annexes = ("scores", "weights", "rules", "observations", "raters", "evidence")
        build: Callable[[], Iterator[Block]] = getattr(self, f"_{name}")
        return Section(titles[name], tuple(build()), name, annex=name in annexes)

    def _evaluated(self) -> Iterator[Block]:
        _, evidence = self._, self.evidence
        part, scheme = evidence.last, evidence.last.result.scheme
        column = part.result.period_position(part.period)
        values = int((~np.isnan(part.result.values[:, column])).sum())
        yield Paragraph(
            _(
                "Units evaluated in {period}: {units}, on {indicators} indicators by the scheme "
                "“{scheme}”, version {version}. Values known of the last period: {values}."
            ).format(
                units=len(evidence.figures),
                period=period_words(evidence.period, self.language),
                indicators=len(scheme.counting(part.result.scored_period(part.period))),
                scheme=scheme.text(scheme.name, self.language),
                version=scheme.version,
                values=values,
            )
        )
        if evidence.year is not None:
            yield Paragraph(year_sentence(evidence.year, self.language))
        yield TableBlock(groups_table(evidence, self.language), "groups")
        if evidence.held:
            yield TableBlock(periods_table(evidence, self.language), "periods")

    def _findings(self) -> Iterator[Block]:
        yield from self.said

    def _results(self) -> Iterator[Block]:
        evidence = self.evidence
        for k, table in enumerate(self._leagues(), 1):
            key = "league" if k == 1 else f"league_{k}"
            yield TableBlock(table, key)
        number = 0
        for _group, name, figures in evidence.named_groups(self.language):
            rated = [one for one in figures if one.total is not None]
            for start in range(0, len(rated), UNITS_IN_CHART):
                number += 1
                some = rated[start : start + UNITS_IN_CHART]
                yield self._totals_figure(name, some, number)

    def _leagues(self) -> tuple[Table, ...]:
        evidence = self.evidence
        if evidence.year is not None:
            return (year_table(evidence.year, self.language),)
        result = evidence.last.result if evidence.whole is None else evidence.whole
        tables = league_tables(
            result,
            evidence.period,
            self.language,
            certainty=evidence.certainty,
            before=evidence.before,
        )
        return tuple(one for one in tables if one.rows)

    def _totals_figure(self, group: str, figures: list[UnitFigure], number: int) -> Figure:
        _, evidence, certainty = self._, self.evidence, self.evidence.certainty
        before = evidence.before
        earlier: list[Decimal | None] = []
        if before is not None:
            known = set(before.result.units)
            earlier = [
                before.result.total(one.unit, before.period) if one.unit in known else None
                for one in figures
            ]
        intervals = []
        if certainty is not None:
            rows = [certainty.units.index(one.unit) for one in figures]
            intervals = [(float(certainty.lower[k]), float(certainty.upper[k])) for k in rows]
        title = _("Totals, {group}").format(group=group) if group else _("Totals of the units")
        chart = unit_totals(
            [one.unit for one in figures],
            [one.total for one in figures if one.total is not None],
            title=title,
            note=counted_period(evidence.period, len(figures), self.language),
            language=self.language,
            earlier=earlier,
            earlier_name="" if before is None else before.period,
            intervals=intervals,
            level=0.95 if certainty is None else certainty.level,
        )
        return Figure(chart, "totals" if number == 1 else f"totals_{number}")

    def _bands(self) -> Iterator[Block]:
        yield TableBlock(bands_table(self.evidence, self.language), "bands")

    def _over_time(self) -> Iterator[Block]:
        evidence = self.evidence
        if evidence.year is None and evidence.whole is not None and len(evidence.whole.periods) > 1:
            table = over_time_table(evidence.whole, self.language)
            yield TableBlock(table, "over_time")
        if len(evidence.parts) > 1:
            table = parts_over_time_table(evidence, self.language)
            yield TableBlock(table, "parts_over_time")

    def _parts(self) -> Iterator[Block]:
        _, evidence = self._, self.evidence
        if len(evidence.part_points) < 2:
            return
        yield TableBlock(parts_summary(evidence, self.language), "parts")
        table = unit_parts_table(evidence, self.language)
        yield TableBlock(table, "unit_parts")
        names = names_of(evidence.last.result.scheme, self.language)
        means = np.column_stack([_row_means(points) for points in evidence.part_points.values()])
        units = [one.unit for one in evidence.figures]
        for number, start in enumerate(range(0, len(units), UNITS_IN_CHART), 1):
            some = slice(start, start + UNITS_IN_CHART)
            chart = unit_parts_map(
                units[some],
                [names[node] for node in evidence.part_points],
                means[some].tolist(),
                title=_("Points of each part by unit"),
                note=counted_period(evidence.period, len(units), self.language),
                language=self.language,
            )
            yield Figure(chart, "parts_map" if number == 1 else f"parts_map_{number}")

    def _change(self) -> Iterator[Block]:
        _, evidence = self._, self.evidence
        if evidence.compared is None:
            yield Paragraph(_("There is no period before to compare with."), "note")
            return
        first, last = evidence.compared
        if evidence.movements:
            yield TableBlock(moved_units_table(evidence, self.language), "change")
            yield TableBlock(indicator_changes_table(evidence, self.language), "indicator_changes")
        compared = {one.unit for one in evidence.movements}
        without = [one for one in last.result.units if one not in compared]
        if without:
            text = _(
                "Not compared, as they have no total in {before} or in {after}, or the change "
                "can't be split: {units}."
            )
            units = _(", ").join(without)
            text = text.format(before=first.period, after=last.period, units=units)
            yield Paragraph(text, "note")
        for problem in evidence.unexplained:
            yield Paragraph(error_sentence(problem, self.language), "note")

    def _events(self) -> Iterator[Block]:
        if not self.evidence.entries:
            yield Paragraph(self._("There are no deductions, bonuses or vetoes."))
            return
        yield TableBlock(events_table(self.evidence, self.language), "events")

    def _missing(self) -> Iterator[Block]:
        evidence, complete = self.evidence, True
        for part in evidence.parts:
            table = missing_table(part.result, part.period, self.language)
            if table.rows:
                complete = False
                yield TableBlock(table, _keyed("missing", part.period, evidence))
                yield Listing(missing_sentences(part.result, part.period, self.language))
        if complete:
            yield Paragraph(self._("Nothing is missing."))

    def _warnings(self) -> Iterator[Block]:
        _, part = self._, self.evidence.last
        said = tuple(
            error_sentence(named_phrase(part.result.scheme, phrase, self.language), self.language)
            for phrase in part.result.warnings
            if phrase.parameters.get("period") == part.period and "unit" in phrase.parameters
        )
        if said:
            yield Listing(said)
        else:
            yield Paragraph(_("No early warnings in {period}.").format(period=part.period))

    def _losses(self) -> Iterator[Block]:
        evidence = self.evidence
        table = losses_table(evidence, self.language)
        if table.rows:
            yield TableBlock(table, "losses")
            yield TableBlock(unit_losses_table(evidence, self.language), "unit_losses")

    def _importance(self) -> Iterator[Block]:
        table = importance_table(self.evidence, self.language)
        if table.rows:
            yield TableBlock(table, "importance")

    def _corrections(self) -> Iterator[Block]:
        for held in self.evidence.held:
            if len(held.signatures) > 1:
                for one in held.signatures[1:]:
                    yield Paragraph(
                        self._("{period}, corrected on {date}: {reason}").format(
                            period=held.period, date=one.stamp.time[:10], reason=one.reason
                        )
                    )
                table = revisions_table(held, self.language)
                changed = tuple(row for row in table.rows if row[-1] is True)
                key = _keyed("corrections", str(held.period), self.evidence)
                table = replace(table, rows=changed or table.rows)
                yield TableBlock(table, key)

    def _method(self) -> Iterator[Block]:
        _, scheme = self._, self.evidence.scheme
        digits = scheme.digits
        yield Paragraph(
            _(
                "Each indicator gives points by its rule. A total is the sum of the points times "
                "frozen weights, followed by {order}; bands compare the rounded total. Numbers are "
                "rounded half up (decimals: weights {weights}, points {points}, total {total}), "
                "and all else is exact, so that anybody can recompute it from what is printed."
            ).format(
                points=digits.points,
                weights=digits.weights,
                total=digits.total,
                order=_(", ").join(_order_words(_)[one] for one in scheme.total.order),
            )
        )
        policy = {
            "zero": _("A value that is not reported has 0 points."),
            "last": _("A value that is not reported has its points of the period before."),
            "blocks": _("A unit with a value that is not reported has no total."),
        }[scheme.missing.not_reported]
        share = _(
            "What doesn't apply is left out, and its weight goes to the rest of its parent. A "
            "parent has a score where {share}% of its weight or more is known."
        ).format(share=decimal(100 * scheme.missing.share))
        yield Paragraph(_("{about} {note}").format(about=policy, note=share))
        yield Paragraph(
            _(
                "A unit's total depends on its own data and the rules alone, its rank on the "
                "others of its group as well: equal totals share a rank, and the next one is left "
                "out."
            )
        )
        if self.evidence.compared is not None:
            yield Paragraph(
                _(
                    "A change between two periods is split exactly: performance is the change of "
                    "points at the mean of both weights, weights the change of weights at the mean "
                    "of both points (Bennet 1920), rules what the later rules make of the earlier "
                    "values; what is left are deductions, bonuses, limits, vetoes and rounding."
                )
            )
        if self.evidence.certainty is not None:
            yield Paragraph(separation_words(self.evidence.certainty, self.language))

    def _scores(self) -> Iterator[Block]:
        for part in self.evidence.parts:
            for number, table in enumerate(scores_tables(part, self.language), 1):
                key = _keyed("scores", part.period, self.evidence)
                key = key if number == 1 else f"{key}_{number}"
                yield TableBlock(table, key)

    def _weights(self) -> Iterator[Block]:
        shown: list[tuple[tuple[object, ...], ...]] = []
        for part in self.evidence.parts:
            table = weights_table(part, self.language)
            if table.rows not in shown:  # the same weights once
                shown.append(table.rows)
                yield TableBlock(table, _keyed("weights", part.period, self.evidence))

    def _rules(self) -> Iterator[Block]:
        yield TableBlock(rules_table(self.evidence.last, self.language), "rules")

    def _observations(self) -> Iterator[Block]:
        for part in self.evidence.parts:
            table = observations_table(self.evidence, part, self.language)
            key = _keyed("observations", part.period, self.evidence)
            yield TableBlock(table, key)

    def _raters(self) -> Iterator[Block]:
        for part in self.evidence.parts:
            table = raters_table(part, self.language)
            if table is not None and table.rows:
                yield TableBlock(table, _keyed("raters", part.period, self.evidence))

    def _evidence(self) -> Iterator[Block]:
        evidence = self.evidence
        if any(held.recordings for held in evidence.held):
            yield TableBlock(deliveries_table(evidence, self.language), "deliveries")
        if any(held.signatures for held in evidence.held):
            yield TableBlock(signatures_table(evidence, self.language), "signatures")


def _keyed(key: str, period: str, evidence: EvaluationEvidence) -> str:
    """The key of a table of one part; with the period where there are several."""
    return key if len(evidence.parts) == 1 else f"{key}_{period}"


def _row_means(points: np.ndarray) -> np.ndarray:
    """The mean of each row; NaN where there is nothing."""
    means = np.full(len(points), np.nan)
    some = ~np.isnan(points).all(axis=1)
    means[some] = np.nanmean(points[some], axis=1)
    return means


def _order_words(_: Translate) -> dict[str, str]:
    """The operations on a total."""
    return {
        "deductions": _("deductions"),
        "bonuses": _("bonuses"),
        "limits": _("cap and floor"),
        "vetoes": _("vetoes"),
    }
