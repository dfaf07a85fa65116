"""Lists of experts: pasted lines, CSV or XLSX.

Pasted lists look as people keep them: with a title or a heading, numbered, with a total below,
names one a line or beside each other. How a list was read is for people to see before it counts.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import AHPError, AnswersError
from ..messages import Phrase
from ..study.names import caseless_key
from ..study.standing import Standing
from .column_mapper import read_columns

HEADINGS = {
    "name": ("name", "expert", "姓名", "专家"),
    "organization": ("organization", "organisation", "单位", "部门"),
    "weight": ("weight", "权重"),
    "reason": ("reason", "理由", "说明"),
    "email": ("e-mail", "邮箱", "电子邮箱"),
}
"""Columns of a list, by the headings they may have; the name is needed, the others are not."""

_ALSO = {
    "name": ("full name", "expert name", "专家姓名", "名字", "专家名称"),
    "organization": (
        *("department", "affiliation", "company", "institution", "unit", "工作单位", "所在单位"),
        *("所属单位", "单位名称", "所在部门", "所属部门", "单位/部门", "机构"),
    ),
    "weight": ("专家权重",),
    "email": ("email", "mail", "e-mail address", "email address", "电子邮件", "邮件", "邮箱地址"),
    "reason": ("reason for the weight", "权重理由", "权重说明"),
}
_KNOWN = {
    word: key for words in (HEADINGS, _ALSO) for key, synonyms in words.items() for word in synonyms
}
INDEX = frozenset({"序号", "编号", "no", "no.", "#", "nr", "nr.", "number"})
"""Headings of columns that only count."""

_DIGITS = r"[0-9０-９]{1,3}"
_CHINESE = r"[一二三四五六七八九十]{1,3}"
NUMBERING = re.compile(
    rf"\s*(?:[(（]\s*(?:{_DIGITS}|{_CHINESE})\s*[)）]|(?:{_DIGITS}|{_CHINESE})\s*(?:[.．、)）]|[:：])"
    r"(?![0-9])|[①-⒛]|[-–—•·●▪*＊]\s)[\s、.．]*"
)
"""What counts at the beginning of a line: 1. or （一） or a bullet."""

_NUMBER = re.compile(rf"{_DIGITS}\s+(?=\D)")
_LABEL = re.compile(r"(?:专家|姓名|experts?|names?)\s*[:：]\s*(?=\S)", re.IGNORECASE)
_MOST_LINES = 20_000
_TITLE = re.compile(
    r".*(?:名单|名册|一览表)\s*[:：]?|(?:list of )?experts(?: list)?\s*[:：]?", re.IGNORECASE
)
_TITLE_IN_BRACKETS = re.compile(r"(?:名单|名册|一览表)\s*[(（]")
_UP_TO_BRACKET = re.compile(r"(.*)[)）]\s*[:：]?")
_TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计?|(?:grand |sub-?)?total|sum)\s*[:：]?\s*"
    r"(?:[0-9]+\s*(?:人|位|名|experts?|people)?(?:专家)?)?[.。]?",
    re.IGNORECASE,
)
_TIERS = ("\t", ";；", ",，", "、")
"""What separates cells or people in a line, the strongest first."""

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚"
    "卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常"
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂"
    "成苗谷曲盛冉翁蓝路游辛靳欧阳"
)
_ORGANIZATION = re.compile(
    r".*(?:处|部|科|局|司|院|所|室|组|办|厅|署|委|社|厂|公司|中心|集团|银行|分行|支行|大学|学校|协会|财务|审计|金融"
    r"|安全|安保|管理|纪检|监察)"
)
_PERSON = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff\u3000 ·]{0,4}[\u4e00-\u9fff]")


_EMAIL = r"[^\s@<>(（]+@[^\s@<>)）]+"
_MAILBOX = re.compile(rf"(?P<name>.*?)\s*[<(（]?\b(?P<email>{_EMAIL})[>)）]?")
"""A cell with an e-mail address, alone or behind a name."""

_UNNAMED = [column for column in HEADINGS if column != "email"]
"""The columns of a list without a heading, beside which an address may stand anywhere."""

_COLUMN_WORDS = {
    "name": "column_name",
    "organization": "column_organization",
    "weight": "column_weight",
    "reason": "column_reason",
    "email": "column_email",
}
"""Columns and the codes of their words."""


@dataclass(frozen=True)
class NewExpert:
    """An expert to be added.

    Attributes:
        name: unique in the list.
        organization: None when it isn't known.
        standing: weight and the reason for it.
        email: address, empty when it isn't known.
    """

    name: str
    organization: str | None
    standing: Standing
    email: str = ""


@dataclass(frozen=True)
class ExpertList:
    """A list as it was read.

    Attributes:
        experts: those in it.
        passed_over: the lines that name nobody, such as headings and totals, and the headings of
            the columns that are not read.
    """

    experts: tuple[NewExpert, ...]
    passed_over: tuple[str, ...] = ()


def pasted_list(text: str) -> ExpertList:
    """An expert a line: `name, organization, weight, reason`, all but the name optional, and
    anywhere an e-mail address, also in brackets behind the name as mail programs write it.

    Cells are separated by tabs, semicolons, commas or `、`, full-width or not: by the first of
    these that a line has, and the name from what follows by any of them. A line of names alone has
    several experts. Numbers before the names are taken off; a title and rows with a total are
    passed over, and a heading says which column is which.

    Raises:
        AnswersError: names the line, the value and what was expected.
    """
    columns: list[str | None] | None = None
    rows: list[tuple[str, dict[str, str]]] = []
    passed_over: list[str] = []
    for line, whole in lines_of(text):
        place = f"line {line}"
        records = list(_records(whole, line))
        heading = _heading(records[0]) if len(records) == 1 else None
        title = not rows and columns is None and is_title(whole, _TITLE, _TITLE_IN_BRACKETS)
        if heading is not None or title or any(map(is_total, records)):
            passed_over.append(whole.strip())
            columns = heading or columns
            passed_over += [
                cell
                for cell, column in zip(_unnumbered(records[0]), heading or (), strict=False)
                if column is None and cell
            ]
            continue
        for cells in records:
            email, cells = _without_email(cells) if columns is None else ("", cells)  # noqa: PLW2901
            named = _UNNAMED if columns is None else columns
            _check_width(cells, named, place)
            pairs = zip(named, cells, strict=False)
            read = {key: cell for key, cell in pairs if key is not None}
            rows.append((place, {"email": email, **read}))
    return ExpertList(_experts(rows), tuple(passed_over))


def _without_email(cells: Sequence[str]) -> tuple[str, list[str]]:
    """The first e-mail address among the cells, and the cells without it."""
    email, others = "", []
    for cell in cells:
        found = None if email else _mailbox(cell)
        email = found["email"] if found else email
        rest = found["name"].strip('" ') if found else cell
        others += [rest] if rest or not found else []
    return email, others


def is_title(text: str, alone: re.Pattern[str], before_brackets: re.Pattern[str]) -> bool:
    """Whether a text is a title: by what is one alone, and by what one has in front of brackets, as
    名单（2024年）（征求意见稿） does.
    """
    if alone.fullmatch(text):
        return True
    closed = _UP_TO_BRACKET.fullmatch(text)
    return bool(closed and before_brackets.search(closed[1]))


def _mailbox(cell: str) -> re.Match[str] | None:
    """A cell that has an e-mail address; a long one has none, and would take long."""
    return _MAILBOX.fullmatch(cell) if "@" in cell and len(cell) < 1000 else None


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers; a cell in quotes may go over several."""
    started, row = 0, ""
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > _MOST_LINES:
        raise AnswersError("too_many_lines", source=Phrase("the_outline"), most=_MOST_LINES)
    for number, line in enumerate(lines, start=1):
        started, row = (started, f"{row}\n{line}") if row else (number, line)
        if row.count('"') % 2 and number < len(lines):
            continue
        if row.strip():
            yield started, row.strip("\n\r \u3000") if "\t" in row else row.strip()
        row = ""


def _records(line: str, number: int) -> Iterator[list[str]]:
    """The people in a line, cell by cell; numbers before them are taken off."""
    if numbered := NUMBERING.match(line):
        line = line[numbered.end() :]
    line = line[label.end() :] if (label := _LABEL.match(line)) else line
    tier = next((marks for marks in _TIERS if any(mark in line for mark in marks)), None)
    if tier is None:
        yield _by_spaces(_without_number(line.strip('" ')))
        return
    cells = split_cells(line, tier, number)
    filled = [cell for cell in cells if cell]
    lower = _TIERS[_TIERS.index(tier) + 1 :]
    inner = [any(mark in cell for marks in lower for mark in marks) for cell in filled]
    mailboxes = [found["name"] if (found := _mailbox(cell)) else "" for cell in filled]
    named = all(mailboxes) or all(map(_is_person, filled))
    if len(filled) > 1 and tier != "\t" and named:
        yield from ([_without_number(cell)] for cell in filled)
    elif len(filled) > 1 and tier == ";；" and all(inner):
        for cell in filled:
            yield from _records(cell, number)
    else:
        cells = _unnumbered(cells)
        for marks in lower:
            if cells and any(mark in cells[0] for mark in marks) and '"' not in line:
                cells = [*split_cells(cells[0], marks, number), *cells[1:]]
        yield cells


def split_cells(line: str, marks: str, number: int) -> list[str]:
    """The cells of a line; those in double quotes may have separators in them."""
    separator = marks[0]
    parts = line.split('"')
    for mark in marks[1:]:
        parts[::2] = [part.replace(mark, separator) for part in parts[::2]]
    try:
        (cells,) = csv.reader(
            ['"'.join(parts)], delimiter=separator, skipinitialspace=True, strict=True
        )
    except csv.Error as error:
        raise AnswersError("not_csv", place=f"line {number}") from error
    return [cell.strip() for cell in cells]


def _by_spaces(line: str) -> list[str]:
    """Name and organization where nothing but a space is between them, or a heading like that."""
    first, *others = line.split() or [""]
    if others and _is_person(first) and _ORGANIZATION.fullmatch("".join(others)):
        return [first, " ".join(others)]
    words = [first, *others]
    return words if all(map(_column, words)) else [line]


def _unnumbered(cells: Sequence[str]) -> list[str]:
    """The cells without a first one that only counts, and without a number before the name."""
    counts = re.fullmatch(rf"{_DIGITS}[.．]?", cells[0]) or caseless_key(cells[0]) in INDEX
    first, *others = cells[1:] if len(cells) > 1 and counts else cells
    return [_without_number(first), *others]


def _without_number(cell: str) -> str:
    numbered = NUMBERING.match(cell) or _NUMBER.match(cell)
    return cell[numbered.end() :] if numbered else cell


def _is_person(cell: str) -> bool:
    """Whether a cell is a Chinese personal name, as far as its signs tell."""
    name = "".join(_without_number(cell).split())
    return (
        _PERSON.fullmatch(name) is not None
        and name[0] in _SURNAMES
        and not _ORGANIZATION.fullmatch(name)
    )


def _column(cell: str) -> str | None:
    """The column that a heading names."""
    return _KNOWN.get(heading_key(cell))


def heading_key(cell: str) -> str:
    """What a heading is looked up by, without what stands in brackets behind it."""
    key = caseless_key(cell).rstrip()
    if key.endswith(")") and "(" in key:
        return key.partition("(")[0].rstrip()
    return key[:-1].rstrip() if key.endswith((":", "*")) else key


def _heading(cells: Sequence[str]) -> list[str | None] | None:
    """Cell by cell the column that a heading names, if it is one."""
    columns = [_column(cell) for cell in cells]
    return columns if "name" in columns else None


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row sums up the others."""
    named = [cell for cell in cells if cell]
    return bool(named) and _TOTAL.fullmatch(named[0]) is not None


def _check_width(cells: list[str], columns: Sequence[str | None], place: str) -> None:
    """Refuse more cells than there are columns; an empty one of the total's number is dropped."""
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    if len(cells) > len(columns):
        raise AnswersError(
            "list_width",
            place=place,
            count=len(cells),
            most=len(columns),
            columns=tuple(Phrase(_COLUMN_WORDS[column]) if column else "…" for column in columns),
        )


def read_list(content: bytes, source: str) -> ExpertList:
    """A CSV or XLSX table with the columns of `HEADINGS`, in any order; others are not read, nor
    are rows with a total.

    Raises:
        AnswersError: names the file, the row, the value and what was expected.
    """
    table = read_columns(content, source)
    columns: dict[str, int] = {}
    passed_over = []
    for k, heading in enumerate(table.headers):
        if (key := _column(heading)) is None:
            if heading and caseless_key(heading) not in INDEX:
                passed_over.append(heading)
            continue
        if key in columns:
            raise AnswersError(
                "list_columns_alike",
                source=source,
                one=table.headers[columns[key]],
                other=heading,
                column=Phrase(_COLUMN_WORDS[key]),
            )
        columns[key] = k
    if "name" not in columns:
        raise AnswersError(
            "list_no_names", source=source, columns=table.headers, headings=HEADINGS["name"]
        )
    rows = []
    for row, cells in table.rows:
        place = f"{source}: row {row}"
        if is_total(cells) or is_total([cells[columns["name"]]]):
            passed_over.append(" ".join(filter(None, cells)))
            continue
        read = {key: cells[k] for key, k in columns.items()}
        (read["name"],) = _unnumbered([read["name"]])
        rows.append((place, read))
    return ExpertList(_experts(rows), tuple(passed_over))


def _experts(rows: Sequence[tuple[str, Mapping[str, str]]]) -> tuple[NewExpert, ...]:
    experts: dict[str, NewExpert] = {}
    for place, cells in rows:
        name = cells.get("name", "").strip()
        if not name:
            raise AnswersError("list_no_name", place=place)
        if name in experts:
            raise AnswersError("list_twice", place=place, name=name)
        text = cells.get("weight", "").strip()
        try:
            weight = float(text) if text else 1.0
        except ValueError:
            weight = math.nan
        try:
            standing = Standing(weight=weight, reason=cells.get("reason", "").strip())
        except AHPError as error:
            code = "list_weight_reason" if error.code == "weight_reason" else "list_weight"
            raise AnswersError(code, place=place, name=name, weight=text) from error
        organization = cells.get("organization", "").strip() or None
        email = cells.get("email", "").strip()
        if email and not re.fullmatch(_EMAIL, email):
            raise AnswersError("list_email", place=place, name=name, text=email)
        experts[name] = NewExpert(name, organization, standing, email)
    return tuple(experts.values())
