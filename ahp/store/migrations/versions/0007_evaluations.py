"""Evaluations: their log, the people who take part, and files that events name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """New tables; links may belong to people of evaluations."""
    op.create_table(
        "evaluations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.Column("survey_hash", sa.String(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(), nullable=False),
        sa.Column("archived_seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("evaluation_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_seq", sa.Integer(), nullable=False),
        sa.Column("removed_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_people_evaluation_id_evaluations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("evaluation_id", "name", name="uq_people_evaluation_id_name"),
    )
    op.create_table(
        "evaluation_events",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("left", sa.String(), nullable=True),
        sa.Column("right", sa.String(), nullable=True),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=True),
        sa.Column("actor_id", sa.String(), nullable=True),
        sa.Column("study_id", sa.String(), nullable=False),
        sa.Column("expert_id", sa.String(), nullable=True),
        sa.Column("survey_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"], ["evaluations.id"], name="fk_evaluation_events_study_id_evaluations"
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["people.id"], name="fk_evaluation_events_expert_id_people"
        ),
        sa.PrimaryKeyConstraint("seq", "study_id", name="pk_evaluation_events"),
        sa.UniqueConstraint("study_id", "event_id", name="uq_evaluation_events_study_id_event_id"),
    )
    op.create_table(
        "files",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_files"),
    )
    # SQLite makes the table anew, and drops no rows that others refer to
    connection = op.get_bind()
    grants = sa.table("grants", sa.column("id"), sa.column("link_id"))
    held = connection.execute(sa.select(grants).where(grants.c.link_id.is_not(None))).all()
    connection.execute(grants.update().values(link_id=sa.null()))
    with op.batch_alter_table("links") as links:
        links.alter_column("expert_id", existing_type=sa.String(), nullable=True)
        links.add_column(sa.Column("person_id", sa.String(), nullable=True))
        links.create_foreign_key("fk_links_person_id_people", "people", ["person_id"], ["id"])
        links.create_index("ix_links_person_id", ["person_id"])
    for grant, link in held:
        connection.execute(grants.update().where(grants.c.id == grant).values(link_id=link))
