"""The benchmark of verifying, a small one."""

from __future__ import annotations

import pytest

from benchmarks import verify_log


@pytest.mark.slow  # programs start three times
def test_a_few_events(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_log, "STUDIES", 2)
    monkeypatch.setattr(verify_log, "LEAST", 0)
    options = ["--events", "300", "--before", str(verify_log.ROOT)]
    assert verify_log.main(options) == 0
    first, before, alone, together, ratio, times = capsys.readouterr().out.splitlines()
    assert first == "300 events in 2 studies"
    assert alone.startswith("1 process ")
    assert " processes " in together
    assert before.startswith("before ")
    assert ratio.startswith("1 process: ")
    assert ratio.endswith("% of the processor time")
    assert times.endswith(" times, 0 wanted: met")
