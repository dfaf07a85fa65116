"""The states of studies, kept in memory so that only new events are read.

A kept state is used again only where the log still has the event after which it was, with the same
hash: whatever another process wrote, or a transaction took back, is seen.
"""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

from sqlalchemy.orm import Session

from ..process.events import Logged, read_action
from ..process.fold import State, fold
from . import chain
from .models import StudyRow
from .records import Event
from .surveys import survey_of

STUDIES, STATES = 64, 8
"""Of how many studies states are kept, and how many of each: readers may still see an older one."""


class _Kept(NamedTuple):
    seq: int
    hash: str
    state: State


class States:
    """What is kept in one process; safe to share between threads."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[_Kept, ...]] = {}
        self._lock = Lock()

    def of(self, session: Session, study: StudyRow) -> State:
        """A study's state in a transaction."""
        for kept in sorted(self._kept.get(study.id, ()), key=lambda kept: -kept.seq):
            if (kept.seq, kept.hash) == (study.head_seq, study.head_hash):
                return kept.state
            if kept.seq < study.head_seq:
                events = list(chain.read(session, study.id, kept.seq, study.head_seq))
                if events and (events[0].seq, events[0].hash) == kept[:2]:
                    return self.keep(study, fold(map(logged, events[1:]), kept.state))
        every = chain.read(session, study.id, 1, study.head_seq)
        return self.keep(study, fold(map(logged, every), State.of(survey_of(session, study))))

    def keep(self, study: StudyRow, state: State) -> State:
        """Keep a study's state at its head."""
        new = _Kept(study.head_seq, study.head_hash, state)
        with self._lock:
            others = (one for one in self._kept.pop(study.id, ()) if one.seq != new.seq)
            self._kept[study.id] = (new, *others)[:STATES]  # those taken back go as others come
            if len(self._kept) > STUDIES:
                del self._kept[next(iter(self._kept))]
        return state


def state_of(session: Session, study: StudyRow) -> State:
    """A study's state in a transaction, see `ahp.store.database.Database`."""
    states: States = session.info["states"]
    return states.of(session, study)


def state_before(session: Session, study: StudyRow, seq: int | None) -> State:
    """A study's state before the event of a number; None = now."""
    now = state_of(session, study)
    if seq is None:
        return now
    start = State.of(now.survey)
    for closed in now.closed:
        start = closed.state if closed.state.seq < seq else start
    return fold(map(logged, chain.read(session, study.id, start.seq + 1, seq - 1)), start)


def logged(event: Event) -> Logged:
    """What an event of the log says.

    Raises:
        AHPError: nothing.
    """
    return Logged(
        event.seq, event.round, event.expert_id, event.source, event.time, read_action(vars(event))
    )
