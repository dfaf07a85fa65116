"""A report, read back from its file: the tables and the texts of DOCX, HTML, XLSX.

A table is found by its mark, see `ahp.report.manifest.KeyedTable`. What is read are texts as they
are printed; from a workbook also the numbers themselves. Texts are those of
`ahp.report.document_texts`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from ..errors import ReportError
from ..messages import Phrase
from ..report.document import LABEL_GAPS, further_part, one_line
from ..report.workbook import HEADING_ROW
from ..tables.workbooks import filled_cells, uploaded_package, uploaded_workbook

MAX_UNPACKED = 2**28
"""Bytes of an unpacked report, which nobody uploads: a command reads it."""

MAX_ELEMENTS = 2_000_000
"""XML elements of a report: a table of 20 000 rows with ten columns in a document."""

MAX_SPREAD = 1_000_000
"""Cells that its merged cells and links may cover."""

PARTS = 99
"""Parts of a table that is too wide for a page, at most."""

Printed = str | int | float | bool | None
"""A text, or what a cell of a workbook holds."""


@dataclass(frozen=True)
class Part:
    """A table as it is printed, or a part of one that is too wide for a page; each part has the
    first column.

    Attributes:
        headings: of the columns.
        rows: below.
    """

    headings: tuple[Printed, ...]
    rows: tuple[tuple[Printed, ...], ...]


Parts = tuple[Part, ...]


@dataclass(frozen=True)
class ReadReport:
    """What a file of a report has.

    Attributes:
        tables: mark -> parts of its table; none for a mark that the file doesn't have.
        texts: outside the tables, in reading order.
    """

    tables: Mapping[str, Parts]
    texts: tuple[str, ...]


def read_report(content: bytes, form: str, marks: Collection[str], source: str) -> ReadReport:
    """The tables and the texts of a report.

    Args:
        content: of the file.
        form: `"docx"`, `"html"` or `"xlsx"`.
        marks: what to look for.
        source: name of the file, for messages.

    Raises:
        ReportError: the file can't be read as one of its kind.
    """
    return READERS[form](content, frozenset(marks), source)


def _unreadable(source: str, code: str) -> ReportError:
    return ReportError("at_place", place=source, problem=Phrase(code))


_opened = partial(
    uploaded_workbook,
    max_bytes=MAX_UNPACKED,
    max_spread=MAX_SPREAD,
    most=MAX_ELEMENTS,
    error=ReportError,
)


def _from_workbook(content: bytes, marks: frozenset[str], source: str) -> ReadReport:
    tables: dict[str, Parts] = {}
    with _opened(content, source) as book:
        texts = tuple(
            one_line(str(sheet.cell(row, 1).value or ""))
            for sheet in book.worksheets
            for row in range(1, HEADING_ROW)
        )
        for mark in marks & set(book.defined_names):
            for title, _cells in book.defined_names[mark].destinations:
                name = title.replace("''", "'")  # as formulas quote it
                if name in book.sheetnames:
                    tables[mark] = (_sheet_table(book[name]),)
    return ReadReport(tables, texts)


def _sheet_table(sheet: Worksheet) -> Part:
    """The table below the titles of a sheet; rows that are left empty, however many, are one."""
    rows: dict[int, dict[int, Printed]] = {}
    for cell in filled_cells(sheet):
        rows.setdefault(cell.row, {})[cell.column] = _printed(cell.value)
    heading = rows.get(HEADING_ROW, {})
    columns = range(1, max(heading, default=0) + 1)
    body: list[tuple[Printed, ...]] = []
    last = HEADING_ROW
    for row, cells in rows.items():
        if row > HEADING_ROW and min(cells) in columns:
            body += [(None,) * len(columns)] if row > last + 1 else []
            body.append(tuple(map(cells.get, columns)))
            last = row
    return Part(tuple(map(heading.get, columns)), tuple(body))


def read_cells(content: bytes, source: str) -> dict[tuple[str, str], Printed]:
    """All cells of a workbook that hold anything, formulas as they are written: sheet and place ->
    what it holds.

    Args:
        content: of the file.
        source: its name, for messages.

    Raises:
        ReportError: the file can't be read as a workbook.
    """
    with _opened(content, source) as book:
        return {
            (sheet.title, cell.coordinate): _printed(cell.value)
            for sheet in book.worksheets
            for cell in filled_cells(sheet)
        }


def _printed(value: object) -> Printed:
    """What a cell holds; what no table of a report has, such as a date, a formula or a whole number
    beyond all floats, as text.
    """
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return str(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _from_word(content: bytes, marks: frozenset[str], source: str) -> ReadReport:
    import docx  # noqa: PLC0415 - slow to load, needed here alone

    with uploaded_package(
        content,
        source,
        max_bytes=MAX_UNPACKED,
        most=MAX_ELEMENTS,
        damaged="not_docx",
        refused="at_place",
        error=ReportError,
    ) as counted:
        body = docx.Document(counted).element.body
    following: dict[str, Part] = {}
    waiting: list[str] = []
    for element in body.iterchildren():
        if element.tag == f"{_WORD}tbl":
            part = _word_table(element)
            following.update(dict.fromkeys(waiting, part))
            waiting = []
        else:
            starts = element.iter(f"{_WORD}bookmarkStart")
            waiting += [str(start.get(f"{_WORD}name")) for start in starts]
    tables = {
        mark: (following[mark], *_further(mark, following)) for mark in marks if mark in following
    }
    return ReadReport(tables, tuple(_WordTexts(body).texts))


def _further(mark: str, following: Mapping[str, Part]) -> Iterator[Part]:
    """Parts of a table behind the first, see `ahp.report.docx_file.docx_bytes`."""
    for count in range(2, PARTS):
        name = further_part(mark, count)
        if name not in following:
            return
        yield following[name]


def _word_table(table: Any) -> Part:
    rows = [
        tuple(
            " ".join("".join(text.text or "" for text in cell.iter(f"{_WORD}t")).split())
            for cell in row.iterchildren(f"{_WORD}tc")
        )
        for row in table.iterchildren(f"{_WORD}tr")
    ]
    return Part(rows[0], tuple(rows[1:])) if rows else Part((), ())


class _WordTexts:
    """Collects the texts of paragraphs, and of the tables of facts.

    Left out are headings, contents, and what fields and links show: labels of tables, counted by
    Word. A caption without a field that counts is that of a further part of a table.
    """

    def __init__(self, body: Any) -> None:
        self.texts: list[str] = []
        self._fields = 0
        for element in body.iterchildren():
            if element.tag == f"{_WORD}p":
                self._paragraph(element)
            elif element.tag == f"{_WORD}tbl" and _style(element, "tblPr", "tblStyle") == "Facts":
                for paragraph in element.iter(f"{_WORD}p"):
                    self._paragraph(paragraph)

    def _paragraph(self, paragraph: Any) -> None:
        style = _style(paragraph, "pPr", "pStyle")
        words: list[str] = []
        labels: set[str] = set()
        counted = False
        for element in paragraph.iter():
            tag = element.tag.removeprefix(_WORD) if isinstance(element.tag, str) else ""
            if tag == "fldChar":
                kind = element.get(f"{_WORD}fldCharType")
                self._fields += {"begin": 1, "end": -1}.get(kind, 0)
                counted = True
            elif tag == "fldSimple":
                counted = True
            elif tag == "bookmarkStart" and str(element.get(f"{_WORD}name")).startswith("_"):
                labels.add(str(element.get(f"{_WORD}id")))
            elif tag == "bookmarkEnd":
                labels.discard(str(element.get(f"{_WORD}id")))
            elif tag == "t" and not (self._fields or labels or _within_link(element)):
                words.append(element.text or "")
        text = "".join(words)
        if style == "Caption":
            text = _without_gap(text) if counted else ""
        if not style.startswith(_NOT_READ):
            self.texts.append(one_line(text))


_NOT_READ = ("Heading", "AnnexHeading", "UnnumberedHeading", "TOC")
"""Beginnings of the styles of headings and contents."""


def _without_gap(caption: str) -> str:
    """The title in a caption, behind the gap that follows the label."""
    for gap in LABEL_GAPS.values():
        if caption.startswith(gap):
            return caption.removeprefix(gap)
    return caption


def _style(element: Any, properties: str, name: str) -> str:
    """The style of a paragraph or table; empty for none."""
    for found in element.iterchildren(f"{_WORD}{properties}"):
        for style in found.iterchildren(f"{_WORD}{name}"):
            return str(style.get(f"{_WORD}val"))
    return ""


def _within_link(element: Any) -> bool:
    links = (f"{_WORD}fldSimple", f"{_WORD}hyperlink")
    return any(next(element.iterancestors(link), None) is not None for link in links)


def _from_html(content: bytes, marks: frozenset[str], source: str) -> ReadReport:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise _unreadable(source, "not_html") from cause
    parser = _PageParser(marks)
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as cause:  # what its reader says of `<![` without a keyword it knows
        raise _unreadable(source, "not_html") from cause
    tables = {
        mark: (Part(tuple(rows[0]), tuple(map(tuple, rows[1:]))),)
        for mark, rows in parser.tables.items()
        if rows
    }
    return ReadReport(tables, tuple(map(one_line, parser.texts)))


_TEXTS = ("h1", "p", "li", "dt", "dd", "caption", "figcaption")
_LABELS = ("a", "b", "nav", "script", "style")
"""Elements with texts, and those whose contents are labels, counted by who writes, or no text."""


class _PageParser(HTMLParser):
    """Collects the first table at or behind each element whose id is a mark, and all texts."""

    def __init__(self, marks: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.marks = marks
        self.tables: dict[str, list[list[str]]] = {}
        self._waiting: list[str] = []
        self._rows: list[list[str]] | None = None
        self._cell: list[str] | None = None
        self.texts: list[str] = []
        self._text: list[str] | None = None
        self._labels = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._labels += tag in _LABELS
        if tag in _TEXTS and not self._labels:
            self._text = []
        identity = dict(attrs).get("id") or ""
        if identity in self.marks:
            self._waiting.append(identity)
        if tag == "table":
            self._rows = []
            for mark in self._waiting:
                self.tables.setdefault(mark, self._rows)
            self._waiting = []
        elif self._rows is not None and tag == "tr":
            self._rows.append([])
        elif self._rows and tag in ("td", "th"):
            self._end_cell()
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        self._labels -= tag in _LABELS
        if tag in _TEXTS and self._text is not None:
            text = "".join(self._text)
            self.texts.append(_without_gap(text) if "caption" in tag else text)
            self._text = None
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table":
            self._rows = None

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._labels:
            self._text.append(data)
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._rows:
            self._rows[-1].append(re.sub(r"\s+", " ", "".join(self._cell)).strip())
        self._cell = None


READERS: Mapping[str, Callable[[bytes, frozenset[str], str], ReadReport]] = MappingProxyType(
    {"docx": _from_word, "html": _from_html, "xlsx": _from_workbook}
)
"""Form of a report -> what reads it."""
