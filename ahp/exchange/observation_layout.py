"""How an office's table of observations is laid out: data that an evaluation keeps.

Offices deliver tables of their own: a unit a row and an indicator a column, the other way round, or
a value a row; under headers of several rows, with titles above and sums below, in percent or in
万元. A `Layout` says how such a table is read. It is suggested by
`ahp.exchange.layout_suggestion`, completed by people's answers, and followed by
`ahp.exchange.layout_reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, get_args

from ..codec import Filled, at, structure, unstructure
from ..datafile import canonical, parse_json
from ..errors import EvaluationError
from ..evaluation import Scheme
from ..evaluation.observations import ROLE_OF, SPECIAL_WORDS, number_parts, word_key
from ..evaluation.rules import (
    Checklist,
    Completion,
    Deductive,
    Derived,
    Measured,
    Rated,
    Shares,
    Stepwise,
    Target,
)
from ..messages import Phrase
from ..process.evaluations.events import CellKey
from ..tables.grids import Grid
from ..tables.opened import header_key

Role = Literal[
    "unit",
    "values",
    "period",
    "indicator",
    "value",
    "rater",
    "item",
    "input",
    "evidence",
    "note",
    "stated",
    "left_out",
]
Kind = Literal["wide", "transposed", "long"]
Measure = Literal[
    "scheme",
    "times_10",
    "times_100",
    "times_1000",
    "times_10000",
    "times_100000",
    "times_1000000",
    "times_10000000",
    "times_100000000",
    "over_10",
    "over_100",
    "over_1000",
    "over_10000",
    "over_100000",
    "over_1000000",
    "over_10000000",
    "over_100000000",
]


def _factor(measure: Measure) -> Fraction:
    way, _, size = measure.partition("_")
    return Fraction(int(size)) ** (1 if way == "times" else -1) if size else Fraction(1)


FACTORS: Mapping[Measure, Fraction] = {one: _factor(one) for one in get_args(Measure)}
"""Measure of a column -> what its numbers are multiplied by to be those of the scheme."""

MAX_HEADER_ROWS = 3
SEARCHED = 30
"""Rows that are looked through for headers."""

LEFT_OUT = "-"
"""In place of the id of an indicator that a long table names: its rows are passed over."""

JOIN = " / "
"""Between the parts of a header of several rows."""

_TOTALS = re.compile(
    r".{0,10}(?:合计|总计|小计|共计|汇总|平均|均值|平均值|平均数|平均分)|全辖|全市|全省"
    r"|(?:grand|sub)?-?total|sums?|averages?|mean",
    re.IGNORECASE,
)
"""What stands in place of a unit in rows of sums and averages; spaces and brackets taken out."""

_NOTE = re.compile(r"(?:注|备注|说明|制表|填报|审核|复核|负责人)[^:：]*[:：]")
"""What rows begin with that belong to no unit."""

_PLAIN = r"[^(（【\[)）】\]]"
_INNER = rf"[【\[]{_PLAIN}*[)）】\]]"
_SQUARE = rf"[【\[](?:{_PLAIN}|{_INNER})*[)）】\]]"
BRACKETS = re.compile(rf"[(（【\[](?:{_PLAIN}|{_SQUARE})*[)）】\]]|[:：]")
"""What stands in brackets, with square ones inside, and colons."""

_PASSED_OVER = frozenset(("序号", "编号", "行次", "栏次", "no", "no.", "#"))
_STATED_HEADERS = ("计量单位", "unitofmeasure")
_UNIT_HEADERS = (
    "机构",
    "机构名称",
    "网点",
    "支行",
    "分行",
    "部门",
    "被监督单位",
    "branch",
    "office",
)
_EVIDENCE_HEADERS = ("文号", "文件号", "依据文号", "依据文件", "文件", "document", "documentno.")


@dataclass(frozen=True)
class LayoutColumn:
    """What a column means; in a long table also what a name in its column of indicators means.

    Attributes:
        header: as `headers_at` gives it, or the name.
        role: `"unit"`, `"values"` of one indicator, what a long table has in columns (`"period"`,
            `"indicator"`, `"value"`, `"rater"`, `"item"`, `"input"`), `"evidence"`, `"note"`,
            `"stated"`, the unit of measure of each row, or `"left_out"`.
        indicator: for values, id of the indicator, deduction, bonus or veto; for evidence and
            notes the one that they are of, "" for all of their row.
        input, item, rater: of the values, as in observations.
        measure: what the numbers are stated in; None while nobody has said, which is as the scheme
            states them.
        stated: unit of measure that the table stated when that was said.
    """

    header: Filled
    role: Role
    indicator: str = ""
    input: str = ""
    item: str = ""
    rater: str = ""
    measure: Measure | None = None
    stated: str = ""

    @property
    def target(self) -> tuple[str, str, str, str]:
        """Indicator, item, rater and input of its values."""
        return self.indicator, self.item, self.rater, self.input


def _each_column_once(columns: tuple[LayoutColumn, ...]) -> None:
    for role in ("unit", "period", "indicator", "value", "rater", "item", "input", "stated"):
        here = [k for k, column in enumerate(columns) if column.role == role]
        for first, second in pairwise(here):
            problem = Phrase("layout_role_twice", role=role, other=columns[first].header)
            raise at(f"columns[{second}].role", problem)
    headers = [(column.header, column.role == "values") for column in columns]
    for k, header in enumerate(headers):
        if header in headers[:k]:
            raise at(f"columns[{k}].header", Phrase("layout_header_twice", header=header[0]))


@dataclass(frozen=True)
class Layout:
    """How an office's table is read.

    Attributes:
        kind: `"wide"`, a unit a row and an indicator a column; `"transposed"`, the other way round;
            `"long"`, a value a row.
        columns: what the columns mean (of a transposed table its rows); of a long table also what
            the names of indicators mean.
        header_rows: how many rows have the headers.
        sheet: of a workbook, "" for its only one.
        format: 1.
        period: the one that the table was given out for, "" for any.
        scheme: content hash of the scheme that it was given out for, "" for any.
        units: names of units in this table alone -> their ids.
        no_units: what stands in place of a unit in rows that are left out.
    """

    kind: Kind
    columns: tuple[LayoutColumn, ...]
    header_rows: int = 1
    sheet: str = ""
    format: Literal[1] = 1
    period: str = ""
    scheme: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    no_units: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", MappingProxyType({**self.units}))
        if not 1 <= self.header_rows <= MAX_HEADER_ROWS:
            problem = Phrase("layout_header_rows", most=MAX_HEADER_ROWS)
            raise at("header_rows", problem)
        _each_column_once(self.columns)
        if not self.with_role("unit"):
            raise at("columns", Phrase("layout_role_missing", role="unit"))

    @cached_property
    def content(self) -> str:
        """Canonical JSON; `from_content` reads it back."""
        return canonical(unstructure(self))

    @classmethod
    def from_content(cls, content: str, source: str = "layout") -> Layout:
        """The layout whose `content` this is.

        Raises:
            EvaluationError: names the path inside it and what was expected.
        """
        data = parse_json(content, source, EvaluationError)
        return structure(data, cls, source, EvaluationError)

    def with_role(self, role: str) -> tuple[LayoutColumn, ...]:
        """The columns of a role."""
        return tuple(column for column in self.columns if column.role == role)

    def with_column(self, column: LayoutColumn) -> Layout:
        """The layout with a column in place of the one of its header and kind, or added; one with
        the values of a long table in place of the one that had them, which is left out.
        """
        is_name = self.kind == "long" and column.role == "values"
        columns = {
            (one.header, self.kind == "long" and one.role == "values"): (
                self.passed_over(one) if column.role == one.role == "value" else one
            )
            for one in self.columns
        }
        columns[column.header, is_name] = column
        return replace(self, columns=tuple(columns.values()))

    def passed_over(self, column: LayoutColumn) -> LayoutColumn:
        """What a column, or a name, is whose values are left out."""
        if self.kind == "long" and column.role == "values":
            return LayoutColumn(column.header, "values", LEFT_OUT)
        return LayoutColumn(column.header, "left_out")

    @cached_property
    def entries(self) -> Mapping[str, LayoutColumn]:
        """Header, or name in a long table, by its `word_key` -> what its values are of."""
        return {word_key(column.header): column for column in self.with_role("values")}

    @cached_property
    def headed(self) -> Mapping[str, LayoutColumn]:
        """Header -> column, of those that the table has as columns."""
        return {
            column.header: column
            for column in self.columns
            if self.kind != "long" or column.role != "values"
        }


def oriented(grid: Grid, kind: Kind) -> Grid:
    """The grid with units down."""
    return grid.transposed() if kind == "transposed" else grid


def headers_at(grid: Grid, line: int, count: int) -> dict[int, str]:
    """Column -> header in some rows; parts of merged cells joined, each header once.

    CSV doesn't know merged cells: a part that is empty there is that of the column before, as long
    as both columns have something in the last row.

    Args:
        grid: units down.
        line: of the last row of the headers.
        count: of rows.
    """
    lines = range(line - count + 1, line + 1)
    parts: dict[int, list[str]] = {}
    for column in range(grid.width):
        here = parts[column] = [" ".join(grid.spread(one, column).split()) for one in lines]
        if not grid.sheet and here[-1] and column and parts[column - 1][-1]:
            before = parts[column - 1]
            here[:-1] = [text or before[k] for k, text in enumerate(here[:-1])]
    return joined_headers(parts)


def joined_headers(parts: Mapping[int, Sequence[str]]) -> dict[int, str]:
    """Column -> header of its parts from the top down; those of a name that stands there before are
    numbered.
    """
    headers: dict[int, str] = {}
    names: list[str] = []
    for column, texts in parts.items():
        if header := JOIN.join(dict.fromkeys(text for text in texts if text)):
            names.append(header)
            count = names.count(header)
            headers[column] = header if count == 1 else f"{header} ({count})"
    return headers


def located(grid: Grid, layout: Layout) -> tuple[int, dict[int, str]]:
    """The last row of a layout's headers, and the header of each column.

    Raises:
        EvaluationError: no row has them all; names those that are missing in the likeliest one.
    """
    wanted = {header: None for header, column in layout.headed.items() if column.role != "left_out"}
    lacking = tuple(wanted)
    for line in list(grid.rows)[:SEARCHED]:
        if line < layout.header_rows:
            continue
        headers = headers_at(grid, line, layout.header_rows)
        missing = tuple(header for header in wanted if header not in headers.values())
        if not missing:
            return line, headers
        lacking = min(lacking, missing, key=len)
    raise EvaluationError("layout_headers_absent", source=grid.source, headers=lacking)


def role_of_header(header: str) -> Role | None:
    """What a header says by itself that its column is; None for an indicator, or anything else."""
    last = header_key(header.rsplit(JOIN, maxsplit=1)[-1])
    if last in _PASSED_OVER:
        return "left_out"
    if last in _UNIT_HEADERS:
        return "unit"
    if last in _EVIDENCE_HEADERS:
        return "evidence"
    if last in _STATED_HEADERS:
        return "stated"
    return ROLE_OF.get(last)  # type: ignore[return-value] # its roles are of these


def is_total(texts: Iterable[str]) -> bool:
    """Whether one of these texts stands for a sum or an average."""
    return any(_TOTALS.fullmatch(without_brackets("".join(text.split()))) for text in texts)


def is_note(cells: Sequence[str]) -> bool:
    """Whether a row is a note, or says who made the table."""
    return _NOTE.match(next((text for text in cells if text), "")) is not None


def without_brackets(text: str) -> str:
    """A text without what stands in brackets, and without colons."""
    return BRACKETS.sub("", text).strip()


def plain_number(text: str, *, decimal_comma: bool) -> Fraction | None:
    """The number in a cell, None for anything else; of one with a percent sign what stands before
    it.
    """
    plain = word_key(text).removesuffix("%").strip()
    if plain in SPECIAL_WORDS:
        return None
    try:
        parts = number_parts(plain, decimal_comma=decimal_comma)
    except EvaluationError:
        return None
    return None if parts is None else Fraction(parts[0], 10 ** parts[1])


def number_text(number: Fraction) -> str:
    """A number of finitely many decimals, exactly, in the shortest way."""
    if number.denominator == 1:
        return str(number.numerator)
    digits = 0
    while (number * 10**digits).denominator != 1:
        digits += 1
    whole = abs((number * 10**digits).numerator)
    text = f"{whole:0{digits + 1}d}"
    return f"{'-' * (number < 0)}{text[:-digits]}.{text[-digits:]}"


@dataclass(frozen=True)
class Expected:
    """What values of an indicator, or of an input of one, are.

    Attributes:
        words: ids of what may stand there, by their `word_key`; none for numbers.
        unit: they are stated in.
        valid: lowest and highest number that can be.
        share: `"percent"`, 0 to 100; `"fraction"`, 0 to 1; "" for no share of anything.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    valid: tuple[Fraction, Fraction] | None = None
    share: Literal["percent", "fraction", ""] = ""


def expected_of(scheme: Scheme, indicator: str, input_id: str = "") -> Expected:
    """What values of an indicator, a deduction, a bonus or a veto are."""
    leaf = scheme.indicator.get(indicator)
    if leaf is None:
        return Expected()
    rule = leaf.rule
    if isinstance(rule, Derived):
        unit = next((one.unit for one in rule.inputs if one.id == input_id), "")
        return Expected(unit=unit, share="percent" if word_key(unit) == "%" else "")
    if isinstance(rule, Rated):
        grades = scheme.grades[rule.grades]
        return Expected({word: grade.id for grade in grades for word in grade.words}, leaf.unit)
    if isinstance(rule, Checklist | Shares | Deductive):
        return Expected(unit=leaf.unit, valid=leaf.valid)
    ends = leaf.valid or _ends(rule)
    share: Literal["percent", "fraction", ""] = "percent" if word_key(leaf.unit) == "%" else ""
    if ends is not None and ends[0] >= 0 and ends[1] <= 1 and (leaf.valid or not share):
        share = "fraction"
    return Expected(unit=leaf.unit, valid=leaf.valid, share=share)


def _ends(rule: object) -> tuple[Fraction, Fraction] | None:
    """Between which numbers a rule tells values apart, where that says what they are."""
    match rule:
        case Measured() | Target():
            return rule.low, rule.high
        case Completion():
            return Fraction(0), rule.target
        case Stepwise():
            return Fraction(0), rule.edges[-1]
    return None


def items_of(scheme: Scheme, indicator: str) -> Mapping[str, Mapping[str, str]]:
    """Id of a part that an indicator has a value each for, by inputs or items -> its names."""
    rule = scheme.indicator[indicator].rule if indicator in scheme.indicator else None
    match rule:
        case Derived():
            return {one.id: one.name for one in rule.inputs}
        case Checklist():
            return {one.id: one.name for one in rule.control_points}
        case Deductive():
            return {one.id: one.name for one in rule.occurrences}
        case Shares():
            return {grade.id: grade.name for grade in scheme.grades[rule.grades]}
    return {}


def part_name(scheme: Scheme, cell: CellKey, language: str) -> str:
    """Which of several values of an indicator a cell is: the name of its item or input, and its
    rater; empty where there is one.
    """
    parts, part = items_of(scheme, cell.indicator), cell.input or cell.item
    text = scheme.text(parts[part], language) if part in parts else part
    return " · ".join(filter(None, (text, cell.rater)))


def values_of(scheme: Scheme, indicator: str, part: str = "") -> LayoutColumn:
    """A column of an indicator, a deduction, a bonus or a veto, or of a part of one, which has its
    ids in place of a header.
    """
    leaf = scheme.indicator.get(indicator)
    is_input = leaf is not None and isinstance(leaf.rule, Derived)
    return LayoutColumn(
        JOIN.join(filter(None, (indicator, part))),
        "values",
        indicator,
        input=part if is_input else "",
        item="" if is_input else part,
    )


def unknown_targets(layout: Layout, scheme: Scheme) -> tuple[str, ...]:
    """Ids of indicators in a layout that a scheme doesn't have."""
    return tuple(
        column.indicator
        for column in layout.columns
        if column.indicator not in ("", LEFT_OUT)
        and column.indicator not in scheme.indicator
        and column.indicator not in scheme.events
    )
