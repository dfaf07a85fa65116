"""How far a panel agrees, who thinks alike, and what each choice changes in the ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ..consensus import (
    Clusters,
    Consensus,
    JudgmentSpread,
    KendallW,
    cluster_experts,
    coefficient_of_variation,
    geometric_compatibility,
    group_consensus,
    hierarchy_consensus,
    judgment_spread,
    kendall_w,
)
from ..consistency import geometric_consistency_index
from ..errors import MatrixError
from ..hierarchy import leaf_weights
from ..matrix import Float, Int, chunks
from ..result import Result, read_only
from ..scales import apply_scale
from ..tolerance import shared_ranks
from .analysis import Analysis
from .incoherence import INCOHERENT, factors
from .panel import MEANS, Panel
from .standing import AGGREGATES, WEIGHTINGS, Standing, expert_weights

COMPARED_METHODS = ("eigenvector", "geometric_mean", "column_mean")
"""The methods that studies use most, whose rankings are compared."""

COMPARED_SCALES = ("balanced", "logarithmic", "root")
"""Scales that the answers are put on for comparison: they bring the weights nearer to each other
than the fundamental scale does."""


@dataclass(frozen=True, eq=False, repr=False)
class Agreement(Result):
    """How far a panel agrees. Experts without own weights somewhere are left out there.

    Attributes:
        parents: parent id -> entropies and S* of the experts' local weights.
        hierarchy: S* of the tree, the mean over the parents by their global weights.
        leaves: entropies and S* of the experts' global weights of the indicators.
        kendall: Kendall's W of these global weights.
        kendall_parents: parent id -> W of the local weights.
        variation: coefficient of variation of each indicator's global weight, shape (leaves,).
        quartiles: lower quartile, median and upper quartile of them, shape (3, leaves).
        spread: of the judgments, comparison by comparison in the order of the tree.
        gci: parent id -> geometric consistency index of the panel's matrix, without pairs that
            nobody judged.
        compatibility: parent id -> GCOMPI of each expert with the panel's weights, shape (k,).
        clusters: experts who judge alike; None when two of them have no comparison in common.
        cluster_consensus: S* of the indicators' global weights inside each cluster.
    """

    parents: Mapping[str, Consensus]
    hierarchy: float
    leaves: Consensus
    kendall: KendallW
    kendall_parents: Mapping[str, KendallW]
    variation: Float
    quartiles: Float
    spread: JudgmentSpread
    gci: Mapping[str, float]
    compatibility: Mapping[str, Float]
    clusters: Clusters | None
    cluster_consensus: tuple[float, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Choice(Result):
    """The ranking that follows from one choice.

    Attributes:
        kind: `"how"`, `"weighting"`, `"incoherent"` (what becomes of judgments that
            contradict each other), `"method"`, `"scale"` or `"without"` (one expert left out).
        name: of the aggregation, the weighting, the option `incoherent`, the method or the scale,
            or of the expert.
        in_use: whether it is the choice the analysis was made with.
        weights: global weights of the indicators, shape (leaves,); NaN when none follow.
        ranks: 1 for the largest, ties share theirs (1, 2, 2, 4), shape (leaves,).
        moved: how many indicators have another rank than in the analysis.
        largest_change: of a global weight.
    """

    kind: str
    name: str
    in_use: bool
    weights: Float
    ranks: Int
    moved: int
    largest_change: float


def panel_agreement(analysis: Analysis, clusters: int | None = None) -> Agreement | None:
    """How far the panel of an analysis agrees; None with fewer than two experts whose judgments
    give weights of all indicators.

    Args:
        analysis: of the panel.
        clusters: how many clusters of experts; None = where the largest gap is.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> result = ahp.analyze(survey, ahp.read_answers(demo))
    >>> found = ahp.panel_agreement(result)
    >>> round(found.kendall.w, 4), round(found.hierarchy, 4), round(found.leaves.similarity, 4)
    (0.9585, 0.9817, 0.9838)
    """
    panel, hierarchy = analysis.panel, analysis.survey.hierarchy
    leaves = panel.global_weights
    whole = ~np.isnan(leaves).any(axis=-1)
    if whole.sum() < 2:
        return None
    parents, kendall, compatibility = {}, {}, {}
    for parent, local in panel.local_weights.items():
        parents[parent] = group_consensus(local)
        kendall[parent] = kendall_w(local)
        compatibility[parent] = geometric_compatibility(
            panel.matrices[parent], analysis.local_weights[parent]
        )
    shares = np.array(list(analysis.expert_weights.values()))
    joined = panel.joined(shares, analysis.how, analysis.trim)  # nothing filled in
    try:
        clustering: Clusters | None = cluster_experts(panel.judgments, clusters)
    except MatrixError as error:
        if error.code != "experts_apart":
            raise
        clustering = None
    inside: list[float] = []
    if clustering is not None:
        for number in range(1, clustering.count + 1):
            members = leaves[(clustering.labels == number) & whole]
            alike = group_consensus(members, scale_max=None) if len(members) else None
            inside.append(float(alike.similarity) if alike else np.nan)
    return Agreement(
        parents=MappingProxyType(parents),
        hierarchy=float(
            hierarchy_consensus(
                [analysis.global_weights[parent] for parent in hierarchy.compared],
                [parents[parent].similarity for parent in hierarchy.compared],
            )
        ),
        leaves=group_consensus(leaves[whole], scale_max=None),
        kendall=kendall_w(leaves[whole]),
        kendall_parents=MappingProxyType(kendall),
        variation=coefficient_of_variation(leaves[whole]),
        quartiles=read_only(np.percentile(leaves[whole], (25, 50, 75), axis=0)),
        spread=judgment_spread(panel.judgments),
        gci=MappingProxyType(
            {
                parent: float(
                    geometric_consistency_index(
                        joined[parent] if parent in analysis.filled else matrix
                    )
                )
                for parent, matrix in analysis.matrices.items()
            }
        ),
        compatibility=MappingProxyType(compatibility),
        clusters=clustering,
        cluster_consensus=tuple(inside),
    )


def compare_choices(
    analysis: Analysis, standings: Mapping[str, Standing] | None = None
) -> tuple[Choice, ...]:
    """What the ranking would be by every other aggregation and every other weighting.

    Args:
        analysis: of the panel; each choice changes one of its options.
        standings: expert -> standing; without them, or where some have no authority coefficient,
            the weightings that need them are left out.

    Returns:
        The aggregations, then the weightings; the weights are NaN where a weighting has no result,
        such as when no two experts agree at all. Where one expert alone counts, the aggregation in
        use; of one expert alone, the weighting in use: others could change nothing.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> result = ahp.analyze(survey, ahp.read_answers(demo))
    >>> _same, median, *_others = ahp.compare_choices(result)
    >>> median.name, median.moved, round(median.largest_change, 4)
    ('aij_median', 3, 0.0203)
    """
    used = np.array(list(analysis.expert_weights.values()))
    choices = []
    joined = np.count_nonzero(used) > 1
    for name in AGGREGATES if joined else (analysis.how,):
        weights = _leaf_weights(analysis, used[None], name)[0]
        choices.append(_choice(analysis, "how", name, weights))
    given = {name: (standings or {}).get(name, Standing()) for name in analysis.panel.experts}
    for name in WEIGHTINGS if len(used) > 1 else (analysis.weighting,):
        shares = used
        if name != analysis.weighting:
            if name == "given" and all(standing.weight == 1 for standing in given.values()):
                continue
            if name == "authority" and any(
                standing.authority is None for standing in given.values()
            ):
                continue
            try:
                shares = analysis.panel.expert_weights(expert_weights(name, given))
            except MatrixError:  # all given weights 0, nobody agrees with anybody, ...
                nothing = np.full(len(analysis.survey.hierarchy.leaves), np.nan)
                choices.append(_choice(analysis, "weighting", name, nothing))
                continue
        weights = _leaf_weights(analysis, shares[None], analysis.how)[0]
        choices.append(_choice(analysis, "weighting", name, weights))
    return tuple(choices)


def incoherent_choices(analysis: Analysis) -> tuple[Choice, ...]:
    """What the ranking would be with all experts, without those who contradict themselves where
    they do, and with them weighted down there, by the limit of the analysis.

    Empty where nobody does, and of one expert alone, whom nobody outweighs; the weights are NaN
    where nobody is left below a parent.
    """
    if not analysis.incoherences or len(analysis.panel.experts) == 1:
        return ()
    shares = np.array([list(analysis.expert_weights.values())])
    choices = []
    for name in INCOHERENT:
        counting = factors(analysis.panel, name, analysis.cr_limit)
        panel = replace(analysis.panel, factors=counting)
        weights = _leaf_weights(replace(analysis, panel=panel), shares, analysis.how)[0]
        choices.append(_choice(analysis, "incoherent", name, weights))
    return tuple(choices)


def leave_one_out(
    analysis: Analysis, groups: Mapping[str, str | None] | None = None
) -> tuple[Choice, ...]:
    """What the ranking would be without each of the experts, by the shares of the others.

    Where the panel is joined by means, time grows with the number of experts alone.

    Args:
        analysis: of the panel.
        groups: expert -> group, such as the organization; None or absent for who belongs to none.
            Each group is then left out as a whole, in place of each expert.

    Returns:
        A choice an expert in the order of the panel, or a group, the largest first. Empty for one
        expert; the weights are NaN when none follow without them.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> result = ahp.analyze(survey, ahp.read_answers(demo))
    >>> first, *_others = ahp.leave_one_out(result)
    >>> first.name, first.moved, round(first.largest_change, 4)
    ('E1', 1, 0.0021)
    >>> without, = ahp.leave_one_out(result, {"E1": "Bank A", "E2": "Bank A"})
    >>> without.name, without.moved, round(without.largest_change, 4)
    ('Bank A', 0, 0.0094)
    """
    panel = analysis.panel
    belongs = panel.experts if groups is None else [*map(groups.get, panel.experts)]
    sizes = Counter(group for group in belongs if group)
    if len(panel.experts) == 1 or not sizes:
        return ()
    number = {group: k for k, (group, _size) in enumerate(sizes.most_common())}
    numbers = np.array([number.get(group or "", -1) for group in belongs])
    used = np.array(list(analysis.expert_weights.values()))
    if analysis.how in MEANS:
        local = panel.without(used, numbers, analysis.how)
        weights = leaf_weights(analysis.survey.hierarchy, local)
    else:
        weights = np.full((len(number), len(analysis.survey.hierarchy.leaves)), np.nan)
        # each group's row of expert weights is worked on beside all experts' judgments
        largest = max(matrices.size for matrices in panel.matrices.values())
        for part in chunks(len(number), largest):
            without = np.arange(part.start, part.stop)
            others = np.where(numbers == without[:, None], 0.0, used)
            some = others.any(axis=-1)
            if some.any():
                weights[without[some]] = _leaf_weights(analysis, others[some], analysis.how)
    return _choices(analysis, "without", tuple(number), weights)


def method_choices(analysis: Analysis) -> tuple[Choice, ...]:
    """What the ranking would be by the other methods of `COMPARED_METHODS`, and by the one in use.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> result = ahp.analyze(survey, ahp.read_answers(demo))
    >>> [choice.name for choice in ahp.study.agreement.method_choices(result)]
    ['eigenvector', 'geometric_mean', 'column_mean']
    """
    methods = dict.fromkeys((analysis.method, *COMPARED_METHODS))
    return tuple(
        _panel_choice(analysis, "method", method, replace(analysis.panel, method=method))
        for method in methods
    )


def scale_choices(analysis: Analysis) -> tuple[Choice, ...]:
    """What the ranking would be if the same answers stood for the numbers of another scale
    (`COMPARED_SCALES`); the weights are NaN where a judgment has no value on one.
    """
    choices = []
    for scale in ("linear", *COMPARED_SCALES):
        try:
            scaled = {
                parent: read_only(apply_scale(matrices, scale))
                for parent, matrices in analysis.panel.matrices.items()
            }
        except MatrixError:  # judgments that were imported may lie beyond 9
            nothing = np.full(len(analysis.survey.hierarchy.leaves), np.nan)
            choices.append(_choice(analysis, "scale", scale, nothing))
            continue
        panel = replace(analysis.panel, matrices=MappingProxyType(scaled))
        choices.append(_panel_choice(analysis, "scale", scale, panel))
    return tuple(choices)


def _panel_choice(analysis: Analysis, kind: str, name: str, panel: Panel) -> Choice:
    """The ranking of another panel of the same experts, by the shares in use."""
    shares = np.array([list(analysis.expert_weights.values())])
    weights = _leaf_weights(replace(analysis, panel=panel), shares, analysis.how)[0]
    return _choice(analysis, kind, name, weights)


def _leaf_weights(analysis: Analysis, shares: Float, how: str) -> Float:
    """Weights of the leaves, shape (m, leaves), for expert weights of shape (m, k)."""
    local = analysis.panel.panel_weights(shares, how, analysis.trim)
    return leaf_weights(analysis.survey.hierarchy, local)


def _choice(analysis: Analysis, kind: str, name: str, weights: Float) -> Choice:
    return _choices(analysis, kind, (name,), weights[None])[0]


def _choices(
    analysis: Analysis, kind: str, names: Sequence[str], weights: Float
) -> tuple[Choice, ...]:
    """Choices of one kind, weights of shape (names, leaves)."""
    now = np.array([analysis.global_weights[leaf] for leaf in analysis.survey.hierarchy.leaves])
    in_use = {
        "how": analysis.how,
        "weighting": analysis.weighting,
        "incoherent": analysis.incoherent,
        "method": analysis.method,
        "scale": "linear",
    }.get(kind)
    ranks = np.concatenate(
        [shared_ranks(weights[part]) for part in chunks(len(weights), weights.shape[1])]
    )
    known = ~np.isnan(weights).any(axis=-1)
    moved = np.where(known, (ranks != shared_ranks(now)).sum(axis=-1), 0)
    change = np.abs(weights - now).max(axis=-1)  # NaN where there are no weights
    rows = zip(names, read_only(weights), read_only(ranks), strict=True)
    return tuple(
        Choice(kind, name, name == in_use, row, places, *numbers)
        for (name, row, places), numbers in zip(
            rows, zip(moved.tolist(), change.tolist(), strict=True), strict=True
        )
    )
