"""`ahp analyze`: a whole study."""

from __future__ import annotations

import argparse

from ..report import (
    analysis_data,
    based_on,
    composite_table,
    consistency_table,
    incoherent_choices_table,
    incoherent_table,
    pairs_to_text,
    parent_tables,
    provenance,
    to_text,
    total_table,
)
from ..report.panel import (
    agreement_data,
    agreement_sentences,
    choices_summary_table,
    consensus_table,
    disagreement_table,
    expert_consistency_table,
    individual_table,
)
from ..study.agreement import compare_choices, incoherent_choices, leave_one_out, panel_agreement
from .arguments import Commands
from .printing import print_json, table_language
from .study_options import add_study_options, study_of


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser("analyze", help="weights and consistency of a whole study")
    add_study_options(command)
    command.add_argument(
        "--panel",
        action="store_true",
        help="also how far the experts agree, what splits them, and what other choices change",
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    analysis = study_of(arguments)
    agreement = panel_agreement(analysis) if arguments.panel else None
    if arguments.json:
        data = analysis_data(analysis)
        if agreement is not None:
            data["agreement"] = agreement_data(analysis, agreement)
        print_json(data)
        return 0
    language = table_language(arguments)
    print(pairs_to_text(provenance(analysis, language)))
    tables = [
        *parent_tables(analysis, language).values(),
        consistency_table(analysis, language),
        composite_table(analysis, language),
        total_table(analysis, language),
    ]
    choices = incoherent_choices(analysis)
    if analysis.incoherences:
        tables.append(incoherent_table(analysis, language))
    if choices:
        tables.append(incoherent_choices_table(analysis, choices, language))
    if agreement is not None:
        tables += [
            individual_table(analysis, language),
            expert_consistency_table(analysis, language),
            consensus_table(analysis, agreement, language),
            disagreement_table(analysis, agreement, language),
            choices_summary_table((*compare_choices(analysis), *choices), language),
            choices_summary_table(leave_one_out(analysis), language),
        ]
    print("\n".join(to_text(based_on(table, analysis)) for table in tables), end="")
    if agreement is not None:
        for sentence in agreement_sentences(analysis, agreement, language):
            print(f"\n{sentence}")
    return 0
