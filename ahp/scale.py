"""Judgment scales: from the text of a judgment to its number and back.

The fundamental scale is Saaty's: 1 equal, 3 moderate, 5 strong, 7 very strong, 9 extreme
importance, the even numbers between them, and the reciprocals for the other direction
(Saaty 1980, *The Analytic Hierarchy Process*, table 3-1).
"""

from __future__ import annotations

import math
import re
import unicodedata

from .errors import MatrixError

SAATY_POSITIONS: tuple[str, ...] = (
    *(str(step) for step in range(9, 0, -1)),
    *(f"1/{step}" for step in range(2, 10)),
)
"""The 17 positions of Saaty's scale as exact text, from `"9"` over `"1"` to `"1/9"`."""

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_JUDGMENT = re.compile(rf"\s*({_NUMBER})\s*(?:/\s*({_NUMBER})\s*)?")


def parse_judgment(text: str) -> float:
    """Read a judgment such as `"3"`, `"1/3"` or `"2.5"`.

    Full-width digits and slashes, as Chinese keyboards write them, are read like the plain ones.

    Args:
        text: a positive number, or a fraction of two.

    Returns:
        The judgment as a float, a fraction correctly rounded.

    Raises:
        MatrixError: the text is neither, or the value is not positive and finite.
    """
    found = _JUDGMENT.fullmatch(unicodedata.normalize("NFKC", text).replace("⁄", "/"))
    if found is None:
        raise MatrixError(f'{text!r}, expected a positive number or a fraction such as "1/3"')
    numerator, denominator = float(found[1]), float(found[2] or 1)
    value = numerator / denominator if denominator else math.inf
    if not 0 < value < math.inf:
        raise MatrixError(f'{text!r}, expected a positive number or a fraction such as "1/3"')
    return value


_EXACT = {parse_judgment(text): text for text in SAATY_POSITIONS}


def judgment_text(value: float) -> str | None:
    """The position of Saaty's scale that has exactly this value, as text; None off the scale."""
    return _EXACT.get(value)


def opposite(text: str) -> str:
    """The same judgment seen from the other side: `"3"` for `"1/3"`, `"1"` for `"1"`."""
    numerator, _, denominator = text.partition("/")
    if not denominator:
        return numerator if numerator == "1" else f"1/{numerator}"
    return denominator if numerator == "1" else f"{denominator}/{numerator}"
