"""docs/api.md is what tools/api_page.py writes, and has every public name."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

import ahp

ROOT = Path(__file__).parents[1]


@pytest.fixture
def tool() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "api_page.py"))


def test_the_page_is_up_to_date(tool: dict[str, Any]) -> None:
    assert (ROOT / "docs" / "api.md").read_text(encoding="utf-8") == tool["page"]()


def test_every_public_name_stands_there_once() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### `(.*)`$", page, re.MULTILINE)
    inside = [
        *(f"evaluation.{name}" for name in ahp.evaluation.__all__),
        *(f"plots.{name}" for name in ahp.plots.__all__),
        *(f"published.{name}" for name in ahp.published.__all__),
    ]
    assert sorted(headings) == sorted([*ahp.__all__, *inside])


def test_a_name_without_a_subject_is_refused(tool: dict[str, Any]) -> None:
    del tool["SUBJECTS"]["Weights"]
    with pytest.raises(SystemExit) as raised:
        tool["page"]()
    assert raised.value.code == (
        "below which subject do these stand: METHODS, Priorities, column_mean, direct_weights, "
        "eigenvector, geometric_mean, prioritize, weights"
    )


def test_long_signatures_have_a_line_for_each_parameter(tool: dict[str, Any]) -> None:
    def reconstruct(
        printed: dict[str, tuple[float, ...]], *, method: str = "eigenvector", cr_max: float = 0.1
    ) -> tuple[int, str]:
        return 1, method

    assert tool["signature"]("reconstruct", reconstruct) == (
        "reconstruct(\n"
        "    printed: dict[str, tuple[float, ...]],\n"
        "    *,\n"
        "    method: str = 'eigenvector',\n"
        "    cr_max: float = 0.1,\n"
        ") -> tuple[int, str]"
    )
    assert tool["signature"]("n", lambda a, b=1: a) == "n(a, b=1)"
