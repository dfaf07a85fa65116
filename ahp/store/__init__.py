"""Persistence: studies, experts, links and the append-only log of what was answered."""

from .records import ClosedRound, Event, ExpertInfo, Grants, StudyInfo, StudyLog
from .store import Store

__all__ = ["ClosedRound", "Event", "ExpertInfo", "Grants", "Store", "StudyInfo", "StudyLog"]
