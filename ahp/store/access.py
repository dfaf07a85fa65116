"""Personal links, browser sessions, and what a session may do.

A token is a secret, so only its SHA-256 is stored; tokens are random and long, which makes a salt
or a slow hash needless.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from ..errors import LinkError
from ..process.events import LinkRevoked
from . import clock, log
from .models import (
    AccountRow,
    EvaluationRow,
    ExpertRow,
    GrantRow,
    LinkRow,
    PersonRow,
    SessionRow,
    SignInRow,
    StudyRow,
)
from .records import BrowserInfo, SignIn

Holder: TypeAlias = InstrumentedAttribute[str | None]
"""Whose a link is: `LinkRow.expert_id`, `LinkRow.person_id` or `LinkRow.study_id`."""

Grant: TypeAlias = Any
"""A row of `live_grants`."""

LIFETIME = timedelta(days=30)
"""How long a grant lives."""

SIGN_INS, SIGN_IN_PERIOD = 10, timedelta(minutes=1)
"""How many wrong passwords a visitor may try in how long."""

DESK = ("organizer", "enrolling")
"""Kinds of grants of organizers; those of the second kind have to set up a second factor first."""

Agent = tuple[str, str]
"""What kind of browser it is, and on which system, as `BrowserInfo` has it."""

_SIGN_IN_LOCK = 0x61687001  # beside the one of migrations: PostgreSQL's locks are numbers


def revoke_link(session: Session, study: StudyRow, expert_id: str) -> bool:
    """Revoke the active link, if there is one; the study's row must be locked."""
    ended = end_links(session, LinkRow.expert_id, [expert_id])
    for link in ended.values():
        entry = log.Entry(LinkRevoked(link), secrets.token_hex(16), "organizer", expert_id)
        log.append(session, study, [entry])
    return bool(ended)


class NewLink(NamedTuple):
    """A link that was issued.

    Attributes:
        token: its secret.
        number: by which logs name it.
        ended: number of the one before, which works no more; None where there was none.
    """

    token: str
    number: int
    ended: int | None


def new_links(session: Session, holder: Holder, who: Collection[str]) -> dict[str, NewLink]:
    """Issue links of experts (`LinkRow.expert_id`), of people (`LinkRow.person_id`) or of studies
    (`LinkRow.study_id`), by their ids; those before end.
    """
    ended = end_links(session, holder, who)
    tokens = {one: secrets.token_urlsafe(16) for one in who}
    if not tokens:
        return {}
    issued = clock.timestamp(clock.now())
    hashes = {_hash(token): one for one, token in tokens.items()}
    links = [{holder.key: one, "token_hash": key, "issued": issued} for key, one in hashes.items()]
    session.execute(insert(LinkRow), links)
    numbers = {
        hashes[key]: number
        for key, number in session.execute(
            select(LinkRow.token_hash, LinkRow.id).where(LinkRow.token_hash.in_(hashes))
        )
    }
    return {one: NewLink(tokens[one], numbers[one], ended.get(one)) for one in tokens}


def end_links(session: Session, holder: Holder, who: Collection[str]) -> dict[str, int]:
    """Revoke the active links of some; the numbers of those who had one."""
    links = session.scalars(select(LinkRow).where(holder.in_(who), LinkRow.revoked.is_(None))).all()
    for link in links:
        link.revoked = clock.timestamp(clock.now())
    return {getattr(link, holder.key): link.id for link in links}


def open_link(session: Session, token: str, browser: str | None) -> str:
    """Grant a browser what a link allows; returns the token of its session."""
    return open_hashed(session, _hash(token), browser)[0]


def open_hashed(
    session: Session, key: str, browser: str | None, now: datetime | None = None
) -> tuple[str, str]:
    """Grant a browser what the link with a hash allows; returns the token of its session, and whom
    it may act as. `now` is what is stored of the time.
    """
    row = session.execute(
        select(LinkRow, StudyRow.state)
        .outerjoin(ExpertRow, ExpertRow.id == LinkRow.expert_id)
        .outerjoin(StudyRow, StudyRow.id == ExpertRow.study_id)
        .where(LinkRow.token_hash == key, LinkRow.study_id.is_(None))
    ).one_or_none()
    reason = "unknown" if row is None else refusal(row[0].revoked, row[1])
    if row is None or reason:
        raise LinkError(f"link_{reason}")
    kind: Literal["person", "expert"] = "person" if row[0].person_id else "expert"
    holder = str(row[0].person_id or row[0].expert_id)
    return grant(session, browser, kind, row[0].id, now=now), holder


def knows(session: Session, key: str) -> bool:
    """Whether there is a link with a hash, whether it works or not."""
    return session.scalar(select(LinkRow.id).where(LinkRow.token_hash == key)) is not None


def link_of(session: Session, token: str) -> LinkRow | None:
    """The link with a token, whether it works or not."""
    return session.scalar(select(LinkRow).where(LinkRow.token_hash == _hash(token)))


def holder_of_link(session: Session, token: str) -> tuple[str | None, str | None]:
    """Id of the expert, or else of the person, of a link, whether it still works or not."""
    holder = session.execute(
        select(LinkRow.expert_id, LinkRow.person_id).where(LinkRow.token_hash == _hash(token))
    ).one_or_none()
    if holder is None:
        raise LinkError("link_unknown")
    return holder[0], holder[1]


def grant(
    session: Session,
    browser: str | None,
    kind: Literal["organizer", "enrolling", "expert", "person"],
    link_id: int | None = None,
    *,
    sign_in: str = "",
    account: str | None = None,
    agent: Agent | None = None,
    lifetime: timedelta = LIFETIME,
    now: datetime | None = None,
) -> str:
    """Grant a browser something; returns the token of its session.

    A browser that may do more than before gets a new token. The old one keeps what it had, for the
    tabs that are open with it: whoever copied it gains nothing.
    """
    now = now or clock.now()
    moment, expires = clock.timestamp(now), clock.timestamp(now + lifetime)
    before = None if browser is None else _alive(session, browser)
    held = [] if before is None else _held(session, before, moment)
    granted = (kind, link_id, sign_in, account)
    for one in held:
        if (one.kind, one.link_id, one.sign_in, one.account) == granted:
            one.expires = expires
            assert browser is not None
            assert before is not None
            before.program, before.system = agent or (before.program, before.system)
            return browser
    token = secrets.token_urlsafe(32)
    key = _hash(token)
    same = before if held else None
    program, system = agent or ((same.program, same.system) if same else ("", ""))
    session.add(
        SessionRow(
            token_hash=key,
            browser=same.browser if same else key,
            created=moment,
            program=program,
            system=system,
            seen=day() if kind in DESK else same and same.seen,
        )
    )
    session.flush()
    session.add_all(
        GrantRow(
            session=key,
            kind=one.kind,
            link_id=one.link_id,
            expires=one.expires,
            sign_in=one.sign_in,
            account=one.account,
        )
        for one in held
        if (one.kind, one.link_id) != (kind, link_id) and not {one.kind, kind} <= {*DESK}
    )
    session.add(
        GrantRow(
            session=key,
            kind=kind,
            link_id=link_id,
            expires=expires,
            sign_in=sign_in,
            account=account,
        )
    )
    return token


def _alive(session: Session, browser: str) -> SessionRow | None:
    """The session of a token, locked, unless it was ended."""
    return session.scalars(
        select(SessionRow)
        .where(SessionRow.token_hash == _hash(browser), SessionRow.revoked.is_(None))
        .with_for_update()
    ).one_or_none()


def _held(session: Session, row: SessionRow, moment: str) -> Sequence[GrantRow]:
    """What a session may do at a moment."""
    return session.scalars(
        select(GrantRow).where(GrantRow.session == row.token_hash, GrantRow.expires > moment)
    ).all()


def organizer_of(rows: Sequence[Grant], sign_in: str) -> Grant | None:
    """The grant by which a browser is an organizer's."""
    return next((row for row in rows if _organizes(row, sign_in)), None)


def enrolling_of(rows: Sequence[Grant]) -> Grant | None:
    """The grant by which an organizer's browser may set up a second factor, and nothing else."""
    return next((row for row in rows if row.kind == "enrolling"), None)


def experts_of(rows: Sequence[Grant]) -> tuple[dict[str, Grant], dict[str, str]]:
    """What a browser may do as experts, by their ids; and the ids of experts whose links are
    refused, with the reasons; whose link was opened last comes first.

    A refused link is left out when another one lets the browser answer as the same expert.
    """
    links = [
        (row.ExpertRow.id, row, refusal(row.revoked, row.StudyRow.state))
        for row in rows
        if row.kind == "expert"
    ]
    allowed = {expert: row for expert, row, reason in links if not reason}
    refused = {expert: why for expert, _row, why in links if why and expert not in allowed}
    return allowed, refused


def persons_of(rows: Sequence[Grant]) -> dict[str, Grant]:
    """What a browser may do as people of evaluations, by their ids; whose link was opened last
    comes first.
    """
    mine = [row for row in rows if row.PersonRow and row.revoked is None]
    return {row.PersonRow.id: row for row in mine}


def may_look_back(session: Session, browser: str, expert_id: str, sign_in: str) -> bool:
    """Whether a browser may see what an expert submitted: as organizer, or by a link of the expert
    that was not revoked. A closed round takes no answers, but keeps nobody from their own.
    """
    return any(
        _organizes(row, sign_in)
        or (row.ExpertRow and row.ExpertRow.id == expert_id and row.revoked is None)
        for row in live_grants(session, browser)
    )


def live_grants(session: Session, browser: str) -> Sequence[Grant]:
    """What a browser may do, with whom it is about; what was granted last comes first."""
    return session.execute(_GRANTS, at_browser(browser)).all()


def admits(holder: ColumnElement[bool]) -> ColumnElement[bool]:
    """That a browser, which `at_browser` names, may act as the holder of a link, as far as links
    go.
    """
    grant = select(GrantRow.id).join(SessionRow, SessionRow.token_hash == GrantRow.session)
    links = grant.join(LinkRow, LinkRow.id == GrantRow.link_id)
    return links.where(holder, LinkRow.revoked.is_(None), *_LIVE).exists()


def at_browser(browser: str) -> dict[str, str]:
    """What queries for a browser are executed with: made once, they cost half the time."""
    return {"browser": _hash(browser), "now": clock.timestamp(clock.now())}


_LIVE = (
    GrantRow.session == bindparam("browser"),
    GrantRow.expires > bindparam("now"),
    SessionRow.revoked.is_(None),
)
"""That a grant is a browser's, and not over."""

_GRANTS = (
    select(
        GrantRow.kind,
        GrantRow.sign_in,
        LinkRow.revoked,
        AccountRow,
        ExpertRow,
        StudyRow,
        PersonRow,
        EvaluationRow,
    )
    .join(SessionRow, SessionRow.token_hash == GrantRow.session)
    .outerjoin(LinkRow, LinkRow.id == GrantRow.link_id)
    .outerjoin(ExpertRow, ExpertRow.id == LinkRow.expert_id)
    .outerjoin(StudyRow, StudyRow.id == ExpertRow.study_id)
    .outerjoin(PersonRow, PersonRow.id == LinkRow.person_id)
    .outerjoin(EvaluationRow, EvaluationRow.id == PersonRow.evaluation_id)
    .outerjoin(AccountRow, AccountRow.id == GrantRow.account)
    .where(AccountRow.disabled.is_(None), *_LIVE)
    .order_by(GrantRow.expires.desc())
)


def _organizes(row: Grant, sign_in: str) -> bool:
    """Whether a grant is an organizer's, by an account or as all others sign in now."""
    return row.kind == "organizer" and (row.AccountRow is not None or row.sign_in == sign_in)


def of_one_browser(session: Session, one: str, other: str) -> bool:
    """Whether two tokens were given to one browser."""
    browsers = select(SessionRow.browser).where(
        SessionRow.token_hash.in_((_hash(one), _hash(other)))
    )
    known = session.scalars(browsers).all()
    return one == other or (len(known), len(set(known))) == (2, 1)


def leave(session: Session, browser: str, holder: str) -> None:
    """Take from a browser, in all its tabs, the right to act as an expert, or a person."""
    links = select(LinkRow.id).where(or_(LinkRow.expert_id == holder, LinkRow.person_id == holder))
    session.execute(
        delete(GrantRow).where(
            GrantRow.session.in_(_sessions(browser)), GrantRow.link_id.in_(links)
        )
    )


def revoke_session(session: Session, browser: str) -> None:
    """End the sessions of a browser with all their grants."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_hash.in_(_sessions(browser)), SessionRow.revoked.is_(None))
        .values(revoked=clock.timestamp(clock.now()))
    )


def revoke_organizers(
    session: Session, account: str | None = None, *, but: str | None = None
) -> None:
    """End the organizer's grant of every session, or those of one account, but not those of the
    browser with a token.
    """
    now = clock.timestamp(clock.now())
    whose = [] if account is None else [GrantRow.account == account]
    if but is not None:
        whose.append(GrantRow.session.not_in(_sessions(but)))
    session.execute(
        update(GrantRow)
        .where(GrantRow.kind.in_(DESK), GrantRow.expires > now, *whose)
        .values(expires=now)
    )


def let_in(session: Session, *accounts: str) -> None:
    """Who has set up a second factor, or needs none any more, is let in."""
    _change_live(session, "enrolling", "organizer", GrantRow.account.in_(accounts))


def keep_out(session: Session) -> None:
    """Who has a password and no second factor has to set one up before anything else."""
    without = select(AccountRow.id).where(AccountRow.issuer.is_(None), AccountRow.totp.is_(None))
    _change_live(session, "organizer", "enrolling", GrantRow.account.in_(without))


def _change_live(session: Session, before: str, after: str, which: ColumnElement[bool]) -> None:
    """Make other grants of some; what has ended stays as it was."""
    live = GrantRow.expires > clock.timestamp(clock.now())
    changed = update(GrantRow).where(GrantRow.kind == before, which, live)
    session.execute(changed.values(kind=after))


def browsers(session: Session, sign_in: str) -> list[BrowserInfo]:
    """In which browsers organizers are signed in, those without an account as all others sign in
    now; who came last comes first.
    """
    rows = session.execute(
        select(SessionRow, GrantRow.account)
        .join(GrantRow, GrantRow.session == SessionRow.token_hash)
        .where(
            GrantRow.kind.in_(DESK),
            or_(GrantRow.account.is_not(None), GrantRow.sign_in == sign_in),
            GrantRow.expires > clock.timestamp(clock.now()),
            SessionRow.revoked.is_(None),
        )
        .order_by(SessionRow.created)
    ).all()
    found: dict[tuple[str, str | None], BrowserInfo] = {}
    for row, account in rows:  # the newest of its sessions says what it is, the first since when
        before = found.get((row.browser, account))
        since = before.since if before else row.created
        seen = max(row.seen or "", before.seen or "" if before else "") or None
        found[row.browser, account] = BrowserInfo(
            row.browser, account, since, seen, row.program, row.system
        )
    return sorted(found.values(), key=lambda one: (one.seen or "", one.since), reverse=True)


def end_browsers(session: Session, account: str | None, ended: Collection[str]) -> None:
    """Sign an account out in these browsers; an expert who answers in one of them goes on."""
    now = clock.timestamp(clock.now())
    own = select(SessionRow.token_hash).where(SessionRow.browser.in_(ended))
    session.execute(
        update(GrantRow)
        .where(
            GrantRow.kind.in_(DESK),
            GrantRow.expires > now,
            GrantRow.account.is_(None) if account is None else GrantRow.account == account,
            GrantRow.session.in_(own),
        )
        .values(expires=now)
    )


def browser_of(session: Session, token: str) -> str | None:
    """Which browser has a session."""
    return session.scalar(select(SessionRow.browser).where(SessionRow.token_hash == _hash(token)))


def is_news(session: Session, token: str) -> bool:
    """Whether it isn't known yet that a browser came today."""
    other = or_(SessionRow.seen.is_(None), SessionRow.seen != day())
    found = select(SessionRow.token_hash).where(SessionRow.token_hash == _hash(token), other)
    return session.scalar(found) is not None


def note_seen(session: Session, token: str) -> None:
    """A browser came today."""
    session.execute(
        update(SessionRow).where(SessionRow.token_hash == _hash(token)).values(seen=day())
    )


def day() -> str:
    """Today, by UTC."""
    return clock.now().date().isoformat()


def _sessions(browser: str) -> Select[str]:
    """The hashes of all tokens that a browser was given."""
    own = select(SessionRow.browser).where(SessionRow.token_hash == _hash(browser))
    return select(SessionRow.token_hash).where(SessionRow.browser == own.scalar_subquery())


def one_at_a_time(session: Session) -> None:
    """Wait for the others who sign in, in all processes, until the end of the transaction."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        session.execute(select(func.pg_advisory_xact_lock(_SIGN_IN_LOCK)))


def begin_sign_in(session: Session, visitor: str, most: int = SIGN_INS) -> SignIn:
    """Let a visitor try a password, if they tried less than `most` within `SIGN_IN_PERIOD`."""
    one_at_a_time(session)
    if wait := sign_in_wait(session, visitor, most):
        return SignIn(None, wait)
    row = SignInRow(visitor=visitor, time=clock.timestamp(clock.now()))
    session.execute(delete(SignInRow).where(not_(SignInRow.time.between(*_period()))))
    session.add(row)
    session.flush()
    return SignIn(row.id, 0.0)


def sign_in_wait(session: Session, visitor: str, most: int = SIGN_INS) -> float:
    """Seconds until a visitor may try a password; 0 = now."""
    tries = session.scalars(
        select(SignInRow.time)
        .where(SignInRow.visitor == visitor, SignInRow.time.between(*_period()))
        .order_by(SignInRow.time.desc())
        .limit(most)
    ).all()
    if len(tries) < most:
        return 0.0
    # a moment more: the end of the period still belongs to it
    free = datetime.fromisoformat(tries[-1]) + SIGN_IN_PERIOD + timedelta(microseconds=1)
    return max((free - clock.now()).total_seconds(), 1e-6)


def _period() -> tuple[str, str]:
    """What counts as within `SIGN_IN_PERIOD`: a clock that was set back must lock nobody out."""
    now = clock.now()
    return clock.timestamp(now - SIGN_IN_PERIOD), clock.timestamp(now + SIGN_IN_PERIOD)


def visitor_of(session: Session, browser: str | None, address: str) -> str:
    """By what a visitor is counted: a browser in which an organizer was signed in before by itself,
    so that nobody who shares its address can keep it out; all those of one account together, or
    whoever has any account could try as many passwords as they make sessions; any other by its
    address.
    """
    if browser is None:
        return address
    known = session.execute(
        select(SessionRow.browser, GrantRow.account)
        .join(GrantRow, GrantRow.session == SessionRow.token_hash)
        .where(SessionRow.token_hash == _hash(browser), GrantRow.kind == "organizer")
    ).first()
    if known is None:
        return address
    return f"browsers of {known.account}" if known.account else f"browser {known.browser}"


def forget_sign_in(session: Session, attempt: int) -> None:
    """The password was right: it does not count."""
    session.execute(delete(SignInRow).where(SignInRow.id == attempt))


def purge(session: Session, most: int) -> int:
    """Delete what is of no use any more, so many rows of each kind at most; returns how many.

    Grants, and sessions that have none, are kept for `LIFETIME` after their end, as long as a
    browser keeps its cookie: until then it is known who it was. Links stay: the log names them.
    """
    past = clock.timestamp(clock.now() - LIFETIME)
    grants = select(GrantRow.id).where(GrantRow.expires < past)
    used = select(GrantRow.id).where(GrantRow.session == SessionRow.token_hash)
    sessions = select(SessionRow.token_hash).where(SessionRow.created < past, ~used.exists())
    tries = select(SignInRow.id).where(not_(SignInRow.time.between(*_period())))
    count = 0
    for key, old in (
        (GrantRow.id, grants),
        (SessionRow.token_hash, sessions),
        (SignInRow.id, tries),
    ):
        # of two processes that do this at once, neither waits for the other
        some = session.scalars(old.limit(most).with_for_update(skip_locked=True)).all()
        if some:
            session.execute(delete(key.class_).where(key.in_(some)))
        count += len(some)
    return count


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def refusal(revoked: str | None, state: str | None) -> str:
    """Why a link does not work, empty when it does; evaluations have no state of a round."""
    if revoked is not None:
        return "revoked"
    return "" if state in ("open", None) else "closed"
