"""Workbooks that would exhaust the machine are refused, and take little time and memory."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell

from ahp.errors import AnswersError
from ahp.exchange.column_mapper import read_columns
from ahp.exchange.questionnaire_xlsx import questionnaire_workbook, read_questionnaire
from ahp.study import Survey
from ahp.tables.workbooks import uploaded_workbook
from tests.frugal import frugal_refusal

from .conftest import rezipped

MOST = 96 * 2**20
"""Bytes that refusing a file of less than a megabyte may take."""


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(content) + packer.flush()


def lying(parts: dict[str, bytes], bomb: str, size: int) -> bytes:
    """An archive whose directory says that the file `bomb` has `size` bytes, with a checksum that
    fits as many."""
    body, directory = bytearray(), bytearray()
    for name, content in parts.items():
        packed, start = deflated(content), len(body)
        told = content[:size] if name == bomb else content
        sizes = struct.pack("<LLL", zlib.crc32(told), len(packed), len(told))
        common = struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes + struct.pack("<HH", len(name), 0)
        body += b"PK\3\4" + common + name.encode() + packed
        directory += b"PK\1\2\x14\0" + common + struct.pack("<HHHLL", 0, 0, 0, 0, start)
        directory += name.encode()
    end = struct.pack("<HHHHLLH", 0, 0, len(parts), len(parts), len(directory), len(body), 0)
    return bytes(body + directory) + b"PK\5\6" + end


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(parts: list[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture(scope="module")
def questionnaire(small: Survey) -> bytes:
    return questionnaire_workbook(
        small,
        title="T",
        expert="E",
        study_id="s",
        round_number=1,
        language="en",
        answers={},
    )


@pytest.fixture(scope="module")
def table() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "weight"])
    sheet.append(["Ann", 1])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def refusal(read: Callable[[], object]) -> str:
    """The message of a refusal that took little memory."""
    return frugal_refusal(read, AnswersError, MOST)


def test_sizes_in_a_directory_are_not_believed(small: Survey, questionnaire: bytes) -> None:
    sheet = "xl/worksheets/sheet2.xml"
    parts = parts_of(questionnaire)
    parts[sheet] += b" " * 150_000_000
    content = lying(parts, sheet, len(parts_of(questionnaire)[sheet]))
    assert len(content) < 300_000
    tracemalloc.start()
    try:
        read = read_questionnaire(content, small)  # as far as its directory says it reaches
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(read.unanswered) == 8
    assert peak < MOST


def test_a_table_is_never_in_memory_as_a_whole(table: bytes) -> None:
    def padded(name: str, part: bytes) -> bytes:
        return part + b" " * 60 * 2**20 if "sheet1" in name else part

    content = rezipped(table, padded)
    tracemalloc.start()
    try:
        read = read_columns(content, "t.xlsx")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read.rows == ((2, ("Ann", "1")),)
    assert peak < 8 * 2**20


def test_what_comes_out_of_an_archive_is_counted(
    small: Survey, questionnaire: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if what reads archives would not stop where their directories say."""
    chunks = iter([b" " * 2**16] * 1000)
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda _part, _size=-1: next(chunks, b""))
    message = refusal(lambda: read_questionnaire(questionnaire, small))
    assert message.startswith("questionnaire.xlsx: more than ")
    assert " bytes when unpacked, expected at most " in message


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ([("xl/Styles.xml", b"")], "not an .xlsx workbook, or a damaged one"),
        ([(f"x{k}", b"") for k in range(2001)], "files inside, expected at most 2000"),
        ([("x.xml", b"<a>" + b"<xf/>" * 160_000 + b"</a>")], "more than 150000 elements"),
    ],
)
def test_too_much_inside(
    small: Survey, questionnaire: bytes, extra: list[tuple[str, bytes]], message: str
) -> None:
    content = archive_of([*parts_of(questionnaire).items(), *extra])
    assert message in refusal(lambda: read_questionnaire(content, small))


def test_too_many_cells_in_a_row(table: bytes) -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"</row>", b"<c/>" * 70_000 + b"</row>", 1)

    message = refusal(lambda: read_columns(rezipped(table, change), "t.xlsx"))
    assert message == "t.xlsx: more than 65536 elements in a row, expected fewer"


def test_a_wide_dimension_is_no_cell(table: bytes) -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')

    assert read_columns(rezipped(table, change), "t.xlsx").headers == ("name", "weight")


def test_a_picture_in_a_workbook_does_no_harm(table: bytes, tmp_path: Path) -> None:
    content = archive_of([*parts_of(table).items(), ("xl/media/image1.png", b"\x89PNG\r\n")])
    assert read_columns(content, "t.xlsx").rows == ((2, ("Ann", "1")),)


def test_merged_cells_are_read_but_no_borders_of_them(questionnaire: bytes) -> None:
    theirs = load_workbook(io.BytesIO(questionnaire))
    with uploaded_workbook(
        questionnaire, "q.xlsx", max_bytes=8 * 2**20, max_spread=100_000
    ) as ours:
        for one, other in zip(theirs.worksheets, ours.worksheets, strict=True):
            assert [*one.iter_rows(values_only=True)] == [*other.iter_rows(values_only=True)]
            assert str(one.merged_cells) == str(other.merged_cells)
        merged = theirs.worksheets[1]["E3"], ours.worksheets[1]["E3"]
    assert [type(cell) for cell in merged] == [MergedCell, MergedCell]
    assert [cell.border.right.style for cell in merged] == ["thin", None]
