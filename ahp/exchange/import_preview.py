"""What an import would change, and which of its values somebody should look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Literal

from ..evaluation import Scheme
from ..evaluation.observations import number_parts
from ..messages import Phrase
from .layout_questions import CellKey, History, last_periods
from .layout_reading import Record
from .observation_layout import expected_of, number_text, plain_number

HAMPEL = Fraction("4.4478")
"""3 · 1.4826: how many median absolute deviations a value may be from the median. 1.4826 makes of
the MAD the standard deviation of normal values (Davies & Gather 1993, "The Identification of
Multiple Outliers", JASA 88:782-792, the Hampel identifier)."""

FEWEST = 4
"""Earlier values that are needed to call one an outlier: of three, two that lie close together make
one of almost any third."""


@dataclass(frozen=True)
class CellChange:
    """What becomes of a cell.

    Attributes:
        cell: which one.
        kind: `"new"`, `"same"`, `"changed"`; `"removed"`, which is there now and not in the file.
        value: in the file, "" where it is removed.
        old: what is there now, "" where nothing is.
        place: of the value in the file.
        doubts: why somebody should look at it.
    """

    cell: CellKey
    kind: Literal["new", "same", "changed", "removed"]
    value: str
    old: str
    place: str
    doubts: tuple[Phrase, ...] = ()


def import_preview(
    records: Iterable[Record],
    now: Mapping[CellKey, str],
    earlier: History,
    scheme: Scheme,
) -> tuple[CellChange, ...]:
    """What an import would change, in the order of the file; what it would take away last.

    A value is doubted when it is outside what the scheme calls valid, and when it is an outlier
    among the unit's own values of the last four periods, where it has all of them: further from
    their median than 3 · 1.4826 median absolute deviations (Hampel identifier). Where more than
    half of them are alike, that deviation is 0 and any change would be an outlier; but a printed
    number stands for all that round to it, so the limits are then three units of the last decimal
    that any of the values has: 98, 98, 98, 98 lets pass 95 to 101, and no late report in four
    periods lets pass 3.

    Args:
        records: of `read_layout`.
        now: cell -> value, of what was delivered before in place of this file.
        earlier: period -> cell -> value, of the periods before.
        scheme: whose indicators they are.
    """
    changes: dict[CellKey, CellChange] = {}
    periods = last_periods(earlier)
    for record in records:
        key = CellKey(*(record.get(name, "") for name in CellKey._fields))
        value, old = record["value"], now.get(key, "")
        kind: Literal["new", "same", "changed"] = "new" if not old else "changed"
        if old and _alike(old, value):
            kind = "same"
        past = [earlier[one].get(key, "") for one in periods]
        doubts = _doubts(key, value, past, scheme)
        changes[key] = CellChange(key, kind, value, old, record["place"], doubts)
    removed = (
        CellChange(key, "removed", "", old, "") for key, old in now.items() if key not in changes
    )
    return (*changes.values(), *removed)


def _alike(one: str, other: str) -> bool:
    """Whether two values are the same, however they are written."""
    numbers = [plain_number(text, decimal_comma=False) for text in (one, other)]
    return one == other or (None not in numbers and numbers[0] == numbers[1])


def _doubts(key: CellKey, value: str, past: Iterable[str], scheme: Scheme) -> tuple[Phrase, ...]:
    number = plain_number(value, decimal_comma=False)
    if number is None:
        return ()
    doubts = []
    valid = expected_of(scheme, key.indicator, key.input).valid
    if valid is not None and not valid[0] <= number <= valid[1]:
        ends = {"low": number_text(valid[0]), "high": number_text(valid[1])}
        doubts.append(Phrase("value_invalid", value=value, indicator=key.indicator, **ends))
    numbers = [text for text in past if plain_number(text, decimal_comma=False) is not None]
    if len(numbers) >= FEWEST:
        low, high = usual_range(numbers, value)
        if not low <= number <= high:
            about = {"low": number_text(low), "high": number_text(high), "earlier": tuple(numbers)}
            doubts.append(Phrase("value_outlier", value=value, **about))
    return tuple(doubts)


def usual_range(numbers: Iterable[str], value: str) -> tuple[Fraction, Fraction]:
    """Between which ends a value is no outlier among earlier ones.

    >>> from ahp.exchange.import_preview import usual_range
    >>> [float(end) for end in usual_range(["10", "12", "11", "13"], "12")]
    [7.0522, 15.9478]
    >>> [float(end) for end in usual_range(["98", "98", "98", "98"], "97")]
    [95.0, 101.0]
    """
    parts = [number_parts(text) or (0, 0) for text in (*numbers, value)]
    *past, _ = (Fraction(mantissa, 10**digits) for mantissa, digits in parts)
    middle = median(past)
    deviation = median(abs(number - middle) for number in past)
    width = HAMPEL * deviation or 3 * Fraction(1, 10 ** max(digits for _, digits in parts))
    return middle - width, middle + width
