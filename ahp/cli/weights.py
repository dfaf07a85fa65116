"""`ahp weights`: one matrix."""

from __future__ import annotations

import argparse

from ..consistency import CR_LIMIT, check_consistency
from ..errors import RandomIndexError
from ..exchange import read_matrix
from ..i18n import translator
from ..i18n.errors import error_sentence
from ..i18n.numbers import show_beside
from ..priority import check_method, weights
from ..random_index import check_random_index, reaching_random_index
from ..report import Table, consistency_data, method_words, pairs_to_text, show_number, to_text
from ..version import __version__
from .arguments import Commands, add_analysis_options, add_sheet
from .printing import print_json, print_notes, table_language


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser("weights", help="weights and consistency of one matrix")
    command.add_argument("file", help="CSV or XLSX file of the matrix; - reads standard input")
    add_sheet(command)
    add_analysis_options(command, "eigenvector", "saaty, or one that goes on where it ends")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    method = check_method(arguments.method)
    if arguments.random_index is not None:
        check_random_index(arguments.random_index)
    read = read_matrix(arguments.file, sheet=arguments.sheet)
    print_notes(read.remarks, arguments)
    matrix = read.matrix
    priorities = weights(matrix, method)
    random_index = arguments.random_index or _reaching(matrix.n)
    checked = check_consistency(matrix, random_index=random_index, weights=priorities)
    if arguments.json:
        print_json(
            {
                "labels": list(matrix.labels),
                "matrix": matrix.values.tolist(),
                "method": method,
                "weights": priorities.tolist(),
                "consistency": consistency_data(checked),
                "version": __version__,
            }
        )
        return 0
    language = table_language(arguments)
    _ = translator(language)
    table = Table(
        title=_("Weights"),
        columns=(_("Item"), _("Weight")),
        rows=tuple(zip(matrix.labels, priorities.tolist(), strict=True)),
        language=language,
    )
    print(to_text(table))
    index = _("{name} ({detail})")
    pairs = [
        (_("Method"), method_words(_)[method]),
        ("λmax", show_number(checked.lambda_max)),
        (_("λ, mean of (Aw)/w"), show_number(checked.lambda_mean)),
        ("CI", show_number(checked.ci)),
    ]
    if checked.ri is not None:
        pairs += [
            ("RI", index.format(name=show_number(checked.ri), detail=checked.random_index)),
            ("CR", show_beside(checked.cr, CR_LIMIT)),
            (_("Acceptable"), _("yes") if checked.acceptable else _("no")),
        ]
    print(pairs_to_text(pairs), end="")
    if checked.cr_absent:
        print(error_sentence(checked.cr_absent, language))
    return 0


def _reaching(n: int) -> str:
    """A table that has a random index for n items, or Saaty's where none has."""
    try:
        return reaching_random_index([n])
    except RandomIndexError:
        return "saaty"
