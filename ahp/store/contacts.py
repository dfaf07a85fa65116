"""E-mail addresses of experts, and which e-mails to them are under way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..errors import StoreError
from ..process.events import Mailed
from ..study.limits import check_length
from . import clock, log
from .models import ContactRow, ExpertRow
from .part import Part, by_organizer, check_open, locked_expert
from .queries import study_row
from .states import state_of

GIVEN_UP = timedelta(minutes=10)
"""After this time, an e-mail that was begun is no longer under way: its process has ended."""

# without "=?", which begins an encoded word (RFC 2047): headers with one end another way
_ATOM = r"[!#-'*+\-/-9=?A-Z^-~]+"  # atext of RFC 5322
_EMAIL = re.compile(rf"(?!.*=\?){_ATOM}(?:\.{_ATOM})*@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*")


class Contacts(Part):
    """Where experts get e-mails. The log has no addresses, and exports don't either."""

    def emails(self, study_id: str) -> dict[str, str]:
        """Id -> e-mail address, of the study's experts who have one."""
        query = select(ContactRow.expert_id, ContactRow.email).join(
            ExpertRow, ContactRow.expert_id == ExpertRow.id
        )
        with self._database.read() as session:
            rows = session.execute(query.where(ExpertRow.study_id == study_id))
            return {row.expert_id: row.email for row in rows}

    def set_emails(self, study_id: str, emails: Mapping[str, str]) -> None:
        """Set addresses of experts, all or none: id -> e-mail address, empty = delete it.

        Raises:
            StoreError: one is no address, or an expert isn't in the study.
        """
        with self._write() as session:
            study = study_row(session, study_id, lock=True)
            panel = state_of(session, study).panel
            for expert in emails:
                if expert not in panel:
                    raise StoreError("no_expert", id=expert)
            give_emails(session, emails)

    def begin_mail(self, expert_id: str, what: str, after: tuple[int, str] | None) -> str:
        """Take it on to write to an expert; `end_mail` has to follow. Of two who are about to, at
        whichever process, one is refused.

        Args:
            expert_id: the expert.
            what: one of `LETTERS`.
            after: what was known as the last such e-mail, as `ExpertInfo.mailed` has it.

        Returns:
            The address.

        Raises:
            StoreError: there is no address, an e-mail was sent meanwhile or is under way, or a
                reminder is not called for any more.
            LockedError: the round is closed.
        """
        with self._write() as session:
            expert, study = locked_expert(session, expert_id)
            check_open(study)
            state = state_of(session, study)
            contact = session.get(ContactRow, expert_id)
            if contact is None:
                raise StoreError("no_email", name=expert.name)
            if state.members[expert_id].mailed.get(what) != after:
                raise StoreError("mailed_meanwhile", name=expert.name)
            if state.submitted(expert_id):
                raise StoreError("mail_not_needed", name=expert.name)
            now = clock.now()
            if contact.begun and now - clock.read_timestamp(contact.begun) < GIVEN_UP:
                raise StoreError("mail_under_way", name=expert.name)
            contact.begun = clock.timestamp(now)
            return contact.email

    def end_mail(self, expert_id: str, what: str, *, sent: bool) -> None:
        """What became of an e-mail that was begun: one that was sent stands in the log, without the
        address and without what was written.
        """
        with self._write() as session:
            expert, study = locked_expert(session, expert_id)
            if contact := session.get(ContactRow, expert.id):
                contact.begun = None
            if sent:
                log.append(session, study, [by_organizer(Mailed(what), expert_id)])


def give_emails(session: Session, emails: Mapping[str, str]) -> None:
    """Set addresses of experts: id -> e-mail address, empty = delete it."""
    for expert, given in emails.items():
        email = given.strip()
        contact = session.get(ContactRow, expert)
        if not email:
            session.execute(delete(ContactRow).where(ContactRow.expert_id == expert))
            continue
        check_email(email)
        if contact is None:
            session.add(ContactRow(expert_id=expert, email=email))
        else:
            contact.email = email


def check_email(email: str) -> None:
    """Refuse what mail servers take for no address, or for several.

    Raises:
        StoreError: it is that.
    """
    check_length("email", email)
    if not _EMAIL.fullmatch(email):
        raise StoreError("no_email_address", text=email)
