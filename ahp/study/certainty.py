"""How sure the weights of a study are: over other panels, other judgments, other weights.

The mathematics is that of `ahp.sensitivity`; here it meets a panel as it was joined: experts with
weights, recused or excluded ones, missing judgments, every way of aggregation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..errors import IncompleteError, MatrixError, OptionError
from ..group import check_integer, drawn_counts
from ..matrix import CHUNK_CELLS, Float
from ..messages import Phrase
from ..result import Result
from ..sensitivity import (
    MOST_REDRAWN,
    SPREADS,
    HierarchyUncertainty,
    Progress,
    StabilityInterval,
    one_at_a_time,
    simulate_panel,
    stability_interval,
    summarize_panels,
)
from ..tolerance import ROUNDING_ATOL
from ..version import __version__
from .analysis import Analysis
from .panel import MEANS
from .plain import check_option

COUNTS_AT_ONCE = 1 << 23
"""How often experts were drawn, so many numbers at once where panels are joined by means."""

DRAWS_AT_ONCE = 1000
"""Panels joined at once at most, so that the progress is told."""

CHANGEABLE = 0.05
"""Neighbors who change places in this share of the draws or more could change places: the order of
others is as sure as an interval of 95 % is."""

FEW_EXPERTS = 5
"""So many experts or fewer give few different panels (5: 126), and intervals that are rather too
narrow (Efron & Tibshirani 1993, ch. 14.3 on percentile intervals of small samples)."""

WITHOUT_EXPERTS = ("one_expert", "panels_apart")
"""Why there is no scatter over experts: only one has a weight above 0; hardly any panel drawn from
them judged enough pairs."""

WITHOUT_JUDGMENTS = ("aggregation", "downweighted", "off_scale")
"""Why there is no scatter over judgments: they are not joined by their geometric mean; experts who
contradict themselves are down-weighted; a judgment lies off the scale whose steps are made."""


@dataclass(frozen=True, eq=False, repr=False)
class Neighbors(Result):
    """Two indicators next to each other in the ranking.

    Attributes:
        ahead, behind: their ids.
        gap: weight of the one ahead minus that of the one behind; 0 up to rounding where they tie.
        tied: whether they share a rank, so that there are no places to change.
        experts: share of the panels drawn in which the one behind has the larger weight; None
            without scatter over experts.
        judgments: likewise over judgments.
    """

    ahead: str
    behind: str
    gap: float
    tied: bool
    experts: float | None
    judgments: float | None

    @property
    def largest(self) -> float | None:
        """The larger of both shares; None where there is neither."""
        return max((p for p in (self.experts, self.judgments) if p is not None), default=None)

    @property
    def changeable(self) -> bool:
        """Whether they could change places: they don't tie, and a share reaches `CHANGEABLE`."""
        return not self.tied and self.largest is not None and self.largest >= CHANGEABLE


@dataclass(frozen=True, eq=False, repr=False)
class StudyCertainty(Result):
    """How sure the weights and ranks of a study are.

    Attributes:
        experts: scatter over panels drawn with replacement from these experts (bootstrap), each
            with the own weight and joined as in the analysis; None where there is none.
        without_experts: why, one of `WITHOUT_EXPERTS`; empty where there is one.
        counted: how many experts have a weight above 0.
        judgments: scatter when every judgment of every expert is perturbed by itself (Monte Carlo);
            None where there is none.
        without_judgments: why, one of `WITHOUT_JUDGMENTS`; empty where there is one.
        neighbors: every two that follow each other in the ranking, from the first on.
        first: the intervals of local weights within which the first rank stays, of every node whose
            siblings have weights, most critical first (`ahp.critical_criteria`).
        ranking: likewise within which no rank changes.
        draws, seed, level: of the scatter; the level of the intervals.
        perturbation, spread: of the judgments, of `ahp.sensitivity.SPREADS`.
        version: of `ahp`.
    """

    experts: HierarchyUncertainty | None
    without_experts: str
    counted: int
    judgments: HierarchyUncertainty | None
    without_judgments: str
    neighbors: tuple[Neighbors, ...]
    first: tuple[StabilityInterval, ...]
    ranking: tuple[StabilityInterval, ...]
    draws: int
    seed: int
    level: float
    perturbation: str
    spread: float
    version: str = __version__

    @property
    def loose(self) -> tuple[Neighbors, ...]:
        """The neighbors that could change places, those that do most often first."""
        loose = [pair for pair in self.neighbors if pair.changeable]
        return tuple(sorted(loose, key=lambda pair: -(pair.largest or 0)))

    @property
    def scatter(self) -> HierarchyUncertainty | None:
        """Over experts where there is one, else over judgments."""
        return self.experts or self.judgments


@dataclass(frozen=True, eq=False, repr=False)
class Swing(Result):
    """What an indicator's global weight becomes when one local weight is smaller or larger.

    Attributes:
        node: whose local weight is changed, its siblings sharing the rest in proportion.
        lower, upper: that local weight, smaller and larger.
        at_lower, at_upper: the indicator's global weight then.
    """

    node: str
    lower: float
    upper: float
    at_lower: float
    at_upper: float

    @property
    def size(self) -> float:
        """How far apart both global weights are."""
        return abs(self.at_upper - self.at_lower)


def study_certainty(
    analysis: Analysis,
    *,
    seed: int,
    draws: int = 10_000,
    perturbation: str = "grid",
    spread: float | None = None,
    level: float = 0.95,
    progress: Progress | None = None,
) -> StudyCertainty:
    """How sure the weights and ranks of a study are.

    Weights of experts that are computed from their judgments stay what they are in every draw, and
    so does who is excluded for contradicting themselves.

    Args:
        analysis: of the panel.
        seed: integer of 0 or more; the same seed gives the same result.
        draws: how many panels, and as many sets of judgments.
        perturbation: of the judgments, a name in `ahp.sensitivity.SPREADS`.
        spread: as for `ahp.simulate_panel`.
        level: of the intervals, between 0 and 1.
        progress: called as progress(draws done, draws in all) after every chunk, over both.

    Raises:
        OptionError: an option that is not on its list or out of its range.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> result = ahp.analyze(survey, ahp.read_answers(demo))
    >>> sure = ahp.study_certainty(result, seed=1, draws=1000)
    >>> pair = max(sure.neighbors, key=lambda pair: pair.experts)
    >>> pair.ahead, pair.behind, pair.changeable
    ('training', 'peers', True)
    """
    check_integer("seed", seed, 0)
    check_integer("draws", draws, 1)
    check_option("perturbation", perturbation, tuple(SPREADS))
    if not isinstance(level, int | float) or not 0 < level < 1:
        raise OptionError.refused("level", level, Phrase("between", low=0, high=1))
    counted = sum(weight > 0 for weight in analysis.expert_weights.values())
    parts = (counted > 1) + 1

    def part(number: int) -> Progress | None:
        if progress is None:
            return None
        return lambda done, _all: progress(number * draws + done, parts * draws)

    experts, without_experts = None, "" if counted > 1 else "one_expert"
    if not without_experts:
        try:
            drawn, redrawn = resampled_weights(analysis, seed=seed, draws=draws, progress=part(0))
        except IncompleteError:
            without_experts = "panels_apart"
        else:
            experts = summarize_panels(
                analysis.survey.hierarchy,
                analysis.local_weights,
                drawn,
                seed=seed,
                method=analysis.method,
                level=level,
                redrawn=redrawn,
            )
    without_judgments = _without_judgments(analysis, counted)
    judgments = None
    if not without_judgments:
        try:
            judgments = simulate_panel(
                analysis.survey.hierarchy,
                _counting(analysis),
                list(analysis.expert_weights.values()),
                seed=seed,
                draws=draws,
                bootstrap=False,
                perturbation=perturbation,
                spread=spread,
                method=analysis.method,
                level=level,
                progress=part(parts - 1),
            )
        except MatrixError as error:
            if getattr(error.parameters.get("problem"), "code", "") != "off_grid":
                raise
            without_judgments = "off_scale"
    return StudyCertainty(
        experts=experts,
        without_experts=without_experts,
        counted=counted,
        judgments=judgments,
        without_judgments=without_judgments,
        neighbors=_neighbors(analysis, experts, judgments),
        first=_critical(analysis, 1),
        ranking=_critical(analysis, None),
        draws=draws,
        seed=seed,
        level=float(level),
        perturbation=perturbation,
        spread=SPREADS[perturbation] if spread is None else float(spread),
    )


def resampled_weights(
    analysis: Analysis, *, seed: int, draws: int, progress: Progress | None = None
) -> tuple[dict[str, Float], int]:
    """Local weights of panels drawn with replacement from the experts, each bringing all judgments
    and the own weight, joined as the analysis joins them.

    Experts of weight 0 are left out before. A panel drawn that has no weights below a parent is
    drawn anew.

    Args:
        analysis: of the panel.
        seed: integer of 0 or more.
        draws: how many panels.
        progress: called as progress(draws done, draws) after every chunk.

    Returns:
        Parent id -> local weights of its children, shape (draws, n), where they are compared; and
        how many panels were left out.

    Raises:
        IncompleteError: the judgments of hardly any panel drawn connect all items
            (`ahp.sensitivity.MOST_REDRAWN`).
    """
    panel = analysis.panel
    shares = np.array(list(analysis.expert_weights.values()))
    (there,) = np.nonzero(shares)
    kept: list[dict[str, Float]] = []
    left, redrawn = draws, 0
    chance = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])
    while left:
        count = min(_chunk(analysis), left)
        who = chance.integers(len(there), size=(count, len(there)))
        counting = np.zeros((count, len(shares)))
        counting[:, there] = drawn_counts(who, len(there)) * shares[there]
        local = panel.panel_weights(counting, analysis.how, analysis.trim)
        connected = ~np.any([np.isnan(rows).any(axis=-1) for rows in local.values()], axis=0)
        kept.append({parent: rows[connected] for parent, rows in local.items()})
        redrawn += count - int(connected.sum())
        left -= int(connected.sum())
        if redrawn > MOST_REDRAWN * draws:
            most = MOST_REDRAWN * draws
            raise IncompleteError("panels_apart", redrawn=redrawn, most=most, draws=draws)
        if progress is not None:
            progress(draws - left, draws)
    return {parent: np.concatenate([rows[parent] for rows in kept]) for parent in kept[0]}, redrawn


def _chunk(analysis: Analysis) -> int:
    """How many panels are joined at once; bounds the memory."""
    matrices = analysis.panel.matrices.values()
    if analysis.how in MEANS:
        # a row of counts, and the matrices that follow
        cells = len(analysis.panel.experts) + sum(int(array[0].size) for array in matrices)
        return max(1, min(DRAWS_AT_ONCE, COUNTS_AT_ONCE // cells))
    return max(1, CHUNK_CELLS // int(max(array.size for array in matrices)))


def _without_judgments(analysis: Analysis, counted: int) -> str:
    """Why judgments can't be perturbed, of `WITHOUT_JUDGMENTS`; empty where they can."""
    if analysis.how != "aij" and counted > 1:
        return "aggregation"
    partly = [(factor > 0) & (factor < 1) for factor in analysis.panel.factors.values()]
    return "downweighted" if any(one.any() for one in partly) else ""


def _counting(analysis: Analysis) -> dict[str, Float]:
    """Parent id -> the experts' matrices, without judgments that are excluded there."""
    matrices = dict(analysis.panel.matrices)
    for parent, factor in analysis.panel.factors.items():
        unjudged = np.where(np.eye(matrices[parent].shape[-1], dtype=bool), 1.0, np.nan)
        matrices[parent] = np.where((factor > 0)[:, None, None], matrices[parent], unjudged)
    return matrices


def _neighbors(
    analysis: Analysis,
    experts: HierarchyUncertainty | None,
    judgments: HierarchyUncertainty | None,
) -> tuple[Neighbors, ...]:
    leaves, weights = analysis.survey.hierarchy.leaves, analysis.global_weights
    ranks = analysis.ranks

    def share(scatter: HierarchyUncertainty | None, ahead: str, behind: str) -> float | None:
        if scatter is None:
            return None
        return float(scatter.leaves.outranks[leaves.index(behind), leaves.index(ahead)])

    return tuple(
        Neighbors(
            ahead,
            behind,
            weights[ahead] - weights[behind],
            ranks[ahead] == ranks[behind],
            share(experts, ahead, behind),
            share(judgments, ahead, behind),
        )
        for ahead, behind in pairwise(analysis.ranking)
    )


def movable_nodes(analysis: Analysis) -> tuple[str, ...]:
    """The nodes whose local weight can be changed: all but the goal, and but those that have all of
    the weight below their parent.
    """
    return tuple(
        kid
        for parent, kids in analysis.survey.hierarchy.children.items()
        for kid, weight in zip(kids, analysis.local_weights[parent].tolist(), strict=True)
        if weight < 1
    )


def _critical(analysis: Analysis, top: int | None) -> tuple[StabilityInterval, ...]:
    """As `ahp.critical_criteria`, of the nodes whose weight can be changed."""
    intervals = (
        stability_interval(analysis.survey.hierarchy, analysis.local_weights, node, top=top)
        for node in movable_nodes(analysis)
    )
    return tuple(sorted(intervals, key=lambda one: round(one.change, 12)))


def swings(analysis: Analysis, leaf: str, *, change: float = 0.1) -> tuple[Swing, ...]:
    """What an indicator's global weight becomes when one local weight after the other is smaller or
    larger, not beyond 0 and 1 (a tornado; `ahp.plots.tornado_chart` draws it).

    Args:
        analysis: of the panel.
        leaf: the indicator.
        change: of each local weight, above 0 to 1.

    Returns:
        The nodes that matter for the indicator, the largest swing first; ties in the order of the
        tree.

    Raises:
        OptionError: no indicator, or a change out of its range.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> result = ahp.analyze(survey, ahp.read_answers(demo))
    >>> first, *_others = ahp.swings(result, result.ranking[0])
    >>> first.node, round(first.at_lower, 3), round(first.at_upper, 3)
    ('setup', 0.28, 0.403)
    """
    hierarchy = analysis.survey.hierarchy
    check_option("leaf", leaf, hierarchy.leaves)
    if not isinstance(change, int | float) or not 0 < change <= 1:
        raise OptionError.refused("change", change, Phrase("above_to", low=0, high=1))
    k = hierarchy.leaves.index(leaf)
    found = []
    for node in movable_nodes(analysis):
        parent = hierarchy.parent_of(node) or hierarchy.goal
        weight = float(analysis.local_weights[parent][hierarchy.children[parent].index(node)])
        ends = (max(0.0, weight - change), min(1.0, weight + change))
        line = one_at_a_time(hierarchy, analysis.local_weights, node, grid=ends)
        found.append(Swing(node, *ends, *line.values[:, k].tolist()))
    moving = [swing for swing in found if swing.size > ROUNDING_ATOL]
    return tuple(sorted(moving, key=lambda swing: -round(swing.size, 12)))


def weights_with(analysis: Analysis, node: str, weight: float) -> dict[str, float]:
    """Global weights of the indicators, in the order of the tree, when one local weight is another
    and those beside it share the rest in proportion.

    Args:
        analysis: of the panel.
        node: one of `movable_nodes`.
        weight: its local weight then, from 0 to 1.

    Raises:
        HierarchyError: a node or weight that does not fit.
    """
    hierarchy = analysis.survey.hierarchy
    line = one_at_a_time(hierarchy, analysis.local_weights, node, grid=[weight])
    return dict(zip(line.names, line.values[0].tolist(), strict=True))
