"""A report as PDF: the Word document, as LibreOffice prints it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from ..errors import ReportError
from .document import Document, Progress
from .docx_file import write_docx

SECONDS = 180
"""How long LibreOffice may take."""


def pdf_bytes(
    document: Document, progress: Progress | None = None, *, seconds: float = SECONDS
) -> bytes:
    """A report as a PDF file, printed by LibreOffice Writer with a profile of its own.

    Args:
        document: what is written.
        progress: told after each table and figure, before LibreOffice begins.
        seconds: how long LibreOffice may take.

    Raises:
        ReportError: LibreOffice isn't there, fails or takes longer; or the document contradicts
            itself.
    """
    program = shutil.which("soffice")
    if program is None:
        raise ReportError("office_missing")
    content = write_docx(document, progress, live_contents=False)
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
