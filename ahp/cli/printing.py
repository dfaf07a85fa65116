"""How commands print: in which language, errors and warnings, JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Any

from ..datafile import system_problem
from ..i18n import terminal_language, translator
from ..i18n.errors import FULL_STOP, error_sentence
from ..messages import Message, Phrase


def table_language(arguments: argparse.Namespace) -> str:
    """Of what people read: the language asked for, else the terminal's."""
    return arguments.language or terminal_language()


def line_language(arguments: argparse.Namespace) -> str:
    """Of errors, warnings and lines that programs read as well: English unless asked for, or where
    a command is for people alone.
    """
    for_people = getattr(arguments, "for_people", False)
    return arguments.language or (terminal_language() if for_people else "en")


def fail(problem: object, language: str, status: int = 2, program: str = "ahp") -> int:
    """Print an error, a `Phrase` or what has no code; returns the exit status."""
    _ = translator(language)
    line = _("{program}: error: {problem}")
    print(line.format(program=program, problem=in_words(problem, language)), file=sys.stderr)
    return status


def print_warning(problem: object, language: str) -> None:
    """Print what a warning says."""
    _ = translator(language)
    line = _("ahp: warning: {problem}")
    print(line.format(problem=in_words(problem, language)), file=sys.stderr)


def print_notes(remarks: Iterable[Phrase], arguments: argparse.Namespace) -> None:
    """Print what in a file was read how, a line each."""
    language = line_language(arguments)
    _ = translator(language)
    line = _("ahp: note: {remark}")
    for remark in remarks:
        said = in_words(remark, language).removesuffix(FULL_STOP)
        print(line.format(remark=said), file=sys.stderr)


def in_words(problem: object, language: str) -> str:
    """What an error or a `Phrase` says; the English is that of `str`, which names what programs
    name.
    """
    if isinstance(problem, Message) and language != "en":
        return error_sentence(problem, language)
    return str(problem)


def system_refusal(error: OSError) -> Phrase:
    """What the operating system refuses, in words."""
    return Phrase(
        "system_refuses", number=error.errno, reason=system_problem(error), file=error.filename
    )


def print_json(data: Any) -> None:
    """Print data as JSON."""
    print(json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2))
