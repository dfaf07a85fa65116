"""The tables of a page, whoever draws them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from lxml import html
from streamlit.testing.v1 import AppTest


def elements(block: Any) -> Iterator[Any]:
    """What stands on a page, from top to bottom."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from elements(child)
        else:
            yield child


def shown_tables(app: AppTest) -> list[pd.DataFrame]:
    """Streamlit's tables and printed ones, their cells as texts."""
    shown = []
    for element in elements(app._tree):
        if element.type == "table":
            shown.append(element.value)
        elif element.type == "html" and 'class="ahp-table"' in element.proto.body:
            head, *rows = html.fromstring(element.proto.body).iter("tr")
            cells = [[cell.text_content() for cell in row] for row in rows]
            shown.append(pd.DataFrame(cells, columns=[cell.text_content() for cell in head]))
    return shown
