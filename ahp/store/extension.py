"""Whether the log is an extension of what checkpoints say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..messages import Phrase
from . import clock
from .chain import Rows
from .checkpoint import Chain, Checkpoint, Kind
from .merkle import Tree
from .models import EvaluationEventRow, EvaluationRow, EventRow, StudyRow
from .times import days_alone, is_before, latest

AGREE = timedelta(seconds=60)
"""What clocks of servers and authorities may differ by, and a checkpoint takes to be signed."""

TABLES: Mapping[Kind, tuple[type[StudyRow] | type[EvaluationRow], Rows]] = {
    "studies": (StudyRow, EventRow),
    "evaluations": (EvaluationRow, EvaluationEventRow),
}
"""Kind of a chain -> the tables of its head and of its events."""


FETCHED = 10_000
"""Events of a chain that are read at once."""


@dataclass(frozen=True)
class Compared:
    """What checkpoints say of the log.

    Attributes:
        checkpoints, chains: how many there are, and of how many chains.
        newest: when the newest was signed, as a timestamp; None where none says.
        problems: for each chain that is no extension, where it isn't.
        remarks: where times of events and of checkpoints don't fit.
    """

    checkpoints: int
    chains: int
    newest: str | None
    problems: tuple[Phrase, ...]
    remarks: tuple[Phrase, ...]


def compare(
    session: Session,
    checkpoints: Sequence[Checkpoint],
    stamps: Mapping[Checkpoint, datetime],
) -> Compared:
    """Compare the log with checkpoints.

    Args:
        session: a transaction.
        checkpoints: of any chains, at any time.
        stamps: checkpoint -> when an authority saw it.
    """
    of_chain: dict[Chain, list[Checkpoint]] = defaultdict(list)
    for one in checkpoints:
        of_chain[one.chain].append(one)
    problems, remarks = [], []
    for chain, own in of_chain.items():
        walk = _Walk(session, chain, stamps)
        problem = walk.problem(sorted(own, key=lambda one: one.size))
        problems += [problem] if problem else walk.false_times
        remarks += walk.odd_times
    times = [one.time for one in checkpoints if one.time]
    newest = clock.timestamp(max(times)) if times else None
    return Compared(len(checkpoints), len(of_chain), newest, tuple(problems), tuple(remarks))


def events_of(session: Session, chain: Chain, after: int = 0) -> Iterator[tuple[int, str, str]]:
    """Number, hash and time of the events of a chain, behind a number."""
    rows = TABLES[chain.kind][1]
    query = select(rows.seq, rows.hash, rows.time).where(
        rows.study_id == chain.id, rows.seq > after
    )
    parts = query.order_by(rows.seq).execution_options(yield_per=FETCHED)
    with session.execute(parts) as found:  # PostgreSQL keeps a cursor open until it is read or left
        for row in found:
            yield row.seq, row.hash, row.time


def say(code: str, one: Checkpoint, book: Phrase, **parts: int) -> Phrase:
    """What a checkpoint says against a chain."""
    return Phrase(code, book=book, source=one.source, line=one.line, size=one.size, **parts)


class _Walk:
    """One chain beside its checkpoints.

    Attributes:
        odd_times: where times of events and of checkpoints, by the server's own clock, don't fit.
        false_times: where times of events and of time stamps don't.
    """

    def __init__(
        self, session: Session, chain: Chain, stamps: Mapping[Checkpoint, datetime]
    ) -> None:
        self._session, self._chain, self._stamps = session, chain, stamps
        head = TABLES[chain.kind][0]
        title = session.scalar(select(head.title).where(head.id == chain.id))
        self._name = chain.phrase(title)
        self._days = days_alone(session, chain.id)
        self.odd_times: list[Phrase] = []
        self.false_times: list[Phrase] = []
        self._latest: tuple[str, int] | None = None  # time and number of the event dated last
        self._signed = ""  # when the checkpoints that were passed were signed, at the latest
        self._stamped = ""  # likewise of those with a time stamp

    def problem(self, checkpoints: Sequence[Checkpoint]) -> Phrase | None:
        """Where the chain is no extension of them; they are in the order of their sizes."""
        tree, same, left = Tree(), 0, list(reversed(checkpoints))
        for seq, event_hash, time in events_of(self._session, self._chain):
            self._look_at(seq, time)
            tree.add(event_hash.encode())
            while left and left[-1].size == tree.size:
                one = left.pop()
                if one.root != tree.root:
                    return say("checkpoint_other", one, self._name, first=same + 1)
                same = one.size
                self._pass(one)
        if not left:
            return None
        if tree.size == 0:
            return say("checkpoint_of_nothing", left[0], self._name)
        return say("checkpoint_longer", left[0], self._name, seq=tree.size + 1, last=tree.size)

    def _look_at(self, seq: int, time: str) -> None:
        """An event that is behind the checkpoints that were passed."""
        if self._latest is None or is_before(self._latest[0], time):
            self._latest = time, seq
        time_at_most = latest(time) if seq in self._days else time
        for limit, code, found in (
            (self._stamped, "time_before_stamp", self.false_times),
            (self._signed, "time_before_checkpoint", self.odd_times),
        ):
            if limit and is_before(time_at_most, limit) and not found:
                found.append(Phrase(code, book=self._name, seq=seq, time=time, before=limit))

    def _pass(self, one: Checkpoint) -> None:
        """A checkpoint of all events so far."""
        stamped = self._stamps.get(one)
        for moment, code, found in (
            (stamped, "time_after_stamp", self.false_times),
            (one.time, "time_after_checkpoint", self.odd_times),
        ):
            if moment is None or self._latest is None or found:
                continue
            time, seq = self._latest
            limit = clock.timestamp(moment)
            if is_before(clock.timestamp(moment + AGREE), time):
                found.append(Phrase(code, book=self._name, seq=seq, time=time, after=limit))
        if one.time is not None:
            self._signed = max(self._signed, clock.timestamp(one.time - AGREE))
        if one.time is not None and stamped is not None:
            # what the server said of the time can't be later than when the authority saw it
            earlier = min(one.time, stamped) - AGREE
            self._stamped = max(self._stamped, clock.timestamp(earlier))
