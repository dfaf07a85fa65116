"""Accounts of a provider, second factors, and which browsers are signed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_sign_in"
down_revision = "0007"


def upgrade() -> None:
    """Accounts so far have a password alone; of browsers so far nothing is known."""
    for name, kind in (
        ("issuer", sa.String()),
        ("subject", sa.String()),
        ("totp", sa.String()),
        ("totp_step", sa.Integer()),
        ("recovery", sa.String()),
    ):
        op.add_column("accounts", sa.Column(name, kind, nullable=True))
    op.create_index("ix_accounts_issuer_subject", "accounts", ["issuer", "subject"], unique=True)
    for name in ("program", "system"):
        text = sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False)
        op.add_column("sessions", text)
    op.add_column("sessions", sa.Column("seen", sa.String(), nullable=True))
    op.create_table(
        "sign_in_rules",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sign_in_rules"),
    )
