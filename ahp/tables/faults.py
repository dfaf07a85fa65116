"""All that is wrong with a file, said at once."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import AHPError
from ..messages import Message, Phrase

MOST_NAMED = 20
"""Faults, or things said of a file, that are named; the others are counted."""


def first_and_count(each: Sequence[Message]) -> tuple[Message, ...]:
    """The first ones, and how many there are more."""
    more = len(each) - MOST_NAMED
    return (*each[:MOST_NAMED], *([Phrase("more_faults", count=more)] if more > 0 else ()))


def refuse_faults(faults: Sequence[AHPError], source: str, error: type[AHPError]) -> None:
    """Raise the fault that there is, or one error of the given type that lists them."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        each = tuple(Phrase(fault.code, **fault.parameters) for fault in faults)
        raise error(
            "several_faults", source=source, count=len(faults), faults=first_and_count(each)
        )
