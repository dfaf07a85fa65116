"""How far the scores of a period are, what was signed of them, and what came before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ...evaluation.peers import PeriodResult
from .checking import raters_submitted, undelivered
from .judged import result_of
from .state import EvaluationState, PeriodState


@dataclass(frozen=True)
class Standing:
    """What the scores of a period rest on.

    Attributes:
        stage: `PeriodState.stage`.
        missing: ids of the indicators of which any unit has no value.
        indicators: how many count.
        submitted, raters: how many raters have submitted, of how many; 0 of 0 without any.
        undecided: deductions, bonuses and vetoes that wait for a second person.
        appeals: that wait for a decision.
        revision: of the last signature; 0 before the first.
    """

    stage: str
    missing: tuple[str, ...]
    indicators: int
    submitted: int
    raters: int
    undecided: int
    appeals: int
    revision: int

    @property
    def provisional(self) -> bool:
        """Whether the scores may still change before they are signed."""
        return self.revision == 0


def standing_of(state: EvaluationState, held: PeriodState) -> Standing:
    """What the scores of a period rest on."""
    submitted, raters = raters_submitted(state, held)
    return Standing(
        held.stage,
        undelivered(state, held),
        len(held.scheme.counting(held.period)),
        submitted,
        raters,
        len(held.undecided),
        len(held.open_appeals),
        held.signatures[-1].revision if held.signatures else 0,
    )


def result_before(state: EvaluationState, period: str) -> PeriodResult | None:
    """The last period of the same kind before one, by its own rules.

    Raises:
        EvaluationError: no result follows there.
    """
    kind = state.periods[period].period.kind
    earlier = [str(one.period) for one in state.before(period) if one.period.kind == kind]
    return PeriodResult(result_of(state, earlier[-1]), earlier[-1]) if earlier else None


def results_of_unit(state: EvaluationState, period: str, unit: str) -> tuple[PeriodResult, ...]:
    """The periods up to one in which a unit was evaluated, each by its own rules.

    Args:
        state: the evaluation.
        period: `str(Period)`.
        unit: its name.
    """
    kind = state.periods[period].period.kind
    periods = [one for one in state.before(period) if one.period.kind == kind]
    names = (*(str(one.period) for one in periods), period)
    found = (PeriodResult(result_of(state, name), name) for name in names)
    return tuple(one for one in found if unit in one.result.units)


def signed_total(signed: Mapping[str, Any]) -> Decimal | None:
    """The total of a unit in evidence."""
    return None if signed["total"] is None else Decimal(signed["total"])


def moved_since(state: EvaluationState, period: str) -> Iterator[str]:
    """Ids of the units whose total or band, computed now, is not what was signed last: the list of
    units or an earlier period was changed since.
    """
    held, result = state.periods[period], result_of(state, period)
    column = result.period_position(period)
    for unit, signed in held.signatures[-1].evidence["units"].items():
        name = state.unit[unit].name
        if name not in result.units:
            yield unit
            continue
        band = str(result.bands[result.unit_position(name), column])
        if (result.total(name, period), band) != (signed_total(signed), signed["band"]):
            yield unit
