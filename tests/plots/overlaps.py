"""Where texts of a printed picture lie: none over another, all inside."""

from __future__ import annotations

from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

SLACK = 1.5
"""Pixels at 100 dots per inch by which boxes of texts, which have room around the letters, may lie
over each other."""


def places(drawn: Figure) -> list[tuple[str, float, Bbox]]:
    """Every text that is seen, the size of its letters, and its box in pixels."""
    drawn.draw_without_rendering()
    renderer = drawn.canvas.get_renderer()  # type: ignore[attr-defined]
    axes = [axis for axes in drawn.axes for axis in (axes.xaxis, axes.yaxis)]
    # ticks beyond the ends, and axes that are hidden, have texts that nobody sees
    ticks = {label for axis in axes for label in axis.findobj(Text)}
    shown = {axis.label for axis in axes if axis.get_visible()}
    for axis in axes:
        for tick in axis._update_ticks() if axis.get_visible() else ():  # type: ignore[attr-defined]
            shown |= {label for label in (tick.label1, tick.label2) if label.get_visible()}
    return [
        (text.get_text(), text.get_fontsize(), text.get_window_extent(renderer))
        for text in drawn.findobj(Text)
        if isinstance(text, Text)
        and text.get_text().strip()
        and (text not in ticks or text in shown)
    ]


def troubles(drawn: Figure) -> list[str]:
    """Texts that lie over each other, reach over the edge, or are too small to be read."""
    found = places(drawn)
    width, height = drawn.canvas.get_width_height()
    said = [
        f"over the edge: {text!r}"
        for text, _size, box in found
        if box.x0 < -SLACK or box.y0 < -SLACK or box.x1 > width + SLACK or box.y1 > height + SLACK
    ]
    said += [f"{size} points: {text!r}" for text, size, _box in found if size < 6.5]
    for (first, _size, one), (second, _other, two) in combinations(found, 2):
        if (
            min(one.x1, two.x1) - max(one.x0, two.x0) > SLACK
            and min(one.y1, two.y1) - max(one.y0, two.y0) > SLACK
        ):
            said.append(f"over each other: {first!r}, {second!r}")
    return said
