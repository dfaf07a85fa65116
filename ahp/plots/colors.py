"""Colors and symbols of charts; which colors carry texts is `ahp.plots.texts.text_on`'s to say."""

from .chart import Symbol

PALETTE = ("#1f5f99", "#c8641b", "#3b8b5a", "#8a4f9e", "#b8860b", "#4b6a88", "#a3344a", "#2a8c8c")
"""Colors of the branches below the goal, of groups, of lines."""

GRAY = "#5f6b76"

BLUE, ORANGE = PALETTE[:2]

LIGHT_BLUE, MIDDLE_BLUE = "#8fb4c9", "#4a86b0"

LESS_TO_MORE = ("#f4f7fa", LIGHT_BLUE, BLUE)
"""From nothing to all."""

BELOW_TO_ABOVE = ("#c8641b", "#f2cfae", "#f7f7f5", "#b3cde0", "#1f5f99")
"""From far below to far above, the middle in the middle."""

SYMBOLS: tuple[Symbol, ...] = ("circle", "diamond", "square", "triangle", "cross")
"""Of groups and clusters, which colors alone don't tell apart."""
