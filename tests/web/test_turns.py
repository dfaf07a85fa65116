"""Runs of pages take turns."""

from __future__ import annotations

import threading

import pytest

from ahp.web import turns
from ahp.web.turns import Turns


def test_a_run_waits_until_the_one_before_has_ended(monkeypatch) -> None:
    monkeypatch.setattr(turns, "LONG", 1e9)
    order, pages = [], Turns()

    def later() -> None:
        with pages.turn():
            order.append("second")

    waiting = threading.Thread(target=later)
    with pages.turn():
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_long_run_keeps_nobody_waiting(monkeypatch) -> None:
    """Nor does it end the turn of who came after it."""
    monkeypatch.setattr(turns, "LONG", 0)
    pages = Turns()
    report = pages.turn()
    report.__enter__()
    monkeypatch.setattr(turns, "LONG", 1e9)
    with pages.turn():
        page = pages._running
        report.__exit__(None, None, None)
        assert pages._running is page


def test_a_run_that_fails_ends_its_turn(monkeypatch) -> None:
    monkeypatch.setattr(turns, "LONG", 1e9)
    pages = Turns()
    with pytest.raises(ValueError, match="a page failed"), pages.turn():
        raise ValueError("a page failed")
    with pages.turn():
        assert pages._running
