"""`ahp surveys`: what is shipped, and whether survey files are right."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import AHPError
from ..i18n import translator
from ..study import Survey, load_survey, shipped_surveys
from .arguments import Commands, add_language
from .printing import fail, line_language


def add(commands: Commands) -> None:
    """The command and its actions."""
    surveys = commands.add_parser("surveys", help="list the shipped surveys, validate survey files")
    add_language(surveys)
    surveys.set_defaults(run=_list)
    actions = surveys.add_subparsers(metavar="ACTION")
    add_language(actions.add_parser("list", help="list the shipped surveys (the default)"))
    command = actions.add_parser("validate", help="check survey files")
    command.add_argument("files", nargs="+", metavar="FILE")
    add_language(command)
    command.set_defaults(run=_validate)


def _list(arguments: argparse.Namespace) -> int:
    language = line_language(arguments)
    _ = translator(language)
    for name, path in shipped_surveys().items():
        facts = _facts(load_survey(path), language)
        print(_("{name}: {value}").format(name=name, value=facts))
    return 0


def _validate(arguments: argparse.Namespace) -> int:
    status, language = 0, line_language(arguments)
    _ = translator(language)
    for file in arguments.files:
        try:
            facts = _facts(load_survey(Path(file)), language)
            print(_("{file}: ok, {facts}").format(file=file, facts=facts), flush=True)
        except AHPError as error:
            status = fail(error, language)
    return status


def _facts(survey: Survey, language: str) -> str:
    _ = translator(language)
    given = (_("weights given below {parent}, ").format(parent=parent) for parent in survey.given)
    return _(
        "{leaves} indicators, {pairs} comparisons, {given}languages {languages}, hash {hash}"
    ).format(
        leaves=len(survey.hierarchy.leaves),
        pairs=len(survey.hierarchy.comparisons),
        given="".join(given),
        languages=" ".join(survey.languages),
        hash=survey.content_hash,
    )
