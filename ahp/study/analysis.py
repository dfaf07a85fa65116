"""From the answers of a panel to the weights of a whole survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ..consistency import Consistency, check_consistency
from ..errors import AnswersError, OptionError
from ..group import aggregate_judgments, normalize_expert_weights
from ..hierarchy import TotalConsistency, level_consistency
from ..matrix import Float, PairwiseMatrix
from ..priority import check_method, weights
from ..random_index import check_random_index
from ..version import __version__
from .answers import Answers
from .survey import Survey

AGGREGATES = ("aij",)
"""How a panel becomes one: `"aij"`, weighted geometric mean of the judgments."""


@dataclass(frozen=True)
class Analysis:
    """Weights and consistency of a whole survey, with everything that made them.

    Attributes:
        survey: the survey.
        matrices: parent id -> the panel's matrix, labeled with node ids.
        local_weights: parent id -> weights of its children in their order, read-only, sum 1.
        global_weights: node id -> product of the local weights from the goal down; the goal has 1.
        consistency: parent id -> λmax, CI, RI, CR of its matrix, with `lambda_mean` beside them.
        total_consistency: one for each level below the goal.
        method, random_index, aggregate: the options in use.
        expert_weights: expert -> weight in the panel, sum 1.
        version: of `ahp`.
    """

    survey: Survey
    matrices: Mapping[str, PairwiseMatrix]
    local_weights: Mapping[str, Float]
    global_weights: Mapping[str, float]
    consistency: Mapping[str, Consistency]
    total_consistency: tuple[TotalConsistency, ...]
    method: str
    random_index: str
    aggregate: str
    expert_weights: Mapping[str, float]
    version: str = __version__

    @property
    def ranking(self) -> tuple[str, ...]:
        """The indicators (leaves) by falling global weight; ties in the order of the tree."""
        leaves = self.survey.hierarchy.leaves
        return tuple(sorted(leaves, key=lambda leaf: -self.global_weights[leaf]))


def analyze(
    survey: Survey,
    answers: Answers,
    *,
    method: str | None = None,
    random_index: str | None = None,
    aggregate: str = "aij",
    expert_weights: Mapping[str, float] | None = None,
) -> Analysis:
    """Local and global weights, consistency and total-hierarchy consistency of a survey.

    Args:
        survey: the survey that was answered.
        answers: complete answers of one expert or more; with one, the result is that expert's.
        method: as for `ahp.weights`; None = the survey's default.
        random_index: as for `ahp.check_consistency`; None = the survey's default.
        aggregate: `"aij"`, weighted geometric mean of the judgments.
        expert_weights: expert -> weight, one for each expert, scaled to sum 1; None = equal.

    Raises:
        OptionError: an unknown option, with the valid ones.
        AnswersError: answers or expert weights that do not fit.
        IncompleteError: an expert left pairs out.
    """
    method = check_method(survey.method if method is None else method)
    random_index = check_random_index(survey.random_index if random_index is None else random_index)
    if aggregate not in AGGREGATES:
        raise OptionError.unknown("aggregate", aggregate, AGGREGATES)
    experts = answers.experts
    if not experts:
        raise AnswersError("no answers, expected those of one expert or more")
    panel = _panel_weights(experts, expert_weights)
    by_expert = answers.matrices(survey.hierarchy)
    matrices: dict[str, PairwiseMatrix] = {}
    local: dict[str, Float] = {}
    consistency: dict[str, Consistency] = {}
    for parent in survey.hierarchy.parents:
        own = [by_expert[expert][parent] for expert in experts]
        matrix = own[0]
        if len(own) > 1:
            stacked = np.stack([one.values for one in own])
            matrix = PairwiseMatrix(aggregate_judgments(stacked, panel), matrix.labels)
        matrices[parent] = matrix
        local[parent] = weights(matrix, method)
        local[parent].setflags(write=False)
        consistency[parent] = check_consistency(
            matrix, random_index=random_index, weights=local[parent]
        )
    global_weights = survey.hierarchy.global_weights(local)
    return Analysis(
        survey=survey,
        matrices=MappingProxyType(matrices),
        local_weights=MappingProxyType(local),
        global_weights=MappingProxyType(global_weights),
        consistency=MappingProxyType(consistency),
        total_consistency=level_consistency(survey.hierarchy, global_weights, consistency),
        method=method,
        random_index=random_index,
        aggregate=aggregate,
        expert_weights=MappingProxyType(dict(zip(experts, panel.tolist(), strict=True))),
    )


def _panel_weights(experts: tuple[str, ...], given: Mapping[str, float] | None) -> Float:
    if given is None:
        return normalize_expert_weights(None, len(experts))
    for name in given:
        if name not in experts:
            raise AnswersError(
                f"expert weight for {name!r}, expected one of {', '.join(map(repr, experts))}"
            )
    for name in experts:
        if name not in given:
            raise AnswersError(f"no expert weight for {name!r}, expected one for each expert")
    return normalize_expert_weights([given[name] for name in experts], len(experts))
