"""Paper questionnaires that two persons key in."""

from __future__ import annotations

from collections.abc import Mapping

from .asking import Pair
from .events import Answered, Keyed, Logged

_FROM_PAPER = "paper, keyed in by "


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


def paper_place(first: Keyed, second: Keyed) -> str:
    """Where answers come from that two persons keyed in, as the log says it."""
    return f"{_FROM_PAPER}{first.by} and {second.by}"


def answers_from_paper(given: Mapping[Pair, Logged]) -> set[Pair]:
    """Comparisons whose newest reply was keyed in."""
    return {
        pair
        for pair, one in given.items()
        if isinstance(one.action, Answered) and (one.action.place or "").startswith(_FROM_PAPER)
    }
