"""The fundamental scale: from the text of a judgment to its number and back.

It is Saaty's: 1 equal, 3 moderate, 5 strong, 7 very strong, 9 extreme
importance, the even numbers between them, and the reciprocals for the other direction
(Saaty 1980, *The Analytic Hierarchy Process*, table 3-1).

Other scales, which give the same answers other numbers, are in `ahp.scales`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .errors import MatrixError, OptionError
from .messages import Phrase
from .tolerance import WRITTEN_RTOL

LARGEST_STEP = 9
"""Largest judgment on the fundamental scale."""

MIXED_DIGITS = 4
"""Digits in each part of a mixed fraction such as 3 3/4."""

SAATY_POSITIONS: tuple[str, ...] = (
    *(str(step) for step in range(9, 0, -1)),
    *(f"1/{step}" for step in range(2, 10)),
)
"""The 17 positions of Saaty's scale as exact text, from `"9"` over `"1"` to `"1/9"`."""

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_JUDGMENT = re.compile(rf"\s*({_NUMBER})\s*(?:/\s*({_NUMBER})\s*)?")
_BELOW_ONE = re.compile(r"0*\.(\d+)")
_OPENING = re.compile(r"(?<=\d)\s*([\[({（［｛【〔])")
_CLOSING = "])}）］｝】〕"

FOOTNOTE_SIGNS = "*†‡§¶‖#※★☆∗⁎⁑✱＊＃"
"""Signs that refer to a footnote, beside small, circled and bracketed digits and letters."""

_NOT_JUDGED = re.compile(
    r"[-‐‑‒–—―−/\\~*×.…·]*|n\.?/?a\.?|#n/a|nan|null|none"
    r"|\(?(?:空|跳过|未答|未填|未作答|未判断|无)\)?",
    re.IGNORECASE,
)
"""What people and programs write where nothing was judged, in half width."""

_SPREADSHEET_TEXT = re.compile(r"""'?=?\s*(?:"([^"]*)"|([^"]*))""")
"""A judgment that is kept from becoming a date: `="1/3"`, `'1/3`; `=1/3` is one to be computed."""

_RATIO = re.compile(rf"({_NUMBER})\s*[:∶÷比]\s*({_NUMBER})")
_PERCENT = re.compile(rf"{_NUMBER}\s*%")
_SLASHES = str.maketrans("⁄∕", "//")
_MIXED = re.compile(r"(\d+)\s+(\d+)\s*/\s*(\d+)")

_UNMARKED = re.compile(r"[\d./]*", re.ASCII)


def footnote_mark(text: str) -> str:
    """What in a text refers to a footnote, empty when nothing does: `"²"` of `"3²"`.

    Compatibility normalization would make a digit of it, and 32 of `"3²"`.
    """
    if _UNMARKED.fullmatch(text):
        return ""
    marks = "".join(character for character in text if _is_mark(character))
    opening, end = _OPENING.search(text), max(map(text.rfind, _CLOSING)) + 1
    return marks or (text[opening.start(1) : end] if opening else "")


def _is_mark(character: str) -> bool:
    form = unicodedata.decomposition(character).partition(" ")[0]
    number = unicodedata.category(character) == "No" and form != "<fraction>"
    return number or form in ("<super>", "<sub>", "<circle>") or character in FOOTNOTE_SIGNS


def not_judged(text: str) -> bool:
    """Whether a cell says that nothing was judged: blank, a dash, `NA`, `nan`, `(空)`."""
    return bool(_NOT_JUDGED.fullmatch(unicodedata.normalize("NFKC", text).strip()))


def plain_text(text: str) -> str:
    """A number or a fraction of two in ASCII: Chinese keyboards write full-width, others `"½"`,
    spreadsheets `="1/3"`, `'1/3` and `3 3/4`, which is 15/4; `3:1` is 3/1.

    Raises:
        MatrixError: the text has a footnote mark.
    """
    if _UNMARKED.fullmatch(text):
        return text
    if mark := footnote_mark(text):
        raise MatrixError("footnote_mark", text=text, mark=mark)
    apart = re.sub(r"([¼-¾⅐-⅟↉])", r" \1", text).strip()
    plain = unicodedata.normalize("NFKC", apart).translate(_SLASHES)
    if written := _SPREADSHEET_TEXT.fullmatch(plain):
        plain = (written[1] or written[2] or "").strip()
    if ratio := _RATIO.fullmatch(plain):
        return f"{ratio[1]}/{ratio[2]}"
    if mixed := _MIXED.fullmatch(plain):
        whole, top, bottom = mixed.groups()
        if max(map(len, mixed.groups())) <= MIXED_DIGITS and int(top) < int(bottom):
            return f"{int(whole) * int(bottom) + int(top)}/{bottom}"
    return plain


def rounds_to(value: float, text: str) -> bool:
    """Whether a text is a decimal below 1 and a value rounds to it, a half up or down."""
    decimal = _BELOW_ONE.fullmatch(plain_text(text))
    if decimal is None:
        return False
    half_unit = 0.5 * 10.0 ** -len(decimal[1])
    return abs(value - float(decimal[0])) <= half_unit * (1 + 1e-9)


def _as_fraction(text: str) -> str:
    """A plain text; a decimal below 1 that one step of the scale alone rounds to as that step."""
    plain = plain_text(text)
    if not _BELOW_ONE.fullmatch(plain):
        return plain
    steps = [step for step in range(2, LARGEST_STEP + 1) if rounds_to(1 / step, plain)]
    same = [step for step in steps if 1 / step == float(plain)]
    return f"1/{(same or steps)[0]}" if same or len(steps) == 1 else plain


def read_otherwise(text: str) -> str | None:
    """What a judgment is read as that isn't read as it stands: `"1/3"` for `"0.33"`, `"15/4"` for
    `"3 3/4"`, `"3"` for `"3:1"`; None where nothing but its width and spaces differs.

    Raises:
        MatrixError: the text has a footnote mark.
    """
    if _UNMARKED.fullmatch(text) and "." not in text:
        return None
    read = _as_fraction(text).removesuffix("/1")
    plain = unicodedata.normalize("NFKC", text).translate(_SLASHES).strip()
    if _BELOW_ONE.fullmatch(plain) and float(plain) == _number(read, text):
        return None  # 0.5 is 1/2, not rounded
    return None if "".join(plain.split()) == "".join(read.split()) else read


def parse_judgment(text: str) -> float:
    """Read a judgment such as `"3"`, `"1/3"` or `"2.5"`.

    Full-width digits and slashes, as Chinese keyboards write them, are read like the plain ones;
    `3:1` and Excel's mixed fractions such as `3 3/4` are read, too.
    Text is what a person typed or printed: a decimal below 1 that a single step 1/2 … 1/9 rounds to
    is that step, `"0.33"` is 1/3. Other decimals are the numbers they say, `"0.4673"` as well as
    `"0.1"`, which 1/7, 1/8 and 1/9 round to.

    Args:
        text: a positive number, or a fraction of two.

    Returns:
        The judgment as a float, a fraction correctly rounded.

    Raises:
        MatrixError: the text is neither, has a footnote mark (`"3²"`), or the value is not positive
            and finite.
    """
    return _judgment(text)


@lru_cache(maxsize=1024)  # a long log has the same ones again and again
def _judgment(text: str) -> float:
    return _number(_as_fraction(text), text)


def parse_number(text: str) -> float:
    """Read a positive number or fraction as it stands: `"0.333"` is no 1/3, as in a judgment.

    Args:
        text: as for `parse_judgment`.

    Raises:
        MatrixError: as for `parse_judgment`.
    """
    return _number(plain_text(text), text)


def _number(plain: str, text: str) -> float:
    match = _JUDGMENT.fullmatch(plain)
    if match is None:
        percent = _PERCENT.fullmatch(plain)
        raise MatrixError("judgment_percent" if percent else "judgment_unreadable", text=text)
    numerator, denominator = float(match[1]), float(match[2] or 1)
    value = numerator / denominator if denominator else math.inf
    if not 0 < value < math.inf:
        raise MatrixError("judgment_unreadable", text=text)
    return value


_EXACT = {parse_judgment(text): text for text in SAATY_POSITIONS}


def judgment_text(value: float) -> str | None:
    """The position of Saaty's scale that has exactly this value, as text; None off the scale."""
    return _EXACT.get(value)


ScaleValues = Sequence[str | float]
"""The values that judgments may take, as text or numbers: 1, and with every value its inverse."""


def scale_values(scale: ScaleValues) -> NDArray[np.float64]:
    """The values of a scale, ascending.

    Raises:
        OptionError: not 1 and other positive values, each with its inverse.
    """
    expected = Phrase("inverse_scale")
    try:
        numbers = [parse_judgment(value) if isinstance(value, str) else value for value in scale]
        values = np.unique(np.asarray(numbers, dtype=np.float64))
    except (MatrixError, TypeError, ValueError) as error:
        raise OptionError.refused("scale", scale, expected) from error
    positive = values.size > 1 and np.isfinite(values).all() and values[0] > 0 and 1 in values
    if not positive or np.abs(values * values[::-1] - 1).max() > WRITTEN_RTOL:
        raise OptionError.refused("scale", scale, expected)
    return values


def opposite(text: str) -> str:
    """The same judgment seen from the other side: `"3"` for `"1/3"`, `"1"` for `"1"`.

    Args:
        text: a judgment as `parse_judgment` reads it.
    """
    numerator, _, denominator = map(str.strip, _as_fraction(text).partition("/"))
    if not denominator:
        return numerator if numerator == "1" else f"1/{numerator}"
    return denominator if numerator == "1" else f"{denominator}/{numerator}"
