"""`ahp verify`: do printed weights follow from printed judgments?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ..errors import AHPError
from ..i18n import translator
from ..published import Check, Remark, Verification, load_table, verify
from .arguments import Commands, add_output_options
from .printing import fail, in_words, line_language, print_json, table_language


def add(commands: Commands) -> None:
    """The command and its options."""
    command = commands.add_parser("verify", help="recompute published weight tables")
    command.add_argument("files", nargs="+", metavar="FILE", help="published tables, *.ahp.toml")
    command.add_argument("--junit", metavar="FILE", help="write the checks as JUnit XML, too")
    add_output_options(command)
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    verified: dict[str, Verification] = {}
    refused: dict[str, str] = {}
    for file in arguments.files:
        try:
            verified[file] = verify(load_table(file))
        except AHPError as error:
            refused[file] = in_words(error, line_language(arguments))
            fail(error, line_language(arguments))
    if arguments.json:
        print_json([_verification_data(file, result) for file, result in verified.items()])
    else:
        for file, result in verified.items():
            print(_verification_text(file, result, table_language(arguments)))
    if arguments.junit:
        _write_junit(Path(arguments.junit), verified, refused, line_language(arguments))
    if refused:
        return 2
    return 0 if all(result.reproduced for result in verified.values()) else 1


def _verification_text(file: str, verified: Verification, language: str) -> str:
    _ = translator(language)
    passed = len(verified.checks) - len(verified.failures)
    if verified.reproduced:
        line = _("{file}: reproduced, {passed} of {all} checks")
    else:
        line = _("{file}: not reproduced, {passed} of {all} checks")
    lines = [line.format(file=file, passed=passed, all=len(verified.checks))]
    if behind := sum(check.origin == "reconstructed" for check in verified.checks):
        lines[0] += _(", {count} of them by reconstructed matrices").format(count=behind)
    if verified.unchecked:
        lines[0] += _(", {count} not checked, no matrix").format(count=len(verified.unchecked))
    said: list[Check | Remark] = [*verified.failures, *verified.remarks]
    lines += [_line(file, found, language) for found in said]
    return "\n".join(lines)


def _line(file: str, found: Check | Remark, language: str) -> str:
    return f"{file}:{found.line}: {in_words(found.phrase, language)}"


def _verification_data(file: str, verified: Verification) -> dict[str, Any]:
    return {
        "file": file,
        "id": verified.table.id,
        "reproduced": verified.reproduced,
        "checks": [
            {**check.to_dict(), "explanations": [str(why) for why in check.explanations]}
            for check in verified.checks
        ],
        "unchecked": [printed.place for printed in verified.unchecked],
        "remarks": [{**remark.to_dict(), "text": str(remark.text)} for remark in verified.remarks],
        "version": verified.version,
    }


def _write_junit(
    path: Path, verified: dict[str, Verification], refused: dict[str, str], language: str
) -> None:
    """One test suite a file, one test case a check."""
    root = ElementTree.Element("testsuites")
    for file, result in verified.items():
        counts = {"tests": str(len(result.checks)), "failures": str(len(result.failures))}
        suite = ElementTree.SubElement(root, "testsuite", {"name": file, "errors": "0", **counts})
        for check in result.checks:
            named = {"classname": file, "name": check.place, "line": str(check.line)}
            case = ElementTree.SubElement(suite, "testcase", named)
            if not check.reproduced:
                message = _line(file, check, language)
                ElementTree.SubElement(case, "failure", message=message).text = message
        if result.remarks:
            said = [_line(file, remark, language) for remark in result.remarks]
            ElementTree.SubElement(suite, "system-out").text = "\n".join(said)
    for file, problem in refused.items():
        suite = ElementTree.SubElement(
            root, "testsuite", name=file, errors="1", tests="1", failures="0"
        )
        case = ElementTree.SubElement(suite, "testcase", classname=file, name="file")
        ElementTree.SubElement(case, "error", message=problem).text = problem
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
