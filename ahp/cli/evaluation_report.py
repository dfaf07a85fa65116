"""`ahp evaluation-report`: the report on an evaluation as files that can be handed on."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..evaluation import evaluate, load_scheme, read_observations
from ..evaluation.periods import parse_period
from ..evaluation.scheme import shipped_schemes
from ..exchange.weights_file import read_weights
from ..i18n import translator
from ..report.evaluation import chosen_period
from .arguments import Commands, add_output_options
from .report_options import add_report_options, report_folder, write_report

if TYPE_CHECKING:
    from ..report.document import Progress

DRAWS = 10_000
PURPOSES = ("statistics", "notice", "analysis")


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser(
        "evaluation-report",
        help="the report on an evaluation: Word, web page, PDF, workbook, LaTeX",
    )
    command.add_argument("scheme", metavar="SCHEME", help="name of a shipped one, or a .toml file")
    command.add_argument(
        "observations",
        metavar="OBSERVATIONS",
        help="CSV or XLSX: unit, period, indicator, value, as for evaluate",
    )
    command.add_argument(
        "--period",
        metavar="P",
        help="such as 2026Q1, or a year of periods; default: the latest with a total",
    )
    command.add_argument(
        "--for",
        dest="purpose",
        choices=PURPOSES,
        help="what it is given for; default: statistics of a month, notice of a quarter or "
        "half-year, analysis of a year",
    )
    command.add_argument(
        "--weights",
        metavar="FILE",
        help="as for evaluate; default: the scheme's own",
    )
    add_report_options(command, draws=DRAWS, title="name of the scheme")
    add_output_options(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..exchange.evaluation_export import (  # noqa: PLC0415 - the app is optional
        evaluation_settings,
        evidence_of_files,
        export_evaluation,
    )
    from ..exchange.report_export import file_words  # noqa: PLC0415
    from ..report.evaluation_report import FORM_OF, report_findings  # noqa: PLC0415

    folder = report_folder(arguments)
    scheme = shipped_schemes().get(arguments.scheme, Path(arguments.scheme))
    observations = Path(arguments.observations)
    weights = Path(arguments.weights) if arguments.weights else None
    given = read_weights(weights) if weights else None
    result = evaluate(
        load_scheme(arguments.scheme),
        read_observations(observations),
        given.weights if given else None,
    )
    period = chosen_period(result, arguments.period)
    form = arguments.purpose or FORM_OF[parse_period(period).kind]
    certainty = {"seed": arguments.seed, "draws": arguments.draws} if arguments.draws else None
    told = evaluation_settings(period, arguments.title, given, certainty)

    def sentences(language: str) -> dict[str, str]:
        evidence = evidence_of_files(scheme, observations, told)
        found = report_findings(evidence, language, form)
        return {one.key: one.text for one in found}

    def make(
        language: str, edits: dict[str, str], progress: Progress | None
    ) -> Mapping[str, bytes]:
        return export_evaluation(
            scheme,
            observations,
            period,
            language=language,
            form=form,
            title=arguments.title,
            weights=weights,
            certainty=certainty,
            forms=arguments.forms or ("docx", "html", "xlsx"),
            edits=edits,
            signed_by=arguments.signed_by or "",
            progress=progress,
        )

    def words(files: Collection[str], language: str) -> dict[str, str]:
        _ = translator(language)
        own = {scheme.name: _("the scheme"), observations.name: _("the observations")}
        if weights:
            own[weights.name] = _("the weights")
        return file_words(files, language) | {n: what for n, what in own.items() if n in files}

    return write_report(arguments, folder, sentences, make, words)
