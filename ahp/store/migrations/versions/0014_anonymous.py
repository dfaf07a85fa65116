"""Links of whole studies, by which people answer without a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_anonymous"
down_revision = "0013_drafts"


def upgrade() -> None:
    """Links may belong to studies."""
    connection = op.get_bind()
    # SQLite makes the table anew, to which nothing may point meanwhile
    grants = sa.table("grants", sa.column("id"), sa.column("link_id"))
    held = connection.execute(sa.select(grants).where(grants.c.link_id.is_not(None))).all()
    connection.execute(grants.update().values(link_id=sa.null()))
    with op.batch_alter_table("links") as links:
        links.add_column(sa.Column("study_id", sa.String(), nullable=True))
        links.create_foreign_key("fk_links_study_id_studies", "studies", ["study_id"], ["id"])
        links.create_index("ix_links_study_id", ["study_id"])
    for grant, link in held:
        connection.execute(grants.update().where(grants.c.id == grant).values(link_id=link))
