"""Draws of the weights behind an evaluation: other panels, other judgments, other weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..matrix import shape_error
from ..result import Result, read_only
from ..sensitivity import draw_local_weights
from ..study.analysis import Analysis
from ..study.certainty import resampled_weights
from ..version import __version__
from .inputs import as_weights
from .judging import local_from_analysis
from .scheme import Scheme

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class WeightDraws(Result):
    """Weights of the indicators, draw by draw.

    Attributes:
        indicators: ids of the leaves.
        weights: in the whole, sum 1, shape (draws, indicators).
        seed: they come from.
        bootstrap: whether experts were resampled.
        perturbation, spread: of the judgments, as for `ahp.simulate_panel`.
        version: of `ahp`.
    """

    indicators: tuple[str, ...]
    weights: Floats = field(repr=False)
    seed: int
    bootstrap: bool
    perturbation: str | None
    spread: float | None
    version: str = __version__


def draw_weights(
    scheme: Scheme,
    analysis: Analysis,
    *,
    seed: int,
    draws: int = 10_000,
    bootstrap: bool = True,
    perturbation: str | None = "grid",
    spread: float | None = None,
) -> WeightDraws:
    """Weights that another panel, or the same one on another day, could have given.

    Experts are resampled with replacement, each bringing all judgments and the own weight; each
    judgment drawn is one step lower or higher on the scale, or as it was, as `ahp.simulate_panel`
    says. Where judgments are not perturbed, they are joined as the analysis joins them.

    Args:
        scheme: whose hierarchy the analysis has.
        analysis: of the panel.
        seed: integer of 0 or more; the same seed gives the same bits.
        draws: how many.
        bootstrap: resample experts.
        perturbation: of the judgments, of `ahp.sensitivity.SPREADS`; None = as given.
        spread: as for `ahp.simulate_panel`.

    Raises:
        EvaluationError: another hierarchy, or judgments to be perturbed that the analysis does not
            join by their geometric mean.
        OptionError: an option that is not on its list or out of its range, or nothing to vary.
        IncompleteError: the judgments of hardly any panel drawn connect all items.

    >>> from ahp.resources import data_folder
    >>> demo = data_folder("examples") / "supervision_demo" / "answers.csv"
    >>> survey = ahp.load_survey("supervision_effectiveness")
    >>> analysis = ahp.analyze(survey, ahp.read_answers(demo))
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> drawn = ahp.evaluation.draw_weights(scheme, analysis, seed=1, draws=100)
    >>> drawn.weights.shape
    (100, 18)
    """
    local_from_analysis(scheme, analysis)  # refuses another hierarchy
    hierarchy = analysis.survey.hierarchy
    if perturbation is None and bootstrap:
        drawn, _redrawn = resampled_weights(analysis, seed=seed, draws=draws)
    else:
        if analysis.how != "aij" or analysis.panel.factors:
            raise EvaluationError("draws_not_joined", how=analysis.how)
        drawn = draw_local_weights(
            hierarchy,
            analysis.panel.matrices,
            list(analysis.expert_weights.values()),
            seed=seed,
            draws=draws,
            bootstrap=bootstrap,
            perturbation=perturbation,
            spread=spread,
            method=analysis.method,
        )
    weight_of = {scheme.goal: np.ones(draws)}
    for parent, kids in scheme.children.items():
        local = drawn.get(parent, analysis.local_weights.get(parent))
        below = hierarchy.children.get(parent, kids)
        for kid in kids:
            share = local[..., below.index(kid)] if local is not None and len(kids) > 1 else 1.0
            weight_of[kid] = weight_of[parent] * share
    weights = np.stack([weight_of[leaf] for leaf in scheme.leaves], axis=1)
    return WeightDraws(scheme.leaves, read_only(weights), seed, bootstrap, perturbation, spread)


def leaf_draws(
    scheme: Scheme, weights: Any, draws: int | None, seed: int
) -> tuple[Floats | None, int, str]:
    """Weights of the leaves, shape (draws, leaves), how many draws there are, and of what.

    Args:
        scheme: whose leaves they are of.
        weights: what `simulate` takes.
        draws: how many are asked for; None = as many as there are, or 10,000.
        seed: for draws from an analysis.
    """
    if weights is None:
        return None, 10_000 if draws is None else draws, "fixed"
    source = "array"
    if isinstance(weights, Analysis):
        weights = draw_weights(scheme, weights, seed=seed, draws=10_000 if draws is None else draws)
    if isinstance(weights, WeightDraws):
        source = "panel"
        weights = _Labeled(weights.weights, weights.indicators)
    table = as_weights(weights, len(scheme.leaves), scheme.leaves, owner="the_scheme")
    if table.ndim != 2 or not len(table) or len(table) != (draws or len(table)):
        expected = str((draws or "draws", len(scheme.leaves)))
        raise shape_error("weights", table, expected, EvaluationError)
    return table, len(table), source


@dataclass(frozen=True)
class _Labeled:
    """Vectors with the labels of their last axis, as `ahp.labels` reads them."""

    weights: Floats
    labels: tuple[str, ...]


def local_draws(scheme: Scheme, weights: Mapping[str, Floats]) -> dict[str, dict[str, Floats]]:
    """Parent id -> child id -> weight inside the parent, draw by draw, from weights in the whole of
    the leaves that count; 0 where a parent has none.
    """
    below: dict[str, Floats] = dict(weights)
    local: dict[str, dict[str, Floats]] = {}
    for parent in reversed(tuple(scheme.children)):
        kids = [kid for kid in scheme.children[parent] if kid in below]
        if not kids:
            continue
        whole = np.sum([below[kid] for kid in kids], axis=0)
        below[parent] = whole
        safe = np.where(whole > 0, whole, 1.0)
        local[parent] = {kid: below[kid] / safe for kid in kids}
    return local
