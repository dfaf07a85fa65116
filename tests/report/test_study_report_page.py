"""docs/study-report.md: its code runs and prints what stands there."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from ahp.report.findings import KINDS
from ahp.report.study_report import study_report

PAGE = Path(__file__).parents[2] / "docs" / "study-report.md"


def test_the_code_prints_what_stands_there() -> None:
    blocks = re.findall(
        r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", PAGE.read_text("utf-8"), re.DOTALL
    )
    names: dict[str, Any] = {}
    for code, expected in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(PAGE), "exec"), names)
        assert printed.getvalue() == expected
    assert len(blocks) == 2
    signed = names["signed"]
    assert "The management model comes first." in repr(signed)
    assert signed != study_report(names["evidence"], "en")
    assert set(names["sentences"]) <= set(KINDS)
