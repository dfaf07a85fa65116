"""All that is wrong with a file, said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from ..errors import AHPError
from ..messages import Message, Phrase

M = TypeVar("M", bound=Message)

MOST_NAMED = 20
"""Faults, or things said of a file, that are named; the others are counted."""


class Faults(Generic[M]):
    """Faults while they are looked for; those that won't be named are counted, not made.

    Attributes:
        first: those that are named.
        count: of all.
    """

    def __init__(self, faults: Iterable[M] = ()) -> None:
        self.first: list[M] = []
        self.count = 0
        self.extend(faults)

    def extend(self, faults: Iterable[M]) -> None:
        """Add faults that are made."""
        for fault in faults:
            self.count += 1
            if self.count <= MOST_NAMED:
                self.first.append(fault)

    def add(self, fault: Callable[[], M]) -> None:
        """Count a fault, and make it if it will be named."""
        self.count += 1
        if self.count <= MOST_NAMED:
            self.first.append(fault())


def first_and_count(each: Iterable[Message] | Faults[Any]) -> tuple[Message, ...]:
    """The first ones, and how many there are more."""
    faults = each if isinstance(each, Faults) else Faults(each)
    more = faults.count - MOST_NAMED
    return (*faults.first, *([Phrase("more_faults", count=more)] if more > 0 else ()))


def refuse_faults(
    each: Iterable[AHPError] | Faults[Any], source: str, error: type[AHPError]
) -> None:
    """Raise the fault that there is, or one error of the given type that lists them."""
    faults = each if isinstance(each, Faults) else Faults(each)
    if faults.count == 1:
        raise faults.first[0]
    if faults.count:
        named, more = faults.first, first_and_count(faults)[MOST_NAMED:]
        said = (*(Phrase(fault.code, **fault.parameters) for fault in named), *more)
        raise error("several_faults", source=source, count=faults.count, faults=said)
