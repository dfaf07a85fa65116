"""The report on an evaluation as files that can be handed on, with a notice for each unit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from ..errors import OptionError
from ..report.document import Document, Progress
from ..report.docx_file import docx_bytes
from ..report.evaluation_evidence import EvaluationEvidence
from ..report.evaluation_report import Form, evaluation_report
from ..report.unit_notice import notices_zip, unit_notices
from .study_export import FORMS, Told, write_forms

NOTICES = "notices.zip"
"""The notices of all units, for Word."""


def export_evaluation(
    evidence: EvaluationEvidence,
    language: str,
    *,
    form: Form,
    files: Collection[str] = ("docx", "html"),
    notices: bool = False,
    edits: Mapping[str, str] | None = None,
    signed_by: str = "",
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """The report on a period or year in the file forms asked for.

    Args:
        evidence: what it rests on.
        language: of `ahp.i18n.LANGUAGES`.
        form: of the report, of `ahp.report.evaluation_report.FORMS`.
        files: of `ahp.exchange.study_export.FORMS`.
        notices: whether the notices of all units come with it; not for a year.
        edits: key of a drafted sentence -> the text in its place.
        signed_by: who stands for the sentences; empty = they are drafts, and marked as such.
        progress: told how much is done, of how much.

    Returns:
        Name of a file -> content.

    Raises:
        OptionError: an unknown form.
        ReportError: a form for which a program or a font is missing.
        EvaluationError: notices of a year.
    """
    for one in files:
        if one not in FORMS:
            raise OptionError.unknown("form", one, FORMS)
    told = Told(progress, len(files) + notices)
    document: Document = evaluation_report(
        evidence, language, form=form, edits=edits, signed_by=signed_by
    )
    made = write_forms(document, files, told)
    if notices:
        render: Callable[[Document], bytes] = docx_bytes
        own = unit_notices(evidence, language)
        made[NOTICES] = notices_zip(own, render, progress=told.part)
        told.step()
    return made
