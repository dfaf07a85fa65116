"""Values of a period that stand out, as an import would have found them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ..messages import Phrase
from ..process.evaluations.events import CellKey
from ..process.evaluations.state import EvaluationState, PeriodState, Value
from .import_preview import import_preview
from .layout_questions import CellKey as LayoutKey


def conspicuous_values(
    state: EvaluationState, held: PeriodState
) -> Mapping[CellKey, tuple[Phrase, ...]]:
    """Cell -> why somebody should look at its value, see `import_preview`; deductions, bonuses and
    vetoes are left out, as a second person looks at each.

    Args:
        state: the evaluation.
        held: the period; the four before it are what its values are told against.
    """
    kind = held.period.kind
    before = (one for one in state.before(str(held.period)) if one.period.kind == kind)
    return _conspicuous(held, tuple(before))


@lru_cache(maxsize=32)
def _conspicuous(
    held: PeriodState, before: tuple[PeriodState, ...]
) -> Mapping[CellKey, tuple[Phrase, ...]]:
    now = {_layout_key(key): key for key, _value in _delivered(held)}
    records = [
        {**key._asdict(), "value": value.row.value, "place": value.row.place}
        for key, value in _delivered(held)
    ]
    earlier = {
        str(one.period): {_layout_key(key): value.row.value for key, value in _delivered(one)}
        for one in before
    }
    changes = import_preview(records, {}, earlier, held.scheme)
    return {now[one.cell]: one.doubts for one in changes if one.doubts}


def _delivered(held: PeriodState) -> Iterable[tuple[CellKey, Value]]:
    return ((key, one) for key, one in held.values.items() if key not in held.entries)


def _layout_key(key: CellKey) -> LayoutKey:
    return LayoutKey(**key._asdict())
