"""What each rater did: the table of ratings, and totals without them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..result import Result, read_only
from ..version import __version__
from .agreement import rater_severity
from .cells import KNOWN, Cells, Ints, starts_of
from .evaluated import Evaluation
from .exact import Mask
from .periods import Period
from .rater_draws import ratings
from .rules import Checklist
from .scheme import Indicator
from .scoring import Scored

Floats = NDArray[np.float64]
Target = tuple[str, str, str]


@dataclass(frozen=True, eq=False, repr=False)
class RatingTable(Result):
    """Ratings of one period as points, for `intraclass_correlation` and `krippendorff_alpha`.

    Attributes:
        period: it is about.
        raters: names.
        targets: what was rated, a row each: unit, indicator and item, "" where there is none.
        points: of each rating alone, 0 … 100, NaN where a rater didn't rate, shape (targets,
            raters).
        version: of `ahp`.
    """

    period: str
    raters: tuple[str, ...]
    targets: tuple[Target, ...] = field(repr=False)
    points: Floats = field(repr=False)
    version: str = __version__

    @property
    def severity(self) -> dict[str, float]:
        """Rater -> mean difference to others on what both rated: below 0 severe, above 0 lenient.

        Raises:
            EvaluationError: a rater who shares no target with another.
        """
        return dict(zip(self.raters, rater_severity(self.points).tolist(), strict=True))


@dataclass(frozen=True, eq=False, repr=False)
class WithoutRaters(Result):
    """Totals and bands without each rater.

    Attributes:
        period, raters, units: what they are about.
        totals: shape (raters, units); NaN where a unit has none, or too few other ratings of an
            item.
        bands: for each rater the ids of the bands, "" where there is none.
        official_totals, official_bands: with all raters.
        version: of `ahp`.
    """

    period: str
    raters: tuple[str, ...]
    units: tuple[str, ...]
    totals: Floats
    bands: tuple[tuple[str, ...], ...] = field(repr=False)
    official_totals: Floats = field(repr=False)
    official_bands: tuple[str, ...] = field(repr=False)
    version: str = __version__

    @property
    def decided(self) -> tuple[tuple[str, str], ...]:
        """(rater, unit) where the unit has another band without the rater."""
        return tuple(
            (rater, unit)
            for rater, bands in zip(self.raters, self.bands, strict=True)
            for unit, band, official in zip(self.units, bands, self.official_bands, strict=True)
            if band and band != official
        )


def rating_table(result: Evaluation, period: str, indicator: str | None = None) -> RatingTable:
    """The ratings of a period as points.

    Args:
        result: of `evaluate`.
        period: one with observations of its own.
        indicator: id of one that is rated; None = all.

    Raises:
        EvaluationError: no such period or indicator, or nothing that is rated by anybody named.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> found = ahp.evaluation.rating_table(result, "2026Q1")
    >>> found.raters, found.points.shape
    (('评分人一', '评分人三', '评分人二'), (108, 3))
    """
    parsed = result.scored_period(period)
    if indicator is not None and indicator not in result.indicators:
        valid = result.indicators
        raise EvaluationError("indicator_unknown", name=indicator, valid=valid)
    scored = result.scored(result.units, parsed)
    observations = scored.observations
    cells: dict[tuple[Target, str], float] = {}
    unit, item, rater = (observations.columns[role] for role in ("unit", "item", "rater"))
    for leaf, of_leaf in ratings(scored, parsed):
        if indicator in (None, leaf):
            named = of_leaf.chosen(of_leaf.column("rater") >= 0)
            points = _alone(scored, named, leaf, parsed)
            for row, number in zip(named.rows.tolist(), points.tolist(), strict=True):
                cells[(unit[row], leaf, item[row]), rater[row]] = number
    if not cells:
        raise EvaluationError("ratings_none", period=str(parsed))
    targets = tuple(sorted({target for target, _ in cells}))
    raters = tuple(sorted({rater for _, rater in cells}))
    points = np.array([[cells.get((t, rater), np.nan) for rater in raters] for t in targets])
    return RatingTable(str(parsed), raters, targets, read_only(points))


def _alone(scored: Scored, ratings: Cells, leaf: str, period: Period) -> Floats:
    """Points of each rating as if it were the only one."""
    indicator = scored.scheme.indicator[leaf]
    status = np.full(len(ratings.rows), KNOWN, np.int8)
    each = replace(ratings, cell=np.arange(len(ratings.rows)), status=status)
    context = replace(scored.context(leaf, period), items="mean", raters="mean", fewest=1)
    if isinstance(indicator.rule, Checklist):
        points = indicator.rule.results(each, context) * 100
    else:
        points = indicator.rule.points(indicator.rule.values(each, context))
    return np.asarray(points.num / points.den, np.float64)


def totals_without_raters(result: Evaluation, period: str) -> WithoutRaters:
    """What units would have without each rater.

    Args:
        result: of `evaluate`.
        period: one with observations of its own.

    Raises:
        EvaluationError: no such period, or nothing that is rated by anybody named.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> ahp.evaluation.totals_without_raters(result, "2026Q1").totals[:, 0]
    array([85.2, 83.3, 86.1])
    """
    parsed = result.scored_period(period)
    scored = result.scored(result.units, parsed)
    observations = scored.observations
    rated = list(ratings(scored, parsed))
    column = observations.columns["rater"]
    names = sorted({column[row] for _, cells in rated for row in cells.rows.tolist()} - {""})
    if not names:
        raise EvaluationError("ratings_none", period=str(parsed))
    cell = scored.grid.cells(observations)
    totals, bands = [], []
    for name in names:
        kept = np.ones(len(observations), bool)
        for leaf, cells in rated:
            kept[cells.rows[cells.column("rater") == column.names.index(name)]] = False
            kept &= ~np.isin(cell, _too_few(scored.scheme.indicator[leaf], cells, kept))
        again = Scored(
            scored.scheme, observations.chosen(kept), scored.local, scored.grid
        ).totals.finished
        here = slice(scored.grid.periods.index(parsed), None, len(scored.grid.periods))
        numbers = again.rounded[here] / 10**scored.scheme.digits.total
        totals.append(np.where(again.rated[here], numbers, np.nan))
        ids = (*(band.id for band in scored.scheme.bands), "")
        bands.append(tuple(ids[k] for k in again.band[here].tolist()))
    k = result.period_position(period)
    return WithoutRaters(
        str(parsed),
        tuple(names),
        result.units,
        read_only(np.array(totals, np.float64)),
        tuple(bands),
        result.totals[:, k],
        tuple(result.bands[:, k].tolist()),
    )


def _too_few(indicator: Indicator, cells: Cells, kept: Mask) -> Ints:
    """Cells with an item that has fewer ratings left than its scheme wants."""
    least = max(indicator.fewest_raters, 3 if indicator.raters == "trimmed_mean" else 1)
    starts = starts_of(cells.cell, cells.column("item"))
    left = np.add.reduceat(kept[cells.rows].astype(np.intp), starts)
    return cells.cell[starts[left < least]]
