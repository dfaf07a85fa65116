"""Early warnings: what a head of department should look at, as data."""

from __future__ import annotations

import numpy as np

from ..messages import Phrase
from .evaluated import Evaluation
from .periods import Period, parse_period
from .rules import decimal


def early_warnings(result: Evaluation) -> tuple[Phrase, ...]:
    """The warnings that a scheme asks for, unit by unit and period by period.

    A total under a floor; one that fell by more than so many points, or so many times in a row; one
    so far below its group's median; one just above the edge of its band.
    """
    rules = result.scheme.warnings
    kind = result.scheme.period.kind
    periods = [parse_period(name) for name in result.periods]
    column = {period: k for k, period in enumerate(periods) if period.kind == kind}
    groups = {
        unit: [result.units.index(other) for other in group.units]
        for group in result.scheme.groups
        for unit in group.units
    }
    warnings: list[Phrase] = []
    for u, unit in enumerate(result.units):
        for period, p in column.items():
            total = result.totals[u, p]
            if np.isnan(total):
                continue
            about = {"unit": unit, "period": str(period), "total": f"{total:.12g}"}
            if rules.floor is not None and total < float(rules.floor):
                warnings.append(Phrase("warning_floor", **about, floor=decimal(rules.floor)))
            falls = _falls(result.totals[u], column, period)
            if rules.fall is not None and falls and falls[0] > float(rules.fall) + 1e-9:
                warnings.append(Phrase("warning_fall", **about, fall=f"{falls[0]:.12g}"))
            if rules.falls is not None and len(falls) >= rules.falls:
                warnings.append(Phrase("warning_falls", **about, count=len(falls)))
            rows = groups.get(unit, list(range(len(result.units))))
            peers = result.totals[rows, p]
            median = float(np.median(peers[~np.isnan(peers)]))
            if rules.below_median is not None and median - total > float(rules.below_median) + 1e-9:
                warnings.append(Phrase("warning_median", **about, median=f"{median:.12g}"))
            band = next((b for b in result.scheme.bands if b.id == result.bands[u, p]), None)
            if rules.band_edge is not None and band is not None:
                above = total - float(band.at_least)
                if band is not result.scheme.bands[-1] and 0 <= above <= float(rules.band_edge):
                    warnings.append(
                        Phrase("warning_edge", **about, band=band.id, above=f"{above:.12g}")
                    )
    return tuple(warnings)


def _falls(totals: np.ndarray, column: dict[Period, int], period: Period) -> list[float]:
    """By how much a total fell in this period, in the one before, and so on, while it fell."""
    falls = []
    while period.earlier in column:
        now, before = totals[column[period]], totals[column[period.earlier]]
        if np.isnan(before) or not now < before:
            break
        falls.append(round(float(before - now), 9))
        period = period.earlier
    return falls
