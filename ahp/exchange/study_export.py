"""The report of a study as files, and what makes it again from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ..errors import ReportError
from ..process.itinerary import Replies
from ..process.study_evidence import StudyEvidence, gather_evidence
from ..report.document import Document
from ..report.manifest import Inputs, LogPosition, settings_of
from ..report.result_document import result_document
from ..report.study_report import study_report
from ..study import Analysis, analyze
from ..study.answers import answers_from_csv
from ..study.certainty import study_certainty
from ..study.standing import Standing
from ..study.survey import survey_from_toml
from .report_export import WRITERS, export_report
from .study_calculation import calculation_workbook

CALCULATION = "calculation.xlsx"


def export_study(
    evidence: StudyEvidence,
    *,
    survey: tuple[str, bytes],
    answers: tuple[str, bytes],
    earlier: tuple[tuple[str, bytes], ...] = (),
    language: str = "zh",
    forms: Collection[str] = tuple(WRITERS),
    edits: Mapping[str, str] | None = None,
    signed_by: str | None = None,
) -> dict[str, bytes]:
    """The report of a study, its calculation as a workbook, what it was computed from, and the
    manifest.

    Args:
        evidence: of the study.
        survey: name and content of the survey file (TOML).
        answers: name and content of the file of answers (CSV).
        earlier: those of the rounds before, the first one first.
        language: of `ahp.i18n.LANGUAGES`.
        forms: of `ahp.exchange.report_export.WRITERS`.
        edits: as for `ahp.report.study_report.study_report`.
        signed_by: likewise.

    Returns:
        Name -> content, see `export_report`.

    Raises:
        ReportError: as `study_report` and `export_report`.
    """
    shown = evidence.coded().analysis
    codes = {code: code for code in shown.panel.experts}
    log = evidence.log
    rounds = {f"answers_{k}": one for k, one in enumerate(earlier, start=1)}
    return export_report(
        study_report(evidence, language, edits=edits, signed_by=signed_by),
        report="study",
        inputs={"survey": survey, "answers": answers, **rounds},
        settings=study_settings(evidence),
        forms=forms,
        further={CALCULATION: calculation_workbook(shown, language=language, codes=codes)},
        log=None if log is None else LogPosition(events=log.events, head=log.head_hash),
        signature=evidence.signature,
    )


def study_settings(evidence: StudyEvidence) -> dict[str, Any]:
    """What was chosen and told for a study's report, besides survey and answers, as plain data."""
    certainty = evidence.certainty
    return {
        **settings_of(evidence.analysis),
        "study": {
            "earlier": [settings_of(one) for one in evidence.earlier],
            "organizations": dict(evidence.organizations),
            "consenting": sorted(evidence.consenting),
            "standings": {name: one.content for name, one in evidence.standings.items()},
            "remarks": [
                {
                    "expert": name,
                    "comments": [[*pair, text] for pair, text in one.comments.items()],
                    "abstained": sorted(map(list, one.abstained)),
                    "kept": dict(one.kept),
                }
                for name, one in evidence.remarks.items()
            ],
            "reasons": [[*place, text] for place, text in evidence.reasons.items()],
            "certainty": None
            if certainty is None
            else {
                "seed": certainty.seed,
                "draws": certainty.draws,
                "level": certainty.level,
                "perturbation": certainty.perturbation,
                "spread": certainty.spread,
            },
        },
    }


def analysis_of(inputs: Inputs, answers: str, chosen: Mapping[str, Any]) -> Analysis:
    """The result of a survey and its answers by settings, see `settings_of`.

    Args:
        inputs: of the report.
        answers: role of the file of answers.
        chosen: the settings.

    Raises:
        AHPError: a file or a setting that doesn't fit.
    """
    settings = dict(chosen)
    told = {name: settings.pop(name) for name in ("round", "running") if name in settings}
    if isinstance(settings.get("expert_weights"), str):
        settings.pop("weighting", None)
    settings["recused"] = tuple((name, parent) for name, parent in settings.get("recused", ()))
    survey = survey_from_toml(*inputs.content("survey"))
    try:
        analysis = analyze(survey, answers_from_csv(*inputs.content(answers)), **settings)
        return replace(analysis, **told)
    except TypeError as cause:  # a setting that ahp.analyze doesn't have
        raise ReportError("manifest_settings", problem=str(cause)) from cause


def evidence_of(inputs: Inputs) -> StudyEvidence:
    """What a study's report rests on, as far as its tables show it.

    Raises:
        AHPError: a file or a setting that doesn't fit.
    """
    chosen = dict(inputs.manifest.settings)
    told = chosen.pop("study", None)
    if not isinstance(told, Mapping):
        raise ReportError("manifest_settings", problem="study")
    analysis = analysis_of(inputs, "answers", chosen)
    remarks = {
        one["expert"]: Replies(
            comments={tuple(pair): text for *pair, text in one["comments"]},
            abstained=frozenset(map(tuple, one["abstained"])),
            kept=one["kept"],
        )
        for one in told["remarks"]
    }
    certainty = told["certainty"]
    return gather_evidence(
        analysis,
        earlier=[
            analysis_of(inputs, f"answers_{k}", one)
            for k, one in enumerate(told["earlier"], start=1)
        ],
        standings={name: Standing.from_content(one) for name, one in told["standings"].items()},
        organizations=told["organizations"],
        consenting=told["consenting"],
        certainty=None if certainty is None else study_certainty(analysis, **certainty),
        remarks=remarks,
        reasons={tuple(place): text for *place, text in told["reasons"]},
    )


def study_again(inputs: Inputs, language: str) -> Document:
    """The report of a study, made from what stands beside it."""
    return study_report(evidence_of(inputs), language)


def result_again(inputs: Inputs, language: str) -> Document:
    """The tables of a study's result, likewise."""
    return result_document(analysis_of(inputs, "answers", inputs.manifest.settings), language)
