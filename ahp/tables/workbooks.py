"""Workbooks (XLSX, ODS) that people upload, opened so that none can exhaust the machine."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.utils import coordinate_to_tuple, range_boundaries

from ..errors import AHPError, AnswersError
from ..messages import Phrase
from .opendocument import MIMETYPE, xlsx_parts

MAX_PARTS = 2000
"""Files in an archive."""

MAX_ELEMENTS = 150_000
"""XML elements of a workbook, besides cells that are read row by row."""

MAX_CELLS = 4_000_000
"""XML elements of cells that are read row by row: two to four a cell."""

MAX_ROWS = 2**20
"""Rows, as many as Excel has, and texts."""

MAX_ROW = 2**16
"""XML elements in a row or a text: four for each column that Excel has."""

_CHUNK = 2**16
_CELL = frozenset({"c", "v", "row", "f", "is", "t", "si", "r", "phoneticPr"})
_OPENDOCUMENT_CELL = frozenset({"table-row", "table-cell", "covered-table-cell", "p", "s", "span"})
"""Elements that cells and their texts are made of."""


class _OversizeError(Exception):
    """Too much of something; says of what, and how much is expected, by a code of `MESSAGES`."""

    def __init__(self, code: str, **parameters: Any) -> None:
        super().__init__(code)
        self.problem = Phrase(code, **parameters)


@contextmanager
def uploaded_workbook(
    content: bytes,
    source: str,
    *,
    max_bytes: int,
    max_spread: int | None,
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
        damaged: code of what is wrong with one that cannot be read, as it is opened or used.
        refused: code of the errors, which have a place and a problem.
        error: their type.

    Raises:
        AHPError: of the given type; too large, has a document type, or cannot be read.
    """
    values_only = max_spread is None
    opendocument = MIMETYPE in content[:100]
    try:
        parts = unpack(content, max_bytes)
        if opendocument:
            parts = _rewritten(parts["content.xml"], max_bytes)
        census = _Census(_CELL if values_only else ())
        # openpyxl gets what was counted, never the file, which may say otherwise to it
        counted = _packed({name: census.checked(part) for name, part in parts.items()})
        if max_spread is not None and census.spread > max_spread:
            raise _OversizeError("merged_cells", count=census.spread, most=max_spread)
        with warnings.catch_warnings():  # about extensions of Excel that are of no use here
            warnings.simplefilter("ignore")
            workbook = load_workbook(
                counted, read_only=values_only, data_only=values_only, keep_links=False
            )
            yield workbook
            workbook.close()
    except AHPError:
        raise
    except _OversizeError as cause:
        raise error(refused, place=source, problem=cause.problem) from cause
    except Exception as cause:  # a damaged file fails wherever the readers happen to stumble
        problem = Phrase("not_ods" if opendocument else damaged)
        raise error(refused, place=source, problem=problem) from cause


def _rewritten(content: bytes, max_bytes: int) -> dict[str, bytes]:
    """The parts of an XLSX workbook with what an ODS workbook has."""

    def limit(size: int) -> None:
        if size > max_bytes:
            more = Phrase("more_than", count=max_bytes)
            raise _OversizeError("unpacked_size", size=more, most=max_bytes)

    _Census(_OPENDOCUMENT_CELL).checked(content)
    return xlsx_parts(content, limit)


def uncalculated_cells(sheet: Any) -> dict[int, list[int]]:
    """Where a sheet, opened for the saved values alone, has formulas without one: row -> columns.

    A program that doesn't calculate saves them so; who reads values alone would take the cells for
    empty ones.

    Args:
        sheet: of `uploaded_workbook`.
    """
    part = sheet_part(sheet)
    if b"<f" not in part and b":f" not in part:
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
    parser.Parse(part, True)
    return found


def sheet_part(sheet: Any) -> bytes:
    """The XML of a sheet that was opened for the saved values alone."""
    with sheet._get_source() as part:
        return bytes(part.read())


def unpack(content: bytes, max_bytes: int) -> dict[str, bytes]:
    """The files in a ZIP archive by name, counted as they come out of it: what its directory says
    of their sizes is not believed.

    Args:
        content: the archive.
        max_bytes: what all files may have together.

    Raises:
        Exception: too large, or not such an archive.
    """
    if (count := content.count(b"PK\1\2")) > MAX_PARTS:
        raise _OversizeError("too_many_parts", count=count, most=MAX_PARTS)
    parts: dict[str, bytes] = {}
    room = max_bytes
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        if (size := sum(info.file_size for info in infos)) > max_bytes:
            raise _OversizeError("unpacked_size", size=size, most=max_bytes)
        for info in infos:
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise zipfile.BadZipFile(f"{info.filename!r} is compressed in an unusual way")
            if info.filename.casefold() in map(str.casefold, parts):
                raise zipfile.BadZipFile(f"{info.filename!r} stands twice in it")
            chunks = []
            with archive.open(info) as part:
                while chunk := part.read(_CHUNK):
                    room -= len(chunk)
                    if room < 0:
                        more = Phrase("more_than", count=max_bytes)
                        raise _OversizeError("unpacked_size", size=more, most=max_bytes)
                    chunks.append(chunk)
            parts[info.filename] = b"".join(chunks)
    return parts


def _packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    packed.seek(0)
    return packed


def _refuse_doctype(*_declaration: object) -> None:
    raise _OversizeError("document_type")


class _Census:
    """Counts what a workbook's parts make of memory once they are read.

    Args:
        cells_of: elements that are read row by row.

    Attributes:
        spread: how many cells merged cells and links cover.
    """

    def __init__(self, cells_of: Collection[str]) -> None:
        self.cells_of = cells_of
        self.elements = self.cells = self.rows = self.in_row = self.spread = 0

    def checked(self, part: bytes) -> bytes:
        """A part as it is; nothing in place of one that is no XML, such as an image.

        Raises:
            Exception: there is too much in it, or it has a document type.
        """
        # without zero bytes, so that no other encoding hides what is looked for
        if b"<!DOCTYPE" in part.replace(b"\0", b""):
            _refuse_doctype()
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(part, True)
        except (expat.ExpatError, LookupError, ValueError):
            return b""
        return part

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
        self._limit(self.elements, MAX_ELEMENTS, "too_many_elements")
        if kind in ("mergeCell", "hyperlink") and (cells := attributes.get("ref")):
            left, top, right, bottom = (int(k or 0) for k in range_boundaries(cells))
            self.spread += (right - left + 1) * (bottom - top + 1)

    def _limit(self, count: int, limit: int, code: str) -> None:
        if count > limit:
            raise _OversizeError(code, limit=limit)
