"""Lines of a list of names with what stands before each: indents, numbers, letters, bullets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..messages import Phrase
from ..study.names import Branch, check_name, name_key

_NUMERAL = "[〇零一二三四五六七八九十百]+"
_BULLETS = "•·‧●○◦▪■□◆◇▶➢✓\uf000-\uf0ff"

_WORD_BULLETS = str.maketrans("o§Øü", "◦▪➢✓")
"""Letters that stand for bullets of symbol fonts where Word gives a list away."""

_MARKERS: tuple[tuple[str, str], ...] = (
    ("chapter", rf"第(?:{_NUMERAL}|\d{{1,3}})[章节部分条]+[、.．:：\s]*"),
    ("chinese", rf"{_NUMERAL}[、.．]\s*"),
    ("chinese in brackets", rf"[(（【\[]{_NUMERAL}[)）】\]][、.．]?\s*"),
    ("bracketed", r"(?:[(（【\[]\d{1,3}[)）】\]][、.．]?|[⑴-⒇])\s*"),
    ("closed", r"\d{1,3}[)）]\s*"),
    ("circled", r"[①-⑳㉑-㉟㊱-㊿❶-❿]\s*"),
    ("dotted", r"\d{1,3}(?:[.．]\d{1,3})*[.．、]\s*(?=\D)|[⒈-⒛]\s*"),
    ("dotted", r"[A-Za-z]\d{1,3}(?:[.．]\d{1,3})*[.．、:：]\s*(?=\D)"),
    ("dotted bare", r"[A-Za-z]?\d{1,3}(?:[.．]\d{1,3})*\s+(?=\D)"),
    ("dotted bare", r"\d{1,3}(?:[.．]\d{1,3})+(?=[\u4e00-\u9fff])"),
    ("heading", r"#{1,6}\s+"),
    ("letter bare", r"[A-Z]\s+(?=[\u4e00-\u9fff])"),
    ("roman", r"(?:[ivx]{2,5}|[IVX]{2,5}|[Ⅰ-Ⅻ]|[ⅰ-ⅻ])[.．、)）]\s*|[Ⅰ-Ⅻⅰ-ⅻ]\s+"),
    ("letter", r"[A-Za-z][.．、)）]\s*"),
    ("letter in brackets", r"[(（][A-Za-z][)）]\s*"),
    ("bullet", rf"[-+*–—{_BULLETS}]\s+|[{_BULLETS}]"),
)
"""What stands before the names of a list: each kind is a level of its own. A bare one, without a
point or bracket, could be part of the name.
"""

_SPACES = str.maketrans({"\u3000": "  ", "\u00a0": " ", **dict.fromkeys("│├└─", " ")})
"""Spaces of all kinds, and the branches that `tree` draws."""


_LETTERED = re.compile("dotted(?: bare)? [A-Za-z]1")


class Line(NamedTuple):
    """A line with something in it.

    Attributes:
        place: for messages.
        indent: columns before its text.
        kind: of the marker before the name, "" for none; for `1.2`, with how many numbers.
        text: behind the marker.
        marker: it.
    """

    place: str
    indent: int
    kind: str
    text: str
    marker: str = ""


_EMPTY = Line("", 0, "", "")


def with_space(line: str) -> str:
    """A line with a space in place of the tab that Word sets behind a number or a bullet."""
    text = line.lstrip()
    before, tab, behind = text.partition("\t")
    if not tab or not before:
        return line
    mark = before.strip().translate(_WORD_BULLETS)
    kind, marker = marker_of(f"{mark} 名")
    if kind == "letter bare" or not mark or marker.strip() != mark:
        return line
    return f"{line[: len(line) - len(text)]}{mark} {behind}"


def marked_lines(rows: Iterable[tuple[str, str]]) -> list[Line]:
    """What lines have before their names, and behind."""
    lines = [marked_line(place, text) for place, text in rows]
    roman = {one.marker[0].isupper() for one in lines if one.kind.startswith("roman")}
    for number, one in enumerate(lines):
        mark = one.marker[:1]
        if one.kind == "letter" and mark in "IVXivx" and mark.isupper() in roman:
            lines[number] = one._replace(kind=_grade("roman", one.marker))
    for kind in {one.kind for one in lines if " bare" in one.kind}:
        counts = _counts([one for one in lines if one.kind == kind])
        for number, one in enumerate(lines):
            if one.kind == kind and counts:
                lines[number] = one._replace(kind=kind.replace(" bare", ""))
            elif one.kind == kind:
                lines[number] = one._replace(kind="", text=f"{one.marker}{one.text}")
    return _lettered(lines)


def _lettered(lines: list[Line]) -> list[Line]:
    """Lines with codes such as A1, A2, B1, B2, whose letters tell groups and no levels: a kind."""
    letters = [one.kind for one in lines if _LETTERED.fullmatch(one.kind)]
    runs = [kind for k, kind in enumerate(letters) if kind != letters[k - 1] or not k]
    if len(set(letters)) < 2 or len(set(runs)) < len(runs) or letters[0] != letters[1]:
        return lines
    return [
        one._replace(kind="lettered") if _LETTERED.fullmatch(one.kind) else one for one in lines
    ]


def _counts(lines: Sequence[Line]) -> bool:
    """Whether bare markers of a kind number names, as 1, 2, 3, again 1, 2, or C11, C12, C21 do; the
    24 of `24 小时` does not.
    """
    before = 0
    for line in lines:
        last = re.findall(r"\d+|[A-Z]", line.marker)[-1]
        number = int(last) if last.isdecimal() else ord(last) - ord("A") + 1
        if number not in (1, before + 1) and not (line.marker[0].isalpha() and number % 10 == 1):
            return False
        before = number
    return len({name_key(line.text) for line in lines}) > 1 or len(lines) == 1


def marked_line(place: str, line: str) -> Line:
    """What a line has before its name, and behind, whatever stands in other lines."""
    if not line:  # most cells of a table that has one long row
        return _EMPTY
    expanded = line.translate(_SPACES).expandtabs(4)
    text = expanded.lstrip()
    indent = len(expanded) - len(text)
    kind, marker = marker_of(text)
    return Line(place, indent, kind, text[len(marker) :].strip(), marker)


def marker_of(text: str) -> tuple[str, str]:
    """Kind and text of the marker before a name, "" for none."""
    for kind, pattern in _MARKERS:
        marker = re.match(pattern, text)
        if marker and text[marker.end() :].strip():
            return _grade(kind, marker[0].strip()), marker[0]
    return "", ""


def _grade(kind: str, marker: str) -> str:
    """A kind with what tells its markers on different levels apart."""
    if kind in ("bullet", "heading"):
        return f"{kind} {marker}"
    if kind == "chapter":
        return f"{kind} {''.join(re.findall('[章节部分条]', marker))}"
    if kind == "roman":
        return f"{kind} {marker[0].isupper()}"
    if kind.startswith("dotted"):
        letter = marker[0] if marker[0].isascii() and marker[0].isalpha() else ""
        return f"{kind} {letter}{len(re.findall('[0-9]+|[⒈-⒛]', marker))}"
    return kind


def nested(lines: Sequence[Line]) -> tuple[list[Branch], list[Branch]]:
    """The trees of lines, and the branch of each: deeper is what is indented, or marked as no line
    above it was.
    """
    roots: list[Branch] = []
    branches: list[Branch] = []
    above: list[tuple[int, str, Branch]] = []  # the lines that the next one may stand below
    titled = any(line.kind for line in lines) and not lines[0].kind
    for number, line in enumerate(lines):
        kind = "title" if titled and number == 0 else line.kind
        while above and above[-1][0] > line.indent:
            above.pop()
        looks = [(indent, other) for indent, other, _branch_above in above]
        if (line.indent, kind) in looks:
            del above[looks.index((line.indent, kind)) :]
        branch = named_branch(line.place, line.text)
        branches.append(branch)
        (above[-1][2].children if above else roots).append(branch)
        above.append((line.indent, kind, branch))
    return roots, branches


def named_branch(place: str | Phrase, name: str) -> Branch:
    """A branch that is called as people may call one."""
    return Branch(check_name(name, place), place)
