"""Evaluations: everything that is done in them goes through here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..datafile import jcs
from ..errors import LinkError, StoreError
from ..process.evaluations.events import (
    CellKey,
    Done,
    EvaluationCreated,
    File,
    Logged,
    NoticesIssued,
    PeriodSigned,
    PersonAdded,
    PersonChanged,
    PersonLinkIssued,
    PersonLinkRevoked,
    PersonRemoved,
    Role,
    Row,
    UnitAdded,
    ValuesRecorded,
)
from ..process.evaluations.example import example_steps
from ..process.evaluations.judged import evidence_of
from ..process.evaluations.signing import hashes_of
from ..process.evaluations.state import EvaluationState
from ..process.evaluations.units import Unit, UnitEntry
from ..process.events import Actor
from . import access, chain, clock, transfer
from .evaluation_log import FORMAT_HASH, Entry, append, sent_before
from .models import EvaluationEventRow, EvaluationRow, FileRow, LinkRow, PersonRow
from .part import Part, line, new_id
from .queries import PEOPLE, evaluation_row, person_infos
from .records import EvaluationInfo, Event, PersonInfo
from .states import evaluation_state_of, logged_evaluation


class Evaluations(Part):
    """Evaluations as wholes, and what happens in them."""

    def create_evaluation(self, title: str, note: str = "") -> EvaluationInfo:
        """Start an evaluation.

        Args:
            title: one line of text.
            note: what readers must know about it, such as `"simulated"`.

        Raises:
            StoreError: the title is blank.
        """
        with self._write("run_evaluations") as session:
            book = _new_book(session)
            created = EvaluationCreated(line("title", title), line("note", note) if note else "")
            append(session, book, [self._entry(created)])
            return _info(book)

    def add_example(self, title: str, note: str, language: str) -> EvaluationInfo:
        """A finished evaluation with simulated data, see `ahp.process.evaluations.example`; the one
        of this title, if there is one already.
        """
        with self._write("run_evaluations") as session:
            found = session.scalars(select(EvaluationRow).where(EvaluationRow.title == title))
            if (before := found.first()) is not None:
                return _info(before)
            book = _new_book(session)
            own: dict[str, str] = {}
            append(session, book, [self._entry(EvaluationCreated(title, note))])
            steps = example_steps(
                language, clock.now().date(), lambda: evaluation_state_of(session, book)
            )
            for actor, actions, name in steps:
                # people's ids are of this database, not of the example
                person = own.setdefault(name, new_id()) if name else None
                by = Actor("person", str(person)) if actor.kind == "person" else actor
                entries = [Entry(one, new_id(), "organizer", by, person) for one in actions]
                append(session, book, entries)
            return _info(book)

    def evaluations(self, *, archived: bool = False) -> list[EvaluationInfo]:
        """The evaluations, the newest first: those in the lists, or those that were archived."""
        column = EvaluationRow.archived_seq
        chosen = column.is_not(None) if archived else column.is_(None)
        with self._database.read() as session:
            query = select(EvaluationRow).where(chosen)
            newest = query.order_by(EvaluationRow.created.desc(), EvaluationRow.id)
            return [_info(book) for book in session.scalars(newest)]

    def evaluation(self, evaluation_id: str) -> EvaluationInfo:
        """One evaluation."""
        with self._database.read() as session:
            return _info(evaluation_row(session, evaluation_id))

    def evaluation_state(self, evaluation_id: str) -> EvaluationState:
        """An evaluation as its log tells it now."""
        with self._database.read() as session:
            return evaluation_state_of(session, evaluation_row(session, evaluation_id))

    def act(
        self,
        evaluation_id: str,
        action: Done,
        *,
        person: str | None = None,
        event_id: str | None = None,
        content: bytes | None = None,
    ) -> EvaluationState:
        """Do something in an evaluation, as the organizer.

        Args:
            evaluation_id: the evaluation.
            action: what.
            person: whom it is about.
            event_id: made by who sends it; sent again, nothing is done again. None = a new one.
            content: of the file that the action names.

        Raises:
            AccessError: the account doesn't allow it.
            StoreError: it can't be now; says why.
        """
        return self.act_together(
            evaluation_id, [action], person=person, event_id=event_id, content=content
        )

    def act_together(
        self,
        evaluation_id: str,
        actions: Sequence[Done],
        *,
        person: str | None = None,
        event_id: str | None = None,
        content: bytes | None = None,
    ) -> EvaluationState:
        """Do several things in an evaluation, all or none, see `act`; `event_id` is that of the
        first.
        """
        with self._act(*actions) as session:
            book = evaluation_row(session, evaluation_id, lock=True)
            entries = [self._entry(action, person=person) for action in actions]
            if event_id is not None:
                entries[0] = self._entry(actions[0], person=person, event_id=event_id)
                if sent_before(session, book, entries[0]):
                    return evaluation_state_of(session, book)
            return append(session, book, entries, _by_hash(content))

    def record_values(
        self,
        evaluation_id: str,
        period: str,
        rows: Iterable[Row],
        *,
        removed: Iterable[CellKey] = (),
        file: File | None = None,
        content: bytes | None = None,
        layout: str = "",
        reason: str = "",
        person: str | None = None,
        owner: str | None = None,
        seen: Mapping[CellKey, Row | None] | None = None,
    ) -> tuple[Row, ...]:
        """Record values, of those cells where anything changes.

        Args:
            evaluation_id: the evaluation.
            period: which.
            rows: the values.
            removed: cells that have none any more.
            file: where they were read.
            content: of the file.
            layout: how.
            reason: why values are changed.
            person: the data owner who does it, see `from_browser`; None = the organizer.
            owner: the data owner whose values the organizer records; None where nobody is said.
            seen: what stood in cells when the change was decided on; None = whatever stands there.

        Returns:
            The rows that are new or other than before; none when somebody else has just recorded
            the same.

        Raises:
            StoreError: it can't be now, or somebody else has changed a cell meanwhile; says why.
            EvaluationError: a value doesn't fit the scheme.
        """
        writing = self._database.write() if person else self._act(ValuesRecorded)
        with writing as session:
            if person:
                _book_of(session, person, self._browser)
            book = evaluation_row(session, evaluation_id, lock=True)
            state = evaluation_state_of(session, book)
            held = state.periods.get(period)
            values = held.values if held else {}
            new = tuple(
                row
                for row in rows
                if not _same(values[row.key].row if row.key in values else None, row)
            )
            gone = tuple(key for key in removed if key in values)
            for key in (*(row.key for row in new), *gone):
                now = values[key].row if key in values else None
                if seen is not None and not _same(seen.get(key), now):
                    raise StoreError(
                        "value_changed_meanwhile", unit=key.unit, indicator=key.indicator
                    )
            if new or gone:
                action = ValuesRecorded(period, new, gone, file, layout, reason)
                entry = self._entry(action, person=owner, by=person)
                append(session, book, [entry], _by_hash(content))
            return new

    def act_as(
        self,
        person_id: str,
        action: Done,
        *,
        event_id: str | None = None,
        content: bytes | None = None,
    ) -> EvaluationState:
        """Do something in an evaluation as somebody with a personal link, see `from_browser`."""
        with self._database.write() as session:
            book = _book_of(session, person_id, self._browser)
            entry = self._entry(action, by=person_id, event_id=event_id)
            if event_id is not None and sent_before(session, book, entry):
                return evaluation_state_of(session, book)
            return append(session, book, [entry], _by_hash(content))

    def issue_notices(self, evaluation_id: str, period: str, until: str) -> EvaluationState:
        """Open the draft notices of a period to the contacts of its units.

        Args:
            evaluation_id: the evaluation.
            period: which.
            until: date until which they may appeal.
        """
        with self._act(NoticesIssued) as session:
            book = evaluation_row(session, evaluation_id, lock=True)
            evidence = evidence_of(evaluation_state_of(session, book), period, 0)
            return append(session, book, [self._entry(NoticesIssued(period, until, jcs(evidence)))])

    def sign(
        self,
        evaluation_id: str,
        period: str,
        revision: int = 1,
        early: str = "",
        *,
        shown: str | None = None,
        correction: int | None = None,
    ) -> Any:
        """Sign the result of a period: it is closed for ever; or a correction of it.

        Args:
            evaluation_id: the evaluation.
            period: which.
            revision: 1 the first time; refused when somebody has just signed it.
            early: why before the units' time to appeal is over.
            shown: SHA-256 of the evidence that was looked at; None = whatever it is now.
            correction: number of the event that proposed the correction that was looked at; None =
                whichever waits now.

        Returns:
            The evidence.

        Raises:
            AccessError: the account may not sign.
            StoreError: it can't be now, needs a second person, or the figures or the correction are
                not those that were looked at.
        """
        with self._act(PeriodSigned) as session:
            book = evaluation_row(session, evaluation_id, lock=True)
            state = evaluation_state_of(session, book)
            if period not in state.periods:
                raise StoreError("period_not_open", period=period)
            evidence = evidence_of(state, period, revision)
            if shown is not None and hashes_of(evidence)["evidence"] != shown:
                raise StoreError("figures_changed")
            if correction is None:
                waiting = state.periods[period].correction
                correction = waiting.stamp.seq if waiting else 0
            action = PeriodSigned(period, revision, jcs(evidence), early, correction)
            append(session, book, [self._entry(action)])
            return evidence

    def add_units(self, evaluation_id: str, units: Iterable[UnitEntry]) -> EvaluationState:
        """Add units to the list, all or none."""
        added = [UnitAdded(Unit(id=new_id(), **vars(unit))) for unit in units]
        return self.act_together(evaluation_id, added)

    def add_person(
        self,
        evaluation_id: str,
        role: Role,
        name: str,
        *,
        organization: str = "",
        unit: str = "",
        indicators: Iterable[str] = (),
    ) -> PersonInfo:
        """Add somebody who takes part by a personal link, see `PersonAdded`."""
        added = PersonAdded(role, name, organization.strip(), unit, tuple(indicators))
        [person] = self.add_people(evaluation_id, [added])
        return self.person(person)

    def add_people(self, evaluation_id: str, people: Iterable[PersonAdded]) -> list[str]:
        """Add those who take part by personal links, all or none; returns their ids."""
        with self._act(PersonAdded) as session:
            book = evaluation_row(session, evaluation_id, lock=True)
            added = {new_id(): replace(one, name=line("name", one.name)) for one in people}
            append(session, book, [self._entry(one, person=key) for key, one in added.items()])
            return list(added)

    def change_person(
        self,
        person_id: str,
        name: str,
        *,
        organization: str = "",
        unit: str = "",
        indicators: Iterable[str] = (),
    ) -> PersonInfo:
        """Say otherwise who somebody is; their role and their link stay."""
        changed = PersonChanged(line("name", name), organization.strip(), unit, tuple(indicators))
        self.act(self.person(person_id).evaluation_id, changed, person=person_id)
        return self.person(person_id)

    def remove_person(self, person_id: str) -> None:
        """Somebody takes part no more; the personal link ends, what they did stays."""
        with self._act(PersonRemoved) as session:
            book = _book_of(session, person_id)
            entries = [self._entry(PersonRemoved(), person=person_id)]
            for link in access.end_links(session, LinkRow.person_id, [person_id]).values():
                entries.insert(0, self._entry(PersonLinkRevoked(link), person=person_id))
            append(session, book, entries)

    def person(self, person_id: str) -> PersonInfo:
        """Somebody who takes part."""
        with self._database.read() as session:
            return _person(session, person_id)

    def people(self, evaluation_id: str) -> list[PersonInfo]:
        """Those who take part in an evaluation, in the order they were added."""
        with self._database.read() as session:
            found = person_infos(session, EvaluationRow.id == evaluation_id)
            if not found:
                evaluation_row(session, evaluation_id)  # an evaluation without people, or none
            return found

    def issue_person_link(self, person_id: str) -> str:
        """Issue somebody's personal link; the one before, and what was opened with it, ends.

        Returns:
            The token of the link, 128 bits. It is shown this once; only its hash is stored.
        """
        return self.issue_person_links([person_id])[person_id]

    def issue_person_links(self, person_ids: Sequence[str]) -> dict[str, str]:
        """Issue the personal links of several people, all or none, see `issue_person_link`: id ->
        token.
        """
        with self._act(PersonLinkIssued) as session:
            books = _books_of(session, person_ids)
            links = access.new_links(session, LinkRow.person_id, person_ids)
            done: dict[EvaluationRow, list[Entry]] = {}
            for person, link in links.items():
                entries = done.setdefault(books[person], [])
                if link.ended is not None:
                    entries.append(self._entry(PersonLinkRevoked(link.ended), person=person))
                entries.append(self._entry(PersonLinkIssued(link.number), person=person))
            for book, entries in done.items():
                append(session, book, entries)
            return {person: link.token for person, link in links.items()}

    def revoke_person_link(self, person_id: str) -> None:
        """End somebody's personal link, and what was opened with it.

        Raises:
            StoreError: there is no active link.
        """
        with self._act(PersonLinkRevoked) as session:
            book = _book_of(session, person_id)
            ended = access.end_links(session, LinkRow.person_id, [person_id])
            if not ended:
                raise StoreError("no_active_link", name=_person(session, person_id).person.name)
            revoked = PersonLinkRevoked(ended[person_id])
            append(session, book, [self._entry(revoked, person=person_id)])

    def file(self, sha256: str) -> bytes:
        """The content of a file that an event names.

        Raises:
            StoreError: there is none.
        """
        with self._database.read() as session:
            row = session.get(FileRow, sha256)
            if row is None:
                raise StoreError("file_gone_here", sha256=sha256)
            return row.content

    def evaluation_events(self, evaluation_id: str) -> list[Event]:
        """The log of an evaluation."""
        with self._database.read() as session:
            book = evaluation_row(session, evaluation_id)
            return list(chain.read(session, book.id, rows=EvaluationEventRow))

    def happened(self, evaluation_id: str) -> list[Logged]:
        """What happened in an evaluation, as its log tells it."""
        return list(map(logged_evaluation, self.evaluation_events(evaluation_id)))

    def export_evaluation(self, evaluation_id: str) -> str:
        """A whole evaluation as JSON: people, files and the log, event by event. Links are left
        out: only their hashes are stored.

        Raises:
            StoreError: a round of rating is open, whose ratings nobody may see yet.
        """
        with self._database.read() as session:
            return transfer.export_evaluation(session, evaluation_row(session, evaluation_id))

    def import_evaluation(
        self, content: str | bytes, source: str = "evaluation file"
    ) -> EvaluationInfo:
        """Store what `export_evaluation` wrote, its log verified, with one more event in it: that
        it was read from a file, by whom.

        Args:
            content: the JSON.
            source: name of the file, for messages.

        Raises:
            StoreError: not such a file, or the database has this evaluation already.
            LogError: the log in it does not verify.
        """
        with self._write("run_evaluations") as session:
            return _info(transfer.import_evaluation(session, content, source, self._organizer))

    def _entry(
        self,
        action: Done,
        *,
        person: str | None = None,
        by: str | None = None,
        event_id: str | None = None,
    ) -> Entry:
        """What the organizer does, or somebody with a personal link."""
        actor = self._organizer if by is None else Actor("person", by)
        source = "organizer" if by is None else "web"
        return Entry(action, event_id or new_id(), source, actor, by or person)

    def _act(self, *actions: Done | type[Done]) -> AbstractContextManager[Session]:
        """A transaction in which an organizer does these, as far as the account allows."""
        return self._write(*(action.acts for action in actions if action.acts))


def _new_book(session: Session) -> EvaluationRow:
    book = EvaluationRow(
        id=new_id(),
        title="",
        note="",
        created="",
        survey_hash=FORMAT_HASH,
        head_seq=0,
        head_hash="",
    )
    session.add(book)
    session.flush()
    return book


def _book_of(session: Session, person_id: str, browser: str | None = None) -> EvaluationRow:
    """The evaluation in which somebody takes part, locked; `browser` as for `from_browser`."""
    return _books_of(session, [person_id], browser)[person_id]


def _books_of(
    session: Session, person_ids: Sequence[str], browser: str | None = None
) -> dict[str, EvaluationRow]:
    """The evaluations in which several take part, by their ids, see `_book_of`."""
    query = PEOPLE.where(PersonRow.id.in_(person_ids)).with_for_update(of=EvaluationRow)
    if browser is None:
        rows = session.execute(query)
    else:
        admitted = query.where(access.admits(LinkRow.person_id == PersonRow.id))
        rows = session.execute(admitted, access.at_browser(browser))
    found = {person.id: book for person, book in rows}
    for one in person_ids:
        if one not in found:
            raise StoreError("no_person", id=one) if browser is None else LinkError("link_not_here")
    return found


def _info(book: EvaluationRow) -> EvaluationInfo:
    archived = book.archived_seq is not None
    return EvaluationInfo(book.id, book.title, book.note, book.created, archived)


def _person(session: Session, person_id: str) -> PersonInfo:
    found = person_infos(session, PersonRow.id == person_id)
    if not found:
        raise StoreError("no_person", id=person_id)
    return found[0]


def _same(before: Row | None, now: Row | None) -> bool:
    """Whether two rows say the same of a cell; where they stood in a file doesn't matter."""
    return before is now or (before is not None and now is not None and before.says == now.says)


def _by_hash(content: bytes | None) -> Mapping[str, bytes]:
    return {} if content is None else {hashlib.sha256(content).hexdigest(): content}
