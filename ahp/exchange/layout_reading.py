"""An office's table read as its layout says: records, exactly as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..errors import AHPError, EvaluationError
from ..evaluation import Period, Scheme, parse_period
from ..evaluation.observations import (
    SPECIAL_WORDS,
    cell_problem,
    number_parts,
    word_key,
)
from ..evaluation.rules import YES_NO, Checklist, Completion, Deductive, Shares, sample_of
from ..evaluation.scheme import Bonus, Deduction, Veto
from ..messages import Phrase
from ..tables.grids import Grid
from .layout_cells import TableCell, TableCells, UnitNames, cells_of
from .layout_questions import (
    CellKey,
    History,
    Question,
    expectations,
    key_of,
    last_periods,
    measure_questions,
    numbers_of,
    unit_questions,
    unlike_units,
)
from .observation_layout import (
    FACTORS,
    Expected,
    Layout,
    LayoutColumn,
    items_of,
    number_text,
    unknown_targets,
)
from .stated_units import factor

MOST_FAULTS = 20
"""Faults that are told one by one."""

_HALF = Fraction(1, 2)

_DATE = re.compile(
    r"\d{4}[-/年]\d{1,2}(?:[-/月]\d{1,2}日?|月)?(?:[T ][\d:.]+)?|\d{4}\.\d{1,2}\.\d{1,2}"
    r"|\d{1,2}月\d{1,2}日|\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?|\d{1,2}-[A-Za-z]{3}(?:-\d{2,4})?"
)
"""Dates and times, as spreadsheets show them."""

_ABSENT = "0"
"""Value of a deduction, a bonus or a veto that there is none of."""

_NOTHING = ("无", "没有", "none", "-", "—", "——", "/", "不涉及")
"""What stands in place of a value where there is nothing."""

_IN_BRACKETS = re.compile(r"[(（]([\d,]+(?:\.\d+)?)[)）]")
"""A number below 0, as accountants write it."""

_HAPPENED = {
    **{word: str(number) for word, number in YES_NO.items() if number != _HALF},
    "有": "1",
    **dict.fromkeys(_NOTHING, _ABSENT),
}
"""What says in words whether something is to be deducted or given, or a veto falls."""

Record = Mapping[str, str]
"""`unit`, `indicator`, `value`, `place`, and where there are any `period`, `item`, `rater`,
`input`, `evidence`, `note`."""


@dataclass(frozen=True)
class Reading:
    """What was read.

    Attributes:
        records: one a value.
        absent: likewise of deductions, bonuses and vetoes that the table says there are none of.
        remarks: what was read how, and what was passed over.
        faults: what is refused and where, the first ones.
        fault_count: how many there are in all.
        questions: what must be said first: then the table is read again.
    """

    records: tuple[Record, ...]
    absent: tuple[Record, ...]
    remarks: tuple[Phrase, ...]
    faults: tuple[Phrase, ...]
    fault_count: int
    questions: tuple[Question, ...]

    @property
    def accepted(self) -> bool:
        """Whether the records may be taken: nothing is refused and nothing open."""
        return not self.fault_count and not self.questions


def read_layout(
    table: Grid,
    layout: Layout,
    scheme: Scheme,
    period: str | Period,
    units: Mapping[str, str],
    *,
    aliases: Mapping[str, str],
    history: History | None = None,
) -> Reading:
    """Read a table as a layout says.

    Numbers stay exact: 0.98 that is said to be a percentage is 98. A number with a percent sign
    says by itself what it is. Empty cells of indicators aren't reported, and make no record; nor do
    deductions, bonuses and vetoes that are empty.

    Args:
        table: as `read_grid` reads it.
        layout: how it is laid out.
        scheme: whose indicators are in it.
        period: that is read.
        units: id -> name.
        aliases: name in files -> id of a unit.
        history: period -> cell -> value, that amounts are compared with.

    Raises:
        EvaluationError: the table has not the layout's headers, or was given out for another period
            or scheme.
    """
    wanted = parse_period(period) if isinstance(period, str) else period
    _check_given_out(layout, scheme, wanted, table.source)
    if unknown := unknown_targets(layout, scheme):
        valid = (*scheme.indicator, *scheme.events)
        raise EvaluationError("indicator_unknown", name=unknown[0], valid=valid)
    names = UnitNames(units, aliases)
    return _read(cells_of(table, layout, names), scheme, wanted, names, history or {})


def _check_given_out(layout: Layout, scheme: Scheme, period: Period, source: str) -> None:
    """Refuse a table that was given out for something else."""
    if layout.period not in ("", str(period)):
        found = {"found": layout.period, "expected": str(period)}
        raise EvaluationError("template_of_other_period", source=source, **found)
    if layout.scheme not in ("", scheme.content_hash):
        raise EvaluationError("template_of_other_scheme", source=source, version=scheme.version)


def _read(
    walk: TableCells, scheme: Scheme, period: Period, names: UnitNames, history: History
) -> Reading:
    grid = walk.grid
    numbers = numbers_of(walk, scheme)
    faults = [*walk.faults, *unlike_units(walk, numbers)]
    faults += [
        (place, Phrase("layout_name_unknown", name=name))
        for name, place in walk.unknown_names.items()
    ]
    expected_at = expectations(scheme)
    records: dict[CellKey, dict[str, str]] = {}
    blank = again = other_periods = 0
    for cell in walk.cells:
        place = grid.place(cell.line, cell.column)
        try:
            if not _of_period(cell, period):
                other_periods += 1
                continue
            key = key_of(cell, scheme)
            value = _value(cell, key, expected_at(key), scheme, grid.decimal_comma)
            if value is None:
                blank += cell.entry.indicator in scheme.indicator
                continue
            record = _record(cell, key, value, place)
            known = records.setdefault(key, record)
            if known is not record:
                again += _said_again(known, record)
        except AHPError as problem:
            faults.append((place, Phrase(problem.code, **problem.parameters)))
    earlier = {one: history[one] for one in last_periods(history, str(period))}
    questions = (*unit_questions(walk, names), *measure_questions(walk, numbers, earlier))
    counts = {"cells_blank": blank, "rows_twice": again, "rows_other_period": other_periods}
    remarks = [*grid.remarks, *walk.remarks]
    remarks += [Phrase(code, count=count) for code, count in counts.items() if count]
    if not records and not faults and not questions:
        raise EvaluationError("no_observations", source=grid.source)
    told = (Phrase("at_place", place=place, problem=one) for place, one in faults[:MOST_FAULTS])
    absent = tuple(one for one in records.values() if _is_absent(one, scheme))
    there = tuple(one for one in records.values() if not _is_absent(one, scheme))
    return Reading(there, absent, tuple(remarks), tuple(told), len(faults), questions)


def _is_absent(record: Record, scheme: Scheme) -> bool:
    return record["indicator"] in scheme.events and record["value"] == _ABSENT


def _of_period(cell: TableCell, period: Period) -> bool:
    """Whether a row is of the period that is read."""
    said = cell.extras.get("period")
    return said is None or parse_period(said) == period


def _record(cell: TableCell, key: CellKey, value: str, place: str) -> dict[str, str]:
    about = {role: cell.extras.get(role, "") for role in ("evidence", "note")}
    record = {**key._asdict(), "value": value, **about, "place": place}
    return {role: text for role, text in record.items() if text}


def _said_again(known: Record, record: Record) -> bool:
    """Whether a cell says the same twice.

    Raises:
        EvaluationError: it says something else.
    """
    if known["value"] != record["value"]:
        about = {"value": record["value"], "other": known["value"], "place": known["place"]}
        raise EvaluationError("layout_cell_twice", unit=record["unit"], **about)
    return True


def _value(
    cell: TableCell, key: CellKey, expected: Expected, scheme: Scheme, decimal_comma: bool
) -> str | None:
    """A value as text; None where there is none.

    Raises:
        EvaluationError: it is none that can stand there.
    """
    plain = word_key(cell.text).replace(" %", "%")
    entry = cell.entry
    if not plain:
        return None
    if (problem := cell_problem(cell.text)) is not None:
        raise EvaluationError(problem.code, **problem.parameters)
    if (special := SPECIAL_WORDS.get(plain)) is not None:
        return special
    parts = items_of(scheme, entry.indicator)
    if parts and not {key.input, key.item} & {*parts}:
        part = key.input or key.item
        raise EvaluationError("layout_part_unknown", part=part, valid=tuple(parts))
    if expected.words:
        if plain not in expected.words:
            grades = scheme.grades[scheme.indicator[entry.indicator].rule.grades]  # type: ignore[union-attr] # only grades have words
            valid = tuple(" / ".join(dict.fromkeys(one.name.values())) for one in grades)
            raise EvaluationError("layout_word_unknown", value=cell.text, valid=valid)
        return expected.words[plain]
    leaf = scheme.indicator.get(entry.indicator)
    if leaf is not None and isinstance(leaf.rule, Checklist):
        if plain in YES_NO or sample_of(plain):
            return plain
    elif leaf is None and plain in _HAPPENED:
        return _HAPPENED[plain]
    if _DATE.fullmatch(cell.text.strip()):
        raise EvaluationError("layout_value_date", value=cell.text)
    number = _number(cell, expected, plain, decimal_comma)
    _check_count(cell, number, scheme)
    return number_text(number)


def _check_count(cell: TableCell, number: Fraction, scheme: Scheme) -> None:
    """Refuse a number that the rule has no points for.

    Raises:
        EvaluationError: it is below 0, or isn't a whole number of times.
    """
    name = cell.entry.indicator
    event = scheme.events.get(name)
    rule = scheme.indicator[name].rule if event is None else None
    counts = isinstance(event, Veto) or isinstance(rule, Deductive)
    counts |= isinstance(event, Deduction | Bonus) and event.points is not None
    counts |= isinstance(rule, Shares) and rule.counts
    if counts and (number < 0 or number.denominator != 1):
        raise EvaluationError("count_expected", value=cell.text, indicator=name)
    if number < 0 and (event is not None or isinstance(rule, Completion | Shares)):
        raise EvaluationError("value_below_zero", value=cell.text, indicator=name)


def _number(cell: TableCell, expected: Expected, plain: str, decimal_comma: bool) -> Fraction:
    """The number in a cell, in the measure of the scheme."""
    measure = cell.entry.measure or "scheme"
    parts = number_parts(plain, decimal_comma=decimal_comma)
    if parts is None and plain in _NOTHING:
        raise EvaluationError("number_or_word", value=cell.text)
    if parts is None and (below := _IN_BRACKETS.fullmatch(plain)):
        positive = below[1].replace(",", "")
        raise EvaluationError("number_in_brackets", value=cell.text, number=f"-{positive}")
    if parts is None:
        raise EvaluationError("number_expected", value=cell.text)
    number = Fraction(parts[0], 10 ** parts[1])
    if plain.endswith("%"):
        by = factor("%", expected) if expected.unit else Fraction(1, 100)
        if by is None or (measure != "scheme" and not expected.share):
            raise EvaluationError("layout_percent_amount", value=cell.text)
        return number * 100 * by
    return number * FACTORS[measure]


def typed_value(text: str, key: CellKey, scheme: Scheme) -> str | None:
    """A value that somebody typed, as it would be read in a file; None where there is none.

    Args:
        text: as it was typed, in the measure of the scheme.
        key: the cell it is for.
        scheme: whose indicator it is.

    Raises:
        EvaluationError: it is none that can stand there.
    """
    column = LayoutColumn(key.indicator, "values", key.indicator, measure="scheme")
    cell = TableCell(0, 0, key.unit, column, text, {})
    value = _value(cell, key, expectations(scheme)(key), scheme, decimal_comma=False)
    return None if value == _ABSENT and key.indicator in scheme.events else value


def refused(reading: Reading) -> Iterator[Phrase]:
    """The faults of a reading, and how many more there are."""
    yield from reading.faults
    if (more := reading.fault_count - len(reading.faults)) > 0:
        yield Phrase("more_faults", count=more)
