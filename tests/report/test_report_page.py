"""docs/report.md: its example runs, and what it names exists."""

from __future__ import annotations

import importlib
import io
import re
from pathlib import Path

import docx
import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")


def test_the_example_writes_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.M | re.S)
    exec(compile(code, "docs/report.md", "exec"), {})
    file = docx.Document(io.BytesIO((tmp_path / "report.docx").read_bytes()))
    text = [paragraph.text for paragraph in file.paragraphs]
    assert "1 Ranking" in text
    assert "Annex A. Judgments" in text
    assert '<table id="table-ranking">' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_functions_it_names_exist() -> None:
    named = re.findall(r"`(ahp\.report\.\w+)\.(\w+)(?:\(document\))?`", PAGE)
    assert len(named) == 6
    assert all(hasattr(importlib.import_module(module), name) for module, name in named)


def test_lines_are_not_too_long() -> None:
    assert [line for line in PAGE.splitlines() if len(line) > 120 and line[0] != "|"] == []
