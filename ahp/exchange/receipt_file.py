"""Receipts as people keep them: a saved page, a PDF, or text that was copied out of either."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from pypdf import PageObject, PdfReader

from ..datafile import read_bytes
from ..errors import AnswersError
from ..process.receipt import Receipt, find_receipt

MAX_RECEIPT = 2**22
"""Bytes of a file with a receipt, and of a page in a PDF."""

MAX_PAGES = 200


def read_receipt(path: Path) -> Receipt:
    """The receipt in a file.

    Args:
        path: a PDF, or text in any encoding that has ASCII's letters at their places.

    Raises:
        AnswersError: there is none in it, it is damaged, too large or cannot be read.
    """
    content = read_bytes(path, AnswersError, MAX_RECEIPT)
    if not content.startswith(b"%PDF"):
        return find_receipt(content.decode("latin-1"), str(path))
    try:
        pages = [_text(page, path) for page in _pages(PdfReader(io.BytesIO(content)), path)]
    except AnswersError:
        raise
    except Exception as error:  # pypdf raises whatever a damaged file makes fail in it
        raise AnswersError("not_pdf", source=str(path)) from error
    return find_receipt("\n".join(pages), str(path))


def _pages(reader: PdfReader, path: Path) -> Sequence[PageObject]:
    if len(reader.pages) > MAX_PAGES:
        raise AnswersError("pdf_pages", source=str(path), count=len(reader.pages), most=MAX_PAGES)
    return reader.pages


def _text(page: PageObject, path: Path) -> str:
    content = page.get_contents()
    if content is not None and len(content.get_data()) > MAX_RECEIPT:
        raise AnswersError("pdf_page_too_large", source=str(path), most=MAX_RECEIPT)
    return page.extract_text()
