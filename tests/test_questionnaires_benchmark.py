"""The benchmark of questionnaires runs, at a small size, and says what it measured."""

from __future__ import annotations

import re

import pytest

from benchmarks import questionnaires


def test_whether_the_limit_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert questionnaires.run(2, "en", 1e6)
    assert not questionnaires.run(2, "en", 0.0)
    kept, missed = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"2 questionnaires: \d+\.\d s, limit 10000 s: met; \d+ kB each", kept)
    assert re.fullmatch(r"2 questionnaires: \d+\.\d s, limit 0 s: NOT met; \d+ kB each", missed)
