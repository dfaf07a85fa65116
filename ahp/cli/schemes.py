"""`ahp schemes`: what is shipped, whether scheme files are right, and workbooks to fill in."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import AHPError
from ..evaluation import Scheme, check_scheme, load_scheme, shipped_schemes
from ..i18n import translator
from .arguments import Commands, add_language
from .printing import fail, in_words, line_language


def add(commands: Commands) -> None:
    """The command and its actions."""
    schemes = commands.add_parser(
        "schemes", help="list the shipped schemes, validate scheme files, write workbooks"
    )
    add_language(schemes)
    schemes.set_defaults(run=_list)
    actions = schemes.add_subparsers(metavar="ACTION")
    add_language(actions.add_parser("list", help="list the shipped schemes (the default)"))
    command = actions.add_parser("validate", help="check scheme files")
    command.add_argument("files", nargs="+", metavar="FILE")
    add_language(command)
    command.set_defaults(run=_validate)


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
