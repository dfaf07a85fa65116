"""The report of a study as files, and what makes it again from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import ReportError
from ..process.itinerary import Replies
from ..process.study_evidence import StudyEvidence, gather_evidence
from ..report.document import Document, Progress
from ..report.manifest import Inputs, LogPosition, settings_of
from ..report.result_document import result_document
from ..report.study_report import study_findings, study_report
from ..study import Analysis, Answers, analyze
from ..study.answers import answers_from_table
from ..study.certainty import study_certainty
from ..study.standing import Standing
from ..study.survey import Mending, as_judged, survey_from_toml
from ..study.wording import Mended, mend
from .long_csv import write_answers
from .report_export import (
    CALCULATION,
    REFERENCES,
    Told,
    export_report,
    following_log,
    log_of_manifest,
)
from .report_settings import ResultSettings, StudySettings, checked_settings
from .study_calculation import calculation_workbook
from .survey_text import survey_toml


def export_study(
    evidence: StudyEvidence,
    answers: Answers,
    language: str,
    *,
    earlier_answers: Sequence[Answers] = (),
    forms: Collection[str] = ("docx", "html", "xlsx"),
    edits: Mapping[str, str] | None = None,
    outdated: Collection[str] = (),
    signed_by: str | None = None,
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """The report of a study, its calculation as a workbook, what it was computed from, and the
    manifest.

    Experts who did not consent to be named have codes in all files.

    Args:
        evidence: of the study.
        answers: that the result rests on.
        language: of `ahp.i18n.LANGUAGES`.
        earlier_answers: of the rounds before, as in `evidence.earlier`.
        forms: of `ahp.exchange.report_export.WRITERS`.
        edits: key of a drafted sentence -> the text in its place.
        outdated: as for `study_report`.
        signed_by: who stands for the sentences; None = they are drafts, and marked as such.
        progress: told how much is done, of how much.

    Returns:
        Name -> content, see `ahp.exchange.report_export.export_report`.

    Raises:
        OptionError: no form, or an unknown one.
        ReportError: as `study_report` and `export_report`.

    >>> from ahp.exchange.study_export import export_study
    >>> from ahp.process.study_evidence import evidence_from_files
    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> evidence = evidence_from_files("supervision_effectiveness", demo, draws=100)
    >>> files = export_study(evidence, ahp.read_answers(demo), "en", forms=["html"])
    >>> list(files)[:4]
    ['report.html', 'calculation.xlsx', 'references.bib', 'survey.toml']
    """
    codes, told = evidence.codes, Told(progress, 1 + len(forms))
    outdated = set(outdated) & set(edits or {})
    document = study_report(evidence, language, edits=edits, outdated=outdated, signed_by=signed_by)
    shown = evidence.coded()
    own = {name: name for name in shown.analysis.panel.experts}
    further = {CALCULATION: calculation_workbook(shown.analysis, language=language, codes=own)}
    if document.references:
        further[REFERENCES] = document.references.encode()
    told.step()
    inputs = {"survey": ("survey.toml", survey_toml(as_judged(shown.survey)).encode())}
    for number, given in enumerate(earlier_answers, start=1):
        inputs[f"answers_{number}"] = (f"answers_{number}.csv", coded_answers(given, codes))
    inputs["answers"] = ("answers.csv", coded_answers(answers, codes))
    log = evidence.log
    following = _following(shown, organizations=evidence.organizations_open)
    if following is not shown:  # a sentence may be about what isn't told
        keys = {one.key for one in study_findings(following, language)}
        edits = {key: text for key, text in (edits or {}).items() if key in keys}
    texts: dict[str, Any] = {
        "edits": dict(edits or {}),
        "outdated": sorted(set(outdated) & set(edits or {})),
        "signed_by": signed_by or "",
    }
    return export_report(
        document,
        report="study",
        inputs=inputs,
        settings=study_settings(following, texts),
        forms=forms,
        further=further,
        again=None if following is shown else study_report(following, language, **texts),
        log=None if log is None else LogPosition(events=log.events, head=log.head_hash),
        told=told,
    )


def coded_answers(answers: Answers, codes: Mapping[str, str]) -> bytes:
    """Answers as a file, with codes for the experts' names.

    Args:
        answers: of an export.
        codes: expert -> what stands for them.

    Raises:
        ReportError: somebody answered who has no code.
    """
    if not codes.keys() >= set(answers.experts):
        raise ReportError("report_outrun")
    named = (replace(one, expert=codes[one.expert]) for one in answers.judgments)
    return write_answers(Answers(tuple(named)))


def _following(evidence: StudyEvidence, *, organizations: bool) -> StudyEvidence:
    """What follows of the evidence from the files of an export: not what is wrong with the log, and
    not who is of which organization where that would tell whose code is whose.
    """
    if evidence.log is not None and evidence.log.problem is not None:
        evidence = replace(evidence, log=following_log(evidence.log))
    if organizations:
        return evidence
    return replace(evidence, organizations={}, groups={}, few=())


def study_settings(evidence: StudyEvidence, texts: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen and told for a study's report, besides survey and answers, as plain data.

    Args:
        evidence: as it is shown.
        texts: `edits`, `outdated` and `signed_by`, as for `export_study`.
    """
    certainty, log, mended = evidence.certainty, evidence.log, evidence.mended
    return {
        **settings_of(evidence.analysis),
        "study": {
            "title": evidence.title,
            "note": evidence.note,
            "opened": evidence.opened,
            "closed": evidence.closed,
            "hashes": dict(evidence.hashes),
            "log_verifies": None if log is None else log.problem is None,
            **texts,
            **({"mended_by": [[one.time, one.who] for one in mended]} if mended else {}),
            "earlier": [settings_of(one) for one in evidence.earlier],
            "organizations": dict(evidence.organizations),
            "shown_names": sorted(evidence.consenting & {*evidence.codes, *evidence.organizations}),
            "codes": sorted(evidence.known_by_code),
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
        chosen: the settings, checked; `study` is not looked at.

    Raises:
        AHPError: a file or a setting that doesn't fit.
    """
    settings = {key: one for key, one in chosen.items() if key != "study"}
    told = {name: settings.pop(name) for name in ("round", "running")}
    told["anonymous"] = settings.pop("anonymous", 0)
    if isinstance(settings["expert_weights"], str):
        settings.pop("weighting")
    settings["recused"] = tuple((name, parent) for name, parent in settings["recused"])
    survey = survey_from_toml(*inputs.content("survey"))
    for mending in settings.pop("mended", ()):
        survey = mend(survey, Mending(*mending))
    analysis = analyze(survey, answers_from_table(*inputs.content(answers)), **settings)
    return replace(analysis, **told)


def evidence_of(inputs: Inputs) -> StudyEvidence:
    """What a study's report rests on.

    Raises:
        AHPError: a file or a setting that doesn't fit.
    """
    chosen = checked_settings(inputs.manifest, StudySettings)
    told = chosen["study"]
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
        consenting=told["shown_names"],
        known_by_code=frozenset(told["codes"]),
        certainty=None if certainty is None else study_certainty(analysis, **certainty),
        remarks=remarks,
        reasons={tuple(place): text for *place, text in told["reasons"]},
        **{name: told[name] for name in ("title", "note", "opened", "closed", "hashes")},
        log=log_of_manifest(inputs.manifest, told["log_verifies"]),
        mended=tuple(
            Mended(one, *by)
            for one, by in zip(analysis.survey.mended, told.get("mended_by", ()), strict=True)
        ),
    )


def study_again(inputs: Inputs, language: str) -> Document:
    """The report of a study, made from what stands beside it."""
    evidence, told = evidence_of(inputs), inputs.manifest.settings["study"]
    texts = {name: told[name] for name in ("edits", "outdated", "signed_by")}
    return study_report(evidence, language, **texts)


def calculation_again(inputs: Inputs, language: str) -> bytes:
    """A study's workbook of formulas, likewise; experts are called as in the answers."""
    chosen = checked_settings(inputs.manifest, ResultSettings)
    analysis = analysis_of(inputs, "answers", chosen)
    own = {name: name for name in analysis.panel.experts}
    return calculation_workbook(analysis, language=language, codes=own)


def result_again(inputs: Inputs, language: str) -> Document:
    """The tables of a study's result, likewise."""
    chosen = checked_settings(inputs.manifest, ResultSettings)
    return result_document(analysis_of(inputs, "answers", chosen), language)
