"""What a rater is asked, and in which order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ...datafile import jcs
from ...errors import EvaluationError, OptionError
from ...evaluation import Period, Scheme, parse_period
from ...evaluation.rules import Checklist, Rated
from .units import Unit, active_in, successor

ORDERS = ("indicator", "unit")
"""One indicator's units follow each other, so that they are measured alike; or one unit's
indicators, so that its evidence is read once."""


class Asked(NamedTuple):
    """What a rater grades.

    Attributes:
        unit: id.
        indicator: id.
        item: one of several, such as a report; "" where there is one.
    """

    unit: str
    indicator: str
    item: str = ""


def own_sheet(
    scheme: Scheme,
    units: Iterable[Unit],
    rater_unit: str,
    indicators: Iterable[str] = (),
    *,
    period: str | Period,
    seed: str,
    by: str = "indicator",
    items: Mapping[tuple[str, str], tuple[str, ...]] | None = None,
) -> tuple[Asked, ...]:
    """What one rater is asked: the rated indicators that count in a period, of the units that are
    active in it, never of the rater's own nor of one that became the same by merging.

    Units stand in the order of SHA-256 over seed, unit and, one indicator after the other, the
    indicator, so that what comes first, and what is compared with what, averages out over raters.
    Indicators keep the order of the scheme, so that related questions stay together.

    Args:
        scheme: the scheme.
        units: all of them.
        rater_unit: id of the rater's own; "" for a rater of none.
        indicators: ids of those that the rater is asked, checklists among them; none = all that
            are graded.
        period: that is rated.
        seed: of this rater in this period; the same seed gives the same order.
        by: one of `ORDERS`.
        items: (unit id, indicator) -> items, where there are several.

    Raises:
        OptionError: unknown order.
        EvaluationError: an indicator that the scheme doesn't have, or an own unit that isn't
            listed.
    """
    if by not in ORDERS:
        raise OptionError.unknown("by", by, ORDERS)
    listed, chosen = tuple(units), tuple(indicators)
    for name in chosen:
        if name not in scheme.indicator:
            raise EvaluationError("indicator_unknown", name=name, valid=tuple(scheme.indicator))
    if rater_unit and rater_unit not in {unit.id for unit in listed}:
        raise EvaluationError("unit_not_listed", unit=rater_unit)
    asked = parse_period(period) if isinstance(period, str) else period
    askable = (Rated, Checklist) if chosen else Rated
    leaves = [
        leaf
        for leaf in scheme.counting(asked)
        if isinstance(scheme.indicator[leaf].rule, askable) and leaf in (chosen or scheme.indicator)
    ]
    own = successor(listed, rater_unit) if rater_unit else None
    others = [
        unit.id for unit in listed if active_in(unit, asked) and successor(listed, unit.id) != own
    ]

    def drawn(unit: str, *leaf: str) -> str:
        return hashlib.sha256(jcs([seed, unit, *leaf]).encode()).hexdigest()

    if by == "unit":
        pairs = [(unit, leaf) for unit in sorted(others, key=drawn) for leaf in leaves]
    else:
        pairs = [
            (unit, leaf)
            for leaf in leaves
            for unit in sorted(others, key=lambda unit, leaf=leaf: drawn(unit, leaf))  # type: ignore[misc]
        ]
    return tuple(Asked(*pair, item) for pair in pairs for item in (items or {}).get(pair, ("",)))
