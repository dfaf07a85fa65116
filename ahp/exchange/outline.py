"""A tree of names as people write it down: indented lines, a numbered list, columns of a table, or
names behind a colon.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from ..datafile import MAX_TOML, check_size
from ..errors import SurveyError
from ..messages import Phrase
from ..study.names import MAX_NODES, Branch, name_key
from .outline_lines import Line, marked_lines, named_branch, nested, with_space
from .outline_table import table_branches, table_rows
from .outline_words import (
    ALTERNATIVES,
    ATTACHED,
    CLOSES,
    EXPLAINED,
    JUST_POINTS,
    LABEL,
    LAST_NOTE,
    LEADS,
    LEFT_OUT,
    LEVEL,
    LIMIT,
    NAME_IN_LIST,
    NOTE,
    OF_TABLE,
    POINTS,
    RANKED,
    SENTENCE,
    SPOKEN,
    SURROUNDINGS,
    WEIGHED,
    heading_key,
    is_header,
    is_total,
    last_name,
)

_GOAL = re.compile(r"总?目标|(overall )?(goal|objective)", re.IGNORECASE)

_SENTENCE = re.compile(
    r"[。！？!?]|\. |是否|[扣得加]\d|扣完|^(并|且|以及|或者?|and|or)", re.MULTILINE
)
"""What no list of names has."""

_BEHIND_COLON = re.compile(r"(?:(?<!\s)\s++)?[:：]\s*")
_BEHIND_DASH = re.compile(r"(?:(?<!\s)\s++)?[—–]{1,2}\s*|(?<!\s)\s++-{1,2}\s+")
_IN_BRACKETS = re.compile(r"[（(「『《【\[“][^（(「『《【\[“）)」』》】\]”]*[）)」』》】\]”]")
_BETWEEN = re.compile(r"(?:(?<!\s)\s++)?[、；;]\s*")
_BETWEEN_COMMAS = re.compile(r"(?:(?<!\s)\s++)?[、；;，,]\s*")
_INLINE = re.compile(
    r"(?<![；;，,。\s])[；;，,。\s]++(?=(?:[(（]?\d{1,2}[)）]|\d{1,2}[.．、]|[②-⑳])\s*[^\d\s])|(?<=\S)(?=[②-⑳])"
)
"""Between names that are numbered in one line."""

_QUOTED_CELL = re.compile(r'(?<![^\t\n])"((?:[^"]|"")*+)"(?![^\t\n])')

_SPACE = re.compile(r"(?<=\S)[^\S\t\n]{3,}(?=\S)")
"""So much between words is squeezed: patterns that begin with any number of spaces are slow."""

_BROKEN = "\x00"
"""In place of the end of a line inside a cell."""

_ENDS = re.compile(rf"(?<!\s)(?:\s*+{_BROKEN})++\s*([(（]?)")

MAX_LINES = 10 * MAX_NODES
"""Of a list."""

_LABEL = "label "
"""Begins the kind of a line that says which level its name is on."""

_LONGEST = 24
"""Bytes of a name among several in a line, a Chinese character two: longer ones are sentences."""


class Outline(NamedTuple):
    """What is read of a text.

    Attributes:
        branches: the trees of names, in the order in which they stand.
        left_out: headings of the columns that are neither names nor explanations; their letters
            where they have none.
        passed_over: what else is no name: totals, notes, what stands around a table, and points
            behind names.
    """

    branches: tuple[Branch, ...]
    left_out: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


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
    `、`, `；` or commas. What else is behind a colon or a dash is an explanation. What stands
    around them is passed over: totals, notes, points behind names.

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
    left_out: tuple[str, ...] = ()
    passed_over: list[str] = []
    table = table_rows(rows)
    if table is not None:
        roots, left_out = table_branches(table, passed_over)
    else:
        roots = _of_list(
            marked_lines((place, with_space(line)) for place, line in rows), passed_over
        )
    first, others = roots[:1], roots[1:]
    if len(others) > 1 and not first[0].children and all(other.children for other in others):
        first[0].children, roots = others, first  # a title, above what stands no deeper
    roots = _alone_parted(roots)
    for root in roots:
        for branch in root.walk():
            branch.children = _alone_parted(branch.children)
    passed_over += _without_points(roots)
    count = sum(1 for root in roots for _branch in root.walk())
    if not count:
        raise SurveyError("outline_empty", source=source)
    if count > MAX_NODES:
        raise SurveyError("too_many_names", source=source, count=count, most=MAX_NODES)
    for below in [roots, *(branch.children for root in roots for branch in root.walk())]:
        _check_once(below)
    return Outline(tuple(roots), left_out, tuple(passed_over))


def _alone_parted(branches: list[Branch]) -> list[Branch]:
    """Names in place of one that stands alone, and has several: `Price, comfort, safety`."""
    if len(branches) != 1 or branches[0].children:
        return branches
    place = branches[0].place
    return [named_branch(place, name) for name in _names(branches[0].name)] or branches


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


def _of_list(lines: Sequence[Line], passed_over: list[str]) -> list[Branch]:
    """The trees of lines, without what isn't part of the list."""
    names, explained = _part_of_list(_labeled(lines, passed_over), passed_over)
    names = _unweighed(names, passed_over)
    roots, branches = nested(names)
    for line, branch, explanations in zip(names, branches, explained, strict=True):
        if line.kind.startswith(_LABEL) and branch.children and _names(line.text):
            raise SurveyError("outline_parents_unknown", place=line.place)
        _read_line(branch)
        branch.explanation = " ".join(filter(None, (branch.explanation, *explanations)))
    return roots


def _labeled(lines: Sequence[Line], passed_over: list[str]) -> Sequence[Line]:
    """Lines of which most say which of several levels their name is on, with that as their kind;
    alternatives are no part of a survey.
    """
    levels = [one for one in lines if LEVEL.fullmatch(heading_key(one.text))]
    if len(levels) > 1:
        raise SurveyError("outline_parents_unknown", place=levels[1].place)
    labels = [LABEL.match(line.text) for line in lines]
    count = sum(map(bool, labels))
    if count < 2 or 2 * count < len(lines):
        return lines
    kinds = [heading_key(label[1]).lower() if label else "" for label in labels]
    behind = [line.text[label.end() :] for line, label in zip(lines, labels, strict=True) if label]
    if len({*kinds} - {""}) == 1 and any(map(_names, behind)):
        return lines  # `Dimension 1: safety, comfort` has its own name
    if not any(map(RANKED.search, kinds)):
        return lines
    named: list[Line] = []
    for line, label, kind in zip(lines, labels, kinds, strict=True):
        if label and ALTERNATIVES.search(kind):
            passed_over.append(line.text)
        elif label:
            named.append(line._replace(kind=f"{_LABEL}{kind}", text=line.text[label.end() :]))
        else:
            named.append(line)
    return named


def _unweighed(lines: list[Line], passed_over: list[str]) -> list[Line]:
    """Lines without the numbers that all names end in, but for a title; the rest must differ."""
    found = [WEIGHED.fullmatch(line.text) for line in lines]
    title = 0 if not found or found[0] or lines[0].kind else 1
    weighed = [one for one in found[title:] if one]
    if len(weighed) < max(2, len(lines) - title) or len({one[1] for one in weighed}) < 2:
        return lines
    if not _is_shared_out(lines, [float(one[2].replace("．", ".")) if one else 0 for one in found]):
        return lines
    passed_over += [one[2] for one in weighed]
    rest = zip(lines[title:], weighed, strict=True)
    return [*lines[:title], *(line._replace(text=one[1]) for line, one in rest)]


def _is_shared_out(lines: Sequence[Line], numbers: Sequence[float]) -> bool:
    """Whether the numbers of the lines in each group sum to the one above it, to 1 or to 100."""
    roots, branches = nested(lines)
    number_of = {id(branch): one for branch, one in zip(branches, numbers, strict=True)}
    groups = [(number_of[id(one)], one.children) for one in branches]
    if len(roots) > 1:
        groups.append((2 * number_of[id(roots[0])], roots))  # the first may be the whole
    for whole, group in groups:
        total = sum(number_of[id(one)] for one in group)
        if group and not any(math.isclose(total, one, rel_tol=0.011) for one in (whole, 1, 100)):
            return False
    return True


def _part_of_list(
    lines: Sequence[Line], passed_over: list[str]
) -> tuple[list[Line], list[list[str]]]:
    """The lines with names, and what further lines say of each."""
    marked = next((k for k, line in enumerate(lines) if line.kind), len(lines))
    names: list[Line] = []
    explained: list[list[str]] = []
    last = last_name([f"{line.marker}{line.text}" for line in lines])
    noted = False
    looks: set[tuple[int, str]] = set()
    texts: set[str] = set()
    for number, line in enumerate(lines):
        looks.add((line.indent, line.kind))
        text = f"{line.marker}{line.text}"
        behind_marked = bool(names) and not line.kind and number > marked
        name, behind = _parted(line.text, _BEHIND_COLON)
        heading = heading_key(name)
        holds = bool(_names(behind)) or (
            number + 1 < len(lines) and lines[number + 1].indent > line.indent
        )
        last_note = LAST_NOTE.match(text) and number == len(lines) - 1 > 1
        if (NOTE.match(text) and not (holds and text.isascii())) or (last_note and not holds):
            noted = number > last
            passed_over.append(text)
        elif noted or (
            (SURROUNDINGS.fullmatch(text) and not holds)
            or (ATTACHED.fullmatch(text) and not (names or holds))
            or (
                is_total(line.text, texts, numbers=False)
                and _ends_level(lines, number, last, looks)
            )
            or (not behind and _leads(lines, number, marked))
            or (behind_marked and CLOSES.match(text))
            or (behind_marked and behind and not holds and _is_left_out(heading))
            or (number == 0 and _heads_list(lines))
        ):
            passed_over.append(text)
        elif behind_marked and (
            (EXPLAINED.fullmatch(heading) and behind and not _names(behind))
            or (not (behind or _stopped(text)[1]) and SPOKEN.search(text) and len(text) > 12)
        ):
            explained[-1].append(behind or text)
        else:
            names.append(line)
            explained.append([])
            texts.add(heading_key(name))
    return names, explained


def _ends_level(
    lines: Sequence[Line], number: int, last: int, looks: Container[tuple[int, str]]
) -> bool:
    """Whether a line is the last one of its level, above nothing deeper.

    Args:
        lines: all.
        number: which.
        last: of the lines that could be a name.
        looks: indents and kinds of the lines up to it.
    """
    if number >= last:
        return number > 0
    line, below = lines[number : number + 2]
    look = (below.indent, below.kind)
    return (
        not line.kind
        and below.indent <= line.indent
        and look != (line.indent, "")
        and look in looks
    )


def _is_left_out(heading: str) -> bool:
    return bool(LEFT_OUT.fullmatch(heading) and not NAME_IN_LIST.fullmatch(heading))


def _leads(lines: Sequence[Line], number: int, marked: int) -> bool:
    """Whether a line is a sentence that leads to a list: before the first one with a marker, or at
    the beginning, with nothing deeper below it.
    """
    text = f"{lines[number].marker}{lines[number].text}"
    no_deeper = number == 0 and len(lines) > 2 and lines[1].indent <= lines[0].indent
    above_marked = number < marked < len(lines)
    return bool(
        ((no_deeper and number < marked) or above_marked)
        and (LEADS.search(text) or (above_marked and SENTENCE.search(text)))
    )


def _heads_list(lines: Sequence[Line]) -> bool:
    """Whether the first line is the heading of what stands below it, no deeper."""
    first, below = lines[0], lines[1:]
    heads = not first.kind and is_header([first.text]) and OF_TABLE.search(first.text)
    return bool(heads and below and below[0].indent <= first.indent)


def _read_line(branch: Branch) -> None:
    """Part the line of a branch into its name and what stands behind it: names of what is below,
    where nothing else stands there, or an explanation.
    """
    name, behind = _parted(branch.name, _BEHIND_COLON)
    if behind and _GOAL.fullmatch(name):
        name, behind = behind, ""
    elif not behind:
        name, behind = _parted(branch.name, _BEHIND_DASH)
    first, further = _stopped(branch.name)
    told = bool(further) and len(first) < len(name)
    if told:
        name, behind = first, further
    branch.name = name.rstrip("。；;，,:： ") or name
    kids = [] if branch.children or told else _names(behind)
    if kids:
        branch.children = [named_branch(branch.place, kid) for kid in kids]
    else:
        branch.explanation = behind


def _without_points(branches: Sequence[Branch]) -> Iterator[str]:
    """Take the points and weights behind names off, and say which; what is left must differ."""
    found = [POINTS.search(branch.name) for branch in branches]
    ends = [one.start() if one else None for one in found]
    left = [branch.name[:end] for branch, end in zip(branches, ends, strict=True)]
    count = Counter(map(name_key, left))
    for branch, points, name in zip(branches, found, left, strict=True):
        if points and name and count[name_key(name)] == 1 and not LIMIT.search(name):
            branch.name = name
            yield points[0].strip()
        if JUST_POINTS.fullmatch(branch.explanation):
            yield branch.explanation
            branch.explanation = ""
        yield from _without_points(branch.children)


def _stopped(text: str) -> tuple[str, str]:
    """A name and the sentences behind it, "" for none, as in `及时性。是否当日完成。`."""
    first, _stop, further = text.partition("。")
    named = further and _width(first) <= _LONGEST and not SPOKEN.search(first)
    return (first, further) if named else (text, "")


def _parted(text: str, between: re.Pattern[str]) -> tuple[str, str]:
    """A name and what stands behind it, "" for nothing."""
    found = between.search(_without_brackets(text))
    if found is None or not text[: found.start()].strip() or not text[found.end() :].strip():
        return text, ""
    return text[: found.start()].strip(), text[found.end() :].strip()


def _names(text: str) -> list[str]:
    """The names behind a colon; none where it is a sentence."""
    ended = text.rstrip("。.；; ")
    numbered = _INLINE.split(ended)
    if _unmarked(numbered) != numbered:
        return _unmarked(numbered)
    commas = re.search("[，,]", _without_brackets(ended))
    for between in (_BETWEEN, _BETWEEN_COMMAS):
        names = _unmarked(_split(between, ended))
        if _SENTENCE.search("\n".join(names)):
            return []
        short = all(_width(one) <= _LONGEST for one in names)
        if len(names) > 1 and short and not (between is _BETWEEN and commas):
            return names
    return []


def _width(text: str) -> int:
    """Columns of a text: a Chinese character has two."""
    return len(text.encode("gb18030"))


def _split(between: re.Pattern[str], text: str) -> list[str]:
    """The parts of a text; what stands in brackets is left whole."""
    found = between.finditer(_without_brackets(text))
    ends = [0, *(end for one in found for end in one.span())]
    parts = (text[start:end] for start, end in zip(ends[::2], [*ends[1::2], None], strict=True))
    return [part for part in parts if part]


def _unmarked(names: list[str]) -> list[str]:
    """Names without markers, where all but the first have one, which may have lost it before."""
    if len(names) > MAX_NODES:
        return names
    lines = marked_lines(("", name) for name in names)
    kinds = {line.kind for line in lines[1:]}
    return [line.text for line in lines] if len(kinds) == 1 and kinds != {""} else names


def _without_brackets(text: str) -> str:
    """A text of the same length, with nothing in its brackets to part it by."""
    return _IN_BRACKETS.sub(lambda found: "_" * len(found[0]), text)
