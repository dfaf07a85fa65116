"""A tree of names as people write it down: indented lines, a numbered list, columns of a table, or
names behind a colon.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..errors import SurveyError
from ..messages import Phrase
from ..study.names import MAX_NODES, Branch, check_name, name_key

_HEADERS = re.compile(
    r"(目标|总目标|准则|指标|因素|要素|能力|维度|方案|[一二三四1-4]级)(层|名称)?(指标|因素|要素)?(名称)?"
    r"|goals?|objectives?|criteri(a|on)|sub-?criteri(a|on)|indicators?|factors?|dimensions?"
    r"|level *[1-4]|items?",
    re.IGNORECASE,
)
"""The heading of a column of names."""

_EXPLAINED = re.compile(
    r"(指标)?(说明|解释|含义|释义|备注|描述|定义|内涵)|explanations?|descriptions?|definitions?|notes?",
    re.IGNORECASE,
)
"""The heading of a column of explanations."""

_NUMERAL = "[〇零一二三四五六七八九十百]+"
_MARKERS: tuple[tuple[str, str], ...] = (
    ("chapter", rf"第{_NUMERAL}[章节部分条]+[、.．:：\s]*"),
    ("chinese", rf"{_NUMERAL}[、.．]\s*"),
    ("chinese in brackets", rf"[(（]{_NUMERAL}[)）][、.．]?\s*"),
    ("bracketed", r"[(（]\d{1,3}[)）][、.．]?\s*"),
    ("closed", r"\d{1,3}[)）]\s*"),
    ("circled", r"[①-⑳㉑-㉟㊱-㊿❶-❿]\s*"),
    ("dotted", r"\d{1,3}(?:[.．]\d{1,3})*(?:[.．、]\s*|\s+)(?=\D)"),
    ("dotted", r"\d{1,3}(?:[.．]\d{1,3})+(?=[\u4e00-\u9fff])"),
    ("dotted", r"[A-Za-z]\d{1,3}(?:[.．]\d{1,3})*(?:[.．、:：]\s*|\s+)"),
    ("heading", r"#{1,6}\s+"),
    ("letter spaced", r"[A-Z]\s+(?=[\u4e00-\u9fff])"),
    ("letter", r"[A-Za-z][.．、)）]\s*"),
    ("letter in brackets", r"[(（][A-Za-z][)）]\s*"),
    ("roman", r"(?:[ivx]{1,5}|[IVX]{1,5})[.．)）]\s+"),
    ("bullet", r"[-*•·‧●○◦▪■□◆◇▶➢✓–—]\s+|[•·‧●○◦▪■□◆◇▶➢✓]"),
)
"""What stands before the names of a list: each kind is a level of its own."""

_GOAL = re.compile(r"总?目标|(overall )?(goal|objective)", re.IGNORECASE)
_SENTENCE = re.compile(r"[。！？!?]|\. |是否|^(并|且|以及|或者?|and|or)", re.MULTILINE)
"""What no list of names has."""

_BEHIND_COLON = re.compile(r"\s*[:：]\s*")
_BEHIND_DASH = re.compile(r"\s*[—–]{1,2}\s*|\s+-{1,2}\s+")
_BETWEEN = re.compile(r"\s*[、；;]\s*")
_BETWEEN_COMMAS = re.compile(r"\s*[、；;，,]\s*")
_LONGEST = 24
"""Bytes of a name among several in a line, a Chinese character two: longer ones are sentences."""


class _Line(NamedTuple):
    """A line with something in it.

    Attributes:
        place: for messages.
        indent: columns before its text.
        kind: of the marker before the name, "" for none; for `1.2`, with how many numbers.
        text: behind the marker.
    """

    place: str
    indent: int
    kind: str
    text: str


def outline_branches(text: str) -> tuple[Branch, ...]:
    """The trees of names in a text, in the order in which they stand; one where the text has the
    goal, too.

    Read are lines below which others are indented; lists whose levels are numbered, lettered or
    marked differently; tables, with a tab between columns and the lowest level in the last one,
    whose explanations have a heading that says so; and, behind a colon, names that are parted by
    `、`, `；` or commas. What else is behind a colon or a dash is an explanation.

    Args:
        text: as it was pasted.

    Raises:
        SurveyError: no name, a name that stands twice below one, or too many.

    >>> from ahp.exchange.outline import outline_branches
    >>> [goal] = outline_branches('''Car
    ...   Price
    ...   Comfort: seats, noise''')
    >>> goal.name, [branch.name for branch in goal.children]
    ('Car', ['Price', 'Comfort'])
    >>> [branch.name for branch in goal.children[1].children]
    ['seats', 'noise']
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").split("\n")
    rows = [
        (f"line {number}", line.rstrip())
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if any("\t" in line.strip() for _place, line in rows):
        roots = _of_table([(place, _cells(line)) for place, line in rows])
    else:
        roots = _of_lines([_line(place, line) for place, line in rows])
    first, others = roots[:1], roots[1:]
    if len(others) > 1 and not first[0].children and all(other.children for other in others):
        first[0].children, roots = others, first  # a title, above what stands no deeper
    roots = _alone_parted(roots)
    for root in roots:
        for branch in root.walk():
            branch.children = _alone_parted(branch.children)
    source = Phrase("the_outline")
    count = sum(1 for root in roots for _branch in root.walk())
    if not count:
        raise SurveyError("outline_empty", source=source)
    if count > MAX_NODES:
        raise SurveyError("too_many_names", source=source, count=count, most=MAX_NODES)
    for below in [roots, *(branch.children for root in roots for branch in root.walk())]:
        _check_once(below)
    return tuple(roots)


def _alone_parted(branches: list[Branch]) -> list[Branch]:
    """Names in place of one that stands alone, and has several: `Price, comfort, safety`."""
    if len(branches) != 1 or branches[0].children:
        return branches
    place = branches[0].place
    return [_branch(place, name) for name in _names(branches[0].name)] or branches


def _check_once(branches: Sequence[Branch]) -> None:
    """Refuse a name that stands twice below one."""
    names: set[str] = set()
    for branch in branches:
        if name_key(branch.name) in names:
            raise SurveyError("item_twice", place=branch.place, name=branch.name)
        names.add(name_key(branch.name))


def _line(place: str, line: str) -> _Line:
    """What a line has before its name, and behind."""
    expanded = line.replace("\u3000", "  ").replace("\u00a0", " ").expandtabs(4)
    text = expanded.lstrip()
    indent = len(expanded) - len(text)
    for kind, pattern in _MARKERS:
        marker = re.match(pattern, text)
        if marker and (behind := text[marker.end() :].strip()):
            return _Line(place, indent, kind + _grade(kind, marker[0].strip()), behind)
    return _Line(place, indent, "", text.strip())


def _grade(kind: str, marker: str) -> str:
    """What tells markers of a kind on different levels apart."""
    if kind in ("bullet", "heading"):
        return f" {marker}"
    if kind == "dotted":
        letter = marker[0] if marker[0].isalpha() else ""
        return f" {letter}{len(re.findall('[0-9]+', marker))}"
    return ""


def _of_lines(lines: Sequence[_Line]) -> list[Branch]:
    """The trees of lines: deeper is what is indented, or marked as no line above it was."""
    roots: list[Branch] = []
    above: list[tuple[int, str, Branch]] = []  # the lines that the next one may stand below
    titled = any(line.kind for line in lines) and not lines[0].kind
    for number, line in enumerate(lines):
        kind = "title" if titled and number == 0 else line.kind
        while above and above[-1][0] > line.indent:
            above.pop()
        looks = [(indent, other) for indent, other, _branch_above in above]
        if (line.indent, kind) in looks:
            del above[looks.index((line.indent, kind)) :]
        branch = _branch(line.place, line.text)
        (above[-1][2].children if above else roots).append(branch)
        above.append((line.indent, kind, branch))
    for root in roots:
        for branch in list(root.walk()):
            _read_line(branch)
    return roots


def _read_line(branch: Branch) -> None:
    """Part the line of a branch into its name and what stands behind it: names of what is below,
    where nothing else stands there, or an explanation.
    """
    name, behind = _parted(branch.name, _BEHIND_COLON)
    if behind and _GOAL.fullmatch(name):
        name, behind = behind, ""
    elif not behind:
        name, behind = _parted(branch.name, _BEHIND_DASH)
    branch.name = name.rstrip("。；;，,:： ") or name
    kids = [] if branch.children else _names(behind)
    if kids:
        branch.children = [_branch(branch.place, kid) for kid in kids]
    else:
        branch.explanation = behind


def _parted(text: str, between: re.Pattern[str]) -> tuple[str, str]:
    """A name and what stands behind it, "" for nothing."""
    found = between.search(text)
    if found is None or not text[: found.start()].strip() or not text[found.end() :].strip():
        return text, ""
    return text[: found.start()].strip(), text[found.end() :].strip()


def _names(text: str) -> list[str]:
    """The names behind a colon; none where it is a sentence."""
    ended = text.rstrip("。.；; ")
    for between in (_BETWEEN, _BETWEEN_COMMAS):
        names = [one for one in between.split(ended) if one]
        if _SENTENCE.search("\n".join(names)):
            return []
        short = all(len(one.encode("gb18030")) <= _LONGEST for one in names)
        if len(names) > 1 and short and not (between is _BETWEEN and re.search("[，,]", ended)):
            return names
    return []


def _branch(place: str | Phrase, name: str, explanation: str = "") -> Branch:
    return Branch(check_name(name, place), place, explanation)


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split("\t")]


def _of_table(rows: Sequence[tuple[str, list[str]]]) -> list[Branch]:
    """The trees of a table: a level a column, where a cell may hold for the rows below it."""
    explained: set[int] = set()
    title: list[Branch] = []
    for number, (_place, cells) in enumerate(rows[:2]):
        named = [cell for cell in cells if cell]
        if all(_HEADERS.fullmatch(cell) or _EXPLAINED.fullmatch(cell) for cell in named):
            explained = {k for k, cell in enumerate(cells) if _EXPLAINED.fullmatch(cell)}
            title = [_branch(rows[0][0], rows[0][1][0])] if number else []
            rows = rows[number + 1 :]
            break
    roots: list[Branch] = []
    above: list[Branch | None] = []
    for place, cells in rows:
        explanation = " ".join(cells[k] for k in explained if k < len(cells) and cells[k])
        names = [cell for k, cell in enumerate(cells) if k not in explained]
        lowest: Branch | None = None
        for depth, cell in enumerate(names):
            above += [None] * (depth + 1 - len(above))
            name = _line(place, cell).text if cell else ""
            holder = above[depth]
            if name and (holder is None or name_key(holder.name) != name_key(name) or lowest):
                higher = next((one for one in reversed(above[:depth]) if one), None)
                lowest = above[depth] = _branch(place, name)
                above[depth + 1 :] = [None] * len(above[depth + 1 :])
                (higher.children if higher else roots).append(lowest)
        if lowest and explanation:
            lowest.explanation = explanation
    return title + roots
