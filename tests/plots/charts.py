"""A chart with every mark, to be drawn by each drawer."""

from __future__ import annotations

import math

from ahp.plots.chart import (
    Axis,
    Band,
    Bars,
    Boxes,
    Cells,
    Chart,
    Intervals,
    Limit,
    Line,
    Points,
    Texts,
)

BLUE, ORANGE = "#1f5f99", "#c8641b"


def rows(language: str = "en") -> Chart:
    """Marks that lie in rows."""
    names = {"en": ("Price & upkeep", "Quality", "Terms"), "zh": ("价格与维护", "质量", "条件")}
    return Chart(
        title={"en": "Weights", "zh": "权重"}[language],
        note="n = 5 <b>",
        alt="",
        x=Axis(),
        y=Axis(names=names[language], reversed=True),
        marks=(
            Band(0.1, 0.2, "x", "band"),
            Bars((0, 1, 2), (0.5, 0.3, 0.2), (BLUE, BLUE, ORANGE), texts=("0.5", "0.3", "0.2")),
            Boxes((0,), (0.3,), (0.4,), (0.5,), (0.6,), (0.7,), ORANGE, name="Experts"),
            Intervals((0, 1), (0.4, 0.25), (0.6, 0.35), "#000000", name="95 %"),
            Points((0.55, math.nan), (0, 1), ORANGE, "diamond", name="Panel", texts=("a", "b")),
            Limit(0.25, "x", "limit"),
            Texts((0.1,), (2,), ("note",), ("left",), (BLUE,)),
        ),
        language=language,
    )


def grid() -> Chart:
    """Cells in rows and columns."""
    return Chart(
        title="Ranks",
        note="",
        alt="",
        x=Axis(names=("1", "2")),
        y=Axis(names=("A", "B"), reversed=True),
        marks=(
            Cells(
                ((0.75, 0.25), (0.25, None)),
                0,
                1,
                ("#ffffff", BLUE),
                texts=(("75", "25"), ("25", "")),
            ),
        ),
    )


def lines() -> Chart:
    """Lines and points between two axes of numbers."""
    return Chart(
        title="Lines",
        note="of two",
        alt="",
        x=Axis("Weight", percent=True, low=0, high=1),
        y=Axis("Global weight"),
        marks=(
            Line((0, 0.5, 1), (0, 0.25, 0.5), BLUE, name="A"),
            Line((0, 0.5, 1), (0.5, math.nan, 0), ORANGE, name="B", dashed=True),
            Points((0.5,), (0.25,), "#000000", "cross", filled=False),
        ),
    )
