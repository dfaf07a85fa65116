"""Reports as PDF: LibreOffice prints what Word would show."""

from __future__ import annotations

import dataclasses
import io
import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from pypdf import PdfReader

from ahp.errors import ReportError
from ahp.report.document import Section, number
from ahp.report.pdf_file import pdf_bytes
from ahp.report.table import show_cell

from .sample_document import sample


def read(language: str, *, contents: bool = True, size: int = 24) -> tuple[PdfReader, list[str]]:
    reader = PdfReader(io.BytesIO(pdf_bytes(sample(language, contents=contents, size=size))))
    return reader, [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]


def shapes(reader: PdfReader) -> list[tuple[int, int]]:
    boxes = [page.mediabox for page in reader.pages]
    return [(round(float(box.width)), round(float(box.height))) for box in boxes]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_are_a4_with_all_numbers(language: str) -> None:
    reader, texts = read(language)
    document = sample(language)
    assert set(shapes(reader)) == {(595, 842), (842, 595)}
    whole = "".join(texts)
    for table in document.tables().values():
        for row in table.rows:
            for column, value in enumerate(row):
                if isinstance(value, float):
                    assert show_cell(table, column, value) in whole
    numbers = number(document)
    contents = texts[0].split({"en": "Contents", "zh": "目录"}[language])[1]
    for block in document.walk():
        if isinstance(block, Section) and numbers.listed(block.key):
            heading = re.sub(r"\s", "", numbers.heading(block))
            (page,) = re.findall(rf"{re.escape(heading)}(\d+)", contents)
            # behind the number of the last entry comes that of the page
            assert any(heading in texts[int(page[:count]) - 1] for count in range(1, len(page) + 1))
    assert len({image.data for page in reader.pages for image in page.images}) == 1


def test_a_notice_is_printed_once() -> None:
    reader, texts = read("zh", contents=False, size=2)
    assert shapes(reader)[0] == (595, 842)
    assert "第1页，共" in texts[0]
    assert "〔草稿〕问题发现能力居首" in texts[0]


def test_without_libreoffice_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    message = (
        "PDF files are written by LibreOffice, which isn't installed: install LibreOffice Writer "
        "(Debian and Ubuntu: libreoffice-writer-nogui), or choose DOCX or HTML."
    )
    with pytest.raises(ReportError, match=f"^{re.escape(message)}$"):
        pdf_bytes(sample("en", figures=False, size=2))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("echo no filter >&2", "LibreOffice made no PDF of the document (no filter)."),
        ("exit 3", "LibreOffice made no PDF of the document (exit 3)."),
        (
            'sleep 20 & echo $! > "$(dirname "$0")/child"\nwait',
            "LibreOffice made no PDF of the document within 1 s.",
        ),
    ],
)
def test_a_program_that_fails_is_named(
    lines: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    document = dataclasses.replace(sample("en", figures=False, size=2), contents=False)
    with pytest.raises(ReportError, match=f"^{re.escape(message)}$"):
        pdf_bytes(document, seconds=1)
    if (child := tmp_path / "child").exists():
        state = Path(f"/proc/{child.read_text(encoding='utf-8').strip()}/stat")
        end = time.monotonic() + 10  # half as long as it would sleep
        with suppress(FileNotFoundError):
            while ") Z " not in state.read_text(encoding="utf-8"):
                assert time.monotonic() < end
                time.sleep(0.01)
