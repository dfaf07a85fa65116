"""What a click asks of the database, exactly, so that no statement comes back unseen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ahp.web import state
from benchmarks import statements

COUNTED = {
    "expert: open the link": (6, 4),
    "expert: load the page": (2, 2),
    "expert: start": (9, 4),
    "expert: answer": (6, 2),
    "expert: submit": (5, 2),
    "organizer: standings of all experts": (3, 1),
    "rater: open the link": (7, 5),
    "rater: tap on a grade": (6, 3),
    "organizer: studies": (10, 8),
    "organizer: experts": (22, 20),
    "organizer: rounds": (12, 11),
    "organizer: results": (15, 14),
    "organizer: report": (19, 12),
    "organizer: files": (12, 11),
    "organizer: evaluations": (7, 7),
    "organizer: evaluation_period": (8, 8),
    "organizer: evaluation_rating": (11, 11),
    "organizer: evaluation_check": (6, 6),
    "organizer: evaluation_results": (6, 6),
}
"""Statements and transactions."""


@pytest.mark.slow
def test_every_click_asks_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHP_DATABASE_URL", f"sqlite:///{tmp_path / 'ahp.db'}")
    state.database.cache_clear()
    # in a thread of its own: a browser that other tests keep open has a loop in this one
    with ThreadPoolExecutor(1) as pool:
        counted = pool.submit(statements.run, 3).result()
    state.database().close()
    state.database.cache_clear()
    assert counted == COUNTED
