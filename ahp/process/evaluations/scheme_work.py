"""A new version of an evaluation's scheme while it is being made, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

from ...errors import AHPError, EvaluationError
from ...evaluation.observations import observations_from_records
from ...evaluation.scheme import Scheme
from ...messages import Message, Phrase
from ..events import Actor
from ..roles import second_person
from ..scheme_draft import SchemeDraft
from ..scheme_trials import TrialRun, trial_run
from ..scheme_weights import round_source, with_weights
from .events import WeightsSource
from .judged import records_of, scheme_in
from .state import EvaluationState


@dataclass(frozen=True)
class SchemeWork:
    """A version that is being made; every change gives a new one.

    Attributes:
        draft: the scheme as far as it is written.
        weights: where its weights come from.
        before: what it was before the last change; None at the beginning.
        step: how many changes led to it.
    """

    draft: SchemeDraft
    weights: WeightsSource = field(default_factory=WeightsSource)
    before: Self | None = None
    step: int = 0

    def to(self, draft: SchemeDraft, weights: WeightsSource | None = None) -> Self:
        """With another draft, and weights from elsewhere."""
        return type(self)(draft, weights or self.weights, self, self.step + 1)

    def undone(self) -> Self:
        """As it was before the last change; under a new number, as its fields begin anew."""
        return self if self.before is None else replace(self.before, step=self.step + 1)

    def weighed_by_round(self, study: str, title: str, evidence: str) -> Self:
        """With the weights that a closed round of a study left.

        Raises:
            EvaluationError: the scheme isn't finished, or its hierarchy is another one.
        """
        scheme = self.draft.scheme()
        source = round_source(study, title, evidence)
        weighted = with_weights(scheme, evidence, source, scheme.version)
        return self.to(SchemeDraft.of(weighted.scheme), weighted.source)


def version_problem(state: EvaluationState, scheme: Scheme) -> Phrase | None:
    """Why a finished scheme can't be proposed as the next version; None where it can."""
    now = state.version
    if now is None:
        return None
    if scheme == now.scheme:
        return Phrase("scheme_unchanged", number=now.number)
    if (scheme.id, scheme.version) == (now.scheme.id, now.scheme.version):
        return Phrase("scheme_same_version", version=scheme.version)
    return None


def approval_problem(state: EvaluationState, actor: Actor) -> Message | None:
    """Why somebody can't approve the version that waits; None where they can."""
    if state.proposed is None or not state.running:
        return None
    try:
        second_person(state.proposed.proposed.actor, actor)
    except AHPError as problem:
        return problem
    return None


def try_on(state: EvaluationState, period: str, new: Scheme) -> TrialRun:
    """What another scheme would make of a period by what counts in it now.

    Raises:
        EvaluationError: the period is of another kind, or nothing of it can be tried.
    """
    records = records_of(state, period)
    if not records:
        raise EvaluationError("trial_without_values", period=period)
    observations = observations_from_records(records, period)
    return trial_run(scheme_in(state, period), new, observations, period)
