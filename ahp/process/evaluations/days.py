"""Days by which something is due: each ends at midnight where the department is."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ...messages import Phrase

UTC = "UTC"
"""The zone of periods that were opened before zones were said."""


def is_zone(name: str) -> bool:
    """Whether this is the name of a time zone, such as `"Asia/Shanghai"`."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no name; the name of a folder
        return False
    return True


def day_of(time: str, zone: str) -> str:
    """The day there at a time of the log.

    >>> from ahp.process.evaluations.days import day_of
    >>> day_of("2026-04-10T18:30:00+00:00", "Asia/Shanghai")
    '2026-04-11'
    """
    return datetime.fromisoformat(time).astimezone(ZoneInfo(zone)).date().isoformat()


def zone_words(zone: str) -> Phrase:
    """What people call a zone."""
    return Phrase("zone_of_beijing") if zone == "Asia/Shanghai" else Phrase("zone", name=zone)


def day_words(day: str, zone: str) -> Phrase:
    """A day, and where it is counted."""
    return Phrase("day_in_zone", date=day, zone=zone_words(zone))
