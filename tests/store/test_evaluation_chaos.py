"""A quarter that is killed again and again: nothing confirmed is lost, nothing stands twice."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import pytest

from ahp.errors import StoreError
from ahp.process.evaluations.events import (
    AppealDecided,
    Appealed,
    CellKey,
    CorrectionProposed,
    Done,
    EntryConfirmed,
    EvaluationCreated,
    NoticeOpened,
    PeriodChecked,
    PeriodOpened,
    PersonAdded,
    Rated,
    RatingClosed,
    RatingOpened,
    RatingsSubmitted,
    Row,
    SchemeApproved,
    SchemeProposed,
    UnitAdded,
)
from ahp.process.evaluations.judged import result_of
from ahp.process.evaluations.units import Unit
from ahp.process.events import Actor
from ahp.store import Store
from tests.store.department import small_scheme

PERIOD, UNITS, RATERS = "2026Q1", "abcdefghijkl", ("r1", "r2", "r3")

Call = Callable[[], object]


class Quarter:
    """A quarter, step by step; a step that was done is done again without effect."""

    def __init__(self, url: str) -> None:
        self.store = Store(url)
        by = {one.name: one.id for one in self.store.accounts()}
        self.clerk = self.store.by(Actor("organizer", by["Wang"]))
        self.head = self.store.by(Actor("organizer", by["Li"]))
        [self.id] = [one.id for one in self.store.evaluations()]

    def steps(self) -> Iterator[Call]:
        """Everything from the scheme to a corrected signature."""
        yield self._do(SchemeProposed(1, small_scheme().content), SchemeApproved(1))
        yield self._do(*(UnitAdded(Unit(one.upper(), id=one)) for one in UNITS))
        for rater in RATERS:
            yield self._do(PersonAdded("rater", rater.upper()), person=rater)
        yield self._do(PersonAdded("contact", "Sun", unit="b"), person="sun")
        yield self._do(PeriodOpened(PERIOD, 1, "2026-04-10", {}))
        for part in ("abcd", "efgh", "ijkl"):
            yield self._record(*(Row(one, "measured", str(60 + ord(one) % 30)) for one in part))
        yield self._record(Row("b", "late", "1", evidence="No. 7"))
        yield self._confirm
        yield self._do(RatingOpened(PERIOD, 1, (), ""))
        for rater in RATERS:
            for unit in UNITS:
                yield self._as(rater, Rated(PERIOD, 1, unit, "rated", "g75"))
            yield self._as(rater, RatingsSubmitted(PERIOD, 1))
        yield self._do(RatingClosed(PERIOD, 1))
        yield self._do(PeriodChecked(PERIOD))
        yield self._notices
        yield self._as("sun", NoticeOpened(PERIOD))
        yield self._as("sun", Appealed(PERIOD, "1", CellKey("b", "measured"), "one was ours"))
        right = Row("b", "measured", "99")
        yield self._do(AppealDecided(PERIOD, "1", True, "so it is", right), by=self.head)
        yield self._sign(1, "all agree")
        yield self._do(CorrectionProposed(PERIOD, (Row("c", "measured", "50"),), "wrong list"))
        yield self._sign(2)

    def _do(self, *actions: Done, person: str | None = None, by: Store | None = None) -> Call:
        number = f"{actions[0].kind} {person}"
        store = by or self.clerk
        return lambda: store.act_together(self.id, actions, person=person, event_id=number)

    def _as(self, person: str, action: Done) -> Call:
        number = f"{person} {action.detail}"
        return lambda: self.store.act_as(person, action, event_id=number)

    def _record(self, *rows: Row) -> Call:
        def record() -> None:  # typed before, and perhaps corrected since
            there = self.store.evaluation_state(self.id).periods[PERIOD].values
            new = [row for row in rows if row.key not in there]
            if new:
                self.clerk.record_values(self.id, PERIOD, new)

        return record

    def _confirm(self) -> None:
        held = self.store.evaluation_state(self.id).periods[PERIOD]
        for key in held.undecided:
            seq = held.values[key].stamp.seq
            self.head.act(self.id, EntryConfirmed(PERIOD, key, seq))

    def _notices(self) -> None:
        if self.store.evaluation_state(self.id).periods[PERIOD].notices is None:
            self.clerk.issue_notices(self.id, PERIOD, "2099-12-31")

    def _sign(self, revision: int, early: str = "") -> Call:
        def sign() -> None:
            try:
                self.head.sign(self.id, PERIOD, revision, early)
            except StoreError as error:
                if error.code != "signed_already":
                    raise

        return sign


def play(url: str, channel: Connection) -> None:
    """Do all steps, and say each that was confirmed."""
    for number, step in enumerate(Quarter(url).steps()):
        step()
        channel.send(number)


def killed(url: str, stop: int | None, draw: random.Random) -> int:
    """Play in a process that is killed soon after a step; returns the last one confirmed."""
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=play, args=(url, theirs))
    process.start()
    theirs.close()
    confirmed = -1
    while True:
        try:
            confirmed = ours.recv()
        except (EOFError, OSError):  # the latter in the middle of a message
            break
        if stop is not None and confirmed >= stop and draw.random() < 0.6:
            process.kill()
    process.join()
    assert process.exitcode == (0 if stop is None else -9)
    process.close()
    ours.close()
    return confirmed


@pytest.mark.parametrize("kills", [6, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_again_and_again(store, url, kills) -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload([__name__])
    password = "correct horse battery staple"
    store.add_account("Wang", password, ("administrator", "organizer"))
    store.add_account("Li", password, ("head",))
    wang = next(one.id for one in store.accounts() if one.name == "Wang")
    evaluation = store.by(Actor("organizer", wang)).create_evaluation("Quarter").id
    quarter = Quarter(url)
    steps = sum(1 for _step in quarter.steps())
    quarter.store.close()
    draw = random.Random(1)
    for stop in sorted(draw.sample(range(steps - 4), kills)):
        confirmed = killed(url, stop, draw)
        assert len(store.evaluation_events(evaluation)) > confirmed  # one a step, or more
        store.verify_evaluations()
    assert killed(url, None, draw) == steps - 1
    events = store.evaluation_events(evaluation)
    kinds = Counter(event.kind for event in events)
    assert kinds == {
        EvaluationCreated.kind: 1,
        "scheme_proposed": 1,
        "scheme_approved": 1,
        "unit_added": 12,
        "person_added": 4,
        "period_opened": 1,
        "values_recorded": 4,
        "entry_confirmed": 1,
        "rating_opened": 1,
        "rated": 36,
        "ratings_submitted": 3,
        "rating_closed": 1,
        "period_checked": 1,
        "notices_issued": 1,
        "notice_opened": 1,
        "appealed": 1,
        "appeal_decided": 1,
        "period_signed": 2,
        "correction_proposed": 1,
    }
    [log] = store.verify_evaluations()
    assert log.signed == (PERIOD,)
    now = store.evaluation_state(evaluation)
    result = result_of(now, PERIOD)
    totals = {unit: str(result.total(unit, PERIOD)) for unit in ("A", "B", "C")}
    # .6 × 67, 99 and 50, .4 × 75; B was late once
    assert totals == {"A": "70.2", "B": "87.4", "C": "60.0"}
    signed = now.periods[PERIOD].signatures
    assert [one.evidence["units"]["c"]["total"] for one in signed] == ["71.4", "60.0"]
