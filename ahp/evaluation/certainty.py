"""How sure totals, bands and ranks are: evaluations with other weights, raters and missing values.

Draws are common to all units, since weights and raters are: differences between units are surer
than their levels. Each draw goes through the operations of the scheme in their order, as the
official totals do; only the weights drawn are not rounded to the scheme's digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import OptionError
from ..group import check_integer
from ..messages import Phrase
from ..result import Result, data_frame, read_only
from ..tolerance import rank_spans
from ..version import __version__
from .cells import KNOWN, UNDUE, UNREPORTED, Ints
from .evaluated import Evaluation
from .exact import Mask, Whole, half_up, product, total, whole
from .finishing import band_of, finish
from .periods import Period, parse_period
from .rater_draws import DrawnPoints, Names, RatedCells, draw_raters, drawn_points, rated_cells
from .scheme import Digits
from .scoring import Scored
from .weight_draws import leaf_draws, local_draws

Floats = NDArray[np.float64]

MISSING = ("scheme", "uniform")
"""What becomes of values that were not reported or are not due: what the scheme says, or points
drawn evenly from 0 to 100."""

_HALF = 1e-7
"""How near below a half, in the last decimal of points, a number counts as one: far above the
rounding of floats, and below any other distance of weights with six digits."""

_EVERY = np.ones((1, 1), bool)
"""A mask of all units and draws."""

_MOST_DIGITS = 13
"""Digits after the point of a weighted total that floats and 64 bits have room for."""

_CELLS = 1 << 18
"""Totals computed at once; bounds the memory, and no result depends on it."""


@dataclass(frozen=True, eq=False, repr=False)
class Certainty(Result):
    """How totals, bands and ranks of units scatter over the draws.

    Attributes:
        units: names of the units.
        period: it is about.
        bands: ids of the bands, from the best down.
        totals: the official ones; NaN where there is none.
        official: ids of the official bands, "" where there is none.
        band_probability: shape (units, bands).
        unrated: probability of no total, or of one between bands, shape (units,); with those of the
            bands it sums to 1.
        mean, std: of the total over the draws that have one, shape (units,); NaN where none has.
        lower, upper: its (1 − level)/2 and (1 + level)/2 quantiles, linear between draws.
        level: of the interval.
        rank_probability: [i, r] = probability that unit i has rank r + 1 among these units, ties
            1, 2, 2, 4, shape (units, units); None where not asked for.
        ahead: [i, j] = probability that the total of unit i is above that of unit j, likewise.
        tied: [i, j] = that both are the same.
        draws, seed: how many, and from where.
        weights: `"fixed"`, `"array"` or `"panel"`.
        raters: names of the raters who were resampled.
        missing: one of `MISSING`.
        version: of `ahp`.
    """

    units: tuple[str, ...]
    period: str
    bands: tuple[str, ...]
    totals: Floats
    official: tuple[str, ...]
    band_probability: Floats
    unrated: Floats
    mean: Floats
    std: Floats
    lower: Floats
    upper: Floats
    level: float
    rank_probability: Floats | None = field(repr=False)
    ahead: Floats | None = field(repr=False)
    tied: Floats | None = field(repr=False)
    draws: int
    seed: int
    weights: str
    raters: tuple[str, ...]
    missing: str
    version: str = __version__

    @property
    def official_probability(self) -> Floats:
        """Probability that a unit is in its official band, or has none as officially."""
        table = np.column_stack([self.band_probability, self.unrated])
        place = [(*self.bands, "").index(band) for band in self.official]
        probability: Floats = table[np.arange(len(self.units)), place]
        return probability

    def standard_error(self, probability: ArrayLike) -> Any:
        """Monte Carlo standard error of probabilities of this result, √(p(1 − p)/draws)."""
        p = np.asarray(probability, np.float64)
        return np.sqrt(p * (1 - p) / self.draws)

    def to_frame(self) -> Any:
        """A pandas `DataFrame` with a row a unit: total, mean, std, lower, upper, band and the
        probability of each band.
        """
        columns = {name: getattr(self, name) for name in ("mean", "std", "lower", "upper")}
        bands = dict(zip(self.bands, self.band_probability.T, strict=True))
        total = {"total": self.totals, "band": list(self.official)}
        return data_frame({**total, **columns, **bands}, index=list(self.units))


def simulate(
    result: Evaluation,
    period: str,
    *,
    seed: int,
    weights: Any = None,
    draws: int | None = None,
    raters: bool = True,
    missing: Literal["scheme", "uniform"] = "scheme",
    units: tuple[str, ...] | None = None,
    ranks: bool = True,
    pairs: bool = False,
    level: float = 0.95,
    progress: Callable[[float], object] | None = None,
) -> Certainty:
    """Probabilities of bands and ranks, from the spread of weights and raters.

    Points that a scheme carries over from the period before, deductions, bonuses and vetoes that
    were reported stay as they are.

    Args:
        result: of `evaluate`.
        period: one of its periods, or a year that is made of them.
        seed: integer of 0 or more; the same seed gives the same bits.
        weights: None for those of the evaluation, without spread; draws of the indicators' weights
            in the whole, shape (draws, indicators) – a table with labels is joined by them – or of
            `draw_weights`; or an `Analysis`, from which they are drawn with its defaults.
        draws: how many; None = as many as there are of the weights, or 10,000.
        raters: resample the raters of what several rated.
        missing: one of `MISSING`.
        units: names of those to look at, ranked among each other; None = all.
        ranks: whether probabilities of ranks are wanted, which keep all totals in memory.
        pairs: whether probabilities of one unit ahead of another are wanted, likewise.
        level: of the interval, between 0 and 1.
        progress: is told the share that is done, up to 1.

    Raises:
        EvaluationError: an unknown unit or period, or weights that do not fit.
        OptionError: an option out of its range.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> found = ahp.evaluation.simulate(result, "2026Q1", seed=1, draws=500, units=result.units[:3])
    >>> found.official, found.official_probability
    (('good', 'fair', 'fair'), array([1., 1., 1.]))
    """
    check_integer("seed", seed, 0)
    if draws is not None:
        check_integer("draws", draws, 1)
    if missing not in MISSING:
        raise OptionError.unknown("missing", missing, MISSING)
    if not isinstance(level, (int, float)) or not 0 < level < 1:
        raise OptionError.refused("level", level, Phrase("between", low=0, high=1))
    names = result.units if units is None else tuple(units)
    rows = [result.unit_position(name) for name in names]
    column = result.period_position(period)
    table, count, source = leaf_draws(result.scheme, weights, draws, seed)
    run = _Run(names, table, count, seed, missing)
    drawn, resampled = run.over(result, parse_period(result.periods[column]), raters=raters)
    summary = _Summary(len(names), count, len(result.scheme.bands), keep=ranks or pairs)
    step = max(1, _CELLS // count)
    tell = progress or (lambda _share: None)
    drawing = 0.5 if pairs else 1.0  # of the work, as far as one can tell beforehand
    for start in range(0, len(names), step):
        some = slice(start, start + step)
        summary.add(some, level, *drawn(some))
        tell(drawing * min(1.0, (start + step) / len(names)))
    scale = 10**result.scheme.digits.total
    mean, std, lower, upper = summary.moments.T
    rank_probability, ahead, tied = summary.compared(
        ranks, pairs, lambda share: tell(drawing + (1 - drawing) * share)
    )
    return Certainty(
        units=names,
        period=result.periods[column],
        bands=tuple(band.id for band in result.scheme.bands),
        totals=read_only(result.totals[rows, column]),
        official=tuple(result.bands[rows, column].tolist()),
        band_probability=read_only(summary.bands[:, :-1] / count),
        unrated=read_only(summary.bands[:, -1] / count),
        mean=read_only(mean / scale),
        std=read_only(std / scale),
        lower=read_only(lower / scale),
        upper=read_only(upper / scale),
        level=level,
        rank_probability=rank_probability,
        ahead=ahead,
        tied=tied,
        draws=count,
        seed=seed,
        weights=source,
        raters=resampled,
        missing=missing,
    )


class _Summary:
    """Counts of bands, moments of totals and, where they are needed, all totals.

    Attributes:
        bands: draws in each band, and in none, of each unit.
        moments: mean, standard deviation, lower and upper end, a unit a row.
        totals: shape (units, draws), NaN where there is none.
    """

    def __init__(self, units: int, draws: int, bands: int, *, keep: bool) -> None:
        self.draws = draws
        self.bands = np.zeros((units, bands + 1))
        self.moments = np.full((units, 4), np.nan)
        self.totals = np.empty((units, draws)) if keep else None

    def add(self, units: slice, level: float, totals: Whole, band: Ints, rated: Mask) -> None:
        """Take the totals of some units, in units of the last decimal, shape (units, draws)."""
        places = [*range(self.bands.shape[1] - 1), -1]
        for k, place in enumerate(places):
            self.bands[units, k] = (band == place).sum(axis=1)
        numbers = np.where(rated, totals, np.nan).astype(np.float64)
        if self.totals is not None:
            self.totals[units] = numbers
        ends = [(1 - level) / 2, (1 + level) / 2]
        for moments, row, has_total in zip(self.moments[units], numbers, rated, strict=True):
            some = row if has_total.all() else row[has_total]
            if len(some):
                moved = some - some[0]  # so that no spread is exactly none
                moments[:2] = some[0] + moved.mean(), moved.std()
                moments[2:] = np.quantile(some, ends)

    def compared(
        self, ranks: bool, pairs: bool, tell: Callable[[float], object]
    ) -> list[Floats | None]:
        """Probabilities of ranks, of one unit ahead of another, and of ties; tells the share that
        is done.
        """
        if self.totals is None:
            return [None, None, None]
        n = len(self.totals)
        at_rank, above, same = (np.zeros((n, n)) for _ in range(3))
        step = max(1, _CELLS // n)
        for start in range(0, self.draws, step):
            some = self.totals[:, start : start + step].T
            if ranks:
                first, _ = rank_spans(some)
                cells = (np.arange(n) * n + first)[~np.isnan(some)]
                at_rank += np.bincount(cells, minlength=n * n).reshape(n, n)
            for i in range(n if pairs else 0):
                above[i] += (some[:, i, None] > some).sum(axis=0)
                same[i] += (some[:, i, None] == some).sum(axis=0)
            tell(min(1.0, (start + step) / self.draws))
        found = zip((at_rank, above, same), (ranks, pairs, pairs), strict=True)
        return [read_only(one / self.draws) if wanted else None for one, wanted in found]


@dataclass(frozen=True)
class _Part:
    """A period as it was scored, and what of it several raters rated."""

    period: Period
    scored: Scored
    rated: list[RatedCells]


@dataclass(frozen=True)
class _Run:
    """What all periods of a simulation have in common.

    Attributes:
        units: names of the units.
        weights: of the leaves in the whole, shape (draws, leaves); None = those of the result.
        draws, seed, missing: as for `simulate`.
    """

    units: tuple[str, ...]
    weights: Floats | None
    draws: int
    seed: int
    missing: str

    def over(
        self, result: Evaluation, period: Period, *, raters: bool
    ) -> tuple[_Period | _Year, tuple[str, ...]]:
        """What draws the totals of a period, and the raters it resamples."""
        shares = result.parts(period)
        parts = []
        for part in shares:
            scored = result.scored(self.units, part)
            parts.append(_Part(part, scored, rated_cells(scored, part) if raters else []))
        sets = {names for part in parts for one in part.rated for names in one.resampled}
        # the stream after those that weights are drawn by
        *_, stream = np.random.SeedSequence(self.seed).spawn(3)
        drawn = draw_raters(sets, self.draws, np.random.default_rng(stream))
        models = [_Period(self, part, drawn) for part in parts]
        model = models[0] if period in shares else _Year(models, tuple(shares.values()))
        return model, tuple(sorted({name for names in sets for name in names}))


class _Period:
    """The totals of one period, draw by draw.

    Points are floats that hold whole numbers of the last decimal; arrays have a unit a row and a
    draw a column, or one column where nothing differs between draws.
    """

    def __init__(self, run: _Run, part: _Part, drawn: Mapping[Names, NDArray[np.int32]]) -> None:
        self.run, self.scored = run, part.scored
        scheme, grid = part.scored.scheme, part.scored.grid
        self.full = 100 * 10**scheme.digits.points
        self.cells = np.arange(len(grid.units)) * len(grid.periods)
        self.cells += grid.periods.index(part.period)
        self.local: Mapping[str, Mapping[str, Floats]] = {
            parent: {
                kid: np.array([weight / 10**scheme.digits.weights]) for kid, weight in of.items()
            }
            for parent, of in part.scored.local[part.period.part].items()
        }
        if run.weights is not None:
            columns = dict(zip(scheme.leaves, run.weights.T, strict=True))
            counting = scheme.counting(part.period)
            self.local = local_draws(scheme, {leaf: columns[leaf] for leaf in counting})
        leaves = part.scored.leaves
        self.position = {leaf: k for k, leaf in enumerate(leaves)}
        status = np.stack([one.status[self.cells] for one in leaves.values()], axis=1)
        points = np.stack([one.points[self.cells] for one in leaves.values()], axis=1)
        carried = np.stack([one.carried[self.cells] for one in leaves.values()], axis=1)
        self.unknown = (status == UNREPORTED) | (status == UNDUE)
        self.sure: Mask = (status == KNOWN) | carried
        self.counted = self.sure.copy()
        if run.missing == "uniform":
            self.sure = self.counted = (status == KNOWN) | self.unknown
        elif scheme.missing.not_reported == "zero":
            self.counted |= status == UNREPORTED
        self.blocked = self.unknown & ~self.counted
        self.points: Floats = np.where(self.counted, points, 0).astype(np.float64)
        self.of_raters: dict[str, list[DrawnPoints]] = {}
        for rated in part.rated:
            found = drawn_points(part.scored, rated, drawn)
            self.of_raters.setdefault(rated.leaf, []).append(found)
        digits = scheme.digits
        weights = min(digits.weights, _MOST_DIGITS - digits.points)
        self.lift = 10**weights
        self.scheme = replace(scheme, digits=Digits(weights, digits.points, digits.total))

    def __call__(self, units: slice) -> tuple[Whole, Ints, Mask]:
        """Rounded totals, bands and whether there is one, of some units."""
        weighted, rated = self._weighted(units)
        cells = self.cells[units]
        rated = rated & self.scored.observed[cells][:, None]
        done = finish(
            self.scheme,
            np.rint(weighted * self.lift).astype(np.int64),
            rated,
            {name: one[cells][:, None] for name, one in self.scored.amounts.items()},
            {
                name: self._falls(name, one[cells][:, None], units)
                for name, one in self.scored.falls.items()
            },
        )
        shape = len(cells), self.run.draws
        return (
            np.broadcast_to(done.rounded, shape),
            np.broadcast_to(done.band, shape),
            np.broadcast_to(done.rated, shape),
        )

    def _weighted(self, units: slice) -> tuple[Floats, Mask]:
        """Σ w·s of the goal, in units of the last decimal of points, and whether there is one."""
        scheme = self.scored.scheme
        least = float(scheme.missing.share)
        scores: dict[str, tuple[Floats, Mask, Mask]] = {}
        for parent in reversed(tuple(scheme.children)):
            shares = self.local.get(parent, {})
            leaves = [kid for kid in shares if kid not in scheme.children]
            columns = [self.position[leaf] for leaf in leaves]
            local = np.stack([shares[leaf] for leaf in leaves]) if leaves else np.zeros((0, 1))
            counted = self.counted[units][:, columns]
            stop = self.blocked[units][:, columns].any(axis=1)[:, None]
            weight = _sums(counted, local)
            known = weight if least == 0 else _sums(self.sure[units][:, columns], local)
            drawn = [self._drawn(leaf, units) for leaf in leaves]
            fixed = [k for k, one in enumerate(drawn) if one is None]
            sums = self.points[units][:, [columns[k] for k in fixed]] @ local[fixed]
            terms = [
                (share, one) for share, one in zip(local, drawn, strict=True) if one is not None
            ]
            for kid in shares:
                if kid in scores:
                    points, has_score, stopped = scores[kid]
                    share = shares[kid] * has_score
                    terms.append((share, points))
                    weight, known, stop = weight + share, known + share, stop | stopped
            sums = _with_terms(sums, terms)
            some = weight > 0
            if least:
                stop = stop | (some & (known < least - _HALF))
            has_score = some & ~stop
            if has_score.all():
                has_score = _EVERY
            complete = np.abs(weight - 1) < _HALF
            if not complete.all():
                sums = np.where(complete, sums, sums / np.where(some, weight, 1.0))
            rounded = sums + (0.5 + _HALF)
            np.floor(rounded, out=rounded)
            scores[parent] = rounded, has_score, stop
            if parent == scheme.goal:
                return np.where(complete, sums, rounded), has_score
        raise AssertionError(scheme.goal)  # it is the last of its own children's parents

    def _drawn(self, leaf: str, units: slice) -> Floats | None:
        """Points of an indicator that differ between draws; None where they don't."""
        column = self.position[leaf]
        rows = np.arange(len(self.cells))[units]
        uniform = np.zeros(0, np.intp)
        if self.run.missing == "uniform":
            uniform = np.flatnonzero(self.unknown[rows, column])
        parts = [self._rows(one, rows) for one in self.of_raters.get(leaf, [])]
        if not len(uniform) and not any(len(here) for here, _ in parts):
            return None
        points = np.repeat(self.points[rows, column][:, None], self.run.draws, axis=1)
        for one, (here, of_one) in zip(self.of_raters.get(leaf, []), parts, strict=True):
            points[here] = one.points[of_one][:, one.column]
        for row in uniform.tolist():
            place = self.run.seed, 1, int(self.cells[rows[row]]), column
            chance = np.random.default_rng(place)
            points[row] = chance.integers(0, self.full, self.run.draws, endpoint=True)
        return points

    def _rows(self, drawn: DrawnPoints, rows: Ints) -> tuple[Ints, Ints]:
        """Which of some units have points that differ, and where these stand."""
        _, here, of_drawn = np.intersect1d(self.cells[rows], drawn.cells, return_indices=True)
        return here, of_drawn

    def _falls(self, veto: str, falls: Mask, units: slice) -> Mask:
        """Where a veto falls, draw by draw if what it looks at is drawn."""
        rows = np.arange(len(self.cells))[units]
        for drawn in (one for found in self.of_raters.values() for one in found):
            if veto in drawn.falls:
                here, of_drawn = self._rows(drawn, rows)
                falls = np.broadcast_to(falls, (len(rows), self.run.draws)).copy()
                falls[here] = drawn.falls[veto][of_drawn][:, drawn.column]
        return falls


def _with_terms(sums: Floats, terms: list[tuple[Floats, Floats]]) -> Floats:
    """Sums with further products of weights and points, no wider than they need to be."""
    shapes = [np.broadcast_shapes(share.shape, points.shape) for share, points in terms]
    shape = np.broadcast_shapes(sums.shape, *shapes)
    sums = sums if sums.shape == shape else np.broadcast_to(sums, shape).copy()
    for share, points in terms:
        sums += share * points
    return sums


def _sums(chosen: Mask, local: Floats) -> Floats:
    """The weights of what is chosen, unit by unit and draw by draw."""
    sums: Floats = local.sum(axis=0, keepdims=True) if chosen.all() else chosen @ local
    return sums


@dataclass(frozen=True)
class _Year:
    """The totals of a year, of those of its periods, each with its share."""

    parts: list[_Period]
    shares: tuple[Fraction, ...]

    def __call__(self, units: slice) -> tuple[Whole, Ints, Mask]:
        """Rounded totals, bands and whether there is one, of some units."""
        divisor = math.lcm(*(share.denominator for share in self.shares))
        sums: Whole = whole(0)
        rated: Mask = np.ones((1, 1), bool)
        for part, share in zip(self.parts, self.shares, strict=True):
            totals, _, has_total = part(units)
            sums = total(sums, product(totals, whole(int(share * divisor))))
            rated = rated & has_total
        rounded = half_up(sums, whole(divisor))
        band = band_of(self.parts[0].scheme, rounded)
        return rounded, np.where(rated, band, -1), rated
