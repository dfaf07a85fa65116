"""A report in several formats, with what it was computed from and the manifest that binds them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from ..errors import OptionError
from ..report.document import Document
from ..report.docx_file import docx_bytes
from ..report.html_file import html_bytes
from ..report.manifest import LogPosition, build_manifest, manifest_bytes, report_file
from ..report.workbook import document_xlsx

MANIFEST = "manifest.json"

WRITERS: Mapping[str, Callable[[Document], bytes]] = MappingProxyType(
    {"docx": docx_bytes, "html": html_bytes, "xlsx": document_xlsx}
)
"""Ending of a file -> what writes it."""


def export_report(
    document: Document,
    *,
    report: str,
    inputs: Mapping[str, tuple[str, bytes]],
    settings: Mapping[str, Any],
    forms: Collection[str] = tuple(WRITERS),
    name: str = "report",
    further: Mapping[str, bytes] = MappingProxyType({}),
    log: LogPosition | None = None,
    signature: str = "",
) -> dict[str, bytes]:
    """The files of an export.

    Args:
        document: the report.
        report: which one it is, a key of `ahp.exchange.reproduction.REPORTS`.
        inputs: what it was computed from: role, such as `"survey"` -> name and content.
        settings: what was chosen, such as `ahp.report.manifest.settings_of` an analysis.
        forms: of `WRITERS`.
        name: of the files, without the ending.
        further: files that belong to it, such as the calculation workbook or a PDF: name ->
            content; their hashes stand in the manifest.
        log: where the log stood.
        signature: of the result.

    Returns:
        Name -> content: the reports, `further`, the inputs, and `manifest.json`.

    Raises:
        OptionError: an unknown form.
        ReportError: the document contradicts itself, or two files have the same name.
    """
    files: dict[str, bytes] = {}
    for form in forms:
        if form not in WRITERS:
            raise OptionError.unknown("form", form, WRITERS)
        files[f"{name}.{form}"] = WRITERS[form](document)
    entries = [report_file(file, files[file], document, report=report) for file in files]
    entries += [
        report_file(file, content, document, report="", with_tables=False)
        for file, content in further.items()
    ]
    manifest = build_manifest(
        document.subtitle or document.title,
        entries,
        inputs,
        settings,
        log=log,
        signature=signature,
    )
    files |= further
    files |= dict(inputs.values())
    return files | {MANIFEST: manifest_bytes(manifest)}
