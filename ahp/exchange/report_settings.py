"""The settings in the manifest of an export, as they are checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal

from ..codec import at, checked, one_of, placed, problems
from ..errors import ReportError
from ..report.manifest import Manifest
from ..report.study_report import hash_words


def _is_fraction(text: str) -> bool:
    try:
        Fraction(text)
    except (ValueError, ZeroDivisionError):
        return False
    return True


_Texts = tuple[str, ...]
_Weight = Annotated[str, checked(_is_fraction, "not_a_fraction")]


@dataclass(frozen=True, kw_only=True)
class _Result:
    """Of a panel's result, see `ahp.report.manifest.settings_of`."""

    method: str
    random_index: str
    how: str
    trim: float
    expert_weights: str | Mapping[str, float]
    weighting: str
    recused: tuple[tuple[str, str], ...]
    incoherent: str
    cr_limit: float | str
    invited: int | None
    round: int | None
    running: bool
    mended: tuple[tuple[str, str, str, str, str], ...] = ()
    anonymous: int = 0


@dataclass(frozen=True, kw_only=True)
class _StudyCertainty:
    """Of `ahp.study_certainty`."""

    seed: int
    draws: int
    level: float
    perturbation: str
    spread: float


@dataclass(frozen=True, kw_only=True)
class _Remarks:
    """What an expert said besides judgments: places of comparisons, with texts."""

    expert: str
    comments: tuple[tuple[str, str, str, str], ...]
    abstained: tuple[tuple[str, str, str], ...]
    kept: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Written:
    """What was written in a report."""

    edits: Mapping[str, str]
    outdated: _Texts
    signed_by: str


@dataclass(frozen=True, kw_only=True)
class _Study(_Written):
    """Of a study's report, see `ahp.exchange.study_export.study_settings`."""

    title: str
    note: str
    opened: str
    closed: str
    hashes: Mapping[Annotated[str, one_of(*hash_words(str))], str]
    log_verifies: bool | None
    earlier: tuple[_Result, ...]
    organizations: Mapping[str, str]
    shown_names: _Texts
    codes: _Texts
    standings: Mapping[str, str]
    remarks: tuple[_Remarks, ...]
    reasons: tuple[tuple[str, str, str, str, str], ...]
    certainty: _StudyCertainty | None
    mended_by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResultSettings(_Result):
    """Of a panel's result, perhaps one that a study's report is about, too."""

    study: Any = None


@dataclass(frozen=True, kw_only=True)
class StudySettings(_Result):
    """Of the report of a study."""

    study: _Study


@dataclass(frozen=True, kw_only=True)
class _FileCertainty:
    """What `ahp.evaluation.simulate` may be told for an evaluation of files."""

    seed: int
    draws: int | None = None
    raters: bool = True
    missing: str = "scheme"
    units: _Texts | None = None
    ranks: bool = True
    level: float = 0.95


@dataclass(frozen=True, kw_only=True)
class _LoggedCertainty:
    """Likewise, for one that has a log; `panel` where weights are drawn from judgments."""

    seed: int
    draws: int
    level: float
    missing: str
    panel: _Result | None = None


@dataclass(frozen=True, kw_only=True)
class _WeightsOrigin:
    """Of `ahp.evaluation.file_weights.FileWeights.origin`."""

    source: Literal["table", "evidence", "study"]
    hash: str
    title: str | None
    round: int | None


@dataclass(frozen=True, kw_only=True)
class _Evaluation(_Written):
    period: str
    form: str | None


@dataclass(frozen=True, kw_only=True)
class _FileEvaluation(_Evaluation):
    title: str
    weights: Mapping[str, _Weight] | None
    weights_file: _WeightsOrigin | None
    certainty: _FileCertainty | None


@dataclass(frozen=True, kw_only=True)
class _LoggedEvaluation(_Evaluation):
    names: tuple[tuple[str, str, str], ...]
    log_verifies: bool
    certainty: _LoggedCertainty | None


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """Of the report on an evaluation of files."""

    evaluation: _FileEvaluation


@dataclass(frozen=True, kw_only=True)
class LoggedSettings:
    """Of the report on an evaluation that has a log."""

    evaluation: _LoggedEvaluation


def checked_settings(manifest: Manifest, declared: type) -> Mapping[str, Any]:
    """The settings of a manifest, of which each is there and of the kind that is declared.

    Raises:
        ReportError: names the first that isn't.
    """
    with placed("manifest.json", ReportError):
        for problem in problems(dict(manifest.settings), declared):
            raise at("settings", problem)
    return manifest.settings
