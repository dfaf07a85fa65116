"""Surveys that are being written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_drafts"
down_revision = "0012_contacts"


def upgrade() -> None:
    """A new table."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("steps", sa.String(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_drafts_account_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
