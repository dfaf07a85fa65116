"""The way through a survey: welcome, each comparison, a summary after each parent, the review."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from ..hierarchy import Hierarchy


@dataclass(frozen=True)
class Stop:
    """One screen of the survey.

    Attributes:
        kind: `"welcome"`, `"pair"`, `"parent"` (summary of a parent) or `"review"`.
        parent, left, right: node ids, as far as the kind has them.
    """

    kind: str
    parent: str = ""
    left: str = ""
    right: str = ""

    @property
    def place(self) -> str:
        """The stop as text, to be stored and found again with `find_stop`."""
        return " ".join(part for part in (self.kind, self.parent, self.left, self.right) if part)

    @property
    def pair(self) -> tuple[str, str, str]:
        """The comparison asked at this stop: (parent, left, right)."""
        return self.parent, self.left, self.right


def itinerary(hierarchy: Hierarchy, recused: Container[str] = ()) -> tuple[Stop, ...]:
    """All stops of a survey in order, without the parents an expert is recused from."""
    stops = [Stop("welcome")]
    for parent in hierarchy.parents:
        if parent in recused:
            continue
        stops += [Stop("pair", parent, *pair) for pair in hierarchy.pairs(parent)]
        stops.append(Stop("parent", parent))
    return (*stops, Stop("review"))


def find_stop(stops: tuple[Stop, ...], place: str | None) -> int:
    """Index of the stop stored as `place`; the welcome when nothing is stored yet."""
    return next((index for index, stop in enumerate(stops) if stop.place == place), 0)
