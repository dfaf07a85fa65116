"""Links and sessions: who may answer, and who may run the studies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import MappingProxyType

from ..errors import StoreError
from ..process.events import LinkIssued, LinkRevoked
from . import access, log
from .log import Entry
from .models import ExpertRow, LinkRow, StudyRow
from .part import Part, by_organizer, check_account, check_open, locked_expert
from .queries import account_info, expert_info, experts_and_studies, person_info
from .records import BrowserInfo, Grants, SignIn

PURGED = 500
"""Rows of each kind that are deleted at once."""


class Doors(Part):
    """Personal links, and what browsers may do."""

    def issue_link(self, expert_id: str) -> str:
        """Issue an expert's personal link; the one before, and what was opened with it, ends.

        Returns:
            The token of the link, 128 bits. It is shown this once; only its hash is stored.

        Raises:
            LockedError: the round is closed.
        """
        return self.issue_links([expert_id])[expert_id]

    def issue_links(self, expert_ids: Sequence[str]) -> dict[str, str]:
        """Issue the links of several experts, all or none, see `issue_link`: id -> token."""
        with self._write() as session:
            found = experts_and_studies(session, ExpertRow.id.in_(expert_ids), lock=True)
            for expert in expert_ids:
                if expert not in found:
                    raise StoreError("no_expert", id=expert)
                check_open(found[expert][1])
            links = access.new_links(session, LinkRow.expert_id, expert_ids)
            done: dict[StudyRow, list[Entry]] = {}
            for expert, link in links.items():
                entries = done.setdefault(found[expert][1], [])
                if link.ended is not None:
                    entries.append(by_organizer(LinkRevoked(link.ended), expert))
                entries.append(by_organizer(LinkIssued(link.number), expert))
            for study, entries in done.items():
                log.append(session, study, entries)
            return {expert: link.token for expert, link in links.items()}

    def revoke_link(self, expert_id: str) -> None:
        """End an expert's personal link, and what was opened with it.

        Raises:
            StoreError: there is no active link.
            LockedError: the round is closed, and no link works any more.
        """
        with self._write() as session:
            expert, study = locked_expert(session, expert_id)
            check_open(study)
            if not access.revoke_link(session, study, expert_id):
                raise StoreError("no_active_link", name=expert.name)

    def open_link(self, token: str, session: str | None) -> str:
        """Let a browser answer as the expert of a link, for 30 days.

        Args:
            token: of the link.
            session: token of the browser's session, if it has one.

        Returns:
            The token of the session: the one given if it may do this already, else a new one, which
            may also do what the one given may.

        Raises:
            LinkError: its `reason` says why the link does not work.
        """
        with self._write() as database:
            return access.open_link(database, token, session)

    def holder_of_link(self, token: str) -> tuple[str | None, str | None]:
        """Id of the expert of a link, or else of the person of an evaluation.

        Raises:
            LinkError: there is no such link.
        """
        with self._database.read() as database:
            return access.holder_of_link(database, token)

    def open_organizer(self, session: str | None, agent: access.Agent | None = None) -> str:
        """Let a browser do all that organizers can, without an account, for 30 days; who may, is
        for the caller to check.

        Args:
            session: token of the browser's session, if it has one.
            agent: what kind of browser it is, and on which system.

        Returns:
            The token of the session: the one given if it may do this already, else a new one, which
            may also do what the one given may.
        """
        with self._write() as database:
            return access.grant(database, session, "organizer", sign_in=self._sign_in, agent=agent)

    def grants(self, session: str | None) -> Grants:
        """What a browser may do now; nothing without a valid session."""
        if session is None:
            return Grants()
        with self._database.read() as database:
            rows = access.live_grants(database, session)
            organizer = access.organizer_of(rows, self._sign_in)
            allowed, refused = access.experts_of(rows)
            # of nobody another link is valid than the one opened here
            experts = tuple(
                expert_info(database, one.ExpertRow, one.StudyRow, "active")
                for one in allowed.values()
            )
            account, enrolling = (
                one and one.AccountRow and account_info(one.AccountRow)
                for one in (organizer, access.enrolling_of(rows))
            )
            persons = tuple(
                person_info(database, one.PersonRow, one.EvaluationRow, "active")
                for one in access.persons_of(rows).values()
            )
            refusals = MappingProxyType(refused)
            return Grants(organizer is not None, experts, refusals, account, persons, enrolling)

    def may_look_back(self, session: str | None, expert_id: str) -> bool:
        """Whether a browser may see what an expert submitted, the round being closed or not."""
        with self._database.read() as database:
            if session is None:
                return False
            return access.may_look_back(database, session, expert_id, self._sign_in)

    def may_download(self, session: str | None, maker: str | None, holder: str | None) -> bool:
        """Whether a browser may have a file that it asked for.

        Args:
            session: token of the browser's session.
            maker: token with which the page was opened that offers the file.
            holder: an expert, or a person of an evaluation, who may have it; None = only organizers
                may.
        """
        if session is None or maker is None:
            return False
        with self._database.read() as database:
            if not access.of_one_browser(database, session, maker):
                return False
            rows = access.live_grants(database, session)
            if access.organizer_of(rows, self._sign_in) is not None:
                return True
            return holder in (*access.experts_of(rows)[0], *access.persons_of(rows))

    def begin_sign_in(self, address: str, session: str | None = None) -> SignIn:
        """Let a visitor try a password, unless they tried ten wrong ones within a minute.

        It counts as wrong until `forget_sign_in` says otherwise.

        Args:
            address: where the visitor is.
            session: token of the browser's session, if it has one.
        """
        with self._database.read() as database:  # strangers must not keep writers busy
            visitor = access.visitor_of(database, session, address)
            if wait := access.sign_in_wait(database, visitor):
                return SignIn(None, wait)
        with self._write() as database:
            return access.begin_sign_in(database, visitor)

    def forget_sign_in(self, attempt: int) -> None:
        """The password tried was right."""
        with self._write() as database:
            access.forget_sign_in(database, attempt)

    def purge(self) -> int:
        """Delete grants and sessions that have been over for 30 days, and passwords tried more than
        a minute ago; in steps, between which others write. Returns how many rows.
        """
        total, count = 0, 1
        while count:
            with self._database.write() as database:
                count = access.purge(database, PURGED)
            total += count
        return total

    def leave(self, session: str, holder: str) -> None:
        """Take from a browser, in all its tabs, the right to act as an expert or a person."""
        with self._write() as database:
            access.leave(database, session, holder)

    def revoke_session(self, session: str) -> None:
        """Sign a browser out, in all its tabs."""
        with self._write() as database:
            access.revoke_session(database, session)

    def revoke_organizers(self) -> None:
        """Sign every organizer out."""
        with self._write("accounts") as session:
            access.revoke_organizers(session)

    def browsers(self) -> list[BrowserInfo]:
        """In which browsers organizers are signed in; the one that came last comes first."""
        with self._database.read() as session:
            return access.browsers(session, self._sign_in)

    def browser_of(self, session: str) -> str | None:
        """Id of the browser that has a session, as `browsers` has it."""
        with self._database.read() as database:
            return access.browser_of(database, session)

    def end_browsers(self, account_id: str | None, browsers: Collection[str]) -> None:
        """Sign an account out in some browsers.

        Args:
            account_id: whose; None = those who are signed in without one.
            browsers: their ids.

        Raises:
            AccessError: it is somebody else's, and this takes an administrator.
        """
        with self._database.write() as session:
            if self._organizer.id and self._organizer.id != account_id:
                check_account(session, self._organizer.id, ("accounts",))
            access.end_browsers(session, account_id, browsers)

    def note_seen(self, session: str) -> None:
        """Keep that a browser came today; who comes again waits for no turn to write."""
        with self._database.read() as database:
            news = access.is_news(database, session)
        if news:
            with self._database.write() as database:
                access.note_seen(database, session)
