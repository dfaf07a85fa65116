"""Tables as HTML: what a report and a page of the app have in common."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from .document import one_line
from .page_layout import numeric_columns, shown_rows
from .table import Table


def table_html(table: Table) -> Markup:
    """A table without its title and note, every text escaped.

    Args:
        table: its numbers are rounded as printed, and stand at the right.
    """
    shown = shown_rows(table)
    rows = rows_html(table.columns, shown, numeric_columns(table, shown))
    return Markup("<table>{}</table>").format(rows)


def rows_html(
    headings: Sequence[str], shown: Sequence[Sequence[str]], numeric: frozenset[int]
) -> Markup:
    """The headings and rows of a table; a first column of words heads its rows.

    Args:
        headings: of the columns; an empty one heads nothing.
        shown: the cells as people read them.
        numeric: columns of numbers.
    """
    head = (
        _cell(text, text and "col", bool(text) and column in numeric)
        for column, text in enumerate(map(one_line, headings))
    )
    body = (
        (
            _cell(
                text, "row" if text and column == 0 and 0 not in numeric else "", column in numeric
            )
            for column, text in enumerate(row)
        )
        for row in shown
    )
    lines = "\n".join(f"<tr>{''.join(cells)}</tr>" for cells in body)
    return Markup(f"<thead><tr>{''.join(head)}</tr></thead>\n<tbody>\n{lines}\n</tbody>")


def _cell(text: str, scope: str, numeric: bool) -> str:
    tag = "th" if scope else "td"
    attributes = f' scope="{scope}"' * bool(scope) + ' class="number"' * numeric
    return f"<{tag}{attributes}>{escape(text)}</{tag}>"
