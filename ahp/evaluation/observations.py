"""Observations: what was measured, rated, checked or counted, a row each.

A long table with the columns `unit`, `period`, `indicator` and `value`, and where they are needed
`rater`, `item`, `input`, `evidence` and `note`. Numbers are kept exactly as they were written.
Columns `name` and `unit of measure` may stand beside them for whoever fills the table in.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..messages import Phrase
from ..result import Result, data_frame, read_only
from ..tables.delimited import UNCALCULATED, Row, is_sheet_error
from ..tables.opened import (
    HeaderRow,
    cell_text,
    find_headers,
    header_key,
    open_table,
)
from .exact import Ratios, Whole, narrowed, whole
from .periods import parse_period

Codes = NDArray[np.int32]

REQUIRED = ("unit", "period", "indicator", "value")
OPTIONAL = ("rater", "item", "input", "evidence", "note")
ROLES = (*REQUIRED, *OPTIONAL)
KEYS = ("indicator", "unit", "period", "item", "rater", "input")
"""What tells one cell from another, in the order in which rows are kept."""

_HEADERS = {
    "unit": ("unit", "单位", "被评价单位", "单位名称"),
    "period": ("period", "评价期", "期间", "时期"),
    "indicator": ("indicator", "指标", "指标名称"),
    "value": ("value", "观测值", "数值", "值", "实际值", "实际完成", "完成值", "本期数", "得分"),
    "rater": ("rater", "评分人", "评委"),
    "item": ("item", "项目", "明细", "检查点"),
    "input": ("input", "数据项", "输入项"),
    "evidence": ("evidence", "依据", "凭据", "佐证"),
    "note": ("note", "备注", "说明"),
}
ROLE_OF = {header: role for role, headers in _HEADERS.items() for header in headers}
"""Header, as `header_key` makes it -> column."""

_FOR_READERS = ("name", "名称", "unitofmeasure", "计量单位")
"""Headers of columns that are passed over: they say to people what a row is about."""

NOT_APPLICABLE, NOT_REPORTED, NOT_DUE = "not applicable", "not reported", "not due"
SPECIAL = (NOT_APPLICABLE, NOT_REPORTED, NOT_DUE)
"""Values that stand for none."""

SPECIAL_WORDS = {
    **dict.fromkeys(("n/a", "na", "n.a.", "not applicable", "不适用"), NOT_APPLICABLE),
    **dict.fromkeys(("", "not reported", "missing", "缺报", "未报"), NOT_REPORTED),
    **dict.fromkeys(("not due", "not yet due", "未到期"), NOT_DUE),
}
"""What people write for them, in lower case."""

MAX_ROWS = 20_000_000
MAX_DIGITS = 18
MAX_DECIMALS = 60
"""Digits after the point, zeros in front included, as very small numbers have."""

MAX_LENGTH = 1000
"""Characters of a cell."""

_BATCH = 2_000
"""Rows read at once: few, so that they stay in the processor's cache."""

_REMEMBERED = 200_000
"""Values that need not be read again."""

_PLAIN = re.compile(r"(-?)(\d+)(?:\.(\d+))?")
_NUMBER = re.compile(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+)?(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?(%?)")
_ONE_COMMA = re.compile(r"[+-]?(?:(?P<thousands>[1-9]\d{0,2},\d{3})|\d+,\d+)%?")
_DATE = re.compile(r"\d{4}-\d\d(-\d\d)?([T ][\d:.]+)?")
_WHITESPACE = re.compile(r"\s+")
_SHEETS = ("observations", "观测值")


@dataclass(frozen=True, eq=False, repr=False)
class Column(Result):
    """A column of texts, each kept once.

    Attributes:
        names: the different texts, in order.
        codes: for each row the position of its text, -1 where there is none.
    """

    names: tuple[str, ...]
    codes: Codes

    def __getitem__(self, row: int) -> str:
        code = int(self.codes[row])
        return self.names[code] if code >= 0 else ""


@dataclass(frozen=True, eq=False, repr=False)
class Observations(Result):
    """What was observed, a row each, sorted, so that the order of the file never matters.

    Attributes:
        source: name of the file.
        columns: `unit`, `period` (as `str(Period)`), `indicator`, `rater`, `item`, `input`,
            `evidence`, `note` -> their texts.
        mantissas, digits: the numbers, each mantissa / 10^digits; 0 where the value is a word.
        words: values that are no numbers: a grade, yes or no, `"not applicable"`,
            `"not reported"`, `"not due"`.
        lines: where each row stands in the file.
        headers: what the columns are called there.
        remarks: what was read how, of `ahp.messages`.
    """

    source: str
    columns: Mapping[str, Column]
    mantissas: Whole = field(repr=False)
    digits: NDArray[np.int8] = field(repr=False)
    words: Column = field(repr=False)
    lines: Codes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    remarks: tuple[Phrase, ...] = ()

    def __post_init__(self) -> None:
        for name in ("columns", "headers"):
            object.__setattr__(self, name, MappingProxyType({**getattr(self, name)}))

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, row: int, role: str) -> str:
        """Where a cell stands in the file: row and column."""
        return f"{self.source}: row {self.lines[row]}, column {self.headers.get(role, role)}"

    def refuse(self, row: int, role: str, code: str, **parameters: Any) -> NoReturn:
        """Refuse a cell.

        Raises:
            EvaluationError: what `Phrase(code, **parameters)` says, and where.
        """
        raise EvaluationError(
            "at_place", place=self.place(row, role), problem=Phrase(code, **parameters)
        )

    def first(self, rows: NDArray[np.intp]) -> int:
        """The one among some rows that stands first in the file."""
        return int(rows[np.argmin(self.lines[rows])])

    def value(self, row: int) -> str:
        """A value as text."""
        if word := self.words[row]:
            return word
        mantissa, digits = int(self.mantissas[row]), int(self.digits[row])
        text = f"{abs(mantissa):0{digits + 1}d}"
        sign = "-" * (mantissa < 0)
        return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"

    def numbers(self, rows: Any) -> Ratios:
        """The numbers of some rows, over one denominator."""
        mantissas, digits = self.mantissas[rows], self.digits[rows]
        most = int(digits.max(initial=0))
        if (digits == most).all():
            return Ratios(mantissas, whole(10**most))
        powers = np.array([10**k for k in range(most + 1)], object)
        scaled = mantissas.astype(object) * powers[most - digits.astype(int)]
        return Ratios(narrowed(scaled), whole(10**most))

    def fraction(self, row: int) -> Fraction:
        """The number of a row."""
        return Fraction(int(self.mantissas[row]), 10 ** int(self.digits[row]))

    def chosen(self, rows: NDArray[np.bool_]) -> Observations:
        """Some of the rows, with the names that stand in them."""
        return self._with(
            rows, {role: _pruned(column, rows) for role, column in self.columns.items()}
        )

    def renamed(self, role: str, names: Mapping[str, str]) -> Observations:
        """The observations with other names in a column, sorted by them.

        Raises:
            EvaluationError: two names become one, and two rows of a cell say different things.
        """
        column = _sorted_column(
            tuple(names[name] for name in self.columns[role].names), self.columns[role].codes
        )
        columns = {**self.columns, role: column}
        order, same = _sorted_rows([columns[key] for key in KEYS])
        moved = self._with(
            order,
            {key: Column(one.names, read_only(one.codes[order])) for key, one in columns.items()},
        )
        return _each_once(moved, same, list(self.remarks)) if same.any() else moved

    def _with(self, rows: Any, columns: Mapping[str, Column]) -> Observations:
        return replace(
            self,
            columns=columns,
            mantissas=read_only(self.mantissas[rows]),
            digits=read_only(self.digits[rows]),
            words=Column(self.words.names, read_only(self.words.codes[rows])),
            lines=read_only(self.lines[rows]),
        )

    def records(self) -> Iterator[dict[str, str]]:
        """The rows as texts, with the columns that have any."""
        roles = [role for role, column in self.columns.items() if (column.codes >= 0).any()]
        for row in range(len(self)):
            yield {**{role: self.columns[role][row] for role in roles}, "value": self.value(row)}

    def to_frame(self) -> Any:
        """A pandas `DataFrame` with a row an observation."""
        return data_frame(list(self.records()))


def read_observations(path: str | Path) -> Observations:
    """Read a long table of observations, CSV or XLSX.

    Columns are `unit`, `period`, `indicator`, `value` and, where needed, `rater`, `item` (one of
    several observations of a cell: a loan, a call, a control point), `input` (of a derived
    indicator), `evidence`, `note`, in any order, in English or Chinese. An empty value is not
    reported; `n/a` (不适用) is not applicable, `not due` (未到期) a delivery that is not due yet.

    Args:
        path: a file of UTF-8, GBK or "Unicode text" (CSV), or a workbook, whose sheet is called
            `observations` (观测值) or is the only one.

    Raises:
        EvaluationError: names row and column, and what was expected.

    >>> from ahp.resources import data_folder
    >>> table = data_folder("examples") / "evaluation" / "supervision_effectiveness.csv"
    >>> observations = ahp.evaluation.read_observations(table)
    >>> len(observations.columns["unit"].names), observations.columns["period"].names
    (12, ('2026Q1', '2026Q2', '2026Q3', '2026Q4'))
    """
    with open_table(Path(path), EvaluationError, _SHEETS) as table:
        return _from_rows(table.rows, str(path), table.remarks, decimal_comma=table.decimal_comma)


def observations_from_records(
    records: Iterable[Mapping[str, Any]], source: str = "records"
) -> Observations:
    """Observations from mappings of column to value, such as the rows of a `csv.DictReader`.

    Args:
        records: with the columns of `read_observations`; numbers may be numbers, a float counting
            as its `repr`; None is an empty cell.
        source: what to call them in errors.

    Raises:
        EvaluationError: names row (from 1) and column.

    >>> observations = ahp.evaluation.observations_from_records(
    ...     [{"unit": "A", "period": "2026Q1", "indicator": "errors", "value": 0.02}]
    ... )
    >>> len(observations), observations.value(0)
    (1, '0.02')
    """
    kept = list(records)
    headers = list(dict.fromkeys(key for record in kept for key in record))
    rows = [(0, headers)] if headers else []
    rows += [
        (number, [cell_text(record.get(key)) for key in headers])
        for number, record in enumerate(kept, start=1)
    ]
    return _from_rows(iter(rows), source)


def _from_rows(
    rows: Iterator[Row],
    source: str,
    remarks: Iterable[Phrase] = (),
    *,
    decimal_comma: bool = False,
) -> Observations:
    """The observations in the rows of a table, headers first."""
    reader = _Reader(source, rows, decimal_comma=decimal_comma)
    while batch := list(itertools.islice(rows, _BATCH)):
        reader.add(batch)
        if batch[-1][0] > MAX_ROWS:
            raise EvaluationError("too_many_lines", source=source, most=MAX_ROWS)
    return reader.finish([*remarks, *reader.remarks])


class _Reader:
    """Reads rows in batches, since there may be millions."""

    def __init__(self, source: str, rows: Iterator[Row], *, decimal_comma: bool) -> None:
        self.source, self.decimal_comma = source, decimal_comma
        self.remarks: list[Phrase] = []
        header = self._header(rows)
        self.header, self.position = header.cells, header.positions
        self.nameless = [k for k, cell in enumerate(self.header) if not cell.strip()]
        self.texts: dict[str, dict[str, int]] = {role: {} for role in (*ROLES, "word")}
        self.values: dict[str, tuple[int, int, int]] = {}
        self.parts: list[dict[str, Any]] = []

    def _refuse(self, line: int, column: str, code: str, **parameters: Any) -> NoReturn:
        place = f"{self.source}: row {line}, column {column}"
        raise EvaluationError("at_place", place=place, problem=Phrase(code, **parameters))

    def _header(self, rows: Iterator[Row]) -> HeaderRow:
        """The row with the headers; rows above it are passed over and said."""
        header = find_headers(rows, ROLE_OF)
        if header is None:
            raise EvaluationError("no_headers", source=self.source, columns=REQUIRED)
        missing = tuple(role for role in REQUIRED if role not in header.positions)
        unknown = [cell for cell in header.unknown if header_key(cell) not in _FOR_READERS]
        if unknown and missing:
            about = {"valid": ROLES, "missing": missing}
            self._refuse(header.line, unknown[0], "column_unknown", **about)
        if unknown:
            self._refuse(header.line, unknown[0], "column_not_known", valid=ROLES)
        if missing:
            place = f"{self.source}: row {header.line}"
            raise EvaluationError("columns_missing", place=place, missing=missing)
        if header.twice:
            self._refuse(header.line, header.twice[0], "column_twice", role=header.twice[1])
        if header.above:
            self.remarks.append(Phrase("rows_above", lines=header.above))
        return header

    def add(self, batch: list[Row]) -> None:
        """Take a batch of rows."""
        lines, rows = zip(*batch, strict=True)
        width = len(self.header)
        if set(map(len, rows)) != {width}:
            for line, cells in batch:
                if any(cells[width:]):
                    number = next(k for k in range(width, len(cells)) if cells[k])
                    self._refuse(line, str(number + 1), "cell_beyond", text=cells[number])
            rows = tuple((cells + [""] * width)[:width] for cells in rows)
        columns = list(zip(*rows, strict=True))
        for k in self.nameless:
            if any(columns[k]):
                line, text = next(
                    (n, cell) for n, cell in zip(lines, columns[k], strict=True) if cell
                )
                self._refuse(line, str(k + 1), "cell_beyond", text=text)
        part: dict[str, Any] = {"lines": np.array(lines, np.int32)}
        for role, position in self.position.items():
            if role != "value":
                part[role] = self._coded(role, columns[position], lines)
        part |= self._values(columns[self.position["value"]], lines)
        self.parts.append(part)

    def _coded(self, role: str, texts: tuple[str, ...], lines: tuple[int, ...]) -> Codes:
        """The codes of a column; a text is checked where it comes first."""
        known = self.texts[role]
        for text in set(texts).difference(known):
            plain = _WHITESPACE.sub(" ", text).strip()
            problem = self._text_problem(role, plain)
            if problem is not None:
                line = lines[texts.index(text)]
                header = self.header[self.position[role]]
                self._refuse(line, header, problem.code, **problem.parameters)
            known[text] = len(known)
        return np.fromiter(map(known.__getitem__, texts), np.int32, len(texts))

    @staticmethod
    def _text_problem(role: str, text: str) -> Phrase | EvaluationError | None:
        """What is wrong with a text that is no value."""
        if not text and role in REQUIRED:
            return Phrase("cell_empty")
        if (problem := cell_problem(text)) is not None:
            return problem
        if role == "unit" and _DATE.fullmatch(text):
            return Phrase("unit_is_date", text=text)
        if role == "period":
            try:
                parse_period(text)
            except EvaluationError as problem:
                return problem
        return None

    def _values(self, texts: tuple[str, ...], lines: tuple[int, ...]) -> dict[str, Any]:
        """The values of a batch: numbers, or words."""
        known = self.values
        if len(known) > _REMEMBERED:
            known.clear()
        for text in set(texts).difference(known):
            try:
                known[text] = self._value(text)
            except EvaluationError as problem:
                header = self.header[self.position["value"]]
                line = lines[texts.index(text)]
                self._refuse(line, header, problem.code, **problem.parameters)
        mantissas, digits, words = zip(*map(known.__getitem__, texts), strict=True)
        return {
            "mantissas": np.array(mantissas, np.int64),
            "digits": np.array(digits, np.int8),
            "words": np.array(words, np.int32),
        }

    def _value(self, text: str) -> tuple[int, int, int]:
        """Mantissa, digits and code of the word of a value."""
        if (match := _PLAIN.fullmatch(text)) and len(text) <= MAX_DIGITS:
            sign, before, after = match.groups("")
            return int(sign + before + after), len(after), -1
        value = self._word_or_number(text)
        if isinstance(value, str):
            words = self.texts["word"]
            return 0, 0, words.setdefault(value, len(words))
        return (*value, -1)

    def _word_or_number(self, text: str) -> str | tuple[int, int]:
        """A value that is not a plain number: a word, or mantissa and digits."""
        plain = _WHITESPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
        if special := SPECIAL_WORDS.get(plain.casefold()):
            return special
        if (problem := self._text_problem("value", plain)) is not None:
            raise EvaluationError(problem.code, **problem.parameters)
        return number_parts(plain, decimal_comma=self.decimal_comma) or plain

    def finish(self, remarks: list[Phrase]) -> Observations:
        """The observations of all batches, sorted, each once."""
        if not self.parts:
            raise EvaluationError("no_observations", source=self.source)
        joined = {key: np.concatenate([part[key] for part in self.parts]) for key in self.parts[0]}
        self.parts.clear()
        columns = {role: self._column(role, joined) for role in ROLES if role != "value"}
        words = _sorted_column(tuple(self.texts["word"]), joined["words"])
        order, same = _sorted_rows([columns[role] for role in KEYS])
        everything = Observations(
            self.source,
            {role: Column(c.names, read_only(c.codes[order])) for role, c in columns.items()},
            read_only(joined["mantissas"][order]),
            read_only(joined["digits"][order]),
            Column(words.names, read_only(words.codes[order])),
            read_only(joined["lines"][order]),
            {role: self.header[position] for role, position in self.position.items()},
        )
        return _each_once(everything, same, remarks)

    def _column(self, role: str, joined: Mapping[str, Any]) -> Column:
        count = len(joined["lines"])
        if role not in joined:
            return Column((), np.full(count, -1, np.int32))
        names = tuple(_WHITESPACE.sub(" ", name).strip() for name in self.texts[role])
        if role == "period":
            names = tuple(str(parse_period(name)) for name in names)
        return _sorted_column(names, joined[role])


def _sorted_column(names: tuple[str, ...], codes: Codes) -> Column:
    """A column with its texts in order; two that mean the same become one, "" none."""
    ordered = tuple(sorted({name for name in names if name}))
    position = {name: k for k, name in enumerate(ordered)}
    table = np.array([*(position.get(name, -1) for name in names), -1], np.int32)
    return Column(ordered, table[codes])


def _pruned(column: Column, rows: NDArray[np.bool_]) -> Column:
    """Some rows of a column, with the texts that stand in them."""
    codes = column.codes[rows]
    used = np.unique(codes[codes >= 0])
    table = np.full(len(column.names) + 1, -1, np.int32)
    table[used] = np.arange(len(used))
    return Column(tuple(column.names[k] for k in used), read_only(table[codes]))


def _sorted_rows(keys: list[Column]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The order of the rows by their keys, those of the file among equal ones, and for each but the
    first whether its keys are those of the one before.
    """
    size = 1
    for key in keys:
        size *= len(key.names) + 1
    if size < 2**63:  # one number a row sorts much faster than six
        joined = np.zeros(len(keys[0].codes), np.int64)
        for key in keys:
            joined = joined * (len(key.names) + 1) + key.codes + 1
        order = np.argsort(joined, kind="stable")
        joined = joined[order]
        return order, joined[1:] == joined[:-1]
    order = np.lexsort([key.codes for key in reversed(keys)])
    ordered = np.stack([key.codes[order] for key in keys])
    return order, (ordered[:, 1:] == ordered[:, :-1]).all(axis=0)


def _each_once(
    observations: Observations, same: NDArray[np.bool_], remarks: list[Phrase]
) -> Observations:
    """The observations without rows that say again what another one says.

    Raises:
        EvaluationError: two rows of one cell say different things.
    """
    twice = np.flatnonzero(same) + 1
    evidence = observations.columns["evidence"].codes
    for row in twice.tolist():
        first, second = sorted((row - 1, row), key=lambda k: int(observations.lines[k]))
        if observations.words.codes[row] != observations.words.codes[
            row - 1
        ] or observations.fraction(row) != observations.fraction(row - 1):
            observations.refuse(
                second,
                "value",
                "cell_twice",
                value=observations.value(second),
                other=observations.value(first),
                line=int(observations.lines[first]),
            )
        if -1 != evidence[row] != evidence[row - 1] != -1:
            other, line = observations.columns["evidence"][first], int(observations.lines[first])
            about = {"other": other, "line": line}
            observations.refuse(second, "evidence", "row_of_other_evidence", **about)
    if len(twice):
        remarks.append(Phrase("rows_twice", count=len(twice)))
    kept = np.ones(len(observations), bool)
    kept[twice] = False
    columns = {
        role: Column(column.names, read_only(column.codes[kept]))
        for role, column in observations.columns.items()
    }
    return replace(observations._with(kept, columns), remarks=tuple(remarks))


def number_parts(text: str, *, decimal_comma: bool = False) -> tuple[int, int] | None:
    """The mantissa and the digits after the point of a number, None for another text.

    Args:
        text: the number.
        decimal_comma: its only comma may stand for the point.

    Raises:
        EvaluationError: it has too many digits, or decimals, or its comma may stand for the point
            or for thousands.
    """
    plain = text.replace("−", "-")
    if decimal_comma and (comma := _ONE_COMMA.fullmatch(plain)):
        with_point = plain.replace(",", ".")
        if comma["thousands"]:
            without = plain.replace(",", "")
            raise EvaluationError("comma_unclear", text=text, one=without, other=with_point)
        plain = with_point
    match = _NUMBER.fullmatch(plain)
    if match is None or not (match[2] or match[3]):
        return None
    sign, before, after, exponent, percent = match.groups("")
    figures = before.replace(",", "") + after
    count = len(after) - int(exponent or 0) + 2 * bool(percent)
    if count < 0:
        figures, count = figures + "0" * -count, 0
    if len(figures.lstrip("0")) > MAX_DIGITS:
        raise EvaluationError("digits_too_many", text=text, most=MAX_DIGITS)
    if count > MAX_DECIMALS:
        raise EvaluationError("decimals_too_many", text=text, most=MAX_DECIMALS)
    return int(f"{sign}{figures}"), count


def cell_problem(text: str) -> Phrase | None:
    """What is wrong with a cell whatever it should hold: too long, or a spreadsheet's error."""
    if len(text) > MAX_LENGTH:
        return Phrase("cell_too_long", count=len(text), most=MAX_LENGTH)
    if text == UNCALCULATED:
        return Phrase("cell_uncalculated")
    return Phrase("cell_is_error", text=text) if is_sheet_error(text) else None


def word_key(text: str) -> str:
    """What a word is looked up by, whatever its case, width and spaces: ＡＢ（一） is ab(一)."""
    return _WHITESPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()
