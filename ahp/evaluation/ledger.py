"""A ledger of errors (差错台账): rates and a Pareto of what went wrong, and the inputs of the
indicators that a scheme derives from them.

A row is one error: where and when, in which business, of what kind, how much money it moved, who
found it, by when it is to be mended and when it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from ..errors import EvaluationError
from ..messages import Phrase
from ..result import Result, read_only
from ..tables.opened import open_table
from .periods import KIND_WORDS, PERIODS, Period, parse_period
from .records import Headers, Table, TableRow
from .rules import Derived
from .scheme import Scheme

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

_NOTE = ("note", "备注", "说明")
_ERRORS: Headers = {
    "unit": ("unit", "单位", "被评价单位", "单位名称"),
    "date": ("date", "日期", "差错日期", "发生日期"),
    "business": ("business", "业务", "业务种类", "业务类型"),
    "kind": ("kind", "差错类型", "差错种类"),
    "amount": ("amount", "金额", "涉及金额"),
    "source": ("source", "发现来源", "来源", "发现渠道"),
    "due": ("due", "整改期限", "应整改日期"),
    "mended": ("mended", "整改日期", "实际整改日期"),
    "note": _NOTE,
}
_VOUCHERS: Headers = {
    "unit": _ERRORS["unit"],
    "period": ("period", "评价期", "期间", "时期"),
    "vouchers": ("vouchers", "凭证笔数", "业务笔数", "凭证数"),
    "note": _NOTE,
}
_MAY_BE_EMPTY = ("amount", "due", "mended", "note")
_SHEETS = {"errors": ("errors", "差错台账"), "vouchers": ("vouchers", "凭证笔数")}

SUPERVISION = ("supervision", "post-supervision", "事后监督", "监督发现")
"""Sources that stand for supervision itself; what any other finds was found later."""

QUANTITIES = ("vouchers", "errors", "found_later", "repeated", "due", "late")
"""What a summary counts, and what inputs of derived indicators are called that it can fill."""

_AMOUNT = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(\.\d+)?")
_COUNT = re.compile(r"\d{1,15}|\d{1,3}(?:,\d{3}){1,4}")


@dataclass(frozen=True, eq=False, repr=False)
class ErrorEntry(Result):
    """One error.

    Attributes:
        line: where it stands in the file.
        unit: where it was made.
        day: when.
        business, kind: in which business, and what was wrong.
        amount: of money, 0 where none is given.
        source: who found it.
        due: day by which it is to be mended; none where the ledger doesn't say.
        mended: day on which it was; none where it wasn't yet.
    """

    line: int
    unit: str
    day: date
    business: str
    kind: str
    amount: Decimal
    source: str
    due: date | None
    mended: date | None

    @property
    def found_later(self) -> bool:
        """Whether somebody else than supervision found it."""
        return self.source.casefold() not in SUPERVISION


@dataclass(frozen=True, eq=False, repr=False)
class Ledger(Result):
    """A ledger of errors, as it was read.

    Attributes:
        source: name of the file.
        errors: in the order of the file.
        headers: what the columns are called there.
        remarks: what was read how, of `ahp.messages`.
    """

    source: str
    errors: tuple[ErrorEntry, ...]
    headers: Mapping[str, str]
    remarks: tuple[Phrase, ...] = ()

    def pareto(self) -> Pareto:
        """Kinds of errors, the most frequent first; of equal ones by amount, then by name."""
        counts = Counter(error.kind for error in self.errors)
        amounts = dict.fromkeys(counts, Decimal(0))
        for error in self.errors:
            amounts[error.kind] += error.amount
        kinds = tuple(sorted(counts, key=lambda kind: (-counts[kind], -amounts[kind], kind)))
        ordered = np.array([counts[kind] for kind in kinds], np.int64)
        return Pareto(
            kinds,
            read_only(ordered),
            read_only(np.cumsum(ordered) / max(len(self.errors), 1)),
            read_only(np.array([float(amounts[kind]) for kind in kinds])),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Pareto(Result):
    """Kinds of errors, sorted.

    Attributes:
        kinds: the most frequent first.
        counts: how often each occurred.
        cumulative: share of all errors that it and those before it make up.
        amounts: of money, together.
    """

    kinds: tuple[str, ...]
    counts: Counts
    cumulative: Floats
    amounts: Floats


@dataclass(frozen=True, eq=False, repr=False)
class LedgerSummary(Result):
    """What a ledger says of units and periods; arrays have a unit a row and a period a column.

    Attributes:
        source: name of the ledger's file.
        units, periods: those with vouchers; periods as `str(Period)`, in the order of time.
        vouchers: how many there were; 0 where none are known.
        errors: made in the period.
        found_later: of these, found by somebody else than supervision.
        repeated: of these, of a business and kind seen at the unit already in the same period or
            in the one before.
        due: errors that were to be mended in the period, up to the day of the ledger.
        late: of these, mended too late or not yet.
    """

    source: str
    units: tuple[str, ...]
    periods: tuple[str, ...]
    vouchers: Counts
    errors: Counts
    found_later: Counts = field(repr=False)
    repeated: Counts = field(repr=False)
    due: Counts = field(repr=False)
    late: Counts = field(repr=False)

    @property
    def error_rate(self) -> Floats:
        """Errors a voucher; NaN where there are no vouchers."""
        return _share(self.errors, self.vouchers)

    @property
    def repeat_rate(self) -> Floats:
        """Share of the errors that had been seen before; NaN where there are no errors."""
        return _share(self.repeated, self.errors)

    @property
    def on_time(self) -> Floats:
        """Share of what was due that was mended on time; NaN where nothing was due."""
        return _share(self.due - self.late, self.due)

    def records(self, scheme: Scheme) -> list[dict[str, str]]:
        """Observations for the indicators that a scheme derives from what the ledger counts: those
        whose inputs are all called as in `QUANTITIES`.

        Args:
            scheme: its derived indicators are looked at.

        Returns:
            Rows for `observations_from_records`, one for each unit, period and input.

        Raises:
            EvaluationError: there is no such indicator.
        """
        inputs = {
            leaf: tuple(one.id for one in indicator.rule.inputs)
            for leaf, indicator in scheme.indicator.items()
            if isinstance(indicator.rule, Derived)
            and {one.id for one in indicator.rule.inputs} <= set(QUANTITIES)
        }
        if not inputs:
            raise EvaluationError("ledger_feeds_none", scheme=scheme.id, valid=QUANTITIES)
        return [
            {
                "unit": unit,
                "period": period,
                "indicator": leaf,
                "input": name,
                "value": str(getattr(self, name)[u, p]),
                "evidence": self.source,
            }
            for leaf, names in inputs.items()
            for u, unit in enumerate(self.units)
            for p, period in enumerate(self.periods)
            if self.vouchers[u, p]
            for name in names
        ]


def read_ledger(path: str | Path) -> Ledger:
    """Read a ledger of errors, CSV or XLSX.

    Columns are `unit`, `date`, `business`, `kind`, `source` and, where known, `amount`, `due` (the
    day by which it is to be mended) and `mended` (the day it was), in any order, in English or
    Chinese. Errors that supervision found itself have the source `supervision` (事后监督).

    Args:
        path: a file of UTF-8, GBK or "Unicode text" (CSV), or a workbook, whose sheet is called
            `errors` (差错台账) or is the only one.

    Raises:
        EvaluationError: names row and column, and what was expected.

    >>> from ahp.resources import data_folder
    >>> folder = data_folder("examples") / "evaluation"
    >>> ledger = ahp.evaluation.read_ledger(folder / "supervision_ledger.csv")
    >>> len(ledger.errors), ledger.pareto().kinds[0]
    (457, '凭证要素不全')
    """
    sheets = _SHEETS["errors"]
    with open_table(Path(path), EvaluationError, sheets, whole_dates=True) as opened:
        table = Table(str(path), opened, _ERRORS, _MAY_BE_EMPTY)
        errors = tuple(_error(row) for row in table)
        remarks = [*opened.remarks]
    seen = Counter(tuple(vars(error).values())[1:] for error in errors)
    alike = tuple(error.line for error in errors if seen[tuple(vars(error).values())[1:]] > 1)
    if alike:
        remarks.append(Phrase("ledger_rows_alike", lines=alike))
    return Ledger(Path(path).name, errors, MappingProxyType(dict(table.headers)), tuple(remarks))


def read_vouchers(path: str | Path) -> dict[tuple[str, str], int]:
    """Read how many vouchers there were: columns `unit`, `period` and `vouchers` (单位, 评价期,
    凭证笔数), CSV or XLSX, the sheet called `vouchers` or the only one.

    Returns:
        (unit, period as `str(Period)`) -> vouchers.

    Raises:
        EvaluationError: names row and column, and what was expected.

    >>> from ahp.resources import data_folder
    >>> folder = data_folder("examples") / "evaluation"
    >>> len(ahp.evaluation.read_vouchers(folder / "supervision_vouchers.csv"))
    48
    """
    vouchers: dict[tuple[str, str], int] = {}
    lines: dict[tuple[str, str], int] = {}
    with open_table(Path(path), EvaluationError, _SHEETS["vouchers"]) as opened:
        for row in Table(str(path), opened, _VOUCHERS, _MAY_BE_EMPTY):
            try:
                cell = row["unit"], str(parse_period(row["period"]))
            except EvaluationError as problem:
                row.refuse("period", problem.code, **problem.parameters)
            text = row["vouchers"]
            count = int(text.replace(",", "")) if _COUNT.fullmatch(text) else 0
            if not count:
                row.refuse("vouchers", "vouchers_unreadable", text=text)
            if vouchers.setdefault(cell, count) != count:
                other = str(vouchers[cell])
                row.refuse("vouchers", "cell_twice", value=text, other=other, line=lines[cell])
            lines.setdefault(cell, row.line)
    return vouchers


def summarize_ledger(
    ledger: Ledger,
    vouchers: Mapping[tuple[str, str], int],
    *,
    days: int,
    on: date,
    kind: Literal["month", "quarter", "half", "year"] = "quarter",
) -> LedgerSummary:
    """Count errors by unit and period.

    Errors before the first period with vouchers only say what is repeated, and what was due later.

    Args:
        ledger: as `read_ledger` reads it.
        vouchers: (unit, period) -> how many, as `read_vouchers` reads them.
        days: in which an error is to be mended whose row doesn't say by when.
        on: day that the ledger stands for: what is due after it doesn't count yet.
        kind: of the periods.

    Raises:
        EvaluationError: no vouchers, or of another kind of period; an error after `on`, or of a
            unit and period without vouchers, with its row and column.

    >>> from datetime import date
    >>> from ahp.resources import data_folder
    >>> folder = data_folder("examples") / "evaluation"
    >>> ledger = ahp.evaluation.read_ledger(folder / "supervision_ledger.csv")
    >>> vouchers = ahp.evaluation.read_vouchers(folder / "supervision_vouchers.csv")
    >>> summary = ahp.evaluation.summarize_ledger(
    ...     ledger, vouchers, days=10, on=date(2026, 12, 31)
    ... )
    >>> summary.periods
    ('2026Q1', '2026Q2', '2026Q3', '2026Q4')
    """
    cells = {(unit, parse_period(period)): count for (unit, period), count in vouchers.items()}
    if not cells:
        raise EvaluationError("vouchers_none")
    for _, period in cells:
        if period.kind != kind:
            kinds = {"kind": KIND_WORDS[period.kind], "expected": KIND_WORDS[kind]}
            raise EvaluationError("period_kind", period=str(period), **kinds)
    units = tuple(sorted({unit for unit, _ in cells}))
    periods = tuple(sorted({period for _, period in cells}))
    counts = {name: np.zeros((len(units), len(periods)), np.int64) for name in QUANTITIES}

    def count(name: str, unit: str, period: Period, more: int = 1) -> None:
        counts[name][units.index(unit), periods.index(period)] += more

    for (unit, period), number in cells.items():
        count("vouchers", unit, period, number)
    groups: Counter[tuple[str, str, str, Period]] = Counter()
    for error in ledger.errors:
        period = _period_of(error.day, kind)
        if error.day > on:
            _refuse_error(ledger, error, "date", "date_after", date=str(error.day), on=str(on))
        if (error.unit, period) not in cells and period >= periods[0]:
            parameters = {"unit": error.unit, "period": str(period)}
            _refuse_error(ledger, error, "unit", "vouchers_missing", **parameters)
        groups[error.unit, error.business, error.kind, period] += 1
        if (error.unit, period) in cells:
            count("errors", error.unit, period)
            count("found_later", error.unit, period, int(error.found_later))
        due = error.due or error.day + timedelta(days)
        if due <= on and (error.unit, _period_of(due, kind)) in cells:
            count("due", error.unit, _period_of(due, kind))
            late = error.mended is None or error.mended > due
            count("late", error.unit, _period_of(due, kind), int(late))
    for (unit, business, error_kind, period), number in groups.items():
        if (unit, period) in cells:
            seen = groups.get((unit, business, error_kind, period.earlier), 0)
            count("repeated", unit, period, number if seen else number - 1)
    return LedgerSummary(
        ledger.source,
        units,
        tuple(map(str, periods)),
        **{name: read_only(array) for name, array in counts.items()},
    )


def _share(part: Counts, whole: Counts) -> Floats:
    return read_only(np.where(whole > 0, part / np.maximum(whole, 1), np.nan))


def _period_of(day: date, kind: str) -> Period:
    months = 12 // PERIODS[kind]
    return Period(day.year, -(-day.month // months) * months, months)


def _refuse_error(
    ledger: Ledger, error: ErrorEntry, role: str, code: str, /, **parameters: Any
) -> NoReturn:
    place = f"{ledger.source}: row {error.line}, column {ledger.headers[role]}"
    raise EvaluationError("at_place", place=place, problem=Phrase(code, **parameters))


def _error(row: TableRow) -> ErrorEntry:
    """The error that a row of a ledger describes."""
    day = _date(row, "date")
    due = _date(row, "due") if row["due"] else None
    mended = _date(row, "mended") if row["mended"] else None
    for role, later in (("due", due), ("mended", mended)):
        if later is not None and day > later:
            row.refuse(role, "date_before", date=str(later), error=str(day))
    amount = row["amount"]
    if amount and not _AMOUNT.fullmatch(amount):
        row.refuse("amount", "amount_unreadable", text=amount)
    return ErrorEntry(
        row.line,
        row["unit"],
        day,
        row["business"],
        row["kind"],
        Decimal(amount.replace(",", "") or 0),
        row["source"],
        due,
        mended,
    )


def _date(row: TableRow, role: str) -> date:
    text = re.sub(r"[年月/.]", "-", row[role]).removesuffix("日")
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        row.refuse(role, "date_unreadable", text=row[role])
