"""A tree of names as people write it down: indented lines, a numbered list, columns of a table, or
names behind a colon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..datafile import MAX_TOML, check_size
from ..errors import SurveyError
from ..messages import Phrase
from ..study.names import MAX_NODES, Branch, check_name, name_key
from ..tables.grids import column_letter

_HEADERS = re.compile(
    r"(目标|总目标|准则|指标|因素|要素|能力|维度|方案|[一二三四1-4]级)(层|名称)?(指标|因素|要素)?(名称)?"
    r"|goals?|objectives?|criteri(a|on)|sub-?criteri(a|on)|indicators?|factors?|dimensions?"
    r"|level *[1-4]|items?",
    re.IGNORECASE,
)
"""The heading of a column of names."""

_EXPLAINED = re.compile(
    r"(指标)?(说明|解释|含义|释义|备注|描述|定义|内涵|要点)|(评价|评分|考核)标准|计算(方法|公式)"
    r"|explanations?|descriptions?|definitions?|notes?",
    re.IGNORECASE,
)
"""The heading of a column of explanations."""

_LEFT_OUT = re.compile(
    r"序号|编号|代码|(指标)?权重.*|分值|得分|满分|单位|数据来源|no\.?|number|weights?|scores?|units?|sources?",
    re.IGNORECASE,
)
"""The heading of a column with neither."""

_NUMBER = re.compile(r"[-+]?\d+([.．,，]\d+)?\s*[%％分]?")

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

_GOAL = re.compile(r"总?目标|(overall )?(goal|objective)", re.IGNORECASE)
_SENTENCE = re.compile(r"[。！？!?]|\. |是否|^(并|且|以及|或者?|and|or)", re.MULTILINE)
"""What no list of names has."""

_BEHIND_COLON = re.compile(r"\s*[:：]\s*")
_BEHIND_DASH = re.compile(r"\s*[—–]{1,2}\s*|\s+-{1,2}\s+")
_IN_BRACKETS = re.compile(r"[（(「『《【\[“][^（(「『《【\[“）)」』》】\]”]*[）)」』》】\]”]")
_BETWEEN = re.compile(r"\s*[、；;]\s*")
_BETWEEN_COMMAS = re.compile(r"\s*[、；;，,]\s*")
_QUOTED_CELL = re.compile(r'(?<![^\t\n])"((?:[^"]|"")*+)"(?![^\t\n])')
_SPACE = re.compile(r"(?<=\S)[^\S\t\n]{3,}(?=\S)")
"""So much between words is squeezed: patterns that begin with any number of spaces are slow."""
_BROKEN = "\x00"
"""In place of the end of a line inside a cell."""
_ENDS = re.compile(rf"(?:\s*{_BROKEN})+\s*([(（]?)")

_SPACES = str.maketrans({"\u3000": "  ", "\u00a0": " ", **dict.fromkeys("│├└─", " ")})
"""Spaces of all kinds, and the branches that `tree` draws."""

MAX_LINES = 10 * MAX_NODES
"""Of a list."""

_LONGEST = 24
"""Bytes of a name among several in a line, a Chinese character two: longer ones are sentences."""


class _Line(NamedTuple):
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


class Outline(NamedTuple):
    """What is read of a text.

    Attributes:
        branches: the trees of names, in the order in which they stand.
        left_out: headings of the columns that are neither names nor explanations; their letters
            where they have none.
    """

    branches: tuple[Branch, ...]
    left_out: tuple[str, ...] = ()


def outline_branches(text: str) -> tuple[Branch, ...]:
    """The trees of names in a text, as `read_list` reads them.

    Raises:
        SurveyError: as there.
    """
    return read_list(text).branches


def read_list(text: str) -> Outline:
    """The trees of names in a text; one where the text has the goal, too.

    Read are lines below which others are indented; lists whose levels are numbered, lettered or
    marked differently; tables, with a tab between columns and the lowest level in the last one,
    whose explanations have a heading that says so; and, behind a colon, names that are parted by
    `、`, `；` or commas. What else is behind a colon or a dash is an explanation.

    Args:
        text: as it was pasted.

    Raises:
        SurveyError: no name, a name that stands twice below one, too many, or too long a text.

    >>> from ahp.exchange.outline import read_list
    >>> [goal] = read_list('''Car
    ...   Price
    ...   Comfort: seats, noise''').branches
    >>> goal.name, [branch.name for branch in goal.children]
    ('Car', ['Price', 'Comfort'])
    >>> [branch.name for branch in goal.children[1].children]
    ['seats', 'noise']
    """
    source = Phrase("the_outline")
    check_size(text, source, SurveyError, MAX_TOML)
    rows = [
        (f"line {number}", line.rstrip()) for number, line in _numbered_lines(text) if line.strip()
    ]
    if len(rows) > MAX_LINES:
        raise SurveyError("too_many_lines", source=source, most=MAX_LINES)
    spaced = [(place, _with_space(line)) for place, line in rows]
    left_out: tuple[str, ...] = ()
    if any("\t" in line.strip() for _place, line in spaced):
        roots, left_out = _of_table([(place, _cells(line)) for place, line in rows])
    else:
        roots = _of_lines(_lines(spaced))
    first, others = roots[:1], roots[1:]
    if len(others) > 1 and not first[0].children and all(other.children for other in others):
        first[0].children, roots = others, first  # a title, above what stands no deeper
    roots = _alone_parted(roots)
    for root in roots:
        for branch in root.walk():
            branch.children = _alone_parted(branch.children)
    count = sum(1 for root in roots for _branch in root.walk())
    if not count:
        raise SurveyError("outline_empty", source=source)
    if count > MAX_NODES:
        raise SurveyError("too_many_names", source=source, count=count, most=MAX_NODES)
    for below in [roots, *(branch.children for root in roots for branch in root.walk())]:
        _check_once(below)
    return Outline(tuple(roots), left_out)


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


def _numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; those inside a cell in quotation marks, as spreadsheets give
    it away, are one.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")
    number = 1
    for line in re.sub(_QUOTED_CELL, _one_line, text).split("\n"):
        squeezed = _SPACE.sub("  ", line)
        if _BROKEN in line:
            squeezed = _ENDS.sub(lambda end: end[1] or "；", squeezed)
        yield number, squeezed
        number += 1 + line.count(_BROKEN)


def _one_line(cell: re.Match[str]) -> str:
    return cell[1].replace('""', '"').strip("\n").replace("\n", _BROKEN)


def _with_space(line: str) -> str:
    """A line with a space in place of the tab that Word sets behind a number or a bullet."""
    text = line.lstrip()
    before, tab, behind = text.partition("\t")
    if not tab or not before:
        return line
    mark = before.strip().translate(_WORD_BULLETS)
    kind, marker = _marker(f"{mark} 名")
    if kind == "letter bare" or not mark or marker.strip() != mark:
        return line
    return f"{line[: len(line) - len(text)]}{mark} {behind}"


def _lines(rows: Iterable[tuple[str, str]]) -> list[_Line]:
    """What lines have before their names, and behind."""
    lines = [_line(place, text) for place, text in rows]
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
    return lines


def _counts(lines: Sequence[_Line]) -> bool:
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


def _line(place: str, line: str) -> _Line:
    """What a line has before its name, and behind, whatever stands in other lines."""
    expanded = line.translate(_SPACES).expandtabs(4)
    text = expanded.lstrip()
    indent = len(expanded) - len(text)
    kind, marker = _marker(text)
    return _Line(place, indent, kind, text[len(marker) :].strip(), marker)


def _marker(text: str) -> tuple[str, str]:
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
    found = between.search(_without_brackets(text))
    if found is None or not text[: found.start()].strip() or not text[found.end() :].strip():
        return text, ""
    return text[: found.start()].strip(), text[found.end() :].strip()


def _names(text: str) -> list[str]:
    """The names behind a colon; none where it is a sentence."""
    ended = text.rstrip("。.；; ")
    commas = re.search("[，,]", _without_brackets(ended))
    for between in (_BETWEEN, _BETWEEN_COMMAS):
        names = _split(between, ended)
        if _SENTENCE.search("\n".join(names)):
            return []
        short = all(len(one.encode("gb18030")) <= _LONGEST for one in names)
        if len(names) > 1 and short and not (between is _BETWEEN and commas):
            return names
    return []


def _split(between: re.Pattern[str], text: str) -> list[str]:
    """The parts of a text; what stands in brackets is left whole."""
    found = between.finditer(_without_brackets(text))
    ends = [0, *(end for one in found for end in one.span())]
    parts = (text[start:end] for start, end in zip(ends[::2], [*ends[1::2], None], strict=True))
    return [part for part in parts if part]


def _without_brackets(text: str) -> str:
    """A text of the same length, with nothing in its brackets to part it by."""
    return _IN_BRACKETS.sub(lambda found: "_" * len(found[0]), text)


def _branch(place: str | Phrase, name: str, explanation: str = "") -> Branch:
    return Branch(check_name(name, place), place, explanation)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")]


def _of_table(rows: Sequence[tuple[str, list[str]]]) -> tuple[list[Branch], tuple[str, ...]]:
    """The trees of a table: a level a column, where a cell may hold for the rows below it; and the
    columns that are left out.
    """
    headings: list[str] = []
    title: list[Branch] = []
    for number, (_place, cells) in enumerate(rows[:2]):
        if is_header(cells):
            headings = cells
            title = [_branch(rows[0][0], rows[0][1][0])] if number else []
            rows = rows[number + 1 :]
            break
    width = max((len(cells) for _place, cells in rows), default=0)
    columns = [[cells[k] if k < len(cells) else "" for _place, cells in rows] for k in range(width)]
    headings = [*headings, *[""] * (width - len(headings))]
    explained = [k for k, heading in enumerate(headings) if _EXPLAINED.fullmatch(heading)]
    left_out = [
        k
        for k, column in enumerate(columns)
        if k not in explained
        and (_LEFT_OUT.fullmatch(headings[k]) or (any(column) and _are_numbers(column)))
    ]
    names = [
        _lines((place, cell) for (place, _cells), cell in zip(rows, column, strict=True))
        for k, column in enumerate(columns)
        if k not in explained and k not in left_out
    ]
    roots: list[Branch] = []
    above: list[Branch | None] = [None] * len(names)
    for row, (place, _row) in enumerate(rows):
        explanation = " ".join(columns[k][row] for k in explained if columns[k][row])
        lowest: Branch | None = None
        for depth, column in enumerate(names):
            name, holder = column[row].text, above[depth]
            if name and (holder is None or name_key(holder.name) != name_key(name) or lowest):
                higher = next((one for one in reversed(above[:depth]) if one), None)
                lowest = above[depth] = _branch(place, name)
                above[depth + 1 :] = [None] * len(above[depth + 1 :])
                (higher.children if higher else roots).append(lowest)
        if lowest and explanation:
            lowest.explanation = explanation
    said = (headings[k] or column_letter(k) for k in left_out)
    return title + roots, tuple(said)


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row has headings: most of its cells are known ones, one of them of names."""
    named = [cell for cell in cells if cell]
    known = [cell for cell in named if _EXPLAINED.fullmatch(cell) or _LEFT_OUT.fullmatch(cell)]
    levels = [cell for cell in named if _HEADERS.fullmatch(cell)]
    return bool(levels or len(known) == len(named)) and 2 * len([*known, *levels]) > len(named)


def _are_numbers(column: Sequence[str]) -> bool:
    return all(_NUMBER.fullmatch(cell) for cell in column if cell)
