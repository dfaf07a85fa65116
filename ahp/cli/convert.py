"""`ahp convert`: the files of other programs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from ..datafile import read_bytes
from ..errors import AnswersError, OptionError
from ..exchange.formats import FORMATS, Options
from ..exchange.take_over import TakenOver
from ..i18n import translator
from ..i18n.errors import place_words
from ..messages import Phrase
from ..study import load_survey
from ..tables.delimited import MAX_CSV
from .arguments import Commands
from .printing import line_language, print_notes, print_warning, table_language

CODINGS = ("signed", "position", "ratio", "text")
"""Of `ahp.exchange.column_mapper`, which is read when asked for."""


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser(
        "convert",
        help="read the files of other programs, and write them",
        description="Reads answers or a survey in one format and writes them in another. Formats: "
        + "; ".join(f"{name}, {one.described('en')}" for name, one in sorted(FORMATS.items()))
        + ".",
    )
    command.add_argument("input", metavar="INPUT", help="the file to read")
    for option, stored, known in (
        ("--from", "source", [name for name, one in FORMATS.items() if one.read]),
        ("--to", "target", [name for name, one in FORMATS.items() if one.write]),
    ):
        command.add_argument(option, dest=stored, choices=sorted(known), required=True)
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
    command.add_argument(
        "--sheet",
        dest="sheets",
        metavar="NAME",
        action="append",
        default=[],
        help="of a workbook; needed when several sheets are filled. For expert-sheets that of an "
        "expert, may come several times; by default all that are not hidden",
    )
    command.add_argument(
        "--language",
        dest="names_language",
        metavar="CODE",
        help="of the names read, or of those written, such as zh; that of errors stands before "
        "the command",
    )
    command.add_argument("--output", metavar="FILE", help="write here; standard output by default")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    _check_conversion(arguments)
    options = _options(arguments)
    source, target = FORMATS[arguments.source], FORMATS[arguments.target]
    if source.read is None or target.write is None:
        raise TypeError("formats that are offered are read and written")
    content = read_bytes(Path(arguments.input), AnswersError, MAX_CSV)
    taken = source.read(content, arguments.input, options)
    if "negative_is" in source.options:
        _show_direction(taken, arguments)
    written = target.write(taken, options)
    language = line_language(arguments)
    _ = translator(language)
    print_notes((*taken.answers.remarks, *taken.meant), arguments)
    for count, words in _left_out(taken, arguments):
        line = _("{file}: not written: {what}, {count}")
        said = line.format(file=arguments.input, what=words, count=count)
        print_warning(said, language)
    if arguments.output:
        Path(arguments.output).write_bytes(written)
    else:
        sys.stdout.buffer.write(written)
    return 0


def _show_direction(taken: TakenOver, arguments: argparse.Namespace) -> None:
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
    takes, platform = FORMATS[source].options, "mapping" in FORMATS[source].options
    signed = "negative_is" in FORMATS[target].options or (
        "negative_is" in takes and (not platform or arguments.coding == "signed")
    )
    conversion = {"read": source, "written": target}
    for option, given, wanted, reason in (
        ("--negative-is", arguments.negative_is, signed, "reason_sign"),
        (
            "--survey",
            arguments.survey,
            "survey" in takes and "language" not in takes and source != target,
            "reason_no_survey",
        ),
        (
            "--language",
            arguments.names_language,
            target == "survey-toml" and "language" in takes and not arguments.survey,
            "reason_language",
        ),
    ):
        if wanted and not given:
            raise OptionError("option_missing", option=option, reason=Phrase(reason), **conversion)
    for option, given, useful in (
        ("--negative-is", arguments.negative_is, signed),
        ("--expert-column", arguments.expert_column, "expert_column" in takes),
        ("--survey", arguments.survey, "survey" in takes),
        ("--mapping", arguments.mapping, platform),
        ("--coding", arguments.coding, platform and not arguments.mapping),
        ("--sheet", arguments.sheets[:1], "sheets" in takes),
        ("--sheet", arguments.sheets[1:], "sheets" in takes and FORMATS[source].starts_study),
        ("--to", target, target != "column-mapping" or platform),
    ):
        if given and not useful:
            shown = given[0] if isinstance(given, list) else given
            raise OptionError("option_useless", option=option, given=shown, **conversion)


def _options(arguments: argparse.Namespace) -> Options:
    """What the file doesn't say of itself."""
    survey = load_survey(arguments.survey) if arguments.survey else None
    if survey and arguments.names_language and arguments.names_language not in survey.languages:
        raise OptionError.unknown("--language", arguments.names_language, survey.languages)
    mapping = None
    if arguments.mapping:
        from ..exchange.column_mapper import mapping_from_json  # noqa: PLC0415 - when asked for

        path = Path(arguments.mapping)
        mapping = mapping_from_json(read_bytes(path, AnswersError), str(path))
    return Options(
        survey=survey,
        language=arguments.names_language,
        words=line_language(arguments),
        sheets=tuple(arguments.sheets),
        negative_is=arguments.negative_is,
        expert_column=arguments.expert_column,
        mapping=mapping,
        coding=arguments.coding,
        answers=arguments.target != "column-mapping",
    )


def _left_out(taken: TakenOver, arguments: argparse.Namespace) -> Iterator[tuple[int, str]]:
    """What is not written of a project, and how much of it."""
    if taken.own and arguments.source == arguments.target:
        return
    _ = translator(line_language(arguments))  # those of what was taken over
    survey = taken.survey
    given = sum(len(one.weights) for one in survey.given.values()) if survey else 0
    weights = _("given weights")
    beside = [*taken.left_out[:1], (taken.voters, _("weights of decision makers"))]
    for count, words in (*beside, *taken.left_out[1:]):
        if words != weights:
            left_out = count
        elif FORMATS[arguments.target].keeps_weights:  # a hierarchy text has all that were given
            left_out = 0 if taken.own and arguments.target == "hierarchy-text" else count
        else:
            left_out = count + given
        if left_out:
            yield left_out, words
