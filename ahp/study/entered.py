"""Judgments as people and their programs enter them: one check for every file and form.

A judgment lies on the scale of the survey, from 1/9 to 9. What lies beyond is refused, and where a
spreadsheet made a date or a time of it, with that reason.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, timedelta

from ..errors import AnswersError, MatrixError
from ..messages import Phrase
from ..scale import LARGEST_STEP, SAATY_POSITIONS, not_judged, parse_judgment
from ..tables.delimited import UNCALCULATED, is_sheet_error
from ..tolerance import WRITTEN_RTOL

SERIAL_NUMBERS = range(20_000, 80_000)
"""Numbers that spreadsheets keep dates of 1954 to 2119 as: days since 1899-12-30."""

_ONE_DIGIT = re.compile(r"\d(?:/\d|\.\d*)?")
"""Judgments such as 3, 1/3 and 2.14, as nearly every cell has them, which are no dates."""

_YEAR_FIRST = re.compile(r"(\d{4})([-/.年])(\d{1,2})(?:\2|月)(\d{1,2})日?(?:[T ].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(?:\d{4}|\d{2})(?: .*)?")
_CHINESE = re.compile(
    r"(?:(?:\d{2}|\d{4})年)?(\d{1,2})月(?:(\d{1,2})日?)?|[一二三四五六七八九十]+月.*"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janv janvier ene enero janeiro gen gennaio янв января",
            "feb february februar févr février febrero fev fevereiro febbraio фев февраля",
            "mar march mär märz mrz mars marzo março мар марта",
            "apr april avr avril abr abril aprile апр апреля",
            "may mai mayo maio maggio май мая",
            "jun june juni juin junio junho giu giugno июн июня",
            "jul july juli juil juillet julio julho lug luglio июл июля",
            "aug august août ago agosto авг августа",
            "sep sept september septembre septiembre setembro settembre сен сент сентября",
            "oct october okt oktober octobre octubre outubro ott ottobre окт октября",
            "nov november novembre noviembre novembro ноя ноября",
            "dec december dez dezember déc décembre dic diciembre dezembro dicembre дек декабря",
        ),
        start=1,
    )
    for name in names.split()
}
"""In English, and as spreadsheets write them in German, French, Spanish, Portuguese, Italian and
Russian."""
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ENGLISH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
"""Which stand before the day as well; `Gen 1` or `Dic 3` is a name."""
_NAMED = re.compile(
    rf"(?:(\d{{1,2}})[-./ ]*({_MONTH})\.?|({_ENGLISH})\.?[-/ ]*(\d{{1,2}}))"
    r"(?:[-/., ]+(?:\d\d|\d{4}))?",
    re.IGNORECASE,
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?(?: ?[AaPp][Mm])?")
_THOUSANDS = re.compile(r"(\d{2}),(\d{3})(?:\.0+)?")


def spreadsheet_reason(text: str) -> Phrase | None:
    """Why a cell holds a date or a time where a judgment was entered, a formula without a value or
    an error; None when it holds none of them.

    Args:
        text: the cell; a date in one of the usual forms, or the number that one is kept as.

    Returns:
        The cell, what a spreadsheet made of it, and what to do.
    """
    if _ONE_DIGIT.fullmatch(text):
        return None
    if text == UNCALCULATED:
        return Phrase("formula_uncalculated")
    if is_sheet_error(text) and not not_judged(text):
        return Phrase("cell_is_error", text=text)
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _TIME.fullmatch(plain):
        ratio = f"{int(match[1])}:{int(match[2])}"
        return Phrase("made_a_time", text=text, ratio=ratio)
    day = _serial_date(plain)
    if day is not None:
        code, parts = "made_a_date_number", (day.month, day.day)
    elif (named := _date_parts(plain)) is not None:
        code, parts = "made_a_date", named
    else:
        return None
    low, high = sorted(parts)
    fraction = f"{low}/{high}" if 0 < low < high <= LARGEST_STEP else "1/3"
    return Phrase(code, text=text, date=day and day.isoformat(), fraction=fraction)


def _serial_date(text: str) -> date | None:
    """The date that a whole number stands for in a spreadsheet."""
    try:
        value = parse_judgment(_THOUSANDS.sub(r"\1\2", text))
    except MatrixError:
        return None
    if not value.is_integer() or int(value) not in SERIAL_NUMBERS:
        return None
    return date(1899, 12, 30) + timedelta(days=int(value))


def _date_parts(text: str) -> tuple[int, int] | None:
    """Day and month in the text of a date, in either order; 0 for one that it doesn't tell."""
    if match := _YEAR_FIRST.fullmatch(text):
        return int(match[3]), int(match[4])
    if match := _YEAR_LAST.fullmatch(text):
        return int(match[1]), int(match[3])
    if match := _CHINESE.fullmatch(text):
        return int(match[1] or 0), int(match[2] or 0)
    if match := _NAMED.fullmatch(text):
        name, day = (match[2], match[1]) if match[2] else (match[3], match[4])
        return _MONTHS[name.casefold()], int(day)
    return None


def entered_judgment(text: str) -> float:
    """The number of a judgment as it was entered, from 1/9 to 9, between the steps as well.

    A decimal that 1/9 is rounded to, such as `0.11`, is that step.

    Args:
        text: as `ahp.scale.parse_judgment` reads it.

    Raises:
        MatrixError: no positive number or fraction, or beyond the scale; says so where a
            spreadsheet made a date of a fraction.
    """
    if reason := spreadsheet_reason(text):
        raise MatrixError(reason.code, **reason.parameters)
    value = parse_judgment(text)
    if not 1 / LARGEST_STEP / (1 + WRITTEN_RTOL) <= value <= LARGEST_STEP * (1 + WRITTEN_RTOL):
        raise MatrixError("judgment_off_scale", text=text, largest=LARGEST_STEP)
    return value


def holds_value(text: str) -> bool:
    """Whether a cell of a table of answers is one of them, or what a spreadsheet made of it."""
    if spreadsheet_reason(text) is not None:
        return True
    try:
        parse_judgment(unicodedata.normalize("NFKC", text).strip().lstrip("+-−"))
    except MatrixError:
        return False
    return True


def judged(value: str, place: str | Phrase) -> float:
    """The number of a judgment in a file, see `entered_judgment`.

    Raises:
        AnswersError: as `entered_judgment`; names the place.
    """
    try:
        return entered_judgment(value)
    except MatrixError as error:
        raise AnswersError("at_place", place=place, problem=error) from error


def step_of(text: str) -> str | None:
    """The step of Saaty's scale that a judgment is by its value: `"3"` for `"３"` and `"3.0"`,
    `"1/3"` for `"0.333333333"`, `"2/6"`; None for what lies between the steps or is no judgment.
    """
    try:
        value = parse_judgment(text)
    except MatrixError:
        return None
    steps = ((step, parse_judgment(step)) for step in SAATY_POSITIONS)
    return next(
        (step for step, number in steps if math.isclose(value, number, rel_tol=WRITTEN_RTOL)), None
    )
