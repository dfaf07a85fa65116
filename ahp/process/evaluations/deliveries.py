"""Who delivers what of a period until when, and what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ...evaluation.periods import Period, period_of
from ...evaluation.rules import Derived
from ...evaluation.scheme import Scheme
from ...evaluation.scoring import period_problem
from .events import CellKey
from .rules import left_to_raters
from .state import EvaluationState, PeriodState, Person
from .units import active_in

DELIVERED_WITHIN, RATED_WITHIN = timedelta(days=10), timedelta(days=15)
"""After the end of a period, as it is suggested when one is opened."""

_AROUND = 4
"""How many periods before and after the next one are offered."""


@dataclass(frozen=True)
class Delivery:
    """An indicator of a period that is delivered, not rated.

    Attributes:
        indicator: id.
        owners: ids of the data owners who deliver it.
        due: date.
        missing: ids of the units without a value.
        of: how many units there are.
    """

    indicator: str
    owners: tuple[str, ...]
    due: str
    missing: tuple[str, ...]
    of: int

    @property
    def received(self) -> int:
        """How many units have a value."""
        return self.of - len(self.missing)

    def late(self, today: str) -> bool:
        """Whether something is missing after the date."""
        return bool(self.missing) and today > self.due


def deliveries(state: EvaluationState, held: PeriodState) -> tuple[Delivery, ...]:
    """The indicators of a period that are delivered, in the order of the scheme."""
    rated = left_to_raters(state, held.scheme)
    leaves = [leaf for leaf in held.scheme.counting(held.period) if leaf not in rated]
    missing: dict[str, dict[str, None]] = {leaf: {} for leaf in leaves}
    for key in missing_cells(state, held, leaves):
        missing[key.indicator][key.unit] = None
    of = sum(active_in(unit, held.period) for unit in state.units)
    owners = [one for one in state.participants.values() if one.role == "data_owner"]
    return tuple(
        Delivery(
            leaf,
            tuple(one.id for one in owners if leaf in one.indicators),
            held.dues.get(leaf, held.due),
            tuple(missing[leaf]),
            of,
        )
        for leaf in leaves
    )


def missing_cells(
    state: EvaluationState,
    held: PeriodState,
    indicators: Iterable[str],
    also: Iterable[CellKey] = (),
) -> Iterator[CellKey]:
    """The cells of a period without a value; of derived indicators their inputs.

    Args:
        state: the evaluation.
        held: the period.
        indicators: ids of those looked at.
        also: cells that get a value.
    """
    there = {(key.unit, key.indicator, key.input) for key in (*held.values, *also)}
    units = [unit.id for unit in state.units if active_in(unit, held.period)]
    for leaf in indicators:
        rule = held.scheme.indicator[leaf].rule
        inputs = [one.id for one in rule.inputs] if isinstance(rule, Derived) else [""]
        for unit in units:
            for one in inputs:
                if not there & {(unit, leaf, one), (unit, leaf, "")}:
                    yield CellKey(unit, leaf, input=one)


def reminders(
    state: EvaluationState, held: PeriodState
) -> Iterator[tuple[Person, tuple[Delivery, ...]]]:
    """The data owners from whom something is missing, and what."""
    open_ones = [one for one in deliveries(state, held) if one.missing]
    for person in state.participants.values():
        if mine := tuple(one for one in open_ones if person.id in one.owners):
            yield person, mine


def periods_to_open(state: EvaluationState, scheme: Scheme, today: date) -> tuple[Period, ...]:
    """Periods that could be opened, in the order of time; see `next_period`."""
    base = _base(state, scheme, today)
    around = [_later(base, k) for k in range(-_AROUND, _AROUND + 1)]
    return tuple(
        one
        for one in around
        if str(one) not in state.periods and period_problem(scheme, one) is None
    )


def next_period(state: EvaluationState, scheme: Scheme, today: date) -> Period | None:
    """The period to open next: the one after the last, or the last one that is over; None where the
    scheme holds for none of those around it.
    """
    base = _base(state, scheme, today)
    offered = periods_to_open(state, scheme, today)
    return next((one for one in offered if one >= base), offered[-1] if offered else None)


def _base(state: EvaluationState, scheme: Scheme, today: date) -> Period:
    kind = scheme.period.kind
    opened = [one.period for one in state.periods.values() if one.period.kind == kind]
    if opened:
        return _later(max(opened), 1)
    return period_of(kind, today.year, today.month).earlier


def _later(period: Period, count: int) -> Period:
    """The period of the same kind so many later."""
    months = 12 * period.year + period.last_month + count * period.months
    year, month = divmod(months - 1, 12)
    return Period(year, month + 1, period.months)
