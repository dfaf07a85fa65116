"""`ahp reconstruct` on a table of two parents, small enough to be quick."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ahp.cli import main

TABLE = """
format = 1
id = "small"
title = "Two parents"
source = "made for this test"
goal = "g"
candidates = "small.csv"
[[parents]]
id = "g"
items = ["a", "b"]
weights = { a = "0.75" }
[[parents]]
id = "a"
items = ["x", "y", "z"]
weights = { x = "0.63335", z = "0.10615" }
[composite]
weights = { y = "0.1954" }
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "small.ahp.toml"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_text(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconstruct", str(table), "--language", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "Matrices that work for all parents by one method and rounding: "
        "column mean, every step rounded"
    )
    assert [line.split() for line in lines if line.startswith(("x ", "1 ", "2"))] == [
        ["x", "1", "3", "5", "0.63335", "0.63335"],
        ["1", "x", "0.4750"],
        ["2", "b", "0.2500"],
    ]
    assert capsys.readouterr().err == ""


def test_json_and_stored_candidates(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconstruct", str(table), "--json", "--save"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["settings"] == [["column_mean", "intermediate"]]
    assert found["parents"]["a"]["unique"] is True
    assert found["parents"]["a"]["ruled_out"] == ["eigenvector", "geometric_mean"]
    assert found["parents"]["a"]["candidates"][0]["matrix"][0] == [1, 3, 5]
    assert found["ranks"] == {"x": [1, 1], "b": [2, 2], "y": [3, 3], "z": [4, 4]}
    assert (table.parent / "small.csv").read_text(encoding="utf-8").splitlines() == [
        "parent,method,rounding,upper",
        "g,column_mean,intermediate,3",
        "a,column_mean,intermediate,3 5 3",
    ]
    assert main(["verify", str(table), "--language", "en"]) == 0
    assert capsys.readouterr().out == (
        f"{table}: reproduced, 4 of 4 checks, 4 of them by reconstructed matrices\n"
    )


def test_nothing_fits(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text(TABLE.replace("0.63335", "0.63337"), encoding="utf-8")
    assert main(["reconstruct", str(table), "--language", "en"]) == 1
    assert (
        "a: no matrix on the scale with CR < 0.1 gives these digits by eigenvector, "
        "geometric_mean, column_mean (half_up, truncate, intermediate); nearest: "
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--method", "row_sum"],
            "method = 'row_sum', expected one of 'eigenvector', 'geometric_mean', 'column_mean'",
        ),
        (
            ["--rounding", "up"],
            "rounding = 'up', expected one of 'half_up', 'truncate', 'intermediate'",
        ),
        (["--cr-max", "0"], "cr_max = 0.0, expected a number above 0"),
    ],
)
def test_bad_options(
    table: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reconstruct", str(table), *arguments]) == 2
    assert capsys.readouterr().err == f"ahp: error: {message}\n"


def test_nothing_to_reconstruct(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'format = 1\nid = "t"\ntitle = "t"\nsource = "s"\nmethod = "eigenvector"\n'
    text += '[[parents]]\nid = "p"\nitems = ["a", "b"]\nupper = ["3"]\nweights = { a = "0.75" }\n'
    table.write_text(text, encoding="utf-8")
    assert main(["reconstruct", str(table)]) == 2
    assert capsys.readouterr().err == (
        f"ahp: error: {table}: every matrix is printed, nothing to reconstruct\n"
    )
