"""What people must be asked before an office's table is read: the program chooses nothing that may
mean two things.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import median
from typing import Literal, NamedTuple

from ..evaluation import Scheme, parse_period
from ..evaluation.observations import word_key
from ..i18n.errors import error_sentence
from ..i18n.evaluation import names_of
from ..messages import Phrase, with_names
from .layout_cells import TableCell, TableCells, UnitNames
from .observation_layout import (
    FACTORS,
    Expected,
    LayoutColumn,
    Measure,
    expected_of,
    items_of,
    number_text,
    plain_number,
)

REMEMBERED_PERIODS = 4
"""Earlier periods that values are compared with."""


class CellKey(NamedTuple):
    """What tells one cell of a period from another."""

    unit: str
    indicator: str
    item: str = ""
    rater: str = ""
    input: str = ""


History = Mapping[str, Mapping[CellKey, str]]
"""Period -> cell -> value."""


@dataclass(frozen=True)
class Question:
    """What somebody must say.

    Attributes:
        about: `"column"`, what a column is; `"indicator"`, what a name in a long table is;
            `"unit"`, which unit a name stands for; `"measure"`, what numbers are stated in.
        name: the header or the name.
        asked: the question.
        columns: what it may be, for columns, indicators and measures: columns of the layout.
        units: ids of units that it may be.
    """

    about: Literal["column", "indicator", "unit", "measure"]
    name: str
    asked: Phrase
    columns: tuple[LayoutColumn, ...] = ()
    units: tuple[str, ...] = ()


def question_sentence(
    question: Question, scheme: Scheme, units: Mapping[str, str], language: str
) -> str:
    """A question with names in place of ids.

    Args:
        question: of `suggest_layout` or `read_layout`.
        scheme: whose indicators they are.
        units: id -> name.
        language: of `ahp.i18n.LANGUAGES`.
    """
    names = {
        part: scheme.text(texts, language)
        for leaf in scheme.leaves
        for part, texts in items_of(scheme, leaf).items()
    }
    names |= names_of(scheme, language)
    return error_sentence(with_names(question.asked, {**names, **units}), language)


def last_periods(history: History, period: str | None = None) -> list[str]:
    """The last periods that there are values of, the latest last; those before a period."""
    earlier = sorted(history, key=parse_period)
    if period is not None:
        earlier = [one for one in earlier if parse_period(one) < parse_period(period)]
    return earlier[-REMEMBERED_PERIODS:]


def unit_questions(walk: TableCells, names: UnitNames) -> Iterator[Question]:
    """Which units the unknown names are."""
    for name, place in walk.unknown_units.items():
        units = names.nearest(name)
        code = "ask_unit_near" if units else "ask_unit"
        yield Question("unit", name, Phrase(code, place=place, name=name, near=units), units=units)


def key_of(cell: TableCell, scheme: Scheme) -> CellKey:
    """The cell that a value is of, with ids in place of names of inputs and items."""
    entry, extras = cell.entry, cell.extras
    item, input_id = (getattr(entry, role) or extras.get(role, "") for role in ("item", "input"))
    ids = {
        word_key(text): part
        for part, names in items_of(scheme, entry.indicator).items()
        for text in (part, *names.values())
    }
    item, input_id = (ids.get(word_key(text), text) for text in (item, input_id))
    rater = entry.rater or extras.get("rater", "")
    return CellKey(cell.unit, entry.indicator, item, rater, input_id)


def measure_questions(
    walk: TableCells, scheme: Scheme, history: History, *, remembered: bool = False
) -> Iterator[Question]:
    """What the numbers of columns are stated in, where their sizes leave that open.

    Args:
        walk: the table.
        scheme: says what is expected.
        history: values of earlier periods.
        remembered: the layout is that of another period, so that what was said of it may not hold.
    """
    of_entry: dict[str, list[TableCell]] = {}
    for cell in walk.cells:
        of_entry.setdefault(cell.entry.header, []).append(cell)
    for cells in of_entry.values():
        entry = cells[0].entry
        if entry.measure is not None and not remembered:
            continue
        expected = expected_of(scheme, entry.indicator, key_of(cells[0], scheme).input)
        numbers = _numbers(cells, scheme, walk.grid.decimal_comma)
        if numbers and not expected.words:
            found = _share_question(entry, expected, list(numbers.values()))
            yield from found or _amount_question(entry, expected, numbers, history)


def _numbers(
    cells: Iterable[TableCell], scheme: Scheme, decimal_comma: bool
) -> dict[CellKey, Fraction]:
    """The numbers of a column that no percent sign says the measure of."""
    numbers = {}
    for cell in cells:
        number = plain_number(cell.text, decimal_comma=decimal_comma)
        if number is not None and not word_key(cell.text).endswith("%"):
            numbers[key_of(cell, scheme)] = number
    return numbers


def _asked(entry: LayoutColumn, asked: Phrase, *measures: Measure) -> list[Question]:
    columns = tuple(replace(entry, measure=one) for one in measures)
    return [Question("measure", entry.header, asked, columns)]


def _share_question(
    entry: LayoutColumn, expected: Expected, numbers: list[Fraction]
) -> list[Question]:
    """Whether shares are written 98 or 0.98."""
    most = max(numbers)
    example = number_text(most)
    small = all(0 <= number <= 1 for number in numbers) and most > 0
    large = 1 < most <= 100 and min(numbers) >= 0
    if expected.share == "percent" and (
        (small and entry.measure is None) or (large and entry.measure == "times_100")
    ):
        if large:
            asked = Phrase("ask_percent_before", name=entry.header, example=example)
        else:
            other = number_text(most * 100)
            asked = Phrase("ask_percent", name=entry.header, example=example, other=other)
        return _asked(entry, asked, "scheme", "times_100")
    if expected.share == "fraction" and (
        (large and entry.measure is None) or (small and entry.measure == "over_100")
    ):
        if small:
            asked = Phrase("ask_fraction_before", name=entry.header, example=example)
        else:
            other = number_text(most / 100)
            asked = Phrase("ask_fraction", name=entry.header, example=example, other=other)
        return _asked(entry, asked, "over_100", "scheme")
    return []


def _amount_question(
    entry: LayoutColumn,
    expected: Expected,
    numbers: Mapping[CellKey, Fraction],
    history: History,
) -> list[Question]:
    """Whether amounts are stated in ten thousands."""
    if expected.share:
        return []
    now = entry.measure or "scheme"
    stated = {key: number * FACTORS[now] for key, number in numbers.items()}
    reason = _shift(entry, expected, stated, history)
    if reason is None:
        return []
    shift, why = reason
    other = next((one for one, factor in FACTORS.items() if factor == FACTORS[now] * shift), None)
    if other is None:
        return []
    example = max(numbers.values())
    readings = [number_text(example * FACTORS[one]) for one in (now, other)]
    asked = Phrase(
        "ask_amount",
        name=entry.header,
        why=why,
        example=number_text(example),
        one=readings[0],
        other=readings[1],
    )
    return _asked(entry, asked, now, other)


def _shift(
    entry: LayoutColumn,
    expected: Expected,
    stated: Mapping[CellKey, Fraction],
    history: History,
) -> tuple[Fraction, Phrase] | None:
    """By what amounts seem to be off, and what says so."""
    up, down = Fraction(10_000), Fraction(1, 10_000)
    if entry.measure is None:
        header, unit = word_key(entry.header), word_key(expected.unit)
        if "万元" in header and unit and "万" not in unit:
            return up, Phrase("amount_by_header")
        if "元" in header and not any(one in header for one in ("万元", "亿元")) and "万" in unit:
            return down, Phrase("amount_by_header")
        if expected.valid is not None:
            low, high = expected.valid
            for shift in (up, down):
                outside = not any(low <= number <= high for number in stated.values())
                if outside and all(low <= number * shift <= high for number in stated.values()):
                    ends = {"low": number_text(low), "high": number_text(high)}
                    return shift, Phrase("amount_by_valid", **ends)
    ratios, example = [], ""
    for period in last_periods(history):
        for key, number in stated.items():
            earlier = plain_number(history[period].get(key, ""), decimal_comma=False)
            if earlier and number and (earlier > 0) == (number > 0):
                ratios.append(math.log10(number / earlier))
                example = number_text(earlier)
    if ratios and 3.5 <= abs(middle := median(ratios)) <= 4.5:
        return (up if middle < 0 else down), Phrase("amount_by_earlier", example=example)
    return None
