"""Files in one ZIP archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READABLE = 0o644 << 16
"""Permissions where a system has them: without any, some programs unpack files nobody may read."""


def zip_bytes(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """Files as a ZIP archive, in their order; the same files give the same bytes.

    Args:
        files: name -> content, or pairs of them, which may be made one after the other.

    >>> from ahp.report.archive import zip_bytes
    >>> zip_bytes({"a.txt": b"1"}) == zip_bytes([("a.txt", b"1")])
    True
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system, info.external_attr = _UNIX, _READABLE
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
