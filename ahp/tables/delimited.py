"""CSV files as people's programs save them: comma, semicolon or tab, with or without a BOM."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from itertools import islice
from typing import Any, BinaryIO, TextIO

SEPARATORS = "\t;,"
"""The one that stands in most of the first lines separates the cells, of several the first."""

_FIRST_LINES = 20

MAX_CSV = 2**23
"""Bytes of a CSV file."""

MAX_LINES = 200_000

_CHUNK = 2**20

Row = tuple[int, list[str]]
"""The number of a line in the file and its cells, stripped."""

UNCALCULATED = "=\0"
"""Stands for a formula of a workbook that no program has calculated; no cell holds this text."""

_FORMULA_STARTS = frozenset("=+-@\t\r\n")

_DECIMAL_COMMA = re.compile(r"\d,\d+|\d{2},\d{1,2}")
"""Numbers with a decimal comma, as spreadsheets in most of Europe write them beside semicolons;
45,660 is a date's number with its thousands."""


CONSTANT = re.compile(r'\A="([^"]*)"\Z')
"""A formula that is a text, by which people keep spreadsheets from changing it."""

_FRACTION = re.compile(r"\d+/\d+")


def kept_from_dates(cell: str) -> str:
    """A fraction as a formula that is its text: spreadsheets make a date of 1/3 alone."""
    return f'="{cell}"' if _FRACTION.fullmatch(cell) else cell


def starts_formula(text: str) -> bool:
    """Whether spreadsheets run a cell of this text as a formula (OWASP, "CSV Injection"); some read
    the full-width forms as well.
    """
    return unicodedata.normalize("NFKC", text[:1]) in _FORMULA_STARTS


def open_csv(text: TextIO) -> tuple[Any, str]:
    """A `csv.reader` of an open file, and what separates its cells.

    Args:
        text: opened with `newline=""`, at its beginning.
    """
    first = list(islice((line for line in text if line.strip()), _FIRST_LINES))
    counts = {mark: sum(mark in line for line in first) for mark in SEPARATORS}
    most = max(counts.values())
    separator = next(mark for mark in SEPARATORS if counts[mark] == most) if most else ","
    text.seek(0)
    reader = csv.reader(text, delimiter=separator, skipinitialspace=True, strict=True)
    return reader, separator


def with_point(cell: str) -> str:
    """A number with a decimal comma with a point instead; other cells as they are."""
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell


def encoding_of(file: BinaryIO) -> str | None:
    """How a text file is encoded: `"utf-8-sig"` (a BOM may be missing), `"utf-16"` ("Unicode text"
    of Windows), `"gb18030"` (CSV of Chinese programs); None if it is none of these.
    """
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


_SHEET_ERROR = re.compile(
    r"#(N/A|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!)"
    r"|Err:\d{3}"
)


def is_sheet_error(text: str) -> bool:
    """Whether a cell is an error of a spreadsheet, such as `#DIV/0!`."""
    return bool(_SHEET_ERROR.fullmatch(text))
