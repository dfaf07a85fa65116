"""Draws the charts of docs/charts.md: runs the page's code, and puts each `chart` into the picture
below it. docs/images/charts/charts.json has the data of all, which a test computes anew.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ahp.plots import printed
from ahp.plots.chart import Chart

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "charts.md"
DATA = DOCS / "images" / "charts" / "charts.json"
PARTS = re.compile(r"^```python\n(.*?)^```$|^!\[[^\]]*\]\(([^)]*)\)$", flags=re.M | re.S)
"""Code, or a picture."""


def charts() -> Iterator[tuple[str, Chart]]:
    """Path of each picture from the page, and the chart that the code above it makes."""
    names: dict[str, Any] = {}
    for code, picture in PARTS.findall(PAGE.read_text(encoding="utf-8")):
        if code:
            exec(compile(code, str(PAGE), "exec"), names)
        else:
            yield picture, names.pop("chart")


def data(chart: Chart) -> Any:
    """A chart as JSON has it."""
    return json.loads(json.dumps(dataclasses.asdict(chart)))


def main() -> None:
    """Draw all of them."""
    DATA.parent.mkdir(exist_ok=True)
    found = {}
    for picture, chart in charts():
        (DOCS / picture).write_bytes(printed.png(chart, dpi=110, titled=True))
        found[picture] = data(chart)
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    DATA.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
