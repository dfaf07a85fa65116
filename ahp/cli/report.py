"""`ahp report`: the report of a study as files that can be handed on."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..process.rounds import data_hash
from ..process.study_evidence import DRAWS, StudyEvidence, gather_evidence
from ..study import Analysis, Answers, load_survey, read_answers
from .arguments import Commands
from .report_options import add_report_options, report_folder, write_report
from .study_options import add_study_options, study_of

if TYPE_CHECKING:
    from ..report.document import Progress


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser(
        "report", help="the report of a study: Word, web page, PDF, workbook, LaTeX"
    )
    add_study_options(command)
    add_report_options(command, draws=DRAWS, title="that of the survey")
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
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..exchange.report_export import file_words  # noqa: PLC0415 - the app is optional
    from ..exchange.study_export import export_study  # noqa: PLC0415
    from ..report.study_report import study_findings  # noqa: PLC0415

    folder = report_folder(arguments)
    evidence = _evidence(arguments)

    def make(
        language: str, edits: dict[str, str], progress: Progress | None
    ) -> Mapping[str, bytes]:
        return export_study(
            evidence,
            _answers(arguments, arguments.answers),
            language,
            earlier_answers=[_answers(arguments, path) for path in arguments.earlier],
            forms=arguments.forms or ("docx", "html", "xlsx"),
            edits=edits,
            signed_by=arguments.signed_by,
            progress=progress,
        )

    return write_report(
        arguments,
        folder,
        lambda language: {one.key: one.text for one in study_findings(evidence, language)},
        make,
        file_words,
    )


def _evidence(arguments: argparse.Namespace) -> StudyEvidence:
    """What the report rests on, by the arguments."""
    paths = [*arguments.earlier, arguments.answers]
    experts = [set(_answers(arguments, path).experts) for path in paths]
    rounds = [
        _round(arguments, path, set().union(*experts) - own)
        for path, own in zip(paths, experts, strict=True)
    ]
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


def _answers(arguments: argparse.Namespace, path: str) -> Answers:
    return read_answers(path, load_survey(arguments.survey), sheet=arguments.sheet)


def _round(arguments: argparse.Namespace, path: str, absent: set[str]) -> Analysis:
    """The result of a round, without the weights of experts who answered others alone."""
    weights = arguments.expert_weights
    if isinstance(weights, dict):
        weights = {name: weight for name, weight in weights.items() if name not in absent}
    changed = {"answers": path, "expert_weights": weights}
    return study_of(argparse.Namespace(**{**vars(arguments), **changed}))
