"""E-mail addresses of experts, outside the log: they can be deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_contacts"
down_revision = "0011_wrong_codes"


def upgrade() -> None:
    """A new table."""
    op.create_table(
        "contacts",
        sa.Column("expert_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("begun", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("expert_id", name="pk_contacts"),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name="fk_contacts_expert_id_experts"
        ),
    )
