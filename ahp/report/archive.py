"""Files in one ZIP archive."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping

_TIME = (1980, 1, 1, 0, 0, 0)
_SAVED = re.compile(rb"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")
"""When an Office file was made, in its properties."""
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


def without_times(content: bytes) -> bytes:
    """An Office file that doesn't tell when it was made: the same content gives the same bytes.

    Args:
        content: of a DOCX or XLSX file.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    files["docProps/core.xml"] = _SAVED.sub(b"", files["docProps/core.xml"])
    return zip_bytes(files)
