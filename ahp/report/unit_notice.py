"""The notice of a unit (通报): one or two pages on its own result, for the unit alone.

Of others it says no more than the group's median and how many they are; of raters no name.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, count
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..evaluation import round_half_up
from ..evaluation.peers import medians, node_points, peers_of
from ..i18n import translator
from ..i18n.errors import FULL_STOP, error_sentence
from ..i18n.evaluation import bands_of, names_of
from ..i18n.evaluation_results import period_words, signed
from ..plots.units import unit_waterfall
from ..process.evaluations.days import day_words
from ..process.evaluations.state import PeriodState
from .archive import zip_bytes
from .document import Block, Document, Figure, Paragraph, Section, TableBlock
from .evaluation import aligned
from .evaluation_evidence import EvaluationEvidence
from .evaluation_report import provenance_of
from .evaluation_tables import events_table
from .league import bounds_of, change_of, interval_of
from .notice import own_warnings
from .table import Table, csv_bytes

WEAKEST = 3
"""Indicators that a notice names as the weakest, and as those that cost most."""

FEWEST_FOR_MEDIAN = 3
"""Units with points from which on a median is told: of two, it tells the other one's points."""

LONGEST_NAME = 120
"""Bytes of a file's name in UTF-8: with a number and an extension well below the 255 of file
systems."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices, with any extension."""

_REFUSED = re.compile(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+')
"""What file systems refuse in a name."""


def unit_notice(
    evidence: EvaluationEvidence,
    unit: str,
    language: str,
    *,
    appeal_until: str = "",
    appeal_how: str = "",
) -> Document:
    """The notice of one unit.

    Args:
        evidence: what it rests on; of a period with observations of its own.
        unit: its name.
        language: of the texts.
        appeal_until: last day of appeals; empty = as the log tells it.
        appeal_how: how to appeal, such as to whom; empty = by the unit's personal link where there
            is a log.

    Raises:
        EvaluationError: no such unit, or a year that is made of other periods.

    >>> from ahp.resources import data_folder
    >>> from ahp.report.evaluation_evidence import evidence_of_result
    >>> from ahp.report.unit_notice import unit_notice
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> notice = unit_notice(evidence_of_result(result, "2026Q2"), "丁市监督中心", "en")
    >>> notice.facts[2:]
    (('Total', '77.6'), ('Band', 'Adequate'), ('Rank in group', '7 of 12'))
    """
    if evidence.is_year:
        raise EvaluationError("period_of_others", period=evidence.period)
    writer = _Notice(evidence, unit, language, appeal_until, appeal_how)
    _ = translator(language)
    sections = (
        Section(title, tuple(blocks), key)
        for title, blocks, key in (
            (_("Result"), writer.result(), "result"),
            (_("Points of each part"), writer.parts(), "parts"),
            (_("Where points are to be had"), writer.indicators(), "indicators"),
            (_("Deductions, bonuses and vetoes"), writer.events(), "events"),
            (_("How the total comes about"), writer.waterfall(), "waterfall"),
            (_("Figures told before"), writer.earlier(), "earlier"),
            (_("Right of appeal"), writer.appeal(), "appeal"),
        )
    )
    return Document(
        _("Notice of the evaluation result"),
        _("{unit}, {period}").format(unit=unit, period=evidence.period),
        language,
        writer.facts(),
        tuple(one for one in sections if one.blocks),
        writer.warnings(),
        provenance_of(evidence, language, brief=True),
        contents=False,
    )


class _Notice:
    """The blocks of one notice."""

    def __init__(
        self,
        evidence: EvaluationEvidence,
        unit: str,
        language: str,
        appeal_until: str,
        appeal_how: str,
    ) -> None:
        self.evidence, self.unit, self.language = evidence, unit, language
        self.appeal_until, self.appeal_how = appeal_until, appeal_how
        self.result_of, self.period = evidence.last
        self.row = self.result_of.unit_position(unit)
        self.column = self.result_of.period_position(self.period)
        self.figure = evidence.figure[unit]
        self.observed = unit in evidence.observed
        self._ = translator(language)

    @property
    def held(self) -> PeriodState | None:
        """What the log tells of the period."""
        return self.evidence.held[-1] if self.evidence.held else None

    @property
    def among(self) -> int:
        """Units of the group with a total."""
        figures = self.evidence.figure
        return sum(figures[one].total is not None for one in peers_of(self.result_of, self.unit))

    def rank(self) -> str:
        """The place in the group."""
        if not self.figure.group_rank:
            return "–"
        return self._("{rank} of {count}").format(rank=self.figure.group_rank, count=self.among)

    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands at the top."""
        _, scheme = self._, self.result_of.scheme
        bands = bands_of(scheme, self.language)
        group = next(
            (
                name
                for group_id, name, _own in self.evidence.named_groups(self.language)
                if group_id == self.figure.group
            ),
            "",
        )
        named = _("{name}, version {version}").format(
            name=scheme.text(scheme.name, self.language), version=scheme.version
        )
        pairs = [(_("Period"), period_words(self.period, self.language))]
        if group:
            pairs.append((_("Group"), group))
        pairs.append((_("Scheme"), named))
        total = self.figure.total
        pairs.append((_("Total"), _("no total") if total is None else f"{total}"))
        pairs.append((_("Band"), bands[self.figure.band] or "–"))
        pairs.append((_("Rank in group"), self.rank()))
        if self.held is not None and self.held.signatures:
            last = self.held.signatures[-1]
            pairs.append((_("Signed"), last.stamp.time[:10]))
        return tuple(pairs)

    def warnings(self) -> tuple[str, ...]:
        """What is provisional."""
        _, said = self._, []
        log = self.evidence.log
        if log is not None and log.problem:
            said.append(
                _("The log of this evaluation doesn't verify: {problem}").format(
                    problem=error_sentence(log.problem, self.language)
                )
            )
        if self.held is not None and not self.held.signatures:
            said.append(_("This is a draft: the result isn't signed yet and may still change."))
        if self.unit in self.evidence.differing:
            said.append(_("Computed now, the total or the band is not what was signed last."))
        names = names_of(self.result_of.scheme, self.language)
        missing = [names[one.indicator] for one in self.evidence.missing if one.unit == self.unit]
        if missing:
            text = _("Provisional, as values are missing: {indicators}.")
            said.append(text.format(indicators=_(", ").join(missing)))
        return tuple(said)

    def result(self) -> Iterator[Block]:
        """Total, band, place, change, in sentences."""
        _, evidence, figure = self._, self.evidence, self.figure
        scheme, digits = self.result_of.scheme, self.result_of.scheme.digits.total
        if figure.total is None:
            text = (
                _("The unit has no total in this period.")
                if self.observed
                else _("Nothing was reported of this unit in this period.")
            )
            yield Paragraph(text)
        else:
            band = next((one for one in scheme.bands if one.id == figure.band), None)
            name = bands_of(scheme, self.language)[figure.band] or _("no band")
            said = [_("{total} points: {band}.").format(total=figure.total, band=name)]
            rank = _("Rank {rank} of {count} units with a total in its group.")
            if self.among == 1:
                rank = _("It is the only unit with a total in its group.")
            said.append(rank.format(rank=figure.group_rank, count=self.among))
            said += self._change()
            certainty = evidence.certainty
            if certainty is not None and (inside := interval_of(certainty, self.unit, digits)):
                text = _("In {level} of {draws} draws the total lies in {interval}.")
                level = f"{100 * certainty.level:g}%"
                draws = f"{certainty.draws:,}"
                ends = "…".join(dict.fromkeys(inside.split("…")))  # one where both are the same
                said.append(text.format(level=level, draws=draws, interval=ends))
            if bounds := bounds_of(self.result_of, self.unit, self.period):
                text = _("With what is still missing it can be {bounds}.")
                said.append(text.format(bounds=bounds))
            if band is not None and band.consequence:
                said.append(scheme.text(band.consequence, self.language))
            yield Paragraph((" " if self.language == "en" else "").join(said))
        if warned := own_warnings(self.result_of, self.unit, self.period, self.language):
            listed = _("; ").join(one.rstrip(FULL_STOP) for one in warned)
            yield Paragraph(_("Early warnings: {warnings}.").format(warnings=listed))

    def _change(self) -> Iterator[str]:
        """The change since the period before."""
        _, before = self._, self.evidence.before
        if before is None:
            return
        change = change_of(self.result_of, self.period, before, self.unit)
        if change is None:
            text = _("There is no total in {period} to compare with.")
            yield text.format(period=before.period)
        else:
            yield _("{change} since {period}.").format(change=signed(change), period=before.period)

    def parts(self) -> Iterator[Block]:
        """The children of the goal beside the group's median and the period before."""
        _, result, before = self._, self.result_of, self.evidence.before
        if not self.observed:
            return
        units = tuple(self.evidence.figure)
        place, peers = units.index(self.unit), peers_of(result, self.unit)
        own = [units.index(one) for one in peers]
        points = {node: of_all[:, -1] for node, of_all in self.evidence.part_points.items()}
        weights, nodes = result.weights(self.period), list(points)
        names, digits = names_of(result.scheme, self.language), result.scheme.digits.total
        columns: list[tuple[str, Sequence[Any]]] = [
            (_("Part"), [names[node] for node in nodes]),
            (_("Weight"), aligned([weights[node] for node in nodes])),
            (_("Points"), _points([points[node][place] for node in nodes], digits, digits)),
        ]
        of_group = [_median(points[node][own]) for node in nodes]
        withheld = any(one is None for one in of_group)
        if any(one is not None for one in of_group):
            columns.append(
                (_("Group median"), aligned([_rounded(one, digits) for one in of_group], digits))
            )
        if before is not None and self.unit in before.result.units:
            then = node_points(before.result, before.period, (self.unit,))
            numbers = [then[node][0] if node in then else np.nan for node in nodes]
            columns.append((before.period, _points(numbers, digits, digits)))
        note = (
            _("The median of a group is told from {count} units with points on.").format(
                count=FEWEST_FOR_MEDIAN
            )
            if withheld
            else ""
        )
        title = _("{unit}: its parts").format(unit=self.unit)
        yield TableBlock(_table(title, columns, self.language, note), "parts")

    def waterfall(self) -> Iterator[Block]:
        """How the total comes about."""
        if self.observed:
            chart = unit_waterfall(self.result_of, self.unit, self.period, self.language)
            yield Figure(chart, "waterfall")

    def indicators(self) -> Iterator[Block]:
        """The weakest indicators and those that cost most, with what a point would cost."""
        _, result = self._, self.result_of
        if self.figure.total is None:
            return
        names, digits = names_of(result.scheme, self.language), result.scheme.digits.points
        points = dict(
            zip(result.indicators, result.scores[self.row, self.column].tolist(), strict=True)
        )
        losses = self.evidence.lost.of(self.unit)
        of_leaf = {one.indicator: one for one in losses}
        known = [one for one in losses if not np.isnan(points[one.indicator])]
        known.sort(key=lambda one: (points[one.indicator], -one.weight))
        weakest = [one.indicator for one in known[:WEAKEST] if points[one.indicator] < 100]
        costly = [one.indicator for one in losses if one.lost > 0][:WEAKEST]
        chosen = list(dict.fromkeys((*costly, *weakest)))
        if not chosen:
            yield Paragraph(_("No points are lost by any indicator."))
            return
        why = [
            _(", ").join(
                word
                for word, some in ((_("costs most"), costly), (_("fewest points"), weakest))
                if leaf in some
            )
            for leaf in chosen
        ]
        one_more = [
            round_half_up(1 / of_leaf[leaf].weight, 1) if of_leaf[leaf].lost >= 1 else None
            for leaf in chosen
        ]
        columns: list[tuple[str, Sequence[Any]]] = [
            (_("Indicator"), [names[leaf] for leaf in chosen]),
            (_("Why"), why),
            (_("Points"), _points([points[leaf] for leaf in chosen], digits)),
            (
                _("Lost of the total"),
                aligned([round_half_up(of_leaf[leaf].lost, 2) for leaf in chosen], 2),
            ),
            (_("Points of it for one of the total"), aligned(one_more, 1)),
        ]
        title = _("The weakest indicators, and those that cost most of the total")
        yield TableBlock(_table(title, columns, self.language), "indicators")

    def events(self) -> Iterator[Block]:
        """Its deductions, bonuses and vetoes with their documents."""
        own = tuple(one for one in self.evidence.entries if one.unit == self.unit)
        if not own:
            yield Paragraph(self._("There are none."))
            return
        table = events_table(self.evidence, self.language, own)
        yield TableBlock(table, "events")

    def earlier(self) -> Iterator[Block]:
        """What the unit was told before, where figures were corrected."""
        _, held = self._, self.held
        if held is None:
            return
        key = self.evidence.ids.get(self.unit, "")
        bands = bands_of(self.result_of.scheme, self.language)
        figures = []
        if held.notices is not None and key in held.notices.result["units"]:
            day = held.notices.stamp.time[:10]
            label = _("draft notice of {date}").format(date=day)
            figures.append((label, held.notices.result["units"][key], ""))
        for one in held.signatures:
            if key in one.evidence["units"]:
                label = (
                    _("signed on {date}")
                    if one.revision == 1
                    else _("corrected and signed on {date}")
                )
                reason = one.reason if key in {row.unit for row in one.rows} else ""
                label = label.format(date=one.stamp.time[:10])
                figures.append((label, one.evidence["units"][key], reason))
        watched = ("total", "band", "group_rank")
        if len({tuple(told[name] for name in watched) for _label, told, _why in figures}) < 2:
            return
        rows = tuple(
            (
                label,
                told["total"] or "–",
                bands[told["band"]] or "–",
                told["group_rank"] or None,
                why,
            )
            for label, told, why in figures
        )
        headings = (_("Figure"), _("Total"), _("Band"), _("Rank in group"), _("Why corrected"))
        title = _("Earlier and later figures side by side")
        yield TableBlock(Table(title, headings, rows, self.language), "earlier")

    def appeal(self) -> Iterator[Block]:
        """Until when and how the unit may appeal."""
        _, held = self._, self.held
        until = self.appeal_until
        if not until and held is not None and held.appeals_until:
            until = error_sentence(day_words(held.appeals_until, held.zone), self.language)
        how = self.appeal_how
        if not how and held is not None:
            how = _("on the page of the unit's personal link, below the value in question")
        if held is not None and held.signatures:
            yield Paragraph(
                _(
                    "The result is signed and the time to appeal is over. What is found wrong "
                    "later is corrected, and stands beside the old figure."
                )
            )
            return
        said = (
            _("The unit may appeal against any value of this notice until {date}.").format(
                date=until
            )
            if until
            else _("The unit may appeal against any value of this notice.")
        )
        yield Paragraph(said)
        yield Paragraph(
            _(
                "An appeal names the value, says what is wrong and what would be right, and has "
                "the document that shows it."
            )
        )
        if how:
            yield Paragraph(_("How: {how}.").format(how=how))


def unit_notices(
    evidence: EvaluationEvidence, language: str, **appeal: str
) -> tuple[tuple[str, Document], ...]:
    """The notice of each unit, for `notices_zip`.

    Args:
        evidence: what they rest on.
        language: of the texts.
        appeal: `appeal_until` and `appeal_how` of `unit_notice`.
    """
    return tuple(
        (one.unit, unit_notice(evidence, one.unit, language, **appeal)) for one in evidence.figures
    )


def notices_zip(
    notices: Sequence[tuple[str, Document]],
    render: Callable[[Document], bytes],
    *,
    extension: str = "docx",
    progress: Callable[[int, int], object] | None = None,
) -> bytes:
    """All notices in one ZIP, with a list of what is inside as CSV; the same notices give the same
    bytes.

    Args:
        notices: unit and notice, of `unit_notices`; units may be called alike.
        render: writes one as a file, such as `docx_bytes`.
        extension: of the files.
        progress: called with how many are done, of how many.

    Raises:
        EvaluationError: no notices.
    """
    if not notices:
        raise EvaluationError("notices_none")
    language = notices[0][1].language
    _ = translator(language)
    names = safe_names([unit for unit, _document in notices], extension)

    def written() -> Iterator[tuple[str, bytes]]:
        rows = []
        for number, ((unit, document), name) in enumerate(zip(notices, names, strict=True), 1):
            content = render(document)
            yield name, content
            digest = hashlib.sha256(content).hexdigest()
            rows.append((number, unit, name, len(content), digest))
            if progress:
                progress(number, len(notices))
        headings = (_("No."), _("Unit"), _("File"), _("Bytes"), "SHA-256")
        listed = Table(_("Notices in this archive"), headings, tuple(rows), language)
        yield _free_name(_stem(_("List of notices")), "csv", names), csv_bytes(listed)

    return zip_bytes(written())


def safe_names(units: Sequence[str], extension: str) -> tuple[str, ...]:
    """A file name for each unit, which every usual file system takes and no two share, in upper or
    lower case.

    Args:
        units: names, whatever they are.
        extension: of the files.

    >>> from ahp.report.unit_notice import safe_names
    >>> safe_names(["甲/乙中心", "CON", "甲 乙中心", ""], "docx")
    ('甲_乙中心.docx', 'CON_.docx', '甲_乙中心_2.docx', '4.docx')
    """
    names: list[str] = []
    for number, unit in enumerate(units, 1):
        names.append(_free_name(_stem(unit) or f"{number}", extension, names))
    return tuple(names)


def _free_name(stem: str, extension: str, taken: Sequence[str]) -> str:
    """A file name that is none of those that are taken, in upper or lower case."""
    folded = {one.casefold() for one in taken}
    numbered = chain([stem], (f"{stem}_{k}" for k in count(2)))
    names = (f"{one}.{extension}" for one in numbered)
    return next(name for name in names if name.casefold() not in folded)


def _stem(unit: str) -> str:
    """A unit's name as that of a file, without extension; empty where nothing is left."""
    plain = unicodedata.normalize("NFC", unit)
    plain = "".join(one for one in plain if unicodedata.category(one) not in ("Cc", "Cf", "Cs"))
    stem = _REFUSED.sub("_", plain).strip("_. ")
    while len(stem.encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}_" if _RESERVED.fullmatch(stem) else stem


def _median(points: np.ndarray) -> float | None:
    """The median of a group, where it tells no single unit's points of two."""
    if int((~np.isnan(points)).sum()) < FEWEST_FOR_MEDIAN:
        return None
    return float(medians(points))


def _rounded(number: float | None, digits: int) -> Decimal | None:
    return None if number is None else round_half_up(number, digits)


def _points(numbers: Sequence[float], digits: int, least: int = 0) -> list[str]:
    """Points as printed, of as many decimals each, `least` or more; empty where there are none."""
    plain = [float(one) for one in numbers]
    rounded = [None if np.isnan(one) else round_half_up(one, digits) for one in plain]
    return aligned(rounded, least)


def _table(
    title: str, columns: Sequence[tuple[str, Sequence[Any]]], language: str, note: str = ""
) -> Table:
    headings = tuple(head for head, _cells in columns)
    rows = tuple(zip(*(cells for _head, cells in columns), strict=True))
    return Table(title, headings, rows, language, note=note)
