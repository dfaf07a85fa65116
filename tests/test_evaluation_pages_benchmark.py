"""The benchmark of an evaluation's pages runs, at a small size, and says what it measured."""

from __future__ import annotations

import pytest

from ahp.web import state
from benchmarks import evaluation_pages


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHP_DATABASE_URL", "sqlite://")
    monkeypatch.setattr(state, "session_token", state.session_token)


@pytest.mark.slow
def test_every_page_is_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_pages, "LIMIT", 0.0)
    assert not evaluation_pages.run(units=4, indicators=6, visits=1)
    *rows, last = capsys.readouterr().out.splitlines()
    assert [row[:16].strip() for row in rows] == [
        *("results league", "results card", "results methods", "results missing"),
        *("results files", "check", "years"),
    ]
    assert all(float(row.split()[-2]) > 0 for row in rows)
    assert last == "limit 0.0 s for scores: NOT met"
