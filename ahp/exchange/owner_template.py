"""Workbooks that data owners fill in: units down, their indicators across.

A sheet for each owner. What is to be filled in is open, the rest locked; a hidden sheet says what
each column is, so that a filled workbook is read by `read_layout` without any question.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Literal

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ..errors import EvaluationError, OptionError
from ..evaluation import Period, Scheme, parse_period
from ..evaluation.rules import Rated
from ..evaluation.scheme import Bonus
from ..evaluation.scoring import period_problem
from ..i18n import LANGUAGES, Translate, translator
from ..i18n.evaluation import event_words, names_of, rule_words
from ..report.workbook import sheet_names
from ..tables.grids import HIDDEN, Grid
from .cells import add_looks, dress, one_line, put, raise_row, set_up, span
from .observation_layout import (
    Layout,
    LayoutColumn,
    expected_of,
    items_of,
    joined_headers,
    number_text,
    values_of,
)

KIND = "ahp template"
_HEADERS = (3, 4, 5)
"""Rows of the headers: indicator, part of it, unit of measure."""

_FIRST = 6
_UNITS_WIDTH, _WIDTH = 24, 18
_PIECE = 30_000
"""Characters of a layout in one cell; a cell holds 32 767."""

_LONGEST_LIST = 255
"""Characters that a cell's list of entries may have."""

_SPECIAL = {"en": ("n/a", "not reported", "not due"), "zh": ("不适用", "缺报", "未到期")}


@dataclass(frozen=True)
class _Entry:
    """A column to fill in.

    Attributes:
        name: of the indicator, deduction, bonus or veto.
        part: of it.
        measure: unit of measure.
        column: what it is, without its header.
        rule: how points come of it, in words.
    """

    name: str
    part: str
    measure: str
    column: LayoutColumn
    rule: str

    @property
    def parts(self) -> tuple[str, str, str]:
        """Of the header, from the top down."""
        return one_line(self.name), one_line(self.part or self.name), one_line(self.measure)


@dataclass(frozen=True)
class _Form:
    """What a workbook is for."""

    scheme: Scheme
    units: Mapping[str, str]
    period: Period
    language: str

    @property
    def last(self) -> int:
        """Row of the last unit."""
        return _FIRST + len(self.units) - 1

    @property
    def translate(self) -> Translate:
        """Into the language of the workbook."""
        return translator(self.language)


def owner_template(
    scheme: Scheme,
    owner_indicators: Mapping[str, Sequence[str]],
    units: Mapping[str, str],
    period: str | Period,
    language: str = "zh",
) -> bytes:
    """The workbook for one period as an .xlsx file.

    Args:
        scheme: the scheme.
        owner_indicators: data owner -> ids of indicators, deductions, bonuses and vetoes.
        units: id -> name.
        period: of the scheme's kind and inside its dates.
        language: of `LANGUAGES`.

    Raises:
        EvaluationError: no units, an unknown indicator, or a period that the scheme doesn't allow.
        OptionError: `language` is unknown.
    """
    if language not in LANGUAGES:
        raise OptionError.unknown("language", language, LANGUAGES)
    parsed = parse_period(period) if isinstance(period, str) else period
    if problem := period_problem(scheme, parsed):
        raise EvaluationError(problem.code, **problem.parameters)
    if not units or not owner_indicators:
        raise EvaluationError("units_needed" if not units else "owners_needed")
    form = _Form(scheme, units, parsed, language)
    workbook = Workbook()
    add_looks(workbook, "Microsoft YaHei" if language == "zh" else "Arial")
    workbook.remove(workbook.worksheets[0])
    hidden: list[tuple[str, ...]] = [(KIND,)]
    names = sheet_names(list(owner_indicators))
    for name, indicators in zip(names, owner_indicators.values(), strict=True):
        entries = list(_entries(scheme, indicators, language))
        content = _write(workbook.create_sheet(name), entries, form).content
        pieces = (content[k : k + _PIECE] for k in range(0, len(content), _PIECE))
        hidden.append((name, *pieces))
    sheet = workbook.create_sheet(HIDDEN)
    for row, texts in enumerate(hidden, start=1):
        for column, text in enumerate(texts, start=1):
            put(sheet, f"{get_column_letter(column)}{row}", text, "text")
    sheet.sheet_state = "hidden"
    sheet.protection.enable()
    workbook.security = WorkbookProtection(lockStructure=True)
    workbook.properties.creator = "ahp"
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def template_layout(grid: Grid) -> Layout | None:
    """The layout of a sheet of a workbook that was given out; None for another file.

    Raises:
        EvaluationError: its hidden sheet was changed.
    """
    if not grid.hidden or grid.hidden[0][:1] != (KIND,):
        return None
    for title, *pieces in grid.hidden[1:]:
        if title == grid.sheet:
            return Layout.from_content("".join(pieces), f"{grid.source}: {HIDDEN}")
    raise EvaluationError("template_sheet_renamed", source=grid.source, sheet=grid.sheet)


def _entries(scheme: Scheme, indicators: Sequence[str], language: str) -> Iterator[_Entry]:
    """The columns of an owner."""
    _ = translator(language)
    names = names_of(scheme, language)
    for one in indicators:
        if one not in scheme.indicator and one not in scheme.events:
            valid = (*scheme.indicator, *scheme.events)
            raise EvaluationError("indicator_unknown", name=one, valid=valid)
        leaf = scheme.indicator.get(one)
        if leaf is None:
            event = scheme.events[one]
            given = isinstance(event, Bonus) and event.points is None
            measure, rule = (
                _("points") if given else _("times"),
                event_words(scheme, event, language),
            )
            document = event.document
        else:
            # of a grade the list says what may stand there
            measure = "" if isinstance(leaf.rule, Rated) else leaf.unit
            rule, document = rule_words(scheme, leaf, language), leaf.document
        parts = items_of(scheme, one)
        for part, texts in (parts or {"": {}}).items():
            stated = expected_of(scheme, one, part).unit if part else measure
            column = values_of(scheme, one, part)
            yield _Entry(names[one], scheme.text(texts, language), stated, column, rule)
        if document:
            column = LayoutColumn("-", "evidence", one)
            yield _Entry(names[one], _("Document number"), "", column, rule)
    yield _Entry(_("Note"), "", "", LayoutColumn("-", "note"), "")


def _write(sheet: Worksheet, entries: Sequence[_Entry], form: _Form) -> Layout:
    """Write a sheet; returns how it is laid out."""
    _, scheme = form.translate, form.scheme
    letters = [get_column_letter(k) for k in range(2, len(entries) + 2)]
    set_up(sheet, {"A": _UNITS_WIDTH, **dict.fromkeys(letters, _WIDTH)})
    name = scheme.text(scheme.name, form.language)
    title = _("{scheme}, {period}").format(scheme=name, period=form.period)
    put(sheet, "A1", f"{sheet.title} · {title}", "title")
    guide = _(
        "Fill in the yellow cells. A cell stays empty while its value isn't known; where there is "
        "none, write one of: {words}. Comments of the headers say how points are given."
    )
    words = _(", ").join(_SPECIAL[form.language])
    span(sheet, f"A2:{letters[-1]}2", guide.format(words=words), "note")
    unit_header = _("Evaluated unit")
    for row in _HEADERS:
        put(sheet, f"A{row}", unit_header if row == _HEADERS[0] else "", "header")
    sheet.merge_cells(f"A{_HEADERS[0]}:A{_HEADERS[-1]}")
    for letter, entry in zip(letters, entries, strict=True):
        _write_column(sheet, letter, entry, form)
    _merge_headers(sheet, entries)
    for row, shown in enumerate(form.units.values(), start=_FIRST):
        put(sheet, f"A{row}", shown, "name")
        raise_row(sheet, row, shown, _UNITS_WIDTH)
    sheet.freeze_panes = f"B{_FIRST}"
    sheet.print_title_rows = f"{_HEADERS[0]}:{_HEADERS[-1]}"
    headers = joined_headers({k: entry.parts for k, entry in enumerate(entries)})
    columns = [LayoutColumn(unit_header, "unit")]
    columns += [replace(entry.column, header=headers[k]) for k, entry in enumerate(entries)]
    return Layout(
        "wide",
        tuple(columns),
        len(_HEADERS),
        sheet.title,
        period=str(form.period),
        scheme=scheme.content_hash,
        units={one_line(shown): unit for unit, shown in form.units.items()},
    )


def _write_column(sheet: Worksheet, letter: str, entry: _Entry, form: _Form) -> None:
    for row, text in zip(_HEADERS, entry.parts, strict=True):
        put(sheet, f"{letter}{row}", text, "header")
    raise_row(sheet, _HEADERS[1], entry.part or "-", _WIDTH)
    if entry.rule:
        comment = Comment(entry.rule, "ahp", height=160, width=320)
        sheet[f"{letter}{_HEADERS[0]}"].comment = comment
    for row in range(_FIRST, form.last + 1):
        dress(sheet[f"{letter}{row}"], "entry")
    if entry.column.role == "values":
        validation = _validation(f"{letter}{_FIRST}", entry.column, form)
        if validation is not None:
            validation.add(f"{letter}{_FIRST}:{letter}{form.last}")
            sheet.add_data_validation(validation)
    elif entry.column.role == "evidence":
        for row in range(_FIRST, form.last + 1):
            sheet[f"{letter}{row}"].number_format = "@"  # 2026-14 would become a date


def _merge_headers(sheet: Worksheet, entries: Sequence[_Entry]) -> None:
    """Join the header of an indicator over its columns, or over two rows where it has one alone."""
    first, second, _third = _HEADERS
    start = 2
    for (name, _), group in groupby(entries, lambda entry: (entry.name, entry.column.indicator)):
        count = len(list(group))
        raise_row(sheet, first, name, count * _WIDTH)
        left, right = get_column_letter(start), get_column_letter(start + count - 1)
        end = second if count == 1 and not entries[start - 2].part else first
        if count > 1 or end == second:
            sheet.merge_cells(f"{left}{first}:{right}{end}")
        start += count


def _validation(cell: str, column: LayoutColumn, form: _Form) -> DataValidation | None:
    """What may be filled in."""
    _, scheme, language = form.translate, form.scheme, form.language
    leaf = scheme.indicator.get(column.indicator)
    expected = expected_of(scheme, column.indicator, column.input)
    if leaf is not None and isinstance(leaf.rule, Rated):
        grades = scheme.grades[leaf.rule.grades]
        entries = [*(scheme.text(one.name, language) for one in grades), *_SPECIAL[language]]
        offered = ",".join(entries)
        if len(offered) > _LONGEST_LIST or offered.split(",") != entries or '"' in offered:
            return None  # a list in a cell can't have them
        told = _("Choose an entry from the list of this cell.")
        return _checked("list", f'"{offered}"', told, _)
    if column.item:
        return None  # results of control points may be words
    low, high = expected.valid or (None, None)
    if leaf is None:
        low = Fraction(0)
    elif expected.valid is None and expected.share:
        low = Fraction(0)
        high = Fraction(100 if expected.share == "percent" else 1)
    bounds = [f"ISNUMBER({cell})"]
    bounds += [f"{cell}>={number_text(low)}"] if low is not None else []
    bounds += [f"{cell}<={number_text(high)}"] if high is not None else []
    words = (f'{cell}="{word}"' for word in _SPECIAL[language])
    told = {
        (False, False): _("Please enter a number."),
        (True, False): _("Please enter a number from {low} on."),
        (True, True): _("Please enter a number from {low} to {high}."),
    }[low is not None, high is not None]
    ends = {"low": number_text(low or Fraction(0)), "high": number_text(high or Fraction(0))}
    return _checked(
        "custom", f"OR(AND({','.join(bounds)}),{','.join(words)})", told.format(**ends), _
    )


def _checked(
    kind: Literal["list", "custom"], formula: str, told: str, _: Translate
) -> DataValidation:
    return DataValidation(
        type=kind,
        formula1=formula,
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=_("Please check the value"),
        error=told,
        showInputMessage=True,
        prompt=told,
    )
