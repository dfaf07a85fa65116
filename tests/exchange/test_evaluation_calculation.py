"""The workbook of a period, filled in: LibreOffice calculates the official totals from it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from ahp.errors import EvaluationError
from ahp.evaluation.scheme import Missing
from ahp.exchange.evaluation_calculation import filled_workbook
from ahp.process.evaluations.judged import result_of
from ahp.process.evaluations.state import EvaluationState
from tests.process.evaluations.played import example

from .conftest import Recalculate

PERIODS = ("2026Q1", "2026Q2", "2026Q3", "2026Q4")


@pytest.fixture(scope="module")
def recalculated(recalculate: Recalculate) -> dict[str, bytes]:
    return recalculate({period: filled_workbook(example(), period, "zh") for period in PERIODS})


@pytest.mark.parametrize("period", PERIODS)
def test_libreoffice_calculates_the_totals_of_the_period(
    period: str, recalculated: dict[str, bytes]
) -> None:
    result = result_of(example(), period)
    sheet = load_workbook(io.BytesIO(recalculated[period]), data_only=True)["计分"]
    bands = {band.id: band.name["zh"] for band in result.scheme.bands}
    found = [[sheet[f"{letter}{row}"].value for letter in "ABC"] for row in range(4, 16)]
    column = result.period_position(period)
    expected = []
    for row, unit in enumerate(result.units):
        total, band = result.total(unit, period), str(result.bands[row, column])
        known = "没有总分" if total is None else float(total)
        expected.append([unit, known, bands.get(band)])
    assert [[unit, total] for unit, total, _band in found] == [
        [unit, pytest.approx(total, abs=1e-9)] for unit, total, _band in expected
    ]
    assert [band or None for *_others, band in found] == [band for *_others, band in expected]


def test_what_stands_in_a_row() -> None:
    content = filled_workbook(example(), "2026Q2", "en")
    sheet = load_workbook(io.BytesIO(content))["observations"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_col=10)]
    late = [row for row in rows if row[0] == "辛市监督中心" and row[5] == "late_report"]
    assert late == [
        [
            *("辛市监督中心", "Supervision report late", 1, "times", "2026Q2", "late_report"),
            *(None, None, None, "报告收文登记2026-31号"),
        ]
    ]


def test_points_of_the_period_before_are_refused() -> None:
    now = example()
    version = now.versions[0]
    carrying = replace(version, scheme=replace(version.scheme, missing=Missing("last")))
    periods = {name: replace(held, version=carrying) for name, held in now.periods.items()}
    changed: EvaluationState = replace(now, versions=(carrying,), periods=periods)
    with pytest.raises(EvaluationError) as raised:
        filled_workbook(changed, "2026Q2", "en")
    assert str(raised.value) == (
        "'self_study' has points that are carried over from the period before, which a workbook "
        "of one period can't calculate."
    )
