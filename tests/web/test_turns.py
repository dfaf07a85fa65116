"""Runs of pages take turns."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import pytest

from ahp.web import internals, turns
from ahp.web.internals import Calls
from ahp.web.turns import Turns

from .test_doors import run


def waits(pages: Turns, count: int) -> None:
    """Until so many runs wait."""
    while len(pages._waiting) < count:
        time.sleep(0.001)


def ended(runs: list[threading.Thread]) -> None:
    """All are over; one that nobody calls would wait forever."""
    for one in runs:
        one.join(30)
        assert not one.is_alive()


def test_runs_come_in_the_order_in_which_they_came(monkeypatch) -> None:
    monkeypatch.setattr(turns, "LONG", 1e9)
    order, pages = [], Turns()

    def run(number: int) -> None:
        with pages.turn():
            order.append(number)

    runs = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(20)]
    with pages.turn():
        for count, one in enumerate(runs, start=1):
            one.start()
            waits(pages, count)
        assert order == []
    ended(runs)
    assert order == list(range(20))


def test_the_first_that_waits_is_woken_by_time_and_others_are_called(monkeypatch) -> None:
    monkeypatch.setattr(turns, "LONG", 1e9)
    pages = Turns()

    def run() -> None:
        with pages.turn():
            pass

    runs = [threading.Thread(target=run, daemon=True) for _ in range(3)]
    with pages.turn():
        for count, one in enumerate(runs, start=1):
            one.start()
            waits(pages, count)
        with pages._lock:
            first, *others = map(pages._left, pages._waiting)
        assert first is not None
        assert first > 1e8
        assert others == [None, None]
    ended(runs)


def test_runs_that_wait_for_the_database_wait_for_no_other(monkeypatch) -> None:
    """All are under way before the first ends, in the order in which they came."""
    monkeypatch.setattr(turns, "LONG", 0.001)
    order, pages, answered = [], Turns(), threading.Event()

    def run(number: int) -> None:
        with pages.turn():
            order.append(number)
            assert answered.wait(60)

    runs = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(20)]
    for count, one in enumerate(runs, start=1):
        one.start()
        while len(order) < count:
            time.sleep(0.001)
    answered.set()
    ended(runs)
    assert order == list(range(20))


def test_a_long_run_ends_no_turn_of_others(monkeypatch) -> None:
    monkeypatch.setattr(turns, "LONG", 0)
    pages = Turns()
    report = pages.turn()
    report.__enter__()
    monkeypatch.setattr(turns, "LONG", 1e9)
    with pages.turn():
        end = pages._end
        report.__exit__(None, None, None)
        assert pages._end == end > time.monotonic()


def test_a_run_that_fails_ends_its_turn(monkeypatch) -> None:
    monkeypatch.setattr(turns, "LONG", 1e9)
    pages = Turns()
    with pytest.raises(ValueError, match="a page failed"), pages.turn():
        raise ValueError("a page failed")
    assert pages._end == 0
    with pages.turn():
        pass


def test_runs_of_pages_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Streamlit has it: a run is under way while its turn is."""

    class Counting(Turns):
        given = 0

        def _call_next(self) -> None:
            Counting.given += 1
            super()._call_next()

    runs: list[tuple[str, float]] = []
    monkeypatch.setattr(internals, "Turns", Counting)
    monkeypatch.setattr(internals.app_session, "ScriptRunner", internals.ScriptRunner)
    session = internals.app_session.AppSession
    untouched = session._call_soon_on_event_loop
    monkeypatch.setattr(session, "_call_soon_on_event_loop", untouched)
    internals.take_turns(lambda run, seconds: runs.append((run, seconds)))
    in_turn = internals.app_session.ScriptRunner
    assert in_turn is not internals.ScriptRunner
    began: list[int] = []
    monkeypatch.setattr(
        internals.ScriptRunner, "_run_script", lambda *_of: began.append(Counting.given)
    )

    class Data:
        fragment_id_queue = ("part",)

    moments = SimpleNamespace(monotonic=iter([5.0, 7.5]).__next__)
    monkeypatch.setattr(internals, "time", moments)
    in_turn._run_script(object.__new__(in_turn), Data())
    assert (began, Counting.given, runs) == ([1], 2, [("part", 2.5)])
    assert session._call_soon_on_event_loop is not untouched


def test_what_a_run_sends_wakes_the_server_once() -> None:
    """In order, and at the end of the run at the latest."""
    made: list[int] = []
    wakes: list[Callable[[], object]] = []

    async def serve() -> None:
        calls = Calls()
        calls.now()  # nothing was ever sent
        for number in range(5):
            calls.add(partial(made.append, number), wakes.append)
        assert (made, len(wakes)) == ([], 1)
        calls.now()
        assert (made, len(wakes)) == ([], 2)
        wakes[1]()
        assert made == [0, 1, 2, 3, 4]

    run(serve())


def test_what_a_long_run_sends_is_not_kept_until_its_end(monkeypatch) -> None:
    """Such as a bar that shows how far it is."""
    monkeypatch.setattr(internals, "GATHERED", 0)
    made = asyncio.Event()

    async def serve() -> None:
        loop, calls = asyncio.get_running_loop(), Calls()
        await asyncio.to_thread(calls.add, made.set, loop.call_soon_threadsafe)
        await asyncio.wait_for(made.wait(), 30)

    run(serve())


def test_a_call_that_fails_keeps_no_other_from_being_made() -> None:
    made: list[int] = []
    wakes: list[Callable[[], object]] = []
    failed: list[Exception] = []

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: failed.append(context["exception"]))
        calls = Calls()
        for call in (lambda: made.append(1 // 0), partial(made.append, 2)):
            calls.add(call, wakes.append)
        calls.now()
        wakes[1]()

    run(serve())
    assert (made, [*map(type, failed)]) == ([2], [ZeroDivisionError])
