"""The tables of a study's result, and nothing else, as a document."""

from __future__ import annotations

from dataclasses import replace

from ..i18n import translator
from ..study import Analysis
from .analysis import (
    composite_table,
    consistency_table,
    hierarchy_table,
    parent_tables,
    provenance,
    total_table,
)
from .document import Document, Section, TableBlock
from .who import based_on, who_counts


def result_document(analysis: Analysis, language: str) -> Document:
    """Ranking, weights, consistency and every judgment matrix.

    The tables have the keys `ranking`, `hierarchy`, `consistency`, `total` and `matrix:PARENT`.
    """
    _, survey = translator(language), analysis.survey
    tables = {
        "ranking": based_on(composite_table(analysis, language), analysis),
        "hierarchy": hierarchy_table(analysis, language),
        "consistency": consistency_table(analysis, language),
        "total": total_table(analysis, language),
    }
    matrices = {
        f"matrix:{parent}": replace(table, title=_("{name}: judgment matrix").format(name=name))
        if parent in analysis.matrices
        else table
        for parent, table in parent_tables(analysis, language).items()
        for name in [survey.node_name(parent, language)]
    }
    return Document(
        title=survey.text(survey.name, language),
        subtitle=_("Weights and consistency"),
        language=language,
        facts=((_("Based on"), who_counts(analysis, language)),),
        blocks=(
            Section(
                _("Results"),
                tuple(TableBlock(table, key) for key, table in tables.items()),
                "results",
            ),
            Section(
                _("Judgment matrices"),
                tuple(TableBlock(table, key) for key, table in matrices.items()),
                "matrices",
            ),
        ),
        provenance=tuple(provenance(analysis, language)),
        contents=False,
    )
