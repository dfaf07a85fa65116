"""What the commands that make reports share: where files go, in which forms, whose sentences."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..datafile import parse_json, read_bytes
from ..errors import ReportError
from ..i18n import translator
from .arguments import Parser
from .printing import print_json, table_language

if TYPE_CHECKING:
    from ..report.document import Progress

FORMS = ("docx", "html", "pdf", "xlsx", "latex")


def add_report_options(command: Parser, *, draws: int, title: str) -> None:
    """The options of a report.

    Args:
        command: that makes it.
        draws: for certainty, by default.
        title: what the report is called by default.
    """
    command.add_argument(
        "--output", metavar="FOLDER", help="where the files are written; it must be new or empty"
    )
    command.add_argument(
        "--form",
        dest="forms",
        action="append",
        choices=FORMS,
        help="of the report, may come several times; default: docx, html, xlsx",
    )
    command.add_argument("--title", default="", help=f"default: {title}")
    command.add_argument(
        "--draws", type=int, default=draws, metavar="N", help=f"for certainty; default: {draws}"
    )
    command.add_argument("--seed", type=int, default=1, help="of the draws; default: 1")
    command.add_argument(
        "--sentences",
        action="store_true",
        help="print the drafted sentences with their keys, as JSON for --edits, and write no files",
    )
    command.add_argument(
        "--edits",
        metavar="FILE",
        help="JSON: key of a sentence and the text in its place; an empty text leaves it out",
    )
    command.add_argument(
        "--signed-by", metavar="NAME", help="who stands for the sentences; else they are drafts"
    )


def report_folder(arguments: argparse.Namespace) -> Path | None:
    """Where the files of a report go; None where just its sentences are printed.

    Args:
        arguments: of the command.

    Raises:
        ReportError: the folder is missing, or used.
    """
    return None if arguments.sentences else _new_folder(arguments.output)


def write_report(
    arguments: argparse.Namespace,
    folder: Path | None,
    sentences: Callable[[str], Mapping[str, str]],
    make: Callable[[str, dict[str, str], Progress | None], Mapping[str, bytes]],
    words: Callable[[Collection[str], str], Mapping[str, str]],
) -> int:
    """Make a report and write its files, or print what would be drafted.

    Args:
        arguments: of the command.
        folder: of `report_folder`.
        sentences: language -> key and text of each drafted sentence.
        make: language, edits, and who is told how far it is -> name of a file and content.
        words: files and language -> name of a file and what it is.

    Raises:
        ReportError: the edits can't be read.
    """
    language = table_language(arguments)
    if folder is None:
        print_json(dict(sentences(language)))
        return 0
    edits = _edits(arguments.edits)
    files = make(language, edits, _show_progress if sys.stderr.isatty() else None)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if arguments.json:
        print_json({"folder": str(folder), "files": list(files)})
        return 0
    _ = translator(language)
    for name, what in words(files, language).items():
        print(_("{name}: {value}").format(name=folder / name, value=what))
    return 0


def _edits(path: str | None) -> dict[str, str]:
    """The sentences in a file of edits."""
    if path is None:
        return {}
    edits = parse_json(read_bytes(Path(path), ReportError), path, ReportError)
    if not isinstance(edits, dict) or not all(isinstance(text, str) for text in edits.values()):
        raise ReportError("edits_unreadable", place=path)
    return edits


def _new_folder(path: str | None) -> Path:
    """Where the files go: nothing that is there is overwritten."""
    if path is None:
        raise ReportError("report_folder_missing")
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ReportError("report_folder_used", path=path)
    return folder


def _show_progress(done: int, total: int) -> None:
    end = "\r\033[K" if done == total else ""
    print(f"\r{done / total:4.0%}\033[K{end}", end="", file=sys.stderr)
