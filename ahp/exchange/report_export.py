"""A report in several formats, with what it was computed from and the manifest that binds them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ..errors import OptionError, ReportError
from ..i18n import translator
from ..messages import Phrase
from ..process.events import LogState
from ..report.document import Document, Progress
from ..report.docx_file import docx_bytes
from ..report.html_file import html_bytes
from ..report.latex_files import latex_zip
from ..report.manifest import (
    LogPosition,
    Manifest,
    build_manifest,
    manifest_bytes,
    report_file,
)
from ..report.pdf_file import pdf_bytes
from ..report.workbook import document_xlsx

MANIFEST = "manifest.json"
CALCULATION = "calculation.xlsx"
NOTICES = "notices.zip"
EVENTS = "evaluation.json"
REFERENCES = "references.bib"

WRITERS: Mapping[str, tuple[str, Callable[[Document, Progress | None], bytes]]] = MappingProxyType(
    {
        "docx": ("report.docx", docx_bytes),
        "html": ("report.html", html_bytes),
        "pdf": ("report.pdf", pdf_bytes),
        "xlsx": ("report.xlsx", lambda document, _progress: document_xlsx(document)),
        "latex": ("report-latex.zip", latex_zip),
    }
)
"""Form of a report -> name of its file, and what writes it: for Word, a web page in one file, PDF
by LibreOffice, a workbook of its tables, LaTeX."""


class Told:
    """Tells how far an export is, in hundredths of its steps.

    Args:
        progress: who is told; None = nobody.
        steps: how many there are.
    """

    def __init__(self, progress: Progress | None, steps: int) -> None:
        self._progress, self._steps, self._done = progress, steps, 0

    def step(self) -> None:
        """A step is done."""
        self._done += 1
        self.part(0, 1)

    def part(self, done: int, total: int) -> None:
        """Part of a step is done."""
        if self._progress is not None:
            self._progress(100 * self._done + 100 * done // total, 100 * self._steps)


def write_forms(document: Document, forms: Collection[str], told: Told) -> dict[str, bytes]:
    """A report in several forms.

    Args:
        document: the report.
        forms: of `WRITERS`.
        told: who is told after each.

    Returns:
        Name of a file -> content, in the order of `WRITERS`.

    Raises:
        OptionError: no form, or an unknown one.
        ReportError: the document contradicts itself, or a program or a font is missing.
    """
    if not forms:
        raise OptionError("report_without_form")
    for form in forms:
        if form not in WRITERS:
            raise OptionError.unknown("form", form, WRITERS)
    files = {}
    for name, write in (WRITERS[form] for form in WRITERS if form in forms):
        files[name] = write(document, told.part)
        told.step()
    return files


def export_report(
    document: Document,
    *,
    report: str,
    inputs: Mapping[str, tuple[str, bytes]],
    settings: Mapping[str, Any],
    forms: Collection[str] = ("docx", "html", "xlsx"),
    further: Mapping[str, bytes] = MappingProxyType({}),
    again: Document | None = None,
    log: LogPosition | None = None,
    told: Told | None = None,
) -> dict[str, bytes]:
    """The files of an export.

    Args:
        document: the report.
        report: which one it is, a key of `ahp.exchange.reproduction.REPORTS`.
        inputs: what it was computed from: role, such as `"survey"` -> name and content.
        settings: what was chosen, such as `ahp.report.manifest.settings_of` an analysis.
        forms: of `WRITERS`.
        further: files that belong to it, such as the calculation workbook: name -> content; their
            hashes stand in the manifest.
        again: the report as it follows from the inputs; None = the same.
        log: where the log stood.
        told: who is told after each form.

    Returns:
        Name -> content: the reports, `further`, the inputs, and `manifest.json`.

    Raises:
        OptionError: no form, or an unknown one.
        ReportError: the document contradicts itself, or two files have the same name.
    """
    files = write_forms(document, forms, told or Told(None, len(forms)))
    entries = [
        report_file(file, content, document, report=report, again=again)
        for file, content in files.items()
    ]
    entries += [
        report_file(
            file,
            content,
            document,
            report="calculation" if file == CALCULATION else "",
            with_tables=False,
        )
        for file, content in further.items()
    ]
    manifest = build_manifest(
        document.subtitle or document.title,
        entries,
        inputs,
        settings,
        log=log,
    )
    return {**files, **further, **dict(inputs.values()), MANIFEST: manifest_bytes(manifest)}


def check_names(inputs: Sequence[str]) -> None:
    """Refuse inputs that are called like another file of their export.

    Args:
        inputs: names of their files.

    Raises:
        ReportError: one is.
    """
    own = [MANIFEST, *(name for name, _write in WRITERS.values())]
    for k, name in enumerate(inputs):
        if name.casefold() in [one.casefold() for one in (*own, *inputs[:k])]:
            raise ReportError("input_named_alike", name=name)


def following_log(log: LogState) -> LogState:
    """What of a log's state follows from an export: whether it verified, not what was wrong."""
    return log if log.problem is None else replace(log, problem=Phrase("log_when_exported"))


def log_of_manifest(manifest: Manifest, verifies: bool) -> LogState | None:
    """The same, from a manifest; None = there was no log."""
    if manifest.log is None:
        return None
    state = LogState(manifest.log.events, manifest.log.head)
    return state if verifies else replace(state, problem=Phrase("log_when_exported"))


def file_words(files: Collection[str], language: str) -> dict[str, str]:
    """Name of a file of an export -> what it is.

    Args:
        files: names.
        language: of the words.
    """
    _ = translator(language)
    words = {
        "report.docx": _("the report for Word"),
        "report.html": _("the report as a web page, with charts that answer, without a network"),
        "report.pdf": _("the report to print"),
        "report.xlsx": _("all tables of the report"),
        "report-latex.zip": _("the report for LaTeX"),
        CALCULATION: _("judgments, weights, consistency and ranking by formulas, to recompute"),
        NOTICES: _("the notices of all units for Word"),
        REFERENCES: _("the references for BibTeX"),
        "survey.toml": _("the questionnaire"),
        EVENTS: _("what happened in the evaluation, to recompute; raters by number"),
        MANIFEST: _("what belongs together; ahp reproduce computes the numbers again by it"),
    }
    return {name: words.get(name, _("the answers, to recompute")) for name in files}
