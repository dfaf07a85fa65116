"""What is set for the server as a whole, such as the address that people open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_settings"
down_revision = "0009_backup"


def upgrade() -> None:
    """A new table."""
    op.create_table(
        "server_settings",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_server_settings"),
    )
