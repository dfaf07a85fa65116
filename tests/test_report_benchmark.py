"""The benchmark of a study's report runs, at a small size, and says what it measured."""

from __future__ import annotations

import pytest

from benchmarks import report


@pytest.mark.slow
def test_every_step_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.run(4, "en", {"html": 1e6})
    head, *steps, total, memory = capsys.readouterr().out.splitlines()
    assert head.split("   ")[0] == "4 experts × 35 comparisons"
    assert [step[:40].strip() for step in steps] == [
        *("drawing loaded", "result, log, other choices", "simulation, 1,000 draws", "answers"),
        "sentences, document, html, annexes",
    ]
    parts = total.partition(" s in all, limit 1e+06 s: met; ")
    assert float(parts[0].removeprefix("html: ")) > 0
    assert float(memory.split()[1]) >= float(memory.split()[5]) > 0


def test_what_takes_longer_than_it_may(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "export_study", lambda *_, forms, **__: {f"report.{forms[0]}": b""})
    monkeypatch.setattr(report, "QUICK", 10)
    assert not report.run(2, "en", {"html": 0.0})
    assert "s in all, limit 0 s: NOT met; 0.0 MB" in capsys.readouterr().out.splitlines()[-2]
