"""The report of a study: a document that can be handed on, complete and traceable.

Laid out as published studies are: who was asked, the hierarchy, every matrix with its consistency,
rankings, agreement, certainty, what other choices change, the analysis in sentences, methods and
references; in annexes what an auditor needs to follow every number back to a judgment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

from ..consensus import SIGNIFICANT
from ..consistency import CR_LIMIT
from ..errors import AHPError, ReportError
from ..i18n import Translate, translator
from ..i18n.errors import error_sentence
from ..i18n.numbers import show_beside, show_number
from ..i18n.words import random_index_source
from ..process.study_evidence import StudyEvidence
from ..study.certainty import swings
from .analysis import (
    composite_table,
    consistency_table,
    hierarchy_table,
    parent_tables,
    provenance,
    total_table,
)
from .certainty import (
    branch_intervals_table,
    certainty_sentences,
    intervals_table,
    likely_ranks_table,
    neighbors_table,
    scatters,
    stability_table,
    swings_table,
)
from .document import (
    Block,
    Document,
    Listing,
    Paragraph,
    Section,
    TableBlock,
    refer,
)
from .finding import Finding, percent, said_paragraphs
from .findings import draft_findings
from .panel import (
    aggregate_words,
    agreement_sentences,
    choices_summary_table,
    choices_table,
    clusters_table,
    consensus_table,
    disagreement_table,
    expert_consistency_table,
    experts_table,
    individual_table,
    method_words,
    movement_table,
    reasons_table,
    remarks_table,
)
from .references import PUBLICATIONS, bibtex, cited
from .study_figures import StudyFigures
from .study_tables import (
    expert_judgments_tables,
    items_explained,
    items_table,
    mended_table,
    organizations_table,
    questions_table,
    rank_survival_table,
    scale_table,
    sizes_table,
    study_rounds_table,
)
from .table import Table
from .who import (
    anonymous_words,
    based_on,
    incoherent_choices_table,
    incoherent_sentence,
    incoherent_table,
    who_counts,
)

PARTS = ("result", "basis", "certainty", "advice")
"""Parts of the analysis in sentences, in the order in which they are printed."""


def part_titles(_: Translate) -> dict[str, str]:
    """Part of the analysis in sentences -> its title."""
    return {
        "result": _("What weighs most"),
        "basis": _("What it rests on"),
        "certainty": _("How firm it is"),
        "advice": _("Advice"),
    }


def hash_words(_: Translate) -> dict[str, str]:
    """What was hashed (`StudyEvidence.hashes`) in words."""
    return {
        "answers": _("SHA-256 of the file of answers"),
        "judgments": _("SHA-256 of the judgments that count"),
        "evidence": _("SHA-256 of the frozen result"),
    }


def study_findings(evidence: StudyEvidence, language: str) -> tuple[Finding, ...]:
    """The sentences that `study_report` drafts, to be looked at and edited before.

    Args:
        evidence: of the study.
        language: of the sentences.
    """
    return draft_findings(evidence.coded(), language)


def study_report(
    evidence: StudyEvidence,
    language: str,
    *,
    edits: Mapping[str, str] | None = None,
    outdated: Collection[str] = (),
    signed_by: str | None = None,
) -> Document:
    """The report of a study.

    Experts who did not consent to be named have codes throughout.

    Args:
        evidence: of the study, such as of `ahp.process.study_evidence.evidence_from_files`.
        language: of `ahp.i18n.LANGUAGES`.
        edits: key of a sentence (`Finding.key`) -> a person's text in its place; an empty text
            leaves it out.
        outdated: keys of edits whose draft has changed since somebody looked at them; they are
            marked.
        signed_by: who stands for the sentences; None = they are drafts, and marked as such.

    Raises:
        ReportError: an edit of a sentence that there is none of.

    >>> from ahp.process.study_evidence import evidence_from_files
    >>> from ahp.report.study_report import study_report
    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> evidence = evidence_from_files("supervision_effectiveness", demo, invited=8, draws=100)
    >>> report = study_report(evidence, "en")
    >>> report.tables()["ranking"].title
    'Composite ranking'
    """
    evidence, _ = evidence.coded(), translator(language)
    signed_by = (signed_by or "").strip() or None
    found = draft_findings(evidence, language)
    _check_edits(edits or {}, found)
    keys = cited(evidence)
    pages = _Pages(evidence, language)
    return Document(
        title=_("Report on the weights of indicators"),
        subtitle=evidence.title,
        language=language,
        facts=pages.facts(),
        warnings=pages.warnings(),
        blocks=(
            pages.asked(),
            pages.hierarchy(),
            pages.scale(),
            pages.matrices(),
            pages.ranking(),
            *pages.consistency(),
            *pages.agreement(),
            *pages.certainty(),
            *pages.choices(),
            *pages.groups(),
            *pages.rounds(),
            pages.in_sentences(found, edits or {}, outdated, signed_by),
            pages.methods(keys),
            *pages.annexes(),
        ),
        provenance=(*provenance(evidence.analysis, language), *pages.traces()),
        references=bibtex(keys),
    )


def _check_edits(edits: Mapping[str, str], found: tuple[Finding, ...]) -> None:
    keys = tuple(one.key for one in found)
    for key in edits:
        if key not in keys:
            raise ReportError("sentence_unknown", key=key, valid=keys)


class _Pages:
    """The sections of one report."""

    def __init__(self, evidence: StudyEvidence, language: str) -> None:
        self.evidence, self.analysis, self.survey = evidence, evidence.analysis, evidence.survey
        self.language, self._ = language, translator(language)
        self.between_sentences = "" if language == "zh" else " "
        self.figures = StudyFigures(evidence, language)

    def table(self, table: Table, key: str) -> TableBlock:
        """A table that rests on the panel, and says so."""
        return TableBlock(based_on(table, self.analysis), key)

    def plain(self, table: Table, key: str) -> TableBlock:
        """A table that rests on nobody's judgments, or says itself on whose."""
        return TableBlock(table, key)

    def facts(self) -> tuple[tuple[str, str], ...]:
        _, analysis, evidence = self._, self.analysis, self.evidence
        hierarchy = self.survey.hierarchy
        count, invited = len(analysis.panel.experts), analysis.invited
        who = str(count)
        if invited is not None:
            who = _("{count} of {invited} invited ({share})").format(
                count=count, invited=invited, share=percent(count / invited)
            )
        if analysis.anonymous:
            who = f"{who} · {anonymous_words(analysis, _)}"
        facts = [
            (_("Study"), evidence.title),
            (_("Survey"), self.survey.text(self.survey.name, self.language)),
            (_("Goal"), self.survey.node_name(hierarchy.goal, self.language)),
            (
                _("Extent"),
                _("{leaves} indicators, {pairs} comparisons").format(
                    leaves=len(hierarchy.leaves), pairs=len(hierarchy.comparisons)
                ),
            ),
            (_("Experts who answered"), who),
        ]
        if known := dict.fromkeys(evidence.organizations.values()):
            facts.append((_("Organizations"), _(", ").join(known)))
        if analysis.round is not None:
            words = _("{round} (running, provisional)") if analysis.running else "{round}"
            facts.append((_("Round"), words.format(round=analysis.round)))
        if evidence.opened or evidence.closed:
            dates = [day[:10] for day in (evidence.opened, evidence.closed) if day]
            facts.append((_("Answers from"), " – ".join(dict.fromkeys(dates))))
        first = [leaf for leaf, rank in analysis.ranks.items() if rank == 1]
        names = _(", ").join(self.survey.node_name(leaf, self.language) for leaf in first[:3])
        if len(first) > 3:
            names = _("{count} indicators that tie").format(count=len(first))
        share = percent(analysis.global_weights[first[0]])
        facts.append((_("First rank"), _("{name} ({share})").format(name=names, share=share)))
        return tuple(facts)

    def warnings(self) -> tuple[str, ...]:
        _, evidence, found = self._, self.evidence, []
        if evidence.log is not None and evidence.log.problem is not None:
            found.append(
                _(
                    "The log of this study does not verify, so that its numbers can't be relied "
                    "on: {problem}"
                ).format(problem=error_sentence(evidence.log.problem, self.language))
            )
        if self.analysis.running:
            found.append(_("The round is still open: all numbers are provisional."))
        if evidence.note:
            found.append(evidence.note)
        return tuple(found)

    def asked(self) -> Section:
        _, evidence = self._, self.evidence
        based = who_counts(self.analysis, self.language)
        texts = (
            self.survey.text(self.survey.description, self.language),
            based and _("The result rests on: {based}.").format(based=based),
        )
        blocks: list[Block] = [Paragraph(text) for text in texts if text]
        if evidence.organizations:
            blocks.append(self.plain(sizes_table(evidence, self.language), "sizes"))
        if evidence.earlier:
            blocks.append(self.plain(study_rounds_table(evidence, self.language), "rounds"))
        return Section(_("Who was asked, and who answered"), tuple(blocks), "asked")

    def hierarchy(self) -> Section:
        _ = self._
        text = _(
            "What is weighed stands in a hierarchy: criteria below the goal, indicators below the "
            "criteria. Experts compare two items at a time that stand below the same one."
        )
        if items_explained(self.survey):
            said = _("What each item means to them is said in {annex}.")
            text += self.between_sentences + said.format(annex=refer("section", "questionnaire"))
        if self.evidence.mended:
            said = _("Slips in its wording were put right after the study began: {table}.")
            text += self.between_sentences + said.format(table=refer("table", "mended"))
        table = self.table(hierarchy_table(self.analysis, self.language), "hierarchy")
        blocks: list[Block] = [Paragraph(text), table, *self.figures.hierarchy()]
        return Section(_("Hierarchy"), tuple(blocks), "hierarchy")

    def scale(self) -> Section:
        _ = self._
        text = _("All judgments are given on Saaty's scale, {table}.").format(
            table=refer("table", "scale")
        )
        table = self.plain(scale_table(self.language), "scale")
        return Section(_("Scale"), (Paragraph(text), table), "scale")

    def matrices(self) -> Section:
        _ = self._
        blocks: list[Block] = [
            Paragraph(
                _(
                    "Each matrix joins the judgments of the experts below one item. A value says "
                    "how many times as important the item of its row is as that of its column; the "
                    "last column has the weights that follow. CR says whether the judgments fit "
                    "together: they do below 0.1. See {table}."
                ).format(table=refer("table", "consistency"))
            )
        ]
        for parent, table in parent_tables(self.analysis, self.language).items():
            blocks.append(self.table(table, f"matrix:{parent}"))
            if parent in self.analysis.consistency:
                blocks.append(Paragraph(self.consistency_line(parent), "note"))
        blocks.append(self.table(consistency_table(self.analysis, self.language), "consistency"))
        return Section(_("Judgment matrices and their weights"), tuple(blocks), "matrices")

    def consistency_line(self, parent: str) -> str:
        """What studies print below a judgment matrix."""
        _, checked = self._, self.analysis.consistency[parent]
        numbers = f"λmax = {show_number(checked.lambda_max)}, CI = {show_number(checked.ci)}, "
        numbers += f"RI = {show_number(checked.ri)}, CR = {show_beside(checked.cr, CR_LIMIT)}"
        verdict = (
            _("acceptable") if checked.acceptable else _("not acceptable: CR should be below 0.1")
        )
        line = _("{name}: {value}").format(name=numbers, value=verdict)
        if count := self.analysis.filled.get(parent, 0):
            line += _("; comparisons that nobody judged, computed from the others: {count}").format(
                count=count
            )
        return line

    def ranking(self) -> Section:
        _ = self._
        text = _(
            "The weight of an indicator in the whole is its weight among its siblings times that "
            "of everything above it. Those weights sum to 1."
        )
        table = self.table(composite_table(self.analysis, self.language), "ranking")
        blocks: list[Block] = [Paragraph(text), table]
        blocks += [*self.figures.shares(), *self.figures.ranking()]
        return Section(_("Ranking of all indicators"), tuple(blocks), "ranking")

    def consistency(self) -> list[Section]:
        _, blocks = self._, list[Block]()
        if self.analysis.total_consistency:
            text = _(
                "The matrices of a level are looked at together, each weighed by the item that it "
                "stands below: the ranking as a whole is consistent where CR is below 0.1."
            )
            table = self.table(total_table(self.analysis, self.language), "total")
            blocks += [Paragraph(text), table]
        coherence = incoherent_sentence(self.analysis, self.language)
        blocks.append(Paragraph(coherence))
        if self.analysis.incoherences:
            blocks.append(
                self.plain(incoherent_table(self.analysis, self.language), "contradictions")
            )
        title = _("Consistency of the whole, and of the experts")
        return [Section(title, tuple(blocks), "whole_consistency")]

    def agreement(self) -> list[Section]:
        _, agreement = self._, self.evidence.agreement
        if agreement is None:
            return []
        text = _(
            "S* says how near the experts' weights lie to each other, from 0 to 1; W how far they "
            "agree on the order, from 0 to 1. An order is taken for more than chance where p is "
            "below {limit}."
        ).format(limit=SIGNIFICANT)
        blocks: list[Block] = [Paragraph(text)]
        blocks.append(
            self.table(consensus_table(self.analysis, agreement, self.language), "consensus")
        )
        blocks += map(Paragraph, agreement_sentences(self.analysis, agreement, self.language))
        blocks.append(self.table(individual_table(self.analysis, self.language), "individual"))
        blocks += self.figures.experts()
        blocks.append(
            self.table(disagreement_table(self.analysis, agreement, self.language), "disagreement")
        )
        if agreement.clusters is not None:
            clusters = clusters_table(self.analysis, agreement, self.language)
            blocks.append(self.plain(clusters, "clusters"))
        return [Section(_("Agreement of the experts"), tuple(blocks), "agreement")]

    def certainty(self) -> list[Section]:
        _, certainty, analysis = self._, self.evidence.certainty, self.analysis
        if certainty is None:
            return []
        language = self.language
        sentences = certainty_sentences(analysis, certainty, language)
        blocks: list[Block] = [Paragraph(sentence) for sentence in sentences.values()]
        if certainty.scatter is not None:
            blocks.append(self.table(intervals_table(analysis, certainty, language), "intervals"))
            blocks += self.figures.intervals()
            branches = branch_intervals_table(analysis, certainty, language)
            if branches is not None:
                blocks.append(self.table(branches, "branch_intervals"))
            blocks += [
                self.table(
                    likely_ranks_table(analysis, certainty, over, language), f"likely_ranks:{over}"
                )
                for over in scatters(certainty)
            ]
            if certainty.neighbors:
                blocks.append(
                    self.table(neighbors_table(analysis, certainty, language), "neighbors")
                )
        sections = [Section(_("How certain the ranking is"), tuple(blocks), "certainty")]
        if certainty.first:
            first = analysis.ranking[0]
            swung = swings(analysis, first)
            tables: list[Block] = [
                self.table(stability_table(analysis, certainty, language), "stability")
            ]
            if swung:
                tables.append(self.table(swings_table(analysis, first, swung, language), "swings"))
            text = _(
                "One weight at a time is changed, its siblings sharing the rest as before: how far "
                "can it move until another indicator is first?"
            )
            tables += self.figures.sensitivity()
            sections.append(Section(_("Sensitivity"), (Paragraph(text), *tables), "sensitivity"))
        return sections

    def choices(self) -> list[Section]:
        _, choices = self._, self.evidence.choices
        if not any(not one.in_use for one in choices):
            return []
        text = _(
            "A ranking that hangs on how it is computed can't be defended. It was made once more "
            "by every other aggregation and weighting of the experts, other methods and scales, "
            "and without each expert."
        )
        if len(self.analysis.panel.experts) == 1:
            text = _(
                "A ranking that hangs on how it is computed can't be defended. It was made once "
                "more by other methods and scales; with one expert there is nobody to join or to "
                "weigh otherwise."
            )
        survival = rank_survival_table(self.analysis, choices, self.language)
        blocks: list[Block] = [
            Paragraph(text),
            self.table(survival, "rank_survival"),
            self.plain(choices_summary_table(choices, self.language), "choices"),
        ]
        kinds = {
            "how": _("Ranks by aggregation"),
            "weighting": _("Ranks by weighting of the experts"),
            "method": _("Ranks by method"),
            "scale": _("Ranks by judgment scale"),
        }
        for kind, title in kinds.items():
            some = [one for one in choices if one.kind == kind]
            if len(some) > 1:
                ranks = choices_table(self.analysis, some, self.language)
                blocks.append(self.table(_titled(ranks, title), f"ranks:{kind}"))
        if treated := [one for one in choices if one.kind == "incoherent"]:
            blocks.append(
                self.table(
                    incoherent_choices_table(self.analysis, treated, self.language), "without_them"
                )
            )
        return [Section(_("What other choices would change"), tuple(blocks), "choices")]

    def groups(self) -> list[Section]:
        if len(self.evidence.groups) < 2:
            return []
        table = organizations_table(self.evidence, self.language)
        text = self._(
            "The weights by the experts of each organization alone: where they are far apart, it "
            "matters who was asked."
        )
        blocks: list[Block] = [Paragraph(text), self.plain(table, "organizations")]
        blocks += self.figures.groups()
        return [Section(self._("Organizations side by side"), tuple(blocks), "organizations")]

    def rounds(self) -> list[Section]:
        _, blocks = self._, list[Block]()
        results = (*self.evidence.earlier, self.analysis)
        for number, (before, after) in enumerate(pairwise(results), start=1):
            title = _("What moved from round {before} to round {after}").format(
                before=before.round or number, after=after.round or number + 1
            )
            try:
                table = movement_table(before, after, self.language)
            except AHPError as problem:
                said = error_sentence(problem, self.language)
                text = _("{title}: no result by those who answered both ({problem})")
                blocks.append(Paragraph(text.format(title=title, problem=said), "note"))
                continue
            blocks.append(self.plain(_titled(table, title), f"movement:{number}"))
        if not blocks:
            return []
        with suppress(AHPError):  # no result follows from those who answered all rounds
            blocks += self.figures.rounds()
        text = _("Compared are the answers of those experts who answered both rounds.")
        return [Section(_("From round to round"), (Paragraph(text), *blocks), "movement")]

    def in_sentences(
        self,
        found: tuple[Finding, ...],
        edits: Mapping[str, str],
        outdated: Collection[str],
        signed_by: str | None,
    ) -> Section:
        """The sentences, part by part; those that were edited as a person wrote them."""
        _ = self._
        if signed_by is None:
            said = Paragraph(
                _("Drafted from the numbers by rules; nobody has signed these sentences yet."),
                "warning",
            )
        else:
            said = Paragraph(_("Signed by {name}.").format(name=signed_by))
        sections = []
        for part in PARTS:
            own = [one for one in found if one.part == part]
            paragraphs = said_paragraphs(
                own, edits, outdated, signed=signed_by is not None, language=self.language
            )
            if paragraphs:
                sections.append(Section(part_titles(_)[part], paragraphs, f"analysis:{part}"))
        return Section(_("Analysis of the results, and advice"), (said, *sections), "analysis")

    def methods(self, keys: tuple[str, ...]) -> Section:
        _, analysis = self._, self.analysis
        sentences = [
            _(
                "Weights were derived by the analytic hierarchy process (Saaty 1980) from pairwise "
                "comparisons on the scale from 1/9 to 9; method: {method}."
            ).format(method=method_words(_)[analysis.method]),
            _("Random index: {source}.").format(
                source=random_index_source(analysis.random_index, self.language)
            ),
        ]
        if len(analysis.panel.experts) > 1:
            sentences.append(
                _("The panel was joined by: {how} (Forman & Peniwati 1998).").format(
                    how=aggregate_words(_)[analysis.how]
                )
            )
        if "bozoki2010" in keys:
            sentences.append(
                _(
                    "Where judgments are missing, a matrix is completed so that its largest "
                    "eigenvalue is as small as possible (Bozóki, Fülöp & Rónyai 2010)."
                )
            )
        if "goepel2018" in keys:
            sentences.append(
                _(
                    "Agreement is measured by the consensus S* (Goepel 2018) and Kendall's "
                    "coefficient of concordance W (Kendall & Babington Smith 1939), with the words "
                    "of Schmidt (1997)."
                )
            )
        if "efron1979" in keys:
            sentences.append(
                _("Intervals over experts come from the bootstrap (Efron 1979) of the panel.")
            )
        if "butler1997" in keys:
            sentences.append(_("Scatter over judgments is simulated (Butler, Jia & Dyer 1997)."))
        sentences.append(_("Stability intervals follow Triantaphyllou & Sánchez (1997)."))
        blocks: tuple[Block, ...] = (
            Paragraph(self.between_sentences.join(sentences)),
            Section(
                _("References"), (Listing(tuple(PUBLICATIONS[k].line for k in keys)),), "references"
            ),
        )
        return Section(_("Methods"), blocks, "methods")

    def annexes(self) -> list[Section]:
        _, evidence, language = self._, self.evidence, self.language
        questionnaire: tuple[Block, ...] = (
            Paragraph(
                _(
                    "Every expert was asked these comparisons: which of the two matters more for "
                    "the item they stand below, and how much."
                )
            ),
            self.plain(questions_table(self.survey, language), "questions"),
            self.plain(items_table(self.survey, language), "items"),
        )
        if evidence.mended:
            mended = mended_table(evidence.mended, self.survey, language)
            questionnaire += (self.plain(mended, "mended"),)
        experts: list[Block] = []
        if set(self.analysis.panel.experts) - evidence.consenting:
            experts.append(
                Paragraph(_("Experts who have not agreed to be named have codes."), "note")
            )
        experts.append(
            self.plain(experts_table(self.analysis, evidence.standings, language), "experts")
        )
        judgments: list[Block] = [
            self.plain(expert_consistency_table(self.analysis, language), "expert_consistency")
        ]
        for parent in self.survey.hierarchy.compared:
            tables = expert_judgments_tables(self.analysis, parent, language)
            judgments += [
                self.plain(table, f"judgments:{parent}:{number}")
                for number, table in enumerate(tables, start=1)
            ]
        sections = [
            self.annex(_("Questionnaire"), questionnaire, "questionnaire"),
            self.annex(_("Experts"), tuple(experts), "experts"),
            self.annex(_("Judgments of every expert"), tuple(judgments), "judgments"),
        ]
        said: list[Block] = []
        remarks = remarks_table(self.survey, evidence.remarks, language)
        if remarks.rows:
            said.append(self.plain(remarks, "remarks"))
        reasons = reasons_table(self.analysis, evidence.reasons, language)
        if reasons.rows:
            said.append(self.plain(reasons, "reasons"))
        if said:
            sections.append(self.annex(_("What the experts said"), tuple(said), "said"))
        return sections

    def annex(self, title: str, blocks: tuple[Block, ...], key: str) -> Section:
        return Section(title, blocks, key, annex=True)

    def traces(self) -> tuple[tuple[str, str], ...]:
        """Log and hashes."""
        _, evidence = self._, self.evidence
        pairs = [(hash_words(_)[key], value) for key, value in evidence.hashes.items()]
        if evidence.log is None:
            pairs.append((_("Log"), _("none: the answers come from files")))
        else:
            state = _("verified") if evidence.log.problem is None else _("DOES NOT VERIFY")
            position = _("{events} events, last hash {head}, {state}")
            pairs.append(
                (
                    _("Log"),
                    position.format(
                        events=evidence.log.events, head=evidence.log.head_hash, state=state
                    ),
                )
            )
        return tuple(pairs)


def _titled(table: Table, title: str) -> Table:
    return replace(table, title=title)
