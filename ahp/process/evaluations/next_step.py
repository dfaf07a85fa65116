"""What is to be done next in an evaluation, and on which page."""

from __future__ import annotations

from dataclasses import dataclass

from .deliveries import deliveries
from .rules import left_to_raters
from .state import EvaluationState, PeriodState

PAGES = (
    *("scheme", "units", "period", "data", "rating", "check", "results"),
    *("notices", "signing", "years"),
)
"""The pages of an evaluation, in the order in which they are needed."""


@dataclass(frozen=True)
class Step:
    """What is next.

    Attributes:
        page: of `PAGES`.
        code: what is to be done.
        period: in which; empty where it is about the whole evaluation.
        count, of: how many, of how many.
    """

    page: str
    code: str
    period: str = ""
    count: int = 0
    of: int = 0


def next_step(state: EvaluationState, period: str | None = None) -> Step:
    """What is next.

    Args:
        state: the evaluation.
        period: in this one; None = in the latest that was opened.
    """
    if state.version is None:
        return Step("scheme", "approve_scheme" if state.proposed else "choose_scheme")
    if not state.units:
        return Step("units", "add_units")
    if not state.periods:
        return Step("period", "open_period")
    held = state.periods[period or max(state.periods, key=lambda one: state.periods[one].period)]
    return _in_period(state, held)


def _in_period(state: EvaluationState, held: PeriodState) -> Step:
    name, appeals = str(held.period), len(held.open_appeals)
    if held.stage == "open":
        return _while_open(state, held)
    if held.stage == "checked":
        again = Step("notices", "issue_notices_again", name, appeals)
        return again if appeals else Step("notices", "issue_notices", name)
    if held.stage == "notified":
        decide = Step("notices", "decide_appeals", name, appeals)
        return decide if appeals else Step("signing", "sign", name)
    if held.correction:
        return Step("signing", "sign_correction", name)
    approve = Step("scheme", "approve_scheme")
    return approve if state.proposed else Step("period", "open_next_period", name)


def _while_open(state: EvaluationState, held: PeriodState) -> Step:
    name = str(held.period)
    missing, of = missing_deliveries(state, held)
    rated = left_to_raters(state, held.scheme)
    if missing and (held.round or not held.rounds):
        return Step("data", "deliver", name, missing, of)
    if held.round:
        raters = [one for one in state.participants.values() if one.role == "rater"]
        submitted = sum(held.round.sheet(one.id).submitted is not None for one in raters)
        return Step("rating", "rate", name, submitted, len(raters))
    if rated and not held.rounds and not _rated_by_file(held, rated):
        return Step("rating", "open_rating", name)
    if held.undecided:
        return Step("check", "confirm_entries", name, len(held.undecided))
    if missing:  # all else is done: what is missing may never come
        return Step("check", "finish_check_missing", name, missing, of)
    return Step("check", "finish_check", name)


def missing_deliveries(state: EvaluationState, held: PeriodState) -> tuple[int, int]:
    """How many units' indicators are not delivered, of how many that are not rated."""
    wanted = deliveries(state, held)
    return sum(len(one.missing) for one in wanted), sum(one.of for one in wanted)


def _rated_by_file(held: PeriodState, rated: tuple[str, ...]) -> bool:
    return any(key.indicator in rated for key in held.values)
