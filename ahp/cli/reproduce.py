"""`ahp reproduce`: are the numbers in a report those that follow from what stands beside it?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..datafile import read_bytes
from ..errors import ReportError
from ..i18n import translator
from ..messages import Phrase
from .arguments import Commands, add_output_options
from .printing import in_words, line_language, print_json, table_language

if TYPE_CHECKING:
    from ..exchange.reproduction import Reproduction


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser("reproduce", help="recompute the numbers of a report")
    command.add_argument(
        "manifest", metavar="MANIFEST", help="manifest.json of the export, its inputs beside it"
    )
    command.add_argument(
        "reports",
        metavar="REPORT",
        nargs="+",
        help="DOCX, HTML or XLSX file of the export, under the name it was exported with",
    )
    command.add_argument(
        "--no-hashes",
        action="store_true",
        help="compare numbers alone, whatever else was changed in the files",
    )
    add_output_options(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..exchange.reproduction import reproduce  # noqa: PLC0415 - the app is optional
    from ..report.manifest import read_manifest  # noqa: PLC0415

    path = Path(arguments.manifest)
    manifest = read_manifest(read_bytes(path, ReportError), arguments.manifest)
    files: dict[str, Path] = {}
    for report in map(Path, arguments.reports):
        if report.name in files:
            raise ReportError("report_twice", name=report.name)
        files[report.name] = report
    results = reproduce(manifest, path.parent, files, hashes=not arguments.no_hashes)
    if arguments.json:
        print_json([_data(result, line_language(arguments)) for result in results])
    else:
        for result in results:
            print(_text(result, table_language(arguments)))
    return 0 if all(result.reproduced for result in results) else 1


def _text(result: Reproduction, language: str) -> str:
    """What differs, a line each, or how much reproduces."""
    _ = translator(language)
    report = result.report
    if result.reproduced and result.cells:
        line = _("{file}: {cells} cells with judgments and formulas reproduce")
        return line.format(file=report.name, cells=result.cells)
    if result.reproduced:
        line = _(
            "{file}: {numbers} numbers of {tables} tables reproduce, and those of {texts} other "
            "texts"
        )
        return line.format(
            file=report.name,
            numbers=result.numbers,
            tables=len(report.tables),
            texts=result.texts,
        )
    line = _("{file}: not reproduced; differences: {count}")
    lines = [line.format(file=report.name, count=len(result.differences))]
    lines += [
        in_words(Phrase("at_place", place=one.file, problem=one.problem), language)
        for one in result.differences
    ]
    return "\n".join(lines)


def _data(result: Reproduction, language: str) -> dict[str, Any]:
    return {
        "file": result.report.name,
        "reproduced": result.reproduced,
        "numbers": result.numbers,
        "tables": len(result.report.tables),
        "texts": result.texts,
        "cells": result.cells,
        "differences": [
            {
                "file": one.file,
                "code": one.problem.code,
                **one.problem.parameters,
                "sentence": in_words(one.problem, language),
            }
            for one in result.differences
        ],
    }
