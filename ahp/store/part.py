"""What the parts of the store share: the database, and what is checked before writing."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from ..errors import AccessError, LinkError, LockedError, StoreError
from ..process.events import ORGANIZER, Action, Actor
from ..process.roles import allowed
from ..study.limits import check_length
from . import access
from .database import Database
from .log import Entry
from .models import ExpertRow, LinkRow, StudyRow
from .queries import (
    EXPERTS,
    account_info,
    account_row,
    expert_and_study,
    study_row,
)

_REFUSALS = {
    "run_studies": "may_not_run_studies",
    "close_rounds": "may_not_close_rounds",
    "run_evaluations": "may_not_run_evaluations",
    "sign": "may_not_sign",
    "accounts": "may_not_accounts",
    "back_up": "may_not_back_up",
}
"""Act -> what is said to whom it is refused."""


class Part:
    """A part of `Store`; its parameters are those."""

    def __init__(self, url: str | None = None, *, create: bool = True, sign_in: str = "") -> None:
        self._database = Database(url, create=create)
        self._sign_in = sign_in
        self._organizer = ORGANIZER
        self._browser: str | None = None

    def by(self, organizer: Actor) -> Self:
        """The same store, in which what organizers do is done by this one, as far as the roles of
        the account allow.
        """
        twin = copy.copy(self)
        twin._organizer = organizer
        return twin

    def from_browser(self, session: str | None) -> Self:
        """The same store, in which experts and people of evaluations may do what comes from this
        browser only while a link that was opened in it is valid: asked in the transaction that
        writes, and refused by a `LinkError`.

        Args:
            session: token of the browser's session; None = it has none.
        """
        twin = copy.copy(self)
        twin._browser = session or ""
        return twin

    def _own_expert(self, session: Session, expert_id: str) -> tuple[ExpertRow, StudyRow]:
        """The expert who does something, with the study, locked."""
        if self._browser is None:
            return locked_expert(session, expert_id)
        who = {"expert": expert_id, **access.at_browser(self._browser)}
        own = session.execute(_OWN_EXPERT, who).one_or_none()
        if own is None:
            raise LinkError("link_not_here")
        return own.ExpertRow, own.StudyRow

    @contextmanager
    def _write(self, *acts: str | tuple[str, ...]) -> Iterator[Session]:
        """A transaction that writes what an organizer or an expert does.

        Args:
            acts: what the organizer's account must allow, of `ahp.process.roles.ACTS`, or one of
                several; none = `"run_studies"`.

        Raises:
            AccessError: it doesn't.
        """
        with self._database.write() as session:
            if self._organizer.id:
                check_account(session, self._organizer.id, acts or ("run_studies",))
            session.info["organizer"] = self._organizer
            yield session


_OWN_EXPERT = EXPERTS.where(
    ExpertRow.id == bindparam("expert"),
    StudyRow.state == "open",
    access.admits(LinkRow.expert_id == ExpertRow.id),
).with_for_update(of=StudyRow)


def check_account(
    session: Session, account_id: str, acts: tuple[str | tuple[str, ...], ...]
) -> None:
    """Refuse what an account does not allow.

    Raises:
        AccessError: says what it is.
    """
    account = account_info(account_row(session, account_id))
    if account.disabled is not None:
        raise AccessError("account_disabled", name=account.name)
    for act in acts:
        some = (act,) if isinstance(act, str) else act
        if not allowed(account.roles) & {*some}:
            raise AccessError(_REFUSALS[some[0]], name=account.name)


def new_id() -> str:
    """A random id."""
    return secrets.token_hex(16)


def by_organizer(action: Action, expert_id: str | None = None) -> Entry:
    """What an organizer does."""
    return Entry(action, new_id(), "organizer", expert_id)


def line(what: str, text: str) -> str:
    """One line of text without the spaces around it.

    Raises:
        StoreError: it is blank, or has more lines.
    """
    refused = StoreError(f"{what}_not_a_line", text=text)
    if not isinstance(text, str):
        raise refused
    check_length(what, text)
    if not text.strip() or not text.strip().isprintable():
        raise refused
    return text.strip()


def check_open(study: StudyRow) -> None:
    """Refuse a round that is closed."""
    if study.state != "open":
        raise LockedError("round_closed", round=study.round, title=study.title)


def check_round(study: StudyRow, round_number: int | None) -> None:
    """Refuse another round than the one that is meant; None = whichever it is."""
    if round_number not in (None, study.round):
        raise LockedError(
            "round_is_another", round=round_number, title=study.title, open=study.round
        )


def open_study(session: Session, study_id: str) -> StudyRow:
    """A study whose round is open, locked."""
    study = study_row(session, study_id, lock=True)
    check_open(study)
    return study


def locked_expert(session: Session, expert_id: str) -> tuple[ExpertRow, StudyRow]:
    """An expert with the study, locked."""
    return expert_and_study(session, expert_id, lock=True)
