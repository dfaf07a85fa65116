"""Events of one kind are found fast."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_events_study_id_kind_seq", "events", ["study_id", "kind", "seq"])
