"""What an office's table seems to be: a layout as far as names are sure, and questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Literal

from ..errors import EvaluationError
from ..evaluation import Scheme
from ..evaluation.observations import word_key
from ..messages import Phrase
from ..tables.grids import Grid
from ..tables.opened import header_key
from .layout_cells import UnitNames, cells_of, has_cells, nearest
from .layout_questions import History, Question, measure_questions, numbers_of, unit_questions
from .observation_layout import (
    BRACKETS,
    JOIN,
    MAX_HEADER_ROWS,
    SEARCHED,
    Kind,
    Layout,
    LayoutColumn,
    headers_at,
    items_of,
    located,
    oriented,
    plain_number,
    role_of_header,
    unknown_targets,
    values_of,
    without_brackets,
)
from .owner_template import template_layout
from .stated_units import unit_of

_NUMBERING = re.compile(
    r"^(?:[(（]?[\d一二三四五六七八九十]{1,3}[)）]|[\d一二三四五六七八九十]{1,3}[、.．])\s*"
)
_STATED = frozenset(
    header_key(word)
    for word in (
        *("数值", "观测值", "实际", "实际值", "完成值", "本期", "本期数", "本期值", "次数"),
        *("value", "actual", "this period"),
    )
)
"""What may stand below the name of an indicator without changing which numbers they are; units of
measure may as well.
"""

_OTHER_FIGURE = re.compile(
    r"上年|去年|同期|上期|上季|上月|计划|目标|任务|预算|增减|增幅|增速|同比|环比|排名|名次|平均|最高|最低"
    r"|年初|期初|累计|基期|得分|扣分|权重|分值|满分|标准分|占比"
    r"|last|prior|previous|plan|target|budget|change|growth|rank|average|ytd|score|weight",
    re.IGNORECASE,
)
"""Above the name of an indicator, or in brackets behind it: another number than the period's."""

_ASKED = {
    "column": ("ask_column", "ask_column_near"),
    "indicator": ("ask_indicator", "ask_indicator_near"),
}
"""What is asked about -> codes of the question, without and with names that are near."""

_COLON = re.compile(r"[:：]")


@dataclass(frozen=True)
class Suggestion:
    """How a table seems to be laid out.

    Attributes:
        layout: with the columns that are sure.
        questions: what must be said before it is read.
        remembered: whether an earlier layout fits the table.
        template: whether the table was given out to be filled in.
    """

    layout: Layout
    questions: tuple[Question, ...]
    remembered: bool = False
    template: bool = False


def suggest_layout(
    table: Grid,
    scheme: Scheme,
    units: Mapping[str, str],
    *,
    aliases: Mapping[str, str],
    earlier: Sequence[Layout] = (),
    history: History | None = None,
) -> Suggestion:
    """How a table seems to be laid out, and what must be asked.

    A workbook that was given out says so itself; else an earlier layout is taken whose headers are
    those of the table. Else names are looked for: ids and names of units tell how the table lies,
    ids and names of indicators in any language what its columns are, whatever their case and width.
    A name that is merely like one is asked about.

    Args:
        table: as `read_grid` reads it.
        scheme: whose indicators are looked for.
        units: id -> name.
        aliases: name in files -> id of a unit.
        earlier: layouts, the latest last.
        history: period -> cell -> value, of earlier periods.

    Raises:
        EvaluationError: the table names no unit, or has no headers.
    """
    names = UnitNames(units, aliases)
    given = template_layout(table)
    if given is not None:
        return Suggestion(given, _open(table, given, scheme, names, {}), template=True)
    for layout in reversed(earlier):
        fitting = replace(layout, sheet=table.sheet)
        if not (layout.period or unknown_targets(layout, scheme)) and _fits(table, fitting):
            questions = _open(table, fitting, scheme, names, history or {}, remembered=True)
            return Suggestion(fitting, questions, remembered=True)
    return _from_names(table, scheme, names, history or {})


def _open(
    table: Grid,
    layout: Layout,
    scheme: Scheme,
    names: UnitNames,
    history: History,
    *,
    remembered: bool = False,
) -> tuple[Question, ...]:
    """What is open of a layout that fits: names of units and indicators, and measures."""
    walk = cells_of(table, layout, names)
    words = _Words(scheme)
    named = (words.question("indicator", name) for name in walk.unknown_names)
    measures = measure_questions(walk, numbers_of(walk, scheme), history, remembered=remembered)
    return (*named, *unit_questions(walk, names), *measures)


def _fits(table: Grid, layout: Layout) -> bool:
    """Whether a table has the headers of a layout and no others with something below them."""
    turned = oriented(table, layout.kind)
    try:
        last, headers = located(turned, layout)
    except EvaluationError:
        return False
    return all(
        header in layout.headed or not has_cells(turned, column, last)
        for column, header in headers.items()
    )


class _Words:
    """What headers may call the indicators, deductions, bonuses and vetoes of a scheme."""

    def __init__(self, scheme: Scheme) -> None:
        self.whole: dict[str, list[LayoutColumn]] = {}
        self.parts: dict[str, list[LayoutColumn]] = {}
        for leaf in scheme.leaves:
            self._add_leaf(scheme, leaf)
        for event in scheme.events.values():
            for word in (event.id, *event.name.values()):
                self._add(self.whole, word, values_of(scheme, event.id))
        self.all = {**self.parts, **self.whole}
        self.divided = {leaf for leaf in scheme.leaves if items_of(scheme, leaf)}

    def _add_leaf(self, scheme: Scheme, leaf: str) -> None:
        names = (leaf, *scheme.node[leaf].name.values())
        parts = items_of(scheme, leaf)
        for name in names:
            self._add(self.whole, name, values_of(scheme, leaf))
        for part, texts in parts.items():
            column = values_of(scheme, leaf, part)
            for text in dict.fromkeys((part, *texts.values())):
                self._add(self.parts, text, column)
                for name in names:
                    for mark in (JOIN, "：", ": "):
                        self._add(self.parts, f"{name}{mark}{text}", column)

    def _add(self, words: dict[str, list[LayoutColumn]], word: str, column: LayoutColumn) -> None:
        here = words.setdefault(header_key(word), [])
        if column.target not in [one.target for one in here]:
            here.append(column)

    def indicators(self, part: str) -> set[str]:
        """Indicators of this name."""
        return {one.indicator for one in self.whole.get(_key(part), ())}

    def candidates(self, header: str) -> list[LayoutColumn]:
        """What a header names for sure: one where nothing is open."""
        if whole := self._named(header_key(header)):
            return whole
        pieces = [piece for piece in header.split(JOIN) if piece]
        for k in range(len(pieces) - 1, -1, -1):
            found_whole = self._named(header_key(pieces[k]))
            found = found_whole or self._named(_key(pieces[k]))
            if not found:
                if header_key(pieces[k]) not in _STATED and unit_of(pieces[k]) is None:
                    return []
                continue
            beside = [*pieces[:k], *(() if found_whole else BRACKETS.findall(pieces[k]))]
            if any(map(_OTHER_FIGURE.search, beside)):
                return []
            above = set().union(*map(self.indicators, pieces[:k])) if k else set()
            return [one for one in found if one.indicator in above] or found
        return []

    def _named(self, word: str) -> list[LayoutColumn]:
        return [*self.whole.get(word, ()), *self.parts.get(word, ())]

    def sure(self, header: str, inside: frozenset[str]) -> LayoutColumn | None:
        """The one thing that a header names.

        Args:
            header: of a column, or a name.
            inside: columns that a long table has for inputs and items.
        """
        found = self.candidates(header)
        if len(found) != 1:
            return None
        (one,) = found
        undivided = one.indicator not in self.divided or one.input or one.item
        return replace(one, header=header) if undivided or inside & {"input", "item"} else None

    def near(self, header: str) -> list[LayoutColumn]:
        """What a header may be, the likeliest first."""
        found = self.candidates(header)
        if not found:
            pieces = reversed(header.split(JOIN))
            likely = chain.from_iterable(nearest(_key(piece), self.all) for piece in pieces)
            found = [one for word in likely for one in self._named(word)]
        expanded = chain.from_iterable(map(self._divided, found))
        unique = {one.target: replace(one, header=header) for one in expanded}
        return list(unique.values())

    def _divided(self, column: LayoutColumn) -> Iterable[LayoutColumn]:
        """The parts of what has a value for each."""
        if column.input or column.item or column.indicator not in self.divided:
            return [column]
        parts = {one.target: one for found in self.parts.values() for one in found}
        return [one for one in parts.values() if one.indicator == column.indicator]

    def question(self, about: Literal["column", "indicator"], name: str) -> Question:
        """What a column, or a name, is that isn't sure."""
        near = tuple(self.near(name))
        likely = tuple(shown(one) for one in near)
        code = _ASKED[about][bool(near)]
        return Question(about, name, Phrase(code, name=name, near=likely), near)


def shown(column: LayoutColumn) -> str | Phrase:
    """Id of an indicator, with that of the part of it."""
    part = column.input or column.item
    if not part:
        return column.indicator
    return Phrase("part_of_indicator", indicator=column.indicator, part=part)


def _key(part: str) -> str:
    """What a part of a header is looked up by: without its number and what stands in brackets."""
    return header_key(_NUMBERING.sub("", without_brackets(part)))


@dataclass(frozen=True)
class _Frame:
    """Where headers and units of a table are."""

    grid: Grid
    kind: Kind
    last: int
    count: int
    unit_column: int

    @property
    def headers(self) -> dict[int, str]:
        """Column -> header."""
        return headers_at(self.grid, self.last, self.count)


def _frame(table: Grid, names: UnitNames) -> _Frame:
    """How a table lies, told by where its units are."""
    down, across = _units_named(table, names)
    most = [max(counts.values(), default=0) for counts in (down, across)]
    first_row = next(iter(table.rows.values()), ())
    turned = most[1] > most[0] or (most[1] == most[0] and any(map(names.unit, first_row[1:])))
    grid = table.transposed() if turned else table
    counts = across if turned else down
    if counts:
        column = max(counts, key=lambda k: (counts[k], -k))
        first = next(line for line in grid.rows if names.unit(grid.spread(line, column)))
    else:
        column, first = _by_header(grid)
    above = [line for line in grid.rows if line < first]
    while above and _is_data(grid, above[-1], column):
        above.pop()
    if not above:
        raise EvaluationError("layout_no_headers", source=table.source)
    last, count = above[-1], 1
    while (
        count < MAX_HEADER_ROWS
        and (line := last - count) in grid.rows
        and not _is_title(grid, line, column)
    ):
        count += 1
    return _Frame(grid, "transposed" if turned else "wide", last, count, column)


def _units_named(grid: Grid, names: UnitNames) -> tuple[dict[int, int], dict[int, int]]:
    """How many units each column names, and each row, counted from 0."""
    unit_called = cache(names.unit)
    down: dict[int, set[str]] = {}
    across: dict[int, set[str]] = {}
    for line, cells in grid.rows.items():
        for column in range(len(cells)):
            text = grid.spread(line, column)  # a covered cell may have one of its own, unseen
            if text and (unit := unit_called(text)) is not None:
                down.setdefault(column, set()).add(unit)
                across.setdefault(line - 1, set()).add(unit)
    columns, lines = ({k: len(units) for k, units in one.items()} for one in (down, across))
    return columns, lines


def _by_header(grid: Grid) -> tuple[int, int]:
    """The column whose header says that units stand below, and the first row below it."""
    for line in list(grid.rows)[:SEARCHED]:
        for column, text in enumerate(grid.rows[line]):
            if text and role_of_header(text) == "unit":
                below = next((one for one in grid.rows if one > line), None)
                if below is not None:
                    return column, below
    raise EvaluationError("layout_without_units", source=grid.source)


def _is_data(grid: Grid, line: int, unit_column: int) -> bool:
    """Whether a row above the first known unit has values: that of an unknown one."""
    others = (text for k, text in enumerate(grid.rows[line]) if k != unit_column)
    numbers = [plain_number(text, decimal_comma=grid.decimal_comma) for text in others]
    return bool(grid.cell(line, unit_column)) and any(number is not None for number in numbers)


def _is_title(grid: Grid, line: int, unit_column: int) -> bool:
    """Whether a row above the headers is a title, or says who, when and in what."""
    texts = {text: k for k, text in enumerate(grid.rows[line]) if text}
    alone = len(texts) == 1 and min(texts.values()) <= unit_column
    said = [text for text in texts if _COLON.search(text)]
    return alone or (bool(said) and all(text in said or unit_of(text) for text in texts))


def _from_names(table: Grid, scheme: Scheme, names: UnitNames, history: History) -> Suggestion:
    """The layout that the names in a table make sure, and questions for the rest."""
    frame = _frame(table, names)
    words = _Words(scheme)
    headers = frame.headers
    below = {
        column: [frame.grid.cell(line, column) for line in frame.grid.rows if line > frame.last]
        for column in headers
    }
    unit_header = headers.get(frame.unit_column)
    if unit_header is None:
        raise EvaluationError(
            "layout_unit_headless", place=frame.grid.place(frame.last, frame.unit_column)
        )
    columns = {frame.unit_column: LayoutColumn(unit_header, "unit")}
    name_column = _name_column(below, words, frame.unit_column)
    kind: Kind = "long" if name_column is not None else frame.kind
    if name_column is not None:
        columns[name_column] = LayoutColumn(headers[name_column], "indicator")
    for column, header in sorted(headers.items(), key=lambda pair: _is_points(pair[1])):
        if column in columns:
            continue
        before = columns.get(column - 1)
        found = _column(header, words, kind, [one.role for one in columns.values()])
        if found is not None and found.role == "evidence" and not found.indicator:
            # a document's number beside a deduction, a bonus or a veto is that one's
            event = before.indicator if before and before.indicator in scheme.events else ""
            found = replace(found, indicator=event)
        if found is not None:
            columns[column] = found
        elif not any(below[column]):
            columns[column] = LayoutColumn(header, "left_out")
    _leave_points_open(columns, below)
    inside = frozenset(column.role for column in columns.values())
    for column in _twice(columns):
        del columns[column]
    unsure = (header for column, header in headers.items() if column not in columns)
    questions = [words.question("column", header) for header in unsure]
    entries: dict[str, LayoutColumn] = {}
    for name in dict.fromkeys(below[name_column] if name_column is not None else ()):
        sure = words.sure(name, inside) if name else None
        if sure is not None:
            entries.setdefault(word_key(name), sure)
    made = tuple(columns[k] for k in sorted(columns))
    layout = Layout(kind, (*made, *entries.values()), frame.count, table.sheet)
    if kind == "long" and not layout.with_role("value"):
        return Suggestion(layout, tuple(questions))
    return Suggestion(layout, (*questions, *_open(table, layout, scheme, names, history)))


def _leave_points_open(
    columns: dict[int, LayoutColumn], below: Mapping[int, Sequence[str]]
) -> None:
    """Points are the values of a long table only where no other column may have them."""
    points = [k for k, one in columns.items() if one.role == "value" and _is_points(one.header)]
    unknown = chain.from_iterable(texts for k, texts in below.items() if k not in columns)
    if any(plain_number(text, decimal_comma=False) is not None for text in unknown):
        for column in points:
            del columns[column]


def _is_points(header: str) -> bool:
    return header_key(header.rsplit(JOIN, maxsplit=1)[-1]) == "得分"


def _name_column(below: Mapping[int, Sequence[str]], words: _Words, unit_column: int) -> int | None:
    """The column of a long table that names indicators; None for another table."""
    for column, texts in below.items():
        filled = [text for text in texts if text]
        known = {
            text
            for text in set(filled)
            if plain_number(text, decimal_comma=False) is None and words.candidates(text)
        }
        count = sum(text in known for text in filled)
        if column != unit_column and filled and 2 * count >= len(filled):
            return column
    return None


def _column(header: str, words: _Words, kind: Kind, taken: Sequence[str]) -> LayoutColumn | None:
    """What a header is for sure."""
    if kind != "long" and (sure := words.sure(header, frozenset())) is not None:
        return sure
    role = role_of_header(header)
    in_columns = {"period", "rater", "item", "stated"}
    if kind == "long":
        in_columns |= {"value", "input"}
    if role in ("evidence", "note"):
        above = header.split(JOIN)[:-1]
        of = set().union(*map(words.indicators, above)) if above else set()
        return LayoutColumn(header, role, next(iter(of)) if len(of) == 1 else "")
    if role == "left_out" or (role in in_columns and role not in taken):
        return LayoutColumn(header, role)
    return None


def _twice(columns: Mapping[int, LayoutColumn]) -> list[int]:
    """Columns of values that seem to be of the same: none of them is sure."""
    counts = Counter(one.target for one in columns.values() if one.role == "values")
    return [k for k, one in columns.items() if one.role == "values" and counts[one.target] > 1]
