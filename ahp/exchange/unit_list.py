"""Lists of units: pasted lines, CSV or XLSX, and a workbook to fill in.

Lists look as offices keep them: with a title, numbered, with a total below, in any order of the
columns. Everything that is wrong is said at once, each with its row and column.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from ..errors import AnswersError, EvaluationError, OptionError
from ..evaluation.observations import cell_problem
from ..i18n import LANGUAGES, translator
from ..messages import Message, Phrase
from ..process.evaluations.units import UnitEntry, called_alike, day_of
from ..tables.faults import Faults, first_and_count
from ..tables.grids import Grid, read_grid
from .cells import add_looks, dress, put
from .expert_list import (
    INDEX,
    NUMBERING,
    heading_key,
    is_title,
    is_total,
    lines_of,
    split_cells,
)
from .observation_layout import is_note

HEADINGS = {
    "name": (
        *(
            "name",
            "unit",
            "unit name",
            "单位名称",
            "单位",
            "名称",
            "被评价单位",
            "机构",
            "机构名称",
        ),
        *("网点", "网点名称", "部门", "部门名称"),
    ),
    "group": ("peer group", "group", "组别", "分组", "评价组", "单位类别", "类别"),
    "contact": ("contact", "contact name", "联系人", "联系人姓名", "联络人"),
    "active_from": ("active from", "from", "参评起始", "起始", "开始日期", "启用日期", "成立日期"),
    "active_to": (
        "active to",
        "to",
        "until",
        "参评截止",
        "截止",
        "结束日期",
        "停用日期",
        "撤销日期",
    ),
    "aliases": ("aliases", "alias", "other names", "别名", "简称", "其他名称", "曾用名"),
}
"""Columns, in the order they have without headings, by the headings they may have; the name is
needed, the others are not."""

_KNOWN = {word: key for key, words in HEADINGS.items() for word in words}
_TIERS = ("\t", ",，", ";；")
"""What separates the cells of a pasted line: the first of these that it has."""

_BETWEEN_ALIASES = re.compile(r"[、;；,，\n]")
_TITLE = re.compile(
    r".*(?:名单|名录|名册|一览表)\s*[:：]?|(?:list of )?units(?: list)?\s*[:：]?", re.IGNORECASE
)
_TITLE_IN_BRACKETS = re.compile(r"(?:名单|名录|名册|一览表)\s*[(（]")
_COUNTED = re.compile(r"\d{1,3}[.．]?")
"""A first cell that only counts, in a list without headings."""

_HEADING_ROWS = 10
"""How many rows are looked through for headings."""

_DAYS = ("active_from", "active_to")
_TEMPLATE = {
    "en": ("Name", "Peer group", "Contact", "Active from", "Active to", "Aliases"),
    "zh": ("单位名称", "组别", "联系人", "参评起始", "参评截止", "别名"),
}
_TEMPLATE_ROWS = 300
_WIDTHS = (28, 18, 14, 14, 14, 36)


@dataclass(frozen=True)
class UnitList:
    """A list as it was read.

    Attributes:
        units: those in it.
        passed_over: the rows that name no unit, such as headings and totals, and the headings of
            columns that are not read.
        remarks: what was read how.
    """

    units: tuple[UnitEntry, ...]
    passed_over: tuple[str, ...] = ()
    remarks: tuple[Phrase, ...] = ()


Rows = list[tuple[str, list[str]]]
"""The place of each row, and its cells."""


def pasted_units(text: str) -> UnitList:
    """A unit a line, with the columns of `HEADINGS` in their order, or as a heading says; all but
    the name may be left out.

    Cells are separated by tabs, commas or semicolons, full-width or not, aliases in a cell by
    `、`; a line of names alone that `、` separates has several units. Numbers before names are
    taken off; a title and rows with a total are passed over.

    Raises:
        AnswersError: everything that is wrong, with its line and column.
    """
    rows: Rows = []
    for line, whole in lines_of(text):
        place = f"line {line}"
        numbered = None if "\t" in whole else NUMBERING.match(whole)
        plain = whole[numbered.end() :] if numbered else whole
        tier = next((marks for marks in _TIERS if any(mark in plain for mark in marks)), None)
        if tier is not None:
            rows.append((place, split_cells(plain, tier, line)))
        else:
            rows += ((place, [name.strip()]) for name in plain.split("、") if name.strip())
    return _unit_list(rows, "")


def read_unit_list(content: bytes, source: str) -> UnitList:
    """A CSV (UTF-8, GBK or "Unicode text") or XLSX table with the columns of `HEADINGS`, in any
    order where it has headings; others are not read.

    Args:
        content: the bytes of the file.
        source: its name, for messages.

    Raises:
        AnswersError: the file can't be read; or everything that is wrong, with its row and column.
    """
    grid = read_grid(content, source, AnswersError)
    rows = [(f"{source}: row {line}", [*cells]) for line, cells in grid.rows.items()]
    return _unit_list(rows, source, grid)


def _with_shared(grid: Grid, line: int, cells: list[str], columns: _Columns) -> list[str]:
    """The cells of a row, with what cells that are merged down say of several units."""
    shared = list(cells) + [""] * (len(columns.keys) - len(cells))
    for k, key in enumerate(columns.keys):
        covering, column = grid.merged.get((line, k), (line, k))
        if column == k and key not in (None, "name", "aliases"):
            shared[k] = grid.cell(covering, k)
    return shared


@dataclass(frozen=True)
class _Columns:
    """What the columns of a list hold.

    Attributes:
        keys: of `HEADINGS`, None for what is not read.
        words: headings as they are written, "" where there is none.
    """

    keys: list[str | None]
    words: list[str]

    def place(self, row: str, column: str | int) -> str:
        """Where a cell stands: the heading of its column, or else its number."""
        k = self.keys.index(column) if isinstance(column, str) else column
        return f"{row}, column {(self.words[k] if k < len(self.words) else '') or k + 1}"


def _unit_list(rows: Rows, source: str, grid: Grid | None = None) -> UnitList:
    """The units in rows.

    Args:
        rows: those that are not empty.
        source: name of the file; "" for what was pasted.
        grid: the file.
    """
    problems = Faults[Message]()
    start, columns = _headings(rows, problems)
    passed_over = [_joined(cells) for _, cells in rows[:start]]
    passed_over += (
        word
        for key, word in zip(columns.keys, columns.words, strict=True)
        if key is None and word and heading_key(word) not in INDEX
    )
    places: list[tuple[str, _Columns]] = []
    units: list[UnitEntry] = []
    lines = list(grid.rows) if grid is not None else []
    for k, (place, cells) in enumerate(rows[start:], start):
        counted = not start and len(cells) > 1 and _COUNTED.fullmatch(cells[0])
        title = not start and not units and is_title(_joined(cells), _TITLE, _TITLE_IN_BRACKETS)
        if is_total(cells[1:] if counted else cells) or title or is_note(cells):
            passed_over.append(_joined(cells))
            continue
        here = _Columns([None, *columns.keys], ["", *columns.words]) if counted else columns
        filled = _with_shared(grid, lines[k], cells, here) if grid is not None else cells
        unit = _entry(place, filled, here, problems)
        if unit is not None:
            places.append((place, here))
            units.append(unit)
    # where the scheme's periods are longer than a month, the evaluation says so
    for first, second, word in called_alike(units, "month"):
        place, here = places[second]
        key = "name" if word == units[second].name else "aliases"
        about = {"name": word, "other": units[first].name}
        problems.add(partial(_in_column, here, place, key, Phrase("unit_name_taken", **about)))
    if not units and not problems.count:
        none = Phrase("units_none")
        raise AnswersError("unit_list_refused", problems=(_at(source, none) if source else none,))
    if problems.count:
        raise AnswersError("unit_list_refused", problems=first_and_count(problems))
    return UnitList(tuple(units), tuple(passed_over), grid.remarks if grid is not None else ())


def _at(place: str, problem: Message) -> Phrase:
    return Phrase("at_place", place=place, problem=problem)


def _in_column(columns: _Columns, place: str, column: str | int, problem: Message) -> Phrase:
    return _at(columns.place(place, column), problem)


def _joined(cells: Sequence[str]) -> str:
    return " ".join(filter(None, cells))


def _headings(rows: Rows, problems: Faults[Message]) -> tuple[int, _Columns]:
    """Where the units begin, and what the columns hold."""
    for k, (place, cells) in enumerate(rows[:_HEADING_ROWS]):
        keys = [_KNOWN.get(heading_key(cell)) for cell in cells]
        known = [key for key in keys if key is not None]
        if "name" in known or len(set(known)) > 1:
            columns = _Columns([], [])
            for cell, key in zip(cells, keys, strict=True):
                again = key is not None and key in columns.keys
                columns.keys.append(None if again else key)
                columns.words.append(cell)
                if again:
                    other = columns.words[columns.keys.index(key)]
                    where = columns.place(place, len(columns.keys) - 1)
                    problem = Phrase("unit_column_again", other=other)
                    problems.add(partial(_at, where, problem))
            if "name" not in known:
                about = {"columns": tuple(filter(None, cells)), "headings": HEADINGS["name"][:4]}
                raise AnswersError(
                    "unit_list_refused", problems=(_at(place, Phrase("units_no_names", **about)),)
                )
            return k + 1, columns
    return 0, _Columns([*HEADINGS], [""] * len(HEADINGS))


def _entry(
    place: str, cells: list[str], columns: _Columns, problems: Faults[Message]
) -> UnitEntry | None:
    """The unit in a row, None without a name; what is wrong with it goes to the problems."""
    found = dict.fromkeys(HEADINGS, "")
    wrong: dict[int, Message] = {}
    for k, cell in enumerate(cells):
        key = columns.keys[k] if k < len(columns.keys) else None
        problem = _problem(key, cell) if key else None
        if k >= len(columns.keys) and cell:
            problem = Phrase("unit_cell_beyond", text=cell, most=len(columns.keys))
        if problem is not None:
            wrong[k] = problem
        elif key is not None:
            found[key] = cell if key == "aliases" else " ".join(cell.split())
    if not found["name"]:
        wrong.setdefault(columns.keys.index("name"), Phrase("cell_empty"))
    for key in _DAYS:
        if found[key]:
            found[key] = str(day_of(found[key], last=key == "active_to"))
    if found["active_from"] and found["active_to"] and found["active_from"] > found["active_to"]:
        about = {"first": found["active_from"]}
        wrong[columns.keys.index("active_to")] = Phrase("active_order", **about)
        found["active_to"] = ""
    for k in sorted(wrong):
        problems.add(partial(_in_column, columns, place, k, wrong[k]))
    aliases = dict.fromkeys(map(str.strip, _BETWEEN_ALIASES.split(found.pop("aliases"))))
    others = tuple(one for one in aliases if one not in ("", found["name"]))
    return UnitEntry(**found, aliases=others) if found["name"] else None


def _problem(key: str, text: str) -> Message | None:
    """What is wrong with a text in a column."""
    if (problem := cell_problem(text)) is not None or not text:
        return problem
    if key not in (*_DAYS, "name"):
        return None
    try:
        day_of(text)
    except EvaluationError as unreadable:
        return unreadable if key in _DAYS else None
    return Phrase("unit_is_date", text=text) if key == "name" else None


def unit_list_template(language: str) -> bytes:
    """A workbook to fill in, as an .xlsx file that `read_unit_list` reads.

    Args:
        language: of `LANGUAGES`.

    Raises:
        OptionError: `language` is unknown.
    """
    if language not in LANGUAGES:
        raise OptionError.unknown("language", language, LANGUAGES)
    _ = translator(language)
    prompts = {
        "name": _("What the unit is called in results and notices."),
        "group": _("Units of one group are compared with each other; empty: with all others."),
        "contact": _("Name of who answers for the unit and receives its notice."),
        "active_from": _("First day or period, such as 2026-01-01 or 2026Q1; empty: always."),
        "active_to": _("Last day or period, such as 2026-12-31 or 2026Q4; empty: without end."),
        "aliases": _("What else the unit is called in files, separated by semicolons."),
    }
    workbook = Workbook()
    add_looks(workbook, "Microsoft YaHei" if language == "zh" else "Arial")
    sheet = workbook.worksheets[0]
    sheet.title = _("Units")
    columns = zip(_TEMPLATE[language], _WIDTHS, prompts.values(), strict=True)
    for letter, (heading, width, prompt) in zip("ABCDEF", columns, strict=True):
        put(sheet, f"{letter}1", heading, "header")
        sheet.column_dimensions[letter].width = width
        for row in range(2, _TEMPLATE_ROWS + 2):
            dress(sheet[f"{letter}{row}"], "entry")
            sheet[f"{letter}{row}"].number_format = "@"  # a period stays what was typed
        hint = DataValidation(showInputMessage=True, promptTitle=heading, prompt=prompt)
        hint.add(f"{letter}2:{letter}{_TEMPLATE_ROWS + 1}")
        sheet.add_data_validation(hint)
    sheet.freeze_panes = "B2"
    workbook.properties.title = sheet.title
    workbook.properties.creator = "ahp"
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()
