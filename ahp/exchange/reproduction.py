"""Are the numbers in a report those that follow from what stands beside it?

The tables are read back from the file, computed again from the inputs that the manifest names, and
compared cell by cell, as they are printed; of all other texts the numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..datafile import read_bytes
from ..errors import ReportError
from ..messages import Phrase
from ..report.document import Document, one_line
from ..report.document_texts import Text, document_texts, table_texts
from ..report.manifest import Inputs, Manifest, ReportFile, sha256
from ..report.table import Table, show_cell
from ..study.panel import TOLERANCE
from ..tolerance import ROUNDING_ATOL
from .evaluation_export import evaluation_again, logged_evaluation_again
from .report_reading import READERS, Part, Parts, Printed, read_cells, read_report
from .study_export import calculation_again, result_again, study_again

_NUMBER = re.compile(r"(< ?)?[-+\N{MINUS SIGN}]?\d[\d,.]*(/[\d.]+)?( ?%)?")
"""A number as a table shows it."""

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
"""A number in a text, without sign and unit."""

_BEGINNING = 60
"""Characters of a text by which it is named."""


@dataclass(frozen=True)
class Difference:
    """What isn't as it is computed.

    Attributes:
        file: name of the report, or of an input.
        problem: in words: which table, row and column, what is printed, what is recomputed.
    """

    file: str
    problem: Phrase


@dataclass(frozen=True)
class Reproduction:
    """What became of one report.

    Attributes:
        report: what the manifest says of it.
        numbers: how many numbers its tables show as they are computed.
        texts: how many texts with numbers stand outside the tables.
        cells: of a workbook of formulas, how many cells it has.
        differences: all that isn't as computed.
    """

    report: ReportFile
    numbers: int
    texts: int
    cells: int
    differences: tuple[Difference, ...]

    @property
    def reproduced(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


REPORTS: Mapping[str, Callable[[Inputs, str], Document]] = MappingProxyType(
    {
        "evaluation": evaluation_again,
        "logged_evaluation": logged_evaluation_again,
        "result": result_again,
        "study": study_again,
    }
)
"""Report of a manifest -> what makes its document again, in a language."""

WORKBOOKS: Mapping[str, Callable[[Inputs, str], bytes]] = MappingProxyType(
    {"calculation": calculation_again}
)
"""Workbook of a manifest that is no report -> what makes it again, in a language."""


def reproduce(
    manifest: Manifest, folder: Path, files: Mapping[str, Path], *, hashes: bool = True
) -> list[Reproduction]:
    """Compute the numbers of reports again.

    Args:
        manifest: of the export.
        folder: that it stands in, with the inputs.
        files: name of a report in the manifest -> its file.
        hashes: whether the files must also be those that were exported, byte for byte.

    Raises:
        ReportError: a report that isn't in the manifest or whose tables can't be read.
        AHPError: an input that can't be read.
    """
    inputs = Inputs(manifest, folder)
    changed: list[Difference] = []
    for one in manifest.inputs.values() if hashes else ():
        changed += _other_bytes(one.name, read_bytes(folder / one.name, ReportError), one.sha256)
    documents: dict[tuple[str, str], Document] = {}
    results = []
    for name, path in files.items():
        report = manifest.report(name)
        content = read_bytes(path, ReportError)
        found = [*changed, *(_other_bytes(name, content, report.sha256) if hashes else ())]
        if report.report in WORKBOOKS:
            again = WORKBOOKS[report.report](inputs, report.language)
            computed = read_cells(again, name)
            differing = _compare_workbook(name, content, computed)
            results.append(Reproduction(report, 0, 0, len(computed), (*found, *differing)))
            continue
        if report.form not in READERS or not report.tables:
            raise ReportError("report_without_tables", name=name, valid=tuple(READERS))
        if report.report not in REPORTS:
            valid = tuple(REPORTS)
            raise ReportError("report_unknown", name=name, report=report.report, valid=valid)
        kind = report.report, report.language
        if kind not in documents:
            documents[kind] = REPORTS[report.report](inputs, report.language)
        numbers, texts, differing = compare_report(report, content, documents[kind])
        results.append(Reproduction(report, numbers, texts, 0, (*found, *differing)))
    return results


def _other_bytes(name: str, content: bytes, expected: str) -> Iterator[Difference]:
    if (own := sha256(content)) != expected:
        yield Difference(name, Phrase("file_changed", hash=own, expected=expected))


def _compare_workbook(
    name: str, content: bytes, computed: Mapping[tuple[str, str], Printed]
) -> list[Difference]:
    """What differs in a workbook of formulas from the cells of the same one made again: values and
    formulas.
    """
    printed = read_cells(content, name)
    differences = []
    for sheet, cell in {**computed, **printed}:
        own, expected = printed.get((sheet, cell)), computed.get((sheet, cell))
        if not _same_content(own, expected):
            problem = Phrase(
                "workbook_differs",
                sheet=sheet,
                cell=cell,
                printed="" if own is None else str(own),
                expected="" if expected is None else str(expected),
            )
            differences.append(Difference(name, problem))
    return differences


def _same_content(own: Printed, expected: Printed) -> bool:
    """Whether two cells hold the same number, text or formula."""
    if _is_number(own) and _is_number(expected):
        return math.isclose(float(own or 0), float(expected or 0), rel_tol=TOLERANCE)
    return own == expected or (
        all(isinstance(one, str) and one.startswith("=") for one in (own, expected))
        and formula_parts(str(own)) == formula_parts(str(expected))
    )


def formula_parts(formula: str) -> tuple[str | float, ...]:
    """What a formula consists of, however a spreadsheet program spells it: numbers by value, names
    of sheets without quotation marks, no spaces.
    """
    from openpyxl.formula import Tokenizer  # noqa: PLC0415 - slow to load, needed here alone
    from openpyxl.formula.tokenizer import Token, TokenizerError  # noqa: PLC0415

    try:
        tokens = Tokenizer(formula).items
    except (AssertionError, IndexError, TokenizerError):  # none, as by brackets that don't match
        return (formula,)
    parts: list[str | float] = []
    for token in tokens:
        if token.type == Token.WSPACE:
            continue
        if token.type == Token.OPERAND and token.subtype == Token.NUMBER:
            parts.append(float(token.value))
        elif token.type == Token.OPERAND and token.subtype == Token.RANGE:
            parts.append(_QUOTED_SHEET.sub(_unquoted, token.value))
        else:
            parts.append(token.value.strip())
    return tuple(parts)


_QUOTED_SHEET = re.compile(r"(?<!')'((?:[^']|'')++)'!")
"""Name of a sheet within quotation marks, in front of a place."""


def _unquoted(match: re.Match[str]) -> str:
    return match[1].replace("''", "'") + "!"


def compare_report(
    report: ReportFile, content: bytes, document: Document
) -> tuple[int, int, list[Difference]]:
    """How many numbers the tables have, how many texts have numbers, and what differs.

    Args:
        report: what the manifest says of it.
        content: of its file.
        document: as it is computed.

    Raises:
        ReportError: the file can't be read as one of its kind.
    """
    read = read_report(content, report.form, [one.mark for one in report.tables], report.name)
    tables, printed = document.tables(), read.tables
    numbers = 0
    differences: list[Difference] = []

    def differ(code: str, **parameters: Any) -> None:
        differences.append(Difference(report.name, Phrase(code, **parameters)))

    for one in report.tables:
        if one.key not in tables:
            differ("table_not_computed", table=one.title)
            continue
        table = tables[one.key]
        numbers += count_numbers(table)
        if one.mark not in printed:
            differ("table_not_printed", table=one.title)
            continue
        for problem in compare(table, printed[one.mark]):
            differences.append(Difference(report.name, problem))
    listed = {one.key for one in report.tables}
    for key, table in tables.items():
        if key not in listed:
            differ("table_not_listed", table=table.title)
    texts = table_texts(document) if report.form == "xlsx" else document_texts(document)
    texts = tuple(one for one in texts if _counts(one.words, report))
    own = [words for words in read.texts if _counts(words, report)]
    differences += (Difference(report.name, one) for one in compare_texts(texts, own))
    return numbers, len(texts), differences


def _counts(words: str, report: ReportFile) -> bool:
    """Whether a text has numbers that can be computed from the inputs."""
    return words not in report.beyond and _DIGITS.search(words) is not None


def compare_texts(texts: Sequence[Text], printed: Sequence[str]) -> Iterator[Phrase]:
    """Where texts that are printed don't have the numbers of those that are computed. Texts are
    found by their words.

    Args:
        texts: as they are computed.
        printed: as they are printed.
    """
    asked, given = (
        [_DIGITS.sub("#", one) for one in words]
        for words in ([one.words for one in texts], printed)
    )
    for what, i, j, k, m in SequenceMatcher(None, asked, given, autojunk=False).get_opcodes():
        if what == "equal":
            for text, words in zip(texts[i:j], printed[k:m], strict=True):
                yield from _other_numbers(text, words)
            continue
        for text in texts[i:j]:
            yield Phrase("text_not_printed", section=text.section, expected=text.words)
        for words in printed[k:m]:
            yield Phrase("text_not_computed", printed=words)


def _other_numbers(text: Text, words: str) -> Iterator[Phrase]:
    for expected, shown in zip(_DIGITS.findall(text.words), _DIGITS.findall(words), strict=True):
        if shown != expected:
            start = text.words[:_BEGINNING]
            yield Phrase(
                "number_differs",
                section=text.section,
                text=start if start == text.words else f"{start}…",
                printed=shown,
                expected=expected,
            )


def count_numbers(table: Table) -> int:
    """How many cells of a table show a number, such as 0.25, 1/3, 26.8 %."""
    return sum(
        bool(_NUMBER.fullmatch(show_cell(table, column, cell)))
        for row in table.rows
        for column, cell in enumerate(row)
    )


def compare(table: Table, parts: Parts) -> Iterator[Phrase]:
    """Where a table that is printed isn't the one that is computed.

    Args:
        table: as it is computed.
        parts: as it is printed.
    """
    title = one_line(table.title)
    columns = _columns(table, parts)
    if columns is None:
        printed = sum(len(part.headings) for part in parts) - (len(parts) - 1)
        yield Phrase("table_width", table=title, printed=printed, expected=len(table.columns))
        return
    for part, positions in zip(parts, columns, strict=True):
        yield from _compare_part(table, title, part, positions)


def _columns(table: Table, parts: Parts) -> list[list[int]] | None:
    """Positions of the columns of each part, which all have the first; None if they don't fit."""
    positions, start = [], 1
    for part in parts:
        width = len(part.headings) - 1
        positions.append([0, *range(start, start + width)])
        start += width
    whole = all(part.headings for part in parts)
    return positions if whole and start == len(table.columns) else None


def _compare_part(table: Table, title: str, part: Part, positions: list[int]) -> Iterator[Phrase]:
    for heading, column in zip(part.headings, positions, strict=True):
        expected = one_line(table.columns[column])
        if one_line(str(heading or "")) != expected:
            number = column + 1
            shown = one_line(str(heading or ""))
            yield Phrase(
                "heading_differs", table=title, number=number, printed=shown, expected=expected
            )
    if (length := len(part.rows)) != len(table.rows):
        yield Phrase("table_length", table=title, printed=length, expected=len(table.rows))
    for number, (row, computed) in enumerate(zip(part.rows, table.rows, strict=False), start=1):
        if len(row) > len(positions):
            yield Phrase(
                "table_row_longer",
                table=title,
                number=number,
                printed=len(row),
                expected=len(positions),
            )
        for k, column in enumerate(positions):
            printed_cell = row[k] if k < len(row) else None
            if not _agrees(table, column, printed_cell, computed[column]):
                yield Phrase(
                    "cell_differs",
                    table=title,
                    row=_row_name(table, computed, number),
                    column=one_line(table.columns[column]),
                    printed=_shown(table, column, printed_cell, computed[column]),
                    expected=one_line(show_cell(table, column, computed[column])),
                )


def _agrees(table: Table, column: int, printed: Printed, computed: Any) -> bool:
    """Whether a cell is printed as it is computed; of a workbook's numbers all digits count."""
    if _is_number(printed):
        near = {"rel_tol": TOLERANCE, "abs_tol": ROUNDING_ATOL}
        return _is_number(computed) and math.isclose(float(printed or 0), computed, **near)
    return one_line(str(printed or "")) == one_line(show_cell(table, column, computed))


def _shown(table: Table, column: int, printed: Printed, computed: Any) -> str:
    """A printed cell as people read it; a workbook's number with all its digits where those that
    are shown are the computed ones.
    """
    if not _is_number(printed):
        return one_line(str(printed or ""))
    if not isinstance(computed, float):
        return str(printed)
    shown = show_cell(table, column, float(printed or 0))
    return repr(printed) if shown == show_cell(table, column, computed) else shown


def _row_name(table: Table, row: tuple[Any, ...], number: int) -> str:
    """Number of a row and its first text."""
    texts = [one_line(cell) for cell in row if isinstance(cell, str) and one_line(cell)]
    return f"{number} ({texts[0]})" if texts else str(number)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
