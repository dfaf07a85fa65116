"""The benchmark of evaluations runs, at a small size, and says what it measured."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ahp.evaluation import evaluate, read_observations
from benchmarks.evaluation import Report, run, scheme, write_observations


def test_all_rows_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    run(units=4, indicators=10, periods=2, draws=50, page_units=4)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:66].strip() for line in lines] == [
        "4 units × 10 indicators × 2 periods: read and scored",
        "a waterfall, when it is asked for",
        "4 units × 50 draws: probabilities of bands",
        "the same: most memory",
        "4 units × 50 draws: of bands and ranks",
        "the same: most memory",
        "4 units × 18 indicators: league table and a card",
        "ten times the units: × the time",
    ]
    assert all(float(line[66:77]) > 0 for line in lines)
    assert [line.split("<=")[1].split()[0] for line in lines if "<=" in line] == [
        "15",
        "5",
        "0.5",
        "11",
    ]


def test_what_takes_longer_falls_short(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.row("quick", 1, "s", 2)
    report.row("slow", 3, "s", 2)
    report.row("untold", 3, "MB")
    assert report.short == 1
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == [
        "2",
        "SHORT",
        "MB",
    ]


def test_its_data(tmp_path: Path) -> None:
    path = tmp_path / "observations.csv"
    write_observations(path, 20, 10, 3)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 600
    assert 2 <= sum(row["value"] == "" for row in rows) <= 30
    result = evaluate(scheme(10), read_observations(path))
    assert result.totals.shape == (20, 3)
    assert (result.totals > 50).all()
