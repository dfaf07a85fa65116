"""What a head looks at before signing a period."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...datafile import jcs
from ..events import Actor
from .state import EvaluationState, PeriodState, Stamp


@dataclass(frozen=True)
class Point:
    """A point of the checklist.

    Attributes:
        code: `"check"`, `"rating"`, `"entries"`, `"notices"`, or `"withdrawn"` where they were,
            `"appeals"` or `"time"` to appeal.
        done: whether nothing of it is left.
        stamp: when and by whom it was done, where one event did it.
        count, of: how many, of how many.
        actors: who did it, where several events did.
        until: a date.
    """

    code: str
    done: bool
    stamp: Stamp | None = None
    count: int = 0
    of: int = 0
    actors: tuple[Actor, ...] = ()
    until: str = ""


def checklist(state: EvaluationState, held: PeriodState, today: str) -> tuple[Point, ...]:
    """What was done before signing, and what is left.

    Args:
        state: the evaluation.
        held: the period.
        today: date.
    """
    points = [Point("check", held.checked is not None, held.checked)]
    if held.rounds:
        last = held.rounds[-1]
        points.append(Point("rating", last.closed is not None, last.closed, len(held.rounds)))
    if held.entries:
        verdicts = [one for key in held.entries if (one := held.verdict(key))]
        actors = tuple(dict.fromkeys(one.stamp.actor for one in verdicts))
        confirmed, entries = len(verdicts), len(held.entries)
        points.append(Point("entries", confirmed == entries, None, confirmed, entries, actors))
    if held.notices:
        contacts = [one.id for one in state.participants.values() if one.role == "contact"]
        seen = sum(one in held.seen for one in contacts)
        points.append(Point("notices", True, held.notices.stamp, seen, len(contacts)))
    else:
        code = "withdrawn" if held.appeals_until else "notices"
        points.append(Point(code, False, until=held.appeals_until))
    if held.notices or held.appeals:
        decided, appeals = len(held.appeals) - len(held.open_appeals), len(held.appeals)
        points.append(Point("appeals", decided == appeals, None, decided, appeals))
    if held.notices:
        until = held.notices.until
        points.append(Point("time", until < today, until=until))
    return tuple(points)


def hashes_of(evidence: Mapping[str, Any]) -> dict[str, str]:
    """SHA-256 of what a signature is about: the rules, the weights, the data, all of it."""
    return {
        "scheme": evidence["scheme"]["sha256"],
        "weights": _sha256(evidence["weights"]),
        "data": evidence["observations"]["sha256"],
        "evidence": _sha256(evidence),
    }


def _sha256(data: Any) -> str:
    return hashlib.sha256(jcs(data).encode()).hexdigest()
