"""Persistence: studies, evaluations, people, links and the append-only log of what was done."""

from .records import (
    AccountInfo,
    Backup,
    Begun,
    BrowserInfo,
    ClosedRound,
    DraftInfo,
    EvaluationInfo,
    EvaluationLog,
    Event,
    ExpertInfo,
    Grants,
    KeptDraft,
    PersonInfo,
    SignIn,
    Sitting,
    StudyInfo,
    StudyLog,
)
from .store import Store

__all__ = [
    "AccountInfo",
    "Backup",
    "Begun",
    "BrowserInfo",
    "ClosedRound",
    "DraftInfo",
    "EvaluationInfo",
    "EvaluationLog",
    "Event",
    "ExpertInfo",
    "Grants",
    "KeptDraft",
    "PersonInfo",
    "SignIn",
    "Sitting",
    "Store",
    "StudyInfo",
    "StudyLog",
]
