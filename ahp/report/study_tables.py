"""Tables that only the report of a study has: what was asked, who answered, what survives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..i18n import LANGUAGES, Translate, translator
from ..i18n.words import between_meaning, step_words
from ..process.rounds import summarize
from ..process.settings import Settings
from ..process.study_evidence import StudyEvidence
from ..study import Analysis, Survey
from ..study.agreement import Choice
from ..study.wording import Mended
from .panel import follows, rounds_table
from .table import Cell, Table

PAIRS_ACROSS = 10
"""Comparisons beside each other in a table of experts' judgments."""


def items_explained(survey: Survey) -> bool:
    """Whether any item below the goal has an explanation."""
    return any(node.explanation for node in list(survey.nodes.values())[1:])


def items_table(survey: Survey, language: str) -> Table:
    """What is weighed: every item below the goal, where it stands and what it means, as far as that
    is said of any.
    """
    _ = translator(language)
    hierarchy = survey.hierarchy
    rows: list[tuple[Cell, ...]] = []
    width = 3 if items_explained(survey) else 2

    def below(parent: str) -> None:
        for kid in hierarchy.children.get(parent, ()):
            names = survey.node_name(parent, language), survey.node_name(kid, language)
            explanation = survey.text(survey.nodes[kid].explanation, language)
            rows.append((*names, explanation)[:width])
            below(kid)

    below(hierarchy.goal)
    return Table(
        title=_("What is weighed"),
        columns=(_("Branch"), _("Item"), _("Explanation"))[:width],
        rows=tuple(rows),
        language=language,
    )


def wording_words(_: Translate) -> dict[str, str]:
    """Which text of a survey or an item (`Mending.text`) in words."""
    return {
        "name": _("What it is called"),
        "explanation": _("Explanation"),
        "description": _("Description"),
    }


def mended_table(mended: Sequence[Mended], survey: Survey, language: str) -> Table:
    """What was put right in the wording of a survey since experts judge by it."""
    _ = translator(language)
    kinds, rows = wording_words(_), []
    for (node, text, of, old, new), time, who in mended:
        item = survey.node_name(node, language) if node else _("The survey itself")
        by = who or _("organizer without an account")
        when = time[:16].replace("T", " ")
        rows.append((item, kinds[text], LANGUAGES.get(of, of), old, new, when, by))
    return Table(
        title=_("Wording that was mended after the study began"),
        columns=(
            *(_("Item"), _("Text"), _("Language"), _("Text before"), _("Text now")),
            *(_("When (UTC)"), _("By")),
        ),
        rows=tuple(rows),
        language=language,
        note=_(
            "Slips that were put right: what is meant stayed, and so did all judgments and the "
            "hash of the survey that they are bound to."
        ),
    )


def scale_table(language: str) -> Table:
    """The scale that experts answer on."""
    _ = translator(language)
    words = step_words(_)
    return Table(
        title=_("Scale of the judgments"),
        columns=(_("Value"), _("Importance"), _("Meaning")),
        rows=(
            *((str(step), short, meaning) for step, (short, _adverb, meaning) in words.items()),
            ("2, 4, 6, 8", _("between"), between_meaning(_)),
            (
                _("reciprocals"),
                _("the other way round"),
                _("If left against right is 3, right against left is 1/3."),
            ),
        ),
        language=language,
    )


def questions_table(survey: Survey, language: str) -> Table:
    """Every comparison that was asked, in the order of the tree."""
    _ = translator(language)
    return Table(
        title=_("Comparisons that were asked"),
        columns=(_("No."), _("Compared under"), _("Left"), _("Right")),
        rows=tuple(
            (number, *(survey.node_name(node, language) for node in pair))
            for number, pair in enumerate(survey.hierarchy.comparisons, start=1)
        ),
        language=language,
    )


def study_rounds_table(evidence: StudyEvidence, language: str) -> Table:
    """What the rounds came to, the one that is reported last."""
    before, summaries = None, []
    for number, one in enumerate((*evidence.earlier, evidence.analysis), start=1):
        summaries.append(summarize(one, before, one.round or number))
        before = one
    analysis = evidence.analysis
    return rounds_table(Settings(analysis.method, analysis.random_index), summaries, language)


def sizes_table(evidence: StudyEvidence, language: str) -> Table:
    """How many experts of which organization answered."""
    _ = translator(language)
    sizes: Counter[str] = Counter()
    for name in evidence.analysis.panel.experts:
        sizes[evidence.organizations.get(name) or _("not told")] += 1
    return Table(
        title=_("Experts by organization"),
        columns=(_("Organization"), _("Experts")),
        rows=tuple(sizes.items()),
        language=language,
    )


def organizations_table(evidence: StudyEvidence, language: str) -> Table:
    """The weights by the experts of each organization alone, beside those of the whole panel, in
    the order of the panel's ranking.
    """
    _, analysis = translator(language), evidence.analysis
    survey, groups = analysis.survey, evidence.groups
    heading = _("{name} ({count})")
    rows: list[tuple[Cell, ...]] = []
    for leaf in analysis.ranking:
        weights = [one.global_weights[leaf] for one in groups.values()]
        gap = max(weights) - min(weights)
        rows.append(
            (survey.node_name(leaf, language), analysis.global_weights[leaf], *weights, gap)
        )
    note = _("In brackets: how many experts.")
    if evidence.few:
        note += _(
            " Left out, as they have too few experts to be shown, or too few judgments: {names}."
        ).format(names=_(", ").join(evidence.few))
    return Table(
        title=_("Weights by organization"),
        columns=(
            _("Indicator"),
            heading.format(name=_("Panel"), count=len(analysis.panel.experts)),
            *(
                heading.format(name=name, count=len(one.panel.experts))
                for name, one in groups.items()
            ),
            _("Largest difference"),
        ),
        rows=tuple(rows),
        language=language,
        note=note,
    )


def rank_survival_table(analysis: Analysis, choices: tuple[Choice, ...], language: str) -> Table:
    """Between which ranks every indicator lies over all choices, and in how many it keeps its own.

    Args:
        analysis: of the panel.
        choices: of any kind; those in use and those without a result don't count.
        language: of the texts.
    """
    _, survey = translator(language), analysis.survey
    others = [one for one in choices if not one.in_use and follows(one)]
    position = {leaf: k for k, leaf in enumerate(survey.hierarchy.leaves)}
    without = sum(not follows(one) for one in choices)
    rows: list[tuple[Cell, ...]] = []
    for leaf, rank in analysis.ranks.items():
        ranks = [int(one.ranks[position[leaf]]) for one in others]
        kept = sum(other == rank for other in ranks)
        best, worst = min(ranks, default=rank), max(ranks, default=rank)
        name = survey.node_name(leaf, language)
        rows.append((name, rank, best, worst, kept, len(others), kept == len(others)))
    note = ""
    if without:
        note = _("Choices without a result, which are left out: {count}").format(count=without)
    return Table(
        title=_("Which ranks survive other choices"),
        columns=(
            *(_("Indicator"), _("Rank"), _("Best rank"), _("Worst rank")),
            *(_("Choices that keep the rank"), _("Other choices"), _("Survives all")),
        ),
        rows=tuple(rows),
        language=language,
        note=note,
    )


def expert_judgments_tables(analysis: Analysis, parent: str, language: str) -> tuple[Table, ...]:
    """What every expert judged below a parent: the upper triangle of each matrix, a row an expert,
    `PAIRS_ACROSS` comparisons a table; the last column is the CR of the expert's matrix.
    """
    _, survey, panel = translator(language), analysis.survey, analysis.panel
    kids = survey.hierarchy.children[parent]
    i, j = np.triu_indices(len(kids), 1)
    judgments = panel.matrices[parent][:, i, j]
    name = survey.node_name(parent, language)
    items = _(", ").join(
        _("{number} = {name}").format(number=k, name=survey.node_name(kid, language))
        for k, kid in enumerate(kids, start=1)
    )
    tables = []
    for start in range(0, len(i), PAIRS_ACROSS):
        pairs = slice(start, start + PAIRS_ACROSS)
        title = _("Judgments of the experts below {name}").format(name=name)
        if len(i) > PAIRS_ACROSS:
            last = min(start + PAIRS_ACROSS, len(i))
            title = _("{title}, comparisons {first} to {last}").format(
                title=title, first=start + 1, last=last
            )
        heads = [f"{a + 1} : {b + 1}" for a, b in zip(i[pairs], j[pairs], strict=True)]
        rows = tuple(
            (
                expert,
                *(None if np.isnan(value) else value for value in judgments[k, pairs].tolist()),
                None if np.isnan(panel.cr[parent][k]) else float(panel.cr[parent][k]),
            )
            for k, expert in enumerate(panel.experts)
        )
        tables.append(
            Table(
                title=title,
                columns=(_("Expert"), *heads, "CR"),
                rows=rows,
                language=language,
                judgments=frozenset(range(1, len(heads) + 1)),
                note=items,
            )
        )
    return tuple(tables)
