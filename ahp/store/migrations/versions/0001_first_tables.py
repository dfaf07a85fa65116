"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "surveys",
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("survey_id", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", name="pk_surveys"),
    )
    op.create_table(
        "studies",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("survey_hash", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_studies"),
        sa.ForeignKeyConstraint(
            ["survey_hash"], ["surveys.content_hash"], name="fk_studies_survey_hash_surveys"
        ),
    )
    op.create_table(
        "experts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("study_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("added_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_experts"),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name="fk_experts_study_id_studies"),
        sa.UniqueConstraint("study_id", "name", name="uq_experts_study_id_name"),
    )
    op.create_table(
        "events",
        sa.Column("study_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("left", sa.String(), nullable=True),
        sa.Column("right", sa.String(), nullable=True),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("survey_hash", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("study_id", "seq", name="pk_events"),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name="fk_events_study_id_studies"),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name="fk_events_expert_id_experts"),
        sa.ForeignKeyConstraint(
            ["survey_hash"], ["surveys.content_hash"], name="fk_events_survey_hash_surveys"
        ),
        sa.UniqueConstraint("study_id", "event_id", name="uq_events_study_id_event_id"),
    )
    op.create_index("ix_events_expert_id_seq", "events", ["expert_id", "seq"])
    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("issued", sa.String(), nullable=False),
        sa.Column("revoked", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name="fk_links_expert_id_experts"),
        sa.UniqueConstraint("token_hash", name="uq_links_token_hash"),
    )
    op.create_index("ix_links_expert_id", "links", ["expert_id"])
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created", sa.String(), nullable=False),
        sa.Column("revoked", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("expires", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        sa.ForeignKeyConstraint(
            ["session"], ["sessions.token_hash"], name="fk_grants_session_sessions"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_grants_link_id_links"),
        sa.UniqueConstraint("session", "kind", "link_id", name="uq_grants_session_kind_link_id"),
    )
