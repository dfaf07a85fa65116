"""Paper questionnaires that two persons key in."""

from __future__ import annotations

from .asking import Pair
from .events import Keyed


def keyed_differences(first: Keyed, second: Keyed) -> dict[Pair, tuple[str | None, str | None]]:
    """Comparisons that two persons read differently on paper -> what each of them read, None = no
    tick.
    """
    one, other = (
        {(parent, left, right): value for parent, left, right, value in keyed.answers}
        for keyed in (first, second)
    )
    read = {pair: (one.get(pair), other.get(pair)) for pair in (*one, *other)}
    return {pair: values for pair, values in read.items() if values[0] != values[1]}
