"""`ahp convert`: the files of other programs."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..datafile import read_bytes
from ..errors import AnswersError, OptionError
from ..i18n import translator
from ..i18n.errors import place_words
from ..messages import Phrase
from ..study import Answers, Survey, load_survey, read_answers
from .arguments import Commands, add_sheet
from .printing import line_language, print_notes, print_warning, table_language

if TYPE_CHECKING:
    from ..exchange.column_mapper import ColumnMapping
    from ..exchange.take_over import TakenOver

CONVERT_FROM = ("ahp-os", "ahpsurvey", "expert-sheets", "gluc", "long-csv", "platform")
CONVERT_TO = ("ahp-os", "ahpsurvey", "column-mapping", "hierarchy-text", "long-csv", "survey-toml")
"""Formats that `ahp convert` reads and writes."""

CODINGS = ("signed", "position", "ratio", "text")
"""Of `ahp.exchange.column_mapper`, which is read when asked for."""


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser(
        "convert",
        help="read the files of other programs, and write them",
        description="Reads answers or a survey in one format and writes them in another. Formats: "
        "ahp-os, a project JSON of AHP-OS; ahpsurvey, a wide CSV table with a column a pair; gluc, "
        "a YAML file of the R package ahp; expert-sheets, a workbook with one sheet an expert and "
        "judgment matrices; long-csv, an answers file (CSV or XLSX); platform, an export of a "
        "survey platform (CSV or XLSX); column-mapping, what its columns mean (JSON); "
        "hierarchy-text, the tree as AHP-OS takes it; survey-toml, a survey file.",
    )
    command.add_argument("input", metavar="INPUT", help="the file to read")
    command.add_argument("--from", dest="source", choices=CONVERT_FROM, required=True)
    command.add_argument("--to", dest="target", choices=CONVERT_TO, required=True)
    command.add_argument(
        "--survey",
        metavar="FILE",
        help="for long-csv, ahpsurvey, expert-sheets, platform: a shipped survey, or a .toml file, "
        "that they answer",
    )
    command.add_argument(
        "--negative-is",
        choices=("left", "right"),
        help="for ahpsurvey: the item that matters more when a value is negative; left means that "
        "-5 in a_b says a matters 5 times as much as b",
    )
    command.add_argument(
        "--expert-column", metavar="NAME", help="for --from ahpsurvey: the column with the experts"
    )
    command.add_argument(
        "--mapping",
        metavar="FILE",
        help="for --from platform: what the columns mean, as --to column-mapping writes it; by "
        "default they are told by their names",
    )
    command.add_argument(
        "--coding",
        choices=CODINGS,
        help="for --from platform without --mapping: what the cells hold; signed, 9 to 1 to -9; "
        "position, 1 to 17 from the left end to the right; ratio, how much left matters more; "
        "text, of options",
    )
    add_sheet(command)
    command.add_argument(
        "--language",
        dest="names_language",
        metavar="CODE",
        help="of the names read, or of those written, such as zh; that of errors stands before "
        "the command",
    )
    command.add_argument("--output", metavar="FILE", help="write here; standard output by default")
    command.set_defaults(run=_run)


@dataclass(frozen=True)
class _Converted:
    """What `ahp convert` read, and in words what the file holds beside it; the mapping where that
    is what is written.
    """

    survey: Survey | None
    answers: Answers
    kept: dict[str, Any] = field(default_factory=dict)
    beside: tuple[tuple[int, str], ...] = ()
    mapping: ColumnMapping | None = None


def _run(arguments: argparse.Namespace) -> int:
    _check_conversion(arguments)
    conversion = _read_conversion(arguments)
    if arguments.source in {"ahpsurvey", "platform"}:
        _show_direction(conversion, arguments)
    content = _write_conversion(arguments, conversion)
    language = line_language(arguments)
    _ = translator(language)
    print_notes(conversion.answers.remarks, arguments)
    for count, words in conversion.beside:
        if count:
            line = _("{file}: not written: {what}, {count}")
            said = line.format(file=arguments.input, what=_(words), count=count)
            print_warning(said, language)
    if arguments.output:
        Path(arguments.output).write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
    return 0


def _show_direction(taken: _Converted, arguments: argparse.Namespace) -> None:
    """One answer in words: nothing in a file tells whether its sign convention was said rightly."""
    from ..report.answers import answer_in_words, telling_answer  # noqa: PLC0415

    sample = telling_answer(taken.answers)
    if sample is None or taken.survey is None:
        return
    language = table_language(arguments)
    _ = translator(language)
    line = _("ahp: {place}: expert {expert}: {sentence}").format(
        place=place_words(sample.place, language),
        expert=sample.expert,
        sentence=answer_in_words(sample, taken.survey, language),
    )
    print(line, file=sys.stderr)


def _check_conversion(arguments: argparse.Namespace) -> None:
    """Refuse options that are missing, and those that would do nothing."""
    source, target = arguments.source, arguments.target
    platform = source == "platform"
    wide = "ahpsurvey" in {source, target} or (platform and arguments.coding == "signed")
    made = not arguments.survey and source not in {"long-csv", "platform"}  # of names
    conversion = {"read": source, "written": target}
    for option, given, wanted, reason in (
        ("--negative-is", arguments.negative_is, wide, "reason_sign"),
        (
            "--survey",
            arguments.survey,
            platform or (source == "long-csv" and target != "long-csv"),
            "reason_no_survey",
        ),
        (
            "--language",
            arguments.names_language,
            target == "survey-toml" and made,
            "reason_language",
        ),
    ):
        if wanted and not given:
            raise OptionError("option_missing", option=option, reason=Phrase(reason), **conversion)
    for option, given, useful in (
        ("--negative-is", arguments.negative_is, wide),
        ("--expert-column", arguments.expert_column, source == "ahpsurvey"),
        ("--survey", arguments.survey, source not in {"ahp-os", "gluc"}),
        ("--mapping", arguments.mapping, platform),
        ("--coding", arguments.coding, platform and not arguments.mapping),
        ("--sheet", arguments.sheet, source in {"ahpsurvey", "long-csv", "platform"}),
        ("--to", target, target != "column-mapping" or platform),
    ):
        if given and not useful:
            raise OptionError("option_useless", option=option, given=given, **conversion)


def _read_project(arguments: argparse.Namespace, options: dict[str, str]) -> _Converted:
    """The project of another program."""
    path = Path(arguments.input)
    if arguments.source == "ahp-os":
        from ..exchange.ahp_os import read_project  # noqa: PLC0415 - read when asked for
        from ..exchange.take_over import from_ahp_os  # noqa: PLC0415

        project = read_project(path, **options)
        project_parts = {
            "given_weights": project.given_weights,
            "alternatives": project.alternatives,
            "alternative_answers": project.alternative_answers,
            "author": project.author,
        }
        taken = from_ahp_os(project, path.name)
        if arguments.target in {"ahp-os", "hierarchy-text"}:
            lost = taken.left_out if arguments.target == "hierarchy-text" else ()
            beside = tuple(item for item in lost if item[1] != "given weights")
            return _Converted(taken.survey, taken.answers, project_parts, beside)
        return _converted(taken, arguments.target)
    from ..exchange.gluc import read_gluc  # noqa: PLC0415 - comes with the app
    from ..exchange.take_over import from_gluc  # noqa: PLC0415

    file = read_gluc(path, **options)
    voters = sum(map(len, file.decision_makers.values()))
    conversion = _converted(from_gluc(file, path.name), arguments.target)
    first, *others = conversion.beside
    _ = translator("en")  # all words of what is not written are translated when printed
    beside = (first, (voters, _("weights of decision makers")), *others)
    return replace(conversion, beside=beside)


def _read_conversion(arguments: argparse.Namespace) -> _Converted:
    path, options = Path(arguments.input), {}
    if arguments.names_language:
        options["language"] = arguments.names_language
    if arguments.source in {"ahp-os", "gluc"}:
        return _read_project(arguments, options)
    survey = load_survey(arguments.survey) if arguments.survey else None
    if survey and arguments.names_language and arguments.names_language not in survey.languages:
        raise OptionError.unknown("--language", arguments.names_language, survey.languages)
    if arguments.source == "long-csv":
        return _Converted(survey, read_answers(path, survey, sheet=arguments.sheet))
    if arguments.source == "platform" and survey is not None:
        return _read_platform(arguments, survey)
    if arguments.source == "expert-sheets":
        from ..exchange.expert_sheets import read_expert_sheets  # noqa: PLC0415 - with the app

        sheets = read_expert_sheets(path, survey=survey, **options)
        return _Converted(sheets.survey, sheets.answers)
    from ..exchange.ahpsurvey import read_ahpsurvey, survey_of_columns  # noqa: PLC0415

    column = arguments.expert_column
    table: dict[str, Any] = {"expert_column": column, "sheet": arguments.sheet}
    survey = survey or survey_of_columns(path, **table, **options)
    answers = read_ahpsurvey(path, survey=survey, negative_is=arguments.negative_is, **table)
    return _Converted(survey, answers)


def _read_platform(arguments: argparse.Namespace, survey: Survey) -> _Converted:
    """The export of a survey platform by its mapping, or by the one that its headers suggest."""
    from ..exchange import column_mapper  # noqa: PLC0415 - read when asked for

    table = column_mapper.read_columns(Path(arguments.input), sheet=arguments.sheet)
    if arguments.mapping:
        path = Path(arguments.mapping)
        content = read_bytes(path, AnswersError)
        mapping = column_mapper.mapping_from_json(content, str(path))
    else:
        mapping = column_mapper.suggest_mapping(
            table, survey, coding=arguments.coding, negative_is=arguments.negative_is
        )
    headers = dict(zip(table.letters, table.headers, strict=True))
    language = line_language(arguments)
    language = language if language in survey.languages else survey.languages[0]
    said = [
        Phrase(
            "column_means",
            column=pair.column,
            header=headers[pair.column],
            left=survey.node_name(pair.left, language),
            right=survey.node_name(pair.right, language),
        )
        for pair in mapping.pairs
        if pair.column in headers
    ]
    if open_pairs := column_mapper.missing(mapping, survey):
        count, total = len(open_pairs), len(survey.hierarchy.comparisons)
        said.append(Phrase("comparisons_without_column", count=count, total=total))
    if arguments.target == "column-mapping":
        return _Converted(survey, Answers((), (*table.remarks, *said)), mapping=mapping)
    answers = column_mapper.apply_mapping(table, mapping, survey)
    return _Converted(survey, replace(answers, remarks=(*answers.remarks, *said)))


def _converted(taken: TakenOver, target: str) -> _Converted:
    """What is written of a project, and what is not."""
    given = sum(len(sourced.weights) for sourced in taken.survey.given.values())
    written = target in {"survey-toml", "hierarchy-text", "ahp-os"}
    beside = (
        (count + given if words == "given weights" and not written else count, words)
        for count, words in taken.left_out
    )
    return _Converted(taken.survey, taken.answers, beside=tuple(beside))


def _write_conversion(arguments: argparse.Namespace, taken: _Converted) -> bytes:
    from ..exchange import ahp_os, ahpsurvey, long_csv, survey_text  # noqa: PLC0415

    language = arguments.names_language
    if taken.mapping is not None:
        return taken.mapping.to_json().encode()
    if taken.survey is None or arguments.target == "long-csv":
        return long_csv.write_answers(taken.answers)
    if arguments.target == "ahp-os":
        return ahp_os.write_project(taken.survey, taken.answers, language=language, **taken.kept)
    if arguments.target == "ahpsurvey":
        return ahpsurvey.write_ahpsurvey(
            taken.survey, taken.answers, negative_is=arguments.negative_is
        )
    if arguments.target == "hierarchy-text":
        weights = taken.kept.get("given_weights")
        return survey_text.hierarchy_text(taken.survey, language, weights).encode()
    return survey_text.survey_toml(taken.survey).encode()
