"""A small picture of three judgments that contradict each other."""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path

from ...i18n import Translate
from ...i18n.contradictions import Name, contradiction_sentence, times
from ...process.guidance import Contradiction

_CSS = (Path(__file__).parent / "cycle.css").read_text(encoding="utf-8")


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
    items = "".join(
        f'<div class="item {place}"><span>{html.escape(name(item))}</span></div>'
        for place, item in (("i", triad.i), ("j", triad.j), ("k", triad.k))
    )
    arrows = "".join(
        _arrow(place, value, suspect=frozenset((one, other)) in marked)
        for place, one, other, value in (
            ("ij", triad.i, triad.j, triad.a_ij),
            ("jk", triad.j, triad.k, triad.a_jk),
            ("ik", triad.i, triad.k, triad.a_ik),
        )
    )
    label = html.escape(contradiction_sentence(triad, name, _))
    return (
        f'<style>{_CSS}</style><div class="ahp-cycle" role="img" aria-label="{label}">'
        f"{items}{arrows}</div>"
    )


def _arrow(place: str, value: float, suspect: bool) -> str:
    number = times(value)
    direction = "even" if number == "1" else "forward" if value > 1 else "backward"
    text = "=" if number == "1" else f"×{number}"
    mark = " suspect" if suspect else ""
    return (
        f'<div class="arrow {place} {direction}{mark}"></div>'
        f'<div class="times {place}{mark}">{text}</div>'
    )
