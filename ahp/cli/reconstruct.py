"""`ahp reconstruct`: the matrices behind a published table."""

from __future__ import annotations

import argparse
import sys
import time

from ..consistency import CR_LIMIT
from ..errors import PublishedError
from ..i18n import translator
from ..published import (
    ROUNDINGS,
    PublishedTable,
    TableReconstruction,
    load_table,
    reconstruct_table,
    save_candidates,
)
from ..report import (
    method_words,
    reason_with_names,
    reconstructed_parent,
    reconstructed_ranking,
    reconstruction_data,
    reconstruction_table,
    show_number,
    to_text,
)
from .arguments import Commands, add_output_options
from .printing import in_words, print_json, table_language


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser(
        "reconstruct", help="find the matrices behind a published table that prints none"
    )
    command.add_argument("file", metavar="FILE", help="a published table, *.ahp.toml")
    command.add_argument(
        "--method", action="append", help="a method to try, may be repeated; default: all"
    )
    command.add_argument(
        "--rounding",
        action="append",
        help=f"{', '.join(ROUNDINGS)}; may be repeated; default: all",
    )
    command.add_argument(
        "--cr-max", type=float, default=CR_LIMIT, metavar="CR", help="default: 0.1"
    )
    command.add_argument(
        "--save", action="store_true", help="write the candidates where the table names them"
    )
    add_output_options(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    table = load_table(arguments.file)
    if arguments.save and table.candidates is None:
        raise PublishedError("candidates_unnamed", place=str(table.path))
    started = time.monotonic()

    def progress(parent: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            seconds = time.monotonic() - started
            print(
                f"\r{parent}: {done / total:4.0%}, {seconds:.0f} s\033[K", end="", file=sys.stderr
            )

    reconstruction = reconstruct_table(
        table,
        method=arguments.method,
        rounding=arguments.rounding or ROUNDINGS,
        cr_max=arguments.cr_max,
        progress=progress,
    )
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if table.candidates and arguments.save:
        save_candidates(reconstruction, table.candidates)
    if arguments.json:
        print_json(reconstruction_data(table, reconstruction))
    else:
        print(_reconstruction_text(table, reconstruction, table_language(arguments)), end="")
    return 0 if all(len(result) for result in reconstruction.parents.values()) else 1


def _reconstruction_text(table: PublishedTable, rebuilt: TableReconstruction, language: str) -> str:
    _ = translator(language)
    parts = [to_text(reconstruction_table(table, rebuilt, language))]
    for name, result in rebuilt.parents.items():
        if len(result):
            parts.append(to_text(reconstructed_parent(table.parents[name], result, language)))
        elif result.nearest:
            near = result.nearest
            misses = _(", ").join(show_number(weight, 5) for weight in near.weights.tolist())
            parts.append(
                _("{parent}: {reason}; nearest: {weights} ({method})").format(
                    parent=table.parents[name].label or name,
                    reason=in_words(reason_with_names(table.parents[name], near.reason), language),
                    weights=misses,
                    method=method_words(_)[near.method],
                )
                + "\n"
            )
    if rebuilt.ranks:
        parts.append(to_text(reconstructed_ranking(table, rebuilt, language)))
    return "\n".join(parts)
