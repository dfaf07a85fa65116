"""`ahp surveys`: what is shipped, and whether survey files are right."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import AHPError
from ..i18n import translator
from ..study import Survey, load_survey, shipped_surveys
from .arguments import Commands, add_listing
from .printing import fail, line_language


def add(commands: Commands) -> None:
    """The command and its actions."""
    summary = "list the shipped surveys, validate survey files"
    add_listing(commands, "surveys", summary, _list, _validate)


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
