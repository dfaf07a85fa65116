"""Texts in pictures: where their lines break, and in which colors they can be read."""

from __future__ import annotations

import html
import re
import textwrap
import unicodedata
from collections.abc import Sequence

AREA, LETTER = 300, 12
"""Width and height of a picture's area on a phone, and the height of a letter, in pixels."""

_PIECES = re.compile(r"[\u2e80-\ua4cf\uff00-\uffef]|[^\s\u2e80-\ua4cf\uff00-\uffef]+\s*|\s+")
"""A Chinese character, or a word with the spaces behind it."""

DARK, WHITE = "#000000", "#ffffff"
"""Texts on colors: one of them always contrasts by 4.58:1 or more (WCAG 2.2, 1.4.3)."""


def harmless(text: str) -> str:
    """A text as it is, where plotly would read some of it as markup."""
    return html.escape(text, quote=False)


def unseen(mark: str) -> bool:
    """Whether a character only says how others look, such as what joins emojis."""
    return unicodedata.category(mark) == "Cf" or "\ufe00" <= mark <= "\ufe0f"


def is_wide(text: str) -> bool:
    """Whether a text has Chinese characters, which may be parted anywhere."""
    return any(unicodedata.east_asian_width(character) in "WF" for character in text)


def columns(text: str) -> int:
    """How wide a text is, in columns of which a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def lines_of(text: str, width: int) -> list[str]:
    """Break a label after `width` columns, of which a Chinese character takes two; between Chinese
    characters anywhere, elsewhere at spaces. Line breaks of its own stay.
    """
    return [line for own in text.split("\n") for line in _lines_of(own, width)]


def shortened(text: str, width: int, most: int) -> list[str]:
    """The lines of a label, at most so many for each line of its own; `…` is for what is left."""
    lines: list[str] = []
    for own in text.split("\n"):
        first = _lines_of(own, width)
        if len(first) > most:
            room = width - 2  # "…" is as wide as a Chinese character in Chinese fonts
            kept = lines_of(" ".join(first[most - 1 :]), room)[0]
            first = [*first[: most - 1], f"{kept}…"]
        lines += first
    return lines


def _lines_of(text: str, width: int) -> list[str]:
    if not is_wide(text):
        return textwrap.wrap(text, width)
    pieces: list[str] = []
    for word in _PIECES.findall(text):
        pieces += [word] if is_wide(word) else textwrap.wrap(word, width, drop_whitespace=False)
    lines, taken = [""], 0
    for piece in pieces:
        wide = is_wide(piece)
        if taken and taken + (2 if wide else len(piece.rstrip())) > width:
            lines, taken = [*lines, ""], 0
        lines[-1] += piece
        taken += 2 if wide else len(piece)
    return [line.strip() for line in lines]


def wrapped(text: str, width: int) -> str:
    """The lines of a label for plotly (`lines_of`)."""
    return "<br>".join(map(harmless, lines_of(text, width)))


def beside_points(
    places: Sequence[tuple[float, float]], labels: Sequence[str]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Where short labels of points stand, near theirs, so that none covers another or a point, and
    none lies at the upper or lower edge; measured on a phone, where there is the least room.

    Args:
        places: of the points, as shares of the width and of the height.
        labels: of each.

    >>> x, y = beside_points([(0.5, 0.5), (0.5, 0.51)], ["1", "2"])
    >>> [round(share, 2) for share in (*x, *y)]
    [0.5, 0.5, 0.46, 0.55]
    """
    points = [(AREA * x, AREA * y) for x, y in places]
    taken: list[tuple[float, float, float]] = []
    found = dict[int, tuple[float, float]]()

    def free(x: float, y: float, half: float) -> bool:
        return (
            2 * LETTER < y < AREA - 2 * LETTER
            and not any(abs(x - px) < half + 4 and abs(y - py) < LETTER - 1 for px, py in points)
            and not any(
                abs(x - other) < half + width and abs(y - at) < LETTER for other, at, width in taken
            )
        )

    for k in sorted(range(len(points)), key=lambda k: -points[k][1]):
        (x, y), half = points[k], 3.5 * len(labels[k]) + 1
        steps = [
            step
            for away in range(LETTER, AREA // 3, LETTER // 2)
            for step in ((0, away), (0, -away), (away, 0), (-away, 0), (away, away), (away, -away))
        ]
        across, up = next((one for one in steps if free(x + one[0], y + one[1], half)), steps[0])
        taken.append((x + across, y + up, half))
        found[k] = (x + across) / AREA, (y + up) / AREA
    return tuple(found[k][0] for k in range(len(points))), tuple(
        found[k][1] for k in range(len(points))
    )


def luminance(color: str) -> float:
    """Relative luminance of `"#rrggbb"`, from 0 to 1 (WCAG 2.2)."""
    channels = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def text_on(color: str) -> str:
    """The color of a text on another color: of the dark one and white, what contrasts more.

    >>> text_on("#1f5f99"), text_on("#c8641b")
    ('#ffffff', '#000000')
    """
    behind = luminance(color) + 0.05
    on_dark, on_white = behind / (luminance(DARK) + 0.05), 1.05 / behind
    return DARK if on_dark > on_white else WHITE
