"""Units of measure that an office's table states: in its headers, in a column of their own, or once
above the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from ..i18n.evaluation import measure_words
from ..tables.grids import Grid
from ..tables.opened import header_key
from .observation_layout import BRACKETS, JOIN, Expected


class UnitOfMeasure(NamedTuple):
    """What numbers count.

    Attributes:
        base: `"元"`, `"%"` for ratios, a time or points; "" for what is merely counted.
        scale: how many of it one is.
    """

    base: str
    scale: Fraction


_RATIOS = {
    **{"%": Fraction(1, 100), "‰": Fraction(1, 1_000), "‱": Fraction(1, 10_000)},
    **dict.fromkeys(("share", "占比"), Fraction(1)),
}
_BASES = {
    **dict.fromkeys(("元", "cny", "rmb", "yuan"), "元"),
    **dict.fromkeys("笔个户次份篇项人件家条张起", ""),
    **dict.fromkeys(("天", "日", "工日", "day", "days"), "天"),
    **dict.fromkeys(("小时", "学时", "课时", "hour", "hours"), "小时"),
    **{"分钟": "分钟", "分": "分", "月": "月", "年": "年", "points": "分"},
}
_SCALES = {
    **{"十": 10, "百": 100, "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000},
    **{"千万": 10_000_000, "亿": 100_000_000},
    **{"1,000": 1_000, "1000": 1_000, "10,000": 10_000, "10000": 10_000, "million": 1_000_000},
}
_BARE = ("十", "百", "千", "万", "十万", "百万", "千万", "亿")
_BEFORE = re.compile(f"({'|'.join(sorted(_SCALES, key=len, reverse=True))})?(.*)")
_BEHIND = re.compile(r"(cny|rmb|yuan)(1,?000|10,?000|million)")

_PARTS = re.compile(r"[,，、;；\s]|单位[:：]")
_INSIDE = re.compile(r"(?<![十百千万亿])[十百千万亿]+元|[‰‱]")
"""Units that count wherever they stand in a header."""

_ABOVE = re.compile(r"单位[:：]\s*([^\s:：]*?元(?:人民币)?)(?=$|[\s、，,;；/()（）])")
_IN_TITLE = re.compile(r"[(（]\s*([^\s()（）]*元)\s*[)）]")
"""What says in what all amounts of the table are stated."""


@lru_cache
def unit_of(text: str) -> UnitOfMeasure | None:
    """The unit of measure that a text is, None for any other text; `万` alone is ten thousand of
    whatever is counted.
    """
    word = re.sub("^人民币|人民币$", "", header_key(text))
    if word in _RATIOS:
        return UnitOfMeasure("%", _RATIOS[word])
    behind = _BEHIND.fullmatch(word)
    scale, base = behind.group(2, 1) if behind else _BEFORE.fullmatch(word).group(1, 2)  # type: ignore[union-attr] # it matches any text of one line
    if base not in _BASES and (base or scale not in _BARE):
        return None
    return UnitOfMeasure(_BASES.get(base, ""), Fraction(_SCALES[scale] if scale else 1))


@lru_cache
def stated_in(header: str) -> str:
    """The unit of measure that a header states in brackets or in its last part, "" for none."""
    *_, last = header.split(JOIN)
    inside = "，".join(one.strip("()（）[]【】") for one in BRACKETS.findall(header))
    parts = (*reversed(_PARTS.split(inside)), last)
    found = next((one for one in parts if unit_of(one) is not None), "")
    return found or "".join(_INSIDE.findall(header)[-1:])


def stated_above(grid: Grid, titles: Iterable[int]) -> str:
    """In what a table says that its amounts are stated, "" where no row says so.

    Args:
        grid: the table.
        titles: lines above the headers, where it may stand in brackets.
    """
    said = [(_ABOVE, " ".join(cells)) for cells in grid.rows.values()]
    said += [(_IN_TITLE, " ".join(grid.rows[line])) for line in titles]
    found = (match[1] for pattern, text in said if (match := pattern.search(text)))
    return next((one for one in found if unit_of(one)), "")


@lru_cache
def _words(unit: str) -> tuple[str, str]:
    """A unit of measure of a scheme, and in Chinese."""
    return unit, measure_words(unit, "zh")


def factor(stated: str, expected: Expected) -> Fraction | None:
    """What numbers that are stated in a unit are multiplied by to be those of the scheme; None
    where that isn't known.

    >>> from ahp.exchange.observation_layout import Expected
    >>> factor("亿元", Expected(unit="万元"))
    Fraction(10000, 1)
    >>> factor("‰", Expected(unit="%", share="percent"))
    Fraction(1, 10)
    >>> factor("小时", Expected(unit="天"))
    """
    words = _words(expected.unit)
    if header_key(stated) in map(header_key, words):
        return Fraction(1)
    found = unit_of(stated)
    if found is None:
        return None if expected.unit or expected.share else Fraction(1)
    if expected.share == "fraction":
        wanted = UnitOfMeasure("%", Fraction(1))
    elif not expected.unit:  # nothing says of what; a percentage is the usual ratio
        wanted = UnitOfMeasure(found.base, _RATIOS["%"] if found.base == "%" else Fraction(1))
    else:
        known = (unit_of(word) for word in words)
        wanted = next(filter(None, known), UnitOfMeasure("", Fraction(1)))
    by = found.scale / wanted.scale
    bare = stated.strip() in _BARE  # of whatever the scheme has
    return by if found.base == wanted.base or (bare and wanted.base != "%") else None
