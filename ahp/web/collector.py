"""Garbage collection that keeps pages waiting as little as can be."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

WHOLE = 120.0
"""Seconds after which everything is looked through again."""


@contextmanager
def short_collections() -> Iterator[None]:
    """Have full collections look only at what came since the last one.

    One that looks at everything stops all pages meanwhile: 0.2 to 0.4 s every ten seconds, with 300
    pages open. What it leaves is the code, and pages that stay open: it is set aside. What of that
    falls apart later, in circles, is found when everything is due again.
    """
    due = time.monotonic() + WHOLE

    def around(phase: str, info: Mapping[str, int]) -> None:
        nonlocal due
        if info["generation"] < 2:
            return
        if phase == "stop":
            gc.freeze()
        elif time.monotonic() >= due:
            gc.unfreeze()
            due = time.monotonic() + WHOLE

    gc.freeze()
    gc.callbacks.append(around)
    try:
        yield
    finally:
        gc.callbacks.remove(around)
        gc.unfreeze()
