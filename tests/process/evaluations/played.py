"""The finished example as a state, played without a database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

from ahp.process.evaluations.events import Done, EvaluationCreated, Logged
from ahp.process.evaluations.example import CLERK, example_steps
from ahp.process.evaluations.state import EvaluationState, fold
from ahp.process.events import Actor

TIME = "2027-01-20T08:00:00+00:00"


def after(
    state: EvaluationState,
    actions: Iterable[Done],
    actor: Actor = CLERK,
    person: str | None = None,
) -> EvaluationState:
    """The state after further actions, whether or not they may be."""
    events = [
        Logged(seq, person, "web", TIME, actor, action)
        for seq, action in enumerate(actions, state.seq + 1)
    ]
    return fold(events, state)


@cache
def example(language: str = "en") -> EvaluationState:
    """Four signed quarters, the first of them corrected."""
    states = [after(EvaluationState(), [EvaluationCreated("Example")])]
    for actor, actions, person in example_steps(language, date(2027, 1, 20), lambda: states[-1]):
        states.append(after(states[-1], actions, actor, person))
    return states[-1]
