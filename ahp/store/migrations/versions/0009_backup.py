"""The database remembers its backups, and from which it was restored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_backup"
down_revision = "0008_sign_in"


def upgrade() -> None:
    """A new table."""
    op.create_table(
        "backups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("taken", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("restored", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_backups"),
    )
