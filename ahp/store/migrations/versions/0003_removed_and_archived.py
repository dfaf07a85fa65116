"""Experts can be removed, studies archived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns that name the event which did so."""
    op.add_column("studies", sa.Column("archived_seq", sa.Integer(), nullable=True))
    op.add_column("experts", sa.Column("removed_seq", sa.Integer(), nullable=True))
