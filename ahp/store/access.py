"""Personal links, browser sessions, and what a session may do.

A token is a secret, so only its SHA-256 is stored; tokens are random and long, which makes a salt
or a slow hash needless.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from sqlalchemy import Row, delete, exists, select, update
from sqlalchemy.orm import Session

from ..datafile import canonical
from ..errors import LinkError
from . import clock, log
from .models import ExpertRow, GrantRow, LinkRow, SessionRow, StudyRow

LIFETIME = timedelta(days=30)
"""How long a grant lives."""

_MESSAGES = {
    "unknown": "the link is unknown",
    "revoked": "the link was revoked",
    "closed": "the study of the link is closed",
}


def issue_link(session: Session, study: StudyRow, expert_id: str) -> str:
    """Issue a link; the study's row must be locked."""
    token = secrets.token_urlsafe(16)
    issued = clock.timestamp(clock.now())
    link = LinkRow(expert_id=expert_id, token_hash=_hash(token), issued=issued)
    session.add(link)
    session.flush()
    _log(session, study, "link_issued", link)
    return token


def revoke_link(session: Session, study: StudyRow, expert_id: str) -> bool:
    """Revoke the active link, if there is one; the study's row must be locked."""
    link = session.scalars(
        select(LinkRow).where(LinkRow.expert_id == expert_id, LinkRow.revoked.is_(None))
    ).one_or_none()
    if link is None:
        return False
    link.revoked = clock.timestamp(clock.now())
    _log(session, study, "link_revoked", link)
    return True


def open_link(session: Session, token: str, browser: str | None) -> str:
    """Grant a browser what a link allows; returns the token of its session."""
    row = session.execute(
        select(LinkRow, StudyRow.state)
        .join(ExpertRow, ExpertRow.id == LinkRow.expert_id)
        .join(StudyRow, StudyRow.id == ExpertRow.study_id)
        .where(LinkRow.token_hash == _hash(token))
    ).one_or_none()
    reason = "unknown" if row is None else _refusal(row[0].revoked, row[1])
    if row is None or reason:
        raise LinkError(_MESSAGES[reason], reason)
    return grant(session, browser, "expert", row[0].id)


def grant(
    session: Session,
    browser: str | None,
    kind: Literal["organizer", "expert"],
    link_id: int | None = None,
) -> str:
    """Grant a browser something for `LIFETIME`; returns the token of its session."""
    now = clock.now()
    expires = clock.timestamp(now + LIFETIME)
    row = None
    if browser is not None:
        alive = exists().where(
            GrantRow.session == SessionRow.token_hash, GrantRow.expires > clock.timestamp(now)
        )
        row = session.scalars(
            select(SessionRow)
            .where(SessionRow.token_hash == _hash(browser), SessionRow.revoked.is_(None), alive)
            .with_for_update()
        ).one_or_none()
    if browser is None or row is None:
        browser = secrets.token_urlsafe(32)
        session.add(SessionRow(token_hash=_hash(browser), created=clock.timestamp(now)))
        session.flush()
    renewed = session.scalars(
        update(GrantRow)
        .where(
            GrantRow.session == _hash(browser),
            GrantRow.kind == kind,
            GrantRow.link_id.is_not_distinct_from(link_id),
        )
        .values(expires=expires)
        .returning(GrantRow.id)
    ).all()
    if not renewed:
        session.add(GrantRow(session=_hash(browser), kind=kind, link_id=link_id, expires=expires))
    return browser


def read_grants(session: Session, browser: str) -> tuple[bool, tuple[str, ...], dict[str, str]]:
    """What a browser may do: organizer, ids of its experts, and of experts whose links are refused,
    with the reasons; whose link was opened last comes first.

    A refused link is left out when another one lets the browser answer as the same expert.
    """
    rows = _live_grants(session, browser)
    organizer = any(row.kind == "organizer" for row in rows)
    links = [
        (row.expert_id, _refusal(row.revoked, row.state)) for row in rows if row.kind == "expert"
    ]
    allowed = tuple(expert for expert, reason in links if not reason)
    refused = {expert: reason for expert, reason in links if reason and expert not in allowed}
    return organizer, allowed, refused


def may_look_back(session: Session, browser: str, expert_id: str) -> bool:
    """Whether a browser may see what an expert submitted: as organizer, or by a link of the expert
    that was not revoked. A closed round takes no answers, but keeps nobody from their own.
    """
    return any(
        row.kind == "organizer" or (row.expert_id == expert_id and row.revoked is None)
        for row in _live_grants(session, browser)
    )


def _live_grants(
    session: Session, browser: str
) -> Sequence[Row[str, str | None, str | None, str | None]]:
    return session.execute(
        select(GrantRow.kind, LinkRow.expert_id, LinkRow.revoked, StudyRow.state)
        .join(SessionRow, SessionRow.token_hash == GrantRow.session)
        .outerjoin(LinkRow, LinkRow.id == GrantRow.link_id)
        .outerjoin(ExpertRow, ExpertRow.id == LinkRow.expert_id)
        .outerjoin(StudyRow, StudyRow.id == ExpertRow.study_id)
        .where(
            GrantRow.session == _hash(browser),
            GrantRow.expires > clock.timestamp(clock.now()),
            SessionRow.revoked.is_(None),
        )
        .order_by(GrantRow.expires.desc())
    ).all()


def revoke_session(session: Session, browser: str) -> None:
    """End a session with all its grants."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_hash == _hash(browser), SessionRow.revoked.is_(None))
        .values(revoked=clock.timestamp(clock.now()))
    )


def revoke_organizers(session: Session) -> None:
    """Take the organizer's grant from every session."""
    session.execute(delete(GrantRow).where(GrantRow.kind == "organizer"))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _refusal(revoked: str | None, state: str) -> str:
    """Why a link does not work, empty when it does."""
    if revoked is not None:
        return "revoked"
    return "" if state == "open" else "closed"


def _log(
    session: Session,
    study: StudyRow,
    kind: Literal["link_issued", "link_revoked"],
    link: LinkRow,
) -> None:
    detail = canonical({"link": link.id})
    event_id = secrets.token_hex(16)
    entry = log.Entry(kind, event_id, "organizer", link.expert_id, detail=detail)
    log.append(session, study, [entry])
