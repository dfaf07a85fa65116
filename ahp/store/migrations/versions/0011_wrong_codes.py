"""How many wrong codes in a row were given for an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_wrong_codes"
down_revision = "0010_settings"


def upgrade() -> None:
    """Nobody has given one so far."""
    wrong = sa.Column("wrong_codes", sa.Integer(), server_default=sa.text("0"), nullable=False)
    op.add_column("accounts", wrong)
