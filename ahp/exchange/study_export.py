"""The report of a study as files that can be handed on: documents, the calculation as formulas,
what all of it was computed from, and the manifest by which `ahp reproduce` computes it again.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import OptionError
from ..i18n import translator
from ..process.study_evidence import StudyEvidence
from ..report.document import Document, Progress
from ..report.docx_file import docx_bytes
from ..report.html_file import html_bytes
from ..report.latex_files import latex_zip
from ..report.manifest import (
    LogPosition,
    build_manifest,
    manifest_bytes,
    report_file,
    settings_of,
)
from ..report.pdf_file import pdf_bytes
from ..report.study_report import BEYOND_ANSWERS, study_report
from ..report.workbook import document_xlsx
from ..study import Answers
from .long_csv import write_answers
from .study_calculation import calculation_workbook
from .survey_text import survey_toml

FORMS = ("docx", "html", "pdf", "xlsx", "latex")
"""Forms of a report: Word, a web page in one file, PDF by LibreOffice, a workbook of its tables,
LaTeX."""

CALCULATION = "calculation.xlsx"
"""The workbook of formulas, which comes with every export."""

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""Of all files in the archive, so that the same report gives the same bytes."""

_WRITERS: Mapping[str, tuple[str, Callable[[Document, Progress | None], bytes]]] = {
    "docx": ("report.docx", docx_bytes),
    "html": ("report.html", html_bytes),
    "pdf": ("report.pdf", pdf_bytes),
    "xlsx": ("tables.xlsx", lambda document, _progress: document_xlsx(document)),
    "latex": ("report-latex.zip", latex_zip),
}
"""Form -> name of the file, and what writes it."""


def export_study(
    evidence: StudyEvidence,
    answers: Answers,
    language: str,
    *,
    earlier_answers: Sequence[Answers] = (),
    forms: Collection[str] = ("docx", "html", "xlsx"),
    edits: Mapping[str, str] | None = None,
    signed_by: str | None = None,
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """The report of a study in the forms asked for, and what belongs to it.

    Experts who did not consent to be named have codes in all files.

    Args:
        evidence: of the study.
        answers: that the result rests on.
        language: of `ahp.i18n.LANGUAGES`.
        earlier_answers: of the rounds before, the first one first, as in `evidence.earlier`.
        forms: of `FORMS`.
        edits: key of a drafted sentence -> the text in its place.
        signed_by: who stands for the sentences; None = they are drafts, and marked as such.
        progress: told how much is done, of how much.

    Returns:
        Name of a file -> content, `manifest.json` last.

    Raises:
        OptionError: no form, or an unknown one.
        ReportError: a form for which a program or a font is missing.
    """
    if not forms:
        raise OptionError("report_without_form")
    for form in forms:
        if form not in FORMS:
            raise OptionError.unknown("form", form, FORMS)
    told = Told(progress, 1 + len(forms))
    codes = evidence.codes
    document = study_report(evidence, language, edits=edits, signed_by=signed_by)
    evidence = evidence.coded()
    own = {name: name for name in evidence.analysis.panel.experts}
    files = {CALCULATION: calculation_workbook(evidence.analysis, language=language, codes=own)}
    told.step()
    reports = []
    for name, content in write_forms(document, forms, told).items():
        files[name] = content
        entry = report_file(name, content, document, report="study")
        kept = tuple(one for one in entry.tables if one.key not in BEYOND_ANSWERS)
        reports.append(replace(entry, tables=kept))
    inputs = {"survey": ("survey.toml", survey_toml(evidence.survey).encode())}
    for number, given in enumerate((*earlier_answers, answers), start=1):
        last = number == len(earlier_answers) + 1
        name = "answers" if last else f"answers_{number}"
        inputs[name] = (f"{name}.csv", write_answers(_coded(given, codes)))
    files |= dict(inputs.values())
    if document.references:
        files["references.bib"] = document.references.encode()
    manifest = build_manifest(
        evidence.title,
        reports,
        inputs,
        report_settings(evidence),
        log=LogPosition(events=evidence.log.events, head=evidence.log.head_hash)
        if evidence.log
        else None,
        signature=evidence.signature,
    )
    return {**files, "manifest.json": manifest_bytes(manifest)}


def write_forms(document: Document, forms: Collection[str], told: Told) -> dict[str, bytes]:
    """A document in several forms.

    Args:
        document: what is written.
        forms: of `FORMS`.
        told: who is told of each.

    Returns:
        Name of a file -> content, in the order of `FORMS`.
    """
    files = {}
    for form in (form for form in FORMS if form in forms):
        name, write = _WRITERS[form]
        files[name] = write(document, told.part)
        told.step()
    return files


def report_settings(evidence: StudyEvidence) -> dict[str, Any]:
    """What `ahp.analyze` and the report were told, as plain data."""
    certainty = evidence.certainty
    return {
        **settings_of(evidence.analysis),
        "report": {
            "title": evidence.title,
            "draws": certainty.draws if certainty else 0,
            "seed": certainty.seed if certainty else 1,
            "earlier": [settings_of(one) for one in evidence.earlier],
        },
    }


def file_words(files: Collection[str], language: str) -> dict[str, str]:
    """Name of a file of an export -> what it is.

    Args:
        files: names.
        language: of the words.
    """
    _ = translator(language)
    words = {
        "notices.zip": _("the notices of all units for Word"),
        "report.docx": _("the report for Word"),
        "report.html": _("the report as a web page, with charts that answer, without a network"),
        "report.pdf": _("the report to print"),
        "tables.xlsx": _("all tables of the report"),
        "report-latex.zip": _("the report for LaTeX"),
        CALCULATION: _("judgments, weights, consistency and ranking by formulas, to recompute"),
        "survey.toml": _("the questionnaire"),
        "references.bib": _("the references for BibTeX"),
        "manifest.json": _("what belongs together; ahp reproduce computes the numbers again by it"),
    }
    return {name: words.get(name, _("the answers, to recompute")) for name in files}


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Files as a ZIP archive, in their order, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class Told:
    """Tells how far an export is, in hundredths of its steps."""

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


def _coded(answers: Answers, codes: Mapping[str, str]) -> Answers:
    return Answers(tuple(replace(one, expert=codes[one.expert]) for one in answers.judgments))
