"""Persistence: studies, experts, links and the append-only log of what was answered."""

from .records import (
    AccountInfo,
    ClosedRound,
    Event,
    ExpertInfo,
    Grants,
    SignIn,
    Sitting,
    StudyInfo,
    StudyLog,
)
from .store import Store

__all__ = [
    "AccountInfo",
    "ClosedRound",
    "Event",
    "ExpertInfo",
    "Grants",
    "SignIn",
    "Sitting",
    "Store",
    "StudyInfo",
    "StudyLog",
]
