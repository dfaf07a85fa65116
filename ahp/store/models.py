"""Tables. `events` is the truth; `verify_log` finds where another table contradicts it.

Times are UTC, ISO 8601 text. Of links and sessions only the SHA-256 of the token is stored.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of the tables; constraints get names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class SurveyRow(Base):
    """A survey definition as it was answered: `Survey.content` under its content hash."""

    __tablename__ = "surveys"

    content_hash: Mapped[str] = mapped_column(primary_key=True)
    survey_id: Mapped[str]
    content: Mapped[str]


class StudyRow(Base):
    """A study and the head of its chain; locked while events are appended.

    `archived_seq` is the event that archived it, None while it is in the lists.
    """

    __tablename__ = "studies"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    note: Mapped[str | None]
    survey_hash: Mapped[str] = mapped_column(ForeignKey("surveys.content_hash"))
    round: Mapped[int]
    state: Mapped[str]
    created: Mapped[str]
    head_seq: Mapped[int]
    head_hash: Mapped[str]
    archived_seq: Mapped[int | None]


class ExpertRow(Base):
    """An expert of one study; `added_seq` is the event that added them, and their order.

    `place` is state of the interface. `removed_seq` is the event that removed the expert, who then
    has the id for a name: the name is free again, and stands in the log alone.
    """

    __tablename__ = "experts"
    __table_args__ = (UniqueConstraint("study_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("studies.id"))
    name: Mapped[str]
    organization: Mapped[str | None]
    place: Mapped[str | None]
    added_seq: Mapped[int]
    removed_seq: Mapped[int | None]


class ContactRow(Base):
    """Where an expert gets e-mails; nothing of it is in the log, and it goes with the expert.

    `begun` is since when one is under way, None when there is none.
    """

    __tablename__ = "contacts"

    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id"), primary_key=True)
    email: Mapped[str]
    begun: Mapped[str | None]


class EventColumns:
    """What every event has; the columns are the attributes of `ahp.store.Event`."""

    seq: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str]
    round: Mapped[int]
    kind: Mapped[str]
    parent: Mapped[str | None]
    left: Mapped[str | None]
    right: Mapped[str | None]
    value: Mapped[str | None]
    detail: Mapped[str | None]
    source: Mapped[str]
    time: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]
    format: Mapped[int]
    actor_kind: Mapped[str | None]
    actor_id: Mapped[str | None]


class EventRow(EventColumns, Base):
    """The append-only log of studies."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("study_id", "event_id"),
        Index(None, "expert_id", "seq"),
        Index(None, "study_id", "kind", "seq"),
    )

    study_id: Mapped[str] = mapped_column(ForeignKey("studies.id"), primary_key=True)
    expert_id: Mapped[str | None] = mapped_column(ForeignKey("experts.id"))
    survey_hash: Mapped[str] = mapped_column(ForeignKey("surveys.content_hash"))


class EvaluationRow(Base):
    """An evaluation and the head of its chain; locked while events are appended."""

    __tablename__ = "evaluations"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    note: Mapped[str]
    created: Mapped[str]
    survey_hash: Mapped[str]
    head_seq: Mapped[int]
    head_hash: Mapped[str]
    archived_seq: Mapped[int | None]


class PersonRow(Base):
    """Somebody who takes part in an evaluation; `added_seq` is the event that added them.

    `removed_seq` is the event that removed the person, who then has the id for a name.
    """

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("evaluation_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id"))
    role: Mapped[str]
    name: Mapped[str]
    added_seq: Mapped[int]
    removed_seq: Mapped[int | None]


class EvaluationEventRow(EventColumns, Base):
    """The append-only log of evaluations, in the same format: `study_id` is the evaluation's, and
    `expert_id` that of a person; `survey_hash` says in which format the events are.
    """

    __tablename__ = "evaluation_events"
    __table_args__ = (UniqueConstraint("study_id", "event_id"),)

    study_id: Mapped[str] = mapped_column(ForeignKey("evaluations.id"), primary_key=True)
    expert_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    survey_hash: Mapped[str]


class FileRow(Base):
    """A file that events name by its SHA-256."""

    __tablename__ = "files"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class LinkRow(Base):
    """A personal link of an expert or of somebody who takes part in an evaluation, or the anonymous
    link of a study; at most one of each is not revoked. Of an expert who came by the latter, the
    hash is that of a code.
    """

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(primary_key=True)
    expert_id: Mapped[str | None] = mapped_column(ForeignKey("experts.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    study_id: Mapped[str | None] = mapped_column(ForeignKey("studies.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    issued: Mapped[str]
    revoked: Mapped[str | None]


class SessionRow(Base):
    """A cookie of a browser; it lives as long as one of its grants.

    A browser gets a new one when it may do more; those that it had before, and any copies of them,
    keep what they had. `browser` is the first of them all. Of those in which an organizer is signed
    in, `program` and `system` say what kind of browser it is, and `seen` the day it came last.
    """

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    browser: Mapped[str] = mapped_column(index=True, server_default=text("''"))
    created: Mapped[str]
    revoked: Mapped[str | None]
    program: Mapped[str] = mapped_column(server_default=text("''"))
    system: Mapped[str] = mapped_column(server_default=text("''"))
    seen: Mapped[str | None]


class AccountRow(Base):
    """An organizer's account. `password` is a hash, by Argon2; `roles` a list in JSON.

    Who signs in at a provider has no password, but its `issuer`, and `subject` there. `totp` is the
    secret of the second factor, encrypted; `totp_step` the last one whose code was used; `recovery`
    a list of hashes in JSON; `wrong_codes` how many were tried since the last right one.
    """

    __tablename__ = "accounts"
    __table_args__ = (Index(None, "issuer", "subject", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    roles: Mapped[str]
    created: Mapped[str]
    last_sign_in: Mapped[str | None]
    disabled: Mapped[str | None]
    issuer: Mapped[str | None]
    subject: Mapped[str | None]
    totp: Mapped[str | None]
    totp_step: Mapped[int | None]
    recovery: Mapped[str | None]
    wrong_codes: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class GrantRow(Base):
    """What a browser may do: what an organizer may, or what the holder of a link may.

    `account` is that of an organizer who has one; of the kind "enrolling" are those who have to set
    up a second factor first. `sign_in` tells how another one signed in, see `Store`; it is empty
    for experts and accounts.
    """

    __tablename__ = "grants"
    __table_args__ = (UniqueConstraint("session", "kind", "link_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session: Mapped[str] = mapped_column(ForeignKey("sessions.token_hash"))
    kind: Mapped[str]
    link_id: Mapped[int | None] = mapped_column(ForeignKey("links.id"))
    expires: Mapped[str]
    sign_in: Mapped[str] = mapped_column(server_default=text("''"))
    account: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


class SignInRow(Base):
    """What was tried within the last minute: a password or a code that was not the right one, or to
    begin as an expert without a name.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (Index(None, "visitor", "time"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visitor: Mapped[str]
    time: Mapped[str]


class SignInRuleRow(Base):
    """What holds for all accounts since when; `"second_factor"`: each with a password needs one."""

    __tablename__ = "sign_in_rules"

    name: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[str]


class ServerSettingRow(Base):
    """What is set for the server as a whole."""

    __tablename__ = "server_settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class DraftRow(Base):
    """A survey that is being written; no log has it.

    `steps` are those of its history, a list of texts in JSON, and `shown` is the number of the one
    that is looked at. `version` counts the changes; `account` is that of who made the last one,
    None for an organizer without an account.
    """

    __tablename__ = "drafts"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    steps: Mapped[str]
    shown: Mapped[int]
    version: Mapped[int]
    changed: Mapped[str]
    account: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


class BackupRow(Base):
    """A backup that was made of the database; `restored` is when the database was made from it."""

    __tablename__ = "backups"

    id: Mapped[int] = mapped_column(primary_key=True)
    taken: Mapped[str]
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    restored: Mapped[str | None]
