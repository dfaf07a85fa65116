"""Organizers have accounts, and browsers know whose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Whoever is signed in so far is so without an account."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.Column("last_sign_in", sa.String(), nullable=True),
        sa.Column("disabled", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )
    with op.batch_alter_table("grants") as grants:
        grants.add_column(sa.Column("account", sa.String(), nullable=True))
        grants.create_foreign_key("fk_grants_account_accounts", "accounts", ["account"], ["id"])
