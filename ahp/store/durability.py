"""What PostgreSQL may lose of what it has confirmed, by how it is set."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from ..messages import Phrase

_SETTINGS = text(
    "SELECT current_setting('fsync'), current_setting('full_page_writes'), "
    "current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), "
    "(SELECT count(*) FROM pg_stat_replication)"
)
"""All users may read these; which standby is synchronous, only some."""


def risks(session: Session) -> list[Phrase]:
    """What a crash, a power cut or a failover can take of confirmed answers, and how to set the
    server so that it can't; nothing on SQLite, which is opened as it must be.
    """
    if session.get_bind().dialect.name != "postgresql":
        return []
    fsync, pages, commit, standbys, following = session.execute(_SETTINGS).one()
    found = {
        "durability_fsync": fsync == "off",
        "durability_pages": pages == "off",
        "durability_commit": commit == "off",
        "durability_local": commit == "local" and standbys != "",
        # one that nobody waits for may not have got the last answers when it takes over
        "durability_standby": commit != "off" and following > 0 and standbys == "",
    }
    return [Phrase(code) for code, so in found.items() if so]
