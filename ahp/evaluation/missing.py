"""What each value that is missing decides: the bands a unit can still reach with it and without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..messages import Phrase
from ..result import Result
from ..version import __version__
from .cells import KNOWN, STATUS_WORDS, UNDUE, UNREPORTED, Ints
from .evaluated import Evaluation
from .finishing import Finished


@dataclass(frozen=True, eq=False, repr=False)
class MissingValue(Result):
    """A value that was not reported or is not due, and what depends on it.

    Attributes:
        unit, period, indicator: whose it is.
        status: `"not_reported"` or `"not_due"`.
        at_zero, at_full: lowest and highest total with 0 and with 100 points for it, while the
            other missing values have 0 or 100; NaN where there is no total.
        bands_at_zero, bands_at_full: ids of the bands that are then reached, the best first.
        version: of `ahp`.
    """

    unit: str
    period: str
    indicator: str
    status: str
    at_zero: tuple[float, float]
    at_full: tuple[float, float]
    bands_at_zero: tuple[str, ...]
    bands_at_full: tuple[str, ...]
    version: str = __version__

    @property
    def bands(self) -> tuple[str, ...]:
        """All bands that are still reached, the best first."""
        return tuple(dict.fromkeys((*self.bands_at_full, *self.bands_at_zero)))

    @property
    def decides(self) -> bool:
        """Whether the band follows from this value alone, whatever the other missing ones are."""
        alone = len(self.bands_at_zero) == len(self.bands_at_full) == 1
        return alone and self.bands_at_zero != self.bands_at_full


def missing_values(result: Evaluation, period: str) -> tuple[MissingValue, ...]:
    """What each missing value of a period decides, unit by unit.

    Args:
        result: of `evaluate`.
        period: one with observations.

    Raises:
        EvaluationError: no such period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> (value,) = ahp.evaluation.missing_values(result, "2026Q2")
    >>> value.indicator, value.bands_at_zero, value.bands_at_full, value.decides
    ('self_study', ('fair',), ('good',), True)
    """
    parsed = result.scored_period(period)
    status = result.status[:, result.period_position(period)]
    unit, leaf = np.nonzero((status == UNREPORTED) | (status == UNDUE))
    scored = result.scored(result.units, parsed)
    cells = unit * len(scored.grid.periods) + scored.grid.periods.index(parsed)
    outcomes = []
    for share in (0, 1):
        copies = scored.copies(cells, parsed)
        for k, (name, one) in enumerate(copies.leaves.items()):
            end = np.full(len(cells), share * scored.most_of(name))
            one.points = np.where(leaf == k, one.less_deductions(end), one.points)
            one.status = np.where(leaf == k, KNOWN, one.status)
        low, high = copies.bounds
        outcomes.append((low.finished, high.finished))
    at_zero, at_full = outcomes
    return tuple(
        MissingValue(
            result.units[u],
            str(parsed),
            result.indicators[k],
            STATUS_WORDS[status[u, k]],
            _ends(result, at_zero, row),
            _ends(result, at_full, row),
            _bands(result, at_zero, row),
            _bands(result, at_full, row),
        )
        for row, (u, k) in enumerate(zip(unit.tolist(), leaf.tolist(), strict=True))
    )


def _ends(result: Evaluation, ends: tuple[Finished, Finished], row: int) -> tuple[float, float]:
    scale = 10**result.scheme.digits.total
    low, high = (one.rounded[row] / scale if one.rated[row] else np.nan for one in ends)
    return float(low), float(high)


def _bands(result: Evaluation, ends: tuple[Finished, Finished], row: int) -> tuple[str, ...]:
    worst, best = (int(one.band[row]) for one in ends)
    bands = result.scheme.bands
    between: Ints = (
        np.arange(best, worst + 1) if min(worst, best) >= 0 else np.unique([best, worst])
    )
    return tuple(bands[k].id for k in between.tolist() if k >= 0)


def missing_phrases(result: Evaluation, period: str) -> tuple[Phrase, ...]:
    """What the missing values of each unit decide, a sentence a unit: `"73…93, band not decided;
    indicator 7 decides it"`.

    Args:
        result: of `evaluate`.
        period: one with observations.

    Raises:
        EvaluationError: no such period, or one that is made of others.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> scheme = ahp.evaluation.load_scheme("supervision_effectiveness")
    >>> result = ahp.evaluation.evaluate(scheme, ahp.evaluation.read_observations(table))
    >>> [str(phrase) for phrase in ahp.evaluation.missing_phrases(result, "2026Q2")]
    ['丙市监督中心, 2026Q2: 78…82.3, band not decided; self_study decides it']
    """
    of_unit: dict[str, list[MissingValue]] = {}
    for value in missing_values(result, period):
        of_unit.setdefault(value.unit, []).append(value)
    phrases = []
    for unit, values in of_unit.items():
        bands = values[0].bands
        deciding = [value.indicator for value in values if value.decides]
        about = {
            "unit": unit,
            "period": values[0].period,
            "low": f"{values[0].at_zero[0]:.12g}",
            "high": f"{values[0].at_full[1]:.12g}",
        }
        if len(bands) == 1:
            phrases.append(Phrase("missing_band_sure", **about, band=bands[0]))
        elif deciding:
            phrases.append(Phrase("missing_decides", **about, indicator=deciding[0]))
        else:
            names = tuple(value.indicator for value in values)
            phrases.append(Phrase("missing_decide_together", **about, indicators=names))
    return tuple(phrases)
