"""What the pages about evaluations say is run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_on_what_an_evaluation_shows() -> None:
    outcome = doctest.testfile(str(DOCS / "evaluation-results.md"), module_relative=False)
    assert outcome.attempted >= 18
    assert outcome.failed == 0


def test_the_page_on_evaluations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DOCS / "evaluation.md").read_text(encoding="utf-8")
    for kind, name in (("toml", "branch_supervision.toml"), ("csv", "observations.csv")):
        (content,) = re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    outcome = doctest.testfile(str(DOCS / "evaluation.md"), module_relative=False)
    assert outcome.attempted >= 12
    assert outcome.failed == 0
