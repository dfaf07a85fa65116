"""`ahp analyze`: a whole study."""

from __future__ import annotations

import argparse
import math

from ..consistency import CR_LIMIT
from ..errors import OptionError
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
from ..study import analyze, load_survey, read_answers
from ..study.agreement import compare_choices, incoherent_choices, leave_one_out, panel_agreement
from ..study.incoherence import INCOHERENT, check_cr_limit
from ..study.standing import AGGREGATES, COMPUTED_WEIGHTINGS
from .arguments import Commands, add_analysis_options
from .printing import print_json, table_language


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser("analyze", help="weights and consistency of a whole study")
    command.add_argument("survey", help="name of a shipped survey, or a .toml file")
    command.add_argument("answers", help="CSV file: expert, parent, left, right, value")
    command.add_argument(
        "--expert-weights",
        type=command.readable(_expert_weights),
        metavar="NAME=WEIGHT,…",
        help="weights of the experts, scaled to sum 1, or: equal (the default), consistency, "
        "distance",
    )
    command.add_argument(
        "--how",
        choices=AGGREGATES,
        default="aij",
        help="how judgments (aij) or weights (aip) are joined; default: aij, the weighted "
        "geometric mean of the judgments",
    )
    command.add_argument(
        "--trim",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="of the experts' weight cut off at each end by aij_trimmed; default: 0.1",
    )
    command.add_argument(
        "--incoherent",
        choices=INCOHERENT,
        default="include",
        help="what becomes of an expert's judgments below a parent where their CR reaches the "
        "limit: they count like all others (the default), are excluded there, or down-weighted by "
        "limit/CR",
    )
    command.add_argument(
        "--cr-limit",
        type=command.readable(_cr_limit),
        default=CR_LIMIT,
        metavar="CR",
        help="that limit, or: saaty, .05 for three items, .08 for four, .1 for more; default: 0.1",
    )
    command.add_argument(
        "--invited",
        type=int,
        metavar="N",
        help="how many experts were asked, if more than answered",
    )
    command.add_argument(
        "--panel",
        action="store_true",
        help="also how far the experts agree, what splits them, and what other choices change",
    )
    add_analysis_options(command, None, None)
    command.set_defaults(run=_run)


def _expert_weights(text: str) -> dict[str, float] | str:
    if text in COMPUTED_WEIGHTINGS:
        return text
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, _, weight = (piece.strip() for piece in part.rpartition("="))
        try:
            number = float(weight)
        except ValueError:
            number = math.nan
        if not name or math.isnan(number):
            raise OptionError("expert_weight_unreadable", text=part)
        if name in weights:
            raise OptionError("expert_weight_twice", name=name)
        weights[name] = number
    return weights


def _cr_limit(text: str) -> float | str:
    """The argument of --cr-limit."""
    try:
        limit: float | str = float(text)
    except ValueError:
        limit = text
    check_cr_limit(limit)
    return limit


def _run(arguments: argparse.Namespace) -> int:
    analysis = analyze(
        load_survey(arguments.survey),
        read_answers(arguments.answers),
        method=arguments.method,
        random_index=arguments.random_index,
        how=arguments.how,
        trim=arguments.trim,
        expert_weights=arguments.expert_weights,
        incoherent=arguments.incoherent,
        cr_limit=arguments.cr_limit,
        invited=arguments.invited,
    )
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
    if choices:
        tables += [
            incoherent_table(analysis, language),
            incoherent_choices_table(analysis, choices, language),
        ]
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
