"""Workbooks (XLSX, ODS) that people upload, opened so that none can exhaust the machine."""

from __future__ import annotations

import io
import shutil
import warnings
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Any
from xml.parsers import expat

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import coordinate_to_tuple, range_boundaries
from openpyxl.worksheet.merge import MergedCellRange
from openpyxl.worksheet.worksheet import Worksheet

from ..errors import AHPError, AnswersError
from ..messages import Phrase
from .opendocument import MIMETYPE, xlsx_parts

MAX_PARTS = 2000
"""Files in an archive."""

MAX_IN_DOCUMENT = 400_000
"""XML elements of a document, whose cells have eight or so each; some 350 bytes of memory each."""

MAX_REPEATED = 2**23
REPEATED_EACH = 16
"""Bytes that an ODS workbook may make of cells and rows that it holds once, however often they are
repeated; and for each of its own.
"""
MAX_ELEMENTS = 150_000
"""XML elements of a workbook, besides cells that are read row by row."""

MAX_CELLS = 4_000_000
"""XML elements of cells that are read row by row: two to four a cell."""

MAX_ROWS = 2**20
"""Rows, as many as Excel has, and texts."""

MAX_ROW = 2**16
"""XML elements in a row or a text: four for each column that Excel has."""

_CHUNK = 2**16
_DOCTYPE = b"<!DOCTYPE"
_XML = (".xml", ".rels")
_CELL = frozenset({"c", "v", "row", "f", "is", "t", "si", "r", "phoneticPr"})
_OPENDOCUMENT_CELL = frozenset({"table-row", "table-cell", "covered-table-cell", "p", "s", "span"})
"""Elements that cells and their texts are made of."""


class _OversizeError(Exception):
    """Too much of something; says of what, and how much is expected, by a code of `MESSAGES`."""

    def __init__(self, code: str, **parameters: Any) -> None:
        super().__init__(code)
        self.problem = Phrase(code, **parameters)


class _Sheet(Worksheet):
    """A sheet whose merged cells get no borders, which nobody reads: to put them together took
    openpyxl longer than all the rest.
    """

    def _clean_merge_range(self, mcr: MergedCellRange) -> None:
        _, *covered = mcr.cells
        self._cells.update({place: MergedCell(self, *place) for place in covered})


class _Reader(ExcelReader):
    """Reads a workbook with such sheets, and without their own names, such as print areas, which
    nobody reads: openpyxl may look for minutes at what one covers.
    """

    def read_workbook(self) -> None:
        super().read_workbook()
        names: Any = self.parser.defined_names  # type: ignore[attr-defined] # stubs lack it
        names.definedName = [one for one in names.definedName if one.localSheetId is None]
        book: Any = self.wb

        def create_sheet(title: str) -> Worksheet:
            sheet = _Sheet(book, title)
            book._add_sheet(sheet)
            return sheet

        book.create_sheet = create_sheet


@contextmanager
def uploaded_workbook(
    content: bytes,
    source: str,
    *,
    max_bytes: int,
    max_spread: int | None,
    most: int = MAX_ELEMENTS,
    damaged: str = "not_xlsx",
    refused: str = "at_place",
    error: type[AHPError] = AnswersError,
) -> Iterator[Workbook]:
    """Open a workbook; nothing in it is evaluated.

    Args:
        content: the .xlsx or .ods file.
        source: its name, for messages.
        max_bytes: what it may unpack to.
        max_spread: how many cells its merged cells and links may cover; None opens it for the saved
            values alone, row by row, which neither can slow down.
        most: XML elements, besides cells that are read row by row.
        damaged: code of what is wrong with one that cannot be read, as it is opened or used.
        refused: code of the errors, which have a place and a problem.
        error: their type.

    Raises:
        AHPError: of the given type; too large, has a document type, or cannot be read.
    """
    values_only = max_spread is None
    opendocument = MIMETYPE in content[:100]
    with _said_of_file(source, "not_ods" if opendocument else damaged, refused, error):
        if opendocument:
            content = _as_xlsx(content, max_bytes)
        census = Census(_CELL if values_only else (), most)
        # openpyxl gets what was counted, never the file, which may say otherwise to it
        counted = counted_archive(content, max_bytes, census)
        if max_spread is not None and census.spread > max_spread:
            raise _OversizeError("merged_cells", count=census.spread, most=max_spread)
        with warnings.catch_warnings():  # about extensions of Excel that are of no use here
            warnings.simplefilter("ignore")
            reader = _Reader(counted, values_only, data_only=values_only, keep_links=False)
            reader.read()
            workbook = reader.wb
            yield workbook
            workbook.close()


@contextmanager
def uploaded_package(
    content: bytes,
    source: str,
    *,
    max_bytes: int,
    most: int = MAX_IN_DOCUMENT,
    damaged: str,
    refused: str,
    error: type[AHPError] = AnswersError,
) -> Iterator[io.BytesIO]:
    """Another file of Office, a document (DOCX), as it may be given to a reader: unpacked, counted,
    without document types and pictures.

    Args:
        content: the file.
        source: its name, for messages.
        max_bytes: what it may unpack to.
        most: XML elements.
        damaged: code of what is wrong with one that cannot be read, as it is opened or used.
        refused: code of the errors, which have a place and a problem.
        error: their type.

    Raises:
        AHPError: of the given type; too large, has a document type, or cannot be read.
    """
    with _said_of_file(source, damaged, refused, error):
        yield counted_archive(content, max_bytes, Census(most=most))


@contextmanager
def _said_of_file(source: str, damaged: str, refused: str, error: type[AHPError]) -> Iterator[None]:
    """What goes wrong with a file, as an error of the given type."""
    try:
        yield
    except AHPError:
        raise
    except _OversizeError as cause:
        raise error(refused, place=source, problem=cause.problem) from cause
    except Exception as cause:  # a damaged file fails wherever the readers happen to stumble
        raise error(refused, place=source, problem=Phrase(damaged)) from cause


def _as_xlsx(content: bytes, max_bytes: int) -> bytes:
    """An XLSX workbook with what an ODS workbook has."""
    counted = counted_archive(content, max_bytes, Census(_OPENDOCUMENT_CELL))
    with zipfile.ZipFile(counted) as archive:
        stored = archive.read("content.xml")
    most = min(max_bytes, MAX_REPEATED + REPEATED_EACH * len(stored))

    def limit(size: int) -> None:
        if size > most:
            more = Phrase("more_than", count=most)
            raise _OversizeError("unpacked_size", size=more, most=most)

    parts = xlsx_parts(stored, limit)
    rewritten = io.BytesIO()
    with zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return rewritten.getvalue()


def filled_cells(sheet: Worksheet) -> Iterator[Cell]:
    """The cells of a sheet that hold anything, row by row. Others are not looked at: a single cell
    far away makes them billions.
    """
    cells: Any = sheet._cells
    for place in sorted(cells):
        if cells[place].value not in (None, ""):
            yield cells[place]


def uncalculated_cells(sheet: Any) -> dict[int, list[int]]:
    """Where a sheet, opened for the saved values alone, has formulas without one: row -> columns.

    A program that doesn't calculate saves them so; who reads values alone would take the cells for
    empty ones.

    Args:
        sheet: of `uploaded_workbook`.
    """
    with sheet_part(sheet) as part:
        if not _has_formulas(part):
            return {}
    found: dict[int, list[int]] = {}
    row = column = 0
    formula = valued = False
    inside = ""

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, column, formula, valued, inside
        inside = name.rpartition(":")[2]
        if inside == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif inside == "c":
            place = attributes.get("r")
            column = coordinate_to_tuple(place)[1] if place else column + 1
            formula, valued = False, attributes.get("t") == "str"  # text may be empty
        elif inside == "f":
            formula = True

    def text(said: str) -> None:
        nonlocal valued
        valued = valued or (inside == "v" and bool(said.strip()))

    def end(name: str) -> None:
        nonlocal inside
        inside = ""
        if name.rpartition(":")[2] == "c" and formula and not valued:
            found.setdefault(row, []).append(column)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    with sheet_part(sheet) as part:
        parser.ParseFile(part)
    return found


def sheet_part(sheet: Any) -> AbstractContextManager[IO[bytes]]:
    """What a workbook has of a sheet that was opened for the saved values alone, to be read piece
    by piece.
    """
    source: AbstractContextManager[IO[bytes]] = sheet._get_source()
    return source


def _has_formulas(part: IO[bytes]) -> bool:
    last = b""
    while chunk := part.read(_CHUNK):
        if b"<f" in (last := last[-1:] + chunk) or b":f" in last:
            return True
    return False


def counted_archive(content: bytes, max_bytes: int, census: Census) -> io.BytesIO:
    """The ZIP archive of a workbook or a document again, its files counted as they come out of it:
    what its directory says of their sizes is not believed. No file is in memory as a whole; those
    that are no XML, such as images, are empty, and only their beginnings count.

    Raises:
        Exception: too large, or not such an archive.
    """
    if (count := content.count(b"PK\1\2")) > MAX_PARTS:
        raise _OversizeError("too_many_parts", count=count, most=MAX_PARTS)
    counted = io.BytesIO()
    room = max_bytes

    def chunks(part: IO[bytes]) -> Iterator[bytes]:
        nonlocal room
        while chunk := part.read(_CHUNK):
            room -= len(chunk)
            if room < 0:
                more = Phrase("more_than", count=max_bytes)
                raise _OversizeError("unpacked_size", size=more, most=max_bytes)
            yield chunk

    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(counted, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
    ):
        infos = archive.infolist()
        told = (info.file_size for info in infos if info.filename.lower().endswith(_XML))
        if (size := sum(told)) > max_bytes:
            raise _OversizeError("unpacked_size", size=size, most=max_bytes)
        names: set[str] = set()
        for info in infos:
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise zipfile.BadZipFile(f"{info.filename!r} is compressed in an unusual way")
            if (name := info.filename.casefold()) in names:
                raise zipfile.BadZipFile(f"{info.filename!r} stands twice in it")
            names.add(name)
            with archive.open(info) as part:
                is_xml = census.is_xml(chunks(part))
            with archive.open(info) as part, packed.open(info.filename, "w") as into:
                if is_xml:
                    shutil.copyfileobj(part, into, _CHUNK)
    counted.seek(0)
    return counted


def _refuse_doctype(*_declaration: object) -> None:
    raise _OversizeError("document_type")


class Census:
    """Counts what the parts of a workbook or a document make of memory once they are read.

    Args:
        cells_of: elements that are read row by row.
        most: XML elements, besides such cells.

    Attributes:
        spread: how many cells merged cells and links cover.
    """

    def __init__(self, cells_of: Collection[str] = (), most: int = MAX_ELEMENTS) -> None:
        self.cells_of, self.most = cells_of, most
        self.elements = self.cells = self.rows = self.in_row = self.spread = 0

    def is_xml(self, chunks: Iterable[bytes]) -> bool:
        """Count a part; whether it is XML, which an image is not.

        Raises:
            Exception: there is too much in it, or it has a document type.
        """
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _refuse_doctype
        last = b""
        for chunk in chunks:
            # without zero bytes, so that no other encoding hides what is looked for
            last += chunk.replace(b"\0", b"")
            if _DOCTYPE in last:
                _refuse_doctype()
            last = last[-len(_DOCTYPE) :]
            if not self._parsed(parser, chunk):
                return False
        return self._parsed(parser, b"", True)

    @staticmethod
    def _parsed(parser: expat.XMLParserType, chunk: bytes, last: bool = False) -> bool:
        try:
            parser.Parse(chunk, last)
        except (expat.ExpatError, LookupError, ValueError):
            return False
        return True

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind in self.cells_of:
            if kind in ("row", "si", "table-row"):
                self.rows, self.in_row = self.rows + 1, 0
            self.in_row, self.cells = self.in_row + 1, self.cells + 1
            self._limit(self.rows, MAX_ROWS, "too_many_rows_inside")
            self._limit(self.in_row, MAX_ROW, "row_too_long_inside")
            self._limit(self.cells, MAX_CELLS, "too_many_cells_inside")
            return
        self.elements += 1
        self._limit(self.elements, self.most, "too_many_elements")
        if kind in ("mergeCell", "hyperlink") and (cells := attributes.get("ref")):
            left, top, right, bottom = (int(k or 0) for k in range_boundaries(cells))
            self.spread += (right - left + 1) * (bottom - top + 1)

    def _limit(self, count: int, limit: int, code: str) -> None:
        if count > limit:
            raise _OversizeError(code, limit=limit)
