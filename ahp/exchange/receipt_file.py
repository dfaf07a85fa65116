"""Receipts as people keep them: a saved page, a PDF, or text that was copied out of either."""

from __future__ import annotations

import io
from pathlib import Path

from pypdf import PdfReader

from ..errors import AnswersError
from ..study.receipt import Receipt, find_receipt


def read_receipt(path: Path) -> Receipt:
    """The receipt in a file.

    Args:
        path: a PDF, or text in any encoding that has ASCII's letters at their places.

    Raises:
        AnswersError: there is none in it, or it is damaged.
        OSError: the file cannot be read.
    """
    content = path.read_bytes()
    if not content.startswith(b"%PDF"):
        return find_receipt(content.decode("latin-1"), str(path))
    try:
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    except Exception as error:  # pypdf raises whatever a damaged file makes fail in it
        raise AnswersError(f"{path}: cannot be read as PDF: {error}") from error
    return find_receipt("\n".join(pages), str(path))
