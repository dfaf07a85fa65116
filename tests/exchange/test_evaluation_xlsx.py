"""Workbooks for evaluations: filled in and recalculated they give the official totals."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from ahp.errors import EvaluationError, OptionError
from ahp.evaluation import evaluate, load_scheme, read_observations, shipped_schemes
from ahp.evaluation.rules import (
    AnyRule,
    Checklist,
    Completion,
    Deductive,
    Derived,
    Measured,
    Membership,
    Rated,
    Shares,
    Stepwise,
    Target,
)
from ahp.evaluation.scheme import Bonus, Indicator, Missing, Scheme, TotalRules
from ahp.exchange.evaluation_xlsx import evaluation_workbook

from .conftest import Recalculate

EVERY_RULE = Path(__file__).parents[1] / "evaluation" / "every_rule.toml"
FINDINGS = Path(__file__).parents[1] / "evaluation" / "findings.toml"
UNITS = tuple(f"Branch {k}" for k in range(1, 9))


@dataclass(frozen=True)
class Case:
    """A workbook and how it is made."""

    scheme: Scheme
    period: str
    language: str
    raters: int
    items: int


def cases() -> dict[str, Case]:
    every = load_scheme(EVERY_RULE)
    own = {
        "first_quarter": Case(every, "2026Q1", "en", 3, 1),
        "last_quarter": Case(every, "2026Q4", "zh", 4, 3),
        "blocks": Case(replace(every, missing=Missing("blocks")), "2026Q2", "zh", 1, 2),
        "other_order": Case(
            replace(
                every,
                total=TotalRules(
                    order=("vetoes", "bonuses", "limits", "deductions"), floor=Fraction(-5)
                ),
                missing=Missing("zero", Fraction("0.8")),
            ),
            "2026Q3",
            "en",
            5,
            2,
        ),
        "findings": Case(load_scheme(FINDINGS), "2026-03", "zh", 1, 1),
    }
    shipped = {}
    for name, path in shipped_schemes().items():
        scheme = load_scheme(path)
        last = {"month": "2026-12", "quarter": "2026Q4", "half": "2026H2", "year": "2026"}
        shipped[name] = Case(scheme, last[scheme.period.kind], scheme.languages[0], 3, 2)
    return {**own, **shipped}


CASES = cases()


def units_of(scheme: Scheme) -> tuple[str, ...]:
    return scheme.units or UNITS


def a_number(chance: random.Random, rule: AnyRule) -> float:
    """A value near where points change, sometimes just there."""
    match rule:
        case Measured(low=low, high=high):
            edges, span = [low, high], high - low
        case Completion(target=target):
            edges, span = [target, 2 * target], target
        case Target(low=low, high=high, tolerance=span):
            edges = [low, high, low - span, high + span]
        case Stepwise():
            edges, span = list(rule.edges), max(rule.edges) - min(rule.edges) + 1
        case Membership():
            edges, span = list(rule.thresholds), rule.thresholds[-1] - rule.thresholds[0]
        case _:
            raise AssertionError(rule)
    if chance.random() < 0.2:
        return float(chance.choice(edges))
    start = float(min(edges) - span / 5)
    number = round(chance.uniform(start, float(max(edges) + span / 5)), chance.randint(2, 6))
    return max(number, 0.0) if isinstance(rule, Completion) else number


def fill(case: Case, content: bytes, seed: int) -> bytes:
    """The workbook as people may have filled it in."""
    chance = random.Random(seed)
    gap = 0.5 / len(case.scheme.leaves)
    workbook = load_workbook(io.BytesIO(content))
    sheet = workbook.worksheets[0]
    rows: dict[tuple[str, str], list[int]] = {}
    for row in range(2, sheet.max_row + 1):
        rows.setdefault((sheet[f"A{row}"].value, sheet[f"F{row}"].value), []).append(row)
    units = list(dict.fromkeys(unit for unit, _ in rows))
    for (unit, name), own in rows.items():
        indicator = case.scheme.indicator.get(name)
        if indicator is None:
            fill_event(chance, case.scheme, sheet, name, own[0])
            continue
        whole = unit in units[:2]  # where what is missing blocks the total, these have one
        state = 1 if whole else chance.random()
        if state < gap:
            continue
        if state < 2 * gap:
            for row in own:
                sheet[f"C{row}"] = "n/a" if case.language == "en" else "不适用"
            continue
        fill_indicator(chance, case.scheme, sheet, indicator, own, whole)
        if indicator.document:
            for row in own:
                sheet[f"J{row}"] = f"file {row}"
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def fill_event(chance: random.Random, scheme: Scheme, sheet: Any, name: str, row: int) -> None:
    event = scheme.events[name]
    veto = event in scheme.vetoes
    if chance.random() < (0.05 if veto else 0.3):
        given = isinstance(event, Bonus) and event.points is None
        sheet[f"C{row}"] = round(chance.uniform(0, 4), 2) if given else chance.randint(1, 3)
        sheet[f"J{row}"] = "a document"


def fill_indicator(
    chance: random.Random,
    scheme: Scheme,
    sheet: Any,
    indicator: Indicator,
    rows: Sequence[int],
    whole: bool,
) -> None:
    rule = indicator.rule
    items: dict[Any, list[int]] = {}
    for row in rows:
        items.setdefault(sheet[f"H{row}"].value, []).append(row)
    values: dict[int, Any] = {}
    match rule:
        case Rated():
            grades = scheme.grades[rule.grades]
            for k, own in enumerate(items.values()):
                if k == 0 or chance.random() < 0.7:
                    for row in own:
                        values[row] = chance.choice(chance.choice(grades).words)
        case Shares():
            cuts = sorted(chance.randint(0, 100) for _ in rows[1:])
            parts = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
            values = {
                row: part if rule.counts else part / 100
                for row, part in zip(rows, parts, strict=True)
            }
        case Checklist():
            values = results(chance, sheet, rule, rows, whole)
        case Deductive():
            values = {row: chance.randint(0, 3) for row in rows}
        case Derived():
            values = inputs(chance, sheet, rule, items)
        case _:
            values = {row: a_number(chance, rule) for row in rows}
            if indicator.valid is not None:
                low, high = map(float, indicator.valid)
                values = {row: min(max(one, low), high) for row, one in values.items()}
    for row, one in values.items():
        sheet[f"C{row}"] = one


def results(
    chance: random.Random, sheet: Any, rule: Checklist, rows: Sequence[int], whole: bool
) -> dict[int, Any]:
    """Results of control points, sometimes one lacking; findings that touch several of them."""
    samples = {point.id: point.sample for point in rule.control_points}
    words = ["是", "yes", 1, 0.5, "部分", "no", 0, "n/a", "pass"]
    for row in rows:
        if chance.random() < 0.6:
            sheet[f"J{row}"] = f"finding {chance.randint(1, 2)}"
    left_out = rows[0] if chance.random() < 0.04 and not whole else None
    found: dict[int, Any] = {}
    for row in rows:
        size = samples[sheet[f"H{row}"].value] or chance.choice([0] * 9 + [4])
        drawn = f"{chance.randint(0, size)}/{size}"
        found[row] = drawn if size else chance.choice(words)
    return {row: result for row, result in found.items() if row != left_out}


def inputs(
    chance: random.Random, sheet: Any, rule: Derived, items: dict[Any, list[int]]
) -> dict[int, float]:
    """Inputs of all items but some; of none, where the formula has no points for its value."""
    values: dict[int, float] = {}
    for k, (item, own) in enumerate(items.items()):
        if k < 2 or item is None or chance.random() < 0.7:
            values |= {row: round(chance.uniform(0.5, 90), 2) for row in own}
    given: dict[str, Any] = {}
    for row, one in values.items():
        name, item = sheet[f"I{row}"].value, sheet[f"H{row}"].value
        exact = Fraction(repr(one))
        given[name] = exact if item is None else (*given.get(name, ()), exact)
    found = rule.parsed({**rule.constants, **given}, rule.tables)
    below = min(found if isinstance(found, tuple) else (found,)) < 0
    return {} if below and isinstance(rule.rule, Completion) else values


@pytest.fixture(scope="module")
def filled() -> dict[str, bytes]:
    found = {}
    for seed, (name, case) in enumerate(CASES.items()):
        content = evaluation_workbook(
            case.scheme,
            units_of(case.scheme),
            case.period,
            language=case.language,
            raters=case.raters,
            items=case.items,
        )
        found[name] = fill(case, content, seed)
    return found


@pytest.fixture(scope="module")
def recalculated(filled: dict[str, bytes], recalculate: Recalculate) -> dict[str, bytes]:
    return recalculate(filled)


@pytest.mark.parametrize("name", CASES)
def test_its_formulas_give_the_official_totals(
    name: str, filled: dict[str, bytes], recalculated: dict[str, bytes], tmp_path: Path
) -> None:
    case = CASES[name]
    path = tmp_path / "filled.xlsx"
    path.write_bytes(filled[name])
    result = evaluate(case.scheme, read_observations(path))
    sheet = load_workbook(io.BytesIO(recalculated[name]), data_only=True).worksheets[1]
    none = {"en": "No total", "zh": "没有总分"}[case.language]
    bands = {band.id: band.name[case.language] for band in case.scheme.bands}
    known = 0
    for row, unit in enumerate(units_of(case.scheme), start=4):
        assert sheet[f"A{row}"].value == unit
        total = result.total(unit, case.period)
        shown = sheet[f"B{row}"].value
        if total is None:
            assert shown == none
            continue
        known += 1
        assert shown == pytest.approx(float(total), abs=1e-9)
        band = str(result.bands[result.units.index(unit), result.periods.index(case.period)])
        assert (sheet[f"C{row}"].value or "") == bands.get(band, "")
    assert known > 0
    saved = tmp_path / "saved.xlsx"
    saved.write_bytes(recalculated[name])
    assert list(read_observations(saved).records()) == list(read_observations(path).records())


def opened(scheme: Scheme, **options: Any) -> Workbook:
    return load_workbook(
        io.BytesIO(evaluation_workbook(scheme, ["North", "South"], "2026Q1", **options))
    )


def test_what_may_be_changed() -> None:
    """Values, raters, evidence and notes; the rest is locked."""
    sheet = opened(load_scheme(EVERY_RULE), language="en", raters=3)["observations"]
    assert sheet.protection.sheet
    for row in sheet.iter_rows(min_row=2):
        open_cells = [cell.column_letter for cell in row if not cell.protection.locked]
        assert open_cells == ["C", "G", "J", "K"]
        assert row[2].value is None


def test_one_row_a_value() -> None:
    sheet = opened(load_scheme(EVERY_RULE), language="zh", raters=2)["观测值"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=9)]
    assert rows[0] == [
        *("被评价单位", "名称", "观测值", "计量单位", "评价期", "指标", "评分人", "项目", "数据项"),
    ]
    assert [row for row in rows if row[0] == "North" and row[5] == "attitude"] == [
        ["North", "服务态度", None, None, "2026Q1", "attitude", f"评分人 {k}", None, None]
        for k in (1, 2, 3)
    ]
    assert [row[1:4] + row[7:9] for row in rows if row[0] == "South" and row[5] == "controls"] == [
        ["内控要点：1.1 岗位分离", None, None, "1.1", None],
        ["内控要点：1.2 双人复核", None, None, "1.2", None],
        ["内控要点：1.10 登记完整", None, None, "1.10", None],
    ]
    assert [row[3] for row in rows if row[0] == "South" and row[5] == "margin"] == [
        *("CNY 10,000", "CNY 10,000", "CNY 10,000", "year"),
    ]
    assert "survey_day" not in {row[5] for row in rows}  # it counts at the end of the year


def test_grades_and_results_are_chosen_from_lists() -> None:
    workbook = opened(load_scheme(EVERY_RULE), language="zh")
    sheet, lists = workbook["观测值"], workbook["列表"]
    assert lists.sheet_state == "hidden"
    offered = []
    for choice in sheet.data_validations.dataValidation:
        cells = choice.formula1.rpartition("!")[2].replace("$", "")
        offered.append([row[0].value for row in lists[cells]])
    assert offered == [["优", "良", "中", "差", "不适用"], ["是", "否", "部分", "不适用"]]


def test_rules_in_words() -> None:
    sheet = opened(load_scheme(EVERY_RULE), language="en")["rules"]
    words = {row[0].value: row[3].value for row in sheet.iter_rows(min_row=4)}
    assert words["Error rate"] == (
        "0.05 or more: 0 points, 0 or less: 100 points, linear between; values from 0 to 1 alone"
    )
    assert words["Share overdue"] == (
        "up to 0.02: 100 points; (0.02, 0.05]: 90 to 60 points; above 0.05: 20 points"
    )
    assert words["Commendation"] == "Bonus: 2 points each time; at most 5 a period"


@pytest.mark.parametrize(
    ("units", "period", "message"),
    [
        ([], "2026Q1", "no units: the scheme lists none, expected their names"),
        (["North", "North"], "2026Q1", "unit 'North' stands twice, expected once"),
        (["North"], "2026-01", "2026-01 is a month, expected a quarter"),
        (["North"], "2028Q1", "2028Q1 begins after the scheme ends (2027-12-31)"),
        (
            [f"Branch {k}" for k in range(3000)],
            "2026Q1",
            "108000 values to fill in, expected at most 40000: choose fewer units",
        ),
    ],
)
def test_refusals(units: list[str], period: str, message: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        evaluation_workbook(load_scheme(EVERY_RULE), units, period, language="en")
    assert str(raised.value) == message


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(OptionError) as raised:
        evaluation_workbook(load_scheme(EVERY_RULE), ["North"], "2026Q1", language="fr")
    assert str(raised.value) == "language = 'fr', expected one of 'zh', 'en'"
