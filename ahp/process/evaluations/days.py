"""Days by which something is due: each ends at midnight where the department is."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from ...errors import LogError
from ...messages import Phrase

UTC = "UTC"
"""The zone of periods that were opened before zones were said."""


def is_zone(name: str) -> bool:
    """Whether this is the name of a time zone, such as `"Asia/Shanghai"`."""
    return name in _zones()


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """Names that mean the same on every machine."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def day_of(time: str, zone: str) -> str:
    """The day there at a time of the log.

    Raises:
        LogError: it is no day of years 1 to 9999.

    >>> from ahp.process.evaluations.days import day_of
    >>> day_of("2026-04-10T18:30:00+00:00", "Asia/Shanghai")
    '2026-04-11'
    """
    moment = datetime.fromisoformat(time)
    try:
        return moment.astimezone(ZoneInfo(zone)).date().isoformat()
    except OverflowError as error:  # there it is the year 0 or 10000
        raise LogError("event_time", time=time) from error


def zone_words(zone: str) -> Phrase:
    """What people call a zone."""
    return Phrase("zone_of_beijing") if zone == "Asia/Shanghai" else Phrase("zone", name=zone)


def day_words(day: str, zone: str) -> Phrase:
    """A day, and where it is counted."""
    return Phrase("day_in_zone", date=day, zone=zone_words(zone))
