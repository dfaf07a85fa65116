"""The report on an evaluation as files, and what makes it again from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..datafile import MAX_EVALUATION, MAX_TOML, read_bytes
from ..errors import EvaluationError, ReportError
from ..evaluation import Certainty, Evaluation, evaluate, read_observations, simulate
from ..evaluation.scheme import scheme_from_toml
from ..process.evaluations import state as evaluation_state
from ..process.evaluations.events import Logged
from ..process.evaluations.state import EvaluationState
from ..process.events import Actor
from ..report import manifest as manifests
from ..report.document import Document, Progress
from ..report.docx_file import docx_bytes
from ..report.evaluation_evidence import (
    EvaluationEvidence,
    LogPosition,
    evidence_of_result,
    evidence_of_state,
)
from ..report.evaluation_report import Form, evaluation_report
from ..report.manifest import Inputs, settings_of
from ..report.unit_notice import notices_zip, unit_notices
from ..study import Analysis, Answers
from .evaluation_events import read_events, shown_events, write_events
from .long_csv import write_answers
from .report_export import NOTICES, Told, export_report
from .study_export import analysis_of, coded_answers
from .survey_text import survey_toml

EVENTS = "evaluation.json"


@dataclass(frozen=True)
class WeightsPanel:
    """The panel from whose judgments weights are drawn.

    Attributes:
        analysis: the result of its round.
        answers: that it rests on.
    """

    analysis: Analysis
    answers: Answers


def report_on_files(
    scheme: Path,
    observations: Path,
    period: str,
    *,
    title: str = "",
    weights: Mapping[str, float] | None = None,
    certainty: Mapping[str, Any] | None = None,
) -> EvaluationEvidence:
    """What the report on a period of an evaluation rests on, from its files.

    Args:
        scheme: file of the scheme (TOML).
        observations: file of the observations (CSV or XLSX).
        period: one of its periods, or a year that is made of them.
        title: what the evaluation is called; empty = the scheme's name.
        weights: as for `ahp.evaluation.evaluate`; None = those of the scheme.
        certainty: `seed`, `draws` and more of `ahp.evaluation.simulate`; None = not simulated.

    Raises:
        EvaluationError: a file, or a period, that doesn't fit.
    """
