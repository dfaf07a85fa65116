"""The server's clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def is_timestamp(text: str) -> bool:
    """Whether a text is one that `timestamp` makes."""
    try:
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
