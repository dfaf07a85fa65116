"""Sessions know their browser, organizers how they signed in; wrong passwords are counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Every session so far is a browser of its own."""
    op.add_column(
        "sessions", sa.Column("browser", sa.String(), nullable=False, server_default=sa.text("''"))
    )
    op.execute("UPDATE sessions SET browser = token_hash")
    op.create_index("ix_sessions_browser", "sessions", ["browser"])
    op.add_column(
        "grants", sa.Column("sign_in", sa.String(), nullable=False, server_default=sa.text("''"))
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_visitor_time", "sign_ins", ["visitor", "time"])
