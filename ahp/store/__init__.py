"""Persistence: studies, experts, links and the append-only log of what was answered."""

from .records import Event, ExpertInfo, Grants, StudyInfo, StudyLog
from .store import Store

__all__ = ["Event", "ExpertInfo", "Grants", "Store", "StudyInfo", "StudyLog"]
