"""docs/evaluation-report.md: its code runs, and prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "evaluation-report.md"


def test_the_code_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 2
    assert printed == [
        re.sub(r"\s+", " ", one) for one in re.findall(r"^prints `(.*?)`", text, re.M)
    ]
