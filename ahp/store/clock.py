"""The server's clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """ISO 8601 with microseconds, so that texts of UTC times sort as the times do."""
    return moment.isoformat(timespec="microseconds")
