"""A small picture of three judgments that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable

from ...i18n import Translate
from ...i18n.contradictions import Name, contradiction_sentence, times
from ...process.guidance import Contradiction
from ...templates import render


def cycle_picture(
    triad: Contradiction, suspects: Iterable[tuple[str, str]], name: Name, _: Translate
) -> str:
    """The three items in a triangle, an arrow from each more important one to the less important.

    Arrows are labeled with how many times; “=” stands at a line without head. Judgments to look at
    are dashed and in another color. All is drawn by CSS: `st.html` removes SVG.

    Args:
        triad: the judgments.
        suspects: ids of the two items of each judgment to look at.
        name: from the id of an item to its name.
        _: translates.

    Returns:
        HTML for `st.html`, which describes itself by `contradiction_sentence` to screen readers.
    """
    marked = {frozenset(pair) for pair in suspects}
    return render(
        "cycle.html",
        label=contradiction_sentence(triad, name, _),
        items=[(place, name(getattr(triad, place))) for place in "ijk"],
        arrows=[
            _arrow(place, value, suspect=frozenset((left, right)) in marked)
            for place, left, right, value in (
                ("ij", triad.i, triad.j, triad.a_ij),
                ("jk", triad.j, triad.k, triad.a_jk),
                ("ik", triad.i, triad.k, triad.a_ik),
            )
        ],
    )


def _arrow(place: str, value: float, suspect: bool) -> tuple[str, str, str, str]:
    """Between which items, where it points, how it is marked, and its label."""
    number = times(value)
    direction = "even" if number == "1" else "forward" if value > 1 else "backward"
    text = "=" if number == "1" else f"×{number}"
    return place, direction, " suspect" if suspect else "", text
