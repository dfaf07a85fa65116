"""The `ahp` command, one module a command.

Exit status: 0 done, 1 the log, a receipt, a published table or a report does not verify, 2 bad
input, with one line on stderr that says what and where.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Sequence

from ..errors import AHPError, LogError, OptionError, ReceiptError, SurveyWarning
from ..messages import Phrase
from ..version import __version__
from . import (
    analyze,
    backup,
    convert,
    evaluate,
    evaluation_report,
    log,
    receipt,
    reconstruct,
    report,
    reproduce,
    schemes,
    sensitivity,
    serve,
    surveys,
    verify,
    weights,
)
from .arguments import Parser, add_language, asked_language
from .printing import fail, line_language, print_warning, system_refusal

COMMANDS = (
    *(weights, surveys, analyze, sensitivity, evaluate, schemes),
    *(
        report,
        evaluation_report,
        verify,
        reconstruct,
        reproduce,
        convert,
        serve,
        backup,
        log,
        receipt,
    ),
)
"""Modules of the commands, in the order in which `ahp --help` lists them."""

APP_PACKAGES = frozenset(
    {"alembic", "argon2", "authlib", "babel", "cryptography", "docx", "filelock", "httpx2"}
    | {"ifaddr", "itsdangerous", "jinja2", "joserfc", "markupsafe", "openpyxl", "platformdirs"}
    | {"plotly", "psycopg", "pyotp", "pypdf", "rfc3161_client", "rfc8785", "segno", "sqlalchemy"}
    | {"starlette", "streamlit", "tomli_w", "ua_parser", "uvicorn", "yaml"}
)
"""What `pip install "ahp-evidence[app]"` brings."""

BROKEN_PIPE = 141
"""Exit status of a program whose reader went away: 128 + SIGPIPE."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: arguments without the program's name; None = those of the process.

    Returns:
        The exit status.
    """
    argv = sys.argv[1:] if argv is None else argv
    try:
        asked = asked_language(argv)
    except OptionError as error:
        return fail(error, "en")
    arguments = _parser(asked).parse_args(argv)
    language = line_language(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that has no λ, no 中文
    with warnings.catch_warnings():
        warnings.simplefilter("always", SurveyWarning)
        warnings.showwarning = lambda message, *_rest, **_named: print_warning(message, language)
        try:
            status: int = arguments.run(arguments)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return BROKEN_PIPE
        except (AHPError, OSError, ModuleNotFoundError) as error:
            unverified = isinstance(error, LogError | ReceiptError)
            return fail(_refusal(error), language, 1 if unverified else 2)
    return status


def _refusal(error: AHPError | OSError | ModuleNotFoundError) -> AHPError | Phrase:
    """What an error says to people; a module that is missing by our own fault says nothing."""
    if isinstance(error, ModuleNotFoundError):
        if (error.name or "").partition(".")[0] not in APP_PACKAGES:
            raise error
        return Phrase("app_missing")
    return system_refusal(error) if isinstance(error, OSError) else error


def _parser(language: str | None) -> Parser:
    """All commands; `language` is what `asked_language` found."""
    parser = Parser(
        prog="ahp",
        description="Analytic hierarchy process: from expert judgment to weights that stand up "
        "to an audit.",
        language=language or "en",
    )
    parser.add_argument("--version", action="version", version=f"ahp {__version__}")
    add_language(parser, language)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
