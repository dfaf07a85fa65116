"""What people must be asked before an office's table is read: the program chooses nothing that may
mean two things.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from statistics import median
from typing import Literal, NamedTuple

from ..evaluation import Scheme, parse_period
from ..evaluation.observations import word_key
from ..i18n.errors import error_sentence
from ..i18n.evaluation import names_of
from ..messages import Phrase, with_names
from ..tables.opened import header_key
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
from .stated_units import factor, stated_above

REMEMBERED_PERIODS = 4
"""Earlier periods that values are compared with."""

MOST_SHARE = 2
"""Shares such as 0.98 are at most so large; what is reached of a target may be more than 1."""

MOST_CELLS = 5
"""Cells that a question names."""


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
        code = ("ask_unit", "ask_unit_is", "ask_unit_near")[min(len(units), 2)]
        yield Question("unit", name, Phrase(code, place=place, name=name, near=units), units=units)


def key_of(cell: TableCell, scheme: Scheme) -> CellKey:
    """The cell that a value is of, with ids in place of names of inputs and items."""
    entry, extras = cell.entry, cell.extras
    item, input_id = entry.item or extras.get("item", ""), entry.input or extras.get("input", "")
    if item or input_id:
        ids = {
            word_key(text): part
            for part, names in items_of(scheme, entry.indicator).items()
            for text in (part, *names.values())
        }
        item, input_id = (ids.get(word_key(text), text) for text in (item, input_id))
    rater = entry.rater or extras.get("rater", "")
    return CellKey(cell.unit, entry.indicator, item, rater, input_id)


def expectations(scheme: Scheme) -> Callable[[CellKey], Expected]:
    """What the value of a cell is, found once for all cells of a kind; the unit of measure of an
    indicator isn't that of its items.
    """

    @cache
    def expected(indicator: str, input_id: str, of_item: bool) -> Expected:
        whole = expected_of(scheme, indicator, input_id)
        return replace(whole, unit="") if of_item else whole

    return lambda key: expected(key.indicator, key.input, bool(key.item))


def _stated(stated: str, shared: Sequence[str], expected: Expected) -> str:
    """The unit of measure that is stated for a cell; one for several indicators is of those that it
    can be of.
    """
    if stated or not expected.unit:
        return stated
    fitting = (one for one in shared if one and factor(one, expected) is not None)
    return next(fitting, "")


class _Number(NamedTuple):
    """A number that no percent sign says the measure of.

    Attributes:
        cell: where it stands.
        key: what it is of.
        number: as it is written.
        expected: what the scheme has.
        stated: unit of measure that is stated for it.
        by: what that multiplies by, None where that isn't known.
    """

    cell: TableCell
    key: CellKey
    number: Fraction
    expected: Expected
    stated: str
    by: Fraction | None


def numbers_of(walk: TableCells, scheme: Scheme) -> Collection[Sequence[_Number]]:
    """The numbers of each entry, which `unlike_units` and `measure_questions` look at."""
    above = stated_above(walk.grid, walk.above)
    expected_at = expectations(scheme)

    @cache
    def number_in(text: str) -> Fraction | None:
        number = plain_number(text, decimal_comma=walk.grid.decimal_comma)
        return None if word_key(text).endswith("%") else number

    @cache
    def measured(kind: CellKey, stated: str, shared: str) -> tuple[Expected, str, Fraction | None]:
        expected = expected_at(kind)
        stated = _stated(stated, (shared, above), expected)
        return expected, stated, factor(stated, expected) if stated else Fraction(1)

    found: dict[str, list[_Number]] = {}
    for cell in walk.cells:
        number = number_in(cell.text)
        if number is not None:
            key = key_of(cell, scheme)
            about = measured(key._replace(unit="", rater=""), cell.stated, cell.shared)
            found.setdefault(cell.entry.header, []).append(_Number(cell, key, number, *about))
    return found.values()


def unlike_units(
    walk: TableCells, numbers: Collection[Sequence[_Number]]
) -> Iterator[tuple[str, Phrase]]:
    """Place and problem of numbers that another unit of measure is stated for than for the first
    one of the same indicator.
    """
    for first, *others in numbers:
        for one in others:
            if one.by != first.by or (one.by is None and one.stated != first.stated):
                about = {"name": one.cell.entry.header, "stated": one.stated, "other": first.stated}
                place = walk.grid.place(one.cell.line, one.cell.column)
                yield place, Phrase("units_unlike", **about)


def measure_questions(
    walk: TableCells,
    entries: Collection[Sequence[_Number]],
    history: History,
    *,
    remembered: bool = False,
) -> Iterator[Question]:
    """What the numbers of columns are stated in, where the table or their sizes leave that open.

    Args:
        walk: the table.
        entries: its numbers, of `numbers_of`.
        history: values of earlier periods.
        remembered: the layout is that of another period, so that what was said of it may not hold.
    """
    for numbers in entries:
        first = numbers[0]
        expected, entry = first.expected, replace(first.cell.entry, stated=first.stated)
        said = entry.measure is not None and entry == first.cell.entry
        if expected.words or (said and not remembered):
            continue
        most = max(one.number for one in numbers)
        found = [] if said else _stated_question(walk, entry, first.by, most)
        if expected.share and (not found or header_key(first.stated) == "%"):
            cells = ((walk.grid.place(one.cell.line, one.cell.column), one) for one in numbers)
            placed = {place: one.number for place, one in cells}
            found = _share_question(walk, entry, expected.share, placed) or found
        elif not found:
            keyed = {one.key: one.number for one in numbers}
            found = _amount_question(entry, expected, keyed, history)
        yield from found


def _stated_question(
    walk: TableCells, entry: LayoutColumn, by: Fraction | None, example: Fraction
) -> list[Question]:
    """Whether numbers are in the unit of measure that the table states."""
    now = entry.measure or "scheme"
    measure = next((one for one, size in FACTORS.items() if size == by), None)
    if measure == now:
        return []
    why = Phrase("stated_in", stated=entry.stated) if entry.stated else Phrase("stated_no_more")
    about = {"name": entry.header, "why": why, "example": number_text(example)}
    if measure is None:
        none = walk.layout.passed_over(entry)
        return _asked(entry, Phrase("ask_stated", **about), "scheme", none=none)
    one, other = sorted({now, measure}, key=[*FACTORS].index)
    readings = [number_text(example * FACTORS[measure]) for measure in (one, other)]
    asked = Phrase("ask_amount", **about, one=readings[0], other=readings[1])
    return _asked(entry, asked, one, other)


def _asked(
    entry: LayoutColumn, asked: Phrase, *measures: Measure, none: LayoutColumn | None = None
) -> list[Question]:
    """A question about a column, which may be answered by one of some measures, or by leaving it
    out.
    """
    columns = [replace(entry, measure=one) for one in measures]
    return [Question("measure", entry.header, asked, (*columns, *([none] if none else ())))]


def _share_question(
    walk: TableCells, entry: LayoutColumn, share: str, numbers: Mapping[str, Fraction]
) -> list[Question]:
    """Whether shares are written 98 or 0.98.

    Args:
        walk: the table.
        entry: what the numbers are of.
        share: of `Expected`.
        numbers: by their places.
    """
    large: Measure = "scheme" if share == "percent" else "over_100"
    small: Measure = "times_100" if share == "percent" else "scheme"
    most = max(map(abs, numbers.values()))
    shares = {place: number for place, number in numbers.items() if 0 < abs(number) <= 1}
    about = {"name": entry.header, "example": number_text(most)}
    if shares and most > MOST_SHARE and entry.measure in (None, "times_100", "over_100"):
        first = next(iter(shares.values()))
        about |= {"example": number_text(first), "other": number_text(100 * first)}
        said = ((place, number_text(number)) for place, number in shares.items())
        cells = tuple(Phrase("at_place", place=one, problem=text) for one, text in said)
        asked = Phrase("ask_mixed", **about, cells=cells[:MOST_CELLS], most=number_text(most))
        return _asked(entry, asked, large, none=walk.layout.passed_over(entry))
    code = ""
    if share == "percent":
        if entry.measure is None and 0 < most <= MOST_SHARE:
            code, about["other"] = "ask_percent", number_text(most * 100)
        elif entry.measure == "times_100" and most > MOST_SHARE:
            code = "ask_percent_before"
    elif entry.measure is None and most > 1:
        code, about["other"] = "ask_fraction", number_text(most / 100)
    elif entry.measure == "over_100" and 0 < most <= MOST_SHARE:
        code = "ask_fraction_before"
    return _asked(entry, Phrase(code, **about), *sorted((large, small))) if code else []


def _amount_question(
    entry: LayoutColumn,
    expected: Expected,
    numbers: Mapping[CellKey, Fraction],
    history: History,
) -> list[Question]:
    """Whether amounts are stated in ten thousands."""
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
    if entry.measure is None and expected.valid is not None:
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
