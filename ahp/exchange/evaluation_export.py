"""The report on an evaluation as files, and what makes it again from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ..datafile import MAX_TOML, read_bytes
from ..errors import EvaluationError, ReportError
from ..evaluation import evaluate, read_observations, simulate
from ..evaluation.scheme import scheme_from_toml
from ..report.document import Document, Progress
from ..report.docx_file import docx_bytes
from ..report.evaluation_evidence import EvaluationEvidence, evidence_of_result
from ..report.evaluation_report import Form, evaluation_report
from ..report.manifest import Inputs
from ..report.unit_notice import notices_zip, unit_notices
from .report_export import NOTICES, Told, export_report, write_forms


def export_evaluation(
    scheme: Path,
    observations: Path,
    period: str,
    *,
    language: str = "zh",
    form: Form | None = None,
    title: str = "",
    weights: Mapping[str, float] | None = None,
    certainty: Mapping[str, Any] | None = None,
    forms: Collection[str] = ("docx", "html", "xlsx"),
    edits: Mapping[str, str] | None = None,
    signed_by: str = "",
) -> dict[str, bytes]:
    """The report on a period of an evaluation, what it was computed from, and the manifest.

    Args:
        scheme: file of the scheme (TOML).
        observations: file of the observations (CSV or XLSX).
        period: one of its periods, or a year that is made of them.
        language: of `ahp.i18n.LANGUAGES`.
        form: as for `ahp.report.evaluation_report.evaluation_report`.
        title: what the evaluation is called; empty = the scheme's name.
        weights: as for `ahp.evaluation.evaluate`; None = those of the scheme.
        certainty: `seed`, `draws` and more of `ahp.evaluation.simulate`; None = not simulated.
        forms: of `ahp.exchange.report_export.WRITERS`.
        edits: as for `evaluation_report`.
        signed_by: likewise.

    Returns:
        Name -> content, see `export_report`.

    Raises:
        EvaluationError: a file, or a period, that doesn't fit.
    """
    settings = {
        "period": period,
        "form": form,
        "title": title,
        "weights": None if weights is None else dict(weights),
        "certainty": None if certainty is None else dict(certainty),
    }
    evidence = _evidence(scheme, observations, settings)
    return export_report(
        evaluation_report(evidence, language, form=form, edits=edits, signed_by=signed_by),
        report="evaluation",
        inputs={
            role: (path.name, read_bytes(path, EvaluationError))
            for role, path in (("scheme", scheme), ("observations", observations))
        },
        settings={"evaluation": settings},
        forms=forms,
    )


def export_logged_evaluation(
    evidence: EvaluationEvidence,
    language: str,
    *,
    form: Form,
    forms: Collection[str] = ("docx", "html"),
    notices: bool = False,
    edits: Mapping[str, str] | None = None,
    outdated: Collection[str] = (),
    signed_by: str = "",
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """The report on a period or year of an evaluation that has a log, whose position and hashes
    stand in the report: `ahp log verify` computes its figures again.

    Args:
        evidence: of `ahp.report.evaluation_evidence.evidence_of_state`.
        language: of `ahp.i18n.LANGUAGES`.
        form: as for `ahp.report.evaluation_report.evaluation_report`.
        forms: of `ahp.exchange.report_export.WRITERS`.
        notices: whether the notices of all units come with it; not for a year.
        edits: as for `evaluation_report`.
        outdated: likewise.
        signed_by: likewise.
        progress: told how much is done, of how much.

    Returns:
        Name -> content.

    Raises:
        OptionError: no form, or an unknown one.
        EvaluationError: notices of a year.
    """
    told = Told(progress, len(forms) + notices)
    document = evaluation_report(
        evidence, language, form=form, edits=edits, outdated=outdated, signed_by=signed_by
    )
    files = write_forms(document, forms, told)
    if notices:
        own = unit_notices(evidence, language)
        files[NOTICES] = notices_zip(own, docx_bytes, progress=told.part)
        told.step()
    return files


def _evidence(scheme: Path, observations: Path, settings: Mapping[str, Any]) -> EvaluationEvidence:
    """What a report rests on by the settings that `export_evaluation` keeps."""
    read = scheme_from_toml(read_bytes(scheme, EvaluationError, MAX_TOML), scheme.name)
    result = evaluate(read, read_observations(observations), settings["weights"])
    period, chosen = settings["period"], settings["certainty"]
    return evidence_of_result(
        result,
        period,
        title=settings["title"],
        certainty=None if chosen is None else simulate(result, period, pairs=True, **chosen),
    )


def evaluation_again(inputs: Inputs, language: str) -> Document:
    """The report on an evaluation, made from what stands beside it.

    Raises:
        AHPError: a file or a setting that doesn't fit.
    """
    settings = inputs.manifest.settings.get("evaluation")
    keys = {"period", "form", "title", "weights", "certainty"}
    if not isinstance(settings, Mapping) or settings.keys() != keys:
        raise ReportError("manifest_settings", problem="evaluation")
    evidence = _evidence(inputs.path("scheme"), inputs.path("observations"), settings)
    return evaluation_report(evidence, language, form=settings["form"])
