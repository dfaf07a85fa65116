"""Links of whole studies, by which people answer without a name."""

from __future__ import annotations

from alembic import op

revision = "0014_anonymous"
down_revision = "0013_drafts"


def upgrade() -> None:
    """Links may belong to studies."""
    # in one statement: as two, SQLite would have to make the table anew, to which grants point
    op.execute(
        "ALTER TABLE links ADD COLUMN study_id VARCHAR "
        "CONSTRAINT fk_links_study_id_studies REFERENCES studies (id)"
    )
    op.create_index("ix_links_study_id", "links", ["study_id"])
