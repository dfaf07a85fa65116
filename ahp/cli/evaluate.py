"""`ahp evaluate`: units scored by a scheme."""

from __future__ import annotations

import argparse

from ..evaluation import Evaluation, evaluate, load_scheme, parse_period, read_observations
from ..evaluation.file_weights import FileWeights
from ..exchange.weights_file import read_weights
from ..i18n import translator
from ..i18n.schemes import file_weights_words
from ..report import pairs_to_text, to_text
from ..report.evaluation import (
    change_data,
    change_table,
    changes_since,
    chosen_period,
    chosen_units,
    counted_words,
    evaluation_data,
    remarks,
    totals_table,
    waterfall_table,
)
from .arguments import Commands, add_output_options
from .printing import print_json, table_language


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser("evaluate", help="score units by a scheme of an evaluation")
    command.add_argument("scheme", metavar="SCHEME", help="name of a shipped one, or a .toml file")
    command.add_argument(
        "observations",
        metavar="OBSERVATIONS",
        help="CSV or XLSX: unit, period, indicator, value, and where needed rater, item, input, "
        "evidence, note",
    )
    command.add_argument(
        "--weights",
        metavar="FILE",
        help="CSV, XLSX or TOML of node and weight; the evidence of a closed round, or a whole "
        "study (JSON), whose last closed round counts; default: the scheme's own",
    )
    command.add_argument(
        "--period", metavar="P", help="such as 2026Q1; default: the latest with a total"
    )
    command.add_argument("--unit", metavar="U", help="this one alone, ranked among all")
    command.add_argument(
        "--explain", metavar="UNIT", help="how this unit's total comes about, line by line"
    )
    command.add_argument("--against", metavar="P0", help="what changed since this earlier period")
    add_output_options(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    scheme = load_scheme(arguments.scheme)
    weights = read_weights(arguments.weights) if arguments.weights else None
    result = evaluate(
        scheme, read_observations(arguments.observations), weights.weights if weights else None
    )
    period = chosen_period(result, arguments.period)
    units = chosen_units(result, arguments.unit)
    explained = chosen_units(result, arguments.explain)[0] if arguments.explain else None
    against = chosen_period(result, arguments.against) if arguments.against else None
    changes = changes_since(result, period, against, units) if against else ()
    if arguments.json:
        periods = (period,) if arguments.period else result.periods
        named = units if explained in (None, *units) else (*units, str(explained))
        data = evaluation_data(result, periods, named, explained=explained)
        if weights:
            data["weights"] |= weights.origin
        if against:
            data["changes"] = {
                "from": against,
                "to": period,
                "units": [change_data(change) for change in changes],
            }
        print_json(data)
        return 0
    language = table_language(arguments)
    tables = [totals_table(result, period, language, units)]
    if explained:
        tables.append(waterfall_table(result, explained, period, language))
    if against:
        tables += [change_table(result, one, language) for one in changes]
    print(pairs_to_text(_facts(result, weights, period, language)))
    print("\n".join(map(to_text, tables)), end="")
    if said := remarks(result, period, language, units):
        print("\n" + "\n".join(said))
    return 0


def _facts(
    result: Evaluation, weights: FileWeights | None, period: str, language: str
) -> list[tuple[str, str]]:
    """What the totals rest on."""
    _ = translator(language)
    scheme = result.scheme
    source = file_weights_words(weights.origin, language) if weights else _("those of the scheme")
    return [
        (
            _("Scheme"),
            _("{name}, version {version}, hash {hash}").format(
                name=scheme.text(scheme.name, language),
                version=scheme.version,
                hash=scheme.content_hash,
            ),
        ),
        (_("Weights"), source),
        (_("Period"), str(parse_period(period))),
        (_("Who counts"), counted_words(result, period, language)),
    ]
