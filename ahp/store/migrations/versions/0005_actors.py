"""Events say who did what; what was logged before is sealed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

import rfc8785
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_COLUMNS = (
    *("study_id", "seq", "event_id", "round", "expert_id", "kind", "parent", "left", "right"),
    *("value", "detail", "source", "time", "survey_hash", "previous_hash", "hash", "format"),
    *("actor_kind", "actor_id"),
)


def upgrade() -> None:
    """Add the columns, and end each study's log so far with an event that names its last hash."""
    op.add_column(
        "events",
        sa.Column("format", sa.Integer(), nullable=False, server_default=sa.text("1")),
    )
    op.add_column("events", sa.Column("actor_kind", sa.String(), nullable=True))
    op.add_column("events", sa.Column("actor_id", sa.String(), nullable=True))
    # a server of an earlier version that still runs must fail, not go on in the old format
    with op.batch_alter_table("events") as table:
        table.alter_column("format", server_default=None)
    connection = op.get_bind()
    events = sa.table("events", *map(sa.column, _COLUMNS))
    heads = sa.text(
        "SELECT id, survey_hash, round, head_seq, head_hash FROM studies WHERE head_seq > 0"
    )
    for study, survey_hash, number, seq, last_hash in connection.execute(heads).all():
        sealed = {"events": seq, "format": 1, "last_hash": last_hash}
        event = dict.fromkeys(_COLUMNS) | {
            "study_id": study,
            "seq": seq + 1,
            "event_id": secrets.token_hex(16),
            "round": number,
            "kind": "chain_sealed",
            "detail": rfc8785.dumps(sealed).decode(),
            "source": "server",
            "time": datetime.now(UTC).isoformat(timespec="microseconds"),
            "survey_hash": survey_hash,
            "previous_hash": last_hash,
            "format": 2,
            "actor_kind": "server",
            "actor_id": "",
        }
        del event["hash"]
        event["hash"] = hashlib.sha256(rfc8785.dumps(event)).hexdigest()
        connection.execute(events.insert(), event)
        connection.execute(
            sa.text("UPDATE studies SET head_seq = :seq, head_hash = :hash WHERE id = :id"),
            {"seq": seq + 1, "hash": event["hash"], "id": study},
        )
