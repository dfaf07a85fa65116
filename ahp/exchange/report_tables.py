"""Tables of a report, read back from its file: DOCX, HTML, XLSX.

A table is found by its mark, see `ahp.report.manifest.KeyedTable`. What is read are texts as they
are printed; from a workbook also the numbers themselves.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any

from ..errors import ReportError
from ..messages import Phrase
from ..report.document import further_part
from ..report.workbook import HEADING_ROW
from ..tables.workbooks import uploaded_workbook

MAX_UNPACKED = 2**28
"""Bytes that a report may unpack to."""

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


def read_tables(content: bytes, form: str, marks: Collection[str], source: str) -> dict[str, Parts]:
    """The tables of a report: mark -> its parts; none for a mark that the file doesn't have.

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


def _from_workbook(content: bytes, marks: frozenset[str], source: str) -> dict[str, Parts]:
    tables: dict[str, Parts] = {}
    with uploaded_workbook(
        content, source, max_bytes=MAX_UNPACKED, max_spread=MAX_SPREAD, error=ReportError
    ) as book:
        for mark in marks & set(book.defined_names):
            for title, _cells in book.defined_names[mark].destinations:
                name = title.replace("''", "'")  # as formulas quote it
                if name in book.sheetnames:
                    sheet = book[name]
                    rows = [
                        tuple(map(_printed, row))
                        for row in sheet.iter_rows(min_row=HEADING_ROW, values_only=True)
                    ]
                    width = max(
                        (k + 1 for k, cell in enumerate(rows[0]) if cell is not None), default=0
                    )
                    body = (row[:width] for row in rows[1:])
                    tables[mark] = (Part(rows[0][:width], tuple(body)),)
    return tables


def _printed(value: object) -> Printed:
    """What a cell holds; what no table of a report has, such as a date or a formula, as text."""
    return value if isinstance(value, str | int | float | bool | None) else str(value)


_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _from_word(content: bytes, marks: frozenset[str], source: str) -> dict[str, Parts]:
    import docx  # noqa: PLC0415 - slow to load, needed here alone

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise _unreadable(source, "not_docx")
        body = docx.Document(io.BytesIO(content)).element.body
    except ReportError:
        raise
    except Exception as cause:  # a damaged file fails wherever the reader happens to stumble
        raise _unreadable(source, "not_docx") from cause
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
    return {
        mark: (following[mark], *_further(mark, following)) for mark in marks if mark in following
    }


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


def _from_html(content: bytes, marks: frozenset[str], source: str) -> dict[str, Parts]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise _unreadable(source, "not_html") from cause
    parser = _TableParser(marks)
    parser.feed(text)
    parser.close()
    return {
        mark: (Part(tuple(rows[0]), tuple(map(tuple, rows[1:]))),)
        for mark, rows in parser.tables.items()
        if rows
    }


class _TableParser(HTMLParser):
    """Collects the first table at or behind each element whose id is a mark."""

    def __init__(self, marks: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.marks = marks
        self.tables: dict[str, list[list[str]]] = {}
        self._waiting: list[str] = []
        self._rows: list[list[str]] | None = None
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
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
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table":
            self._rows = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._rows:
            self._rows[-1].append(re.sub(r"\s+", " ", "".join(self._cell)).strip())
        self._cell = None


READERS: Mapping[str, Callable[[bytes, frozenset[str], str], dict[str, Parts]]] = MappingProxyType(
    {"docx": _from_word, "html": _from_html, "xlsx": _from_workbook}
)
"""Form of a report -> what reads its tables."""
