"""What full collections look at while a server runs."""

from __future__ import annotations

import gc
import weakref

import pytest

from ahp.web import collector
from ahp.web.collector import WHOLE, short_collections


class Page:
    def __init__(self) -> None:
        self.itself = self


def test_a_full_collection_sets_aside_what_it_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(collector.time, "monotonic", lambda: now)
    before = list(gc.callbacks)
    with short_collections():
        stays, goes = Page(), Page()
        left, gone = weakref.ref(stays), weakref.ref(goes)
        del goes
        gc.collect()
        assert (left() is stays, gone()) == (True, None)
        assert not any(one is stays for one in gc.get_objects())  # set aside
        del stays
        gc.collect()
        assert left() is not None  # not looked at
        now = WHOLE
        gc.collect()
        assert left() is None
        assert gc.get_freeze_count() > 0
        later = Page()
        gc.collect(0)
        assert any(one is later for one in gc.get_objects())
    assert (gc.callbacks, gc.get_freeze_count()) == (before, 0)
