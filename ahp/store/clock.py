"""The server's clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UTC = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d\.\d{6}\+00:00", re.ASCII)
"""What `timestamp` makes of UTC, if there is such a day."""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def is_timestamp(text: str) -> bool:
    """Whether a text is one that `timestamp` makes."""
    try:
        if _UTC.fullmatch(text):
            return bool(datetime.fromisoformat(text))
        return timestamp(datetime.fromisoformat(text)) == text
    except ValueError:
        return False


def read_timestamp(text: str) -> datetime:
    """The time that a text says; without a time zone it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def timestamp(moment: datetime) -> str:
    """ISO 8601 with microseconds, so that texts of UTC times sort as the times do."""
    return moment.isoformat(timespec="microseconds")


def midnight(moment: datetime) -> datetime:
    """The day of a moment of UTC, and nothing more of it."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
