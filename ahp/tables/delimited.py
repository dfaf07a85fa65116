"""CSV files as people's programs save them, whatever separates the cells and encodes the text."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any, BinaryIO, TextIO

from ..messages import Phrase

SEPARATORS = "\t;,"
"""The one that stands in most of the first lines separates the cells, of several the first."""

_OTHER_SEPARATORS = "|，；"
"""These, where most of the first lines have as many of one, and none of those in two lines."""

_FIRST_LINES = 20

MAX_CSV = 2**23
"""Bytes of a CSV file."""

MAX_LINES = 200_000

_CHUNK = 2**20
_FIRST_BYTES = 2_000
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
"""The bytes of a Chinese character."""

Row = tuple[int, list[str]]
"""The number of a line in the file and its cells, stripped."""

UNCALCULATED = "=\0"
"""Stands for a formula of a workbook that no program has calculated; no cell holds this text."""

_FORMULA_STARTS = frozenset("=+-@\t\r\n")

_DECIMAL_COMMA = re.compile(r"\d,\d+|\d{2},\d{1,2}")
"""Numbers with a decimal comma, as spreadsheets in most of Europe write them beside semicolons;
45,660 is a date's number with its thousands."""

_BELOW_ONE = re.compile(r"0,\d+")
"""Such a number that is one in any table; 1,3 beside commas may be two numbers, or thousands."""

_INVISIBLE = str.maketrans("", "", "\u200b\u200e\u200f\u2060\ufeff")
"""Marks without width, which come along from web pages and chats."""

_RULE = re.compile(r"(?=.{3}):?-+:?")
"""A cell of the line below the headers of a table in Markdown."""


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
    separator = max(SEPARATORS, key=counts.__getitem__) if any(counts.values()) else ","
    if max(counts.values()) < 2:
        alike = {mark: _as_many(mark, first) for mark in _OTHER_SEPARATORS}
        other = max(_OTHER_SEPARATORS, key=alike.__getitem__)
        separator = other if 2 * alike[other] > len(first) else separator
    text.seek(0)
    reader = csv.reader(text, delimiter=separator, skipinitialspace=True, strict=True)
    return reader, separator


def _as_many(mark: str, lines: Sequence[str]) -> int:
    """How many lines have the number of a mark that most have; 0 where it stands behind a colon, as
    it does between the names of a list.
    """
    marked = [line for line in lines if mark in line]
    if any(re.search("[:：]", line.partition(mark)[0]) for line in marked):
        return 0
    return max(Counter(line.count(mark) for line in marked).values(), default=0)


def with_point(cell: str, decimal_comma: bool = True) -> str:
    """A number with a decimal comma with a point instead; other cells as they are.

    Args:
        cell: the text.
        decimal_comma: whether no comma separates the cells of the table.
    """
    if "," not in cell:
        return cell
    shape = _DECIMAL_COMMA if decimal_comma else _BELOW_ONE
    return cell.replace(",", ".") if shape.fullmatch(cell) else cell


def visible(cell: str) -> str:
    """A cell without spaces around it, and without marks that nobody sees."""
    return (cell if cell.isascii() else cell.translate(_INVISIBLE)).strip()


def csv_cell(cell: str) -> str:
    """A cell of a CSV file as it is meant: `visible`, without what keeps spreadsheets from changing
    it.
    """
    shown = visible(cell)
    return visible(CONSTANT.sub(r"\1", shown)) if shown.startswith("=") else shown


def is_rule(cells: Sequence[str]) -> bool:
    """Whether a line only separates the headers from what is below, as in Markdown."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and all(map(_RULE.fullmatch, filled))


def encoding_said(encoding: str) -> tuple[Phrase, ...]:
    """That a file is not read as UTF-8."""
    known = {"utf-8-sig": (), "cp950": (Phrase("encoding_is", encoding="Big5"),)}
    return known.get(encoding, (Phrase("encoding_is", encoding=encoding),))


def encoding_of(file: BinaryIO) -> str | None:
    """How a text file is encoded: `"utf-8-sig"` (a BOM may be missing), `"utf-16"` ("Unicode text"
    of Windows; with `-le` or `-be` where the BOM is missing), `"gb18030"` (of Chinese programs),
    `"cp950"` (Big5, of programs in traditional Chinese), `"utf-32"`; None if it is none of these.
    """
    file.seek(0)
    begin = file.read(_FIRST_BYTES)
    marked = begin.startswith(codecs.BOM_UTF8)
    zeros = [begin[half::2].count(0) for half in (0, 1)]
    likely: tuple[str, ...] = ("utf-8-sig", "gb18030")
    if begin.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        likely = ("utf-32",)
    elif begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        likely = ("utf-16",)
    elif not marked and 20 * max(zeros) > len(begin):  # a byte of each separator, digit, line end
        likely = ("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le",)
    for encoding in likely:
        # with "-sig" a part of the mark alone would pass
        decoder = codecs.getincrementaldecoder(encoding.removesuffix("-sig"))()
        file.seek(0)
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        file.seek(0)
        return "cp950" if encoding == "gb18030" and _is_big5(file.read(_CHUNK)) else encoding
    return None


def _is_big5(content: bytes) -> bool:
    """Whether a text that GB18030 can decode is rather one of Big5: it has characters that GB 2312
    has not, and as Big5, more are among the frequent ones, which have a range of their own in both.
    """
    if _decodes(content, "gb2312") or not _decodes(content, "cp950"):
        return False
    pairs: list[bytes] = _PAIR.findall(content)
    frequent = sum(b"\xb0" <= pair[:1] <= b"\xd7" and pair[1:] >= b"\xa1" for pair in pairs)
    return sum(b"\xa4" <= pair[:1] <= b"\xc6" for pair in pairs) > frequent


def _decodes(content: bytes, encoding: str) -> bool:
    """Whether the first bytes of a text may be of an encoding."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(content)
    except UnicodeDecodeError:
        return False
    return True


_SHEET_ERROR = re.compile(
    r"#(N/A|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!)"
    r"|Err:\d{3}"
)


def is_sheet_error(text: str) -> bool:
    """Whether a cell is an error of a spreadsheet, such as `#DIV/0!`."""
    return bool(_SHEET_ERROR.fullmatch(text))
