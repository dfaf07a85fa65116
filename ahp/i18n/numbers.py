"""Numbers as people read them."""

from __future__ import annotations


def show_number(value: float, digits: int = 4) -> str:
    """A number rounded to a fixed count of decimals, without a minus before zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


def show_beside(value: float, *limits: float, digits: int = 4) -> str:
    """A number that a verdict stands beside, with more decimals where rounding would put it on one
    of the verdict's limits, or beyond one, that it doesn't reach.

    >>> show_beside(0.09997, 0.1, digits=3), show_beside(0.0449, 0.1, digits=3)
    ('0.09997', '0.045')
    """
    for more in range(digits, 17):
        rounded = round(value, more)
        if all(
            (rounded < limit, rounded > limit) == (value < limit, value > limit) for limit in limits
        ):
            return show_number(value, more)
    return repr(float(value))
