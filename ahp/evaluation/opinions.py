"""Official bands of a period beside those by other methods, all rules after the weighting kept."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np

from ..errors import EvaluationError
from ..messages import Phrase
from ..result import Result, read_only
from .cells import KNOWN, UNREPORTED
from .comparison import ON_THE_SCALE_OF_POINTS, OPINIONS, MethodComparison
from .evaluated import Evaluation
from .exact import Whole
from .finishing import finish
from .ranks import competition_ranks
from .scheme import Scheme
from .scoring import Local, Scored, leaf_weights

FEWEST = 2
"""Units that a comparison needs."""


@dataclass(frozen=True, eq=False, repr=False)
class Opinions(Result):
    """Second opinions on the units of a period.

    Attributes:
        period: it is about.
        found: totals, ranks and grades by each method that gave any, `"official"` first; None with
            fewer than two units to compare.
        bands: method -> ids of the bands of the units of `found`; `"official"` has the official
            ones.
        refused: method -> why it gives nothing here.
        left_out: units that are not compared, as they have no total or no points for an indicator
            that others have.
        constant: indicators in which no two units differ, which weights from the data leave out.
    """

    period: str
    found: MethodComparison | None
    bands: Mapping[str, tuple[str, ...]]
    refused: Mapping[str, Phrase] = field(repr=False)
    left_out: tuple[str, ...]
    constant: tuple[str, ...]


def period_opinions(result: Evaluation, period: str) -> Opinions:
    """Official totals of a period beside second opinions from the same points.

    Methods that give points take the place of the weighted mean alone: deductions, bonuses, limits,
    vetoes, rounding and bands follow as in the scheme, so that a band differs by the method and by
    nothing else. The others give ranks. The weight of an indicator that no unit has points for, as
    it applies to none, goes to the others of its parent, as in the totals.

    Args:
        result: of `evaluate`.
        period: one with observations of its own.

    Raises:
        EvaluationError: no such period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> from ahp.evaluation.opinions import period_opinions
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> opinions = period_opinions(result, "2026Q1")
    >>> opinions.left_out, len(opinions.found.grade_depends)
    (('子市监督中心', '庚市监督中心'), 9)
    """
    parsed = result.scored_period(period)
    scored = result.scored(result.units, parsed)
    cells = np.arange(len(result.units)) * len(scored.grid.periods)
    cells += scored.grid.periods.index(parsed)
    copies = scored.copies(cells, parsed)
    digits = result.scheme.digits
    local = copies.local[parsed.part]
    counted = {leaf: _counted(copies, leaf) for leaf in leaf_weights(result.scheme, local)}
    applying = {leaf for leaf, where in counted.items() if where.any()} or {*counted}
    weights = leaf_weights(result.scheme, _local_of(result.scheme, local, applying))
    known = np.stack([counted[leaf] for leaf in weights], axis=1)
    compared = known.all(axis=1) & copies.totals.finished.rated
    rows = np.flatnonzero(compared)
    left_out = tuple(result.units[k] for k in np.flatnonzero(~compared))
    points = np.stack([copies.leaves[leaf].points[rows] for leaf in weights], axis=1)
    same = (points == points[:1]).all(axis=0)
    alike = tuple(leaf for leaf, one in zip(weights, same, strict=True) if one)
    if len(rows) < FEWEST:
        return Opinions(str(parsed), None, {}, {}, left_out, alike)
    chosen = copies.copies(rows, parsed)
    table = np.asarray(points / 10**digits.points, np.float64)
    shares = np.array([float(weight) for weight in weights.values()])
    scale = 10 ** (digits.points + digits.weights)
    scores, ranks, grades, bands = {}, {}, {}, {}
    refused: dict[str, Phrase] = {}
    for method in ("official", *OPINIONS):
        weighted: Whole = chosen.totals.weighted
        if method != "official":
            try:
                found = np.asarray(OPINIONS[method](table, shares), np.float64)
            except EvaluationError as problem:
                refused[method] = Phrase(
                    problem.code, **{**problem.parameters, "cell": Phrase("points")}
                )
                continue
            if method not in ON_THE_SCALE_OF_POINTS:
                scores[method], ranks[method] = found, competition_ranks(found)
                continue
            weighted = np.rint(found * scale).astype(np.int64)
        finished = finish(
            result.scheme, weighted, np.ones(len(rows), bool), chosen.amounts, chosen.falls
        )
        scores[method] = np.asarray(finished.rounded / 10**digits.total, np.float64)
        ranks[method] = competition_ranks(scores[method])
        grades[method] = np.where(
            finished.band < 0, -1, len(result.scheme.bands) - 1 - finished.band
        )
        ids = [*(band.id for band in result.scheme.bands), ""]
        bands[method] = tuple(ids[k] for k in finished.band.tolist())
    comparison = MethodComparison(
        tuple(result.units[k] for k in rows),
        _frozen(scores),
        _frozen(ranks),
        _frozen(grades),
        tuple(sorted(float(band.at_least) for band in result.scheme.bands))[1:],
        digits.total,
    )
    frozen = MappingProxyType(bands), MappingProxyType(refused)
    return Opinions(str(parsed), comparison, *frozen, left_out, alike)


def _local_of(scheme: Scheme, local: Local, leaves: Set[str]) -> dict[str, dict[str, Fraction]]:
    """Weights inside parents of some leaves alone, each share of what these have there."""
    found: dict[str, dict[str, Fraction]] = {}
    for parent in reversed(list(scheme.children)):
        kids = local.get(parent, {})
        kept = {kid: weight for kid, weight in kids.items() if kid in leaves or found.get(kid)}
        if whole := sum(kept.values()):
            found[parent] = {kid: Fraction(weight, whole) for kid, weight in kept.items()}
    return found


def _counted(scored: Scored, leaf: str) -> Any:
    """The cells in which an indicator has points that go into the total."""
    one = scored.leaves[leaf]
    zero = scored.scheme.missing.not_reported == "zero"
    return (one.status == KNOWN) | one.carried | ((one.status == UNREPORTED) & zero)


def _frozen(arrays: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType({name: read_only(array) for name, array in arrays.items()})
