"""Organizers' accounts: who they are, what they may do, and their passwords."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import AccessError
from ..process.roles import check_roles
from . import access, clock
from .models import AccountRow
from .part import Part, line, new_id
from .queries import account_info, account_row
from .records import AccountInfo

SHORTEST = 12
"""Characters that a password has at least."""

_HASHER = PasswordHasher()  # Argon2id with the second recommended parameters of RFC 9106, 4


class Accounts(Part):
    """The accounts of organizers."""

    def accounts(self) -> list[AccountInfo]:
        """All accounts, by name."""
        with self._database.read() as session:
            rows = session.scalars(select(AccountRow).order_by(AccountRow.name))
            return [account_info(row) for row in rows]

    def add_account(self, name: str, password: str, roles: Iterable[str]) -> AccountInfo:
        """Make an account.

        Args:
            name: one line of text that no other account has.
            password: 12 characters or more; its hash is stored.
            roles: keys of `ahp.process.roles.ROLES`; the first account has `"administrator"`.

        Raises:
            StoreError: the name is blank or taken, the password too short, or there is no role.
            OptionError: a role is not on the list.
        """
        own, hashed = line("name", name), _hash(password)
        with self._write("accounts") as session:
            taken = set(session.scalars(select(AccountRow.name)))
            if own in taken:
                raise AccessError("account_name_taken", name=own)
            given = check_roles(roles)
            if not taken and "administrator" not in given:
                raise AccessError("account_first")
            row = AccountRow(
                id=new_id(),
                name=own,
                password=hashed,
                roles=json.dumps(given),
                created=clock.timestamp(clock.now()),
            )
            session.add(row)
            session.flush()
            return account_info(row)

    def set_roles(self, account_id: str, roles: Iterable[str]) -> None:
        """Say what an account may do from now on.

        Raises:
            AccessError: there is no role, or no such account.
            OptionError: a role is not on the list.
        """
        with self._write("accounts") as session:
            row = account_row(session, account_id, lock=True)
            row.roles = json.dumps(check_roles(roles))

    def reset_password(self, account_id: str, password: str) -> None:
        """Give an account another password; who is signed in with it is signed out.

        Raises:
            AccessError: the password is too short, or there is no such account.
        """
        hashed = _hash(password)
        with self._write("accounts") as session:
            _change_password(session, account_row(session, account_id, lock=True), hashed)

    def change_password(self, account_id: str, current: str, password: str) -> None:
        """Change one's own password; who is signed in with the account is signed out.

        Raises:
            AccessError: the current one is another, or ten wrong ones were tried within a minute;
                the new one is too short; the account is disabled or unknown.
        """
        hashed = _hash(password)
        with self._database.write() as session:
            attempt = access.begin_sign_in(session, f"account {account_id}").attempt
        if attempt is None:
            raise AccessError("passwords_tried")
        with self._database.write() as session:
            row = account_row(session, account_id, lock=True)
            if row.disabled is not None:
                raise AccessError("account_disabled", name=row.name)
            if not _is_password(row.password, current):
                raise AccessError("account_password_wrong")
            access.forget_sign_in(session, attempt)
            _change_password(session, row, hashed)

    def disable_account(self, account_id: str) -> None:
        """Let nobody in with an account; who is signed in with it is signed out."""
        with self._write("accounts") as session:
            row = account_row(session, account_id, lock=True)
            row.disabled = clock.timestamp(clock.now())
            access.revoke_organizers(session, account_id)

    def enable_account(self, account_id: str) -> None:
        """Let people in again with an account that was disabled."""
        with self._write("accounts") as session:
            account_row(session, account_id, lock=True).disabled = None

    def account_of(self, name: str, password: str) -> str | None:
        """Id of the account with this name and password; None when there is none in use.

        It takes as long for a name that nobody has as for a wrong password.
        """
        query = select(AccountRow).where(AccountRow.name == name.strip().replace("\0", " "))
        with self._database.read() as session:
            row = session.scalars(query).one_or_none()
            account, hashed = (row.id, row.password) if row else (None, _nobody())
            if row and row.disabled is not None:
                account = None
        return account if _is_password(hashed, password) else None

    def open_account(self, account_id: str, session: str | None) -> str:
        """Let a browser do what an account may, for 30 days; who may, is for the caller to check.

        Returns:
            The token of the session, as `open_organizer` does.

        Raises:
            AccessError: the account is disabled or unknown.
        """
        with self._database.write() as database:
            row = account_row(database, account_id, lock=True)
            if row.disabled is not None:
                raise AccessError("account_disabled", name=row.name)
            row.last_sign_in = clock.timestamp(clock.now())
            return access.grant(database, session, "organizer", account=account_id)


def _change_password(session: Session, row: AccountRow, hashed: str) -> None:
    row.password = hashed
    access.revoke_organizers(session, row.id)


def _hash(password: str) -> str:
    if len(password) < SHORTEST:
        raise AccessError("account_password_short", length=len(password), least=SHORTEST)
    return _HASHER.hash(_bytes(password))


def _is_password(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, _bytes(password))
    except VerifyMismatchError:
        return False


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogatepass")


@cache
def _nobody() -> str:
    """The hash of a password that nobody has."""
    return _HASHER.hash(new_id())
