"""A report as PDF: the Word document, as LibreOffice prints it."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.generic import Destination

from ..errors import ReportError
from .document import Document, Progress, Section
from .docx_file import write_docx

SECONDS = 180
"""How long LibreOffice may take."""


def pdf_bytes(
    document: Document, progress: Progress | None = None, *, seconds: float = SECONDS
) -> bytes:
    """A report as a PDF file, printed by LibreOffice Writer with a profile of its own; twice where
    there are contents, as the first print tells the pages.

    Args:
        document: what is written.
        progress: told after each table and figure, before LibreOffice begins.
        seconds: how long LibreOffice may take for a print.

    Raises:
        ReportError: LibreOffice isn't there, fails or takes longer; or the document contradicts
            itself.
    """
    program = shutil.which("soffice")
    if program is None:
        raise ReportError("office_missing")
    images: dict[str, bytes] = {}
    content = _printed(program, write_docx(document, progress, images), seconds)
    if not document.contents:
        return content
    pages = _pages(document, content)
    return _printed(program, write_docx(document, None, images, pages), seconds)


def _printed(program: str, content: bytes, seconds: float) -> bytes:
    """A Word document as LibreOffice prints it, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="ahp-report-") as name:
        folder = Path(name)
        (folder / "report.docx").write_bytes(content)
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--norestore", "--convert-to", "pdf:writer_pdf_Export"),
            "report.docx",
        ]
        try:
            ended = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ReportError("office_slow", seconds=seconds) from error
        made = folder / "report.pdf"
        if ended.returncode or not made.exists():
            problem = ended.stderr.strip() or f"exit {ended.returncode}"
            raise ReportError("office_failed", problem=problem)
        return made.read_bytes()


def _pages(document: Document, content: bytes) -> dict[str, int]:
    """Section's key -> the page on which its heading stands, by the bookmarks of a PDF file."""
    reader = PdfReader(io.BytesIO(content))
    keys = [block.key for block in document.walk() if isinstance(block, Section)]
    marks = list(_flat(reader.outline))
    if len(marks) != len(keys):
        problem = f"{len(marks)} bookmarks, {len(keys)} headings"
        raise ReportError("office_failed", problem=problem)
    pages: dict[str, int] = {}
    for key, mark in zip(keys, marks, strict=True):
        page = reader.get_destination_page_number(mark)
        if page is None:
            raise ReportError("office_failed", problem=f"{mark.title}: no page")
        pages[key] = page + 1
    return pages


def _flat(outline: Iterable[Any]) -> Iterator[Destination]:
    for item in outline:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item
