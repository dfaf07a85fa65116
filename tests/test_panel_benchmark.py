"""The benchmark of large panels, with small ones."""

from __future__ import annotations

import pytest

from benchmarks import panel


def test_small_panels(capsys: pytest.CaptureFixture[str]) -> None:
    rows = panel.ROWS
    for row in rows[:-1]:
        row.run(panel.panel_of(60))
    assert panel.main(["--share", "0.001", "--rows", "4"]) == 0
    said, _errors = capsys.readouterr()
    assert said.startswith("each expert left out                             100 experts ")
    assert said.endswith(" GB (< 2 GB): met\n")
