"""The report on an evaluation as files, and what makes it again from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..codec import at, placed
from ..datafile import MAX_EVALUATION, MAX_TOML, read_bytes
from ..errors import EvaluationError, ReportError
from ..evaluation import Certainty, Evaluation, evaluate, read_observations, simulate
from ..evaluation.file_weights import FileWeights
from ..evaluation.scheme import scheme_from_toml
from ..messages import Phrase
from ..process.evaluations.events import Logged
from ..process.evaluations.judged import result_of
from ..process.evaluations.state import EvaluationState, fold
from ..process.events import Actor
from ..report.document import Document, Progress
from ..report.docx_file import docx_bytes
from ..report.evaluation_evidence import EvaluationEvidence, evidence_of_result, evidence_of_state
from ..report.evaluation_report import Form, evaluation_report
from ..report.manifest import Inputs, LogPosition, settings_of
from ..report.unit_notice import notices_zip, unit_notices
from ..study import Analysis, Answers
from ..study.survey import as_judged
from .evaluation_events import (
    numbers_of_people,
    read_events,
    shown_actor,
    shown_events,
    write_events,
)
from .report_export import (
    EVENTS,
    NOTICES,
    Told,
    check_names,
    export_report,
    following_log,
    log_of_manifest,
)
from .report_settings import FileSettings, LoggedSettings, checked_settings
from .study_calculation import coded
from .study_export import analysis_of, coded_answers
from .survey_text import survey_toml
from .weights_file import read_weights


@dataclass(frozen=True)
class WeightsPanel:
    """The panel from whose judgments weights were drawn.

    Attributes:
        analysis: the result of its round.
        answers: that it rests on.
    """

    analysis: Analysis
    answers: Answers


def export_evaluation(
    scheme: Path,
    observations: Path,
    period: str,
    *,
    language: str = "zh",
    form: Form | None = None,
    title: str = "",
    weights: Mapping[str, float | Fraction] | Path | None = None,
    certainty: Mapping[str, Any] | None = None,
    forms: Collection[str] = ("docx", "html", "xlsx"),
    edits: Mapping[str, str] | None = None,
    signed_by: str = "",
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """The report on a period of an evaluation, what it was computed from, and the manifest.

    Args:
        scheme: file of the scheme (TOML).
        observations: file of the observations (CSV or XLSX).
        period: one of its periods, or a year that is made of them.
        language: of `ahp.i18n.LANGUAGES`.
        form: as for `ahp.report.evaluation_report.evaluation_report`.
        title: what the evaluation is called; empty = the scheme's name.
        weights: as for `ahp.evaluation.evaluate`, or a file of them, see
            `ahp.exchange.weights_file.read_weights`; None = those of the scheme. A table goes with
            the report; of a study, which tells more of its experts than a report may, the weights.
        certainty: `seed`, `draws` and more of `ahp.evaluation.simulate`; None = not simulated.
        forms: of `ahp.exchange.report_export.WRITERS`.
        edits: as for `evaluation_report`.
        signed_by: likewise.
        progress: told how much is done, of how much.

    Returns:
        Name -> content, see `export_report`.

    Raises:
        EvaluationError: a file, or a period, that doesn't fit.
        ReportError: a file has the name of another one of the export.
    """
    paths = {"scheme": scheme, "observations": observations}
    given = read_weights(weights) if isinstance(weights, Path) else weights
    if isinstance(weights, Path) and isinstance(given, FileWeights) and given.kind == "table":
        paths["weights"] = weights
    check_names([path.name for path in paths.values()])
    settings = {
        **evaluation_settings(period, title, given, certainty),
        **_texts(form, edits, signed_by),
    }
    return export_report(
        _document(evidence_of_files(scheme, observations, settings), settings, language),
        report="evaluation",
        inputs={
            role: (path.name, read_bytes(path, EvaluationError)) for role, path in paths.items()
        },
        settings={"evaluation": settings},
        forms=forms,
        told=Told(progress, len(forms)),
    )


def export_logged_evaluation(
    evidence: EvaluationEvidence,
    events: Sequence[Logged],
    language: str,
    *,
    form: Form,
    forms: Collection[str] = ("docx", "html"),
    notices: bool = False,
    edits: Mapping[str, str] | None = None,
    outdated: Collection[str] = (),
    signed_by: str = "",
    panel: WeightsPanel | None = None,
    progress: Progress | None = None,
) -> dict[str, bytes]:
    """The report on a period or year of an evaluation that has a log, what happened there, from
    which it follows, and the manifest.

    Args:
        evidence: of `ahp.report.evaluation_evidence.evidence_of_state`, with the log's position.
        events: of the log, from the first on; without people who are not named in the report, see
            `ahp.exchange.evaluation_events.shown_events`.
        language: of `ahp.i18n.LANGUAGES`.
        form: as for `ahp.report.evaluation_report.evaluation_report`.
        forms: of `ahp.exchange.report_export.WRITERS`.
        notices: whether the notices of all units come with it; not for a year.
        edits: as for `evaluation_report`.
        outdated: likewise.
        signed_by: likewise.
        panel: where the certainty is of weights drawn from a panel's judgments, that panel.
        progress: told how much is done, of how much.

    Returns:
        Name -> content, see `export_report`.

    Raises:
        OptionError: no form, or an unknown one.
        EvaluationError: notices of a year.
        ReportError: the log went on since the evidence was gathered.
    """
    log = evidence.log
    if log is None or not events or not (evidence.seq == events[-1].seq == log.events):
        raise ReportError("report_outrun_by_log")
    told = Told(progress, len(forms) + notices)
    further = {}
    if notices:
        own = unit_notices(evidence, language)
        further[NOTICES] = notices_zip(own, docx_bytes, progress=told.part)
        told.step()
    inputs = {"events": (EVENTS, write_events(shown_events(events, evidence.names)))}
    certainty = _settings_of(evidence.certainty)
    if certainty is not None and certainty.pop("weights") == "panel":
        if panel is None:
            raise ReportError("weights_panel_missing")
        shown = coded(panel.analysis)
        experts = panel.analysis.panel.experts
        codes = dict(zip(experts, shown.panel.experts, strict=True))
        inputs["survey"] = ("survey.toml", survey_toml(as_judged(shown.survey)).encode())
        inputs["answers"] = ("answers.csv", coded_answers(panel.answers.only(experts), codes))
        certainty["panel"] = settings_of(shown)
    numbers = numbers_of_people(events)
    shown_names = ((shown_actor(who, numbers), name) for who, name in evidence.names.items())
    settings = {
        "period": evidence.period,
        "names": [[who.kind, who.id, name] for who, name in shown_names],
        "log_verifies": log.problem is None,
        "certainty": certainty,
        **_texts(form, edits, signed_by, outdated),
    }
    following = replace(evidence, log=following_log(log))
    return export_report(
        _document(evidence, settings, language),
        report="logged_evaluation",
        inputs=inputs,
        settings={"evaluation": settings},
        forms=forms,
        further=further,
        again=None if following == evidence else _document(following, settings, language),
        log=LogPosition(events=log.events, head=log.head_hash),
        told=told,
    )


def _texts(
    form: Form | None,
    edits: Mapping[str, str] | None,
    signed_by: str,
    outdated: Collection[str] = (),
) -> dict[str, Any]:
    return {
        "form": form,
        "edits": dict(edits or {}),
        "outdated": sorted(set(outdated) & set(edits or {})),
        "signed_by": signed_by,
    }


def _document(evidence: EvaluationEvidence, told: Mapping[str, Any], language: str) -> Document:
    """The report by the settings that an export keeps."""
    texts = {name: told[name] for name in _texts(None, None, "")}
    return evaluation_report(evidence, language, **texts)


def _settings_of(certainty: Certainty | None) -> dict[str, Any] | None:
    """What a simulation was told; `weights` says what it drew them from."""
    if certainty is None:
        return None
    names = ("seed", "draws", "level", "missing", "weights")
    return {name: getattr(certainty, name) for name in names}


def evaluation_settings(
    period: str,
    title: str,
    weights: Mapping[str, float | Fraction] | FileWeights | None,
    certainty: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What `evidence_of_files` takes, as plain data; the arguments are those of
    `export_evaluation`.
    """
    return {
        "period": period,
        "title": title,
        **_weights_told(weights),
        "certainty": None if certainty is None else dict(certainty),
    }


def _weights_told(
    weights: Mapping[str, float | Fraction] | FileWeights | None,
) -> dict[str, Any]:
    origin = weights.origin if isinstance(weights, FileWeights) else None
    values = weights.weights if isinstance(weights, FileWeights) else weights
    told = None if values is None else {node: str(one) for node, one in values.items()}
    return {"weights": told, "weights_file": origin}


def evidence_of_files(
    scheme: Path, observations: Path, settings: Mapping[str, Any]
) -> EvaluationEvidence:
    """What a report rests on by files and `evaluation_settings`.

    Raises:
        EvaluationError: a file, or a period, that doesn't fit.
    """
    read = scheme_from_toml(read_bytes(scheme, EvaluationError, MAX_TOML), scheme.name)
    texts = settings["weights"]
    weights = None if texts is None else {node: Fraction(one) for node, one in texts.items()}
    result = evaluate(read, read_observations(observations), weights)
    period, chosen = settings["period"], settings["certainty"]
    evidence = evidence_of_result(
        result,
        period,
        title=settings["title"],
        certainty=None if chosen is None else simulate(result, period, pairs=True, **chosen),
    )
    return replace(evidence, weights_file=settings["weights_file"])


def evaluation_again(inputs: Inputs, language: str) -> Document:
    """The report on an evaluation, made from what stands beside it.

    Raises:
        AHPError: a file or a setting that doesn't fit.
    """
    told = checked_settings(inputs.manifest, FileSettings)["evaluation"]
    if "weights" in inputs.manifest.inputs:
        told = {**told, **_weights_told(read_weights(inputs.path("weights")))}
    evidence = evidence_of_files(inputs.path("scheme"), inputs.path("observations"), told)
    return _document(evidence, told, language)


def logged_evaluation_again(inputs: Inputs, language: str) -> Document:
    """The report on an evaluation that has a log, made from what happened there.

    Raises:
        AHPError: a file or a setting that doesn't fit.
    """
    told = checked_settings(inputs.manifest, LoggedSettings)["evaluation"]
    log = log_of_manifest(inputs.manifest, told["log_verifies"])
    if log is None:
        with placed("manifest.json", ReportError):
            raise at("log", Phrase("is_missing"))
    path = inputs.path("events")
    events = read_events(read_bytes(path, ReportError, MAX_EVALUATION), path.name)
    state = fold(events, EvaluationState())
    names = {Actor(kind, one): name for kind, one, name in told["names"]}
    evidence = evidence_of_state(
        state,
        told["period"],
        language,
        who=lambda actor: names.get(actor, ""),
        certainty=_certainty(state, told, inputs),
        log=log,
    )
    return _document(evidence, told, language)


def _certainty(state: EvaluationState, told: Mapping[str, Any], inputs: Inputs) -> Certainty | None:
    chosen, period = told["certainty"], told["period"]
    if chosen is None:
        return None
    if period not in state.periods:
        valid = tuple(state.periods)
        raise EvaluationError("period_not_evaluated", period=period, valid=valid)
    options = dict(chosen)
    panel = options.pop("panel", None)
    weights = None if panel is None else analysis_of(inputs, "answers", panel)
    result: Evaluation = result_of(state, period)
    return simulate(result, period, pairs=True, weights=weights, **options)
