"""`ahp schemes`: what is shipped, whether scheme files are right, and workbooks to fill in."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from ..datafile import read_bytes
from ..errors import AHPError, EvaluationError, OptionError
from ..evaluation import Scheme, check_scheme, load_scheme, shipped_schemes
from ..evaluation.periods import period_of
from ..i18n import translator
from ..tables.grids import read_grid
from .arguments import Commands, add_language, add_listing
from .printing import fail, in_words, line_language, print_notes, table_language


def add(commands: Commands) -> None:
    """The command and its actions."""
    summary = "list the shipped schemes, validate scheme files, write workbooks"
    actions = add_listing(commands, "schemes", summary, _list, _validate)
    command = actions.add_parser(
        "template", help="write a workbook to fill in, which scores what is filled in"
    )
    command.add_argument("scheme", metavar="SCHEME", help="name of a shipped one, or a .toml file")
    command.add_argument("-o", "--output", metavar="FILE", required=True, help="the .xlsx file")
    command.add_argument(
        "--units",
        metavar="A,B,…|FILE",
        help="names of the units, or a text file with one a line; default: those of the scheme",
    )
    command.add_argument(
        "--period", metavar="P", help="such as 2026Q1; default: the one that today is in"
    )
    command.add_argument(
        "--raters", type=int, default=1, metavar="N", help="of each graded indicator; default: 1"
    )
    command.add_argument(
        "--items",
        type=int,
        default=1,
        metavar="N",
        help="calls, loans and the like that an indicator may have; default: 1",
    )
    add_language(command)
    command.set_defaults(run=_template)


def _list(arguments: argparse.Namespace) -> int:
    for name, path in shipped_schemes().items():
        print(f"{name}: {_facts(load_scheme(path), line_language(arguments))}")
    return 0


def _validate(arguments: argparse.Namespace) -> int:
    status, language = 0, line_language(arguments)
    _ = translator(language)
    for file in arguments.files:
        try:
            scheme = load_scheme(Path(file))
        except AHPError as error:
            status = fail(error, language)
            continue
        facts = _facts(scheme, language)
        print(_("{file}: ok, {facts}").format(file=file, facts=facts), flush=True)
        for remark in check_scheme(scheme):
            print(f"  {in_words(remark, language)}", flush=True)
    return status


def _template(arguments: argparse.Namespace) -> int:
    from ..exchange.evaluation_xlsx import evaluation_workbook  # noqa: PLC0415 - the app is optional

    language = table_language(arguments)
    _ = translator(language)
    scheme = load_scheme(arguments.scheme)
    for option in ("raters", "items"):
        if getattr(arguments, option) < 1:
            raise OptionError("count_below_1", option=option, value=getattr(arguments, option))
    units = _units(arguments) if arguments.units else scheme.units
    today = date.today()
    period = arguments.period or str(period_of(scheme.period.kind, today.year, today.month))
    content = evaluation_workbook(
        scheme,
        units,
        period,
        language=language,
        raters=arguments.raters,
        items=arguments.items,
    )
    Path(arguments.output).write_bytes(content)
    said = _("{file}: to fill in for {period}, {count} units")
    print(said.format(file=arguments.output, period=period, count=len(units)))
    return 0


def _units(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Names between commas, or one a line of a file."""
    path = Path(arguments.units)
    if not path.is_file():
        return tuple(name.strip() for name in arguments.units.split(",") if name.strip())
    grid = read_grid(read_bytes(path, EvaluationError), str(path), EvaluationError)
    print_notes(grid.remarks, arguments)
    return tuple(cells[0] for _, cells in grid.lines() if cells[0])


def _facts(scheme: Scheme, language: str) -> str:
    _ = translator(language)
    return _(
        "{name}, version {version}, {leaves} indicators, languages {languages}, hash {hash}"
    ).format(
        name=scheme.text(scheme.name, language),
        version=scheme.version,
        leaves=len(scheme.leaves),
        languages=" ".join(scheme.languages),
        hash=scheme.content_hash,
    )
