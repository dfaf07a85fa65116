"""Damaged files, a few for each reader; `python -m tests.fuzz` tries as many as wanted."""

from __future__ import annotations

import sys

import pytest

from .readers import READERS
from .trying import Trial, damaged

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what memory is taken")

COUNT = 8
DEAR = {"delivery", "evaluation", "events", "questionnaire", "questionnaire_document"}
"""Readers whose files take a second to make."""


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.slow) if one in DEAR else one for one in READERS]
)
def test_damaged_files_are_read_or_refused(name: str) -> None:
    trial = Trial(READERS[name])
    found = [trial.outcome(damaged(name, 0, number)) for number in range(COUNT)]
    assert [(number, one.kind, one.told) for number, one in enumerate(found) if one.kind] == []


def test_the_same_numbers_make_the_same_file() -> None:
    first, again, other = (damaged("survey", 0, number) for number in (7, 7, 8))
    assert first == again != other
