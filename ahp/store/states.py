"""The states of studies and evaluations, kept in memory so that only new events are read.

A kept state is used again only where the log still has the event after which it was, with the same
hash: whatever another process wrote, or a transaction took back, is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy.orm import Session

from ..process.evaluations import events as evaluation_events
from ..process.evaluations import state as evaluation_state
from ..process.evaluations.state import EvaluationState
from ..process.events import COLUMNS, Action, Actor, Logged, read_action
from ..process.fold import State, fold
from . import chain
from .chain import Book, Rows
from .models import EvaluationEventRow, EvaluationRow, EventRow, StudyRow
from .records import Event
from .surveys import survey_of

BOOKS, STATES = 64, 8
"""Of how many books states are kept, and how many of each: readers may still see an older one."""

_State = TypeVar("_State")
_Row = TypeVar("_Row", StudyRow, EvaluationRow)


class _Kept(NamedTuple, Generic[_State]):
    seq: int
    hash: str
    state: _State


class States(Generic[_State, _Row]):
    """What is kept of books of one kind in one process; safe to share between threads.

    Args:
        rows: the table of their events.
        start: the state of a book before its first event.
        follow: a state after further events.
    """

    def __init__(
        self,
        rows: Rows,
        start: Callable[[Session, _Row], _State],
        follow: Callable[[Iterable[Event], _State], _State],
    ) -> None:
        self._rows = rows
        self._start: Callable[[Session, _Row], _State] = start
        self._follow: Callable[[Iterable[Event], _State], _State] = follow
        self._kept: dict[str, tuple[_Kept[_State], ...]] = {}
        self._lock = Lock()
        self._reading: dict[str, Lock] = {}  # by book, while its whole log is read

    def of(self, session: Session, book: _Row) -> _State:
        """A book's state in a transaction."""
        state = self._continued(session, book)
        if state is None:
            # after a restart all of its people come at once: one reads the log, all others wait
            with self._reading.setdefault(book.id, Lock()):
                state = self._continued(session, book)
                if state is None:
                    every = self._read(session, book, 1)
                    state = self.keep(book, self._follow(every, self._start(session, book)))
        return state

    def _continued(self, session: Session, book: _Row) -> _State | None:
        """What follows from a kept state; None where none is of use."""
        for kept in sorted(self._kept.get(book.id, ()), key=lambda kept: -kept.seq):
            if (kept.seq, kept.hash) == (book.head_seq, book.head_hash):
                return kept.state
            if kept.seq < book.head_seq:
                events = list(self._read(session, book, kept.seq))
                if events and (events[0].seq, events[0].hash) == kept[:2]:
                    return self.keep(book, self._follow(events[1:], kept.state))
        return None

    def _read(self, session: Session, book: _Row, first: int) -> Iterable[Event]:
        return chain.read(session, book.id, first, book.head_seq, self._rows)

    def keep(self, book: Book, state: _State) -> _State:
        """Keep a book's state at its head."""
        new: _Kept[_State] = _Kept(book.head_seq, book.head_hash, state)
        with self._lock:
            before = self._kept.pop(book.id, ())
            others: tuple[_Kept[_State], ...] = tuple(one for one in before if one.seq != new.seq)
            self._kept[book.id] = (new, *others[: STATES - 1])  # those taken back go in time
            if len(self._kept) > BOOKS:
                del self._kept[next(iter(self._kept))]
        return state


class Walked:
    """How far this process has verified the logs of studies; safe to share between threads."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[Event, State]] = {}
        self._lock = Lock()

    def get(self, study_id: str) -> tuple[Event, State] | None:
        """The last event that was verified and the state after it; None where none was."""
        return self._last.get(study_id)

    def drop(self, study_id: str) -> None:
        """A log doesn't verify."""
        with self._lock:
            self._last.pop(study_id, None)

    def keep(self, study_id: str, last: Event, state: State) -> None:
        """A log verifies up to an event."""
        with self._lock:
            self._last.pop(study_id, None)
            self._last[study_id] = last, state
            if len(self._last) > BOOKS:
                del self._last[next(iter(self._last))]


def states_of_studies() -> States[State, StudyRow]:
    """Where states of studies are kept."""
    return States(
        EventRow,
        lambda session, study: State.of(survey_of(session, study)),
        lambda events, state: fold(map(logged, events), state),
    )


def states_of_evaluations() -> States[EvaluationState, EvaluationRow]:
    """Where states of evaluations are kept."""
    return States(
        EvaluationEventRow,
        lambda _session, _book: EvaluationState(),
        lambda events, state: evaluation_state.fold(map(logged_evaluation, events), state),
    )


def kept_states() -> dict[str, Any]:
    """Under the names by which sessions have it, what is kept of a database in one process."""
    return {
        "states": states_of_studies(),
        "evaluations": states_of_evaluations(),
        "walked": Walked(),
    }


def state_of(session: Session, study: StudyRow) -> State:
    """A study's state in a transaction, see `ahp.store.database.Database`."""
    states: States[State, StudyRow] = session.info["states"]
    return states.of(session, study)


def evaluation_state_of(session: Session, book: EvaluationRow) -> EvaluationState:
    """An evaluation's state in a transaction."""
    states: States[EvaluationState, EvaluationRow] = session.info["evaluations"]
    return states.of(session, book)


def state_before(session: Session, study: StudyRow, seq: int | None) -> State:
    """A study's state before the event of a number; None = now."""
    now = state_of(session, study)
    if seq is None:
        return now
    start = State.of(survey_of(session, study))
    for closed in now.closed:
        start = closed.state if closed.state.seq < seq else start
    return fold(map(logged, chain.read(session, study.id, start.seq + 1, seq - 1)), start)


def logged(event: Event) -> Logged:
    """What an event of a study's log says.

    Raises:
        AHPError: nothing.
    """
    if event.detail is None:
        action = _read_action(event.kind, event.parent, event.left, event.right, event.value)
    else:
        action = read_action(vars(event))
    return Logged(event.seq, event.round, event.expert_id, event.source, event.time, action)


@lru_cache(maxsize=4096, typed=True)  # a long log has the same answers again and again
def _read_action(*columns: str | None) -> Action:
    return read_action(dict(zip(COLUMNS, (*columns, None), strict=True)))


def logged_evaluation(event: Event) -> evaluation_events.Logged:
    """What an event of an evaluation's log says.

    Raises:
        AHPError: nothing.
    """
    return evaluation_events.Logged(
        event.seq,
        event.expert_id,
        event.source,
        event.time,
        Actor(str(event.actor_kind), str(event.actor_id)),
        evaluation_events.read_action(vars(event)),
    )
