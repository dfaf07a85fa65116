"""`ahp report`: the report of a study as files that can be handed on."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from ..datafile import parse_json, read_bytes
from ..errors import ReportError
from ..i18n import translator
from ..process.rounds import data_hash
from ..process.study_evidence import DRAWS, StudyEvidence, gather_evidence
from ..study import Analysis, read_answers
from .arguments import Commands
from .printing import print_json, table_language
from .study_options import add_study_options, study_of

FORMS = ("docx", "html", "pdf", "xlsx", "latex")


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser(
        "report", help="the report of a study: Word, web page, PDF, workbook, LaTeX"
    )
    add_study_options(command)
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
    command.add_argument("--title", default="", help="of the study; default: that of the survey")
    command.add_argument(
        "--earlier",
        action="append",
        default=[],
        metavar="FILE",
        help="answers of an earlier round, the first round first",
    )
    command.add_argument(
        "--names",
        action="store_true",
        help="print the experts' names; all agreed to be named. Default: codes",
    )
    command.add_argument(
        "--draws", type=int, default=DRAWS, metavar="N", help=f"for certainty; default: {DRAWS}"
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
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..exchange.report_export import file_words  # noqa: PLC0415 - the app is optional
    from ..exchange.study_export import export_study  # noqa: PLC0415
    from ..report.study_report import study_findings  # noqa: PLC0415

    language = table_language(arguments)
    folder = None if arguments.sentences else _new_folder(arguments.output)
    evidence = _evidence(arguments)
    if folder is None:
        print_json({one.key: one.text for one in study_findings(evidence, language)})
        return 0
    files = export_study(
        evidence,
        read_answers(arguments.answers),
        language,
        earlier_answers=[read_answers(path) for path in arguments.earlier],
        forms=arguments.forms or ("docx", "html", "xlsx"),
        edits=_edits(arguments.edits),
        signed_by=arguments.signed_by,
        progress=_show_progress if sys.stderr.isatty() else None,
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if arguments.json:
        print_json({"folder": str(folder), "files": list(files)})
        return 0
    _ = translator(language)
    for name, words in file_words(files, language).items():
        print(_("{name}: {value}").format(name=folder / name, value=words))
    return 0


def _evidence(arguments: argparse.Namespace) -> StudyEvidence:
    """What the report rests on, by the arguments."""
    paths = [*arguments.earlier, arguments.answers]
    rounds = [_round(arguments, path) for path in paths]
    if arguments.earlier:
        rounds = [replace(one, round=number) for number, one in enumerate(rounds, start=1)]
    *earlier, analysis = rounds
    named = [name for one in rounds for name in one.panel.experts]
    return gather_evidence(
        analysis,
        title=arguments.title,
        earlier=earlier,
        consenting=named if arguments.names else (),
        draws=arguments.draws,
        seed=arguments.seed,
        hashes={"judgments": data_hash(analysis)},
    )


def _round(arguments: argparse.Namespace, path: str) -> Analysis:
    return study_of(argparse.Namespace(**{**vars(arguments), "answers": path}))


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
