"""Workbooks (XLSX) that people upload, opened so that none can exhaust the machine."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from ..errors import AnswersError

_SPREAD = re.compile(
    rb"""<(?:[^\s<>]+:)?(?:mergeCell|hyperlink)\s[^<>]*?\bref\s*=\s*["']([^"'<>]*)"""
)


@contextmanager
def uploaded_workbook(
    content: bytes,
    source: str,
    *,
    max_bytes: int,
    max_spread: int | None,
    too_large: str,
    damaged: str,
    advice: str = "",
) -> Iterator[Workbook]:
    """Open a workbook; nothing in it is evaluated.

    Args:
        content: the .xlsx file.
        source: its name, for messages.
        max_bytes: what it may unpack to.
        max_spread: how many cells its merged cells and links may cover; None opens it for the saved
            values alone, row by row, which neither can slow down.
        too_large: what is wrong with one that unpacks to `{size}` bytes.
        damaged: what is wrong with one that cannot be read, as it is opened or used, by `{reason}`.
        advice: end of the messages.

    Raises:
        AnswersError: too large, has a document type, or cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(info.file_size for info in archive.infolist())
            if size > max_bytes:
                problem = too_large.format(size=size)
                raise AnswersError(f"{source}: {problem}, expected at most {max_bytes}{advice}")
            spread = 0
            for info in archive.infolist():
                # without zero bytes, so that no other encoding hides what is looked for
                part = archive.read(info).replace(b"\0", b"")
                if b"<!DOCTYPE" in part:
                    raise AnswersError(
                        f"{source}: has a document type, expected none in a workbook{advice}"
                    )
                spread += _spread(part) if max_spread is not None else 0
        if max_spread is not None and spread > max_spread:
            raise AnswersError(
                f"{source}: merged cells and links over {spread} cells, expected at most "
                f"{max_spread}{advice}"
            )
        values_only = max_spread is None
        with warnings.catch_warnings():  # about extensions of Excel that are of no use here
            warnings.simplefilter("ignore")
            workbook = load_workbook(
                io.BytesIO(content),
                read_only=values_only,
                data_only=values_only,
                keep_links=False,
            )
            yield workbook
            workbook.close()
    except AnswersError:
        raise
    except Exception as error:  # a damaged file fails wherever the readers happen to stumble
        reason = str(error) or type(error).__name__
        raise AnswersError(f"{source}: {damaged.format(reason=reason)}{advice}") from error


def _spread(part: bytes) -> int:
    """How many cells the merged cells and links of a sheet cover."""
    spread = 0
    for cells in _SPREAD.findall(part):
        left, top, right, bottom = (int(k or 0) for k in range_boundaries(cells.decode()))
        spread += (right - left + 1) * (bottom - top + 1)
    return spread
