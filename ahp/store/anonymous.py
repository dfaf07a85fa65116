"""One link for a whole study: who opens it and begins is an expert without a name.

They come back by a code, which is typed and hence shorter than the token of a link: what is stored
of it takes long to compute, and wrong ones are counted.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import replace
from itertools import count, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import LinkError, StoreError
from ..process.events import Actor, AnonymousChosen, ExpertAdded, LinkIssued
from ..process.invitation import Invitation
from . import access, clock, log, signing
from .log import Entry
from .models import LinkRow, StudyRow
from .part import Part, by_organizer, line, new_id, open_study
from .queries import study_info, study_row
from .records import Begun, StudyInfo
from .states import state_before, state_of

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of codes: nothing that looks like something else, as 0 and O, 1, I and L do."""

CODE_LENGTH = 12
"""Characters of a code: 59 bits."""

BEGINNINGS = 60
"""How many may begin at one address within `access.SIGN_IN_PERIOD`: a meeting room has one."""


class Anonymous(Part):
    """Links by which people answer without a name, and the codes by which they come back."""

    def issue_anonymous_link(self, study_id: str, most: int, called: str) -> str:
        """Issue the anonymous link of a study; the one before ends, and those who began by it stay.

        Args:
            study_id: the study.
            most: how many may begin.
            called: what the experts are called, before a number; those of a study stay called as
                by its first link.

        Returns:
            The token of the link, 128 bits. It is shown this once; only its hash is stored.

        Raises:
            LockedError: the round is closed.
        """
        with self._write() as session:
            study = open_study(session, study_id)
            link = access.new_links(session, LinkRow.study_id, [study_id])[study_id]
            before = state_of(session, study).anonymous
            named = before.called if before else line("name", called)
            chosen = AnonymousChosen(link.number, most, open=True, called=named)
            log.append(session, study, [by_organizer(chosen)])
            return link.token

    def limit_anonymous(
        self, study_id: str, *, most: int | None = None, open_: bool | None = None
    ) -> None:
        """Say how many may begin by the anonymous link, or whether anybody may at the moment.

        Raises:
            StoreError: the study has no such link.
        """
        with self._write() as session:
            study = study_row(session, study_id, lock=True)
            now = state_of(session, study).anonymous
            if now is None:
                raise StoreError("no_anonymous_link", title=study.title)
            chosen = replace(
                now,
                most=now.most if most is None else most,
                open=now.open if open_ is None else open_,
            )
            if chosen != now:
                log.append(session, study, [by_organizer(chosen)])

    def anonymous(self, study_id: str) -> AnonymousChosen | None:
        """How people begin by the anonymous link of a study; None where there is none."""
        with self._database.read() as session:
            return state_of(session, study_row(session, study_id)).anonymous

    def has_anonymous_link(self, study_id: str) -> bool:
        """Whether an anonymous link leads to a study in this database: of a study that was read
        from a file, none does.
        """
        with self._database.read() as session:
            link = select(LinkRow.id).where(LinkRow.study_id == study_id, LinkRow.revoked.is_(None))
            return session.scalar(link) is not None

    def anonymous_count(self, study_id: str, *, before: int | None = None) -> int:
        """How many of the panel came by the anonymous link.

        Args:
            study_id: the study.
            before: number of an event; those who had come before it. None = now.
        """
        with self._database.read() as session:
            return state_before(session, study_row(session, study_id), before).anonymous_count

    def at_anonymous_link(
        self, token: str, session: str | None
    ) -> tuple[StudyInfo, Invitation, str | None]:
        """The study of an anonymous link, who asks, and the id of the expert as whom a browser
        answers there already.

        Raises:
            LinkError: its `reason` says why nobody can begin, of whoever has not begun.
        """
        with self._database.read() as database:
            study = _study_of(database, token)
            own = _own(database, session, study)
            if own is None:
                _check_room(database, study)
            state = state_of(database, study)
            return study_info(study, state.survey), state.invitation, own

    def begin_anonymous(
        self, token: str, once: str, address: str, session: str | None = None
    ) -> Begun:
        """Make somebody an expert without a name; whose browser is one already goes on as that.

        Args:
            token: of the anonymous link.
            once: random text of the page that asks: sent again, it makes nobody else.
            address: where the visitor is.
            session: token of the browser's session, if it has one.

        Raises:
            LinkError: its `reason` says why nobody can begin.
        """
        with self._database.read() as database:
            _study_of(database, token)
        self._count("begins", address, BEGINNINGS)
        code = _code(token, once)
        key = _hash(code)
        with self._write() as database:
            study = _study_of(database, token, lock=True)
            if access.knows(database, key):
                return Begun(*_open(database, key, session), _shown(code))
            if session and (own := _own(database, session, study)):
                return Begun(session, own, "")
            _check_room(database, study)
            expert = _add(database, study, key)
            return Begun(_open(database, key, session)[0], expert, _shown(code))

    def open_code(self, code: str, address: str, session: str | None = None) -> Begun:
        """Let a browser answer as the expert of a code, as `open_link` does.

        Args:
            code: as somebody typed it.
            address: where they are.
            session: token of the browser's session, if it has one.

        Raises:
            LinkError: its `reason` says why it does not work.
        """
        read = _read(code)
        if len(read) != CODE_LENGTH or not set(read) <= set(ALPHABET):
            raise LinkError("link_code_unknown")  # no guess, which would count
        attempt = self._count("code", address, access.SIGN_INS)
        key = _hash(read)
        with self._write() as database:
            if not access.knows(database, key):
                raise LinkError("link_code_unknown")
            access.forget_sign_in(database, attempt)
            return Begun(*_open(database, key, session), "")

    def _count(self, what: str, address: str, most: int) -> int:
        """Count what is tried at an address, which nobody can tell by what is stored of it.

        Raises:
            LinkError: they have tried so much within the last minute.
        """
        # of all processes, and outside the database: there are few addresses to try
        key = signing.derived(signing.signing_key(self._database.folder), "visitors")
        visitor = hmac.digest(key, f"{what} {address}".encode(), "sha256").hex()
        with self._database.read() as database:  # strangers must not keep writers busy
            wait = access.sign_in_wait(database, visitor, most)
        if not wait:
            with self._write() as database:
                if (attempt := access.begin_sign_in(database, visitor, most).attempt) is not None:
                    return attempt
        raise LinkError("link_later")


def _study_of(session: Session, token: str, *, lock: bool = False) -> StudyRow:
    """The study of an anonymous link that works, locked if asked."""
    link = access.link_of(session, token)
    if link is None or link.study_id is None:
        raise LinkError("link_unknown")
    study = study_row(session, link.study_id, lock=lock)
    if reason := access.refusal(link.revoked, study.state):
        raise LinkError(f"link_{reason}")
    return study


def _open(session: Session, key: str, browser: str | None) -> tuple[str, str]:
    """What `access.open_hashed` does, by a code: when it was is nobody's business."""
    return access.open_hashed(session, key, browser, clock.midnight(clock.now()))


def _own(session: Session, browser: str | None, study: StudyRow) -> str | None:
    """The expert of a study as whom a browser answers."""
    rows = access.live_grants(session, browser) if browser else ()
    allowed = access.experts_of(rows)[0]
    return next((one for one, row in allowed.items() if row.StudyRow.id == study.id), None)


def _check_room(session: Session, study: StudyRow) -> None:
    """Refuse who begins where nobody may, or so many have."""
    state = state_of(session, study)
    if state.anonymous is None or not state.anonymous.open or state.archived_seq is not None:
        raise LinkError("link_paused")
    if not state.anonymous_left:
        raise LinkError("link_full")


def _add(session: Session, study: StudyRow, key: str) -> str:
    """Add an expert without a name, who comes back by a code with this hash."""
    state, expert = state_of(session, study), new_id()
    assert state.anonymous is not None
    names = {who.name for who in state.members.values()}  # of those who were removed, too
    every = (f"{state.anonymous.called} {number}" for number in count(1))
    free = islice((name for name in every if name not in names), state.anonymous_left)
    # by its order a number would tell who it is
    added = ExpertAdded(secrets.choice([*free]), None, anonymous=True)
    oneself = Actor("expert", expert)
    log.append(session, study, [Entry(added, new_id(), "web", expert, oneself)])
    today = clock.timestamp(clock.midnight(clock.now()))
    link = LinkRow(expert_id=expert, token_hash=key, issued=today)
    session.add(link)
    session.flush()
    log.append(session, study, [Entry(LinkIssued(link.id), new_id(), "web", expert, oneself)])
    return expert


def _code(token: str, once: str) -> str:
    """The code that belongs to a page that was asked once."""
    number = int.from_bytes(hashlib.sha256(f"{token} {once}".encode()).digest())
    signs = []
    for _place in range(CODE_LENGTH):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return "".join(signs)


def _shown(code: str) -> str:
    """A code as people copy it."""
    return "-".join(code[k : k + 4] for k in range(0, CODE_LENGTH, 4))


def _read(code: str) -> str:
    """A code as people type it: in small letters, in wide ones, in groups or in one."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", code).upper()))


def _hash(code: str) -> str:
    """What is stored of a code: slow to guess from, and no token that `open_link` takes."""
    # one salt for all: a code has to be found by it
    return hashlib.scrypt(code.encode(), salt=b"ahp code", n=2**14, r=8, p=1).hex()
