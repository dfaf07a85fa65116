"""`ahp sensitivity`: how sure the weights of a study are."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from ..errors import OptionError
from ..report import Table, based_on, pairs_to_text, provenance, to_csv, to_text
from ..report.certainty import (
    branch_intervals_table,
    certainty_data,
    certainty_sentences,
    intervals_table,
    likely_ranks_table,
    neighbors_sentences,
    neighbors_table,
    rank_probability_table,
    scatters,
    stability_table,
    swings_table,
)
from ..sensitivity import SPREADS
from ..study import Analysis, StudyCertainty, study_certainty, swings
from .arguments import Commands
from .printing import print_json, table_language
from .study_options import add_study_options, study_of

TABLES = (
    *("intervals", "branches", "ranks_experts", "ranks_judgments"),
    *("rank_probability_experts", "rank_probability_judgments"),
    *("neighbors", "first", "ranking", "swings"),
)
"""Names of the tables, in the order in which they are printed."""

LONG = ("rank_probability_experts", "rank_probability_judgments", "ranking")
"""Tables that are printed only when they are asked for."""


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser(
        "sensitivity", help="how sure weights and ranks of a study are, and what changes them"
    )
    add_study_options(command)
    command.add_argument("--seed", type=int, default=1, help="of the draws, 0 or more; default: 1")
    command.add_argument(
        "--draws", type=int, default=10_000, metavar="N", help="how many; default: 10000"
    )
    command.add_argument(
        "--perturbation",
        choices=tuple(SPREADS),
        default="grid",
        help="of the judgments: one step of the scale lower or higher (grid, the default), or a "
        "random factor (lognormal)",
    )
    command.add_argument(
        "--spread", type=float, help="of the perturbation; default: 2/3 for grid, 0.2 for lognormal"
    )
    command.add_argument(
        "--level", type=float, default=0.95, help="of the intervals; default: 0.95"
    )
    command.add_argument("--csv", choices=TABLES, help="print this table alone as CSV, unrounded")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    analysis = study_of(arguments)
    certainty = study_certainty(
        analysis,
        seed=arguments.seed,
        draws=arguments.draws,
        perturbation=arguments.perturbation,
        spread=arguments.spread,
        level=arguments.level,
    )
    if arguments.json:
        print_json(certainty_data(analysis, certainty))
        return 0
    language = table_language(arguments)
    makers = _tables(analysis, certainty, language)
    if arguments.csv:
        if arguments.csv not in makers:
            raise OptionError.unknown("--csv", arguments.csv, tuple(makers))
        print(to_csv(based_on(makers[arguments.csv](), analysis)), end="")
        return 0
    print(pairs_to_text(provenance(analysis, language)))
    for sentence in certainty_sentences(analysis, certainty, language).values():
        print(f"{sentence}\n")
    for sentence in neighbors_sentences(analysis, certainty, language):
        print(f"- {sentence}")
    for name, make in makers.items():
        if name not in LONG:
            print(f"\n{to_text(based_on(make(), analysis))}", end="")
    return 0


def _tables(
    analysis: Analysis, certainty: StudyCertainty, language: str
) -> dict[str, Callable[[], Table]]:
    """Name -> what makes the table; only those that there are."""
    about = (analysis, certainty)
    makers: dict[str, Callable[[], Table]] = {
        "intervals": partial(intervals_table, *about, language)
    }
    if (branches := branch_intervals_table(*about, language)) is not None:
        makers["branches"] = lambda: branches
    for over in scatters(certainty):
        makers[f"ranks_{over}"] = partial(likely_ranks_table, *about, over, language)
    for over in scatters(certainty):
        makers[f"rank_probability_{over}"] = partial(rank_probability_table, *about, over, language)
    makers["neighbors"] = partial(neighbors_table, *about, language)
    makers["first"] = partial(stability_table, *about, language)
    makers["ranking"] = partial(stability_table, *about, language, whole=True)
    leaf = analysis.ranking[0]
    makers["swings"] = lambda: swings_table(analysis, leaf, swings(analysis, leaf), language)
    return makers
