"""The `ahp` command.

Exit status: 0 done, 1 the log, a receipt or a published table does not verify, 2 bad input, with
one line on stderr that says what and where.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from .consistency import CR_LIMIT, check_consistency
from .datafile import read_bytes
from .errors import (
    AHPError,
    LogError,
    OptionError,
    PublishedError,
    ReceiptError,
    StoreError,
    SurveyWarning,
)
from .exchange import read_matrix
from .i18n import LANGUAGES, terminal_language, translator
from .i18n.numbers import show_beside
from .priority import METHODS, check_method, weights
from .published import (
    ROUNDINGS,
    PublishedTable,
    TableReconstruction,
    Verification,
    load_table,
    reconstruct_table,
    save_candidates,
    verify,
)
from .random_index import RANDOM_INDEX_TABLES, check_random_index, reaching_random_index
from .report import (
    Table,
    analysis_data,
    based_on,
    composite_table,
    consistency_data,
    consistency_table,
    incoherent_choices_table,
    incoherent_table,
    method_words,
    pairs_to_text,
    parent_tables,
    provenance,
    reconstructed_parent,
    reconstructed_ranking,
    reconstruction_data,
    reconstruction_table,
    show_number,
    to_text,
    total_table,
)
from .report.panel import (
    agreement_data,
    agreement_sentences,
    choices_summary_table,
    consensus_table,
    disagreement_table,
    expert_consistency_table,
    individual_table,
)
from .study import Answers, Survey, analyze, load_survey, read_answers, shipped_surveys
from .study.agreement import (
    compare_choices,
    incoherent_choices,
    leave_one_out,
    panel_agreement,
)
from .study.incoherence import INCOHERENT, check_cr_limit
from .study.standing import AGGREGATES, COMPUTED_WEIGHTINGS
from .version import __version__

if TYPE_CHECKING:
    from .exchange.take_over import TakenOver

APP_PACKAGES = frozenset(
    {"alembic", "babel", "cryptography", "platformdirs", "plotly", "psycopg", "pypdf"}
    | {"sqlalchemy", "starlette", "streamlit", "tomli_w", "uvicorn", "yaml"}
)
"""What `pip install "ahp-evidence[app]"` brings."""

CONVERT_FROM = ("ahp-os", "ahpsurvey", "gluc", "long-csv")
CONVERT_TO = ("ahp-os", "ahpsurvey", "hierarchy-text", "long-csv", "survey-toml")
"""Formats that `ahp convert` reads and writes."""

BROKEN_PIPE = 141
"""Exit status of a program whose reader went away: 128 + SIGPIPE."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: arguments without the program's name; None = those of the process.

    Returns:
        The exit status.
    """
    arguments = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that has no λ, no 中文
    with warnings.catch_warnings():
        warnings.simplefilter("always", SurveyWarning)
        warnings.showwarning = _show_warning
        try:
            status: int = arguments.run(arguments)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return BROKEN_PIPE
        except (LogError, ReceiptError) as error:
            return _fail(error, 1)
        except (AHPError, OSError) as error:
            return _fail(error, 2)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in APP_PACKAGES:
                raise
            return _fail('this command needs the app: pip install "ahp-evidence[app]"', 2)
    return status


def _fail(problem: object, status: int) -> int:
    print(f"ahp: error: {problem}", file=sys.stderr)
    return status


def _show_warning(message: Warning | str, *_rest: object, **_named: object) -> None:
    print(f"ahp: warning: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ahp",
        description="Analytic hierarchy process: from expert judgment to weights that stand up "
        "to an audit.",
    )
    parser.add_argument("--version", action="version", version=f"ahp {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("weights", help="weights and consistency of one matrix")
    command.add_argument("file", help="CSV file of the matrix; - reads standard input")
    _add_analysis_options(command, "eigenvector", "saaty, or one that goes on where it ends")
    command.set_defaults(run=_weights)

    surveys = commands.add_parser("surveys", help="list the shipped surveys, validate survey files")
    surveys.set_defaults(run=_surveys_list)
    actions = surveys.add_subparsers(metavar="ACTION")
    actions.add_parser("list", help="list the shipped surveys (the default)")
    command = actions.add_parser("validate", help="check survey files")
    command.add_argument("files", nargs="+", metavar="FILE")
    command.set_defaults(run=_surveys_validate)

    command = commands.add_parser("analyze", help="weights and consistency of a whole study")
    command.add_argument("survey", help="name of a shipped survey, or a .toml file")
    command.add_argument("answers", help="CSV file: expert, parent, left, right, value")
    command.add_argument(
        "--expert-weights",
        type=_expert_weights,
        metavar="NAME=WEIGHT,…",
        help="weights of the experts, scaled to sum 1, or: equal (the default), consistency, "
        "distance",
    )
    command.add_argument(
        "--how",
        choices=AGGREGATES,
        default="aij",
        help="how judgments (aij) or weights (aip) are joined; default: aij, the weighted "
        "geometric mean of the judgments",
    )
    command.add_argument(
        "--trim",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="of the experts' weight cut off at each end by aij_trimmed; default: 0.1",
    )
    _add_incoherence(command)
    command.add_argument(
        "--panel",
        action="store_true",
        help="also how far the experts agree, what splits them, and what other choices change",
    )
    _add_analysis_options(command, None, None)
    command.set_defaults(run=_analyze)

    command = commands.add_parser("verify", help="recompute published weight tables")
    command.add_argument("files", nargs="+", metavar="FILE", help="published tables, *.ahp.toml")
    command.add_argument("--junit", metavar="FILE", help="write the checks as JUnit XML, too")
    _add_output_options(command)
    command.set_defaults(run=_verify)

    command = commands.add_parser(
        "reconstruct", help="find the matrices behind a published table that prints none"
    )
    command.add_argument("file", metavar="FILE", help="a published table, *.ahp.toml")
    command.add_argument(
        "--method", action="append", help="a method to try, may be repeated; default: all"
    )
    command.add_argument(
        "--rounding",
        action="append",
        help=f"{', '.join(ROUNDINGS)}; may be repeated; default: all",
    )
    command.add_argument(
        "--cr-max", type=float, default=CR_LIMIT, metavar="CR", help="default: 0.1"
    )
    command.add_argument(
        "--save", action="store_true", help="write the candidates where the table names them"
    )
    command.add_argument("--language", choices=LANGUAGES, default=terminal_language())
    command.add_argument("--json", action="store_true", help="print JSON, unrounded")
    command.set_defaults(run=_reconstruct)

    _add_convert(commands)

    command = commands.add_parser("serve", help="run the web application")
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=8501)
    command.set_defaults(run=_serve)

    log = commands.add_parser("log", help="the append-only log of judgments")
    actions = log.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser("verify", help="recompute every hash of every study's log")
    command.add_argument("--database", metavar="URL", help="the app's own database by default")
    command.set_defaults(run=_log_verify)
    _add_receipt(commands)
    return parser


def _add_incoherence(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--incoherent",
        choices=INCOHERENT,
        default="include",
        help="what becomes of an expert's judgments below a parent where their CR reaches the "
        "limit: they count like all others (the default), are excluded there, or weighed down by "
        "limit/CR",
    )
    command.add_argument(
        "--cr-limit",
        type=_cr_limit,
        default=CR_LIMIT,
        metavar="CR",
        help="that limit, or: saaty, .05 for three items, .08 for four, .1 for more; default: 0.1",
    )
    command.add_argument(
        "--invited",
        type=int,
        metavar="N",
        help="how many experts were asked, if more than answered",
    )


def _add_receipt(commands: Any) -> None:
    receipt = commands.add_parser("receipt", help="receipts of submitted answers")
    actions = receipt.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser(
        "verify", help="check a receipt against the study's export and the server's public key"
    )
    command.add_argument("receipt", metavar="RECEIPT", help="the page as saved, PDF or text")
    command.add_argument("export", metavar="EXPORT", help="the study as JSON")
    command.add_argument("--key", metavar="FILE", required=True, help="the public key, PEM")
    command.add_argument("--language", choices=LANGUAGES, default=terminal_language())
    command.set_defaults(run=_receipt_verify)
    command = actions.add_parser("key", help="print the public key that receipts verify with")
    command.add_argument("--database", metavar="URL", help="the app's own database by default")
    command.set_defaults(run=_receipt_key)


def _add_convert(commands: Any) -> None:
    command = commands.add_parser(
        "convert",
        help="read the files of other programs, and write them",
        description="Reads answers or a survey in one format and writes them in another. Formats: "
        "ahp-os, a project JSON of AHP-OS; ahpsurvey, a wide CSV table with a column a pair; gluc, "
        "a YAML file of the R package ahp; long-csv, an answers file; hierarchy-text, the tree as "
        "AHP-OS takes it; survey-toml, a survey file.",
    )
    command.add_argument("input", metavar="INPUT", help="the file to read")
    command.add_argument("--from", dest="source", choices=CONVERT_FROM, required=True)
    command.add_argument("--to", dest="target", choices=CONVERT_TO, required=True)
    command.add_argument(
        "--survey",
        metavar="FILE",
        help="for long-csv and ahpsurvey: a shipped survey, or a .toml file, that they answer",
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
        "--language", metavar="CODE", help="of the names read, or of those written, such as zh"
    )
    command.add_argument("--output", metavar="FILE", help="write here; standard output by default")
    command.set_defaults(run=_convert)


def _add_analysis_options(
    command: argparse.ArgumentParser, method: str | None, random_index: str | None
) -> None:
    """`random_index` says what stands for none."""
    command.add_argument(
        "--method",
        default=method,
        help=f"{', '.join(METHODS)}; default: {method or 'that of the survey'}",
    )
    command.add_argument(
        "--random-index",
        help=f"{', '.join(RANDOM_INDEX_TABLES)}; default: {random_index or 'that of the survey'}",
    )
    _add_output_options(command)


def _add_output_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--language", choices=LANGUAGES, default=terminal_language())
    command.add_argument("--json", action="store_true", help="print JSON, unrounded")


def _expert_weights(text: str) -> dict[str, float] | str:
    if text in COMPUTED_WEIGHTINGS:
        return text
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, weight = (piece.strip() for piece in part.rpartition("="))
        try:
            number = float(weight)
        except ValueError:
            number = math.nan
        if not name or math.isnan(number):
            raise argparse.ArgumentTypeError(f"{part!r}, expected NAME=WEIGHT such as E1=0.2")
        if name in found:
            raise argparse.ArgumentTypeError(f"{name!r} has two weights, expected one")
        found[name] = number
    return found


def _weights(arguments: argparse.Namespace) -> int:
    method = check_method(arguments.method)
    if arguments.random_index is not None:
        check_random_index(arguments.random_index)
    matrix = read_matrix(arguments.file)
    found = weights(matrix, method)
    random_index = arguments.random_index or reaching_random_index([len(matrix.labels)])
    checked = check_consistency(matrix, random_index=random_index, weights=found)
    if arguments.json:
        _print_json(
            {
                "labels": list(matrix.labels),
                "matrix": matrix.values.tolist(),
                "method": method,
                "weights": found.tolist(),
                "consistency": consistency_data(checked),
                "version": __version__,
            }
        )
        return 0
    _ = translator(arguments.language)
    table = Table(
        title=_("Weights"),
        columns=(_("Item"), _("Weight")),
        rows=tuple(zip(matrix.labels, found.tolist(), strict=True)),
        language=arguments.language,
    )
    print(to_text(table))
    pairs = [
        (_("Method"), method_words(_)[method]),
        ("λmax", show_number(checked.lambda_max)),
        (_("λ, mean of (Aw)/w"), show_number(checked.lambda_mean)),
        ("CI", show_number(checked.ci)),
        ("RI", f"{show_number(checked.ri)} ({checked.random_index})"),
        ("CR", show_beside(checked.cr, CR_LIMIT)),
        (_("Acceptable"), _("yes") if checked.acceptable else _("no")),
    ]
    print(pairs_to_text(pairs), end="")
    return 0


def _surveys_list(arguments: argparse.Namespace) -> int:
    for name, path in shipped_surveys().items():
        print(f"{name}: {_facts(load_survey(path))}")
    return 0


def _surveys_validate(arguments: argparse.Namespace) -> int:
    status = 0
    for file in arguments.files:
        try:
            print(f"{file}: ok, {_facts(load_survey(Path(file)))}", flush=True)
        except AHPError as error:
            status = _fail(error, 2)
    return status


def _facts(survey: Survey) -> str:
    hierarchy = survey.hierarchy
    given = "".join(f"weights given below {parent}, " for parent in survey.given)
    return (
        f"{len(hierarchy.leaves)} indicators, {len(hierarchy.comparisons)} comparisons, {given}"
        f"languages {' '.join(survey.languages)}, hash {survey.content_hash}"
    )


def _analyze(arguments: argparse.Namespace) -> int:
    analysis = analyze(
        load_survey(arguments.survey),
        read_answers(arguments.answers),
        method=arguments.method,
        random_index=arguments.random_index,
        how=arguments.how,
        trim=arguments.trim,
        expert_weights=arguments.expert_weights,
        incoherent=arguments.incoherent,
        cr_limit=arguments.cr_limit,
        invited=arguments.invited,
    )
    found = panel_agreement(analysis) if arguments.panel else None
    if arguments.json:
        data = analysis_data(analysis)
        if found is not None:
            data["agreement"] = agreement_data(analysis, found)
        _print_json(data)
        return 0
    language = arguments.language
    print(pairs_to_text(provenance(analysis, language)))
    tables = [
        *parent_tables(analysis, language).values(),
        consistency_table(analysis, language),
        composite_table(analysis, language),
        total_table(analysis, language),
    ]
    choices = incoherent_choices(analysis)
    if choices:
        tables += [
            incoherent_table(analysis, language),
            incoherent_choices_table(analysis, choices, language),
        ]
    if found is not None:
        tables += [
            individual_table(analysis, language),
            expert_consistency_table(analysis, language),
            consensus_table(analysis, found, language),
            disagreement_table(analysis, found, language),
            choices_summary_table((*compare_choices(analysis), *choices), language),
            choices_summary_table(leave_one_out(analysis), language),
        ]
    print("\n".join(to_text(based_on(table, analysis)) for table in tables), end="")
    if found is not None:
        for sentence in agreement_sentences(analysis, found, language):
            print(f"\n{sentence}")
    return 0


def _cr_limit(text: str) -> float | str:
    """The argument of --cr-limit."""
    try:
        limit: float | str = float(text)
    except ValueError:
        limit = text
    try:
        check_cr_limit(limit)
    except OptionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return limit


def _verify(arguments: argparse.Namespace) -> int:
    found: dict[str, Verification] = {}
    refused: dict[str, str] = {}
    for file in arguments.files:
        try:
            found[file] = verify(load_table(file))
        except AHPError as error:
            refused[file] = str(error)
            _fail(error, 2)
    if arguments.json:
        _print_json([_verification_data(file, each) for file, each in found.items()])
    else:
        for file, each in found.items():
            print(_verification_text(file, each, arguments.language))
    if arguments.junit:
        _write_junit(Path(arguments.junit), found, refused)
    if refused:
        return 2
    return 0 if all(each.reproduced for each in found.values()) else 1


def _reconstruct(arguments: argparse.Namespace) -> int:
    table = load_table(arguments.file)
    started = time.monotonic()

    def progress(parent: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            seconds = time.monotonic() - started
            print(
                f"\r{parent}: {done / total:4.0%}, {seconds:.0f} s\033[K", end="", file=sys.stderr
            )

    found = reconstruct_table(
        table,
        method=arguments.method,
        rounding=arguments.rounding or ROUNDINGS,
        cr_max=arguments.cr_max,
        progress=progress,
    )
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if arguments.save:
        if table.candidates is None:
            raise PublishedError(f"{table.path}: names no candidates, expected a file to write")
        save_candidates(found, table.candidates)
    if arguments.json:
        _print_json(reconstruction_data(table, found))
    else:
        print(_reconstruction_text(table, found, arguments.language), end="")
    return 0 if all(len(result) for result in found.parents.values()) else 1


def _reconstruction_text(table: PublishedTable, found: TableReconstruction, language: str) -> str:
    _ = translator(language)
    parts = [to_text(reconstruction_table(table, found, language))]
    for name, result in found.parents.items():
        if len(result):
            parts.append(to_text(reconstructed_parent(table.parents[name], result, language)))
        elif result.nearest:
            near = result.nearest
            misses = ", ".join(show_number(weight, 5) for weight in near.weights.tolist())
            parts.append(
                _("{parent}: {reason}; nearest: {weights} ({method})").format(
                    parent=table.parents[name].label or name,
                    reason=near.reason,
                    weights=misses,
                    method=method_words(_)[near.method],
                )
                + "\n"
            )
    if found.ranks:
        parts.append(to_text(reconstructed_ranking(table, found, language)))
    return "\n".join(parts)


def _verification_text(file: str, found: Verification, language: str) -> str:
    _ = translator(language)
    passed = len(found.checks) - len(found.failures)
    if found.reproduced:
        line = _("{file}: reproduced, {passed} of {all} checks")
    else:
        line = _("{file}: not reproduced, {passed} of {all} checks")
    lines = [line.format(file=file, passed=passed, all=len(found.checks))]
    if behind := sum(check.origin == "reconstructed" for check in found.checks):
        lines[0] += _(", {count} of them by reconstructed matrices").format(count=behind)
    if found.unchecked:
        lines[0] += _(", {count} not checked, no matrix").format(count=len(found.unchecked))
    lines += [f"{file}:{check.line}: {check.message}" for check in found.failures]
    lines += [f"{file}:{remark.line}: {remark.message}" for remark in found.remarks]
    return "\n".join(lines)


def _verification_data(file: str, found: Verification) -> dict[str, Any]:
    return {
        "file": file,
        "id": found.table.id,
        "reproduced": found.reproduced,
        "checks": [asdict(check) for check in found.checks],
        "unchecked": [printed.place for printed in found.unchecked],
        "remarks": [asdict(remark) for remark in found.remarks],
        "version": found.version,
    }


def _write_junit(path: Path, found: dict[str, Verification], refused: dict[str, str]) -> None:
    """One test suite a file, one test case a check."""
    root = ElementTree.Element("testsuites")
    for file, each in found.items():
        counts = {"tests": str(len(each.checks)), "failures": str(len(each.failures))}
        suite = ElementTree.SubElement(root, "testsuite", {"name": file, "errors": "0", **counts})
        for check in each.checks:
            named = {"classname": file, "name": check.place, "line": str(check.line)}
            case = ElementTree.SubElement(suite, "testcase", named)
            if not check.reproduced:
                message = f"{file}:{check.line}: {check.message}"
                ElementTree.SubElement(case, "failure", message=message).text = message
        if each.remarks:
            said = [f"{file}:{remark.line}: {remark.message}" for remark in each.remarks]
            ElementTree.SubElement(suite, "system-out").text = "\n".join(said)
    for file, problem in refused.items():
        suite = ElementTree.SubElement(
            root, "testsuite", name=file, errors="1", tests="1", failures="0"
        )
        case = ElementTree.SubElement(suite, "testcase", classname=file, name="file")
        ElementTree.SubElement(case, "error", message=problem).text = problem
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


@dataclass(frozen=True)
class _Converted:
    """What `ahp convert` read, and in words what the file holds beside it."""

    survey: Survey | None
    answers: Answers
    kept: dict[str, Any] = field(default_factory=dict)
    beside: tuple[tuple[int, str], ...] = ()


def _convert(arguments: argparse.Namespace) -> int:
    _check_conversion(arguments)
    found = _read_conversion(arguments)
    if arguments.source == "ahpsurvey":
        _show_direction(found)
    content = _write_conversion(arguments, found)
    for count, words in found.beside:
        if count:
            print(
                f"ahp: warning: {arguments.input}: not written: {words}, {count}", file=sys.stderr
            )
    if arguments.output:
        Path(arguments.output).write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
    return 0


def _show_direction(found: _Converted) -> None:
    """One answer in words: nothing in a file tells whether its sign convention was said rightly."""
    from .report.answers import answer_in_words, telling_answer  # noqa: PLC0415

    sample = telling_answer(found.answers)
    if sample is None or found.survey is None:
        return
    sentence = answer_in_words(sample, found.survey, terminal_language())
    print(f"ahp: {sample.place}: expert {sample.expert}: {sentence}", file=sys.stderr)


def _check_conversion(arguments: argparse.Namespace) -> None:
    """Refuse options that are missing, and those that would do nothing."""
    source, target = arguments.source, arguments.target
    wide = "ahpsurvey" in {source, target}
    made = not arguments.survey and source != "long-csv"  # a survey made from names
    for option, given, wanted, reason in (
        ("--negative-is", arguments.negative_is, wide, "ahpsurvey tables have a sign convention"),
        (
            "--survey",
            arguments.survey,
            source == "long-csv" and target != "long-csv",
            "answers files have no survey",
        ),
        (
            "--language",
            arguments.language,
            target == "survey-toml" and made,
            "a survey file tells the language of its names",
        ),
    ):
        if wanted and not given:
            raise OptionError(f"{option} is missing, expected with {source} to {target}: {reason}")
    for option, given, useful in (
        ("--negative-is", arguments.negative_is, wide),
        ("--expert-column", arguments.expert_column, source == "ahpsurvey"),
        ("--survey", arguments.survey, source in {"ahpsurvey", "long-csv"}),
    ):
        if given and not useful:
            raise OptionError(f"{option} {given}, expected none with {source} to {target}")


def _read_conversion(arguments: argparse.Namespace) -> _Converted:
    path, options = Path(arguments.input), {}
    if arguments.language:
        options["language"] = arguments.language
    if arguments.source == "ahp-os":
        from .exchange.ahp_os import read_project  # noqa: PLC0415 - read when asked for
        from .exchange.take_over import from_ahp_os  # noqa: PLC0415

        project = read_project(path, **options)
        kept = {
            "given_weights": project.given_weights,
            "alternatives": project.alternatives,
            "alternative_answers": project.alternative_answers,
            "author": project.author,
        }
        taken = from_ahp_os(project, path.name)
        if arguments.target == "ahp-os":
            return _Converted(taken.survey, taken.answers, kept)
        if arguments.target == "hierarchy-text":
            beside = tuple(one for one in taken.left_out if one[1] != "given weights")
            return _Converted(taken.survey, taken.answers, kept, beside)
        return _converted(taken, arguments.target)
    if arguments.source == "gluc":
        from .exchange.gluc import read_gluc  # noqa: PLC0415 - comes with the app
        from .exchange.take_over import from_gluc  # noqa: PLC0415

        file = read_gluc(path, **options)
        voters = sum(map(len, file.decision_makers.values()))
        found = _converted(from_gluc(file, path.name), arguments.target)
        first, *others = found.beside
        beside = (first, (voters, "weights of decision makers"), *others)
        return replace(found, beside=beside)
    survey = load_survey(arguments.survey) if arguments.survey else None
    if survey and arguments.language and arguments.language not in survey.languages:
        raise OptionError.unknown("--language", arguments.language, survey.languages)
    if arguments.source == "long-csv":
        return _Converted(survey, read_answers(path))
    from .exchange.ahpsurvey import read_ahpsurvey, survey_of_columns  # noqa: PLC0415

    column = arguments.expert_column
    survey = survey or survey_of_columns(path, expert_column=column, **options)
    return _Converted(
        survey,
        read_ahpsurvey(
            path, survey=survey, negative_is=arguments.negative_is, expert_column=column
        ),
    )


def _converted(taken: TakenOver, target: str) -> _Converted:
    """What is written of a project, and what is not."""
    given = sum(len(one.weights) for one in taken.survey.given.values())
    written = target in {"survey-toml", "hierarchy-text", "ahp-os"}
    beside = (
        (count + given if words == "given weights" and not written else count, words)
        for count, words in taken.left_out
    )
    return _Converted(taken.survey, taken.answers, beside=tuple(beside))


def _write_conversion(arguments: argparse.Namespace, found: _Converted) -> bytes:
    from .exchange import ahp_os, ahpsurvey, long_csv, survey_text  # noqa: PLC0415

    language = arguments.language
    if found.survey is None or arguments.target == "long-csv":
        return long_csv.write_answers(found.answers)
    if arguments.target == "ahp-os":
        return ahp_os.write_project(found.survey, found.answers, language=language, **found.kept)
    if arguments.target == "ahpsurvey":
        return ahpsurvey.write_ahpsurvey(
            found.survey, found.answers, negative_is=arguments.negative_is
        )
    if arguments.target == "hierarchy-text":
        weights = found.kept.get("given_weights")
        return survey_text.hierarchy_text(found.survey, language, weights).encode()
    return survey_text.survey_toml(found.survey).encode()


def _serve(arguments: argparse.Namespace) -> int:
    from .web.server import serve  # noqa: PLC0415 - the app is optional

    serve(arguments.host, arguments.port)
    return 0


def _log_verify(arguments: argparse.Namespace) -> int:
    from .store import Store  # noqa: PLC0415 - the app is optional

    store = Store(arguments.database, create=False)
    try:
        logs = store.verify_log()
        for log in logs:
            print(
                f"study {log.study_id} ({log.title!r}): {log.events} events, head {log.head_hash}"
            )
            for number in log.without_evidence:
                print(f"  round {number} was closed without evidence of its result")
        print(f"{store.location}: {len(logs)} {'study' if len(logs) == 1 else 'studies'} verified")
    finally:
        store.close()
    return 0


def _receipt_verify(arguments: argparse.Namespace) -> int:
    from .exchange.receipt_file import read_receipt  # noqa: PLC0415 - the app is optional
    from .report.receipt import answers_in_words, facts  # noqa: PLC0415
    from .store.receipts import verify_receipt  # noqa: PLC0415

    language, _ = arguments.language, translator(arguments.language)
    found = read_receipt(Path(arguments.receipt))
    said, survey = verify_receipt(
        found,
        read_bytes(Path(arguments.export), StoreError),
        read_bytes(Path(arguments.key), StoreError),
        sources=(arguments.export, arguments.key),
    )
    print(_("{file}: verified").format(file=arguments.receipt))
    print(_("The signature is that of the key {key}.").format(key=found.key_id))
    print(_("The log in {file} verifies.").format(file=arguments.export))
    print(_("Its event {seq} is this submission, with the same hash.").format(seq=said.seq))
    print(_("All answers are those in the log."))
    print()
    print(pairs_to_text(facts(said, survey, language)))
    for parent, sentences in answers_in_words(said, survey, language).items():
        print("\n  ".join((survey.node_name(parent, language), *sentences)))
    return 0


def _receipt_key(arguments: argparse.Namespace) -> int:
    from .store import Store  # noqa: PLC0415 - the app is optional

    store = Store(arguments.database, create=False)
    try:
        key_id, pem = store.public_key()
    finally:
        store.close()
    print(f"key {key_id}\n{pem}", end="")
    return 0


def _print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2))
