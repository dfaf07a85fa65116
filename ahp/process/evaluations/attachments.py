"""Files that people attach, such as the photo of a voucher: which kinds, how large."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from ...errors import StoreError
from .events import File

KINDS = {
    "pdf": b"%PDF-",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
}
"""Ending of a name -> what such a file begins with. Nothing that a browser would run is among
them.
"""

MOST_MEGABYTES = 2
"""What a file may have."""


def attached(name: str, content: bytes) -> File:
    """A file as events name it.

    Args:
        name: as it was called; folders before it are left out.
        content: all of it.

    Raises:
        StoreError: it is empty, too large, of a kind that isn't taken, or not of the kind that its
            name says.
    """
    plain = PurePath(name.replace("\\", "/")).name
    if not content:
        raise StoreError("attachment_empty", name=plain)
    if len(content) > MOST_MEGABYTES * 2**20:
        raise StoreError("attachment_large", name=plain, most=MOST_MEGABYTES)
    begins = KINDS.get(PurePath(plain).suffix.lower().removeprefix("."))
    if begins is None or not content.startswith(begins):
        raise StoreError("attachment_kind", name=plain, kinds=tuple(KINDS))
    return File(hashlib.sha256(content).hexdigest(), plain, len(content))
