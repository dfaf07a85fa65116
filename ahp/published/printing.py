"""Printed numbers: which values a source prints as these digits, by the way it rounds."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ..eigen import perron
from ..errors import OptionError
from ..matrix import Float
from ..messages import Phrase
from ..priority import METHODS, check_method

ROUNDINGS = ("half_up", "truncate", "intermediate")
"""How a source rounds: the result alone, half a unit up; the result alone, cut off; every step, to
as many decimals as are printed (see `rounded_weights`)."""

RECONSTRUCTED_METHODS = ("eigenvector", "geometric_mean", "column_mean")
"""The methods whose steps `rounded_weights` knows."""

SLACK = 1e-12
"""A value this near to a border between two prints counts to both: floats know no better. Of a
number with many digits it is a thousandth of the last one, which counts too."""

_NUMBER = re.compile(r"(-?(?:\d+(?:\.\d*)?|\.\d+))(\s?[%％])?")


def check_rounding(rounding: str) -> str:
    """Return the name of a rounding, or raise an `OptionError` that lists the valid ones."""
    if rounding not in ROUNDINGS:
        raise OptionError.unknown("rounding", rounding, ROUNDINGS)
    return rounding


def check_printed(text: str) -> str:
    """Return a printed number, or raise an `OptionError`: digits with a point, no exponent; a
    percent sign may follow.
    """
    return _matched(text)[0]


def _matched(text: str) -> re.Match[str]:
    match = _NUMBER.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise OptionError("printed_number", text=text)
    return match


def split_percent(text: str) -> tuple[str, str]:
    """The digits of a printed number, and its percent sign or "" without."""
    digits, percent = _matched(text).groups()
    return digits, percent or ""


def printed_decimal(text: str) -> Decimal:
    """The printed number exactly: 0.637 for "63.7%"."""
    digits, percent = split_percent(text)
    return Decimal(digits).scaleb(-2 if percent else 0)


def decimals_of(text: str) -> int:
    """How many digits stand after the point of a printed number; two more in percent."""
    return max(0, -int(printed_decimal(text).as_tuple().exponent))


def printed_interval(
    text: str, rounding: str = "half_up", decimals: int | None = None
) -> tuple[float, float]:
    """Smallest and largest value that is printed so.

    Args:
        text: the printed number.
        rounding: name in `ROUNDINGS`; with `"intermediate"` the last step is rounded half up.
        decimals: digits after the point, if more than stand there (zeros at the end left out).
    """
    printed = printed_decimal(text)
    more = (decimals or 0) + (2 if split_percent(text)[1] else 0)
    unit = Decimal(1).scaleb(-max(decimals_of(text), more))
    if check_rounding(rounding) == "truncate":
        low, high = (printed, printed + unit) if printed >= 0 else (printed - unit, printed)
    else:
        low, high = printed - unit / 2, printed + unit / 2
    slack = min(SLACK, float(unit) / 1000)
    return float(low) - slack, float(high) + slack


def agrees(
    values: Float | float, text: str, rounding: str = "half_up", decimals: int | None = None
) -> NDArray[np.bool_]:
    """Whether values are printed so, shape of `values`; arguments as of `printed_interval`."""
    low, high = printed_interval(text, rounding, decimals)
    inside: NDArray[np.bool_] = (np.asarray(values) >= low) & (np.asarray(values) <= high)
    return inside


def round_half_up(values: Float, decimals: int) -> Float:
    """Values rounded half up to a number of decimals, as people do."""
    rounded: Float = np.floor(values * 10.0**decimals + (0.5 + 1e-9)) / 10.0**decimals
    return rounded


def rounded_weights(
    matrices: Float, method: str, rounding: str = "half_up", decimals: int | None = None
) -> Float:
    """Weights as a source gets them that may round on the way.

    With `"intermediate"` each result on the way is rounded half up to `decimals`: the normalized
    columns and then the weights (column mean); the row geometric means and then the weights
    (geometric mean); the weights alone (eigenvector). With the other roundings nothing is rounded.

    Args:
        matrices: complete pairwise comparison matrices, shape (..., n, n).
        method: name in `METHODS`; with `"intermediate"`, in `RECONSTRUCTED_METHODS`.
        rounding: name in `ROUNDINGS`.
        decimals: of the steps, for `"intermediate"`.

    Returns:
        Weights, shape (..., n); rounded to `decimals` with `"intermediate"`.
    """
    if check_rounding(rounding) != "intermediate":
        return METHODS[check_method(method)](matrices)
    if method not in RECONSTRUCTED_METHODS:
        raise OptionError.unknown(Phrase("intermediate_method"), method, RECONSTRUCTED_METHODS)
    if decimals is None:
        raise OptionError("intermediate_decimals")
    if method == "column_mean":
        shares = round_half_up(matrices / matrices.sum(axis=-2, keepdims=True), decimals)
        w = shares.mean(axis=-1)
    elif method == "geometric_mean":
        means = round_half_up(matrices.prod(axis=-1) ** (1 / matrices.shape[-1]), decimals)
        w = means / means.sum(axis=-1, keepdims=True)
    else:
        w = perron(matrices)[1]
    return round_half_up(w, decimals)
