"""Organizers' accounts: who they are, what they may do, and their passwords."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import AccessError
from ..process.roles import check_roles
from ..study.limits import LONGEST
from . import access, clock, second_factor
from .models import AccountRow, SignInRuleRow
from .part import Part, line, new_id
from .queries import account_info, account_row
from .records import AccountInfo

SHORTEST = 12
"""Characters that a password has at least."""

PROVIDER_LIFETIME = timedelta(hours=12)
"""How long who signed in at a provider stays so: it alone knows who has left, and is asked then."""

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
            AccessError: there is no role, or no such account, or its provider says so.
            OptionError: a role is not on the list.
        """
        with self._write("accounts") as session:
            row = account_row(session, account_id, lock=True)
            _check_own(row)
            row.roles = json.dumps(check_roles(roles))

    def reset_password(self, account_id: str, password: str) -> None:
        """Give an account another password; who is signed in with it is signed out.

        Raises:
            AccessError: the password is too short, or there is no such account, or it signs in at
                a provider.
        """
        hashed = _hash(password)
        with self._write("accounts") as session:
            row = account_row(session, account_id, lock=True)
            _check_own(row)
            _change_password(session, row, hashed)

    def change_password(self, account_id: str, current: str, password: str) -> None:
        """Change one's own password; who is signed in with the account is signed out.

        Raises:
            AccessError: the current one is another, or ten wrong ones were tried within a minute;
                the new one is too short; the account is disabled or unknown.
        """
        hashed = _hash(password)
        attempt = self._try_secret(account_id)
        with self._database.write() as session:
            row = self._with_password(session, account_id, current)
            access.forget_sign_in(session, attempt)
            _change_password(session, row, hashed)

    def set_up_second_factor(
        self,
        account_id: str,
        password: str,
        secret: str,
        code: str,
        session: str | None = None,
    ) -> tuple[str, ...]:
        """Have one's own account ask for a code from now on. Who is signed in with it in another
        browser is signed out: there, nobody has shown a code.

        Args:
            account_id: whose.
            password: theirs.
            secret: of `ahp.store.second_factor.new_secret`, which the authenticator app has by now.
            code: that it shows.
            session: token of the session of the browser in which this is done.

        Returns:
            The recovery codes, which are shown this once; only their hashes are stored.

        Raises:
            AccessError: the password or the code is another, or ten were tried within a minute; the
                account has a second factor, is disabled or unknown, or signs in at a provider.
        """
        attempt = self._try_secret(account_id)
        with self._database.write() as database:
            access.one_at_a_time(database)
            row = self._with_password(database, account_id, password)
            if row.totp is not None:
                raise AccessError("second_factor_there")
            step = second_factor.step_of(secret, code)
            if step is None:
                raise AccessError("second_factor_code")
            access.forget_sign_in(database, attempt)
            codes = second_factor.set_up(row, secret, step, self._database.folder)
            access.revoke_organizers(database, account_id, but=session)
            access.let_in(database, account_id)
            return codes

    def remove_second_factor(self, account_id: str, code: str) -> None:
        """Have one's own account ask for no code any more, as for another phone.

        Args:
            account_id: whose.
            code: of the authenticator app, or a recovery code.

        Raises:
            AccessError: the code is another, or ten were tried within a minute; or there is no
                second factor, or no such account.
        """
        attempt = self._try_secret(account_id)
        with self._database.write() as session:
            access.one_at_a_time(session)
            row = account_row(session, account_id, lock=True)
            if row.totp is None:
                raise AccessError("second_factor_none", name=row.name)
            if fits := second_factor.use(row, code, self._database.folder):
                access.forget_sign_in(session, attempt)
                second_factor.forget(row)
                if _required(session):
                    access.keep_out(session)
        if not fits:  # which is counted
            raise AccessError("second_factor_code")

    def reset_second_factor(self, account_id: str) -> None:
        """Take the second factor from an account whose phone is lost; who is signed in with it is
        signed out.
        """
        with self._write("accounts") as session:
            row = account_row(session, account_id, lock=True)
            if row.totp is None:
                raise AccessError("second_factor_none", name=row.name)
            second_factor.forget(row)
            access.revoke_organizers(session, account_id)

    def recovery_codes_left(self, account_id: str) -> int:
        """How many recovery codes of an account were not used."""
        with self._database.read() as session:
            return second_factor.left(account_row(session, account_id))

    def second_factor_required(self) -> bool:
        """Whether every account with a password needs a second factor."""
        with self._database.read() as session:
            return _required(session)

    def require_second_factor(self, required: bool) -> None:
        """Say whether every account with a password needs a second factor from now on: who has none
        sets one up before anything else.
        """
        with self._write("accounts") as session:
            access.one_at_a_time(session)  # who signs in meanwhile is asked for it, too
            rule = session.get(SignInRuleRow, _SECOND_FACTOR)
            if required and rule is None:
                since = clock.timestamp(clock.now())
                session.add(SignInRuleRow(name=_SECOND_FACTOR, since=since))
                session.flush()
                access.keep_out(session)
            elif rule is not None and not required:
                session.delete(rule)
                access.let_in(session, *session.scalars(select(AccountRow.id)))

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

    def account_of(self, name: str, password: str, code: str = "") -> str | None:
        """Id of the account with this name and password, and with this code where it has a second
        factor; None when there is none in use.

        It takes as long for a name that nobody has, and for a wrong password, as for a wrong code:
        nobody learns which of them it was. The codes of an account are tried ten times a minute,
        from wherever they come, and `second_factor.MOST_WRONG` times in a row.
        """
        query = select(AccountRow).where(AccountRow.name == name.strip().replace("\0", " "))
        with self._database.read() as session:
            row = session.scalars(query).one_or_none()
            usable = row is not None and row.disabled is None and row.issuer is None
            account, hashed = (row.id, row.password) if row and usable else (None, _nobody())
        right = account if _is_password(hashed, password) else None
        with self._database.write() as session:
            attempt = access.begin_sign_in(session, f"codes of {right or new_id()}").attempt
            if attempt is None or right is None:
                return None
            row = account_row(session, right, lock=True)
            if row.totp is not None and not second_factor.use(row, code, self._database.folder):
                return None
            access.forget_sign_in(session, attempt)
            return right

    def open_account(
        self, account_id: str, session: str | None, agent: access.Agent | None = None
    ) -> str:
        """Let a browser do what an account may, for 30 days; who may, is for the caller to check.

        Where every account needs a second factor, one without may do nothing but set it up.

        Args:
            account_id: whose.
            session: token of the browser's session, if it has one.
            agent: what kind of browser it is, and on which system.

        Returns:
            The token of the session, as `open_organizer` does.

        Raises:
            AccessError: the account is disabled or unknown.
        """
        with self._database.write() as database:
            access.one_at_a_time(database)
            row = account_row(database, account_id, lock=True)
            _check_enabled(row)
            row.last_sign_in = clock.timestamp(clock.now())
            ready = row.totp is not None or not _required(database)
            return access.grant(
                database,
                session,
                "organizer" if ready else "enrolling",
                account=account_id,
                agent=agent,
            )

    def open_provider_account(
        self,
        issuer: str,
        subject: str,
        names: Sequence[str],
        roles: Iterable[str],
        *,
        session: str | None,
        agent: access.Agent | None = None,
    ) -> str:
        """Let a browser do what somebody may who signed in at a provider, for 12 hours; who may, is
        for the caller to check.

        The account is made at the first sign-in. It belongs to issuer and subject, whatever the
        names, which are for people; they and the roles are those of the last sign-in.

        Args:
            issuer: address of the provider.
            subject: who it is there, for ever (OpenID Connect Core, 2: `sub`).
            names: to call the account by, the first that fits and no other account has; its id
                where none does.
            roles: keys of `ahp.process.roles.ROLES`. Without any, who has an account is signed out
                everywhere.
            session: token of the browser's session, if it has one.
            agent: what kind of browser it is, and on which system.

        Raises:
            AccessError: there is no role, or the account is disabled.
            OptionError: a role is not on the list.
        """
        query = select(AccountRow).where(AccountRow.issuer == issuer, AccountRow.subject == subject)
        with self._database.write() as database:
            access.one_at_a_time(database)  # who comes twice at once has one account
            row = database.scalars(query.with_for_update()).one_or_none()
            given = set(roles)
            if row is not None and not given:
                access.revoke_organizers(database, row.id)
            elif row is not None:
                _check_enabled(row)
            if given:
                known = database.execute(select(AccountRow.name, AccountRow.id))
                taken = {name for name, account in known if row is None or account != row.id}
                row = row or AccountRow(
                    id=new_id(),
                    password="",
                    issuer=issuer,
                    subject=subject,
                    created=clock.timestamp(clock.now()),
                )
                free = (one for one in names if one not in taken and _is_name(one))
                row.name, row.roles = next(free, row.id), json.dumps(check_roles(given))
                row.last_sign_in = clock.timestamp(clock.now())
                database.add(row)
                database.flush()
                return access.grant(
                    database,
                    session,
                    "organizer",
                    account=row.id,
                    agent=agent,
                    lifetime=PROVIDER_LIFETIME,
                )
        raise AccessError("account_without_role")

    def _try_secret(self, account_id: str) -> int:
        """Count a password or a code that somebody tries who is signed in."""
        with self._database.write() as session:
            attempt = access.begin_sign_in(session, f"account {account_id}").attempt
        if attempt is None:
            raise AccessError("passwords_tried")
        return attempt

    def _with_password(self, session: Session, account_id: str, password: str) -> AccountRow:
        """An account, locked, whose password it is."""
        row = account_row(session, account_id, lock=True)
        _check_enabled(row)
        _check_own(row)
        if not _is_password(row.password, password):
            raise AccessError("account_password_wrong")
        return row


_SECOND_FACTOR = "second_factor"


def _required(session: Session) -> bool:
    return session.get(SignInRuleRow, _SECOND_FACTOR) is not None


def _check_enabled(row: AccountRow) -> None:
    if row.disabled is not None:
        raise AccessError("account_disabled", name=row.name)


def _check_own(row: AccountRow) -> None:
    """Refuse what a provider says of its accounts."""
    if row.issuer is not None:
        raise AccessError("account_of_provider", name=row.name)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST["name"] and text.isprintable() and text == text.strip()


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
