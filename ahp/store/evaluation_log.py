"""The log of an evaluation: what may be appended to it, and whether it is as it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ..datafile import jcs
from ..errors import AHPError, LogError, StoreError
from ..messages import Phrase
from ..process.evaluations.events import (
    AppealDecided,
    CorrectionProposed,
    Done,
    EntryConfirmed,
    File,
    Logged,
    NoticesIssued,
    OnPeriod,
    PeriodSigned,
    PersonAdded,
    PersonChanged,
    PersonRemoved,
    RatingClosed,
    ValuesRecorded,
    read_action,
)
from ..process.evaluations.judged import evidence_of, result_of
from ..process.evaluations.limits import check_action, check_files
from ..process.evaluations.rules import objection
from ..process.evaluations.state import EvaluationState, Person, fold
from ..process.events import Actor
from . import chain, clock
from .models import EvaluationEventRow, EvaluationRow, FileRow, PersonRow
from .records import EvaluationLog, Event
from .states import States, evaluation_state_of, logged_evaluation
from .times import Times

FORMAT = "ahp evaluation 1"
"""What the events of an evaluation are bound to: the format of what they hold."""

FORMAT_HASH = hashlib.sha256(FORMAT.encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """What is new in an event; the rest follows from its evaluation and its place in the chain.

    Attributes:
        action: what was done.
        event_id, source: columns of the event.
        actor: who did it.
        person: id of whom it is about; None for the whole evaluation.
    """

    action: Done
    event_id: str
    source: str
    actor: Actor
    person: str | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """As they are stored."""
        return {
            **dict.fromkeys(("parent", "left", "right", "value")),
            "kind": self.action.kind,
            "detail": self.action.detail,
            "event_id": self.event_id,
            "source": self.source,
            "expert_id": self.person,
            "round": 0,
            "actor_kind": self.actor.kind,
            "actor_id": self.actor.id,
        }


def sent_before(session: Session, book: EvaluationRow, entry: Entry) -> bool:
    """Whether this entry was appended before.

    Raises:
        StoreError: its id was used for something else.
    """
    event = chain.sent_before(session, book.id, entry.event_id, EvaluationEventRow)
    for name in ("kind", "detail", "expert_id") if event else ():
        if (stored := getattr(event, name)) != (value := entry.columns[name]):
            raise StoreError(
                "event_sent_twice", event_id=entry.event_id, name=name, first=stored, now=value
            )
    return event is not None


def append(
    session: Session,
    book: EvaluationRow,
    entries: Sequence[Entry],
    files: Mapping[str, bytes] | None = None,
) -> EvaluationState:
    """Append new events to an evaluation's log; its row must be locked.

    What is written is read back first, by what will read it, and must be able to happen; values
    must fit the scheme.

    Args:
        session: a transaction that writes.
        book: the evaluation.
        entries: what is new.
        files: SHA-256 -> content of the files that they name.

    Raises:
        StoreError: it could not happen now.
        AHPError: a text is too long, a value doesn't fit the scheme, or the event would not be read
            back as it is.
    """
    state = evaluation_state_of(session, book)
    if not entries:
        return state
    time = clock.timestamp(clock.now())
    contents, people = [], []
    for entry in entries:
        check_action(entry.action)
        _check_text(entry)
        content = entry.columns
        action = read_action(content)
        event = Logged(state.seq + 1, entry.person, entry.source, time, entry.actor, action)
        if problem := objection(state, event):
            raise StoreError(problem.code, **problem.parameters)
        check_files(state, event)
        state = fold([event], state)
        _check_values(action, state)
        if isinstance(action, PersonAdded | PersonChanged | PersonRemoved):
            people.append((str(entry.person), isinstance(action, PersonAdded)))
        contents.append({**content, "time": time})
        _keep_file(session, getattr(action, "file", None), files or {})
    for name, value in evaluation_columns(state).items():
        setattr(book, name, value)
    for person, added in people:
        row = person_columns(state.people[person])
        if added:
            session.execute(insert(PersonRow), [{**row, "evaluation_id": book.id}])
        else:
            session.execute(update(PersonRow).where(PersonRow.id == person).values(row))
    session.flush()
    chain.append(session, book, contents, EvaluationEventRow)
    states: States[EvaluationState, EvaluationRow] = session.info["evaluations"]
    return states.keep(book, state)


def _check_text(entry: Entry) -> None:
    """Refuse texts that no database takes, as browsers can send them."""
    try:
        detail = entry.action.detail
        detail.encode()
    except (UnicodeEncodeError, ValueError) as error:
        raise StoreError("text_not_unicode") from error
    if "\\u0000" in detail:
        raise StoreError("text_not_unicode")


def _check_values(action: Done, state: EvaluationState) -> None:
    """Refuse values from which no result follows, or none once they are confirmed."""
    changes = ValuesRecorded | EntryConfirmed | RatingClosed | AppealDecided | CorrectionProposed
    if isinstance(action, changes):
        periods = {**state.periods, action.period: state.periods[action.period].all_confirmed}
        confirmed = replace(state, periods=periods)
        result_of(confirmed, action.period, corrected=isinstance(action, CorrectionProposed))


def _keep_file(session: Session, file: File | None, files: Mapping[str, bytes]) -> None:
    if file is None or session.get(FileRow, file.sha256) is not None:
        return
    content = files.get(file.sha256)
    if content is None:
        raise StoreError("file_missing", name=file.name)
    session.add(FileRow(sha256=file.sha256, content=content))
    session.flush()


def evaluation_columns(state: EvaluationState) -> dict[str, str | int | None]:
    """What the row of an evaluation in this state has."""
    return {
        "title": state.title,
        "note": state.note,
        "created": state.created,
        "archived_seq": state.archived_seq,
    }


def person_columns(person: Person) -> dict[str, str | int | None]:
    """What the row of a person has; that of a removed one has the id for a name."""
    removed = person.removed_seq is not None
    return {
        "id": person.id,
        "role": person.role,
        "name": person.id if removed else person.name,
        "added_seq": person.added_seq,
        "removed_seq": person.removed_seq,
    }


def verify(session: Session) -> list[EvaluationLog]:
    """Walk the chains of all evaluations: `verify_evaluation`.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    check_orphans(session)
    books = session.scalars(select(EvaluationRow).order_by(EvaluationRow.created, EvaluationRow.id))
    return [verify_evaluation(session, book) for book in books.all()]


def check_orphans(session: Session) -> None:
    """Refuse events of no evaluation.

    Raises:
        LogError: names the first.
    """
    rows = EvaluationEventRow
    orphan = session.execute(
        select(*chain.columns_of(rows))
        .where(rows.study_id.not_in(select(EvaluationRow.id)))
        .order_by(rows.study_id, rows.seq)
    ).first()
    if orphan is not None:
        event = Event(*orphan)
        raise LogError(
            "log_of_no_evaluation", seq=event.seq, event_id=event.event_id, id=event.study_id
        )


def verify_evaluation(session: Session, book: EvaluationRow) -> EvaluationLog:
    """Walk an evaluation's chain, recompute every hash and every result that was signed or sent
    out, look at the files that events name, and compare what other tables say of it.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    name = Phrase("log_of_an_evaluation", id=book.id, title=book.title)
    state, times = EvaluationState(), Times()

    def meaning(event: Event) -> Phrase | None:
        nonlocal state
        state, problem = _next(session, state, event)
        if problem is None:
            times.add(event)
        return problem

    last = chain.verify(session, book, name, FORMAT_HASH, meaning, rows=EvaluationEventRow)
    if problem := _other_rows(session, book, state):
        raise chain.broken(name, last, problem)
    signed = tuple(one for one, held in state.periods.items() if held.signatures)
    return EvaluationLog(book.id, book.title, last.seq, last.hash, signed, times.remarks)


def _next(
    session: Session, state: EvaluationState, event: Event
) -> tuple[EvaluationState, Phrase | None]:
    """The state after an event, or why it can't be one of this evaluation."""
    if not clock.is_timestamp(event.time):
        return state, Phrase("event_time", time=event.time)
    try:
        logged = logged_evaluation(event)
        problem = objection(state, logged) or _file_problem(session, logged.action)
    except AHPError as error:
        return state, Phrase("event_unfit", problem=error)
    if problem is None and isinstance(logged.action, PeriodSigned | NoticesIssued):
        problem = false_result(state, logged.action)
    if problem:
        return state, problem
    return fold([logged], state), None


def false_result(state: EvaluationState, action: PeriodSigned | NoticesIssued) -> Phrase | None:
    """Where a result that was signed or sent out is not what the events give."""
    try:
        anew = jcs(result_that_follows(state, action))
    except AHPError as error:
        return Phrase("evidence_no_result", problem=error)
    held = action.evidence if isinstance(action, PeriodSigned) else action.result
    return None if held == anew else Phrase("result_differs", period=action.period)


def result_that_follows(state: EvaluationState, action: OnPeriod) -> dict[str, Any]:
    """The evidence of a period at this point of its log."""
    revision = action.revision if isinstance(action, PeriodSigned) else 0
    return evidence_of(state, action.period, revision)


def _file_problem(session: Session, action: Done) -> Phrase | None:
    file: File | None = getattr(action, "file", None)
    if file is None:
        return None
    row = session.get(FileRow, file.sha256)
    if row is None:
        return Phrase("file_gone", name=file.name)
    same = hashlib.sha256(row.content).hexdigest() == file.sha256 and len(row.content) == file.size
    return None if same else Phrase("file_differs", name=file.name)


def _other_rows(session: Session, book: EvaluationRow, state: EvaluationState) -> Phrase | None:
    """Where the rows of an evaluation and its people are not as the log leaves them."""
    people = session.scalars(select(PersonRow).where(PersonRow.evaluation_id == book.id))
    rows: dict[str, EvaluationRow | PersonRow] = {one.id: one for one in people}
    expected = {one.id: person_columns(one) for one in state.people.values()}
    for key in rows | expected:
        if key not in rows or key not in expected:
            return Phrase("row_missing" if key in expected else "row_of_nobody", expert=key)
    rows[book.id], expected[book.id] = book, evaluation_columns(state)
    for key, columns in expected.items():
        for name, value in columns.items():
            if (found := getattr(rows[key], name)) != value:
                what = "row_of_evaluation_differs" if key == book.id else "row_of_expert_differs"
                return Phrase(what, expert=key, name=name, found=found, expected=value)
    return None
