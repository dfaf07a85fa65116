"""Word documents as people send them, opened with care."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tables.opened import MAX_UNPACKED
from ..tables.workbooks import Census, counted_archive

if TYPE_CHECKING:
    from docx.document import Document

MAX_ELEMENTS = 400_000
"""XML elements of a document, whose cells have eight or so each; some 350 bytes of memory each."""


def word_document(content: bytes) -> Document:
    """A DOCX file; whatever is wrong with it, python-docx stumbles over somewhere.

    Raises:
        Exception: damaged, too large, or no such file.
    """
    import docx  # noqa: PLC0415 - slow to load, needed here alone

    return docx.Document(counted_archive(content, MAX_UNPACKED, Census(most=MAX_ELEMENTS)))
