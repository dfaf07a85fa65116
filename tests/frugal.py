"""What is refused must be refused before it takes the machine's memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest


def frugal_refusal(read: Callable[[], object], error: type[Exception], most: float) -> str:
    """The message of a refusal that took fewer bytes than `most`."""
    tracemalloc.start()
    try:
        with pytest.raises(error) as caught:
            read()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most
    return str(caught.value)
