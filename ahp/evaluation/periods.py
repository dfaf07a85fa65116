"""Periods of an evaluation: months, quarters, half-years and years, in the order of time."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from ..errors import EvaluationError
from ..messages import Phrase

PERIODS = {"month": 12, "quarter": 4, "half": 2, "year": 1}
"""Kind of a period -> how many a year has."""

KIND_WORDS = {
    "month": Phrase("a_month"),
    "quarter": Phrase("a_quarter"),
    "half": Phrase("a_half"),
    "year": Phrase("a_year"),
}
"""Kind of a period -> what it is called in sentences."""

_LETTERS = {"month": "-", "quarter": "Q", "half": "H"}
_CHINESE_DIGITS = str.maketrans("一二三四", "1234")
_FORMS = (
    ("month", re.compile(r"(\d{4})[-/.年](0?[1-9]|1[0-2])月?")),
    ("quarter", re.compile(r"(\d{4})[-/年]?Q([1-4])", re.IGNORECASE)),
    ("quarter", re.compile(r"(\d{4})年?第?([1-4])季度?")),
    ("half", re.compile(r"(\d{4})[-/年]?H([12])", re.IGNORECASE)),
    ("half", re.compile(r"(\d{4})年?([上下])半年")),
    ("year", re.compile(r"(\d{4})年?()")),
)
_HALVES = {"上": 1, "下": 2, "": 1}


class Period(NamedTuple):
    """A month, a quarter, a half-year or a year; in order of where they end, the longer later.

    Attributes:
        year: such as 2026.
        last_month: the month it ends with, 1…12.
        months: how many it has.

    >>> ahp.evaluation.Period(2026, 3, 3).earlier.part
    'Q4'
    """

    year: int
    last_month: int
    months: int

    @property
    def kind(self) -> str:
        """`"month"`, `"quarter"`, `"half"` or `"year"`."""
        return next(kind for kind, count in PERIODS.items() if self.months * count == 12)

    @property
    def number(self) -> int:
        """Which of its year it is, from 1."""
        return self.last_month // self.months

    @property
    def part(self) -> str:
        """Which of its year it is, in words of a scheme: `"Q4"`, `"12"`, `"H1"`; "" for a year."""
        if self.kind == "month":
            return f"{self.number:02d}"
        return "" if self.kind == "year" else f"{_LETTERS[self.kind]}{self.number}"

    def __str__(self) -> str:
        return f"{self.year}{'-' if self.kind == 'month' else ''}{self.part}"

    @property
    def earlier(self) -> Period:
        """The one of its kind before it."""
        if self.number > 1:
            return Period(self.year, self.last_month - self.months, self.months)
        return Period(self.year - 1, 12, self.months)

    @property
    def first_day(self) -> date:
        """The day it begins with."""
        return date(self.year, self.last_month - self.months + 1, 1)

    @property
    def last_day(self) -> date:
        """The day it ends with."""
        return date(self.year, self.last_month, monthrange(self.year, self.last_month)[1])

    @property
    def whole_year(self) -> Period:
        """The year it belongs to."""
        return Period(self.year, 12, 12)


def period_of(kind: str, year: int, month: int) -> Period:
    """The period of a kind that a month lies in.

    >>> from ahp.evaluation.periods import period_of
    >>> str(period_of("quarter", 2026, 5))
    '2026Q2'
    """
    months = 12 // PERIODS[kind]
    return Period(year, -(-month // months) * months, months)


def parse_period(text: str) -> Period:
    """The period that a text names: `2026-03`, `2026Q1`, `2026H1`, `2026`, or in Chinese 2026年3月,
    2026年第1季度, 2026年上半年, 2026年.

    Raises:
        EvaluationError: it names none.

    >>> str(ahp.evaluation.parse_period("2026年第1季度"))
    '2026Q1'
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    plain = re.sub("[一二三四](?=季)", lambda digit: digit[0].translate(_CHINESE_DIGITS), plain)
    for kind, form in _FORMS:
        if match := form.fullmatch(plain):
            months = 12 // PERIODS[kind]
            number = _HALVES.get(match[2]) or int(match[2])
            return Period(int(match[1]), number * months, months)
    raise EvaluationError("period_unreadable", text=text)
