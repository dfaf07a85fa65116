"""docs/charts.md: its code is run, and its pictures are those of the charts that it makes."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

import ahp

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "charts.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "chart_pictures.py"))


def test_the_pictures_show_what_the_code_makes(tool: dict[str, Any]) -> None:
    drawn = json.loads(tool["DATA"].read_text(encoding="utf-8"))
    made = {picture: tool["data"](chart) for picture, chart in tool["charts"]()}
    assert list(drawn) == list(made)
    for picture, chart in made.items():
        assert (ROOT / "docs" / picture).read_bytes().startswith(b"\x89PNG"), picture
        assert_alike(drawn[picture], chart, picture)


def assert_alike(expected: Any, found: Any, where: str) -> None:
    """Equal, numbers up to what another machine's last digits may be."""
    if isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9, nan_ok=True), where
    elif isinstance(expected, dict):
        assert list(found) == list(expected), where
        for key, value in expected.items():
            assert_alike(value, found[key], f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for k, value in enumerate(expected):
            assert_alike(value, found[k], f"{where}[{k}]")
    else:
        assert found == expected, where


def test_every_chart_has_a_picture_or_is_named() -> None:
    makers = {name for name in ahp.plots.__all__ if name.endswith(("_chart", "_diagram"))}
    makers |= {"expert_heatmap", "consistency_heatmap"}
    # drawn on screens alone
    makers -= {"disagreement_chart"}
    assert {name for name in makers if f"ahp.plots.{name}(" not in PAGE} == set()


def test_pictures_have_words() -> None:
    assert all(re.findall(r"!\[([^\]]*)\]\(images/charts/", PAGE))
    assert len(re.findall(r"^!\[", PAGE, flags=re.M)) == 15
