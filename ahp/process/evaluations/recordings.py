"""What came in for a period and when: the history of a cell, and a recording taken back."""

from __future__ import annotations

from dataclasses import dataclass

from .events import CellKey, Row
from .state import PeriodState, Recording, Stamp, Value


@dataclass(frozen=True)
class CellEvent:
    """What became of a cell.

    Attributes:
        key: which.
        stamp: when and by whom.
        value: that was recorded; None where it was taken away.
        reason: why.
    """

    key: CellKey
    stamp: Stamp
    value: Value | None
    reason: str


def history_of(held: PeriodState, unit: str, indicator: str) -> tuple[CellEvent, ...]:
    """What became of the cells of a unit's indicator, the latest first."""

    def wanted(key: CellKey) -> bool:
        return (key.unit, key.indicator) == (unit, indicator)

    every = [
        *((key, values) for key, values in held.earlier.items() if wanted(key)),
        *((key, (value,)) for key, value in held.values.items() if wanted(key)),
    ]
    events = [
        CellEvent(key, value.stamp, value, value.reason)
        for key, values in every
        for value in values
    ]
    for one in held.recordings:
        gone = (CellKey(*cell) for cell in one.action.removed)
        reason = one.action.reason
        events += [CellEvent(key, one.stamp, None, reason) for key in gone if wanted(key)]
    return tuple(sorted(events, key=lambda event: (-event.stamp.seq, event.key)))


def taken_back(
    held: PeriodState, recording: Recording
) -> tuple[tuple[Row, ...], tuple[CellKey, ...]]:
    """What to record so that cells are again as they were before a recording: the values that stood
    there, and the cells that had none. Cells that were changed since stay as they are.
    """
    seq = recording.stamp.seq
    later = {key for one in held.recordings if one.stamp.seq > seq for key in one.before}
    rows, removed = [], []
    for key, before in recording.before.items():
        now = held.values.get(key)
        if key in later or (now is not None and now.stamp.seq != seq):
            continue
        if before is not None:
            rows.append(before.row)
        elif now is not None:
            removed.append(key)
    return tuple(rows), tuple(removed)
