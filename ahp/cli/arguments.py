"""What commands share in reading their arguments, and what is said of those that are wrong."""

from __future__ import annotations

import argparse
import os
import re
import string
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

from ..errors import AHPError, OptionError
from ..i18n import LANGUAGES, translator
from ..i18n.errors import FULL_STOP
from ..messages import MESSAGES, Phrase
from ..priority import METHODS
from ..random_index import RANDOM_INDEX_TABLES
from .printing import fail, in_words

Commands = Any
"""What `Parser.add_subparsers` returns; argparse has no public name for it."""

Run = Callable[[argparse.Namespace], int]
"""What a command runs; returns the exit status."""

USAGE_CODES = (
    *("argument_problem", "argument_choice", "argument_one"),
    *("argument_no_number", "argument_no_whole_number"),
    *("arguments_missing", "arguments_unknown", "option_ambiguous", "option_takes_nothing"),
)
"""Codes of all that argparse refuses here; their English sentences are its own, word for word."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with arguments in the reader's language.

    Args:
        language: of `ahp.i18n.LANGUAGES`.
        options: those of `argparse.ArgumentParser`.
    """

    def __init__(self, *, language: str, **options: Any) -> None:
        super().__init__(**options)
        self.language = language

    def add_subparsers(self, **options: Any) -> Commands:
        """Commands, whose parsers speak the same language."""
        options["parser_class"] = partial(Parser, language=self.language)
        return super().add_subparsers(**options)

    def error(self, message: str) -> NoReturn:
        """The usage, what is wrong, exit status 2."""
        _ = translator(self.language)
        usage = self.format_usage().removeprefix("usage: ")
        print(_("usage: {usage}").format(usage=usage), end="", file=sys.stderr)
        self.exit(fail(_usage_problem(message), self.language, program=self.prog))

    def readable(self, read: Callable[[str], Any]) -> Callable[[str], Any]:
        """`read` as the type of an argument, whose refusals stand behind the argument's name."""

        def typed(text: str) -> Any:
            try:
                return read(text)
            except AHPError as error:
                said = in_words(error, self.language).removesuffix(FULL_STOP)  # more follows
                raise argparse.ArgumentTypeError(said) from error

        return typed


def _usage_problem(message: str) -> Phrase | str:
    """What argparse says, by code; what it says of our own is in the reader's language already."""
    for code in USAGE_CODES:
        pattern = "".join(
            re.escape(text) + (f"(?P<{field}>.+?)" if field else "")
            for text, field, _format, _conversion in string.Formatter().parse(MESSAGES[code])
        )
        if match := re.fullmatch(pattern, message, re.DOTALL):
            parts: dict[str, Any] = match.groupdict()
            if "problem" in parts:
                parts["problem"] = _usage_problem(parts["problem"])
            return Phrase(code, **parts)
    return message


def asked_language(argv: Sequence[str]) -> str | None:
    """What `--language` says, else `$AHP_LANGUAGE`, before the arguments are read, since what is
    wrong with them is to be said in that language; None where neither does.

    `ahp convert` has a `--language` of its own behind its name, that of the names.
    """
    options = "\n".join(["", *argv, ""]).partition("\nconvert\n")[0]
    values = re.findall(r"\n--l[a-z]*[=\n](.*)", options)
    if values and values[-1] in LANGUAGES:
        return str(values[-1])
    language = os.environ.get("AHP_LANGUAGE") or None
    if language and language not in LANGUAGES:
        raise OptionError.unknown("AHP_LANGUAGE", language, LANGUAGES)
    return language


def add_database(command: argparse.ArgumentParser) -> None:
    """Which database a command works with, and the language of what it prints."""
    command.add_argument("--database", metavar="URL", help="the app's own database by default")
    add_language(command)


def add_language(command: argparse.ArgumentParser, default: str | None = argparse.SUPPRESS) -> None:
    """`--language`; that of the program unless a command has its own."""
    command.add_argument(
        "--language",
        choices=tuple(LANGUAGES),
        default=default,
        help="of tables, sentences, errors; default: $AHP_LANGUAGE, else the terminal's for tables "
        "and English for errors",
    )


def add_sheet(command: argparse.ArgumentParser) -> None:
    """`--sheet`, of a workbook that is read."""
    command.add_argument(
        "--sheet", metavar="NAME", help="of a workbook; needed when several sheets are filled"
    )


def add_listing(
    commands: Commands, name: str, summary: str, listed: Run, validated: Run
) -> Commands:
    """A command that lists what is shipped, and validates files.

    Args:
        commands: those of the program.
        name: of the command, which is what it lists.
        summary: what it does.
        listed: what lists.
        validated: what validates.

    Returns:
        Its actions, for more of them.
    """
    command = commands.add_parser(name, help=summary)
    add_language(command)
    command.set_defaults(run=listed)
    actions = command.add_subparsers(metavar="ACTION")
    add_language(actions.add_parser("list", help=f"list the shipped {name} (the default)"))
    validate = actions.add_parser("validate", help=f"check {name[:-1]} files")
    validate.add_argument("files", nargs="+", metavar="FILE")
    add_language(validate)
    validate.set_defaults(run=validated)
    return actions


def add_output_options(command: argparse.ArgumentParser) -> None:
    """`--language` and `--json`."""
    add_language(command)
    command.add_argument("--json", action="store_true", help="print JSON, unrounded")


def add_analysis_options(
    command: argparse.ArgumentParser, method: str | None, random_index: str | None
) -> None:
    """`--method` and `--random-index`, and those of the output; `random_index` says what stands
    for none.
    """
    command.add_argument(
        "--method",
        default=method,
        help=f"{', '.join(METHODS)}; default: {method or 'that of the survey'}",
    )
    command.add_argument(
        "--random-index",
        help=f"{', '.join(RANDOM_INDEX_TABLES)}; default: {random_index or 'that of the survey'}",
    )
    add_output_options(command)
