"""What docs/matrices.md shows is run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "matrices.md"


def test_the_page_on_matrices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```pycon\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    examples = doctest.DocTestParser().get_doctest(
        "\n".join(blocks), {}, "matrices.md", str(PAGE), 0
    )
    assert len(examples.examples) > 30
    assert doctest.DocTestRunner().run(examples).failed == 0
