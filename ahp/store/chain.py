"""The append-only log: a chain of events for each book, each bound to the one before by its hash.

A chain does not know what its events mean. A book is whatever has a head; studies are books.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Select, bindparam, insert, select
from sqlalchemy.orm import Session

from ..datafile import FlatObject, jcs
from ..errors import LogError
from ..messages import Phrase
from .models import EvaluationEventRow, EventRow
from .records import Event

FORMAT = 2
"""Of new events."""

SINCE_FORMAT_2 = ("format", "actor_kind", "actor_id")
"""Columns that events of format 1 do not have."""

SEAL = "chain_sealed"
"""The kind of event that ends the part of a chain that is in an older format, and names its last
hash."""

Rows = type[EventRow] | type[EvaluationEventRow]
"""The table that events are in."""


def columns_of(rows: Rows) -> list[Any]:
    """The columns of a table that make an `Event`."""
    return [rows.__table__.c[field.name] for field in fields(Event)]


COLUMNS = columns_of(EventRow)
_NAMES = tuple(field.name for field in fields(Event))
_HASHED = [FlatObject({*_NAMES} - {"hash", *left_out}) for left_out in (SINCE_FORMAT_2, ())]


class Book(Protocol):
    """What has a chain: the number and the hash of its last event, and what its events are bound to
    from the first one on.
    """

    id: Any
    head_seq: Any
    head_hash: Any
    survey_hash: Any


def digest(event: Event) -> str:
    """SHA-256 over the JSON (RFC 8785) of all columns that the format has, but `hash` itself."""
    hashed = _HASHED[event.format > 1]
    text = hashed.spelled(vars(event)) or jcs({name: vars(event)[name] for name in hashed.names})
    return hashlib.sha256(text.encode()).hexdigest()


def append(
    session: Session,
    book: Book,
    contents: Sequence[Mapping[str, Any]],
    rows: Rows = EventRow,
) -> list[Event]:
    """Append events to the chain of a book, whose row must be locked.

    Args:
        session: a transaction that writes.
        book: the book; its head moves on.
        contents: all columns of each event that do not follow from its place in the chain.
        rows: the table they go into.
    """
    events = []
    for content in contents:
        event = Event(
            **content,
            study_id=book.id,
            seq=book.head_seq + 1,
            survey_hash=book.survey_hash,
            previous_hash=book.head_hash,
            hash="",
            format=FORMAT,
        )
        events.append(replace(event, hash=digest(event)))
        book.head_seq, book.head_hash = event.seq, events[-1].hash
    # past the session, which would look for rows of its own among them
    session.connection().execute(insert(rows), [vars(event) for event in events])
    session.info.setdefault("appended", []).extend(event.kind for event in events)
    return events


def read(
    session: Session,
    book_id: str,
    first: int = 1,
    last: int | None = None,
    rows: Rows = EventRow,
) -> Iterator[Event]:
    """The events of a book in the order of the chain, from one number to another."""
    columns = rows.__table__.c
    chosen = select(*columns_of(rows)).where(columns.study_id == book_id, columns.seq >= first)
    if last is not None:
        chosen = chosen.where(columns.seq <= last)
    # past the session, which would hold all rows in memory before the first is looked at, as
    # PostgreSQL's client does all the same
    return map(_event, session.connection().execute(chosen.order_by(columns.seq)))


def _event(row: Iterable[Any]) -> Event:
    """What `Event(*row)` makes, several times as fast: long logs are made of it."""
    event = object.__new__(Event)
    vars(event).update(zip(_NAMES, row, strict=True))
    return event


def sent_before(
    session: Session, book_id: str, event_id: str, rows: Rows = EventRow
) -> Event | None:
    """The event with an id."""
    about = {"book": book_id, "event": event_id}
    row = session.connection().execute(_by_event_id(rows), about).one_or_none()
    return None if row is None else _event(row)


@cache  # asked for at every answer
def _by_event_id(rows: Rows) -> Select[Any]:
    """The event with an id."""
    columns = rows.__table__.c
    chosen = select(*columns_of(rows)).where(columns.study_id == bindparam("book"))
    return chosen.where(columns.event_id == bindparam("event"))


def fault(event: Event, before: Event | None, bound_to: str) -> Phrase | None:
    """What is wrong with an event's place in a chain, by the event before it.

    Args:
        event: the event.
        before: None for the first.
        bound_to: the hash that `survey_hash` must be.
    """
    seq, previous = (before.seq, before.hash) if before else (0, "")
    if event.format not in (1, FORMAT):
        return Phrase("chain_format", format=event.format, newest=FORMAT)
    if not _matches(event):
        return Phrase("chain_hash")
    if event.seq != seq + 1:
        return Phrase("chain_gap", seq=seq + 1)
    if event.previous_hash != previous:
        return Phrase("chain_broken")
    if event.survey_hash != bound_to:
        return Phrase("chain_survey")
    return _wrong_format(event, before)


def _matches(event: Event) -> bool:
    """Whether the hash of an event is that of its content."""
    try:
        return digest(event) == event.hash
    except ValueError:  # a number in a database that JSON does not hold
        return False


def _wrong_format(event: Event, before: Event | None) -> Phrase | None:
    """Where a part in another format begins, or does not."""
    if event.format == FORMAT and (event.actor_kind is None or event.actor_id is None):
        return Phrase("chain_actor")
    sealed = before is not None and event.format > before.format
    if before is not None and event.format < before.format:
        return Phrase("chain_format_older", format=event.format)
    if sealed != (event.kind == SEAL):
        return Phrase("chain_seal_missing" if sealed else "chain_seal_needless")
    if before is not None and sealed and event.detail != seal_detail(before):
        return Phrase("chain_seal_wrong")
    return None


def seal_detail(last: Event) -> str:
    """The `detail` of the event that ends a part of a chain."""
    return jcs({"events": last.seq, "format": last.format, "last_hash": last.hash})


def verify(
    session: Session,
    book: Book,
    name: Phrase,
    bound_to: str,
    meaning: Callable[[Event], Phrase | None],
    *,
    rows: Rows = EventRow,
    verified: Event | None = None,
) -> Event:
    """Walk the chain of a book: every hash is computed anew.

    Args:
        session: a transaction.
        book: the book.
        name: how messages call it.
        bound_to: the hash that `survey_hash` must be.
        meaning: what is wrong with an event by those before it, once its place is right.
        rows: the table its events are in.
        verified: the event up to which the chain was verified before; None = from the first one on.

    Returns:
        The last event.

    Raises:
        LogError: names the first bad event and what is wrong with it.
    """
    last = verified
    for event in read(session, book.id, verified.seq + 1 if verified else 1, rows=rows):
        if problem := fault(event, last, bound_to) or meaning(event):
            raise broken(name, event, problem)
        last = event
    if last is None or book.head_seq > last.seq:
        missing = max(book.head_seq, 1)
        raise LogError("log_ends", book=name, seq=missing, last=last.seq if last else 0)
    if (book.head_seq, book.head_hash) != (last.seq, last.hash):
        head = Phrase("chain_head", seq=book.head_seq, hash=book.head_hash)
        raise broken(name, last, head)
    return last


def broken(name: Phrase, event: Event, problem: Phrase) -> LogError:
    """The error for what is wrong with an event of a book."""
    return LogError("log_event", book=name, seq=event.seq, event_id=event.event_id, problem=problem)
