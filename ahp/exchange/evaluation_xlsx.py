"""A workbook to fill in for an evaluation: the observations of a period, one row a value, and
sheets that score them with formulas while they are filled in.

`ahp.evaluation.read_observations` reads the first sheet; the others are there to see, and to check
the official totals against.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ..errors import EvaluationError, OptionError
from ..evaluation import Period, Scheme, parse_period
from ..evaluation.observations import number_parts
from ..evaluation.rules import decimal
from ..evaluation.scoring import period_problem
from ..i18n import LANGUAGES
from ..i18n.evaluation import bands_of, event_words, rule_words
from .cells import add_looks, dress, put, raise_row, set_up
from .evaluation_form import EVIDENCE, FIRST_ROW, NOTE, VALUE, Form
from .evaluation_scores import write_calculation, write_scores

_HEADERS = {
    "en": (
        *("unit", "name", "value", "unit of measure", "period", "indicator", "rater", "item"),
        *("input", "evidence", "note"),
    ),
    "zh": (
        *("被评价单位", "名称", "观测值", "计量单位", "评价期", "指标", "评分人", "项目"),
        *("数据项", "依据", "备注"),
    ),
}
_WIDTHS = dict(zip("ABCDEFGHIJK", (16, 44, 16, 14, 11, 18, 12, 16, 12, 22, 22), strict=True))

MAX_ENTRIES = 40_000
"""Values to fill in: workbooks of more are larger than what is read back."""


def evaluation_workbook(
    scheme: Scheme,
    units: Sequence[str],
    period: str | Period,
    *,
    language: str = "zh",
    raters: int = 1,
    items: int = 1,
    records: Iterable[Mapping[str, str]] = (),
) -> bytes:
    """The workbook for one period as an .xlsx file.

    Args:
        scheme: the scheme, with its own weights.
        units: names of the units.
        period: of the scheme's kind and inside its dates.
        language: of `LANGUAGES`.
        raters: how many rate each graded indicator; more where the scheme needs more.
        items: how many items, such as calls or loans, a graded or derived indicator may have, and
            one whose items are not joined by their mean.
        records: what was observed, to be filled in, as `observations_from_records` takes it, every
            column given; those of other units and periods are left out.

    Raises:
        EvaluationError: no units, one twice, or a period that the scheme doesn't allow.
        OptionError: `language` is unknown.
    """
    if language not in LANGUAGES:
        raise OptionError.unknown("language", language, LANGUAGES)
    parsed = parse_period(period) if isinstance(period, str) else period
    if problem := period_problem(scheme, parsed):
        raise EvaluationError(problem.code, **problem.parameters)
    _check_units(scheme, units)
    given: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for record in records:
        if record["period"] == str(parsed):
            given.setdefault((record["unit"], record["indicator"]), []).append(record)
    form = Form(scheme, tuple(units), parsed, language, raters, items, given)
    if len(form.entries) > MAX_ENTRIES:
        raise EvaluationError("template_long", count=len(form.entries), most=MAX_ENTRIES)
    workbook = Workbook()
    add_looks(workbook, "Microsoft YaHei" if language == "zh" else "Arial")
    names = form.sheets
    sheets = [workbook.worksheets[0], *(workbook.create_sheet(name) for name in names[1:])]
    sheets[0].title = names[0]
    observed, scores, rules, calculation, lists = sheets
    _write_lists(form, lists)
    _write_observations(form, observed)
    write_calculation(form, calculation)
    write_scores(form, scores)
    _write_rules(form, rules)
    lists.sheet_state = "hidden"
    workbook.calculation.fullCalcOnLoad = True
    workbook.properties.title = form.title
    workbook.properties.creator = "ahp"
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _check_units(scheme: Scheme, units: Sequence[str]) -> None:
    if not units:
        raise EvaluationError("units_needed")
    for k, unit in enumerate(units):
        if unit in units[:k]:
            raise EvaluationError("unit_again", unit=unit)
        if scheme.units and unit not in scheme.units:
            raise EvaluationError("unit_unknown", unit=unit, valid=scheme.units)


def _write_lists(form: Form, sheet: Worksheet) -> None:
    """Words that may be filled in, with what they stand for."""
    for table in form.lists.values():
        words, numbers, choices = table.columns
        for row, (word, number) in enumerate(zip(table.words, table.numbers, strict=True), start=1):
            put(sheet, f"{words}{row}", word, "text")
            put(sheet, f"{numbers}{row}", float(number), "text")
        for row, choice in enumerate(table.choices, start=1):
            put(sheet, f"{choices}{row}", choice, "text")


def _write_observations(form: Form, sheet: Worksheet) -> None:
    """One row a value; what is to be filled in is open."""
    _ = form.translate
    set_up(sheet, _WIDTHS)
    sheet.freeze_panes = "D2"
    for letter, header in zip(_WIDTHS, _HEADERS[form.language], strict=True):
        put(sheet, f"{letter}1", header, "header")
    chosen: dict[str, list[int]] = {}
    for row, entry in enumerate(form.entries, start=FIRST_ROW):
        cells = {
            **{"A": entry.unit, "B": entry.label, "D": entry.measure, "E": str(form.period)},
            **{"F": entry.indicator, "G": entry.rater, "H": entry.item, "I": entry.input},
        }
        for letter, text in cells.items():
            dress(sheet[f"{letter}{row}"], "entry" if letter == "G" else "cell")
            if text:
                put(sheet, f"{letter}{row}", text, sheet[f"{letter}{row}"].style)
        for letter in (VALUE, EVIDENCE, NOTE):
            dress(sheet[f"{letter}{row}"], "entry")
        if record := form.record_of(entry):
            _put_record(sheet, row, record)
        if form.is_sampled(entry):
            sheet[f"{VALUE}{row}"].number_format = "@"  # 3/4 would become a date
        elif (name := form.list_of(entry)) is not None:
            chosen.setdefault(name, []).append(row)
    for name, rows in chosen.items():
        choice = DataValidation(
            type="list",
            formula1=form.lists[name].choice_cells,
            allow_blank=True,
            showErrorMessage=True,
            errorStyle="warning",
            errorTitle=_("Please choose from the list"),
            error=_("Choose an entry from the list of this cell, or empty the cell."),
        )
        for first, last in _runs(rows):
            choice.add(f"{VALUE}{first}:{VALUE}{last}")
        sheet.add_data_validation(choice)
    sheet.print_title_rows = "1:1"


def _put_record(sheet: Worksheet, row: int, record: Mapping[str, str]) -> None:
    """What was observed; a number as one."""
    value, parts = record["value"], number_parts(record["value"])
    number = None if parts is None else float(Fraction(parts[0], 10 ** parts[1]))
    for letter, one in (
        (VALUE, value if number is None else number),
        (EVIDENCE, record["evidence"]),
        (NOTE, record["note"]),
    ):
        if one != "":
            put(sheet, f"{letter}{row}", one, "entry")


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of rows without a gap."""
    start = 0
    for k in range(1, len(rows) + 1):
        if k == len(rows) or rows[k] != rows[k - 1] + 1:
            yield rows[start], rows[k - 1]
            start = k


def _write_rules(form: Form, sheet: Worksheet) -> None:
    """The rules in words."""
    _ = form.translate
    scheme, language = form.scheme, form.language
    set_up(sheet, {"A": 34, "B": 12, "C": 12, "D": 100})
    put(sheet, "A1", form.title, "title")
    rows: list[tuple[str, str, str, str]] = [
        (_("Indicator"), _("Weight"), _("Clause"), _("How points are given"))
    ]
    rows += [
        (
            form.names[leaf],
            decimal(form.weights[leaf]),
            indicator.clause,
            rule_words(scheme, indicator, language),
        )
        for leaf, indicator in scheme.indicator.items()
        if leaf in form.weights
    ]
    rows += [
        (form.names[event.id], "", event.clause, event_words(scheme, event, language))
        for event in scheme.events.values()
    ]
    bands = bands_of(scheme, language)
    rows += [
        (
            bands[band.id],
            "",
            "",
            _("Band from {points} points on").format(points=decimal(band.at_least)),
        )
        for band in scheme.bands
    ]
    for row, cells in enumerate(rows, start=3):
        for letter, text in zip("ABCD", cells, strict=True):
            put(sheet, f"{letter}{row}", text, "header" if row == 3 else "cell")
        raise_row(sheet, row, cells[-1], 100)
